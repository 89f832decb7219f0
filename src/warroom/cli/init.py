"""`warroom config init`: who is called and when, brought along from PagerDuty, Opsgenie or a file of theirs."""

import os
import sys
from typing import TYPE_CHECKING

from ..core.text import clean
from ..core.values import Refused
from . import out
from .session import Session
from .stop import OK, No, Usage
from .verb import Arguments

if TYPE_CHECKING:
    from ..channels.importers.imported import Imported
    from ..channels.secrets import Secret

_TOKENS = {"pagerduty": "PAGERDUTY_TOKEN", "opsgenie": "OPSGENIE_KEY"}


def init(session: Session, arguments: Arguments) -> int:
    """Reads the source, writes the files and says what could not be carried over. Raises `No`, `Usage`."""
    if not arguments.source:
        raise Usage("Where from? `warroom config init --from pagerduty`, `--from opsgenie` or `--from FILE`.")
    from ..channels.importers.write import write

    try:
        found = _read(arguments)
        files = write(found, session.paths.config, overwrite=arguments.force)
    except Refused as no:
        raise No(str(no)) from None
    if arguments.json:
        out.json({"source": found.source, "files": files, "left": found.left})
        return OK
    for file in files:
        out.data(file)
    policies = len(found.policies)
    counted = (
        out.many(len(found.contacts), "contact", "contacts"),
        out.many(len(found.oncall), "on-call turn", "on-call turns"),
        out.many(policies, "escalation policy", "escalation policies"),
    )
    out.say(f"From {found.source}: {', '.join(counted)}.")
    if found.left:
        out.say(f"\nNot carried over ({len(found.left)}):")
        for sentence in found.left:
            out.say(f"- {clean(sentence)}")
    if policies > 1:
        out.say(f'\nWhich one an incident starts with: `default_policy = "…"` in {session.paths.settings}.')
    out.say("\nNext: `warroom policy check`, `warroom policy show`, `warroom doctor`.")
    return OK


def _read(arguments: Arguments) -> "Imported":
    source = arguments.source
    if source not in _TOKENS:
        from ..channels.importers.files import read_file

        return read_file(source)
    from ..net import Http

    token = _token(source)
    if source == "pagerduty":
        from ..channels.importers.pagerduty import read_pagerduty

        return read_pagerduty(Http(), token, arguments.url) if arguments.url else read_pagerduty(Http(), token)
    from ..channels.importers.opsgenie import read_opsgenie

    return read_opsgenie(Http(), token, arguments.url) if arguments.url else read_opsgenie(Http(), token)


def _token(source: str) -> "Secret":
    """From the environment, else asked for where there is a terminal; never an argument, which others can see."""
    from ..channels.secrets import Secret

    name = _TOKENS[source]
    text = os.environ.get(name, "").strip()
    if not text and sys.stdin.isatty():
        from getpass import getpass

        text = getpass(f"{name}: ").strip()
    if not text:
        raise Usage(f"{name} is not set: put an API token of {source} into it.")
    return Secret(text)
