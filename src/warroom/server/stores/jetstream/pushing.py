"""Writing what is pushed: judged by the ledger, written where the stream still ends as the ledger says.

Of each replica's subject the last sequence is expected. Where somebody else was faster, or no answer came, the ledger
catches up and judges again; nothing is answered with `ok` before it has come back from the stream.
"""

import asyncio
from collections.abc import Callable, Sequence
from secrets import token_hex

import msgspec

from ....core import codec
from ....sync.wire import Result
from ..base import Pushed, StoreTrouble
from ..turns import Turns, noted, spelled
from .erasing import Erasing
from .following import Following, no_leader
from .ledger import Ledger, Trial
from .link import Link, Mismatch, Unknown
from .mirror import Outline, Room
from .tombstones import MOST_TOMBSTONES, expecting, marking, tombstones
from .words import BY, HEAD, TURNS, Message, fact_subject

PATIENCE = 8.0  # seconds for one push, a change of leader included
MOST_FACTS = 400  # in one batch, in which NATS takes 1,000 messages
_ERASING = 2.0
_SHORT = 4  # facts of one replica that are written one by one
_AT_ONCE = 64  # pushes
_ANSWER = 1.5  # seconds for an acknowledgement; after them it is looked up

Whose = Callable[[str], tuple[str, Turns]]


class Waiting(msgspec.Struct):
    """A push that waits for its turn."""

    facts: list[tuple[bytes, str]]
    token: str
    done: "asyncio.Future[Pushed]"


class Plan(msgspec.Struct):
    """What is to be written, and the verdicts if it is. `answers` and `facts`: a list for each push."""

    messages: list[Message]
    answers: list[list[Result]]
    facts: list[list[Message]]
    kept: list[tuple[str, int, str]]
    gaps: set[str]
    mark: str = ""
    blobs: tuple[str, ...] = ()


def planned(ledger: Ledger, outline: Outline, pushes: Sequence[Waiting], whose: Whose) -> Plan:
    """Judges these pushes one after the other, each on what the ones before it leave. Changes nothing."""
    trial = Trial(ledger)
    plan = Plan([], [], [], [], set())
    placed: dict[int, Message] = {}
    erased: list[int] = []
    owned: dict[str, tuple[str, Turns]] = {}
    for push in pushes:
        verdicts: list[Result] = []
        plan.answers.append(verdicts)
        plan.facts.append([])
        for data, hash in push.facts:
            judged = trial.judge(data, hash)
            verdicts.append(judged.result)
            if judged.event is None:
                if judged.result.status == "gap":
                    plan.gaps.add(codec.decode(data).rep)
                continue
            event = judged.event
            row, changed = trial.add(event, judged.data, hash)
            owner, turns = owned.get(event.rep) or whose(event.rep)
            owner = owner or push.token
            owned[event.rep] = (owner, turns) = (owner, noted(turns, owner, event.seq, push.token))
            headers = {HEAD: f"{event.seq} {hash}", BY: owner} | ({TURNS: spelled(turns)} if turns else {})
            message = placed[row.n] = Message(fact_subject(ledger.inc, event.rep), row.data, headers)
            plan.facts[-1].append(message)
            plan.kept.append((event.rep, event.seq, hash))
            for at in changed:
                if at in placed:
                    placed[at].data = trial.rows[at - 1]  # its text never gets into the stream
                else:
                    erased.append(at)
    erased = erased[:MOST_TOMBSTONES]
    numbers = [ledger.numbers[at - 1] for at in erased]
    # Tombstones first: so the newest message of a subject is its replica's last row, wherever there is a new one.
    plan.messages = tombstones(
        ledger, outline, [(n, trial.rows[at - 1]) for n, at in zip(numbers, erased, strict=True)]
    )
    plan.messages += placed.values()
    plan.blobs = tuple(trial.unnamed())
    if numbers or plan.blobs:
        plan.mark = token_hex(8)
        plan.messages.append(marking(ledger.inc, plan.mark, numbers, plan.blobs))
    expecting(plan.messages, outline)
    return plan


class Pushing:
    """`whose`: incident, replica → the token that the replica belongs to, empty while it is new, and its turns."""

    def __init__(
        self, link: Link, following: Following, erasing: Erasing, whose: Callable[[str, str], tuple[str, Turns]]
    ) -> None:
        self._link, self._following, self._erasing, self._whose = link, following, erasing, whose
        self._free = asyncio.Semaphore(_AT_ONCE)

    async def write_all(self, inc: str, room: Room) -> None:
        """Until nobody waits. What came while the cluster was busy is the next group."""
        while room.waiting:
            group = _next_group(room)
            try:
                answers = await self._write(inc, room, group)
            except Exception as problem:
                # Whoever waits behind it would wait as long, and for the same.
                _fail([*group, *room.waiting], problem)
                room.waiting = []
                continue
            for waiting, results in zip(group, answers, strict=True):
                if not waiting.done.done():
                    waiting.done.set_result(Pushed(tuple(results), room.ledger.last))
        room.writing = False

    async def _write(self, inc: str, room: Room, group: list[Waiting]) -> list[list[Result]]:
        now = asyncio.get_running_loop().time
        deadline = now() + PATIENCE
        tried: list[Plan] = []
        looked = False
        while True:
            if self._following.mirror.rooms.get(inc) is not room:
                # What it knows does not hold any more, and to write by it would put facts where they do not belong.
                raise StoreTrouble("The NATS stream was replaced meanwhile; push again.")
            plan = self._plan(inc, room, group)
            subjects = {message.subject for message in plan.messages if message.expected is not None}
            if plan.gaps and not looked:  # what is missing may have come to another node
                looked = True
                await self._following.look([fact_subject(inc, rep) for rep in plan.gaps], deadline)
                continue
            if not plan.messages:
                break
            tried.append(plan)
            try:
                await self._following.catch_up(await self._publish(plan))
            except (Mismatch, Unknown) as problem:
                await self._following.look(subjects, deadline)
                await asyncio.sleep(0.02)
                if now() > deadline:
                    raise _too_late(self._link, problem) from None
            if plan.kept and all(room.ledger.holds(*fact) for fact in plan.kept):
                room.ledger.unnamed_blobs.difference_update(plan.blobs)
                if plan.mark:
                    # The facts are kept, whatever becomes of this: a mark that is not done now is done later.
                    await asyncio.wait((asyncio.ensure_future(self._erasing.finish(plan.mark)),), timeout=_ERASING)
                break
        return _first_verdicts(tried, plan)

    async def _publish(self, plan: Plan) -> int:
        """The number of the last message. A redaction and its tombstones are written together or not at all.

        Else small pushes of different replicas are written at once, the facts of each one after the other: that takes
        less than a batch, for which the leader makes files first. What is longer goes into one batch.
        """
        if plan.mark:
            return await self._link.publish(plan.messages, _ANSWER)
        runs = _runs(plan.facts)
        long = [message for run in runs if len(run) > _SHORT for message in run]
        writes = [self._one_by_one(run) for run in runs if len(run) <= _SHORT]
        if long:
            writes.append(self._link.publish(long, _ANSWER))
        done = await asyncio.gather(*writes, return_exceptions=True)
        for result in done:
            if isinstance(result, BaseException):
                raise result  # the others are written, or not: what is read next will tell
        return max(result for result in done if isinstance(result, int))

    async def _one_by_one(self, run: list[Message]) -> int:
        number = 0
        written: dict[str, int] = {}
        async with self._free:
            for message in run:
                message.expected = written.get(message.subject, message.expected)
                number = written[message.subject] = await self._link.publish([message], _ANSWER)
        return number

    def _plan(self, inc: str, room: Room, group: list[Waiting]) -> Plan:
        outline = self._following.mirror.outline(inc)
        return planned(room.ledger, outline, group, lambda rep: self._whose(inc, rep))


def _runs(pushes: Sequence[list[Message]]) -> list[list[Message]]:
    """The facts of these pushes; those of one replica, and those of one push, stay in their order in one run."""
    runs: list[tuple[set[str], list[Message]]] = []
    for facts in pushes:
        subjects = {message.subject for message in facts}
        run: list[Message] = []
        for known in [known for known in runs if known[0] & subjects]:
            runs.remove(known)
            subjects |= known[0]
            run += known[1]
        if facts:
            runs.append((subjects, run + facts))
    return [run for _, run in runs]


def _too_late(link: Link, problem: Exception) -> StoreTrouble:
    if isinstance(problem, Mismatch):
        return StoreTrouble("Others write to the same replica all the time: push again.")
    return no_leader(link, problem)


def _first_verdicts(tried: list[Plan], plan: Plan) -> list[list[Result]]:
    """A fact that is a duplicate because an earlier try got through unheard is what that try said it was."""
    answers = plan.answers
    for earlier in reversed(tried):
        for known, now in zip(earlier.answers, answers, strict=True):
            for at, result in enumerate(now):
                if result.status == "duplicate":
                    now[at] = known[at]
    return answers


def _next_group(room: Room) -> list[Waiting]:
    facts = count = 0
    for waiting in room.waiting:
        facts += len(waiting.facts)
        if count and facts > MOST_FACTS:
            break
        count += 1
    group, room.waiting = room.waiting[:count], room.waiting[count:]
    return group


def _fail(waiting: list[Waiting], problem: Exception) -> None:
    for each in waiting:
        if not each.done.done():
            each.done.set_exception(problem)
