"""Labels of claims in the sentences of a claim, as links in the Markdown of the book."""

from __future__ import annotations

import re
from functools import lru_cache

from sparse_limits.theory.claims import Claim
from sparse_limits.theory.entries import Ledger
from sparse_limits.theory.selection import whole

# What holds no label: formulas, code and roles, links with their own words.
OPAQUE = r"\$\$.*?\$\$|(?<!\\)\$[^$]*\$|(?:\{[\w:]+\})?(?P<ticks>`+).*?(?P=ticks)|\[[^\]]*\]\([^)]*\)"
LABEL = r"(?<![\w.$/-])(?P<label>[A-Z]\d+(?:\.\d+)?)(?![\w$/]|-\w|\.\d)"
PARTS = re.compile(f"{OPAQUE}|{LABEL}", re.DOTALL)
NAMED = re.compile(r"\*\*\(([A-Z]\d+)\)\*\*")  # a formula with a name in a statement, such as the bound (B1) of L16.1


def linked(claim: Claim, text: str, ledger: Ledger) -> str:
    """Markdown of a claim with the labels of other claims in its sentences as roles `claimref`.

    Labels in formulas, in code and in links stay as they are, and so does what no claim is called. A label that is also the name of
    a formula in some statement is a link only where the claim uses that claim, or is used by it.

    Examples:
        >>> from sparse_limits.theory.ledger import load_ledger
        >>> ledger = load_ledger()
        >>> linked(ledger["S4"].claim, "By S3, and $S3$; not by `S3`, S99 or S4.", ledger)
        'By {claimref}`S3`, and $S3$; not by `S3`, S99 or S4.'
        >>> linked(ledger["L17.1"].claim, "The bound (B1) of L16.1.", ledger)
        'The bound (B1) of {claimref}`L16.1`.'
    """
    known, ambiguous = _names(ledger)
    near = {each for label in (*claim.uses, *ledger.used_by.get(claim.label, ())) for each in (label, whole(label))}
    own = {claim.label, whole(claim.label)}

    def link(found: re.Match[str]) -> str:
        label = found["label"]
        if label is None or label not in known or label in own or (label in ambiguous and label not in near):
            return found[0]
        return f"{{claimref}}`{label}`"

    return PARTS.sub(link, text)


@lru_cache(maxsize=4)
def _names(ledger: Ledger) -> tuple[frozenset[str], frozenset[str]]:
    """The labels of a ledger, those of claims in parts too, and the names that formulas have in its statements."""
    known = frozenset(each for entry in ledger for each in (entry.label, whole(entry.label)))
    return known, frozenset(name for entry in ledger for name in NAMED.findall(entry.claim.statement))
