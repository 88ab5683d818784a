"""The options that say which claims a command takes; it imports no numpy, which `claims` and `show` do without."""

from __future__ import annotations

import argparse


def add_selection(parser: argparse.ArgumentParser) -> None:
    """Labels and topics as positional arguments, and whether only core claims are meant."""
    parser.add_argument("names", nargs="*", metavar="LABEL|TOPIC", help="claims to include (default: all)")
    parser.add_argument(
        "--core",
        action="store_true",
        help="only core claims: those that the papers announce, and those that these or the commands rely on",
    )


def add_ledger(parser: argparse.ArgumentParser) -> None:
    """The option that names a ledger of one's own."""
    parser.add_argument(
        "--ledger",
        metavar="MODULE|FILE.py",
        help="your own claims and checks instead of the project's; your code is run as it is",
    )


def add_store(parser: argparse.ArgumentParser, pieces: str = "claims") -> None:
    """The options for results on disk and for parts of a run on several machines; pieces: what the parts are made of."""
    add = parser.add_argument
    add(
        "--keep",
        metavar="DIR",
        help="folder of results: results that are still valid are reused, new results are added",
    )
    add("--join", metavar="DIR", nargs="+", default=(), help="copy the results of these folders into the --keep folder")
    add("--shard", metavar="I/N", help=f"run the I-th of N parts of the {pieces}, such as 2/4")
