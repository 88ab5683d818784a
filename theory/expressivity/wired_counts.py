"""E2 and E4: how often fully wired neurons are too few, and the number of inputs at which there are none."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Remark, Source
from theory.expressivity.symbols import ACTIVE, COUNTED, EDGE, FLOOR_NEURONS, MARGIN, epsilon, j, k, m, p
from theory.expressivity.wired_neurons import binomial_law, i
from theory.quantities import POSITIVE, UNIT, Hypothesis, Quantity

chance = p**k  # that a neuron is fully wired
mean = m * chance
tilt = sp.Symbol("t", positive=True)
largest = sp.ceiling(mean / 2) - 1  # the largest count below half of the mean

exact_tail = sp.Sum(binomial_law(m, chance, i), (i, 0, largest))
exponential_bound = sp.exp(tilt * mean / 2) * (1 - chance + chance * sp.exp(-tilt)) ** m
best_tilt = sp.log((2 - chance) / (1 - chance))
relative_entropy = chance / 2 * sp.log(sp.Rational(1, 2)) + (1 - chance / 2) * sp.log((1 - chance / 2) / (1 - chance))
kl_bound = 2 ** (mean / 2) * ((1 - chance) / (1 - chance / 2)) ** (m * (1 - chance / 2))
poisson_bound = sp.exp(-(1 - sp.log(2)) / 2 * mean)
usual_bound = sp.exp(-mean / 8)
lower_bound = (mean**largest * (m - mean) ** (m - largest)) / (
    (m + 1) * largest**largest * (m - largest) ** (m - largest)
)

lower_tail = Claim(
    label="E2",
    title="The lower tail of the wired count, four levels of sharpness",
    statement=r"""
$N\sim\mathrm{Bin}(m,q)$, $q=p^k$, $0<p\le1$, $\mu=mq$. Then $P(N<\mu/2)=[[exact_tail]]$, a rational number for rational $p$, and
$$P(N<\tfrac\mu2)\le e^{-m\,\mathrm{KL}(q/2\|q)}=[[kl_bound]]$$ $$\le[[poisson_bound]]\le[[usual_bound]],$$
$\mathrm{KL}=[[relative_entropy]]$ (infinite at $q=1$, where the tail and its first bound are $0$). The first is the best of
the exponential bounds $[[exponential_bound]]$, at $t=[[best_tilt]]$; the second is that at $t=\ln2$, with $1+x\le e^x$; its constant
$\frac{1-\ln2}2\approx0.1534$ replaces the usual $\frac18$. The first is sharp in its exponent: with $l=\lceil\mu/2\rceil-1$
$$P(N<\tfrac\mu2)\ge\frac{e^{-m\,\mathrm{KL}(l/m\|q)}}{m+1}$$ $$=[[lower_bound]].$$
""",
    proof_text=r"""
Markov's inequality for $e^{-tN}$, $t>0$: $P(N\le\mu/2)\le e^{t\mu/2}(1-q+qe^{-t})^m$. The logarithm is convex in $t$ and its derivative
vanishes where $e^{-t}=(1-q)/(2-q)$, with the value $-m\,\mathrm{KL}(q/2\|q)$. At $t=\ln2$, $1-\frac q2\le e^{-q/2}$ gives
$e^{\mu(\ln2-1)/2}$, which the optimum does not exceed; and $\ln2<\frac34$. *Below:* $P(N<\frac\mu2)\ge P(N=l)$, and
$P(N=l)=\binom ml\frac{l^l(m-l)^{m-l}}{m^m}e^{-m\,\mathrm{KL}(l/m\|q)}$; the first factors are $P(\mathrm{Bin}(m,\frac lm)=l)$, the
largest of its $m+1$ probabilities, hence at least $\frac1{m+1}$. ∎
""",
    source=Source(
        "2602.06675",
        "textbook (Chernoff 1952, and the method of types for the lower bound); a step towards E6, beyond the abstract",
    ),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        FLOOR_NEURONS.drawn_from(8, 60),
        ACTIVE,
        EDGE.drawn_from(sp.Rational(1, 2), sp.Rational(19, 20)),
        Quantity(tilt, "tilt of the exponential moment of the count", POSITIVE),
    ),
    hypotheses=(Hypothesis("the count of E1, or any that it dominates"),),
    uses=("E1",),
    expressions={
        "exact_tail": exact_tail,
        "exponential_bound": exponential_bound,
        "best_tilt": best_tilt,
        "relative_entropy": relative_entropy,
        "kl_bound": kl_bound,
        "poisson_bound": poisson_bound,
        "usual_bound": usual_bound,
        "lower_bound": lower_bound,
    },
    remarks=(
        Remark(
            "As numbers the upper bounds are loose, the first of them the least: the check prints the factors at three sizes.",
            checked_by="tail_lies_between_its_bounds",
        ),
    ),
)

poisson_mean = sp.Symbol("lambda", positive=True)

some_wired = 1 - (1 - chance) ** m
some_lower = 1 - sp.exp(-mean)
threshold = sp.log(m) / sp.log(1 / p)
below_threshold = 1 - sp.exp(-(m**epsilon))
above_threshold = m**-epsilon
poisson_law = sp.exp(-poisson_mean) * poisson_mean**j / sp.factorial(j)
poisson_distance = mean * (1 - sp.exp(-chance))

wired_threshold = Claim(
    label="E4",
    title="The number of inputs at which full wiring ends",
    statement=r"""
$m$ neurons have edges of probability exactly $p\in(0,1)$ to each of $k$ inputs, all others none. Then
$$P(N\ge1)=[[some_wired]],\qquad[[some_lower]]\le P(N\ge1)\le[[mean]].$$
With $k^*=[[threshold]]$ and $\varepsilon>0$: $P(N\ge1)\ge[[below_threshold]]$ for $k\le(1-\varepsilon)k^*$, and
$P(N\ge1)\le[[above_threshold]]$ for $k\ge(1+\varepsilon)k^*$. In between $N$ is nearly Poisson of mean $\lambda=mp^k$: for every set $B$,
$|P(N\in B)-\sum_{j\in B}[[poisson_law]]|\le[[poisson_distance]]$. The upper half needs the *upper* bound on the probabilities:
with a floor alone nothing need be lost beyond $k^*$ (E3). It is a threshold for full wiring, which is sufficient for expressivity and
not necessary: sums of functions of fewer inputs need less (E6), and a second layer removes it (E8).
""",
    proof_text=r"""
The neurons are independent, each wired with probability $q=p^k$. $(1-q)^m\le e^{-mq}$, and the union bound. For
$k\le(1-\varepsilon)k^*$, $mp^k\ge m\cdot m^{-(1-\varepsilon)}=m^\varepsilon$; for $k\ge(1+\varepsilon)k^*$, $mp^k\le m^{-\varepsilon}$. *Poisson
(Le Cam):* couple each indicator with a Poisson variable of mean $q$ as well as possible: they differ with probability
$1-\min(1-q,e^{-q})-\min(q,qe^{-q})=q-qe^{-q}$. The sums differ with probability at most $m$ times that. ∎
""",
    source=Source("2602.06675", "textbook (first moments; Le Cam 1960); beyond the abstract"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        FLOOR_NEURONS,
        ACTIVE,
        replace(EDGE, within=UNIT),
        MARGIN,
        COUNTED,
        Quantity(poisson_mean, "mean of the Poisson law", POSITIVE, drawn=(sp.Rational(1, 4), 4)),
    ),
    hypotheses=(
        Hypothesis("edges independent, of one probability on the rectangle and none beside it"),
        Hypothesis("a margin that is less than the whole threshold", epsilon < 1, ("below_threshold",)),
    ),
    uses=("E1",),
    expressions={
        "some_wired": some_wired,
        "some_lower": some_lower,
        "mean": mean,
        "threshold": threshold,
        "below_threshold": below_threshold,
        "above_threshold": above_threshold,
        "poisson_law": poisson_law,
        "poisson_distance": poisson_distance,
    },
)
