"""Who holds the pager, as this console last saw it, and the words for it. What it means for people is said, always.

A holder that is not heard of is no better than none: both are told in red, with the way to take the pager.
"""

import msgspec

from ..core.duration import spell
from ..core.text import clean, clip
from ..core.values import SECOND, Ms
from .spans import Line

HANGS = 20 * SECOND  # without a sign of life
TAKES = "/pager takes it"

LOOKING, STARTING, HELD, HERE, ELSEWHERE, NOBODY = "looking", "starting", "held", "here", "elsewhere", "nobody"


class PagerView(msgspec.Struct, frozen=True):
    """`state`: one of the words above; HERE ends with this console, ELSEWHERE is another folder's process.

    `beat`: the last sign of life, UTC ms by this console's clock.
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
        return self.state in (STARTING, HELD, HERE, ELSEWHERE)


def words(view: PagerView, now: Ms) -> Line:
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
            return ((f"pager: {where}, from another folder", "muted"),)
        case "nobody":
            return (("PAGER: nobody", "red bold"), (f" · {TAKES}", "red"))
        case "starting":
            return (("pager: it is being started …", "muted"),)
    return (("pager: …", "muted"),)


def short(view: PagerView, now: Ms) -> Line:
    """The same in about twenty cells, for the strip."""
    if view.hangs(now):
        return ((f"PAGER silent {spell(view.silent(now))} · {TAKES}", "red bold"),)
    match view.state:
        case "held" | "elsewhere":
            return (("pager ", "muted"), (clip(clean(view.where), 20), ""))
        case "here":
            return (("PAGER: this console", "amber bold"),)
        case "nobody":
            return ((f"PAGER: nobody · {TAKES}", "red bold"),)
        case "starting":
            return (("pager starting …", "muted"),)
    return (("pager …", "muted"),)
