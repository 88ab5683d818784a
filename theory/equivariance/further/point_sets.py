"""Q10: a trained network for point sets in any order, found inside a random one by pruning coefficients."""

import sympy as sp

from sparse_limits.theory.bounds import Sharp
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.equivariance.architectures import B_1, B_2, HIDDEN_CHANNELS, INPUT_CHANNELS, n_0, n_1, n_2
from sparse_limits.theory.equivariance.architectures import coefficients as of_two_layers
from sparse_limits.theory.equivariance.ticket import BLOCK
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT_FROM_ZERO, NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, induction, same
from sparse_limits.theory.subset_sum.further.digits import Pruned
from sparse_limits.theory.subset_sum.layer_error import d, e, error, h, w
from sparse_limits.theory.subset_sum.symbols import n

classes = sp.Symbol("c", nonnegative=True, integer=True)  # channels of outputs
d_plus, d_minus, x = sp.symbols("d_plus d_minus x", real=True)  # errors of a coefficient at σ(x) and σ(−x); an input

first_error = sp.Abs(d_plus) * sp.Max(x, 0) + sp.Abs(d_minus) * sp.Max(-x, 0)
pairs = ((n_0, n_1, 2), (n_1, n_1, 2), (n_1, classes, 1))  # channels before, channels after, elements of the basis
coefficients = 2 * n_0 * n_1 + 2 * n_1**2 + n_1 * classes
candidates = n * n_0 * (1 + 2 * n_1) + n * n_1 * (1 + 2 * n_1) + n * n_1 * (1 + classes)
total = n * n_0 * (n_0 + 2 * n_1) + n * n_1 * (n_1 + 2 * n_1) + n * n_1 * (n_1 + classes)

found = Pruned("found", 64)

STEPS = proof(
    r"""
layers (a definition): The three layers have these numbers of channels before and after, and of elements of the basis: $[[pairs]]$. The mean
over all points and the linear map together are one layer, with the basis $\frac1m\mathbf 1^\top$.

coefficients (from layers): The target has one coefficient for each input channel, output channel and basis element: $[[coefficients]]$.

source (by Q7.1 for unit): By Q7.1 each coefficient is found in two layers of the source, with $n$ channels between them for each input
channel. The first layer is spanned by $I$, and of its coefficients only those into the block of their own channel may be kept. Of the
second layer all coefficients may be kept.

candidates (from layers, source): So $[[candidates]]$ coefficients may be kept: for each channel of a block, one of its incoming
coefficients and all of its outgoing coefficients.

all of the source (from layers, source): Each channel of a block has one incoming coefficient for each input channel. So the source has
$[[total]]$ coefficients in all.

first errors: The target's first layer is $\sum_{i,b}B_bw_{iob}(\sigma(x_i)-\sigma(-x_i))$; the ticket's first layer has $w+d_+$ and $w+d_-$
as the coefficients of the two terms. At a coordinate $x$ one of $\sigma(x)$, $\sigma(-x)$ is 0. So target and ticket differ there, for each
coefficient, by $[[first_error]]$ times $B_b\ge0$. If $d_+\ge0\ge d_-$, these errors add up.

later errors (by R11 for error): The inputs of later layers are not negative. So for each coordinate and basis element the error is at most
$[[error]]$.

symmetry (by Q5): $I$ and $\frac1mJ$ commute with permutations of the points, and $\frac1m\mathbf1^\top$ is invariant under them. So,
whatever the masks, every network of layers of the first kind commutes with these permutations, and every network that ends with a layer of
the second kind is invariant under them.

found (from first errors, later errors, symmetry; gives found; on samples: a measurement on trained targets): The rest is measured, with
targets trained anew, and samples and sources drawn anew. Tickets with $n=64$ channels in a block are found, the bounds of both kinds
certify them at almost all samples, and permuting the points changes outputs by rounding errors alone.
""",
    globals(),
    error=error,
)

Sizes = tuple[sp.Expr, sp.Expr, sp.Expr]


FEWER = (pairs[0], pairs[1], (n_1, classes, sp.Integer(2)))


def layers_have_their_coefficients(coefficients: sp.Expr, pairs: tuple[Sizes, Sizes, Sizes]) -> Relations:
    """Q9's count for two layers of two elements, and the third; and the products of the three sizes."""
    first_two = of_two_layers.subs({n_2: n_1, B_1: 2, B_2: 2}, simultaneous=True)
    yield same(coefficients, first_two + n_1 * classes, by=sp.expand)
    yield same(coefficients, sp.Add(*(sp.Mul(*sizes) for sizes in pairs)), by=sp.expand)


def channels_of_blocks_have_candidates(candidates: sp.Expr, pairs: tuple[Sizes, Sizes, Sizes]) -> Relations:
    """None without channels in a block; a channel more in each has one coefficient in front, and all behind."""
    more = sp.Add(*(before * (1 + after * elements) for before, after, elements in pairs))
    yield induction(candidates, n, sp.S.Zero, lambda term: term + more, by=sp.expand)


def channels_of_blocks_have_coefficients(total: sp.Expr, pairs: tuple[Sizes, Sizes, Sizes]) -> Relations:
    """None without channels in a block; a channel more in each has one for each channel before, and all behind."""
    more = sp.Add(*(before * (before + after * elements) for before, after, elements in pairs))
    yield induction(total, n, sp.S.Zero, lambda term: term + more, by=sp.expand)


point_set_ticket = Claim(
    label="Q10",
    title="A trained network for point sets found by pruning (measured)",
    statement=r"""
*Proved.* Consider DeepSets: two layers with the basis $\{I,\frac1mJ\}$ on $m\ge2$ points and with `n_1` channels, each followed by ReLU,
then the mean over all points and a linear map to the $c$ classes, which together are one layer with the basis $\{\frac1m\mathbf 1^\top\}$.
With `n_0` input channels these layers have $[[coefficients]]$ coefficients. Take the source of Q7.1 for each of these three layers, with
$n$ channels for each input channel of the layer. If the first layer of each pair is spanned by $I$, the source has $[[total]]$ coefficients
in all, of which $[[candidates]]$ may be kept. Whatever the masks, no output changes when points are permuted. Inputs have both signs. With
$w+d_+$ and $w+d_-$ in place of $w$ in $w(\sigma(x)-\sigma(-x))$, the error of the first layer is, coordinate by coordinate, at most
$\sum_{i,b}B_b$ applied to $$[[first_error]],$$ and that of each later layer at most the same sum, over its own channels and basis, applied
to $$[[error]]$$ ($h\ge0$ is the target's value in front of the layer, $e$ the error of this value, and $d$ the error of a coefficient $w$).
Both bounds are attained. The certificate is that of R11: at certified samples target and ticket choose the same class.

*Measured.* Samples: 16 points in the plane and a constant channel, turned by a random angle and blurred by normal noise of standard
deviation $\frac1{10}$; classes: ring of radius 1, two blobs (standard deviation $\frac15$, $\frac52$ apart), segment of length 3, disc of
radius 1. Target: channels 3–12–12–4, 408 coefficients, trained on 2000 samples (Adam with step size $10^{-2}$, multiplied by $\frac3{10}$
after 400 and 800 of 900 steps, over batches of 250 samples in turn), tested on 1000 others; each layer is multiplied so that its largest
coefficient has the modulus $\frac1{2e}$. Source: coefficients uniform on $[-1,1]$; two subset sums for each coefficient of the first layer,
one for each coefficient of the later layers, as in R11. **Asserted:** with $n=64$ at least $\frac{19}{20}$ of the test samples are
certified. **Reported, not asserted,** for the seeds 0, 1, 2 (target's accuracy $.989$, $.994$, $.991$): for $n=64$ all choices agree, at
least $.999$ are certified, about $5600$ of $27\,840$ coefficients are kept for 408, and permuting the points changes outputs by less than
$10^{-16}$. For $n=32$ the agreement is at least $.998$, but only $.00$, $.97$, $.92$ are certified. The agreement is $.59,.60,.81$ for
$n=16$ and $.26,.43,.25$ for $n=8$. With the subset sums for $\sigma(x)$ alone and $n=64$ it is $.47,.41,.42$. Random masks that keep as
many coefficients agree with the target on $.03$ to $.29$ of the samples, and blocks that are not pruned on $.19$ to $.26$.
""",
    steps=STEPS,
    source=Source("2206.04270", "v2", "beyond the abstract; task, network and certificate are ours"),
    provenance=Provenance.EXTENSION,
    quantities=(
        BLOCK.drawn_from(0, 64),
        INPUT_CHANNELS.drawn_from(0, 64),
        HIDDEN_CHANNELS.drawn_from(0, 64),
        Quantity(classes, "number of classes, each with an output of its own", COUNT_FROM_ZERO, drawn=(0, 64)),
        Quantity(x, "input of the network at a coordinate", sp.S.Reals, drawn=(-3, 3)),
        Quantity(d_plus, "error of a coefficient for positive inputs", sp.S.Reals, drawn=(-1, 1)),
        Quantity(d_minus, "error of the same coefficient for negative inputs", sp.S.Reals, drawn=(-1, 1)),
        Quantity(w, "coefficient of the target", sp.S.Reals),
        Quantity(d, "error of the coefficient in the ticket", sp.S.Reals),
        Quantity(h, "value of the target in front of the coefficient", NON_NEGATIVE),
        Quantity(e, "error of the value in front of the coefficient", NON_NEGATIVE),
    ),
    hypotheses=(
        Hypothesis("measured: samples, training and random networks of other seeds; the limit is asserted, not proved"),
    ),
    also=("found",),
    aids={"exceptions": sp.Rational(1, 20), "sides": "both", "pruned": "coefficients"},
    sharp=(
        Sharp(
            expression="first_error",
            example=r"$d_+\ge0\ge d_-$, and features that do not vanish",
            check="outputs_stay_within_the_bound",
        ),
        Sharp(expression="error", example="positive coefficients and errors", check="outputs_stay_within_the_bound"),
    ),
    because={
        "coefficients": layers_have_their_coefficients,
        "candidates": channels_of_blocks_have_candidates,
        "all of the source": channels_of_blocks_have_coefficients,
    },
    wrong=lambda: {
        "first_error: one sign alone": sp.Abs(d_plus) * sp.Max(x, 0),
        "first_error: the errors of σ(x) for both": sp.Abs(d_plus) * sp.Abs(x),
        "first_error: the larger error": sp.Max(sp.Abs(d_plus), sp.Abs(d_minus)) * sp.Abs(x),
        "error: the target's coefficients": sp.Abs(w) * e + sp.Abs(d) * h,
        "error: without the error in front": sp.Abs(d) * h,
        "coefficients: without the third layer": coefficients - n_1 * classes,
        "candidates: second layers alone": n * coefficients,
        "candidates: the whole source": total,
        "total: blocks alone": candidates,
        "total: second layers alone": n * coefficients,
        "pairs: two elements behind the mean": FEWER,
        "pruned: entries of the matrices": "entries",
        "found: random masks": Pruned("random", 64),
        "found: nothing pruned": Pruned("all", 64),
        "found: 8 channels for one": Pruned("found", 8),
        "sides: the plus side alone": "plus",
    },
)
