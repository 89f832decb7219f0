"""Who does what since when; a role that has to be filled and is not says so."""

from rich.cells import cell_len

from ...core.incident import Held
from ...core.text import clean
from ...core.values import DAY, HOUR, MINUTE, Ms
from ..glyphs import NEXT
from ..moment import Moment
from ..spans import Line, cells, clip, left, right
from .pane import READING, Card, Pane

_SINCE = 3
_NAME = 16  # cells of a name on the one line; a longer one would push the others out
_GAP = 2


def card(moment: Moment, width: int, height: int) -> Card:
    """The roles pane for `width` × `height` cells: two columns, or one where that is all there is room for."""
    roles = _in_order(moment.scene.roles, moment)
    if not roles:
        return Card("Roles", [(("Nobody has a role yet.", "muted"),)], _who_is_here(moment, width))
    columns = 2 if width >= 36 else 1
    rows = -(-len(roles) // columns)
    tail = _seen(moment) if rows < height else []
    if rows > height:
        rows = max(1, height - 1)
        tail = [((f"… {len(roles) - rows * columns} more", "muted"),)]
    parts = [roles[column * rows : (column + 1) * rows] for column in range(columns)]
    table = [_column(part, moment, (width - _GAP * (columns - 1)) // columns) for part in parts if part]
    lines = [_joined([column[n] for column in table if n < len(column)]) for n in range(rows)]
    return Card("Roles", [*lines, *tail], _who_is_here(moment, width))


def _joined(found: list[Line]) -> Line:
    line = found[0]
    for each in found[1:]:
        line = (*line, (" " * _GAP, ""), *each)
    return line


def _column(roles: list[Held], moment: Moment, width: int) -> list[Line]:
    """One column of roles: as much for the names of roles as leaves the people their whole names, where that can be."""
    who = max(cell_len(_holder(role)) for role in roles)
    names = [clean(role.name) for role in roles]
    room = width - 1 - _SINCE
    if max(map(cell_len, names)) + 1 + who > room:
        names = [clean(role.short or role.name) for role in roles]
    name_width = max(4, min(max(map(cell_len, names)) + 1, room - min(who, room // 2)))
    return [_cell(role, name, moment, name_width, room - name_width) for role, name in zip(roles, names, strict=True)]


def _holder(role: Held) -> str:
    return clean(role.who)


def _in_order(roles: tuple[Held, ...], moment: Moment) -> list[Held]:
    # Who is there and who is missing come before what nobody needs yet.
    return sorted(roles, key=lambda r: not r.who and not missing(r, moment))


def missing(role: Held, moment: Moment) -> bool:
    """Whether this role has to be filled now and is not."""
    card = role.card
    if role.who or card is None or moment.incident.severity not in card.needed:
        return False
    return moment.scene.people >= card.from_people


def since(span: Ms) -> str:
    """How long, in at most three cells: `42m`, `3h`, `2d`, `now`."""
    if span < MINUTE:
        return "now"
    if span < HOUR:
        return f"{span // MINUTE}m"
    return f"{span // HOUR}h" if span < DAY else f"{min(99, span // DAY)}d"


def _cell(role: Held, name: str, moment: Moment, name_width: int, who_width: int) -> Line:
    rest = who_width + 1 + _SINCE
    head = (left(clip(name, name_width - 1), name_width), "" if role.who else "muted")
    if role.offered_to:
        return (head, (left(f"{_holder(role)}{NEXT}{clean(role.offered_to)}?", rest), "amber bold"))
    if role.who:
        span = since(max(0, moment.now - role.since)) if role.since is not None else ""
        return (head, (left(_holder(role), who_width), "bold"), (" " + right(span, _SINCE), "muted"))
    if missing(role, moment):
        return (head, (left("nobody", rest), "amber"))
    start = role.card.from_people if role.card else 0
    return (head, (left(f"from {start}" if start > moment.scene.people else "free", rest), "muted"))


def _who_is_here(moment: Moment, width: int) -> str:
    """Who has the room open now, where that can be known."""
    sight = moment.sight
    if not sight.sync.joined:
        return ""
    from ..sync_words import here

    return here(sight.sync, moment.now, sight.me, width - 2)


def _seen(moment: Moment) -> list[Line]:
    people = moment.scene.people
    return [((f"{people} {'person' if people == 1 else 'people'} on the log", "muted"),)] if people else []


def strip_line(moment: Moment, width: int) -> Line:
    """Roles and steps on one line; roles that do not fit are counted."""
    tail = (*_steps(moment), *_here(moment))
    room = width - cells(tail)
    out: list[tuple[str, str]] = []
    found = [role for role in _in_order(moment.scene.roles, moment) if role.who or missing(role, moment)]
    for n, role in enumerate(found):
        who = (clip(_holder(role), _NAME), "") if role.who else ("nobody", "amber")
        part = [(clean(role.short or role.name) + " ", "muted"), who, (" ", "")]
        if cells(out) + cells(part) + (3 if n < len(found) - 1 else 0) > room:
            out.append((f"+{len(found) - n}", "muted"))
            break
        out += part
    return (*(out or [("nobody has a role yet", "muted")]), *tail)


def _steps(moment: Moment) -> Line:
    steps = [step for each in moment.scene.checklists for step in each.steps]
    if not steps:
        return ()
    done = sum(step.state != "todo" for step in steps)
    return (("  steps ", "muted"), (f"{done} of {len(steps)}", ""))


def _here(moment: Moment) -> Line:
    if not moment.sight.sync.joined:
        return ()
    from ..sync_words import count

    said = count(moment.sight.sync, moment.now)
    return (("  " + said, "muted"),) if said else ()


class RolesPane(Pane):
    """Who does what."""

    DEFAULT_CSS = "RolesPane { height: 6; }"
    reading = Card("Roles", [READING])

    def card(self, moment: Moment, width: int, height: int) -> Card:
        return card(moment, width, height)


class RolesStrip(Pane):
    """Who does what and how far the checklist is, on one line."""

    DEFAULT_CSS = "RolesStrip { height: 1; background: $panel; }"
    framed = False
    reading = Card()

    def ground(self, y: int) -> str:
        return "panel"

    def card(self, moment: Moment, width: int, height: int) -> Card:
        return Card(lines=[((" ", ""), *strip_line(moment, width - 2))])
