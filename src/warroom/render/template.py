"""Text from a template: a person's own, else the shipped one. What is wrong with one of them is said, never raised.

A template sees texts, lists and tables of texts and nothing else: no file, no other template, no object to climb from.
"""

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from os.path import join
from typing import TYPE_CHECKING

from ..core.text import clean

if TYPE_CHECKING:
    from jinja2 import Template

LARGEST = 64 * 1024  # bytes of a template, and characters of what comes out of it unless more is asked for
MOST_ROUNDS = 10_000  # of all its loops together, for so much text
_FILTERS = (
    "capitalize", "count", "default", "d", "first", "join", "last", "length", "list", "lower", "map", "reject",
    "rejectattr", "replace", "reverse", "select", "selectattr", "sort", "string", "title", "trim", "truncate",
    "unique", "upper",
)  # fmt: skip

_LOOP = ("first", "index", "last", "length")

Render = Callable[[Mapping[str, object]], str]
Fill = Callable[[Render], str | None]


def text(name: str, fill: Fill, shipped: str, own: str = "", most: int = LARGEST) -> tuple[str | None, tuple[str, ...]]:
    """The text of at most `most` characters that `fill` makes of template `name`, and what was wrong, as sentences.

    `shipped` and `own` are the folders above `templates/`. `fill` is given the function that turns values into text
    and returns None where nothing came out that could be used; None comes back where no template was of any use.
    """
    problems: list[str] = []
    for folder, instead in ((own, "The shipped template is used instead."), (shipped, "A plain text is used instead.")):
        path = join(folder, "templates", name) if folder else ""
        if not path or (folder == own and not os.path.lexists(path)):
            continue
        try:
            filled = fill(_renderer(_read(path), most))
            if filled is not None:
                return filled, tuple(problems)
            said = "nothing that fits comes out of it"
        except Exception as wrong:  # whatever a template does, what it is for goes out
            said = _plainly(wrong)
        problems.append(f"{path}: {said}. {instead}")
    return None, tuple(problems)


def _read(path: str) -> str:
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise OSError("it is no file")
    with open(path, "rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise OSError(f"it is larger than {LARGEST // 1024} KiB")
    return data.decode("utf-8-sig")


def _renderer(source: str, most: int) -> Render:
    rounds = [0]
    template = _compiled(source, rounds, MOST_ROUNDS * max(1, most // LARGEST))

    def render(values: Mapping[str, object]) -> str:
        rounds[0] = 0
        said, size = [], 0
        for piece in template.generate(values):
            said.append(piece)
            size += len(piece)
            if size > most:
                raise ValueError(f"more than {most // 1024} KiB come out of it")
        return "".join(said)

    return render


def _compiled(source: str, rounds: list[int], most_rounds: int) -> "Template":
    """The template. `rounds` counts how often its loops went round: one that does not end would keep the pager."""
    from jinja2 import StrictUndefined, nodes
    from jinja2.exceptions import SecurityError, TemplateSyntaxError
    from jinja2.runtime import LoopContext
    from jinja2.sandbox import ImmutableSandboxedEnvironment
    from jinja2.visitor import NodeTransformer

    def counted(many: Iterable[object]) -> Iterator[object]:
        for each in many:
            rounds[0] += 1
            if rounds[0] > most_rounds:
                raise SecurityError(f"its loops go round more than {most_rounds:,} times")
            yield each

    def bounded(value: object) -> object:
        if isinstance(value, str) and len(value) > LARGEST:
            raise SecurityError(f"a text in it grows beyond {LARGEST // 1024} KiB")
        return value

    def through(name: str, node: nodes.Node) -> nodes.Filter:
        return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)

    class Watched(NodeTransformer):
        """Nothing that calls itself, and a count wherever something could go on."""

        def visit_For(self, node: nodes.For) -> nodes.Node:
            node.iter = through("counted each", node.iter)
            return self.generic_visit(node)

        def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
            self.generic_visit(node)
            return through("bounded text", node)

        def visit_Filter(self, node: nodes.Filter) -> nodes.Node:
            self.generic_visit(node)
            return node if node.name == "counted each" else through("bounded text", node)

        def visit_Call(self, node: nodes.Call) -> nodes.Node:
            raise TemplateSyntaxError("a template cannot call anything", node.lineno)

        visit_Macro = visit_CallBlock = visit_AssignBlock = visit_FilterBlock = visit_Call

    class Environment(ImmutableSandboxedEnvironment):
        """No arithmetic that makes a long text of a short one."""

        intercepted_binops = frozenset(("*", "**", "%"))

        def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
            tree: nodes.Template = Watched().visit(super()._parse(source, name, filename))
            return tree

        def call_binop(self, context: object, operator: str, left: object, right: object) -> object:
            raise SecurityError(f"a template cannot calculate with “{operator}”")

        def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
            return isinstance(obj, LoopContext) and attr in _LOOP

    env = Environment(undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True)
    env.globals.clear()
    env.filters = {name: env.filters[name] for name in _FILTERS}
    env.filters |= {"counted each": counted, "bounded text": bounded}
    return env.from_string(source)


def _plainly(wrong: Exception) -> str:
    """What is wrong with a template, for whoever wrote it."""
    if isinstance(wrong, UnicodeDecodeError):
        return "it is not UTF-8"
    if isinstance(wrong, OSError):
        return f"it cannot be read: {wrong.strerror or wrong}"
    line = getattr(wrong, "lineno", None) or _reached(wrong)
    said = " ".join(clean(str(wrong)).split())[:200].rstrip(".") or type(wrong).__name__
    return f"line {line}: {said}" if line else said


def _reached(wrong: Exception) -> int:
    """The line of the template that was being filled when this went wrong, or 0."""
    line, step = 0, wrong.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == "<template>":
            line = step.tb_lineno
        step = step.tb_next
    return line
