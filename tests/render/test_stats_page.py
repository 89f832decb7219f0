"""The page with the numbers as a file: well formed, self-contained, and nothing in it but text."""

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

from stats_kit import HOSTILE, NOW, made, of, some
from warroom.core.review.metrics import Metrics
from warroom.render.stats_html import page

VOID = {"meta", "br", "hr", "img", "input", "link"}
TAGS = """html head meta title style body header h1 h2 h3 p nav ul li a main section figure svg desc line rect circle
text figcaption div table caption thead tbody tr th td footer"""
ATTRIBUTES = """lang charset http-equiv content name id class href aria-label aria-labelledby role tabindex scope
viewbox x y x1 x2 y1 y2 cx cy r width height text-anchor"""


class Parsed(HTMLParser):
    """The page as a parser of the standard library reads it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.words: list[str] = []
        self.wrong: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def html(rows: list[Metrics], note: str = "") -> str:
    return page(of(rows), rows, {row.id: f"INC-{row.id[:6]}" for row in rows}, NOW, note=note)


def hostile() -> list[Metrics]:
    odd = [made(90 + n, title=HOSTILE, services=(HOSTILE,), pages={HOSTILE: 1}, severity=HOSTILE) for n in range(6)]
    return [*some(12, title=HOSTILE), *odd]


def test_it_loads_nothing_and_runs_nothing() -> None:
    text = html(some())
    for word in (
        r"https?:",
        r"url\(",
        r"<script",
        r"\son\w+\s*=",
        r"javascript:",
        r"@import",
        r"\ssrc\w*\s*=",
        r"<link",
        r"data:",
    ):
        assert not re.search(word, text, re.I), word
    assert "default-src 'none'" in text


def test_every_tag_is_closed_and_none_is_there_that_could_do_anything() -> None:
    for rows in (some(), hostile(), [], [made(0)]):
        found = Parsed(html(rows, note=HOSTILE))
        assert (found.open, found.wrong) == ([], [])
        assert found.tags <= set(TAGS.split())
        assert found.attributes <= set(ATTRIBUTES.split())
        assert all(link.startswith("#") for link in found.links)


def test_hostile_words_are_there_as_text() -> None:
    words = "".join(Parsed(html(hostile())).words)
    assert "<script>alert(1)</script>" in words
    assert "\x1b" not in words
    assert "\u202e" not in words


def test_every_drawing_is_well_formed_and_says_what_it_shows() -> None:
    for rows in (some(), hostile()):
        drawings = re.findall(r"<svg.*?</svg>", html(rows), re.S)
        assert len(drawings) >= 8
        for drawing in drawings:
            root = ElementTree.fromstring(drawing)
            assert root.get("role") == "img"
            assert all((root.findtext(name) or "").strip() for name in ("title", "desc"))


def test_a_table_stands_beside_every_drawing() -> None:
    for section in re.findall(r"<section.*?</section>", html(some()), re.S):
        assert section.count("<svg") <= section.count("<table")


def test_what_is_missing_is_named() -> None:
    text = html([made(n, missing={"resolve": "“resolved” is known only about"}) for n in range(2)])
    assert "“resolved” is known only about" in text


def test_a_restricted_incident_keeps_its_title_to_itself() -> None:
    text = html([made(0, title="the merger leaks", restricted=True)])
    assert "merger" not in text
    assert "(restricted)" in text


def test_the_same_incidents_make_the_same_bytes() -> None:
    assert html(some()) == html(some())
