"""G3.3: the step function of a kernel's values at sorted random latents, beside the kernel."""

from __future__ import annotations

import sympy as sp

from sparse_limits.theory.bounds import Loose
from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.graphon.symbols import ANY_FAILURE, DEVIATION, delta, m, n, s
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import CLOSED_UNIT, COUNT, COUNT_FROM_ZERO, Hypothesis, Quantity
from sparse_limits.theory.saliency.snip_row_law import equal_concentration

cut = sp.Symbol("c", positive=True)  # the share of a variable where a kernel is no larger than some value
latents = sp.Symbol("j", integer=True, nonnegative=True)  # a number of latents up to ½

level_deviation = sp.sqrt(cut * (1 - cut) / m)
mean_sorted_error = (1 / sp.sqrt(m) + 1 / sp.sqrt(n)) / 2
tail = latents * sp.binomial(m, latents) / 2
step_error = sp.binomial(m, m / 2) / 2 ** (m + 1)
share = sp.sqrt(m) * sp.binomial(m, m / 2) / 2**m
rise = 1 / (m * (m + 2))
fall = 1 / (m + 2) ** 2
step_share = sp.sqrt(2 / sp.pi)
empirical_failure = 2 * sp.exp(-2 * n * s**2)
variable_error = sp.sqrt(sp.log(4 / delta) / (2 * n))
sorted_error = sp.sqrt(sp.log(4 / delta) / (2 * m)) + sp.sqrt(sp.log(4 / delta) / (2 * n))

# P(sup(F_n − id) > s), twice: exact for s ≥ ½, where F_n − id cannot exceed s on both sides
two_sides = 2 * sp.Sum(
    s * sp.binomial(n, latents) * (s + latents / n) ** (latents - 1) * (1 - s - latents / n) ** (n - latents),
    (latents, 0, sp.floor(n * (1 - s))),
)

STEPS = proof(
    r"""
one variable at a time (by triangle inequality): Let $Q$ be the quantile function of the latents of rows. $W_P$ is $W$ with $Q(x)$ for $x$
and likewise for $y$: change one of them first, then the other.

distribution functions (from one variable at a time; by Fubini): For monotone $g$ with values in $[0,1]$,
$\int|g(Q(x))-g(x)|dx=\int_0^1|F_m(c(t))-c(t)|dt$ with $c(t)=|\{g\le t\}|$ and the distribution function $F_m$ of the $m$ latents: both
integrate $|1\{g(Q(x))\le t\}-1\{g(x)\le t\}|$ over $x$ and $t$, and $Q(x)\le c$ just where $x\le F_m(c)$.

deviation at a level (by Jensen): $E|F_m(c)-c|\le[[level_deviation]]$, the root of the mean of its square: $mF_m(c)$ is binomial.

mean error (from distribution functions, deviation at a level): This is largest at $c=\frac12$. So the mean of the error is at most
$[[mean_sorted_error]]$, one term for each variable.

Dvoretzky–Kiefer–Wolfowitz (cited: Massart, Ann. Probab. 18 (1990) 1269: the inequality of Dvoretzky, Kiefer and Wolfowitz holds with the
constant 2, for all s > 0): $P(\sup|F_n-\mathrm{id}|>s)\le[[empirical_failure]]$.

one variable (from Dvoretzky–Kiefer–Wolfowitz): That is $\frac\delta2$ at $s=[[variable_error]]$.

two failures (from distribution functions, one variable; by union bound): The integrals over $t$ are at most the largest $|F-\mathrm{id}|$;
rows and columns may fail with $\frac\delta2$ each.

sorted latents (from two failures): So the error is at most $[[sorted_error]]$, except with probability $\delta$.

telescope: $\sum_{i\ge j}(i-\frac m2)\binom mi=[[tail]]$: from $j$ to $j+1$ it falls by $(j-\frac m2)\binom mj$, and it is $0$ at $j=m+1$.

step (from distribution functions, telescope): A step at $\frac12$ errs by $|F_m(\frac12)-\frac12|$. For even $m$ its mean is
$[[step_error]]$, twice *telescope* at $j=\frac m2$, over $m2^m$. For $m=1$ it is $\frac12$, the whole term in $m$.

share (from mean error, step): That is a share $[[share]]$ of the term in $m$ of *mean error*.

rise (from share): From $m$ to $m+2$ the square of the share rises by $[[rise]]$ of itself.

fall (from share): The square of the share times $\frac{m+1}m$ falls by $[[fall]]$ of itself.

Wallis (from share; by Wallis): $\frac m{m+1}$ over the square of the share is the product of $\frac{4i^2}{4i^2-1}$ up to $i=\frac m2$,
which tends to $\frac\pi2$.

limit of the share (from rise, fall, Wallis): So the share tends to $[[step_share]]$ from below, and times $\sqrt{(m+1)/m}$ from above.
""",
    globals(),
)

sorted_latents = Claim(
    label="G3.3",
    title="A monotone kernel at sorted random latents",
    statement=r"""
Let $W:[0,1]^2\to[0,1]$ be nondecreasing in each variable, and let $W_P$ be constant on the cells of an equal $m\times
n$ grid, with the values of $W$ at iid uniform latents, sorted. Then $\|W_P-W\|_1$ has a mean of at most
$[[mean_sorted_error]]$, and with probability at least
$1-\delta$ it is at most $[[sorted_error]]$, since $P(\sup|F_n-\mathrm{id}|>s)\le[[empirical_failure]]$ for the
distribution function $F_n$ of $n$ uniform numbers. The mean is sharp in order: a step at $\frac12$ in the first
variable has the mean error $[[step_error]]$ ($m$ even), a share of the term in $m$ between
$\sqrt{m/(m+1)}\,[[step_share]]$ and $[[step_share]]$; at $m=1$ it has all of it.
""",
    steps=STEPS,
    source=Source("2602.06675", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        Quantity(m, "number of rows of the grid and of their latents", COUNT, drawn=(3, 60)),
        Quantity(n, "number of columns of the grid and of their latents", COUNT, drawn=(3, 60)),
        ANY_FAILURE,
        DEVIATION,
        Quantity(cut, "share of a variable where the kernel is no larger than some value", CLOSED_UNIT),
        Quantity(latents, "number of latents up to one half", COUNT_FROM_ZERO, drawn=(0, 9)),
    ),
    hypotheses=(
        Hypothesis("the kernel is nondecreasing in each variable (rows and columns sorted)"),
        Hypothesis(
            "in the example of a step at one half an even number of rows",
            sp.Eq(sp.Mod(m, 2), 0),
            ("step_error", "share", "rise", "fall"),
        ),
    ),
    aids={"two_sides": two_sides, "equal_concentration": equal_concentration},
    loose=(
        Loose(
            expression="mean_sorted_error",
            truth="step_error",
            at=tuple({m: size, n: size} for size in (10, 100)),
            lost="in the term of the other variable, and in the mean square for the mean modulus; at most so much, as a step in one variable has this error",
            order="by *limit of the share*, for $m=n$, and for $m<n$ as well",
        ),
        Loose(
            expression="sorted_error",
            truth="equal_concentration",
            at=tuple({m: size, n: size, delta: sp.Rational(1, 20)} for size in (20, 100, 1000)),
            lost="in the two variables, each with half of $\\delta$, and in the largest deviation for that at one level; at most so much, as a step at $\\frac12$ in the second variable errs as fair rows do (S6)",
        ),
        Loose(
            expression="empirical_failure",
            truth="two_sides",
            at=tuple({n: size, s: sp.Rational(1, 2)} for size in (1, 4, 16)),
            lost="in lower orders: Massart's constant is for $n\\to\\infty$",
        ),
    ),
)
