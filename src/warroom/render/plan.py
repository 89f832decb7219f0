"""An escalation plan for a terminal, and the same as data: who would be called at which minute."""

from collections.abc import Iterator, Sequence

from ..core.events import PolicyAttached, Target, Trigger
from ..core.plan import Line
from ..core.run import on_duty
from ..core.text import clean, width, wrap
from ..core.values import SECOND, Ms
from ..core.zone import Zone, utc
from . import plan_words as words
from .paint import PLAIN, Paint
from .times import iso, iso_or_none, moment

Data = dict[str, object]
_CAPS = (4, 18, 24, 20)  # minute, level, who, what to ring; the ways have what is left
_NARROW = 12


def data(policy: PolicyAttached, lines: tuple[Line, ...], at: Ms, severity: str, fallback: Sequence[str] = ()) -> Data:
    """Everything there is to know about it; durations are whole seconds, minutes count from the start."""
    return {
        "policy": policy.policy,
        "title": policy.title,
        "owner": policy.owner or None,
        "severity": severity,
        "at": iso(at),
        "waits": policy.waits,
        "repeat": policy.repeat,
        "ack_expires_s": policy.ack_expires // SECOND,
        "fallback": policy.fallback or None,
        "fallback_channels": list(fallback),
        "reachable": policy.reachable,
        "tested": policy.tested,
        "version": policy.version,
        "lines": [_line(line) for line in lines],
        "triggers": [
            {
                "id": each.id,
                "when": words.condition(each.when),
                "level": each.level or None,
                "topic": each.topic or None,
                "why": each.why,
            }
            for each in policy.triggers
        ],
        "specialists": [
            {"topic": each.topic, "gap_s": each.gap // SECOND, "who": [_person(target) for target in each.targets]}
            for each in policy.specialists
        ],
        "oncall": [
            {
                "ref": ref,
                "name": turn.name,
                "asked_at": iso_or_none(turn.asked),
                "asked_ago_s": None if turn.asked is None else max(0, at - turn.asked) // SECOND,
                "shifts": [{"from": iso(s.start), "name": s.name, "ref": s.ref, "phone": s.phone} for s in turn.shifts],
            }
            for ref, turn in words.turns(policy).items()
        ],
    }


def _line(line: Line) -> Data:
    return {
        "minute": line.minute,
        "after_s": line.after // SECOND,
        "level": line.level or None,
        "name": line.name,
        "topic": line.topic or None,
        "round": line.round + 1,
        "state": line.state,
        "who": [_person(target) for target in line.who],
        "backup": [_person(target) for target in line.backup],
        "trigger": line.trigger or None,
        "why": line.why or None,
    }


def _person(target: Target) -> Data:
    reach = list(target.reach)
    return {"ref": target.ref, "name": target.name, "phone": target.phone, "reach": reach, "example": target.example}


def text(
    policy: PolicyAttached,
    lines: tuple[Line, ...],
    at: Ms,
    severity: str,
    fallback: Sequence[str] = (),
    zone: Zone = utc,
    cells: int = 80,
    paint: Paint = PLAIN,
) -> list[str]:
    """The plan in lines of at most `cells`, clean."""
    title = f"{policy.title or policy.policy}" + (f"  ({policy.policy})" if policy.title else "")
    when = f"{severity}, from {moment(at, at, zone)}"
    room = max(1, cells - width(clean(title)) - width(when))
    out = [f"{paint.bold(clean(title))}{' ' * room}{when}"] if room > 1 else [clean(title), when]
    out += _said(words.terms(policy), cells)
    if standing := words.standing(policy):
        look = paint.bold if policy.reachable else paint.alarm
        out += [look(line) for line in _said(f"! {standing}", cells)]
    out += ["", *_table(list(_rows(lines)), cells, paint)]
    if after := words.afterwards(lines):
        out += ["", *_said(after, cells)]
    out += _section("If nobody answers at all", [("", policy.fallback)] if policy.fallback else [], cells, paint)
    out += _section("When somebody's own ways fail", [("", ", ".join(fallback))] if fallback else [], cells, paint)
    out += _section("Quiet hours", words.quiet(policy, zone), cells, paint)
    out += _section("Triggers", [(each.id, _trigger(each, severity)) for each in policy.triggers], cells, paint)
    if policy.specialists:
        out += ["", paint.bold("Specialists"), *_table(list(_specialists(policy, at)), cells, paint, head=False)]
    turns = [(ref.partition(":")[2], words.on_call(turn, at, zone)) for ref, turn in words.turns(policy).items()]
    return out + _section("On call", turns, cells, paint)


def _trigger(trigger: Trigger, severity: str) -> str:
    said = f"{words.condition(trigger.when)}: {words.effect(trigger)}"
    when = words.fires(trigger, severity)
    return said + (f"; {when}" if when else "") + (f". {trigger.why}" if trigger.why else "")


def _said(text: str, cells: int) -> list[str]:
    return wrap(clean(text), cells)


def _section(head: str, rows: list[tuple[str, str]], cells: int, paint: Paint) -> list[str]:
    if not rows:
        return []
    names = [clean(name) for name, _ in rows]
    edge = min(max(map(width, names)), 20)
    gap = edge + 4 if edge else 2
    out = ["", paint.bold(head)]
    for name, (_, said) in zip(names, rows, strict=True):
        left = wrap(name, edge) if edge else [""]
        right = wrap(clean(said), max(_NARROW, cells - gap))
        for n in range(max(len(left), len(right))):
            word = left[n] if n < len(left) else ""
            told = right[n] if n < len(right) else ""
            out.append(f"  {word}{' ' * (gap - 2 - width(word))}{told}".rstrip())
    return out


# ── the table ──

Row = tuple[str, ...]


def _rows(lines: tuple[Line, ...]) -> Iterator[Row]:
    for line in words.first_round(lines):
        minute = str(line.minute)
        if line.trigger:
            yield (minute, "trigger", f"{line.trigger}{f': {line.why}' if line.why else ''}", "", "")
            minute = ""
        if said := words.nobody(line):
            yield (minute, words.level(line), said, "", "")
        yield from _called(minute, words.level(line), line.who)
        yield from _called("", "  backup", line.backup)


def _specialists(policy: PolicyAttached, at: Ms) -> Iterator[Row]:
    for each in policy.specialists:
        for n, target in enumerate(each.targets):
            place = f"  {words.span(n * each.gap)} later" if n else each.topic
            yield ("", place, *_how(on_duty(target, at)))


def _called(minute: str, place: str, people: Sequence[Target]) -> Iterator[Row]:
    for n, target in enumerate(people):
        yield ("" if n else minute, "" if n else place, *_how(target))


def _how(target: Target) -> Row:
    return (words.name(target), words.number(target), words.by(target))


def _table(rows: list[Row], cells: int, paint: Paint, head: bool = True) -> list[str]:
    """Aligned to the cell; what is too long for its column goes on in the next line, and nothing is cut off."""
    titles: Row = ("min", "level", "who", "ring", "page by")
    plain = [tuple(clean(cell) for cell in row) for row in ([titles, *rows] if head else rows)]
    sizes = [min(max((width(row[n]) for row in plain), default=0), cap) for n, cap in enumerate(_CAPS)]
    last = max(_NARROW, cells - sum(sizes) - 2 * len(sizes))
    out: list[str] = []
    for number, (*cols, by) in enumerate(plain):
        # Addresses are too long for a narrow column, and broken ones are of no use.
        below = [] if width(by) <= last else wrap(by, max(_NARROW, cells - sizes[0] - sizes[1] - 7))
        columns = [wrap(cell, max(1, size)) for cell, size in zip(cols, sizes, strict=True)]
        columns.append([] if below else [by])
        for n in range(max(map(len, columns))):
            parts = []
            for at, (column, size) in enumerate(zip(columns, (*sizes, last), strict=True)):
                cell = column[n] if n < len(column) else ""
                fill = " " * (size - width(cell))
                parts.append(fill + cell if at == 0 else cell + fill)
            line = "  ".join(parts).rstrip()
            out.append(paint.dim(line) if head and number == 0 else line)
        edge = " " * (sizes[0] + sizes[1] + 4)
        out += [f"{edge}{'by ' if n == 0 else '   '}{line}" for n, line in enumerate(below)]
    return out
