"""Slack, by a bot token. It knows no idempotency key: each message carries ours as a mark, by which it is found again.

`remote` is `CHANNEL/TS`. Status 200 means nothing here: only `ok: true` does.
"""

import time
from re import fullmatch
from typing import Any, ClassVar

import msgspec

from ..config.channels import Slack as SlackForm
from ..core.text import clean, clip
from ..net import Reply
from . import slack_room
from .base import Answer, Failed, Later, Message, Outcome, Probe, Sent
from .letter import TWICE
from .rooms import INVITE, ROOM, TOLD
from .slack_call import No, SlackCalls, cannot_say
from .slack_manifest import lacking
from .slack_socket import EXTRA
from .slack_words import BLOCK, by_reaction, by_reply, escaped, mark, timestamp, word

_BACK_S = 3_600  # how far before the moment when it was due a message is looked for
_BACK_TOLD_S = 120
_GONE = ("message_not_found", "cant_update_message", "edit_window_closed", "channel_not_found")


class Slack(SlackCalls):
    """`secrets`: `token`. An address is the id of a channel or a person; without one it is the form's channel."""

    kind: ClassVar[str] = "slack"
    answers: bool = True
    finds: bool = True
    follows: bool = True
    pace: ClassVar[float] = 1.0
    form: SlackForm

    def send(self, message: Message) -> Outcome:
        if message.what == ROOM:
            return slack_room.make(self, message)
        if message.what == INVITE:
            return slack_room.invite(self, message)
        channel = message.address or self.form.channel
        if not channel:
            return Failed(f"nowhere to post: the page names no Slack id, and {self.name} no `channel`")
        fields = {"text": _text(message), "mrkdwn": "false", "metadata": mark(message.key, message.what)}
        thread, _, root = message.thread.partition("/")
        if thread == channel and timestamp(root):
            fields |= {"thread_ts": root, "reply_broadcast": "true"}
        return self.post(channel, fields)

    def look_up(self, message: Message) -> Outcome | None:
        if message.what == ROOM:
            return slack_room.find(self, message)
        if message.what == INVITE:
            return None  # to invite somebody twice is to invite them once
        channel = message.address or self.form.channel
        if fullmatch("[UW][A-Z0-9]+", channel):
            opened = self.ask("POST", "conversations.open", users=channel)
            if isinstance(opened, No):
                return cannot_say(opened)
            held = opened.get("channel")
            channel = word(held.get("id")) if isinstance(held, dict) else ""
        due = message.at / 1000 if message.at else time.time()
        # In a room much is written, and what is told there was never due before it went out.
        back, limit = (_BACK_TOLD_S, "900") if message.what == TOLD else (_BACK_S, "200")
        oldest = f"{max(0.0, min(due, time.time()) - back):.6f}"
        found = self.said("conversations.history", channel=channel, oldest=oldest, limit=limit)
        thread, _, root = message.thread.partition("/")
        if isinstance(found, list) and thread == channel and timestamp(root):
            replies = self.said("conversations.replies", channel=channel, ts=root, oldest=oldest)
            found = [*found, *replies] if isinstance(replies, list) else replies
        if isinstance(found, No):
            return cannot_say(found)
        return next((Sent(f"{channel}/{one.ts}") for one in found if one.key == message.key), None)

    def answer(self, message: Message, remote: str) -> Answer | None:
        """By a reaction to the message, or the first reply to it that begins with “ack”, “on it” or “declined”."""
        channel, ts, root = _place(message, remote)
        if not ts:
            return None
        reacted = by_reaction(self.ask("GET", "reactions.get", channel=channel, timestamp=ts, full="true"))
        if reacted:
            return Answer(reacted[0], self.name_of(reacted[1]))
        found = None
        replies = self.said("conversations.replies", channel=channel, ts=root, oldest=ts)
        if isinstance(replies, list):
            found = by_reply(replies, message, ts)
        if found is None and channel.startswith("D"):  # to a direct message people answer below it, not in a thread
            below = self.said("conversations.history", channel=channel, oldest=ts)
            found = by_reply(below, message, ts) if isinstance(below, list) else None
        return msgspec.structs.replace(found, who=self.name_of(found.who)) if found else None

    def acknowledge(self, message: Message, remote: str, who: str) -> Outcome:
        return self._note(message, remote, "ack", f"{clip(clean(who), 80)} has it")

    def resolve(self, message: Message, remote: str) -> Outcome:
        return self._note(message, remote, "resolved", f"{message.incident} is resolved")

    def status(self, message: Message, remote: str, *, pin: bool = False) -> Outcome:
        """Keeps one pinned message current: the one at `remote`, or a new one where that is empty or gone."""
        text = _text(message)
        literal = {"type": "plain_text", "text": escaped(_plain(message), BLOCK), "emoji": False}
        fields = {
            "text": text,
            "blocks": msgspec.json.encode([{"type": "section", "text": literal}]).decode(),
            "metadata": mark(message.key, "status"),
        }
        channel, _, ts = remote.partition("/")
        if channel and timestamp(ts):
            done = self.ask("POST", "chat.update", channel=channel, ts=ts, parse="none", link_names="false", **fields)
            if not isinstance(done, No):
                return self._pinned(remote) if pin else Sent(remote)
            if done.error not in _GONE:
                return done.outcome
        channel = message.address or self.form.channel
        if not channel:
            return Failed(f"nowhere to post: {self.name} has no `channel`")
        outcome = self.post(channel, fields | {"mrkdwn": "false"})
        return self._pinned(outcome.remote) if isinstance(outcome, Sent) and outcome.remote else outcome

    def _pinned(self, remote: str) -> Outcome:
        """Pins our message. One that cannot be pinned is as true; only where Slack asks for time is it tried again."""
        channel, _, ts = remote.partition("/")
        done = self.ask("POST", "pins.add", channel=channel, timestamp=ts)
        return done.outcome if isinstance(done, No) and isinstance(done.outcome, Later) else Sent(remote)

    def probe(self) -> Probe:
        """Asks who the token is, what it may do, and whether it may post in the form's channel."""
        reply = self.sent("POST", "auth.test", {})
        who = self.read(reply)
        if isinstance(who, No):
            return Probe("bad", getattr(who.outcome, "why", ""))
        header = reply.header("x-oauth-scopes") if isinstance(reply, Reply) else ""
        scopes = {each.strip() for each in header.split(",")} - {""}
        if scopes and "chat:write" not in scopes:
            return Probe("bad", "the Slack app lacks the scope chat:write; add it and install the app again")
        bad, place = self._channel(scopes) if self.form.channel else ("", "to people")
        if bad:
            return Probe("bad", bad)
        name, team = (clip(clean(word(who.get(key))), 40) for key in ("user", "team"))
        says = f"posts as {name} in {team}, {place}"
        if self.form.listens and (deaf := self._deaf()):
            return Probe("bad", f"{says}; nothing is heard: {deaf}")
        if missing := lacking(self.form, scopes):
            return Probe("look", f"{says}; it lacks the scopes {', '.join(missing)}")
        heard = "people take part from there" if self.form.listens else "answers are read from reactions and replies"
        return Probe("ok", f"{says}; {heard}")

    def _deaf(self) -> str:
        """Why nothing can be heard from there; empty where it can."""
        from importlib.util import find_spec

        if "app_token" not in self.secrets:
            return "the app token is not set"
        if find_spec("websockets") is None:
            return EXTRA
        done = self.read(self.sent("POST", "apps.connections.open", {}, token="app_token"))
        return done.why if isinstance(done, No) else ""

    def _channel(self, scopes: set[str]) -> tuple[str, str]:
        """What is wrong with the form's channel, and how to call it."""
        asked = self.ask("GET", "conversations.info", channel=self.form.channel)
        if isinstance(asked, No):
            if asked.error == "missing_scope":  # posting needs no scope to read
                return "", f"to {clip(clean(self.form.channel), 40)}, which it may not look at"
            return getattr(asked.outcome, "why", ""), ""
        held = asked.get("channel")
        about: dict[str, Any] = held if isinstance(held, dict) else {}
        name = f"#{clip(clean(word(about.get('name'))), 40)}"
        if about.get("is_archived"):
            return f"the Slack channel {name} is archived", ""
        if about.get("is_member") is False and not (about.get("is_private") is False and "chat:write.public" in scopes):
            return f"the Slack app is not in {name}; invite it there", ""
        return "", f"to {name}"

    def _note(self, message: Message, remote: str, kind: str, text: str) -> Outcome:
        """A reply below our message, once: one with the same mark counts for it."""
        channel, ts, root = _place(message, remote)
        if not ts:
            return Sent()
        key = f"{message.key}:{kind}"
        there = self.said("conversations.replies", channel=channel, ts=root, oldest=ts)
        if isinstance(there, No):
            return cannot_say(there)
        if any(one.key == key for one in there):
            return Sent(remote)
        fields = {"text": escaped(text), "mrkdwn": "false", "metadata": mark(key, kind), "thread_ts": root}
        return self.post(channel, fields)


def _place(message: Message, remote: str) -> tuple[str, str, str]:
    """The channel of our message, its own ts, and that of the thread it stands in."""
    channel, _, ts = remote.partition("/")
    thread, _, root = message.thread.partition("/")
    if not channel or not timestamp(ts):
        return "", "", ""
    return channel, ts, root if thread == channel and timestamp(root) else ts


def _plain(message: Message) -> str:
    text = clean(message.words.chat, lines=True)
    return f"{TWICE}\n{text}" if message.twice else text


def _text(message: Message) -> str:
    return escaped(_plain(message))
