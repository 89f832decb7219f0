"""`warroom review INC show|check|state|owner`: looking at a review, and saying how it stands."""

from typing import TYPE_CHECKING

from ..core.acts.review import MoveReview, OwnReview
from ..core.acts.review import owner as owner_of
from ..core.text import clean
from . import out
from .act import act
from .review_made import made
from .session import Session
from .stop import OK, NotHere
from .verb import text

if TYPE_CHECKING:
    from ..core.review.deadlines import Standing
    from ..core.review.written import Written
    from ..render.review import Document, Pointed


def show(session: Session, words: list[str]) -> int:
    """The document, or one section of it, as it is read."""
    from ..render import review

    found = made(session, session.seen().state)
    chosen = [_section(found, text(words))] if words else list(found.sections)
    log = bool(session.arguments.log)
    if session.arguments.json:
        out.json(_data(session, found, chosen))
        return OK
    if not words and not log:
        out.data(review.text(found).rstrip("\n"))
    for each in chosen if words or log else ():
        if not words and each.key:
            out.data(f"## {each.title}\n")
        lines = (each.log.lines if each.log else ()) if log else review.section_text(found, each)
        out.data("\n".join(lines) + ("" if words else "\n"))
    _remarks(session, found, chosen)
    return OK


def _section(found: "Document", named: str) -> "Written":
    """The section of this title, or the only one that begins so. Raises `NotHere`."""
    from ..core.review.document import slug

    wanted = slug(named)
    hits = [s for s in found.sections if wanted and wanted in (s.key, slug(s.title))]
    hits = hits or [s for s in found.sections if wanted and s.key.startswith(wanted)]
    if len(hits) != 1:
        names = ", ".join(each.title for each in found.sections if each.key)
        raise NotHere(f"There is no section “{clean(named)}”; there is {clean(names)}.")
    return hits[0]


def _remarks(session: Session, found: "Document", chosen: "list[Written]") -> None:
    """What a reader has to know beside it: how it stands, what is empty, what was written twice."""
    from ..core.review.written import empty

    out.say(standing_line(session, found.facts.standing, found.facts.handle))
    for each in chosen:
        if each.conflict:
            names = ", ".join(dict.fromkeys(clean(version.by) for version in each.versions))
            out.say(
                f"{clean(each.title)}: written at the same time by {names}; both stand in it, the next edit settles it."
            )
    blank = [clean(each.title) for each in chosen if each.key and empty(each)]
    if blank:
        out.say(f"Still empty: {', '.join(blank)}.")


def standing_line(session: Session, stands: "Standing", handle: str) -> str:
    """`INC-K3F9  draft, owner ana; draft due 2026-11-24 14:02 UTC, review due …: review 3d late`."""
    from ..render.times import moment
    from ..tui.review.owed import word

    now = session.now()
    who = f"owner {clean(stands.owner)}" if stands.owner else "nobody owns it"
    parts = [f"{handle}  {stands.state}, {who}"]
    if stands.draft_due is not None and stands.review_due is not None:
        dates = (moment(at, now, session.zone) for at in (stands.draft_due, stands.review_due))
        parts.append("draft due {}, review due {}".format(*dates))
    else:
        parts.append("no review is owed")
    said = word(stands, now)
    return "; ".join(parts) + (f": {said}." if said else ".")


def _data(session: Session, found: "Document", chosen: "list[Written]") -> dict[str, object]:
    return {
        **stands_data(session, found),
        "problems": list(found.problems),
        "sections": [_written(found, each) for each in chosen],
    }


def stands_data(session: Session, found: "Document") -> dict[str, object]:
    """How the review stands, as every `--json` of it begins; what is not known is null."""
    from ..render.times import iso_or_none

    stands = found.facts.standing
    return {
        "id": found.state.id,
        "handle": found.facts.handle,
        "title": found.state.title,
        "severity": found.facts.severity,
        "state": stands.state,
        "owner": owner_of(found.state) or None,
        "next": stands.next or None,
        "due_at": iso_or_none(stands.due),
        "draft_due_at": iso_or_none(stands.draft_due),
        "review_due_at": iso_or_none(stands.review_due),
        "late": stands.due is not None and stands.due < session.now(),
    }


def _written(found: "Document", each: "Written") -> dict[str, object]:
    from ..core.review.written import empty
    from ..render import review
    from ..render.times import iso

    newest = each.versions[-1] if each.versions else None
    return {
        "key": each.key,
        "title": each.title,
        "text": "\n".join(review.section_text(found, each)),
        "log": "\n".join(each.log.lines) if each.log else None,
        "own": each.log is None,
        "empty": empty(each),
        "conflict": each.conflict,
        "log_changed": bool(newest and newest.sha and each.log and newest.sha != each.log.sha),
        "written": [{"id": v.fact, "by": v.by, "at": iso(v.at), "text": v.body} for v in each.versions],
    }


# ── check ──


def check(session: Session, words: list[str]) -> int:
    """Every word that may stop a reader from learning, with why and what to say instead. It never blocks."""
    from ..render import review
    from ..room.review_file import read

    found = made(session, session.seen().state)
    pointed = review.check(found, read(words[0]) if words else None)
    if session.arguments.json:
        out.json({"handle": found.facts.handle, "findings": [_pointed(found, each) for each in pointed]})
        return OK
    own = [each for each in pointed if not each.log]
    for each in own:
        _tell(found, each)
    if len(own) < len(pointed):
        out.data("In the log's own lines, which stand as they were written then:")
        for each in pointed:
            if each.log:
                _tell(found, each)
    out.say(f"{out.many(len(pointed), 'finding', 'findings')}; none of them keeps you from anything.")
    return OK


def _tell(found: "Document", each: "Pointed") -> None:
    hit = each.finding
    out.data(
        f"line {hit.line}  {_title(found, each.section)}  “{hit.words}”\n    {hit.why}\n    instead: {hit.instead}"
    )


def _title(found: "Document", key: str) -> str:
    section = found.section(key)
    return section.title if section and key else "before the first heading"


def _pointed(found: "Document", each: "Pointed") -> dict[str, object]:
    hit = each.finding
    return {
        "line": hit.line,
        "section": each.section,
        "title": _title(found, each.section),
        "words": hit.words,
        "sort": hit.sort,
        "why": hit.why,
        "instead": hit.instead,
        "log": each.log,
    }


# ── state and owner ──


def state(session: Session, words: list[str]) -> int:
    """How the review stands, or its next state."""
    if words:
        return act(session, MoveReview(state=text(words), why=session.arguments.why))
    found = made(session, session.seen().state)
    if session.arguments.json:
        out.json(stands_data(session, found))
    else:
        out.data(standing_line(session, found.facts.standing, found.facts.handle))
    return OK


def owner(session: Session, words: list[str]) -> int:
    """Who owns the review, or who does from now on; `nobody` and `""`: nobody."""
    if words:
        who = text(words)
        return act(session, OwnReview(who="" if who.casefold() == "nobody" else who))
    found = made(session, session.seen().state)
    who = owner_of(found.state)
    if session.arguments.json:
        out.json({"id": found.state.id, "handle": found.facts.handle, "owner": who or None})
    else:
        out.data(who or "nobody")
    return OK
