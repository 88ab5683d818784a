"""Evidence for N9.2: near points, for which the mean is largest where they are equal."""

from functools import partial

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed
from sparse_limits.theory.formulas.let import opened
from sparse_limits.theory.neuron_pruning.alignment import delta
from sparse_limits.theory.neuron_pruning.covering import one_neuron, rho, slope, theta
from sparse_limits.theory.neuron_pruning.covering_order import ball_covering_order


def squared_width(share: sp.Expr, sine: sp.Expr) -> sp.Expr:
    """What is under the root in the slope of the mean: 1 − q² + q² sin²θ at q = 1 − 2ρ²."""
    return (1 - share**2) + share**2 * sine**2


def in_widths(gap: sp.Expr, y: sp.Symbol, sine: sp.Symbol) -> sp.Expr:
    """Zero, where it is, with a letter for the root of the squared width, of which further roots are reduced."""
    share, width = sp.symbols("q w", positive=True)
    square = squared_width(share, sine)

    def root(each: sp.Expr) -> sp.Expr:
        multiple = sp.cancel(each.base / square)
        return each if multiple.has(sine) else width ** (2 * each.exp) * multiple**each.exp

    def reduced(each: sp.Expr) -> sp.Expr:
        over, under = sp.fraction(sp.cancel(each.base))
        return (sp.factor(sp.expand(over).subs(width**2, square)) / sp.factor(under)) ** each.exp

    gap = gap.subs(y, 1 / share - 1)
    for rule in (root, reduced):
        gap = gap.replace(lambda each: each.is_Pow and each.exp.is_Rational and not each.exp.is_Integer, rule)
    return sp.simplify(sp.simplify(gap).subs(width, sp.sqrt(square)))


@enclosed(ball_covering_order, step="near points")
def equal_points_are_the_most(near_neuron: sp.Expr, trial: Trial) -> Findings:
    """The mean for near points is that of N9.1 at the angle 0; this falls in the angle up to a right one, and is symmetric about it.

    The slope is written by the sine and cosine of the angle, for any steepness, at 1 − 2ρ² = 1/(1 + y).
    """
    yield trial.same(opened(near_neuron), one_neuron.subs(theta, 0), by=sp.expand)
    yield trial.same(one_neuron.subs(theta, sp.pi - theta), one_neuron, by=None)
    sine, cosine, y = sp.symbols("s c y", positive=True)
    slopes = sp.diff(one_neuron, theta).subs({sp.cos(theta): cosine, sp.sin(theta): sine})
    share, thin = 1 / (1 + y), {rho: sp.sqrt(y / (2 * (1 + y)))}
    width = (y * (2 + y) + sine**2) / (1 + y) ** 2  # the squared width, by the signs of its letters
    rest = y / (1 + y) + share * sine**2 + sine * sp.sqrt(width)
    least = sp.sqrt(2) * cosine * y / ((1 + y) * sp.pi * sp.sqrt(width * rest))
    for each, fall in (  # it is linear in the steepness
        (slopes.subs(slope, 0), least),
        (sp.diff(slopes, slope), 2 * cosine * y / ((1 + y) * sp.pi * width)),
    ):
        yield trial.nonnegative(-each, fall, where=thin, by=partial(in_widths, y=y, sine=sine), strict=True)


@enclosed(ball_covering_order)
def more_success_asks_for_more(near_count: sp.Expr, order: sp.Expr, leading: sp.Expr, trial: Trial) -> Findings:
    """The near number grows with the probability of success, and the order and the leading order are positive."""
    yield trial.below(near_count, near_count.subs(delta, (1 + delta) / 2))
    yield trial.below(sp.S.Zero, order, strict=True, needed="order")
    yield trial.below(sp.S.Zero, leading, strict=True)
