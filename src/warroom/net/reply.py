"""What came back of a request."""

import msgspec


class Reply(msgspec.Struct, frozen=True):
    """`headers` by lower-case name; `cut`: `body` is not the whole of it."""

    status: int
    headers: dict[str, str] = {}
    body: bytes = b""
    cut: bool = False

    def json(self) -> object | None:
        """The body as JSON; None where it is none."""
        try:
            return msgspec.json.decode(self.body)  # type: ignore[no-any-return]  # any JSON there is
        except (msgspec.MsgspecError, RecursionError, ValueError):
            return None

    def header(self, name: str) -> str:
        """A header's value; empty where there is none."""
        return self.headers.get(name.lower(), "")
