"""The board of hypotheses: what is believed, what supports it, what is ruled out, each with its evidence."""

import msgspec

from . import events as ev
from .incident import Incident
from .values import Ms, Refused


class Hypothesis(msgspec.Struct, frozen=True, gc=False):
    """`number` counts all that were ever written down, from 1; `id` is the entry's. `judged` is UTC ms."""

    number: int
    id: str
    what: str
    who: str
    at: Ms
    state: str = "open"
    evidence: str = ""
    judged: Ms | None = None
    by: str = ""


def hypotheses(state: Incident) -> tuple[Hypothesis, ...]:
    """Every hypothesis that stands, in the order in which they were written down."""
    found: list[Hypothesis] = []
    number = 0
    for event in state.facts:
        body = event.body
        if not isinstance(body, ev.Logged):
            continue
        fixed = state.correction(event.id)
        if (fixed.kind_ if fixed and fixed.kind_ else body.kind_) != "hypothesis":
            continue
        number += 1
        if not state.stands(event.id):
            continue
        what = fixed.text_ if fixed and fixed.text_ is not None else body.text_
        who = (fixed.who if fixed and fixed.who is not None else body.who) or event.by.name
        view = Hypothesis(number, event.id, what, who, state.when(event).t)
        judged = state.visible((ev.HypothesisJudged.type, event.id))
        last = judged[-1] if judged else None
        if last is not None and isinstance(last.body, ev.HypothesisJudged) and last.body.state in ev.HYPOTHESIS_STATES:
            said = last.body
            view = msgspec.structs.replace(
                view, state=said.state, evidence=said.evidence, judged=last.at.t, by=last.by.name
            )
        found.append(view)
    return tuple(found)


def find(state: Incident, text: str) -> Hypothesis:
    """The one that `text` names: its number, id, or a part of its text; "" or "last": the newest open one.

    Raises `Refused`.
    """
    known = hypotheses(state)
    if not known:
        raise Refused("No hypothesis is written down yet: `? the index was dropped` is one.")
    wanted = " ".join(text.split()).casefold()
    if wanted in ("", "last"):
        return next((h for h in reversed(known) if h.state == "open"), known[-1])
    hits = [h for h in known if wanted in (str(h.number), h.id.casefold())]
    # A number means a number, even where a text speaks of it.
    hits = hits or [h for h in known if wanted in h.what.casefold() and not wanted.isdecimal()]
    if len(hits) != 1:
        names = "; ".join(f"{h.number} {h.what[:40]}" for h in (hits or known)[-5:])
        raise Refused(f"Which hypothesis? {names}")
    return hits[0]
