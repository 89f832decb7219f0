"""What one person's console remembers of an incident: drafts, cursors, history. It may be lost at any time."""

import os

import msgspec

from . import disk


class Local(msgspec.Struct, frozen=True, omit_defaults=True):
    """Local state; every field may be empty."""

    drafts: dict[str, str] = {}  # what was typed and not sent, by the name of its field
    history: tuple[str, ...] = ()  # the prompt's lines, oldest first
    cursors: dict[str, str] = {}  # pane → the fact that was selected
    dismissed: tuple[str, ...] = ()
    heads: dict[str, tuple[int, str]] = {}  # what a server acknowledged


_LINES = 500  # of the history are kept
_decoder = msgspec.json.Decoder(Local)


def load(path: str) -> Local:
    """The local state at `path`. A broken file is set aside as `….broken`, and an empty state returned."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return Local()
    try:
        return _decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        try:
            os.replace(path, f"{path}.broken")
        except OSError:
            pass
        return Local()


def save(path: str, state: Local) -> bool:
    """Writes the state in one step. False when it could not: nobody waits for it, and nothing depends on it."""
    try:
        return disk.swap(path, msgspec.json.encode(state))
    except UnicodeEncodeError:
        return False


def merged(base: Local, ours: Local, theirs: Local) -> Local:
    """`ours`, which began as `base`, with what another console of the same person wrote meanwhile: `theirs`."""
    drafts = theirs.drafts
    if ours.drafts != base.drafts and (ours.drafts or theirs.drafts == base.drafts):
        drafts = ours.drafts
    history, before = ours.history, len(base.history)
    if history[:before] == base.history:
        history = (theirs.history + history[before:])[-_LINES:]
    return msgspec.structs.replace(ours, drafts=drafts, history=history)


def forget_texts(path: str) -> None:
    """Takes everything a person typed out of the state at `path`; cursors and what was dismissed stay."""
    disk.forget(f"{path}.broken")
    if os.path.exists(path):
        state = load(path)
        disk.forget(f"{path}.broken")
        disk.replace(path, msgspec.json.encode(msgspec.structs.replace(state, drafts={}, history=())))
