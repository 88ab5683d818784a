"""Evidence for the steps of L17.2 and L17.3: where the mean rises, how many copies are enough, and normal weights."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.checks.lifts.coverage_steps import over
from sparse_limits.numerics.evidence import Finding, Trial, control, exact
from sparse_limits.theory.lifts.convergence_limit import (
    copies_needed,
    even_moment,
    goal,
    half,
    j,
    nu,
    pac_convergence,
    radial_density,
    residual,
    series_term,
    surface,
    x,
)
from sparse_limits.theory.lifts.convergence_two_layers import (
    children,
    rising_from,
    sparse_degree,
    two_layer_convergence,
)
from sparse_limits.theory.lifts.copies import A_1, Lambda, M, approximation_loss, epsilon_w, rho, rho_0, signs
from sparse_limits.theory.lifts.coverage import r
from sparse_limits.theory.lifts.degrees import lam
from sparse_limits.theory.lifts.isolated_tails import increasing_from, poisson_degree
from sparse_limits.theory.lifts.readout import T

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)


@exact(two_layer_convergence)
@control("twice", sparse_degree=2 * sparse_degree)
@control("the best degree", sparse_degree=children / (children + 1))
@control("10 % more", sparse_degree=ELEVEN * sparse_degree)
@control("from the degree on", rising_from=lam)
@control("one degree", rising_from=(children + 1) * lam)
@control("from 10 % less on", rising_from=NINE * rising_from)
def widths_are_those_of_a_unit(sparse_degree: sp.Expr, rising_from: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Those of L11.4, a unit's children being the types."""
    yield trial.same(sparse_degree, poisson_degree.subs(r, children))
    yield trial.same(rising_from, increasing_from.subs(r, children))


@exact(pac_convergence, step="small neighbourhoods")
@control("half", approximation_loss=approximation_loss / 2)
@control("without the loss of the witness", approximation_loss=approximation_loss.subs(epsilon_w, 0))
@control("without the start", approximation_loss=approximation_loss.subs(rho_0, 0))
@control("10 % more", approximation_loss=ELEVEN * approximation_loss)
def losses_tend_to_that_of_the_witness(approximation_loss: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Twice its root, less that of ε_w, is a multiple of ρ₀ + ρ."""
    step = Lambda * (rho_0 + rho) * A_1
    yield trial.same(2 * approximation_loss, 2 * epsilon_w + step * (2 * sp.sqrt(2 * epsilon_w) + step), by=sp.expand)


@exact(pac_convergence)
@control("of one copy", residual=M**2 * residual)
@control("half", residual=residual / 2)
@control("10 % more", residual=ELEVEN * residual)
@control("without the loss of the witness", approximation_loss=approximation_loss.subs(epsilon_w, 0))
def residuals_are_left_at_the_longest_time(
    approximation_loss: sp.Expr, residual: sp.Expr, loss_bound: sp.Expr, longest_time: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The bound of L16.1 at that time; it tends to 0."""
    yield trial.same(loss_bound.subs(T, longest_time), approximation_loss + residual, by=sp.expand)
    yield trial.same(residual.subs(M, 2 * M), residual / 4)


@exact(pac_convergence, step="copies needed")
@control("the square", copies_needed=copies_needed**2)
@control("half", copies_needed=copies_needed / 2)
@control("10 % more", copies_needed=ELEVEN * copies_needed)
@control("of one copy", residual=M**2 * residual)
@control("half of the loss", approximation_loss=approximation_loss / 2)
def so_many_copies_leave_the_rest(
    approximation_loss: sp.Expr, residual: sp.Expr, copies_needed: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """M times the root of the share that the residual of M copies has of the goal less the loss of neighbours."""
    count, rest = sp.Symbol("M", positive=True), sp.Symbol("eta", positive=True)
    share = sp.sqrt(residual.subs(M, count) / (goal - approximation_loss))
    apart = {goal: rest + approximation_loss}
    yield trial.same(copies_needed, count * share, by=lambda gap: sp.simplify(gap.subs(apart)))


@exact(pac_convergence, step="even moments")
@control("of a plane", even_moment=even_moment.subs(signs, 2))
@control("of the line", even_moment=sp.S.One)
@control("10 % more", even_moment=ELEVEN * even_moment)
def moments_follow_by_parts(even_moment: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The derivative of cos^{2j+1}θ sin^{s−1}θ, which is 0 at both ends, has the mean 0; on the line all are 1."""
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


@exact(pac_convergence, step="series")
@control("a plane for all", series_term=series_term.subs(signs, 2))
@control("without factorials", series_term=series_term * sp.factorial(j))
@control("10 % more", series_term=ELEVEN * series_term)
@control("of the line", even_moment=sp.S.One)
def terms_are_mean_powers(even_moment: sp.Expr, series_term: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The exponential series, of which even powers are left, j! and (s/2)_j in it those of a ₀F₁."""
    mean = (x * sp.sqrt(nu)) ** (2 * j) / sp.factorial(2 * j) * even_moment

    def by_neighbours(gap: sp.Expr) -> sp.Expr:
        share = gap / mean + 1  # of the term and the mean: the same for all j, and 1 for j = 0
        ratio = sp.gammasimp(sp.powsimp(share.subs(j, j + 1) / share))
        return sp.S.Zero if ratio == 1 and sp.simplify(share.subs(j, 0)) == 1 else gap

    yield trial.same(series_term, mean, by=by_neighbours)


@exact(pac_convergence, step="sphere")
@control("the ball", surface=surface / signs)
@control("twice", surface=2 * surface)
@control("10 % more", surface=ELEVEN * surface)
@control("one dimension more", surface=surface.subs(signs, signs + 1))
def spheres_have_this_measure(surface: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Times the integral of x^{s−1}e^{−x²/2} over all radii it is (2π)^{s/2}."""
    radius = sp.Symbol("x", positive=True)
    size = sp.Symbol("s", positive=True)
    radial = trial.once(sp.integrate, radius ** (size - 1) * sp.exp(-(radius**2) / 2), (radius, 0, sp.oo))
    yield trial.same(surface * radial.subs(size, signs), (2 * sp.pi) ** (signs / 2))


@exact(pac_convergence, step="radius")
@control("about 0", radial_density=radial_density.subs(nu, 0))
@control("of the plane", radial_density=radial_density / x ** (signs - 2))
@control("10 % more", radial_density=ELEVEN * radial_density)
@control("twice the sphere", surface=2 * surface)
@control("a plane for all", series_term=series_term.subs(signs, 2))
def densities_are_means_over_spheres(
    series_term: sp.Expr, surface: sp.Expr, radial_density: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The density of the normal law on a sphere of radius x, its measure, and the mean of the exponential: a ₀F₁ of such terms."""
    mean = sp.hyper([], [signs * half], nu * x**2 / 4)
    constant = (2 * sp.pi) ** (-signs * half) * sp.exp(-(x**2 + nu) / 2)
    yield trial.same(radial_density, surface * x ** (signs - 1) * constant * mean)
    index, (_, lower, argument) = sp.Symbol("j", integer=True, nonnegative=True), mean.args
    term = argument**index / (sp.factorial(index) * sp.gamma(lower[0] + index) / sp.gamma(lower[0]))
    yield trial.same(series_term, term.subs(index, j), by=sp.powsimp)
