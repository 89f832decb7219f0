"""A console in which every text is hostile, in the room's own panes and in Textual's own widgets."""

from textual.content import Content
from textual.widgets import Label, Static

from story import NOW, RoomApp, Writer, at
from warroom.core import events as ev
from warroom.tui.moment import Sight
from warroom.tui.pager_view import HELD, PagerView

EVIL = "a\x1b]52;c;aGk=\x07b\x1b[2Jc\x9b31md\u202ee\u2066f\u200eg\x7fh\x00i\u2028j\U000e0041k"


def hostile() -> Writer:
    w = Writer()
    w.add("14:00", EVIL, ev.Declared(EVIL, EVIL, (EVIL,)))
    target = ev.Target(ref=EVIL, name=EVIL, phone=EVIL, reach=(EVIL,))
    levels = (ev.Level(0, EVIL, (target, target), (target,)),)
    policy = w.add("14:00", EVIL, ev.PolicyAttached(EVIL, levels, title=EVIL, fallback=EVIL, reachable=True))
    for n, state in enumerate(("sent", "failed", "queued", "unknown")):
        w.add("14:01", EVIL, ev.DeliveryChanged(
            f"{EVIL}{n}", state, channel=EVIL, ref=EVIL, who=EVIL, level=1, cause=policy.id, due=at("14:00"), why=EVIL
        ))  # fmt: skip
    w.add("14:01", EVIL, ev.SpecialistCalled(EVIL, (target,), why=EVIL))
    w.add("14:01", EVIL, ev.PagerHeld(EVIL, EVIL, why=EVIL))
    w.add("14:00", EVIL, ev.RolesAttached((ev.RoleCard("r", EVIL, short=EVIL),)))
    w.add("14:00", EVIL, ev.ChecklistAttached("l", EVIL, (ev.Step("s", EVIL, role=EVIL, due=1, origin=EVIL),)))
    w.add("14:00", EVIL, ev.RoleAssigned("r", EVIL))
    w.add("14:00", EVIL, ev.BridgeSet(EVIL))
    w.add("14:00", EVIL, ev.ImpactStated(EVIL, state=EVIL))
    w.add("14:01", EVIL, ev.PhaseChanged(EVIL, was=EVIL))
    w.log("14:02", EVIL, EVIL, EVIL, who=EVIL)
    w.log("14:03", EVIL, "decision", EVIL + "\n" + EVIL)
    return w


class Evil(RoomApp):
    def __init__(self) -> None:
        super().__init__(hostile().state(), sight=Sight(handle=EVIL, saved=EVIL, pager=PagerView(HELD, EVIL, NOW)))

    def on_mount(self) -> None:
        super().on_mount()
        self.call_after_refresh(self.hurt)

    async def hurt(self) -> None:
        box = Static(Content(EVIL + " static"))
        box.border_title = Content(EVIL)
        box.styles.border = ("round", "red")
        box.styles.height = 3
        end = Label(Content("END OF IT"))
        await self.room.mount(box, Label(Content(EVIL + " label")), end, before=0)
        self.notify(EVIL, markup=False)


if __name__ == "__main__":
    Evil().run()
