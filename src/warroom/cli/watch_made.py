"""The watch of a folder, with everything that its configuration names, and the lines in which it says what happens."""

import os
import time
from threading import Lock
from typing import TYPE_CHECKING

from ..core.text import clean
from ..store import holding
from ..store.holding import Holder
from . import out
from .session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..channels.base import Channel
    from ..channels.carrying import Carrying
    from ..channels.factory import Unusable
    from ..channels.listening import Listening
    from ..channels.messages import Writer
    from ..channels.slack_people import People
    from ..channels.voice import Voice
    from ..channels.watch import Watch
    from ..channels.whose import Whose
    from ..config.channels import Channels
    from ..core.values import By


def made(session: Session, me: Holder, whose: "Whose", *, take: bool, only: str, serves: bool = False) -> "Watch":
    """The watch that the files of the configuration ask for now. `serves`: it is a server's."""
    from ..channels.factory import build
    from ..channels.rooms import Rooms
    from ..channels.rota import Rota
    from ..channels.secrets import absent
    from ..channels.watch import Watch
    from ..config import channels as configured
    from ..core.values import By

    config, problems = configured.load(session.paths.config)
    for problem in problems:
        out.say(str(problem))
    for name, form in config.by_name.items():
        for sentence in absent(form):
            tell(session, {"what": "channel", "text": f"{name}: {sentence}"})
    by = By("watch", session.me.login, session.me.host)
    built = build(config)
    writer = _writer(session)
    people = _people(session, config)
    return Watch(
        session.paths.incidents,
        session.replica,
        by,
        me,
        config,
        built,
        writer,
        lambda line: tell(session, line),
        whose=whose,
        take=take,
        only=only,
        rota=Rota(session.paths, built, lambda text: tell(session, {"what": "on call", "text": text})),
        worked=_Tried(session),
        rooms=Rooms(config, people, writer.handle),
        listens=_listens(session, config, built, people, writer.handle, me),
        carries=None if only else _carries(session, by, me, serves),
    )


def _carries(session: Session, by: "By", me: Holder, serves: bool) -> "Callable[[Voice], Carrying] | None":
    """What carries acts on alerts back, where `intake.toml` says how; nothing of it is even imported elsewhere."""
    from ..config import intake as configured

    intake, problems = configured.load(intake_folder(session, serves))
    for problem in problems:
        out.say(str(problem))
    if not intake.told:
        return None
    from ..channels.back import build
    from ..channels.carrying import LOCK, Carrying, Setup

    pulls = {name: int(every) for name, form in intake.told.items() if (every := getattr(form.api, "pull", None))}
    setup, place = Setup(build(intake), pulls, serves), os.path.join(session.paths.data, LOCK)
    return lambda voice: Carrying(session.paths.data, setup, by, me.token, lambda: holding.take(place, me), voice)


def intake_folder(session: Session, serves: bool) -> str:
    """Where `intake.toml` is: a server's pager goes by the server's."""
    return os.path.dirname(session.paths.config) if serves else session.paths.config


def _people(session: Session, config: "Channels") -> "People":
    """Who is who in Slack, where a channel of it asks for that."""
    from ..channels.slack_people import People

    asked = any(form.kind == "slack" for form in config.by_name.values())
    return People(session.library.contacts if asked else {})


def _listens(
    session: Session,
    config: "Channels",
    built: "Mapping[str, Channel | Unusable]",
    people: "People",
    handle: "Callable[[str], str]",
    me: Holder,
) -> "Callable[[Callable[[], None]], Listening] | None":
    """What hears Slack, where it is configured to; nothing of it is even imported elsewhere."""
    if not any(getattr(form, "listens", False) for form in config.by_name.values()):
        return None
    from ..channels.listening import listens

    said: set[str] = set()

    def hears(text: str) -> None:
        if text not in said:
            said.clear()
            said.add(text)
            tell(session, {"what": "slack", "text": text or "Slack is heard"})

    place = os.path.join(session.paths.data, "slack.lock")
    return listens(built, people, me.where.rpartition("@")[2], handle, lambda: holding.take(place, me), hears)


class _Tried:
    """Notes once for each channel that a page went out by it: from then on it counts as tested."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._noted: set[str] = set()
        self._guard = Lock()

    def __call__(self, channel: str) -> None:
        from ..config import tested

        with self._guard:
            if channel in self._noted:
                return
            self._noted.add(channel)
            try:
                tested.keep(self._session.paths, channel, self._session.now(), True, "a page went out")
            except OSError:
                pass  # what was paged stays paged


def _writer(session: Session) -> "Writer":
    from ..channels.messages import Writer

    handles: dict[str, str] = {}
    seen = [-1]

    def handle(inc: str) -> str:
        try:
            count = sum(name.endswith(".json") for name in os.listdir(session.paths.incidents))
        except OSError:
            count = 0
        if count != seen[0]:
            handles.clear()
            seen[0] = count
        if inc not in handles:
            handles[inc] = session.handle(inc)
        return handles[inc]

    return Writer(session.library.data, session.paths.config, handle)


def tell(session: Session, line: dict[str, object]) -> None:
    """One line of what happened: for people, or as JSON."""
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    try:
        _print(session, stamp, line)
    except OSError:
        pass  # whoever read this has gone; paging goes on


def _print(session: Session, stamp: str, line: dict[str, object]) -> None:
    if session.arguments.json:
        out.json({"at": stamp, **line})
        return
    text = clean(str(line.get("text") or line.get("why") or line.get("where") or line.get("folder") or ""))
    what = clean(str(line["what"]))
    handle = f"{line['incident']}  " if line.get("incident") else ""
    out.data(f"{stamp}  {handle}{what}{': ' if text else ''}{text}")
