"""A Slack workspace in memory: what is posted stays, is found again, can be reacted to. It answers as Slack does."""

import json
from typing import Any

import httpx

from specs import body_of

SCOPES = (
    "chat:write,reactions:read,reactions:write,users:read,users:read.email,im:write,im:history,channels:history,"
    "channels:read,channels:manage,pins:write"
)


class SlackRoom:
    """`wrong` answers a method with a response of the test's own, once for each in its list."""

    def __init__(self) -> None:
        self.posts: dict[str, list[dict[str, Any]]] = {"C1": [], "D7": []}
        self.pins: list[tuple[str, str]] = []
        self.users = {"U7": "Ana Lima"}
        self.emails: dict[str, str] = {}
        self.made: dict[str, dict[str, Any]] = {}  # channels by id, as Slack tells of them
        self.invited: list[tuple[str, str]] = []
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
        rows = self._find(channel, ts).setdefault("reactions", [])
        row = next((each for each in rows if each["name"] == name), None)
        if row is None:
            rows.append({"name": name, "users": [user], "count": 1})
        else:
            row["users"].append(user)

    def unreacts(self, ts: str, name: str, user: str = "U7", channel: str = "C1") -> None:
        message = self._find(channel, ts)
        for row in message.get("reactions", []):
            if row["name"] == name and user in row["users"]:
                row["users"].remove(user)
        message["reactions"] = [row for row in message.get("reactions", []) if row["users"]]

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
        if not self._find(asked["channel"], asked["timestamp"]):
            return {"error": "message_not_found"}
        if (asked["channel"], asked["timestamp"]) in self.pins:
            return {"error": "already_pinned"}
        self.pins.append((asked["channel"], asked["timestamp"]))
        return {}

    def conversations_create(self, asked: dict[str, str]) -> dict[str, Any]:
        if any(channel["name"] == asked["name"] for channel in self.made.values()):
            return {"error": "name_taken"}
        id = f"C0ROOM{len(self.made) + 1}"
        self.posts[id] = []
        channel = {
            "id": id,
            "name": asked["name"],
            "creator": "UBOT",
            "is_private": asked.get("is_private") == "true",
            "purpose": {"value": ""},
            "is_archived": False,
        }
        self.made[id] = channel
        return {"channel": channel}

    def conversations_setPurpose(self, asked: dict[str, str]) -> dict[str, Any]:
        self.made[asked["channel"]]["purpose"] = {"value": asked["purpose"], "creator": "UBOT"}
        return {"purpose": asked["purpose"]}

    def conversations_invite(self, asked: dict[str, str]) -> dict[str, Any]:
        for user in asked["users"].split(","):
            if user not in self.users:
                return {"error": "user_not_found"}
            if (asked["channel"], user) in self.invited:
                return {"error": "already_in_channel"}
            self.invited.append((asked["channel"], user))
        return {"channel": self.made[asked["channel"]]}

    def users_conversations(self, asked: dict[str, str]) -> dict[str, Any]:
        there = [each for each in self.made.values() if not each["is_archived"]]
        return {"channels": there, "response_metadata": {"next_cursor": ""}}

    def users_lookupByEmail(self, asked: dict[str, str]) -> dict[str, Any]:
        found = next((user for user, email in self.emails.items() if email == asked["email"]), "")
        return {"user": {"id": found}} if found else {"error": "users_not_found"}

    def reactions_add(self, asked: dict[str, str]) -> dict[str, Any]:
        message = self._find(asked["channel"], asked["timestamp"])
        if not message:
            return {"error": "message_not_found"}
        if "UBOT" in _who(message, asked["name"]):
            return {"error": "already_reacted"}
        self.reacts(asked["timestamp"], asked["name"], "UBOT", asked["channel"])
        return {}

    def reactions_remove(self, asked: dict[str, str]) -> dict[str, Any]:
        message = self._find(asked["channel"], asked["timestamp"])
        if "UBOT" not in _who(message, asked["name"]):
            return {"error": "no_reaction"}
        self.unreacts(asked["timestamp"], asked["name"], "UBOT", asked["channel"])
        return {}

    def conversations_open(self, asked: dict[str, str]) -> dict[str, Any]:
        return {"channel": {"id": "D7"}} if asked["users"] in self.users else {"error": "user_not_found"}

    def conversations_history(self, asked: dict[str, str]) -> dict[str, Any]:
        if asked["channel"] not in self.posts:
            return {"error": "channel_not_found"}
        posts = self.posts[asked["channel"]]
        rows = [row for row in posts if "thread_ts" not in row or row.get("reply_broadcast")]
        latest = {row["thread_ts"]: row["ts"] for row in posts if "thread_ts" in row}
        rows = [row | ({"latest_reply": latest[row["ts"]]} if row["ts"] in latest else {}) for row in rows]
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
        profile = {"real_name": name, "email": self.emails.get(asked["user"], "")}
        return {"user": {"id": asked["user"], "name": "x", "profile": profile}} if name else {"error": "user_not_found"}

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
        if latest := asked.get("latest"):
            until = float(latest)
            rows = [each for each in rows if float(each["ts"]) < until or _until(each, latest, asked)]
        if asked.get("include_all_metadata") != "true":
            rows = [{name: value for name, value in row.items() if name != "metadata"} for row in rows]
        start, limit = int(asked.get("cursor") or 0), int(asked["limit"])
        more = str(start + limit) if len(rows) > start + limit else ""
        return {"messages": rows[start : start + limit], "response_metadata": {"next_cursor": more}}


def _until(row: dict[str, Any], latest: str, asked: dict[str, str]) -> bool:
    return row["ts"] == latest and asked.get("inclusive") == "true"


def _who(message: dict[str, Any], name: str) -> list[str]:
    return next((row["users"] for row in message.get("reactions", []) if row["name"] == name), [])
