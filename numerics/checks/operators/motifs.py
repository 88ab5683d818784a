"""Evidence for O8 and O9: motif densities and the cut norm, and their means over random masks, by enumeration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product
from math import comb

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from numerics.checks.operators.norms import cut_norm
from numerics.evidence import Finding, Trial, control, exact, statistical
from numerics.masks.motifs import graphon_motif_density, motif_density
from theory.graphon.symbols import m, n
from theory.operators.motifs import (
    MOTIFS,
    Motif,
    bernoulli_mean,
    counting_bound,
    counting_lemma,
    cycle,
    cycle_density,
    edges,
    example_change,
    example_ratio,
    expected_density,
    finite_size_motifs,
    half_length,
    kept_chances,
    kept_entries,
    lack,
    motif_means,
    sigmas,
    square_excess,
    subset_mean,
)
from theory.operators.symbols import cut
from theory.saliency.model import rho

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
Integers = NDArray[np.int64]


@exact(counting_lemma, step="example")
@control("one edge", example_change=lack)
@control("each edge", example_change=edges * lack)
@control("what is left", example_change=1 - example_change)
@control("10 % more", example_change=ELEVEN * example_change)
def constant_graphons_differ_edge_by_edge(example_change: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """ε for one edge; a further edge leaves the share 1 − ε of what the others leave."""
    yield trial.induction(
        example_change, edges, lack, lambda change: 1 - (1 - change) * (1 - lack), start=1, by=by_powers
    )


def by_powers(expression: sp.Expr) -> sp.Expr:
    """Powers of one base put together, what is left multiplied out."""
    return sp.expand(sp.powsimp(sp.expand_power_exp(sp.expand(expression))))


@exact(counting_lemma, step="counting")
@control("one cut for all edges", counting_bound=cut)
@control("half of the edges", counting_bound=counting_bound / 2)
@control("10 % less", counting_bound=NINE * counting_bound)
@control("10 % more", counting_bound=ELEVEN * counting_bound)
@control("one edge more", counting_bound=(edges + 1) * cut)
def each_edge_adds_a_cut(counting_bound: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """c for one edge, and c more for each."""
    yield trial.induction(counting_bound, edges, cut, lambda bound: bound + cut, start=1)


@exact(counting_lemma, step="sharpness")
@control("of one edge", example_ratio=edges * example_ratio)
@control("what is left", example_ratio=(1 - lack) ** edges)
@control("10 % more", example_ratio=ELEVEN * example_ratio)
@control("half of the edges", counting_bound=counting_bound / 2)
@control("one edge", example_change=lack)
def example_nearly_attains_the_bound(
    example_change: sp.Expr, counting_bound: sp.Expr, example_ratio: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The change over the bound at c = ε; and the limit of the ratio, by its slopes at 0."""
    yield trial.same(example_change, example_ratio * counting_bound.subs(cut, lack))
    slopes = [sp.diff(each, lack).subs(lack, 0) for each in (example_change, counting_bound.subs(cut, lack))]
    yield trial.same(slopes[0], slopes[1])


@exact(counting_lemma)
@control("one cut for all edges", counting_bound=cut)
@control("half of the edges", counting_bound=counting_bound / 2)
@control("10 % less", counting_bound=NINE * counting_bound)
@control("10 % more", counting_bound=ELEVEN * counting_bound)
@control("the root of the cut norm", counting_bound=edges * sp.sqrt(cut))
def constant_is_sharp(counting_bound: sp.Expr, motifs: Mapping[str, Motif], trial: Trial) -> Iterator[Finding]:
    """U = 1, W = 1 − ε: the densities differ by at most the bound, and by 1 − eε times it (Bernoulli) at least."""
    for name, motif in motifs.items():
        size = len(motif.edges)
        for small in (sp.Rational(1, 10**3), sp.Rational(1, 10**6)):
            moved = 1 - graphon_motif_density(motif, np.array([[1 - small]]))
            bound = counting_bound.subs({edges: size, cut: small})
            sharp = (1 - size * small) * bound <= moved <= bound
            yield trial.holds(sharp, f"{name} moves by {moved}, claimed at most {bound} and nearly so")


def telescope(upper: Integers, lower: Integers, motif: Motif) -> list[int]:
    """The change of the count of homomorphisms when one edge after the other goes from `upper` to `lower`."""
    rows, columns = (list(dict.fromkeys(edge[side] for edge in motif.edges)) for side in (0, 1))
    changes = []
    for place in range(len(motif.edges)):
        factors: list[Integers | list[int]] = []
        for at, (i, j) in enumerate(motif.edges):
            factor = lower if at < place else upper - lower if at == place else upper
            factors += [factor, [rows.index(i), len(rows) + columns.index(j)]]
        changes.append(int(np.einsum(*factors, [], optimize="greedy")))
    return changes


def pairs_of_masks(rng: np.random.Generator, count: int) -> list[tuple[Integers, Integers, Fraction]]:
    """Masks of several densities, each beside another one or a constant tenth (both times ten), and their cut norm."""
    pairs = []
    for _ in range(count):
        rows, columns = rng.integers(3, 8, size=2)
        one, other = (10 * (rng.random((rows, columns)) < rng.random()) for _ in range(2))
        pairs += [(one, other), (one, np.full_like(one, rng.integers(0, 11)))]
    return [(one, other, cut_norm(one - other, 10)) for one, other in pairs]


@exact(counting_lemma, cost=0.4)
@control("one cut for all edges", counting_bound=cut)
@control("half of the edges", counting_bound=counting_bound / 2)
@control("one edge more", counting_bound=(edges + 1) * cut)
@control("as the square of the cut norm", counting_bound=edges * cut**2)
def edges_are_replaced_one_after_the_other(
    counting_bound: sp.Expr, motifs: Mapping[str, Motif], trial: Trial
) -> Iterator[Finding]:
    """The difference telescopes into e changes, each at most the cut norm: random masks in integers."""
    pairs = trial.draw(pairs_of_masks, trial.size(4))
    for name, motif in motifs.items():
        size, maps = len(motif.edges), (len(motif.row_degrees), len(motif.column_degrees))
        claimed = sp.cancel(counting_bound.subs(edges, size) / cut)
        yield trial.holds(claimed == size, f"{name} has {size} changes, claimed {claimed}")
        largest = Fraction(0)
        for one, other, distance in pairs:
            total = one.shape[0] ** maps[0] * one.shape[1] ** maps[1] * 10**size
            changes = [Fraction(change, total) for change in trial.once(telescope, one, other, motif)]
            densities = [motif_density(each, motif) / 10**size for each in (one, other)]
            yield trial.holds(sum(changes) == densities[0] - densities[1], f"{name}: changes add up")
            yield trial.holds(max(map(abs, changes)) <= distance, f"{name}: each change is at most a cut")
            if distance:
                largest = max(largest, abs(sum(changes, Fraction(0))) / (size * distance))
        yield trial.holds(largest <= 1, f"{name}: largest ratio to the bound {float(largest):.2f}")


@exact(counting_lemma, step="two singular values")
@control("the fourth power for every cycle", cycle_density=sum(sigma**4 for sigma in sigmas))
@control("one power less", cycle_density=sum(sigma ** (2 * half_length - 1) for sigma in sigmas))
@control("the first singular value", cycle_density=sigmas[0] ** (2 * half_length))
@control("10 % more", cycle_density=ELEVEN * cycle_density)
def traces_of_powers_follow_from_two(cycle_density: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The traces of G and G² by trace and determinant of G = TT*; and by G² = tr G · G − det G that of each power."""
    trace, determinant = sum(sigma**2 for sigma in sigmas), sp.prod(sigma**2 for sigma in sigmas)
    following = trace * cycle_density.subs(half_length, half_length + 1) - determinant * cycle_density
    yield trial.same(cycle_density.subs(half_length, half_length + 2), following, by=by_powers)
    yield trial.same(cycle_density.subs(half_length, 1), trace)
    yield trial.same(cycle_density.subs(half_length, 2), trace**2 - 2 * determinant)


@exact(counting_lemma)
@control("the fourth power for every cycle", cycle_density=sum(sigma**4 for sigma in sigmas))
@control("one power less", cycle_density=sum(sigma ** (2 * half_length - 1) for sigma in sigmas))
@control("the first singular value", cycle_density=sigmas[0] ** (2 * half_length))
@control("10 % more", cycle_density=ELEVEN * cycle_density)
def cycles_are_powers_of_singular_values(cycle_density: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Two rows: σ² are the roots of λ² − (tr/mn)λ + det/(mn)² of the Gram matrix; the cycles are counted."""
    for matrix in (
        np.array([[1, 0, 1], [1, 1, 0]]),
        np.array([[2, 1], [-1, 3]]),
        np.array([[1, 1, 1, 0], [0, 0, 1, 1]]),
    ):
        gram = sp.Matrix(matrix @ matrix.T) / matrix.size
        root = sp.sqrt(gram.trace() ** 2 - 4 * gram.det())
        values = {sigma: sp.sqrt((gram.trace() + sign * root) / 2) for sigma, sign in zip(sigmas, (1, -1), strict=True)}
        for half in (2, 3, 4):
            counted = sp.Rational(motif_density(matrix, cycle(2 * half)))
            yield trial.same(cycle_density.subs({**values, half_length: half}), counted, by=sp.expand)


def totals_by_size(rows: int, columns: int, motif: Motif) -> list[Fraction]:
    """Σ t(F, M) over all masks with k entries, for k = 0, …, mn."""
    totals = [Fraction(0)] * (rows * columns + 1)
    for code in range(2 ** (rows * columns)):
        mask = (code >> np.arange(rows * columns) & 1).reshape(rows, columns)
        totals[int(mask.sum())] += Fraction(motif_density(mask, motif))
    return totals


MASK_SIZES = ((2, 2), (2, 3), (3, 2))


@exact(finite_size_motifs)
@control("without coincidences", bernoulli_mean=rho**4)
@control("no mixed term", bernoulli_mean=(1 - 1 / m) * (1 - 1 / n) * rho**4 + rho / (m * n))
@control("10 % more", bernoulli_mean=ELEVEN * bernoulli_mean)
@control("10 % less", bernoulli_mean=NINE * bernoulli_mean)
@control("independent entries", subset_mean=bernoulli_mean.subs(rho, kept_entries / (m * n)))
@control("subsets 10 % more", subset_mean=ELEVEN * subset_mean)
def means_over_all_small_masks(
    bernoulli_mean: sp.Expr, subset_mean: sp.Expr, four_cycle: Motif, trial: Trial
) -> Iterator[Finding]:
    """Every mask of a few entries, weighted as a polynomial in ρ, and by K."""
    for rows, columns in MASK_SIZES:
        totals = trial.once(totals_by_size, rows, columns, four_cycle)
        size = rows * columns
        weighted = sum(sp.Rational(total) * rho**k * (1 - rho) ** (size - k) for k, total in enumerate(totals))
        yield trial.same(bernoulli_mean.subs({m: rows, n: columns}), weighted, by=sp.expand)
        for k, total in enumerate(totals):
            claimed = subset_mean.subs({m: rows, n: columns, kept_entries: k})
            yield trial.same(claimed, sp.Rational(total) / comb(size, k))


@exact(finite_size_motifs)
@control("without coincidences", motif_means={name: kept_chances[len(MOTIFS[name].edges) - 1] for name in motif_means})
@control("rows and columns exchanged", motif_means={**motif_means, "P3": motif_means["P3"].subs({m: n})})
@control("10 % more", motif_means={**motif_means, "K23": ELEVEN * motif_means["K23"]})
def means_of_other_motifs_over_all_small_masks(motif_means: Mapping[str, sp.Expr], trial: Trial) -> Iterator[Finding]:
    """The same for motifs that are not symmetric, with κ_r = ρ^r and by K."""
    for (rows, columns), (name, mean) in product((*MASK_SIZES, (1, 3)), motif_means.items()):
        size, totals = rows * columns, trial.once(totals_by_size, rows, columns, MOTIFS[name])
        claimed = mean.subs({m: rows, n: columns})
        weighted = sum(sp.Rational(total) * rho**k * (1 - rho) ** (size - k) for k, total in enumerate(totals))
        powers = {chance: rho**r for r, chance in enumerate(kept_chances, start=1)}
        yield trial.same(claimed.subs(powers), weighted, by=sp.expand)
        for k, total in enumerate(totals):
            chances = {chance: sp.Rational(comb(k, r), comb(size, r) or 1) for r, chance in enumerate(kept_chances, 1)}
            yield trial.holds(claimed.subs(chances) * comb(size, k) == sp.Rational(total), f"{name}, {k} of {size}")


@exact(finite_size_motifs)
@control("without coincidences", bernoulli_mean=rho**4)
@control("no mixed term", bernoulli_mean=(1 - 1 / m) * (1 - 1 / n) * rho**4 + rho / (m * n))
@control("to the leading order", square_excess=2 * rho**2 * (1 - rho) * (1 + rho) / n)
@control("10 % more", square_excess=ELEVEN * square_excess)
@control("independent entries", subset_mean=bernoulli_mean.subs(rho, kept_entries / (m * n)))
def partitions_add_up_to_the_mean(
    bernoulli_mean: sp.Expr, square_excess: sp.Expr, subset_mean: sp.Expr, four_cycle: Motif, trial: Trial
) -> Iterator[Finding]:
    """The sum over partitions of the vertices, in symbols; and the excess over ρ⁴ for as many rows as columns."""
    yield trial.same(bernoulli_mean, expected_density(four_cycle, m, n, lambda r: rho**r))
    chance = [sp.ff(kept_entries, r) / sp.ff(m * n, r) for r in range(5)]
    yield trial.same(subset_mean, expected_density(four_cycle, m, n, lambda r: chance[r]))
    yield trial.same(square_excess, bernoulli_mean.subs(m, n) - rho**4)


def four_cycle_hits(rng: np.random.Generator, masks: int, rows: int, columns: int, kept: int) -> list[int]:
    """How often a random map of C₄ hits: into masks of independent fair entries, and of `kept` entries."""
    scores = rng.random((masks, rows * columns))
    by_rank = np.argsort(scores, axis=1).argsort(axis=1) < kept
    x, y = rng.integers(rows, size=(2, masks)), rng.integers(columns, size=(2, masks))
    places = [x[i] * columns + y[j] for i in (0, 1) for j in (0, 1)]
    every = np.arange(masks)
    return [int(np.logical_and.reduce([mask[every, at] for at in places]).sum()) for mask in (scores < 0.5, by_rank)]


@statistical(finite_size_motifs, tests=2, cost=0.4)
@control("without coincidences", bernoulli_mean=rho**4)
@control("no mixed term", bernoulli_mean=(1 - 1 / m) * (1 - 1 / n) * rho**4 + rho / (m * n))
@control("10 % more", bernoulli_mean=ELEVEN * bernoulli_mean)
@control("independent entries", subset_mean=bernoulli_mean.subs(rho, kept_entries / (m * n)))
@control("subsets 10 % less", subset_mean=NINE * subset_mean)
def random_maps_hit_as_often(bernoulli_mean: sp.Expr, subset_mean: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One random map into each of many independent masks, 3×4, ρ = ½ and K = 6."""
    masks = trial.size(120_000)
    hits = trial.draw(four_cycle_hits, masks, 3, 4, 6)
    at = {m: 3, n: 4, rho: sp.Rational(1, 2), kept_entries: 6}
    for count, mean in zip(hits, (bernoulli_mean, subset_mean), strict=True):
        yield trial.counts(count, masks, trial.value(mean.subs(at)))
