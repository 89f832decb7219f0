"""Facts are written, loaded and followed; each carries the numbers and the hash of the chain it stands in."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from store_kit import DANA, INC, NOW, OTHER, REP, note, texts, write
from warroom.core import codec
from warroom.core.commands import Draft
from warroom.core.events import ImpactStated, Logged, SeverityChanged
from warroom.core.values import At
from warroom.store.errors import Exists, Missing, NotWritten, ReadOnlyNow, TooLarge, Unreadable
from warroom.store.log import Log


def test_what_is_written_is_loaded(log: Log, path: Path) -> None:
    written = write(log, "one", "two")
    assert Log.open(path, REP).load() == written


def test_a_log_is_created_once(log: Log, path: Path) -> None:
    with pytest.raises(Exists):
        Log.create(path, INC, REP)
    assert log.load() == []


def test_files_are_for_their_owner_only(log: Log, path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_file_is_laid_out_a_row_a_line_and_is_json(log: Log, path: Path) -> None:
    write(log, "one", "two")
    lines = path.read_bytes().split(b"\n")
    assert lines[0] == b"{"
    assert lines[1].startswith(b'"meta": {"1":{"format":1,')
    assert lines[2] == b'"events": {'
    assert lines[3].startswith(b'"1": {"e":{"at":')
    assert lines[4].startswith(b'"2": {"e":{"at":')
    assert lines[5] == b"}}"
    assert list(json.loads(path.read_bytes())["events"]) == ["1", "2"]


def test_stock_tinydb_opens_it(log: Log, path: Path) -> None:
    from tinydb import TinyDB

    write(log, "one", "zwei ½ 火")
    with TinyDB(path) as db:
        assert [row["e"]["body"]["text"] for row in db.table("events").all()] == ["one", "zwei ½ 火"]
        assert db.table("meta").all()[0]["inc"] == INC


def test_each_fact_goes_on_from_the_one_before(log: Log) -> None:
    first, second = write(log, "one", "two")
    third = write(log, "three")[0]
    assert [(e.seq, e.lam) for e in (first, second, third)] == [(1, 1), (2, 2), (3, 3)]
    assert [first.prev, second.prev, third.prev] == ["", first.hash, second.hash]
    assert len({first.id, second.id, third.id}) == 3
    assert log.verify() == []


def test_a_fact_says_who_and_when(log: Log) -> None:
    (event,) = write(log, "one")
    assert (event.by, event.rec, event.inc, event.rep) == (DANA, NOW, INC, REP)


def test_a_log_that_was_only_opened_writes_too(log: Log, path: Path) -> None:
    write(log, "one")
    other = Log.open(path, REP)
    with other.writing() as writing:
        assert writing.fresh is None
        event = writing.seal(note("two"), at_now=NOW, by=DANA)
        writing.write()
    assert event.seq == 2
    assert other.follow() is None
    assert texts(other.load()) == ["one", "two"]


def test_following_gives_what_others_wrote_once(log: Log, path: Path) -> None:
    other = Log.open(path, REP)
    assert log.load() == other.load() == []
    written = write(other, "one", "two")
    assert log.follow() == written
    assert log.follow() == []
    assert other.follow() == []


def test_writing_hands_over_what_others_wrote_before(log: Log, path: Path) -> None:
    other = Log.open(path, REP)
    log.load()
    other.load()
    theirs = write(other, "theirs")
    with log.writing() as writing:
        assert writing.fresh == theirs
        mine = writing.seal(note("mine"), at_now=NOW, by=DANA)
        writing.write()
    assert (mine.seq, mine.lam, mine.prev) == (2, 2, theirs[0].hash)
    assert log.follow() == []
    assert other.follow() == [mine]


def test_several_writes_in_one_stretch(log: Log) -> None:
    log.load()
    with log.writing() as writing:
        writing.seal(note("one"), at_now=NOW, by=DANA)
        writing.write()
        writing.seal(note("two"), at_now=NOW, by=DANA)
        writing.write()
    assert texts(log.load()) == ["one", "two"]
    assert log.verify() == []


def test_what_was_sealed_and_not_written_leaves_no_gap(log: Log) -> None:
    log.load()
    with log.writing() as writing:
        writing.seal(note("dropped"), at_now=NOW, by=DANA)
    assert write(log, "kept")[0].seq == 1
    assert log.verify() == []


def test_a_replaced_file_is_loaded_again(log: Log, path: Path) -> None:
    write(log, "one")
    log.load()
    copy = path.read_bytes()
    path.unlink()
    path.write_bytes(copy)
    assert log.follow() is None
    assert texts(log.load()) == ["one"]
    write(log, "two")
    assert texts(Log.open(path, REP).load()) == ["one", "two"]


def test_a_file_that_shrank_is_loaded_again(log: Log, path: Path) -> None:
    write(log, "one")
    before = path.read_bytes()
    write(log, "two")
    log.load()
    with path.open("r+b") as file:
        file.write(before)
        file.truncate()
    assert log.follow() is None
    assert texts(log.load()) == ["one"]


def another_byte(path: Path) -> None:
    """Change a digit of the last row's hash."""
    with path.open("r+b") as file:
        file.seek(-20, os.SEEK_END)
        was = file.read(1)
        file.seek(-20, os.SEEK_END)
        file.write(b"1" if was == b"0" else b"0")


def test_a_file_that_was_changed_in_place_is_loaded_again(log: Log, path: Path) -> None:
    write(log, "one")
    log.load()
    another_byte(path)
    with log.writing() as writing:
        assert writing.fresh is None


def test_a_file_that_was_changed_in_place_and_grew_is_loaded_again(log: Log, path: Path) -> None:
    write(log, "one")
    other = Log.open(path, REP)
    log.load()
    another_byte(path)
    write(other, "two")
    assert log.follow() is None


def test_a_file_that_was_moved_says_so(log: Log, path: Path) -> None:
    write(log, "one")
    path.rename(path.with_suffix(".gone"))
    with pytest.raises(Missing, match="moved or removed"):
        write(log, "two")
    with pytest.raises(Missing, match="moved or removed"):
        log.follow()


def test_the_tail_is_read_without_the_rest(log: Log) -> None:
    write(log, *(f"number {n}" for n in range(300)))
    assert texts(log.tail(3)) == ["number 297", "number 298", "number 299"]
    assert len(log.tail(1000)) == 300
    assert log.tail(0) == []


def test_rows_larger_than_the_window_are_found(log: Log, path: Path) -> None:
    large = "x" * 60_000
    write(log, "small", large, large)
    assert texts(log.tail(1)) == [large]
    other = Log.open(path, REP)
    assert write(other, "after")[0].seq == 4
    assert other.verify() == []


def test_reading_only_never_writes(log: Log, path: Path) -> None:
    write(log, "one")
    reader = Log.open(path, REP, read_only=True)
    assert texts(reader.load()) == ["one"]
    with pytest.raises(ReadOnlyNow, match="reading only"):
        reader.writing().__enter__()


def test_a_fact_larger_than_64_kib_is_refused_and_nothing_is_written(log: Log) -> None:
    with pytest.raises(TooLarge, match="64"):
        write(log, "x" * 65_536)
    assert write(log, "after")[0].seq == 1


@pytest.mark.parametrize("text", ["a\0b", "half \ud83d a face"])
def test_nul_and_lone_surrogates_are_refused(log: Log, text: str) -> None:
    with pytest.raises(NotWritten):
        write(log, text)
    assert write(log, "after")[0].seq == 1


def test_everything_else_is_kept_as_it_was_written(log: Log, path: Path) -> None:
    nasty = '[red]\x1b]8;;http://x\x1b\\ \x9b31m \u202e "1": {"e":{}},\n}} \\ 😀 \x7f\r\n\t'
    write(log, nasty)
    assert texts(Log.open(path, REP).load()) == [nasty]
    assert log.verify() == []


def test_another_replica_has_numbers_of_its_own(log: Log, path: Path) -> None:
    mine = write(log, "mine", "mine too")
    theirs = write(Log.open(path, OTHER), "theirs")[0]
    assert (theirs.seq, theirs.lam, theirs.prev) == (1, 3, "")
    third = write(Log.open(path, REP), "mine again")[0]
    assert (third.seq, third.lam, third.prev) == (3, 4, mine[1].hash)
    assert log.verify() == []


def test_a_fact_of_another_replica_is_accepted_byte_by_byte(log: Log, tmp_path: Path) -> None:
    there = Log.create(tmp_path / "there.json", INC, OTHER)
    write(there, "one", "two")
    mine = write(log, "mine")[0]
    with log.writing() as writing:
        for data, hash in there.rows():
            writing.accept(data, hash)
        late = writing.seal(note("late"), at_now=NOW, by=DANA)
        writing.write()
    assert list(log.rows())[1:3] == list(there.rows())
    assert (late.seq, late.lam, late.prev) == (2, 3, mine.hash)
    assert log.verify() == []


def test_a_changed_fact_of_another_replica_is_refused(log: Log, tmp_path: Path) -> None:
    there = Log.create(tmp_path / "there.json", INC, OTHER)
    write(there, "one")
    ((data, hash),) = there.rows()
    with log.writing() as writing, pytest.raises(codec.Bad):
        writing.accept(data.replace(b"one", b"two"), hash)


def test_facts_are_found_by_id(log: Log) -> None:
    written = write(log, "one", "two", "three")
    found = log.bytes_of([written[1].id, "no such"])
    assert list(found) == [written[1].id]
    data, hash = found[written[1].id]
    assert codec.accept(data, hash) == written[1]


def test_every_kind_of_body_comes_back(log: Log) -> None:
    bodies = [
        SeverityChanged("SEV2", why="grows"),
        ImpactStated("checkout", since=5),
        Logged(text_="x", kind_="decision"),
    ]
    with log.writing() as writing:
        for body in bodies:
            writing.seal(Draft(body, At(NOW, NOW + 5, True), ("A",)), at_now=NOW, by=DANA)
        writing.write()
    loaded = log.load()
    assert [e.body for e in loaded] == bodies
    assert loaded[0].at == At(NOW, NOW + 5, True)
    assert loaded[0].over == ("A",)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"hello", b'{"a": {"1": {"x": 1}}}', b"\xff\xfe\x00"])
def test_a_file_of_something_else_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(Unreadable, match="holds no incident"):
        Log.open(path, REP)
    assert path.read_bytes() == content


def test_a_newer_format_says_update(log: Log, path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'"format":1', b'"format":2'))
    with pytest.raises(Unreadable, match="newer warroom"):
        Log.open(path, REP)


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="no file"):
        Log.open(tmp_path / "none.json", REP)


def test_a_link_stays_a_link(log: Log, path: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.json"
    link.symlink_to(path)
    linked = Log.open(link, REP)
    (event,) = write(linked, "secret")
    with linked.writing() as writing:
        writing.redact(event.id)
        writing.write()
    assert link.is_symlink()
    assert b"secret" not in path.read_bytes()


def test_writing_does_not_import_tinydb() -> None:
    code = "import sys, warroom.store.log, warroom.store.folder; print([m for m in sys.modules if 'tinydb' in m])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=os.environ)
    assert done.stdout.strip() == "[]", done.stderr


def test_a_log_that_was_loaded_again_goes_on_from_what_others_wrote_meanwhile(log: Log, path: Path) -> None:
    write(log, "one")
    with Log.open(path, REP) as other:
        write(other, "two")
    log.load()
    third = write(log, "three")[0]
    events = Log.open(path, REP).load()
    assert [(event.seq, event.lam) for event in events] == [(1, 1), (2, 2), (3, 3)]
    assert third.prev == events[1].hash
    assert not log.verify()
