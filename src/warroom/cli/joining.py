"""`warroom join URL` and `warroom leave --server`: which server this folder exchanges its incidents with."""

import os
import sys
from typing import TYPE_CHECKING

from ..core.text import clean
from ..room import syncing
from ..room.syncing import Joined
from . import out, sync
from .session import Session
from .stop import OK, No, NotHere, Usage
from .verb import Arguments

if TYPE_CHECKING:
    from ..sync.token import Token
    from ..sync.wire import Info


def is_address(words: list[str]) -> bool:
    """Whether these words name a server, and nobody on a bridge."""
    return len(words) == 1 and words[0].casefold().startswith(("http://", "https://"))


def join(session: Session, arguments: Arguments, address: str) -> int:
    """Joins the server at this address; nothing is changed unless it answers and takes the token."""
    from ..sync import joining
    from ..sync import token as tokens

    try:
        url = joining.address(address)
    except joining.BadAddress as bad:
        raise Usage(str(bad)) from None
    before = syncing.joined(session.paths.data)
    if before is not None and not arguments.replace:
        same = " already" if before.url == url else ""
        raise No(f"{before.url} is joined{same}; --replace joins {'it anew' if same else url + ' instead'}.")
    ca = _file(arguments.ca)
    secret = _token(url)
    info = _asked(url, secret, ca)
    _ = session.replica  # makes the folders
    data = session.paths.data
    if before is not None and before.url != url:
        tokens.forget(data, before.url)
    where = tokens.keep(data, url, secret)
    joined = Joined(url, info.name, info.grant, ca, session.now(), info.pages)
    joining.keep(data, joined)
    out.say(f"Joined {url} as “{clean(info.name)}”, which may {_MAY[info.grant]}. The token is kept in {where}.")
    return _first(session, joined, secret)


_MAY = {
    "observe": "read",
    "respond": "read and write",
    "administer": "read, write and administer",
    "intake": "only bring alerts",
}


def _first(session: Session, joined: Joined, secret: "Token") -> int:
    """One cycle, and the process that goes on."""
    from ..sync import token as tokens

    outcome = sync.cycle(session, joined, secret)
    if session.arguments.json:
        sync.report(session, outcome)
    elif outcome.state == "online":
        came = out.many(outcome.fetched, "incident", "incidents")
        out.say(f"{came} came; {out.many(outcome.incidents, 'incident is', 'incidents are')} exchanged from now on.")
    else:
        out.say(f"Nothing was exchanged yet: {outcome.why}.")
    # What goes on reads the token where it is kept: one in its environment would win over every later one.
    os.environ.pop(tokens.VARIABLE, None)
    if syncing.ensure(session.paths.data, session.paths.state):
        out.say("A process of its own exchanges facts from now on; `warroom sync --status` says how far.")
    return OK


def _file(ca: str) -> str:
    if not ca:
        return ""
    path = os.path.abspath(os.path.expanduser(ca))
    if not os.path.isfile(path):
        raise NotHere(f"There is no file {path}.")
    return path


def _token(url: str) -> "Token":
    """The token from the environment, or as it is typed. Raises `No`."""
    from getpass import getpass

    from ..sync import token as tokens

    try:
        if (given := tokens.given()) is not None:
            return given
        if not out.is_terminal(0):
            raise No(f"No token: set {tokens.VARIABLE}, or call this in a terminal, which asks for it.")
        return tokens.fit(getpass(f"Token for {clean(url)}: ", stream=sys.stderr))
    except tokens.NoToken as no:
        raise No(str(no)) from None
    except EOFError:
        raise No("No token was typed; nothing was joined.") from None


def _asked(url: str, secret: "Token", ca: str) -> "Info":
    """What the server says of itself and of the token. Raises `No` or `Stop`; nothing was changed."""
    from ..sync.answers import Denied, Trouble
    from ..sync.client import Client

    client = Client(url, secret, ca)
    try:
        info = client.info()
    except Denied as no:
        raise No(f"{url} does not take this token: {no}. Nothing was joined.") from None
    except Trouble as trouble:
        raise No(f"{url} cannot be joined: {trouble}. Nothing was joined.") from None
    finally:
        client.close()
    if info.grant == "intake":
        raise No("This token is for senders of alerts and reads nothing; ask for one with the grant respond.")
    return info


# ── leave ──


def leave(session: Session, arguments: Arguments, address: str) -> int:
    """Stops exchanging; every file stays."""
    from ..sync import joining
    from ..sync import token as tokens
    from .sync_live import gone

    joined = sync.server(session)
    if address:
        try:
            named = joining.address(address)
        except joining.BadAddress as bad:
            raise Usage(str(bad)) from None
        if named != joined.url:
            raise NotHere(f"{named} is not joined; {joined.url} is.")
    waiting = _unsent(session)
    if waiting and not arguments.anyway:
        said = "; ".join(f"{handle}: {count}" for handle, count in waiting.items())
        raise No(f"Not everything was sent ({said}). `warroom sync` sends it; --anyway leaves all the same.")
    joining.forget(session.paths.data)
    tokens.forget(session.paths.data, joined.url)
    running = syncing.running(session.paths.data)
    if running is not None and not gone(session, running):
        out.say(f"Process {running.pid} still runs; `warroom sync --stop` ends it.")
    _forget_statuses(session)
    if session.arguments.json:
        out.json({"left": joined.url, "unsent": waiting})
    else:
        out.say(f"Left {joined.url}. Every incident stays here, and nothing is exchanged any more.")
        for handle, count in waiting.items():
            out.say(f"{handle}  {out.many(count, 'fact was', 'facts were')} never sent")
    return OK


def _unsent(session: Session) -> dict[str, int]:
    """By handle, how many facts the server has not acknowledged."""
    from ..sync.cycle import unsent

    _ = session.replica  # makes the folders
    return {sync.named(session, inc): count for inc, count in unsent(session.paths.data).items()}


def _forget_statuses(session: Session) -> None:
    """What was said of a server that is not there any more."""
    from ..room.alerts_weeks import every_week
    from ..store import beside, disk, folder

    for place in (session.paths.incidents, session.paths.archive):
        for entry in folder.entries(place):
            disk.forget(beside.sync(entry.path))
    for _, path in every_week(session.paths.data):
        disk.forget(beside.sync(path))
