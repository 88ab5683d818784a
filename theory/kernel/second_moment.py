"""K4: masks that look at the weights have two graphons, the share and the energy of the kept weights."""

from itertools import product

import sympy as sp

from sparse_limits.theory.claims import Claim, Pitfall, Provenance, Source
from sparse_limits.theory.kernel.dual import CAUCHY_SCHWARZ, DENSITY, DEPTH, PREACTIVATIONS, a, b, c, depth, relu
from sparse_limits.theory.kernel.graphon_recursion import covariance, edge, gate, kept, strength, tangent
from sparse_limits.theory.kernel.symbols import LAYERS
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import CLOSED_UNIT, NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, nonnegative, same
from sparse_limits.theory.saliency.model import rho as density
from sparse_limits.theory.saliency.model import v
from sparse_limits.theory.tails import half_normal, t

own = sp.Symbol("s_W", real=True)  # S_W(x, x′) of a neuron: the covariance over the edges that carry a gradient
shares = sp.symbols("W_1:4", positive=True)  # P(M = 1) of the edges of a path through two hidden layers
energies = sp.symbols("Q_1:4", positive=True)  # E[M w²] of the same edges

OWN = Quantity(own, "covariance of two preactivations over the edges that carry a gradient", sp.S.Reals)

threshold = sp.sqrt(2) * sp.erfcinv(density)
second_moment = density + sp.sqrt(2 / sp.pi) * threshold * sp.exp(-(threshold**2) / 2)
slope = threshold**2
curvature = -sp.sqrt(2 * sp.pi) * threshold * sp.exp(threshold**2 / 2)
excess = threshold * (sp.sqrt(2 / sp.pi) * sp.exp(-(threshold**2) / 2) - threshold * density)

edge_mean = shares[0] * covariance(v) + energies[0] * gate(v) * tangent(v)
row_kernel = own * relu.slope + relu.value
path_weight = sum(share * sp.prod(energies) / energy for share, energy in zip(shares, energies, strict=True))
homogeneous = density * second_moment**depth

STEPS = proof(
    r"""
edge: An edge from $v$ adds $M(\Sigma+\omega^2\kappa_0\Theta)$ to the tangent kernel of its row (K2). Its mean, with $W_1=E[M]$ and
$Q_1=E[M\omega^2]$, is $[[edge_mean]]$: the mask alone where the gradient arises, and the kept weight where it is passed on.

central limit (by central limit): As $M$ depends on $|\omega|$ alone, $M\omega$ is centred, of variance $Q$, and has a finite fourth moment.
It is not normal, but sums over a wide layer below become normal, as the fourth moments of their terms add up to $O(1/n)$. Over many inputs
these add up to at most $3d^{-2}\sum_jx_j^4\to0$.

limit (from edge, central limit; by K2 for forward, backward, own_layer): Otherwise the passage to the limit is the one of K2, which
requires of masks and weights only that edges are independent and centred. Here $Q$ replaces $W$ in $\tilde\Sigma$ and $G$, while $W$ stays
in the layer's own term.

threshold: $|\omega|>t$ has the probability $\rho$ at $t=[[threshold]]$.

slope (from threshold): As $t$ grows, $q=2\int_t^\infty\omega^2\phi\,d\omega$ and $\rho=2\int_t^\infty\phi\,d\omega$ fall at the rates
$2t^2\phi(t)$ and $2\phi(t)$. So $q'(\rho)=[[slope]]$.

energy (from slope): Integrating by parts, $q(\rho)=[[second_moment]]$, which is $1$ at $\rho=1$.

concave (from slope): The slope falls as $\rho$ grows: $q''(\rho)=[[curvature]]$, with $t\ge0$.

excess (from threshold, energy): $q(\rho)-\rho(1+t^2)=[[excess]]$. Divided by $t$ this is $2\phi(t)-t\rho$, which falls in $t$ at the rate
$\rho$, to $0$ at infinity. So it is never negative.

normal pairs (from limit; by K1): For normal pairs with the covariances $S_Q$, $E\varphi\varphi'=F(S_Q)$ and
$E\dot\varphi\dot\varphi'=\kappa_0(r)=\partial_cF$.

row kernel (from normal pairs): With one hidden layer and a dense readout a neuron adds the first mean to the readout's term and $s_W$ times
the second mean to the term of the first layer: $[[row_kernel]]$.

signs (by same law): On the diagonal, write $\omega_i=s_i\tilde\omega_i$ for row $i$, with $s_i$ the sign of $z_i$. Rows of opposite weights
have the same law and the same masks. So the signs are fair coins, also given these, and the gate $\frac{1+s_i}2$ is a fair coin,
independent of $\tilde\omega_i$ and the layers before; the signs that $\tilde\omega_i$ lacks are those of column $i$ above, whose law they
do not change. (A neuron with $z_i=0$ is on no open path.)

one path (from signs; by product): So the product of two different paths has the mean $0$. On one path each gate gives
$\sqrt2^2\cdot\frac12=1$ on average, independently of the edges.

path weight (from one path): For $L=2$, the squares of the derivatives, in its weights, of the product of a path's $M\omega$ have the mean
$[[path_weight]]$: an edge gives $Q$, except that the edge of the derivative gives $E[M]=W$.

constant graphons (from limit, energy, path weight): With all $W=\rho$ and $Q=q(\rho)$ each of the $L+1$ terms has one factor $\rho$ and $L$
factors $q$, below and above it: $[[homogeneous]]$ times the dense kernel.
""",
    globals(),
)

weight = sp.Symbol("w", positive=True)


def edge_law() -> tuple[tuple[sp.Expr, dict[sp.Symbol, sp.Expr]], ...]:
    """An edge that is kept at one size, and pruned at another: the probabilities, masks and weights, of either sign."""
    size, other = sp.sqrt(energies[0] / shares[0]), sp.Symbol("r")
    kept_values = [(shares[0] / 2, {kept: sp.S.One, strength: sign * size}) for sign in (1, -1)]
    return (*kept_values, (1 - shares[0], {kept: sp.S.Zero, strength: other}))


def in_threshold(expression: sp.Expr) -> sp.Expr:
    """An expression in the density as one in the threshold t."""
    return expression.subs(sp.erfcinv(density), t / sp.sqrt(2)).subs(density, half_normal.survival)


def edge_has_two_means(edge_mean: sp.Expr) -> Relations:
    """The mean of K2's edge over its mask and weight, with functions of the position below left open."""

    def opened(expression: sp.Expr) -> sp.Expr:
        for place, function in enumerate((covariance, gate, tangent)):
            expression = expression.replace(function, lambda at, place=place: sp.Symbol(f"s_{place}") + at**place)
        return expression

    mean = sum(chance * edge.subs(values) for chance, values in edge_law())
    yield same(opened(edge_mean), opened(mean), by=sp.expand)


def threshold_keeps_the_density(threshold: sp.Expr) -> Relations:
    """The share of normal weights beyond it."""
    yield same(half_normal.at(threshold), density)


def slope_is_a_quotient_of_rates(slope: sp.Expr, threshold: sp.Expr) -> Relations:
    """The integral of w² over |w| > t and the share of these weights, differentiated in t."""
    energy = sp.Integral(weight**2 * half_normal.density.subs(t, weight), (weight, t, sp.oo))
    for falling, power in ((energy, 2), (half_normal.survival, 0)):
        rate = sp.sqrt(2 / sp.pi) * t**power * sp.exp(-(t**2) / 2)
        yield nonnegative(-sp.diff(falling, t), rate)
    rate = sp.diff(energy, t) / sp.diff(half_normal.survival, t)
    yield same(slope, rate.subs(t, threshold))


def excess_falls_to_zero(second_moment: sp.Expr, excess: sp.Expr) -> Relations:
    """q − ρ(1 + t²); over t it has the derivative −ρ, and tends to 0 as t → ∞; ρ itself falls to 0, and so is positive."""
    yield same(second_moment - density * (1 + threshold**2), excess, by=sp.expand)
    falling = sp.expand(in_threshold(excess) / t)
    yield same(-sp.diff(falling, t), half_normal.survival)
    yield same(sp.limit(falling, t, sp.oo), 0)
    yield nonnegative(sp.diff(falling, t, 2), sp.sqrt(2 / sp.pi) * sp.exp(-(t**2) / 2), strict=True)
    yield same(sp.limit(sp.diff(falling, t), t, sp.oo), 0)


def path_weight_is_a_mean_over_masks(path_weight: sp.Expr) -> Relations:
    """The squares of the derivatives of a product of three weights, over all masks, each kept at one size and pruned at any."""
    weights = sp.symbols("w_1:4")
    mean = sp.S.Zero
    for masks in product((0, 1), repeat=3):
        chance = sp.prod(W if m else 1 - W for m, W in zip(masks, shares, strict=True))
        derived = sum(
            m * sp.diff(sp.prod(weights), w) ** 2 for m, w in zip(masks, weights, strict=True)
        )  # a pruned weight has no derivative, and no other has one through it
        sizes = {w: m * sp.sqrt(Q / W) for w, m, W, Q in zip(weights, masks, shares, energies, strict=True)}
        mean += chance * derived.subs(sizes)
    yield same(path_weight, mean, by=sp.expand)


def constant_graphons_give_a_power(homogeneous: sp.Expr, path_weight: sp.Expr, second_moment: sp.Expr) -> Relations:
    """One more layer brings a factor q; and L + 1 equal terms along every path, two at L = 1 (without a third layer), three at L = 2."""
    yield same(homogeneous.subs(depth, depth + 1), second_moment * homogeneous, by=sp.powsimp)
    constant = {**dict.fromkeys(shares, density), **dict.fromkeys(energies, second_moment)}
    for layers, absent in ((2, {shares[2]: 0, energies[2]: 1}), (3, {})):
        terms = path_weight.subs(absent).subs(constant)
        yield same(terms, layers * homogeneous.subs(depth, layers - 1))


def row_kernel_is_value_and_slope(row_kernel: sp.Expr) -> Relations:
    """The readout carries E φφ′; the first layer E φ̇φ̇′, which is the derivative of the former in the covariance."""
    yield same(row_kernel, relu.value + own * sp.diff(relu.value, c))


second_moment_graphon = Claim(
    label="K4",
    title="Masks that depend on the size of the weights have two graphons",
    headline=r"Let masks depend on the size of normal weights. In a wide network with many inputs, none dominant, signals see $Q=E[Mw^2]$; only a weight's own gradient sees the share kept. If the largest are kept, a share $\rho$, $$Q=[[second_moment]].$$",
    statement=r"""
Let the $w_{ij}$ be independent and standard normal, and let each $M_{ij}$ depend on $|w_{ij}|$ alone. There are two graphons: the share
kept, $W(u,v)=P(M=1\mid u,v)$, and the energy kept, $Q(u,v)=E[Mw^2\mid u,v]$. Let $d\to\infty$ with $d^{-2}\sum_jx_j^4\to0$ at both inputs, such that the averages over the inputs below converge, or let the first layer be dense.

**The kernel.** In the limit of K2 the tangent kernel of the masked network is that of K2 with $Q$ in place of $W$ in the forward and
backward passes. $W$ enters only where the gradient arises:
$$\tilde\Sigma^{(l)}=\int Q^{(l)}\Sigma^{(l-1)},\qquad G^{(l)}=\kappa_0(r^{(l)})\int Q^{(l+1)}G^{(l+1)},$$
$$\Theta=\sum_{l=1}^{L+1}\iint G^{(l)}(u)\,W^{(l)}(u,v)\,\Sigma^{(l-1)}(v)\,dv\,du .$$
**The largest weights.** Keep the weights with $|w|>t$, where $t=[[threshold]]$ at the density $\rho$. Then $Q=q(W)$ with
$$q(\rho)=[[second_moment]],\qquad q'(\rho)=t^2=[[slope]].$$
So $q$ is increasing and concave ($q''=[[curvature]]$), and $q(1)=1$. It exceeds $\rho(1+t^2)$ by $[[excess]]\ge0$. So
$q(\rho)/\rho\to\infty$ as $\rho\to0$.

**One hidden layer**, dense readout. Let the preactivations of a neuron on $x,x'$ have the covariance matrix $S_Q$ and the correlation $r$,
and let $s_W=S_W(x,x')$. With $F$ and $\kappa_0$ of K1 the neuron contributes $F(S_Q)+s_W\,\kappa_0(r)$ (`row_kernel`).

**Constant graphons**, all layers masked: $\Theta=[[homogeneous]]\;\Theta_{dense}$.

**On the diagonal the law is exact** at every finite width, for any graphons and any mask that depends on $|w|$ alone:
$$E\,\Theta_n(x,x)=\frac1{d\,n_1\cdots n_L}\sum_{\text{paths}}x_j^2\sum_lW_l\prod_{k\ne l}Q_k .$$
The first sum is over all paths from an input $j$ to the output. For $L=2$ a path has the weight $[[path_weight]]$. The same holds for
independent weights, each with its own continuous law that is symmetric about $0$ and has a finite mean square.
""",
    steps=STEPS,
    source=Source(
        "2510.17515",
        "v1",
        "section 5.1: “pruning effectively modifies their variance”; masks that look at the weights are ours",
    ),
    provenance=Provenance.PITFALL,
    quantities=(
        DENSITY.drawn_from(sp.Rational(1, 100), sp.Rational(99, 100)),
        *PREACTIVATIONS,
        OWN,
        DEPTH,
        Quantity(
            shares,
            "probability that an edge of the path is kept",
            CLOSED_UNIT,
            drawn=(sp.Rational(1, 8), 1),
        ),
        Quantity(
            energies,
            "energy of an edge of the path: mean of its squared weight, 0 where it is pruned",
            NON_NEGATIVE,
            drawn=(sp.Rational(1, 8), 1),
        ),
        Quantity(v, "position of a neuron in the layer below", CLOSED_UNIT, drawn=(sp.Rational(1, 8), 1)),
        Quantity(covariance, "covariance of a row of the layer below, by position", sp.S.Reals),
        Quantity(gate, "value of $\\kappa_0$ at the correlation in a row of the layer below, by position", CLOSED_UNIT),
        Quantity(tangent, "tangent kernel of a row of the layer below, by position", sp.S.Reals),
    ),
    hypotheses=(
        CAUCHY_SCHWARZ,
        Hypothesis(
            r"ReLU $\varphi(z)=\sqrt2\max(z,0)$; the sequential limit of K2, for a masked first layer after $d\to\infty$ with "
            r"$d^{-2}\sum_jx_j^4\to0$ at both inputs"
        ),
        Hypothesis("a threshold that does not depend on the sample, in the place of that of the largest scores"),
    ),
    named={"y": sp.erfcinv(density), r"q(\rho)": second_moment},
    symbols={
        **LAYERS,
        "M_{ij}": "entry of the mask in row $i$, column $j$",
        "w_{ij}": "weight in row $i$, column $j$",
        "P": "probability",
        "E": "mean over the draw of the network",
        "u": "position of a neuron in its layer",
        "W": "graphon of the mask: the share of kept weights, by the positions of their ends",
        "Q": "mean of the squared weight, 0 where it is pruned, by the positions of its ends",
        r"\tilde\Sigma^{(l)},r^{(l)}": "covariance and correlation of the preactivations of layer $l$ at the two inputs, by the position of the neuron",
        "G^{(l)}": "covariance of the gradients at layer $l$, by the position of the neuron",
        "q": "the mean $Q$ as a function of the share $W$, if the largest weights are kept",
        "t": "size beyond which weights are kept",
        "x,x'": "two inputs",
        "S_W,S_Q": "covariances of the preactivations of a neuron at two inputs, with $W$ and with $Q$",
        "r": "correlation of these preactivations",
        "d": "number of inputs",
        "n_l": "width of hidden layer $l$",
        "j": "number of an input",
        "k": "place of another layer that a path crosses",
    },
    also=("row_kernel",),
    aids={
        "four_weights": tuple(sp.Rational(k, 5) for k in (-7, -1, 1, 7)),
    },
    pitfalls=(
        Pitfall(
            control="one graphon",
            said="The kernel of a pruned network depends only on the limit $W$ of its masks.",
            by="What one might expect from section 5.1 of arXiv:2510.17515v1: “pruning effectively modifies their variance”, there by the mask.",
            why=(
                "Magnitude pruning keeps the large weights, and signals pass through the square of a "
                "weight, not through the mere number of those that are kept."
            ),
            counterexample="four_weights",
            by_hand=(
                "One neuron a layer, two hidden layers, and only the first weight is masked; it is "
                r"$\pm\frac15$ or $\pm\frac75$ with equal probability, so $Ew^2=1$. Keeping it when it is large "
                r"gives $W=\frac12$, $Q=E[Mw^2]=\frac{49}{50}$ and the kernel $W+2Q=\frac{123}{50}$ at "
                r"$x=1$; keeping it by a fair coin gives the same $W=\frac12$ and the kernel $\frac32$."
            ),
            instead=(
                "$W$ where the gradient arises, $Q=E[Mw^2]$ on the way forward and backward: "
                "$[[path_weight]]$ for a path through two hidden layers."
            ),
        ),
    ),
    because={
        "edge": edge_has_two_means,
        "threshold": threshold_keeps_the_density,
        "slope": slope_is_a_quotient_of_rates,
        "energy": lambda second_moment, slope: (
            same(sp.diff(second_moment, density), slope),
            same(second_moment.subs(density, 1), 1),
        ),
        "concave": lambda slope, curvature: (
            same(sp.diff(slope, density), curvature),
            nonnegative(-in_threshold(curvature), sp.sqrt(2 * sp.pi) * t * sp.exp(t**2 / 2)),
        ),
        "excess": excess_falls_to_zero,
        "path weight": path_weight_is_a_mean_over_masks,
        "constant graphons": constant_graphons_give_a_power,
        "row kernel": row_kernel_is_value_and_slope,
    },
    wrong=lambda: {
        "edge_mean: the energy everywhere": energies[0] * (covariance(v) + gate(v) * tangent(v)),
        "edge_mean: one graphon": shares[0] * (covariance(v) + gate(v) * tangent(v)),
        "threshold: threshold of one tail": sp.sqrt(2) * sp.erfcinv(2 * density),
        "slope: one graphon": sp.Integer(1),
        "slope: slope t": threshold,
        "second_moment: one graphon": density,
        "second_moment: one tail only": density + second_moment / 2 - density / 2,
        "second_moment: mean of |w| for that of w²": sp.sqrt(2 / sp.pi) * sp.exp(-(threshold**2) / 2),
        "curvature: without the density of the threshold": -2 * threshold,
        "excess: of the share alone": second_moment - density,
        "excess: the threshold's square twice": second_moment - density * (1 + 2 * threshold**2),
        "path_weight: one graphon": 3 * sp.prod(shares),
        "path_weight: the energy everywhere": 3 * sp.prod(energies),
        "path_weight: energy in the layer itself, shares elsewhere": path_weight.subs(
            dict(zip((*shares, *energies), (*energies, *shares), strict=True)), simultaneous=True
        ),
        "path_weight: one edge less": path_weight - shares[0] * energies[1] * energies[2],
        "homogeneous: a power of the share": density ** (depth + 1),
        "homogeneous: a power of the energy": second_moment ** (depth + 1),
        "row_kernel: one graphon": row_kernel.subs(own, c),
        "row_kernel: readout alone": relu.value,
        "row_kernel: the share forward": row_kernel.subs({a: own, b: own, c: own}),
    },
)
