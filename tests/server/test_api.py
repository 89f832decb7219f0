"""What each endpoint answers, well and badly; every answer is judged by the server's own description."""

import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import httpx
import jsonschema_rs
import pytest

from judged import Judged
from server_kit import DRILL, INC, OTHER, InThread, facts_of, written
from warroom.core.acts.entries import AttachEvidence, Log
from warroom.core.acts.talk import PostUpdate
from warroom.core.values import HOUR
from warroom.server.stores.base import Meta
from warroom.server.tokens import wall
from warroom.sync.wire import digest

PIECE = b"what the database said"
SHA = sha256(PIECE).hexdigest()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InThread]:
    made = InThread(str(Path(tmp_path_factory.mktemp("api")) / "server"))
    yield made
    made.stop()


@pytest.fixture
def api(running: InThread) -> Judged:
    return Judged(running)


# ── about ───────────────────────────────────────────────────────────────────────────────────────


def test_info_says_what_server_it_is_and_whose_token_this_is(api: Judged) -> None:
    said = api.ask("GET", "/v1/info").json()
    assert (said["service"], said["grant"]) == ("warroom", "administer")
    assert said["name"].startswith("root ")
    assert said["limits"]["events"] == 200
    assert said["epoch"]


def test_without_a_token_it_says_how_one_is_given(api: Judged) -> None:
    answer = api.ask("GET", "/v1/info", token="")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="warroom"'
    assert answer.json()["code"] == "unauthorized"


@pytest.mark.parametrize("header", ["Basic eDp5", "Bearer", "bearer  x", "Bearer ü", "Bearer " + "x" * 9000])
def test_what_is_no_token_is_refused(api: Judged, header: str) -> None:
    api.server.made.house.failures._buckets.clear()
    raw = [(b"authorization", header.encode("latin-1"))]
    answer = httpx.get(api.server.url + "/v1/info", headers=raw)
    assert answer.status_code == 401
    assert "www-authenticate" in answer.headers


def test_it_says_that_it_is_well_and_ready(api: Judged) -> None:
    assert api.ask("GET", "/healthz", token="").text == "ok\n"
    assert api.ask("GET", "/readyz", token="").text == "ok\n"
    assert api.ask("HEAD", "/readyz", token="").content == b""


def test_its_measures_are_read_by_prometheus(api: Judged) -> None:
    api.server.create()
    api.server.results(facts_of(written(1)))
    answer = api.ask("GET", "/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    line = re.compile(r'(# (HELP|TYPE) \w+ .+|\w+(\{(\w+="[^"\\\n]*",?)+\})? [0-9.e+-]+)')
    for each in answer.text.splitlines():
        assert line.fullmatch(each), each
    for name in ("requests_total", "request_seconds_bucket", "facts_total", "store_seconds_count", "incidents"):
        assert f"warroom_{name}" in answer.text


def test_an_unknown_path_and_a_wrong_method_are_problems_too(api: Judged) -> None:
    nowhere = api.server.ask("GET", "/v1/nowhere")
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "not-found")
    wrong = api.server.ask("PATCH", "/v1/info")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method")
    assert "GET" in wrong.headers["allow"]
    for answer in (nowhere, wrong):
        assert answer.headers["content-type"] == "application/problem+json"


def test_what_may_be_asked_of_a_path_is_said_with_every_method_that_may_not(api: Judged) -> None:
    for path, methods in (("/v1/incidents/{inc}", "GET, PUT"), ("/v1/incidents/{inc}/shares", "GET, POST")):
        for method in ("OPTIONS", "PATCH"):
            answer = api.server.ask(method, path.format(inc=INC), token="")
            assert answer.status_code == 405
            assert {"GET", *methods.split(", ")} <= set(answer.headers["allow"].split(", "))


def test_no_answer_is_kept_guessed_at_or_framed_by_anybody(api: Judged) -> None:
    for path in ("/v1/info", "/v1/nowhere", "/healthz", "/s/nothing"):
        headers = api.server.ask("GET", path).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert "server" not in headers


# ── incidents ───────────────────────────────────────────────────────────────────────────────────


def test_making_an_incident_twice_is_making_it_once(server: InThread) -> None:
    api = Judged(server)
    assert api.ask("PUT", f"/v1/incidents/{INC}").status_code == 201
    assert api.ask("PUT", f"/v1/incidents/{INC}", {}).status_code == 200
    # What is there stays as it is: restricting it would take it away from those who work on it.
    assert api.ask("PUT", f"/v1/incidents/{INC}", {"restricted": True}).json().get("restricted") is None
    listed = api.ask("GET", "/v1/incidents").json()["incidents"]
    assert [each["inc"] for each in listed] == [INC]
    assert listed[0]["digest"] == digest({})


def test_a_drill_is_refused_by_its_identity(api: Judged) -> None:
    answer = api.ask("PUT", f"/v1/incidents/{DRILL}")
    assert (answer.status_code, answer.json()["code"]) == (422, "drill")


@pytest.mark.parametrize(
    "inc", ["x", INC.lower(), INC[:-1] + "U", INC + "0", "0" * 25 + "ü", "..", "%2e%2e%2f" + "A" * 23]
)
def test_what_is_no_identity_makes_no_incident(running: InThread, inc: str) -> None:
    assert running.ask("PUT", f"/v1/incidents/{inc}").status_code in (404, 405, 422)


def test_a_body_that_makes_no_sense_makes_no_incident(api: Judged) -> None:
    for body in (b"{", b"[]", b'{"restricted":"yes"}', b"\xff", b"[" * 4000):
        api.refusal(400, "PUT", f"/v1/incidents/{OTHER}", body)
    api.refusal(413, "PUT", f"/v1/incidents/{OTHER}", b" " * 5000)
    assert api.ask("GET", f"/v1/incidents/{OTHER}").status_code == 404


def test_who_relayed_a_replica_first_is_told_by_name(server: InThread) -> None:
    api = Judged(server)
    server.create()
    ivo = server.make_token("ivo")
    desk = written(1)
    server.push(facts_of(desk), token=ivo)
    desk.do(Log(text="more"))
    server.push(facts_of(desk)[-1:])
    about = api.ask("GET", f"/v1/incidents/{INC}").json()
    assert about["owners"] == {"r1": "ivo"}
    assert about["relayed"] == {"r1": [[len(facts_of(desk)), f"root {server.port}"]]}


def test_the_list_says_when_somebody_else_begins_to_bring_facts(server: InThread) -> None:
    api = Judged(server)
    server.create()
    ivo = server.make_token("ivo")
    desk = written(1)

    def mark() -> str:
        [listed] = api.ask("GET", "/v1/incidents").json()["incidents"]
        return str(listed.get("relayed", ""))

    server.push(facts_of(desk), token=ivo)
    assert mark() == ""
    desk.do(Log(text="more"))
    server.push(facts_of(desk)[-1:])
    by_us = mark()
    assert by_us
    desk.do(Log(text="and more"))
    server.push(facts_of(desk)[-1:])
    assert mark() == by_us
    desk.do(Log(text="his own again"))
    server.push(facts_of(desk)[-1:], token=ivo)
    assert mark() not in ("", by_us)


def test_heads_and_list_agree_after_every_push(server: InThread) -> None:
    api = Judged(server)
    server.create()
    desk = written(2)
    for fact in facts_of(desk):
        server.results([fact])
        standing = api.ask("GET", f"/v1/incidents/{INC}/heads").json()
        [listed] = api.ask("GET", "/v1/incidents").json()["incidents"]
        assert listed["digest"] == digest({rep: (seq, hash) for rep, (seq, hash) in standing["heads"].items()})
        assert listed["cursor"] == standing["cursor"]
    assert standing["heads"]["r1"] == [desk.seq, desk.prev]


# ── evidence ────────────────────────────────────────────────────────────────────────────────────


def test_evidence_is_kept_where_a_fact_names_it(server: InThread) -> None:
    api = Judged(server)
    server.create()
    desk = written(0)
    server.results(facts_of(desk))
    path = f"/v1/incidents/{INC}/blobs/{SHA}"
    assert "push the fact first" in api.refusal(409, "PUT", path, PIECE)
    desk.do(AttachEvidence(name="db.txt", sha=SHA, size=len(PIECE), media="text/plain"))
    server.results(facts_of(desk)[-1:])
    assert api.ask("GET", path).status_code == 404
    assert api.ask("HEAD", path).status_code == 404
    assert "another hash" in api.refusal(409, "PUT", path, PIECE + b"!")
    for _ in range(2):
        assert api.ask("PUT", path, PIECE).status_code == 204
    answer = api.ask("GET", path)
    assert answer.content == PIECE
    assert answer.headers["content-disposition"] == "attachment"
    assert api.ask("HEAD", path).headers["content-length"] == str(len(PIECE))


@pytest.mark.parametrize("sha", ["x", SHA.upper(), SHA[:-1], "..%2f..%2ftables%2ftokens"])
def test_what_is_no_hash_names_no_evidence(running: InThread, sha: str) -> None:
    running.create()
    assert running.ask("GET", f"/v1/incidents/{INC}/blobs/{sha}").status_code == 404
    assert running.ask("PUT", f"/v1/incidents/{INC}/blobs/{sha}", PIECE).status_code in (404, 409, 405)


# ── presence ────────────────────────────────────────────────────────────────────────────────────


def test_whoever_says_so_is_here_with_all_the_others(server: InThread) -> None:
    api = Judged(server)
    server.create()
    path = f"/v1/incidents/{INC}/presence"
    api.ask("POST", path, {"who": "ivo", "host": "b", "rep": "r2"})
    here = api.ask("POST", path, {"who": "ana", "host": "a", "rep": "r1"}, server.make_token("ana")).json()["here"]
    assert [(each["who"], each["host"], each["rep"]) for each in here] == [("ana", "a", "r1"), ("ivo", "b", "r2")]
    assert all(0 <= wall() - each["seen"] < HOUR for each in here)
    again = api.ask("POST", path, {"who": "ivo", "host": "b", "rep": "r2"}).json()["here"]
    assert [each["who"] for each in again] == ["ana", "ivo"]


@pytest.mark.parametrize("body", [{}, {"who": ""}, {"who": "x" * 81}, {"who": 7}, {"who": "a", "host": "h" * 256}, b""])
def test_nobody_is_here_under_no_name(api: Judged, body: object) -> None:
    api.server.create()
    api.refusal(400, "POST", f"/v1/incidents/{INC}/presence", body)


# ── share links ─────────────────────────────────────────────────────────────────────────────────


def test_a_share_link_shows_what_stakeholders_may_see_until_it_is_taken_back(server: InThread) -> None:
    api = Judged(server)
    server.create()
    desk = written(1)
    server.results(facts_of(desk))
    shares = f"/v1/incidents/{INC}/shares"
    made = api.ask("POST", shares, {"hours": 2, "name": "the board"}).json()
    shown = api.ask("GET", made["path"], token="")
    assert "checkout returns 500s" in shown.text
    assert shown.headers["content-type"] == "text/plain; charset=utf-8"
    # What came meanwhile is on it, and nothing of the timeline, nor who works on it.
    desk.do(Log(text="restarted by bo", kind="action"))
    desk.do(PostUpdate(what="We have restarted it \x1b]0;owned\x07"))
    server.results(facts_of(desk)[-2:])
    later = api.ask("GET", made["path"], token="").text
    assert "We have restarted it" in later
    assert not any(word in later for word in ("\x1b", "restarted by bo", "ana", "line 0"))
    [listed] = api.ask("GET", shares).json()["shares"]
    assert listed == {key: value for key, value in made.items() if key != "path"}
    assert made["expires"] - made["created"] == 2 * HOUR
    assert api.ask("DELETE", f"{shares}/{made['id']}").status_code == 204
    assert api.ask("DELETE", f"{shares}/{made['id']}").status_code == 404
    assert api.refusal(410, "GET", made["path"], token="").startswith("This link shows nothing any more")
    assert api.ask("GET", shares).json() == {"shares": []}


def test_a_link_to_an_incident_that_is_restricted_since_shows_nothing(server: InThread) -> None:
    server.create()
    path = server.ask("POST", f"/v1/incidents/{INC}/shares").json()["path"]
    server.run(server.store.put_meta(Meta(INC, restricted=True)))
    assert server.ask("GET", path, token="").status_code == 404


def test_a_link_to_an_incident_with_no_facts_says_so(server: InThread) -> None:
    server.create()
    path = server.ask("POST", f"/v1/incidents/{INC}/shares").json()["path"]
    assert server.ask("GET", path, token="").text == "Nothing is declared yet.\n"


def test_a_link_is_unguessable_and_kept_nowhere(server: InThread) -> None:
    server.create()
    paths = {server.ask("POST", f"/v1/incidents/{INC}/shares").json()["path"] for _ in range(5)}
    assert all(len(path.removeprefix("/s/")) == 43 for path in paths)
    assert len(paths) == 5
    kept = b"".join(path.read_bytes() for path in Path(server.folder).rglob("*") if path.is_file())
    assert not any(path.removeprefix("/s/").encode() in kept for path in paths)


@pytest.mark.parametrize("body", [{"hours": 0}, {"hours": 10**9}, {"hours": "1"}, {"name": "x" * 81}, {"name": 7}])
def test_a_share_link_out_of_bounds_is_malformed(api: Judged, body: object) -> None:
    api.server.create()
    api.refusal(400, "POST", f"/v1/incidents/{INC}/shares", body)


def test_a_links_name_is_shown_as_text(server: InThread) -> None:
    server.create()
    for name in ("\x1b[31m" + "\t" * 75, "", " ", "é" * 80, "\u202e\U000897f2"):
        assert server.ask("POST", f"/v1/incidents/{INC}/shares", {"name": name}).status_code == 201, name
    names = [each["name"] for each in server.ask("GET", f"/v1/incidents/{INC}/shares").json()["shares"]]
    assert all(name.isprintable() and 0 < len(name) <= 80 for name in names)


def test_a_link_of_another_incident_is_not_taken_back_here(server: InThread) -> None:
    server.create()
    server.create(OTHER)
    id = server.ask("POST", f"/v1/incidents/{INC}/shares").json()["id"]
    assert server.ask("DELETE", f"/v1/incidents/{OTHER}/shares/{id}").status_code == 404
    assert len(server.ask("GET", f"/v1/incidents/{INC}/shares").json()["shares"]) == 1


def test_so_many_share_links_and_no_more(server: InThread) -> None:
    server.create()
    said = [server.ask("POST", f"/v1/incidents/{INC}/shares").status_code for _ in range(52)]
    assert said == [201] * 50 + [409] * 2


# ── the description ─────────────────────────────────────────────────────────────────────────────


def test_the_description_is_valid_and_needs_a_token_where_the_server_does(api: Judged) -> None:
    open_paths = {
        path
        for path, methods in api.described["paths"].items()
        if any(operation.get("security") == [] for operation in methods.values())
    }
    pages = {"/s/{secret}", "/s/{secret}/live"}
    assert open_paths == {"/healthz", "/readyz", *pages, "/v1/hooks/{hook}", "/v1/openapi.json"}
    for schema in api.described["components"]["schemas"].values():
        jsonschema_rs.meta.validate(schema | {"$schema": "https://json-schema.org/draft/2020-12/schema"})
    references = set(re.findall(r'"#/components/schemas/(\w+)"', api.server.ask("GET", "/v1/openapi.json").text))
    assert references <= set(api.described["components"]["schemas"])
