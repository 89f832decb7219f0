"""`warroom sync`: exchanges everything with the joined server once, or says how far it is."""

from typing import TYPE_CHECKING

from ..core.alerts import week as weeks
from ..core.text import clean
from ..room import syncing
from ..room.syncing import Joined
from . import out
from .session import Session
from .stop import KEPT, OK, REFUSED, No, NotHere
from .verb import Arguments, Parser, Verb

if TYPE_CHECKING:
    from ..core.values import By
    from ..sync.cycle import Left, Outcome
    from ..sync.token import Token


def _arguments(parser: Parser) -> None:
    parser.add_argument("--status", action="store_true", help="say how far every incident is, and end")
    parser.add_argument("--live", action="store_true", help="go on until it is stopped")
    parser.add_argument("--detached", action="store_true", help="as it is started by itself: ends when all is quiet")
    parser.add_argument("--tied", action="store_true", help="end with the process that started this one")
    parser.add_argument("--take", action="store_true", help="take over from the process that does it now")
    parser.add_argument("--stop", action="store_true", help="end the process that exchanges facts for this folder")


def _run(session: Session, arguments: Arguments) -> int:
    if arguments.stop:
        from .sync_live import stop

        return stop(session)
    if arguments.status:
        return _status(session)
    if arguments.live or arguments.detached:
        from .sync_live import live

        return live(session, arguments)
    return _once(session)


def server(session: Session) -> Joined:
    """The server that this folder has joined. Raises `NotHere`."""
    found = syncing.joined(session.paths.data)
    if found is None:
        raise NotHere("No server is joined: `warroom join https://warroom.example.org` joins one.")
    return found


def token(session: Session, joined: Joined) -> "Token":
    """Raises `No`."""
    from ..sync.token import NoToken, read

    try:
        return read(session.paths.data, joined.url)
    except NoToken as no:
        raise No(str(no)) from None


def writer(session: Session) -> "By":
    """Who writes what an exchange itself has to write down."""
    from ..core.values import By

    return By("sync", session.me.login, session.me.host)


# ── once ──


def _once(session: Session) -> int:
    joined = server(session)
    return report(session, cycle(session, joined, token(session, joined)))


def cycle(session: Session, joined: Joined, secret: "Token") -> "Outcome":
    """One cycle over all incidents."""
    from ..sync.cycle import run

    _ = session.replica  # makes the folders
    told: list[str] = []
    outcome = run(
        session.paths.data, joined, secret, writer(session), lambda line: told.append(str(line.get("text", "")))
    )
    for sentence in told:
        out.say(sentence)
    return outcome


def report(session: Session, outcome: "Outcome") -> int:
    """Says what came of a cycle; the exit code."""
    if session.arguments.json:
        out.json(
            {
                "state": outcome.state,
                "why": outcome.why or None,
                "incidents": outcome.incidents,
                "alerts": outcome.weeks,
                "fetched": outcome.fetched,
                "left": [_row(session, each) for each in outcome.left],
                "troubles": list(outcome.troubles),
            }
        )
    else:
        _say(session, outcome)
    if outcome.state == "denied":
        return REFUSED
    return KEPT if outcome.waits else OK


def _say(session: Session, outcome: "Outcome") -> None:
    waiting = sum(each.unsent for each in outcome.left)
    if outcome.state != "online":
        word = "The server refuses" if outcome.state == "denied" else "Offline"
        out.say(f"{word}: {outcome.why}.")
        waits = f"{out.many(waiting, 'fact waits', 'facts wait')} here" if waiting else "Nothing of yours waits"
        out.say(f"{waits}; what others wrote is not known.")
    for each in outcome.left:
        handle = named(session, each.inc)
        if each.stays:
            out.say(f"{handle}  {out.many(each.unsent, 'fact stays here', 'facts stay here')}: {each.why}")
        elif each.unsent and outcome.state == "online":
            why = f": {each.why}" if each.why else ""
            out.say(f"{handle}  {out.many(each.unsent, 'fact waits', 'facts wait')}{why}")
        elif each.why:
            out.say(f"{handle}  {each.why}")
        for why in sorted(set(each.refused.values())):
            count = sum(reason == why for reason in each.refused.values())
            out.say(f"{handle}  the server does not take {out.many(count, 'fact', 'facts')}: {why}")
    if outcome.state == "online" and not outcome.waits:
        alerts = f", and the alerts of {out.many(outcome.weeks, 'week', 'weeks')}" if outcome.weeks else ""
        out.say(f"In step with the server: {out.many(outcome.incidents, 'incident', 'incidents')}{alerts}.")


def named(session: Session, inc: str) -> str:
    """An incident's handle among those that are here; of a log of alerts its week."""
    week = weeks.named(inc)
    return f"alerts {week}" if week else session.handle(inc)


def _row(session: Session, left: "Left") -> dict[str, object]:
    return {
        "id": left.inc,
        **_which(session, left.inc),
        "unsent": left.unsent,
        "stays": left.stays,
        "since": _iso(left.since) if left.unsent else None,
        "refused": left.refused,
        "why": left.why or None,
    }


def _which(session: Session, inc: str) -> dict[str, str]:
    week = weeks.named(inc)
    return {"week": week} if week else {"handle": session.handle(inc)}


def _iso(t: int) -> str:
    from ..render.times import iso

    return iso(t)


# ── how far ──


def _status(session: Session) -> int:
    from ..room.alerts_weeks import every_week
    from ..store import folder

    joined = server(session)
    running = syncing.running(session.paths.data)
    here = [(entry.inc, entry.path) for entry in folder.entries(session.paths.incidents)]
    here += [(weeks.identity(week), path) for week, path in every_week(session.paths.data)]
    known = [(inc, status) for inc, path in here if (status := syncing.status(path)) is not None]
    if session.arguments.json:
        out.json(
            {
                "server": joined.url,
                "running": running is not None,
                "pid": running.pid if running else None,
                "silent_s": round(running.silent, 1) if running else None,
                "incidents": [_how_far(session, *each) for each in known if not weeks.named(each[0])],
                "alerts": [_how_far(session, *each) for each in known if weeks.named(each[0])],
            }
        )
        return OK if running else REFUSED
    who = f"process {running.pid} exchanges facts" if running else "no process exchanges facts now"
    if running and running.hangs:
        who = f"process {running.pid} has not been heard of for {running.silent:.0f} s"
    out.data(f"{joined.url}: {who}.")
    for inc, status in known:
        out.data(f"{named(session, inc)}  {in_words(status, session)}")
    return OK if running else REFUSED


def in_words(status: syncing.Status, session: Session) -> str:
    """One incident's status in a line."""
    from ..render.times import moment

    since = moment(status.since, session.now(), session.zone) if status.since else ""
    words = [f"{status.state} since {since}" if since else status.state]
    if status.unsent:
        words.append(f"{len(status.unsent)} unsent")
    if status.refused:
        words.append(f"{len(status.refused)} refused")
    if status.here:
        words.append("here: " + ", ".join(sorted({each.who for each in status.here})))
    if status.why:
        words.append(status.why)
    return clean(" · ".join(words))


def _how_far(session: Session, inc: str, status: syncing.Status) -> dict[str, object]:
    return {
        "id": inc,
        **_which(session, inc),
        "state": status.state,
        "since": _iso(status.since) if status.since else None,
        "why": status.why or None,
        "unsent": len(status.unsent),
        "refused": status.refused,
        "relayed": status.relayed,
        "here": [{"who": each.who, "host": each.host} for each in status.here],
        "offset_ms": status.offset,
    }


VERBS = {
    "sync": Verb(
        "exchange everything with the joined server once; --live goes on, as it does by itself",
        "warroom sync --json",
        _arguments,
        _run,
    )
}
