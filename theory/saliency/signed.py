"""S10: what is kept when scores with a sign are ranked, as in the original GraSP."""

from __future__ import annotations

import sympy as sp

from sparse_limits.theory.claims import Claim, Pitfall, Proof, Provenance, Source
from sparse_limits.theory.formulas.level import level
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.saliency.model import COLUMN, COLUMN_PROFILE, DENSITY, mean_over_columns, phi, rho
from sparse_limits.theory.saliency.snip import FIXED_RESIDUAL
from sparse_limits.theory.tails import Tail, exponential, half_normal, product_normal, t

tau = sp.Symbol("tau", real=True)  # a threshold of signed scores
graphon = sp.Symbol("W", positive=True)  # value of the graphon at density ρ
noise_density = sp.Symbol("g", positive=True)  # of |ξ| at |τ|/φ

HALF = sp.Rational(1, 2)


def signed_kernel(modulus: Tail) -> sp.Expr:
    """P(φξ > τ) for noise symmetric about 0 whose modulus has the law given."""
    above, below = modulus.at(tau / phi) / 2, 1 - modulus.at(-tau / phi) / 2
    return sp.Piecewise((above, tau > 0), (below, tau < 0), (HALF, True))


def signed_threshold(density: sp.Expr) -> sp.Expr:
    """The τ that a share ρ of the signed scores exceeds, if their moduli exceed t > 0 with the density given."""
    positive, negative = level(density / 2, t, rho), -level(density / 2, t, 1 - rho)
    return sp.Piecewise((positive, rho < HALF), (negative, rho > HALF), (sp.S.Zero, True))


product_kernel = signed_kernel(product_normal)
kernels = {"normal": signed_kernel(half_normal), "laplace": signed_kernel(exponential)}
product_threshold = signed_threshold(mean_over_columns(product_normal.at(t / phi)))
flat_threshold = signed_threshold(product_normal.survival)
dual_threshold = -tau
dual_graphon = 1 - graphon
magnitude_density = 2 * rho
selectivity = tau * noise_density / (2 * phi**2)

STEPS = proof(
    r"""
odd scores (by independence): On data the leading term of GraSP's score is odd in $a_i$, while $\hat\Theta$, hence the modulus of every
score, depends on the $a_i$ through $a_i^2$ alone: given $(|a_i|,w_i)_i$ the signs of the $a_i$ are independent and fair, and so are those
of the scores of a column. In the model this is what $\xi$ symmetric about $0$ says.

one tail (from odd scores): For $x\ge0$ the events $\xi>x$ and $\xi<-x$ are disjoint and of one probability, and together $|\xi|>x$: each
has the share $[[magnitude_share]]$ of it.

complement (from one tail): $\xi>-x$ is the complement of $\xi\le-x$, which by continuity of the law of $|\xi|$ off $0$ is as probable as
$\xi<-x$ for $x>0$. So where $\xi>x$ has probability $W$, $\xi>-x$ has $[[dual_graphon]]$.

dual threshold (from complement): Both hold at $x=|\tau|/f\varphi$ for every row and column. So the threshold $[[dual_threshold]]$ has
$[[dual_graphon]]$ for $W$, and the density $1-\rho$ for $\rho$; at $\tau=0$ all are $\frac12$.

two laws (from one tail, complement): For normal and for Laplace noise, whose moduli are half-normal and exponential, both sides together
are $[[kernels]]$: they fall with the density of $\varphi\xi$ on both sides of $0$, through $\frac12$.

density of S4 (by S4 for noise_density, column_density): The modulus of a product of two normals has the density and the tail $H$ of S4.

kernel (from one tail, complement, density of S4): For the product of two normals $P(\varphi\xi>\tau)=[[kernel]]$, averaged over the rows at
$f=|a|$: it is $\frac12$ at $0$ and falls with half of that density at $|\tau|/\phi$, over $\phi$.

density of the moduli (from one tail): For $\tau>0$ the scores above $\tau$ have half of the density of the moduli above $\tau$. So the
threshold of $\rho<\frac12$ is that of the moduli at density $[[magnitude_density]]$, and there $W$ is half of theirs.

one threshold (from dual threshold, density of the moduli; by S1 for one threshold): By S1 one threshold of the moduli has a density
strictly between $0$ and $1$. So $\tau_\rho$ is the only one for $\rho<\frac12$, and by *dual threshold* for $\rho>\frac12$; for
$\rho=\frac12$ it is $0$, or any point between the least moduli and their negatives.

threshold (from kernel, one threshold): For the product of two normals it is $[[threshold]]$, and for a constant $\varphi$ it is $\varphi$
times $[[flat_threshold]]$.

slope (from one tail, complement): Where $|\xi|$ has the density $g$ at $|\tau|/\phi$, $W$ is $\frac12\bar F(\tau/\phi)$ or $1-\frac12\bar
F(-\tau/\phi)$ with $\bar F'=-g$: either way $\partial W/\partial\phi=[[selectivity]]$, of the sign of $\tau$ where $g>0$.
""",
    globals(),
    magnitude_share=HALF,
    kernel=product_kernel,
    threshold=product_threshold,
)

signed_scores = Claim(
    label="S10",
    title="Signed GraSP: a duality at density ½, and the opposite selection above",
    statement=r"""
Let $S=f\varphi\xi$ with $f,\varphi>0$ and iid noise $\xi$ symmetric about $0$, its modulus as in S1, and keep the share $\rho$
of *signed* scores that are largest (the original GraSP: $S=w\odot Hg$, $\xi=aw$, S8). Then
$$\tau_{1-\rho}=[[dual_threshold]]\ (\tau=\tau_\rho),\qquad W_{1-\rho}=[[dual_graphon]]\ (W=W_\rho),\qquad W_{1/2}=\tfrac12\ (\tau_{1/2}=0).$$
(Where no score is near $0$, as for Pareto moduli, $\tau_{1/2}$ may be any point of the gap.) For $\rho<\frac12$ the graphon is $[[magnitude_share]]$ of that of the moduli at density $[[magnitude_density]]$. With $g$ the
density of $|\xi|$ at $|\tau|/\varphi$, $\partial W/\partial\varphi=[[selectivity]]$ ($f=1$, $\phi=\varphi$): where $g>0$, columns of large
$\varphi$ are kept more often for $\rho<\frac12$ and *less* often for $\rho>\frac12$; at $\rho=\frac12$ all are kept alike. For the product of two normals and $H$ as in S4,
$W=\frac12H(\tau/\varphi)$ for $\tau>0$ and $1-\frac12H(-\tau/\varphi)$ for $\tau<0$ are the column densities at $f=|a|$
(`kernel`), and $\tau_\rho$ solves $\int W=\rho$ (`threshold`; for a constant $\varphi$ it is $\varphi$ times `flat_threshold`). On data without scores at $0$ the
leading term $w_{ij}a_iE[(\hat\Theta r)x_j1\{w_i\cdot x>0\}]$ of GraSP
obeys the duality exactly, its realised $\hat\Theta$ included (initial output subtracted): given the moduli, the signs
of a column are fair coins.
""",
    steps=STEPS,
    source=Source(
        "2602.06675",
        "abstract: “data-driven methods (e.g., SNIP, GraSP) converge to heterogeneous graphons that encode "
        "implicit feature selection”",
    ),
    provenance=Provenance.PITFALL,
    proof=Proof.PROVED,
    quantities=(
        Quantity(tau, "threshold above which signed scores are kept", sp.S.Reals, drawn=(-2, 2)),
        DENSITY.drawn_from(sp.Rational(1, 20), sp.Rational(19, 20)),
        COLUMN.drawn_from(HALF, 2),
        COLUMN_PROFILE,
        Quantity(
            graphon,
            "value of the graphon, the probability that an entry is kept",
            sp.Interval(0, 1),
            drawn=(sp.Rational(1, 50), sp.Rational(49, 50)),
        ),
        Quantity(
            noise_density, "density of the modulus of the noise where the score meets the threshold", NON_NEGATIVE
        ),
    ),
    hypotheses=(
        Hypothesis("noise symmetric about 0, its modulus as in S1"),
        Hypothesis(r"for data: no score is 0, leading term of $Hg$, and " + FIXED_RESIDUAL),
        Hypothesis("no more than the positive half is kept", rho <= HALF, needed_by=("magnitude_density",)),
    ),
    uses=("S1", "S4", "S8"),
    also=("kernel", "kernels", "threshold", "flat_threshold"),
    aids={
        "four_scores": ((sp.Integer(1), (1, -1)), (sp.Integer(2), (2, -2))),  # profile and scores of two columns
    },
    pitfalls=(
        Pitfall(
            control="the same selection at every density",
            said="GraSP is heterogeneous and so keeps the columns of large profile, at every density.",
            by=(
                "What one might expect from the abstract of arXiv:2602.06675, “data-driven methods (e.g., "
                "SNIP, GraSP) converge to heterogeneous graphons that encode implicit feature selection”, "
                "which names no density and does not say whether scores have a sign."
            ),
            why=(
                "Ranked with their signs, large negative scores come last: a column of large profile has the "
                "largest scores of either sign, so that it is the first to be kept and the first to be dropped."
            ),
            counterexample="four_scores",
            by_hand=(
                "A column of profile $1$ with the scores $1,-1$ and one of profile $2$ with the scores "
                "$2,-2$. Keep one of the four: it is $2$, from the column of profile $2$. Keep three: "
                "$2,1,-1$; the column of profile $1$ keeps all and that of profile $2$ one half."
            ),
            instead=(
                r"$W_{1-\rho}=1-W_\rho$: columns of large profile are preferred below $\rho=\frac12$, "
                r"avoided above, and treated alike at $\frac12$."
            ),
        ),
    ),
)
