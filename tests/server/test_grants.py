"""Every grant against every endpoint: a table of statuses, whose rows are the application's own routes."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar.routes import HTTPRoute

from server_kit import INC, OTHER, InThread, facts_of, pushed, written
from warroom.core.acts.entries import AttachEvidence
from warroom.core.values import incident_id
from warroom.server.app import application
from warroom.server.tokens import wall

SECRET = incident_id(bytes(range(2, 18)), drill=False)  # restricted; made by "creator", in the list of "listed"
FRESH = incident_id(bytes(range(3, 19)), drill=False)
PIECE = b"what the database said"
SHA = sha256(PIECE).hexdigest()

SEATS = ["none", "wrong", "expired", "revoked", "observe", "respond", "administer", "intake", "elsewhere", "here"]
# `here` and `elsewhere` respond, and are for INC and for another incident only.
ON_ITS_OWN = {
    "GET /healthz": "200 200 200 200 200 200 200 200 200 200",
    "HEAD /healthz": "200 200 200 200 200 200 200 200 200 200",
    "GET /readyz": "200 200 200 200 200 200 200 200 200 200",
    "HEAD /readyz": "200 200 200 200 200 200 200 200 200 200",
    "GET /v1/openapi.json": "200 200 200 200 200 200 200 200 200 200",
    "GET /s/{secret}": "200 200 200 200 200 200 200 200 200 200",
    "POST /s/{secret}": "403 403 403 403 403 403 403 403 403 403",
    "GET /s/{secret}/live": "200 200 200 200 200 200 200 200 200 200",
    "POST /v1/hooks/{hook}": "401 401 401 401 403 403 204 204 403 403",
    "GET /metrics": "401 401 401 401 403 403 200 403 403 403",
    "GET /v1/info": "401 401 401 401 200 200 200 403 200 200",
    "GET /v1/incidents": "401 401 401 401 200 200 200 403 200 200",
    "GET /v1/live": "401 401 401 401 200 200 200 403 200 200",
    "PUT /v1/incidents/{inc}": "401 401 401 401 403 200 200 403 404 200",
    "GET /v1/incidents/{inc}": "401 401 401 401 200 200 200 404 404 200",
    "GET /v1/incidents/{inc}/heads": "401 401 401 401 200 200 200 404 404 200",
    "GET /v1/incidents/{inc}/events": "401 401 401 401 200 200 200 404 404 200",
    "POST /v1/incidents/{inc}/events": "401 401 401 401 403 200 200 404 404 200",
    "GET /v1/incidents/{inc}/live": "401 401 401 401 200 200 200 404 404 200",
    "PUT /v1/incidents/{inc}/blobs/{sha}": "401 401 401 401 403 204 204 404 404 204",
    "GET /v1/incidents/{inc}/blobs/{sha}": "401 401 401 401 200 200 200 404 404 200",
    "HEAD /v1/incidents/{inc}/blobs/{sha}": "401 401 401 401 200 200 200 404 404 200",
    "POST /v1/incidents/{inc}/presence": "401 401 401 401 403 200 200 404 404 200",
    "POST /v1/incidents/{inc}/shares": "401 401 401 401 403 403 201 404 404 403",
    "GET /v1/incidents/{inc}/shares": "401 401 401 401 403 403 200 404 404 403",
    "DELETE /v1/incidents/{inc}/shares/{id}": "401 401 401 401 403 403 204 404 404 403",
}

OF_RESTRICTED = ["observe", "respond", "administer", "intake", "elsewhere", "creator", "listed"]
# `creator` administers and made it; `listed` observes, and is for it only.
RESTRICTED = {
    "PUT /v1/incidents/{inc}": "403 404 404 403 404 200 403",
    "GET /v1/incidents/{inc}": "404 404 404 404 404 200 200",
    "GET /v1/incidents/{inc}/heads": "404 404 404 404 404 200 200",
    "GET /v1/incidents/{inc}/events": "404 404 404 404 404 200 200",
    "POST /v1/incidents/{inc}/events": "404 404 404 404 404 200 403",
    "GET /v1/incidents/{inc}/live": "404 404 404 404 404 200 200",
    "PUT /v1/incidents/{inc}/blobs/{sha}": "404 404 404 404 404 409 403",
    "GET /v1/incidents/{inc}/blobs/{sha}": "404 404 404 404 404 404 404",
    "HEAD /v1/incidents/{inc}/blobs/{sha}": "404 404 404 404 404 404 404",
    "POST /v1/incidents/{inc}/presence": "404 404 404 404 404 200 403",
    "POST /v1/incidents/{inc}/shares": "404 404 404 404 404 409 403",
    "GET /v1/incidents/{inc}/shares": "404 404 404 404 404 200 403",
    "DELETE /v1/incidents/{inc}/shares/{id}": "404 404 404 404 404 404 403",
}


def routes() -> list[str]:
    """Every method of every path that the application has, but for OPTIONS, which litestar answers."""
    app = application(None).app  # type: ignore[arg-type]  # no request is made: nothing is asked of the store
    return [
        f"{method} {route.path_format}"
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for method in route.methods
        if method != "OPTIONS"
    ]


class Hall:
    """A server with two incidents, one of them restricted, and somebody in each seat."""

    def __init__(self, folder: str) -> None:
        self.server = InThread(folder)
        make = self.server.make_token
        self.secrets = {
            "none": "",
            "wrong": "war_" + "x" * 43,
            "expired": make("late", expires=wall() - 1),
            "observe": make("o", "observe"),
            "respond": make("r", "respond"),
            "administer": make("a", "administer"),
            "intake": make("i", "intake"),
            "elsewhere": make("e", "respond", (OTHER,)),
            "here": make("h", "respond", (INC,)),
            "creator": make("c", "administer"),
            "listed": make("l", "observe", (SECRET,)),
        }
        token, self.secrets["revoked"] = self.server.made_token("gone")
        self.server.revoke(token.id)
        self.desk = written(1)
        self.desk.do(AttachEvidence(name="db.txt", sha=SHA, size=len(PIECE), media="text/plain"))
        self.server.create(INC)
        self.server.create(SECRET, restricted=True, token=self.secrets["creator"])
        assert set(self.server.results(facts_of(self.desk))) == {"ok"}
        assert self.server.ask("PUT", f"/v1/incidents/{INC}/blobs/{SHA}", PIECE).status_code == 204
        self.shared = self._share()

    def status(self, route: str, seat: str, inc: str) -> int:
        """How whoever sits there is answered."""
        method, _, path = route.partition(" ")
        share = self._share() if "{id}" in path else self.shared if "{secret}" in path else {}
        path = path.format(inc=inc, sha=SHA, id=share.get("id"), secret=share.get("path", "")[3:], hook="alertmanager")
        headers = {"Authorization": f"Bearer {self.secrets[seat]}"} if self.secrets[seat] else {}
        # From elsewhere, as it were: on this machine measures need no token.
        headers["X-Forwarded-For"] = "203.0.113.7"
        bodies: dict[str, bytes] = {
            "presence": b'{"who":"ana"}',
            "events": pushed(facts_of(self.desk)),
            SHA: PIECE,
            "alertmanager": b'{"alerts":[]}',
        }
        body = bodies.get(path.rpartition("/")[2]) if method in ("POST", "PUT") else None
        with httpx.stream(method, self.server.url + path, headers=headers, content=body, timeout=20) as answer:
            return answer.status_code

    def _share(self) -> dict[str, Any]:
        made: dict[str, Any] = self.server.ask("POST", f"/v1/incidents/{INC}/shares", {"hours": 1}).json()
        return made


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    made = Hall(str(Path(tmp_path_factory.mktemp("hall")) / "server"))
    yield made
    made.server.stop()


def test_every_endpoint_has_its_row() -> None:
    assert sorted(ON_ITS_OWN) == sorted(routes())
    assert sorted(RESTRICTED) == sorted(route for route in routes() if "{inc}" in route)


@pytest.mark.parametrize("route", ON_ITS_OWN)
def test_everybody_is_answered_by_their_grant(hall: Hall, route: str) -> None:
    # One address may be wrong so often and no more: that is another test's business.
    hall.server.made.house.failures._buckets.clear()
    said = {seat: hall.status(route, seat, INC) for seat in SEATS}
    assert said == dict(zip(SEATS, map(int, ON_ITS_OWN[route].split()), strict=True))


@pytest.mark.parametrize("route", RESTRICTED)
def test_a_restricted_incident_is_there_for_those_who_are_named(hall: Hall, route: str) -> None:
    said = {seat: hall.status(route, seat, SECRET) for seat in OF_RESTRICTED}
    assert said == dict(zip(OF_RESTRICTED, map(int, RESTRICTED[route].split()), strict=True))


def test_what_is_not_to_be_known_looks_like_what_is_not_there(hall: Hall) -> None:
    nowhere = incident_id(bytes(range(4, 20)), drill=False)
    for route in RESTRICTED:
        for seat in ("observe", "respond", "intake", "elsewhere"):
            if (route, seat) != ("PUT /v1/incidents/{inc}", "respond"):  # it would be there then
                assert hall.status(route, seat, nowhere) == hall.status(route, seat, SECRET), (route, seat)
    hidden = hall.server.ask("GET", f"/v1/incidents/{SECRET}", token=hall.secrets["respond"])
    absent = hall.server.ask("GET", f"/v1/incidents/{nowhere}", token=hall.secrets["respond"])
    assert hidden.json() == absent.json()


def test_a_restricted_incident_is_on_no_list_of_others(hall: Hall) -> None:
    def listed(seat: str) -> set[str]:
        answer = hall.server.ask("GET", "/v1/incidents", token=hall.secrets[seat])
        return {each["inc"] for each in answer.json()["incidents"]}

    assert listed("administer") == {INC}
    assert listed("creator") == {INC, SECRET}
    assert listed("listed") == {SECRET}
    assert listed("elsewhere") == set()


def test_only_a_writer_makes_an_incident(hall: Hall) -> None:
    assert hall.server.create(FRESH, token=hall.secrets["observe"]).status_code == 403
    assert hall.server.create(FRESH, token=hall.secrets["here"]).status_code == 404
    assert hall.server.create(FRESH, token=hall.secrets["respond"]).status_code == 201


def test_a_share_link_opens_nothing_else(hall: Hall) -> None:
    secret = hall._share()["path"][3:]
    assert hall.server.ask("GET", "/v1/info", token=secret).status_code == 401
    assert hall.server.ask("GET", f"/s/{hall.secrets['administer']}", token="").status_code == 404


def test_measures_need_no_token_on_this_machine_alone(hall: Hall) -> None:
    def status(**headers: str) -> int:
        return hall.server.ask("GET", "/metrics", token="", headers=headers).status_code

    hall.server.made.house.failures._buckets.clear()
    assert status() == 200
    assert status(Host="localhost:80") == 200
    assert status(Host="[::1]:80") == 200
    # A proxy on this machine that forwards for somebody, and a browser that was led here under another name.
    assert status(Forwarded="for=203.0.113.7") == 401
    assert status(Host="evil.example") == 401
