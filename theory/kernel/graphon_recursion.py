"""The recursion of the graphon tangent kernel (K2), at open functions and evaluated in closed form up to integrals."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import sympy as sp

from sparse_limits.theory.formulas.let import Let
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.input_error import InputError
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

    Rows that see parallel inputs alone, or nothing, are told where the graphon is one formula or a `Piecewise`.

    Raises:
        InputError: unless there are two layers or more, and as many positions as coordinates of x and y; for a graphon
            between hidden layers that is no sum of products of a function of u and one of v, or that leaves out
            columns above a layer of which only some rows see parallel inputs alone, or nothing.
    """
    if len(layers) < 2 or not len(positions) == len(x) == len(y) > 0:
        counts = f"{len(layers)} layers, {len(positions)} positions, {len(x)} and {len(y)} coordinates"
        raise InputError(f"{counts}: expected two layers or more, and a position for each coordinate")
    at, left, right = (tuple(map(sp.sympify, each)) for each in (positions, x, y))
    return _Evaluation(tuple(layers), at, left, right, activation, recursion).kernel()


SOME_PARALLEL = "some rows of a layer below see parallel inputs alone, or nothing"


PIECED = (sp.Max, sp.Min, sp.Abs, sp.Heaviside, sp.sign)


class _Rows(NamedTuple):
    """Rows of a hidden layer, some piece of it: their gap ab − c², their covariance c, and where they are."""

    distance: sp.Expr
    shared: sp.Expr
    where: sp.Basic

    def dual(self) -> tuple[sp.Expr, sp.Expr]:
        """Σ and its slope. Rows with the gap 0 see parallel inputs alone, and their correlation is 1, −1 or none."""
        if self.distance == 0:
            same_signs = self.shared > 0
            return sp.Piecewise((self.shared, same_signs), (0, True)), sp.Piecewise((1, same_signs), (0, True))
        at = {gap: self.distance, c: self.shared}
        return valued(inner_value, at), valued(inner_slope, at)


def _pieces(formula: sp.Basic) -> list[tuple[sp.Basic, sp.Basic]]:
    """The formulas that it consists of, and where each is valid, unless one before is."""
    folded = sp.piecewise_fold(formula.rewrite(sp.Piecewise) if formula.has(*PIECED) else formula)
    return [tuple(piece) for piece in folded.args] if isinstance(folded, sp.Piecewise) else [(folded, sp.true)]


def _leaves_out_columns(graphon: sp.Expr) -> bool:
    """Whether it may be 0 at some columns and not at others."""
    pieces = _pieces(graphon)
    return any(where.has(v) for _, where in pieces) and any(sp.expand(piece) == 0 for piece, _ in pieces)


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
        told_apart = True  # whether rows above that leave out some rows see others that are not parallel
        for place, layer in enumerate(self.layers[:-1]):
            if not told_apart and _leaves_out_columns(layer.second_moment):
                raise InputError(
                    f"{self._said(place)} leaves out columns, expected one that does not, as {SOME_PARALLEL}"
                )
            first, second, shared = (self._forward(layer, s) for s in (*variances, below[-1]))
            if any(integral.has(u) for integral in shared.atoms(sp.Integral)):
                raise InputError(f"{self._said(place)}, expected a sum of products of a function of u and one of v")
            rows = self._rows(first, second, shared) if self.activation is relu else []
            told_apart &= not layer.second_moment.has(sp.Piecewise, *PIECED) or all(row.distance != 0 for row in rows)
            value, slope = self._dual(place, first, second, shared, rows)
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

    def _said(self, place: int) -> str:
        return f"layer {place + 1} of {len(self.layers)} with the graphon {self.layers[place].second_moment}"

    def _dual(
        self, place: int, first: sp.Expr, second: sp.Expr, shared: sp.Expr, rows: list[_Rows]
    ) -> tuple[sp.Expr, sp.Expr]:
        """Σ and its slope as functions of u."""
        if self.activation is not relu:
            at = {a: first, b: second, c: shared}
            value, slope = self.activation.value, self.activation.slope
            return value.subs(at, simultaneous=True), slope.subs(at, simultaneous=True)
        seen = [i for i, where in enumerate(self.positions) if self._column(where) != 0]
        pairs = [(i, j) for j in seen for i in seen if i < j]
        parallel = sp.And(*(sp.Eq(self.x[i] * self.y[j], self.x[j] * self.y[i]) for i, j in pairs))
        alike = sp.And(parallel, bool(seen), sum(self.x[i] * self.y[i] for i in seen) >= 0)
        cases = [(shared, 1, alike), (0, 0, parallel)] if place == 0 else [(shared, 1, alike)]
        cases += [(*row.dual(), row.where) for row in rows]
        return (
            sp.Piecewise(*((value, where) for value, _, where in cases)),
            sp.Piecewise(*((slope, where) for _, slope, where in cases)),
        )

    def _column(self, position: sp.Expr) -> sp.Expr:
        """What the first layer keeps of the input at a position, as a function of u."""
        return sp.expand(valued(self.layers[0].second_moment, {v: position}))

    def _rows(self, first: sp.Expr, second: sp.Expr, shared: sp.Expr) -> list[_Rows]:
        """The pieces of a layer, one by one: in one formula the gap is 0 for all u or for single ones."""
        whole = sp.Tuple(first * second - shared**2, shared)
        kept = whole if whole.has(*PIECED) else None  # where the gap is not 0, its roots are roots of these
        found = []
        for piece, where in _pieces(whole):
            distance, own = kept or piece
            parallel = sp.expand(self._written_out(piece[0])) == 0
            found.append(
                _Rows(sp.S.Zero if parallel else self._collected(distance), piece[1] if parallel else own, where)
            )
        return found

    def _collected(self, distance: sp.Expr) -> sp.Expr:
        """The gap by powers of u, their factors named: what cancels does so in a number."""
        powers = sp.collect(sp.expand(distance), u, evaluate=False)
        return sp.Add(*(power * self._name(share) for power, share in powers.items()))

    def _written_out(self, formula: sp.Expr) -> sp.Expr:
        """The formula with all averages in place of their names."""
        for average, name in reversed(self.named.items()):
            formula = formula.xreplace({name: average})
        return formula

    def _applied(self, formula: sp.Expr, graphon: sp.Expr, actual: dict[sp.Expr, Any]) -> sp.Expr:
        """A formula of the recursion at a graphon and given functions."""
        return formula.replace(
            lambda part: isinstance(part, sp.Integral), lambda integral: self._separated(integral, graphon, actual)
        )

    def _separated(self, integral: sp.Integral, graphon: sp.Expr, actual: dict[sp.Expr, Any]) -> sp.Expr:
        """The integral of a sum of products, factor by factor; SymPy makes one piecewise factor of all in an integral."""
        total = integral.function.replace(weight, lambda row, column: valued(graphon, {u: row, v: column}))
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
