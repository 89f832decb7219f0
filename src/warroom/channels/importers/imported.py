"""What an import found, and the gathering of it: ids that fit our files, and a sentence for whatever does not.

Everything here fits the limits of the files that it will stand in, however much the far side sent.
"""

import unicodedata
from datetime import UTC
from typing import NamedTuple

import msgspec

from ...core.values import MINUTE, Ms

PEOPLE_BYTES = 110 * 1024  # a file of ours holds 128 KiB
POLICIES, LEVELS, REFS, ALL_REFS, ROUNDS, SENTENCES = 300, 40, 10, 150, 20, 200
LONGEST = 30 * 24 * 60 * MINUTE
_ID, _TITLE = 40, 90


class Person(msgspec.Struct, frozen=True):
    """A contact. `reach` as in `contacts.toml`."""

    id: str
    name: str
    phone: str = ""
    email: str = ""
    tz: str = ""
    reach: tuple[str, ...] = ()


class Turn(msgspec.Struct, frozen=True):
    """Somebody's turn: a rotation of `people` (contact ids), or a `schedule` that is asked through `channel`."""

    id: str
    name: str
    tz: str = ""
    start: str = ""
    every: str = ""
    people: tuple[str, ...] = ()
    schedule: str = ""
    channel: str = ""


class PlanLevel(msgspec.Struct, frozen=True):
    """`after` counts from the start of the page, in ms; `notify` holds `contact:ID` and `oncall:ID`."""

    after: Ms
    notify: tuple[str, ...] = ()


class Plan(msgspec.Struct, frozen=True):
    """An escalation policy."""

    id: str
    title: str
    levels: tuple[PlanLevel, ...]
    owner: str = ""
    repeat: int = 0


class Imported(msgspec.Struct, frozen=True):
    """All that was found. `channels`: the starter sections that `channels.toml` needs; `left`: what stays behind."""

    source: str
    contacts: tuple[Person, ...] = ()
    oncall: tuple[Turn, ...] = ()
    policies: tuple[Plan, ...] = ()
    channels: tuple[str, ...] = ()
    left: list[str] = []


class Rule(NamedTuple):
    """A level as it is found: its delay from the start in ms, and whom it calls."""

    after: Ms
    refs: list[str]


class Gathering:
    """Collects what is found; each remote thing gets one id of ours, however often it is met."""

    def __init__(self, source: str, channels: tuple[str, ...] = ()) -> None:
        self.source = source
        self.channels = channels
        self._people: dict[str, Person] = {}
        self._turns: dict[str, Turn] = {}
        self._plans: list[Plan] = []
        self._taken: dict[str, set[str]] = {"person": set(), "turn": set(), "plan": set()}
        self._room = {"person": PEOPLE_BYTES, "turn": PEOPLE_BYTES}
        self._left: dict[str, None] = {}
        self._counts: dict[str, int] = {}

    def say(self, sentence: str) -> None:
        """Something stays behind."""
        self._left.setdefault(sentence)

    def count(self, sentence: str) -> None:
        """The same for many: `{n}` in the sentence becomes how often it was said, `{people}` that many of them."""
        self._counts[sentence] = self._counts.get(sentence, 0) + 1

    # ── people and turns ──

    def known(self, remote: str) -> str:
        """The contact's id of this remote person, or nothing."""
        return self._people[remote].id if remote in self._people else ""

    def person(
        self, remote: str, name: str, *, phone: str = "", email: str = "", tz: str = "", reach: tuple[str, ...] = ()
    ) -> str:
        """The contact's id; empty where there is no room for one more."""
        if remote in self._people:
            return self._people[remote].id
        name = name[:_TITLE] or email[:_TITLE] or remote[:_TITLE] or "Nameless"
        if tz and not is_zone(tz):
            self.say(f"The time zone of {name} is none: “{tz[:_TITLE]}”.")
            tz = ""
        id = self._id("person", name)
        found = Person(id, name, phone[:40], email[:120] if "@" in email else "", tz, reach)
        if not self._fits("person", found):
            self.count("There is no room for {n} of the people: contacts.toml holds 128 KiB.")
            return ""
        self._people[remote] = found
        self._taken["person"].add(id)
        return id

    def turn(self, remote: str, name: str, **about: object) -> str:
        """The on-call's id; empty where there is no room for one more. `about` are fields of `Turn`."""
        if remote in self._turns:
            return self._turns[remote].id
        found: Turn = msgspec.convert({"id": self._id("turn", name), "name": name[:_TITLE], **about}, Turn)
        if not self._fits("turn", found):
            self.count("There is no room for {n} of the schedules: oncall.toml holds 128 KiB.")
            return ""
        self._turns[remote] = found
        self._taken["turn"].add(found.id)
        return found.id

    @property
    def known_people(self) -> int:
        """How many people were found so far."""
        return len(self._people)

    def turn_known(self, remote: str) -> str:
        """The on-call's id of this remote schedule, or nothing."""
        return self._turns[remote].id if remote in self._turns else ""

    # ── policies ──

    def plan(self, title: str, rules: list[Rule], *, owner: str = "", repeat: int = 0) -> None:
        """A policy. Its rules are in any order; those at the same time are one level."""
        title = title[:_TITLE] or "Nameless"
        if len(self._plans) >= POLICIES:
            return self.count(f"{{n}} escalation policies are too many: {POLICIES} are taken at once.")
        at: dict[Ms, list[str]] = {}
        for rule in rules:
            at.setdefault(min(max(rule.after, 0), LONGEST), []).extend(rule.refs)
            if rule.after > LONGEST:
                self.say(f"Policy “{title}”: a level waits for more than 30 days; it is called after 30.")
        levels, room = [], ALL_REFS
        for number, after in enumerate(sorted(at)[:LEVELS], 1):
            wanted = list(dict.fromkeys(at[after]))
            refs = tuple(wanted[: min(REFS, room)])
            room -= len(refs)
            if len(refs) < len(wanted):
                self.say(f"Policy “{title}”, level {number}: only {len(refs)} of {len(wanted)} people are called.")
            if not refs:
                self.say(f"Policy “{title}”, level {number}: nobody is left to call; put somebody there.")
            levels.append(PlanLevel(after, refs))
        if len(at) > LEVELS:
            self.say(f"Policy “{title}”: only {LEVELS} of its {len(at)} levels are carried over.")
        if not levels:
            return self.say(f"Policy “{title}” has no levels, and is not carried over.")
        if repeat > ROUNDS:
            self.say(f"Policy “{title}”: it repeats {ROUNDS} times instead of {min(repeat, 10**6)}.")
        id = self._id("plan", title)
        self._taken["plan"].add(id)
        self._plans.append(Plan(id, title, tuple(levels), owner[:_TITLE], min(max(repeat, 0), ROUNDS)))
        return None

    def done(self) -> Imported:
        left = list(self._left)
        for said, n in self._counts.items():
            left.append(said.format(n=n, people="1 person" if n == 1 else f"{n} people"))
        if len(left) > SENTENCES:
            left = [*left[: SENTENCES - 1], f"And {len(left) - SENTENCES + 1} more of that kind."]
        return Imported(
            source=self.source,
            contacts=tuple(self._people.values()),
            oncall=tuple(self._turns.values()),
            policies=tuple(self._plans),
            channels=self.channels,
            left=left,
        )

    def _id(self, kind: str, name: str) -> str:
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
        words = "".join(char if char.isalnum() else " " for char in plain).split()
        stem = "-".join(words)[:_ID].strip("-") or {"person": "person", "turn": "on-call", "plan": "policy"}[kind]
        number, id = 1, stem
        while id in self._taken[kind]:
            number += 1
            id = f"{stem}-{number}"
        return id

    def _fits(self, kind: str, found: Person | Turn) -> bool:
        from .toml_text import contact, turn

        text = contact(found) if isinstance(found, Person) else turn(found)
        self._room[kind] -= len(text.encode())
        return self._room[kind] >= 0


def is_zone(name: str) -> bool:
    """Whether there is a time zone of this name here."""
    from ...config.local import is_zone

    return is_zone(name)


def local_start(at: Ms, tz: str) -> str:
    """What the clocks of `tz` show at `at`, as `2026-11-23T09:00`; empty where no file of ours can say it."""
    from datetime import datetime, timedelta

    from ...config.local import local, zone

    there = zone(tz)
    try:
        shown = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at)).astimezone(there)
    except (OverflowError, ValueError):
        return ""
    text = shown.strftime("%Y-%m-%dT%H:%M") if shown.year >= 1000 else ""
    return text if there is not None and local(text) is not None else ""


def spell_every(ms: Ms) -> str:
    """How long a turn lasts, as a file says it: `P7D`, `PT12H`, `PT90M`."""
    for unit, form in ((86_400_000, "P{}D"), (3_600_000, "PT{}H"), (60_000, "PT{}M")):
        if ms % unit == 0:
            return form.format(ms // unit)
    return f"PT{ms // 1000}S"
