"""What becomes of an incident's file: verify, export, import, archive."""

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..core.text import clean
from ..store.errors import StoreError
from . import export, out, verify
from .session import Session
from .stop import FAILED, OK, No, NotHere, Stop, Usage
from .verb import Arguments, Parser, Verb, span, which

if TYPE_CHECKING:
    from ..exchange.facts import Whole
    from ..room.desk import Listed

FORMATS = ("json", "jsonl", "csv", "md", "log")  # that import reads
_OVER = ("closed", "cancelled")


# ── import ──────────────────────────────────────────────────────────────────────────────────────


def _import_arguments(parser: Parser) -> None:
    parser.add_argument(
        "file", metavar="FILE", help="a bundle, an exported log, JSON, JSON lines, CSV or a Markdown list; or -"
    )
    parser.add_argument("--format", choices=FORMATS, help="where the file does not show it")
    parser.add_argument("--title", metavar="TITLE", default="", help="instead of the file's")
    parser.add_argument("-s", "--severity", metavar="SEV", default="", help="instead of the file's")
    parser.add_argument("--source", metavar="TEXT", default="", help="where the timeline comes from")
    parser.add_argument("--date", metavar="DAY", default="", help="the day of times without one, as 2026-11-22")


def _import(session: Session, arguments: Arguments) -> int:
    from ..exchange.bundle import MAGIC, unpack
    from ..exchange.facts import Whole
    from ..exchange.found import Options
    from ..exchange.problem import BadInput
    from ..exchange.read import read
    from . import bundle
    from .incident import declared, severity_of

    if arguments.severity:
        severity_of(arguments.severity)
    options = Options(session.now(), arguments.title, arguments.severity, arguments.source, arguments.date)
    try:
        name, data = _given(arguments.file)
        if data.startswith(MAGIC):
            bundle.refuse_changes(arguments)
            return bundle.taken(session, unpack(data, name))
        found = read(data, name, options, arguments.format or "")
    except BadInput as bad:
        for line in bad.lines():
            out.say(line)
        raise Stop("Nothing was imported.") from None
    if isinstance(found, Whole):
        bundle.refuse_changes(arguments)
        return _whole(session, found)
    for note in found.notes:
        out.say(f"{name}: {note}")
    return declared(session, found.command)


def _given(file: str) -> tuple[str, bytes]:
    """What the file is called, and its bytes. Raises `BadInput`."""
    from ..exchange.read import load, whole

    if file == "-":
        return "stdin", whole(sys.stdin.buffer, "stdin")
    # A name that is no UTF-8 could not be kept as the source.
    return os.fsencode(os.path.basename(file)).decode(errors="replace"), load(file)


def _whole(session: Session, whole: "Whole") -> int:
    from .incident import made
    from .whole import restored

    room = restored(session, whole)
    with room.log:
        made(session, whole.inc, room.log.path, room.state)
    return OK


# ── archive ─────────────────────────────────────────────────────────────────────────────────────


def _archive_arguments(parser: Parser) -> None:
    which(parser)
    parser.add_argument("--older-than", metavar="DUR", help="every closed incident that ended so long ago, as 90d")
    parser.add_argument(
        "--delete-expired",
        action="store_true",
        help="delete archived incidents that ended longer ago than delete_after in config.toml",
    )
    parser.add_argument("--dry-run", action="store_true", help="only say what would be moved or deleted")


def _archive(session: Session, arguments: Arguments) -> int:
    if arguments.delete_expired:
        return _delete_expired(session, arguments)
    from ..store import folder

    def move(each: "Listed") -> str:
        if arguments.dry_run:
            return f"would go to {session.paths.archive}"
        return folder.archive(each.path, session.paths.archive)

    found = _to_archive(session, arguments)
    done, failed = _each(arguments, found, move)
    if arguments.json:
        out.json([_named(each) for each in done])
    elif not found:
        out.say("Nothing to archive.")
    return FAILED if failed else OK


def _to_archive(session: Session, arguments: Arguments) -> "list[Listed]":
    from ..core.values import By
    from ..room.desk import Desk

    named = arguments.inc or arguments.incident
    found = Desk(session.paths.incidents, "", By(""), session.now).incidents()
    if not named:
        age = _age(session, arguments.older_than)
        return [each for each in found if each.phase in _OVER and _ended_before(each, session.now() - age)]
    path = os.path.realpath(session.path)
    found = [each for each in found if os.path.realpath(each.path) == path]
    if not found:
        raise NotHere("That incident is archived already.")
    if found[0].phase not in _OVER:
        raise No(f"{found[0].handle} is {found[0].phase}; only closed and cancelled incidents are archived.")
    return found


def _delete_expired(session: Session, arguments: Arguments) -> int:
    """Deletes what the person's own rule says is kept long enough, evidence too. Nothing does this by itself."""
    from ..core.values import By
    from ..room.desk import Desk
    from ..room.syncing import note_deleted
    from ..store import folder

    if arguments.inc or arguments.incident or arguments.older_than:
        raise Usage("--delete-expired goes by delete_after in config.toml alone: name no incident, and no age.")
    rule = session.settings.delete_after if session.settings else None
    if rule is None:
        raise Usage('Set delete_after in config.toml first, for instance delete_after = "1095d". Nothing was deleted.')
    archived = Desk(session.paths.archive, "", By(""), session.now).incidents()
    unread = [each for each in archived if each.trouble]
    for each in unread:
        out.say(f"{each.handle} stays, since it cannot be read: {each.trouble}")

    def delete(each: "Listed") -> str:
        if arguments.dry_run:
            return "would be deleted"
        note_deleted(session.paths.data, each.id)
        folder.delete(each.path)
        return "deleted"

    expired = [each for each in archived if not each.trouble and _ended_before(each, session.now() - rule)]
    done, failed = _each(arguments, expired, delete)
    if arguments.json:
        deleted = [] if arguments.dry_run else done
        out.json({"expired": [_named(each) for each in expired], "deleted": [_named(each) for each in deleted]})
    elif not expired and not unread:
        out.say("Nothing in the archive is older than delete_after says.")
    return FAILED if failed or unread else OK


def _each(
    arguments: Arguments, found: "list[Listed]", do: "Callable[[Listed], str]"
) -> "tuple[list[Listed], list[Listed]]":
    """Does it with one after the other and says so: those that it was done with, and those that it failed for."""
    done: list[Listed] = []
    failed: list[Listed] = []
    for each in found:
        try:
            said = do(each)
        except StoreError as problem:
            failed.append(each)
            out.say(f"{each.handle}: {problem}")
            continue
        done.append(each)
        if not arguments.json:
            out.data(f"{each.handle}  {clean(each.title)}  {said}")
    return done, failed


def _named(each: "Listed") -> dict[str, str]:
    return {"id": each.id, "handle": each.handle}


def _ended_before(each: "Listed", t: int) -> bool:
    return each.ended is not None and each.ended <= t


def _age(session: Session, older_than: str | None) -> int:
    if older_than:
        return span("--older-than", older_than)
    age = session.settings.archive_after if session.settings else None
    if age is None:
        raise Usage("Which incident? Name one, or say --older-than 90d, or set archive_after in config.toml.")
    return age


VERBS = {
    "verify": Verb(
        "check every hash and every chain; says what was redacted, and names the first broken fact",
        "warroom verify K3F9",
        verify.arguments,
        verify.verify,
    ),
    "export": Verb(
        "the timeline, a report, deadlines, or everything, as it is or redacted",
        "warroom export K3F9 --format html --redacted -o k3f9.html",
        export.arguments,
        export.export,
    ),
    "import": Verb(
        "make an incident out of a timeline that was kept elsewhere",
        "warroom import timeline.md --date 2026-11-22 -s SEV2",
        _import_arguments,
        _import,
    ),
    "archive": Verb(
        "move closed incidents out of the way; delete what was kept long enough",
        "warroom archive --older-than 90d",
        _archive_arguments,
        _archive,
    ),
}
