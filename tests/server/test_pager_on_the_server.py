"""Pages go out with every laptop closed; the pager goes back and forth, and nothing is sent twice."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from farside import FarSide
from nats_kit import Cluster
from paging_kit import until
from paging_server import Laptop, PagingServer, alive, gone
from warroom.room import pager, syncing

THREE = (
    'id = "quick"\n'
    '[[level]]\nafter = "PT0S"\nnotify = ["contact:sre1"]\n'
    '[[level]]\nafter = "PT{two}S"\nnotify = ["contact:db1"]\n'
    '[[level]]\nafter = "PT{three}S"\nnotify = ["contact:db2"]\n'
)


def levels(two: int, three: int) -> str:
    return THREE.format(two=two, three=three)


@pytest.fixture
def far() -> Iterator[FarSide]:
    side = FarSide()
    yield side
    side.close()


@pytest.fixture
def team(tmp_path: Path, far: FarSide) -> Iterator[Callable[..., tuple[PagingServer, Callable[..., Laptop]]]]:
    """Makes the server, and then laptops: `server, laptop = team(); a = laptop("a")`."""
    made: list[PagingServer | Laptop] = []

    def make(**how: object) -> tuple[PagingServer, Callable[..., Laptop]]:
        server = PagingServer(tmp_path / "s", far, **how)  # type: ignore[arg-type]  # as it is called
        made.append(server)

        def laptop(name: str, **with_: str) -> Laptop:
            made.append(Laptop(tmp_path / name, far, server, **with_))
            return made[-1]  # type: ignore[return-value]  # the one that was just put there

        return server, laptop

    yield make
    for each in reversed(made):
        each.close()


def has(it: Laptop, inc: str) -> bool:
    """Whether this laptop has the incident, and all that the server has of it."""
    found = list((it.home / "incidents").glob(f"*-{inc.removeprefix('INC-').lower()}*.json"))
    status = syncing.status(str(found[0])) if found else None
    return bool(status and status.state == "online" and not status.unsent)


def once(it: Laptop, *who: str) -> bool:
    """Whether these were paged, each once and in this order, under keys that are all different."""
    assert len({page["key"] for page in it.pages}) == len(it.pages), it.pages
    assert it.paged() == list(who)[: len(it.paged())], it.paged()
    return it.paged() == list(who)


def of_pager(it: Laptop, inc: str) -> str:
    """What the timeline says of who pages."""
    return "\n".join(str(row["text"]) for row in it.timeline(inc) if row["kind"] == "pager")


def test_pages_go_out_with_every_laptop_closed_and_an_acknowledgement_elsewhere_stops_them(team, far):
    _, laptop = team()
    a = laptop("a", policy=levels(8, 14))
    inc = a.declare()
    until(lambda: a.holder() == "server")
    a.kill()
    until(lambda: once(a, "sre1", "db1"))
    assert not a.runs()
    b = laptop("b")
    until(lambda: has(b, inc))
    b.call("ack", "-i", inc, "--who", "Database")
    until(lambda: has(b, inc))
    acknowledged = b.escalation(inc)
    assert (acknowledged["status"], acknowledged["acknowledged_by"]) == ("acknowledged", "Database")
    until(lambda: ("db1", "sent") in b.states(inc) and b.status(inc)["elapsed_s"] > 16)
    assert once(a, "sre1", "db1")


def test_the_same_holds_with_the_facts_in_a_cluster(team, tmp_path):
    cluster = Cluster(tmp_path / "nats", 1)
    cluster.start()
    try:
        _, laptop = team(cluster=cluster)
        a = laptop("a", policy=levels(8, 120))
        a.declare()
        until(lambda: a.holder() == "server")
        a.kill()
        until(lambda: once(a, "sre1", "db1"))
    finally:
        cluster.kill()


def test_a_laptop_beside_a_server_that_pages_starts_no_watch_of_its_own(team):
    _, laptop = team()
    a = laptop("a", policy=levels(60, 120))
    inc = a.declare()
    until(lambda: a.holder() == "server")
    b = laptop("b")
    until(lambda: has(b, inc) and any(each.rep for each in syncing.status(a_file(b, inc)).here))
    b.call("escalate", "-i", inc, "2")
    until(lambda: once(b, "sre1", "db1"))
    assert pager.watching(str(b.home)) is None


def a_file(it: Laptop, inc: str) -> str:
    [path] = (it.home / "incidents").glob(f"*-{inc.removeprefix('INC-').lower()}*[a-z].json")
    return str(path)


def test_beside_a_server_that_does_not_page_a_laptop_pages_at_once(team):
    _, laptop = team(pages=False)
    a = laptop("a", policy=levels(60, 120))
    a.declare()
    until(lambda: once(a, "sre1"))
    assert a.holder() == "watch"


@pytest.mark.torture  # waits through several silences; tests/paging/test_whose_turn.py has the rules
def test_a_laptop_that_holds_the_pager_and_is_well_keeps_it(team):
    _, laptop = team(hasty=True)
    a = laptop("a", policy=levels(12, 120))
    inc = a.declare()
    until(lambda: a.holder() == "server")
    a.call("watch", "--stop")
    a.watch("--take")
    until(lambda: a.holder() == "watch")
    until(lambda: once(a, "sre1", "db1"))  # that takes four times as long as a silence may last here
    assert a.holder() == "watch"
    assert "not" not in of_pager(a, inc).rpartition("instead of")[2]


def test_the_server_takes_over_from_a_laptop_that_was_killed_and_nothing_is_sent_twice(team):
    _, laptop = team(hasty=True)
    a = laptop("a", policy=levels(18, 120))
    inc = a.declare()
    until(lambda: a.holder() == "server")
    a.call("watch", "--stop")
    a.watch("--take")
    until(lambda: a.holder() == "watch" and has(a, inc))
    b = laptop("b")
    until(lambda: has(b, inc) and b.holder(inc) == "watch")
    a.kill()
    until(lambda: b.holder(inc) == "server")
    assert "nothing was heard of watch@" in of_pager(b, inc)
    until(lambda: once(b, "sre1", "db1"))


def test_handing_the_pager_back_and_forth_sends_nothing_twice(team):
    _, laptop = team()
    a = laptop("a", policy=levels(10, 20))
    inc = a.declare()
    until(lambda: a.holder() == "server")
    a.call("watch", "--stop")
    a.watch("--take")
    until(lambda: a.holder() == "watch" and has(a, inc))
    handed = a.call("watch", "--hand-over", "-i", inc, "--json")  # as the console asks for it
    assert f'"handed_over":["{inc}"]' in handed
    until(lambda: a.holder() == "server")
    until(lambda: once(a, "sre1", "db1"))
    a.call("watch", "--stop")
    a.watch("--take")
    until(lambda: a.holder() == "watch")
    until(lambda: once(a, "sre1", "db1", "db2"))
    said = of_pager(a, inc)
    assert said.count("instead of server@") == 2
    assert "the server goes on" in said


def test_nothing_is_handed_over_where_no_server_pages(team):
    _, laptop = team(pages=False)
    a = laptop("a", policy=levels(60, 120))
    a.declare()
    until(lambda: a.holder() == "watch")
    a.call("watch", "--hand-over", code=4)
    assert a.holder() == "watch"


@pytest.mark.torture  # waits through several silences; tests/paging/test_whose_turn.py has the rules
def test_a_laptop_pages_while_the_server_is_gone_and_nothing_is_sent_twice_when_it_is_back(team):
    server, laptop = team(hasty=True)
    a = laptop("a", policy=levels(20, 40))
    inc = a.declare()
    # What it had begun and not told of yet would have to be sent again.
    until(lambda: a.holder() == "server" and has(a, inc) and a.states() == [("sre1", "sent")])
    children = server.children()
    server.end(signal.SIGKILL)
    until(lambda: not any(alive(pid) for pid in children))  # they end with it, whatever ends it
    until(lambda: a.holder() == "watch")
    until(lambda: once(a, "sre1", "db1"))
    server.start()
    until(lambda: len(server.children()) == 2 and has(a, inc))
    until(lambda: once(a, "sre1", "db1", "db2"))


@pytest.mark.torture  # waits through several silences; tests/paging/test_whose_turn.py has the rules
def test_a_laptop_whose_token_was_revoked_takes_nothing_from_the_server(team):
    server, laptop = team(hasty=True)
    a = laptop("a", policy=levels(25, 120))
    a.declare()
    until(lambda: a.holder() == "server" and once(a, "sre1"))
    server.call("token", "revoke", "laptops")
    until(lambda: "denied" in a.call("sync", "--status"))
    until(lambda: once(a, "sre1", "db1"))
    assert a.holder() == "server"


def test_the_pagers_processes_are_started_again_and_nothing_is_sent_twice(team):
    server, laptop = team()
    a = laptop("a", policy=levels(10, 120))
    a.declare()
    until(lambda: a.holder() == "server" and once(a, "sre1"))
    a.kill()
    before = server.children()
    for pid in before:
        gone(pid)
    until(lambda: len(server.children()) == 2 and not set(server.children()) & set(before))
    until(lambda: once(a, "sre1", "db1"))


def test_a_server_that_ends_says_that_it_pages_no_more_and_a_laptop_goes_on(team):
    server, laptop = team(hasty=True)
    a = laptop("a", policy=levels(25, 120))
    inc = a.declare()
    until(lambda: a.holder() == "server" and has(a, inc) and once(a, "sre1"))
    assert server.end(signal.SIGTERM) == 0
    until(lambda: "server@" in of_pager(a, inc) and "let go" in of_pager(a, inc))
    until(lambda: a.holder() == "watch")
    until(lambda: once(a, "sre1", "db1"))


def test_a_restricted_incident_is_paged_for_by_the_laptop_since_the_server_does_not_see_it(team):
    server, laptop = team()
    a = laptop("a", policy=levels(60, 120))
    inc = a.call("declare", "Secret", "-s", "SEV2", "--policy", "quick", "--restricted").strip()
    until(lambda: has(a, inc) and once(a, "sre1"))
    assert a.holder() == "watch"
    assert not list((server.pager_home / "incidents").glob("*.json"))


def test_the_pagers_token_is_for_its_owner_alone_and_is_made_once(team):
    server, _ = team()
    kept = server.pager_home / "server.token"
    secret, mode = kept.read_text().strip(), kept.stat().st_mode & 0o777
    assert mode == 0o600
    assert server.end(signal.SIGTERM) == 0
    server.start()
    assert kept.read_text().strip() == secret
    assert secret not in (server.home / "log").read_text()
    assert server.call("token", "list", "--json").count(b'"name":"pager@') == 1
