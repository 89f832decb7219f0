"""PagerDuty's escalation policies, schedules and users → ours, from its REST API or from what that answered once."""

import time

from ...core.values import DAY, HOUR, MINUTE, Ms, Refused
from ...net import Http, Reply
from ..foreign import Row, is_id, iso, moment, number, row, rows, word
from ..pagerduty_rest import Rest
from ..secrets import Secret
from .imported import Gathering, Imported, Rule, is_zone, local_start, spell_every

BASE = "https://api.pagerduty.com"
CHANNEL = "pd"
MOST, PAGE = 10_000, 100
_OVERRIDES_AHEAD = 30 * DAY


def read_pagerduty(http: Http, token: Secret, base: str = BASE) -> Imported:
    """All that the token may see. Raises `Refused` with a sentence when PagerDuty does not give it."""
    rest, gathering = Rest(http, base, token), Gathering("PagerDuty", (CHANNEL,))
    now = time.time_ns() // 1_000_000
    window = {"since": iso(now), "until": iso(now + _OVERRIDES_AHEAD)}
    layers: dict[str, object] = {"include[]": ["schedule_layers", "overrides_subschedule"], **window}
    policies = _all(rest, gathering, "escalation_policies", {})
    schedules = _all(rest, gathering, "schedules", layers)
    users = _all(rest, gathering, "users", {"include[]": "contact_methods"})
    return convert(gathering, policies, schedules, users, now)


def convert(gathering: Gathering, policies: list[Row], schedules: list[Row], users: list[Row], now: Ms) -> Imported:
    """The same from rows as the API's lists have them; `now` (UTC ms) tells which layers are over."""
    return _Conversion(gathering, schedules, users, now).done(policies)


class _Conversion:
    def __init__(self, gathering: Gathering, schedules: list[Row], users: list[Row], now: Ms) -> None:
        self.to, self.now = gathering, now
        self.users = {id: each for each in users if (id := word(each, "id"))}
        self.schedules = {id: each for each in schedules if (id := word(each, "id"))}

    def done(self, policies: list[Row]) -> Imported:
        for policy in policies:
            self._policy(policy)
        for id, schedule in self.schedules.items():
            self._schedule(id, schedule)
        for user in self.users.values():
            self._person(user)
        return self.to.done()

    # ── policies ──

    def _policy(self, policy: Row) -> None:
        title = word(policy, "name") or word(policy, "summary")
        rules: list[Rule] = []
        after = last = 0
        for found in rows(policy, "escalation_rules"):
            refs = [ref for target in rows(found, "targets") if (ref := self._target(title, target))]
            rules.append(Rule(after, refs))
            if "round_robin" in str(found.get("escalation_rule_assignment_strategy")):
                self.to.say(f"Policy “{title}”: round robin is not carried over; everybody of that level is called.")
            delay = number(found, "escalation_delay_in_minutes")
            if delay is None or delay < 1:
                self.to.say(f"Policy “{title}”: a level without a delay waits for 5 minutes.")
            last = (delay if delay and delay > 0 else 5) * MINUTE
            after += last
        repeat = number(policy, "num_loops") or 0
        gap = rules[-1].after - rules[-2].after if len(rules) > 1 else 5 * MINUTE
        if repeat > 0 and rules and gap != last:
            self.to.say(
                f"Policy “{title}”: a new round begins as long after the last level as that is after the one before."
            )
        teams = [name for team in rows(policy, "teams") if (name := word(team, "summary") or word(team, "name"))]
        if teams:
            self.to.say("Teams are not carried over; the first team of a policy stands as its owner.")
        if rows(policy, "services"):
            self.to.say(
                "Which services use a policy is not carried over; a policy is chosen when an incident is declared."
            )
        self.to.plan(title, rules, owner=teams[0] if teams else "", repeat=repeat)

    def _target(self, policy: str, target: Row) -> str:
        id, kind = word(target, "id"), word(target, "type")
        if kind.startswith("user") and id:
            found = self._person(self.users.get(id, target))
            return f"contact:{found}" if found else ""
        if kind.startswith("schedule") and id:
            found = self._schedule(id, self.schedules.get(id, target))
            return f"oncall:{found}" if found else ""
        self.to.say(f"Policy “{policy}”: a target of the kind “{kind or 'unknown'}” is not carried over.")
        return ""

    # ── people ──

    def _person(self, user: Row) -> str:
        id = word(user, "id")
        if known := self.to.known(id):
            return known
        methods = rows(user, "contact_methods")
        phones = [phone for kind in ("phone", "sms") for each in methods if (phone := _phone(each, kind))]
        if not phones:
            self.to.count("No phone number came with {n} of the people; put it into contacts.toml.")
        if len(set(phones)) > 1:
            self.to.count("Only the first phone number of {people} is carried over.")
        if rows(user, "notification_rules"):
            self.to.count(
                "The notification rules of {people} are not carried over; PagerDuty keeps to them when it pages."
            )
        name = word(user, "name") or word(user, "summary")
        reach = (f"{CHANNEL}:{id}",) if is_id(id) else ()
        return self.to.person(
            id or name,
            name,
            phone=phones[0] if phones else "",
            email=word(user, "email"),
            tz=word(user, "time_zone"),
            reach=reach,
        )

    # ── schedules ──

    def _schedule(self, id: str, schedule: Row) -> str:
        if known := self.to.turn_known(id):
            return known
        name = word(schedule, "name") or word(schedule, "summary") or id
        layers = [
            each for each in rows(schedule, "schedule_layers") if (moment(each, "end") or self.now + 1) > self.now
        ]
        why, rotation = self._rotation(schedule, layers)
        if rotation:
            if rows(schedule, "overrides_subschedule", "rendered_schedule_entries"):
                self.to.say(f"Schedule “{name}”: its overrides are not carried over; write them into oncall.toml.")
            return self.to.turn(id, name, **rotation)
        self.to.say(f"Schedule “{name}” {why}; it stays in PagerDuty and is asked there.")
        return self.to.turn(id, name, schedule=f"pagerduty:{id[:150]}", channel=CHANNEL)

    def _rotation(self, schedule: Row, layers: list[Row]) -> tuple[str, dict[str, object]]:
        """The fields of a `Turn`; or why it is none that we can keep, and nothing."""
        if len(layers) != 1:
            return (f"has {len(layers)} layers" if layers else "came without its layers"), {}
        layer, tz = layers[0], word(schedule, "time_zone")
        turn, start = number(layer, "rotation_turn_length_seconds"), moment(layer, "rotation_virtual_start")
        members = [row(each, "user") for each in rows(layer, "users")]
        if rows(layer, "restrictions"):
            return "is restricted to some hours", {}
        if moment(layer, "end") is not None:
            return "ends on a day", {}
        if not tz or not is_zone(tz):
            return f"has a time zone that is not known here (“{tz}”)", {}
        if turn is None or turn * 1000 < HOUR or turn > 366 * 86_400 or start is None:
            return "has turns of a length that oncall.toml does not know", {}
        begins = local_start(start, tz)
        # A hundred is the most that a rotation of ours has.
        if not begins or not 1 <= len(members) <= 100:
            return "has turns that oncall.toml cannot say", {}
        people = [self._person(self.users.get(word(each, "id"), each)) for each in members]
        if not all(people):
            return "has people for whom there is no room", {}
        return "", {"tz": tz, "start": begins, "every": spell_every(turn * 1000), "people": tuple(people)}


def _phone(method: Row, kind: str) -> str:
    if not word(method, "type").startswith(f"{kind}_contact_method"):
        return ""
    digits, code = word(method, "address", most=40), number(method, "country_code")
    if not any(char.isdecimal() for char in digits):
        return ""
    return digits if digits.startswith("+") or not code else f"+{code} {digits}"


def _all(rest: Rest, gathering: Gathering, what: str, params: dict[str, object]) -> list[Row]:
    """All pages of a list; PagerDuty gives out no more than the first ten thousand."""
    found: dict[str, Row] = {}
    words = what.replace("_", " ")
    for offset in range(0, MOST, PAGE):
        reply = rest.call("GET", f"/{what}", params={**params, "limit": PAGE, "offset": offset})
        tree = reply.json() if isinstance(reply, Reply) else None
        if not isinstance(reply, Reply) or reply.status != 200 or not isinstance(row(tree).get(what), list):
            outcome = rest.outcome(reply) if isinstance(reply, Reply) else reply
            why = getattr(outcome, "why", "its answer is not understood")
            raise Refused(f"PagerDuty does not give its {words}: {why}. Nothing was imported.")
        page = rows(tree, what)
        before = len(found)
        found.update((word(each, "id") or str(len(found)), each) for each in page)
        if row(tree).get("more") is not True:
            return list(found.values())
        if len(found) == before:
            gathering.say(f"PagerDuty repeats itself: the list of {words} may not be whole.")
            return list(found.values())
    gathering.say(f"PagerDuty gives out only the first {MOST:,} {words}; the rest is missing.")
    return list(found.values())[:MOST]
