"""What a review is worth thinking about, asked as questions: each with the fact that it comes from and its time.

“How did you know?” rather than “why didn't you?” (Etsy's debriefing guide). Nothing here says who.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import msgspec

from .. import events as ev
from ..hypotheses import Hypothesis, hypotheses
from ..incident import Incident
from ..values import MINUTE, At, Ms
from . import signs
from .entries import Entry, entries, timeline
from .metrics import times
from .offered import later
from .pages import Called, called

_MOST = 12  # questions of one sort
_SILENCE = 3 * MINUTE  # shorter ones are how people work
_LAG = MINUTE
_LONG_WATCH = 4 * 60 * MINUTE


class Thought(msgspec.Struct, frozen=True):
    """`sort`: decision, silence, recorded, page, hypothesis, luck, detection, tools, severity, command.

    `about` is what the fact says; `took` the span in question (ms).
    """

    sort: str
    question: str
    about: str = ""
    at: At | None = None
    fact: str = ""
    took: Ms | None = None


def thoughts(state: Incident) -> tuple[Thought, ...]:
    """The questions of this incident, in the order in which a review may ask them."""
    said = entries(state)
    rows = called(state)
    found = (
        _detection(state, said),
        _decisions(state, said),
        _hypotheses(hypotheses(state)),
        _beliefs(said),
        _silence(state),
        _recorded(state, said),
        _pages(rows),
        _severity(state),
        _command(state),
        _tools(said),
        _luck(state, said),
    )
    return tuple(each for some in found for each in some)


def _from(entry: Entry, sort: str, question: str) -> Thought:
    return Thought(sort, question, entry.text, entry.at, entry.id)


# ── what people did ──


def _decisions(state: Incident, said: Sequence[Entry]) -> Iterable[Thought]:
    made = [each for each in said if each.kind == "decision" and not later(each)]
    polled = {e.at.t for _, e in state.under(ev.PollClosed.type)}
    for each in made[:_MOST]:
        ask = "How did you know? What was on the screen that made this the right thing to do?"
        if each.at.t in polled:
            ask = "How did you know? What was asked before, and what would have been a reason to object?"
        yield _from(each, "decision", ask)


def _hypotheses(known: Sequence[Hypothesis]) -> Iterable[Thought]:
    wrong = [(h.judged - h.at, h) for h in known if h.state == "ruled out" and h.judged is not None]
    if wrong:
        took, held = max(wrong, key=lambda each: each[0])
        ask = "What made this look right, and what ruled it out? How could that be seen sooner?"
        yield Thought("hypothesis", ask, held.what, At(held.at), held.id, max(0, took))


def _beliefs(said: Sequence[Entry]) -> Iterable[Thought]:
    """Of a timeline that was kept elsewhere, where no hypothesis was marked as one."""
    for each in [e for e in said if e.imported and signs.signs(e, signs.BELIEF)][:3]:
        yield _from(each, "hypothesis", "What made this look right at that moment? What showed how it was?")


def _command(state: Incident) -> Iterable[Thought]:
    held = [e for e in state.facts if isinstance(e.body, ev.RoleAssigned) and e.body.role == "commander"]
    held = sorted((e for e in held if state.stands(e.id)), key=lambda e: e.at.t)
    for n, event in enumerate(held):
        after = held[n + 1].at.t if n + 1 < len(held) else state.ended
        body = event.body
        if isinstance(body, ev.RoleAssigned) and body.who and after is not None and after - event.at.t > _LONG_WATCH:
            ask = "Command was in one hand for long. When was a handover thought of, and what spoke against it?"
            yield Thought("command", ask, body.text(), event.at, event.id, after - event.at.t)


# ── time ──


def _silence(state: Incident) -> Iterable[Thought]:
    """The longest time in which nothing was written down. Beside a time that is only about so, nobody knows."""
    end = state.ended
    rows = [e for e in timeline(state) if state.declared_at <= e.at.t and (end is None or e.at.t <= end)]
    gaps = [(b.at.t - (a.at.to or a.at.t), a, b) for a, b in pairwise(rows) if not (a.at.approx or b.at.approx)]
    longest = max(gaps, key=lambda gap: gap[0], default=None)
    if longest and longest[0] >= _SILENCE:
        took, before, after = longest
        ask = f"What was done and known in this time? It ended with: {_short(after.text)}"
        yield Thought("silence", ask, before.text, before.at, before.id, took)


def _recorded(state: Incident, said: Sequence[Entry]) -> Iterable[Thought]:
    if state.declared and state.declared.source:
        return  # all of it was written down elsewhere
    lags = [(e.rec - (e.at.to or e.at.t), e) for e in said if not e.at.approx]
    widest = max(lags, key=lambda lag: lag[0], default=None)
    if widest and widest[0] > _LAG:
        took, entry = widest
        ask = "It was written down this much later. Who knew of it meanwhile, and who would have needed to?"
        yield Thought("recorded", ask, entry.text, entry.at, entry.id, took)


def _pages(rows: Sequence[Called]) -> Iterable[Thought]:
    took = [(row.took, row) for row in rows if row.took is not None]
    if took:
        longest, row = max(took, key=lambda each: each[0])
        ask = "Of all pages this one waited longest for an answer. What does it take to be reached at that hour?"
        about = f"{row.place} {row.who}, answered by {row.answered_by}"
        yield Thought("page", ask, about, At(row.due), row.fact, longest)
    for row in [row for row in rows if not row.answer or row.answer in ("no answer", "expired")][:3]:
        ask = "Nobody had this page. Was it the right person, and did the message arrive?"
        yield Thought("page", ask, f"{row.place} {row.who}", At(row.due), row.fact)


def _severity(state: Incident) -> Iterable[Thought]:
    raised = [e for e in state.facts if isinstance(e.body, ev.SeverityChanged) and state.stands(e.id)]
    for event in raised:
        body = event.body
        if isinstance(body, ev.SeverityChanged) and body.was and body.severity < body.was:
            ask = "It was graver than it was first taken for. What would have told you so at the start?"
            yield Thought("severity", ask, body.text(), event.at, event.id, max(0, event.at.t - state.declared_at))
            return


def _detection(state: Incident, said: Sequence[Entry]) -> Iterable[Thought]:
    known = times(state)
    start, seen = known.get("impact started"), known.get("detected")
    first = next((e for e in said if e.word in ("detection", "detected") or (seen and e.at.t == seen.t)), None)
    if first is None and seen is None:
        return
    at = seen or (first.at if first else None)
    span = seen.t - start.t if start and seen and not (start.approx or seen.approx) and seen.t >= start.t else None
    ask = "What told you of it? What would have told you sooner?"
    yield Thought("detection", ask, first.text if first else "detected", at, first.id if first else "", span)


# ── circumstances ──


def _tools(said: Sequence[Entry]) -> Iterable[Thought]:
    for each in [e for e in said if signs.signs(e, signs.TOOLS)][:2]:
        yield _from(
            each,
            "tools",
            "Something that you work with went down with it. What else of yours stands on the same ground?",
        )


def _luck(state: Incident, said: Sequence[Entry]) -> Iterable[Thought]:
    """What went well without anybody having seen to it: it will not the next time."""
    for each in [e for e in said if signs.signs(e, signs.LUCK)][:4]:
        yield _from(each, "luck", "Was this luck? What if it had been otherwise, and what would make it certain?")
    first = next((e for e in said if e.kind == "observed"), None)
    if first and signs.by_people(first.text) and not signs.by_machine(first.text):
        yield _from(first, "luck", "A person caught this and no alert did. What if nobody had looked?")
    known = times(state)
    end, found = known.get("mitigated"), known.get("identified")
    if end and not end.approx and (found is None or (not found.approx and found.t > end.t)):
        ask = "It ended before anybody had said why it happened. What ended it?"
        yield Thought("luck", ask, "mitigated", end)
    if state.ended is not None and state.impact and state.impact.users == 0:
        yield Thought(
            "luck", "No user was hurt. What stood between the fault and them?", state.impact.what, At(state.ended)
        )


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 100 else flat[:99].rstrip() + "…"
