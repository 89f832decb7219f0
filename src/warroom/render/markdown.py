"""The timeline as a readable report. What people wrote is literal text in it: no markup of theirs takes effect."""

from collections.abc import Iterable

from ..core import events as ev
from ..core.duration import spell
from ..core.evidence import named
from ..core.incident import Incident
from ..core.milestones import reached
from ..core.review.items import items
from ..core.text import clean
from ..core.values import Ms
from ..core.zone import utc
from .timeline import kind_of, text_of, who_of
from .times import clock_of, day, moment

# The @ would make some viewers call a person.
_MARKUP = str.maketrans(
    {c: "\\" + c for c in "\\`*_{}[]|~#$^"} | {"<": "&lt;", ">": "&gt;", "&": "&amp;", "@": "&#64;"}
)


def literal(text: str) -> str:
    """`text` as Markdown that shows exactly that: every mark escaped, angle brackets as entities, on one line."""
    flat = " ".join(clean(text, lines=True).split()).translate(_MARKUP)
    # A bare address would become a link.
    return flat.replace("://", "\\://").replace("www.", "www\\.")


def report(state: Incident, handle: str, now: Ms, redactions: Iterable[str] = ()) -> str:
    """The incident's head, its milestones and its timeline by day, in UTC."""
    told = [f"- {literal(each)}" for each in redactions]
    left = ["## Left out of this copy", "", *told, ""] if told else []
    return "\n".join([*_head(state, handle, now), *left, *_milestones(state), *_items(state), *_timeline(state)]) + "\n"


def _head(state: Incident, handle: str, now: Ms) -> list[str]:
    facts = [
        ("Incident", handle + (" (drill)" if state.drill else "")),
        ("Severity", state.severity),
        ("Phase", state.phase),
        ("Declared", moment(state.declared_at, 0)),
        ("Lasted" if state.ended is not None else "Lasts", spell(state.elapsed(now))),
        ("Impact", state.impact.text() if state.impact else ""),
        ("Services", ", ".join(state.services)),
        ("Roles", "; ".join(f"{role.name}: {role.who}" for role in state.roles if role.who)),
        ("Source", state.declared.source if state.declared else ""),
    ]
    rows = [f"- **{name}** {literal(value)}" for name, value in facts if value]
    return [f"# {literal(state.title)}", "", *rows, ""]


def _milestones(state: Incident) -> list[str]:
    known = reached(state)
    if not known:
        return []
    rows = [f"- {clock_of(at)} {name}, {day(at.t)}" for name, at in known.items()]
    return ["## Milestones (UTC)", "", *rows, ""]


def _items(state: Incident) -> list[str]:
    rows = []
    for item in items(state):
        facts = (item.owner, f"due {day(item.due)}" if item.due is not None else "", item.state)
        said = literal(", ".join(fact for fact in facts if fact))
        rows.append(f"- **{literal(item.what_for)}** {literal(item.what)} ({said})")
    return ["## Action items", "", *rows, ""] if rows else []


def _timeline(state: Incident) -> list[str]:
    out: list[str] = []
    today = ""
    for event in state.timeline:
        if (
            ev.hidden(event.body)
            or event.id in state.retracted
            or isinstance(event.body, ev.Amended | ev.Retracted | ev.FactRedacted)
        ):
            continue
        at = state.when(event)
        if (this := day(at.t, utc)) != today:
            today = this
            out += [*([""] if out else []), f"## {this} (UTC)", ""]
        who = who_of(state, event)
        said = f"{literal(who)}: " if who and isinstance(event.body, ev.Logged) else ""
        kind, text = literal(kind_of(state, event)), literal(text_of(state, event))
        proof = named(state, event.id)
        out.append(
            f"- {clock_of(at, seconds=True)} **{kind}** {said}{text}" + (f" ({literal(proof)})" if proof else "")
        )
    return out
