"""One incident alive: facts are on disk first, other processes are followed, failures keep what was there."""

import multiprocessing
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from warroom.config.load import Library
from warroom.core.acts.entries import Log, Redact
from warroom.core.acts.lifecycle import ChangePhase, ChangeSeverity, Declare
from warroom.core.acts.people import AssignRole
from warroom.core.acts.work import ChangeStep
from warroom.core.commands import Stamp
from warroom.core.values import At, By, Refused, incident_id
from warroom.room import StoreError
from warroom.room.live import LiveRoom
from warroom.room.room import Room, write_blind
from warroom.store import log as store

NOW = 1_795_000_000_000
DANA = By("dana", "dana", "box")
REP = "ABCDEFGHJK"


def room_at(path: Path, me: By = DANA, now: Callable[[], int] = lambda: NOW) -> Room:
    return Room(store.Log.open(path, REP), me, now)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    inc = incident_id(bytes(range(16)), drill=False)
    file = tmp_path / "incidents" / "x.json"
    room = Room(store.Log.create(file, inc, REP), DANA, lambda: NOW)
    library = Library()
    playbook = library.choose_playbooks("SEV2")[0]
    attach = (library.roles(), library.policy("example"), library.checklist(playbook))
    outcome = room.do(Declare(title="Checkout returns 500s", severity="SEV2", attach=attach))
    assert isinstance(outcome, list)
    room.log.close()
    return file


@pytest.fixture
def room(path: Path) -> Iterator[Room]:
    room = room_at(path)
    room.load()
    yield room
    room.log.close()


def test_a_fact_that_was_said_to_be_saved_is_in_the_file(room: Room, path: Path) -> None:
    outcome = room.do(Log(text="locks are gone"))
    assert isinstance(outcome, list)
    again = room_at(path)
    assert again.load().facts[-1].id == outcome[0].id


def test_what_was_refused_writes_nothing_and_leaves_the_state_as_it_was(room: Room, path: Path) -> None:
    before, size = room.state, path.stat().st_size
    outcome = room.do(ChangePhase(phase="closed"))
    assert isinstance(outcome, Refused)
    assert room.state is before
    assert path.stat().st_size == size


def test_a_command_is_decided_on_what_others_wrote_meanwhile(room: Room, path: Path) -> None:
    other = room_at(path, By("ana"))
    other.load()
    assert isinstance(other.do(ChangeStep(step="1")), list)
    outcome = room.do(ChangeStep(step="1"))
    assert isinstance(outcome, Refused)
    assert "by ana" in str(outcome)
    assert room.state.steps[0].state == "done"


def test_of_a_group_the_refused_leave_the_rest_as_it_is(room: Room) -> None:
    asked = [(Log(text="a"), DANA), (ChangePhase(phase="closed"), DANA), (Log(text="b"), DANA)]
    outcomes = room.commit(asked)
    assert [isinstance(each, list) for each in outcomes] == [True, False, True]
    assert [e.body.text() for e in room.state.timeline][-2:] == ["a", "b"]


def test_a_failed_write_is_an_outcome_and_nothing_of_it_is_seen(
    room: Room, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, data = room.state, path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    for name in ("pwrite", "write", "fdatasync", "fsync"):
        monkeypatch.setattr(f"os.{name}", full)
    outcome = room.do(Log(text="nobody may see this"))
    monkeypatch.undo()
    assert isinstance(outcome, StoreError)
    assert room.state is before
    assert path.read_bytes() == data
    assert isinstance(room.do(Log(text="and this goes on")), list)


def test_a_redaction_takes_the_text_from_the_file_and_from_memory(room: Room, path: Path) -> None:
    outcome = room.do(Log(text="the password is hunter2"))
    assert isinstance(outcome, list)
    assert isinstance(room.do(Redact(of=outcome[0].id, why="a password")), list)
    assert b"hunter2" not in path.read_bytes()
    assert all("hunter2" not in e.body.text() for e in room.state.timeline)
    assert room.log.verify() == []


def test_an_entry_can_be_written_without_reading_the_incident(path: Path) -> None:
    log = store.Log.open(path, REP)
    outcome = write_blind(log, Log(text="quick", at=At(NOW - 1000)), Stamp(NOW, DANA))
    log.close()
    assert isinstance(outcome, list)
    assert room_at(path).load().entry_count == 1


def test_only_what_depends_on_nothing_is_written_blind(path: Path) -> None:
    with pytest.raises(TypeError):
        write_blind(store.Log.open(path, REP), ChangeSeverity(severity="SEV1"), Stamp(NOW, DANA))


def _contend(path: Path, name: str, start: "multiprocessing.synchronize.Barrier", answers: "object") -> None:
    room = room_at(path, By(name))
    room.load()
    start.wait()
    entries = [isinstance(room.do(Log(text=f"{name} {n}")), list) for n in range(25)]
    same = [
        room.do(ChangeStep(step="2")),
        room.do(AssignRole(role="scribe", who=name)),
        room.do(ChangePhase(phase="identified")),
    ]
    answers.put((name, all(entries), [str(a) if isinstance(a, Refused) else "" for a in same]))  # type: ignore[attr-defined]


def test_four_processes_at_once_lose_nothing_and_agree_on_one_outcome(path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    start, answers = context.Barrier(4), context.Queue()
    names = ["ana", "ivo", "lee", "mei"]
    processes = [context.Process(target=_contend, args=(path, name, start, answers)) for name in names]
    for process in processes:
        process.start()
    found = [answers.get(timeout=60) for _ in names]
    for process in processes:
        process.join()
    assert all(wrote for _, wrote, _ in found)
    for n, what in enumerate(("done already", "is Scribe", "identified already")):
        told = [refusals[n] for _, _, refusals in found if refusals[n]]
        assert len(told) == 3, what
        assert all(what in sentence for sentence in told)
    room = room_at(path)
    state = room.load()
    texts = [e.body.text() for e in state.timeline if isinstance(e.body, type(state.facts[-1].body)) or True]
    for name in names:
        assert [text for text in texts if text.startswith(name + " ") and text.split()[1].isdigit()] == [
            f"{name} {n}" for n in range(25)
        ]
    assert state.entry_count == 100
    assert state.conflicts == ()
    assert room.log.verify() == []


# ── the thread that a console gives it ──


class Seen:
    """What a console was told, and a way to wait until it was told something."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.texts: list[str] = []
        self.troubles: list[str] = []

    def state(self, state: object) -> None:
        with self.changed:
            self.texts = [e.body.text() for e in state.timeline]  # type: ignore[attr-defined]
            self.changed.notify_all()

    def trouble(self, failed: StoreError) -> None:
        with self.changed:
            self.troubles.append(str(failed))
            self.changed.notify_all()

    def until(self, holds: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(holds, timeout=20), self.texts[-5:]


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def live(path: Path, seen: Seen) -> Iterator[LiveRoom]:
    live = LiveRoom(room_at(path))
    live.subscribe(seen.state, seen.trouble)
    live.start()
    yield live
    live.close()


def test_what_another_writes_arrives_by_itself(live: LiveRoom, seen: Seen, path: Path) -> None:
    seen.until(lambda: bool(seen.texts))
    other = room_at(path, By("ana"))
    other.load()
    other.do(Log(text="seen from elsewhere"))
    seen.until(lambda: "seen from elsewhere" in seen.texts)


def test_commands_that_wait_are_one_write(live: LiveRoom, monkeypatch: pytest.MonkeyPatch, seen: Seen) -> None:
    seen.until(lambda: bool(seen.texts))
    sizes: list[int] = []
    commit = Room.commit

    def counted(self: Room, asked: list[object]) -> object:
        sizes.append(len(asked))
        return commit(self, asked)  # type: ignore[arg-type]

    monkeypatch.setattr(Room, "commit", counted)
    futures = [live.do(Log(text=f"{n}")) for n in range(200)]
    assert all(isinstance(future.result(20), list) for future in futures)
    assert sum(sizes) == 200
    assert len(sizes) < 200


def test_a_command_asked_for_just_before_the_end_is_still_written(path: Path) -> None:
    live = LiveRoom(room_at(path))
    live.start()
    future = live.do(Log(text="last words"))
    live.close()
    assert isinstance(future.result(0), list)
    assert [e.body.text() for e in room_at(path).load().timeline][-1] == "last words"


def test_after_the_end_nothing_is_written_and_it_says_so(path: Path) -> None:
    live = LiveRoom(room_at(path))
    live.start()
    live.close()
    assert isinstance(live.do(Log(text="too late")).result(0), StoreError)


def test_evidence_is_kept_before_the_fact_that_names_it(live: LiveRoom, path: Path) -> None:
    outcome = live.keep(b"one\ntwo\n", "pasted.txt").result(20)
    assert isinstance(outcome, list)
    sha = outcome[0].body.sha  # type: ignore[union-attr]
    assert (path.parent / "evidence" / sha).read_bytes() == b"one\ntwo\n"


def test_a_file_that_was_moved_away_is_said_and_ends_nothing(live: LiveRoom, seen: Seen, path: Path) -> None:
    seen.until(lambda: bool(seen.texts))
    path.rename(path.with_name("elsewhere"))
    seen.until(lambda: bool(seen.troubles))
    path.with_name("elsewhere").rename(path)
    assert isinstance(live.do(Log(text="back again")).result(20), list)


def test_what_is_remembered_is_there_next_time(path: Path) -> None:
    live = LiveRoom(room_at(path))
    live.start()
    live.remember(type(live.memory)(history=("one", "two")))
    live.close()
    again = LiveRoom(room_at(path))
    again.start()
    again.close()
    assert again.memory.history == ("one", "two")


def test_a_draft_outlives_another_console_that_closes_later(path: Path) -> None:
    first, second = LiveRoom(room_at(path)), LiveRoom(room_at(path))
    for each in (first, second):
        each.start()
    first.remember(type(first.memory)(drafts={"prompt": "half a sentence"}))
    first.close()
    second.remember(type(second.memory)(history=("a line",)))
    second.close()
    kept = LiveRoom(room_at(path)).memory
    assert (kept.drafts, kept.history) == ({"prompt": "half a sentence"}, ("a line",))


def test_a_redaction_empties_what_was_remembered(live: LiveRoom, seen: Seen, path: Path) -> None:
    seen.until(lambda: bool(seen.texts))
    live.remember(type(live.memory)(history=("the password is hunter2",), drafts={"prompt": "hunter2"}))
    outcome = live.do(Log(text="the password is hunter2")).result(20)
    assert isinstance(outcome, list)
    assert isinstance(live.do(Redact(of=outcome[0].id, why="a password")).result(20), list)
    live.close()
    assert not [each for each in path.parent.iterdir() if each.is_file() and b"hunter2" in each.read_bytes()]
