"""An incident as one file for a browser: valid, silent, readable by everybody, and what people wrote is only text."""

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from facts import MINUTE, T0, Choices, declared, history, sealed, state_of
from warroom.core import events as ev
from warroom.core.acts import entries, lifecycle, people, talk
from warroom.core.acts.items import RaiseItem
from warroom.core.values import DAY, HOUR, By
from warroom.render.incident_html import page

NOW = T0 + HOUR
VOID = {"meta", "br", "hr", "img", "input", "link", "wbr"}
ALLOWED = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "header",
        "nav",
        "a",
        "main",
        "footer",
        "section",
        "h1",
        "h2",
        "p",
    ),
    *("dl", "dt", "dd", "ul", "li", "table", "thead", "tbody", "caption", "tr", "th", "td", "time", "small"),
}
ATTRIBUTES = {"lang", "charset", "name", "content", "http-equiv", "class", "id", "scope", "datetime"}
ATTRIBUTES |= {"aria-labelledby", "aria-label", "href"}
HOSTILE = (
    "<script>alert(1)</script>",
    "</title><img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)>",
    "' onmouseover='alert(1)",
    "</style><style>*{background:url(http://evil.example)}",
    "<!--", "]]>", "&lt;b&gt;", "javascript:alert(1)", "\x1b[31m\u202e\x00 \u2028 <b>",
)  # fmt: skip


class Page(HTMLParser):
    """What a browser would build, and whether every tag was closed in its turn."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.tags, self.open, self.texts, self.style = [], [], [], ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), (tag, names)
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open, tag
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1:] == ["style"]:
            self.style += data
        elif self.open and data.strip():
            self.texts.append((self.open[-1], data))

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]

    @property
    def text(self):
        return "\n".join(data for _, data in self.texts)


def a_night():
    desk = declared()
    desk.do(people.AssignRole(role="commander", who="ana"))
    desk.do(lifecycle.StateImpact(what="38 % of card checkouts fail", since=T0 - 5 * MINUTE))
    entry = desk.do(entries.Log(text="locks\neverywhere", who="ivo"), after=MINUTE)[0]
    desk.do(entries.AttachEvidence(name="", link="https://status.example/42", of=entry.id))
    desk.do(talk.PostUpdate(what="Cards fail.\nWe are on it."), after=MINUTE)
    desk.do(lifecycle.ChangePhase(phase="resolved", why="rolled back"), after=20 * MINUTE)
    desk.do(RaiseItem(what="alert on lag", owner="ivo", due=T0 + 14 * DAY))
    return desk


def html(desk, told=()):
    return page(desk.state, "INC-K3F9", NOW, told)


def shown(desk, told=()):
    return Page(html(desk, told))


def hostile(words=HOSTILE):
    """An incident in which everything that people choose is hostile."""
    all_of_it = " ".join(words)
    facts = [ev.Declared(all_of_it, all_of_it, (all_of_it,), source=all_of_it)]
    facts += [ev.Logged(text_=word, kind_=word, who=word) for word in words]
    facts += [ev.ImpactStated(all_of_it), ev.UpdatePosted(all_of_it, all_of_it), ev.MilestoneMarked("detected")]
    facts += [ev.RolesAttached((ev.RoleCard(all_of_it, all_of_it),)), ev.RoleAssigned(all_of_it, all_of_it)]
    facts += [ev.ItemRaised(all_of_it, all_of_it, T0, all_of_it), ev.EvidenceAttached("", 0, all_of_it, link=all_of_it)]
    sealed_ = [replace(sealed(body, seq=n, lam=n), by=By(all_of_it)) for n, body in enumerate(facts, 1)]
    return state_of(sealed_)


# ── a file that is whole, and does nothing ──


def test_it_begins_as_a_page_in_a_language_with_a_title():
    found = html(a_night())
    assert found.startswith('<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">')
    assert "<title>INC-K3F9 checkout returns 500s</title>" in found


def assert_silent(found):
    page_ = Page(found)
    assert {tag for tag, _ in page_.tags} <= ALLOWED
    for tag, attrs in page_.tags:
        assert set(attrs) <= ATTRIBUTES, (tag, attrs)
    assert "url(" not in page_.style
    assert "@import" not in page_.style
    assert "http" not in page_.style
    policy = next(meta["content"] for meta in page_.all("meta") if meta.get("http-equiv") == "Content-Security-Policy")
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"
    ids = [attrs["id"] for _, attrs in page_.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {link["href"] for link in page_.all("a")} <= {f"#{id}" for id in ids}
    assert {attrs["aria-labelledby"] for _, attrs in page_.tags if "aria-labelledby" in attrs} <= set(ids)
    return page_


def test_it_runs_nothing_and_fetches_nothing():
    assert_silent(html(a_night(), ["1 entry is left out: 1 note."]))


def test_hostile_texts_are_shown_as_text():
    state = hostile()
    found = page(state, "INC-<b>", NOW, HOSTILE)
    page_ = assert_silent(found)
    for word in HOSTILE[:-1]:
        assert word in page_.text, word
    assert "\x1b" not in found
    assert "\u202e" not in found
    assert "\x00" not in found


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.text(alphabet="<>&\"'=/ \n\x1b!-]aé火scriptonurl();:", min_size=1, max_size=40), min_size=1, max_size=5)
)
def test_any_text_is_only_text(words):
    assert_silent(page(hostile(tuple(words)), words[0], NOW, words))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=80))
def test_every_history_makes_a_valid_page(data):
    assert_silent(page(state_of(history(Choices(data))), "INC-K3F9", NOW))


# ── for everybody ──


def test_it_has_landmarks_and_one_heading_for_each_part():
    found = shown(a_night(), ["left"])
    assert [len(found.all(tag)) for tag in ("header", "nav", "main", "footer", "h1")] == [1] * 5
    headings = [data for tag, data in found.texts if tag in ("h1", "h2")]
    assert headings == [
        *("checkout returns 500s", "Left out of this copy", "Milestones", "Updates", "Action items", "Timeline"),
    ]
    levels = [int(tag[1]) for tag, _ in found.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))


def test_every_section_has_a_name_and_every_table_column_a_head():
    found = shown(a_night())
    assert all("aria-labelledby" in attrs or "aria-label" in attrs for attrs in found.all("section"))
    assert {attrs["scope"] for attrs in found.all("th")} == {"col"}
    assert len(found.all("thead")) == len(found.all("caption")) == len(found.all("table")) == 4


def test_a_part_with_nothing_in_it_is_not_there():
    found = shown(declared())
    assert [data for tag, data in found.texts if tag == "h2"] == ["Timeline"]


def colours(style, scheme):
    """The colours in force, by name."""
    light = dict(re.findall(r"--(\w+): (#[0-9a-f]{3,6})", style[: style.index("@media")]))
    dark = dict(re.findall(r"--(\w+): (#[0-9a-f]{3,6})", re.search(r"dark\) \{(.*?)\}\n\}", style, re.DOTALL)[1]))
    return light if scheme == "light" else light | dark


def luminance(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("ink", ["ink", "muted", "loud"])
def test_every_text_stands_out_from_the_paper(scheme, ink):
    found = colours(shown(a_night()).style, scheme)
    darker, lighter = sorted((luminance(found[ink]), luminance(found["paper"])))
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def test_every_colour_of_the_page_is_one_of_these():
    style = shown(a_night()).style
    rest = re.sub(r"--\w+: #[0-9a-f]{3,6};", "", style)
    assert "#" not in rest
    assert set(re.findall(r"(?:color|background): ([^;}]+)", rest)) == {
        *("var(--ink)", "var(--muted)", "var(--paper)", "var(--loud)"),
    }


def test_on_paper_it_is_dark_on_white_whatever_the_screen_shows():
    assert "@media screen and (prefers-color-scheme: dark)" in shown(a_night()).style


# ── what it says ──


def test_the_head_says_what_it_is_and_who_had_which_role():
    found = shown(a_night())
    assert "INC-K3F9 · SEV2 · resolved · lasted 22m00s" in found.text
    terms = [data for tag, data in found.texts if tag in ("dt", "dd")]
    assert terms == [
        *("Declared", "2023-11-14 22:13 UTC", "Impact", "38 % of card checkouts fail", "Services", "web"),
        *("Commander", "ana"),
    ]


def test_times_are_for_people_and_for_machines():
    found = html(a_night())
    assert '<time datetime="2023-11-14T22:14:20Z">22:14:20</time>' in found


def test_line_breaks_and_evidence_stay_with_their_entry():
    found = html(a_night())
    assert '<td class="what">locks\neverywhere <small>(https://status.example/42)</small></td>' in found
    assert "white-space: pre-wrap" in found


def test_what_was_taken_back_or_corrected_is_out():
    desk = a_night()
    first = desk.do(entries.Log(text="a guess"))[0]
    second = desk.do(entries.Log(text="a slip"))[0]
    desk.do(entries.Amend(of=first.id, text="a finding"))
    desk.do(entries.Undo(of=second.id))
    found = shown(desk).text
    assert "a finding" in found
    assert "a guess" not in found
    assert "a slip" not in found


def test_an_update_that_was_taken_out_is_not_told():
    desk = a_night()
    update = desk.state.updates[0]
    desk.do(entries.Redact(of=update.id, why="a name"))
    assert "Cards fail" not in html(desk)


def test_a_drill_says_so():
    desk = a_night()
    declaration = replace(desk.state.declaration, body=replace(desk.state.declared, drill=True))
    state = state_of([declaration, *list(desk.state.facts)[1:]])
    assert "This was a drill." in page(state, "INC-K3F9", NOW)
    assert "This was a drill." not in html(desk)
