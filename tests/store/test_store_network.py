"""On a network file system one host writes; another is sent to `warroom join`."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from store_kit import INC, REP, texts, write
from warroom.store import beside, network
from warroom.store.errors import AnotherHost
from warroom.store.log import Log
from warroom.store.watch import Watcher


def mountinfo(tmp_path: Path, kind: str) -> str:
    device = tmp_path.stat().st_dev
    file = tmp_path / "mountinfo"
    file.write_text(
        f"22 1 0:21 / /proc rw - proc proc rw\n"
        f"36 35 {os.major(device)}:{os.minor(device)} / /mnt/a\\040b rw,noatime shared:1 - {kind} server:/share rw\n"
    )
    return str(file)


@pytest.mark.parametrize("kind", ["nfs4", "nfs", "cifs", "smb3", "9p", "fuse.sshfs"])
def test_a_network_file_system_is_known(tmp_path: Path, kind: str) -> None:
    assert network.is_remote(str(tmp_path), mountinfo(tmp_path, kind))


@pytest.mark.parametrize("kind", ["ext4", "btrfs", "tmpfs", "overlay", "fuse.portal"])
def test_a_local_one_is_not_mistaken(tmp_path: Path, kind: str) -> None:
    assert not network.is_remote(str(tmp_path), mountinfo(tmp_path, kind))


def test_where_the_system_does_not_tell_it_is_local(tmp_path: Path) -> None:
    assert not network.is_remote(str(tmp_path), str(tmp_path / "none"))
    assert not network.is_remote(str(tmp_path / "gone"))


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    monkeypatch.setattr(network, "is_remote", lambda folder: True)
    monkeypatch.setattr("warroom.store.watch.is_remote", lambda folder: True)
    return monkeypatch


def test_the_first_host_goes_on(shared: pytest.MonkeyPatch, path: Path) -> None:
    write(Log.create(path, INC, REP), "one")
    assert texts(Log.open(path, REP).load()) == ["one"]
    assert os.uname().nodename in Path(beside.host(str(path))).read_text()


def test_a_second_host_is_pointed_to_join(shared: pytest.MonkeyPatch, path: Path) -> None:
    Log.create(path, INC, REP)
    shared.setattr(network, "machine", lambda: "another")
    with pytest.raises(AnotherHost, match="warroom join"):
        Log.open(path, REP)
    with pytest.raises(AnotherHost):
        Log.open(path, REP, read_only=True)


def test_reading_claims_nothing(shared: pytest.MonkeyPatch, path: Path) -> None:
    Log.create(path, INC, REP)
    os.unlink(beside.host(str(path)))
    Log.open(path, REP, read_only=True)
    assert not os.path.exists(beside.host(str(path)))


def test_it_is_looked_at_rather_than_waited_for(shared: pytest.MonkeyPatch, log: Log) -> None:
    assert Watcher(log.path).fileno() is None
