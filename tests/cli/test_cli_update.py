"""`warroom update`: draft, approve, post, same, correct, list; the words on stdout, what to look at on stderr."""

import hashlib

import pytest

from test_cli_race import at_once

CHANNELS = """
[channel.hook]
kind = "webhook"
url = "http://127.0.0.1:9/page"
secret_env = "HOOK_SECRET"
[audience]
public = ["hook:status", "gone:x"]
"""


@pytest.fixture
def known(incident):
    """The program with an incident of which is known what users see, and for whom."""
    incident.ok("impact", "Card payments fail", "--scope", "cards; invoices work")
    return incident


def posted(program, *audience):
    program.ok("update", "draft", *audience)
    program.ok("update", "approve", *audience)
    return program.ok("update", "post", *audience)


# ── draft, approve, post ──


def test_a_draft_fills_itself_and_only_the_words_are_on_stdout(known):
    done = known.ok("update", "draft")
    assert done.out.split("\n")[:2] == ["Card payments fail.", "Affected: cards; invoices work."]
    assert "Next update by " in done.out
    assert "public #1 is drafted; `warroom update approve`." in done.err


def test_an_update_goes_the_way_of_draft_approve_post(known):
    said = known.ok("update", "draft").out
    approved = known.ok("update", "approve")
    assert approved.out == said
    assert "alone: their own words" in approved.err
    sent = known.ok("update", "post")
    assert sent.out == said
    assert "noted and sent nowhere: channels.toml names no way under [audience] public" in sent.err
    (update,) = known.ok("update", "list", "--json").json["updates"]
    assert update["text"] == said.rstrip("\n")
    assert update["sha256"] == hashlib.sha256(update["text"].encode()).hexdigest()


def test_what_is_posted_goes_to_the_ways_of_its_audience_that_exist(known):
    (known.home / "channels.toml").write_text(CHANNELS)
    sent = posted(known)
    assert "is on its way to hook:status." in sent.err
    assert "there is no channel “gone:x”" in sent.err
    (update,) = known.ok("update", "list", "--json").json["updates"]
    assert update["ways"] == [{"way": "hook:status", "state": "waiting"}]
    assert "[hook:status waiting]" in known.ok("update", "list").out


def test_nothing_of_a_restricted_incident_goes_to_the_public(warroom):
    warroom.ok("declare", "Intruder on the jump host", "-s", "1", "--restricted")
    (warroom.home / "channels.toml").write_text(CHANNELS)
    assert "sent nowhere: the incident is restricted" in posted(warroom).err


def test_nothing_goes_out_without_approval_and_each_refusal_names_the_verb_that_helps(known):
    no = known("update", "post")
    assert (no.code, no.out) == (4, "")
    assert "`warroom update draft public`" in no.err
    known.ok("update", "draft")
    no = known("update", "post")
    assert (no.code, "`warroom update approve public`" in no.err) == (4, True)
    known.ok("update", "approve")
    assert "`warroom update post public` sends it" in known("update", "approve", "--by", "lee").err
    known.ok("severity", "SEV1")
    no = known("update", "post")
    assert (no.code, "The approval has lapsed: severity changed" in no.err) == (4, True)
    assert known.ok("update", "list", "--json").json["drafts"][0]["state"] == "lapsed"


def test_the_commander_approves_or_whoever_heard_them(known):
    known.ok("update", "draft")
    known.ok("assign", "commander", "dana")
    assert "dana commands and approves" in known("update", "approve").err
    assert "approved by dana" in known.ok("update", "approve", "--who", "dana").err


def test_one_can_look_at_what_it_would_say_without_writing_anything(known):
    shown = known.ok("update", "draft", "internal", "--show")
    assert shown.out.startswith("What users see: Card payments fail.")
    assert known.ok("update", "list", "--json").json["drafts"] == []


def test_a_text_of_ones_own_is_held_against_the_last_one_and_its_wording(known):
    posted(known)
    done = known.ok("update", "draft", "Card payments fail. It should be over soon, ana is on db-3.")
    assert "  - Card payments fail.\n" in done.err
    assert "  + Card payments fail. It should be over soon, ana is on db-3.\n" in done.err
    assert all(f"“{word}”: " in done.err for word in ("should", "soon", "ana", "db-3"))


def test_a_text_comes_from_standard_input_too(known):
    done = known.ok("update", "draft", "executive", "-", input="line one\nline two\n", WARROOM_ACTOR="lee")
    assert done.out == "line one\nline two\n"
    (draft,) = known.ok("update", "list", "--json").json["drafts"]
    assert (draft["audience"], draft["text"], draft["by"]) == ("executive", "line one\nline two", "lee")


def test_the_wait_and_the_estimate_that_were_asked_for_are_on_the_log_and_in_the_text(known):
    done = known.ok("update", "draft", "--next", "25m", "--estimate", "2h", "--json").json
    assert done["next_at"][11:16] in done["update"]
    assert f"Estimate, not a promise: over by {done['estimate_at'][11:16]} UTC." in done["update"]


def test_what_the_text_promises_is_on_the_log_unless_a_wait_is_asked_for(known):
    shown = known.ok("update", "draft", "--show", "--next", "47m").out
    first = known.ok("update", "draft", shown, "--json").json
    assert f"Next update by {first['next_at'][11:16]} UTC." in shown
    second = known.ok("update", "draft", shown + "Bye.", "--next", "10m", "--json").json
    assert second["next_at"] < first["next_at"]


def test_a_second_draft_is_held_against_the_first(known):
    known.ok("update", "draft", "One.")
    assert known.ok("update", "draft", "Two.", "--json").json["difference"] == [["-", "One."], ["+", "Two."]]


def test_json_of_a_draft_has_what_changed_and_what_to_look_at(known):
    posted(known)
    done = known.ok("update", "draft", "It should work.", "--json").json
    assert done["audience"] == "public"
    assert done["number"] == 2
    assert ["+", "It should work."] in done["difference"]
    assert [w["word"] for w in done["warnings"]] == ["should"]
    assert known.ok("update", "approve", "--json").json["update"] == "It should work."
    sent = known.ok("update", "post", "--json").json
    assert (sent["ways"], sent["update"], len(sent["sha256"])) == ([], "It should work.", 64)


@pytest.mark.parametrize("source", ["one\n{{ seen ", "{{ seen.__class__ }}", "{{ nothing }}"])
def test_a_template_with_a_mistake_is_named_and_the_draft_is_kept(known, source):
    (known.home / "templates").mkdir()
    file = known.home / "templates" / "update.public.txt"
    file.write_text(source)
    known.ok("update", "draft", "my own words")
    done = known.ok("update", "draft", "--show")
    assert f"{file}: " in done.err
    assert "The shipped template is used instead." in done.err
    assert done.out.startswith("Card payments fail.")
    assert known.ok("update", "list", "--json").json["drafts"][0]["text"] == "my own words"


def test_what_nobody_has_stated_is_marked_and_named(incident):
    done = incident.ok("update", "draft")
    assert done.out.startswith("[what users see: not stated]")
    assert "What users see is not stated" in done.err
    assert "“[what users see: not stated]”: nobody has said this yet." in done.err


def test_the_last_update_says_how_it_ended(known):
    known.ok("log", "data", "loss:", "none")
    known.ok("resolve")
    done = known.ok("update", "draft")
    assert "Data loss: none." in done.out
    assert "[lingering effects: not stated]" in done.out


# ── the same again, a correction, one from elsewhere ──


def test_no_news_goes_out_at_once_and_promises_the_next(known):
    done = known.ok("update", "same")
    assert done.out.startswith("Still investigating, no news since the last update.\nNext update by ")
    assert "The next is due at " in done.err
    assert known("update", "same").code == 4
    assert known.ok("update", "same", "internal", "Still", "waiting.").out == "Still waiting.\n"


def test_a_correction_names_what_it_puts_right(known):
    assert "nothing to correct" in known("update", "correct", "x").err
    known.ok("update", "same")
    known.ok("update", "correct", "public", "It is 3 % of checkouts.")
    first, second = known.ok("update", "list", "--json").json["updates"]
    assert second["corrects"] == first["id"]
    assert "public #2, a correction  It is 3 % of checkouts." in known.ok("update", "list").out


def test_an_update_that_went_out_elsewhere_is_noted_as_before(known):
    done = known.ok("update", "Card payments fail.", "--next", "20m", "--audience", "internal")
    assert "update: internal #1  Card payments fail." in done.err
    assert "nothing is sent from here" in done.err
    known.ok("update", "post mortem comes on Friday")
    known.ok("update", "list of those affected: all")
    texts = [each["text"] for each in known.ok("update", "list", "--json").json["updates"]]
    assert texts == ["Card payments fail.", "post mortem comes on Friday", "list of those affected: all"]


def test_words_that_make_no_sense_are_usage_and_audiences_that_are_none_are_refused(known):
    assert known("update", "post", "public", "now").code == 2
    assert known("update", "approve", "press").code == 4
    assert known("update", "draft", "--next", "20").code == 2
    assert known("update").code == 2


# ── several at once ──


@pytest.mark.parametrize(("step", "told"), [("approve", "approved already, by"), ("post", "posted already, by")])
def test_of_three_who_do_the_same_at_once_one_does_it_and_the_others_are_told(known, step, told):
    known.ok("update", "draft")
    if step == "post":
        known.ok("update", "approve")
    codes, said = at_once(known, *(("update", step, "--by", who) for who in ("lee", "ivo", "mei")))
    assert codes == [0, 4, 4]
    assert all(told in each for each in said)
    rows = known.ok("timeline", "--json").json
    assert sum(f"{step.rstrip('e')}ed public #1 too" in row["text"] for row in rows) == 2
    assert known.ok("status", "--json").json["conflicts"] == 0
