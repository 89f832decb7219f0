"""What a carrier has done on a thread: a source is told, looked up or asked what fires. Nothing of it ever raises."""

import msgspec
from msgspec.structs import replace

from ..core.alerts import carry
from ..core.alerts.facts import SILENCE, UNSILENCE, AlertCarried
from ..core.alerts.inbox import Inbox
from ..core.values import Ms
from .back import Source, Told
from .base import Failed
from .carried import Result


class Back(msgspec.Struct, frozen=True):
    """What came back from a source: of a delivery, or of a look at what fires."""

    source: str
    carried: AlertCarried | None = None
    do: str = ""
    result: Result = None
    pulled: object = None
    before: frozenset[str] = frozenset()


def told_of(inbox: Inbox, carried: AlertCarried, now: Ms) -> Told:
    """What the far side is told."""
    key, line = carry.key_of(carried), inbox.lines.get(carried.of)
    silence = carry.silence_of(inbox, carried) if carried.act in (SILENCE, UNSILENCE) else None
    if silence is not None and carried.act == UNSILENCE:
        # The silence there bears the key under which it was made.
        key = carry.key_of(replace(carried, cause=silence.id))
    mark = line.handled if line is not None else None
    return Told(
        carried.act,
        key,
        silence.by if silence is not None else mark.by if mark is not None else "",
        mark.note if mark is not None else "",
        now,
        line.alert if line is not None else None,
        silence,
        [each for each in inbox.lines.values() if each.source == carried.to] if silence is not None else (),
    )


def tell(source: Source, carried: AlertCarried, do: str, told: Told) -> Back:
    """On a thread: what comes of it, whatever the adapter does."""
    result: Result
    try:
        match do:
            case "send":
                result = source.tell(told)
            case "settle":
                result = source.settle(told, carried.far)
            case _:
                result = source.look_up(told)
    except Exception as error:  # an adapter's mistake must not end the others
        result = Failed(f"a mistake in this program ({type(error).__name__}); please report it")
    return Back(source.name, carried, do, result)


def ask(source: Source, before: frozenset[str], now: Ms) -> Back:
    """The same for what fires there."""
    try:
        return Back(source.name, pulled=source.pull(now), before=before)
    except Exception as error:  # as above
        why = f"a mistake in this program ({type(error).__name__}); please report it"
        return Back(source.name, pulled=Failed(why), before=before)
