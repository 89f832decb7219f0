"""An import as files in a configuration folder. Where one of them is there already, it is named and nothing begins."""

import os
from os.path import dirname, join, lexists

from ...core.text import clean
from ...core.values import Refused
from . import toml_text
from .imported import Imported

_CHANNELS = {
    "pd": """\
# Pages by PagerDuty. The key is that of an Events API v2 integration on the service that should page. With the token
# (REST API) answers come back and schedules are read; take its line out if you have none. With `sender` and `service`
# as well, `pd:USER` pages that one person; else the service there decides whom to call.
[channel.pd]
kind = "pagerduty"
key_env = "PAGERDUTY_KEY"
token_env = "PAGERDUTY_TOKEN"
# sender = "you@example.org"
# service = "PABC123"
""",
    "opsgenie": """\
# Pages by Opsgenie. For its successor say kind = "jsm"; for the EU, url = "https://api.eu.opsgenie.com".
[channel.opsgenie]
kind = "opsgenie"
key_env = "OPSGENIE_KEY"
# responder = "team:NAME"
""",
}
_MORE = """\
# A second way for the night when the first is what is down. `fallback` is tried when all of a person's own have failed.
# fallback = ["mail"]
"""
_EXAMPLES = """\

# [channel.mail]
# kind = "email"
# host = "smtp.example.org"
# sender = "war-room@example.org"
# to = "on-call@example.org"
# user = "war-room"
# password_env = "SMTP_PASSWORD"

# [channel.hook]
# kind = "webhook"
# url = "https://example.org/page"
# secret_env = "HOOK_SECRET"
"""


def write(imported: Imported, folder: str, *, overwrite: bool = False) -> list[str]:
    """Writes the files and returns their paths, `channels.toml` last.

    Raises `Refused` with a sentence when one of them is there already and `overwrite` is not set, or cannot be written.
    """
    texts = {join(folder, name): text for name, text in _files(imported).items()}
    if not overwrite and (there := [file for file in texts if lexists(file)]):
        are = f" and {len(there) - 1} more are" if len(there) > 1 else " is"
        what = "them" if len(there) > 1 else "it"
        raise Refused(
            f"{clean(there[0])}{are} there already. Nothing was written: move {what} away, or overwrite with --force."
        )
    done: list[str] = []
    for file, text in texts.items():
        try:
            _write(file, text)
        except OSError as problem:
            kept = f" {len(done)} of {len(texts)} files were written." if done else ""
            raise Refused(
                f"{clean(file)} cannot be written: {problem.strerror or 'input/output error'}.{kept}"
            ) from None
        done.append(file)
    return done


def _files(imported: Imported) -> dict[str, str]:
    head = f"# Imported from {imported.source}. From now on this file is yours: change it as you like.\n\n"
    found: dict[str, str] = {}
    if imported.contacts:
        found["contacts.toml"] = head + "\n".join(toml_text.contact(each) for each in imported.contacts)
    if imported.oncall:
        found["oncall.toml"] = head + "\n".join(toml_text.turn(each) for each in imported.oncall)
    for plan in imported.policies:
        found[join("policies", f"{plan.id}.toml")] = head + toml_text.policy(plan)
    sections = "\n".join(_CHANNELS[name] for name in imported.channels if name in _CHANNELS)
    found["channels.toml"] = "# No secret stands here: it is in the variable that is named.\n\n" + _MORE
    found["channels.toml"] += ("\n" + sections if sections else "") + _EXAMPLES
    return found


def _write(file: str, text: str) -> None:
    os.makedirs(dirname(file), 0o700, exist_ok=True)
    temporary = f"{file}.{os.getpid()}.new"
    try:
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb") as out:
            out.write(text.encode())
            out.flush()
            os.fsync(out.fileno())
        os.replace(temporary, file)
    except OSError:
        if lexists(temporary):
            os.unlink(temporary)
        raise
