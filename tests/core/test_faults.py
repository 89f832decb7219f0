"""The laws can fail: each fault that is put into the real source here is one that some law must catch."""

import pytest

import laws
from faulty import faulty
from warroom.core import codec, events, fold, grown, order
from warroom.core import run as running
from warroom.core.grown import Facts, Timeline
from warroom.core.order import Replay, Trial

EXAMPLES = 300

FAULTS = {
    "fold: a value replaces nothing": (
        laws.a_decent_history_is_causal, fold, fold.fold, "if e.id not in event.over)", ")",
    ),
    "fold: a value is put into the old state too": (
        laws.old_states_stay, fold, fold.fold,
        'change["values"] = {**state.values, key: (*kept, event)}',
        'state.values[key] = (*kept, event); change["values"] = state.values',
    ),
    "fold: whoever was seen is noted in the old state too": (
        laws.old_states_stay, fold, fold._seen,
        "seen = {**seen, name: wrote}", "seen[name] = wrote",
    ),
    "fold: an entry stands where it was written and not where its correction says": (
        laws.parts_fit_together, fold, fold.fold, "state.when(event).t", "event.at.t",
    ),
    "fold: a correction that goes leaves the entry where it was": (
        laws.what_people_write_stands_where_it_says, fold, fold._tombstone, "body.type == ev.Amended.type", "False",
    ),
    "fold: what was taken back before it came still counts": (
        laws.parts_fit_together, fold, fold.fold, "+ (event.id not in state.retracted)", "+ 1",
    ),
    "fold: an acknowledgement that was taken back stays": (
        laws.parts_fit_together, fold, fold._retracted,
        "run=again.run", "run=state.run",
    ),
    "fold: a fact that is known is folded again": (
        laws.fold_takes_anything_twice, fold, fold.fold, "if event.id in facts:", "if False:",
    ),
    "escalation: a level that is not there is believed": (
        laws.fold_takes_anything, running, running.apply,
        "if level != call.level and 1 <= level <= len(run.policy.levels):", "if level != call.level:",
    ),
    "escalation: a level that came due stays next": (
        laws.the_clock_never_waits_in_the_past, running, running.advance, "while not run.ack", "if not run.ack",
    ),
    "order: what is late goes to the end": (
        laws.arrives_in_any_order, order, Replay.receive, "or order > self._order[-1]", "or True",
    ),
    "order: a checkpoint behind the late fact is used": (
        laws.arrives_in_any_order, order, Replay._refold, "> i:", "> i + 4:",
    ),
    "order: late facts are not sorted in": (
        laws.arrives_in_any_order, order, Replay._refold,
        "sorted([*again, *changed.values()], key=lambda event: event.order)", "[*again, *changed.values()]",
    ),
    "order: the first copy that came counts": (
        laws.arrives_in_any_order, order, Replay.receive, "if rank(known) <= rank(event):",
        "if True:",
    ),
    "order: a redaction does not wait for its fact": (
        laws.arrives_in_any_order, order, Replay.receive, "event = tombstone(event)", "pass",
    ),
    "order: a tombstone from elsewhere takes the text away": (
        laws.arrives_in_any_order, order, order.rank, "isinstance(event.body, Redacted)", "False",
    ),
    "order: facts of one moment are in no order": (
        laws.arrives_in_any_order, events, events.Event.order.fget,
        "(self.lam, self.id, self.rep, self.seq, self.hash)", '(self.lam, "", "", 0, "")',
    ),
    "order: a copy under another replica stands elsewhere": (
        laws.copies_change_nothing, events, events.Event.order.fget,
        "(self.lam, self.id, self.rep, self.seq, self.hash)", "(self.lam, self.rep, self.seq, self.id, self.hash)",
    ),
    "order: a trial forgets what it tried": (
        laws.a_trial_leaves_no_trace, order, Trial.fold, "self.events.append(event)", "pass",
    ),
    "order: a trial redacts only what comes after": (
        laws.a_trial_leaves_no_trace, order, Trial.fold,
        "self.copy is None and isinstance(event.body, FactRedacted)", "False",
    ),
    "grown: two futures share one list of facts": (
        laws.old_states_stay, grown, Facts.append, "if len(items) != n:", "if False:",
    ),
    "grown: two futures share one timeline": (
        laws.old_states_stay, grown, Timeline.append, "if len(keys) != n:", "if False:",
    ),
    "codec: what a fact replaces is lost in reading": (
        laws.bytes_keep_facts, codec, codec._from_wire, "over=wire.over,", "over=(),",
    ),
    "codec: another form is taken too": (
        laws.bytes_keep_facts, codec, codec.accept, "if again != data or _envelope(wire) != data:", "if False:",
    ),
    "codec: the hash covers the words themselves": (
        laws.bytes_keep_facts, codec, codec._hash, "_bare(wire)", "wire",
    ),
    "codec: a redaction leaves the words": (
        laws.bytes_keep_facts, codec, codec.redact, "_bare(wire)", "wire",
    ),
}  # fmt: skip


@pytest.fixture(autouse=True)
def small_steps(monkeypatch):
    monkeypatch.setattr(order, "EVERY", 3)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_caught(name, monkeypatch):
    law, module, function, old, new = FAULTS[name]
    monkeypatch.setattr(function, "__code__", faulty(module, function, old, new))
    with pytest.raises((AssertionError, LookupError)):
        laws.holds(law, EXAMPLES, shrink=False)


@pytest.mark.parametrize("law", sorted({fault[0].__name__ for fault in FAULTS.values()}))
def test_without_a_fault_the_same_law_holds_on_the_same_examples(law):
    laws.holds(getattr(laws, law), EXAMPLES // 10, shrink=False)
