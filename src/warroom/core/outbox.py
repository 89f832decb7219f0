"""What the pager owes an incident at a moment: pages to send, levels to log as skipped, far sides to tell.

A function of (state, now). A page is owed once for each reason, level, round, person and way: its key says so, and a
delivery under that key says that it was begun.
"""

from hashlib import sha256

import msgspec

from . import events as ev
from .events import DeliveryChanged, Target
from .events.delivery import ARRIVED, DROPPED, QUEUED, SENDING, UNKNOWN
from .incident import Incident
from .run import Call, Run, advance, called_at, people, quiet_at, said_by
from .triggers import coming
from .values import SECOND, Ms

_AT_ONCE = 2 * SECOND  # a page that leaves in time has left by then


class Page(msgspec.Struct, frozen=True):
    """Somebody is to be paged now. `topic`: a specialist's; else the hierarchy's."""

    topic: str
    call: Call
    target: Target
    level_name: str = ""

    @property
    def place(self) -> str:
        """`L2`, `L2 backup`, or the topic."""
        return self.topic or f"L{self.call.level}" + (" backup" if self.call.backup else "")


class Told(msgspec.Struct, frozen=True):
    """A far side is to hear of it: `what` (acknowledge or resolve) about the page `of`, and who has it."""

    what: str
    of: DeliveryChanged
    who: str = ""


def at(state: Incident, now: Ms) -> Incident:
    """The state with its escalations brought to `now`: whoever asks about many deliveries brings them there once."""
    run = state.run and advance(state.run, now)
    specialists = {topic: advance(each, now) for topic, each in state.specialists.items()}
    return msgspec.structs.replace(state, run=run, specialists=specialists)


def key(inc: str, page: Page, channel: str, address: str) -> str:
    """The key of this page by this way: the same for every try of it, another for every other page."""
    call = page.call
    parts = (inc, call.cause, page.topic, call.level, call.backup, call.round, page.target.ref, channel, address)
    return sha256("\0".join(map(str, parts)).encode()).hexdigest()[:40]


def follow_key(of: str, what: str) -> str:
    """The key of what the far side is told about the page `of`."""
    return sha256(f"{of}\0{what}".encode()).hexdigest()[:40]


def _pages_of(state: Incident) -> list[DeliveryChanged]:
    return [d for d in state.deliveries if d.what == "page"]


def _is_for(delivery: DeliveryChanged, topic: str, call: Call) -> bool:
    return (delivery.topic, delivery.cause, delivery.level, delivery.backup, delivery.round) == (
        topic,
        call.cause,
        call.level,
        call.backup,
        call.round,
    )


def _runs(state: Incident, now: Ms) -> list[tuple[str, Run]]:
    return [(topic, advance(run, now)) for topic, run in state.runs.items()]


def pages(state: Incident, now: Ms) -> list[Page]:
    """Who is to be paged at `now` and has no delivery yet: the level that is due now, no other."""
    if not state.open:
        return []
    begun = _pages_of(state)
    found = []
    for topic, run in _runs(state, now):
        call = run.current
        if call is None or run.ack or run.halted or paused(state, topic, now):
            continue
        here = [d.ref for d in begun if _is_for(d, topic, call)]
        if "" in here or _skipped(state, topic, call):
            continue
        name = run.policy.levels[call.level - 1].name
        # By who they are: two turns of one level may be the same person's.
        owed = {t.ref: t for t in called_at(run, call) if t.ref not in here and said_by(run, call, t) is None}
        found += [Page(topic, call, target, name) for target in owed.values()]
    return found


def paused(state: Incident, topic: str, now: Ms) -> Ms:
    """Until when (UTC ms) nobody is to be paged, by a snooze; 0: it is not snoozed."""
    run = state.runs.get(topic)
    return run.snoozed.until if run and run.snoozed and run.snoozed.until > now else 0


def passed(state: Incident, now: Ms) -> list[ev.LevelSkipped]:
    """Levels whose time came and went while nobody paged, and that nobody has logged yet."""
    begun = _pages_of(state)
    found = []
    for topic, run in _runs(state, now):
        if run.halted:
            continue
        for call in run.called:
            done = call == run.current or any(_is_for(d, topic, call) for d in begun)
            if done or _answered(run, call) or _skipped(state, topic, call):
                continue
            who = ", ".join(t.name for t in called_at(run, call))
            why = _why_passed(state, run, call)
            found.append(ev.LevelSkipped(call.level, call.due, call.backup, call.round, topic, call.cause, who, why))
    return found


def _why_passed(state: Incident, run: Run, call: Call) -> str:
    """Why nobody was paged for a call whose time is over."""
    for page in state.pages:
        if isinstance(page.body, ev.Snoozed) and page.at.t <= call.due < page.body.until and state.stands(page.id):
            return "it was snoozed then, and the escalation moved on before that ended"
    after = min((each.due for each in run.called if each.due >= call.due and not each.is_as(call)), default=call.due)
    if after - call.due < _AT_ONCE:
        return "the escalation moved on at once"
    return "it was due while nobody paged; only the level that is due now is called"


def empty(state: Incident, now: Ms) -> list[ev.LevelSkipped]:
    """Levels whose turn came and that call nobody, being empty or quiet then, and that nobody has logged yet."""
    run = advance(state.run, now) if state.run and state.open else None
    if run is None or run.halted:
        return []
    found = []
    for call in (*run.called, *((run.next,) if run.next and not run.ack else ())):
        cause = state.facts.get(call.cause)
        if call.backup or (cause and getattr(cause.body, "level", 0) == call.level):
            continue  # somebody called it out of turn: those before it were not passed over
        for number in range(call.level - 1, 0, -1):
            level = run.policy.levels[number - 1]
            due = call.due - run.policy.levels[call.level - 1].after + level.after
            why = "nobody is in it" if not people(level) else "quiet hours" if quiet_at(level, due) else ""
            skipped = Call(number, due, round=call.round, cause=call.cause)
            if not why or any(each.is_as(skipped) for each in run.called):
                break
            if due <= now and not _skipped(state, "", skipped):
                found.append(ev.LevelSkipped(number, due, round=call.round, cause=call.cause, why=why))
    return found[::-1]


def _answered(run: Run, call: Call) -> bool:
    return any(a.call.is_as(call) and a.what != "expired" for a in run.answers)


def _skipped(state: Incident, topic: str, call: Call) -> bool:
    for skip in state.skips:
        body = skip.body
        if isinstance(body, ev.LevelSkipped) and (body.topic, body.cause, body.level, body.backup, body.round) == (
            topic,
            call.cause,
            call.level,
            call.backup,
            call.round,
        ):
            return True
    return False


def closed(state: Incident, delivery: DeliveryChanged, now: Ms) -> str:
    """Why this page is not needed any more; empty while it is: before a resend it must still be open."""
    run = state.runs.get(delivery.topic)
    if run is None or not state.open:
        return f"the incident is {state.phase}"
    run = advance(run, now)
    if run.off or run.stopped:
        return "it was called off" if run.off else f"the incident is {state.phase}"
    if run.ack:
        return f"{run.ack.who} has it"
    if run.current and delivery.cause != run.current.cause:
        return f"L{run.current.level} is called instead" if not delivery.topic else "it was called again"
    call = _call(delivery)
    if any(later.place == call.place and later.round > call.round for later in run.called):
        return "it was called again in a later round"
    said = said_by(run, call, Target(delivery.ref, delivery.who))
    return f"{said.who}: {said.what}" if said else ""


def _call(delivery: DeliveryChanged) -> Call:
    return Call(delivery.level, delivery.due, delivery.backup, delivery.round, delivery.cause)


def to_tell(state: Incident, now: Ms) -> list[Told]:
    """What far sides have to hear about pages that arrived there: that somebody has it, or that it is over."""
    found = []
    runs = dict(_runs(state, now))
    for delivery in _pages_of(state):
        if delivery.state not in (*ARRIVED, UNKNOWN):
            continue
        run = runs.get(delivery.topic)
        over = run is None or not state.open or run.halted
        what = "resolve" if over else "acknowledge" if run and run.ack else ""
        if what == "acknowledge" and state.delivery(follow_key(delivery.delivery, "resolve")):
            continue
        if what and state.delivery(follow_key(delivery.delivery, what)) is None:
            who = run.ack.who if run and run.ack else ""
            found.append(Told(what, delivery, who))
    return found


def unfinished(state: Incident) -> list[DeliveryChanged]:
    """Every delivery about which something is still to be done."""
    return [d for d in state.deliveries if d.state in (QUEUED, SENDING, UNKNOWN, "accepted")]


def revived(state: Incident, now: Ms) -> list[DeliveryChanged]:
    """The pages that were not needed any more and are needed again: what had stopped them was taken back."""
    if not state.open:
        return []
    return [d for d in _pages_of(state) if d.state == DROPPED and not closed(state, d, now)]


def waiting_for_answer(state: Incident, now: Ms) -> list[DeliveryChanged]:
    """The pages that arrived, may be answered on the far side, and still are open."""
    if not state.open:
        return []
    arrived = (d for d in _pages_of(state) if d.answers and d.state in ARRIVED)
    return [d for d in arrived if not closed(state, d, now)]


def wake(state: Incident, now: Ms) -> Ms | None:
    """The next moment (UTC ms) at which any of this changes by itself; None: only a new fact changes it."""
    moments = [each.at for each in coming(state, now)]
    for _, run in _runs(state, now):
        if run.halted or not state.open:
            continue
        if run.ack:
            moments.append(run.expires)
        elif run.next:
            moments.append(run.next.due)
        if run.snoozed:
            moments.append(run.snoozed.until)
    moments += [d.again for d in state.deliveries if d.state == QUEUED and d.again is not None]
    ahead = [at for at in moments if at > now]
    return min(ahead) if ahead else None
