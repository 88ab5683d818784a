"""R10: keeping one candidate needs polynomially many of them, keeping a subset logarithmically many."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Remark, Source
from theory.formulas.let import Let
from theory.quantities import COUNT, Hypothesis, Quantity
from theory.subset_sum.product_laws import quenched_size, t, uniform_product
from theory.subset_sum.symbols import eps, n
from theory.subset_sum.two_layers import WEIGHT_ERROR

w = sp.Symbol("w", real=True)  # the weight to be replaced
p = sp.Symbol("p", positive=True)  # the probability that a candidate serves

close = uniform_product.distribution.subs(t, w + eps) - uniform_product.distribution.subs(t, w - eps)
single_hit = close / 2
success = Let(1 - (1 - p) ** n, [(p, single_hit)])
median_items = Let(sp.log(2) / -sp.log(1 - p), [(p, single_hit)])
leading = 2 * sp.log(2) / (eps * -sp.log(sp.Abs(w)))

single_candidates = Claim(
    label="R10",
    title="One candidate against subsets: polynomial and logarithmic over-parametrisation",
    statement=r"""
A weight $w$ is to be replaced, up to $\varepsilon<|w|$, by one of $n$ candidates: products of two independent
uniform numbers on $[-1,1]$, each usable with probability $\frac12$ (R5). A candidate serves with probability
$$p=[[single_hit]],$$ some candidate with probability $$[[success]],$$ and so with probability $\frac12$ from
$$n_{50}=[[median_items]]$$ on. For $\varepsilon<|w|<1-\varepsilon$, $$n_{50}\le[[leading]],$$ and the ratio tends
to $1$ as $\varepsilon\to0$: $n_{50}$ is of order $1/\varepsilon$. Sums over subsets of such candidates do it for
$|w|<\frac12$ with $O(\log\frac1\varepsilon)$ of them (R4), and with no fewer than $(1-o(1))\,2\log_2\frac1\varepsilon$ (R5).
""",
    proof_text=r"""
The candidates are independent, and one serves if it is usable and its product lies in
$[w-\varepsilon,w+\varepsilon]$, which does not hold $0$. There the density $-\frac12\ln|s|$ is convex for
$|w|+\varepsilon<1$, so its mean over the interval is at least its value at $w$: $p\ge-\frac\varepsilon2\ln|w|$.
With $-\ln(1-p)\ge p$ this is the bound, and as $\varepsilon\to0$ both inequalities become equalities to first
order. *Subsets:* candidates that are not usable count as $0$, so those of either kind have the density $-\frac14\ln|s|$ at least
on $[-a,a]$ for $2|w|\le a<1$, which is at least $-\frac14\ln a>0$: R4. ∎
""",
    source=Source(
        "2002.00585",
        "no text at hand; one candidate for each weight, against the subsets of 2006.07990, reported second-hand",
    ),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        Quantity(w, "weight to be replaced", sp.S.Reals, drawn=(sp.Rational(1, 5), sp.Rational(9, 10))),
        WEIGHT_ERROR.drawn_from(sp.Rational(1, 100), sp.Rational(1, 11)),
        Quantity(n, "number of candidates", COUNT, drawn=(2, 40)),
    ),
    hypotheses=(
        Hypothesis("an error below the weight, so that it cannot be dropped", eps < sp.Abs(w)),
        Hypothesis("a weight that some candidate can serve", sp.Abs(w) < 1 + eps, needed_by=("median_items",)),
        Hypothesis(
            "for the bound, a weight farther from 1 than the error", sp.Abs(w) < 1 - eps, needed_by=("leading",)
        ),
        Hypothesis("candidates independent; products of uniform numbers on [−1, 1], usable with probability 1/2"),
    ),
    uses=("R4", "R5"),
    remarks=(
        Remark(
            r"Measured medians of the number that subsets need for $w=\frac3{10}$ are within a quarter of $2\log_2\frac1\varepsilon$ at "
            r"$\varepsilon=10^{-2}$ and $10^{-4}$.",
            "subsets_need_logarithmically_many",
        ),
    ),
    expressions={
        "single_hit": single_hit,
        "success": success,
        "median_items": median_items,
        "leading": leading,
    },
    aids={"subset_items": quenched_size},
)
