"""Terminals that take alerts in alone, a server that takes a storm in, and one inbox once they meet, on both stores."""

from collections.abc import Callable, Iterator

import pytest

from alerts_together import WEEK, deliver, inbox, same, status
from pty_screen import PtyScreen
from sync_kit import SURELY_S, Home, until
from test_one_room import OnFiles, OnJetStream, Serving
from test_sync_commands import members

from server_kit import Asking, InProcess  # isort: skip  # found by the kit above


def alert(home: Home, text: str) -> str:
    """Its name."""
    return str(home.ok("alert", text, "--service", "db").line)


class There(Asking):
    """`warroom serve` as it is asked."""

    def __init__(self, serving: Serving) -> None:
        self.serving, self.url = serving, f"http://127.0.0.1:{serving.port}"

    def make_token(self, name: str, grant: str = "respond", *_: object, **__: object) -> str:
        words = ("token", "create", name, "--grant", grant, "--json", *self.serving.store())
        return str(self.serving.home.ok(*words).json["token"])


@pytest.fixture(params=[OnFiles, OnJetStream])
def there(request: pytest.FixtureRequest, home: Callable[[str], Home]) -> Iterator[There]:
    made: Serving = request.param(home("server"))
    made.start()
    yield There(made)
    made.close()


def test_an_alert_and_what_is_done_about_it_are_with_the_others_in_a_moment(
    process: InProcess, ana: Home, ivo: Home
) -> None:
    members(process, ana, ivo)
    for each in (ana, ivo):
        each.live()
    deliver(process, "there")
    until(lambda: same(ana, ivo), "both have what came in at the server")
    name = alert(ana, "disk full")
    until(lambda: name in inbox(ivo).lines, "ivo has ana's alert")
    ivo.ok("alerts", "dismiss", name, "flapping")
    until(lambda: inbox(ana).lines[name].dismissed, "ana sees that it was dismissed")
    ana.ok("alerts", "silence", "alertname=disk full", "--for", "2h", "--why", "deploying")
    until(lambda: inbox(ivo).silences, "ivo sees the silence")
    until(lambda: status(ana).state == "online" and not status(ana).unsent, "everything is acknowledged")
    assert same(ana, ivo)


def test_whoever_looks_at_the_lobby_sees_what_comes_in_at_the_server(process: InProcess, ana: Home) -> None:
    members(process, ana)
    screen = PtyScreen(ana.command(), 120, 40, env=ana.env | {"WARROOM_SYNC": ""}, cwd=str(ana.folder))
    try:
        screen.wait_for("declare new", SURELY_S)
        deliver(process, "DiskFull")
        screen.wait_for("1 alert waits", SURELY_S)
        deliver(process, "ReplicaLag")
        screen.wait_for("2 alerts wait", SURELY_S)
    finally:
        screen.close()


def test_alone_they_write_and_the_server_takes_a_storm_and_afterwards_all_inboxes_are_the_same(
    there: There, ana: Home, ivo: Home
) -> None:
    deliver(there, "before")
    for each in (ana, ivo):
        each.join(there.url, there.make_token(each.name))
        assert "alertmanager:before" in inbox(each).lines
    there.serving.end()
    for number in range(5):
        alert(ana, f"ana {number}")
        alert(ivo, f"ivo {number}")
    alert(ana, "both saw it")
    alert(ivo, "both saw it")
    ana.ok("alerts", "ack", "alertmanager:before")
    ivo.ok("alerts", "dismiss", "alertmanager:before", "known")
    there.serving.start()
    for start in range(0, 3_000, 500):
        deliver(there, *(f"storm{number}" for number in range(start, start + 500)))
    for each in (ana, ivo):
        each.live()
    until(lambda: same(ana, ivo) and len(inbox(ana).lines) > 30, "both have the same")
    until(lambda: not status(ana).unsent and not status(ivo).unsent, "nothing waits")
    found = inbox(ana)
    rules = {line.alert.rule for line in found.lines.values()}
    assert {f"{name} {n}" for name in ("ana", "ivo") for n in range(5)} | {"both saw it"} <= rules
    told = sum(line.source == "alertmanager" for line in found.lines.values())
    assert told + found.counted.get("alertmanager", 0) == 3_001


def test_an_alert_that_waits_leaves_5_and_is_named_wherever_it_is_asked(process: InProcess, ana: Home) -> None:
    members(process, ana)
    process.stop()
    ana.ok("alert", "disk full", "--service", "db")
    done = ana("sync", "--json")
    (left,) = done.json["left"]
    assert (done.code, left["unsent"], left["week"]) == (5, 1, WEEK)
    leaves = ana("leave", "--server")
    assert (leaves.code, f"alerts {WEEK}: 1" in leaves.err) == (4, True)
    process.start()
    done = ana.ok("sync")
    assert "0 incidents, and the alerts of 1 week" in done.err
    (row,) = ana("sync", "--status", "--json").json["alerts"]
    assert (row["week"], row["unsent"]) == (WEEK, 0)
    assert f"alerts {WEEK}  " in ana("sync", "--status").out
