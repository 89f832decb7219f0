"""What changes only what is seen: nothing here is a fact."""

from .base import Context, Intent


class Help(Intent):
    name = "help"
    verb = "help"
    fkey = "f1"
    short = "help"
    words = "keys, the grammar of the prompt, and what each word does"
    group = "see"
    quick = True


class Situation(Intent):
    name = "situation"
    verb = "situation"
    key = "i"
    fkey = "f5"
    short = "situation"
    words = "six lines to read aloud"
    group = "see"
    quick = True


class Brief(Intent):
    name = "brief"
    verb = "brief"
    key = "p"
    words = "the brief that goes with every page"
    group = "see"
    quick = True


class Roles(Intent):
    name = "roles"
    verb = "roles"
    key = "r"
    fkey = "f6"
    short = "roles"
    words = "roles, their duties and the words to say"
    group = "see"
    quick = True


class Find(Intent):
    name = "find"
    verb = "find"
    fkey = "f7"
    short = "find"
    words = "filter the timeline by kind, person or text"
    usage = "[kind:decision] [by:ana] TEXT"
    example = "/find kind:decision"
    group = "see"

    @classmethod
    def prefill(cls, ctx: Context) -> str:
        return "/find "


class Zoom(Intent):
    name = "zoom"
    verb = "zoom"
    key = "z"
    words = "one pane over the whole screen, and back"
    usage = "[timeline|due|escalation|roles|checklist]"
    group = "see"
    quick = True


class Zone(Intent):
    name = "zone"
    verb = "zone"
    words = "times in UTC or in local time"
    group = "see"
    quick = True


class Copy(Intent):
    name = "copy"
    verb = "copy"
    words = "copy the situation or the selected entry, or write it to a file"
    usage = "[FILE]"
    group = "see"


class Conflicts(Intent):
    name = "conflicts"
    verb = "conflicts"
    words = "what was set twice at once, and how to settle it"
    group = "see"
    quick = True


class Theme(Intent):
    name = "theme"
    verb = "theme"
    words = "dark, light or the terminal's own 16 colours"
    usage = "dark|light|ansi"
    group = "see"


class Stats(Intent):
    name = "stats"
    verb = "stats"
    words = "what all incidents say together: medians, spread, and what is missing"
    group = "see"
    quick = True


class Alerts(Intent):
    name = "alerts"
    verb = "alerts"
    words = "the inbox of alerts: what fires, and what is done about it"
    group = "see"
    quick = True


class Server(Intent):
    name = "server"
    verb = "server"
    words = "the server of this folder: how it stands, join one, leave it"
    usage = "[URL|leave]"
    example = "/server https://warroom.example.org"
    group = "see"
    quick = True

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        return ["leave"]


class Lobby(Intent):
    name = "lobby"
    verb = "lobby"
    key = "q"
    words = "back to the lobby"
    group = "see"
    quick = True


INTENTS: tuple[type[Intent], ...] = (
    Help,
    Situation,
    Brief,
    Roles,
    Find,
    Zoom,
    Zone,
    Copy,
    Conflicts,
    Theme,
    Stats,
    Alerts,
    Server,
    Lobby,
)
