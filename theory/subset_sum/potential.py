"""R4: random subset sums cover an interval, with explicit constants, by one potential: the odds of being uncovered."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Remark, Source
from theory.quantities import POSITIVE, Hypothesis, Quantity
from theory.subset_sum.symbols import DISTANCE, FAILURE, ITEMS, delta, eps, n

a = sp.Symbol("a", positive=True)  # items reach [−a, a]
kappa = sp.Symbol("kappa", positive=True)  # with at least this density
v = sp.Symbol("v", positive=True)  # the covered share of [−a/2, a/2]
UNIFORM = {a: sp.S.One, kappa: sp.Rational(1, 2)}

REACH = Quantity(
    a, "reach, half the length of the interval around 0 on which the law of an item has a least density", POSITIVE
)
LEAST_DENSITY = Quantity(kappa, "least density of the law of an item within its reach", POSITIVE)
MASS = Hypothesis("a density whose mass is at most 1", a * kappa <= sp.Rational(1, 2))
NEAR = Hypothesis("a distance up to half the reach (for a larger one the empty subset does)", eps <= a / 2)

growth = v + a * kappa * v * (1 - v)
odds = (1 - v) / v
contraction = 1 - a * kappa / 2
start = a / eps - 1
threshold = eps / (2 * a)
failure = 2 * a**2 / eps**2 * contraction**n
law_size = sp.log(2 * a**2 / (eps**2 * delta)) / -sp.log(contraction)
size = law_size.subs(UNIFORM)
looseness = 2 * sp.log(2) / -sp.log(contraction)  # the number of items over that of R3, in the limit

subset_cover = Claim(
    label="R4",
    title="Random subset sums cover an interval, with explicit constants",
    statement=r"""
Let $X_1,\dots,X_n$ be independent with a law of subdensity $\kappa$ on $[-a,a]$: $\Pr(X\in B)\ge\kappa|B|$ for
Borel sets $B\subset[-a,a]$, atoms and mass elsewhere allowed. For $0<\varepsilon\le a/2$ *every* $z\in[-\frac
a2,\frac a2]$ satisfies $\min_S|\sum_{i\in S}X_i-z|\le\varepsilon$, except with probability at most $$[[failure]];$$
for $\varepsilon\ge a/2$ the empty subset does. So $n\ge[[law_size]]$ items fail with probability at most $\delta$;
uniform ones on $[-1,1]$ ($a=1$, $\kappa=\frac12$) need $$n\ge[[size]].$$ Steps: let
$C_0=[-\frac\varepsilon2,\frac\varepsilon2]$, $C_{t+1}=C_t\cup((C_t+X_{t+1})\cap I)$ with $I=[-\frac a2,\frac a2]$,
and $v_t=|C_t|/a$. Given $v_t=v$, the mean of $v_{t+1}$ is at least $[[growth]]$, with equality for a law of density
$\kappa$ on $[-a,a]$ and else an atom at $0$; the odds $u_t=[[odds]]$ start from $u_0=[[start]]$, shrink in the mean
by the factor $[[contraction]]$ at least, and a target beyond $\varepsilon$ of all sums means that at least
$[[threshold]]$ of them are left. The order $\log\frac1\varepsilon$ is right: for every $\delta<1$ one needs at least
$\log_2(1+\frac a{2\varepsilon})$ items, by R3, and the number above is in the limit $\varepsilon\to0$ no more than
$[[looseness]]$ times as large.
""",
    proof_text=r"""
*Cover.* Every point of $C_t$ is within $\varepsilon/2$ of a subset sum: by induction, if $y$ is near $\sum_S$ then
$y+X_{t+1}$ is as near to $\sum_S+X_{t+1}$.

*Growth.* For $z\in I\setminus C_t$, $z-C_t\subset[-a,a]$, so $\Pr(z-X\in C_t)\ge\kappa|C_t|$. Integrated over
$I\setminus C_t$: $\mathbb E[v_{t+1}-v_t\mid\mathcal F_t]\ge a\kappa\,v_t(1-v_t)$, with equality where the law has
exactly this density on $[-a,a]$ and its other mass at $0$, which moves nothing.

*Odds.* Let $r=v_{t+1}/v_t-1\in[0,1]$, since a translate adds at most $|C_t|$. On $[0,1]$, $\frac1{1+r}\le1-\frac
r2$, the chord of a convex function, so $\mathbb E[u_{t+1}\mid\mathcal F_t]=\frac1{v_t}\mathbb
E\frac1{1+r}-1\le\frac1{v_t}\big(1-\frac{a\kappa(1-v_t)}2\big)-1=\big(1-\frac{a\kappa}2\big)u_t$.

*Failure.* $v_0=\varepsilon/a$ as $\varepsilon\le a$, so $u_0=\frac a\varepsilon-1$. If some $z\in I$ is farther
than $\varepsilon$ from all subset sums, no point of $C_n$ is within $\frac\varepsilon2$ of it, and as
$\varepsilon\le a/2$, an interval of length $\frac\varepsilon2$ on one side of $z$ lies in $I$ and is uncovered:
$1-v_n\ge\frac\varepsilon{2a}$, hence $u_n\ge\frac\varepsilon{2a}$. By Markov this has probability at most
$\frac{2a}\varepsilon\big(\frac
a\varepsilon-1\big)\big(1-\frac{a\kappa}2\big)^n<\frac{2a^2}{\varepsilon^2}\big(1-\frac{a\kappa}2\big)^n$.

*Order.* Failure with probability at most $\delta<1$ means that some $n$ numbers reach all of $I$; R3, in units of $a$.
As $\varepsilon\to0$ the two numbers of items are $2\log\frac1\varepsilon/(-\log(1-\frac{a\kappa}2))$ and
$\log_2\frac1\varepsilon$ to leading order. ∎
""",
    source=Source(
        "2006.07990",
        "no text at hand; Lueker (1998) with an unspecified constant, reported second-hand as the base of its "
        "pruning theorem",
    ),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        Quantity(
            v,
            "share of the interval of all targets that is covered",
            sp.Interval.Lopen(0, 1),
            drawn=(sp.Rational(1, 20), sp.Rational(19, 20)),
        ),
        REACH.drawn_from(sp.Rational(1, 2), 2),
        LEAST_DENSITY.drawn_from(sp.Rational(1, 20), sp.Rational(1, 5)),
        DISTANCE.drawn_from(sp.Rational(1, 100), sp.Rational(1, 5)),
        FAILURE,
        ITEMS.drawn_from(2, 40),
    ),
    hypotheses=(
        MASS,
        NEAR,
        Hypothesis(
            "for uniform items, a distance up to a half (for a larger one the empty subset does)",
            eps <= sp.Rational(1, 2),
            needed_by=("size",),
        ),
        Hypothesis("independent items with a subdensity κ on [−a, a]"),
    ),
    uses=("R3",),
    remarks=(
        Remark(
            r"Uniform items, $\delta=\frac1{10}$, $\varepsilon=\frac1{10}$ and $\frac1{100}$: two fifths of the guaranteed "
            r"number of items are enough, and a fourth is not.",
            "true_sums_need_a_third",
        ),
        Remark(
            r"Nine of ten samples need about $9$, $13$, $17$ and $20$ items at $\varepsilon=10^{-1},\dots,10^{-4}$ (the page of this "
            r"topic draws sixty of each), where $27$, $43$, $59$ and $75$ are guaranteed: more than three times as many."
        ),
        Remark(
            r"The sets $C_t$ of the proof, which are not all subset sums, need about half of the guaranteed number.",
            "covered_sets_need_half_as_many",
        ),
    ),
    expressions={
        "growth": growth,
        "odds": odds,
        "start": start,
        "contraction": contraction,
        "threshold": threshold,
        "failure": failure,
        "law_size": law_size,
        "size": size,
        "looseness": looseness,
    },
)
