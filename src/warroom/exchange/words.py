"""The words that other tools have for kinds of entries, and ours for them. The word that was found is kept."""

from ..core.acts.lifecycle import KINDS as OURS

_OTHERS = {
    "observed": "observation detection detected observe alert alarm symptom finding evidence monitoring metric",
    "hypothesis": "theory suspicion suspected guess",
    "decision": "decided",
    "action": "mitigation mitigated mitigate fix fixed change remediation response deploy rollback acted",
    "followup": "follow-up follow_up todo action-item action_item",
    "update": "comms communication communications statuspage status announcement notification public internal",
    "phase": "resolution resolved resolve recovery recovered restored",
    "page": "escalation escalated paged pager call",
    "acked": "ack acknowledged acknowledgement acknowledgment",
    "note": "comment info information message entry event timeline log other",
    "question": "asked",
}

# Our own kinds stand for themselves, so that what was exported comes back as it was.
_KINDS: dict[str, str] = {kind: kind for kind in OURS} | {
    word: kind for kind, words in _OTHERS.items() for word in words.split()
}

ENDS = frozenset(("resolution", "resolved", "resolve"))


def kind_of(word: str) -> tuple[str, str]:
    """Our kind for `word`, and the word itself where it differs from that; a word nobody knows is a note."""
    kind = _KINDS.get(" ".join(word.split()).casefold(), "note")
    return kind, "" if word == kind else word


def ends(word: str) -> bool:
    """Whether an event of this kind says that the incident was resolved."""
    return " ".join(word.split()).casefold() in ENDS
