"""The command `sparse-limits`: finds the module of a subcommand and turns bad input into one line and status 2."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

COMMANDS = {
    "verify": "run the checks of the ledger and their controls",
    "claims": "list the claims",
    "show": "a claim whole: statement, proof, expressions, evidence",
    "evaluate": "a number from a claim's formula, to any precision",
    "mutate": "break the formulas in small ways and see whether the checks notice",
    "predict": "what a pruning method will keep of given data, before pruning",
    "fit": "the graphon that a mask came from, and the method that made it",
    "ticket": "a trained network found inside a random one by pruning alone, certified; or the check of such a find",
    "study": "what the predictions are worth on real data",
}
BAD_INPUT, INTERRUPTED = 2, 130


class Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line."""

    def error(self, message: str) -> NoReturn:
        raise ValueError(message)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 if all is well, 1 if something failed, 2 if the call or its input is wrong."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if arguments is None:
        signal.signal(signal.SIGTERM, _interrupt)  # end like Ctrl-C: no half-written file, no worker left behind
    try:
        return _run(words)
    except ValueError as error:
        print(f"sparse-limits: {' '.join(str(error).split())}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("sparse-limits: interrupted", file=sys.stderr)
        return INTERRUPTED
    except MemoryError as error:
        print(f"sparse-limits: not enough memory: {' '.join(str(error).split()) or 'input too large'}", file=sys.stderr)
        return BAD_INPUT
    except BrokenPipeError:  # the reader of our output has left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _interrupt(number: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt


def _run(words: Sequence[str]) -> int:
    parser = Parser(prog="sparse-limits", description="Verified theory of sparse neural networks.")
    parser.add_argument("--version", action="store_true", help="print the version and exit")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, purpose in COMMANDS.items():
        command = commands.add_parser(name, help=purpose, description=purpose[0].upper() + purpose[1:] + ".")
        if words and words[0] == name:  # only the command that is called is imported
            import_module(f"numerics.commands.{name}").configure(command)
    chosen = parser.parse_args(words)
    if chosen.version:
        from importlib.metadata import version

        print(version("sparse-limits"))
        return 0
    if chosen.command is None:
        parser.print_help()
        return 0
    return int(import_module(f"numerics.commands.{chosen.command}").run(chosen))


if __name__ == "__main__":
    sys.exit(main())
