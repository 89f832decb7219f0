"""`warroom alerts`: the inbox, and what is done about an alert. Every act is a fact on this week's log of alerts."""

import os
from collections.abc import Callable

from ..core.alerts import acts
from ..core.alerts.facts import ACKNOWLEDGED, REASONS, RESOLVED
from ..core.alerts.inbox import Inbox, Line
from ..core.commands import Draft, Stamp
from ..core.text import clean
from ..core.values import By, Ms, Refused
from ..room.alerts import FOLDER, InboxRoom
from ..room.alerts_beside import Beside
from . import out
from .session import Session, wall
from .stop import OK, No, NotHere, Usage
from .verb import Arguments, Parser, Verb, span, text, words

_MISSING = {
    "show": "KEY: warroom alerts show 3fa9c2",
    "ack": "KEY and, if you like, a note: warroom alerts ack 3fa9c2 looking",
    "resolve": "KEY and, if you like, a note: warroom alerts resolve 3fa9c2 restarted it",
    "dismiss": f"KEY and REASON ({', '.join(REASONS)}): warroom alerts dismiss 3fa9c2 flapping",
    "undismiss": "KEY: warroom alerts undismiss 3fa9c2",
    "attach": "KEY and INC: warroom alerts attach 3fa9c2 K3F9",
    "open": "KEY and -s SEV: warroom alerts open 3fa9c2 -s SEV2",
    "silence": "KEY, or LABEL=VALUE…: warroom alerts silence alertname=DiskFull --for 2h --why deploying",
    "pull": "the name of a source in intake.toml, or nothing for all: warroom alerts pull alertmanager",
    "unsilence": "the number that `warroom alerts silences` shows: warroom alerts unsilence 1",
}
STEPS = ("list", *_MISSING, "silences", "report")
_FEWEST = 4  # letters of a silence's id that name it


def _arguments(parser: Parser) -> None:
    words(
        parser,
        "words",
        "STEP",
        "list (what stands without a step), show KEY, ack KEY [NOTE], resolve KEY [NOTE], dismiss KEY REASON [NOTE], "
        "undismiss KEY, attach KEY INC, open KEY -s SEV [TITLE], silence KEY|LABEL=VALUE…, unsilence N, silences, "
        "pull [SOURCE], report; KEY is an alert's name, its key, or a part of rule, service or summary that no other "
        "has",
        needed=False,
    )
    parser.add_argument("--all", action="store_true", help="list: those that have ended or are quiet, too")
    parser.add_argument("--service", metavar="S", default="", help="list: only of this service; open: it is affected")
    parser.add_argument("--rule", metavar="R", default="", help="list: only of this rule")
    parser.add_argument("-s", "--severity", metavar="SEV", default="", help="open: SEV1 (critical) to SEV5 (cosmetic)")
    parser.add_argument("--playbook", metavar="ID", action="append", default=[], help="open: as in `warroom declare`")
    parser.add_argument("--policy", metavar="ID", help="open: as in `warroom declare`")
    parser.add_argument("--for", dest="span", metavar="DUR", help="silence: for how long, as 2h; 30d at the most")
    parser.add_argument("--why", metavar="TEXT", default="", help="silence: the reason, for whoever meets it later")
    parser.add_argument("--week", metavar="WEEK", default="", help="report: of one week, as 2026-W48")
    parser.add_argument("--weeks", metavar="N", type=int, help="report: of so many, this one included (2)")
    parser.add_argument("-o", "--output", metavar="FILE", default="", help="report: into a new file")


def _run(session: Session, arguments: Arguments) -> int:
    match arguments.words:
        case [] | ["list"]:
            from .alerts_list import many

            return many(session)
        case ["show", *rest]:
            from .alerts_list import one

            return one(session, _only(arguments, rest))
        case ["ack" | "resolve" as step, *rest]:
            return _handle(session, step, rest)
        case ["dismiss", *rest]:
            return _dismiss(session, rest)
        case ["undismiss", *rest]:
            return done(session, _only(arguments, rest), lambda line, stamp: acts.dismiss(line, "", "", stamp))
        case ["attach" | "open" as step, *rest]:
            from .alerts_open import attach, open_from

            return (attach if step == "attach" else open_from)(session, rest, _missing(arguments))
        case ["silence", *rest]:
            return _silence(session, rest)
        case ["unsilence", *rest]:
            return _unsilence(session, _only(arguments, rest))
        case ["silences"]:
            from .alerts_list import silences

            return silences(session)
        case ["pull", *rest]:
            from .alerts_pull import pull

            return pull(session, rest)
        case ["report"]:
            from .alerts_report import report

            return report(session)
    first = arguments.words[0]
    if first in STEPS:
        raise Usage(f"warroom alerts {first}: nothing stands behind it.")
    raise Usage(f"warroom alerts has no step “{clean(first)}”; there is {', '.join(STEPS)}.")


def _missing(arguments: Arguments) -> Usage:
    step = arguments.words[0]
    return Usage(f"warroom alerts {step}: {_MISSING[step]}")


def _only(arguments: Arguments, rest: list[str]) -> str:
    if len(rest) != 1:
        raise _missing(arguments)
    return rest[0]


# ── the inbox ──


def seen(session: Session) -> InboxRoom:
    """The inbox, read, for looking only: it works where nothing can be written."""
    _beside(session)
    room = InboxRoom(session.paths.data, "", By(""), wall, read_only=True)
    room.load()
    if room.trouble:
        out.say(room.trouble)
    return room


def writing(session: Session) -> InboxRoom:
    """The inbox, read, for writing. Raises `NotHere` where no alert ever came."""
    _beside(session)
    if not os.path.isdir(os.path.join(session.paths.data, FOLDER)):
        raise NotHere("No alert has come in here. `warroom alert TEXT` puts one into the inbox.")
    room = InboxRoom(session.paths.data, session.replica, session.me, wall)
    room.load()
    return room


def _beside(session: Session) -> None:
    """What came in at a server that keeps its facts in this folder is in this inbox too."""
    if why := Beside(session.paths.data, lambda: session.replica, wall).took():
        out.say(why)


def found(inbox: Inbox, named: str) -> Line:
    """The alert that is called so. Raises `NotHere`, or `No` where several are."""
    try:
        return acts.find(inbox, named)
    except Refused as no:
        raise (NotHere if str(no).startswith("No alert") else No)(str(no)) from None


def done(session: Session, named: str, act: Callable[[Line, Stamp], list[Draft]]) -> int:
    """Do this about the alert that is called so, and say so."""
    room = writing(session)
    try:
        name = found(room.inbox, named).id
        outcome = room.do(lambda inbox, stamp: act(inbox.lines[name], stamp))
        _told(session, outcome, room.inbox.lines[name])
    finally:
        room.close()
    return OK


def _told(session: Session, outcome: object, line: Line | None) -> None:
    if isinstance(outcome, Refused):
        raise No(str(outcome))
    if isinstance(outcome, OSError):
        raise outcome
    assert isinstance(outcome, list)
    said = outcome[0].body.text()
    _carried(session)
    if session.arguments.json:
        out.json({"id": outcome[0].id, "alert": line.id if line else None, "text": said})
    else:
        out.say(f"{clean(line.alert.rule)} ({line.id}): {said}" if line else said)


def _carried(session: Session) -> None:
    """Sees to it that some process carries what was done to where it came from; says so where none may."""
    from ..config import intake
    from ..room import pager

    told = bool(intake.load(session.paths.config)[0].told)
    setting = session.settings.watch if session.settings else True
    if not pager.carries(session.paths.data, session.paths.state, told, setting):
        out.say("Nobody carries it to where it came from: `warroom watch` does.")


# ── acts ──


def _handle(session: Session, step: str, rest: list[str]) -> int:
    if not rest:
        raise _missing(session.arguments)
    named, *note = rest
    state = ACKNOWLEDGED if step == "ack" else RESOLVED
    return done(session, named, lambda line, stamp: acts.handle(line, state, text(note), stamp))


def _dismiss(session: Session, rest: list[str]) -> int:
    if len(rest) < 2:
        raise _missing(session.arguments)
    named, word, *note = rest
    if word.casefold() == "not" and note[:1] and "actionable".startswith(note[0].casefold()):
        word, note = "not actionable", note[1:]
    reason = reason_of(word)
    return done(session, named, lambda line, stamp: acts.dismiss(line, reason, text(note), stamp))


def reason_of(word: str) -> str:
    """The reason that this word begins, by itself. Raises `Usage`."""
    said = " ".join(word.casefold().replace("-", " ").replace("_", " ").split())
    hits = [each for each in REASONS if each == said] or [each for each in REASONS if said and each.startswith(said)]
    if len(hits) != 1:
        raise Usage(f"“{clean(word[:40])}” is no reason. It is one of: {', '.join(REASONS)}.")
    return hits[0]


def _silence(session: Session, rest: list[str]) -> int:
    arguments = session.arguments
    if not rest:
        raise _missing(arguments)
    if arguments.span is None:
        raise Usage("warroom alerts silence: --for how long? As 30m, 2h or 3d; a silence always ends.")
    if not arguments.why.strip():
        raise Usage("warroom alerts silence: --why? Whoever meets this silence later has to understand it.")
    room = writing(session)
    try:
        labels, of = _labels(room.inbox, rest)
        ends: Ms = wall() + span("--for", arguments.span)
        outcome = room.do(lambda inbox, stamp: acts.silence(labels, ends, arguments.why, stamp, of))
        _told(session, outcome, None)
    finally:
        room.close()
    return OK


def _labels(inbox: Inbox, rest: list[str]) -> tuple[dict[str, str], str]:
    """What is silenced: the labels that were typed, or those of the alert that is called so, and its name."""
    if all("=" in word for word in rest) and not any(word in inbox.lines for word in rest):
        pairs = dict(word.split("=", 1) for word in rest)
        if not all(name and value for name, value in pairs.items()):
            raise Usage("warroom alerts silence: a label is LABEL=VALUE, with something on both sides.")
        return pairs, ""
    if len(rest) != 1:
        raise _missing_silence(rest)
    line = found(inbox, rest[0])
    return line.labels, line.id


def _missing_silence(rest: list[str]) -> Usage:
    odd = next(word for word in rest if "=" not in word)
    return Usage(f"warroom alerts silence: one alert, or labels as LABEL=VALUE; “{clean(odd)}” is neither.")


def _unsilence(session: Session, named: str) -> int:
    from ..render.inbox import silences

    room = writing(session)
    try:
        every = silences(room.inbox)
        hits = [each for each in every if len(named) >= _FEWEST and each.id.startswith(named.upper())]
        if named.isdecimal() and 0 < int(named) <= len(every):
            hits = [every[int(named) - 1]]
        if len(hits) != 1:
            raise NotHere(f"There is no silence “{clean(named[:40])}”. `warroom alerts silences` shows their numbers.")
        name = hits[0].id
        _told(session, room.do(lambda inbox, stamp: acts.unsilence(inbox.silences.get(name), stamp)), None)
    finally:
        room.close()
    return OK


VERBS = {
    "alerts": Verb(
        "the inbox: what fires, by service and rule; acknowledge, dismiss, silence, attach, open an incident",
        "warroom alerts open 3fa9c2 -s SEV2",
        _arguments,
        _run,
        incident=False,
    )
}
