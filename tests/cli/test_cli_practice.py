"""The practice of command on the command line: tasks, polls, hypotheses, handover, the bridge, the deputy, words."""

import pytest

from test_cli_race import at_once


def texts(program, kind):
    return [row["text"] for row in program.ok("timeline", "-k", kind, "--json").json]


def test_a_task_goes_its_way_from_given_to_done(incident):
    given = incident.ok("task", "give", "ivo", "roll", "back", "9f2c", "--in", "10m")
    assert "Have it read back: `warroom task read-back ivo`" in given.err
    incident.ok("task", "read-back", "ivo", "I roll back 9f2c")
    (task,) = incident.ok("task", "list", "--json").json
    assert (task["number"], task["who"], task["what"], task["state"]) == (1, "ivo", "roll back 9f2c", "open")
    assert task["read_back_at"]
    assert 500 < task["due_in_s"] <= 600
    assert "left)" in incident.ok("task", "list").out
    incident.ok("task", "extend", "ivo", "20m")
    assert incident.ok("task", "list", "--json").json[0]["due_in_s"] > 1000
    incident.ok("task", "done", "#1", "errors", "fall")
    assert incident.ok("task", "list").line == "#1  @ivo roll back 9f2c  (done: errors fall)"


def test_the_short_forms_of_tasks_still_do(incident):
    incident.ok("task", "ivo", "roll", "back", "--in", "10m")
    incident.ok("extend", "ivo", "5m")
    incident.ok("done", "ivo", "out")
    incident.ok("task", "@lee", "look")
    incident.ok("task", "drop", "lee", "not", "needed")
    assert [t["state"] for t in incident.ok("task", "list", "--json").json] == ["done", "dropped"]


def test_a_fourth_task_for_one_person_is_pointed_out(incident):
    said = [incident.ok("task", "ivo", f"step {n}").err for n in range(4)]
    assert ["4 open tasks" in each for each in said] == [False, False, False, True]


@pytest.mark.parametrize("words", [["give"], ["give", "ivo"], ["read-back"], ["extend", "ivo"], ["ivo"], ["list", "x"]])
def test_a_task_without_a_name_or_words_is_a_question_of_usage(incident, words):
    no = incident("task", *words)
    assert no.code == 2
    asked = {"read-back": "which task?", "extend": "TASK and DUR", "list": "nothing goes with it"}
    assert asked.get(words[0], "one person by name") in no.err


def test_a_poll_ends_as_a_decision_with_the_objections_by_name(incident):
    incident.ok("poll", "open", "cancel the vacuum")
    incident.ok("poll", "object", "the replica lags", "--who", "ivo")
    incident.ok("poll", "close", "agreed", "--who", "dana")
    (poll,) = incident.ok("poll", "list", "--json").json
    assert (poll["outcome"], poll["decided_by"]) == ("agreed", "dana")
    assert poll["objections"] == [{"who": "ivo", "what": "the replica lags"}]
    assert "agreed by dana; ivo objects: the replica lags" in incident.ok("poll", "list").out
    assert texts(incident, "decision") == ["cancel the vacuum; strong objection heard and kept: ivo: the replica lags"]


def test_a_proposal_may_begin_with_any_word_and_the_short_forms_still_do(incident):
    incident.ok("poll", "cancel", "the", "vacuum")
    incident.ok("object", "no")
    incident.ok("poll", "close", "withdrawn")
    incident.ok("poll", "open", "close the valve")
    wrong = incident("poll", "close", "the", "valve")
    assert wrong.code == 2
    assert "what came of it" in wrong.err
    assert [p["proposal"] for p in incident.ok("poll", "list", "--json").json] == [
        "cancel the vacuum",
        "close the valve",
    ]


def test_hypotheses_stand_on_a_board_with_their_evidence(incident):
    incident.ok("hypothesis", "add", "a deploy")
    incident.ok("log", "-k", "hypothesis", "the vacuum holds a lock")
    incident.ok("hypothesis", "rule-out", "1", "no deploy since Monday")
    incident.ok("hypothesis", "support", "vacuum", "--evidence", "400 locks")
    seen = [(h["number"], h["state"], h["evidence"]) for h in incident.ok("hypothesis", "list", "--json").json]
    assert seen == [(1, "ruled out", "no deploy since Monday"), (2, "supported", "400 locks")]
    assert incident("hypothesis", "support", "2").code == 4
    assert incident("hypothesis", "believe", "2").code == 2
    incident.ok("hypothesis", "open", "1")
    assert "open" in incident.ok("hypothesis", "list").out.splitlines()[0]


def test_an_expert_reports_in_one_form(incident):
    incident.ok("can", "ivo", "--condition", "locks at 400", "--actions", "cancelling", "--needs", "ten minutes")
    assert texts(incident, "report") == ["ivo: locks at 400; doing: cancelling; needs: ten minutes"]
    assert incident("can", "ivo").code == 2


@pytest.mark.parametrize(
    ("offer", "accept"), [(["handover", "offer"], ["handover", "accept"]), (["offer"], ["accept"])]
)
def test_a_handover_has_a_brief_and_has_happened_once_it_was_accepted(incident, offer, accept):
    incident.ok("assign", "commander", "ana")
    shown = incident.ok(*offer, "commander", "bo").out
    assert shown.startswith("Handover: Incident Commander to bo")
    assert "RESOURCES" in shown
    assert incident.ok("status", "--json").json["roles"]["commander"] == "ana"
    incident.ok(*accept, "--by", "bo")
    assert incident.ok("status", "--json").json["roles"]["commander"] == "bo"


def test_a_handover_that_is_declined_changes_nothing(incident):
    incident.ok("handover", "offer", "commander", "bo")
    incident.ok("handover", "decline", "--why", "I am off", "--by", "bo")
    status = incident.ok("status", "--json").json
    assert (status["roles"]["commander"], status["offered"]) == (None, {})
    assert incident("handover", "decline").code == 4
    assert incident("handover", "give", "commander").code == 2


def test_the_brief_is_shown_as_text_and_as_data_and_changes_nothing(incident):
    before = incident.ok("timeline", "--json").json
    assert "ORGANISATION\n- Incident Commander: nobody" in incident.ok("handover", "brief", "commander").out
    data = incident.ok("handover", "brief", "comma", "--json", "-i", incident.inc)
    assert incident("handover", "brief", "nobody-knows").code == 4
    assert [b["title"] for b in data.json["blocks"]][:2] == ["Situation", "Safety"]
    assert incident.ok("timeline", "--json").json == before


def test_the_bridge_has_a_roster(incident):
    incident.ok("assign", "scribe", "lee")
    incident.ok("join", "ana,", "lee")
    incident.ok("join", "--by", "ivo")
    incident.ok("leave", "ana")
    seen = [(row["who"], row["here"], row["roles"]) for row in incident.ok("roster", "--json").json]
    assert sorted(seen) == [("ana", False, []), ("ivo", True, []), ("lee", True, ["Scribe"])]
    assert "left at" in incident.ok("roster").out.splitlines()[-1]
    assert incident("leave", "ana").code == 4


# ── the deputy ──


def test_a_prompt_is_shown_answered_or_dismissed_with_a_reason_and_does_not_come_again(incident):
    incident.ok("impact", "logins are slow")
    incident.ok("impact", "nobody can log in")
    (prompt,) = incident.ok("prompts", "--json").json
    assert (prompt["kind"], prompt["visible"], prompt["line"]) == ("severity", True, "/sev")
    assert "warroom severity" in incident.ok("prompts").out
    assert incident("prompts", "dismiss").code == 4
    incident.ok("prompts", "dismiss", "--why", "it is SEV2 by the book")
    assert incident.ok("prompts", "--json").json == []
    assert "The deputy has nothing to say" in incident.ok("prompts").err


def test_a_prompt_is_named_by_its_key_or_the_beginning_of_it(incident):
    for n in range(2):
        incident.ok("report", f"down {n}")
    keys = [p["key"] for p in incident.ok("prompts", "--json").json]
    several = incident("prompts", "answer", "report:")
    assert several.code == 4
    assert keys[0] in several.err
    incident.ok("prompts", "answer", keys[1])
    assert [p["key"] for p in incident.ok("prompts", "--json").json] == keys[:1]
    assert incident("prompts", "answer", "moon").code == 4
    again = incident("prompts", "answer", keys[1], "--why", "kept SEV2", "--by", "ivo")
    assert again.code == 4
    assert "answered already, by ana" in again.err
    assert any("kept SEV2" in text for text in texts(incident, "also"))
    assert incident("prompts", "sing").code == 2


# ── words at hand ──


def test_words_are_listed_and_filled_in(incident):
    listed = incident.ok("say").out
    assert "opening" in listed
    assert "you take command" in listed
    said = incident.ok("say", "opening").line
    assert said.startswith("This is ana, incident commander for SEV2: Checkout returns 500s.")
    assert incident.ok("say", "task", "--other", "ivo", "--minutes", "7").line.startswith("ivo, please")
    assert "in 7 minutes" in incident.ok("say", "task", "--other", "ivo", "--minutes", "7").line
    assert incident.ok("say", "open", "--json").json["name"] == "opening"
    assert {"executive", "vendor"} <= {each["name"] for each in incident.ok("say", "--json").json}
    assert incident("say", "moon").code == 3


def test_words_can_be_learnt_without_an_incident(warroom):
    assert "[title]" in warroom.ok("say", "opening").line


def test_ones_own_words_win_and_a_mistake_in_them_is_said(incident):
    (incident.home / "words.toml").write_text('[words.opening]\nsay = "Hi from {name}."\n[words.x]\nsay = "{oops}"\n')
    done = incident.ok("say", "opening")
    assert done.line == "Hi from ana."
    assert "words.toml, line 4" in done.err
    assert "words.toml" in incident("config", "check").out


# ── two at once ──

TASK, OFFER = ["task", "ivo", "roll back"], ["offer", "commander", "bo"]
DONE, SAID, CLOSE = ["task", "done", "ivo"], ["task", "read-back", "ivo"], ["poll", "close"]
DECLINE = ["handover", "decline", "--why"]


@pytest.mark.parametrize(
    ("before", "calls", "told"),
    [
        (TASK, [[*DONE, "out"], [*DONE, "rolled back"]], "done already"),
        (TASK, [[*SAID, "I roll it back"], [*SAID, "all of it"]], "noted it"),
        (["poll", "fail over"], [[*CLOSE, "agreed", "a"], [*CLOSE, "rejected", "b"]], "closed already"),
        (OFFER, [["accept"], ["handover", "accept"]], "noted it"),
        (OFFER, [["accept"], ["handover", "decline", "commander", "not now"]], "noted"),
        (OFFER, [[*DECLINE, "I am off"], [*DECLINE, "she is off"]], "handed over any more"),
    ],
)
def test_of_two_at_once_one_is_first_the_other_is_told_and_both_are_on_the_log(incident, before, calls, told):
    incident.ok(*before)
    rows = len(incident.ok("timeline", "--json").json)
    codes, said = at_once(incident, *([*call, "--by", who] for call, who in zip(calls, ("lee", "dana"), strict=True)))
    assert codes == [0, 4]
    assert told in said[0]
    kinds = [row["kind"] for row in incident.ok("timeline", "--json").json[rows:]]
    assert "also" in kinds
    assert incident.ok("status", "--json").json["conflicts"] == 0


def test_a_refusal_names_the_verbs_that_the_command_line_has(incident):
    incident.ok("report", "all shops are closed")
    assert '`warroom prompts dismiss --why "we know, the vendor is on it"`' in incident("prompts", "dismiss").err
    incident.ok("task", "ivo", "look")
    assert "`warroom task list`" in "".join(
        incident.ok(*call).out for call in [("task", "ivo", str(n)) for n in range(3)] + [("prompts",)]
    )
