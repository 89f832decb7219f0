"""A scenario's form, its words filled in → what stands on the log: spans in ms, names for ids, every choice made."""

from collections.abc import Iterator

import msgspec

from warroom.core.drill.seeded import pick
from warroom.core.events import (
    Expectation,
    Inject,
    Level,
    Person,
    PolicyAttached,
    Reply,
    Scenario,
    ScenarioLine,
    Specialist,
    Target,
)
from warroom.core.values import SECOND

from .drill_forms import Drill, FileExpectation, FileInject, FilePerson, span_range

POLICY = "drill"


class Played(msgspec.Struct, frozen=True):
    """A scenario with the choices of its seed made, and the escalation policy of its world."""

    scenario: Scenario
    policy: PolicyAttached | None


class Maker:
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
