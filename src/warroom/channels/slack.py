"""Slack, by a bot token. It knows no idempotency key: each message carries ours as a mark, by which it is found again.

`remote` is `CHANNEL/TS`. Status 200 means nothing here: only `ok: true` does.
"""

import time
from re import fullmatch
from typing import Any, ClassVar

import msgspec

from ..config.channels import Slack as SlackForm
from ..core.text import clean, clip, keepable
from ..net import Reply
from .base import Answer, Failed, Later, Message, Outcome, Probe, Sent, Unknown
from .http import HttpChannel, retry_after
from .letter import TWICE
from .secrets import scrub
from .slack_words import BLOCK, Said, by_reaction, by_reply, escaped, mark, messages, refused, timestamp, word

_BACK_S = 3_600  # how far before the moment when it was due a message is looked for
_PAGES = 5  # of 200 messages each
_THREAD = ("thread_ts", "reply_broadcast")
# A page without a thread or a mark is worth more than none.
_DO_WITHOUT = {
    "thread_not_found": _THREAD,
    "cannot_reply_to_message": _THREAD,
    "restricted_action_non_threadable_channel": _THREAD,
    "metadata_must_be_sent_from_app": ("metadata",),
}
_GONE = ("message_not_found", "cant_update_message", "edit_window_closed", "channel_not_found")
_SCOPES = (
    ("reactions:read", "answers by reaction"),
    ("users:read", "the names of who answers"),
    ("im:write", "finding direct messages"),
    ("im:history", "answers in direct messages"),
)


class _No(msgspec.Struct, frozen=True):
    """A call that came to nothing: Slack's own word for it, where there was one, and what it means."""

    error: str
    outcome: Outcome


class Slack(HttpChannel):
    """`secrets`: `token`. An address is the id of a channel or a person; without one it is the form's channel."""

    kind: ClassVar[str] = "slack"
    answers: bool = True
    finds: bool = True
    follows: bool = True
    pace: ClassVar[float] = 1.0
    form: SlackForm

    def send(self, message: Message) -> Outcome:
        channel = message.address or self.form.channel
        if not channel:
            return Failed(f"nowhere to post: the page names no Slack id, and {self.name} no `channel`")
        fields = {"text": _text(message), "mrkdwn": "false", "metadata": mark(message.key, message.what)}
        thread, _, root = message.thread.partition("/")
        if thread == channel and timestamp(root):
            fields |= {"thread_ts": root, "reply_broadcast": "true"}
        return self._post(channel, fields)

    def look_up(self, message: Message) -> Outcome | None:
        channel = message.address or self.form.channel
        if fullmatch("[UW][A-Z0-9]+", channel):
            opened = self._ask("POST", "conversations.open", users=channel)
            if isinstance(opened, _No):
                return _cannot_say(opened)
            held = opened.get("channel")
            channel = word(held.get("id")) if isinstance(held, dict) else ""
        due = message.at / 1000 if message.at else time.time()
        oldest = f"{max(0.0, min(due, time.time()) - _BACK_S):.6f}"
        found = self._said("conversations.history", channel=channel, oldest=oldest)
        thread, _, root = message.thread.partition("/")
        if isinstance(found, list) and thread == channel and timestamp(root):
            replies = self._said("conversations.replies", channel=channel, ts=root, oldest=oldest)
            found = [*found, *replies] if isinstance(replies, list) else replies
        if isinstance(found, _No):
            return _cannot_say(found)
        return next((Sent(f"{channel}/{one.ts}") for one in found if one.key == message.key), None)

    def answer(self, message: Message, remote: str) -> Answer | None:
        """By a reaction to the message, or the first reply to it that begins with “ack”, “on it” or “declined”."""
        channel, ts, root = _place(message, remote)
        if not ts:
            return None
        reacted = by_reaction(self._ask("GET", "reactions.get", channel=channel, timestamp=ts, full="true"))
        if reacted:
            return Answer(reacted[0], self._name(reacted[1]))
        found = None
        replies = self._said("conversations.replies", channel=channel, ts=root, oldest=ts)
        if isinstance(replies, list):
            found = by_reply(replies, message, ts)
        if found is None and channel.startswith("D"):  # to a direct message people answer below it, not in a thread
            below = self._said("conversations.history", channel=channel, oldest=ts)
            found = by_reply(below, message, ts) if isinstance(below, list) else None
        return msgspec.structs.replace(found, who=self._name(found.who)) if found else None

    def acknowledge(self, message: Message, remote: str, who: str) -> Outcome:
        return self._note(message, remote, "ack", f"{clip(clean(who), 80)} has it")

    def resolve(self, message: Message, remote: str) -> Outcome:
        return self._note(message, remote, "resolved", f"{message.incident} is resolved")

    def status(self, message: Message, remote: str) -> Outcome:
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
            done = self._ask("POST", "chat.update", channel=channel, ts=ts, parse="none", link_names="false", **fields)
            if not isinstance(done, _No):
                return Sent(remote)
            if done.error not in _GONE:
                return done.outcome
        channel = message.address or self.form.channel
        if not channel:
            return Failed(f"nowhere to post: {self.name} has no `channel`")
        outcome = self._post(channel, fields | {"mrkdwn": "false"})
        channel, _, ts = outcome.remote.partition("/") if isinstance(outcome, Sent) else ("", "", "")
        if ts:
            # Unpinned it is as true as pinned, so that what comes of this changes nothing.
            self._ask("POST", "pins.add", channel=channel, timestamp=ts)
        return outcome

    def probe(self) -> Probe:
        """Asks who the token is, what it may do, and whether it may post in the form's channel."""
        reply = self._call("POST", "auth.test", {})
        who = self._read(reply)
        if isinstance(who, _No):
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
        missing = [f"{scope} ({what})" for scope, what in self._wanted() if scopes and scope not in scopes]
        if scopes and not {"channels:history", "groups:history"} & scopes:
            missing.append("channels:history or groups:history (replies, and what has arrived)")
        if missing:
            return Probe("look", f"{says}; it lacks the scopes {', '.join(missing)}")
        return Probe("ok", f"{says}; answers are read from reactions and replies")

    def _wanted(self) -> tuple[tuple[str, str], ...]:
        return (*_SCOPES, ("pins:write", "the pinned status")) if self.form.status else _SCOPES

    def _channel(self, scopes: set[str]) -> tuple[str, str]:
        """What is wrong with the form's channel, and how to call it."""
        asked = self._ask("GET", "conversations.info", channel=self.form.channel)
        if isinstance(asked, _No):
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

    def _post(self, channel: str, fields: dict[str, str]) -> Outcome:
        fields = {"parse": "none", "link_names": "false", "unfurl_links": "false", "unfurl_media": "false"} | fields
        while True:
            done = self._ask("POST", "chat.postMessage", channel=channel, **fields)
            if not isinstance(done, _No):
                ts = timestamp(done.get("ts"))
                return Sent(f"{word(done.get('channel')) or channel}/{ts}" if ts else "")
            without = [name for name in _DO_WITHOUT.get(done.error, ()) if name in fields]
            if not without:
                return done.outcome
            for name in without:
                del fields[name]

    def _note(self, message: Message, remote: str, kind: str, text: str) -> Outcome:
        """A reply below our message, once: one with the same mark counts for it."""
        channel, ts, root = _place(message, remote)
        if not ts:
            return Sent()
        key = f"{message.key}:{kind}"
        there = self._said("conversations.replies", channel=channel, ts=root, oldest=ts)
        if isinstance(there, _No):
            return _cannot_say(there)
        if any(one.key == key for one in there):
            return Sent(remote)
        fields = {"text": escaped(text), "mrkdwn": "false", "metadata": mark(key, kind), "thread_ts": root}
        return self._post(channel, fields)

    def _said(self, method: str, **fields: str) -> list[Said] | _No:
        """All messages that a call gives, over its pages; `_No` also where there are more than anybody should read."""
        found: list[Said] = []
        fields |= {"limit": "200", "include_all_metadata": "true"}
        for _ in range(_PAGES):
            data = self._ask("POST", method, **fields)
            if isinstance(data, _No):
                return data
            found += messages(data)
            more = data.get("response_metadata")
            cursor = word(more.get("next_cursor")) if isinstance(more, dict) else ""
            if not cursor:
                return found
            fields["cursor"] = cursor
        return _No("", Later("more was written in the Slack channel than can be looked through"))

    def _name(self, user: str) -> str:
        data = self._ask("GET", "users.info", user=user)
        about = data.get("user") if isinstance(data, dict) else None
        about = about if isinstance(about, dict) else {}
        profile = about.get("profile")
        names = (
            profile.get("real_name") if isinstance(profile, dict) else "",
            about.get("real_name"),
            about.get("name"),
        )
        found = next((word(name).strip() for name in names if word(name).strip()), user)
        return keepable(found)[:80]

    def _ask(self, verb: str, method: str, **fields: str) -> dict[str, Any] | _No:
        return self._read(self._call(verb, method, fields))

    def _call(self, verb: str, method: str, fields: dict[str, str]) -> Reply | Later | Failed | Unknown:
        where = {"params": fields} if verb == "GET" else {"form": fields}
        token = self.secrets["token"].reveal()
        url = f"{self.form.url.rstrip('/')}/{method}"
        return self.call(verb, url, headers={"Authorization": f"Bearer {token}"}, **where)

    def _read(self, reply: Reply | Later | Failed | Unknown) -> dict[str, Any] | _No:
        if not isinstance(reply, Reply):
            return _No("", reply)
        data = reply.json()
        ok = data.get("ok") if isinstance(data, dict) else None
        if not 200 <= reply.status < 300 and not (ok is False and 400 <= reply.status < 429):
            return _No("", self.outcome(reply))
        if not isinstance(data, dict) or not isinstance(ok, bool):
            return _No("", Unknown("Slack answered something that is not its own, and may have it"))
        if ok:
            return data
        error = scrub(word(data.get("error")), self.secrets) or "it does not say why"
        return _No(error, refused(error, word(data.get("needed")), retry_after(reply)))


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


def _cannot_say(no: _No) -> Later:
    """A look that found nothing out is never a reason to think that nothing is there."""
    if isinstance(no.outcome, Later):
        return no.outcome
    return Later(f"whether it arrived cannot be told: {getattr(no.outcome, 'why', 'no answer')}")
