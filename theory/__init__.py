"""Claims about sparse networks as SymPy objects: models, closed forms, bounds and the ledger of claims.

    >>> import theory
    >>> snip = theory.claim("S4")
    >>> snip.title
    'The half-normal × half-normal graphon of SNIP'

`topics()` names the chapters of the ledger and `load_ledger()` returns all of it. What a claim holds is said by
`theory.claims.Claim`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from theory.claims import Claim
    from theory.ledger import claim, load_ledger, topics

__all__ = ["Claim", "claim", "load_ledger", "topics"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("theory.claims" if name == "Claim" else "theory.ledger"), name)


def __dir__() -> list[str]:
    return __all__
