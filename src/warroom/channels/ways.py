"""By which ways a person is reached, in which order, and which one's turn it is.

Their own ways first, as they stand in `reach`; then those to fall back on. The next one begins when those before it
have failed, or keep failing: another way costs nothing, and a night in which chat is down is when it is needed.
"""

from collections.abc import Sequence

from ..config.channels import Channels
from ..core.events import DeliveryChanged, Target
from ..core.events.delivery import FAILED, QUEUED, UNKNOWN
from ..core.values import SECOND, Ms

Way = tuple[str, str]
"""A channel's name, and the address behind it or nothing."""

_PATIENCE = 2  # tries of one way before the next begins beside it
_SOON = 5 * SECOND  # a way that waits longer than this does not hold up the next


def ways(target: Target, channels: Channels, restricted: bool = False) -> list[Way]:
    """Every way to this person, best first. Of a restricted incident nothing goes where many read."""
    if target.example:
        return []
    found = []
    for reach in (*target.reach, *channels.fallback):
        way = channels.way(reach)
        if not way or channels.opens_issues(reach):
            continue
        if way not in found and not (restricted and channels.by_name[way[0]].shared):
            found.append(way)
    return found


def following(all_ways: Sequence[Way], begun: Sequence[DeliveryChanged], now: Ms) -> Way | None:
    """The way that is to begin now beside those of `begun`; None: none is left, or none is needed."""
    if not all(_failing(each, now) for each in begun):
        return None
    tried = {(each.channel, each.address) for each in begun}
    return next((way for way in all_ways if way not in tried), None)


def _failing(delivery: DeliveryChanged, now: Ms) -> bool:
    if delivery.state == FAILED:
        return True
    waits = delivery.again is not None and delivery.again - now > _SOON
    return delivery.state in (QUEUED, UNKNOWN) and (delivery.attempt >= _PATIENCE or waits)
