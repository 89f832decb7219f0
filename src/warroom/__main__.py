"""`warroom` and `python -m warroom`."""

import gc
import os
import sys


def main() -> None:
    # A verb lives for milliseconds and leaves nothing to collect; the console turns it on again.
    gc.disable()
    from .cli.at_once import paint

    put_away = paint(sys.argv[1:])
    try:
        _lean()
        from .cli.main import run

        code = run(sys.argv[1:])
    finally:
        put_away()
    sys.stdout.flush()
    # Everything is written and closed: taking the interpreter apart would only cost time.
    os._exit(code)


def _lean() -> None:
    """msgspec takes typing_extensions where it is installed: a seventh of a verb's time, and it needs nothing of it."""
    if "msgspec" in sys.modules or "typing_extensions" in sys.modules:
        return
    sys.modules["typing_extensions"] = None  # type: ignore[assignment]  # what makes an import fail, and nothing else
    try:
        import msgspec  # noqa: F401  # imported for its effect
    finally:
        del sys.modules["typing_extensions"]


if __name__ == "__main__":
    main()
