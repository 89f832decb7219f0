"""A process of its own that writes to a log and says on stdout what was acknowledged: `writer.py PATH NAME COUNT`."""

import os
import sys

from store_kit import DANA, NOW, REP, note
from warroom.store.log import Log


def main(path: str, name: str, count: int) -> None:
    log = Log.open(path, REP)
    log.load()
    for number in range(count):
        with log.writing() as writing:
            # Now and then several at once, and now and then one that fills more than a page.
            texts = [
                f"{name} {number} {part} " + "x" * (6000 if number % 7 == 3 else 0) for part in range(1 + number % 3)
            ]
            events = [writing.seal(note(text), at_now=NOW, by=DANA) for text in texts]
            writing.write()
        os.write(1, "".join(f"{event.id}\n" for event in events).encode())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
