"""The recursion of the graphon tangent kernel (K2), at open functions and evaluated in closed form up to integrals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import sympy as sp

from sparse_limits.theory.formulas.let import Let
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.dual import DualActivation, a, b, c, relu
from sparse_limits.theory.saliency.model import u, v

above = sp.Symbol("w", positive=True)  # a position in the next layer
weight = sp.Function("W", nonnegative=True)  # a graphon left open: row, column
covariance = sp.Function("Sigma", real=True)  # Σ of the layer below
gradient = sp.Function("G", real=True)  # G of this layer, or of the next
gate = sp.Function("kappa_0", real=True)  # κ₀ at the correlation in a row of the layer below
tangent = sp.Function("Theta", real=True)  # the tangent kernel of a row of the layer below

kept = sp.Symbol("M", integer=True, nonnegative=True)  # the mask of an edge, 0 or 1
strength = sp.Symbol("omega", real=True)  # its weight before pruning

edge = kept * (covariance(v) + strength**2 * gate(v) * tangent(v))
forward = sp.Integral(weight(u, v) * covariance(v), (v, 0, 1))
backward = sp.Integral(weight(above, u) * gradient(above), (above, 0, 1))
own_layer = sp.Integral(gradient(u) * weight(u, v) * covariance(v), (v, 0, 1), (u, 0, 1))
tangent_step = sp.Integral(weight(u, v) * (covariance(v) + gate(v) * tangent(v)), (v, 0, 1))


gap = sp.Symbol("D", positive=True)  # ab − c²
_supplement = sp.pi / 2 + sp.atan(c / sp.sqrt(gap))  # π − θ, analytic wherever √D is, however close to π or 0
inner_value = (sp.sqrt(gap) + c * _supplement) / sp.pi
inner_slope = _supplement / sp.pi


@dataclass(frozen=True)
class Recursion:
    """How covariances go forward, gradients go back and a layer's weights contribute: integrals of open functions."""

    forward: sp.Expr = forward
    backward: sp.Expr = backward
    own_layer: sp.Expr = own_layer


@dataclass(frozen=True)
class GraphonLayer:
    """Graphons of a layer as expressions in `u` (row) and `v` (column); that of the readout has no row.

    `second_moment` is E[M w² | u, v], `trained` the share of edges that carry a gradient: 1 where pruned weights are
    trained all the same, equal to the other for masks that do not look at the weights.
    """

    second_moment: sp.Expr
    trained: sp.Expr


def masked(*graphons: sp.Expr) -> tuple[GraphonLayer, ...]:
    """Layers whose masks do not look at the weights."""
    return tuple(
        GraphonLayer(sp.sympify(graphon, strict=True), sp.sympify(graphon, strict=True)) for graphon in graphons
    )


def densely_trained(*graphons: sp.Expr) -> tuple[GraphonLayer, ...]:
    """Layers of weights with the variances W(u, v), all of them trained."""
    return tuple(GraphonLayer(sp.sympify(graphon, strict=True), sp.Integer(1)) for graphon in graphons)


class GraphonKernel(NamedTuple):
    """Θ(x, y), and what the weights of each layer contribute to it, from the input on."""

    total: sp.Expr
    terms: tuple[sp.Expr, ...]


def graphon_kernel(
    layers: Sequence[GraphonLayer],
    positions: Sequence[sp.Expr],
    x: Sequence[sp.Expr],
    y: Sequence[sp.Expr],
    *,
    activation: DualActivation = relu,
    recursion: Recursion = Recursion(),
) -> GraphonKernel:
    """Θ(x, y) in closed form up to integrals, for inputs at `positions` in [0, 1].

    Integrals of products of functions of one position each are separated, so that graphons which are sums of such
    products (polynomials, say) cost single integrals at every depth, each named once (`Let`).

    Raises:
        InputError: unless there are two layers or more, and as many positions as coordinates of x and y.
    """
    if len(layers) < 2 or not len(positions) == len(x) == len(y) > 0:
        counts = f"{len(layers)} layers, {len(positions)} positions, {len(x)} and {len(y)} coordinates"
        raise ValueError(f"{counts}: expected two layers or more, and a position for each coordinate")
    at, left, right = (tuple(map(sp.sympify, each)) for each in (positions, x, y))
    return _Evaluation(tuple(layers), at, left, right, activation, recursion).kernel()


@dataclass(frozen=True)
class _Evaluation:
    """One evaluation of the recursion; `named` collects the averages met on the way, each in terms of those before."""

    layers: tuple[GraphonLayer, ...]
    positions: tuple[sp.Expr, ...]
    x: tuple[sp.Expr, ...]
    y: tuple[sp.Expr, ...]
    activation: DualActivation
    recursion: Recursion
    named: dict[sp.Expr, sp.Symbol] = field(default_factory=dict)

    def kernel(self) -> GraphonKernel:
        below, slopes = [_products(self.x, self.y)], []
        variances = [_products(self.x, self.x), _products(self.y, self.y)]
        for place, layer in enumerate(self.layers[:-1]):
            first, second, shared = (self._forward(layer, s) for s in (*variances, below[-1]))
            value, slope = self._dual(place, first, second, shared)
            variances = [
                valued(valued(self.activation.value, {b: a, c: a}), {a: valued(s, {u: v})}) for s in (first, second)
            ]
            below.append(valued(value, {u: v}))
            slopes.append(slope)
        back = sp.Integer(1)
        terms = []
        for place in reversed(range(len(self.layers))):
            here = {gradient(u): back, covariance(v): below[place]}
            terms.append(self._applied(self.recursion.own_layer, self.layers[place].trained, here))
            if place:
                onward = {gradient(above): valued(back, {u: above})}
                flow = self._applied(self.recursion.backward, self.layers[place].second_moment, onward)
                back = slopes[place - 1] * flow
        named = [(name, average) for average, name in self.named.items()]
        return GraphonKernel(Let(sp.Add(*terms), named), tuple(Let(term, named) for term in reversed(terms)))

    def _forward(self, layer: GraphonLayer, below: object) -> sp.Expr:
        return self._applied(self.recursion.forward, layer.second_moment, {covariance(v): below})

    def _dual(self, place: int, first: sp.Expr, second: sp.Expr, shared: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
        """Σ and its slope as functions of u."""
        at = {a: first, b: second, c: shared}
        if self.activation is not relu:
            value, slope = self.activation.value, self.activation.slope
            return value.subs(at, simultaneous=True), slope.subs(at, simultaneous=True)
        powers = sp.collect(sp.expand(first * second - shared**2), u, evaluate=False)
        at[gap] = sum(power * self._name(share) for power, share in powers.items())  # what cancels does so in a number
        pairs = [(i, j) for j in range(len(self.x)) for i in range(j)]
        parallel = sp.And(*(sp.Eq(self.x[i] * self.y[j], self.x[j] * self.y[i]) for i, j in pairs))
        alike = sp.And(parallel, sum(_products(self.x, self.y)) >= 0)
        cases = [(alike, shared, 1), (parallel, 0, 0)] if place == 0 else [(alike, shared, 1)]
        cases.append((True, valued(inner_value, at), valued(inner_slope, at)))
        return (
            sp.Piecewise(*((value, condition) for condition, value, _ in cases)),
            sp.Piecewise(*((slope, condition) for condition, _, slope in cases)),
        )

    def _applied(self, formula: sp.Expr, graphon: sp.Expr, actual: dict[sp.Expr, Any]) -> sp.Expr:
        """A formula of the recursion at a graphon and given functions."""
        at_graphon = formula.replace(weight, lambda row, column: valued(graphon, {u: row, v: column}))
        return at_graphon.replace(
            lambda part: isinstance(part, sp.Integral), lambda integral: self._separated(integral, actual)
        )

    def _separated(self, integral: sp.Integral, actual: dict[sp.Expr, Any]) -> sp.Expr:
        """The integral of a sum of products, factor by factor."""
        total = integral.function
        for variable, *_ in integral.limits:
            split = [term.as_independent(variable) for term in sp.Add.make_args(sp.expand(total))]
            total = sum(outer * self._average(inner, variable, actual) for outer, inner in split)
        return total

    def _average(self, integrand: sp.Expr, variable: sp.Symbol, actual: dict[sp.Expr, Any]) -> sp.Expr:
        """Over all positions, or over those of the inputs: below the first layer Σ is a value for each of these."""
        below = actual.get(covariance(v))
        if variable == v and isinstance(below, tuple):
            at = zip(self.positions, below, strict=True)
            average = sum(integrand.subs(covariance(v), s).subs(v, where) for where, s in at) / len(self.positions)
        else:
            integrand = integrand.subs({function: s for function, s in actual.items() if not isinstance(s, tuple)})
            polynomial = integrand.is_polynomial(variable) and not integrand.has(sp.Piecewise)
            average = _over_unit(integrand, variable) if polynomial else sp.Integral(integrand, (variable, 0, 1))
        return self._name(average)

    def _name(self, number: sp.Expr) -> sp.Expr:
        if number.is_Rational or number.free_symbols & {u, v, above}:  # no number yet: it stays where it is
            return number
        return self.named.setdefault(number, sp.Symbol(f"m_{len(self.named) + 1}", real=True))


def _over_unit(polynomial: sp.Expr, variable: sp.Symbol) -> sp.Expr:
    return sp.Add(*(share / (power + 1) for (power,), share in sp.Poly(polynomial, variable).terms()))


def _products(x: Sequence[sp.Expr], y: Sequence[sp.Expr]) -> tuple[sp.Expr, ...]:
    return tuple(each * other for each, other in zip(x, y, strict=True))


x = sp.symbols("x_1 x_2", real=True)
y = sp.symbols("y_1 y_2", real=True)
POSITIONS = (sp.Rational(1, 4), sp.Rational(3, 4))
GRAPHONS = ((u + v) / 2, 1 - u * v / 2, v)  # of two hidden layers; of one, the first and a dense readout
one_hidden = graphon_kernel(masked(GRAPHONS[0], sp.Integer(1)), POSITIONS, x, y)
two_hidden = graphon_kernel(masked(*GRAPHONS), POSITIONS, x, y)
