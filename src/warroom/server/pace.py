"""How fast somebody may ask: token buckets by key. Memory is bounded: who asked longest ago is forgotten first."""

import ipaddress
from collections import OrderedDict

_MOST = 10_000


class Pace:
    """`burst` at once, then `rate` a second, for each key."""

    def __init__(self, rate: float, burst: int, most: int = _MOST) -> None:
        self._rate, self._burst, self._most = rate, burst, most
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # key → what is left, since when

    def take(self, key: str, now: float) -> float:
        """0.0, and one is taken; or the seconds until there is one again."""
        left, since = self._buckets.get(key, (float(self._burst), now))
        left = min(self._burst, left + max(0.0, now - since) * self._rate)
        short = max(0.0, 1.0 - left)
        self._buckets[key] = (left if short else left - 1.0, now)
        self._buckets.move_to_end(key)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return short / self._rate


def network(address: str) -> str:
    """Whom an address belongs to: of IPv6 anybody has 2^64, so it is the first half that counts."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is None:
        return str(ipaddress.ip_network((address.partition("%")[0], 64), strict=False))
    return address


def loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
