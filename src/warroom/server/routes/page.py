"""The stakeholder page, for whoever has a share link: as HTML in a browser, else as text; live; and its questions."""

import asyncio
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.types import ASGIApp

from ...core import masking
from ...core.acts.page import AskedAlready, AskOnPage
from ...core.events import QuestionAsked
from ...core.incident import Incident
from ...core.values import Refused
from ...render import page as html
from ...render import page_text
from ...render.page_look import LIVE, STILL
from .. import asking, body
from ..answers import Pieces, asked, raw
from ..description import EVENTS, TEXT, Said
from ..pace import network
from ..page_stream import Reading
from ..pages import Made, first, of
from ..problem import Trouble
from ..seat import AnyRequest, address, seat, too_many, wrong_again
from ..stores.base import StoreTrouble
from ..tokens import Token
from ..writer import Unheard

HTML = "text/html"
_PATH = "/s/{secret:str}"
_WRITER = "stakeholder page"
_SMALL = 4096  # bytes of a form for which there is always room
_THANKS = "The war room has your question. Others see it here once the war room lets it through."
_NOT_OURS = "This form is more than a day old, or was not made by this page. It is a new one now: please send it again."
_BUSY = "The war room's server cannot keep anything now. Your question was not taken: please send it again in a moment."
_UNHEARD = "It is not sure that your question was kept: please send it again; it counts once."
_MORE = {
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
    "Vary": "Accept",
}


class Have(msgspec.Struct, frozen=True):
    """`have`: the version of the page that is there already. `once`: one event, for whom a proxy keeps streams back."""

    have: Annotated[str, msgspec.Meta(max_length=40)] = ""
    once: bool = False


class Done(msgspec.Struct, frozen=True):
    """`asked`: the fact that whoever reads has just made."""

    asked: Annotated[str, msgspec.Meta(max_length=40)] = ""


@get(_PATH, act="open", said=Said("The stakeholder page", str, TEXT, asks=Done, refuses=(410, 429)))
async def shown(request: AnyRequest) -> Response[bytes]:
    house, fact = seat(request).house, asked(request, Done).asked
    try:
        link = await _link(request)
        made = await house.pages.made(of(link))
        taken = bool(fact) and _is_theirs(await house.situations.state(link.incidents[0]), fact)
    except (Trouble, StoreTrouble) as trouble:
        return _refused(request, trouble)
    return _page(request, link, made, html.Form("", done=_THANKS if taken else ""))


def _is_theirs(state: Incident, fact: str) -> bool:
    """Whether this is a question on the log that a reader asked."""
    event = state.facts.get(fact)
    return event is not None and isinstance(event.body, QuestionAsked) and event.body.page


@get(
    _PATH + "/live",
    act="open",
    said=Said("The stakeholder page, whenever it is another", str, EVENTS, asks=Have, refuses=(410, 429)),
)
async def live(request: AnyRequest) -> ASGIApp:
    want, house = asked(request, Have), seat(request).house
    link = await _link(request)
    if not want.once:
        return Reading(house, link, want.have)
    made = await house.pages.made(of(link))
    return Pieces([first(made, want.have, house.now())], EVENTS)


@post(
    _PATH,
    act="open",
    status_code=200,
    said=Said(
        "A question from the page's form; it counts once it is kept",
        str,
        TEXT,
        statuses=(200, 303),
        takes=bytes,
        takes_media="application/x-www-form-urlencoded",
        refuses=(403, 410, 422, 429),
    ),
)
async def ask(request: AnyRequest) -> Response[bytes]:
    house = seat(request).house
    said = asking.Asked()
    try:
        # What never comes holds nothing, and what one address sends keeps no other out.
        with house.strangers.growing(network(address(request)), _SMALL) as came:
            said = asking.read(await body.read(request, asking.LARGEST, house.options.body, came))
        link = await _link(request)
        made = await house.pages.made(of(link))
    except (Trouble, StoreTrouble) as trouble:
        return _refused(request, trouble, said.what)
    try:
        fact = await _take(request, link, said)
    except Trouble as no:
        holds = asking.holds(link, said.token, house.now())
        kept = html.Form(said.token if holds else "", said.who, said.what, no.detail)
        return _page(request, link, made, kept, no)
    if not _wants_html(request):
        return raw(f"{_THANKS}\n".encode(), TEXT)
    return Response(b"", status_code=303, headers={"Location": f"?asked={fact}#ask"}, media_type=TEXT)


async def _take(request: AnyRequest, link: Token, said: asking.Asked) -> str:
    """The question's fact, which is on the log once this returns. Raises `Trouble` with what to tell whoever asked."""
    house = seat(request).house
    if request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        raise Trouble(403, "Another site sent this form. It is shown here: please look at it, and send it yourself.")
    if not asking.holds(link, said.token, house.now()):
        raise Trouble(403, _NOT_OURS)
    _paced(request, link)
    inc, audience = of(link)
    wish = AskOnPage(what=said.what, asker=said.who, id=asking.question_id(link, said), audience=audience)
    try:
        await house.writer.do(inc, masking.command(wish)[0], _WRITER)
    except AskedAlready:
        pass  # the same form, sent again: it counts once, and is as durable
    except Refused as no:
        raise Trouble(422, str(no)) from None
    except StoreTrouble as trouble:
        house.journal.say("store", str(trouble))
        why = _UNHEARD if isinstance(trouble, Unheard) else _BUSY
        raise Trouble(503, why, headers={"Retry-After": "5"}) from None
    return wish.id


def _paced(request: AnyRequest, link: Token) -> None:
    house, now = seat(request).house, asyncio.get_running_loop().time()
    waits = (house.asked.take(network(address(request)), now), house.asked_by_link.take(link.id, now))
    if wait := max(waits):
        raise too_many(wait, "Many questions were asked here just now, and yours was not taken yet.")


async def _link(request: AnyRequest) -> Token:
    """The link by which somebody comes. Raises `Trouble` that tells nothing of what it showed."""
    house, secret = seat(request).house, request.path_params["secret"]
    link = await house.tokens.find_share(secret)
    if link is not None and await house.shown_by(link) is not None:
        request.scope["state"]["token"] = link.id  # for the log
        return link
    if link is None and await house.tokens.ended_share(secret):
        raise Trouble(410, "This link shows nothing any more: it has expired, or was taken back.")
    if wait := wrong_again(house, request):
        raise too_many(wait, "Too many wrong links were tried from this address.")
    raise Trouble(404, "This link shows nothing: it has expired, was taken back, or never was one.")


# ── how it is answered ──


def _wants_html(request: AnyRequest) -> bool:
    return HTML in request.headers.get("accept", "")


def _page(request: AnyRequest, link: Token, made: Made, form: html.Form, no: Trouble | None = None) -> Response[bytes]:
    """The page, with what became of its form."""
    house = seat(request).house
    status, more = (no.status, no.headers) if no else (200, {})
    if not _wants_html(request):
        if no is not None:
            raise no
        return Response(_as_text(made, house.now()), media_type=TEXT, headers=_MORE)
    if not form.token:
        form = msgspec.structs.replace(form, token=asking.made(link, house.now()))
    text = html.whole(made.page, made.now, made.version, form, made.html)
    headers = {**_MORE, **more, "Content-Security-Policy": LIVE}
    return Response(text.encode(), status_code=status, media_type=HTML, headers=headers)


def _as_text(made: Made, now: int) -> bytes:
    return "".join(f"{line}\n" for line in page_text.lines(made.page, now)).encode()


_TITLES = {404: "Nothing is here", 410: "This link is over", 429: "One moment", 413: "That is too much"}


def _refused(request: AnyRequest, trouble: Trouble | StoreTrouble, kept: str = "") -> Response[bytes]:
    """A page in plain words that tells nothing, for a browser; for others the error as everywhere."""
    if not _wants_html(request):
        raise trouble
    if isinstance(trouble, StoreTrouble):
        seat(request).house.journal.say("store", str(trouble))
        trouble = Trouble(503, "The server cannot read now. Please load this page again in a moment.")
    sentence = trouble.detail
    if trouble.status in (404, 410):
        sentence += " Please ask whoever gave it to you for a new one."
    text = html.words(_TITLES.get(trouble.status, "Not now"), sentence, kept)
    headers = {**_MORE, **trouble.headers, "Content-Security-Policy": f"{STILL}; frame-ancestors 'none'"}
    return Response(text.encode(), status_code=trouble.status, media_type=HTML, headers=headers)


ROUTES = [shown, live, ask]
