"""One replica per data directory; a directory that was copied or moved becomes another one."""

import shutil
import stat
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from warroom.store import replica


def test_it_stays_the_same(tmp_path: Path) -> None:
    first = replica.current(tmp_path)
    assert len(first) == 10
    assert replica.current(tmp_path) == first
    assert stat.S_IMODE((tmp_path / "replica.json").stat().st_mode) == 0o600


def test_a_copied_directory_is_another_replica(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    first = replica.current(tmp_path / "a")
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    assert replica.current(tmp_path / "b") != first
    assert replica.current(tmp_path / "a") == first


def test_a_moved_directory_is_another_replica(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    first = replica.current(tmp_path / "a")
    (tmp_path / "a").rename(tmp_path / "b")
    assert replica.current(tmp_path / "b") != first


def test_a_restored_directory_is_another_replica(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    first = replica.current(tmp_path / "a")
    (tmp_path / "a").rename(tmp_path / "old")
    shutil.copytree(tmp_path / "old", tmp_path / "a")
    assert replica.current(tmp_path / "a") != first


def test_the_same_directory_on_another_machine_is_another_replica(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = replica.current(tmp_path)
    monkeypatch.setattr(replica, "machine", lambda: "another")
    assert replica.current(tmp_path) != first


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b'{"rep":"x\\u001b[31","machine":"","path":"","inode":0}'])
def test_a_broken_file_is_made_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "replica.json").write_bytes(content)
    assert replica.current(tmp_path) == replica.current(tmp_path)
    assert msgspec.json.decode((tmp_path / "replica.json").read_bytes())["inode"] == tmp_path.stat().st_ino


def test_processes_that_start_at_once_agree(tmp_path: Path) -> None:
    code = "import sys; from warroom.store.replica import current; print(current(sys.argv[1]))"
    command = [sys.executable, "-c", code, str(tmp_path)]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert len({process.communicate()[0] for process in started}) == 1


def test_the_machines_own_identifier_is_not_given_away() -> None:
    own = Path("/etc/machine-id")
    assert len(replica.machine()) == 16
    assert not own.exists() or replica.machine() not in own.read_text()
