"""How the steps of checklists are really used, over many incidents, and what people do again and again without a step.

Only incidents that have ended, and no drill and no false alarm among them. Nothing is claimed below `LEAST`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import msgspec

from .. import events as ev
from ..events import Step
from ..incident import Incident, StepView
from ..review.stats import quantile
from ..values import Ms

LEAST = 3  # incidents, below which nothing is said
_NEARLY = (4, 5)  # so many of so many are nearly always
_AGAIN = 2  # incidents in which something has to come again
_LEADING = 3  # words of a task by which it is known again
_SMALL = frozenset(
    (
        *("a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "has", "have", "in", "is", "it", "its"),
        *("now", "of", "on", "or", "that", "the", "then", "to", "was", "we", "with"),
    )
)


class StepUse(msgspec.Struct, frozen=True):
    """One step of a playbook: in how many incidents it was attached, and what became of it there.

    `timed`: it was done, had a due time, and its time is exact; `late`: so many of these, by `lateness` (median, ms).
    """

    playbook: str
    step: str
    text: str
    origin: str
    n: int
    done: int
    skipped: int
    untouched: int
    timed: int
    late: int
    lateness: Ms | None = None
    reasons: tuple[tuple[str, int], ...] = ()  # why it was skipped, the most frequent first

    @property
    def claims(self) -> tuple[str, ...]:
        """What can be said of it, each with its n; nothing where there were too few incidents."""
        found = (
            _claim("skipped", self.skipped, self.n),
            _claim("late", self.late, self.timed),
            _claim("never touched", self.untouched, self.n),
        )
        return tuple(each for each in found if each)


class Recurring(msgspec.Struct, frozen=True):
    """Something that people did in several incidents and no checklist there had a step for.

    `elsewhere`: a playbook that has such a step now, but did not help in these.
    """

    kind: str  # action, decision, task
    words: str
    incidents: tuple[str, ...]
    n: int  # incidents that were looked at
    elsewhere: str = ""


class Habits(msgspec.Struct, frozen=True):
    """What was found in `n` incidents; the others were left out."""

    n: int
    drills: int
    still_open: int
    cancelled: int
    steps: tuple[StepUse, ...]
    recurring: tuple[Recurring, ...]


def habits(found: Iterable[Incident], known: Mapping[str, Sequence[str]], playbook: str = "") -> Habits:
    """The use of every step, and what recurs. `known` are the steps' texts of the playbooks as they are now.

    With `playbook` only its steps are looked at, in the incidents in which it was attached.
    """
    left_out = {"drill": 0, "open": 0, "cancelled": 0}
    uses: dict[tuple[str, str], _Use] = {}
    done: dict[tuple[str, tuple[str, ...]], dict[str, str]] = {}
    n = 0
    for state in found:
        if why := _passed_over(state):
            left_out[why] += 1
            continue
        if playbook and not any(each.id == playbook for each in state.checklists):
            continue
        n += 1
        for view in state.steps:
            if not playbook or view.list == playbook:
                uses.setdefault((view.list, view.step.id), _Use()).add(state, view)
        for (kind, words), said in _did(state).items():
            if not _covered(words, (view.step.text for view in state.steps)):
                done.setdefault((kind, words), {})[state.id] = said
    steps = tuple(use.counted(*key) for key, use in sorted(uses.items()))
    again = tuple(_recurring(done, known, n)) if n >= LEAST else ()
    return Habits(n, left_out["drill"], left_out["open"], left_out["cancelled"], steps, again)


def _passed_over(state: Incident) -> str:
    if state.drill:
        return "drill"
    if state.open or not state.declaration:
        return "open"
    return "cancelled" if state.phase == "cancelled" else ""


def _claim(what: str, count: int, n: int) -> str:
    part, of = _NEARLY
    if n < LEAST or count * of < n * part:
        return ""
    often = "always" if count == n else "nearly always"
    head = what if what.startswith("never") else f"{often} {what}"
    return f"{head} ({count} of {n})"


class _Use:
    """What was seen of one step so far."""

    def __init__(self) -> None:
        self.latest: tuple[Ms, Step] | None = None
        self.n = self.done = self.skipped = self.untouched = self.timed = 0
        self.lateness: list[Ms] = []
        self.reasons: dict[str, int] = {}

    def add(self, state: Incident, view: StepView) -> None:
        if self.latest is None or state.declared_at >= self.latest[0]:
            self.latest = (state.declared_at, view.step)
        self.n += 1
        if view.state == "skipped":
            self.skipped += 1
            why = " ".join(view.why.split())
            self.reasons[why] = self.reasons.get(why, 0) + 1
        elif view.state == "done":
            self.done += 1
            self._time(state, view)
        else:
            self.untouched += 1

    def _time(self, state: Incident, view: StepView) -> None:
        changed = state.visible((ev.StepChanged.type, view.list, view.step.id))
        if view.due is None or not changed or changed[-1].at.approx:
            return
        self.timed += 1
        if changed[-1].at.t > view.due:
            self.lateness.append(changed[-1].at.t - view.due)

    def counted(self, playbook: str, id: str) -> StepUse:
        step = self.latest[1] if self.latest else Step(id, "")
        late = sorted(self.lateness)
        reasons = sorted(self.reasons.items(), key=lambda each: (-each[1], each[0]))
        return StepUse(
            playbook,
            id,
            step.text,
            step.origin,
            self.n,
            self.done,
            self.skipped,
            self.untouched,
            self.timed,
            len(late),
            quantile(late, 1, 2) if late else None,
            tuple(reasons),
        )


# ── what people do again and again ──


def _did(state: Incident) -> dict[tuple[str, tuple[str, ...]], str]:
    """Every action, decision and task of this incident by the words that it is known by, with the words as written."""
    out: dict[tuple[str, tuple[str, ...]], str] = {}
    for task in state.tasks:
        _note(out, "task", _words(task.what)[:_LEADING], task.what)
    for event in state.facts:
        body = event.body
        if isinstance(body, ev.PollClosed) and body.outcome == "agreed":
            _note(out, "decision", _words(body.proposal), body.proposal)
        if not isinstance(body, ev.Logged) or not state.stands(event.id):
            continue
        fixed = state.correction(event.id)
        kind = fixed.kind_ if fixed and fixed.kind_ is not None else body.kind_
        said = fixed.text_ if fixed and fixed.text_ is not None else body.text_
        if kind in ("action", "decision"):
            _note(out, kind, _words(said), said)
    return out


def _note(out: dict[tuple[str, tuple[str, ...]], str], kind: str, words: tuple[str, ...], said: str) -> None:
    if len(words) > 1:  # one word alone is known again too easily
        out.setdefault((kind, words), " ".join(said.removeprefix("~").split()))


@lru_cache(8192)
def _words(text: str) -> tuple[str, ...]:
    """The words that something is known by: without numbers and names of releases, and without the small ones."""
    found = re.findall(r"[^\W_]+", text.casefold())
    return tuple(word for word in found if word not in _SMALL and not any(c.isdigit() for c in word))


def _covered(words: tuple[str, ...], steps: Iterable[str]) -> bool:
    """Whether a step has two thirds of these words, or the beginnings of them."""
    for text in steps:
        there = _words(text)
        shared = sum(any(_alike(word, other) for other in there) for word in words)
        if shared * 3 >= len(words) * 2:
            return True
    return False


def _alike(word: str, other: str) -> bool:
    """`roll` and `rolled` are one word here."""
    short, long = sorted((word, other), key=len)
    return word == other or (len(short) > 3 and long.startswith(short))


def _recurring(
    done: Mapping[tuple[str, tuple[str, ...]], dict[str, str]], known: Mapping[str, Sequence[str]], n: int
) -> Iterable[Recurring]:
    found = [(key, said) for key, said in done.items() if len(said) >= _AGAIN]
    for (kind, words), said in sorted(found, key=lambda each: (-len(each[1]), each[0])):
        has = next((name for name, steps in known.items() if _covered(words, steps)), "")
        text = next(reversed(said.values())) if kind != "task" else " ".join(words)
        yield Recurring(kind, text, tuple(said), n, has)
