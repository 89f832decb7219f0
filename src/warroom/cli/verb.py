"""What a verb is: its words, its arguments, an example, and what it does. Its parser is made when it is called."""

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

from . import out
from .stop import Usage

if TYPE_CHECKING:
    from ..core.values import Ms
    from .session import Session

Arguments = argparse.Namespace
Parser = argparse.ArgumentParser


class Verb:
    """One verb. `arguments` puts its own into a parser, `run` does it and returns the exit code.

    One that never `writes` needs nobody who does, and may mean something else by `--by`. One that is about no single
    `incident` may mean something else by `--incident`.
    """

    __slots__ = ("arguments", "example", "incident", "run", "words", "writes")

    def __init__(
        self,
        words: str,
        example: str,
        arguments: Callable[[Parser], None],
        run: "Callable[[Session, Arguments], int]",
        writes: bool = True,
        incident: bool = True,
    ) -> None:
        self.words, self.example, self.arguments, self.run, self.writes = words, example, arguments, run, writes
        self.incident = incident


class _Parser(argparse.ArgumentParser):
    def print_help(self, file: object = None) -> None:
        out.data(self.format_help().rstrip())

    def error(self, message: str) -> NoReturn:
        raise Usage(f"{self.prog}: {message}\n{self.format_usage().rstrip()}")


def _formatter(prog: str) -> argparse.HelpFormatter:
    # argparse would import shutil to ask the terminal, and it makes a formatter for every parser, help or not.
    return argparse.RawDescriptionHelpFormatter(prog, width=min(out.width() or 100, 100) - 2)


def parser(name: str, verb: Verb) -> Parser:
    """The parser of one verb, with what all verbs have."""
    made = _Parser(
        prog=f"warroom {name}",
        description=verb.words[:1].upper() + verb.words[1:] + ".",
        epilog=f"Example:\n  {verb.example}",
        formatter_class=_formatter,
        allow_abbrev=False,
    )
    verb.arguments(made)
    if verb.incident:
        made.add_argument("-i", "--incident", metavar="INC", help="the incident: its handle or a part of its title")
    if verb.writes:
        made.add_argument("--by", metavar="WHO", help="who is writing this down")
    made.add_argument("--json", action="store_true", help="print JSON")
    return made


def parse(made: Parser, given: list[str]) -> Arguments:
    """The arguments of one call; words may also follow an option: `poll close agreed --by lee the lag is gone`."""
    arguments, left = made.parse_known_args(given)
    if not left:
        return arguments
    if any(word.startswith("-") for word in left):
        made.error(f"unrecognized arguments: {' '.join(left)}")
    return made.parse_intermixed_args(given)


def why(parser: Parser, needed: bool = False) -> None:
    parser.add_argument("--why", metavar="TEXT", default="", required=needed, help="the reason, for the log")


def at(parser: Parser) -> None:
    parser.add_argument("--at", metavar="TIME", help="when it happened: -3m, 14:01, ~14:01, 14:01..14:05, 11-21T23:58")


def which(parser: Parser) -> None:
    """The incident as an argument of its own, for verbs that only look."""
    parser.add_argument("inc", metavar="INC", nargs="?", help="the incident; as -i")


def words(parser: Parser, name: str, metavar: str, help: str, needed: bool = True) -> None:
    """Free text that needs no quotes: all its words."""
    parser.add_argument(name, metavar=metavar, nargs="+" if needed else "*", help=help)


def text(parts: list[str]) -> str:
    """The words that `words` took, as one text."""
    return " ".join(parts)


def span(option: str, word: str) -> "Ms":
    """The duration that was typed, in ms. Raises `Usage`."""
    from ..core.duration import duration

    try:
        return duration(word)
    except ValueError as wrong:
        raise Usage(f"{option}: {wrong}.") from None
