"""Who is on call by far schedules, asked again while incidents are open. What was answered is kept, and what it changes
is put on the log; where nobody could say, the last answer stays in force with its age.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from ..config.oncall import keep_answer
from ..config.oncall import title as called
from ..config.people_forms import ONCALL, OnCall
from ..core.acts.paging import TellOnCall
from ..core.commands import Command
from ..core.events import PolicyAttached, Shift, Target
from ..core.incident import Incident
from ..core.run import on_duty
from ..core.text import clean
from ..core.values import DAY, MINUTE, SECOND, Ms, Refused
from .base import Channel
from .factory import Unusable
from .http import HttpChannel
from .secrets import Secret

if TYPE_CHECKING:
    from ..config.load import Library
    from ..config.paths import Paths

EVERY = 5 * MINUTE  # between two questions about one schedule
_LOOK = 20 * SECOND  # between two looks at which schedules are in use
_AHEAD = DAY  # a turn that changes later than this is told later
_BEHIND = 2  # turns that are over and stay known: somebody may still have been called in them

Built: TypeAlias = Mapping[str, Channel | Unusable]
_NEEDS = {"pagerduty": "token", "opsgenie": "key", "jsm": "key"}


class Asked(msgspec.Struct, frozen=True):
    """What asking about one on-call came to. `why` says why nobody could tell; then `target` holds the old answer."""

    ref: str  # "oncall:web"
    name: str  # what people call it
    target: Target
    asked: Ms
    why: str = ""


def refresh(
    paths: "Paths", library: "Library", channels: Built, now: Ms, only: Collection[str] | None = None
) -> list[Asked]:
    """Asks about every on-call that far schedules keep (or those in `only`, by their refs) and keeps the answers.

    It takes as long as the far sides do, and never raises for what they or the files say.
    """
    found = []
    for name, form in library.oncall.items():
        ref = ONCALL + name
        if form.schedule and (only is None or ref in only):
            why = ""
            try:
                _ask(paths, library, channels, name, form, now)
            except Refused as no:
                why = str(no)
            found.append(Asked(ref, called(name, form), library.roster(now).target(ref), now, why))
    return found


def _ask(paths: "Paths", library: "Library", channels: Built, name: str, form: OnCall, now: Ms) -> None:
    from .schedules import on_call

    channel, secret = _through(library, channels, form)
    turns = on_call(channel.form, secret, channel.http, form.schedule.partition(":")[2].strip(), now)
    try:
        keep_answer(paths, name, now, turns)
    except OSError as no:
        raise Refused(f"What the schedule said cannot be kept in {paths.state}: {no.strerror}.") from None


def _through(library: "Library", channels: Built, form: OnCall) -> tuple[HttpChannel, Secret]:
    """The channel by which this schedule is asked, and the secret that opens it. Raises `Refused` for none."""
    vendor = form.schedule.partition(":")[0]
    forms = library.channels.by_name
    named = [form.channel] if form.channel else [name for name, each in forms.items() if each.kind == vendor]
    if not named:
        raise Refused(f"No channel of the kind {vendor} is in channels.toml, by which its schedule could be asked.")
    name, channel = clean(named[0]), channels.get(named[0])
    if isinstance(channel, Unusable):
        raise Refused(f"The channel {name} cannot be used: {channel.why}.")
    kind = forms[named[0]].kind if named[0] in forms else ""
    if not isinstance(channel, HttpChannel) or kind != vendor:
        raise Refused(f"“{name}” is no channel of the kind {vendor}; name one in `channel` of the on-call.")
    secret = channel.secrets.get(_NEEDS.get(vendor, ""))
    if secret is None:
        raise Refused(f"The channel {name} has no {_NEEDS[vendor]}_env, which its schedules are asked with.")
    return channel, secret


class Rota:
    """Keeps the on-calls of a pager's incidents known. Files are read anew for every question.

    `tell` takes a sentence for people: that a schedule did not answer, once, and that it does again.
    """

    def __init__(self, paths: "Paths", channels: Built, tell: Callable[[str], None]) -> None:
        self._paths, self._channels, self._tell = paths, channels, tell
        self._came: SimpleQueue[list[Asked]] = SimpleQueue()
        self._asking = False
        self._next: Ms = 0
        self._asked: dict[str, Ms] = {}
        self._known: dict[str, Asked] = {}
        self._told: dict[tuple[str, str], Ms] = {}
        self._silent: dict[str, str] = {}

    def soon(self) -> None:
        """There is another incident: look at once which schedules it uses."""
        self._next = 0

    def look(self, states: Callable[[], Iterable[Incident]], now: Ms, wake: Callable[[], None]) -> bool:
        """Begins to ask what is due, on a thread that calls `wake` at its end; whether answers have come meanwhile."""
        fresh = self._take()
        if self._asking or 0 < self._next - now <= _LOOK:
            return fresh
        self._next = now + _LOOK
        used = {target.ref for state in states() if state.open and state.run for target in _turns(state.run.policy)}
        due = {ref for ref in used if not 0 <= now - self._asked.get(ref, -EVERY) < EVERY}
        if due:
            self._asking = True
            self._asked |= dict.fromkeys(due, now)
            Thread(target=self._ask, args=(due, now, wake), name="rota", daemon=True).start()
        return fresh

    def _ask(self, refs: set[str], now: Ms, wake: Callable[[], None]) -> None:
        found: list[Asked] = []
        try:
            from ..config.load import Library

            found = refresh(self._paths, Library(self._paths), self._channels, now, refs)
        finally:
            self._came.put(found)
            wake()

    def _take(self) -> bool:
        fresh = False
        while True:
            try:
                came = self._came.get_nowait()
            except Empty:
                return fresh
            self._asking = False
            for each in came:
                before = self._silent.pop(each.ref, "")
                if each.why:
                    self._silent[each.ref] = each.why
                    if each.why != before:
                        self._tell(f"{each.name}: {each.why} {_age(each.target, each.asked)}")
                    continue
                if before:
                    self._tell(f"{each.name}: the schedule answers again.")
                self._known[each.ref] = each
                fresh = True

    def commands(self, state: Incident, now: Ms) -> list[Command]:
        """What the log of this incident has to hear: the turns that are no longer as it says."""
        if not self._known or not state.open or state.run is None:
            return []
        found: dict[str, Command] = {}
        for target in _turns(state.run.policy):
            known = self._known.get(target.ref)
            if known is None or self._told.get((state.id, target.ref)) == known.asked:
                continue
            if _same(target, known.target, now):
                continue
            self._told[state.id, target.ref] = known.asked
            shifts = _joined(target.shifts, known.target.shifts)
            found[target.ref] = TellOnCall(ref=target.ref, shifts=shifts, asked=known.asked)
        return list(found.values())


def _age(target: Target, now: Ms) -> str:
    if target.asked is None:
        return "It was never asked with success, so that nobody is known to be on call."
    from ..core.duration import spell

    return f"What it said {spell(now - target.asked)} ago stays in force."


def _turns(policy: PolicyAttached) -> Iterator[Target]:
    """The targets that are turns rather than persons, each as often as it stands in the policy."""
    lists = [(*level.notify, *level.backup) for level in policy.levels]
    lists += [each.targets for each in policy.specialists]
    return (target for each in lists for target in each if target.ref.startswith(ONCALL))


def _same(old: Target, new: Target, now: Ms) -> bool:
    """Whether both say the same of now and the next day. Only who has the turn counts: how to reach them was asked."""
    marks = {now} | {shift.start for each in (old, new) for shift in each.shifts if now < shift.start <= now + _AHEAD}
    return all(_who(old, at) == _who(new, at) for at in marks)


def _who(target: Target, at: Ms) -> tuple[str, str]:
    duty = on_duty(target, at)
    # A turn that nobody has yet is called by another name before and after the first answer.
    return (duty.ref, duty.name if target.shifts else "")


def _joined(old: tuple[Shift, ...], new: tuple[Shift, ...]) -> tuple[Shift, ...]:
    """The new turns behind the last old ones that are over: whoever was called in one of these stays the one called."""
    over = [shift for shift in old if new and shift.start < new[0].start]
    return (*over[-_BEHIND:], *new)
