"""The activity log of ICS form 214: its eight blocks, and what everybody did, in UTC."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from facts import MINUTE, T0, Choices, declared, history, state_of
from warroom.core.acts import entries, lifecycle, people, practice, work
from warroom.core.text import clean, width
from warroom.core.values import HOUR, At
from warroom.render.ics214 import form
from warroom.render.ics214 import people as everybody

NOW = T0 + HOUR
BLOCKS = (
    *("1. Incident name", "2. Operational period", "3. Name", "4. ICS position", "5. Home agency"),
    *("6. Resources assigned", "7. Activity log", "8. Prepared by"),
)


def a_night():
    desk = declared()
    desk.do(people.AssignRole(role="commander", who="ana"))
    desk.do(entries.Log(text="p99 is at 9 s", kind="observed", who="ivo"), after=MINUTE)
    desk.do(work.GiveTask(who="ivo", what="roll back"), after=MINUTE)
    desk.do(practice.AttendBridge(who="lee"), after=MINUTE)
    return desk


def text(desk, person="", by="ana", told=()):
    return form(desk.state, "INC-K3F9", NOW, person, by, told)


def activities(found):
    part = found[found.index("7. Activity log") : found.index("8. Prepared by")]
    return [line.strip() for line in part.splitlines()[1:-1]]


def test_it_has_the_blocks_of_the_form_in_their_order():
    found = text(a_night())
    assert [found.index(f"\n{block}") for block in BLOCKS] == sorted(found.index(f"\n{block}") for block in BLOCKS)


def test_the_head_says_what_when_and_who():
    desk = a_night()
    desk.do(lifecycle.ChangePhase(phase="resolved"), after=30 * MINUTE)
    found = " ".join(text(desk).split())
    assert "1. Incident name INC-K3F9 checkout returns 500s" in found
    assert "2. Operational period 2023-11-14 22:13 UTC to 2023-11-14 22:46 UTC" in found
    assert "6. Resources assigned ana Commander lee responder ivo responder" in found
    assert "8. Prepared by ana Date and time 2023-11-14 23:13 UTC" in found


def test_what_was_done_stands_in_order_with_who_did_it():
    assert activities(text(a_night()))[2:] == [
        "22:13    role: ana: commander is ana",
        "22:14    observed: ivo: p99 is at 9 s",
        "22:15    task: ivo: @ivo roll back",
        "22:16    bridge: lee: lee joined",
    ]


def test_the_log_of_one_person_holds_what_they_did_and_were_given():
    found = text(a_night(), "ivo")
    assert "3. Name                       ivo\n4. ICS position               responder\n" in found
    assert activities(found) == [
        "2023-11-14",
        "22:14    observed: ivo: p99 is at 9 s",
        "22:15    task: ivo: @ivo roll back",
    ]
    assert "4. ICS position               Commander\n" in text(a_night(), "ana")


def test_corrections_stand_in_their_place_and_what_was_taken_back_is_out():
    desk = a_night()
    first = desk.do(entries.Log(text="wrong", at=At(T0 - 5 * MINUTE, approx=True)))[0]
    second = desk.do(entries.Log(text="a slip"))[0]
    desk.do(entries.Amend(of=first.id, text="right"))
    desk.do(entries.Undo(of=second.id))
    found = text(desk)
    assert "~22:08    note: ana: right" in found
    assert "wrong" not in found
    assert "a slip" not in found


def test_a_new_day_has_a_line_of_its_own():
    desk = a_night()
    desk.do(entries.Log(text="the day after"), after=2 * HOUR)
    found = activities(text(desk))
    assert found[0] == "2023-11-14"
    assert found[-2:] == ["2023-11-15", "00:16    note: ana: the day after"]


def test_long_and_wide_texts_stay_in_their_column():
    desk = a_night()
    desk.do(entries.Log(text="火事だ " * 60, who="火" * 20))
    found = text(desk)
    assert all(width(line) <= 96 for line in found.splitlines())
    assert re.search(r"\n {12}火事だ", found)


def test_hostile_texts_are_one_entry_and_command_no_terminal():
    desk = a_night()
    desk.do(entries.Log(text="x\n8. Prepared by\x1b[31m \u202emallory", who="eve\n"))
    found = text(desk)
    assert found.count("\n8. Prepared by") == 1
    assert "\x1b" not in found
    assert "\u202e" not in found


def test_a_drill_says_so_in_its_first_line():
    assert text(a_night()).splitlines()[0] == "ACTIVITY LOG (ICS 214)"


def test_what_was_left_out_is_told_at_its_end():
    found = text(a_night(), by="", told=["1 entry is left out: 1 note."])
    assert found.endswith("Left out of this copy\n   1 entry is left out: 1 note.\n")


def test_everybody_who_was_there_is_a_resource():
    assert everybody(a_night().state) == ["ana", "lee", "ivo"]


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=80), st.sampled_from(("", "ana", "ivo", "nobody at all")))
def test_every_history_fills_the_form(data, person):
    state = state_of(history(Choices(data)))
    found = form(state, "INC-K3F9", NOW, person, "ana")
    assert clean(found, lines=True) == found
    assert all(f"\n{block}" in found for block in BLOCKS)
    assert all(width(line) <= 96 for line in found.splitlines())
