"""Whatever somebody's files hold, reading them ends, raises nothing, and leaves the shipped ones to work with."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from warroom.config.check import check
from warroom.config.load import Library
from warroom.config.paths import find

FILES = (
    "config.toml",
    "severities.toml",
    "roles.toml",
    "contacts.toml",
    "oncall.toml",
    "channels.toml",
    "intake.toml",
    "playbooks/general.toml",
    "policies/example.toml",
)
SHIPPED = Path(Library().data)

_words = st.sampled_from(
    [
        *("id", "name", "title", "text", "step", "stage", "level", "after", "notify", "severity"),
        *("role", "contact", "updates", "public", "when", "keys", "people"),
        *("oncall", "channel", "kind", "url", "reach", "schedule", "start", "every", "trigger", "specialist"),
        *("hook", "map", "rule", "resolved", "alerts", "labels", "secret_env", "hook.a", "hook.a.map"),
    ]
)
_scalars = st.one_of(
    st.integers(),
    st.booleans(),
    st.sampled_from(["PT5M", "10", "SEV1", "identify", "contact:primary", "", "\\u0000", "\\u001b[2J", "{name}"]),
    st.sampled_from(["2026-11-22", "07:32:00", "inf", "nan", "1e400", "[]", "{}"]),
)


@st.composite
def almost(draw: st.DrawFn) -> bytes:
    """TOML that is nearly what we read: the right words in the wrong places."""
    lines = []
    for _ in range(draw(st.integers(0, 12))):
        word, value = draw(_words), draw(_scalars)
        if isinstance(value, str) and not value[:1].isdigit() and value not in ("inf", "nan", "[]", "{}"):
            value = f'"{value}"'
        text = str(value).lower() if isinstance(value, bool) else str(value)
        lines.append(draw(st.sampled_from([f"{word} = {text}", f"[[{word}]]", f"[{word}]", f"[[{word}.{word}]]"])))
    return "\n".join(lines).encode()


@st.composite
def damaged(draw: st.DrawFn, name: str) -> bytes:
    """A shipped file with a piece cut out or overwritten."""
    source = SHIPPED / name
    data = source.read_bytes() if source.exists() else b'name = "ana"\n[keys]\nhelp = "f9"\n'
    start = draw(st.integers(0, len(data)))
    return data[:start] + draw(st.binary(max_size=8)) + data[start + draw(st.integers(0, 200)) :]


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_arbitrary_bytes_never_raise(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(FILES))
    content = data.draw(st.one_of(st.binary(max_size=300), almost(), damaged(name)))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, name)
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content)
        paths = find({"WARROOM_HOME": folder})
        for problem in check(paths):
            assert problem.reason
            assert str(problem).count("\n") == problem.file.count("\n") + problem.reason.count("\n")
        library = Library(paths)
        assert library.choose_playbooks("SEV1", ["orders-db"])
        assert library.severities
        assert library.roles().roles
        assert library.policy(library.choose_policy("SEV1") or "example").levels
        library.cadence()
