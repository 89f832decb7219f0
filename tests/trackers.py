"""GitHub and Jira as far as action items need them: the issues they hold, answers as the real ones give, every request
judged by what the vendor takes. A test closes an issue as a person would.
"""

import json
import re
import time
from typing import Any

import httpx

from specs import body_of, checked

Answer = httpx.Response


class Tracker:
    """What both share. `first` holds answers that are given before anything else, whatever is asked.

    `loses`: the next so many issues are opened, and whoever asked is told nothing (502).
    """

    vendor = ""

    def __init__(self) -> None:
        self.issues: list[dict[str, Any]] = []
        self.first: list[httpx.Response] = []
        self.loses = 0
        self.far = checked(self._answer, self.vendor)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        return self.far(request)

    @property
    def opened(self) -> list[dict[str, Any]]:
        """The bodies of every request to open an issue."""
        return [body_of(each) for each in self.far.requests if each.method == "POST"]

    def asked(self, part: str) -> int:
        """How many reads of addresses with this in them there were."""
        return sum(each.method == "GET" and part in each.url.path for each in self.far.requests)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if self.first:
            return self.first.pop(0)
        reply = self.open(request) if request.method == "POST" else self.read(request)
        if request.method == "POST" and reply.status_code == 201 and self.loses:
            self.loses -= 1
            return Answer(502, text="Bad gateway")
        return reply

    def open(self, request: httpx.Request) -> httpx.Response:
        raise NotImplementedError

    def read(self, request: httpx.Request) -> httpx.Response:
        raise NotImplementedError


class GitHubThere(Tracker):
    """Repositories named in `repos` exist; the search finds only what it has indexed, which is nothing at first."""

    vendor = "github"

    def __init__(self, *repos: str) -> None:
        super().__init__()
        self.repos = repos or ("acme/shop",)
        self.indexed: list[dict[str, Any]] = []

    def closes(self, number: int, state: str = "closed") -> None:
        self.issues[number - 1] |= {"state": state}

    def open(self, request: httpx.Request) -> httpx.Response:
        repo = "/".join(request.url.path.split("/")[2:4])
        if repo not in self.repos:
            return Answer(404, json={"message": "Not Found", "documentation_url": "https://docs.github.com/rest"})
        number = len(self.issues) + 1
        made = body_of(request) | {
            "number": number,
            "state": "open",
            "html_url": f"https://github.com/{repo}/issues/{number}",
        }
        self.issues.append(made | {"created_at": time.time()})
        return Answer(201, json=made)

    def read(self, request: httpx.Request) -> httpx.Response:
        path, params = request.url.path, request.url.params
        if path == "/search/issues":
            wanted = re.findall('"([^"]+)"', params["q"])[0]
            found = [each for each in self.indexed if wanted in each["body"]]
            return Answer(200, json={"total_count": len(found), "incomplete_results": False, "items": found})
        if path == "/rate_limit":
            return Answer(200, json={"resources": {}, "rate": {"limit": 5000, "remaining": 4999}})
        if "/".join(path.split("/")[2:4]) not in self.repos:
            return Answer(404, json={"message": "Not Found"})
        if path.endswith("/issues"):
            size, page = int(params.get("per_page", "30")), int(params.get("page", "1"))
            newest = self.issues[::-1][size * (page - 1) : size * page]
            return Answer(200, json=newest)
        number = int(path.rpartition("/")[2])
        if number > len(self.issues):
            return Answer(404, json={"message": "Not Found"})
        return Answer(200, json=self.issues[number - 1])


class JiraThere(Tracker):
    """One project, OPS. `labels`: whether its screens have labels."""

    vendor = "jira"

    def __init__(self) -> None:
        super().__init__()
        self.labels = True

    def closes(self, number: int, category: str = "done") -> None:
        self.issues[number - 1]["fields"]["status"] = {"name": "x", "statusCategory": {"key": category}}

    def open(self, request: httpx.Request) -> httpx.Response:
        fields = body_of(request)["fields"]
        if fields["project"]["key"] != "OPS":
            return Answer(400, json={"errorMessages": [], "errors": {"project": "valid project is required"}})
        if "labels" in fields and not self.labels:
            said = "Field 'labels' cannot be set. It is not on the appropriate screen, or unknown."
            return Answer(400, json={"errorMessages": [], "errors": {"labels": said}})
        number = len(self.issues) + 1
        status = {"name": "To Do", "statusCategory": {"key": "new"}}
        self.issues.append({"id": str(9000 + number), "key": f"OPS-{number}", "fields": fields | {"status": status}})
        made = {"id": str(9000 + number), "key": f"OPS-{number}", "self": f"https://x/rest/api/3/issue/{9000 + number}"}
        return Answer(201, json=made)

    def read(self, request: httpx.Request) -> httpx.Response:
        path, params = request.url.path, request.url.params
        if path.endswith("/myself"):
            return Answer(200, json={"accountId": "1", "displayName": "Ana Díaz"})
        if path.endswith("/search/jql"):
            words = re.findall('"([^"]+)"', params["jql"])[1:]
            found = [each for each in self.issues if any(word in json.dumps(each) for word in words)]
            return Answer(200, json={"issues": found, "isLast": True})
        key = path.rpartition("/")[2]
        issue = next((each for each in self.issues if each["key"] == key), None)
        if issue is None:
            said = "Issue does not exist or you do not have permission to see it."
            return Answer(404, json={"errorMessages": [said], "errors": {}})
        return Answer(200, json=issue | {"fields": {"status": issue["fields"]["status"]}})
