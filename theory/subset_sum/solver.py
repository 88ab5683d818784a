"""R6: the nearest subset sum by meet in the middle, exactly and in floating point."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.quantities import COUNT, NON_NEGATIVE, Hypothesis, Quantity
from theory.subset_sum.symbols import ITEMS, TARGET, n, z

m = sp.Symbol("m", positive=True, integer=True)  # numbers that are added
A = sp.Symbol("A", nonnegative=True)  # the sum of their moduli
s = sp.Symbol("s", nonnegative=True)  # the sum of the moduli of all items
u = sp.Symbol("u", positive=True)  # the unit roundoff, 2⁻⁵³ for doubles

half_sums = 2 ** sp.floor(n / 2) + 2 ** sp.ceiling(n / 2)
operations = 3 * half_sums - 5
summation_error = (m - 1) * u * A
float_gap = 2 * summation_error.subs({m: n + 1, A: sp.Abs(z) + s}, simultaneous=True)
example_gap = (n - 2) * u

exact_solver = Claim(
    label="R6",
    title="The nearest subset sum, exactly and in floating point",
    statement=r"""
Let $x_1,\dots,x_n$ and $z$ be rational. Sort the subset sums of the first $\lfloor n/2\rfloor$ items and those of
the others by merging: adding an item $x$ merges the sums so far with the same sums plus $x$. Then let $\alpha$ run
through the first list upwards and $\beta$ through the second downwards, $\alpha$ stepping when $\alpha+\beta\le z$
and $\beta$ otherwise. Among the sums met there is one with the least $|\sum_{i\in S}x_i-z|$ of all $2^n$ subsets
$S$. The two lists hold $[[half_sums]]$ sums; building them and running through them writes or compares at most
$[[operations]]$ sums, and some input needs as many: time and memory $O(2^{n/2})$ in operations on numbers of the
input's length.

In floating point with unit roundoff $u$ (rounding to nearest, no overflow) a sum of $m$ numbers whose moduli add up
to $A$, taken in any order, errs by at most $[[summation_error]]$. A subset that is best by rounded
half sums and distances is within $[[float_gap]]$ of the optimum, $s=\sum|x_i|$. The order of this bound is right:
for $n=2h$, $h\ge3$ odd, there are $x$ and $z$ with $|z|+s<4+2nu$ where it may err by $[[example_gap]]$, close to an
eighth of the bound. And $|z|$ cannot be left out. So an error reported below the bound means nothing unless it is
evaluated exactly, from the items and the subset.
""",
    proof_text=r"""
*Optimality.* Let $(\alpha^*,\beta^*)$ attain the least distance. The run ends when one list is used up, so it leaves
$\alpha^*$ or $\beta^*$; consider the moment when the first of the two is left. If $\alpha^*$ is left at $\beta$, then
$\beta\ge\beta^*$ and $\alpha^*+\beta\le z$, hence $\alpha^*+\beta^*\le\alpha^*+\beta\le z$: this sum, which is met,
is as near. If $\beta^*$ is left at $\alpha\le\alpha^*$, then $z<\alpha+\beta^*\le\alpha^*+\beta^*$, and again the sum
met is as near. *Counts.* A list of $2^k$ sums becomes one of $2^{k+1}$ by as many writes, so $h$ items take
$2^{h+1}-2$ writes, and both halves $2H-4$, where $H=2^{\lfloor n/2\rfloor}+2^{\lceil n/2\rceil}$. Every step of the
run leaves an entry of a list for good and the last one ends it: at most $H-1$ steps. With negative items in the
first half, positive ones in the other, each larger than the sum of their moduli, and $z=0$, $\beta$ runs down to
$0$ first and then $\alpha$ through its whole list: $H-1$ steps.

*Rounding.* Let $\hat s_1,\hat s_2$ be computed sums of $m_1$ and $m_2$ numbers with moduli adding up to $A_1,A_2$, their
errors at most $(m_i-1)uA_i$. The rounding $\delta$ of $\hat s_1+\hat s_2$ obeys $|\delta|\le u|\hat s_1+\hat s_2|$,
and $|\delta|\le\min(|\hat s_1|,|\hat s_2|)$, since $\hat s_1$ and $\hat s_2$ are floating-point numbers themselves. We
claim $|\delta|\le u(m_2A_1+m_1A_2)$; then the errors add up to $(m_1+m_2-1)u(A_1+A_2)$ at most, and induction gives
the bound (Jeannerod and Rump 2013). Let $A_2\le A_1$. If $A_2\le uA_1$, then
$|\delta|\le|\hat s_2|\le A_2+(m_2-1)uA_2\le m_2uA_1$. If $uA_1<A_2$, then
$|\delta|\le u(A_1+(m_1-1)uA_1+A_2+(m_2-1)uA_2)\le u(A_1+(m_1-1)A_2+A_2+(m_2-1)A_1)$.

For a fixed $\hat\alpha$ the rounded distance $|\mathrm{fl}(\hat\beta-\mathrm{fl}(z-\hat\alpha))|$ is least at a
neighbour of $\mathrm{fl}(z-\hat\alpha)$ among the $\hat\beta$, because rounding is monotone; so neighbours suffice to
find a subset $\hat S$ whose rounded distance is least. That distance is the modulus of a sum of at most $n+1$ numbers,
with moduli adding up to at most $|z|+s$: it is off by at most $nu(|z|+s)$, for $\hat S$ as for the optimum. *Order:*
let $z=2+2(h-1)u$, and let either half be $1$ followed by $h-1$ times $u$. All rounded sums with the $1$
are $1$ (ties go to even), so the empty choice of the small items looks as good as all of them, which hit $z$; it errs
by $(n-2)u$. *$|z|$:* for $z=1$, $x=(3,1,-7)\cdot10^{-17}$ every rounded $z-\sum_Sx$ is
$1$, but the distances differ by up to $11\cdot10^{-17}$, where $2nus<10^{-31}$. ∎
""",
    source=Source(
        "2006.07990",
        "no text at hand; textbook (meet in the middle: Horowitz and Sahni 1974; rounding errors of sums: Higham 2002)",
    ),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        ITEMS.drawn_from(2, 40),
        Quantity(m, "number of floating-point numbers that are added", COUNT, drawn=(1, 40)),
        TARGET.drawn_from(-2, 2),
        Quantity(A, "sum of the moduli of the numbers that are added", NON_NEGATIVE, drawn=(0, 4)),
        Quantity(s, "sum of the moduli of all items", NON_NEGATIVE, drawn=(0, 4)),
        Quantity(
            u,
            "unit roundoff of the floating-point numbers, 2⁻⁵³ in double precision",
            sp.Interval.Lopen(0, sp.Rational(1, 2)),
            drawn=(sp.Rational(1, 2**53), sp.Rational(1, 2**8)),
        ),
    ),
    hypotheses=(
        Hypothesis("exact part: rational input and exact arithmetic, as for integers of bounded length"),
        Hypothesis(
            "floating point: rounding to nearest, no overflow; half sums item by item, then z − α, then the difference"
        ),
        Hypothesis(
            "for the example, two halves of an odd number of items, at least three",
            sp.And(n >= 6, sp.Eq(sp.Mod(n, 4), 2)),
            needed_by=("example_gap",),
        ),
    ),
    expressions={
        "half_sums": half_sums,
        "operations": operations,
        "summation_error": summation_error,
        "float_gap": float_gap,
        "example_gap": example_gap,
    },
    aids={"method": "exact"},
)
