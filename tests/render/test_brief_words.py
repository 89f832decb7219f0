"""The brief in words: within its limits, harmless, with what matters most in every form, whatever a template does."""

import os
from itertools import chain
from pathlib import Path
from string import printable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from facts import T0, Choices, history
from warroom.config.shipped import folder
from warroom.core.brief import Brief, Called, Impact, Proof, Running, Said, brief
from warroom.core.order import Replay
from warroom.core.text import clean
from warroom.core.values import MINUTE
from warroom.render.brief import LIMITS, Texts, data, flat, text, texts

DATA = folder()
LONG = "word " * 400
SAID = (Said(T0, "ana", "first"), Said(T0 + MINUTE, "ivo", "second", "decision"))
FULL = Brief(
    handle="INC-K3F9",
    now=T0 + 10 * MINUTE,
    title="Checkout returns 500s",
    severity="SEV1",
    phase="mitigating",
    declared_at=T0,
    elapsed=10 * MINUTE,
    services=("payments", "orders"),
    impact=Impact("38 % of card checkouts fail", "cards", T0, users=1200),
    happened=SAID,
    done=SAID,
    running=(Running("lee", "ask the vendor", T0 + 14 * MINUTE),),
    hypotheses=SAID[:1],
    ruled_out=SAID[1:],
    needed="decide about the failover",
    place="L2",
    evidence=(Proof(T0, "locks.txt", 2048, "abababab"), Proof(T0, link="https://g.example/d/1")),
    bridge="https://meet.example/k3f9",
    commander="dana",
    called=(Called("mei", "L1", "no answer", T0),),
    answer="warroom ack -i INC-K3F9",
)
KEYS = ("SEV1", "Checkout returns 500s", "38 % of card checkouts fail", "decide about the failover")
HOSTILE = "\x1b]52;c;aGk=\x07\u202egnp\u2066 {{ 7 * 7 }} {% raw %} <!channel> \x9b2J\r\n.\r\n\u2028"


def forms(made: Texts) -> dict[str, str]:
    return {form: getattr(made, form) for form in LIMITS}


def write(home: Path, form: str, source: str) -> str:
    (home / "templates").mkdir(exist_ok=True)
    (home / "templates" / f"brief.{form}.txt").write_text(source)
    return str(home)


# ── what each form says ──


@pytest.mark.parametrize("form", LIMITS)
def test_every_form_says_what_how_grave_what_users_see_and_what_is_needed(form: str):
    said, problems = text(FULL, form, DATA)
    assert problems == ()
    assert all(key[:14] in said for key in KEYS)
    assert form == "line" or all(key in said for key in KEYS)


def test_a_line_has_a_short_bridge_and_leaves_a_long_one_out():
    said, _ = text(FULL, "line", DATA)
    assert said.startswith("SEV1 INC-K3F9 L2: Checkout returns 500s | 38 % of card")
    assert said.endswith(" | https://meet.example/k3f9")
    longer, _ = text(replace(FULL, bridge=FULL.bridge * 2), "line", DATA)
    assert "https://" not in longer
    assert longer.endswith("| needed: decide about the failover")


@pytest.mark.parametrize("form", ["sms", "chat", "mail"])
def test_where_there_is_room_stand_the_bridge_the_commander_and_how_to_answer(form: str):
    said, _ = text(FULL, form, DATA)
    assert all(word in said for word in ("https://meet.example/k3f9", "dana", "warroom ack -i INC-K3F9", "L2"))


@pytest.mark.parametrize("form", ["chat", "mail"])
def test_the_longer_forms_say_everything(form: str):
    said, _ = text(FULL, form, DATA)
    words = ("first", "second", "ask the vendor", "4m00s left", "locks.txt (2 KiB, abababab)", "https://g.example/d/1")
    assert all(word in said for word in (*words, "mei: no answer", "1 200 users", "since 22:13 UTC", "10m00s"))


def test_the_mail_reads_from_top_to_bottom():
    said, _ = text(FULL, "mail", DATA)
    assert said.split("\n")[:9] == [
        "SEV1  Checkout returns 500s",
        "INC-K3F9, mitigating, declared 10m00s ago at 22:13 UTC",
        "Affected: payments, orders",
        "",
        "IMPACT           38 % of card checkouts fail (cards; 1 200 users), since 22:13 UTC",
        "NEEDED FROM YOU  decide about the failover",
        "BRIDGE           https://meet.example/k3f9",
        "IN COMMAND       dana",
        "CALLED AS        L2",
    ]
    assert "\n\n\n" not in said
    assert all(line == line.rstrip() for line in said.split("\n"))


@pytest.mark.parametrize("form", LIMITS)
def test_a_drill_says_so_first(form: str):
    said, _ = text(replace(FULL, drill=True), form, DATA)
    assert "DRILL" in said.split("\n")[0]


def test_a_text_message_keeps_to_the_telephones_own_letters():
    said, _ = text(replace(FULL, title="“Checkout” … – fails", impact=Impact(LONG)), "sms", DATA)
    assert '"Checkout" ... - fails' in said
    assert said.isascii()


@pytest.mark.parametrize("form", LIMITS)
def test_of_a_restricted_incident_a_shared_channel_says_only_whom_to_ask(form: str):
    told = Brief(handle="INC-K3F9", now=T0, hidden=True, ask="dana", needed="ask dana", answer=FULL.answer)
    said, problems = text(told, form, DATA)
    assert problems == ()
    assert "INC-K3F9" in said
    assert "ask dana" in said
    assert "mpact" not in said
    assert "nobody" not in said


# ── limits ──


@pytest.mark.parametrize("form", LIMITS)
def test_what_matters_most_survives_when_all_is_too_long(form: str):
    many = tuple(Said(T0, "ana", LONG) for _ in range(8))
    told = replace(
        FULL,
        title="Title " + LONG,
        impact=Impact("Impact " + LONG),
        needed="Decide " + LONG,
        happened=many,
        done=many,
        hypotheses=many,
        ruled_out=many,
        services=("x" * 300,) * 9,
    )
    said, problems = text(told, form, DATA)
    assert problems == ()
    assert len(said) <= LIMITS[form]
    assert all(word in said for word in ("SEV1", "Title", "Impact", "Decide"))
    if form != "line":
        assert FULL.bridge in said
        assert FULL.answer in said
    if form == "mail":
        assert len(said) > LIMITS["chat"]


def test_lists_are_cut_before_the_words_that_matter():
    need = "Decide whether we fail over to the other region before the queue is full and orders are lost"
    many = tuple(Said(T0, "ana", LONG) for _ in range(8))
    said, _ = text(replace(FULL, needed=need, happened=many, done=many), "chat", DATA)
    assert need in said


def test_a_link_is_whole_or_not_there():
    link = "https://g.example/" + "x" * 5000
    said, _ = text(replace(FULL, evidence=(Proof(T0, link=link),)), "mail", DATA)
    assert "g.example" not in said


@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=300), st.text(max_size=300), st.text(max_size=40))
def test_any_words_stay_within_the_limits_and_command_nothing(title, what, needed, bridge, name):
    said = (Said(T0, name, what),) * 8
    told = Brief(
        handle="INC-K3F9", now=T0, title=title, severity=name, place=name, impact=Impact(what, what), needed=needed,
        bridge=bridge, commander=name, happened=said, done=said, hypotheses=said, ruled_out=said, answer="warroom ack",
        running=(Running(name, what, T0),), called=(Called(name, name, name, T0),), services=(what, name),
        evidence=(Proof(T0, what, 1, "ab"), Proof(T0, link=what)),
    )  # fmt: skip
    harmless(texts(told, DATA))


@given(st.binary(max_size=60), st.booleans())
def test_any_history_stays_within_the_limits_and_commands_nothing(made: bytes, shared: bool):
    state = Replay().receive(history(Choices(made)))
    harmless(texts(brief(state, T0 + 60 * MINUTE, place="L1", shared=shared), DATA))


def harmless(made: Texts) -> None:
    assert made.problems == ()
    for form, said in forms(made).items():
        assert 0 < len(said) <= LIMITS[form]
        assert clean(said, lines=form != "line") == said
        assert "\n\n\n" not in said


def test_what_people_wrote_is_data_and_never_a_template():
    told = Brief(
        handle="INC-K3F9", now=T0, title=HOSTILE, needed=HOSTILE, answer="x", happened=(Said(T0, "a", HOSTILE),)
    )
    made = texts(told, DATA)
    harmless(made)
    assert all("49" not in said for said in forms(made).values())
    assert "{{ 7 * 7 }} {% raw %} <!channel>" in made.mail


# ── one's own templates ──


def test_ones_own_template_wins(tmp_path: Path):
    own = write(tmp_path, "sms", "{{ severity }}! {{ title | upper }} {% for x in done %}{{ loop.index }}{% endfor %}")
    assert text(FULL, "sms", DATA, own) == ("SEV1! CHECKOUT RETURNS 500S 12", ())
    assert text(FULL, "chat", DATA, own) == text(FULL, "chat", DATA)


BROKEN = {
    "syntax": "{{ title ",
    "a name that is not there": "{{ title }} {{ titel }}",
    "an include": "{% include '/etc/passwd' %}",
    "an import": "{% import 'brief.mail.txt' as x %}",
    "a way out": "{{ title.__class__.__mro__ }}",
    "a method": "{{ title.upper() }}",
    "arithmetic": "{{ 'x' * 1000000000 }}",
    "a far range": "{% for x in range(100000) %}{% for y in range(100000) %}x{% endfor %}{% endfor %}",
    "formatting": "{{ '%999999999d' | format(1) }}",
    "no end": "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "nothing": "  \n ",
    "too much": "{{ handle }}" + "x" * 5000,
    "a file that is too large": "{{ title }}" + "\n" * 100_000,
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_template_gives_way_to_the_shipped_one_and_is_named(tmp_path: Path, what: str):
    own = write(tmp_path, "sms", BROKEN[what])
    said, (problem,) = text(FULL, "sms", DATA, own)
    assert said == text(FULL, "sms", DATA)[0]
    assert problem.startswith(f"{own}/templates/brief.sms.txt: ")
    assert problem.endswith("The shipped template is used instead.")
    assert "Traceback" not in problem


def test_a_template_that_is_no_text_or_no_file_is_named_too(tmp_path: Path):
    own = write(tmp_path, "sms", "")
    (tmp_path / "templates" / "brief.sms.txt").write_bytes(b"\xff\xfe\x00")
    assert "it is not UTF-8" in text(FULL, "sms", DATA, own)[1][0]
    os.mkfifo(tmp_path / "templates" / "brief.chat.txt")
    assert "it is no file" in text(FULL, "chat", DATA, own)[1][0]
    (tmp_path / "templates" / "brief.mail.txt").mkdir()
    assert "it is no file" in text(FULL, "mail", DATA, own)[1][0]


def test_what_a_template_brings_of_its_own_is_cleaned_too(tmp_path: Path):
    own = write(tmp_path, "chat", "\x1b[31m{{ title }}\u202e")
    assert text(FULL, "chat", DATA, own)[0] == clean("\x1b[31mCheckout returns 500s\u202e")


@pytest.mark.parametrize("form", LIMITS)
def test_without_any_template_what_matters_is_still_said(tmp_path: Path, form: str):
    said, (problem,) = text(FULL, form, str(tmp_path))
    assert len(said) <= LIMITS[form]
    assert all(key in said for key in KEYS)
    assert "A plain text is used instead." in problem


def test_a_template_that_is_too_long_is_given_shorter_words_first(tmp_path: Path):
    own = write(tmp_path, "sms", "{{ title }} {{ needed }} {{ impact }}")
    told = replace(FULL, title=LONG, needed=LONG, impact=Impact(LONG))
    said, problems = text(told, "sms", DATA, own)
    assert problems == ()
    assert LIMITS["sms"] // 2 < len(said) <= LIMITS["sms"]


# ── cutting, data ──


@pytest.mark.parametrize(
    ("most", "said"),
    [(100, "the vacuum holds a lock"), (20, "the vacuum holds a…"), (17, "the vacuum holds…"), (6, "the v…"), (1, "…")],
)
def test_words_are_cut_between_words_where_that_costs_little(most: int, said: str):
    assert flat(" the vacuum \n holds a lock ", most) == said


def test_words_that_are_cut_are_clean():
    assert flat("a\x1b[31m b\u202e", 40) == "a␛[31m b\ufffd"


@given(st.text(max_size=80), st.integers(0, 90))
def test_a_cut_text_is_never_longer_than_asked(words: str, most: int):
    assert len(flat(words, most)) <= most


def test_the_data_leave_nothing_out_and_say_null_for_what_is_not_known():
    told = data(FULL)
    assert told["impact"]["users"] == 1200
    assert told["running"][0]["due_at"] == "2023-11-14T22:27:20.000Z"
    assert told["hypotheses"]["ruled_out"][0]["what"] == "second"
    empty = data(Brief(handle="INC-K3F9", now=T0, hidden=True))
    assert empty["title"] is empty["impact"] is empty["elapsed_s"] is empty["declared_at"] is None
    assert set(chain(told, empty)) == set(told)


def test_the_shipped_templates_are_plain_ascii():
    for form in LIMITS:
        source = (Path(DATA) / "templates" / f"brief.{form}.txt").read_text()
        assert set(source) <= set(printable)
