"""`warroom help`: every verb with its words, by group."""

from .. import __version__
from . import out
from .index import GROUPS, WHERE
from .main import verb
from .stop import OK, Usage

_HEAD = f"""warroom {__version__}: a war room in a terminal

  warroom [INC]                 the console: the lobby, or straight into a room
  warroom VERB …                one act, also while a console is open; -h shows its arguments"""

_FOOT = """INC is a handle (INC-K3F9, k3f9) or a part of the title. Without -i: WARROOM_INCIDENT, or the only open one.
Who writes: --by, WARROOM_ACTOR, name in config.toml, or the login.
Exit codes: 0 ok, 1 failure, 2 usage, 3 not found, 4 refused or in conflict, 5 kept but not delivered yet,
130 interrupted."""


def show(words: list[str]) -> int:
    """All verbs, or one verb's own help."""
    if words:
        return _one(words[0])
    out.data(_HEAD)
    for group, modules in GROUPS.items():
        out.data(f"\n{group}")
        for name, module in WHERE.items():
            if module in modules and name != "mark":
                out.data(f"  {name:<12}  {verb(name).words}")
    out.data("\n" + _FOOT)
    return OK


def _one(name: str) -> int:
    if name not in WHERE:
        raise Usage(f"warroom: there is no verb “{name}”. `warroom help` shows them all.")
    from .verb import parser

    out.data(parser(name, verb(name)).format_help().rstrip())
    return OK
