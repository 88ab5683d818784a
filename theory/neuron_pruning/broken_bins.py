"""N7: bins with an odd number of breakpoints, and how long it takes until none is left."""

import sympy as sp

from sparse_limits.theory.bounds import Sharp
from sparse_limits.theory.claims import Claim, Pitfall, Provenance, Source
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.neuron_pruning.kink import kink, kink_bound, radius
from sparse_limits.theory.neuron_pruning.symbols import NORMAL
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import holds, induction, same

T = sp.Symbol("T", integer=True, positive=True)  # the number of bins
b, k, s = sp.symbols("b k s", integer=True, nonnegative=True)  # broken bins now and at the start; neurons added
d = sp.Symbol("d", integer=True, nonnegative=True)  # inputs
i = sp.Symbol("i", integer=True, nonnegative=True)  # a bin
j = sp.Symbol("j", integer=True)  # counts bins in sums
t = sp.Symbol("t", real=True)  # a place on the axis of breakpoints
spacing = sp.Symbol("h", nonnegative=True)  # of three breakpoints in one bin

density = 1 / (sp.pi * (1 + t**2))
breakpoint_cdf = sp.Rational(1, 2) + sp.atan(t) / sp.pi
bin_edge = sp.tan(sp.pi * (i / T - sp.Rational(1, 2)))
share = 1 / T
one_more = 1 - b / T
one_less = b / T
ratio = k / (T - k)
weight = 1 / sp.binomial(T - 1, j)
all_broken_first = sp.Sum(weight, (j, 0, k - 1)) / sp.Sum(weight, (j, 0, T - 1))
eigenvalue = 1 - 2 * j / T
back = sp.Sum(sp.binomial(T, j) * eigenvalue**s, (j, 0, T)) / 2**T
even = (1 + (-1) ** s) / 2  # an odd number of neurons leaves a broken bin: 0 exactly
none_broken = even * back
none_broken_anywhere = none_broken ** sp.floor(d / 2)
stationary = sp.binomial(T, b) / 2**T
mean_steps = 2**T - 1

# Three kinks in one bin, at −h, 0 and h about a place: broken, and repaired
h = sp.Symbol("h", nonnegative=True)
repairing = (sp.Integer(1), -2 * sp.cos(h), sp.Integer(1))  # the strengths of the neurons
phi = sp.Symbol("phi", nonnegative=True)  # angle of an input from the middle kink
bump = sp.sin(h - phi)
repaired_error = sp.sin(h)

STEPS = proof(
    r"""
density: $w_{2i-1}$ and $w_{2i}$ are independent and standard normal. Given $w_{2i-1}=v$ the breakpoint is normal with the standard
deviation $1/|v|$; the mean of this density over $v$ is $[[density]]$.

distribution (from density): The integral of the density from $-\infty$, where it is $0$, is $[[breakpoint_cdf]]$.

edges (from distribution): At $[[bin_edge]]$ the distribution function is $i$ times $[[share]]$, for $0<i<T$: so each of the $T$ bins,
including the first and the last, has the probability $[[share]]$.

walk (from edges; by independence): The neurons have independent weights. So each neuron adds its breakpoint to a uniformly random bin,
independent of the earlier ones, and changes the parity of this bin alone: the broken bins are the coordinates equal to one in a walk on
$\{0,1\}^T$ that flips a uniformly random coordinate.

one neuron (from edges, walk): A neuron breaks one of the $T-b$ other bins with probability $[[one_more]]$, and mends one of the $b$ broken
ones with probability $[[one_less]]$.

first neuron (from one neuron; by tower): Let $h_k$ be the probability that all bins are broken before none is, so that $h_0=0$ and $h_T=1$.
For $0<k<T$ it is the mean of $h_{k+1}$ and $h_{k-1}$, weighted with the probabilities of *one neuron* at $b=k$.

ratio (from one neuron, first neuron): These two probabilities add up to $1$, so that the probability of one more, times $h_{k+1}-h_k$, is
the probability of one less, times $h_k-h_{k-1}$: for $0<k<T$ each increment is $[[ratio]]$ times the one before.

increments (from ratio): So $h_{j+1}-h_j$ is $[[weight]]$ times $h_1-h_0$, for $0\le j<T$.

all first (from first neuron, increments): With these increments and the values $0$ at $k=0$ and $1$ at $k=T$ (which determine the first
increment), $h_k$ is $[[all_broken_first]]$.

characters (from edges, walk): For a set $A$ of $j$ bins let $\chi_A=\prod_{i\in A}(-1)^{x_i}$. A flip in $A$ changes its sign, and a flip
elsewhere does not: one neuron multiplies its mean by $[[eigenvalue]]$.

powers (from characters; by tower): The factor is the same in every state, and $\chi_A=1$ if no bin is broken: starting from there, its mean
after $s$ neurons is the $s$-th power of $[[eigenvalue]]$.

random set (by product): A uniformly random one of the $2^T$ sets contains each bin with probability $\frac12$, independently. So the mean
of $\chi_A$ over the sets is $\prod_i\frac12(1+(-1)^{x_i})$, which is $1$ if no bin is broken, and $0$ otherwise.

back (from powers, random set; by linearity): So the probability that none is broken is the mean over the sets of the *powers*. As $\binom
Tj$ of the sets have $j$ members, it is $[[back]]$ (with $0^0=1$).

none broken (from back): The terms of a set and of its complement have eigenvalues that differ only in sign. So they cancel for odd $s$, and
$[[back]]$ is $[[none_broken]]$.

pairs (from none broken; by independence): There are $\lfloor d/2\rfloor$ pairs $2i-1$, $2i\le d$. They depend on disjoint sets of the
weights, so that the probabilities multiply: $[[none_broken_anywhere]]$.

stationary law (from one neuron): If $b$ bins are broken with probability $[[stationary]]$, then on average as many steps lead from $b$ to
$b+1$ as back, and these probabilities add up to $1$: this law is stationary.

return (from stationary law; by Kac): Every number of broken bins can be reached from every other one, so that the mean time from none to
none is $1$ over $[[stationary]]$ at $b=0$.

mean (from one neuron, return): The first of these neurons surely leads from none to one broken bin. From there it takes $[[mean_steps]]$
neurons on average.

hat: Along $x(t)=(t,1)$ the neurons $\sigma(t+h)$, $\sigma(t)$, $\sigma(t-h)$ with the output weights $1,-2,1$ add up to a piecewise linear
function, which is $0$ beyond the three kinks and $[[odd_bin_error]]$ at the middle one.

three neurons: In the plane let $u_{-h},u_0,u_h$ be unit vectors turned by $-h$, $0$ and $h$. With the strengths $[[repairing]]$ they add up
to $0$. So the sum of the three neurons is $0$ where all are active and where none is, and it is the same at $-x$ as at $x$.

bump (from three neurons): Between the outer kinks either one of the outer neurons is active, or this one and the middle one. At an angle
$\varphi\le h$ from the middle kink, on either side of it, the sum is $[[bump]]$ on the unit circle.

repaired error (from bump): This sum decreases in $\varphi$ to $0$, as $h\le\frac\pi2$, and at $\varphi=0$ it is $[[repaired_error]]$;
inside the disc the sum is smaller, in proportion to $\|x\|$.
""",
    globals(),
    odd_bin_error=spacing,
)


def inner_angles(gap: sp.Expr) -> sp.Expr:
    """Simplified, with the angle for the arctangent of its tangent where it lies within a quarter turn for 0 < i < T."""
    x, y = sp.symbols("x y", positive=True)  # i and T − i

    def inner(angle: sp.Expr) -> bool:
        return all(sp.factor((sp.pi / 2 + side).subs({i: x, T: x + y})).is_positive for side in (angle, -angle))

    turns = [each for each in gap.atoms(sp.atan) if isinstance(each.args[0], sp.tan) and inner(each.args[0].args[0])]
    return sp.simplify(gap.subs({each: each.args[0].args[0] for each in turns}))


def in_factorials(gap: sp.Expr) -> sp.Expr:
    """Simplified, with binomial coefficients as quotients of factorials."""
    return sp.gammasimp(gap.rewrite(sp.gamma))


broken_bin_chain = Claim(
    label="N7",
    title="The number of broken bins is an Ehrenfest chain",
    headline=r"Cut an axis into $T$ equally likely bins. Call one broken if it holds an odd number of kinks of random neurons, added one at a time. From one broken bin it takes $[[mean_steps]]$ neurons on average until none is broken.",
    statement=r"""
**Bins.** Along $x(t)=te_{2i-1}+e_{2i}$ a neuron with weights $w\sim N(0,I_d)$ has its breakpoint at $-w_{2i}/w_{2i-1}$, with the
distribution function $[[breakpoint_cdf]]$. Cut this axis at the points $[[bin_edge]]$, $0<i<T$, into $T$ equally likely bins. A bin is
*broken* if it contains an odd number of breakpoints.

**The chain.** Add neurons one at a time, without looking at their weights. If $b$ bins are broken, the next neuron raises this number by one
with probability $[[one_more]]$ and lowers it by one with probability $[[one_less]]$. Starting from $k\le T$ broken bins, all bins are broken
before none is with probability $$[[all_broken_first]].$$ Starting from none, after $s$ neurons no bin is broken with probability
$$p_s=[[none_broken]].$$ Starting from one broken bin it takes $[[mean_steps]]$ neurons on average until none is broken. For the
$\lfloor d/2\rfloor$ disjoint pairs of inputs the chains are independent: starting from none, after $s$ neurons no bin is broken along any of
them with probability $$[[none_broken_anywhere]].$$

**A broken bin can be repaired.** We read the paper's word *broken* as an odd number of breakpoints. In this sense a broken bin can be
repaired, and forces only an error that shrinks with the bin. Take three neurons of the plane, unit vectors turned by $-h$, $0$ and $h$,
$0\le h\le\frac\pi2$, with the strengths $[[repairing]]$. Their three breakpoints lie within an angle of $2h$. Their sum vanishes except
between these breakpoints, where it is at most $[[repaired_error]]$ on the unit disc, and this value is attained. A lemma by which every
broken bin costs a fixed error does not hold in this reading.
""",
    steps=STEPS,
    source=Source(
        "2603.02234",
        "v1",
        "Definition 2, “Broken bin”, Lemma 1, “Broken bin prevents approximation”, and Figure 2, “Stacked "
        "state-line representation of the birth–death chain”: that broken means an odd number of breakpoints is "
        "our reading",
    ),
    provenance=Provenance.PITFALL,
    quantities=(
        Quantity(T, "number of bins", COUNT, drawn=(5, 7)),
        Quantity(k, "number of broken bins at the start", COUNT_FROM_ZERO, drawn=(1, 4)),
        Quantity(b, "number of broken bins now", COUNT_FROM_ZERO, drawn=(0, 4)),
        Quantity(i, "number of bins to the left of an edge", COUNT, drawn=(1, 3)),
        Quantity(s, "number of neurons that were added", COUNT_FROM_ZERO, drawn=(2, 6)),
        Quantity(d, "number of inputs", COUNT_FROM_ZERO, drawn=(0, 9)),
        Quantity(t, "place on the axis of breakpoints", sp.S.Reals),
        Quantity(
            j, "number of bins that a sum counts: broken ones, or members of a set", COUNT_FROM_ZERO, drawn=(0, 2)
        ),
        Quantity(
            h,
            "distance between neighbouring kinks of three, along a line or as an angle in radians",
            NON_NEGATIVE,
            drawn=(sp.Rational(1, 50), sp.Rational(3, 2)),
        ),
        Quantity(
            phi,
            "angle of an input from the middle one of three kinks, in radians",
            sp.Interval(0, sp.pi / 2),
            drawn=(sp.Rational(1, 50), sp.Rational(3, 2)),
        ),
    ),
    hypotheses=(
        Hypothesis("the neurons are added without looking at their weights: for a chosen subset the law is another"),
        Hypothesis("“broken” as an odd number of breakpoints is our reading"),
        Hypothesis(
            "a bin with a single kink away from the target's costs an error (N1); one with three may cost next to none"
        ),
        Hypothesis("an edge between two bins", i < T),
        Hypothesis("no more broken bins than bins at the start", k <= T),
        Hypothesis("no more broken bins than bins", b <= T),
        Hypothesis("a bin that is not broken", k < T, needed_by=("ratio",)),
        Hypothesis("an increment before all bins are broken", j < T, needed_by=("weight",)),
        Hypothesis("a set of the bins", j <= T, needed_by=("eigenvalue",)),
        Hypothesis("an input between the outer kinks", phi <= h, needed_by=("bump",)),
        Hypothesis(
            "kinks no further apart than a quarter of a turn",
            h <= sp.pi / 2,
            needed_by=("repairing", "repaired_error"),
        ),
    ),
    named={"p_s": none_broken},
    symbols={
        "x(t)": "input with the coordinates $t$ and $1$ in pair $i$, and $0$ in all others",
        "e_{2i-1},e_{2i}": "unit vectors of the axes of this pair",
        "w": "weights of a neuron, a vector",
        **NORMAL,
    },
    uses=("N1",),
    also=("odd_bin_error",),
    aids={
        "three_kinks": ((-1, 1), (0, -2), (1, 1)),  # places in units of h, and output weights
    },
    pitfalls=(
        Pitfall(
            control="an odd bin cannot be repaired",
            said="A bin with an odd number of breakpoints prevents approximation.",
            by=(
                "What one might expect from “Broken bin prevents approximation” (arXiv:2603.02234, title of Lemma 1), "
                "if broken means odd, which is our reading: the paper's definition, which was not at hand, must require more."
            ),
            why="Three kinks near each other can cancel except for a bump as small as their distance.",
            counterexample="three_kinks",
            by_hand=(
                r"Along $x(t)=(t,1)$ the neurons $\sigma(t+\frac1{100})$, $\sigma(t)$, "
                r"$\sigma(t-\frac1{100})$ with the output weights $1,-2,1$ have three breakpoints in one "
                r"bin and add up to a hat of height $\frac1{100}$, zero outside. They can be added to any "
                r"network at that price. (On the circle, with $1,-2\cos h,1$ at the angles $-h,0,h$, the "
                r"price is $\sin h$.) A single kink of height $1$ in the middle of a bin of half-width "
                r"$\frac14$ costs at least $\frac1{16}$ (N1)."
            ),
            instead=(
                "Three kinks at distances $h$ cost $[[odd_bin_error]]$, however wide the bin; only the law "
                "of the parities is claimed."
            ),
        ),
    ),
    sharp=(
        Sharp(
            expression="repaired_error",
            example="the three neurons of the statement, at the middle of their breakpoints",
            check="three_kinks_repair_a_bin",
        ),
    ),
    because={
        "distribution": lambda density, breakpoint_cdf: (
            same(sp.diff(breakpoint_cdf, t), density),
            holds(breakpoint_cdf.subs(t, -sp.oo) == 0, "no mass at −∞"),
        ),
        "edges": lambda breakpoint_cdf, bin_edge, share: (
            same(valued(breakpoint_cdf, {t: bin_edge}), i * share, by=inner_angles),
            same(T * share, sp.S.One),
        ),
        "one neuron": lambda share, one_more, one_less: (
            same(one_less, sp.Sum(share, (j, 1, b)).doit()),
            same(one_more, sp.Sum(share, (j, b + 1, T)).doit()),
        ),
        "increments": lambda ratio, weight: induction(
            weight, j, sp.S.One, lambda term: term * ratio.subs(k, j + 1), by=in_factorials
        ),
        "mean": lambda one_more, stationary, mean_steps: (
            same(one_more.subs(b, 0), sp.S.One),
            same(mean_steps, 1 / stationary.subs(b, 0) - 1),
        ),
        "characters": lambda share, eigenvalue: same(eigenvalue, (T - j) * share - j * share),
    },
    wrong=lambda: {
        "density: normal law": sp.exp(-(t**2) / 2) / sp.sqrt(2 * sp.pi),
        "breakpoint_cdf: normal law": (1 + sp.erf(t / sp.sqrt(2))) / 2,
        "breakpoint_cdf: one-sided": 2 * sp.atan(t) / sp.pi,
        "bin_edge: edges at equal distances": 2 * i / T - 1,
        "bin_edge: one bin less": bin_edge.subs(T, T - 1),
        "share: as many bins as edges": 1 / (T - 1),
        "share: one bin more": share.subs(T, T + 1),
        "one_more: symmetric chain": sp.Rational(1, 2),
        "one_more: bins counted from one": 1 - (b + 1) / T,
        "ratio: symmetric chain": sp.Integer(1),
        "ratio: turned over": 1 / ratio,
        "weight: binomials of T": weight.subs(T, T + 1),
        "weight: no reciprocals": 1 / weight,
        "weight: one place on": weight.subs(j, j + 1),
        "weight: symmetric chain": sp.Integer(1),
        "all_broken_first: symmetric chain": k / T,
        "all_broken_first: binomials of T": all_broken_first.subs(T, T + 1),
        "all_broken_first: no reciprocals": all_broken_first.replace(sp.binomial, lambda n, m: 1 / sp.binomial(n, m)),
        "all_broken_first: one term more": all_broken_first.subs(k, k + 1),
        "stationary: uniform on the numbers": 1 / (T + 1),
        "stationary: of one state": 2**-T,
        "stationary: one bin more": stationary.subs(T, T + 1),
        "mean_steps: return time from none": 2**T,
        "mean_steps: symmetric chain": 2 * T - 1,
        "mean_steps: half as many states": 2 ** (T - 1) - 1,
        "odd_bin_error: an odd bin cannot be repaired": kink_bound.subs({kink: 1, radius: sp.Rational(1, 4)}),
        "repairing: second difference without curvature": (sp.Integer(1), sp.Integer(-2), sp.Integer(1)),
        "repairing: half in the middle": (sp.Integer(1), -sp.cos(h), sp.Integer(1)),
        "repairing: not symmetric": (sp.Integer(1), -2 * sp.cos(h), sp.cos(h)),
        "bump: from the middle kink": sp.sin(phi),
        "bump: from the far kink": sp.sin(h + phi),
        "repaired_error: a quarter of the kink": sp.sin(2 * h) / 4,
        "repaired_error: of half the distance": sp.sin(h / 2),
        "eigenvalue: of the other sign": -1 - 2 * j / T,
        "eigenvalue: eigenvalues 1 − j/T": 1 - j / T,
        "eigenvalue: of the complement": 2 * j / T - 1,
        "back: eigenvalues 1 − j/T": sp.Sum(sp.binomial(T, j) * (1 - j / T) ** s, (j, 0, T)) / 2**T,
        "back: one neuron more": back.subs(s, s + 1),
        "back: stationary law": 2**-T,
        "back: one bin more": back.subs(T, T + 1),
        "none_broken: the even terms alone": back / 2,
        "none_broken: as much for an odd number": (1 - (-1) ** s) / 2 * back,
        "none_broken: one neuron more": none_broken.subs(s, s + 1),
        "none_broken: independent bins": ((1 + (1 - 2 / T) ** s) / 2) ** T,
        "none_broken: stationary law": 2**-T,
        "none_broken: eigenvalues 1 − j/T": sp.Sum(sp.binomial(T, j) * (1 - j / T) ** s, (j, 0, T)) / 2**T,
        "none_broken: one bin more": none_broken.subs(T, T + 1),
        "none_broken_anywhere: one chain": none_broken,
        "none_broken_anywhere: a chain for every input": none_broken**d,
        "none_broken_anywhere: pairs that overlap": none_broken ** (d - 1),
        "none_broken_anywhere: half a pair counts": none_broken ** (d / 2),
    },
)
