"""A file that an editor, jq or stock TinyDB laid out anew is read as it is, and brought back at the next write."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tinydb import TinyDB

from store_kit import REP, texts, write
from warroom.core.events import Event
from warroom.store import beside
from warroom.store.log import Log


def _json(**style: object) -> Callable[[Path], None]:
    def again(path: Path) -> None:
        path.write_text(json.dumps(json.loads(path.read_bytes()), **style))  # type: ignore[arg-type]  # style is json's

    return again


def _tinydb(path: Path) -> None:
    with TinyDB(path) as db:
        db.table("notes").insert({"a": 1})


EDITS = {
    "one line": _json(),
    "indented": _json(indent=2, ensure_ascii=False),
    "sorted": _json(sort_keys=True, indent="\t"),
    "compact": _json(separators=(",", ":")),
    "a line's end added": lambda path: path.write_bytes(path.read_bytes() + b"\n"),
    "Windows lines": lambda path: path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n")),
    "an empty line": lambda path: path.write_bytes(path.read_bytes().replace(b": {\n", b": {\n\n", 1)),
    "stock TinyDB": _tinydb,
}


@pytest.fixture(params=EDITS)
def edited(request: pytest.FixtureRequest, log: Log, path: Path) -> list[Event]:
    events = write(log, "one", 'zwei ½ "quoted" \n', "three")
    log.load()
    EDITS[request.param](path)
    return events


def test_it_is_read_as_it_is(edited: list[Event], path: Path) -> None:
    before = path.read_bytes()
    with Log.open(path, REP) as log:
        assert log.load() == edited
        assert log.tail(2) == edited[1:]
        assert log.repaired is None
    assert path.read_bytes() == before


def test_verify_says_that_it_was_edited_and_nothing_worse(edited: list[Event], path: Path) -> None:
    (trouble,) = Log.open(path, REP).verify()
    assert (trouble.row, "edited by hand" in trouble.text) == (0, True)


def test_the_next_write_brings_the_layout_back(edited: list[Event], path: Path) -> None:
    log = Log.open(path, REP)
    log.load()
    (fourth,) = write(log, "four")
    assert (fourth.seq, fourth.prev) == (4, edited[2].hash)
    assert log.verify() == []
    assert path.read_bytes().count(b"\n") == 3 + 4 + len(set(json.loads(path.read_bytes())) - {"meta", "events"})
    assert log.load() == [*edited, fourth]
    assert beside.torn(str(path)) == []


def test_whoever_had_it_open_goes_on(edited: list[Event], log: Log) -> None:
    assert log.follow() is None
    assert log.load() == edited
    assert log.follow() == []
    with log.writing() as writing:
        assert writing.fresh is None
        assert log.load() == edited
    assert texts(write(log, "four")) == ["four"]
    assert log.follow() in ([], None)
    assert len(log.load()) == 4


def test_another_table_stays(log: Log, path: Path) -> None:
    write(log, "one")
    _tinydb(path)
    write(Log.open(path, REP), "two")
    with TinyDB(path) as db:
        assert db.table("notes").all() == [{"a": 1}]
        assert len(db.table("events").all()) == 2


def test_a_fact_changed_by_hand_is_read_and_named(log: Log, path: Path) -> None:
    write(log, "one", "two")
    path.write_bytes(path.read_bytes().replace(b'"two"', b'"too"'))
    with Log.open(path, REP) as again:
        assert texts(again.load()) == ["one", "too"]
        assert again.verify()[0].row == 2


def test_a_fact_taken_out_by_hand_is_missed(log: Log, path: Path) -> None:
    write(log, "one", "two", "three")
    with TinyDB(path) as db:
        db.table("events").remove(doc_ids=[2])
    with Log.open(path, REP) as again:
        assert texts(again.load()) == ["one", "three"]
        assert any("number 2 of replica" in t.text for t in again.verify())


def test_a_file_cut_by_stock_tinydb_keeps_its_complete_rows(log: Log, path: Path) -> None:
    events = write(log, "one", "two", "three")
    _json()(path)
    path.write_bytes(path.read_bytes()[:-200])
    with Log.open(path, REP) as again:
        assert again.load() == events[:2]
        assert len(beside.torn(str(path))) == 1
        write(again, "after")
        assert [t for t in again.verify() if t.row] == []
