"""Labels in the sentences of claims become links, and nothing else does."""

import re

import pytest

from sparse_limits.numerics.reports.mentions import linked
from sparse_limits.theory.ledger import load_ledger

LEDGER = load_ledger()


@pytest.mark.parametrize(
    ("label", "text", "made"),
    [
        ("S5", "by S3, as in S6.", "by {claimref}`S3`, as in {claimref}`S6`."),
        ("S8", "S3–S6 (S4)", "{claimref}`S3`–{claimref}`S6` ({claimref}`S4`)"),
        ("L4", "by L1(b)", "by {claimref}`L1`(b)"),
        ("F3", "exactly (F1)", "exactly ({claimref}`F1`)"),  # a claim in parts
        ("S5", "$S3$, $$S3$$, `S3`, {claimref}`S3`, [S3](x.md)", None),
        ("S5", "S5 itself, S99, S3x, S3-like, XS3, 3.S3, S3.9", None),
        ("L17.1", "the bound (B1) of a cell", None),  # the name of a formula of L16.1
        ("B7", "as in B1", "as in {claimref}`B1`"),
    ],
)
def test_known_labels_are_linked_in_prose_alone(label: str, text: str, made: str | None) -> None:
    assert linked(LEDGER[label].claim, text, LEDGER) == (text if made is None else made)


def test_links_add_nothing_to_what_the_ledger_says() -> None:
    number = 0
    for entry in LEDGER:
        claim = entry.claim
        for text in (claim.latex_statement, *claim.assumed, *claim.latex_remarks):
            made = linked(claim, text, LEDGER)
            number += made != text
            assert re.sub(r"\{claimref\}`([A-Z][\d.]+)`", r"\1", made) == re.sub(
                r"\{claimref\}`([A-Z][\d.]+)`", r"\1", text
            )
    assert number > 100  # the test knows labels
