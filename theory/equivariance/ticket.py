"""Q7: equivariant lottery tickets: coefficients of a random network of two layers that, pruned, act as a given layer."""

from dataclasses import replace

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp
from sparse_limits.theory.claims import Claim, Pitfall, Provenance, Source
from sparse_limits.theory.equivariance.block_chances import needed, two_values, two_values_nonnegative
from sparse_limits.theory.equivariance.lower_bound import CHANNELS_AFTER, CHANNELS_BEFORE, FAILURE, n_in, n_out
from sparse_limits.theory.equivariance.symbols import BASIS, LAYER, QUARTER_TURNS, RELU, B
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import (
    COUNT,
    COUNT_FROM_ZERO,
    NON_NEGATIVE,
    POSITIVE,
    Hypothesis,
    Quantity,
    whole_from,
)
from sparse_limits.theory.reasons import induction, same
from sparse_limits.theory.subset_sum import two_layers
from sparse_limits.theory.subset_sum.layer_error import w
from sparse_limits.theory.subset_sum.potential import a, kappa
from sparse_limits.theory.subset_sum.potential import failure as one_failure
from sparse_limits.theory.subset_sum.symbols import delta, eps, n
from sparse_limits.theory.subset_sum.two_layers import x

B_in = sp.Symbol("B_in", nonnegative=True, integer=True)  # elements of the basis of the first layer
orbits = sp.Symbol("k", nonnegative=True, integer=True)  # of the group on the input's coordinates
points = sp.Symbol("m", positive=True, integer=True)
norms, inputs = sp.symbols("beta xi", nonnegative=True)  # Σ_b ‖B_b‖ and Σ_i ‖x_i‖, both for maxima

BLOCK = Quantity(
    n, "number of channels between the layers of the source for each channel before the target's", COUNT_FROM_ZERO
)
POINTS = Quantity(points, "number of points that the symmetric group permutes", COUNT)
COEFFICIENT_ERROR = Quantity(eps, "largest error of a coefficient", POSITIVE)
NORMS = Quantity(norms, "sum of the norms of the basis elements, for maxima", NON_NEGATIVE)
INPUTS = Quantity(
    inputs, "sum of the sizes of the channels before the layer, each the largest modulus in it", NON_NEGATIVE
)

perceptron = {two_layers.d_0: n_in, two_layers.d_1: n_out * B}  # with as many weights as the layer has coefficients
nonnegative_failure = two_layers.nonnegative_failure.subs(perceptron)
failure = two_layers.failure.subs(perceptron)
block_failure = 2 * nonnegative_failure
general_failure = B_in * failure
size = two_layers.size.subs(perceptron)
uniform_size = two_layers.uniform_size.subs(perceptron)
error = eps * norms * inputs
channels = n * n_in * orbits
lost = 1 / sp.sqrt(points)
unit, halves, target_failure, input_error = (  # those of R8
    two_layers.unit,
    two_layers.halves,
    two_layers.target_failure,
    two_layers.input_error,
)
contraction = 1 - a * kappa / 4
mean_norm, identity_norm = sp.Integer(1), sp.sqrt(points)
PRODUCTS = (
    Quantity(
        a,
        "end of the symmetric interval on which a product of two coefficients has a density; "
        "at least twice the largest modulus of the target's coefficients",
        POSITIVE,
        drawn=(sp.Rational(1, 4), 1),
    ),
    Quantity(
        kappa,
        "density that a product of two coefficients has at least on that interval",
        POSITIVE,
        drawn=(sp.Rational(1, 20), sp.Rational(1, 2)),
    ),
)
WINDOWS = {n_in: 3, n_out: 8, B: 9, eps: sp.Rational(1, 100)}  # convolutions with a window of nine cells
no_pair, no_pair_of_a_sign = 1 - two_values_nonnegative, 1 - two_values  # for some coefficient
no_pair_in_a_block = 1 - (1 - no_pair_of_a_sign) ** B_in  # each has coefficients of its own
MISSES = tuple(
    {**WINDOWS, **two_layers.UNIFORM_PRODUCTS, eps: sp.Rational(1, 4), n: channels} for channels in (100, 150)
)
MISSED = "at most, as the true value lies in between (a coefficient of more than $\\varepsilon$ is missed if no channel has two coefficients of the sign that it needs, by Q11.3),"
FACTORS = r"for coefficients whose products are uniform (R8): in R4's proof, whose factor for each channel is $\frac78$ here, while the factor of such samples is $\frac34$, and in its $2\varepsilon^{-2}$"
POWERS = r"both are exponential in $n$ to leading order, so that the quotient of the logarithms tends to that of $\ln\frac34$ and $\ln(1-\frac{a\kappa}4)$"
MASS = Hypothesis("the density on the interval has at most the mass 1", a * kappa <= sp.Rational(1, 2))

ANNOUNCED = Source(
    "2206.04270",
    "v2",
    "abstract: “one can approximate any G-equivariant network of fixed width and depth by pruning a randomly initialized overparametrized G-equivariant network to a G-equivariant subnetwork”; the theorem's form is reported second-hand",
)
STEPS = proof(
    r"""
unit: Split the channels between the layers into one block of $n$ channels for each input channel $i$, and keep in block $i$ only the coefficients of $I$ from
channel $i$. ReLU acts on coordinates. So at a coordinate $x$ a channel with the coefficient $\lambda$ has the value $\sigma(\lambda x)$, which at $\lambda=w$ is
$[[unit]]$.

halves (from unit): Coefficients $\mu$ of $B_b$, kept on a set of channels, contribute the sum of $\mu|\lambda|$ times $B_b\sigma(\pm x_i)$. Since $wx=[[halves]]$,
each $(i,o,b)$ requires a subset of the channels with $\lambda>0$ for the target $w_{iob}$, and a subset of the channels with $\lambda<0$ for the target $-w_{iob}$.
If $x\ge0$, the first subset suffices.

equivariance (from unit; by composition): Layers with the bases $I$ and $B_b$ commute with $G$, and so does ReLU on coordinates. So what is kept is equivariant.

one target (from halves; by R8 for one target): The subset sums of the items $\mu|\lambda|$, with $0$ in place of items of the wrong sign, miss their target with
probability at most $[[target_failure]]$, by R4 at half of the density. They never miss it if $\varepsilon\ge\frac a2$, since then the empty sum suffices.

union (from one target; by union bound): The probability that some sum misses its target is at most the sum of these probabilities, whatever $\lambda$ the sums
share.

number of sums (from union, equivariance): There is one sum for each input channel, output channel and basis element. At inputs $x\ge0$ some sum fails with
probability at most $[[nonnegative_failure]]$; with one sum for each sign, the bound is $[[failure]]$.

size (from number of sums): One more channel multiplies this bound by $[[contraction]]<1$, and at $n=[[size]]$ the bound is $\delta$.

uniform coefficients (by R5.1 for uniform_density): A product of two numbers uniform on $[-1,1]$ has the density $-\frac12\ln|s|$ up to $|s|=1$, which is at least
$\frac12$ up to $\frac1e$.

uniform size (from size, uniform coefficients): At $a=\frac1e$ and $\kappa=\frac12$ the size is $[[uniform_size]]$.

one coordinate (from halves): One of $\sigma(x)$ and $\sigma(-x)$ is $0$. So errors of up to $\varepsilon$ in both coefficients cause an error of at most
$[[input_error]]$ at each coordinate.

elements (from one coordinate; by triangle inequality): Applying $B_b$ turns this into an error of at most $\varepsilon\|B_b\|_{\infty\to\infty}\|x_i\|_\infty$ at
each output, and the outer ReLU, of slope up to $1$, does not increase it.

error (from elements): Over all channels $i$ and elements $b$ these errors add up to $[[error]]$ with $\beta=\sum_b\|B_b\|_{\infty\to\infty}$ and
$\xi=\sum_i\|x_i\|_\infty$. This bound is attained if nothing is kept, all $w=\varepsilon$, $x=1$, the basis is an orbit basis and $Y$ is transitive.
""",
    globals(),
)

equivariant_ticket = Claim(
    label="Q7.1",
    title="Lottery tickets for equivariant layers",
    headline=r"A random equivariant source has coefficients uniform on $[-1,1]$ and $n$ hidden channels for each input channel. Except with probability $\delta$ a mask gives each coefficient of a small target within $\varepsilon$, if $$n\ge[[uniform_size]].$$",
    statement=r"""
Let $G$ permute finite sets $X$ and $Y$, and let $B_b$ be a basis of $\mathrm{Hom}_G(\mathbb R^X,\mathbb R^Y)$. *The target* is one layer, $f(x)_o=\sigma(\sum_{i,b}w_{iob}B_bx_i)$ with ReLU $\sigma$, `n_in` input channels, `n_out` output channels and coefficients $|w|\le\frac a2$.
*The source* $\sigma(\mu\,\sigma(\lambda x))$ has two equivariant layers with $n\cdot$`n_in` channels between them. The first has a basis of $\mathrm{Hom}_G(\mathbb R^X,\mathbb R^X)$ **that contains $I$**, the second has the basis $B_b$.
All coefficients of the source are independent and have one symmetric law, for which a product of two has at least the density $\kappa$ on $[-a,a]$.

*The ticket.* Except with probability at most $$[[failure]]$$ some mask on the coefficients leaves an equivariant $g$ with all coefficient errors at most $\varepsilon$. Then for *all* $x$ no output of $f-g$ exceeds $$[[error]],$$ where $\beta=\sum_b\|B_b\|_{\infty\to\infty}$ and $\xi=\sum_i\|x_i\|_\infty$; this bound is attained. At inputs $x\ge0$ the failure probability is at most half of the bound above.
*Its size.* The failure probability is at most $\delta$ if $$n\ge[[size]],$$ and for coefficients uniform on $[-1,1]$ ($a=\frac1e$, $\kappa=\frac12$) if $$n\ge[[uniform_size]].$$

*Sizes of the basis.* Perceptrons: 1. Convolutions with a $K\times K$ window: $K^2$; $D\times D$ kernels between regular features of $C_4$: $4D^2$ (Q4). DeepSets: 2 for at least two points, 15 for pairs of at least four points (Q3). Message
passing on a graph with edges and without loops, spanned by $I$ and the adjacency matrix, and equivariant if this matrix is permuted as well: 2.
""",
    steps=STEPS,
    source=ANNOUNCED,
    provenance=Provenance.RECONSTRUCTED,
    quantities=(
        BLOCK.drawn_from(0, 60),
        CHANNELS_BEFORE.drawn_from(1, 3),
        CHANNELS_AFTER.drawn_from(1, 3),
        BASIS.drawn_from(1, 15),
        *PRODUCTS,
        COEFFICIENT_ERROR.drawn_from(sp.Rational(1, 100), sp.Rational(1, 10)),
        FAILURE.drawn_from(sp.Rational(1, 100), sp.Rational(1, 2)),
        NORMS.drawn_from(1, 4),
        INPUTS.drawn_from(1, 4),
        Quantity(two_layers.x, "a coordinate of the input", sp.S.Reals),
        Quantity(w, "coefficient of the target, or of the first layer of the source", sp.S.Reals),
    ),
    symbols={
        **LAYER,
        "f": "target, one layer",
        "g": "what the mask leaves of the source",
        r"\lambda,\mu": "coefficients of the first and of the second layer of the source",
        **RELU,
        **QUARTER_TURNS,
        "K": "side of the window of a convolution, in cells",
        "D": "side of the kernels, in cells",
    },
    hypotheses=(
        Hypothesis("permutation representations"),
        Hypothesis("independent coefficients of one symmetric law, independent of the target"),
        MASS,
        Hypothesis("the first basis contains the identity"),
    ),
    also=("nonnegative_failure",),
    uses=("Q3", "Q4", "R4"),
    aids={"signed": True, "needed": needed, "no_pair": no_pair, "no_pair_of_a_sign": no_pair_of_a_sign},
    equivalent_mutants={
        "halves = -w*Max(0, -sqrt(x)) + w*Max(0, x)": "the same wherever it has a value: none at a negative coordinate, "
        "and at others the part with the root is 0",
    },
    sharp=(
        Sharp(
            expression="error",
            example=r"nothing kept, all $w=\varepsilon$, inputs constant and positive on each channel, orbits of all of $Y$",
            check="the_error_is_attained",
        ),
    ),
    loose=(
        *(
            Loose(
                expression=number,
                truth="needed",
                at=tuple({**WINDOWS, **law, delta: chance} for chance in (sp.Rational(1, 10), sp.Rational(1, 1000))),
                lost="at most, since the number of Q11.3 is a lower bound on what these blocks need: in R4's proof, which follows the measure that is covered, and in its half of the density for items of the wrong sign",
                order=r"by Q11.3 in `n_in`$\cdot$`n_out`$\cdot B/\delta$, and by Q11.2 in $\varepsilon$",
            )
            for number, law in (("size", {a: sp.Rational(1, 2), kappa: sp.Rational(1, 2)}), ("uniform_size", {}))
        ),
        *(
            Loose(expression=number, truth=truth, at=MISSES, lost=f"{MISSED} {FACTORS}", exponent=POWERS)
            for number, truth in (("failure", "no_pair_of_a_sign"), ("nonnegative_failure", "no_pair"))
        ),
    ),
    wrong=lambda: {
        "size: one sign alone": size.subs(delta, 2 * delta),
        "size: all items usable": size.subs(kappa, 2 * kappa),
        "uniform_size: the law of one uniform number": size.subs({a: 1, kappa: sp.Rational(1, 2)}),
        "failure: one output for each input": failure.subs(n_out, 1 / n_in),
        "failure: one element of the basis": failure.subs(B, 1),
        "failure: all items usable": failure.subs(kappa, 2 * kappa),
        "failure: for one target": (1 - a * kappa / 4) ** n,
        "failure: forgets ε": failure * eps**2,
        "failure: one output": failure.subs(n_out, 1),
        "nonnegative_failure: a union over the basis forgotten": nonnegative_failure / B,
        "nonnegative_failure: for one target, not negative": (1 - a * kappa / 4) ** n,
        "signed: inputs that are not negative": False,
        "error: the largest norm": eps * inputs,
        "error: without the inputs": eps * norms,
        "error: the root": eps * sp.sqrt(norms * inputs),
        "no_pair: one output": no_pair.subs(n_out, 1),
        "no_pair: one channel before": no_pair.subs(n_in, 1),
        "no_pair_of_a_sign: one sign": no_pair,
        "no_pair_of_a_sign: one element": no_pair_of_a_sign.subs(B, 1),
        "target_failure: the whole density": one_failure,
        "contraction: the whole density": 1 - a * kappa / 2,
        "contraction: no item helps": sp.S.One,
        "input_error: without the modulus": eps * x,
    },
)

BLOCK_STEPS = proof(
    r"""
sum of elements (by linearity): Since $x=\sum_qc_q\big(\sigma(Q_qx)-\sigma(-Q_qx)\big)$, the coefficient of $B_b$ on the block of $Q_q$ has the target $c_qw_{iob}$,
of modulus at most $\frac a2$.

one block (from sum of elements; by Q7.1 for nonnegative_failure, failure, error): The argument of Q7.1 applies with $Q_q$ in place of $I$ and $Q_qx_i$ in place of
$x_i$. For each $Q_q$ the subset sums fail with probability at most $[[block_failure]]$; otherwise they cause an error of at most
$\varepsilon\sum_b\|B_b\|\sum_i\|Q_qx_i\|_\infty$.

all blocks (from one block; by union bound): The failure probabilities of the blocks add up, and so do the errors.

failure (from all blocks): There are at most `B_in` blocks. So some block fails with probability at most $[[general_failure]]$.

orbits (from sum of elements; by Q2): In an orbit basis the support of $B_b$ is an orbit of pairs $(y,x)$ in which $x$ runs through one orbit of $X$. So $B_bQ_q=B_b$
for the diagonal orbit $Q_q$ of these points, and the product is $0$ for the other diagonal orbits. So $B_b$ is needed on one block only, and the probability and the
error are those of Q7.1.

channels (from orbits): One block of $n$ channels for each input channel and each of the $k$ diagonal orbits gives $[[channels]]$ channels.

lost mean (by Parseval): For $Q=I-\frac1mJ$ or a multiple of it, $TQ$ vanishes on constants, whatever $T$ is. Multiplication by the projection $\frac1mJ$ does not
lengthen rows. So $\|TQ-I\|_F\ge\|(TQ-I)\frac1mJ\|_F=\|\frac1mJ\|_F$, with equality for $TQ=I-\frac1mJ$.

norms: $\|\frac1mJ\|_F=[[mean_norm]]$, and $\|I\|_F=[[identity_norm]]$.

share lost (from lost mean, norms): So the share $[[lost]]$ of $I$ is lost.
""",
    globals(),
)

ticket_without_identity = Claim(
    label="Q7.2",
    title="Tickets where the first basis lacks the identity",
    headline=r"Let the identity be a sum of multiples of elements of the first basis, not one of them. Tickets still exist, with a block of channels for each element used. For orbit bases $[[channels]]$ channels give all of Q7.1.",
    statement=r"""
Let the source and the target be those of Q7.1, but let the first basis lack $I$. Suppose only that $I=\sum_qc_qQ_q$ with at most `B_in` basis elements $Q_q$ and that all $|c_qw_{iob}|\le\frac a2$. Take a block of channels for each $Q_q$. Then the failure probability is at most $$[[general_failure]],$$ and the error is at most $\varepsilon\sum_{b,q}\|B_b\|\sum_i\|Q_qx_i\|_\infty$.

*Orbit bases lose nothing.* The identity is the sum of the diagonal orbits $Q_q$, one for each of the $k$ orbits of $G$ on $X$, and $B_bQ_q\in\{0,B_b\}$. So $[[channels]]$ channels suffice, with the probability and the error of Q7.1.
*A single element does not suffice* in general. If the basis consists of $\frac{1}{m}J$ and a multiple of $I-\frac1mJ$ for $S_m$ on $m\ge2$ points, the second alone cannot reproduce $x$, and the relative least-squares error is $[[lost]]$.
""",
    steps=BLOCK_STEPS,
    source=ANNOUNCED,
    provenance=Provenance.PITFALL,
    quantities=(
        BLOCK.drawn_from(0, 60),
        replace(CHANNELS_BEFORE, within=COUNT_FROM_ZERO, drawn=(0, 3)),
        replace(CHANNELS_AFTER, within=COUNT_FROM_ZERO, drawn=(0, 3)),
        replace(BASIS, within=COUNT_FROM_ZERO, drawn=(0, 15)),
        Quantity(
            B_in,
            "largest number of elements of the first basis that make up the identity",
            COUNT_FROM_ZERO,
            drawn=(0, 15),
        ),
        Quantity(
            orbits, "number of orbits of the group on the coordinates before the layer", COUNT_FROM_ZERO, drawn=(0, 3)
        ),
        replace(POINTS, within=whole_from(2), drawn=(2, 9)),
        *(replace(each, within=NON_NEGATIVE) for each in PRODUCTS),
        COEFFICIENT_ERROR.drawn_from(sp.Rational(1, 100), sp.Rational(1, 10)),
    ),
    symbols={
        **LAYER,
        "Q_q": "element $q$ of the first basis, a matrix",
        "c_q": "factor of this element in the sum that is the identity",
        "J": "matrix of ones",
        "S_m": "group of all permutations of $m$ points",
    },
    hypotheses=(
        Hypothesis("the hypotheses of Q7.1, but for the identity in the first basis"),
        MASS,
        Hypothesis("a block of channels is taken for each element that makes up the identity"),
    ),
    loose=(
        Loose(
            expression="general_failure",
            truth="no_pair_in_a_block",
            at=tuple({**point, B_in: 2} for point in MISSES),
            lost=f"{MISSED} for two elements that both are needed, {FACTORS}",
            exponent=POWERS,
        ),
    ),
    aids={
        "second_element": sp.ImmutableMatrix([[1, -1], [-1, 1]]) / 2,
        "no_pair_in_a_block": no_pair_in_a_block,
    },
    pitfalls=(
        Pitfall(
            control="one element of any basis",
            said=(
                "One block of channels, each with one element of the first layer's basis, suffices "
                "whatever the basis: no condition on it is mentioned."
            ),
            by=(
                "A second-hand report of the theorem announced in the abstract of arXiv:2206.04270; its "
                "conditions were not at hand."
            ),
            why=("An element of the basis may have a kernel, and what it annihilates is lost for every later layer."),
            counterexample="second_element",
            by_hand=(
                r"Two points that may be exchanged, with the basis $\frac12J$ and "
                r"$I-\frac12J=\begin{pmatrix}\frac12&-\frac12\\-\frac12&\frac12\end{pmatrix}$. The second "
                "element takes $(1,1)$ to $0$, so no later layer can tell $(1,1)$ from $(2,2)$."
            ),
            instead=(
                "The first basis contains $I$, or a block is taken for each element that makes up $I$; a "
                "single element misses $[[lost]]$ of it in the example."
            ),
        ),
    ),
    because={
        "failure": lambda block_failure, general_failure: (
            same(block_failure, failure),
            same(general_failure, B_in * block_failure),
        ),
        "channels": lambda channels: induction(
            channels, orbits, sp.S.Zero, lambda count: count + n * n_in, by=sp.expand
        ),
        "norms": lambda mean_norm, identity_norm: (
            same(mean_norm, sp.sqrt(points**2 * (1 / points) ** 2)),
            same(identity_norm, sp.sqrt(points * 1)),
        ),
        "share lost": lambda mean_norm, identity_norm, lost: same(lost, mean_norm / identity_norm),
    },
    wrong=lambda: {
        "channels: one block for each input": n * n_in,
        "channels: a block for each basis element": n * n_in * B_in,
        "lost: one element of any basis": sp.Integer(0),
        "lost: its square": 1 / points,
        "lost: the mean alone": sp.sqrt(1 - 1 / points),
        "no_pair_in_a_block: one block": no_pair_in_a_block.subs(B_in, 1),
        "no_pair_in_a_block: blocks are added": B_in * no_pair_in_a_block.subs(B_in, 1),
        "general_failure: targets of one block alone": block_failure,
        "general_failure: all items usable": general_failure.subs(kappa, 4 * kappa),
        "identity_norm: its square": points,
        "identity_norm: of one entry": sp.S.One,
        "mean_norm: of one row": 1 / sp.sqrt(points),
        "mean_norm: of one entry of the mean": 1 / points,
    },
)
