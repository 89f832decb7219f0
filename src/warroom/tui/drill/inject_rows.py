"""Injects as lines: one each in the list, and the chosen one in full; the scenario's truth and what is expected."""

from collections.abc import Iterator, Sequence

import msgspec

from ...core import events as ev
from ...core.drill import clock
from ...core.drill.inject_words import words
from ...core.drill.injects import (
    CANCELLED,
    COMING,
    HAPPENED,
    WAITING,
    Standing,
    counting,
    following,
    passed_over,
)
from ...core.drill.world import happened, person
from ...core.duration import spell
from ...core.incident import Incident
from ...core.text import clean, wrap
from ...core.values import MINUTE, Ms
from ..glyphs import DONE, FAILED, NEXT, OPEN, RULED_OUT
from ..spans import BLANK, Line, clip, left, right

TITLES = {HAPPENED: "Happened", COMING: "Coming", WAITING: "Waiting", CANCELLED: "Cancelled"}
_GLYPHS = {HAPPENED: (DONE, "green"), COMING: (NEXT, "sky"), WAITING: (OPEN, "muted"), CANCELLED: (FAILED, "muted")}
_TIME = 9
_TEXT = _TIME + 4  # where a hint begins
_LABEL = 9
_REASON = 34
_WIDE = 70


class Row(msgspec.Struct, frozen=True):
    """A line of the list. One without an id is the title of a part, or the hint of the inject above it."""

    id: str
    line: Line


def who(state: Incident, each: ev.Inject) -> str:
    """Whose it is, by name."""
    if each.lines:
        return ", ".join(dict.fromkeys(clean(line.who) for line in each.lines))
    played = clock.scenario(state)
    known = person(played, each.who) if played and each.who else None
    return clean(known.name if known else each.who)


def flat(text: str) -> str:
    """Foreign text on one line."""
    return clean(" ".join(text.split()))


# ── the list ──


def listed(state: Incident, found: Sequence[Standing], now: Ms, width: int, height: int) -> list[Row]:
    """The whole list, with a title above each part; the hints under their injects, where `height` has room for all."""
    over = clock.ended(state) is not None
    parts = [(part, [each for each in found if each.stands == part]) for part in TITLES]
    parts = [(part, those) for part, those in parts if those]
    hints = len(parts) + len(found) + sum(bool(each.inject.hint) for each in found) <= height
    rows: list[Row] = []
    for part, those in parts:
        title = "Never came" if over and part in (COMING, WAITING) else TITLES[part]
        rows.append(Row("", ((title, "sky bold"), (f"  {len(those)}", "muted"))))
        for each in those:
            rows.append(Row(each.id, _row(state, each, now, width)))
            if hints and each.inject.hint:
                rows.append(Row("", ((" " * _TEXT, ""), (clip(flat(each.inject.hint), width - _TEXT), "muted"))))
    return rows


def _row(state: Incident, each: Standing, now: Ms, width: int) -> Line:
    kinds, names = (13, 10) if width >= _WIDE else (9, 8)
    quiet = each.stands in (HAPPENED, CANCELLED)
    ink = "muted strike" if each.stands == CANCELLED or each.dropped else "muted" if quiet else ""
    glyph, tone = (RULED_OUT, "muted") if each.dropped else _GLYPHS[each.stands]
    soon = each.stands == COMING and (each.at or 0) - now < MINUTE
    line: list[tuple[str, str]] = [
        (right(when(state, each, now), _TIME), "bold" if soon else "muted" if quiet else ""),
        (f"  {glyph} ", tone),
        (left(each.inject.kind, kinds) + " ", "muted" if quiet else "bold" if soon else ""),
        (left(_first_of(who(state, each.inject)), names) + " ", "muted"),
    ]
    if each.inject.wrong:
        line.append(("not so  ", "amber bold"))
    if marks := _marks(each):
        line.append((f"{marks}  ", "violet"))
    if each.waits:
        reason = flat(" · ".join(each.waits))
        line.append((f"{left(reason, min(len(reason), _REASON))}  ", "violet"))
    if each.dropped:
        line.append(("passed over  ", "muted"))
    line.append((flat(words(each.inject)), ink))
    return tuple(line)


def _first_of(names: str) -> str:
    """`Mara +2` of three names."""
    first, *others = names.split(", ")
    return f"{first} +{len(others)}" if others else first


def when(state: Incident, each: Standing, now: Ms) -> str:
    """`T+3m02s`, `in 2m10s`, `now`, `waits` or `never`."""
    if each.stands == HAPPENED:
        return since_start(state, each.at or 0)
    if clock.ended(state) is not None or each.stands == CANCELLED:
        return "never"
    if each.at is None:
        return "waits"
    return f"in {spell(each.at - now)}" if each.at > now else "now"


def since_start(state: Incident, at: Ms) -> str:
    """`T+3m02s`"""
    return f"T+{spell(max(0, at - clock.start_of(state)))}"


def _marks(each: Standing) -> str:
    said = (("added", each.added), ("moved", each.moved), ("edited", each.edited))
    return ", ".join(mark for mark, so in said if so)


# ── one in full ──


def full(state: Incident, each: Standing, now: Ms, width: int) -> list[Line]:
    """All there is to know of it, in lines of at most `width` cells."""
    about = each.inject
    by = who(state, about) if not about.lines else ""
    out: list[Line] = [
        ((about.kind, "bold"), (f"  {by}" if by else "", ""), ("  ", ""), (_said_when(state, each, now), "sky bold"))
    ]
    for label, text, ink in _rows(state, each):
        rows = wrap(flat(text), max(10, width - _LABEL))
        out += [((left(label if n == 0 else "", _LABEL), "muted"), (row, ink)) for n, row in enumerate(rows)]
    return out


def _said_when(state: Incident, each: Standing, now: Ms) -> str:
    short = when(state, each, now)
    if each.stands == HAPPENED:
        return f"passed over at {short}" if each.dropped else f"happened at {short}"
    if each.stands == CANCELLED:
        return "cancelled: it does not come"
    if short == "never":
        return "never came"
    return f"comes {short}, at {since_start(state, each.at)}" if each.at is not None else "waits"


def _rows(state: Incident, each: Standing) -> Iterator[tuple[str, str, str]]:
    """Label, text and ink of everything about it."""
    about = each.inject
    if each.dropped:
        yield "why", each.dropped, "amber"
    for n, reason in enumerate(each.waits):
        yield "" if n else "waits", reason, "violet"
    for line in about.lines:
        yield f"+{spell(line.at)}", f"{line.who}: {line.text}", ""
    if about.text:
        yield "says", about.text, ""
    if about.wrong:
        yield "not so", "what it says is not the case", "amber bold"
    if about.tool:
        yield "tool", f"{about.tool}, {f'for {spell(about.lasts)}' if about.lasts else 'it stays down'}", ""
    if about.users is not None:
        yield "users", str(about.users), ""
    if about.until:
        yield "until", about.until, ""
    if about.hint:
        yield "hint", about.hint, "sky"
    yield "planned", _planned(state, each), "muted"
    if each.stands in (COMING, WAITING) and passed_over(state, about):
        yield "unless", f"{about.unless}: it is so, and so this one would be passed over", "amber"
    if marks := _marks(each):
        yield "you", f"{marks} by the game master", "violet"
    for n, rule in enumerate(counting(state, each.id)):
        yield "" if n else "counts", f"{rule.what}: by {spell(rule.by)}, late until {spell(rule.late)}", ""
    if after := following(state, each.id):
        yield "then", ", ".join(after), "muted"


def _planned(state: Incident, each: Standing) -> str:
    about = each.inject
    if each.added:
        return "added while it was played"
    parts = [f"at T+{spell(about.at)}"] if about.at is not None else []
    if about.after:
        parts.append(f"{spell(about.delay)} after {about.after}" if about.delay else f"after {about.after}")
    if about.when:
        wait = f"{spell(about.delay)} after it is so: " if about.delay and not about.after else ""
        parts.append(f"when {wait}{about.when}")
    if about.unless:
        parts.append(f"unless {about.unless}")
    return " · ".join(parts)


# ── the scenario ──


def behind(state: Incident, width: int) -> list[Line]:
    """The truth of the scenario, how it ends, and what is expected."""
    played = clock.scenario(state)
    if played is None:
        return [(("This drill has no scenario.", "muted"),)]
    out: list[Line] = [(("The truth", "sky bold"),)]
    for paragraph in (played.truth or "The scenario does not say.").strip().split("\n"):
        out += [((row, ""),) for row in wrap(clean(paragraph), width)]
    out += [BLANK, (("How it ends", "sky bold"),)]
    said = f"after {spell(played.length)} at the latest"
    out += _paragraph(f"{said}, or a minute after this is so: {played.ends}" if played.ends else said, width)
    out += [BLANK, (("What is expected", "sky bold"),)]
    for rule in played.expectations:
        out += _expected(state, rule, width)
    return out


def _expected(state: Incident, rule: ev.Expectation, width: int) -> list[Line]:
    began = happened(state, rule.since) if rule.since else None
    counts = f"from {rule.since}" if rule.since else "from the start" if rule.check else "each time"
    if rule.since:
        counts += f", {since_start(state, began.at.t)}" if began else ", not yet"
    spans = f"by {spell(rule.by)}, late until {spell(rule.late)}, {counts}" if rule.late else counts
    out: list[Line] = [((row, "bold"),) for row in wrap(flat(rule.what), width)]
    notes = [(spans, ""), (rule.check or f"measured: {rule.measure}", "muted")]
    notes += [(f"another good way: {condition} ({why})", "muted") for condition, why in rule.also]
    notes += [(f"why: {rule.why}", "muted")] if rule.why else []
    notes += [(f"better: {rule.better}", "muted")] if rule.better else []
    for text, ink in notes:
        out += [(("  ", ""), *line) for line in _paragraph(text, width - 2, ink)]
    return out


def _paragraph(text: str, width: int, ink: str = "") -> list[Line]:
    return [((row, ink),) for row in wrap(flat(text), max(10, width))]
