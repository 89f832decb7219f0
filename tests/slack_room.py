"""A Slack workspace in memory: what is posted stays, is found again, can be reacted to. It answers as Slack does."""

import json
from typing import Any

import httpx

from specs import body_of

SCOPES = "chat:write,reactions:read,users:read,im:write,im:history,channels:history,channels:read,pins:write"


class SlackRoom:
    """`wrong` answers a method with a response of the test's own, once for each in its list."""

    def __init__(self) -> None:
        self.posts: dict[str, list[dict[str, Any]]] = {"C1": [], "D7": []}
        self.pins: list[tuple[str, str]] = []
        self.users = {"U7": "Ana Lima"}
        self.scopes = SCOPES
        self.channel: dict[str, Any] = {"name": "incidents", "is_member": True, "is_private": False}
        self.wrong: dict[str, list[httpx.Response]] = {}
        self.calls: list[str] = []
        self._clock = 1_795_392_000

    def __call__(self, request: httpx.Request) -> httpx.Response:
        method = request.url.path.rpartition("/")[2]
        self.calls.append(method)
        if self.wrong.get(method):
            return self.wrong[method].pop(0)
        asked = dict(request.url.params) or body_of(request) or {}
        answer = getattr(self, method.replace(".", "_"))(asked)
        return httpx.Response(200, headers={"x-oauth-scopes": self.scopes}, json={"ok": "error" not in answer} | answer)

    def says(self, text: str, thread: str = "", channel: str = "C1", user: str = "U7") -> str:
        """A person writes; the message's ts."""
        return self._keep(channel, {"user": user, "text": text} | ({"thread_ts": thread} if thread else {}))

    def reacts(self, ts: str, name: str, user: str = "U7", channel: str = "C1") -> None:
        self._find(channel, ts).setdefault("reactions", []).append({"name": name, "users": [user], "count": 1})

    def chat_postMessage(self, asked: dict[str, str]) -> dict[str, Any]:
        channel = "D7" if asked["channel"] == "U7" else asked["channel"]
        if channel not in self.posts:
            return {"error": "channel_not_found"}
        if "thread_ts" in asked and not self._find(channel, asked["thread_ts"]):
            return {"error": "thread_not_found"}
        kept = {name: value for name, value in asked.items() if name != "channel"}
        if "metadata" in kept:
            kept["metadata"] = json.loads(kept["metadata"])
        ts = self._keep(channel, kept | {"bot_id": "B1", "user": "UBOT"})
        return {"channel": channel, "ts": ts, "message": {}}

    def chat_update(self, asked: dict[str, str]) -> dict[str, Any]:
        row = self._find(asked["channel"], asked["ts"])
        if not row:
            return {"error": "message_not_found"}
        row |= {"text": asked["text"], "blocks": asked.get("blocks", "")}
        return {"channel": asked["channel"], "ts": asked["ts"]}

    def pins_add(self, asked: dict[str, str]) -> dict[str, Any]:
        self.pins.append((asked["channel"], asked["timestamp"]))
        return {}

    def conversations_open(self, asked: dict[str, str]) -> dict[str, Any]:
        return {"channel": {"id": "D7"}} if asked["users"] in self.users else {"error": "user_not_found"}

    def conversations_history(self, asked: dict[str, str]) -> dict[str, Any]:
        if asked["channel"] not in self.posts:
            return {"error": "channel_not_found"}
        rows = [row for row in self.posts[asked["channel"]] if "thread_ts" not in row or row.get("reply_broadcast")]
        return self._page(list(reversed(rows)), asked)

    def conversations_replies(self, asked: dict[str, str]) -> dict[str, Any]:
        rows = [row for row in self.posts[asked["channel"]] if asked["ts"] in (row["ts"], row.get("thread_ts"))]
        return self._page(rows, asked) if rows else {"error": "thread_not_found"}

    def conversations_info(self, asked: dict[str, str]) -> dict[str, Any]:
        return {"channel": self.channel} if asked["channel"] in self.posts else {"error": "channel_not_found"}

    def reactions_get(self, asked: dict[str, str]) -> dict[str, Any]:
        row = self._find(asked["channel"], asked["timestamp"])
        return {"type": "message", "message": row} if row else {"error": "message_not_found"}

    def users_info(self, asked: dict[str, str]) -> dict[str, Any]:
        name = self.users.get(asked["user"])
        return {"user": {"name": "x", "profile": {"real_name": name}}} if name else {"error": "user_not_found"}

    def auth_test(self, asked: dict[str, str]) -> dict[str, Any]:
        return {"user": "warroom", "team": "Example", "user_id": "UBOT"}

    def _keep(self, channel: str, row: dict[str, Any]) -> str:
        self._clock += 1
        ts = f"{self._clock}.000100"
        self.posts[channel].append({"type": "message", "ts": ts} | row)
        return ts

    def _find(self, channel: str, ts: str) -> dict[str, Any]:
        return next((row for row in self.posts[channel] if row["ts"] == ts), {})

    def _page(self, rows: list[dict[str, Any]], asked: dict[str, str]) -> dict[str, Any]:
        rows = [row for row in rows if float(row["ts"]) > float(asked.get("oldest", 0)) or row["ts"] == asked.get("ts")]
        if asked.get("include_all_metadata") != "true":
            rows = [{name: value for name, value in row.items() if name != "metadata"} for row in rows]
        start, limit = int(asked.get("cursor") or 0), int(asked["limit"])
        more = str(start + limit) if len(rows) > start + limit else ""
        return {"messages": rows[start : start + limit], "response_metadata": {"next_cursor": more}}
