"""S11: SynFlow factorises exactly, at every depth."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.quantities import NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from theory.saliency.model import DENSITY, THRESHOLD, WIDTH, rho, tau, width
from theory.tails import product_survival, t

row = sp.Symbol("a", positive=True)  # |a_i|


def positive_matrix(name: str, rows: int, columns: int) -> sp.ImmutableMatrix:
    """A matrix of positive symbols name_11, name_12, ...: the moduli of the weights of a layer."""
    return sp.ImmutableMatrix(rows, columns, lambda i, j: sp.Symbol(f"{name}_{i + 1}{j + 1}", positive=True))


layers = (positive_matrix("u", 2, 3), positive_matrix("v", 2, 2), positive_matrix("w", 1, 2))  # 3 → 2 → 2 → 1
first, middle, last = layers
flow = (last * middle * first * sp.ones(3, 1))[0]

synflow_factorises = Claim(
    label="S11",
    title="SynFlow factorises exactly at every depth",
    statement=r"""
Let $R=\mathbf1^\top|W_L|\cdots|W_1|\mathbf1$. The saliency of layer $l$ is
$S^{(l)}_{ij}=|w^{(l)}_{ij}|\,\partial R/\partial|w^{(l)}_{ij}|=f_i|w_{ij}|\varphi_j$ with
$f=|W_{l+1}|^\top\cdots|W_L|^\top\mathbf1$ and $\varphi=|W_{l-1}|\cdots|W_1|\mathbf1$, and $\sum_{ij}S^{(l)}_{ij}=R$ for every
$l$. (a) One hidden layer, scalar output: $\varphi\equiv1$, $f=|a|$, so the column density is $[[column_density]]$ for every
column (no data enter), and a row of readout weight $a$ has density $[[row_kernel]]$. (b) All widths, outputs
included, $n\to\infty$: after one layer, hence asymptotically after any number, $f$ and $\varphi$ have the coefficient of
variation $[[coefficient_of_variation]]$, so the graphon tends to $\rho$; but row densities keep in the limit a variance of
$[[variance_inflation]]$ times the binomial one ($\rho=\operatorname{erfc}(t/\sqrt2)$): homogeneous in cut norm, not down to
the noise.
""",
    proof_text=r"""
$R$ is linear in the weights of each layer: $\partial R/\partial|w_{ij}^{(l)}|=f_i\varphi_j$, and Euler's identity gives the sum.
$f_i=\sum_k|w_{ki}|$ has mean $n\sqrt{2/\pi}$ and variance $n(1-2/\pi)$. If the profile $g$ above has
the coefficient of variation $c$, $f_i=\sum_k|w_{ki}|g_k$ has, given $g$, the squared one $(\frac\pi2-1)(1+c^2)/n$, and $c\to0$
after one layer (for a scalar readout $g=|a|$ and $1+c^2\to\frac\pi2$: two layers are needed). A relative change $\epsilon$ of $f_i$ changes the density
of its row by $-t\bar F'(t)\,\epsilon=2t\varphi(t)\,\epsilon$, so the variance of the density is
$(2t\varphi(t))^2(\pi/2-1)/n$ beside the binomial $\rho(1-\rho)/n$ (first order in $1/n$).
""",
    source=Source(
        "2602.06675",
        "beyond the abstract, which does not name SynFlow; that every layer has the same sum of scores is Tanaka "
        "et al. (2020)",
    ),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        THRESHOLD,
        DENSITY.drawn_from(sp.Rational(1, 100), sp.Rational(9, 10)),
        WIDTH,
        Quantity(row, "modulus of the weight with which a neuron enters the output", POSITIVE),
        Quantity(t, "threshold in standard deviations of the weights, that of the density", POSITIVE),
        Quantity(
            tuple(first), "modulus of a weight of the first layer, from three inputs to two neurons", NON_NEGATIVE
        ),
        Quantity(tuple(middle), "modulus of a weight of the second layer, from two neurons to two", NON_NEGATIVE),
        Quantity(tuple(last), "modulus of a weight of the last layer, from two neurons to one output", NON_NEGATIVE),
    ),
    hypotheses=(
        Hypothesis("weights are independent standard normal"),
        Hypothesis("one-shot scores"),
        Hypothesis(
            r"the threshold is that of the density, $\rho=\operatorname{erfc}(t/\sqrt2)$",
            needed_by=("variance_inflation",),
        ),
    ),
    uses=("S1", "S4"),
    expressions={
        "row_profile": (last * sp.eye(2)).T,
        "column_profile": first * sp.ones(3, 1),
        "column_density": product_survival(tau),
        "row_kernel": sp.erfc(tau / (sp.sqrt(2) * row)),
        "coefficient_of_variation": sp.sqrt((sp.pi / 2 - 1) / width),
        "variance_inflation": 1
        + (t * sp.sqrt(2 / sp.pi) * sp.exp(-(t**2) / 2)) ** 2 * (sp.pi / 2 - 1) / (rho * (1 - rho)),
    },
    aids={"middle": middle, "flow": flow},
)
