"""`sparse-limits new-claim`: the skeleton of a claim, with its export, a box in the book and its row in README."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace


def configure(parser: ArgumentParser) -> None:
    """The arguments of the command."""
    parser.description = (
        "Write a claim that holds, with its export and its box in the book, as a template for your own."
    )
    add = parser.add_argument
    add("topic", metavar="TOPIC", help="topic of the claim; sparse-limits claims lists the topics")
    add("name", metavar="NAME", help="name of the claim and its module, such as kept_modulus")
    add("--page", metavar="PAGE", help="page of the book, without .md (default: topic_TOPIC)")


def run(arguments: Namespace) -> int:
    """Write, and say what to do next. Raises InputError, in one line, for anything wrong with the call."""
    from sparse_limits.numerics.commands.skeleton import new_claim

    label, files = new_claim(arguments.topic, arguments.name, arguments.page)
    print(f"{label}, {arguments.name}:")
    for path in files:
        print(f"  {path}")
    print(
        f"Replace its formula by your own, then: sparse-limits verify {label}; sparse-limits mutate {label}; "
        "python docs/labels.py, once the statement stands. The counts of all claims on two pages wait for a run of the ledger (minutes): "
        "SPARSE_LIMITS_KEEP=DIR python docs/examples.py README.md book/howto_run.md, which takes from DIR what is still true."
    )
    return 0
