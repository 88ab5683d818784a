"""Moments of the tangent kernel at every width and depth on the diagonal, and bounds off it: the formulas of K13."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import sympy as sp

from sparse_limits.theory.claims import formulas
from sparse_limits.theory.kernel.dual import cosine, kappa_0
from sparse_limits.theory.kernel.dual import depth as L
from sparse_limits.theory.kernel.finite_width import n
from sparse_limits.theory.quantities import NON_NEGATIVE, Quantity
from sparse_limits.theory.saliency.model import rho

N = sp.Symbol("N", integer=True, positive=True)  # the width of the next layer
path = sp.Symbol("pi_x", positive=True)  # density of paths, weighted with x²
beta = sp.Symbol("beta", positive=True)  # depth over width
limit = sp.Symbol("T", real=True)  # the kernel of infinite width, of the layers so far
value_error, tangent_error = sp.symbols("e f", nonnegative=True)  # root mean square distances from the limits


@dataclass(frozen=True)
class Pair:
    """Of two random matrices X, Y of one width n: E tr X tr Y/n², E tr XY/n² and E Σ_j X_jj Y_jj/n."""

    traces: sp.Expr
    product: sp.Expr
    diagonal: sp.Expr


@dataclass(frozen=True)
class Moments:
    """Of a layer on the diagonal, in units of the path density: H = hhᵀ with itself, H with K, and K with itself.

    h are its values and K_jk = φ′_j φ′_k ⟨∇z_j, ∇z_k⟩.
    """

    values: Pair
    mixed: Pair
    tangents: Pair


def _pair(letter: str) -> Pair:
    return Pair(*sp.symbols(f"{letter}_t {letter}_p {letter}_d", nonnegative=True))


moments = Moments(_pair("h"), _pair("m"), _pair("k"))
scatter = (1 - rho) / rho  # variance of a mask's entry in units of its squared mean


def sent(pair: Pair) -> sp.Expr:
    """E vᵀXv vᵀYv/n² through the weights v of a neuron, masked at density ρ, in units of ρ²."""
    return pair.traces + 2 * pair.product + 3 * scatter * pair.diagonal / n


def kept(pair: Pair) -> sp.Expr:
    """E Σ_j M_j X_jj · vᵀYv/n² in units of ρ²: the gradients of the layer's own weights."""
    return pair.traces + scatter * pair.diagonal / n


def _next(square: sp.Expr, apart: sp.Expr, across: sp.Expr) -> Pair:
    """Moments after gates: of one neuron twice (a fair gate, squared: 2), of two neurons, and of their off-diagonal entry."""
    return Pair((2 * square + (N - 1) * apart) / N, (2 * square + (N - 1) * across) / N, 2 * square)


_h, _m, _k = moments.values, moments.mixed, moments.tangents
readout = sent(_k) + 2 * kept(_m) + kept(_h)
step = Moments(
    _next(sent(_h), _h.traces, _h.product),
    _next(sent(_m) + kept(_h), _m.traces + _h.traces, _m.product),
    _next(readout, _k.traces + 2 * _m.traces + _h.traces, _k.product),
)


def _quantities(pair: Pair, matrices: str, within: sp.Set, drawn: tuple[object, object]) -> list[Quantity]:
    """What the three numbers of a pair of matrices stand for."""
    meanings = (
        f"mean product of the traces of {matrices}, over the squared width, in units of the squared path density",
        f"mean trace of the product of {matrices}, over the squared width, in units of the squared path density",
        f"mean over the neurons of the product of diagonal entries of {matrices}, in units of the squared path density",
    )
    return [Quantity(part, words, within, drawn) for part, words in zip(formulas(pair), meanings, strict=True)]


OF_VALUES = _quantities(moments.values, r"$H=hh^\top$ with itself", NON_NEGATIVE, (1, 3))
OF_BOTH = _quantities(moments.mixed, "$H$ with $K$", NON_NEGATIVE, (sp.Rational(1, 8), 3))
OF_TANGENTS = _quantities(moments.tangents, "$K$ with itself", NON_NEGATIVE, (sp.Rational(1, 8), 3))


def at_inputs(kurtosis: object) -> Moments:
    """Of inputs with Σx_j² = d and Σx_j⁴ = d · kurtosis."""
    zero = Pair(*[sp.Integer(0)] * 3)
    return Moments(Pair(sp.Integer(1), sp.Integer(1), sp.sympify(kurtosis, strict=True)), zero, zero)


def values_of(known: Moments) -> dict[sp.Symbol, sp.Expr]:
    """`moments`, each with its known value."""
    return dict(zip(formulas(moments), formulas(known), strict=True))


def advance(step: Moments, known: Moments, width: sp.Expr, following: sp.Expr, density: sp.Expr) -> Moments:
    """The moments of the next layer."""
    here = {**values_of(known), n: width, N: following, rho: density}
    pairs = (getattr(step, each.name) for each in fields(step))
    return Moments(*(Pair(*(part.xreplace(here) for part in formulas(pair))) for pair in pairs))


def second_moment_of(
    step: Moments, readout: sp.Expr, widths: Sequence[object], densities: Sequence[object], kurtosis: object = 1
) -> sp.Expr:
    """E Θ_n(x, x)² in units of the squared path density: `widths` d, n_1 … n_L, `densities` of the L + 1 layers."""
    widths, densities = (
        [sp.sympify(each, strict=True) for each in widths],
        [sp.sympify(each, strict=True) for each in densities],
    )
    known = at_inputs(kurtosis)
    for width, following, density in zip(widths, widths[1:], densities, strict=False):
        known = advance(step, known, width, following, density)
    return readout.xreplace({**values_of(known), n: widths[-1], rho: densities[-1]})


mean = (L + 1) * path
grown, shrunk = 1 + 5 / n, 1 - 1 / n
dense_second = grown**L * (L + 1) * (1 + L / 3 + 2 * (n - 1) / 9) - n * (n - 1) / 27 * (
    grown ** (L + 1) - shrunk ** (L + 1)
)
dense_variance = dense_second / (L + 1) ** 2 - 1
deep_second = sp.exp(5 * beta) * (sp.Rational(1, 3) + 2 / (9 * beta)) - (sp.exp(5 * beta) - sp.exp(-beta)) / (
    27 * beta**2
)
width_constant = L * (11 * L + 7) / (3 * (L + 1)) + scatter * (6 * L**2 + 4 * L + 6) / (L + 1) ** 2

chord = (1 - kappa_0) / (1 - cosine)
row_value = value_error + sp.sqrt(scatter * _h.diagonal / n)
row_tangent = tangent_error + sp.sqrt(scatter * _k.diagonal / n)
row_norm = sp.sqrt(2 * (_h.traces - 1 + scatter * _h.diagonal / n))
row_frobenius = sp.sqrt(_k.product + scatter * _k.diagonal / n)
gate_shift = sp.sqrt(2) * sp.sqrt(1 - cosine**2) / sp.pi

gate_error = chord * row_value + (1 + chord * cosine) * row_norm
value_step = sp.sqrt(step.values.diagonal / N) + row_value + row_norm
tangent_step = (
    sp.sqrt(step.tangents.diagonal / N)
    + sp.sqrt(2) / sp.pi * row_frobenius
    + row_value
    + row_tangent
    + sp.Abs(limit) * (chord * row_value + (1 + chord * cosine) * row_norm)
)
bound = row_value + row_tangent + sp.sqrt(2) * row_frobenius


_two_layers = (
    2 * sp.sqrt(6)
    + sp.sqrt(2)
    + 2 / sp.pi
    + sp.sqrt(6 + 30 / n)
    + sp.sqrt(8 + 24 / n)
    + sp.sqrt(20 + 44 / n)
    + sp.sqrt(10)
)
depth_two = (_two_layers + sp.Abs(limit) * (chord * sp.sqrt(6) + (1 + chord * cosine) * sp.sqrt(10))) / sp.sqrt(n)
