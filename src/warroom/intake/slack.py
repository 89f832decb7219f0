"""Slack's Events API: a message that somebody marks with the reaction of the hook becomes an alert, or an entry.

Signed as `v0` over time and raw body. The message's text is not in the event; it can be asked for by channel and ts.
"""

from typing import Any, cast

import msgspec

from ..config.intake import Slack
from ..core.alerts.facts import FIRING, RESOLVED, Alert
from ..core.values import Ms
from .base import (
    Delivery,
    Hook,
    Marked,
    No,
    Taken,
    Unreadable,
    alert,
    decode,
    gather,
    malformed,
    moment,
    text,
    too_large,
)
from .signed import any_of, fresh, hexed, stale, unsigned, wrong

RULE = "marked in Slack"


class Item(msgspec.Struct):
    """What a reaction stands on: a message has a channel and a `ts`."""

    type: str = ""
    channel: str = ""
    ts: str = ""


class Reaction(msgspec.Struct):
    type: str = ""
    user: str = ""
    reaction: str = ""
    item_user: str = ""
    event_ts: str = ""
    item: Item = msgspec.field(default_factory=Item)


class Body(msgspec.Struct):
    type: str
    challenge: str = ""
    event_id: str = ""
    event: msgspec.Raw = msgspec.Raw(b"null")


def read(hook: Hook, delivery: Delivery) -> Taken | No:
    """What a reaction made of a message; anything else that happens there is taken, and there is nothing in it."""
    refused = too_large(delivery) or _unsigned(hook, delivery)
    return refused or event(hook, delivery.body, delivery.now)


def _unsigned(hook: Hook, delivery: Delivery) -> No | None:
    if hook.key is None:
        return unsigned("no secret is known for it here")
    given, stamp = (delivery.headers.get(f"x-slack-{name}", "") for name in ("signature", "request-timestamp"))
    if not (given and stamp):
        return unsigned("X-Slack-Signature or X-Slack-Request-Timestamp is missing")
    if not fresh(stamp, delivery.now):
        return stale("X-Slack-Request-Timestamp")
    right = "v0=" + hexed(hook.key, b"v0:", stamp.encode(errors="replace"), b":", delivery.body)
    return None if any_of([given], right) else wrong()


def event(hook: Hook, body: bytes, now: Ms) -> Taken | No:
    """The same, of an envelope that is known to be small and authentic."""
    form = cast(Slack, hook.form)
    try:
        found: Body = decode(body, Body)
        if found.type == "url_verification":
            challenge = text(found.challenge, 1_000, "challenge")
            return Taken(hook.name, ignored="it asks whether anybody is here", answer=challenge)
        said: Any = decode(found.event)
        if found.type != "event_callback" or not isinstance(said, dict):
            return Taken(hook.name, ignored=f"{found.type[:80]} is about no message")
        if said.get("type") != "reaction_added":
            return Taken(hook.name, ignored=f"{str(said.get('type'))[:80]} marks no message")
        marked: Reaction = decode(found.event, Reaction)
    except Unreadable as why:
        return malformed(why)
    if why_not := _not_meant(form, marked):
        return Taken(hook.name, ignored=why_not)
    return _marked(hook, form, marked, found.event_id, now)


def _not_meant(form: Slack, marked: Reaction) -> str:
    if marked.item.type != "message" or not (marked.item.channel and marked.item.ts):
        return "the reaction is on no message"
    if form.channels and marked.item.channel not in form.channels:
        return "the channel is none of this hook's"
    meant = (form.reaction, form.done) if form.becomes == "alert" else (form.reaction,)
    # Behind “::” stands the tone of a hand.
    return "" if marked.reaction.partition("::")[0] in meant else "it is another reaction"


def _marked(hook: Hook, form: Slack, marked: Reaction, delivery: str, now: Ms) -> Taken | No:
    at = moment(marked.event_ts, now) or now
    if form.becomes == "alert":
        return gather(hook.name, [marked], lambda each: _alert(form, each, at, now), delivery=delivery)
    try:
        item = marked.item
        one = Marked(
            channel=text(item.channel, 100, "channel"),
            ts=text(item.ts, 100, "ts"),
            by=text(marked.user, 100, "user"),
            author=text(marked.item_user, 100, "author"),
            reaction=text(marked.reaction, 100, "reaction"),
            at=at,
        )
        return Taken(hook.name, delivery=text(delivery, 200, "event_id"), marked=(one,))
    except Unreadable as why:
        return No(422, "unreadable", f"The event {why}.")


def place(key: str) -> tuple[str, str]:
    """The channel and the `ts` of the message that an alert was made of."""
    channel, _, ts = key.partition("/")
    return channel, ts


def _alert(form: Slack, marked: Reaction, at: Ms, now: Ms) -> Alert:
    item = marked.item
    over = bool(form.done) and marked.reaction.partition("::")[0] == form.done
    link = f"{form.workspace.rstrip('/')}/archives/{item.channel}/p{item.ts.replace('.', '')}"
    return alert(
        key=f"{item.channel}/{item.ts}",
        rule=RULE,
        state=RESOLVED if over else FIRING,
        since=moment(item.ts, now),
        ended=at if over else None,
        # Its end says nothing that would be better than the message's own words.
        summary="" if over else f"A message of {marked.item_user or 'an app'}, marked by {marked.user}",
        url=link if form.workspace else "",
        labels=[("channel", item.channel), ("by", marked.user)],
        told=at,
    )
