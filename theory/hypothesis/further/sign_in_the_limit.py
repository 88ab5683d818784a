"""H8: for two orthogonal samples the limit of SNIP's hidden mask depends on the sign of a label."""

import sympy as sp

from sparse_limits.theory.bounds import Side, Unmeasured
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.level import level, zero_at
from sparse_limits.theory.hypothesis import labels
from sparse_limits.theory.hypothesis.further.rows_in_the_limit import a, s_1, s_2, v, v_1, v_2
from sparse_limits.theory.hypothesis.further.two_activations import (
    both_gates_are_open,
    both_moduli_are_alike,
    both_open,
    chance_minus,
    chance_plus,
    correlation,
    covariance_of_orthogonal_samples,
    larger,
    larger_and_smaller_of_two,
    m,
    normal_times_a_length,
    phi,
    smaller,
)
from sparse_limits.theory.hypothesis.labels import BELOW_A_QUARTER, rate, s, share_one, t_1, threshold_one
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, same
from sparse_limits.theory.saliency.model import DENSITY, rho
from sparse_limits.theory.tails import by_struve, half_normal, normal_density, product_survival, t, triple_normal

t_2, t_3 = sp.symbols("t_2 t_3", positive=True)  # thresholds for the residuals (1, 1) and (1, −1)
u_1, u_2 = sp.symbols("u_1 u_2", positive=True)  # for (1, −1) what v_1 and v_2 are for (1, 1)

alive = 1 - both_open
degree_plus = product_survival(t / a) / 2 + chance_plus.subs(m, t / a) / 4
degree_minus = product_survival(t / a) / 2 + chance_minus.subs(m, t / a) / 4


def _density(tail: sp.Expr) -> sp.Expr:
    """The mean of a degree: the tail is that of the modulus of the sum of both activations, where both are positive."""
    both = sp.Integral(2 / sp.pi * sp.besselk(0, s) * tail.subs(m, t / s), (s, 0, sp.oo))
    return (1 - both_open) * triple_normal.survival / 2 + both_open * both / 4


density_plus, density_minus = _density(larger), _density(smaller)
threshold_plus, threshold_minus = level(density_plus, t, rho), level(density_minus, t, rho)
share_single = (1 - 2 * both_open) * half_normal.at(t / s)
share_both = both_open * half_normal.at(t / v)
heights_plus = product_survival(v) + chance_plus.subs(m, v) / 2
heights_minus = product_survival(v) + chance_minus.subs(m, v) / 2
alike_plus, alike_minus = (level(each, v, product_survival(s)) for each in (heights_plus, heights_minus))
arc = sp.Integral(sp.exp(-v / (sp.sqrt(2) * sp.cos(phi))) / (sp.sqrt(2) * sp.cos(phi)), (phi, 0, sp.pi / 4)) / sp.pi
rate_plus = sp.besselk(0, v) / sp.pi + arc
rate_minus = sp.besselk(0, v) / sp.pi + sp.besselk(0, v / sp.sqrt(2)) / (sp.sqrt(2) * sp.pi) - arc


def _single(threshold: sp.Symbol) -> sp.Expr:
    return share_single.subs(t, threshold)


def _both(threshold: sp.Symbol, speed: sp.Expr, low: sp.Symbol, high: sp.Symbol) -> sp.Integral:
    return sp.Integral(share_both.subs(t, threshold) * speed, (v, low, high))


def _over_s(shares: sp.Expr) -> sp.Integral:
    return sp.Integral(shares * rate, (s, s_1, s_2))


between_plus = _over_s(share_one.subs(t, t_1) - _single(t_2)) - _both(t_2, rate_plus, v_1, v_2)
between_minus = _over_s(share_one.subs(t, t_1) - _single(t_3)) - _both(t_3, rate_minus, u_1, u_2)
between_signs = (
    _over_s(_single(t_2) - _single(t_3)) + _both(t_2, rate_plus, v_1, v_2) - _both(t_3, rate_minus, u_1, u_2)
)
NAMED = [  # what the letters of the distances stand for
    (t_1, threshold_one),
    (t_2, threshold_plus),
    (t_3, threshold_minus),
    *((each, alike_plus.subs(s, cut)) for each, cut in ((v_1, s_1), (v_2, s_2))),
    *((each, alike_minus.subs(s, cut)) for each, cut in ((u_1, s_1), (u_2, s_2))),
]
least_plus, least_minus, least_signs = map(sp.Abs, (between_plus, between_minus, between_signs))

STEPS = proof(
    r"""
scores (by D2): Let $L=2$, and let the samples $x$ and $x'$ be orthogonal and of one norm, with the residuals $1$ and $\pm1$. Up to one factor
the score of an entry of layer 2 tends in law to $|w|\,a\,|\varphi(u)\dot\varphi(z)\pm\varphi(u')\dot\varphi(z')|$: $w$, $u$ and $u'$ are
standard normal, $a$ is the modulus of a standard normal, $(z,z')$ is centred normal with equal variances, and $w$, $u$, $u'$, $a$, $(z,z')$
are independent; $u$ and $u'$ belong to the column, $a$ and $(z,z')$ to the row.

three layers (from scores; by H2 for gates): Let $L=3$, and let the samples be $x$ and $-x$. The preactivations of layer 2 have the
covariance $0$, and equal variances. So $u$ and $u'$, those of a column of layer 3, are independent, as in *scores*, and the scores of this
layer have the same law.

correlation (from scores, three layers): The covariance of $z$ and $z'$ is the mean of $\varphi(u)\varphi(u')$, over that of $\varphi(u)^2$: their
correlation is $[[correlation]]$.

gates (from correlation): Both gates of a row are open with the probability $[[both_open]]$, and so are both closed. One gate is
open, and the other closed, with the rest of the probability. The share $[[alive]]$ of the rows has an open gate.

moduli (from scores): $|u|+|u'|$ and $||u|-|u'||$ are the larger and the smaller one of $|u+u'|$ and $|u-u'|$, which are independent moduli of
normal numbers of variance $2$. So they exceed $m$ with the probabilities $[[larger]]$ and $[[smaller]]$.

sum (from scores): In polar coordinates of $(|u|,|u'|)$, $|u|+|u'|$ is the length, times $\sqrt2\cos\phi$ with an angle $\phi$ that is
uniform on $[0,\frac\pi4]$ and independent of the length; and $|w|$ times the length exceeds $m$ with the probability $e^{-m}$. So
$|w|(|u|+|u'|)$ exceeds $m$ with the probability $[[chance_plus]]$.

difference (from moduli, sum): Of $|w|(|u|+|u'|)$ and $|w|\,||u|-|u'||$ as many exceed $m$, on average, as of $|w||u+u'|$ and $|w||u-u'|$. So
the second one does with the probability $[[chance_minus]]$.

degrees (from gates, sum, difference): In a column $u$ and $u'$ are both positive with the probability $\frac14$, and just one of them with
$\frac12$. A row with one open gate has the degree $\frac12H(t/a)$. A row with two has the degree $[[degree_plus]]$ for the residuals
$(1,1)$, and $[[degree_minus]]$ for $(1,-1)$.

densities (from gates, moduli, degrees): The mean over $a$ of $H(t/a)$ is $H_3(t)$, and a product of two normals has the density
$\frac2\pi K_0$. So the densities are $[[density_plus]]$ and $[[density_minus]]$.

strictly (from densities; by intermediate value): They fall strictly and continuously from more than $\frac14$ to $0$ as $t$ grows, and each
density below $\frac14$ is attained at one threshold.

thresholds (from strictly; gives threshold_plus, threshold_minus): Let $t_2$ be the threshold for $(1,1)$, and $t_3$ that for $(1,-1)$.

one sample (from scores; by H2 for threshold_one; gives threshold_one): With the residuals $(1,0)$ the degree of a row is
$\frac12H(t/a)$ or $0$, as its gate at $x$ is open or not. So the threshold $t_1$ is that of H2.

one gate (from degrees, one sample): $\frac12H(t/a)>\frac12H(s)$ if and only if $a>t/s$. For $(1,0)$ a row has a degree above
$\frac12H(s)$ with the probability $[[share_one]]$; for $(1,\pm1)$ it has one open gate and such a degree with $[[share_single]]$.

two gates (from degrees): Every score of a row is proportional to $a$. So a row with two open gates has a larger degree than at $a=t/v$
if and only if $a>t/v$. It has such a degree, and two open
gates, with the probability $[[share_both]]$.

alike (from two gates; by intermediate value; gives alike_plus, alike_minus): Twice the degree at $a=t/v$ falls strictly and continuously in
$v$, to $0$, and is more than $1$ near $v=0$. So it is $H(s)$ at one $v$.

degrees fall (from sum, difference; gives rate, rate_plus, rate_minus): For $y=\frac12H(s)$ let $-dy/ds$ be `rate`, and for the degrees at $a=t/v$ let $-dy/dv$ be
`rate_plus` and `rate_minus`.

equal means (from degrees, thresholds, one sample; by Fubini): All three means of a degree are $\rho$. So for two of the three laws the
integral, over all degrees $y$, of the difference of the shares of rows with a larger degree is $0$.

between (from one gate, two gates, alike, degrees fall; gives between_plus, between_minus, between_signs): For two degrees $\frac12H(s_1)$
and $\frac12H(s_2)$ let $v_1,v_2$ and $u_1,u_2$ be the $v$ of *alike* for $(1,1)$ and for $(1,-1)$. Integrate the difference over the
degrees between: shares of rows with one open gate over $s$, shares of rows with two over $v$.

any order (from one gate, two gates; by rearrangement): Whatever the order of the rows of two graphons, $\int|d_U-d_V|$ is at least the
integral over $y$ of the modulus of the difference of the shares.

twice (by O6 for degree_bound): In any order of rows and columns $\|d_U-d_V\|_1$ is at most twice the cut norm of $U-V$.

distances (from equal means, between, any order, twice): The integral of the modulus is at least the sum of the moduli of the integrals
between both degrees and outside, and these two moduli are equal. So the cut distance is at least half of their sum: $[[least_plus]]$
between $(1,1)$ and $(1,0)$, $[[least_minus]]$ between $(1,-1)$ and $(1,0)$, and $[[least_signs]]$ between $(1,1)$ and $(1,-1)$.
""",
    globals(),
)


def quarters_of_columns(
    degree_plus: sp.Expr, degree_minus: sp.Expr, chance_plus: sp.Expr, chance_minus: sp.Expr
) -> Relations:
    """Of four quarters two have one positive preactivation, one has two."""
    for degree, chance in ((degree_plus, chance_plus), (degree_minus, chance_minus)):
        yield same(4 * degree, 2 * product_survival(t / a) + chance.subs(m, t / a))


def densities_are_means(
    density_plus: sp.Expr, density_minus: sp.Expr, both_open: sp.Expr, larger: sp.Expr, smaller: sp.Expr
) -> Relations:
    """Rows with one gate and with two; the sum and the difference times a product of two normals."""
    for density, tail in ((density_plus, larger), (density_minus, smaller)):
        product = sp.Integral(2 / sp.pi * sp.besselk(0, s) * tail.subs(m, t / s), (s, 0, sp.oo))
        single = triple_normal.survival / 2
        yield same(density, (1 - 2 * both_open) * single + both_open * (single + product / 4), by=sp.expand)


def thresholds_are_roots(
    threshold_plus: sp.Expr, threshold_minus: sp.Expr, density_plus: sp.Expr, density_minus: sp.Expr
) -> Relations:
    """What is 0 at a threshold is the density less ρ."""
    for threshold, density in ((threshold_plus, density_plus), (threshold_minus, density_minus)):
        yield same(zero_at(threshold, t), density - rho)


def tails_of_the_readout(tail: sp.Expr, part: sp.Expr, letter: sp.Expr) -> Relations:
    """A share of the rows, with a half-normal readout."""
    yield same(sp.diff(tail, t), -2 * part * normal_density(t / letter) / letter)
    yield same(sp.limit(tail, t, sp.oo), sp.S.Zero)


def tails_of_one_gate(share_one: sp.Expr, share_single: sp.Expr, both_open: sp.Expr) -> Relations:
    """Half of the rows hear one sample; those with just one open gate."""
    yield from tails_of_the_readout(share_one, sp.Rational(1, 2), s)
    yield from tails_of_the_readout(share_single, 1 - 2 * both_open, s)


def tails_of_two_gates(share_both: sp.Expr, both_open: sp.Expr) -> Relations:
    """Those with two."""
    yield from tails_of_the_readout(share_both, both_open, v)


def same_degree_with_one_gate(
    alike_plus: sp.Expr, alike_minus: sp.Expr, degree_plus: sp.Expr, degree_minus: sp.Expr
) -> Relations:
    """What is 0 at the level is twice the degree at a = t/v, less H(s)."""
    for alike, degree in ((alike_plus, degree_plus), (alike_minus, degree_minus)):
        yield same(zero_at(alike, v), 2 * degree.subs(a, t / v) - product_survival(s), by=sp.expand)


def merged(gap: sp.Expr) -> sp.Expr:
    """Simplified, with a letter for the integral over the angle, whose constant factors stand before it."""

    def named(integral: sp.Integral) -> sp.Expr:
        factor, rest = integral.function.as_independent(phi, as_Add=False)
        return factor * sp.Symbol(f"integral of {rest}", positive=True)

    return by_struve(gap.replace(sp.Integral, lambda function, *_: named(sp.Integral(function, phi))))


def degrees_fall_at_these_rates(
    rate: sp.Expr, rate_plus: sp.Expr, rate_minus: sp.Expr, degree_plus: sp.Expr, degree_minus: sp.Expr
) -> Relations:
    """The derivatives, under the integral."""
    yield labels.degrees_fall_at_this_rate(rate)
    for speed, degree in ((rate_plus, degree_plus), (rate_minus, degree_minus)):
        yield same(sp.diff(degree.subs(a, t / v), v), -speed, by=merged)


def differences_of_shares(
    between_plus: sp.Expr,
    between_minus: sp.Expr,
    between_signs: sp.Expr,
    share_one: sp.Expr,
    share_single: sp.Expr,
    share_both: sp.Expr,
    rate: sp.Expr,
    rate_plus: sp.Expr,
    rate_minus: sp.Expr,
) -> Relations:
    """Rows with one gate over s, rows with two over v."""

    def both(threshold: sp.Symbol, speed: sp.Expr, ends: tuple[sp.Symbol, sp.Symbol]) -> sp.Integral:
        return sp.Integral(share_both.subs(t, threshold) * speed, (v, *ends))

    def single(shares: sp.Expr) -> sp.Integral:
        return sp.Integral(shares * rate, (s, s_1, s_2))

    plus, minus = (share_single.subs(t, each) for each in (t_2, t_3))
    of_plus, of_minus = both(t_2, rate_plus, (v_1, v_2)), both(t_3, rate_minus, (u_1, u_2))
    one = share_one.subs(t, t_1)
    yield same(between_plus, single(one - plus) - of_plus)
    yield same(between_minus, single(one - minus) - of_minus)
    yield same(between_signs, single(plus - minus) + of_plus - of_minus)


def distances_are_halves_of_both_parts(
    least_plus: sp.Expr,
    least_minus: sp.Expr,
    least_signs: sp.Expr,
    between_plus: sp.Expr,
    between_minus: sp.Expr,
    between_signs: sp.Expr,
) -> Relations:
    """What is between and what is outside add up to 0 at the thresholds."""
    pairs = ((least_plus, between_plus), (least_minus, between_minus), (least_signs, between_signs))
    for least, between in pairs:
        outside = -between
        yield same(least, (sp.Abs(between) + sp.Abs(outside)) / 2)


NO_ROW = "at 0 it belongs to the degree ½, which no row with one open gate attains"


def _positive(letter: sp.Symbol, meaning: str, convention: str = "") -> Quantity:
    return Quantity(letter, meaning, POSITIVE, (sp.Rational(1, 4), 3), convention)


sign_in_the_limit = Claim(
    label="H8",
    title="For two orthogonal samples the limit depends on the sign of a label",
    headline=r"In the limit of two hidden ReLU layers SNIP's masks for two orthogonal samples differ with the sign of a residual, in cut distance. For either sign the share $$[[alive]]$$ of the rows keeps something.",
    statement=r"""
Take two hidden ReLU layers, no biases, one output and normal weights, and two orthogonal samples of one norm, with the residuals $(1,1)$,
$(1,-1)$ or $(1,0)$, which do not depend on the network. SNIP's mask of layer 2 keeps the scores above a threshold, at a density
$\rho<\frac14$. In the limit of D2 both gates of a row are open with probability $[[both_open]]$, and the share $[[alive]]$ of the rows keeps
something for $(1,\pm1)$. In units of the scores let $t_2$ and $t_3$ be the thresholds for $(1,1)$ and $(1,-1)$, where
$[[density_plus]]=\rho$ and $[[density_minus]]=\rho$, and $t_1$ that for $(1,0)$, of H2. A row with one open gate and the readout weight
$\pm a$ has the degree $\frac12H(t/a)$. With $$Q(m)=[[chance_plus]]$$ one with two has the degree $\frac12H(t/a)+\frac14Q(t/a)$ for $(1,1)$,
and $\frac12H(t/a)+\frac12H(\frac t{\sqrt2a})-\frac14Q(t/a)$ for $(1,-1)$. The probability of one open gate and a degree above
$\frac12H(s)$ is $[[share_single]]$, and that of two open gates and a larger degree than at $a=t/v$ is $[[share_both]]$. For $s_1,s_2>0$ let
$v_1$, $v_2$ for $(1,1)$, and $u_1$, $u_2$ for $(1,-1)$, be the $v$ at which that degree is $\frac12H(s_1)$ and $\frac12H(s_2)$. The cut
distance between the graphons of two of these laws, whatever the order of rows and columns, is at least
$$[[least_plus]]$$ for $(1,1)$ and $(1,0)$, $$[[least_minus]]$$ for $(1,-1)$ and $(1,0)$, and $$[[least_signs]]$$ for $(1,1)$ and $(1,-1)$.
The same holds for layer 3 of three hidden layers and the samples $x$ and $-x$.
""",
    steps=STEPS,
    source=Source(
        "2510.17515",
        "v1",
        r"beyond section 4.2, whose limits “depend only on $\mathcal A$, $p$, $\mathcal P$”: the sign of a label, for the same inputs",
    ),
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(
            t, "threshold for two orthogonal samples, in units of the scores", POSITIVE, drawn=(sp.Rational(1, 8), 2)
        ),
        *(
            Quantity(each, f"threshold for the residuals {which}", POSITIVE, (sp.Rational(1, 8), 2), BELOW_A_QUARTER)
            for each, which in ((t_1, "(1, 0)"), (t_2, "(1, 1)"), (t_3, "(1, −1)"))
        ),
        _positive(a, "modulus of the readout weight of a row"),
        _positive(m, "value that a product exceeds"),
        _positive(s, "value of a product of two normals, whose tail is twice the degree of a row with one open gate"),
        _positive(v, "threshold over the readout weight, of a row with two open gates"),
        _positive(s_1, "value at one end of the degrees over which the shares are integrated", NO_ROW),
        _positive(s_2, "value at the other end of these degrees", NO_ROW),
        *(
            _positive(each, f"the value for rows with two open gates and {which} at the same degree as {cut}")
            for each, which, cut in (
                (v_1, "(1, 1)", "the first cut"),
                (v_2, "(1, 1)", "the second cut"),
                (u_1, "(1, −1)", "the first cut"),
                (u_2, "(1, −1)", "the second cut"),
            )
        ),
        DENSITY.drawn_from(sp.Rational(1, 100), sp.Rational(1, 5)),
    ),
    hypotheses=(
        Hypothesis(
            "the law of D2: two or three hidden ReLU layers, widths to infinity one after the other, residuals that are fixed"
        ),
        Hypothesis("a threshold that does not depend on the sample, in the place of that of the largest scores"),
        Hypothesis(
            "fewer weights are kept than have open gates",
            rho < sp.Rational(1, 4),
            needed_by=("threshold_one", "threshold_plus", "threshold_minus"),
        ),
    ),
    symbols={
        "H": "tail of a product of two independent standard normal numbers, the chance that its modulus exceeds a value",
        "Q": "the chance that the product of the moduli of a standard normal number and of the sum of two others exceeds a value",
        "H_3": "the same for a product of three",
        "K_0": "modified Bessel function of the second kind",
    },
    unmeasured=tuple(
        Unmeasured(expression=each, why="the cut distance of the two limits is not known", side=Side.BELOW)
        for each in ("least_plus", "least_minus", "least_signs")
    ),
    because={
        "correlation": covariance_of_orthogonal_samples,
        "gates": both_gates_are_open,
        "moduli": larger_and_smaller_of_two,
        "sum": normal_times_a_length,
        "difference": both_moduli_are_alike,
        "degrees": quarters_of_columns,
        "densities": densities_are_means,
        "thresholds": thresholds_are_roots,
        "one gate": tails_of_one_gate,
        "two gates": tails_of_two_gates,
        "alike": same_degree_with_one_gate,
        "degrees fall": degrees_fall_at_these_rates,
        "between": differences_of_shares,
        "distances": distances_are_halves_of_both_parts,
    },
    wrong=lambda: {
        "correlation: gates are independent": sp.Integer(0),
        "both_open: gates are independent": sp.Rational(1, 4),
        "both_open: half of the angle": sp.Rational(1, 4) + correlation / 2,
        "chance_plus: one of the two": product_survival(m),
        "chance_plus: normal of variance 2": product_survival(m / sp.sqrt(2)),
        "chance_minus: as that of the sum": chance_plus,
        "degree_minus: the sign does not matter": degree_plus,
        "density_minus: the sign does not matter": density_plus,
        "threshold_minus: the sign does not matter": threshold_plus,
        "threshold_one: a second residual of 1": threshold_plus,
        "share_single: gates are independent": half_normal.at(t / s) / 2,
        "least_signs: both parts": 2 * least_signs,
        "least_signs: rows with two open gates forgotten": sp.Abs(_over_s(_single(t_2) - _single(t_3))),
        "least_plus: both parts": 2 * least_plus,
        "least_minus: the sign does not matter": least_plus,
    },
)
