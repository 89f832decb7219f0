"""`warroom alerts pull`: asks the sources of alerts what fires there, and takes it in as if it had been delivered."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..core.text import clean
from ..core.values import By
from . import out
from .session import Session, wall
from .stop import FAILED, OK, No, NotHere

if TYPE_CHECKING:
    from ..channels.back import Closed, Source


def pull(session: Session, names: Sequence[str]) -> int:
    """All that can be asked, or those of `names`. The exit code is 1 where one of them does not answer."""
    from ..channels import pulling
    from ..channels.back import Pulled, Source
    from ..room.alerts import InboxRoom
    from ..room.alerts_in import Receiver
    from ..store.errors import StoreError

    code, rows = OK, []
    room = InboxRoom(session.paths.data, session.replica, By(""), wall)
    room.load()
    try:
        receiver = Receiver(room, os.uname().nodename)
        for name, source in _chosen(session, names).items():
            before, now = pulling.firing(room.inbox, name), wall()
            pulled = source.pull(now) if isinstance(source, Source) else source
            if not isinstance(pulled, Pulled):
                out.say(f"{name}: {clean(pulled.why)}")
                code = FAILED
                continue
            room.follow()
            came = pulling.take_in(receiver, room, name, pulled, before, wall())
            if isinstance(came, StoreError):
                raise came
            for sentence in pulled.left:
                out.say(f"{name}: {clean(sentence)}")
            rows.append({"source": name, "new": len(came.told), "known": came.known, "left": came.counted})
            quiet = f", {out.many(pulled.quiet, 'is', 'are')} silenced there" if pulled.quiet else ""
            left = f", {came.counted:,} more of a storm, left for the next time" if came.counted else ""
            out.say(f"{name}: {len(came.told):,} new, {came.known:,} known{left}{quiet}.")
    finally:
        room.close()
    if session.arguments.json:
        out.json(rows)
    return code


def _chosen(session: Session, names: Sequence[str]) -> "dict[str, Source | Closed]":
    from ..channels.back import build
    from ..config import intake

    found, problems = intake.load(session.paths.config)
    for problem in problems:
        out.say(str(problem))
    every = {name: source for name, source in build(found).items() if source.pulls}
    if not every:
        raise No("No source can be asked: give one an `api` in intake.toml, as docs/alerts-intake.md says.")
    if missing := [name for name in names if name not in every]:
        raise NotHere(f"No source “{clean(missing[0][:40])}” can be asked; there is {', '.join(sorted(every))}.")
    return {name: source for name, source in every.items() if not names or name in names}
