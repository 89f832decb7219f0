"""GitHub: an action item becomes an issue. It knows no idempotency key: each issue carries ours as a hidden mark, by
which it is found again.

What people wrote stands in a code block, where nothing is markup and no “@name” calls anybody. `remote` is
`OWNER/REPO#NUMBER LINK`.
"""

from re import findall, fullmatch
from typing import ClassVar

from ..config.channels import GitHub as Form
from ..core.text import clean, clip
from ..core.values import HOUR, Ms
from ..net import Reply
from .base import Failed, Later, Message, Outcome, Probe, Sent, There, Unknown
from .foreign import Row, iso, number, row, rows, segment, word
from .http import HttpChannel, retry_after, why_of

TITLE, LABEL = 256, 50
_BACK: Ms = HOUR  # how far before the moment when it was asked for an issue is looked for
_ROWS, _PAGES = 30, 5
_LIMIT = 4_000_000  # bytes of a list of issues, whose texts come along
_SECONDARY_S = 60.0  # what GitHub asks for where it names no time
_NO_MORE = (301, 410)


class GitHub(HttpChannel):
    """`secrets`: `token`. An address is a repository, `owner/repo`; without one it is the form's."""

    kind: ClassVar[str] = "github"
    finds: bool = True
    files: bool = True
    pace: ClassVar[float] = 1.0
    form: Form

    def send(self, message: Message) -> Outcome:
        if message.what != "item":
            return Failed(f"{self.name} opens issues for action items, and reaches nobody")
        repo = self._repo(message)
        if not repo:
            return Failed(f"which repository? File it by `{self.name}:owner/repo`, or give {self.name} a `repo`")
        body: Row = {
            "title": clip(message.title, TITLE)[:TITLE],
            "body": text_of(message),
            "labels": [label[:LABEL] for label in (*self.form.labels, *message.labels)],
        }
        reply = self._call("POST", f"/repos/{repo}/issues", json=body)
        if not isinstance(reply, Reply):
            return reply
        if reply.status == 201:
            found = _remote(repo, reply.json())
            return Sent(found) if found else Unknown("GitHub answered something that is not its own, and may have it")
        return self._refused(reply, repo, opening=True)

    def look_up(self, message: Message) -> Outcome | None:
        """Goes through the newest issues, which a list shows at once; where there are too many, asks the search."""
        repo, mark = self._repo(message), mark_of(message)
        since = iso(max(0, message.at - _BACK))
        asked = {"state": "all", "sort": "created", "direction": "desc", "since": since, "per_page": _ROWS}
        for page in range(1, _PAGES + 1):
            reply = self._call("GET", f"/repos/{repo}/issues", params={**asked, "page": page}, limit=_LIMIT)
            if not isinstance(reply, Reply):
                return Later(reply.why)
            if reply.status != 200:
                return self._refused(reply, repo)
            if reply.cut:
                break
            issues = rows(reply.json())
            if found := _marked(repo, issues, mark):
                return Sent(found)
            if len(issues) < _ROWS:
                return None if isinstance(reply.json(), list) else Later("GitHub's answer is not understood")
        return self._search(repo, message.key, mark)

    def there(self, message: Message, remote: str) -> There | Outcome:
        found = fullmatch(r"([\w.-]+/[\w.-]+)#(\d+)(?: .*)?", remote)
        if found is None:
            return Failed("nobody knows which issue it is")
        repo, issue = found[1], found[2]
        reply = self._call("GET", f"/repos/{_path(repo)}/issues/{issue}", limit=_LIMIT)
        if not isinstance(reply, Reply):
            return reply
        if reply.status in _NO_MORE:
            return There("gone")
        state = word(reply.json(), "state")
        if reply.status == 200 and state in ("open", "closed"):
            return There(state)
        return self._refused(reply, repo)

    def probe(self) -> Probe:
        """Asks whether the token may read the form's repository, or whether it is one at all."""
        repo = _path(self.form.repo)
        path, params = (f"/repos/{repo}/issues", {"per_page": 1}) if repo else ("/rate_limit", None)
        reply = self._call("GET", path, params=params, limit=_LIMIT)
        outcome = self._refused(reply, repo) if isinstance(reply, Reply) and reply.status != 200 else reply
        if not isinstance(outcome, Reply):
            return Probe("bad", getattr(outcome, "why", ""))
        where = f"in {self.form.repo}" if repo else "in the repository that is named each time"
        return Probe(
            "ok", f"takes the token; opens action items as issues {where}, and reads back when they are closed"
        )

    # ── the requests ──

    def _repo(self, message: Message) -> str:
        return _path(message.address or self.form.repo)

    def _call(self, method: str, path: str, **given: object) -> Reply | Later | Failed | Unknown:
        headers = {
            "Authorization": f"Bearer {self.secrets['token'].reveal()}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        return self.call(method, self.form.url.rstrip("/") + path, headers=headers, **given)

    def _search(self, repo: str, key: str, mark: str) -> Outcome | None:
        query = f'"{key}" in:body repo:{repo} is:issue'
        reply = self._call("GET", "/search/issues", params={"q": query, "per_page": _ROWS}, limit=_LIMIT)
        if not isinstance(reply, Reply):
            return Later(reply.why)
        if reply.status != 200:
            return self._refused(reply, repo)
        if found := _marked(repo, rows(reply.json(), "items"), mark):
            return Sent(found)
        whole = row(reply.json()).get("incomplete_results") is False
        return None if whole else Later("GitHub's search did not come to an end")

    def _refused(self, reply: Reply, repo: str, *, opening: bool = False) -> Outcome:
        """What an answer means that is not the one that was hoped for."""
        status, after = reply.status, retry_after(reply)
        limited = reply.header("x-ratelimit-remaining") == "0" or bool(reply.header("retry-after"))
        if status == 429 or (status == 403 and (limited or "rate limit" in word(reply.json(), "message").lower())):
            why = why_of(reply, "asks for fewer requests", self.secrets)
            return Later(why, after if limited or after else _SECONDARY_S, busy=True)
        if status >= 500:
            why = why_of(reply, "has trouble", self.secrets)
            return Unknown(why) if opening else Later(why)
        named = repo or "what was asked for"
        ours = {
            301: f"has {named} under another name; file it by that one",
            401: "does not take the token; make a new one, and put it where token_env or token_file says",
            403: f"does not let the token open issues in {named}; it needs “Issues: read and write”",
            404: f"shows the token no repository {named}; check its name, and what the token may see",
            410: f"has switched issues off in {named}",
        }.get(status)
        return Failed(why_of(reply, ours, self.secrets)) if ours else self.outcome(reply)


def mark_of(message: Message) -> str:
    """The mark that no reader sees and that finds the issue again."""
    return f"<!-- warroom:{message.key} -->"


def text_of(message: Message) -> str:
    """The issue's body: the text as it is, in a fence that is longer than any in it, and the mark."""
    text = clean(message.words.mail, lines=True)
    fence = "`" * max(3, 1 + max((len(run) for run in findall("`+", text)), default=0))
    return f"{fence}text\n{text}\n{fence}\n\n{mark_of(message)}\n"


def _path(repo: str) -> str:
    owner, found, name = repo.strip().partition("/")
    return f"{segment(owner)}/{segment(name)}" if found and owner and name and "/" not in name else ""


def _marked(repo: str, issues: list[Row], mark: str) -> str:
    ours = (each for each in issues if mark in str(each.get("body")) and "pull_request" not in each)
    return next((found for each in ours if (found := _remote(repo, each))), "")


def _remote(repo: str, issue: object) -> str:
    which = number(issue, "number")
    if which is None:
        return ""
    link = word(issue, "html_url")
    fits = link.startswith(("https://", "http://")) and " " not in link and link.endswith(f"/{which}")
    return f"{repo}#{which}" + (f" {link}" if fits else "")
