"""Evidence for E2: tails of the wired count in rationals, and their bounds."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import sympy as sp

from sparse_limits.numerics.checks.expressivity.wired_neurons import exact_fraction, poisson_binomial
from sparse_limits.numerics.evidence import Findings, Trial, control, enclosed, exact, statistical
from sparse_limits.numerics.exact.exact_values import written_out
from sparse_limits.numerics.exact.identities import simplified
from sparse_limits.theory.expressivity.symbols import j, k, m, p
from sparse_limits.theory.expressivity.wired_counts import best_tilt, chance, lower_tail, mean, poisson_bound, tilt
from sparse_limits.theory.expressivity.wired_neurons import binomial_law, i
from sparse_limits.theory.formulas.valued import valued

HALF = sp.Rational(1, 2)


def instance(rows: int, density: sp.Rational, inputs: int) -> dict[sp.Symbol, sp.Expr]:
    return {m: sp.Integer(rows), p: density, k: sp.Integer(inputs)}


# among them half-means that are whole numbers (strict inequality), one row, one input, and p = 1
SMALL = (
    instance(16, HALF, 2),
    instance(20, sp.Rational(3, 5), 1),
    instance(9, sp.Rational(2, 3), 3),
    instance(1, sp.Rational(4, 5), 1),
    instance(7, sp.S.One, 4),
)


def tail_in_fractions(rows: int, chance: Fraction) -> Fraction:
    """P(N < mean/2), one neuron after the other."""
    law = poisson_binomial([chance] * rows)
    return sum((mass for count, mass in enumerate(law) if 2 * count < rows * chance), Fraction(0))


@exact(lower_tail, step="tail")
def tail_is_that_of_independent_neurons(exact_tail: sp.Expr, largest: sp.Expr, trial: Trial) -> Findings:
    """The formula equals the sum of the masses strictly below half of the mean, in rationals, and l is the last count there."""
    for at in SMALL:
        last = max(count for count in range(int(at[m])) if 2 * count < valued(mean, at))
        yield trial.same(valued(largest, at), sp.Integer(last), by=None)
        seen = trial.once(tail_in_fractions, int(at[m]), exact_fraction(chance.subs(at)))
        yield trial.same(written_out(exact_tail, at), sp.Rational(seen), by=None)


odds = sp.Symbol("odds", positive=True)  # of a neuron not to be fully wired, which q < 1 has


def in_odds(expression: sp.Expr) -> sp.Expr:
    """Zero, where it is, in terms of the odds against a fully wired neuron: logarithms of positive factors taken apart."""
    parts = valued(expression, {p: (1 + odds) ** (-1 / k)})
    for _ in range(2):  # a factor may be a power of a sum that has factors
        parts = sp.expand_log(parts.replace(sp.log, lambda inner: sp.log(sp.factor(inner))))
    return simplified(parts)


@enclosed(lower_tail)
def moment_is_the_mean_over_counts(exponential_bound: sp.Expr, trial: Trial) -> Findings:
    """E e^{t(μ/2 − N)} equals the sum over all counts, for two layers."""
    for at in SMALL[2:4]:
        rows = int(at[m])
        moment = sum(binomial_law(m, chance, count) * sp.exp(tilt * (mean / 2 - count)) for count in range(rows + 1))
        yield trial.same(valued(exponential_bound, at), valued(moment, at), by=None)


@exact(lower_tail, step="best tilt")
def slope_rises_through_zero(tilt_slope: sp.Expr, best_tilt: sp.Expr, trial: Trial) -> Findings:
    """The slope of the exponent in t vanishes at the best tilt, which is positive, and grows strictly with t if q < 1.

    If q = 1 the slope is negative.
    """
    yield trial.same((mean / 2 - tilt_slope).subs(tilt, best_tilt), mean / 2)
    y = sp.Symbol("y", positive=True)
    yield trial.same(sp.exp(best_tilt.subs(p, (1 + y) ** (-1 / k))), 2 + 1 / y)
    growth = m * y * sp.exp(tilt) / (1 + y * sp.exp(tilt)) ** 2
    yield trial.nonnegative(sp.diff(tilt_slope, tilt), growth, where={p: (1 + y) ** (-1 / k)}, strict=True)
    yield trial.nonnegative(-tilt_slope.subs(p, 1), m / 2, strict=True)


@exact(lower_tail, step="best bound")
def best_bound_is_the_value_at_the_best_tilt(
    exponential_bound: sp.Expr, best_tilt: sp.Expr, relative_entropy: sp.Expr, kl_bound: sp.Expr, trial: Trial
) -> Findings:
    """The logarithm of the best bound is that of the bound at the best tilt, and −m times the relative entropy."""
    least = sp.log(exponential_bound.subs(tilt, best_tilt))
    yield trial.same(sp.log(kl_bound), least, by=in_odds)
    yield trial.same(-m * relative_entropy, least, by=in_odds)


@exact(lower_tail, step="doubled")
def doubled_is_another_tilt(exponential_bound: sp.Expr, best_tilt: sp.Expr, doubled: sp.Expr, trial: Trial) -> Findings:
    """The doubled bound is the bound at t = ln 2; the best tilt is larger, as its exponential exceeds 2 by q/(1 − q)."""
    yield trial.same(sp.log(doubled), sp.log(exponential_bound.subs(tilt, sp.log(2))), by=in_odds)
    yield trial.same(sp.exp(best_tilt) - 2, chance / (1 - chance))


@exact(lower_tail, step="Poisson bound")
def poisson_bound_replaces_each_factor(doubled: sp.Expr, poisson_bound: sp.Expr, trial: Trial) -> Findings:
    """The logarithm of the Poisson bound exceeds that of the doubled bound by −q/2 − ln(1 − q/2) for each neuron."""
    gap = sp.log(poisson_bound) - sp.log(doubled)
    yield trial.same(gap, m * (-chance / 2 - sp.log(1 - chance / 2)), by=in_odds)


@exact(lower_tail, step="usual bound")
def usual_bound_is_weaker(poisson_bound: sp.Expr, usual_bound: sp.Expr, trial: Trial) -> Findings:
    """The logarithm of the usual bound is −δ²μ/2 at δ = ½; it exceeds that of the Poisson bound by μ(3/8 − ln 2/2) ≥ 0."""
    gap = sp.log(usual_bound) - sp.log(poisson_bound)
    yield trial.nonnegative(gap, mean * (sp.Rational(3, 8) - sp.log(2) / 2))
    yield trial.same(usual_bound, sp.exp(-(HALF**2) * mean / 2), by=None)


def in_counts(expression: sp.Expr) -> sp.Expr:
    """Zero, where it is, in terms of the numbers of neurons that are fully wired and that are not, both of them some."""
    wired, unwired = sp.symbols("wired unwired", integer=True, positive=True)
    return in_odds(valued(expression, {m: wired + unwired, i: wired}))


@exact(lower_tail, step="exponent of a count")
def masses_differ_by_the_exponent(count_exponent: sp.Expr, trial: Trial) -> Findings:
    """The logarithm of P(N = i), less that of the same count at the chance i/m, is −m times the exponent of the count."""
    masses = (binomial_law(m, share, i) / sp.binomial(m, i) for share in (chance, i / m))
    law, own = map(sp.log, masses)
    yield trial.same(law - own, -m * count_exponent, by=in_counts)


@exact(lower_tail, step="mode")
def masses_rise_to_their_mode_and_fall(mass_ratio: sp.Expr, trial: Trial) -> Findings:
    """The ratio is that of two neighbouring masses at the chance i/m; it is at most 1 for j ≥ i and at least 1 for j < i."""
    own = (binomial_law(m, i / m, count) for count in (j + 1, j))
    yield trial.same(mass_ratio, quotient(*own), by=sp.factor)
    x, y = sp.Symbol("x", integer=True, nonnegative=True), sp.Symbol("y", integer=True, positive=True)
    for at, certificate, sign in (({j: i + x}, m * x + m - i, 1), ({i: j + 1 + x}, m * x + i, -1)):
        gap = sign * (1 - mass_ratio) * (j + 1) * (m - i)
        spread, least = (part.subs(m, i + y).subs(at) for part in (gap, certificate))
        yield trial.nonnegative(spread, least)


def quotient(upper: sp.Expr, lower: sp.Expr) -> sp.Expr:
    """The quotient of two products, of factorials and powers."""
    return sp.powsimp(sp.combsimp(sp.powsimp(upper / lower)))


@exact(lower_tail, step="lower bound")
def lower_bound_has_the_exponent_of_its_count(
    largest: sp.Expr, count_exponent: sp.Expr, lower_bound: sp.Expr, trial: Trial
) -> Findings:
    """At a count i in place of l, the logarithm of the lower bound is −m times the exponent of the count, less ln(m + 1)."""
    at_count = sp.log(lower_bound.subs(largest, i))
    yield trial.same(at_count + m * count_exponent, -sp.log(m + 1), by=in_counts)


@exact(lower_tail)
def lower_bound_is_a_mode_away_from_a_mass(lower_bound: sp.Expr, trial: Trial) -> Findings:
    """The lower bound is P(N = l) over (m + 1) P(Bin(m, l/m) = l), in rationals, and l is the mode of Bin(m, l/m), in five layers."""
    for at in (*SMALL[:4], instance(30, sp.Rational(9, 10), 3)):
        rows, below = int(at[m]), int(sp.ceiling(mean.subs(at) / 2)) - 1
        law = poisson_binomial([exact_fraction(chance.subs(at))] * rows)
        own = poisson_binomial([Fraction(below, rows)] * rows)
        yield trial.holds(own[below] == max(own), f"{below} is the mode of Bin({rows}, {below}/{rows})")
        yield trial.same(valued(lower_bound, at), sp.Rational(law[below] / ((rows + 1) * own[below])), by=None)


TABLE = (instance(1200, HALF, 5), instance(600, sp.Rational(3, 10), 3), instance(400, HALF, 4))


@enclosed(lower_tail)
@control("half of the exponent is missing", poisson_bound=sp.exp(-mean / 8), usual_bound=poisson_bound)
def tail_lies_between_its_bounds(
    exact_tail: sp.Expr,
    lower_bound: sp.Expr,
    kl_bound: sp.Expr,
    poisson_bound: sp.Expr,
    usual_bound: sp.Expr,
    exponential_bound: sp.Expr,
    trial: Trial,
) -> Findings:
    """The tail lies between the lower bound and the best bound at chosen sizes, and the bounds in closed form are in order.

    Their order is that of the exponents for one neuron, for q up to 99/100. The finding prints the ratios to the tail at three sizes.
    """
    chain = (lower_bound, exact_tail, kl_bound, poisson_bound, usual_bound)
    for low, high in pairwise(chain[:3]):  # boxes: sums of ⌈μ/2⌉ terms
        yield trial.below(low, high, at=[*trial.points(usual_bound), *TABLE])
    one = {m: 1, k: 1}
    for bound in chain[2:]:
        yield trial.same(sp.log(bound), m * sp.log(valued(valued(bound, one), {p: chance})), by=None)
    densities = {p: (0, sp.Rational(99, 100))}
    for low, high, order in ((kl_bound, poisson_bound, 2), (poisson_bound, usual_bound, 1)):
        yield trial.everywhere(low.subs(one), high.subs(one), within=densities, zero={p: (0, order)})
    slope = sp.diff(sp.log(exponential_bound), tilt)  # rises through 0 at the best tilt: there the bound is least
    yield trial.same(sp.log(kl_bound), sp.log(exponential_bound.subs(tilt, best_tilt)), by=in_odds)
    yield trial.vanishes(slope.subs(tilt, best_tilt))
    growth = m * odds * sp.exp(tilt) / (1 + odds * sp.exp(tilt)) ** 2
    yield trial.nonnegative(sp.diff(slope, tilt).subs(p, (1 + odds) ** (-1 / k)), growth)
    for at in TABLE:
        ratios = [trial.value(bound / exact_tail, at) for bound in chain[2:]]
        text = f"bounds over the tail at μ = {float(mean.subs(at)):.4g}: " + ", ".join(f"{x:.3g}" for x in ratios)
        yield trial.holds(1 <= ratios[0] <= ratios[1] <= ratios[2], text)


def masks_short_of_half(rng: np.random.Generator, masks: int, rows: int, inputs: int) -> int:
    """Masks of density ½ with fewer wired neurons than half of the mean."""
    bits = rng.integers(0, 2**inputs, size=(masks, rows), dtype=np.uint8)
    wired = (bits == 2**inputs - 1).sum(axis=1)
    return int((wired * 2 ** (inputs + 1) < rows).sum())


@statistical(lower_tail, tests=2)
def drawn_masks_fall_short(exact_tail: sp.Expr, trial: Trial) -> Findings:
    """Drawn masks of density ½ fall short of half of the mean as often as stated: 24 neurons on three inputs and 8 on one.

    Half of the mean is 3/2 and 2.
    """
    masks = trial.size(150_000)
    for rows, inputs in ((24, 3), (8, 1)):
        expected = trial.value(exact_tail, instance(rows, HALF, inputs))
        yield trial.counts(trial.draw(masks_short_of_half, masks, rows, inputs), masks, expected)
