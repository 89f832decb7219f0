"""The page of an incident in a real Chromium: nobody is shut out, nothing is loaded, nothing runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chromium import Chromium, faults, found
from test_incident_html import HOSTILE, NOW, a_night, hostile
from warroom.render.incident_html import page


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    it = Chromium(found(), tmp_path_factory.mktemp("profile"))
    yield it
    it.close()


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "incident.html"
    path.write_text(page(a_night().state, "INC-K3F9", NOW, ["1 entry is left out: 1 note."]), encoding="utf-8")
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("wide", [1000, 360])
def test_nobody_is_shut_out(browser: Chromium, written: Path, scheme: str, wide: int) -> None:
    browser.scheme(scheme)
    browser.open(written, wide)
    assert faults(browser) == []
    assert browser.requests() == [written.resolve().as_uri()]
    assert browser.complaints() == []


def test_hostile_words_are_text(browser: Chromium, tmp_path: Path) -> None:
    path = tmp_path / "hostile.html"
    path.write_text(page(hostile(), "INC-K3F9", NOW, HOSTILE), encoding="utf-8")
    browser.open(path)
    assert browser.value("document.querySelectorAll('script, img, svg, iframe, object, form').length") == 0
    handlers = "[...document.querySelectorAll('*')].flatMap(e => [...e.attributes])"
    assert browser.value(f"{handlers}.filter(a => a.name.startsWith('on')).length") == 0
    assert browser.value("document.querySelector('main').textContent.includes('<script>alert(1)')")
    assert browser.requests() == [path.resolve().as_uri()]
    assert faults(browser) == []
