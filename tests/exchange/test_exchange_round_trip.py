"""What is exported comes back as the same facts; and what people wrote is inert text in whatever reads it."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange_kit import done, imported
from warroom.core.acts.entries import Amend, Log, Undo
from warroom.core.acts.lifecycle import ChangePhase, ChangeSeverity
from warroom.core.text import clean
from warroom.core.values import At
from warroom.exchange import write
from warroom.exchange.records import guarded, unguarded
from warroom.render.markdown import literal, report

OWN = sorted((Path(__file__).parent.parent / "data").glob("timeline-*.json"))
ONE = '{"title":"T","severity":"SEV2","source":"s","events":[{"at":"1970-01-01T00:00:00Z","text":"x"}]}'
PUBLIC = sorted((Path(__file__).parents[3] / "shared" / "incidents").glob("*.json"))


@pytest.mark.parametrize("file", [*OWN, *PUBLIC], ids=lambda file: file.stem)
def test_an_imported_timeline_is_exported_as_the_same_facts(file):
    text = file.read_bytes()
    wanted = json.loads(text)
    wanted["events"].sort(key=lambda event: event["at"])
    state = imported(text, file.name)
    assert json.loads(write.as_json(state)) == wanted
    again = imported(write.as_json(state), file.name)
    assert write.as_json(again) == write.as_json(state)
    by_lines = imported(write.as_lines(state), "t.jsonl")
    assert write.as_json(by_lines) == write.as_json(state)
    head = {"title": wanted["title"], "severity": wanted["severity"], "source": wanted["source"]}
    by_csv = imported(write.as_csv(state), "t.csv", **head)
    shown = write.as_json(state).replace("\\u001b", "␛")  # CSV has no way to write it harmlessly
    assert write.as_json(by_csv) == shown


TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), min_size=1).filter(str.strip)
TIME = st.integers(0, 1_700_000_000_000)


@given(st.lists(st.tuples(TIME, TEXT, st.booleans(), st.text(max_size=8)), min_size=1, max_size=5))
def test_any_text_survives_json_both_ways(events):
    state = imported(ONE)
    commands = [Log(text=text, at=At(t, approx=approx)) for t, text, approx, _ in events]
    state = done(state, *commands)
    for form, name in ((write.as_json(state), "t.json"), (write.as_lines(state), "t.jsonl")):
        assert clean(form, lines=True) == form
        again = imported(form, name)
        assert write.as_json(again) == write.as_json(state)


@given(st.text())
def test_a_cell_is_no_formula_and_comes_back(cell):
    assert unguarded(guarded(cell)) == cell
    assert guarded(cell)[:1] not in ("=", "+", "-", "@")


def test_corrections_stand_and_what_was_taken_back_is_out():
    state = imported(ONE)
    entry = state.timeline[1].id
    state = done(state, Amend(of=entry, text="new", kind="action"), Log(text="oops"))
    state = done(state, Undo(of=state.facts[-1].id))
    events = json.loads(write.as_json(state))["events"]
    assert [(e["text"], e["kind"]) for e in events] == [("new", "action")]


def test_what_the_room_wrote_itself_comes_back_as_what_it_was():
    state = imported(ONE)
    state = done(state, ChangeSeverity(severity="SEV1"), ChangePhase(phase="resolved"))
    again = imported(write.as_json(state))
    assert (again.severity, again.phase, again.ended) == ("SEV1", "resolved", state.ended)
    assert write.as_json(again) == write.as_json(state)


@pytest.mark.parametrize(
    "text",
    [
        "# head",
        "**b**",
        "[x](javascript:1)",
        "<script>",
        "![i](x)",
        "`c`",
        "a | b",
        "https://x.test",
        "&lt;",
        "@ivo",
    ],
)
def test_no_markup_of_an_entry_takes_effect_in_the_report(text):
    state = imported(ONE)
    made = report(done(state, Log(text=text)), "INC-0000", 0)
    assert literal(text) in made
    assert literal(text) != text
