"""What reaches only this machine: the bell, the desktop, the simulator; and the pace that all channels keep."""

import os
import pty
import select
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.channels import desktop
from warroom.channels.base import Failed, Message, Sent, Unknown
from warroom.channels.bell import BellChannel
from warroom.channels.desktop import DesktopChannel
from warroom.channels.limiter import Pace
from warroom.channels.simulator import SimulatorChannel
from warroom.config.channels import Bell, Desktop

Page = Callable[..., Message]


@pytest.fixture
def terminals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Two real terminals, by the ends that hear what is written to them; the bell knows of no other."""
    heard = []
    ends = []
    for number in range(2):
        outside, inside = pty.openpty()
        tty.setraw(inside)
        (tmp_path / str(number)).symlink_to(os.ttyname(inside))
        heard.append(outside)
        ends += [outside, inside]
    monkeypatch.setattr(BellChannel, "places", (str(tmp_path / "*"),))
    yield heard
    for end in ends:
        os.close(end)


def bell() -> BellChannel:
    return BellChannel("bell", Bell(kind="bell"), {})


def waiting(handle: int) -> bytes:
    return os.read(handle, 100) if select.select([handle], [], [], 0)[0] else b""


def test_the_bell_rings_every_terminal_of_this_person_and_writes_nothing_else(terminals: list[int], page: Page) -> None:
    assert bell().send(page()) == Sent("bell:2")
    assert [waiting(handle) for handle in terminals] == [b"\a", b"\a"]


def test_the_bell_passes_over_what_is_no_terminal(terminals: list[int], tmp_path: Path, page: Page) -> None:
    (tmp_path / "file").write_text("")
    assert bell().send(page()) == Sent("bell:2")
    assert (tmp_path / "file").read_text() == ""


def test_the_bell_of_nobody_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: Page) -> None:
    monkeypatch.setattr(BellChannel, "places", (str(tmp_path / "*"),))
    assert bell().send(page()) == Failed("no terminal of this person is open on this machine")
    assert bell().probe().state == "look"


def test_a_terminal_of_somebody_else_is_left_alone(
    terminals: list[int], monkeypatch: pytest.MonkeyPatch, page: Page
) -> None:
    monkeypatch.setattr("os.getuid", lambda: 4_000_000)
    assert isinstance(bell().send(page()), Failed)
    assert [waiting(handle) for handle in terminals] == [b"", b""]


def test_a_look_at_the_bell_rings_nothing(terminals: list[int]) -> None:
    assert bell().probe().state == "ok"
    assert [waiting(handle) for handle in terminals] == [b"", b""]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Puts a program of this name on an empty path. It writes down its arguments, then does what it is told."""

    def make(name: str, then: str = "exit 0") -> Path:
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        written = tmp_path / "arguments"
        file = folder / name
        file.write_text(f"#!/bin/sh\nprintf '%s\\0' \"$@\" > '{written}'\n{then}\n")
        file.chmod(0o755)
        monkeypatch.setenv("PATH", str(folder))
        return written

    return make


def arguments(file: Path) -> list[str]:
    return file.read_text().split("\0")[:-1]


def note() -> DesktopChannel:
    return DesktopChannel("desktop", Desktop(kind="desktop"), {})


def test_a_notification_shows_title_and_line(program: Callable[..., Path], page: Page) -> None:
    written = program("notify-send")
    assert note().send(page()) == Sent()
    assert arguments(written)[-3:] == [
        "--",
        "INC-K3F9 SEV1: Checkout returns 500s",
        "INC-K3F9 SEV1 Checkout returns 500s",
    ]


def test_a_notification_takes_no_commands_from_what_somebody_wrote(program: Callable[..., Path], page: Page) -> None:
    from msgspec.structs import replace

    written = program("notify-send")
    nasty = page(title="--help $(touch x) \x1b]0;owned\x07")
    note().send(replace(nasty, words=replace(nasty.words, line="<b>bold</b> & \x1b[2J")))
    title, text = arguments(written)[-2:]
    assert title == "INC-K3F9 SEV1: --help $(touch x) ␛]0;owned�"
    assert text == "&lt;b&gt;bold&lt;/b&gt; &amp; ␛[2J"


def test_a_mac_is_asked_by_its_own_program(program: Callable[..., Path], page: Page) -> None:
    written = program("osascript")
    assert note().send(page()) == Sent()
    assert arguments(written)[-2:] == ["INC-K3F9 SEV1: Checkout returns 500s", "INC-K3F9 SEV1 Checkout returns 500s"]


def test_a_notification_that_is_refused_has_failed_with_its_reason(program: Callable[..., Path], page: Page) -> None:
    program("notify-send", "printf 'no \\033[1mdesktop' >&2; exit 1")
    assert note().send(page()) == Failed("notify-send shows nothing here (no ␛[1mdesktop)")


def test_a_notification_that_hangs_is_unknown(
    program: Callable[..., Path], page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desktop, "_TIMEOUT_S", 0.2)
    program("notify-send", "while :; do :; done")
    assert isinstance(note().send(page()), Unknown)


def test_a_machine_without_a_desktop_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: Page
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    outcome = note().send(page())
    assert isinstance(outcome, Failed)
    assert "libnotify" in outcome.why
    assert note().probe().state == "bad"


def test_a_look_at_the_desktop_shows_nothing(program: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    written = program("notify-send")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/somewhere")
    assert note().probe().state == "ok"
    assert not written.exists()


def test_a_login_without_a_session_cannot_show_anything(
    program: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program("notify-send")
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert note().probe().state == "bad"


def test_the_simulator_remembers_and_finds_again(page: Page) -> None:
    simulator = SimulatorChannel("hook")
    assert simulator.look_up(page()) is None
    sent = simulator.send(page())
    simulator.send(page(twice=True))
    assert simulator.sent == [page(), page(twice=True)]
    assert simulator.look_up(page()) == sent
    assert simulator.look_up(page(key="another")) is None


def test_a_burst_goes_at_once_and_the_next_waits_for_its_turn() -> None:
    pace = Pace(rate=2.0, burst=2.0).took(0.0).took(0.0)
    assert [pace.wait(0.0), pace.wait(0.25), pace.wait(0.5)] == [0.5, 0.25, 0.0]


def test_turns_that_nobody_took_do_not_pile_up() -> None:
    pace = Pace(rate=1.0, burst=2.0).took(0.0).took(0.0).took(1_000.0).took(1_000.0)
    assert pace.wait(1_000.0) == 1.0


def test_a_far_side_that_is_busy_is_left_alone_until_then() -> None:
    pace = Pace(rate=100.0).busy(30.0).busy(20.0)
    assert (pace.busy_until, pace.wait(10.0), pace.wait(30.0)) == (30.0, 20.0, 0.0)


def test_a_clock_that_goes_back_costs_no_hour() -> None:
    pace = Pace(rate=1.0).took(3_600.0)
    assert pace.wait(0.0) <= 1.0


@given(st.floats(0.05, 100), st.integers(1, 5), st.lists(st.floats(0, 10), min_size=1, max_size=60))
def test_no_more_go_than_the_pace_allows(rate: float, burst: int, pauses: list[float]) -> None:
    pace, now, went = Pace(rate=rate, burst=float(burst)), 0.0, 0
    for pause in pauses:
        now += pause
        if pace.wait(now) == 0.0:
            pace, went = pace.took(now), went + 1
    assert went <= burst + now * rate + 1e-6


@given(st.floats(0.05, 100), st.integers(1, 20))
def test_who_waits_as_long_as_told_may_go(rate: float, count: int) -> None:
    pace, now = Pace(rate=rate), 0.0
    for _ in range(count):
        now += pace.wait(now)
        assert pace.wait(now) < 1e-6
        pace = pace.took(now)
