"""A timeline as a drill with its future hidden: what was seen comes on a clock, and at every decision of theirs the
question is “what would you do now?”. It makes a scenario's file, which a person can edit like any other."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import msgspec

from warroom.core.values import MINUTE, SECOND, SEVERITIES, Ms

from .toml_text import string, strings

# What they did, rather than what they saw.
ACTS = ("action", "decision", "task", "phase", "severity", "escalate", "update", "declared", "mark", "poll", "role")
_MOST_ASKS = 12
_MOST = 60  # injects
_LONGEST_GAP, _SHORTEST_GAP = 3 * MINUTE, 15 * SECOND
_TEXT = 380


class Moment(msgspec.Struct, frozen=True):
    """One line of the timeline. `at` is UTC ms; `approx`: its time is not exact, its place in the order is."""

    at: Ms
    text: str
    kind: str
    who: str = ""
    approx: bool = False


def replay(title: str, severity: str, moments: Sequence[Moment], source: str = "", minutes: int = 0) -> str:
    """The text of the scenario's file. `minutes`: about how long it takes; 0: as the timeline asks for.

    Raises ValueError where there is nothing to play.
    """
    chosen = _chosen(moments, minutes)
    if not any(moment.kind in ACTS for moment in chosen) or len(chosen) < 3:
        raise ValueError("has too little in it to practise on: a replay needs what was seen, and what they did then")
    gaps = _gaps(chosen, minutes)
    asks = sum(moment.kind in ACTS for moment in chosen)
    length = min(240, max(minutes, 5, (sum(gaps) + asks * 3 * MINUTE) // MINUTE + 6))
    out = [
        f"# Replay of “{_flat(title, 80)}”: what they saw, with the future hidden.",
        f"title = {string(_flat(title, 180))}",
        'level = "medium"',
        f"minutes = {length}",
        'trains = ["decisions", "facts"]',
        f"about = {string(_ABOUT)}",
        f"severity = {string(severity if severity in SEVERITIES else 'SEV2')}",
        f"skip = {strings(_SKIP)}",
        'ends = "resolved()"',
        f"truth = {string('What happened is what the replay showed: compare it with what you would have done.')}",
        f"questions = {strings(_QUESTIONS)}",
    ]
    if source:
        out.append(f"sources = {strings(each[:400] for each in source.split(' ; '))}")
    return "\n".join(out) + "\n" + "".join(_injects(chosen, gaps))


_ABOUT = (
    "A replay: you see what they saw, when they saw it. Where they acted, the clock stands and you say what you would "
    "do: log a decision, an action or a task. Then you read what they did."
)
_SKIP = ("escalation", "unreachable", "steps", "handover", "updates", "first-update", "questions", "silence")
_QUESTIONS = (
    "Where did you decide otherwise than they did, and what did you see that they did not?",
    "What did they know at that moment, and what only later?",
    "Which sentence in the timeline would have helped them earlier?",
)


def _chosen(moments: Sequence[Moment], minutes: int) -> list[Moment]:
    """What is played: everything that they did, as far as there is room, and what was seen before each of these."""
    known = sorted((m for m in moments if m.text.strip()), key=lambda moment: moment.at)
    acts = [n for n, moment in enumerate(known) if moment.kind in ACTS]
    most = max(2, min(_MOST_ASKS, minutes // 2)) if minutes else _MOST_ASKS
    if len(acts) > most:
        acts = [acts[n * len(acts) // most] for n in range(most)]
    seen = [n for n, moment in enumerate(known) if moment.kind not in ACTS]
    room = (minutes * 2 if minutes else _MOST) - len(acts)
    if len(seen) > room:
        seen = [seen[n * len(seen) // room] for n in range(room)]
    last = max(acts, default=0)
    return [known[n] for n in sorted({*acts, *seen}) if n <= last or not minutes]


def _gaps(chosen: Sequence[Moment], minutes: int) -> list[Ms]:
    """How long after the one before each comes: as it was, but nobody waits for hours."""
    gaps = [0]
    for before, after in pairwise(chosen):
        gaps.append(max(_SHORTEST_GAP, min(_LONGEST_GAP, after.at - before.at)))
    total, most = sum(gaps), minutes * MINUTE * 2 // 3
    if minutes and total > most:
        gaps = [gap and max(_SHORTEST_GAP, gap * most // total) for gap in gaps]
    return gaps


def _injects(chosen: Sequence[Moment], gaps: Iterable[Ms]) -> Iterable[str]:
    before, asked = "", ""
    for n, (moment, gap) in enumerate(zip(chosen, gaps, strict=True), 1):
        ask = moment.kind in ACTS
        id = f"{'ask' if ask else 'seen'}-{n}"
        lines = ["", "[[inject]]", f'id = "{id}"', f'kind = "{"ask" if ask else "observation"}"']
        if not before:
            lines.append('at = "0s"')
        elif asked == before:
            lines += [f"when = {string(f'injected(“did:{before}”)'.replace('“', chr(34)).replace('”', chr(34)))}"]
            lines.append(f'delay = "{gap // SECOND}s"')
        else:
            lines += [f'after = "{before}"', f'delay = "{gap // SECOND}s"']
        if not ask:
            lines.append(f"who = {string(_flat(moment.who, 40) or 'the record')}")
        lines.append(f"text = {string(_flat(moment.text.removeprefix('~'), _TEXT))}")
        yield "\n".join(lines) + "\n"
        if ask:
            yield (
                f'\n[[expect]]\nid = "answer-{n}"\nwhat = "You say what you would do"\n'
                f"check = {string(_ANSWER)}\n"
                f'since = "{id}"\nby = "4m"\nlate = "8m"\ngroup = "decisions"\n'
                'why = "A decision that is said aloud can be compared with what they did, and learned from."\n'
            )
        before, asked = id, id if ask else asked


_ANSWER = 'decided("") or logged("", "action") or tasked("", "") or proposed("")'


def _flat(text: str, most: int) -> str:
    flat = " ".join(text.replace("{", "(").replace("}", ")").split())
    return flat if len(flat) <= most else flat[: most - 1] + "…"
