"""`warroom export`: an incident in the form that somebody asked for, as it is or as it may be shown outside."""

import os
from typing import TYPE_CHECKING

from ..store.errors import not_written
from . import out
from .session import Session
from .stop import OK, No, Usage
from .verb import Arguments, Parser, which

if TYPE_CHECKING:
    from ..core.incident import Incident
    from ..exchange.redacted import Redactions
    from ..room.room import Room

FORMATS = ("json", "jsonl", "csv", "md", "html", "ics", "ics214", "log")


def arguments(parser: Parser) -> None:
    which(parser)
    parser.add_argument(
        "--format",
        choices=FORMATS,
        help="json, jsonl, csv: the timeline; md, html: to read; ics: deadlines for a calendar; ics214: activity log; "
        "log: every fact",
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="into a new file instead of standard output")
    parser.add_argument("--bundle", metavar="FILE", help="everything, evidence too, as one file to move it elsewhere")
    parser.add_argument("--redacted", action="store_true", help="people by their role, secrets masked, no numbers")
    parser.add_argument("--without", metavar="ID", action="append", default=[], help="leave this entry out; repeatable")
    parser.add_argument("--without-kind", metavar="KIND", action="append", default=[], help="leave these kinds out")
    parser.add_argument("--person", metavar="WHO", default="", help="ics214: the log of one person")


def export(session: Session, arguments: Arguments) -> int:
    """Writes the incident as it was asked for."""
    _refuse_together(arguments)
    room = session.seen()
    if arguments.bundle:
        from .bundle import written

        return written(session, arguments, room)
    state, told = room.state, None
    if _changed(arguments):
        state, told = _redacted(arguments, state)
    text = _text(session, arguments, room, state, told)
    said = list(told.sentences) if told else []
    if arguments.output:
        into(arguments.output, text.encode())
        if arguments.json:
            out.json(
                {"file": os.path.abspath(arguments.output), "format": arguments.format or "json", "redactions": said}
            )
    else:
        out.whole(text)
    for sentence in said:
        out.say(sentence)
    if arguments.redacted:
        out.say("Read it before you pass it on: whoever is only spoken of, and never took part, is not known here.")
    return OK


def _changed(arguments: Arguments) -> bool:
    return bool(arguments.redacted or arguments.without or arguments.without_kind)


def _refuse_together(arguments: Arguments) -> None:
    """Raises `Usage` for what cannot be asked for at once."""
    whole = "bundle" if arguments.bundle else "log" if arguments.format == "log" else ""
    if whole and _changed(arguments):
        raise Usage(f"A {whole} is whole: its chain would not verify with anything left out. Use another --format.")
    if arguments.bundle and (arguments.format or arguments.output):
        raise Usage("A bundle has one form, and goes into the file that --bundle names: leave --format and -o away.")
    if arguments.person and arguments.format != "ics214":
        raise Usage("--person is for --format ics214 only.")


def _redacted(arguments: Arguments, state: "Incident") -> "tuple[Incident, Redactions]":
    from ..exchange.redacted import WHAT_IT_IS, left_out, redacted
    from ..render.timeline import kind_of

    ids = set()
    for word in arguments.without:
        found = state.find(word)
        if found is None:
            raise No(f"--without: there is no entry “{word}” here. `warroom timeline --json` shows their ids.")
        if isinstance(found.body, WHAT_IT_IS):
            raise No(f"--without: “{word}” says what this incident is, which cannot be left out.")
        ids.add(found.id)
    known = {kind_of(state, event) for event in state.facts if not isinstance(event.body, WHAT_IT_IS)}
    for kind in arguments.without_kind:
        if kind in {body.kind for body in WHAT_IT_IS}:
            raise No(f"--without-kind: {kind} says what this incident is, which cannot be left out.")
        if kind not in known:
            raise No(f"--without-kind: there is no “{kind}” here. There are {', '.join(sorted(known))}.")
    return redacted(state, left_out(state, ids, arguments.without_kind), people=arguments.redacted)


def _text(session: Session, arguments: Arguments, room: "Room", state: "Incident", told: "Redactions | None") -> str:
    from ..exchange import write

    said = told.sentences if told else ()
    handle = session.handle(state.id)
    match arguments.format:
        case "jsonl":
            return write.as_lines(state, said)
        case "csv":
            return write.as_csv(state)
        case "md":
            from ..render.markdown import report

            return report(state, handle, session.now(), said)
        case "html":
            from ..render.incident_html import page

            return page(state, handle, session.now(), said)
        case "ics":
            return _calendar(session, state, handle, said)
        case "ics214":
            return _activity_log(session, arguments, room.state, state, said)
        case "log":
            return write.as_log(room.log.rows())
    return write.as_json(state, said)


def _calendar(session: Session, state: "Incident", handle: str, said: tuple[str, ...]) -> str:
    from ..config.review import rules
    from ..render.deadlines import deadlines
    from ..render.icalendar import calendar

    found = deadlines(state, handle, session.now(), rules(session.library))
    if not found:
        raise No(f"Nothing in {handle} has a date: nothing is due, and no review is owed. Nothing was written.")
    return calendar(found, f"{handle} {state.title}", session.now(), said)


def _activity_log(
    session: Session, arguments: Arguments, whole: "Incident", state: "Incident", said: tuple[str, ...]
) -> str:
    from ..exchange.roles import cast, key
    from ..render.ics214 import form, people

    person = arguments.person
    if person:
        known = {key(each): each for each in people(whole)}
        if key(person) not in known:
            raise No(f"--person: nobody here is called “{person}”. There are {', '.join(known.values())}.")
        person = known[key(person)]
        if arguments.redacted:
            person = cast(whole).people.get(key(person), person)
    by = "" if arguments.redacted else session.me.name
    return form(state, session.handle(state.id), session.now(), person, by, said)


def into(path: str, data: bytes) -> None:
    """A new file. Raises `No` where there is one already."""
    from ..store import disk

    path = os.path.abspath(path)
    try:
        disk.create(path, data)
    except FileExistsError:
        raise No(f"{path} is there already; nothing was written.") from None
    except OSError as problem:
        raise not_written(problem, path) from None
