"""How much of what fired was signal: for each rule how often, what came of it, and what to mend first.

Every number says of how many it is. Pure: a function of inboxes, of one week or of several.
"""

from collections.abc import Iterable, Sequence

import msgspec

from ..review.stats import spread
from ..values import Ms
from .facts import REASONS
from .inbox import Inbox, Line, Silence

WORST = 10


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule of one source. Each number of firings is among `fired`.

    `alerts`: how many alerts it has; `incidents`: different ones that it led to; `led`: firings that belonged to one;
    `dismissed`: firings, by reason; `flaps`: began again within ten minutes of an end; `silenced`: began in a silence;
    `reacted`: somebody did something. `answers`: how long that took (ms), of the last of each alert, and `median` of
    those. `times`: when it fired (UTC ms), the last of each alert.
    """

    source: str
    rule: str
    services: tuple[str, ...]
    alerts: int
    fired: int
    incidents: int
    led: int
    dismissed: dict[str, int]
    flaps: int
    silenced: int
    reacted: int
    answers: tuple[Ms, ...]
    median: Ms | None
    times: tuple[Ms, ...]

    @property
    def thrown(self) -> int:
        """Firings that somebody dismissed, for whatever reason."""
        return sum(self.dismissed.values())

    @property
    def used(self) -> int:
        """Firings that were of use: they belonged to an incident, or somebody took care and did not dismiss them."""
        return min(self.fired, max(self.led, self.reacted - self.thrown))

    @property
    def noise(self) -> int:
        """Firings that were noise by what people or the clock said: dismissed, flapped or silenced, and of no use."""
        return min(self.fired - self.used, max(self.thrown, self.flaps + self.silenced))

    @property
    def unheard(self) -> int:
        """Firings that led nowhere, and nobody said why."""
        return self.fired - self.used - self.noise

    @property
    def score(self) -> int:
        """0 to 100: the share of firings that were noise; one that nobody heard counts half."""
        return round(100 * (2 * self.noise + self.unheard) / (2 * self.fired)) if self.fired else 0

    @property
    def weight(self) -> int:
        """Twice the firings that were for nothing: what mending the rule would spare."""
        return 2 * self.noise + self.unheard


class Signal(msgspec.Struct, frozen=True, kw_only=True):
    """All rules, the noisiest first. `counted`: alerts of storms that were counted and not told, in no other number."""

    rules: tuple[Rule, ...]
    fired: int
    incidents: int
    led: int
    dismissed: dict[str, int]
    flaps: int
    silenced: int
    counted: int
    median: Ms | None
    answers: int

    @property
    def worst(self) -> tuple[Rule, ...]:
        """The ten to mend, of those that were noise at all."""
        return tuple(rule for rule in self.rules if rule.weight)[:WORST]


def signal(inboxes: Iterable[Inbox]) -> Signal:
    """What these inboxes say together. Each is of facts of its own, so that no firing counts twice."""
    every = list(inboxes)
    silences = [silence for inbox in every for silence in inbox.silences.values()]
    lines: dict[tuple[str, str], list[Line]] = {}
    for inbox in every:
        for line in inbox.lines.values():
            lines.setdefault((line.source, line.alert.rule), []).append(line)
    rules = sorted((_rule(source, rule, found, silences) for (source, rule), found in lines.items()), key=_order)
    answers = [answer for rule in rules for answer in rule.answers]
    return Signal(
        rules=tuple(rules),
        fired=sum(rule.fired for rule in rules),
        incidents=len({mark.what for found in lines.values() for line in found for mark in line.attached}),
        led=sum(rule.led for rule in rules),
        dismissed={reason: sum(rule.dismissed.get(reason, 0) for rule in rules) for reason in _reasons(rules)},
        flaps=sum(rule.flaps for rule in rules),
        silenced=sum(rule.silenced for rule in rules),
        counted=sum(sum(inbox.counted.values()) for inbox in every),
        median=spread(answers).median,
        answers=len(answers),
    )


def _order(rule: Rule) -> tuple[int, int, int, str, str]:
    return (-rule.weight, -rule.score, -rule.fired, rule.rule, rule.source)


def _reasons(rules: Sequence[Rule]) -> list[str]:
    """The reasons that were given, in their usual order."""
    given = {reason for rule in rules for reason in rule.dismissed}
    return [*(reason for reason in REASONS if reason in given), *sorted(given - set(REASONS))]


def _rule(source: str, rule: str, lines: Sequence[Line], silences: Sequence[Silence]) -> Rule:
    dismissed: dict[str, int] = {}
    for line in lines:
        for reason, count in line.reasons.items():
            if count > 0:
                dismissed[reason] = dismissed.get(reason, 0) + count
    fired = sum(line.fired for line in lines)
    answers = tuple(answer for line in lines for answer in line.answered)
    return Rule(
        source=source,
        rule=rule,
        services=tuple(sorted({line.alert.service for line in lines if line.alert.service})),
        alerts=len({line.id for line in lines}),
        fired=fired,
        incidents=len({mark.what for line in lines for mark in line.attached}),
        led=min(fired, sum(_led(line) for line in lines)),
        dismissed=dismissed,
        flaps=min(fired, sum(line.flaps for line in lines)),
        silenced=min(fired, sum(_silenced(line, silences) for line in lines)),
        reacted=min(fired, len(answers)),
        answers=answers,
        median=spread(answers).median,
        times=tuple(sorted(moment for line in lines for moment in line.times)),
    )


def _led(line: Line) -> int:
    """Firings that somebody attached to an incident: two incidents for one firing are one."""
    if not line.attached:
        return 0
    begins = line.times or (line.first,)
    return len({max((t for t in begins if t <= mark.at), default=begins[0]) for mark in line.attached})


def _silenced(line: Line, silences: Sequence[Silence]) -> int:
    return sum(any(silence.quiets(line, moment) for silence in silences) for moment in line.times)
