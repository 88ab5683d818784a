"""The factor model fitted to a mask with its graphon, and masks drawn from that, or from the constant one."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import softmax

from sparse_limits.numerics.fitting.block_patterns import Selection
from sparse_limits.numerics.fitting.factor_model import (
    COARSE,
    FINE,
    Counted,
    Fitted,
    count,
    factors,
    fit_families,
    fit_family,
    fit_half_normal_rows,
    posterior,
)
from sparse_limits.numerics.masks.sampling import sample_constant, sample_step

Floats = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Model:
    """The families fitted to a mask, the likeliest first, and the graphon W = left @ right of that one.

    half_normal_rows: S4's model in the same units, None unless rows vary and are the random side. best: the likeliest
    family once more, with more atoms and groups.
    """

    families: list[Fitted]
    half_normal_rows: Fitted | None
    best: Fitted
    data: Counted
    left: Floats
    right: Floats

    @property
    def is_constant(self) -> bool:
        """Whether neither side varies, so that the graphon is the density."""
        return not self.data.varies and self.data.sizes.size == 1

    @property
    def profiles(self) -> tuple[Floats, Floats, float]:
        """ln f [m] and ln φ [n], 0 at their medians, and the threshold τ that goes with them: W = F̄(τ/(f φ))."""
        random = posterior(self.best, self.data) @ self.best.atoms
        fixed = self.best.effects[self.data.groups]
        middles = float(np.median(random)), float(np.median(fixed))
        sides = random - middles[0], fixed - middles[1]
        rows, columns = sides[::-1] if self.data.transposed else sides
        return rows, columns, float(np.exp(-sum(middles)))

    @property
    def densities(self) -> tuple[Floats, Floats]:
        """The fitted densities of rows [m] and of columns [n]."""
        left, right = self.left, self.right
        return left @ right.mean(axis=1), left.mean(axis=0) @ right

    @property
    def expected_dead(self) -> tuple[float, float]:
        """How many rows and columns without an entry the graphon leads to expect."""
        best, sizes = self.best, self.data.sizes
        units = len(self.data.counts)
        random = units * float(best.weights @ np.exp(np.log1p(-best.table) @ sizes))
        fixed = float(sizes @ (1 - best.weights @ best.table) ** units)
        return (fixed, random) if self.data.transposed else (random, fixed)

    @property
    def shares(self) -> dict[str, float]:
        """The likelihood of each family as a share of all (Akaike weights: the families have equally many numbers)."""
        weights = softmax([each.log_likelihood for each in self.families])
        return {each.family: float(weight) for each, weight in zip(self.families, weights, strict=True)}

    @property
    def lead(self) -> float | None:
        """Vuong's statistic: the lead of the best over the second in standard deviations of its sum over units."""
        if len(self.families) < 2:
            return None
        gain = self.families[0].log_likelihoods - self.families[1].log_likelihoods
        spread = float(gain.std()) * sqrt(gain.size)
        return float(gain.sum()) / spread if spread > 0 else 0.0


def fit_model(mask: csr_array, uneven_rows: bool, uneven_columns: bool) -> Model:
    """All families and the graphon of the likeliest."""
    coarse = count(mask, uneven_rows, uneven_columns, COARSE.groups)
    families = fit_families(coarse)
    rival = fit_half_normal_rows(coarse) if coarse.varies and not coarse.transposed else None
    fine = count(mask, uneven_rows, uneven_columns, FINE.groups)
    best = fit_family(families[0].family, fine, FINE.atoms)
    return Model(families, rival, best, fine, *factors(best, fine))


def draw(model: Model, selection: Selection | None, rng: np.random.Generator) -> csr_array:
    """A mask of the model's shape and graphon: each unit at an atom drawn from its posterior, then independent entries.

    Under a selection blocks keep their number of entries. Without one, rows and columns come sorted by atom and group.
    """
    if selection is not None:
        line = model.left @ model.right[:, :1] if selection.columns else (model.left[:1] @ model.right).T
        return _draw_selected(line[:, 0], selection, model.left.shape[0], model.right.shape[1], rng)
    chances = posterior(model.best, model.data).cumsum(axis=1)
    atoms = (chances < rng.random((len(chances), 1)) * chances[:, -1:]).sum(axis=1)
    used, sizes = np.unique(atoms, return_counts=True)
    mask = sample_step(model.best.table[used], sizes, model.data.sizes.astype(np.int64), rng)
    return csr_array(mask.T) if model.data.transposed else mask


def draw_constant(mask: csr_array, selection: Selection | None, rng: np.random.Generator) -> csr_array:
    """A mask of the same shape and density from the constant graphon; under a selection blocks keep their number."""
    m, n = mask.shape
    density = mask.nnz / (m * n)
    if selection is None:
        return sample_constant(density, m, n, rng)
    return _draw_selected(np.full(m if selection.columns else n, density), selection, m, n, rng)


def _draw_selected(shares: Floats, selection: Selection, m: int, n: int, rng: np.random.Generator) -> csr_array:
    """A mask [m, n] whose blocks keep their number exactly, and each entry with about its share of the line.

    Systematic sampling: the shares of a block, in random order, are laid end to end; points at distance 1 from each
    other hit the entries that are kept.
    """
    if selection.columns:
        return csr_array(_draw_selected(shares, selection._replace(columns=False), n, m, rng).T)
    columns = selection.places(n)
    blocks = _scaled(shares[columns], selection.kept)
    places = np.arange(n).reshape(columns.shape)
    step, parts = max(1, 2**20 // n), []
    for top in range(0, m, step):
        drawn = rng.permuted(np.broadcast_to(places, (min(step, m - top), *places.shape)), axis=2)
        reached = np.floor(blocks.ravel()[drawn].cumsum(axis=2) + rng.random((*drawn.shape[:2], 1)))
        rows, kept, place = np.nonzero(np.diff(reached, axis=2, prepend=0) > 0)
        parts.append((top + rows, columns.ravel()[drawn[rows, kept, place]]))
    rows, kept = (np.concatenate(each) for each in zip(*parts, strict=True))
    return csr_array((np.ones(rows.size, bool), (rows, kept)), shape=(m, n))


def _scaled(blocks: Floats, kept: int) -> Floats:
    """Each row times a number of its own, cut at 1, so that it sums to `kept`."""
    found: Floats = blocks * (kept / blocks.sum(axis=1, keepdims=True))
    while (found > 1).any():  # what is cut off goes to the others, of which some may exceed 1 then
        full = found >= 1
        left = kept - full.sum(axis=1, keepdims=True)
        free = np.where(full, 0, found)
        found = np.where(full, 1, free * (left / np.maximum(free.sum(axis=1, keepdims=True), 1e-300)))
    return found
