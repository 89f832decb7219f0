"""One page in every state that the console has to show: the same policy and the same people, a few facts apart."""

from collections.abc import Callable

from story import ROLES, Writer, at
from warroom.core import events as ev
from warroom.core.incident import Incident
from warroom.core.values import MINUTE
from warroom.tui.moment import Sight
from warroom.tui.pager_view import HELD, HERE, NOBODY, PagerView

NOW = at("14:44:28")
CALLED = at("14:43:20")


def target(name: str, phone: str = "", reach: str = "hook") -> ev.Target:
    return ev.Target(f"contact:{name.lower()}", name, phone, (reach,))


IVO, MEI, ANA = target("Ivo", "+44 20 7946 0001"), target("Mei", "+44 20 7946 0002"), target("Ana", "+44 20 7946 0009")
RAHUL, LENA = target("Rahul", "+44 20 7946 0003"), target("Lena")
LEVELS = (
    ev.Level(0, "on-call", (IVO,)),
    ev.Level(5 * MINUTE, "database", (MEI,), (ANA,)),
    ev.Level(15 * MINUTE, "eng manager", (RAHUL, LENA)),
)
LONG = ev.Trigger("long", ev.When(severity=("SEV1",), elapsed=10 * MINUTE), level=3, why="SEV1 not resolved in 10 min")


def policy(**other: object) -> ev.PolicyAttached:
    values: dict[str, object] = {
        "title": "payments",
        "fallback": "ring the duty manager on +44 20 7946 0100",
        "tested": True,
        "reachable": True,
        "specialists": (ev.Specialist("db", (ANA, MEI)),),
    }
    return ev.PolicyAttached("payments", LEVELS, **{**values, **other})  # type: ignore[arg-type]  # as they are named


class Night(Writer):
    """An incident that was declared at `clock`, with a policy in force."""

    def __init__(self, clock: str = "14:43:20", severity: str = "SEV1", drill: bool = False, **other: object) -> None:
        super().__init__(drill)
        self.add(clock, "dana", ev.Declared("Checkout returns 500s", severity, ("payments",), drill))
        self.policy = self.add(clock, "dana", policy(**other))
        self.add(clock, "dana", ROLES)
        self.add(clock, "dana", ev.ImpactStated("38 % of card checkouts fail"))
        self.add(clock, "dana", ev.RoleAssigned("commander", "Dana"))
        self.add(clock, "watch", ev.PagerHeld("t1", "watch@bastion"))
        self._last: dict[str, str] = {}

    def delivery(
        self, clock: str, state: str, who: ev.Target = IVO, channel: str = "hook", level: int = 1, **more: object
    ) -> None:
        """The next state of the page of this person by this channel."""
        key = f"{level}.{who.name}.{channel}.{more.get('topic', '')}"
        over = (self._last[key],) if key in self._last else ()
        values: dict[str, object] = {"cause": self.policy.id, "due": CALLED, **more}
        body = ev.DeliveryChanged(key, state, channel=channel, ref=who.ref, who=who.name, level=level, **values)  # type: ignore[arg-type]  # as they are named
        self._last[key] = self.add(clock, "watch", body, over=over).id


def sight(pager: PagerView | None = None, **more: object) -> Sight:
    held = PagerView(HELD, "watch@bastion", NOW - 2_000)
    return Sight(me="lee", handle="INC-K3F9", pager=pager or held, **more)  # type: ignore[arg-type]  # as they are named


State = tuple[Incident, Sight]


def calling() -> State:
    w = Night()
    w.delivery("14:43:20", "sending")
    w.delivery("14:43:21", "sent")
    w.log("14:43:50", "dana", "observed", "card payments only, since about 14:30")
    return w.state(), sight()


def answers() -> State:
    w = Night()
    w.delivery("14:43:21", "accepted", channel="pagerduty", answers=True)
    return w.state(), sight()


def fails() -> State:
    w = Night()
    w.delivery("14:43:21", "failed", why="the far side refuses the credentials (401)")
    w.delivery("14:43:22", "queued", channel="mail", again=NOW + 12_000, attempt=2, why="busy")
    return w.state(), sight()


def not_sent() -> State:
    w = Night()
    w.delivery("14:43:21", "failed", why="the far side refuses the credentials (401)")
    return w.state(), sight()


def twice() -> State:
    w = Night()
    w.delivery("14:43:21", "sent", twice=True)
    return w.state(), sight()


def acknowledged() -> State:
    w = Night()
    w.delivery("14:43:21", "sent")
    w.add("14:43:50", "ivo", ev.Acknowledged("Ivo", 1))
    return w.state(), sight()


def expires() -> State:
    w = Night("14:16:00")
    w.delivery("14:16:01", "sent")
    w.add("14:16:40", "ivo", ev.Acknowledged("Ivo", 1))
    return w.state(), sight()


def snoozed() -> State:
    w = Night()
    w.delivery("14:43:21", "sent")
    w.add("14:44:00", "dana", ev.Snoozed(at("14:55"), "the vendor is on it"))
    return w.state(), sight()


def exhausted() -> State:
    w = Night("14:28:00")
    w.delivery("14:28:01", "sent")
    w.delivery("14:33:01", "sent", MEI, level=2)
    w.add("14:36:00", "dana", ev.NoAnswer("Mei", 2, tried="phone"))
    w.add("14:37:00", "ana", ev.NoAnswer("Ana", 2, 1, declined=True, why="on a plane"))
    w.delivery("14:37:01", "sent", RAHUL, level=3)
    w.add("14:43:30", "dana", ev.NoAnswer("Rahul", 3, tried="phone"))
    w.add("14:43:50", "dana", ev.NoAnswer("Lena", 3, tried="phone"))
    return w.state(), sight()


def nobody() -> State:
    w = Night()
    return w.state(), sight(PagerView(NOBODY))


def silent() -> State:
    w = Night()
    w.delivery("14:43:21", "sent")
    return w.state(), sight(PagerView(HELD, "watch@bastion", NOW - 27_000))


def here() -> State:
    w = Night()
    w.delivery("14:43:21", "sent")
    return w.state(), sight(PagerView(HERE, "watch@bastion", NOW - 1_000))


def pages_nobody() -> State:
    w = Night(reachable=False, tested=False)
    return w.state(), sight()


def untried() -> State:
    w = Night(tested=False)
    w.delivery("14:43:20", "sending")
    return w.state(), sight(tried={})


def specialist() -> State:
    w = Night()
    w.delivery("14:43:21", "sent")
    fact = w.add("14:44:00", "dana", ev.SpecialistCalled("db", (ANA, MEI), why="the locks do not clear"))
    w.delivery("14:44:01", "sent", ANA, level=1, topic="db", cause=fact.id, due=at("14:44:00"))
    return w.state(), sight()


def trigger() -> State:
    w = Night("14:36:00", triggers=(LONG,))
    w.delivery("14:36:01", "sent")
    w.add("14:36:30", "ivo", ev.Acknowledged("Ivo", 1))
    return w.state(), sight()


def called_off() -> State:
    w = Night()
    w.delivery("14:43:21", "sent")
    w.add("14:44:00", "dana", ev.CalledOff("false alarm, the probe was broken"))
    return w.state(), sight()


def resolved() -> State:
    w = Night()
    w.delivery("14:43:21", "sent")
    w.add("14:43:50", "ivo", ev.Acknowledged("Ivo", 1))
    w.add("14:44:10", "dana", ev.PhaseChanged("resolved", was="investigating"))
    return w.state(), sight()


def drill() -> State:
    return Night(drill=True).state(), sight(PagerView(NOBODY))


STATES: dict[str, Callable[[], State]] = {
    each.__name__: each
    for each in (
        calling,
        answers,
        fails,
        not_sent,
        twice,
        acknowledged,
        expires,
        snoozed,
        exhausted,
        nobody,
        silent,
        here,
        pages_nobody,
        untried,
        specialist,
        trigger,
        called_off,
        resolved,
        drill,
    )
}
