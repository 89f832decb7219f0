"""What Slack tells over its socket: from an envelope to something that was said, or to nothing. It takes no key for
granted, and whatever it is, the worst that comes out is nothing.
"""

import msgspec

from ..core.values import Ms
from .foreign import Row, row, rows
from .slack_words import EVENT, timestamp, word

WORD, EDIT, DELETED, MARK = "word", "edit", "deleted", "mark"
_LONGEST = 40_000  # characters of a text; Slack cuts there
_PEOPLE_WRITE = ("", "thread_broadcast", "file_share", "me_message")


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to one message. `at`, `thread` and `text` are the message's; `late`: it is told again.

    `what`: it was written (word), changed (edit), deleted, or a reaction of it came or went (mark). `edited` is the ts
    of a change. `envelope` is what Slack waits to have acknowledged; empty where it was found by looking.
    """

    what: str
    channel: str
    ts: str
    thread: str = ""
    user: str = ""
    text: str = ""
    edited: str = ""
    name: str = ""  # how a bot calls itself
    bot: bool = False
    marker: str = ""  # who marked it; empty: nobody
    answered: bool = False  # whether it carries an answer of ours already
    late: bool = False
    envelope: str = ""

    @property
    def marked(self) -> bool:
        """Whether it carries the mark."""
        return self.marker != ""

    @property
    def at(self) -> Ms:
        return ms(self.ts)

    @property
    def remote(self) -> str:
        return f"{self.channel}/{self.ts}"


def ms(ts: str) -> Ms:
    """A ts of Slack's in UTC ms."""
    return int(float(ts) * 1000) if timestamp(ts) else 0


def heard(envelope: Row, mark: str) -> Heard | None:
    """What an envelope says that may concern a room; `mark` is the reaction that counts."""
    if envelope.get("type") != "events_api":
        return None
    event = row(envelope, "payload", "event")
    id, late = word(envelope.get("envelope_id")), bool(envelope.get("retry_attempt"))
    match event.get("type"):
        case "message":
            found = _message(event)
        case "reaction_added" | "reaction_removed":
            found = _reaction(event, mark)
        case _:
            found = None
    return found and msgspec.structs.replace(found, envelope=id, late=late)


def _message(event: Row) -> Heard | None:
    channel, kind = word(event.get("channel")), word(event.get("subtype"))
    if not channel:
        return None
    if kind == "message_changed":
        return _changed(channel, row(event, "message"), row(event, "previous_message"))
    if kind == "message_deleted":
        ts = timestamp(event.get("deleted_ts"))
        before = row(event, "previous_message")
        thread, user = timestamp(before.get("thread_ts")), word(before.get("user"))
        return Heard(what=DELETED, channel=channel, ts=ts, thread=thread, user=user) if ts else None
    return said(channel, event)


def said(channel: str, message: Row, mark: str = "", me: str = "") -> Heard | None:
    """A message as it stands: as an event brings it, or as a look at the channel finds it."""
    ts = timestamp(message.get("ts"))
    if not ts or word(message.get("subtype")) not in (*_PEOPLE_WRITE, "bot_message"):
        return None
    reactions = [each for each in rows(message, "reactions") if me and me in _users(each)]
    return Heard(
        what=WORD,
        channel=channel,
        ts=ts,
        thread=timestamp(message.get("thread_ts")),
        user=word(message.get("user")),
        text=_text(message)[:_LONGEST],
        edited=timestamp(row(message, "edited").get("ts")),
        name=word(message.get("username")) or word(row(message, "bot_profile").get("name")),
        bot=bool(message.get("bot_id")) or row(message, "metadata").get("event_type") == EVENT,
        marker=next((user for each in rows(message, "reactions") if _is(each, mark) for user in _users(each)), ""),
        answered=bool(reactions),
    )


def _text(message: Row) -> str:
    """What stands in the message; where it is all in attachments, as with what monitoring posts, what they say."""
    said = (word(each.get("fallback")) or word(each.get("text")) for each in rows(message, "attachments"))
    return word(message.get("text")) or "\n".join(filter(None, said))


def _changed(channel: str, message: Row, before: Row) -> Heard | None:
    ts = timestamp(message.get("ts"))
    if ts and message.get("subtype") == "tombstone":  # it was deleted, and there are replies to it
        return Heard(what=DELETED, channel=channel, ts=ts, thread=ts, user=word(before.get("user")))
    found = said(channel, message)
    # A link that unfolds changes a message too; only a person's edit has a time of its own.
    if found is None or not found.edited or found.edited == timestamp(row(before, "edited").get("ts")):
        return None
    return msgspec.structs.replace(found, what=EDIT)


def _reaction(event: Row, mark: str) -> Heard | None:
    item = row(event, "item")
    ts, channel = timestamp(item.get("ts")), word(item.get("channel"))
    if item.get("type") != "message" or not ts or not channel or not _named(event.get("reaction"), mark):
        return None
    return Heard(what=MARK, channel=channel, ts=ts, user=word(event.get("user")))


def _is(reaction: Row, mark: str) -> bool:
    return _named(reaction.get("name"), mark)


def _named(name: object, mark: str) -> bool:
    return bool(mark) and word(name).partition("::")[0] == mark  # behind it stands the tone of the skin


def _users(reaction: Row) -> list[str]:
    users = reaction.get("users")
    return [user for user in users if isinstance(user, str) and user] if isinstance(users, list) else []
