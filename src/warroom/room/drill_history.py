"""What was practised here: every drill of the folder, who had which role, and what to practise next."""

from collections.abc import Iterable, Sequence

import msgspec

from ..core.drill import clock
from ..core.drill.report import bands, people_of, roles_taken
from ..core.drill.seeded import pick
from ..core.events import DrillShared, DrillStarted
from ..core.incident import Incident
from ..core.values import DAY, Ms, handle, is_drill
from ..store import folder
from ..store.errors import StoreError
from .desk import Desk

LONG_AGO = 21 * DAY  # after so long without one, ten minutes are offered
RECENT = 45 * DAY  # an incident no older than this is worth a replay
ROLES = ("commander", "scribe")


class Practised(msgspec.Struct, frozen=True, eq=False):
    """One drill. `at` is when it began by the wall's clock (UTC ms)."""

    id: str
    handle: str
    path: str
    scenario: str
    title: str
    level: str
    trains: tuple[str, ...]
    seed: int
    who: str
    at: Ms
    ended: bool
    headless: bool
    shared: bool
    roles: tuple[tuple[str, str], ...]  # (role, who)
    people: tuple[str, ...]
    state: Incident


def history(desk: Desk) -> list[Practised]:
    """Every drill with a scenario in this folder, the latest first. What cannot be read is left out."""
    entries = folder.entries(desk.folder)
    ids = [entry.inc for entry in entries]
    found = []
    for entry in entries:
        if not is_drill(entry.inc):
            continue
        try:
            state = desk.state(entry.path)
        except StoreError:
            continue
        if each := practised(state, entry.path, ids):
            found.append(each)
    return sorted(found, key=lambda each: -each.at)


def practised(state: Incident, path: str, ids: list[str]) -> Practised | None:
    """What this drill was; None where it has no scenario."""
    event = clock.started(state)
    if event is None or not isinstance(event.body, DrillStarted):
        return None
    body, played = event.body, event.body.scenario
    shared = state.value((DrillShared.type,))
    return Practised(
        id=state.id,
        handle=handle(state.id, ids),
        path=path,
        scenario=played.id,
        title=played.title,
        level=played.level,
        trains=played.trains,
        seed=body.seed,
        who=body.who or event.by.name,
        at=event.at.t,
        ended=clock.ended(state) is not None,
        headless=body.headless,
        shared=isinstance(shared, DrillShared) and shared.shared,
        roles=tuple((row["role"], row["who"]) for row in roles_taken(state)),
        people=tuple(sorted(people_of(state))),
        state=state,
    )


def mine(found: Iterable[Practised], me: str) -> list[Practised]:
    """One's own finished runs with a screen: what a report compares with, and what counts as practice."""
    return [each for each in found if each.ended and not each.headless and each.who.casefold() == me.casefold()]


def may_see(each: Practised, me: str) -> bool:
    """Whether this person may see the report: their own, or one that was shared."""
    return each.shared or each.headless or each.who.casefold() == me.casefold()


def earlier(found: Iterable[Practised], state: Incident, now: Ms, me: str) -> list[dict[str, object]]:
    """One's own earlier runs of the same scenario, with their bands."""
    this = practised(state, "", [])
    if this is None or this.headless:
        return []
    return [
        {"at": each.at, "seed": each.seed, "bands": bands(each.state, now)}
        for each in mine(found, me)
        if each.scenario == this.scenario and each.id != this.id and each.at < this.at
    ]


class Spun(msgspec.Struct, frozen=True):
    """What the wheel chose, and why."""

    id: str
    why: str


class Choice(msgspec.Struct, frozen=True):
    """A scenario as the wheel sees it."""

    id: str
    level: str
    trains: tuple[str, ...]


def wheel(scenarios: Sequence[Choice], found: Iterable[Practised], now: Ms, seed: int, level: str = "") -> Spun | None:
    """A scenario of this level that trains what was trained least lately; None where there is none of it."""
    fitting = [each for each in scenarios if (each.level == level if level else each.level != "first")]
    if not fitting:
        return None
    last_trained: dict[str, Ms] = {}
    last_played: dict[str, Ms] = {}
    for each in found:
        if each.ended and not each.headless:
            last_played[each.scenario] = max(last_played.get(each.scenario, 0), each.at)
            for topic in each.trains:
                last_trained[topic] = max(last_trained.get(topic, 0), each.at)

    def when(each: Choice) -> tuple[Ms, Ms]:
        return min(last_trained.get(topic, 0) for topic in each.trains), last_played.get(each.id, 0)

    first = min(when(each) for each in fitting)
    among = sorted((each for each in fitting if when(each) == first), key=lambda each: each.id)
    chosen = among[pick(seed, "wheel", len(among))]
    topic = min(chosen.trains, key=lambda name: (last_trained.get(name, 0), name))
    at = last_trained.get(topic, 0)
    why = f"“{topic}” was last trained {(now - at) // DAY} days ago" if at else f"“{topic}” was never trained here"
    return Spun(chosen.id, why)


def never(found: Iterable[Practised], people: Iterable[str]) -> dict[str, list[str]]:
    """Who of these people, and of all who ever took part, has never had which role in a drill."""
    took: dict[str, set[str]] = {role: set() for role in ROLES}
    known: dict[str, str] = {name.casefold(): name for name in people}
    for each in found:
        if each.headless:
            continue
        for name in each.people:
            known.setdefault(name.casefold(), name)
        for role, who in each.roles:
            known.setdefault(who.casefold(), who)
            took.setdefault(role, set()).add(who.casefold())
    return {role: sorted(name for folded, name in known.items() if folded not in took[role]) for role in ROLES}


def is_long_ago(found: Iterable[Practised], me: str, now: Ms) -> bool:
    """Whether this person has not practised for so long that ten minutes are worth offering."""
    return all(now - each.at > LONG_AGO for each in mine(found, me))
