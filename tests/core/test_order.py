"""Same facts, same state: whatever order they come in."""

import os

import pytest
from msgspec.structs import replace

from facts import T0, Desk, declared, fingerprint, other, sealed, state_of
from laws import (
    a_decent_history_is_causal,
    a_trial_leaves_no_trace,
    arrives_in_any_order,
    copies_change_nothing,
    holds,
    parts_fit_together,
    twice_is_once,
    what_people_write_stands_where_it_says,
)
from warroom.core import escalation, order
from warroom.core import events as ev
from warroom.core.acts.entries import Amend, Log, Redact, Undo
from warroom.core.acts.lifecycle import ChangeSeverity, Rename
from warroom.core.acts.paging import Acknowledge
from warroom.core.order import Replay, tombstone
from warroom.core.values import MINUTE, At

MANY = int(os.environ.get("WARROOM_EXAMPLES", "300"))  # `make converge`, which CI runs too: 10,000


@pytest.fixture(autouse=True)
def small_steps(monkeypatch):
    """Checkpoints close enough for short histories to cross many of them."""
    monkeypatch.setattr(order, "EVERY", 3)


def test_any_order_of_arrival_gives_the_same_state():
    holds(arrives_in_any_order, MANY)


def test_facts_that_come_again_change_nothing():
    holds(twice_is_once, 150)


def test_any_mixture_of_copies_under_other_replicas_gives_the_same_state():
    holds(copies_change_nothing, MANY // 2)


def test_what_a_state_keeps_for_speed_is_what_working_it_out_again_gives():
    holds(parts_fit_together, 200)
    holds(what_people_write_stands_where_it_says, 100)


def test_a_trial_that_is_dropped_leaves_no_trace_and_a_kept_one_is_as_if_its_facts_had_come():
    holds(a_trial_leaves_no_trace, 150)


def test_what_a_writer_replaced_is_not_shown_to_anybody():
    holds(a_decent_history_is_causal, 150)


def shown(*batches):
    replay = Replay()
    for batch in batches:
        replay.receive(batch)
    return fingerprint(replay.state)


def test_a_redaction_that_comes_before_its_fact_takes_the_text_all_the_same():
    desk = declared()
    entry = desk.do(Log(text="hunter2"))[0]
    full = list(desk.state.facts)
    desk.do(Redact(of=entry.id, why="a password"))
    redaction = desk.state.facts[-1]
    assert shown([redaction], full) == shown(full, [redaction]) == shown([*full, redaction])
    assert "hunter2" not in repr(shown([redaction], full))


def test_a_fact_and_its_redaction_can_come_late_in_one_batch():
    desk = declared()
    first = list(desk.state.facts)
    entry = desk.do(Log(text="hunter2"))[0]
    desk.do(Redact(of=entry.id, why="a password"))
    redaction = desk.state.facts[-1]
    latest = desk.do(Log(text="later"))[0]
    assert "hunter2" not in repr(shown([*first, latest], [entry, redaction]))


def test_a_redaction_reaches_every_copy_of_a_fact():
    desk = declared()
    entry = desk.do(Log(text="hunter2"))[0]
    copy = sealed(entry.body, rep="a", seq=7, lam=entry.lam, id=entry.id)
    desk.do(Redact(of=entry.id, why="a password"))
    known = list(desk.state.facts)
    assert "hunter2" not in repr(shown(known, [copy]))
    assert "hunter2" not in repr(shown([copy], known))
    assert shown(known, [copy]) == shown([copy], known) == fingerprint(state_of([*known, copy]))


def test_a_copy_without_its_text_takes_nothing_away_in_either_order():
    """That takes a redaction, which says who and why."""
    desk = declared()
    entry = desk.do(Log(text="the truth"))[0]
    known = list(desk.state.facts)
    for copy in (tombstone(entry), tombstone(sealed(entry.body, rep="a", seq=7, lam=entry.lam, id=entry.id))):
        assert shown(known, [copy]) == shown([copy], known) == shown(known)
        assert "the truth" in repr(shown([copy], known))


def test_a_copy_with_its_text_stands_where_its_tombstone_stood():
    desk = declared()
    entry = desk.do(Log(text="the truth"))[0]
    desk.do(Log(text="and more"))
    rest = [e for e in desk.state.facts if e.id != entry.id]
    copy = sealed(entry.body, rep="zz", seq=7, lam=entry.lam, id=entry.id)
    assert shown([*rest, tombstone(entry)], [copy]) == shown([copy], rest) == fingerprint(state_of([*rest, copy]))


def test_of_two_copies_of_a_fact_the_earlier_counts():
    early = sealed(ev.Logged(text_="one"), rep="a", lam=2)
    late = sealed(ev.Logged(text_="two"), rep="b", lam=3, id=early.id)
    for copies in ([early], [late]), ([late], [early]), ([late, early], []):
        replay = Replay()
        for batch in copies:
            replay.receive(batch)
        assert [e.body.text() for e in replay.state.facts] == ["one"]


def test_two_facts_that_claim_the_same_place_are_told_apart_by_their_hash():
    one, two = (sealed(ev.Logged(text_=text), id="SAME") for text in ("one", "two"))
    assert shown([one], [two]) == shown([two], [one])


def test_a_correction_that_comes_before_its_entry_still_moves_it():
    desk = declared()
    entry = desk.do(Log(text="db failed over"), after=9 * MINUTE)[0]
    second = desk.do(Log(text="and back"), after=MINUTE)[0]
    fix = desk.do(Amend(of=second.id, to_at=At(T0 + MINUTE)))[0]
    rest = [e for e in desk.state.facts if e not in (entry, second, fix)]
    assert shown([fix], [second], rest, [entry]) == shown([*rest, entry, second, fix])
    ids = [e.id for e in desk.state.timeline]
    assert ids.index(second.id) < ids.index(entry.id)


def test_a_correction_whose_correction_was_redacted_leaves_the_entry_where_it_says_it_is():
    desk = declared()
    entry = desk.do(Log(text="db failed over"), after=9 * MINUTE)[0]
    desk.do(Amend(of=entry.id, to_at=At(T0 + MINUTE)))
    fix = desk.do(Amend(of=entry.id, text="hunter2"))[0]
    desk.do(Redact(of=fix.id, why="a password"))
    assert desk.state.when(desk.state.facts.get(entry.id)).t == T0 + MINUTE
    desk.do(Amend(of=entry.id, to_at=At(T0 + 2 * MINUTE)))
    state = desk.state
    assert sorted(e.id for e in state.timeline) == sorted(e.id for e in state.facts)
    assert list(state.timeline.times()) == [state.when(e).t for e in state.timeline]


def test_an_acknowledgement_taken_back_restores_the_old_due_time_in_any_order():
    desk = declared()
    before = escalation.view(desk.state, T0 + 2 * MINUTE).next
    desk.do(Acknowledge(), after=MINUTE)
    known = list(desk.state.facts)
    undo = desk.do(Undo(), after=1000)
    assert escalation.view(desk.state, T0 + 2 * MINUTE).next == before
    assert shown(undo, known) == shown(known, undo)


def test_late_facts_cross_checkpoints():
    desk = Desk()
    for n in range(50):
        desk.receive([sealed(ev.Logged(text_=str(n)), seq=n + 1, lam=2 * n + 2, at=T0 + n)])
    late = [sealed(ev.Renamed(str(n)), rep="r2", seq=n + 1, lam=2 * n + 1, at=T0 + n) for n in range(50)]
    everything = [*desk.state.facts, *late]
    for event in reversed(late):
        desk.receive([event])
    assert fingerprint(desk.state) == fingerprint(state_of(everything))
    assert len(desk.state.conflicts) == 1


def test_a_wrong_clock_cannot_put_a_later_value_under_an_older_one():
    desk = declared()
    desk.now += 90_000
    desk.do(ChangeSeverity(severity="SEV1"))
    twin = other(desk)
    twin.now = T0
    twin.do(ChangeSeverity(severity="SEV3"))
    assert twin.state.severity == "SEV3"
    assert not twin.state.conflicts


def test_a_redaction_in_a_commit_is_seen_by_the_rest_of_it():
    desk = declared()
    title = desk.do(Rename(title="hunter2 leaked"))[0]
    trial = desk.replay.trial()
    trial.fold(sealed(ev.FactRedacted(title.id, "a password"), lam=desk.replay.lam + 1, seq=99))
    assert "hunter2" not in repr(fingerprint(trial.state))
    assert "hunter2" in repr(fingerprint(desk.state))
    desk.replay.keep(trial)
    assert "hunter2" not in repr(fingerprint(desk.state))


def test_facts_that_were_kept_get_checkpoints_too():
    desk = declared()
    for n in range(20):
        desk.do(Log(text=str(n)))
    assert len(desk.replay._marks) > 5


def test_a_redacted_fact_stands_where_its_first_copy_does_whichever_came_first():
    desk = declared()
    (entry,) = desk.do(Log(text="a secret"))
    gone = desk.do(Redact(of=entry.id, why="a secret"))
    earlier = replace(tombstone(entry), rep="z", seq=1, lam=entry.lam - 1)
    others = [event for event in desk.state.facts if event.id != entry.id and event not in gone]
    states = []
    for came in ([entry, earlier, *gone], [earlier, entry, *gone], [*gone, entry, earlier]):
        replay = Replay()
        for event in (*others, *came):
            replay.receive([event])
        states.append(fingerprint(replay.state))
    assert states[0] == states[1] == states[2]
