"""The numbers as one HTML file that needs nothing else: it runs no script, and loads nothing from anywhere.

A table stands beside every drawing, and says the same. What people wrote is text, in the tables and in the drawings.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..core.alerts.mend import evidence, suggestion
from ..core.alerts.signal import Signal
from ..core.review.metrics import SPANS, Metrics
from ..core.review.stats import BY, FEW, Spread, Stats, real
from ..core.values import Ms
from ..core.zone import Zone, utc
from . import signal, svg
from . import stats_text as words
from .plots import buckets, short
from .stats_data import title
from .svg import text
from .times import day, moment

_STYLE = """
:root { color-scheme: light dark; --bg: #fff; --ink: #16202b; --soft: #46525e; --rule: #c4ccd4; --accent: #005f96;
  --half: #7fb0d0; --dot: #005f96; }
@media (prefers-color-scheme: dark) { :root { --bg: #0d1117; --ink: #dce3ea; --soft: #9aa5b1; --rule: #2f3945;
  --accent: #56b4e9; --half: #2c5f80; --dot: #56b4e9; } }
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--bg); margin: 0 auto; max-width: 62rem;
  padding: 1rem; }
h1 { font-size: 1.7rem; margin: .4rem 0; }
h2 { font-size: 1.25rem; margin: 2.4rem 0 .6rem; border-top: 2px solid var(--rule); padding-top: .8rem; }
h3 { font-size: 1.05rem; margin: 1.6rem 0 .4rem; }
p, li { max-width: 46rem; } .soft, figcaption { color: var(--soft); }
a { color: var(--accent); }
a:focus-visible, .scroll:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
nav ul { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; list-style: none; padding: 0; }
figure { margin: .8rem 0; } svg { display: block; width: 100%; height: auto; font: 13px system-ui, sans-serif; }
svg text { fill: var(--ink); } svg .soft { fill: var(--soft); } svg .strong { font-weight: 700; }
svg .grid { stroke: var(--rule); } svg .line { stroke: var(--ink); stroke-width: 1.5; }
svg .half { fill: var(--half); stroke: var(--ink); } svg .middle { stroke: var(--ink); stroke-width: 3.5; }
svg .dot, svg .bar { fill: var(--dot); } svg .went { fill: var(--dot); opacity: .75; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; margin: .6rem 0 1rem; }
caption { text-align: left; color: var(--soft); padding: .2rem 0; }
th, td { text-align: right; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid var(--rule);
  font-variant-numeric: tabular-nums; }
th { font-weight: 600; } thead th { color: var(--soft); } tbody th, .words { text-align: left; }
td.mean { color: var(--soft); }
@media print { body { max-width: none; } section { break-inside: avoid-page; } nav { display: none; } }
"""
_HEADS = ("n", "not known", "least", "1st quartile", "median", "3rd quartile", "most", "mean")
Cells = Sequence[str]


Heard = tuple[Signal, Sequence[str]] | None
"""What the inbox of alerts says, and of which weeks; None: no alert ever came in."""


def page(
    found: Stats,
    each: Sequence[Metrics],
    handles: Mapping[str, str],
    now: Ms,
    zone: Zone = utc,
    note: str = "",
    alerts: Heard = None,
) -> str:
    """The whole file. `each` are the incidents, `handles` theirs by identity; `note` says which were chosen."""
    return "\n".join(_page(found, real(each), handles, now, zone, note, alerts)) + "\n"


def _page(
    found: Stats,
    rows: Sequence[Metrics],
    handles: Mapping[str, str],
    now: Ms,
    zone: Zone,
    note: str,
    alerts: Heard,
) -> Iterator[str]:
    count = words.many(found.n, "incident")
    span = f", {day(rows[0].declared_at, zone)} to {day(rows[-1].declared_at, zone)}" if rows else ""
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    # Even where something was overlooked, a browser loads nothing and runs nothing.
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{text(count + span)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>"
    yield f"<header>\n<h1>{text(count + span)}</h1>"
    yield from (f'<p class="soft">{text(said)}</p>' for said in _head(found, now, zone, note) if said)
    parts = [part for part in _parts(found, rows, handles, now, zone, alerts) if part[2]]
    yield '</header>\n<nav aria-label="On this page">\n<ul>'
    yield from (f'<li><a href="#{id}">{text(name)}</a></li>' for id, name, _ in parts)
    yield "</ul>\n</nav>\n<main>"
    for id, name, lines in parts:
        yield f'<section aria-labelledby="{id}">\n<h2 id="{id}">{text(name)}</h2>'
        yield from lines
        yield "</section>"
    yield "</main>\n<footer>\n"
    yield '<p class="soft">A mean stands only beside median, quartiles and range. Of fewer than '
    yield f"{FEW} values no quartile is shown, but each value. Drills and duplicates are in no number. An approximate "
    yield "time feeds none.</p>\n</footer>\n</body>\n</html>"


def _head(found: Stats, now: Ms, zone: Zone, note: str) -> list[str]:
    among = [(found.open, "open"), (found.cancelled, "cancelled"), (found.imported, "imported")]
    gone = [words.many(found.drills, "drill"), words.many(found.duplicates, "duplicate")]
    parts = ", ".join(f"{count} {word}" for count, word in among if count)
    return [
        note,
        (f"Among them: {parts}. " if parts else "") + f"Left out: {', '.join(gone)}. As of {moment(now, 0, zone)}.",
    ]


def _parts(
    found: Stats, rows: Sequence[Metrics], handles: Mapping[str, str], now: Ms, zone: Zone, alerts: Heard
) -> Iterator[tuple[str, str, list[str]]]:
    if not found.n:
        yield "none", "Nothing to count", ["<p>No incident is among those that were asked for.</p>"]
        return
    spans = list(found.spans.items())
    yield (
        "spans",
        "How long it took",
        [*_spreads("spans", "How long it took", spans), *_counted(), *_why(found, *SPANS)],
    )
    rest = buckets(found.spans["resolve"].values)
    yield "resolved", "Time until it was resolved", _bars("resolved", "Time until it was resolved", "time", rest)
    names, groups = words.by_month(rows, zone)
    yield "months", "Month by month", _months([(name, len(groups.get(name, ()))) for name in names])
    yield "when", "When", _when(rows, now, zone)
    for by in BY:
        yield f"by-{by}", f"By {by}", _cuts(found, by)
    for id, name, table in (
        ("phases", "Time in each phase", found.in_phase),
        ("severities", "Time at each severity", found.at_severity),
    ):
        key = "in_phase" if id == "phases" else "at_severity"
        yield id, name, [*_spreads(id, name, list(table.items())), *_why(found, key)]
    yield "updates", "Updates", [f"<p>{text(words.updates(found.updates))}.</p>", *_why(found, "updates")]
    yield "pages", "Pages and answers", _pages(found)
    yield "caught", "Caught before users were hurt", [f"<p>{text(words.hurt(found.hurt))}.</p>", *_why(found, "caught")]
    yield "alerts", words.ALERTS, _alerts(alerts)
    yield "incidents", "The incidents", _incidents(rows, handles, zone)


def _figure(drawn: str, says: str) -> list[str]:
    return [f"<figure>{drawn}<figcaption>{text(says)}</figcaption></figure>"] if drawn else []


def _table(caption: str, heads: Cells, rows: Iterable[Cells], wordy: Sequence[int] = ()) -> list[str]:
    """A table whose first cells name their rows; `wordy` columns hold words. It can be scrolled with the keyboard."""
    out = [f'<div class="scroll" tabindex="0" role="region" aria-label="{text(caption)}">']
    out.append(f"<table>\n<caption>{text(caption)}</caption>\n<thead><tr>")
    out += [f'<th scope="col"{_class(n, wordy)}>{text(head)}</th>' for n, head in enumerate(heads)]
    out.append("</tr></thead>\n<tbody>")
    for row in rows:
        first, *rest = row
        cells = "".join(f"<td{_class(n, wordy)}>{text(cell)}</td>" for n, cell in enumerate(rest, 1))
        out.append(f'<tr><th scope="row">{text(first)}</th>{cells}</tr>')
    return [*out, "</tbody>\n</table>\n</div>"]


def _class(n: int, wordy: Sequence[int]) -> str:
    return ' class="words"' if n == 0 or n in wordy else ""


def _spreads(id: str, name: str, rows: Sequence[tuple[str, Spread]]) -> list[str]:
    drawn = svg.boxes(f"{id}-drawing", name, rows)
    says = "The line is the range, the box the middle half, the bar the median; dots are values of few. Log scale."
    return [*_figure(drawn, says), *_table(f"{name}: the numbers", ("time", *_HEADS), (_row(*row) for row in rows))]


def _row(name: str, spread: Spread) -> Cells:
    counts = (name, str(spread.n), str(spread.missing))
    if spread.few:
        values = [short(value) for value in spread.values]
        return (*counts, values[0] if values else "", "", "", "", values[-1] if values else "", "")
    found = (spread.least, spread.lower, spread.median, spread.upper, spread.most, spread.mean)
    return (*counts, *(short(value or 0) for value in found))


def _counted() -> list[str]:
    items = "".join(f"<li>{text(name)}: from “{start}” to “{end}”</li>" for name, (start, end) in SPANS.items())
    return [f"<h3>What is counted</h3>\n<ul>{items}</ul>"]


def _why(found: Stats, *names: str) -> list[str]:
    rows = [
        (name.replace("_", " "), why, str(count))
        for name in names
        for why, count in found.missing.get(name, {}).items()
    ]
    return _table("What is not known, and why", ("number", "why", "incidents"), rows, (1,)) if rows else []


def _bars(id: str, name: str, head: str, rows: Sequence[tuple[str, int]]) -> list[str]:
    drawn = svg.bars(f"{id}-drawing", name, rows)
    table = (
        _table(f"{name}: how many", (head, "incidents"), ((each, str(count)) for each, count in rows)) if rows else []
    )
    return [*_figure(drawn, f"{sum(count for _, count in rows)} incidents"), *table]


def _months(rows: Sequence[tuple[str, int]]) -> list[str]:
    drawn = svg.columns("months-drawing", "Incidents month by month", rows)
    table = _table("Incidents by month", ("month", "incidents"), ((name, str(count)) for name, count in rows))
    return [*_figure(drawn, "How many were declared in each month"), *table]


def _when(rows: Sequence[Metrics], now: Ms, zone: Zone) -> list[str]:
    marks = words.marks(rows, now)
    drawn = svg.timeline("when-drawing", "When incidents went on", marks, zone)
    lanes = sorted({mark.lane for mark in marks})
    counts = [(lane, [mark for mark in marks if mark.lane == lane]) for lane in lanes]
    table = _table(
        "Incidents and their whole time, by severity",
        ("severity", "incidents", "together"),
        ((lane, str(len(own)), short(sum(mark.end - mark.start for mark in own))) for lane, own in counts),
    )
    return [*_figure(drawn, "Each bar is an incident, from its declaration to its end"), *table]


def _cuts(found: Stats, by: str) -> list[str]:
    cuts = found.cuts(by)
    resolve = [(cut.name, cut.spans["resolve"]) for cut in cuts]
    drawn = svg.boxes(f"by-{by}-drawing", f"Time until it was resolved, by {by}", resolve)
    rows = []
    for cut in cuts:
        medians = [_median(spread) for spread in cut.spans.values()]
        owed = f"{cut.updates.on_time} of {cut.updates.owed}" if cut.updates.owed else ""
        rows.append((cut.name, str(cut.n), *medians, owed))
    heads = (by, "incidents", *(f"median {name}" for name in SPANS), "updates in time")
    return [*_figure(drawn, "Time until it was resolved. Log scale."), *_table(f"Medians by {by}", heads, rows)]


def _median(spread: Spread) -> str:
    if not spread.n:
        return ""
    return f"{short(spread.median or 0)} (of {spread.n} only)" if spread.few else short(spread.median or 0)


def _pages(found: Stats) -> list[str]:
    pages = found.pages
    rows = [
        (place, *(str(each.get(place, 0)) for each in (pages.sent, pages.answered, pages.no_answer)))
        for place in pages.places
    ]
    failed = [f"<p>{words.many(pages.failed, 'page')} never went out.</p>"] if pages.failed else []
    if not rows:
        return [*failed, "<p>Nobody was paged, and nobody answered a page.</p>"]
    return [
        *_table("Pages by level or topic", ("level or topic", "people paged", "answers", "no answer"), rows),
        *failed,
    ]


def _alerts(heard: Heard) -> list[str]:
    """The rules to mend with their evidence; in the inbox's own words."""
    if heard is None:
        return []
    found, weeks = heard
    first, *more = signal.head(found)
    head = [f"<p>{text(said)}.</p>" for said in (f"{signal.when(weeks)}: {first}", *more)]
    rows = [
        (rule.rule, rule.source, str(rule.fired), str(rule.score), evidence(rule), suggestion(rule))
        for rule in found.worst
    ]
    heads = ("rule", "source", "fired", "noise of 100", "evidence", "what would help")
    return [*head, *(_table("The rules to mend, the noisiest first", heads, rows, (1, 4, 5)) if rows else [])]


def _incidents(rows: Sequence[Metrics], handles: Mapping[str, str], zone: Zone) -> list[str]:
    heads = ("incident", "declared", "severity", "phase", "title", "services", *SPANS)
    cells = (
        (
            *(handles.get(each.id, each.id[:8]), day(each.declared_at, zone), each.severity, each.phase, title(each)),
            ", ".join(each.services),
            *(short(each.spans[name]) if name in each.spans else "" for name in SPANS),
        )
        for each in rows
    )
    return _table("Every incident that was counted; an empty cell is not known", heads, cells, (1, 2, 3, 4, 5))
