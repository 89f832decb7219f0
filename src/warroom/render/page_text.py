"""The stakeholder page as plain text, for whoever asks without a browser: the same view, and nothing more."""

from ..core.page import Page
from ..core.text import clean
from ..core.values import Ms
from .times import moment

_IMPACT = {"reduced": "Impact, less than it was", "ended": "Impact, which is over"}


def lines(page: Page, now: Ms) -> list[str]:
    """Clean lines, the updates newest first."""
    if page.bare:
        return [clean(page.status)]
    grave = f" ({page.grave})" if page.grave else ""
    drill = "This is a drill. " if page.drill else ""
    scope = f" ({page.scope})" if page.scope else ""
    said = [
        f"{drill}{page.title or page.handle} ({page.handle})",
        f"Status: {page.phase}. {page.status}",
        f"Severity: {page.severity}{grave}",
        f"{_IMPACT.get(page.impact_is, 'Impact')}: {page.impact}{scope}" if page.impact else "Impact: not stated yet",
        f"Last update: {moment(page.updates[0].at, now)}" if page.updates else "Last update: none yet",
        f"Next update: {_next(page, now)}",
    ]
    said += [
        f"{moment(each.at, now)}{'  (corrected later)' if each.corrected else ''}  {each.text}" for each in page.updates
    ]
    for asked in page.questions:
        said.append(f"Q: {asked.what}")
        said.append(f"A: {asked.answer}" if asked.answered is not None else "A: none yet")
    return [clean(line) for line in said]


def _next(page: Page, now: Ms) -> str:
    if page.next is None:
        return "no time was promised" if page.open else "none is to come"
    return f"{moment(page.next, now)}{', late' if page.next < now else ''}"
