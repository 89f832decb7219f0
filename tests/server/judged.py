"""Asks a server, and judges what it says by what it describes."""

import re
from typing import Any

import httpx
import jsonschema_rs

from server_kit import InThread


class Judged:
    """Asks the server, and judges what it says by what it describes."""

    def __init__(self, server: InThread) -> None:
        self.server = server
        self.described: dict[str, Any] = server.ask("GET", "/v1/openapi.json", token="").json()

    def ask(self, method: str, path: str, body: object = None, token: str | None = None, **more: Any) -> httpx.Response:
        answer = self.server.ask(method, path, body, token, **more)
        said = self._operation(method, path)["responses"].get(str(answer.status_code))
        assert said is not None, f"{method} {path}: {answer.status_code} is not described: {answer.text}"
        content = said.get("content")
        if content is None:
            assert answer.content == b""
            return answer
        media = answer.headers["content-type"].partition(";")[0]
        assert media in content, f"{media} is not described"
        if "json" in media:
            schema = content[media]["schema"] | {"components": self.described["components"]}
            jsonschema_rs.validator_for(schema).validate(answer.json())
        return answer

    def refusal(self, status: int, method: str, path: str, body: object = None, **more: Any) -> str:
        """The sentence with which it is refused."""
        answer = self.ask(method, path, body, **more)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status
        return str(answer.json()["detail"])

    def _operation(self, method: str, path: str) -> dict[str, Any]:
        bare = path.partition("?")[0]
        for template, methods in self.described["paths"].items():
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), bare) and method.lower() in methods:
                found: dict[str, Any] = methods[method.lower()]
                return found
        raise AssertionError(f"{method} {path} is not described")
