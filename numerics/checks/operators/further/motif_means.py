"""Evidence for O9, besides its reasons: independent entries have this mean; uniform sets have this mean; and more."""

from collections.abc import Mapping
from fractions import Fraction
from itertools import product
from math import comb

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, exact, statistical
from sparse_limits.numerics.masks.motifs import motif_density
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.symbols import m, n
from sparse_limits.theory.operators.further.motif_means import (
    expanded,
    finite_size_motifs,
    kept_chances,
    kept_entries,
    several,
)
from sparse_limits.theory.operators.motifs import MOTIFS, Motif
from sparse_limits.theory.saliency.model import rho

# Steps of the proof


def four_cycle_mean(shares: Mapping[str, sp.Expr], chance: sp.Expr) -> sp.Expr:
    """The mean of the chance that all entries met are kept."""
    return sum((share * chance.subs(several, int(met)) for met, share in shares.items()), sp.S.Zero)


@exact(finite_size_motifs, step="mean over independent entries")
def independent_entries_have_this_mean(
    coincidences: Mapping[str, sp.Expr], independent_chance: sp.Expr, bernoulli_mean: sp.Expr, trial: Trial
) -> Findings:
    """The chances of *four-cycle*, each with that of *independent entries*."""
    yield trial.same(bernoulli_mean, four_cycle_mean(coincidences, independent_chance), by=sp.expand)


@exact(finite_size_motifs, step="mean over sets")
def uniform_sets_have_this_mean(
    coincidences: Mapping[str, sp.Expr], subset_chance: sp.Expr, subset_mean: sp.Expr, trial: Trial
) -> Findings:
    """The chances of *four-cycle*, each with that of *uniform sets*."""
    yield trial.same(subset_mean, four_cycle_mean(coincidences, subset_chance), by=lambda gap: sp.factor(expanded(gap)))


# Enumeration and samples


def totals_by_size(rows: int, columns: int, motif: Motif) -> list[Fraction]:
    """Σ t(F, M) over all masks with k entries, for k = 0, …, mn."""
    totals = [Fraction(0)] * (rows * columns + 1)
    for code in range(2 ** (rows * columns)):
        mask = (code >> np.arange(rows * columns) & 1).reshape(rows, columns)
        totals[int(mask.sum())] += Fraction(motif_density(mask, motif))
    return totals


MASK_SIZES = ((2, 2), (2, 3), (3, 2))


@exact(finite_size_motifs)
def means_over_all_small_masks(
    bernoulli_mean: sp.Expr, subset_mean: sp.Expr, four_cycle: Motif, trial: Trial
) -> Findings:
    """Every mask of a few entries, weighted as a polynomial in ρ, and by K."""
    for rows, columns in MASK_SIZES:
        totals = trial.once(totals_by_size, rows, columns, four_cycle)
        size = rows * columns
        weighted = sum(sp.Rational(total) * rho**k * (1 - rho) ** (size - k) for k, total in enumerate(totals))
        yield trial.same(bernoulli_mean.subs({m: rows, n: columns}), weighted, by=sp.expand)
        for k, total in enumerate(totals):
            claimed = valued(subset_mean, {m: rows, n: columns, kept_entries: k})
            yield trial.same(claimed, sp.Rational(total) / comb(size, k))


@exact(finite_size_motifs)
def means_of_other_motifs_over_all_small_masks(motif_means: Mapping[str, sp.Expr], trial: Trial) -> Findings:
    """The same for motifs that are not symmetric, with κ_r = ρ^r and by K."""
    for (rows, columns), (name, mean) in product((*MASK_SIZES, (1, 3)), motif_means.items()):
        size, totals = rows * columns, trial.once(totals_by_size, rows, columns, MOTIFS[name])
        claimed = mean.subs({m: rows, n: columns})
        weighted = sum(sp.Rational(total) * rho**k * (1 - rho) ** (size - k) for k, total in enumerate(totals))
        powers = {chance: rho**r for r, chance in enumerate(kept_chances, start=1)}
        yield trial.same(valued(claimed, powers), weighted, by=sp.expand)
        for k, total in enumerate(totals):
            chances = {chance: sp.Rational(comb(k, r), comb(size, r) or 1) for r, chance in enumerate(kept_chances, 1)}
            yield trial.holds(valued(claimed, chances) * comb(size, k) == sp.Rational(total), f"{name}, {k} of {size}")


def four_cycle_hits(rng: np.random.Generator, masks: int, rows: int, columns: int, kept: int) -> list[int]:
    """How often a random map of C₄ hits: into masks of independent fair entries, and of `kept` entries."""
    scores = rng.random((masks, rows * columns))
    by_rank = np.argsort(scores, axis=1).argsort(axis=1) < kept
    x, y = rng.integers(rows, size=(2, masks)), rng.integers(columns, size=(2, masks))
    places = [x[i] * columns + y[j] for i in (0, 1) for j in (0, 1)]
    every = np.arange(masks)
    return [int(np.logical_and.reduce([mask[every, at] for at in places]).sum()) for mask in (scores < 0.5, by_rank)]


@statistical(finite_size_motifs, tests=2, cost=0.4)
def random_maps_hit_as_often(bernoulli_mean: sp.Expr, subset_mean: sp.Expr, trial: Trial) -> Findings:
    """One random map into each of many independent masks, 3×4, ρ = ½ and K = 6."""
    masks = trial.size(120_000)
    hits = trial.draw(four_cycle_hits, masks, 3, 4, 6)
    at = {m: 3, n: 4, rho: sp.Rational(1, 2), kept_entries: 6}
    for count, mean in zip(hits, (bernoulli_mean, subset_mean), strict=True):
        yield trial.counts(count, masks, trial.value(mean.subs(at)))
