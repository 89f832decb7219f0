"""What one part of a scenario says of another: people, injects, topics, flags and rules that there have to be."""

from collections.abc import Collection, Iterator

from warroom.core.cadence import AUDIENCES
from warroom.core.drill.condition import calls, parse
from warroom.core.values import ACTIVE, ENTRY_KINDS, MILESTONES, SEVERITIES

from .drill_forms import Drill
from .problem import Fault, one_of, shown


def faults(drill: Drill, rules: Collection[str], playbooks: Collection[str], roles: Collection[str]) -> Iterator[Fault]:
    """Every mistake that shows only when the parts are held against each other."""
    yield from _References(drill).all(rules, playbooks, roles)


class _References:
    def __init__(self, drill: Drill) -> None:
        self.drill = drill
        self.people = {p.id: p.name for p in drill.person}
        self.injects = [each.id for each in drill.inject]
        self.topics = [each.topic for each in drill.specialist]
        # In the order of the file: a sentence that names them is the same each time.
        self.flags = list(dict.fromkeys(flag for each in drill.answer for flag in each.also))
        self.answers = [each.id for each in drill.answer if each.id]
        self.variants = [each.id for each in drill.variant]

    def all(self, rules: Collection[str], playbooks: Collection[str], roles: Collection[str]) -> Iterator[Fault]:
        drill = self.drill
        yield from self._names()
        for n, id in enumerate(drill.playbooks, 1):
            yield from _there(f"playbooks[{n}]", id, playbooks, "playbook")
        for role, who in drill.roles.items():
            yield from _there(f"roles.{role}", role, roles, "role")
            yield from self._person(f"roles.{role}", who)
        for n, id in enumerate(drill.skip, 1):
            yield from _there(f"skip[{n}]", id, rules, "rule")
        for id in drill.rules:
            yield from _there(f"rules.{id}", id, rules, "rule")
        yield from self._condition("ends", drill.ends)
        yield from self._of_tiers()
        yield from self._of_injects()
        for n, answer in enumerate(drill.answer, 1):
            at = f"answer[{n}]"
            yield from self._person(f"{at}.who", answer.who)
            yield from self._condition(f"{at}.when", answer.when)
            yield from self._variant(f"{at}.variant", answer.variant)
        for n, each in enumerate(drill.expect, 1):
            at = f"expect[{n}]"
            yield from self._condition(f"{at}.check", each.check)
            for k, (condition, _) in enumerate(each.also, 1):
                yield from self._condition(f"{at}.also[{k}][1]", condition)
            if each.since:
                yield from _there(f"{at}.since", each.since, self.injects, "inject")
            yield from self._variant(f"{at}.variant", each.variant)
            if each.by > drill.minutes * 60_000:
                yield Fault(f"{at}.by", f"is later than the drill is long ({drill.minutes} minutes)")

    def _names(self) -> Iterator[Fault]:
        seen: set[str] = set()
        for n, person in enumerate(self.drill.person, 1):
            if person.name.casefold() in seen:
                yield Fault(f"person[{n}].name", f"“{shown(person.name)}” is already the name of an earlier one")
            seen.add(person.name.casefold())

    def _of_tiers(self) -> Iterator[Fault]:
        called = [(f"tier[{n}].notify", who) for n, each in enumerate(self.drill.tier, 1) for who in each.notify]
        called += [(f"tier[{n}].backup", who) for n, each in enumerate(self.drill.tier, 1) for who in each.backup]
        called += [
            (f"specialist[{n}].notify", who) for n, each in enumerate(self.drill.specialist, 1) for who in each.notify
        ]
        observers = [p.id for p in self.drill.person if p.observer]
        for at, who in called:
            yield from self._person(at, who)
            if who in observers:
                yield Fault(at, f"“{shown(who)}” is an observer, and nobody pages one")
        if self.drill.specialist and not self.drill.tier:
            yield Fault("specialist", "needs a [[tier]]: without a policy nobody can be paged")

    def _of_injects(self) -> Iterator[Fault]:
        by_id = {each.id: each for each in self.drill.inject}
        for n, each in enumerate(self.drill.inject, 1):
            at = f"inject[{n}]"
            if each.after:
                yield from _there(f"{at}.after", each.after, self.injects, "inject")
                seen, walk = {each.id}, by_id.get(each.after)
                while walk:
                    if walk.id in seen:
                        yield Fault(f"{at}.after", f"goes round in a circle by “{shown(walk.id)}”; it would never come")
                        break
                    seen.add(walk.id)
                    walk = by_id.get(walk.after)
            if each.at is not None and each.at > self.drill.minutes * 60_000:
                yield Fault(f"{at}.at", f"is later than the drill is long ({self.drill.minutes} minutes)")
            for key in ("when", "unless", "until"):
                yield from self._condition(f"{at}.{key}", getattr(each, key))
            yield from self._variant(f"{at}.variant", each.variant)
            if each.kind in ("unavailable", "vendor"):
                yield from self._person(f"{at}.who", each.who)

    def _variant(self, at: str, variant: str) -> Iterator[Fault]:
        if variant:
            yield from _there(at, variant, self.variants, "[[variant]]")

    def _person(self, at: str, who: str) -> Iterator[Fault]:
        if who and who not in self.people:
            yield from _there(at, who, self.people, "[[person]]")

    def _condition(self, at: str, text: str) -> Iterator[Fault]:
        for call in calls(parse(text)) if text else ():
            word = call.words[0] if call.words else ""
            match call.name:
                case "injected":
                    yield from _there(at, word.removeprefix("did:"), self.injects, "inject")
                case "flag":
                    yield from _there(at, word, self.flags, "flag that an [[answer]] sets")
                case "reported":
                    yield from _there(at, word, self.answers, "id of an [[answer]]")
                case "called":
                    yield from _there(at, word, self.topics, "topic of a [[specialist]]")
                case "severity":
                    yield from _there(at, word, SEVERITIES, "severity")
                case "phase":
                    yield from _there(at, word, (*ACTIVE, "resolved", "closed"), "phase")
                case "milestone":
                    yield from _there(at, word, MILESTONES, "milestone")
                case "posted" | "drafted" if call.words:
                    if word:
                        yield from _there(at, word, AUDIENCES, "audience")
                    if len(call.words) > 1 and not call.words[1].isdecimal():
                        yield Fault(
                            at, f'“{shown(call.words[1])}” is no number of an update; as in posted("public", 2)'
                        )
                case "paged" | "no_answer" | "tasked" | "joined":
                    if word and word not in self.people and word not in self.people.values():
                        yield from _there(at, word, self.people, "[[person]]")
                case "logged" if len(call.words) > 1:
                    yield from _there(at, call.words[1], ENTRY_KINDS, "kind of entry")
                case _:
                    pass


def _there(at: str, word: str, known: Collection[str], what: str) -> Iterator[Fault]:
    if word not in known:
        there = f"there is {one_of(tuple(known)[:12])}" if known else "there is none"
        yield Fault(at, f"“{shown(word)}” is no {what}; {there}")
