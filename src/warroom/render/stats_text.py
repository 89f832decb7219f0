"""What many incidents say together as lines of text, for the command line and for the console; and what one says.

How many, then median, quartiles and range, and only then a mean; what is not known stands beside every number.
"""

from collections.abc import Iterator, Mapping, Sequence

from ..core.review.metrics import SPANS, Metrics
from ..core.review.stats import FEW, Cut, Hurt, Pages, Spread, Stats, Updates, real, spread
from ..core.text import clean, wrap
from ..core.values import Ms
from ..core.zone import Zone, civil, utc
from . import plots
from .plots import BLANK, Line, Mark, left, right, short
from .times import day

ALERTS = "Signal and noise of alerts"
_NAME = 14
_CELL = 8
_HEADS = ("n", "unknown", "least", "quart 1", "median", "quart 3", "most", "mean")
_FEW = f"fewer than {FEW}, each shown: "


def month(t: Ms, zone: Zone = utc) -> str:
    """The month of a time, as `2026-11`."""
    at = civil(t, zone)
    return f"{at.year:04}-{at.month:02}"


def lines(
    found: Stats,
    each: Sequence[Metrics],
    by: str,
    now: Ms,
    width: int,
    zone: Zone = utc,
    alerts: Sequence[Line] = (),
) -> list[Line]:
    """All of it in lines of at most `width` cells. `each` are the incidents, `by` is the cut that is shown.

    `alerts`: what the inbox says, as `signal.short` has it.
    """
    rows = real(each)
    out = [*_head(found, rows, width, zone)]
    heard = [BLANK, ((ALERTS, "sky bold"),), *alerts] if alerts else []
    if not found.n:
        return [plots.cut(line, width) for line in (*out, *heard)]
    for title, part in (
        ("How long it took", [*table(found.spans), BLANK, *_boxes(found.spans, width), *_why(found, width, *SPANS)]),
        (f"By {by}", _cuts(found.cuts(by), width)),
        ("Time until it was resolved", _distribution(found.spans["resolve"], width)),
        ("Month by month", months(rows, width, zone)),
        ("When", _lanes(rows, now, width, zone)),
        ("Time in each phase", _whole(found.in_phase, "in_phase", found, width)),
        ("Time at each severity", _whole(found.at_severity, "at_severity", found, width)),
        ("Updates", [*_wrapped(updates(found.updates), width), *_why(found, width, "updates")]),
        ("Pages and answers", pages(found.pages, width)),
        ("Caught before users were hurt", [*_wrapped(hurt(found.hurt), width), *_why(found, width, "caught")]),
    ):
        out += [BLANK, ((title, "sky bold"),), *(part or [(("nothing is known of it", "muted"),)])]
    out += heard
    return [plots.cut(line, width) for line in out]


def _wrapped(said: str, width: int, ink: str = "") -> list[Line]:
    return [((line, ink),) for line in wrap(clean(said), max(20, width))]


def many(count: int, one: str, more: str = "") -> str:
    """`1 drill`, `2 drills`."""
    return f"{count} {one if count == 1 else more or one + 's'}"


def _head(found: Stats, rows: Sequence[Metrics], width: int, zone: Zone) -> Iterator[Line]:
    span = f", {day(rows[0].declared_at, zone)} to {day(rows[-1].declared_at, zone)}" if rows else ""
    yield ((many(found.n, "incident") + span, "bold"),)
    among = (
        (found.open, "open"),
        (found.cancelled, "cancelled"),
        (found.reopened, "opened again"),
        (found.imported, "imported"),
    )
    parts = [f"{count} {word}" for count, word in among if count]
    gone = [many(found.drills, "drill")] * bool(found.drills) + [many(found.duplicates, "duplicate")] * bool(
        found.duplicates
    )
    said = ["among them " + ", ".join(parts)] * bool(parts) + ["left out: " + ", ".join(gone)] * bool(gone)
    yield from _wrapped("; ".join(said), width, "muted") if said else ()


# ── spreads ──


def table(spreads: Mapping[str, Spread]) -> list[Line]:
    """A row for each: how many, of how many it is not known, then where the values lie, and last a mean."""
    heads = "".join(right(head, 5 if n == 0 else _CELL) for n, head in enumerate(_HEADS))
    return [((left("", _NAME) + heads, "muted"),), *(_row(name, each) for name, each in spreads.items())]


def _row(name: str, each: Spread) -> Line:
    head = left(clean(name), _NAME)
    counts = right(str(each.n), 5) + right(str(each.missing or "·"), _CELL)
    if each.few:
        values = ", ".join(short(value) for value in each.values)
        return ((head, ""), (counts, ""), (f"  {_FEW}{values}" if values else "  no value", "muted"))
    cells = [right(short(value or 0), _CELL) for value in (each.least, each.lower, each.median)]
    rest = [right(short(value or 0), _CELL) for value in (each.upper, each.most)]
    mean = right(short(each.mean or 0), _CELL)
    return (
        (head, ""),
        (counts, ""),
        ("".join(cells[:2]), ""),
        (cells[2], "bold"),
        ("".join(rest), ""),
        (mean, "muted"),
    )


def _boxes(spreads: Mapping[str, Spread], width: int) -> list[Line]:
    drawn = plots.boxes([(clean(name), each) for name, each in spreads.items()], width)
    return [*drawn, ((plots.BOX_KEY + "   (log scale)", "muted"),)] if drawn else []


def _whole(spreads: Mapping[str, Spread], name: str, found: Stats, width: int) -> list[Line]:
    if not spreads:
        return _why(found, width, name)
    return [*table(spreads), BLANK, *_boxes(spreads, width), *_why(found, width, name)]


def _why(found: Stats, width: int, *names: str) -> list[Line]:
    """What is not known, and why; the reason that is had most often first."""
    out: list[Line] = []
    for name in names:
        if reasons := found.missing.get(name):
            said = "; ".join(f"{why} ({count})" for why, count in reasons.items())
            out += _wrapped(f"not known: {name.replace('_', ' ')} of {sum(reasons.values())}: {said}", width, "muted")
    return out


def _distribution(each: Spread, width: int) -> list[Line]:
    drawn = plots.bars(plots.buckets(each.values), width)
    few: list[Line] = [((f"only {each.n}: this is no distribution yet", "muted"),)] if each.few and drawn else []
    return [*drawn, *few]


# ── cuts ──


def _cuts(cuts: Sequence[Cut], width: int) -> list[Line]:
    """Medians of each cut, and where its times to resolve lie."""
    heads = "".join(right(head, 12) for head in SPANS)
    out: list[Line] = [((left("median", _NAME) + right("n", 4) + heads + right("in time", 9), "muted"),)]
    for cut in cuts:
        row: list[tuple[str, str]] = [(left(clean(cut.name), _NAME), ""), (right(str(cut.n), 4), "")]
        for each in cut.spans.values():
            few = each.few and each.n
            median = short(each.median or 0) + ("*" if few else "") if each.n else "·"
            row.append((right(median, 12), "muted" if few or not each.n else "bold"))
        owed = cut.updates.owed
        row.append((right(f"{cut.updates.on_time}/{owed}" if owed else "·", 9), ""))
        out.append(tuple(row))
    if any(each.few and each.n for cut in cuts for each in cut.spans.values()):
        out.append(((f"* of fewer than {FEW} values", "muted"),))
    drawn = _boxes({cut.name: cut.spans["resolve"] for cut in cuts}, width)
    return [*out, BLANK, (("until it was resolved", "muted"),), *drawn] if drawn else out


# ── over time ──


def by_month(rows: Sequence[Metrics], zone: Zone) -> tuple[list[str], dict[str, list[Metrics]]]:
    """Every month from the first to the last, those without an incident too."""
    groups: dict[str, list[Metrics]] = {}
    for each in rows:
        groups.setdefault(month(each.declared_at, zone), []).append(each)
    names: list[str] = []
    if groups:
        year, number = (int(part) for part in min(groups).split("-"))
        while (name := f"{year:04}-{number:02}") <= max(groups):
            names.append(name)
            year, number = (year + number // 12, number % 12 + 1)
    return names, groups


def middle(values: Sequence[Ms]) -> Ms | None:
    """The median, None where there is none."""
    return spread(values).median


def months(rows: Sequence[Metrics], width: int, zone: Zone) -> list[Line]:
    """Sparklines: how many incidents each month, and the median until they were resolved."""
    names, groups = by_month(rows, zone)
    names = names[-max(12, width - _NAME - 24) :]
    counts = [len(groups.get(name, ())) for name in names]
    medians = [middle([e.spans["resolve"] for e in groups.get(name, ()) if "resolve" in e.spans]) for name in names]
    out: list[Line] = [
        (
            (left("incidents", _NAME), ""),
            (plots.sparkline(counts), "sky"),
            (f"  0 to {max(counts, default=0)}", "muted"),
        )
    ]
    if known := [each for each in medians if each is not None]:
        told = f"  median, 0 to {short(max(known))}"
        out.append(((left("resolve", _NAME), ""), (plots.sparkline(medians), "sky"), (told, "muted")))
    first = names[0] if names else ""
    last = names[-1] if len(names) > 1 else ""
    gap = max(1, len(names) - len(first) - len(last))
    return [*out, ((" " * _NAME + first + (" " * gap + last if last else ""), "muted"),)]


def marks(rows: Sequence[Metrics], now: Ms) -> list[Mark]:
    """When each incident went on."""
    return [
        Mark(each.severity or "?", each.declared_at, max(each.declared_at, now if each.ended is None else each.ended))
        for each in rows
    ]


def _lanes(rows: Sequence[Metrics], now: Ms, width: int, zone: Zone) -> list[Line]:
    each = [plots.Mark(clean(mark.lane), mark.start, mark.end) for mark in marks(rows, now)]
    said = f"how many went on at once; a cell is {short(plots.step_of(each, width))}"
    return [*plots.lanes(each, width, zone), ((said, "muted"),)]


# ── sentences ──


def updates(found: Updates) -> str:
    """How many updates went out, and how they kept what was promised."""
    if not found.sent and not found.owed:
        return "none went out, and none was owed"
    said = f"{many(found.sent, 'update')} went out" if found.sent else "no update went out"
    if found.owed:
        said += f"; owed at a certain time: {found.owed}, of which {found.on_time} came in time"
        said += f" ({100 * found.on_time // found.owed} %)" if found.owed >= FEW else ""
        said += f", {found.late} late, {found.missed} never"
    else:
        said += "; none was owed at a certain time"
    return said + (f"; of {found.unknown} it is not known when they were owed" if found.unknown else "")


def pages(found: Pages, width: int) -> list[Line]:
    """A row for each level or topic, and what never went out."""
    if not found.places and not found.failed:
        return _wrapped("nobody was paged, and nobody answered a page", width, "muted")
    head = left("", _NAME) + right("paged", 9) + right("answered", 10) + right("no answer", 11)
    out: list[Line] = [((head, "muted"),)]
    for place in found.places:
        cells = right(str(found.sent.get(place, 0)), 9) + right(str(found.answered.get(place, 0)), 10)
        out.append(((left(clean(place), _NAME), ""), (cells + right(str(found.no_answer.get(place, 0)), 11), "")))
    if found.failed:
        out += _wrapped(f"{many(found.failed, 'page')} never went out", width)
    return out


def hurt(found: Hurt) -> str:
    """How many incidents were over before users were hurt."""
    known = found.caught + found.hurt
    if not known:
        return f"not known of any of the {found.not_known} that are over"
    return f"{found.caught} of the {known} of which it is known" + (
        f"; of {found.not_known} it is not" if found.not_known else ""
    )


# ── one incident ──

_COUNTED = {name: f"{start} → {end}" for name, (start, end) in SPANS.items()}


def one(
    found: Metrics, handle: str, width: int, zone: Zone = utc, alerts: Sequence[tuple[str, str]] = ()
) -> list[Line]:
    """What one incident took, and of everything that is not known why. `alerts`: names and rules of those it had."""
    drill = ", a drill: it is in no number of real incidents" if found.drill else ""
    title = f"{handle}  {found.severity}  {found.title}"
    out: list[Line] = [*_wrapped(title, width, "bold")]
    state = f"{found.phase}, declared {day(found.declared_at, zone)}{drill}"
    out += _wrapped(state + (", imported" if found.imported else ""), width, "muted")
    for name, counted in _COUNTED.items():
        out.append(
            _one(name, short(found.spans[name]) if name in found.spans else "", counted, found.missing.get(name))
        )
    for name, values in (("in phase", found.in_phase), ("at severity", found.at_severity)):
        said = ", ".join(f"{value} {short(span)}" for value, span in values.items())
        out.append(_one(name, said, "", found.missing.get(name.replace(" ", "_"))))
    on_time = found.updates_owed - found.updates_late
    known = Updates(found.updates, on_time, found.updates_late, found.updates_missed, found.updates_unknown)
    out += _beside("updates", updates(known), width)
    sent = Pages(found.pages, found.answered, found.no_answer, found.pages_failed)
    out += _beside("pages", "; ".join(_place(sent, place) for place in sent.places) or "nobody was paged", width)
    if sent.failed:
        out += _beside("", f"{many(sent.failed, 'page')} never went out", width)
    caught = {True: "before users were hurt", False: "not before users were hurt", None: ""}[found.caught]
    out.append(_one("caught", caught, "", found.missing.get("caught")))
    rules = ", ".join(dict.fromkeys(clean(rule) for _, rule in alerts))
    out += _beside("alerts", f"{many(len(alerts), 'alert')}: {rules}" if alerts else "none belongs to it", width)
    return [plots.cut(line, width) for line in out]


def _place(found: Pages, place: str) -> str:
    no = found.no_answer.get(place, 0)
    said = f"{place} {found.sent.get(place, 0)} paged, {found.answered.get(place, 0)} answered"
    return said + (f", {no} no answer" if no else "")


def _one(name: str, value: str, counted: str, why: str | None) -> Line:
    if not value:
        return ((left(name, _NAME), ""), (f"not known: {clean(why or 'nothing says it')}", "muted"))
    return ((left(name, _NAME), ""), (clean(value), "bold"), (f"   {counted}" if counted else "", "muted"))


def _beside(name: str, said: str, width: int) -> list[Line]:
    rows = wrap(clean(said), max(20, width - _NAME))
    return [((left(name if n == 0 else "", _NAME), ""), (row, "")) for n, row in enumerate(rows)]
