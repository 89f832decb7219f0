"""The standing messages of an incident: one for each channel that wants one and one in each room, kept current.

Its text is a function of state and time, so that it is changed exactly when it would say something else. Where it
stands is a fact, and that it says how it ended is one; what it said in between is none.
"""

from collections.abc import Callable, Mapping
from typing import Protocol, runtime_checkable

import msgspec
from msgspec.structs import replace

from ..config.channels import Channels
from ..core import outbox
from ..core.acts.delivery import Deliver
from ..core.commands import Command
from ..core.duration import spell
from ..core.events import DeliveryChanged
from ..core.events.delivery import SENT
from ..core.incident import Incident
from ..core.run import advance
from ..core.text import clean, clip, keepable
from ..core.values import DAY, MINUTE, SECOND, Ms
from ..render.times import moment
from .base import Channel, Failed, Later, Message, Outcome, Sent, Unknown, Words
from .courier import Job
from .factory import Unusable
from .messages import Writer
from .room_text import called, pinned
from .rooms import Room, room_of

ACT = "status"
EVERY = 3 * SECOND  # between two changes of one message; what comes meanwhile goes together
_REFUSED = 5 * MINUTE  # until what a far side refused is tried again: somebody may have let us in
_LONGEST = MINUTE
_TRIES = 8  # of the last change, for which a pager stays
_TITLE, _IMPACT, _NAME = 200, 400, 60


@runtime_checkable
class Stands(Protocol):
    """A channel that can keep a message current."""

    def status(self, message: Message, remote: str, *, pin: bool = False) -> Outcome:
        """Changes the one at `remote`, or makes a new one where that is empty or gone.

        `pin`: nobody knows whether the one at `remote` is pinned already.
        """


class _Place(msgspec.Struct):
    """One message: what it says as far as anybody knows, what is on its way there, and when it may change again.

    `room`: it stands in the incident's own room on that channel, else in the one that the channel names.
    """

    channel: str
    room: bool = False
    shown: str | None = None
    sending: str | None = None
    given_up: str | None = None
    remote: str = ""
    next: Ms = 0
    tries: int = 0
    said: str = ""

    def key(self, state: Incident) -> str:
        return key(state.id, self.channel, room=self.room)


class Standing:
    """The standing messages of one incident. `turn(channel)` is the ms until that channel may be used, 0: now."""

    def __init__(
        self,
        token: str,
        config: Channels,
        channels: Mapping[str, Channel | Unusable],
        writer: Writer,
        turn: Callable[[str], Ms],
    ) -> None:
        self._token, self._config, self._writer, self._turn = token, config, writer, turn
        self._places = {_name(name): _Place(name) for name in wanted(config, channels)}
        self._places |= {_name(name, True): _Place(name, True) for name in wanted(config, channels, room=True)}

    def jobs(self, state: Incident, now: Ms) -> list[tuple[Job, Message]]:
        """The messages that are to be changed now, and the turn of whose channel has come."""
        found = []
        for place in self._places.values():
            text = self._needed(state, place, now)
            if text is None or place.sending is not None or place.next > now:
                continue
            wait = self._turn(place.channel)
            if wait:
                place.next = now + wait
                continue
            delivery = self._delivery(state, place)
            message = replace(self._writer.bare(state, delivery), words=Words(text[:130], text[:459], text, text))
            place.sending = text
            found.append((Job(ACT, delivery), message))
        return found

    def done(self, state: Incident, job: Job, result: object, now: Ms) -> tuple[list[Command], str]:
        """What the log has to say about it, and what a person should hear of it, once."""
        name = job.delivery.channel
        place = self._places[_name(name, bool(job.delivery.address))]
        said, place.sending = place.sending or place.shown, None
        if isinstance(result, Sent):
            place.shown, place.tries, place.said, place.next = said, 0, "", now + EVERY
            place.remote = keepable(clean(result.remote))[:300] or place.remote
            return self._facts(state, place, replace(job.delivery, remote=place.remote), now), ""
        place.tries += 1
        after = result.after if isinstance(result, Later) else None
        wait = _REFUSED if isinstance(result, Failed) else min(_LONGEST, SECOND << min(place.tries, 6))
        place.next = now + max(wait, int((after or 0) * SECOND))
        if not state.open and (isinstance(result, Failed) or place.tries >= _TRIES):
            place.given_up = said
        why = result.why if isinstance(result, Later | Failed | Unknown) else "no answer"
        again, place.said = place.said == why, why
        return [], "" if again else f"the standing message on {name} is not current: {why}"

    def set_clock(self, by: Ms) -> None:
        """The clock was set by `by` ms: what changes later keeps what was left of its pause."""
        for place in self._places.values():
            place.next += by

    def wake(self, state: Incident, now: Ms) -> Ms | None:
        """When a message is to be changed next; None: when something else happens."""
        moments = [
            max(now, place.next)
            for place in self._places.values()
            if place.sending is None and self._needed(state, place, now) is not None
        ]
        return min(moments) if moments else None

    def owes(self, state: Incident, now: Ms) -> bool:
        """Whether a message is on its way, or still has to be."""
        return any(
            place.sending is not None or self._needed(state, place, now) is not None for place in self._places.values()
        )

    def _needed(self, state: Incident, place: _Place, now: Ms) -> str | None:
        """What the message should say, where it does not say that already."""
        own = place.key(state)
        begun = bool(place.remote) or state.delivery(own) is not None
        room = room_of(state, place.channel) if place.room else None
        if place.room and room is None:
            return None
        hidden = state.restricted and not (room.private if room else not self._config.by_name[place.channel].shared)
        # An incident that was over before anybody was told of it is not announced afterwards.
        if not begun and (not state.open or hidden):
            return None
        if not state.open and state.delivery(_end_key(state, own)) is not None:
            return None
        said = self._text(state, place, room, now)
        return None if said in (place.shown, place.given_up) else said

    def _text(self, state: Incident, place: _Place, room: Room | None, now: Ms) -> str:
        form, handle = self._config.by_name[place.channel], self._writer.handle(state.id)
        if room is not None:
            return pinned(state, now, handle, private=room.private, listens=bool(getattr(form, "listens", False)))
        return text(state, now, handle, shared=form.shared, room=room_of(state, place.channel))

    def _delivery(self, state: Incident, place: _Place) -> DeliveryChanged:
        own = place.key(state)
        known = state.delivery(own)
        remote = place.remote or (known.remote if known else "")
        room = room_of(state, place.channel) if place.room else None
        return DeliveryChanged(
            own, SENT, what="status", channel=place.channel, address=room.id if room else "", due=state.declared_at,
            remote=remote, pager=self._token,
        )  # fmt: skip

    def _facts(self, state: Incident, place: _Place, sent: DeliveryChanged, now: Ms) -> list[Command]:
        found: list[Command] = []
        if state.delivery(sent.delivery) is None:
            found.append(Deliver(delivery=sent))
        room = room_of(state, place.channel) if place.room else None
        if not state.open and place.shown == self._text(state, place, room, now):
            # Written, so that no later pager looks up every incident of the last years.
            why = f"it says that the incident is {state.phase}"
            end = replace(sent, delivery=_end_key(state, sent.delivery), of=sent.delivery, remote="", why=why)
            found.append(Deliver(delivery=end))
        return found


def post(channel: Channel, message: Message, remote: str) -> Outcome:
    """Keeps the message at `remote` current. Where nobody knows of one, it is looked for before another is made."""
    if not isinstance(channel, Stands):
        return Failed(f"{channel.name} keeps no standing message")
    if remote or not channel.finds:
        return channel.status(message, remote)
    seen = channel.look_up(message)
    if isinstance(seen, Later) and (seen.busy or message.address):
        return seen  # to a room nothing is more urgent than that it stands there once
    return channel.status(message, seen.remote if isinstance(seen, Sent) else "", pin=True)


def unsaid(state: Incident, config: Channels, channels: Mapping[str, Channel | Unusable], now: Ms) -> bool:
    """Whether a message still says that an incident is open which ended lately."""
    if state.open or state.ended is None or now - state.ended > DAY:
        return False
    own = [key(state.id, name) for name in wanted(config, channels)]
    own += [key(state.id, name, room=True) for name in wanted(config, channels, room=True)]
    return any(state.delivery(each) is not None and state.delivery(_end_key(state, each)) is None for each in own)


def key(inc: str, channel: str, *, room: bool = False) -> str:
    """The key of this incident's standing message in this channel, or in its room there."""
    from hashlib import sha256

    return sha256("\0".join((inc, channel, "room" if room else "status")).encode()).hexdigest()[:40]


def _end_key(state: Incident, own: str) -> str:
    return outbox.follow_key(own, f"ended {state.ended}")


def _name(channel: str, room: bool = False) -> str:
    return f"{channel}\0room" if room else channel


def wanted(config: Channels, channels: Mapping[str, Channel | Unusable], *, room: bool = False) -> list[str]:
    """The channels that keep a standing message, for all or in each incident's room, and can."""
    asked = (name for name, form in config.by_name.items() if getattr(form, "room" if room else "status", False))
    return [name for name in asked if isinstance(channels.get(name), Stands)]


# ── what it says ──


def text(state: Incident, now: Ms, handle: str, *, shared: bool = True, room: Room | None = None) -> str:
    """The message in plain lines. No number in it runs, so that it changes only when something has happened."""
    if state.restricted and shared:
        end = "" if state.open else f", {state.phase}"
        return f"{handle}: restricted{end}. Ask whoever is in command."
    since = f"declared {moment(state.declared_at, state.declared_at)}"
    lines = [f"{state.severity} {_short(state.title, _TITLE)}"]
    if state.open:
        lines.append(f"{handle}, {state.phase}, {since}")
    else:
        lines.append(f"{handle}, {state.phase} after {spell(state.elapsed(now))}, {since}")
    if state.impact:
        lines.append(f"Impact: {_short(state.impact.text(), _IMPACT)}")
    commander = state.role("commander")
    lines.append(f"In command: {_short(commander.who, _NAME) if commander else 'nobody yet'}")
    if state.open:
        for topic, run in state.runs.items():
            place = f"Called for {_short(topic, _NAME)}" if topic else "Called"
            lines.append(f"{place}: {called(advance(run, now))}")
        if room is not None and not room.private:
            lines.append(f"Room: #{room.name}")
        if state.bridge:
            lines.append(f"Bridge: {_short(state.bridge, _IMPACT)}")
    return "\n".join(lines)


def _short(said: str, most: int) -> str:
    return clip(" ".join(clean(said).split()), most)
