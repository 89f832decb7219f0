"""Whoever waits for a file wakes when it changes or is replaced, and when it is called."""

import os
import resource
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from warroom.room.process import more_files
from warroom.store.folder_watch import FolderWatcher
from warroom.store.watch import Watcher


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "x.json"
    file.write_bytes(b"{}")
    return file


@pytest.fixture(params=[False, True], ids=["inotify", "polling"])
def watcher(request: pytest.FixtureRequest, file: Path) -> Iterator[Watcher]:
    watcher = Watcher(str(file), polling=request.param)
    yield watcher
    watcher.close()


def test_nothing_happened(watcher: Watcher) -> None:
    assert not watcher.wait(0.01)


def test_a_change_wakes(watcher: Watcher, file: Path) -> None:
    with file.open("ab") as open_file:
        open_file.write(b"more")
    assert watcher.wait(5)
    assert not watcher.wait(0.01)


def test_a_replacement_wakes(watcher: Watcher, file: Path) -> None:
    other = file.with_suffix(".new")
    other.write_bytes(b"other")
    watcher.wait(0.01)
    os.replace(other, file)
    assert watcher.wait(5)


def test_after_a_replacement_changes_still_wake(watcher: Watcher, file: Path) -> None:
    other = file.with_suffix(".new")
    other.write_bytes(b"other")
    os.replace(other, file)
    assert watcher.wait(5)
    with file.open("ab") as open_file:
        open_file.write(b"more")
    assert watcher.wait(5)


def test_other_files_do_not_count(watcher: Watcher, file: Path) -> None:
    file.with_name("y.json").write_bytes(b"{}")
    file.with_name("x.json.new").write_bytes(b"{}")
    assert not watcher.wait(0.05)


def test_another_thread_wakes_it(watcher: Watcher) -> None:
    results: list[bool] = []
    waiting = threading.Thread(target=lambda: results.append(watcher.wait(30)))
    waiting.start()
    watcher.wake()
    waiting.join(5)
    assert results == [False]


def test_a_call_before_the_wait_is_not_lost(watcher: Watcher) -> None:
    for _ in range(100_000):  # more than the pipe holds
        watcher.wake()
    assert not watcher.wait(30)
    assert not watcher.wait(0.01)


def test_only_inotify_gives_something_to_select_on(file: Path) -> None:
    assert Watcher(str(file), polling=True).fileno() is None
    with_inotify = Watcher(str(file)).fileno()
    assert with_inotify is None or with_inotify > 2


def test_waking_a_closed_one_is_no_error(file: Path) -> None:
    watcher = Watcher(str(file))
    watcher.close()
    watcher.wake()


def test_two_folders_are_told_apart_by_what_stands_before_their_names(tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        (tmp_path / name).mkdir()
    watcher = FolderWatcher(str(tmp_path / "one"))
    try:
        watcher.also(str(tmp_path / "two"), "other/")
        (tmp_path / "one" / "a").touch()
        (tmp_path / "two" / "a").touch()
        assert watcher.wait(5) == {"a", "other/a"}
        watcher.also(str(tmp_path / "three"), "other/")
        (tmp_path / "two" / "b").touch()
        (tmp_path / "three" / "c").touch()
        assert watcher.wait(5) == {"other/c"}
    finally:
        watcher.close()


@pytest.fixture
def many_files() -> Iterator[None]:
    """More open files than `select.select` can name."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    more_files()
    first = os.open(os.devnull, os.O_RDONLY)
    opened = [first, *(os.dup(first) for _ in range(1_150))]
    yield
    for fd in opened:
        os.close(fd)
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.usefixtures("many_files")
def test_it_wakes_as_well_while_a_thousand_files_are_open(watcher: Watcher, file: Path) -> None:
    assert watcher.fileno() is None or (watcher.fileno() or 0) > 1_024
    with file.open("ab") as open_file:
        open_file.write(b"more")
    assert watcher.wait(5)
    assert not watcher.wait(0.01)


@pytest.mark.usefixtures("many_files")
def test_another_folder_that_comes_after_a_thousand_files_were_opened_is_told_of(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    watcher = FolderWatcher(str(tmp_path / "one"))
    try:
        for _ in range(3):  # again and again, as each minute
            watcher.also(str(tmp_path / "two"), "other/")
        (tmp_path / "two" / "a").touch()
        assert watcher.wait(5) == {"other/a"}
    finally:
        watcher.close()


def test_another_folder_costs_no_open_file(tmp_path: Path) -> None:
    (tmp_path / "two").mkdir()
    watcher = FolderWatcher(str(tmp_path))
    free = _next_free()
    watcher.also(str(tmp_path / "two"), "other/")
    assert _next_free() == free
    watcher.close()


def _next_free() -> int:
    """The number that the next open file gets."""
    fd = os.open(os.devnull, os.O_RDONLY)
    os.close(fd)
    return fd


def test_a_folder_that_was_made_anew_is_told_of_again(tmp_path: Path) -> None:
    (tmp_path / "two").mkdir()
    watcher = FolderWatcher(str(tmp_path))
    try:
        watcher.also(str(tmp_path / "two"), "other/")
        (tmp_path / "two").rmdir()
        (tmp_path / "two").mkdir()
        watcher.also(str(tmp_path / "two"), "other/")
        watcher.wait(0.01)
        (tmp_path / "two" / "a").touch()
        assert watcher.wait(5) == {"other/a"}
    finally:
        watcher.close()


def test_where_one_of_two_folders_tells_nothing_everything_may_have_changed(tmp_path: Path) -> None:
    watcher = FolderWatcher(str(tmp_path))
    try:
        watcher.also(str(tmp_path / "gone"), "other/")
        assert watcher.wait(0.01) is None
    finally:
        watcher.close()
