"""G6.1: along which axes the graphon of a pruning method varies."""

from __future__ import annotations

from enum import StrEnum

import sympy as sp

from sparse_limits.theory.claims import Claim, Proof, Provenance, Remark, Source
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.saliency.model import (
    INPUT,
    NEURON,
    THRESHOLD,
    SaliencyModel,
    magnitude_model,
    random_model,
    snip_model,
    synflow_model,
    tau,
    u,
    v,
    wanda_model,
)
from sparse_limits.theory.saliency.snip import FIXED_RESIDUAL
from sparse_limits.theory.tails import exponential, frechet, half_normal, product_normal, t

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

equal values (from graphon; by injectivity): As $\bar F$ is injective on the range of $\tau/f\varphi$, $W(u,v)=W(u',v')$ just where
$f(u)\varphi(v)=f(u')\varphi(v')$; and $x\mapsto x\varphi(v)$ is injective, so that $W(u,v)=W(u',v)$ just where $f(u)=f(u')$.

almost everywhere (from equal values; by Fubini): If $W(u,v)=W(u',v)$ for almost all $u,u',v$, this holds at some $v$ for almost all $u,u'$,
so that $f$ is constant almost everywhere; likewise $\varphi$. $W$ is constant if it varies with neither.

derivative (from graphon): $\partial_uW=[[sensitivity]]$ at $t=\tau/f\varphi$, the product of $\bar F'=-g$ and $\partial_ut=-tr$, $r=f'/f$;
likewise in $v$.

Random and Magnitude (by S2 for graphon): Random and Magnitude pruning have a constant graphon: both profiles are constant.

SynFlow (by S11 for row_profile, column_profile, coefficient_of_variation): SynFlow has $f=|a|$ and $\varphi=1$ with one hidden layer and
one output; as all widths grow, inputs and outputs included, both profiles tend to constants.

Wanda (by S12): Wanda has $f=1$ and for $\varphi$ the norms of the inputs.

SNIP (by S3): On symmetric data, with a fixed residual, SNIP has $f=|a|$ and $\varphi=|h|/2$.

GraSP (by S8): So has GraSP, in the limit of wide networks, with $\Theta r$ for the residual.

classes (from almost everywhere, derivative, Random and Magnitude, SynFlow, Wanda, SNIP, GraSP; gives classes): The quantile function of
$|a|$ is not constant, and $\varphi$ is not by hypothesis, so that the profiles vary, and $W$ with them, as the classes say.
""",
    globals(),
    classes=CLASSES,
)

graphon_taxonomy = Claim(
    label="G6.1",
    title="Homogeneous, row- and column-heterogeneous graphons",
    statement=r"""
Let $W=\bar F(\tau/f\varphi)$ with $\bar F$ injective on the range of $\tau/f\varphi$. $W$ is a.e. constant iff
$f\varphi$ is, iff $f$ and $\varphi$ are; it depends on $v$ only iff $f$ is constant, on $u$ only iff $\varphi$ is
constant. For differentiable profiles and a noise of density $g$, $\partial_uW=[[sensitivity]]$ at
$t=\tau/f\varphi$, $g=g(t)$, $r=f'/f$; likewise in $v$ with $r=\varphi'/\varphi$. Hence, as theorems: Random and
Magnitude (S2)
are homogeneous at every depth and size; SynFlow with one hidden layer and one output varies with the row only, and with more layers
it is homogeneous in the limit in which all widths grow, those of inputs and outputs too (S11); Wanda varies with the column only, unless all inputs of the layer have
one norm
(S12). SNIP and GraSP vary with both where their saliencies factorise (S3, S8: symmetric data, a residual that does not
depend on the network) and the lengths $|h_j|$ of their profiles are not all equal; on other data their class is not a
theorem. That
data-driven methods such as SNIP and GraSP are heterogeneous, and Random and Magnitude homogeneous, is announced in the abstract; the former
holds with exceptions only (S9, S10, S12).
""",
    steps=STEPS,
    source=Source(
        "2602.06675",
        "abstract: “This limit framework establishes a novel topological taxonomy for sparse networks”; the "
        "exceptions are ours",
    ),
    provenance=Provenance.RECONSTRUCTED,
    proof=Proof.PROVED,
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
    uses=("S1", "S2", "S3", "S8", "S9", "S10", "S11", "S12"),
    also=("classes",),
    aids={"instances": INSTANCES, "methods": METHODS, "data": "raw", "trained": TRAINED},
    remarks=(
        Remark(
            r"The dichotomy needs corrections: only heterogeneity of columns is feature selection, and it fails for saturated noise ($W=1$ "
            r"where $f\varphi$ is large), for signed scores at $\rho=\frac12$ (S10), for row-wise thresholds (S12), and for GraSP with a "
            "nearly constant smoothed residual, which is row-heterogeneous (S9)."
        ),
        Remark(
            "Measured on raw digits, first layer, density 0.1: networks with one hidden layer, and with three, pruned by these methods "
            "have the stated classes, SNIP and GraSP included; with the pixels scaled to one norm Wanda is homogeneous.",
            checked_by="pruned_networks_have_the_classes",
        ),
        Remark(
            "Measured on the same digits, for networks that gradient descent trains to less than a third of the first loss before they are "
            "pruned: the first layer moves by less than a quarter of its length, and the tests find the stated classes. (A half of the rows "
            "or columns that holds three quarters of the kept weights would be found, a smaller difference perhaps not.) From first weights "
            "a sixteenth as large, with one hidden layer, it moves by more than its length, and the masks of Magnitude and of SynFlow vary "
            "with rows and columns.",
            checked_by="trained_networks_have_the_classes",
        ),
    ),
)
