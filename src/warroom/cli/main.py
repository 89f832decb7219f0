"""`warroom …`: finds the verb, makes its parser and no other, does it, and turns every ending into an exit code."""

import sys
from importlib import import_module
from typing import TYPE_CHECKING

from . import out
from .index import WHERE
from .stop import FAILED, INTERRUPTED, NOT_FOUND, OK, REFUSED, No, NotHere, Stop, Usage

if TYPE_CHECKING:
    from .session import Session
    from .verb import Verb

_TAKES_ONE = ("-i", "--incident", "--by")
_TAKES_TIME = ("--at", "--since")
_JOINING = ("sync", "join", "leave")  # they start by themselves what exchanges facts, or have just ended it


def run(argv: list[str]) -> int:
    """Does what `argv` (without the program's name) asks for. Returns the exit code; no mistake of a user raises."""
    try:
        return _run(argv)
    except Stop as stop:
        if str(stop):
            out.say(str(stop))
        return stop.code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        out.drop()
        return OK
    except OSError as problem:
        return _failed(problem)


def _failed(problem: OSError) -> int:
    from ..core.text import clean
    from ..store.errors import Ambiguous, Missing, NotFound, StoreError

    if isinstance(problem, StoreError):
        out.say(str(problem))
    else:
        where = f"{clean(str(problem.filename))}: " if problem.filename else ""
        out.say(f"The system refused: {where}{problem.strerror or problem}.")
    if isinstance(problem, Ambiguous):
        return REFUSED
    return NOT_FOUND if isinstance(problem, NotFound | Missing) else FAILED


def _run(argv: list[str]) -> int:
    shared, rest = _shared(argv)
    if not rest:
        return _console(shared, None)
    name, *words = rest
    if name in WHERE:
        return _verb(name, [*shared, *words])
    if name in ("-h", "--help", "help"):
        from .help import show

        return show(words)
    if name in ("-V", "--version"):
        from .. import __version__

        out.data(f"warroom {__version__}")
        return OK
    if name.startswith("-"):
        raise Usage(f"warroom: there is no option {name}. `warroom help` shows the verbs.")
    return _unknown(name, words, shared)


def _shared(argv: list[str]) -> tuple[list[str], list[str]]:
    """The options that may stand before the verb, and the rest."""
    n = 0
    while n < len(argv) and (argv[n] in _TAKES_ONE or argv[n].startswith(("--incident=", "--by="))):
        n += 2 if argv[n] in _TAKES_ONE else 1
    return argv[:n], argv[n:]


def verb(name: str) -> "Verb":
    """The verb of this name."""
    found: Verb = import_module(f".{WHERE[name]}", __package__).VERBS[name]
    return found


def _verb(name: str, words: list[str]) -> int:
    from .session import Session
    from .verb import parse, parser

    it = verb(name)
    try:
        arguments = parse(parser(name, it), joined(words))
    except SystemExit as ended:  # --help
        return ended.code if isinstance(ended.code, int) else OK
    session = Session(arguments)
    code = it.run(session, arguments)
    if it.writes and name not in _JOINING:
        _exchanged(session)
    return code


def _exchanged(session: "Session") -> None:
    """What was written goes to the server too, where one was joined; nobody waits for it."""
    import os

    paths = session.paths
    if os.path.exists(os.path.join(paths.data, "server.json")):
        from ..room import syncing

        syncing.ensure(paths.data, paths.state)


def joined(words: list[str]) -> list[str]:
    """`--at -3m` as `--at=-3m`: argparse would take the time for an option."""
    out: list[str] = []
    for word in words:
        if out and out[-1] in _TAKES_TIME and word[:1] == "-" and word[1:2].isdigit():
            out[-1] += "=" + word
        else:
            out.append(word)
    return out


def _unknown(name: str, words: list[str], shared: list[str]) -> int:
    """No verb: an incident's handle or title, or a slip of the finger."""
    from ..core.line import nearest
    from ..core.values import CROCKFORD, plain_handle

    near = nearest(name.casefold(), WHERE)
    hint = f" Did you mean `warroom {near[0]}`?" if near else " `warroom help` shows the verbs."
    if words:
        raise Usage(f"warroom: there is no verb “{name}”.{hint}")
    try:
        return _console(shared, name)
    except (NotHere, No):
        plain = plain_handle(name)
        like_handle = name.upper().startswith("INC-") or (
            len(plain) >= 4 and all(c in CROCKFORD for c in plain) and any(c.isdigit() for c in plain)
        )
        if like_handle or not near:
            raise
        raise Usage(f"warroom: “{name}” is neither a verb nor an incident.{hint}") from None


def _console(shared: list[str], inc: str | None) -> int:
    """The lobby, or straight into a room."""
    import os
    from types import SimpleNamespace

    from .session import Session
    from .which import by_name, handle

    named = shared[shared.index("-i") + 1] if inc is None and "-i" in shared[:-1] else inc
    if "--by" in shared[:-1]:
        os.environ["WARROOM_ACTOR"] = shared[shared.index("--by") + 1]
    # No parser's namespace: the first frame would wait for argparse.
    session = Session(SimpleNamespace(by=None, incident=None, json=False))  # type: ignore[arg-type]  # it has their fields
    entry = by_name(session.paths, named) if named else None
    if not (out.is_terminal(0) and out.is_terminal(1)):
        raise Usage("The console needs a terminal. `warroom list` and `warroom follow --plain` print lines instead.")
    if os.environ.get("TERM", "dumb") == "dumb":
        raise Usage("This terminal has no full screen (TERM=dumb). `warroom follow --plain` prints lines instead.")
    return open_console(session, handle(session.paths, entry.inc) if entry else None)


def open_console(session: "object", handle: str | None, master: bool = False) -> int:
    """The console, in the lobby or in the room of that incident; `master`: the game master's, of that drill."""
    from ..config.settings import Settings
    from .session import Session

    assert isinstance(session, Session)
    start = import_module("warroom.tui.start")
    code: int = start.open_console(session.paths, session.settings or Settings(), handle, master)
    return code


def main() -> None:
    sys.exit(run(sys.argv[1:]))
