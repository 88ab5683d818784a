"""B9: lazy training and the energy bound in one statement: what is assumed, what follows, with which probability."""

from dataclasses import replace

import sympy as sp

from sparse_limits.theory.bounds import Sharp, Unmeasured
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.flow.linear import NO_TRAINING, RATE, TIME, eigenvalue, eta
from sparse_limits.theory.flow.linear import time as t
from sparse_limits.theory.generalisation.energy_bound import B_0, SAMPLES, TRACE, risk_bound
from sparse_limits.theory.generalisation.symbols import SAMPLE
from sparse_limits.theory.graphon.symbols import FAILURE, UP_TO_ONE, m
from sparse_limits.theory.kernel.finite_width import WIDTH, n
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relation, Relations, same

kappa = sp.Symbol("kappa", positive=True)  # least eigenvalue of the kernel matrix
epsilon = sp.Symbol("epsilon", nonnegative=True)  # distance of the tangent kernel from it on the sample
zeta = sp.Symbol("zeta", nonnegative=True)  # the same at new inputs
k_0 = sp.Symbol("k_0", positive=True)  # largest value of the kernel
v = sp.Symbol("v", nonnegative=True)  # largest variance of an entry, times the width
delta_1 = sp.Symbol("delta_1", positive=True)  # probability that the start fails

pace = eta / m
fade = sp.sqrt(m) * sp.exp(-pace * (kappa - epsilon) * t)
apart = sp.sqrt(m) * (sp.exp(-pace * (kappa - epsilon) * t) - sp.exp(-pace * kappa * t))
column = sp.sqrt(m) * k_0
gap = sp.sqrt(m) / (kappa - epsilon) * (zeta + column * epsilon / kappa)
inverse = 1 / eigenvalue
lazy_risk = risk_bound + gap
start = m * sp.sqrt(v / (n * delta_1))
start_column = sp.sqrt(m * v / (n * delta_1))

STEPS = proof(
    r"""
velocity (by chain rule): At each time $r'=-\frac\eta m\Theta_tr$, with the products $\Theta_t$ of the gradients at that time, and the output at an input $x$ moves at the rate $-\frac\eta m\Theta_t(x,X)r$.

at least (from velocity; by Rayleigh): $r^\top\Theta_tr\ge r^\top Kr-|r|\,|(\Theta_t-K)r|\ge(\kappa-\varepsilon)|r|^2$. So $|r|^2$ falls at least at the rate $2\frac\eta m(\kappa-\varepsilon)$.

fade (from at least): As outputs start at $0$ and labels are at most $1$, $|r(0)|\le\sqrt m$, and $|r(t)|\le[[fade]]$.

difference (from velocity; by Rayleigh): Let $\bar r$ be the residuals of the linear flow of $K$ from the same start (F1.1). Then $(r-\bar r)'=-\frac\eta m(K(r-\bar r)+(\Theta_t-K)r)$, so the length of $r-\bar r$ grows at most at the rate $\frac\eta m(-\kappa|r-\bar r|+\varepsilon|r|)$.

apart (from fade, difference): So $|r-\bar r|\le[[apart]]$, with equality at all times if $|r|$ is as large as it may be.

column (by Cauchy–Schwarz): $|k(x,x_i)|\le\sqrt{k(x,x)k(x_i,x_i)}\le k_0$, so the vector $k_x$ of these values has a length of at most
$[[column]]$.

outputs (from velocity; by triangle inequality): The distance of the output at $x$ from that of the linear flow grows at most at the rate $\frac\eta m(|\Theta_t(x,X)-k_x|\,|r|+|k_x|\,|r-\bar r|)$.

gap (from fade, apart, column, outputs): Over all time, and averaged over new inputs, this adds up to at most $[[gap]]$. It is finite, so the outputs have limits.

modes (by F1.1 for mode): Along an eigenvector of $K$ with the eigenvalue $\lambda$, the residual of the linear flow decays as
$e^{-\eta\lambda t/m}$.

interpolant (from modes): The integral of this over all time, times $\frac\eta m$, is $[[inverse]]$: the output of the linear flow at $x$ tends to $k_x^\top K^{-1}y$, the minimum-norm interpolant.

its risk (by B1 for risk_bound): With probability at least $1-\delta$ the risk of the interpolant is at most the bound of B1, as the kernel
was fixed without the sample.

risk (from gap, interpolant, its risk): A loss that is 1-Lipschitz is larger at the network's limit than at the interpolant by at most their distance. So the risk is at most $[[lazy_risk]]$.

variances (by K6 for deviation): Entries of the tangent kernel at the start have the mean $k$ and a variance of at most $\frac vn$, on the sample and at new inputs.

squares (from variances; by linearity): In expectation, the squares of the $m^2$ entries of $\Theta_0-K$ add up to at most $m^2\frac vn$, and those of the $m$ entries of $\Theta_0(x,X)-k_x$, averaged over new inputs, to at most $m\frac vn$. The mean of a root is at most the root of the mean.

levels (from squares; by Markov): A nonnegative random variable is beyond $s^2$ with a probability of at most its mean divided by $s^2$.

start (from levels): So, except with probability $\delta_1$, the norm of $\Theta_0-K$ is at most $[[start]]$.

start of a column (from levels): Likewise, except with probability $\delta_1$, the mean of $|\Theta_0(x,X)-k_x|$ over new inputs is at most
$[[start_column]]$.
""",
    globals(),
)


def residuals_fade_at_the_rate(fade: sp.Expr) -> Relations:
    """The derivative of the square, and the start."""
    yield same(sp.diff(fade**2, t), -2 * pace * (kappa - epsilon) * fade**2)
    yield same(fade.subs(t, 0), sp.sqrt(m))


def difference_grows_at_the_rate(apart: sp.Expr, fade: sp.Expr) -> Relations:
    """The derivative, and the start."""
    yield same(sp.diff(apart, t), pace * (epsilon * fade - kappa * apart), by=sp.expand)
    yield same(apart.subs(t, 0), 0)


def rates_add_up(gap: sp.Expr, column: sp.Expr) -> Relations:
    """What is left of the integral at each time, whose slope is minus the rate: at time 0 it is all of it, and it tends to 0."""
    slow, fast = sp.exp(-pace * (kappa - epsilon) * t), sp.exp(-pace * kappa * t)
    left = sp.sqrt(m) * ((zeta + column) / (kappa - epsilon) * slow - column / kappa * fast)
    yield same(sp.diff(left, t), -pace * (zeta * fade + column * apart))
    yield same(gap, left.subs(t, 0))


def modes_end_at_the_inverse(inverse: sp.Expr) -> Relation:
    """What is left of the integral at each time falls from the inverse at the rate."""
    fading = sp.exp(-pace * eigenvalue * t)
    return same(sp.diff(inverse * fading, t), -pace * fading)


def columns_of_equal_entries(column: sp.Expr) -> Relation:
    """m squares of k₀."""
    return same(column**2, m * k_0**2)


def starts_fail_with_the_probability(start: sp.Expr) -> Relation:
    """The level whose square is the mean of the square over the probability."""
    return same(start, sp.sqrt(m**2 * v / n / delta_1))


lazy_risk_bound = Claim(
    label="B9",
    title="Lazy training and the energy bound in one statement",
    headline=r"Fix a kernel of least eigenvalue $\kappa$ on $m$ samples, up to $k_0$ on the diagonal. If the tangent kernel stays within $\varepsilon<\kappa$ of it there, and within $\zeta$ at new inputs, the risk bound of B1 holds with one more term, $$[[gap]].$$",
    statement=r"""
Let the sample consist of $m$ iid pairs $(x,y)$ with $|y|\le1$. Let a kernel $k$ with $k(x,x)\le k_0$ be fixed without the sample. Its
matrix $K$ on the sample has the trace $T$ and the least eigenvalue $\kappa>0$. A network, masked or not, has
outputs that start at $0$ (if they do not, subtract the outputs at the start), and all its kept weights follow the gradient flow of F1.1.

**Assume** that training is *lazy*: the tangent kernel stays near $k$, in two ways. On the sample it is at all times within
$\varepsilon<\kappa$ of $K$, in operator norm. At a new input its column $\Theta_t(x,X)$ has a largest distance over time from
$k_x=(k(x,x_i))_i$; on average over new inputs, drawn from the law of $x$ independently of the sample, this distance is at most $\zeta$.

**Then** at time $t$ the vector of residuals has length at most $[[fade]]$ and is within $[[apart]]$ of that of the linear flow. At almost
every new input the network's output tends to a limit, which is on average over new inputs within $$g=[[gap]]$$ of the minimum-norm
interpolant of $k$. For a loss in $[0,1]$ that is 1-Lipschitz and $0$ at the label, with probability at least $1-\delta$ over the sample,
whenever $y^\top K^{-1}y\le B_0^2$ and training is lazy, $$\text{risk of the trained network}\le[[lazy_risk]].$$

**At the start** this much is proved. Take a network of one hidden layer of $n$ neurons as in K6, whose masks and weights do not depend on
the sample. Let $k$ be the mean of the tangent kernel, given the masks or over iid rows of masks, and let $n$ times its variance be at most
$v$ for all pairs of inputs. Then at time $0$ the
distance on the sample is at most $[[start]]$, and the distance at new inputs is on average at most $[[start_column]]$, each except with
probability $\delta_1$. That the kernel moves little from there is assumed.
""",
    steps=STEPS,
    source=Source(
        "2602.06675",
        "ICML 2026",
        "abstract: “under the Graphon-NTK lazy-training regime, we connect the limiting graphon to "
        "NTK-style generalisation bounds”, whose form was not at hand",
    ),
    provenance=Provenance.RECONSTRUCTED,
    quantities=(
        SAMPLES,
        replace(RATE, convention=NO_TRAINING),
        TIME,
        Quantity(
            kappa,
            "least eigenvalue of the kernel matrix on the sample",
            POSITIVE,
            drawn=(2, 5),
            convention="it is larger than a distance",
        ),
        Quantity(
            epsilon,
            "largest distance of the tangent kernel from the kernel on the sample, over time",
            NON_NEGATIVE,
            drawn=(sp.Rational(1, 8), 1),
        ),
        Quantity(
            zeta, "distance of the tangent kernel from the kernel at new inputs, in the mean over these", NON_NEGATIVE
        ),
        Quantity(
            k_0,
            "largest value of the kernel on the diagonal",
            POSITIVE,
            convention="it is at least the least eigenvalue",
        ),
        Quantity(eigenvalue, "eigenvalue of the kernel matrix on the samples", POSITIVE, drawn=(sp.Rational(1, 8), 4)),
        replace(TRACE, convention="it is at least the least eigenvalue"),
        Quantity(B_0, "radius of a ball in the space of the kernel, fixed before the sample", NON_NEGATIVE),
        replace(FAILURE, within=UP_TO_ONE, convention=""),
        WIDTH,
        Quantity(v, "largest variance of the tangent kernel at the start, times the width", NON_NEGATIVE),
        Quantity(delta_1, "probability that the distance at the start is larger", UP_TO_ONE),
    ),
    hypotheses=(
        Hypothesis("iid pairs, labels of modulus at most 1; a kernel, its pruning included, chosen without them"),
        Hypothesis("lazy training: the tangent kernel stays near the kernel, on the sample and at new inputs"),
        Hypothesis("it stays nearer than the least eigenvalue", epsilon < kappa, ("gap", "lazy_risk")),
        Hypothesis("outputs that follow the chain rule along the flow at almost all times, as smooth networks do"),
        Hypothesis(r"outputs that start at $0$, gradient flow, a 1-Lipschitz loss in $[0,1]$ that is $0$ at the label"),
    ),
    named={"g": gap},
    symbols={
        **SAMPLE,
        "x": "input",
        "i": "number of a sample",
        "k": "kernel that is fixed without the sample",
        "k_x": "column of its values between a new input and the sample",
        r"\Theta_t": "tangent kernel of the network at the time $t$",
    },
    also=("column", "inverse"),
    sharp=tuple(
        Sharp(expression=bound, example="one sample, with constant kernels", check="one_sample_attains_the_bounds")
        for bound in ("fade", "apart", "gap", "column")
    ),
    unmeasured=(
        Unmeasured(
            expression="lazy_risk", why="it rests on the bound of B1, which compares with the largest risk in a ball"
        ),
        Unmeasured(
            expression="start", why="Markov's inequality, and the norm of all entries instead of that of the matrix"
        ),
        Unmeasured(expression="start_column", why="Markov's inequality"),
    ),
    aids={"ball_risk": risk_bound},
    because={
        "fade": residuals_fade_at_the_rate,
        "apart": difference_grows_at_the_rate,
        "column": columns_of_equal_entries,
        "gap": rates_add_up,
        "interpolant": modes_end_at_the_inverse,
        "risk": lambda lazy_risk, gap, ball_risk: same(lazy_risk, gap + ball_risk),
        "start": starts_fail_with_the_probability,
        "start of a column": lambda start_column: same(start_column, sp.sqrt(m * v / n / delta_1)),
    },
    wrong=lambda: {
        "fade: the kernel does not move": fade.subs(epsilon, 0),
        "fade: not over the samples": sp.sqrt(m) * sp.exp(-eta * (kappa - epsilon) * t),
        "apart: as if the residuals did not fade": sp.sqrt(m) * epsilon / kappa * (1 - sp.exp(-pace * kappa * t)),
        "column: one sample": k_0,
        "gap: new inputs alone": sp.sqrt(m) * zeta / (kappa - epsilon),
        "gap: the sample alone": sp.sqrt(m) * column * epsilon / (kappa * (kappa - epsilon)),
        "gap: the kernel's own rate": gap * (kappa - epsilon) / kappa,
        "inverse: the eigenvalue": eigenvalue,
        "lazy_risk: the interpolant's own risk": risk_bound,
        "start: one entry": sp.sqrt(v / (n * delta_1)),
        "start: one column": start_column,
        "start_column: one entry": sp.sqrt(v / (n * delta_1)),
        "start_column: the whole matrix": start,
    },
)
