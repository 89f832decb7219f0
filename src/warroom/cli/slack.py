"""`warroom slack`: whether the rooms in Slack would work, and the manifest of the app that makes them."""

from typing import TYPE_CHECKING

from ..config.channels import Slack
from ..core.text import clean
from . import out
from .session import Session
from .stop import FAILED, OK, NotHere
from .verb import Arguments, Parser, Verb

if TYPE_CHECKING:
    from ..channels.base import Probe

WITHIN_S = 20.0


def _arguments(parser: Parser) -> None:
    parser.add_argument("what", choices=("check", "manifest"), help="tokens and scopes; what an app is made from")


def _slack(session: Session, arguments: Arguments) -> int:
    if arguments.what == "manifest":
        import msgspec

        from ..channels.slack_manifest import manifest

        out.data(msgspec.json.format(msgspec.json.encode(manifest()), indent=2).decode())
        return OK
    return _check(session)


def _check(session: Session) -> int:
    """Asks Slack, for each channel of its kind, who the tokens are and what they may do; posts nothing."""
    config = session.library.channels
    mine = {name: form for name, form in config.by_name.items() if isinstance(form, Slack)}
    if not mine:
        raise NotHere("No channel of kind “slack” is in channels.toml; docs/slack-room.md shows one.")
    from ..channels.factory import build
    from ..net import Http
    from .doctor_channels import at_once, probing

    built = build(config, http=Http(timeout_s=8.0))
    came = at_once({name: probing(built[name]) for name in mine}, WITHIN_S)
    rows = [_row(name, form, came.get(name)) for name, form in mine.items()]
    if session.arguments.json:
        out.json(rows)
    else:
        for row in rows:
            out.data(f"{row['channel']}: {row['state']}, {row['says']}")
            out.say(f"scopes that it makes use of: {', '.join(row['scopes'])}")  # type: ignore[arg-type]  # texts they are
    return OK if all(row["state"] == "ok" for row in rows) else FAILED


def _row(name: str, form: Slack, probe: "Probe | None") -> dict[str, object]:
    from ..channels.slack_manifest import scopes

    state, says = (probe.state, clean(probe.says)) if probe else ("bad", f"Slack says nothing within {WITHIN_S:.0f} s")
    needed = [*(scope for scope, _ in scopes(form)), "channels:history"]
    return {"channel": clean(name), "state": state, "says": says, "room": form.room, "scopes": needed}


VERBS = {
    "slack": Verb(
        "rooms in Slack: check tokens and scopes, print the app's manifest",
        "warroom slack manifest",
        _arguments,
        _slack,
        writes=False,
        incident=False,
    )
}
