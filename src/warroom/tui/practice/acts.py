"""What the keys and words of the practice do at this console. What is more than a look is a command, as everywhere."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ...core import updates
from ...core.acts.work import ChangeStep, next_step
from ...core.commands import Command
from ...core.events import RoleOffered, UpdatePosted
from ...core.incident import Incident, StepView
from ...core.learn.origin import is_ours, origin
from ...core.text import clean, clip
from ...core.values import Refused
from ...intents import Screen
from ...intents import update as intent
from ...room import StoreError
from ...room.room import Outcome
from ..evidence import masked
from ..overlays.above import Sheet, Telling
from .handover import HandoverSheet, offers

if TYPE_CHECKING:
    from ..incident_screen import IncidentScreen
    from .draft import DraftSheet, Filled

Act = Callable[["IncidentScreen", str], None]
_PLAIN = intent.Asked()


def do(room: "IncidentScreen", command: Command, told: Telling, sheet: Sheet | None = None) -> None:
    """Ask the room for what no line of the prompt asked for; say what came of it."""

    def settled(outcome: Outcome) -> None:
        done = isinstance(outcome, list)
        if sheet is not None:
            sheet.answered(done)
        if not room.is_attached:
            return
        if isinstance(outcome, list):
            room.tell(told(outcome))
        elif isinstance(outcome, StoreError):
            room.tell(str(outcome), True)
        else:
            room.prompt.tell(str(outcome))

    room.when(room.live.do(command), settled)


# ── keys that act at once ──


def tick(room: "IncidentScreen", about: str = "") -> None:
    step = next_step(room.live.state)
    if step is None:
        raise Refused("No step is left to tick.")
    said = f"Ticked {step.number}: {clip(clean(step.step.text), 40)} · {_coming(room.live.state, step)}"
    do(room, ChangeStep(step=f"{step.list}:{step.step.id}"), lambda done: said)


def _coming(state: Incident, ticked: StepView) -> str:
    """The step that comes now, where it was learned here; else how to take the tick back."""
    coming = next((s for s in state.steps if s.state == "todo" and s.number != ticked.number), None)
    if coming is None or not is_ours(coming.step):
        return "Esc x takes it back"
    return f"next {coming.number}, {clean(origin(coming.step))}: {clean(coming.step.text)}"


def task(room: "IncidentScreen", about: str = "") -> None:
    if any(each.state == "open" for each in room.live.state.tasks):
        board(room)
    else:
        room.prompt.fill("@")


def hand_over(room: "IncidentScreen", about: str = "") -> None:
    """The brief of the role that is offered to me; else the line that offers mine."""
    from ...intents import BY_NAME

    moment = room.moment
    if moment and offers(moment, moment.sight.me):
        room.lay(HandoverSheet)
    else:
        room.prompt.fill(BY_NAME["handover"].prefill(room.asking()))


def update(room: "IncidentScreen", about: str = "") -> None:
    draft(room, intent.coming(room.asking()))


KEYS: dict[str, Act] = {
    "tick": tick,
    "task": task,
    "update": update,
    "handover": hand_over,
    "prompt": lambda room, about: prompt(room),
}
"""By the act's name: what its key does here, where that is more than to put a line into the prompt."""


# ── sheets ──


def board(room: "IncidentScreen", about: str = "") -> None:
    from .board import Board

    room.lay(Board)


def questions(room: "IncidentScreen", about: str = "") -> None:
    from .desk import Questions

    room.lay(Questions)


def hypotheses(room: "IncidentScreen", about: str = "") -> None:
    from .hypotheses import Hypotheses

    room.lay(Hypotheses)


def said(room: "IncidentScreen", about: str = "") -> None:
    from .said import Updates

    room.lay(Updates)


def prompt(room: "IncidentScreen", about: str = "") -> None:
    line = room.asked_now.take()
    if not line:
        raise Refused("Nothing is asked of you now.")
    room.prompt.fill(line)


def say(room: "IncidentScreen", about: str = "") -> None:
    from ...config.words import load
    from .say import SaySheet

    words, problems = load(room.console_app.paths)
    head, _, other = about.partition(" ")
    hits = [name for name in words if name == head.casefold()] or [n for n in words if n.startswith(head.casefold())]
    if head and not hits:
        raise Refused(f"There are no words “{clean(head)}”. There is {', '.join(words)}.")
    entries = tuple((name, each.when, each.say) for name, each in words.items())
    name = hits[0] if head else ""
    troubles = tuple(str(problem) for problem in problems)
    room.lay_with(SaySheet, lambda p, m: SaySheet(p, m, entries, name, other.strip(), troubles))


# ── updates ──


def draft(room: "IncidentScreen", about: str = "") -> None:
    """The draft that waits for this audience; where none does, one that fills itself goes on the log."""
    from .draft import DraftSheet

    if _sheet(room):
        room.lay(DraftSheet)
        return
    asked = intent.read(about)
    audience = intent.whom(Screen("draft", about), room.asking()) if about else intent.coming(room.asking())
    made = filled(room, audience, asked)
    room.lay_with(DraftSheet, lambda prompt, moment: DraftSheet(prompt, moment, made))
    other = asked.next_in is not None or asked.estimate_in is not None
    if other or updates.draft(room.live.state, audience) is None:
        _drafted(room, made.text, audience, asked)


def _sheet(room: "IncidentScreen") -> "DraftSheet | None":
    """The sheet of a draft, if it is open."""
    from .draft import DraftSheet

    return next((sheet for sheet in room.query(DraftSheet) if sheet.display), None)


def filled(room: "IncidentScreen", audience: str, asked: intent.Asked = _PLAIN) -> "Filled":
    """What the next update to this audience says by itself, through its template; never refuses.

    `asked` may say when the one after it is promised, and when the end is estimated.
    """
    from ...config import shipped
    from ...render import update as render
    from .draft import Filled

    app, state = room.console_app, room.live.state
    times = {"estimate": asked.estimate_in, "wait": asked.next_in}
    text, problems = render.text(state, audience, room.now(), shipped.folder(), app.paths.config, app.zone, **times)
    ways, more = _ways(room, audience)
    return Filled(audience, text, (*problems, *more), ways)


def _ways(room: "IncidentScreen", audience: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The ways to this audience as the files have them now, and what is wrong with these."""
    from ...config.audience import ways_of
    from ...config.load import Library

    library = Library(room.console_app.paths)
    ways = ways_of(library.channels, audience, room.live.state.restricted)
    return ways, tuple(str(problem) for problem in library.problems)


def _drafted(room: "IncidentScreen", text: str, audience: str, asked: intent.Asked = _PLAIN) -> None:
    wanted = intent.Asked(audience, text, asked.next_in, asked.estimate_in)
    command = masked(room, intent.drafted(wanted, room.asking()))
    sheet = _sheet(room)
    if sheet is not None:
        sheet.busy = True
    do(room, command, lambda done: f"Drafted for {audience}; nothing is sent before it is approved.", sheet)


def edit(room: "IncidentScreen", audience: str) -> None:
    """The draft in the person's own editor; what is saved there is the next draft."""
    from ..editor import edit as edited

    waiting = updates.draft(room.live.state, audience)
    old = waiting.body.what if waiting else filled(room, audience).text
    new = edited(room.app, old, room.console_app.settings.editor)
    if new.strip() == old.strip():
        raise Refused("The draft is as it was.")
    _drafted(room, new, audience)


def refill(room: "IncidentScreen", audience: str) -> None:
    made = filled(room, audience)
    sheet = _sheet(room)
    if sheet is not None:
        sheet.filled = made
    _drafted(room, made.text, audience)


def sending(room: "IncidentScreen", asked: Screen) -> Command:
    """The command of `/post`, `/nochange` and `/correct`, with the ways to its audience."""
    from ...config import shipped
    from ...render import update as render

    ctx = room.asking()
    audience = intent.whom(asked, ctx)
    text = ""
    if asked.name == "nochange":
        app = room.console_app
        wait = intent.read(asked.about).next_in
        folders = (shipped.folder(), app.paths.config)
        text, problems = render.no_change(ctx.state, audience, ctx.now, *folders, app.zone, wait=wait)
        if problems:
            room.tell(" ".join(problems), True)
    return intent.sent(asked, ctx, _ways(room, audience)[0], text)


SENDS = ("post", "nochange", "correct")
SCREENS: dict[str, Act] = {
    "draft": draft,
    "updates": said,
    "questions": questions,
    "tasks": board,
    "hypotheses": hypotheses,
    "say": say,
    "prompt": prompt,
    "edit": edit,
    "refill": refill,
}


# ── afterwards ──


def afterwards(room: "IncidentScreen", outcome: Outcome) -> None:
    """What is shown once a line of the prompt is on the log: where an update goes, the brief of a handover."""
    if not isinstance(outcome, list) or room.moment is None:
        return
    for event in outcome:
        if isinstance(event.body, UpdatePosted):
            from .draft import posted

            room.tell(posted(outcome, room.moment))
        elif isinstance(event.body, RoleOffered) and event.body.who and not list(room.query(HandoverSheet)):
            room.lay(HandoverSheet)
