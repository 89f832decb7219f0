"""`python -m bench [--only FAMILY]… [--quick]`: prints every row, and ends with 1 when one is over its limit."""

import argparse
import os
import platform
import sys
from importlib import import_module
from importlib.metadata import version

from .corpus import corpus, disk
from .row import HEAD, OVER, line, show

FAMILIES = ("store", "load", "cli", "start", "console", "idle", "pager", "stats", "apart", "fanout", "storm")
_PACKAGES = ("warroom", "textual", "rich", "msgspec", "orjson")


def machine(folder: str) -> str:
    """What the figures were made on."""
    try:
        with open("/proc/cpuinfo") as file:
            cpu = next((each.partition(":")[2].strip() for each in file if each.startswith("model name")), "")
    except OSError:
        cpu = platform.processor()
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return (
        f"{platform.system()} {platform.release()}, {os.cpu_count()} × {cpu or platform.machine()}, {disk(folder)}\n"
        f"Python {platform.python_version()}, {packages}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=FAMILIES, help="this family; may be given again")
    parser.add_argument("--quick", action="store_true", help="fewer runs and shorter files: figures for a first look")
    asked = parser.parse_args()
    over = 0
    with corpus() as home:
        print(machine(home.folder))
    print(line(HEAD))
    for family in asked.only or FAMILIES:
        with corpus() as home:
            for row in import_module(f".{family}", __package__).rows(home, asked.quick):
                show(row)
                over += row.verdict == OVER
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
