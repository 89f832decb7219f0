"""Back to Opsgenie and Jira Service Management: the alert there is acknowledged or closed, a moment later."""

from typing import Any

from ..config.intake import HookForm
from ..config.intake_api import OpsgenieApi
from ..core.alerts.carry import Way
from ..core.alerts.facts import ACKNOWLEDGE, RESOLVE
from ..core.text import clean
from ..net import Http, Reply
from .back import Source, Told, Trouble
from .base import Accepted, Failed, Later, Outcome, Probe, Sent
from .foreign import is_id, row, segment, word
from .http import outcome_of
from .opsgenie import SOURCE, base_of
from .secrets import Secret

_ACTIONS = {ACKNOWLEDGE: "acknowledge", RESOLVE: "close"}
INSTEAD = "Opsgenie is not told of silences: it is quiet here only"


class OpsgenieBack(Source):
    """An alert's key is its id there: an alias may belong to a later alert by now."""

    way = Way((ACKNOWLEDGE, RESOLVE), finds=True, instead=INSTEAD)

    def __init__(self, name: str, form: HookForm, secrets: dict[str, Secret], http: Http) -> None:
        super().__init__(name, form, secrets, http)
        assert isinstance(form.api, OpsgenieApi)
        self.base = base_of(form.kind, form.api.url)

    def tell(self, told: Told) -> Outcome:
        action = _ACTIONS[told.act]
        note = clean(f"{told.by}: {told.note}" if told.note else f"{told.by} has {action}d it")[:200]
        body = {"user": clean(told.by)[:100], "source": SOURCE, "note": note}
        reply = self._call("POST", f"{_path(told)}/{action}", params={"identifierType": "id"}, json=body)
        if not isinstance(reply, Reply):
            return reply
        outcome = outcome_of(reply, self.secrets)
        if isinstance(outcome, Accepted):
            request = word(reply.json(), "requestId")
            return Accepted(request if is_id(request) else "")
        return outcome

    def look_up(self, told: Told) -> Outcome | None:
        reply = self._call("GET", _path(told), params={"identifierType": "id"})
        if not isinstance(reply, Reply) or reply.status != 200:
            why = self.trouble(reply)
            return why if isinstance(why, Later) else Later(why.why)
        alert = row(reply.json(), "data")
        closed = word(alert, "status") == "closed"
        done = closed or (told.act == ACKNOWLEDGE and alert.get("acknowledged") is True)
        return Sent(word(alert, "id")) if done else None

    def settle(self, told: Told, remote: str) -> Outcome:
        if not is_id(remote):
            found = self.look_up(told)
            return found if isinstance(found, Sent) else Accepted(remote)
        reply = self._call("GET", f"/v2/alerts/requests/{segment(remote)}")
        if not isinstance(reply, Reply):
            return Accepted(remote)
        if reply.status in (401, 403):
            return Sent(remote)  # it was taken, and this key may not ask what came of that
        data = row(reply.json(), "data")
        if reply.status != 200 or not isinstance(data.get("isSuccess"), bool):
            return Accepted(remote)
        if data["isSuccess"]:
            return Sent(word(data, "alertId") or remote)
        return Failed(f"the far side did not do it: {word(data, 'status', most=120) or 'it does not say why'}")

    def probe(self) -> Probe:
        reply = self._call("GET", "/v2/alerts", params={"limit": 1})
        if isinstance(reply, Reply) and reply.status == 200:
            return Probe("ok", "takes the key: acknowledging and closing go there")
        return Probe("bad", self.trouble(reply).why)

    def _call(self, method: str, path: str, **given: Any) -> Reply | Trouble:
        headers = {"Authorization": f"GenieKey {self.secrets['key'].reveal()}"}
        return self.call(method, self.base + path, headers=headers, **given)


def _path(told: Told) -> str:
    return f"/v2/alerts/{segment(told.alert.key if told.alert else '')}"
