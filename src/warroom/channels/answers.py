"""From an answer that was read on a far side to what the log has to say: once, and never what we told it ourselves."""

from ..core import outbox
from ..core.acts.paging import Acknowledge, ReportNoAnswer
from ..core.commands import Command
from ..core.events import Acknowledged, DeliveryChanged, NoAnswer
from ..core.incident import Incident
from ..core.text import clean, keepable
from ..core.values import At, Ms
from .base import Answer

_NAME = 100  # characters


def commands(state: Incident, page: DeliveryChanged, answer: Answer, now: Ms, *, told: bool) -> list[Command]:
    """What this answer to `page` asks for; nothing where it changes nothing.

    `told`: that far side has heard from us that somebody has it, and would say so again.
    """
    declined = answer.what == "declined"
    who = page.who if declined else keepable(clean(answer.who)).strip()[:_NAME] or page.who
    at = At(min(now, max(page.due, answer.at))) if answer.at is not None else None
    if outbox.closed(state, page, now) or (told and answer.what == "acknowledged"):
        return []
    if _was_taken_back(state, page, NoAnswer if declined else Acknowledged, who, at):
        return []
    if declined:
        return [ReportNoAnswer(declined=True, who=who, topic=page.topic, via=page.channel, at=at)]
    why = "resolved there" if answer.what == "resolved" else ""
    level = 0 if page.topic else page.level
    return [Acknowledge(who=who, why=why, topic=page.topic, via=page.channel, level=level, at=at)]


def _was_taken_back(
    state: Incident, page: DeliveryChanged, kind: type[Acknowledged | NoAnswer], who: str, at: At | None
) -> bool:
    """Whether this answer was read before, and taken back here: there it stands still."""
    for fact in state.pages:
        body = fact.body
        if fact.id not in state.retracted or not isinstance(body, kind) or fact.at.t < page.due:
            continue
        if (body.who, body.via) == (who, page.channel) and at in (None, fact.at):
            return True
    return False
