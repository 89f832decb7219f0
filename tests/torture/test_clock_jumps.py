"""The machine's clock is set by an hour while a real watch pages: libfaketime stands between the process and the clock.

Needs Debian's `faketime`.
"""

import glob
import json
import shutil

import pytest

from farside import FarSide
from paging_kit import House, until

pytestmark = pytest.mark.torture

POLICY = (
    'id = "quick"\n[[level]]\nafter = "PT0S"\nnotify = ["contact:sre1"]\n'
    '[[level]]\nafter = "PT12S"\nnotify = ["contact:db1"]\n[[level]]\nafter = "PT30M"\nnotify = ["contact:db2"]\n'
)


def library() -> str:
    assert shutil.which("faketime"), "faketime is not installed: apt-get install faketime"
    return glob.glob("/usr/lib/*/faketime/libfaketime.so.1")[0]


@pytest.mark.parametrize("jump", ["+3600", "-3600"])
def test_a_countdown_goes_on_with_what_was_left_and_nobody_is_passed_over(tmp_path, jump):
    far = FarSide()
    house = House(tmp_path / "home", far, watch="off", policy=POLICY)
    clock = tmp_path / "clock"
    clock.write_text("+0\n")
    faked = {
        "LD_PRELOAD": library(),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    try:
        house.declare()
        house.watch(env=faked)
        until(lambda: house.paged() == ["sre1"])
        clock.write_text(f"{jump}\n")
        until(lambda: "clock" in house.kinds())
        assert house.paged() == ["sre1"]
        shown = json.loads(house.call("status", "--json", **faked))  # as a process sees it that starts now
        assert 0 < shown["escalation"]["due_in_s"] <= 12
        until(lambda: house.paged() == ["sre1", "db1"])
        said = [row["text"] for row in house.timeline() if row["kind"] in ("clock", "skipped")]
        assert len(said) == 1, said
        assert "was set" in str(said[0])
        assert house.paged() == ["sre1", "db1"]
    finally:
        house.close()
        far.close()
