"""H7: the degrees of rows of SNIP's hidden mask depend on the labels, too."""

import sympy as sp

from sparse_limits.theory.bounds import Side, Unmeasured
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.let import Told
from sparse_limits.theory.formulas.level import level, zero_at
from sparse_limits.theory.hypothesis.labels import (
    BELOW_A_QUARTER,
    HALF,
    degrees_fall_at_this_rate,
    r,
    rate,
    s,
    share_one,
    t_1,
    t_2,
    threshold_one,
    threshold_two,
)
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relation, Relations, exhausts, same
from sparse_limits.theory.saliency.model import DENSITY, rho
from sparse_limits.theory.tails import by_struve, half_normal, normal_density, product_survival, t

a = sp.Symbol("a", positive=True)  # modulus of the readout weight of a row
v = sp.Symbol("v", positive=True)  # a row with two open gates has the degree (H(v) + H(v/r))/2
v_1, v_2 = sp.symbols("v_1 v_2", positive=True)
c_1, c_2 = sp.symbols("c_1 c_2", positive=True)  # moduli of a row's signals at the two samples
s_1, s_2 = sp.symbols("s_1 s_2", positive=True)  # where the range of degrees is cut

heights = product_survival(v) + product_survival(v / r)
degree_one = product_survival(t / a) / 2
degree_both = (product_survival(t / a) + product_survival(t / (r * a))) / 2
degree_signals = (product_survival(t / c_1) + product_survival(t / (r * c_2))) / 2
share_single = (half_normal.at(t / s) + half_normal.at(t / (r * s))) / 4
share_both = half_normal.at(t / v) / 4
alike = level(heights, v, product_survival(s))
alive_one, alive_two = HALF, sp.Rational(3, 4)
rate_both = (sp.besselk(0, v) + sp.besselk(0, v / r) / r) / sp.pi
gap = (half_normal.at(t_2 / s) + half_normal.at(t_2 / (r * s))) / 4 - half_normal.at(t_1 / s) / 2
between = sp.Integral(gap * rate, (s, s_1, s_2)) + sp.Integral(half_normal.at(t_2 / v) / 4 * rate_both, (v, v_1, v_2))
NAMED = [
    (t_1, threshold_one),
    (t_2, threshold_two),
    *((each, level(heights, v, product_survival(cut))) for each, cut in ((v_1, s_1), (v_2, s_2))),
]
least_distance = Told(sp.Abs(between), NAMED)

STEPS = proof(
    r"""
rows (by H2 for gates, degree): Let $L=2$, and let $a$ be the modulus of the readout weight of a row. Half of the columns are of each kind, and in a column of the
first kind the row keeps the share $H(t/a)$ of its entries if its gate at the first sample is open, and none else; in a column of the second
kind $H(t/ra)$, if its gate at the second sample is open. Without a second residual columns of the second kind are empty.

degrees (from rows): So a row whose gate is open at the first sample alone has the degree $[[degree_one]]$, one whose gate is open at the
second sample alone has this degree with $t/r$ in place of $t$, and one with two open gates has the degree $[[degree_both]]$.

one gate (from degrees): $\frac12H(t/a)>\frac12H(s)$ if and only if $a>t/s$. Without a second residual a row has a degree above
$\frac12H(s)$ with the probability $[[share_one]]$. With it, it has one open gate and such a degree with the probability $[[share_single]]$.

two gates (from degrees): Every score of a row is proportional to $a$. So a row with two open gates has the degree $\frac12(H(v)+H(v/r))$ at
$a=t/v$, and a larger one if and only if $a$ is larger. So a row has
two open gates and a larger degree with the probability $[[share_both]]$.

alike (from two gates; by intermediate value): $H(v)+H(v/r)$ falls strictly and continuously from $2$ to $0$: it is $H(s)$ at one $v$,
$[[alike]]$, which grows with $s$.

rows alive (from one gate, two gates, alike): Let $s$, and $v$ with it, tend to infinity. The share $[[alive_one]]$ of the rows keeps
something without a second residual, and the share $[[alive_two]]$ with it.

degrees of one gate (from degrees): For $y=\frac12H(s)$, $-dy/ds=[[rate]]$.

degrees of two gates (from degrees): For $y=\frac12(H(v)+H(v/r))$, $-dy/dv=[[rate_both]]$.

thresholds (by H2 for thresholds): At $t_1$ the density of the first limit is $\rho$, and at $t_2$ that of the second.

gap (from thresholds, one gate): In the second limit the share of rows with one open gate, at $t_2$, less the share in the first limit, at $t_1$, is $[[gap]]$.

equal means (from degrees, thresholds; by Fubini): The mean degree of the rows is the density, which is $\rho$ in both limits. The
mean of a degree is the integral over $y$ of the probability that the degree is larger. So the integral over all $y$ of the second share of
rows less the first one is $0$.

between (from gap, two gates, alike, degrees of one gate, degrees of two gates): Between $\frac12H(s_2)$ and $\frac12H(s_1)$ the integral
over $y$ of the second share less the first one is $[[between]]$, where $v_1$, $v_2$ are the $v$ of *alike* at $s_1$, $s_2$: the shares of
rows with one open gate are integrated over $s$, and that of rows with two open gates over $v$.

any order (from one gate, two gates; by rearrangement): Whatever the order of the rows of either graphon, $\int|d_U-d_V|$ is at least its
value where both degrees are nondecreasing: the integral over $y$ of the modulus of the difference of the shares.

twice (by O6 for degree_bound): In any order of rows and columns $\|d_U-d_V\|_1$ is at most twice the cut norm of $U-V$.

distance (from equal means, between, any order, twice): The integral of the modulus is at least the sum of the moduli of the integrals
between these two degrees and outside, and these two moduli are equal. So the cut distance is at least half of their sum,
$[[least_distance]]$.

two signals (by H2 for scores): Let $L\ge3$, and let $c_1$ and $c_2$ be the moduli of the signals of a row at the two samples. In the columns of
either kind the signal at their sample stands in place of the readout weight. Each of the two, by itself, has the law of $a$, and
they are independent of the gates. So what is said of rows with one open gate, and of all rows without a second residual, is
the same for all $L\ge2$.

two gates and signals (from two signals, rows): With a second residual a row with two open gates has the degree
$[[degree_signals]]$.
""",
    globals(),
)


def kinds_of_columns_are_halves(degree_one: sp.Expr, degree_both: sp.Expr) -> Relations:
    """The gates at both samples say in which half of the columns the row keeps something; the residual divides the threshold."""
    for degree, gates in ((degree_one, (1, 0)), (degree_both, (1, 1))):
        kept = (product_survival(t / a), product_survival(t / (r * a)))
        yield same(degree, sum(gate * each for gate, each in zip(gates, kept, strict=True)) / 2)


def tails_of_one_gate(share_one: sp.Expr, share_single: sp.Expr) -> Relations:
    """Half of the rows hear the first sample, if only it has a residual; a quarter each hears one of two alone."""
    for tail, parts in ((share_one, {s: HALF}), (share_single, {s: HALF**2, r * s: HALF**2})):
        yield same(
            sp.diff(tail, t), -sum(2 * part * normal_density(t / scale) / scale for scale, part in parts.items())
        )
        yield same(sp.limit(tail, t, sp.oo), sp.S.Zero)


def tail_of_two_gates(share_both: sp.Expr, degree_both: sp.Expr) -> Relations:
    """A quarter of the rows; the degree at a = t/v."""
    yield same(degree_both.subs(a, t / v), heights / 2)
    yield same(sp.diff(share_both, t), -normal_density(t / v) / (2 * v))
    yield same(sp.limit(share_both, t, sp.oo), sp.S.Zero)


def same_degree_with_one_gate(alike: sp.Expr) -> Relation:
    """What is 0 at the level is the difference of twice the degrees."""
    return same(zero_at(alike, v), heights - product_survival(s))


def rows_that_are_not_empty(
    alive_one: sp.Expr, alive_two: sp.Expr, share_one: sp.Expr, share_single: sp.Expr, share_both: sp.Expr
) -> Relations:
    """The tails where the degree is as small as one likes, by hand too: of four pairs of gates those with an open one that is heard."""
    yield same(alive_one, sp.limit(share_one, s, sp.oo))
    yield same(alive_two, sp.limit(share_single, s, sp.oo) + sp.limit(share_both, v, sp.oo))
    pairs = [(first, second) for first in (0, 1) for second in (0, 1)]
    heard = (sum(first for first, _ in pairs), sum(first or second for first, second in pairs))
    yield exhausts([(4 * alive_one, sp.Integer(heard[0])), (4 * alive_two, sp.Integer(heard[1]))], "pairs of gates")


def degrees_of_two_gates_fall(rate_both: sp.Expr) -> Relation:
    """The same of (H(v) + H(v/r))/2."""
    return same(sp.diff(heights, v) / 2, -rate_both, by=by_struve)


def gap_is_that_of_the_tails(gap: sp.Expr, share_one: sp.Expr, share_single: sp.Expr) -> Relation:
    """The tail with a second residual less that without it, each at its threshold."""
    return same(gap, share_single.subs(t, t_2) - share_one.subs(t, t_1))


def two_letters_of_one_integral(
    between: sp.Expr, gap: sp.Expr, rate: sp.Expr, share_both: sp.Expr, rate_both: sp.Expr
) -> Relation:
    """Rows with one gate over s, rows with two over v."""
    one = sp.Integral(gap * rate, (s, s_1, s_2))
    return same(between, one + sp.Integral(share_both.subs(t, t_2) * rate_both, (v, v_1, v_2)))


def distance_is_half_of_both_parts(least_distance: sp.Expr, between: sp.Expr, alike: sp.Expr) -> Relation:
    """Half of the moduli of what is between and of what is outside, which add up to 0 at the thresholds."""
    outside = -between
    halved = sp.expand((sp.Abs(between) + sp.Abs(outside)) / 2)
    named = [*NAMED[:2], (v_1, alike.subs(s, s_1)), (v_2, alike.subs(s, s_2))]
    return same(least_distance, Told(halved, named), by=sp.expand)


def one_signal_for_each_kind(degree_signals: sp.Expr, degree_both: sp.Expr) -> Relations:
    """The residual divides the threshold of the second kind, as does each signal; equal signals are one readout weight."""
    kept = (product_survival(t / c_1), product_survival(t / (r * c_2)))
    yield same(degree_signals, sum(kept) / 2)
    yield same(degree_both, degree_signals.subs({c_1: a, c_2: a}))


rows_in_the_limit = Claim(
    label="H7",
    title="In the limit the rows of SNIP's hidden mask depend on the labels",
    headline=r"In the limit of H2 the share $[[alive_two]]$ of the rows of layer 2 keeps something, and half of them if one residual is $0$. Degrees of rows, too, bound the cut distance of the two limits.",
    statement=r"""
In the setting of H2 with two hidden layers, with its density $\rho<\frac14$, its modulus $r$ of the second residual and its thresholds $t_1$ and $t_2$, a row of
layer 2 has a degree above $\frac12H(s)$ with probability $[[share_one]]$, at $t=t_1$, in the first limit. In the second limit, at $t=t_2$,
it has such a degree and one open gate with probability $[[share_single]]$, and such a degree and two open gates with probability
$[[share_both]]$, where $v$ is the solution of $H(v)+H(v/r)=H(s)$. The share of rows that keep anything is $[[alive_one]]$ in the first limit
and $[[alive_two]]$ in the second. For $s_1,s_2>0$ let $v_1$, $v_2$ be this $v$ at $s_1$, $s_2$. The cut distance between the graphons of the
two laws, whatever the order of rows and columns, is at least $$[[least_distance]].$$

**More layers.** From three hidden layers on a row has the signals of H2 at the two samples. If it has two open gates, and the signals
have the moduli $c_1$ and $c_2$, its degree in the second limit is $[[degree_signals]]$, which is that above at $c_1=c_2=a$. The laws of
all other rows, and of all rows in the first limit, are the same.
""",
    steps=STEPS,
    source=Source(
        "2510.17515",
        "v1",
        "beyond section 4.2, whose limits “depend only on $\\mathcal A$, $p$, $\\mathcal P$”: rows, where H2 has columns",
    ),
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(t, "threshold of H2, in units of the scores", POSITIVE, drawn=(sp.Rational(1, 8), 2)),
        Quantity(t_1, "threshold of H2 without a second residual", POSITIVE, (sp.Rational(1, 8), 2), BELOW_A_QUARTER),
        Quantity(t_2, "threshold of H2 with a second residual", POSITIVE, (sp.Rational(1, 8), 2), BELOW_A_QUARTER),
        Quantity(
            r, "modulus of the second residual, where that of the first is 1", POSITIVE, drawn=(sp.Rational(1, 4), 2)
        ),
        Quantity(a, "modulus of a row's readout weight", POSITIVE, drawn=(sp.Rational(1, 4), 2)),
        *(
            Quantity(each, f"modulus of a row's signal at the {which} sample", POSITIVE, drawn=(sp.Rational(1, 4), 2))
            for each, which in ((c_1, "first"), (c_2, "second"))
        ),
        Quantity(
            s,
            "value of a product of two normals, whose tail is twice the degree of a row",
            POSITIVE,
            drawn=(sp.Rational(1, 4), 3),
        ),
        Quantity(
            v,
            "the same for a row with two open gates, whose degree is half of the sum of the tails at it and at it over the second residual",
            POSITIVE,
            drawn=(sp.Rational(1, 4), 3),
        ),
        *(
            Quantity(
                each,
                f"value that cuts the range of degrees, {place}",
                POSITIVE,
                drawn=(sp.Rational(1, 4), 3),
            )
            for each, place in ((s_1, "at one end of the part that is integrated"), (s_2, "at the other end"))
        ),
        *(
            Quantity(
                each,
                f"the value for rows with two open gates at the same degree as {cut}",
                POSITIVE,
                convention="at 0 it belongs to the degree 1, which no cut at a value for one open gate has",
            )
            for each, cut in ((v_1, "the first cut"), (v_2, "the second cut"))
        ),
        DENSITY.drawn_from(sp.Rational(1, 100), sp.Rational(1, 5)),
    ),
    hypotheses=(
        Hypothesis(
            "the setting of H2: two or more hidden ReLU layers, two opposite samples, and widths to infinity one after the other"
        ),
        Hypothesis(
            "fewer weights are kept than have open gates", rho < sp.Rational(1, 4), needed_by=("least_distance",)
        ),
    ),
    symbols={
        "H": "tail of a product of two independent standard normal numbers, the chance that its modulus exceeds a value",
        "K_0": "modified Bessel function of the second kind",
    },
    unmeasured=(
        Unmeasured(expression="least_distance", why="the cut distance of the two limits is not known", side=Side.BELOW),
    ),
    also=("between",),
    because={
        "degrees": kinds_of_columns_are_halves,
        "one gate": tails_of_one_gate,
        "two gates": tail_of_two_gates,
        "alike": same_degree_with_one_gate,
        "rows alive": rows_that_are_not_empty,
        "degrees of one gate": degrees_fall_at_this_rate,
        "degrees of two gates": degrees_of_two_gates_fall,
        "gap": gap_is_that_of_the_tails,
        "between": two_letters_of_one_integral,
        "distance": distance_is_half_of_both_parts,
        "two gates and signals": one_signal_for_each_kind,
    },
    wrong=lambda: {
        "degree_one: every column": 2 * degree_one,
        "degree_both: one gate for both": degree_one,
        "degree_both: both kinds are one": 2 * degree_one,
        "degree_signals: the first signal for both": degree_signals.subs(c_2, c_1),
        "degree_signals: signals change places": degree_signals.subs({c_1: c_2, c_2: c_1}, simultaneous=True),
        "share_one: every gate is open": 2 * share_one,
        "share_single: the second sample forgotten": half_normal.at(t / s) / 4,
        "share_single: the residual multiplies the threshold": share_single.subs(r, 1 / r),
        "share_single: every open gate is the only one": 2 * share_single,
        "share_both: the samples share their gates": 2 * share_both,
        "alike: as with one gate": s,
        "alike: the mean of both tails": level(heights / 2, v, product_survival(s)),
        "alive_one: as columns with both residuals": sp.Integer(1),
        "alive_two: as many as columns": sp.Integer(1),
        "alive_two: the samples share their gates": HALF,
        "rate: density of one normal": sp.sqrt(2 / sp.pi) * sp.exp(-(s**2) / 2) / 2,
        "rate_both: that of one gate": sp.besselk(0, v) / sp.pi,
        "gap: one threshold": gap.subs(t_2, t_1),
        "between: rows with two open gates forgotten": sp.Integral(gap * rate, (s, s_1, s_2)),
        "least_distance: both parts": 2 * least_distance,
        "least_distance: rows with two open gates forgotten": Told(
            sp.Abs(sp.Integral(gap * rate, (s, s_1, s_2))), NAMED
        ),
        "least_distance: cut at the same values": Told(sp.Abs(between.subs({v_1: s_1, v_2: s_2})), NAMED),
    },
)
