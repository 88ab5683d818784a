"""Evidence for O9: means of motif densities over random masks, by enumeration and vertex by vertex."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product
from math import comb

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, exact, statistical
from sparse_limits.numerics.evidence.simplifying import powers_together
from sparse_limits.numerics.masks.motifs import motif_density
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.symbols import m, n
from sparse_limits.theory.operators.motif_means import (
    bernoulli_mean,
    coincidences,
    finite_size_motifs,
    independent_chance,
    kept_chances,
    kept_entries,
    motif_means,
    placements,
    several,
    square_excess,
    subset_chance,
    subset_mean,
)
from sparse_limits.theory.operators.motifs import MOTIFS, Motif
from sparse_limits.theory.saliency.model import rho

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)


# Steps of the proof


@exact(finite_size_motifs, step="maps")
@control("equal rows allowed", placements=m**several)
@control("one row more", placements=placements.subs(m, m + 1))
@control("sets of rows", placements=placements / sp.factorial(several))
@control("10 % more", placements=ELEVEN * placements)
def blocks_are_sent_one_after_the_other(placements: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One way for no block; m − r for one more than r."""
    yield trial.induction(placements, several, sp.S.One, lambda ways: (m - several) * ways, by=reduce)


def reduce(expression: sp.Expr) -> sp.Expr:
    """Falling factorials as quotients of gamma functions, put together."""
    return sp.combsimp(sp.expand_func(expression.rewrite(sp.gamma)))


def vertex_by_vertex(motif: Motif) -> dict[int, sp.Expr]:
    """The chances that a random map meets so many entries, for all m and n: vertices are sent one after the other.

    If the vertices of a side before it have b images, a vertex gets each of these with chance one over the size of the
    side, and else a new one.
    """
    laws = []
    for side, size in ((0, m), (1, n)):
        law: dict[tuple[int, ...], sp.Expr] = {(): sp.S.One}
        for _ in {edge[side] for edge in motif.edges}:
            following: dict[tuple[int, ...], sp.Expr] = {}
            for images, chance in law.items():
                known = len(set(images))
                for image in range(known + 1):
                    share = 1 / size if image < known else 1 - known / size
                    following[(*images, image)] = chance * share
            law = following
        laws.append(law)
    found: dict[int, sp.Expr] = {}
    for (rows, one), (columns, other) in product(*(law.items() for law in laws)):
        met = len({(rows[i], columns[j]) for i, j in motif.edges})
        found[met] = found.get(met, sp.S.Zero) + one * other
    return found


@exact(finite_size_motifs, step="three motifs")
@control("without coincidences", motif_means={name: kept_chances[len(MOTIFS[name].edges) - 1] for name in motif_means})
@control("rows and columns exchanged", motif_means={**motif_means, "P3": motif_means["P3"].subs({m: n})})
@control("10 % more", motif_means={**motif_means, "K23": ELEVEN * motif_means["K23"]})
@control("one entry for equal rows", motif_means={**motif_means, "P4": motif_means["P4"].subs(kept_chances[1], 0)})
@control("equal rows allowed", placements=m**several)
def vertices_are_sent_one_after_the_other(
    placements: sp.Expr, motif_means: Mapping[str, sp.Expr], trial: Trial
) -> Iterator[Finding]:
    """The mean over the entries met; and the maps that send all vertices to different rows and columns."""
    for name, mean in motif_means.items():
        law = trial.once(vertex_by_vertex, MOTIFS[name])
        claimed = sum(chance * kept_chances[met - 1] for met, chance in law.items())
        yield trial.same(mean, claimed, by=sp.factor)
    for name, motif in MOTIFS.items():
        if name in motif_means:
            rows, columns = len(motif.row_degrees), len(motif.column_degrees)
            injective = placements.subs(several, rows) * placements.subs({m: n, several: columns}, simultaneous=True)
            law = trial.once(vertex_by_vertex, motif)
            yield trial.same(injective, m**rows * n**columns * law[len(motif.edges)], by=expanded)


def expanded(expression: sp.Expr) -> sp.Expr:
    return sp.expand(sp.expand_func(expression))


@exact(finite_size_motifs, step="four-cycle")
@control("one kind of pair", coincidences={**coincidences, "2": coincidences["2"] / 2})
@control("no pair", coincidences={**coincidences, "4": sp.S.One})
@control("as many rows as columns", coincidences={each: share.subs(n, m) for each, share in coincidences.items()})
@control("one entry 10 % more", coincidences={**coincidences, "1": ELEVEN * coincidences["1"]})
def rows_and_columns_of_a_cycle_coincide(
    coincidences: Mapping[str, sp.Expr], four_cycle: Motif, trial: Trial
) -> Iterator[Finding]:
    """The chances of the maps that meet four, two, and one entry."""
    law = trial.once(vertex_by_vertex, four_cycle)
    yield trial.holds({int(met) for met in coincidences} == set(law), f"entries met: {', '.join(coincidences)}")
    for met, chance in coincidences.items():
        yield trial.same(chance, law[int(met)], by=sp.factor)


@exact(finite_size_motifs, step="independent entries")
@control("of one entry", independent_chance=rho)
@control("removed", independent_chance=(1 - rho) ** several)
@control("any of them", independent_chance=1 - (1 - rho) ** several)
@control("10 % more", independent_chance=ELEVEN * independent_chance)
def entries_are_kept_one_after_the_other(independent_chance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """No entry is kept with chance 1, and one more with ρ given the others."""
    yield trial.induction(independent_chance, several, sp.S.One, lambda chance: rho * chance, by=powers_together)


@exact(finite_size_motifs, step="uniform sets")
@control("independent entries", subset_chance=(kept_entries / (m * n)) ** several)
@control("with repetition below", subset_chance=sp.ff(kept_entries, several) / (m * n) ** several)
@control("sets of entries", subset_chance=subset_chance / sp.factorial(several))
@control("10 % more", subset_chance=ELEVEN * subset_chance)
def entries_of_a_set_are_met_one_after_the_other(subset_chance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """K − r of the other mn − r entries are in the set, given r that are."""
    left = (kept_entries - several) / (m * n - several)
    yield trial.induction(subset_chance, several, sp.S.One, lambda chance: left * chance, by=reduce)


def four_cycle_mean(shares: Mapping[str, sp.Expr], chance: sp.Expr) -> sp.Expr:
    """The mean of the chance that all entries met are kept."""
    return sum((share * chance.subs(several, int(met)) for met, share in shares.items()), sp.S.Zero)


@exact(finite_size_motifs, step="mean over independent entries")
@control("without coincidences", bernoulli_mean=rho**4)
@control("no mixed term", bernoulli_mean=(1 - 1 / m) * (1 - 1 / n) * rho**4 + rho / (m * n))
@control("10 % more", bernoulli_mean=ELEVEN * bernoulli_mean)
@control("one kind of pair", coincidences={**coincidences, "2": coincidences["2"] / 2})
@control("of one entry", independent_chance=rho)
def independent_entries_have_this_mean(
    coincidences: Mapping[str, sp.Expr], independent_chance: sp.Expr, bernoulli_mean: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The chances of *four-cycle*, each with that of *independent entries*."""
    yield trial.same(bernoulli_mean, four_cycle_mean(coincidences, independent_chance), by=sp.expand)


@exact(finite_size_motifs, step="mean over sets")
@control("independent entries", subset_mean=bernoulli_mean.subs(rho, kept_entries / (m * n)))
@control("10 % more", subset_mean=ELEVEN * subset_mean)
@control("one entry more", subset_mean=subset_mean.subs(kept_entries, kept_entries + 1))
@control("one kind of pair", coincidences={**coincidences, "2": coincidences["2"] / 2})
@control("with repetition below", subset_chance=sp.ff(kept_entries, several) / (m * n) ** several)
def uniform_sets_have_this_mean(
    coincidences: Mapping[str, sp.Expr], subset_chance: sp.Expr, subset_mean: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The chances of *four-cycle*, each with that of *uniform sets*."""
    yield trial.same(subset_mean, four_cycle_mean(coincidences, subset_chance), by=lambda gap: sp.factor(expanded(gap)))


@exact(finite_size_motifs, step="excess")
@control("to the leading order", square_excess=2 * rho**2 * (1 - rho) * (1 + rho) / n)
@control("10 % more", square_excess=ELEVEN * square_excess)
@control("equal rows alone", square_excess=square_excess / 2)
@control("no mixed term", bernoulli_mean=(1 - 1 / m) * (1 - 1 / n) * rho**4 + rho / (m * n))
def square_masks_have_this_excess(bernoulli_mean: sp.Expr, square_excess: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The mean for as many rows as columns, less the fourth power of the density."""
    yield trial.same(square_excess, bernoulli_mean.subs(m, n) - rho**4, by=sp.factor)


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
            claimed = valued(subset_mean, {m: rows, n: columns, kept_entries: k})
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
