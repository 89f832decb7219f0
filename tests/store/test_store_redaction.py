"""A redaction takes a text out of the file and of everything beside it; the chain still verifies."""

import glob
from pathlib import Path

import pytest
from tinydb import TinyDB

from store_kit import DANA, INC, NOW, OTHER, REP, note, texts, write
from warroom.core.commands import Draft
from warroom.core.events import FactRedacted, Redacted
from warroom.core.values import At
from warroom.store import beside, local
from warroom.store.log import Log


def redact(log: Log, of: str) -> None:
    with log.writing() as writing:
        writing.seal(Draft(FactRedacted(of, "a customer's name"), At(NOW)), at_now=NOW, by=DANA)
        writing.write()


def everything(path: Path) -> bytes:
    return b"".join(
        Path(name).read_bytes() for name in glob.glob(str(path.parent / "*")) + glob.glob(str(path.parent / ".*"))
    )


def test_the_text_is_gone_and_a_tombstone_stays(log: Log, path: Path) -> None:
    written = write(log, "before", "Mrs Smith's card", "after")
    log.load()
    redact(log, written[1].id)
    assert b"Smith" not in everything(path)
    loaded = log.load()
    assert isinstance(loaded[1].body, Redacted)
    assert (loaded[1].id, loaded[1].hash, loaded[1].by.name) == (written[1].id, written[1].hash, "")
    assert [loaded[0], loaded[2]] == [written[0], written[2]]


def test_the_chain_still_verifies_and_goes_on(log: Log, path: Path) -> None:
    first, _ = write(log, "secret", "two")
    redact(log, first.id)
    write(log, "three")
    assert log.verify() == []
    assert Log.open(path, REP).verify() == []
    assert len(TinyDB(path).table("events").all()) == 4


def test_everything_beside_the_file_is_scrubbed(log: Log, path: Path) -> None:
    (secret,) = write(log, "hunter2")
    path.write_bytes(path.read_bytes() + b'"9": {"text": "hunter2')
    log = Log.open(path, REP)
    assert beside.torn(str(path))
    Path(f"{path}.new").write_text("hunter2")
    Path(beside.cache(str(path))).write_text("hunter2")
    (path.parent / "lobby.screen").write_text("hunter2")
    state = local.Local(
        drafts={"prompt": "hunter2"}, history=("hunter2",), cursors={"timeline": "ABC"}, dismissed=("x",)
    )
    local.save(beside.local(str(path)), state)
    redact(log, secret.id)
    assert b"hunter2" not in everything(path)
    assert local.load(beside.local(str(path))) == local.Local(cursors={"timeline": "ABC"}, dismissed=("x",))


def test_others_load_again_and_see_the_tombstone(log: Log, path: Path) -> None:
    (secret,) = write(log, "secret")
    other = Log.open(path, REP)
    other.load()
    redact(log, secret.id)
    assert other.follow() is None
    assert isinstance(other.load()[0].body, Redacted)
    with other.writing() as writing:
        assert writing.fresh == []


def test_a_redaction_that_came_from_elsewhere_counts_here(log: Log, tmp_path: Path) -> None:
    there = Log.create(tmp_path / "there.json", INC, OTHER)
    (secret,) = write(there, "secret")
    rows = list(there.rows())
    redact(there, secret.id)
    redaction = list(there.rows())[1]
    with log.writing() as writing:
        writing.accept(*rows[0])
        writing.write()
    with log.writing() as writing:
        writing.accept(*redaction)
        writing.write()
    assert b"secret" not in (Path(log.path)).read_bytes()
    assert log.verify() == []


def test_a_tombstone_of_another_replica_is_accepted(log: Log, tmp_path: Path) -> None:
    there = Log.create(tmp_path / "there.json", INC, OTHER)
    (secret,) = write(there, "secret")
    redact(there, secret.id)
    with log.writing() as writing:
        for data, hash in there.rows():
            writing.accept(data, hash)
        writing.write()
    assert isinstance(log.load()[0].body, Redacted)
    assert log.verify() == []


def test_what_is_sealed_and_redacted_in_one_stretch_never_stands_there(log: Log, path: Path) -> None:
    with log.writing() as writing:
        event = writing.seal(note("slip of the hand"), at_now=NOW, by=DANA)
        writing.redact(event.id)
        writing.write()
    assert b"slip" not in path.read_bytes()
    assert log.verify() == []


def test_redacting_a_fact_that_is_not_here_changes_nothing(log: Log) -> None:
    write(log, "one")
    redact(log, "0" * 20)
    assert texts(log.load())[0] == "one"
    assert log.verify() == []


def test_a_text_that_holds_the_id_of_a_redacted_fact_stays(log: Log) -> None:
    (secret,) = write(log, "secret")
    write(log, f"see {secret.id}")
    redact(log, secret.id)
    assert texts(log.load())[1] == f"see {secret.id}"


@pytest.mark.parametrize("leftover", ["x.json.new", "x.json.4711.new"])
def test_a_replacement_that_was_cut_short_is_no_incident(tmp_path: Path, leftover: str) -> None:
    from warroom.store import folder

    Log.create(tmp_path / "x.json", INC, REP).close()
    (tmp_path / leftover).write_text("{")
    assert [entry.inc for entry in folder.entries(str(tmp_path))] == [INC]
