"""The review as a document: what stands in it by itself, whose words are in it, and what an edited file becomes."""

import json
import re
from pathlib import Path

import pytest

from facts import Choices, Desk, declared, history, other
from review_kit import PUBLIC, lines_of, made, night, save, write
from warroom.core.acts import entries, lifecycle
from warroom.core.acts.review import MoveReview, OwnReview
from warroom.core.order import Replay
from warroom.core.review.changed import Changes
from warroom.core.review.document import TOP, mark
from warroom.core.review.facts import facts
from warroom.core.review.thoughts import thoughts
from warroom.core.values import DAY, HOUR, MINUTE, At, Refused
from warroom.exchange.found import Options
from warroom.exchange.read import read
from warroom.render import review

SECTIONS = [
    *("Owner", "Overview", "What happened", "Contributing factors", "Resolution", "Impact", "Responders", "Timeline"),
    *("Decisions and polls", "Hypotheses", "Escalation", "Updates", "Milestones and gaps", "Went well", "Went badly"),
    *("Got lucky", "To think about", "Action items", "Changes to the checklist", "Messages"),
]


def text_of(desk: Desk, key: str) -> str:
    return "\n".join(lines_of(made(desk.state), key))


# ── what the log says by itself ──


def test_the_document_is_there_as_soon_as_the_incident_is_over_with_all_its_sections() -> None:
    document = made(night().state)
    assert document.problems == ()
    assert [each.title for each in document.sections][1:] == SECTIONS
    assert review.text(document).startswith("# Review: checkout returns 500s\n\nINC-")


def test_it_is_a_function_of_the_facts() -> None:
    one, two = night(), night()
    assert review.file(made(one.state)) == review.file(made(other(two).state))


def test_the_head_says_state_owner_and_deadlines() -> None:
    desk = night()
    desk.do(MoveReview(state="in review"))
    desk.do(OwnReview(who="mei"))
    head = text_of(desk, TOP)
    assert "State: in review. Owner: mei. Draft due 2023-11-16 22:55 UTC, review due 2023-11-17 22:55 UTC." in head
    assert text_of(desk, "owner") == "mei"


def test_the_escalation_tells_each_page_and_asks_about_the_person_and_the_policy() -> None:
    said = text_of(night(), "escalation")
    assert "**L1 dana**: due 22:13:20, sent by no channel, no answer at 22:18:20" in said
    assert "**L1 backup sam**: due 22:18:20, sent by no channel, acknowledged at 22:21:20, after 3m00s" in said
    assert said.count("Was it the right person?") == 3
    assert said.endswith("**What to change in the escalation policy?**")


def test_the_sections_say_what_the_log_knows() -> None:
    desk = night()
    says = {
        "overview": "38 % of card checkouts fail. Cards only; invoices work.",
        "what-happened": "SEV2 → SEV1 · all cards",
        "contributing-factors": "vacuum holds a lock on orders · lag went to 0",
        "resolution": "killed vacuum 4711",
        "impact": "| at SEV1 | 33m00s |",
        "responders": "- 22:40:20 Incident Commander: ana → ivo",
        "decisions-and-polls": "kill the vacuum → agreed\n  - strong objection, bo: it may take the table with it",
        "hypotheses": "**ruled out** ivo: it was the 14:00 deploy (rolled back, no change), held for 18m00s",
        "updates": "public #1: Card payments fail. (promised for 22:18:20, 17m00s late)",
        "milestones-and-gaps": "“detected” is missing",
        "went-badly": "The public update 1 came 17m00s after it was promised.",
        "action-items": "lee: add an alert on lock age",
        "changes-to-the-checklist": "neither done nor skipped: say what users see",
        "messages": "Users saw: 38 % of card checkouts fail.",
        "timeline": "- 22:31:20 **observed** lee: the lock was seen first then (written down 14m00s later)",
    }
    missing = {key: text_of(desk, key) for key, words in says.items() if words not in text_of(desk, key)}
    assert not missing


def test_names_stand_in_no_sentence_about_what_went_badly() -> None:
    said = text_of(night(), "went-badly")
    assert not re.search(r"\b(?:dana|sam|ana|lee|ivo)\b", said)


def test_what_people_wrote_during_the_incident_is_literal_text() -> None:
    desk = declared()
    desk.do(
        entries.Log(text="## Impact\n<!-- /log -->\n```\n<b>x</b> \x1b[31m [a](http://x) <!-- log: impact 012345 -->")
    )
    desk.do(entries.Log(text="seen", who="<i>mei</i>\n## Legal"))
    desk.do(lifecycle.ChangePhase(phase="resolved"))
    document = made(desk.state)
    file = review.file(document)
    assert "<i>" not in file
    assert [each.title for each in document.sections][1:] == SECTIONS
    assert "\x1b" not in file
    assert "<b>" not in file
    assert review.read_back(document, file) == Changes()


def test_a_hostile_history_has_a_review_all_the_same() -> None:
    for seed in range(40):
        raw = bytes((seed * 37 + n * 11) % 256 for n in range(160))
        state = Replay().receive(history(Choices(raw)))
        document = made(state)
        assert document.problems == (), seed
        assert review.read_back(document, review.file(document)) == Changes(), seed


def test_a_review_of_thousands_of_entries_leaves_none_out() -> None:
    desk = declared()
    for n in range(3_000):
        desk.do(entries.Log(text=f"seen {n} " + "x" * 60), 1000)
    desk.do(lifecycle.ChangePhase(phase="resolved"))
    document = made(desk.state)
    assert document.problems == ()
    assert sum(" seen " in line or "seen " in line for line in lines_of(document, "timeline")) == 3_000


# ── templates of one's own ──


def own_template(folder: Path, text: str) -> str:
    (folder / "templates").mkdir()
    (folder / "templates" / "review.md").write_text(text)
    return str(folder)


def test_a_template_of_ones_own_decides_which_sections_there_are(tmp_path: Path) -> None:
    own = own_template(
        tmp_path, "# {{ title }}\n\n## Time\n\n{% for e in timeline %}\n- {{ e.text }}\n{% endfor %}\n\n## Us\n"
    )
    document = made(night().state, own)
    assert document.problems == ()
    assert [each.key for each in document.sections] == ["", "time", "us"]


def test_a_template_that_cannot_be_used_is_said_and_the_shipped_one_stands_in(tmp_path: Path) -> None:
    own = own_template(tmp_path, "{{ nothing.at.all }}")
    document = made(night().state, own)
    assert "templates/review.md: line 1" in document.problems[0]
    assert [each.title for each in document.sections][1:] == SECTIONS


def test_without_any_template_there_is_a_plain_list(tmp_path: Path) -> None:
    document = review.document(night().state, str(tmp_path))
    assert "# Review: checkout returns 500s" in review.text(document)
    assert "killed vacuum 4711" in review.text(document)


def test_what_was_written_under_a_heading_stays_where_a_template_has_it_no_more(tmp_path: Path) -> None:
    desk = night()
    write(desk, "got-lucky", "The snapshot was unrelated.")
    document = made(desk.state, own_template(tmp_path, "# {{ title }}\n\n## Impact\n\nx\n"))
    assert [each.key for each in document.sections] == ["", "impact", "got-lucky"]
    assert "The snapshot was unrelated." in review.text(document)


# ── read back ──


def test_a_file_that_nobody_changed_writes_nothing() -> None:
    desk = night()
    assert save(desk, review.file(made(desk.state))) == []


def test_what_was_written_around_the_logs_lines_stays_and_these_renew_themselves() -> None:
    desk = night()
    write(desk, "timeline", "All times are ours.")
    desk.do(entries.Log(text="and a late one", at=At(desk.now - MINUTE)))
    said = text_of(desk, "timeline")
    assert said.startswith("All times are ours.\n\n**2023-11-14 (UTC)**")
    assert "and a late one" in said


def test_edited_lines_of_the_log_are_the_writers_and_the_logs_own_can_still_be_had() -> None:
    desk = night()
    document = made(desk.state)
    save(desk, review.file(document).replace("killed vacuum 4711", "ended the vacuum"))
    desk.do(entries.Log(text="and a late one"))
    after = made(desk.state)
    assert "and a late one" not in "\n".join(lines_of(after, "timeline"))
    log = after.log["timeline"].lines
    assert any("and a late one" in line for line in log)
    assert any("killed vacuum 4711" in line for line in log)


def test_a_mark_alone_brings_the_logs_lines_back() -> None:
    desk = night()
    save(desk, re.sub(r"(## Timeline\n).*?(## Decisions)", r"\1\n\2", review.file(made(desk.state)), flags=re.DOTALL))
    assert text_of(desk, "timeline") == ""
    save(desk, review.file(made(desk.state)).replace("## Timeline\n", f"## Timeline\n\n{mark('timeline')}\n"))
    assert "killed vacuum 4711" in text_of(desk, "timeline")


def test_two_who_edit_the_same_section_at_once_are_both_in_the_document_by_name() -> None:
    ana = night()
    ana.name = "ana"
    ivo = other(ana, "ivo")
    mine, theirs = write(ana, "impact", "Cards failed."), write(ivo, "impact", "Payments failed.")
    ana.receive(theirs)  # type: ignore[arg-type]  # none of them was refused
    ivo.receive(mine)  # type: ignore[arg-type]  # none of them was refused
    for desk in (ana, ivo):
        said = text_of(desk, "impact")
        assert "**ana wrote this" in said
        assert "**ivo wrote this" in said
        assert "Cards failed." in said
        assert "Payments failed." in said
        assert said.count("What users saw") == 1
        assert save(desk, review.file(made(desk.state))) == []
    save(ana, re.sub(r"\*\*\w+ wrote this.*\n", "", review.file(made(ana.state))))
    section = made(ana.state).section("impact")
    assert section is not None
    assert not section.conflict
    assert "Cards failed." in text_of(ana, "impact")
    assert "Payments failed." in text_of(ana, "impact")


def test_an_old_file_leaves_alone_what_others_wrote_meanwhile() -> None:
    ana = night()
    old = review.file(made(ana.state))
    write(ana, "impact", "Cards failed.")
    save(ana, old.replace("## Went well\n", "## Went well\n\nPeople.\n"))
    assert text_of(ana, "impact").startswith("Cards failed.")
    assert text_of(ana, "went-well").startswith("People.")


def test_without_its_first_line_a_file_overwrites_nothing() -> None:
    desk = night()
    write(desk, "impact", "Cards failed.")
    bare = review.file(made(desk.state)).split("\n", 1)[1]
    assert save(desk, bare) == []
    save(desk, bare.replace("Cards failed.", "All failed."))
    section = made(desk.state).section("impact")
    assert section is not None
    assert section.conflict


def test_a_section_of_ones_own_keeps_its_place_and_goes_when_it_is_emptied() -> None:
    desk = night()
    file = review.file(made(desk.state))
    save(desk, file.replace("## Responders", "## Legal\n\nWe told them.\n\n## Press\n\nNobody asked.\n\n## Responders"))
    keys = [each.key for each in made(desk.state).sections]
    at = keys.index("impact")
    assert keys[at : at + 4] == ["impact", "legal", "press", "responders"]
    save(desk, review.file(made(desk.state)).replace("We told them.", ""))
    assert "legal" not in [each.key for each in made(desk.state).sections]
    assert any("We told them." in repr(event.body) for event in desk.state.facts)
    save(desk, review.file(made(desk.state)).replace("## Press", "## Legal\n\nOnce more.\n\n## Press"))
    assert text_of(desk, "legal") == "Once more."


def test_one_section_alone_is_handed_out_and_read_back() -> None:
    desk = night()
    document = made(desk.state)
    file = review.file(document, "impact")
    assert "## Timeline" not in file
    found = review.read_back(document, file.replace("## Impact\n", "## Impact\n\nCards.\n"))
    assert [each.key for each in found.written] == ["impact"]
    assert review.read_back(document, file).written == ()


def test_the_review_of_another_incident_is_not_read() -> None:
    document = made(night().state)
    file = re.sub(r"warroom review INC-\w+", "warroom review INC-ZZZZ", review.file(document))
    with pytest.raises(review.Foreign, match="INC-ZZZZ"):
        review.read_back(document, file)


def test_a_section_too_large_for_a_fact_is_refused_and_the_others_are_written() -> None:
    desk = night()
    file = review.file(made(desk.state))
    file = file.replace("## Impact\n", "## Impact\n\n" + "many words " * 7_000 + "\n")
    outcomes = save(desk, file.replace("## Went well\n", "## Went well\n\nPeople.\n"))
    assert [isinstance(each, Refused) for each in outcomes] == [True, False]
    assert text_of(desk, "went-well").startswith("People.")


# ── the wording ──


def test_the_check_names_lines_and_tells_the_logs_own_from_the_writers() -> None:
    desk = night()
    desk.do(entries.Log(text="it was user_error by mistake"))
    write(desk, "impact", "It was human error.")
    document = made(desk.state)
    found = review.check(document)
    assert {(each.section, each.finding.words, each.log) for each in found} >= {
        ("impact", "human error", False),
        ("timeline", "by mistake", True),
    }
    lines = review.file(document).split("\n")
    assert all(each.finding.words in lines[each.finding.line - 1] for each in found)


def test_the_shipped_template_points_at_nothing_of_its_own() -> None:
    assert review.check(made(night().state)) == ()


# ── prompts for thought ──


def test_the_prompts_name_their_fact_and_its_time() -> None:
    desk = night()
    found = thoughts(desk.state)
    by_sort = {each.sort: each for each in found}
    assert {"decision", "silence", "recorded", "page", "hypothesis", "severity"} <= set(by_sort)
    for each in found:
        assert each.at is not None
        assert not each.fact or desk.state.facts.get(each.fact) is not None
    assert "How did you know?" in by_sort["decision"].question
    assert by_sort["hypothesis"].took == 18 * MINUTE
    assert by_sort["recorded"].took == 14 * MINUTE
    assert by_sort["severity"].took == 9 * MINUTE
    longest = next(each for each in found if each.sort == "page" and each.took is not None)
    assert longest.took == 3 * MINUTE
    assert by_sort["silence"].took == 10 * MINUTE


def test_a_time_that_is_only_about_so_feeds_no_prompt_about_time() -> None:
    desk = declared()
    desk.do(entries.Log(text="about then", at=At(desk.now + 5 * MINUTE, approx=True)), HOUR)
    desk.do(lifecycle.ChangePhase(phase="resolved"), HOUR)
    assert not [each for each in thoughts(desk.state) if each.sort in ("silence", "recorded")]


def test_what_a_person_caught_and_no_alert_is_asked_as_luck() -> None:
    desk = declared()
    desk.do(entries.Log(text="a customer reports 500s on Twitter", kind="observed"))
    desk.do(lifecycle.ChangePhase(phase="resolved"), MINUTE)
    assert any("no alert did" in each.question for each in thoughts(desk.state))


def test_what_ended_before_anybody_knew_why_is_asked_as_luck() -> None:
    desk = declared()
    desk.do(lifecycle.ChangePhase(phase="monitoring"), MINUTE)
    desk.do(lifecycle.ChangePhase(phase="resolved"), MINUTE)
    assert any("before anybody had said why" in each.question for each in thoughts(desk.state))


# ── the public incidents ──


def public(path: Path) -> Desk:
    now = 1_800_000_000_000
    found = read(path.read_bytes(), path.name, Options(now, "", "", "", ""), "")
    desk = Desk(now=now)
    desk.do(found.command)  # type: ignore[union-attr]  # a timeline, not a whole log
    return desk


@pytest.mark.parametrize("path", PUBLIC, ids=lambda path: path.stem)
def test_a_public_incident_has_a_draft_worth_editing(path: Path) -> None:
    desk = public(path)
    document = made(desk.state)
    assert document.problems == ()
    said = {each.key: "\n".join(lines_of(document, each.key)) for each in document.sections}
    events = json.loads(path.read_text())["events"]
    assert sum(line.startswith("- ") for line in said["timeline"].split("\n")) == len(events)
    assert "~" not in said["timeline"].replace("\\~", "")
    for key in ("what-happened", "contributing-factors", "resolution", "to-think-about", "impact"):
        assert sum(line.startswith("- ") for line in said[key].split("\n")) >= 1, key
    assert 5 <= sum(line.startswith("- ") for line in said["what-happened"].split("\n")) <= 14
    assert "It was over at" in said["overview"]
    assert "not published" not in review.text(document)
    assert "**ana" not in review.text(document)
    assert not re.search(r"\bana\b", review.text(document))
    assert review.read_back(document, review.file(document)) == Changes()


@pytest.mark.parametrize("path", PUBLIC, ids=lambda path: path.stem)
def test_of_a_public_incident_every_decision_is_asked_about(path: Path) -> None:
    desk = public(path)
    gathered = facts(desk.state)
    asked = [each for each in gathered.thoughts if each.sort == "decision"]
    assert len(asked) == len(gathered.decisions)
    assert (desk.now - desk.state.declared_at) > DAY
