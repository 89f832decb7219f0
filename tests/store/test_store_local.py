"""Local state may be lost, but never stands in the way."""

import stat
from pathlib import Path

import pytest

from warroom.store import local
from warroom.store.local import Local

FULL = Local(
    drafts={"prompt": "half a sen"},
    history=("one", "two"),
    cursors={"timeline": "K3F9"},
    dismissed=("hint",),
    heads={"AAAA": (3, "ab")},
)


def test_it_comes_back(tmp_path: Path) -> None:
    name = str(tmp_path / "x.local.json")
    assert local.save(name, FULL)
    assert local.load(name) == FULL
    assert stat.S_IMODE((tmp_path / "x.local.json").stat().st_mode) == 0o600


def test_none_is_an_empty_one(tmp_path: Path) -> None:
    assert local.load(str(tmp_path / "none")) == Local()


@pytest.mark.parametrize("content", [b"", b"[", b"[" * 100_000, b'{"history": 5}', b"\xff", b'{"drafts": {"a": NaN}}'])
def test_a_broken_one_is_set_aside(tmp_path: Path, content: bytes) -> None:
    name = tmp_path / "x.local.json"
    name.write_bytes(content)
    assert local.load(str(name)) == Local()
    assert (tmp_path / "x.local.json.broken").read_bytes() == content
    assert local.save(str(name), FULL)


def test_a_folder_that_is_gone_is_no_error(tmp_path: Path) -> None:
    assert not local.save(str(tmp_path / "gone" / "x"), FULL)


def test_a_lone_surrogate_is_no_error(tmp_path: Path) -> None:
    assert not local.save(str(tmp_path / "x"), Local(drafts={"prompt": "\ud800"}))
    assert list(tmp_path.iterdir()) == []


def test_texts_are_forgotten_and_the_rest_stays(tmp_path: Path) -> None:
    name = str(tmp_path / "x.local.json")
    local.save(name, FULL)
    local.forget_texts(name)
    assert local.load(name) == Local(cursors=FULL.cursors, dismissed=FULL.dismissed, heads=FULL.heads)


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "kept"),
    [
        ("", "", "theirs", "theirs"),
        ("", "mine", "", "mine"),
        ("", "mine", "theirs", "mine"),
        ("old", "", "old", ""),
        ("old", "", "theirs", "theirs"),
        ("old", "old", "", ""),
    ],
)
def test_a_console_that_closes_takes_no_draft_from_another(base: str, ours: str, theirs: str, kept: str):
    def drafted(text: str) -> local.Local:
        return local.Local(drafts={"prompt": text} if text else {})

    assert local.merged(drafted(base), drafted(ours), drafted(theirs)) == drafted(kept)


def test_the_lines_of_two_consoles_are_both_kept_and_what_was_wiped_stays_wiped():
    before, both = local.Local(history=("a",)), local.Local(history=("a", "theirs"))
    assert local.merged(before, local.Local(history=("a", "mine")), both).history == ("a", "theirs", "mine")
    assert local.merged(before, local.Local(), both).history == ()
    many = local.Local(history=tuple(str(n) for n in range(600)))
    assert len(local.merged(local.Local(), local.Local(), many).history) == 500
