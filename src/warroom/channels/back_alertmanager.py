"""Alertmanager's API, version 2: what fires there, and silences of ours, each of which ends.

A silence is known there by the key in its comment, so that a second try makes no second one.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ..config.intake import Alertmanager, HookForm
from ..core.alerts import matchers
from ..core.alerts.carry import Way
from ..core.alerts.facts import SILENCE, UNSILENCE
from ..core.alerts.matchers import Matchers, Unsayable
from ..core.text import clean, clip
from ..core.values import MINUTE, SECOND, Ms
from ..intake.alertmanager import asked, fingerprint
from ..intake.base import MAX_ALERTS, VALUE, Taken, Unreadable
from ..net import Http, Reply
from .back import LIMIT, Pulled, Quiet, Source, Told, Trouble
from .base import Failed, Later, Outcome, Probe, Sent
from .foreign import Row, iso, moment, row, rows, segment, word
from .secrets import Secret

INSTEAD = "Alertmanager knows no such thing: a silence quiets it there, its rule ends it"
KNOWS = 5 * MINUTE  # after a start it has heard by then of everything that fires: Prometheus repeats it every minute
OURS = "[war room "  # in the comment of a silence that was made here, before its key
_SAID = 200  # characters of a reason
_MOST = 500  # alerts that are silenced there and are shown here as that


class AlertmanagerBack(Source):
    """Acknowledging and resolving mean nothing there: only silences are carried."""

    way = Way((SILENCE, UNSILENCE), finds=True, instead=INSTEAD)
    pulls = True

    def __init__(self, name: str, form: HookForm, secrets: dict[str, Secret], http: Http) -> None:
        super().__init__(name, form, secrets, http)
        assert isinstance(form, Alertmanager)
        assert form.api is not None
        api, self._service, self._user = form.api, form.service, form.api.user
        self.base = f"{api.url.rstrip('/').removesuffix('/api/v2')}/api/v2"
        self.knows = KNOWS

    # ── silences ──

    def tell(self, told: Told) -> Outcome:
        return self._silence(told) if told.act == SILENCE else self._expire(told)

    def look_up(self, told: Told) -> Outcome | None:
        found = self._ours(told)
        if not isinstance(found, list):
            return found if isinstance(found, Later) else Later(found.why)
        if told.act == UNSILENCE:
            return Sent() if not found else None
        wanted = self._wanted(told)
        if not isinstance(wanted, list):
            return wanted
        there = [each for each in wanted if _standing(found, each)]
        return Sent(_ids(found)) if len(there) == len(wanted) else None

    def _silence(self, told: Told) -> Outcome:
        wanted = self._wanted(told)
        if not isinstance(wanted, list):
            return wanted
        there = self._ours(told)
        if not isinstance(there, list):
            return there
        ids = [word(each, "id") for each in there]
        for each in wanted:
            if _standing(there, each):
                continue
            reply = self._call("POST", "/silences", json=self._body(told, each))
            if not isinstance(reply, Reply) or reply.status != 200:
                return self.trouble(reply)
            ids.append(word(reply.json(), "silenceID"))
        return Sent(" ".join(filter(None, ids)))

    def _expire(self, told: Told) -> Outcome:
        there = self._ours(told)
        if not isinstance(there, list):
            return there
        for each in there:
            reply = self._call("DELETE", f"/silence/{segment(word(each, 'id'))}")
            if not isinstance(reply, Reply) or reply.status not in (200, 404):
                return self.trouble(reply)
        return Sent(_ids(there))

    def _wanted(self, told: Told) -> list[Matchers] | Failed:
        if told.silence is None or told.silence.until <= told.now + 2 * SECOND:
            return Failed("the silence is over")
        try:
            return matchers.of_silence(told.silence.labels, told.lines, self._service, VALUE)
        except Unsayable as why:
            return Failed(str(why))

    def _body(self, told: Told, wanted: Matchers) -> Row:
        assert told.silence is not None
        why = clip(clean(told.silence.why), _SAID)
        return {
            "matchers": [_matcher(name, value) for name, value in wanted.items()],
            "startsAt": iso(told.now),
            "endsAt": iso(told.silence.until),  # its whole seconds: never longer than here
            "createdBy": clip(clean(told.by), 60) or "War room",
            "comment": f"{why} {_mark(told)}",
        }

    def _ours(self, told: Told) -> list[Row] | Trouble:
        """The silences of this key that stand there now."""
        reply = self._call("GET", "/silences", limit=LIMIT)
        if not isinstance(reply, Reply) or reply.status != 200 or not isinstance(reply.json(), list):
            return self.trouble(reply)
        mark = _mark(told)
        found = (each for each in rows(reply.json()) if str(each.get("comment", "")).endswith(mark))
        return [each for each in found if word(each, "status", "state") in ("active", "pending")]

    # ── what fires ──

    def pull(self, now: Ms) -> Pulled | Trouble:
        status = self._call("GET", "/status")
        if not isinstance(status, Reply) or status.status != 200:
            return self.trouble(status)
        since = moment(status.json(), "uptime")
        reply = self._call("GET", "/alerts", limit=LIMIT)
        if not isinstance(reply, Reply) or reply.status != 200 or not isinstance(reply.json(), list):
            return self.trouble(reply)
        found = rows(reply.json())
        # In pieces as large as a delivery may be.
        parts = [
            asked(self.name, found[n : n + MAX_ALERTS], now, self._service) for n in range(0, len(found), MAX_ALERTS)
        ]
        whole = since is not None and now - since >= self.knows
        quiet = [each for each in found if word(each, "status", "state") == "suppressed"]
        silenced = self._silenced(quiet)
        alerts = tuple(alert for part in parts if isinstance(part, Taken) for alert in part.alerts)
        left = tuple(said for part in parts for said in (part.left if isinstance(part, Taken) else (part.sentence,)))
        return Pulled(alerts, _keys(found), whole, len(quiet), left, silenced)

    def _silenced(self, quiet: Sequence[Row]) -> tuple[Quiet, ...]:
        """Those of these alerts that somebody there has silenced, each with the silence that ends last."""
        if not any(row(each, "status").get("silencedBy") for each in quiet):
            return ()
        reply = self._call("GET", "/silences", limit=LIMIT)
        every = rows(reply.json()) if isinstance(reply, Reply) and reply.status == 200 else []
        theirs = {word(each, "id"): each for each in every if OURS not in str(each.get("comment", ""))}
        found = []
        for each in quiet[:_MOST]:
            ids = row(each, "status").get("silencedBy")
            of = [theirs[id] for id in ids if id in theirs] if isinstance(ids, list) else []
            if last := max(of, key=lambda one: moment(one, "endsAt") or 0, default=None):
                why = word(last, "comment") or "silenced there"
                by = word(last, "createdBy", most=60) or self.name
                found.append(Quiet(_key(each), moment(last, "endsAt") or 0, why, by))
        return tuple(found)

    def probe(self) -> Probe:
        reply = self._call("GET", "/status")
        if isinstance(reply, Reply) and reply.status == 200 and isinstance(reply.json(), dict):
            version = word(reply.json(), "versionInfo", "version")
            return Probe("ok", f"Alertmanager {version} answers: silences go there".replace("  ", " "))
        return Probe("bad", self.trouble(reply).why)

    def _call(self, method: str, path: str, **given: Any) -> Reply | Trouble:
        return self.call(method, self.base + path, headers=self._headers(), **given)

    def _headers(self) -> Mapping[str, str]:
        token = self.secrets.get("token")
        if token is None:
            return {}
        if not self._user:
            return {"Authorization": f"Bearer {token.reveal()}"}
        from base64 import b64encode

        return {"Authorization": f"Basic {b64encode(f'{self._user}:{token.reveal()}'.encode()).decode()}"}


def _mark(told: Told) -> str:
    return f"{OURS}{told.key}]"


def _matcher(name: str, value: str) -> Row:
    return {"name": name, "value": value, "isRegex": False, "isEqual": True}


def _standing(there: Sequence[Row], wanted: Matchers) -> bool:
    """Whether one of these silences is exactly the one that is wanted."""
    return any(_plain(each) == wanted for each in there)


def _plain(silence: Row) -> Matchers | None:
    found: Matchers = {}
    for each in rows(silence, "matchers"):
        name, value = each.get("name"), each.get("value")
        if each.get("isRegex") is not False or each.get("isEqual", True) is not True:
            return None
        if not isinstance(name, str) or not isinstance(value, str):
            return None
        found[name] = value
    return found


def _ids(silences: Sequence[Row]) -> str:
    return " ".join(filter(None, (word(each, "id") for each in silences)))


def _keys(found: Sequence[Row]) -> frozenset[str]:
    return frozenset(key for each in found if (key := _key(each)))


def _key(each: Row) -> str:
    try:
        return word(each, "fingerprint") or fingerprint(row(each, "labels"))
    except Unreadable:
        return ""
