"""Evidence for N6.1 and N6.2, step by step: harmonics at the equator, the order of eigenvalues, and what is left of them."""

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, control, exact
from sparse_limits.theory.formulas.let import Let
from sparse_limits.theory.formulas.no_guarantee import no_guarantee, unconditional
from sparse_limits.theory.formulas.smallest import Smallest
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.neuron_pruning.alignment import N, eps
from sparse_limits.theory.neuron_pruning.inputs import d
from sparse_limits.theory.neuron_pruning.spectral import (
    ROUND,
    T,
    before,
    chance,
    j,
    k,
    m,
    n,
    neuron_spectrum,
    over_the_weight,
    slope,
    spectral_bound,
    t,
    tail,
    u,
    v,
    value,
    x,
)


def by_half_the_dimension(expression: sp.Expr) -> sp.Expr:
    """Simplified in x = (d − 1)/2."""
    return sp.gammasimp(expression.subs(d, 2 * x + 1))


def by_two_gammas(expression: sp.Expr) -> sp.Expr:
    """Simplified in u = (3 − x)/2 and v = (x + d + 1)/2, where x is the degree."""
    return sp.gammasimp(valued(expression, {x: 3 - 2 * u, d: 2 * v + 2 * u - 4}))


def stepwise(expression: sp.Expr) -> sp.Expr:
    """Simplified by Γ(x + 1) = xΓ(x), in x = d/2."""
    return sp.factor(sp.expand_func(expression.subs(d, 2 * x)))


# N6.1


@exact(neuron_spectrum, step="density at the equator")
def sections_grow_by_two_dimensions(weight: sp.Expr, density: sp.Expr, trial: Trial) -> Findings:
    """By a derivative that vanishes at both ends, the integral of the weight falls from d to d + 2 by the factor by which the density
    grows; the density for the circle and the sphere.
    """
    yield trial.same(sp.diff(t * ROUND * weight, t), (d * ROUND - (d - 1)) * weight, by=over_the_weight)
    yield trial.same(weight.subs(d, d + 2), ROUND * weight, by=over_the_weight)
    yield trial.same(density.subs(d, d + 2), d / (d - 1) * density, by=stepwise)
    more = sp.Symbol("x", integer=True, nonnegative=True)
    growth = density.subs(d, d + 2) / density - 1
    yield trial.nonnegative(growth, 1 / (1 + more), where={d: 2 + more}, by=stepwise, strict=True)
    for dimension in (2, 3):
        yield trial.same(1 / density.subs(d, dimension), 2 * sp.integrate(weight.subs(d, dimension), (t, 0, 1)))


@exact(neuron_spectrum, step="only the equator")
def the_rest_is_a_derivative(
    curvature: sp.Expr, weight: sp.Expr, primitive: sp.Expr, at_equator: sp.Expr, trial: Trial
) -> Findings:
    """The integrand is the derivative of the primitive along a harmonic, by its slope and curvature; the values of the primitive at both
    ends.
    """
    along = sp.diff(primitive, t) + slope * sp.diff(primitive, value) + curvature * sp.diff(primitive, slope)
    yield trial.same(sp.cancel(-1 / at_equator) * t * value * weight, along, by=over_the_weight)
    yield trial.vanishes(primitive.subs({d: 2 * x + 1, t: 1}, simultaneous=True))
    yield trial.same(primitive.subs(t, 0), value)


@exact(neuron_spectrum, step="recursion")
def recursion_crosses_the_equator(
    next_harmonic: sp.Expr, at_equator: sp.Expr, following: sp.Expr, trial: Trial
) -> Findings:
    """The recursion gives the harmonic of degree 2, and the value 1 at 1; the quotient of coefficients is P_(k+2)(0) over P_k(0) times that
    of the factors at k and k + 2.
    """
    second = valued(next_harmonic, {k: 1, value: t, before: 1})
    yield trial.same(second, (d * t**2 - 1) / (d - 1), by=sp.cancel)
    yield trial.same(valued(next_harmonic, {t: 1, value: 1, before: 1}), 1, by=sp.cancel)
    ratio = next_harmonic.subs(k, k + 1).subs(t, 0) / before
    one, two = (sp.cancel(1 / at_equator.subs(k, degree)) for degree in (k, k + 2))
    yield trial.same(two * following, ratio * one, by=sp.cancel)


@exact(neuron_spectrum, step="coefficients")
def coefficients_follow_their_recursion(
    following: sp.Expr, zeroth: sp.Expr, first: sp.Expr, coefficient: sp.Expr, trial: Trial
) -> Findings:
    """The recursion at even degrees 2k, and two starts; as the recursion holds at all real degrees, odd degrees from 3 on have the
    coefficient 0.
    """
    even, step = coefficient.subs(k, 2 * k), following.subs(k, 2 * k)
    yield trial.same(even.subs(k, k + 1), step * even, by=lambda gap: by_two_gammas(gap.subs(k, x / 2)))
    yield trial.same(coefficient.subs(k, 0), zeroth, by=by_half_the_dimension)
    yield trial.same(coefficient.subs(k, 1), first, by=sp.gammasimp)
    yield trial.vanishes(coefficient.subs(k, 3))


@exact(neuron_spectrum, step="squared length")
def squared_lengths_grow_by_one(square_length: sp.Expr, trial: Trial) -> Findings:
    """The mean square of one normal coordinate, and one coordinate more."""
    square = 2 * sp.integrate(x**2 * sp.exp(-(x**2) / 2), (x, 0, sp.oo)) / sp.sqrt(2 * sp.pi)
    yield trial.induction(square_length, d, square, lambda term: term + square, start=1)


# N6.2


@exact(spectral_bound, step="order")
def eigenvalues_fall(coefficient: sp.Expr, drop: sp.Expr, trial: Trial) -> Findings:
    """The recursion at all real degrees; the square of the quotient is below 1; half of it at degree 0 is below λ_1."""
    yield trial.nonnegative(1 - drop**2, (d + 2) * (2 * k + d) / (k + d + 1) ** 2)
    degree = coefficient.subs(k, x)
    yield trial.same(degree.subs(x, x + 2) ** 2, drop.subs(k, x) ** 2 * degree**2, by=by_two_gammas)
    yield trial.nonnegative(coefficient.subs(k, 1) - drop.subs(k, 0) / 2, 1 / (2 * d * (d + 1)), by=sp.gammasimp)


@exact(spectral_bound, step="ranks")
def ranks_grow_by_a_multiplicity(multiplicity: sp.Expr, ranks: sp.Expr, trial: Trial) -> Findings:
    """By induction: the ranks of degrees 0 and 1, and one even degree more."""
    start = multiplicity.subs(k, 0) + multiplicity.subs(k, 1)
    more = multiplicity.subs(k, 2 * j).subs(j, m + 1)
    yield trial.induction(ranks, m, start, lambda term: term + more, by=sp.combsimp)


few, (many, _) = tail.args


def formulas_of(tail: sp.Expr) -> tuple[sp.Expr, sp.Basic, sp.Expr, sp.Expr]:
    """The first formula of the tail and up to where it holds, and the second, with a letter m and what that is."""
    (low, until), (high, _) = (tail if isinstance(tail, sp.Piecewise) else sp.piecewise_fold(tail)).args
    (let,) = high.atoms(Let)
    body, ((_, last),) = let.args
    return low, until, high.xreplace({let: body}), last


def both_fall(low: sp.Expr, high: sp.Expr, trial: Trial) -> Findings:
    """That both formulas of the tail do, from N to N + 1, by a square each."""
    last, inverse = sp.gamma(sp.Rational(3, 2) - m), sp.Symbol("x", real=True)  # Γ(3/2 − m), of either sign, is 1/x
    eigenvalue = sp.gamma(d / 2) * inverse / (4 * sp.gamma(m + (d + 1) / sp.Integer(2)))
    for formula, square in ((low, 1 / (4 * d**2)), (high, eigenvalue**2)):
        fall = sp.expand(formula - formula.subs(N, N + 1))
        yield trial.nonnegative(fall.subs(last, 1 / inverse), square, by=sp.gammasimp)


@exact(spectral_bound, step="tail", cost=0.4)
@control("a degree more", tail=sp.Piecewise(few, (Let(many.args[0].subs(m, m + 1), many.args[1]), True)))
def tail_falls_by_one_eigenvalue_after_another(
    coefficient: sp.Expr, multiplicity: sp.Expr, total: sp.Expr, ranks: sp.Expr, tail: sp.Expr, trial: Trial
) -> Findings:
    """From N to N + 1, in both formulas; at N = 1, at N = d + 1, and where a degree ends and the next begins."""
    square = coefficient**2
    low, until, body, last = formulas_of(tail)
    (search,) = last.atoms(Smallest)
    yield trial.holds(until == sp.Le(N, d + 1), f"the first formula holds for {until}")
    yield trial.same(search.args[0](m), N - ranks)
    yield trial.holds(last == search and search.args[1:] == (0, 1), "of the first degree that is reached")
    yield trial.same(low.subs(N, N + 1), low - square.subs(k, 1), by=sp.gammasimp)
    yield from both_fall(low, body, trial)
    yield trial.same(low.subs(N, 1), total - square.subs(k, 0), by=sp.gammasimp)
    yield trial.same(sp.expand(body - body.subs(N, N + 1)), square.subs(k, 2 * m))
    yield trial.same(body.subs(m, 0).subs(N, d + 1).doit(), low.subs(N, d + 1), by=sp.gammasimp)
    (degrees,) = body.atoms(sp.Sum)
    one_more = body.subs(m, m + 1).xreplace({degrees.subs(m, m + 1): degrees + degrees.function.subs(j, m + 1)})
    yield trial.same(degrees.function, (multiplicity * square).subs(k, 2 * j))
    yield trial.holds(degrees.limits == (sp.Tuple(j, 1, m),), f"degrees {degrees.limits}")
    yield trial.same(one_more.subs(N, ranks), body.subs(N, ranks), by=lambda gap: sp.expand(sp.combsimp(gap)))


@exact(spectral_bound, step="success")
def success_solves_the_mean(two_cases: sp.Expr, solved: sp.Expr, trial: Trial) -> Findings:
    """At the solved probability the mean is T; where the bound claims something, at 2dε² = 1/(1 + y), the mean falls with it."""
    p = unconditional(solved)
    yield trial.same(two_cases.subs(chance, p), T, by=sp.cancel)
    y = sp.Symbol("y", positive=True)
    falling, at = -sp.diff(two_cases, chance) * 2 * d, {eps: 1 / sp.sqrt(2 * d * (1 + y))}
    yield trial.nonnegative(falling, y / (1 + y), where=at, by=sp.cancel, strict=True)
    beyond = solved.subs({d: 2, eps: sp.Rational(1, 2)})
    yield trial.holds(beyond.has(no_guarantee), f"an error that nothing exceeds: {beyond}")


def named(formula: sp.Expr) -> sp.Expr:
    """The same, with m for the numbers that it searches."""
    renamed = {each: Smallest(sp.Lambda(m, each.args[0](m)), *each.args[1:]) for each in formula.atoms(Smallest)}
    return formula.xreplace(renamed)


@exact(spectral_bound, step="smallest", cost=0.5)
def smallest_compares_tail_and_allowed(tail: sp.Expr, allowed: sp.Expr, neurons: sp.Expr, trial: Trial) -> Findings:
    """The function that is to be small is the tail, its limit is what is allowed, and the search begins at 1. Both formulas of
    the tail fall in N, and agree where one follows the other (*tail*)."""
    search = (
        neurons if isinstance(neurons, Smallest) else next(each for each in neurons.args if isinstance(each, Smallest))
    )
    function, limit, start = search.args
    left, most = (each.args[1][0][1] for each in (function(n), limit))
    yield trial.same(most, allowed)
    yield trial.same(named(left.subs(n, N)), named(tail), by=None)
    yield trial.holds((neurons, start) == (search, 1), f"searched from {start}")
    low, _, high, _ = formulas_of(tail)
    yield from both_fall(low, high, trial)
