"""Claims about sparse networks as SymPy objects: models, closed forms, bounds and the ledger of claims.

    >>> from sparse_limits import theory
    >>> snip = theory.claim("S4")
    >>> snip.title
    'The half-normal × half-normal graphon of SNIP'

`topics()` names the chapters of the ledger and `load_ledger()` returns all of it. What a claim holds is said by
`sparse_limits.theory.claims.Claim`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sparse_limits.theory.lazy import lazily

if TYPE_CHECKING:
    from sparse_limits.theory.claims import Claim
    from sparse_limits.theory.ledger import claim, load_ledger, topics
else:
    lazily(__name__)

__all__ = ["Claim", "claim", "load_ledger", "topics"]
