"""The sheets of `matrix` as one HTML file that needs nothing else: no script, no address of another place.

What people wrote goes through `_text`, into the page and into the drawings alike.
"""

from collections.abc import Iterator, Sequence
from html import escape

from ..core.events import PolicyAttached, Target, Trigger
from ..core.plan import Line
from ..core.run import on_duty
from ..core.text import clean, clip
from ..core.values import Ms
from ..core.zone import Zone, utc
from . import plan_words as words
from .matrix import Sheet
from .times import moment

_STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.45 system-ui, sans-serif; color: #16202b; background: #fff; margin: 2rem auto; max-width: 60rem;
  padding: 0 1rem; }
h1 { font-size: 1.7rem; margin: 0 0 .2rem; }
h2 { font-size: 1.25rem; margin: 2.2rem 0 .4rem; border-top: 2px solid #16202b; padding-top: .6rem; }
table { border-collapse: collapse; width: 100%; margin: .8rem 0; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid #c4ccd4; }
th { font-size: .8rem; text-transform: uppercase; letter-spacing: .04em; color: #46525e; }
td.minute { text-align: right; font-weight: 700; font-variant-numeric: tabular-nums; }
.ring { font-weight: 700; white-space: nowrap; font-variant-numeric: tabular-nums; }
.by, .terms, .when { color: #46525e; }
.alarm { border: 2px solid #b3261e; color: #8c1d18; font-weight: 700; padding: .4rem .7rem; }
.last { border-left: 4px solid #16202b; padding: .3rem .8rem; }
svg { display: block; width: 100%; max-width: 44rem; height: auto; margin: 1rem 0; }
@page { margin: 14mm; }
@media print {
  body { margin: 0; max-width: none; font-size: 11pt; }
  section { break-before: page; } section:first-of-type { break-before: auto; }
  tr, svg, .last { break-inside: avoid; }
}
"""
_BOX, _SIDE, _WIDE, _TALL, _STEP = 20, 430, 340, 62, 104


def page(found: Sequence[Sheet], at: Ms, fallback: Sequence[str] = (), zone: Zone = utc) -> str:
    """The whole file."""
    return "\n".join(_page(found, at, fallback, zone)) + "\n"


def _page(found: Sequence[Sheet], at: Ms, fallback: Sequence[str], zone: Zone) -> Iterator[str]:
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    # Even where something was overlooked, a browser loads nothing and runs nothing.
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>Who is called</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<h1>Who is called</h1>"
    yield f'<p class="when">As of {_text(moment(at, 0, zone))}. On-call changes after that.</p>'
    yield "<table><tr><th>severity</th><th>meaning</th><th>escalation policy</th></tr>"
    for sheet in found:
        policy = (sheet.policy.title or sheet.policy.policy) if sheet.policy else "none: nobody is called"
        for id, name in sheet.severities:
            yield f"<tr><td><b>{_text(id)}</b></td><td>{_text(name)}</td><td>{_text(policy)}</td></tr>"
    yield "</table>"
    for sheet in found:
        if sheet.policy:
            yield from _sheet(sheet, sheet.policy, at, fallback, zone)
    yield "</body>\n</html>"


def _text(text: str) -> str:
    return escape(clean(text))


def _sheet(sheet: Sheet, policy: PolicyAttached, at: Ms, fallback: Sequence[str], zone: Zone) -> Iterator[str]:
    yield f"<section>\n<h2>{_text(sheet.title)}: {_text(policy.title or policy.policy)}</h2>"
    yield f'<p class="terms">{_text(words.terms(policy))}</p>'
    if standing := words.standing(policy):
        yield f'<p class="alarm">{_text(standing)}</p>'
    yield "<table><tr><th>minute</th><th>level</th><th>who</th><th>ring</th><th>page by</th></tr>"
    for line in words.first_round(sheet.lines):
        yield from _rows(line)
    yield "</table>"
    yield from _drawing(sheet, policy)
    if policy.fallback:
        yield f'<p class="last"><b>If nobody answers at all:</b> {_text(policy.fallback)}</p>'
    if fallback:
        yield f"<p><b>When somebody's own ways fail:</b> {_text(', '.join(fallback))}</p>"
    yield from _list("Quiet hours", words.quiet(policy, zone))
    rows = [(each.id, _trigger(sheet, each)) for each in policy.triggers]
    yield from _list("Triggers", rows)
    rows = [(each.topic, "; then ".join(_how(on_duty(t, at)) for t in each.targets)) for each in policy.specialists]
    yield from _list("Specialists", rows)
    rows = [(ref.partition(":")[2], words.on_call(turn, at, zone)) for ref, turn in words.turns(policy).items()]
    yield from _list("On call", rows)
    yield "</section>"


def _trigger(sheet: Sheet, trigger: Trigger) -> str:
    when = words.fires(trigger, sheet.severities[0][0])
    said = f"{words.condition(trigger.when)}: {words.effect(trigger)}" + (f"; {when}" if when else "")
    return f"{said}. {trigger.why}" if trigger.why else said


def _rows(line: Line) -> Iterator[str]:
    note = f'<div class="by">trigger {_text(line.trigger)}</div>' if line.trigger else ""
    head = f'<td class="minute">{line.minute}</td><td>{_text(words.level(line))}{note}</td>'
    if not line.who:
        yield f'<tr>{head}<td colspan="3">{_text(words.nobody(line))}</td></tr>'
    for target in line.who:
        yield f"<tr>{head}{_cells(target)}</tr>"
        head = "<td></td><td></td>"
    for target in line.backup:
        yield f'<tr><td></td><td class="by">backup</td>{_cells(target)}</tr>'


def _cells(target: Target) -> str:
    ring, by = _text(words.number(target)), _text(words.by(target))
    return f'<td>{_text(words.name(target))}</td><td class="ring">{ring}</td><td class="by">{by}</td>'


def _how(target: Target) -> str:
    return f"{words.name(target)}, {words.number(target)}"


def _list(head: str, rows: list[tuple[str, str]]) -> Iterator[str]:
    if rows:
        yield f"<h3>{head}</h3>\n<ul>"
        yield from (f"<li><b>{_text(name)}</b> {_text(said)}</li>" for name, said in rows)
        yield "</ul>"


# ── the drawing: a column of boxes, with the backups beside them ──


def _drawing(sheet: Sheet, policy: PolicyAttached) -> Iterator[str]:
    lines = words.in_turn(sheet.lines)
    closing = words.afterwards(sheet.lines)
    ending = [each for each in (closing, policy.fallback) if each]
    height = 50 + _STEP * len(lines) + 78 * len(ending)
    label = _text(f"Flow chart: {sheet.title}")
    yield f'<svg viewBox="0 0 760 {height}" role="img" aria-label="{label}" font-family="sans-serif" font-size="14">'
    yield _words(_BOX, 20, f"{sheet.title} declared", 40, bold=True)
    y, before = 28, 0
    for line in lines:
        if line.trigger:
            wait = f"trigger {line.trigger}, minute {line.minute}"
        elif line.after > before:
            wait = f"no answer for {words.span(line.after - before)}: minute {line.minute}"
        else:
            wait = "at once"
        yield from _arrow(y, _STEP - _TALL, wait)
        y += _STEP - _TALL
        yield from _level(line, y)
        y, before = y + _TALL, line.after
    for each in ending:
        yield from _arrow(y, 34, "" if each is closing else "nobody answers at all")
        yield _frame(_BOX, y + 34, 720, 40, dashed=True)
        yield _words(_BOX + 12, y + 59, each, 90)
        y += 78
    yield "</svg>"


def _level(line: Line, y: int) -> Iterator[str]:
    who = "; ".join(words.name(target) for target in line.who) or words.nobody(line)
    ring = "; ".join(words.number(target) for target in line.who)
    yield _frame(_BOX, y, _WIDE, _TALL, dashed=not line.who)
    yield _words(_BOX + 12, y + 24, f"{words.level(line)}: {who}", 42, bold=True)
    yield _words(_BOX + 12, y + 47, ring, 42)
    if line.backup:
        middle = y + _TALL // 2
        yield f'<path d="M{_BOX + _WIDE} {middle} H{_SIDE - 8}" stroke="#16202b" fill="none"/>'
        yield _point(_SIDE, middle, 1)
        yield _words(_BOX + _WIDE + 20, middle - 6, "no", 6)
        yield _frame(_SIDE, y, 310, _TALL)
        names = [_how(target) for target in line.backup]
        yield _words(_SIDE + 12, y + 24, names[0], 40)
        yield _words(_SIDE + 12, y + 47, "; then ".join(names[1:]), 40)


def _arrow(y: int, length: int, said: str) -> Iterator[str]:
    x = _BOX + 30
    yield f'<path d="M{x} {y} V{y + length - 8}" stroke="#16202b" fill="none"/>{_point(x, y + length, 0)}'
    if said:
        yield _words(x + 16, y + length // 2 + 4, said, 70)


def _point(x: int, y: int, side: int) -> str:
    shape = f"{x - 8},{y - 5} {x - 8},{y + 5} {x},{y}" if side else f"{x - 5},{y - 8} {x + 5},{y - 8} {x},{y}"
    return f'<polygon points="{shape}" fill="#16202b"/>'


def _frame(x: int, y: int, wide: int, tall: int, dashed: bool = False) -> str:
    dash = ' stroke-dasharray="5 4"' if dashed else ""
    return f'<rect x="{x}" y="{y}" width="{wide}" height="{tall}" rx="6" fill="#fff" stroke="#16202b"{dash}/>'


def _words(x: int, y: int, text: str, cells: int, bold: bool = False) -> str:
    heavy = ' font-weight="700"' if bold else ""
    return f'<text x="{x}" y="{y}" fill="#16202b"{heavy}>{escape(clip(clean(text), cells))}</text>'
