"""What an act does that only this console sees: sheets, filters, zones, copies. Nothing here is a fact."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..core.text import clean
from ..core.values import Refused
from ..intents import Screen
from . import theme
from .evidence import attach, copy_bridge, insist
from .practice.acts import SCREENS
from .room_screen import ZOOMS
from .rows import KINDS, kind_of, speaker, text_of
from .shown import Filter

_COMMON = ("decision", "action", "observed", "hypothesis", "note", "impact", "update", "task")

if TYPE_CHECKING:
    from .incident_screen import IncidentScreen


def see(room: "IncidentScreen", asked: Screen) -> None:
    """Do it. Raises `Refused` where it cannot be done."""
    (SCREENS.get(asked.name) or _ACTS[asked.name])(room, asked.about.strip())


def _help(room: "IncidentScreen", about: str) -> None:
    from .overlays.help import Help

    room.app.push_screen(Help(room.console_app.bound.acts))


def _situation(room: "IncidentScreen", about: str) -> None:
    from .overlays.situation import Situation

    room.lay(Situation)


def _brief(room: "IncidentScreen", about: str) -> None:
    from .overlays.brief import BriefSheet

    room.lay(BriefSheet)


def _pager(room: "IncidentScreen", about: str) -> None:
    word = about.strip().casefold()
    if word == "server":
        from .handing_over import hand_over

        hand_over(room)
    elif word in ("", "here"):
        from .paging import take_pager

        take_pager(room)
    else:
        raise Refused(f"“{clean(about)}” cannot page: `/pager here` takes the pager, `/pager server` hands it over.")


def _policy(room: "IncidentScreen", about: str) -> None:
    from .policy_offer import show_policy

    show_policy(room)


def _roles(room: "IncidentScreen", about: str) -> None:
    from .overlays.roles import Roles

    room.lay(Roles)


def _conflicts(room: "IncidentScreen", about: str) -> None:
    from .overlays.conflicts import Conflicts

    room.lay(Conflicts)


def _find(room: "IncidentScreen", about: str) -> None:
    room.timeline.filter = read_filter(about)


def read_filter(about: str) -> Filter:
    """`kind:decision by:ana vacuum` as a filter; every other word is looked for in the text. Raises `Refused`."""
    kinds: list[str] = []
    who, words = "", []
    for word in about.split():
        head, found, value = word.partition(":")
        if found and value and head.casefold() == "kind":
            kinds += [_kind(each) for each in value.split(",") if each]
        elif found and value and head.casefold() in ("by", "who"):
            who = value
        else:
            words.append(word)
    return Filter(tuple(kinds), who, " ".join(words))


def _kind(text: str) -> str:
    hits = [kind for kind in KINDS if kind == text.casefold()] or [k for k in KINDS if k.startswith(text.casefold())]
    if not hits:
        raise Refused(f"“{text}” is no kind of entry, such as {', '.join(_COMMON)}: the words in the timeline.")
    return hits[0]


def _zoom(room: "IncidentScreen", about: str) -> None:
    name = about.casefold() or ("" if room.zoomed else "timeline")
    if name and name not in ZOOMS:
        raise Refused(f"“{about}” is no pane. Known: {', '.join(ZOOMS)}.")
    room.zoom(name or room.zoomed)


def _zone(room: "IncidentScreen", about: str) -> None:
    room.console_app.local = not room.console_app.local
    room.show(room.live.state, room.sight())


def _theme(room: "IncidentScreen", about: str) -> None:
    names = [name for name in theme.PALETTES if name != "mono"]
    if about not in names:
        raise Refused(f"“{about}” is no theme. Known: {', '.join(names)}.")
    theme.install(room.app, about)
    room.refresh(layout=True)


def _copy(room: "IncidentScreen", about: str) -> None:
    text = _selected(room) or _situation_text(room)
    if about:
        path = os.path.abspath(os.path.expanduser(about))
        try:
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                file.write(text + "\n")
        except OSError as wrong:
            raise Refused(f"{path} was not written: {wrong.strerror}. Another name will do.") from None
        room.tell(f"Written to {path}.")
        return
    room.app.copy_to_clipboard(text)
    room.tell("Copied, if your terminal allows it; `/copy FILE` writes it to a file.")


def _selected(room: "IncidentScreen") -> str:
    state = room.live.state
    event = state.facts.get(room.timeline.selected or "")
    if event is None:
        return ""
    at = room.moment.hms(state.when(event).t) if room.moment else ""
    return f"{at} {kind_of(state, event)} {speaker(state, event)}: {text_of(state, event)}"


def _situation_text(room: "IncidentScreen") -> str:
    from ..render.situation import lines

    app = room.console_app
    return "\n".join(lines(room.live.state, room.live.state.handle(), room.now(), app.zone))


def _stats(room: "IncidentScreen", about: str) -> None:
    from .stats import StatsScreen

    room.app.push_screen(StatsScreen())


def _alerts(room: "IncidentScreen", about: str) -> None:
    room.console_app.show_alerts()


def _server(room: "IncidentScreen", about: str) -> None:
    from .server_acts import server

    server(room, about)


def _share(room: "IncidentScreen", about: str) -> None:
    from .sharing import share

    share(room, about)


def _lobby(room: "IncidentScreen", about: str) -> None:
    room.app.run_worker(room.console_app.show_lobby(), exit_on_error=False)


def _drill(room: "IncidentScreen", about: str) -> None:
    from .drill.acts import drill

    drill(room, about)


def _learn(room: "IncidentScreen", about: str) -> None:
    from .learn.acts import learned

    learned(room, about)


def _items(room: "IncidentScreen", about: str) -> None:
    from .items.board import Items

    room.lay(Items)


def _review(room: "IncidentScreen", about: str) -> None:
    from .review.acts import review

    review(room, about)


_ACTS: dict[str, Callable[["IncidentScreen", str], None]] = {
    "attach": attach,
    "insist": insist,
    "copybridge": copy_bridge,
    "help": _help,
    "situation": _situation,
    "brief": _brief,
    "pager": _pager,
    "policy": _policy,
    "roles": _roles,
    "roster": _roles,
    "conflicts": _conflicts,
    "find": _find,
    "zoom": _zoom,
    "zone": _zone,
    "theme": _theme,
    "copy": _copy,
    "stats": _stats,
    "alerts": _alerts,
    "server": _server,
    "share": _share,
    "lobby": _lobby,
    "drill": _drill,
    "review": _review,
    "items": _items,
    "learn": _learn,
}
