"""H3: a mask of a hidden layer that follows its signals is near one with independent entries, at every width."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.theory.bounds import Loose, Unmeasured
from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relation, nonnegative, same
from sparse_limits.theory.tails import half_normal

n, m = sp.symbols("n m", integer=True, positive=True)  # columns and rows of the layer
r = sp.Symbol("r", integer=True, nonnegative=True)  # rank of the activations
r_1 = sp.Symbol("r_1", integer=True, nonnegative=True)  # rank of the signals that come back
leverage, back = sp.symbols("ell ell_1", nonnegative=True)
tau = sp.Symbol("tau", nonnegative=True)
v = sp.Symbol("v", positive=True)  # modulus of the inner product of a column's activations and a row's signal
a = sp.Symbol("a", positive=True)  # threshold of the modulus of a weight
x, y = sp.symbols("x y", positive=True)  # a leverage over what it leaves to 1; a weight

probability = half_normal.at(tau / v)
spread = 2 * leverage
left = 1 - leverage
mean_gap = 2 * sp.sqrt(leverage / sp.pi)
density = 1 / sp.sqrt(2 * sp.pi * left)
crossing = 2 * sp.sqrt(2) / sp.pi * sp.sqrt(leverage / left)
correlated = sp.sqrt(
    1 - left**2
)  # of a weight and the one beside it, of covariance 1 − ℓ, what one leaves of the other
differ = 2 * sp.Integral(
    sp.exp(-(y**2) / 2) / sp.sqrt(2 * sp.pi) * sp.erfc((a - left * y) / (sp.sqrt(2) * correlated)), (y, -a, a)
)
factor = sp.sqrt(1 + 8 / sp.pi**2)
entry_bound = factor * sp.sqrt(leverage)
bound = factor * sp.sqrt(r / n)
count_deviation = 1 / (2 * sp.sqrt(m * n))
ranked_bound = 2 * bound + count_deviation
theta = r / n + r_1 / m
joint_spread = 2 * (theta - r * r_1 / (m * n))
joint_left = left * (1 - back)
joint_density = 1 / sp.sqrt(sp.pi)
joint_bound = 2 * sp.sqrt(2 / sp.pi) * sp.sqrt(theta) + 2 * theta

NEAR = {leverage: sp.Rational(1, 10_000), a: sp.Rational(1, 20)}

STEPS = proof(
    r"""
two parts (by rotation): Let $\Pi$ be the orthogonal projection onto the span of the columns of $h$. For a row $w_i$, $\Pi w_i$ is a function of
$z_i$, and $w_i-\Pi w_i$ is independent of it. Let $u_i$ be another standard normal vector, independent of all, and $\tilde w_i=w_i-\Pi w_i+\Pi u_i$. This is standard
normal, and independent of $z$, $h$ and all that lies above.

probability (from two parts): Let $\tilde M_{ij}=1\{|\tilde w_{ij}\langle h_j,b_i\rangle|>\tau\}$. Given $z$, $h$ and what lies above, its
entries are independent, and each is $1$ with the probability $[[probability]]$.

gap (from two parts; gives spread, mean_gap): $w_{ij}-\tilde w_{ij}$ is entry $j$ of $\Pi(w_i-u_i)$. It is normal with mean $0$ and variance
`spread`, where $\ell=\Pi_{jj}$, and its modulus has the mean `mean_gap`.

rest (from two parts; gives left, density): Given $z$, $h$, what lies above and $u_i$, $\tilde w_{ij}$ is entry $j$ of $w_i-\Pi w_i$,
shifted. It is normal with variance `left`, and its density is at most `density`.

crossing (from gap, rest; by tower): Where $M_{ij}\ne\tilde M_{ij}$, one of two thresholds, which $z$, $h$ and what lies above determine, is
between $\tilde w_{ij}$ and $w_{ij}$. Given these and $u_i$, the distance of these two entries is known. So the probability is at most twice
the distance times `density`, on average $[[crossing]]$.

capped (from crossing; gives factor, entry_bound): A probability is also at most $1$. So $P(M_{ij}\ne\tilde M_{ij})\le[[entry_bound]]$.

all columns (from capped; by Cauchy–Schwarz): The mean over $j$ of $\sqrt{\Pi_{jj}}$ is at most the root of the mean, and $\sum_j\Pi_{jj}$
is the rank $r$. So the expected share of entries in which the two differ is at most $[[bound]]$.

ranked (from all columns, probability; gives count_deviation, ranked_bound; by triangle inequality): Let $\tau$ be such that $\sum
P_{ij}=K$. The mask $M_K$ of the $K$ largest scores and $M$ take the entries in the same order, and differ in $|K-\sum M_{ij}|$ of them.
This is at most $|K-\sum\tilde M_{ij}|+\sum|M_{ij}-\tilde M_{ij}|$, and $|K-\sum\tilde M_{ij}|$, divided by $mn$, has a mean of at most
`count_deviation`, as each entry has a variance of at most $\frac14$. So the expected share of entries in which $M_K$ and $\tilde M$ differ
is at most $[[ranked_bound]]$.

one pass (from two parts; by induction): Now let the signals of all layers be computed one after the other: $z=wh/\sqrt n$ from the first
layer to the last, and then $w^\top b$ from the last layer to the first. Each $h$ and each $b$ is a function of what has been computed
before. As in *two parts*, $w(1-\Pi)$ is independent of $z$; and with the orthogonal projection $\Pi'$ onto the span of the columns of
$b=(b_1,\dots,b_m)^\top$, $w^\top b$ is a function of $h$, $z$, $b$ and $\Pi'w(1-\Pi)$. So, given the signals of all layers, the matrices
$(1-\Pi')w(1-\Pi)$ of all layers are independent, and each is the projection $(1-\Pi')u(1-\Pi)$ of a standard normal matrix $u$.

beside all (from one pass, probability; by independence): Let $u$ be such a matrix, independent of all, and
$\tilde w=(1-\Pi')w(1-\Pi)+u-(1-\Pi')u(1-\Pi)$. Given the signals of all layers, all entries of the $\tilde w$ of all layers are
independent and standard normal: so $\tilde M_{ij}=1\{|\tilde w_{ij}\langle h_j,b_i\rangle|>\tau\}$ are independent in all layers, and
each is $1$ with the probability $P_{ij}$.

joint gap (from beside all): $w-\tilde w$ is the difference of $w\Pi+\Pi'w(1-\Pi)$ and the same of $u$.
Given $h$, $z$ and the other layers, $\Pi'w(1-\Pi)$ is the projection of a standard normal matrix. So the mean square of the entries of
$w-\tilde w$ is at most $[[joint_spread]]$ in expectation.

joint rest (from beside all): Given all signals and $u$, $\tilde w_{ij}$ is entry $ij$ of
$(1-\Pi')w(1-\Pi)$, shifted. It is normal with the variance $[[joint_left]]$, where $\ell_1=\Pi'_{ii}$. Where $\ell+\ell_1\le\frac12$
this is at least $\frac12$, and the density is at most $[[joint_density]]$.

few (from joint rest; by Markov): The mean of $\ell+\ell_1$ over all entries is at most $\theta$, so that $\ell+\ell_1>\frac12$ at a
share of at most $2\theta$ of them.

jointly (from joint gap, joint rest, few; by Cauchy–Schwarz): At the other entries $M_{ij}\ne\tilde M_{ij}$ has, given all signals and $u$, a
probability of at most twice $|w_{ij}-\tilde w_{ij}|$ times `joint_density`, as in *crossing*. The mean of these moduli is at most the root of
`joint_spread`, which is at most $2\theta$: the expected share of entries that differ is at most $[[joint_bound]]$.
""",
    globals(),
)


def weight_exceeds_its_threshold(probability: sp.Expr) -> Iterator[Relation]:
    """The chance falls by the density of |w| at τ/v, over v, from 1 at τ = 0."""
    at = tau / v
    yield same(probability.diff(tau), -2 * sp.exp(-(at**2) / 2) / sp.sqrt(2 * sp.pi) / v)
    yield same(probability.subs(tau, 0), sp.S.One)


def normal_gap(spread: sp.Expr, mean_gap: sp.Expr) -> Iterator[Relation]:
    """Two independent projections of one leverage; the modulus of a normal number has √(2/π) of its deviation as its mean."""
    each = leverage
    yield same(spread, each + each)
    yield same(mean_gap, sp.sqrt(2 / sp.pi) * sp.sqrt(spread))


def rest_is_normal(left: sp.Expr, density: sp.Expr) -> Iterator[Relation]:
    """What the projection leaves of the variance 1; the density at its middle."""
    yield same(1 - left, leverage)
    yield same(1 / density, sp.sqrt(2 * sp.pi * left))


def twice_the_gap(crossing: sp.Expr, mean_gap: sp.Expr, density: sp.Expr) -> Relation:
    """Two thresholds."""
    return same(crossing, 2 * mean_gap * density, where={leverage: x / (1 + x)})


def bound_is_above_both(crossing: sp.Expr, factor: sp.Expr, entry_bound: sp.Expr) -> Iterator[Relation]:
    """Squares: where the crossing is at most 1 the bound is above it, and where it is at least 1 above 1, with equality at 1.

    With x = ℓ/(1 − ℓ) and c = 8/π², the square of the crossing is c x: it is 1 at x = 1/c.
    """
    c = 8 / sp.pi**2
    at = {leverage: x / (1 + x)}
    square = crossing**2
    yield same(square, c * x, where=at)
    yield same(entry_bound, factor * sp.sqrt(leverage))
    slack = sp.Symbol("s", positive=True)  # by which 1/x exceeds c, or c exceeds it
    small = {leverage: 1 / (1 + c + slack)}
    yield nonnegative((entry_bound**2 - square).subs(small), slack / ((c + slack) * (1 + c + slack)))
    large = {leverage: 1 / (1 + c / (1 + slack))}
    yield nonnegative((entry_bound**2 - 1).subs(large), slack * c / (1 + c + slack))


def ranks_add_up(bound: sp.Expr, entry_bound: sp.Expr) -> Relation:
    """Equal leverages are r/n."""
    return same(bound, entry_bound, where={leverage: r / n})


def counts_differ_by_a_deviation(ranked_bound: sp.Expr, bound: sp.Expr, count_deviation: sp.Expr) -> Iterator[Relation]:
    """The deviation of mn entries of the variance ¼, over mn; the distance of M and M̃ counts twice."""
    yield same(count_deviation, sp.sqrt(m * n * sp.Rational(1, 4)) / (m * n))
    yield same(ranked_bound, bound + (count_deviation + bound))


def both_projections_of_two(joint_spread: sp.Expr) -> Relation:
    """wΠ has mr numbers, and Π′w(1 − Π) has those of r₁ rows and n − r columns; for w and for u."""
    return same(joint_spread, 2 * (m * r + r_1 * (n - r)) / (m * n))


def what_both_projections_leave(joint_left: sp.Expr, joint_density: sp.Expr, density: sp.Expr) -> Iterator[Relation]:
    """The product of what each leaves, at least 1 less both leverages; the density at the variance ½."""
    yield same(joint_left, (1 - leverage) - back * (1 - leverage))
    yield nonnegative(joint_left - (1 - leverage - back), leverage * back)
    yield same(joint_density, density.subs(leverage, sp.Rational(1, 2)))


def gap_and_few(joint_bound: sp.Expr, joint_spread: sp.Expr, joint_density: sp.Expr) -> Iterator[Relation]:
    """Two thresholds, the root of 2θ, the density; and all of the few entries."""
    total = r / n + r_1 / m
    yield nonnegative(2 * total - joint_spread, 2 * r * r_1 / (m * n))
    yield same(joint_bound, 2 * sp.sqrt(2 * total) * joint_density + total / sp.Rational(1, 2))


hidden_snip = Claim(
    label="H3",
    title="Given the signals, a mask of the largest scores is close to independent entries, at every width",
    headline=r"Let a layer read $n$ activations of rank $r$ through independent normal weights. Its SNIP mask $M$ at a fixed threshold is close to entries $\tilde M$ that are independent given its signals: on average $$\|M-\tilde M\|_\square\le[[bound]].$$",
    statement=r"""
Let a layer of $m\times n$ independent standard normal weights $w_{ij}$, independent of all other weights and of the data, read the
activations $h\in\mathbb R^{n\times N}$ of $N$ samples, of rank $r$, and let $z=wh/\sqrt n$. Let the signals $b_i\in\mathbb R^N$ that come
back to the rows, and a threshold $\tau\ge0$, depend on $w$ through $z$ alone. SNIP's signals do so at any depth, activation, loss and
width: for SNIP, $b_i$ is the slope of the activation at $z_i$ times what the layers above send back. Let
$M_{ij}=1\{|w_{ij}\langle h_j,b_i\rangle|>\tau\}$ keep the weights with the largest scores. Then there is a mask $\tilde M$ whose entries,
given $h$, $z$ and all that lies above, are independent, and equal to $1$ with probability
$$P_{ij}=[[probability]],\qquad v=|\langle h_j,b_i\rangle|,$$ and to $0$ if $v=0$. Given $h$, an entry of $M$ differs from that of
$\tilde M$ with probability at most $[[crossing]]$, and at most $[[entry_bound]]$, where $\ell$ is the leverage
$(h(h^\top h)^+h^\top)_{jj}$. The expected share of entries that differ is at most $[[bound]]$, and so is the expectation of
$\|M-\tilde M\|_\square$. Let a number $K\ge1$ depend on $w$ through $z$ alone, and let almost surely at least as many scores differ from
$0$. For the mask $M_K$ of the $K$ largest scores the same expectations are at most $[[ranked_bound]]$, with the threshold at which
$\sum P_{ij}=K$.

**All layers at once.** Let all layers of a fully connected network have such weights, independent of each other. Let $b$ be the matrix with
the rows $b_i$. Let $h$ be in each layer a function of the data and of the $z$ below it, and $b$ a function of the data, of $h$ and $z$ of
all layers, and of $w^\top b$ of the layers above it; SNIP's are. Call $h$, $z$, $b$ and $w^\top b$ of all layers the *signals*, and let the
thresholds be functions of these. Then there are masks $\tilde M$ of all layers whose entries, given the signals, are all independent, with
these probabilities $P_{ij}$. In a layer in which $h$ and $b$ have at most the ranks $r$ and $r_1$ (never more than the number of samples)
the expected share of entries in which $M$ and $\tilde M$ differ is at most $[[joint_bound]]$.
""",
    steps=STEPS,
    source=Source(
        "2510.17515",
        "v1",
        "section 4.2 supposes that the masks of a method “converge layer-wisely to deterministic graphons”; for a hidden layer of SNIP what is proved here is a "
        "kernel, given the signals",
    ),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        Quantity(n, "columns of the layer", COUNT),
        Quantity(m, "rows of the layer", COUNT),
        Quantity(r, "rank of the activations", sp.S.Naturals0),
        Quantity(r_1, "rank of the signals that come back", sp.S.Naturals0),
        Quantity(
            leverage, "leverage of a column: of its activations among those of all columns", sp.Interval.Ropen(0, 1)
        ),
        Quantity(back, "leverage of a row: of its signals among those of all rows", sp.Interval.Ropen(0, 1)),
        Quantity(a, "threshold of the modulus of a weight", POSITIVE),
        Quantity(tau, "threshold of the scores", NON_NEGATIVE),
        Quantity(v, "modulus of the inner product of a column's activations and a row's signals", POSITIVE),
    ),
    hypotheses=(
        Hypothesis(
            "independent standard normal weights, independent of what they read and of all else; signals and threshold depend on them through z alone"
        ),
        Hypothesis(
            "no more dimensions than columns",
            r <= n,
            needed_by=("bound", "ranked_bound", "joint_spread", "joint_bound"),
            convention="there are no more",
        ),
        Hypothesis(
            "no more than rows", r_1 <= m, needed_by=("joint_spread", "joint_bound"), convention="there are no more"
        ),
    ),
    because={
        "probability": weight_exceeds_its_threshold,
        "gap": normal_gap,
        "rest": rest_is_normal,
        "crossing": twice_the_gap,
        "capped": bound_is_above_both,
        "all columns": ranks_add_up,
        "ranked": counts_differ_by_a_deviation,
        "joint gap": both_projections_of_two,
        "joint rest": what_both_projections_leave,
        "jointly": gap_and_few,
    },
    named={r"\theta": theta},
    aids={"differ": differ},
    loose=(
        Loose(
            expression="crossing",
            truth="differ",
            at=(NEAR,),
            lost=r"in the density at the threshold; nothing is lost where $\ell\to0$ and the threshold tends to $0$ more slowly than $\sqrt\ell$",
        ),
        Loose(
            expression="entry_bound", truth="differ", at=(NEAR,), lost="the same, and in one formula for all leverages"
        ),
    ),
    unmeasured=(
        Unmeasured(expression="bound", why="as for a single entry, and as leverages differ"),
        Unmeasured(
            expression="ranked_bound", why="the number of entries that are kept moves less than each entry might"
        ),
        Unmeasured(expression="joint_bound", why="as for a single entry, and as leverages differ"),
    ),
    wrong=lambda: {
        "probability": {"one side": probability / 2, "the square of the signal": half_normal.at(tau / v**2)},
        "spread": {"one part": leverage},
        "mean_gap": {"one part": mean_gap / sp.sqrt(2), "the deviation for the mean": sp.sqrt(spread)},
        "left": {"all of the weight": sp.Integer(1)},
        "density": {"variance for the deviation": 1 / (sp.sqrt(2 * sp.pi) * left)},
        "crossing": {"one threshold": crossing / 2, "one part": crossing / sp.sqrt(2)},
        "factor": {"no cap": 2 * sp.sqrt(2) / sp.pi},
        "entry_bound": {
            "no cap": 2 * sp.sqrt(2) / sp.pi * sp.sqrt(leverage),
            "the leverage for its root": factor * leverage,
        },
        "bound": {"one sample": factor / sp.sqrt(n), "no root": factor * r / n},
        "count_deviation": {"one row": 1 / (2 * sp.sqrt(n))},
        "differ": {
            "one side of the threshold": differ / 2,
            "the leverage for the covariance": differ.subs(leverage, 1 - leverage),
        },
        "ranked_bound": {"a fixed threshold": bound + count_deviation},
        "joint_spread": {"both parts in full": 2 * theta, "one matrix": joint_spread / 2},
        "joint_left": {"activations alone": left},
        "joint_density": {"at the variance 1": density.subs(leverage, 0)},
        "joint_bound": {
            "signals of one side": joint_bound.subs(r_1, 0),
            "one threshold": sp.sqrt(2 / sp.pi) * sp.sqrt(theta) + 2 * theta,
            "no entry of large leverage": 2 * sp.sqrt(2 / sp.pi) * sp.sqrt(theta),
        },
    },
)
