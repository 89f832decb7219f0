"""What becomes of an incident's file: verify, export, import, archive."""

import os
import sys

from ..core.text import clean
from ..store.errors import not_written
from . import out
from .session import Session
from .stop import FAILED, OK, No, NotHere, Stop, Usage
from .verb import Arguments, Parser, Verb, span, which

FORMATS = ("json", "jsonl", "csv", "md", "log")


# ── verify ──────────────────────────────────────────────────────────────────────────────────────


def _verify(session: Session, arguments: Arguments) -> int:
    from ..store.log import Log
    from ..store.verify import line_of

    with Log.open(session.path, "", read_only=True) as log:
        troubles = log.verify()
        facts = len(log.all_rows())
        handle = session.handle(log.inc)
    if arguments.json:
        rows = [{"row": t.row, "id": t.id or None, "text": t.text} for t in troubles]
        out.json({"ok": not troubles, "handle": handle, "facts": facts, "troubles": rows})
    elif not troubles:
        out.data(f"{handle}: ok, {facts} facts, every hash and every chain holds")
    else:
        more = f", and {len(troubles) - 1} more" if len(troubles) > 1 else ""
        out.data(f"{handle}: broken: {line_of(troubles[0])}{more}")
        for trouble in troubles[1:20]:
            out.say(line_of(trouble))
    return FAILED if troubles else OK


# ── export ──────────────────────────────────────────────────────────────────────────────────────


def _export_arguments(parser: Parser) -> None:
    which(parser)
    parser.add_argument(
        "--format", choices=FORMATS, default="json", help="json, jsonl, csv: the timeline; md: to read; log: every fact"
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="into a new file instead of standard output")


def _export(session: Session, arguments: Arguments) -> int:
    from ..exchange import write

    room = session.seen()
    state = room.state
    match arguments.format:
        case "json":
            text = write.as_json(state)
        case "jsonl":
            text = write.as_lines(state)
        case "csv":
            text = write.as_csv(state)
        case "md":
            from ..render.markdown import report

            text = report(state, session.handle(state.id), session.now())
        case _:
            text = write.as_log(room.log.rows())
    if arguments.output:
        _into(arguments.output, text)
    else:
        out.whole(text)
    return OK


def _into(path: str, text: str) -> None:
    from ..store import disk

    path = os.path.abspath(path)
    try:
        disk.create(path, text.encode())
    except FileExistsError:
        raise No(f"{path} is there already; nothing was written.") from None
    except OSError as problem:
        raise not_written(problem, path) from None


# ── import ──────────────────────────────────────────────────────────────────────────────────────


def _import_arguments(parser: Parser) -> None:
    parser.add_argument("file", metavar="FILE", help="JSON, JSON lines, CSV, a Markdown list or an exported log; or -")
    parser.add_argument("--format", choices=FORMATS, help="where the file does not show it")
    parser.add_argument("--title", metavar="TITLE", default="", help="instead of the file's")
    parser.add_argument("-s", "--severity", metavar="SEV", default="", help="instead of the file's")
    parser.add_argument("--source", metavar="TEXT", default="", help="where the timeline comes from")
    parser.add_argument("--date", metavar="DAY", default="", help="the day of times without one, as 2026-11-22")


def _import(session: Session, arguments: Arguments) -> int:
    from ..exchange.facts import Whole
    from ..exchange.found import Options
    from ..exchange.problem import BadInput
    from ..exchange.read import LARGEST, bounded, load, read
    from .incident import declared, severity_of

    if arguments.severity:
        severity_of(arguments.severity)
    options = Options(session.now(), arguments.title, arguments.severity, arguments.source, arguments.date)
    try:
        if arguments.file == "-":
            name, data = "stdin", bounded(sys.stdin.buffer.read(LARGEST + 1), "stdin")
        else:
            # A name that is no UTF-8 could not be kept as the source.
            name = os.fsencode(os.path.basename(arguments.file)).decode(errors="replace")
            data = load(arguments.file)
        found = read(data, name, options, arguments.format or "")
    except BadInput as bad:
        for line in bad.lines():
            out.say(line)
        raise Stop("Nothing was imported.") from None
    if isinstance(found, Whole):
        return _whole(session, found)
    for note in found.notes:
        out.say(f"{name}: {note}")
    return declared(session, found.command)


def _whole(session: Session, whole: "object") -> int:
    from ..exchange.facts import Whole
    from .incident import made
    from .whole import restored

    assert isinstance(whole, Whole)
    room = restored(session, whole)
    with room.log:
        made(session, whole.inc, room.log.path, room.state)
    return OK


# ── archive ─────────────────────────────────────────────────────────────────────────────────────


def _archive_arguments(parser: Parser) -> None:
    which(parser)
    parser.add_argument("--older-than", metavar="DUR", help="every closed incident that ended so long ago, as 90d")


def _archive(session: Session, arguments: Arguments) -> int:
    from ..core.values import By
    from ..room.desk import Desk
    from ..store import folder

    named = arguments.inc or arguments.incident
    desk = Desk(session.paths.incidents, "", By(""), session.now)
    found = desk.incidents()
    if named:
        path = os.path.realpath(session.path)
        found = [each for each in found if os.path.realpath(each.path) == path]
        if not found:
            raise NotHere("That incident is archived already.")
        if found[0].phase not in ("closed", "cancelled"):
            raise No(f"{found[0].handle} is {found[0].phase}; only closed and cancelled incidents are archived.")
    else:
        age = _age(session, arguments.older_than)
        found = [
            each
            for each in found
            if each.phase in ("closed", "cancelled") and each.ended is not None and each.ended <= session.now() - age
        ]
    for each in found:
        target = folder.archive(each.path, session.paths.archive)
        if not arguments.json:
            out.data(f"{each.handle}  {clean(each.title)}  {target}")
    if arguments.json:
        out.json([{"id": each.id, "handle": each.handle} for each in found])
    elif not found:
        out.say("Nothing to archive.")
    return OK


def _age(session: Session, older_than: str | None) -> int:
    if older_than:
        return span("--older-than", older_than)
    age = session.settings.archive_after if session.settings else None
    if age is None:
        raise Usage("Which incident? Name one, or say --older-than 90d, or set archive_after in config.toml.")
    return age


VERBS = {
    "verify": Verb(
        "check every hash and every chain; names the first broken fact", "warroom verify K3F9", which, _verify
    ),
    "export": Verb(
        "print the timeline, or every fact", "warroom export K3F9 --format md -o k3f9.md", _export_arguments, _export
    ),
    "import": Verb(
        "make an incident out of a timeline that was kept elsewhere",
        "warroom import timeline.md --date 2026-11-22 -s SEV2",
        _import_arguments,
        _import,
    ),
    "archive": Verb(
        "move closed incidents out of the way", "warroom archive --older-than 90d", _archive_arguments, _archive
    ),
}
