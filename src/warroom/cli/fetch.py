"""Evidence whose bytes are not here yet: fetched from the joined server when it is asked for, and kept."""

import os

from ..store import beside, disk
from ..store.access import ready
from ..store.errors import not_written
from . import out, sync
from .session import Session
from .stop import KEPT, No, NotHere, Stop


class _Later(Stop):
    code = KEPT


def fetch(session: Session, sha: str) -> bytes:
    """The bytes of this hash, which are here from now on. Raises `Stop` and `StoreError`."""
    from ..sync import cycle
    from ..sync.answers import Absent, Denied, Offline, Trouble

    joined = sync.server(session)
    secret = sync.token(session, joined)
    out.say(f"{sha[:12]} is not here; asking {joined.url}.")
    try:
        data = cycle.evidence(joined.url, joined.ca, secret, session.seen().state.id, sha)
    except Absent:
        raise NotHere(f"The server does not have {sha[:12]} either: whoever brought it has not sent it yet.") from None
    except Denied as no:
        raise No(f"The server refuses: {no}.") from None
    except Offline as trouble:
        raise _Later(f"{sha[:12]} cannot be fetched now: {trouble}. Try again later.") from None
    except Trouble as trouble:
        raise No(f"The server does not give {sha[:12]}: {trouble}.") from None
    path = os.path.join(ready(beside.evidence(session.path)), sha)
    try:
        disk.create(path, data)
    except FileExistsError:
        pass  # somebody was faster
    except OSError as problem:
        raise not_written(problem, path) from problem
    return data
