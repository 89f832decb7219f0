"""Alerts in a folder of the test's own: senders that tell them at a time that the test sets, and the inbox."""

from pathlib import Path

from warroom.core.alerts import acts
from warroom.core.alerts.facts import FIRING, RESOLVED, Alert
from warroom.core.alerts.inbox import Inbox
from warroom.core.values import MINUTE, By, Ms
from warroom.room.alerts import InboxRoom, Outcome
from warroom.room.alerts_in import Came, Receiver
from warroom.store.replica import current

HOSTILE = "[bold]a[/] \x1b]52;c;aGk=\x07 \u202egnp.exe"


def alert(
    key: str = "a1", rule: str = "HighErrorRate", service: str = "checkout", since: Ms = 0, **more: object
) -> Alert:
    """An alert that fires; `since` is when it began (UTC ms)."""
    given: dict[str, object] = {"severity": "critical", "summary": "5xx at 12 %"} | more
    return Alert(key, rule, since=since, service=service, **given)  # type: ignore[arg-type]  # as Alert has them


class Senders:
    """Whoever tells alerts to the inbox of `home`. `now` is the time (UTC ms) on every clock here."""

    def __init__(self, home: Path | str, now: Ms, source: str = "prom") -> None:
        self.home, self.now, self.source = str(home), now, source
        self.room = InboxRoom(self.home, current(self.home), By("dana"), lambda: self.now)
        self._receiver = Receiver(self.room, "box")

    def fire(self, *alerts: Alert) -> Came:
        """These are told now."""
        came = self._receiver.take(self.source, alerts or (alert(since=self.now),))
        assert isinstance(came, Came), came
        return came

    def end(self, key: str = "a1", rule: str = "HighErrorRate", service: str = "checkout", since: Ms = 0) -> Came:
        """It is over."""
        return self.fire(Alert(key, rule, RESOLVED, since, self.now, service, told=self.now))

    def inbox(self) -> Inbox:
        return self.room.load()

    def dismiss(self, key: str, reason: str = "known") -> Outcome:
        return self.room.do(lambda inbox, stamp: acts.dismiss(inbox.lines[f"{self.source}:{key}"], reason, "", stamp))

    def silence(self, labels: dict[str, str], span: Ms, why: str = "deploying") -> Outcome:
        return self.room.do(lambda inbox, stamp: acts.silence(labels, stamp.now + span, why, stamp))

    def some(self) -> None:
        """What a night looks like: two services that fire, one alert that was taken, one that is noise."""
        self.fire(
            alert("e1", since=self.now - 5 * MINUTE, labels={"instance": "web-1"}),
            alert("e2", since=self.now - 3 * MINUTE, summary="5xx at 9 %", labels={"instance": "web-2"}),
            alert("l1", "ReplicaLag", "payments-db", self.now - 60 * MINUTE, severity="warning", summary="41 s behind"),
            alert("c1", "CertificateExpires", "edge", self.now - 90 * MINUTE, severity="info", summary="in 13 days"),
        )
        assert isinstance(self.dismiss("c1"), list)

    def close(self) -> None:
        self.room.close()


__all__ = ["FIRING", "HOSTILE", "Senders", "alert"]
