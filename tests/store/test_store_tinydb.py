"""Our storage and table in TinyDB's place: its meaning kept, inserts appended, and no process undoes another's."""

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest
from tinydb import TinyDB, where
from tinydb.storages import MemoryStorage
from tinydb.table import Document

from warroom.store import beside
from warroom.store.storage import AppendTable, WarDB


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "db.json"


def test_an_insert_is_appended_in_place(file: Path) -> None:
    with WarDB(file) as db:
        db.insert({"a": 1})
        inode = file.stat().st_ino
        assert db.insert({"a": 2}) == 2
        assert db.insert_multiple({"a": n} for n in (3, 4)) == [3, 4]
    assert file.stat().st_ino == inode
    assert file.read_bytes() == b'{\n"_default": {\n"1": {"a":1},\n"2": {"a":2},\n"3": {"a":3},\n"4": {"a":4}\n}}'


def test_every_other_operation_replaces_the_file(file: Path) -> None:
    with WarDB(file) as db:
        db.insert_multiple({"a": n} for n in range(3))
        inode = file.stat().st_ino
        db.update({"b": 1}, where("a") == 1)
        assert file.stat().st_ino != inode
        assert db.remove(where("a") == 0) == [1]
        assert db.upsert({"a": 9}, where("a") == 9) == [4]
        assert [dict(row) for row in db.all()] == [{"a": 1, "b": 1}, {"a": 2}, {"a": 9}]


def test_stock_tinydb_reads_and_writes_the_same_file(file: Path) -> None:
    with WarDB(file) as db:
        db.insert({"a": "½"})
    with TinyDB(file) as db:
        assert db.all() == [{"a": "½"}]
        db.insert({"a": "stock"})
    with WarDB(file) as db:
        assert db.insert({"a": "ours"}) == 3
        assert [row["a"] for row in db.all()] == ["½", "stock", "ours"]
        inode = file.stat().st_ino
        db.insert({"a": "appended again"})
    assert file.stat().st_ino == inode


def test_the_table_inserted_into_goes_last_and_grows_in_place(file: Path) -> None:
    with WarDB(file) as db:
        db.table("one").insert({"a": 1})
        db.table("two").insert({"b": 1})
        db.table("one").insert({"a": 2})
        inode = file.stat().st_ino
        db.table("one").insert({"a": 3})
        assert file.stat().st_ino == inode
        assert db.tables() == {"one", "two"}
        assert db.table("two").all() == [{"b": 1}]
    assert file.read_bytes().startswith(b'{\n"two": {"1":{"b":1}},\n"one": {\n"1": {"a":1},')


def test_explicit_ids_keep_tinydbs_meaning(file: Path) -> None:
    with WarDB(file) as db:
        assert db.insert(Document({"a": 1}, doc_id=7)) == 7
        assert db.insert({"a": 2}) == 8
        with pytest.raises(ValueError, match="already exists"):
            db.insert(Document({"a": 3}, doc_id=7))
        assert db.insert(Document({"a": 4}, doc_id=3)) == 3
        assert db.insert({"a": 5}) == 9
        assert sorted(row.doc_id for row in db.all()) == [3, 7, 8, 9]
        assert db.insert_multiple([Document({"a": 6}, doc_id=20), Document({"a": 7}, doc_id=21)]) == [20, 21]
        db.truncate()
        assert db.insert({"a": 1}) == 1


def test_an_id_below_one_is_kept_too(file: Path) -> None:
    with WarDB(file) as db:
        db.insert(Document({"a": 0}, doc_id=0))
        assert db.insert({"a": 1}) == 1
        assert db.get(doc_id=0) == {"a": 0}


def test_the_query_cache_forgets_after_an_insert(file: Path) -> None:
    with WarDB(file) as db:
        db.insert({"a": 1})
        assert len(db.search(where("a") == 1)) == 1
        db.insert({"a": 1})
        assert len(db.search(where("a") == 1)) == 2


def test_what_cannot_be_read_back_is_refused_before_anything_is_written(file: Path) -> None:
    with WarDB(file) as db:
        db.insert({"a": 1})
        before = file.read_bytes()
        for bad in (math.nan, math.inf, "\ud800", {1, 2}):
            with pytest.raises((ValueError, TypeError)):
                db.insert({"a": bad})
            with pytest.raises((ValueError, TypeError)):
                db.insert_multiple([{"a": 2}, {"a": bad}])
        assert file.read_bytes() == before


def test_the_table_works_on_any_other_storage() -> None:
    class Memory(TinyDB):
        table_class = AppendTable

    db = Memory(storage=MemoryStorage)
    assert db.insert({"a": 1}) == 1
    assert db.insert_multiple([{"a": 2}, {"a": 3}]) == [2, 3]
    assert db.update({"b": 1}) == [1, 2, 3]


def test_a_cut_file_is_put_right_and_its_complete_rows_stay(file: Path) -> None:
    with WarDB(file) as db:
        db.insert_multiple({"a": n} for n in range(5))
    file.write_bytes(file.read_bytes()[:-6])
    with WarDB(file) as db:
        assert [row["a"] for row in db.all()] == [0, 1, 2, 3]
        assert db.insert({"a": "after"}) == 5
    assert len(beside.torn(str(file))) == 1
    assert len(TinyDB(file).all()) == 5


def test_a_file_that_is_no_json_is_left_alone(file: Path) -> None:
    file.write_text("hello")
    with WarDB(file) as db:
        with pytest.raises(json.JSONDecodeError):
            db.all()
        with pytest.raises(json.JSONDecodeError):
            db.insert({"a": 1})
    assert file.read_text() == "hello"


INSERT = """
import sys
from tinydb import where
from warroom.store.storage import WarDB
with WarDB(sys.argv[1]) as db:
    for number in range(60):
        if number % 3 == 2:
            db.update({"seen": number}, where("by") == sys.argv[2])
        elif number % 10 == 4:
            db.insert_multiple([{"by": sys.argv[2], "n": number}, {"by": sys.argv[2], "n": -number}])
        else:
            db.insert({"by": sys.argv[2], "n": number})
"""


def test_processes_that_insert_and_update_at_once_undo_nothing(file: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", INSERT, str(file), name]) for name in "abc"]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    with TinyDB(file) as db:
        assert len(db.all()) == 3 * 44
        assert {row.doc_id for row in db.all()} == set(range(1, 3 * 44 + 1))
