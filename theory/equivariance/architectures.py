"""Q9: tickets for whole networks: how far they stray, and how equivariant they are in floating point."""

from dataclasses import replace

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.equivariance.grids import WINDOW, K, c4_kernels, d4_kernels, window
from sparse_limits.theory.equivariance.lower_bound import CHANNELS_BEFORE, n_in
from sparse_limits.theory.equivariance.symbols import COEFFICIENTS, IDENTITY, RELU, SQUARE, D
from sparse_limits.theory.equivariance.symbols import n as permuted
from sparse_limits.theory.equivariance.symmetric_group import dimension as tensor_maps
from sparse_limits.theory.equivariance.symmetric_group import k, m
from sparse_limits.theory.equivariance.ticket import (
    BLOCK,
    COEFFICIENT_ERROR,
    INPUTS,
    NORMS,
    POINTS,
    inputs,
    norms,
    points,
)
from sparse_limits.theory.equivariance.ticket import error as coefficient_error
from sparse_limits.theory.formulas.no_guarantee import guaranteed, unconditional
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT_FROM_ZERO, NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, induction, nonnegative, same
from sparse_limits.theory.subset_sum.solver import u
from sparse_limits.theory.subset_sum.symbols import eps, n

weight = sp.Symbol("omega", nonnegative=True)  # max_o Σ_{i,b} |w_iob|·‖B_b‖
before = sp.Symbol("Delta", nonnegative=True)  # error of the features before a layer
reach = sp.Symbol("r", nonnegative=True, integer=True)  # nonzero entries of all basis elements in one row
L = sp.Symbol("L", nonnegative=True, integer=True)  # roundings that a term of a pass meets
more = sp.Symbol("l", nonnegative=True, integer=True)  # that it meets in one step more
moduli_output = sp.Symbol("M", nonnegative=True)  # largest output of the pass with moduli in place of all numbers
B_1, B_2 = sp.symbols("B_1 B_2", nonnegative=True, integer=True)
n_0, n_1, n_2 = sp.symbols("n_0 n_1 n_2", nonnegative=True, integer=True)  # channels on each level
eps_1, eps_2, norms_1, norms_2, inputs_1, inputs_2, weight_2 = sp.symbols(
    "epsilon_1 epsilon_2 beta_1 beta_2 xi_1 xi_2 omega_2", nonnegative=True
)

INPUT_CHANNELS = Quantity(n_0, "number of channels of the input", COUNT_FROM_ZERO)
HIDDEN_CHANNELS = Quantity(n_1, "number of channels after a hidden layer", COUNT_FROM_ZERO)
WEIGHT = "largest sum, over an output channel, of moduli of coefficients times norms of basis elements"
ERRORS = (0, sp.Rational(1, 10))  # ends between which errors of coefficients are drawn


def sets_of_points(order: int) -> sp.Expr:
    """Maps between tensors of one order over the points."""
    return valued(tensor_maps, {k: order, m: order, permuted: points})


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
stray = (1 + u) ** L - 1
carried = stray + stray.subs(L, more) + stray * stray.subs(L, more)
forward_error = stray * moduli_output
equivariance_error = 2 * forward_error
apart = ((1 + u) ** L - (1 - u) ** L) * moduli_output  # all roundings up in the one pass, all down in the other
CONSTANT = r"orbit bases of transitive levels, one $w\ge0$ for all coefficients of a layer, $w+\varepsilon$ in the ticket, constant positive inputs"
gamma = guaranteed(L * u / (1 - L * u), L * u < 1)

STEPS = proof(
    r"""
its own errors (by Q7.1 for error): Let $f$, $g$ be a layer of the target and of the ticket,
$g(x)_o=\sum_{i,b}B_b\big(p_{iob}\sigma(x_i)-q_{iob}\sigma(-x_i)\big)$ with $|p-w|,|q-w|\le\varepsilon$, and let $h$, $\hat h$ be their
inputs. By Q7.1 $|f(h)-g(h)|\le[[own_error]]$ with $\beta=\sum_b\|B_b\|$, $\xi=\sum_i\|h_i\|$.

slope (by triangle inequality): The function $t\mapsto pt$ for $t\ge0$, $qt$ for $t\le0$, has slopes of modulus at most $|w|+\varepsilon$.
So $|g(h)-g(\hat h)|$ is at most $\max_o\sum_{i,b}(|w_{iob}|+\varepsilon)\|B_b\|$ times the error $\Delta$ of $\hat h$.

gain (from slope): This factor is at most $[[gain]]$ with $\omega=\max_o\sum_{i,b}|w_{iob}|\|B_b\|$, since the part with $\varepsilon$ is
the same for each output and each input channel.

error (from its own errors, gain): $|f(h)-g(\hat h)|\le|f(h)-g(h)|+|g(h)-g(\hat h)|\le[[error]]$. There is equality if all levels are
transitive, the basis is the orbit basis, all coefficients of a layer are one number $w\ge0$, $p=w+\varepsilon$, and $x$ is constant and
positive, since then no inequality loses anything.

two layers (from error): As ReLU has slope at most 1, the error of the features before a layer is at most the error of the outputs of the
layer before it; before the first layer there is no error. For two layers the bound is $[[two_layers]]$.

roundings multiply: The product of $L$ factors $1+\delta$ with $|\delta|\le u$ differs from 1 by at most $\varphi_L=[[stray]]$: without a
factor by nothing, and one more factor takes the bound from $\varphi_L$ to $\varphi_L+u(1+\varphi_L)$.

one step more (from roundings multiply): Let $|\hat h-h|\le\varphi_LH$, where $H$ are the features of the pass with moduli, and let each
term of a linear step $W$ meet at most $l$ roundings. The computed sum has an error of at most $|W|(\varphi_l|\hat h|+|\hat h-h|)$, where
$|\hat h|\le(1+\varphi_L)H$. So the error is at most $[[carried]]$ times $|W|H$, which is $\varphi_{L+l}|W|H$.

layer by layer (from one step more; by induction): Inputs are exact, and ReLU rounds nothing and has slope at most 1. So after steps with
$L$ roundings $|\hat h-h|\le\varphi_LH$.

rounding (from roundings multiply, layer by layer): So outputs have errors of at most $[[forward_error]]$. For positive numbers, if all roundings go up, the error comes the closer to this bound, the smaller the other terms are compared with the term that meets $L$
roundings.

exact symmetry (by Q5): In exact arithmetic the network commutes with the group, whatever the mask, and so does the pass with moduli.

symmetry (from rounding, exact symmetry): At $x$ and at $\rho(g)x$ the computed outputs have at most this error with respect to the same
number. So they differ by at most $[[equivariance_error]]$. To first order in $u$ they differ by as much if roundings go up at one of these
inputs and down at the other.

Bernoulli (from roundings multiply): For $Lu<1$ one has $(1+u)^L(1-Lu)\le1$, since the left side decreases in $L$ from 1. So
$\varphi_L\le\gamma_L=[[gamma]]$.

count: A term meets one rounding in $\lambda_kx_i$, one in the product with $\mu_k$ and one in the product with an entry of the basis. In
each of the sums over a block, over the input channels and over the entries of the basis in a row, one more summand adds one rounding. So a
term meets $[[roundings]]$ roundings.

sets (by Q3): For points in any order the layers are the equivariant maps between tensors over $m$ points, of order 1 or 2 on both sides.

grids (by Q4): On grids the layers have windows that wrap around, and kernels that turn.

types (from sets, grids; gives bases): So the layers have the stated numbers of basis elements (`bases`). $I$ and $A$ are linearly
independent, as the graph of $A$ has edges and no loops, and $PAP^\top Px=PAx$ for a permutation $P$.

coefficients: Two layers have $[[coefficients]]$ coefficients: one more channel between them adds $B_1$ for each input channel and $B_2$ for
each output channel.
""",
    globals(),
    own_error=coefficient_error,
)

STAYS = "stays as it is"  # the graph of a message passing network, when its vertices are renamed


def powers(gap: sp.Expr) -> sp.Expr:
    return sp.powsimp(sp.expand(sp.powsimp(sp.expand(gap))))


def the_second_layer_starts_with_the_first_error(two_layers: sp.Expr, error: sp.Expr) -> Relations:
    """The bound of one layer twice, first without an error in front, then with this one."""
    one = valued(error, {before: 0, eps: eps_1, norms: norms_1, inputs: inputs_1})
    here = {eps: eps_2, norms: norms_2, inputs: inputs_2, weight: weight_2, n_in: n_1, before: one}
    yield same(two_layers, valued(error, here), by=sp.expand)


def products_fall_from_one(gamma: sp.Expr, stray: sp.Expr) -> Relations:
    """(1 + φ)/(1 + γ) loses (L + 1)u²(1 + u)ᴸ from L to L + 1, and is 1 for L = 0."""
    ratio = (1 + stray) / (1 + unconditional(gamma))
    loss = (L + 1) * u**2 * (1 + u) ** L
    yield nonnegative(ratio - ratio.subs(L, L + 1), loss)
    yield same(ratio.subs(L, 0), sp.S.One)


def summands_are_added_one_by_one(roundings: sp.Expr) -> Relations:
    """Three products for sums of one summand each; a summand more in any of the three sums adds a rounding."""
    term = roundings
    for letter in (n, n_in, reach):
        alone = term.subs(letter, 1)
        yield induction(term, letter, alone, lambda each: each + 1, start=1)
        term = alone
    yield same(term, sp.Integer(3))


architecture_tickets = Claim(
    label="Q9",
    title="Tickets for whole equivariant networks: error and symmetry in floating point",
    headline=r"Masks on coefficients keep a network exactly equivariant. If a layer's coefficients have error at most $\varepsilon$ and the features before it at most $\Delta$, its outputs have error at most $$[[error]].$$ This is attained.",
    statement=r"""
**Setting.** The target is a network of equivariant layers, $h_\ell=\sigma(f_\ell)$ with $f_\ell=\sum_{i,b}w_{iob}B_bh_{\ell-1,i}$ and
$h_0=x$, with ReLU $\sigma$ between the layers and none after the last. The group acts on all levels by permutations. A ticket has two
random layers for each layer of the target (Q7.1). Its coefficients of $\sigma(\pm x_i)$ in layer $\ell$ have errors of at most
$\varepsilon_\ell$, *as measured, whatever the width*. Norms are maximum norms and the operator norms induced by them.

(i) **Error.** If the features before a layer have errors of at most $\Delta$, the error of the layer's output is at most $$[[error]].$$
Here `n_in` is the number of input channels, $\beta=\sum_b\|B_b\|$, $\xi=\sum_i\|h_i\|$ for the target's features, and
$\omega=\max_o\sum_{i,b}|w_{iob}|\|B_b\|$. For two layers, with their numbers as indices, the bound is $$[[two_layers]].$$ Iterated in this
way over all layers, the bound on the error is attained at every depth. (The sum over $i,b$ of the maxima over $o$ in place of $\omega$
gives a bound that is no smaller.)

(ii) **Symmetry.** Every mask on coefficients leaves the network exactly equivariant (Q5).

*In floating point*, let roundings have relative size at most $u$, with neither overflow nor underflow. Sums may be taken in any order,
possibly a different one for every output and input. Let no term meet more than $L$ roundings on its way through all layers. Let $M$ be the
largest output of the pass in which all coefficients, basis elements and inputs are replaced by their moduli. (Only one of $\sigma(x)$ and
$\sigma(-x)$ needs to be counted.)

*What roundings do.* Under these conditions the rounding error of outputs is at most $$[[forward_error]],$$ and the outputs for a moved
input differ from the moved outputs by at most $$[[equivariance_error]].$$ Roundings of this size can come arbitrarily close to the bound on
the error, and to the bound on the difference to first order in $u$. For $Lu<1$ one may replace $(1+u)^L-1$ by $\gamma_L=[[gamma]]$.

*How many roundings.* If a ticket is evaluated channel by channel, then basis element by basis element, each layer of the target adds to $L$
$$[[roundings]].$$ Here $n$ is the number of channels in a block of the source, `n_in` the number of input channels of the layer, and $r$
the number of nonzero entries of all basis elements in a row.

(iii) **Types.** The layers have the following numbers of basis elements (`bases`) per pair of channels.

* Perceptron: 1.
* Convolution with a $K\times K$ window on a torus (of side $K$ or more): $K^2$.
* The same with turns (p4), or turns and reflections (p4m): $K^2$ in the first layer, from pixels to regular features; in later layers, between regular features,
  $4K^2$ for $C_4$ and $8K^2$ for $D_4$.
* Points in any order (DeepSets), at least two: 2. Pairs of points (2-IGN), at least four points: 15.
* Message passing with $I$ and the adjacency matrix $A$: 2. It commutes with permutations that also permute $A$.

With $n_0,n_1,n_2$ channels, two layers have $[[coefficients]]$ coefficients.
""",
    steps=STEPS,
    source=Source("2206.04270", "v2", "beyond the abstract; both bounds are ours"),
    provenance=Provenance.EXTENSION,
    quantities=(
        WINDOW.drawn_from(0, 9),
        POINTS.drawn_from(1, 9),
        BLOCK.drawn_from(0, 64),
        Quantity(
            reach,
            "number of entries other than 0 in a row of all basis elements together",
            COUNT_FROM_ZERO,
            drawn=(0, 25),
        ),
        Quantity(
            L, "number of roundings that a term meets on its way through the network", COUNT_FROM_ZERO, drawn=(0, 1000)
        ),
        Quantity(
            more, "number of roundings that a term meets in one step of the network", COUNT_FROM_ZERO, drawn=(0, 100)
        ),
        Quantity(
            u,
            "largest relative size of a rounding",
            NON_NEGATIVE,
            drawn=(sp.Rational(1, 2**53), sp.Rational(1, 2**11)),
        ),
        Quantity(
            moduli_output, "largest output of a pass with moduli in place of all numbers", NON_NEGATIVE, drawn=(0, 4)
        ),
        Quantity(before, "largest error of a value in front of the next layer", NON_NEGATIVE, drawn=(0, 4)),
        Quantity(weight, WEIGHT, NON_NEGATIVE, drawn=(0, 4)),
        Quantity(weight_2, f"{WEIGHT} of the second layer", NON_NEGATIVE, drawn=(0, 4)),
        replace(COEFFICIENT_ERROR, within=NON_NEGATIVE, drawn=ERRORS),
        NORMS.drawn_from(0, 4),
        INPUTS.drawn_from(0, 4),
        Quantity(eps_1, "largest error of a coefficient of the first layer", NON_NEGATIVE, drawn=ERRORS),
        Quantity(eps_2, "largest error of a coefficient of the second layer", NON_NEGATIVE, drawn=ERRORS),
        Quantity(norms_1, NORMS.meaning.replace("elements", "elements of the first layer"), NON_NEGATIVE, drawn=(0, 4)),
        Quantity(
            norms_2, NORMS.meaning.replace("elements", "elements of the second layer"), NON_NEGATIVE, drawn=(0, 4)
        ),
        Quantity(inputs_1, INPUTS.meaning.replace("the layer", "the first layer"), NON_NEGATIVE, drawn=(0, 4)),
        Quantity(inputs_2, INPUTS.meaning.replace("the layer", "the second layer"), NON_NEGATIVE, drawn=(0, 4)),
        Quantity(B_1, "number of basis elements of the first layer", COUNT_FROM_ZERO, drawn=(0, 36)),
        Quantity(B_2, "number of basis elements of the second layer", COUNT_FROM_ZERO, drawn=(0, 36)),
        replace(CHANNELS_BEFORE, within=COUNT_FROM_ZERO, drawn=(0, 9)),
        INPUT_CHANNELS.drawn_from(0, 9),
        HIDDEN_CHANNELS.drawn_from(0, 9),
        Quantity(n_2, "number of channels of the output", COUNT_FROM_ZERO, drawn=(0, 9)),
    ),
    hypotheses=(
        Hypothesis("permutation representations"),
        Hypothesis("in (i) exact arithmetic"),
        Hypothesis(
            "in (ii) rounding to nearest, neither overflow nor underflow; moved and unmoved pass may add in different orders"
        ),
        Hypothesis("in (iii) a window that turns has an odd side or is the whole torus, so that it is moved to itself"),
        Hypothesis("in (iii) the graph has edges and no loops"),
    ),
    symbols={
        **COEFFICIENTS,
        "x": "input of the network",
        "x_i": "channel $i$ in front of a layer",
        "h_i": "channel $i$ of the target's features in front of a layer",
        r"f_\ell": r"what layer $\ell$ of the target gives before its ReLU",
        r"h_\ell, h_{\ell-1,i}": r"features of the target after layer $\ell$, and channel $i$ before it",
        r"\varepsilon_\ell": r"largest error of a coefficient of layer $\ell$",
        **RELU,
        r"\gamma_L": "bound on $(1+u)^L-1$",
        **SQUARE,
        **IDENTITY,
        "A": "adjacency matrix of a graph",
    },
    also=("bases",),
    aids={"sides": "both", "pruned": "coefficients", "graph": "moves along", "apart": apart},
    sharp=(
        Sharp(expression="error", example=CONSTANT, check="constant_features_attain_it"),
        Sharp(expression="two_layers", example=CONSTANT, check="constant_features_attain_it"),
        Sharp(
            expression="forward_error",
            example="roundings that all go up, of a product of positive numbers",
            check="constants_come_from_products",
        ),
    ),
    loose=(
        Loose(
            expression="equivariance_error",
            truth="apart",
            at=tuple({L: 100, u: sp.Rational(1, 2**digits), moduli_output: 1} for digits in (11, 24)),
            lost="in the roundings that go down, whose errors are smaller than those of roundings that go up",
            order="by the step *symmetry*, as the quotient tends to $1$ for $u\\to0$",
        ),
        Loose(
            expression="gamma",
            truth="stray",
            at=tuple({L: 100, u: sp.Rational(1, 2**digits)} for digits in (11, 24)),
            lost="in Bernoulli's inequality",
            order=r"as $u\to0$ with $L$ fixed: since $\varphi_L\ge Lu$, the quotient is at most $\frac1{1-Lu}$",
        ),
    ),
    because={
        "coefficients": lambda coefficients: induction(
            coefficients, n_1, sp.S.Zero, lambda term: term + n_0 * B_1 + n_2 * B_2, by=sp.expand
        ),
        "gain": lambda gain: induction(gain, n_in, weight, lambda term: term + eps * norms, by=sp.expand),
        "error": lambda error, own_error, gain: (
            same(error, own_error + gain * before, by=sp.expand),
            same(own_error, eps * norms * inputs),
        ),
        "two layers": the_second_layer_starts_with_the_first_error,
        "roundings multiply": lambda stray: (
            same(stray.subs(L, L + 1), stray + u * (1 + stray), by=powers),
            induction(stray, L, sp.S.Zero, lambda term: term + u * (1 + term), by=powers),
        ),
        "one step more": lambda carried, stray: (
            same(carried, stray.subs(L, L + more), by=powers),
            same(carried, stray.subs(L, more) * (1 + stray) + stray, by=powers),
        ),
        "rounding": lambda forward_error, stray: same(forward_error, stray * moduli_output),
        "symmetry": lambda equivariance_error, forward_error: (
            same(equivariance_error, forward_error + forward_error),
            same(*(sp.diff(each, u).subs(u, 0) for each in (equivariance_error, apart))),
        ),
        "Bernoulli": products_fall_from_one,
        "count": summands_are_added_one_by_one,
    },
    wrong=lambda: {
        "bases: features without turns": {**bases, "C4": bases["convolution"]},
        "bases: a library's kernels": {**bases, "C4": (K**2, 8 * K**2 / 3)},
        "bases: turns without reflections": {**bases, "D4": bases["C4"]},
        "bases: Bell number": {**bases, "pairs": (sp.Integer(15), sp.Integer(15))},
        "bases: no mean": {**bases, "deep_sets": (sp.Integer(1), sp.Integer(1))},
        "bases: one coefficient for each edge": {**bases, "message_passing": (1 + points, 1 + points)},
        "coefficients: one layer": n_0 * n_1 * B_1,
        "coefficients: one basis": B_1 * (n_0 * n_1 + n_1 * n_2),
        "error: no error from before": coefficient_error,
        "error: no error of its own": error - coefficient_error,
        "error: errors add up": coefficient_error + before,
        "error: the slope of the target": coefficient_error + weight * before,
        "error: one channel before": coefficient_error + (weight + eps * norms) * before,
        "error: no error at all": sp.Integer(0),
        "gain: the slope of the target": weight,
        "gain: one channel before": weight + eps * norms,
        "two_layers: the second layer alone": eps_2 * norms_2 * inputs_2,
        "two_layers: errors add up, two layers": first_error + eps_2 * norms_2 * inputs_2,
        "two_layers: the slope of the target, two layers": eps_2 * norms_2 * inputs_2 + weight_2 * first_error,
        "sides: the plus side alone": "plus",
        "pruned: a tenth of the entries": "entries",
        "graph: the graph stays": STAYS,
        "equivariance_error: one rounding for each layer": 2 * u * moduli_output,
        "forward_error: to first order": L * u * moduli_output,
        "forward_error: square root of the number": sp.sqrt(L) * u * moduli_output,
        "forward_error: relative to one": stray,
        "gamma: without the denominator": L * u,
        "gamma: a rounding more": gamma.subs(L, L + 1),
        "carried: errors add up": stray + stray.subs(L, more),
        "carried: the step alone": stray.subs(L, more),
        "apart: all up in both passes": equivariance_error,
        "stray: to first order": L * u,
        "stray: square root of the number": sp.sqrt(L) * u,
        "roundings: without the basis": n + n_in,
        "roundings: one sum over everything": 1 + n * n_in * reach,
        "roundings: one channel before": roundings.subs(n_in, 1),
    },
)
