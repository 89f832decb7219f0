"""`warroom alert`: an alert, or every alert that standard input brings, into the inbox of this folder.

Line by line while a pipe is open; an alert's name is printed once it is durable. A storm becomes few facts.
"""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..intake import lines
from ..intake.base import No as NotTaken
from ..intake.base import Taken, Unreadable
from ..intake.base import alert as made
from . import out
from .alert_lines import Pipe
from .session import Session, wall
from .stop import OK, REFUSED, No, Usage
from .verb import Arguments, Parser, Verb, text, words

if TYPE_CHECKING:
    from ..core.alerts.facts import Alert
    from ..room.alerts_in import Receiver

_NAMED = 5  # lines that cannot be read and are named one by one


def _arguments(parser: Parser) -> None:
    words(
        parser,
        "text",
        "TEXT",
        "[STATE] RULE[: SUMMARY], as “CRITICAL disk full: 97%% of /var”; - reads standard input: lines of text or "
        "JSON, or one JSON document as Alertmanager, Grafana, PagerDuty and others write it",
        needed=False,
    )
    parser.add_argument("--rule", metavar="RULE", default="", help="what fires; TEXT is then the summary")
    parser.add_argument("--service", metavar="S", default="", help="which service it is about")
    parser.add_argument("--severity", metavar="WORD", default="", help="how bad, in the sender's words")
    parser.add_argument("--key", metavar="KEY", default="", help="the same for its repeats and its end (made of both)")
    parser.add_argument("--resolved", action="store_true", help="it has ended")
    parser.add_argument("--source", metavar="NAME", default="", help="who tells it (hand, or what the JSON looks like)")


def _run(session: Session, arguments: Arguments) -> int:
    if arguments.source and not _is_source(arguments.source):
        raise Usage("--source: a name of letters, digits, - and _, at most 40.")
    said = text(arguments.text)
    piped = said == "-"
    if piped and (arguments.rule or arguments.key or arguments.resolved):
        raise Usage("warroom alert -: --rule, --key and --resolved are of one alert, whose text is given here.")
    if not (said.strip() or arguments.rule):
        raise Usage('warroom alert: which alert? `warroom alert "CRITICAL disk full: 97% of /var"`; - reads a pipe.')
    book = _Book(session)
    try:
        if piped:
            _pipe(book, arguments)
        else:
            book.take([_one(said, arguments)])
    finally:
        book.close()
    return book.over(piped)


def _is_source(name: str) -> bool:
    return len(name) <= 40 and name.isascii() and name.replace("-", "").replace("_", "").isalnum()


def _one(said: str, arguments: Arguments) -> Taken:
    """The alert that the words and options describe."""
    from ..core.alerts.facts import RESOLVED

    now = wall()
    try:
        found = None if arguments.rule else lines.plain(said, now, arguments.service, arguments.severity)
        rule = arguments.rule or (found.rule if found else "")
        state = RESOLVED if arguments.resolved else found.state if found else "firing"
        alert = made(
            key=arguments.key or lines.key_of(rule, arguments.service),
            rule=rule,
            state=state,
            ended=now if state == RESOLVED else None,
            service=arguments.service,
            severity=found.severity if found else arguments.severity,
            summary=found.summary if found else said,
            told=now,
        )
    except Unreadable as why:
        raise No(f"The alert {why}.") from None
    return Taken(arguments.source or lines.SOURCE, (alert,))


def _pipe(book: "_Book", arguments: Arguments) -> None:
    """All that standard input brings, until its end."""
    pipe, number = Pipe(0), 0
    for group in pipe.groups():
        if number == 0 and lines.goes_on(group[0]):
            found = lines.whole(pipe.whole(group), wall(), arguments.source)
            book.note(found, 0)
            book.take([found] if isinstance(found, Taken) else [])
            return
        taken = []
        for line in group:
            number += 1
            found = lines.line(line, wall(), arguments.source, arguments.service, arguments.severity)
            book.note(found, number)
            taken += [found] if isinstance(found, Taken) else []
        book.take(taken)


class _Book:
    """Takes what was read into the inbox, and counts what became of it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._receiver: Receiver | None = None
        self.new = self.known = self.counted = self.unreadable = 0
        self._heard = True  # somebody still reads the names

    def note(self, found: Taken | NotTaken, number: int) -> None:
        """Say what of it cannot be read; `number` is that of its line, 0 for a document."""
        where = f"line {number}: " if number else ""
        said = found.left if isinstance(found, Taken) else (found.sentence,)
        for sentence in said:
            self.unreadable += 1
            if self.unreadable <= _NAMED:
                out.say(f"{where}{sentence}")

    def take(self, taken: Sequence[Taken]) -> None:
        """All of these in as few facts as they fit into. Raises `StoreError`: then nothing of them is there."""
        for source in dict.fromkeys(each.source for each in taken):
            own = [each for each in taken if each.source == source]
            alerts = [alert for each in own for alert in each.alerts]
            more = sum(each.more for each in own)
            if not alerts and not more:
                continue
            came = self._inbox().take(source, alerts, more)
            if isinstance(came, OSError):
                out.say(f"Not taken: {out.many(len(alerts), 'alert', 'alerts')} from {source}, and what follows.")
                raise came
            self.new += len(came.told)
            self.known += came.known
            self.counted += came.counted
            for alert in came.told:
                self._tell(source, alert)

    def _inbox(self) -> "Receiver":
        if self._receiver is None:
            from ..core.values import By
            from ..room.alerts import InboxRoom
            from ..room.alerts_in import Receiver

            session = self._session
            self._room = InboxRoom(session.paths.data, session.replica, By(""), wall)
            self._receiver = Receiver(self._room, os.uname().nodename)
        return self._receiver

    def _tell(self, source: str, alert: "Alert") -> None:
        if not self._heard:
            return
        name = f"{source}:{alert.key}"
        try:
            if self._session.arguments.json:
                row = {"id": name, "source": source, **{each: getattr(alert, each) for each in _SAID}}
                out.json(row | {"new": True})
            else:
                out.data(name)
        except BrokenPipeError:
            out.drop()
            self._heard = False

    def close(self) -> None:
        if self._receiver is not None:
            self._room.close()

    def over(self, piped: bool) -> int:
        """Say what became of all of it. REFUSED where something could not be read; the rest is there all the same."""
        if self._session.arguments.json and (piped or not self.new):
            out.json(
                {"new": self.new, "known": self.known, "counted": self.counted, "unreadable": self.unreadable},
            )
        counted = f", {self.counted:,} more of a storm, which are counted only" if self.counted else ""
        left = f", {out.many(self.unreadable, 'line', 'lines')} cannot be read" if self.unreadable else ""
        more = f" (the first {_NAMED} are named above)" if self.unreadable > _NAMED else ""
        if piped:
            out.say(f"{self.new:,} new, {self.known:,} known{counted}{left}{more}.")
        elif self.known:
            out.say("It is known already; nothing was written.")
        elif self.counted:
            out.say("Of a storm: it is counted, and not told by itself.")
        return REFUSED if self.unreadable else OK


_SAID = ("key", "rule", "service", "severity", "state", "summary")

VERBS = {
    "alert": Verb(
        "put an alert into the inbox, or every alert of a pipe; prints its name once it is on disk",
        'warroom alert "CRITICAL disk full: 97% of /var" --service payments-db',
        _arguments,
        _run,
        incident=False,
    )
}
