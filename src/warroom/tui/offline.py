"""The line that says that the server is gone: since when, why, how much waits. Else it is not there."""

from .moment import Moment
from .panes.pane import Card, Pane
from .sync_words import banner


class Banner(Pane):
    """That line."""

    DEFAULT_CSS = "Banner { height: 1; background: $panel; }"
    framed = False

    def ground(self, y: int) -> str:
        return "panel"

    def card(self, moment: Moment, width: int, height: int) -> Card:
        sight = moment.sight
        return Card(lines=[((" ", ""), *banner(sight.sync, moment.now, sight.zone, sight.unsent, width - 2))])
