"""The signal report: as Markdown for the weekly meeting, as lines for a console, as data. Rules to mend come first."""

from collections.abc import Sequence
from typing import Any

from ..core.alerts.mend import evidence, score, suggestion
from ..core.alerts.signal import Rule, Signal
from ..core.alerts.week import begins, week_of
from ..core.duration import spell
from ..core.text import clean, wrap
from ..core.values import DAY, Ms
from .markdown import literal
from .plots import BLANK, Line, cut, left, right
from .sparkline import spark
from .stats_text import many

_CELLS = 14  # of a sparkline: two for a day of one week, one for a day of two
_HEADS = ("fired", "incid.", "dism.", "flaps", "sil.", "react", "noise")


def markdown(found: Signal, weeks: Sequence[str]) -> str:
    """The whole report. `weeks`: those that were counted, as `2026-W48`."""
    out = [f"# Alerts: signal and noise, {literal(when(weeks))}", ""]
    out += [f"- {literal(each)}" for each in head(found)]
    if found.worst:
        out += ["", f"## {_mend(found)}", ""]
        for number, rule in enumerate(found.worst, 1):
            out += [
                f"{number}. **{literal(rule.rule)}** {literal(_whose(rule))}: {literal(evidence(rule))}",
                f"   **{literal(_upper(suggestion(rule)))}.** {literal(_upper(score(rule)))}.",
            ]
    out += ["", "## Every rule", ""]
    out += ["| rule | source | services | fired | " + " | ".join(_LONG) + " |", "|---|---|---|" + "---:|" * 7]
    for rule in found.rules:
        names = (rule.rule, rule.source, ", ".join(rule.services))
        cells = [literal(name) or " " for name in names] + [str(rule.fired), *_numbers(rule), f"{rule.score}"]
        out.append("| " + " | ".join(cells) + " |")
    if not found.rules:
        out.append("| no alert came in | | | 0 | 0 | 0 | 0 | 0 | | 0 |")
    return "\n".join([*out, "", _NOTE]) + "\n"


_LONG = ("incidents", "dismissed", "flaps", "silenced", "median until somebody reacted (n)", "noise of 100")
_NOTE = (
    "Noise: the share of firings that were dismissed, flapped or were silenced and of no use; one that nobody heard "
    "counts half. Flaps: fired again within ten minutes of an end. Drills are in no number."
)


def lines(found: Signal, weeks: Sequence[str], now: Ms, width: int, ascii: bool = False) -> list[Line]:
    """The report in lines of at most `width` cells."""
    out: list[Line] = [((f"Alerts: signal and noise, {when(weeks)}", "bold"),)]
    out += short(found, weeks, now, width, ascii)
    if found.rules:
        out += [BLANK, (("Every rule", "sky bold"),), ((_table_head(width), "muted"),)]
        out += [_row(rule, width) for rule in found.rules]
    return [cut(line, width) for line in out]


def short(found: Signal, weeks: Sequence[str], now: Ms, width: int, ascii: bool = False) -> list[Line]:
    """What it comes to, and the rules to mend with their evidence."""
    if not found.rules:
        return [((f"No alert came in, {when(weeks)}.", "muted"),)]
    out: list[Line] = []
    out += [((line, "muted"),) for each in head(found) for line in wrap(clean(each), max(20, width))]
    since, until = _span(weeks, now)
    if found.worst:
        out += [BLANK, ((_mend(found), "sky bold"),)]
        for number, rule in enumerate(found.worst, 1):
            drawn = spark(rule.times, since, until, _CELLS, ascii)
            name = left(f"{number:>2} {clean(rule.rule)}", max(20, width - _CELLS - 12))
            out.append(((name, "bold"), (f"{drawn} ", "sky"), (f"noise {rule.score:>3}", "")))
            for said in (f"{_whose(rule)}: {evidence(rule)}", f"→ {suggestion(rule)}"):
                out += [((f"   {line}", "muted"),) for line in wrap(clean(said), max(20, width - 3))]
    return out


def text(found: Signal, weeks: Sequence[str], now: Ms, width: int = 100, ascii: bool = False) -> str:
    """The lines as plain text."""
    return "".join("".join(part for part, _ in line).rstrip() + "\n" for line in lines(found, weeks, now, width, ascii))


def data(found: Signal, weeks: Sequence[str]) -> dict[str, Any]:
    """Everything that the report says, for JSON; spans in whole seconds."""
    return {
        "weeks": list(weeks),
        "fired": found.fired,
        "incidents": found.incidents,
        "led_to_an_incident": found.led,
        "dismissed": found.dismissed,
        "flaps": found.flaps,
        "silenced": found.silenced,
        "counted_in_storms": found.counted,
        "median_until_reacted_s": _seconds(found.median),
        "reacted": found.answers,
        "rules": [_rule(rule) for rule in found.rules],
        "mend": [rule.rule for rule in found.worst],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "rule": rule.rule,
        "source": rule.source,
        "services": list(rule.services),
        "alerts": rule.alerts,
        "fired": rule.fired,
        "incidents": rule.incidents,
        "led_to_an_incident": rule.led,
        "dismissed": rule.dismissed,
        "flaps": rule.flaps,
        "silenced": rule.silenced,
        "median_until_reacted_s": _seconds(rule.median),
        "reacted": len(rule.answers),
        "noise": rule.score,
        "evidence": evidence(rule),
        "suggestion": suggestion(rule) if rule.weight else None,
    }


def _seconds(span: Ms | None) -> int | None:
    return None if span is None else span // 1000


def head(found: Signal) -> list[str]:
    """What it comes to, in a few sentences without their full stops."""
    fired, rules = many(found.fired, "firing"), many(len(found.rules), "rule")
    said = [f"{fired} of {rules}; {found.led} belonged to {many(found.incidents, 'incident')}"]
    thrown = sum(found.dismissed.values())
    why = ", ".join(f"{count} {reason}" for reason, count in found.dismissed.items())
    said.append(
        f"{thrown} dismissed" + (f" ({why})" if why else "") + f", {found.flaps} flaps, {found.silenced} silenced"
    )
    if found.median is not None:
        said.append(f"somebody reacted after {spell(found.median)} (median, n = {found.answers})")
    if found.counted:
        said.append(f"{found.counted} more in storms were counted only, and are in no other number")
    return said


def _numbers(rule: Rule) -> list[str]:
    median = f"{spell(rule.median)} ({len(rule.answers)})" if rule.median is not None else "–"
    return [str(rule.incidents), str(rule.thrown), str(rule.flaps), str(rule.silenced), median]


def _table_head(width: int) -> str:
    return left("rule", _name_cells(width)) + "".join(right(each, 7) for each in _HEADS)


def _row(rule: Rule, width: int) -> Line:
    median = spell(rule.median) if rule.median is not None else "–"
    numbers = (rule.fired, rule.incidents, rule.thrown, rule.flaps, rule.silenced, median, rule.score)
    return ((left(clean(rule.rule), _name_cells(width)), ""), ("".join(right(str(n), 7) for n in numbers), ""))


def _name_cells(width: int) -> int:
    return max(16, width - 7 * len(_HEADS))


def _mend(found: Signal) -> str:
    many = len(found.worst)
    return "The rule to mend" if many == 1 else f"The {many} rules to mend"


def _whose(rule: Rule) -> str:
    services = f", {', '.join(rule.services[:3])}" + (" …" if len(rule.services) > 3 else "") if rule.services else ""
    return f"({rule.source}{services})"


def when(weeks: Sequence[str]) -> str:
    """`2026-W48`, `2026-W47 to 2026-W48`."""
    if not weeks:
        return "no week"
    first, last = min(weeks), max(weeks)
    return first if first == last else f"{first} to {last}"


def _span(weeks: Sequence[str], now: Ms) -> tuple[Ms, Ms]:
    since = begins(min(weeks)) if weeks else begins(week_of(now))
    return since, (begins(max(weeks)) if weeks else since) + 7 * DAY


def _upper(said: str) -> str:
    return said[:1].upper() + said[1:]
