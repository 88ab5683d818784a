"""G11.2: a data set on which the rows of SNIP's masks are not labelled by |a| alone."""

from fractions import Fraction
from functools import cache
from itertools import product

import sympy as sp

from sparse_limits.theory.claims import Claim, Pitfall, Provenance, Remark, Source
from sparse_limits.theory.graphon.row_label import IID_ROWS
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, holds, same
from sparse_limits.theory.saliency.model import DENSITY, THRESHOLD, phi, rho, tau
from sparse_limits.theory.saliency.snip import a, g, h, product_density, product_graphon
from sparse_limits.theory.saliency.symbols import (
    INPUT_WEIGHT,
    OPEN_MEAN,
    OUTPUT_WEIGHT,
    PRODUCT_TAIL,
    WHOLE_MASK,
    WHOLE_MEAN,
)
from sparse_limits.theory.tails import by_struve, half_normal, product_survival, t

kernel = half_normal.at(tau / sp.Abs(a * g))
blurred = half_normal.at(tau / sp.Abs(a * h)) / 2
column_density = product_survival(tau / sp.Abs(h)) / 2
limit_distance = rho / 2

STEPS = proof(
    r"""
one gate (by S6 for row_saliency): Row $i$ is a function of $(a_i,w_i)$: in the units of SNIP it is $|w_{ij}||a_i||g_{ij}|$. If all inputs
are positive multiples of one $x$, the gate $1\{w_i\cdot x>0\}$ is the same for all of them: $g_{ij}$ is either $h_j$ in the whole row or
$0$ in the whole row.

fair gates (from one gate; by same law): Given $|w_{i1}|,\dots,|w_{id}|$, the signs are fair and independent. The map $w\mapsto-w$ keeps
their law and switches the gate, so that the gate is open with probability $\frac12$, whatever the $|w_{ij}|$ are.

kernel (from fair gates): So, given $a_i$ and the gate, the $|w_{ij}|$ are still independent and half-normal. The entries of an open row are
independent with probability $[[kernel]]$ at $g=h_j$, and a closed row is empty.

latent of the gate (from kernel; by G1.2 for normal_rate): With the row latent $(a_i,g_{i\cdot})$ the masks are within the bound of G1.2 of
this kernel, for every $n$ and $d$.

blurred (from kernel, fair gates): Given $|a|$ alone, the probability is the mean over the gate: $[[blurred]]$.

product of two normals (by S4 for column_density): $|aw|$ exceeds $t$ with probability $H(t)$.

columns (from blurred, product of two normals): So column $j$ has the density $[[column_density]]$ for either kernel.

no relabelling (from blurred; by positivity): Half of the rows of the first kernel have degree $0$, while the second kernel has degrees
$\tilde d>0$. For every map $\sigma$ that relabels its rows, the cut norm of the difference is at least half of $\int|d-\tilde
d\circ\sigma|$, hence at least half of the least integral of $\tilde d$ over half of the rows.

distance (from latent of the gate, blurred, no relabelling): The kernels differ by half of the open kernel: the first kernel is larger on
open rows and smaller on closed rows. The best cut consists of all open rows, which are half of all rows, and all columns:
$[[limit_distance]]$, as the open kernel has the mean $2\rho$. As $n,d\to\infty$ the masks tend to the first kernel and stay at this
distance from the second.
""",
    globals(),
)


def rational(value: Fraction) -> sp.Rational:
    return sp.Rational(value.numerator, value.denominator)


def open_share(inputs: tuple[int, ...], sizes: tuple[int, ...]) -> Fraction:
    """The share of all signs of weights of these sizes for which w·x > 0."""
    signs = list(product((1, -1), repeat=len(inputs)))
    return Fraction(
        sum(sum(s * x * w for s, x, w in zip(each, inputs, sizes, strict=True)) > 0 for each in signs), len(signs)
    )


@cache
def mass_beyond(cut: sp.Expr) -> sp.Expr:
    """The mass of the half-normal density beyond a cut."""
    x, end = sp.symbols("x z", positive=True)
    mass = sp.integrate(sp.sqrt(2 / sp.pi) * sp.exp(-(x**2) / 2), (x, end, sp.oo))
    return mass.rewrite(sp.erfc).subs(end, cut)


def a_gate_is_independent_of_the_sizes_of_the_weights(kernel: sp.Expr, blurred: sp.Expr) -> Relations:
    """For three choices of |w| half of all signs open it; the mean over gates is this share of the kernel at g = h."""
    share = rational(open_share((3, 5, 7, 11), (2, 10, 4, 1)))
    yield same(blurred, share * kernel.subs(g, h))
    for inputs, sizes in (((1, 1, 2), (5, 3, 7)), ((8, -1, 3, 2, 5), (1, 6, 2, 9, 3))):
        yield holds(rational(open_share(inputs, sizes)) == share, f"share of open gates {share}")
    weight = sp.Symbol("b", positive=True)
    yield same(kernel.subs(a, weight).subs(g, h), half_normal.at(tau / (weight * sp.Abs(h))))


def columns_have_half_of_both_factors(column_density: sp.Expr) -> Relations:
    """−d/dτ is half of the density of S4 at τ/|h|, over |h|; and the tail of S4 at φ = |h|, for half of the gates."""
    density = product_density.subs(t, tau / sp.Abs(h)) / sp.Abs(h)
    yield same(-sp.diff(column_density, tau), density / 2, by=by_struve)
    share = rational(open_share((3, 5, 7, 11), (2, 10, 4, 1)))
    yield same(column_density, share * product_graphon.expressions["column_density"].subs(phi, sp.Abs(h)))


row_latent = Claim(
    label="G11.2",
    title="For inputs on one ray the row latent is not |a| alone",
    headline=r"Let all inputs be positive multiples of one vector. The best kernel of $|a_i|$ and column has the right column densities. Yet in cut norm the distance of SNIP's masks of density $\rho$ from it tends to $$[[limit_distance]].$$",
    statement=r"""
**Setting.** Let $M$ be the mask of SNIP with $n$ rows of $d$ entries, at a fixed threshold (S6), of the scores $|w_{ij}||a_i||g_{ij}|$. Here
$g_{ij}$ is the mean over the data of the residual times input $j$, with $0$ where unit $i$ is not active, and $h_j$ is the mean over the data
of the residual times input $j$.

**Inputs on one ray.** Let all inputs be positive multiples of one vector $x$. Then a unit is on for all data or off for all data:
$g_{ij}=h_j1\{w_i\cdot x>0\}$.

**A label that is enough.** If a row is labelled by $(a_i,g_{i\cdot})$, the masks have the kernel $W=[[kernel]]$ (here $a=a_i$ and
$g=g_{ij}$; $0$ at $g=0$), and the bound of G1.2 holds for every $n$ and $d$.

**A label that is not.** If rows are labelled by $|a_i|$, the best kernel is $[[blurred]]$ (here $h=h_j$). Its column densities,
$H(\tau/|h_j|)/2$ with $H$ of S4, are right. Yet the distance of the masks from this kernel tends to $[[limit_distance]]$ as
$n,d\to\infty$, where $\rho$ is their density. No relabelling of the rows makes this kernel their limit.
""",
    steps=STEPS,
    source=Source(
        "2602.06675",
        "v1",
        "abstract: “the discrete masks generated by these algorithms converge to deterministic bipartite graphons”",
    ),
    provenance=Provenance.PITFALL,
    quantities=(
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
        IID_ROWS,
        Hypothesis("inputs on one ray from the origin, not all zero"),
        Hypothesis("an entry whose score is not always zero", sp.Ne(a * g, 0), ("kernel",)),
        Hypothesis("a column whose scores are not always zero", sp.Ne(a * h, 0), ("blurred",)),
        Hypothesis("a column whose moment is not zero", sp.Ne(h, 0), ("column_density",)),
    ),
    symbols={
        **WHOLE_MASK,
        "n, d": "number of rows, and of columns, of the mask",
        **INPUT_WEIGHT,
        **OUTPUT_WEIGHT,
        **OPEN_MEAN,
        **WHOLE_MEAN,
        "x": "vector of which all inputs are positive multiples",
        "W": "graphon, the chance that a weight is kept by the latent of its row and its column",
        **PRODUCT_TAIL,
    },
    also=("column_density",),
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
                r"$\frac14(\frac12+\frac12)=\frac14$. Copying rows and columns does not change it."
            ),
            instead=(
                r"For inputs on one ray the masks converge as $n,d\to\infty$ with the row latent $(a_i,g_{i\cdot})$; "
                r"with $|a_i|$ they stay at a distance that tends to $[[limit_distance]]$."
            ),
        ),
    ),
    aids={
        "latent": "(a, g)",
        "two_rows": sp.ImmutableMatrix([[1, 1], [0, 0]]),
    },
    remarks=(
        Remark(
            r"Measured on digits ($\rho=0.1$, $n=2048$): $\|M-W\|_{op}/\sqrt{nd}$ is at most $15\%$ above its value for a mask of "
            r"independent entries with means $W$ if the latent is $(a_i,g_{i\cdot})$, but not if it is $|a_i|$. At least $60\%$ of "
            r"$\operatorname{Cov}(g)$ lies in three directions.",
            checked_by="noise_on_digits_is_that_of_independent_entries",
        ),
    ),
    because={
        "kernel": lambda kernel: same(kernel, mass_beyond(tau / sp.Abs(a * g))),
        "blurred": a_gate_is_independent_of_the_sizes_of_the_weights,
        "columns": columns_have_half_of_both_factors,
    },
    wrong=lambda: {
        "kernel: half the noise": half_normal.at(2 * tau / sp.Abs(a * g)),
        "kernel: readout weight squared": half_normal.at(tau / (a**2 * sp.Abs(g))),
        "kernel: readout weight forgotten": half_normal.at(tau / sp.Abs(g)),
        "kernel: labelled by |a| alone": blurred,
        "kernel: the mean gradient": kernel.subs(g, h / 2),
        "blurred: labelled by |a| alone": half_normal.at(tau / sp.Abs(a * h)),
        "blurred: the mean gradient": half_normal.at(tau / sp.Abs(a * h / 2)),
        "column_density: all units on": product_survival(tau / sp.Abs(h)),
        "column_density: half the gradient": product_survival(2 * tau / sp.Abs(h)),
        "column_density: noise of one normal": half_normal.at(tau / sp.Abs(h)) / 2,
        "limit_distance: labelled by |a| alone": sp.Integer(0),
        "latent: labelled by |a| alone": "|a|",
    },
)
