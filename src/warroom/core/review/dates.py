"""The date by which an action item is done, as people type it: `2026-12-03`, or `14d` from now. It lasts all day."""

from ..duration import LONGEST, duration
from ..values import DAY, SECOND, Ms
from ..zone import Civil, Zone, civil, moments, utc

FORM = "write a day as 2026-12-03, or 14d for two weeks from now"


def due_date(text: str, now: Ms, zone: Zone = utc) -> Ms:
    """The last second (UTC ms) of the day that `text` names in that zone.

    Raises ValueError, whose text is a sentence for the person; what is over is refused.
    """
    word = text.strip()
    day = _day(word)
    if day is None:
        try:
            day = civil(now + duration(word), zone)
        except ValueError:
            raise ValueError(f"“{text[:40]}” is no date; {FORM}") from None
    at = _end(day, zone)
    if at is None:
        raise ValueError(f"there is no day {word}; {FORM}")
    if at < now:
        raise ValueError(f"{word} is over; an action item is due today or later")
    if at - now > LONGEST + DAY:
        raise ValueError(f"{word} is more than ten years away; look at the year again")
    return at


def date_of(due: Ms, zone: Zone = utc) -> str:
    """`2026-12-03`: the day on which it is due, in that zone."""
    day = civil(due, zone)
    return f"{day.year:04}-{day.month:02}-{day.day:02}"


def _day(word: str) -> Civil | None:
    parts = word.split("-")
    if [len(part) for part in parts] != [4, 2, 2] or not all(part.isascii() and part.isdecimal() for part in parts):
        return None
    return Civil(*map(int, parts))


def _end(day: Civil, zone: Zone) -> Ms | None:
    """The last second of that day; None where no calendar has it."""
    noon = moments(Civil(*day[:3], 12), zone)
    if not noon:
        return None
    end = moments(Civil(*day[:3], 23, 59, 59), zone)
    return end[-1] if end else noon[0] + DAY // 2 - SECOND  # a change of the clock at midnight skips some
