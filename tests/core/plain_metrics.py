"""The metrics once more, as plainly as they can be said: straight from the raw facts, and sharing no code with them.

Where `core.review` walks once over what matters, this asks anew for every number and every moment.
"""

from warroom.core import events as ev
from warroom.core.events import Event
from warroom.core.values import At, Ms, is_drill

MINUTE = 60_000
OVER = {"resolved", "closed", "cancelled"}
LATER = {"monitoring", *OVER}  # mitigated, or over
WAIT = 2 * MINUTE


class Plain:
    """One incident's raw facts, each once, in the order in which they count, looked at anew for every question."""

    def __init__(self, raw: list[Event]) -> None:
        lost = {fact.body.of for fact in raw if fact.body.__class__.__name__ == "FactRedacted"}  # type: ignore[union-attr]  # it has one
        kept: dict[str, tuple[tuple[bool, int, str, int, str], Event]] = {}
        for fact in raw:
            bare = fact.id in lost or fact.body.__class__.__name__ == "Redacted"
            place = (bare, fact.lam, fact.rep, fact.seq, fact.hash)
            if fact.id not in kept or place < kept[fact.id][0]:
                kept[fact.id] = place, fact
        self.lost = lost | {id for id, (place, _) in kept.items() if place[0]}
        ordered = sorted(kept, key=lambda id: (kept[id][0][1], id))
        self.facts = [kept[id][1] for id in ordered if kept[id][1].body.__class__.__name__ != "Unknown"]
        self.place = {fact.id: n for n, fact in enumerate(self.facts)}
        self.undone = {f.body.of for f in self.facts if self.says(f, "fact.retracted")}  # type: ignore[union-attr]  # says() told

    def says(self, fact: Event, type: str) -> bool:
        """Whether it is of this type and has its words."""
        return fact.type == type and fact.id not in self.lost

    def of(self, type: str) -> list[Event]:
        return [fact for fact in self.facts if self.says(fact, type)]

    def shown(self, type: str, **of: object) -> Event | None:
        """The value that stands: the last one written that nothing which came after it names."""
        standing: list[Event] = []
        for fact in self.facts:
            if fact.type != type:
                continue
            mine = fact.id in self.lost or all(getattr(fact.body, name) == value for name, value in of.items())
            if mine:
                standing = [each for each in standing if each.id not in fact.over]
                if fact.id not in self.lost:
                    standing.append(fact)
        return standing[-1] if standing else None

    # ── the incident ──

    @property
    def beginning(self) -> Event | None:
        return next((fact for fact in self.facts if fact.type == "incident.declared"), None)

    @property
    def declared(self) -> ev.Declared | None:
        fact = self.beginning
        return fact.body if fact and isinstance(fact.body, ev.Declared) and fact.id not in self.lost else None

    @property
    def phase(self) -> str:
        fact = self.shown("phase.changed")
        return fact.body.phase if fact else "investigating"  # type: ignore[union-attr]  # shown() told

    # ── what held when ──

    def changes(self, type: str, name: str) -> list[tuple[At, str | None, int]]:
        """(since when, what, its place), as they were written."""
        all_of_them = [fact for fact in self.facts if fact.type == type]
        out: list[tuple[At, str | None, int]] = []
        if self.beginning:
            first = "investigating" if name == "phase" else (self.declared.severity if self.declared else None)
            if first is None and all_of_them and all_of_them[0].id not in self.lost:
                first = getattr(all_of_them[0].body, "was", None) or None
            out.append((self.beginning.at, first, self.place[self.beginning.id]))
        for fact in all_of_them:
            if fact.id not in self.lost:
                out.append((fact.at, getattr(fact.body, name), self.place[fact.id]))
                continue
            heirs = [each for each in all_of_them if fact.id in each.over]
            if any(each.at == fact.at for each in heirs):
                continue
            told = getattr(heirs[0].body, "was", "") if heirs and heirs[0].id not in self.lost else ""
            out.append((fact.at, told or None, self.place[fact.id]))
        return out

    @staticmethod
    def value_at(changes: list[tuple[At, str | None, int]], t: Ms) -> str | None:
        """What held at `t`: of all that had begun by then, what was written last."""
        begun = [value for at, value, _ in changes if at.t <= t]
        return begun[-1] if begun else ""

    def phases(self) -> list[tuple[At, str | None, int]]:
        """Without ends of what was over already."""
        every = self.changes("phase.changed", "phase")
        return [each for n, each in enumerate(every) if not (n and every[n - 1][1] in OVER and each[1] in OVER)]

    def tables(self, now: Ms) -> tuple[dict[str, Ms] | None, dict[str, Ms] | None]:
        """Time in each phase and at each severity; None: not known. Nothing here is imported."""
        if self.beginning is None:
            return None, None
        start, phases, severities = self.beginning.at.t, self.phases(), self.changes("severity.changed", "severity")
        marks = sorted({at.t for at, _, _ in (*phases, *severities) if at.t > start} | {start})
        phase_table: dict[str | None, Ms] = {}
        severity_table: dict[str | None, Ms] = {}
        for t, end in zip(marks, [*marks[1:], max(now, marks[-1])], strict=True):
            phase, severity = self.value_at(phases, t), self.value_at(severities, t)
            if phase not in OVER:
                phase_table[phase] = phase_table.get(phase, 0) + end - t
                severity_table[severity] = severity_table.get(severity, 0) + end - t
        effective = [c for c in phases if self.is_effective(phases, c)]
        graves = [c for c in severities if self.is_effective(severities, c)]
        turns = [
            c for n, c in enumerate(sorted(effective, key=lambda c: c[0].t))
            if n == 0 or (c[1] in OVER) != (sorted(effective, key=lambda c: c[0].t)[n - 1][1] in OVER)
        ]  # fmt: skip
        first_grave = sorted(graves, key=lambda c: c[0].t)[:1]
        rough = [c for c in graves if self.rough(c[0]) and c not in first_grave] + [
            c for c in turns if self.rough(c[0])
        ]
        return (
            None if None in phase_table or any(self.rough(c[0]) for c in effective) else _known(phase_table),
            None if None in severity_table or rough else _known(severity_table),
        )

    def is_effective(self, changes: list[tuple[At, str | None, int]], one: tuple[At, str | None, int]) -> bool:
        """Whether it began to hold at its own time, and something else held just before."""
        n = changes.index(one)
        if any(at.t <= one[0].t for at, _, _ in changes[n + 1 :]):
            return False
        before = [value for at, value, _ in changes[:n] if at.t < one[0].t]
        return not before or before[-1] != one[1]

    @staticmethod
    def rough(at: At) -> bool:
        return at.approx or at.to is not None

    @property
    def worst(self) -> str:
        every = self.changes("severity.changed", "severity")
        had = [c[1] for c in every if self.is_effective(every, c) and c[1] in ("SEV1", "SEV2", "SEV3", "SEV4", "SEV5")]
        if had:
            return min(had)  # type: ignore[type-var]  # none of them is None
        fact = self.shown("severity.changed")
        return fact.body.severity if fact else self.declared.severity if self.declared else ""  # type: ignore[union-attr]  # shown() told

    # ── milestones ──

    def last_return(self) -> int:
        """The place of the change that last took back what was mitigated or over; -1: none did."""
        every = self.changes("phase.changed", "phase")
        return max(
            (c[2] for n, c in enumerate(every) if n and every[n - 1][1] not in _EARLY and c[1] in _EARLY), default=-1
        )

    def cancelled(self) -> bool:
        named = [c[1] for c in self.changes("phase.changed", "phase") if c[1] != "closed"]
        return bool(named) and named[-1] == "cancelled"

    def milestone(self, name: str) -> At | None:
        mark = self.shown("milestone.marked", milestone=name)
        if name in ("mitigated", "resolved") and mark and self.place[mark.id] < self.last_return():
            mark = None
        if name == "resolved" and self.phase not in OVER:
            return None
        if mark:
            return mark.at
        if name == "impact started":
            impact = self.shown("impact.stated")
            since = getattr(impact.body, "since", None) if impact else None
            return At(since) if since is not None else None
        if name == "acknowledged":
            acks = [f for f in self.facts if f.type == "page.acknowledged" and f.id not in self.undone]
            return min((f.at for f in acks), key=lambda at: at.t, default=None)
        if name == "mitigated":
            since = self.last_return()
            found = [
                f.at for f in self.of("phase.changed") if f.body.phase == "monitoring" and self.place[f.id] > since
            ]  # type: ignore[union-attr]  # of() told
            return min(found, key=lambda at: at.t, default=None)
        if name == "resolved":
            return None if self.cancelled() or self.phase == "cancelled" else self.end()
        return None

    def end(self) -> At | None:
        """When it ended, while it is over: the first end since the last time it was open."""
        every = self.changes("phase.changed", "phase")
        run: At | None = None
        for at, value, _ in every:
            run = (run or at) if value in OVER else None
        return run

    def span(self, start: str, end: str) -> Ms | None:
        a, b = self.milestone(start), self.milestone(end)
        if a is None or b is None or self.rough(a) or self.rough(b) or b.t < a.t:
            return None
        return b.t - a.t

    # ── updates ──

    def updates(self, now: Ms) -> tuple[int, int, int, int]:
        """Sent, late, never, unknown, by walking through all that was known at each fact."""
        sent = late = unknown = never = 0
        line = self.posts_in_place()
        for audience in ("public", "internal", "executive"):
            raw: Ms | None = None
            fair: Ms | None = None
            debt: Ms | None = None
            blind = False
            known: list[tuple[Event, bool]] = []
            for fact, readable in line:
                known.append((fact, readable))
                post = fact.type == "update.posted"
                mine = post and readable and fact.body.audience == audience  # type: ignore[union-attr]  # readable
                if mine:
                    sent += 1
                    owed = debt if debt is not None else fair
                    if blind:
                        unknown += 1
                    elif owed is not None and fact.at.t > owed + WAIT:
                        late += 1
                    debt, blind = None, False
                if post and not readable:
                    blind = True
                due, pace = self.owed(known, audience)
                if mine:
                    raw = fair = due
                elif due != raw:
                    if debt is None and fair is not None and fact.rec > fair + WAIT:
                        debt = fair
                    raw = due
                    fair = due if due is None or due >= fact.rec else fact.rec + (pace or 15 * MINUTE)
            if not blind:
                never += debt is not None or (fair is not None and now > fair + WAIT)
        others = [f for f, readable in line if f.type == "update.posted" and readable and f.body.audience not in _THREE]  # type: ignore[union-attr]  # readable
        unreadable = [f for f, readable in line if f.type == "update.posted" and not readable]
        return sent + len(others) + len(unreadable), late, never, unknown + len(unreadable)

    def posts_in_place(self) -> list[tuple[Event, bool]]:
        """What moves a rhythm, what a redaction left of an update standing where the update stood."""
        moving = ("incident.declared", "cadence.attached", "severity.changed", "phase.changed", "update.posted")
        line = [f for f in self.facts if f.type in moving]
        line = [f for f in line if not (f.type == "update.posted" and f.id in self.undone)]
        left: dict[str, Event] = {}
        for fact in line:
            if fact.type == "update.posted" and fact.id in self.lost:
                heirs = [
                    f for f in line
                    if self.says(f, "update.posted") and f.at == fact.at and self.place[f.id] > self.place[fact.id]
                    and f.id not in {each.id for each in left.values()}
                ]  # fmt: skip
                if heirs:
                    left[fact.id] = heirs[0]
        moved = {each.id for each in left.values()}
        line = [left.get(f.id, f) for f in line if f.id not in moved]
        return [(f, f.id not in self.lost) for f in line]

    def owed(self, known: list[tuple[Event, bool]], audience: str) -> tuple[Ms | None, Ms | None]:
        """When the next update is due by these facts, and how often there is one."""
        facts = [fact for fact, _ in known]
        then = Plain(facts)
        then.lost = self.lost & {fact.id for fact in facts}
        phase, declared = then.phase, then.declared
        if phase in ("closed", "cancelled"):
            return None, None
        severity = then.shown("severity.changed")
        grave = severity.body.severity if severity else declared.severity if declared else ""  # type: ignore[union-attr]  # shown() told
        cadence = then.shown("cadence.attached")
        rhythms = cadence.body.rhythms if cadence else ()  # type: ignore[union-attr]  # shown() told
        fitting = [r for r in rhythms if r.audience == audience and grave in r.severities]
        wait = fitting[0].every.get(phase) if fitting else None
        told = [f for f, readable in known if f.type == "update.posted" and readable and f.body.audience == audience]  # type: ignore[union-attr]  # readable
        last = told[-1] if told else None
        ended = _ended(facts, then)
        if ended is not None:
            if wait is None or (last and last.at.t >= ended):
                return None, wait
            return ended + (wait or 15 * MINUTE), wait
        if last and last.body.next is not None:  # type: ignore[union-attr]  # told
            return last.body.next, wait  # type: ignore[union-attr]  # told
        if wait is None:
            return None, None
        if last:
            return last.at.t + wait, wait
        first = fitting[0].first
        return (then.beginning.at.t if then.beginning else 0) + (wait if first is None else first), wait

    # ── the rest ──

    def caught(self) -> bool | None:
        if self.phase not in OVER or self.cancelled():
            return None
        lost = [f for f in self.facts if f.type == "impact.stated" and f.id in self.lost]
        said = [f for f in self.of("impact.stated") if not any(each.id in f.over and each.at == f.at for each in lost)]
        if self.shown("milestone.marked", milestone="impact started") or any(f.body.users != 0 for f in said):  # type: ignore[union-attr]  # of() told
            return False
        return None if lost or not said else True

    def pages(self) -> tuple[dict[str, int], dict[str, int], dict[str, int], int]:
        """By level or topic: people paged, answers, no answers; and pages that failed."""
        latest = {f.body.delivery: f.body for f in self.of("delivery.changed") if f.body.what == "page"}  # type: ignore[union-attr]  # of() told
        calls: dict[str, set[object]] = {}
        for page in latest.values():
            place = _place(page)
            if page.state in ("sent", "accepted", "unknown") and place:
                calls.setdefault(place, set()).add((page.ref or page.who or page.delivery, page.cause, page.round))
        return (
            {place: len(each) for place, each in calls.items()},
            self._count("page.acknowledged"),
            self._count("page.unanswered"),
            sum(page.state == "failed" for page in latest.values()),
        )

    def _count(self, type: str) -> dict[str, int]:
        found: dict[str, int] = {}
        for fact in self.of(type):
            if fact.id not in self.undone and (place := _place(fact.body)):
                found[place] = found.get(place, 0) + 1
        return found

    def entries(self) -> int:
        return sum(fact.id not in self.undone for fact in self.of("entry.logged"))

    def is_drill(self) -> bool:
        return any(is_drill(fact.inc) for fact in self.facts)


_EARLY = ("investigating", "identified", "mitigating")
_THREE = ("public", "internal", "executive")


def _place(body: object) -> str:
    level = getattr(body, "level", 0)
    return getattr(body, "topic", "") or (f"L{level}" if level > 0 else "")


def _known(table: dict[str | None, Ms]) -> dict[str, Ms]:
    return {value: span for value, span in table.items() if value is not None and span}


def _ended(facts: list[Event], then: Plain) -> Ms | None:
    """When it ended by these facts. What a redacted change of phase said shows only in the one that replaced it."""
    ended: Ms | None = None
    for n, fact in enumerate(facts):
        if fact.type != "phase.changed" or fact.id in then.lost:
            continue
        so_far = Plain(facts[: n + 1])
        so_far.lost = then.lost & {each.id for each in facts[: n + 1]}
        if so_far.phase not in OVER:
            ended = None
            continue
        if ended is None and fact.body.was in OVER:  # type: ignore[union-attr]  # not lost
            gone = [f.at.t for f in facts[:n] if f.type == "phase.changed" and f.id in then.lost and f.id in fact.over]
            ended = gone[-1] if gone else None
        ended = fact.at.t if ended is None else ended
    return ended
