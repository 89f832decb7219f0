"""Who brought whose facts to the server: told to every terminal, shown for the fact, and never said of another."""

import shutil
from pathlib import Path
from typing import cast

import msgspec

from sync_kit import Home, until
from warroom.server.stores.turns import MOST, noted, read, spelled
from warroom.store.log import Log
from warroom.sync.client import Client
from warroom.sync.engine import Held
from warroom.sync.errands import learn
from warroom.sync.exchange import Exchange
from warroom.sync.files import LocalFile
from warroom.sync.relays import MOST as MOST_TOLD
from warroom.sync.relays import Relays
from warroom.sync.wire import Details, Standing

from server_kit import InThread  # isort: skip  # found by the kit above


def relays(rows: list[Held], turns: object, heads: dict[str, tuple[int, str]], owner: str = "ana") -> Relays:
    details = msgspec.convert(
        {"inc": "I", "restricted": False, "created": 0, "owners": {"r1": owner}, "relayed": turns}, Details
    )
    found = Relays()
    found.listed("mark", heads)
    found.told("mark", details, heads, rows)
    return found


def rows(count: int) -> list[Held]:
    return [Held("r1", n, f"h{n}", f"h{n - 1}", f"f{n}", n, 0, 100) for n in range(1, count + 1)]


def stranded(ana: Home, ivo: Home, text: str) -> None:
    """Something that she wrote out of reach of the server, and that lies in his folder by another way."""
    ana.ok("log", text)
    shutil.copyfile(ana.path, ivo.path)


# ── by the command line ──


def test_a_fact_that_another_brought_says_so_to_everybody_and_also_offline(
    server: InThread, ana: Home, ivo: Home
) -> None:
    ana.declare()
    for each in (ana, ivo):
        each.join(server.url, server.make_token(each.name))
    stranded(ana, ivo, "written in the cellar")
    for each in (ivo, ana, ivo):
        each.ok("sync")
    server.stop()
    ivo("sync")
    for each in (ana, ivo):
        shown = {row["text"]: row.get("relayed_by") for row in each.ok("timeline", "--json").json}
        assert {text: by for text, by in shown.items() if by} == {"written in the cellar": "ivo"}
        [incident] = each("sync", "--status", "--json").json["incidents"]
        assert list(incident["relayed"].values()) == ["ivo"]


def test_who_only_sends_on_what_the_server_has_brought_nothing(server: InThread, ana: Home, ivo: Home) -> None:
    ana.declare()
    for each in (ana, ivo):
        each.join(server.url, server.make_token(each.name))
    ana.ok("log", "hers, and sent by her")
    ana.ok("sync")
    shutil.copyfile(ana.path, ivo.path)
    ivo.ok("log", "his own")
    ivo.ok("sync")
    ana.ok("sync")
    assert ana.status.relayed == ivo.status.relayed == {}


def test_a_process_that_goes_on_hears_of_it(server: InThread, ana: Home, ivo: Home) -> None:
    ana.declare()
    for each in (ana, ivo):
        each.join(server.url, server.make_token(each.name))
    stranded(ana, ivo, "written in the cellar")
    ivo.ok("sync")
    ana.live()
    until(lambda: list(ana.status.relayed.values()) == ["ivo"], "it says who brought it")


# ── on the client ──


def test_only_what_the_server_had_when_it_was_asked_is_said_to_be_brought_by_others() -> None:
    found = relays(rows(5), {"r1": [[3, "ivo"]]}, {"r1": (4, "h4")})
    assert found.facts == {"f3": "ivo", "f4": "ivo"}


def test_a_turn_ends_where_the_owner_goes_on() -> None:
    found = relays(rows(6), {"r1": [[2, "ivo"], [4, "ana"], [6, "lee"]]}, {"r1": (6, "h6")})
    assert found.facts == {"f2": "ivo", "f3": "ivo", "f6": "lee"}


def test_a_name_that_nobody_knows_is_not_made_up() -> None:
    assert relays(rows(2), {"r1": [[1, ""]]}, {"r1": (2, "h2")}).facts == {}
    assert relays(rows(2), {"r1": [[1, "ivo"]]}, {"r1": (2, "h2")}, owner="").facts == {}


def test_another_token_of_the_same_name_is_the_same_person() -> None:
    assert relays(rows(2), {"r1": [[2, "ana"]]}, {"r1": (2, "h2")}).facts == {}


def test_the_server_is_asked_again_when_its_mark_or_a_relayed_chain_has_moved() -> None:
    found = relays(rows(4), {"r1": [[3, "ivo"]]}, {"r1": (4, "h4")})
    found.listed("mark", {"r1": (4, "h4"), "r2": (9, "x")})
    assert not found.due
    found.listed("mark", {"r1": (5, "h5")})
    assert found.due
    found.listed("other", {"r1": (4, "h4")})
    assert found.due
    found.listed("", {})
    assert not found.due
    assert found.facts == {}


def test_of_thousands_the_newest_are_kept() -> None:
    found = relays(rows(MOST_TOLD + 50), {"r1": [[1, "ivo"]]}, {"r1": (MOST_TOLD + 50, "h")})
    assert list(found.facts) == [f"f{n}" for n in range(51, MOST_TOLD + 51)]


class Busy:
    """A server whose list says something new while it is asked."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.asked = 0

    def details(self, inc: str) -> Details:
        self.asked += 1
        self._exchange.relays.listed("newer", self._exchange.engine.heads)
        return Details(inc, False, 0, {})


def test_what_the_server_says_while_it_is_asked_is_asked_for_as_well(tmp_path: Path) -> None:
    path = str(tmp_path / "x.json")
    Log.create(path, "0123456789ABCDEFGHJKMNPQRS", "r1").close()
    exchange = Exchange(LocalFile(path, "r1"), "", {}, reads_only=False)
    exchange.engine.told_heads(Standing({}, "E.0"))
    exchange.relays.listed("older", {})
    server = Busy(exchange)
    for _ in range(3):
        learn(cast(Client, server), exchange)
    assert (server.asked, exchange.relays.due) == (2, False)
    exchange.close()


# ── on the server ──


def test_a_turn_of_a_push_that_was_not_kept_gives_way() -> None:
    turns = noted((), "ana", 5, "ivo")
    assert noted(turns, "ana", 5, "ana") == ()
    assert noted(turns, "ana", 5, "lee") == ((5, "lee"),)


def test_too_many_turns_are_forgotten_from_the_oldest_and_blamed_on_nobody() -> None:
    turns = noted((), "ana", 1, "ivo")
    for seq in range(2, 3 * MOST):
        turns = noted(turns, "ana", seq, ("ana", "ivo")[seq % 2])
    assert len(turns) == MOST
    assert turns[0] == (1, "")
    assert turns[-1][0] == 3 * MOST - 1
    assert read(spelled(turns)) == turns
    assert read("x 5 :: 7:ivo ²:x") == ((7, "ivo"),)
