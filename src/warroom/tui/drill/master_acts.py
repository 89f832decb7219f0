"""What the keys of the game master's console do.

What changes the drill is asked once or fills a line, for Enter to confirm; only its clock moves at once, and back.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ...core.acts.drill import ChangeInject, Observe
from ...core.commands import Command
from ...core.drill import clock
from ...core.drill.inject_words import SUCH_AS, added, between, misfit, words
from ...core.drill.injects import (
    CANCELLED,
    COMING,
    HAPPENED,
    Standing,
    counting,
    following,
    fresh_id,
    passed_over,
)
from ...core.drill.world import plan
from ...core.duration import duration, spell
from ...core.text import clean, clip
from ...core.values import Ms, Refused
from ..overlays.ask import Ask
from .acts import command
from .inject_rows import flat, since_start, when, who

if TYPE_CHECKING:
    from .master import GameMaster

_SHORT = 60


# ── one inject ──


def _open(master: "GameMaster", each: Standing) -> Standing:
    """The inject, where it can still be changed. Raises `Refused`."""
    _running(master)
    name = clean(each.id)
    if each.stands == HAPPENED:
        raise Refused(f"“{name}” has happened already; what was seen is seen.")
    if each.stands == CANCELLED:
        raise Refused(f"“{name}” was cancelled; a adds another one in its place.")
    return each


def _running(master: "GameMaster") -> None:
    over = clock.ended(master.live.state)
    if over is not None:
        raise Refused(f"{_begun(over.body.text())}; nothing more happens in it.")


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]


def _said(master: "GameMaster", each: Standing) -> str:
    """In a line what it is."""
    about = each.inject
    parts = (about.kind, who(master.live.state, about), clip(flat(words(about)), _SHORT))
    return " · ".join(part for part in parts if part)


def fire(master: "GameMaster", each: Standing) -> None:
    """Lets it come now."""
    each, name = _open(master, each), clean(each.id)
    note = _said(master, each)
    if passed_over(master.live.state, each.inject):
        note += f"\nIt would be passed over: {flat(each.inject.unless)} is so."
    elif each.waits:
        note += f"\nIt no longer waits: {flat(' · '.join(each.waits))}"

    def done(answer: str | None) -> None:
        if answer is not None:
            master.do(ChangeInject(inject=each.id, due=master.now()), f"“{name}” comes now.")

    master.app.push_screen(Ask(f"Fire “{name}” now?", note, keys=(("↵", "fire"), ("esc", "no"))), done)


def delay(master: "GameMaster", each: Standing) -> None:
    """Lets it come later, or earlier."""
    each, name = _open(master, each), clean(each.id)
    coming = each.stands == COMING

    def at(text: str) -> Ms:
        base = max(each.at or 0, master.now()) if coming else master.now()
        sign, span = (-1, text[1:]) if text[:1] in ("-", "−") else (1, text.removeprefix("+"))
        by = sign * duration(span)
        if by < 0 and not coming:
            raise ValueError("It waits, and has no time yet that could be earlier.")
        return max(master.now(), base + by)

    def judge(text: str) -> tuple[bool, str]:
        try:
            new = at(text)
        except ValueError as wrong:
            return False, str(wrong)
        left = new - master.now()
        return True, f"It comes {f'in {spell(left)}' if left else 'now'}, at {since_start(master.live.state, new)}."

    def done(answer: str | None) -> None:
        if answer is not None:
            new = at(answer)
            told = f"“{name}” comes at {since_start(master.live.state, new)}."
            master.do(ChangeInject(inject=each.id, due=new), told)

    stands = when(master.live.state, each, master.now())
    if coming:
        question, note = f"Delay “{name}” ({stands}) by how long?", "5m later, -2m earlier, in the drill's own time."
    else:
        question = f"“{name}” waits. In how long does it come, without waiting?"
        note = flat(" · ".join(each.waits))
    keys = (("↵", "so"), ("esc", "no"))
    master.app.push_screen(Ask(question, note, "by" if coming else "in", "5m", True, keys=keys, judge=judge), done)


def edit(master: "GameMaster", each: Standing) -> None:
    """Other words for it."""
    each, name = _open(master, each), clean(each.id)
    lines = each.inject.lines
    note = "Nobody has seen it yet."
    if len(lines) > 1:
        note = f"{', '.join(clean(line.who) for line in lines)}: “{between(each.inject).strip()}” stands between two."

    def judge(text: str) -> tuple[bool, str]:
        why = misfit(each.inject, text)
        return not why, why or "The players see this when it comes."

    def done(answer: str | None) -> None:
        if answer is not None and answer != words(each.inject):
            master.do(ChangeInject(inject=each.id, words=answer), f"“{name}” says that now.")

    ask = Ask(f"What does “{name}” say?", note, "words", words(each.inject), True, judge=judge, keys=_KEEP)
    master.app.push_screen(ask, done)


_KEEP = (("↵", "so"), ("esc", "as it was"))


def cancel(master: "GameMaster", each: Standing) -> None:
    """It does not come."""
    each, name = _open(master, each), clean(each.id)
    state, notes = master.live.state, [_said(master, each)]
    if after := following(state, each.id):
        notes.append(f"What waits for it never comes either: {', '.join(map(clean, after))}.")
    if rules := counting(state, each.id):
        notes.append(f"No longer expected: {'; '.join(flat(rule.what) for rule in rules)}.")

    def done(answer: str | None) -> None:
        if answer is not None:
            master.do(ChangeInject(inject=each.id, cancelled=True), f"“{name}” does not come.")

    keys = (("↵", "cancel it"), ("esc", "no, it stays"))
    master.app.push_screen(Ask(f"Cancel “{name}”? It cannot be brought back.", "\n".join(notes), keys=keys), done)


ACTS: dict[str, Callable[["GameMaster", Standing], None]] = {"f": fire, "d": delay, "e": edit, "x": cancel}
"""By key: what is done to the chosen inject."""


# ── the drill ──


def add(master: "GameMaster") -> None:
    """Another inject, from a line of words."""
    _running(master)
    played = clock.scenario(master.live.state)
    people = played.people if played else ()

    def judge(text: str) -> tuple[bool, str]:
        try:
            return True, added(text, people, "").text()
        except ValueError as wrong:
            return False, str(wrong)

    def done(answer: str | None) -> None:
        if answer is not None:
            id = fresh_id(master.live.state)
            new = added(answer, people, id)
            told = f"“{id}” comes {f'in {spell(new.wait)}' if new.wait else 'now'}."
            master.do(ChangeInject(inject=id, added=new.inject, due=master.now() + new.wait), told)

    names = ", ".join(clean(person.name) for person in people)
    note = f"{SUCH_AS}\n{names}" if names else SUCH_AS
    keys = (("↵", "add it"), ("esc", "no"))
    master.app.push_screen(Ask("What else happens?", note, "kind who: text", needed=True, keys=keys, judge=judge), done)


def note(master: "GameMaster") -> None:
    """Something for the debrief; about an inject, where the person chose one."""
    view = master.view
    about = view.chosen if view and view.moved else ""

    def done(answer: str | None) -> None:
        if answer is not None:
            master.do(Observe(what=answer, about=about), "Noted for the debrief.")

    said = f"About “{clean(about)}”. " if about else ""
    keys = (("↵", "note it"), ("esc", "no"))
    ask = Ask("What did you notice?", f"{said}Only the debrief shows it.", "note", needed=True, keys=keys)
    master.app.push_screen(ask, done)


def pause(master: "GameMaster") -> None:
    """Lets the drill stand, or go on."""
    _clock(master, command(master, "pause" if clock.speed(master.live.state) else "go"))


def pace(word: str) -> Callable[["GameMaster"], None]:
    """Another speed: `faster` or `slower`."""

    def act(master: "GameMaster") -> None:
        _running(master)
        if not clock.speed(master.live.state):
            raise Refused("It is paused; p lets it go on.")
        _clock(master, command(master, word))

    return act


def _clock(master: "GameMaster", asked: Command) -> None:
    _running(master)
    master.do(asked, lambda done: f"{_begun(done[0].body.text())}.")


def skip(master: "GameMaster") -> None:
    """To the next thing that happens."""
    _running(master)
    state = master.live.state
    coming = plan(state, master.now()).wake
    if coming is None:
        raise Refused("Nothing is coming; there is nothing to skip to.")
    view = master.view
    what = next((each for each in view.found if each.stands == COMING and each.at == coming), None) if view else None
    named = f"“{clean(what.id)}”" if what else "the next answer, page or reminder"
    asked = Ask(
        f"Skip {spell(coming - master.now())} to {named}?",
        "The players' clock jumps with it, and every countdown of theirs.",
        keys=(("↵", "skip"), ("esc", "no")),
    )
    master.app.push_screen(asked, lambda answer: None if answer is None else _clock(master, command(master, "skip")))


DRILL: dict[str, Callable[["GameMaster"], None]] = {
    "a": add,
    "n": note,
    "p": pause,
    " ": pause,
    "+": pace("faster"),
    "-": pace("slower"),
    "s": skip,
}
"""By key: what is done to the drill, whatever is in sight."""


# ── leaving ──


def leave(master: "GameMaster") -> None:
    """To the lobby, or out."""
    keys = (("↵", "to the lobby"), ("q", "leave War room"), ("esc", "stay"))
    ask = Ask("Leave the game master's console?", _afterwards(master), keys=keys, other="q")

    def done(answer: str | None) -> None:
        if answer == "q":
            master.app.exit(0)
        elif answer is not None:
            master.app.run_worker(master.console_app.show_lobby(), exit_on_error=False)

    master.app.push_screen(ask, done)


def leave_at_all(master: "GameMaster") -> None:
    """Out of the console."""

    def done(answer: str | None) -> None:
        if answer is not None:
            master.app.exit(0)

    master.app.push_screen(Ask("Leave War room?", _afterwards(master)), done)


def _afterwards(master: "GameMaster") -> str:
    if not clock.running(master.live.state):
        return "Everything is saved."
    if master.console_app.plays_drill:
        return "A players' console that is open plays it on; without one, the drill stands until somebody comes."
    return "The drill goes on: a players' console plays it."
