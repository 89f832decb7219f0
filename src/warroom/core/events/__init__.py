"""Facts, in the past tense: one frozen class per kind, with the word and the sentence the timeline shows for it.

A `Value` replaces an older value under the same `key()`; everything else stands beside what was there before.
A new kind of fact is a class here, a line in `fold` if it changes more than a value, and a command.
"""

from .delivery import (
    MACHINE,
    DeliveryChanged,
    LevelSkipped,
    PagerHeld,
)
from .drill import (
    DRILL,
    DrillChanged,
    DrillClock,
    DrillEnded,
    DrillInjected,
    DrillObserved,
    DrillScript,
    DrillScripted,
    DrillShared,
    DrillStarted,
    PointContested,
)
from .drill import hidden as _hidden_by_a_drill
from .entries import (
    Amended,
    EvidenceAttached,
    FactRedacted,
    Logged,
    Retracted,
)
from .envelope import (
    Body,
    Event,
    Order,
    Redacted,
    Unknown,
    Value,
)
from .heard import Heard
from .incident import (
    BridgeSet,
    Declared,
    ImpactStated,
    Linked,
    MilestoneMarked,
    PhaseChanged,
    Renamed,
    ReplicaForked,
    ServiceNamed,
    SeverityChanged,
)
from .paging import (
    PAGES,
    Acknowledged,
    CalledOff,
    ClockStepped,
    Escalated,
    Level,
    NoAnswer,
    OnCallAnswered,
    PolicyAttached,
    Shift,
    Snoozed,
    Specialist,
    SpecialistCalled,
    Target,
    Trigger,
    When,
)
from .people import (
    ChecklistAttached,
    RoleAssigned,
    RoleCard,
    RoleOffered,
    RolesAttached,
    Step,
    StepChanged,
    StepExtended,
    TaskChanged,
    TaskGiven,
    TaskReadBack,
)
from .practice import (
    HYPOTHESIS_STATES,
    ActRepeated,
    BridgeAttended,
    CanReported,
    HypothesisJudged,
    PromptSettled,
)
from .review import (
    ITEM_KINDS,
    ITEM_STATES_OF_WORK,
    REVIEW,
    REVIEW_STATES,
    ChangeDecided,
    ChangeProposed,
    ItemChanged,
    ItemFiled,
    ItemRaised,
    ReviewMoved,
    ReviewOwned,
    SectionWritten,
)
from .scenario import (
    Expectation,
    Inject,
    Person,
    Reply,
    Scenario,
)
from .scenario import Line as ScenarioLine
from .talk import (
    CadenceAttached,
    ObjectionRaised,
    PollClosed,
    PollOpened,
    QuestionAnswered,
    QuestionAsked,
    QuestionModerated,
    QuestionTaken,
    Rhythm,
    UpdateApproved,
    UpdateDrafted,
    UpdatePosted,
)


def _bodies(base: type[Body]) -> dict[str, type[Body]]:
    known: dict[str, type[Body]] = {}
    for cls in base.__subclasses__():
        if cls.type:
            known[cls.type] = cls
        known |= _bodies(cls)
    return known


BODIES: dict[str, type[Body]] = _bodies(Body)

ASIDE: dict[str, type[Body]] = {}
"""Kinds of fact that stand in no incident's log; whoever reads such a log imports what fills this."""

_BY_MACHINE = frozenset((*MACHINE, *DRILL, *REVIEW, ClockStepped, OnCallAnswered, Heard))


def by_machine(body: object) -> bool:
    """Whether no person of the room wrote it: it tells of nobody who is there, and breaks no silence."""
    kind = body.__class__
    if kind is Logged:  # nearly every fact is one
        return False
    if isinstance(body, QuestionAsked):  # a reader of the page is nobody who is in the room
        return body.page
    return kind in _BY_MACHINE or bool(getattr(body, "via", "") or getattr(body, "trigger", ""))


def hidden(body: object) -> bool:
    """Whether this is machinery that no timeline shows: a drill's, or the note of what was heard elsewhere."""
    return isinstance(body, Heard) or _hidden_by_a_drill(body)


__all__ = [
    "ASIDE",
    "BODIES",
    "DRILL",
    "HYPOTHESIS_STATES",
    "ITEM_KINDS",
    "ITEM_STATES_OF_WORK",
    "MACHINE",
    "PAGES",
    "REVIEW",
    "REVIEW_STATES",
    "Acknowledged",
    "ActRepeated",
    "Amended",
    "Body",
    "BridgeAttended",
    "BridgeSet",
    "CadenceAttached",
    "CalledOff",
    "CanReported",
    "ChangeDecided",
    "ChangeProposed",
    "ChecklistAttached",
    "ClockStepped",
    "Declared",
    "DeliveryChanged",
    "DrillChanged",
    "DrillClock",
    "DrillEnded",
    "DrillInjected",
    "DrillObserved",
    "DrillScript",
    "DrillScripted",
    "DrillShared",
    "DrillStarted",
    "Escalated",
    "Event",
    "EvidenceAttached",
    "Expectation",
    "FactRedacted",
    "Heard",
    "HypothesisJudged",
    "ImpactStated",
    "Inject",
    "ItemChanged",
    "ItemFiled",
    "ItemRaised",
    "Level",
    "LevelSkipped",
    "Linked",
    "Logged",
    "MilestoneMarked",
    "NoAnswer",
    "ObjectionRaised",
    "OnCallAnswered",
    "Order",
    "PagerHeld",
    "Person",
    "PhaseChanged",
    "PointContested",
    "PolicyAttached",
    "PollClosed",
    "PollOpened",
    "PromptSettled",
    "QuestionAnswered",
    "QuestionAsked",
    "QuestionModerated",
    "QuestionTaken",
    "Redacted",
    "Renamed",
    "ReplicaForked",
    "Reply",
    "Retracted",
    "ReviewMoved",
    "ReviewOwned",
    "Rhythm",
    "RoleAssigned",
    "RoleCard",
    "RoleOffered",
    "RolesAttached",
    "Scenario",
    "ScenarioLine",
    "SectionWritten",
    "ServiceNamed",
    "SeverityChanged",
    "Shift",
    "Snoozed",
    "Specialist",
    "SpecialistCalled",
    "Step",
    "StepChanged",
    "StepExtended",
    "Target",
    "TaskChanged",
    "TaskGiven",
    "TaskReadBack",
    "Trigger",
    "Unknown",
    "UpdateApproved",
    "UpdateDrafted",
    "UpdatePosted",
    "Value",
    "When",
    "by_machine",
    "hidden",
]
