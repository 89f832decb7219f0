"""The escalation: acknowledge, escalate, no answer, snooze, jump."""

from typing import ClassVar

from ..core.acts import paging as act
from ..core.commands import Command
from ..core.escalation import view
from ..core.values import Refused
from .base import Context, Intent, Screen, split
from .people import span


def _called(ctx: Context) -> str:
    now = view(ctx.state, ctx.now)
    line = now.current or now.next
    return line.target.name if line and line.target else ""


class Acknowledge(Intent):
    name = "acknowledge"
    verb = "ack"
    key = "a"
    fkey = "f8"
    short = "ack"
    words = "somebody has it: the clock stops"
    usage = "[WHO] [why]"
    example = "/ack ana"
    group = "page"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        who, _, why = args.strip().partition(" · ")
        return act.Acknowledge(who=who.strip(), why=why.strip())

    @classmethod
    def prefill(cls, ctx: Context) -> str:
        return f"/ack {_called(ctx)}".rstrip() + " "

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        return [n for n in dict.fromkeys([_called(ctx), *ctx.state.people]) if n]


class Escalate(Intent):
    name = "escalate"
    verb = "escalate"
    key = "e"
    fkey = "f9"
    short = "escalate"
    words = "call the next level now"
    usage = "[LEVEL] why"
    example = "/escalate the database lead is needed"
    group = "page"
    whole: ClassVar = True

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        head, _, rest = args.strip().partition(" ")
        number = head.upper().removeprefix("L")
        if number.isascii() and number.isdigit():
            return act.Escalate(level=int(number[:4]), why=rest.strip())
        return act.Escalate(why=args.strip())


class Jump(Intent):
    name = "jump"
    verb = "jump"
    key = "j"
    words = "call a chosen level"
    usage = "LEVEL why"
    example = "/jump 3 it is a management decision"
    group = "page"
    whole: ClassVar = True

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        level, why = split(args, f"/{cls.verb} LEVEL why")
        number = level.upper().removeprefix("L")
        if not (number.isascii() and number.isdigit()):
            raise Refused(f"“{level}” is no level; a number from 1: `/{cls.verb} 3 why`.")
        return act.Escalate(level=int(number[:4]), why=why)


class NoAnswer(Intent):
    name = "no-answer"
    verb = "noanswer"
    key = "n"
    words = "the one who is called does not answer: on to the next"
    usage = "[what was tried]"
    example = "/noanswer phone and chat"
    group = "page"
    whole: ClassVar = True

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        head, _, rest = args.strip().partition(" ")
        if head.casefold() == "declined":
            return act.ReportNoAnswer(declined=True, why=rest)
        return act.ReportNoAnswer(why=args.strip())


class Snooze(Intent):
    name = "snooze"
    verb = "snooze"
    key = "s"
    words = "no calls for a while, with the reason"
    usage = "10m why"
    example = "/snooze 10m vendor is on it"
    group = "page"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        length, why = split(args, "/snooze 10m why")
        return act.Snooze(length=span(length), why=why)

    @classmethod
    def prefill(cls, ctx: Context) -> str:
        return "/snooze 10m "


class Page(Intent):
    name = "page"
    verb = "page"
    words = "call a level of the policy"
    usage = "LEVEL why"
    group = "page"
    whole: ClassVar = True

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        return Jump.command(args, ctx)


INTENTS: tuple[type[Intent], ...] = (Acknowledge, Escalate, NoAnswer, Jump, Snooze, Page)
