"""What is seen in a mask that no pruning of single weights at initialisation leaves.

| seen | found by |
|---|---|
| blocks r × c kept or removed whole | the chance of such blocks in a uniform mask (`tiles`) |
| empty or full lines beside a homogeneous rest | the chance of so many in a uniform mask; exact tests of the rest's counts |
| equal lines | their expected number under the fitted graphon, Markov's bound (`repeated`) |
| counts of a side that vary too little | the exact test of χ (`homogeneity`) |
| rows that vary as no readout makes them | Anderson and Darling, beside rows drawn from the likeliest readout (`row_factors`) |
| singular values beside the first, where counts explain one | the level that noise passes in one mask of a thousand (O4) |

The third, which takes entries for independent, is left out where weights were ranked in rows,
columns or blocks, and the last one in blocks. Each test has the level UNLIKELY. None of them reads data: a mask of SNIP on real data can show one, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, exp

import numpy as np
from scipy.sparse import csr_array

from sparse_limits.numerics.fitting.chances import log_choose
from sparse_limits.numerics.fitting.homogeneity import Homogeneity, degrees, homogeneity_of, selected_by
from sparse_limits.numerics.fitting.levels import UNLIKELY
from sparse_limits.numerics.fitting.model import Model
from sparse_limits.numerics.fitting.repeated import Repeated, repeated_in
from sparse_limits.numerics.fitting.row_factors import rows_p
from sparse_limits.numerics.fitting.tiles import Tiles, tiles_of
from sparse_limits.theory.graphon.taxonomy import Heterogeneity


@dataclass(frozen=True)
class Emptied:
    """So many of the `number` lines of a side are empty, or full, beside a rest with even counts. p: at most the chance of so many, among the lines that are not empty if they are full."""

    side: str
    full: bool
    lines: int
    number: int
    p: float


@dataclass(frozen=True)
class Seen:
    """What is seen that no method leaves; if nothing is, every part is None, empty or 0.

    even: sides whose counts vary too little. rows_p: of row counts beside those that a readout leaves, None where rows do
    not vary. values: singular values above the noise beyond the one that counts explain.
    """

    tiles: Tiles | None
    emptied: tuple[Emptied, ...]
    repeated: tuple[Repeated, ...]
    even: tuple[str, ...]
    rows_p: float | None
    values: int

    @property
    def phrases(self) -> list[str]:
        """All of it in words."""
        return [
            *([] if self.tiles is None else [_tiles_phrase(self.tiles)]),
            *map(_emptied_phrase, self.emptied),
            *map(_repeated_phrase, self.repeated),
            *(f"{side} vary less than chance allows" for side in self.even),
            *(["rows vary as no readout makes them (S4)"] if self.odd_rows else []),
            *([f"{self.values} more of the singular values than counts explain"] if self.values else []),
        ]

    @property
    def odd_rows(self) -> bool:
        """Whether no readout explains the row counts."""
        return self.rows_p is not None and self.rows_p < UNLIKELY


def seen_in(mask: csr_array, tested: Homogeneity, model: Model, visible: int, rng: np.random.Generator) -> Seen:
    """What is seen in a mask [m, n] of bool that keeps some of its entries, not all.

    tested, model: what is found of it. visible: singular values above the noise.

    Examples:
        >>> from sparse_limits.numerics.fitting.model import fit_model
        >>> rng = np.random.default_rng(0)
        >>> kept = rng.random((120, 60)) < 0.3
        >>> kept[:9] = False
        >>> tested = homogeneity_of(csr_array(kept), rng)
        >>> model = fit_model(csr_array(kept), tested.rows.uneven, tested.columns.uneven)
        >>> seen_in(csr_array(kept), tested, model, 1, rng).phrases[0]
        '9 of 120 rows are empty, and counts of the rest are even'
    """
    rows, columns = degrees(mask)
    whole, selection = tested.rows.whole or tested.columns.whole, selected_by(tested)
    varies = tested.rows.uneven and not whole
    in_blocks = selection is not None and selection.length < mask.shape[0 if selection.columns else 1]
    return Seen(
        tiles_of(mask, rows, columns),
        () if whole else emptied_of(mask, rng),
        () if whole or selection is not None else repeated_in(mask, model),
        tuple(evened_out(tested)),
        rows_p(mask, tested.columns.uneven, rng) if varies else None,
        max(0, visible - 1) if tested.kind is not Heterogeneity.BOTH and not in_blocks else 0,
    )


def evened_out(found: Homogeneity) -> list[str]:
    """The sides that vary too little, but for one whose lines keep their number by selection."""
    selection = selected_by(found)
    selected = None if selection is None else found.columns if selection.columns else found.rows
    sides = {"rows": found.rows, "columns": found.columns}
    return [name for name, side in sides.items() if side.too_even and side is not selected]


def emptied_of(mask: csr_array, rng: np.random.Generator) -> tuple[Emptied, ...]:
    """Empty and full lines of a mask [m, n] of bool, more than a uniform mask has by chance, if counts of the rest are even."""
    rest, found = mask, []
    for full in (False, True):
        counts = degrees(rest)
        lines = [each == (other if full else 0) for each, other in zip(counts, rest.shape[::-1], strict=True)]
        for side, which, length in zip(("rows", "columns"), lines, rest.shape[::-1], strict=True):
            p = _chance(which.size, length, rest.nnz, int(which.sum()), full)
            if p < UNLIKELY:
                found.append(Emptied(side, full, int(which.sum()), mask.shape[side == "columns"], p))
        rest = csr_array(rest[np.flatnonzero(~lines[0])][:, np.flatnonzero(~lines[1])])
    if not found or rest.nnz in (0, rest.shape[0] * rest.shape[1]):
        return ()
    return tuple(found) if homogeneity_of(rest, rng).kind is Heterogeneity.HOMOGENEOUS else ()


def _chance(number: int, length: int, kept: int, lines: int, full: bool) -> float:
    """At most the chance of so many empty (full) lines among `number` of `length` each in a uniform mask: a bound over all sets of them."""
    size = number * length
    if lines == 0:
        return 1.0
    missing = size - kept if full else kept
    sets = log_choose(number, lines) + log_choose(size - lines * length, missing) - log_choose(size, missing)
    return exp(min(0.0, sets))


def _tiles_phrase(found: Tiles) -> str:
    return (
        f"blocks of {found.rows} x {found.columns} are kept or removed whole, {found.kept} of {found.number} kept "
        f"(chance at most 1e{ceil(found.log10_chance)})"
    )


def _emptied_phrase(found: Emptied) -> str:
    return f"{found.lines} of {found.number} {found.side} are {'full' if found.full else 'empty'}, and counts of the rest are even"


def _repeated_phrase(found: Repeated) -> str:
    return f"{found.number} {found.side} that are not empty repeat {found.distinct} patterns"
