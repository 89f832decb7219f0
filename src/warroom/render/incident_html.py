"""An incident as one HTML file that needs nothing else: no script, no address of another place, light and dark.

What people wrote goes through `_text` everywhere: hostile text is shown, and does nothing.
"""

from collections.abc import Iterator, Sequence
from html import escape

from ..core import events as ev
from ..core.duration import spell
from ..core.evidence import named
from ..core.incident import Incident
from ..core.milestones import problems, reached
from ..core.review.items import items
from ..core.text import clean
from ..core.values import At, Ms
from .timeline import kind_of, outdated, text_of, who_of
from .times import clock_of, day, iso_short, moment

_STYLE = """
:root { color-scheme: light dark; --ink: #16202b; --muted: #46525e; --paper: #fff; --rule: #c4ccd4; --loud: #8c1d18; }
@media screen and (prefers-color-scheme: dark) {
  :root { --ink: #dce3ea; --muted: #a9b4bf; --paper: #0d1117; --rule: #39444f; --loud: #ff8a78; }
}
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 2rem auto;
  max-width: 62rem; padding: 0 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .3rem; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .5rem; border-top: 1px solid var(--rule); padding-top: .7rem; }
p.state { margin: 0; color: var(--muted); }
p.drill { color: var(--loud); font-weight: 700; }
nav ul { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; list-style: none; padding: 0; }
a { color: var(--ink); } a:focus-visible { outline: 3px solid var(--ink); outline-offset: 2px; }
caption { text-align: left; color: var(--muted); padding: .2rem 0; }
dl { display: grid; grid-template-columns: fit-content(14rem) minmax(0, 1fr); gap: .25rem 1.2rem; margin: 1rem 0; }
dt { color: var(--muted); } dd { margin: 0; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .7rem .3rem 0; border-bottom: 1px solid var(--rule); }
th { color: var(--muted); font-weight: 600; }
td.when { white-space: nowrap; font-variant-numeric: tabular-nums; color: var(--muted); }
tr.decision td, tr.severity td, tr.phase td { font-weight: 600; }
td.what { white-space: pre-wrap; }
@media (max-width: 34rem) {
  dl { grid-template-columns: minmax(0, 1fr); } dd { margin-bottom: .4rem; } td.when { white-space: normal; }
}
@media print {
  nav { display: none; } body { margin: 0; max-width: none; font-size: 10pt; } tr { break-inside: avoid; }
}
"""
_OUT = (ev.Amended, ev.Retracted, ev.FactRedacted)  # what they say stands in the facts that they are about
_LOUD = ("decision", "severity", "phase")


def page(state: Incident, handle: str, now: Ms, redactions: Sequence[str] = ()) -> str:
    """The whole file, at `now` (UTC ms). `redactions` are told at the top."""
    return "\n".join(_page(state, handle, now, redactions)) + "\n"


def _text(text: str) -> str:
    return escape(clean(text, lines=True))


def _page(state: Incident, handle: str, now: Ms, redactions: Sequence[str]) -> Iterator[str]:
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    # Even where something was overlooked, a browser loads nothing and runs nothing.
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{_text(f'{handle} {state.title}')}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<header>"
    yield f"<h1>{_text(state.title or handle)}</h1>"
    lasted = f"{'lasted' if state.ended is not None else 'lasts'} {spell(state.elapsed(now))}"
    facts = (handle, state.severity, state.phase, lasted)
    yield f'<p class="state">{_text(" · ".join(fact for fact in facts if fact))}</p>'
    if state.drill:
        yield '<p class="drill">This was a drill.</p>'
    parts = [
        ("left", "Left out of this copy", list(_list(redactions))),
        ("milestones", "Milestones", list(_milestones(state))),
        ("updates", "Updates", list(_updates(state))),
        ("items", "Action items", list(_items(state))),
        ("timeline", "Timeline", list(_timeline(state))),
    ]
    parts = [part for part in parts if part[2]]
    yield '</header>\n<nav aria-label="On this page">\n<ul>'
    yield from (f'<li><a href="#{id}">{title}</a></li>' for id, title, _ in parts)
    yield "</ul>\n</nav>\n<main>"
    yield from _head(state)
    for id, title, lines in parts:
        yield f'<section aria-labelledby="{id}">\n<h2 id="{id}">{title}</h2>'
        yield from lines
        yield "</section>"
    yield f'</main>\n<footer><p class="state">Made at {_text(iso_short(now))}. Times are UTC.</p></footer>'
    yield "</body>\n</html>"


def _list(rows: Sequence[str]) -> Iterator[str]:
    if rows:
        yield "<ul>" + "".join(f"<li>{_text(row)}</li>" for row in rows) + "</ul>"


def _table(caption: str, heads: Sequence[str], rows: Sequence[str]) -> Iterator[str]:
    """A table; each of `heads` is the class of its column too."""
    if rows:
        cells = "".join(f'<th scope="col" class="{head}">{head}</th>' for head in heads)
        yield f"<table>\n<caption>{caption}</caption>\n<thead><tr>{cells}</tr></thead>\n<tbody>"
        yield from rows
        yield "</tbody>\n</table>"


def _row(cells: dict[str, str], look: str = "") -> str:
    """A row of cells that are markup already; their names are the classes of their columns."""
    of = f' class="{look}"' if look else ""
    return f"<tr{of}>" + "".join(f'<td class="{head}">{cell}</td>' for head, cell in cells.items()) + "</tr>"


def _time(at: At, date: bool = True, seconds: bool = False) -> str:
    said = (f"{day(at.t)} " if date else "") + clock_of(at, seconds=seconds)
    return f'<time datetime="{iso_short(at.t)}">{said}</time>'


def _head(state: Incident) -> Iterator[str]:
    rows = [
        ("Declared", moment(state.declared_at, 0)),
        ("Impact", state.impact.text() if state.impact else ""),
        ("Services", ", ".join(state.services)),
        *((role.name, role.who) for role in state.roles if role.who),
        ("Source", state.declared.source if state.declared else ""),
    ]
    yield '<section aria-label="About this incident">\n<dl>'
    yield from (f"<dt>{_text(name)}</dt><dd>{_text(value)}</dd>" for name, value in rows if value)
    yield "</dl>\n</section>"


def _milestones(state: Incident) -> Iterator[str]:
    yield from _table(
        "When each was reached",
        ("when", "milestone"),
        [_row({"when": _time(at), "milestone": _text(name)}) for name, at in reached(state).items()],
    )
    yield from _list(list(problems(state)))


def _updates(state: Incident) -> Iterator[str]:
    rows = []
    for event in state.updates:
        body = event.body
        if isinstance(body, ev.UpdatePosted) and state.stands(event.id):
            to = _text(f"{body.audience} #{body.number}")
            rows.append(_row({"when": _time(event.at), "to": to, "what": _text(body.what)}))
    yield from _table("What was told, and to whom", ("when", "to", "what"), rows)


def _items(state: Incident) -> Iterator[str]:
    rows = []
    for item in items(state):
        due = _time(At(item.due)) if item.due is not None else ""
        what = _text(f"{item.what_for}: {item.what}")
        rows.append(_row({"what": what, "owner": _text(item.owner), "due": due, "state": _text(item.state)}))
    yield from _table("What is to be done, by whom and by when", ("what", "owner", "due", "state"), rows)


def _timeline(state: Incident) -> Iterator[str]:
    rows = []
    today = ""
    for event in state.timeline:
        if isinstance(event.body, _OUT) or event.id in state.retracted or outdated(state, event):
            continue
        at, kind = state.when(event), kind_of(state, event)
        new, today = day(at.t) != today, day(at.t)
        proof = named(state, event.id)
        cells = {
            "when": _time(at, date=new, seconds=True),
            "kind": _text(kind),
            "who": _text(who_of(state, event) or event.by.name),
            "what": _text(text_of(state, event)) + (f" <small>({_text(proof)})</small>" if proof else ""),
        }
        rows.append(_row(cells, kind if kind in _LOUD else ""))
    yield from _table("What happened, in its order", ("when", "kind", "who", "what"), rows)
