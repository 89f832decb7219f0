"""Deliveries that are malformed, too large, forged, sent again or never whole: each hears why, and nothing is kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts_together import group, inbox_of
from hostile_hooks import Crowd, Honest, Hostile, Patient
from server_kit import InThread, until
from warroom.server.options import Options

MIB = 1024 * 1024


@pytest.fixture
def patient(tmp_path: Path) -> Iterator[Patient]:
    running = Patient(str(tmp_path / "server"))
    yield running
    running.kill()


def test_five_hundred_hostile_deliveries_are_refused_each_by_its_reason_and_leave_nothing(patient: Patient) -> None:
    hostile, crowd = Hostile(patient, seed=1), Crowd(patient)
    with Honest(patient) as honest:
        crowd.send([hostile.replayed(), *hostile.calls(499, slow=20)])
    assert not crowd.wrong, crowd.wrong[:5]
    assert not honest.failed
    kinds = {what for what, _ in crowd.answers}
    assert len(kinds) == 15
    assert {status for _, status in crowd.answers} >= {400, 401, 403, 404, 405, 408, 413, 415, 422, 429}
    told = inbox_of(patient)
    assert set(told.lines) == {"signed:caught"} | {f"alertmanager:{key}" for key in honest.keys}
    assert told.lines["signed:caught"].fired == 1
    assert not told.counted


def test_so_much_of_one_sender_is_under_way_at_once_and_no_more(tmp_path: Path) -> None:
    server = InThread(str(tmp_path / "server"), Options(bodies=2 * MIB))
    token, other = server.make_token("am", "intake"), server.make_token("other", "intake")
    try:
        lines = [server.connection() for _ in range(2)]
        for line in lines:
            head = server.head("POST", "/v1/hooks/alertmanager", f"Content-Length: {MIB}")
            line.sendall(head.replace(server.token.encode(), token.encode()))
        until(lambda: server.call(lambda: server.made.house.budget._all) == 2 * MIB)
        for secret, status in ((token, 429), (other, 204)):
            assert server.ask("POST", "/v1/hooks/alertmanager", group("a"), secret).status_code == status
        for line in lines:
            line.close()
        until(lambda: server.call(lambda: server.made.house.budget._all) == 0)
        assert server.ask("POST", "/v1/hooks/alertmanager", group("a"), token).status_code == 204
    finally:
        server.stop()
