"""Doing one command from the command line: durable first, then said, with the exit code that fits."""

from collections.abc import Callable

from ..core import masking
from ..core.commands import Command
from ..core.events import Event
from ..core.incident import Incident
from ..core.text import clean
from ..core.values import Refused
from ..store.errors import StoreError
from . import out
from .session import Session
from .stop import OK, No

After = Callable[[Incident], str]
"""What to tell the person beside the fact itself, from the state after it; empty: nothing."""


Told = Callable[[Incident, list[Event]], None]
"""Tells what became of it, where a verb has more to say than its facts: from the state after it, and these facts."""


def act(
    session: Session,
    command: Command | Callable[[Incident], Command],
    after: After | None = None,
    told: Told | None = None,
) -> int:
    """Does `command`; one that depends on the state is a function of it. Raises `Stop` and `StoreError`."""
    room = session.room()
    with room.log:
        if not isinstance(command, Command):
            try:
                command = command(room.load())
            except Refused as no:
                raise No(for_shell(str(no))) from None
        found = masking.Masked("")
        if not getattr(session.arguments, "insist", False):
            command, found = masking.command(command)
        outcome = room.do(command)
        if isinstance(outcome, StoreError):
            raise outcome
        if isinstance(outcome, Refused):
            raise No(for_shell(str(outcome)))
        (told or (lambda state, events: _told(session, state, events, after)))(room.state, outcome)
        if found.count:
            way = "; --insist writes it as it is." if "insist" in session.arguments else "."
            out.say(f"{found.sentence} before it was written{way}")
    return OK


def _told(session: Session, state: Incident, events: list[Event], after: After | None) -> None:
    first = events[0]
    handle = session.handle(state.id)
    if session.arguments.json:
        out.json({"id": first.id, "ids": [e.id for e in events], "handle": handle, "text": first.body.text()})
    else:
        for event in events:
            out.say(f"{handle}  {clean(event.body.kind)}: {clean(event.body.text())}")
    if more := after(state) if after else "":
        out.say(more)


_SHELL = {
    "sev": "severity",
    "mark": "milestone",
    "draft": "update draft",
    "approve": "update approve",
    "post": "update post",
    "nochange": "update same",
    "correct": "update correct",
    "board": "task list",
    "readback": "task read-back",
    "drop": "task drop",
    "agreed": "poll close agreed",
    "support": "hypothesis support",
    "ruledout": "hypothesis rule-out",
    "turndown": "handover decline",
    "dismiss": "prompts dismiss --why",
}
"""What the prompt calls otherwise."""


def for_shell(sentence: str) -> str:
    """A refusal as the core words it for the prompt, with its verbs as the command line has them."""
    from .index import WHERE

    parts = sentence.split("`")
    for n in range(1, len(parts), 2):
        word = parts[n][1:].split(" ", 1)[0] if parts[n].startswith("/") else ""
        verb = _SHELL.get(word, word)
        if verb.split(" ", 1)[0] in WHERE:
            rest = parts[n][1 + len(word) :]
            # What follows a reason's option is one word to a shell, or it is none of it.
            parts[n] = f"warroom {verb}{rest}" if not verb.endswith("--why") else f'warroom {verb} "{rest.strip()}"'
    return "`".join(parts)
