"""A drill's scenario as it stands on the log: every choice of the seed made, every span in ms. It is only data."""

import msgspec

from ..values import Ms


class Person(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Somebody of the simulated world. `page` and `task` say how they answer, `after` how long an answer takes."""

    id: str
    name: str
    knows: str = ""
    phone: str = ""
    page: str = "acknowledges"
    after: Ms = 60_000
    task: str = "reads back"
    otherwise: str = ""
    takes: Ms = 4 * 60_000
    accepts: bool = True
    observer: bool = False


class Line(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Something said, `at` ms after its inject began."""

    at: Ms
    who: str
    text: str


class Inject(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Something that happens once: not before `at` (ms from the start), `delay` after another one, when a condition
    is so; dropped where `unless` is so at that moment."""

    id: str
    kind: str
    at: Ms | None = None
    after: str = ""
    delay: Ms = 0
    when: str = ""
    unless: str = ""
    who: str = ""
    text: str = ""
    lines: tuple[Line, ...] = ()
    wrong: bool = False
    tool: str = ""
    lasts: Ms = 0
    users: int | None = None
    until: str = ""
    keys: str = ""
    hint: str = ""


class Reply(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What comes back from a task whose words fit `to`, or a strong objection to a proposal that fits `to_poll`."""

    id: str
    says: str
    who: str = ""
    to: str = ""
    to_poll: str = ""
    takes: Ms = 4 * 60_000
    when: str = ""
    done: bool = True
    once: bool = False
    flags: tuple[str, ...] = ()


class Expectation(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What is held against what happened: a `check`, or a `measure` of the whole drill. Spans are ms.

    Met until `by`, late until `late`, then missed; both count from the inject `since`, or from the start.
    """

    id: str
    what: str
    check: str = ""
    measure: str = ""
    since: str = ""
    by: Ms = 0
    late: Ms = 0
    group: str = ""
    why: str = ""
    source: str = ""
    better: str = ""
    also: tuple[tuple[str, str], ...] = ()  # (condition, why it is as good)
    severities: tuple[str, ...] = ()  # only where it was this grave at some time; empty: always


class Scenario(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A whole drill. `length` is the longest it may take, in ms."""

    id: str
    title: str
    level: str
    length: Ms
    trains: tuple[str, ...] = ()
    about: str = ""
    severity: str = "SEV2"
    services: tuple[str, ...] = ()
    playbooks: tuple[str, ...] = ()
    ends: str = ""
    truth: str = ""
    sources: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    people: tuple[Person, ...] = ()
    roles: tuple[tuple[str, str], ...] = ()  # (role, who) from the start
    injects: tuple[Inject, ...] = ()
    replies: tuple[Reply, ...] = ()
    expectations: tuple[Expectation, ...] = ()
    variant: str = ""
