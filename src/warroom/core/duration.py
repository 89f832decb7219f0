"""Durations, as people type and read them. A bare number is refused, because nobody agrees on its unit."""

from .values import DAY, HOUR, MINUTE, SECOND, Ms

LONGEST = 3650 * DAY
_UNITS = {"d": DAY, "h": HOUR, "m": MINUTE, "s": SECOND}
_FORM = "write a duration as 90s, 10m, 1h30m, 2d or PT5M"


def duration(text: str) -> Ms:
    """Milliseconds in `90s`, `10m`, `1h30m`, `2d`, or the ISO 8601 forms `PT5M`, `P1D`, `P1DT2H`.

    Raises ValueError, whose text is a sentence for the person.
    """
    word = text.strip().lower()
    try:
        total = _iso(word[1:]) if word.startswith("p") else _parts(word, "dhms")
    except (ValueError, KeyError):
        bare = word.isdecimal()
        reason = "has no unit" if bare else "is not a duration"
        raise ValueError(f"“{text[:40]}” {reason}; {_FORM}") from None
    if total > LONGEST:
        raise ValueError(f"“{text[:40]}” is longer than ten years; {_FORM}")
    return total


def spell(ms: Ms) -> str:
    """A span in two units at most, cut rather than rounded: `42s`, `4m37s`, `1h05m`, `3d04h`, `-42s`."""
    if ms < 0:
        return "-" + spell(-ms)
    seconds = ms // SECOND
    if seconds < 60:
        return f"{seconds}s"
    minutes, seconds = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes}m{seconds:02}s"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours}h{minutes:02}m"
    days, hours = divmod(hours, 24)
    return f"{days}d{hours:02}h"


def _iso(word: str) -> Ms:
    date, mark, time = word.partition("t")
    if not (date or time) or (mark and not time):
        raise ValueError
    return _parts(date, "d", empty=True) + _parts(time, "hms", empty=True)


def _parts(word: str, units: str, *, empty: bool = False) -> Ms:
    """The sum of `<number><unit>` groups, each unit at most once and in the order of `units`."""
    if not word and not empty:
        raise ValueError
    total, digits, left = 0, "", units
    for char in word:
        if "0" <= char <= "9":
            digits += char
            if len(digits) > 9:
                raise ValueError
            continue
        total += int(digits) * _UNITS[char]
        left = left[left.index(char) + 1 :]
        digits = ""
    if digits:
        raise ValueError
    return total
