"""`warroom doctor --page-me`: one real message, marked TEST and about no incident, to whoever asks for it."""

import os
import time
from typing import TYPE_CHECKING

from ..core.text import clean
from ..core.values import SECOND
from . import out
from .session import Session
from .stop import FAILED, OK, NotHere

if TYPE_CHECKING:
    from ..channels.base import Channel, Message, Outcome
    from ..channels.factory import Unusable
    from ..channels.ways import Way
    from ..config.people_forms import Contact

_SETTLES_S = 15.0  # for what a far side has only accepted
_LINE = "TEST: nothing is wrong. This only shows that pages reach you."


def page_me(session: Session, only: str, json: bool) -> int:
    """Tries my ways until one works, or the one through the channel `only`. 0 where it went out, 1 where it did not.

    Raises `NotHere` where no contact is me, or none of my ways is through that channel.
    """
    from ..channels.factory import build

    id, contact = _me(session)
    mine = _ways(session, id, contact, only)
    built = build(session.library.channels)
    tries = []
    worked = None
    for name, address in mine:
        channel = built[name]
        message = _message(session, id, contact, address)
        state, why = _try(session, channel, message)
        answers = getattr(channel, "answers", False) if state == "sent" else False
        tries.append({"channel": name, "address": address, "state": state, "why": why})
        if not json:
            out.data(_sentence(name, address, state, why))
        if state == "sent":
            worked = name
            break
    if json:
        answered = worked is not None and bool(answers)
        out.json({"sent": worked is not None, "to": id, "channel": worked or "", "answers": answered, "tries": tries})
    elif worked is not None:
        out.data(_after(worked, bool(answers), getattr(built[worked], "follows", False)))
    else:
        phone = f" ({clean(contact.phone)})" if contact.phone else ""
        out.data(
            f"No page reaches {clean(contact.name)}{phone}: `warroom doctor` says what is wrong with each channel."
        )
    return OK if worked is not None else FAILED


def _me(session: Session) -> "tuple[str, Contact]":
    me = session.me.name.casefold()
    own = {id: each for id, each in session.library.contacts.items() if not each.example}
    for id, each in own.items():
        if me in (id.casefold(), each.name.casefold(), each.email.casefold()):
            return id, each
    there = ", ".join(clean(id) for id in own) or "nobody yet"
    raise NotHere(f"No contact is called “{session.me.name}”; there is {there}. Say which one you are with --by.")


def _ways(session: Session, id: str, contact: "Contact", only: str) -> "list[Way]":
    from ..channels.ways import ways
    from ..core.events import Target

    channels = session.library.channels
    if not channels.by_name:
        raise NotHere("There is no channel yet: docs/escalation.md shows how to write a channels.toml.")
    found = ways(Target(f"contact:{id}", contact.name, contact.phone, contact.reach), channels)
    if only:
        found = [way for way in found if way[0] == only]
    if not found:
        named = ", ".join(clean(each) for each in (*contact.reach, *channels.fallback)) or "none"
        by = f" by {clean(only)}" if only else ""
        raise NotHere(f"No way leads to {clean(contact.name)}{by}; their ways are: {named}.")
    return found


def _message(session: Session, id: str, contact: "Contact", address: str) -> "Message":
    from ..channels.base import Message, Words

    who = f"{clean(session.me.login)} on {clean(session.me.host)}"
    text = f"{_LINE}\n\nAsked for by {who} with `warroom doctor --page-me`. No incident is open because of it.\n"
    text += "If this reached you in time to act on a real page, it works. Acknowledge or close it where it asks you to."
    return Message(
        # A new one each time: a far side that knows the key would swallow the second test.
        key=f"test-{os.urandom(12).hex()}",
        words=Words(_LINE, text[:459], text, text),
        what="test",
        incident="",
        inc="",
        title="TEST: nothing is wrong",
        severity="TEST",
        to=id,
        name=contact.name,
        address=address,
        at=session.now(),
    )


def _try(session: Session, channel: "Channel | Unusable", message: "Message") -> tuple[str, str]:
    """`sent`, `not sent` or `perhaps`, and why."""
    from ..channels.base import Accepted, Channel, Sent
    from ..config import tested

    if not isinstance(channel, Channel):
        return "not sent", channel.why
    try:
        outcome = channel.send(message)
        if isinstance(outcome, Accepted):
            outcome = _settled(channel, message, outcome)
    except Exception as error:  # an adapter's mistake must not hide the other ways
        return "not sent", f"a mistake in this program ({type(error).__name__}); please report it"
    went = isinstance(outcome, Sent | Accepted)
    why = "" if went else clean(getattr(outcome, "why", ""))
    try:
        tested.keep(session.paths, channel.name, session.now(), went, why or "a test page went out")
    except OSError:
        pass  # what came of it is said here, and asked again by the next doctor
    from ..channels.base import Unknown

    return ("sent" if went else "perhaps" if isinstance(outcome, Unknown) else "not sent"), why


def _settled(channel: "Channel", message: "Message", outcome: "Outcome") -> "Outcome":
    """What became of something that was only accepted, where that shows soon."""
    from ..channels.base import Accepted

    remote = getattr(outcome, "remote", "")
    ends = time.monotonic() + _SETTLES_S
    while isinstance(outcome, Accepted) and time.monotonic() < ends:
        time.sleep(SECOND / 1000 / 2)
        outcome = channel.settle(message, remote)
    return outcome


def _sentence(name: str, address: str, state: str, why: str) -> str:
    way = clean(f"{name}:{address}" if address else name)
    if state == "sent":
        return f"√ A page marked TEST went out by {way}."
    if state == "perhaps":
        return f"? By {way} it may have gone out: {clean(why)}."
    return f"✗ By {way} it did not go out: {clean(why)}."


def _after(name: str, answers: bool, follows: bool) -> str:
    if not answers:
        return (
            f"An answer on {clean(name)} would not be read back: after a real page, ring as well, or say `warroom ack`."
        )
    open_ = " It stays open there until you close it: before that it may call others." if follows else ""
    return f"An answer on {clean(name)} would be read back.{open_}"
