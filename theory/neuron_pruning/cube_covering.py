"""N10.1 and N10.2: how rarely random planks cover the corners of a cube, which takes, for fixed ε, at least of the order of d^(3/2) of them."""

import sympy as sp

from sparse_limits.theory.bounds import Loose, Side
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.let import Told
from sparse_limits.theory.formulas.smallest import Smallest
from sparse_limits.theory.formulas.valued import put_in, valued
from sparse_limits.theory.neuron_pruning.alignment import NEURONS, N, delta, eps
from sparse_limits.theory.neuron_pruning.covering import (
    ANGLE,
    CHANCE,
    SLOPE,
    THIN,
    moment,
    n,
    one_neuron,
    rho,
    slope,
    steepness,
    success,
    theta,
)
from sparse_limits.theory.neuron_pruning.covering_order import (
    COSINE,
    ETA,
    EXPONENT,
    MOST,
    SPREAD,
    a,
    beside_two_moments,
    eta,
    far_count,
    far_share,
    in_full,
    in_place,
    lamda,
    less_in_full,
    most,
    near_slope,
    part,
    square_mean,
    weight,
)
from sparse_limits.theory.neuron_pruning.inputs import INPUTS, d
from sparse_limits.theory.neuron_pruning.symbols import LINEAR_OUTPUT, MOMENT, RELU, SEARCHED, TARGET, WHOLE_NEURONS
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT_FROM_ZERO, Hypothesis, Quantity, whole_from
from sparse_limits.theory.reasons import Relations, holds, induction, same

k = sp.Symbol("k", integer=True, nonnegative=True)  # coordinates in which two corners differ

DIMENSION = Quantity(d, INPUTS.meaning, whole_from(3), drawn=(3, 9))
ALLOWED = Quantity(
    eps,
    "largest error allowed",
    sp.Interval.open(0, sp.Rational(1, 4)),
    drawn=(sp.Rational(1, 100), sp.Rational(6, 25)),
)

corner_ratio = 4 * eps
thin = corner_ratio / sp.sqrt(d - 1)
chance = sp.binomial(d - 1, k) / 2 ** (d - 1)
cosine = 1 - 2 * k / (d - 1)
cube_moment = sp.Sum(chance * valued(one_neuron, {theta: sp.acos(cosine)}) ** N, (k, 0, d - 1))
moment_at = Told(cube_moment, [(rho, thin), (slope, steepness)])
success_at = Told(success, [(moment, moment_at)])
neurons = Smallest(sp.Lambda(n, Told(1 / moment, [(moment, moment_at.subs(N, n))])), 1 - delta, 1)

half = sp.Symbol("half", positive=True)  # of the side of a square at the distance 1
pyramid = sp.asin(half**2 / (1 + half**2)) / sp.pi  # of directions of three inputs: those through the square
one_corner, both = 2 * sp.atan(thin.subs(d, 3)) / sp.pi, 2 * pyramid.subs(half, thin.subs(d, 3))
all_corners = 1 - 2 * (1 - one_corner) ** N + (1 - 2 * one_corner + both) ** N  # two, and their opposites
enough = sp.log(1 - delta) / sp.log(1 - pyramid.subs(half, eps / sp.sqrt(2)))

STEPS = proof(
    r"""
corners (by N3.2 for cube_ratio): By N3.2 an error of at most $\varepsilon<\frac14$ requires, at each $x_0\in\{-1,1\}^{d-1}$, a kept neuron
with $|\langle u_i,x_0\rangle|\le[[corner_ratio]]\,|w_{i1}|$, where $u_i$ are its other weights.

half-width (from corners): $x_0$ has the length $\sqrt{d-1}$. So $x_0/\sqrt{d-1}$ is a unit vector, in a plank of N9.1 with $\rho=[[thin]]$,
which is less than $\frac1{\sqrt2}$ for $d\ge3$.

two moments (from half-width; by N9.1 for success, one_neuron): By N9.1, for the law of a random corner, all corners are covered with a
probability of at most $[[success]]$, where $R$ is the mean of $m(\theta)^N$.

differing coordinates: Two random corners differ in $k$ coordinates with probability $[[chance]]$.

cosine (from differing coordinates): Then their angle $\theta$ has the cosine $[[cosine]]$: each of these coordinates subtracts $2$ from the
scalar product $d-1$.

second moment (from two moments, cosine): So $R=[[cube_moment]]$.

more neurons (from second moment; by N9.1): By N9.1 $m\ge1$, so that $R$ grows with $N$.

neurons (from two moments, second moment, more neurons): So success with probability $\delta$ requires at least $[[neurons]]$ neurons.
""",
    globals(),
    success=success_at,
    cube_moment=moment_at,
)


def at_width(width: sp.Expr) -> sp.Expr:
    """The bound with another half-width."""
    return Told(success, [(moment, Told(cube_moment, [(rho, width), (slope, steepness)]))])


def each_coordinate_differs_or_not(chance: sp.Expr) -> Relations:
    """With one coordinate more, half of the chances for k and k − 1; and one coordinate, which differs or not."""
    more = chance.subs(d, d + 1)
    yield same((chance + chance.subs(k, k - 1)) / (2 * more), sp.S.One, by=sp.combsimp)
    for first in (0, 1):
        yield same(chance.subs(d, 2).subs(k, first), sp.Rational(1, 2))


def the_mean_is_over_the_differing_coordinates(chance: sp.Expr, cosine: sp.Expr, cube_moment: sp.Expr) -> Relations:
    """What is summed from 0 to d − 1, one neuron and one more."""
    cube_moment = put_in(cube_moment)
    (total,) = cube_moment.atoms(sp.Sum)
    ((variable, low, high),) = total.limits
    yield holds((low, high) == (0, d - 1), f"from {low} to {high}")
    inside = cube_moment.xreplace({total: total.function.subs(variable, k)})
    there = put_in(Told(one_neuron.subs(theta, sp.acos(cosine)), [(rho, thin), (slope, steepness)]))
    letter = sp.Dummy(positive=True)
    yield induction(
        inside,
        N,
        chance * there,
        lambda term: term * there,
        start=1,
        by=lambda gap: sp.powsimp(gap.xreplace({there: letter})),
    )


cube_covering = Claim(
    label="N10.1",
    title="Random planks leave a corner of the cube uncovered: a second-moment bound",
    headline=r"Whichever of $N$ random neurons are kept, with whatever output weights, they come within $\varepsilon<\frac14$ of $\sigma(x_1)$ on the cube $[-1,1]^d$, $d\ge3$, with probability at most $$[[success]],$$ with the second moment $R$ that is given below.",
    statement=r"""
As in N3.2, let $f(x)=\sigma(x_1)$, and let $g_S=\sum_{i\in S}\alpha_i\sigma(\langle w_i,x\rangle)$ keep a subset $S$ of $N$ neurons, with
any output weights $\alpha$. Let the $w_i\sim N(0,I_d)$, $d\ge3$, be independent, and let the error be the supremum of $|f-g_S|$ over the
cube $[-1,1]^d$. Then for $\varepsilon<\frac14$ $$\Pr(\exists S:\text{error}\le\varepsilon)\le[[success]],\qquad R=[[cube_moment]],$$ with
$\rho=[[thin]]$ and the $D$ of N9.1. So success with probability $\delta$ needs at least $[[neurons]]$ neurons, where $R$ is taken for $n$
neurons, at $N=n$.
""",
    steps=STEPS,
    source=Source("2603.02234", "v1", "beyond the abstract, which has “Ω(d/ε) hidden neurons”"),
    provenance=Provenance.EXTENSION,
    quantities=(
        DIMENSION,
        NEURONS.drawn_from(2, 9),
        ALLOWED,
        THIN,
        SLOPE,
        CHANCE,
        ANGLE,
        Quantity(moment, "mean of the power of $m$, `cube_moment`", sp.Interval(1, sp.oo), drawn=(1, 9)),
        Quantity(k, "number of coordinates in which two corners differ", COUNT_FROM_ZERO, drawn=(0, 2)),
    ),
    hypotheses=(*WHOLE_NEURONS, Hypothesis("the target is a coordinate")),
    symbols={**TARGET, **RELU, **LINEAR_OUTPUT, **SEARCHED},
    aids={"pyramid": pyramid, "all_corners": all_corners, "enough": enough},
    loose=(
        Loose(
            expression="success",
            truth="all_corners",
            at=tuple({d: 3, eps: sp.Rational(1, 20), N: count} for count in (5, 20)),
            lost="at least, as all four corners are covered so often: in the mean square of the open share; whether planks that cover are enough is not known",
        ),
        Loose(
            expression="neurons",
            truth="enough",
            at=tuple({d: 3, delta: sp.Rational(1, 2), eps: sp.Rational(1, inverse)} for inverse in (10, 20)),
            lost=r"at most, for three inputs, where one neuron is enough whose other weights add up, in modulus, to at most $\varepsilon$ times the first; whether planks that cover are enough is not known",
            side=Side.BELOW,
        ),
    ),
    because={
        "differing coordinates": each_coordinate_differs_or_not,
        "cosine": lambda cosine: same(cosine, ((d - 1 - k) - k) / (d - 1), by=sp.cancel),
        "second moment": the_mean_is_over_the_differing_coordinates,
    },
    wrong=lambda: {
        "thin: of the corner itself": corner_ratio,
        "thin: over the number of coordinates": corner_ratio / (d - 1),
        "thin: with the first coordinate": corner_ratio / sp.sqrt(d),
        "success: squared": 1 - 1 / moment**2,
        "success: the mean square alone": 1 - moment,
        "success: of half the error": success_at.subs(eps, eps / 2),
        "success: without the dimension": at_width(corner_ratio / (d - 1)),
        "success: of half the neurons": valued(success_at, {N: N / 2}),
        "success: of one neuron more": valued(success_at, {N: N + 1}),
        "success: of the mean square": Told(success, [(moment, moment_at**2)]),
        "chance: of d coordinates": chance.subs(d, d + 1),
        "chance: all alike": 1 / d,
        "chance: biased": chance * 2**k,
        "cosine: one for each": 1 - k / (d - 1),
        "cosine: over d": 1 - 2 * k / d,
        "cosine: its sine": sp.sqrt(1 - cosine**2),
        "cube_moment: one neuron less": valued(cube_moment, {N: N - 1}),
        "cube_moment: of one neuron alone": valued(cube_moment, {N: 1}),
        "cube_moment: of half the error": moment_at.subs(eps, eps / 2),
        "cube_moment: at another steepness": Told(cube_moment, [(rho, thin), (slope, steepness / 2)]),
        "cube_moment: at the half-width of the corner itself": Told(
            cube_moment, [(rho, corner_ratio), (slope, steepness)]
        ),
        "neurons: one less": neurons - 1,
        "neurons: one more": neurons + 1,
        "neurons: for half the chance": neurons.subs(delta, delta / 2),
        "neurons: that all fail": neurons.subs(delta, 1 - delta),
        "pyramid: of a disc": (1 - 1 / sp.sqrt(1 + half**2)) / 2,
        "pyramid: of the area": half**2 / sp.pi,
        "pyramid: in both directions": 2 * pyramid,
        "all_corners: independent corners": (1 - (1 - one_corner) ** N) ** 2,
        "all_corners: one corner": 1 - (1 - one_corner) ** N,
        "enough: half as far": enough.subs(eps, eps / 2),
        "enough: a square with this side": sp.log(1 - delta) / sp.log(1 - pyramid.subs(half, eps / 2)),
        "enough: by the union bound": delta / pyramid.subs(half, eps / sp.sqrt(2)),
    },
)

entropy = ((1 + far_share) * sp.log(1 + far_share) + (1 - far_share) * sp.log(1 - far_share)) / 2
tail = 2 * sp.exp(-(d - 1) * entropy)
two_zones = square_mean.subs(lamda, weight) + tail * most**N
near_count = sp.log(part / tail) / sp.log(most)
leading = sp.pi * sp.log(2) * (d - 1) ** sp.Rational(3, 2) / (8 * eps)
least = less_in_full(far_count, near_count, thin)
covered = in_full(1 - 1 / two_zones, thin)
zones, far_size, near_size = (in_place(each, thin) for each in (two_zones, far_count, near_count))

ORDER_STEPS = proof(
    r"""
one neuron (by N10.1): By N10.1 and its $\rho=[[thin]]$ the planks cover with a probability of at most $1-1/R$, where $R$ is the mean of
$m^N$ for two random corners. Their angle has a cosine $c$, the mean of $d-1$ independent signs.

near and far (from one neuron; by N9.2 for near_neuron, near slope, weight): By N9.2 $m$ is at most its $M$ everywhere, whose logarithm
divided by $\rho$ tends to $[[near_slope]]$ as $\rho\to0$; and for $\sin\theta\ge\eta$, $m^N$ is at most $e^{\lambda(d-1)c^2}$ with
$\lambda=[[weight]]$, where $a$ has a limit.

normal mean (by Fubini): $e^{\lambda(d-1)c^2}$ is the mean of $e^{gc\sqrt{2\lambda(d-1)}}$ over a standard normal $g$. For given $g$ its
mean over the signs is at most $e^{\lambda g^2}$, as $\cosh y\le e^{y^2/2}$.

square (from normal mean; by N9.2 for square): So $\mathbb Ee^{\lambda(d-1)c^2}\le\mathbb Ee^{\lambda g^2}$, which is $[[square_mean]]$ for
$\lambda<\frac12$, as in N9.2.

tail (by Markov): $c$ exceeds $\sqrt{1-\eta^2}$ in modulus with a probability of at most $[[tail]]$: for $c=\tanh s$ at the bound,
$e^{(d-1)sc}$ has the mean $\cosh^{d-1}s$.

two zones (from near and far, square, tail): So $R\le[[two_zones]]$, for $N$ such that the root is positive.

far number (from two zones; by N9.2 for far number): By N9.2 success with probability $\delta$ requires $R\ge\frac1{1-\delta}$, that is $1$
plus twice $[[part]]$; and the term with the root is $1$ plus this part at $N=[[far_count]]$, and less below.

near number (from two zones, far number): The power of $M$ times its factor is this part at $N=[[near_count]]$, and less below.

in the error (from two zones, far number, near number; a definition): With the half-width as stated and all that depends on it inserted,
these are the bound $[[zones]]$ and the numbers $[[far_size]]$ and $[[near_size]]$.

leading order (from far number, near number): With $\rho$ as stated let $d\to\infty$ and $\eta\to0$. Then the *near number* divided by
$[[leading]]$ tends to $1$, as the exponent of the *tail*, divided by $d-1$, tends to $\ln2$. The *far number* divided by the same is of the
order of $\eta\sqrt{d-1}$: where this tends to infinity, the *near number* is less.
""",
    globals(),
    near_slope=near_slope,
)

t = sp.Symbol("t", positive=True)


def by_share(gap: sp.Expr) -> sp.Expr:
    """The gap in the letter t for √(1 − η²)."""
    return sp.expand(sp.expand_log(gap.subs(far_share, t).subs(eta, sp.sqrt((1 - t) * (1 + t))), force=True))


def the_tail_is_the_best_exponential(tail: sp.Expr) -> Relations:
    """Both sides; cosh s e^(−s tanh s) to the power d − 1, s half the logarithm of (1 + t)/(1 − t)."""
    exponent = sp.log(1 / eta) - far_share * (sp.log(1 + far_share) - sp.log(1 - far_share)) / 2
    yield same(sp.log(tail), sp.log(2) + (d - 1) * exponent, by=by_share)


cube_covering_order = Claim(
    label="N10.2",
    title="Whole neurons on the cube: at least of the order of d^(3/2)/ε for large d",
    headline=r"Fix $\varepsilon<\frac14$ and a probability of success. As $d\to\infty$, at least about $$[[leading]]$$ whole random neurons are necessary to come within $\varepsilon$ of the ReLU of one coordinate on the cube.",
    statement=r"""
The target, the neurons and the error are those of N10.1, with $\rho=[[thin]]$ and $\varepsilon<\frac14$; $a$ and $M$ are those of N9.2. For
every $\eta\in(0,1]$ the mean $R$ is at most $$[[zones]],$$ as long as the number under the root is positive. So success with probability
$\delta<1$ needs at least $$[[far_size]]\quad\text{or}\quad[[near_size]]$$ neurons, whichever is less. For fixed $\varepsilon$ and $\delta$,
and $\eta\to0$ with $\eta\sqrt d\to\infty$, this is $$[[leading]]\,(1+o(1))$$ as $d\to\infty$.
""",
    steps=ORDER_STEPS,
    source=Source("2603.02234", "v1", "beyond the abstract, which has “Ω(d/ε) hidden neurons”"),
    provenance=Provenance.EXTENSION,
    quantities=(
        DIMENSION,
        NEURONS.drawn_from(2, 9),
        ALLOWED,
        CHANCE,
        ETA,
        SPREAD,
        MOST,
        THIN,
        COSINE,
        EXPONENT,
    ),
    hypotheses=(
        *WHOLE_NEURONS,
        Hypothesis("the target is a coordinate"),
        Hypothesis("a positive root", 2 * weight < 1, needed_by=("two_zones",)),
        Hypothesis("a positive root at the error", in_place(2 * weight, thin) < 1, needed_by=("zones",)),
    ),
    named={"H": entropy},
    symbols=MOMENT,
    aids={"cube_moment": moment_at, "two_moments": neurons},
    loose=beside_two_moments(
        "cube_moment", {d: 12, eps: sp.Rational(1, 100)}, (50, 200), far=sp.Rational(1, 100), near=sp.Rational(1, 16)
    ),
    because={
        "tail": the_tail_is_the_best_exponential,
    },
    wrong=lambda: {
        "tail: a dimension more": tail.subs(d, d + 1),
        "tail: Hoeffding's, wasteful": 2 * sp.exp(-(d - 1) * far_share**2 / 2),
        "tail: of half the exponent": 2 * sp.sqrt(tail / 2),
        "two_zones: far points alone": square_mean.subs(lamda, weight),
        "two_zones: near points alone": tail * most**N,
        "two_zones: half as far": valued(two_zones, {eta: eta / 2}),
        "two_zones: by the exponential at η": sp.exp(N * a * rho**2 * (1 / eta - 1)) + tail * most**N,
        "two_zones: one side": square_mean.subs(lamda, weight) + tail * most**N / 2,
        "square_mean: squared": square_mean**2,
        "near_count: without the part": near_count - sp.log(part) / sp.log(most),
        "near_count: one dimension more": near_count.subs(d, d + 1),
        "leading: d for d − 1": leading.subs(d, d + 1),
        "leading: the announced order": leading / sp.sqrt(d - 1),
        "thin: without the dimension": corner_ratio,
        "far_count: of the near order": far_count * rho,
        "far_count: far points for η²": far_count * eta,
    },
)
