"""Digests of what a ticket's file holds and stands for: SHA-256 of types, shapes and numbers."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from hashlib import sha256
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.tickets.search import NetworkTicket
from sparse_limits.numerics.tickets.statement import Statement
from sparse_limits.numerics.tickets.target_files import Levels


def digests(ticket: NetworkTicket, permutations: Levels | None) -> dict[str, str]:
    """Of the target with its permutations, of the masks, and of the random network that they act on."""
    target = chain.from_iterable((layer.coeffs, layer.basis) for layer in ticket.target)
    blocks = (ticket.source.block(k, i) for k, layer in enumerate(ticket.target) for i in range(len(layer.coeffs)))
    return {
        "target": _digest(chain(target, permutations or ())),
        "masks": _digest(map(np.packbits, ticket.masks)),
        "source": _digest(chain.from_iterable(blocks)),
    }


def digest_of_words(statement: Statement) -> str:
    """Of all that a statement says, but for its digests."""
    said = asdict(statement)
    del said["digests"]
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _digest(arrays: Iterable[NDArray[Any]]) -> str:
    """Little-endian."""
    found = sha256()
    for array in arrays:
        plain = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        found.update(f"{plain.dtype.str}{plain.shape}".encode())
        found.update(plain.data)
    return found.hexdigest()
