"""Links to the stakeholder page from the command line, with a real server: told once, listed, taken back."""

import re
from urllib.parse import urlencode

from sync_kit import Home

from page_kit import BROWSER, hidden  # isort: skip  # found by the kit above
from server_kit import InProcess, InThread  # isort: skip  # as above


def test_a_link_shows_the_page_until_it_is_taken_back(server: InThread, ana: Home) -> None:
    ana.declare("Checkout returns 500s")
    ana.join(server.url, server.make_token("ana", "administer"))
    made = ana.ok("page", "link", "--for", "the board", "--audience", "public", "--expires", "3d", "--json").json
    assert re.fullmatch(re.escape(server.url) + r"/s/[\w-]{43}", made["url"])
    assert (made["name"], made["audience"]) == ("the board", "public")
    path = made["url"].removeprefix(server.url)
    assert "Checkout returns 500s" in server.ask("GET", path, token="").text
    listed = ana.ok("page", "links")
    assert made["id"] in listed.out
    assert "the board" in listed.out
    assert path not in listed.out + listed.err
    assert "taken back" in ana.ok("page", "revoke", made["id"]).err
    assert server.ask("GET", path, token="").status_code == 410
    assert ana("page", "revoke", made["id"]).code == 3
    assert "No link holds" in ana.ok("page", "links").err


def test_the_link_alone_is_data(server: InThread, ana: Home) -> None:
    ana.declare()
    ana.join(server.url, server.make_token("ana", "administer"))
    done = ana.ok("page", "link")
    assert done.out.strip().startswith(f"{server.url}/s/")
    assert "shown this once" in done.err
    assert "/s/" not in done.err


def test_a_token_that_may_not_share_is_told_so(server: InThread, ana: Home) -> None:
    ana.declare()
    ana.join(server.url, server.make_token("ana"))
    done = ana("page", "link")
    assert done.code == 4
    assert "administer" in done.err


def test_an_incident_that_the_server_has_not_got_yet_is_brought_there_first(server: InThread, ana: Home) -> None:
    ana.join(server.url, server.make_token("ana", "administer"))
    ana.declare()
    done = ana("page", "link", "-i", "Checkout")
    assert (done.code, "warroom sync" in done.err) in ((3, True), (0, False)), (
        "a process of its own may have been quicker"
    )


def test_without_the_server_the_file_is_named_instead(process: InProcess, ana: Home) -> None:
    ana.declare()
    ana.join(process.url, process.make_token("ana", "administer"))
    process.stop()
    done = ana("page", "link")
    assert done.code == 1
    assert "warroom page export" in done.err
    assert "Checkout" in ana.ok("page", "export").out


def test_a_question_from_the_page_is_decided_and_answered_from_a_terminal(server: InThread, ana: Home) -> None:
    ana.declare()
    ana.join(server.url, server.make_token("ana", "administer"))
    path = ana.ok("page", "link", "--json").json["url"].removeprefix(server.url)
    loaded = server.ask("GET", path, token="", headers=BROWSER)
    form = urlencode({"who": "Sales", "what": "Is data lost?", "token": hidden(loaded)}).encode()
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert server.ask("POST", path, form, token="", headers=BROWSER | kind).status_code == 303
    ana.ok("sync")
    assert "Is data lost?  (Sales, on the page, " in ana.ok("questions").out
    assert "waits to be let through" in ana.ok("questions").out
    ana.ok("answer", "1", "no, nothing")
    ana.ok("sync")
    assert "A: no, nothing" in server.ask("GET", path, token="").text
    assert ana.ok("verify").code == 0
