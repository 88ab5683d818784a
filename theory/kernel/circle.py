"""K10.1: the spectrum of the tangent kernel on the circle, and the four metrics of a spectrum read off it exactly."""

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.symbols import KAPPAS
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, holds, nonnegative, same, vanishes

k = sp.Symbol("k", integer=True, nonnegative=True)  # frequency
rank = sp.Symbol("r", integer=True, positive=True)  # place in the descending list, multiplicities counted, from 1
low, high = sp.symbols("r_0 r_1", integer=True, positive=True)  # ranks of a fit, both included
points = sp.Symbol("S", integer=True, positive=True)
wave = sp.Symbol("a", positive=True)  # a frequency that is not 0, whole or not
sum_x, sum_y, sum_xx, sum_xy = sp.symbols("S_x S_y S_xx S_xy", real=True)

ramp_wave = (1 - sp.cos(wave * sp.pi)) / wave**2
sine_wave = (1 - sp.cos(wave * sp.pi)) / wave
_even = 1 + (-1) ** k
ntk_eigenvalue = sp.Piecewise(
    (sp.Rational(1, 2), sp.Eq(k, 1)), (_even * (k**2 + 3) / (sp.pi**2 * (k**2 - 1) ** 2), True)
)
slope_eigenvalue = sp.Piecewise((sp.Rational(1, 2), sp.Eq(k, 0)), ((1 - (-1) ** k) / (sp.pi**2 * k**2), True))
value_eigenvalue = sp.Piecewise((sp.Rational(1, 4), sp.Eq(k, 1)), (2 * _even / (sp.pi**2 * (k**2 - 1) ** 2), True))

_frequency = rank - 2 - (1 - (-1) ** rank) / 2  # 2, 2, 4, 4, 6, … from rank 4 on
ranked = sp.Piecewise(
    (6 / sp.pi**2, sp.Eq(rank, 1)),
    (sp.Rational(1, 2), rank <= 3),
    (2 * (_frequency**2 + 3) / (sp.pi**2 * (_frequency**2 - 1) ** 2), True),
)

fit_slope = (points * sum_xy - sum_x * sum_y) / (points * sum_xx - sum_x**2)  # of y on x, by least squares


def _over_ranks(term: sp.Expr) -> sp.Sum:
    return sp.Sum(term, (rank, low, high))


_x, _y = sp.log(rank), sp.log(ranked)
decay = -valued(
    fit_slope,
    {
        points: high - low + 1,
        sum_x: _over_ranks(_x),
        sum_y: _over_ranks(_y),
        sum_xx: _over_ranks(_x**2),
        sum_xy: _over_ranks(_x * _y),
    },
)
exponent = sp.Integer(2)
trace_ratio = sp.pi**2 / 3
gap_ratio = 12 / sp.pi**2
top_energy = sp.Rational(1, 2) + 41 / (9 * sp.pi**2)

even_limit = 2 / sp.pi**2
fall = 8 * (k**2 + 2 * k + 5) / (sp.pi**2 * (k - 1) ** 2 * (k + 1) * (k + 3) ** 2)

STEPS = proof(
    r"""
kernels (by K1): At an angle $\theta$ from $0$ to $\pi$, $\kappa_0=1-\frac\theta\pi$ and $\pi\kappa_1=\sin\theta+(\pi-\theta)\cos\theta$.

Fourier basis (by translation): The circle is a group. With $\theta=\alpha-\beta$, the mean of $K(\alpha-\beta)\cos k\beta$ over $\beta$ is
the mean of $K(\theta)\cos k(\alpha-\theta)$. As $K$ is even, this is $\lambda_k\cos k\alpha$ with $\lambda_k=\frac1\pi\int_0^\pi K\cos
k\theta\,d\theta$. The same holds for $\sin k\beta$.

waves: For $a>0$, $\int_0^\pi(\pi-\theta)\cos a\theta\,d\theta=[[ramp_wave]]$ and $\int_0^\pi\sin a\theta\,d\theta=[[sine_wave]]$; at $a=0$
the integrals are $\frac{\pi^2}2$ and $0$.

eigenvalues (from kernels, Fourier basis, waves; gives ntk_eigenvalue, slope_eigenvalue, value_eigenvalue): Products of waves are sums of
waves with the frequencies $k$ and $k\pm1$. So $\kappa_0$ has the eigenvalue $[[slope_eigenvalue]]$, $\kappa_1$ has $[[value_eigenvalue]]$,
and $\cos\theta\,\kappa_0+\kappa_1$ has $[[ntk_eigenvalue]]$.

fall (from eigenvalues): From an even $k$ to $k+2$ the eigenvalue falls by $[[fall]]>0$; and $\frac6{\pi^2}>\frac12>\lambda_2$.

list (from eigenvalues, fall): So, in descending order, the eigenvalue of rank $r$ is $[[ranked]]$, where each eigenvalue with $k\ge1$
occurs twice.

trace (by trace): The sum of the eigenvalues is the mean of $K(x,x)=K(0)=2$.

ratios (from list, trace): The trace divided by the first eigenvalue is $[[trace_ratio]]$, the first eigenvalue divided by the second is
$[[gap_ratio]]$, and the sum of the first five divided by the trace is $[[top_energy]]$.

least squares: The sum of squares of $y-o-sx$ is least where its derivatives in $o$ and $s$ vanish, which gives $s=[[fit_slope]]$.

decay (from list, least squares; gives decay): The decay is minus this slope, fitted to the logarithms of the ranks and of the list over the
ranks from $r_0$ to $r_1$.

large frequencies (from eigenvalues, list): Over even $k$, $\lambda_kk^2\to[[even_limit]]$, and such a $k$ has the rank $k+O(1)$.

exponent (from least squares, large frequencies): So $\ln\lambda$ is a constant minus $[[exponent]]$ times the logarithm of the rank, plus a
remainder that tends to $0$. The fitted slope is linear in the ordinates, and the slope of the remainder tends to $0$ as $r_0\to\infty$ with
$r_1/r_0>1$ fixed.
""",
    globals(),
)

theta = sp.Symbol("theta", positive=True)


def positive_fall() -> sp.Expr:
    """The fall at k = 2j + 2, its factors by j."""
    sum_of_squares = 4 * k**2 + 12 * k + 13
    return 8 * sum_of_squares / (sp.pi**2 * (2 * k + 1) ** 2 * (2 * k + 3) * (2 * k + 5) ** 2)


def over_ranks(term: sp.Expr) -> sp.Sum:
    return sp.Sum(term, (rank, low, high))


def waves_are_integrated(ramp_wave: sp.Expr, sine_wave: sp.Expr) -> Relations:
    """Antiderivatives: their derivatives, and their values at π less those at 0."""
    ramp = (sp.pi - theta) * sp.sin(wave * theta) / wave - sp.cos(wave * theta) / wave**2
    sine = -sp.cos(wave * theta) / wave
    integrands = (sp.pi - theta) * sp.cos(wave * theta), sp.sin(wave * theta)
    for claimed, antiderivative, integrand in zip((ramp_wave, sine_wave), (ramp, sine), integrands, strict=True):
        yield same(claimed, antiderivative.subs(theta, sp.pi) - antiderivative.subs(theta, 0))
        yield same(sp.diff(antiderivative, theta), integrand)


def even_eigenvalues_fall(ntk_eigenvalue: sp.Expr, fall: sp.Expr) -> Relations:
    """At k = 2j + 2, where all factors are positive; at k = 0; and the first three."""
    even = 2 * k + 2
    yield same(ntk_eigenvalue.subs(k, even) - ntk_eigenvalue.subs(k, even + 2), fall.subs(k, even), by=sp.cancel)
    yield nonnegative(fall.subs(k, even), positive_fall())
    yield same(ntk_eigenvalue.subs(k, 0) - ntk_eigenvalue.subs(k, 2), fall.subs(k, 0))
    order = [ntk_eigenvalue.subs(k, each) for each in (0, 1, 2)]
    yield holds(bool(order[0] > order[1]) and bool(order[1] > order[2]), f"{order} falls")


def list_has_each_frequency_twice(ntk_eigenvalue: sp.Expr, fall: sp.Expr, ranked: sp.Expr) -> Relations:
    """Ranks 2j + 2 and 2j + 3 have the frequency 2j for all j; the first three; from 2j + 3 on the list falls."""
    at = ntk_eigenvalue.subs(k, 2 * rank)
    for place in (2 * rank + 2, 2 * rank + 3):
        yield same(ranked.subs(rank, place), at, by=sp.cancel)
    for place, frequency in ((1, 0), (2, 1), (3, 1)):
        yield same(ranked.subs(rank, place), ntk_eigenvalue.subs(k, frequency))
    step = ranked.subs(rank, 2 * rank + 3) - ranked.subs(rank, 2 * rank + 4)
    yield same(step, fall.subs(k, 2 * rank), by=sp.cancel)


def slopes_make_the_squares_least(fit_slope: sp.Expr) -> Relations:
    """Both derivatives of the sum of squares, at the offset where the first vanishes."""
    offset, slope, sum_yy = sp.symbols("o s S_yy")
    total = sum_yy - 2 * offset * sum_y - 2 * slope * sum_xy + 2 * offset * slope * sum_x
    total += points * offset**2 + slope**2 * sum_xx
    (best,) = sp.solve(sp.diff(total, offset), offset)
    yield vanishes(sp.diff(total, slope).subs(offset, best).subs(slope, fit_slope))


def decays_are_fits_of_logarithms(ranked: sp.Expr, fit_slope: sp.Expr, decay: sp.Expr) -> Relations:
    """Minus the slope at the sums of logarithms, first and last rank left open."""
    abscissa, ordinate = sp.log(rank), sp.log(ranked)
    sums = {sum_x: abscissa, sum_y: ordinate, sum_xx: abscissa**2, sum_xy: abscissa * ordinate}
    at = {letter: over_ranks(term) for letter, term in sums.items()}
    yield same(decay, -valued(fit_slope, {points: high - low + 1, **at}), by=sp.expand)


def large_frequencies_have_the_limit(ntk_eigenvalue: sp.Expr, even_limit: sp.Expr) -> Relations:
    """The limit over even frequencies."""
    even = 2 * k + 2
    yield same(even_limit, sp.limit(sp.cancel(ntk_eigenvalue.subs(k, even) * even**2), k, sp.oo))


def fits_of_powers_have_the_exponent(fit_slope: sp.Expr, even_limit: sp.Expr, exponent: sp.Expr) -> Relations:
    """Ordinates on a line of slope −2, whatever its offset; λ k² has a limit that is not 0."""
    offset = sp.Symbol("o", real=True)
    line = {sum_y: points * offset - 2 * sum_x, sum_xy: offset * sum_x - 2 * sum_xx}
    yield same(fit_slope.subs(line), -exponent)
    yield holds(bool(even_limit > 0), f"λ k² → {even_limit}")


circle_spectrum = Claim(
    label="K10.1",
    title="The spectrum of the tangent kernel on the circle",
    headline=r"Let inputs be uniform on the unit circle. The tangent kernel of one hidden ReLU layer has, up to the factor $\frac1d$, the eigenvalues $$\lambda_k=[[ntk_eigenvalue]]$$ on $\cos k\theta$ and $\sin k\theta$. Those of odd $k\ge3$ vanish.",
    statement=r"""
Consider one hidden ReLU layer, with inputs uniform on the unit circle and kernels divided by $\frac1d$.

**Eigenvalues.** As an operator, the tangent kernel $\cos\theta\,\kappa_0+\kappa_1$ has the eigenvalues $\lambda_k=[[ntk_eigenvalue]]$ on
$\cos k\theta$, $\sin k\theta$ (once for $k=0$, twice for $k\ge1$). Those of odd $k\ge3$ vanish. $\kappa_0$ alone has
$[[slope_eigenvalue]]$, and $\kappa_1$ alone has $[[value_eigenvalue]]$. In descending order the eigenvalue of rank $r$ is
$\lambda_{(r)}=[[ranked]]$.

**Four metrics** of a spectrum are then known exactly. The *decay* is minus the least-squares slope $[[fit_slope]]$ of $\ln\lambda_{(r)}$ on
$\ln r$ over ranks from $r_0$ to $r_1$, both included. As $r_0\to\infty$ with $r_1/r_0>1$ fixed it tends to the exponent $[[exponent]]$; on
a finite window it differs from this (on ranks 6 to 60 it is $2.384$, rounded). The others are
$\mathrm{tr}/\lambda_{(1)}=[[trace_ratio]]$, $\lambda_{(1)}/\lambda_{(2)}=[[gap_ratio]]$ and the share of the five largest in the trace,
$[[top_energy]]$.
""",
    steps=STEPS,
    source=Source("2510.17515", "v1", "classical eigenvalues (Bietti and Mairal 2019); beyond the paper"),
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(k, "frequency of an eigenfunction on the circle", COUNT_FROM_ZERO, drawn=(0, 9)),
        Quantity(
            rank, "place in the descending list of eigenvalues, multiplicities counted, from one", COUNT, drawn=(1, 30)
        ),
        Quantity(low, "first rank of a fit", COUNT, drawn=(4, 7)),
        Quantity(high, "last rank of a fit", COUNT, drawn=(20, 40)),
        Quantity(points, "number of points through which a line is fitted", COUNT, drawn=(2, 9)),
        Quantity(sum_x, "sum of the abscissas of the points fitted", sp.S.Reals),
        Quantity(sum_y, "sum of the ordinates of the points fitted", sp.S.Reals),
        Quantity(
            sum_xx, "sum of the squared abscissas of the points fitted", NON_NEGATIVE, drawn=(sp.Rational(1, 8), 4)
        ),
        Quantity(sum_xy, "sum of abscissa times ordinate over the points fitted", sp.S.Reals),
        Quantity(wave, "frequency of a wave, whole or not", POSITIVE),
    ),
    symbols={
        **KAPPAS,
        r"\theta": "angle of an input on the circle; in the kernel, that between two inputs",
        r"\lambda_k": "eigenvalue at the frequency $k$",
        r"\lambda_{(r)}": "eigenvalue at the rank $r$ in descending order",
        r"\mathrm{tr}": "trace, the sum of all eigenvalues",
        "d": "number of inputs",
    },
    hypotheses=(
        Hypothesis("a fit over more than one rank", low < high),
        Hypothesis("for the exponent, ranks that grow in a fixed ratio above 1", needed_by=("exponent",)),
        Hypothesis("abscissas that are not all the same", points * sum_xx > sum_x**2),
        Hypothesis("an even frequency", sp.Eq(sp.Mod(k, 2), 0), needed_by=("fall",)),
        Hypothesis("inputs on the circle itself; for other radii see K11.2"),
    ),
    also=("decay",),
    because={
        "waves": waves_are_integrated,
        "fall": even_eigenvalues_fall,
        "list": list_has_each_frequency_twice,
        "least squares": slopes_make_the_squares_least,
        "decay": decays_are_fits_of_logarithms,
        "large frequencies": large_frequencies_have_the_limit,
        "exponent": fits_of_powers_have_the_exponent,
    },
    wrong=lambda: {
        "ntk_eigenvalue: decay of κ₁": 2 * value_eigenvalue,
        "ntk_eigenvalue: odd frequencies too": ntk_eigenvalue.subs((-1) ** k, 1),
        "ntk_eigenvalue: κ₁ alone": value_eigenvalue,
        "slope_eigenvalue: even frequencies": slope_eigenvalue.subs((-1) ** k, (-1) ** (k + 1)),
        "ranked: each frequency once": ntk_eigenvalue.subs(k, rank - 1),
        "ranked: a rank too early": valued(ranked, {rank: rank + 1}),
        "ranked: list of squares": ranked**2,
        "fit_slope: through the origin": sum_xy / sum_xx,
        "fit_slope: of x on y": 1 / fit_slope,
        "decay: the exponent": sp.Integer(2),
        "decay: a rank more": valued(decay, {low: low - 1}),
        "decay: ranks from zero": valued(decay, {low: low + 1, high: high + 1}),
        "ramp_wave: a sine": sine_wave,
        "ramp_wave: of a full turn": (1 - sp.cos(2 * wave * sp.pi)) / wave**2,
        "sine_wave: a cosine": sp.sin(wave * sp.pi) / wave,
        "sine_wave: squared": ramp_wave,
    },
)
