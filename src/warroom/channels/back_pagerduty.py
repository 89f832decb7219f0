"""Back to PagerDuty: the incident there is acknowledged or resolved, by REST, else by an event under its own key."""

from msgspec.structs import replace

from ..config.intake import HookForm
from ..config.intake_api import PagerDutyApi
from ..core.alerts.carry import Way
from ..core.alerts.facts import ACKNOWLEDGE, ACKNOWLEDGED, RESOLVE, RESOLVED
from ..net import Http, Reply
from .back import Source, Told, Trouble
from .base import Accepted, Failed, Later, Outcome, Probe, Sent
from .foreign import is_id
from .http import outcome_of
from .pagerduty import KEY, ROUTING_KEY
from .pagerduty_rest import Rest, Seen
from .secrets import Secret

_BECOMES = {ACKNOWLEDGE: ACKNOWLEDGED, RESOLVE: RESOLVED}
INSTEAD = "PagerDuty is not told of silences: it is quiet here only"


class PagerDutyBack(Source):
    """An alert's key is the id of the incident there; its label `incident_key` is what events know it by."""

    pace = 2.0  # some 120 a minute for one key
    way = Way((ACKNOWLEDGE, RESOLVE), instead=INSTEAD)

    def __init__(self, name: str, form: HookForm, secrets: dict[str, Secret], http: Http) -> None:
        super().__init__(name, form, secrets, http)
        api = form.api
        assert isinstance(api, PagerDutyApi)
        token = secrets.get("token")
        self.rest = Rest(http, api.url, token, api.sender) if token else None
        self.events = api.events_url.rstrip("/")
        self.way = replace(self.way, finds=self.rest is not None)

    def tell(self, told: Told) -> Outcome:
        id = told.alert.key if told.alert else ""
        if self.rest is None:
            return self._event(told)
        return self.rest.change(id, _BECOMES[told.act]) if is_id(id) else Failed("it has no incident of PagerDuty's")

    def look_up(self, told: Told) -> Outcome | None:
        if self.rest is None or told.alert is None:
            return super().look_up(told)
        seen = self.rest.get(told.alert.key)
        if isinstance(seen, Seen):
            return Sent(seen.id) if seen.status in (_BECOMES[told.act], RESOLVED) else None
        if seen is None:
            return Failed("PagerDuty has no such incident")
        return seen if isinstance(seen, Later) else Later(seen.why)

    def _event(self, told: Told) -> Outcome:
        key = told.alert.labels.get("incident_key", "") if told.alert else ""
        if not key or len(key) > KEY:
            return Failed("PagerDuty told no key for it, and without a REST token there is no other way to name it")
        reply = self._enqueue(told.act, key)
        if not isinstance(reply, Reply):
            return reply
        outcome = outcome_of(reply, self.secrets)
        return Sent(key) if isinstance(outcome, Sent | Accepted) else outcome

    def _enqueue(self, action: str, key: str) -> Reply | Trouble:
        routing = self.secrets["key"].reveal()
        body = {"routing_key": routing, "event_action": action, "dedup_key": key}
        return self.call("POST", f"{self.events}/v2/enqueue", json=body)

    def probe(self) -> Probe:
        if self.rest is not None:
            outcome = self.rest.check()
            if isinstance(outcome, Sent | Accepted):
                return Probe("ok", "takes the token: acknowledging and resolving go there")
            return Probe("bad", outcome.why)
        if len(self.secrets["key"].reveal()) != ROUTING_KEY:
            return Probe("bad", f"the routing key should have {ROUTING_KEY} characters; take the integration's own")
        # An end of something that never began: PagerDuty judges the key and drops the rest.
        reply = self._enqueue("resolve", "war-room-probe")
        if isinstance(reply, Reply) and isinstance(outcome_of(reply, self.secrets), Sent | Accepted):
            return Probe("ok", "takes the key: acknowledging and resolving go there")
        return Probe("bad", self.trouble(reply).why)
