"""The next update to an audience, from draft to posted: Enter approves, Enter again posts. Nothing goes out before it.

What is drawn is what Enter means: when somebody else changes the draft under the finger, Enter waits a moment.
"""

import time
from collections.abc import Callable

import msgspec

from ...core import updates
from ...core.acts.updates import ApproveUpdate, PostDraft
from ...core.cadence import last
from ...core.duration import spell
from ...core.events import Event, UpdatePosted
from ...core.incident import Incident
from ...core.text import clean, wrap
from ...core.updates import DraftView
from ...core.values import Ms
from ...core.wording import judged
from ...intents import Screen
from ...render.update import difference, gaps
from ..glyphs import DONE, IMPACT
from ..moment import Moment
from ..overlays.above import Sheet
from ..panes.pane import Card
from ..spans import BLANK, Line, left

_SETTLES = 1.0  # seconds that Enter waits after somebody else changed what it means
_LABEL = 9
_INK = {"+": "green", "-": "muted", " ": ""}


class Filled(msgspec.Struct, frozen=True):
    """The update as it fills itself now, what was wrong with its template, and the ways to its audience."""

    audience: str
    text: str
    problems: tuple[str, ...] = ()
    ways: tuple[str, ...] = ()


class DraftSheet(Sheet):
    """One audience. `e` edits, `f` fills it anew."""

    letters = "ef"

    def __init__(self, prompt: object, moment: Callable[[], Moment | None], filled: Filled) -> None:
        super().__init__(prompt, moment)  # type: ignore[arg-type]  # the prompt is a widget
        self.filled = filled
        self._step: tuple[str, str] | None = None  # the draft and what Enter means, as they were drawn
        self._settled = 0.0  # from when on Enter holds
        self._body: tuple[Incident, str, int, list[Line]] | None = None
        self.mine = True  # what changed last was asked for here

    def card(self, moment: Moment, width: int, height: int) -> Card:
        draft = updates.draft(moment.incident, self.filled.audience)
        self._watch(draft, moment)
        every = self._said(draft, moment, width)
        self.top = min(self.top, max(0, len(every) - height))
        below = len(every) - self.top - height
        foot = _foot(draft, moment, self.filled, self.busy)
        foot = f"{below} more ↓ · {foot}" if below > 0 else foot
        number = draft.body.number if draft else updates.number(moment.incident, self.filled.audience)
        late = draft is not None and bool(draft.lapsed)
        title = f"{self.filled.audience.capitalize()} update #{number}"
        return Card(title, every[self.top : self.top + height], foot, "red" if late else "sky")

    def _watch(self, draft: DraftView | None, moment: Moment) -> None:
        """Where another one changed what Enter means, it holds only after a moment."""
        now = (draft.fact if draft else "", _means(draft, moment))
        if self._step is not None and now != self._step and not self.mine:
            self._settled = time.monotonic() + _SETTLES
        if now != self._step:
            self._step, self.mine = now, False

    def _said(self, draft: DraftView | None, moment: Moment, width: int) -> list[Line]:
        fact, made = draft.fact if draft else "", self._body
        if made is None or made[0] is not moment.incident or made[1:3] != (fact, width):
            made = (moment.incident, fact, width, body(draft, moment, self.filled, width))
            self._body = made
        return [*head(draft, moment, self.filled.audience, width), BLANK, *made[3], *_after(draft, moment, self.filled)]

    # ── what its keys do ──

    def choose(self) -> None:
        moment = self.moment
        if moment is None or self.busy or time.monotonic() < self._settled:
            return
        audience = self.filled.audience
        draft = updates.draft(moment.incident, audience)
        means = _means(draft, moment)
        if draft is None or not means:
            self.close()
        elif means == "post":
            self.ask(PostDraft(audience=audience, ways=self.filled.ways), lambda done: posted(done, moment))
        elif means == "approve":
            said = f"Approved: {audience} #{draft.body.number}. Enter posts it."
            self.ask(ApproveUpdate(audience=audience, of=draft.fact), lambda done: said)
        else:
            self.offer(f"/approve {audience} {means}")

    def answered(self, done: bool) -> None:
        self.mine = True
        moment = self._source()
        if done and moment and updates.draft(moment.incident, self.filled.audience) is None and self.display:
            self.busy = False
            self.close()
            return
        super().answered(done)

    def letter(self, char: str) -> None:
        if not self.busy:
            self.post_message(self.Wanted(Screen("edit" if char == "e" else "refill", self.filled.audience)))

    def take(self, key: str) -> bool:
        if key == "ctrl+x":
            self._editor = True
            return True
        wanted, self._editor = self._editor, False
        if wanted and key == "ctrl+e":
            self.letter("e")
            return True
        return super().take(key)

    _editor = False  # Ctrl+X was pressed


def _means(draft: DraftView | None, moment: Moment) -> str:
    """What Enter does: `post`, `approve`, or the name of whoever has to approve; nothing without a draft."""
    if draft is None:
        return ""
    if draft.ready:
        return "post"
    held = moment.incident.role("commander")
    return "approve" if held is None or held.who.casefold() == moment.sight.me.casefold() else held.who


def _foot(draft: DraftView | None, moment: Moment, filled: Filled, busy: bool) -> str:
    if busy:
        return "saving …"
    means = _means(draft, moment)
    if not means:
        return "Esc back"
    many = len(filled.ways)
    where = f" to {many} way{'s' if many > 1 else ''}" if many else ": noted, sent nowhere"
    does = {"post": f"↵ posts{where}", "approve": "↵ approves"}.get(means, f"↵ {clean(means)} approved it, heard")
    return f"{does} · e edits · f fills it anew · Esc back"


def head(draft: DraftView | None, moment: Moment, audience: str, width: int) -> list[Line]:
    """How far it is: drafted by whom, approved by whom, or why that no longer holds."""
    if draft is None:
        sent = last(moment.incident, audience)
        if sent is not None and isinstance(sent.body, UpdatePosted) and sent.body.of:
            said = f"#{sent.body.number} was posted by {clean(sent.by.name)} at {moment.hm(sent.at.t)}."
            return [((f"{DONE} ", "green"), (said, ""))]
        return [(("saving …", "muted"),)]
    by = f"drafted by {clean(draft.by)} at {moment.hm(draft.at)}"
    if draft.lapsed:
        said = f"The approval has lapsed: {clean(draft.lapsed)}. Look at the text again."
        return [*(((row, "red bold"),) for row in wrap(said, width)), ((by, "muted"),)]
    if draft.approved:
        alone = ", alone: their own words" if draft.approved.alone else ""
        return [((f"{DONE} approved by {clean(draft.approved.who)}{alone}", "green bold"),), ((by, "muted"),)]
    means = _means(draft, moment)
    held = moment.incident.role("commander")
    who = "you approve it" if held else "nobody commands: you approve it, and the log says so"
    who = who if means == "approve" else f"{clean(means)} commands and approves"
    return [(("not approved yet", "amber bold"), (f" · {who}", "")), ((by, "muted"),)]


def body(draft: DraftView | None, moment: Moment, filled: Filled, width: int) -> list[Line]:
    """The text, as a difference from the last one where there is one; then what a reader may stumble over."""
    state, audience = moment.incident, filled.audience
    text = draft.body.what if draft else filled.text
    before = last(state, audience)
    old = before.body.what if before and isinstance(before.body, UpdatePosted) else ""
    out: list[Line] = []
    for sign, line in difference(old, text) if old else [(" ", line) for line in text.split("\n")]:
        ink = _INK[sign]
        for n, row in enumerate(wrap(clean(line), max(10, width - 2))):
            out.append(((f"{sign if n == 0 else ' '} ", f"{ink} bold" if sign == "+" else ink), (row, ink)))
    missing = gaps(updates.facts(state, audience, moment.now))
    doubts = [d for d in judged(state, text, audience) if not (missing and d.word.startswith("["))]  # said below
    notes: list[tuple[str, str]] = [(f"“{clean(d.word)}”: {d.why}", "amber") for d in doubts]
    notes += [(clean(said), "amber") for said in missing]
    notes += [(clean(problem), "red") for problem in filled.problems]
    if notes:
        out.append(BLANK)
    for said, ink in notes:
        for n, row in enumerate(wrap(said, max(10, width - 2))):
            out.append(((f"{IMPACT} " if n == 0 else "  ", ink), (row, ink)))
    return out


def _after(draft: DraftView | None, moment: Moment, filled: Filled) -> list[Line]:
    """When the next one is promised, and where this one goes."""
    said: list[Line] = [BLANK]
    if draft and draft.body.next is not None:
        wait = draft.body.next - moment.now
        when = f"in {spell(wait)}" if wait >= 0 else "which has passed: f fills it anew"
        said.append(
            ((left("next", _LABEL), "muted"), (f"promised for {moment.hm(draft.body.next)} {moment.zone}, {when}", ""))
        )
    if draft and draft.body.estimate is not None:
        over = f"{moment.hm(draft.body.estimate)} {moment.zone}, as an estimate"
        said.append(((left("over", _LABEL), "muted"), (over, "")))
    ways = ", ".join(clean(way) for way in filled.ways)
    where = (ways, "") if ways else ("noted, sent nowhere: channels.toml names no way to this audience", "amber")
    said.append(((left("goes to", _LABEL), "muted"), where))
    return said


def posted(done: list[Event], moment: Moment) -> str:
    """What was posted, where it goes, and when the next one is promised."""
    body = next((event.body for event in done if isinstance(event.body, UpdatePosted)), None)
    if body is None:
        return ""
    where = f"goes to {', '.join(clean(way) for way in body.ways)}" if body.ways else "is noted, sent nowhere"
    return f"{body.audience.capitalize()} #{body.number} {where}.{_next(body.next, moment)}"


def _next(due: Ms | None, moment: Moment) -> str:
    return f" The next is promised for {moment.hm(due)} {moment.zone}." if due is not None else ""
