"""F1.3: the time to a share of the loss, exactly for one or two eigenvalues, and between sharp bounds for any spectrum."""

import sympy as sp

from sparse_limits.theory.bounds import Sharp, Side
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.flow.linear import LINEARISED, NUMBER, RATE, TIME, amplitude, eigenvalue, eta, mode_loss, time
from sparse_limits.theory.formulas.level import level, solves
from sparse_limits.theory.graphon.symbols import m
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import POSITIVE, UNIT, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relation, Relations, nonnegative, same

lam, nu, mu = sp.symbols("lambda nu mu", positive=True)  # two eigenvalues, and a mean of eigenvalues
share = sp.Symbol("s", positive=True)  # of the loss at the start that is left
part = sp.Symbol("p", positive=True)  # of the loss at the start, on an eigenvector or on several
stuck = sp.Symbol("p_0", nonnegative=True)  # of the loss at the start, at eigenvalues that may be 0

POSITIVE_EIGENVALUE = Quantity(
    lam, "positive eigenvalue of the kernel matrix, or a bound of several", POSITIVE, drawn=(1, 4)
)
SHARE = Quantity(
    share, "share of the loss at the start that is to be left", UNIT, drawn=(sp.Rational(1, 4), sp.Rational(1, 2))
)
STUCK = Quantity(
    stuck,
    "share of the loss at the start on eigenvectors that are left out",
    sp.Interval.Ropen(0, 1),
    drawn=(0, sp.Rational(1, 5)),
)
REACHED = Hypothesis("a share above that of what is left out", stuck < share, needed_by=("mean_time", "latest_time"))

left = part * sp.exp(-2 * eta * lam * time / m)
single_time = m * sp.log(1 / share) / (2 * eta * lam)
_clock = sp.Symbol("t", positive=True)
two_left = part * sp.exp(-2 * eta * lam * time / m) + (1 - part) * sp.exp(-2 * eta * nu * time / m)
two_time = level(two_left.subs(time, _clock), _clock, share)
root = (sp.sqrt(part**2 + 4 * (1 - part) * share) - part) / (2 * (1 - part))
double_time = m * sp.log(1 / root) / (2 * eta * lam)
log_curvature = (
    4 * eta**2 * part * (1 - part) * (lam - nu) ** 2 * sp.exp(-2 * eta * (lam + nu) * time / m) / (m * two_left) ** 2
)
mean_left = stuck + (1 - stuck) * sp.exp(-2 * eta * mu * time / m)
mean_time = m * sp.log((1 - stuck) / (share - stuck)) / (2 * eta * mu)
latest_left = stuck + (1 - stuck) * sp.exp(-2 * eta * lam * time / m)
latest_time = m * sp.log((1 - stuck) / (share - stuck)) / (2 * eta * lam)
slow_time = m * sp.log(part / share) / (2 * eta * lam)

STEPS = proof(
    r"""
modes (by F1.1): The loss is a sum over eigenvectors, each of which decays independently of the others.

shares (from modes): An eigenvector that carries the share $p$ of the loss at the start carries $[[left]]$ of this loss at the time $t$.

one time (from shares; by intermediate value): The sum of these shares decreases strictly and continuously from $1$ to the share on
eigenvectors of eigenvalue $0$, unless this share is $1$ and the sum stays $1$. If the share is less than $s$, the sum is $s$ at exactly one
time.

one eigenvalue (from one time): If all of the loss is at one eigenvalue, this time is $[[single_time]]$.

two eigenvalues (from shares): If the share $p$ of the loss is at $\lambda$ and the rest at $\nu$, the share $[[two_left]]$ is left.

time of two (from one time, two eigenvalues; gives two_time): The time at which this share is $s$ is `two_time`.

twice as fast (from two eigenvalues): For $\nu=2\lambda$ the number $z=e^{-2\eta\lambda t/m}$ solves $pz+(1-p)z^2=s$: $z=[[root]]$.

time of two, twice as fast (from twice as fast, time of two): So the time is $[[double_time]]$.

curvature (from two eigenvalues): For two eigenvalues the logarithm of the share that is left has the second derivative
$[[log_curvature]]\ge0$.

convex logarithm (from shares; by Cauchy–Schwarz): For any spectrum, $(\sum_ip_i\lambda_ie_i)^2\le\sum_ip_ie_i\sum_ip_i\lambda_i^2e_i$ with
$e_i=e^{-2\eta\lambda_it/m}$. So the logarithm of the loss is convex in time.

above the tangent (from convex logarithm; by convexity): So the logarithm of the loss and the logarithm of its part at positive eigenvalues
each lie on or above their tangent at $t=0$.

tangent (from above the tangent, shares): Let the share $p_0$ of the loss be at the eigenvalue $0$, and let $\mu$ be the mean of the other
eigenvalues, weighted with their shares. The tangent to the logarithm of their part of the loss has the slope $-2\eta\mu/m$. So at least the
share $[[mean_left]]$ is left.

mean time (from tangent, one time): This bound is $s$ at the time $[[mean_time]]$.

slowest (from shares): The share left on an eigenvector decreases in its eigenvalue. If all of the loss except a share $p_0$ is at
eigenvalues of at least $\lambda$, at most the share $[[latest_left]]$ is left.

latest time (from slowest, one time): This bound is $s$ at the time $[[latest_time]]$.

slow time (from slowest, one time): If a share $p$ of the loss is at eigenvalues of at most $\lambda$, at least the share $[[left]]$ is
left. This bound is $s$ at the time $[[slow_time]]$.
""",
    globals(),
)


def shares_fade_as_losses(left: sp.Expr) -> Relations:
    """The loss of F1.1 in a mode whose squared component is a share of the sum of all squares."""
    energy = sp.Symbol("E", positive=True)
    yield same(left, mode_loss.subs({amplitude: sp.sqrt(part * energy), eigenvalue: lam}) * 2 * m / energy)


def two_are_left_at_their_time(two_left: sp.Expr, two_time: sp.Expr) -> Relation:
    """The equation that defines the time is that the share is left; any other formula is held against it by value."""
    return solves(two_time, time, two_left - share)


def roots_solve_the_quadratic_equation(two_left: sp.Expr, root: sp.Expr) -> Relations:
    """Where the root is the exponential of −2ηλt/m, the share is left; it is the root with a plus before the square root."""
    at = {nu: 2 * lam, time: -sp.log(root) * m / (2 * eta * lam)}
    yield same(two_left.subs(at), share)
    first, less = sp.symbols("f g", positive=True)  # p and 1 − p over their sum: then the root is plain
    inside = (first / (first + less)) ** 2 + 4 * less / (first + less) * share
    plain = (sp.sqrt(inside) - first / (first + less)) * (first + less) / (2 * less)
    yield same(root.subs(part, first / (first + less)), plain)


def logarithms_are_convex(two_left: sp.Expr, log_curvature: sp.Expr) -> Relations:
    """The second derivative; and a square times what is positive, the share being a quotient of positive letters."""
    yield same(log_curvature, sp.diff(sp.log(two_left), time, 2))
    first, less = sp.symbols("f g", positive=True)
    split = {part: first / (first + less)}
    fading = sp.exp(-2 * eta * (lam + nu) * time / m)
    above = first * sp.exp(-2 * eta * lam * time / m) + less * sp.exp(-2 * eta * nu * time / m)
    square = 4 * eta**2 * first * less * (lam - nu) ** 2 * fading / (m**2 * above**2)
    yield nonnegative(log_curvature.subs(split), square)


def tangents_have_the_slope_of_the_mean(left: sp.Expr, mean_left: sp.Expr) -> Relations:
    """One eigenvalue μ beside what is stuck; two of the mean μ: value and slope at the start; the logarithm of the rest is linear."""
    yield same(mean_left, stuck + left.subs({part: 1 - stuck, lam: mu}, simultaneous=True))
    rest = left.subs(part, (1 - stuck) * part)
    rest += left.subs({part: (1 - stuck) * (1 - part), lam: nu}, simultaneous=True)
    mean = part * lam + (1 - part) * nu
    bound = mean_left.subs(mu, mean)
    for order in (0, 1):
        yield same(sp.diff(bound - stuck - rest, time, order).subs(time, 0), sp.S.Zero)
    yield same(sp.diff(sp.log(mean_left - stuck), time, 2), sp.S.Zero)


time_to_a_share = Claim(
    label="F1.3",
    title="Time to reach a given share of the loss: exact values and sharp bounds",
    headline=r"Train linearised at the rate $\eta$ on $m$ samples. If the kernel has one eigenvalue $\lambda$, the loss falls to the share $s$ of its start at the time $$[[single_time]].$$ With more eigenvalues there are sharp bounds on both sides.",
    statement=r"""
In the setting of F1.1 let $0<s<1$, and let the initial loss be positive. If the eigenvectors of eigenvalue $0$ carry less than the share
$s$ of the initial loss, the loss is $s$ times the initial loss at exactly one time. Otherwise there is no such time; if they carry exactly
the share $s$, this value is approached but not reached.

**Exact values.** With one eigenvalue the time is $[[single_time]]$. With a share $p$ of the loss at $\lambda$ and the rest at $\nu$ it is the
time at which $g=[[two_left]]$ is $s$ (`two_time`). For $\nu=2\lambda$ this is $$[[double_time]].$$

**Upper bound.** If all but a share $p_0<s$ of the loss is at eigenvalues of at least $\lambda$, the time is at most $[[latest_time]]$.

**Lower bounds.** If a share $p>s$ is at eigenvalues of at most $\lambda$, the time is at least $[[slow_time]]$. This applies with $p=1$ and
the largest eigenvalue $\lambda$, or with the slow eigenvalues alone. If the share $p_0$ is at the eigenvalue $0$ and the rest at eigenvalues
of mean $\mu$, weighted with their shares of the loss, the time is at least $[[mean_time]]$.

**Slowing down.** The logarithm of the loss is convex in time: training slows down. For two eigenvalues its second derivative is
$[[log_curvature]]$.
""",
    steps=STEPS,
    source=Source("2510.17515", "v1", "beyond section 3.1, which has the flow"),
    provenance=Provenance.EXTENSION,
    quantities=(
        RATE,
        NUMBER,
        TIME,
        POSITIVE_EIGENVALUE,
        Quantity(nu, "another positive eigenvalue of the kernel matrix", POSITIVE, drawn=(1, 4)),
        Quantity(mu, "mean of positive eigenvalues, weighted with their shares of the loss", POSITIVE, drawn=(1, 4)),
        SHARE,
        Quantity(
            part,
            "share of the loss at the start on one eigenvector or on several",
            sp.Interval.Lopen(0, 1),
            drawn=(sp.Rational(3, 5), sp.Rational(9, 10)),
        ),
        STUCK,
    ),
    named={"g": two_left},
    symbols={"g": "share of the loss at the start that is left at the time $t$"},
    hypotheses=(
        LINEARISED,
        Hypothesis("a positive loss at the start, of which there are shares"),
        REACHED,
        Hypothesis("a share of slow eigenvectors above what is to be left", part > share, needed_by=("slow_time",)),
        Hypothesis("both of two eigenvalues have a share", part < 1, needed_by=("double_time", "root")),
    ),
    also=("two_time",),
    sharp=(
        Sharp(
            expression="mean_time",
            example=r"a share $p_0$ at the eigenvalue $0$ and the rest at one other",
            check="one_eigenvalue_attains_the_bounds",
            side=Side.BELOW,
        ),
        Sharp(
            expression="latest_time",
            example=r"a share $p_0$ at the eigenvalue $0$ and the rest at $\lambda$",
            check="one_eigenvalue_attains_the_bounds",
        ),
        Sharp(
            expression="slow_time",
            example=r"all of the loss at $\lambda$",
            check="one_eigenvalue_attains_the_bounds",
            side=Side.BELOW,
        ),
    ),
    because={
        "shares": shares_fade_as_losses,
        "one eigenvalue": lambda left, single_time: same(left, share, where={part: 1, time: single_time}),
        "two eigenvalues": lambda left, two_left: same(
            two_left, left + left.subs({part: 1 - part, lam: nu}, simultaneous=True)
        ),
        "time of two": two_are_left_at_their_time,
        "twice as fast": roots_solve_the_quadratic_equation,
        "time of two, twice as fast": lambda two_left, root, double_time: (
            same(two_left, share, where={nu: 2 * lam, time: double_time}),
            same(sp.exp(-2 * eta * lam * time / m), root, where={time: double_time}),
        ),
        "curvature": logarithms_are_convex,
        "tangent": tangents_have_the_slope_of_the_mean,
        "mean time": lambda mean_left, mean_time: same(mean_left, share, where={time: mean_time}),
        "slowest": lambda left, latest_left: (
            same(latest_left, stuck + left.subs(part, 1 - stuck)),
            nonnegative(-sp.diff(left, lam), 2 * eta * time / m * part * sp.exp(-2 * eta * lam * time / m)),
        ),
        "latest time": lambda latest_left, latest_time: same(latest_left, share, where={time: latest_time}),
        "slow time": lambda left, slow_time: same(left, share, where={time: slow_time}),
    },
    wrong=lambda: {
        "left: the exponent of the residual": part * sp.exp(-eta * lam * time / m),
        "left: rate not over the samples": left.subs(m, 1),
        "left: the root of the share": sp.sqrt(part) * left / part,
        "single_time: not times the samples": single_time / m,
        "single_time: the inverse eigenvalue": single_time * lam**2,
        "two_left: equal shares": two_left.subs(part, sp.Rational(1, 2)),
        "two_left: shares exchanged": two_left.subs({lam: nu, nu: lam}, simultaneous=True),
        "two_left: a mean eigenvalue": sp.exp(-2 * eta * (part * lam + (1 - part) * nu) * time / m),
        "two_time: the first alone": single_time,
        "two_time: of the mean eigenvalue": single_time.subs(lam, part * lam + (1 - part) * nu),
        "root: the other root": -part / (1 - part) - root,
        "double_time: not times the samples": double_time / m,
        "log_curvature: of the loss": sp.diff(two_left, time, 2),
        "log_curvature: not over the samples": m**2 * log_curvature,
        "mean_left: the exponent of the residual": mean_left.subs(time, time / 2),
        "mean_left: all of it fades": sp.exp(-2 * eta * mu * time / m),
        "mean_left: rate not over the samples": mean_left.subs(m, 1),
        "mean_time: nothing stuck": mean_time.subs(stuck, 0),
        "mean_time: not times the samples": mean_time / m,
        "latest_left: the exponent of the residual": latest_left.subs(time, time / 2),
        "latest_left: nothing stuck": latest_left.subs(stuck, 0),
        "latest_time: nothing stuck": latest_time.subs(stuck, 0),
        "latest_time: not times the samples": latest_time / m,
        "slow_time: all of the loss": single_time,
        "slow_time: not times the samples": slow_time / m,
    },
)
