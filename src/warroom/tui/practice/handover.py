"""The brief that hands a role over, as it was offered. Nothing has changed until the other one accepts it in words."""

from ...core.events import RoleOffered
from ...core.incident import Held
from ...core.text import clean, wrap
from ...render.handover import text
from ..moment import Moment
from ..overlays.above import Sheet
from ..panes.pane import Card
from ..spans import Line


def offers(moment: Moment, me: str = "") -> list[Held]:
    """The roles that are being handed over; with `me`, those that wait for that person."""
    found = [role for role in moment.scene.roles if role.offered_to]
    return [role for role in found if not me or role.offered_to.casefold() == me.casefold()]


def shown(moment: Moment) -> Held | None:
    """The handover that the sheet is about: one that waits for me, one that I offered, any."""
    me = moment.sight.me.casefold()
    every = offers(moment)
    mine = offers(moment, me) if me else []
    given = [role for role in every if role.who.casefold() == me]
    return next(iter([*mine, *given, *every]), None)


class HandoverSheet(Sheet):
    """The brief. Enter begins the acceptance for whom it is offered to; for everybody else it closes."""

    def card(self, moment: Moment, width: int, height: int) -> Card:
        role = shown(moment)
        if role is None:
            said = "No role is being handed over. `/offer commander ana` begins a handover."
            return Card("Handover", [(("", ""), (row, "muted")) for row in wrap(said, width)], "Esc back", "sky")
        every = lines(brief(role, moment), width)
        self.top = min(self.top, max(0, len(every) - height))
        below = len(every) - self.top - height
        mine = role.offered_to.casefold() == moment.sight.me.casefold()
        does = "↵ accepts, in words" if mine else "↵ they said yes on the bridge" if role.offered_to else ""
        foot = f"{does} · {f'{below} more lines ↓' if below > 0 else 'Esc back'}"
        who = f"{clean(role.who)} → " if role.who else ""
        title = f"Handover of {clean(role.name)}: {who}{clean(role.offered_to)}, not accepted yet"
        return Card(title, every[self.top : self.top + height], foot, "amber" if mine else "sky")

    def choose(self) -> None:
        role = shown(self.moment) if self.moment else None
        if role is None:
            self.close()
        else:
            self.offer(f"/accept {role.role}")


def brief(role: Held, moment: Moment) -> str:
    """What was sent with the offer; where nothing was, what there is to say now."""
    offered = moment.incident.value((RoleOffered.type, role.role))
    said = offered.brief if isinstance(offered, RoleOffered) else ""
    return said or text(moment.incident, role.role, moment.now, moment.sight.zone, role.offered_to)


def lines(said: str, width: int) -> list[Line]:
    """The brief's lines: its headings stand out, what is wrapped stands under itself."""
    out: list[Line] = []
    for n, row in enumerate(clean(said, lines=True).split("\n")):
        heading = n == 0 or (row.isupper() and not row.startswith("-"))
        first, *more = wrap(row, max(10, width - 2)) or [""]
        out.append(((first, "bold" if heading else ""),))
        out += [(("  ", ""), (each, "")) for each in more]
    return out
