"""What a source says of itself, taken in by the code that takes deliveries: nothing twice, and what has ended ends."""

from collections.abc import Iterable
from functools import partial

from msgspec.structs import replace

from ..core.alerts.acts import LONGEST
from ..core.alerts.facts import RESOLVED, Alert, AlertsSilenced, SilenceEnded
from ..core.alerts.inbox import Inbox, Line, Silence, name_of
from ..core.events import Body
from ..core.values import MINUTE, Ms
from ..room.alerts import InboxRoom
from ..room.alerts_in import Came, Receiver
from ..store.errors import StoreError
from .back import Pulled


def firing(inbox: Inbox, source: str) -> frozenset[str]:
    """The keys of what fires here and came from this source."""
    lines = inbox.lines.values()
    return frozenset(line.alert.key for line in lines if line.source == source and line.alert.state != RESOLVED)


def ended(inbox: Inbox, source: str, pulled: Pulled, before: Iterable[str], now: Ms) -> list[Alert]:
    """Alerts whose end nobody told: they fired here `before` it was asked, and it does not have them any more.

    A source that is silenced tells no ends, and one that was away has told them to nobody.
    """
    if not pulled.whole:
        return []
    over = set(before) - pulled.keys
    lines = [line for line in inbox.lines.values() if line.source == source and line.alert.key in over]
    return [replace(each.alert, state=RESOLVED, ended=now, told=now) for each in lines if each.alert.state != RESOLVED]


def silenced(inbox: Inbox, source: str, pulled: Pulled, now: Ms) -> dict[str, list[Body]]:
    """What is silenced there as silences here, of exactly those alerts, by who did it; and the ends of those."""
    found: dict[str, list[Body]] = {}
    for each in pulled.silenced:
        line, until = inbox.lines.get(name_of(source, each.key)), min(each.until, now + LONGEST)
        if line is None or line.alert.state == RESOLVED or until < now + MINUTE:
            continue
        # Whoever ended it here wants to hear of it, whatever is still silent there.
        told = any(_loud(one, line, now) for one in inbox.silences.values())
        if not told and inbox.silenced(line, now) is None:
            found.setdefault(each.by, []).append(AlertsSilenced(line.labels, until, each.why, line.id, source))
    firing = {name_of(source, alert.key) for alert in pulled.alerts}
    for silence in inbox.silences.values():
        if silence.source == source and silence.of in firing and silence.holds(silence.labels, now):
            found.setdefault(source, []).append(SilenceEnded(silence.id))
    return found


def _loud(silence: Silence, line: Line, now: Ms) -> bool:
    """Whether this was a silence of the alert's source that a person here has ended."""
    mine = silence.source == line.source and silence.of == line.id and silence.until > now
    return mine and silence.end is not None and silence.end.person


def take_in(
    receiver: Receiver, room: InboxRoom, source: str, pulled: Pulled, before: Iterable[str], now: Ms
) -> Came | StoreError:
    """Durable on return; what is known already is no news."""
    alerts = [*pulled.alerts, *ended(room.inbox, source, pulled, before, now)]
    came: Came | StoreError = Came(known=len(alerts))
    if any(not receiver.knows(source, alert) for alert in alerts):
        came = receiver.take(source, alerts, again=True)
    if isinstance(came, StoreError):
        return came
    for by in silenced(room.inbox, source, pulled, now):
        written = receiver.write(by, partial(_of, by, source, pulled, now))
        if isinstance(written, StoreError):
            return written
    return came


def _of(by: str, source: str, pulled: Pulled, now: Ms, inbox: Inbox) -> list[Body]:
    return silenced(inbox, source, pulled, now).get(by, [])
