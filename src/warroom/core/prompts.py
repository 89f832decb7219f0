"""What the deputy in the machine says, and everything that was ever worth a word: forms alone, no rules."""

import msgspec

from .values import Ms

LEADS = ("commander", "deputy")


class Prompt(msgspec.Struct, frozen=True, gc=False):
    """`key` names it once and for all. `roles`: whose it is; `line`: what answers it, put into the prompt on one key.

    `since` is when it became true, `until` when that ended (None: it has not), `at` when it is shown (UTC ms).
    """

    key: str
    kind: str
    text: str
    since: Ms
    roles: tuple[str, ...] = LEADS
    line: str = ""
    rank: int = 5  # smaller is more urgent
    until: Ms | None = None
    at: Ms = 0


class Concerns(msgspec.Struct, frozen=True):
    """Everything that was ever worth a word, but for the call-outs, which only the clock brings about.

    `holders`: who had which role from when on; `cuts`: when what had been shown was lost to a redaction; `pauses`: from
    when until when the incident was over; `latest`: the last fact's time. All in UTC ms.
    """

    all: tuple[Prompt, ...]
    settled: dict[str, Ms]
    holders: tuple[tuple[Ms, dict[str, str]], ...]
    cuts: tuple[Ms, ...]
    pauses: tuple[tuple[Ms, Ms | None], ...]
    latest: Ms
