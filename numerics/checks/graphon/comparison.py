"""Evidence for G1.2, besides its reasons: spare grows and then falls; scale is nowhere larger; and more."""

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.numerics.exact.logarithms import expanded_logarithms, split_logarithms
from sparse_limits.theory.graphon import concentration
from sparse_limits.theory.graphon.comparison import normal_comparison, normal_density, normal_tail, z
from sparse_limits.theory.graphon.symbols import delta, m, n, s, variance

QUARTER = sp.Rational(1, 4)


def by_error_functions(expression: sp.Expr) -> sp.Expr:
    """Tails written as error functions, which are odd."""
    return sp.expand(expression.rewrite(sp.erf))


@exact(normal_comparison, step="slope")
def spare_grows_and_then_falls(normal_density: sp.Expr, spare: sp.Expr, spare_slope: sp.Expr, trial: Trial) -> Findings:
    """`spare` is even, 0 at z = 0 and as z → ∞; its slope is the normal density times `spare_slope`, which changes its sign once.

    For z > 0, `spare_slope` starts from 0, rises at first, is concave and tends to −∞.
    """
    beyond = sp.Symbol("z", nonnegative=True)
    yield trial.same(spare.diff(z), normal_density * spare_slope, by=by_error_functions)
    yield trial.same(spare, spare.subs(z, -z), by=by_error_functions)
    yield trial.same(spare_slope.subs(z, 0), 0)
    yield trial.nonnegative(spare_slope.diff(z).subs(z, 0), (4 - sp.pi) / sp.sqrt(8 * sp.pi))
    bend = beyond * sp.sqrt(2 / sp.pi) * sp.exp(-(beyond**2) / 2)
    yield trial.nonnegative(-spare_slope.diff(z, 2).subs(z, beyond), bend)
    yield trial.holds(sp.limit(spare_slope, z, sp.oo) == -sp.oo, "the slope tends to −∞")
    yield trial.same(spare.subs(z, 0), 0)
    yield trial.same(sp.limit(spare, z, sp.oo), 0)


@enclosed(normal_comparison, step="largest scale")
def scale_is_nowhere_larger(scale: sp.Expr, largest_scale: sp.Expr, trial: Trial) -> Findings:
    """The scale is even, and at most the stated largest scale: by balls up to z = 2, and by σ ≤ 1/z beyond.

    There φ/z less the tail falls to 0.
    """
    y, sure = sp.Symbol("y", nonnegative=True), sp.Integer(2)
    yield trial.same(scale * normal_density, normal_tail * (1 - normal_tail))
    yield trial.same(scale, scale.subs(z, -z), by=by_error_functions)
    yield trial.everywhere(scale, largest_scale, within={z: (0, sure)}, zero={z: (0, 2)})
    spare_tail = normal_density / z - normal_tail
    yield trial.nonnegative(-spare_tail.diff(z) / normal_density, (sure + y) ** -2, where={z: sure + y}, strict=True)
    yield trial.same(sp.limit(spare_tail, z, sp.oo), 0)
    room = sp.sqrt(sp.pi / 8) - 1 / sure + y / (sure * (sure + y))
    yield trial.nonnegative(largest_scale - 1 / z, room, where={z: sure + y}, strict=True)


@exact(normal_comparison, step="two signs")
def two_sums_fail_with_delta(one_failure: sp.Expr, fluctuation: sp.Expr, trial: Trial) -> Findings:
    """The exponent is 2s² over mn squares of 1/mn; at the fluctuation it is ln(2/δ)."""
    change = 1 / (m * n)
    yield trial.same(sp.log(one_failure), -2 * s**2 / (m * n * change**2), by=split_logarithms)
    exponent = -expanded_logarithms(sp.log(one_failure)) / s**2
    yield trial.same(fluctuation**2, sp.log(2 / delta) / exponent, by=split_logarithms)


SURE = sp.Rational(1, 10**30)
SMALLEST = (  # where each of three rates is the smallest
    (0, {m: 3, n: 3, delta: SURE, variance: QUARTER}),
    (1, {m: 64, n: 64, delta: SURE, variance: sp.Rational(1, 50)}),
    (2, {m: 64, n: 64, delta: QUARTER, variance: QUARTER}),
    (2, {m: 4096, n: 4096, delta: QUARTER, variance: sp.Rational(1, 50)}),
)


@enclosed(normal_comparison, step="least")
def best_rate_is_the_least_of_three(
    hoeffding_rate: sp.Expr, bernstein_rate: sp.Expr, normal_rate: sp.Expr, best_rate: sp.Expr, trial: Trial
) -> Findings:
    """The best rate is the least of the two rates of G1.1 and the normal rate; at four points a given one of them is the least.

    The rates of G1.1 are the least for a small δ, and at low density.
    """
    rates = hoeffding_rate, bernstein_rate, normal_rate
    for rate, older in zip(rates, (concentration.hoeffding_rate, concentration.bernstein_rate), strict=False):
        yield trial.same(rate, older)
    yield trial.same(best_rate, trial.once(sp.Min, *rates), by=None)
    for place, point in SMALLEST:
        values = [trial.value(each, point) for each in rates]
        yield trial.holds(values.index(min(values)) == place, f"the smallest of {values}")
        yield trial.same(best_rate, rates[place], by=None, at=[point])
