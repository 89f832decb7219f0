"""The stakeholder page as HTML: complete without a script, live with a few lines of one.

The whole page and its living part are made from the same view, so that what a stream sends is what a reload shows.
What people wrote goes through `_text` everywhere: hostile text is shown, and does nothing.
"""

from collections.abc import Iterator
from html import escape

import msgspec

from ..core.duration import spell
from ..core.page import Asked, Page, Update
from ..core.text import clean
from ..core.values import MINUTE, Ms
from .page_look import STYLE
from .times import clock, day, iso_short


class Frame(msgspec.Struct, frozen=True):
    """What stands around the living part: where its style, script and stream are, and the form's secret.

    All empty: a file that needs nothing else. `notice`: a sentence for whoever has just asked, `asked` their words
    where these were not taken.
    """

    style: str = ""
    script: str = ""
    stream: str = ""
    ask: str = ""
    token: str = ""
    notice: str = ""
    asked: str = ""
    refresh: int = 0  # seconds after which a browser without script loads the page again


def whole(page: Page, now: Ms, frame: Frame) -> str:
    """The page at `now` (UTC ms)."""
    return "\n".join(_whole(page, now, frame)) + "\n"


def living(page: Page, now: Ms) -> str:
    """What changes: everything but the head of the file and the form."""
    return "\n".join(_living(page, now))


def _text(text: str) -> str:
    return escape(clean(text, lines=True))


def _whole(page: Page, now: Ms, frame: Frame) -> Iterator[str]:
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="robots" content="noindex, nofollow">\n<meta name="referrer" content="no-referrer">'
    yield f"<title>{_text(page.title or page.handle)}: status</title>"
    if frame.style:
        yield f'<link rel="stylesheet" href="{escape(frame.style)}">'
    else:
        yield f"<style>{STYLE}</style>"
    if frame.script:
        yield f'<script defer src="{escape(frame.script)}"></script>'
        yield f'<noscript><meta http-equiv="refresh" content="{frame.refresh}"></noscript>'
    yield f'</head>\n<body data-stream="{escape(frame.stream)}">'
    yield '<p id="silent" role="status" hidden></p>'
    yield f'<main id="living">\n{living(page, now)}\n</main>'
    if frame.ask:
        yield from _form(frame)
    kept = "" if frame.stream else " This is a copy: it does not change by itself."
    yield f'<footer><p>As of <time datetime="{iso_short(now)}">{_moment(now)}</time>.{kept}'
    yield "</p></footer>\n</body>\n</html>"


def _living(page: Page, now: Ms) -> Iterator[str]:
    yield f'<header class="{"open" if page.open else "over"}">'
    yield f"<h1>{_text(page.title or page.handle)}</h1>"
    yield f'<p class="status">{_text(page.status)}</p>\n</header>'
    yield "<dl>"
    yield from _row("Severity", _text(page.severity))
    yield from _row("Impact", _text(page.impact) if page.impact else "Not stated yet.")
    yield from _row("Since", f"{_time(page.began)} ({spell(max(0, (page.ended or now) - page.began))})")
    if page.ended is not None:
        yield from _row("Over since", _time(page.ended))
    yield from _row("Next update", _next(page, now))
    yield "</dl>"
    yield '<section aria-labelledby="updates">\n<h2 id="updates">Updates</h2>'
    yield from _updates(page.updates, now)
    yield "</section>"
    if page.questions:
        yield '<section aria-labelledby="questions">\n<h2 id="questions">Questions</h2>\n<dl class="questions">'
        for asked in page.questions:
            yield from _asked(asked)
        yield "</dl>\n</section>"


def _row(name: str, value: str) -> Iterator[str]:
    yield f"<dt>{name}</dt><dd>{value}</dd>"


def _next(page: Page, now: Ms) -> str:
    if page.next is None:
        return "None is promised." if page.open else "There will be no further one."
    if page.next < now:
        return f"Was due at {_time(page.next)}; it is {_ago(now - page.next)} late."
    return f"At {_time(page.next)}, in {_ago(page.next - now)}."


def _updates(updates: tuple[Update, ...], now: Ms) -> Iterator[str]:
    if not updates:
        yield "<p>There has been none yet.</p>"
    for n, update in enumerate(updates):
        name = "Correction" if update.corrects else f"Update {update.number}"
        age = f' <span class="age">({_ago(now - update.at)} ago)</span>' if n == 0 else ""
        yield f"<article>\n<h3>{name}, {_time(update.at)}{age}</h3>\n<p>{_text(update.text)}</p>\n</article>"


def _asked(asked: Asked) -> Iterator[str]:
    yield f"<dt>{_text(asked.what)}</dt>"
    if asked.answered is None:
        yield "<dd>It has no answer yet.</dd>"
    else:
        yield f"<dd>{_text(asked.answer)} <span>{_time(asked.answered)}</span></dd>"


def _form(frame: Frame) -> Iterator[str]:
    yield f'<form method="post" action="{escape(frame.ask)}" aria-labelledby="ask">\n<h2 id="ask">Ask the war room</h2>'
    if frame.notice:
        yield f'<p class="notice" role="status">{_text(frame.notice)}</p>'
    yield f'<input type="hidden" name="token" value="{escape(frame.token)}">'
    yield '<label for="who">Your name or team</label>'
    yield '<input id="who" name="who" maxlength="64" autocomplete="name" required>'
    yield '<label for="what">Your question</label>'
    yield f'<textarea id="what" name="what" rows="3" maxlength="500" required>{_text(frame.asked)}</textarea>'
    yield "<button>Ask</button>"
    yield "<p>The war room sees it at once. It stands here for others only when it is answered.</p>\n</form>"


def _moment(t: Ms) -> str:
    return f"{day(t)} {clock(t)} UTC"


def _time(t: Ms) -> str:
    return f'<time datetime="{iso_short(t)}">{_moment(t)}</time>'


def _ago(span: Ms) -> str:
    """In whole minutes: a page that is read from afar changes no faster."""
    return spell(span // MINUTE * MINUTE) if span >= MINUTE else "less than a minute"
