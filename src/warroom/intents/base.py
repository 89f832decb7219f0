"""What an intent is: one act of a person, from which prompt verb, key, palette entry and help derive.

An intent turns words into a command, or names something the screen itself does. It knows no screen and no parser.
"""

from collections.abc import Callable
from typing import ClassVar

import msgspec

from ..core.commands import Command
from ..core.incident import Incident
from ..core.values import At, Ms, Refused
from ..core.zone import Zone, utc


class Context(msgspec.Struct, frozen=True):
    """What an intent may look at: the incident as it is shown, who asks, when, and how to read what was typed."""

    state: Incident
    me: str
    now: Ms
    when: Callable[[str], At]  # raises Refused
    find: Callable[[str], tuple[str, str]]  # another incident by handle or title -> (id, title)
    zone: Zone = utc  # in which days are read


class Screen(msgspec.Struct, frozen=True):
    """Something the screen does without a fact: `name` says what, `about` to what."""

    name: str
    about: str = ""


class Intent:
    """One act. Subclasses fill the words; `command` reads the arguments."""

    name: ClassVar[str] = ""  # the name under which it can be rebound
    verb: ClassVar[str] = ""  # "/verb" in the prompt
    key: ClassVar[str] = ""  # Esc or Alt + this letter
    fkey: ClassVar[str] = ""
    words: ClassVar[str] = ""  # what it does, for the palette and help
    usage: ClassVar[str] = ""  # the arguments
    example: ClassVar[str] = ""
    group: ClassVar[str] = ""
    whole: ClassVar[bool] = False  # it pages, publishes or resolves: no beginning of the verb will do
    quick: ClassVar[bool] = False  # its key acts at once; every other key opens a prefilled line
    short: ClassVar[str] = ""  # for the key line

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        """What `args` (the text behind the verb) asks for. Raises `Refused` with what is missing."""
        return Screen(cls.name, args)

    @classmethod
    def prefill(cls, ctx: Context) -> str:
        """The line that the key opens, for Enter to confirm."""
        return f"/{cls.verb} "

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        """What could stand where the last word of `args` is being typed."""
        return []


def split(args: str, usage: str) -> tuple[str, str]:
    """The first word and the rest. Raises `Refused` with the usage when there is no first word."""
    head, _, rest = args.strip().partition(" ")
    if not head:
        raise Refused(f"What is missing: {usage}")
    return head, rest.strip()


def role_names(ctx: Context) -> list[str]:
    return [r.role for r in ctx.state.roles]


def open_steps(ctx: Context) -> list[str]:
    return [s.step.id for s in ctx.state.steps if s.state == "todo"]
