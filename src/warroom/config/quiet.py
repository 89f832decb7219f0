"""A level's quiet hours, `22:00-07:00` in a time zone, as spans of UTC ms for the days to come."""

from warroom.core.values import DAY, Ms

from .local import shown_at, span_of_day, utc_of, zone


def spans(hours: str, tz: str, now: Ms, days: int) -> tuple[tuple[Ms, Ms], ...]:
    """The spans that end after `now` and begin within `days`, earliest first.

    None where `hours` is empty, or cannot be told (an unknown time zone): then everybody is called.
    """
    from datetime import timedelta

    said, where = span_of_day(hours), zone(tz)
    if said is None or where is None or said[0] == said[1]:
        return ()
    start, end = said
    over = 1 if end <= start else 0
    midnight = shown_at(now, where).replace(hour=0, minute=0, second=0, microsecond=0)
    found = []
    for number in range(-1, days + 2):
        day = midnight + timedelta(days=number)
        first = utc_of(day + timedelta(milliseconds=start), where)
        last = utc_of(day + timedelta(days=over, milliseconds=end), where)
        # A clock change can swallow the whole of a short span.
        if first < last and now < last and first < now + max(days, 1) * DAY:
            found.append((first, last))
    return tuple(found)
