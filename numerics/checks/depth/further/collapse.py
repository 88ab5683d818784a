"""Evidence for D4: which layer is emptied first."""

import sympy as sp

from sparse_limits.numerics.checks.depth.one_sample import at_any
from sparse_limits.numerics.evidence import Findings, Trial, control, enclosed, exact
from sparse_limits.theory.depth.further.collapse import (
    collapse,
    last_first,
    last_hidden,
    order,
    readout_order,
    root,
    three_lower,
    two_lower,
)
from sparse_limits.theory.depth.one_sample import density, first, hidden, live, readout, threshold
from sparse_limits.theory.formulas.let import Let
from sparse_limits.theory.formulas.level import Level, level
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.dual import depth as L
from sparse_limits.theory.saliency.model import dimension as d
from sparse_limits.theory.saliency.model import rho, tau
from sparse_limits.theory.saliency.model import width as n
from sparse_limits.theory.tails import half_normal, product_normal, t, triple_normal


@exact(collapse, step="kept numbers")
@control("mean-field: every layer keeps the density", kept_first=n * d * density, kept_hidden=n**2 * density)
@control("gates always open", first=2 * first, hidden=4 * hidden, readout=2 * readout)
def kept_numbers_add_up(
    kept_first: sp.Expr,
    kept_hidden: sp.Expr,
    kept_readout: sp.Expr,
    first: sp.Expr,
    hidden: sp.Expr,
    readout: sp.Expr,
    trial: Trial,
) -> Findings:
    """For every depth they are the mean of the whole network times its weights; each is a multiple of its probability."""
    weights = n * d + (L - 1) * n**2 + n
    yield trial.same(kept_first + (L - 1) * kept_hidden + kept_readout, weights * density)
    for kept, number, tail in ((kept_first, n * d, first), (kept_hidden, n**2, hidden), (kept_readout, n, readout)):
        yield trial.same(kept / number, tail)


POINT = {n: 64, d: 4, L: 3}  # at 3 units there are levels, too: letters may be exchanged


@enclosed(collapse, step="one left")
@control("layers exchanged", last_first=last_hidden, last_hidden=last_first)
def one_is_left_at_the_density(
    last_first: sp.Expr,
    last_hidden: sp.Expr,
    last_readout: sp.Expr,
    kept_first: sp.Expr,
    kept_hidden: sp.Expr,
    kept_readout: sp.Expr,
    trial: Trial,
) -> Findings:
    """D3.2's threshold at such a density is where the layer keeps one: its equation has this root, and no other.

    Put in for ρ, it solves the equation at every τ that is named beside it, and this is where the kept number is 1. At a
    point the density is one that D3.2 has a threshold for, and there one weight is left.
    """
    for last, kept in ((last_first, kept_first), (last_hidden, kept_hidden), (last_readout, kept_readout)):
        yield trial.same(at_any(last), threshold.function(tau) + rho)
        for each in last.atoms(Level):
            yield trial.same(each.function(tau), kept - 1)
    level_of_all = level(valued(valued(density, POINT), {tau: t}), t, rho)
    for last, kept in ((last_first, kept_first), (last_hidden, kept_hidden), (last_readout, kept_readout)):
        yield trial.below(sp.S.Zero, valued(last, POINT), at=[{}], strict=True)
        yield trial.below(last, live, at=[POINT], strict=True)
        left = Let(kept.subs(POINT), [(rho, last.subs(POINT)), (tau, level_of_all)])
        yield trial.same(left, 1, by=None, at=[{}])


@exact(collapse)
@control("tails exchanged", two=triple_normal.survival, three=product_normal.survival)
def bounded_tails_are_those_of_the_layers(two: sp.Expr, three: sp.Expr, trial: Trial) -> Findings:
    """What the bounds stand beside: D3.2's probabilities, less the gates, at the scores over their scales."""
    yield trial.same(two.subs(t, tau * sp.sqrt(n * d / 2)) / 2, first)
    yield trial.same(three.subs(t, n * tau / 2) / 4, hidden)
    yield trial.same(two.subs(t, tau * sp.sqrt(n / 2)) / 2, readout)


@exact(collapse)
@control("one factor large", three_lower=half_normal.at(root), two_lower=half_normal.at(sp.sqrt(t)))
@control("one side", two_lower=two_lower / 4, three_lower=three_lower / 8)
def lower_bounds_are_powers(three_lower: sp.Expr, two_lower: sp.Expr, trial: Trial) -> Findings:
    """All k factors exceed t^(1/k): the k-th power of the tail of one, at y where t is the k-th power of y."""
    y = sp.Symbol("y", positive=True)
    for claimed, factors in ((three_lower, 3), (two_lower, 2)):
        yield trial.same(valued(claimed, {t: y**factors}), half_normal.at(y) ** factors)


def log_ratio(bound: sp.Expr, exponent: sp.Expr, power: int) -> sp.Expr:
    """The limit of the quotient of logarithm and exponent as t = y^power grows, by the quotient of the derivatives."""
    y = sp.Symbol("y", positive=True)
    there = sp.powdenest(bound.subs(t, y**power), force=True)
    slope = sp.simplify(sp.diff(there, y) / there)
    return sp.limit(slope / sp.diff(sp.powdenest(exponent.subs(t, y**power), force=True), y), y, sp.oo)


@exact(collapse, step="exponents")
@control("one factor large", three_lower=half_normal.at(root), two_lower=half_normal.at(sp.sqrt(t)))
def exponents_are_those_of_both_bounds(
    three_exponent: sp.Expr,
    two_exponent: sp.Expr,
    three_lower: sp.Expr,
    three_upper: sp.Expr,
    two_lower: sp.Expr,
    two_upper: sp.Expr,
    trial: Trial,
) -> Findings:
    """Minus the slope of the upper bound is the exponential, times a constant; and logarithms over exponents for large t."""
    for bound, exponent in ((three_upper, three_exponent), (two_upper, two_exponent)):
        slope = sp.diff(bound, t)
        yield trial.same(slope, slope.subs(t, 1) * sp.exp(exponent - exponent.subs(t, 1)))
        yield trial.same(sp.limit(exponent, t, 0), 0)
    for bound, exponent, power in (
        (three_lower, three_exponent, 3),
        (three_upper, three_exponent, 3),
        (two_lower, two_exponent, 2),
        (two_upper, two_exponent, 2),
    ):
        yield trial.same(trial.once(log_ratio, bound, exponent, power), 1)


@exact(collapse, step="order")
@control("the other way round", order=1 / order, readout_order=1 / readout_order)
def hidden_matrices_outlive_the_others(
    order: sp.Expr,
    readout_order: sp.Expr,
    first: sp.Expr,
    hidden: sp.Expr,
    readout: sp.Expr,
    three_exponent: sp.Expr,
    two_exponent: sp.Expr,
    trial: Trial,
) -> Findings:
    """The arguments are read off the probabilities; the logarithms of both ratios grow like those of the two normals."""
    (of_hidden,) = (each.args[1] for each in hidden.atoms(type(triple_normal.survival)))
    for claimed, tail in ((order, first), (readout_order, readout)):
        of_two = next(each.args[1] for each in tail.atoms(sp.besselk))
        yield trial.same(claimed, sp.exp(three_exponent.subs(t, of_hidden) - two_exponent.subs(t, of_two)))
        growth = sp.limit(sp.log(claimed).expand(force=True) / tau, tau, sp.oo) if claimed.has(tau) else sp.Integer(0)
        yield trial.nonnegative(growth, of_two / tau, strict=True)
