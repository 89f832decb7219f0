"""`kill -9` of the process that holds a room in Slack, at every point of what it does there."""

import pytest

from slack_kills import killed_at

MOST = 400


@pytest.mark.parametrize("n", [2, 5, 9, 14, 20, 27, 35, 44])
def test_killed_anywhere_there_is_one_room_and_each_message_is_one_fact(tmp_path, n):
    assert killed_at(tmp_path / "home", n) != ""


@pytest.mark.torture
def test_killed_at_every_point_there_is_one_room_and_each_message_is_one_fact(tmp_path):
    names = []
    for n in range(MOST):
        name = killed_at(tmp_path / f"home{n}", n)
        if not name:
            break
        names.append(name)
    assert len(names) > 40
    assert {"before a write", "after a request", "before a word on the socket"} <= set(names)
