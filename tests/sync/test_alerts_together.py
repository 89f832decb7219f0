"""Logs of alerts on several terminals: everybody has the same inbox, and no alert is ever taken for an incident."""

import os
import resource
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest

from alerts_kit import Senders, alert
from alerts_together import A_WEEK, WEEK, deliver, inbox, inbox_of, log_of, now, same, status
from sync_kit import until
from warroom.core.alerts import acts
from warroom.core.alerts import week as weeks
from warroom.core.values import By
from warroom.room import syncing
from warroom.room.process import more_files
from warroom.room.syncing import Joined
from warroom.store import beside, replica
from warroom.store.errors import DiskFull
from warroom.store.log import Log
from warroom.sync import cycle, files
from warroom.sync.daemon import Daemon
from warroom.sync.files import LocalFile
from warroom.sync.token import Token
from warroom.sync.wire import Grant

from server_kit import InThread, facts_of, written  # isort: skip  # found by the kit above


class Terminal:
    """A data folder that has joined a server, without a process."""

    def __init__(self, folder: Path, server: InThread, grant: Grant = "respond", incidents: tuple[str, ...] = ()):
        folder.mkdir()
        self.folder, self.data = folder, str(folder)
        self.joined = Joined(server.url)
        self.secret = server.make_token(folder.name, grant, incidents)
        self.told: list[str] = []

    def sync(self) -> cycle.Outcome:
        told = lambda line: self.told.append(str(line["text"]))  # noqa: E731  # it is handed on, once
        return cycle.run(self.data, self.joined, Token(self.secret), By("sync"), told)

    def fires(self, *keys: str, ago: int = 0) -> None:
        """These began to fire so many weeks ago, and were told here then."""
        senders = Senders(self.data, now() - ago * A_WEEK)
        senders.fire(*(alert(key, key, since=senders.now) for key in keys))
        senders.close()

    def acknowledges(self, key: str) -> None:
        senders = Senders(self.data, now())
        senders.inbox()
        done = senders.room.do(lambda seen, stamp: acts.handle(seen.lines[f"prom:{key}"], "acknowledged", "", stamp))
        senders.close()
        assert isinstance(done, list), done


@pytest.fixture
def terminal(tmp_path: Path, server: InThread) -> Callable[..., Terminal]:
    return lambda name, *more: Terminal(tmp_path / name, server, *more)


Made = Callable[..., Terminal]


def test_alerts_of_two_terminals_and_of_the_server_are_one_inbox(server: InThread, terminal: Made) -> None:
    ana, ivo = terminal("ana"), terminal("ivo")
    ana.fires("a", "both")
    ana.acknowledges("a")
    ivo.fires("b", "both")
    deliver(server, "there")
    for each in (ana, ivo, ana):
        assert not each.sync().waits
    assert same(ana, ivo)
    lines = inbox(ivo).lines
    assert set(lines) == {"prom:a", "prom:b", "prom:both", "alertmanager:there"}
    handled = lines["prom:a"].handled
    assert handled is not None
    assert handled.by == "dana"


def test_a_log_of_alerts_is_no_incident_anywhere(server: InThread, terminal: Made) -> None:
    ana, ivo = terminal("ana"), terminal("ivo")
    ana.fires("a")
    ana.sync()
    outcome = ivo.sync()
    assert (outcome.incidents, outcome.weeks, outcome.fetched, outcome.left) == (0, 1, 0, ())
    assert not list((ivo.folder / "incidents").iterdir())
    server.run(server.made.house.hub.refresh())
    assert "warroom_incidents 0\n" in server.ask("GET", "/metrics").text
    answer = server.ask("POST", f"/v1/incidents/{weeks.identity(WEEK)}/shares", {})
    assert (answer.status_code, "no incident" in answer.text) == (409, True)


def test_a_log_of_alerts_that_was_put_among_the_incidents_stays_out_of_the_exchange(
    server: InThread, terminal: Made
) -> None:
    ana = terminal("ana")
    (ana.folder / "incidents").mkdir()
    Log.create(ana.folder / "incidents" / "x.json", weeks.identity(WEEK), replica.current(ana.data)).close()
    assert (ana.sync().incidents, server.ask("GET", "/v1/incidents").json()["incidents"]) == (0, [])


def test_where_there_are_no_alerts_no_folder_is_made_for_them(terminal: Made) -> None:
    ana = terminal("ana")
    ana.sync()
    assert not (ana.folder / "alerts").exists()


@pytest.mark.parametrize("grant", ["observe", "respond"])
def test_a_token_of_the_whole_server_reads_the_alerts(server: InThread, terminal: Made, grant: str) -> None:
    deliver(server, "a")
    ana = terminal("ana", grant)
    ana.sync()
    assert set(inbox(ana).lines) == {"alertmanager:a"}


@pytest.mark.parametrize("there", [False, True])
def test_with_a_token_that_only_reads_ones_own_alerts_stay_here(server: InThread, terminal: Made, there: bool) -> None:
    if there:
        deliver(server, "a")
    ana, ivo = terminal("ana", "observe"), terminal("ivo")
    ana.fires("mine")
    (left,) = ana.sync().left
    assert (left.unsent, left.stays, left.why) == (1, True, "this token may not bring alerts in")
    daemon = daemon_of(ana)
    daemon.folder.scan()
    assert daemon.waits == 1
    daemon.folder.grant(reads_only=True)
    assert daemon.waits == 0
    ivo.sync()
    assert "prom:mine" not in inbox(ivo).lines


def test_a_token_that_is_limited_to_an_incident_sees_no_alert(server: InThread, terminal: Made) -> None:
    deliver(server, "secret")
    server.create()
    limited = terminal("ivo", "respond", (server.ask("GET", "/v1/incidents").json()["incidents"][-1]["inc"],))
    for path in ("heads", "events"):
        answer = server.ask("GET", f"/v1/incidents/{weeks.identity(WEEK)}/{path}", token=limited.secret)
        assert answer.status_code == 404
    with server.live(token=limited.secret) as stream:
        stream.next("hello")
        deliver(server, "secret 2")
        server.ask("POST", f"/v1/incidents/{server.create().json()['inc']}/presence", {"who": "ana"})
        frame = stream.frame()
        assert frame is not None
        assert frame["event"] == "here"
    assert not limited.sync().left
    assert not (limited.folder / "alerts").exists()
    limited.fires("mine")
    (left,) = limited.sync().left
    assert (left.unsent, left.stays, left.why) == (1, True, "this token may not bring alerts in")


@pytest.mark.parametrize("grant", ["observe", "respond"])
def test_an_empty_log_that_the_token_may_not_bring_is_nothing_that_waits(
    server: InThread, terminal: Made, grant: str
) -> None:
    server.create()
    here = server.ask("GET", "/v1/incidents").json()["incidents"][-1]["inc"]
    ana = terminal("ana", grant, (here,) if grant == "respond" else ())
    log_of(ana).parent.mkdir()
    Log.create(log_of(ana), weeks.identity(WEEK), replica.current(ana.data)).close()
    for _ in range(2):
        outcome = ana.sync()
        assert (outcome.state, outcome.weeks, outcome.left, outcome.waits) == ("online", 1, (), False)


def test_nobody_makes_the_alerts_restricted(server: InThread) -> None:
    inc = weeks.identity(weeks.week_of(now() + A_WEEK))
    assert server.create(inc, restricted=True, token=server.make_token("ana")).status_code == 422
    assert server.create(inc).status_code == 201


# ── files that are not as they should be ──


def test_a_log_that_was_cut_gets_back_what_it_lost(terminal: Made) -> None:
    ana, ivo = terminal("ana"), terminal("ivo")
    for key in "abcde":
        ana.fires(key)
    ana.sync()
    whole = log_of(ana).read_bytes()
    log_of(ana).write_bytes(whole[: len(whole) // 2])
    ana.sync()
    ivo.sync()
    assert same(ana, ivo)
    assert len(inbox(ana).lines) == 5


def test_what_is_no_log_under_its_name_is_told_and_never_written_over(server: InThread, terminal: Made) -> None:
    ana = terminal("ana")
    deliver(server, "a")
    log_of(ana).parent.mkdir()
    log_of(ana).write_bytes(b"\x00no log")
    outcome = ana.sync()
    assert (outcome.state, outcome.waits, outcome.left) == ("online", True, ())
    assert log_of(ana).read_bytes() == b"\x00no log"
    assert [each for each in ana.told if WEEK in each] == list(outcome.troubles)
    log_of(ana).unlink()
    assert not ana.sync().waits
    assert set(inbox(ana).lines) == {"alertmanager:a"}


def test_another_weeks_log_under_a_name_is_told_and_not_exchanged(server: InThread, terminal: Made) -> None:
    ana = terminal("ana")
    ana.fires("a")
    os.rename(log_of(ana), log_of(ana, weeks.before(WEEK)))
    ana.sync()
    assert len([each for each in ana.told if "holds something else" in each]) == 1
    assert ana.sync().waits
    assert server.ask("GET", "/v1/incidents").json()["incidents"] == []


def test_older_weeks_go_along_and_those_that_the_inbox_reads_come(server: InThread, terminal: Made) -> None:
    ana, ivo = terminal("ana"), terminal("ivo")
    for ago in (0, 1, 5, 20):
        ana.fires("a", ago=ago)
    assert ana.sync().weeks == 4
    assert len(server.ask("GET", "/v1/incidents").json()["incidents"]) == 4
    assert (ivo.sync().weeks, ivo.sync().weeks) == (3, 3)
    assert {path.stem for path in (ivo.folder / "alerts").glob("*.json")} == {
        weeks.week_of(now() - ago * A_WEEK) for ago in (0, 1, 5)
    }
    assert not ivo.told


def test_a_folder_that_was_copied_goes_on_beside_the_other_and_no_alert_counts_twice(
    terminal: Made, tmp_path: Path
) -> None:
    import shutil

    ana, ivo = terminal("ana"), terminal("ivo")
    ana.fires("before")
    ana.sync()
    shutil.copytree(ana.folder / "alerts", tmp_path / "older")
    ana.fires("after the copy")
    ana.sync()
    shutil.rmtree(ana.folder / "alerts")
    shutil.copytree(tmp_path / "older", ana.folder / "alerts")
    ana.fires("on the older one")
    for each in (ana, ivo):
        assert not each.sync().waits
    assert same(ana, ivo)
    assert {line.alert.key: line.fired for line in inbox(ivo).lines.values()} == {
        "before": 1, "after the copy": 1, "on the older one": 1
    }  # fmt: skip


# ── what goes wrong here ──


def full(*_: object) -> None:
    raise DiskFull("The disk is full")


def test_an_incident_that_cannot_be_written_is_told_and_has_not_come(
    server: InThread, terminal: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    inc = server.create().json()["inc"]
    server.push(facts_of(written(1)), inc)
    ana = terminal("ana")
    with monkeypatch.context() as broken:
        broken.setattr(files, "make", full)
        outcome = ana.sync()
    assert (outcome.waits, outcome.troubles) == (True, (f"{inc[:4]}: The disk is full",))
    assert ana.told == list(outcome.troubles)
    outcome = ana.sync()
    assert (outcome.waits, outcome.fetched, outcome.troubles) == (False, 1, ())


def test_what_came_and_could_not_be_written_is_told_though_the_file_can_be_read(
    server: InThread, terminal: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = terminal("ana")
    deliver(server, "a")
    ana.sync()
    deliver(server, "b")
    with monkeypatch.context() as broken:
        broken.setattr(LocalFile, "accept", full)
        outcome = ana.sync()
    assert (outcome.waits, [each.why for each in outcome.left]) == (True, ["The disk is full"])
    assert not ana.sync().waits


def test_what_cannot_be_read_at_the_end_of_a_cycle_may_hold_something_that_waits(
    terminal: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = terminal("ana")
    ana.fires("a")
    ana.sync()
    news, looks = LocalFile.news, iter(range(100))
    with monkeypatch.context() as broken:
        broken.setattr(LocalFile, "news", lambda file: news(file) if next(looks) == 0 else full())
        outcome = ana.sync()
    assert (outcome.waits, [(each.why, each.behind) for each in outcome.left]) == (True, [("The disk is full", True)])


def test_a_file_that_another_process_holds_is_not_offered_to_the_server_before_it_was_read(
    server: InThread, terminal: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = terminal("ana")
    ana.fires("a")
    with monkeypatch.context() as broken:
        broken.setattr(LocalFile, "news", full)
        outcome = ana.sync()
    assert (outcome.waits, outcome.troubles, outcome.weeks) == (True, ("The disk is full",), 0)
    assert server.ask("GET", "/v1/incidents").json()["incidents"] == []


# ── while it goes on ──


@pytest.fixture
def many_files() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    more_files()
    first = os.open(os.devnull, os.O_RDONLY)
    opened = [first, *(os.dup(first) for _ in range(1_150))]
    yield
    for fd in opened:
        os.close(fd)
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.usefixtures("many_files")
def test_a_process_with_a_thousand_open_files_goes_on_and_lets_go_of_its_own_at_the_end(
    server: InThread, terminal: Made
) -> None:
    ana = terminal("ana")
    ana.fires("before")
    daemon = daemon_of(ana)
    failed: list[BaseException] = []
    running = Thread(target=lambda: run_until_it_fails(daemon, failed), daemon=True)
    running.start()
    until(lambda: status(ana).heads and not status(ana).unsent, "it is acknowledged")
    ana.fires("while it runs")
    until(lambda: len(inbox_of(server).lines) == 2 and not status(ana).unsent, "that is there too")
    mine = list(daemon.folder.exchanges.values())
    daemon.stop()
    running.join(30)
    assert failed == []
    assert [each.file._log.file.closed for each in mine] == [True]
    assert daemon._ending.fd == daemon._watcher._wake.fd == -1


def daemon_of(home: Terminal) -> Daemon:
    state = str(home.folder / "state")
    return Daemon(home.data, state, home.joined, Token(home.secret), By("sync"), lambda line: None)


def run_until_it_fails(daemon: Daemon, failed: list[BaseException]) -> None:
    try:
        daemon.run()
    except BaseException as problem:
        failed.append(problem)


def test_a_log_that_was_let_go_of_is_not_asked_for_by_what_was_told_of_it_before(terminal: Made) -> None:
    ana = terminal("ana")
    ana.fires("a")
    daemon = daemon_of(ana)
    (exchange,) = daemon.folder.scan()
    daemon._changed(exchange)
    daemon.heard(exchange)
    log_of(ana).unlink()
    daemon.folder.scan()
    assert not daemon._step(daemon._todo.pop(exchange.inc))
    daemon._collect()
    assert (daemon._todo, daemon.board.flush()) == ({}, 1.0)
    assert not os.path.exists(beside.sync(str(log_of(ana))))


def test_next_weeks_log_comes_while_the_process_runs(server: InThread, terminal: Made) -> None:
    ana, ivo = terminal("ana"), terminal("ivo")
    daemon = Daemon(
        ana.data, str(ana.folder / "state"), ana.joined, Token(ana.secret), By("sync"), lambda line: None
    )  # fmt: skip
    running = Thread(target=daemon.run, daemon=True)
    running.start()
    try:
        until(lambda: daemon.listener.streaming and not daemon._todo, "it has nothing to do")
        ana.fires("the first in this folder")
        until(lambda: (found := syncing.status(str(log_of(ana)))) and found.heads, "it is acknowledged")
        ivo.fires("midnight of Sunday is over there", ago=-1)
        ivo.sync()
        there = log_of(ana, weeks.week_of(now() + A_WEEK))
        until(lambda: b"midnight" in there.read_bytes(), "next week's log is here with what it holds")
        (ana.folder / "alerts").rename(ana.folder / "away")
        ana.fires("in a folder that was made anew")
        ivo.fires("and from there")
        ivo.sync()
        both = {"prom:and from there", "prom:in a folder that was made anew"}
        until(lambda: (ivo.sync(), both <= set(inbox(ana).lines) & set(inbox(ivo).lines))[1], "each has the other's")
    finally:
        daemon.stop()
        running.join(30)


def test_alerts_that_wait_are_counted_while_there_is_no_server(server: InThread, terminal: Made) -> None:
    ana = terminal("ana")
    ana.fires("a")
    server.stop()
    outcome = ana.sync()
    assert (outcome.state, outcome.waits, [each.unsent for each in outcome.left]) == ("offline", True, [1])
    assert cycle.unsent(ana.data) == {weeks.identity(WEEK): 1}
    found = syncing.status(str(log_of(ana)))
    assert found is not None
    assert (found.state, len(found.unsent)) == ("offline", 1)
