"""Incidents are named by date, handle and title, found by handle or title, and moved away whole."""

import errno
import os
import stat
from pathlib import Path

import pytest

from store_kit import DANA, NOW, REP, texts, write
from warroom.core.commands import Draft
from warroom.core.events import Declared, EvidenceAttached, Renamed
from warroom.core.values import At, incident_id
from warroom.store import access, beside, evidence, folder, local
from warroom.store.errors import (
    Ambiguous,
    Exists,
    FolderNotOurs,
    FolderReadOnly,
    LockHeld,
    Missing,
    NoHome,
    NotFound,
    StoreError,
)
from warroom.store.log import Log


def declare(folder_path: Path, first: int, title: str) -> Log:
    inc = incident_id(bytes([first] * 16), False)
    log = Log.create(folder.path_for(str(folder_path), inc, title, NOW), inc, REP)
    with log.writing() as writing:
        writing.seal(Draft(Declared(title, "SEV2"), At(NOW)), at_now=NOW, by=DANA)
        writing.write()
    return log


def rename(log: Log, title: str) -> None:
    with log.writing() as writing:
        writing.seal(Draft(Renamed(title), At(NOW)), at_now=NOW, by=DANA)
        writing.write()


@pytest.fixture
def here(tmp_path: Path) -> Path:
    return tmp_path / "incidents"


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Checkout returns 500s", "checkout-returns-500s"),
        ("  ../../etc/passwd  ", "etc-passwd"),
        ("Zahlung\x1b[31m fällt aus", "zahlung-31m-f-llt-aus"),
        ("火事", "incident"),
        ("", "incident"),
        ("x" * 300, "x" * 48),
    ],
)
def test_a_title_becomes_a_part_of_a_name(title: str, slug: str) -> None:
    assert folder.slug(title) == slug


def test_a_file_is_named_by_date_handle_and_title(here: Path) -> None:
    log = declare(here, 1, "Checkout returns 500s")
    assert os.path.basename(log.path) == f"2026-11-22-{log.inc[:4].lower()}-checkout-returns-500s.json"


def test_a_name_that_is_taken_gets_more_of_the_handle(here: Path) -> None:
    inc = incident_id(bytes([1] * 16), False)
    here.mkdir()
    first = folder.path_for(str(here), inc, "x", NOW)
    Path(first).touch()
    assert folder.path_for(str(here), inc, "x", NOW) == first.replace(inc[:4].lower(), inc[:5].lower())


def test_only_incidents_are_listed(here: Path) -> None:
    log = declare(here, 1, "one")
    local.save(beside.local(log.path), local.Local())
    Path(log.path + ".torn").touch()
    (here / "lobby.screen").touch()
    (here / "folder.json").mkdir()
    assert [(e.inc, e.title) for e in folder.entries(str(here))] == [(log.inc, "one")]


def test_no_folder_is_no_incidents(here: Path) -> None:
    assert folder.entries(str(here)) == []


def test_a_file_that_cannot_be_read_is_listed_by_its_name(here: Path) -> None:
    here.mkdir()
    (here / "2026-11-22-k3f9-lost.json").write_bytes(b"\xff")
    (entry,) = folder.entries(str(here))
    assert (entry.inc, entry.title) == ("K3F9", "")


def test_the_title_is_the_one_it_was_renamed_to(here: Path) -> None:
    log = declare(here, 1, "checkout")
    write(log, *(f'"type":"incident.renamed" {n}' for n in range(200)))
    rename(log, "payments")
    rename(log, "payments in the EU")
    write(log, "more")
    (entry,) = folder.entries(str(here))
    assert entry.title == "payments in the EU"


@pytest.mark.parametrize("typed", ["INC-{}", "inc-{}", "{}", " {} "])
def test_a_handle_finds_it_however_it_is_typed(here: Path, typed: str) -> None:
    one = declare(here, 1, "one")
    declare(here, 200, "two")
    assert folder.find(str(here), typed.format(one.inc[:4].lower())).path == one.path
    assert folder.find(str(here), typed.format(one.inc)).path == one.path


def test_a_part_of_the_title_finds_it(here: Path) -> None:
    one = declare(here, 1, "Checkout returns 500s")
    declare(here, 200, "Search is slow")
    assert folder.find(str(here), "RETURNS").path == one.path


def test_an_unknown_one_is_not_found(here: Path) -> None:
    declare(here, 1, "one")
    with pytest.raises(NotFound, match="warroom list"):
        folder.find(str(here), "nothing\x1b[31m")
    with pytest.raises(NotFound):
        folder.find(str(here), "")


def test_several_are_named(here: Path) -> None:
    logs = [declare(here, 1, "Checkout \x1b[31m EU"), declare(here, 200, "Checkout US")]
    with pytest.raises(Ambiguous, match="2 incidents") as found:
        folder.find(str(here), "checkout")
    assert len(found.value.candidates) == 2
    assert any(f"INC-{logs[1].inc[:4]}  Checkout US" in each for each in found.value.candidates)
    assert "\x1b" not in str(found.value)


def test_archiving_moves_everything_that_belongs_to_it(here: Path, tmp_path: Path) -> None:
    log = declare(here, 1, "one")
    local.save(beside.local(log.path), local.Local(history=("x",)))
    Path(log.path + ".torn").write_bytes(b"x")
    moved = folder.archive(log.path, str(tmp_path / "archive"))
    assert list(here.iterdir()) == []
    assert sorted(os.listdir(tmp_path / "archive")) == sorted(
        os.path.basename(name) for name in (moved, beside.local(moved), moved + ".torn")
    )
    assert texts(Log.open(moved, REP).load()) == ["SEV2  one"]


def test_whoever_had_an_archived_one_open_is_told(here: Path, tmp_path: Path) -> None:
    log = declare(here, 1, "one")
    folder.archive(log.path, str(tmp_path / "archive"))
    with pytest.raises(Missing, match="moved or removed"):
        write(log, "late")


def test_archiving_waits_for_whoever_writes(here: Path, tmp_path: Path) -> None:
    log = declare(here, 1, "one")
    with log.writing(), pytest.raises(LockHeld):
        folder.archive(log.path, str(tmp_path / "archive"), wait=0.02)


def test_archiving_overwrites_nothing(here: Path, tmp_path: Path) -> None:
    log = declare(here, 1, "one")
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / os.path.basename(log.path)).write_text("older")
    with pytest.raises(Exists):
        folder.archive(log.path, str(tmp_path / "archive"))
    assert os.path.exists(log.path)


def test_a_folder_is_made_for_its_owner_only(tmp_path: Path) -> None:
    made = access.ready(str(tmp_path / "a" / "b"))
    assert stat.S_IMODE(os.stat(made).st_mode) == 0o700


def test_no_home_says_what_to_set() -> None:
    with pytest.raises(NoHome, match="WARROOM_HOME"):
        access.ready("")


def test_a_file_in_the_folders_place_says_so(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    with pytest.raises(FolderReadOnly, match="not a folder"):
        access.ready(str(tmp_path / "x"))
    with pytest.raises(OSError, match="not a folder"):
        access.ready(str(tmp_path / "x" / "y"))


def test_a_folder_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(FolderNotOurs, match="belongs to"):
        access.ready(str(tmp_path))


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(FolderReadOnly, match="read-only"):
        access.ready(str(tmp_path))


def test_deleting_takes_everything_that_belongs_to_it_and_nothing_else(here: Path) -> None:
    log, other = declare(here, 1, "one"), declare(here, 200, "two")
    local.save(beside.local(log.path), local.Local(history=("x",)))
    Path(log.path + ".torn").write_bytes(b"x")
    folder.delete(log.path)
    assert [path.name for path in here.iterdir()] == [os.path.basename(other.path)]


def test_deleting_waits_for_whoever_writes(here: Path) -> None:
    log = declare(here, 1, "one")
    with log.writing(), pytest.raises(LockHeld):
        folder.delete(log.path, wait=0.02)
    assert os.path.exists(log.path)


def test_a_deletion_that_was_broken_off_is_done_again(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = declare(here, 1, "one")
    kept = evidence.keep(beside.evidence(log.path), b"proof", "a.log")
    with log.writing() as writing:
        body = EvidenceAttached(kept.sha, 5, "a.log")
        writing.seal(Draft(body, At(NOW)), at_now=NOW, by=DANA)
        writing.write()

    def fails(path: str) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "unlink", fails)
    with pytest.raises(StoreError):
        folder.delete(log.path)
    monkeypatch.undo()
    assert os.path.exists(log.path)
    folder.delete(log.path)
    assert [path for path in here.rglob("*") if path.is_file()] == []
