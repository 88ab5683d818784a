"""E2 and E4: how often fully wired neurons are too few, and the number of inputs at which there are none."""

from dataclasses import replace
from functools import partial

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp, Side
from sparse_limits.theory.claims import Claim, Provenance, Remark, Source
from sparse_limits.theory.expressivity.symbols import (
    ACTIVE,
    COUNTED,
    EDGE,
    FLOOR_NEURONS,
    MARGIN,
    SOME_ACTIVE,
    epsilon,
    j,
    k,
    m,
    p,
)
from sparse_limits.theory.expressivity.wired_neurons import binomial_law, i
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, NON_NEGATIVE, UNIT, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, induction, same
from sparse_limits.theory.saliency.symbols import CHANCE

chance = p**k  # that a neuron is fully wired
mean = m * chance
tilt = sp.Symbol("t", positive=True)
largest = sp.ceiling(mean / 2) - 1  # the largest count below half of the mean


def divergence(share: sp.Expr) -> sp.Expr:
    """KL(share‖q)."""
    return share * sp.log(share / chance) + (1 - share) * sp.log((1 - share) / (1 - chance))


exact_tail = sp.Sum(binomial_law(m, chance, i), (i, 0, largest))
exponential_bound = sp.exp(tilt * mean / 2) * (1 - chance + chance * sp.exp(-tilt)) ** m
tilt_slope = m * (chance / 2 - chance / (chance + (1 - chance) * sp.exp(tilt)))
best_tilt = sp.log((2 - chance) / (1 - chance))
relative_entropy = divergence(chance / 2)
kl_bound = 2 ** (mean / 2) * ((1 - chance) / (1 - chance / 2)) ** (m * (1 - chance / 2))
doubled = 2 ** (mean / 2) * (1 - chance / 2) ** m  # the exponential bound at t = ln 2
poisson_bound = sp.exp(-(1 - sp.log(2)) / 2 * mean)
usual_bound = sp.exp(-mean / 8)
count_exponent = divergence(i / m)
mass_ratio = (m - j) * i / ((j + 1) * (m - i))  # of j + 1 to j, for the chance i/m
lower_bound = (mean**largest * (m - mean) ** (m - largest)) / (
    (m + 1) * largest**largest * (m - largest) ** (m - largest)
)

WIDTHS_BESIDE = tuple({m: rows, p: sp.Rational(1, 2), k: inputs} for rows, inputs in ((100, 2), (1200, 5)))

TAIL_STEPS = proof(
    r"""
count (by E1): $N$ counts the fully wired neurons among $m$, each of which is fully wired with probability $q$: $N\sim\mathrm{Bin}(m,q)$.

below half (a definition): Let $l=[[largest]]$, the largest whole number below $\frac\mu2$.

tail (from count, below half; by additivity): $P(N<\frac\mu2)=[[exact_tail]]$, the sum over the counts up to $l$.

Markov (from tail; by Markov): Let $t\ge0$. If $N\le\frac\mu2$, then $e^{t(\mu/2-N)}\ge1$. The latter has probability at most
$E\,e^{t(\mu/2-N)}$.

moment (from count, Markov): This mean is $[[exponential_bound]]$: each neuron contributes a factor, the mean over its two states.

slope (from moment): The logarithm of the bound has the slope $[[tilt_slope]]$ in $t$.

best tilt (from slope): The slope increases with $t$. For $q<1$ it vanishes at $t=[[best_tilt]]$, where the bound is smallest. (For $q=1$
the bound falls to $0$ as $t\to\infty$, and $N=m$.)

best bound (from moment, best tilt): The value of the bound there is $[[kl_bound]]$. This is $e^{-m\,\mathrm{KL}}$ with
$\mathrm{KL}(r\|q)=r\ln\frac rq+(1-r)\ln\frac{1-r}{1-q}$ at $r=\frac q2$, which is $[[relative_entropy]]$.

doubled (from moment, best bound): At $t=\ln2$ the bound is $[[doubled]]$, which is at least the bound at the best tilt.

exponential (by exponential): $1-\frac q2\le e^{-q/2}$.

Poisson bound (from doubled, exponential): Replacing $1-\frac q2$ by $e^{-q/2}$ in each factor of *doubled* gives the bound
$[[poisson_bound]]$.

usual bound (from Poisson bound): Since $\ln2<\frac34$, the Poisson bound is at most $[[usual_bound]]$.

exponent of a count (from count): $P(N=i)$ is the probability of the count $i$ for the success probability $\frac im$ instead of $q$, times
$e^{-m\,\mathrm{KL}(i/m\|q)}$, where $\mathrm{KL}(\frac im\|q)=[[count_exponent]]$ and $0\ln0=0$.

mode (from exponent of a count): For the success probability $\frac im$, the probability of the count $j+1$ is $[[mass_ratio]]$ times that
of $j$. It is at least as large for $j<i$, and at most as large for $j\ge i$. So $i$ is the likeliest count.

likeliest (from mode; by largest): The likeliest of the $m+1$ counts has probability at least $\frac1{m+1}$.

lower bound (from tail, exponent of a count, likeliest): The tail contains the count $l$, so it is at least
$\frac1{m+1}e^{-m\,\mathrm{KL}(l/m\|q)}=[[lower_bound]]$.
""",
    globals(),
)


def moment_is_a_product_over_neurons(exponential_bound: sp.Expr) -> Relations:
    """No neuron, and the factor of one more: the mean of e^{t(q/2 − 1)} where it is wired and e^{tq/2} where it is not."""
    factor = chance * sp.exp(tilt * (chance / 2 - 1)) + (1 - chance) * sp.exp(tilt * chance / 2)
    yield induction(exponential_bound, m, sp.S.One, lambda term: factor * term)


lower_tail = Claim(
    label="E2",
    title="Lower tail of the number of wired neurons, at four levels of sharpness",
    headline=r"Each of $m$ neurons keeps each of $k$ inputs with probability $p$, independently. The number $N$ of neurons that keep all $k$ inputs is less than half of its mean $\mu=mp^k$ with probability $$P(N<\tfrac\mu2)\le[[poisson_bound]].$$",
    statement=r"""
Let $N\sim\mathrm{Bin}(m,q)$ with $q=p^k$, $0<p\le1$: the number of neurons, out of $m$, that keep all of $k$ inputs, if
each keeps each input with probability $p$, independently. Let $\mu=mq$ be its mean.

*Exactly,* $P(N<\mu/2)=[[exact_tail]]$, a rational number for rational $p$.

*From above* there are three bounds, each simpler than the one before and no smaller:
$$P(N<\tfrac\mu2)\le e^{-m\,\mathrm{KL}(q/2\|q)}=[[kl_bound]]$$ $$\le[[poisson_bound]]\le[[usual_bound]].$$
The first has the relative entropy $\mathrm{KL}=[[relative_entropy]]$, which is infinite at $q=1$, where the tail and
its first bound are $0$. The first bound is the best of the exponential bounds $[[exponential_bound]]$, at $t=[[best_tilt]]$. The
second bound is the exponential bound at $t=\ln2$, combined with $1+x\le e^x$. It has the constant
$\frac{1-\ln2}2\approx0.1534$ in place of $\frac18$, the constant of the third and usual bound.

*From below.* The first bound is sharp in its exponent: with $l=\lceil\mu/2\rceil-1$
$$P(N<\tfrac\mu2)\ge\frac{e^{-m\,\mathrm{KL}(l/m\|q)}}{m+1}$$ $$=[[lower_bound]].$$
""",
    steps=TAIL_STEPS,
    source=Source(
        "2602.06675",
        "v1",
        "textbook (Chernoff 1952, and the method of types for the lower bound); a step towards E6.1, beyond the abstract",
    ),
    provenance=Provenance.EXTENSION,
    quantities=(
        FLOOR_NEURONS.drawn_from(8, 60),
        SOME_ACTIVE,
        EDGE.drawn_from(sp.Rational(1, 2), sp.Rational(19, 20)),
        Quantity(tilt, "factor of the count in the exponent of an exponential bound", NON_NEGATIVE),
        Quantity(i, "number of fully wired neurons", COUNT, drawn=(1, 7)),
        COUNTED,
    ),
    hypotheses=(
        Hypothesis("the count of E1; the upper bounds hold for every count that dominates it, too"),
        Hypothesis("some neurons that are not fully wired", i < m, needed_by=("count_exponent", "mass_ratio")),
    ),
    symbols={
        "N": "number of fully wired neurons among $m$",
        "q": "chance that a neuron is fully wired, $p^k$",
        r"\mu": "mean number of fully wired neurons",
        r"\mathrm{KL}(\cdot\|q)": "relative entropy of a coin that has the chance before the bars to a coin of the chance $q$",
        "l": "largest whole number below half of the mean",
        "x": "any real number",
        **CHANCE,
    },
    remarks=(
        Remark(
            "Numerically the upper bounds are loose, though the first is the least loose: the check prints the factors at three sizes.",
            checked_by="tail_lies_between_its_bounds",
        ),
    ),
    loose=(
        Loose(
            expression="kl_bound",
            truth="exact_tail",
            at=WIDTHS_BESIDE,
            lost="in Markov's inequality for the exponential moment",
            exponent="by the step *lower bound*",
        ),
        Loose(
            expression="poisson_bound",
            truth="exact_tail",
            at=WIDTHS_BESIDE,
            lost=r"in $1-\frac q2\le e^{-\frac q2}$ for each neuron, and so in the exponent",
        ),
        Loose(
            expression="usual_bound",
            truth="exact_tail",
            at=WIDTHS_BESIDE,
            lost=r"in the exponent, whose constant is $\frac18$ instead of $\frac{1-\ln2}2$, besides what the preceding bound loses",
        ),
        Loose(
            expression="lower_bound",
            truth="exact_tail",
            at=WIDTHS_BESIDE,
            lost="in the share of the likeliest count, one of $m+1$, and in all counts below $l$",
            exponent="by the step *best bound*",
            side=Side.BELOW,
        ),
    ),
    because={
        "moment": moment_is_a_product_over_neurons,
        "slope": lambda exponential_bound, tilt_slope: same(
            tilt_slope, sp.diff(exponential_bound, tilt) / exponential_bound
        ),
    },
    wrong=lambda: {
        "exact_tail: half of the mean counts too": exact_tail.subs(sp.ceiling(mean / 2), sp.floor(mean / 2) + 1),
        "exact_tail: one edge suffices": exact_tail.subs(k, 1),
        "exact_tail: Poisson": sp.Sum(sp.exp(-mean) * mean**i / sp.factorial(i), (i, 0, sp.ceiling(mean / 2) - 1)),
        "exact_tail: the upper tail": 1 - exact_tail,
        "largest: half of the mean counts too, as l": sp.floor(mean / 2),
        "largest: l itself lies above": sp.ceiling(mean / 2),
        "largest: another count": largest - 1,
        "exponential_bound: threshold at the mean": exponential_bound * sp.exp(tilt * mean / 2),
        "exponential_bound: of the other tail": exponential_bound.subs(tilt, -tilt),
        "exponential_bound: without tilt": kl_bound * sp.exp(-tilt),
        "tilt_slope: threshold at the mean": tilt_slope + mean / 2,
        "tilt_slope: of one neuron": tilt_slope / m,
        "best_tilt: tilt of a Poisson variable": sp.log(2),
        "kl_bound: Hoeffding": sp.exp(-m * chance**2 / 2),
        "kl_bound: twice the entropy": kl_bound**2,
        "relative_entropy: entropy the other way round": chance * sp.log(2)
        + (1 - chance) * sp.log((1 - chance) / (1 - chance / 2)),
        "doubled: half of the tilt": exponential_bound.subs(tilt, sp.log(2) / 2),
        "doubled: without the tilt of the mean": doubled / 2 ** (mean / 2),
        "poisson_bound: the optimum of the other tail": sp.exp(-(2 * sp.log(2) - 1) * mean),
        "poisson_bound: half of the exponent is missing": sp.exp(-mean / 8),
        "usual_bound: δ²μ in place of δ²μ/2": sp.exp(-mean / 4),
        "usual_bound: e^{−μ/2}": sp.exp(-mean / 2),
        "count_exponent: entropy of half the mean": relative_entropy,
        "count_exponent: of the wired neurons alone": sp.log(i / (m * chance)) * i / m,
        "mass_ratio: the other way round": 1 / mass_ratio,
        "mass_ratio: without the counts": i / (m - i),
        "lower_bound: the mass itself": (m + 1) * lower_bound,
        "lower_bound: one class of counts less": lower_bound * (m + 1) / m,
        "lower_bound: without m + 1": (m + 1) ** 2 * lower_bound,
    },
)

poisson_mean = sp.Symbol("lambda", positive=True)

some_wired = 1 - (1 - chance) ** m
some_lower = 1 - sp.exp(-mean)
threshold = sp.log(m) / sp.log(1 / p)
below_threshold = 1 - sp.exp(-(m**epsilon))
above_threshold = m**-epsilon
poisson_law = sp.exp(-poisson_mean) * poisson_mean**j / sp.factorial(j)
one_distance = chance * (1 - sp.exp(-chance))
poisson_distance = mean * (1 - sp.exp(-chance))

THRESHOLD_STEPS = proof(
    r"""
wired neurons (by E1): Each of $m$ neurons is fully wired with probability $q=p^k$, independently: $N\sim\mathrm{Bin}(m,q)$.

some neuron (from wired neurons): So $P(N\ge1)=[[some_wired]]$: if no neuron is wired yet, a further neuron is wired with probability $q$.

mean (from some neuron): $P(N\ge1)\le[[mean]]$: a further neuron adds $q$ to the mean, and $q\,P(N=0)\le q$ to the probability; for one
neuron the two are equal.

exponential (by exponential): $1-q\le e^{-q}$.

lower bound (from some neuron, mean, exponential): Replacing $1-q$ by $e^{-q}$ for each neuron gives $P(N\ge1)\ge[[some_lower]]$.

threshold (from mean): The mean decreases in $k$, by the factor $p$ for each input, and it is $1$ at $k^*=[[threshold]]$.

below (from lower bound, threshold): For $k\le(1-\varepsilon)k^*$ the mean is at least $m^\varepsilon$. The *lower bound* increases with the
mean, so it is at least $[[below_threshold]]$.

above (from threshold): For $k\ge(1+\varepsilon)k^*$ the mean is at most $[[above_threshold]]$.

Poisson law: A Poisson variable of mean $\lambda$ equals $j$ with probability $[[poisson_law]]$. The sum of $m$ independent Poisson
variables of mean $q$ is a Poisson variable of mean $mq$.

one neuron (from exponential, Poisson law; by maximal coupling): Compare the indicator of one wired neuron with a Poisson variable of mean
$q$. The indicator has more mass at $1$, and at no other place, since $1-q\le e^{-q}$. So the two can be drawn jointly such that they differ
only with probability $[[one_distance]]$.

some pair differs (from wired neurons, one neuron; by union bound): Draw $m$ such pairs independently. If their sums differ, some pair
differs. So the probabilities that the one sum and the other lie in $B$ differ by at most the probability that some pair differs.

Poisson (from some pair differs): This is at most $m$ times the probability for *one neuron*, $[[poisson_distance]]$.
""",
    globals(),
)


def in_missing(gap: sp.Expr) -> sp.Expr:
    """Zero, where it is, in terms of the probability of a neuron that is not wired, below 1."""
    missing = sp.Symbol("missing", positive=True)
    return sp.expand(sp.expand_power_exp(gap.subs(chance, 1 - missing)))


def exponentials_stand_for_neurons(some_wired: sp.Expr, mean: sp.Expr, some_lower: sp.Expr) -> Relations:
    """The complement neuron by neuron, as that of the probability with its own factor; and in terms of the mean."""
    for term, factor in ((1 - some_lower, sp.exp(-chance)), (1 - some_wired, 1 - chance)):
        yield induction(term, m, factor, partial(sp.Mul, factor), start=1, by=in_missing)
    yield same(sp.log(1 - some_lower), -mean)


wired_threshold = Claim(
    label="E4",
    title="The number of inputs at which full wiring ends",
    headline=r"Let each of $m$ neurons keep each of $k$ inputs with probability $p$, independently. As $m\to\infty$, some neuron keeps all of them with a probability that tends to $1$ for $k\le(1-\varepsilon)k^*$ and to $0$ for $k\ge(1+\varepsilon)k^*$, for each $\varepsilon>0$, with $$k^*=[[threshold]].$$",
    statement=r"""
Let $m$ neurons have edges of probability exactly $p\in(0,1)$ to each of $k$ inputs, and all other neurons none. Then
$$P(N\ge1)=[[some_wired]],\qquad[[some_lower]]\le P(N\ge1)\le[[mean]].$$
Let $k^*=[[threshold]]$ and $\varepsilon\ge0$. Then $P(N\ge1)\ge[[below_threshold]]$ for $k\le(1-\varepsilon)k^*$, and
$P(N\ge1)\le[[above_threshold]]$ for $k\ge(1+\varepsilon)k^*$. In between, $N$ is nearly Poisson with mean
$\lambda=mp^k$: for every set $B$, $|P(N\in B)-\sum_{j\in B}[[poisson_law]]|\le[[poisson_distance]]$.
""",
    steps=THRESHOLD_STEPS,
    source=Source("2602.06675", "v1", "textbook (first moments; Le Cam 1960); beyond the abstract"),
    provenance=Provenance.EXTENSION,
    quantities=(
        FLOOR_NEURONS,
        ACTIVE,
        replace(EDGE, within=UNIT),
        replace(MARGIN, within=NON_NEGATIVE),
        COUNTED,
        Quantity(poisson_mean, "mean of the Poisson law", NON_NEGATIVE, drawn=(sp.Rational(1, 4), 4)),
    ),
    symbols={
        "N": "number of these $m$ neurons with an edge to each of the $k$ inputs",
        "k^*": "number of inputs at which the mean of $N$ is $1$",
        "B": "set of whole numbers",
        **CHANCE,
    },
    hypotheses=(Hypothesis("edges independent, of one probability on the rectangle and none beside it"),),
    remarks=(
        Remark(
            "The bound above the threshold needs the *upper* bound on the edge probabilities: with a floor alone nothing need be "
            "lost beyond $k^*$ (E3). The threshold concerns full wiring, which is sufficient for expressivity but not necessary: "
            "sums of functions of fewer inputs need fewer edges (E6.1), and a second layer removes the threshold (E8)."
        ),
    ),
    sharp=(
        Sharp(expression="some_lower", example=r"$p\to0$", check="both_bounds_hold_on_ranges", side=Side.BELOW),
        Sharp(expression="mean", example=r"$p\to0$, and one neuron", check="both_bounds_hold_on_ranges"),
        Sharp(
            expression="below_threshold",
            example=r"$k=(1-\varepsilon)k^*$, as $m\to\infty$",
            check="thresholds_are_attained_by_many_neurons",
            side=Side.BELOW,
        ),
        Sharp(
            expression="above_threshold",
            example=r"$k=(1+\varepsilon)k^*$, as $m\to\infty$",
            check="thresholds_are_attained_by_many_neurons",
        ),
        Sharp(expression="poisson_distance", example=r"one neuron, $B=\{1\}$", check="count_is_nearly_poisson"),
    ),
    because={
        "some neuron": lambda some_wired: induction(
            some_wired, m, chance, lambda term: term + (1 - term) * chance, start=1, by=in_missing
        ),
        "lower bound": exponentials_stand_for_neurons,
        "Poisson": lambda one_distance, poisson_distance: induction(
            poisson_distance, m, one_distance, lambda term: term + one_distance, start=1
        ),
    },
    wrong=lambda: {
        "some_wired: any edge": 1 - (1 - p) ** (m * k),
        "some_wired: one edge per neuron": 1 - (1 - p) ** m,
        "some_wired: the mean itself": mean,
        "some_wired: of half of the neurons": 1 - (1 - chance) ** (m / 2),
        "mean: mean of single edges": m * p,
        "some_lower: lower bound e^{−μ/2}": sp.exp(-mean / 2),
        "some_lower: twice the exponent": 1 - sp.exp(-2 * mean),
        "threshold: in natural units": sp.log(m),
        "below_threshold: below, without the exponential": 1 - m**-epsilon,
        "below_threshold: twice the exponent below": 1 - (1 - below_threshold) ** 2,
        "above_threshold: above, twice the exponent": m ** (-2 * epsilon),
        "poisson_law: binomial": binomial_law(m, poisson_mean / m, j),
        "poisson_law: mean doubled": poisson_law.subs(poisson_mean, 2 * poisson_mean),
        "one_distance: Le Cam, rounded": chance**2,
        "poisson_distance: a share of 1/m": poisson_distance / m,
        "poisson_distance: Le Cam, rounded": mean * chance,
    },
)
