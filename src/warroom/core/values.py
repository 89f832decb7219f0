"""The small words of the trade: severity, phase, milestone, kind, times and identities.

Times are UTC in whole milliseconds since 1970 (`Ms`); durations are milliseconds too, unless a name says seconds.
"""

import msgspec

Ms = int

SEVERITIES = ("SEV1", "SEV2", "SEV3", "SEV4", "SEV5")

ACTIVE = ("investigating", "identified", "mitigating", "monitoring")
ENDED = ("resolved", "closed", "cancelled")
PHASES = ACTIVE + ENDED

# In the order in which they can have happened; `milestones.problems` checks it.
MILESTONES = (
    "impact started",
    "detected",
    "acknowledged",
    "response started",
    "identified",
    "mitigated",
    "resolved",
)

# What a person can choose for an entry; everything else in the timeline the room writes itself.
ENTRY_KINDS = ("note", "observed", "hypothesis", "decision", "action", "followup", "question")

IMPACT_STATES = ("ongoing", "reduced", "ended")
ITEM_STATES = ("todo", "done", "skipped")
LINK_KINDS = ("duplicate of", "caused by", "related to")

SECOND = 1_000
MINUTE = 60_000
HOUR = 3_600_000
DAY = 86_400_000

SIMULATED = "simulated"  # the login of whoever is part of a drill's world, and of nobody who is there

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKE = str.maketrans("ILO", "110")


class At(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """When something happened: a moment, or a span `t`..`to`, exact or approximate."""

    t: Ms
    to: Ms | None = None
    approx: bool = False


class By(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Who wrote a fact down: the name they go by, and the login and host it really came from."""

    name: str
    login: str = ""
    host: str = ""


class Refused(Exception):
    """What was asked is not possible now. `str()` is one sentence for the person: what, and what to do.

    `noted`: drafts of facts that are written all the same, so that no words of theirs are lost.
    """

    noted: tuple[object, ...] = ()


def crockford(number: int, chars: int) -> str:
    """`number` in Crockford base32, most significant character first, exactly `chars` long."""
    return "".join(CROCKFORD[(number >> (5 * i)) & 31] for i in range(chars - 1, -1, -1))


def incident_id(random16: bytes, drill: bool) -> str:
    """An incident's identity from 16 random bytes: 128 bits, of which the first says drill, as 26 characters."""
    number = int.from_bytes(random16, "big") & ((1 << 127) - 1) | (int(drill) << 127)
    return crockford(number << 2, 26)


def is_drill(inc: str) -> bool:
    """Whether this identity was made for a drill."""
    return inc[:1] in tuple(CROCKFORD[16:])


def fact_id(random12: bytes) -> str:
    """A fact's identity from 12 random bytes (96 bits), as 20 characters."""
    return crockford(int.from_bytes(random12, "big") << 4, 20)


def plain_handle(text: str) -> str:
    """What somebody typed for a handle, in the letters that identities are written in ("inc-k3fo" → "K3F0")."""
    return text.strip().upper().removeprefix("INC-").translate(_LOOKALIKE)


def handle(inc: str, others: "list[str] | tuple[str, ...]" = ()) -> str:
    """The shortest prefix of `inc` that is unique among `others`, at least four letters, as `INC-K3F9`."""
    n = 4
    while n < len(inc) and any(o != inc and o.startswith(inc[:n]) for o in others):
        n += 1
    return "INC-" + inc[:n]
