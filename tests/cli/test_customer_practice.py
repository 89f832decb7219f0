"""The practice of command, as somebody meets it who has not read how it was built."""

import pytest

from test_cli_race import at_once


def kinds(program):
    return [row["kind"] for row in program.ok("timeline", "--json").json]


def last(program, kind):
    return program.ok("timeline", "-k", kind, "--json").json[-1]["text"]


# ── words in any order, and words that are missing ──


@pytest.mark.parametrize(
    "words",
    [
        ["poll", "close", "agreed", "--by", "lee", "the", "lag", "is", "gone"],
        ["poll", "--by", "lee", "close", "agreed", "the", "lag", "is", "gone"],
        ["poll", "close", "--by", "lee", "agreed", "the", "lag", "is", "gone"],
    ],
)
def test_options_may_stand_between_the_words(incident, words):
    incident.ok("poll", "open", "fail", "over")
    incident.ok(*words)
    (poll,) = incident.ok("poll", "list", "--json").json
    assert (poll["outcome"], poll["why"]) == ("agreed", "the lag is gone")


def test_an_option_that_does_not_exist_is_still_a_question_of_usage(incident):
    no = incident("poll", "close", "agreed", "--loud", "words")
    assert (no.code, "--loud" in no.err) == (2, True)


@pytest.mark.parametrize(
    ("words", "missing"),
    [
        (["poll", "open"], "what is proposed?"),
        (["poll", "object"], "what is the objection?"),
        (["poll", "close"], "what came of it"),
        (["poll", "list", "of", "steps"], "nothing goes with it"),
        (["task", "give", "ivo"], "WHO and WHAT"),
        (["task", "done"], "which task?"),
        (["task", "drop"], "which task?"),
        (["task", "read-back"], "which task?"),
        (["task", "extend", "ivo"], "TASK and DUR"),
        (["hypothesis", "add"], "what is believed?"),
        (["hypothesis", "support"], "which one"),
        (["handover", "offer"], "ROLE and WHO"),
        (["handover", "offer", "commander"], "ROLE and WHO"),
        (["handover", "brief"], "which role?"),
        (["prompts", "dismiss", "we", "know"], "--why"),
        (["update", "list", "foo"], "in quotes"),
        (["can", "ivo", "--condition", " "], "--condition says what is so"),
    ],
)
def test_a_word_that_is_missing_is_named_and_nothing_is_written(incident, words, missing):
    before = kinds(incident)
    no = incident(*words)
    assert (no.code, missing in no.err) == (2, True), no.err
    assert kinds(incident) == before


# ── updates ──


def test_what_is_not_stated_is_asked_for_in_the_words_of_the_command_line(incident):
    assert "`warroom impact card payments fail`" in incident.ok("update", "draft").err


def test_the_way_to_approve_that_a_refusal_names_works_as_it_stands(incident):
    incident.ok("assign", "commander", "dana")
    incident.ok("update", "draft", "public", "Cards fail.")
    assert "`warroom update approve public dana`" in incident("update", "approve").err
    assert "approved by dana" in incident.ok("update", "approve", "public", "dana").err


def test_nobody_is_called_alone_while_others_are_on_the_bridge(incident):
    incident.ok("join", "ana,bo")
    incident.ok("update", "draft", "public", "Cards fail.", "--by", "ana")
    incident.ok("update", "approve", "public", "--by", "ana")
    assert last(incident, "approved") == "public #1 approved by ana"


def test_a_draft_that_was_written_before_the_impact_changed_is_pointed_out_when_it_is_approved(incident):
    incident.ok("impact", "card payments fail")
    incident.ok("update", "draft")
    assert "since it was written" not in incident.ok("update", "approve").err
    incident.ok("impact", "all payments fail")
    assert "The impact changed since it was written: `warroom update draft`" in incident.ok("update", "approve").err


def test_a_pipe_that_says_nothing_is_no_draft(incident):
    no = incident("update", "draft", "public", "-", input="\n")
    assert (no.code, "said nothing" in no.err) == (4, True)
    assert incident.ok("update", "list", "--json").json["drafts"] == []


def test_what_became_of_a_report_is_not_told_to_the_public_as_an_answer(incident):
    incident.ok("report", "the night shift cannot pay")
    incident.ok("ask", "is data lost?")
    incident.ok("answer", "1", "yes, we know")
    incident.ok("answer", "2", "no")
    said = incident.ok("update", "draft").out
    assert "is data lost? no." in said
    assert "night shift" not in said


@pytest.mark.parametrize(
    ("template", "said"),
    [
        (
            "a\n" + "{% for a in seen %}" * 6 + "x" + "{% endfor %}" * 6,
            "line 2: its loops go round more than 10,000 times",
        ),
        ("{% macro m() %}x{% endmacro %}{{ m() }}", "line 1: a template cannot call anything"),
        ("\n{{ seen.upper() }}", "line 2: a template cannot call anything"),
        ("{% set s = seen %}\n" + "{% set s = s ~ s %}\n" * 40 + "{{ s }}", "grows beyond 64 KiB"),
    ],
)
def test_a_template_without_an_end_is_named_and_the_draft_is_kept(incident, template, said):
    incident.ok("impact", "card payments fail")
    incident.ok("update", "draft", "public", "Kept as it is.")
    (incident.home / "templates").mkdir(parents=True)
    (incident.home / "templates" / "update.public.txt").write_text(template)
    shown = incident.ok("update", "draft", "--show")
    assert "update.public.txt: line" in shown.err
    assert said in shown.err
    assert shown.out.startswith("Card payments fail.")
    (draft,) = incident.ok("update", "list", "--json").json["drafts"]
    assert draft["text"] == "Kept as it is."


# ── tasks and questions ──


@pytest.mark.parametrize("who", ["someone", "Everybody", "ivo,ana", "@anyone"])
def test_a_task_is_given_to_one_person_and_not_to_someone(incident, who):
    no = incident("task", who, "roll", "back")
    assert (no.code, "is no one person" in no.err) == (4, True)
    assert incident.ok("task", "list", "--json").json == []


@pytest.mark.parametrize("words", [["task", "ivo", "look", "--in", "0s"], ["ask", "is data lost?", "--in", "0m"]])
def test_no_time_at_all_is_no_time_box(incident, words):
    no = incident(*words)
    assert (no.code, "no time at all" in no.err) == (4, True)


def test_fewer_than_no_users_cannot_be_affected(incident):
    assert incident("report", "it fails", "--users=-5").code == 4


def test_whoever_joins_is_named_each(incident):
    said = incident.ok("join", "ana,bo").err
    assert "ana joined" in said
    assert "bo joined" in said


# ── handover, bridge, evidence ──


def test_a_role_that_nobody_knows_is_not_handed_over(incident):
    no = incident("handover", "offer", "comander", "ana")
    assert (no.code, "There is no role “comander”" in no.err) == (4, True)


def test_the_log_says_who_heard_that_a_role_was_accepted(incident):
    incident.ok("handover", "offer", "scribe", "ana")
    incident.ok("handover", "accept", "scribe", "--by", "bo")
    assert last(incident, "role") == "scribe is ana; accepted aloud, heard by bo"


def test_the_reason_of_a_decline_may_follow_the_role(incident):
    incident.ok("handover", "offer", "scribe", "ana")
    incident.ok("handover", "decline", "scribe", "I", "am", "off", "--by", "ana")
    assert last(incident, "role") == "ana declined scribe · I am off"


def test_looking_at_the_bridge_does_not_take_it_away(incident):
    incident.ok("bridge", "https://meet.example/k3f9", "--code", "4711")
    assert incident.ok("bridge").out == "https://meet.example/k3f9, code 4711\n"
    assert incident.ok("bridge", "--json").json == {
        "bridge": "https://meet.example/k3f9",
        "dial": None,
        "passcode": "4711",
    }
    incident.ok("bridge", "none")
    assert "No bridge is set" in incident.ok("bridge").err


# ── at once ──


def test_who_declines_what_was_accepted_meanwhile_is_told_and_their_reason_is_kept(incident):
    incident.ok("handover", "offer", "scribe", "ana")
    incident.ok("handover", "accept", "scribe", "--by", "ana")
    no = incident("handover", "decline", "scribe", "not now", "--by", "dee")
    assert (no.code, "ana has accepted already" in no.err) == (4, True)
    assert "not now" in last(incident, "also")


def test_who_accepts_what_was_declined_meanwhile_is_told_and_it_is_on_the_log(incident):
    incident.ok("handover", "offer", "scribe", "ana")
    incident.ok("handover", "decline", "scribe", "I am off", "--by", "ana")
    no = incident("handover", "accept", "scribe", "--by", "dee")
    assert (no.code, "ana declined scribe" in no.err) == (4, True)
    assert "accepted scribe, too late" in last(incident, "also")


def test_of_two_proposals_at_once_one_is_open_and_the_words_of_the_other_are_kept(incident):
    codes, said = at_once(
        incident, ["poll", "open", "fail over", "--by", "ana"], ["poll", "open", "roll back", "--by", "bo"]
    )
    assert (codes, "is still open" in said[0]) == ([0, 4], True)
    (poll,) = incident.ok("poll", "list", "--json").json
    assert {poll["proposal"], last(incident, "also").removeprefix("proposed: ")} == {"fail over", "roll back"}


def test_who_settles_the_prompt_that_somebody_else_just_settled_keeps_their_reason(incident):
    incident.ok("report", "all shops are closed", "--by", "lee")
    incident.ok("prompts", "dismiss", "--why", "we know", "--by", "ana")
    no = incident("prompts", "dismiss", "--why", "it is the test shop", "--by", "bo")
    assert (no.code, "dismissed already, by ana" in no.err) == (4, True)
    assert "it is the test shop" in last(incident, "also")
