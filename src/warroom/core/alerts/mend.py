"""What the evidence says about a noisy rule, in one sentence, and one plain suggestion what to do about it."""

from collections.abc import Iterator

from ..duration import spell
from .signal import Rule

_DISMISSED = {
    "flapping": "raise `for:` or add hysteresis, so that it fires once",
    "known": "give what is known an owner and a date, and silence it until then",
    "not actionable": "take it off the pager and onto a dashboard, or write down what to do when it fires",
    "duplicate": "group it with the alert that it repeats, or inhibit it while that one fires",
    "test": "send tests to a receiver of their own",
}


def evidence(rule: Rule) -> str:
    """`fires 41 times, 0 incidents, dismissed 38 times as flapping; somebody reacts after 4m10s (median, n = 12)`."""
    return "; ".join((", ".join(_counts(rule)), *_answers(rule)))


def _counts(rule: Rule) -> Iterator[str]:
    yield f"fires {_times(rule.fired)}"
    yield f"{rule.incidents} incident{'' if rule.incidents == 1 else 's'}"
    if rule.thrown:
        given = sorted(rule.dismissed.items(), key=lambda each: (-each[1], each[0]))
        if len(given) == 1:
            yield f"dismissed {_times(rule.thrown)} as {given[0][0]}"
        else:
            parts = ", ".join(f"{count} {reason}" for reason, count in given)
            yield f"dismissed {_times(rule.thrown)} ({parts})"
    if rule.flaps:
        yield f"{_times(rule.flaps)} back within ten minutes of its end"
    if rule.silenced:
        yield f"{_times(rule.silenced)} in a silence"
    if rule.unheard:
        yield f"{_times(rule.unheard)} nobody reacted"


def _answers(rule: Rule) -> Iterator[str]:
    if rule.median is not None:
        yield f"somebody reacts after {spell(rule.median)} (median, n = {len(rule.answers)})"


def suggestion(rule: Rule) -> str:
    """What would help most, by what the evidence says most often."""
    ways = [(count, reason in _DISMISSED, _DISMISSED.get(reason, "")) for reason, count in rule.dismissed.items()]
    ways.append((rule.flaps, True, _DISMISSED["flapping"]))
    ways.append((rule.silenced, True, "mend its cause or delete it: a silence only puts it off"))
    ways.append((rule.unheard, True, _unheard(rule)))
    ways = [way for way in ways if way[0] and way[2]]
    if not ways:
        return "look at its threshold together with those who get it"
    return max(ways, key=lambda way: way[0])[2]


def _unheard(rule: Rule) -> str:
    if rule.incidents:
        return "say who reacts to it, or raise its threshold to where incidents begin"
    return "say who reacts to it and how, or delete it"


def score(rule: Rule) -> str:
    """`noise 93 of 100: of 41 firings 0 were of use, 38 were noise, 3 nobody heard (these count half)`."""
    of = f"of {rule.fired} firing{'' if rule.fired == 1 else 's'}"
    heard = f", {rule.unheard} nobody heard (these count half)" if rule.unheard else ""
    return f"noise {rule.score} of 100: {of} {rule.used} were of use, {rule.noise} were noise{heard}"


def _times(count: int) -> str:
    return "once" if count == 1 else "twice" if count == 2 else f"{count} times"
