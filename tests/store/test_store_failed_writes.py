"""A write that fails leaves the file as it was, says why in a sentence, and nobody ever saw it."""

import errno
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tinydb import TinyDB

from store_kit import DANA, INC, NOW, REP, note, texts, write
from warroom.store import disk, local
from warroom.store.errors import DiskFull, LockHeld, NotWritten, ReadOnlyNow, WriteFailed, WrongSystem
from warroom.store.log import Log


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder with 32 KiB of room; where nothing can be mounted, one whose files may not grow beyond that."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32k", "tmpfs", folder], capture_output=True)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    if mounted.returncode:
        resource.setrlimit(resource.RLIMIT_FSIZE, (32 * 1024, before[1]))
    yield folder
    if mounted.returncode:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    else:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill(log: Log, size: int) -> None:
    """Writes until a fact of `size` characters no longer fits."""
    with pytest.raises(DiskFull):
        _endless(lambda n: write(log, f"{n} " + "x" * size))


def _endless(act: Callable[[int], object]) -> None:
    for n in range(1000):
        act(n)


def test_a_full_disk_leaves_the_file_as_it_was(small_disk: Path) -> None:
    log = Log.create(small_disk / "x.json", INC, REP)
    write(log, "one")
    log.load()
    fill(log, 8000)
    before = (small_disk / "x.json").read_bytes()
    with pytest.raises(DiskFull, match=r"nothing was written to x\.json"):
        write(log, "y" * 60_000)
    assert (small_disk / "x.json").read_bytes() == before
    TinyDB(small_disk / "x.json").table("events").all()
    assert log.verify() == []


def test_after_a_full_disk_what_fits_is_written(small_disk: Path) -> None:
    log = Log.create(small_disk / "x.json", INC, REP)
    write(log, "one")
    with pytest.raises(DiskFull):
        write(log, "y" * 60_000)
    (second,) = write(log, "two")
    assert second.seq == 2
    assert texts(log.load()) == ["one", "two"]
    assert log.verify() == []


def test_after_a_failed_write_the_same_stretch_goes_on_without_a_gap(small_disk: Path) -> None:
    log = Log.create(small_disk / "x.json", INC, REP)
    with log.writing() as writing:
        writing.seal(note("y" * 60_000), at_now=NOW, by=DANA)
        with pytest.raises(DiskFull):
            writing.write()
        assert writing.seal(note("short"), at_now=NOW, by=DANA).seq == 1
        writing.write()
    assert texts(log.load()) == ["short"]
    assert log.verify() == []


def test_a_full_disk_refuses_a_new_incident_and_leaves_nothing(small_disk: Path) -> None:
    (small_disk / "ballast").write_bytes(b"")
    fill(Log.create(small_disk / "x.json", INC, REP), 300)
    with pytest.raises(NotWritten):
        _endless(lambda n: Log.create(small_disk / f"y{n}.json", INC, REP).close())
    assert [name for name in os.listdir(small_disk) if name.endswith(".new")] == []


def test_a_full_disk_does_not_lose_what_was_to_be_redacted(small_disk: Path) -> None:
    log = Log.create(small_disk / "x.json", INC, REP)
    (secret,) = write(log, "secret")
    fill(log, 3000)
    before = (small_disk / "x.json").read_bytes()
    with log.writing() as writing:
        writing.redact(secret.id)
        with pytest.raises(DiskFull):
            writing.write()
    assert (small_disk / "x.json").read_bytes() == before
    assert not (small_disk / "x.json.new").exists()


def test_local_state_that_does_not_fit_is_no_error(small_disk: Path) -> None:
    name = str(small_disk / "x.local.json")
    assert local.save(name, local.Local(history=("one",)))
    assert not local.save(name, local.Local(history=("x" * 60_000,)))
    assert local.load(name).history == ("one",)


class Failing:
    """Stands in for a system call: fails with `code` while it is `on`."""

    def __init__(self, real: Callable[..., object], code: int) -> None:
        self.real, self.code, self.on, self.calls = real, code, True, 0

    def __call__(self, *args: object) -> object:
        self.calls += 1
        if self.on:
            raise OSError(self.code, os.strerror(self.code))
        return self.real(*args)


def test_an_input_output_error_leaves_the_file_as_it_was(log: Log, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(log, "one")
    before = path.read_bytes()
    real = os.pwrite

    def half(fd: int, data: bytes, offset: int) -> int:
        if len(data) > 100:
            real(fd, bytes(data)[:200], offset)
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return real(fd, data, offset)

    monkeypatch.setattr(os, "pwrite", half)
    with pytest.raises(WriteFailed, match="Input/output error"):
        write(log, "two")
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert write(log, "two")[0].seq == 2
    assert log.verify() == []


def test_after_a_failed_sync_everything_goes_to_a_fresh_file(
    log: Log, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(log, "one")
    follower = Log.open(path, REP)
    follower.load()
    log.load()
    inode = path.stat().st_ino
    monkeypatch.setattr(disk, "sync", Failing(disk.sync, errno.EIO))
    write(log, "two")
    monkeypatch.undo()
    assert path.stat().st_ino != inode
    assert follower.follow() is None
    assert texts(follower.load()) == texts(log.load()) == ["one", "two"]
    assert write(log, "three")[0].seq == 3
    assert log.verify() == []


def test_when_no_fresh_file_can_be_made_it_says_so_and_writes_no_more(
    log: Log, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(log, "one")
    follower = Log.open(path, REP)
    follower.load()
    before = path.read_bytes()
    monkeypatch.setattr(disk, "sync", Failing(disk.sync, errno.EIO))
    monkeypatch.setattr(os, "fsync", Failing(os.fsync, errno.EIO))
    with pytest.raises(ReadOnlyNow, match="not saved"):
        write(log, "two")
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert follower.follow() == []
    with pytest.raises(ReadOnlyNow):
        write(log, "three")
    assert texts(log.load()) == ["one"]
    assert write(Log.open(path, REP), "after a new opening")[0].seq == 2


def test_a_read_only_folder_says_so(log: Log, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(log, "one")
    monkeypatch.setattr(os, "pwrite", Failing(os.pwrite, errno.EROFS))
    with pytest.raises(OSError, match="read-only for you: nothing was written"):
        write(log, "two")


HOLD = """
import fcntl, sys, time
file = open(sys.argv[1])
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def holder(path: Path, log: Log) -> Iterator["subprocess.Popen[str]"]:
    """Another process that has the lock."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_lock_that_does_not_come_names_who_holds_it(log: Log, holder: "subprocess.Popen[str]") -> None:
    with pytest.raises(LockHeld, match=f"[Pp]rocess {holder.pid} ") as held:
        log.writing(wait=0.05).__enter__()
    assert held.value.pid == holder.pid
    assert "python" in held.value.command


def test_a_stopped_process_that_holds_the_lock_is_named_as_stopped(log: Log, holder: "subprocess.Popen[str]") -> None:
    holder.send_signal(signal.SIGSTOP)
    while _state(holder.pid) != "T":
        os.sched_yield()
    with pytest.raises(LockHeld, match=f"kill -CONT {holder.pid}"):
        log.writing(wait=0.05).__enter__()


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_the_lock_is_given_as_soon_as_it_is_free(log: Log, holder: "subprocess.Popen[str]") -> None:
    holder.kill()
    with log.writing() as writing:
        writing.seal(note("after all"), at_now=NOW, by=DANA)
        writing.write()
    assert texts(log.load()) == ["after all"]


def test_a_failure_in_the_block_frees_the_lock(log: Log, path: Path) -> None:
    with pytest.raises(ZeroDivisionError), log.writing():
        _ = 1 / 0
    with Log.open(path, REP).writing(wait=0.05):
        pass


def test_where_there_are_no_file_locks_it_names_wsl(log: Log, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warroom.store.lock.fcntl", None)
    with pytest.raises(WrongSystem, match="WSL"):
        Log.open(path, REP)
    with pytest.raises(WrongSystem, match="WSL"):
        Log.create(path.with_name("new.json"), INC, REP)
