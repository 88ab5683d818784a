"""A claim with little to say besides its expressions."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.quantities import Quantity


def toy(label: str, expressions: Mapping[str, object], statement: str = "It holds.", **others: object) -> Claim:
    fields = {
        "label": label,
        "title": f"toy {label}",
        "statement": statement,
        "proof_text": "It is a toy.",
        "source": Source("0000.00000", "v1", "nowhere"),
        "provenance": Provenance.EXTENSION,
        "proof": Proof.PROVED,
        "expressions": expressions,
        **others,
    }
    return Claim(**fields)  # type: ignore[arg-type]


def drawn(ends: Mapping[sp.Symbol, tuple[object, object]]) -> tuple[Quantity, ...]:
    """Letters that mean nothing, with points drawn between these ends."""
    anything = {True: sp.Interval(0, sp.oo), None: sp.S.Reals, False: sp.S.Reals}
    return tuple(
        Quantity(letter, "a letter", anything[letter.is_nonnegative], drawn=range_) for letter, range_ in ends.items()
    )
