import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from warroom.config import shipped
from warroom.config.forms import STAGES
from warroom.config.load import Library
from warroom.core.codec import MAX_EVENT, canonical
from warroom.core.values import MINUTE, SEVERITIES

ROOT = Path(__file__).parents[2]
LIBRARY = Library()
PLAYBOOKS = list(LIBRARY.playbooks.values())
POLICIES = list(LIBRARY.policies.values())
# Ofcom's and NANPA's numbers for fiction: they never ring anywhere.
FICTION = re.compile(r"\+44 20 7946 0\d{3}|\+1 \d{3} 555 01\d\d")

each_playbook = pytest.mark.parametrize("playbook", PLAYBOOKS, ids=lambda each: each.id)


def test_every_shipped_file_loads_without_a_problem() -> None:
    LIBRARY.read_all()
    assert LIBRARY.problems == []
    files = {file.stem for file in (ROOT / "data" / "playbooks").glob("*.toml")}
    assert {each.id for each in PLAYBOOKS} == files
    assert len(files) >= 8


@each_playbook
def test_a_playbook_walks_all_seven_stages_in_order(playbook) -> None:
    walked = [step.stage for step in playbook.step]
    assert tuple(dict.fromkeys(walked)) == STAGES
    assert walked == sorted(walked, key=STAGES.index)


@each_playbook
def test_a_playbook_is_short_enough_for_a_pane_and_long_enough_to_help(playbook) -> None:
    assert 9 <= len(playbook.step) <= 16
    for step in playbook.step:
        assert len(step.text) <= 68, step.text
        assert len(step.why) <= 120, step.why
        assert step.why.endswith("."), step.why
        assert not step.text.endswith("."), step.text
        assert step.role in LIBRARY.roles_by_id, step.role


@each_playbook
def test_the_deadlines_of_a_playbook_do_not_all_fall_at_once(playbook) -> None:
    dues = [step.due for step in playbook.step if step.due is not None]
    assert all(MINUTE <= due <= 60 * MINUTE for due in dues)
    assert len(dues) <= len(playbook.step) // 2


@each_playbook
def test_a_playbook_fits_into_one_fact(playbook) -> None:
    assert len(canonical(LIBRARY.checklist(playbook))) < MAX_EVENT // 4


def test_every_severity_has_criteria_and_says_who_responds() -> None:
    assert tuple(LIBRARY.severities) == SEVERITIES
    for severity in LIBRARY.severities.values():
        assert severity.criteria, severity.id
        assert severity.response, severity.id


def test_the_clocks_are_those_of_practice() -> None:
    every = {
        (rhythm.audience, severity): {phase: ms // MINUTE for phase, ms in rhythm.every.items()}
        for rhythm in LIBRARY.cadence().rhythms
        for severity in rhythm.severities
    }
    assert every["public", "SEV1"] == {
        "investigating": 15,
        "identified": 20,
        "mitigating": 20,
        "monitoring": 30,
        "resolved": 15,
    }
    first = {rhythm.first for rhythm in LIBRARY.cadence().rhythms if "SEV1" in rhythm.severities}
    assert first == {5 * MINUTE, None}
    assert every["public", "SEV2"]["investigating"] == 20
    assert every["public", "SEV2"]["monitoring"] == 60
    assert every["public", "SEV3"]["mitigating"] == 60
    assert every["internal", "SEV1"]["investigating"] == 15
    assert every["executive", "SEV2"]["investigating"] == 30
    assert ("public", "SEV5") not in every
    assert LIBRARY.cadence().silence["SEV1"] == 10 * MINUTE


def test_the_example_policy_climbs_every_five_minutes_and_the_slow_one_every_fifteen() -> None:
    fast, slow = LIBRARY.policy("example"), LIBRARY.policy("example-slow")
    assert [level.after // MINUTE for level in fast.levels] == [0, 5, 10, 15]
    assert [level.after // MINUTE for level in slow.levels] == [0, 15, 30]
    for policy in (fast, slow):
        assert policy.ack_expires == 30 * MINUTE
        severity = LIBRARY.severities["SEV1" if policy is fast else "SEV3"]
        assert policy.policy == severity.policy
        assert policy.levels[1].after == severity.level_gap


def test_example_contacts_never_resolve() -> None:
    for policy in POLICIES:
        fact = LIBRARY.policy(policy.id)
        assert not fact.tested
        for level in fact.levels:
            for target in (*level.notify, *level.backup):
                assert target.example
                assert FICTION.fullmatch(target.phone), target.phone
                for way in target.reach:
                    host = re.split(r"[@/]", way.removeprefix("https://"))[0 if way.startswith("https") else -1]
                    assert host.endswith(".invalid"), way


def test_roles_are_needed_as_in_practice() -> None:
    cards = {card.id: card for card in LIBRARY.roles().roles}
    assert (cards["commander"].needed, cards["commander"].from_people) == (SEVERITIES, 0)
    for id, people in (("scribe", 4), ("comms", 4), ("deputy", 7)):
        assert (cards[id].needed, cards[id].from_people) == (("SEV1", "SEV2"), people)
    assert all(not cards[id].needed for id in ("expert", "liaison", "executive"))
    assert all(card.duties and card.say for card in cards.values())


def test_a_checkout_finds_the_data_beside_its_sources() -> None:
    assert Path(shipped.folder()) == ROOT / "data"


def test_a_wheel_brings_its_data_along(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    place = tmp_path / "site"
    zipfile.ZipFile(next(tmp_path.glob("*.whl"))).extractall(place)
    code = (
        "from warroom.config import shipped; from warroom.config.load import Library\n"
        "library = Library(); library.read_all(); print(shipped.folder(), len(library.playbooks), library.problems)"
    )
    run = [sys.executable, "-c", code]
    said = subprocess.run(run, env={"PYTHONPATH": str(place)}, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert said.stdout.split(" ", 1) == [str(place / "warroom" / "_data"), f"{len(PLAYBOOKS)} []\n"]
