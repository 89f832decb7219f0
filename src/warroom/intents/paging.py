"""The escalation: acknowledge, decline, escalate, jump, snooze, call off; who pages, and by which policy."""

from typing import ClassVar

from ..core.acts import paging as act
from ..core.commands import Command
from ..core.escalation import specialists, view
from ..core.run import is_called
from ..core.values import DAY, Ms, Refused
from .base import Context, Intent, Screen, split
from .people import span

_REASON = " · "  # stands between who or what, and why


def _called(ctx: Context) -> list[str]:
    """Everybody who is being called now, the hierarchy's first."""
    views = [view(ctx.state, ctx.now), *specialists(ctx.state, ctx.now).values()]
    lines = [line for each in views if (line := each.current or each.next)]
    return [t.name for line in lines for t in ((line.target, *line.others) if line.target else line.others)]


def _topics(ctx: Context) -> list[str]:
    run = ctx.state.run
    return [each.topic for each in run.policy.specialists] if run else []


def _is_topic(word: str, ctx: Context) -> bool:
    wanted = word.casefold()
    known = [topic.casefold() for topic in _topics(ctx)]
    return wanted in known or (len(wanted) > 1 and sum(topic.startswith(wanted) for topic in known) == 1)


def _level(word: str) -> int | None:
    number = word.upper().removeprefix("L")
    return int(number[:4]) if number.isascii() and number.isdigit() else None


def _whom_and_why(args: str, ctx: Context) -> tuple[str, str]:
    """A person at the beginning of `args` who is being called, and the rest; ("", all of it) where there is none."""
    run = ctx.state.run
    known = [t for level in run.policy.levels for t in (*level.notify, *level.backup)] if run else []
    names = [*_called(ctx), *(t.name for t in known), *(t.ref.partition(":")[2] for t in known)]
    text = args.strip()
    for name in sorted(dict.fromkeys(names), key=len, reverse=True):
        head = text[: len(name)]
        if name and head.casefold() == name.casefold() and text[len(name) : len(name) + 1] in ("", " ", ":", ","):
            return head, text[len(name) :].strip(" :,·")
    word, _, rest = text.partition(" ")
    if any(is_called(t, word) for t in known):
        return word, rest.strip(" ·")
    return "", text


class Acknowledge(Intent):
    name = "acknowledge"
    verb = "ack"
    key = "a"
    fkey = "f8"
    short = "ack"
    words = "somebody has it: the clock stops"
    usage = "[WHO] [· why]"
    example = "/ack ana"
    group = "page"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        who, _, why = args.strip().partition(_REASON)
        return act.Acknowledge(who=who.strip(), why=why.strip())

    @classmethod
    def prefill(cls, ctx: Context) -> str:
        return f"/ack {next(iter(_called(ctx)), '')}".rstrip() + " "

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        return [n for n in dict.fromkeys([*_called(ctx), *ctx.state.people]) if n]


class Escalate(Intent):
    name = "escalate"
    verb = "escalate"
    key = "e"
    fkey = "f9"
    short = "escalate"
    words = "call the next level now, or a topic's specialist beside it"
    usage = "[LEVEL|TOPIC] why"
    example = "/escalate db the locks do not clear"
    group = "page"
    whole: ClassVar = True

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        head, _, rest = args.strip().partition(" ")
        level = _level(head)
        if level is not None:
            return act.Escalate(level=level, why=rest.strip())
        if _is_topic(head, ctx):
            return act.CallSpecialist(topic=head, why=rest.strip())
        return act.Escalate(why=args.strip())

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        return _topics(ctx)


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
        word, why = split(args, f"/{cls.verb} LEVEL why")
        level = _level(word)
        if level is None:
            raise Refused(f"“{word}” is no level; a number from 1: `/{cls.verb} 3 why`.")
        return act.Escalate(level=level, why=why)


class NoAnswer(Intent):
    name = "no-answer"
    verb = "noanswer"
    key = "n"
    words = "the one who is called does not answer: on to the backup, then the next level"
    usage = "[WHO] [how they were tried] [· why]"
    example = "/noanswer phone and chat"
    group = "page"
    whole: ClassVar = True

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        head, _, rest = args.strip().partition(" ")
        if head.casefold() == "declined":
            return act.ReportNoAnswer(declined=True, why=rest)
        who, rest = _whom_and_why(args, ctx)
        tried, _, why = rest.partition(_REASON)
        return act.ReportNoAnswer(who=who, tried=tried.strip(), why=why.strip())

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        return [*_called(ctx), "phone", "chat"]


class Decline(Intent):
    name = "decline"
    verb = "decline"
    words = "they answered, and cannot: on to the backup, then the next level"
    usage = "[WHO] why"
    example = "/decline ana is on a plane"
    group = "page"
    whole: ClassVar = True

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        who, why = _whom_and_why(args, ctx)
        return act.ReportNoAnswer(declined=True, who=who, why=why)

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        return _called(ctx)


class Snooze(Intent):
    name = "snooze"
    verb = "snooze"
    key = "s"
    words = "no calls for a while, with the reason; it ends by itself"
    usage = "10m why  |  until 14:30 why"
    example = "/snooze 10m vendor is on it"
    group = "page"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        length, why = split(args, "/snooze 10m why")
        if length.casefold() == "until":
            clock, why = split(why, "/snooze until 14:30 why")
            return act.Snooze(until=_ahead(ctx.when(clock).t, ctx.now), why=why)
        return act.Snooze(length=span(length), why=why)

    @classmethod
    def prefill(cls, ctx: Context) -> str:
        return "/snooze 10m "


def _ahead(at: Ms, now: Ms) -> Ms:
    """The next time that the clock says so: a clock time alone is read as one that has been."""
    return at + DAY if at <= now else at


class Page(Intent):
    name = "page"
    verb = "page"
    words = "call a level of the policy, or a topic's specialist"
    usage = "LEVEL|TOPIC why"
    example = "/page db the locks do not clear"
    group = "page"
    whole: ClassVar = True

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        word, why = split(args, "/page LEVEL|TOPIC why")
        if _level(word) is None and (_is_topic(word, ctx) or _topics(ctx)):
            return act.CallSpecialist(topic=word, why=why)
        return Jump.command(args, ctx)

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        return _topics(ctx)


class CallOff(Intent):
    name = "call-off"
    verb = "calloff"
    words = "nobody is called any more, until somebody escalates again"
    usage = "[TOPIC] why"
    example = "/calloff false alarm, the probe was broken"
    group = "page"
    whole: ClassVar = True

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        head, _, rest = args.strip().partition(" ")
        if head in ctx.state.specialists:
            return act.CallOff(topic=head, why=rest)
        return act.CallOff(why=args)


class Pager(Intent):
    name = "pager"
    verb = "pager"
    words = "take the pager: see to it that pages go out; or hand it over to the server"
    usage = "[here|server]"
    example = "/pager server"
    group = "page"
    whole: ClassVar = True

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        return ["here", "server"]


class Policy(Intent):
    name = "policy"
    verb = "policy"
    words = "what changed in the policy's files since it came into force; Enter accepts it"
    group = "page"


INTENTS: tuple[type[Intent], ...] = (
    Acknowledge,
    Escalate,
    NoAnswer,
    Decline,
    Jump,
    Snooze,
    Page,
    CallOff,
    Pager,
    Policy,
)
