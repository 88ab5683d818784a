"""G3: the step function of a kernel's values at the latents, beside the kernel."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.graphon.symbols import DEVIATION, FAILURE, delta, m, n, s
from theory.quantities import COUNT, POSITIVE, Hypothesis, Quantity

slope = sp.Symbol("L", positive=True)

midpoint_error = 1 / (2 * m) + 1 / (2 * n)
midpoint_supremum = midpoint_error - 1 / (4 * m * n)
any_point_supremum = (m + n - 1) / (m * n)
lipschitz_error = slope / 4 * (1 / m + 1 / n)

mean_sorted_error = (1 / sp.sqrt(m) + 1 / sp.sqrt(n)) / 2
step_error = sp.binomial(m, m / 2) / 2 ** (m + 1)
empirical_failure = 2 * sp.exp(-2 * n * s**2)
sorted_error = sp.sqrt(sp.log(4 / delta) / (2 * m)) + sp.sqrt(sp.log(4 / delta) / (2 * n))

kernel_discretisation = Claim(
    label="G3",
    title="Discretisation of a monotone kernel",
    statement=r"""
Let $W:[0,1]^2\to[0,1]$ be nondecreasing in each variable, and let $W_P$ be constant on the cells of an equal $m\times
n$ grid, with the value of $W$ at one point of each closed cell. (a) *Any points:*
$\|W_P-W\|_1\le[[any_point_supremum]]$; *midpoints:* $\|W_P-W\|_1\le[[midpoint_supremum]]$. Both are attained, for all
$m$ and $n$. So midpoints cost at most $[[midpoint_error]]$, one term for each variable, which a kernel of that
variable alone attains. (b) If $W$ has the Lipschitz constant $L$ in each variable (monotone or not), midpoints cost
at most $[[lipschitz_error]]$, which is attained if $L(\frac1m+\frac1n)\le2$. (c) With the values at iid uniform latents, sorted, in place of
points of the cells, $\|W_P-W\|_1$ has a mean of at most $[[mean_sorted_error]]$, and with probability at least
$1-\delta$ it is at most $[[sorted_error]]$, since $P(\sup|F_n-\mathrm{id}|>s)\le[[empirical_failure]]$ for the
distribution function $F_n$ of $n$ uniform numbers. The mean is sharp in order: a step at $\frac12$ in the first
variable has the mean error $[[step_error]]$ ($m$ even), a share of the first term between
$\sqrt{m/(m+1)}\,[[step_share]]$ and $[[step_share]]$; at $m=1$ it has all of it.
""",
    proof_text=r"""
$\|W_P-W\|_1$ is the integral over $t$ of the same distance for the kernels $1\{W>t\}$, so in (a) let $W$ take the
values $0$ and $1$ only. *Any points:* a cell errs by at most its area, and only if it has both values. Of the cells
along a diagonal at most one has, since each point of one is below each point of the next; and there are $m+n-1$
diagonals. $W=1\{x>1-\frac1m\text{ or }y>1-\frac1n\}$ is $0$ at all lower corners, an error of
$1-(1-\frac1m)(1-\frac1n)$. *Midpoints:* let $w$ be the value at the middle of a cell and $a,b,c,d$ the averages over
its lower left, upper right, lower right and upper left quarter. As $a\le w\le b$, the error in units of the cell is
$\frac14[(b-a)+|c-w|+|d-w|]$. The first parts add up to at most $1$ along a diagonal, $m+n-1$ in all. In a row of
cells the values at the middle are $0,\dots,0,1,\dots,1$. A cell with $w=0$ has $c\le w'$, the next middle value, so
$c>0$ in the last of them only; a cell with $w=1$ has $1-d>0$ in the first of them only; and that $c$ is at most that
$d$. So these errors $c$ and $1-d$ add up to at most $1$ in a row, and likewise $d$ at $w=0$ and $1-c$ at $w=1$ in a
column: $m+n$ in all. Together $\frac14(2m+2n-1)$ cells. $W=1\{x>1-\frac1{2m}\text{ or }y>1-\frac1{2n}\}$ is $0$ at
all midpoints, an error of $1-(1-\frac1{2m})(1-\frac1{2n})$; a step just above a midpoint in one variable attains the
term of that variable. (b) $|W(x,y)-W(x_i,y_j)|\le L|x-x_i|+L|y-y_j|$, and $|x-x_i|$ has the mean $\frac1{4m}$ over a
cell; attained by $L$ times the sum of the distances of $x$ and of $y$ from the nearest midpoint, at most
$\frac L2(\frac1m+\frac1n)$. (c) For monotone $g$ with values in $[0,1]$ and $Q$ the quantile function of the sample,
$\int|g(Q(x))-g(x)|dx=\int_0^1|F_m(c(t))-c(t)|dt$, $c(t)=|\{g\le t\}|$. Change one variable at a time, given the other
latents. The mean: $E|F_m(c)-c|\le\sqrt{c(1-c)/m}\le\frac1{2\sqrt m}$. The probability: the integral is at most
$\sup|F_m-\mathrm{id}|$, which exceeds $s$ with probability at most $2e^{-2ms^2}$ (Dvoretzky–Kiefer–Wolfowitz with
Massart's constant); allow each variable $\frac\delta2$. A step at $\frac12$ errs by $|F_m(\frac12)-\frac12|$, whose
mean for $m=2k$ is half of $q_k=\binom{2k}k4^{-k}$; $kq_k^2$ increases and $(k+\frac12)q_k^2$ decreases, both to
$\frac1\pi$ (Wallis). For $m=1$ the mean is $\frac12$. ∎
""",
    source=Source("2602.06675", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        Quantity(m, "number of rows of the grid, with random latents also of latents", COUNT, drawn=(3, 60)),
        Quantity(n, "number of columns of the grid, with random latents also of latents", COUNT, drawn=(3, 60)),
        Quantity(slope, "Lipschitz constant of the kernel in each variable", POSITIVE),
        FAILURE,
        DEVIATION,
    ),
    hypotheses=(
        Hypothesis("the kernel is nondecreasing in each variable (rows and columns sorted); (b) does not need it"),
        Hypothesis(
            "in the example of a step at one half an even number of rows", sp.Eq(sp.Mod(m, 2), 0), ("step_error",)
        ),
    ),
    expressions={
        "midpoint_error": midpoint_error,
        "midpoint_supremum": midpoint_supremum,
        "any_point_supremum": any_point_supremum,
        "lipschitz_error": lipschitz_error,
        "mean_sorted_error": mean_sorted_error,
        "step_error": step_error,
        "step_share": sp.sqrt(2 / sp.pi),
        "sorted_error": sorted_error,
        "empirical_failure": empirical_failure,
    },
    aids={"point": "middle", "family": "nondecreasing"},
)
