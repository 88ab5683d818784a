"""A proof that is written as text gives its steps, and what is no step is refused with its line and the reason."""

from __future__ import annotations

import re

import pytest

from sparse_limits.theory.proofs import proof
from sparse_limits.theory.steps import Carrier, Reach, Step

EULER = "Euler's beta integral (DLMF 5.12.1)"
SHARED = Step(name="shared", sentence="A line that two proofs have.", by=Carrier.ARGUED)
OBJECTS = {"area": 1, "side": 2, "half": 3, "EULER": EULER, "SHARED": SHARED, "BOTH": (SHARED,)}


def test_every_clause_fills_its_fields():
    steps = proof(
        """
        square (a definition): A square of side $[[side]]$
        has the area $[[area]]$: no more.

        two halves, one above the other (from square; by additivity): Each has $[[half]]$.

        sizes (from square, two halves, one above the other; gives more; at some sizes: it is (so to say) counted; by hand): Of [[area]].

        other claim (by N4.1 for size, failure): It follows.

        [[SHARED]]

        integral (from shared; by EULER): So.

        theorem (cited: Weyl (1912): a; b): So.

        words (argued): So.
        """,
        OBJECTS,
        more=4,
    )
    assert [step.name for step in steps[:3]] == ["square", "two halves, one above the other", "sizes"]
    assert steps[0].sentence == "A square of side $[[side]]$ has the area $[[area]]$: no more."
    assert [step.gives for step in steps[:3]] == [{"side": 2, "area": 1}, {"half": 3}, {"more": 4}]
    assert steps[2].uses == ("square", "two halves, one above the other")
    assert (steps[2].reach, steps[2].limited) == (Reach.SIZES, "it is (so to say) counted; by hand")
    assert (steps[3].source, steps[3].takes, steps[3].gives) == ("N4.1", ("size", "failure"), {})
    assert steps[4] is SHARED
    assert [step.source for step in steps[5:7]] == [EULER, "Weyl (1912): a; b"]
    carriers = "defined", "rule", "computed", "claim", "argued", "cited", "cited", "argued"
    assert tuple(map(str, (step.by for step in steps))) == carriers


def test_several_shared_steps_are_put_in():
    assert proof("[[BOTH]]\n\nlast (from shared; argued): So.", OBJECTS)[:1] == (SHARED,)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("no step at all", "'no step at all' is no step, expected `name (from …; by …): sentence`"),
        ("square (by additivity: So.", "is no step"),
        ("square (from nothing): So.", "from 'nothing', expected steps above"),
        ("square (by magic): So.", "by 'magic', expected a rule, the label of a claim, or the name of a citation"),
        ("square (by area): So.", "by 'area', expected"),
        ("square (because): So.", "cannot read 'because'"),
        ("square (argued; by additivity): So.", "says 'by additivity' beside what it has said of by"),
        ("square: $[[volume]]$.", "'square' gives volume, which the module does not have"),
        ("square (gives volume): So.", "'square' gives volume"),
        ("square: So.", "step 'square' is computed and gives nothing"),
        ("[[area]]", "[[area]] stands alone, expected the name of a step, or of several"),
        ("[[volume]]", "[[volume]] stands alone"),
        ("square (at some sizes: ): $[[area]]$.", "reaches sizes, and its limit is ''"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(text, why):
    with pytest.raises(ValueError, match=re.escape(why)) as refused:
        proof(f"\nfirst: $[[side]]$.\n\n{text}\n", OBJECTS)
    assert str(refused.value).startswith("line 4 of the proof: ")
