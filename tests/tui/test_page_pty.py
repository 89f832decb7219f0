"""The real console with a pager of its own: it begins when it is taken, and ends when the console is left."""

import time
from pathlib import Path

from console_kit import cli, entered
from page_app import files
from warroom.room import pager
from warroom.store import folder


def test_a_console_that_may_start_none_by_itself_pages_while_it_is_open(home: Path) -> None:
    paths = files(home)
    cli("declare", "Checkout returns 500s", "-s", "SEV1", "--policy", "quick")
    (entry,) = folder.entries(paths.incidents)
    with entered(entry.inc) as screen:
        screen.wait_for("PAGER: nobody")
        screen.send("/pager\r")
        screen.wait_for("PAGER: this console")
        holder = pager.holder(entry.path)
        assert holder is not None
        screen.send("\x04")
        screen.wait_for("since this console alone")
        screen.send("\r")
        assert screen.wait_exit() == 0
    deadline = time.monotonic() + 15
    while pager.holder(entry.path) is not None:
        assert time.monotonic() < deadline, "the pager outlived its console"
        time.sleep(0.05)
