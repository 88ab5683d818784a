"""S12: thresholds row by row erase the row factor (Wanda)."""

from itertools import product

import sympy as sp

from sparse_limits.theory.bounds import Loose
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, nonnegative, same
from sparse_limits.theory.saliency.model import ANY_THRESHOLD, COLUMN, COLUMNS, phi, tau, wanda_model
from sparse_limits.theory.saliency.model import columns as n
from sparse_limits.theory.saliency.symbols import (
    COLUMN_FACTOR,
    COLUMN_POSITION,
    GRAPHON,
    KEPT_SHARE,
    NOISE,
    ROW_FACTOR,
    ROW_POSITION,
    SURVIVAL,
)
from sparse_limits.theory.tails import half_normal, normal_density, product_survival

probabilities = sp.symbols("p_1:4", positive=True)  # of three columns
cut_rate = sp.Symbol("A", positive=True)  # the cut-norm bound of G1.2

rise, fall = sp.symbols("x y", nonnegative=True)  # of W from the midpoint of a cell to its ends

wanda_kernel = wanda_model.kernel().subs(wanda_model.column, phi)
degree_variance = sum((p * (1 - p) for p in probabilities), sp.S.Zero)
cell_error = (rise + fall) / 2
midpoint_error = sp.Rational(1, 2)
count_gap = sp.S.One
two_cuts = 2 * cut_rate
between_masks = count_gap / n + two_cuts
bound = 3 * cut_rate + 3 / (2 * n)
left_half = sp.Rational(1, 4)  # distance in cut norm from ½ of a mask that is its left half

STEPS = proof(
    r"""
order (by monotonicity): A factor $f_i>0$ of a row keeps the order of its scores, hence the $k$ largest. So the mask does not depend on $f$.
Let $f=1$.

one threshold (from order; by S1 for one threshold): For $f=1$ exactly one $\tau$ has $\int\bar F(\tau/\varphi(v))\,dv=\rho$, the density of
every row; at $\rho=1$ all weights are kept, as at $\tau=0$.

long rows (from one threshold; by weak law): Given the columns' latents the scores of a row are independent, and the mean of their
probabilities to exceed $t$ tends to $\int\bar F(t/\varphi)\,dv$ as $n\to\infty$. So, in probability, does the share of the scores above
$t$. Hence the $k$ largest are those above $\tau$, except for a share of the row that tends to $0$. Its mean is the same in each row. So
the share of all entries in which the two masks differ tends to $0$, too, whatever the number of rows.

limit (from long rows; by G1.2 for normal_rate): As $m,n\to\infty$ the mask above $\tau$, whose entries are independent given the latents,
tends in cut norm to the probabilities of its entries. These tend in $L^1$ to $W(u,v)=\bar F(\tau/\varphi(v))$, as $\varphi$ is monotone (G3.1,
G3.3). Hence the mask of the $k$ largest tends to $W$.

kernel (from limit): Wanda's $\phi|w|$ exceeds $\tau$ with probability $[[kernel]]$. This is $1$ at $\tau=0$, and decreasing at the rate
of the density of $\phi|w|$. In its factorised form row-wise SNIP is also of this kind, with $|a|$ as a row factor.

degree (from one threshold): With one threshold for all rows and $f=1$ the entries of a row are independent, with probabilities that differ
from column to column. The variance of the row's degree is $[[degree_variance]]$ for three columns.

cell (from one threshold): In the cell of a column, of length $\frac1n$ with the column's position as its midpoint, let the monotone $v\mapsto W(v)$
rise by $x$ to one end and fall by $y$ to the other. On either half $W$ stays on its side of the value at the midpoint. So $n$ times the
integral of $|W-W(v_j)|$ over the cell is at most $[[cell_error]]$.

midpoints (from cell): All rises and falls add up to at most $1$, as $0\le W\le1$. So the row sums of $P$, $P_{ij}=W(v_j)$, are within
$[[midpoint_error]]$ of $n\rho$, and $\|P-W\|_1$ is at most $[[midpoint_error]]$ over $n$.

rounding (from midpoints): $k$ is within $\frac12$ of $n\rho$, hence within $[[count_gap]]$ of the row sums of $P$, which are $EN_i$ for the
degrees $N_i$ of $M_\tau$.

nested rows (from order, degree; by additivity): In a row either mask keeps the largest of the same scores. So one of the two sets of
entries contains the other, and they differ in $|k-N_i|$ entries.

surplus and deficit (from degree; by additivity): The rows with $N_i>EN_i$, together with all columns, form one pair of sets in the cut norm
of $M_\tau-P$, and the rows with $N_i<EN_i$ form another. So $\frac1{mn}\sum_i|N_i-EN_i|$, the sum over both, is at most $[[two_cuts]]$.

between the masks (from rounding, nested rows, surplus and deficit): $\|M_{\rm row}-M_\tau\|_1=\frac1{mn}\sum_i|k-N_i|$ is at most
$[[between_masks]]$, by $|k-N_i|\le|k-EN_i|+|N_i-EN_i|$; the cut norm is not larger.

triangle (from between the masks, midpoints; by triangle inequality): $M_{\rm row}-W$ is $(M_{\rm row}-M_\tau)+(M_\tau-P)+(P-W)$, and the
cut norm is a norm.

bound (from triangle): So $\|M_{\rm row}-W\|_\square\le[[bound]]$.
""",
    globals(),
    kernel=wanda_kernel,
)


def kernel_falls_with_the_density_of_a_weight(kernel: sp.Expr) -> Relations:
    """−d/dτ is the half-normal density at τ/φ, over φ; and all is kept at τ = 0."""
    yield same(-sp.diff(kernel, tau), 2 * normal_density(tau / phi) / phi)
    yield same(kernel.subs(tau, 0), 1)


def degree_variance_by_enumeration(degree_variance: sp.Expr) -> Relations:
    """The variance of the degree of three independent entries, summed over their eight outcomes."""
    moments = [sp.Integer(0), sp.Integer(0)]
    for kept in product((0, 1), repeat=3):
        mass = sp.prod([p if bit else 1 - p for p, bit in zip(probabilities, kept, strict=True)])
        for order in (1, 2):
            moments[order - 1] += mass * sum(kept) ** order
    yield same(degree_variance, sp.expand(moments[1] - moments[0] ** 2), by=sp.expand)


def a_cell_is_near_its_midpoint(cell_error: sp.Expr) -> Relations:
    """Either half adds half of a mean deviation in [0, rise] or [0, fall]: all of it less what the mean falls short by."""
    short, less = sp.symbols("s_1 s_2", nonnegative=True)  # shares of the rise and of the fall
    mean = (rise * (1 - short) + fall * (1 - less)) / 2
    yield nonnegative(cell_error - mean, (rise * short + fall * less) / 2)


def cells_add_up_to_one_oscillation(midpoint_error: sp.Expr, cell_error: sp.Expr) -> Relations:
    """The errors of two cells add up to that of one with both rises and falls; and where these add up to 1 it is the bound."""
    more, rest = sp.symbols("x_1 y_1", nonnegative=True)
    both = cell_error.subs({rise: rise + more, fall: fall + rest}, simultaneous=True)
    yield same(both, cell_error + cell_error.subs({rise: more, fall: rest}, simultaneous=True))
    yield same(midpoint_error, cell_error.subs(fall, 1 - rise))


def rounding_adds_to_the_midpoints(count_gap: sp.Expr, midpoint_error: sp.Expr) -> Relations:
    """Half an entry, the most that rounding moves a number, and what the midpoints add."""
    most = max(abs(sp.Rational(k, 64) - round(sp.Rational(k, 64))) for k in range(65))
    yield same(count_gap, most + midpoint_error)


def masks_differ_by_gap_and_cuts(between_masks: sp.Expr, count_gap: sp.Expr, two_cuts: sp.Expr) -> Relations:
    """The mean over the rows of the gap, over n, and both cuts; surplus and deficit have one cut of at most A each."""
    surplus, deficit = sp.symbols("a_1 a_2", nonnegative=True)  # by how much the two cuts stay below A
    yield nonnegative(two_cuts - ((cut_rate - surplus) + (cut_rate - deficit)), surplus + deficit)
    yield same(between_masks, count_gap / n + two_cuts)


row_thresholds = Claim(
    label="S12",
    title="Row-wise thresholds erase the row factor",
    headline=r"Keep the largest scores of each row. If the scores factorise, the factor of a row does not change the mask. In large layers Wanda keeps the share $$[[kernel]]$$ of a column with the norm $\phi$, at one $\tau$ for all columns.",
    statement=r"""
**The mask.** In each row keep the $k=\rho n$ largest scores, $0<\rho\le1$. For any factorised saliency the mask does not depend on the row
factor $f$.

**Its limit.** With noise as in S1 the mask of $m$ rows tends in probability, as $m,n\to\infty$, to the graphon $W(u,v)=\bar
F(\tau/\varphi(v))$. (One row alone keeps or loses each of its entries.) The threshold $\tau$ is such that $\int W\,dv=\rho$ for every $u$. *Wanda* has $\varphi_j=\|X_{\cdot j}\|_2$ and $\xi=|w|$, so $W=[[kernel]]$
for standard normal weights, at $\phi=\varphi(v)$. *Row-wise SNIP* in its factorised form is row-wise $\varphi|w|$.

**One threshold for all rows.** A global threshold with $f=1$ has the same limit, but its row degrees are random. Let the entries of a row
be kept independently, that of column $j$ with probability $p_j$. The degree of the row has the variance $\sum_jp_j(1-p_j)$, for three
columns $[[degree_variance]]$. For $p_j$ of mean $\rho$ this is less than $n\rho(1-\rho)$, unless all $p_j$ are equal.

**How far the mask is from its limit.** Let $f=1$, let $\varphi$ be monotone, let the columns lie at midpoints, and let
$k=\mathrm{round}(\rho n)$. Let the mask $M_\tau$ of the global threshold be within $A$ of its probabilities $W(v_j)$ in cut norm; G1.2
bounds the probability of this. Then the row-wise mask is within $[[bound]]$ of $W$. This is what the proof gives; the factor $3$ is not
claimed to be sharp.
""",
    steps=STEPS,
    source=Source(
        "2602.06675",
        "v1",
        "beyond the abstract, which names neither Wanda (Sun et al. 2023) nor row-wise thresholds",
    ),
    provenance=Provenance.EXTENSION,
    quantities=(
        ANY_THRESHOLD,
        COLUMN,
        COLUMNS,
        Quantity(
            probabilities,
            "probability that an entry of a row is kept, in one of three columns",
            sp.Interval(0, 1),
            drawn=(sp.Rational(1, 20), sp.Rational(19, 20)),
        ),
        Quantity(
            cut_rate, "distance of the global mask from its probabilities in cut norm, or a bound on it", NON_NEGATIVE
        ),
        Quantity(rise, "rise of the graphon from the midpoint of a cell to an end", NON_NEGATIVE),
        Quantity(fall, "fall of the graphon from the midpoint of a cell to the other end", NON_NEGATIVE),
    ),
    hypotheses=(
        Hypothesis("$f_i>0$"),
        Hypothesis(
            "for the limit: profiles and independent noise as in S1; the numbers of rows and of columns grow without bound"
        ),
        Hypothesis("for Wanda: independent standard normal weights", needed_by=("kernel",)),
        Hypothesis(r"for the bound: $\varphi$ monotone, columns at midpoints, noise independent", needed_by=("bound",)),
    ),
    symbols={
        "k": "number of weights that are kept in each row",
        "m": "number of rows",
        **KEPT_SHARE,
        **ROW_FACTOR,
        **COLUMN_FACTOR,
        **NOISE,
        **SURVIVAL,
        **GRAPHON,
        **ROW_POSITION,
        **COLUMN_POSITION,
        r"X_{\cdot j}": "values of input $j$ at all samples",
        "w": "weight, standard normal",
        "p_j": "probability that an entry of column $j$ is kept",
        r"M_\tau": r"mask that keeps the scores above the threshold $\tau$",
        "v_j": "position of column $j$, the midpoint of its cell",
    },
    uses=("G3.1", "G3.3"),
    aids={"selection": "row", "left_half": left_half},
    loose=(
        Loose(
            expression="bound",
            truth="left_half",
            at=({cut_rate: sp.Rational(9, 64), n: sp.Integer(16)},),
            lost=r"at most, as other scores may take the masks further apart: for a constant $\varphi$ and $\rho=\frac12$ the rows keep the left half of sixteen columns, and the global mask keeps all of this half in the upper half of the rows, nothing of the right half in the lower, and Sylvester's matrices elsewhere; in a third cut, and in what rounding and midpoints may cost",
        ),
    ),
    because={
        "kernel": kernel_falls_with_the_density_of_a_weight,
        "degree": degree_variance_by_enumeration,
        "cell": a_cell_is_near_its_midpoint,
        "midpoints": cells_add_up_to_one_oscillation,
        "rounding": rounding_adds_to_the_midpoints,
        "between the masks": masks_differ_by_gap_and_cuts,
        "bound": lambda bound, between_masks, midpoint_error: same(
            bound, between_masks + cut_rate + midpoint_error / n
        ),
    },
    wrong=lambda: {
        "bound: one cut": cut_rate,
        "bound: rounding forgotten": 3 * cut_rate + 1 / n,
        "bound: one-sided: surplus alone": 2 * cut_rate + 3 / (2 * n),
        "bound: a third of the cut norm alone": cut_rate / 3 + 1 / (2 * n),
        "bound: the cut norm of the global mask": cut_rate + 1 / (2 * n),
        "left_half: the whole left half": 2 * left_half,
        "selection: one threshold for all rows": "global",
        "kernel: H: as if there were a row factor": product_survival(tau / phi),
        "kernel: profile squared": half_normal.at(tau / phi**2),
        "degree_variance: as if all entries had one probability": sum(probabilities) * (1 - sum(probabilities) / 3),
        "degree_variance: Poisson": sum(probabilities),
        "degree_variance: one factor squared": sum(p**2 * (1 - p) for p in probabilities),
        "cell_error: one end": rise / 2,
        "between_masks: rounding forgotten": two_cuts,
        "between_masks: one-sided: surplus alone": count_gap / n + cut_rate,
        "between_masks: a gap in each row and column": count_gap + two_cuts,
    },
)
