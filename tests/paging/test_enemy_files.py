"""What happens to the machine under a pager: locks, full disks, poisoned files, other pagers, many incidents."""

import fcntl
import os
import signal
import subprocess
import sys
import threading

import pytest

from farside import says
from hand_kit import FOUR, MINUTE, Pager
from paging_kit import until
from warroom.channels.passed_over import PassedOver
from warroom.core.acts.paging import Escalate
from warroom.core.values import SECOND
from warroom.room.room import Room
from warroom.store import holding
from warroom.store.errors import DiskFull, StoreError
from warroom.store.holding import Holder
from warroom.store.writing import Writing

ONE = 'id = "quick"\n[[level]]\nafter = "PT0S"\nnotify = ["contact:sre1"]\n'
LOCKER = (
    "import fcntl, sys, time; file = open(sys.argv[1], 'r+b'); fcntl.flock(file, fcntl.LOCK_EX);"
    "print('held', flush=True); time.sleep(600)"
)

POISON = {
    "empty": b"",
    "garbage": b"\x00\xff\x1b]0;owned\x07" * 50,
    "half a file": b'{"meta": {"1": {"inc": "K3F9',
    "deep": b'{"meta":' * 5_000,
    "another program's": b'{"tasks": {"1": {"title": "buy milk"}}}',
    "another format": b'{"meta": {"1": {"inc": "3K9F0000000000000000000000", "format": 9}},\n"events": {\n"1": {}\n}}',
}


def paged(it):
    return [page["to"] for page in it.house.pages]


def arrived(it, count=1):
    it.until(lambda: len(paged(it)) >= count and not it.watch.busy)


def tells(it, what):
    return [line for line in it.said if line["what"] == what]


# ── one file is bad, the others are paged for ──


@pytest.mark.parametrize("name", POISON)
def test_a_poisoned_file_stops_no_page_for_the_others(pager, name):
    it = pager(policy=ONE)
    folder = it.paths.incidents
    for place in ("0000-first.json", "9999-last.json"):
        with open(os.path.join(folder, place), "wb") as file:
            file.write(POISON[name])
    it.declare()
    arrived(it)
    assert paged(it) == ["sre1"]


def test_what_is_no_plain_file_stops_no_page_and_is_never_waited_for(pager):
    it = pager(policy=ONE)
    os.mkdir(os.path.join(it.paths.incidents, "9999-folder.json"))
    os.mkfifo(os.path.join(it.paths.incidents, "9999-pipe.json"))
    os.symlink("/nowhere", os.path.join(it.paths.incidents, "9999-nowhere.json"))
    it.declare()
    arrived(it)


def test_a_file_that_is_poisoned_while_it_is_held_stops_no_page_for_the_others(pager):
    it = pager(policy=FOUR).declare()
    arrived(it)
    bad = it.path
    it.declare()
    arrived(it, 2)
    with open(bad, "r+b") as file:
        file.truncate(100)
        file.write(b"\x00" * 5_000)
    it.hand.passes(5 * MINUTE)
    it.until(lambda: paged(it).count("db1") >= 1)
    assert ("db1", "hook", "sent") in it.states()


def test_a_mistake_in_this_program_about_one_incident_ends_the_pager_of_no_other(pager, monkeypatch):
    it = pager(policy=ONE).declare(title="poison")
    bad = it.state.id
    from warroom.channels.courier import Courier

    due = Courier.due

    def mistaken(self, state, now):
        if state.id == bad:
            raise RecursionError("on purpose")
        return due(self, state, now)

    monkeypatch.setattr(Courier, "due", mistaken)
    it.declare(title="well")
    arrived(it)
    assert paged(it) == ["sre1"]
    assert "RecursionError" in str(tells(it, "trouble")[0]["text"])


def test_a_file_that_a_stopped_process_has_locked_holds_up_no_other(pager, hand):
    it = pager(policy=FOUR).declare()
    arrived(it)
    locked = it.path
    it.declare()
    arrived(it, 2)
    locker = subprocess.Popen([sys.executable, "-c", LOCKER, locked], stdout=subprocess.PIPE)
    try:
        assert locker.stdout
        assert locker.stdout.readline() == b"held\n"
        os.kill(locker.pid, signal.SIGSTOP)
        hand.passes(5 * MINUTE)
        it.until(lambda: ("db1", "hook", "sent") in it.states())
        assert paged(it) == ["sre1", "sre1", "db1"]
        assert it.watch._kept[locked].room.patience < 0.1  # seconds that the others wait for it from now on
        assert "is stopped" in str([line["text"] for line in tells(it, "trouble") if line.get("text")])
    finally:
        locker.kill()
        locker.communicate()
    hand.passes(10 * SECOND)
    arrived(it, 4)


def test_a_new_incident_that_somebody_writes_to_is_paged_as_soon_as_they_are_done(pager, hand):
    it = pager(policy=ONE).declare()
    with open(it.path, "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        it.turn()
        assert paged(it) == []
        assert it.watch._sleep() <= 0.2
    for _ in range(500):
        it.watch.turn(set())  # nobody says that it changed
        if paged(it):
            break
        it.watch._watcher.wait(0.01)
    assert paged(it) == ["sre1"]


# ── the disk is full ──


@pytest.fixture
def full(monkeypatch):
    """A disk that is full while the list is not empty."""
    state: list[bool] = []
    write = Writing.write

    def writes(self):
        if state:
            raise DiskFull("The disk is full; nothing was written.")
        return write(self)

    monkeypatch.setattr(Writing, "write", writes)
    return state


def test_what_a_far_side_answered_on_a_full_disk_is_written_later_and_nothing_goes_twice(pager, far, hand, full):
    gate: list[object] = []

    def answers_late(line, request):
        gate.append(request)
        while len(gate) < 2:
            line.closing.wait(0.01)
        says(200)(line, request)

    far.answers(answers_late)
    it = pager(policy=ONE).declare()
    it.until(lambda: gate)
    full.append(True)
    gate.append(None)
    it.until(lambda: tells(it, "trouble"))
    for _ in range(20):
        hand.passes(SECOND)
        it.turn()
        it.watch._work(it.path, it.watch._kept[it.path])  # whatever wakes it
    full.clear()
    # Whoever is asked first: the result is the delivery's, and nobody else's.
    it.watch._work(it.path, it.watch._kept[it.path])
    hand.passes(10 * SECOND)
    it.until(lambda: it.states() == [("sre1", "hook", "sent")])
    assert len(far.requests) == 1


def test_on_a_full_disk_nothing_leaves_and_it_goes_out_once_there_is_room(pager, far, hand, full):
    it = pager(policy=ONE).declare()
    full.append(True)
    for _ in range(10):
        hand.passes(SECOND)
        it.turn()
    assert far.requests == []
    full.clear()
    hand.passes(5 * SECOND)
    arrived(it)


def test_a_pager_on_a_full_disk_does_not_run_in_circles(pager, hand, full):
    it = pager(policy=ONE).declare()
    full.append(True)
    count = []
    commit = Room.commit
    it.turn()
    try:
        Room.commit = lambda self, asked: (count.append(1), commit(self, asked))[1]
        for _ in range(600):  # half a minute, as often as it may look
            hand.passes(50)
            it.watch.turn(set())
    finally:
        Room.commit = commit
    assert len(count) < 60


# ── several pagers ──


def test_a_pager_that_was_taken_over_from_sends_nothing_however_late_it_wakes(house, pager, hand):
    it = house(watch="off", policy=FOUR)
    old = pager(it).declare()
    arrived(old)
    new = Pager(it, hand, token="t2", take=True)
    new.path = old.path
    try:
        new.turn()
        hand.passes(5 * MINUTE)
        for _ in range(5):
            old.turn()
        arrived(new, 2)
        old.turn()
        assert paged(new) == ["sre1", "db1"]
        assert not old.watch._kept
        assert [line["what"] for line in old.said if line["what"] == "taken"] == ["taken"]
        assert new.state.pager.token == "t2"
    finally:
        new.close()


def test_taken_in_the_middle_of_a_page_it_goes_again_under_its_key_and_says_so(house, pager, far, hand):
    gate: list[object] = []

    def answers_late(line, request):
        gate.append(request)
        while None not in gate:
            line.closing.wait(0.01)
        says(200)(line, request)

    far.answers(answers_late, says(200))
    it = house(watch="off", policy=ONE)
    old = pager(it).declare()
    old.until(lambda: gate)
    new = Pager(it, hand, token="t2", take=True)
    new.path = old.path
    try:
        new.until(lambda: new.states() == [("sre1", "hook", "sent")])
        gate.append(None)
        old.until(lambda: not old.watch.busy)
        first, second = it.pages
        assert first["key"] == second["key"]
        assert (first["possibly_twice"], second["possibly_twice"]) == (False, True)
        assert new.states() == [("sre1", "hook", "sent")]
    finally:
        new.close()


def test_an_incident_that_another_folder_pages_for_is_left_to_it_and_that_is_said(house, pager, hand):
    it = house(watch="off", policy=FOUR)
    first = pager(it).declare()
    arrived(first)
    first.watch._replica = "another"
    second = Pager(it, hand, token="t2")
    second.replica = "ZZZZZZZZZZ"
    second.watch._replica = second.watch._whose._replica = "ZZZZZZZZZZ"
    second.path = first.path
    try:
        first.watch._kept[first.path].lock.release()
        second.turn()
        assert not second.watch._kept
        assert "--take" in str(tells(second, "passed over"))
    finally:
        second.close()


def test_stopping_a_watch_whose_lock_says_nothing_yet_ends_nobody_else(house):
    it = house(watch="off")
    lock = it.home / "watch.lock"
    held = holding.take(str(lock), Holder(os.getpid(), "w", "t"))
    assert held is not None
    lock.write_bytes(b"")
    done = subprocess.run(it.words("watch", "--stop"), env=it.env, capture_output=True, timeout=60, process_group=0)
    assert done.returncode == 4, (done.returncode, done.stderr)
    assert b"has not said yet" in done.stderr
    held.release()


# ── nothing is left behind, and many at once ──


def open_files():
    return len(os.listdir("/proc/self/fd"))


def test_no_file_stays_open_however_often_a_bad_one_is_looked_at(pager, hand):
    it = pager(policy=ONE)
    for name, data in POISON.items():
        with open(os.path.join(it.paths.incidents, f"{name.replace(' ', '-')}.json"), "wb") as file:
            file.write(data)
    it.turn()
    before = open_files()
    for _ in range(20):
        hand.passes(21 * SECOND)
        it.watch._passed_over = PassedOver()
        it.turn()
    assert open_files() == before


def test_no_file_and_no_lock_stays_behind_an_incident_that_ended(pager, hand):
    from warroom.core.acts.lifecycle import ChangePhase

    it = pager(policy=ONE)
    it.turn()
    before = open_files()
    for _ in range(5):
        it.declare()
        it.until(lambda: it.states() == [("sre1", "hook", "sent")])
        it.do(ChangePhase(phase="resolved"))
        it.until(lambda: it.state.pager is None)
    until(lambda: open_files() <= before + 3)  # the far side's connections, which are kept
    assert not [name for name in os.listdir(it.paths.incidents) if name.endswith(".pager")]


def test_threads_are_a_few_for_each_channel_however_many_pages_there_are(pager, hand):
    it = pager(policy=ONE).declare()
    arrived(it)
    for n in range(40):
        it.do(Escalate(level=1))
        hand.passes(SECOND)
        arrived(it, n + 2)
    assert len([t for t in threading.enumerate() if t.name.startswith("channel-")]) <= 8


def test_eighty_incidents_declared_at_once_are_each_paged_once(pager, hand):
    it = pager(policy=ONE)
    for n in range(80):
        it.declare(title=f"Down {n}")
    it.turn()
    for _ in range(400):
        hand.passes(200)
        it.turn()
        if len(paged(it)) >= 80 and not it.watch.busy:
            break
        it.watch._watcher.wait(0.01)
    assert len(paged(it)) == 80
    assert len({page["key"] for page in it.house.pages}) == 80


def test_a_store_error_is_no_reason_to_let_an_incident_go(pager, monkeypatch, hand):
    it = pager(policy=FOUR).declare()
    arrived(it)

    def fails(self):
        raise StoreError("for a moment nothing can be read")

    with monkeypatch.context() as patch:
        patch.setattr(Room, "follow", fails)
        it.turn()
    hand.passes(5 * MINUTE)
    arrived(it, 2)
    assert paged(it) == ["sre1", "db1"]
    assert it.texts("pager") == ["watch@t1 pages"]
