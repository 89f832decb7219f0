"""Stakeholders' questions and what they report: asked, taken, answered."""

from typing import ClassVar

from ..core.acts import practice, talk
from ..core.acts.page import Moderate
from ..core.cadence import AUDIENCES
from ..core.commands import Command
from ..core.duration import duration
from ..core.questions import questions
from ..core.values import Ms
from .base import Context, Intent, Screen, split


def _speaker(args: str) -> tuple[str, str]:
    """`WHO: what` in its two parts; WHO is one word, and an address on the web is none."""
    who, found, what = args.partition(":")
    return (who.strip(), what.strip()) if found and " " not in who.strip() and what[:1] == " " else ("", args)


def _within(text: str, after: str = "") -> tuple[str, Ms | None]:
    """The text without the `in 20m` at its end, and how long that is; `after` is what has to stand before it."""
    head, found, word = text.rstrip().rpartition(" in ")
    if not found and text.startswith("in "):
        head, word = "", text[3:]
    if head.rstrip().endswith(after):
        try:
            return head.rstrip(), duration(word)
        except ValueError:
            pass  # "is it back in Berlin?"
    return text, None


class Ask(Intent):
    name = "ask"
    verb = "ask"
    words = "note a question that somebody waits for"
    usage = "[WHO:] question? [in 20m]"
    example = "/ask legal: is data lost? in 20m"
    group = "talk"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        who, what = _speaker(args)
        what, within = _within(what, "?")
        return talk.Ask(asker=who, what=what, within=within)


class Report(Intent):
    name = "report"
    verb = "report"
    words = "note what a stakeholder says of the impact: is the severity still right?"
    usage = "[WHO:] what they see"
    example = "/report support: 1,200 users cannot pay by card"
    group = "talk"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        who, what = _speaker(args)
        return talk.Ask(asker=who, what=what, report=True)


class Take(Intent):
    name = "take"
    verb = "take"
    words = "find the answer to a question: I, or whoever is named"
    usage = "NUMBER [WHO] [in 15m]"
    example = "/take 2 ivo in 15m"
    group = "talk"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        which, rest = split(args, "/take NUMBER, and who has it where that is not you")
        owner, within = _within(rest)
        return practice.TakeQuestion(question=which, owner=owner, within=within)

    @classmethod
    def prefill(cls, ctx: Context) -> str:
        free = next((q for q in questions(ctx.state) if not q.owner), None)
        return f"/take {free.number} " if free else "/take "

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        return list(ctx.state.people) if " " in args else [str(q.number) for q in questions(ctx.state)]


class Answer(Intent):
    name = "answer"
    verb = "answer"
    words = "answer an open question"
    usage = "NUMBER answer"
    example = "/answer 1 no, only delayed"
    group = "talk"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        which, what = split(args, "/answer NUMBER and the answer")
        return talk.Answer(question=which, what=what)

    @classmethod
    def prefill(cls, ctx: Context) -> str:
        first = next(iter(questions(ctx.state)), None)
        return f"/answer {first.number} " if first else "/ask "

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        return [] if " " in args else [str(q.number) for q in questions(ctx.state)]


def _to_decide(ctx: Context) -> list[str]:
    return [str(q.number) for q in questions(ctx.state) if q.page and q.shown is None]


class Allow(Intent):
    name = "allow"
    verb = "allow"
    words = "readers of the stakeholder page see this question"
    usage = "NUMBER"
    example = "/allow 3"
    group = "talk"
    whole: ClassVar = True

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        return Moderate(question=split(args, "/allow NUMBER")[0], shown=True)

    @classmethod
    def prefill(cls, ctx: Context) -> str:
        return " ".join(["/allow", *_to_decide(ctx)[:1]])

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        return _to_decide(ctx)


class Refuse(Intent):
    name = "refuse"
    verb = "refuse"
    words = "a question is not shown on the stakeholder page; one from there leaves the desk"
    usage = "NUMBER why"
    example = "/refuse 3 it names a customer"
    group = "talk"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        which, why = split(args, "/refuse NUMBER and why")
        return Moderate(question=which, shown=False, why=why)

    @classmethod
    def prefill(cls, ctx: Context) -> str:
        return " ".join(["/refuse", *_to_decide(ctx)[:1], ""])

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        return [] if " " in args else _to_decide(ctx)


class Share(Intent):
    name = "share"
    verb = "share"
    words = "a link to the stakeholder page, for whoever has to know how it stands"
    usage = "[public|internal|executive] [FOR WHOM]"
    example = "/share public support"
    group = "talk"
    whole: ClassVar = True

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        return [] if " " in args else list(AUDIENCES)


class Questions(Intent):
    name = "questions"
    verb = "questions"
    key = "o"
    words = "the questions that wait: who asked, who finds the answer, by when"
    group = "see"
    quick = True


INTENTS: tuple[type[Intent], ...] = (Ask, Report, Take, Answer, Allow, Refuse, Share, Questions)
