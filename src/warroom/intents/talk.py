"""What is said: entries and their correction, polls, questions, updates."""

from typing import ClassVar

from ..core import events as ev
from ..core.acts import entries, talk
from ..core.cadence import AUDIENCES
from ..core.commands import Command
from ..core.duration import duration
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


class Ask(Intent):
    name = "ask"
    verb = "ask"
    words = "note a question that somebody waits for"
    usage = "[WHO:] question"
    group = "talk"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        who, found, what = args.partition(":")
        if found and " " not in who.strip():
            return talk.Ask(asker=who.strip(), what=what)
        return talk.Ask(what=args)


class Answer(Intent):
    name = "answer"
    verb = "answer"
    key = "o"
    words = "answer an open question"
    usage = "NUMBER answer"
    group = "talk"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        which, what = split(args, "/answer NUMBER and the answer")
        return talk.Answer(question=which, what=what)

    @classmethod
    def prefill(cls, ctx: Context) -> str:
        return "/answer 1 " if ctx.state.open_questions else "/ask "


class Update(Intent):
    name = "update"
    verb = "update"
    key = "w"
    fkey = "f4"
    short = "update"
    words = "note that an update went out, and when the next is promised"
    usage = "[public|internal|executive] TEXT [next in 20m]"
    example = "/update card payments fail; next in 20m"
    group = "talk"
    whole: ClassVar = True

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        audience, text = "public", args.strip()
        head, _, rest = text.partition(" ")
        if head.casefold() in AUDIENCES:
            audience, text = head.casefold(), rest.strip()
        body, found, length = text.rpartition("next in ")
        if found:
            try:
                return talk.PostUpdate(audience=audience, what=body.strip(" ;,."), next_in=duration(length.strip()))
            except ValueError:
                pass  # "next in line" is no promise
        return talk.PostUpdate(audience=audience, what=text)

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        return list(AUDIENCES)


class NoChange(Intent):
    name = "nochange"
    verb = "nochange"
    words = "note that “still investigating, no news” went out: the rhythm goes on"
    usage = "[public|internal|executive]"
    group = "talk"
    whole: ClassVar = True

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        return talk.PostUpdate(audience=args.strip() or "public", what="No news; the work goes on.")


INTENTS: tuple[type[Intent], ...] = (Fix, Undo, Redact, Poll, Object, Update, NoChange, Ask, Answer)
