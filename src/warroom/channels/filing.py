"""Action items that are opened as issues elsewhere, and what a room in a chat is owed: what the courier does about them
that it does about no page.

Nobody is called by them: in doubt each is looked up until somebody can say, and never sent again before that.
"""

from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from ..config.channels import Channels
from ..core.acts.delivery import Deliver
from ..core.acts.items import NoteFiled, NoteThere
from ..core.commands import Command
from ..core.events import DeliveryChanged
from ..core.events.delivery import FAILED, UNKNOWN
from ..core.incident import Incident
from ..core.outbox import unfinished
from ..core.review.items import REF, followed, to_file, unnoted, waits_elsewhere
from ..core.values import MINUTE, SECOND, Ms
from .base import Answer, Channel, Failed, Later, Outcome, There, Unknown
from .factory import Unusable
from .rooms import KINDS
from .tries import TRIES, pause, short

EVERY = 5 * MINUTE  # between two looks at how an issue stands
SURELY = 20 * SECOND  # so long after an issue was opened, whoever looks for it finds it
PATIENT = ("item", *KINDS)
_IN_ROOM, _ROOM_AGAIN = 2 * SECOND, 15 * SECOND  # the same for what goes to a room, and between two looks for it


class Came(msgspec.Struct, frozen=True):
    """What the log has to say, and when (UTC ms) the far side is asked the same again at the earliest."""

    commands: list[Command]
    next: Ms


def unfit(state: Incident, config: Channels, channel: Channel | Unusable | None) -> str:
    """Why an item of this incident is not opened by this channel; empty where it may be."""
    if not isinstance(channel, Channel) or not channel.files:
        return "this channel opens no issues"
    form = config.by_name.get(channel.name)
    if state.restricted and (form is None or form.shared):
        return "the incident is restricted, and many read what is opened there"
    return ""


def wanted(state: Incident, channels: Mapping[str, Channel | Unusable]) -> bool:
    """Whether a pager has anything to do for the items of this incident, open or closed."""
    if not waits_elsewhere(state):
        return False
    begun = [*followed(state), *(d for d in unfinished(state) if d.what == "item")]
    return bool(to_file(state) or unnoted(state)) or any(
        isinstance(channels.get(each.channel), Channel) for each in begun
    )


def surely(delivery: DeliveryChanged) -> Ms:
    """How long what may have arrived is left alone before it is looked for: a far side needs a while."""
    return SURELY if delivery.what == "item" else _IN_ROOM if delivery.what in KINDS else 0


def noted(state: Incident, token: str) -> list[Command]:
    """What arrived there and does not say so on its item yet, also where a process died in between."""
    found: list[Command] = []
    for item, remote in unnoted(state):
        name, _, link = remote.partition(" ")
        found.append(NoteFiled(item=item.id, remote=name, link=link, pager=token))
    return found


def came(old: DeliveryChanged, act: str, result: Outcome | Answer | There | None, now: Ms) -> Came | None:
    """What became of a try, where it is not as for every other delivery. `old` names this process as its pager."""
    match act, result:
        case "there", There():
            note = NoteThere(item=old.ref.removeprefix(REF), there=result.state, pager=old.pager)
            return Came([note], now + EVERY)
        case "there", _:
            after = result.after if isinstance(result, Later) and result.after else 0
            return Came([], now + max(EVERY, int(after * SECOND)))
        case "look up", Later() | Failed() | Unknown():
            return _asked_in_vain(old, result, now)
        case "look up", None if old.attempt >= TRIES:
            why = f"given up after {old.attempt} tries; the far side does not have it"
            return Came([Deliver(delivery=replace(old, state=FAILED, again=None, why=why))], now)
        case "send", Unknown():
            again = now + max(surely(old), pause(old.attempt))
            unknown = replace(old, state=UNKNOWN, again=again, why=short(result.why))
            return Came([Deliver(delivery=unknown)], again)
    return None


def _asked_in_vain(old: DeliveryChanged, result: Later | Failed | Unknown, now: Ms) -> Came:
    after = int(result.after * SECOND) if isinstance(result, Later) and result.after else 0
    passing = _ROOM_AGAIN if old.what in KINDS else MINUTE
    again = now + max(after, EVERY if isinstance(result, Failed) else passing)
    why = short(f"it may be there, and nobody could say yet: {result.why}")
    # Said once; a far side that is away all night fills no log.
    said = [] if old.why == why else [Deliver(delivery=replace(old, state=UNKNOWN, again=again, why=why))]
    return Came([*said], again)
