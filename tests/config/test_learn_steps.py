"""Steps put into, taken out of and reworded in a playbook's text: all else stays as somebody wrote it."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.config import shipped
from warroom.config.learn_steps import NewStep, added, dropped, reworded
from warroom.config.toml_parts import parts
from warroom.core.values import Refused

MINE = '''# ours, since the summer
id = "db"   # as the service
title = "Database"

# the first thing
[[step]]
id = "host"
text = "Say the host"  # aloud
stage = "identify"
why = """
[[step]]
id = "no step at all"
"""

  [[ "step" ]]
  'text' = 'Stop the job'
  id = "stop"
  stage = "restore"
# not yet sure about this one

[[step]]
id = "check"
text = "Check"
stage = "verify"
[when]
service = ["a", # the first
  "b"]'''
PAUSE = NewStep("Pause the “backup” job", "restore", due="10m", origin="INC-K3F9")
PLAYBOOKS = sorted(Path(shipped.folder(), "playbooks").glob("*.toml"))


def steps(text: str) -> list[dict[str, object]]:
    return tomllib.loads(text)["step"]


def ids(text: str) -> list[object]:
    return [step["id"] for step in steps(text)]


def is_within(lines: list[str], others: list[str]) -> bool:
    """Whether all of `lines` are in `others`, in this order."""
    rest = iter(others)
    return all(line in rest for line in lines)


def test_a_step_goes_behind_the_last_one_of_its_stage_and_every_line_stays() -> None:
    out, stage = added(MINE, PAUSE)
    assert stage == "restore"
    assert ids(out) == ["host", "stop", "pause-the-backup-job", "check"]
    assert is_within(MINE.split("\n"), out.split("\n"))
    assert steps(out)[2] == {
        "id": "pause-the-backup-job", "text": "Pause the “backup” job", "stage": "restore", "due": "10m",
        "origin": "INC-K3F9",
    }  # fmt: skip


def test_a_comment_before_a_step_stays_with_it() -> None:
    out, _ = added(MINE, PAUSE, after="host")
    assert out.index("pause-the-backup-job") < out.index('[[ "step" ]]')
    assert added(MINE, PAUSE)[0].index("not yet sure") > out.index("Stop the job")


@pytest.mark.parametrize("named", ["stop", "2", "stop the j", "STOP"])
def test_the_step_before_it_is_named_by_id_number_or_a_part_of_its_text(named: str) -> None:
    assert ids(added(MINE, PAUSE, after=named)[0])[2] == "pause-the-backup-job"


def test_behind_a_step_it_is_in_that_ones_stage_unless_another_is_said() -> None:
    assert added(MINE, NewStep("Look again"), after="check")[1] == "verify"
    assert added(MINE, NewStep("Look again", "review"), after="check")[1] == "review"


def test_a_step_before_all_the_others_stages_goes_to_the_top() -> None:
    text = '[[step]]\nid = "a"\ntext = "a"\nstage = "review"\n'
    assert ids(added(text, PAUSE)[0]) == ["pause-the-backup-job", "a"]


def test_two_steps_with_the_same_words_have_different_ids() -> None:
    once, _ = added(MINE, PAUSE)
    assert ids(added(once, PAUSE)[0])[2:4] == ["pause-the-backup-job", "pause-the-backup-job-2"]


def test_a_step_in_any_script_has_an_id() -> None:
    assert "step" in ids(added(MINE, NewStep("バックアップを止める", "restore"))[0])


@pytest.mark.parametrize(
    ("step", "after", "said"),
    [
        (NewStep("x"), "", "Which stage is the step in?"),
        (NewStep("x", "later"), "", "“later” is not a stage"),
        (NewStep("x", "restore", due="soon"), "", "The due time:"),
        (NewStep("x", "restore"), "nowhere", "No step is called “nowhere”; there is host, stop, check."),
    ],
)
def test_what_cannot_be_is_said(step: NewStep, after: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        added(MINE, step, after)


def test_a_file_that_is_not_toml_is_refused_with_its_place() -> None:
    with pytest.raises(Refused, match=r"line 2, column 1: is not TOML.*--edit"):
        added("a = 1\n= 2\n", PAUSE)


def test_steps_that_stand_in_another_form_are_left_to_a_person() -> None:
    with pytest.raises(Refused, match="by hand"):
        added('step = [{id = "a", text = "a", stage = "verify"}]', PAUSE)


def test_what_would_fall_to_another_step_is_left_to_a_person() -> None:
    text = '[[step]]\nid = "a"\ntext = "a"\nstage = "verify"\n[step.more]\nx = 1\n'
    with pytest.raises(Refused, match="only a person can change"):
        added(text, NewStep("b", "verify"))


def test_a_step_is_taken_out_and_nothing_else() -> None:
    out, said = dropped(MINE, "stop")
    assert said == "Stop the job"
    assert ids(out) == ["host", "check"]
    assert "not yet sure" in out
    assert tomllib.loads(out)["when"] == tomllib.loads(MINE)["when"]


def test_the_only_step_cannot_be_taken_out() -> None:
    with pytest.raises(Refused, match="only step"):
        dropped('[[step]]\nid = "a"\ntext = "a"\nstage = "verify"\n', "a")


def test_other_words_leave_the_comment_beside_them() -> None:
    out, said = reworded(MINE, "host", "Say host and role")
    assert said == "Say the host"
    assert 'text = "Say host and role"  # aloud' in out
    assert reworded(MINE, "stop", "Pause it")[0].count("Pause it") == 1


def test_windows_ends_of_lines_stay() -> None:
    text = MINE.replace("\n", "\r\n")
    assert added(text, PAUSE)[0].count("\n") == added(text, PAUSE)[0].count("\r\n")


@pytest.mark.parametrize("file", PLAYBOOKS, ids=lambda file: file.stem)
def test_every_shipped_playbook_takes_a_step_and_gives_it_back(file: Path) -> None:
    text = file.read_text()
    out, _ = added(text, PAUSE)
    assert dropped(out, PAUSE.text)[0] == text


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1).filter(lambda text: text.split())
NOISE = st.lists(
    st.sampled_from(
        [
            "",
            "# a",
            'why = """\n[ open\n"""',
            "# [[step]]",
            'why = """\n[[step]]\n"""',
            "why = '''#'''",
            'why = "[[\\"" # ]',
            "  ",
        ]
    ),
    max_size=2,
    unique_by=lambda line: line[:3],
)


@given(
    st.lists(st.tuples(NOISE, WORDS, st.sampled_from(["identify", "restore", "verify"])), min_size=1, max_size=4), WORDS
)
def test_whatever_stands_around_the_steps_stays_and_the_new_one_says_what_was_asked(
    rows: list[tuple[list[str], str, str]], words: str
) -> None:
    text = 'title = "x"\n'
    for n, (noise, said, stage) in enumerate(rows):
        body = "\n".join((f'id = "s{n}"', f"text = {tomlish(said)}", *noise, f'stage = "{stage}"'))
        text += f"# about {n}\n[[step]]\n{body}\n\n"
    out, _ = added(text, NewStep(words, "restore"))
    assert is_within(text.split("\n"), out.split("\n"))
    (new,) = [step for step in steps(out) if step not in steps(text)]
    assert new["text"] == " ".join(words.split())
    assert "".join(out[part.start : part.end] for part in parts(out)) == out


def tomlish(text: str) -> str:
    from warroom.config.toml_text import string

    return string(text)
