"""Evidence for D3.1: the product of three normals."""

from functools import partial
from operator import add

import numpy as np
import sympy as sp
from flint import acb
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.numerics.exact import balls
from sparse_limits.numerics.exact.sums import merged
from sparse_limits.theory.depth.further.three_normals import eighth, epsilon, k, s, three_normals
from sparse_limits.theory.saliency.snip import product_density
from sparse_limits.theory.tails import half_normal, t

HALF = sp.Rational(1, 2)


@exact(three_normals)
def three_moments_are_a_product(moment: sp.Expr, one_moment: sp.Expr, trial: Trial) -> Findings:
    """Independent factors; and at the powers 2 and 4 the whole numbers 1 and 27."""
    yield trial.same(moment, one_moment**3)
    for power, value in ((2, 1), (4, 27)):
        yield trial.same(moment.subs(s, power), value)


@exact(three_normals)
def integrand_is_the_mellin_transform(integrand: sp.Expr, moment: sp.Expr, trial: Trial) -> Findings:
    """The tail falls, so that t^(s−1) times it has the mean of X^s over s as its integral; then t^(−s) follows."""
    level = sp.Symbol("x", positive=True)
    below = sp.integrate(t ** (s - 1), (t, 0, level))  # all that a product of modulus x adds to the transform
    yield trial.same(integrand * t**s / moment, (below / level**s))


@exact(three_normals, step="logarithm at a pole")
def logarithm_begins_so(slope: sp.Expr, bend: sp.Expr, trial: Trial) -> Findings:
    """At k = 0 the derivatives of 3 log Γ(1 + ε) − ε log(t²/8); each further pole takes 3 log(1 − ε/(k + 1)) off."""
    first = 3 * sp.loggamma(1 + epsilon) - epsilon * sp.log(eighth)
    more = -3 * sp.log(1 - epsilon / (k + 1))
    for claimed, order in ((slope, 1), (bend, 2)):
        start, step = (
            sp.diff(each, epsilon, order).subs(epsilon, 0).doit() / sp.factorial(order) for each in (first, more)
        )
        yield trial.induction(claimed, k, sp.expand_func(start), partial(add, step), by=merged)


POINTS = (HALF, sp.Integer(1), sp.Integer(2))


def product_tail(x: sp.Expr) -> acb:
    """P(|g₁g₂g₃| > x) to eight digits, the mean of P(|g₃| > x/y) over the density of y = |g₁g₂|, in log y."""
    y = sp.Symbol("y", real=True)
    at = sp.exp(y)
    density = product_density.subs(t, at)
    return balls.enclose(sp.Integral(density * half_normal.at(x / at) * at, (y, -sp.oo, sp.oo)), digits=8)


@enclosed(three_normals)
def tail_is_that_of_the_product(h_3: sp.Expr, trial: Trial) -> Findings:
    """Balls of the series and of the integral that defines the tail overlap, at three values."""
    for at in POINTS:
        direct, claimed = trial.once(product_tail, at), balls.enclose(h_3, {t: at})
        yield trial.holds(claimed.overlaps(direct), f"{claimed.real.str(6)} at {at}, directly {direct.real.str(6)}")


LAST = 40  # terms, of which that is below 10^(−100) where t ≤ 4


@enclosed(three_normals)
def tail_is_the_sum(h_3: sp.Expr, term: sp.Expr, trial: Trial) -> Findings:
    """The terms up to the fortieth, and the derivatives that the enclosure knows: −t times the density and so on."""
    yield trial.same(h_3, 1 - sp.Sum(term, (k, 0, LAST)), by=None)
    yield trial.same(sp.diff(h_3, t), -sp.Sum(sp.diff(term, t), (k, 0, LAST)), by=None)


LEVELS = (0.5, 1.0, 2.0, 5.0)


def products_above(rng: np.random.Generator, size: int) -> NDArray[np.int64]:
    """How many of `size` products of three normals exceed each level."""
    products = np.abs(rng.standard_normal((3, size)).prod(axis=0))
    return np.array([(products > level).sum() for level in LEVELS])


@statistical(three_normals, tests=1)
def products_exceed_as_often(h_3: sp.Expr, trial: Trial) -> Findings:
    """Counts of sampled products above ½, 1, 2 and 5."""
    size = trial.size(200_000)
    chances = [trial.value(h_3, {t: sp.Rational(level)}) for level in LEVELS]
    yield trial.counts_each(trial.draw(products_above, size), size, chances)
