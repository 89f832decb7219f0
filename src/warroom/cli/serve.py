"""`warroom serve`: keeps the incidents of many terminals in step, until it is told to stop."""

import asyncio
import os
from functools import partial
from typing import TYPE_CHECKING

from ..core.text import clean
from ..core.values import DAY
from . import out, server_store
from .session import Session, wall
from .stop import No, Usage
from .verb import Arguments, Parser, Verb

if TYPE_CHECKING:
    from ..intake.base import Hook
    from ..server.paging import Pager
    from ..server.run import Serving
    from ..server.words import Reader

PORT = 8465
_HERE = "127.0.0.1"
_TRIAL = "trial"


def _arguments(parser: Parser) -> None:
    parser.add_argument("--dev", action="store_true", help="a trial on this machine, with a token that ends in a day")
    parser.add_argument("--host", metavar="H", default=_HERE, help="where to listen; without it, on this machine only")
    parser.add_argument("--port", metavar="N", type=int, default=PORT, help=f"without it, {PORT}; 0: any that is free")
    parser.add_argument(
        "--cert", metavar="FILE", default="", help="the certificate, for TLS; read again when it changes"
    )
    parser.add_argument("--key", metavar="FILE", default="", help="its key")
    parser.add_argument("--behind-proxy", action="store_true", help="a proxy with TLS stands in front")
    parser.add_argument(
        "--proxy", metavar="ADDRESS", action="append", default=[], help="where it stands; without it, on this machine"
    )
    parser.add_argument("--pager", action="store_true", help="also page for what it keeps, with every laptop closed")
    server_store.arguments(parser)


def _serve(session: Session, arguments: Arguments) -> int:
    server_store.needs()
    _check(arguments)
    folder = server_store.folder(session, arguments)
    lock = server_store.hold(folder)
    try:
        secret = _provided(session, arguments)
        return _run(session, arguments, folder, secret)
    finally:
        lock.release()


def _check(arguments: Arguments) -> None:
    """Raises for what must not be, before anything is touched."""
    from ..server.binding import only_here, refusal

    if bool(arguments.cert) != bool(arguments.key):
        raise Usage("warroom serve: --cert and --key belong together.")
    if not 0 <= arguments.port <= 65535:
        raise Usage("warroom serve: a port is a number from 0 to 65535.")
    if arguments.dev and not only_here(arguments.host):
        raise No("A trial listens on this machine only: leave out --host, or --dev.")
    if why := refusal(arguments.host, bool(arguments.cert), arguments.behind_proxy):
        raise No(why)


def _provided(session: Session, arguments: Arguments) -> str:
    """The token of a trial; without one, says how a token is made where there is none."""

    async def look() -> str:
        from ..server.tokens import Tokens

        async with server_store.opened(session, arguments) as store:
            tokens, now = Tokens(store), wall()
            holding = {token.name for token in await tokens.all() if token.holds(now) and not token.share}
            if not arguments.dev:
                if not holding:
                    out.say("Nobody can join yet: `warroom token create NAME --grant respond` makes a token.")
                return ""
            name = next(n for n in (_TRIAL, *(f"{_TRIAL} {k}" for k in range(2, 10_000))) if n not in holding)
            _, secret = await tokens.create(name, "administer", expires=now + DAY)
            return secret

    return asyncio.run(look())


def _run(session: Session, arguments: Arguments, folder: str, secret: str) -> int:
    from ..server.options import Options
    from ..server.run import Serving, serve

    where = arguments.store or folder
    senders, readers = _senders(folder)
    if not arguments.pager:
        _tells_nobody(folder)
    serving = Serving(
        server_store.made(where, arguments),
        host=arguments.host,
        port=arguments.port,
        cert=arguments.cert,
        key=arguments.key,
        behind_proxy=arguments.behind_proxy,
        options=Options(pages=arguments.pager),
        listening=partial(_listens, arguments, secret),
        say=out.say,
        companion=_pager(folder) if arguments.pager else None,
        senders=senders,
        readers=readers,
    )
    return serve(_behind(serving, arguments))


def _behind(serving: "Serving", arguments: Arguments) -> "Serving":
    from msgspec.structs import replace

    return replace(serving, proxies=tuple(arguments.proxy)) if arguments.proxy else serving


def _senders(folder: str) -> "tuple[dict[str, Hook], dict[str, Reader]]":
    """The hooks that `intake.toml` in the server's folder sets up, and those that are there by themselves.

    With them, by hook, what asks for the words of messages that it only names.
    """
    from ..channels.secrets import NoSecret, absent, resolve
    from ..config.intake import Slack, load
    from ..intake.hooks import hooks
    from ..intake.signed import BadSecret

    intake, problems = load(folder)
    for problem in problems:
        out.say(str(problem))
    secrets: dict[str, str] = {}
    readers: dict[str, Reader] = {}
    for name, form in intake.hooks.items():
        try:
            found = resolve(form, folder=folder)
        except NoSecret as why:
            out.say(f"The hook {name} takes nothing: {why}")
        else:
            if "secret" in found:
                secrets[name] = found["secret"].reveal()
            if isinstance(form, Slack) and "token" in found:
                from ..channels.slack_marked import SlackMarked

                readers[name] = SlackMarked(name, form, found["token"])
            for sentence in absent(form):
                out.say(f"The hook {name}: {sentence}; its alerts do not say what their messages say.")
    try:
        return hooks(intake, secrets), readers
    except BadSecret as why:
        raise No(f"intake.toml: {why}.") from None


def _tells_nobody(folder: str) -> None:
    """Says so where intake.toml says how senders are told, and this server's pager would be the one to do it."""
    from ..config.intake import load

    if told := load(folder)[0].told:
        out.say(f"What is done about alerts of {', '.join(sorted(told))} is told nobody there: --pager tells them.")


def _pager(folder: str) -> "Pager":
    from ..server.paging import FOLDER, Pager

    place = os.path.join(folder, FOLDER)
    if not os.path.exists(os.path.join(place, "channels.toml")):
        out.say(f"Its pager reaches nobody yet: {clean(place)}/channels.toml says through what, as docs/channels.md.")
    return Pager(place, out.say)


def _listens(arguments: Arguments, secret: str, url: str) -> None:
    """Says so, once it does."""
    if arguments.json:
        out.json({"url": url, "pid": os.getpid()} | ({"token": secret} if secret else {}))
    out.say(f"listening on {url}")
    if secret:
        out.say("This is a trial: it listens on this machine only, and its token ends in a day. To join from here:")
        out.say(f"  WARROOM_TOKEN={secret} warroom join {url}")
    _notify()


def _notify() -> None:
    """Tells systemd that it is ready (Type=notify)."""
    import socket

    place = os.environ.get("NOTIFY_SOCKET", "")
    if not place.startswith(("/", "@")):
        return
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as to:
            to.sendto(b"READY=1", "\0" + place[1:] if place[0] == "@" else place)
    except OSError:
        pass  # whoever waits for it finds out by asking


VERBS = {
    "serve": Verb(
        "serve incidents to many terminals; --dev is a trial that needs nothing else",
        "warroom serve --dev",
        _arguments,
        _serve,
        writes=False,
        incident=False,
    )
}
