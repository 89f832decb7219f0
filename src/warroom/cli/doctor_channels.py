"""What `warroom doctor` says of channels and people: every channel is tried without paging anybody, all at once.

A far side that does not answer costs a bounded time, and what came of each try is kept: policies ask for it.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

from ..config.channels import TRACKERS
from ..core.duration import spell
from ..core.text import clean
from .doctor_finding import BAD, GOOD, WARN, Finding
from .session import Session

if TYPE_CHECKING:
    from ..channels.base import Channel, Probe
    from ..channels.factory import Unusable
    from ..channels.rota import Asked
    from ..config.load import Library

WITHIN_S = 20.0  # for all that is asked over the network, together
_REQUEST_S = 8.0
_NAMED = 5
_BEGIN = "docs/escalation.md shows how to begin"
# Of these a `look` says that nobody would hear a page now.
_MUST_BE_GOOD = ("bell", "webhook")

T = TypeVar("T")


def findings(session: Session) -> Iterator[Finding]:
    """Channels one by one, then who cannot be reached, then far schedules."""
    library = session.library
    if not library.channels.file:
        yield Finding("paging", WARN, f"nothing is sent: there is no channels.toml, so ring by hand; {_BEGIN}")
        return
    if not library.channels.by_name:
        yield Finding("paging", BAD, f"nothing is sent: {library.channels.file} names no channel that can be used")
        return
    from ..channels.factory import build
    from ..channels.rota import refresh
    from ..net import Http

    built = build(library.channels, http=Http(timeout_s=_REQUEST_S))
    asked: dict[str, Callable[[], object]] = {name: probing(channel) for name, channel in built.items()}
    schedules = "\0schedules"  # no channel's name
    if any(form.schedule for form in library.oncall.values()):
        asked[schedules] = lambda: refresh(session.paths, library, built, session.now())
    came = at_once(asked, WITHIN_S)
    for name, channel in built.items():
        yield _of_channel(session, name, channel, came.get(name))
    yield from _unused(library)
    yield from _people(library)
    if schedules in asked:
        yield from _schedules(library, came.get(schedules), session.now())


def at_once(asked: Mapping[str, Callable[[], T]], within_s: float) -> dict[str, T]:
    """What each of `asked` returns, each on a thread; without those that took longer than `within_s` in all."""
    came: dict[str, T] = {}

    def ask(name: str, call: Callable[[], T]) -> None:
        came[name] = call()

    threads = [Thread(target=ask, args=pair, daemon=True) for pair in asked.items()]
    for thread in threads:
        thread.start()
    ends = time.monotonic() + within_s
    for thread in threads:
        thread.join(max(0.0, ends - time.monotonic()))
    return dict(came)


def probing(channel: "Channel | Unusable") -> "Callable[[], Probe]":
    """Tries this channel without paging anybody, when it is called."""
    from ..channels.base import Channel, Probe

    return guarded(channel.probe) if isinstance(channel, Channel) else lambda: Probe(BAD, channel.why)


def guarded(probe: "Callable[[], Probe]") -> "Callable[[], Probe]":
    """The same, where an adapter's mistake is a finding and not the end of the others."""
    from ..channels.base import Probe

    def ask() -> Probe:
        try:
            return probe()
        except Exception as error:
            return Probe(BAD, f"a mistake in this program ({type(error).__name__}); please report it")

    return ask


def _of_channel(session: Session, name: str, channel: "Channel | Unusable", probe: object) -> Finding:
    from msgspec.structs import replace

    from ..channels.base import Channel, Probe
    from ..channels.secrets import absent
    from ..config import tested

    if not isinstance(probe, Probe):
        probe = Probe(BAD, f"the far side says nothing within {WITHIN_S:.0f} s; look at the network and the address")
    says, works = clean(probe.says), probe.state == GOOD
    if isinstance(channel, Channel) and probe.state != BAD:
        works = works or channel.kind not in _MUST_BE_GOOD
        without = absent(session.library.channels.by_name[name])
        if without:
            says = "; ".join((*without, says))
            probe = replace(probe, state=WARN)
        if not (channel.answers or channel.files):
            says += ": ring by hand" if says.endswith("cannot answer back") else "; it cannot answer back: ring by hand"
    try:
        tested.keep(session.paths, name, session.now(), works, says)
    except OSError as no:
        says += f"; this cannot be kept in {session.paths.state}: {no.strerror}"
    return Finding(f"channel {clean(name)}", probe.state, says)


# ── who is reached by what ──


def _unused(library: "Library") -> Iterator[Finding]:
    channels = library.channels
    reach = [way for contact in library.contacts.values() if not contact.example for way in contact.reach]
    reach += [way for turn in library.oncall.values() for way in turn.reach]
    used = {way[0] for each in (*reach, *channels.fallback) if (way := channels.way(each))}
    for turn in library.oncall.values():
        vendor = turn.schedule.partition(":")[0]
        used |= {turn.channel} if turn.channel else {n for n, f in channels.by_name.items() if f.kind == vendor}
    for name, form in channels.by_name.items():
        stands = getattr(form, "status", False) or getattr(form, "room", False)
        if name not in used and form.kind not in TRACKERS and not stands:
            says = f"{clean(name)} is in nobody's `reach` and no fallback, so that it pages nobody"
            yield Finding("reach", WARN, says)


def _people(library: "Library") -> Iterator[Finding]:
    from ..channels.ways import ways
    from ..core.events import Target

    own = {id: each for id, each in library.contacts.items() if not each.example}
    if not own:
        yield Finding("contacts", WARN, f"contacts.toml names nobody of yours, so that nobody is reached; {_BEGIN}")
        return
    lost = [
        f"{clean(id)}{f' ({clean(each.phone)})' if each.phone else ''}"
        for id, each in own.items()
        if not ways(Target(ref=id, name=each.name, reach=each.reach), library.channels)
    ]
    if lost:
        more = f" and {len(lost) - _NAMED} more" if len(lost) > _NAMED else ""
        says = f"no channel here reaches {', '.join(lost[:_NAMED])}{more}: give them a `reach`, or ring by hand"
        yield Finding("contacts", WARN, says)
    else:
        yield Finding("contacts", GOOD, f"every one of yours ({len(own)}) has a way to be reached")


def _schedules(library: "Library", came: object, now: int) -> Iterator[Finding]:
    from ..core.run import on_duty

    answers: dict[str, Asked] = {each.ref: each for each in came} if isinstance(came, list) else {}
    for name, form in library.oncall.items():
        if not form.schedule:
            continue
        what, asked = f"on call {clean(name)}", answers.get(f"oncall:{name}")
        if asked is None:
            yield Finding(what, WARN, f"the schedule says nothing within {WITHIN_S:.0f} s; its last answer stands")
            continue
        target = asked.target
        known = f"{clean(on_duty(target, now).name)} has the turn" if target.shifts else "nobody has the turn"
        if not asked.why:
            yield Finding(what, GOOD if target.shifts else WARN, known)
        elif target.asked is None:
            yield Finding(what, WARN, f"{asked.why} It was never asked with success: nobody is known to have the turn")
        else:
            yield Finding(what, WARN, f"{asked.why} As of {spell(max(0, now - target.asked))} ago, {known}")
