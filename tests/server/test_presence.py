"""Who is here: believed for 30 seconds, and told when the set changes."""

from hypothesis import given
from hypothesis import strategies as st

from warroom.server.presence import GONE, MOST, Rooms
from warroom.sync.wire import Present

ANA, IVO = Present("ana", "a", "r1"), Present("ivo", "b", "r2")


def names(rooms: Rooms, now: int) -> list[str]:
    return [each.who for each in rooms.here("i", now)]


def test_somebody_is_here_for_thirty_seconds() -> None:
    rooms = Rooms()
    assert rooms.said("i", "t", ANA, 0)
    assert names(rooms, GONE - 1) == ["ana"]
    assert names(rooms, GONE) == []
    assert rooms.sweep(GONE) == ["i"]
    assert rooms.sweep(GONE + 1) == []
    assert rooms.occupied() == []


def test_the_set_changes_when_somebody_comes_or_goes_and_only_then() -> None:
    rooms = Rooms()
    assert rooms.said("i", "t", ANA, 0)
    assert not rooms.said("i", "t", ANA, 10_000)
    assert rooms.said("i", "u", IVO, 20_000)
    assert rooms.said("i", "u", IVO, 10_000 + GONE), "ana is gone by now"


def test_one_person_under_two_tokens_is_shown_once() -> None:
    rooms = Rooms()
    rooms.said("i", "t", ANA, 0)
    assert not rooms.said("i", "u", ANA, 5)
    assert [(each.who, each.seen) for each in rooms.here("i", 6)] == [("ana", 5)]


def test_a_room_holds_so_many_and_the_latest_stay() -> None:
    rooms = Rooms()
    for n in range(MOST + 50):
        rooms.said("i", "t", Present(f"p{n:04}"), n)
    here = names(rooms, MOST + 50)
    assert len(here) == MOST
    assert here[-1] == f"p{MOST + 49:04}"


def test_whoever_leaves_is_gone_at_once_and_nobody_else_is() -> None:
    rooms = Rooms()
    rooms.said("i", "t", ANA, 0)
    rooms.said("i", "u", IVO, 0)
    assert not rooms.left("i", "x", ANA, 1), "another token's word does not make her leave"
    assert rooms.left("i", "t", ANA, 1)
    assert not rooms.left("i", "t", ANA, 2)
    assert not rooms.left("nowhere", "t", ANA, 2)
    assert names(rooms, 2) == ["ivo"]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 40_000)), max_size=30))
def test_whoever_hears_of_every_change_knows_who_is_here(said: list[tuple[str, int]]) -> None:
    rooms, now, heard = Rooms(), 0, set()
    for who, gap in said:
        now += gap
        if rooms.sweep(now):
            heard = set(names(rooms, now))
        if rooms.said("i", "t", Present(who), now):
            heard = set(names(rooms, now))
        assert heard == set(names(rooms, now))
