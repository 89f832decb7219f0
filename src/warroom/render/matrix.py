"""The whole escalation plan to print and pin up: for every severity who is called at which minute, with numbers.

This is the Markdown; what people wrote is literal text in it. `matrix_html` draws the same sheets.
"""

from collections.abc import Iterable, Sequence

import msgspec

from ..core.events import PolicyAttached, Target
from ..core.plan import CALLS, Line
from ..core.run import on_duty
from ..core.text import clean
from ..core.values import Ms
from ..core.zone import Zone, utc
from . import plan_words as words
from .markdown import literal
from .times import moment

Severity = tuple[str, str, PolicyAttached | None, tuple[Line, ...]]  # id, name, what it starts with, its plan


class Sheet(msgspec.Struct, frozen=True):
    """One plan and the severities, as (`SEV1`, `Critical`), that have it; `policy` None: they call nobody."""

    severities: tuple[tuple[str, str], ...]
    policy: PolicyAttached | None
    lines: tuple[Line, ...]

    @property
    def title(self) -> str:
        return ", ".join(id for id, _ in self.severities)


def sheets(severities: Iterable[Severity]) -> list[Sheet]:
    """A sheet for each plan, those severities together that have the same."""
    found: list[Sheet] = []
    for id, name, policy, lines in severities:
        for n, sheet in enumerate(found):
            if (sheet.policy, sheet.lines) == (policy, lines):
                found[n] = msgspec.structs.replace(sheet, severities=(*sheet.severities, (id, name)))
                break
        else:
            found.append(Sheet(((id, name),), policy, lines))
    return found


def markdown(found: Sequence[Sheet], at: Ms, fallback: Sequence[str] = (), zone: Zone = utc) -> str:
    """All sheets as one Markdown text; on-call as it is at `at` (UTC ms)."""
    out = ["# Who is called", "", f"As of {moment(at, 0, zone)}. On-call changes after that.", ""]
    out += ["| severity | meaning | escalation policy | first called | ring |", "|---|---|---|---|---|"]
    for sheet in found:
        first = next((line for line in sheet.lines if line.state == CALLS), None)
        who = first.who[0] if first and first.who else None
        cells = (sheet.policy.title or sheet.policy.policy) if sheet.policy else "none: nobody is called"
        for id, name in sheet.severities:
            out.append(_row(id, name, cells, words.name(who) if who else "", words.number(who) if who else ""))
    for sheet in found:
        if sheet.policy:
            out += ["", *_sheet(sheet, sheet.policy, at, fallback, zone)]
    return "\n".join(out) + "\n"


def _row(*cells: str) -> str:
    return f"| {' | '.join(literal(cell) for cell in cells)} |"


def _sheet(sheet: Sheet, policy: PolicyAttached, at: Ms, fallback: Sequence[str], zone: Zone) -> list[str]:
    out = [f"## {literal(sheet.title)}: {literal(policy.title or policy.policy)}", "", literal(words.terms(policy)), ""]
    if standing := words.standing(policy):
        out += [f"**{literal(standing)}**", ""]
    out += ["| minute | level | who | ring | page by | backup |", "|--:|---|---|---|---|---|"]
    for line in words.first_round(sheet.lines):
        who = "; ".join(words.name(target) for target in line.who) or words.nobody(line)
        if line.trigger:
            who += f" (trigger {line.trigger})"
        ring = "; ".join(words.number(target) for target in line.who)
        backup = "; ".join(f"{words.name(target)}, {words.number(target)}" for target in line.backup)
        out.append(_row(str(line.minute), words.level(line), who, ring, ", ".join(line.ways), backup))
    out += ["", *_chart(sheet, policy), ""]
    if policy.fallback:
        out += [f"**If nobody answers at all:** {literal(policy.fallback)}", ""]
    if fallback:
        out += [f"**When somebody's own ways fail:** {literal(', '.join(fallback))}", ""]
    out += [f"- **{literal(name)}** {literal(said)}" for name, said in words.quiet(policy, zone)]
    severity = sheet.severities[0][0]
    for trigger in policy.triggers:
        when = words.fires(trigger, severity)
        said = f"{words.condition(trigger.when)}: {words.effect(trigger)}" + (f"; {when}" if when else "")
        out.append(f"- Trigger **{literal(trigger.id)}**, {literal(said)}. {literal(trigger.why)}".rstrip())
    for each in policy.specialists:
        people = "; then ".join(_how(on_duty(target, at)) for target in each.targets)
        out.append(f"- For **{literal(each.topic)}** {literal(people)}")
    for ref, turn in words.turns(policy).items():
        out.append(f"- On call, **{literal(ref.partition(':')[2])}**: {literal(words.on_call(turn, at, zone))}")
    return out


def _how(target: Target) -> str:
    return f"{words.name(target)}, {words.number(target)}"


def _chart(sheet: Sheet, policy: PolicyAttached) -> list[str]:
    """The plan as a flow chart of characters; the fence needs nothing escaped but its own mark."""
    out, before = ["```text", f"{sheet.title} declared"], 0
    for line in words.in_turn(sheet.lines):
        gap = line.after - before
        if line.trigger:
            wait = f"trigger {line.trigger}, minute {line.minute}"
        elif gap:
            wait = f"no answer for {words.span(gap)}, minute {line.minute}"
        else:
            wait = "at once"
        out += [f"   │  {wait}", "   ▼", _box(line)]
        out += [f"   ├─ no ─▶ {_how(target)}" for target in line.backup]
        before = line.after
    if after := words.afterwards(sheet.lines):
        out += ["   │", f"   ▼  {after}"]
    if policy.fallback:
        out += ["   │  nobody answers at all", "   ▼", f"[ {policy.fallback} ]"]
    return [out[0], *map(_plain, out[1:]), "```"]


def _box(line: Line) -> str:
    who = "; ".join(_how(target) for target in line.who) or words.nobody(line)
    return f"[ {words.level(line)} ]  {who}"


def _plain(text: str) -> str:
    return clean(text).replace("`", "'")
