"""G6: along which axes the graphon of a pruning method varies."""

from __future__ import annotations

from enum import StrEnum

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Remark, Source
from theory.graphon.symbols import COLUMNS, ROWS, m, n
from theory.quantities import POSITIVE, Hypothesis, Quantity
from theory.saliency.model import (
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
from theory.saliency.snip import FIXED_RESIDUAL
from theory.tails import exponential, frechet, half_normal, product_normal, t

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
    "deep synflow": magnitude_model,  # both profiles tend to constants with the width
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

NOISES = (half_normal, exponential, frechet, product_normal)
PROFILES = (sp.Integer(1), sp.Integer(2), 1 + t, sp.exp(-t), t**2 + sp.Rational(1, 2))  # of the position t
INSTANCES = tuple(
    (SaliencyModel(row.subs(t, u), column.subs(t, v), NOISES[(i + j) % len(NOISES)]), tau)
    for i, row in enumerate(PROFILES)
    for j, column in enumerate(PROFILES)
)

sensitivity = t * density_of_noise * slope
expected_chi = (n - 1) * m * n / (m * n - 1)

graphon_taxonomy = Claim(
    label="G6",
    title="Homogeneous, row- and column-heterogeneous graphons",
    statement=r"""
Let $W=\bar F(\tau/f\varphi)$ with $\bar F$ injective on the range of $\tau/f\varphi$. $W$ is a.e. constant iff
$f\varphi$ is, iff $f$ and $\varphi$ are; it depends on $v$ only iff $f$ is constant, on $u$ only iff $\varphi$ is
constant. For differentiable profiles and a noise of density $g$, $\partial_uW=[[sensitivity]]$ at
$t=\tau/f\varphi$, $g=g(t)$, $r=f'/f$; likewise in $v$ with $r=\varphi'/\varphi$. Hence, as theorems: Random and
Magnitude (S2)
are homogeneous at every depth and size; SynFlow with one hidden layer varies with the row only, and with more it is
homogeneous in the limit of wide layers (S11); Wanda varies with the column only, unless all inputs of the layer have
one norm
(S12). SNIP and GraSP vary with both where their saliencies factorise (S3, S8: symmetric data, a residual that does not
depend on the network) and the lengths $|h_j|$ of their profiles are not all equal; on other data their class is not a
theorem. That
data-driven methods are heterogeneous and the others homogeneous is announced in the abstract. It needs
corrections: only heterogeneity of columns is feature selection, and the dichotomy fails for saturated noise ($W=1$
where $f\varphi$ is large), for signed scores at $\rho=\frac12$ (S10), for row-wise thresholds (S12), and for GraSP
with a nearly constant smoothed residual, which is row-heterogeneous (S9). **Statistic.** For a mask of $m\times n$
entries with column densities $\hat p_j$ and density $\rho$, $0<\rho<1$, let $\chi=\sum_j(\hat
p_j-\rho)^2m/(\rho(1-\rho))$. For a uniform set of $K=\rho mn$ entries (the mask of Random and of Magnitude)
$E\chi=[[expected_chi]]$, whatever $K$.
""",
    proof_text=r"""
By injectivity $W(u,v)=W(u',v')$ iff $f(u)\varphi(v)=f(u')\varphi(v')$. If $f\varphi=c$ a.e., then for almost every
$v$ (Fubini) $f=c/\varphi(v)$ a.e., so $f$ is constant, hence $\varphi$. If $W$ does not depend on $u$, then
$f(u)\varphi(v)$ does not, and $\varphi>0$. The derivative is the chain rule with $\partial_ut=-t\,f'/f$. For the
statistic a column count is hypergeometric$(mn,K,m)$ with variance $m\rho(1-\rho)\frac{mn-m}{mn-1}$, so each of the
$n$ terms has mean $\frac{mn-m}{mn-1}$. Scores that are iid and continuous make every set of $K$ entries equally
likely. ∎
""",
    source=Source(
        "2602.06675",
        "abstract: “This limit framework establishes a novel topological taxonomy for sparse networks”; the "
        "exceptions and the statistic are ours",
    ),
    provenance=Provenance.RECONSTRUCTED,
    proof=Proof.PROVED,
    quantities=(
        ROWS,
        COLUMNS,
        NEURON.drawn_from(sp.Rational(1, 50), sp.Rational(49, 50)),
        INPUT.drawn_from(sp.Rational(1, 50), sp.Rational(49, 50)),
        THRESHOLD.drawn_from(sp.Rational(1, 2), 2),
        Quantity(t, "threshold over the product of the profiles", POSITIVE),
        Quantity(density_of_noise, "probability density of the noise at that quotient", POSITIVE),
        Quantity(slope, "derivative of a profile divided by its value", sp.S.Reals),
    ),
    hypotheses=(
        Hypothesis("one global threshold on the modulus of the scores"),
        Hypothesis(r"the survival function of the noise is strictly decreasing on the range of $\tau/f\varphi$"),
        Hypothesis(
            "for SNIP and GraSP: symmetric data, column profiles that are not constant, and " + FIXED_RESIDUAL,
            needed_by=("classes",),
        ),
        Hypothesis("at least two entries, of which some are kept and some are not", m * n >= 2, ("expected_chi",)),
    ),
    uses=("S1", "S2", "S3", "S8", "S9", "S10", "S11", "S12"),
    expressions={
        "classes": CLASSES,
        "sensitivity": sensitivity,
        "expected_chi": expected_chi,
    },
    aids={"instances": INSTANCES, "methods": METHODS, "data": "raw"},
    remarks=(
        Remark(
            "Measured on raw digits, first layer, density 0.1: networks with one hidden layer, and with three, pruned by these methods "
            "have the stated classes, SNIP and GraSP included; with the pixels scaled to one norm Wanda is homogeneous.",
            checked_by="pruned_networks_have_the_classes",
        ),
    ),
)
