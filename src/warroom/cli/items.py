"""`warroom items`: who does what by when, over all incidents or in one; raised, changed, opened as issues elsewhere."""

from collections.abc import Callable

from ..core import events as ev
from ..core.acts import items as acts
from ..core.commands import Command
from ..core.events import Event
from ..core.incident import Incident
from ..core.review.items import item_by_id
from ..core.text import clean
from ..core.values import Ms
from ..render.item import when_due
from . import out
from .act import act
from .items_list import data, many, one
from .session import Session
from .stop import Usage
from .verb import Arguments, Parser, Verb, text, words

_MISSING = {
    "add": 'INC and WHAT: warroom items add K3F9 "alert on replica lag" --owner ivo --due 14d --for detect',
    "raise": "INC and, where several follow-ups wait, which one: warroom items raise K3F9 2 --owner ivo --due 14d",
    "done": "INC and the item's number: warroom items done K3F9 2",
    "drop": "INC, the item's number and why: warroom items drop K3F9 2 the service is gone",
    "reopen": "INC and the item's number: warroom items reopen K3F9 2",
    "change": "INC, the item's number and what is new: warroom items change K3F9 2 --owner lee --due 2026-12-03",
    "file": "INC, the item's number and where: warroom items file K3F9 2 --way github:owner/repo",
    "show": "INC: warroom items show K3F9",
}
STEPS = ("list", *_MISSING)


def _arguments(parser: Parser) -> None:
    words(
        parser,
        "words",
        "STEP",
        "list (what stands without a step), add INC WHAT, raise INC [FOLLOW-UP], done INC N [WHY], drop INC N WHY, "
        "reopen INC N [WHY], change INC N, file INC N, or show INC",
        needed=False,
    )
    parser.add_argument("--owner", metavar="WHO", help="who does it; list: only theirs")
    parser.add_argument("--due", metavar="DATE", help="by when: 2026-12-03, or 14d from now")
    parser.add_argument("--for", dest="what_for", metavar="WHY", choices=ev.ITEM_KINDS, help=", ".join(ev.ITEM_KINDS))
    parser.add_argument("--what", metavar="TEXT", help="change: other words for it")
    parser.add_argument("--why", metavar="TEXT", default="", help="the reason, for the log")
    parser.add_argument("--way", metavar="WAY", help="file: where it is opened, as github:owner/repo or jira:PROJ")
    parser.add_argument(
        "--from-followup",
        metavar="WHICH",
        nargs="?",
        const="",
        help="raise: the follow-up of the timeline, by its number or a part of it",
    )
    parser.add_argument("--all", action="store_true", help="list: what is done or dropped as well")
    parser.add_argument("--overdue", action="store_true", help="list: only what is late")
    parser.add_argument("--insist", action="store_true", help="write what looks like a secret as it is")


def _run(session: Session, arguments: Arguments) -> int:
    match arguments.words:
        case [] | ["list"]:
            return many(session)
        case ["add", *rest]:
            return _add(session, _of(arguments, rest))
        case ["raise", *rest]:
            return _raise(session, _of(arguments, rest, needed=False))
        case ["show", *rest]:
            return one(session, _of(arguments, rest, needed=False))
        case ["done" | "drop" | "reopen" as step, *rest]:
            return _settle(session, step, _of(arguments, rest))
        case ["change", *rest]:
            return _change(session, _of(arguments, rest))
        case ["file", *rest]:
            return _file(session, _of(arguments, rest))
    first = arguments.words[0]
    raise Usage(f"warroom items has no step “{clean(first)}”; there is {', '.join(STEPS)}.")


def _of(arguments: Arguments, rest: list[str], needed: bool = True) -> list[str]:
    """The words behind the incident, which is the first of them unless -i names it."""
    if arguments.incident:
        return rest
    if rest:
        arguments.incident = rest[0]
    elif needed:
        raise _missing(arguments)
    return rest[1:]


def _missing(arguments: Arguments) -> Usage:
    step = arguments.words[0]
    return Usage(f"warroom items {step}: {_MISSING[step]}")


def _due(session: Session) -> Ms | None:
    if session.arguments.due is None:
        return None
    from ..core.review.dates import due_date

    _ = session.path  # what time it is depends on which incident is meant
    try:
        return due_date(session.arguments.due, session.now(), session.zone)
    except ValueError as wrong:
        raise Usage(f"--due: {wrong}.") from None


# ── raised and changed ──


def _add(session: Session, rest: list[str]) -> int:
    what = text(rest)
    if not what.strip():
        raise _missing(session.arguments)
    return _do(session, lambda state: _raised(session, what=what))


def _raised(session: Session, what: str = "", of: str = "") -> acts.RaiseItem:
    arguments = session.arguments
    return acts.RaiseItem(
        what=what,
        owner=arguments.owner or "",
        due=_due(session),
        what_for=arguments.what_for or "prevent",
        of=of,
    )


def _raise(session: Session, rest: list[str]) -> int:
    which = session.arguments.from_followup or text(rest)
    return _do(session, lambda state: _raised(session, of=acts.followup_of(state, which).id))


def _settle(session: Session, step: str, rest: list[str]) -> int:
    if not rest:
        raise _missing(session.arguments)
    which, *said = rest
    how = {"done": "done", "drop": "dropped", "reopen": "open"}[step]
    why = session.arguments.why or text(said)
    return _do(session, lambda state: acts.ChangeItem(item=which, state=how, why=why))


def _change(session: Session, rest: list[str]) -> int:
    arguments = session.arguments
    given = (arguments.owner, arguments.due, arguments.what_for, arguments.what)
    if len(rest) != 1 or all(each is None for each in given):
        raise _missing(arguments)
    command = acts.ChangeItem(
        item=rest[0],
        owner=arguments.owner,
        due=_due(session),
        what=arguments.what or "",
        what_for=arguments.what_for or "",
        why=arguments.why,
    )
    return _do(session, lambda state: command)


def _do(session: Session, command: Callable[[Incident], Command]) -> int:
    """Does it, and says how the item stands then."""
    return act(session, command, told=lambda state, events: _told(session, state, events))


def _told(session: Session, state: Incident, events: list[Event]) -> None:
    item = item_by_id(state, _item_of(events[0]))
    if item is None:
        return
    handle = session.handle(state.id)
    if session.arguments.json:
        said = {"id": events[0].id, "ids": [e.id for e in events], "text": events[0].body.text()}
        out.json(said | data(item, handle, session.now()))
        return
    owner = clean(item.owner) or "nobody yet"
    about = f"{item.what_for}, {owner}, {when_due(item, session.now(), session.zone)}"
    out.data(f"{handle}  {item.number}")
    out.say(f"{clean(item.what)} ({about}){f' · {clean(item.why)}' if item.why else ''}")
    missing = [f"--{name}" for name, value in (("owner WHO", item.owner), ("due DATE", item.due)) if not value]
    if item.open and missing:
        more = " ".join(missing)
        out.say(f"Who does it by when? `warroom items change {handle} {item.number} {more}` says it.")


def _item_of(event: Event) -> str:
    body = event.body
    return body.of if isinstance(body, ev.ItemChanged | ev.ItemFiled) else event.id


def _file(session: Session, rest: list[str]) -> int:
    if len(rest) != 1:
        raise _missing(session.arguments)
    from .items_file import file

    return file(session, rest[0], _told)


VERBS = {
    "items": Verb(
        "action items: who does what by when, over all incidents",
        "warroom items add K3F9 alert on replica lag --owner ivo --due 14d --for detect",
        _arguments,
        _run,
    )
}
