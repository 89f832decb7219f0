"""`warroom update`: what stakeholders are told. Drafted from what is known, approved, posted; the words go to stdout.

A text that follows the verb at once is noted as an update that went out elsewhere.
"""

from collections.abc import Sequence

from ..core import events as ev
from ..core import updates, wording
from ..core.acts import updates as acts
from ..core.cadence import AUDIENCES, next_due
from ..core.events import Event
from ..core.incident import Incident
from ..core.values import At, Ms, Refused
from ..render.times import iso_or_none, moment
from . import out
from .act import act, for_shell
from .session import Session
from .stop import OK, No, Usage
from .verb import Arguments, Parser, Verb, at, span, text, words

STEPS = ("draft", "approve", "post", "same", "correct", "list")
_QUOTES = (
    "warroom update {step}: {goes} goes with it. "
    "A text that begins with “{step}” is noted as an update when it stands in quotes."
)
_MOST = 64 * 1024  # bytes of a text from standard input


def _arguments(parser: Parser) -> None:
    words(
        parser,
        "words",
        "STEP|TEXT",
        "draft [AUDIENCE] [TEXT|-], approve [AUDIENCE [WHO]], post [AUDIENCE], same [AUDIENCE] [TEXT], "
        "correct [AUDIENCE] TEXT, or list; any other text is noted as an update that went out elsewhere",
    )
    parser.add_argument("--audience", metavar="WHOM", choices=AUDIENCES, help=", ".join(AUDIENCES))
    parser.add_argument("--next", metavar="DUR", help="when the one after it is promised, as 20m")
    parser.add_argument("--estimate", metavar="DUR", help="draft: when it may be over, as 2h; marked as an estimate")
    parser.add_argument("--who", metavar="WHO", default="", help="approve: who said so, where that is not the writer")
    parser.add_argument("--show", action="store_true", help="draft: only print what it would say")
    at(parser)


def _update(session: Session, arguments: Arguments) -> int:
    first, *rest = arguments.words
    match first:
        case "draft":
            return _draft(session, arguments, rest)
        case "approve":
            return _approve(session, arguments, rest)
        case "post":
            return _post(session, arguments, rest)
        case "same":
            return _same(session, arguments, rest)
        case "correct":
            return _correct(session, arguments, rest)
        case "list":
            from .update_list import show

            if rest:
                raise Usage(_QUOTES.format(step="list", goes="nothing"))
            return show(session)
    return _elsewhere(session, arguments)


def _elsewhere(session: Session, arguments: Arguments) -> int:
    from ..core.acts.talk import PostUpdate

    audience = arguments.audience or AUDIENCES[0]
    wait = span("--next", arguments.next) if arguments.next else None
    command = PostUpdate(what=text(arguments.words), audience=audience, next_in=wait, at=session.at(arguments.at))

    def promised(state: Incident) -> str:
        return f"Noted as posted elsewhere; nothing is sent from here.{_next(session, state, audience)}"

    return act(session, command, promised)


def _next(session: Session, state: Incident, audience: str) -> str:
    coming = next_due(state, audience)
    return f" The next is due at {moment(coming[1], session.now(), session.zone)}." if coming else ""


# ── draft ──


def _draft(session: Session, arguments: Arguments, rest: list[str]) -> int:
    audience, said = _split(arguments, rest)
    wait = span("--next", arguments.next) if arguments.next else None
    estimate = span("--estimate", arguments.estimate) if arguments.estimate else None
    typed = _stdin() if said == ["-"] else text(said)
    if arguments.show:
        state = session.seen().state
        audience = audience or updates.meant(state)
        written = typed or _filled(session, state, audience, wait, estimate)
        _looked_at(session, state, audience, written, _before(state, audience), {})
        return OK
    before: dict[str, str] = {}

    def command(state: Incident) -> acts.DraftUpdate:
        whom = audience or updates.meant(state)
        before[whom] = _before(state, whom)
        written = typed or _filled(session, state, whom, wait, estimate)
        old = updates.draft(state, whom)
        next_in, estimate_in = wait, estimate
        if old is None or old.body.what != written.strip():
            # What the text itself promises is what the clock holds it to.
            now = session.now()
            next_in = wait if wait is not None else wording.promised(written, now, lambda t: _clock(session, t))
            found = wording.estimated(written, now, lambda t: _clock(session, t))
            estimate_in = estimate if estimate is not None else found
        return acts.DraftUpdate(what=written, audience=whom, next_in=next_in, estimate_in=estimate_in)

    def told(state: Incident, events: list[Event]) -> None:
        _drafted(session, state, events, next(iter(before.values()), ""))

    return act(session, command, told=told)


def _drafted(session: Session, state: Incident, events: list[Event], before: str = "") -> None:
    body = events[0].body
    assert isinstance(body, ev.UpdateDrafted)
    data = _facts(session, state, events) | {
        "number": body.number,
        "next_at": iso_or_none(body.next),
        "estimate_at": iso_or_none(body.estimate),
    }
    _looked_at(session, state, body.audience, body.what, before, data)
    whom = "" if body.audience == AUDIENCES[0] else f" {body.audience}"
    _say(session, f"{data['handle']}  {body.audience} #{body.number} is drafted; `warroom update approve{whom}`.")


def _filled(session: Session, state: Incident, audience: str, wait: Ms | None, estimate: Ms | None) -> str:
    from ..config import shipped
    from ..render import update

    now = session.now()
    folders = (shipped.folder(), session.paths.config)
    said, problems = update.text(state, audience, now, *folders, session.zone, estimate=estimate, wait=wait)
    for problem in problems:
        out.say(problem)
    for gap in update.gaps(updates.facts(state, audience, now)):
        out.say(for_shell(gap))
    return said


def _before(state: Incident, audience: str) -> str:
    """What the text is compared with: the last update that went out, else the draft that waits."""
    waiting = updates.draft(state, audience)
    return updates.facts(state, audience, 0).previous or (waiting.body.what if waiting else "")


def _looked_at(
    session: Session, state: Incident, audience: str, said: str, before: str, data: dict[str, object]
) -> None:
    """The text, and what to look at in it: what changed, and words that a reader may stumble over."""
    from ..render.update import difference

    changed = difference(before, said) if before else []
    doubts = wording.judged(state, said, audience)
    if session.arguments.json:
        shown = [{"word": d.word, "why": d.why, "at": d.at} for d in doubts]
        out.json({"audience": audience, "update": said, "difference": changed, "warnings": shown, **data})
        return
    out.data(said)
    if any(sign != " " for sign, _ in changed):
        out.say("Changed since the last one:")
        for sign, line in changed:
            out.say(f"  {sign} {line}".rstrip())
    _doubts(doubts)


def _doubts(doubts: Sequence[wording.Doubt]) -> None:
    for each in doubts:
        out.say(f"“{each.word}”: {each.why}.")


# ── approve, post ──


def _approve(session: Session, arguments: Arguments, rest: list[str]) -> int:
    named, more = _split(arguments, rest)
    # As in the prompt, whoever was heard may follow the audience: `approve public dana`.
    who = arguments.who or (text(more) if named else "")
    audience = named or _only(arguments, rest, "approve")

    def command(state: Incident) -> acts.ApproveUpdate:
        return acts.ApproveUpdate(audience=audience or updates.meant(state), who=who)

    def told(state: Incident, events: list[Event]) -> None:
        body = events[0].body
        assert isinstance(body, ev.UpdateApproved)
        waiting = updates.draft(state, body.audience)
        said = waiting.body.what if waiting else ""
        data = _facts(session, state, events) | {"number": body.number, "sha256": body.sha}
        last = updates.facts(state, body.audience, 0).previous
        _looked_at(session, state, body.audience, said, last, data)
        whom = "" if body.audience == AUDIENCES[0] else f" {body.audience}"
        if waiting and waiting.behind:
            out.say(f"The {waiting.behind} changed since it was written: `warroom update draft{whom}` fills it anew.")
        _say(session, f"{data['handle']}  {body.text()}; `warroom update post{whom}`.")

    return act(session, command, told=told)


def _post(session: Session, arguments: Arguments, rest: list[str]) -> int:
    audience = _only(arguments, rest, "post")

    def command(state: Incident) -> acts.PostDraft:
        whom = acts.audience_of(audience or updates.meant(state))
        return acts.PostDraft(audience=whom, ways=_ways(session, state, whom))

    return act(session, command, told=lambda state, events: _posted(session, state, events))


def _same(session: Session, arguments: Arguments, rest: list[str]) -> int:
    audience, typed = _split(arguments, rest)
    wait = span("--next", arguments.next) if arguments.next else None

    def command(state: Incident) -> acts.PostSame:
        from ..config import shipped
        from ..render import update

        whom, said = audience or AUDIENCES[0], text(typed)
        if not said:
            folders = (shipped.folder(), session.paths.config)
            said, problems = update.no_change(state, whom, session.now(), *folders, session.zone, wait=wait)
            for problem in problems:
                out.say(problem)
        ways, own = _ways(session, state, whom), bool(text(typed))
        return acts.PostSame(audience=whom, what=said, ways=ways, next_in=wait, own_words=own)

    return act(session, command, told=lambda state, events: _posted(session, state, events))


def _correct(session: Session, arguments: Arguments, rest: list[str]) -> int:
    audience, typed = _split(arguments, rest)
    whom = audience or AUDIENCES[0]
    said = _stdin() if typed == ["-"] else text(typed)

    def command(state: Incident) -> acts.CorrectUpdate:
        return acts.CorrectUpdate(what=said, audience=whom, ways=_ways(session, state, whom))

    return act(session, command, told=lambda state, events: _posted(session, state, events))


def _ways(session: Session, state: Incident, audience: str) -> tuple[str, ...]:
    from ..config.audience import ways_of

    channels = session.library.channels
    for problem in session.library.problems:
        out.say(str(problem))
    return ways_of(channels, audience, state.restricted)


def _posted(session: Session, state: Incident, events: list[Event]) -> None:
    body = events[0].body
    if isinstance(body, ev.UpdateDrafted):
        _drafted(session, state, events)
        return
    assert isinstance(body, ev.UpdatePosted)
    data = _facts(session, state, events)
    sent = _sent(session, state, body)
    if session.arguments.json:
        out.json(
            data
            | {
                "audience": body.audience,
                "number": body.number,
                "update": body.what,
                "sha256": body.sha,
                "ways": list(body.ways),
                "next_at": iso_or_none(body.next),
                "estimate_at": iso_or_none(body.estimate),
            }
        )
    else:
        out.data(body.what)
        _doubts(wording.judged(state, body.what, body.audience))
    out.say(f"{data['handle']}  {body.audience} #{body.number} {sent}{_next(session, state, body.audience)}")


def _sent(session: Session, state: Incident, body: ev.UpdatePosted) -> str:
    if body.ways:
        from .incident import paged

        paged(session, state)
        return f"is on its way to {', '.join(body.ways)}."
    if state.restricted and session.library.channels.audiences.get(body.audience):
        return "is noted and sent nowhere: the incident is restricted."
    return f"is noted and sent nowhere: channels.toml names no way under [audience] {body.audience}."


# ── small things ──


def _facts(session: Session, state: Incident, events: list[Event]) -> dict[str, object]:
    first = events[0]
    ids = [event.id for event in events]
    return {"id": first.id, "ids": ids, "handle": session.handle(state.id), "text": first.body.text()}


def _say(session: Session, sentence: str) -> None:
    if not session.arguments.json:
        out.say(sentence)


def _split(arguments: Arguments, rest: list[str]) -> tuple[str, list[str]]:
    """The audience that is named (empty: none is) and what follows it."""
    if arguments.audience:
        return arguments.audience, rest
    if rest and rest[0].casefold() in AUDIENCES:
        return rest[0].casefold(), rest[1:]
    return "", rest


def _only(arguments: Arguments, rest: list[str], step: str) -> str:
    """The audience, where nothing else can be said. Raises `Usage` and `No`."""
    audience, more = _split(arguments, rest)
    if len(more) > 1 or (audience and more):
        raise Usage(_QUOTES.format(step=step, goes=f"only an audience ({', '.join(AUDIENCES)})"))
    if not more:
        return audience
    try:
        return acts.audience_of(more[0])
    except Refused as no:
        raise No(str(no)) from None


def _clock(session: Session, word: str) -> At:
    from ..core.when import when

    return when(word, session.now(), session.zone)


def _stdin() -> str:
    import sys

    data = sys.stdin.buffer.read(_MOST + 1)
    if not data.strip():
        raise No("Standard input said nothing; nothing was written.")
    if len(data) > _MOST:
        raise No(f"That is too long for an update: at most {_MOST // 1024} KiB.")
    return data.decode(errors="surrogateescape").replace("\r\n", "\n").strip("\n")


VERBS = {
    "update": Verb(
        "what stakeholders are told: draft, approve, post, same, correct, list; or note one that went out elsewhere",
        "warroom update draft public && warroom update approve && warroom update post",
        _arguments,
        _update,
    ),
}
