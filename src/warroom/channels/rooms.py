"""What the room of an incident in Slack is owed at a moment: to be made, people to be invited, facts to be told.

A function of facts and time, as the outbox is. All of it goes out by the courier, so that each has a key, a state on
the log and happens once. What the room hears is a matter of `ears`.
"""

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from re import sub

import msgspec

from ..config.channels import Channels, Slack
from ..core import events as ev
from ..core.events import DeliveryChanged, Event, Target
from ..core.events.delivery import ARRIVED, FAILED, UNKNOWN
from ..core.incident import Incident
from ..core.notices import Notice
from ..core.run import called_at
from ..core.values import DAY, HOUR, MINUTE, Ms
from ..render.times import day
from .room_text import MOST, is_news
from .slack_people import LOGIN, People, is_user, user_in

ROOM, INVITE, TOLD = "room", "invite", "told"
KINDS = (ROOM, INVITE, TOLD)
LISTENS = HOUR  # so long after its end an incident is still listened to
_AGAIN = (10 * MINUTE, 20 * MINUTE, 40 * MINUTE)  # until a room that could not be made is tried again
_FRESH = DAY  # so long after its declaration an incident may get one
_HELD = 5 * MINUTE  # after facts could not be told; more each time
_BEFORE = 10 * MINUTE  # a fact that was recorded so long before the room was made is told by its brief alone


class Room(msgspec.Struct, frozen=True):
    """The channel of an incident on one of ours: its id and name there, and since when."""

    id: str
    name: str
    private: bool
    since: Ms


def room_of(state: Incident, channel: str) -> Room | None:
    """The room that this incident has there."""
    for event in _events(state, channel, ROOM):
        made = event.body
        if made.state in ARRIVED and made.remote:
            id, _, name = made.remote.partition("/")
            return Room(id, name, made.ref.startswith(f"{ROOM}:private"), event.rec)
    return None


class Rooms:
    """The rooms of all incidents, on every channel that makes one. `handle`: an incident's identity → its handle."""

    def __init__(self, config: Channels, people: People, handle: Callable[[str], str]) -> None:
        slack = {name: form for name, form in config.by_name.items() if isinstance(form, Slack)}
        self.forms: Mapping[str, Slack] = {name: form for name, form in slack.items() if form.room}
        self._listening = [name for name, form in slack.items() if form.listens]
        self._people, self._handle = people, handle
        self._seen: dict[tuple[str, str], _Seen] = {}

    def wanted(self, state: Incident, now: Ms) -> bool:
        """Whether there is anything to do for a room of this incident, or to be heard in it."""
        if state.drill or state.declaration is None:
            return False
        if state.open:
            return any(room_of(state, name) or _may(state, form, now) for name, form in self.forms.items())
        if state.ended is None or now >= state.ended + LISTENS:
            return False
        return any(room_of(state, name) for name in self._listening) or bool(self.owed(state, now))

    def owed(self, state: Incident, now: Ms) -> list[Notice]:
        """What is to begin now."""
        if state.drill or state.declaration is None:
            return []
        return [notice for notice, at in self._coming(state, now) if at <= now]

    def wake(self, state: Incident, now: Ms) -> Ms | None:
        """When something is owed, or heard no more, if nothing happens before; None: never."""
        if state.drill or state.declaration is None:
            return None
        moments = [at for _, at in self._coming(state, now)]
        if not state.open and self.wanted(state, now):
            moments.append((state.ended or 0) + LISTENS)
        return min(moments, default=None)

    def _coming(self, state: Incident, now: Ms) -> Iterator[tuple[Notice, Ms]]:
        for name, form in self.forms.items():
            room = room_of(state, name)
            if room is None:
                yield from self._to_make(state, name, form, now)
            elif (room.private or not state.restricted) and (state.open or now < (state.ended or 0) + LISTENS):
                yield from self._to_invite(state, name, form, room, now)
                yield from self._to_tell(state, name, room, now)

    # ── the room itself ──

    def _to_make(self, state: Incident, name: str, form: Slack, now: Ms) -> Iterator[tuple[Notice, Ms]]:
        begun = _events(state, name, ROOM)
        if not (state.open and _may(state, form, now)) or any(not _in_vain(event.body) for event in begun):
            return
        if len(begun) > len(_AGAIN):
            return
        at = begun[-1].rec + _AGAIN[len(begun) - 1] if begun else 0
        private = "private" if state.restricted else "public"
        called = room_name(state, form.prefix, self._handle(state.id))
        target = Target(f"{ROOM}:{private}:{len(begun)}", f"#{called}")
        assert state.declaration is not None
        yield Notice(ROOM, state.declaration.id, "", state.declared_at, f"{name}:{called}", target), at

    # ── who is in it ──

    def _to_invite(self, state: Incident, name: str, form: Slack, room: Room, now: Ms) -> Iterator[tuple[Notice, Ms]]:
        begun = {event.body.ref for event in _events(state, name, INVITE)}
        cause = state.declaration.id if state.declaration else ""
        for address, who in self._wanted(state, name, form) if state.open else ():
            ref = f"{INVITE}:{address}"
            if ref not in begun:
                begun.add(ref)
                yield Notice(INVITE, cause, "", now, f"{name}:{room.id}", Target(ref, who)), 0

    def _wanted(self, state: Incident, name: str, form: Slack) -> Iterator[tuple[str, str]]:
        """Who belongs into the room: whoever has a role, was called or, as the configuration says, always."""
        for role in state.roles:
            for who in filter(None, (role.who, role.offered_to)):
                if address := self._people.address(state, who, name):
                    yield address, who
        for run in state.runs.values():
            for call in run.called:
                for target in called_at(run, call):
                    if not target.example and (user := user_in(target.reach, name)):
                        yield user, target.name
        for address in form.invite if not state.restricted else ():
            yield address, "" if is_user(address) else address

    # ── what it is told ──

    def _to_tell(self, state: Incident, name: str, room: Room, now: Ms) -> Iterator[tuple[Notice, Ms]]:
        told = _events(state, name, TOLD)
        last = told[-1].body if told else None
        if last is not None and last.state not in (*ARRIVED, FAILED) and not _in_vain(last):
            return  # one after the other: what happened first is told first
        news = self._news(state, name, room, told)
        if not news:
            return
        failed = sum(event.body.state == FAILED for event in told)
        held = told[-1].rec + min(failed * _HELD, HOUR) if last is not None and last.state == FAILED else 0
        together = _together(news)
        ref = f"{TOLD}:{failed}:{' '.join(event.id for event in together)}"
        yield Notice(TOLD, together[0].id, "", now, f"{name}:{room.id}", Target(ref, f"#{room.name}")), held

    def _news(self, state: Incident, name: str, room: Room, told: list["_Delivered"]) -> list[Event]:
        """The facts that are worth telling and were not told, in the order in which they happened."""
        done = {id for event in told if event.body.state != FAILED for id in told_in(event.body)}
        from_there = None
        found = []
        for event in self._facts(state, name, room):
            if event.id in done or not is_news(state, event):
                continue
            if event.by.login == LOGIN:
                from_there = _heard_in(state, room.id) if from_there is None else from_there
                if event.id in from_there:
                    continue  # whoever is in the room has read it there
            found.append(event)
        return sorted(found, key=lambda event: (state.when(event).t, event.order))

    def _facts(self, state: Incident, name: str, room: Room) -> list[Event]:
        """What may be news: looked for in what came since the last look."""
        seen = self._seen.get((state.id, name))
        facts = state.facts
        if seen is None or seen.count > len(facts) or (seen.count and facts[seen.count - 1].id != seen.last):
            seen = _Seen(0, "", [])
        fresh = (facts[n] for n in range(seen.count, len(facts)))
        seen.may += [e for e in fresh if e.rec >= room.since - _BEFORE and is_news(state, e, ever=True)]
        seen.count, seen.last = len(facts), facts[-1].id if len(facts) else ""
        self._seen[state.id, name] = seen
        return seen.may


class _Seen(msgspec.Struct):
    count: int
    last: str
    may: list[Event]


class _Delivered(msgspec.Struct, frozen=True):
    """A delivery as it stands, and when that was written."""

    body: DeliveryChanged
    rec: Ms


def _events(state: Incident, channel: str, what: str) -> list[_Delivered]:
    found = []
    for _, event in state.under(DeliveryChanged.type):
        body = event.body
        if isinstance(body, DeliveryChanged) and body.what == what and body.channel == channel:
            found.append(_Delivered(body, event.rec))
    return found


def told_in(delivery: DeliveryChanged) -> list[str]:
    """The facts that this one tells."""
    return delivery.ref.partition(":")[2].partition(":")[2].split()


def in_room(delivery: DeliveryChanged) -> bool:
    """Whether it stands in an incident's own room, or is about it."""
    return delivery.what in KINDS or (delivery.what == "status" and bool(delivery.address))


def _may(state: Incident, form: Slack, now: Ms) -> bool:
    """Whether this incident may get a room there: whoever configures rooms gets none for what is long known."""
    fresh = now < state.declared_at + _FRESH
    return fresh and (not state.restricted or form.restricted == "private")


def room_name(state: Incident, prefix: str, handle: str) -> str:
    """`inc-2026-11-22-k3f9-checkout-returns-500s`, at most 70 characters; of a restricted one without its title."""
    plain = unicodedata.normalize("NFKD", "" if state.restricted else state.title).encode("ascii", "ignore").decode()
    words = sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    head = f"{prefix}-{day(state.declared_at)}-{handle.rpartition('-')[2].lower()}"
    return f"{head}-{words}"[:70].strip("-")


def _in_vain(delivery: DeliveryChanged) -> bool:
    return delivery.state == FAILED or (delivery.state == UNKNOWN and delivery.again is None)


def _heard_in(state: Incident, room: str) -> set[str]:
    """The facts that came of what was said in this room."""
    heard = (event.body for _, event in state.under(ev.Heard.type))
    return {
        id for body in heard if isinstance(body, ev.Heard) and body.remote.startswith(f"{room}/") for id in body.facts
    }


def _together(news: list[Event]) -> list[Event]:
    """Those that go in one message: an update alone, since it is long."""
    first = news[0]
    if isinstance(first.body, ev.UpdatePosted):
        return [first]
    upto = next((n for n, event in enumerate(news) if isinstance(event.body, ev.UpdatePosted)), len(news))
    return news[: min(upto, MOST)]
