"""N5.2: with a ReLU output whole neurons are many: of the order of 1/ε, up to a logarithm."""

from dataclasses import replace

import sympy as sp

from sparse_limits.theory.bounds import Loose, Side
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.let import Let
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.neuron_pruning.alignment import (
    ERROR,
    LOST_ALONE,
    LOST_SEEN,
    NEURONS,
    OF_TWO_INPUTS,
    SUCCESS,
    N,
    delta,
    eps,
)
from sparse_limits.theory.neuron_pruning.jumps import after, ahead, arc, fits, g, h, here, jump, k, most_pairs, sines
from sparse_limits.theory.neuron_pruning.symbols import GAMMA, NEURON, ONE_RELU
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, same, vanishes

largest_error = sp.Rational(1, 3)
ERRORS = sp.Interval.Lopen(0, largest_error)
s = sp.Symbol("s", positive=True)  # a power, below 1
product = sp.Symbol("P", positive=True)  # of the k + 1 gaps
A, T = sp.symbols("A T", positive=True)  # chance of at most one kink, by N, and of two, by N²
R = sp.Symbol("R", positive=True)  # quotient of terms, by N

length = sp.pi - 2 * sp.asin(eps)  # of the arc
outside = 1 - (1 - 2 * sp.asin(eps) / sp.pi) ** N
farthest = (1 + eps) / sp.sqrt(1 - eps**2)  # cot(h/2) where h is half of the arc
largest = eps * (1 / sp.tan(g / 2) + farthest)
excess = 1 / eps - farthest
sure = 2 * sp.atan(1 / excess)
primitive = eps * (sp.log((1 - sp.cos(g)) / 2) + farthest * g)
rest = sp.log((1 - eps) / 2) + sp.log(1 + excess**2) + farthest * (length / 2 - sure)
near_kinks = sure + eps * rest
one_kink = 2 * N / sp.pi * near_kinks
sets = sp.ff(N, k) / sp.pi**k
by_gaps = 2 * most_pairs * eps**k * (sp.pi / 2) ** (k + 1) / product
simplex = length ** ((k + 1) * (1 - s) - 1) * sp.gamma(1 - s) ** (k + 1) / sp.gamma((k + 1) * (1 - s))
term = sets * (2 * most_pairs * eps**k * (sp.pi / 2) ** (k + 1)) ** s * simplex
bound = outside + one_kink + sp.Sum(term, (k, 2, N))

# A bound without a sum, and the number of neurons at which it is δ
half = sp.floor(k / 2)
quotient = (
    (N - k)
    * (sp.pi * eps * (half + 3) / (2 * (half + 1))) ** s
    * length ** (1 - s)
    / sp.pi
    * sp.gamma(1 - s)
    * sp.gamma((k + 1) * (1 - s))
    / sp.gamma((k + 2) * (1 - s))
)
share = 2 / sp.pi * (sp.asin(eps) + sure + eps * rest)
pair = (
    (sp.Rational(9, 4) * sp.pi**3 * eps**2) ** s
    * length ** (2 - 3 * s)
    * sp.gamma(1 - s) ** 3
    / (sp.pi**2 * sp.gamma(3 - 3 * s))
)
ratio = (sp.pi * eps) ** s * length ** (1 - s) * sp.gamma(1 - s) * sp.gamma(3 - 3 * s) / (sp.pi * sp.gamma(4 - 4 * s))
several = N**2 * T / (1 - N * R)
root = 2 * delta / (A + delta * R + sp.sqrt((A - delta * R) ** 2 + 4 * delta * T))
neurons = Let(root, [(A, share), (T, pair), (R, ratio)])
slow = 1 - 1 / sp.log(1 / eps)
limit_share, limit_pair, limit_ratio = 4 / sp.pi, 27 * sp.E**2 / 4, 4 * sp.E / 3
constant = root.subs({A: limit_share, T: limit_pair, R: limit_ratio})

STEPS = proof(
    r"""
zonotope (by N5.1): Let some $S$ succeed, in a plane through $w^*$, and let $k$ kinks of $S$ be in the arc, which has the length
$\ell=[[length]]$. Given the kinks, their strengths fit with a probability of at most $[[fits]]$, and also of at most this with gaps cut at
$\frac\pi2$ and $[[most_pairs]]$ in place of $\binom{k+2}2$. For $k=1$ the strength is $[[jump]]$, and its density is at most $\frac12$.

no kink inside (from zonotope; by product): The empty sum has the error $1$. So for $k=0$ some neuron has its kink outside the arc: kinks
are independent, and this has the probability $[[outside]]$.

one kink inside (from zonotope): For $k=1$ let $g\le h$ be the gaps. Their sum is less than $\pi$, so the sum of their cotangents is
positive, and the strength is at most $\varepsilon(\cot\frac g2+\cot\frac h2)\le[[largest]]$ in modulus, as $h$ is at least half of the arc.
Its density is at most $\frac12$, so the probability of this is at most the same.

near the ends (from one kink inside): The bound is $1$ at $g=[[sure]]$, below half of the arc, and has the antiderivative $[[primitive]]$.
With $N$ neurons, a density of $\frac1\pi$ for the kink, and two halves of the arc, the case $k=1$ has at most the probability
$[[one_kink]]$.

gaps (from zonotope): $\sin x\ge\frac2\pi x$ up to $\frac\pi2$, and of the gaps, which are less than $\pi$, at most one is shortened by
cutting, to more than half its length. So with the product $P$ of the $k+1$ gaps the strengths fit with a probability of at most
$[[by_gaps]]$.

power (by monotonicity): $\min(1,Y)\le Y^s$ for $0\le s<1$.

sets (from zonotope; by union bound): There are $\binom Nk$ sets of $k$ neurons, with $k!$ orders of their kinks: the sum over sets of the
mean is $[[sets]]$ times an integral over gaps with the sum $\ell$.

simplex (from zonotope): The integral of $P^{-s}$ over all $k+1$ positive gaps of this sum is $[[simplex]]$: each further gap integrates a
Beta density.

term (from gaps, power, sets, simplex): So for $k\ge2$ the probability that some set of $k$ has strengths that fit is at most $[[term]]$.

bound (from no kink inside, near the ends, term): Together, the probability that some $S$ succeeds is at most $[[bound]]$.

quotients (from term): From $k$ to $k+1$ the terms change by the factor $[[quotient]]$, where $1+2/(\lfloor\frac k2\rfloor+1)$ is
$q_{k+1}/q_k$.

falling quotients (from quotients; by monotonicity): This factor falls with $k$, as each of its parts does: the part with $\Gamma$ functions
is the integral of $x^{(k+1)(1-s)-1}(1-x)^{-s}$ over $(0,1)$.

geometric series (from term, falling quotients): The term for $k=2$ is at most $N^2T$, $T=[[pair]]$, and the factor from it to the next at
most $NR$, $R=[[ratio]]$. So if $NR<1$, all terms add up to at most $[[several]]$.

straight line (from no kink inside, near the ends): The other two parts are at most $AN$, $A=[[share]]$, by Bernoulli's inequality.

root (from geometric series, straight line): $AN+N^2T/(1-NR)$ grows with $N$ while $NR<1$, and is $\delta$ where $(\frac1N-R)(\frac\delta
N-A)=T$, both factors being positive: at $N=[[root]]$.

neurons (from bound, root): So the probability that fewer neurons than $[[neurons]]$ contain a ticket is smaller than $\delta$.

small errors (from geometric series, straight line): Let $s=[[slow]]$. Then $A/(\varepsilon\ln\frac1\varepsilon)$ tends to
$[[limit_share]]$, $T/(\varepsilon\ln\frac1\varepsilon)^2$ to $[[limit_pair]]$, and $R/(\varepsilon\ln\frac1\varepsilon)$ to
$[[limit_ratio]]$.

limit (from root, small errors): So the number of neurons times $\varepsilon\ln\frac1\varepsilon$ tends to $[[constant]]$.
""",
    globals(),
    fits=fits,
    jump=jump,
)


def by_clusters(gap: sp.Expr) -> sp.Expr:
    """A weaker bound, by the chains of kinks that are at most a gap apart: they have to cancel one another up to 4ε/sin(gap)."""
    return N * (2 * (gap + sp.asin(eps)) / sp.pi + 4 * eps / sp.sin(gap) / (1 - N * gap / sp.pi))


v = sp.Symbol("v", positive=True)


def spelled_out(formula: sp.Expr) -> sp.Expr:
    """With values in the place of the names that stand for them."""
    return formula.replace(
        lambda part: isinstance(part, Let), lambda part: valued(part.args[0], dict(part.args[1].args))
    )


def gaps_for_sines(fits: sp.Expr, most_pairs: sp.Expr, by_gaps: sp.Expr) -> Relations:
    """A factor of 2/π for each of k + 1 sines, one of ½ for the gap that is cut, other pairs; chords of sines."""
    worst = fits.subs(sines, (2 / sp.pi) ** (k + 1) * product / 2) * most_pairs / sp.binomial(k + 2, 2)
    yield same(by_gaps, worst, by=lambda gap: sp.simplify(sp.powsimp(gap)))
    yield same(by_gaps.subs(product, 2 * product), by_gaps / 2)


def simplices_grow_by_a_beta_density(length: sp.Expr, simplex: sp.Expr) -> Relations:
    """One more gap x: the power of the rest integrates to a Beta function; no kink leaves one gap, all of the length."""
    power = (k + 1) * (1 - s) - 1
    beta = sp.gamma(1 - s) * sp.gamma(power + 1) / sp.gamma(power + 2 - s)  # ∫ x^(−s) (1 − x)^power over (0, 1)
    grown = simplex * length ** (1 - s) * beta

    def shared(gap: sp.Expr) -> sp.Expr:
        return sp.simplify(sp.powsimp(sp.expand(gap / (length ** (power + 1) * sp.gamma(1 - s) ** (k + 2)))))

    yield same(simplex.subs(k, k + 1), grown, by=shared)
    yield same(simplex.subs(k, 0), length**-s)


def terms_are_products(by_gaps: sp.Expr, sets: sp.Expr, simplex: sp.Expr, term: sp.Expr) -> Relations:
    """The power of what does not depend on the gaps; sets of one more neuron, from N sets of one."""
    yield same(term, sets * by_gaps.subs(product, 1) ** s * simplex)
    yield same(sets.subs(k, k + 1), sets * (N - k) / sp.pi, by=lambda gap: sp.simplify(sp.combsimp(gap)))
    yield same(sets.subs(k, 1), N / sp.pi)


def bound_adds_its_parts(outside: sp.Expr, one_kink: sp.Expr, term: sp.Expr, bound: sp.Expr) -> Relations:
    """From two kinks to all N; nobody is off the arc but for what is left of it."""
    yield same(bound, outside + one_kink + sp.Sum(term, (k, 2, N)))
    inside = 1 - outside.subs(N, 1)
    yield same(1 - outside.subs(N, N + 1), (1 - outside) * inside, by=lambda gap: sp.powsimp(sp.expand(gap)))
    yield same(inside, 2 * arc / sp.pi, by=sp.expand)


def both_parts_are_below_a_line(outside: sp.Expr, one_kink: sp.Expr, share: sp.Expr) -> Relations:
    """They touch it for one neuron; each neuron more leaves more room, by a product of probabilities."""
    room = N * share - outside - one_kink
    yield vanishes(room.subs(N, 1))
    grown = outside * outside.subs(N, 1)
    yield same(room.subs(N, N + 1) - room, grown, by=lambda gap: sp.simplify(sp.powsimp(sp.expand(gap))))


def neurons_are_this_root(share: sp.Expr, pair: sp.Expr, ratio: sp.Expr, root: sp.Expr, neurons: sp.Expr) -> Relations:
    inside = valued(root, {A: share, T: pair, R: ratio})
    yield same(spelled_out(neurons), inside)


SMALL = Quantity(eps, ERROR.meaning, ERRORS, drawn=(sp.Rational(1, 10**6), sp.Rational(1, 5)))
jump_bound = Claim(
    label="N5.2",
    title="With a ReLU output: at least 1/ε whole neurons, up to a logarithm",
    headline=r"To approximate one ReLU to within $\varepsilon$ behind a ReLU output with a fixed probability takes at least of the order $1/(\varepsilon\ln\frac1\varepsilon)$ whole neurons as $\varepsilon\to0$, in every dimension $d\ge2$.",
    statement=r"""
As in N5.1, let $\sigma(g_S)$ keep a subset $S$ of $N$ neurons with independent standard normal weights $w_i$, $\alpha_i$, $d\ge2$. The
error is the supremum of $|f-\sigma(g_S)|$ over the unit ball. For $0\le s<1$ and $0<\varepsilon\le\frac13$
$$\Pr(\exists S:\text{error}\le\varepsilon)\le[[bound]].$$ Take the arc $|\varphi|<\frac\pi2-\arcsin\varepsilon$, of length $\ell$, of a
plane through $w^*$. Then $p_k$ bounds the probability of an $S$ with such an error and with $k$ kinks in this arc. Here $p_0=[[outside]]$ and $p_1=[[one_kink]]$.

**Neurons needed.** So success with probability $\delta$ needs, for any such $s$, at least $$[[neurons]]$$ neurons. At $s=[[slow]]$ this
number times $\varepsilon\ln\frac1\varepsilon$ tends, as $\varepsilon\to0$, to $$[[constant]].$$
""",
    steps=STEPS,
    source=Source(
        "2603.02234", "v1", "beyond Theorem 1, “Lower bound for neuron pruning”, which is for one hidden layer"
    ),
    provenance=Provenance.EXTENSION,
    quantities=(
        SMALL,
        replace(NEURONS, within=COUNT, drawn=(1, 9)),
        SUCCESS.drawn_from(sp.Rational(1, 10), 1),
        Quantity(
            s,
            "power to which a probability is raised",
            sp.Interval.Ropen(0, 1),
            drawn=(sp.Rational(1, 2), sp.Rational(19, 20)),
        ),
        Quantity(k, "number of kinks in the arc", COUNT_FROM_ZERO, drawn=(0, 6)),
        Quantity(
            g,
            "smaller gap beside one kink, in radians",
            sp.Interval.open(0, sp.pi),
            drawn=(sp.Rational(1, 10), sp.Rational(3, 2)),
        ),
        Quantity(
            h,
            "larger gap beside one kink, in radians",
            sp.Interval.open(0, sp.pi),
            drawn=(sp.Rational(1, 10), sp.Rational(3, 2)),
        ),
        Quantity(product, "product of the gaps", sp.Interval.open(0, sp.oo)),
        Quantity(
            A,
            "probability of a ticket with at most one kink in the arc, over the number of neurons",
            POSITIVE,
            convention="a kink may lie outside the arc, which is shorter than the half circle",
        ),
        Quantity(T, "probability of one with two kinks, over the square of the number of neurons", NON_NEGATIVE),
        Quantity(
            R, "factor between the probabilities of three and of two kinks, over the number of neurons", NON_NEGATIVE
        ),
    ),
    symbols={
        **ONE_RELU,
        **NEURON,
        "d": "number of inputs",
        "S": "set of neurons that are kept",
        "g_S": "sum of the kept neurons, in front of the ReLU at the output",
        r"\varphi": "angle in the plane, measured from $w^*$",
        **GAMMA,
        "(N)_k": r"falling factorial, $N(N-1)\cdots(N-k+1)$",
    },
    hypotheses=(
        Hypothesis("two inputs or more, and a ReLU after the output"),
        Hypothesis("output weights are random too: for retrained ones this is not said"),
        Hypothesis("the weights are independent of the target"),
        Hypothesis("both gaps beside one kink lie in the arc, which is shorter than the half circle", g + h < sp.pi),
    ),
    named={
        "q": farthest,
        "a": excess,
        "b": near_kinks,
        r"\ell": length,
        "p_0": outside,
        "p_1": one_kink,
        "p_k": term,
        "A": share,
        "T": pair,
        "R": ratio,
    },
    also=("term",),
    aids=OF_TWO_INPUTS,
    loose=(
        Loose(
            expression="bound",
            truth="found_alone",
            at=tuple({s: sp.Rational(3, 5), eps: sp.Rational(1, 50), N: count} for count in (1, 2)),
            lost=LOST_ALONE,
        ),
        Loose(
            expression="neurons",
            truth="seen",
            at=({s: sp.Rational(3, 5), eps: sp.Rational(1, 50), delta: sp.Rational(1, 2)},),
            lost=f"{LOST_SEEN} over subsets; with a ReLU output errors are no larger than without",
            side=Side.BELOW,
        ),
    ),
    because={
        "gaps": gaps_for_sines,
        "simplex": simplices_grow_by_a_beta_density,
        "term": terms_are_products,
        "bound": bound_adds_its_parts,
        "straight line": both_parts_are_below_a_line,
        "neurons": neurons_are_this_root,
        "limit": lambda root, limit_share, limit_pair, limit_ratio, constant: (
            same(valued(root, {A: v * A, R: v * R, T: v**2 * T}), root / v),
            same(constant, root.subs({A: limit_share, T: limit_pair, R: limit_ratio})),
        ),
    },
    wrong=lambda: {
        "largest: the smaller gap on both sides": 2 * eps / sp.tan(g / 2),
        "largest: the smaller gap alone": eps / sp.tan(g / 2),
        "largest: of the gap": largest.subs(g, 2 * g),
        "jump: of chords": (after - here) / sp.sin(g) + (ahead - here) / sp.sin(h),
        "length: all of the half circle": sp.pi,
        "sure: to first order": 2 * eps,
        "primitive: of the cosine": primitive.subs(sp.cos(g), -sp.cos(g)),
        "one_kink: the ends alone": 2 * N * sure / sp.pi,
        "outside: one end": outside.subs(eps, sp.sin(sp.asin(eps) / 2)),
        "outside: of one neuron": 2 * sp.asin(eps) / sp.pi,
        "outside: all neurons": (2 * sp.asin(eps) / sp.pi) ** N,
        "outside: ends of all kinds": outside + outside**2,
        "by_gaps: of k gaps": 2 * by_gaps / sp.pi,
        "by_gaps: errors squared": by_gaps.subs(product, product / eps**k),
        "most_pairs: one cluster": sp.binomial(k + 2, 2),
        "fits: density 1": 2**k * fits,
        "simplex: of k gaps": simplex.subs(k, k - 1),
        "simplex: without the power of the length": sp.gamma(1 - s) ** (k + 1) / sp.gamma((k + 1) * (1 - s)),
        "term: all orders of sets": term * sp.factorial(k),
        "term: the first power": sets * simplex.subs(s, 1 - s),
        "term: density 1": term * 2 ** (s * k),
        "term: without the end nodes": term * (sp.binomial(k, 2) / sp.binomial(k + 2, 2)) ** s,
        "sets: sets in any order": sets * sp.factorial(k),
        "bound: one kink left out": bound - one_kink,
        "bound: ends left out": bound - outside,
        "bound: clusters of kinks": by_clusters(sp.pi / (4 * N)),
        "quotient: the pairs of even numbers": quotient.subs(sp.floor(k / 2), k / 2),
        "quotient: N neurons to choose from": quotient * N / (N - k),
        "quotient: without the length": quotient * length ** (s - 1),
        "several: without pairs of neurons": N * T / (1 - N * R),
        "several: the first term alone": N**2 * T,
        "pair: of two gaps": pair * sp.gamma(3 - 3 * s) / sp.gamma(2 - 2 * s),
        "pair: density 1": 4**s * pair,
        "ratio: pairs do not grow": ratio / 2**s,
        "ratio: density 1 in the ratio": 2**s * ratio,
        "share: one kink alone": one_kink / N,
        "share: one half of the arc": share - one_kink / N / 2,
        "share: one kink alone, over N": one_kink / 2 / N,
        "root: the other root": T / (delta * (A * R - T)) / root,
        "root: one kink alone": delta / A,
        "neurons: one kink alone": delta / share,
        "neurons: clusters of kinks": sp.Rational(147, 1000) / sp.sqrt(eps),
        "slow: a fixed power": sp.Rational(1, 2),
        "slow: twice as far from 1": 1 - 2 / sp.log(1 / eps),
        "constant: one kink alone": sp.pi * delta / 4,
    },
)
