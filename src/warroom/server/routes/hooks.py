"""Where other systems deliver their alerts. A 2xx says that a delivery is kept; 503 that it has to come again."""

from litestar import Response, post

from ...intake.base import Delivery, No, credential
from ...intake.hooks import take, unknown
from .. import body
from ..answers import nothing, raw
from ..description import Said
from ..problem import Trouble
from ..seat import AnyRequest, no_token, seat, too_many, wrong_again

LARGEST = 1024 * 1024


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
        refuses=(401, 403, 404, 408, 413, 422, 429, 503),
    ),
)
async def deliver(request: AnyRequest) -> Response[bytes]:
    house = seat(request).house
    hook = house.hooks.get(request.path_params["hook"])
    headers = {name.lower(): value for name, value in request.headers.items()}
    if hook is None or hook.key is None:
        token = await house.tokens.find(credential(headers))
        if token is None:
            raise no_token(house, request, "wrong" if credential(headers) else "none")
        if token.grant not in ("intake", "administer"):
            raise Trouble(403, "This token brings no alerts; make one with the grant intake.")
        request.scope["state"]["token"] = token.id  # for the log
    if hook is None:
        raise _refused(unknown(request.path_params["hook"]))
    data = await body.read(request, LARGEST, house.options.body)
    taken = take(hook, Delivery(headers, data, house.now()))
    if isinstance(taken, No):
        if taken.status == 401 and (wait := wrong_again(house, request)):
            raise too_many(wait, "Too many badly signed deliveries came from this address.")
        raise _refused(taken)
    with house.measures.store.timing("intake"):
        await house.intake.take(taken)
    house.measures.alerts[hook.form.kind] += len(taken.alerts)
    for sentence in taken.left:
        house.journal.say("intake", f"{hook.name}: {sentence}")
    return raw(taken.answer.encode(), "text/plain") if taken.answer else nothing()


def _refused(no: No) -> Trouble:
    return Trouble(no.status, no.sentence)


ROUTES = [deliver]
