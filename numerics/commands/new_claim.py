"""`sparse-limits new-claim`: the skeleton of a claim, with its export, a box in the book and its row in README."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path


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
        f"""Next:
1. Replace formula, proof, reasons, wrong forms and texts by your own; and the heading of the box in {files[2].name} by your title.
2. sparse-limits verify {label}; sparse-limits mutate {label}
3. A check on drawn numbers, if the claim has any: {check_file(files[0])}
4. python docs/labels.py, once the statement stands.
5. The counts of all claims on two pages, by a run of the ledger (minutes; DIR keeps its results for the next run):
   SPARSE_LIMITS_KEEP=DIR python docs/examples.py README.md book/howto_run.md"""
    )
    return 0


def check_file(claim: Path) -> Path:
    """Where the checks of a claim belong that SymPy cannot do, by the claim's own file.

    Examples:
        >>> check_file(Path("/home/theory/lifts/further/a.py")).as_posix()
        '/home/numerics/checks/lifts/further/a.py'
    """
    root, topic = claim.parents[3], claim.parents[1].name
    return root / "numerics" / "checks" / topic / "further" / claim.name
