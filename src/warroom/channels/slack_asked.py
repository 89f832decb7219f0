"""The words by which people take part from Slack, and what each asks for. Pure: state and time are arguments.

What pages, publishes or ends an incident wants the console or the commander; of these only `!escalate` is here.
"""

from collections.abc import Callable
from re import DOTALL, compile

import msgspec

from ..core.acts.entries import Log
from ..core.acts.lifecycle import ChangeSeverity, StateImpact
from ..core.acts.paging import Acknowledge, Escalate, ReportNoAnswer
from ..core.acts.people import AcceptRole, AssignRole
from ..core.acts.talk import Answer, Ask
from ..core.acts.work import FinishTask
from ..core.commands import Command
from ..core.incident import Incident
from ..core.line import MARKS
from ..core.run import advance
from ..core.values import MINUTE, At, Ms, Refused

_WORD = compile(r"(?:@\S+[\s,:]+)?!([A-Za-z]{1,20})(?:[\s:]+(.*))?", DOTALL)
_TOO_LATE = 15 * MINUTE  # to call somebody by what was written so long ago


class Asked(msgspec.Struct, frozen=True):
    """A word with what stands behind it: who wrote it, when (UTC ms); `late`: it is heard long after it was written."""

    word: str
    rest: str
    who: str
    at: Ms
    late: bool = False


class Reply(msgspec.Struct, frozen=True):
    """Nothing is to be done; this is to be said. `what`: help or status."""

    what: str


class _Word(msgspec.Struct, frozen=True):
    name: str
    rest: str  # what stands behind it
    help: str
    does: "Callable[[Incident, Asked, Ms], Command | Reply]"


def read(text: str) -> tuple[str, str] | None:
    """The word and the rest of a message that begins with `!word`; None: it does not."""
    found = _WORD.fullmatch(text.strip())
    return (found[1].lower(), (found[2] or "").strip()) if found else None


def command(state: Incident, asked: Asked, now: Ms) -> Command | Reply:
    """What this asks for. Raises `Refused` with a sentence for whoever wrote it."""
    word = _KNOWN.get(_ALIASES.get(asked.word, asked.word))
    if word is None:
        raise Refused(
            f"“!{asked.word}” is no word here; `!help` lists them. A text that begins with “!” is one of them."
        )
    return word.does(state, asked, now)


def help_text() -> str:
    """All words, a line each."""
    lines = [f"!{word.name}{' ' if word.rest else ''}{word.rest} – {word.help}" for word in _WORDS]
    return "\n".join(lines)


# ── what each does ──


def _log(state: Incident, asked: Asked, now: Ms) -> Command:
    text, kind = asked.rest, "note"
    if text[:1] in MARKS and text[1:2].isspace():
        text, kind = text[2:].strip(), MARKS[text[0]]
    text = _needed(text, "What is to be logged? `!log replica lag is back to 0`.")
    return Log(text=text, kind=kind, who=asked.who, at=_written(asked, now))


def _decision(state: Incident, asked: Asked, now: Ms) -> Command:
    text = _needed(asked.rest, "What was decided? `!decision roll back 9f2c`.")
    return Log(text=text, kind="decision", who=asked.who, at=_written(asked, now))


def _ack(state: Incident, asked: Asked, now: Ms) -> Command:
    return Acknowledge(who=asked.who, why=asked.rest, at=_answered_at(state, asked, now))


def _decline(state: Incident, asked: Asked, now: Ms) -> Command:
    return ReportNoAnswer(declined=True, who=asked.who, why=asked.rest, at=_answered_at(state, asked, now))


def _escalate(state: Incident, asked: Asked, now: Ms) -> Command:
    if now - asked.at > _TOO_LATE:
        raise Refused("That was heard too late to call anybody by it; write `!escalate` again if it still is needed.")
    return Escalate(why=asked.rest or "asked for in Slack")


def _ask(state: Incident, asked: Asked, now: Ms) -> Command:
    what = _needed(asked.rest, "What is the question? `!ask are payments safe?`.")
    return Ask(what=what, asker=asked.who, at=_written(asked, now))


def _answer(state: Incident, asked: Asked, now: Ms) -> Command:
    which, _, what = asked.rest.partition(" ")
    if not which.lstrip("#").isdecimal():
        raise Refused("Which question? `!answer 2 payments are safe`; `!status` shows the numbers.")
    return Answer(question=which.lstrip("#"), what=what.strip(), at=_written(asked, now))


def _sev(state: Incident, asked: Asked, now: Ms) -> Command:
    severity, _, why = _needed(asked.rest, "Which severity? `!sev 2 half of all orders fail`.").partition(" ")
    return ChangeSeverity(severity=severity, why=why.strip(), at=_written(asked, now))


def _impact(state: Incident, asked: Asked, now: Ms) -> Command:
    what = _needed(asked.rest, "What do users see? `!impact half of all orders fail`.")
    return StateImpact(what=what, at=_written(asked, now))


def _accept(state: Incident, asked: Asked, now: Ms) -> Command:
    mine = [role for role in state.roles if role.offered_to and role.offered_to.casefold() == asked.who.casefold()]
    if any(role.offered_to for role in state.roles) and not mine:
        offered = ", ".join(f"{role.name} to {role.offered_to}" for role in state.roles if role.offered_to)
        raise Refused(f"No role is offered to {asked.who}; what is offered: {offered}.")
    return AcceptRole(role=asked.rest or (mine[0].role if len(mine) == 1 else ""), at=_written(asked, now))


def _role(state: Incident, asked: Asked, now: Ms) -> Command:
    role = _needed(asked.rest, "Which role do you take? `!role scribe`.")
    return AssignRole(role=role, who=asked.who, at=_written(asked, now))


def _done(state: Incident, asked: Asked, now: Ms) -> Command:
    mine = [task for task in state.tasks if task.state == "open" and task.who.casefold() == asked.who.casefold()]
    number, _, result = asked.rest.partition(" ")
    if number.startswith("#") and number[1:].isdecimal():
        return FinishTask(task=number, result=result.strip(), at=_written(asked, now))
    if len(mine) != 1:
        known = "; ".join(f"#{task.number} @{task.who} {task.what}" for task in state.tasks if task.state == "open")
        raise Refused(f"Which task? `!done #1 it is rolled back`. Open: {known or 'none'}.")
    return FinishTask(task=mine[0].id, result=asked.rest, at=_written(asked, now))


def _needed(text: str, question: str) -> str:
    if not text.strip():
        raise Refused(question)
    return text.strip()


def _written(asked: Asked, now: Ms) -> At:
    """When it was written: by Slack's clock, which may be ahead of ours."""
    return At(min(asked.at, now))


def _answered_at(state: Incident, asked: Asked, now: Ms) -> At:
    """When somebody answered the page that is open.

    Heard at once, it is meant for that one, whatever two clocks say; heard late, it may be meant for one before it.
    """
    run = state.run and advance(state.run, now)
    if run is None:
        return _written(asked, now)
    current = run.current
    begun = min((call.due for call in run.called if current and call.cause == current.cause), default=run.started)
    if asked.late and asked.at < begun:
        raise Refused("That was written before this page went out; write it again if it is meant for this one.")
    return At(min(now, max(asked.at, begun)))


_WORDS = (
    _Word("log", "TEXT", "an entry; “? ” before it makes a hypothesis, “! ” a decision, “> ” an action", _log),
    _Word("decision", "TEXT", "a decision", _decision),
    _Word("ack", "[WHY]", "you have it: nobody else is called", _ack),
    _Word("decline", "[WHY]", "you cannot: the next one is called at once", _decline),
    _Word("escalate", "[WHY]", "calls the next level now", _escalate),
    _Word("ask", "QUESTION", "a question to the room", _ask),
    _Word("answer", "N TEXT", "the answer to question N", _answer),
    _Word("sev", "N [WHY]", "another severity", _sev),
    _Word("impact", "TEXT", "what users see", _impact),
    _Word("role", "ROLE", "you take a role that nobody has", _role),
    _Word("accept", "[ROLE]", "you take over the role that is offered to you", _accept),
    _Word("done", "[#N] [RESULT]", "your task is done", _done),
    _Word("status", "", "how things stand, for you to read here", lambda state, asked, now: Reply("status")),
    _Word("help", "", "these words", lambda state, asked, now: Reply("help")),
)
_KNOWN = {word.name: word for word in _WORDS}
_ALIASES = {"note": "log", "severity": "sev", "acknowledge": "ack", "situation": "status"}
