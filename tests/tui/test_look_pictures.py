"""Pictures of the war room, to be looked at when they change: `pytest --snapshot-update` makes new ones."""

import pytest

from story import RoomApp, story
from warroom.tui.moment import Sight

WIDE, NARROW = (132, 40), (80, 24)


@pytest.mark.parametrize(
    ("look", "size", "ascii"),
    [
        ("dark", WIDE, False),
        ("light", WIDE, False),
        ("ansi", WIDE, False),
        ("dark", WIDE, True),
        ("dark", NARROW, False),
        ("mono", NARROW, False),
    ],
    ids=["dark-132x40", "light-132x40", "ansi-132x40", "ascii-132x40", "dark-80x24", "mono-80x24"],
)
def test_the_room(snap_compare, look: str, size: tuple[int, int], ascii: bool):
    app = RoomApp(story().state(), look, ascii, Sight(me="lee", ascii=ascii, handle="INC-K3F9", unsent=2))
    assert snap_compare(app, terminal_size=size)


def test_a_drill_in_which_something_is_late(snap_compare):
    assert snap_compare(RoomApp(story(drill=True, answered=False).state()), terminal_size=WIDE)
