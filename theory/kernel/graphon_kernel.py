"""K2: the tangent kernel of a network whose masks converge to graphons, each layer weighted by its own."""

from collections.abc import Sequence

import sympy as sp

from sparse_limits.theory.claims import Claim, Pitfall, Provenance, Source
from sparse_limits.theory.formulas.let import Let
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.dual import a, b, c
from sparse_limits.theory.kernel.dual_activations import squares
from sparse_limits.theory.kernel.graphon_recursion import (
    GRAPHONS,
    POSITIONS,
    GraphonKernel,
    GraphonLayer,
    above,
    backward,
    covariance,
    densely_trained,
    edge,
    forward,
    gap,
    gate,
    gradient,
    graphon_kernel,
    inner_slope,
    inner_value,
    kept,
    masked,
    one_hidden,
    own_layer,
    strength,
    tangent,
    tangent_step,
    two_hidden,
    weight,
    x,
    y,
)
from sparse_limits.theory.kernel.symbols import LAYERS
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import CLOSED_UNIT, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relation, Relations, same
from sparse_limits.theory.saliency.model import u, v

coincidence = sp.Integer(6)

STEPS = proof(
    r"""
edge: Let $K^{(l)}_{ii'}$ be the product of the gradients of $z^{(l)}_i(x)$ and $z^{(l)}_{i'}(x')$ in all weights up to layer $l$, where
$z_i=n^{-1/2}\sum_jM_{ij}\omega_{ij}h_j$. Where the $K^{(l-1)}_{jj'}$ with $j\ne j'$ vanish, the edge of weight $\omega$ from neuron $j$
adds $[[edge]]$ to $n\,K^{(l)}_{ii}$, with $\Sigma=h_jh'_j$, $\kappa_0=\dot\varphi(z_j)\dot\varphi(z'_j)$ and $\Theta=K^{(l-1)}_{jj}$: the
derivative in its own weight carries the mask and no weight, and every weight below adds its part of $\Theta$.

two rows (from edge; by product): For $i\ne i'$ each term of $K^{(l)}_{ii'}$ has a factor $\omega_{ij}\omega_{i'j}$ of mean $0$, since the
weights of two rows are independent and centred.

normal pairs (by K1): For normal pairs $(z,z')$ with the covariances $\tilde\Sigma$, the means of $\varphi\varphi'$ and of
$\dot\varphi\dot\varphi'$ are $F(\tilde\Sigma)$ and $\kappa_0(r)$.

wide below (from edge; by continuous mapping): Keep the width of layer $l-1$ fixed while the layers below become wide. Let its pairs
$(z_j,z'_j)$ tend to independent normal pairs and $K^{(l-1)}_{jj'}$ to $\delta_{jj'}\Theta^{(\le l-1)}(v_j)$. Then the terms of *edge*
converge too: gates jump only at $0$, which a normal variable of positive variance almost surely avoids; if the variance is $0$, so is
$\Theta^{(\le l-1)}(v_j)$ (by induction and Cauchy–Schwarz), while gates are bounded.

wide layer (from two rows, wide below; by weak law): As layer $l-1$ becomes wide, the averages over its neurons, whose terms are then
independent with bounded variances, approach their means.

positions (from wide layer, normal pairs; by equidistribution): Averages of these means over the positions $v_j$ tend to integrals:
$W(u_i,\cdot)$ is continuous almost everywhere, and so are $\Sigma$ and $\kappa_0\Theta$, where $\Theta\ne0$. (Those of the first layer are
so by the hypothesis on the columns of $W^{(1)}$, those above it by dominated convergence.)

forward (from positions): Given layer $l-1$ and the masks, the pairs $(z_i,z'_i)$ of layer $l$ are independent and normal, with covariances
that tend to $\tilde\Sigma^{(l)}(u)=[[forward]]$: these are the covariances of $M_{ij}\omega_{ij}h_j$.

tangent step (from edge, positions): The mean of an *edge* over its mask and its weight, integrated over the layer below, is $\Theta^{(\le
l)}(u)=[[tangent_step]]$.

all layers (from forward, tangent step; by induction): For $l=1$, with the inputs below, $\Theta^{(\le1)}=\tilde\Sigma^{(1)}$ is the
hypothesis on the inputs. So, layer after layer, $K^{(l)}_{ii'}$ tends to $\delta_{ii'}\Theta^{(\le l)}(u_i)$, and the tangent kernel to
$\Theta^{(\le L+1)}$. The argument uses nothing above layer $l$, so it assumes no independence of gradients.

sum over layers (from all layers; gives backward, own_layer): From the readout down, $\int G^{(l)}\Theta^{(\le l)}$ is the sum of what the
edges of layer $l$ add by themselves, $[[own_layer]]$, and $\int G^{(l-1)}\Theta^{(\le l-1)}$. Here $G^{(l-1)}$ is $\kappa_0$ times the
integral over the layer above, $[[backward]]$ one layer lower. So, layer by layer, $\Theta^{(\le L+1)}$ is the sum of what all layers add;
at the inputs nothing is left.

signs (from edge; by same law): On the diagonal, flip the signs of row $i$ of $\omega^{(l)}$: this flips $z_i$ and nothing else, and the
factor $z_i/|z_i|$ that it puts on $h_i$ is absorbed by the symmetric column $i$ of $\omega^{(l+1)}$. So the $\Theta^{(l)}_n(x,x)$ have the
law that they would have if the gates $\dot\varphi(z_i)/\sqrt2$ were fair coins, independent of each other and of the weights.

paths (from signs; by product): Then $\Theta^{(l)}_n=n^{-1}\sum M_{ij}g_i^2h_j^2$ is a mean over pairs of paths, and two different paths
have a centred weight. What remains of its mean is $x_j^2$ times the probability that a path is kept, whatever $l$ is.

shared neurons (from paths): In its square the paths are paired in $h_j^4$ and $h_j^2h_k^2$. As $h_j=\dot\varphi_jz_j$ with $z_j$ normal
given the layer below, a neuron on two paths gives $E\dot\varphi^4$ times the fourth moment of a normal variable, divided by the square of
its variance: $[[coincidence]]$. From above, $g$ gives the same.

one hidden layer (from edge, normal pairs; by tower): If $M\omega$ is $\sqrt W\omega$, then given $u_i$ the pair $(z_i,z'_i)$ is normal with
the covariances $\tilde\Sigma^{(1)}(u_i)$ at every $d$, and the readout has mean square $1$. So, given $u_i$, a neuron has the mean of the
limit, and $\Theta_n$ has the mean of this over $u_i$.

example with one hidden layer (from sum over layers, one hidden layer; gives one_hidden, one_hidden_terms): The terms are
$\int\tilde\Sigma^{(1)}\kappa_0\,du$ and $\int F(\tilde\Sigma^{(1)})\,du$, and their sum is $[[one_hidden]]$: powers of $u$ by themselves
have single integrals.

example with two hidden layers (from sum over layers; gives two_hidden, two_hidden_terms; at some points: an example: one graphon and one
pair of inputs): With $W^{(2)}=1-\frac{uv}2$ and $W^{(3)}=v$ the recursion gives `two_hidden`, the sum of `two_hidden_terms`: in each
integral over a product of functions of one position the factors separate.
""",
    globals(),
    edge=edge,
    backward=backward,
    own_layer=own_layer,
    forward=forward,
    one_hidden=one_hidden.total,
    one_hidden_terms=one_hidden.terms,
    two_hidden=two_hidden.total,
    two_hidden_terms=two_hidden.terms,
)

DENSE_READOUT = (GRAPHONS[0], sp.Integer(1))
MEANS = (sp.Rational(1, 2), sp.Rational(7, 8), sp.Rational(1, 2))  # of the graphons


def kernel_of(layers: Sequence[GraphonLayer]) -> GraphonKernel:
    """The kernel at the inputs of the example."""
    return graphon_kernel(layers, POSITIONS, x, y)


def with_a_mean_density(place: int) -> sp.Expr:
    """`two_hidden` with one graphon replaced by its mean."""
    return kernel_of(masked(*GRAPHONS[:place], MEANS[place], *GRAPHONS[place + 1 :])).total


def integrated(polynomial: sp.Expr, *limits: sp.Tuple) -> sp.Expr:
    """A polynomial integrated over [0, 1] in each of the variables."""
    for variable, *_ in limits:
        polynomial = sp.Poly(polynomial, variable).integrate().eval(1)
    return polynomial


def open_graphon() -> sp.Expr:
    """A graphon of two free coefficients."""
    first, second = sp.symbols("c_1 c_2")
    return first + second * u * v


LINES = {
    function(v): sum(sp.Symbol(f"{function}_{power}") * v**power for power in range(2))
    for function in (covariance, gate, tangent)
}  # functions of a position below, left open


def mean_over_edges(term: sp.Expr) -> sp.Expr:
    """The mean over the mask, 1 with the probability of the graphon, and over the normal weight, integrated over the layer below."""
    present = open_graphon()
    mean = present * term.subs(kept, 1) + (1 - present) * term.subs(kept, 0)
    terms = sp.Poly(mean.subs(LINES), strength).all_terms()
    even = (factor * sp.factorial2(power - 1) for (power,), factor in terms if power % 2 == 0)
    return integrated(sp.expand(sp.Add(*even)), sp.Tuple(v, 0, 1))


def is_the_mean(formula: sp.Expr, term: sp.Expr) -> Relation:
    """That a formula of the recursion is the mean of a term over edges, for a graphon and functions left open."""
    actual = formula.replace(weight, lambda row, column: open_graphon().subs({u: row, v: column}, simultaneous=True))
    return same(sp.expand(actual.subs(LINES).replace(sp.Integral, integrated)), mean_over_edges(term), by=sp.expand)


def of_a_row(graphon: sp.Expr, left: Sequence[sp.Expr], right: Sequence[sp.Expr]) -> sp.Expr:
    """The mean of W x x′ over the inputs, in a row of the first layer."""
    return sum(graphon.subs(v, at) * p * q for at, p, q in zip(POSITIONS, left, right, strict=True)) / len(POSITIONS)


def written_out(expression: sp.Expr) -> sp.Expr:
    """The names of a `Let` replaced by what they stand for."""

    def filled(body: sp.Expr, named: sp.Tuple) -> sp.Expr:
        for name, value in reversed(named.args):  # in terms of those before
            body = body.xreplace({name: value})
        return body

    return expression.replace(Let, filled)


def generic_integrand(total: sp.Expr) -> sp.Expr:
    """A sum of multiples of integrals over [0, 1] as one integrand in u, at inputs that are not parallel."""
    return written_out(total).replace(sp.Integral, lambda inner, limits: inner.args[-1][0].subs(v, u))


def roots_expanded(expression: sp.Expr) -> sp.Expr:
    """Zero, where it is, once the polynomials under roots and in arctangents are multiplied out."""
    roots = expression.replace(
        lambda part: part.is_Pow and part.exp.is_Rational and part.exp.q == 2,
        lambda part: sp.expand(part.base) ** part.exp,
    )
    return sp.expand(roots.replace(sp.atan, lambda inner: sp.atan(sp.expand(inner))))


def one_hidden_layer_is_written_out(
    one_hidden: sp.Expr, one_hidden_terms: tuple[sp.Expr, ...], inner_value: sp.Expr, inner_slope: sp.Expr
) -> Relations:
    """Both integrands are those of the recursion with the covariances of a row written out, at inputs that are not parallel."""
    first, second, shared = (of_a_row(GRAPHONS[0], *pair) for pair in ((x, x), (y, y), (x, y)))
    at = {gap: first * second - shared**2, c: shared}
    expected = (shared * valued(inner_slope, at), valued(inner_value, at))
    for claimed, integrand in zip((*one_hidden_terms, one_hidden), (*expected, sp.Add(*expected)), strict=True):
        yield same(generic_integrand(claimed), integrand, by=roots_expanded)


def shared_neurons_count_six_times(coincidence: sp.Expr) -> Relations:
    """E φ̇⁴ over a fair gate times E z⁴, an integral; this is also E φ(z)⁴ at a unit variance (K1)."""
    z = sp.Symbol("z", real=True)
    fourth = sp.integrate(z**4 * sp.exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi), (z, -sp.oo, sp.oo))
    yield same(coincidence, sum(gate**4 for gate in (0, sp.sqrt(2))) / 2 * fourth)
    yield same(coincidence, squares.subs({a: 1, b: 1, c: 1}))


graphon_tangent_kernel = Claim(
    label="K2",
    title="In the graphon tangent kernel, each layer's gradients are weighted by its own mask",
    headline=r"Under the conditions below, with masks independent of the weights, the tangent kernel tends to a sum over layers. A layer adds $$[[own_layer]],$$ with its graphon $W$ and the covariances $\Sigma$ from below and $G$ of its gradients.",
    statement=r"""
**Setting.** The entries $M^{(l)}_{ij}$ of the masks are independent of the weights and of each other. An edge of layer $l$, from position
$v_j$ to position $u_i$, is kept with probability $W^{(l)}(u_i,v_j)$; for the readout, $l=L+1$, there is no $u$. Pruned weights are never
trained. Positions are equidistributed. Each $W^{(l)}$ is continuous almost everywhere, also in $v$ at the position $u_i$ of each neuron, and
$W^{(1)}$ also in $u$ at the position $v_j$ of each input.

**Inputs.** The two inputs are fixed, and for their products and squares alike
$$\frac1d\sum_jM^{(1)}_{ij}x_jx_j'\to\tilde\Sigma^{(1)}(u_i),\qquad\tilde\Sigma^{(1)}(u)=\frac1d\sum_jW^{(1)}(u,v_j)x_jx'_j$$
(for $d\to\infty$ with $d^{-2}\sum_jx_j^4\to0$ at both inputs the difference tends to $0$ in probability; then let $\tilde\Sigma^{(1)}(u)$ converge at every $u$, to a function that is continuous almost everywhere).

**The limit.** As $n_1,\dots,n_L\to\infty$ one after the other, the tangent kernel tends in probability to
$$\Theta=\sum_{l=1}^{L+1}\Theta^{(l)},\qquad\Theta^{(l)}=[[own_layer]].$$
Here $\Theta^{(l)}$ is what layer $l$ contributes, with $W=W^{(l)}$, $\Sigma=\Sigma^{(l-1)}$ and $G=G^{(l)}$. *Forward*, with
$W=W^{(l)}$ and $\Sigma=\Sigma^{(l-1)}$, a neuron at $u$ receives the covariance $\tilde\Sigma^{(l)}(u)$ and sends on $\Sigma^{(l)}(u)$:
$$\tilde\Sigma^{(l)}(u)=[[forward]],\qquad\Sigma^{(l)}=F(\tilde\Sigma^{(l)}).$$
*Backward*, with $W=W^{(l+1)}$ and $G=G^{(l+1)}$, its gradients have the covariance
$$G^{(l)}(u)=\kappa_0(r^{(l)}(u))\,[[backward]],\qquad G^{(L+1)}=1.$$
$F$ and $\kappa_0$ are those of K1, at the variances and the covariance in $\tilde\Sigma^{(l)}(u)$, whose correlation is $r^{(l)}(u)$. At
$l=1$ the integral over $v$ is the average over the inputs, with $\Sigma=x_jx'_j$. So $\Theta^{(l)}=\int G^{(l)}\tilde\Sigma^{(l)}$.

**In one forward pass** the limit is $\Theta=\Theta^{(\le L+1)}$, where $\Theta^{(\le0)}=0$ and
$$\Theta^{(\le l)}(u)=[[tangent_step]],$$
with $W=W^{(l)}$, and with $\Sigma$, $\kappa_0$ and $\Theta=\Theta^{(\le l-1)}$ of layer $l-1$. (Without the layer's own graphon,
$\sum_l\int G^{(l)}\cdot\int\Sigma^{(l-1)}$ is right for another network, whose weights have the variances $W$ and are all trained, including those that pruning removed.)

**Exact at finite widths.** Let $\Theta^{(l)}_n$ be what layer $l$ contributes there. *One hidden layer:* replace $M_{ij}w_{ij}$ by
$\sqrt{W(u_i,v_j)}\,w_{ij}$ with $u_i$ uniform, and train the $w_{ij}$; then $E\,\Theta^{(1)}_n$ and $E\,\Theta^{(2)}_n$ equal the limits above at every $n$ and $d$.
*One input:* for masks, at all widths and positions, all $L+1$ layers contribute the same in expectation. $E\,\Theta^{(l)}_n(x,x)$ is the mean over all paths
$j\to i_1\to\dots\to i_L$ of $x_j^2$ times the probability that the path is kept. $E\,\Theta^{(l)}_n(x,x)^2$ is the mean over pairs of paths of
$x_j^2x_{j'}^2$ times the probability that both are kept, times $[[coincidence]]$ for every hidden neuron that they share.

**An example.** Let $d=2$, with the inputs at $v=\frac14,\frac34$, and $W^{(1)}=\frac{u+v}2$. Either the readout is dense (`one_hidden`), or
$W^{(2)}=1-\frac{uv}2$ and the readout has $W^{(3)}=v$ (`two_hidden`); as $W^{(2)}$ sums two products of functions of one position, single integrals suffice.
""",
    steps=STEPS,
    source=Source(
        "2510.17515",
        "v1",
        "Theorem 1 and appendix A.1: “the graphon-modulated weights can be interpreted as modeling "
        "the effect of pruning directly within the network initialization”; the kernel of masks is "
        "ours",
    ),
    provenance=Provenance.PITFALL,
    quantities=(
        Quantity(
            u, "position of a neuron in its layer, a latent coordinate", CLOSED_UNIT, drawn=(sp.Rational(1, 8), 1)
        ),
        Quantity(v, "position of a neuron in the layer below", CLOSED_UNIT, drawn=(sp.Rational(1, 8), 1)),
        Quantity(kept, "mask of an edge, one where it is kept and else zero", sp.FiniteSet(0, 1)),
        Quantity(strength, "weight of an edge before it is pruned", sp.S.Reals),
        Quantity(x, "coordinate of the first input", sp.S.Reals, drawn=(-2, 2)),
        Quantity(y, "coordinate of the second input", sp.S.Reals, drawn=(-2, 2)),
        Quantity(
            weight, "graphon, the probability of an edge by the positions of its upper and its lower end", CLOSED_UNIT
        ),
        Quantity(
            covariance,
            "covariance of a row of the layer below over the draws of the network, by position",
            sp.S.Reals,
        ),
        Quantity(gradient, "covariance of the gradients of a row of this or the next layer, by position", sp.S.Reals),
        Quantity(gate, "value of $\\kappa_0$ at the correlation in a row of the layer below, by position", CLOSED_UNIT),
        Quantity(tangent, "tangent kernel of a row of the layer below, by position", sp.S.Reals),
    ),
    hypotheses=(
        Hypothesis(
            r"ReLU $\varphi(z)=\sqrt2\max(z,0)$, no bias, weights iid $N(0,1)$, masks independent of them (else K4)"
        ),
        Hypothesis("widths to infinity one after the other"),
        Hypothesis(
            "at the position of each neuron a row of the graphon, and at that of each input a column of the first one, that is continuous "
            "almost everywhere"
        ),
        Hypothesis("inputs that are not zero (at a zero input the kernel is 0, and there are no correlations)"),
    ),
    symbols={
        **LAYERS,
        "L": "number of hidden layers",
        "n_l": "width of hidden layer $l$",
        "d": "number of inputs",
        "x,x'": "two inputs",
        "i,j": "numbers of a neuron and of one in the layer below",
        "M_{ij}": "entry of the mask in row $i$, column $j$",
        "w_{ij}": "weight in row $i$, column $j$",
        "w": "position of a neuron in the layer above",
        r"\tilde\Sigma^{(l)}": "covariance of the preactivations of layer $l$ at the two inputs, by the position of the neuron",
        "r^{(l)}": "correlation of these preactivations",
        "E": "mean over the draw of the network",
    },
    also=("one_hidden", "one_hidden_terms", "two_hidden", "two_hidden_terms"),
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
            by=(
                "What one might expect of masks from Theorem 1 of arXiv:2510.17515v1, whose weights are all trained, and have the variances "
                "$W$ (section 5.1): “the graphon-modulated weights can be interpreted as modeling the effect of pruning directly "
                "within the network initialization” (appendix A.1)."
            ),
            why=(
                "A pruned weight is not trained, so the graphon of a layer also enters that layer's own "
                "term, once more than in the covariances."
            ),
            counterexample="one_edge",
            by_hand=(
                r"One input $x=1$, one neuron, a dense readout of weight $\pm1$; the edge $w=\pm1$ is kept "
                r"with probability $\frac12$. If it is pruned, its term is $0$; if kept, $\varphi'(w)^2$ is "
                r"$2$ or $0$, on average $1$. The mean of the term is $\frac12$, but the form gives $1$."
            ),
            instead=(
                r"$\Theta^{(l)}=[[own_layer]]$; the form belongs to a network whose weights have the "
                "variances $W$ and are all trained."
            ),
        ),
    ),
    because={
        "forward": lambda forward: is_the_mean(forward, (kept * strength) ** 2 * covariance(v)),
        "tangent step": lambda edge, tangent_step: is_the_mean(tangent_step, edge),
        "shared neurons": shared_neurons_count_six_times,
        "example with one hidden layer": one_hidden_layer_is_written_out,
    },
    wrong=lambda: {
        "own_layer: pruned weights trained too": sp.Integral(gradient(u) * covariance(v), (v, 0, 1), (u, 0, 1)),
        "forward: nothing pruned on the way forward": sp.Integral(covariance(v), (v, 0, 1)),
        "forward: twice pruned": sp.Integral(weight(u, v) ** 2 * covariance(v), (v, 0, 1)),
        "backward: nothing pruned on the way back": sp.Integral(gradient(above), (above, 0, 1)),
        "tangent_step: a layer's own gradients forgotten": sp.Integral(weight(u, v) * gate(v) * tangent(v), (v, 0, 1)),
        "tangent_step: gates always open": sp.Integral(weight(u, v) * (covariance(v) + tangent(v)), (v, 0, 1)),
        "tangent_step: own gradients not masked": tangent_step.replace(weight, lambda row, column: sp.S.One),
        "edge: pruned weights trained too": covariance(v) + kept * strength**2 * gate(v) * tangent(v),
        "edge: the weight in its own derivative": kept * strength**2 * (covariance(v) + gate(v) * tangent(v)),
        "edge: no weight passed on": kept * (covariance(v) + gate(v) * tangent(v)),
        "one_hidden_terms: pruned weights trained too": kernel_of(densely_trained(*DENSE_READOUT)).terms,
        "one_hidden_terms: terms exchanged": one_hidden.terms[::-1],
        "one_hidden_terms: mean densities": kernel_of(masked(MEANS[0], sp.Integer(1))).terms,
        "one_hidden_terms: half as much again": tuple(sp.Rational(3, 2) * term for term in one_hidden.terms),
        "one_hidden: one layer alone": one_hidden.terms[1],
        "one_hidden: pruned weights trained too": kernel_of(densely_trained(*DENSE_READOUT)).total,
        "inner_slope: the slope of the value": inner_value,
        "inner_slope: the angle for its supplement": 1 - inner_slope,
        "two_hidden: signs lost": graphon_kernel(masked(*GRAPHONS), POSITIONS, [each**2 for each in x], y).total,
        "two_hidden: pruned weights trained too": kernel_of(densely_trained(*GRAPHONS)).total,
        "two_hidden: mean densities": kernel_of(masked(*MEANS)).total,
        "two_hidden: the mean density of the first mask": with_a_mean_density(0),
        "two_hidden: the mean density of the second mask": with_a_mean_density(1),
        "two_hidden: the mean density of the readout's mask": with_a_mean_density(2),
        "inner_value: sine forgotten": inner_value - sp.sqrt(gap) / sp.pi,
        "two_hidden_terms: pruned weights trained too": kernel_of(densely_trained(*GRAPHONS)).terms,
        "two_hidden_terms: twice the last layer": (*two_hidden.terms[:2], 2 * two_hidden.terms[2]),
        "two_hidden_terms: a dense readout": kernel_of(masked(*GRAPHONS[:2], sp.S.One)).terms,
    },
)
