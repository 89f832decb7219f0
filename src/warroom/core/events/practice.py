"""What the practice of command writes down: hypotheses as they are judged, reports of experts, who is on the bridge,
prompts that were answered, and acts that somebody else was quicker to do."""

from typing import ClassVar

from .envelope import Body, Value, because

HYPOTHESIS_STATES = ("open", "supported", "ruled out")


class HypothesisJudged(Value, frozen=True, gc=False, omit_defaults=True):
    """How a hypothesis (the entry `of`) stands, with its evidence."""

    type: ClassVar = "hypothesis.judged"
    of: str
    state: str
    evidence: str = ""
    what: str = ""

    @property
    def kind(self) -> str:  # type: ignore[override]  # the judgement is the word that the timeline shows
        return self.state if self.state in HYPOTHESIS_STATES[1:] else "hypothesis"

    def key(self) -> tuple[str, ...]:
        return (self.type, self.of)

    def says(self) -> object:
        return self.state

    def text(self) -> str:
        return because(self.what or self.of, self.evidence)


class CanReported(Body, frozen=True, gc=False, omit_defaults=True):
    """An expert's report: Condition, Actions, Needs."""

    type: ClassVar = "can.reported"
    kind: ClassVar = "report"
    who: str
    condition: str
    actions: str = ""
    needs: str = ""

    def text(self) -> str:
        parts = (
            f"{self.who}: {self.condition}",
            self.actions and f"doing: {self.actions}",
            self.needs and f"needs: {self.needs}",
        )
        return "; ".join(part for part in parts if part)


class BridgeAttended(Value, frozen=True, gc=False, omit_defaults=True):
    """Somebody joined the bridge, or left it."""

    type: ClassVar = "bridge.attended"
    kind: ClassVar = "bridge"
    who: str
    here: bool = True

    def key(self) -> tuple[str, ...]:
        return (self.type, self.who)

    def says(self) -> object:
        return self.here

    def text(self) -> str:
        return f"{self.who} {'joined' if self.here else 'left'}"


class PromptSettled(Value, frozen=True, gc=False, omit_defaults=True):
    """A prompt that was answered or, with a reason, dismissed: it is not shown again."""

    type: ClassVar = "prompt.settled"
    kind: ClassVar = "prompt"
    prompt: str
    how: str = "answered"  # or dismissed
    why: str = ""
    what: str = ""

    def key(self) -> tuple[str, ...]:
        return (self.type, self.prompt)

    def says(self) -> object:
        return self.prompt

    def text(self) -> str:
        return because(f"{self.how}: {self.what or self.prompt}", self.why)


class ActRepeated(Body, frozen=True, gc=False, omit_defaults=True):
    """Somebody did what another had just done: one result, and nobody's words are lost."""

    type: ClassVar = "act.repeated"
    kind: ClassVar = "also"
    what: str
    words: str = ""

    def text(self) -> str:
        return because(self.what, self.words)
