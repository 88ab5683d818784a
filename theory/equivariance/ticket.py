"""Q7: equivariant lottery tickets: coefficients of a random network of two layers that, pruned, act as a given layer."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Pitfall, Proof, Provenance, Source
from theory.equivariance.lower_bound import CHANNELS_AFTER, CHANNELS_BEFORE, FAILURE, n_in, n_out
from theory.equivariance.symbols import BASIS, B
from theory.quantities import COUNT, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity, whole_from
from theory.subset_sum import two_layers
from theory.subset_sum.potential import a, kappa
from theory.subset_sum.product_laws import uniform_reach
from theory.subset_sum.symbols import eps, n

B_in = sp.Symbol("B_in", positive=True, integer=True)  # elements of the basis of the first layer
orbits = sp.Symbol("orbits", positive=True, integer=True)  # of the group on the input's coordinates
points = sp.Symbol("points", positive=True, integer=True)
norms, inputs = sp.symbols("norms inputs", nonnegative=True)  # Σ_b ‖B_b‖ and Σ_i ‖x_i‖, both for maxima

BLOCK = Quantity(n, "number of channels between the layers of the source for each channel before the target's", COUNT)
POINTS = Quantity(points, "number of points that the symmetric group permutes", COUNT)
COEFFICIENT_ERROR = Quantity(eps, "largest error of a coefficient", POSITIVE)
NORMS = Quantity(norms, "sum of the norms of the basis elements, for maxima", NON_NEGATIVE)
INPUTS = Quantity(inputs, "sum over the channels before the layer of the largest modulus in each", NON_NEGATIVE)

perceptron = {two_layers.d_0: n_in, two_layers.d_1: n_out * B}  # with as many weights as the layer has coefficients
nonnegative_failure = two_layers.nonnegative_failure.subs(perceptron)
failure = two_layers.failure.subs(perceptron)
general_failure = B_in * failure
size = two_layers.size.subs(perceptron)
uniform_size = two_layers.uniform_size.subs(perceptron)
error = eps * norms * inputs
channels = n * n_in * orbits
lost = 1 / sp.sqrt(points)
EMPTY_SUMS = "an error up to that of empty subset sums"  # beyond it no channel is needed

equivariant_ticket = Claim(
    label="Q7",
    title="Lottery tickets for equivariant layers",
    statement=r"""
Let $G$ permute finite sets $X$ and $Y$, with a basis $B_b$ of $\mathrm{Hom}_G(\mathbb R^X,\mathbb R^Y)$, and let the target be $f(x)_o=\sigma(\sum_{i,b}w_{iob}B_bx_i)$ with ReLU
$\sigma$, `n_in` channels before, `n_out` after, $|w|\le\frac a2$. The source $\sigma(\mu\,\sigma(\lambda x))$ has two equivariant layers with all coefficients independent, of one
symmetric law for which a product of two has at least the density $\kappa$ on $[-a,a]$; the second layer has the basis $B_b$, the first has a basis of $\mathrm{Hom}_G(\mathbb R^X,\mathbb R^X)$ **that contains $I$**, and
$n\cdot$`n_in` channels lie between them. Except with probability at most $$[[failure]]$$ a mask on the coefficients leaves an equivariant $g$ with all coefficient errors at most $\varepsilon$, so that
for *all* $x$ no output of $f-g$ exceeds $$[[error]],$$ `norms` $=\sum_b\|B_b\|_{\infty\to\infty}$, `inputs` $=\sum_i\|x_i\|_\infty$; this is attained. At inputs $x\ge0$ the
probability is at most $[[nonnegative_failure]]$. With failure at most $\delta$: $$n\ge[[size]],$$ and for coefficients uniform on $[-1,1]$
($a=\frac1e$, $\kappa=\frac12$) $$n\ge[[uniform_size]].$$

*Sizes of the basis.* A perceptron: 1. Convolutions with a $K\times K$ window: $K^2$, regular features of $C_4$ on $D\times D$ kernels: $4D^2$ (Q4). DeepSets of two points or
more: 2, pairs of four points or more: 15 (Q3). Message passing, spanned by $I$ and the adjacency matrix, equivariant when that moves along: 2.

*Without $I$.* If only $I=\sum_qc_qQ_q$ with basis elements $Q_q$, `B_in` of them at most, and all $|c_qw_{iob}|\le\frac a2$, take a block of channels for each $Q_q$. The probability is at most
$$[[general_failure]],$$ the error at most $\varepsilon\sum_{b,q}\|B_b\|\sum_i\|Q_qx_i\|_\infty$. Orbit bases lose nothing: $I$ is the sum of the diagonal orbits $Q_q$, one for each of the `orbits` of $G$ on $X$, and
$B_bQ_q\in\{0,B_b\}$, so $[[channels]]$ channels do, with the first probability and error. A single element does not suffice in general: with $\frac{1}{m}J$ and a multiple of
$I-\frac1mJ$ for $S_m$ on $m=$ `points`, the second alone cannot reproduce $x$: the relative least-squares error is $[[lost]]$.
""",
    proof_text=r"""
*Reduction to subset sums.* Split the channels between the layers into one block of $n$ for each input channel $i$; of the first layer keep in block $i$ only the coefficients $\lambda_k$ of $I$ from channel $i$. As ReLU acts on
coordinates, channel $k$ holds $\sigma(\lambda_kx_i)=|\lambda_k|\sigma(\pm x_i)$ by the sign of $\lambda_k$. The second layer's coefficients of $B_b$, kept on $S$, give $\sum_{k\in S}\mu_{kob}|\lambda_k|$ times
$B_b\sigma(\pm x_i)$. Since $wx=w\sigma(x)-w\sigma(-x)$, one needs for each $(i,o,b)$ a subset of the $k$ with $\lambda_k>0$ whose sum is near $w_{iob}$, and one of those with $\lambda_k<0$ near $-w_{iob}$.

*Probability.* Count an item of the wrong sign as 0. By symmetry $\mu|\lambda|$ has the law of $\mu\lambda$ and is independent of the sign of $\lambda$, so items have the subdensity $\frac\kappa2$ on $[-a,a]$, and
R4 holds with $\frac\kappa2$, as in R8: each of the $2n_{in}n_{out}|B|$ problems fails with probability at most $\frac{2a^2}{\varepsilon^2}(1-\frac{a\kappa}4)^n$; add up (that they share $\lambda$ does not matter). For $x\ge0$ half of them
suffice. Uniform: $\mu\lambda$ has the density $\frac12\ln\frac1{|z|}\ge\frac12$ for $|z|\le\frac1e$.

*Error.* With errors $\Delta^\pm$ of the coefficients of $\sigma(\pm x_i)$ before the outer ReLU, which has slope at most 1: of $\sigma(x_i)$, $\sigma(-x_i)$ one is 0 at each coordinate, so
$|\Delta^+\sigma(x_i)+\Delta^-\sigma(-x_i)|\le\varepsilon|x_i|$ there; apply $B_b$ and add. Attained: no mask keeps anything, all $w=\varepsilon$, $x=1$, orbit basis, $Y$ transitive.

*Without $I$.* $x=\sum_qc_q\big(\sigma(Q_qx)-\sigma(-Q_qx)\big)$, so the coefficient of $B_b$ on the block of $Q_q$ has the target $c_qw_{iob}$: `B_in` times as many problems. Orbit basis: the support of $B_b$ is an orbit of pairs
$(y,x)$, whose $x$ run through one orbit of $X$; so $B_bQ_q=B_b$ for that one and 0 for the others, and $B_b$ is needed on its own block only. The single element: whatever $T$, $TQ$ vanishes on constants for $Q=I-\frac1mJ$, so $\|TQ-I\|_F\ge\|\frac1mJ\|_F=1$, attained by
$T=I$, against $\|I\|_F=\sqrt m$. ∎
""",
    source=Source(
        "2206.04270",
        "abstract: “one can approximate any G-equivariant network of fixed width and depth by pruning a randomly "
        "initialized overparametrized G-equivariant network to a G-equivariant subnetwork”; the theorem's form "
        "is reported second-hand",
    ),
    provenance=Provenance.PITFALL,
    proof=Proof.PROVED,
    quantities=(
        BLOCK.drawn_from(2, 60),
        CHANNELS_BEFORE.drawn_from(1, 3),
        CHANNELS_AFTER.drawn_from(1, 3),
        BASIS.drawn_from(1, 15),
        Quantity(B_in, "largest number of elements of the first basis that make up the identity", COUNT, drawn=(1, 15)),
        Quantity(orbits, "number of orbits of the group on the coordinates before the layer", COUNT, drawn=(1, 3)),
        Quantity(points, POINTS.meaning, whole_from(2), drawn=(2, 9)),
        Quantity(
            a,
            "end of the symmetric interval on which a product of two coefficients has a density; "
            "twice the largest modulus of the target's coefficients",
            POSITIVE,
            drawn=(sp.Rational(1, 4), 1),
        ),
        Quantity(
            kappa,
            "density that a product of two coefficients has at least on that interval",
            POSITIVE,
            drawn=(sp.Rational(1, 20), sp.Rational(1, 2)),
        ),
        COEFFICIENT_ERROR.drawn_from(sp.Rational(1, 100), sp.Rational(1, 10)),
        FAILURE.drawn_from(sp.Rational(1, 100), sp.Rational(1, 2)),
        NORMS.drawn_from(1, 4),
        INPUTS.drawn_from(1, 4),
    ),
    hypotheses=(
        Hypothesis("permutation representations"),
        Hypothesis("independent coefficients of one symmetric law, independent of the target"),
        Hypothesis("the density on the interval has at most the mass 1", a * kappa <= sp.Rational(1, 2)),
        Hypothesis(EMPTY_SUMS, eps <= a / 2, needed_by=("size",)),
        Hypothesis(EMPTY_SUMS, eps <= uniform_reach / 2, needed_by=("uniform_size",)),
        Hypothesis(
            "the first basis contains the identity, or a block of channels is taken for each element that makes it up"
        ),
    ),
    uses=("Q2", "Q3", "Q4", "Q6", "R4", "R8"),
    expressions={
        "failure": failure,
        "nonnegative_failure": nonnegative_failure,
        "general_failure": general_failure,
        "size": size,
        "uniform_size": uniform_size,
        "error": error,
        "channels": channels,
        "lost": lost,
    },
    aids={
        "signed": True,
        "second_element": sp.ImmutableMatrix([[1, -1], [-1, 1]]) / 2,
    },
    pitfalls=(
        Pitfall(
            control="one element of any basis",
            said=(
                "One block of channels, each with one element of the first layer's basis, suffices "
                "whatever the basis: no condition on it is mentioned."
            ),
            by=(
                "Reported second-hand of the theorem announced in the abstract of arXiv:2206.04270; its "
                "conditions were not at hand."
            ),
            why=("An element of the basis may have a kernel, and what it annihilates is lost for every later layer."),
            counterexample="second_element",
            by_hand=(
                r"Two points that may be exchanged, with the basis $\frac12J$ and "
                r"$I-\frac12J=\begin{pmatrix}\frac12&-\frac12\\-\frac12&\frac12\end{pmatrix}$. The second "
                "element takes $(1,1)$ to $0$, so no layer behind it can tell $(1,1)$ from $(2,2)$."
            ),
            instead=(
                "The first basis contains $I$, or a block is taken for each element that makes up $I$; a "
                "single element misses $[[lost]]$ of it in the example."
            ),
        ),
    ),
)
