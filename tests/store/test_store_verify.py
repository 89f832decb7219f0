"""`verify` names the first broken fact, and what is wrong with it, also when somebody mended the hashes."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from store_kit import INC, OTHER, REP, write
from warroom.core import codec
from warroom.core.events import Event
from warroom.core.values import incident_id
from warroom.store import rows
from warroom.store.log import Log
from warroom.store.verify import line_of

Change = Callable[[list[Event]], list[Event]]


@pytest.fixture
def forged(log: Log, path: Path) -> Callable[[Change], list[tuple[int, str]]]:
    """A log of five facts, some of which were changed together with their hashes; what verify says of it."""
    events = write(log, "one", "two", "three", "four", "five")

    def forge(change: Change) -> list[tuple[int, str]]:
        lam, heads = 0, {REP: (0, "")}
        lines = []
        for number, event in enumerate(change(events), 1):
            data, hash = codec.encode(event)
            lam = max(lam, event.lam)
            heads[event.rep] = (event.seq, hash)
            lines.append(b'\n"%d": %b' % (number, rows.pack(data, hash, lam, (REP, *heads[REP]))))
        head = path.read_bytes().split(b'\n"1": ')[0]
        path.write_bytes(head + b",".join(lines) + b"\n}}")
        return [(trouble.row, trouble.text) for trouble in Log.open(path, REP).verify()]

    return forge


def at(number: int, **changed: object) -> Change:
    def change(events: list[Event]) -> list[Event]:
        return [msgspec.structs.replace(e, **changed) if n == number else e for n, e in enumerate(events, 1)]

    return change


def test_nothing_changed_is_nothing_wrong(forged: Callable[[Change], list[tuple[int, str]]]) -> None:
    assert forged(lambda events: events) == []


@pytest.mark.parametrize(
    ("change", "row", "words"),
    [
        (at(3, rec=5), 4, "does not follow the fact before it"),
        (at(3, prev="0" * 64), 3, "does not follow the fact before it"),
        (at(3, seq=7), 3, "number 3 to 6 of replica"),
        (at(3, seq=2), 3, "is there twice"),
        (at(3, lam=1), 3, "clock runs backwards"),
        (at(3, inc=incident_id(bytes(16), False)), 3, "another incident"),
        (lambda events: [*events, events[1]], 6, "the same fact is in row 2"),
        (lambda events: [events[0], *events[2:]], 2, "number 2 of replica"),
        (at(3, rep=OTHER, seq=1, prev=""), 4, "number 3 of replica"),
    ],
)
def test_a_forged_fact_is_named(
    forged: Callable[[Change], list[tuple[int, str]]], change: Change, row: int, words: str
) -> None:
    first, text = forged(change)[0]
    assert (first, words in text) == (row, True), text


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (b',"lam":3,"own"', b',"lam":4,"own"', "largest clock noted beside it is 4"),
        (b'"own":["AAAAAAAAAA",3,', b'"own":["AAAAAAAAAA",2,', "last own fact noted beside it"),
        (b'"own":["AAAAAAAAAA",3,', b'"own":["BAAAAAAAAA",3,', "last own fact noted beside it"),
        (b'"v":1},"h":"', b'"v":1},"h":"0', "the hash does not fit"),
        (b',"lam":3,"own"', b',"lam":3 ,"own"', "changed beside the fact"),
        (b'\n"3": ', b'\n"3000": ', "should have the number 3"),
        (b'"text":"three"', b'"text": "three"', "not in canonical form"),
        (b'"text":"three"', b'"text":"thr\\u0065e"', "not in canonical form"),
    ],
)
def test_what_was_changed_in_the_file_is_named(log: Log, path: Path, before: bytes, after: bytes, words: str) -> None:
    write(log, "one", "two", "three", "four")
    data = path.read_bytes()
    third = data.index(b'\n"3": ')
    path.write_bytes(data[:third] + data[third:].replace(before, after, 1))
    troubles = Log.open(path, REP, read_only=True).verify()
    assert any(words in trouble.text for trouble in troubles), troubles
    assert troubles[0].row in (3, 3000)


def test_a_trouble_as_a_line(log: Log, path: Path) -> None:
    (event,) = write(log, "one")
    path.write_bytes(path.read_bytes().replace(b'"one"', b'"eno"'))
    assert line_of(log.verify()[0]) == f"row 1, fact {event.id}: this fact was changed: the hash does not fit the bytes"


def test_a_row_of_something_else_is_named_and_harmless(log: Log, path: Path) -> None:
    events = write(log, "one", "two")
    path.write_bytes(path.read_bytes().replace(b'\n"2": ', b'\n"2": {"x":"\\u001b[31m"},\n"3": '))
    again = Log.open(path, REP)
    assert again.load() == events
    assert "row 2" in (again.repaired or "")
    first = again.verify()[0]
    assert (first.row, "\x1b" in first.text) == (2, False)
    assert again.inc == INC
