"""The checklist: how far it is, what was done, the step that is next in bold, and what is still to do."""

from ...core.incident import Checklist, StepView
from ...core.learn.origin import origin
from ...core.text import clean, wrap
from ..glyphs import ACTION, DONE, OPEN, REST, RULED_OUT, TRACK
from ..moment import Moment
from ..spans import BLANK, Line, clip, right
from .due import time_left
from .pane import READING, Card, Pane

_COUNT = 9
_BEFORE = 2  # done steps that stay in sight above the next one


def card(moment: Moment, width: int, height: int) -> Card:
    """The checklist pane for `width` × `height` cells."""
    lists = moment.scene.checklists
    steps = [step for each in lists for step in each.steps]
    if not steps:
        return Card("Checklist", [(("No checklist in this incident.", "muted"),)])
    done = sum(step.state != "todo" for step in steps)
    following = next((step for step in steps if step.state == "todo"), None)
    current = next((each for each in lists if following and each.id == following.list), lists[-1])
    lines, focus, end = _lines(lists, following, moment, width)
    foot = f"{clean(current.title)} · F2 ticks" if following else clean(current.title)
    return Card("Checklist", [_bar(done, len(steps), width), *_window(lines, focus, end, height - 1)], foot)


def _bar(done: int, total: int, width: int) -> Line:
    track = max(0, width - _COUNT - 1)
    full = track * done // total
    count = f"{done} of {total}"
    return ((TRACK * full, "green"), (REST * (track - full), "rule"), (right(count, _COUNT + 1), ""))


def _lines(
    lists: tuple[Checklist, ...], following: StepView | None, moment: Moment, width: int
) -> tuple[list[Line], int, int]:
    """Every step as lines, and where the next one begins and ends."""
    lines: list[Line] = []
    focus = end = 0
    for each in lists:
        if len(lists) > 1:
            lines.append(((clip(clean(each.title), width), "muted bold"),))
        for step in each.steps:
            if following is not None and step.number == following.number:
                focus = len(lines)
                lines += _next(step, moment, width)
                end = len(lines)
            else:
                lines.append(_step(step, moment, width))
    return (lines, focus, end) if following else (lines, len(lines) - 1, len(lines))


def _step(step: StepView, moment: Moment, width: int) -> Line:
    text = clean(step.step.text)
    if step.state == "done":
        return ((DONE + " ", "green"), (clip(text, width - 2), "muted"))
    if step.state == "skipped":
        return ((RULED_OUT + " ", "muted"), (clip(f"{text} · skipped", width - 2), "muted"))
    if moment.incident.open and step.due is not None and step.due < moment.now:
        late = time_left(step.due - moment.now)
        return ((OPEN + " ", ""), (clip(text, width - 4 - len(late)), ""), ("  " + late, "red"))
    return ((OPEN + " ", ""), (clip(text, width - 2), ""))


def _next(step: StepView, moment: Moment, width: int) -> list[Line]:
    text = wrap(clean(step.step.text), width - 2)
    first: Line = ((ACTION + " ", ""), (text[0], "bold"))
    lines: list[Line] = [first, *((("  ", ""), (line, "bold")) for line in text[1:3])]
    about = _about(step, moment)
    return [*lines, (("  ", ""), *about)] if about else lines


def _about(step: StepView, moment: Moment) -> Line:
    holder = moment.incident.role(step.step.role) if step.step.role else None
    who = moment.name(holder.who if holder else step.step.role)
    parts: list[tuple[str, str]] = [(who, "muted")] if who else []
    if moment.incident.open and step.due is not None:
        left = step.due - moment.now
        parts.append((time_left(left), "red bold" if left < 0 else ""))
    if step.step.origin:
        parts.append((clean(origin(step.step)), "muted"))
    out: list[tuple[str, str]] = []
    for part in parts:
        out += [(" · ", "muted"), part] if out else [part]
    return tuple(out)


def _window(lines: list[Line], focus: int, end: int, height: int) -> list[Line]:
    """`height` of the lines, the next step whole with what was done just before it; what is left out is counted."""
    if height <= 0:
        return []
    if len(lines) <= height:
        return lines
    last = end + (end < len(lines))  # the count of what is below takes a row
    top = max(0, min(max(focus - _BEFORE, min(focus, last - height)), len(lines) - height))
    shown = lines[top : top + height]
    below = len(lines) - top - height
    if below and height > 1:
        shown[-1] = ((f"… {below + 1} more", "muted"),)
    return shown or [BLANK]


class ChecklistPane(Pane):
    """How far the work is, and what comes next."""

    DEFAULT_CSS = "ChecklistPane { height: 1fr; }"
    reading = Card("Checklist", [READING])

    def card(self, moment: Moment, width: int, height: int) -> Card:
        return card(moment, width, height)
