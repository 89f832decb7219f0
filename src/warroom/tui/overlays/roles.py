"""Who does what and who is on the bridge, with the duties and the words of the role that is chosen; Enter puts the line
into the prompt that gives it to somebody.
"""

from ...core.incident import Held
from ...core.text import clean, wrap
from ..moment import Moment
from ..panes.pane import Card
from ..panes.roles import missing, since
from ..spans import BLANK, Line, left, spread
from .above import Sheet

_MARK = "▸ "
_NAME = 24
_LABEL = 15


class Roles(Sheet):
    """All roles. Up and Down choose one."""

    chosen = ""

    def card(self, moment: Moment, width: int, height: int) -> Card:
        roles = moment.scene.roles
        if not roles:
            said: Line = (("No roles are in force here. `/assign commander ana` makes one.", "muted"),)
            return Card("Roles", [said, BLANK, *_roster(moment, width)], tone="sky")
        held = self._held(moment)
        lines: list[Line] = []
        focus = 0
        for role in roles:
            if role is held:
                focus = len(lines)
            lines.append(_role(role, moment, width, role is held))
        duties = [*_roster(moment, width), *(_card(held, moment, width) if held else [])]
        room = height - len(duties) - 1
        if room < len(lines):
            # The chosen one stays in sight, and what it asks for after it.
            top = max(0, min(focus - 1, len(lines) - max(3, room)))
            lines = lines[top : top + max(3, room)]
        foot = f"↑ ↓ choose · ↵ {line_for(held, moment.sight.me).strip()} …" if held else ""
        return Card("Roles", [*lines, BLANK, *duties][:height], foot, tone="sky")

    def _held(self, moment: Moment) -> Held | None:
        roles = moment.scene.roles
        return next((role for role in roles if role.role == self.chosen), roles[0] if roles else None)

    def step(self, by: int) -> None:
        if self.moment is None or not self.moment.scene.roles:
            return
        roles = self.moment.scene.roles
        place = roles.index(held) if (held := self._held(self.moment)) else 0
        self.chosen = roles[max(0, min(len(roles) - 1, place + by))].role
        self._show()

    def choose(self) -> None:
        held = self._held(self.moment) if self.moment else None
        if held is None or self.moment is None:
            self.close()
        else:
            self.offer(line_for(held, self.moment.sight.me))


def line_for(role: Held, me: str) -> str:
    """The line that changes this role: accept what is offered, hand over what is held, assign what is free."""
    if role.offered_to:
        return f"/accept {role.role}"
    if role.who:
        return f"/offer {role.role} "
    return f"/assign {role.role} "


def spoken(role: Held, moment: Moment) -> str:
    """The words to open with, with name, title and severity filled in; empty where the card has none."""
    said = role.card.say if role.card else ""
    incident = moment.incident
    filled = {"name": role.who or moment.sight.me or "…", "title": incident.title, "severity": incident.severity}
    for word, value in filled.items():
        said = said.replace("{" + word + "}", value)
    return clean(said)


def _role(role: Held, moment: Moment, width: int, chosen: bool) -> Line:
    name = left(clean(role.name), min(_NAME, width // 2))
    head: list[tuple[str, str]] = [(_MARK if chosen else "  ", "sky bold"), (name, "bold" if chosen else "")]
    if role.offered_to:
        head.append((f"{clean(role.who) or 'nobody'} → {clean(role.offered_to)}, not accepted yet", "amber bold"))
    elif role.who:
        head.append((clean(role.who), "bold"))
    elif missing(role, moment):
        head.append(("nobody, and it is needed", "amber"))
    else:
        start = role.card.from_people if role.card else 0
        head.append((f"free, from {start} people on" if start else "free", "muted"))
    span = since(max(0, moment.now - role.since)) if role.since is not None else ""
    return spread(tuple(head), ((span, "muted"),) if span else (), width)


def _roster(moment: Moment, width: int) -> list[Line]:
    """Who is on the bridge, and who has left it; nothing where nobody noted it."""
    known = moment.incident.attendance
    here = ", ".join(clean(who) for who, there in sorted(known.items()) if there)
    gone = ", ".join(clean(who) for who, there in sorted(known.items()) if not there)
    lines: list[Line] = []
    for label, names, ink in (("on the bridge", here, "bold"), ("left", gone, "muted")):
        for n, row in enumerate(wrap(names, max(10, width - _LABEL)) if names else ()):
            lines.append(((left(label if n == 0 else "", _LABEL), "muted"), (row, ink)))
    return [*lines, BLANK] if lines else []


def _card(role: Held, moment: Moment, width: int) -> list[Line]:
    lines: list[Line] = []
    if said := spoken(role, moment):
        lines += [((row, "bold"),) for row in wrap(f"“{said}”", width)]
    for duty in role.card.duties if role.card else ():
        first, *more = wrap(clean(duty), max(10, width - 2))
        lines += [(("· ", "muted"), (first, "")), *((("  ", ""), (row, "")) for row in more)]
    return lines
