"""The forms of the files about people: `contacts.toml`, and `oncall.toml` with who has which turn."""

from collections.abc import Iterator
from typing import Annotated

import msgspec

from warroom.core.values import HOUR

from .forms import Form, Line
from .local import local
from .problem import Fault, one_of, shown
from .toml import Span

CONTACT, ONCALL = "contact:", "oncall:"
SCHEDULES = ("pagerduty", "opsgenie", "jsm")


def is_ref(ref: str, kind: str) -> bool:
    """Whether this is written as `contact:NAME` or `oncall:NAME`, as `kind` asks."""
    return ref.startswith(kind) and len(ref) > len(kind)


class Contact(Form, frozen=True):
    name: Line
    phone: Annotated[str, msgspec.Meta(max_length=64)] = ""
    reach: tuple[Line, ...] = ()
    tz: str = ""
    email: Annotated[str, msgspec.Meta(max_length=200)] = ""  # by which a far schedule knows them
    example: bool = False


class Override(Form, frozen=True, rename={"start": "from", "end": "to"}):
    """Somebody else's turn for a while, in the rotation's own time zone."""

    start: str
    end: str
    who: str

    def faults(self) -> Iterator[Fault]:
        start, end = local(self.start), local(self.end)
        for key, said, moment in (("from", self.start, start), ("to", self.end, end)):
            if moment is None:
                yield Fault(key, _NO_MOMENT.format(shown(said)))
        if start and end and end <= start:
            yield Fault("to", "should be later than `from`")
        if not is_ref(self.who, CONTACT):
            yield Fault("who", f"“{shown(self.who)}” should be written as contact:NAME")


_NO_MOMENT = "“{}” is not a date and time as 2026-11-23T09:00, without an offset"


class OnCall(Form, frozen=True):
    """A turn: a rotation of people, or a schedule that is kept by PagerDuty or Opsgenie."""

    name: Annotated[str, msgspec.Meta(max_length=100)] = ""
    tz: str = ""
    start: str = ""
    every: Span | None = None
    people: Annotated[tuple[str, ...], msgspec.Meta(max_length=100)] = ()
    overrides: Annotated[tuple[Override, ...], msgspec.Meta(max_length=200)] = ()
    schedule: Annotated[str, msgspec.Meta(max_length=200)] = ""
    channel: str = ""  # through which the schedule is asked
    reach: tuple[Line, ...] = ()  # for whoever has the turn and is no contact of ours

    def faults(self) -> Iterator[Fault]:
        if self.schedule:
            yield from self._of_schedule()
        else:
            yield from self._of_rotation()
        for number, override in enumerate(self.overrides, 1):
            for fault in override.faults():
                yield Fault(f"overrides[{number}].{fault.path}", fault.reason)

    def _of_schedule(self) -> Iterator[Fault]:
        vendor, _, id = self.schedule.partition(":")
        if vendor not in SCHEDULES or not id.strip():
            yield Fault("schedule", f"“{shown(self.schedule)}” should be {one_of(SCHEDULES)}, “:” and its id")
        for key in ("start", "every", "people", "overrides"):
            if getattr(self, key):
                yield Fault(key, "belongs to a rotation, and here is a schedule; take one of the two out")

    def _of_rotation(self) -> Iterator[Fault]:
        if not self.people:
            yield Fault("people", "is empty: a rotation needs people, or a schedule to ask")
        if local(self.start) is None:
            said = _NO_MOMENT.format(shown(self.start)) if self.start else "is missing: when the first turn begins"
            yield Fault("start", said)
        if self.every is None:
            yield Fault("every", 'is missing: how long a turn lasts, as "P7D"')
        elif self.every < HOUR:
            yield Fault("every", "should be at least an hour")
        for number, ref in enumerate(self.people, 1):
            if not is_ref(ref, CONTACT):
                yield Fault(f"people[{number}]", f"“{shown(ref)}” should be written as contact:NAME")
