"""Who is on call in the next days, by PagerDuty's or Opsgenie's own schedules. What was read is to be kept: without
the network, an old answer is better than none.
"""

from typing import NamedTuple

from ..config.channels import ChannelForm, Opsgenie, PagerDuty
from ..core.values import DAY, HOUR, Ms, Refused
from ..net import Http, NetError, Reply
from .foreign import Row, each, iso, moment, row, rows, segment, word
from .http import outcome_of
from .opsgenie import base_of
from .pagerduty_rest import Duty, Rest
from .secrets import Secret

AHEAD = 3 * DAY
_SPAN = HOUR  # for which “on call now” is believed, where the far side gives no end


class Turn(NamedTuple):
    """Somebody's turn, from `start` to `end` in UTC ms. `id` is the far side's for this person."""

    start: Ms
    end: Ms
    name: str
    email: str
    id: str


def on_call(form: ChannelForm, secret: Secret, http: Http, schedule: str, now: Ms) -> list[Turn]:
    """The turns of `schedule` (its id there) in the next three days, by start; empty where nobody is on call.

    `secret` is PagerDuty's REST token or Opsgenie's key. Raises `Refused` with a sentence when nobody could say.
    """
    if isinstance(form, PagerDuty):
        return _pagerduty(Rest(http, form.url, secret), schedule, now)
    if isinstance(form, Opsgenie):
        return _Far(http, base_of(form.kind, form.url), secret).turns(schedule, now)
    raise Refused(f"A channel of the kind {form.kind} has no schedules; there are those of pagerduty and opsgenie.")


def _pagerduty(rest: Rest, schedule: str, now: Ms) -> list[Turn]:
    found = rest.on_calls(schedule, iso(now), iso(now + AHEAD))
    if not isinstance(found, list):
        raise Refused(f"PagerDuty did not say who is on call: {found.why}.")
    return [_turn(duty, now) for duty in found if duty.end is None or duty.end > now]


def _turn(duty: Duty, now: Ms) -> Turn:
    # Who is on call without end has neither of the two there.
    end = now + AHEAD if duty.end is None else duty.end
    return Turn(now if duty.start is None else duty.start, end, duty.name, duty.email, duty.id)


class _Far:
    """Opsgenie's schedules: the timeline where there is one, else who is on call now."""

    def __init__(self, http: Http, base: str, key: Secret) -> None:
        self.http, self.base, self.key = http, base, key

    def turns(self, schedule: str, now: Ms) -> list[Turn]:
        path = f"/v2/schedules/{segment(schedule)}"
        asked = {"interval": AHEAD // DAY, "intervalUnit": "days", "date": iso(now)}
        found = [
            Turn(start, end, name, name if "@" in name else "", word(person, "id"))
            for rotation in rows(self._read(f"{path}/timeline", asked), "finalTimeline", "rotations")
            for period in rows(rotation, "periods")
            for person in _people(period)
            if (name := word(person, "name"))
            and (start := moment(period, "startDate")) is not None
            and (end := moment(period, "endDate")) is not None
            and end > now
        ]
        if found:
            return sorted(set(found))
        data = self._read(f"{path}/on-calls", {"flat": "true"})
        names = dict.fromkeys(each(data.get("onCallRecipients")))
        return [Turn(now, now + _SPAN, name, name if "@" in name else "", "") for name in names]

    def _read(self, path: str, params: dict[str, object]) -> Row:
        headers = {"Authorization": f"GenieKey {self.key.reveal()}"}
        try:
            reply: Reply = self.http.request("GET", self.base + path, headers=headers, params=params)
        except NetError as error:
            raise Refused(f"Opsgenie did not say who is on call: {error}.") from None
        if reply.status != 200 or not isinstance(row(reply.json()).get("data"), dict):
            why = getattr(outcome_of(reply, [self.key]), "why", "its answer is not understood")
            raise Refused(f"Opsgenie did not say who is on call: {why}.")
        return row(reply.json(), "data")


def _people(period: Row) -> list[Row]:
    """Whoever stands behind a turn: the members, where it is a team's or an escalation's."""
    found = [person for person in rows(period, "flattenedRecipients") if word(person, "type") in ("user", "")]
    one = row(period, "recipient")
    return found or ([one] if word(one, "type") in ("user", "") else [])
