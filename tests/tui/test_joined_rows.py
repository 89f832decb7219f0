"""How each row of the timeline says where its fact is: here only, on the server, refused by it, brought by somebody."""

from pathlib import Path

import pytest

from joined_kit import JoinedConsole, quick
from lobby_app import screen, seen
from page_app import shows, until
from story import NOW
from twice import set_twice
from warroom.core.acts.entries import Log
from warroom.core.acts.lifecycle import ChangePhase
from warroom.core.values import MINUTE

SIZES = [(80, 24), (120, 40)]


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)


def line(pilot: object, text: str) -> str:
    """The row of the screen that has this text, without the panes beside it."""
    row = next(row for row in screen(pilot) if text in row)  # type: ignore[arg-type]  # textual's pilot
    return row.split("││")[0].rstrip("│ ")


async def logged(app: JoinedConsole, pilot: object, text: str) -> None:
    app.room.do(Log(text=text))
    await shows(pilot, text)  # type: ignore[arg-type]  # textual's pilot


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_here_only_has_a_quiet_sign_and_nothing_jumps_when_it_goes(tmp_path: Path, size: tuple[int, int]):
    app = JoinedConsole(tmp_path)
    async with app.run_test(size=size) as pilot:
        await logged(app, pilot, "p99 is 60 ms")
        await until(pilot, lambda: "sent" in screen(pilot)[1] or "server" in screen(pilot)[1])
        before = line(pilot, "p99 is 60 ms")
        app.say(unsent={app.id_of("p99 is 60 ms"): NOW})
        await until(pilot, lambda: "↑" in line(pilot, "p99 is 60 ms"))
        marked = line(pilot, "p99 is 60 ms")
        assert marked.replace("↑", " ") == before
        app.say()
        await until(pilot, lambda: line(pilot, "p99 is 60 ms") == before)


async def test_a_room_alone_has_no_sign_and_no_words(tmp_path: Path):
    app = JoinedConsole(tmp_path, joined=False, process=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await logged(app, pilot, "p99 is 60 ms")
        await pilot.press("shift+up")
        await until(pilot, lambda: app.room.timeline.selected)
        assert "↑" not in "".join(screen(pilot))
        assert not seen(pilot, "server")


async def test_what_was_written_a_moment_ago_has_the_sign_before_anybody_says_so(tmp_path: Path):
    app = JoinedConsole(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "saved · sent")
        last = max(event.seq for event in app.room.live.state.facts)
        app.say(heads={app.desk.replica: (last, "")})
        await until(pilot, lambda: app.room.sight().sync.reached == last)
        await logged(app, pilot, "p99 is 60 ms")
        await until(pilot, lambda: "↑" in line(pilot, "p99 is 60 ms"))
        app.say(heads={app.desk.replica: (last + 1, "")})
        await until(pilot, lambda: "↑" not in line(pilot, "p99 is 60 ms"))


async def test_a_selected_row_says_in_words_where_its_fact_is(tmp_path: Path):
    app = JoinedConsole(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await logged(app, pilot, "p99 is 60 ms")
        await shows(pilot, "saved · sent")
        await pilot.press("shift+up")
        await shows(pilot, "on the server")
        app.clock += 2 * MINUTE
        app.say(unsent={app.id_of("p99 is 60 ms"): NOW})
        await shows(pilot, "saved here since 14:44, not on the server yet")


@pytest.mark.parametrize("size", SIZES)
async def test_a_refused_fact_says_why_in_red_without_being_asked(tmp_path: Path, size: tuple[int, int]):
    app = JoinedConsole(tmp_path)
    async with app.run_test(size=size) as pilot:
        await logged(app, pilot, "p99 is 60 ms")
        app.say(refused={app.id_of("p99 is 60 ms"): "it is 68 KiB, and a fact is at most 64 KiB"})
        await shows(pilot, "the server refuses it: it is 68 KiB")
        assert "✗" in line(pilot, "p99 is 60 ms")
        await shows(pilot, "saved · 1 refused")
        inks = {ink for row in app.room.timeline._lines for text, ink in row if "refuses" in text or "✗" in text}
        assert inks == {"red"}


async def test_a_refused_fact_is_not_one_that_waits(tmp_path: Path):
    app = JoinedConsole(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await logged(app, pilot, "p99 is 60 ms")
        id = app.id_of("p99 is 60 ms")
        last = app.room.live.state.facts.get(id).seq
        app.say(refused={id: "no"}, unsent={id: NOW - 5 * MINUTE})
        await shows(pilot, "1 refused")
        assert not seen(pilot, "unsent")
        app.say(refused={id: "no"}, heads={app.desk.replica: (last - 1, "")}, offset=9_000)
        await shows(pilot, "clock is 9s behind the server's · saved · 1 refused")


async def test_a_refused_phase_says_so_under_its_rule(tmp_path: Path):
    app = JoinedConsole(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        app.room.do(ChangePhase(phase="mitigating"))
        await shows(pilot, "investigating → mitigating")
        app.say(refused={app.id_of("mitigating"): "this replica was retired"})
        await shows(pilot, "the server refuses it: this replica was retired")


async def test_a_fact_that_somebody_else_brought_has_a_sign_and_says_who(tmp_path: Path):
    app = JoinedConsole(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await logged(app, pilot, "p99 is 60 ms")
        app.say(relayed={app.id_of("p99 is 60 ms"): "lee's laptop"})
        await until(pilot, lambda: "»" in line(pilot, "p99 is 60 ms"))
        assert not seen(pilot, "brought")
        await pilot.press("shift+up")
        await shows(pilot, "on the server · brought there by lee's laptop")


async def test_a_conflict_keeps_its_words(tmp_path: Path):
    app = JoinedConsole(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "saved · sent")
        set_twice(app.room.live.path, app.desk.replica, now=NOW)
        await shows(pilot, "also set to SEV")


async def test_the_reason_of_a_refusal_is_only_text(tmp_path: Path):
    app = JoinedConsole(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await logged(app, pilot, "p99 is 60 ms")
        app.say(refused={app.id_of("p99 is 60 ms"): "\x1b[2J[bold]no[/]"})
        await shows(pilot, "[bold]no[/]")
        assert "\x1b" not in "".join(screen(pilot))


async def test_a_timeline_without_news_of_the_server_is_not_painted_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    app = JoinedConsole(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await logged(app, pilot, "p99 is 60 ms")
        await shows(pilot, "saved · sent")
        taken: list[None] = []
        monkeypatch.setattr(app.room.timeline, "_take", lambda: taken.append(None))
        app.say(offset=9_000)
        await shows(pilot, "clock is 9s behind")
        assert taken == []
        app.say(unsent={app.id_of("p99 is 60 ms"): NOW})
        await until(pilot, lambda: taken)
