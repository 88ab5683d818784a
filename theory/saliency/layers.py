"""S14: one threshold for all layers decides the density of each."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.formulas.level import level
from theory.quantities import COUNT, POSITIVE, UNIT, Hypothesis, Quantity
from theory.saliency.model import ANY_DENSITY, FAILURE, TAIL_INDEX, THRESHOLD, delta, rho, tau
from theory.tails import Tail, alpha, exponential, frechet, half_normal, pareto, product_normal

share = sp.Symbol("a", positive=True)  # of the weights that lie in layer 1
first_scale, second_scale = sp.symbols("s_1 s_2", positive=True)  # of the scores in the two layers
layer_size, size = sp.symbols("n_l n", integer=True, positive=True)  # weights in a layer, in all


def global_density(noise: Tail) -> sp.Expr:
    """D(τ) of two layers without profiles."""
    return share * noise.at(tau / first_scale) + (1 - share) * noise.at(tau / second_scale)


density = global_density(exponential)
rho_2 = (sp.sqrt(1 + 8 * rho) - 1) / 2
weighted_rho_2 = (sp.sqrt((1 - share) ** 2 + 4 * share * rho) - (1 - share)) / (2 * share)

pareto_mean = share * first_scale**alpha + (1 - share) * second_scale**alpha
pareto_threshold = (pareto_mean / rho) ** (1 / alpha)
pareto_rho_1 = rho * first_scale**alpha / pareto_mean
pareto_rho_2 = rho * second_scale**alpha / pareto_mean

power_law = (first_scale / second_scale) ** alpha
COLLAPSE: Mapping[str, sp.Expr] = {
    "half_normal": sp.S.Zero,
    "exponential": sp.S.Zero,
    "product_normal": sp.S.Zero,
    "pareto": power_law,
    "frechet": power_law,
}
NOISES = {
    "half_normal": half_normal,
    "exponential": exponential,
    "product_normal": product_normal,
    "pareto": pareto,
    "frechet": frechet,
}

count_error = (
    sp.sqrt(sp.log(4 / delta) / (2 * layer_size))
    + (size * sp.sqrt(sp.log(4 / delta) / (2 * size)) + sp.Rational(1, 2)) / layer_size
)

coupled_layers = Claim(
    label="S14",
    title="A global threshold couples the layers",
    statement=r"""
Layers $l$ hold the shares $\alpha_l$ of all weights and have scores that follow S1, with $D_l(\tau)$ the probability
of a score above $\tau$ in layer $l$. If the share $\rho$ of all weights with the largest scores is kept, the
threshold is a root of $\sum_l\alpha_lD_l(\tau)=\rho$ (the only one, if all layers have the same noise), and layer $l$
has the limiting density $\rho_l=D_l(\tau)$, which does not depend on the root. If all scores are independent and
those of layer $l$ exceed $\tau$ with the mean probability $\rho_l$, then with probability at least $1-\delta$ the
kept share of a layer of $n_l$ of the $n$ weights is within $[[count_error]]$ of $\rho_l$. **Two layers** without
profiles, of scales $s_1<s_2$, layer 1 with the share $a$: under exponential noise $\tau=[[threshold]]$,
$\rho_l=e^{-\tau/s_l}$. For $s_2=2s_1$ this is $\rho_2=[[weighted_rho_2]]$, $\rho_1=\rho_2^2$; with equal shares
$\rho_2=[[rho_2]]$, $\rho_1=[[rho_1]]$. Under Pareto noise, as long as $\rho\le[[pareto_critical_density]]$ (nothing
saturated), $\tau=[[pareto_threshold]]$, $\rho_1=[[pareto_rho_1]]$ and $\rho_2=[[pareto_rho_2]]$. **Layer collapse.**
As $\rho\to0$, $\rho_1/\rho_2$ tends to $0$ for half-normal and exponential noise and for the product of two normals:
compared to the other, the layer of the smaller scale is emptied. For Pareto and for Fréchet noise it tends to
$(s_1/s_2)^\alpha$.
""",
    proof_text=r"""
A weight drawn at random from all has a score of survival function $\sum\alpha_lD_l$, which falls continuously from
$1$ to $0$ by S1, so there is a root; at two roots all $D_l$ agree, since none of them increases. With one noise for
all layers either no $D_l$ is $1$ for $\tau>0$ or none is $0$, so that below $1$ and above $0$ their mean falls
strictly. *Counts:* let $N$ and $N_l$ count the scores above $\tau$ and $K=\mathrm{round}(\rho n)$. By G2 the mask of
the $K$ largest scores and that of the scores above $\tau$ differ in $|K-N|\le\frac12+|N-\rho n|$ entries in all,
hence by no more in layer $l$. By Hoeffding $|N_l-\rho_ln_l|$ and $|N-\rho n|$ exceed $\sqrt{n_l\ln(4/\delta)/2}$ and
$\sqrt{n\ln(4/\delta)/2}$ with probability $\frac\delta2$ each. *Exponential noise:*
$e^{-\tau/s_1}=(e^{-\tau/s_2})^{s_2/s_1}$, so $x=\rho_2$ is the positive root of $ax^2+(1-a)x=\rho$ if $s_2=2s_1$.
*Pareto noise:* for $\tau\ge s_2$, $D_l=(s_l/\tau)^\alpha$; and $\tau\ge s_2$ means the stated range. *Collapse:* the
limits of $\bar F(\tau/s_1)/\bar F(\tau/s_2)$ as $\tau\to\infty$, by l'Hôpital those of the densities: for
$r=s_2/s_1>1$, $rg(rx)/g(x)$ is $re^{-(r^2-1)x^2/2}$, $re^{-(r-1)x}$ and $rK_0(rx)/K_0(x)$, which tend to $0$, and
tends to $r^{-\alpha}$ for $g(x)\sim\alpha x^{-\alpha-1}$. ∎
""",
    source=Source("2602.06675", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        ANY_DENSITY.drawn_from(sp.Rational(1, 100), sp.Rational(9, 10)),
        THRESHOLD.drawn_from(sp.Rational(1, 2), 4),
        Quantity(
            share,
            "share of all weights that lie in the first of two layers",
            UNIT,
            drawn=(sp.Rational(1, 10), sp.Rational(9, 10)),
        ),
        Quantity(first_scale, "scale of the scores in the first layer", POSITIVE, drawn=(sp.Rational(1, 2), 1)),
        Quantity(second_scale, "scale of the scores in the second layer", POSITIVE, drawn=(sp.Rational(9, 8), 3)),
        TAIL_INDEX.drawn_from(sp.Rational(1, 2), 3),
        FAILURE.drawn_from(sp.Rational(1, 100), sp.Rational(1, 2)),
        Quantity(layer_size, "number of weights in a layer", COUNT, drawn=(3, 40)),
        Quantity(size, "number of weights in all layers", COUNT, drawn=(41, 90)),
    ),
    hypotheses=(
        Hypothesis("one global threshold; in every layer the assumptions of S1"),
        Hypothesis(
            "for the share of a layer at finite size: independent scores of the stated mean probabilities",
            needed_by=("count_error",),
        ),
        Hypothesis("a layer holds no more weights than all layers", layer_size <= size),
        Hypothesis("something is removed", rho < 1, needed_by=("threshold",)),
        Hypothesis("the first layer does not have the larger scale", first_scale <= second_scale),
        Hypothesis("the scales differ", first_scale < second_scale, needed_by=("collapse",)),
        Hypothesis(
            "scales one to two",
            sp.Eq(second_scale, 2 * first_scale),
            needed_by=("weighted_rho_2", "rho_1", "rho_2"),
        ),
        Hypothesis("layers of equal size", sp.Eq(share, sp.Rational(1, 2)), needed_by=("rho_1", "rho_2")),
        Hypothesis("no score is saturated, for Pareto noise", rho <= pareto_mean / second_scale**alpha),
    ),
    uses=("G2", "S1", "S4"),
    expressions={
        "density": density,
        "threshold": level(density, tau, rho),
        "rho_1": rho_2**2,
        "rho_2": rho_2,
        "weighted_rho_2": weighted_rho_2,
        "pareto_threshold": pareto_threshold,
        "pareto_rho_1": pareto_rho_1,
        "pareto_rho_2": pareto_rho_2,
        "pareto_critical_density": pareto_mean / second_scale**alpha,
        "collapse": COLLAPSE,
        "count_error": count_error,
    },
    aids={"noises": NOISES},
)
