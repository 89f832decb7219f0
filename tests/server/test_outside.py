"""A real alert becomes an incident, a browser shows its update, and a reader's question is answered from the console.

Its end silences nothing else. Alertmanager, the server, the console in a terminal and Chromium are all real ones.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from alertmanager_there import Alertmanager, delivering
from chromium import Chromium, found
from farside import FarSide
from paging_kit import until
from paging_server import Laptop, PagingServer
from pty_screen import PtyScreen

SURELY_S = 30.0
F8 = "\x1b[19~"
ENTER, ESC = "\r", "\x1b"
LIVING = "document.getElementById('living').textContent"
ALERTS_API = '[hook.alertmanager]\nkind = "alertmanager"\n[hook.alertmanager.api]\nurl = "{url}"\n'


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Chromium]:
    it = Chromium(found(), tmp_path / "profile")
    yield it
    it.close()


@pytest.fixture
def far() -> Iterator[FarSide]:
    side = FarSide()
    yield side
    side.close()


@pytest.fixture
def server(tmp_path: Path, far: FarSide) -> Iterator[PagingServer]:
    running = PagingServer(tmp_path / "there", far, hasty=True)
    yield running
    running.close()


@pytest.fixture
def monitoring(tmp_path: Path, server: PagingServer) -> Iterator[Alertmanager]:
    token = json.loads(server.call("token", "create", "monitoring", "--grant", "intake", "--json"))["token"]
    running = Alertmanager(tmp_path / "alertmanager", delivering(server.url, token))
    (server.home / "server" / "intake.toml").write_text(ALERTS_API.format(url=running.url))
    yield running
    running.close()


@pytest.fixture
def laptop(tmp_path: Path, server: PagingServer, far: FarSide) -> Iterator[Laptop]:
    made = Laptop(tmp_path / "laptop", far, server)
    yield made
    made.close()


@pytest.fixture
def console(laptop: Laptop) -> Iterator[PtyScreen]:
    with PtyScreen(laptop.words(), 120, 40, env=laptop.env, cwd=str(laptop.home)) as screen:
        yield screen


def alerts(laptop: Laptop) -> dict[str, tuple[str, str]]:
    """How each stands at its sender and here, by instance."""
    rows = json.loads(laptop.call("alerts", "list", "--json"))
    return {row["labels"]["instance"]: (row["state"], row["stands"]) for row in rows}


def link(server: PagingServer, laptop: Laptop) -> str:
    """The page of the laptop's incident, for the public."""
    lead = json.loads(server.call("token", "create", "lead", "--grant", "administer", "--json"))["token"]
    made = laptop.call("page", "link", "--audience", "public", "--for", "the board", "--json", WARROOM_TOKEN=lead)
    return str(json.loads(made)["url"])


def test_from_the_alert_to_the_end(
    server: PagingServer, monitoring: Alertmanager, laptop: Laptop, console: PtyScreen, browser: Chromium
) -> None:
    def types(text: str, shows: str) -> None:
        console.send(text + ENTER)
        console.wait_for(shows, SURELY_S)

    # What monitoring fires is in the inbox, and one of it becomes an incident.
    monitoring.fire("db-1")
    monitoring.fire("queue-1", alertname="QueueDepth", job="web", severity="warning")
    console.wait_for("2 alerts wait", SURELY_S)
    console.send(F8)
    console.wait_for("QueueDepth · web", SURELY_S)
    console.send("/")
    console.wait_for("find ›", SURELY_S)
    console.send("DiskFull")
    console.wait_for("DiskFull · db", SURELY_S)
    console.send(ENTER)
    console.wait_for("o open", SURELY_S)
    console.send("o")
    console.wait_for("What do users see?", SURELY_S)
    console.send("\t2")
    console.wait_for("Major incident", SURELY_S)
    console.send(ENTER)
    console.wait_for("alert DiskFull on db (critical)", SURELY_S)
    console.wait_for("on the server", SURELY_S)
    assert alerts(laptop) == {"db-1": ("firing", "in an incident"), "queue-1": ("firing", "waits")}

    # A browser has the page open while the room says what is known.
    url = link(server, laptop)
    browser.open(url)
    assert "DiskFull: 97 % of /var on db-1" in browser.value("document.querySelector('h1').textContent")
    types("/draft public Orders are late. We make room on a disk.", "DRFT public")
    types("/approve public ivo", "APPR public")
    types("/post public", "is noted, sent nowhere")
    browser.until(f"{LIVING}.includes('Orders are late. We make room on a disk.')")

    # Its reader asks, and is answered from the desk of questions.
    browser.value("document.getElementById('who').value = 'The board'")
    browser.value("document.getElementById('what').value = 'Are orders lost?'")
    browser.doing("Runtime.evaluate", expression="document.querySelector('button').click()")
    console.wait_for("Are orders lost?", SURELY_S)
    console.send(ESC)
    console.wait_for("o  ", SURELY_S)
    console.send("o")
    console.wait_for("from the page, unseen", SURELY_S)
    console.send(ENTER)
    console.wait_for("/answer 1", SURELY_S)
    types("No, they only wait.", "ANSW")
    browser.until(f"{LIVING}.includes('No, they only wait.')")
    assert browser.complaints() == []

    # The end is the end of this one: nothing is silenced there, and what has nothing to do with it goes on waiting.
    types("/resolve there is room on the disk again", "RESOLVED")
    browser.until(f"{LIVING}.toLowerCase().includes('resolved')")
    monitoring.end("db-1")
    until(lambda: alerts(laptop) == {"db-1": ("resolved", "ended"), "queue-1": ("firing", "waits")})
    assert monitoring.get("/silences") == []
    assert monitoring.quiet() == set()
    monitoring.fire("db-1")  # again: that is news, whatever was said of the last time
    monitoring.fire("db-2")
    until(lambda: alerts(laptop)["db-1"] == ("firing", "waits"))
    until(lambda: alerts(laptop).get("db-2") == ("firing", "waits"))
    assert alerts(laptop)["queue-1"] == ("firing", "waits")
    assert monitoring.get("/silences") == []
    console.wait_for("3 alerts wait", SURELY_S)
