"""The stakeholder page in a real Chromium: read, followed, asked on, and read again when the server comes back."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from chromium import Chromium, axe, faults, found
from page_kit import Shown
from server_kit import InProcess, InThread, until
from warroom.core.acts.lifecycle import ChangePhase, Rename, StateImpact
from warroom.core.acts.page import Moderate
from warroom.core.acts.talk import Answer, PostUpdate
from warroom.core.page import page
from warroom.core.values import DAY, HOUR, MINUTE
from warroom.render.page import _span, copy
from warroom.server.tokens import wall

LANDMARKS = ("main", "banner", "contentinfo")
HOSTILE = '</title></textarea><script>hit=1</script><img src="x" onerror="hit=2"><svg onload=hit=3> \u202e{{7*7}}'
LIVING = "document.getElementById('living').textContent"
SILENT = "document.getElementById('silent')"
WIDE = [320, 1440]


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    it = Chromium(found(), tmp_path_factory.mktemp("profile"))
    yield it
    it.close()


@pytest.fixture
def browser(chromium: Chromium) -> Iterator[Chromium]:
    chromium.scripts(run=True)
    chromium.scheme("light")
    yield chromium
    chromium.open("about:blank")


@pytest.fixture
def shown(server: InThread) -> Shown:
    """A page with all that one can have."""
    it = Shown(server)
    it.do(StateImpact(what="card payments fail", scope="cards in Europe"))
    it.do(PostUpdate(what="We look into it.\nPay by invoice meanwhile.", audience="public"))
    it.do(ChangePhase(phase="identified"))
    it.do(PostUpdate(what="It is the database.", audience="public"))
    for number, what in enumerate(("Is data lost?", "When is it over?"), 1):
        it.ask(what)
        it.learn()
        it.do(Moderate(question=str(number), shown=True))
    it.do(Answer(question="1", what="No, nothing."))
    return it


def opened(browser: Chromium, shown: Shown, wide: int = 1000) -> None:
    browser.open(shown.server.url + shown.path, wide)


def connected(browser: Chromium, shown: Shown) -> None:
    """The page is open, and its stream too."""
    opened(browser, shown)
    if isinstance(shown.server, InThread):
        house = shown.server.made.house
        until(lambda: house.pages.links())


# ── read ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("wide", WIDE)
def test_nobody_is_shut_out(browser: Chromium, shown: Shown, scheme: str, wide: int) -> None:
    browser.scheme(scheme)
    opened(browser, shown, wide)
    assert faults(browser, LANDMARKS) == []
    assert axe(browser) == []
    assert browser.value("document.documentElement.scrollWidth") <= wide


def test_a_page_whose_form_was_not_taken_shuts_nobody_out(browser: Chromium, shown: Shown) -> None:
    opened(browser, shown, 320)
    browser.value("document.getElementById('who').value = 'Support'")
    browser.value("document.getElementById('what').value = 'x'.repeat(501)")
    browser.doing("Runtime.evaluate", expression="document.querySelector('button').click()")
    assert "501 characters" in browser.value("document.querySelector('[role=alert]').textContent")
    assert browser.value("document.getElementById('what').value") == "x" * 501
    assert browser.value("document.getElementById('who').value") == "Support"
    assert browser.value("document.activeElement.id") == "what"
    assert browser.value("document.querySelector('[role=alert]').getBoundingClientRect().top < innerHeight"), "in sight"
    assert faults(browser, LANDMARKS) == []
    assert axe(browser) == []


def test_light_and_dark_look_different(browser: Chromium, shown: Shown) -> None:
    grounds = set()
    for scheme in ("light", "dark"):
        browser.scheme(scheme)
        opened(browser, shown)
        grounds.add(browser.value("getComputedStyle(document.body).backgroundColor"))
    assert len(grounds) == 2


def test_it_asks_nobody_else_and_its_policy_is_not_violated(browser: Chromium, shown: Shown) -> None:
    connected(browser, shown)
    shown.do(PostUpdate(what="Half of it works again.", audience="public"))
    browser.until(f"{LIVING}.includes('Half of it works again.')")
    assert {urlsplit(url).netloc for url in browser.requests()} == {urlsplit(shown.server.url).netloc}
    assert browser.complaints() == []
    # The same page with something smuggled in: the policy is there, and says so.
    browser.value("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=hit=1><b onclick=hit=1>b</b>')")
    browser.value("document.querySelector('b[onclick]').click()")
    until(lambda: browser.value("1") and len(browser.complaints()) >= 2)
    assert browser.value("typeof hit") == "undefined"


def test_hostile_words_are_text(browser: Chromium, shown: Shown) -> None:
    shown.ask(HOSTILE)
    shown.learn()
    shown.do(Moderate(question="3", shown=True))
    shown.do(Answer(question="3", what=HOSTILE))
    connected(browser, shown)
    shown.do(Rename(title=HOSTILE))
    browser.until("document.querySelector('h1').textContent.includes('<script>hit=1</script>')")
    assert "<img src=" in browser.value("document.title")
    opened(browser, shown)
    assert "<script>hit=1</script>" in browser.value("document.querySelector('h1').textContent")
    assert browser.value("document.querySelectorAll('script').length") == 1
    assert browser.value("document.querySelectorAll('img, svg, iframe, object').length") == 0
    assert browser.value("document.querySelector('.asked').textContent.split('<script>').length") == 3
    assert browser.value("typeof hit") == "undefined"
    assert browser.complaints() == []
    assert faults(browser, LANDMARKS) == []
    assert axe(browser) == []


def test_the_keyboard_goes_through_the_form_and_shows_where_it_is(browser: Chromium, shown: Shown) -> None:
    opened(browser, shown)
    been = []
    for _ in range(3):
        for kind in ("keyDown", "keyUp"):
            browser.ask("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)
        been.append(browser.value("document.activeElement.id || document.activeElement.localName"))
        assert browser.value("getComputedStyle(document.activeElement).outlineWidth") == "3px"
    assert been == ["who", "what", "button"]


def test_a_screen_reader_hears_headings_in_order_and_what_is_new_politely(browser: Chromium, shown: Shown) -> None:
    connected(browser, shown)
    heard = browser.heard()
    headings = {(each["level"], each["name"]) for each in heard if each["role"] == "heading"}
    parts = ["Updates", "Questions and answers", "Ask the war room"]
    assert headings > {(1, "checkout returns 500s"), *((2, part) for part in parts)}
    assert browser.value("[...document.querySelectorAll('h1, h2')].map(e => e.textContent)")[1:] == parts
    assert not [each for each in heard if each.get("live") == "assertive"]
    shown.do(PostUpdate(what="Half of it works again.", audience="public"))
    browser.until("document.getElementById('news').textContent.includes('Half of it works again.')")
    polite = [each for each in browser.heard() if each["role"] == "status" and each.get("live") == "polite"]
    assert polite


def test_ages_are_said_by_the_script_as_by_the_server(browser: Chromium, shown: Shown) -> None:
    opened(browser, shown)
    first = "document.querySelector('[data-as=ago]')"
    for span in (0, MINUTE, 2 * MINUTE, 59 * MINUTE, HOUR, HOUR + MINUTE, 23 * HOUR, DAY, DAY + HOUR, 9 * DAY):
        browser.value(f"{first}.dataset.at = Date.now() - {span + MINUTE // 2}")
        browser.value("document.dispatchEvent(new Event('visibilitychange'))")
        assert browser.value(f"{first}.textContent") == f"{_span(span)} ago"
    due = "document.querySelector('[data-as=due]')"
    for span, said in ((90_000, "in 1 minute"), (-90_000, "1 minute late")):
        browser.value(f"{due}.dataset.at = Date.now() + {span}")
        browser.value("document.dispatchEvent(new Event('visibilitychange'))")
        assert browser.value(f"{due}.textContent") == said
    assert browser.value(f"{due}.className") == "late"


# ── live ────────────────────────────────────────────────────────────────────────────────────────


def test_an_update_comes_by_itself_and_leaves_what_is_being_typed(browser: Chromium, shown: Shown) -> None:
    connected(browser, shown)
    browser.value("document.getElementById('what').value = 'half a quest'")
    browser.value("document.getElementById('what').focus()")
    shown.do(PostUpdate(what="Half of it works again.", audience="public"))
    browser.until(f"{LIVING}.includes('Half of it works again.')")
    assert browser.value("document.querySelector('.updates li').textContent.includes('Half of it')"), "newest first"
    assert browser.value("document.getElementById('what').value") == "half a quest"
    assert browser.value("document.activeElement.id") == "what"


def test_it_goes_on_after_the_server_was_killed_and_started_again(browser: Chromium, process: InProcess) -> None:
    shown = Shown(process)
    connected(browser, shown)
    shown.do(PostUpdate(what="before the kill", audience="public"))
    browser.until(f"{LIVING}.includes('before the kill')")
    process.kill()
    assert "before the kill" in browser.value(LIVING)
    process.start()
    shown.do(PostUpdate(what="after the kill", audience="public"))
    browser.until(f"{LIVING}.includes('after the kill')")
    assert browser.value(f"{SILENT}.hidden")


def test_it_says_for_how_long_nothing_was_heard_and_takes_it_back(browser: Chromium, shown: Shown) -> None:
    connected(browser, shown)
    assert browser.value(f"{SILENT}.hidden")
    browser.value("{ const real = Date.now; Date.now = () => real() + 3 * 60000 + 5000; }")
    # In one breath: what comes next from the server takes it back.
    said = f"document.dispatchEvent(new Event('visibilitychange')), {SILENT}.hidden ? '' : {SILENT}.textContent"
    assert browser.value(said).startswith("Not heard from the war room for 3 min.")
    assert axe(browser) == []
    shown.server.call(shown.server.made.house.pages.ping)
    browser.until(f"{SILENT}.hidden")


def test_whoever_gets_no_stream_is_told_once_a_minute(browser: Chromium, shown: Shown) -> None:
    kept = browser.ask("Page.addScriptToEvaluateOnNewDocument", source="delete window.EventSource")["identifier"]
    opened(browser, shown)
    browser.ask("Page.removeScriptToEvaluateOnNewDocument", identifier=kept)
    shown.do(PostUpdate(what="Half of it works again.", audience="public"))
    assert "Half of it" not in browser.value(LIVING)
    browser.value("{ const real = Date.now; Date.now = () => real() + 61000; }")
    browser.value("document.dispatchEvent(new Event('visibilitychange'))")
    browser.until(f"{LIVING}.includes('Half of it works again.')")
    browser.until(f"{SILENT}.hidden")
    shown.take_back()
    browser.value("{ const real = Date.now; Date.now = () => real() + 61000; }")
    browser.value("document.dispatchEvent(new Event('visibilitychange'))")
    browser.until("document.querySelector('h1')?.textContent === 'This link is over'")


def test_whoever_comes_back_to_the_same_page_is_not_told_that_it_changed(browser: Chromium, shown: Shown) -> None:
    connected(browser, shown)
    house = shown.server.made.house
    shown.do(PostUpdate(what="Half of it works again.", audience="public"))
    browser.until(f"{LIVING}.includes('Half of it works again.')")
    browser.value(
        "{ window.said = []; const news = document.getElementById('news');"
        " new MutationObserver(() => said.push(news.textContent)).observe(news, {childList: true}); }"
    )
    before = set(house.pages._key)

    async def cut() -> None:
        for reader in before:
            reader.finish("left")

    shown.server.run(cut())
    until(lambda: house.pages._key and not before & set(house.pages._key))
    shown.do(PostUpdate(what="All of it works again.", audience="public"))
    browser.until(f"{LIVING}.includes('All of it works again.')")
    assert browser.value("said.length") == 1
    assert "All of it" in browser.value("said[0]")


def test_a_link_that_is_taken_back_takes_the_page_away(browser: Chromium, shown: Shown) -> None:
    connected(browser, shown)
    shown.take_back()
    browser.until("document.querySelector('h1')?.textContent === 'This link is over'")
    assert not browser.value("document.documentElement.textContent.includes('checkout')")
    assert axe(browser) == []


# ── without a script, without a server ──────────────────────────────────────────────────────────


def test_it_is_complete_without_a_script(browser: Chromium, shown: Shown) -> None:
    browser.scripts(run=False)
    opened(browser, shown, 320)
    text = browser.value("document.body.innerText")
    for words in ("checkout returns 500s", "Identified.", "card payments fail", "It is the database.", "No, nothing."):
        assert words in text
    assert "As of " in text
    assert "Load it again" in text
    assert "ago" in text
    assert faults(browser, LANDMARKS) == []
    assert [url for url in browser.requests() if "live" in url] == []


def test_a_question_can_be_asked_without_a_script(browser: Chromium, shown: Shown) -> None:
    browser.scripts(run=False)
    opened(browser, shown)
    browser.value("document.getElementById('who').value = 'Sales'")
    browser.value("document.getElementById('what').value = 'What do I tell France?'")
    browser.doing("Runtime.evaluate", expression="document.querySelector('button').click()")
    assert "The war room has your question." in browser.value("document.body.innerText")
    assert shown.questions()[-1].what == "What do I tell France?"
    assert browser.value("location.search") == f"?asked={shown.learn().questions[-1].id}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("wide", WIDE)
def test_the_page_as_a_file_needs_nothing(
    browser: Chromium, shown: Shown, tmp_path: Path, scheme: str, wide: int
) -> None:
    path = tmp_path / "page.html"
    path.write_text(copy(page(shown.learn(), "INC-000G"), wall()), encoding="utf-8")
    browser.scheme(scheme)
    browser.open(path, wide)
    assert browser.requests() == [path.resolve().as_uri()]
    assert browser.complaints() == []
    assert faults(browser, LANDMARKS) == []
    assert axe(browser) == []
    assert browser.value("document.querySelectorAll('script, form').length") == 0
    assert "This is a copy, made at " in browser.value("document.body.innerText")
