"""What the Slack app has to be allowed to do, and its manifest, as Slack takes it where an app is made."""

from ..config.channels import Slack

_POSTS = (
    ("chat:write", "posting"),
    ("reactions:read", "answers by reaction"),
    ("users:read", "the names of who answers"),
    ("im:write", "finding direct messages"),
    ("im:history", "answers in direct messages"),
)
_PINS = (("pins:write", "the pinned message"),)
_ROOMS = (
    ("channels:manage", "making rooms"),
    ("channels:read", "finding a room again"),
    ("users:read.email", "finding people by their address"),
)
_PRIVATE = (
    ("groups:write", "making private rooms"),
    ("groups:read", "finding a private room again"),
    ("groups:history", "what is written in private rooms"),
)
_HEARS = (("reactions:write", "the sign that something is on the log"),)
_HISTORY = ("channels:history", "groups:history")
EVENTS = ("message.channels", "message.groups", "message.im", "reaction_added", "reaction_removed")


def scopes(form: Slack) -> tuple[tuple[str, str], ...]:
    """The scopes that a bot token needs for this form, each with what it is for, beside the one for the history."""
    found = [*_POSTS]
    found += _PINS if form.status or form.room else ()
    found += _ROOMS if form.room else ()
    found += _PRIVATE if form.room and form.restricted == "private" else ()
    found += _HEARS if form.listens else ()
    return tuple(found)


def lacking(form: Slack, granted: set[str]) -> list[str]:
    """What this token may not do and should, in words; empty also where Slack does not say what it may."""
    if not granted:
        return []
    missing = [f"{scope} ({what})" for scope, what in scopes(form) if scope not in granted]
    if not set(_HISTORY) & granted:
        missing.append("channels:history or groups:history (replies, and what has arrived)")
    return missing


def manifest() -> dict[str, object]:
    """An app that can do everything that War room can make use of."""
    every = (*_POSTS, *_PINS, *_ROOMS, *_PRIVATE, *_HEARS)
    return {
        "display_information": {"name": "War room", "description": "Rooms of incidents, and what is said in them"},
        "features": {
            "app_home": {
                "home_tab_enabled": False,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "warroom", "always_online": True},
        },
        "oauth_config": {"scopes": {"bot": sorted({scope for scope, _ in every} | set(_HISTORY))}},
        "settings": {
            "event_subscriptions": {"bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": False},
            "org_deploy_enabled": False,
            "socket_mode_enabled": True,
            "token_rotation_enabled": False,
        },
    }
