"""One incident at one moment, as one person sees it: the only thing a pane is given."""

from collections.abc import Mapping
from functools import cached_property

import msgspec

from ..core import due as core_due
from ..core import escalation
from ..core.due import Due
from ..core.events import DeliveryChanged, PolicyAttached, by_machine
from ..core.incident import Checklist, Conflict, Held, Incident
from ..core.run import Run, advance
from ..core.text import clean
from ..core.values import Ms, handle
from ..core.zone import Zone, utc
from . import clock
from .pager_view import PagerView
from .sync_view import SyncView


class Offer(msgspec.Struct, frozen=True, eq=False):
    """A policy that differs from the one in force: `file` says where it changed, `policy` what it would be."""

    file: str
    policy: PolicyAttached


class Sight(msgspec.Struct, frozen=True):
    """How this person looks at it. `saved` says what became of their facts, `unsent` how many wait to be sent."""

    me: str = ""
    zone: Zone = utc
    ascii: bool = False
    handle: str = ""  # where the room knows one that is unique here
    saved: str = "saved"
    unsent: int = 0
    unsent_since: Ms | None = None
    trouble: bool = False  # `saved` tells of a failed write
    pager: PagerView = PagerView()
    tried: Mapping[str, bool] | None = None  # channels that were ever tried, and whether it worked; None: not known
    offer: Offer | None = None
    reading: str = ""  # what the incident is called, while only its last facts were read
    sync: SyncView = SyncView()
    alerts: int = 0  # that wait for somebody, in the inbox


_PLAIN = Sight()


class Scene:
    """What follows from the facts alone, worked out once per state and only when a pane asks."""

    def __init__(self, incident: Incident) -> None:
        self.incident = incident

    @cached_property
    def roles(self) -> tuple[Held, ...]:
        return self.incident.roles

    @cached_property
    def checklists(self) -> tuple[Checklist, ...]:
        return self.incident.checklists

    @cached_property
    def standing(self) -> list[Due]:
        return core_due.standing(self.incident)

    @cached_property
    def deliveries(self) -> tuple[tuple[DeliveryChanged, Ms], ...]:
        """Every delivery as it stands, with the time at which it came to that; the oldest first."""
        found = (event for _, event in self.incident.under(DeliveryChanged.type))
        return tuple((e.body, e.at.t) for e in found if isinstance(e.body, DeliveryChanged))

    @cached_property
    def conflicts(self) -> tuple[Conflict, ...]:
        """What people set twice at once; what processes did shows elsewhere."""
        return tuple(each for each in self.incident.conflicts if not by_machine(each.shown.body))

    @cached_property
    def people(self) -> int:
        return len(self.incident.seen)

    @cached_property
    def handle(self) -> str:
        return handle(self.incident.id) if self.incident.id else ""


class Moment:
    """A scene at `now` (UTC ms). Moments are equal only to themselves, so that showing one costs no comparison."""

    def __init__(self, scene: Scene, now: Ms, sight: Sight = _PLAIN) -> None:
        self.scene = scene
        self.incident = scene.incident
        self.now = now
        self.sight = sight

    @cached_property
    def due(self) -> list[Due]:
        """Everything that counts down, what is late first."""
        return core_due.with_pages(self.incident, self.scene.standing, self.now)

    @cached_property
    def page(self) -> escalation.View:
        return escalation.view(self.incident, self.now)

    @cached_property
    def specialists(self) -> dict[str, escalation.View]:
        """The pages beside the hierarchy, by topic."""
        return escalation.specialists(self.incident, self.now) if self.incident.specialists else {}

    @cached_property
    def runs(self) -> dict[str, Run]:
        """Every escalation brought to now: the hierarchy's under ""."""
        return {topic: advance(run, self.now) for topic, run in self.incident.runs.items()}

    @property
    def handle(self) -> str:
        return self.sight.handle or self.scene.handle

    def name(self, who: str) -> str:
        """A person's name fit for the screen; for a role that nobody has, its short one."""
        role = next((role for role in self.scene.roles if role.role == who), None)
        return clean(role.short if role else who)

    def hm(self, t: Ms) -> str:
        return clock.hm(t, self.sight.zone)

    def hms(self, t: Ms) -> str:
        return clock.hms(t, self.sight.zone)

    @property
    def zone(self) -> str:
        return self.sight.zone(self.now)[1]


def moment(incident: Incident, now: Ms, sight: Sight = _PLAIN, before: Moment | None = None) -> Moment:
    """`incident` at `now`; what was worked out for `before` is kept where the facts are the same."""
    same = before is not None and before.incident is incident
    return Moment(before.scene if same and before else Scene(incident), now, sight)
