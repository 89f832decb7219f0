"""No export of a drill becomes a real incident by being imported."""

import pytest
from msgspec.structs import replace

from exchange_kit import problems
from facts import declared, state_of
from warroom.core import codec
from warroom.core.values import incident_id
from warroom.exchange import write

DRILL = incident_id(bytes(16), drill=True)


def a_drill():
    facts = [replace(event, inc=DRILL) for event in declared().state.facts]
    return state_of([codec.decode(*codec.encode(fact)) for fact in facts])


@pytest.mark.parametrize(
    ("form", "name"), [(write.as_json, "d.json"), (write.as_lines, "d.jsonl"), (write.as_csv, "d.csv")]
)
def test_its_timeline_is_refused(form, name):
    state = a_drill()
    assert state.drill
    assert any(
        "is a drill's timeline, which must not become a real incident" in line for line in problems(form(state), name)
    )


def test_a_table_of_a_real_one_has_no_column_for_it():
    assert "drill" not in write.as_csv(declared().state).splitlines()[0]
