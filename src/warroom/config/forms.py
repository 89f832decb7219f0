"""What each kind of file may hold, one frozen class per form. An unknown key is a mistake, mostly in its spelling."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

import msgspec

from warroom.core.cadence import AUDIENCES
from warroom.core.values import ACTIVE, SEVERITIES

from .problem import Fault, one_of, shown
from .toml import Span

STAGES = ("identify", "assess", "escalate", "communicate", "restore", "verify", "review")
# When an audience is owed an update: a first one, as often as this in each phase, and one last.
MOMENTS = ("first", *ACTIVE, "resolved")
# What a role card may say in {braces}.
SPOKEN = ("name", "title", "severity")

Word = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Line = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Text = Annotated[str, msgspec.Meta(max_length=600)]


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table in a file."""

    def faults(self) -> Iterator[Fault]:
        """What is wrong with it beyond the form, first things first. Any makes the whole table unusable."""
        yield from ()


class SecretForm(Form, frozen=True, kw_only=True):
    """A table that names secrets; `NAME_env` or `NAME_file` stands for each of `secrets` and `optional`."""

    secrets: ClassVar[tuple[str, ...]] = ()  # those that it cannot do without
    optional: ClassVar[tuple[str, ...]] = ()

    @property
    def needed(self) -> tuple[str, ...]:
        """The secrets without which it does nothing."""
        return self.secrets

    def faults(self) -> Iterator[Fault]:
        for name in (*self.secrets, *self.optional):
            env, file = getattr(self, f"{name}_env"), getattr(self, f"{name}_file")
            if env and file:
                yield Fault(f"{name}_env", f"stands beside {name}_file; one of the two is enough")
            if name in self.secrets and not (env or file):
                yield Fault(f"{name}_env", "is missing: the name of the environment variable that holds it")


def url_faults(url: str, at: str = "url") -> Iterator[Fault]:
    """What is wrong with an address of the web, under the key `at`."""
    scheme, found, rest = url.partition("://")
    host = rest.partition("/")[0]
    if scheme not in ("http", "https") or not found or not host:
        yield Fault(at, f"“{shown(url)}” is not an address that begins with https:// or http://")
    elif "@" in host:
        yield Fault(at, "holds a user or password; put it into a variable and name that")


class Severity(Form, frozen=True):
    """What a severity means and how often whom it concerns hears from the room."""

    id: Word
    name: Line
    criteria: tuple[Line, ...] = ()
    response: Text = ""
    policy: str = ""
    level_gap: Span | None = None
    silence: Span | None = None  # a timeline this quiet is worth a prompt
    updates: dict[str, dict[str, Span]] = {}  # audience → moment → how often or how soon
    review_days: int | None = None
    review_business_days: int | None = None

    def faults(self) -> Iterator[Fault]:
        if self.id not in SEVERITIES:
            yield Fault("id", f"“{shown(self.id)}” is not a severity: {one_of(SEVERITIES)}")
        for audience, every in self.updates.items():
            if audience not in AUDIENCES:
                yield Fault(f"updates.{audience}", f"is not an audience: {one_of(AUDIENCES)}")
            for phase, span in every.items():
                if phase not in MOMENTS:
                    yield Fault(f"updates.{audience}.{phase}", f"is not one of {one_of(MOMENTS)}")
                elif span < 60_000:
                    yield Fault(f"updates.{audience}.{phase}", "should be at least a minute")


class When(Form, frozen=True):
    """For which incidents a playbook offers itself; an empty list stands for any."""

    severity: tuple[str, ...] = ()
    service: tuple[Word, ...] = ()  # shell patterns, as "*db*"


class FileStep(Form, frozen=True):
    id: Word
    text: Line
    stage: str
    role: str = ""
    due: Span | None = None  # counted from when the playbook was attached
    why: Text = ""
    origin: Text = ""


class Playbook(Form, frozen=True):
    title: Line
    step: Annotated[tuple[FileStep, ...], msgspec.Meta(min_length=1, max_length=60)]
    id: str = ""  # the file's name, unless it says otherwise
    summary: Text = ""
    version: Annotated[str, msgspec.Meta(max_length=40)] = ""
    when: When = When()

    def faults(self) -> Iterator[Fault]:
        seen: set[str] = set()
        for number, step in enumerate(self.step, 1):
            if step.id in seen:
                yield Fault(f"step[{number}].id", f"“{shown(step.id)}” is already the id of an earlier step")
            seen.add(step.id)
            if step.stage not in STAGES:
                yield Fault(f"step[{number}].stage", f"“{shown(step.stage)}” is not a stage: {one_of(STAGES)}")
        for severity in self.when.severity:
            if severity not in SEVERITIES:
                yield Fault("when.severity", f"“{shown(severity)}” is not a severity: {one_of(SEVERITIES)}")


class Role(Form, frozen=True):
    id: Word
    name: Line
    short: Annotated[str, msgspec.Meta(max_length=10)] = ""
    duties: tuple[Text, ...] = ()
    say: Text = ""
    needed: tuple[str, ...] = ()
    from_people: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 0

    def faults(self) -> Iterator[Fault]:
        for severity in self.needed:
            if severity not in SEVERITIES:
                yield Fault("needed", f"“{shown(severity)}” is not a severity: {one_of(SEVERITIES)}")
        left = self.say
        for word in SPOKEN:
            left = left.replace("{" + word + "}", "")
        if "{" in left or "}" in left:
            yield Fault("say", "only {name}, {title} and {severity} may stand in braces")
