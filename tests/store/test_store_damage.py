"""Whatever was cut or flipped: complete rows are read, the bad part lies beside the file, and verify says so."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tinydb import TinyDB

from store_kit import INC, REP, texts, write
from warroom.core.events import Event
from warroom.store import beside
from warroom.store.log import Log

ROWS = 6
LAST = 3  # so many rows at the end are damaged, byte by byte


@pytest.fixture
def whole(log: Log, path: Path) -> tuple[bytes, list[Event]]:
    events = write(log, *(f"fact {n}" for n in range(1, ROWS + 1)))
    log.close()
    return path.read_bytes(), events


def damaged(path: Path, data: bytes) -> None:
    for name in beside.torn(str(path)):
        os.unlink(name)
    path.write_bytes(data)


def starts(data: bytes) -> list[int]:
    """Where each row's line starts."""
    return [data.index(b'\n"%d": ' % n, data.index(b'"events"')) + 1 for n in range(1, ROWS + 1)]


def test_cut_at_every_byte_of_the_last_three_rows(path: Path, whole: tuple[bytes, list[Event]]) -> None:
    data, events = whole
    rows = starts(data)
    ends = [data.index(b"\n", start) for start in rows]
    for cut in range(rows[ROWS - LAST], len(data)):
        damaged(path, data[:cut])
        complete = sum(1 for end, start in zip(ends, rows, strict=True) if cut >= end - (data[end - 1 : end] == b","))
        with Log.open(path, REP) as log:
            assert log.load() == events[:complete], cut
            assert log.repaired
            assert bool(beside.torn(log.path)) == any(t.row == 0 for t in log.verify()), cut
            beside_it = b"".join(Path(name).read_bytes() for name in beside.torn(log.path))
            assert data[ends[complete - 1] : cut].strip(b",\n}").endswith(beside_it.strip(b",\n}")), cut
            write(log, "after")
        assert len(TinyDB(path).table("events").all()) == complete + 1


def flips(data: bytes, every_bit: bool) -> list[tuple[int, int]]:
    first = starts(data)[ROWS - LAST] - 2  # with the comma and the line's end before it
    return [(at, bit) for at in range(first, len(data)) for bit in (range(8) if every_bit else [at % 8])]


def survives(path: Path, data: bytes, events: list[Event], at: int, bit: int) -> None:
    bent = bytearray(data)
    bent[at] ^= 1 << bit
    damaged(path, bytes(bent))
    hit = sum(1 for start in starts(data) if start <= at)  # the row that was hit, or the one before its line's end
    with Log.open(path, REP) as log:
        loaded = log.load()
        same = [event for event in loaded if event in events]
        assert same[: hit - 1] == events[: hit - 1], (at, bit)
        assert [e for e in events if e in same] == same, (at, bit)
        lost = [e for e in events if e not in same]
        assert lost in ([], [events[hit - 1]]), (at, bit)
        if len(loaded) < len(events):  # a row is gone: it lies beside, or stands there unread
            assert beside.torn(log.path) or "cannot be read" in (log.repaired or ""), (at, bit)
        troubles = log.verify()
        assert troubles or log.repaired, (at, bit)
        assert lost == [] or any(t.row in (0, hit, hit + 1) for t in troubles), (at, bit)
        write(log, "after")
    assert len(TinyDB(path).table("events").all()) >= len(loaded) + 1


def test_a_bit_flipped_in_every_byte_of_the_last_three_rows(path: Path, whole: tuple[bytes, list[Event]]) -> None:
    data, events = whole
    for at, bit in flips(data, every_bit=False):
        survives(path, data, events, at, bit)


@pytest.mark.torture
def test_every_bit_of_the_last_three_rows(path: Path, whole: tuple[bytes, list[Event]]) -> None:
    data, events = whole
    for at, bit in flips(data, every_bit=True):
        survives(path, data, events, at, bit)


def test_reading_only_leaves_a_damaged_file_as_it_is(path: Path, whole: tuple[bytes, list[Event]]) -> None:
    data, events = whole
    damaged(path, data[:-40])
    log = Log.open(path, REP, read_only=True)
    assert log.load() == events[:-1]
    assert "damaged" in (log.repaired or "")
    assert any("cannot be read" in t.text for t in log.verify())
    assert path.read_bytes() == data[:-40]
    assert beside.torn(str(path)) == []


def test_a_row_in_the_middle_that_is_no_json_is_set_aside_and_named(
    path: Path, whole: tuple[bytes, list[Event]]
) -> None:
    data, events = whole
    damaged(path, data.replace(b'"text":"fact 2"', b'"text":"fac\x00 2"'))
    log = Log.open(path, REP)
    assert log.load() == [events[0], *events[2:]]
    (torn,) = beside.torn(log.path)
    assert b"fac\x00 2" in Path(torn).read_bytes()
    assert [t.row for t in log.verify()][:2] == [3, 3]
    assert "number 2 of replica" in log.verify()[1].text


def test_a_changed_text_is_loaded_and_named(path: Path, whole: tuple[bytes, list[Event]]) -> None:
    data, _ = whole
    damaged(path, data.replace(b"fact 4", b"fake 4"))
    log = Log.open(path, REP)
    assert texts(log.load())[3] == "fake 4"
    first = log.verify()[0]
    assert (first.row, "changed" in first.text) == (4, True)


def test_a_changed_tail_is_not_trusted_for_the_chain(path: Path, whole: tuple[bytes, list[Event]]) -> None:
    data, events = whole
    damaged(path, data.replace(b"fact 6", b"fake 6"))
    log = Log.open(path, REP)
    (after,) = write(log, "after")
    # Two places of the damaged row agree on its number and hash, so the chain goes on from what was written.
    assert (after.seq, after.prev) == (7, events[5].hash)
    assert {t.row for t in log.verify()} == {6}


def test_the_clock_beside_a_changed_tail_is_not_trusted(path: Path, whole: tuple[bytes, list[Event]]) -> None:
    data, _ = whole
    damaged(path, data.replace(b"fact 6", b"fake 6").replace(b',"lam":6,"own"', b',"lam":9006,"own"'))
    (after,) = write(Log.open(path, REP), "after")
    assert after.lam < 10


def test_what_is_set_aside_is_never_overwritten(path: Path, whole: tuple[bytes, list[Event]]) -> None:
    data, _ = whole
    for n in range(3):
        path.write_bytes(data + b"junk %d" % n)
        Log.open(path, REP).close()
    found = [Path(name).read_bytes() for name in beside.torn(str(path))]
    assert [b"junk %d" % n in content for n, content in enumerate(found)] == [True] * 3


def test_a_damaged_head_is_made_anew_from_the_facts(path: Path, whole: tuple[bytes, list[Event]]) -> None:
    data, events = whole
    for broken in (data.replace(b'"meta"', b'"me\xf0a"'), data.replace(b'"events"', b'"evints"', 1), data[40:]):
        damaged(path, broken)
        with Log.open(path, REP) as log:
            assert log.inc == INC
            assert log.load() == events
            write(log, "after")
        assert len(TinyDB(path).table("events").all()) == ROWS + 1


def test_two_rows_with_one_number_are_both_kept(path: Path, whole: tuple[bytes, list[Event]]) -> None:
    data, events = whole
    damaged(path, data.replace(b'\n"5": ', b'\n"4": '))
    log = Log.open(path, REP)
    assert log.load() == events
    assert [row["e"]["seq"] for row in TinyDB(path).table("events").all()] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    "piece",
    [b'"1": {' * 50_000, b'"1": ' + b'{"a":' * 50_000, b"[" * 200_000, b'{"e":' + b'"' * 99_999, b"\0" * 200_000],
    ids=["rows", "depth", "lists", "quotes", "zeros"],
)
def test_a_hostile_end_is_set_aside_whole(path: Path, whole: tuple[bytes, list[Event]], piece: bytes) -> None:
    data, events = whole
    damaged(path, data[:-3] + b",\n" + piece)
    log = Log.open(path, REP)
    assert log.load() == events
    assert sum(os.path.getsize(name) for name in beside.torn(log.path)) >= len(piece) - 8


def test_numbers_that_are_no_json_make_a_row_damaged(path: Path, whole: tuple[bytes, list[Event]]) -> None:
    data, events = whole
    for word in (b"NaN", b"Infinity", b"-Infinity", b"1e999"):
        damaged(path, data.replace(b'"seq":6', b'"seq":' + word, 1))
        with Log.open(path, REP) as log:
            assert log.load() == events[:-1]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_damage_anywhere_keeps_every_complete_row(
    path: Path, whole: tuple[bytes, list[Event]], data: st.DataObject
) -> None:
    good, events = whole
    first = starts(good)[0] - 1
    at = data.draw(st.integers(first, len(good)))
    length = data.draw(st.integers(0, 900))
    junk = data.draw(st.binary(max_size=40))
    damaged(path, good[:at] + junk + good[at + length :])
    with Log.open(path, REP) as log:
        loaded = log.load()
        untouched = [
            event
            for event, start in zip(events, starts(good), strict=True)
            if good.index(b"}\n" if event is events[-1] else b"},\n", start) + 1 <= at or start >= at + length + 3
        ]
        assert [e for e in loaded if e in untouched] == untouched
        write(log, "after")
    TinyDB(path).table("events").all()
