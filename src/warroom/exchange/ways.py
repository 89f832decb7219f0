"""How people and rooms are reached: numbers, addresses, links and codes, taken out of running text."""

import re
from collections.abc import Callable, Iterator

from ..core import events as ev
from ..core.events import Target
from ..core.incident import Incident

LEFT_OUT = "‹left out›"
_LEAST_DIGITS = 6  # of a number that somebody can be called under
# International and usual national forms of numbers, and addresses of mail.
_ANY = re.compile(
    r"(?<![\w.])\+\d[\d ()/.-]{6,20}\d"
    r"|(?<![\w(.-])\(\d{2,5}\)[ -]?\d{3,4}[ -]?\d{3,4}(?![\w-])"
    r"|(?<![\w.-])\d{3}[ .-]\d{3}[ .-]\d{4}(?![\w.-])"
    r"|(?<![\w.-])(?=(?:[ /-]?\d){9})0\d{2,4}[ /-]\d{3,8}(?:[ -]\d{2,6}){0,2}(?![\w.-])"
    r"|\b[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+"
)


class Ways:
    """Every way that this incident knows, and whatever looks like one."""

    def __init__(self, state: Incident) -> None:
        known = sorted({way.strip() for way in _known(state)} - {""}, key=len, reverse=True)
        patterns = [pattern for way in known if (pattern := _pattern(way))]
        self._known = re.compile("|".join(patterns), re.IGNORECASE) if patterns else None

    def replaced(self, text: str, found: Callable[[str], None]) -> str:
        """`text` without them; `found` is told of each."""

        def out(match: re.Match[str]) -> str:
            found(match[0])
            return LEFT_OUT

        for pattern in (self._known, _ANY):
            if pattern is not None:
                text = pattern.sub(out, text)
        return text


def _known(state: Incident) -> Iterator[str]:
    for event in state.facts:
        body = event.body
        match body:
            case ev.BridgeSet():
                yield from (body.where, body.dial, body.passcode)
            case ev.DeliveryChanged():
                yield body.address
            case ev.PolicyAttached():
                for level in body.levels:
                    yield from _of_targets((*level.notify, *level.backup))
                for each in body.specialists:
                    yield from _of_targets(each.targets)
            case ev.SpecialistCalled():
                yield from _of_targets(body.targets)
            case ev.OnCallAnswered():
                for shift in body.shifts:
                    yield shift.phone
                    yield from map(_address, shift.reach)


def _of_targets(targets: tuple[Target, ...]) -> Iterator[str]:
    for target in targets:
        yield target.phone
        yield from map(_address, target.reach)
        for shift in target.shifts:
            yield shift.phone
            yield from map(_address, shift.reach)


def _address(way: str) -> str:
    """`ana@example.org` of `email:ana@example.org`; a channel alone is nobody's."""
    return way.partition(":")[2]


def _pattern(way: str) -> str:
    """What finds this way in a text; empty for one that is a word like any other."""
    digits = [char for char in way if char.isdecimal()]
    if len(digits) >= _LEAST_DIGITS and not any(char.isalpha() for char in way):
        between = r"[\s()/.-]{0,3}"
        return rf"(?<!\w)(?:\+|\(|00)?{between.join(digits)}(?!\d)"
    if len(way) < 4 or not (digits or any(char in "@/#:+." for char in way)):
        return ""
    before = r"(?<!\w)" if way[0].isalnum() else ""
    after = r"(?!\w)" if way[-1].isalnum() else ""
    return before + re.escape(way) + after
