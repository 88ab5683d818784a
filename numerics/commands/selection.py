"""The options that say which claims a command takes; it imports no numpy, which `claims` and `show` do without."""

from __future__ import annotations

import argparse


def add_selection(parser: argparse.ArgumentParser) -> None:
    """Labels and topics as positional arguments."""
    parser.add_argument("names", nargs="*", metavar="LABEL|TOPIC", help="claims to take (default: all)")


def add_ledger(parser: argparse.ArgumentParser) -> None:
    """The option that names a ledger of one's own."""
    parser.add_argument(
        "--ledger",
        metavar="MODULE|FILE.py",
        help="claims and checks of your own in place of the project's: your code, run as it is",
    )
