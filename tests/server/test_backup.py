"""A backup is whole or it is none, and a folder made of one is the same; a hostile one reaches no other file."""

import asyncio
import io
import json
import os
import tarfile
import threading
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keeping_kit import SHA, everything, facts_of, filled, inc_of, with_store, written
from warroom.server import backup
from warroom.server.stores.base import Meta
from warroom.server.stores.embedded import EmbeddedStore
from warroom.store.log import Log

AT = 1_790_000_000_000


@pytest.fixture
def folder(tmp_path):
    with_store(tmp_path / "server", filled)
    return tmp_path / "server"


@pytest.fixture
def tar(folder, tmp_path):
    backup.make(str(folder), str(tmp_path / "b.tar"), AT)
    return tmp_path / "b.tar"


def tree(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def packed(path, members, tail=None):
    """A tar of (name, bytes or TarInfo), with a list at its end that agrees with it, or `tail`."""
    files = {name: (len(what), sha256(what).hexdigest()) for name, what in members if isinstance(what, bytes)}
    about = json.dumps({"format": 1, "at": 0, "files": files}).encode() if tail is None else tail
    with tarfile.open(path, "w") as made:
        for name, what in [*members, *([("backup.json", about)] if about else [])]:
            info = what if isinstance(what, tarfile.TarInfo) else tarfile.TarInfo(name)
            if isinstance(what, bytes):
                info.size = len(what)
            made.addfile(info, io.BytesIO(what) if isinstance(what, bytes) else None)
    return path


def refused(path, target, match):
    before = tree(target.parent)
    with pytest.raises(backup.Bad, match=match):
        backup.restore(str(path), str(target))
    assert tree(target.parent) == before
    assert not [name for name in os.listdir(target.parent) if "restoring" in name]


def test_a_restored_folder_holds_all_that_was_backed_up(folder, tar, tmp_path):
    before = with_store(folder, everything)
    contents = backup.restore(str(tar), str(tmp_path / "new"))
    assert (contents.incidents, contents.evidence, contents.at) == (3, 1, AT)
    assert with_store(tmp_path / "new", everything) == before
    assert backup.verify(str(tmp_path / "new")).troubles == []


def test_a_restored_server_has_another_epoch(folder, tar, tmp_path):
    backup.restore(str(tar), str(tmp_path / "new"))
    assert EmbeddedStore(str(folder)).epoch != EmbeddedStore(str(tmp_path / "new")).epoch


def test_a_backup_is_readable_by_its_owner_alone_and_so_is_what_is_restored(tar, tmp_path):
    assert tar.stat().st_mode & 0o777 == 0o600
    backup.restore(str(tar), str(tmp_path / "new"))
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "new").rglob("*")} == {0}


def test_a_backup_made_while_facts_come_is_whole_for_each_incident(tmp_path):
    """Writers push all the time; every backup verifies, and holds a beginning of what was pushed."""
    place, incs = tmp_path / "server", [inc_of(n) for n in range(1, 4)]
    pushed = {inc: facts_of(written("a1", 120), inc) for inc in incs}
    made: list[int] = []
    stop = threading.Event()

    async def run():
        store = EmbeddedStore(str(place))
        await store.open()
        for inc in incs:
            await store.put_meta(Meta(inc, 1))

        async def write(inc):
            for data, hash in pushed[inc]:
                await store.append_expected(inc, [(data, hash)], "t")

        await asyncio.gather(*(write(inc) for inc in incs))
        await store.close()
        stop.set()

    writers = threading.Thread(target=lambda: asyncio.run(run()))
    writers.start()
    while not (place / "incidents").is_dir():
        pass
    while not stop.is_set():
        number = len(made)
        backup.make(str(place), str(tmp_path / f"{number}.tar"), AT)
        made.append(number)
    writers.join()
    assert made
    sizes = set()
    for number in made:
        to = tmp_path / f"r{number}"
        backup.restore(str(tmp_path / f"{number}.tar"), str(to))
        found = backup.verify(str(to))
        assert not [each for each in found.troubles if "missing" not in each]
        for inc in incs:
            if (to / "incidents" / f"{inc}.json").exists():
                with Log.open(str(to / "incidents" / f"{inc}.json"), "", read_only=True) as log:
                    assert list(log.rows()) == pushed[inc][: len(log.all_rows())]
        sizes.add(found.facts)
    assert len(sizes) > 1, "every backup was made of the same moment: nothing was written meanwhile"


def test_a_backup_waits_for_a_write_that_is_in_progress_and_holds_it(folder, tmp_path):
    path, inc = folder / "incidents" / f"{inc_of(1)}.json", inc_of(1)
    making = threading.Thread(target=backup.make, args=(str(folder), str(tmp_path / "b.tar"), AT))
    with Log.open(str(path), "") as log, log.writing() as writing:
        making.start()
        making.join(1.0)
        assert making.is_alive()
        for data, hash in facts_of(written("c1", 1), inc):
            writing.accept(data, hash)
        writing.write()
    making.join()
    backup.restore(str(tmp_path / "b.tar"), str(tmp_path / "new"))
    with Log.open(str(tmp_path / "new" / "incidents" / f"{inc}.json"), "", read_only=True) as log:
        assert {event.rep for event in log.load()} == {"a1", "b1", "c1"}


def test_nothing_is_restored_over_a_folder_that_is_not_empty_or_is_a_link(tar, folder, tmp_path):
    refused(tar, folder, "not empty")
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "empty")
    refused(tar, tmp_path / "link", "not empty")
    backup.restore(str(tar), str(tmp_path / "empty"))
    assert tree(tmp_path / "empty")


def test_an_older_backup_is_never_written_over(folder, tar):
    before = tar.read_bytes()
    with pytest.raises(backup.Bad, match="there already"):
        backup.make(str(folder), str(tar), AT)
    assert tar.read_bytes() == before
    assert [name for name in os.listdir(tar.parent) if name.endswith(".new")] == []


@given(st.data())
def test_a_backup_that_was_cut_or_changed_anywhere_is_refused_or_the_same(tmp_path_factory, data):
    place = tmp_path_factory.mktemp("cut")
    with_store(place / "server", lambda store: filled(store, 1, 1))
    backup.make(str(place / "server"), str(place / "b.tar"), AT)
    whole = (place / "b.tar").read_bytes()
    if data.draw(st.booleans()):
        hurt = whole[: data.draw(st.integers(0, len(whole) - 1))]
    else:
        at = data.draw(st.integers(0, len(whole) - 1))
        hurt = whole[:at] + bytes([whole[at] ^ data.draw(st.integers(1, 255))]) + whole[at + 1 :]
    (place / "hurt.tar").write_bytes(hurt)
    try:
        backup.restore(str(place / "hurt.tar"), str(place / "new"))
    except backup.Bad:
        assert not (place / "new").exists()
    else:
        pieces = [name for name in tree(place / "server") if name != "ready" and not name.endswith(".lock")]
        assert tree(place / "new") == pieces
        for name in pieces:
            assert (place / "new" / name).read_bytes() == (place / "server" / name).read_bytes()


def link(name, kind, to="/etc/passwd"):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, to
    return info


INC = inc_of(1)


@pytest.mark.parametrize(
    "name",
    [
        "../evil.json",
        "/tmp/evil",
        f"incidents/../../{INC}.json",
        f"incidents/{INC}.json/x",
        "incidents/evidence/../../../x",
        f"incidents/{INC}.JSON",
        f"incidents/{INC}.json\n",
        "tables/../x",
        "tables/.hidden",
        "tables/tokens.lock",
        "pager/replica.json",
        "pager/server.token",
        "replica.json",
    ],
)
def test_a_name_that_no_server_has_is_refused(tmp_path, name):
    path = packed(tmp_path / "evil.tar", [(f"incidents/{INC}.json", b"{}"), (name, b"x")])
    refused(path, tmp_path / "new", "no file of a server")


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE])
def test_whatever_is_no_plain_file_is_refused(tmp_path, kind):
    name = f"incidents/{INC}.json"
    refused(packed(tmp_path / "evil.tar", [(name, link(name, kind))]), tmp_path / "new", "no file of a server")


def test_a_file_twice_is_refused_and_so_is_what_comes_after_the_end(tmp_path):
    name = f"incidents/{INC}.json"
    refused(packed(tmp_path / "twice.tar", [(name, b"{}"), (name, b"{}")]), tmp_path / "new", "twice")
    about = json.dumps({"format": 1, "at": 0, "files": {}}).encode()
    path = packed(tmp_path / "more.tar", [("backup.json", about), (name, b"{}")])
    refused(path, tmp_path / "new", "after its end")


def test_a_piece_that_says_it_is_huge_is_refused_before_it_is_read(tmp_path):
    for name, size in (
        (f"incidents/evidence/{SHA}", 11 << 20),
        ("tables/tokens", 65 << 20),
        (f"incidents/{INC}.json", 1 << 60),
    ):
        info = tarfile.TarInfo(name)
        info.size = size
        with open(tmp_path / "huge.tar", "wb") as file:
            file.write(info.tobuf(tarfile.GNU_FORMAT) + b"\0" * 10240)
        refused(tmp_path / "huge.tar", tmp_path / "new", "too large|no room|no whole backup")


def test_a_list_that_is_of_a_newer_program_or_no_list_is_refused(tmp_path):
    name = f"incidents/{INC}.json"
    newer = packed(tmp_path / "newer.tar", [(name, b"{}")], tail=b'{"format":2,"at":0,"files":{}}')
    refused(newer, tmp_path / "new", "newer War room")
    refused(packed(tmp_path / "none.tar", [(name, b"{}")], tail=b"["), tmp_path / "new", "list cannot be read")
    refused(packed(tmp_path / "cut.tar", [(name, b"{}")], tail=b""), tmp_path / "new", "its end is missing")


def test_verify_names_a_changed_row_a_changed_piece_and_a_missing_meta(folder):
    path = folder / "incidents" / f"{inc_of(1)}.json"
    path.write_bytes(path.read_bytes().replace(b"line 1 of", b"line 7 of", 1))
    (folder / "incidents" / "evidence" / SHA).write_bytes(b"other")
    (folder / "incidents" / f"{inc_of(3)}.meta").unlink()
    said = "\n".join(backup.verify(str(folder)).troubles)
    assert f"{inc_of(1)}: row" in said
    assert "this fact was changed" in said
    assert f"evidence {SHA[:12]} was changed" in said
    assert f"{inc_of(3)}: nothing says who may see it" in said
