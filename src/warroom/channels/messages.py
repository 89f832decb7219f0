"""From the state of an incident to the message that a channel is given: the brief in its words, and whom it is for."""

from collections.abc import Callable

import msgspec

from ..core.brief import Brief, brief
from ..core.duration import spell
from ..core.events import DeliveryChanged
from ..core.incident import Incident
from ..core.notices import text_of
from ..core.review.items import REF, item_by_id
from ..core.text import clean, clip
from ..core.values import MINUTE, Ms
from ..render.brief import texts
from ..render.item import issue
from . import room_text
from .base import Message, Words
from .rooms import KINDS, ROOM, TOLD, in_room, told_in

LATE = 15 * MINUTE  # later than this, the page says so

Handle = Callable[[str], str]
"""An incident's identity → the handle that is unique here."""


class Writer(msgspec.Struct, frozen=True):
    """Writes messages with the templates of these two folders: the shipped data and the configuration."""

    shipped: str
    own: str
    handle: Handle

    def page(self, state: Incident, delivery: DeliveryChanged, now: Ms, *, shared: bool = False) -> Message:
        """The message of this page. `shared`: many read where it goes."""
        told = brief(state, now, place=delivery.place, shared=shared, handle=self.handle(state.id))
        if wait := late(delivery, now):
            told = msgspec.structs.replace(told, needed=f"{told.needed} · {wait}")
        message = self._message(state, delivery, self._words(told), thread=_thread(state, delivery))
        return _veiled(message) if told.hidden else message

    def notice(self, state: Incident, delivery: DeliveryChanged) -> Message:
        """An update or the brief of a handover, in the words that stand on the log."""
        title, text = text_of(state, delivery)
        text = clean(text, lines=True)
        words = Words(
            line=clip(f"{title}: {clean(text)}", 130), sms=clip(text, 459), chat=clip(text, 2_900), mail=text[:20_000]
        )
        message = self._message(state, delivery, words, thread=_thread(state, delivery))
        return msgspec.structs.replace(message, title=title, to=delivery.ref.partition(":")[2])

    def item(self, state: Incident, delivery: DeliveryChanged) -> Message:
        """An action item that is opened as an issue elsewhere; its words are the issue's text, line by line."""
        item = item_by_id(state, delivery.ref.removeprefix(REF))
        message = self._message(state, delivery, Words("", "", "", ""))
        if item is None:
            return message
        title, text = issue(state, item, self.handle(state.id))
        words = Words(line=clip(title, 130), sms=clip(title, 459), chat=clip(text, 2_900), mail=text)
        return msgspec.structs.replace(message, title=title, words=words, labels=(item.what_for,))

    def for_room(self, state: Incident, delivery: DeliveryChanged) -> Message:
        """The making of an incident's room, an invitation to it, or facts that are told there."""
        text = room_text.told(state, told_in(delivery)) if delivery.what == TOLD else ""
        message = self._message(state, delivery, Words(clip(clean(text), 130), clip(text, 459), text, text))
        return _veiled(message) if delivery.what == ROOM and state.restricted else message

    def message(self, state: Incident, delivery: DeliveryChanged, now: Ms, *, shared: bool = False) -> Message:
        """What this delivery says."""
        if delivery.what in KINDS:
            return self.for_room(state, delivery)
        if delivery.what == "item":
            return self.item(state, delivery)
        if delivery.what == "page":
            return self.page(state, delivery, now, shared=shared)
        return self.notice(state, delivery)

    def status(self, state: Incident, delivery: DeliveryChanged, now: Ms, *, shared: bool = True) -> Message:
        """The message of a standing status, for nobody in particular."""
        told = brief(state, now, shared=shared, handle=self.handle(state.id))
        message = self._message(state, delivery, self._words(told))
        return _veiled(message) if told.hidden else message

    def bare(self, state: Incident, delivery: DeliveryChanged) -> Message:
        """The message as far as it takes to find it again: without its words."""
        return self._message(state, delivery, Words("", "", "", ""), thread=_thread(state, delivery))

    def _words(self, told: Brief) -> Words:
        made = texts(told, self.shipped, self.own)
        return Words(line=made.line, sms=made.sms, chat=made.chat, mail=made.mail)

    def _message(self, state: Incident, delivery: DeliveryChanged, words: Words, thread: str = "") -> Message:
        return Message(
            key=delivery.delivery,
            words=words,
            what=delivery.what,
            incident=self.handle(state.id),
            inc=state.id,
            title=clean(state.title),
            severity=state.severity,
            phase=state.phase,
            services=tuple(clean(service) for service in state.services),
            level=0 if delivery.topic else delivery.level,
            topic=delivery.topic,
            round=delivery.round,
            to=delivery.ref.partition(":")[2],
            name=clean(delivery.who),
            address=delivery.address,
            link=state.bridge if state.bridge.startswith(("https://", "http://")) else "",
            thread=thread,
            twice=delivery.twice,
            drill=state.drill,
            at=delivery.due,
        )


def _veiled(message: Message) -> Message:
    """Without what a restricted incident is about: its handle alone is for everybody."""
    return msgspec.structs.replace(message, title="restricted", severity="", phase="", services=(), topic="", link="")


def late(delivery: DeliveryChanged, now: Ms) -> str:
    """What a page says that comes late; empty where it comes in time."""
    wait = now - delivery.due
    return f"this page is {spell(wait)} late, since nobody paged when it was due" if wait > LATE else ""


def _thread(state: Incident, delivery: DeliveryChanged) -> str:
    """What finds the first message about this incident on that channel; empty for that one itself."""
    posted = (d for d in state.deliveries if d.remote and not d.of and not in_room(d))
    first = next((d for d in posted if d.channel == delivery.channel), None)
    return "" if first is None or first.delivery == delivery.delivery else first.remote
