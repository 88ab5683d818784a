"""H2: the limit law of SNIP's hidden mask depends on the labels."""

import sympy as sp

from sparse_limits.theory.bounds import Side, Unmeasured
from sparse_limits.theory.claims import Claim, Pitfall, Provenance, Source
from sparse_limits.theory.formulas.let import Told
from sparse_limits.theory.formulas.level import level, zero_at
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.dual import a as first
from sparse_limits.theory.kernel.dual import b as second
from sparse_limits.theory.kernel.dual import c as cross
from sparse_limits.theory.kernel.dual import relu
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.questions import OpenQuestion
from sparse_limits.theory.reasons import Relation, Relations, exhausts, same
from sparse_limits.theory.saliency.model import DENSITY, rho
from sparse_limits.theory.tails import (
    by_struve,
    half_normal,
    normal_density,
    product_normal,
    product_survival,
    t,
    triple_normal,
)

r = sp.Symbol("r", positive=True)  # modulus of the second residual, that of the first one being 1
b = sp.Symbol("b", positive=True)  # modulus of the preactivation below, a column's
s = sp.Symbol("s", positive=True)  # a degree is H(s)/2
s_0 = sp.Symbol("s_0", positive=True)  # where the range of degrees is cut in two
t_1, t_2 = sp.symbols("t_1 t_2", positive=True)  # thresholds without and with a second residual
r_3 = sp.Symbol("r_3", positive=True)  # another modulus of the second residual
t_3 = sp.Symbol("t_3", positive=True)  # and its threshold

HALF = sp.Rational(1, 2)
BELOW_A_QUARTER = "at densities below a quarter no threshold is 0"
covariance = sp.Integer(0)
degree = product_survival(t / b) / 2
density_one = triple_normal.survival / 4
density_two = (triple_normal.survival + triple_normal.at(t / r)) / 4
share_one = half_normal.at(t / s) / 2
share_two = (half_normal.at(t / s) + half_normal.at(t / (r * s))) / 2
rate = sp.besselk(0, s) / sp.pi
gap = (half_normal.at(t_2 / s) + half_normal.at(t_2 / (r * s)) - half_normal.at(t_1 / s)) / 2
threshold_one = level(density_one, t, rho)
threshold_two = level(density_two, t, rho)
least_distance = Told(sp.Abs(sp.Integral(gap * rate, (s, s_0, sp.oo))), [(t_1, threshold_one), (t_2, threshold_two)])
alive_one, alive_two = HALF, sp.Integer(1)
gap_residuals = (
    half_normal.at(t_2 / s) + half_normal.at(t_2 / (r * s)) - half_normal.at(t_3 / s) - half_normal.at(t_3 / (r_3 * s))
) / 2
least_residuals = Told(
    sp.Abs(sp.Integral(gap_residuals * rate, (s, s_0, sp.oo))),
    [(t_2, threshold_two), (t_3, threshold_two.subs(r, r_3))],
)
signals = HALF + sp.asin(1 / sp.pi) / sp.pi

STEPS = proof(
    r"""
scores (by D2): Let $L\ge2$, and let the samples be $x$ and $-x$, with the residuals $1$ and $\pm r$. Up to one factor the score of an
entry of layer 2 tends in law to $|w|\,|\varphi(u)\dot\varphi(z)\,c\pm r\,\varphi(-u)\dot\varphi(z')\,c'|$: $w$ and $u$ are standard normal,
$(z,z')$ and $(c,c')$ are centred normal, the latter with the variances $1$, and $w$, $u$, $(z,z')$, $(c,c')$ are independent; $u$ belongs to
the column, both pairs to the row. If $L=2$, $c=c'$ is the readout weight. For one sample, with a residual other than $0$, the scores of every hidden
layer from 2 on have the law with $r=0$.

kinds of columns (from scores): $\varphi(u)$ and $\varphi(-u)$ are not both positive: their product has the mean $[[covariance]]$. So a
column is active on one sample only: the first one if $u>0$, the second one if $u<0$, each with probability $\frac12$; let $b=|u|$.

gates (from scores, kinds of columns; by D2): The covariance of $z$ and $z'$ is a multiple of this mean, hence $0$: the gates of a row at
the two samples are open with probability $\frac12$ each, independently.

one signal (from scores, kinds of columns; by same law): Only one of $c$ and $c'$ counts in a column: let $a$ be its modulus, that of a
standard normal number for every $L$.

degree (from gates, one signal): A row with an open gate keeps the entry if $|w|a>t/b$, in a column of the first kind. So this column has, over all
rows, the degree $[[degree]]$; a column of the second kind has this degree with $t/r$ in place of $t$.

densities (from kinds of columns, degree): $H(t/b)$ has the mean $H_3(t)$ over $b$. So the density is $[[density_two]]$; with $r=0$
columns of the second kind are empty, and the density is $[[density_one]]$.

strictly (from densities; by intermediate value): $H$ and $H_3$ are tails of positive densities: they decrease strictly and continuously
from $1$ to $0$, and each density below $\frac14$ is attained at one threshold.

thresholds (from strictly; gives threshold_one, threshold_two): Let $t_1$ be the threshold of `density_one`, and $t_2$ that of
`density_two`.

tails (from kinds of columns, degree, strictly): $\frac12H(t/b)>\frac12H(s)$ if and only if $b>t/s$. A column has a degree above
$\frac12H(s)$ with the probability $[[share_one]]$ without a second residual, and $[[share_two]]$ with it.

columns alive (from tails): Let $s\to\infty$. The share $[[alive_one]]$ of the columns keeps something without a second residual, and the
share $[[alive_two]]$ with it.

degrees in a row (from degree): For $y=\frac12H(s)$, $-dy/ds=[[rate]]$.

gap (from thresholds, tails): The second probability, at $t_2$, exceeds the first, at $t_1$, by $[[gap]]$.

equal means (from thresholds, gap, degrees in a row; by Fubini): The mean of a degree is the integral over $y$ of the probability that the degree is
larger, and both means are $\rho$: the integral of `gap` times `rate` over $s>0$ is $0$.

any order (from tails; by rearrangement): Whatever the order of the columns of either graphon, $\int|d_U-d_V|$ is at least its value where
both degrees are nondecreasing: the integral over $y$ of the modulus of `gap`.

twice (by O6 for degree_bound): In any order of rows and columns $\|d_U-d_V\|_1$ is at most twice the cut norm of $U-V$.

distance (from equal means, any order, twice): The integral of the modulus is at least the sum of the moduli of the integrals over $s>s_0$
and over $s<s_0$, and these two moduli are equal. So the cut distance is at least half of their sum, $[[least_distance]]$.

another residual (from thresholds, tails, equal means, any order, twice): Let $t_3$ be the threshold of `density_two` with $r_3$ in place of
$r$. The same holds for the second limit and the one with $r_3$: their shares differ by $[[gap_residuals]]$, and the cut distance is at
least $[[least_residuals]]$.

signals (from scores, gates): Let $L=3$. The correlation of $c$ and $c'$ is that of $\dot\varphi$ at the preactivations of layer 3,
whose correlation is that of $\varphi(z)$ and $\varphi(z')$, with independent $z$ and $z'$; both are means of products, over means of
squares. So $c$ and $c'$ have the correlation $[[signals]]$.
""",
    globals(),
)


def opposite_samples_share_nothing(covariance: sp.Expr) -> Relation:
    """The mean of φφ′ of K1 at variances 1 and the covariance −1."""
    return same(covariance, sp.limit(valued(relu.value, {first: 1, second: 1}), cross, -1))


def half_of_the_gates_are_open(degree: sp.Expr) -> Relations:
    """The gate of the one sample that is not 0 in the column is open in half of the rows, where |w| a > t/b with H(t/b)."""
    yield same(degree, sum(gate * product_normal.at(t / b) for gate in (0, 1)) / 2)


def densities_are_means_over_kinds(density_one: sp.Expr, density_two: sp.Expr) -> Relations:
    """Kinds and gates are fair coins; the residual of the sample divides the threshold."""
    yield same(density_two, sum(gate * triple_normal.at(t / heard) for gate in (0, 1) for heard in (1, r)) / 4)
    yield same(density_one, sum(gate * triple_normal.at(t) for gate in (0, 1)) / 4)


def tails_are_those_of_the_modulus(share_one: sp.Expr, share_two: sp.Expr) -> Relations:
    """In t the tail of b > t/s, or t/rs, falls by the half-normal density of b, over s or rs; it ends at 0."""
    for tail, scales in ((share_one, (s,)), (share_two, (s, r * s))):
        yield same(sp.diff(tail, t), -sum(normal_density(t / each) / each for each in scales))
        yield same(sp.limit(tail, t, sp.oo), sp.S.Zero)


def columns_that_are_not_empty(
    alive_one: sp.Expr, alive_two: sp.Expr, share_one: sp.Expr, share_two: sp.Expr
) -> Relations:
    """The tails where the degree is as small as one likes."""
    yield same(alive_one, sp.limit(share_one, s, sp.oo))
    yield same(alive_two, sp.limit(share_two, s, sp.oo))


def columns_by_hand(alive_two: sp.Expr, residuals: tuple[sp.Expr, sp.Expr]) -> Relation:
    """Of the two kinds of columns, those whose sample has a residual."""
    return exhausts([(alive_two * 2, sp.Integer(sum(bool(each) for each in residuals)))], "kinds of columns")


def degrees_fall_at_this_rate(rate: sp.Expr) -> Relation:
    """The derivative of H/2 (by the series of Struve functions)."""
    return same(sp.diff(product_normal.at(s), s) / 2, -rate, by=by_struve)


def thresholds_are_roots(
    threshold_one: sp.Expr, threshold_two: sp.Expr, density_one: sp.Expr, density_two: sp.Expr
) -> Relations:
    """What is 0 at a threshold is the density less ρ."""
    for threshold, density in ((threshold_one, density_one), (threshold_two, density_two)):
        yield same(zero_at(threshold, t), density - rho)


def gap_is_that_of_the_tails(gap: sp.Expr, share_one: sp.Expr, share_two: sp.Expr) -> Relation:
    """The tail with a second residual less the one without, each at its threshold."""
    return same(gap, share_two.subs(t, t_2) - share_one.subs(t, t_1))


def distance_is_half_of_both_parts(least_distance: sp.Expr, gap: sp.Expr, rate: sp.Expr) -> Relation:
    """Half of the moduli of both parts, which add up to 0 at the thresholds."""
    above = sp.Integral(gap * rate, (s, s_0, sp.oo))
    below = -above
    halved = sp.expand((sp.Abs(above) + sp.Abs(below)) / 2)
    return same(least_distance, Told(halved, [(t_1, threshold_one), (t_2, threshold_two)]), by=sp.expand)


def distance_of_two_residuals(
    least_residuals: sp.Expr, gap_residuals: sp.Expr, share_two: sp.Expr, rate: sp.Expr
) -> Relations:
    """The tails at both residuals, each at its threshold; then half of the moduli of both parts."""
    yield same(gap_residuals, share_two.subs(t, t_2) - share_two.subs({r: r_3, t: t_3}))
    above = sp.Integral(gap_residuals * rate, (s, s_0, sp.oo))
    below = -above
    halved = sp.expand((sp.Abs(above) + sp.Abs(below)) / 2)
    named = [(t_2, threshold_two), (t_3, threshold_two.subs(r, r_3))]
    yield same(least_residuals, Told(halved, named), by=sp.expand)


def signals_of_three_layers(signals: sp.Expr) -> Relation:
    """φφ′ of K1 at the covariance 0, and φ̇φ̇′ at this correlation, each over its value at equal inputs."""
    value, slope = (each.subs({first: 1, second: 1}) for each in (relu.value, relu.slope))
    above = value.subs(cross, 0) / sp.limit(value, cross, 1)
    correlation = slope.subs(cross, above) / sp.limit(slope, cross, 1)
    return same(signals, correlation, by=lambda gap: sp.expand(gap.rewrite(sp.asin)))


labels_in_the_limit = Claim(
    label="H2",
    title="The limit law of SNIP's hidden mask depends on the labels",
    headline=r"Take the limit of two hidden ReLU layers for two opposite samples, at a density below $1/4$. If one residual is $0$, only the share $$[[alive_one]]$$ of the columns of layer 2 keeps anything. If neither is $0$, all columns do.",
    statement=r"""
Take two or more hidden ReLU layers without biases, with normal weights and one output. The samples are $x$ and $-x$, and the residuals do not
depend on the network. SNIP's mask of layer 2 keeps the scores above a threshold, at a density $\rho<\frac14$. Take the limit of D2, with
scores in units of the first residual. $H$ and $H_3$ are the tails of products of two and of three standard normal numbers.

**The two limits.** *First*, let the second residual be $0$: the threshold $t=t_1$ solves $[[density_one]]=\rho$. *Second*, let the second
residual have the modulus $r$: the threshold $t=t_2$ solves $[[density_two]]=\rho$. A column has a degree above $\frac12H(s)$ with
probability $[[share_one]]$ in the first limit and $[[share_two]]$ in the second. The share of columns that keep anything is $[[alive_one]]$
in the first and $[[alive_two]]$ in the second.

**Their distance.** For every $s_0>0$ the cut distance between the graphons of the two laws, whatever the order of rows and columns, is at
least $$[[least_distance]].$$

**Neither residual is 0.** Take the second limit, and the one for a second residual of another modulus $r_3$, whose threshold
$t=t_3$ solves the same equation with $r_3$ in place of $r$. For every $s_0>0$ the cut distance between the graphons of these two laws,
whatever the order of rows and columns, is at least the modulus of the integral above with the difference of their shares in it
(`gap_residuals`, `least_residuals`).

**More layers.** For one sample with a residual other than $0$, in place of two, the mask of every hidden layer from 2 on has the first limit.
For two samples a row of layer 2 has a signal for each. With two hidden layers both are the readout weight; with three their correlation is
$[[signals]]$. The thresholds, shares and bounds above are the same for every number of hidden layers.
""",
    steps=STEPS,
    source=Source(
        "2510.17515",
        "v1",
        "section 4.2: “These limiting graphons depend only on $\\mathcal A$, $p$, $\\mathcal P$”; that they depend on the labels too is ours",
    ),
    provenance=Provenance.PITFALL,
    quantities=(
        Quantity(t, "threshold, in units of the scores", POSITIVE, drawn=(sp.Rational(1, 8), 2)),
        Quantity(t_1, "threshold without a second residual", POSITIVE, (sp.Rational(1, 8), 2), BELOW_A_QUARTER),
        Quantity(t_2, "threshold with a second residual", POSITIVE, (sp.Rational(1, 8), 2), BELOW_A_QUARTER),
        Quantity(r, "modulus of the second residual over that of the first", POSITIVE, drawn=(sp.Rational(1, 4), 2)),
        Quantity(r_3, "another modulus of the second residual", POSITIVE, drawn=(sp.Rational(1, 4), 2)),
        Quantity(t_3, "threshold with this other second residual", POSITIVE, (sp.Rational(1, 8), 2), BELOW_A_QUARTER),
        Quantity(b, "modulus of the preactivation below", POSITIVE, drawn=(sp.Rational(1, 4), 2)),
        Quantity(
            s,
            "value of a product of two normals, whose tail is twice the degree",
            POSITIVE,
            drawn=(sp.Rational(1, 4), 3),
        ),
        Quantity(
            s_0,
            "value that cuts the range of degrees in two",
            POSITIVE,
            drawn=(sp.Rational(1, 4), 3),
            convention="at 0 the integral is 0, and the bound says nothing",
        ),
        DENSITY.drawn_from(sp.Rational(1, 100), sp.Rational(1, 5)),
    ),
    hypotheses=(
        Hypothesis(
            "the law of D2: two or more hidden ReLU layers, widths to infinity one after the other, residuals that are fixed"
        ),
        Hypothesis("a threshold that does not depend on the sample, in the place of that of the largest scores"),
        Hypothesis(
            "fewer weights are kept than have open gates",
            rho < sp.Rational(1, 4),
            needed_by=("threshold_one", "threshold_two", "least_distance", "least_residuals"),
        ),
    ),
    symbols={
        "x": "sample, an input of the network",
        "H": "tail of a product of two independent standard normal numbers, the chance that its modulus exceeds a value",
        "H_3": "the same for a product of three",
        "K_0, K_1": "modified Bessel functions of the second kind",
    },
    unmeasured=tuple(
        Unmeasured(expression=each, why="the cut distance of the two limits is not known", side=Side.BELOW)
        for each in ("least_distance", "least_residuals")
    ),
    also=("threshold_one", "threshold_two", "gap", "gap_residuals", "least_residuals"),
    aids={"residuals": (sp.Integer(1), sp.Integer(1))},
    pitfalls=(
        Pitfall(
            control="labels do not matter",
            said="The limit of the masks depends on the architecture, the density and the pruning method alone.",
            by="Section 4.2 of arXiv:2510.17515v1, a hypothesis there: “These limiting graphons depend only on $\\mathcal A$, $p$, $\\mathcal P$”.",
            why="A column of layer 2 is active on only one of the two opposite samples, and keeps nothing if that sample has no residual.",
            counterexample="residuals",
            by_hand=(
                "Samples $x$ and $-x$: a unit of layer 1 is positive on one of them, by a fair coin. With the residuals $(1,1)$ the columns of "
                "both kinds have scores; with $(1,0)$ only half of the columns do, and the others are empty."
            ),
            instead="In the limit law another residual leaves another graphon, at a cut distance of at least $[[least_distance]]$.",
        ),
    ),
    open_questions=(
        OpenQuestion(
            asks=r"""For fixed data, residuals, depth and weight law: do the masks of all layers of SNIP, and of GraSP, converge in the cut distance as all widths grow together, with a rate, to graphons that depend on the data through the
covariances of preactivations and of the signals that come back?""",
            obstacle=r"""Given its signals, a mask is near the kernel of these signals. What is not proved is a law of large numbers for them: that the pairs of preactivations and signals of the rows of a layer, and the activations of its columns, have
a limit law, jointly and with a rate. They depend on one another through the weights. For GraSP not even the kernel given the signals is proved: H3 is about SNIP's scores.""",
            known=r"""SNIP's kernel, given the signals, in each layer, at every width, depth and loss (H3), and the law of a row as widths grow one after the other (D2). With one hidden layer the rows of SNIP's scores are independent and of one law, at every width (S6). With two hidden ReLU layers, and at densities below the share of scores other than 0, H3 and the law of large numbers give the limit of the mask between them, without a rate but for one sample (H3): its columns belong to independent units of layer 1, and given these its rows are independent, with normal preactivations whose covariance is a mean over these units. Masks that see no data converge: magnitude (S2), SynFlow in one round (S11) and in a fixed number of rounds (H6.2). The
hypothesis that the limit depends on architecture, density and method alone fails in the limit of D2, by the distance that is proved here.""",
            evidence=r"""On digits, sorted histograms of SNIP's masks differ with the labels at width $800$ by nearly as much as at $100$: `study hypothesis`, measured at two hidden layers and three. That the histograms of one data set approach each other as the width grows is no evidence (H4).""",
        ),
    ),
    because={
        "kinds of columns": opposite_samples_share_nothing,
        "degree": half_of_the_gates_are_open,
        "densities": densities_are_means_over_kinds,
        "thresholds": thresholds_are_roots,
        "tails": tails_are_those_of_the_modulus,
        "columns alive": (columns_that_are_not_empty, columns_by_hand),
        "degrees in a row": degrees_fall_at_this_rate,
        "gap": gap_is_that_of_the_tails,
        "distance": distance_is_half_of_both_parts,
        "another residual": distance_of_two_residuals,
        "signals": signals_of_three_layers,
    },
    wrong=lambda: {
        "covariance: of equal samples": sp.Integer(1),
        "degree: gates always open": 2 * degree,
        "degree: a normal for a product": half_normal.at(t / b) / 2,
        "density_one: gates of one layer": 2 * density_one,
        "density_one: a product of two": product_normal.survival / 4,
        "density_two: the samples share their gates": density_one,
        "density_two: the residual multiplies the threshold": density_two.subs(r, 1 / r),
        "share_one: every column": 2 * share_one,
        "share_two: the second kind forgotten": share_one,
        "share_two: the residual multiplies the threshold": share_two.subs(r, 1 / r),
        "alive_one: none is empty": sp.Integer(1),
        "alive_two: labels do not matter": alive_one,
        "rate: density of one normal": sp.sqrt(2 / sp.pi) * sp.exp(-(s**2) / 2) / 2,
        "rate: a whole degree": 2 * rate,
        "gap: one threshold": gap.subs(t_2, t_1),
        "gap: the other way": -gap,
        "least_distance: both parts": 2 * least_distance,
        "least_distance: one threshold for both": Told(least_distance.args[0].subs(t_2, t_1), [(t_1, threshold_one)]),
        "gap_residuals: one threshold": gap_residuals.subs(t_3, t_2),
        "gap_residuals: one residual": gap_residuals.subs(r_3, r),
        "least_residuals: both parts": 2 * least_residuals,
        "least_residuals: one threshold for both": Told(least_residuals.args[0].subs(t_3, t_2), [(t_2, threshold_two)]),
        "least_residuals: against no second residual": least_distance,
        "signals: one readout weight": sp.Integer(1),
        "signals: gates of layer 3 are independent": HALF,
        "signals: the correlation of activations": 1 / sp.pi,
        "threshold_one: gates of one layer": threshold_one.subs(rho, rho / 2),
        "threshold_two: that of one sample": threshold_one,
    },
)
