"""What `/learn …` does at this console. Files are read and written in a thread; what came of it is a fact."""

import asyncio
from typing import TYPE_CHECKING

from ...config import learn
from ...config.learn_history import Record, record
from ...config.learn_steps import NewStep, added
from ...config.learn_target import held, target
from ...config.load import GENERAL, Library
from ...config.paths import Paths
from ...core import masking
from ...core.acts.learn import DecideChange
from ...core.incident import Incident
from ...core.learn.proposals import APPLIED, REJECTED, UNDONE, Proposal, proposal
from ...core.text import clean
from ...core.values import Refused
from ...intents.learn import STAGES, STEPS
from ...render.learn import tried
from ...room import StoreError
from ..overlays.ask import Ask
from ..practice.acts import do
from .sheet import Learned

if TYPE_CHECKING:
    from ..incident_screen import IncidentScreen

_STAGE = "restore"  # of a step for which nobody said one


def learned(room: "IncidentScreen", about: str) -> None:
    """Does what `about` begins with; without a word it shows the changes. Raises `Refused`."""
    word, _, rest = about.strip().partition(" ")
    match word.casefold(), rest.strip():
        case "", _:
            room.lay(Learned)
        case "step", "":
            raise Refused("Which step is missing? `/learn step restore: pause the backup job first`.")
        case "step", said:
            room.app.run_worker(_propose(room, playbook(room.live.state), said), exit_on_error=False)
        case "apply", named:
            change = proposal(room.live.state, named)
            if change.state in (APPLIED, REJECTED):
                raise Refused(f"Change {change.name} is {change.state} already, by {change.decided_by}.")
            room.app.run_worker(_apply(room, change), exit_on_error=False)
        case "undo", named:
            room.app.run_worker(_undo(room, named), exit_on_error=False)
        case _:
            raise Refused(f"/learn {clean(word)}: there is {', '.join(STEPS)}; alone it shows the changes.")


def playbook(state: Incident) -> str:
    """The playbook that was attached here, the most special one. Raises `Refused`."""
    attached = [each.id for each in state.checklists]
    if not attached:
        raise Refused("No checklist was attached here. `warroom learn propose INC TARGET` changes any file.")
    return next((id for id in attached if id != GENERAL), attached[0])


def step_of(said: str) -> tuple[str, str]:
    """The stage that the words begin with, and the words: `restore: pause the backup job`."""
    stage, found, words = said.partition(":")
    hits = [each for each in STAGES if each == stage.strip().casefold()]
    return (hits[0], words.strip()) if found and hits else (_STAGE, said)


async def _propose(room: "IncidentScreen", book: str, said: str) -> None:
    app, state = room.console_app, room.live.state
    stage, words = step_of(said)
    new = NewStep(words, stage, origin=room.moment.handle if room.moment else state.handle())
    try:
        made = await asyncio.to_thread(_made, app.paths, state, book, new, app.now())
    except Refused as no:
        _back(room, f"/learn step {said}", str(no))
        return
    asked = masking.command(made.command)[0]
    room.when(room.live.do(asked), lambda outcome: _proposed(room, outcome, said, stage, book))


def _made(paths: Paths, state: Incident, book: str, new: NewStep, now: int) -> learn.Made:
    library = Library(paths)
    file = library.files.get(("playbooks", book), "") if library.playbooks else ""
    it = target(paths, f"playbooks/{file.rpartition('/')[2] or book}")
    whole, stage = added(held(it).text, new)
    return learn.made(paths, it, whole, tried(state, now), summary=f"new step, {stage}: {new.text}")


def _proposed(room: "IncidentScreen", outcome: object, said: str, stage: str, book: str) -> None:
    if not room.is_attached:
        return
    if isinstance(outcome, list):
        name = getattr(outcome[0].body, "change", "")
        room.tell(
            f"Change {name}: one more step in {clean(book)}, to {stage}. /learn shows it, Enter there applies it."
        )
    else:
        _back(room, f"/learn step {said}", str(outcome))


def _back(room: "IncidentScreen", line: str, sentence: str) -> None:
    """What was typed stands in the prompt again, with why it could not be."""
    if room.is_attached:
        room.prompt.fill(line)
        room.prompt.tell(sentence)


async def _apply(room: "IncidentScreen", change: Proposal) -> None:
    app, state = room.console_app, room.live.state
    handle = room.moment.handle if room.moment else state.handle()
    note = "Your own copy is written; what it was stays in the history, and u takes it back."
    answer = await app.push_screen_wait(Ask(f"Apply change {change.name} to {change.target}?", note))
    if answer is None:
        return
    asker = learn.Asker(app.me, app.now(), state.id, handle)
    try:
        done = await asyncio.to_thread(_written, app.paths, state, change, asker)
    except (Refused, StoreError) as no:
        room.tell(f"{no} `warroom learn apply {handle} {change.name}` shows how." if _differs(no) else str(no), True)
        return
    moved = " It had changed meanwhile, and it still fitted." if done.moved else ""
    notes = "".join(f" Worth knowing: {note}" for note in done.notes[:1])
    said = f"{change.target} is changed (record {done.record.number}).{moved}{notes}"
    do(room, DecideChange(change=change.name, outcome=APPLIED, record=str(done.record.number)), lambda _: said)


def _written(paths: Paths, state: Incident, change: Proposal, asker: learn.Asker) -> learn.Done:
    with learn.held(paths):
        return learn.apply(paths, change, asker, tried(state, asker.at))


async def _undo(room: "IncidentScreen", named: str) -> None:
    app, state = room.console_app, room.live.state
    try:
        done, was = await asyncio.to_thread(_taken_back, app.paths, named, learn.Asker(app.me, app.now()), state.id)
    except (Refused, StoreError) as no:
        room.tell(f"{no} `warroom learn undo {named}` shows how." if _differs(no) else str(no), True)
        return
    said = f"{was.target} is as it was before record {was.number}."
    do(room, DecideChange(change=was.change, outcome=UNDONE, record=str(done.record.number)), lambda _: said)


def _taken_back(paths: Paths, named: str, asker: learn.Asker, inc: str) -> tuple[learn.Done, Record]:
    with learn.held(paths):
        was = record(paths, named) if named else learn.last(paths)
        if was.incident != inc:
            raise Refused(f"Record {was.number} came from another incident: `warroom learn undo {was.number}`.")
        return learn.undo(paths, str(was.number), asker), was


def _differs(no: Exception) -> bool:
    return isinstance(no, learn.Differs)
