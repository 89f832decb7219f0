"""`warroom log`: an entry, or one for every line of standard input. Its start-up is a budget: no idle imports.

What looks like a secret is masked before it is written, unless the person insists.
"""

from ..core import masking
from ..core.acts.entries import Log
from ..core.commands import Stamp
from ..core.values import ENTRY_KINDS, Refused
from ..room.room import Outcome, write_blind
from . import out
from .session import Session
from .stop import OK, No, Usage
from .verb import Arguments, Parser, Verb, at, text, words


def _arguments(parser: Parser) -> None:
    words(parser, "text", "TEXT", "what happened; - reads lines from standard input, an entry each")
    parser.add_argument("-k", "--kind", default="note", metavar="KIND", help="one of: " + ", ".join(ENTRY_KINDS))
    at(parser)
    parser.add_argument("--who", metavar="WHO", default="", help="who said or did it, where that is not the writer")
    parser.add_argument(
        "--evidence",
        metavar="FILE",
        nargs="*",
        help="files or links that prove it; after -, a name for what standard input brings, which is kept whole",
    )
    insist(parser)


def insist(parser: Parser) -> None:
    parser.add_argument("--insist", action="store_true", help="write what looks like a secret as it is")


def told(found: masking.Masked, where: str = "") -> None:
    """Says what was masked, where anything was."""
    if found.count:
        out.say(f"{found.sentence}{where} before it was written; --insist writes it as it is.")


def kind_of(word: str) -> str:
    """The kind that `word` begins, by itself. Raises `Usage`."""
    word = word.casefold().replace("-", "")
    found = [kind for kind in ENTRY_KINDS if kind == word] or [k for k in ENTRY_KINDS if word and k.startswith(word)]
    if len(found) != 1:
        raise Usage(f"-k: “{word}” is no kind of entry. There are {', '.join(ENTRY_KINDS)}.")
    return found[0]


def _run(session: Session, arguments: Arguments) -> int:
    kind = kind_of(arguments.kind)
    happened = session.at(arguments.at)
    if arguments.evidence is not None:
        from .evidence import log_proven

        return log_proven(session, Log(text=text(arguments.text), kind=kind, who=arguments.who, at=happened))
    said = text(arguments.text)
    if said == "-":
        from .lines import log_lines

        masks = masking.Lines()
        mask = str if arguments.insist else masks.mask
        code = log_lines(session, lambda line: Log(text=mask(line), kind=kind, who=arguments.who, at=happened))
        told(masking.Masked("", masks.count, masks.kinds))
        return code
    found = masking.Masked(said) if arguments.insist else masking.text(said)
    command = Log(text=found.text, kind=kind, who=arguments.who, at=happened)
    if session.drill:
        room = session.room()
        with room.log:
            outcome = room.do(command)
    else:
        stamp = Stamp(session.now(), session.me)
        with session.log() as log:
            outcome = write_blind(log, command, stamp)
    code = printed(session, outcome)
    told(found)
    return code


def printed(session: Session, outcome: Outcome) -> int:
    """Prints the id of the entry that was written. Raises `Stop` and `StoreError`."""
    if isinstance(outcome, Refused):
        raise No(str(outcome))
    if isinstance(outcome, OSError):
        raise outcome
    if session.arguments.json:
        out.json({"id": outcome[0].id})
    else:
        out.data(outcome[0].id)
    return OK


VERBS = {
    "log": Verb(
        "write an entry into the timeline; prints its id once it is on disk",
        'warroom log -k observed --at 14:01 --who ivo "p99 of checkout is at 9 s"',
        _arguments,
        _run,
    )
}
