"""The progress of commands that take claims apart: pieces of claims end in any order, a claim with the last of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from sparse_limits.numerics.printing.progress import Progress


class ClaimProgress:
    """Reports each piece that ends, weighed by its cost, and each claim of which all pieces have ended."""

    def __init__(self, progress: Progress, pieces: str, costs: Mapping[tuple[str, str], float]) -> None:
        """pieces: what they are called; costs: of each piece, by the label of its claim and its own name."""
        self._progress, self._pieces, self._costs = progress, pieces, costs
        self._missing = Counter(label for label, _ in costs)
        self._ended, self._cost, self._whole = 0, 0.0, sum(costs.values())

    def piece(self, label: str, name: str) -> bool:
        """Take note of a piece that has ended; whether it was the last one of its claim."""
        self._ended += 1
        self._cost += self._costs[label, name]
        self._missing[label] -= 1
        share = self._cost / self._whole if self._whole else self._ended / len(self._costs)  # all may cost nothing
        self._progress.count(self._ended, len(self._costs), self._pieces, share)
        return not self._missing[label]

    def claim(self, said: str) -> None:
        """Say what became of a claim whose last piece has ended."""
        claims = sum(not number for number in self._missing.values())
        self._progress.ended(said, f"{claims} of {len(self._missing)} claims")
