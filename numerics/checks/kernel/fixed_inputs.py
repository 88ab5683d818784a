"""Evidence for K7: with a fixed number of inputs the kernel is that of the masks, derived and by all masks."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from numerics.evidence import Finding, Trial, control, enclosed, exact
from theory.kernel.dual import a, b, c, cosine, kappa_0, kappa_1, relu
from theory.kernel.fixed_inputs import (
    agreeing,
    angular,
    covariance,
    first,
    gap,
    hessian,
    inputs,
    kept,
    kept_agreeing,
    kept_cosine,
    mean_cosine,
    multiple,
    opposed,
    parallel,
    quenched_kernel,
    row_kernel,
    second,
    share,
    signs_curvature,
    signs_gap,
    signs_kernel,
    signs_quenched,
    signs_weight,
)

Floats = NDArray[np.float64]
ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)


def by_factors(expression: sp.Expr) -> sp.Expr:
    """Zero, where it is, once the squares are pulled out of the roots."""
    roots = expression.replace(
        lambda part: part.is_Pow and part.exp.is_Rational and part.exp.q == 2,
        lambda part: sp.factor(part.base) ** part.exp,
    )
    return sp.factor(roots)


def weighted(weight: sp.Expr, value: sp.Expr, same: int, other: int) -> sp.Expr:
    """The sum over the kept inputs, and over how many of them agree, of a weight times a value; p is left open."""
    at = {agreeing: same, opposed: other}
    cells = [(k, i) for k in range(1, same + other + 1) for i in range(max(0, k - other), min(k, same) + 1)]
    return sp.Add(*((weight * value).subs(at).subs({kept: k, kept_agreeing: i}) for k, i in cells))


def written_out(formula: sp.Expr) -> sp.Expr:
    """A formula whose sums, all of known length, are written out term by term."""
    if isinstance(formula, sp.Sum):
        (index, low, high), *inner = formula.limits
        assert not inner
        return sp.Add(*(written_out(formula.function.subs(index, at)) for at in range(int(low), int(high) + 1)))
    return formula.func(*map(written_out, formula.args)) if formula.has(sp.Sum) else formula


@exact(quenched_kernel, step="row kernel")
@control("readout alone", row_kernel=relu.value)
@control("first layer alone", row_kernel=c * relu.slope)
@control("10 % more", row_kernel=ELEVEN * row_kernel)
def row_kernel_is_value_and_slope(row_kernel: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The row kernel from the dual activation; linear for equal inputs."""
    yield trial.same(row_kernel, relu.value + c * sp.diff(relu.value, c), by=by_factors)
    yield trial.same(row_kernel.subs({b: a, c: a}), 2 * a)


@exact(quenched_kernel, step="parallel inputs")
@control("readout alone", row_kernel=relu.value)
@control("the readout's share", parallel=parallel / 2)
@control("in the second variance", parallel=2 * multiple**2 * a)
def parallel_inputs_are_linear(row_kernel: sp.Expr, parallel: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The row kernel at x′ = λx and x′ = −λx, λ > 0."""
    along, against = (row_kernel.subs({b: multiple**2 * a, c: sign * multiple * a}) for sign in (1, -1))
    yield trial.same(along, parallel)
    yield trial.same(against, sp.S.Zero)


@exact(quenched_kernel, step="Hessian", cost=0.4)
@control("readout alone", row_kernel=relu.value)
@control("Hessian of the readout", hessian=sp.hessian(relu.value, (a, b, c)))
@control("Hessian without its denominator", hessian=hessian * sp.sqrt(a * b - c**2))
@control("Hessian 10 % less", hessian=NINE * hessian)
def hessian_is_that_of_the_row_kernel(row_kernel: sp.Expr, hessian: sp.Matrix, trial: Trial) -> Iterator[Finding]:
    """The second derivatives of the row kernel; and the same on both sides of the diagonal."""
    variables = (a, b, c)
    for i, j in product(range(3), repeat=2):
        curvature = sp.diff(row_kernel, variables[i], variables[j]) if i <= j else hessian[j, i]
        yield trial.same(hessian[i, j], curvature, by=by_factors)


@exact(quenched_kernel, step="covariance of an input")
@control("second moment for variance", covariance=covariance / (1 - share))
@control("a sum for a mean", covariance=covariance * inputs)
@control("10 % less", covariance=NINE * covariance)
def covariance_has_two_masks(covariance: sp.Matrix, products: sp.Matrix, trial: Trial) -> Iterator[Finding]:
    """The mean square over the two values of a mask, less the square of the mean, in any direction; and its symmetry."""
    mean, square = sp.zeros(3, 1), sp.zeros(3, 3)
    for mask, chance in ((0, 1 - share), (1, share)):
        added = mask * products / inputs
        mean, square = mean + chance * added, square + chance * added * added.T
    direction = sp.Matrix(sp.symbols("v_1:4", real=True))
    claimed, found = (direction.dot(each * direction) for each in (covariance, square - mean * mean.T))
    yield trial.same(claimed, found)
    for entry, mirrored in zip(covariance, covariance.T, strict=True):
        yield trial.same(entry, mirrored)


@exact(quenched_kernel, step="gap")
@control("the graphon kernel", gap=sp.S.Zero)
@control("10 % less", gap=NINE * gap)
@control("second moment for variance", gap=gap / (1 - share))
@control("twice the correction", gap=2 * gap)
@control("Hessian of the readout", hessian=sp.hessian(relu.value, (a, b, c)))
@control("covariance of a sum", covariance=covariance * inputs)
def gap_is_half_the_trace(gap: sp.Expr, hessian: sp.Matrix, covariance: sp.Matrix, trial: Trial) -> Iterator[Finding]:
    """½ tr(H C) of one input."""
    trace = (hessian * covariance).trace() / 2
    yield trial.same(gap, trace.subs(c, cosine * sp.sqrt(a * b)), by=by_factors)


@exact(quenched_kernel, step="gap of signs")
@control("the graphon kernel", signs_gap=sp.S.Zero)
@control("readout alone", signs_gap=(1 - share) / (2 * sp.pi * inputs * sp.sqrt(1 - cosine**2)))
@control("gap 10 % more", signs_gap=ELEVEN * signs_gap)
@control("one input of a kind", gap=gap * inputs)
def gap_of_signs_is_the_sum_over_inputs(gap: sp.Expr, signs_gap: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """At S_W = p (1, 1, r), with shares (1 ± r)/2 of agreeing and opposed inputs."""
    one, other = (gap.subs({a: share, b: share}).subs({first: 1, second: sign}) for sign in (1, -1))
    yield trial.same(signs_gap, inputs * ((1 + cosine) * one + (1 - cosine) * other) / 2, by=by_factors)


@exact(quenched_kernel, step="cosines")
@control("readout alone", angular=kappa_1)
@control("first layer alone", angular=cosine * kappa_0)
@control("10 % more", angular=ELEVEN * angular)
@control("row kernel of the readout", row_kernel=relu.value)
def row_kernel_of_signs_is_homogeneous(row_kernel: sp.Expr, angular: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """At s (1, 1, r), with the density for s."""
    at = {a: share, b: share, c: share * cosine}
    yield trial.same(row_kernel.subs(at), share * angular, by=by_factors)


@exact(quenched_kernel, step="graphon kernel")
@control("kernel 10 % more", signs_kernel=ELEVEN * signs_kernel)
@control("dense kernel", signs_kernel=signs_kernel / share)
@control("readout alone", angular=kappa_1)
@control("row kernel of the readout", row_kernel=relu.value)
def graphon_kernel_is_the_lower_bound(
    row_kernel: sp.Expr, angular: sp.Expr, signs_kernel: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The row kernel at the mean p (1, 1, r) of S_M; and p h(r)."""
    yield trial.same(signs_kernel, row_kernel.subs({a: share, b: share, c: share * cosine}), by=by_factors)
    yield trial.same(signs_kernel, share * angular)


def row_masks(same: int, other: int) -> Iterator[tuple[int, int, sp.Expr]]:
    """Every mask of a row: how many inputs it keeps, how many of these agree, and its probability in p."""
    for mask in product((0, 1), repeat=same + other):
        yield sum(mask), sum(mask[:same]), share ** sum(mask) * (1 - share) ** (same + other - sum(mask))


SIZES = ((1, 1), (2, 1), (1, 3), (3, 0), (2, 2))  # places that agree and that differ


@exact(quenched_kernel, step="weights")
@control("the chance of a mask", signs_weight=signs_weight * (agreeing + opposed) / kept)
@control("10 % more weight", signs_weight=ELEVEN * signs_weight)
@control("wherever they agree", signs_weight=signs_weight.subs(kept_agreeing, 0))
def weights_count_masks(signs_weight: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The probabilities of all masks of few inputs, p free, added up for each number of kept inputs, and of those that agree."""
    cases = []
    for same, other in SIZES:
        chances: dict[tuple[int, int], sp.Expr] = {}
        for k, i, chance in row_masks(same, other):
            chances[k, i] = chances.get((k, i), sp.S.Zero) + chance
        for (k, i), chance in chances.items():
            if k:
                at = {agreeing: same, opposed: other, kept: k, kept_agreeing: i}
                cases.append((signs_weight.subs(at), chance * sp.Rational(k, same + other)))
    yield trial.at_sizes(cases, "kinds of masks")


@exact(quenched_kernel, step="mean over masks", cost=0.4)
@control("the graphon kernel", signs_quenched=signs_kernel.subs(cosine, mean_cosine))
@control("10 % more", signs_quenched=ELEVEN * signs_quenched)
@control("readout alone", angular=kappa_1)
@control("10 % more weight", signs_weight=ELEVEN * signs_weight)
def quenched_is_the_weighted_mean(
    signs_weight: sp.Expr, angular: sp.Expr, signs_quenched: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The kernel at few inputs, p free, as the sum of h at the kept cosines with the weights."""
    h = angular.subs(cosine, kept_cosine)
    cases = (
        (written_out(signs_quenched.subs({agreeing: same, opposed: other})), weighted(signs_weight, h, same, other))
        for same, other in SIZES
    )
    yield trial.at_sizes(cases, "numbers of inputs")


@exact(quenched_kernel, step="mean cosine")
@control("share of those that agree", mean_cosine=agreeing / (agreeing + opposed))
@control("the opposite", mean_cosine=-mean_cosine)
@control("10 % less", mean_cosine=NINE * mean_cosine)
def kept_inputs_add_up_to_the_mean_cosine(mean_cosine: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The mean of k/d times the cosine, input by input: each of A is kept with probability p and adds 1/d, each of B −1/d."""
    one = share / (agreeing + opposed)
    yield trial.same(share * mean_cosine, agreeing * one - opposed * one)


@exact(quenched_kernel, step="mean cosine")
@control("the opposite", mean_cosine=-mean_cosine)
@control("10 % more weight", signs_weight=ELEVEN * signs_weight)
@control("the chance of a mask", signs_weight=signs_weight * (agreeing + opposed) / kept)
def weights_have_this_mean(signs_weight: sp.Expr, mean_cosine: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Their sum and their mean cosine at few inputs, as polynomials in p."""
    cases = []
    for same, other in SIZES:
        mean = mean_cosine.subs({agreeing: same, opposed: other})
        cases += [
            (weighted(signs_weight, sp.S.One, same, other), share),
            (weighted(signs_weight, kept_cosine, same, other) + share, share * (1 + mean)),
        ]
    yield trial.at_sizes(cases, "sums")


@enclosed(quenched_kernel)
@control("the graphon kernel", signs_quenched=signs_kernel.subs(cosine, mean_cosine))
@control(
    "graphon kernel and gap",
    signs_quenched=(signs_kernel + signs_gap).subs(inputs, agreeing + opposed).subs(cosine, mean_cosine),
)
@control("10 % more", signs_quenched=ELEVEN * signs_quenched)
def quenched_is_the_sum_over_masks(signs_quenched: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """All 2^d masks of a row one by one, d = 4 and 5."""
    for same, other, p in ((3, 1, sp.Rational(1, 3)), (2, 3, sp.Rational(5, 7))):
        signs, d = [1] * same + [-1] * other, same + other
        total = sp.S.Zero
        for mask in product((0, 1), repeat=d):
            k = sum(mask)
            common = sum(bit * sign for bit, sign in zip(mask, signs, strict=True))
            if k:
                at = {a: sp.Rational(k, d), b: sp.Rational(k, d), c: sp.Rational(common, d)}
                total += p**k * (1 - p) ** (d - k) * row_kernel.subs(at)
        yield trial.same(signs_quenched.subs({agreeing: same, opposed: other, share: p}), total, by=None)


@exact(quenched_kernel, step="convex")
@control("the readout alone", signs_curvature=1 / (sp.pi * sp.sqrt(1 - cosine**2)))
@control("concave near ±1", signs_curvature=signs_curvature * (1 - 2 * cosine**2))
@control("10 % less", signs_curvature=NINE * signs_curvature)
@control("kernel 10 % more", angular=ELEVEN * angular)
def kernel_of_signs_is_convex_in_the_cosine(
    signs_curvature: sp.Expr, angular: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """h″; times the positive π(1 − r²)^{3/2} it is 1 + 2(1 − r²)."""
    yield trial.same(sp.diff(angular, cosine, 2), signs_curvature)
    numerator = signs_curvature * sp.pi * (1 - cosine**2) ** sp.Rational(3, 2)
    yield trial.same(numerator, 1 + 2 * (1 - cosine**2))


@enclosed(quenched_kernel, cost=0.4)
@control("the chance of a mask", signs_weight=signs_weight * (agreeing + opposed) / kept)
@control("10 % more weight", signs_weight=ELEVEN * signs_weight)
@control("the graphon kernel", signs_quenched=signs_kernel.subs(cosine, mean_cosine))
@control("kernel 10 % more", signs_kernel=ELEVEN * signs_kernel)
@control("kernel 10 % less", signs_kernel=NINE * signs_kernel)
@control("kernel and gap", signs_kernel=(signs_kernel + signs_gap).subs(inputs, agreeing + opposed))
@control("quenched 10 % more", signs_quenched=ELEVEN * signs_quenched)
def jensen_decides_the_sign_of_the_gap(
    signs_weight: sp.Expr, signs_quenched: sp.Expr, signs_kernel: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Weights of sum p and mean cosine r, as polynomials in p; the mean of h is the quenched kernel; its gap at the ends.

    Strictly positive at small and large p, few inputs and many; 0 at r = ±1 and at p = 1.
    """
    h = angular.subs(cosine, kept_cosine)
    for same, other in ((1, 1), (2, 1), (1, 3), (3, 2)):
        yield trial.same(weighted(signs_weight, sp.S.One, same, other), share, by=sp.expand)
        mean = share * sp.Rational(same - other, same + other)
        yield trial.same(weighted(signs_weight, kept_cosine, same, other), mean, by=sp.expand)
        at = {agreeing: same, opposed: other}
        yield trial.same(signs_quenched.subs(at), weighted(signs_weight, h, same, other), by=None)
    for same, other in ((1, 1), (9, 1), (1, 9), (12, 12)):
        for p in (sp.Rational(1, 100), sp.Rational(99, 100)):
            at = {agreeing: same, opposed: other, share: p, cosine: sp.Rational(same - other, same + other)}
            yield trial.below(signs_kernel, signs_quenched, at=[at], strict=True)
    for same, other, p in ((4, 0, sp.Rational(1, 3)), (0, 3, sp.Rational(2, 3)), (3, 2, sp.S.One)):
        at = {agreeing: same, opposed: other, share: p, cosine: sp.Rational(same - other, same + other)}
        yield trial.same(signs_quenched.subs(at), signs_kernel.subs(at), by=None)


# The smallest counterexample


@exact(quenched_kernel)
@control("the graphon kernel", signs_quenched=signs_kernel.subs(cosine, mean_cosine))
@control("10 % more", signs_quenched=ELEVEN * signs_quenched)
def two_inputs_have_four_masks(
    signs_quenched: sp.Expr, two_inputs: tuple[tuple[int, ...], ...], trial: Trial
) -> Iterator[Finding]:
    """Each mask of a row at density 1/2, a mask that keeps nothing contributing 0."""
    x, y = two_inputs
    density = sp.Rational(1, 2)
    mean = sp.S.Zero
    for mask in product((0, 1), repeat=len(x)):
        moments = [
            sp.Rational(sum(m * p * q for m, p, q in zip(mask, *pair, strict=True)), len(x))
            for pair in ((x, x), (y, y), (x, y))
        ]
        if any(mask):
            mean += density ** len(x) * row_kernel.subs(dict(zip((a, b, c), moments, strict=True)), simultaneous=True)
    at = {agreeing: sum(p == q for p, q in zip(x, y, strict=True)), share: density}
    at[opposed] = len(x) - at[agreeing]
    yield trial.same(written_out(signs_quenched.subs(at)), mean)
