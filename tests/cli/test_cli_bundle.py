"""An incident moves to another machine as one file, whole or not at all."""

import errno
import json
import os
import resource
import subprocess
import zipfile
from hashlib import sha256
from types import SimpleNamespace

import pytest

from warroom.cli.bundle import taken
from warroom.cli.session import Session
from warroom.exchange.bundle import unpack
from warroom.store import disk, folder
from warroom.store.errors import StoreError, not_written


@pytest.fixture
def moved(incident, tmp_path):
    """An incident with two files of evidence and a link, its bundle, and another home to move it to."""
    (tmp_path / "locks.txt").write_text("lock wait\n" * 100)
    (tmp_path / "dump.bin").write_bytes(bytes(range(256)) * 4)
    incident.ok("log", "locks \x1b[1m everywhere", "--evidence", str(tmp_path / "locks.txt"))
    incident.ok("log", "a dump", "--evidence", str(tmp_path / "dump.bin"), "https://status.example/42")
    incident.ok("log", "hunter2")
    incident.ok("redact", "last", "--why", "a password")
    incident.bundle = tmp_path / "k3f9.zip"
    incident.ok("export", "--bundle", str(incident.bundle))
    incident.other = tmp_path / "other"
    return incident


def there(moved, *words, **more):
    return moved(*words, WARROOM_HOME=str(moved.other), **more)


def left(home):
    return (
        [path for path in home.rglob("*") if path.is_file() and path.suffix not in (".toml",)] if home.exists() else []
    )


def incident_files(home):
    return [path for path in left(home) if path.name != "replica.json"]


def kept(home):
    return sorted((home / "incidents" / "evidence").iterdir())


def test_it_arrives_with_its_evidence_under_the_same_handle(moved):
    done = there(moved, "import", str(moved.bundle))
    assert (done.code, done.line) == (0, moved.inc)
    assert "With 2 pieces of evidence." in done.err
    assert there(moved, "export", "--format", "log").out == moved.ok("export", "--format", "log").out
    assert there(moved, "timeline", "--json").out == moved.ok("timeline", "--json").out
    assert there(moved, "evidence", "verify", "--json").json == {"ok": True, "kept": 2, "troubles": []}
    assert [(p.name, p.read_bytes()) for p in kept(moved.other)] == [(p.name, p.read_bytes()) for p in kept(moved.home)]
    assert there(moved, "verify", "--json").json["ok"]


def test_it_goes_on_where_it_is_and_still_verifies(moved):
    there(moved, "import", str(moved.bundle))
    assert there(moved, "log", "goes on").code == 0
    found = there(moved, "verify", "--json").json
    assert (found["ok"], len(found["chains"])) == (True, 2)


def test_it_moves_back_and_forth_without_a_change(moved, tmp_path):
    there(moved, "import", str(moved.bundle))
    again = tmp_path / "again.zip"
    there(moved, "export", "--bundle", str(again))
    assert again.read_bytes() == moved.bundle.read_bytes()


def test_it_comes_in_through_a_pipe(moved):
    done = there(moved, "import", "-", "--json", input=moved.bundle.read_bytes())
    assert done.json["handle"] == moved.inc


def test_the_bundle_holds_no_redacted_text_and_is_ours_alone(moved):
    with zipfile.ZipFile(moved.bundle) as archive:
        assert b"hunter2" not in b"".join(archive.read(name) for name in archive.namelist())
    assert moved.bundle.stat().st_mode & 0o777 == 0o600


def test_export_says_what_is_in_it(moved, tmp_path):
    said = moved.ok("export", "--bundle", str(tmp_path / "b.zip"))
    assert said.err.startswith(f"{moved.inc}: ")
    assert said.err.rstrip().endswith(f"facts and 2 pieces of evidence, in {tmp_path / 'b.zip'}.")
    found = moved.ok("export", "--bundle", str(tmp_path / "c.zip"), "--json").json
    assert (found["file"], found["evidence"], found["missing"]) == (str(tmp_path / "c.zip"), 2, [])


def test_a_second_import_is_refused_and_changes_nothing(moved):
    there(moved, "import", str(moved.bundle))
    before = {path: path.read_bytes() for path in left(moved.other)}
    done = there(moved, "import", str(moved.bundle))
    assert done.code == 4
    assert "is here already" in done.err
    assert {path: path.read_bytes() for path in left(moved.other)} == before


def test_one_that_is_in_the_archive_is_here_too(moved):
    there(moved, "import", str(moved.bundle))
    there(moved, "cancel", "a test")
    there(moved, "archive", moved.inc)
    assert there(moved, "import", str(moved.bundle)).code == 4


@pytest.mark.parametrize("place", ["first", "log", "evidence", "last", "cut", "more"])
def test_a_damaged_one_leaves_nothing(moved, place):
    data = bytearray(moved.bundle.read_bytes())
    match place:
        case "cut":
            del data[len(data) // 2 :]
        case "more":
            data += b"x"
        case _:
            at = {"first": 12, "log": len(data) // 3, "evidence": data.find(b"evidence/") + 80, "last": len(data) - 1}
            data[at[place]] ^= 1
    moved.bundle.write_bytes(bytes(data))
    done = there(moved, "import", str(moved.bundle))
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("k3f9.zip: ")
    assert done.err.endswith("Nothing was imported.\n")
    assert incident_files(moved.other) == []


def test_evidence_that_was_gone_is_named_on_both_sides(moved, tmp_path):
    gone, changed = kept(moved.home)
    gone.unlink()
    changed.chmod(0o600)
    changed.write_bytes(b"others")
    done = moved.ok("export", "--bundle", str(tmp_path / "b.zip"))
    assert done.err.count("The bundle goes without it, and says so.") == 2
    came = there(moved, "import", str(tmp_path / "b.zip"))
    assert came.code == 0
    for sha in (gone.name, changed.name):
        assert f"Evidence {sha[:12]} was missing already where the bundle was made." in came.err


def test_evidence_that_is_here_already_stays_what_it_is(moved):
    other = moved.other
    there(moved, "declare", "another", "-s", "SEV3")
    there(moved, "log", "the same file", "--evidence", str(moved.bundle.parent / "locks.txt"))
    (same,) = kept(other)
    before = same.stat().st_mtime_ns
    assert there(moved, "import", str(moved.bundle)).code == 0
    assert same.stat().st_mtime_ns == before
    assert len(kept(other)) == 2


def test_evidence_that_is_here_with_other_bytes_refuses_the_import(moved):
    folder = moved.other / "incidents" / "evidence"
    folder.mkdir(parents=True)
    name = kept(moved.home)[-1].name
    (folder / name).write_bytes(b"others")
    done = there(moved, "import", str(moved.bundle))
    assert done.code == 1
    assert "is there already and holds other bytes. Move it away" in done.err
    assert [path.name for path in incident_files(moved.other)] == [name]
    assert (folder / name).read_bytes() == b"others"


def test_a_full_disk_leaves_nothing(moved):
    assert there(moved, "list").code == 0

    def small():
        # The evidence fits, the log no longer does.
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    done = subprocess.run(
        moved.command("import", str(moved.bundle)),
        capture_output=True,
        env=moved.env | {"WARROOM_HOME": str(moved.other), "PYTHONDONTWRITEBYTECODE": "1"},
        preexec_fn=small,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert b"may not grow any more" in done.stderr
    assert incident_files(moved.other) == []


@pytest.mark.parametrize(("at", "code"), [(1, errno.ENOSPC), (2, errno.EROFS), (3, errno.EIO), (4, errno.ENOSPC)])
def test_wherever_the_disk_fails_nothing_is_left(moved, monkeypatch, at, code):
    monkeypatch.setenv("WARROOM_HOME", str(moved.other))
    real, calls = disk.create, []

    def failing(path, data, mode=0o600):
        calls.append(path)
        if len(calls) == at:
            raise OSError(code, os.strerror(code))
        real(path, data, mode)

    def not_named(draft, path):
        raise not_written(OSError(code, os.strerror(code)), path)

    session = Session(SimpleNamespace(by="ana", incident=None, json=False, inc=None))
    assert session.replica  # made before the disk fails
    found = unpack(moved.bundle.read_bytes(), "b.zip")
    monkeypatch.setattr(disk, "create", failing)
    if at == 4:
        monkeypatch.setattr(folder, "publish", not_named)
    with pytest.raises(StoreError, match="nothing was written"):
        taken(session, found)
    assert incident_files(moved.other) == []


def test_a_folder_that_is_a_file_leaves_nothing(moved):
    moved.other.mkdir()
    (moved.other / "incidents").write_text("a file")
    done = there(moved, "import", str(moved.bundle))
    assert done.code == 1
    assert "is not a folder" in done.err
    assert [path.name for path in incident_files(moved.other)] == ["incidents"]


@pytest.mark.parametrize("option", ["--redacted", "--without=last", "--without-kind=note", "--format=json", "-o=x"])
def test_a_bundle_is_whole_and_takes_nothing_else(moved, tmp_path, option):
    done = moved("export", "--bundle", str(tmp_path / "b.zip"), option)
    assert done.code == 2
    assert done.err.startswith(("A bundle is whole", "A bundle has one form"))
    assert not (tmp_path / "b.zip").exists()


@pytest.mark.parametrize("option", ["--title=x", "--severity=SEV1", "--source=x", "--date=2026-11-22"])
def test_what_is_whole_is_told_by_itself_alone(moved, option):
    done = there(moved, "import", str(moved.bundle), option)
    assert done.code == 2
    assert option.partition("=")[0] in done.err
    log = moved.ok("export", "--format", "log").out
    assert there(moved, "import", "-", option, input=log).code == 2
    assert incident_files(moved.other) == []


def test_a_file_that_is_there_is_not_overwritten(moved):
    before = moved.bundle.read_bytes()
    done = moved("export", "--bundle", str(moved.bundle))
    assert done.code == 4
    assert "is there already; nothing was written" in done.err
    assert moved.bundle.read_bytes() == before


def test_a_log_that_is_not_whole_becomes_no_bundle(moved, tmp_path):
    file = next((moved.home / "incidents").glob("2*.json"))
    file.write_bytes(file.read_bytes().replace(b"everywhere", b"everywhe7e"))
    done = moved("export", "--bundle", str(tmp_path / "b.zip"))
    assert done.code == 4
    assert "so that nobody could import it" in done.err
    assert "warroom verify" in done.err
    assert not (tmp_path / "b.zip").exists()


def test_a_zip_file_of_something_else_is_refused(warroom, tmp_path):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("holiday.jpg", b"x")
    done = warroom("import", str(tmp_path / "x.zip"))
    assert done.code == 1
    assert "x.zip: is a zip file, but no bundle" in done.err
    assert "Nothing was imported." in done.err


def test_a_drill_replay_of_a_bundle_says_where_it_goes(moved):
    done = moved("drill", "from", str(moved.bundle))
    assert done.code == 4
    assert "`warroom import` takes it" in done.err


def test_what_it_says_of_itself_can_be_read_by_people(moved):
    with zipfile.ZipFile(moved.bundle) as archive:
        about = json.loads(archive.read("bundle.json"))
        assert (about["format"], about["title"], about["missing"]) == (1, "Checkout returns 500s", [])
        assert all(sha256(archive.read(f"evidence/{sha}")).hexdigest() == sha for sha in about["evidence"])
