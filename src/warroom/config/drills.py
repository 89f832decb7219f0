"""Scenarios: which there are, one read with the choices of a seed made, and every mistake in a file.

A file is data, bounded in every direction: nothing in it runs, names a path or grows beyond what one fact holds.
"""

import os
import re
from collections.abc import Iterator
from os.path import isfile, join
from typing import Any

import msgspec

from warroom.core.acts.lifecycle import Declare
from warroom.core.drill import clock
from warroom.core.drill.memory import begin
from warroom.core.drill.seeded import pick
from warroom.core.events import (
    CadenceAttached,
    ChecklistAttached,
    DrillStarted,
    Expectation,
    Inject,
    Level,
    Person,
    PolicyAttached,
    Reply,
    RolesAttached,
    Scenario,
    ScenarioLine,
    Specialist,
    Target,
    Value,
)
from warroom.core.incident import Incident
from warroom.core.values import SECOND, Ms, Refused

from . import facts, toml
from .drill_faults import faults
from .drill_forms import Drill, FileExpectation, FileInject, FilePerson, span_range
from .load import Library
from .oncall import is_name
from .opening import opening
from .problem import Fault, Problem, shown
from .settings import Settings

POLICY = "drill"
_BRACES = re.compile(r"\{([^{}]*)\}")
_SEEDS = 16  # that a check plays through


class Listed(msgspec.Struct, frozen=True):
    """One scenario as a list shows it; `own`: it is the person's own file."""

    id: str
    title: str
    level: str
    minutes: int
    trains: tuple[str, ...]
    about: str = ""
    own: bool = False
    file: str = ""


class Played(msgspec.Struct, frozen=True):
    """A scenario with the choices of its seed made, and the escalation policy of its world."""

    scenario: Scenario
    policy: PolicyAttached | None


def files(library: Library) -> dict[str, str]:
    """Every scenario's file by its id, one's own in place of a shipped one of the same name."""
    found: dict[str, str] = {}
    for folder in (join(library.data, "drills"), join(library.own, "drills") if library.own else ""):
        try:
            names = sorted(os.listdir(folder)) if folder else []
        except OSError:
            names = []
        for name in names:
            id = name.removesuffix(".toml")
            if name.endswith(".toml") and is_name(id) and isfile(join(folder, name)):
                found[id] = join(folder, name)
    return found


def listed(library: Library) -> tuple[list[Listed], list[Problem]]:
    """Every scenario that can be played, the easiest first; and what is wrong with the others."""
    out, problems = [], []
    for id, file in files(library).items():
        try:
            tree, text = toml.read(file)
            drill = _form(tree, 0, text)
            own = not file.startswith(library.data)
            out.append(Listed(id, drill.title, drill.level, drill.minutes, drill.trains, drill.about, own, file))
        except Fault as fault:
            problems.append(Problem(file, fault.path, fault.reason, "It is not offered."))
    from .drill_forms import LEVELS

    return sorted(out, key=lambda each: (LEVELS.index(each.level), each.minutes, each.id)), problems


def load(library: Library, file: str, seed: int, variant: str = "") -> Played:
    """The scenario in this file with the choices of `seed`. Raises `Fault`, whose path says the line."""
    tree, text = toml.read(file)
    id = os.path.basename(file).removesuffix(".toml")
    return resolve(library, tree, text, id, seed, variant)


def resolve(library: Library, tree: dict[str, Any], text: str, id: str, seed: int, variant: str = "") -> Played:
    """The scenario that a file's tree says. Raises `Fault`."""
    drill = _form(tree, seed, text, variant)
    rules, playbooks, roles = library.drill_rules, library.playbooks, library.roles_by_id
    for wrong in faults(drill, rules, playbooks, roles):
        raise Fault(toml.place(wrong, text), wrong.reason)
    chosen = variant or _variant(tree, seed)
    made = _Maker(drill, id, seed, chosen, tuple(rules.values())).made()
    try:
        facts.fits(DrillStarted(made.scenario, seed))
    except Fault as fault:
        raise Fault("", fault.reason) from None
    return made


def check(library: Library, file: str) -> list[Problem]:
    """Every mistake in this file, whatever a seed chooses. Never raises."""
    try:
        tree, text = toml.read(file)
    except Fault as fault:
        return [Problem(file, fault.path, fault.reason)]
    found: dict[tuple[str, str], Problem] = {}
    variants = [each.get("id", "") for each in _rows(tree, "variant")] or [""]
    for seed in range(_SEEDS):
        for variant in variants if seed < 2 else ("",):
            for wrong in _all_faults(library, tree, text, seed, variant if isinstance(variant, str) else ""):
                found.setdefault((wrong.path, wrong.reason), Problem(file, wrong.path, wrong.reason))
    id = os.path.basename(file).removesuffix(".toml")
    if not found:
        try:
            resolve(library, tree, text, id, 0)
        except Fault as fault:
            found["", ""] = Problem(file, fault.path, fault.reason)
    return list(found.values())


def _all_faults(library: Library, tree: dict[str, Any], text: str, seed: int, variant: str) -> Iterator[Fault]:
    try:
        drill = toml.convert(_filled(tree, seed, variant), Drill)
    except Fault as fault:
        yield Fault(toml.place(fault, text), fault.reason)
        return
    own = list(drill.faults())
    for wrong in own or faults(drill, library.drill_rules, library.playbooks, library.roles_by_id):
        yield Fault(toml.place(wrong, text), wrong.reason)


def _form(tree: dict[str, Any], seed: int, text: str, variant: str = "") -> Drill:
    try:
        drill: Drill = toml.convert(_filled(tree, seed, variant), Drill)
        for wrong in drill.faults():
            raise wrong
    except Fault as fault:
        raise Fault(toml.place(fault, text), fault.reason) from None
    return drill


# ── what a seed chooses ──


def _rows(tree: dict[str, Any], key: str) -> list[dict[str, Any]]:
    rows = tree.get(key)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _variant(tree: dict[str, Any], seed: int) -> str:
    ids = [id for row in _rows(tree, "variant") if isinstance(id := row.get("id"), str)]
    return ids[pick(seed, "variant", len(ids))] if ids else ""


def _words(tree: dict[str, Any], seed: int, variant: str) -> dict[str, str]:
    """The word that each brace stands for."""
    words: dict[str, str] = {}
    given = tree.get("vars")
    for name, said in given.items() if isinstance(given, dict) else ():
        if isinstance(said, str):
            words[name] = said
        elif isinstance(said, list) and said and all(isinstance(each, str) for each in said):
            words[name] = said[pick(seed, f"vars.{name}", len(said))]
    chosen = variant or _variant(tree, seed)
    for row in _rows(tree, "variant"):
        own = row.get("vars")
        if row.get("id") == chosen and isinstance(own, dict):
            words |= {name: said for name, said in own.items() if isinstance(said, str)}
    if long := next((name for name, said in words.items() if len(said) > 100), ""):
        raise Fault(f"vars.{long}", "is longer than 100")
    return words


def _filled(tree: dict[str, Any], seed: int, variant: str) -> dict[str, Any]:
    words = _words(tree, seed, variant)

    def fill(value: Any, path: str) -> Any:
        if isinstance(value, str):
            return _BRACES.sub(lambda found: _word(found, path), value) if "{" in value else value
        if isinstance(value, dict):
            skipped = ("vars", "variant") if not path else ()
            return {k: v if k in skipped else fill(v, f"{path}.{k}".lstrip(".")) for k, v in value.items()}
        if isinstance(value, list):
            return [fill(each, f"{path}[{n}]") for n, each in enumerate(value, 1)]
        return value

    def _word(found: re.Match[str], path: str) -> str:
        if found[1] not in words:
            known = ", ".join(f"{{{name}}}" for name in words) or "none; [vars] says them"
            raise Fault(path, f"“{shown(found[0])}” stands for nothing; there are {known}")
        return words[found[1]]

    filled: dict[str, Any] = fill(tree, "")
    return filled


class _Maker:
    """A scenario's form → what stands on the log."""

    def __init__(self, drill: Drill, id: str, seed: int, variant: str, rules: tuple[FileExpectation, ...]) -> None:
        self.drill, self.id, self.seed, self.variant, self.rules = drill, drill.id or id, seed, variant, rules

    def made(self) -> Played:
        d = self.drill
        scenario = Scenario(
            id=self.id,
            title=d.title,
            level=d.level,
            length=d.minutes * 60_000,
            trains=d.trains,
            about=d.about,
            severity=d.severity,
            services=d.services,
            playbooks=d.playbooks,
            ends=d.ends,
            truth=d.truth,
            sources=d.sources,
            questions=d.questions,
            people=tuple(self._person(each) for each in d.person),
            roles=tuple((role, self._name(who)) for role, who in d.roles.items()),
            injects=tuple(self._inject(each) for each in d.inject if each.variant in ("", self.variant)),
            replies=tuple(
                Reply(
                    id=each.id or f"answer-{n}",
                    says=each.says,
                    who=each.who,
                    to=each.to,
                    to_poll=each.to_poll,
                    takes=self._span(each.takes, f"answer.{n}"),
                    when=each.when,
                    done=each.done,
                    once=each.once,
                    flags=each.also,
                )
                for n, each in enumerate(d.answer, 1)
                if each.variant in ("", self.variant)
            ),
            expectations=tuple(self._expectations()),
            variant=self.variant,
        )
        return Played(scenario, self._policy())

    def _span(self, text: str, what: str) -> int:
        least, most = span_range(text)
        return least + pick(self.seed, what, (most - least) // SECOND + 1) * SECOND

    def _name(self, who: str) -> str:
        return next((p.name for p in self.drill.person if p.id == who), who)

    def _person(self, each: FilePerson) -> Person:
        return Person(
            id=each.id,
            name=each.name,
            knows=each.knows,
            phone=each.phone,
            page=each.page,
            after=self._span(each.after, f"person.{each.id}.after"),
            task=each.task,
            otherwise=each.otherwise,
            takes=self._span(each.takes, f"person.{each.id}.takes"),
            accepts=each.accepts,
            observer=each.observer,
        )

    def _inject(self, each: FileInject) -> Inject:
        return Inject(
            id=each.id,
            kind=each.kind,
            at=None if each.at is None else int(each.at),
            after=each.after,
            delay=self._span(each.delay, f"inject.{each.id}"),
            when=each.when,
            unless=each.unless,
            who=each.who,
            text=each.text,
            lines=tuple(ScenarioLine(span_range(at)[0], self._name(who), said) for at, who, said in each.lines),
            wrong=each.wrong,
            tool=each.tool,
            lasts=int(each.lasts or 0),
            users=each.users,
            until=each.until,
            keys=each.keys,
            hint=each.hint or each.state,
        )

    def _expectations(self) -> Iterator[Expectation]:
        own = {each.id for each in self.drill.expect}
        for each in (*self.rules, *self.drill.expect):
            rule = each in self.rules
            if rule and (each.id in self.drill.skip or each.id in own):
                continue
            if each.variant not in ("", self.variant):
                continue
            spans = self.drill.rules.get(each.id) if rule else None
            by = int(spans.by if spans else each.by)
            late = spans.late if spans else each.late
            yield Expectation(
                id=each.id,
                what=each.what,
                check=each.check,
                measure=each.measure,
                since=each.since,
                by=by,
                late=int(late) if late is not None else by * 2,
                group=each.group,
                why=each.why,
                source=each.source,
                better=each.better,
                also=each.also,
                severities=each.severities,
            )

    def _policy(self) -> PolicyAttached | None:
        d = self.drill
        if not d.tier:
            return None
        return PolicyAttached(
            policy=POLICY,
            title="of this drill",
            levels=tuple(
                Level(
                    after=int(each.after),
                    name=each.name,
                    notify=tuple(map(self._target, each.notify)),
                    backup=tuple(map(self._target, each.backup)),
                )
                for each in d.tier
            ),
            specialists=tuple(
                Specialist(topic=each.topic, targets=tuple(map(self._target, each.notify))) for each in d.specialist
            ),
            tested=True,
            reachable=True,
            fallback="Ring by hand, and say so in the log.",
        )

    def _target(self, id: str) -> Target:
        person = next(p for p in self.drill.person if p.id == id)
        return Target(f"contact:{id}", person.name, phone=person.phone, reach=("simulated",))


def declaration(
    library: Library,
    settings: Settings,
    played: Played,
    seed: int,
    wall: Ms,
    *,
    who: str = "",
    headless: bool = False,
    script: tuple[str, ...] = (),
    before: str = "",
) -> Declare:
    """What declares the drill's incident: on one's own checklists, role cards and rhythms, with the world's policy.

    `wall`: what the wall's clock shows (UTC ms).
    """
    scenario = played.scenario
    known = library.playbooks
    books = [known[id] for id in scenario.playbooks if id in known]
    books = books or list(opening(library, settings, scenario.severity, scenario.services).playbooks)
    values = [library.roles(), library.cadence(), *(library.checklist(each) for each in books)]
    return begin(scenario, played.policy, seed, values, wall, who=who, headless=headless, script=script, before=before)


def again(state: Incident, wall: Ms, who: str) -> Declare:
    """The same drill from the start: what it was declared with, whatever the files say now. Raises `Refused`."""
    started = state.value((DrillStarted.type,))
    if not isinstance(started, DrillStarted):
        raise Refused("This is no drill with a scenario; there is nothing to repeat.")
    return begin(started.scenario, policy_of(state), started.seed, in_force(state), wall, who=who, before=state.id)


def policy_of(state: Incident) -> PolicyAttached | None:
    """The escalation policy of this drill's world."""
    policy = state.run.policy if state.run else None
    return policy if policy and policy.policy == POLICY else None


def in_force(state: Incident) -> list[Value]:
    """The role cards, rhythms and checklists that the drill began with."""
    start = clock.start_of(state)
    found = (event.body for event in state.facts if event.rec <= start)
    return [body for body in found if isinstance(body, RolesAttached | CadenceAttached | ChecklistAttached)]
