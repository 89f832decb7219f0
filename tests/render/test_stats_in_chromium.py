"""The page with the numbers in a real Chromium: nobody is shut out, nothing is loaded, nothing runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chromium import Chromium, faults, found
from stats_kit import HOSTILE, NOW, made, of, some
from warroom.core.review.metrics import Metrics
from warroom.render.stats_html import page


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    it = Chromium(found(), tmp_path_factory.mktemp("profile"))
    yield it
    it.close()


def written(folder: Path, incidents: list[Metrics]) -> Path:
    path = folder / "stats.html"
    path.write_text(page(of(incidents), incidents, {}, NOW), encoding="utf-8")
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("wide", [1000, 360])
def test_nobody_is_shut_out(browser: Chromium, tmp_path: Path, scheme: str, wide: int) -> None:
    browser.scheme(scheme)
    browser.open(written(tmp_path, some()), wide)
    assert faults(browser) == []


def test_the_two_schemes_look_different(browser: Chromium, tmp_path: Path) -> None:
    browser.open(written(tmp_path, some()))
    grounds = []
    for scheme in ("light", "dark"):
        browser.scheme(scheme)
        grounds.append(browser.value("getComputedStyle(document.body).backgroundColor"))
    assert grounds == ["rgb(255, 255, 255)", "rgb(13, 17, 23)"]


def test_it_asks_for_itself_and_for_nothing_else(browser: Chromium, tmp_path: Path) -> None:
    path = written(tmp_path, some())
    browser.open(path)
    assert browser.requests() == [path.resolve().as_uri()]
    assert browser.complaints() == []


def test_hostile_words_are_text(browser: Chromium, tmp_path: Path) -> None:
    rows = some(12, title=HOSTILE)
    rows += [made(90 + n, title=HOSTILE, services=(HOSTILE,), pages={HOSTILE: 1}, phase=HOSTILE) for n in range(6)]
    path = written(tmp_path, rows)
    browser.open(path)
    assert (
        browser.value("document.querySelectorAll('script, img, iframe, object, embed, link, form, base').length") == 0
    )
    handlers = (
        "[...document.querySelectorAll('*')].flatMap(e => [...e.attributes]).filter(a => a.name.startsWith('on'))"
    )
    assert browser.value(f"{handlers}.length") == 0
    assert browser.value("document.querySelector('#incidents').parentElement.textContent.includes('<script>alert(1)')")
    assert browser.requests() == [path.resolve().as_uri()]
    assert faults(browser) == []


def test_a_screen_reader_hears_what_a_drawing_shows(browser: Chromium, tmp_path: Path) -> None:
    browser.open(written(tmp_path, some()))
    drawings = [node for node in browser.heard() if node["role"] in ("image", "img")]
    assert len(drawings) >= 8
    assert any("median" in node["name"] and "values" in node["name"] for node in drawings)


def test_with_nothing_to_count_the_page_says_so(browser: Chromium, tmp_path: Path) -> None:
    browser.open(written(tmp_path, [made(1, drill=True)]))
    assert faults(browser) == []
    assert "No incident is among those" in browser.value("document.body.textContent")


def test_the_checker_finds_what_is_wrong(browser: Chromium, tmp_path: Path) -> None:
    path = tmp_path / "bad.html"
    path.write_text(
        "<!doctype html><title></title><h3>x</h3><svg width=9 height=9><rect fill='#eee' width=9 height=9 /></svg>"
        "<a href='#no'></a><table><tr><td>1</td></tr></table><p id=a style='color:#aaa'>pale</p><p id=a>twice</p>"
        "<table><caption></caption><thead><tr><th></th></tr></thead><tbody><tr><td>a</td><td>b</td></tr></tbody></table>",
        encoding="utf-8",
    )
    browser.open(path)
    browser.scheme("light")
    heard = " / ".join(faults(browser))
    for word in (
        "landmarks",
        "without a name",
        "level",
        "no language",
        "twice",
        "leads nowhere",
        "drawing",
        "contrast",
    ):
        assert word in heard, word
