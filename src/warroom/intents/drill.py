"""Drills: their clock, their end and their report, as one word with what is to be done."""

from ..core.drill import clock
from .base import Context, Intent

_RUNNING = ("pause", "go", "faster", "slower", "skip", "end", "restart", "note")
_OVER = ("report", "restart", "contest", "share", "private")


class Drill(Intent):
    name = "drill"
    verb = "drill"
    words = "the drill's clock, end and report"
    usage = "pause | go | faster | slower | skip | end | restart | report | contest POINT why | share | note words"
    example = "/drill pause"
    group = "practise"
    quick = True

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        if " " in args.lstrip() or clock.scenario(ctx.state) is None:
            return []
        return list(_OVER if clock.ended(ctx.state) else _RUNNING)


INTENTS = (Drill,)
