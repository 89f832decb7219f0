"""The courier of one incident: what has to leave the room now, and what the log says about it.

`sending` is on disk before anything leaves. What is found in that state after a crash may have arrived: it is looked
up where the far side can tell, else sent again under the same key and marked. Every decision is made again under the
lock, so that of two processes only one sends.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from ..config.channels import Channels
from ..core import notices, outbox
from ..core.acts.delivery import Deliver, SkipLevel
from ..core.acts.paging import FireTrigger, owed_call
from ..core.commands import Command
from ..core.events import DeliveryChanged, Target
from ..core.events.delivery import ACCEPTED, ARRIVED, DROPPED, FAILED, QUEUED, SENDING, SENT, UNKNOWN
from ..core.incident import Incident
from ..core.review import items
from ..core.run import Call, advance, called_at
from ..core.text import clean
from ..core.triggers import coming
from ..core.updates import next_overdue
from ..core.values import SECOND, Ms
from . import answers, filing, rooms
from .base import Accepted, Answer, Channel, Failed, Later, Outcome, Sent, There, Unknown
from .factory import Unusable
from .tries import AGAIN, LONGEST, TRIES, give_up, later, pause, settled, short
from .ways import Way, following, ways

ASK = 8 * SECOND  # between two looks for an answer on the far side


class Job(msgspec.Struct, frozen=True):
    """Something for a thread to do with a channel.

    `act`: send, look up, settle, answer, there, acknowledge, resolve.
    """

    act: str
    delivery: DeliveryChanged
    who: str = ""


Result: TypeAlias = Outcome | Answer | There | None


class Courier:
    """`token` is the pager's. `turn(channel)` is the ms until that channel may be used, 0: now, and then it is taken;
    `spare_turn` is the same for what is not urgent, and leaves one for a page. `more` is what is owed beside the rest.
    """

    def __init__(
        self,
        token: str,
        config: Channels,
        channels: Mapping[str, Channel | Unusable],
        turn: Callable[[str], Ms],
        spare_turn: Callable[[str], Ms] = lambda channel: 0,
        more: Callable[[Incident, Ms], Sequence[notices.Notice]] = lambda state, now: (),
    ) -> None:
        self._token = token
        self._config = config
        self._channels = channels
        self._turn, self._spare_turn, self._more = turn, spare_turn, more
        self._under_way: set[tuple[str, str]] = set()
        self._next: dict[tuple[str, str], Ms] = {}  # when a delivery's far side is asked again
        self._told_before: dict[str, int] = {}  # how often a far side was told in vain

    # ── what is to be done ──

    def first(self, state: Incident, now: Ms) -> list[Command]:
        """What the log has to say before anything is sent: triggers that are due, levels that nobody paged."""
        state = outbox.at(state, now)
        found: list[Command] = [FireTrigger(trigger=c.trigger.id) for c in coming(state) if c.at <= now]
        if call := owed_call(state, now):
            found.append(call)
        found += (SkipLevel(skip=skip) for skip in (*outbox.empty(state, now), *outbox.passed(state, now)))
        found += filing.noted(state, self._token)
        return found

    def due(self, state: Incident, now: Ms) -> list[tuple[Command, Job | None]]:
        """Every delivery that takes a step now, with the job that follows once the step is on disk."""
        state = outbox.at(state, now)
        steps: list[tuple[Command, Job | None]] = []
        steps += self._pages(state, now)
        for delivery in outbox.revived(state, now):
            why = "what had stopped it was taken back"
            steps.append((Deliver(delivery=replace(delivery, state=QUEUED, pager=self._token, again=0, why=why)), None))
        for delivery in outbox.unfinished(state):
            step = self._step(state, delivery, now)
            if step is not None:
                steps.append(step)
        steps += self._other_ways(state, now)
        steps += self._notices(state, now)
        return steps

    def _notices(self, state: Incident, now: Ms) -> Iterable[tuple[Command, Job | None]]:
        """Updates, briefs of handovers, action items and what rooms are owed, where it was not begun yet."""
        for notice in (*notices.notices(state), *self._more(state, now)):
            target = notice.target or Target("", "")
            begin = DeliveryChanged(
                "", SENDING, notice.what, ref=target.ref, who=target.name or notice.title, cause=notice.cause,
                due=notice.at, pager=self._token,
            )  # fmt: skip
            if notice.way:
                name, _, address = notice.way.partition(":")
                yield from self._begin(state, begin, self._config.way(notice.way) or (name, address))
            elif every := ways(target, self._config, state.restricted):
                yield from self._begin(state, begin, every[0])

    def _pages(self, state: Incident, now: Ms) -> Iterable[tuple[Command, Job | None]]:
        for page in outbox.pages(state, now):
            begin = DeliveryChanged(
                "",
                SENDING,
                ref=page.target.ref,
                who=page.target.name,
                level=page.call.level,
                backup=page.call.backup,
                round=page.call.round,
                topic=page.topic,
                cause=page.call.cause,
                due=page.call.due,
                pager=self._token,
            )
            every = ways(page.target, self._config, state.restricted)
            if every:
                yield from self._begin(state, begin, every[0])
            else:
                key = outbox.key(state.id, page, "", "")
                yield Deliver(delivery=replace(begin, delivery=key, state=FAILED, why=_no_way(page.target))), None

    def _begin(self, state: Incident, begin: DeliveryChanged, way: Way) -> Iterable[tuple[Command, Job | None]]:
        name, address = way
        page = outbox.Page(begin.topic, _call(begin), Target(begin.ref, begin.who))
        key = outbox.key(state.id, page, name, address)
        channel = self._channels.get(name)
        begun = replace(begin, delivery=key, channel=name, address=address, attempt=1, again=None, remote="")
        why = "" if isinstance(channel, Channel) else channel.why if channel else "there is no such channel here"
        if begin.what == "item":
            why = why or filing.unfit(state, self._config, channel)
        if why or not isinstance(channel, Channel):
            yield Deliver(delivery=replace(begun, state=FAILED, why=short(why))), None
            return
        if (self._spare_turn(name) if begin.what in rooms.KINDS else self._turn(name)) > 0:
            return  # its turn comes; nothing is lost, since nothing was said to be sent
        begun = replace(begun, state=SENDING, answers=channel.answers, why="")
        yield Deliver(delivery=begun), Job("send", begun)

    def _step(self, state: Incident, old: DeliveryChanged, now: Ms) -> tuple[Command, Job | None] | None:
        """The next step of a delivery that is not over."""
        if (old.delivery, "send") in self._under_way or old.what not in _SENT:
            return None
        needed_no_more = _over(state, old, now)
        mine = replace(old, pager=self._token)
        if old.state == SENDING:
            why = "the process that sent it ended before it knew; it may have arrived"
            return Deliver(delivery=replace(mine, state=UNKNOWN, again=now + filing.surely(old), why=why)), None
        if old.state == QUEUED and needed_no_more:
            return Deliver(delivery=replace(mine, state=DROPPED, again=None, why=short(needed_no_more))), None
        if old.state == ACCEPTED or needed_no_more or old.again is None or old.again > now:
            return None
        if old.state == UNKNOWN and old.what == "item":
            return None  # it is looked up, also once the channel can be used again
        channel = self._channels.get(old.channel)
        if not isinstance(channel, Channel):
            why = channel.why if channel else "there is no such channel here"
            return Deliver(delivery=replace(mine, state=FAILED, again=None, why=short(why))), None
        if old.state == UNKNOWN and (channel.finds or old.what == "update"):
            return None  # `jobs` asks first; what may be public already is not said twice by itself
        if (old.what == "page" and outbox.paused(state, old.topic, now)) or self._turn(old.channel) > 0:
            return None
        twice = old.twice or old.state == UNKNOWN
        again = replace(mine, state=SENDING, attempt=old.attempt + 1, again=None, twice=twice, why="")
        return Deliver(delivery=again), Job("send", again)

    def _other_ways(self, state: Incident, now: Ms) -> Iterable[tuple[Command, Job | None]]:
        groups: dict[tuple[object, ...], list[DeliveryChanged]] = {}
        for each in state.deliveries:
            if each.what in ("page", "handover"):
                place = (each.topic, each.cause, each.level, each.backup, each.round, each.ref)
                groups.setdefault(place, []).append(each)
        for begun in groups.values():
            last = begun[-1]
            if any(each.state in (*ARRIVED, SENDING, DROPPED) for each in begun) or _over(state, last, now):
                continue
            if last.what == "page" and outbox.paused(state, last.topic, now):
                continue
            target = _target(state, last, now)
            way = following(ways(target, self._config, state.restricted), begun, now) if target else None
            if way is not None:
                yield from self._begin(state, replace(last, pager=self._token, twice=False), way)

    def jobs(self, state: Incident, now: Ms) -> list[Job]:
        """What far sides are asked and told now; nothing is written before they answer."""
        found = []
        for job, at in self._asks(outbox.at(state, now), now):
            if at > now:
                continue
            if wait := self._spare_turn(job.delivery.channel):
                self._next[job.delivery.delivery, job.act] = now + wait
            else:
                found.append(job)
        return found

    def _asks(self, state: Incident, now: Ms) -> list[tuple[Job, Ms]]:
        """Every question to a far side that is open and not under way, and when it is asked."""
        found: list[tuple[Job, Ms]] = []

        def ask(job: Job, wait: Ms) -> None:
            name = (job.delivery.delivery, job.act)
            usable = isinstance(self._channels.get(job.delivery.channel), Channel)
            if usable and name not in self._under_way:
                found.append((job, self._next.setdefault(name, now + wait)))

        for each in outbox.unfinished(state):
            if each.what not in _SENT:
                continue
            if each.state == ACCEPTED:
                ask(Job("settle", each), SECOND)
            in_doubt = each.state == UNKNOWN and each.again is not None and self._finds(each.channel)
            if in_doubt and not _over(state, each, now):
                ask(Job("look up", each), max(0, (each.again or 0) - now))
        for each in outbox.waiting_for_answer(state, now):
            ask(Job("answer", each), 2 * SECOND)
        for each in items.followed(state):
            ask(Job("there", each), 0)
        for told in outbox.to_tell(state, now):
            channel = self._channels.get(told.of.channel)
            if isinstance(channel, Channel) and channel.follows:
                ask(Job(told.what, told.of, told.who), 0)
        return found

    def wake(self, state: Incident, now: Ms) -> Ms | None:
        """When there is something to do next if nothing happens before; None: never."""
        state = outbox.at(state, now)
        moments = [at for _, at in self._asks(state, now)]
        if (at := outbox.wake(state, now)) is not None:
            moments.append(at)
        if (at := next_overdue(state, now)) is not None:
            moments.append(at)
        busy = {delivery for delivery, _ in self._under_way}
        for each in outbox.unfinished(state):
            looked_up = each.what == "item" or self._finds(each.channel)
            mine = each.state == QUEUED or (each.state == UNKNOWN and not looked_up)
            if mine and each.again is not None and each.delivery not in busy and not _over(state, each, now):
                moments.append(max(each.again, outbox.paused(state, each.topic, now)))
        if outbox.pages(state, now) or notices.notices(state) or self._more(state, now):
            moments.append(now + SECOND // 4)  # a channel's turn is awaited
        return min(moments) if moments else None

    def _finds(self, name: str) -> bool:
        channel = self._channels.get(name)
        return isinstance(channel, Channel) and channel.finds

    # ── what came of it ──

    @property
    def busy(self) -> bool:
        """Whether a channel is being used for this incident."""
        return bool(self._under_way)

    def begun(self, job: Job) -> None:
        """It is under way, or what came of it is not on the log yet."""
        self._under_way.add((job.delivery.delivery, job.act))

    def set_clock(self, state: Incident, by: Ms) -> list[Command]:
        """The clock was set by `by` ms: what is tried or asked again later keeps what was left of its pause."""
        self._next = {name: at + by for name, at in self._next.items()}
        later = (d for d in state.deliveries if d.state in (QUEUED, UNKNOWN) and d.again)
        return [Deliver(delivery=replace(d, again=(d.again or 0) + by, pager=self._token)) for d in later]

    def done(self, state: Incident, job: Job, result: Result, now: Ms) -> list[Command]:
        """What the log has to say once a channel has answered."""
        name = (job.delivery.delivery, job.act)
        self._under_way.discard(name)
        self._next[name] = now + ASK
        old = state.delivery(job.delivery.delivery) or job.delivery
        old = replace(old, pager=self._token)
        if old.what in filing.PATIENT and (came := filing.came(old, job.act, result, now)) is not None:
            self._next[name] = came.next
            return came.commands
        match job.act, result:
            case "answer", Answer():
                return answers.commands(state, job.delivery, result, now, told=self._has_told(job.delivery, state))
            case "answer", _:
                return []
            case "look up", None:
                self._next.pop(name)
                return self._once_more(old, twice=False)
            case "look up", Sent() | Accepted():
                return [settled(old, result)]
            case "look up", _:
                return self._once_more(old, twice=True) if old.attempt < AGAIN else [Deliver(delivery=give_up(old))]
            case (("acknowledge" | "resolve"), _):
                return self._told(job, result, now)
            case "settle", Accepted():
                self._next[name] = now + pause(old.attempt) if now - old.due < 60 * SECOND else now + LONGEST
                return []
            case _, Sent() | Accepted():
                return [settled(old, result)]
            case _, Later():
                return [Deliver(delivery=later(old, result, now))]
            case _, Failed():
                return [Deliver(delivery=replace(old, state=FAILED, again=None, why=short(result.why)))]
            case _, Unknown() if old.state == ACCEPTED:
                return []
            case _, Unknown():
                again = now + pause(old.attempt) if old.attempt < AGAIN else None
                return [Deliver(delivery=replace(old, state=UNKNOWN, again=again, why=short(result.why)))]
        return []

    def _once_more(self, old: DeliveryChanged, *, twice: bool) -> list[Command]:
        # The next pass sends it, in its channel's turn.
        why = old.why if twice else "the far side does not have it"
        return [Deliver(delivery=replace(old, state=QUEUED, again=0, twice=old.twice or twice, why=why))]

    def _has_told(self, page: DeliveryChanged, state: Incident) -> bool:
        """Whether the page's far side has heard from us that somebody has it, and may say so again."""
        channel = self._channels.get(page.channel)
        if not (isinstance(channel, Channel) and channel.echoes):
            return False
        told = state.delivery(outbox.follow_key(page.delivery, "acknowledge"))
        return told is not None or (page.delivery, "acknowledge") in self._under_way

    def _told(self, job: Job, result: Result, now: Ms) -> list[Command]:
        of = job.delivery
        key = outbox.follow_key(of.delivery, job.act)
        new = replace(
            of, delivery=key, what=job.act, of=of.delivery, again=None, twice=False, pager=self._token, answers=False
        )
        if isinstance(result, Sent | Accepted):
            return [Deliver(delivery=replace(new, state=SENT, why=""))]
        tries = self._told_before[key] = self._told_before.get(key, 0) + 1
        if isinstance(result, Later | Unknown) and tries < TRIES:
            wait = result.after * SECOND if isinstance(result, Later) and result.after else pause(tries)
            self._next[(of.delivery, job.act)] = now + int(wait)
            return []
        why = result.why if isinstance(result, Later | Unknown | Failed) else "no answer"
        return [Deliver(delivery=replace(new, state=FAILED, why=short(why)))]


_SENT = ("page", "update", "handover", "item", *rooms.KINDS)
"""What leaves the room by itself; the rest follows from it."""


def _over(state: Incident, delivery: DeliveryChanged, now: Ms) -> str:
    """Why this delivery is not needed any more; empty while it is."""
    return outbox.closed(state, delivery, now) if delivery.what == "page" else notices.over(state, delivery)


def _call(delivery: DeliveryChanged) -> Call:
    return Call(delivery.level, delivery.due, delivery.backup, delivery.round, delivery.cause)


def _target(state: Incident, delivery: DeliveryChanged, now: Ms) -> Target | None:
    """Whom a delivery is for, as the policy on the log knows them."""
    if delivery.what == "handover":
        return notices.person(state, delivery.who)
    run = state.runs.get(delivery.topic)
    if run is None or not 1 <= delivery.level <= len(run.policy.levels):
        return None
    called = called_at(advance(run, now), _call(delivery))
    return next((target for target in called if target.ref == delivery.ref), None)


def _no_way(target: Target) -> str:
    if target.example:
        return "an example contact; it reaches nobody"
    ring = f"; ring {clean(target.phone)}" if target.phone else ""
    return f"no channel here reaches them{ring}"
