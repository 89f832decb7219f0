"""The brief of a handover as a person reads it at four in the morning, and as data: the blocks of ICS form 201."""

from ..core import handover
from ..core.incident import Incident
from ..core.values import Ms
from ..core.zone import Zone, utc
from .times import iso, iso_or_none


def text(state: Incident, role: str, now: Ms, zone: Zone = utc, to: str = "") -> str:
    """Plain text, clean, at most `core.handover.LONGEST` characters; with `to`, how that person accepts it."""
    return handover.text(state, role, now, to=to, zone=zone)


def data(state: Incident, role: str, now: Ms) -> dict[str, object]:
    """What `warroom handover brief --json` prints; what is not known is null."""
    held = next((r for r in state.roles if r.role == role), None)
    return {
        "role": role,
        "who": (held.who or None) if held else None,
        "offered_to": (held.offered_to or None) if held else None,
        "at": iso(now),
        "blocks": [
            {"title": block.title, "items": [{"at": iso_or_none(i.at), "text": i.text} for i in block.items]}
            for block in handover.blocks(state, role, now)
        ],
    }
