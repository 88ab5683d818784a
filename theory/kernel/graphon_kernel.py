"""K2: the tangent kernel of a network whose masks converge to graphons, each layer weighted by its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import sympy as sp

from theory.claims import Claim, Pitfall, Proof, Provenance, Source
from theory.formulas.let import Let
from theory.kernel.dual import DualActivation, a, b, c, relu
from theory.quantities import CLOSED_UNIT, UNIT, Hypothesis, Quantity
from theory.saliency.model import u, v

above = sp.Symbol("w", positive=True)  # a position in the next layer
weight = sp.Function("W", nonnegative=True)  # a graphon left open: row, column
covariance = sp.Function("Sigma", real=True)  # Σ of the layer below
gradient = sp.Function("G", real=True)  # G of this layer, or of the next
gate = sp.Function("kappa_0", real=True)  # κ₀ at the correlation in a row of the layer below
tangent = sp.Function("Theta", real=True)  # the tangent kernel of a row of the layer below

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
    return tuple(GraphonLayer(sp.sympify(graphon), sp.sympify(graphon)) for graphon in graphons)


def densely_trained(*graphons: sp.Expr) -> tuple[GraphonLayer, ...]:
    """Layers of weights with the variances W(u, v), all of them trained."""
    return tuple(GraphonLayer(sp.sympify(graphon), sp.Integer(1)) for graphon in graphons)


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
            variances = [self.activation.value.subs({b: a, c: a}).subs(a, s.subs(u, v)) for s in (first, second)]
            below.append(value.subs(u, v))
            slopes.append(slope)
        back = sp.Integer(1)
        terms = []
        for place in reversed(range(len(self.layers))):
            here = {gradient(u): back, covariance(v): below[place]}
            terms.append(self._applied(self.recursion.own_layer, self.layers[place].trained, here))
            if place:
                onward = {gradient(above): back.subs(u, above)}
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
        cases.append((True, inner_value.subs(at, simultaneous=True), inner_slope.subs(at, simultaneous=True)))
        return (
            sp.Piecewise(*((value, condition) for condition, value, _ in cases)),
            sp.Piecewise(*((slope, condition) for condition, _, slope in cases)),
        )

    def _applied(self, formula: sp.Expr, graphon: sp.Expr, actual: dict[sp.Expr, Any]) -> sp.Expr:
        """A formula of the recursion at a graphon and given functions."""
        at_graphon = formula.replace(weight, lambda row, column: graphon.subs({u: row, v: column}, simultaneous=True))
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
            average = (sp.integrate if polynomial else sp.Integral)(integrand, (variable, 0, 1))
        return self._name(average)

    def _name(self, number: sp.Expr) -> sp.Expr:
        if number.is_Rational or number.free_symbols & {u, v, above}:  # no number yet: it stays where it is
            return number
        return self.named.setdefault(number, sp.Symbol(f"m_{len(self.named) + 1}", real=True))


def _products(x: Sequence[sp.Expr], y: Sequence[sp.Expr]) -> tuple[sp.Expr, ...]:
    return tuple(each * other for each, other in zip(x, y, strict=True))


x = sp.symbols("x_1 x_2", real=True)
y = sp.symbols("y_1 y_2", real=True)
POSITIONS = (sp.Rational(1, 4), sp.Rational(3, 4))
GRAPHONS = ((u + v) / 2, 1 - u * v / 2, v)  # of two hidden layers; of one, the first and a dense readout
one_hidden = graphon_kernel(masked(GRAPHONS[0], sp.Integer(1)), POSITIONS, x, y)
two_hidden = graphon_kernel(masked(*GRAPHONS), POSITIONS, x, y)

graphon_tangent_kernel = Claim(
    label="K2",
    title="The graphon tangent kernel weighs each layer's gradients by its own mask",
    statement=r"""
Masks $M^{(l)}_{ij}$ are independent of the weights and of each other, kept with probability $W^{(l)}(u_i,v_j)$, and a pruned weight
is never trained. As $n_1,\dots,n_L\to\infty$ one after the other ($W^{(l)}$ continuous almost everywhere, positions equidistributed),
the inputs fixed with
$\frac1d\sum_jM_{ij}x_jx_j'\to\tilde\Sigma^{(1)}(u)=\frac1d\sum_jW^{(1)}(u,v_j)x_jx'_j$ (as for $d\to\infty$ with
$d^{-2}\sum_jx_j^4\to0$), the tangent kernel tends to the sum of what its layers contribute: with $\Sigma$, $G$ those of the layer
below or above,
$$\tilde\Sigma^{(l)}(u)=[[forward]],\qquad\Sigma^{(l)}=F(\tilde\Sigma^{(l)}),$$
$$G^{(l)}(u)=\kappa_0(r^{(l)}(u))\,[[backward]],\quad G^{(L+1)}=1,$$
$$\Theta=\sum_{l=1}^{L+1}\Theta^{(l)},\qquad\Theta^{(l)}=[[own_layer]],$$
$F$, $\kappa_0$ from K1 at the variances and the covariance in $\tilde\Sigma^{(l)}(u)$, $r$ their correlation; $W^{(L+1)}$ has no row. So
$\Theta^{(l)}=\int G^{(l)}\tilde\Sigma^{(l)}$. In one pass forward, $\Theta$ is the last of
$$\Theta^{(\le l)}(u)=[[tangent_step]],\qquad\Theta^{(\le0)}=0,$$
$\Sigma$, $\kappa_0$ and $\Theta$ those of layer $l-1$ (at $l=1$ of the inputs, $\Sigma=x_jx'_j$). The form
$\sum_l\int G^{(l)}\cdot\int\Sigma^{(l-1)}$, without the layer's own graphon,
is right for another network: one whose weights have the variances $W$ and are all trained, also those that pruning removed.

**One hidden layer, exactly.** If $M_{ij}w_{ij}$ is replaced by $\sqrt{W(u_i,v_j)}\,w_{ij}$, $u_i$ uniform, and $w$ is trained, then
$E\,\Theta^{(1)}_n$ and $E\,\Theta^{(2)}_n$ have these values at every $n$ and $d$.
**On the diagonal, exactly.** For masks, at all widths and positions, each of the $L+1$ layers contributes the same in the mean:
$E\,\Theta^{(l)}_n(x,x)$ is the mean over all paths $j\to i_1\to\dots\to i_L$ of $x_j^2$ times the probability that the path is kept, and
$E\,\Theta^{(l)}_n(x,x)^2$ the mean over pairs of paths of $x_j^2x_{j'}^2$ times the probability that both are kept times
$[[coincidence]]$ for every hidden neuron that they share.

**An example.** Two inputs at $v=\frac14,\frac34$; $W^{(1)}=\frac{u+v}2$, and either a dense readout (`one_hidden`) or
$W^{(2)}=1-\frac{uv}2$ and the readout $W^{(3)}=v$ (`two_hidden`). $W^{(2)}$ is a sum of two products of functions of one position, so that
single integrals suffice.
""",
    proof_text=r"""
*Forward induction.* Let $K^{(l)}_{ii'}$ be the product of the gradients of $z^{(l)}_i(x)$ and $z^{(l)}_{i'}(x')$ in
all weights up to layer
$l$. As $z_i=n^{-1/2}\sum_jM_{ij}w_{ij}h_j$, $n=n_{l-1}$, the mask stands inside
$\partial z_i/\partial w_{ij}=n^{-1/2}M_{ij}h_j$, and
$$K^{(l)}_{ii'}=\frac{\delta_{ii'}}n\sum_jM_{ij}h_jh_j'+\frac1n\sum_{jj'}M_{ij}w_{ij}\,M_{i'j'}w_{i'j'}\,\dot\varphi(z_j)\dot\varphi(z'_{j'})\,K^{(l-1)}_{jj'}.$$
As $n_1,\dots,n_{l-1}\to\infty$ in this order, any finitely many of the pairs $(z_i,z'_i)$ of layer $l$ become
independent and normal with
covariances $\tilde\Sigma^{(l)}(u_i)$, and $K^{(l)}_{ii'}\to\delta_{ii'}\Theta^{(\le l)}(u_i)$ in probability. For
$l=1$ this is the hypothesis on the inputs. For the
step keep $n_{l-1}$ fixed while the layers below become wide: $K^{(l-1)}_{jj'}$ becomes
$\delta_{jj'}\Theta^{(\le l-1)}(v_j)$, the $(z_j,z'_j)$ become
independent normal pairs, and the weights of layer $l$ are independent of all that. (Gates jump at $0$ alone, where a
normal variable
of positive variance is not; if its variance is $0$, so is $\Theta^{(\le l-1)}(v_j)$, by induction and Cauchy–Schwarz,
and gates are bounded.) What is
left are averages over $j$ of independent terms with the means $W\,\Sigma^{(l-1)}$ and, as $E\,M_{ij}w_{ij}^2=W$ and
weights of two rows are
independent and centred, $\delta_{ii'}W\kappa_0\Theta^{(\le l-1)}$: the law of large numbers as $n_{l-1}\to\infty$.
Given layer $l-1$ and the masks the $z_i$
are independent and normal, with covariances $n^{-1}\sum_jM_{ij}h_jh'_j\to\tilde\Sigma^{(l)}(u_i)$. Nothing above
layer $l$ has entered: no independence of
gradients is assumed. *Sum over layers.* $\Theta^{(\le L+1)}$ is linear in the $\Sigma^{(l-1)}$ of the first terms;
that of layer $l$ is passed on by the
$\kappa_0W$ above it, whose composition is $G^{(l)}$; and the same induction with the first term of layer $l$ alone
gives the limit of its
contribution. If the variances of the weights are $W$ and all are trained, $M_{ij}$ is absent from
$\partial z_i/\partial w_{ij}$ and nothing else
changes. *One hidden layer:* given $u_i$, $(z_i,z'_i)$ is normal with covariances
$\tilde\Sigma^{(1)}(u_i)$ exactly and $g_i=\partial f/\partial z_i=a_i\dot\varphi(z_i)/\sqrt n$, $a_i$ independent,
$Ea_i^2=1$; average over $i$. *Diagonal:* the sign of row
$i$ of $w^{(l)}$ flips $z_i$ and nothing else; the factor $z_i/|z_i|$ it puts on $h_i$ is absorbed by the symmetric column $i$ of $w^{(l+1)}$. So the
$\Theta^{(l)}_n(x,x)$ have the law they would have if the gates $\dot\varphi(z_i)/\sqrt2$ were independent fair coins, also of the weights. Then
$h_i=\dot\varphi_iz_i$, $E\dot\varphi_i^2=1$, $E\dot\varphi_i^4=2$; with $s_i=n^{-1}\sum_jM_{ij}h_j^2$ one has $E h_i^2=s_i$,
$E h_i^2h_k^2=s_is_k$ for $i\ne k$, and $2\cdot3\,s_i^2$ for $i=k$, and the same for $g$ from above. In $\Theta^{(l)}_n=n^{-1}\sum M_{ij}g_i^2h_j^2$ the two
sides are independent, and $g_i$ holds the gate of $i$, $h_j$ that of $j$: each shared neuron gives $6$, whatever $l$. *Example:* in each integral
over a product $p(u)q(v)$ the factors separate. ∎
""",
    source=Source(
        "2510.17515",
        "the graphon tangent kernel and its form without the mask are reported second-hand; the two sentences at "
        "hand name neither",
    ),
    provenance=Provenance.PITFALL,
    proof=Proof.PROVED,
    quantities=(
        Quantity(u, "position of a neuron in its layer, a latent coordinate", UNIT, drawn=(sp.Rational(1, 8), 1)),
        Quantity(x, "coordinate of the first input", sp.S.Reals, drawn=(-2, 2)),
        Quantity(y, "coordinate of the second input", sp.S.Reals, drawn=(-2, 2)),
        Quantity(
            weight, "graphon, the probability of an edge by the latents of its upper and its lower end", CLOSED_UNIT
        ),
        Quantity(
            covariance,
            "covariance of a row of the layer below over the draws of the network, by its latent",
            sp.S.Reals,
        ),
        Quantity(gradient, "covariance of the gradients of a row of this or the next layer, by its latent", sp.S.Reals),
        Quantity(
            gate, "value of $\\kappa_0$ at the correlation in a row of the layer below, by its latent", CLOSED_UNIT
        ),
        Quantity(tangent, "tangent kernel of a row of the layer below, by its latent", sp.S.Reals),
    ),
    hypotheses=(
        Hypothesis(
            r"ReLU $\varphi(z)=\sqrt2\max(z,0)$, no bias, weights iid $N(0,1)$, masks independent of them (else K4)"
        ),
        Hypothesis("widths to infinity one after the other"),
        Hypothesis("inputs that are not zero (at a zero input the kernel is 0, and there are no correlations)"),
    ),
    uses=("K1",),
    expressions={
        "forward": forward,
        "backward": backward,
        "own_layer": own_layer,
        "tangent_step": tangent_step,
        "coincidence": sp.Integer(6),
        "one_hidden": one_hidden.total,
        "one_hidden_terms": one_hidden.terms,
        "two_hidden": two_hidden.total,
        "two_hidden_terms": two_hidden.terms,
    },
    aids={
        "inner_value": inner_value,
        "inner_slope": inner_slope,
        "one_edge": sp.Rational(1, 2),  # the probability that the one edge is kept
    },
    pitfalls=(
        Pitfall(
            control="pruned weights trained too",
            said=(
                r"The graphon NTK is $\sum_l\int G^{(l)}\cdot\int\Sigma^{(l-1)}$: the sum over layers of "
                "the mean gradient times the mean covariance."
            ),
            by="Reported second-hand of arXiv:2510.17515, of which two sentences were at hand.",
            why=(
                "A pruned weight is not trained, so the graphon of a layer stands inside that layer's own "
                "term, once more than in the covariances."
            ),
            counterexample="one_edge",
            by_hand=(
                r"One input $x=1$, one neuron, a dense readout of weight $\pm1$; the edge $w=\pm1$ is kept "
                r"with probability $\frac12$. If it is pruned, its term is $0$; if kept, $\varphi'(w)^2$ is "
                r"$2$ or $0$, in the mean $1$. Together $\frac12$, where the form gives $1$."
            ),
            instead=(
                r"$\Theta^{(l)}=[[own_layer]]$; the form belongs to a network whose weights have the "
                "variances $W$ and are all trained."
            ),
        ),
    ),
)
