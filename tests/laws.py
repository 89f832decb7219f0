"""What must hold for every history of facts. Tests run these laws; `test_faults` proves that they can fail."""

import re
from collections.abc import Callable

import msgspec
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from facts import (
    NOWS,
    T0,
    Choices,
    Desk,
    command,
    declared,
    fingerprint,
    history,
    hostile,
    sealed,
    state_of,
)
from warroom.core import codec, due, escalation, milestones, order, triggers
from warroom.core import events as ev
from warroom.core import run as running
from warroom.core.commands import Stamp
from warroom.core.decide import decide
from warroom.core.events import Event
from warroom.core.fold import fold, run_again
from warroom.core.incident import Incident
from warroom.core.values import MINUTE, By, Refused

Law = Callable[[bytes], None]

# Long enough for a history; where there is nothing to choose any more, zeros are the smallest choice.
CHOICES = st.binary(min_size=150, max_size=400)


def holds(law: Law, examples: int, *, shrink: bool = True) -> None:
    """Runs `law` on that many histories; raises what it raises."""

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=not shrink,
        phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(data=CHOICES)
    def every_history(data: bytes) -> None:
        law(data)

    every_history()


def arrives_in_any_order(data: bytes) -> None:
    """Whatever order facts come in, and in whatever batches, the state is that of all of them in their one order."""
    pick = Choices(data)
    facts = history(Choices(data[::2]))
    came = pick.shuffled(facts)
    replay = order.Replay()
    while came:
        n = 1 + pick.below(9)
        replay.receive(came[:n])
        del came[:n]
    assert fingerprint(replay.state) == fingerprint(state_of(facts))


def copies_change_nothing(data: bytes) -> None:
    """Any mixture of copies of decent facts under other replicas, in any order, shows the same room as the facts do."""
    pick = Choices(data)
    facts = history(Choices(data[::2]), decent=True)
    came: list[Event] = []
    for n, event in enumerate(facts):
        which = pick.below(4)
        copies = [readdressed(event, rep, 1000 + n) for rep in pick.of((("q",), ("a", "z"), ("q", "zz")))]
        came += [event] if which == 0 else copies if which == 1 else [event, *copies]
    replay = order.Replay()
    came = pick.shuffled(came)
    while came:
        n = 1 + pick.below(9)
        replay.receive(came[:n])
        del came[:n]
    assert without_places(replay.state) == without_places(state_of(facts))


def readdressed(event: Event, rep: str, seq: int) -> Event:
    data, hash = codec.readdressed(codec.encode(event)[0], rep, seq, "")
    return codec.decode(data, hash)


_PLACE = re.compile(r"rep='\w*', seq=\d+|(prev|hash)='\w*'")


def without_places(state: Incident) -> dict[str, str]:
    """All that a state shows, but for where its facts stand in which chain."""
    every = fingerprint(state)
    every["facts"] = [(e.id, codec.content(codec.encode(e)[0]), e.salt) for e in state.facts]
    return {name: _PLACE.sub("", repr(shown)) for name, shown in every.items()}


def twice_is_once(data: bytes) -> None:
    """Facts that are known already change nothing, and the state stays the very same one."""
    facts = history(Choices(data))
    replay = order.Replay()
    replay.receive(facts)
    state = replay.state
    assert replay.receive(facts[::-1]) is state


def a_decent_history_is_causal(data: bytes) -> None:
    """Where everybody writes as the product does, a replica that knows all shows what each of them saw to be replaced
    as replaced, and asks nobody to settle what was settled."""
    facts = history(Choices(data), decent=True)
    state = state_of(facts)
    known = {e.id: e for e in facts}
    for event in facts:
        assert all(known[id].lam < event.lam for id in event.over if id in known)
    for key, events in state.values.items():
        named = {id for e in facts if isinstance(e.body, ev.Value) and e.body.key() == key for id in e.over}
        assert all(e.id not in named for e in events)


def old_states_stay(data: bytes) -> None:
    """A state that somebody holds never changes, whatever is folded onto it, or onto what came before or after it."""
    pick = Choices(data)
    states = [Incident()]
    held = []
    for event in sorted(history(Choices(data[1::2])), key=lambda e: e.order):
        # Sometimes onto an older state: then two futures share what was before them.
        onto = states[-1 - pick.below(3) if len(states) > 3 else -1]
        state = fold(onto, event)
        states.append(state)
        ids = [e.id for e in onto.facts]
        assert [e.id for e in state.facts] == ids if event.id in ids else [*ids, event.id]
        assert sorted(e.id for e in state.timeline) == sorted(e.id for e in state.facts)
        if len(states) % 3 == 0:
            held.append((state, fingerprint(state, NOWS[:1])))
    for state, before in held:
        assert fingerprint(state, NOWS[:1]) == before


def parts_fit_together(data: bytes) -> None:
    """What a state keeps for speed is what it would be if it were counted or worked out again."""
    replay = order.Replay()
    replay.receive(history(Choices(data)))
    _fits_together(replay.state)


def what_people_write_stands_where_it_says(data: bytes) -> None:
    """The same, for somebody who writes, corrects, takes back and redacts a few entries again and again."""
    pick = Choices(data)
    desk = declared()
    while pick.left:
        desk.now += MINUTE
        desk.ask(command(pick, desk.state, desk.now, only_writing=True))
    _fits_together(desk.state)


def _fits_together(state: Incident) -> None:
    times = list(state.timeline.times())
    assert times == sorted(times) == [state.when(e).t for e in state.timeline]
    assert sorted(e.id for e in state.timeline) == sorted(e.id for e in state.facts)
    assert [e.order for e in state.facts] == sorted(e.order for e in state.facts)
    assert state.entry_count == sum(isinstance(e.body, ev.Logged) and e.id not in state.retracted for e in state.facts)
    assert (again := run_again(state)).run == state.run
    assert again.specialists == state.specialists
    assert all(e.id in state.facts and state.facts.get(e.id) is e for e in state.facts)


def fold_takes_anything(data: bytes) -> None:
    """Any fact on any state gives a state that can be shown."""
    pick = Choices(data)
    state, facts = Incident(), [sealed(ev.Logged(text_="first"))]
    for seq in range(2, 14):
        facts.append(hostile(pick, facts, seq))
        state = fold(state, facts[-1])
        fingerprint(state, NOWS[2:3])


def fold_takes_anything_twice(data: bytes) -> None:
    """A fact that is folded again gives the very same state."""
    facts = history(Choices(data))
    state = state_of(facts)
    for event in facts:
        assert fold(state, event) is state


def a_trial_leaves_no_trace(data: bytes) -> None:
    """A commit that fails is as if it had never been tried; one that is kept is as if its facts had come."""
    pick = Choices(data)
    facts = sorted(history(Choices(data[::2]), decent=True), key=lambda e: e.order)
    assert facts
    cut = pick.below(len(facts))
    replay = order.Replay()
    replay.receive(facts[:cut])
    before = fingerprint(replay.state)
    dropped = replay.trial()
    for event in pick.shuffled(facts[cut:])[:3]:
        dropped.fold(event)
    assert fingerprint(replay.state) == before
    kept = replay.trial()
    for event in facts[cut:]:
        kept.fold(event)
    assert fingerprint(replay.state) == before
    replay.keep(kept)
    assert fingerprint(replay.state) == fingerprint(state_of(facts))
    late = sealed(ev.Logged(text_="late"), rep="late", lam=1 + pick.below(9))
    assert fingerprint(replay.receive([late])) == fingerprint(state_of([*facts, late]))


def bytes_keep_facts(data: bytes) -> None:
    """What is written is read back as the same fact, and what a redaction leaves keeps its place in the chain."""
    for event in history(Choices(data)):
        text, hash = codec.encode(event)
        assert hash == event.hash == codec.hash_of(text)
        assert codec.decode(text, hash) == codec.accept(text, hash) == event
        rest, same = codec.redact(text)
        assert same == hash == codec.hash_of(rest)
        assert codec.accept(rest, hash) == order.tombstone(event)
        assert codec.redact(rest) == (rest, hash)
        for other in (text[:-1], text + b" ", text.replace(b'"lam":', b'"lam": ', 1)):
            try:
                codec.accept(other, hash)
            except codec.Bad:
                continue
            raise AssertionError(other)


def decide_answers(data: bytes) -> None:
    """Any command on any state gives facts that every terminal accepts, or a sentence; and the clock pages onward."""
    pick = Choices(data)
    facts = history(Choices(data[::2]))
    desk = Desk("r9", "ana", T0 + 9 * MINUTE)
    desk.receive(facts)
    for _ in range(4):
        asked = command(pick, desk.state, desk.now)
        drafts = decide(desk.state, asked, Stamp(desk.now, By("ana")))
        if isinstance(drafts, Refused):
            assert str(drafts)[-1] in ".?`", drafts
            continue
        assert drafts
        for event in desk.write(drafts):
            assert codec.accept(*codec.encode(event)).body == event.body
            assert event.body.text() is not None


def the_clock_never_waits_in_the_past(data: bytes) -> None:
    """A view never fails; what is next is never over; a later look never takes back a call."""
    pick = Choices(data)
    replay = order.Replay()
    replay.receive(history(Choices(data[::2])))
    state = replay.state
    now, last = T0 - MINUTE, None
    for _ in range(6):
        now += pick.below(60) * MINUTE
        view = escalation.view(state, now)
        if view.next is not None:
            assert view.status in ("running", "snoozed") or triggers.coming(state)
            assert view.next.at is not None
            assert view.next.at > now or view.next.why or any(c.at <= now for c in triggers.coming(state))
        if view.status == "acknowledged":
            assert view.expires is not None
            assert view.expires > now
        if view.status == "snoozed":
            assert view.snoozed is not None
            assert view.snoozed.until > now
        run = state.run and running.advance(state.run, now)
        if run and last:
            assert {(c.level, c.backup) for c in last.called} <= {(c.level, c.backup) for c in run.called}
            assert run.answers[: len(last.answers)] == last.answers
        if run:
            # Looking twice is looking once.
            assert running.advance(run, now) == run
        last = run
        milestones.reached(state)
        assert [d.due for d in due.due(state, now)] == sorted(d.due for d in due.due(state, now))
    msgspec.json.encode(escalation.view(state, now))
