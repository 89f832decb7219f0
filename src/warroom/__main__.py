"""`warroom` and `python -m warroom`."""

import sys


def main() -> None:
    from .cli.main import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
