"""Stakeholder updates: drafted, approved, posted, the same again, corrected, or noted as sent elsewhere.

What needs a template or the ways out is named as a `Screen`; the console fills it, and `drafted` and `sent` make the
command of it.
"""

import re
from typing import ClassVar

import msgspec

from ..core import updates
from ..core.acts import talk
from ..core.acts import updates as acts
from ..core.cadence import AUDIENCES, next_due
from ..core.commands import Command
from ..core.duration import duration
from ..core.values import Ms, Refused
from .base import Context, Intent, Screen

_WHOM = "[public|internal|executive]"
_TAIL = re.compile(r"(?:^|[;,\n]\s*|(?<=[.!?])\s+)(next in|estimate)\s+(\S+)\s*\Z", re.IGNORECASE)


class Asked(msgspec.Struct, frozen=True):
    """What stands behind `/draft`, `/post`, `/nochange` and `/correct`: for whom (empty: nobody is named), the text,
    and how long it is until the next update and until the estimated end (ms)."""

    audience: str = ""
    text: str = ""
    next_in: Ms | None = None
    estimate_in: Ms | None = None


def read(args: str) -> Asked:
    """`[AUDIENCE] [TEXT] [; next in 20m] [; estimate 2h]`, in its parts."""
    audience, text = _whom(args)
    spans: dict[str, Ms] = {}
    while found := _TAIL.search(text):
        word = found.group(1).casefold()
        try:
            spans.setdefault(word, duration(found.group(2)))
        except ValueError:
            break  # "next in line" is no promise
        text = text[: found.start()].rstrip()
    return Asked(audience, text, spans.get("next in"), spans.get("estimate"))


def drafted(asked: Asked, ctx: Context) -> acts.DraftUpdate:
    """The command that drafts this text. What the text itself promises by a clock time is what it is held to."""
    from ..core import wording

    audience = asked.audience or updates.meant(ctx.state)
    next_in, estimate_in = asked.next_in, asked.estimate_in
    old = updates.draft(ctx.state, audience)
    if old is None or old.body.what != asked.text.strip():
        next_in = next_in if next_in is not None else wording.promised(asked.text, ctx.now, ctx.when)
        estimate_in = estimate_in if estimate_in is not None else wording.estimated(asked.text, ctx.now, ctx.when)
    return acts.DraftUpdate(what=asked.text, audience=audience, next_in=next_in, estimate_in=estimate_in)


def whom(asked: Screen, ctx: Context) -> str:
    """The audience that `/draft`, `/post`, `/nochange` or `/correct` is for."""
    default = updates.meant(ctx.state) if asked.name in ("draft", "post") else AUDIENCES[0]
    return _whom(asked.about)[0] or default


def sent(asked: Screen, ctx: Context, ways: tuple[str, ...], filled: str = "") -> Command:
    """The command of `/post`, `/nochange` or `/correct`, with the ways to its audience; `filled` is what an update
    without news says where nothing was typed."""
    audience, text = whom(asked, ctx), _whom(asked.about)[1]
    match asked.name:
        case "post":
            return acts.PostDraft(audience=audience, ways=ways)
        case "nochange":
            typed = read(asked.about)
            own = bool(typed.text)
            said = typed.text or filled
            return acts.PostSame(audience=audience, what=said, ways=ways, next_in=typed.next_in, own_words=own)
    return acts.CorrectUpdate(what=text, audience=audience, ways=ways)


def coming(ctx: Context) -> str:
    """The audience that hears next: the one whose update is due first, else that of the only draft, else the public."""
    if len(updates.waiting(ctx.state)) == 1:
        return updates.meant(ctx.state)
    owed = [(due[1], audience) for audience in AUDIENCES if (due := next_due(ctx.state, audience))]
    return min(owed)[1] if owed else updates.meant(ctx.state)


def _whom(args: str) -> tuple[str, str]:
    """The audience that the first word names and what follows it; a beginning of it will do where nothing follows."""
    text = args.strip()
    head = text.split(None, 1)[0] if text else ""
    rest = text[len(head) :].strip()
    word = head.casefold().rstrip(";,:")
    hits = [a for a in AUDIENCES if a == word or (not rest and len(word) > 2 and a.startswith(word))]
    return (hits[0], rest) if hits else ("", text)


class Update(Intent):
    name = "update"
    verb = "update"
    key = "w"
    fkey = "f4"
    short = "update"
    words = "note that an update went out elsewhere, and when the next is promised"
    usage = f"{_WHOM} TEXT [next in 20m]"
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
    def prefill(cls, ctx: Context) -> str:
        # The key opens the next step of an update from here; one that went out elsewhere is typed.
        audience = coming(ctx)
        waiting = updates.draft(ctx.state, audience)
        return f"/{'draft' if waiting is None else 'post' if waiting.ready else 'approve'} {audience}"

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        return list(AUDIENCES)


class Draft(Intent):
    name = "draft"
    verb = "draft"
    words = "write the next update: without a text, the one that fills itself from what is known"
    usage = f"{_WHOM} [TEXT] [; next in 20m] [; estimate 2h]"
    example = "/draft public"
    group = "talk"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        asked = read(args)
        return drafted(asked, ctx) if asked.text else Screen("draft", args.strip())

    @classmethod
    def prefill(cls, ctx: Context) -> str:
        return f"/draft {coming(ctx)}"

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        return [] if " " in args else list(AUDIENCES)


class Approve(Intent):
    name = "approve"
    verb = "approve"
    words = "the commander's word for the draft as it stands"
    usage = f"{_WHOM} [WHO said so on the bridge]"
    example = "/approve public dana"
    group = "talk"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        audience, who = _whom(args)
        return acts.ApproveUpdate(audience=audience or updates.meant(ctx.state), who=who)

    @classmethod
    def prefill(cls, ctx: Context) -> str:
        return f"/approve {updates.meant(ctx.state)}"

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        return list(ctx.state.people) if " " in args else [*AUDIENCES, *ctx.state.people]


class _Sent(Intent):
    """An act that publishes: the console adds the ways."""

    group = "talk"
    whole: ClassVar = True

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        return [] if " " in args else list(AUDIENCES)


class Post(_Sent):
    name = "post"
    verb = "post"
    words = "the approved update goes out, to the ways of its audience"
    usage = _WHOM

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        audience, more = _whom(args)
        if more:
            acts.audience_of(more if not audience else "")
            raise Refused(f"Only an audience goes with it; `/draft {audience} …` changes the text.")
        return Screen("post", args.strip())

    @classmethod
    def prefill(cls, ctx: Context) -> str:
        return f"/post {updates.meant(ctx.state)}"


class NoChange(_Sent):
    name = "nochange"
    verb = "nochange"
    words = "“still investigating, no news” goes out: the rhythm goes on"
    usage = f"{_WHOM} [TEXT] [; next in 20m]"

    @classmethod
    def prefill(cls, ctx: Context) -> str:
        return f"/nochange {coming(ctx)}"


class Correct(_Sent):
    name = "correct"
    verb = "correct"
    words = "put a wrong update right by a new one that says so"
    usage = f"{_WHOM} TEXT"
    example = "/correct public it is 3 % of checkouts, not 30 %"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        if not _whom(args)[1]:
            return acts.CorrectUpdate(what="")  # refused, with what is missing
        return Screen("correct", args.strip())


class Updates(Intent):
    name = "updates"
    verb = "updates"
    words = "what was said to whom, what waits, and when the next is due"
    group = "see"
    quick = True


INTENTS: tuple[type[Intent], ...] = (Draft, Approve, Post, NoChange, Correct, Update, Updates)
