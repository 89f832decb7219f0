"""`warroom brief`: what goes with every page, as a person or another program wants it. Looking changes nothing."""

from ..core import brief as core
from ..render.brief import LIMITS
from . import out
from .session import Session
from .stop import OK
from .verb import Arguments, Parser, Verb, which


def _arguments(parser: Parser) -> None:
    which(parser)
    parser.add_argument("--form", choices=tuple(LIMITS), default="mail", help="how much room there is; mail by default")
    parser.add_argument("--shared", action="store_true", help="as it goes to a channel that many people read")


def _brief(session: Session, arguments: Arguments) -> int:
    from ..config import shipped
    from ..render import brief

    state = session.seen().state
    now, handle = session.now(), session.handle(state.id)
    made = core.brief(state, now, place=core.turn(state, now), shared=arguments.shared, handle=handle)
    folders = (shipped.folder(), session.paths.config)
    if arguments.json:
        texts = brief.texts(made, *folders, session.zone)
        said = {form: getattr(texts, form) for form in LIMITS}
        out.json({**brief.data(made), "texts": said})
        problems = texts.problems
    else:
        text, problems = brief.text(made, arguments.form, *folders, session.zone)
        out.data(text)
    for problem in problems:
        out.say(problem)
    return OK


VERBS = {"brief": Verb("the brief that goes with every page", "warroom brief --form sms", _arguments, _brief)}
