"""What this console does about paging beyond facts: who has it, who takes the pager, what happens after leaving.

A page that is very late is asked about before it goes out, once; nothing here reaches for the network.
"""

import asyncio
import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..core import events as ev
from ..core import outbox
from ..core.acts.delivery import SkipLevel
from ..core.acts.entries import Log
from ..core.acts.paging import Acknowledge
from ..core.due import asks
from ..core.duration import spell
from ..core.events import PolicyAttached
from ..core.incident import Incident
from ..core.run import is_called
from ..core.text import clean, clip
from ..core.values import MINUTE, Ms, Refused
from ..room import StoreError, pager
from .moment import Moment
from .panes.called import answered, called
from .panes.due import short

if TYPE_CHECKING:
    from ..config.paths import Paths
    from .incident_screen import IncidentScreen

LATE = 15 * MINUTE  # later than this, somebody is asked before it goes out
STARTS = 8.0  # seconds that a pager may take to begin
_STILL = "still on it"


# ── who has it ──


def acknowledge(room: "IncidentScreen") -> None:
    """At once where the page is mine, or the acknowledgement that runs out is; else the line that says who."""
    moment, me = room.moment, room.console_app.me
    if moment is None:
        return
    view = moment.page
    if view.status == "acknowledged" and view.ack and view.expires and asks(view.expires, moment.now):
        if same(view.policy, me, view.ack.who):
            room.do(Log(text=_STILL, kind="note"))
        else:
            room.prompt.fill(f"{clean(view.ack.who)}: {_STILL}")
    elif mine(moment, me):
        room.do(Acknowledge())
    else:
        from ..intents import BY_NAME

        room.prompt.fill(BY_NAME["acknowledge"].prefill(room.asking()))


def mine(moment: Moment, me: str) -> list[tuple[str, Ms]]:
    """The pages that wait for `me`, by name or as that contact: their topics and when they were due."""
    found = []
    for topic in moment.runs:
        page = called(moment, topic)
        if page and not answered(moment, page) and any(is_called(target, me) for target in page.targets):
            found.append((topic, page.call.due))
    return found


def same(policy: PolicyAttached | None, one: str, other: str) -> bool:
    """Whether two names are one person's: the same, or a contact's name and its id."""
    if one.casefold() == other.casefold():
        return True
    levels = policy.levels if policy else ()
    targets = (t for level in levels for t in (*level.notify, *level.backup))
    return any(is_called(t, one) and is_called(t, other) for t in targets)


# ── who pages ──


def late_pages(state: Incident, now: Ms) -> list[outbox.Page]:
    """The pages that nobody has sent and that are so late that somebody is asked first."""
    return [page for page in outbox.pages(state, now) if now - page.call.due > LATE]


def take_pager(room: "IncidentScreen") -> None:
    """Take the pager, after the questions that come before it. Raises `Refused`."""
    state, moment = room.live.state, room.moment
    if state.drill:
        raise Refused("This is a drill: nobody is paged, and there is no pager to take.")
    if state.run is None:
        raise Refused("No escalation policy is in force here; there is nobody to page.")
    if not state.open:
        raise Refused(f"The incident is {state.phase}; nobody is paged any more.")
    if moment is None or moment.page.pages_nobody or not state.run.policy.reachable:
        raise Refused("The policy reaches nobody: no channel is configured for its people. Ring by hand.")
    view = moment.sight.pager
    if view.state == "here":
        raise Refused("This console has the pager already.")
    if view.state == "held" and not view.hangs(moment.now):
        note = "It is well. What it has sent is on the log; nothing is sent twice."
        _ask(room, f"{clean(view.where)} pages. Take the pager from it?", note, lambda: _late(room))
    elif view.state == "lost":
        note = "It may still page: until it is heard of again, one person may be called twice. Both are shown then."
        at = moment.hm(view.beat)
        _ask(room, f"{view.name} was last heard of at {at}. Take the pager?", note, lambda: _late(room))
    elif view.state == "elsewhere" and view.is_server:
        note = "It pages with every laptop closed; this machine does not. What it has sent is not sent twice."
        _ask(room, f"{view.name} pages. Take the pager from it?", note, lambda: _late(room))
    else:
        _late(room)


def _ask(room: "IncidentScreen", question: str, note: str, then: Callable[[], None]) -> None:
    from .overlays.ask import Ask

    keys = (("↵", "take it"), ("esc", "leave it"))
    room.app.push_screen(Ask(question, note, keys=keys), lambda said: then() if said is not None else None)


def _late(room: "IncidentScreen") -> None:
    """Ask about a page that is very late, once; then take the pager."""
    now = room.now()
    found = late_pages(room.live.state, now)
    if not found:
        _take(room)
        return
    from .overlays.ask import Ask

    said = ", ".join(f"{page.place} {clean(page.target.name)}" for page in found)
    wait = short(now - min(page.call.due for page in found))
    keys = (("↵", "page now"), ("n", "no, only take the pager"), ("esc", "back"))
    note = "Whoever it was for may be needed no more. What comes later is paged in its time either way."
    room.app.push_screen(
        Ask(f"{said} is {wait} late: page now?", note, keys=keys, other="n", tone="red"),
        lambda answer: _decided(room, found, wait, answer),
    )


def _decided(room: "IncidentScreen", found: list[outbox.Page], wait: str, answer: str | None) -> None:
    if answer != "n":
        if answer is not None:
            _take(room)
        return
    why = f"{wait} late; {room.console_app.me} took the pager and chose not to page it"
    done = [room.live.do(SkipLevel(skip=skip)) for skip in _skips(found, why)]
    # On the log before anybody can page it; what was written meanwhile by others is as good.
    room.when(done[-1], lambda outcome: room.tell(str(outcome), True) if _failed(outcome) else _take(room))


def _failed(outcome: object) -> bool:
    return isinstance(outcome, StoreError)


def _skips(found: list[outbox.Page], why: str) -> list[ev.LevelSkipped]:
    """One for each call, whoever it calls at once."""
    calls: dict[tuple[str, object], list[outbox.Page]] = {}
    for page in found:
        calls.setdefault((page.topic, page.call), []).append(page)
    skips = []
    for pages in calls.values():
        call, who = pages[0].call, ", ".join(page.target.name for page in pages)
        skips.append(
            ev.LevelSkipped(call.level, call.due, call.backup, call.round, pages[0].topic, call.cause, who, why)
        )
    return skips


def _take(room: "IncidentScreen") -> None:
    room.lookout.again(starting=True)
    room.run_worker(_taking(room), exit_on_error=False)


async def _taking(room: "IncidentScreen") -> None:
    app = room.console_app
    tied = not pager.allowed(app.settings.watch)
    wrong = await asyncio.to_thread(_started, room.live.path, app.paths, tied, room.live.state.id)
    room.lookout.again()
    if wrong:
        room.tell(wrong, True)
    elif tied:
        room.tell("This console has the pager: it ends when you leave.")
    else:
        room.tell("The pager is taken; it goes on without this console.")


def _started(path: str, paths: "Paths", tied: bool, inc: str) -> str:
    """Start a pager and wait until it holds this incident; why it does not, in a sentence. It takes a while."""
    before = pager.holder(path)
    words = ("--take", "--tied", "-i", inc) if tied else ("--take", "--detached")
    if not pager.start(paths.state, *words, tied=tied):
        return "The pager could not be started: the system allows no further process. Ring by hand."
    until = time.monotonic() + STARTS
    while time.monotonic() < until:
        now = pager.holder(path)
        if now is not None and (before is None or now.token != before.token):
            return ""
        time.sleep(0.1)
    log = os.path.join(paths.state, pager.LOG)
    return f"The pager did not begin{_last_words(log)}. `{log}` says more; ring by hand meanwhile."


def _last_words(log: str) -> str:
    try:
        with open(log, "rb") as file:
            file.seek(max(0, os.path.getsize(log) - 2048))
            lines = file.read().decode(errors="replace").strip().splitlines()
    except OSError:
        return ""
    return f": {clip(clean(lines[-1]).rstrip('.'), 120)}" if lines else ""


# ── after leaving ──


def after_leaving(moment: Moment | None) -> str:
    """What is paged, and by whom, once this console is gone: the truth, in a sentence or two."""
    saved = "Everything is saved. " + (unsent(moment) if moment else "")
    if moment is None or moment.incident.run is None or not moment.incident.open:
        return saved + "No page is open."
    if moment.incident.drill:
        return saved + "It is a drill: nobody is paged."
    view, sight = moment.page, moment.sight.pager
    if view.status in ("called off", "stopped"):
        return saved + "It was called off: nobody is paged."
    coming = _coming(moment)
    if view.pages_nobody:
        return f"{saved}Nobody pages after you leave, the policy reaches nobody: {coming or 'ring by hand'}."
    if sight.state == "here":
        return f"{saved}Nobody pages after you leave, since this console alone does: {coming}."
    if sight.fails(moment.now) or not sight.pages:
        return f"{saved}Nobody pages after you leave: {coming}. /pager takes it."
    if sight.state == "lost":
        return f"{saved}{sight.name} pages, if it is still there; last heard of at {moment.hm(sight.beat)}: {coming}."
    name = clean(sight.where).partition("@")[0] or "the pager"
    return f"{saved}{name} still pages: {coming}."


def unsent(moment: Moment) -> str:
    """What the server does not have yet, and that it is sent without this console; nothing where all is there."""
    count = moment.sight.unsent
    if not count:
        return ""
    what = "1 fact waits" if count == 1 else f"{count} facts wait"
    goes = "which goes on without this console" if moment.sight.sync.state != "silent" else "once `warroom sync` runs"
    return f"{what} for the server, {goes}. "


def _coming(moment: Moment) -> str:
    """`L3 Rahul in 4m37s`, and whoever has it until then."""
    view, now = moment.page, moment.now
    parts = []
    if view.ack and view.expires:
        parts.append(f"{clean(view.ack.who)} has it for {spell(max(0, view.expires - now))}")
    if view.next and view.next.at is not None:
        who = clean(view.next.target.name) if view.next.target else "nobody"
        parts.append(f"L{view.next.level} {who} in {spell(max(0, view.next.at - now))}")
    elif not view.ack:
        parts.append("nobody is left to call" if view.status == "exhausted" else "whoever a trigger calls")
    return ", ".join(parts)
