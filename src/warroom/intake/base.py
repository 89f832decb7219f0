"""A delivery, and what it is: alerts that were taken, or a refusal that its sender understands.

Refused is only what is wrong for ever (4xx); 401 only for a bad signature. One alert that cannot be read is named and
left out, and never takes the others with it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, TypeAlias, TypeVar

import msgspec

from ..config.intake import HookForm
from ..core.alerts.facts import FIRING, Alert
from ..core.codec import canonical
from ..core.text import keepable
from ..core.values import HOUR, Ms

MAX_BODY = 1024 * 1024
MAX_ALERTS = 2_000  # of one delivery; those beyond are counted
MAX_LABELS = 40
MAX_ALERT = 20 * 1024  # canonical bytes of one alert; labels at the end make room
KEY, RULE, SERVICE, SEVERITY, SUMMARY, URL, NAME, VALUE = 200, 200, 100, 40, 500, 500, 100, 300
NAMED = 50  # alerts that could not be read and are named one by one
NO_RULE = "unnamed"
AHEAD = HOUR  # a time further ahead of ours than this says nothing
_FIRST = 946_684_800_000  # 2000-01-01: a time before it says nothing either

Headers: TypeAlias = Mapping[str, str]
Row = TypeVar("Row")


class Delivery(msgspec.Struct, frozen=True):
    """What a sender sent: its headers with their names in small letters, the raw body, and when it came (UTC ms)."""

    headers: Headers
    body: bytes
    now: Ms


class Hook:
    """A place to deliver to: its name, which is the source of what comes in by it, its form, and the key that signs.

    Without a key whoever asks has to have seen a token. The key shows itself nowhere.
    """

    __slots__ = ("form", "key", "name")

    def __init__(self, name: str, form: HookForm, key: bytes | None = None) -> None:
        self.name, self.form, self.key = name, form, key

    def __repr__(self) -> str:
        return f"Hook({self.name}, {self.form.kind}, {'signed' if self.key else 'by token'})"


class Marked(msgspec.Struct, frozen=True):
    """A message in a chat that somebody marked for the timeline; its text has to be asked for there."""

    channel: str
    ts: str
    by: str
    author: str
    reaction: str
    at: Ms


class Worded(msgspec.Struct, frozen=True):
    """What a message says, asked for after it was marked. Without a text: why there is none.

    `again`: it may be told so many seconds later; None: never, or there is a text.
    """

    text: str = ""
    why: str = ""
    again: float | None = None


class Taken(msgspec.Struct, frozen=True):
    """What was read. It is acknowledged with a 2xx once it is kept, also where there is nothing to keep.

    `delivery`: the sender's own key of it. `more`: alerts beyond the limit, which are counted; `left`: a sentence for
    each that could not be read, and for whatever else a person has to know, for the log. `ignored`: why there is no
    alert in it. `answer`: the text its sender waits for.
    """

    source: str
    alerts: tuple[Alert, ...] = ()
    delivery: str = ""
    more: int = 0
    left: tuple[str, ...] = ()
    marked: tuple[Marked, ...] = ()
    ignored: str = ""
    answer: str = ""


class No(msgspec.Struct, frozen=True):
    """Nothing was taken: the HTTP status, a code, and a sentence for whoever looks into the sender's log."""

    status: int
    code: str
    sentence: str


class Unreadable(Exception):
    """One alert that cannot be taken. `str()` says why, as the end of “alert 3 …”."""


def too_large(delivery: Delivery, most: int = MAX_BODY) -> No | None:
    """The refusal of a body of more than `most` bytes."""
    if len(delivery.body) <= most:
        return None
    return No(413, "too-large", f"The delivery is larger than {most // 1024} KiB; send fewer alerts at a time.")


def decode(body: bytes | msgspec.Raw, to: Any = Any) -> Any:
    """The JSON in `body`. Raises `Unreadable`, also for what is nested without end or no UTF-8."""
    try:
        return msgspec.json.decode(body, type=to)
    except RecursionError:
        raise Unreadable("is nested too deeply") from None
    except UnicodeDecodeError:
        raise Unreadable("is not UTF-8") from None
    except msgspec.ValidationError as problem:
        raise Unreadable(f"has another form: {str(problem)[:120]}") from None
    except msgspec.DecodeError as problem:
        raise Unreadable(f"is not JSON: {str(problem)[:120]}") from None


def malformed(why: object) -> No:
    """The refusal of a body that can never be read."""
    return No(400, "malformed", f"The delivery {why}.")


def gather(
    source: str, rows: Sequence[Row], read: Callable[[Row], Alert | None], *, delivery: str = "", ignored: str = ""
) -> Taken | No:
    """Each row by itself; `read` gives None for one that is about no alert. Refused only where none can be read."""
    alerts: dict[tuple[str, Ms, str, Ms], Alert] = {}
    left: list[str] = []
    for number, row in enumerate(rows[:MAX_ALERTS], 1):
        try:
            alert = read(row)
        except Unreadable as why:
            left.append(f"alert {number} {why}")
        else:
            if alert is not None:
                alerts.setdefault((alert.key, alert.since, alert.state, alert.told), alert)
    if left and not alerts and len(left) == len(rows):
        return No(422, "unreadable", f"No alert in the delivery can be read: {left[0]}.")
    more = max(0, len(rows) - MAX_ALERTS)
    if len(left) > NAMED:
        left[NAMED:] = [f"{len(left) - NAMED} more alerts cannot be read"]
    empty = ignored or "it holds no alert" if not (alerts or left or more) else ""
    return Taken(source, tuple(alerts.values()), keepable(delivery)[:KEY], more, tuple(left), ignored=empty)


def alert(
    *,
    key: object,
    rule: object,
    state: str = FIRING,
    since: Ms = 0,
    ended: Ms | None = None,
    service: object = "",
    severity: object = "",
    summary: object = "",
    url: object = "",
    labels: Iterable[tuple[object, object]] = (),
    told: Ms = 0,
) -> Alert:
    """An alert whose texts are cut to their lengths and whose canonical form fits. Raises `Unreadable`."""
    name = word(key, "key")
    if not name:
        raise Unreadable("has no key")
    if len(name) > KEY:
        # Two long keys with one beginning must not become one alert.
        name = f"{name[: KEY - 33]}…{sha256(name.encode()).hexdigest()[:32]}"
    made = Alert(
        key=name,
        rule=text(rule, RULE, "rule") or NO_RULE,
        state=state,
        since=since,
        ended=ended,
        service=text(service, SERVICE, "service"),
        severity=text(severity, SEVERITY, "severity"),
        summary=text(summary, SUMMARY, "summary"),
        url=link(url),
        labels=_labels(labels),
        told=told,
    )
    kept = dict(made.labels)
    while len(canonical(made)) > MAX_ALERT:
        kept.popitem()
        made = msgspec.structs.replace(made, labels=dict(kept))
    return made


def _labels(pairs: Iterable[tuple[object, object]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in pairs:
        if len(found) == MAX_LABELS:
            break
        called = text(name, NAME, "label")
        if called:
            found[called] = text(value, VALUE, f"label {called[:40]}")
    return found


def word(value: object, what: str) -> str:
    """A scalar as text, whole. Raises `Unreadable` for what no fact may hold."""
    match value:
        case None:
            return ""
        case str():
            said = value.strip()
        case bool():
            return "true" if value else "false"
        case int() | float():
            return _digits(value)[:VALUE]
        case _:
            raise Unreadable(f"has a {what} that is no text")
    if "\0" in said:
        raise Unreadable(f"has a NUL character in its {what}")
    if not said.isascii():
        try:
            said.encode()
        except UnicodeEncodeError:
            raise Unreadable(f"has half a character in its {what}") from None
    return said


def _digits(value: float) -> str:
    try:
        return str(value)
    except ValueError:  # Python writes no number of thousands of digits
        raise Unreadable("has a number that is too long") from None


def text(value: object, most: int, what: str) -> str:
    """A scalar as text of at most `most` characters. Raises `Unreadable`."""
    said = word(value, what)
    return said if len(said) <= most else said[: most - 1] + "…"


def link(value: object) -> str:
    """An address of the web; anything else is none. One that is too long leads nowhere, and is left out."""
    said = word(value, "url")
    plain = said.isprintable() and " " not in said and len(said) <= URL
    return said if plain and said.lower().startswith(("https://", "http://")) else ""


def moment(value: object, now: Ms) -> Ms:
    """A time in UTC ms: ISO 8601 (without a zone: UTC), or a number of s, ms, µs or ns since 1970.

    0 where there is none that can be right: before 2000, or more than an hour ahead of us. A clock that is wrong by
    years would else make every later firing look older than the first.
    """
    found = 0
    if isinstance(value, str):
        said = value.strip()
        if said.replace(".", "", 1).isdecimal() and said.isascii() and len(said) < 25:
            found = _number(said)
        else:
            found = _iso(said)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        found = _number(_digits(value))
    return found if _FIRST <= found <= now + AHEAD else 0


def _number(said: str) -> Ms:
    try:
        number = int(said) if said.isdecimal() else float(said)
        for most, unit in ((10**11, 1_000), (10**14, 1), (10**17, 1 / 1_000), (10**20, 1 / 1_000_000)):
            if 0 <= number < most:
                return int(number * unit)
    except (ValueError, OverflowError):
        pass
    return 0


def _iso(said: str) -> Ms:
    if len(said) > 40:
        return 0
    date, mark, time = said.partition("T") if "T" in said else said.partition(" ")
    if len(date) == 10 and date[4] == date[7] in "./":
        date = date.replace(date[4], "-")
    try:
        at = datetime.fromisoformat(f"{date}{mark and 'T'}{time.replace(' ', '')}")
        return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError):
        return 0


def credential(headers: Headers) -> str:
    """The token that a sender shows: `Authorization: Bearer TOKEN`, or the password of `Basic`; empty: none."""
    scheme, _, rest = headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() == "basic":
        from base64 import b64decode

        try:
            return b64decode(rest.strip(), validate=True).decode().partition(":")[2]
        except ValueError:
            return ""
    return ""
