"""The command `sparse-limits`: finds the module of a subcommand, and reports an error by one line and an exit status."""

from __future__ import annotations

import argparse
import re
import signal
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any, NoReturn

from sparse_limits.numerics.printing.plain_text import plain
from sparse_limits.numerics.printing.streams import OutputError, guarded_streams, open_missing_descriptors
from sparse_limits.numerics.processes.garbage import collect_seldom
from sparse_limits.numerics.processes.parallel import allow_forks
from sparse_limits.theory.input_error import InputError

COMMANDS = {
    "verify": "run the checks of the claims and their controls",
    "claims": "list the claims",
    "show": "show a claim: statement, proof, expressions, evidence",
    "evaluate": "evaluate a formula of a claim, to any precision",
    "mutate": "change the formulas of the claims in small ways and see whether the checks notice",
    "new-claim": "write the skeleton of a new claim, with checks, export and a box in the book",
    "predict": "predict what a pruning method keeps on given data, before pruning",
    "prune": "prune a torch module with your own data and loss, and write the masks",
    "report": "summarise a network and its data on one page: what each method keeps and loses, and what to do",
    "fit": "find the graphon that a mask came from, and the method that made the mask",
    "scan": "describe a mask of any size: degrees, blocks, the largest singular value, distances to what degrees explain",
    "ticket": "find a trained network inside a random one by pruning alone, with a certificate, or check such a ticket",
    "notebooks": "write the pages of the book as Jupyter notebooks, with the evidence for the claims from a run",
    "sweep": "predict and prune networks of many sizes, by many methods, to many densities: a table and a picture",
    "study": "measure how good the predictions are, on real data and on random networks",
}
OF_THE_LEDGER = (("verify",), ("mutate",), ("study", "calibration"))  # their workers need all that they import
FAILED, BAD_INPUT, OURS = 1, 2, 70
INTERRUPTED, READER_LEFT = 130, 141  # as a shell says of a process that SIGINT or SIGPIPE has ended
AGAIN = 2.0  # seconds after which an interrupt that was dropped is raised again


class Parser(argparse.ArgumentParser):
    """A parser that reports an error in one line, and whose help names --debug, which `main` removes from the arguments."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.add_argument(
            "--debug", action="store_true", default=argparse.SUPPRESS, help="show a traceback for every error"
        )

    def error(self, message: str) -> NoReturn:
        raise InputError(_with_hint(message, f"{self.prog} --help"))


def _with_hint(message: str, call: str) -> str:
    """Argparse's message with what was expected: numbers, words that the help lists, the command or choice that was probably meant."""
    from sparse_limits.theory.selection import meant

    if number := re.fullmatch(r"argument (\S+): invalid (int|float) value: (.*)", message, re.DOTALL):
        return f"{number[1]} is {number[3]:.80}, expected {'a whole number' if number[2] == 'int' else 'a number'}"
    if message.startswith(("unrecognized arguments", "the following arguments are required")):
        return f"{message}, expected a call as {call} shows it"
    if ": not allowed with argument " in message:
        return f"{message}, expected one of them"
    found = re.search(r"invalid choice: '([^']{,60})'(?= \(choose from (.*)\))", message)
    if found is None:
        return message
    return message[: found.end()] + meant(found[1], re.findall(r"[\w-]+", found[2])) + message[found.end() :]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 if all is well, 1 if something failed, 2 if the call or its input is wrong, 70 for a bug of ours.

    Output that cannot be written counts as wrong input. 130 after Ctrl-C; 141 if the reader of standard output has left.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    closed = False
    if arguments is None:
        collect_seldom()
        signal.signal(signal.SIGTERM, _interrupt)  # end like Ctrl-C: no half-written file, no worker left behind
        closed = not open_missing_descriptors()
        if any(tuple(words[: len(call)]) == call for call in OF_THE_LEDGER):
            allow_forks()
    with guarded_streams():
        try:
            if closed:
                raise OutputError("it is closed")
            status = _outcome(words)
            sys.stdout.flush()
        except OutputError as error:
            if error.reader_left:
                return READER_LEFT
            return _complain(f"standard output: {error}, expected a place to write to", BAD_INPUT)
    return status


def _outcome(words: list[str]) -> int:
    """The status of a run, errors reported; OutputError for standard output alone."""
    debug, options = "--debug" in words, dict[str, str]()
    try:
        chosen, options = _parsed([word for word in words if word != "--debug"])
        debug = getattr(chosen, "debug", debug)  # it may be abbreviated
        return _run(chosen)
    except OutputError:
        raise
    except SystemExit as end:  # of help
        return int(end.code or 0)
    except KeyboardInterrupt:
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)
        exec("")  # an interrupt in a text that was executed makes Python end by SIGINT, unless another text ends well
        return _complain("interrupted", INTERRUPTED)
    except Exception as error:
        return _reported(error, debug, options)


def _reported(error: Exception, debug: bool, options: Mapping[str, str]) -> int:
    from sparse_limits.numerics.processes.lost_tasks import LostTaskError

    ours = not isinstance(error, (InputError, LostTaskError, MemoryError))
    if ours or debug:
        traceback.print_exception(error)
    if ours:
        return _complain(
            "this is a bug of ours; please report it, with the call and the lines above (after a change of your own, read the last of them)",
            OURS,
        )
    said = " ".join(str(error).split())
    if isinstance(error, InputError):
        said = in_options(said, options)
    if isinstance(error, MemoryError):
        said = f"not enough memory: {said or 'input too large'}"
    return _complain(said, FAILED if isinstance(error, LostTaskError) else BAD_INPUT)


def in_options(message: str, options: Mapping[str, str]) -> str:
    """Spell arguments as options: the one at the start of a message, and those in backquotes.

    `test_share is 1, …` becomes `--test-share is 1, …`, and "expected `layer`" becomes "expected --layer".
    """
    spelt = re.sub(r"^\w+(?= (?:is|are|has) )", lambda name: options.get(name[0], name[0]), message)
    return re.sub(r"`(\w+)`", lambda name: options.get(name[1], name[0]), spelt)


def _complain(what: str, status: int) -> int:
    print(f"sparse-limits: {plain(what)}", file=sys.stderr)
    return status


def _interrupt(number: int, frame: object) -> NoReturn:
    """End like Ctrl-C, and try again after a while: Python drops an exception that is raised while it calls a destructor."""
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, _interrupt_again)
        signal.setitimer(signal.ITIMER_REAL, AGAIN, AGAIN)
    raise KeyboardInterrupt


def _interrupt_again(number: int, frame: object) -> None:
    """Interrupt code that still runs as if nothing had happened, but not code that cleans up after the first interrupt."""
    if not isinstance(sys.exception(), KeyboardInterrupt):
        raise KeyboardInterrupt


def _parsed(words: Sequence[str]) -> tuple[argparse.Namespace, dict[str, str]]:
    """The command that is called, with its arguments, and how its options are spelt, by their names in Python."""
    parser = Parser(prog="sparse-limits", description="Verified theory of sparse neural networks.")
    parser.add_argument("--version", action="store_true", help="print the version and exit")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    called = next((place for place, word in enumerate(words) if not word.startswith("-")), len(words))
    for name, purpose in COMMANDS.items():
        command = commands.add_parser(name, help=purpose, description=purpose[0].upper() + purpose[1:] + ".")
        if words[called : called + 1] == [name]:  # only the command that is called is imported
            module = _command(name)
            if check_words := getattr(module, "check_words", None):  # of a command whose questions have got names
                check_words(words[called + 1 :])
            module.configure(command)
    chosen, more = parser.parse_known_args(words)
    if more:
        _take(more, chosen, commands.choices.get(chosen.command, parser))
    if chosen.command is None and not chosen.version:
        parser.print_help()
    return chosen, _options(parser, chosen)


def _take(more: Sequence[str], chosen: argparse.Namespace, command: argparse.ArgumentParser) -> None:
    """Add words that stand behind an option to the list that a command takes, which argparse ends before the option."""
    lists = [action.dest for action in command._actions if action.nargs == "*" and not action.option_strings]
    if not lists or any(word.startswith("-") for word in more):
        command.error(f"unrecognized arguments: {' '.join(more)}")
    setattr(chosen, lists[0], [*getattr(chosen, lists[0]), *more])


def _options(parser: argparse.ArgumentParser, chosen: argparse.Namespace) -> dict[str, str]:
    """The options of the parsers that were called, each by its first spelling; of two opposite options the one that was given."""
    found: dict[str, str] = {}
    for action in parser._actions:
        if action.option_strings:
            found.setdefault(action.dest, action.option_strings[0])
            if action.nargs == 0 and getattr(chosen, action.dest, None) is action.const:
                found[action.dest] = action.option_strings[0]
        elif isinstance(action, argparse._SubParsersAction) and getattr(chosen, action.dest) is not None:
            found |= _options(action.choices[getattr(chosen, action.dest)], chosen)
    return found


def _command(name: str) -> ModuleType:
    return import_module(f"sparse_limits.numerics.commands.{name.replace('-', '_')}")


def _run(chosen: argparse.Namespace) -> int:
    if chosen.version:
        from importlib.metadata import version

        print(version("sparse-limits"))
    elif chosen.command is not None:
        from sparse_limits.numerics.limits import limit

        with limit(getattr(chosen, "limit", None)), _cluster(getattr(chosen, "cluster", None)):
            return int(_command(chosen.command).run(chosen))
    return 0


@contextmanager
def _cluster(address: str | None) -> Iterator[None]:
    """Let tasks run on a cluster, if one is named; say where it can be watched."""
    if address is None:
        yield
        return
    from sparse_limits.numerics.processes.cluster import cluster

    with cluster(address) as found:
        print(f"sparse-limits: {found}", file=sys.stderr, flush=True)
        yield


if __name__ == "__main__":
    sys.exit(main())
