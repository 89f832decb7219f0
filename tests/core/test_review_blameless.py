"""The wording of a review: what it points at, what it leaves alone, and that it says why and offers other words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facts import declared
from warroom.core.acts import entries
from warroom.core.review.blameless import findings, people_of

PEOPLE = ("Ana", "ivo", "Lee Chen", "O'Hara")


def sorts(text: str) -> list[str]:
    return [each.sort for each in findings(text, PEOPLE)]


@pytest.mark.parametrize(
    ("text", "words", "sort"),
    [
        # people as causes
        ("Ana broke the build.", "Ana broke", "person"),
        ("It was ivo's mistake.", "ivo's mistake", "person"),
        ("The outage was caused by Lee Chen.", "caused by Lee Chen", "person"),
        ("Everything stopped because of Ana", "because of Ana", "person"),
        ("O'Hara failed to roll back", "O'Hara failed", "person"),
        ("ana did not check the host", "ana did not check", "person"),
        ("Ana should check twice", "Ana should", "person"),
        ("The table was deleted by ivo", "deleted by ivo", "person"),
        ("An engineer accidentally removed the directory", "An engineer accidentally removed", "person"),
        ("It was triggered by an operator", "triggered by an operator", "person"),
        ("because the on-call engineer forgot the flag", "because the on-call engineer forgot", "person"),
        ("The developer made a mistake", "The developer made a mistake", "person"),
        ("the team's failure", "the team's failure", "person"),
        # “human error”
        ("The trigger was human error.", "human error", "human error"),
        ("Cause: operator error", "operator error", "human error"),
        ("Somebody fat-fingered the count", "fat-fingered", "human error"),
        ("It was run by mistake", "by mistake", "human error"),
        ("errors of the operator", "errors of the operator", "human error"),
        # counterfactuals
        ("We should have paged earlier.", "should have", "counterfactual"),
        ("The alert shouldn't have been muted", "shouldn't have", "counterfactual"),
        ("It could easily have been seen", "could easily have", "counterfactual"),
        ("A test would have caught this", "would have caught", "counterfactual"),
        ("If we had paged sooner, nothing", "If we had paged", "counterfactual"),
        ("Had they checked the host", "Had they checked", "counterfactual"),
        ("if only the flag were off", "if only", "counterfactual"),
        ("we should've known", "should've known", "counterfactual"),
        ("they were supposed to ring", "they were supposed to", "counterfactual"),
        # hindsight
        ("Obviously the disk was full.", "Obviously", "hindsight"),
        ("They failed to notice the lag", "They failed to notice", "hindsight"),
        ("The graph was clearly wrong", "was clearly", "hindsight"),
        ("In hindsight the sign was there", "In hindsight", "hindsight"),
        ("We simply restarted it", "simply", "hindsight"),
        ("Three people ignored the early warnings", "ignored the early warnings", "hindsight"),
        ("nobody noticed for an hour", "nobody noticed", "hindsight"),
        ("It took too long to escalate", "too long to escalate", "hindsight"),
        ("Why didn't they escalate?", "Why didn't they", "hindsight"),
        ("failure to communicate", "failure to communicate", "hindsight"),
        ("an avoidable outage", "avoidable", "hindsight"),
        # judgements of people
        ("A careless change", "careless", "judgement"),
        ("It was a lack of discipline", "lack of discipline", "judgement"),
        ("a bad decision at 14:02", "bad decision", "judgement"),
        ("who is to blame", "is to blame", "judgement"),
        ("which violated the procedure", "violated the procedure", "judgement"),
        # one cause
        ("The root cause was the vacuum", "root cause", "one cause"),
        ("the real reason", "the real reason", "one cause"),
    ],
)
def test_it_points_at(text: str, words: str, sort: str) -> None:
    (found,) = findings(text, PEOPLE)
    assert (found.words, found.sort, found.line) == (words, sort, 1)
    assert text[found.at : found.at + len(words)] == words
    assert len(found.why) > 20
    assert len(found.instead) > 20


@pytest.mark.parametrize(
    "text",
    [
        "The replica failed to start.",
        "The health check failed to respond in time",
        "Ana rolled back 9f2c at 14:07.",
        "ivo took command from Ana at 14:20",
        "Ana did the rollback",
        "Users did not notice the failover",
        "Why did users see 502?",
        "User errors rose to 5 %",
        "The user error rate rose to 5 %",
        "It could have been worse",
        "It might have been the deploy; it was not",
        "The alert should fire after two minutes",
        "We did not know the limit of the queue",
        "The audit tool was supposed to block it",
        "git blame shows 9f2c",
        "This review is blameless and blame-free",
        "We shall do a root cause analysis with the vendor",
        "Contributing factors: the queue had no limit",
        "The decision at 14:02 was to fail over",
        "Customers saw stale pages for an hour",
        "of the courses that were offered",
        "An engineer following a playbook runs a command; one input is wrong",
        "The button says “human error” and we quote it",
        "`should have` is a word we look for",
        "<!-- no human error here -->",
        "see https://example.org/human error-report",
        "analysis of the anaconda build",
        "The signal handler missed nothing",
        "simply put, two things came together",
        "State clearly when the next update comes",
    ],
)
def test_it_leaves_alone(text: str) -> None:
    assert findings(text, PEOPLE) == ()


def test_every_finding_has_its_line_and_they_stand_in_order() -> None:
    text = "All well.\n\nObviously it was human error.\nWe should have known."
    assert [(each.line, each.words) for each in findings(text)] == [
        (3, "Obviously"),
        (3, "human error"),
        (4, "should have"),
    ]


def test_what_stands_in_a_code_fence_is_not_judged() -> None:
    assert findings("```\nraise HumanError('human error')\n```\nall well") == ()


def test_without_names_nobody_is_one() -> None:
    assert findings("Ana broke it") == ()


def test_the_longest_words_are_pointed_out_once() -> None:
    assert sorts("The engineer should have known") == ["counterfactual"]
    assert sorts("Ana failed to notice the page") == ["person"]


def test_the_names_are_those_of_the_incident() -> None:
    desk = declared()
    desk.do(entries.Log(text="seen", who="mei"))
    assert {"ana", "mei", "dana", "sam", "bo"} <= set(people_of(desk.state))


@given(st.text(max_size=300), st.lists(st.text(max_size=12), max_size=4))
def test_it_never_fails_whatever_is_written(text: str, people: list[str]) -> None:
    lines = text.split("\n")
    for each in findings(text, people):
        assert lines[each.line - 1][each.at :].startswith(each.words[:1])


def test_a_long_text_is_read_in_time_that_grows_with_it() -> None:
    assert len(findings("the engineer did not " * 100_000)) <= 200
