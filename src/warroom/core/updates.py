"""Stakeholder updates: what is drafted, whether it is approved, and what it would have to say.

An approval holds for one text on one footing: when severity, impact or phase change before it is posted, it lapses.
"""

from hashlib import sha256

import msgspec

from . import events as ev
from .cadence import AUDIENCES, every, last, next_due
from .incident import Incident
from .values import MINUTE, Ms

GRACE = 2 * MINUTE  # what an update may be late before somebody is called for it


class DraftView(msgspec.Struct, frozen=True, gc=False):
    """A draft that was not posted. `lapsed` says why an approval no longer holds; empty with `approved`: it does.

    `behind` says what has changed since it was written, so that its words may be true no longer.
    """

    fact: str
    by: str
    at: Ms
    body: ev.UpdateDrafted
    approved: ev.UpdateApproved | None = None
    lapsed: str = ""
    behind: str = ""

    @property
    def ready(self) -> bool:
        """Whether it may be posted."""
        return self.approved is not None and not self.lapsed


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What an update is made of, in the order in which it says it (what users see first). Times are UTC ms."""

    audience: str
    number: int
    severity: str
    phase: str
    seen: str = ""  # what users see
    scope: str = ""  # who is affected, and who is not
    since: Ms | None = None
    around: str = ""  # a way around
    doing: tuple[str, ...] = ()
    answers: tuple[tuple[str, str], ...] = ()  # questions answered since the last one
    next: Ms | None = None
    estimate: Ms | None = None
    ended: Ms | None = None
    loss: str = ""  # of data, as somebody stated it
    lingering: str = ""  # effects that may go on after the end
    previous: str = ""


def basis(state: Incident) -> str:
    """What an approval stands on: severity, phase, and the impact as it was stated."""
    impact = state.visible((ev.ImpactStated.type,))
    return f"{state.severity} {state.phase} {impact[-1].id if impact else '-'}"


def sha(text: str) -> str:
    """The hash of a text that goes out: SHA-256, hex."""
    return sha256(text.encode(errors="surrogatepass")).hexdigest()


def draft(state: Incident, audience: str) -> DraftView | None:
    """The draft for this audience that waits, with its approval."""
    found = state.visible((ev.UpdateDrafted.type, audience))
    event = found[-1] if found else None
    if event is None or not isinstance(event.body, ev.UpdateDrafted) or not event.body.what:
        return None
    posted = last(state, audience)
    if posted is not None and posted.order > event.order:
        return None
    behind = _changed(state, event.body.basis)
    view = DraftView(event.id, event.by.name, event.at.t, event.body, behind=behind)
    word = state.value((ev.UpdateApproved.type, audience))
    if not isinstance(word, ev.UpdateApproved) or word.of != event.id:
        return view
    return msgspec.structs.replace(view, approved=word, lapsed=_lapsed(state, word))


def waiting(state: Incident) -> tuple[DraftView, ...]:
    """Every draft that was not posted, by audience."""
    return tuple(view for audience in AUDIENCES if (view := draft(state, audience)))


def meant(state: Incident) -> str:
    """The audience that is meant where none is named: that of the only draft that waits, else the public."""
    drafts = waiting(state)
    return drafts[0].body.audience if len(drafts) == 1 else AUDIENCES[0]


def _lapsed(state: Incident, word: ev.UpdateApproved) -> str:
    changed = _changed(state, word.basis)
    return f"{changed} changed since it was approved" if changed else ""


def _changed(state: Incident, then: str) -> str:
    """What is not as it was on that footing: “severity and impact”; empty where all is."""
    pairs = zip(("severity", "phase", "impact"), basis(state).split(" "), then.split(" "), strict=False)
    return " and ".join(name for name, a, b in pairs if a != b)


def promise(state: Incident, audience: str, now: Ms, wait: Ms | None = None) -> Ms | None:
    """When the update after this one is promised (UTC ms): `wait` from now, else as the cadence says."""
    wait = wait if wait is not None else every(state, audience)
    return now + wait if wait and state.open else None


def number(state: Incident, audience: str) -> int:
    """The number of the next update to this audience, from 1."""
    sent = [u.body for u in state.updates if isinstance(u.body, ev.UpdatePosted)]
    return 1 + max((update.number for update in sent if update.audience == audience), default=0)


def facts(state: Incident, audience: str, now: Ms, estimate: Ms | None = None, wait: Ms | None = None) -> Facts:
    """What the next update to this audience would have to say at `now`."""
    impact = state.impact
    noted = _noted(state)
    before = last(state, audience)
    previous = before.body.what if before and isinstance(before.body, ev.UpdatePosted) else ""
    return Facts(
        audience=audience,
        number=number(state, audience),
        severity=state.severity,
        phase=state.phase,
        seen=impact.what if impact else "",
        scope=impact.scope if impact else "",
        since=(impact.since if impact and impact.since is not None else state.declared_at) or None,
        around=noted.get("around", ""),
        doing=_doing(state, audience),
        answers=answers(state, audience),
        next=promise(state, audience, now, wait),
        estimate=estimate,
        ended=state.ended,
        loss=noted.get("loss", ""),
        lingering=noted.get("lingering", ""),
        previous=previous,
    )


_NOTED = {
    "workaround": "around",
    "wayaround": "around",
    "dataloss": "loss",
    "lostdata": "loss",
    "lingering": "lingering",
    "lingeringeffects": "lingering",
}


def _noted(state: Incident) -> dict[str, str]:
    """The last entry each that says so: “workaround: …”, “data loss: …”, “lingering: …”."""
    said: dict[str, str] = {}
    for i in range(len(state.facts) - 1, -1, -1):
        event = state.facts[i]
        body = event.body
        if isinstance(body, ev.Logged) and state.stands(event.id):
            fixed = state.correction(event.id)
            text = fixed.text_ if fixed and fixed.text_ is not None else body.text_
            head, found, rest = text[:400].partition(":")
            name = _NOTED.get(head.casefold().replace("-", "").replace(" ", "")) if found else None
            if name and rest.strip():
                said.setdefault(name, text.partition(":")[2].strip())
    return said


def _doing(state: Incident, audience: str) -> tuple[str, ...]:
    """What is done now. The public hears what, and never who."""
    tasks = [t for t in state.tasks if t.state == "open"]
    return tuple(t.what if audience == "public" else f"{t.who}: {t.what}" for t in tasks[:3])


def answers(state: Incident, audience: str) -> tuple[tuple[str, str], ...]:
    """(question, answer) of what was answered since the last update to this audience: offered to the next one.

    What became of a report is not: it says what somebody sees, and asks nothing that others wait for.
    """
    before = last(state, audience)
    asked = {q.id: q.body.what for q in state.questions if isinstance(q.body, ev.QuestionAsked) and not q.body.report}
    found = []
    for event in state.answers:
        body = event.body
        new = before is None or event.order > before.order
        if new and isinstance(body, ev.QuestionAnswered) and state.stands(event.id) and body.of in asked:
            found.append((asked[body.of], body.what))
    return tuple(found)


def overdue(state: Incident, now: Ms) -> tuple[str, int, Ms] | None:
    """The audience, number and due time of the update that is overdue for longest, or None."""
    found = []
    for audience in AUDIENCES:
        owed = next_due(state, audience)
        if owed and owed[1] + GRACE <= now:
            found.append((owed[1], audience, owed[0]))
    if not found:
        return None
    due, audience, n = min(found)
    return audience, n, due


def next_overdue(state: Incident, now: Ms) -> Ms | None:
    """When the next update that nobody posts becomes overdue (UTC ms), or None."""
    owed = (next_due(state, audience) for audience in AUDIENCES)
    ahead = [due[1] + GRACE for due in owed if due and due[1] + GRACE > now]
    return min(ahead, default=None)
