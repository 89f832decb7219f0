"""What the server counts about itself, and the text in which Prometheus reads it."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

MEDIA = "text/plain; version=0.0.4"
_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Histogram:
    """Seconds, by one label."""

    def __init__(self) -> None:
        self._counts: dict[str, list[int]] = {}
        self._sums: dict[str, float] = {}

    def add(self, label: str, seconds: float) -> None:
        counts = self._counts.get(label)
        if counts is None:
            counts = self._counts[label] = [0] * (len(_BOUNDS) + 1)
        counts[bisect_left(_BOUNDS, seconds)] += 1
        self._sums[label] = self._sums.get(label, 0.0) + seconds

    @contextmanager
    def timing(self, label: str) -> Iterator[None]:
        began = perf_counter()
        try:
            yield
        finally:
            self.add(label, perf_counter() - began)

    def lines(self, name: str, label: str) -> Iterator[str]:
        for value, counts in sorted(self._counts.items()):
            total = 0
            for bound, count in zip((*_BOUNDS, "+Inf"), counts, strict=True):
                total += count
                yield f'{name}_bucket{{{label}="{value}",le="{bound}"}} {total}'
            yield f'{name}_sum{{{label}="{value}"}} {self._sums[value]:.6f}'
            yield f'{name}_count{{{label}="{value}"}} {total}'


class Measures:
    """Everything that is counted. Labels are words of the server's own, so that nobody outside can make new series."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, str, int]] = Counter()  # method, route, status
        self.seconds = Histogram()  # by route
        self.facts: Counter[str] = Counter()  # by what became of them
        self.alerts: Counter[str] = Counter()  # by what became of them
        self.store = Histogram()  # by what it did
        self.streams = 0
        self.dropped = 0
        self.incidents = 0
        self.errors = 0
        self.erasing = 0

    def text(self) -> str:
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        yield from _head("warroom_requests_total", "counter", "Requests by method, route and status.")
        for (method, route, code), count in sorted(self.requests.items()):
            yield f'warroom_requests_total{{method="{method}",route="{route}",status="{code}"}} {count}'
        yield from _head("warroom_request_seconds", "histogram", "From a request's headers to the end of its answer.")
        yield from self.seconds.lines("warroom_request_seconds", "route")
        yield from _head("warroom_facts_total", "counter", "Pushed facts by what became of them.")
        for status, count in sorted(self.facts.items()):
            yield f'warroom_facts_total{{status="{status}"}} {count}'
        yield from _head("warroom_alerts_total", "counter", "Alerts that were delivered, by the hook's kind.")
        for kind, count in sorted(self.alerts.items()):
            yield f'warroom_alerts_total{{kind="{kind}"}} {count}'
        yield from _head("warroom_store_seconds", "histogram", "How long the store took, by what it did.")
        yield from self.store.lines("warroom_store_seconds", "act")
        for name, kind, words, number in (
            ("warroom_streams_open", "gauge", "Streams that are open now.", self.streams),
            ("warroom_readers_dropped_total", "counter", "Readers that took too little too long.", self.dropped),
            ("warroom_errors_total", "counter", "Mistakes of the server's own.", self.errors),
            ("warroom_incidents", "gauge", "Incidents that the server keeps.", self.incidents),
            (
                "warroom_redactions_waiting",
                "gauge",
                "Redactions whose bytes still stand in the NATS stream.",
                self.erasing,
            ),
        ):
            yield from _head(name, kind, words)
            yield f"{name} {number}"


def _head(name: str, kind: str, words: str) -> tuple[str, str]:
    return f"# HELP {name} {words}", f"# TYPE {name} {kind}"
