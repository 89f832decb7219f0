"""Random logs of incidents in which what metrics are about happens: by several terminals, late, wrong and redacted."""

from random import Random

from facts import BO, CADENCE, DANA, DECLARE, POLICY, SAM, Choices, Desk, history
from warroom.core import events as ev
from warroom.core.acts import delivery, entries, lifecycle, paging, talk
from warroom.core.commands import Command
from warroom.core.events import Event
from warroom.core.incident import Incident
from warroom.core.values import MILESTONES, MINUTE, SECOND, At, Ms

_PHASES = ("investigating", "identified", "mitigating", "monitoring", "monitoring", "resolved", "resolved", "closed")
_PAUSES = (0, SECOND, MINUTE, 3 * MINUTE, 11 * MINUTE, 47 * MINUTE)
_USERS = (0, 0, 0, None, 40)
RHYTHM = {phase: 10 * MINUTE for phase in ("investigating", "identified", "mitigating", "monitoring")} | {"resolved": 0}
BRISK = ev.CadenceAttached(
    (
        ev.Rhythm("public", ("SEV1",), RHYTHM, first=5 * MINUTE),
        ev.Rhythm("internal", ("SEV1", "SEV2", "SEV3"), {"investigating": 15 * MINUTE, "resolved": 5 * MINUTE}),
    )
)


def log(seed: int) -> list[Event]:
    """All facts of some incident, in no particular order. Every fourth is one that hardly anybody would write."""
    random = Random(seed)
    if seed % 4 == 0:
        return history(Choices(random.randbytes(random.choice((40, 120, 300)))), decent=False)
    desks = [Desk("r1", "ana"), Desk("r2", "ivo")]
    pool = desks[0].do(DECLARE)[:]
    desks[1].receive(pool)
    desks[1].now = desks[0].now
    for _ in range(random.randrange(4, 40)):
        desk = random.choice(desks)
        desk.now = max(each.now for each in desks) + random.choice(_PAUSES) - random.choice((0, 0, 0, SECOND))
        if random.random() < 0.6:
            desk.receive(pool)
        done = desk.ask(_command(random, desk.state, desk.now))
        if isinstance(done, list):
            pool += done
    random.shuffle(pool)
    return pool + random.sample(pool, random.choice((0, 0, 2)))


def _command(random: Random, state: Incident, now: Ms) -> Command:
    at = random.choice((None, None, None, At(now - random.choice((1, 4, 30)) * MINUTE)))
    if at and random.random() < 0.15:
        at = random.choice((At(at.t, approx=True), At(at.t, at.t + MINUTE)))
    facts = [fact for fact in state.facts if not isinstance(fact.body, ev.PolicyAttached | ev.ChecklistAttached)]
    bearing = [fact for fact in facts if not isinstance(fact.body, ev.Logged)]
    severity = random.choice(("SEV1", "SEV2", "SEV3"))
    return random.choice(
        (
            lifecycle.ChangePhase(phase=random.choice(_PHASES), at=at),
            lifecycle.ChangePhase(phase=random.choice(_PHASES), at=at),
            lifecycle.ChangePhase(phase=random.choice((*_PHASES, "cancelled")), at=at),
            lifecycle.Reopen(at=at),
            lifecycle.ChangeSeverity(severity=severity, at=at),
            lifecycle.ChangeSeverity(severity=severity, at=at),
            lifecycle.MarkMilestone(milestone=random.choice(MILESTONES), at=at),
            lifecycle.MarkMilestone(milestone="detected", at=at),
            lifecycle.MarkMilestone(milestone="impact started", at=At(now - random.choice((9, 60)) * MINUTE)),
            lifecycle.StateImpact(what="5xx", users=random.choice(_USERS), since=random.choice((None, None, now))),
            lifecycle.StateImpact(what="so far nobody", users=0),
            talk.PostUpdate(what="so", audience=random.choice(("public", "public", "internal")), at=at),
            talk.PostUpdate(what="so", next_in=random.choice((None, 20 * MINUTE))),
            lifecycle.Attach(body=random.choice((BRISK, CADENCE))),
            paging.Acknowledge(who=random.choice(("dana", "bo")), at=at),
            paging.Escalate(level=random.choice((1, 3)), why="slow"),
            paging.ReportNoAnswer(declined=random.random() < 0.5),
            paging.CallSpecialist(topic="db", why="locks"),
            delivery.TakePager(token="p1", where="watch"),
            _page(random, state),
            entries.Log(text="seen"),
            entries.Undo(),
            entries.Redact(of=random.choice(bearing[-6:] if bearing else facts).id, why="a name"),
            entries.Redact(of=random.choice(facts).id, why="a name"),
        )
    )


def _page(random: Random, state: Incident) -> Command:
    pages = [each for each in state.deliveries if each.what == "page"]
    target = random.choice((DANA, SAM, BO))
    body = ev.DeliveryChanged(
        f"{target.ref} {random.choice('ab')}",
        random.choice(("sending", "sent", "accepted", "failed", "unknown", "dropped")),
        channel="hook",
        ref=random.choice((target.ref, "")),
        who=target.name,
        level=random.choice((1, 3)),
        round=random.choice((0, 1)),
        cause=POLICY.policy,
        pager="p1",
    )
    if pages and random.random() < 0.5:
        old = random.choice(pages)
        body = ev.DeliveryChanged(old.delivery, "sent", who=old.who, level=old.level, cause=old.cause, pager="p1")
    return delivery.Deliver(delivery=body)
