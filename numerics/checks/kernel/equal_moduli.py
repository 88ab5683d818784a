"""Evidence for K7.2: the bounds at inputs of equal moduli, and the kernel of signs, derived and by all masks."""

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.kernel.fixed_inputs import contribution
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.numerics.exact.exact_values import written_out
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.dual import a, b, c, cosine, row_kernel
from sparse_limits.theory.kernel.equal_moduli import (
    agreeing,
    alike,
    angular,
    kept,
    kept_agreeing,
    kept_cosine,
    opposed,
    quenched_kernel,
    unlike,
)
from sparse_limits.theory.kernel.fixed_inputs import share

Floats = NDArray[np.float64]


def weighted(weight: sp.Expr, value: sp.Expr, same: int, other: int) -> sp.Expr:
    """The sum over the kept inputs, and over how many of them agree, of a weight times a value; p is left open."""
    cells = [(k, i) for k in range(1, same + other + 1) for i in range(max(0, k - other), min(k, same) + 1)]
    letters, term = (agreeing, opposed, kept, kept_agreeing), weight * value
    numbers = ((same, other, k, i) for k, i in cells)
    return sp.Add(*(term.xreplace(dict(zip(letters, map(sp.Integer, each), strict=True))) for each in numbers))


@exact(quenched_kernel, step="graphon kernel", cost=0.5)
def signs_have_the_bounds_of_their_energies(
    angular: sp.Expr,
    mean_cosine: sp.Expr,
    modulus_kernel: sp.Expr,
    modulus_bound: sp.Expr,
    signs_kernel: sp.Expr,
    signs_bound: sp.Expr,
    trial: Trial,
) -> Findings:
    """For signs, shares (1 ± r)/2 of the inputs agree and differ; kernel and bound are those of these energies.

    The kernel is p times h at the cosine r, the mean cosine of A inputs that agree and B that differ.
    """
    energies = {alike: share * (1 + cosine) / 2, unlike: share * (1 - cosine) / 2}
    yield trial.same(signs_kernel, valued(modulus_kernel, energies))
    yield trial.same(signs_bound, modulus_bound.subs(energies), by=sp.expand)
    yield trial.same(signs_kernel, share * angular, by=sp.expand)
    shares = {alike: agreeing / (agreeing + opposed), unlike: opposed / (agreeing + opposed)}
    yield trial.same(mean_cosine, ((alike - unlike) / (alike + unlike)).subs(shares), by=sp.cancel)


def row_masks(same: int, other: int) -> Iterator[tuple[int, int, sp.Expr]]:
    """Every mask of a row: how many inputs it keeps, how many of these agree, and its probability in p."""
    for mask in product((0, 1), repeat=same + other):
        yield sum(mask), sum(mask[:same]), share ** sum(mask) * (1 - share) ** (same + other - sum(mask))


SIZES = ((1, 1), (2, 1), (1, 3), (3, 0), (2, 2))  # places that agree and that differ


@exact(quenched_kernel, step="weights")
def weights_count_masks(signs_weight: sp.Expr, trial: Trial) -> Findings:
    """The weight of a number of kept inputs, of which a number agree, is the probability of all such masks times the share they keep.

    All masks of few inputs are added up; p is free.
    """
    cases = []
    for same, other in SIZES:
        chances: dict[tuple[int, int], sp.Expr] = {}
        for k, i, chance in row_masks(same, other):
            chances[k, i] = chances.get((k, i), sp.S.Zero) + chance
        for (k, i), chance in chances.items():
            if k:
                at = {agreeing: same, opposed: other, kept: k, kept_agreeing: i}
                cases.append((valued(signs_weight, at), chance * sp.Rational(k, same + other)))
    yield trial.at_sizes(cases, "kinds of masks")


@exact(quenched_kernel, step="mean over masks", cost=0.4)
def quenched_is_the_weighted_mean(
    signs_weight: sp.Expr, angular: sp.Expr, signs_quenched: sp.Expr, trial: Trial
) -> Findings:
    """At few inputs the quenched kernel is the sum of h at the kept cosines with the weights; p is free."""
    h = angular.subs(cosine, kept_cosine)
    cases = (
        (
            written_out(valued(signs_quenched, {agreeing: same, opposed: other}), {}),
            weighted(signs_weight, h, same, other),
        )
        for same, other in SIZES
    )
    yield trial.at_sizes(cases, "numbers of inputs")


@exact(quenched_kernel, step="mean cosine")
def weights_have_this_mean(signs_weight: sp.Expr, mean_cosine: sp.Expr, trial: Trial) -> Findings:
    """At few inputs the weights have the sum p and the stated mean cosine, as polynomials in p."""
    cases = []
    for same, other in SIZES:
        mean = mean_cosine.subs({agreeing: same, opposed: other})
        cases += [
            (weighted(signs_weight, sp.S.One, same, other), share),
            (weighted(signs_weight, kept_cosine, same, other) + share, share * (1 + mean)),
        ]
    yield trial.at_sizes(cases, "sums")


@enclosed(quenched_kernel)
def quenched_is_the_sum_over_masks(signs_quenched: sp.Expr, trial: Trial) -> Findings:
    """The quenched kernel is the sum over all 2^d masks of a row, for d = 4 and 5."""
    for same, other, p in ((3, 1, sp.Rational(1, 3)), (2, 3, sp.Rational(5, 7))):
        signs, d = [1] * same + [-1] * other, same + other
        total = sp.S.Zero
        for mask in product((0, 1), repeat=d):
            k = sum(mask)
            common = sum(bit * sign for bit, sign in zip(mask, signs, strict=True))
            if k:
                at = {a: sp.Rational(k, d), b: sp.Rational(k, d), c: sp.Rational(common, d)}
                total += p**k * (1 - p) ** (d - k) * valued(row_kernel, at)
        yield trial.same(valued(signs_quenched, {agreeing: same, opposed: other, share: p}), total, by=None)


@enclosed(quenched_kernel, cost=1)
def jensen_decides_the_sign_of_the_gap(
    signs_weight: sp.Expr, signs_quenched: sp.Expr, signs_kernel: sp.Expr, trial: Trial
) -> Findings:
    """The weights have the sum p and the mean cosine r, as polynomials in p, and the quenched kernel is the weighted sum of h.

    It strictly exceeds the graphon kernel for all p between 0 and 1, at two, ten and twelve inputs; both are equal at r = ±1 and at p = 1.
    """
    h = angular.subs(cosine, kept_cosine)
    for same, other in ((1, 1), (2, 1), (1, 3), (3, 2)):
        whole, mean, quenched = (
            trial.once(weighted, signs_weight, each, same, other) for each in (sp.S.One, kept_cosine, h)
        )
        yield trial.same(whole, share, by=sp.expand)
        yield trial.same(mean, share * sp.Rational(same - other, same + other), by=sp.expand)
        at = {agreeing: same, opposed: other}
        yield trial.same(signs_quenched.subs(at), quenched, by=None)
    for same, other in ((1, 1), (9, 1), (1, 9), (6, 6)):
        at = {agreeing: same, opposed: other, cosine: sp.Rational(same - other, same + other)}
        sides = [trial.once(written_out, valued(each, at), {}) for each in (signs_kernel, signs_quenched)]
        yield trial.everywhere(*sides, within={share: (0, 1)}, zero={share: [(0, 1), (1, 1)]}, strict=True)
    for same, other, p in ((4, 0, sp.Rational(1, 3)), (0, 3, sp.Rational(2, 3)), (3, 2, sp.S.One)):
        at = {agreeing: same, opposed: other, share: p, cosine: sp.Rational(same - other, same + other)}
        yield trial.same(valued(signs_quenched, at), valued(signs_kernel, at), by=None)


@exact(quenched_kernel)
def two_inputs_have_four_masks(
    signs_quenched: sp.Expr, two_inputs: tuple[tuple[int, ...], ...], trial: Trial
) -> Findings:
    """The quenched kernel is the mean over all masks of a row at density 1/2; a mask that keeps nothing contributes 0."""
    x, y = two_inputs
    density = sp.Rational(1, 2)
    mean = sp.S.Zero
    for mask in product((0, 1), repeat=len(x)):
        moments = [
            sp.Rational(sum(m * p * q for m, p, q in zip(mask, *pair, strict=True)), len(x))
            for pair in ((x, x), (y, y), (x, y))
        ]
        if any(mask):
            mean += density ** len(x) * valued(row_kernel, dict(zip((a, b, c), moments, strict=True)))
    at = {agreeing: sum(p == q for p, q in zip(x, y, strict=True)), share: density}
    at[opposed] = len(x) - at[agreeing]
    yield trial.same(written_out(signs_quenched.subs(at), {}), mean)


SAME, OTHER, SHARE = 6, 2, sp.Rational(1, 2)
LOWEST = -0.14  # the least value of κ₁ + r κ₀ is −0.1368, where ψ tan ψ = ½ for ψ = π − arccos r


def mask_rows(rng: np.random.Generator, rows: int) -> Floats:
    """What rows of a mask of density SHARE contribute on signs that agree in SAME and differ in OTHER inputs."""
    d = SAME + OTHER
    M = rng.random((rows, d)) < float(SHARE)
    variance, covariance = M.mean(axis=1), (M[:, :SAME].sum(axis=1) - M[:, SAME:].sum(axis=1)) / d
    return contribution(variance, variance, covariance)


@statistical(quenched_kernel, tests=1)
def masks_have_the_quenched_kernel(signs_quenched: sp.Expr, trial: Trial) -> Findings:
    """Rows of drawn masks over 8 inputs contribute the quenched kernel on average: the limit of wide networks."""
    sample = trial.draw(mask_rows, trial.size(30_000))
    mean = trial.value(signs_quenched, {agreeing: SAME, opposed: OTHER, share: SHARE})
    yield trial.averages(sample, mean, LOWEST, 2.0)


# Tangents carry the mean

more, turned = sp.symbols("alpha gamma", real=True)  # another row's a and c


def in_energies(gap: sp.Expr) -> sp.Expr:
    """Zero, where it is: c − ra is 0 on the ray of r."""
    return sp.expand(gap.replace(lambda part: part.is_Add and sp.cancel(part) == 0, lambda part: sp.S.Zero))


@exact(quenched_kernel, step="lower bound")
def tangents_carry_the_mean(support: sp.Expr, modulus_kernel: sp.Expr, trial: Trial) -> Findings:
    """The support is linear in a and c, and has the value and the slope of h at c = ra, so it is a tangent.

    At the mean energies, on the ray of r, it is the kernel.
    """
    means = {a: alike + unlike, c: alike - unlike}
    r = (alike - unlike) / (alike + unlike)
    yield trial.same(modulus_kernel, valued(valued(support, means), {cosine: r}), by=in_energies)
    both = support.subs({a: a + more, c: c + turned}, simultaneous=True)
    yield trial.same(both, support + support.subs({a: more, c: turned}, simultaneous=True), by=sp.expand)
    h = support.subs({a: 1, c: cosine})
    yield trial.same(support, a * h + (c - cosine * a) * sp.diff(h, cosine), by=sp.expand)


def over_masks(
    moduli: Sequence[sp.Rational], signs: Sequence[int], W: Sequence[sp.Rational]
) -> tuple[sp.Expr, dict[sp.Symbol, sp.Expr]]:
    """The mean of a row over all masks, and the energies that agree and that differ."""
    mean, d = sp.S.Zero, sp.Integer(len(moduli))
    for mask in product((0, 1), repeat=len(moduli)):
        kept = [m * x**2 / d for m, x in zip(mask, moduli, strict=True)]
        chance = sp.Mul(*(w if m else 1 - w for m, w in zip(mask, W, strict=True)))
        if any(mask) and chance:
            at = {
                a: sp.Add(*kept),
                b: sp.Add(*kept),
                c: sp.Add(*(sign * x for sign, x in zip(signs, kept, strict=True))),
            }
            mean += chance * row_kernel.xreplace(at)
    energies = [(w * x**2 / d, sign) for w, x, sign in zip(W, moduli, signs, strict=True)]
    return mean, {
        kind: sp.Add(*(x for x, each in energies if each == sign)) for kind, sign in ((alike, 1), (unlike, -1))
    }


HALF = sp.Rational(1, 2)
CASES = (  # moduli, signs of the products, graphon
    ((1, 2, HALF, 3), (1, -1, 1, -1), (sp.Rational(1, 3), HALF, 1, sp.Rational(3, 4))),
    ((1, 3, 2), (1, 1, -1), (sp.Rational(9, 10), sp.Rational(1, 5), sp.Rational(1, 10))),
    ((2, 1), (-1, 1), (sp.Rational(1, 100), sp.Rational(1, 100))),
)
EQUAL = (  # no row leaves its ray
    ((1, 2, 3), (1, 1, 1), (sp.Rational(1, 3), HALF, 1)),
    ((1, 2, HALF), (1, -1, 1), (1, 1, 0)),
)


@enclosed(quenched_kernel)
def all_masks_lie_between_the_bounds(modulus_kernel: sp.Expr, modulus_bound: sp.Expr, trial: Trial) -> Findings:
    """For inputs of different moduli and densities, the mean over all masks lies strictly between the bounds.

    It is equal to the lower bound where no mask leaves its ray.
    """
    for case in CASES:
        mean, at = trial.once(over_masks, *case)
        yield trial.below(valued(modulus_kernel, at), mean, at=[{}], strict=True)
        yield trial.below(mean, modulus_bound.subs(at), at=[{}], strict=True)
    for case in EQUAL:
        mean, at = trial.once(over_masks, *case)
        yield trial.same(valued(modulus_kernel, at), mean, by=None, at=[{}])


@enclosed(quenched_kernel)
def signs_lie_between_the_bounds(
    signs_quenched: sp.Expr, modulus_kernel: sp.Expr, modulus_bound: sp.Expr, trial: Trial
) -> Findings:
    """With three inputs that agree and two that differ, the quenched kernel lies between the bounds, at p = 1, ½ and 1/1000.

    At p = 1 it is equal to the lower bound.
    """
    for p in (sp.S.One, HALF, sp.Rational(1, 1000)):
        energies = {alike: p * sp.Rational(3, 5), unlike: p * sp.Rational(2, 5)}
        quenched = written_out(signs_quenched.subs({agreeing: 3, opposed: 2}), {}).subs(share, p)
        if p == 1:
            yield trial.same(valued(modulus_kernel, energies), quenched, by=None, at=[{}])
        else:
            yield trial.below(valued(modulus_kernel, energies), quenched, at=[{}], strict=True)
        yield trial.below(quenched, modulus_bound.subs(energies), at=[{}], strict=True)
