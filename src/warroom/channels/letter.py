"""A message as an e-mail. What people wrote stands in it as text: no line of theirs becomes a header.

The identity is made of the delivery's key, so that a second copy of the same page is the same mail to whoever reads it.
"""

from re import fullmatch, sub

from ..core.text import clean, clip
from .base import Message

TWICE = "This page may have reached you before: an earlier try got no answer."
_TITLE = 160  # cells: what a phone still shows of a subject, and then some


def subject(message: Message) -> str:
    """One line that says what this is about, as `[INC-K3F9 SEV1] L2 page: TITLE`."""
    where = " ".join(part for part in ("DRILL" * message.drill, message.incident, message.severity) if part)
    return clip(clean(f"[{where}] {_what(message)}: {clip(clean(message.title), _TITLE)}"), 300)


def _what(message: Message) -> str:
    if message.what == "test":
        return "TEST page"
    if message.what != "page":
        return message.what
    if message.topic:
        return f"{clip(clean(message.topic), 30)} page"
    return f"L{message.level} page" if message.level else "page"


def identity(key: str, sender: str) -> str:
    """The Message-ID of this delivery, the same for every try: `<KEY@DOMAIN>`, with the domain of the sender."""
    if not fullmatch(r"[A-Za-z0-9_.-]{1,64}", key):
        from hashlib import sha256

        key = sha256(key.encode(errors="surrogatepass")).hexdigest()[:32]
    domain = sender.rpartition("@")[2]
    return f"<{key}@{domain if fullmatch(r'[A-Za-z0-9-]+([.][A-Za-z0-9-]+)*', domain) else 'warroom.invalid'}>"


def addresses(text: str) -> tuple[list[str], list[str]]:
    """The plain addresses in a list of them, and what in it is none that a mail server could be told."""
    from email.utils import getaddresses

    good: list[str] = []
    bad: list[str] = []
    for _, address in getaddresses([sub(r"[\x00-\x1f\x7f]", "\ufffd", text)]):
        fits = address.isascii() and fullmatch(r"[^\s@<>()\[\],;:\"\\]{1,64}@[^\s@<>(),;:\"\\]{1,255}", address)
        (good if fits else bad).append(address or text)
    return good, bad


def letter(message: Message, sender: str, to: list[str], moment: float) -> bytes:
    """The whole mail as it goes over the wire, in lines that end in CR LF. `moment` is the time now, in seconds.

    `sender` may have a name before its address, as in `War room <room@example.org>`.
    """
    from email.message import EmailMessage
    from email.policy import SMTP
    from email.utils import formataddr, formatdate, parseaddr

    name, address = parseaddr(clean(sender))
    mail = EmailMessage(policy=SMTP)
    mail["From"] = formataddr((name, address))
    mail["To"] = ", ".join(to)
    mail["Subject"] = subject(message)
    mail["Date"] = formatdate(moment)
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday notice should answer it
    if message.calls or message.what == "handover":
        mail["X-Priority"] = "1"
        mail["Importance"] = "high"
    text = clean(message.words.mail, lines=True)
    if message.twice:
        mail["X-Warroom-Possibly-Twice"] = "yes"
        text = f"{TWICE}\n\n{text}"
    mail.set_content(text, charset="utf-8", cte="quoted-printable")
    # By hand, since the library breaks or encodes an identity that is longer than a line.
    own = identity(message.key, address)
    head = f"Message-ID: {own}\r\n"
    if message.thread != own and fullmatch(r"<[!-;=?-~]{3,250}>", message.thread):
        head += f"In-Reply-To: {message.thread}\r\nReferences: {message.thread}\r\n"
    return head.encode() + mail.as_bytes()
