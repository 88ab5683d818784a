"""Q9: tickets for whole networks: how far they stray, and how equivariant they are in floating point."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.equivariance.grids import WINDOW, K, c4_kernels, d4_kernels, window
from theory.equivariance.lower_bound import CHANNELS_BEFORE, n_in
from theory.equivariance.symbols import D
from theory.equivariance.symbols import n as permuted
from theory.equivariance.symmetric_group import dimension as tensor_maps
from theory.equivariance.symmetric_group import k, m
from theory.equivariance.ticket import BLOCK, COEFFICIENT_ERROR, INPUTS, NORMS, POINTS, inputs, norms, points
from theory.equivariance.ticket import error as coefficient_error
from theory.formulas.no_guarantee import guaranteed
from theory.quantities import COUNT, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from theory.subset_sum.solver import u
from theory.subset_sum.symbols import eps, n

weight = sp.Symbol("weight", nonnegative=True)  # max_o Σ_{i,b} |w_iob|·‖B_b‖
before = sp.Symbol("before", nonnegative=True)  # error of the features before a layer
reach = sp.Symbol("reach", positive=True, integer=True)  # nonzero entries of all basis elements in one row
L = sp.Symbol("L", positive=True, integer=True)  # roundings that a term of a pass meets
f_abs = sp.Symbol("f_abs", nonnegative=True)  # the largest output of the pass with all numbers replaced by their moduli
B_1, B_2 = sp.symbols("B_1 B_2", positive=True, integer=True)
n_0, n_1, n_2 = sp.symbols("n_0 n_1 n_2", positive=True, integer=True)  # channels on each level
eps_1, eps_2, norms_1, norms_2, inputs_1, inputs_2, weight_2 = sp.symbols(
    "epsilon_1 epsilon_2 norms_1 norms_2 inputs_1 inputs_2 weight_2", nonnegative=True
)

INPUT_CHANNELS = Quantity(n_0, "number of channels of the input", COUNT)
HIDDEN_CHANNELS = Quantity(n_1, "number of channels behind a hidden layer", COUNT)
WEIGHT = "largest sum, over an output channel, of moduli of coefficients times norms of basis elements"
ERRORS = (0, sp.Rational(1, 10))  # ends between which errors of coefficients are drawn


def sets_of_points(order: int) -> sp.Expr:
    """Maps between tensors of one order over the points."""
    return tensor_maps.subs({k: order, m: order, permuted: points}, simultaneous=True)


bases = {
    "perceptron": (sp.Integer(1), sp.Integer(1)),
    "convolution": (window, window),
    "C4": tuple(c4_kernels[name].subs(D, K) for name in ("trivial_regular", "regular_regular")),
    "D4": tuple(d4_kernels[name].subs(D, K) for name in ("A1_regular", "regular_regular")),
    "deep_sets": (sets_of_points(1),) * 2,
    "pairs": (sets_of_points(2),) * 2,
    "message_passing": (sp.Integer(2), sp.Integer(2)),
}
coefficients = n_0 * n_1 * B_1 + n_1 * n_2 * B_2
gain = weight + n_in * eps * norms
error = coefficient_error + gain * before
first_error = coefficient_error.subs({eps: eps_1, norms: norms_1, inputs: inputs_1})
two_layers = error.subs(
    {eps: eps_2, norms: norms_2, inputs: inputs_2, weight: weight_2, n_in: n_1, before: first_error}, simultaneous=True
)
roundings = n + n_in + reach
forward_error = ((1 + u) ** L - 1) * f_abs
equivariance_error = 2 * forward_error
gamma = guaranteed(L * u / (1 - L * u), L * u < 1)

architecture_tickets = Claim(
    label="Q9",
    title="Tickets for whole equivariant networks: error and symmetry in floating point",
    statement=r"""
Let the target be a network of equivariant layers $h_\ell=\sigma(f_\ell)$, $f_\ell=\sum_{i,b}w_{iob}B_bh_{\ell-1,i}$, $h_0=x$, all levels moved by permutations, ReLU
$\sigma$ between the layers, none after the last. A ticket has two random layers for each of these (Q7); its coefficients of $\sigma(\pm x_i)$ err by
at most $\varepsilon_\ell$ in layer $\ell$: *as measured, whatever the width*. Norms are those of maxima.

(i) *Error.* If the features before a layer err by at most `before`, the layer's output errs by at most $$[[error]],$$ `norms` $=\sum_b\|B_b\|$, `inputs`
$=\sum_i\|h_i\|$ with the target's features, `n_in` channels before, `weight` $=\max_o\sum_{i,b}|w_{iob}|\|B_b\|$. For two layers: $$[[two_layers]].$$
Attained, at every depth. (The sum over $i,b$ of maxima over $o$ in place of `weight` gives a weaker bound.)

(ii) *Symmetry.* Every mask on coefficients leaves the network exactly equivariant (Q5). In floating point (roundings of relative size at most $u$, neither overflow nor underflow; sums in any order, another one
for every output and input) outputs err by at most $$[[forward_error]]$$ if no term meets more than $L$ roundings on its way through all layers, and the outputs for a moved input differ from the moved outputs by at most
$$[[equivariance_error]],$$ where `f_abs` is the largest output of the pass with all coefficients, basis elements and inputs replaced by their moduli (of $\sigma(x)$ and $\sigma(-x)$ only one needs to count). Roundings of this size can come as near to the first bound as one likes, and to the second one
to first order in $u$; for $Lu<1$ one may put $\gamma_L=[[gamma]]$ in place of $(1+u)^L-1$. A ticket evaluated channel by channel, then basis element by basis element, adds to $L$ for each layer of the target
$$[[roundings]]:$$ $n$ channels in a block of the source, `n_in` input channels of the layer, and `reach` nonzero entries of all basis elements in a row.

(iii) *Types.* The first and all later layers have so many basis elements (`bases`) per pair of channels: perceptron 1; convolution with a $K\times K$ window on a torus $K^2$; the same with turns, from pixels to
regular features and between these (p4, p4m) $K^2$ and $4K^2$ for $C_4$, $K^2$ and $8K^2$ for $D_4$; points in any order (DeepSets) 2, pairs of them (2-IGN) 15 from four points on; message passing with $I$
and the adjacency matrix $A$ 2. With channels $n_0,n_1,n_2$ two layers have $[[coefficients]]$ coefficients. Message passing commutes with permutations that
move $A$ along.
""",
    proof_text=r"""
(i) Let $f$, $g$ be a layer of the target and of the ticket, $g(x)_o=\sum_{i,b}B_b\big(p_{iob}\sigma(x_i)-q_{iob}\sigma(-x_i)\big)$ with $|p-w|,|q-w|\le\varepsilon$, $h$ and $\hat h$ their inputs. Then
$|f(h)-g(\hat h)|\le|f(h)-g(h)|+|g(h)-g(\hat h)|$. The first is at most $\varepsilon\sum_b\|B_b\|\sum_i\|h_i\|$ (Q7). As $t\mapsto p\sigma(t)-q\sigma(-t)$ has slope at most $|w|+\varepsilon$, the second is at most
$\max_o\sum_{i,b}(|w_{iob}|+\varepsilon)\|B_b\|$ times `before`, that is `weight` $+\,n_{in}\varepsilon\sum_b\|B_b\|$ times it. ReLU has slope at most 1, so the next layer starts with this error. *Attained:* an orbit basis
and all levels transitive, one $w\ge0$ for all coefficients of a layer, $p=w+\varepsilon$, $x$ constant and positive: nothing is lost anywhere.

(ii) *Claim:* after layers with $L$ roundings $|\hat h-h|\le\varphi_LH$, $\varphi_L=(1+u)^L-1$, with $H$ the features of the pass with moduli. In one more linear step with matrix $W$ and sums of
products, each term carries $j$ factors $1+\delta$, $|\delta|\le u$ (its own product and the additions after it), whose product is within $\varphi_j$ of 1. So the computed sum errs by at most
$|W|(\varphi_j|\hat h|+|\hat h-h|)\le(\varphi_j+\varphi_L+\varphi_j\varphi_L)|W|H=\varphi_{j+L}|W|H$, as $|\hat h|\le(1+\varphi_L)H$. ReLU is exact and has slope at most 1. The exact pass commutes with the group, and so does
that with moduli; at $x$ and at $\rho(g)x$ the computed outputs err by at most $\varphi_Lf_{abs}$ from the same number. By Bernoulli $1+\varphi_L\le(1-u)^{-L}\le\frac1{1-Lu}=1+\gamma_L$. *Sharp:* all numbers are
positive, one term is much larger than the others, all roundings go up; if they go down at $\rho(g)x$, the outputs differ by nearly $(1+u)^L-(1-u)^L=2Lu+O(u^3)$ times `f_abs`.
*Count.* $\lambda_kx_i$ takes 1 rounding; $\sum_k\mu_k\sigma(\lambda_kx_i)$ a product and up to $n-1$ additions; the sum over input channels `n_in` $-1$; that over the basis a product and `reach` $-1$ additions.

(iii) Q3, Q4; $I$ and $A$ are independent, as $A$ has edges and no loops. $P A P^\top\,Px=P\,Ax$. ∎
""",
    source=Source("2206.04270", "beyond the abstract; both bounds are ours"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        WINDOW.drawn_from(1, 9),
        POINTS.drawn_from(2, 9),
        BLOCK.drawn_from(1, 64),
        Quantity(reach, "number of entries other than 0 in a row of all basis elements together", COUNT, drawn=(1, 25)),
        Quantity(L, "number of roundings that a term meets on its way through the network", COUNT, drawn=(1, 1000)),
        Quantity(
            u,
            "largest relative size of a rounding",
            POSITIVE,
            drawn=(sp.Rational(1, 2**53), sp.Rational(1, 2**11)),
        ),
        Quantity(f_abs, "largest output of the pass with moduli in place of all numbers", NON_NEGATIVE, drawn=(0, 4)),
        Quantity(before, "error of the features before the layer", NON_NEGATIVE, drawn=(0, 4)),
        Quantity(weight, WEIGHT, NON_NEGATIVE, drawn=(0, 4)),
        Quantity(weight_2, f"{WEIGHT} of the second layer", NON_NEGATIVE, drawn=(0, 4)),
        COEFFICIENT_ERROR.drawn_from(*ERRORS),
        NORMS.drawn_from(0, 4),
        INPUTS.drawn_from(0, 4),
        Quantity(eps_1, "largest error of a coefficient of the first layer", NON_NEGATIVE, drawn=ERRORS),
        Quantity(eps_2, "largest error of a coefficient of the second layer", NON_NEGATIVE, drawn=ERRORS),
        Quantity(norms_1, f"{NORMS.meaning}, of the first layer", NON_NEGATIVE, drawn=(0, 4)),
        Quantity(norms_2, f"{NORMS.meaning}, of the second layer", NON_NEGATIVE, drawn=(0, 4)),
        Quantity(inputs_1, INPUTS.meaning.replace("the layer", "the first layer"), NON_NEGATIVE, drawn=(0, 4)),
        Quantity(inputs_2, INPUTS.meaning.replace("the layer", "the second layer"), NON_NEGATIVE, drawn=(0, 4)),
        Quantity(B_1, "number of basis elements of the first layer", COUNT, drawn=(1, 36)),
        Quantity(B_2, "number of basis elements of the second layer", COUNT, drawn=(1, 36)),
        CHANNELS_BEFORE.drawn_from(1, 9),
        INPUT_CHANNELS.drawn_from(1, 9),
        HIDDEN_CHANNELS.drawn_from(1, 9),
        Quantity(n_2, "number of channels of the output", COUNT, drawn=(1, 9)),
    ),
    hypotheses=(
        Hypothesis("permutation representations"),
        Hypothesis("in (i) exact arithmetic"),
        Hypothesis(
            "in (ii) rounding to nearest, neither overflow nor underflow; moved and unmoved pass may add in different orders"
        ),
        Hypothesis("roundings so few that their sizes add up to less than 1", L * u < 1, needed_by=("gamma",)),
        Hypothesis("in (iii) a window that turns has an odd side or is the whole torus, so that it is moved to itself"),
        Hypothesis("in (iii) the graph has edges and no loops"),
    ),
    uses=("Q3", "Q4", "Q5", "Q7"),
    expressions={
        "error": error,
        "two_layers": two_layers,
        "forward_error": forward_error,
        "equivariance_error": equivariance_error,
        "gamma": gamma,
        "roundings": roundings,
        "bases": bases,
        "coefficients": coefficients,
    },
    aids={"sides": "both", "pruned": "coefficients", "graph": "moves along"},
)
