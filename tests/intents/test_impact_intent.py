"""`/impact`: what users see, who is affected, since when, and how it stands, from one line."""

import pytest

from warroom.core.incident import Incident
from warroom.core.values import At
from warroom.intents import Context
from warroom.intents.lifecycle import Impact

CTX = Context(Incident(), "ana", 1_000_000, lambda text: At(500), lambda text: ("", ""))


@pytest.mark.parametrize(
    ("args", "what", "scope", "since", "state"),
    [
        ("cards fail", "cards fail", "", None, "ongoing"),
        ("cards fail (cards only; transfers work)", "cards fail", "cards only; transfers work", None, "ongoing"),
        ("cards fail (EU) since 13:58 reduced", "cards fail", "EU", 500, "reduced"),
        ("checkout (v2) fails", "checkout (v2) fails", "", None, "ongoing"),
        ("(only this)", "(only this)", "", None, "ongoing"),
    ],
)
def test_a_line_of_impact(args, what, scope, since, state):
    found = Impact.command(args, CTX)
    assert (found.what, found.scope, found.since, found.state) == (what, scope, since, state)
