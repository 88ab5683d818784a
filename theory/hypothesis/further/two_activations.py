"""What H8 needs of two orthogonal samples: both gates of a row, and the sum and the difference of two activations."""

import sympy as sp

from sparse_limits.theory.kernel.dual import a as first
from sparse_limits.theory.kernel.dual import b as second
from sparse_limits.theory.kernel.dual import c as cross
from sparse_limits.theory.kernel.dual import relu
from sparse_limits.theory.reasons import Relation, Relations, same
from sparse_limits.theory.tails import product_normal, product_survival

m = sp.Symbol("m", positive=True)  # a value that a modulus exceeds
phi = sp.Symbol("phi", positive=True)  # angle

correlation = 1 / sp.pi
both_open = sp.Rational(1, 4) + sp.asin(1 / sp.pi) / (2 * sp.pi)
larger = 1 - sp.erf(m / 2) ** 2
smaller = sp.erfc(m / 2) ** 2
chance_plus = 4 / sp.pi * sp.Integral(sp.exp(-m / (sp.sqrt(2) * sp.cos(phi))), (phi, 0, sp.pi / 4))
chance_minus = 2 * product_survival(m / sp.sqrt(2)) - chance_plus


def covariance_of_orthogonal_samples(correlation: sp.Expr) -> Relation:
    """The mean of φφ′ of K1 at variances 1 and covariance 0, over that at equal inputs."""
    value = relu.value.subs({first: 1, second: 1})
    return same(correlation, value.subs(cross, 0) / sp.limit(value, cross, 1))


def both_gates_are_open(both_open: sp.Expr, alive: sp.Expr) -> Relations:
    """Half of the mean of φ̇φ̇′ of K1 (slopes are √2) at variances 1 and this covariance; no gate is open as often as both."""
    slope = relu.slope.subs({first: 1, second: 1, cross: 1 / sp.pi})
    yield same(both_open, slope / 2, by=lambda gap: sp.expand(gap.rewrite(sp.asin)))
    yield same(alive, 1 - both_open)


def larger_and_smaller_of_two(larger: sp.Expr, smaller: sp.Expr) -> Relations:
    """Each modulus is at most m with the probability erf(m/2): both are, and none is."""
    below = sp.erf(m / 2)
    yield same(sp.diff(below, m), 2 * sp.exp(-(m**2) / 4) / sp.sqrt(4 * sp.pi))
    yield same(larger, 1 - below**2)
    yield same(smaller, (1 - below) ** 2, by=lambda gap: sp.expand(gap.rewrite(sp.erf)))


def normal_times_a_length(chance_plus: sp.Expr) -> Relations:
    """The density of |w| times a length R, which has the density R exp(−R²/2), is exp(−m); the tail of it, by the angle."""
    length = sp.Symbol("R", positive=True)
    joint = sp.sqrt(2 / sp.pi) * sp.exp(-(length**2) / 2 - m**2 / (2 * length**2))
    yield same(sp.integrate(joint, (length, 0, sp.oo)), sp.exp(-m))
    tail = sp.exp(-m).subs(m, m / (sp.sqrt(2) * sp.cos(phi)))
    yield same(chance_plus, sp.Integral(tail, (phi, 0, sp.pi / 4)) / (sp.pi / 4))


def both_moduli_are_alike(chance_minus: sp.Expr, chance_plus: sp.Expr) -> Relation:
    """|w| times a normal number of variance 2, twice."""
    return same(chance_minus + chance_plus, 2 * product_normal.at(m / sp.sqrt(2)))
