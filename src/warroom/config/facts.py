"""What files say → the facts that keep it on the log, resolved, so that a file edited later changes nothing."""

from collections.abc import Iterable

from warroom.core.codec import MAX_EVENT, canonical
from warroom.core.events import (
    Body,
    CadenceAttached,
    ChecklistAttached,
    Level,
    PolicyAttached,
    Rhythm,
    RoleCard,
    RolesAttached,
    Specialist,
    Step,
    Trigger,
    When,
)
from warroom.core.values import Ms

from . import quiet
from .forms import Playbook, Role, Severity
from .oncall import Roster
from .policy_forms import FileLevel, FileTrigger, Policy
from .problem import Fault

_ROOM = MAX_EVENT - 4096  # the envelope around a body needs some


def fits(body: Body) -> None:
    """Raises `Fault` when this is too much for one fact."""
    if len(canonical(body)) > _ROOM:
        raise Fault("", f"is too much for one fact, which holds {_ROOM // 1024} KiB; split it")


def checklist(playbook: Playbook) -> ChecklistAttached:
    """The playbook as a checklist; a step's `due` still counts from the attaching."""
    steps = tuple(
        Step(
            id=step.id,
            text=step.text,
            stage=step.stage,
            role=step.role,
            due=None if step.due is None else int(step.due),
            why=step.why,
            origin=step.origin,
        )
        for step in playbook.step
    )
    return ChecklistAttached(list=playbook.id, title=playbook.title, steps=steps, version=playbook.version)


def policy(source: Policy, roster: Roster) -> PolicyAttached:
    """The policy with all that is needed to ring its people by hand. A contact nobody knows keeps its reference."""
    return PolicyAttached(
        policy=source.id,
        levels=tuple(_level(level, roster) for level in source.level),
        title=source.title,
        owner=source.owner,
        repeat=source.rounds,
        ack_expires=int(source.ack_expires),
        fallback=source.fallback,
        waits=source.waits,
        triggers=tuple(_trigger(each) for each in source.trigger),
        specialists=tuple(
            Specialist(
                topic=each.topic,
                targets=tuple(roster.target(ref) for ref in (*each.notify, *each.backup)),
                gap=int(each.after),
            )
            for each in source.specialist
        ),
    )


def _level(level: FileLevel, roster: Roster) -> Level:
    return Level(
        after=int(level.after),
        name=level.name,
        notify=tuple(roster.target(ref) for ref in level.notify),
        backup=tuple(roster.target(ref) for ref in level.backup),
        quiet=quiet.spans(level.quiet, level.quiet_tz, roster.now, roster.days),
    )


def _trigger(source: FileTrigger) -> Trigger:
    when = When(
        severity=source.severity,
        elapsed=_ms(source.elapsed),
        phase=source.phase,
        in_phase=_ms(source.in_phase),
        users=source.users,
        services=source.services,
        alone=_ms(source.alone),
        unacknowledged=_ms(source.unacknowledged),
        missing=source.missing,
        missing_for=_ms(source.missing_for) or 0,
        silence=_ms(source.silence),
    )
    level = source.jump or (1 if source.start else 0)
    return Trigger(id=source.id, when=when, level=level, topic=source.page, why=source.why)


def _ms(span: int | None) -> Ms | None:
    """A plain number: facts hold no subclass of one."""
    return None if span is None else int(span)


def cadence(severities: Iterable[Severity]) -> CadenceAttached:
    """How often each audience hears from the room, and how long the timeline may be silent, by severity."""
    rhythms: dict[tuple[object, ...], Rhythm] = {}
    silence: dict[str, Ms] = {}
    for severity in severities:
        if severity.silence is not None:
            silence[severity.id] = int(severity.silence)
        for audience, spans in severity.updates.items():
            every = {phase: int(span) for phase, span in spans.items() if phase != "first"}
            first = int(spans["first"]) if "first" in spans else None
            same = (audience, first, *sorted(every.items()))
            known = rhythms.get(same)
            severities_so_far = known.severities if known else ()
            rhythms[same] = Rhythm(audience, (*severities_so_far, severity.id), every, first)
    return CadenceAttached(rhythms=tuple(rhythms.values()), silence=silence)


def roles(cards: tuple[Role, ...]) -> RolesAttached:
    """The role cards as they are in force from now on."""
    return RolesAttached(
        roles=tuple(
            RoleCard(
                id=card.id,
                name=card.name,
                duties=card.duties,
                say=card.say,
                needed=card.needed,
                from_people=card.from_people,
                short=card.short,
            )
            for card in cards
        )
    )
