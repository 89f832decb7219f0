"""The review that a call is about, made from the log: what every act of `warroom review` begins with."""

from typing import TYPE_CHECKING

from ..core.acts.review import over
from ..core.values import Refused
from . import out
from .session import Session
from .stop import No

if TYPE_CHECKING:
    from ..core.incident import Incident
    from ..render.review import Document


def made(session: Session, state: "Incident") -> "Document":
    """The document of this incident; what is wrong with a template is said. Raises `No` where it is not over."""
    from ..config import shipped
    from ..config.review import rules
    from ..render.review import document

    try:
        over(state)
    except Refused as no:
        raise No(str(no)) from None
    found = document(state, shipped.folder(), session.paths.config, session.handle(state.id), rules(session.library))
    for problem in found.problems:
        out.say(problem)
    return found
