"""G11: what the rows of a mask have to be labelled with."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Pitfall, Proof, Provenance, Remark, Source
from theory.graphon.symbols import n
from theory.quantities import COUNT, Hypothesis, Quantity
from theory.saliency.model import DENSITY, THRESHOLD, rho, tau
from theory.saliency.snip import FIXED_RESIDUAL, a, g, h
from theory.steps import Carrier, Step
from theory.tails import half_normal, product_survival

kappa, gamma, eta = sp.symbols("kappa gamma eta", nonnegative=True)  # κ, γ and E(‖A_1‖²/d)²
positive_part, negative_part = sp.symbols("s t", real=True)
SHARES = (sp.Rational(1, 100), 1)  # where they are drawn

four_cycle = (1 - 1 / n) * kappa + eta / n
upper = four_cycle.subs(eta, 1) ** sp.Rational(1, 4)
projection = gamma / 2
parts_bound = 2 * (positive_part**2 + negative_part**2)
comparison = 4 * gamma
kernel = half_normal.at(tau / sp.Abs(a * g))
blurred = half_normal.at(tau / sp.Abs(a * h)) / 2
column_density = product_survival(tau / sp.Abs(h)) / 2
limit_distance = rho / 2

STEPS = (
    Step(
        name="two rows",
        sentence=r"""For $i\ne i'$ the rows are independent, so that $E[A_{ij}A_{ik}A_{i'j}A_{i'k}]=\Gamma_{jk}^2$; for $i=i'$ the sum over $j,k$ is
$\|A_{i\cdot}\|^4\le d^2$.""",
        by=Carrier.RULE,
        source="product",
    ),
    Step(
        name="4-cycles",
        sentence=r"Of the $n^2$ pairs of rows $n$ are of one row with itself: $E\,t(C_4,A)=[[four_cycle]]$, with $\eta\le1$.",
        gives={"four_cycle": four_cycle},
        uses=("two rows",),
    ),
    Step(
        name="cuts and 4-cycles",
        sentence=r"""$(1_S^\top A1_T)^2\le n\,1_T^\top A^\top A1_T\le nd\,\|A^\top A\|_F$ for sets $S$ of rows and $T$ of columns. As
$\|A^\top A\|_F^2=n^2d^2\,t(C_4,A)$, $\|A\|_\square^4\le t(C_4,A)$.""",
        by=Carrier.RULE,
        source="Cauchy–Schwarz",
    ),
    Step(
        name="mean",
        sentence=r"So $(E\|A\|_\square)^4\le E\|A\|_\square^4\le E\,t(C_4,A)$.",
        by=Carrier.RULE,
        source="Jensen",
        uses=("cuts and 4-cycles",),
    ),
    Step(
        name="upper bound",
        sentence=r"Hence $E\|A\|_\square\le[[upper]]$, the fourth root at $\eta=1$.",
        gives={"upper": upper},
        uses=("4-cycles", "mean"),
    ),
    Step(
        name="rows of one sign",
        sentence=r"""Fix $T$ and let $R_i=\frac1d\sum_{j\in T}A_{ij}\in[-1,1]$. The rows with $R_i>0$ make one cut and those with $R_i<0$ another:
$\|A\|_\square\ge\frac1{2n}\sum_i|R_i|$.""",
        by=Carrier.RULE,
        source="largest",
    ),
    Step(
        name="lower bound",
        sentence=r"""As $|R|\ge R^2$ and $ER^2=\frac1{d^2}1_T^\top\Gamma1_T$, $E\|A\|_\square\ge[[projection]]$ by the set with the largest. Rows
$\pm(1,\dots,1)$ attain it in the limit.""",
        gives={"projection": projection},
        uses=("rows of one sign",),
    ),
    Step(
        name="one vector",
        sentence=r"$d^2\kappa=\langle\Gamma,\Gamma\rangle=E[A_{1\cdot}^\top\Gamma A_{1\cdot}]$ is at most the largest $x^\top\Gamma x$ over $x\in[-1,1]^d$.",
        by=Carrier.RULE,
        source="linearity",
    ),
    Step(
        name="both parts",
        sentence=r"""$\Gamma$ is positive semidefinite, a sum of matrices $vv^\top$. Let $s$ and $t$ be the products of $v$ with the positive and the negative part of
$x$: $(s-t)^2\le[[parts_bound]]$.""",
        gives={"parts_bound": parts_bound},
        uses=("one vector",),
    ),
    Step(
        name="sets",
        sentence=r"On $[0,1]^d$ the convex $x^\top\Gamma x$ is largest at the indicator of a set $T$ of columns: at most $d^2\gamma$, for either part.",
        by=Carrier.RULE,
        source="corners",
        uses=("both parts",),
    ),
    Step(
        name="comparison",
        sentence=r"""So $\kappa\le[[comparison]]$; rows $\pm(1,-1)$ attain it. With the *lower bound*, $E\|A\|_\square\to0$ needs $\kappa\to0$, and with the
*upper bound* that is enough as $n\to\infty$.""",
        gives={"comparison": comparison},
        uses=("upper bound", "lower bound", "sets"),
    ),
    Step(
        name="one gate",
        sentence=r"""Row $i$ is a function of $(a_i,w_i)$, $|w_{ij}||a_i||g_{ij}|$ in the units of SNIP. If all inputs are positive multiples of one $x$, the gate
$1\{w_i\cdot x>0\}$ is one for all of them: $g_{ij}$ is $h_j$ or $0$ in the whole row.""",
        by=Carrier.CLAIM,
        source="S6",
    ),
    Step(
        name="fair gates",
        sentence=r"""Given $|w_{i1}|,\dots,|w_{id}|$ the signs are fair and independent, and $w\mapsto-w$, which keeps their law, turns the gate: it is open with probability
$\frac12$, whatever the $|w_{ij}|$ are.""",
        by=Carrier.RULE,
        source="same law",
        uses=("one gate",),
    ),
    Step(
        name="kernel",
        sentence=r"""So given $a_i$ and the gate the $|w_{ij}|$ are still independent and half-normal: the entries of an open row are independent, of probability
$[[kernel]]$ at $g=h_j$, and a closed row is empty.""",
        gives={"kernel": kernel},
        uses=("fair gates",),
    ),
    Step(
        name="latent of the gate",
        sentence=r"With the row latent $(a_i,g_{i\cdot})$ the masks are within the bound of G1 of this kernel, for every $n$ and $d$.",
        by=Carrier.CLAIM,
        source="G1",
        uses=("kernel",),
    ),
    Step(
        name="blurred",
        sentence=r"Given $|a|$ alone the probability is its mean over the gate: $[[blurred]]$.",
        gives={"blurred": blurred},
        uses=("kernel", "fair gates"),
    ),
    Step(
        name="product of two normals",
        sentence=r"$|aw|$ exceeds $t$ with probability $H(t)$.",
        by=Carrier.CLAIM,
        source="S4",
    ),
    Step(
        name="columns",
        sentence=r"So column $j$ has the density $[[column_density]]$, by either kernel.",
        gives={"column_density": column_density},
        uses=("blurred", "product of two normals"),
    ),
    Step(
        name="no relabelling",
        sentence=r"""Half the rows of the first kernel have degree $0$, while the second has degrees $\tilde d>0$. Whatever map $\sigma$ relabels its rows, the cut norm of the
difference is at least half of $\int|d-\tilde d\circ\sigma|$, hence half of the least integral of $\tilde d$ over half of the rows.""",
        by=Carrier.RULE,
        source="positivity",
        uses=("blurred",),
    ),
    Step(
        name="distance",
        sentence=r"""The kernels differ by half of the open kernel, above on open rows and below on closed ones. The best cut takes all open rows, half of all, and all
columns: $[[limit_distance]]$, as the open kernel has the mean $2\rho$. The masks tend to the first kernel, and stay at this distance.""",
        gives={"limit_distance": limit_distance},
        uses=("latent of the gate", "blurred", "no relabelling"),
    ),
)

row_latent = Claim(
    label="G11",
    title="On real data the row latent is not |a| alone",
    statement=r"""
**When a labelled graphon is the limit.** Let $M$ be a mask of $n$ iid rows of $d$ entries (SNIP: S6), $\ell_i$ a function
of row $i$, $W(\ell,j)\in[0,1]$ any kernel, $A_{ij}=M_{ij}-W(\ell_i,j)$, $\Gamma_{jk}=E[A_{1j}A_{1k}]$,
$\kappa=\frac1{d^2}\sum_{jk}\Gamma_{jk}^2$ and $\gamma=\max_T\frac1{d^2}\sum_{j,k\in T}\Gamma_{jk}$ over sets of columns. Then
$$[[projection]]\le E\|A\|_\square\le[[upper]],\qquad\kappa\le[[comparison]],$$
the upper bound from $E\,t(C_4,A)=[[four_cycle]]$ with $\eta=E(\|A_{1\cdot}\|^2/d)^2\le1$. So, as $n,d\to\infty$, the masks
converge to $W$ in cut norm (in mean; rows labelled by $\ell$) iff $\kappa\to0$: iff what the label leaves unexplained has no
long-range correlation across the columns of a row. The constants of $\gamma/2$ and $4\gamma$ are sharp;
the upper bound is loose, by a factor that tends to $4$ for rows $\pm(1,-1)$. **A data set on which $|a|$ fails.** If all inputs are positive multiples of one vector, then
$g_{ij}=h_j1\{w_i\cdot x>0\}$: a unit is on or off for all data. With the row latent $(a_i,g_{i\cdot})$ and
$W=[[kernel]]$ ($0$ at $g=0$) the bound of G1 holds for every $n$ and $d$; labelled by $|a_i|$ the best kernel is $[[blurred]]$ (here $h=h_j$),
its column densities, $H(\tau/|h_j|)/2$ with $H$ of S4, are right, and yet the masks stay at a distance from it that tends to
$[[limit_distance]]$, $\rho$ their density; no relabelling of the rows makes it their limit.
""",
    steps=STEPS,
    source=Source(
        "2602.06675",
        "abstract: “the discrete masks generated by these algorithms converge to deterministic bipartite graphons”",
    ),
    provenance=Provenance.PITFALL,
    proof=Proof.PROVED,
    quantities=(
        Quantity(n, "number of rows of the mask", COUNT, drawn=(2, 40)),
        Quantity(
            kappa,
            "mean square, over pairs of columns, of the expected product of a row's two errors",
            sp.Interval(0, 1),
            drawn=SHARES,
        ),
        Quantity(
            gamma,
            "largest sum over the pairs of a set of columns of these expected products, by the squared number of columns",
            sp.Interval(0, 1),
            drawn=SHARES,
        ),
        Quantity(
            (positive_part, negative_part),
            "product of a vector with the positive, or with the negative part of another one",
            sp.S.Reals,
        ),
        Quantity(eta, "expected square of the mean squared error of a row", sp.Interval(0, 1), drawn=SHARES),
        THRESHOLD,
        Quantity(a, "readout weight of a neuron", sp.S.Reals),
        Quantity(g, "mean over the data of the residual times the input, $0$ where the neuron is off", sp.S.Reals),
        Quantity(h, "mean over the data of the residual times the input", sp.S.Reals),
        Quantity(
            rho,
            DENSITY.meaning + ", less than half as half of the rows are empty",
            sp.Interval.open(0, sp.Rational(1, 2)),
            drawn=(sp.Rational(1, 50), sp.Rational(1, 2)),
        ),
    ),
    hypotheses=(
        Hypothesis("rows of the mask are iid: a fixed threshold, and (SNIP) " + FIXED_RESIDUAL),
        Hypothesis(
            "for the data set on which $|a|$ fails: inputs on one ray from the origin, not all zero",
            needed_by=("kernel", "blurred", "column_density", "limit_distance"),
        ),
        Hypothesis("an entry whose score is not always zero", sp.Ne(a * g, 0), ("kernel",)),
        Hypothesis("a column whose scores are not always zero", sp.Ne(a * h, 0), ("blurred",)),
        Hypothesis("a column whose moment is not zero", sp.Ne(h, 0), ("column_density",)),
    ),
    uses=("G1", "S4", "S6"),
    expressions={
        "four_cycle": four_cycle,
        "upper": upper,
        "projection": projection,
        "comparison": comparison,
        "kernel": kernel,
        "blurred": blurred,
        "column_density": column_density,
        "limit_distance": limit_distance,
    },
    pitfalls=(
        Pitfall(
            control="labelled by |a| alone",
            said=("SNIP's masks converge to a graphon of the positions of the unit, $|a_i|$, and of the input, $j$."),
            by=(
                "What one might expect from the abstract of arXiv:2602.06675, “the discrete masks "
                "generated by these algorithms converge to deterministic bipartite graphons”, which adds "
                "“under regularity conditions”."
            ),
            why=("What $|a|$ leaves unexplained is common to a whole row, and does not average out over its columns."),
            counterexample="two_rows",
            by_hand=(
                "All data are one point $x>0$. Of two units with the same $|a|$ one is on and one is off: "
                r"at $\rho=\frac12$ the mask is $\begin{pmatrix}1&1\\0&0\end{pmatrix}$, the best kernel of "
                r"$|a|$ is $\frac12$ everywhere, and the cut of the first row is "
                r"$\frac14(\frac12+\frac12)=\frac14$. Copies of rows and columns leave it as it is."
            ),
            instead=(
                r"With the row latent $(a_i,g_{i\cdot})$ the masks converge; with $|a_i|$ they stay at a "
                "distance that tends to $[[limit_distance]]$."
            ),
        ),
    ),
    aids={
        "latent": "(a, g)",
        "two_rows": sp.ImmutableMatrix([[1, 1], [0, 0]]),
    },
    remarks=(
        Remark(
            r"Measured on digits ($\rho=0.1$, $n=2048$): $\|M-W\|_{op}/\sqrt{nd}$ is within $15\%$ of that of a mask of independent "
            r"entries of means $W$ with the latent $(a_i,g_{i\cdot})$, but not with $|a_i|$; and at least $60\%$ of "
            r"$\operatorname{Cov}(g)$ lies in three directions.",
            checked_by="noise_on_digits_is_that_of_independent_entries",
        ),
    ),
)
