"""Ten thousand hostile deliveries: each hears why, nothing of them is kept, and no memory grows."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts_together import inbox_of
from hostile_hooks import Crowd, Honest, Hostile, Patient

MIB = 1024 * 1024


@pytest.fixture
def patient(tmp_path: Path) -> Iterator[Patient]:
    running = Patient(str(tmp_path / "server"))
    yield running
    running.kill()


def test_ten_thousand_of_them_change_nothing(patient: Patient) -> None:
    hostile, crowd = Hostile(patient, seed=2), Crowd(patient)
    crowd.send([hostile.replayed(), *hostile.calls(1_000, slow=100)])
    before = patient.rss()
    with Honest(patient) as honest:
        crowd.send(list(hostile.calls(10_000, slow=1_000)))
    grown = patient.rss() - before
    assert not crowd.wrong, crowd.wrong[:5]
    assert sum(crowd.answers.values()) == 11_001
    assert not honest.failed
    assert grown < 16 * MIB, f"{grown / MIB:+.1f} MiB"
    told = inbox_of(patient)
    assert "signed:caught" in told.lines
    assert set(told.lines) - {"signed:caught"} <= {f"alertmanager:{key}" for key in honest.keys}
    assert len(told.lines) - 1 + told.counted.get("alertmanager", 0) == len(honest.keys)
