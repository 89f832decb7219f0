"""The words for an escalation plan, the same on a terminal, in Markdown and on paper. They are not cleaned here."""

from msgspec.structs import replace

from ..core.duration import spell
from ..core.events import PolicyAttached, Target, Trigger, When
from ..core.plan import CALLS, QUIET, Line, ends, fires_after, rounds
from ..core.run import MOST_ROUNDS, on_duty
from ..core.values import MINUTE, Ms
from ..core.zone import Zone
from .times import clock, moment

NOBODY = "PAGES NOBODY · ring by hand"


def span(ms: Ms) -> str:
    """A span without what is zero in it: `5m`, `1h`, `1h05m`."""
    said = spell(ms)
    for end in ("00s", "00m", "00h"):
        if said.endswith(end) and len(said) > 3 and not said[-4:-3].isdigit():
            said = said[: -len(end)]
    return said


def standing(policy: PolicyAttached) -> str:
    """What is wrong with how it reaches people, in a line; empty when a tested channel does."""
    if not policy.reachable:
        return f"{NOBODY}: no channel reaches anybody in it"
    return "" if policy.tested else "never tested: `warroom doctor` tries its channels"


def terms(policy: PolicyAttached) -> str:
    """Owner, start, rounds and how long an acknowledgement lasts, as sentences."""
    again = min(policy.repeat, MOST_ROUNDS)
    said = [f"Owner: {policy.owner or 'nobody'}."]
    if policy.waits:
        said.append("It calls nobody before a trigger or a person starts it.")
    said.append(f"After the last level all of them again, {_times(again)}." if again else "The levels run once.")
    said.append(f"An acknowledgement lasts {span(policy.ack_expires)} without a sign of that person.")
    return " ".join(said)


def _times(n: int) -> str:
    return "once" if n == 1 else f"{n} times"


def first_round(lines: tuple[Line, ...]) -> list[Line]:
    """Every level's first turn, and whatever a trigger does: what comes again is said by `afterwards`."""
    return [line for line in lines if line.round == 0 or line.trigger]


def afterwards(lines: tuple[Line, ...]) -> str:
    """What follows the first round, in a sentence; empty when nothing does."""
    more = rounds(lines) - 1
    if not more:
        return ""
    return f"If nobody answers, all of this again, {_times(more)}; the last call is at minute {ends(lines) // MINUTE}."


def in_turn(lines: tuple[Line, ...]) -> list[Line]:
    """The first round without the specialists, who are called beside the levels and not between them."""
    return [line for line in first_round(lines) if line.level]


def always(policy: PolicyAttached) -> PolicyAttached:
    """The policy as it is outside of all quiet hours: what is pinned up holds at any hour."""
    return replace(policy, levels=tuple(replace(each, quiet=()) for each in policy.levels))


def quiet(policy: PolicyAttached, zone: Zone) -> list[tuple[str, str]]:
    """Every level that has quiet hours, and the next of them."""
    out = []
    for n, each in enumerate(policy.levels, 1):
        if each.quiet:
            start, end = each.quiet[0]
            hours = f"{clock(start, zone)} to {clock(end, zone)} {zone(end)[1]}"
            out.append((f"L{n} {each.name}".rstrip(), f"is passed over from {hours}"))
    return out


def level(line: Line) -> str:
    """`L2 database`; for a specialist the topic."""
    return line.topic if line.level == 0 else f"L{line.level} {line.name}".rstrip()


def nobody(line: Line) -> str:
    """Why nobody is called here; empty when somebody is."""
    if line.state == CALLS:
        return ""
    return "quiet hours: passed over" if line.state == QUIET else "nobody is in it: skipped"


def number(target: Target) -> str:
    """What to ring."""
    return target.phone or "no number"


def name(target: Target) -> str:
    """Who it is; an example says so, since it reaches nobody."""
    return target.name + (" (example)" if target.example else "")


def by(target: Target) -> str:
    """The ways a page goes, best first."""
    return ", ".join(target.reach) or "no way"


def condition(when: When) -> str:
    """What a trigger waits for: all of it has to be so."""
    parts = [" or ".join(when.severity)] if when.severity else []
    if when.elapsed is not None:
        parts.append(f"{span(when.elapsed)} since the declaration")
    phase = " or ".join(when.phase) or "any one phase"
    if when.in_phase is not None:
        parts.append(f"{span(when.in_phase)} in {phase}")
    elif when.phase:
        parts.append(f"while {phase}")
    if when.users is not None:
        parts.append(f"{when.users} users or more")
    if when.services is not None:
        parts.append(f"{when.services} services or more")
    if when.alone is not None:
        parts.append(f"{span(when.alone)} with only one person there")
    if when.unacknowledged is not None:
        parts.append(f"{span(when.unacknowledged)} and nobody has it")
    if when.missing:
        parts.append(f"no {when.missing}" + (f" for {span(when.missing_for)}" if when.missing_for else ""))
    if when.silence is not None:
        parts.append(f"{span(when.silence)} of silence")
    return ", ".join(parts)


def effect(trigger: Trigger) -> str:
    """What a trigger does."""
    parts = [f"calls level {trigger.level}"] if trigger.level else []
    parts += [f"calls the specialists for {trigger.topic}"] if trigger.topic else []
    return " and ".join(parts) or "does nothing"


def fires(trigger: Trigger, severity: str) -> str:
    """At which minute time alone brings it about; empty when it does not."""
    after = fires_after(trigger, severity)
    return "" if after is None else f"at minute {after // MINUTE}, if nothing is done"


def turns(policy: PolicyAttached) -> dict[str, Target]:
    """Everybody who is a turn rather than a person, by reference."""
    targets = [target for level in policy.levels for target in (*level.notify, *level.backup)]
    targets += [target for each in policy.specialists for target in each.targets]
    return {each.ref: each for each in targets if each.ref.startswith("oncall:")}


def on_call(turn: Target, at: Ms, zone: Zone) -> str:
    """Who has this turn, until when, who is next; and how old the answer of a far schedule is."""
    if not turn.shifts:
        said = "nobody is known to have it" + (": its schedule was never asked" if turn.asked is None else "")
    else:
        later = [shift for shift in turn.shifts if shift.start > at]
        said = on_duty(turn, at).name
        if later:
            said += f" until {moment(later[0].start, at, zone)}, then {later[0].name}"
    age = "" if turn.asked is None else f" (asked {span(max(0, at - turn.asked))} ago)"
    return said + age
