"""Several processes at once on the same thing: one outcome, and the others are told."""

import pytest


def at_once(program, *calls):
    started = [program.start(*call) for call in calls]
    done = [(p, *p.communicate(timeout=60)) for p in started]
    return sorted(p.returncode for p, _, _ in done), [err.decode() for p, _, err in done if p.returncode]


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (("tick", "3"), "done already, by ana"),
        (("assign", "scribe"), "is Scribe"),
        (("phase", "mitigating"), "It is mitigating already, said ana"),
    ],
)
def test_four_processes_on_the_same_thing_have_one_outcome(incident, call, told):
    people = ("ana", "ivo", "lee", "dana")
    calls = [(*call, who, "--by", who) if call[0] == "assign" else call for who in people]
    codes, said = at_once(incident, *calls)
    assert codes == [0, 4, 4, 4]
    assert all(told in each for each in said)
    assert incident.ok("status", "--json").json["conflicts"] == 0


def test_four_processes_writing_entries_lose_none(incident):
    calls = [("log", "-", "--by", who) for who in ("a", "b", "c", "d")]
    started = [incident.start(*call, stdin=-1) for call in calls]
    for n, program in enumerate(started):
        program.stdin.write("".join(f"{n} {i}\n" for i in range(50)).encode())
        program.stdin.close()
    ids = [id for program in started for id in program.stdout.read().split()]
    assert [program.wait(timeout=60) for program in started] == [0, 0, 0, 0]
    for program in started:
        program.stdout.close()
        program.stderr.close()
    assert len(set(ids)) == 200
    assert incident.ok("status", "--json").json["entries"] == 200
    assert "ok, " in incident.ok("verify").out
