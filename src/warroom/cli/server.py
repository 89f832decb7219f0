"""`warroom server`: what a server keeps, copied to another store, backed up, restored, looked over."""

import asyncio
import os
from typing import TYPE_CHECKING

from ..core.text import clean
from . import out, server_store
from .session import Session, wall
from .stop import OK, No, Stop, Usage
from .verb import Arguments, Parser, Verb

if TYPE_CHECKING:
    from ..server.backup import Contents
    from ..server.copying import Figures
    from ..store.holding import Holding

_MOST = 20  # troubles that are said one by one


def _arguments(parser: Parser) -> None:
    parser.add_argument(
        "what",
        choices=("copy", "backup", "restore", "verify"),
        help="from one store to another; all of it as one file; a folder made of that file; every chain and row",
    )
    parser.add_argument("file", metavar="FILE.tar", nargs="?", help="for backup and restore")
    parser.add_argument("--from", dest="source", metavar="STORE", help="copy: a server's folder, or nats://…")
    parser.add_argument("--to", dest="target", metavar="STORE", help="copy: the same")
    parser.add_argument("--replace-tables", action="store_true", help="copy: also tokens, where the target has others")
    parser.add_argument("--dir", metavar="DIR", help="the server's folder; without it, `server` in the data folder")
    server_store.cluster(parser)


def _server(session: Session, arguments: Arguments) -> int:
    match arguments.what:
        case "copy":
            return _copy(session, arguments)
        case "backup":
            return _backup(session, arguments)
        case "restore":
            return _restore(session, arguments)
    return _verify(session, arguments)


# ── copy ──


def _copy(session: Session, arguments: Arguments) -> int:
    if not arguments.source or not arguments.target or arguments.file:
        raise Usage("warroom server copy --from STORE --to STORE: a store is a server's folder, or nats://HOST:PORT.")
    ends = [_end(each) for each in (arguments.source, arguments.target)]
    if ends[0] == ends[1]:
        raise Usage("warroom server copy: both are the same store.")
    if "://" not in ends[0] and not os.path.isdir(os.path.join(ends[0], "incidents")):
        raise No(f"There is no server's folder at {clean(ends[0])}.")
    held: list[Holding] = []
    try:
        held += [server_store.hold(end, "copy") for end in ends if "://" not in end]
        figures = asyncio.run(_copied(session, arguments, *ends))
    finally:
        for lock in held:
            lock.release()
    if arguments.json:
        out.json({name: getattr(figures, name) for name in figures.__struct_fields__})
    evidence = out.many(figures.evidence, "piece of evidence", "pieces of evidence")
    before = f" ({figures.facts_before} were there already)" if figures.facts_before else ""
    out.say(
        f"{out.many(figures.incidents, 'incident', 'incidents')}, {out.many(figures.facts, 'fact', 'facts')} copied"
        f"{before}, {evidence}. Both sides hold the same: {figures.digest[:16]}."
    )
    return OK


def _end(text: str) -> str:
    return text if "://" in text else os.path.abspath(text)


async def _copied(session: Session, arguments: Arguments, source: str, target: str) -> "Figures":
    from ..server import copying

    try:
        async with (
            server_store.opened(session, arguments, source) as one,
            server_store.opened(session, arguments, target) as other,
        ):
            return await copying.copy(one, other, out.say, replace=arguments.replace_tables)
    except copying.Bad as bad:
        raise No(str(bad)) from None


# ── backup, restore, verify ──


def _backup(session: Session, arguments: Arguments) -> int:
    from ..server import backup

    place = server_store.folder(session, arguments)
    try:
        made = backup.make(place, os.path.abspath(_file(arguments)), wall())
    except backup.Bad as bad:
        raise No(str(bad)) from None
    _say_contents(made, arguments, f"{clean(arguments.file)} holds")
    return OK


def _restore(session: Session, arguments: Arguments) -> int:
    from ..server import backup

    place = server_store.folder(session, arguments)
    try:
        made = backup.restore(_file(arguments), place)
    except backup.Bad as bad:
        raise No(str(bad)) from None
    _say_contents(made, arguments, f"{clean(place)} holds")
    out.say("Whoever joined this server compares heads with it, and brings what is lacking.")
    return OK


def _file(arguments: Arguments) -> str:
    if not arguments.file:
        raise Usage(f"warroom server {arguments.what} FILE.tar: which file?")
    return str(arguments.file)


def _say_contents(made: "Contents", arguments: Arguments, head: str) -> None:
    if arguments.json:
        out.json({"at": made.at, "incidents": made.incidents, "evidence": made.evidence, "bytes": made.size})
    incidents = out.many(made.incidents, "incident", "incidents")
    evidence = out.many(made.evidence, "piece of evidence", "pieces of evidence")
    out.say(f"{head} {incidents} and {evidence}, {server_store.say_size(made.size)}.")


def _verify(session: Session, arguments: Arguments) -> int:
    from ..server import backup

    try:
        found = backup.verify(server_store.folder(session, arguments))
    except backup.Bad as bad:
        raise No(str(bad)) from None
    if arguments.json:
        out.json({name: getattr(found, name) for name in found.__struct_fields__} | {"ok": not found.troubles})
    else:
        for trouble in found.troubles[:_MOST]:
            out.data(clean(trouble))
        if not found.troubles:
            facts, evidence = out.many(found.facts, "fact", "facts"), found.evidence
            out.data(f"ok: {out.many(found.incidents, 'incident', 'incidents')}, {facts}, {evidence} of evidence")
    if found.troubles:
        raise Stop(f"{out.many(len(found.troubles), 'thing is', 'things are')} not as they were written.")
    return OK


VERBS = {
    "server": Verb(
        "copy, back up, restore and verify what a server keeps",
        "warroom server backup warroom-2026-11-26.tar",
        _arguments,
        _server,
        writes=False,
        incident=False,
    )
}
