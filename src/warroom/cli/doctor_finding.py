"""One line of what `warroom doctor` says."""

import msgspec

GOOD, WARN, BAD = "ok", "look", "bad"


class Finding(msgspec.Struct, frozen=True):
    """One thing that was looked at: `ok`, worth a `look`, or `bad`, which makes the whole answer a failure."""

    what: str
    state: str
    says: str
