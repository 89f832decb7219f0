"""Whole programs killed with -9 at any moment, 500 times: nothing that one of them has acknowledged is lost."""

import pytest

from kills import Scene

pytestmark = pytest.mark.torture


@pytest.mark.parametrize("seed", range(10))
def test_the_shell_is_killed_while_it_logs(tmp_path, seed):
    scene = Scene(tmp_path, seed=100 + seed)
    for _ in range(30):
        scene.kill_shell()
        scene.check()
    assert scene.known
    assert scene.verified()


@pytest.mark.parametrize("seed", range(10))
def test_the_console_is_killed_while_somebody_types(tmp_path, seed):
    scene = Scene(tmp_path, seed=200 + seed)
    for _ in range(20):
        scene.kill_console()
        scene.check()
    assert scene.known
    assert scene.verified()
