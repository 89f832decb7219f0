"""The board of tasks: who does what, how much time is left, and whether it was said back. The most urgent is chosen."""

from collections import Counter

from rich.cells import cell_len

from ...core.acts.practice import ReadBack
from ...core.acts.work import Extend, FinishTask
from ...core.concerns import TASKS
from ...core.events import Event, TaskChanged
from ...core.incident import TaskView
from ...core.text import clean, wrap
from ...core.values import MINUTE
from ..glyphs import DONE, OPEN, RULED_OUT
from ..moment import Moment
from ..panes.due import short, time_left, tone
from ..panes.pane import Card
from ..spans import BLANK, Line, cells, clip, right, spread
from .choosing import Choosing, cell, mark

MORE = 10 * MINUTE  # what one key adds
_WHO = 16
_TIME = 9
_ENDED = 4  # of those that are done or dropped


def open_tasks(moment: Moment) -> list[TaskView]:
    """The open ones, nearest first, those without a time last."""
    found = [task for task in moment.incident.tasks if task.state == "open"]
    return sorted(found, key=lambda task: (task.due is None, task.due or 0, task.given))


class Board(Choosing[TaskView]):
    """Enter is done, `r` read back, `+` ten more minutes."""

    letters = "r+"

    def items(self, moment: Moment) -> list[TaskView]:
        return open_tasks(moment)

    def id_of(self, item: TaskView) -> str:
        return item.id

    def rows(self, item: TaskView, chosen: bool, moment: Moment, width: int) -> list[Line]:
        names = max((cell_len(clean(task.who)) for task in self.items(moment)), default=0)
        return _open(item, chosen, moment, width, min(_WHO, names))

    def sheet(self, item: TaskView | None, moment: Moment, width: int) -> Card:
        ended = [task for task in moment.incident.tasks if task.state != "open"][-_ENDED:]
        lines: list[Line] = [] if item else [(("No task is open.", "muted"),)]
        burdens = [who for who, n in Counter(t.who for t in self.items(moment)).items() if n > TASKS]
        for who in burdens:
            many = sum(task.who == who for task in self.items(moment))
            lines += [BLANK] if who == burdens[0] else []
            lines.append(((f"{clean(who)} has {many} open tasks: who can take one of them?", "amber bold"),))
        if ended:
            lines += [BLANK, *(_ended(task, width) for task in ended)]
        foot = "@ gives one · Esc back"
        if item:
            foot = "↵ done · Tab done, with words · r read back · + ten minutes · @ gives one"
            foot = foot if len(foot) + 6 <= width else "↵ done · Tab with words · r read back · + 10m"
        return Card("Tasks", lines, foot, tone="sky")

    def take(self, key: str) -> bool:
        task = self.current(self.moment) if self.moment else None
        if key == "tab" and task:
            self.offer(f"/done #{task.number}: ")
            return True
        return super().take(key)

    def choose(self) -> None:
        task = self.current(self.moment) if self.moment else None
        if task is None:
            self.close()
        else:
            self.ask(FinishTask(task=task.id), lambda done: f"Done: {_named(task)}. Esc g shows the rest.")
            self.first_again()

    def letter(self, char: str) -> None:
        task = self.current(self.moment) if self.moment else None
        if task is None:
            return
        if char == "r":
            self.ask(ReadBack(task=task.id), lambda done: f"Read back: {_named(task)}.")
        else:
            self.ask(Extend(what=task.id, more=MORE), lambda done: _longer(task, done))


def _named(task: TaskView) -> str:
    return f"@{clean(task.who)} {clip(clean(task.what), 60)}"


def _longer(task: TaskView, done: list[Event]) -> str:
    due = next((e.body.due for e in done if isinstance(e.body, TaskChanged)), None)
    wait = short(due - done[0].at.t) if due is not None else "more time"
    return f"{wait} from now: {_named(task)}."


def _open(task: TaskView, chosen: bool, moment: Moment, width: int, who: int) -> list[Line]:
    left = task.due - moment.now if task.due is not None else None
    time = time_left(left) if left is not None else "no time"
    ink = "muted" if left is None else "red bold" if left < 0 else f"{tone(left)} bold"
    said = (f"{DONE} read back", "green") if task.read_back else ("not read back", "amber")
    head: Line = (mark(chosen), (right(time, _TIME) + "  ", ink), cell(clean(task.who), who, "bold"))
    room = max(10, width - cells(head) - cell_len(said[0]) - 2)
    what = clean(" ".join(task.what.split()))
    first, *more = wrap(what, room) if chosen else [clip(what, room)]
    loud = "bold" if chosen else ""
    lines = [spread((*head, (first, loud)), (said,), width)]
    indent = " " * cells(head)
    return [*lines, *(((indent, ""), (row, loud)) for row in more[:2])]


def _ended(task: TaskView, width: int) -> Line:
    sign = DONE if task.state == "done" else RULED_OUT if task.state == "dropped" else OPEN
    result = f" · {clean(task.result)}" if task.result else ""
    what = f"{clean(task.who)}: {clean(task.what)}{result}"
    return ((f"{sign} ", "green" if task.state == "done" else "muted"), (clip(what, width - 2), "muted"))
