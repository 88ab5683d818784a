"""Proofs to keep: how a range was divided, a byte a cell, and the proof of every piece done once more."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from sparse_limits.numerics.exact.boxes.bounds import Bounder, Cell
from sparse_limits.numerics.exact.boxes.question import Question

LEAF = 255  # in place of the letter that was halved


@dataclass(frozen=True)
class Certificate:
    """A question and the tree of its cells, compressed: each cell, then those of its lower half, then of its upper."""

    question: Question
    tree: bytes


def packed(roots: Sequence[int], splits: Sequence[int], children: Sequence[int]) -> bytes:
    """The trees in one string of bytes."""
    order = bytearray()
    waiting = list(reversed(roots))
    while waiting:
        name = waiting.pop()
        order.append(splits[name])
        if splits[name] != LEAF:
            waiting += [children[name] + 1, children[name]]
    return zlib.compress(bytes(order), 9)


def replay(certificate: Certificate) -> bool:
    """Prove every piece of a certificate afresh, without a search: whether they cover the range and all hold.

    Examples:
        >>> import sympy as sp
        >>> from sparse_limits.numerics.exact.boxes import prove
        >>> t = sp.Symbol("t", positive=True)
        >>> proof = prove(sp.log(1 + t), t, within={t: (1, 10)}).certificate
        >>> replay(proof)
        True
    """
    asked = certificate.question
    try:
        order = list(zlib.decompress(certificate.tree))
    except zlib.error:
        return False
    inhabited, position = False, 0
    for part in asked.parts():
        bounder = Bounder(part, asked.strict, patience=0)
        inhabited = inhabited or bounder.inhabited()
        waiting: list[tuple[Cell, int]] = [(bounder.whole, 0)]
        while waiting:
            cell, depth = waiting.pop()
            if position >= len(order):
                return False
            byte = order[position]
            position += 1
            if byte == LEAF:
                if not bounder.bound(cell, depth).done:
                    return False
            elif byte < len(cell):
                waiting += [(half, depth + 1) for half in reversed(bounder.split(cell, byte))]
            else:
                return False
    return position == len(order) and inhabited
