"""The inbox in files: several processes at once, the turn of a week, kills, damage, and folders to be read only."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from alerts_kit import Senders, alert
from warroom.core.acts.lifecycle import ChangePhase, Declare, Reopen
from warroom.core.alerts import acts
from warroom.core.alerts import week as weeks
from warroom.core.alerts.facts import AlertsReceived
from warroom.core.alerts.match import suggest
from warroom.core.alerts.signal import signal as counted
from warroom.core.events import Logged
from warroom.core.values import DAY, HOUR, MINUTE, By, Ms, Refused
from warroom.room import StoreError
from warroom.room.alerts import FOLDER, InboxRoom, path_of
from warroom.room.alerts_attach import attach
from warroom.room.alerts_live import LiveInbox
from warroom.room.alerts_weeks import lately, of_incident, read
from warroom.room.desk import Desk
from warroom.room.open_incidents import OpenIncidents
from warroom.room.room import Room
from warroom.store.log import Log
from warroom.store.replica import current

MONDAY = weeks.begins("2026-W48")
NOW = MONDAY + 2 * DAY + 9 * HOUR
WARROOM = [sys.executable, "-m", "warroom"]


@pytest.fixture
def senders(tmp_path: Path) -> Senders:
    return Senders(tmp_path, NOW)


def looking(home: Path, now: Ms = NOW) -> InboxRoom:
    """Somebody who only looks."""
    room = InboxRoom(str(home), "", By(""), lambda: now, read_only=True)
    room.load()
    return room


def writer(home: Path) -> "subprocess.Popen[bytes]":
    """A `warroom alert -` that waits for lines; it is ended where a test forgets it."""
    env = {**os.environ, "WARROOM_HOME": str(home), "WARROOM_ACTOR": "ana"}
    program = subprocess.Popen([*WARROOM, "alert", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env)
    watchdog = threading.Timer(60, program.kill)
    watchdog.daemon = True
    watchdog.start()
    return program


def rules(numbers: range, name: str) -> bytes:
    """A line of JSON for each."""
    return "".join(f'{{"rule": "{name}{n}", "key": "{name}{n}", "summary": "of {name}"}}\n' for n in numbers).encode()


# ── several at once ──


def test_what_one_process_wrote_another_sees_at_its_next_look(senders: Senders, tmp_path: Path) -> None:
    room = looking(tmp_path)
    assert not room.follow()
    senders.fire()
    assert room.follow()
    assert list(room.inbox.lines) == ["prom:a1"]
    assert not room.follow()


def test_two_processes_that_write_at_once_lose_nothing_and_write_nothing_twice(tmp_path: Path) -> None:
    programs = {name: writer(tmp_path) for name in ("a", "b")}
    printed: list[str] = []
    for part in range(0, 150, 10):
        for name, program in programs.items():
            assert program.stdin is not None
            program.stdin.write(rules(range(part, part + 10), name))
            program.stdin.flush()
    for program in programs.values():
        out, _ = program.communicate(timeout=60)
        assert program.returncode == 0
        printed += out.decode().split()
    inbox = looking(tmp_path, time.time_ns() // 1_000_000).inbox
    assert sorted(printed) == sorted(inbox.lines)
    assert len(printed) == 300
    with Log.open(path_of(str(tmp_path), weeks.week_of(time.time_ns() // 1_000_000)), "", read_only=True) as log:
        assert log.verify() == []


def test_of_two_who_acknowledge_at_once_the_second_is_told_who_was_first(senders: Senders, tmp_path: Path) -> None:
    senders.fire()
    other = InboxRoom(str(tmp_path), senders.room.replica, By("ivo"), lambda: NOW)
    other.load()

    def take(room: InboxRoom) -> object:
        return room.do(lambda inbox, stamp: acts.handle(inbox.lines["prom:a1"], "acknowledged", "", stamp))

    assert isinstance(take(senders.room), list)
    outcome = take(other)
    assert isinstance(outcome, Refused)
    assert str(outcome) == "dana has acknowledged it already."


# ── the turn of a week ──


def test_when_a_week_is_over_the_last_weeks_alerts_are_still_there(tmp_path: Path) -> None:
    senders = Senders(tmp_path, MONDAY - MINUTE)
    senders.fire(alert(since=MONDAY - MINUTE))
    room = InboxRoom(str(tmp_path), senders.room.replica, By("dana"), lambda: senders.now)
    room.load()
    senders.now = MONDAY + MINUTE
    assert room.follow()
    assert [line.id for line in room.inbox.waiting(senders.now)] == ["prom:a1"]
    assert senders.fire(alert(since=MONDAY - MINUTE)).known == 1
    assert isinstance(senders.dismiss("a1"), list)
    room.follow()
    assert room.inbox.waiting(senders.now) == []
    assert sorted(os.listdir(tmp_path / FOLDER)) == ["2026-W47.json", "2026-W48.json"]


def test_what_a_server_brings_of_last_week_is_taken_too(tmp_path: Path) -> None:
    late = Senders(tmp_path, MONDAY - HOUR)
    late.fire()
    room = looking(tmp_path, MONDAY + HOUR)
    late.fire(alert("b", since=MONDAY - HOUR))
    assert room.follow()
    assert set(room.inbox.lines) == {"prom:a1", "prom:b"}


def test_a_silence_holds_for_all_of_its_weeks(tmp_path: Path) -> None:
    senders = Senders(tmp_path, NOW)
    senders.fire()
    assert isinstance(senders.silence({"service": "checkout"}, 29 * DAY), list)
    senders.now = NOW + 28 * DAY
    senders.fire(alert(since=senders.now))
    inbox = senders.inbox()
    assert inbox.waiting(senders.now) == []
    assert len(inbox.waiting(NOW + 29 * DAY)) == 1
    senders.now += DAY * 2
    assert len(senders.inbox().waiting(senders.now)) == 1


def test_of_the_weeks_before_the_last_nothing_but_silences_is_there(tmp_path: Path) -> None:
    senders = Senders(tmp_path, NOW)
    senders.fire()
    senders.silence({"service": "checkout"}, 29 * DAY)
    senders.now = NOW + 14 * DAY
    inbox = senders.inbox()
    assert (inbox.lines, len(inbox.silences)) == ({}, 1)


def test_a_silence_of_weeks_ago_can_be_ended(tmp_path: Path) -> None:
    senders = Senders(tmp_path, NOW)
    senders.fire()
    senders.silence({"service": "checkout"}, 29 * DAY)
    senders.now = NOW + 21 * DAY
    senders.fire(alert(since=senders.now))
    (name,) = senders.inbox().silences
    assert isinstance(senders.room.do(lambda inbox, stamp: acts.unsilence(inbox.silences[name], stamp)), list)
    assert len(senders.inbox().waiting(senders.now)) == 1


def test_a_report_of_a_week_counts_what_was_said_of_its_alerts_on_monday(tmp_path: Path) -> None:
    senders = Senders(tmp_path, MONDAY - MINUTE)
    senders.fire(alert("a", since=senders.now), alert("b", "Other", since=senders.now))
    senders.now = MONDAY + HOUR
    senders.dismiss("a", "flapping")
    senders.fire(alert("b", "Other", since=senders.now))
    senders.dismiss("b", "test")
    inbox, troubles = read(str(tmp_path), ["2026-W47"])
    assert troubles == []
    assert inbox.lines["prom:a"].reasons == {"flapping": 1}
    assert inbox.lines["prom:b"].reasons == {}  # that was said of its next firing
    both, _ = read(str(tmp_path), lately(senders.now))
    assert counted([both]).fired == 3
    assert counted([both]).dismissed == {"flapping": 1, "test": 1}


# ── kills and damage ──


def test_what_was_printed_before_a_kill_is_there_after_it(tmp_path: Path) -> None:
    dice, known = random.Random(8), set()
    for turn in range(6):
        program = writer(tmp_path)
        assert program.stdin is not None
        assert program.stdout is not None
        for part in range(0, 5 * dice.randrange(1, 9), 5):
            program.stdin.write(rules(range(part, part + 5), f"k{turn}x"))
            program.stdin.flush()
            if part == 0 or dice.random() < 0.3:
                known.add(program.stdout.readline().decode().strip())
        time.sleep(dice.random() / 50)
        program.send_signal(signal.SIGKILL)
        known |= set(program.stdout.read().decode().split("\n")[:-1])  # a line that was cut is none
        program.wait()
        program.stdin.close()
        program.stdout.close()
    assert len(known) > 6
    again = writer(tmp_path)
    out, _ = again.communicate(b"one more: it works\n", timeout=60)
    inbox = looking(tmp_path, time.time_ns() // 1_000_000).inbox
    assert known | {out.decode().strip()} <= set(inbox.lines)


def test_a_file_that_was_cut_is_read_and_the_next_write_puts_it_right(senders: Senders, tmp_path: Path) -> None:
    senders.fire(alert("a"), alert("b", "Other"))
    senders.close()
    path = Path(path_of(str(tmp_path), "2026-W48"))
    path.write_bytes(path.read_bytes()[:-2] + b',\n"9": {"e": {"cut')
    assert set(looking(tmp_path).inbox.lines) == {"prom:a", "prom:b"}
    after = Senders(tmp_path, NOW)
    after.fire(alert("c", "Third"))
    assert set(after.inbox().lines) == {"prom:a", "prom:b", "prom:c"}
    with Log.open(path, "", read_only=True) as log:
        assert all("set aside" in trouble.text for trouble in log.verify())


def test_a_last_week_that_cannot_be_read_hides_no_alert_of_this_one(senders: Senders, tmp_path: Path) -> None:
    senders.fire()
    Path(path_of(str(tmp_path), "2026-W47")).write_text("no log at all")
    room = looking(tmp_path)
    assert list(room.inbox.lines) == ["prom:a1"]
    assert "Older alerts are not among these: 2026-W47.json" in room.trouble
    inbox, troubles = read(str(tmp_path), ["2026-W47", "2026-W48"])
    assert (list(inbox.lines), len(troubles)) == (["prom:a1"], 1)


def test_a_week_that_is_no_log_is_a_sentence_and_no_alert_is_taken(senders: Senders, tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    Path(path_of(str(tmp_path), "2026-W48")).write_text("no log at all")
    outcome = senders.room.do(lambda inbox, stamp: [])
    assert isinstance(outcome, StoreError)
    assert "2026-W48.json holds no incident" in str(outcome)


def test_where_nothing_can_be_written_the_inbox_is_read_and_every_act_says_why(
    senders: Senders, tmp_path: Path
) -> None:
    senders.fire()
    room = looking(tmp_path)
    assert list(room.inbox.lines) == ["prom:a1"]
    outcome = room.do(lambda inbox, stamp: acts.dismiss(inbox.lines["prom:a1"], "known", "", stamp))
    assert isinstance(outcome, StoreError)
    assert str(outcome) == "2026-W48.json was opened for reading only."
    elsewhere = tmp_path / "other"
    elsewhere.mkdir()
    (elsewhere / FOLDER).write_text("a file where a folder should be")
    assert isinstance(Senders(elsewhere, NOW).room.do(lambda inbox, stamp: []), StoreError)


# ── storms ──


def test_a_storm_is_few_facts_and_every_alert_of_it_is_counted(senders: Senders) -> None:
    for part in range(20):
        senders.fire(*(alert(f"s{part}-{n}", since=NOW) for n in range(500)))
    inbox = senders.inbox()
    assert (len(inbox.lines), inbox.counted) == (20, {"prom": 9_980})
    with Log.open(path_of(senders.home, "2026-W48"), "", read_only=True) as log:
        assert len(log.load()) == 20


def test_a_storm_by_many_processes_is_one_storm(senders: Senders, tmp_path: Path) -> None:
    for n in range(30):
        Senders(tmp_path, NOW).fire(alert(f"s{n}", since=NOW))
    assert len(senders.inbox().lines) == 20
    senders.now += 2 * MINUTE
    assert senders.fire(alert("later", since=senders.now)).told


def test_an_alert_that_was_told_ends_also_in_a_storm(senders: Senders) -> None:
    storm = [alert(f"s{n}", since=NOW) for n in range(200)]
    over = [alert(each.key, since=NOW, state="resolved", told=NOW + 1) for each in storm]
    senders.fire(*storm, *over)
    assert senders.inbox().waiting(NOW) == []


def test_a_repeat_within_one_batch_is_no_news_and_a_second_firing_is(senders: Senders) -> None:
    came = senders.fire(alert(since=NOW), alert(since=NOW))
    assert (len(came.told), came.known) == (1, 1)
    came = senders.fire(alert(since=NOW, state="resolved"), alert(since=NOW + MINUTE))
    assert len(came.told) == 2
    assert senders.inbox().lines["prom:a1"].fired == 2


def test_senders_are_named_and_no_person_is(senders: Senders) -> None:
    senders.fire()
    with Log.open(path_of(senders.home, "2026-W48"), "", read_only=True) as log:
        [event] = log.load()
    assert isinstance(event.body, AlertsReceived)
    assert (event.by.name, event.by.login) == ("prom", "intake")


# ── incidents ──


def incident(home: Path, title: str = "Checkout returns 500s", drill: bool = False, **more: object) -> Room:
    desk = Desk(str(home / "incidents"), current(str(home)), By("dana"), lambda: NOW)
    room = desk.declare(Declare(title=title, severity="SEV2", **more), drill)  # type: ignore[arg-type]  # as Declare has them
    assert isinstance(room, Room)
    return room


def test_an_attached_alert_is_an_entry_of_its_sender_at_its_own_time(senders: Senders, tmp_path: Path) -> None:
    senders.fire(alert(since=NOW - 4 * MINUTE))
    room = incident(tmp_path)
    assert attach(senders.room, ["prom:a1"], room) == ["prom:a1"]
    entry = room.state.timeline[0]
    assert isinstance(entry.body, Logged)
    assert (entry.body.who, entry.body.kind_, entry.at.t) == ("prom", "observed", NOW - 4 * MINUTE)
    assert entry.body.text_ == "alert HighErrorRate on checkout (critical): 5xx at 12 %"
    assert entry.by.name == "dana"
    line = senders.inbox().lines["prom:a1"]
    assert [mark.what for mark in line.attached] == [room.state.id]
    assert of_incident(str(tmp_path), room.state.id, NOW, NOW) == [("prom:a1", "HighErrorRate")]


def test_what_was_broken_off_between_the_two_logs_is_done_again_without_a_second_entry(
    senders: Senders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    senders.fire()
    room = incident(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(senders.room, "do", lambda act: StoreError("the disk is full"))
        assert isinstance(attach(senders.room, ["a1"], room), StoreError)
    before = room.state.entry_count
    assert attach(senders.room, ["a1"], room) == ["prom:a1"]
    assert room.state.entry_count == before
    again = attach(senders.room, ["a1"], room)
    assert isinstance(again, Refused)
    assert room.state.entry_count == before


def test_several_of_a_rule_are_one_entry(senders: Senders, tmp_path: Path) -> None:
    senders.fire(*(alert(f"n{n}", since=NOW) for n in range(5)))
    room = incident(tmp_path)
    done = attach(senders.room, [f"n{n}" for n in range(5)], room)
    assert not isinstance(done, Refused | StoreError)
    assert len(done) == 5
    [entry] = [event for event in room.state.facts if isinstance(event.body, Logged)]
    assert isinstance(entry.body, Logged)
    assert entry.body.text_.endswith("(and 4 more like it)")


def test_a_real_alert_never_meets_a_drill(senders: Senders, tmp_path: Path) -> None:
    senders.fire()
    room = incident(tmp_path, drill=True)
    outcome = attach(senders.room, ["a1"], room)
    assert isinstance(outcome, Refused)
    assert "drill" in str(outcome)
    assert senders.inbox().lines["prom:a1"].attached == ()


def test_a_restricted_incident_stands_in_no_log_of_alerts(senders: Senders, tmp_path: Path) -> None:
    senders.fire()
    room = incident(tmp_path, "Ana Lima's laptop was stolen", restricted=True, services=("checkout",))
    before = room.state.entry_count
    for opened in (False, True):
        outcome = attach(senders.room, ["a1"], room, opened=opened)
        assert isinstance(outcome, Refused)
        assert "restricted" in str(outcome)
        assert "log there by hand" in str(outcome)
    eye = OpenIncidents(str(tmp_path / "incidents"))
    eye.look()
    assert suggest(senders.inbox().lines["prom:a1"], eye.short(senders.inbox())), "it is only suggested"
    eye.close()
    assert room.state.entry_count == before
    kept = b"".join(path.read_bytes() for path in (tmp_path / FOLDER).iterdir())
    assert room.state.id.encode() not in kept
    assert b"laptop" not in kept


def test_a_secret_in_an_alert_is_masked_on_the_incidents_log(senders: Senders, tmp_path: Path) -> None:
    secret = "password=hunter2hunter2"
    senders.fire(alert(since=NOW, summary=f"login failed with {secret}"))
    room = incident(tmp_path)
    attach(senders.room, ["a1"], room)
    assert secret not in Path(room.log.path).read_text()


def test_open_incidents_are_followed_and_ended_ones_are_left(tmp_path: Path) -> None:
    room, drill = incident(tmp_path), incident(tmp_path, "Practice", drill=True)
    eye = OpenIncidents(str(tmp_path / "incidents"))
    assert list(eye.look()) == [room.state.id]
    assert isinstance(room.do(ChangePhase(phase="identified")), list)
    assert eye.look()[room.state.id].phase == "identified"
    assert isinstance(room.do(ChangePhase(phase="resolved")), list)
    assert eye.look() == {}
    assert isinstance(room.do(Reopen()), list)
    assert list(eye.look()) == [room.state.id]
    Path(drill.log.path).with_name("2026-01-01-zzzz-x.json").write_text("no incident")
    assert list(eye.look()) == [room.state.id]
    eye.close()


# ── alive ──


def waits_for(live: LiveInbox, true: object) -> None:
    until = time.monotonic() + 20
    while not true(live.view):  # type: ignore[operator]  # a function of the view
        assert time.monotonic() < until, live.view
        time.sleep(0.01)


def test_a_thread_follows_the_inbox_groups_it_and_does_what_is_asked(senders: Senders, tmp_path: Path) -> None:
    senders.some()
    room = incident(tmp_path, services=("checkout",))
    live = LiveInbox(
        str(tmp_path), str(tmp_path / "incidents"), lambda: senders.room.replica, lambda: By("lee"), lambda: NOW
    )
    live.start()
    live.watch(True)
    waits_for(live, lambda view: view.waiting == 3)
    assert [(g.service, g.rule) for g in live.view.groups][:2] == [
        ("checkout", "HighErrorRate"),
        ("payments-db", "ReplicaLag"),
    ]
    assert [each.inc for each in live.view.open] == [room.state.id]
    done = live.ask(lambda inbox: inbox.do(lambda all, stamp: acts.dismiss(all.lines["prom:e1"], "test", "", stamp)))
    assert isinstance(done.result(20), list)
    waits_for(live, lambda view: view.waiting == 2)
    assert live.view.inbox.lines["prom:e1"].dismissed.by == "lee"  # type: ignore[union-attr]  # it was dismissed
    last = live.ask(lambda inbox: inbox.do(lambda all, stamp: acts.dismiss(all.lines["prom:e2"], "test", "", stamp)))
    live.close()
    assert isinstance(last.result(20), list)
    assert isinstance(live.ask(lambda inbox: 1).result(), StoreError)


def test_a_file_that_cannot_be_read_is_a_sentence_until_it_can(senders: Senders, tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    path = Path(path_of(str(tmp_path), "2026-W48"))
    path.write_text("no log at all")
    live = LiveInbox(str(tmp_path), str(tmp_path), lambda: senders.room.replica, lambda: By("lee"), lambda: NOW)
    live.start()
    live.watch(True)
    waits_for(live, lambda view: "2026-W48.json holds no incident" in view.trouble)
    path.unlink()
    senders.fire()
    waits_for(live, lambda view: view.waiting == 1 and not view.trouble)
    live.close()
