"""How a row of the timeline shows where its fact is: on this disk only, on the server, refused, brought by others.

Only in a room that has a server; what is on the server, which is nearly everything, has no sign.
"""

from msgspec.structs import replace

from ..core.events import Event
from .glyphs import FAILED, SAID, UNSENT
from .moment import Moment
from .rows import Row
from .sync_words import stands


def marked(each: Row, event: Event, moment: Moment, selected: bool) -> Row:
    """The row with its sign; in words too where somebody selected it, and always where the server refuses it."""
    view = moment.sight.sync
    sign, tone = "", ""
    if event.id in view.refused:
        sign, tone = FAILED, "red"
    elif view.waits(event):
        sign, tone = UNSENT, "muted"
    elif event.id in view.relayed:
        sign, tone = SAID, "muted"
    if not (sign or selected):
        return each
    words, ink = stands(view, event, moment.now, moment.sight.zone) if selected or tone == "red" else ("", "")
    return replace(each, sign=sign, sign_tone=tone, stands=words, stands_tone=ink)
