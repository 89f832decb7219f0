"""One incident's file in an exchange: what is told of it, what goes into it, and what becomes of it meanwhile."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from facts import INC, T0, Desk, declared, other
from warroom.core import codec
from warroom.core.acts.entries import AttachEvidence, Log, Redact
from warroom.core.events import Event
from warroom.core.values import By
from warroom.store import evidence, replica
from warroom.store.errors import DiskFull, Missing
from warroom.store.log import Log as LogFile
from warroom.store.writing import Writing
from warroom.sync import files, wire
from warroom.sync.answers import Offline
from warroom.sync.client import Client
from warroom.sync.engine import Adopt, Held
from warroom.sync.exchange import Exchange, Pace
from warroom.sync.files import LocalFile
from warroom.sync.folder import Folder
from warroom.sync.token import Token
from warroom.sync.wire import Fact, Listed, Standing, digest

import msgspec  # isort: skip  # beside what is tested


def fact(event: Event) -> Fact:
    data, hash = codec.encode(event)
    return Fact(msgspec.Raw(data), event.hash or hash)


def facts(desk: Desk) -> list[Fact]:
    return [fact(event) for event in sorted(desk.state.facts, key=lambda e: (e.rep, e.seq))]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "incidents").mkdir()
    return tmp_path


@pytest.fixture
def path(folder: Path) -> str:
    """A file with what one desk wrote."""
    found = str(folder / "incidents" / "2023-11-14-war.json")
    files.make(found, INC, replica.current(folder), facts(desk_of()))
    return found


def desk_of() -> Desk:
    desk = declared()
    desk.do(Log(text="one"))
    return desk


@pytest.fixture
def local(path: str, folder: Path) -> Iterator[LocalFile]:
    made = LocalFile(path, replica.current(folder))
    yield made
    made.close()


def more(text: str = "more", after: Desk | None = None) -> list[Fact]:
    """What another desk writes upon it."""
    desk = other(after or desk_of())
    return [fact(event) for event in desk.do(Log(text=text))]


def test_every_fact_is_told_once_and_without_its_text(local: LocalFile) -> None:
    told = local.news()
    assert [(each.rep, each.seq) for each in told] == [("r1", n) for n in range(1, len(told) + 1)]
    assert {each.hash for each in told} == {each.h for each in facts(desk_of())}
    assert local.news() == []
    assert local.heads == {"r1": (len(told), told[-1].hash)}


def test_what_another_process_writes_is_told(local: LocalFile, path: str, folder: Path) -> None:
    local.news()
    with LogFile.open(path, replica.current(folder)) as log, log.writing() as writing:
        (fresh,) = more()
        writing.accept(bytes(fresh.e), fresh.h)
        writing.write()
    assert [each.hash for each in local.news()] == [fresh.h]


def test_what_leaves_is_byte_for_byte_what_is_in_the_file(local: LocalFile) -> None:
    told = local.news()
    local.idle()
    decoded = [msgspec.json.decode(data, type=Fact) for data in local.wire(told)]
    assert [(bytes(each.e), each.h) for each in decoded] == [(bytes(each.e), each.h) for each in facts(desk_of())]


def test_what_came_is_durable_and_told_as_held(local: LocalFile, path: str) -> None:
    local.news()
    came = more()
    held = local.accept(came)
    assert [each.hash for each in held] == [each.h for each in came]
    assert local.news() == []
    assert b'"more"' in Path(path).read_bytes()


def test_what_is_known_is_not_written_again(local: LocalFile, path: str) -> None:
    local.news()
    came = more()
    local.accept(came)
    before = Path(path).read_bytes()
    assert [each.hash for each in local.accept([*came, *facts(desk_of())])]
    assert Path(path).read_bytes() == before
    local.accept([*came, *came])
    assert Path(path).read_bytes() == before


def test_two_processes_that_bring_the_same_write_it_once(local: LocalFile, path: str, folder: Path) -> None:
    twin = LocalFile(path, replica.current(folder))
    local.news()
    twin.news()
    came = more()
    local.accept(came)
    twin.accept(came)
    twin.close()
    with LogFile.open(path, "", read_only=True) as log:
        assert len(log.load()) == len(facts(desk_of())) + 1
        assert log.verify() == []


@pytest.mark.parametrize("spoilt", ["hash", "bytes", "incident", "nonsense"])
def test_what_is_no_fact_of_this_incident_is_left_out_and_the_rest_is_kept(local: LocalFile, spoilt: str) -> None:
    local.news()
    good, other_one = more("good"), more("other")[0]
    bad = {
        "hash": Fact(other_one.e, "0" * 64),
        "bytes": Fact(msgspec.Raw(bytes(other_one.e) + b" "), other_one.h),
        "incident": Fact(msgspec.Raw(bytes(other_one.e).replace(INC.encode(), INC[::-1].encode())), other_one.h),
        "nonsense": Fact(msgspec.Raw(b'{"a":1}'), "0" * 64),
    }[spoilt]
    held = local.accept([bad, *good])
    assert [each.hash for each in held] == [each.h for each in good]
    assert local.bad


def test_a_redaction_that_came_takes_the_text_out(local: LocalFile, path: str) -> None:
    local.news()
    desk = desk_of()
    (entry,) = desk.do(Log(text="hunter-two"))
    local.accept([fact(entry)])
    assert b"hunter-two" in Path(path).read_bytes()
    (redaction,) = desk.do(Redact(of=entry.id, why="a secret"))
    local.accept([fact(redaction)])
    assert b"hunter-two" not in Path(path).read_bytes()
    assert b"hunter-two" not in b"".join(local.wire([_held(entry)]))


def test_the_text_of_a_redacted_fact_does_not_come_back_with_a_copy(local: LocalFile, path: str) -> None:
    local.news()
    desk = desk_of()
    (entry,) = desk.do(Log(text="hunter-two"))
    (redaction,) = desk.do(Redact(of=entry.id, why="a secret"))
    local.accept([fact(entry), fact(redaction)])
    data, hash = codec.readdressed(codec.encode(entry)[0], "another", 1, "")
    (copy,) = local.accept([Fact(msgspec.Raw(data), hash)])
    assert copy.hash == hash
    assert b"hunter-two" not in Path(path).read_bytes()


def _held(event: Event) -> Held:
    return Held(event.rep, event.seq, event.hash, event.prev, event.id, event.lam, event.rec, 0)


def test_evidence_is_known_by_the_facts_that_name_it_until_they_are_redacted(local: LocalFile) -> None:
    local.news()
    desk, sha = desk_of(), "ab" * 32
    (proof,) = desk.do(AttachEvidence(sha=sha, size=3, name="a.log"))
    local.accept([fact(proof)])
    assert local.blobs == {sha: {proof.id}}
    (redaction,) = desk.do(Redact(of=proof.id, why="a secret"))
    local.accept([fact(redaction)])
    assert not local.blobs.get(sha)
    assert evidence.is_hash(sha)


def test_an_older_copy_under_its_name_is_noticed(local: LocalFile, path: str) -> None:
    local.news()
    old = Path(path).read_bytes()
    local.accept(more())
    Path(path + ".copy").write_bytes(old)
    os.replace(path + ".copy", path)
    told = local.news()
    assert local.shrank
    assert len(told) == len(facts(desk_of()))
    local.accept(more())
    assert b'"more"' in Path(path).read_bytes()


def test_an_older_copy_written_over_it_is_noticed_too(local: LocalFile, path: str) -> None:
    local.news()
    old = Path(path).read_bytes()
    local.accept(more())
    with open(path, "r+b") as file:
        file.write(old)
        file.truncate()
    local.news()
    assert local.shrank


def test_a_file_that_was_moved_away_says_so(local: LocalFile, path: str) -> None:
    local.news()
    shutil.move(path, path + ".moved")
    with pytest.raises(Missing):
        local.news()
    with pytest.raises(Missing):
        local.accept(more())


def test_another_incident_under_its_name_is_not_taken_for_it(local: LocalFile, path: str, folder: Path) -> None:
    local.news()
    elsewhere = str(folder / "other.json")
    files.make(elsewhere, "0" + INC[:0:-1], replica.current(folder), [])
    os.replace(elsewhere, path)
    with pytest.raises(Missing):
        local.news()


def test_a_full_disk_leaves_the_file_as_it_was_and_the_next_try_writes(
    local: LocalFile, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    local.news()
    before = Path(path).read_bytes()

    def full(writing: Writing) -> None:
        raise DiskFull("The disk is full.")

    with monkeypatch.context() as broken:
        broken.setattr(Writing, "write", full)
        with pytest.raises(DiskFull):
            local.accept(more())
    assert Path(path).read_bytes() == before
    local.accept(more())
    assert b'"more"' in Path(path).read_bytes()


def test_what_a_server_does_not_take_is_written_once_more_as_another_replica(path: str, folder: Path) -> None:
    rep = replica.current(folder)
    desk = other(desk_of(), rep=rep)
    mine = desk.do(Log(text="mine"))
    with LogFile.open(path, rep) as log, log.writing() as writing:
        writing.accept(*codec.encode(mine[0]))
        writing.write()
    local = LocalFile(path, rep)
    (last,) = [each for each in local.news() if each.rep == rep]
    written = local.adopt(Adopt((last,), ((rep, 1),)), T0, By("sync"))
    fresh = replica.current(folder)
    assert fresh != rep
    assert local.rep == fresh
    assert [(each.rep, each.seq) for each in written] == [(fresh, 1), (fresh, 2)]
    assert written[1].id == last.id
    assert local.news() == []
    with LogFile.open(path, fresh) as log:
        assert log.verify() == []
        assert [event.body.text() for event in log.load()].count("mine") == 2
    local.close()


def test_of_anothers_chain_only_a_copy_is_made(path: str, folder: Path) -> None:
    rep = replica.current(folder)
    local = LocalFile(path, rep)
    last = local.news()[-1]
    written = local.adopt(Adopt((last,), ((last.rep, last.seq),)), T0, By("sync"))
    assert replica.current(folder) == rep
    assert [each.rep for each in written] == [rep, rep]
    local.close()


def test_a_title_is_found_among_what_came() -> None:
    assert files.declared(facts(desk_of())) == ("checkout returns 500s", T0)
    assert files.declared(more()) is None


def test_what_was_read_and_not_told_yet_is_not_told_of_a_file_that_was_put_back(local: LocalFile, path: str) -> None:
    before = Path(path).read_bytes()
    told = local.news()
    late = more("late")
    with LogFile.open(path, local.rep) as log, log.writing() as writing:
        for each in late:
            writing.accept(bytes(each.e), each.h)
        writing.write()
    local.accept(more("upon it"))  # reads the late one, too
    Path(path + ".new").write_bytes(before)
    os.replace(path + ".new", path)
    assert [each.hash for each in local.news()] == [each.hash for each in told]
    assert local.shrank


def test_a_fact_that_should_leave_and_is_not_there_means_that_the_file_was_put_back(
    local: LocalFile, path: str
) -> None:
    before = Path(path).read_bytes()
    local.news()
    (held,) = local.accept(more())
    local.idle()
    Path(path + ".new").write_bytes(before)
    os.replace(path + ".new", path)
    assert local.wire([held]) == []
    assert local.shrank
    assert held.hash not in {each.hash for each in local.news()}


def test_a_fact_whose_predecessor_is_not_here_is_left_out_until_it_comes(local: LocalFile) -> None:
    desk = other(desk_of())
    first, second = (fact(event) for text in ("first", "second") for event in desk.do(Log(text=text)))
    assert local.accept([second]) == []
    assert [each.hash for each in local.accept([first, second])] == [first.h, second.h]


def test_what_came_and_cannot_be_read_does_not_hold_up_what_follows_it(local: LocalFile) -> None:
    desk = other(desk_of())
    first, second = (fact(event) for text in ("first", "second") for event in desk.do(Log(text=text)))
    newer = Fact(msgspec.Raw(bytes(first.e)[:-1] + b',"zone":"x"}'), first.h)
    assert [each.hash for each in local.accept([newer, second])] == [second.h]
    assert local.bad


def test_facts_that_an_older_file_lacks_are_written_again_when_they_come(local: LocalFile, path: str) -> None:
    before = Path(path).read_bytes()
    fresh = more()
    local.accept(fresh)
    Path(path + ".new").write_bytes(before)
    os.replace(path + ".new", path)
    assert [each.hash for each in local.accept(fresh)] == [each.h for each in fresh]
    assert fresh[0].h.encode() in Path(path).read_bytes()


def test_the_words_of_a_redacted_fact_do_not_come_back_with_a_copy_and_a_mere_tombstone_bars_nothing(
    local: LocalFile, path: str
) -> None:
    desk = desk_of()
    entry = desk.do(Log(text="hunter2"))[0]
    local.accept([fact(entry)])
    bare, _ = codec.redact(codec.encode(entry)[0])
    tombstone = codec.readdressed(bare, "q", 1, "")
    whole = codec.readdressed(codec.encode(entry)[0], "p", 1, "")
    local.accept([Fact(msgspec.Raw(data), hash) for data, hash in (tombstone, whole)])
    assert Path(path).read_bytes().count(b"hunter2") == 2
    local.accept([fact(event) for event in desk.do(Redact(of=entry.id, why="a password"))])
    again = codec.readdressed(codec.encode(entry)[0], "o", 1, "")
    local.accept([Fact(msgspec.Raw(again[0]), again[1])])
    assert b"hunter2" not in Path(path).read_bytes()


# ── in an exchange ──


def test_a_file_that_was_let_go_of_is_left_alone_by_whoever_still_has_it_in_hand(local: LocalFile) -> None:
    exchange = Exchange(local, "", {}, reads_only=False)
    exchange.look()
    exchange.close()
    assert not exchange.came([("E.9", more()[0])])
    assert not exchange.step(Client("http://127.0.0.1:1", Token("x")), Pace(), T0, By("sync"))


def test_a_log_that_was_closed_says_that_its_file_is_not_there(path: str, folder: Path) -> None:
    log = LogFile.open(path, replica.current(folder))
    log.close()
    with pytest.raises(Missing), log.writing():
        pass


def test_evidence_is_not_taken_to_be_on_a_server_that_was_put_back(local: LocalFile) -> None:
    exchange = Exchange(local, "", {}, reads_only=False)
    exchange.look()
    exchange.engine.created()
    exchange.told(Standing(local.heads, "E.9"))
    exchange.there.add("a" * 64)
    exchange.listed(Listed(INC, digest(local.heads), "E.9"))
    assert (exchange.there, exchange.engine.in_step) == ({"a" * 64}, True)
    exchange.listed(Listed(INC, digest(local.heads), "F.9"))
    assert (exchange.there, exchange.engine.in_step, exchange.engine.cursor) == (set(), True, "F.9")


class Growing(set[str]):
    """What another thread adds to whenever somebody goes through it."""

    def __iter__(self) -> Iterator[str]:
        found = super().__iter__()
        self.add(f"{len(self)}")
        return found


def test_what_is_wanted_may_grow_while_the_next_is_chosen(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = Folder(str(folder), lambda line: None)
    mine.wanted = Growing([INC])
    asked: list[str] = []
    monkeypatch.setattr(mine, "_fetch", lambda inc, client, pace: asked.append(inc))
    mine.fetch(Client("http://127.0.0.1:1", Token("x")), Pace())
    assert asked == [INC]


def test_what_is_told_of_an_incident_while_it_is_fetched_makes_it_wanted_again(folder: Path) -> None:
    mine = Folder(str(folder), lambda line: None)
    inc = "000G40R40M30E209185GR38E1W"

    class Early(Client):
        """The server has made the incident, and its facts come while it is asked for them."""

        def pull(self, inc: str, after: str, limit: int = 0, wait: int = 0) -> wire.Page:
            mine.told_of(inc)
            return wire.Page(events=(), cursor="E.0", more=False, time=0)

    client = Early("http://127.0.0.1:1", Token("x"))
    mine.told_of(inc)
    assert mine.fetch(client, Pace()) is None
    assert mine.wanted == {inc}


def test_what_could_not_be_fetched_for_now_stays_wanted(folder: Path) -> None:
    mine = Folder(str(folder), lambda line: None)
    inc = "000G40R40M30E209185GR38E1W"
    mine.told_of(inc)
    with pytest.raises(Offline):
        mine.fetch(Client("http://127.0.0.1:1", Token("x")), Pace())
    assert mine.wanted == {inc}
