"""What Enter means in the lobby before anything was chosen."""

from warroom.room.desk import Listed
from warroom.tui.lobby.found import NEW, find

PAST = Listed("1AAA", "INC-1AAA", "", title="Checkout returns 500s", severity="SEV2", phase="closed")
DRILL = Listed("ZAAA", "INC-ZAAA", "", title="Practice: checkout returns 500s", severity="SEV2", phase="x", drill=True)


def test_words_that_only_a_drill_has_declare_a_new_incident() -> None:
    assert find("checkout", [DRILL]).first("checkout") == NEW


def test_a_real_incident_goes_before_a_drill() -> None:
    found = find("checkout", [DRILL, PAST])
    assert found.first("checkout") == PAST.id
    assert found.ids == [PAST.id, DRILL.id, NEW]
