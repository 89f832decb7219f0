"""`warroom policy`: the escalation policies, what they would do at which minute, and what is wrong with them."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..core.text import clean, width
from ..core.values import Refused
from . import out
from .session import Session
from .stop import OK, REFUSED, No, NotHere, Usage
from .verb import Arguments, Parser, Verb

if TYPE_CHECKING:
    from ..core.events import PolicyAttached
    from ..core.plan import Line

_FIRST = "SEV1"


def _arguments(parser: Parser) -> None:
    parser.add_argument(
        "what",
        choices=("list", "show", "matrix", "check"),
        help="all of them; who is called at which minute; the whole plan to print; what is wrong",
    )
    parser.add_argument("names", metavar="ID|FILE", nargs="*", default=(), help="for show and check: policies, files")
    parser.add_argument("-s", "--severity", metavar="SEV", default="", help="show: the severity that is declared")
    parser.add_argument("--format", choices=("md", "html"), default="md", help="matrix: Markdown, or a page to print")
    parser.add_argument("-o", "--output", metavar="FILE", help="matrix: a new file instead of standard output")


def _policy(session: Session, arguments: Arguments) -> int:
    match arguments.what:
        case "list":
            return _list(session, arguments)
        case "show":
            return _show(session, arguments)
        case "matrix":
            return _matrix(session, arguments)
    return _check(session, arguments)


def _say_problems(session: Session) -> None:
    for problem in session.library.problems:
        out.say(str(problem))


def _starts_with(session: Session, severity: str) -> str:
    """The id of the policy that an incident of this severity starts with; empty: it calls nobody."""
    preferred = session.settings.default_policy if session.settings else ""
    return session.library.choose_policy(severity, preferred)


# ── list ──


def _list(session: Session, arguments: Arguments) -> int:
    library = session.library
    started: dict[str, list[str]] = {}
    for severity in library.severities:
        started.setdefault(_starts_with(session, severity), []).append(severity)
    rows = []
    for id, form in library.policies.items():
        own, reaches = id in library.own_policies, library.policy(id, session.now()).reachable
        rows.append((id, form.title, len(form.level), started.get(id, []), own, reaches, library.files["policies", id]))
    _say_problems(session)
    if arguments.json:
        names = ("id", "title", "levels", "severities", "own", "reachable", "file")
        out.json([dict(zip(names, row, strict=True)) for row in rows])
        return OK
    edge = max(width(clean(row[0])) for row in rows) if rows else 0
    for id, title, levels, severities, own, reaches, _ in rows:
        name = clean(id)
        first = ", ".join(severities) or "no severity"
        said = f"{levels} level{'' if levels == 1 else 's'}, starts with {first}" + ("" if own else ", shipped")
        called = f"{title}: " if title else ""
        out.data(f"{name}{' ' * (edge - width(name))}  {called}{said}{'' if reaches else ' · PAGES NOBODY'}")
    return OK


# ── show ──


def _show(session: Session, arguments: Arguments) -> int:
    from ..render import plan as render
    from ..render.paint import Paint
    from .incident import severity_of

    if len(arguments.names) > 1:
        raise Usage("warroom policy show: one policy at a time.")
    severity = severity_of(arguments.severity) if arguments.severity else ""
    id = arguments.names[0] if arguments.names else _starts_with(session, severity or _FIRST)
    if not id:
        if arguments.json:
            out.json(None)
        out.say(f"{severity or _FIRST} calls nobody. `warroom policy list` shows the policies that there are.")
        return OK
    severity = severity or _severity_of(session, id)
    now = session.now()
    policy, lines = _planned(session, id, severity)
    _say_problems(session)
    fallback = session.library.channels.fallback
    if arguments.json:
        out.json(render.data(policy, lines, now, severity, fallback))
        return OK
    cells = min(max(out.width() or 80, 60), 100)
    out.painted(render.text(policy, lines, now, severity, fallback, session.zone, cells, Paint(out.colours())))
    return OK


def _severity_of(session: Session, id: str) -> str:
    """The gravest severity that starts with this policy, else the gravest of all."""
    return next((each for each in session.library.severities if _starts_with(session, each) == id), _FIRST)


def _planned(
    session: Session, id: str, severity: str, always: bool = False
) -> "tuple[PolicyAttached, tuple[Line, ...]]":
    """The policy and what it does from now on; `always`: as if no level were in its quiet hours."""
    from ..core.plan import plan
    from ..render.plan_words import always as without_quiet

    now = session.now()
    try:
        policy = session.library.policy(id, now)
    except Refused as no:
        raise NotHere(str(no)) from None
    return policy, plan(without_quiet(policy) if always else policy, now, severity)


# ── matrix ──


def _matrix(session: Session, arguments: Arguments) -> int:
    from ..render.matrix import markdown, sheets

    if arguments.names:
        raise Usage("warroom policy matrix: it shows all severities; `warroom policy show ID` shows one policy.")
    found, now = sheets(_severities(session)), session.now()
    _say_problems(session)
    fallback = session.library.channels.fallback
    if arguments.format == "html":
        from ..render.matrix_html import page

        text = page(found, now, fallback, session.zone)
    else:
        text = markdown(found, now, fallback, session.zone)
    if arguments.output:
        _into(arguments.output, text)
    else:
        out.whole(text)
    return OK


def _severities(session: Session) -> "Iterator[tuple[str, str, PolicyAttached | None, tuple[Line, ...]]]":
    for severity in session.library.severities.values():
        id = _starts_with(session, severity.id)
        if id:
            yield severity.id, severity.name, *_planned(session, id, severity.id, always=True)
        else:
            yield severity.id, severity.name, None, ()


def _into(path: str, text: str) -> None:
    from ..store import disk

    path = os.path.abspath(path)
    try:
        disk.create(path, text.encode())
    except FileExistsError:
        raise No(f"{path} is there already; nothing was written.") from None
    out.say(f"Written to {path}.")


# ── check ──


def _check(session: Session, arguments: Arguments) -> int:
    from ..config.policy_check import check, files

    named = [_file(session, name) for name in arguments.names]
    problems = check(session.paths, named, session.now())
    if arguments.json:
        out.json([{"file": each.file, "at": each.place, "problem": each.reason} for each in problems])
        return REFUSED if problems else OK
    last = ""
    for each in problems:
        if each.file != last:
            out.data(each.file)
            last = each.file
        out.data(f"  {each.place or 'the file'}: {each.reason}.")
    looked = len(named or files(session.library))
    if problems:
        findings = out.many(len(problems), "finding", "findings")
        out.say(f"{findings} in {out.many(looked, 'escalation policy', 'escalation policies')}.")
        return REFUSED
    out.say(f"Nothing is wrong with {'the escalation policy' if looked == 1 else f'all {looked} escalation policies'}.")
    return OK


def _file(session: Session, name: str) -> str:
    """A file by its path, or a policy's file by its id."""
    if os.path.lexists(name):
        return name
    known = session.library.policies
    if name in known:
        return session.library.files["policies", name]
    raise NotHere(f"There is no file {name}, and no escalation policy of that name.")


VERBS = {
    "policy": Verb(
        "escalation policies: who would be called at which minute, the plan to print, what is wrong",
        "warroom policy show -s SEV1",
        _arguments,
        _policy,
    ),
}
