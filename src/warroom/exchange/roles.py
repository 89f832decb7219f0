"""Who took part in an incident, under every name that the log has for them, and what each is called outside.

One person may stand on the log as a contact's id, by their full name, by a login, in capitals: all of it is one person.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from unicodedata import normalize

import msgspec

from ..core import events as ev
from ..core.events import Event
from ..core.incident import Incident
from ..core.values import SIMULATED

SOMEBODY = "somebody"
HOST = "‹a host›"
_NAMED = ("who", "owner", "heard_by", "offered_to", "declined_by")
# Names, logins and hosts that are words of the trade: in a text they mean no person.
COMMON = frozenset(
    (
        *("root", "admin", "administrator", "user", "guest", "login", "operator", "service", "system", "nobody"),
        *("ubuntu", "debian", "centos", "ec2-user", "pi", "vagrant", "www-data", "postgres", "mysql", "redis", "nginx"),
        *("app", "web", "api", "db", "dba", "ops", "sre", "dev", "oncall", "on-call", "lead", "manager", "primary"),
        *("backup", "secondary", "vendor", "support", "security", "network", "deploy", "deployer", "build", "runner"),
        *("ci", "jenkins", "git", "bastion", "jump", "host", "localhost", "server", "laptop", "desktop", "warroom"),
        *("watch", "pager", "bot", "test"),
    )
)
# “watch” is the process that pages.
_NOT_A_PERSON = frozenset(("nobody", SOMEBODY, "everybody", "everyone", "all", "redacted", "unknown", "watch"))


class Cast(msgspec.Struct, frozen=True):
    """What each name becomes. All keys are as `key` makes them.

    `people`: what stands for a person wherever it is; `parts`: a first name alone; `machines`: logins and hosts.
    """

    people: dict[str, str]
    parts: dict[str, str]
    machines: dict[str, str]
    spelt: dict[str, str]  # every key as the log spells it


@cache
def key(name: str) -> str:
    """One form for every way in which a name is written: `Ana Díaz`, `ana.díaz` and `ANA DÍAZ` are the same."""
    return normalize("NFC", " ".join(re.split(r"[\s._-]+", name)).strip().casefold()) or name


def cast(state: Incident) -> Cast:
    """Everybody whom this incident names."""
    gathered = _Gathered(state)
    roles = _numbered({who: _word(gathered, state, who) for who in gathered.people})
    people = {alias: roles[who] for alias, who in gathered.same.items() if who in roles}
    machines = {k: v for k, v in _machines(state, gathered, roles).items() if k not in people}
    return Cast(people, _parts(gathered, people), machines, gathered.spelt)


class _Gathered:
    """Each person once, those who did something before those who only could have been called."""

    def __init__(self, state: Incident) -> None:
        self.same: dict[str, str] = {}  # any name of a person → the one that stands for all of them
        self.spelt: dict[str, str] = {}
        self.people: dict[str, None] = {}
        self.asking: set[str] = set()
        self.acting: set[str] = set()
        self.held: dict[str, list[str]] = {}  # the roles that each of them had
        targets = list(_targets(state))
        self.others = {key(name) for name in _invented(state)} | {key(name) for name in _turns(targets)}
        called = [each for each in targets if each.ref.startswith("contact:") and not each.example]
        for each in called:
            self.same[key(each.ref.removeprefix("contact:"))] = key(each.name)
        for event in state.facts:
            self.acting.update(self._person(name) for name in _doing(event))
            self._has_role_or_asks(event.body)
        for each in called:
            self._person(each.name)
            self.spelt.setdefault(key(each.ref.removeprefix("contact:")), each.ref.removeprefix("contact:"))
        for name in _on_call(targets, state):
            self._person(name)

    def _has_role_or_asks(self, body: object) -> None:
        if isinstance(body, ev.RoleAssigned) and (who := self._person(body.who)):
            self.held.setdefault(who, []).append(body.role)
        elif isinstance(body, ev.QuestionAsked) and (who := self._person(body.asker)):
            self.asking.add(who)

    def _person(self, name: str) -> str:
        alias = key(name)
        if not name.strip() or alias in self.others or alias in _NOT_A_PERSON:
            return ""
        who = self.same.setdefault(alias, alias)
        self.same.setdefault(who, who)
        self.spelt.setdefault(alias, name)
        self.people[who] = None
        return who


def _doing(event: Event) -> Iterator[str]:
    """The names of those who wrote this fact, or whom it is about."""
    body = event.body
    if event.by.login != SIMULATED:
        yield event.by.name
    if isinstance(body, ev.PolicyAttached) or (isinstance(body, ev.DeliveryChanged) and body.what != "page"):
        return  # who owns a policy is a team; other deliveries go to audiences and trackers
    for field in (*_NAMED, "was") if isinstance(body, ev.RoleAssigned) else _NAMED:
        name = getattr(body, field, "")
        if isinstance(name, str):
            yield name


def _targets(state: Incident) -> Iterator[ev.Target]:
    for event in state.facts:
        body = event.body
        if isinstance(body, ev.PolicyAttached):
            for level in body.levels:
                yield from (*level.notify, *level.backup)
            for each in body.specialists:
                yield from each.targets
        elif isinstance(body, ev.SpecialistCalled):
            yield from body.targets


def _turns(targets: Iterable[ev.Target]) -> Iterator[str]:
    """The titles of turns: whoever has one is a person, the turn is not."""
    for each in targets:
        if not each.ref.startswith("contact:"):
            yield each.name
            yield from (shift.name for shift in each.shifts if shift.name.startswith(each.name))


def _on_call(targets: Iterable[ev.Target], state: Incident) -> Iterator[str]:
    for each in targets:
        if not each.example:
            yield from (shift.name for shift in each.shifts)
    for event in state.facts:
        if isinstance(event.body, ev.OnCallAnswered):
            yield from (shift.name for shift in event.body.shifts)


def _invented(state: Incident) -> Iterator[str]:
    """Whoever is part of an example, or of a drill's world."""
    for target in _targets(state):
        if target.example:
            yield target.name
            yield from (shift.name for shift in target.shifts)
    started = state.value((ev.DrillStarted.type,))
    if isinstance(started, ev.DrillStarted):
        for person in started.scenario.people:
            yield from (person.id, person.name)


# ── what they are called ──


def _word(gathered: _Gathered, state: Incident, who: str) -> str:
    """The gravest role that this person had, else responder or stakeholder."""
    cards = {card.id: card.name for card in state.cards}
    order = list(cards)
    if held := gathered.held.get(who):
        role = min(held, key=lambda each: order.index(each) if each in cards else len(order))
        named = cards.get(role, role[:1].upper() + role[1:])
        words = {key(part) for part in re.split(r"\W+", named) if part}
        if named.strip() and not words & set(gathered.same):  # “Ana's shadow” would name her
            return named
    return "Stakeholder" if who in gathered.asking - gathered.acting else "Responder"


def _numbered(words: dict[str, str]) -> dict[str, str]:
    """`Responder 1`, `Responder 2` where several are called the same."""
    every = list(words.values())
    given: dict[str, int] = {}
    out = {}
    for who, word in words.items():
        given[word] = given.get(word, 0) + 1
        out[who] = f"{word} {given[word]}" if every.count(word) > 1 else word
    return out


def _parts(gathered: _Gathered, people: dict[str, str]) -> dict[str, str]:
    """First and last names alone; one that several people have names neither of them."""
    found: dict[str, str] = {}
    for alias, role in people.items():
        words = gathered.spelt.get(alias, alias).split()
        for word in words if len(words) > 1 else ():
            part = key(word)
            if len(part) > 2 and part not in people:
                gathered.spelt.setdefault(part, word)
                found[part] = role if found.get(part, role) == role else SOMEBODY
    return found


def _machines(state: Incident, gathered: _Gathered, roles: dict[str, str]) -> dict[str, str]:
    """The logins and hosts that facts came from."""
    found: dict[str, str] = {}
    for event in state.facts:
        by = event.by
        if by.login == SIMULATED:
            continue
        if len(by.login) > 2 and by.login.casefold() not in COMMON:
            role = roles.get(gathered.same.get(key(by.name), ""), SOMEBODY)
            login = key(by.login)
            found[login] = role if found.get(login, role) == role else SOMEBODY
            gathered.spelt.setdefault(login, by.login)
        for host in {by.host, by.host.partition(".")[0]}:
            if len(host) > 2 and host.casefold() not in COMMON:
                found[key(host)] = HOST
                gathered.spelt.setdefault(key(host), host)
    return found
