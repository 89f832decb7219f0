"""`warroom say`: words at hand, filled in from the incident. Looking changes nothing."""

from typing import TYPE_CHECKING

from ..core.incident import Incident
from ..core.text import clean
from . import out
from .session import Session
from .stop import OK, NotHere
from .verb import Arguments, Parser, Verb

if TYPE_CHECKING:
    from ..config.words import Words


def _arguments(parser: Parser) -> None:
    parser.add_argument("name", metavar="NAME", nargs="?", default="", help="which words; without it, what there is")
    parser.add_argument("--other", metavar="WHO", default="", help="the person it is about")
    parser.add_argument("--minutes", metavar="N", type=int, help="in how many minutes")


def _say(session: Session, arguments: Arguments) -> int:
    from ..config.words import load
    from ..render.say import fill

    words, problems = load(session.paths)
    for problem in problems:
        out.say(str(problem))
    if arguments.name:
        name = _named(arguments.name.casefold(), words)
        said = fill(words[name].say, _values(session, arguments))
        if arguments.json:
            out.json({"name": name, "when": words[name].when, "say": said})
        else:
            out.data(said)
        return OK
    if arguments.json:
        values = _values(session, arguments)
        out.json([{"name": n, "when": w.when, "say": fill(w.say, values)} for n, w in words.items()])
        return OK
    edge = max(map(len, words), default=0)
    for name, each in words.items():
        out.data(f"{name:<{edge}}  {clean(each.when)}")
    return OK


def _named(name: str, words: "dict[str, Words]") -> str:
    hits = [each for each in words if each == name] or [each for each in words if each.startswith(name)]
    if len(hits) != 1:
        raise NotHere(f"There are no words “{clean(name)}”. `warroom say` shows what there is: {', '.join(words)}.")
    return hits[0]


def _values(session: Session, arguments: Arguments) -> dict[str, str]:
    """Words can be learnt without an incident: then its gaps stay open."""
    from ..render.say import values

    state = Incident()
    try:
        state = session.seen().state
    except NotHere:
        if arguments.incident:
            raise
    return values(state, session.me.name, session.now(), other=arguments.other, minutes=arguments.minutes)


VERBS = {
    "say": Verb("words at hand, with the names filled in", "warroom say opening", _arguments, _say),
}
