"""The only place that imports httpx: one request with a small reply, or a stream of server-sent events.

What may go wrong is told apart by what the far side can know of it: `NotSent`, it has nothing; `NoReply`, it may have
it. A reply's body is read up to a limit, a redirect is not followed, and nothing takes longer than its deadline.
"""

from .errors import Malformed, NetError, NoReply, NotSent, Untrusted
from .http import LIMIT, Http
from .reply import Reply
from .stream import Frame, Stream
from .trust import trust

__all__ = [
    "LIMIT",
    "Frame",
    "Http",
    "Malformed",
    "NetError",
    "NoReply",
    "NotSent",
    "Reply",
    "Stream",
    "Untrusted",
    "trust",
]
