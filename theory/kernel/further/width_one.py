"""Networks of two hidden layers, the first of one neuron: their second moments off the diagonal in closed form.

With one neuron the values of the second layer are φ(vh) and φ(vh′), so that no angle is left: both gates are open where v > 0 and
those of the first layer are. With G = 1 there and 0 elsewhere, P = zz′G of the two preactivations and H = hh′ = 2P, K = φ̇φ̇′r = 2rG,
means over P and G are κ₁/2 = EP, κ₀/2 = EG and f/4 = EP² (K6).
"""

import sympy as sp

from sparse_limits.theory.kernel.convergence import (
    N,
    advance,
    at_inputs,
    limit,
    step,
    tangent_error,
    value_error,
    values_of,
)
from sparse_limits.theory.kernel.dual import c, cosine, kappa_0, kappa_1
from sparse_limits.theory.kernel.finite_width import fourth, n
from sparse_limits.theory.saliency.model import rho

_value, _slope, _fourth = (each.subs(cosine, c) for each in (kappa_1, kappa_0, fourth))
first_kernel = _value + c * _slope  # Θ of one layer in the limit
next_cosine = kappa_1.subs(cosine, _value)
next_slope = kappa_0.subs(cosine, _value)


def distance(square: sp.Expr, mean: sp.Expr, target: sp.Expr) -> sp.Expr:
    """The root mean square distance from a target of what has this mean square and this mean."""
    return sp.sqrt(square - 2 * mean * target + target**2)


values_square = _fourth * (N + 5) / N  # of the mean of φφ′ over N neurons of the second layer
tangents_square = ((N + 1) * _fourth + 4 * c * (N + 1) * _value + 2 * c**2 * (N + 5) * _slope) / N
kernel_square = 16 * _fourth + 48 * c * _value + 36 * c**2 * _slope  # of Θ, the second layer of one neuron too
kernel_mean = 2 * _value + c * _slope

values_distance = distance(values_square, _value, next_cosine)
tangents_distance = distance(tangents_square, first_kernel, next_slope * first_kernel)
kernel_distance = distance(kernel_square, kernel_mean, next_cosine + next_slope * first_kernel)


def one_neuron(r: sp.Expr, following: int = 1) -> dict[sp.Symbol, sp.Expr]:
    """A dense first layer of one neuron at inputs of the cosine r, its exact errors, and the width of the second layer."""
    at = {c: r}
    errors = {
        value_error: sp.sqrt(_fourth - _value**2).xreplace(at),
        tangent_error: (c * sp.sqrt(2 * _slope - _slope**2)).xreplace(at),
    }
    known = values_of(advance(step, at_inputs(1), sp.S.One, sp.S.One, sp.S.One))
    limits = {cosine: _value.xreplace(at), limit: first_kernel.xreplace(at)}
    return {**at, **limits, **errors, **known, n: sp.S.One, N: sp.Integer(following), rho: sp.S.One}
