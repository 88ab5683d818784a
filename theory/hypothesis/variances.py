"""H5: the tangent kernel of networks whose weights have a graphon as their variance, as in 2510.17515."""

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.kernel.dual import DEPTH, depth
from sparse_limits.theory.kernel.graphon_kernel import integrated, open_graphon
from sparse_limits.theory.kernel.graphon_recursion import (
    GRAPHONS,
    POSITIONS,
    above,
    backward,
    covariance,
    densely_trained,
    forward,
    gradient,
    graphon_kernel,
    masked,
    strength,
    tangent,
    weight,
    x,
    y,
)
from sparse_limits.theory.kernel.homogeneous import covariance_scale, gradient_scale, layer, weights_trained
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import CLOSED_UNIT, NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relation, Relations, same
from sparse_limits.theory.saliency.model import rho, u, v

slope = sp.Function("S", real=True)  # mean of φ′φ′ over the draws of a row of the layer below, by its latent

edge = covariance(v) + strength**2 * slope(v) * tangent(v)
own_layer = sp.Integral(gradient(u), (u, 0, 1)) * sp.Integral(covariance(v), (v, 0, 1))
tangent_step = sp.Integral(covariance(v), (v, 0, 1)) + sp.Integral(weight(u, v) * slope(v) * tangent(v), (v, 0, 1))
hidden_part = rho ** (depth - 1)
readout_part = rho**depth
example = graphon_kernel(densely_trained(*GRAPHONS), POSITIONS, x, y)

STEPS = proof(
    r"""
exactly normal (by linear combinations): Given layer $l-1$, $z_i=n^{-1/2}\sum_j\omega_{ij}h_j$ is a sum of independent normal numbers: at
every width the pairs $(z_i,z_i')$ are normal and independent of one another, with the covariances $n^{-1}\sum_jW(u_i,v_j)h_jh'_j$. No
central limit theorem is needed, and no Lindeberg condition.

edge: Let $K^{(l)}_{ii'}$ be the scalar product of the gradients of $z^{(l)}_i(x)$ and $z^{(l)}_{i'}(x')$ with respect to all weights up to
layer $l$. Where the $K^{(l-1)}_{jj'}$ with $j\ne j'$ vanish, the edge of weight $\omega$ from neuron $j$ contributes to $n\,K^{(l)}_{ii}$
the term $[[edge]]$ with $\Sigma=h_jh'_j$, $S=\varphi'(z_j)\varphi'(z'_j)$ and $\Theta=K^{(l-1)}_{jj}$: every weight is trained, so that
every edge contributes the derivative in its own weight.

two rows (from edge; by product): For $i\ne i'$ each term of $K^{(l)}_{ii'}$ has a factor $\omega_{ij}\omega_{i'j}$ of mean $0$, since the weights of two rows are independent and
centred.

slopes (from exactly normal; by Lusin): $\varphi'$ exists almost everywhere and is bounded. Let the covariances in *exactly normal* tend in probability to limits with positive variances. Normal densities of variances between $s/2$ and $2s$ stay below $e^{-z^2/4s}/\sqrt{\pi s}$, which is
integrable. So near the limit one continuous bounded function differs from $\varphi'$ by at most $\varepsilon$ in mean modulus, at $z$ and
at $z'$, also if the limit of the pair has no density.

slopes converge (from slopes; by continuous mapping): With this function in place of $\varphi'$ its values at $z$ and $z'$ converge in law, jointly
with $z$ and $z'$, and so do means of their products. As $\varepsilon$ is arbitrary, $\varphi'(z)$ and $\varphi'(z')$ converge in the same
way.

wide below (from edge, slopes converge; by continuous mapping): Keep layer $l-1$ at its width while those below become wide, and let its
pairs $(z_j,z'_j)$ tend to independent normal ones and $K^{(l-1)}_{jj'}$ to $\delta_{jj'}\Theta^{(\le l-1)}(v_j)$. Then the terms of *edge* converge as well, as $\varphi$ is continuous and the slopes converge, and what has $K^{(l-1)}_{jj'}$ with $j\ne j'$ as a factor, finitely many terms, tends to $0$.

wide layer (from two rows, wide below; by weak law): As layer $l-1$ becomes wide, the averages over its neurons approach their means: the
terms are then independent, with uniformly bounded variances, as $\varphi$ grows at most linearly and normal numbers have all moments.

positions (from wide layer, slopes converge; by equidistribution): Averages of these means over the positions $v_j$ tend to integrals:
$W(u_i,\cdot)$ is continuous almost everywhere. In the layer below, at almost every $u$, its graphon is continuous at $(u,v)$ for almost every $v$ (in the first layer at all inputs). There the covariances and $\Theta^{(\le l-1)}$ are continuous by dominated convergence, and so are the means over normal pairs. All of them are bounded.

forward (from exactly normal, positions): So given layer $l-1$ the pairs of layer $l$ are independent and normal, with covariances that tend to $\tilde\Sigma^{(l)}(u)=[[forward]]$.

tangent step (from edge, positions): The mean of an *edge* over its weight, of the variance $W(u,v)$, integrated over the layer below, is $\Theta^{(\le l)}(u)=[[tangent_step]]$.

all layers (from forward, tangent step; by induction): For $l=1$ the layer below is that of the inputs, and $\tilde\Sigma^{(1)}$ and
$\Theta^{(\le1)}$ are averages over them, at every $d$. So layer after layer $K^{(l)}_{ii'}$ tends to $\delta_{ii'}\Theta^{(\le l)}(u_i)$,
and the tangent kernel to $\Theta^{(\le L+1)}$.

sum over layers (from all layers; gives backward, own_layer): From the readout down, $\int G^{(l)}\Theta^{(\le l)}$ is the contribution
$[[own_layer]]$ of the edges of layer $l$ themselves plus $\int G^{(l-1)}\Theta^{(\le l-1)}$, where $G^{(l-1)}$ is $S$ times the integral
over the layer above, $[[backward]]$ one layer lower.

one variance (by K3 for weights_trained): With $\varphi(z)=\sqrt2\max(z,0)$ and $W^{(l)}=\rho$ in all layers the kernel is $\rho^L$ times the dense one, network by network.

dense readout (from sum over layers, one variance; gives hidden_part, readout_part): There $\Sigma^{(l-1)}$ is $\rho^{l-1}$ times that of
the dense network, and $G^{(l)}$ is $\rho^{L+1-l}$ times that of the dense network, as for masks of this density. Here each part has the factor of every layer but its own. With a readout of variance $1$ the part of a hidden layer lacks the factor of the readout, and is
$[[hidden_part]]$ times the dense one, while the part of the readout stays $[[readout_part]]$ times the dense one.

example (from sum over layers; gives example, example_terms; at some points: an example: one graphon and one pair of inputs): With the graphons of K2's example as variances, the contributions $[[own_layer]]$ for $l=1,2,3$ are `example_terms`, and their sum is `example`.
""",
    globals(),
    forward=forward,
    backward=backward,
    example=example.total,
    example_terms=example.terms,
)

LINES = {
    function: sum(sp.Symbol(f"{function}_{power}") * v**power for power in range(2))
    for function in (covariance, slope, tangent, gradient)
}  # open functions of a position


def at_lines(formula: sp.Expr) -> sp.Expr:
    """A formula of the recursion at an open graphon and open functions, integrated."""
    found = formula.replace(weight, lambda row, column: open_graphon().subs({u: row, v: column}, simultaneous=True))
    for function, line in LINES.items():
        found = found.replace(function, lambda place, line=line: line.subs(v, place))
    return sp.expand(found.replace(sp.Integral, integrated))


def derivatives_of_one_edge(edge: sp.Expr) -> Relation:
    """One weight ω, and one θ below it: the products of the derivatives of ω φ(θ p₁) and ω φ(θ p₂) in both, for an open quadratic φ.

    The product of the derivatives of θ p₁ and θ p₂ in θ is the kernel below.
    """
    theta, first, other = sp.symbols("theta p_1 p_2", real=True)
    linear, square = sp.symbols("c_1 c_2", real=True)
    linear += v  # an activation for each neuron of the layer below
    values = [linear * theta * each + square * (theta * each) ** 2 for each in (first, other)]
    products = sum(sp.prod(sp.diff(strength * value, each) for value in values) for each in (strength, theta))
    actual = {
        covariance: sp.prod(values),
        slope: sp.prod(linear + 2 * square * theta * each for each in (first, other)),
        tangent: first * other,
    }
    for function, value in actual.items():
        edge = edge.replace(function, lambda place, value=value: value.subs(v, place))
    return same(edge, products, by=sp.expand)


def covariances_are_means(forward: sp.Expr) -> Relation:
    """E ω² hh′, the variance being the graphon, integrated over the layer below."""
    mean = open_graphon() * LINES[covariance]
    return same(at_lines(forward), integrated(sp.expand(mean), sp.Tuple(v, 0, 1)), by=sp.expand)


def edges_have_their_mean(edge: sp.Expr, tangent_step: sp.Expr) -> Relation:
    """The mean over the weight, whose square has the graphon as its mean."""
    mean = at_lines(edge).subs(strength, sp.sqrt(open_graphon()))
    return same(at_lines(tangent_step), integrated(sp.expand(mean), sp.Tuple(v, 0, 1)), by=sp.expand)


def layers_are_told_apart(tangent_step: sp.Expr, backward: sp.Expr, own_layer: sp.Expr) -> Relations:
    """∫GΘ of a layer: what its own edges add, and the same of the layer below, with the gradients that reach it."""
    arriving = open_graphon().subs({u: above, v: u}, simultaneous=True) * LINES[gradient].subs(v, above)
    yield same(at_lines(backward), integrated(sp.expand(arriving), sp.Tuple(above, 0, 1)), by=sp.expand)
    step = at_lines(tangent_step)
    whole = integrated(sp.expand(LINES[gradient].subs(v, u) * step), sp.Tuple(u, 0, 1))
    reaching = at_lines(backward).subs(u, v)  # a position in this layer, as seen from below
    below = integrated(sp.expand(LINES[slope] * LINES[tangent] * reaching), sp.Tuple(v, 0, 1))
    yield same(at_lines(own_layer), whole - below, by=sp.expand)


def powers_of_a_dense_readout(hidden_part: sp.Expr, readout_part: sp.Expr) -> Relations:
    """Covariances below a layer and gradients above it, at the scales of K3; a hidden layer's without the readout's factor."""
    below = covariance_scale.subs(layer, layer - 1)
    yield same(below * gradient_scale, weights_trained)
    yield same(hidden_part * rho, below * gradient_scale)
    yield same(readout_part, (below * gradient_scale).subs(layer, depth + 1))


graphon_as_variance = Claim(
    label="H5",
    title="If a graphon is the variance of weights that are all trained, a layer's own graphon is no factor of its part of the kernel",
    headline=r"Let a graphon be the variance of weights that are all trained. Under the conditions below, layer $l$ adds to the wide limit of the tangent kernel $$[[own_layer]],$$ with the covariances $\Sigma$ from below and $G$ of its gradients.",
    statement=r"""
**Setting.** Let the weights $\omega_{ij}$ of layer $l$ of $L+1$ be independent and normal with mean $0$ and variance $W^{(l)}(u_i,v_j)$, and
let all of them be trained. There is no mask and no bias, and there is one output: for $l=L+1$ the variance depends on $v$ alone. Let $\varphi$ be Lipschitz. Let $n_1,\dots,n_L\to\infty$
one after the other, with the inputs fixed.

**The limit.** The preactivations of a neuron at $u$ converge in law to centred normal variables, independent between neurons, with the covariances
$$\tilde\Sigma^{(l)}(u)=[[forward]].$$ At $l=1$ these are the average over the inputs of $W^{(1)}(u,v_j)x_jx'_j$. Let $\Sigma^{(l)}(u)$ and
$S^{(l)}(u)$ be the means of $\varphi(z)\varphi(z')$ and $\varphi'(z)\varphi'(z')$ over these variables. The tangent kernel converges in probability to
$$\Theta=\sum_{l=1}^{L+1}[[own_layer]],$$ where $\Sigma$ is that of the layer below (at $l=1$ the average of $x_jx'_j$) and $G$ is that of the
layer itself: with $G$ and $W$ of the layer above,
$$G^{(L+1)}=1,\qquad G^{(l)}(u)=S^{(l)}(u)\,[[backward]].$$
In one forward pass the kernel is $\Theta^{(\le L+1)}$, where
$$\Theta^{(\le0)}=0,\qquad\Theta^{(\le l)}(u)=[[tangent_step]].$$ For masks a layer's own graphon is a factor in its own part (K2), and the kernel is a
different one.

**A constant graphon.** For $\varphi(z)=\sqrt2\max(z,0)$ and the variance $\rho$ in all layers the kernel is $\rho^L$ times the dense one
(K3). If the readout has variance $1$, the part of a hidden layer is $[[hidden_part]]$ times that of the dense kernel, and the part of the
readout is $[[readout_part]]$ times.

**An example**: inputs and graphons as in K2, with two hidden layers (`example`).
""",
    steps=STEPS,
    source=Source(
        "2510.17515",
        "v1",
        "section 5.1: “our graphon-modulated weights have position-dependent variances while maintaining independence”; section 5.2, Proposition 1: "
        "the preactivations “at every hidden layer converge to centred Gaussian processes”; Theorem 1: the tangent kernel "
        "“converges to a deterministic kernel”; the displayed formulas of both are not at hand; appendix B has a condition that the "
        "power of a constant graphon does not need: “When the activation integral dominates the constant 1”",
    ),
    provenance=Provenance.RECONSTRUCTED,
    quantities=(
        Quantity(
            u, "position of a neuron in its layer, a latent coordinate", CLOSED_UNIT, drawn=(sp.Rational(1, 8), 1)
        ),
        Quantity(v, "position of a neuron in the layer below", CLOSED_UNIT, drawn=(sp.Rational(1, 8), 1)),
        Quantity(strength, "weight of an edge, all of which are trained", sp.S.Reals),
        Quantity(x, "coordinate of the first input", sp.S.Reals, drawn=(-2, 2)),
        Quantity(y, "coordinate of the second input", sp.S.Reals, drawn=(-2, 2)),
        Quantity(
            rho,
            "variance of the weights of hidden layers, where it is one number",
            NON_NEGATIVE,
            drawn=(sp.Rational(1, 20), 1),
        ),
        DEPTH,
        Quantity(
            weight, "graphon, the variance of a weight by the positions of its upper and its lower end", CLOSED_UNIT
        ),
        Quantity(
            covariance,
            "covariance of a row of the layer below over the draws of the network, by position",
            sp.S.Reals,
        ),
        Quantity(gradient, "covariance of the gradients of a row of this or the next layer, by position", sp.S.Reals),
        Quantity(slope, "mean of the product of slopes in a row of the layer below, by position", sp.S.Reals),
        Quantity(tangent, "tangent kernel of a row of the layer below, by position", sp.S.Reals),
    ),
    hypotheses=(
        Hypothesis("a Lipschitz activation"),
        Hypothesis("widths to infinity one after the other"),
        Hypothesis(
            "positions equidistributed in each layer, and graphons continuous almost everywhere, also in each row at the position of a neuron, and the first one in each column at the position of an input"
        ),
        Hypothesis(
            "preactivations of hidden layers with positive limits of their variances, at all positions and both inputs"
        ),
        Hypothesis(
            "at least one hidden layer",
            depth >= 1,
            needed_by=("hidden_part",),
            convention="without one there is no part of one",
        ),
    ),
    symbols={
        r"\omega_{ij}": "weight from neuron $j$ to neuron $i$ of a layer",
        "l": "layer, counted from the input; $L+1$ is the readout",
        "u_i, v_j": "positions of neuron $i$ of a layer and of neuron $j$ of the layer below",
        "n_l": "width of layer $l$",
        "x_j, x'_j": "coordinate $j$ of two inputs",
        r"\varphi": "activation",
        "z, z'": "what enters the activation of a neuron at two inputs",
        r"\tilde\Sigma": "covariance of the preactivations of a neuron at two inputs",
        "w": "position of a neuron in the layer above",
    },
    also=("example", "example_terms"),
    because={
        "edge": derivatives_of_one_edge,
        "forward": covariances_are_means,
        "tangent step": edges_have_their_mean,
        "sum over layers": layers_are_told_apart,
        "dense readout": powers_of_a_dense_readout,
    },
    wrong=lambda: {
        "edge: the weight in its own derivative": strength**2 * (covariance(v) + slope(v) * tangent(v)),
        "edge: no weight passed on": covariance(v) + slope(v) * tangent(v),
        "forward: no variance": sp.Integral(covariance(v), (v, 0, 1)),
        "forward: the graphon taken for the deviation": sp.Integral(weight(u, v) ** 2 * covariance(v), (v, 0, 1)),
        "backward: no variance on the way back": sp.Integral(gradient(above), (above, 0, 1)),
        "own_layer: as for masks": sp.Integral(gradient(u) * weight(u, v) * covariance(v), (v, 0, 1), (u, 0, 1)),
        "own_layer: no covariance below": sp.Integral(gradient(u), (u, 0, 1)),
        "tangent_step: as for masks": sp.Integral(weight(u, v) * (covariance(v) + slope(v) * tangent(v)), (v, 0, 1)),
        "tangent_step: no covariance below": sp.Integral(weight(u, v) * slope(v) * tangent(v), (v, 0, 1)),
        "hidden_part: the readout pruned, too": rho**depth,
        "readout_part: a layer of its own": rho ** (depth + 1),
        "example: as for masks": graphon_kernel(masked(*GRAPHONS), POSITIONS, x, y).total,
        "example: no readout": sp.Add(*example.terms[:-1]),
        "example_terms: as for masks": graphon_kernel(masked(*GRAPHONS), POSITIONS, x, y).terms,
        "example_terms: terms exchanged": example.terms[::-1],
    },
)
