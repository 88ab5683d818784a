"""K3: what a constant graphon does to the tangent kernel, and what it does not do to its shape."""

from collections.abc import Sequence

import sympy as sp

from sparse_limits.theory.claims import Claim, Pitfall, Provenance, Remark, Source
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.dual import (
    CAUCHY_SCHWARZ,
    COSINE,
    DEPTH,
    PREACTIVATIONS,
    a,
    b,
    c,
    dense_ntk,
    depth,
    relu,
)
from sparse_limits.theory.kernel.symbols import KERNELS
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT_FROM_ZERO, NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, at_sizes, induction, same
from sparse_limits.theory.saliency.model import rho

layer = sp.Symbol("l", integer=True, nonnegative=True)  # its place, from 1 to L + 1; 0 for the inputs

scaled_value = rho * relu.value
scaled_slope = relu.slope
covariance_scale = rho**layer
gradient_scale = rho ** (depth + 1 - layer)
ratio = rho ** (depth + 1)
readout_dense = rho**depth
output_scale = rho ** ((depth + 1) / 2)
weights_trained = rho**depth
kernel = ratio * dense_ntk

STEPS = proof(
    r"""
scaled covariances: If the variances and the covariance are multiplied by $\rho$, $F$ becomes $[[scaled_value]]$, and its slope stays as
before, $[[scaled_slope]]$.

recursion (by K2 for forward, backward, own_layer): With $W^{(l)}=\rho$ the recursion is $\tilde\Sigma^{(l)}=\rho\,\Sigma^{(l-1)}$,
$G^{(l)}=\rho\,\kappa_0G^{(l+1)}$ and $\Theta^{(l)}=\rho\,G^{(l)}\Sigma^{(l-1)}$.

forward (from scaled covariances, recursion): So $\Sigma^{(l)}$ is $[[covariance_scale]]$ times that of the dense network: each layer
contributes its density as a factor.

backward (from scaled covariances, recursion): $G^{(l)}$ is $[[gradient_scale]]$ times that of the dense network: $G^{(L+1)}=1$, and each
layer above $l$ contributes its density as a factor, while the slopes stay the same.

own layer (from recursion, forward, backward): With its own factor $\rho$, layer $l$ contributes $[[ratio]]$ times what it contributes in
the dense network, whatever $l$ is. The factor is the product of the densities of all layers, also if they differ.

dense readout (from forward, backward, own layer): With density $1$ in layer $L+1$ alone, one factor is missing in every term:
$[[readout_dense]]$.

scaled weights: Weights $\sqrt\rho\,w$ with $w$ standard, in $L+1$ layers, give the dense network's output times $[[output_scale]]$, since
$\varphi(cz)=c\,\varphi(z)$ for $c>0$.

all weights trained (from scaled weights): Derivatives in $\sqrt\rho\,w$ are the derivatives in $w$ divided by $\sqrt\rho$. So the sum of
their squares is the square of the output's factor, divided by $\rho$, times the dense kernel: $[[weights_trained]]$, network by network.

dense kernel (from own layer; by K1): At unit norms the dense kernel is $\Theta_L(r)$, so that with one density the kernel is $[[kernel]]$.
""",
    globals(),
)


def contributions(densities: Sequence[sp.Expr], trained: Sequence[sp.Expr]) -> list[sp.Expr]:
    """The factor of each layer's contribution: densities below and above it, and its own share of trained weights."""
    return [
        sp.prod(densities[:place]) * trained[place] * sp.prod(densities[place + 1 :]) for place in range(len(densities))
    ]


def contributions_of(densities: Sequence[sp.Expr], layers: int) -> list[sp.Expr]:
    """The factors of the first few layers, all of them pruned."""
    return contributions(densities[:layers], densities[:layers])


def value_scales_and_slope_does_not(scaled_value: sp.Expr, scaled_slope: sp.Expr) -> Relations:
    """F and its derivative in the covariance at ρ times their arguments; ρ ∂F(ρ …) = ∂ρF, by the chain rule."""
    scaled = {variable: rho * variable for variable in (a, b, c)}
    yield same(valued(relu.value, scaled), scaled_value)
    yield same(relu.slope.subs(scaled, simultaneous=True) * rho, scaled_slope * rho)
    yield same(sp.diff(scaled_value, c), rho * scaled_slope)


def covariances_scale_layer_by_layer(scaled_value: sp.Expr, covariance_scale: sp.Expr) -> Relations:
    """The inputs, and the factor of F of one layer more."""
    factor = scaled_value / relu.value
    yield induction(covariance_scale, layer, sp.S.One, lambda term: factor * term)


def gradients_scale_layer_by_layer(scaled_slope: sp.Expr, gradient_scale: sp.Expr) -> Relations:
    """The output, and the factors of density and slope of one layer more below it."""
    factor = rho * scaled_slope / relu.slope
    yield same(gradient_scale, factor * gradient_scale.subs(layer, layer + 1))
    yield same(gradient_scale.subs(layer, depth + 1), sp.S.One)


def each_layer_has_all_densities_once(covariance_scale: sp.Expr, gradient_scale: sp.Expr, ratio: sp.Expr) -> Relations:
    """The scales below and above a layer and its own density, whatever the layer; other densities multiply as well."""
    below = covariance_scale.subs(layer, layer - 1)
    yield same(ratio * covariance_scale, below * rho * gradient_scale * covariance_scale)
    densities = sp.symbols("rho_1:5", positive=True)
    layers = (
        (sp.prod(densities[:hidden]), each) for hidden in (2, 3, 4) for each in contributions_of(densities, hidden)
    )
    yield at_sizes(layers, "layers")


def readout_leaves_one_density_out(
    covariance_scale: sp.Expr, gradient_scale: sp.Expr, readout_dense: sp.Expr
) -> Relations:
    """What lies below the readout; and a hidden layer, with the scale above it of a network of one layer less."""
    yield same(readout_dense, covariance_scale.subs(layer, depth))
    below, above = covariance_scale.subs(layer, layer - 1), gradient_scale.subs(depth, depth - 1)
    yield same(readout_dense * covariance_scale, below * rho * above * covariance_scale)


def outputs_scale_layer_by_layer(output_scale: sp.Expr) -> Relations:
    """A network of one layer of weights, and the factor √ρ of one more; ReLU at √ρ z, for z of either sign."""
    yield induction(output_scale, depth, sp.sqrt(rho), lambda term: sp.sqrt(rho) * term)
    for z in (sp.Symbol("z", positive=True), sp.Symbol("z", negative=True)):
        yield same(sp.Max(sp.sqrt(rho) * z, 0), sp.sqrt(rho) * sp.Max(z, 0))


def squares_of_derivatives_are_counted(output_scale: sp.Expr, weights_trained: sp.Expr) -> Relations:
    """The factor squared over ρ; and chains of one open neuron a layer, differentiated in the weights √ρ w."""
    yield same(weights_trained, output_scale**2 / rho)
    cases = []
    for hidden in (1, 2, 3):
        weights = sp.symbols(f"w_1:{hidden + 2}", positive=True)
        scaled = {w: sp.sqrt(rho) * w for w in weights}
        squares = sum(sp.diff(sp.prod(weights), w) ** 2 for w in weights)
        cases.append((squares.subs(scaled, simultaneous=True), weights_trained.subs(depth, hidden) * squares))
    yield at_sizes(cases, "depths")


homogeneous_constants = Claim(
    label="K3",
    title="Constant graphons: a factor of the density for each pruned layer",
    headline=r"In infinitely wide ReLU networks with many inputs, none dominant, random pruning multiplies the tangent kernel by each layer's density. With one density $\rho$ in $L$ hidden layers and the readout this is $$[[ratio]].$$",
    statement=r"""
Keep each weight of layer $l$ with probability $\rho_l$, independently of all other edges and of the weights, and train the kept weights.
In the limit of K2 the tangent kernel is the dense kernel times the product of all densities,
$$\Theta=\rho_1\cdots\rho_{L+1}\,\Theta_{dense}.$$
This includes $L=0$ (a linear network) and layers that keep nothing. With one density $\rho$ in all $L+1$ layers the factor is $[[ratio]]$;
with a dense readout it is $[[readout_dense]]$. At inputs with mean squares $1$ the dense kernel is $\Theta_L(r)$ of K1.

**Nothing pruned.** If the weights of all layers have variance $\rho$ instead, and are all trained, the factor is $[[weights_trained]]$,
exactly, for every such network. This is the model of arXiv:2510.17515, and the constant in its section 5.3.
""",
    steps=STEPS,
    source=Source(
        "2510.17515",
        "v1",
        "section 5.3: “Our general framework of Graphon NTK not only recovers this result”; the power "
        "for masks is ours",
    ),
    provenance=Provenance.PITFALL,
    quantities=(
        Quantity(
            rho,
            "density, the share of weights kept, or, where nothing is pruned, the variance of the weights",
            NON_NEGATIVE,
            drawn=(sp.Rational(1, 20), sp.Rational(19, 20)),
        ),
        DEPTH,
        COSINE,
        *PREACTIVATIONS,
        Quantity(
            layer,
            "place of a layer of weights, from the inputs on, which have the place 0",
            COUNT_FROM_ZERO,
            drawn=(0, 4),
        ),
    ),
    hypotheses=(
        CAUCHY_SCHWARZ,
        Hypothesis("a layer of the network", layer <= depth + 1, needed_by=("covariance_scale", "gradient_scale")),
        Hypothesis("no more than all weights are kept", rho <= 1, needed_by=("ratio", "readout_dense", "kernel")),
        Hypothesis(
            r"ReLU $\varphi(z)=\sqrt2\max(z,0)$, no bias, the NTK parametrisation without rescaling by the density"
        ),
        Hypothesis("masks independent of the weights (else K4), the limit of K2"),
    ),
    symbols={
        r"\rho_l": "probability that a weight of layer $l$ is kept",
        **KERNELS,
    },
    also=("kernel",),
    remarks=(
        Remark(
            "Gradient flow with such a kernel is that with the dense kernel, slowed down by the constant; the shape of the "
            "kernel, its normalised spectrum and kernel regression without a ridge do not change."
        ),
        Remark(
            "Measured for networks of width 96 with two hidden layers and half of all weights kept: at two different inputs the "
            "ratio of the mean kernel to that of dense networks is within a quarter of `ratio`.",
            checked_by="masked_networks_approach_the_constant",
        ),
    ),
    aids={
        "two_weights": sp.Rational(1, 2),  # the probability that each of the two is kept
    },
    pitfalls=(
        Pitfall(
            control="one power less",
            said=(
                r"Pruning all layers at random to the density $\rho$ multiplies the NTK by $\rho^L$, "
                "where $L$ is the number of hidden layers."
            ),
            by=(
                "Section 5.3 of arXiv:2510.17515v1 has this power for weights of the variance $c$, where it is right, and refers to masks: “by "
                "applying random masks to weight matrices. Our general framework of Graphon NTK not only recovers this result”. For masks it is right if "
                "$L$ of the $L+1$ layers of weights are pruned, and one too low if all are."
            ),
            why="A path through $L$ hidden layers has $L+1$ weights, and counts only if all of them are kept.",
            counterexample="two_weights",
            by_hand=(
                "$L=1$: one input, one neuron, one output, each of the two weights kept with probability "
                r"$\frac12$. Only one of the four masks keeps the path, and without it all "
                r"gradients vanish. On average the kernel is $\frac14=\rho^2$ times the dense one, not $\frac12$."
            ),
            instead=(
                "The factor is $[[ratio]]$ with $L$ hidden layers all pruned, $[[readout_dense]]$ with a dense readout."
            ),
        ),
    ),
    because={
        "scaled covariances": value_scales_and_slope_does_not,
        "forward": covariances_scale_layer_by_layer,
        "backward": gradients_scale_layer_by_layer,
        "own layer": each_layer_has_all_densities_once,
        "dense readout": readout_leaves_one_density_out,
        "scaled weights": outputs_scale_layer_by_layer,
        "all weights trained": squares_of_derivatives_are_counted,
    },
    wrong=lambda: {
        "ratio: one power less": rho**depth,
        "ratio: of the inverse density": 1 / ratio,
        "ratio: a power for each hidden layer and two for the readout": rho ** (depth + 2),
        "readout_dense: one power more": rho ** (depth + 1),
        "readout_dense: of the inverse density, readout": 1 / readout_dense,
        "weights_trained: as if pruned": rho ** (depth + 1),
        "kernel: no constant": dense_ntk,
        "kernel: depth off by one": rho ** (depth + 1) * dense_ntk.subs(depth, depth + 1),
        "covariance_scale: all layers": covariance_scale.subs(layer, depth + 2),
        "covariance_scale: one power less": rho ** (layer - 1),
        "covariance_scale: all layers up to this one": rho * covariance_scale,
        "gradient_scale: one layer too many": gradient_scale * rho ** (depth + 1),
        "gradient_scale: one power less": gradient_scale / rho,
        "gradient_scale: each layer twice": gradient_scale**2,
        "gradient_scale: this layer again": rho * gradient_scale,
        "scaled_value: of degree two": rho * scaled_value,
        "scaled_slope: a slope that grows": rho * scaled_slope,
        "output_scale: of the hidden layers": rho ** (depth / 2),
        "output_scale: the variance for its root": rho ** (depth + 1),
    },
)
