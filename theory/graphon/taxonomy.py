"""G6.1: along which axes the graphon of a pruning method varies."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from functools import cache

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Remark, Source
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, holds, same, vanishes
from sparse_limits.theory.saliency.model import (
    INPUT,
    NEURON,
    ONE,
    THRESHOLD,
    SaliencyModel,
    column_profile,
    half_normal_quantile,
    magnitude_model,
    phi,
    random_model,
    snip_model,
    synflow_model,
    tau,
    u,
    v,
    wanda_model,
)
from sparse_limits.theory.saliency.snip import FIXED_RESIDUAL
from sparse_limits.theory.saliency.symbols import COLUMN_FACTOR, GRAPHON, ROW_FACTOR, SURVIVAL
from sparse_limits.theory.tails import Tail, exponential, frechet, half_normal, pareto, product_normal, t

density_of_noise = sp.Symbol("g", positive=True)  # at t = τ/(f φ)
slope = sp.Symbol("r", real=True)  # f′/f or φ′/φ


class Heterogeneity(StrEnum):
    """The axes along which a graphon varies: only columns select features."""

    HOMOGENEOUS = "homogeneous"
    ROW = "row"
    COLUMN = "column"
    BOTH = "row and column"


def heterogeneity(rows: bool, columns: bool) -> Heterogeneity:
    """The class of a graphon that varies with u (rows), with v (columns)."""
    if rows:
        return Heterogeneity.BOTH if columns else Heterogeneity.ROW
    return Heterogeneity.COLUMN if columns else Heterogeneity.HOMOGENEOUS


def classify(model: SaliencyModel, threshold: sp.Expr = tau) -> Heterogeneity:
    """The class of the graphon of a saliency, by differentiating its kernel W = F̄(τ/(f φ)).

    `threshold` may depend on u (row-wise thresholds). Profiles are differentiable; a profile left open counts as
    varying. The survival function must be strictly decreasing on the range of τ/(f φ): saturated noise is not seen.
    """
    kernel = model.kernel(threshold)
    rows, columns = (sp.simplify(sp.diff(kernel, variable)) != 0 for variable in (u, v))
    return heterogeneity(rows, columns)


METHODS = {
    "random": random_model,
    "magnitude": magnitude_model,
    "deep synflow": magnitude_model,  # both profiles tend to constants as all widths grow
    "shallow synflow": synflow_model,
    "wanda": wanda_model,
    "snip": snip_model,
    "grasp": snip_model,  # another column profile: that of the kernel-smoothed residual
}
CLASSES = {
    "random": Heterogeneity.HOMOGENEOUS,
    "magnitude": Heterogeneity.HOMOGENEOUS,
    "deep synflow": Heterogeneity.HOMOGENEOUS,
    "shallow synflow": Heterogeneity.ROW,
    "wanda": Heterogeneity.COLUMN,
    "snip": Heterogeneity.BOTH,
    "grasp": Heterogeneity.BOTH,
}

TRAINED = {
    **CLASSES,
    "magnitude from small weights": Heterogeneity.BOTH,
    "shallow synflow from small weights": Heterogeneity.BOTH,
}  # measured, of networks trained before pruning

NOISES = (half_normal, exponential, frechet, product_normal)
PROFILES = (sp.Integer(1), sp.Integer(2), 1 + t, sp.exp(-t), t**2 + sp.Rational(1, 2))  # of the position t
INSTANCES = tuple(
    (SaliencyModel(row.subs(t, u), column.subs(t, v), NOISES[(i + j) % len(NOISES)]), tau)
    for i, row in enumerate(PROFILES)
    for j, column in enumerate(PROFILES)
)

sensitivity = t * density_of_noise * slope

STEPS = proof(
    r"""
graphon (by S1 for one threshold): Masks of the scores $f(u)\varphi(v)\xi$ have the graphon $W=\bar F(\tau/f\varphi)$, $f,\varphi>0$.

equal values (from graphon; by injectivity): As $\bar F$ is injective on the range of $\tau/f\varphi$, $W(u,v)=W(u',v')$ if and only if
$f(u)\varphi(v)=f(u')\varphi(v')$. As $x\mapsto x\varphi(v)$ is injective, $W(u,v)=W(u',v)$ if and only if $f(u)=f(u')$.

almost everywhere (from equal values; by Fubini): If $W(u,v)=W(u',v)$ for almost all $u,u',v$, this holds at some $v$ for almost all $u,u'$,
so that $f$ is constant almost everywhere; likewise $\varphi$. $W$ is constant if it varies with neither.

derivative (from graphon): $\partial_uW=[[sensitivity]]$ at $t=\tau/f\varphi$, the product of $\bar F'=-g$ and $\partial_ut=-tr$ with
$r=f'/f$; likewise in $v$.

Random and Magnitude (by S2 for graphon): Random and Magnitude pruning have a constant graphon: both profiles are constant.

SynFlow (by S11 for row_profile, column_profile, coefficient_of_variation): SynFlow has $f=|a|$ and $\varphi=1$ with one hidden layer and
one output; as all widths grow, inputs and outputs included, both profiles tend to constants.

Wanda (by S12 for kernel): Wanda has $f=1$ and for $\varphi$ the norms of the inputs.

SNIP (by S3): On symmetric data, with a fixed residual, SNIP has $f=|a|$ and $\varphi=|h|/2$.

GraSP (by S8): GraSP has the same profiles as SNIP in the limit of wide networks, with $\Theta r$ in place of the residual.

classes (from almost everywhere, derivative, Random and Magnitude, SynFlow, Wanda, SNIP, GraSP; gives classes): The quantile function of
$|a|$ is not constant, and $\varphi$ is not constant by hypothesis. So the profiles vary, and $W$ with them, as the classes say.
""",
    globals(),
    classes=CLASSES,
)

Instances = Sequence[tuple[SaliencyModel, sp.Expr]]


Classes = Mapping[str, Heterogeneity]


BOTH = SaliencyModel(1 + u, 1 + v, half_normal)


SQUARE = replace(pareto, survival=valued(pareto.survival, {sp.Symbol("alpha", positive=True): 2}))


SIGNED = Tail("signed normal", half_normal.survival / 2)  # P(ξ > t) for t ≥ 0


SELF_TERM = SaliencyModel(half_normal_quantile, ONE, Tail("squared normal", half_normal.at(sp.sqrt(t))))  # |a| w²


@cache
def derivative_and_parts(
    model: SaliencyModel, threshold: sp.Expr, position: sp.Symbol
) -> tuple[sp.Expr, dict[sp.Symbol, sp.Expr]]:
    """∂W/∂u or ∂W/∂v, and t, the density of the noise there and the logarithmic slope of the profile."""
    argument = threshold / (model.row * model.column)
    profile = model.row if position == u else model.column
    at = {t: argument, density_of_noise: model.noise.density.xreplace({t: argument})}
    return sp.diff(model.kernel(threshold), position), {**at, slope: sp.diff(profile, position) / profile}


SMALL = " from small weights"  # how the names of such networks end


def kernel_varies_with_the_slope_of_the_profile(sensitivity: sp.Expr, instances: Instances) -> Relations:
    """∂W/∂u and ∂W/∂v of every pair of profiles, by the chain rule."""
    for model, threshold in instances:
        for position in (u, v):
            derivative, at = derivative_and_parts(model, threshold, position)
            yield same(derivative, sensitivity.xreplace(at), by=sp.cancel)


def slopes_enter_by_the_chain_rule(sensitivity: sp.Expr) -> Relations:
    """The derivative of F̄(τ/fφ) at a position, F̄ of the density g there and f growing at the rate r."""
    row, start, position, argument = sp.symbols("f c x y", positive=True)
    threshold = t * row * phi
    survival = start - density_of_noise * (argument - t)
    kernel = survival.subs(argument, threshold / (row * sp.exp(slope * position) * phi))
    yield same(sp.diff(kernel, position).subs(position, 0), sensitivity)


def profiles_vary_as_the_classes_say(classes: Classes, methods: Mapping[str, SaliencyModel]) -> Relations:
    """The slope f′/f or φ′/φ: 0 for a constant profile; else positive, u = erf x for the normal, φ = eᵛ for one left open."""
    inside = sp.Symbol("x", positive=True)
    for name, model in methods.items():
        for profile, position, varying in (
            (model.row, u, (Heterogeneity.ROW, Heterogeneity.BOTH)),
            (model.column, v, (Heterogeneity.COLUMN, Heterogeneity.BOTH)),
        ):
            rate = sp.diff(sp.log(profile.subs(column_profile, sp.exp(v))), position)
            if classes[name] in varying:
                yield holds(rate.subs(u, sp.erf(inside)).is_positive, f"{name}: a profile of slope {rate}")
            else:
                yield vanishes(rate)


graphon_taxonomy = Claim(
    label="G6.1",
    title="Homogeneous, row- and column-heterogeneous graphons",
    headline=r"If the noise's survival function falls strictly, a factorised score's graphon varies with the row exactly if its row factor does; likewise for columns. Random and magnitude pruning are homogeneous.",
    statement=r"""
**When a graphon varies.** Let a score have the row factor $f(u)$, the column factor $\varphi(v)$ and noise with the survival function
$\bar F$, so that at the threshold $\tau$ its graphon is $W=\bar F(\tau/f\varphi)$. Let $\bar F$ be injective on the range of
$\tau/f\varphi$. Then, up to null sets, $W$ is constant iff $f\varphi$ is, and iff both $f$ and $\varphi$ are. It depends on $v$ alone iff
$f$ is constant, and on $u$ alone iff $\varphi$ is constant.

**How fast.** For differentiable profiles and a noise of density $g$, $\partial_uW=[[sensitivity]]$ at $t=\tau/f\varphi$, $g=g(t)$ and
$r=f'/f$. Likewise for $v$, with $r=\varphi'/\varphi$.

**The methods.** Call a mask *homogeneous* if its graphon is constant. The equivalences yield these theorems.

*Random and Magnitude* (S2) are homogeneous at every depth and size.

*SynFlow* in one round, with one hidden layer and one output, varies with the row only. With more layers it is homogeneous in the limit in
which all widths grow, including those of inputs and outputs (S11). In many rounds it may empty neurons (H6.1).

*Wanda* varies with the column only, unless all inputs of the layer have the same norm (S12).

*SNIP and GraSP* vary with both row and column if their saliencies factorise and the numbers $|h_j|$ in their column factors are not all
equal. For symmetric data and a residual that does not depend on the network, SNIP's saliency factorises (S3), and so does GraSP's in the
limit of wide networks (S8). On other data their class is not a theorem.
""",
    steps=STEPS,
    source=Source(
        "2602.06675",
        "v1",
        "abstract: “This limit framework establishes a novel topological taxonomy for sparse networks”, in which Random "
        "and Magnitude are homogeneous, and data-driven methods such as SNIP and GraSP heterogeneous; the latter is true with "
        "exceptions only (S9, S10, S12)",
    ),
    provenance=Provenance.RECONSTRUCTED,
    quantities=(
        NEURON.drawn_from(sp.Rational(1, 50), sp.Rational(49, 50)),
        INPUT.drawn_from(sp.Rational(1, 50), sp.Rational(49, 50)),
        THRESHOLD.drawn_from(sp.Rational(1, 2), 2),
        Quantity(t, "threshold over the product of the profiles", NON_NEGATIVE),
        Quantity(density_of_noise, "probability density of the noise at that quotient", NON_NEGATIVE),
        Quantity(slope, "derivative of a profile divided by its value", sp.S.Reals),
    ),
    hypotheses=(
        Hypothesis("one global threshold on the modulus of the scores"),
        Hypothesis(r"the survival function of the noise is strictly decreasing on the range of $\tau/f\varphi$"),
        Hypothesis(
            "for SNIP and GraSP: symmetric data, column profiles that are not constant, and " + FIXED_RESIDUAL,
            needed_by=("classes",),
        ),
    ),
    symbols={
        **GRAPHON,
        **SURVIVAL,
        **ROW_FACTOR,
        **COLUMN_FACTOR,
        "h_j": "mean over the data of residual, smoothed for GraSP, times input $j$",
    },
    uses=("S9", "S10"),
    also=("classes",),
    aids={"instances": INSTANCES, "methods": METHODS, "data": "raw", "trained": TRAINED},
    remarks=(
        Remark(
            r"The dichotomy of the abstract needs corrections: only heterogeneity of columns is feature selection, and the dichotomy fails for saturated "
            r"noise ($W=1$ where $f\varphi$ is large), for signed scores at $\rho=\frac12$ (S10), for row-wise thresholds (S12), and for "
            "GraSP with a nearly constant smoothed residual, which is row-heterogeneous (S9)."
        ),
        Remark(
            "Measured on raw digits, in the first layer, at density 0.1: networks with one and with three hidden layers pruned by these "
            "methods have the stated classes, including SNIP and GraSP. With the pixels scaled to the same norm Wanda is homogeneous.",
            checked_by="pruned_networks_have_the_classes",
        ),
        Remark(
            "Measured on the same digits, for networks that gradient descent trains to less than a third of the initial loss before they "
            "are pruned: the first layer moves by less than a quarter of its norm, and the tests find the stated classes. (The tests would "
            "detect a half of the rows or columns that holds three quarters of the kept weights, but perhaps not a smaller difference.) "
            "With initial weights a sixteenth as large and one hidden layer, the first layer moves by more than its norm, and the masks "
            "of Magnitude and of SynFlow vary with rows and columns.",
            checked_by="trained_networks_have_the_classes",
        ),
    ),
    because={
        "derivative": (kernel_varies_with_the_slope_of_the_profile, slopes_enter_by_the_chain_rule),
        "classes": profiles_vary_as_the_classes_say,
    },
    wrong=lambda: {
        "sensitivity: without t": density_of_noise * slope,
        "sensitivity: times the threshold": sensitivity * tau,
        "instances: saturated noise": ((replace(BOTH, noise=SQUARE), sp.Rational(1, 2)),),
        "instances: signed scores at density ½": ((replace(BOTH, noise=SIGNED), sp.Integer(0)),),
        "instances: row-wise thresholds": ((BOTH, tau * BOTH.row),),
        "instances: column-wise thresholds": ((BOTH, tau * BOTH.column),),
        "classes: snip is homogeneous": {**CLASSES, "snip": Heterogeneity.HOMOGENEOUS},
        "classes: snip selects features only": {**CLASSES, "snip": Heterogeneity.COLUMN},
        "classes: grasp is homogeneous": {**CLASSES, "grasp": Heterogeneity.HOMOGENEOUS},
        "classes: shallow synflow selects features": {**CLASSES, "shallow synflow": Heterogeneity.COLUMN},
        "classes: deep synflow keeps its rows": {**CLASSES, "deep synflow": Heterogeneity.ROW},
        "classes: wanda varies with rows": {**CLASSES, "wanda": Heterogeneity.BOTH},
        "classes: magnitude is heterogeneous": {**CLASSES, "magnitude": Heterogeneity.BOTH},
        "classes: random is heterogeneous": {**CLASSES, "random": Heterogeneity.ROW},
        "classes: grasp is homogeneous in columns": {**CLASSES, "grasp": Heterogeneity.ROW},
        "classes: shallow synflow selects both": {**CLASSES, "shallow synflow": Heterogeneity.BOTH},
        "classes: wanda is homogeneous": {**CLASSES, "wanda": Heterogeneity.HOMOGENEOUS},
        "classes: magnitude selects features": {**CLASSES, "magnitude": Heterogeneity.COLUMN},
        "classes: shallow synflow is homogeneous": {**CLASSES, "shallow synflow": Heterogeneity.HOMOGENEOUS},
        "classes: snip is homogeneous in columns": {**CLASSES, "snip": Heterogeneity.ROW},
        "classes: grasp is homogeneous in rows": {**CLASSES, "grasp": Heterogeneity.COLUMN},
        "methods: a constant smoothed residual leaves grasp its self-term (S9)": {**METHODS, "grasp": SELF_TERM},
        "data: inputs of one norm for wanda": "one norm",
        "trained: random varies with rows": {**TRAINED, "random": Heterogeneity.ROW},
        "trained: training makes magnitude select features": {**TRAINED, "magnitude": Heterogeneity.COLUMN},
        "trained: magnitude never feels training": {**TRAINED, "magnitude" + SMALL: Heterogeneity.HOMOGENEOUS},
        "trained: small weights leave the columns alike": {**TRAINED, "magnitude" + SMALL: Heterogeneity.ROW},
        "trained: synflow never feels training": {**TRAINED, "shallow synflow" + SMALL: Heterogeneity.ROW},
        "trained: deep synflow keeps its rows": {**TRAINED, "deep synflow": Heterogeneity.ROW},
        "trained: shallow synflow is homogeneous": {**TRAINED, "shallow synflow": Heterogeneity.HOMOGENEOUS},
        "trained: wanda is homogeneous": {**TRAINED, "wanda": Heterogeneity.HOMOGENEOUS},
        "trained: snip is homogeneous in rows": {**TRAINED, "snip": Heterogeneity.COLUMN},
        "trained: grasp is homogeneous in columns": {**TRAINED, "grasp": Heterogeneity.ROW},
    },
)
