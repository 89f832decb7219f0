"""`oncall.toml` and what far schedules last answered → who has which turn, as shifts in UTC.

A rotation keeps its local hour across clock changes. A cached answer is as old as it says; where there is none, the
turn has no person, and its `reach` is all there is.
"""

from collections.abc import Iterable, Mapping
from os.path import join
from typing import TYPE_CHECKING, Annotated

import msgspec

from warroom.core.events import Shift, Target
from warroom.core.text import keepable
from warroom.core.values import DAY, Ms

from . import cached
from .local import local, shown_at, utc_of, zone
from .paths import Paths
from .people_forms import CONTACT, ONCALL, Contact, OnCall

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

DAYS = 15
_MOST_SHIFTS = 400
_GAP = 60_000  # a far schedule's turns may miss each other by so much

_Time = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
_Row = tuple[_Time, _Time, str, str, str]


class Answer(msgspec.Struct, frozen=True):
    """What a far schedule said when it was `asked` (UTC ms): rows of start, end, name, e-mail, far id."""

    asked: _Time
    shifts: tuple[_Row, ...]


def is_name(name: str) -> bool:
    """Whether an on-call may be called this: a file of that name is kept for it."""
    return 0 < len(name) <= 48 and name[0] not in ".-" and all(c.isalnum() or c in "-_." for c in name)


def answer_file(paths: Paths, name: str) -> str:
    return join(paths.state, "oncall", f"{name}.json")


def keep_answer(paths: Paths, name: str, asked: Ms, shifts: Iterable[_Row]) -> None:
    """Keeps what the schedule of `oncall.NAME` said. Raises OSError when it cannot be kept, ValueError for no name."""
    if not is_name(name):
        raise ValueError(f"“{name[:40]}” is no name for an on-call")
    rows = [(start, end, *(keepable(word)[:200] for word in words)) for start, end, *words in shifts]
    cached.write(answer_file(paths, name), {"asked": asked, "shifts": rows[:_MOST_SHIFTS]})


def read_answer(paths: Paths, name: str) -> Answer | None:
    """The last answer, or None where the schedule was never asked or the file is broken. Never raises."""
    answer: Answer | None = cached.read(answer_file(paths, name), Answer) if is_name(name) else None
    return answer


class Roster(msgspec.Struct, frozen=True):
    """Everybody who can be called, at the moment `now` and for `days` from then on."""

    contacts: Mapping[str, Contact]
    oncall: Mapping[str, OnCall]
    paths: Paths | None
    now: Ms
    days: int = DAYS
    seen: dict[str, Target] = {}  # worked out already

    def target(self, ref: str) -> Target:
        """Whom `contact:NAME` or `oncall:NAME` means. Somebody nobody knows keeps the reference as a name."""
        if ref not in self.seen:
            self.seen[ref] = self._target(ref)
        return self.seen[ref]

    def _target(self, ref: str) -> Target:
        name = ref.removeprefix(CONTACT).removeprefix(ONCALL)
        if not ref.startswith(ONCALL):
            known = self.contacts.get(name)
            if known is None:
                return Target(ref=ref, name=name)
            return Target(ref=ref, name=known.name, phone=known.phone, reach=known.reach, example=known.example)
        form = self.oncall.get(name)
        if form is None:
            return Target(ref=ref, name=name)
        return self._scheduled(name, form) if form.schedule else self._rotating(name, form)

    def _scheduled(self, name: str, form: OnCall) -> Target:
        ref, called = ONCALL + name, title(name, form)
        answer = read_answer(self.paths, name) if self.paths else None
        if answer is None:
            return Target(ref=ref, name=f"{called} (never asked)", reach=form.reach)
        shifts = tuple(_in_force(self._told(ref, called, form, answer), self.now, self.days))
        return Target(ref=ref, name=called, reach=form.reach, shifts=shifts, asked=answer.asked)

    def _told(self, ref: str, called: str, form: OnCall, answer: Answer) -> list[Shift]:
        shifts: list[Shift] = []
        until = -1
        rows = sorted(row for row in answer.shifts[:_MOST_SHIFTS] if row[0] < row[1])
        for start, end, name, email, _ in rows:
            if until >= 0 and start > until + _GAP:
                shifts.append(Shift(until, ref, called, reach=form.reach))
            shifts.append(self._person(start, ref, keepable(name)[:200] or called, email, form))
            until = max(until, end)
        if shifts and form.reach:
            # After its last word the schedule itself is called: whoever has the turn there is known there.
            shifts.append(Shift(until, ref, f"{called} (not known yet)", reach=form.reach))
        return shifts

    def _person(self, start: Ms, ref: str, name: str, email: str, form: OnCall) -> Shift:
        for id, contact in self._alike(name, email):
            return Shift(start, CONTACT + id, contact.name, contact.phone, contact.reach or form.reach)
        return Shift(start, ref, name, reach=form.reach)

    def _alike(self, name: str, email: str) -> list[tuple[str, Contact]]:
        """Our contacts that can be meant, the surest first."""
        own = [(id, each) for id, each in self.contacts.items() if not each.example]
        by_mail = [pair for pair in own if email and pair[1].email.casefold() == email.casefold()]
        return by_mail + [pair for pair in own if pair[1].name.casefold() == name.casefold()]

    def _rotating(self, name: str, form: OnCall) -> Target:
        shifts = tuple(self._shift(*turn) for turn in turns(form, self.now, self.days))
        known = [self.contacts.get(ref.removeprefix(CONTACT)) for ref in form.people]
        example = bool(known) and all(each is not None and each.example for each in known)
        return Target(ref=ONCALL + name, name=title(name, form), reach=form.reach, example=example, shifts=shifts)

    def _shift(self, start: Ms, ref: str) -> Shift:
        person = self.target(ref)
        return Shift(start, ref, person.name, person.phone, person.reach)


def title(name: str, form: OnCall) -> str:
    """What people call this turn."""
    return form.name or f"{name} on call"


def turns(form: OnCall, now: Ms, days: int = DAYS) -> list[tuple[Ms, str]]:
    """From when on whom a rotation calls: first the turn in force at `now`, then those that begin within `days`.

    Before a rotation begins, its first person has the turn: somebody is better than nobody.
    """
    tz, first = zone(form.tz) or zone(""), local(form.start)
    if tz is None or first is None or not form.every or not form.people:
        return []
    end = now + days * DAY
    marks = _marks(form, first, tz, now, end)
    overrides = []
    for each in form.overrides:
        start, stop = local(each.start), local(each.end)
        if start is not None and stop is not None:
            overrides.append((utc_of(start, tz), utc_of(stop, tz), each.who))
    cuts = sorted({at for at, _ in marks} | {at for each in overrides for at in each[:2] if marks[0][0] < at <= end})
    found: list[tuple[Ms, str]] = []
    for at in cuts:
        who = next((ref for start, stop, ref in reversed(overrides) if start <= at < stop), "")
        who = who or next(ref for start, ref in reversed(marks) if start <= at)
        if not found or found[-1][1] != who:
            found.append((at, who))
    return _current(found, now)


def _marks(form: OnCall, first: "datetime", tz: "tzinfo", now: Ms, end: Ms) -> list[tuple[Ms, str]]:
    """The rotation without its overrides, from two turns before `now` on."""
    from datetime import timedelta

    every = timedelta(milliseconds=int(form.every or DAY))
    number = max(0, (shown_at(now, tz) - first) // every - 2)
    marks: list[tuple[Ms, str]] = []
    while len(marks) < _MOST_SHIFTS:
        try:
            at = utc_of(first + number * every, tz)
        except OverflowError:
            break
        # Between the hours that a clock change skips, later turns on the clock can begin earlier.
        while marks and marks[-1][0] >= at:
            marks.pop()
        if marks and at > end:
            break
        marks.append((at, form.people[number % len(form.people)]))
        number += 1
    return marks


def _current(found: list[tuple[Ms, str]], now: Ms) -> list[tuple[Ms, str]]:
    """Without the turns that are over."""
    begun = sum(at <= now for at, _ in found)
    return found[max(0, begun - 1) :]


def _in_force(shifts: list[Shift], now: Ms, days: int) -> list[Shift]:
    begun = sum(shift.start <= now for shift in shifts)
    return [shift for shift in shifts[max(0, begun - 1) :] if shift.start <= now + days * DAY or shift is shifts[0]]
