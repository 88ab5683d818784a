"""D8.1: in a matrix with many rows and columns a weight is next to independent of all signals, whatever these are."""

import sympy as sp

from sparse_limits.theory.bounds import Loose, Unmeasured
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relation, Relations, holds, induction, nonnegative, same
from sparse_limits.theory.saliency.symbols import MEAN

m, n = sp.symbols("n_o n_i", integer=True, positive=True)
t = sp.Symbol("t", nonnegative=True)
OUTPUTS = Quantity(m, "number of rows of the matrix: units, or output channels", COUNT)
INPUTS = Quantity(n, "number of columns of the matrix: inputs, or input channels", COUNT)
x = sp.Symbol("x", nonnegative=True)

QUARTER = sp.Rational(1, 4)  # the distance from the sphere to its net
RATE = 1 + 2 * sp.log(3)

pair_tail = sp.exp(-(t**2) / 2)
points = 9**n
net_factor = sp.Integer(2)
all_pairs = 9 ** (m + n) * sp.exp(-(t**2) / 2)
level = sp.sqrt(2 * RATE * (m + n))
norm_bound = 2 * sp.sqrt(2 * RATE * (m + n))
signal_bound = 2 * sp.sqrt(2 * RATE * (1 / m + 1 / n))
least_modulus = 3 * sp.sqrt(3) / 2 * (x**2 - x**4)
fourth_moment = n * (3 * n - 2)
least_sum = 3 * sp.sqrt(2 * n) / 8
least = 3 * sp.sqrt(2) / (8 * sp.sqrt(n))
least_exchanged = least.subs(n, m)

STEPS = proof(
    r"""
one pair (by Hoeffding): For unit vectors $x$, $y$ the sum $x^TFy=\sum_{ab}x_aF_{ab}y_b$ has independent terms of mean $0$, each in an interval of
length $2|x_ay_b|$. The squares of the lengths add up to $4$, so that $P(x^TFy\ge t)\le[[pair_tail]]$.

net (by additivity): Take as many points of the unit sphere of $\mathbb R^{n_i}$ as possible whose distances from one another exceed
$\frac14$. Each point of the sphere is within $\frac14$ of one of them. The balls of radius $\frac18$ around them are disjoint, and all lie
in the ball of radius $\frac98$ around $0$. So, by their volumes, there are at most $[[points]]$ such points.

norm from nets (by triangle inequality): Let $M$ be the largest $x^TFy$ over the points $x$, $y$ of the nets of both spheres. Where $x^TFy$
equals $\|F\|$, replace $x$ and $y$ by points of the nets, one after the other. Each replacement loses at most $\frac14\|F\|$. So
$\|F\|\le[[net_factor]]\,M$.

all pairs (from one pair, net; by union bound): The event $M\ge t$ has probability at most $[[all_pairs]]$.

level (from all pairs): At $t=[[level]]$ this bound is $e^{-(n_o+n_i)}$.

norm (from norm from nets, level): So $\|F\|\le[[norm_bound]]$, except on an event of at most this probability.

signals (from norm; by Cauchy–Schwarz): The vectors $(g_a)$, $(h_b)$ with entries of modulus at most $1$ have lengths at most $\sqrt{n_o}$,
$\sqrt{n_i}$. Whatever they are, $|\sum_{ab}F_{ab}g_ah_b|\le\|F\|\sqrt{n_on_i}$. Divided by $n_on_i$ this is at most $[[signal_bound]]$. As
$Fh$ has length at most $\|F\|\sqrt{n_i}$, the root of the mean over $a$ of $(n_i^{-1}\sum_bF_{ab}h_b)^2$ has the same bound.

a polynomial below the modulus: Every $x\ge0$ satisfies $x\ge[[least_modulus]]$.

moments: Let $S=\sum_bF_bh_b$, where $F_b=\pm1$ are the entries of a row and $h_b$ are independent fair signs. Then $E\,S^2=n_i$ and
$E\,S^4=[[fourth_moment]]$, whatever the entries are.

mean modulus (from a polynomial below the modulus, moments; by monotonicity): With $x=|S|/\sqrt{6n_i}$ it follows that
$E|S|\ge[[least_sum]]$.

signals that read the weights (from mean modulus; by largest): So for every matrix of entries $\pm1$ there are signs $h$ with
$\sum_a|\sum_bF_{ab}h_b|\ge n_o[[least_sum]]$. If $g_a$ is the sign of the inner sum, $(n_on_i)^{-1}\sum_{ab}F_{ab}g_ah_b$ is at least
$[[least]]$. The same for the transpose of $F$, whose rows have $n_o$ entries, gives signs with a mean of at least
$[[least_exchanged]]$.
""",
    globals(),
)


def lengths_of_unit_vectors(pair_tail: sp.Expr) -> Relations:
    """exp(−2t²/Σ(2x_ay_b)²) at angles, and at two unit vectors of fractions."""
    angle, other = sp.symbols("alpha beta", real=True)
    for one, two in (
        ((sp.cos(angle), sp.sin(angle)), (sp.cos(other), sp.sin(other))),
        ((sp.Rational(3, 5), sp.Rational(4, 5)), (sp.Rational(2, 3), sp.Rational(1, 3), sp.Rational(2, 3))),
    ):
        squares = sp.simplify(sum((2 * a * b) ** 2 for a in one for b in two))
        yield same(pair_tail, sp.exp(-2 * t**2 / squares))


def volumes_count_the_points(points: sp.Expr) -> Relation:
    """The quotient of the volumes of the balls."""
    return same(points, ((1 + QUARTER / 2) / (QUARTER / 2)) ** n)


def losses_leave_half_the_norm(net_factor: sp.Expr) -> Relations:
    """‖F‖ ≤ M + ¼‖F‖ + ¼‖F‖."""
    norm, largest = sp.symbols("norm M", positive=True)
    (found,) = sp.solve(norm - largest - 2 * QUARTER * norm, norm)
    yield same(net_factor, found / largest)


def pairs_of_points_add_up(all_pairs: sp.Expr, points: sp.Expr, pair_tail: sp.Expr) -> Relation:
    """As many pairs as points of the one net times points of the other."""
    return same(all_pairs, sp.powsimp(points * points.subs(n, m)) * pair_tail)


def level_is_that_of_the_probability(level: sp.Expr, all_pairs: sp.Expr) -> Relations:
    """The logarithm of the probability there."""
    yield same(sp.expand_log(sp.log(all_pairs.subs(t, level)), force=True), -(m + n))
    yield holds(level.is_positive, "the level is positive")


def polynomial_lies_below(least_modulus: sp.Expr) -> Relation:
    """The difference is a square times what is not negative, times x: it vanishes twice at 1/√3."""
    root = 1 / sp.sqrt(3)
    return nonnegative(x - least_modulus, x * (x - root) ** 2 * (x + 2 * root) * 3 * sp.sqrt(3) / 2)


def polynomial_touches_the_modulus(least_modulus: sp.Expr) -> Relations:
    """It meets the modulus at 1/√3, with its slope: no larger multiple lies below."""
    at = 1 / sp.sqrt(3)
    yield same(least_modulus.subs(x, at), at)
    yield same(sp.diff(least_modulus, x).subs(x, at), sp.Integer(1))


def moments_of_sums_of_signs(fourth_moment: sp.Expr) -> Relations:
    """One more sign adds 6 E S² + 1 to the fourth moment."""
    yield induction(fourth_moment, n, sp.Integer(1), lambda before: before + 6 * n + 1, start=1)


def modulus_by_moments(least_sum: sp.Expr, least_modulus: sp.Expr, fourth_moment: sp.Expr) -> Relations:
    """The mean of the polynomial with E S² = n and a fourth moment of at most 3n²."""
    square, fourth = (sp.Poly(least_modulus, x).coeff_monomial(x**power) for power in (2, 4))
    scale = sp.sqrt(6 * n)
    yield nonnegative(3 * n**2 - fourth_moment, 2 * n)
    yield same(least_sum, scale * (square * n / scale**2 + fourth * 3 * n**2 / scale**4))
    yield holds(fourth.is_negative, "a smaller fourth moment makes the bound no smaller")


def means_of_either_side(least: sp.Expr, least_exchanged: sp.Expr, least_sum: sp.Expr) -> Relations:
    """n_o rows of n_i entries each, and n_i columns of n_o entries each."""
    yield same(least, m * least_sum / (m * n))
    yield same(least_exchanged, n * least_sum.subs(n, m) / (m * n))


own_weights = Claim(
    label="D8.1",
    title="In a wide matrix, weights act as if independent of their signals, in any architecture",
    headline=r"Average $f(w)g(u)h(v)$ over independent weights in $n_o$ rows and $n_i$ columns, for any signals $u$, $v$ and $|f|,|g|,|h|\le1$. With probability at least $1-e^{-(n_o+n_i)}$, this changes by at most $$[[signal_bound]]$$ if $Ef(w)$ replaces $f(w)$.",
    statement=r"""
Let $w_{ab}$ be the independent weights, of any laws, of a matrix with $n_o$ rows and $n_i$ columns. Let $u_a$, $v_b$ be any random signals
of its rows and columns, however they depend on the weights and on each other. Such signals are what goes back to an output and what enters
from an input of a linear layer, of one place within the filters of a convolution, or of a part of a transformer, in any architecture. Let
$|f|,|g|,|h|\le1$ and $F_{ab}=f(w_{ab})-E f(w_{ab})$. With probability at least $1-e^{-(n_o+n_i)}$, for all signals and all $g$, $h$ at
once,
$$\Big|\frac1{n_on_i}\sum_{ab}F_{ab}\,g(u_a)\,h(v_b)\Big|\le[[signal_bound]],$$
as the norm of $F$ is at most $[[norm_bound]]$. The square root of the mean over the rows of $(n_i^{-1}\sum_bF_{ab}h(v_b))^2$ has the same
bound.

So as $n_o,n_i\to\infty$, means over all weights of $f(w_{ab})g(u_a)h(v_b)$ approach those for freshly drawn weights. The order cannot be
improved for all signals: for every matrix $F$ of entries $\pm1$ there are signs $g_a$, $h_b$, which depend on the weights, with a mean of
at least $[[least]]$; and, with rows and columns exchanged, others with a mean of at least $[[least_exchanged]]$.
""",
    steps=STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract (which announces that masks converge)"),
    provenance=Provenance.EXTENSION,
    quantities=(
        OUTPUTS,
        INPUTS,
        Quantity(t, "level of a sum", NON_NEGATIVE),
        Quantity(x, "modulus of a number", NON_NEGATIVE),
    ),
    hypotheses=(
        Hypothesis("the weights of the matrix are independent"),
        Hypothesis("$f$, $g$ and $h$ are measurable, and their moduli at most $1$"),
    ),
    symbols={
        "w_{ab}": "weight in row $a$, column $b$ of the matrix",
        "u_a, v_b": "signals of row $a$ and of column $b$, which may depend on the weights",
        "f, g, h": "functions of modulus at most $1$",
        "F_{ab}": "function $f$ of a weight, less its mean",
        "g_a, h_b": "signs of row $a$ and of column $b$",
        **MEAN,
    },
    because={
        "one pair": lengths_of_unit_vectors,
        "net": volumes_count_the_points,
        "norm from nets": losses_leave_half_the_norm,
        "all pairs": pairs_of_points_add_up,
        "level": level_is_that_of_the_probability,
        "norm": lambda norm_bound, net_factor, level: same(norm_bound, net_factor * level),
        "signals": lambda signal_bound, norm_bound: same(signal_bound**2, norm_bound**2 / (m * n)),
        "a polynomial below the modulus": (polynomial_lies_below, polynomial_touches_the_modulus),
        "moments": moments_of_sums_of_signs,
        "mean modulus": modulus_by_moments,
        "signals that read the weights": means_of_either_side,
    },
    wrong=lambda: {
        "pair_tail: lengths of one": sp.exp(-2 * t**2),
        "pair_tail: a level, not its square": sp.exp(-t / 2),
        "points: balls of the net's own distance": 5**n,
        "points: without the room around the sphere": 8**n,
        "net_factor: one end moved alone": sp.Rational(4, 3),
        "net_factor: as if the net were the sphere": sp.Integer(1),
        "all_pairs: one net alone": 9**n * sp.exp(-(t**2) / 2),
        "all_pairs: one pair": pair_tail,
        "level: one side alone": sp.sqrt(2 * RATE * n),
        "level: without the logarithm of the points": sp.sqrt(2 * (m + n)),
        "norm_bound: the level of the nets": level,
        "norm_bound: as of independent signals": sp.sqrt(2 * (m + n)),
        "signal_bound: as if signals did not know the weights": 1 / sp.sqrt(m * n),
        "signal_bound: the larger side alone": 2 * sp.sqrt(2 * RATE / n),
        "signal_bound: over the root of the weights alone": norm_bound / (m * n),
        "least_modulus: beyond the modulus": 3 * (x**2 - x**4),
        "least_modulus: without the fourth power": x**2,
        "fourth_moment: of a normal sum": 3 * n**2,
        "fourth_moment: of one entry": n,
        "least_sum: as of a root mean square": sp.sqrt(n),
        "least_sum: of one entry": 3 * sp.sqrt(2) / 8,
        "least: as if signals did not know the weights": 1 / n,
        "least: a mean square": 1 / sp.sqrt(n),
        "least_exchanged: rows again": least,
        "least_exchanged: as if signals did not know the weights": 1 / m,
    },
    unmeasured=(
        Unmeasured(
            expression="norm_bound",
            why="a matrix of entries $\\pm1$ has at least the norm of its largest row or column, $\\sqrt{\\max(n_o,n_i)}$; other laws may have less",
        ),
    ),
    loose=(
        Loose(
            expression="signal_bound",
            truth="least",
            at=({m: 100, n: 100}, {m: 1000, n: 1000}),
            lost="at most, as some signals exceed the means over signs: in the factor 2 of the nets, in their number of points, and in the fourth moment",
            order="where $n_o=n_i$ both are multiples of $n_i^{-1/2}$",
        ),
    ),
)
