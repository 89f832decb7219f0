"""An escalation policy as it comes into force: its people resolved, and whether a channel reaches any of them."""

from collections.abc import Iterator, Mapping
from hashlib import sha256

import msgspec
from msgspec.structs import replace

from warroom.core.events import PolicyAttached, Target

from . import facts
from .channels import Channels
from .oncall import DAYS, Roster
from .people_forms import CONTACT, ONCALL
from .policy_forms import Policy
from .problem import Fault
from .tested import Tried


def attach(source: Policy, roster: Roster, channels: Channels, tried: Mapping[str, Tried]) -> PolicyAttached:
    """The fact that puts this policy in force, with as many of the coming days as one fact holds."""
    used = ways(source, roster, channels)
    made = PolicyAttached(policy=source.id, levels=())
    for days in (DAYS, 7, 3, 1, 0):
        made = facts.policy(source, replace(roster, days=days, seen={}))
        try:
            facts.fits(made)
            break
        except Fault:
            continue
    return replace(
        made,
        reachable=bool(used),
        tested=any(name in tried and tried[name].ok for name in used),
        version=version(source, roster),
    )


def ways(source: Policy, roster: Roster, channels: Channels) -> set[str]:
    """The channels that reach somebody under this policy who is no example."""
    found = set()
    for target in targets(source, roster):
        if not target.example:
            own = (*target.reach, *(way for shift in target.shifts for way in shift.reach))
            for reach in (*own, *channels.fallback):
                if way := channels.way(reach):
                    found.add(way[0])
    return found


def targets(source: Policy, roster: Roster) -> Iterator[Target]:
    """Everybody that the policy may call, specialists too."""
    for ref in refs(source):
        yield roster.target(ref)


def refs(source: Policy) -> tuple[str, ...]:
    """Every `contact:NAME` and `oncall:NAME` in the policy, once."""
    lists = [(*level.notify, *level.backup) for level in source.level]
    lists += [(*each.notify, *each.backup) for each in source.specialist]
    return tuple(dict.fromkeys(ref for each in lists for ref in each))


def version(source: Policy, roster: Roster) -> str:
    """A short digest of what the files say about this policy: the same at any time, another after any edit."""
    turns = {ref: roster.oncall.get(ref.removeprefix(ONCALL)) for ref in refs(source) if ref.startswith(ONCALL)}
    people = set(refs(source)) - set(turns)
    people |= {ref for form in turns.values() if form for ref in (*form.people, *(each.who for each in form.overrides))}
    called = {ref: roster.contacts.get(ref.removeprefix(CONTACT)) for ref in people}
    said = _bare(msgspec.to_builtins((source, turns, called), enc_hook=int))
    return sha256(msgspec.json.encode(said, order="sorted")).hexdigest()[:12]


def _bare(value: object) -> object:
    """Without what stands for nothing, so that a form that learns a new key does not change every version."""
    if isinstance(value, dict):
        kept = {key: _bare(each) for key, each in value.items()}
        return {key: each for key, each in kept.items() if (isinstance(each, int) and each is not False) or each}
    if isinstance(value, list | tuple):
        return [_bare(each) for each in value]
    return value
