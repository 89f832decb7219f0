"""Updates in words: in the order of the trade, honest about what nobody has stated, whatever a template does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from facts import T0, declared
from warroom.config.audience import ways_of
from warroom.config.channels import Bell, Channels, Slack
from warroom.config.shipped import folder
from warroom.core.acts.updates import ApproveUpdate, DraftUpdate
from warroom.core.cadence import AUDIENCES
from warroom.core.text import clean
from warroom.core.updates import Facts
from warroom.core.values import DAY, HOUR, MINUTE
from warroom.core.wording import warnings
from warroom.render.update import AT_MOST, difference, fill, gaps, no_change, same, step, text

DATA = folder()
FULL = Facts(
    audience="public",
    number=3,
    severity="SEV1",
    phase="mitigating",
    seen="card payments fail",
    scope="cards in Europe; invoices and PayPal work",
    since=T0,
    around="pay by invoice",
    doing=("we take back the change of this morning", "we ask our provider"),
    answers=(("is data lost", "no"),),
    next=T0 + 20 * MINUTE,
    estimate=T0 + 60 * MINUTE,
)
OVER = replace(FULL, phase="resolved", ended=T0 + HOUR, next=None, estimate=None)
HOSTILE = "\x1b]52;c;aGk=\x07\u202egnp\u2066 {{ 7 * 7 }} {% raw %} \x9b2J\r\n.\r\n\u2028"


def said(facts, **more):
    made, problems = fill(facts, DATA, now=T0, **more)
    assert problems == ()
    return made


def own(home, name, source):
    (home / "templates").mkdir(exist_ok=True)
    (home / "templates" / f"update.{name}.txt").write_text(source)
    return str(home)


# ── the shipped words ──


def test_the_public_hears_in_the_order_of_the_trade():
    assert said(FULL).split("\n") == [
        "Card payments fail.",
        "Affected: cards in Europe; invoices and PayPal work.",
        "Since 22:13 UTC.",
        "A way around: pay by invoice.",
        "What we are doing now: we take back the change of this morning; we ask our provider.",
        "You asked: is data lost? no.",
        "Next update by 22:33 UTC.",
        "Estimate, not a promise: over by 23:13 UTC.",
    ]


@pytest.mark.parametrize("audience", AUDIENCES)
def test_every_audience_hears_what_users_see_what_is_done_and_when_the_next_one_comes(audience):
    made = said(replace(FULL, audience=audience))
    assert all(word in made for word in ("ard payments fail", "change of this morning", "Next update by 22:33 UTC."))


def test_executives_hear_the_state_the_actions_and_the_impact_first():
    first, second, third, *_ = said(replace(FULL, audience="executive")).split("\n")
    assert first.startswith("State: SEV1, mitigating, since")
    assert second.startswith("Actions: ")
    assert third.startswith("Impact: Card payments fail.")


@pytest.mark.parametrize("audience", AUDIENCES)
def test_an_estimate_is_there_only_when_given_and_called_one(audience):
    assert "Estimate, not a promise" in said(replace(FULL, audience=audience))
    assert "stimate" not in said(replace(FULL, audience=audience, estimate=None))


@pytest.mark.parametrize("phase", ["investigating", "identified", "mitigating", "monitoring"])
def test_without_a_task_the_phase_says_what_is_done(phase):
    lines = said(replace(FULL, phase=phase, doing=())).split("\n")
    assert len(lines) == len(said(FULL).split("\n"))
    assert warnings("\n".join(lines)) == ()


@pytest.mark.parametrize("audience", AUDIENCES)
def test_the_last_one_states_recovery_data_loss_and_lingering_effects(audience):
    made = said(replace(OVER, audience=audience, loss="none", lingering="some mails come late"))
    assert "since 23:13 UTC" in made
    assert "Data loss: none." in made
    assert "What may linger: some mails come late." in made


@pytest.mark.parametrize("audience", AUDIENCES)
def test_the_last_one_marks_the_place_where_nobody_has_stated_it(audience):
    made = said(replace(OVER, audience=audience))
    assert "[data loss: not stated]" in made
    assert "[lingering effects: not stated]" in made
    assert len(warnings(made, audience=audience)) == 2


def test_what_users_see_is_marked_where_nobody_has_said_it():
    assert said(replace(FULL, seen="")).startswith("[what users see: not stated]")
    assert "What users see is not stated" in gaps(replace(FULL, seen=""))[0]
    assert "Who is affected, and who is not" in gaps(replace(FULL, scope=""))[0]
    assert gaps(FULL) == ()
    assert len(gaps(OVER)) == 2


def test_times_have_their_zone_and_their_date_where_it_is_another_day():
    made = said(replace(FULL, since=T0 - DAY), zone=lambda t: (HOUR, "CET"))
    assert "Since 2023-11-13 23:13 CET." in made
    assert "Next update by 23:33 CET." in made


def test_no_news_says_so_and_when_the_next_one_comes():
    made, problems = same(replace(FULL, phase="investigating"), DATA, now=T0)
    assert made == "Still investigating, no news since the last update.\nNext update by 22:33 UTC."
    assert problems == ()
    assert warnings(made) == ()


# ── from an incident ──


def test_the_next_line_on_the_way_of_an_update_is_draft_approve_post():
    desk = declared()
    line, _ = step(desk.state, "public", desk.now, DATA)
    assert line == "/draft public " + text(desk.state, "public", desk.now, DATA)[0]
    desk.do(DraftUpdate(what="x"))
    assert step(desk.state, "public", desk.now, DATA) == ("/approve public", ())
    desk.do(ApproveUpdate())
    assert step(desk.state, "public", desk.now, DATA) == ("/post public", ())


def test_the_wait_and_the_estimate_that_are_asked_for_stand_in_the_text():
    desk = declared()
    made, _ = text(desk.state, "public", desk.now, DATA, wait=7 * MINUTE, estimate=HOUR)
    assert "Next update by 22:20 UTC." in made
    assert "over by 23:13 UTC" in made
    assert "Next update by 22:20 UTC." in no_change(desk.state, "public", desk.now, DATA, wait=7 * MINUTE)[0]


# ── templates ──


def test_ones_own_template_wins(tmp_path):
    home = own(tmp_path, "public", "{{ seen }} ({{ severity }})\n{{ next }}\n")
    assert fill(FULL, DATA, home, now=T0) == ("Card payments fail. (SEV1)\n22:33 UTC", ())


def test_what_a_template_itself_says_is_clean_too(tmp_path):
    assert fill(FULL, DATA, own(tmp_path, "public", "\x1b[31m{{ severity }}\x9b"))[0] == "␛[31mSEV1�"


@pytest.mark.parametrize(
    "source",
    [
        "{{ seen",
        "one\n{{ nothing }}",
        "{{ seen.__class__.__mro__ }}",
        "{{ ''.__class__.__base__.__subclasses__() }}",
        "{% include '/etc/passwd' %}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ doing.append('x') }}",
        "{{ 'x' * 100000000 }}",
        "",
        "{% for a in doing %}" + "y" * 5000 + "{% endfor %}",
    ],
)
def test_a_template_that_cannot_be_used_is_named_and_the_shipped_one_stands_in(tmp_path, source):
    home = own(tmp_path, "public", source)
    made, (problem,) = fill(FULL, DATA, home, now=T0)
    assert made == said(FULL)
    assert problem.startswith(f"{home}/templates/update.public.txt: ")
    assert problem.endswith("The shipped template is used instead.")


def test_a_mistake_is_named_with_its_line(tmp_path):
    home = own(tmp_path, "public", "first\nsecond\n{{ seen ")
    assert "update.public.txt: line 3: " in fill(FULL, DATA, home)[1][0]


@pytest.mark.parametrize("facts", [FULL, OVER, replace(FULL, audience="internal", seen="", scope="", since=None)])
def test_without_any_template_a_plain_text_still_says_it(facts, tmp_path):
    made, problems = fill(facts, str(tmp_path), now=T0)
    assert "A plain text is used instead" in problems[0]
    assert "ard payments fail" in made or "not stated" in made
    assert same(facts, str(tmp_path))[0].startswith("Still ")


@given(st.text(max_size=2000), st.sampled_from(AUDIENCES), st.booleans())
def test_whatever_people_wrote_an_update_is_clean_and_not_too_long(text, audience, over):
    facts = replace(
        OVER if over else FULL, audience=audience, seen=HOSTILE + text, scope=text, around=text, doing=(text, HOSTILE),
        answers=((text, HOSTILE),), loss=text, lingering=HOSTILE,
    )  # fmt: skip
    made, problems = fill(facts, DATA)
    assert problems == ()
    assert 0 < len(made) <= AT_MOST
    assert made == clean(made, lines=True)
    assert "{{ 7 * 7 }} {% raw %}" in made


# ── differences ──


def test_a_difference_names_what_went_and_what_came_line_by_line():
    assert difference("a\nb\nc", "a\nB\nc\nd") == [(" ", "a"), ("-", "b"), ("+", "B"), (" ", "c"), ("+", "d")]
    assert difference("", "a") == [("+", "a")]
    assert difference("a", "a") == [(" ", "a")]


@given(st.text("ab\n", max_size=60), st.text("ab\n", max_size=60))
def test_a_difference_holds_both_texts(old, new):
    found = difference(old, new)
    assert "\n".join(line for sign, line in found if sign != "+") == old
    assert "\n".join(line for sign, line in found if sign != "-") == new


# ── where it goes ──


def test_the_ways_to_an_audience_are_those_that_exist_each_once():
    channels = Channels(
        {"slack": Slack(kind="slack", token_env="T", shared=True), "bell": Bell(kind="bell")},
        audiences={"public": ("slack:C1", "slack:C1", "gone:x", "bell"), "internal": ("slack:C2", "bell")},
    )
    assert ways_of(channels, "public") == ("slack:C1", "bell")
    assert ways_of(channels, "executive") == ()
    assert ways_of(channels, "public", restricted=True) == ()
    assert ways_of(channels, "internal", restricted=True) == ("bell",)
