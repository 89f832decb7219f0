"""The inbox in words, for the console and the command line, and as data: a row for each alert."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..core.alerts.facts import AlertCarried
from ..core.alerts.inbox import Inbox, Line, Mark, Silence
from ..core.alerts.match import Suggestion
from ..core.alerts.standing import BELONGS, DISMISSED, ENDED, SILENCED, TAKEN, WAITS, Group, Standing, began, standing
from ..core.duration import spell
from ..core.text import clean
from ..core.values import HOUR, MINUTE, Ms, handle
from ..core.zone import Zone, utc
from .sparkline import spark
from .times import iso, iso_or_none, moment

Handles = Mapping[str, str]
_FAR = {
    "queued": "not told there yet",
    "sending": "is being told there",
    "accepted": "taken there",
    "sent": "told there",
    "failed": "NOT TOLD THERE",
    "unknown": "perhaps told there",
    "dropped": "not told there",
}


def bars(times: Sequence[Ms], now: Ms, cells: int, ascii: bool = False) -> str:
    """How often it fired in each of the last hours. Cells end with the hour, so that they stand still."""
    until = (now // HOUR + 1) * HOUR
    return spark(times, until - cells * HOUR, until, cells, ascii)


def since(span: Ms) -> str:
    """A span of the past, not longer than its unit needs: `40s`, `12m`, `3h05m`."""
    return spell(span) if span < MINUTE or span >= HOUR else f"{span // MINUTE}m"


def stands(each: Standing, now: Ms, zone: Zone, handles: Handles) -> str:
    """`waits 4m`, `acknowledged by ana`, `in INC-K3F9`, `silenced until 14:10 UTC`, `dismissed as known`."""
    ago = since(max(0, now - each.at))
    by = clean(each.by)
    said = {
        WAITS: f"waits {ago}",
        TAKEN: f"acknowledged by {by}" if by else "acknowledged there",
        BELONGS: f"in {handle_of(each.what, handles)}",
        SILENCED: f"silenced until {moment(each.at, now, zone)}",
        DISMISSED: f"dismissed as {clean(each.what)}",
        ENDED: f"resolved by {by} {ago} ago" if by else f"ended {ago} ago",
    }
    return said[each.kind]


def handle_of(inc: str, handles: Handles) -> str:
    """The incident's handle; of one that is not here the shortest that there is."""
    return handles.get(inc) or handle(inc)


def counted(group: Group) -> str:
    """`41 fired, 3 wait, 2 flaps`: what there is to say of all of them."""
    said = [f"{group.fired} fired"]
    if group.waiting:
        said.append(f"{group.waiting} wait{'s' if group.waiting == 1 else ''}")
    elif group.firing:
        said.append(f"{group.firing} fire{'s' if group.firing == 1 else ''}")
    if group.flaps:
        said.append(f"{group.flaps} flap{'' if group.flaps == 1 else 's'}")
    return ", ".join(said)


def fits(each: Suggestion, handles: Handles) -> str:
    """`fits INC-K3F9 Checkout returns 500s: same service (checkout), 4 min after it began`."""
    return clean(f"fits {handle_of(each.inc, handles)} {each.title}: {each.text()}")


def far(line: Line, inbox: Inbox, now: Ms) -> list[tuple[str, bool]]:
    """What became of acts here at the place where it came from, the latest last; and whether that is trouble."""
    found = list(line.carried)
    quiet = inbox.silenced(line, now)
    of = inbox.carried.get((quiet.id, line.source)) if quiet is not None else None
    found += [of.fact] if of is not None and of.fact not in found else []
    return [(_told(each, each.act), each.state == "failed") for each in found if each.to == line.source]


def beyond(each: Silence, inbox: Inbox) -> list[AlertCarried]:
    """What became of a silence and of its end in the places where its alerts come from."""
    causes = {each.id} | ({each.end.id} if each.end is not None else set())
    return [carried.fact for (cause, _), carried in inbox.carried.items() if cause in causes]


def carried(each: AlertCarried) -> str:
    """`silence at alertmanager: told there`."""
    return _told(each, f"{each.act} at {each.to}")


def _told(each: AlertCarried, what: str) -> str:
    return clean(f"{what}: {_FAR.get(each.state, each.state)}" + (f", {each.why}" if each.why else ""))


def labels(of: Mapping[str, str]) -> str:
    """`alertname=DiskFull, service=db`."""
    return clean(", ".join(f"{name}={value}" for name, value in of.items()))


def silence(each: Silence, number: int, now: Ms, zone: Zone = utc) -> str:
    """`2  service=db until 14:10 UTC: deploying (ana)`, or that it has ended."""
    end = each.until if each.ended is None else min(each.until, each.ended)
    until = f"until {moment(end, now, zone)}" if end > now else f"ended {moment(end, now, zone)}"
    return f"{number}  {labels(each.labels)}  {until}: {clean(each.why)} ({clean(each.by)})"


def silences(inbox: Inbox) -> list[Silence]:
    """All of them in the order in which they began; the place of one in it is its number."""
    return sorted(inbox.silences.values(), key=lambda each: (each.at, each.id))


def holds(each: Silence, now: Ms) -> bool:
    """Whether it holds at `now`, whatever it is about."""
    return each.holds(each.labels, now)


# ── data ──


def row(
    line: Line, inbox: Inbox, now: Ms, going_on: Mapping[str, object], handles: Handles, found: Sequence[Suggestion]
) -> dict[str, Any]:
    """One alert as JSON. `state` is its sender's; `stands` says how it stands here."""
    each = standing(line, inbox, now, going_on)
    quiet = inbox.silenced(line, now)
    return {
        "id": line.id,
        "source": line.source,
        "key": line.alert.key,
        "rule": line.alert.rule,
        "service": line.alert.service or None,
        "severity": line.alert.severity or None,
        "state": line.alert.state,
        "stands": each.kind,
        "waits": each.kind == WAITS,
        "since": iso(began(line)),
        "ended": iso_or_none(line.alert.ended) if line.alert.state == "resolved" else None,
        "last": iso(line.last),
        "fired": line.fired,
        "flaps": line.flaps,
        "dismissed": _mark(line.dismissed),
        "handled": _mark(line.handled),
        "silenced_until": iso_or_none(quiet.until) if quiet else None,
        "incidents": list(dict.fromkeys(mark.what for mark in line.attached)),
        "summary": line.alert.summary,
        "url": line.alert.url or None,
        "labels": line.alert.labels,
        "carried": [_carried(each) for each in line.carried],
        "suggestions": [_suggestion(one, handles) for one in found],
    }


def _carried(each: AlertCarried) -> dict[str, Any]:
    return {"to": each.to, "act": each.act, "state": each.state, "far": each.far or None, "why": each.why or None}


def _suggestion(each: Suggestion, handles: Handles) -> dict[str, Any]:
    return {
        "incident": each.inc,
        "handle": handle_of(each.inc, handles),
        "title": each.title,
        "score": each.score,
        "reasons": list(each.reasons),
    }


def _mark(mark: Mark | None) -> dict[str, Any] | None:
    return None if mark is None else {"as": mark.what, "by": mark.by, "at": iso(mark.at), "note": mark.note or None}


def silence_row(each: Silence, number: int, now: Ms, inbox: Inbox) -> dict[str, Any]:
    """One silence as JSON."""
    return {
        "number": number,
        "id": each.id,
        "labels": each.labels,
        "why": each.why,
        "by": each.by,
        "at": iso(each.at),
        "until": iso(each.until),
        "ended": iso_or_none(each.ended),
        "holds": holds(each, now),
        "of": each.of or None,
        "source": each.source or None,
        "carried": [_carried(one) for one in beyond(each, inbox)],
    }


QUIET = (SILENCED, DISMISSED, ENDED)
"""How alerts stand that nobody has to look at now."""
