"""Exit codes, and the exceptions that end a verb with one of them and a sentence.

0 ok, 1 failure, 2 usage, 3 not found, 4 refused or in conflict, 5 kept but not delivered yet, 130 interrupted.
"""

OK, FAILED, USAGE, NOT_FOUND, REFUSED, KEPT, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130


class Stop(Exception):
    """Ends the verb. `str()` is what to tell the person; empty: it was said already."""

    code = FAILED


class Usage(Stop):
    code = USAGE


class NotHere(Stop):
    code = NOT_FOUND


class No(Stop):
    code = REFUSED
