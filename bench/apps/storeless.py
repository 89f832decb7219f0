"""The console with facts that are folded and shown, and never written: `storeless.py HANDLE`."""

import os
import sys
from collections.abc import Sequence

from warroom.cli import main
from warroom.core.commands import Command, Stamp
from warroom.core.decide import decide
from warroom.core.events import Event
from warroom.core.values import By, Refused, fact_id
from warroom.room.room import Outcome, Room

_LATE = 2**40  # after everything in the file


def commit(room: Room, asked: Sequence[tuple[Command, By]]) -> list[Outcome]:
    """What `Room.commit` does, without lock, hash, bytes and sync."""
    trial = room._replay.trial()
    outcomes: list[Outcome] = []
    for command, by in asked:
        now = room.now()
        drafts = decide(trial.state, command, Stamp(now, by))
        if isinstance(drafts, Refused):
            outcomes.append(drafts)
            continue
        events = [
            Event(
                id=fact_id(os.urandom(12)),
                inc=room.log.inc,
                rep=room.log.rep,
                seq=now,
                lam=_LATE + now,
                at=draft.at,
                rec=now,
                by=by,
                body=draft.body,
                over=draft.over,
            )
            for draft in drafts
        ]
        for event in events:
            trial.fold(event)
        outcomes.append(events)
    room._replay.keep(trial)
    return outcomes


if __name__ == "__main__":
    setattr(Room, "commit", commit)  # noqa: B010  # mypy takes a plain assignment for a mistake
    sys.exit(main.run(sys.argv[1:]))
