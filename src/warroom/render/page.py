"""The stakeholder page as HTML: complete without a script, live with a few lines of one.

The whole page and its living part are made from the same view, so that what a stream sends is what a reload shows.
What people wrote goes through `_text` everywhere: hostile text is shown, and does nothing.
"""

from collections.abc import Iterator
from html import escape

import msgspec

from ..core.page import Asked, Page, Update
from ..core.text import clean
from ..core.values import MINUTE, Ms
from ..core.zone import civil
from .page_look import SCRIPT, STILL, STYLE
from .times import iso_short

_SHOWN = (
    "Times are UTC. Updates and questions are shown once the war room lets them through; "
    "title, severity, status and impact are as they stand in the room, in its own words."
)
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


class Form(msgspec.Struct, frozen=True):
    """The form for questions: its token, and what was typed into it where that was not taken, with the reason."""

    token: str
    who: str = ""
    what: str = ""
    wrong: str = ""
    done: str = ""  # a sentence for whoever has just asked


def whole(page: Page, now: Ms, version: str, form: Form | None, fragment: str = "") -> str:
    """The page as a server shows it at `now` (UTC ms). `fragment`: its living part, where that is made already."""
    return "\n".join(_whole(page, now, version, form, fragment or living(page, now))) + "\n"


def copy(page: Page, now: Ms) -> str:
    """The page as a file that needs nothing else and loads nothing."""
    return "\n".join(_copy(page, now)) + "\n"


def words(title: str, sentence: str, kept: str = "") -> str:
    """A page that says only this. `kept`: what somebody typed, which they get back."""
    return "\n".join(_words(title, sentence, kept)) + "\n"


def living(page: Page, now: Ms) -> str:
    """What changes: everything but what stands around it."""
    return "\n".join(_living(page, now))


def look(page: Page) -> str:
    """The class of the living part."""
    return "open" if page.open else "over"


def title(page: Page) -> str:
    """What the window is called; clean, and not escaped."""
    return f"{clean(page.title or page.handle)} · {clean(page.phase)}"


def news(page: Page) -> str:
    """What a screen reader says when the page has changed; clean, and not escaped."""
    last = f" Last update: {clean(page.updates[0].text)[:200]}" if page.updates else ""
    return f"The page has changed. {clean(page.status)}{last}"


def as_of(now: Ms) -> str:
    return f"As of {_moment(now)}."


def _text(text: str) -> str:
    return escape(clean(text, lines=True))


# ── around ──


def _head(title: str, policy: str = "") -> Iterator[str]:
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    if policy:
        yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="robots" content="noindex, nofollow">\n<meta name="referrer" content="no-referrer">'
    yield f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>"


def _bar(page: Page, more: str = "") -> Iterator[str]:
    drill = " · this is a drill" if page.drill else ""
    yield f'<header class="bar">\n<p>Incident status{drill}</p><p>{_text(page.handle)}</p>{more}\n</header>'


def _whole(page: Page, now: Ms, version: str, form: Form | None, fragment: str) -> Iterator[str]:
    yield from _head(_text(title(page)))
    yield from _bar(page, '\n<p id="silent" role="status" hidden></p>')
    yield f'<main>\n<div id="living" class="{look(page)}" data-version="{version}" data-now="{now}">'
    yield f"{fragment}\n</div>"
    yield '<p id="news" class="unseen" role="status"></p>'
    if form is not None and not page.bare:
        yield from _form(page, form)
    yield f'</main>\n<footer>\n<p id="made">{as_of(now)}</p>'
    yield '<noscript><p>This page does not change by itself here. <a href="?">Load it again</a> for what is new.</p>'
    yield f"</noscript>\n<p>{_SHOWN}</p>\n</footer>"
    yield f"<script>{SCRIPT}</script>\n</body>\n</html>"


def _copy(page: Page, now: Ms) -> Iterator[str]:
    yield from _head(_text(title(page)), STILL)
    yield from _bar(page)
    yield f'<main>\n<p class="notice">This is a copy, made at {_time(now)}. It does not change by itself.</p>'
    yield f'<div class="{look(page)}">\n{living(page, now)}\n</div>\n</main>'
    yield f"<footer>\n<p>{_SHOWN}</p>\n</footer>\n</body>\n</html>"


def _words(title: str, sentence: str, kept: str) -> Iterator[str]:
    yield from _head(_text(title))
    yield f'<main>\n<div class="now">\n<h1>{_text(title)}</h1>\n<p class="status">{_text(sentence)}</p>\n</div>'
    if kept:
        yield '<label for="what">Your question was not sent. Here it is, so that it is not lost:</label>'
        yield f'<textarea id="what" rows="4" readonly>{_text(kept)}</textarea>'
    yield "</main>\n</body>\n</html>"


# ── what changes ──


def _living(page: Page, now: Ms) -> Iterator[str]:
    yield f'<div class="now">\n<h1>{_text(page.title or page.handle)}</h1>'
    yield f'<p class="status"><strong>{_phase(page)}.</strong> {_text(page.status)}</p>'
    if page.bare:
        yield "</div>"
        return
    yield f'<p class="impact"><span class="label">{_impact_is(page)}</span> {_impact(page)}</p>'
    yield f'<p class="since">Began {_time(page.began)}, {_age(page.began, now, "span")}.'
    if page.ended is not None:
        yield f" Over since {_time(page.ended)}."
    yield "</p>\n</div>"
    yield '<dl class="facts">'
    yield from _fact("Severity", _text(page.severity), page.grave or "as the war room sees it")
    last = page.updates[0].at if page.updates else None
    yield from _fact("Last update", *((_age(last, now), _time(last)) if last is not None else ("None yet", "")))
    yield from _fact("Next update", *_next(page, now))
    yield "</dl>"
    yield '<section aria-labelledby="updates">\n<h2 id="updates">Updates</h2>'
    yield from _updates(page.updates)
    yield "</section>"
    if page.questions:
        yield '<section aria-labelledby="questions">\n<h2 id="questions">Questions and answers</h2>\n<dl class="asked">'
        for asked in page.questions:
            yield from _asked(asked)
        yield "</dl>\n</section>"


def _phase(page: Page) -> str:
    return _text(page.phase[:1].upper() + page.phase[1:])


def _impact_is(page: Page) -> str:
    return {"reduced": "Impact, less than it was", "ended": "Impact, which is over"}.get(page.impact_is, "Impact")


def _impact(page: Page) -> str:
    if not page.impact:
        return "Not stated yet."
    return _text(f"{page.impact} ({page.scope})" if page.scope else page.impact)


def _fact(name: str, value: str, more: str = "") -> Iterator[str]:
    below = f"<span>{more}</span>" if more else ""
    value = value if value.startswith("<b") else f"<b>{value}</b>"
    yield f"<div><dt>{name}</dt><dd>{value}{below}</dd></div>"


def _next(page: Page, now: Ms) -> tuple[str, str]:
    if page.next is None:
        return ("No time was promised", "") if page.open else ("None is to come", "")
    late = page.next < now
    said = f"{_span(now - page.next)} late" if late else f"in {_span(page.next - now)}"
    mark = ' class="late"' if late else ""
    return f'<b{mark} data-as="due" data-at="{page.next}">{said}</b>', _time(page.next)


def _updates(updates: tuple[Update, ...]) -> Iterator[str]:
    if not updates:
        yield "<p>There has been none yet.</p>"
        return
    yield '<ol class="updates">'
    for update in updates:
        tag = ' · <span class="tag">Correction</span>' if update.corrects else ""
        tag += ' · <span class="tag">Corrected later</span>' if update.corrected else ""
        yield f'<li>\n<h3>{_time(update.at)}{tag}</h3>\n<p class="said">{_text(update.text)}</p>\n</li>'
    yield "</ol>"


def _asked(asked: Asked) -> Iterator[str]:
    yield f"<div><dt>{_text(asked.what)}</dt>"
    if asked.answered is None:
        yield "<dd><span>The war room is finding the answer.</span></dd></div>"
    else:
        yield f'<dd class="said">{_text(asked.answer)}</dd><dd><span>{_time(asked.answered)}</span></dd></div>'


# ── the form ──


def _form(page: Page, form: Form) -> Iterator[str]:
    yield '<section aria-labelledby="ask">\n<h2 id="ask">Ask the war room</h2>'
    if form.done:
        yield f'<p class="notice" role="status">{_text(form.done)}</p>'
    if not page.asks and not form.what:
        yield "<p>This incident is closed, and nobody waits here for questions any more.</p>\n</section>"
        return
    about = ""
    if form.wrong:
        yield f'<p class="notice wrong" id="wrong" role="alert">{_text(form.wrong)}</p>'
        about = ' aria-describedby="wrong hint" autofocus'
    yield '<form method="post" action="?">'
    yield f'<input type="hidden" name="token" value="{escape(form.token)}">'
    yield '<label for="who">Your name or team</label>'
    yield f'<input id="who" name="who" autocomplete="name" value="{_text(form.who)}" required>'
    yield '<label for="what">Your question</label>'
    described = about or ' aria-describedby="hint"'
    yield f'<textarea id="what" name="what" rows="4" required{described}>\n{_text(form.what)}</textarea>'
    yield '<p class="hint" id="hint">At most 500 characters. The war room sees it at once; others see it here only when'
    yield "the war room has let it through, without your name.</p>\n<button>Ask</button>\n</form>\n</section>"


# ── times ──


def _moment(t: Ms) -> str:
    """`26 Nov 14:02 UTC`: whatever day it is read."""
    c = civil(t)
    return f"{c.day} {_MONTHS[c.month - 1]} {c.hour:02}:{c.minute:02} UTC"


def _time(t: Ms) -> str:
    return f'<time datetime="{iso_short(t)}">{_moment(t)}</time>'


def _age(t: Ms, now: Ms, tag: str = "b") -> str:
    return f'<{tag} data-as="ago" data-at="{t}">{_span(max(0, now - t))} ago</{tag}>'


def _span(span: Ms) -> str:
    """In words and whole minutes, cut rather than rounded; the script says the same of the same."""
    minutes = span // MINUTE
    hours, days = minutes // 60, minutes // 1440
    if minutes < 1:
        return "less than a minute"
    if hours < 1:
        return _many(minutes, "minute")
    if days < 1:
        return " ".join(filter(None, (_many(hours, "hour"), _many(minutes % 60, "minute"))))
    return " ".join(filter(None, (_many(days, "day"), _many(hours % 24, "hour"))))


def _many(n: int, word: str) -> str:
    return f"{n} {word}{'' if n == 1 else 's'}" if n else ""
