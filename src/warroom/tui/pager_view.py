"""Who holds the pager, as this console last saw it, and the words for it. What it means for people is said, always.

A holder that is not heard of is no better than none: both are told in red, with the way to take the pager.
"""

import msgspec

from ..core.duration import spell
from ..core.text import clean, clip
from ..core.values import SECOND, Ms
from ..core.zone import Zone, utc
from . import clock
from .spans import Line

HANGS = 20 * SECOND  # without a sign of life
TAKES = "/pager takes it"
_SERVER = "server"  # before the @ of what pages on a server

LOOKING, STARTING, HELD, HERE, ELSEWHERE, NOBODY = "looking", "starting", "held", "here", "elsewhere", "nobody"
LOST = "lost"


class PagerView(msgspec.Struct, frozen=True):
    """`state`: one of the words above; HERE ends with this console, ELSEWHERE is another folder's process or a server.

    LOST is one elsewhere that is not heard of, so that nobody can tell whether it pages. `beat`: the last sign of life,
    UTC ms by this console's clock.
    """

    state: str = LOOKING
    where: str = ""
    beat: Ms = 0
    pid: int = 0

    def silent(self, now: Ms) -> Ms:
        """How long ago the holder was heard of, in ms; 0 where nobody holds it."""
        return max(0, now - self.beat) if self.state in (HELD, HERE) else 0

    def hangs(self, now: Ms) -> bool:
        return self.silent(now) > HANGS

    def fails(self, now: Ms) -> bool:
        """Whether nobody pages as far as this console can see."""
        return self.state == NOBODY or self.hangs(now)

    @property
    def pages(self) -> bool:
        """Whether somebody pages, or will at once."""
        return self.state in (STARTING, HELD, HERE, ELSEWHERE, LOST)

    @property
    def is_server(self) -> bool:
        return self.where.partition("@")[0] == _SERVER

    @property
    def name(self) -> str:
        """Who it is, for people: `watch@bastion`, `warroom server ops`."""
        return clean(f"warroom server {self.where.partition('@')[2]}" if self.is_server else self.where)


def words(view: PagerView, now: Ms, zone: Zone = utc) -> Line:
    """`pager: watch@bastion · seen 2s ago`, or what is wrong and what to do, in one line."""
    where = clip(clean(view.where), 24)
    if view.hangs(now):
        silent = spell(view.silent(now))
        return ((f"PAGER: not heard of for {silent}", "red bold"), (f" · {where} · {TAKES}", "red"))
    match view.state:
        case "held":
            return ((f"pager: {where} · seen {spell(view.silent(now))} ago", "muted"),)
        case "here":
            return (("PAGER: this console only", "amber bold"),)
        case "elsewhere":
            where = clip(view.name, 33) if view.is_server else f"{where}, from another folder"
            return ((f"pager: {where}", "muted"),)
        case "lost":
            head = f"PAGER: last heard of at {clock.hm(view.beat, zone)}"
            return ((head, "amber bold"), (f" · {clip(view.name, 21)} · {TAKES}", "amber"))
        case "nobody":
            return (("PAGER: nobody", "red bold"), (f" · {TAKES}", "red"))
        case "starting":
            return (("pager: it is being started …", "muted"),)
    return (("pager: …", "muted"),)


def short(view: PagerView, now: Ms, zone: Zone = utc) -> Line:
    """The same in about twenty cells, for the strip."""
    if view.hangs(now):
        return ((f"PAGER silent {spell(view.silent(now))} · {TAKES}", "red bold"),)
    match view.state:
        case "held" | "elsewhere":
            return (("pager ", "muted"), (clip(view.name, 20), ""))
        case "here":
            return (("PAGER: this console", "amber bold"),)
        case "lost":
            return ((f"PAGER last heard {clock.hm(view.beat, zone)} · {TAKES}", "amber bold"),)
        case "nobody":
            return ((f"PAGER: nobody · {TAKES}", "red bold"),)
        case "starting":
            return (("pager starting …", "muted"),)
    return (("pager …", "muted"),)
