"""The words for how a room stands to its server: beside `saved`, in the line that says it is gone, for one fact.

What failed for now is amber and heals by itself; only a fact that the server refuses is red.
"""

from typing import TYPE_CHECKING

import msgspec

from ..core.duration import spell
from ..core.text import clean
from ..core.values import DAY, MINUTE, SECOND, Ms
from ..core.zone import Zone
from . import clock
from .spans import Line, cells, clip
from .sync_view import CALM, DENIED, ONLINE, STARTING, SyncView, troubled

if TYPE_CHECKING:
    from ..core.events import Event

_SKEW, _FAR = 2 * SECOND, 60 * SECOND
_GONE = MINUTE  # after that nobody is counted among those who are here
_RECENT = 15 * SECOND  # whoever was seen since then is simply here: it is told anew every ten seconds
_BESIDE = "this machine"
_LEAST, _ENOUGH = 24, 44  # cells in which a reason can still be understood, and in which it is
STAYS = "the room goes on here"


# ── beside `saved` ──


def saved(view: SyncView, now: Ms, zone: Zone, unsent: int, oldest: Ms | None, narrow: bool) -> Line:
    """What stands behind `saved`: `on the server`, `2 unsent since 14:02`, `1 refused`; nothing in a room alone."""
    if not (view.joined or unsent):
        return ()
    parts: list[tuple[str, str]] = [(f"{len(view.refused)} refused", "red bold")] if view.refused else []
    fresh = oldest is None or now - oldest < CALM
    if unsent and not (view.state == ONLINE and fresh):
        told = narrow and troubled(view, now, unsent)  # by the line under it, which has little room as well
        long_ago = oldest is not None and not told and (view.state != ONLINE or now - oldest >= MINUTE)
        since = f" since {when(oldest or 0, now, zone)}" if long_ago else ""
        parts.append((f"{unsent} unsent{since}", "amber"))
    elif unsent:
        parts.append(("sending", "muted"))
    elif view.state == ONLINE and not parts:
        parts.append(("sent" if narrow else "on the server", "muted"))
    elif view.state == STARTING and not parts:
        parts.append(("connecting", "muted"))
    return tuple(span for part in parts for span in ((" · ", "muted"), part))


def skew(view: SyncView, narrow: bool) -> Line:
    """That this clock is not the server's, and which way; nothing while they agree."""
    if not view.joined or view.offset is None or abs(view.offset) <= _SKEW:
        return ()
    ink = "amber" if abs(view.offset) > _FAR else "muted"
    span, way = spell(abs(view.offset)), "behind" if view.offset > 0 else "ahead of"
    if narrow:
        return ((f"clock {span} {way.removesuffix(' of')}", ink),)
    return ((f"this clock is {span} {way} the server's", ink),)


# ── the line that says that it is gone ──


def banner(view: SyncView, now: Ms, zone: Zone, unsent: int, width: int) -> Line:
    """`offline since 14:02 · no answer · 2 wait · the room goes on here` in at most `width` cells."""
    head, ends = _head(view, now, zone)
    tail = f"{unsent} wait{'s' if unsent == 1 else ''}" if unsent else "nothing waits"
    whole = _why(view)
    bare = _bare(whole)
    ways = [(why, end) for end in ends for why in (whole, bare)]
    room = width - len(head) - len(tail) - 6
    # Where all of it does not fit, the reason is cut, and keeps the place of the end where it has little.
    cut = next(((bare, end) for end in ends[1:] if room - _more(end) >= _ENOUGH), (bare, ends[-1]))
    why, end = next((way for way in ways if _more(way[1]) + cells(((way[0], ""),)) <= room), cut)
    why = clip(why, max(_LEAST, room - _more(end))) if why else ""
    return ((head, "amber bold"), *((f" · {part}", "amber") for part in (why, tail, end) if part))


def _more(part: str) -> int:
    """The cells of one more part."""
    return len(part) + 3 if part else 0


def _head(view: SyncView, now: Ms, zone: Zone) -> tuple[str, tuple[str, ...]]:
    """How it begins, and its possible ends, the longest first: what to do where only a person can do it."""
    since = when(view.since, now, zone)
    if view.state == ONLINE:
        return "this token only reads", ("/server joins with another", "/server")
    if view.state == DENIED:
        return f"not sent since {since}", ("/server says more", "/server")
    return f"offline since {since}", (STAYS, "goes on here", "")


def _why(view: SyncView) -> str:
    """The first thing that `why` says, without the server's name, which would take the place of the rest."""
    text = " ".join(clean(view.why).split())
    for end in (". ", "; "):
        text = text.partition(end)[0]
    text = text.rstrip(".")
    if text[1:2].islower() or text[1:2] == " ":
        text = text[:1].lower() + text[1:]
    return text.replace(f" of {view.server}", "").replace(view.server, "the server") if view.server else text


def _bare(why: str) -> str:
    """Without what stands in brackets, which is the first to go."""
    head, bracket, rest = why.partition(" (")
    return head + rest.partition(")")[2] if bracket else why


def when(t: Ms, now: Ms, zone: Zone) -> str:
    """`14:02`, with its date where that is another day."""
    short = clock.hm(t, zone)
    return short if clock.day(t, zone) == clock.day(now, zone) else f"{clock.date(t, zone)[5:]} {short}"


# ── who is here ──


class Other(msgspec.Struct, frozen=True):
    """Somebody else who has the room open; `ago`: how long ago they were heard of, in ms."""

    who: str
    host: str = ""
    ago: Ms = 0


def others(view: SyncView, now: Ms) -> list[Other]:
    """Every other console that has the room open. A process is none, and a server that is gone tells of nobody."""
    found = [Other(who, _BESIDE) for who in view.beside]
    if view.state == ONLINE:
        away = (each for each in view.here if each.rep != view.rep and now - each.seen < _GONE)
        found += [Other(each.who, each.host, max(0, now - each.seen)) for each in away]
    return [each for each in found if "@" not in each.who]


def here(view: SyncView, now: Ms, me: str, width: int) -> str:
    """`here: Ana · Ivo (bastion) · Lee 17s ago`: hosts where there is room for them, the rest counted."""
    found = others(view, now)
    if not found:
        return "here: only you" if view.state == ONLINE else "here: not known while offline"
    names = [_name(each, me, hosts=True) for each in found]
    if _cells(names) > width:
        names = [_name(each, me, hosts=False) for each in found]
    shown, rest = len(names), ""
    while shown > 1 and _cells(names[:shown]) + len(rest) > width:
        shown -= 1
        rest = f" · +{len(names) - shown}"
    return clip(f"here: {' · '.join(names[:shown])}", width - len(rest)) + rest


def _cells(names: list[str]) -> int:
    return cells(((f"here: {' · '.join(names)}", ""),))


def _name(each: Other, me: str, hosts: bool) -> str:
    name, host = clip(clean(each.who) or "somebody", 20), clip(clean(each.host).partition(".")[0], 16)
    # One's own name needs its host, or it would look as if one met oneself.
    said = f"{name} ({host})" if host and (hosts or each.who == me) else name
    return f"{said} {spell(each.ago)} ago" if each.ago >= _RECENT else said


def count(view: SyncView, now: Ms) -> str:
    """`3 here`, this console among them; empty where nobody else is known to be."""
    found = others(view, now)
    return f"{len(found) + 1} here" if found else ""


# ── one fact ──


def stands(view: SyncView, event: "Event", now: Ms, zone: Zone) -> tuple[str, str]:
    """Where this fact is, in a sentence and its ink; nothing in a room alone."""
    if not view.joined:
        return "", ""
    if event.id in view.refused:
        return f"the server refuses it: {clean(view.refused[event.id]).rstrip('.')} · it is saved here", "red"
    if view.waits(event):
        age = now - event.rec
        since = f" since {when(event.rec, now, zone)}" if age >= MINUTE or age < -DAY else ""
        return f"saved here{since}, not on the server yet", "muted"
    by = clean(view.relayed.get(event.id, ""))
    return "on the server" + (f" · brought there by {by}" if by else ""), "muted"
