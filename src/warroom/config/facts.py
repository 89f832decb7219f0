"""What files say → the facts that keep it on the log, resolved, so that a file edited later changes nothing."""

from collections.abc import Callable, Iterable, Mapping

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
    Step,
    Target,
)
from warroom.core.values import Ms

from .forms import Contact, FileLevel, Playbook, Policy, Role, Severity
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


def policy(source: Policy, contacts: Mapping[str, Contact]) -> PolicyAttached:
    """The policy with all that is needed to ring its people by hand. A contact nobody knows keeps its reference."""

    def target(ref: str) -> Target:
        name = ref.removeprefix("contact:")
        known = contacts.get(name)
        if known is None:
            return Target(ref=ref, name=name)
        return Target(ref=ref, name=known.name, phone=known.phone, reach=known.reach, example=known.example)

    return PolicyAttached(
        policy=source.id,
        levels=tuple(_level(level, target) for level in source.level),
        title=source.title,
        owner=source.owner,
        repeat=source.repeat,
        ack_expires=int(source.ack_expires),
        fallback=source.fallback,
    )


def _level(level: FileLevel, target: Callable[[str], Target]) -> Level:
    return Level(
        after=int(level.after),
        name=level.name,
        notify=tuple(target(ref) for ref in level.notify),
        backup=tuple(target(ref) for ref in level.backup),
    )


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
