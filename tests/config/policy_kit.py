"""A configuration folder as somebody writes it by hand, from which tests leave something out."""

from pathlib import Path

CHANNELS = """
[channel.hook]
kind = "webhook"
url = "http://127.0.0.1:9000/page"
secret_env = "HOOK_SECRET"
[channel.mail]
kind = "email"
host = "localhost"
sender = "warroom@example.org"
"""
CONTACTS = """
[contact.ana]
name = "Ana"
phone = "+44 20 7946 0001"
reach = ["hook"]
email = "ana@example.org"
[contact.ivo]
name = "Ivo"
phone = "+44 20 7946 0002"
reach = ["mail:ivo@example.org"]
[contact.mei]
name = "Mei"
phone = "+44 20 7946 0003"
reach = ["mail:mei@example.org", "hook"]
[contact.tom]
name = "Tom"
phone = "+44 20 7946 0004"
reach = ["hook"]
"""
GOOD = """
id = "good"
owner = "ana"
repeat = 2
fallback = "Ring the front desk."
[[level]]
after = "PT0S"
notify = ["contact:ana"]
backup = ["contact:ivo"]
[[level]]
after = "PT5M"
notify = ["contact:mei"]
backup = ["contact:tom"]
"""
# As a newcomer meets it.
SNIPPET = {
    "channels.toml": """
[channel.hook]
kind = "webhook"
url = "http://127.0.0.1:9000/page"
secret_env = "HOOK_SECRET"
""",
    "contacts.toml": """
[contact.sre1]
name = "Primary on call"
reach = ["hook"]
phone = "+44 20 7946 0001"
""",
    "policies/quick.toml": """
id = "quick"
[[level]]
after = "PT0S"
notify = ["contact:sre1"]
[[level]]
after = "PT5M"
notify = ["contact:db1"]
backup = ["contact:db2"]
""",
}


def put(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def good(folder: Path, tested: bool = True) -> None:
    """A policy that nothing is wrong with."""
    put(folder, {"channels.toml": CHANNELS, "contacts.toml": CONTACTS, "policies/good.toml": GOOD})
    if tested:
        said = '{"hook": {"at": 1, "ok": true, "says": ""}, "mail": {"at": 1, "ok": true}}'
        put(folder, {"channels.json": said})
