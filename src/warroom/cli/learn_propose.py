"""`warroom learn propose`: what is to change in a file, as a step more or less, a whole file, or with an editor."""

import os
import subprocess
import sys
import tempfile

import msgspec

from ..config import learn, learn_steps
from ..config.learn_target import Held, Target, held, target
from ..config.toml import MAX_FILE
from ..core import masking
from ..core.incident import Incident
from ..core.learn.proposals import Proposal, proposals
from ..core.text import clean
from ..core.values import Refused
from ..render.learn import change_data, tried
from ..store.errors import StoreError
from . import out
from .act import for_shell
from .session import Session, wall
from .stop import OK, No, NotHere, Usage
from .verb import Arguments

_WAYS = ("add_step", "drop_step", "reword_step", "file", "edit")


class _Wanted(msgspec.Struct, frozen=True):
    """The file as it is to be, what that changes in a few words, and whether somebody typed it just now."""

    whole: str
    summary: str = ""
    typed: bool = False


def propose(session: Session, arguments: Arguments, named: str) -> int:
    """Puts the change on the incident's log, if the file could be used as it would be then."""
    if sum(bool(getattr(arguments, way)) for way in _WAYS) != 1:
        raise Usage(f"How does {clean(named)} change? One of --add-step, --drop-step, --reword-step, --file, --edit.")
    room = session.room()
    with room.log:
        state = room.load()
        handle = session.handle(state.id)
        try:
            it = target(session.paths, named)
            wanted = _wanted(session, arguments, it, held(it), handle)
        except Refused as no:
            raise No(str(no)) from None
        try:
            why, insist = arguments.why, arguments.insist
            made = learn.made(
                session.paths, it, wanted.whole, tried(state, wall()), why=why, summary=wanted.summary, insist=insist
            )
            command = made.command if insist else masking.command(made.command)[0]
            outcome = room.do(command)
            if isinstance(outcome, Refused | StoreError):
                raise outcome
        except (Refused, StoreError) as no:
            _keep(session, it, wanted)
            raise (no if isinstance(no, StoreError) else No(for_shell(str(no)))) from None
        for note in made.notes:
            out.say(f"Worth knowing: {note}")
        _told(session, room.state, handle, proposals(room.state)[-1])
    return OK


def _told(session: Session, state: Incident, handle: str, change: Proposal) -> None:
    if session.arguments.json:
        out.json(change_data(change, handle, drill=state.drill, whole=True))
        return
    which = f"{handle} {change.name}"
    out.say(clean(f"{handle}  change {change.name} to {change.target}: {change.summary}"))
    out.say(f"`warroom learn show {which}` shows it, `warroom learn apply {which}` puts it in place.")


def _keep(session: Session, it: Target, wanted: _Wanted) -> None:
    """Nothing that was typed is lost."""
    if wanted.typed:
        path = learn.keep(session.paths, it, wanted.whole)
        out.say(f"The file as you wanted it is kept in {path}." if path else "It could not be kept anywhere.")


# ── what is wanted ──


def _wanted(session: Session, arguments: Arguments, it: Target, now: Held, handle: str) -> _Wanted:
    if arguments.file:
        return _Wanted(_read(arguments.file), typed=arguments.file == "-")
    if not now.own and not it.shipped and not arguments.edit:
        raise Refused(f"There is no {it.name}, neither of yours nor shipped. --file or --edit makes a new one.")
    if arguments.edit:
        return _Wanted(_edited(session, now.text, os.path.basename(it.name)), typed=True)
    if it.folder != "playbooks":
        raise Refused(f"Steps are in playbooks; {it.name} is changed with --edit or --file.")
    if arguments.add_step:
        step = learn_steps.NewStep(
            arguments.add_step, arguments.stage, arguments.role, arguments.due, arguments.why, handle
        )
        whole, stage = learn_steps.added(now.text, step, arguments.after)
        return _Wanted(whole, f"new step, {stage}: {' '.join(arguments.add_step.split())}", True)
    if arguments.drop_step:
        whole, said = learn_steps.dropped(now.text, arguments.drop_step)
        return _Wanted(whole, f"without the step: {said}")
    named, words = arguments.reword_step
    whole, said = learn_steps.reworded(now.text, named, words)
    return _Wanted(whole, f"the step “{said}” in other words", True)


def _read(path: str) -> str:
    try:
        if path == "-":
            data = sys.stdin.buffer.read(MAX_FILE + 1)
        elif not os.path.isfile(path):
            raise NotHere(f"There is no file {clean(path)}.")
        else:
            with open(path, "rb") as file:
                data = file.read(MAX_FILE + 1)
    except OSError as problem:
        raise Refused(f"{clean(path)} cannot be read: {problem.strerror}.") from None
    return _text(data, clean(path))


def _text(data: bytes, name: str) -> str:
    if len(data) > MAX_FILE:
        raise Refused(f"{name} is larger than {MAX_FILE // 1024} KiB; a file here is not.")
    try:
        return data.decode()
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise Refused(f"{name}, line {line}: is not UTF-8 text.") from None


def _edited(session: Session, text: str, name: str) -> str:
    """The text as the person's editor left it. Raises `Refused`."""
    from ..tui.editor import command

    words = command(session.settings.editor if session.settings else "")
    folder = tempfile.mkdtemp(prefix="warroom-")
    path = os.path.join(folder, name)
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(text.encode())
        ended = subprocess.run([*words, path], check=False)
        if ended.returncode:
            raise Refused(f"{words[0]} ended with {ended.returncode}; nothing was proposed.")
        with open(path, "rb") as file:
            return _text(file.read(MAX_FILE + 1), name)
    except OSError as problem:
        raise Refused(f"{words[0]} could not be started: {problem.strerror}. Set $EDITOR.") from None
    finally:
        for left in os.listdir(folder):
            os.unlink(os.path.join(folder, left))
        os.rmdir(folder)
