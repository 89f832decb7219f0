"""Shell and console killed with -9 at any moment, 50 times; `make torture` does it 500 times."""

from kills import Scene


def test_nothing_that_the_shell_has_acknowledged_is_lost_when_it_is_killed(tmp_path):
    scene = Scene(tmp_path, seed=1)
    for _ in range(40):
        scene.kill_shell()
        scene.check()
    assert scene.known
    assert scene.verified()


def test_nothing_that_the_console_has_shown_as_saved_is_lost_when_it_is_killed(tmp_path):
    scene = Scene(tmp_path, seed=2)
    for _ in range(10):
        scene.kill_console()
        scene.check()
    assert scene.known
    assert scene.verified()
