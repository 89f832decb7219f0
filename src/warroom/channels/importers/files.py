"""A file that somebody brought: what PagerDuty's or Opsgenie's API answered once, or a table of people.

The table is CSV with a line of names first: name, phone, email, level, after; only the name is needed.
"""

import os
import stat
import time

import msgspec

from ...core.duration import duration
from ...core.text import clean
from ...core.values import MINUTE, Ms, Refused
from ..foreign import Row, row, rows, word
from . import opsgenie, pagerduty
from .imported import Gathering, Imported, Rule, is_zone

MOST = 32 * 1024 * 1024
COLUMNS = ("name", "phone", "email", "level", "after")
_STEP = 5 * MINUTE


def read_file(path: str) -> Imported:
    """What the file holds. Raises `Refused` with a sentence that names it when that is nothing of ours."""
    text = _text(path)
    if text.lstrip()[:1] in ("{", "["):
        return _json(path, text)
    return _csv(path, text)


def _text(path: str) -> str:
    name = clean(path)
    try:
        # Asked first, since opening a pipe waits for somebody to write into it.
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise Refused(f"{name} is not a file; give one of JSON or CSV.")
        with open(path, "rb") as source:
            data = source.read(MOST + 1)
    except (OSError, ValueError) as problem:
        raise Refused(f"{name} cannot be read: {getattr(problem, 'strerror', None) or 'no such name'}.") from None
    if len(data) > MOST:
        raise Refused(f"{name} is larger than {MOST // 1024 // 1024} MiB; split it.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(f"{name} is not UTF-8 text; give a file of JSON or CSV.") from None


# ── JSON ──


def _json(path: str, text: str) -> Imported:
    name, now = clean(path), time.time_ns() // 1_000_000
    try:
        tree: object = msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        raise Refused(f"{name} begins like JSON and is none; export it again.") from None
    schedules, users = _list(tree, "schedules"), _list(tree, "users")
    if policies := _list(tree, "escalation_policies"):
        return pagerduty.convert(Gathering("PagerDuty", (pagerduty.CHANNEL,)), policies, schedules, users, now)
    escalations = _list(tree, "escalations")
    if escalations or any("rotations" in each for each in schedules) or any("username" in each for each in users):
        gathering = Gathering("Opsgenie", (opsgenie.CHANNEL,))
        return opsgenie.convert(gathering, escalations, schedules, users, now)
    if schedules or users:
        return pagerduty.convert(Gathering("PagerDuty", (pagerduty.CHANNEL,)), [], schedules, users, now)
    raise Refused(
        f"{name} holds nothing that can be imported; it should be an object with escalation_policies (PagerDuty) or "
        "escalations (Opsgenie), schedules and users, each a list as the API answers it."
    )


def _list(tree: object, key: str) -> list[Row]:
    """The rows under `key`, also where a whole answer of the API stands there."""
    return rows(tree, key) or rows(row(tree), key, key) or rows(row(tree), key, "data")


# ── CSV ──


def _csv(path: str, text: str) -> Imported:
    import csv
    from io import StringIO

    name = clean(path)
    first = text.split("\n", 1)[0]
    mark = max(",;\t", key=first.count)
    try:
        table = list(csv.reader(StringIO(text, newline=""), delimiter=mark))
    except csv.Error as problem:
        raise Refused(f"{name} is not a table that can be read: {clean(str(problem))}.") from None
    heads = [head.strip().lower() for head in table[0]] if table else []
    if "name" not in heads:
        raise Refused(f"{name} has no column “name”; its first line should say {', '.join(COLUMNS)}.")
    to = Gathering("a table")
    for head in heads:
        if head not in (*COLUMNS, "tz", ""):
            to.say(f"The column “{word({'': head}, '', most=40)}” is not carried over.")
    levels: dict[int, Rule] = {}
    for number, cells in enumerate(table[1:], 2):
        found = dict(zip(heads, cells, strict=False))
        values = {key: word(found, key) for key in (*COLUMNS, "tz")}
        if any(values.values()):
            _line(to, f"{name}, line {number}", values, levels)
    if not to.known_people:
        raise Refused(f"{name} names nobody; put a line for each person under the first.")
    if levels:
        _levels(to, levels)
    else:
        to.say("The table has no levels, so there is no escalation policy; write one into policies/.")
    to.say("Nobody has a channel yet, so people are rung by hand: set one up in channels.toml and name it in `reach`.")
    return to.done()


def _line(to: Gathering, where: str, values: dict[str, str], levels: dict[int, Rule]) -> None:
    if not values["name"]:
        raise Refused(f"{where}: there is no name.")
    if values["tz"] and not is_zone(values["tz"]):
        to.say(f"{where}: there is no time zone “{values['tz']}”.")
    remote = (values["email"] or values["name"]).casefold()
    id = to.person(remote, values["name"], phone=values["phone"], email=values["email"], tz=values["tz"])
    level, after = values["level"].lower().removeprefix("l"), values["after"]
    if not level:
        return
    if not (level.isascii() and level.isdecimal() and 1 <= len(level) <= 3 and int(level)):
        raise Refused(f"{where}: the level is “{level}”; it should be a number from 1 on.")
    try:
        due: Ms = duration(after) if after else -1
    except ValueError as problem:
        raise Refused(f"{where}: {problem}.") from None
    rule = levels.setdefault(int(level), Rule(due, []))
    if due >= 0 and rule.after < 0:
        rule = levels[int(level)] = Rule(due, rule.refs)
    elif due >= 0 and due != rule.after:
        to.say(f"{where}: level {level} has another `after` already; the first one stands.")
    if id:
        rule.refs.append(f"contact:{id}")


def _levels(to: Gathering, levels: dict[int, Rule]) -> None:
    rules: list[Rule] = []
    for number in sorted(levels):
        after, least = levels[number].after, (rules[-1].after + _STEP if rules else 0)
        if after < 0:
            if rules:
                to.say(f"Level {number} does not say after what time; it is called 5 minutes after the one before.")
            after = least
        elif rules and after <= rules[-1].after:
            to.say(f"Level {number} is not later than the one before; it is called 5 minutes after that.")
            after = least
        rules.append(Rule(after, levels[number].refs))
    to.plan("Imported", rules)
