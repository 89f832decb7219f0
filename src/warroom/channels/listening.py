"""What people write and mark in Slack, taken in by the process that pages: each thing once, by whoever wrote it.

An envelope is acknowledged only once its fact is durable. What the socket did not tell is found by looking: after every
connection, and more often while somebody else is connected for the same app, since Slack tells each thing to one only.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence

from ..core import events as ev
from ..core import masking
from ..core.acts.heard import HeardOnce, Known
from ..core.commands import Command
from ..core.incident import Incident
from ..core.text import keepable
from ..core.values import MINUTE, SECOND, By, Ms, Refused, fact_id
from ..store.errors import StoreError
from ..store.holding import Holding
from .kept import Kept
from .room_text import pinned
from .rooms import in_room, room_of
from .slack_asked import Reply, help_text
from .slack_call import SlackCalls
from .slack_ears import REFUSED, Prepared, SlackEars, User
from .slack_events import MARK, WORD, Heard
from .slack_people import LOGIN, People
from .slack_taken import IDS, Said, concerns, heard_twice, mark_of, take_in, taken, unsigned

LOOKS = 5 * MINUTE  # between two looks at a room, while everything is heard
LOOKS_ALONE = 15 * SECOND  # the same while it is not
_BACK = 10 * MINUTE  # how far a look goes back behind the one before
_LOCK_AGAIN = 5 * SECOND
_RESTRICTED = "That incident is restricted, and this channel is not: write it where it is kept."

Commit = Callable[[str, Kept, list[tuple[Command, By]]], Sequence[object]]


class Listening:
    """`own` takes the lock by which only one process of this folder listens; `handle` names an incident."""

    def __init__(
        self,
        ears: Sequence[SlackEars],
        people: People,
        host: str,
        handle: Callable[[str], str],
        own: Callable[[], Holding | None],
    ) -> None:
        self._ears, self._people, self._host, self._handle, self._own = ears, people, host, handle, own
        self._lock: Holding | None = None
        self._lock_at: Ms = 0
        self._looks: dict[tuple[str, str], _Look] = {}
        self._unwritten: list[tuple[SlackEars, Prepared]] = []

    def turn(self, kept: Mapping[str, Kept], now: Ms, commit: Commit) -> None:
        """Takes in what was heard since the last turn."""
        live = {path: each for path, each in kept.items() if each.taken and not each.room.state.drill}
        alone = self._is_mine(bool(live), now)
        for ear in self._ears:
            ear.listen(bool(live) and alone)
            ear.turn()
            for heard in ear.came():
                self._sort(ear, heard, live)
            self._look(ear, live, now, commit)
        ready, self._unwritten = self._unwritten, []
        ready += [(ear, each) for ear in self._ears for each in ear.ready()]
        if ready:
            self._decide(ready, live, now, commit)

    def close(self) -> None:
        """Hears nothing more."""
        for ear in self._ears:
            ear.close()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _is_mine(self, needed: bool, now: Ms) -> bool:
        """Whether this process is the one of its folder that listens."""
        if self._lock is not None and not self._lock.still():
            self._lock = None
        if needed and self._lock is None and not 0 <= now - self._lock_at < _LOCK_AGAIN:
            self._lock_at = now
            try:
                self._lock = self._own()
            except (OSError, StoreError):
                pass  # then it is looked for what is written, every few seconds
        if self._lock is not None:
            self._lock.beat()
        return self._lock is not None

    # ── where it belongs ──

    def _place(self, ear: SlackEars, heard: Heard, live: Mapping[str, Kept]) -> str:
        """The incident, by its file, to whose room, thread or direct message this belongs; empty: to none."""
        for path, each in live.items():
            room = room_of(each.room.state, ear.name)
            if room is not None and room.id == heard.channel:
                return path
        root = f"{heard.channel}/{heard.thread or heard.ts}"
        direct, newest = heard.channel.startswith("D") and not heard.thread, ("", 0)
        for path, each in live.items():
            for delivery in each.room.state.deliveries:
                if delivery.channel != ear.name or not delivery.remote or in_room(delivery):
                    continue
                if delivery.remote == root:
                    return path
                if direct and delivery.remote.startswith(f"{heard.channel}/") and delivery.due >= newest[1]:
                    newest = (path, delivery.due)
        return newest[0]

    def _posts_there(self, ear: SlackEars, channel: str, live: Mapping[str, Kept]) -> bool:
        """Whether anything about an incident stands in this channel."""
        found = (delivery for each in live.values() for delivery in each.room.state.deliveries)
        return any(each.channel == ear.name and each.remote.startswith(f"{channel}/") for each in found)

    def _sort(self, ear: SlackEars, heard: Heard, live: Mapping[str, Kept]) -> None:
        """Has prepared what may concern an incident; everything else is done with."""
        path = self._place(ear, heard, live)
        state = live[path].room.state if path else None
        if state is None and heard.what == MARK and heard.envelope and self._posts_there(ear, heard.channel, live):
            ear.prepare(heard)  # which thread it is in, its message says
        elif state is not None and unsigned(state, heard):
            ear.acknowledge(heard.envelope)
            ear.taken(heard)
        elif state is not None and concerns(state, heard):
            ear.prepare(heard)
        else:
            ear.acknowledge(heard.envelope)

    # ── what it comes to ──

    def _decide(
        self, ready: list[tuple[SlackEars, Prepared]], live: Mapping[str, Kept], now: Ms, commit: Commit
    ) -> None:
        together: dict[str, list[tuple[SlackEars, Prepared, list[tuple[Command, By]]]]] = {}
        for ear, prepared in ready:
            path = self._place(ear, prepared.heard, live)
            if not path:
                ear.acknowledge(prepared.heard.envelope)
                continue
            asked = self._asked(ear, prepared, live[path].room.state, now)
            if asked:
                together.setdefault(path, []).append((ear, prepared, asked))
        for path, many in together.items():
            outcomes = iter(commit(path, live[path], [each for _, _, asked in many for each in asked]))
            for ear, prepared, asked in many:
                self._answer(ear, prepared, [next(outcomes) for _ in asked])

    def _asked(self, ear: SlackEars, prepared: Prepared, state: Incident, now: Ms) -> list[tuple[Command, By]]:
        """The commands that this asks for, and who asks; what needs none is answered here."""
        heard = prepared.heard
        said, marker = self._said(ear, prepared, state)
        try:
            if state.restricted and not self._may_hear(ear, heard, state):
                raise Refused(_RESTRICTED)
            does = taken(state, said, now)
        except Refused as no:
            ear.acknowledge(heard.envelope)
            ear.reply(heard, str(no), REFUSED)
            return []
        if isinstance(does, Reply):
            ear.acknowledge(heard.envelope)
            ear.reply(heard, help_text() if does.what == "help" else self._status(state, now))
            return []
        if not does:
            ear.acknowledge(heard.envelope)
            if unsigned(state, heard):
                ear.taken(heard)
            return []
        ids = [fact_id(os.urandom(12)) for _ in range(IDS * len(does))]
        by = By(marker or said.who, LOGIN, self._host)
        return [(command, by) for command in take_in(does, heard, ear.name, ids)]

    def _answer(self, ear: SlackEars, prepared: Prepared, outcomes: list[object]) -> None:
        """Once it is on disk, Slack need not tell it again, and whoever wrote it sees that."""
        heard = prepared.heard
        if any(isinstance(outcome, StoreError) for outcome in outcomes):
            self._unwritten.append((ear, prepared))
            return
        ear.acknowledge(heard.envelope)
        no = next((o for o in outcomes if isinstance(o, Refused) and not isinstance(o, Known)), None)
        masked = masking.text(prepared.text)
        if no is not None:
            ear.reply(heard, str(no), REFUSED)
        elif heard.what == MARK and not heard.marked:
            ear.let_go(heard)
        elif masked.count and not any(isinstance(outcome, Known) for outcome in outcomes):
            ear.reply(heard, f"{masked.sentence} before it was kept. Here it still stands: edit it out.")
        elif heard.what in (WORD, MARK, "edit"):
            ear.taken(heard)

    def _said(self, ear: SlackEars, prepared: Prepared, state: Incident) -> tuple[Said, str]:
        heard = prepared.heard
        bot = keepable(heard.name).strip()[:80] or "an app"
        who = bot if heard.bot else self._name(ear, prepared.writer, state)
        marker = self._name(ear, prepared.marker, state) if prepared.marker and prepared.marker.id else ""
        return Said(heard, masking.text(prepared.text).text, who, marker), marker

    def _name(self, ear: SlackEars, user: User, state: Incident) -> str:
        """How the room calls this person: as the contact they are, else as they call themselves in Slack.

        Whoever calls themselves as somebody else does is told apart.
        """
        if known := self._people.name(state, user.id, user.email, ear.name):
            return known
        name = user.display or user.id or "somebody"
        return f"{name} (Slack {user.id})" if self._people.is_taken(state, name) else name

    def _may_hear(self, ear: SlackEars, heard: Heard, state: Incident) -> bool:
        """Whether a restricted incident may be spoken of there."""
        room = room_of(state, ear.name)
        in_it = room is not None and room.id == heard.channel
        return (in_it and room is not None and room.private) or (not in_it and not ear.form.shared)

    def _status(self, state: Incident, now: Ms) -> str:
        return pinned(state, now, self._handle(state.id), private=True, listens=True)

    # ── what was missed ──

    def _look(self, ear: SlackEars, live: Mapping[str, Kept], now: Ms, commit: Commit) -> None:
        for over in ear.looked():
            if (ended := self._looks.get((ear.name, over))) is not None:
                ended.busy = False
        anew, ear.anew = ear.anew, False
        found = ((path, room_of(each.room.state, ear.name)) for path, each in live.items())
        rooms = {room.id: path for path, room in found if room is not None}
        for id, path in rooms.items():
            look = self._looks.setdefault((ear.name, id), _Look())
            look.due = min(look.due, now) if anew else look.due
            pause = LOOKS if ear.alone else LOOKS_ALONE
            if look.busy or now < min(look.due, look.last + pause):
                continue
            oldest = f"{max(0, look.last - _BACK) / 1000:.6f}" if look.last else "0"
            look.busy, look.last, look.due = True, now, now + LOOKS
            state = live[path].room.state
            ear.look(id, oldest, frozenset(_marked(state, id)))
            twice = [HeardOnce(remote=remote, what=what) for remote, what in heard_twice(state)]
            if twice:
                commit(path, live[path], [(each, By("watch", LOGIN, self._host)) for each in twice])
        for gone in [key for key in self._looks if key[0] == ear.name and key[1] not in rooms]:
            del self._looks[gone]


class _Look:
    """When a room was looked through last, and when it is to be again."""

    def __init__(self) -> None:
        self.last: Ms = 0
        self.due: Ms = 0
        self.busy = False


def _marked(state: Incident, room: str) -> Iterator[str]:
    """The messages of this room whose marks are on the log."""
    for _, event in state.under(ev.Heard.type):
        body = event.body
        if not isinstance(body, ev.Heard) or not body.remote.startswith(f"{room}/"):
            continue
        if body.what.startswith(f"{MARK} ") and state.stands(mark_of(state, body.remote)[1]):
            yield body.remote


def listens(
    channels: Mapping[str, object],
    people: People,
    host: str,
    handle: Callable[[str], str],
    own: Callable[[], Holding | None],
    tell: Callable[[str], None],
) -> Callable[[Callable[[], None]], Listening] | None:
    """Makes what listens to those of `channels` that can be listened to, once it knows whom to wake; None: to none."""
    slack = [each for each in channels.values() if isinstance(each, SlackCalls) and each.form.listens]
    heard = [each for each in slack if "app_token" in each.secrets]
    if not heard:
        return None
    return lambda wake: Listening([SlackEars(each, wake, tell) for each in heard], people, host, handle, own)
