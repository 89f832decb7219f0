"""`warroom hypothesis`, the board of what is believed and on what grounds; `warroom can`, an expert's report."""

from ..core.acts.entries import Log
from ..core.acts.practice import JudgeHypothesis, ReportCan
from ..core.hypotheses import Hypothesis, hypotheses
from ..core.text import clean
from ..render.times import iso, iso_or_none, moment
from . import out
from .act import act
from .session import Session
from .stop import OK, Usage
from .verb import Arguments, Parser, Verb, text, words

_WHICH = "which one, and what was seen? Its number, a part of it in quotes, or last, then the evidence"
_MISSING = {
    "list": 'nothing goes with it. A hypothesis: warroom hypothesis add "list …"',
    "add": "what is believed? warroom hypothesis add the index was dropped",
    "support": f"{_WHICH}: warroom hypothesis support 2 locks began at 13:57",
    "rule-out": f"{_WHICH}: warroom hypothesis rule-out 1 no deploy since Monday",
    "open": "which one is open again? warroom hypothesis open 1",
    "": "there is no such step; list, add TEXT, or support, rule-out or open with the hypothesis and the evidence",
}
_HOW = {"support": "supported", "rule-out": "ruled out", "open": "open"}


def _arguments(parser: Parser) -> None:
    words(
        parser,
        "words",
        "STEP",
        "list; add TEXT; support, rule-out or open, then which one (its number, a part of it, last) and the EVIDENCE",
    )
    parser.add_argument("--evidence", metavar="TEXT", default="", help="what was seen, as after the hypothesis")
    parser.add_argument("--who", metavar="WHO", default="", help="add: who believes it, where that is not the writer")


def _hypothesis(session: Session, arguments: Arguments) -> int:
    step, *rest = arguments.words
    if step == "list" and not rest:
        return _list(session)
    if step == "add" and rest:
        return act(session, Log(text=text(rest), kind="hypothesis", who=arguments.who))
    if step not in _HOW or not rest:
        raise Usage(f"warroom hypothesis {step}: {_MISSING.get(step, _MISSING[''])}")
    which, *evidence = rest
    said = arguments.evidence or text(evidence)
    return act(session, JudgeHypothesis(state=_HOW[step], hypothesis=which, evidence=said))


def _list(session: Session) -> int:
    found, now = hypotheses(session.seen().state), session.now()
    if session.arguments.json:
        out.json([_data(each) for each in found])
        return OK
    for each in found:
        judged = f": {each.evidence} ({each.by})" if each.by else ""
        at = moment(each.at, now, session.zone)
        out.data(clean(f"{each.number:>2}  {each.state:<9}  {each.what}  ({each.who}, {at}){judged}"))
    if not found:
        out.say("No hypothesis is written down. `warroom hypothesis add the index was dropped` is one.")
    return OK


def _data(each: Hypothesis) -> dict[str, object]:
    return {
        "number": each.number,
        "id": each.id,
        "what": each.what,
        "who": each.who,
        "at": iso(each.at),
        "state": each.state,
        "evidence": each.evidence or None,
        "judged_at": iso_or_none(each.judged),
        "judged_by": each.by or None,
    }


def _can_arguments(parser: Parser) -> None:
    parser.add_argument("who", metavar="WHO", help="the expert who reports")
    parser.add_argument("--condition", metavar="TEXT", required=True, help="what is so")
    parser.add_argument("--actions", metavar="TEXT", default="", help="what they are doing")
    parser.add_argument("--needs", metavar="TEXT", default="", help="what they need")


def _can(session: Session, arguments: Arguments) -> int:
    who = arguments.who.removeprefix("@")
    if not arguments.condition.strip():
        raise Usage("warroom can: --condition says what is so, and says nothing yet.")
    command = ReportCan(who=who, condition=arguments.condition, actions=arguments.actions, needs=arguments.needs)
    return act(session, command)


VERBS = {
    "hypothesis": Verb(
        "what is believed, what supports it and what is ruled out, each with its evidence",
        "warroom hypothesis rule-out 1 no deploy since Monday",
        _arguments,
        _hypothesis,
    ),
    "can": Verb(
        "an expert's report: condition, actions, needs",
        'warroom can ivo --condition "locks at 400" --actions "cancel the vacuum" --needs "ten minutes"',
        _can_arguments,
        _can,
    ),
}
