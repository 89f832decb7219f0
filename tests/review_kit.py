"""An incident as a night leaves it, its review, and the hands of people who edit it."""

from pathlib import Path

from facts import CADENCE, CHECKLIST, POLICY, T0, Desk, other
from warroom.config import shipped
from warroom.config.load import Library
from warroom.core.acts import entries, lifecycle, paging, people, practice, talk, updates, work
from warroom.core.acts.review import WriteSection
from warroom.core.events import Event
from warroom.core.incident import Incident
from warroom.core.review.deadlines import Rule
from warroom.core.values import MINUTE, At, Refused
from warroom.render import review

RULES = {"SEV1": Rule(days=3), "SEV2": Rule(business_days=5)}
INCIDENTS = Path(__file__).parents[2] / "shared" / "incidents"
PUBLIC = sorted(INCIDENTS.glob("*.json")) or [Path(__file__).parent / "data" / "outage-of-our-own.json"]
"""Public incidents as timelines; one of ours where the folder is not there."""


def night() -> Desk:
    """A night in which nearly everything happened; resolved."""
    desk = Desk()
    attached = (POLICY, CHECKLIST, CADENCE, Library().roles())
    desk.do(lifecycle.Declare(title="checkout returns 500s", severity="SEV2", services=("web",), attach=attached))
    desk.do(entries.Log(text="p99 of checkout at 9 s, an alert says", kind="observed"), MINUTE)
    desk.do(people.AssignRole(role="commander", who="ana"), MINUTE)
    seen = {"what": "38 % of card checkouts fail", "scope": "cards only; invoices work"}
    desk.do(lifecycle.StateImpact(**seen, since=T0 - 4 * MINUTE))  # type: ignore[arg-type]  # two texts
    desk.do(entries.Log(text="it was the 14:00 deploy", kind="hypothesis", who="ivo"), MINUTE)
    desk.do(paging.ReportNoAnswer(who="dana"), 2 * MINUTE)
    desk.do(paging.Acknowledge(who="sam"), 3 * MINUTE)
    desk.do(lifecycle.ChangeSeverity(severity="SEV1", why="all cards"), MINUTE)
    desk.do(practice.JudgeHypothesis(state="ruled out", evidence="rolled back, no change"), 12 * MINUTE)
    desk.do(entries.Log(text="vacuum holds a lock on orders", kind="hypothesis", who="lee"), MINUTE)
    desk.do(updates.DraftUpdate(what="Card payments fail."))
    desk.do(updates.ApproveUpdate())
    desk.do(updates.PostDraft())
    desk.do(talk.OpenPoll(proposal="kill the vacuum"), MINUTE)
    desk.do(talk.Object(what="it may take the table with it", who="bo"))
    desk.do(practice.ClosePoll(outcome="agreed", who="ana"), MINUTE)
    desk.do(entries.Log(text="killed vacuum 4711", kind="action", who="lee"), MINUTE)
    desk.do(practice.JudgeHypothesis(state="supported", evidence="lag went to 0"), MINUTE)
    desk.do(lifecycle.ChangePhase(phase="identified"))
    desk.do(practice.AttendBridge(who="lee"))
    desk.do(people.OfferRole(role="commander", who="ivo"))
    desk.name = "ivo"
    desk.do(people.AcceptRole(), MINUTE)
    desk.do(lifecycle.ChangePhase(phase="monitoring"), 5 * MINUTE)
    desk.do(entries.Log(text="add an alert on lock age", kind="followup", who="lee"))
    desk.do(work.ChangeStep(step="1", state="done"))
    desk.do(entries.Log(text="the lock was seen first then", kind="observed", who="lee", at=At(desk.now - 14 * MINUTE)))
    desk.do(lifecycle.ChangePhase(phase="resolved", why="no error for ten minutes"), 10 * MINUTE)
    return desk


def made(state: Incident, own: str = "") -> review.Document:
    """The review of this incident, by the shipped template or one of `own`."""
    return review.document(state, shipped.folder(), own, rules=RULES)


def lines_of(document: review.Document, key: str) -> list[str]:
    """What a section says."""
    section = document.section(key)
    assert section is not None, key
    return review.section_text(document, section)


def save(desk: Desk, edited: str) -> list[Event | Refused]:
    """The edited file read back and put on this desk's log, section by section."""
    document = made(desk.state)
    out: list[Event | Refused] = []
    for command in review.commands(document, review.read_back(document, edited)):
        events = desk.ask(command)
        out += [events] if isinstance(events, Refused) else events
    return out


def write(desk: Desk, key: str, text: str) -> list[Event | Refused]:
    """Somebody puts `text` above whatever stands in this section."""
    file = review.file(made(desk.state))
    title = next(each.title for each in made(desk.state).sections if each.key == key)
    return save(desk, file.replace(f"## {title}\n", f"## {title}\n\n{text}\n", 1))


__all__ = ["PUBLIC", "RULES", "WriteSection", "lines_of", "made", "night", "other", "save", "write"]
