"""Claims about sparse networks as SymPy objects: models, closed forms, bounds and the ledger of claims.

    >>> import theory
    >>> snip = theory.claim("S4")
    >>> snip.title
    'The half-normal × half-normal graphon of SNIP'

`topics()` names the chapters of the ledger and `load_ledger()` returns all of it. What a claim holds is said by
`theory.claims.Claim`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from theory.lazy import lazily

if TYPE_CHECKING:
    from theory.claims import Claim
    from theory.ledger import claim, load_ledger, topics
else:
    lazily(__name__)

__all__ = ["Claim", "claim", "load_ledger", "topics"]
