"""Evidence for the steps of L17.2 and L17.3, besides their reasons: widths are those of a unit; and more."""

import sympy as sp

from sparse_limits.numerics.checks.lifts.coverage_steps import over
from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.theory.lifts.convergence_limit import j, pac_convergence
from sparse_limits.theory.lifts.convergence_two_layers import children, two_layer_convergence
from sparse_limits.theory.lifts.copies import M, signs
from sparse_limits.theory.lifts.coverage import r
from sparse_limits.theory.lifts.isolated_tails import increasing_from, poisson_degree
from sparse_limits.theory.lifts.readout import T


@exact(two_layer_convergence)
def widths_are_those_of_a_unit(sparse_degree: sp.Expr, rising_from: sp.Expr, trial: Trial) -> Findings:
    """The degree and the width are those of L11.4, with a unit's children for the types."""
    yield trial.same(sparse_degree, poisson_degree.subs(r, children))
    yield trial.same(rising_from, increasing_from.subs(r, children))


@exact(pac_convergence)
def residuals_are_left_at_the_longest_time(
    approximation_loss: sp.Expr, residual: sp.Expr, loss_bound: sp.Expr, longest_time: sp.Expr, trial: Trial
) -> Findings:
    """The bound of L16.1 at the longest time is the approximation loss plus the residual, which is a quarter with twice the copies."""
    yield trial.same(loss_bound.subs(T, longest_time), approximation_loss + residual, by=sp.expand)
    yield trial.same(residual.subs(M, 2 * M), residual / 4)


@exact(pac_convergence, step="even moments")
def moments_follow_by_parts(even_moment: sp.Expr, trial: Trial) -> Findings:
    """The derivative of cos^{2j+1}θ sin^{s−1}θ, which is 0 at both ends, has the mean 0; for s = 1 all moments are 1."""
    cosine, sine = sp.symbols("cos sin", positive=True)
    later = (signs + 2 * j) * even_moment.subs(j, j + 1)
    by_gammas = lambda gap: sp.simplify(sp.expand_func(over(even_moment)(gap)))  # noqa: E731
    yield trial.same((2 * j + 1) * even_moment, later, by=by_gammas)
    yield trial.same(even_moment.subs(j, 0), 1)
    yield trial.same(even_moment.subs(signs, 1), 1)
    product = cosine ** (2 * j + 1) * sine ** (signs - 1)
    derivative = cosine * sp.diff(product, sine) - sine * sp.diff(product, cosine)
    density = sine ** (signs - 2) * cosine ** (2 * j)
    squares = (signs - 1) * cosine**2 - (2 * j + 1) * sine**2
    yield trial.same(derivative, density * squares, by=over(density))
    left = (signs + 2 * j) * cosine**2 - (2 * j + 1)
    yield trial.same(squares.subs(sine, sp.sqrt(1 - cosine**2)), left, by=sp.expand)


@exact(pac_convergence, step="sphere")
def spheres_have_this_measure(surface: sp.Expr, trial: Trial) -> Findings:
    """The measure of the sphere times the integral of x^{s−1}e^{−x²/2} over all radii is (2π)^{s/2}."""
    radius = sp.Symbol("x", positive=True)
    size = sp.Symbol("s", positive=True)
    radial = trial.once(sp.integrate, radius ** (size - 1) * sp.exp(-(radius**2) / 2), (radius, 0, sp.oo))
    yield trial.same(surface * radial.subs(size, signs), (2 * sp.pi) ** (signs / 2))
