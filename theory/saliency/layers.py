"""S14.1 and S14.2: one threshold for all layers decides the density of each."""

import sympy as sp

from sparse_limits.theory.bounds import Loose
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.level import level
from sparse_limits.theory.formulas.smallest import Smallest
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.limit import rounding
from sparse_limits.theory.graphon.symbols import m, n
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, same
from sparse_limits.theory.saliency.model import ANY_DENSITY, ANY_FAILURE, TAIL_INDEX, THRESHOLD, delta, rho, tau
from sparse_limits.theory.saliency.snip_row_law import row_law
from sparse_limits.theory.saliency.symbols import KEPT_SHARE
from sparse_limits.theory.saliency.threshold import threshold_is_where_the_density_is_met
from sparse_limits.theory.tails import Tail, alpha, exponential, half_normal

share = sp.Symbol("a", positive=True)  # of the weights that lie in layer 1
first_scale, second_scale = sp.symbols("s_1 s_2", positive=True)  # of the scores in the two layers
layer_size, size = sp.symbols("n_l n", integer=True, positive=True)  # weights in a layer, in all


def global_density(noise: Tail) -> sp.Expr:
    """D(τ) of two layers without profiles."""
    return share * noise.at(tau / first_scale) + (1 - share) * noise.at(tau / second_scale)


density = global_density(exponential)
threshold = level(density, tau, rho)
rho_1, rho_2 = (exponential.at(threshold / scale) for scale in (first_scale, second_scale))
equal_rho_2 = (sp.sqrt(1 + 8 * rho) - 1) / 2
equal_rho_1 = equal_rho_2**2
twofold_rho_2 = (sp.sqrt((1 - share) ** 2 + 4 * share * rho) - (1 - share)) / (2 * share)

pareto_mean = share * first_scale**alpha + (1 - share) * second_scale**alpha
pareto_density = pareto_mean / tau**alpha
pareto_critical_density = pareto_mean / second_scale**alpha
pareto_threshold = (pareto_mean / rho) ** (1 / alpha)
pareto_rho_1 = rho * first_scale**alpha / pareto_mean
pareto_rho_2 = rho * second_scale**alpha / pareto_mean

deviation = sp.sqrt(sp.log(4 / delta) / (2 * size))
count_error = deviation.subs(size, layer_size) + (size * deviation + sp.Rational(1, 2)) / layer_size

# Layers of one law: the kept half of all weights, even in number, is a uniform set
missing, number = sp.symbols("k i", integer=True, nonnegative=True)  # kept weights of a layer, of half of them
half_kept = (
    sp.binomial(layer_size, number) * sp.binomial(size - layer_size, size / 2 - number) / sp.binomial(size, size / 2)
)
fewer_kept = sp.factor_terms(sp.Sum(half_kept, (number, 0, sp.Max(layer_size / 2 - missing, 0) - 1)))
uniform_error = Smallest(sp.Lambda(missing, 2 * fewer_kept), delta) / layer_size

SCALES = (
    Quantity(first_scale, "scale of the scores in the first layer", POSITIVE, drawn=(sp.Rational(1, 2), 1)),
    Quantity(second_scale, "scale of the scores in the second layer", POSITIVE, drawn=(sp.Rational(9, 8), 3)),
)

LAYER_DENSITY = {r"\rho_l": "limiting density of layer $l$"}

COUPLED_STEPS = proof(
    r"""
all weights (by tower): A weight drawn at random from all weights lies in layer $l$ with probability $\alpha_l$, and has a score above
$\tau$ with probability $D(\tau)=\sum_l\alpha_lD_l(\tau)$.

each layer (by S1 for one threshold): $D_l$ is continuous, non-increasing and falls from $1$ to $0$, strictly wherever it lies between these
values; its noise has $x_0=0$ or $x_F=\infty$.

a threshold (from all weights, each layer; by intermediate value): So $D(\tau)=\rho$ has a root for $0<\rho<1$. From one root to a larger
one no $D_l$ increases, while their mean with the weights $\alpha_l$ is the same. So all $D_l$ are the same at both roots:
$\rho_l=D_l(\tau)$ does not depend on the root.

one noise (from each layer, a threshold; by monotonicity): If all layers have the same noise, either $x_0=0$ and no $D_l$ is $1$ at a
$\tau>0$, or $x_F=\infty$ and none is $0$. Some $D_l$ is above $0$ where their mean is $\rho$, and some is below $1$. So in either case some
layer's density lies strictly between, where it falls strictly: there is no other root.

two masks (by G2): Let $N_l$ of the $N$ scores above $\tau$ lie in layer $l$, and let $K=\mathrm{round}(\rho n)$. The mask of the $K$
largest scores and the mask of the scores above $\tau$ differ in $|K-N|$ entries in all, hence in at most as many entries of layer $l$.

limit (from a threshold, two masks; by weak law): Given the latents, the scores of a layer are independent. The latents of rows and of
columns are independent and uniform. So if the numbers of rows and of columns both tend to infinity, the mean of the probabilities to exceed
$\tau$ tends to $D_l(\tau)$ in probability. Let this be so in every layer, with fixed $\alpha_l$. Then $N_l/n_l\to D_l(\tau)$,
$N/n\to\rho$ and $K/n\to\rho$ in probability, and the kept share of layer $l$ tends to $\rho_l$.

deviation: By Hoeffding's bound, a share of $n$ independent events differs from its mean by more than $[[deviation]]$ with probability at
most $\frac\delta2$.

two events (from a threshold, deviation; by union bound): With probability at least $1-\delta$ both $N_l/n_l$ and $N/n$ deviate by no more
than this, each with its own number of weights, from their means $\rho_l$ and $\sum_l\alpha_l\rho_l=\rho$.

kept share (from one noise, two masks, limit, two events): Then $|K-N|\le\frac12+|N-\rho n|$, rounding included. The kept share of the layer
is within $|N_l/n_l-\rho_l|+|K-N|/n_l$ of $\rho_l$, its limit, hence within $[[count_error]]$. This holds at every root; if all layers have
the same noise, there is only one root.
""",
    globals(),
)


def count_error_adds_up(count_error: sp.Expr, deviation: sp.Expr) -> Relations:
    """|kept_l − N_l| ≤ |K − N| (G2): Hoeffding in the layer and, rounding added, in all, with δ/2 for each."""
    within = row_law.expressions["concentration"]
    symbols = {symbol.name: symbol for symbol in within.free_symbols}

    def concentration(count: sp.Expr) -> sp.Expr:
        return valued(within, {symbols["n"]: count, symbols["delta"]: delta / 2})

    in_all = concentration(size) + rounding.subs({m: 1, n: size})
    yield same(count_error, concentration(layer_size) + size * in_all / layer_size)
    yield same(count_error, deviation.subs(size, layer_size) + (size * deviation + sp.Rational(1, 2)) / layer_size)


coupled_layers = Claim(
    label="S14.1",
    title="A global threshold couples the layers",
    headline=r"Of all weights, layer $l$ holds the share $\alpha_l$; its scores exceed $\tau$ with probability $D_l(\tau)$. The $\tau$ that keeps the share $\rho$ has $\sum_l\alpha_lD_l(\tau)=\rho$. With many rows and columns layer $l$ keeps about $D_l(\tau)$.",
    statement=r"""
**Setting.** Let the layers $l$ hold the shares $\alpha_l$ of all weights and have scores that follow S1. Let $D_l(\tau)$ be the probability
of a score above $\tau$ in layer $l$. Of all weights, keep the share $\rho$ with the largest scores, $0<\rho<1$.

**The threshold** is a root of $\sum_l\alpha_lD_l(\tau)=\rho$. If all layers have the same noise, it is the only root. In any case
$\rho_l=D_l(\tau)$ does not depend on the root.

**Large layers.** Let the rows and the columns of every layer increase without bound in number, with fixed shares $\alpha_l>0$. Then the
kept share of layer $l$ tends in probability to $\rho_l$, its limiting density.

**Layers of a given size.** Let all scores be independent, and let those of layer $l$ exceed $\tau$ with the mean probability $\rho_l$. With
probability at least $1-\delta$ the kept share of a layer with $n_l$ of the $n$ weights is then within $[[count_error]]$ of $\rho_l$.
""",
    steps=COUPLED_STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    quantities=(
        ANY_FAILURE.drawn_from(sp.Rational(1, 100), sp.Rational(1, 2)),
        Quantity(layer_size, "number of weights in a layer", COUNT, drawn=(3, 40)),
        Quantity(size, "number of weights in all layers", COUNT, drawn=(41, 90)),
    ),
    hypotheses=(
        Hypothesis(
            "one global threshold; in every layer the assumptions of S1; some weights are kept and some are not"
        ),
        Hypothesis(
            r"for the limit: independent uniform latents; rows and columns of every layer tend to infinity, with fixed $\alpha_l>0$"
        ),
        Hypothesis(
            "for the share of a layer at finite size: independent scores of the stated mean probabilities",
            needed_by=("deviation", "count_error"),
        ),
        Hypothesis("a layer holds no more weights than all layers", layer_size <= size),
    ),
    symbols={
        r"\alpha_l": "share of all weights that layer $l$ holds",
        r"D_l(\tau)": r"chance of a score above the threshold $\tau$ in layer $l$",
        **KEPT_SHARE,
        **LAYER_DENSITY,
    },
    aids={"uniform_error": uniform_error},
    loose=(
        Loose(
            expression="count_error",
            truth="uniform_error",
            at=tuple(
                {layer_size: few, size: all_weights, delta: sp.Rational(1, 20)}
                for few, all_weights in ((20, 40), (100, 400), (400, 4000))
            ),
            lost="in Hoeffding's inequality for the layer and for all weights, whose deviations are added; at most this much, as in layers of one law the kept half of the weights is a uniform set, which deviates this far",
        ),
    ),
    because={
        "kept share": count_error_adds_up,
    },
    wrong=lambda: {
        "deviation: one share of δ for two events": deviation.subs(delta, 2 * delta),
        "count_error: as if the threshold were known": sp.sqrt(sp.log(4 / delta) / (2 * layer_size)),
        "count_error: one share of δ for two events": count_error.subs(delta, 2 * delta),
        "count_error: as if in proportion to the weights": count_error * layer_size / size,
        "count_error: the same for all layers": count_error.subs(layer_size, size) - sp.Rational(1, 2) / size,
        "count_error: rounding alone": 1 / (2 * layer_size),
        "uniform_error: one weight more": uniform_error + 1 / layer_size,
        "uniform_error: one weight less": uniform_error - 1 / layer_size,
        "uniform_error: of all weights": uniform_error * layer_size / size,
    },
)

TWO_LAYERS_STEPS = proof(
    r"""
any layers (by S14.1): Where layer 1 holds the share $a$ of the weights, and scores above $\tau$ have the probability $D_l(\tau)$, the
threshold is a root of $D(\tau)=aD_1(\tau)+(1-a)D_2(\tau)=\rho$: the only one, as the noise is the same in all layers. There layer $l$ has
the limiting density $D_l(\tau)$.

two layers (from any layers): For two layers without profiles, of scales $s_1\le s_2$ and exponential noise, $D(\tau)=[[density]]$.

threshold (from any layers, two layers): The threshold is the point at which this density is $\rho$: $[[threshold]]$.

densities (from any layers, threshold): At this threshold the two terms of $D$, without the shares $a$ and $1-a$, are $\rho_1=[[rho_1]]$ and $\rho_2=[[rho_2]]$.

twice the scale (from densities): For $s_2=2s_1$, $e^{-\tau/s_1}$ is the square of $e^{-\tau/s_2}$: $\rho_1=\rho_2^2$, and $\rho_2$ is the
positive root of $a\rho_2^2+(1-a)\rho_2=\rho$, that is $[[twofold_rho_2]]$.

equal shares (from twice the scale; gives equal_rho_1, equal_rho_2): For $a=\frac12$ this is $\rho_2=[[equal_rho_2]]$, with the square
$\rho_1=[[equal_rho_1]]$.

power laws (from any layers): Under Pareto noise $D_l=(s_l/\tau)^\alpha$ for $\tau\ge s_l$. So $D(\tau)=[[pareto_density]]$ for $\tau\ge
s_2$, as $s_1\le s_2$.

not saturated (from any layers, power laws): This density decreases strictly, from $[[pareto_critical_density]]$ at $\tau=s_2$. So a $\rho$
up to this value has its threshold at or above $s_2$.

Pareto threshold (from not saturated): For such densities the threshold is $\tau=[[pareto_threshold]]$.

Pareto densities (from any layers, Pareto threshold): The two terms of $D$ at this threshold, without the shares, are $\rho_1=[[pareto_rho_1]]$ and
$\rho_2=[[pareto_rho_2]]$.
""",
    globals(),
)

RISING = {second_scale: 2 * first_scale}


def layers_keep_the_terms_of_the_density(
    rho_1: sp.Expr, rho_2: sp.Expr, density: sp.Expr, threshold: sp.Expr
) -> Relations:
    """Weighted with their shares they add up to D at the threshold, and −s_l ln ρ_l is the threshold in both layers."""
    yield same(share * rho_1 + (1 - share) * rho_2, density.subs(tau, threshold))
    for scale, kept in ((first_scale, rho_1), (second_scale, rho_2)):
        yield same(-scale * sp.log(kept), threshold, by=sp.expand_log)


def squares_balance(twofold_rho_2: sp.Expr, rho_1: sp.Expr, rho_2: sp.Expr) -> Relations:
    """Both layers keep ρ together if layer 1 has the square; it is positive, as the root exceeds 1 − a; and ρ₁ = ρ₂² at s₂ = 2s₁."""
    yield same(share * twofold_rho_2**2 + (1 - share) * twofold_rho_2, rho)
    yield same(rho_1.subs(RISING), rho_2.subs(RISING) ** 2)
    root = sp.sqrt((1 - share) ** 2 + 4 * share * rho)
    yield same(twofold_rho_2 * (root + 1 - share), 2 * rho)


two_layer_densities = Claim(
    label="S14.2",
    title="Two layers under one threshold: exponential and Pareto noise",
    headline=r"Two layers of equal size have exponential scores, the second on twice the scale. A threshold that keeps the share $\rho$ of both keeps in the limit $$[[equal_rho_2]]$$ of the second layer, and of the first the square of that.",
    statement=r"""
Of the weights of two layers, keep the share $\rho$ with the largest scores. The scores have no profiles, the scales $s_1<s_2$ and the same
noise, and layer 1 holds the share $a$ of the weights. Under exponential noise the threshold is $\tau=[[threshold]]$, and the layers have
the limiting densities $\rho_l=e^{-\tau/s_l}$ (`rho_1`, `rho_2`). For $s_2=2s_1$ these are $\rho_2=[[twofold_rho_2]]$, $\rho_1=\rho_2^2$;
with equal shares as well, $\rho_2=[[equal_rho_2]]$, $\rho_1=[[equal_rho_1]]$. Under Pareto noise, as long as
$\rho\le[[pareto_critical_density]]$ (nothing is saturated), $\tau=[[pareto_threshold]]$, $\rho_1=[[pareto_rho_1]]$ and
$\rho_2=[[pareto_rho_2]]$.
""",
    steps=TWO_LAYERS_STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    quantities=(
        ANY_DENSITY.drawn_from(sp.Rational(1, 100), sp.Rational(9, 10)),
        THRESHOLD.drawn_from(sp.Rational(1, 2), 4),
        Quantity(
            share,
            "share of all weights that lie in the first of two layers",
            sp.Interval.Lopen(0, 1),
            drawn=(sp.Rational(1, 10), sp.Rational(9, 10)),
        ),
        *SCALES,
        TAIL_INDEX.drawn_from(sp.Rational(1, 2), 3),
    ),
    hypotheses=(
        Hypothesis("one global threshold; in both layers the assumptions of S1"),
        Hypothesis("something is removed", rho < 1, needed_by=("threshold", "rho_1", "rho_2")),
        Hypothesis("the first layer does not have the larger scale", first_scale <= second_scale),
        Hypothesis(
            "scales one to two, $s_2=2s_1$",
            needed_by=("twofold_rho_2", "equal_rho_1", "equal_rho_2"),
        ),
        Hypothesis(r"layers of equal size, $a=\frac12$", needed_by=("equal_rho_1", "equal_rho_2")),
        Hypothesis("no score is saturated, for Pareto noise", rho <= pareto_critical_density),
    ),
    symbols=LAYER_DENSITY,
    uses=("S1",),
    also=("density", "rho_1", "rho_2"),
    because={
        "threshold": threshold_is_where_the_density_is_met,
        "densities": layers_keep_the_terms_of_the_density,
        "twice the scale": squares_balance,
    },
    wrong=lambda: {
        "density: half-normal noise": global_density(half_normal),
        "density: shares swapped": density.subs(share, 1 - share),
        "density: the layers' mean scale": exponential.at(tau / (share * first_scale + (1 - share) * second_scale)),
        "threshold: the layers' mean scale": sp.log(1 / rho) * (share * first_scale + (1 - share) * second_scale),
        "threshold: shares swapped": threshold.subs(share, 1 - share),
        "rho_1: one density for all layers": rho,
        "rho_1: layers swapped": rho_2,
        "rho_2: layers swapped": rho_1,
        "twofold_rho_2: shares forgotten": equal_rho_2,
        "twofold_rho_2: the other root": -(1 - share) / share - twofold_rho_2,
        "twofold_rho_2: proportional to the scale": 2 * rho / (2 - share),
        "equal_rho_2: the other root": -1 - equal_rho_2,
        "pareto_density: proportional to the scale": pareto_density.subs(alpha, 1),
        "pareto_density: equal shares": pareto_density.subs(share, sp.Rational(1, 2)),
        "pareto_critical_density: saturated from the mean scale on": sp.Integer(1),
        "pareto_critical_density: where layer 1 is saturated": pareto_mean / first_scale**alpha,
        "pareto_threshold: equal shares": ((first_scale**alpha + second_scale**alpha) / (2 * rho)) ** (1 / alpha),
        "pareto_threshold: power forgotten": pareto_mean / rho,
        "pareto_rho_1: proportional to the scale": rho
        * first_scale
        / (share * first_scale + (1 - share) * second_scale),
        "pareto_rho_1: twice the second": 2 * pareto_rho_2,
        "pareto_rho_2: above all": pareto_rho_2 + 1,
    },
)
