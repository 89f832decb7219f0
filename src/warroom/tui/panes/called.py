"""What became of a page: by which way it went out, whether an answer comes back by it, and the number to ring.

People trust this at night: nothing is said to be sent that was not, and what failed comes first.
"""

from collections.abc import Iterable

import msgspec
from rich.cells import cell_len

from ...core.duration import spell
from ...core.events import DeliveryChanged, Escalated, SpecialistCalled, Target
from ...core.events.delivery import ACCEPTED, DROPPED, FAILED, QUEUED, SENDING, SENT, UNKNOWN
from ...core.run import Answer, Call, called_at
from ...core.text import clean, wrap
from ...core.values import HOUR, SECOND, Ms
from ..moment import Moment
from ..spans import Line

PAGING = 10 * SECOND  # so long after it is due, a page may still be on its way to the log

OUT, UNDERWAY, WAITS, DOUBT, NOT_SENT, NONE = "out", "under way", "waits", "doubt", "not sent", "none"


class Called(msgspec.Struct, frozen=True, eq=False):
    """A call that is open, whom it calls at once, and its deliveries with the time of their state."""

    topic: str
    call: Call
    targets: tuple[Target, ...]
    found: tuple[tuple[DeliveryChanged, Ms], ...]

    @property
    def outcome(self) -> str:
        """The best that can be said of all of it: one of the words above."""
        states = {d.state for d, _ in self.found}
        if states & {SENT, ACCEPTED}:
            return OUT
        for state, word in ((SENDING, UNDERWAY), (UNKNOWN, DOUBT), (QUEUED, WAITS), (FAILED, NOT_SENT)):
            if state in states:
                return word
        return NONE

    @property
    def since(self) -> Ms:
        """When the first of it went out."""
        return min((at for d, at in self.found if d.state in (SENT, ACCEPTED)), default=self.call.due)

    @property
    def answers(self) -> bool:
        """Whether an answer on any far side is read back."""
        return any(d.answers for d, _ in self.found if d.state in (SENT, ACCEPTED))


def called(moment: Moment, topic: str = "") -> Called | None:
    """The call that is open in that escalation now, or None."""
    run = moment.runs.get(topic)
    call = run.current if run and not run.ack and not run.halted else None
    if run is None or call is None:
        return None
    mine = (topic, call.cause, call.level, call.backup, call.round)
    found = tuple(
        (d, at)
        for d, at in moment.scene.deliveries
        if d.what == "page" and (d.topic, d.cause, d.level, d.backup, d.round) == mine and d.state != DROPPED
    )
    return Called(topic, call, called_at(run, call), found)


def not_told(moment: Moment) -> list[DeliveryChanged]:
    """Far sides that were to hear that somebody has it, or that it is over, and did not."""
    return [d for d, _ in moment.scene.deliveries if d.what in ("acknowledge", "resolve") and d.state == FAILED]


def why(moment: Moment, call: Call) -> str:
    """What called them out of turn: a trigger's words, or a person's reason."""
    fact = moment.incident.facts.get(call.cause)
    body = fact.body if fact and moment.incident.stands(fact.id) else None
    return clean(body.why) if isinstance(body, Escalated | SpecialistCalled) else ""


def way(each: DeliveryChanged, at: Ms, moment: Moment, room: int) -> Line:
    """One delivery in at most `room` cells where that can be: `hook sent 14:02:13, cannot answer back`."""
    name = clean(each.channel) or "no way"
    twice = ", perhaps twice" if each.twice else ""
    match each.state:
        case "sent" | "accepted":
            back = ("answers are read back", "read back") if each.answers else ("cannot answer back", "cannot answer")
            exact, rough = moment.hms(at), moment.hm(at)
            said = _fitting(
                room,
                f"{name} {each.state} {exact}{twice}, {back[0]}",
                f"{name} {each.state} {exact}{twice}, {back[1]}",
                f"{name} {each.state} {rough}{twice}, {back[1]}",
                f"{name} {each.state} {rough}{twice}",
            )
            return ((said, "amber" if each.twice else "muted"),)
        case "sending":
            return ((f"{name} is being sent …{twice}", "amber" if each.twice else "muted"),)
        case "queued":
            again = spell(max(0, each.again - moment.now)) if each.again else "a moment"
            return ((f"{name} waits, next try in {again}{_because(each)}", "amber"),)
        case "unknown":
            again = f", next try in {spell(max(0, each.again - moment.now))}" if each.again else ""
            return ((f"{name} perhaps sent{again}{_because(each)}", "amber"),)
    return ((f"{name} " if each.channel else "", "red"), ("NOT SENT", "red bold"), (f": {clean(each.why)}", "red"))


def _because(each: DeliveryChanged) -> str:
    return f" · {clean(each.why)}" if each.why else ""


def _fitting(room: int, *texts: str) -> str:
    return next((text for text in texts if cell_len(text) <= room), texts[-1])


def ways(page: Called, moment: Moment, room: int) -> list[tuple[bool, Line]]:
    """A line for each delivery, wrapped where it failed, and whether it tells of a failure; failures first."""
    several = len(page.targets) > 1
    out: list[tuple[bool, Line]] = []
    for each, at in sorted(page.found, key=lambda pair: pair[0].state != FAILED):
        head: Line = ((clean(each.who) + ": ", ""),) if several and each.who else ()
        line = (*head, *way(each, at, moment, room - sum(cell_len(text) for text, _ in head)))
        failed = each.state == FAILED
        out += [(failed, part) for part in (_wrapped(line, room)[:2] if failed else [line])]
    return out


def _wrapped(line: Line, room: int) -> list[Line]:
    """The line over as many rows as it takes, in the ink of its loudest part."""
    text = "".join(part for part, _ in line)
    if cell_len(text) <= room:
        return [line]
    first, *rest = wrap(text, room)
    return [((first, "red bold"),), *(((row, "red"),) for row in rest)]


def number(target: Target) -> str:
    """The number to ring; an example contact says that it reaches nobody."""
    phone = clean(target.phone)
    return f"{phone} (example)" if phone and target.example else phone


def ring(page: Called, moment: Moment, ink: str = "") -> Line:
    """`ring +44 20 7946 0001 or Lena`: the first one's number, and who else is called at the same time."""
    first, *others = page.targets
    phone = number(first)
    # Where an answer comes back by itself, the number is there to be used, but need not be.
    how = "" if page.outcome == OUT and page.answers else "ring "
    line: Line = ((how + phone if phone else "no number known", ink if phone else "amber"),)
    if others:
        line = (*line, (f" or {', '.join(_with_number(each) for each in others)}", "muted"))
    if first.asked is not None and moment.now - first.asked > HOUR:
        line = (*line, (f" · on call as of {spell(moment.now - first.asked)} ago", "amber"))
    return line


def _with_number(target: Target) -> str:
    return " ".join(part for part in (clean(target.name), number(target)) if part)


def untried(moment: Moment, targets: Iterable[Target]) -> str:
    """The first channel of these people that never was tried, or failed when it was; empty where all is well."""
    tried = moment.sight.tried
    if tried is None:
        return ""
    arrived = {d.channel for d, _ in moment.scene.deliveries if d.state in (SENT, ACCEPTED)}
    for target in targets:
        for reach in target.reach[:1]:
            name = reach.partition(":")[0]
            if name in arrived or tried.get(name):
                continue
            said = "failed when it was tried" if name in tried else "was never tried"
            return f"{clean(name)} {said}: warroom doctor"
    return ""


def calling(page: Called, moment: Moment) -> tuple[str, str]:
    """What is so for somebody who is called: red where they have to be rung by hand."""
    if moment.incident.drill:
        return "called", "violet bold"
    outcome = page.outcome
    if outcome == OUT:
        return f"paged {moment.hm(page.since)}", "bold"
    if outcome == UNDERWAY:
        return "paging …", "bold"
    if outcome in (WAITS, DOUBT):
        return "waits", "amber bold"
    fresh = moment.now - page.call.due < PAGING and outcome == NONE
    if fresh and not moment.page.pages_nobody and moment.sight.pager.pages:
        return "paging …", "bold"
    return "ring now", "red bold"


def by_hand(page: Called, moment: Moment) -> bool:
    """Whether ringing is the only way left to reach whoever is called."""
    return calling(page, moment)[0] == "ring now"


def answered(moment: Moment, page: Called) -> Answer | None:
    """That whoever this call is for does not answer or declined, where nobody came after."""
    run = moment.runs[page.topic]
    said = (a for a in reversed(run.answers) if a.call.place == page.call.place and a.at >= page.call.due)
    return next((a for a in said if a.what in ("no answer", "declined")), None)
