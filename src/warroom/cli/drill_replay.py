"""`warroom drill from`: an incident of one's own, or any timeline, as a drill with its future hidden."""

import os

from . import out
from .session import Session
from .stop import OK, No, Usage
from .verb import Arguments
from .which import by_name


def replay(session: Session, arguments: Arguments, source: str) -> int:
    """Writes the scenario into one's own drills, and says how to run it."""
    from ..config.drill_replay import Moment
    from ..config.drill_replay import replay as made
    from ..config.oncall import is_name
    from ..exchange.replay import keep, timeline
    from ..store.access import ready

    if arguments.minutes and not 5 <= arguments.minutes <= 240:
        raise Usage("--minutes: should be from 5 to 240.")
    moments: list[Moment]
    if os.path.lexists(source):
        title, severity, moments, where = _file(session, source)
        name = os.path.splitext(os.path.basename(source))[0]
    else:
        entry = by_name(session.paths, source)
        session.__dict__["path"] = entry.path
        state = session.seen().state
        if state.drill:
            raise No("That is a drill already: `warroom drill run` repeats it, with its seed.")
        title, severity, moments, where = state.title, state.severity, timeline(state), ""
        name = f"replay-{entry.inc[:4].lower()}"
    name = arguments.name or "".join(c if c.isalnum() or c in "-_" else "-" for c in name).strip("-")[:48]
    if not is_name(name):
        raise Usage(f"--name: “{name}” should be letters, digits, “-” and “_”.")
    try:
        text = made(title, severity, moments, where, arguments.minutes)
    except ValueError as wrong:
        raise No(f"{source} {wrong}.") from None
    folder = ready(os.path.join(session.paths.config, "drills"))
    path = os.path.join(folder, f"{name}.toml")
    if os.path.lexists(path):
        raise No(f"{path} is there already. --name gives another one.")
    if problems := keep(session.library, path, text):
        raise No("; ".join(str(each) for each in problems[:3]))
    if arguments.json:
        out.json({"id": name, "file": path, "title": title})
    else:
        out.data(path)
        out.say(f"warroom drill run {name}")
    return OK


def _file(session: Session, path: str) -> "tuple[str, str, list, str]":  # type: ignore[type-arg]  # of `Moment`, imported where it is used
    from ..config.drill_replay import Moment
    from ..exchange.facts import Whole
    from ..exchange.found import Options
    from ..exchange.problem import BadInput
    from ..exchange.read import load, read

    try:
        found = read(load(path), os.path.basename(path), Options(session.now()), "")
    except BadInput as bad:
        raise No("\n".join(bad.lines())) from None
    if isinstance(found, Whole):
        raise Usage(f"{path} is a whole log: `warroom import` it first, then name the incident.")
    command = found.command
    moments = [Moment(e.at.t, e.text, e.kind, e.who, e.at.approx) for e in command.entries]
    return command.title, command.severity, moments, command.source
