"""Evidence for the steps of K6, besides their reasons: means are those of the arc; and more."""

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.dual import a, b, c, cosine
from sparse_limits.theory.kernel.finite_width import (
    finite_width_moments,
    first_length,
    mean_over,
    n,
    radial,
    readout,
    second_length,
    theta,
    wave,
)


def at_covariance(expression: sp.Expr) -> sp.Expr:
    """A formula in lengths and the angle, at a, b and c."""
    polar = {first_length: sp.sqrt(a), second_length: sp.sqrt(b), theta: sp.acos(c / sp.sqrt(a * b))}
    return valued(expression, polar)


def one_sine(gap: sp.Expr) -> sp.Expr:
    """Expand with one letter for √(1 − c²/(ab)) and one for √(ab)."""
    S, root = sp.symbols("S G", positive=True)
    plain = gap.subs(sp.sqrt(1 - c**2 / (a * b)), S).subs(sp.sqrt(a) * sp.sqrt(b), root)
    return sp.simplify(
        sp.expand(sp.expand(plain.subs(c, cosine * root)).subs(S**2, 1 - cosine**2).subs(root**2, a * b))
    )


@exact(finite_width_moments, step="mean")
def means_are_those_of_the_arc(
    neuron: sp.Expr, radial_square: sp.Expr, arc_length: sp.Expr, arc_cosine: sp.Expr, mean: sp.Expr, trial: Trial
) -> Findings:
    """The mean is that of the neuron, term by term over the arc, with E α² = 1."""
    moments = {radial: (1, 0, radial_square), readout: (1, 0, 1), sp.cos(wave): (arc_length, arc_cosine)}
    yield trial.same(mean, at_covariance(mean_over(neuron, moments)), by=one_sine)


@exact(finite_width_moments, step="second moment", cost=0.6)
def second_moments_are_those_of_the_arc(
    neuron: sp.Expr,
    radial_square: sp.Expr,
    radial_fourth: sp.Expr,
    readout_fourth: sp.Expr,
    arc_length: sp.Expr,
    arc_cosine: sp.Expr,
    arc_square: sp.Expr,
    fourth: sp.Expr,
    second_moment: sp.Expr,
    trial: Trial,
) -> Findings:
    """The second moment is that of the square of the neuron, term by term over the arc.

    The terms with α are its difference from E φ²φ′².
    """
    moments = {
        radial: (1, 0, radial_square, 0, radial_fourth),
        readout: (1, 0, 1, 0, readout_fourth),
        sp.cos(wave): (arc_length, arc_cosine, arc_square),
    }
    yield trial.same(second_moment, at_covariance(mean_over(neuron**2, moments)), by=one_sine)
    rest = at_covariance(mean_over(neuron**2 - neuron.subs(readout, 0) ** 2, moments))
    yield trial.same(second_moment - a * b * fourth.subs(cosine, c / sp.sqrt(a * b)), rest, by=one_sine)


@exact(finite_width_moments, step="average")
def variances_of_sums_grow_neuron_by_neuron(variance: sp.Expr, deviation: sp.Expr, trial: Trial) -> Findings:
    """n² times the square of the deviation grows by the variance of one neuron with each neuron.

    The deviation is positive at samples of a, b, c.
    """
    yield trial.induction(n**2 * deviation**2, n, variance, lambda term: term + variance, start=1, by=sp.expand)
    for point in trial.points(deviation)[:2]:
        yield trial.holds(trial.value(deviation, point) > 0, "a positive root")
