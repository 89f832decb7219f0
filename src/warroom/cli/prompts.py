"""`warroom prompts`: what the deputy would say now. Each is answered, or dismissed with a reason, once."""

from ..core import deputy
from ..core import events as ev
from ..core.acts.practice import SettlePrompt
from ..core.incident import Incident
from ..core.text import clean
from ..core.values import MINUTE, Refused
from ..render.times import iso, moment
from . import out
from .act import act, for_shell
from .session import Session
from .stop import OK, Usage
from .verb import Arguments, Parser, Verb, text

_HOW = {"answer": "answered", "dismiss": "dismissed"}


def _arguments(parser: Parser) -> None:
    parser.add_argument(
        "words",
        metavar="STEP",
        nargs="*",
        help="answer or dismiss, and which: its key, the beginning of one, or nothing for the one that you see",
    )
    parser.add_argument("--why", metavar="TEXT", default="", help="the reason, for the log; a dismissal needs one")


def _prompts(session: Session, arguments: Arguments) -> int:
    match arguments.words:
        case []:
            return _list(session)
        case ["answer" | "dismiss" as step, *rest] if len(rest) < 2:
            return _settle(session, _HOW[step], text(rest), arguments.why)
    raise Usage(
        "warroom prompts: nothing, or answer or dismiss and at most the prompt's key; "
        'the reason goes with --why: warroom prompts dismiss --why "just done"'
    )


def _settle(session: Session, how: str, key: str, why: str) -> int:
    def command(state: Incident) -> SettlePrompt:
        meant, what = _meant(session, state, key)
        return SettlePrompt(prompt=meant, what=what, how=how, why=why)

    return act(session, command)


def _meant(session: Session, state: Incident, key: str) -> tuple[str, str]:
    """Key and text of the prompt that is meant; also of one that is settled, which the command itself refuses."""
    now = session.now()
    if not key:
        found = deputy.visible(state, now, session.me.name)
        if found is not None:
            return found.key, found.text
        # Somebody else may have answered, a moment ago, the one that was looked at.
        settled = [event for _, event in state.under(ev.PromptSettled.type) if now - event.rec < MINUTE]
        last = max(settled, key=lambda event: event.order, default=None)
        if last is None or not isinstance(last.body, ev.PromptSettled) or last.by.name == session.me.name:
            raise Refused("You are shown no prompt now. `warroom prompts` has all that are true.")
        return last.body.prompt, last.body.what
    all = deputy.prompts(state, now)
    hits = [p for p in all if p.key == key] or [p for p in all if p.key.startswith(key)]
    if len(hits) > 1:
        raise Refused(f"“{key}” fits several: {', '.join(p.key for p in hits)}.")
    if not hits and not state.visible(("prompt.settled", key)):
        raise Refused(f"No prompt has the key “{key}” now. `warroom prompts` shows those that are true.")
    return (hits[0].key, hits[0].text) if hits else (key, "")


def _list(session: Session) -> int:
    state, now = session.seen().state, session.now()
    mine = deputy.visible(state, now, session.me.name)
    found = deputy.prompts(state, now)
    if session.arguments.json:
        out.json([_data(each, mine) for each in found])
        return OK
    for each in found:
        sign = ">" if mine and mine.key == each.key else " "
        since = moment(each.since, now, session.zone)
        line = for_shell(f" `{each.line.strip(' :')}`") if each.line else ""
        out.data(clean(f"{sign} {each.key}  {each.text}  (for {', '.join(each.roles)}, since {since}){line}"))
    if not found:
        out.say("The deputy has nothing to say.")
    return OK


def _data(each: deputy.Prompt, mine: deputy.Prompt | None) -> dict[str, object]:
    return {
        "key": each.key,
        "kind": each.kind,
        "text": each.text,
        "roles": list(each.roles),
        "since": iso(each.since),
        "line": each.line.strip() or None,
        "visible": bool(mine and mine.key == each.key),
    }


VERBS = {
    "prompts": Verb(
        "what the deputy would say now; answer it, or dismiss it with a reason",
        'warroom prompts dismiss call-out:20 --why "just done"',
        _arguments,
        _prompts,
    )
}
