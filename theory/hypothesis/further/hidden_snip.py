"""H3: a mask of a hidden layer that follows its signals is near one with independent entries, at every width."""

import sympy as sp

from sparse_limits.theory.bounds import Loose, Unmeasured
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.graphon.comparison import any_mean
from sparse_limits.theory.graphon.limit import rounding
from sparse_limits.theory.graphon.sorted_latents import mean_sorted_error
from sparse_limits.theory.graphon.symbols import CUT, DEVIATION, VARIANCE
from sparse_limits.theory.hypothesis.further import one_sample
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import CLOSED_UNIT, COUNT, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relation, Relations, exhausts, nonnegative, same
from sparse_limits.theory.tails import half_normal, normal_density

n, m = sp.symbols("n m", integer=True, positive=True)  # columns and rows of the layer
r = sp.Symbol("r", integer=True, nonnegative=True)  # rank of the activations
r_1 = sp.Symbol("r_1", integer=True, nonnegative=True)  # rank of the signals that come back
leverage, back = sp.symbols("ell ell_1", nonnegative=True)
tau = sp.Symbol("tau", nonnegative=True)
v = sp.Symbol("v", positive=True)  # modulus of the inner product of a column's activations and a row's signal
a = sp.Symbol("a", positive=True)  # threshold of the modulus of a weight
x, y = sp.symbols("x y", positive=True)  # a leverage over what it leaves to 1; a weight
p, q = sp.symbols("p q", nonnegative=True)  # 0 or 1: by what w ↦ wΠ and w ↦ Π′w multiply in one of four parts

probability = half_normal.at(tau / v)
spread = 2 * leverage
left = 1 - leverage
mean_gap = 2 * sp.sqrt(leverage / sp.pi)
density = 1 / sp.sqrt(2 * sp.pi * left)
crossing = 2 * sp.sqrt(2) / sp.pi * sp.sqrt(leverage / left)
correlated = sp.sqrt(
    1 - left**2
)  # of a weight and the one beside it, of covariance 1 − ℓ, what one leaves of the other
differ = 2 * sp.Integral(normal_density(y) * sp.erfc((a - left * y) / (sp.sqrt(2) * correlated)), (y, -a, a))
factor = sp.sqrt(1 + 8 / sp.pi**2)
entry_bound = factor * sp.sqrt(leverage)
bound = factor * sp.sqrt(r / n)
count_deviation = 1 / (2 * sp.sqrt(m * n))
ranked_bound = 2 * bound + count_deviation
ranked_cut = bound + any_mean + one_sample.sum_excess
one_sample_bound = ranked_cut.subs(r, 1) + mean_sorted_error + rounding
theta = r / n + r_1 / m
unseen = (1 - p) * (1 - q)
PARTS = {(1, 1): r * r_1, (1, 0): r * (m - r_1), (0, 1): (n - r) * r_1, (0, 0): (n - r) * (m - r_1)}  # p, q: dimension
joint_spread = 2 * (theta - r * r_1 / (m * n))
joint_left = left * (1 - back)
joint_density = 1 / sp.sqrt(sp.pi)
joint_bound = 2 * sp.sqrt(2 / sp.pi) * sp.sqrt(theta) + 2 * theta

NEAR = {leverage: sp.Rational(1, 10_000), a: sp.Rational(1, 20)}

STEPS = proof(
    r"""
two parts (by normal vector): Let $\Pi$ be the orthogonal projection onto the span of the columns of $h$. Given all other weights and the
data $\Pi$ is known, and $w$ is standard normal. In an orthonormal basis that begins with one of this span the coordinates of a row $w_i$ are
again independent and standard normal: $\Pi w_i$, a function of $h$ and $z_i$, is independent of $w_i-\Pi w_i$. Let $u_i$ be another standard
normal vector, independent of all, and $\tilde w_i=w_i-\Pi w_i+\Pi u_i$. Given $z$, all other weights and the data, the entries of all
$\tilde w_i$ are independent and standard normal.

probability (from two parts): Let $\tilde M_{ij}=1\{|\tilde w_{ij}\langle h_j,b_i\rangle|>\tau\}$. Given $z$, all other weights and the data,
$\tau$ and $\langle h_j,b_i\rangle$ are known. So the entries of $\tilde M$ are independent, and each is $1$ with the probability
$[[probability]]$.

gap (from two parts; gives spread, mean_gap): $w_{ij}-\tilde w_{ij}$ is entry $j$ of $\Pi(w_i-u_i)$. Given $h$ it is normal with mean $0$ and
variance `spread`, where $\ell=\Pi_{jj}$, and its modulus has the mean `mean_gap`.

rest (from two parts; gives left, density): Given $z$, all other weights, the data and $u_i$, $\tilde w_{ij}$ is entry $j$ of
$w_i-\Pi w_i$, shifted. It is normal with variance `left`, and where this is not $0$ its density is at most `density`.

crossing (from gap, rest; by tower): Where $M_{ij}\ne\tilde M_{ij}$, one of two thresholds, which $z$, all other weights and the data
determine, is between $\tilde w_{ij}$ and $w_{ij}$. Given these and $u_i$, the distance of these two entries is known. So the probability is
at most twice the distance times `density`, on average over $z$ and $u_i$ $[[crossing]]$.

capped (from crossing; gives factor, entry_bound): A probability is also at most $1$. So $P(M_{ij}\ne\tilde M_{ij})\le[[entry_bound]]$. Where
$\ell=1$ there is no `crossing`, and this bound is `factor`, at least $1$.

all columns (from capped; by Cauchy–Schwarz): The mean over $j$ of $\sqrt{\Pi_{jj}}$ is at most the root of the mean, and $\sum_j\Pi_{jj}$
is the rank $r$. So the expected share of entries in which the two differ is at most $[[bound]]$. The cut norm of $M-\tilde M$ is at most
this share.

ranked (from all columns, probability; gives count_deviation, ranked_bound; by triangle inequality): Let $\tau$ be such that $\sum
P_{ij}=K$. The mask $M_K$ of the $K$ largest scores and $M$ take the entries in the same order, and differ in $|K-\sum M_{ij}|$ of them.
This is at most $|K-\sum\tilde M_{ij}|+\sum|M_{ij}-\tilde M_{ij}|$, and $|K-\sum\tilde M_{ij}|$, divided by $mn$, has a mean of at most
`count_deviation`, as each entry has a variance of at most $\frac14$. So the expected share of entries in which $M_K$ and $\tilde M$ differ
is at most $[[ranked_bound]]$.

[[LARGEST_SUM]]

rectangles (from ranked; by monotonicity): One of $M_K$ and $M$ contains the other, and the sum of all entries of $M_K-P$ is $0$. So its sum
over a rectangle is between the sum of $M-P$ there and the negative of the sum of $M-P$ over the complement.

cut of the ranked mask (from all columns, mean of the largest, rectangles; gives ranked_cut; by triangle inequality): These two sums differ
from those with $\tilde M$ in the place of $M$ by at most $\sum|M_{ij}-\tilde M_{ij}|$. So $E\|M_K-P\|_\square\le[[ranked_cut]]$.

[[SIGNALS]]

two parts of the difference (from ranked, sorted signals; by monotonicity): Let $|K-\rho mn|\le\frac12$, and let at least $K$ scores differ from
$0$. $P$ is nowhere smaller than $W_n$, or nowhere larger, as its threshold is below $t$ or not. So $\iint(P-W)_-$ or $\iint(P-W)_+$ is at most
$\|W_n-W\|_1$. The other one is at most $[[rounding]]$ more, as $\iint P=\frac K{mn}$. If fewer scores differ from $0$, let $\tau=0$. Then $M_K\ge
M=\tilde M=P\ge W_n$, and the same holds for $M_K$ in the place of $P$.

graphon of one sample (from cut of the ranked mask, two parts of the difference; gives one_sample_bound; by triangle inequality): So
$E\|M_K-W\|_\square\le[[one_sample_bound]]$.

four parts (from two parts; gives unseen): Now let $\Pi'$ be the orthogonal projection onto the span of the columns of
$b=(b_1,\dots,b_m)^\top$. The maps $w\mapsto w\Pi$ and $w\mapsto\Pi'w$ of matrices are orthogonal projections, and commute. So all matrices are
the orthogonal sum of four parts: in each the first map multiplies by $p$ and the second by $q$, each $0$ or $1$. There
$w\mapsto(1-\Pi')w(1-\Pi)$ multiplies by `unseen`. A matrix $w$ is the sum of this one, of $w\Pi$ and of $\Pi'w(1-\Pi)$, its projections onto
three orthogonal spaces. For fixed $\Pi$ and $\Pi'$ and a standard normal $w$ these three are independent, as in *two parts*.

one pass (from four parts; by induction): Let the signals of all layers be computed one after the other: $z=wh/\sqrt n$ from the first layer
to the last, and then $w^\top b$ from the last layer to the first. Each $h$ and each $b$ is a function of the data and of what has been
computed before. Call *unseen* all of $w$ before its $z$ is computed, $w(1-\Pi)$ from then on, and $(1-\Pi')w(1-\Pi)$ once its $w^\top b$ is
computed, too. What is shown is that, given the data and what has been computed, the unseen matrices of all layers are independent, and each is
a known projection of a standard normal matrix. At the start this is so. The next signal is a function of what is known and of a part of one
unseen matrix: $z$ is one of $w\Pi$, and $w^\top b=(w\Pi)^\top b+(\Pi'w(1-\Pi))^\top b$ is one of $\Pi'w(1-\Pi)$, as $h$ and $z$ determine
$w\Pi$. The projection onto this part is known by then. So by *four parts* the part is independent of what stays unseen of its layer, and it
is independent of the other layers: to know the signal changes none of their laws. At the end, given the data and the signals of all layers,
the matrices $(1-\Pi')w(1-\Pi)$ of all layers are independent, and each has the law of $(1-\Pi')u(1-\Pi)$ for a standard normal matrix $u$.
This law depends on the signals alone, so that the same holds given these alone.

beside all (from one pass, probability; by independence): Let $u$ be such a matrix for each layer, independent of all, and
$\tilde w=(1-\Pi')w(1-\Pi)+u-(1-\Pi')u(1-\Pi)$. Given the signals of all layers, $(1-\Pi')w(1-\Pi)$ has the law of $(1-\Pi')u(1-\Pi)$ and, like
this, is independent of the rest of $u$: so $\tilde w$ has the law of $u$. All entries of the $\tilde w$ of all layers are independent and
standard normal. So $\tilde M_{ij}=1\{|\tilde w_{ij}\langle h_j,b_i\rangle|>\tau\}$ are independent in all layers, and each is $1$ with the
probability $P_{ij}$.

joint gap (from beside all, four parts): $w-\tilde w$ is the difference of $w\Pi+\Pi'w(1-\Pi)$ and the same of $u$. Given $h$, $w\Pi$ is the
projection of a standard normal matrix. Given the data, $z$ and the weights of all other layers, $\Pi'$ is known and $\Pi'w(1-\Pi)$ is such a
projection, too; and $u$ is independent of all these, with mean $0$. So the expectation of the mean square of the entries of $w-\tilde w$ is
$[[joint_spread]]$ if the ranks are $r$ and $r_1$, and at most this if they are at most these.

joint rest (from beside all, four parts): The signals of all layers and $u$ determine $w-\tilde w$, since $h$ and $z$ determine $w\Pi$, and $b$
and $w^\top b$ determine $\Pi'w$. Given them $\tilde w_{ij}$ is entry $ij$ of $(1-\Pi')w(1-\Pi)$, shifted. It is normal with the variance
$[[joint_left]]$, where $\ell_1=\Pi'_{ii}$. Where $\ell+\ell_1\le\frac12$ this is at least $\frac12$, and the density is at most
$[[joint_density]]$.

few (from joint rest; by Markov): The mean of $\ell+\ell_1$ over all entries is at most $\theta$, so that $\ell+\ell_1>\frac12$ at a
share of at most $2\theta$ of them.

jointly (from joint gap, joint rest, few; by Cauchy–Schwarz): At the other entries $M_{ij}\ne\tilde M_{ij}$ has, given all signals and $u$, a
probability of at most twice $|w_{ij}-\tilde w_{ij}|$ times `joint_density`, as in *crossing*. The expected mean of these moduli is at most the
root of `joint_spread`, which is at most $2\theta$: the expected share of entries that differ is at most $[[joint_bound]]$.
""",
    globals(),
    LARGEST_SUM=one_sample.LARGEST_SUM,
    SIGNALS=one_sample.SIGNALS,
)


def weight_exceeds_its_threshold(probability: sp.Expr) -> Relations:
    """The chance falls by the density of |w| at τ/v, over v, from 1 at τ = 0."""
    at = tau / v
    yield same(probability.diff(tau), -2 * sp.exp(-(at**2) / 2) / sp.sqrt(2 * sp.pi) / v)
    yield same(probability.subs(tau, 0), sp.S.One)


def normal_gap(spread: sp.Expr, mean_gap: sp.Expr) -> Relations:
    """Two independent projections of one leverage; the modulus of a normal number has √(2/π) of its deviation as its mean."""
    each = leverage
    yield same(spread, each + each)
    yield same(mean_gap, sp.sqrt(2 / sp.pi) * sp.sqrt(spread))


def rest_is_normal(left: sp.Expr, density: sp.Expr) -> Relations:
    """What the projection leaves of the variance 1; the density at its middle."""
    yield same(1 - left, leverage)
    yield same(1 / density, sp.sqrt(2 * sp.pi * left))


def twice_the_gap(crossing: sp.Expr, mean_gap: sp.Expr, density: sp.Expr) -> Relation:
    """Two thresholds."""
    return same(crossing, 2 * mean_gap * density, where={leverage: x / (1 + x)})


def bound_is_above_both(crossing: sp.Expr, factor: sp.Expr, entry_bound: sp.Expr) -> Relations:
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
    yield nonnegative(factor**2 - 1, c)


def ranks_add_up(bound: sp.Expr, entry_bound: sp.Expr) -> Relation:
    """Equal leverages are r/n."""
    return same(bound, entry_bound, where={leverage: r / n})


def counts_differ_by_a_deviation(ranked_bound: sp.Expr, bound: sp.Expr, count_deviation: sp.Expr) -> Relations:
    """The deviation of mn entries of the variance ¼, over mn; the distance of M and M̃ counts twice."""
    yield same(count_deviation, sp.sqrt(m * n * sp.Rational(1, 4)) / (m * n))
    yield same(ranked_bound, bound + (count_deviation + bound))


def orthogonal_parts_add_up(unseen: sp.Expr) -> Relations:
    """What both projections leave of w, and that it and the other two of three are projections, each 0 where another is 1."""
    yield same(unseen, 1 - p - q * (1 - p))
    three = p, q * (1 - p), unseen
    at = [{p: first, q: second} for first, second in PARTS]
    pairs = ((one, other, one if one is other else sp.S.Zero) for one in three for other in three)
    cases = [((one * other).subs(part), product.subs(part)) for one, other, product in pairs for part in at]
    yield exhausts(cases, "products in a part")


def both_projections_of_two(joint_spread: sp.Expr, unseen: sp.Expr) -> Relations:
    """A number for each dimension of the parts that are seen, for w and for u; the slopes in the ranks, with the room m − r₁ and n − r."""
    sizes = [(size, (1 - unseen).subs({p: first, q: second})) for (first, second), size in PARTS.items()]
    yield same(joint_spread, sum(size * (seen**2 + seen**2) for size, seen in sizes) / (m * n))
    room = sp.Symbol("s", nonnegative=True)
    for rank, other, side in ((r, r_1, m), (r_1, r, n)):
        yield nonnegative(m * n * joint_spread.diff(rank), 2 * room, where={side: other + room})


def what_both_projections_leave(
    joint_left: sp.Expr, joint_density: sp.Expr, density: sp.Expr, unseen: sp.Expr
) -> Relations:
    """The diagonal of a map of rows times one of columns, a variance; at least 1 less both leverages; the density at variance ½."""
    yield same(joint_left, unseen.subs({p: leverage, q: back}))
    of_column, of_row = sp.symbols("c d", nonnegative=True)
    yield nonnegative(joint_left, of_column * of_row, where={leverage: 1 - of_column, back: 1 - of_row})
    yield nonnegative(joint_left - (1 - leverage - back), leverage * back)
    yield same(joint_density, density.subs(leverage, sp.Rational(1, 2)))


def gap_and_few(joint_bound: sp.Expr, joint_spread: sp.Expr, joint_density: sp.Expr) -> Relations:
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
given $z$, all other weights and the data, are independent, and equal to $1$ with probability
$$P_{ij}=[[probability]],\qquad v=|\langle h_j,b_i\rangle|,$$ and to $0$ if $v=0$. Given $h$, an entry of $M$ differs from that of
$\tilde M$ with probability at most $[[crossing]]$, if $\ell<1$, and at most $[[entry_bound]]$, where $\ell$ is the leverage
$(h(h^\top h)^+h^\top)_{jj}$. The expected share of entries that differ is at most $[[bound]]$, and so is the expectation of
$\|M-\tilde M\|_\square$. Let a number $K\ge1$ depend on $w$ through $z$ alone, and let almost surely at least as many scores differ from
$0$. For the mask $M_K$ of the $K$ largest scores the same expectations are at most $[[ranked_bound]]$, with the threshold at which
$\sum P_{ij}=K$, and $E\|M_K-P\|_\square\le[[ranked_cut]]$.

**One sample.** Let the network have two hidden layers with $\varphi(z)=\max(z,0)$, independent standard normal weights, no biases and one
output. Let there be one sample other than $0$, with a residual other than $0$, and let $0<\rho<\frac14$, $K\ge1$ and $|K-\rho mn|\le\frac12$.
Sort the rows of layer 2 by $|b_i|$ and its columns by $h_j$. Then there is a graphon $W$ that depends on $\rho$ alone, with
$$E\|M_K-W\|_\square\le[[one_sample_bound]].$$

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
    quantities=(
        Quantity(n, "columns of the layer", COUNT),
        Quantity(m, "rows of the layer", COUNT),
        DEVIATION,
        VARIANCE,
        Quantity(r, "rank of the activations", sp.S.Naturals0),
        Quantity(r_1, "rank of the signals that come back", sp.S.Naturals0),
        Quantity(
            leverage, "leverage of a column: of its activations among those of all columns", sp.Interval.Ropen(0, 1)
        ),
        Quantity(back, "leverage of a row: of its signals among those of all rows", CLOSED_UNIT),
        Quantity(a, "threshold of the modulus of a weight", POSITIVE),
        Quantity(tau, "threshold of the scores", NON_NEGATIVE),
        Quantity(v, "modulus of the inner product of a column's activations and a row's signals", POSITIVE),
    ),
    hypotheses=(
        Hypothesis(
            "independent standard normal weights, independent of what they read and of all else; what comes back depends on them through z alone, and so does the threshold of a single layer"
        ),
        Hypothesis(
            "no more dimensions than columns",
            r <= n,
            needed_by=("bound", "ranked_bound", "ranked_cut", "joint_spread", "joint_bound"),
        ),
        Hypothesis("no more than rows", r_1 <= m, needed_by=("joint_spread", "joint_bound")),
        Hypothesis(
            "two hidden ReLU layers, no biases, one output; one sample other than 0, with a residual other than 0; a density below ¼, and a number of kept weights within ½ of its share",
            needed_by=("one_sample_bound",),
        ),
    ),
    because={
        **one_sample.BECAUSE,
        "probability": weight_exceeds_its_threshold,
        "gap": normal_gap,
        "rest": rest_is_normal,
        "crossing": twice_the_gap,
        "capped": bound_is_above_both,
        "all columns": ranks_add_up,
        "ranked": counts_differ_by_a_deviation,
        "four parts": orthogonal_parts_add_up,
        "joint gap": both_projections_of_two,
        "joint rest": what_both_projections_leave,
        "jointly": gap_and_few,
    },
    named={r"\theta": theta},
    symbols=CUT,
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
        Unmeasured(expression="ranked_cut", why="as for a single entry, and in the largest sum"),
        Unmeasured(expression="one_sample_bound", why="the same, and what the signals move"),
        Unmeasured(expression="joint_bound", why="as for a single entry, and as leverages differ"),
    ),
    wrong=lambda: {
        **one_sample.WRONG,
        "probability: one side": probability / 2,
        "probability: the square of the signal": half_normal.at(tau / v**2),
        "spread: one part": leverage,
        "mean_gap: one part": mean_gap / sp.sqrt(2),
        "mean_gap: the deviation for the mean": sp.sqrt(spread),
        "left: all of the weight": sp.Integer(1),
        "density: variance for the deviation": 1 / (sp.sqrt(2 * sp.pi) * left),
        "crossing: one threshold": crossing / 2,
        "crossing: one part": crossing / sp.sqrt(2),
        "factor: no cap": 2 * sp.sqrt(2) / sp.pi,
        "entry_bound: no cap": 2 * sp.sqrt(2) / sp.pi * sp.sqrt(leverage),
        "entry_bound: the leverage for its root": factor * leverage,
        "bound: one sample": factor / sp.sqrt(n),
        "bound: no root": factor * r / n,
        "count_deviation: one row": 1 / (2 * sp.sqrt(n)),
        "differ: one side of the threshold": differ / 2,
        "differ: the leverage for the covariance": differ.subs(leverage, 1 - leverage),
        "ranked_bound: a fixed threshold": bound + count_deviation,
        "ranked_cut: M twice": ranked_cut + bound,
        "ranked_cut: independent entries": ranked_cut - bound,
        "rounding: a whole entry": 1 / (m * n),
        "one_sample_bound: the signals' own kernel": one_sample_bound - mean_sorted_error,
        "one_sample_bound: the signals twice": one_sample_bound + mean_sorted_error,
        "one_sample_bound: any rank": one_sample_bound - ranked_cut.subs(r, 1) + ranked_cut,
        "unseen: activations alone": 1 - p,
        "unseen: both leverages taken off": 1 - p - q,
        "unseen: what either leaves": 1 - p * q,
        "joint_spread: both parts in full": 2 * theta,
        "joint_spread: one matrix": joint_spread / 2,
        "joint_left: activations alone": left,
        "joint_left: both leverages taken off": 1 - leverage - back,
        "joint_density: at the variance 1": density.subs(leverage, 0),
        "joint_bound: signals of one side": joint_bound.subs(r_1, 0),
        "joint_bound: one threshold": sp.sqrt(2 / sp.pi) * sp.sqrt(theta) + 2 * theta,
        "joint_bound: no entry of large leverage": 2 * sp.sqrt(2 / sp.pi) * sp.sqrt(theta),
    },
)
