"""Dual activations: what an activation does to the covariance of two jointly normal preactivations."""

from dataclasses import dataclass

import sympy as sp

from sparse_limits.theory.formulas.iterate import Iterate, name_recursion
from sparse_limits.theory.quantities import COUNT_FROM_ZERO, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.saliency.model import rho

z = sp.Symbol("z", real=True)  # a preactivation
a, b = sp.symbols("a b", positive=True)  # variances of the preactivations of two inputs
c = sp.Symbol("c", real=True)  # their covariance, c² ≤ ab
cosine = sp.Symbol("r", real=True)  # their correlation c/√(ab)
angle = sp.Symbol("theta", nonnegative=True)  # θ = arccos r
depth = sp.Symbol("L", integer=True, nonnegative=True)  # hidden layers
tangent = sp.Symbol("t", real=True)  # the dense tangent kernel of the layers below

FIRST_VARIANCE = Quantity(a, "variance of the preactivation at the first input", POSITIVE, drawn=(1, 3))
SECOND_VARIANCE = Quantity(b, "variance of the preactivation at the second input", POSITIVE, drawn=(1, 3))
COVARIANCE = Quantity(
    c, "covariance of the preactivations at the two inputs", sp.S.Reals, drawn=(sp.Rational(-9, 10), sp.Rational(9, 10))
)
PREACTIVATIONS = (FIRST_VARIANCE, SECOND_VARIANCE, COVARIANCE)
COSINE = Quantity(
    cosine,
    "correlation of two preactivations, in the first layer the cosine of the angle between the inputs",
    sp.Interval(-1, 1),
    drawn=(sp.Rational(-9, 10), sp.Rational(9, 10)),
)
DEPTH = Quantity(depth, "number of hidden layers", COUNT_FROM_ZERO, drawn=(1, 4))
DENSITY = Quantity(rho, "density, the share of weights kept", sp.Interval.Lopen(0, 1))
CAUCHY_SCHWARZ = Hypothesis("a covariance that the two variances allow", c**2 <= a * b)


@dataclass(frozen=True)
class DualActivation:
    """An activation φ and the closed forms of E φ(z)φ(z′) and E φ′(z)φ′(z′) at (z, z′) ~ N(0, [[a, c], [c, b]]).

    `function` is an expression in `z`, `value` and `slope` in `a`, `b`, `c`; slope = ∂value/∂c.
    """

    name: str
    function: sp.Expr
    value: sp.Expr
    slope: sp.Expr


kappa_0 = 1 - sp.acos(cosine) / sp.pi
kappa_1 = (sp.sqrt(1 - cosine**2) + (sp.pi - sp.acos(cosine)) * cosine) / sp.pi
J_2 = 3 * cosine * sp.sqrt(1 - cosine**2) + (sp.pi - sp.acos(cosine)) * (1 + 2 * cosine**2)

_correlation = c / sp.sqrt(a * b)
_saturation = (1 + 2 * a) * (1 + 2 * b)

relu = DualActivation(
    "relu",
    sp.sqrt(2) * sp.Max(z, 0),  # so that E φ(z)² is the variance of z, and E φ′(z)² = 1
    sp.sqrt(a * b) * kappa_1.subs(cosine, _correlation),
    kappa_0.subs(cosine, _correlation),
)
row_kernel = relu.value + c * relu.slope  # the mean that a neuron of one hidden ReLU layer adds to the tangent kernel
erf = DualActivation(
    "erf",
    sp.erf(z),
    2 / sp.pi * sp.asin(2 * c / sp.sqrt(_saturation)),
    4 / (sp.pi * sp.sqrt(_saturation - 4 * c**2)),
)
linear = DualActivation("linear", z, c, sp.Integer(1))

# Layer by layer in the angle: a cosine shows only half the digits of a small one (K12), and θ = 0 stays 0 exactly.
_lune = sp.sin(angle) - angle * sp.cos(angle)
angle_step = 2 * sp.asin(sp.sqrt(sp.sin(angle / 2) ** 2 - _lune / (2 * sp.pi)))
nngp_step = sp.cos(angle) + _lune / sp.pi
ntk_step = nngp_step + tangent * (1 - angle / sp.pi)
_start = (sp.acos(cosine), cosine)
dense_nngp = Iterate(sp.Lambda((angle, tangent), sp.Tuple(angle_step, nngp_step)), depth, _start)
dense_ntk = Iterate(sp.Lambda((angle, tangent), sp.Tuple(angle_step, ntk_step)), depth, _start)
name_recursion(dense_nngp.args[0], lambda r: (sp.acos(r),), r"\cos\theta")
name_recursion(dense_ntk.args[0], lambda r: (sp.acos(r),), r"\Theta")
