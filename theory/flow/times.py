"""F1.3: the time to a share of the loss, exactly for one or two eigenvalues, and between sharp bounds for any spectrum."""

from __future__ import annotations

import sympy as sp

from sparse_limits.theory.bounds import Sharp, Side
from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.flow.linear import LINEARISED, NUMBER, RATE, TIME, eta, time
from sparse_limits.theory.formulas.level import level
from sparse_limits.theory.graphon.symbols import m
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import POSITIVE, UNIT, Hypothesis, Quantity

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
modes (by F1.1): The loss is a sum over eigenvectors, of which each fades by itself.

shares (from modes): An eigenvector with the share $p$ of the loss at the start has $[[left]]$ of it at the time $t$.

one time (from shares; by intermediate value): The sum of these falls from $1$, strictly and without a jump, to the share on eigenvectors of
eigenvalue $0$: if that is less than $s$, it is $s$ at one time.

one eigenvalue (from one time): With all of the loss at one eigenvalue that time is $[[single_time]]$.

two eigenvalues (from shares): With $p$ of the loss at $\lambda$ and the rest at $\nu$, $[[two_left]]$ is left.

time of two (from one time, two eigenvalues; gives two_time): The time is `two_time`, where that is $s$.

twice as fast (from two eigenvalues): For $\nu=2\lambda$, $z=e^{-2\eta\lambda t/m}$ solves $pz+(1-p)z^2=s$: $z=[[root]]$.

time of two, twice as fast (from twice as fast, time of two): So the time is $[[double_time]]$.

curvature (from two eigenvalues): The logarithm of what is left of two has the second derivative $[[log_curvature]]\ge0$.

convex logarithm (from shares; by Cauchy–Schwarz): For any spectrum $(\sum_ip_i\lambda_ie_i)^2\le\sum_ip_ie_i\sum_ip_i\lambda_i^2e_i$ with
$e_i=e^{-2\eta\lambda_it/m}$: the logarithm of the loss is convex in the time.

above the tangent (from convex logarithm; by convexity): So the logarithm of the loss, and that of the part of it at positive eigenvalues,
lies nowhere below its tangent at $t=0$.

tangent (from above the tangent, shares): Let the share $p_0$ be at the eigenvalue $0$, and $\mu$ be the mean of the other eigenvalues by
their shares. The tangent to the logarithm of their part has the slope $-2\eta\mu/m$: at least $[[mean_left]]$ is left.

mean time (from tangent, one time): That is $s$ at the time $[[mean_time]]$.

slowest (from shares): What an eigenvector has left falls in its eigenvalue. If all but a share $p_0$ have eigenvalues of at least
$\lambda$, at most $[[latest_left]]$ is left.

latest time (from slowest, one time): That is $s$ at the time $[[latest_time]]$.

slow time (from slowest, one time): If a share $p$ of the loss is at eigenvalues of at most $\lambda$, at least $[[left]]$ is left, which is
$s$ at the time $[[slow_time]]$.
""",
    globals(),
)

time_to_a_share = Claim(
    label="F1.3",
    title="The time to a share of the loss, between sharp bounds",
    statement=r"""
In the setting of F1.1 let $0<s<1$, and the loss at the start be positive. If eigenvectors of eigenvalue $0$ have less than the share $s$ of it, the loss is $s$ times that at
the start at exactly one time; else at none: where they have the share $s$ itself, it is approached and not reached. **Exactly:** with one eigenvalue the time is $[[single_time]]$; with a share $p$ of the loss at
$\lambda$ and the rest at $\nu$ it is where $[[two_left]]=s$ (`two_time`), for $\nu=2\lambda$ that is
$$[[double_time]].$$
**From above:** if all but a share $p_0<s$ of the loss is at eigenvalues of at least $\lambda$, at most $[[latest_time]]$. **From below:** if a share $p>s$ is at
eigenvalues of at most $\lambda$, at least $[[slow_time]]$: with $p=1$ and $\lambda$ the largest eigenvalue, or with those that are slow. And if $p_0$ is at the eigenvalue $0$ and the rest
at eigenvalues of the mean $\mu$, weighted with their shares of the loss, at least $[[mean_time]]$. The logarithm of the loss is convex in the time: training slows down. Of two eigenvalues its second
derivative is $[[log_curvature]]$.
""",
    steps=STEPS,
    source=Source("2510.17515", "beyond the two sentences at hand"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
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
    hypotheses=(
        LINEARISED,
        Hypothesis("a positive loss at the start, of which there are shares"),
        REACHED,
        Hypothesis("a share of slow eigenvectors above what is to be left", part > share, needed_by=("slow_time",)),
        Hypothesis("both of two eigenvalues have a share", part < 1, needed_by=("double_time", "root")),
    ),
    uses=("F1.1",),
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
)
