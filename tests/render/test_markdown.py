"""The report to read: what is at its top, and that what people wrote is literal text in it."""

from facts import MINUTE, T0, declared
from warroom.core.acts.items import ChangeItem, RaiseItem
from warroom.core.values import DAY
from warroom.render.markdown import report

NOW = T0 + 60 * MINUTE


def test_action_items_stand_with_owner_date_and_state():
    desk = declared()
    desk.do(RaiseItem(what="alert on *lag*", owner="ivo", due=T0 + 14 * DAY))
    desk.do(RaiseItem(what="read the runbook", what_for="learn"))
    desk.do(ChangeItem(item="2", state="done"))
    assert (
        "## Action items\n\n"
        "- **prevent** alert on \\*lag\\* (ivo, due 2023-11-28, open)\n"
        "- **learn** read the runbook (done)\n\n"
    ) in report(desk.state, "INC-K3F9", NOW)


def test_where_there_is_none_there_is_no_heading():
    found = report(declared().state, "INC-K3F9", NOW)
    assert "Action items" not in found
    assert "Left out" not in found


def test_what_was_left_out_stands_before_everything_that_happened():
    found = report(declared().state, "INC-K3F9", NOW, ["1 entry is left out: 1 *note*."])
    assert "## Left out of this copy\n\n- 1 entry is left out: 1 \\*note\\*.\n\n" in found
    assert found.index("## Left out") < found.index("## 2023-11-14 (UTC)")
