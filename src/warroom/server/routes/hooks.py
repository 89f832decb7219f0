"""Where other systems deliver their alerts. A 2xx says that a delivery is kept; 503 that it has to come again."""

import asyncio
from collections.abc import Callable

from litestar import Response, post

from ...intake.base import Delivery, Hook, No, Taken, credential
from ...intake.hooks import take, unknown
from .. import body
from ..answers import nothing, raw
from ..description import Said
from ..house import House
from ..pace import network
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
    sender = ""
    if hook is None or hook.key is None:
        sender = await _by_token(request, house, headers)
    if hook is None:
        raise _refused(unknown(request.path_params["hook"]))
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise Trouble(415, "A delivery is taken as it is: send it uncompressed.")
    if sender:
        with house.budget.holding(sender, body.expected(request, LARGEST)):
            taken = await _read(request, house, hook, headers)
            await _kept(request, house, taken)
    else:
        # Whoever signs is known only once all of it is here: until then it takes nothing from those who are known.
        with house.strangers.growing(network(address(request)), AT_ONCE) as came:
            taken = await _read(request, house, hook, headers, came)
        with house.budget.holding(f"hook {hook.name}", body.expected(request, LARGEST)):
            await _kept(request, house, taken)
    house.words.wanted(taken)
    house.measures.alerts[hook.form.kind] += len(taken.alerts)
    for each in taken.marked:
        house.journal.say(
            "intake", f"{hook.name}: {each.channel}/{each.ts} was marked for a timeline; no room heard it."
        )
    for sentence in taken.left:
        house.journal.say("intake", f"{hook.name}: {sentence}")
    return raw(taken.answer.encode(), "text/plain") if taken.answer else nothing()


async def _read(
    request: AnyRequest,
    house: House,
    hook: Hook,
    headers: dict[str, str],
    came: Callable[[int], None] = lambda size: None,
) -> Taken:
    """What the delivery says, from whom it has to be. Raises `Trouble`."""
    data = await body.read(request, LARGEST, house.options.body, came)
    delivery = Delivery(headers, data, house.now())
    # A large one takes longer to read than anybody else should have to wait.
    taken = take(hook, delivery) if len(data) <= AT_ONCE else await asyncio.to_thread(take, hook, delivery)
    if not isinstance(taken, No):
        return taken
    if taken.status == 401 and (wait := wrong_again(house, request)):
        raise too_many(wait, "Too many badly signed deliveries came from this address.")
    raise _refused(taken)


async def _kept(request: AnyRequest, house: House, taken: Taken) -> None:
    """Durable on return. A sender that goes before gives its place away: nobody would hear of it, and it comes again.

    Raises `StoreTrouble`, `Trouble`.
    """
    with house.measures.store.timing("intake"):
        keeping = asyncio.create_task(house.intake.take(taken))
        going = asyncio.create_task(_gone(request))
        try:
            await asyncio.wait((keeping, going), return_when=asyncio.FIRST_COMPLETED)
            if not keeping.done():
                raise Trouble(408, "Its sender went before the delivery was kept.")
            keeping.result()
        finally:
            keeping.cancel()
            going.cancel()


async def _gone(request: AnyRequest) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


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
