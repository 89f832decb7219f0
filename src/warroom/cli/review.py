"""`warroom review`: the review of an incident that is over, and which reviews are owed."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..core.text import clean, clip, width
from . import out
from .session import Session
from .stop import OK, No, NotHere, Usage
from .verb import Arguments, Parser, Verb

if TYPE_CHECKING:
    from ..core.incident import Incident
    from ..core.review.deadlines import Standing
    from ..room.desk import Listed

Act = Callable[[Session, list[str]], int]
ACTS = ("draft", "show", "edit", "check", "state", "owner")


def _arguments(parser: Parser) -> None:
    parser.add_argument(
        "words",
        metavar="INC ACT …",
        nargs="*",
        help="draft | show [SECTION] | edit [FILE] | check [FILE] | state [STATE] | owner [WHO]; "
        "nothing: every review that is owed",
    )
    parser.add_argument("-o", "--output", metavar="FILE", default="", help="draft: into a new file; - is stdout")
    parser.add_argument("--log", action="store_true", help="show: the log's own lines, whatever was written over them")
    parser.add_argument(
        "--anew", action="store_true", help="edit: do not go on with the file that an earlier edit left"
    )
    parser.add_argument("--why", metavar="TEXT", default="", help="state: the reason, for the log")


def _run(session: Session, arguments: Arguments) -> int:
    words: list[str] = arguments.words
    if not words and not arguments.incident:
        return _owed(session)
    act, rest = _asked(session, words)
    from . import review_edit, review_show

    acts: dict[str, Act] = {
        "draft": review_edit.draft,
        "edit": review_edit.edit,
        "show": review_show.show,
        "check": review_show.check,
        "state": review_show.state,
        "owner": review_show.owner,
    }
    return acts[act](session, rest)


def _asked(session: Session, words: list[str]) -> tuple[str, list[str]]:
    """The act and what follows it; the incident that was named first is the session's from now on."""
    arguments = session.arguments
    if words and words[0] not in ACTS and not arguments.incident:
        arguments.incident, *words = words
    elif not arguments.incident and not os.environ.get("WARROOM_INCIDENT"):
        arguments.incident = _only(session)
    if not words:
        return "show", []
    if words[0] not in ACTS:
        raise Usage(f"warroom review: “{clean(words[0])}” is none of {', '.join(ACTS)}.")
    return words[0], words[1:]


def _only(session: Session) -> str:
    """The only incident whose review is owed. Raises `No` and `NotHere`."""
    found = owed(session)
    if len(found) == 1:
        return found[0][0].id
    if not found:
        raise NotHere("No review is owed. Name the incident: warroom review K3F9 show.")
    names = "\n".join(f"  {each.handle}  {clean(each.title)}" for each, _, _ in found)
    raise No(f"{len(found)} reviews are owed; say which, as in `warroom review K3F9 show`:\n{names}")


# ── which are owed ──


def owed(session: Session) -> "list[tuple[Listed, Standing, Incident]]":
    """Every real incident whose review is owed, the one that is due first leading."""
    from ..config.review import rules
    from ..core.review.deadlines import owes, standing
    from ..core.values import By
    from ..room.desk import Desk

    desk = Desk(session.paths.incidents, "", By(""), session.now)
    by_severity = rules(session.library)
    found = []
    for each in desk.incidents():
        if each.trouble or each.drill or each.open:
            continue
        state = desk.state(each.path)
        if (stands := standing(owes(state), by_severity)).next:
            found.append((each, stands, state))
    return sorted(found, key=lambda row: row[1].due or 0)


def _owed(session: Session) -> int:
    from ..core.review.deadlines import gravest
    from ..render.times import iso_or_none
    from ..tui.review.owed import word
    from .show import look

    found, now = owed(session), session.now()
    if session.arguments.json:
        rows = [
            {
                "id": each.id,
                "handle": each.handle,
                "title": each.title,
                "severity": gravest(state),
                "state": stands.state,
                "owner": stands.owner or None,
                "next": stands.next,
                "due_at": iso_or_none(stands.due),
                "draft_due_at": iso_or_none(stands.draft_due),
                "review_due_at": iso_or_none(stands.review_due),
                "late": stands.due is not None and stands.due < now,
            }
            for each, stands, state in found
        ]
        out.json(rows)
        return OK
    shape = look(session)
    wide = max((len(each.handle) for each, _, _ in found), default=0)
    for each, stands, state in found:
        due = word(stands, now)
        who = stands.owner or "nobody"
        head = clean(f"{each.handle:<{wide}}  {gravest(state):<4}  {stands.state:<9}  {due:<17}  {who:<10}  ")
        title = clean(each.title)
        line = head + (clip(title, max(10, shape.width - width(head))) if shape.width else title)
        late = stands.due is not None and stands.due < now
        out.painted([shape.paint.alarm(line) if late else line])
    if not found:
        out.say("No review is owed.")
    return OK


VERBS = {
    "review": Verb(
        "the review of an incident that is over: draft, show, edit, check, state, owner; alone: all that are owed",
        "warroom review K3F9 edit && warroom review K3F9 state in review",
        _arguments,
        _run,
    )
}
