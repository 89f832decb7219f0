"""The desk of questions: what stakeholders ask and report, who finds the answer, by when. Enter answers."""

from ...core.acts.page import Moderate
from ...core.acts.practice import TakeQuestion
from ...core.questions import Question, questions
from ...core.text import clean, wrap
from ..glyphs import ENTER
from ..moment import Moment
from ..panes.due import short, time_left, tone
from ..panes.pane import Card
from ..spans import BLANK, Line, cells, clip, spread
from .choosing import Choosing, mark

_ANSWERED = 3  # of those that have their answer


class Questions(Choosing[Question]):
    """Enter puts the answer's beginning into the prompt, `t` takes the question. A report asks for the severity.

    What a reader of the stakeholder page asked is let through with `p`, or declined with `d` and the reason.
    """

    letters = "tpd"

    def items(self, moment: Moment) -> tuple[Question, ...]:
        return questions(moment.incident)

    def id_of(self, item: Question) -> str:
        return item.id

    def rows(self, item: Question, chosen: bool, moment: Moment, width: int) -> list[Line]:
        number: Line = (mark(chosen), (f"{item.number:>2}  ", "bold"))
        about = [f"{clean(item.asker)}, {short(max(0, moment.now - item.asked))} ago"]
        ink = "sky" if item.owner else "amber"
        owner = f"{clean(item.owner)} is on it" if item.owner else "nobody is on it"
        due: Line = ((f"is {moment.incident.severity} still right?", "amber"),) if item.report and not chosen else ()
        if item.due is not None:
            left = item.due - moment.now
            due = ((time_left(left) if left < 0 else f"{time_left(left)} left", f"{tone(left)} bold"),)
        about += [_seen(item)] if item.page or item.shown is not None else []
        head: Line = (*number, ("reports " if item.report else "asks ", "muted"), (", ".join(about), ""), ("   ", ""))
        lines = [spread((*head, (owner, ink)), due, width)]
        indent = " " * cells(number)
        said = wrap(clean(" ".join(item.what.split())), max(10, width - len(indent)))
        rows = said if chosen else [clip(" ".join(said), max(10, width - len(indent)))]
        lines += [((indent, ""), (row, "bold" if chosen else "")) for row in rows]
        if item.report and chosen:
            users = f"{item.users:,} users. " if item.users else ""
            asks = f"{users}Is {moment.incident.severity} still right? Tab changes it."
            lines.append(((indent, ""), (asks, "amber bold")))
        return [*lines, BLANK]

    def sheet(self, item: Question | None, moment: Moment, width: int) -> Card:
        lines: list[Line] = []
        if item is None:
            lines += [(("No question is open. `/ask legal: is data lost?` notes one.", "muted"),), BLANK]
        every = questions(moment.incident, answered=True)
        answered = [each for each in every if each.answered is not None][-_ANSWERED:]
        lines += [_answered(each, width) for each in answered]
        foot = "↵ answers · t takes it · ↑ ↓ choose · Esc back" if item else "↵ asks one · Esc back"
        if item and item.page:
            foot = "↵ answers · t takes it · p lets others see it · d declines it"
        elif item and item.report:
            foot = "↵ answers · Tab severity · t takes it · ↑ ↓ choose"
        return Card("Questions", lines, foot, tone="sky")

    def take(self, key: str) -> bool:
        asked = self.current(self.moment) if self.moment else None
        if key == "tab" and asked and asked.report:
            self.offer("/sev ")
            return True
        return super().take(key)

    def choose(self) -> None:
        asked = self.current(self.moment) if self.moment else None
        self.offer(f"/answer {asked.number} " if asked else "/ask ")

    def letter(self, char: str) -> None:
        asked = self.current(self.moment) if self.moment else None
        if asked and char == "d":
            self.offer(f"/refuse {asked.number} ")
        elif asked and char == "p":
            self.ask(Moderate(question=asked.id, shown=True), lambda done: f"Question {asked.number} is on the page.")
        elif asked:
            self.ask(TakeQuestion(question=asked.id), lambda done: f"You find the answer to question {asked.number}.")


def _seen(item: Question) -> str:
    """Where a question stands with readers of the page."""
    if item.shown is None:
        return "from the page, unseen"
    return "seen on the page" if item.shown else "kept off the page"


def _answered(item: Question, width: int) -> Line:
    said = f"{item.number}  {clean(item.what)} {ENTER} {clean(item.answer)}, {clean(item.by)}"
    return (("  ", ""), (clip(said, width - 2), "muted"))
