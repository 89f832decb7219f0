"""`warroom page`: the stakeholder page as a file, and the links by which people see it on the server."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from ..core.cadence import AUDIENCES
from ..core.text import clean
from ..core.values import HOUR
from . import out, sync
from .session import Session
from .stop import OK, No, NotHere, Stop, Usage
from .verb import Arguments, Parser, Verb, span

if TYPE_CHECKING:
    from ..sync.client import Client
    from ..sync.wire import Audience, Share

T = TypeVar("T")

_LONGEST = 24 * 90  # hours


def _arguments(parser: Parser) -> None:
    parser.add_argument(
        "what",
        choices=("link", "links", "revoke", "export", "show"),
        help="a new link; those that hold; take one back; the page as one file; the page as text",
    )
    parser.add_argument("id", metavar="ID", nargs="?", default="", help="revoke: which link, as `links` shows it")
    parser.add_argument("--for", dest="whom", metavar="NAME", default="", help="link: who gets it, to tell it by later")
    parser.add_argument("--expires", metavar="DUR", default="24h", help="link: how long it holds, 24h without it")
    parser.add_argument(
        "--audience",
        choices=AUDIENCES,
        default="internal",
        help="whose updates it shows: of the public only those for the public; internal without it",
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="export: into a new file instead of standard output")


def _page(session: Session, arguments: Arguments) -> int:
    if arguments.id and arguments.what != "revoke":
        raise Usage(f"warroom page {arguments.what}: nothing goes with it; -i says which incident.")
    if arguments.output and arguments.what != "export":
        raise Usage("-o is for warroom page export.")
    match arguments.what:
        case "link":
            return _link(session, arguments)
        case "links":
            return _links(session)
        case "revoke":
            return _revoke(session, arguments)
        case "show":
            return _show(session, arguments)
    return _export(session, arguments)


# ── as a file ──


def _export(session: Session, arguments: Arguments) -> int:
    """Without the server: what this machine knows."""
    from ..core.page import page
    from ..render.page import copy
    from .export import into

    state = session.seen().state
    if state.restricted:
        raise No("This incident is restricted: nobody sees it who is not named, and a page would be for anybody.")
    handle = session.handle(state.id)
    text = copy(page(state, handle, arguments.audience), session.now())
    if not arguments.output:
        out.whole(text)
        return OK
    into(arguments.output, text.encode())
    if arguments.json:
        out.json({"file": arguments.output, "handle": handle})
    else:
        out.say(f"{handle}: the page is in {clean(arguments.output)}. It says when it was made, and does not change.")
    return OK


def _show(session: Session, arguments: Arguments) -> int:
    import msgspec

    from ..core.page import page
    from ..render.page_text import lines

    state, now = session.seen().state, session.now()
    shown = page(state, session.handle(state.id), arguments.audience)
    if arguments.json:
        out.json(msgspec.to_builtins(shown))
    else:
        for line in lines(shown, now):
            out.data(line)
    return OK


# ── on the server ──


def _link(session: Session, arguments: Arguments) -> int:
    from typing import cast

    from ..sync.wire import ShareWish

    hours = span("--expires", arguments.expires) / HOUR
    if not 1 <= hours <= _LONGEST:
        raise Usage("--expires: a link holds from 1h to 90d.")
    wish = ShareWish(hours, arguments.whom[:80], cast("Audience", arguments.audience))
    client, inc = _client(session)
    share = _asked(client, lambda: client.share(inc, wish))
    url = client.url + share.path
    if arguments.json:
        out.json({**_data(share), "url": url})
        return OK
    whose = "the public" if share.audience == "public" else f"{share.audience} eyes"
    out.say(
        f"Whoever has this link sees the updates that are meant for {whose}, and title, severity, phase and impact in "
        f"the room's own words, until {_until(session, share)}. It is shown this once."
    )
    out.data(url)
    return OK


def _links(session: Session) -> int:
    client, inc = _client(session)
    found = _asked(client, lambda: client.shares(inc)).shares
    if session.arguments.json:
        out.json([_data(share) for share in found])
        return OK
    if not found:
        out.say("No link holds: `warroom page link` makes one.")
    for share in found:
        out.data(f"{share.id}  {clean(share.name)}  {share.audience}  until {_until(session, share)}")
    return OK


def _revoke(session: Session, arguments: Arguments) -> int:
    if not arguments.id:
        raise Usage("warroom page revoke: which one? `warroom page links` shows them.")
    client, inc = _client(session)
    wanted = arguments.id.upper()
    hits = [share for share in _asked(client, lambda: client.shares(inc)).shares if share.id.startswith(wanted)]
    if len(hits) != 1:
        raise NotHere(f"There is no one link “{clean(arguments.id)}”: `warroom page links` shows those that hold.")
    client, inc = _client(session)
    _asked(client, lambda: client.unshare(inc, hits[0].id))
    if session.arguments.json:
        out.json({"id": hits[0].id, "revoked": True})
    out.say(f"{hits[0].id} ({clean(hits[0].name)}) is taken back: whoever reads the page by it is told so.")
    return OK


def _client(session: Session) -> "tuple[Client, str]":
    """The joined server, and the incident that is meant. Raises `Stop`."""
    from ..sync.client import Client

    state = session.seen().state
    if state.drill:
        raise No("A drill stays on this machine: `warroom page export` makes its page as a file.")
    joined = sync.server(session)
    return Client(joined.url, sync.token(session, joined), joined.ca), state.id


def _asked(client: "Client", call: Callable[[], T]) -> T:
    """What the server says to this one call. Raises `No`, `NotHere`, `Stop` in words for a person."""
    from ..sync.answers import Absent, Denied, Trouble, Unfit

    try:
        return call()
    except Denied as no:
        raise No(f"{client.host} does not let this token do that: {no}.") from None
    except Absent:
        raise NotHere(f"{client.host} does not have this incident yet: `warroom sync` brings it there.") from None
    except Unfit as no:
        raise No(f"{no}.") from None
    except Trouble as trouble:
        raise Stop(f"No link without the server: {trouble}. `warroom page export` makes a file without it.") from None
    finally:
        client.close()


def _until(session: Session, share: "Share") -> str:
    from ..render.times import moment

    return moment(share.expires, session.now(), session.zone)


def _data(share: "Share") -> dict[str, object]:
    from ..render.times import iso

    return {
        "id": share.id,
        "name": share.name,
        "audience": share.audience,
        "created": iso(share.created),
        "expires": iso(share.expires),
    }


VERBS = {
    "page": Verb(
        "the stakeholder page: a link to it on the server, or the page as one file",
        "warroom page link --for the-board --expires 3d",
        _arguments,
        _page,
        writes=False,
    )
}
