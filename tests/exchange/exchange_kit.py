"""Reading and writing timelines in memory: a file's bytes to a state, and the state to a file's text."""

from warroom.core.commands import Draft, Stamp
from warroom.core.decide import decide
from warroom.core.events import Event
from warroom.core.fold import fold
from warroom.core.incident import Incident
from warroom.core.values import By, fact_id, incident_id
from warroom.exchange.found import Options
from warroom.exchange.problem import BadInput
from warroom.exchange.read import read

NOW = 1_800_000_000_000  # 2027-01-15
ME = By("ana")


def found(text, name="notes.json", **options):
    data = text if isinstance(text, bytes) else text.encode()
    format = options.pop("format", "")
    return read(data, name, Options(NOW, **options), format)


def entries(text, name="notes.json", **options):
    return found(text, name, **options).command.entries


def problems(text, name="notes.json", **options):
    try:
        found(text, name, **options)
    except BadInput as bad:
        return bad.lines()
    raise AssertionError("it was taken")


def folded(drafts: list[Draft], state=None, seq=0) -> Incident:
    state = state or Incident()
    inc = state.id or incident_id(bytes(16), False)
    for n, draft in enumerate(drafts, seq + 1):
        event = Event(
            id=fact_id(n.to_bytes(12, "big")),
            inc=inc,
            rep="R",
            seq=n,
            lam=n,
            at=draft.at,
            rec=NOW,
            by=ME,
            body=draft.body,
            over=draft.over,
            salt="aa",
        )
        state = fold(state, event)
    return state


def imported(text, name="notes.json", **options) -> Incident:
    drafts = decide(Incident(), found(text, name, **options).command, Stamp(NOW, ME))
    assert isinstance(drafts, list), drafts
    return folded(drafts)


def done(state, *commands):
    """The state after these commands."""
    for command in commands:
        drafts = decide(state, command, Stamp(NOW, ME))
        assert isinstance(drafts, list), drafts
        state = folded(drafts, state, len(state.facts))
    return state
