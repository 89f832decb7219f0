"""Back to where alerts come from, by the program: what is asked, what becomes of an act, and what is said of it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli_kit import Program
from farside import FarSide, Line, Request, says
from paging_kit import until
from warroom.room import pager

API = '[hook.am]\nkind = "alertmanager"\n[hook.am.api]\nurl = "{url}"\n'
FIRES = [
    {"fingerprint": key, "labels": {"alertname": "DiskFull", "job": "db"}, "status": {"state": state}}
    for key, state in (("a", "active"), ("b", "active"), ("c", "suppressed"))
]


@pytest.fixture
def there() -> Iterator[FarSide]:
    """An Alertmanager with two alerts that fire and one that is silenced; it takes silences."""
    side = FarSide()
    silences: list[dict[str, Any]] = []

    def answer(line: Line, request: Request) -> None:
        if request.method == "POST":
            silences.append({"id": f"s{len(silences)}", "status": {"state": "active"}, **request.json()})
            says(200, {"silenceID": silences[-1]["id"]})(line, request)
            return
        found = {"/api/v2/status": {"uptime": "2026-01-01T00:00:00Z"}, "/api/v2/alerts": FIRES}
        says(200, found.get(request.target, silences))(line, request)

    side.answers(answer)
    yield side
    side.close()


def configured(warroom: Program, url: str, more: str = "") -> Program:
    Path(warroom.home).mkdir(mode=0o700, exist_ok=True)
    Path(warroom.home, "intake.toml").write_text(API.format(url=url) + more)
    return warroom


@pytest.fixture
def told(warroom: Program, there: FarSide) -> Program:
    return configured(warroom, there.url)


def test_what_fires_there_is_taken_in_and_what_is_quiet_there_is_only_counted(told: Program) -> None:
    done = told.ok("alerts", "pull")
    assert done.err == "am: 2 new, 0 known, 1 is silenced there.\n"
    assert [row["id"] for row in told.ok("alerts", "list", "--json").json] == ["am:a", "am:b"]
    again = told.ok("alerts", "pull", "am", "--json")
    assert again.json == [{"source": "am", "new": 0, "known": 2, "left": 0}]
    assert {row["fired"] for row in told.ok("alerts", "list", "--json").json} == {1}


def test_a_source_that_does_not_answer_is_named_and_the_exit_code_is_1(warroom: Program) -> None:
    configured(warroom, "http://127.0.0.1:9")
    done = warroom("alerts", "pull", "--json")
    assert (done.code, done.json) == (1, [])
    assert done.err.startswith("am: ")


def test_where_nothing_can_be_asked_it_says_what_to_do(warroom: Program, there: FarSide) -> None:
    done = warroom("alerts", "pull")
    assert (done.code, "give one an `api` in intake.toml" in done.err) == (4, True)
    configured(warroom, there.url)
    assert warroom("alerts", "pull", "other").code == 3


def test_a_secret_that_is_missing_is_named_and_never_shown(warroom: Program, there: FarSide) -> None:
    configured(warroom, there.url, 'token_env = "AM_TOKEN"\n')
    done = warroom("alerts", "pull")
    assert (done.code, "the variable AM_TOKEN is not set" in done.err) == (1, True)
    done = warroom.ok("alerts", "pull", AM_TOKEN="hush-hush-hush")
    assert there.requests[-1].headers["authorization"] == "Bearer hush-hush-hush"
    assert "hush" not in done.out + done.err


def test_where_no_watch_may_begin_it_says_that_nobody_carries(told: Program) -> None:
    told.ok("alerts", "pull")
    done = told.ok("alerts", "silence", "am:a", "--for", "1h", "--why", "known")
    assert "Nobody carries it to where it came from: `warroom watch` does." in done.err


def test_a_watch_begins_by_itself_and_what_became_of_the_act_is_shown(told: Program, there: FarSide) -> None:
    told.ok("alerts", "pull")
    told.ok("alerts", "silence", "am:a", "--for", "1h", "--why", "known", WARROOM_WATCH="")
    try:
        until(lambda: '"sent"' in told.ok("alerts", "silences", "--json").out)
        [row] = told.ok("alerts", "silences", "--json").json
        assert row["carried"] == [{"to": "am", "act": "silence", "state": "sent", "far": "s0", "why": None}]
        assert "   silence at am: told there\n" in told.ok("alerts", "silences").out
        assert "carried       silence: told there" in told.ok("alerts", "show", "am:a").out
        [posted] = [each for each in there.requests if each.method == "POST"]
        assert json.loads(posted.body)["createdBy"] == "ana"
    finally:
        running = pager.watching(str(told.home))
        told("watch", "--stop")
    assert running is not None


def test_the_doctor_says_which_source_cannot_be_reached(told: Program, there: FarSide) -> None:
    def found(program: Program) -> dict[str, Any]:
        return {row["what"]: row for row in program("doctor", "--json").json}

    assert found(told)["alerts am"]["state"] == "ok"
    folder = Path(told.home, "server")
    folder.mkdir()
    (folder / "intake.toml").write_text(API.format(url="http://127.0.0.1:9"))
    assert found(told)["server's alerts am"]["state"] == "bad"
    assert all(each.method == "GET" for each in there.requests)
