"""How this room stands to its server: all that the console knows of it, and the ways to join and to leave."""

from typing import ClassVar

from ...core.text import clean, wrap
from ...intents import Screen
from ..moment import Moment
from ..panes.pane import Card
from ..spans import BLANK, Line, left, spread
from ..sync_view import ALONE, DENIED, OFFLINE, ONLINE, SILENT, SyncView
from ..sync_words import here, skew, when
from .above import Sheet

_LABEL = 12
_STATES = {
    ONLINE: ("in step", "green"),
    OFFLINE: ("offline", "amber bold"),
    DENIED: ("not let in", "amber bold"),
    SILENT: ("nothing is sent", "amber bold"),
}
_GRANTS = {
    "observe": "reads only: what is written here stays here",
    "respond": "reads and writes",
    "administer": "reads, writes and administers",
}
_MOST = 5  # refused facts that are named


class ServerSheet(Sheet):
    """The server. Its letters join another one, or leave."""

    letters: ClassVar[str] = "jl"

    def card(self, moment: Moment, width: int, height: int) -> Card:
        view = moment.sight.sync
        if view.state == ALONE:
            said = "This folder has joined no server: nothing leaves this machine."
            return Card("Server", [((line, "muted"),) for line in wrap(said, width)], "j joins one · Esc back", "sky")
        lines = _lines(view, moment, width)
        self.top = max(0, min(self.top, len(lines) - height))
        return Card("Server", lines[self.top : self.top + height], "j joins another · l leaves · Esc back", "sky")

    def letter(self, char: str) -> None:
        self.close()
        self.post_message(self.Wanted(Screen("server", "leave" if char == "l" else "join")))


def _lines(view: SyncView, moment: Moment, width: int) -> list[Line]:
    said, ink = _STATES.get(view.state, ("connecting", "muted"))
    zone = moment.sight.zone
    since = f" since {when(view.since, moment.now, zone)}" if view.since else ""
    lines: list[Line] = [spread(((clean(view.server), "bold"),), ((said + since, ink),), width)]
    if view.why and view.state != ONLINE:
        lines += [((row, ink.partition(" ")[0]),) for row in wrap(clean(view.why), width)]
    lines += [BLANK]
    count, oldest = moment.sight.unsent, moment.sight.unsent_since
    waits = f"{count} not there yet" if count else "the server has all of it" if view.state == ONLINE else "nothing"
    if count and oldest is not None:
        waits += f", the oldest from {when(oldest, moment.now, zone)}"
    lines += _labelled("unsent", waits, "amber" if count else "", width)
    if view.refused:
        lines += _labelled("refused", f"{len(view.refused)}, which stay here", "red bold", width)
        for id, why in list(view.refused.items())[:_MOST]:
            event = moment.incident.facts.get(id)
            text = clean(event.body.text()) if event else id
            lines += _labelled("", f"{text}: {clean(why)}", "red", width)
    lines += _labelled("token", _GRANTS.get(view.grant, clean(view.grant) or "not known yet"), "", width)
    names = here(view, moment.now, moment.sight.me, 10_000)
    lines += _labelled("here", names.removeprefix("here: "), "", width)
    words = "".join(text for text, _ in skew(view, False))
    if words or view.offset is not None:
        lines += _labelled("clock", words or "agrees with the server's", "", width)
    if view.pages:
        lines += _labelled("pages", "the server pages, with every laptop closed", "", width)
    return lines


def _labelled(label: str, text: str, ink: str, width: int) -> list[Line]:
    rows = wrap(text, max(10, width - _LABEL)) or [""]
    return [((left(label if n == 0 else "", _LABEL), "muted"), (row, ink)) for n, row in enumerate(rows)]
