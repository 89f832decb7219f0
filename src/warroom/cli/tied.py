"""A process that ends with the one that started it: standard input is a pipe whose other end that one holds."""

import os


def has_parent() -> bool:
    """Whether the other end of standard input is still open."""
    import select

    try:
        ready, _, _ = select.select([0], [], [], 0)
        return not (ready and os.read(0, 1) == b"")
    except OSError:
        return False
