"""The stakeholder page as a server gives it: what it shows, to whom, and under which headers."""

import re
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

import pytest

from page_kit import BROWSER, Shown
from server_kit import INC, InThread, until
from warroom.core.acts.entries import Log, Redact
from warroom.core.acts.lifecycle import ChangePhase, ChangeSeverity, StateImpact
from warroom.core.acts.page import Moderate
from warroom.core.acts.people import AssignRole
from warroom.core.acts.talk import Answer, Ask, PostUpdate
from warroom.render import page as html
from warroom.server.options import Options
from warroom.server.stores.base import Meta

HOSTILE = "</title><script>alert(1)</script><img src=x onerror=alert(2)>\"' \x1b]0;owned\x07 \u202eabc"


@pytest.fixture
def shown(server: InThread) -> Shown:
    return Shown(server)


def test_it_says_what_is_known_what_is_done_and_when_the_next_update_comes(shown: Shown) -> None:
    shown.do(StateImpact(what="card payments fail", scope="cards in Europe"))
    shown.do(PostUpdate(what="We look into it.", audience="public"))
    shown.do(PostUpdate(what="It is the database.", audience="public"))
    text = shown.load().text
    for words in ("checkout returns 500s", "Investigating.", "SEV2", "major", "card payments fail (cards in Europe)"):
        assert words in text
    assert text.index("It is the database.") < text.index("We look into it."), "newest first"
    assert 'data-as="due"' in text
    assert "in 19 minutes" in text or "in 20 minutes" in text


def test_nothing_of_the_timeline_and_nobody_who_works_on_it_is_on_it(shown: Shown) -> None:
    shown.do(Log(text="the key is in vault 7", who="bo"))
    shown.do(AssignRole(role="commander", who="danaerys"))
    shown.do(Ask(what="is data lost?", asker="legal"))
    text = shown.load().text
    assert not [word for word in ("vault 7", "danaerys", "is data lost", "legal", "the number") if word in text]


def test_updates_for_others_are_not_on_the_page_of_the_public(server: InThread) -> None:
    shown = Shown(server, audience="public")
    shown.do(PostUpdate(what="to our customers", audience="public"))
    shown.do(PostUpdate(what="to our staff", audience="internal"))
    assert "to our customers" in shown.load().text
    assert "to our staff" not in shown.load().text
    inside = server.ask("POST", f"/v1/incidents/{INC}/shares", {"audience": "internal"}).json()["path"]
    assert "to our staff" in shown.load(path=inside).text
    assert "to our customers" in shown.load(path=inside).text


def test_what_is_redacted_goes_from_the_page(shown: Shown) -> None:
    shown.do(PostUpdate(what="the customer Contoso is hit", audience="public"))
    assert "Contoso" in shown.load().text
    shown.do(Redact(of=shown.desk.state.updates[-1].id, why="a name"))
    assert "Contoso" not in shown.load().text


def test_an_incident_that_is_over_says_so_and_one_that_is_closed_takes_no_questions(shown: Shown) -> None:
    shown.do(ChangePhase(phase="resolved", why="rolled back"))
    assert 'class="over"' in shown.load().text
    assert "<form" in shown.load().text
    shown.do(ChangePhase(phase="closed"))
    assert "<form" not in shown.load().text
    assert "nobody waits here" in shown.load().text


def test_hostile_words_are_text(shown: Shown) -> None:
    shown.do(StateImpact(what=HOSTILE))
    shown.do(PostUpdate(what=HOSTILE, audience="public"))
    shown.do(Ask(what=HOSTILE, asker=HOSTILE))
    shown.do(Moderate(question="1", shown=True))
    shown.do(Answer(question="1", what=HOSTILE))
    text = shown.load().text
    assert text.count("<script") == 1
    assert "<img" not in text
    assert text.count("&lt;script&gt;") == 4
    assert not any(letter in text for letter in "\x1b\x07\u202e")


def test_only_its_own_style_script_and_stream_are_allowed(shown: Shown) -> None:
    answer = shown.load()
    policy = answer.headers.get_list("content-security-policy")
    assert len(policy) == 1
    assert policy[0].startswith("default-src 'none'")
    assert "unsafe" not in policy[0]
    assert "http" not in policy[0]
    assert "frame-ancestors 'none'" in policy[0]
    expected = {
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "x-robots-tag": "noindex, nofollow",
        "content-type": "text/html; charset=utf-8",
        "vary": "Accept",
    }
    assert {name: answer.headers[name] for name in expected} == expected
    assert "set-cookie" not in answer.headers
    assert not re.findall(r'(?:src|href)="(?!\?")', answer.text), "it needs nothing else"
    assert shown.path.removeprefix("/s/") not in answer.text, "the link is not in the page either"


def test_it_is_text_for_whoever_asks_without_a_browser(shown: Shown) -> None:
    shown.do(PostUpdate(what="It is the database.", audience="public"))
    answer = shown.server.ask("GET", shown.path, token="")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert "Severity: SEV2 (major)" in answer.text
    assert "It is the database." in answer.text


def test_an_incident_of_which_nothing_is_declared_says_so(server: InThread) -> None:
    server.create()
    path = server.ask("POST", f"/v1/incidents/{INC}/shares").json()["path"]
    answer = server.ask("GET", path, token="", headers=BROWSER)
    assert "Nothing is declared yet." in answer.text
    assert "<form" not in answer.text


# ── links that are over ─────────────────────────────────────────────────────────────────────────


def test_a_link_that_was_taken_back_says_so_and_tells_nothing(shown: Shown) -> None:
    shown.take_back()
    answer = shown.load()
    assert answer.status_code == 410
    assert "has expired, or was taken back" in answer.text
    assert not [word for word in ("checkout", "SEV2", "INC-") if word in answer.text]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert shown.server.ask("GET", shown.path + "/live", token="").status_code == 410


def test_a_link_that_never_was_one_says_so(shown: Shown) -> None:
    answer = shown.load(path="/s/" + "x" * 43)
    assert answer.status_code == 404
    assert "never was one" in answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_guessing_is_slowed_down_in_plain_words(tmp_path: Path) -> None:
    server = InThread(str(tmp_path / "server"), Options(failures=3))
    shown = Shown(server)
    statuses = [shown.load(path="/s/" + letter * 43).status_code for letter in "abcde"]
    assert statuses == [404, 404, 404, 429, 429]
    assert shown.load().status_code == 200, "whoever has a right link is not concerned"
    server.stop()


def test_an_incident_that_becomes_restricted_is_on_no_page(shown: Shown) -> None:
    shown.server.run(shown.server.store.put_meta(Meta(INC, restricted=True)))
    assert shown.load().status_code == 404
    assert "checkout" not in shown.load().text


# ── live ────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def quick(tmp_path: Path) -> Shown:
    """The page of a server that looks at its streams many times a second."""
    running = InThread(str(tmp_path / "server"), Options(tick=0.05, ping=0.1))
    yield Shown(running)
    running.stop()


def test_the_stream_sends_the_page_to_whoever_has_another_and_then_every_change(shown: Shown) -> None:
    with shown.server.live(shown.path + "/live", token="") as live:
        first = live.next("page")
        assert "checkout returns 500s" in first["html"]
        shown.do(PostUpdate(what="It is the database.", audience="public"))
        second = live.next("page")
        assert "It is the database." in second["html"]
        assert "It is the database." in second["news"]
        assert second["version"] != first["version"]
        assert f'data-version="{second["version"]}"' in shown.load().text, "what a stream sends is what a reload shows"
    with shown.server.live(shown.path + f"/live?have={second['version']}", token="") as live:
        frame = live.frame()
        while frame is not None and "event" not in frame:
            frame = live.frame()
        assert frame is not None
        assert frame["event"] == "here", "nothing is sent that is there already"


def test_a_fact_that_changes_nothing_on_the_page_is_not_sent(shown: Shown) -> None:
    with shown.server.live(shown.path + "/live", token="") as live:
        live.next("page")
        shown.do(Log(text="of the room"))
        shown.do(ChangeSeverity(severity="SEV1", why="worse"))
        assert "SEV1" in live.next("page")["html"]
        shown.do(ChangePhase(phase="identified"))
        assert "Identified." in live.next("page")["html"]


def test_a_change_is_made_once_for_all_readers(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    real = html.living
    monkeypatch.setattr(html, "living", lambda *given: made.append(1) or real(*given))
    with ExitStack() as stack:
        lives = [stack.enter_context(shown.server.live(shown.path + "/live", token="")) for _ in range(8)]
        for live in lives:
            live.next("page")
        made.clear()
        shown.do(PostUpdate(what="It is the database.", audience="public"))
        assert len({live.next("page")["html"] for live in lives}) == 1
        assert made == [1]


def test_a_sign_of_life_tells_the_servers_time(quick: Shown) -> None:
    with quick.server.live(quick.path + "/live", token="") as live:
        live.next("page")
        frame = live.frame()
        assert frame is not None
        assert frame["event"] == "here"
        assert abs(int(frame["data"]) - quick.server.made.house.now()) < 60_000


def test_a_stream_ends_with_its_link_and_says_so(quick: Shown) -> None:
    with quick.server.live(quick.path + "/live", token="") as live:
        live.next("page")
        quick.take_back()
        frames = list(islice(iter(live.frame, None), 200))
        assert [frame["event"] for frame in frames if frame.get("event") not in (None, "here")] == ["gone"]
        assert live.frame() is None
    until(lambda: not quick.server.made.house.pages.links())


def test_a_stream_ends_when_the_incident_becomes_restricted(quick: Shown) -> None:
    with quick.server.live(quick.path + "/live", token="") as live:
        live.next("page")
        quick.server.run(quick.server.store.put_meta(Meta(INC, restricted=True)))
        assert "gone" in [frame.get("event") for frame in islice(iter(live.frame, None), 200)]


def test_readers_never_take_the_place_of_terminals(tmp_path: Path) -> None:
    server = InThread(str(tmp_path / "server"), Options(viewers=2))
    shown = Shown(server)
    path = shown.path + "/live"
    second, third = (
        server.ask("POST", f"/v1/incidents/{INC}/shares", {"hours": 1}).json()["path"] + "/live" for _ in range(2)
    )
    with server.live(path, token="") as one:
        one.next("page")
        answer = server.ask("GET", path, token="")
        assert answer.status_code == 429, "one link leaves half of the places to others"
        assert "Too many people follow this page" in answer.json()["detail"]
        with server.live(second, token="") as two:
            two.next("page")
            assert server.ask("GET", third, token="").status_code == 429
        assert shown.load().status_code == 200, "the page itself is there for everybody"
        with server.live() as terminal:
            terminal.next("hello")
    server.stop()


def test_a_server_that_stops_ends_its_pages_in_good_order(tmp_path: Path) -> None:
    server = InThread(str(tmp_path / "server"))
    shown = Shown(server)
    with server.live(shown.path + "/live", token="") as live:
        live.next("page")
        server.stop()
        assert live.frame() is None
