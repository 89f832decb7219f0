"""The program itself: its configuration, what it finds around it, and completion for shells."""

from . import out
from .session import Session
from .stop import FAILED, OK, Usage
from .verb import Arguments, Parser, Verb


def _config_arguments(parser: Parser) -> None:
    parser.add_argument(
        "what",
        choices=("path", "check", "show", "init"),
        help="the folder; mistakes in its files; what holds; bring escalation policies, schedules and contacts along",
    )
    parser.add_argument(
        "--from", dest="source", metavar="WHERE", default="", help="with init: pagerduty, opsgenie, FILE"
    )
    parser.add_argument(
        "--url", metavar="BASE", default="", help="with init: the API's address, where it is another one"
    )
    parser.add_argument("--force", action="store_true", help="with init: replace files that are there")


def _config(session: Session, arguments: Arguments) -> int:
    match arguments.what:
        case "path":
            if arguments.json:
                out.json({"path": session.paths.config})
            else:
                out.data(session.paths.config)
            return OK
        case "check":
            return _check(session, arguments)
        case "init":
            from .init import init

            return init(session, arguments)
    return _show(session, arguments)


def _check(session: Session, arguments: Arguments) -> int:
    from ..config.check import check

    problems = check(session.paths)
    if arguments.json:
        out.json([{"file": p.file, "place": p.place, "reason": p.reason, "instead": p.instead} for p in problems])
    else:
        for problem in problems:
            out.data(str(problem))
        if not problems:
            out.say("All files are as they should be.")
    return FAILED if problems else OK


def _show(session: Session, arguments: Arguments) -> int:
    import msgspec

    from ..config.settings import Settings

    settings = msgspec.to_builtins(session.settings or Settings())
    if arguments.json:
        out.json(settings)
    else:
        for name, value in settings.items():
            out.data(f"{name} = {msgspec.json.encode(value).decode()}")
    return OK


def _doctor_arguments(parser: Parser) -> None:
    parser.add_argument("what", nargs="?", choices=("keys",), help="keys: shows what arrives for each key you press")
    parser.add_argument(
        "--page-me", action="store_true", help="send one real page, marked TEST, to the contact you are"
    )
    parser.add_argument("--channel", metavar="NAME", help="with --page-me: by this channel only")


def _doctor(session: Session, arguments: Arguments) -> int:
    if arguments.what == "keys":
        from importlib import import_module

        code: int = import_module("warroom.tui.doctor_keys").run()
        return code
    if arguments.page_me:
        from .doctor_page import page_me

        return page_me(session, arguments.channel or "", arguments.json)
    if arguments.channel:
        raise Usage("--channel goes with --page-me: without it every channel is tried, and nobody is paged.")
    from .doctor import examine

    return examine(session, arguments.json)


def _completion_arguments(parser: Parser) -> None:
    parser.add_argument("shell", choices=("bash", "zsh", "fish"))


def _completion(session: Session, arguments: Arguments) -> int:
    from .completion import script

    out.whole(script(arguments.shell))
    return OK


VERBS = {
    "config": Verb(
        "where the configuration is, whether it is right, what holds",
        "warroom config check",
        _config_arguments,
        _config,
    ),
    "doctor": Verb(
        "try every channel without paging anyone, and look at folders, watch, clock and terminal",
        "warroom doctor --page-me",
        _doctor_arguments,
        _doctor,
    ),
    "completion": Verb(
        "print the completion script for a shell",
        'eval "$(warroom completion bash)"',
        _completion_arguments,
        _completion,
    ),
}
