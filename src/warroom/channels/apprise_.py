"""Any service that apprise knows, by one URL. The URL holds the credentials, so no word of apprise's own is ever kept.

Apprise says yes or no and no more: no identity, no reason, no look at what has arrived.
"""

from __future__ import annotations

from collections.abc import Mapping
from re import IGNORECASE, sub
from typing import TYPE_CHECKING, ClassVar

from ..config.channels import ChannelForm
from ..core.text import clean, clip
from .base import Channel, Failed, Later, Message, Outcome, Probe, Sent
from .letter import TWICE, subject
from .secrets import Secret

if TYPE_CHECKING:
    from apprise import NotifyBase

NO_SERVICE = "the URL is none that apprise knows; it should be one, such as `tgram://…`"
ONLY_NO = "apprise says only that it failed"


class Apprise(Channel):
    """`secrets`: `url`. The longest of the brief's lengths is sent that the service has room for."""

    kind: ClassVar[str] = "apprise"
    pace: ClassVar[float] = 1.0

    def __init__(self, name: str, form: ChannelForm, secrets: Mapping[str, Secret]) -> None:
        super().__init__(name)
        self._url = secrets["url"]

    def send(self, message: Message) -> Outcome:
        service = self._service()
        if service is None:
            return Failed(NO_SERVICE)
        import apprise

        one = apprise.Apprise(asset=service.asset)
        one.add(service)
        words = message.words
        first = f"{TWICE}\n" if message.twice else ""
        texts = (first + inert(clean(text, lines=True)) for text in (words.chat, words.sms, words.line))
        room = max(1, int(service.body_maxlen))
        body = next((text for text in texts if len(text) <= room), inert(clean(words.line))[:room])
        try:
            done = one.notify(body=body, title=inert(subject(message)), body_format=apprise.NotifyFormat.TEXT)
        except Exception:  # whatever a plugin raises, its text may hold the URL
            done = False
        return Sent() if done else Later(ONLY_NO)

    def probe(self) -> Probe:
        """Whether the URL is one that apprise knows. Nothing is sent and nobody is asked."""
        service = self._service()
        if service is None:
            return Probe("bad", NO_SERVICE)
        name = clip(clean(str(service.service_name)), 40)
        return Probe(
            "ok", f"apprise knows how to reach {name}; only a page shows whether it arrives, it cannot answer back"
        )

    def _service(self) -> NotifyBase | None:
        from logging import CRITICAL, getLogger

        for name in ("apprise", "urllib3", "requests"):
            getLogger(name).setLevel(CRITICAL + 10)  # all of them write down addresses, with what is secret in them
        import apprise

        # In memory, since a plugin's cache on disk would hold tokens.
        asset = apprise.AppriseAsset(async_mode=False, storage_mode="memory", app_id="War room", app_desc="War room")
        try:
            found = apprise.Apprise.instantiate(self._url.reveal(), asset=asset)
        except Exception:  # as in `send`
            return None
        return found if isinstance(found, apprise.NotifyBase) else None


def inert(text: str) -> str:
    """`text` in which nothing calls a whole room: services differ in what a mention is, so none stays whole."""
    return sub(
        r"<(?=[!@#])|@(?=(?:everyone|here|channel|all|room)\b)",
        lambda found: found[0] + "\u200b",
        text,
        flags=IGNORECASE,
    )
