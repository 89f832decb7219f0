"""Changes that came out of an incident: proposed, applied, rejected, undone; each act possible when it makes sense."""

from facts import Desk, declared, other
from warroom.core import events as ev
from warroom.core.acts.entries import Redact
from warroom.core.acts.learn import DecideChange, ProposeChange
from warroom.core.acts.lifecycle import ChangePhase
from warroom.core.learn.proposals import proposal, proposals
from warroom.core.values import MINUTE

PROPOSE = ProposeChange(
    target="playbooks/database.toml", diff="@@ -0,0 +1,1 @@\n+x\n", whole="x\n", base="abc", why="  it held\na lock "
)


def desk() -> Desk:
    made = declared()
    made.do(PROPOSE)
    return made


def test_a_change_gets_the_next_number_and_its_reason_on_one_line() -> None:
    made = desk()
    made.do(PROPOSE)
    assert [each.name for each in proposals(made.state)] == ["1", "2"]
    assert proposals(made.state)[0].why == "it held a lock"
    assert proposals(made.state)[0].state == "open"


def test_a_closed_incident_still_takes_what_was_learned_from_it() -> None:
    made = declared()
    made.do(ChangePhase(phase="resolved"))
    made.do(ChangePhase(phase="closed"))
    made.do(PROPOSE)
    made.do(DecideChange(change="1", outcome="applied", record="7"))
    assert proposal(made.state, "1").record == "7"


def test_it_is_applied_undone_and_applied_again() -> None:
    made = desk()
    for outcome, record in (("applied", "1"), ("undone", "2"), ("applied", "3")):
        made.do(DecideChange(change="1", outcome=outcome, record=record), after=MINUTE)
        assert (proposal(made.state, "1").state, proposal(made.state, "1").record) == (outcome, record)


def test_a_rejection_needs_a_reason_and_ends_it() -> None:
    made = desk()
    assert "Why is it rejected?" in made.refusal(DecideChange(change="1", outcome="rejected"))
    made.do(DecideChange(change="1", outcome="rejected", why="the drill covers it"))
    no = made.refusal(DecideChange(change="1", outcome="applied"))
    assert no == "Change 1 is rejected, by ana (the drill covers it); it cannot be applied now."


def test_what_was_never_applied_cannot_be_undone() -> None:
    assert "is open; it cannot be undone" in desk().refusal(DecideChange(change="1", outcome="undone"))


def test_who_applies_second_is_told_who_was_first() -> None:
    made = desk()
    made.do(DecideChange(change="1", outcome="applied"))
    twin = other(made)
    assert twin.refusal(DecideChange(change="1", outcome="applied")) == "Change 1 is applied already, by ana."


def test_a_change_that_nobody_proposed_is_refused_with_those_that_are_there() -> None:
    assert "There is no change “4” here: 1 playbooks/database.toml." in desk().refusal(
        DecideChange(change="4", outcome="applied")
    )


def test_what_does_not_fit_one_fact_is_refused_with_a_sentence() -> None:
    big = ProposeChange(target="roles.toml", diff="x" * 40_000, whole="y" * 40_000, base="")
    assert "The change to roles.toml takes 78 KiB with its file, and one fact holds 62." in declared().refusal(big)


def test_a_change_that_changes_nothing_is_refused() -> None:
    same = ProposeChange(target="roles.toml", diff="", whole="y", base="")
    assert declared().refusal(same) == "roles.toml would stay as it is; there is nothing to propose."


def test_two_that_were_proposed_at_once_are_both_there_under_names_of_their_own() -> None:
    made = declared()
    twin = other(made)
    made.do(PROPOSE)
    twin.do(PROPOSE)
    made.receive(twin.state.facts)
    twin.receive(made.state.facts)
    assert [each.name for each in proposals(made.state)] == ["1", "1b"]
    assert proposals(made.state) == proposals(twin.state)


def test_the_number_of_a_redacted_change_is_not_given_again() -> None:
    made = declared()
    (event,) = made.do(PROPOSE)
    made.do(Redact(of=event.id, why="a password"))
    made.do(PROPOSE)
    assert [each.name for each in proposals(made.state)] == ["2"]


def test_what_is_learned_moves_no_clock_of_the_incident() -> None:
    made = declared()
    before = (made.state.last_entry, made.state.seen.get("ana"))
    made.do(PROPOSE, after=5 * MINUTE)
    assert (made.state.last_entry, made.state.seen.get("ana")) == before


def test_the_timeline_says_what_was_proposed_and_what_became_of_it() -> None:
    made = desk()
    made.do(DecideChange(change="1", outcome="applied"))
    said = [event.body.text() for event in made.state.facts if isinstance(event.body, ev.REVIEW)]
    assert said == [
        "change 1 to playbooks/database.toml · it held a lock",
        "change 1 to playbooks/database.toml applied",
    ]
