"""Questions and impact reports of stakeholders: asked, taken, answered, and what others do at the same time."""

from test_cli_race import at_once


def test_a_question_has_a_number_an_asker_an_owner_and_a_due_time(incident):
    asked = incident.ok("ask", "--who", "legal", "--in", "20m", "is data lost?")
    assert "It is question 1." in asked.err
    incident.ok("take", "1", "--owner", "ivo")
    (row,) = incident.ok("questions", "--json").json
    assert (row["number"], row["what"], row["asker"], row["owner"]) == (1, "is data lost?", "legal", "ivo")
    assert row["due_at"]
    assert row["age_s"] >= 0
    line = incident.ok("questions").out
    assert line.startswith(" 1  is data lost?  (legal, ")
    assert "; ivo has it; due at " in line


def test_an_impact_report_asks_whether_the_severity_is_still_right(incident):
    done = incident.ok("report", "--who", "support", "1,200 users cannot pay")
    assert "Is SEV2 still right with 1 200 users? `warroom severity SEV`." in done.err
    incident.ok("report", "no page loads", "--users", "5000")
    first, second = incident.ok("questions", "--json").json
    assert (first["report"], first["users"], first["asker"]) == (True, 1200, "support")
    assert second["users"] == 5000
    assert " 1  reports: 1,200 users cannot pay  (support, " in incident.ok("questions").out


def test_an_answer_is_offered_to_the_next_update(incident):
    incident.ok("ask", "--who", "legal", "is data lost?")
    answered = incident.ok("answer", "1", "no,", "only", "late")
    assert "offered" in answered.err
    assert "You asked: is data lost? no, only late." in incident.ok("update", "draft").out
    assert incident.ok("questions").err == "No question is open.\n"
    (row,) = incident.ok("questions", "--all", "--json").json
    assert (row["answer"], row["answered_by"]) == ("no, only late", "ana")
    assert "→ no, only late (ana)" in incident.ok("questions", "--all").out


def test_a_number_goes_on_meaning_the_same_question(incident):
    incident.ok("ask", "is data lost?")
    incident.ok("ask", "is mail affected?")
    incident.ok("answer", "1", "no")
    assert [row["number"] for row in incident.ok("questions", "--json").json] == [2]
    incident.ok("answer", "mail", "yes")


def test_a_question_that_is_not_there_is_refused_with_those_that_are(incident):
    assert "No question is open." in incident("answer", "1", "no").err
    incident.ok("ask", "is data lost?")
    no = incident("take", "7")
    assert (no.code, "Which question? 1 is data lost?" in no.err) == (4, True)
    assert incident("ask", "when?", "--in", "20").code == 2


def test_of_three_answers_at_once_one_counts_and_no_words_are_lost(incident):
    incident.ok("ask", "is data lost?")
    people = ("lee", "ivo", "mei")
    codes, said = at_once(incident, *(("answer", "1", f"{who} says no", "--by", who) for who in people))
    assert codes == [0, 4, 4]
    assert all("was answered already, by" in each for each in said)
    rows = incident.ok("timeline", "--json").json
    assert all(any(f"{who} says no" in row["text"] for row in rows) for who in people)
    assert [row["kind"] for row in rows].count("answer") == 1


def test_json_of_each_act_names_its_fact(incident):
    for call in (("ask", "a?"), ("report", "b"), ("take", "1"), ("answer", "1", "c")):
        done = incident.ok(*call, "--json")
        assert set(done.json) == {"id", "ids", "handle", "text"}
