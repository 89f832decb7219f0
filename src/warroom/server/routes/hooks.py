"""Where other systems deliver their alerts. A 2xx says that a delivery is kept; 503 that it has to come again."""

import asyncio

from litestar import Response, post

from ...intake.base import Delivery, No, credential
from ...intake.hooks import take, unknown
from .. import body
from ..answers import nothing, raw
from ..description import Said
from ..house import House
from ..problem import Trouble
from ..seat import AnyRequest, address, no_token, seat, too_many, wrong_again

LARGEST = 1024 * 1024
AT_ONCE = 64 * 1024


@post(
    "/v1/hooks/{hook:str}",
    act="open",
    status_code=200,
    said=Said(
        "A delivery of alerts, as its sender writes it: signed, or with a token that has the grant intake",
        str,
        "text/plain",
        statuses=(200, 204),
        takes=bytes,
        takes_media="application/octet-stream",
        refuses=(401, 403, 404, 408, 413, 415, 422, 429, 503),
    ),
)
async def deliver(request: AnyRequest) -> Response[bytes]:
    house = seat(request).house
    hook = house.hooks.get(request.path_params["hook"])
    headers = {name.lower(): value for name, value in request.headers.items()}
    sender = f"{request.path_params['hook']} {address(request)}"
    if hook is None or hook.key is None:
        sender = await _by_token(request, house, headers)
    if hook is None:
        raise _refused(unknown(request.path_params["hook"]))
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise Trouble(415, "A delivery is taken as it is: send it uncompressed.")
    # Whoever signs is only known once the whole body is here: so much at once is held for one address.
    with house.budget.holding(sender, body.expected(request, LARGEST)):
        data = await body.read(request, LARGEST, house.options.body)
        delivery = Delivery(headers, data, house.now())
        # A large one takes longer to read than anybody else should have to wait.
        taken = take(hook, delivery) if len(data) <= AT_ONCE else await asyncio.to_thread(take, hook, delivery)
    if isinstance(taken, No):
        if taken.status == 401 and (wait := wrong_again(house, request)):
            raise too_many(wait, "Too many badly signed deliveries came from this address.")
        raise _refused(taken)
    with house.measures.store.timing("intake"):
        await house.intake.take(taken)
    house.words.wanted(taken)
    house.measures.alerts[hook.form.kind] += len(taken.alerts)
    for each in taken.marked:
        house.journal.say(
            "intake", f"{hook.name}: {each.channel}/{each.ts} was marked for a timeline; no room heard it."
        )
    for sentence in taken.left:
        house.journal.say("intake", f"{hook.name}: {sentence}")
    return raw(taken.answer.encode(), "text/plain") if taken.answer else nothing()


async def _by_token(request: AnyRequest, house: House, headers: dict[str, str]) -> str:
    """The id of the token that brings it. Raises `Trouble`."""
    shown = credential(headers)
    token = await house.tokens.find(shown)
    if token is None:
        raise no_token(house, request, "wrong" if shown else "none")
    if token.grant not in ("intake", "administer"):
        raise Trouble(403, "This token brings no alerts; make one with the grant intake.")
    request.scope["state"]["token"] = token.id  # for the log
    return token.id


def _refused(no: No) -> Trouble:
    return Trouble(no.status, no.sentence)


ROUTES = [deliver]
