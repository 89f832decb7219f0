"""The desk of questions: what stakeholders ask and report, who finds the answer, and what it is."""

from ..core.acts import practice, talk
from ..core.acts.page import Moderate
from ..core.duration import spell
from ..core.events import QuestionAsked
from ..core.incident import Incident
from ..core.questions import Question, questions
from ..core.text import clean
from ..core.values import SECOND, Ms
from ..render.times import iso, iso_or_none, moment
from . import out
from .act import act
from .session import Session
from .stop import OK
from .verb import Arguments, Parser, Verb, span, text, which, words


def _who(parser: Parser) -> None:
    parser.add_argument("--who", metavar="WHO", default="", help="who asks or reports, where that is not the writer")


def _within(parser: Parser) -> None:
    parser.add_argument("--in", dest="within", metavar="DUR", help="until when the answer is wanted, as 20m")


def _span(arguments: Arguments) -> Ms | None:
    return span("--in", arguments.within) if arguments.within else None


def _ask_arguments(parser: Parser) -> None:
    words(parser, "text", "QUESTION", "what somebody waits to hear")
    _who(parser)
    _within(parser)


def _ask(session: Session, arguments: Arguments) -> int:
    command = talk.Ask(what=text(arguments.text), asker=arguments.who, within=_span(arguments))
    return act(session, command, lambda state: _number(session, state))


def _number(session: Session, state: Incident) -> str:
    return f"It is question {len(state.questions)}." if not session.arguments.json else ""


def _report_arguments(parser: Parser) -> None:
    words(parser, "text", "WHAT", "what they see")
    _who(parser)
    parser.add_argument("--users", metavar="N", type=int, help="how many are affected, as far as they can tell")


def _report(session: Session, arguments: Arguments) -> int:
    command = talk.Ask(what=text(arguments.text), asker=arguments.who, report=True, users=arguments.users)

    def still(state: Incident) -> str:
        body = state.questions[-1].body
        users = body.users if isinstance(body, QuestionAsked) else None
        many = f" with {users:,} users".replace(",", " ") if users is not None else ""
        return f"Is {state.severity} still right{many}? `warroom severity SEV`. {_number(session, state)}".rstrip()

    return act(session, command, still)


def _take_arguments(parser: Parser) -> None:
    parser.add_argument("question", metavar="NUMBER", help="the question's number, or a part of it")
    parser.add_argument("--owner", metavar="WHO", default="", help="who finds the answer, where that is not the writer")
    _within(parser)


def _take(session: Session, arguments: Arguments) -> int:
    asked, within = arguments.question, _span(arguments)
    return act(session, practice.TakeQuestion(question=asked, owner=arguments.owner, within=within))


def _answer_arguments(parser: Parser) -> None:
    parser.add_argument("question", metavar="NUMBER", help="the question's number, or a part of it")
    words(parser, "text", "ANSWER", "the answer")


def _answer(session: Session, arguments: Arguments) -> int:
    command = talk.Answer(question=arguments.question, what=text(arguments.text))
    offered = "The next update of each audience is offered it."
    return act(session, command, lambda state: "" if session.arguments.json or not state.open else offered)


def _allow_arguments(parser: Parser) -> None:
    parser.add_argument("question", metavar="NUMBER", help="the question's number, or a part of it")


def _allow(session: Session, arguments: Arguments) -> int:
    return act(session, Moderate(question=arguments.question, shown=True))


def _refuse_arguments(parser: Parser) -> None:
    parser.add_argument("question", metavar="NUMBER", help="the question's number, or a part of it")
    words(parser, "text", "WHY", "why it is not shown, for the log")


def _refuse(session: Session, arguments: Arguments) -> int:
    return act(session, Moderate(question=arguments.question, shown=False, why=text(arguments.text)))


# ── looking ──


def _questions_arguments(parser: Parser) -> None:
    which(parser)
    parser.add_argument("--all", action="store_true", help="also those that have their answer")


def _questions(session: Session, arguments: Arguments) -> int:
    found = questions(session.seen().state, answered=arguments.all)
    now = session.now()
    if arguments.json:
        out.json([_data(each, now) for each in found])
        return OK
    for each in found:
        out.data(_line(each, now, session))
    if not found:
        out.say("No question is open.")
    return OK


def _line(each: Question, now: Ms, session: Session) -> str:
    parts = [f"{each.asker}{', on the page' if each.page else ''}, {spell(max(0, now - each.asked))} ago"]
    parts += [_shown(each)] if each.page or each.shown is not None else []
    if each.answered is None and not (each.page and each.shown is False):
        parts += [f"{each.owner} has it" if each.owner else "nobody has it"]
        parts += [f"due at {moment(each.due, now, session.zone)}"] if each.due is not None else []
        parts[-1] += f", late by {spell(now - each.due)}" if each.due is not None and now - each.due >= SECOND else ""
    what = f"reports: {each.what}" if each.report else each.what
    answer = f" → {each.answer} ({each.by})" if each.answered is not None else ""
    return clean(f"{each.number:>2}  {what}  ({'; '.join(parts)}){answer}")


def _shown(each: Question) -> str:
    if each.shown is None:
        return "shown with its answer" if each.answered is not None else "waits to be let through"
    return "shown there" if each.shown else f"not shown there: {each.why}"


def _data(each: Question, now: Ms) -> dict[str, object]:
    return {
        "number": each.number,
        "id": each.id,
        "what": each.what,
        "report": each.report,
        "users": each.users,
        "asker": each.asker,
        "asked_at": iso(each.asked),
        "age_s": max(0, now - each.asked) // SECOND,
        "owner": each.owner or None,
        "due_at": iso_or_none(each.due),
        "answer": each.answer or None,
        "answered_at": iso_or_none(each.answered),
        "answered_by": each.by or None,
        "page": each.page,
        "shown": each.shown,
        "not_shown_because": each.why or None,
    }


VERBS = {
    "ask": Verb(
        "note a question that somebody waits for",
        'warroom ask --who legal --in 20m "is data lost?"',
        _ask_arguments,
        _ask,
    ),
    "report": Verb(
        "note what a stakeholder says of the impact; asks whether the severity is still right",
        'warroom report --who support "checkout fails for every card, 1,200 users"',
        _report_arguments,
        _report,
    ),
    "questions": Verb(
        "the questions that wait: who asked, who finds the answer, by when",
        "warroom questions --json",
        _questions_arguments,
        _questions,
    ),
    "take": Verb("find the answer to a question", "warroom take 2 --owner ivo --in 15m", _take_arguments, _take),
    "answer": Verb("answer an open question", 'warroom answer 1 "no, only delayed"', _answer_arguments, _answer),
    "allow": Verb("let readers of the stakeholder page see a question", "warroom allow 3", _allow_arguments, _allow),
    "refuse": Verb(
        "keep a question off the stakeholder page, and one from there off the desk",
        "warroom refuse 3 it names a customer",
        _refuse_arguments,
        _refuse,
    ),
}
