"""Evidence for L17.3: copies among vertices with normal weights."""

from math import comb

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.theory.formulas.let import Let
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.convergence import failure
from sparse_limits.theory.lifts.convergence_limit import nu, pac_convergence
from sparse_limits.theory.lifts.copies import M, rho_0, signs
from sparse_limits.theory.lifts.coverage import inputs, p_0, q, r
from sparse_limits.theory.lifts.degrees import n

HALF = sp.Rational(1, 2)

CENTRE = sp.sqrt(nu)


def three_dimensions(radius: sp.Expr) -> sp.Expr:
    """P(‖w‖ ≤ radius) for a normal vector of three weights about a centre, in closed form."""
    near, far = radius - CENTRE, radius + CENTRE
    normal = (sp.erf(near / sp.sqrt(2)) + sp.erf(far / sp.sqrt(2))) / 2
    return normal - (sp.exp(-(near**2) / 2) - sp.exp(-(far**2) / 2)) / (CENTRE * sp.sqrt(2 * sp.pi))


BALLS = [{nu: 3, rho_0: sp.Rational(1, 10)}, {nu: sp.Rational(1, 2), rho_0: 2}, {nu: 9, rho_0: 3}]


@enclosed(pac_convergence)
def balls_have_the_noncentral_law(gaussian_ball: sp.Expr, trial: Trial) -> Findings:
    """In one and three dimensions in closed form; in four by the mixture of central laws over a Poisson number."""
    k, j = sp.symbols("k j", integer=True, nonnegative=True)
    point = BALLS[1]
    half_square = rho_0**2 / 2
    central = 1 - sp.exp(-half_square) * sp.Sum(half_square**j / sp.factorial(j), (j, 0, k + 1))  # χ² of 4 + 2k
    mixture = sp.Sum(sp.exp(-nu / 2) * (nu / 2) ** k / sp.factorial(k) * central, (k, 0, 30))
    yield trial.same(valued(gaussian_ball, {signs: 4, **point}), valued(mixture, point), by=None)
    for point in BALLS:
        radius = rho_0.subs(point)
        near, far = (radius - CENTRE.subs(point)) / sp.sqrt(2), (radius + CENTRE.subs(point)) / sp.sqrt(2)
        yield trial.same(valued(gaussian_ball, {signs: 3, **point}), valued(three_dimensions(rho_0), point), by=None)
        yield trial.same(valued(gaussian_ball, {signs: 1, **point}), (sp.erf(near) + sp.erf(far)) / 2, by=None)


@enclosed(pac_convergence)
def balls_are_small(gaussian_ball: sp.Expr, gaussian_copy: sp.Expr, trial: Trial) -> Findings:
    """The probabilities of a ball of radius 1/10 and of a copy on three of four inputs, and the sizes that follow from them."""
    at = {nu: sp.Integer(3), signs: sp.Integer(3), rho_0: sp.Rational(1, 10)}
    copy = {**at, inputs: sp.Integer(4), p_0: sp.Rational(1, 2)}
    for formula, point, digit, power in ((gaussian_ball, at, 6, 5), (gaussian_copy, copy, 4, 6)):  # 6·10⁻⁵, 4·10⁻⁶
        for sign in (-1, 1):
            end = (digit + sign * HALF) / sp.Integer(10) ** power
            yield trial.below(0, sign * (end - formula), at=[point])
    chance = sp.Rational(trial.value(gaussian_copy, copy))
    for copies, low, high in ((1, 700_000, 900_000), (10, 4 * 10**6, 5 * 10**6)):
        below = failure.subs(r, 1)
        limit = sp.Rational(1, 20)
        yield trial.below(limit, below, at=[{n: sp.Integer(low), q: chance, M: sp.Integer(copies)}], strict=True)
        yield trial.below(below, limit, at=[{n: sp.Integer(high), q: chance, M: sp.Integer(copies)}])


def near_vectors(rng: np.random.Generator, count: int) -> int:
    """Normal vectors on those inputs of four that are present, within 2 of (1, 1, 1) on the first three."""
    weights = rng.standard_normal((count, 3)) - 1.0
    present = rng.random((count, 4)) < 0.5
    pattern = present[:, :3].all(axis=1) & ~present[:, 3]
    return int(((weights**2).sum(axis=1) <= 4.0)[pattern].sum())


@statistical(pac_convergence, tests=1)
def normal_copies_are_counted(gaussian_copy: sp.Expr, trial: Trial) -> Findings:
    """Vertices whose pattern and weights are near those of a unit on three of four inputs."""
    count = trial.size(300_000)
    chance = trial.value(gaussian_copy, {signs: 3, inputs: 4, p_0: sp.Rational(1, 2), nu: 3, rho_0: 2})
    yield trial.counts(trial.draw(near_vectors, count), count, chance)


@exact(pac_convergence)
def patterns_add_up(gaussian_copy: sp.Expr, trial: Trial) -> Findings:
    """With each ball replaced by the whole space, the probabilities of all patterns with at least one of four inputs add up to 1 − (1 −
    p₀)⁴.
    """
    pattern = gaussian_copy.replace(Let, lambda body, named: body.subs(named[0][0], 1))
    parts = [comb(4, k) * pattern.subs({inputs: 4, signs: k}) for k in range(1, 5)]
    yield trial.same(sum(parts), 1 - (1 - p_0) ** 4)


@enclosed(pac_convergence)
def patterns_are_no_likelier_than_their_edges(gaussian_copy: sp.Expr, trial: Trial) -> Findings:
    """With the ball replaced by the whole space, the probability is at most p₀^s, that of the s edges of the unit, whatever the number of
    other inputs.
    """
    pattern = gaussian_copy.replace(Let, lambda body, named: body.subs(named[0][0], 1))
    yield trial.below(pattern, p_0**signs)
