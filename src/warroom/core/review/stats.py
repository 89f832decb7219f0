"""Many incidents: how many there are, then median, quartiles and range; a mean only beside them. Drills stand apart."""

from collections.abc import Callable, Iterable, Sequence

import msgspec

from ..values import ACTIVE, SEVERITIES, Ms
from .metrics import SPANS, Metrics
from .reached import OPEN

FEW = 5  # fewer values than this say nothing together: each is shown, and no quartile
NO_SERVICE = "none named"
NO_SEVERITY = "not known"


class Spread(msgspec.Struct, frozen=True):
    """Of `n` values (ms); all else is None where there is none. `missing`: of so many incidents it is not known."""

    n: int
    missing: int = 0
    least: Ms | None = None
    lower: Ms | None = None  # first quartile
    median: Ms | None = None
    upper: Ms | None = None
    most: Ms | None = None
    mean: Ms | None = None
    values: tuple[Ms, ...] = ()  # sorted

    @property
    def few(self) -> bool:
        """Whether there are too few to speak of quartiles."""
        return self.n < FEW


def spread(values: Iterable[Ms], missing: int = 0) -> Spread:
    """Quartiles by linear interpolation between the two nearest values (the usual definition of spreadsheets)."""
    found = sorted(values)
    if not found:
        return Spread(0, missing)
    return Spread(
        n=len(found),
        missing=missing,
        least=found[0],
        lower=quantile(found, 1, 4),
        median=quantile(found, 1, 2),
        upper=quantile(found, 3, 4),
        most=found[-1],
        mean=sum(found) // len(found),
        values=tuple(found),
    )


def quantile(found: Sequence[Ms], part: int, of: int) -> Ms:
    """The value below which `part`/`of` of the sorted values lie."""
    place, rest = divmod((len(found) - 1) * part, of)
    if not rest:
        return found[place]
    return found[place] + (found[place + 1] - found[place]) * rest // of


class Updates(msgspec.Struct, frozen=True):
    """Stakeholder updates: how many went out; of those that were owed, how many in time, late, or never."""

    sent: int = 0
    on_time: int = 0
    late: int = 0
    missed: int = 0
    unknown: int = 0

    @property
    def owed(self) -> int:
        return self.on_time + self.late + self.missed


class Pages(msgspec.Struct, frozen=True):
    """By level or topic: people who were paged, answers, and how often nobody answered. `failed` never went out."""

    sent: dict[str, int] = {}
    answered: dict[str, int] = {}
    no_answer: dict[str, int] = {}
    failed: int = 0

    @property
    def places(self) -> list[str]:
        """Every level, then every topic."""
        known = {*self.sent, *self.answered, *self.no_answer}
        return sorted(known, key=lambda name: (not _is_level(name), len(name) if _is_level(name) else 0, name))


def _is_level(name: str) -> bool:
    return name[:1] == "L" and name[1:].isdigit()


class Hurt(msgspec.Struct, frozen=True):
    """Of the incidents that are over: caught before users were hurt, not so, or not known."""

    caught: int = 0
    hurt: int = 0
    not_known: int = 0


class Cut(msgspec.Struct, frozen=True):
    """Some of the incidents: how many, the spread of each span, and their updates."""

    name: str
    n: int
    spans: dict[str, Spread]
    updates: Updates
    hurt: Hurt


class Stats(msgspec.Struct, frozen=True, kw_only=True):
    """What many incidents say together.

    `drills` and `duplicates` (of an incident that is counted) were left out of everything; `cancelled`, `imported`
    and `open` are among the `n`.
    """

    n: int
    open: int
    cancelled: int
    imported: int
    reopened: int
    drills: int
    duplicates: int
    spans: dict[str, Spread]
    by_severity: tuple[Cut, ...]
    by_service: tuple[Cut, ...]
    by_month: tuple[Cut, ...]
    in_phase: dict[str, Spread]
    at_severity: dict[str, Spread]
    updates: Updates
    pages: Pages
    hurt: Hurt
    missing: dict[str, dict[str, int]]  # number → why it is not known → of how many incidents

    def cuts(self, by: str) -> tuple[Cut, ...]:
        """The cuts by `severity`, `service` or `month`."""
        return {"severity": self.by_severity, "service": self.by_service, "month": self.by_month}[by]


BY = ("severity", "service", "month")


class Only(msgspec.Struct, frozen=True):
    """Which incidents are meant: declared from `since` on and before `until` (UTC ms); empty: all of them."""

    since: Ms | None = None
    until: Ms | None = None
    service: str = ""
    severity: str = ""

    def takes(self, each: Metrics) -> bool:
        return (
            (self.since is None or each.declared_at >= self.since)
            and (self.until is None or each.declared_at < self.until)
            and (not self.severity or each.severity == self.severity)
            and (not self.service or self.service.casefold() in (name.casefold() for name in each.services))
        )


def real(found: Iterable[Metrics]) -> list[Metrics]:
    """The incidents that count, in the order in which they were declared: no drill, and none twice."""
    every = sorted((each for each in found if not each.drill), key=lambda each: (each.declared_at, each.id))
    same_as = {each.id: each.duplicate_of for each in every}
    return [each for each in every if _counted_as(each.id, same_as) == each.id]


def _counted_as(id: str, same_as: dict[str, str]) -> str:
    """The incident that this one is counted as; of some that name each other, the one that was declared first."""
    way = [id]
    while (following := same_as[way[-1]]) in same_as:
        if following in way:
            circle = way[way.index(following) :]
            return next(each for each in same_as if each in circle)
        way.append(following)
    return way[-1]


def stats(found: Iterable[Metrics], month: Callable[[Ms], str]) -> Stats:
    """The numbers over these incidents. `month` names the month of a time (UTC ms)."""
    every = list(found)
    rows = real(every)
    over = [each for each in rows if not each.open]  # what goes on has no length yet
    drills = sum(each.drill for each in every)
    return Stats(
        n=len(rows),
        open=sum(each.open for each in rows),
        cancelled=sum(each.cancelled for each in rows),
        imported=sum(each.imported for each in rows),
        reopened=sum(each.reopened > 0 for each in rows),
        drills=drills,
        duplicates=len(every) - drills - len(rows),
        spans=_spans(rows),
        by_severity=_cuts(rows, lambda each: (each.severity or NO_SEVERITY,)),
        by_service=_cuts(rows, lambda each: each.services or (NO_SERVICE,)),
        by_month=_cuts(rows, lambda each: (month(each.declared_at),)),
        in_phase=_tables([each.in_phase for each in over], ACTIVE, _count_missing(rows, "in_phase")),
        at_severity=_tables([each.at_severity for each in over], SEVERITIES, _count_missing(rows, "at_severity")),
        updates=_updates(rows),
        pages=Pages(
            sent=_sum(each.pages for each in rows),
            answered=_sum(each.answered for each in rows),
            no_answer=_sum(each.no_answer for each in rows),
            failed=sum(each.pages_failed for each in rows),
        ),
        hurt=_hurt(rows),
        missing=_missing(rows),
    )


def _spans(found: Sequence[Metrics]) -> dict[str, Spread]:
    return {
        name: spread((e.spans[name] for e in found if name in e.spans), sum(name not in e.spans for e in found))
        for name in SPANS
    }


def _cuts(found: Sequence[Metrics], names: Callable[[Metrics], tuple[str, ...]]) -> tuple[Cut, ...]:
    groups: dict[str, list[Metrics]] = {}
    for each in found:
        for name in names(each):
            groups.setdefault(name, []).append(each)
    return tuple(
        Cut(name, len(rows), _spans(rows), _updates(rows), _hurt(rows)) for name, rows in sorted(groups.items())
    )


def _tables(tables: Sequence[dict[str, Ms]], order: tuple[str, ...], missing: int) -> dict[str, Spread]:
    known = {name for table in tables for name in table}
    names = [name for name in order if name in known] + sorted(known.difference(order))
    return {name: spread((table[name] for table in tables if name in table), missing) for name in names}


def _count_missing(found: Sequence[Metrics], name: str) -> int:
    return sum(name in _unknown(each) for each in found)


def _unknown(each: Metrics) -> dict[str, str]:
    """What is not known of it among many: also how long is what goes on still."""
    return dict.fromkeys(("in_phase", "at_severity"), OPEN) | each.missing if each.open else each.missing


def _updates(found: Sequence[Metrics]) -> Updates:
    late = sum(each.updates_late for each in found)
    return Updates(
        sent=sum(each.updates for each in found),
        on_time=sum(each.updates_owed for each in found) - late,
        late=late,
        missed=sum(each.updates_missed for each in found),
        unknown=sum(each.updates_unknown for each in found),
    )


def _hurt(found: Sequence[Metrics]) -> Hurt:
    over = [each for each in found if not (each.open or each.cancelled)]
    return Hurt(
        caught=sum(each.caught is True for each in over),
        hurt=sum(each.caught is False for each in over),
        not_known=sum(each.caught is None for each in over),
    )


def _missing(found: Sequence[Metrics]) -> dict[str, dict[str, int]]:
    out: dict[str, dict[str, int]] = {}
    for each in found:
        for name, why in _unknown(each).items():
            reasons = out.setdefault(name, {})
            reasons[why] = reasons.get(why, 0) + 1
    return {name: dict(sorted(why.items(), key=lambda row: (-row[1], row[0]))) for name, why in sorted(out.items())}


def _sum(tables: Iterable[dict[str, int]]) -> dict[str, int]:
    out: dict[str, int] = {}
    for table in tables:
        for name, count in table.items():
            out[name] = out.get(name, 0) + count
    return dict(sorted(out.items()))
