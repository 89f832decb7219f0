"""One incident as the pictures of the console tell it, made of real facts, and a room at a frozen time."""

from itertools import count

from textual.app import App
from textual.widget import Widget

from warroom.core import events as ev
from warroom.core.events import Body, Event
from warroom.core.incident import Incident
from warroom.core.order import Replay
from warroom.core.values import MINUTE, SECOND, At, By, incident_id
from warroom.tui import filter, theme
from warroom.tui.moment import Sight
from warroom.tui.room_screen import RoomScreen

DAY = 20_779 * 86_400_000  # 2026-11-22
NOW = DAY + (14 * 60 + 44) * MINUTE + 28 * SECOND


def at(clock: str) -> int:
    """UTC ms of a clock time that day."""
    hour, minute, second = (*map(int, clock.split(":")), 0)[:3]
    return DAY + ((hour * 60 + minute) * 60 + second) * SECOND


class Writer:
    """Seals bodies into facts of one incident, one replica, in the order of writing."""

    def __init__(self, drill: bool = False, rep: str = "A") -> None:
        self.inc = incident_id(bytes(range(16)), drill)
        self.rep = rep
        self.events: list[Event] = []
        self._numbers = count(1)

    def add(
        self, clock: str, by: str, body: Body, rec: str = "", over: tuple[str, ...] = (), approx: bool = False
    ) -> Event:
        n = next(self._numbers)
        t = at(clock)
        fact = Event(
            id=f"{self.rep}{n:019d}",
            inc=self.inc,
            rep=self.rep,
            seq=n,
            lam=n,
            at=At(t, approx=approx),
            rec=at(rec) if rec else t,
            by=By(by),
            body=body,
            over=over,
            salt="s",
        )
        self.events.append(fact)
        return fact

    def log(
        self, clock: str, by: str, kind: str, text: str, rec: str = "", who: str = "", approx: bool = False
    ) -> Event:
        return self.add(clock, by, ev.Logged(text_=text, kind_=kind, who=who), rec, approx=approx)

    def state(self) -> Incident:
        return Replay().receive(self.events)


def person(name: str, phone: str = "", example: bool = False) -> ev.Target:
    return ev.Target(ref=f"contact:{name.lower()}", name=name, phone=phone, example=example)


POLICY = ev.PolicyAttached(
    policy="payments",
    title="payments",
    levels=(
        ev.Level(0, "on-call", (person("Ivo"),)),
        ev.Level(11 * MINUTE, "database", (person("Mei"),), (person("Ana", "+44 20 7946 0009"),)),
        ev.Level(46 * MINUTE + 54 * SECOND, "eng manager", (person("Rahul", "+44 20 7946 0001"), person("Lena"))),
    ),
)
ROLES = ev.RolesAttached(
    roles=(
        ev.RoleCard("commander", "Commander", needed=("SEV1", "SEV2", "SEV3"), short="Cmd"),
        ev.RoleCard("scribe", "Scribe", needed=("SEV1", "SEV2"), from_people=4),
        ev.RoleCard("comms", "Comms", needed=("SEV1", "SEV2"), from_people=4),
        ev.RoleCard("database", "Database", short="DB"),
        ev.RoleCard("app", "App"),
        ev.RoleCard("deputy", "Deputy", needed=("SEV1",), from_people=9),
    )
)
STEPS = (
    "Name a commander",
    "Open the bridge",
    "Say what users see",
    "Page the on-call",
    "Find the last change",
    "Page the database lead",
    "First public update",
    "Check replicas before failover",
    "Freeze deploys",
    "Tell support what to say",
    "Watch for half an hour",
)
CHECKLIST = ev.ChecklistAttached(
    list="database",
    title="database",
    steps=tuple(
        ev.Step(
            f"s{n}",
            text,
            role="database" if n == 7 else "",
            due=45 * MINUTE + 27 * SECOND if n == 7 else None,
            origin="INC-7XMA" if n == 7 else "",
        )
        for n, text in enumerate(STEPS)
    ),
)
CADENCE = ev.CadenceAttached(
    rhythms=(
        ev.Rhythm(
            "public",
            ("SEV1", "SEV2"),
            {"investigating": 20 * MINUTE, "identified": 20 * MINUTE, "mitigating": 20 * MINUTE},
        ),
        ev.Rhythm("executive", ("SEV1",), {"mitigating": 30 * MINUTE}, first=72 * MINUTE),
    )
)


def story(drill: bool = False, answered: bool = True) -> Writer:
    w = Writer(drill)
    w.add("14:02:11", "dana", ev.Declared("Checkout returns 500s", "SEV2", ("payments", "orders"), drill))
    for body in (POLICY, ROLES, CHECKLIST, CADENCE, ev.BridgeSet("meet/k3f9")):
        w.add("14:02:11", "dana", body)
    w.add("14:02:20", "dana", ev.RoleAssigned("commander", "Dana"))
    w.add("14:02:38", "ivo", ev.Acknowledged("Ivo", 1))
    w.add("14:02:40", "dana", ev.RoleAssigned("app", "Ivo"))
    w.log("13:58", "ana", "hypothesis", "the nightly vacuum on orders starts here", rec="14:03:00")
    w.log("14:01", "ivo", "observed", "first 500s in the edge log, card payments only", rec="14:03:20", approx=True)
    w.log("14:03:40", "ivo", "observed", "p99 on payments-db 4.2 s, normally 40 ms")
    w.log("14:04:20", "ivo", "hypothesis", "deploy 9f2c dropped the index on orders")
    w.add("14:04:40", "dana", ev.RoleAssigned("scribe", "Lee"))
    w.log("14:05:02", "dana", "decision", "roll back 9f2c; no strong objections")
    w.add("14:05:30", "dana", ev.TaskGiven("ivo", "roll back 9f2c in 10m, read back"))
    w.add("14:06:10", "mei", ev.UpdatePosted("public", "card payments fail, next at 14:26", next=at("14:26")))
    w.add("14:06:30", "dana", ev.RoleAssigned("comms", "Mei"))
    w.log("14:09:45", "lena", "note", "support: 212 tickets in ten minutes")
    w.log("14:11:20", "ivo", "observed", "rolled back, latency unchanged")
    w.add("14:12:30", "dana", ev.ImpactStated("38 % of card checkouts fail since 13:58"))
    for n in range(7):
        w.add(f"14:12:{31 + n}", "lee", ev.StepChanged("database", f"s{n}", "done", what=STEPS[n]))
    impact = w.events[-8]
    w.add("14:12:44", "dana", ev.SeverityChanged("SEV1", "card payments are down", was="SEV2"))
    w.add("14:12:50", "dana", ev.PhaseChanged("mitigating", was="identified"))
    w.add("14:13:05", "dana", ev.Escalated(2, "Mei"))
    w.add("14:18:05", "lee", ev.NoAnswer("Mei", 2, why="phone and chat, 5 min"))
    if answered:
        w.add("14:18:50", "ana", ev.Acknowledged("Ana", 2))
    w.add("14:18:30", "dana", ev.RoleAssigned("database", "Ana"))
    w.log("14:21:15", "ana", "observed", "replica lag 0; 1,900 lock waits on orders")
    w.log("14:23:40", "ana", "hypothesis", "nightly vacuum holds a lock since 13:58")
    w.log(
        "14:24:10",
        "dana",
        "decision",
        "cancel the vacuum on orders; strong objection by ivo (replica rebuild) heard and kept on record",
    )
    w.add("14:24:30", "dana", ev.TaskGiven("ana", "cancel the vacuum in 5m, read back"))
    w.add("14:26:05", "mei", ev.UpdatePosted("public", "cause found, next at 14:46", next=at("14:46"), number=2))
    w.log("14:29:00", "ana", "observed", "vacuum cancelled, locks at 140 and falling")
    w.add(
        "14:36:00",
        "dana",
        ev.ImpactStated("0.8 % of card checkouts fail, was 38 %", state="reduced"),
        over=(impact.id,),
    )
    w.log("14:36:02", "ivo", "observed", "0.8 % of checkouts fail, latency 60 ms")
    w.log("14:40:15", "ana", "note", "vacuum lock, from pg_locks  evidence 2")
    w.log("14:43:58", "lena", "note", "support: tickets have stopped")
    return w


class Stub(Widget):
    """Stands where the prompt stands."""

    DEFAULT_CSS = "Stub { height: 3; border: round $sky; &.-compact { height: 1; border: none; } }"

    def render(self) -> str:
        return "log as lee"


class RoomApp(App[None]):
    """The war room at a frozen time."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(
        self, state: Incident, look: str = "dark", ascii: bool = False, sight: Sight | None = None, now: int = NOW
    ) -> None:
        super().__init__()
        self.state = state
        self.clock = now
        self._look, self._ascii = look, ascii
        self.sight = sight or Sight(me="lee", ascii=ascii, handle="INC-K3F9")

    def on_mount(self) -> None:
        theme.install(self, self._look)
        filter.install(self, self._ascii)
        self.room = RoomScreen(Stub(), lambda: self.clock)
        self.push_screen(self.room)
        self.call_after_refresh(self.room.show, self.state, self.sight)
