"""Jira Cloud: an action item becomes an issue. It knows no idempotency key: each issue carries ours as a label, or in
its last line where its project has no labels, and is found again by that.

The description is a document of plain texts, in which nothing is markup. `remote` is `KEY-NUMBER LINK`.
"""

from base64 import b64encode
from re import fullmatch
from typing import ClassVar

import msgspec

from ..config.channels import Jira as Form
from ..core.text import clean, clip
from ..net import Reply
from .base import Failed, Later, Message, Outcome, Probe, Sent, There, Unknown
from .foreign import Row, each, row, rows, word
from .http import SAID, HttpChannel, why_of
from .secrets import scrub

SUMMARY = 255
_LIMIT = 2_000_000  # bytes of an answer
_FOUND = 20


class Jira(HttpChannel):
    """`secrets`: `token`. An address is a project's key; without one it is the form's."""

    kind: ClassVar[str] = "jira"
    finds: bool = True
    files: bool = True
    pace: ClassVar[float] = 1.0
    form: Form

    def send(self, message: Message) -> Outcome:
        if message.what != "item":
            return Failed(f"{self.name} opens issues for action items, and reaches nobody")
        project = self._project(message)
        if not project:
            return Failed(f"which project? File it by `{self.name}:PROJ`, or give {self.name} a `project`")
        reply = self._open(message, project, labels=True)
        if isinstance(reply, Reply) and reply.status == 400 and "labels" in row(reply.json(), "errors"):
            reply = self._open(message, project, labels=False)
        if not isinstance(reply, Reply):
            return reply
        if reply.status == 201:
            found = self._remote(reply.json())
            return Sent(found) if found else Unknown("Jira answered something that is not its own, and may have it")
        return self._refused(reply, project, opening=True)

    def look_up(self, message: Message) -> Outcome | None:
        project, mark = self._project(message), mark_of(message)
        query = f'project = "{project}" AND (labels = "{mark}" OR description ~ "{message.key}")'
        asked = {"jql": query, "fields": "labels,description", "maxResults": _FOUND}
        reply = self._call("GET", "/rest/api/3/search/jql", params=asked)
        if not isinstance(reply, Reply):
            return Later(reply.why)
        if reply.status != 200:
            return self._refused(reply, project)
        if not isinstance(row(reply.json()).get("issues"), list):
            return Later("Jira's answer is not understood")
        for issue in rows(reply.json(), "issues"):
            # The search finds words; the mark itself is looked for here.
            if mark in msgspec.json.encode(issue.get("fields")).decode() and (found := self._remote(issue)):
                return Sent(found)
        return None

    def there(self, message: Message, remote: str) -> There | Outcome:
        key = remote.partition(" ")[0]
        if not _is_key(key):
            return Failed("nobody knows which issue it is")
        reply = self._call("GET", f"/rest/api/3/issue/{key}", params={"fields": "status"})
        if not isinstance(reply, Reply):
            return reply
        category = word(reply.json(), "fields", "status", "statusCategory", "key")
        if reply.status == 200 and category:
            return There("closed" if category == "done" else "open")
        return self._refused(reply, key.partition("-")[0])

    def probe(self) -> Probe:
        """Asks who the token is."""
        reply = self._call("GET", "/rest/api/3/myself")
        outcome = self._refused(reply, "") if isinstance(reply, Reply) and reply.status != 200 else reply
        if not isinstance(outcome, Reply):
            return Probe("bad", getattr(outcome, "why", ""))
        name = clip(word(outcome.json(), "displayName"), 40) or "whoever the token belongs to"
        where = f"in {self.form.project}" if self.form.project else "in the project that is named each time"
        return Probe("ok", f"opens action items as {name} {where}, and reads back when they are done")

    # ── the requests ──

    def _project(self, message: Message) -> str:
        key = (message.address or self.form.project).strip().upper()
        return key if fullmatch(r"[A-Z][A-Z0-9_]{0,40}", key) else ""

    def _call(self, method: str, path: str, **given: object) -> Reply | Later | Failed | Unknown:
        login = b64encode(f"{self.form.user}:{self.secrets['token'].reveal()}".encode()).decode()
        headers = {"Authorization": f"Basic {login}", "Accept": "application/json"}
        return self.call(method, self.form.url.rstrip("/") + path, headers=headers, limit=_LIMIT, **given)

    def _open(self, message: Message, project: str, *, labels: bool) -> Reply | Later | Failed | Unknown:
        mark = mark_of(message)
        fields: Row = {
            "project": {"key": project},
            "issuetype": {"name": self.form.issue_type},
            "summary": clip(message.title, SUMMARY)[:SUMMARY],
            "description": document(message.words.mail + ("" if labels else f"\n{mark}")),
        }
        if labels:
            fields["labels"] = [*self.form.labels, *message.labels, mark]
        return self._call("POST", "/rest/api/3/issue", json={"fields": fields})

    def _remote(self, issue: object) -> str:
        key = word(issue, "key")
        return f"{key} {self.form.url.rstrip('/')}/browse/{key}" if _is_key(key) else ""

    def _refused(self, reply: Reply, project: str, *, opening: bool = False) -> Outcome:
        """What an answer means that is not the one that was hoped for."""
        status = reply.status
        if status >= 500 and opening:
            return Unknown(self._why(reply, "has trouble"))
        named = project or "here"
        ours = {
            400: "does not take the issue",
            401: "does not take user and token; make a new token, and put it where token_env or token_file says",
            403: f"does not let the user open issues in {named}",
            404: f"shows the user no such thing; check url, and that {named} is a project the user may see",
        }.get(status)
        return Failed(self._why(reply, ours)) if ours else self.outcome(reply)

    def _why(self, reply: Reply, ours: str) -> str:
        """Jira names what is wrong field by field."""
        data = row(reply.json())
        said = [*each(data.get("errorMessages"))]
        said += [f"{clean(name)}: {why}" for name in row(data, "errors") if (why := word(data, "errors", name))]
        if not said:
            return why_of(reply, ours, self.secrets)
        theirs = clip(scrub("; ".join(said), self.secrets), SAID)
        return f"the far side {ours} ({reply.status}: {theirs})"


def mark_of(message: Message) -> str:
    """The label that finds the issue again."""
    return f"warroom-{message.key}"


def document(text: str) -> Row:
    """`text` in Atlassian's document format: a paragraph for each line, every one a plain text."""
    lines = [line for line in clean(text, lines=True).split("\n") if line.strip()]
    paragraphs = [{"type": "paragraph", "content": [{"type": "text", "text": line}]} for line in lines]
    return {"type": "doc", "version": 1, "content": paragraphs}


def _is_key(key: str) -> bool:
    return fullmatch(r"[A-Z][A-Z0-9_]{0,40}-\d{1,12}", key) is not None
