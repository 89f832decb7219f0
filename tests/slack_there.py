"""A Slack workspace that listens and tells: real HTTP, a real WebSocket, people who write, edit, mark and delete.

It does badly what a test asks for: tells nothing, tells twice, is slow, asks for patience, dies and comes back. What
was not acknowledged is told again, as Slack does it.
"""

import json
import random
import threading
import time
from contextlib import suppress
from typing import Any

import httpx
from websockets.exceptions import WebSocketException
from websockets.sync.server import Server, ServerConnection, serve

from farside import FarSide, Line, Request, serves
from slack_room import SlackRoom
from specs import checked

TOKENS = {"SLACK_TOKEN": "xoxb-of-nobody", "SLACK_APP_TOKEN": "xapp-of-nobody"}


class SlackThere(SlackRoom):
    """`mute`: it tells nothing. `twice`: everything is told twice. `busy[method]`: so often it asks for patience.

    `acknowledged` holds the envelopes that came back, `told` how often each was told.
    """

    def __init__(self) -> None:
        super().__init__()
        self.users |= {"U8": "Ivo", "U9": "Mei <!channel>"}
        self._clock = time.time()
        self.mute = self.twice = False
        self.busy: dict[str, int] = {}
        self.slow: dict[str, float] = {}
        self.acknowledged: list[str] = []
        self.told: dict[str, int] = {}
        self.connections = 1  # as hello tells it
        self.opened = 0
        self._waiting: dict[str, dict[str, Any]] = {}
        self._lines: list[ServerConnection] = []
        self._guard = threading.RLock()
        self.judge = checked(self._answers, "slack")
        self.http = FarSide()
        self.http.answers(self._serve)
        self._server: Server | None = None
        self._port = 0
        self.up()

    # ── the servers ──

    @property
    def url(self) -> str:
        return f"{self.http.url}/api"

    def up(self) -> None:
        """The socket can be connected to, at the same place as before."""
        self._server = serve(self._socket, "127.0.0.1", self._port)
        self._port = self._server.socket.getsockname()[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.dead = False

    def down(self) -> None:
        """Slack is gone: no call is answered, and every socket is closed."""
        self.dead = True
        if self._server is not None:
            self._server.shutdown()
        self.cut()
        self._server = None

    def cut(self) -> None:
        """Every socket is closed, and can be opened again."""
        for line in list(self._lines):
            with suppress(OSError, WebSocketException):
                line.socket.shutdown(2)

    def close(self) -> None:
        self.down()
        self.http.close()

    def _serve(self, line: Line, request: Request) -> None:
        if not self.dead:
            serves(self)(line, request)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        method = request.url.path.rpartition("/")[2]
        if self.slow.get(method):
            time.sleep(self.slow[method])
        if self.busy.get(method, 0) > 0:
            self.busy[method] -= 1
            return httpx.Response(429, headers={"retry-after": "1"}, json={"ok": False, "error": "ratelimited"})
        return self.judge(request)

    def _answers(self, request: httpx.Request) -> httpx.Response:
        with self._guard:
            return SlackRoom.__call__(self, request)

    def apps_connections_open(self, asked: dict[str, str]) -> dict[str, Any]:
        self.opened += 1
        return {"url": f"ws://127.0.0.1:{self._port}/link/?ticket=hush-{self.opened}&app_id=A1"}

    def _socket(self, line: ServerConnection) -> None:
        self._lines.append(line)
        hello = {
            "type": "hello",
            "num_connections": self.connections,
            "debug_info": {"host": "applink-1", "build_number": 10, "approximate_connection_time": 18060},
            "connection_info": {"app_id": "A1"},
        }
        try:
            line.send(json.dumps(hello))
            for id, envelope in list(self._waiting.items()):
                self._send(line, id, envelope, again=True)
            for said in line:
                id = json.loads(said)["envelope_id"]
                self.acknowledged.append(id)
                self._waiting.pop(id, None)
        except (OSError, WebSocketException):
            pass
        finally:
            self._lines.remove(line)

    @property
    def listeners(self) -> int:
        return len(self._lines)

    def _send(self, line: ServerConnection, id: str, envelope: dict[str, Any], *, again: bool = False) -> None:
        more = {"retry_attempt": 1, "retry_reason": "timeout"} if again else {"retry_attempt": 0, "retry_reason": ""}
        self.told[str(id)] = self.told.get(str(id), 0) + 1
        line.send(json.dumps(envelope | more))

    def tells(self, event: dict[str, Any]) -> str:
        """One event, to one of those who listen."""
        id = f"{random.getrandbits(64):016x}"
        envelope = {
            "envelope_id": id,
            "type": "events_api",
            "accepts_response_payload": False,
            "payload": {
                "token": "verification",
                "team_id": "T1",
                "api_app_id": "A1",
                "type": "event_callback",
                "event_id": f"Ev{id}",
                "event_time": int(time.time()),
                "event": event,
            },
        }
        self.says_raw(envelope)
        return id

    def says_raw(self, envelope: dict[str, Any]) -> None:
        if self.mute:
            return
        id = envelope.get("envelope_id", "")
        if isinstance(id, str) and id:
            self._waiting[id] = envelope
        for line in self._lines[:1]:
            with suppress(OSError, WebSocketException):
                self._send(line, id, envelope)
                if self.twice:
                    self._send(line, id, envelope, again=True)

    def again(self) -> None:
        """What was not acknowledged is told again."""
        for id, envelope in list(self._waiting.items()):
            for line in self._lines[:1]:
                with suppress(OSError, WebSocketException):
                    self._send(line, id, envelope, again=True)

    def sends_away(self, reason: str = "refresh_requested") -> None:
        for line in list(self._lines):
            with suppress(OSError, WebSocketException):
                line.send(json.dumps({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-1"}}))

    # ── people ──

    def _keep(self, channel: str, row: dict[str, Any]) -> str:
        self._clock = max(time.time(), self._clock + 0.000_01)
        ts = f"{self._clock:.6f}"
        self.posts[channel].append({"type": "message", "ts": ts} | row)
        return ts

    def writes(self, text: str, channel: str, user: str = "U7", thread: str = "", **more: Any) -> str:
        """Somebody writes; Slack tells of it. The message's ts."""
        with self._guard:
            kept = text.encode(errors="replace").decode()
            ts = self._keep(channel, {"user": user, "text": kept, **({"thread_ts": thread} if thread else {}), **more})
            kind = "im" if channel.startswith("D") else "channel"
            row = self._find(channel, ts) | {"text": text}
        self.tells(row | {"channel": channel, "channel_type": kind, "event_ts": ts, "team": "T1"})
        return ts

    def edits(self, channel: str, ts: str, text: str, at: str = "") -> str:
        with self._guard:
            row = self._find(channel, ts)
            before = dict(row)
            self._clock = max(time.time(), self._clock + 0.000_01)
            edited = at or f"{self._clock:.6f}"
            row |= {"text": text, "edited": {"user": row.get("user", ""), "ts": edited}}
            message = dict(row)
        event = {"type": "message", "subtype": "message_changed", "hidden": True, "channel": channel}
        self.tells(event | {"message": message, "previous_message": before, "ts": edited, "event_ts": edited})
        return edited

    def deletes(self, channel: str, ts: str) -> None:
        with self._guard:
            row = self._find(channel, ts)
            self.posts[channel].remove(row)
        event = {"type": "message", "subtype": "message_deleted", "hidden": True, "channel": channel}
        self.tells(event | {"deleted_ts": ts, "previous_message": row, "ts": ts, "event_ts": ts})

    def marks(self, channel: str, ts: str, user: str = "U8", name: str = "pushpin") -> None:
        with self._guard:
            self.reacts(ts, name, user, channel)
        self._reaction("reaction_added", channel, ts, user, name)

    def unmarks(self, channel: str, ts: str, user: str = "U8", name: str = "pushpin") -> None:
        with self._guard:
            self.unreacts(ts, name, user, channel)
        self._reaction("reaction_removed", channel, ts, user, name)

    def _reaction(self, kind: str, channel: str, ts: str, user: str, name: str) -> None:
        item = {"type": "message", "channel": channel, "ts": ts}
        self.tells({"type": kind, "user": user, "reaction": name, "item": item, "event_ts": f"{time.time():.6f}"})

    # ── what stands there ──

    @property
    def room(self) -> str:
        """The one room there is; empty while there is none."""
        assert len(self.made) < 2, "there are two of them"
        return next(iter(self.made), "")

    def texts(self, channel: str, what: str = "") -> list[str]:
        """What we wrote there, of one sort or of all."""
        found = []
        for row in list(self.posts.get(channel, ())):
            load = (row.get("metadata") or {}).get("event_payload", {})
            if load and what in ("", load["what"]):
                found.append(row["text"])
        return found

    def signs(self, channel: str, ts: str) -> set[str]:
        """Our reactions to this message."""
        rows = self._find(channel, ts).get("reactions", [])
        return {row["name"] for row in rows if "UBOT" in row["users"]}

    def replies(self, channel: str, ts: str) -> list[str]:
        """Our answers below this message."""
        return [r["text"] for r in list(self.posts[channel]) if r.get("thread_ts") == ts and r.get("bot_id")]
