"""E-mail over SMTP. A mail is sent once its server has said so; cut off before that, it may have been sent."""

from collections.abc import Mapping
from typing import ClassVar

from ..config.channels import Email
from ..core.text import clean, clip
from .base import Channel, Failed, Later, Message, Outcome, Probe, Sent
from .letter import addresses, identity, letter
from .secrets import Secret
from .smtp import Conversation, Stopped

WITHIN_S = 15.0


class Mail(Channel):
    """One mail account. `remote` is the mail's Message-ID; the next one about the incident answers it."""

    kind: ClassVar = "email"
    pace: ClassVar = 2.0

    def __init__(self, name: str, form: Email, secrets: Mapping[str, Secret], *, within_s: float = WITHIN_S) -> None:
        super().__init__(name)
        self.form, self.secrets, self.within_s = form, secrets, within_s

    def send(self, message: Message) -> Outcome:
        """`Sent` with the Message-ID. A mail that only some of its recipients can get is sent to those, and failed."""
        from time import time

        to, wrong = addresses(message.address or self.form.to)
        if not to and not wrong:
            who = clip(clean(message.name or message.to), 80) or "this page"
            return Failed(f"nobody to write to: {who} has no address, and {self.name} no `to`")
        if wrong:
            return Failed(f"“{clip(clean(wrong[0]), 80)}” is not an e-mail address")
        sender = self._sender()
        if not addresses(sender)[0]:
            return Failed("the `sender` is not an e-mail address")
        try:
            mail = letter(message, self.form.sender, to, time())
            with self._conversation() as talk:
                refused = talk.deliver(sender, to, mail)
        except Stopped as stopped:
            return stopped.outcome
        if not refused:
            return Sent(identity(message.key, sender))
        return self._partly(to, refused)

    def probe(self) -> Probe:
        """Connects, encrypts, logs in and says goodbye; sends nothing."""
        try:
            with self._conversation() as talk:
                talk.look()
        except Stopped as stopped:
            return Probe("bad", getattr(stopped.outcome, "why", "the mail server did not answer"))
        if self.form.tls == "none":
            risk = "the password and every page" if self.form.user else "every page"
            return Probe("look", f"the mail server answers, but anybody on the way can read {risk}: `tls` is none")
        return Probe("ok", "the mail server answers; it cannot tell whether anybody reads a mail")

    def _conversation(self) -> Conversation:
        form = self.form
        return Conversation(form.host, form.port, form.tls, form.user, self.secrets.get("password"), self.within_s)

    def _sender(self) -> str:
        from email.utils import parseaddr

        return parseaddr(clean(self.form.sender))[1]

    def _partly(self, to: list[str], refused: list[tuple[str, int, str]]) -> Outcome:
        who = "; ".join(f"{address}: {code} {said}" for address, code, said in refused[:5])
        more = f"; and {len(refused) - 5} more" if len(refused) > 5 else ""
        others = "; the others have it" if len(refused) < len(to) else ""
        why = f"the mail server refuses {clip(who, 600)}{more}{others}"
        return Later(why) if all(code < 500 for _, code, _ in refused) else Failed(why)
