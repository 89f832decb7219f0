"""The form of the stakeholder page: a question is kept before it is confirmed, and never lost by an error."""

import re
from pathlib import Path
from urllib.parse import quote

import pytest

from page_kit import Shown, hidden, reason, typed
from server_kit import INC, InThread
from warroom.core.acts.lifecycle import ChangePhase
from warroom.core.acts.page import LONGEST, MOST, AskOnPage, Moderate
from warroom.core.acts.talk import Answer
from warroom.core.questions import questions
from warroom.server import asking
from warroom.server.options import Options
from warroom.server.stores.base import StoreTrouble
from warroom.server.stores.embedded import EmbeddedStore

FREE = Options(questions=10_000)


@pytest.fixture
def server(tmp_path: Path) -> InThread:
    running = InThread(str(tmp_path / "server"), FREE)
    yield running
    running.stop()


@pytest.fixture
def shown(server: InThread) -> Shown:
    return Shown(server)


def test_a_question_is_on_the_log_under_the_servers_own_replica_once_it_is_confirmed(shown: Shown) -> None:
    answer = shown.ask("Is data lost?\r\nAnd whose?", "Support, Berlin")
    assert answer.status_code == 303
    [asked] = shown.questions()
    assert (asked.what, asked.asker, asked.page) == ("Is data lost?\nAnd whose?", "Support, Berlin", True)
    state = shown.learn()
    [event] = state.questions
    assert answer.headers["location"] == f"?asked={event.id}#ask"
    assert "The war room has your question." in shown.load(f"?asked={event.id}").text
    assert event.rep not in ("r1", "")
    assert event.by.name == "stakeholder page"
    assert "Support, Berlin" not in state.people, "whoever reads the page is not in the room"


def test_several_questions_go_on_in_one_chain(shown: Shown) -> None:
    for n in range(5):
        assert shown.ask(f"question {n}").status_code == 303
    events = shown.learn().questions
    assert len({event.rep for event in events}) == 1
    assert [event.seq for event in events] == [1, 2, 3, 4, 5]


def test_the_replica_begins_anew_where_the_log_goes_on_otherwise(shown: Shown) -> None:
    shown.ask("one")
    chain = shown.server.made.house.writer._chains[INC]
    chain.seq = 7
    assert shown.ask("two").status_code == 303
    assert [each.what for each in shown.questions()] == ["one", "two"]


def test_nobody_sees_a_question_before_it_was_let_through(shown: Shown) -> None:
    shown.ask("Is data lost?")
    assert "Is data lost?" not in shown.load().text
    [waiting] = questions(shown.learn())
    assert waiting.page
    shown.do(Moderate(question="1", shown=True))
    assert "Is data lost?" in shown.load().text
    assert "finding the answer" in shown.load().text
    shown.do(Answer(question="1", what="No."))
    assert "No." in shown.load().text
    assert "Support" not in shown.load().text, "nor who asked"


def test_an_answer_lets_its_question_through(shown: Shown) -> None:
    shown.ask("Is data lost?")
    shown.do(Answer(question="1", what="No, nothing."))
    assert "Is data lost?" in shown.load().text


def test_a_question_that_is_declined_stays_unseen_and_leaves_the_desk(shown: Shown) -> None:
    shown.ask("Is Contoso hit?")
    shown.do(Moderate(question="1", shown=False, why="it names a customer"))
    assert "Contoso" not in shown.load().text
    assert questions(shown.desk.state) == ()
    [kept] = questions(shown.desk.state, answered=True)
    assert (kept.shown, kept.why) == (False, "it names a customer")


def test_nobody_is_thanked_for_what_is_no_question_on_the_log(shown: Shown) -> None:
    shown.ask("Is data lost?")
    for fact in ("1", "0" * 20, shown.learn().facts[0].id):
        assert "has your question" not in shown.load(f"?asked={fact}").text, fact


def test_a_question_is_seen_by_those_for_whom_its_page_was_and_nobody_beyond(server: InThread) -> None:
    shown = Shown(server, audience="internal")
    paths = {
        audience: server.ask("POST", f"/v1/incidents/{INC}/shares", {"audience": audience}).json()["path"]
        for audience in ("public", "executive")
    }
    shown.ask("Is our contract with Contoso at risk?")
    shown.learn()
    shown.do(Answer(question="1", what="Yes."))
    assert "Contoso" in shown.load().text
    assert "Contoso" in shown.load(path=paths["executive"]).text
    assert "Contoso" not in shown.load(path=paths["public"]).text
    shown.do(Moderate(question="1", shown=True))
    assert "Contoso" not in shown.load(path=paths["public"]).text


def test_what_the_server_writes_is_nobodys_relay_whatever_link_it_came_by(shown: Shown) -> None:
    shown.ask("one")
    shown.made = shown.server.ask("POST", f"/v1/incidents/{INC}/shares").json()
    shown.path = shown.made["path"]
    shown.ask("two")
    assert len({event.rep for event in shown.learn().questions}) == 1
    assert shown.server.ask("GET", f"/v1/incidents/{INC}").json()["relayed"] == {}


# ── it comes from the page ──────────────────────────────────────────────────────────────────────


def test_the_same_form_sent_twice_is_one_question(shown: Shown) -> None:
    token = shown.token()
    assert [shown.ask("Is data lost?", token=token).status_code for _ in range(3)] == [303] * 3
    assert len(shown.questions()) == 1


def test_other_words_by_the_same_form_are_another_question(shown: Shown) -> None:
    token = shown.token()
    for what in ("Is data lost?", " Is data lost?\n", "And whose?"):
        assert shown.ask(what, token=token).status_code == 303
    assert [each.what for each in shown.questions()] == ["Is data lost?", "And whose?"]


def test_a_form_that_the_page_did_not_make_is_refused_and_comes_back_with_what_was_typed(shown: Shown) -> None:
    for token in ("", "1.2.3", "x" * 500, "1795680000.abc.", "٣.a.b"):
        answer = shown.ask("Is data lost?", "Support", token=token)
        assert answer.status_code == 403, token
        assert "was not made by this page" in reason(answer)
        assert typed(answer) == ("Support", "Is data lost?")
    assert shown.questions() == []
    assert shown.ask("Is data lost?", token=hidden(answer)).status_code == 303, "the form that came back is a good one"


def test_a_token_of_another_link_is_none_here(shown: Shown) -> None:
    other = shown.server.ask("POST", f"/v1/incidents/{INC}/shares").json()["path"]
    assert shown.ask("Is data lost?", token=hidden(shown.load(path=other))).status_code == 403


def test_a_token_holds_for_a_day(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    token, house = shown.token(), shown.server.made.house
    later = house.now() + asking.HOLDS + 1_000
    monkeypatch.setattr(house, "now", lambda: later - asking.HOLDS // 2)
    assert shown.ask("still", token=token).status_code == 303
    monkeypatch.setattr(type(house), "shown_by", lambda self, link: self.store.meta(INC))
    monkeypatch.setattr(house, "now", lambda: later)
    assert shown.ask("too late", token=token).status_code == 403


def test_a_form_that_another_site_sends_is_refused(shown: Shown) -> None:
    for site in ("cross-site", "same-site"):
        assert shown.ask("Is data lost?", Sec_Fetch_Site=site).status_code == 403, site
    assert shown.questions() == []


# ── nothing typed is lost ───────────────────────────────────────────────────────────────────────


def test_what_is_not_taken_comes_back_with_the_reason(shown: Shown) -> None:
    for who, what, why in (
        ("Support", "x" * (LONGEST + 1), "501 characters; at most 500"),
        ("Support", "  ", "write your question"),
        ("  ", "Is data lost?", "who asks"),
        ("y" * 65, "Is data lost?", "at most 64"),
    ):
        answer = shown.ask(what, who)
        assert answer.status_code == 422
        assert why in reason(answer)
        assert typed(answer) == (who, what)
    assert shown.questions() == []


def test_hostile_words_come_back_as_text(shown: Shown) -> None:
    hostile = "</textarea><script>alert(1)</script>" + "&lt;" + "x" * LONGEST
    answer = shown.ask(hostile, '"><script>alert(2)</script>')
    assert answer.text.count("<script") == 1
    assert typed(answer) == ('"><script>alert(2)</script>', hostile)


def test_what_no_fact_can_hold_is_taken_out(shown: Shown) -> None:
    token = shown.token()
    body = f"who=a%00b&what=lost%00%ff%ed%a0%80%3f&token={quote(token)}".encode()
    assert shown.post(body).status_code == 303
    [asked] = shown.questions()
    assert asked.asker == "ab"
    assert asked.what.startswith("lost\ufffd")


def test_what_is_no_form_is_refused_and_harms_nothing(shown: Shown) -> None:
    for body in (b"", b"\xff\xfe", b"&" * 5000, b"what=x&" * 50, b"{}", b"what", b"token=%"):
        assert shown.post(body).status_code == 403, body
    assert shown.questions() == []


def test_a_form_that_is_far_too_long_is_told_so(shown: Shown) -> None:
    assert shown.post(b"what=" + b"x" * asking.LARGEST).status_code == 413


def test_a_secret_is_masked_before_it_is_kept(shown: Shown) -> None:
    shown.ask("why does password=hunter2hunter2 not work?")
    assert "hunter2" not in shown.questions()[0].what
    assert not [
        path for path in Path(shown.server.folder).rglob("*") if path.is_file() and b"hunter2" in path.read_bytes()
    ]


def test_a_store_that_cannot_keep_it_says_so_and_the_same_form_is_taken_later(
    shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*given: object) -> None:
        raise StoreTrouble("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(shown.server.store, "append_expected", full)
        answer = shown.ask("Is data lost?")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "disk" not in answer.text
    assert "was not taken" in reason(answer)
    assert typed(answer) == ("Support", "Is data lost?")
    assert shown.ask("Is data lost?", token=hidden(answer)).status_code == 303
    assert len(shown.questions()) == 1


def test_one_that_was_kept_and_not_confirmed_is_not_kept_twice(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    real = shown.server.store.append_expected

    async def unheard(*given: object) -> None:
        await real(*given)
        raise StoreTrouble("nobody answered")

    with monkeypatch.context() as broken:
        broken.setattr(shown.server.store, "append_expected", unheard)
        answer = shown.ask("Is data lost?")
    assert answer.status_code == 503
    assert "It is not sure that your question was kept" in reason(answer)
    assert shown.ask("Is data lost?", token=hidden(answer)).status_code == 303
    assert len(shown.questions()) == 1
    assert shown.ask("Is data lost, and whose?", token=hidden(answer)).status_code == 303, "edited, it is another one"
    assert len(shown.questions()) == 2
    assert len({event.rep for event in shown.learn().questions}) == 1, "the chain goes on from what was kept"


def test_a_disk_that_stays_full_leaves_no_trace_of_what_was_tried(
    shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: object) -> None:
        raise OSError(28, "No space left on device")

    shown.ask("before")
    owners = shown.server.ask("GET", f"/v1/incidents/{INC}").json()["owners"]
    with monkeypatch.context() as broken:
        broken.setattr(EmbeddedStore, "_keep", full)
        for number in range(20):
            answer = shown.ask(f"question {number}")
            assert answer.status_code == 503
            assert "was not taken" in reason(answer)
    assert shown.ask("after").status_code == 303
    assert shown.server.ask("GET", f"/v1/incidents/{INC}").json()["owners"] == owners
    assert len({event.rep for event in shown.learn().questions}) == 1


def test_a_link_that_ended_meanwhile_gives_back_what_was_typed_and_nothing_else(shown: Shown) -> None:
    token = shown.token()
    shown.take_back()
    answer = shown.ask("Is data lost?", token=token)
    assert answer.status_code == 410
    assert "Is data lost?" in answer.text
    assert "checkout" not in answer.text


def test_an_incident_that_is_over_takes_questions_until_it_is_closed(shown: Shown) -> None:
    token = shown.token()
    shown.do(ChangePhase(phase="resolved", why="rolled back"))
    assert shown.ask("Is it over?").status_code == 303
    shown.do(ChangePhase(phase="closed"))
    answer = shown.ask("And now?", token=token)
    assert answer.status_code == 422
    assert "closed" in reason(answer)
    assert typed(answer)[1] == "And now?"


# ── not too many ────────────────────────────────────────────────────────────────────────────────


def test_one_address_asks_so_often_and_no_more(tmp_path: Path) -> None:
    server = InThread(str(tmp_path / "server"), Options(questions=2, asking=1_000))
    shown = Shown(server)
    assert [shown.ask(f"question {n}").status_code for n in range(2)] == [303, 303]
    answer = shown.ask("and a third?")
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert typed(answer)[1] == "and a third?"
    assert len(shown.questions()) == 2
    server.stop()


def test_all_readers_of_one_link_together_ask_so_often(tmp_path: Path) -> None:
    server = InThread(str(tmp_path / "server"), Options(questions=1, asking=1_000))
    shown = Shown(server)
    statuses = []
    for n in range(8):
        server.made.house.asked._buckets.clear()  # as if each came from an address of its own
        statuses.append(shown.ask(f"question {n}").status_code)
    assert statuses == [303] * 6 + [429] * 2
    server.stop()


def test_forms_that_never_come_keep_nobody_from_asking(tmp_path: Path) -> None:
    server = InThread(str(tmp_path / "server"), Options(bodies=asking.LARGEST))
    shown = Shown(server)
    lines = [server.connection() for _ in range(40)]
    for line in lines:
        line.sendall(server.head("POST", "/s/x", f"Content-Length: {asking.LARGEST}") + b"w")
    assert shown.ask("Is data lost?").status_code == 303
    for line in lines:
        line.close()
    server.stop()


def test_what_one_address_sends_keeps_no_other_out(shown: Shown) -> None:
    house, token = shown.server.made.house, shown.token()
    each = house.strangers._each
    with house.strangers.growing("192.0.2.7", 0) as came:
        came(each)
        assert shown.ask("Is data lost?", token=token).status_code == 303
    with house.strangers.growing("127.0.0.1", 0) as came:
        came(each)
        assert shown.ask("And whose?", token=token).status_code == 429


def test_questions_that_wait_never_bury_the_desk(shown: Shown) -> None:
    for n in range(MOST):
        shown.desk.do(AskOnPage(what=f"question {n}", asker="x"))
    shown.send()
    answer = shown.ask("one more?")
    assert answer.status_code == 422
    assert "try again later" in reason(answer)
    shown.do(Moderate(question="1", shown=False, why="asked twice"))
    assert shown.ask("one more?").status_code == 303


def test_the_log_of_the_server_has_no_link_and_no_word_of_it(shown: Shown) -> None:
    shown.ask("Is the moon lost?", "Wallace")
    log = shown.server.logged("POST")
    assert shown.path not in log
    assert not re.search("moon|Wallace", log)
