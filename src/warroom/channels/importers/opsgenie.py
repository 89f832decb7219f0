"""Opsgenie's escalations, schedules and users → ours, from its API or from what that answered once."""

import time
from collections.abc import Callable

from ...core.values import DAY, HOUR, MINUTE, SECOND, Ms, Refused
from ...net import Http, NetError, Reply
from ..foreign import Row, moment, number, row, rows, segment, word
from ..http import outcome_of
from ..secrets import Secret
from .imported import Gathering, Imported, Rule, is_zone, local_start, spell_every

BASE = "https://api.opsgenie.com"
CHANNEL = "opsgenie"
MOST, PAGE = 10_000, 100
ASKED = 300  # people whose phone numbers are asked for, one by one
_UNITS = {"days": DAY, "hours": HOUR, "minutes": MINUTE, "seconds": SECOND}
_TURNS = {"weekly": 7 * DAY, "daily": DAY, "hourly": HOUR}

PhoneOf = Callable[[Row], str]


def read_opsgenie(http: Http, key: Secret, base: str = BASE) -> Imported:
    """All that the key may see; it has to be one of the API's, not of an integration. Raises `Refused`."""
    far, gathering = _Far(http, key, base.rstrip("/")), Gathering("Opsgenie", (CHANNEL,))
    escalations = far.rows("/v2/escalations", "escalation policies")
    schedules = far.rows("/v2/schedules", "schedules", expand="rotation")
    users: dict[str, Row] = {}
    for offset in range(0, MOST, PAGE):
        page, before = far.rows("/v2/users", "users", limit=PAGE, offset=offset), len(users)
        users.update((word(each, "id") or str(len(users)), each) for each in page)
        if len(page) < PAGE or len(users) == before:
            break
    else:
        gathering.say(f"Only the first {MOST:,} users are read; the rest is missing.")
    return convert(gathering, escalations, schedules, list(users.values()), _now(), far.phone)


def convert(
    gathering: Gathering,
    escalations: list[Row],
    schedules: list[Row],
    users: list[Row],
    now: Ms,
    phone_of: PhoneOf | None = None,
) -> Imported:
    """The same from rows as the API's lists have them. `phone_of` is asked for those whom a policy or a turn names."""
    return _Conversion(gathering, schedules, users, now, phone_of or _phone_of_row).done(escalations)


class _Conversion:
    def __init__(
        self, gathering: Gathering, schedules: list[Row], users: list[Row], now: Ms, phone_of: PhoneOf
    ) -> None:
        self.to, self.now, self.phone_of = gathering, now, phone_of
        self.users = {key: each for each in users for key in (word(each, "id"), word(each, "username")) if key}
        self.schedules = {key: each for each in schedules for key in (word(each, "id"), word(each, "name")) if key}

    def done(self, escalations: list[Row]) -> Imported:
        for escalation in escalations:
            self._policy(escalation)
        for schedule in self.schedules.values():
            self._schedule(schedule)
        self.phone_of = _phone_of_row
        for user in self.users.values():
            self._person(user)
        return self.to.done()

    # ── policies ──

    def _policy(self, escalation: Row) -> None:
        title = word(escalation, "name")
        rules: list[Rule] = []
        for found in rows(escalation, "rules"):
            ref = self._target(title, row(found, "recipient"))
            rules.append(Rule(_delay(row(found, "delay")), [ref] if ref else []))
            if word(found, "condition") == "if-not-closed":
                self.to.say(
                    f"Policy “{title}”: an acknowledgement stops every level, also those that wait for the end."
                )
            kind = word(found, "notifyType")
            if kind not in ("", "default"):
                self.to.say(
                    f"Policy “{title}”: “{kind}” of a schedule is not carried over; whoever is on call is called."
                )
        again = row(escalation, "repeat")
        if again.get("closeAlertAfterAll") is True:
            self.to.say(f"Policy “{title}”: nothing is closed by itself after the last round.")
        repeat = number(again, "count") or 0
        if repeat > 0 and number(again, "waitInterval"):
            self.to.say(
                f"Policy “{title}”: a new round begins as long after the last level as that is after the one before."
            )
        owner = word(escalation, "ownerTeam", "name")
        if owner:
            self.to.say("Teams and their routing rules are not carried over; a policy's team stands as its owner.")
        self.to.plan(title, rules, owner=owner, repeat=repeat)

    def _target(self, policy: str, target: Row) -> str:
        kind = word(target, "type")
        if kind == "user" and (found := self._person(self._of(self.users, target))):
            return f"contact:{found}"
        if kind == "schedule" and (found := self._schedule(self._of(self.schedules, target))):
            return f"oncall:{found}"
        if kind not in ("user", "schedule"):
            name = word(target, "name") or word(target, "id")
            self.to.say(
                f"Policy “{policy}”: the {kind or 'unknown'} “{name}” is not carried over; put people in its place."
            )
        return ""

    def _of(self, known: dict[str, Row], target: Row) -> Row:
        keys = (word(target, "id"), word(target, "username"), word(target, "name"))
        return next((known[key] for key in keys if key in known), target)

    # ── people ──

    def _person(self, user: Row) -> str:
        username = word(user, "username")
        remote = word(user, "id") or username
        if not remote:
            return ""
        if known := self.to.known(remote):
            return known
        phone = self.phone_of(user)
        if not phone:
            self.to.count("No phone number came with {n} of the people; put it into contacts.toml.")
        return self.to.person(
            remote,
            word(user, "fullName") or username,
            phone=phone,
            email=username,
            tz=word(user, "timeZone"),
            reach=(f"{CHANNEL}:user:{username}",) if 0 < len(username) <= 150 else (),
        )

    # ── schedules ──

    def _schedule(self, schedule: Row) -> str:
        id = word(schedule, "id", most=150)
        name = word(schedule, "name", most=150) or id
        if not name:
            return ""
        if known := self.to.turn_known(id or name):
            return known
        why, rotation = self._rotation(schedule)
        if rotation:
            self.to.say(
                "Overrides and forwarding rules of schedules are not carried over; write them into oncall.toml."
            )
            return self.to.turn(id or name, name, **rotation)
        self.to.say(f"Schedule “{name}” {why}; it stays in Opsgenie and is asked there.")
        return self.to.turn(id or name, name, schedule=f"opsgenie:{id or name}", channel=CHANNEL)

    def _rotation(self, schedule: Row) -> tuple[str, dict[str, object]]:
        """The fields of a `Turn`; or why it is none that we can keep, and nothing."""
        found = [each for each in rows(schedule, "rotations") if (moment(each, "endDate") or self.now + 1) > self.now]
        if len(found) != 1:
            return (f"has {len(found)} rotations" if found else "came without its rotations"), {}
        rotation, tz = found[0], word(schedule, "timezone")
        length, start = number(rotation, "length"), moment(rotation, "startDate")
        members = rows(rotation, "participants")
        if row(rotation, "timeRestriction"):
            return "is restricted to some hours", {}
        if moment(rotation, "endDate") is not None:
            return "ends on a day", {}
        if schedule.get("enabled") is False:
            return "is switched off", {}
        if any(word(each, "type") != "user" for each in members):
            return "has turns of teams, escalations or nobody", {}
        if not tz or not is_zone(tz):
            return f"has a time zone that is not known here (“{tz}”)", {}
        every = _TURNS.get(word(rotation, "type"), 0) * (1 if length is None else length)
        begins = local_start(start, tz) if start is not None else ""
        if not HOUR <= every <= 366 * DAY or not begins or not 1 <= len(members) <= 100:
            return "has turns that oncall.toml cannot say", {}
        people = [self._person(self._of(self.users, each)) for each in members]
        if not all(people):
            return "has people for whom there is no room", {}
        return "", {"tz": tz, "start": begins, "every": spell_every(every), "people": tuple(people)}


class _Far:
    """Opsgenie's lists."""

    def __init__(self, http: Http, key: Secret, base: str) -> None:
        self.http, self.key, self.base = http, key, base
        self.asked = 0

    def rows(self, path: str, what: str, **params: object) -> list[Row]:
        """The rows of one answer. Raises `Refused` with a sentence that names `what`."""
        try:
            reply = self._get(path, params)
        except NetError as error:
            raise Refused(f"Opsgenie does not give its {what}: {error}. Nothing was imported.") from None
        if reply.status != 200 or not isinstance(row(reply.json()).get("data"), list):
            why = getattr(outcome_of(reply, [self.key]), "why", "its answer is not understood")
            raise Refused(f"Opsgenie does not give its {what}: {why}. Nothing was imported.")
        return rows(reply.json(), "data")

    def phone(self, user: Row) -> str:
        """The first number to ring, then the first for messages; nothing where Opsgenie does not say."""
        if found := _phone_of_row(user):
            return found
        self.asked += 1
        if self.asked > ASKED:
            return ""
        try:
            reply = self._get(f"/v2/users/{segment(word(user, 'id') or word(user, 'username'))}/contacts", {})
        except NetError:
            return ""
        return _phone(rows(reply.json(), "data")) if reply.status == 200 else ""

    def _get(self, path: str, params: dict[str, object]) -> Reply:
        headers = {"Authorization": f"GenieKey {self.key.reveal()}"}
        return self.http.request("GET", self.base + path, headers=headers, params=params, limit=4 * 1024 * 1024)


def _phone_of_row(user: Row) -> str:
    return _phone(rows(user, "userContacts")) or _phone(rows(user, "contacts"))


def _phone(contacts: list[Row]) -> str:
    for kind in ("voice", "sms"):
        for each in contacts:
            to = word(each, "to", most=40)
            if kind in (word(each, "method"), word(each, "contactMethod")) and any(c.isdecimal() for c in to):
                code, dash, rest = to.partition("-")
                return f"+{code} {rest}" if dash and code.isdecimal() else to
    return ""


def _delay(delay: Row) -> Ms:
    return (number(delay, "timeAmount") or 0) * _UNITS.get(word(delay, "timeUnit") or "minutes", MINUTE)


def _now() -> Ms:
    return time.time_ns() // 1_000_000
