"""What is wrong with a policy that is well formed: who would not be called, or not be reached. Each with its place."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from warroom.core.duration import spell
from warroom.core.events import PolicyAttached, Shift, Target
from warroom.core.plan import ends, plan
from warroom.core.run import MOST_ROUNDS, on_duty, people, quiet_at
from warroom.core.text import clean
from warroom.core.values import DAY, Ms
from warroom.core.zone import civil

from .channels import Channels
from .people_forms import ONCALL
from .policy_forms import Policy
from .problem import Fault, shown
from .tested import Tried

Person = Target | Shift
_MOST_MOMENTS = 60
_NO_OWNER = ("", "nobody", "nobody yet", "none", "tbd", "todo")


def faults(
    source: Policy, made: PolicyAttached, channels: Channels, tried: Mapping[str, Tried], now: Ms
) -> Iterator[Fault]:
    """Everything that is worth a sentence about `source`, which came into force as `made` at `now` (UTC ms)."""
    if source.owner.strip().casefold() in _NO_OWNER:
        yield Fault("owner", "nobody is named who keeps this policy true: say owner = NAME")
    yield from _empty(made)
    yield from _without_backup(made)
    yield from _unreachable(made, channels)
    yield from _twice(made, now)
    yield from _one_channel(made, channels)
    yield from _untested(made, channels, tried)
    yield from _too_long(source, made, now)
    yield from _never(source, made)
    yield from _all_quiet(made)


def _empty(made: PolicyAttached) -> Iterator[Fault]:
    for n, level in enumerate(made.levels, 1):
        if not people(level):
            yield Fault(f"level[{n}]", "is empty: nobody is in it, and it is skipped")
        elif not level.notify:
            yield Fault(f"level[{n}].notify", "is empty: its backup is called first, and has no backup itself")
    if not any(people(level) for level in made.levels):
        yield Fault("level", "all levels are empty: nobody is ever called")


def _without_backup(made: PolicyAttached) -> Iterator[Fault]:
    for n, level in enumerate(made.levels, 1):
        if len(level.notify) == 1 and not level.backup:
            yield Fault(f"level[{n}]", f"has no backup for the moment when {_name(level.notify[0])} says no")


def persons(target: Target) -> tuple[Person, ...]:
    """Everybody whom this target can turn out to be in the days that are known."""
    return target.shifts or (target,)


def _unreachable(made: PolicyAttached, channels: Channels) -> Iterator[Fault]:
    for at, targets in _places(made):
        real = [target for target in targets if not target.example]
        deaf = {_name(each): each for target in real for each in persons(target) if not _ways(each, channels)}
        if real and all(not _ways(each, channels) for target in real for each in persons(target)):
            yield Fault(at, f"nobody in it ({_listed(deaf)}) has a way to be reached: {_no_way(tuple(deaf.values()))}")
        else:
            for name, each in deaf.items():
                yield Fault(at, f"{name} has no way to be reached: {_no_way((each,))}")


def _ways(person: Person, channels: Channels) -> set[str]:
    return {way[0] for reach in person.reach if (way := channels.way(reach))}


def _no_way(those: tuple[Person, ...]) -> str:
    named = {reach for each in those for reach in each.reach}
    if named:
        return f"channels.toml has no {_listed(named)}"
    file = "oncall.toml" if all(each.ref.startswith(ONCALL) for each in those) else "contacts.toml"
    return f"`reach` is empty in {file}"


def _twice(made: PolicyAttached, now: Ms) -> Iterator[Fault]:
    """One person twice in a row, whether everybody says no, or nobody says anything."""
    said: set[tuple[str, str]] = set()
    before: tuple[str, tuple[Target, ...]] | None = None
    first: tuple[str, tuple[Target, ...]] | None = None
    for n, level in enumerate(made.levels, 1):
        if not people(level):
            continue
        at, label = f"level[{n}]", f"level {n}"
        called = level.notify or level.backup[:1]
        rest = level.backup if level.notify else level.backup[1:]
        stages = [(label, called), *((f"the backup of {label}", (target,)) for target in rest)]
        for number, target in enumerate(level.notify):
            if shared := _shared((target,), level.notify[number + 1 :], now):
                yield Fault(at, f"{shared} is called twice at the same time")
        pairs = [(before, stages[0])] if before else []
        pairs += [(first, stages[0])] if first else []
        pairs += list(pairwise(stages))
        for one, other in pairs:
            if (one[0], other[0]) not in said and (shared := _shared(one[1], other[1], now)):
                said.add((one[0], other[0]))
                yield Fault(at, f"{shared} is called twice in a row: by {one[0]}, and then by {other[0]}")
        before, first = stages[-1], stages[0]


def _shared(ones: tuple[Target, ...], others: tuple[Target, ...], now: Ms) -> str:
    """Who is the same person in both at some moment; empty: nobody is."""
    moments = {now} | {shift.start for target in (*ones, *others) for shift in target.shifts if shift.start > now}
    for at in sorted(moments)[:_MOST_MOMENTS]:
        for one in ones:
            for other in others:
                person, same = on_duty(one, at), on_duty(other, at)
                if _marks(person) & _marks(same):
                    return _name(person) + (f" (from {_moment(at)} on)" if at > now else "")
    return ""


def _moment(at: Ms) -> str:
    when = civil(at)
    return f"{when.year}-{when.month:02}-{when.day:02} {when.hour:02}:{when.minute:02} UTC"


def _marks(person: Person) -> set[str]:
    """What tells that two are one: the reference, the name, the number."""
    digits = "".join(char for char in person.phone if char.isdecimal())
    return {person.ref, f"={person.name.casefold()}", *([f"#{digits}"] if len(digits) >= 6 else [])}


def _used(made: PolicyAttached, channels: Channels) -> dict[str, str]:
    """The channels that anybody is reached by, each with the first place where it is."""
    found: dict[str, str] = {}
    for at, targets in _places(made):
        for target in targets:
            for name in () if target.example else {way for each in persons(target) for way in _ways(each, channels)}:
                found.setdefault(name, at)
    return found


def _places(made: PolicyAttached) -> list[tuple[str, tuple[Target, ...]]]:
    """Everywhere in the file where somebody is called."""
    places = [(f"level[{n}]", (*level.notify, *level.backup)) for n, level in enumerate(made.levels, 1)]
    return places + [(f"specialist[{n}]", each.targets) for n, each in enumerate(made.specialists, 1)]


def _one_channel(made: PolicyAttached, channels: Channels) -> Iterator[Fault]:
    used = _used(made, channels)
    spare = {way[0] for reach in channels.fallback if (way := channels.way(reach))}
    if len(used) == 1 and not spare - set(used):
        name = shown(clean(next(iter(used))))
        yield Fault("level", f"one channel for everything: when “{name}” is down, nobody is reached")


def _untested(made: PolicyAttached, channels: Channels, tried: Mapping[str, Tried]) -> Iterator[Fault]:
    for name, at in sorted(_used(made, channels).items()):
        last = tried.get(name)
        if last is None:
            yield Fault(at, f"channel “{shown(name)}” was never tested: `warroom doctor` tries it")
        elif not last.ok:
            yield Fault(at, f"channel “{shown(name)}” failed when it was last tested: {shown(last.says)}".rstrip(": "))


def _too_long(source: Policy, made: PolicyAttached, now: Ms) -> Iterator[Fault]:
    key = "repeat" if source.loops is None else "loops"
    if source.rounds > MOST_ROUNDS:
        yield Fault(key, f"{shown(str(source.rounds))} times is a loop without end; it stops after {MOST_ROUNDS}")
    for n, level in enumerate(made.levels, 1):
        if level.after >= DAY:
            yield Fault(f"level[{n}].after", f"is never reached in practice: nobody waits {spell(level.after)} for it")
    lasts = ends(plan(made, now))
    if lasts > DAY and all(level.after < DAY for level in made.levels):
        yield Fault(key, f"is a loop without end in practice: it calls people for {spell(lasts)} in all")


def _never(source: Policy, made: PolicyAttached) -> Iterator[Fault]:
    if not made.waits:
        return
    starts = [trigger.level for trigger in made.triggers if 1 <= trigger.level <= len(made.levels)]
    if not starts:
        yield Fault("starts", "it waits for a trigger, and none of them starts it or jumps: it calls nobody by itself")
    elif source.rounds == 0:
        for n in range(1, min(starts)):
            yield Fault(
                f"level[{n}]", f"is never reached: every trigger jumps past it, to level {min(starts)} or higher"
            )


def _all_quiet(made: PolicyAttached) -> Iterator[Fault]:
    there = [level for level in made.levels if people(level)]
    if not there or any(not level.quiet for level in there):
        return
    for at in sorted(start for level in there for start, _ in level.quiet):
        if all(quiet_at(level, at) for level in there):
            yield Fault("level", f"all levels are quiet at once, as at {_moment(at)}: the first is called all the same")
            return


def _name(person: Person) -> str:
    return shown(clean(person.name or person.ref))


def _listed(names: "set[str] | dict[str, Person]") -> str:
    words = sorted(shown(clean(name)) for name in names)
    return ", ".join(words[:4]) + (" …" if len(words) > 4 else "")
