"""An incident's own channel in Slack: made, found again by its name and its description, people invited to it.

Slack refuses a second channel of the same name, so that a room that nobody wrote down is found and not doubled.
"""

from ..core.text import clean, clip
from .base import Failed, Later, Message, Outcome, Sent
from .foreign import Row, row
from .slack_call import No, SlackCalls, cannot_say
from .slack_people import is_user
from .slack_words import escaped, word

_PURPOSE = 240  # characters; Slack takes 250


def make(slack: SlackCalls, message: Message) -> Outcome:
    """The room with the name that is the message's address. `remote` is `ID/NAME`."""
    private = message.to.startswith("private")
    for name in _names(message):
        done = slack.ask("POST", "conversations.create", name=name, is_private="true" if private else "false")
        if not isinstance(done, No):
            return _described(slack, message, row(done, "channel"), name)
        if done.error != "name_taken":
            return done.outcome
        there = _ours(slack, message, (name,))
        if there is not None:
            return there
    return Failed("Slack has channels of these names already, and none of them is this incident's")


def find(slack: SlackCalls, message: Message) -> Outcome | None:
    """The room, if it was made already."""
    return _ours(slack, message, _names(message))


def invite(slack: SlackCalls, message: Message) -> Outcome:
    """Invites whom `to` names, by id or e-mail address, to the room that is the message's address."""
    user = message.to
    if not is_user(user):
        asked = slack.ask("GET", "users.lookupByEmail", email=user)
        if isinstance(asked, No):
            unknown = Failed("nobody in Slack has this e-mail address")
            return unknown if asked.error == "users_not_found" else asked.outcome
        user = word(row(asked, "user").get("id"))
    done = slack.ask("POST", "conversations.invite", channel=message.address, users=user)
    if not isinstance(done, No) or done.error in ("already_in_channel", "cant_invite_self"):
        return Sent()
    return done.outcome


def _names(message: Message) -> tuple[str, str]:
    """What the room may be called; the second where somebody else's channel has the first name."""
    return message.address, f"{message.address[:70]}-{message.inc[4:10].lower()}"


def _ours(slack: SlackCalls, message: Message, names: tuple[str, ...]) -> Outcome | None:
    """The channel of one of these names that this app made for this incident."""
    me = slack.me()
    if isinstance(me, No):
        return cannot_say(me)
    # Whoever makes a channel is in it: these are few, where the whole workspace may have thousands.
    types = "public_channel,private_channel"
    found = slack.pages("GET", "users.conversations", "channels", types=types, exclude_archived="true", limit="900")
    if isinstance(found, No):
        return cannot_say(found)
    for channel in found:
        says = word(row(channel, "purpose").get("value"))
        mine = says.startswith(_mark(message)) or (not says and me and channel.get("creator") == me)
        if channel.get("name") in names and mine:
            return _described(slack, message, channel, word(channel.get("name")))
    return None


def _described(slack: SlackCalls, message: Message, channel: Row, name: str) -> Outcome:
    """What the room is for is written at its head, with the incident's identity, by which it is found again."""
    id = word(channel.get("id"))
    if not id:
        return Later("Slack does not say which channel it made")
    if not word(row(channel, "purpose").get("value")).startswith(_mark(message)):
        title = "" if message.title == "restricted" and not message.severity else f" {clip(clean(message.title), 120)}"
        purpose = escaped(f"{_mark(message)} · {message.incident}{title}", _PURPOSE)
        done = slack.ask("POST", "conversations.setPurpose", channel=id, purpose=purpose)
        if isinstance(done, No) and isinstance(done.outcome, Later):
            return done.outcome
    return Sent(f"{id}/{name}")


def _mark(message: Message) -> str:
    return f"War room {message.inc}"
