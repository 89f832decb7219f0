"""The one quiet line above the prompt: a role that is offered to me, what the deputy asks, a proposal that is open.

It never takes the keyboard. On an empty prompt Tab puts its `line` into the prompt, for Enter to confirm.
"""

import msgspec
from textual.geometry import Size
from textual.reactive import var

from ...core.acts.practice import open_polls
from ...core.deputy import Prompt
from ...core.events import PollOpened, Value
from ...core.incident import Conflict
from ...core.text import clean
from ...core.values import MINUTE
from ..glyphs import NEXT, ROLE
from ..moment import Moment
from ..panes.pane import Card, Surface
from ..rows import about, value
from ..spans import Line, cells, clip, spread
from .handover import offers

_GAP = 3  # cells between the text and what to do about it, and behind that
FRESH = 2 * MINUTE  # so long a proposal stands here by itself; after that the deputy asks for what came of it


class Asked(msgspec.Struct, frozen=True):
    """What stands there. `line` is what Tab takes, `prompt` the deputy's that it answers."""

    text: str
    hint: str
    short: str  # the hint where there is little room
    line: str = ""
    loud: bool = False
    prompt: Prompt | None = None


def asked(moment: Moment, prompt: Prompt | None) -> Asked | None:
    """What is asked of this person at this moment; `prompt` is what the deputy shows them."""
    if mine := offers(moment, moment.sight.me) if moment.sight.me else []:
        role = mine[0]
        who = f"{role.who} offers you" if role.who else "You are offered"
        line = f"/accept {role.role}"
        return Asked(
            f"{who} {role.name}: {line}", "Esc h the brief · Tab takes it", "Esc h brief · Tab", line, loud=True
        )
    if twice := moment.scene.conflicts:
        more = f" · and {len(twice) - 1} more" if len(twice) > 1 else ""
        return Asked(f"{differ(twice[0])}{more}", "Tab chooses · /conflicts", "Tab chooses", "/conflicts")
    if prompt is not None:
        line = prompt.line or "/answered "
        return Asked(prompt.text, "Tab takes it · /dismiss why", "Tab · /dismiss", line, prompt=prompt)
    polls = open_polls(moment.incident) if moment.incident.open else []
    if polls and isinstance(polls[-1].body, PollOpened) and moment.now - polls[-1].at.t < FRESH:
        text = f"Proposed: {polls[-1].body.proposal}"
        return Asked(text, "Tab agreed · /object who: why", "Tab agreed", "/agreed ")
    return None


def differ(conflict: Conflict) -> str:
    """`severity was set twice: SEV2 by ana, SEV1 by dana`"""
    values = [(event.body, event.by.name) for event in (conflict.shown, *reversed(conflict.others))]
    said = ", ".join(f"{value(body)} by {name}" for body, name in values if isinstance(body, Value))
    return f"{about(conflict)} was set twice: {said}"


class AskedStrip(Surface):
    """That line. It takes a row only while there is one."""

    DEFAULT_CSS = "AskedStrip { height: 1; display: none; background: $panel; }"
    framed = False

    asked: var[Asked | None] = var(None, init=False)

    def watch_asked(self) -> None:
        self.display = self.asked is not None
        self._show()
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return 1

    def ground(self, y: int) -> str:
        return "panel"

    def content(self, width: int, height: int) -> Card | None:
        return Card(lines=[line(self.asked, width)]) if self.asked else None


def line(said: Asked, width: int) -> Line:
    """The text at the left, what to do about it at the right of `width` cells."""
    sign: Line = ((f" {NEXT if said.loud else ROLE} ", "sky bold"),)
    text = clean(" ".join(said.text.split()))
    whole = cells(sign) + cells(((text, ""), (said.hint, ""))) + _GAP <= width
    tail: Line = ((f"{said.hint if whole else said.short} ", "muted"),)
    room = width - cells(sign) - cells(tail) - _GAP + 1
    return spread((*sign, (clip(text, max(8, room)), "bold" if said.loud else "sky")), tail, width)
