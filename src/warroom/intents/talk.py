"""What is said: the correction of entries, and polls."""

from typing import ClassVar

from ..core import events as ev
from ..core.acts import entries, talk
from ..core.commands import Command
from ..core.events import Event
from ..core.values import Refused
from .base import Context, Intent, Screen, split


def last_entry(ctx: Context, who: str) -> Event | None:
    """The last entry that `who` wrote and that stands."""
    facts = ctx.state.facts
    for i in range(len(facts) - 1, -1, -1):
        event = facts[i]
        if isinstance(event.body, ev.Logged) and event.by.name == who and ctx.state.stands(event.id):
            return event
    return None


def shown_text(ctx: Context, event: Event) -> str:
    """The entry's text as it stands after corrections."""
    fixed = ctx.state.correction(event.id)
    return fixed.text_ if fixed and fixed.text_ is not None else event.body.text()


class Fix(Intent):
    name = "fix"
    verb = "fix"
    words = "correct my last entry: the new text, or s/old/new/"
    usage = "[ID] TEXT or s/old/new/"
    example = "/fix s/9f2c/9f2d/"
    group = "write"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        head, _, rest = args.strip().partition(" ")
        named = ctx.state.find(head) if len(head) >= 8 else None
        text = rest if named else args
        target = named or last_entry(ctx, ctx.me)
        if target is None:
            raise Refused("You have written nothing here yet that could be corrected.")
        if not text.strip():
            raise Refused(f"The corrected text? `/fix {shown_text(ctx, target)[:40]}`")
        return entries.Amend(of=target.id, text=substituted(text, shown_text(ctx, target)))

    @classmethod
    def prefill(cls, ctx: Context) -> str:
        target = last_entry(ctx, ctx.me)
        return f"/fix {shown_text(ctx, target)}" if target else "/fix "


def substituted(text: str, old: str) -> str:
    """`s/old/new/` applied to `old`; any other text as it is. Raises `Refused` when there is nothing to replace."""
    if not (text.startswith("s/") and text.count("/") >= 2):
        return text
    _, what, new, *_ = [*text.split("/"), ""]
    if not what or what not in old:
        raise Refused(f"“{what}” is not in: {old[:60]}")
    return old.replace(what, new, 1)


class Undo(Intent):
    name = "undo"
    verb = "undo"
    key = "x"
    words = "take back my last entry or step, within 60 s also an acknowledgement"
    usage = "[why]"
    group = "write"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        head, _, rest = args.strip().partition(" ")
        if len(head) >= 8 and ctx.state.find(head):
            return entries.Undo(of=head, why=rest)
        return entries.Undo(why=args.strip())


class Redact(Intent):
    name = "redact"
    verb = "redact"
    words = "remove a fact's text everywhere, with the reason"
    usage = "ID why, or `last why`"
    example = "/redact last a password was in it"
    group = "write"
    whole: ClassVar = True

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        head, why = split(args, "/redact last why, or the fact's id and why")
        if head.casefold() == "last":
            target = last_entry(ctx, ctx.me)
            if target is None:
                raise Refused("You have written nothing here yet that could be redacted.")
            head = target.id
        return entries.Redact(of=head, why=why)


class Poll(Intent):
    name = "poll"
    verb = "poll"
    words = "propose something: any strong objections?"
    usage = "PROPOSAL"
    example = "/poll cancel the vacuum on orders"
    group = "talk"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        return talk.OpenPoll(proposal=args)


class Object(Intent):
    name = "object"
    verb = "object"
    words = "note a strong objection to the last proposal"
    usage = "[WHO:] objection"
    example = "/object ivo: the replica is rebuilding"
    group = "talk"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        who, found, what = args.partition(":")
        if found and " " not in who.strip():
            return talk.Object(who=who.strip(), what=what)
        return talk.Object(what=args)


INTENTS: tuple[type[Intent], ...] = (Fix, Undo, Redact, Poll, Object)
