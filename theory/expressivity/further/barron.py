"""E5.3: the error of some network on the units that a mask leaves fully wired, with weights that may be chosen."""

import sympy as sp

from sparse_limits.theory.bounds import Loose
from sparse_limits.theory.claims import Claim, Provenance
from sparse_limits.theory.expressivity.further.maurey import TEXTBOOK, chance
from sparse_limits.theory.expressivity.symbols import (
    ACTIVE,
    EDGE,
    FLOOR_SHARE,
    NEURONS,
    UNITS,
    alpha,
    k,
    m,
    n,
    p,
    units,
)
from sparse_limits.theory.expressivity.wired_counts import exact_tail, mean, usual_bound
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, nonnegative, same

radius, barron_norm = sp.symbols("r C", positive=True)
z = sp.Symbol("z", real=True)  # what a neuron is given

floor_mean = alpha * n * chance
unit_error = 2 * radius * barron_norm / sp.sqrt(units)  # Barron's theorem, quoted
barron_error = unit_error.subs(units, floor_mean / 2)
ramp = sp.Max(z, 0) - sp.Max(z - 1, 0)
pairs = sp.floor(floor_mean / 4)
relu_error = unit_error.subs(units, pairs)
failure = sp.exp(-floor_mean / 8)
# Of a cosine that alternates between 1 and −1 on equidistant points of [−1, 1], the law uniform on them
steps_error = sp.sqrt(sp.Rational(1, 2))  # on four points, by two steps
kinks_error = sp.sqrt(sp.Rational(8, 27))  # on eighteen, by four kinks, at least
ALL_WIRED = {alpha: sp.S.One, p: sp.S.One, k: sp.S.One, radius: sp.S.One}
COSINE = "a cosine of one input that alternates on"

STEPS = proof(
    r"""
Barron (cited: Barron, IEEE Transactions on Information Theory 39, 1993, 930–945: some combination of N sigmoidal functions and a constant
has, over the ball of radius r, at most the mean squared error (2rC)²/N from f, for every probability on it): Some network of $N$ sigmoidal
units of the active inputs, with an output bias, has an error of at most $[[unit_error]]$.

floor (by E1): Under the floor of E1 the number of wired neurons is at least a $\mathrm{Bin}(n,\alpha p^k)$, whose mean is
$\mu=[[floor_mean]]$.

lower tail (by E2): A binomial number of mean $\mu$ is below $\frac\mu2$ with probability at most $e^{-\mu/8}$.

failure (from floor, lower tail): So fewer than $\frac\mu2$ neurons are wired with probability at most $[[failure]]$.

sigmoidal layer (from Barron, floor, failure): Otherwise $N\ge\frac\mu2>0$ neurons are wired. Set the weights of their other edges and the
readout weights of other neurons to $0$. The bound in *Barron* decreases in $N$, so it is at most $[[barron_error]]$.

ramp: $[[ramp]]$ is sigmoidal: it is $0$ for $z\le0$, $1$ for $z\ge1$, and $z$ in between. It consists of two ReLU units.

pairs (from floor, ramp; by monotonicity): $N\ge\frac\mu2$ neurons form $\lfloor\frac N2\rfloor\ge[[pairs]]$ pairs.

ReLU layer (from Barron, failure, pairs): For $\mu\ge4$ there is such a pair, and the bound in *Barron* for this number of pairs is
$[[relu_error]]$.
""",
    globals(),
)


def failure_is_the_lower_tail(failure: sp.Expr, floor_mean: sp.Expr) -> Relations:
    """The bound of E2 for n neurons of the chance αp^k, with the mean."""
    there = {m: n, k: sp.S.One, p: alpha * p**k}
    yield same(mean.subs(there, simultaneous=True), floor_mean)
    yield same(failure, valued(usual_bound, there))


def errors_fall_from_half_of_the_mean_on(unit_error: sp.Expr, floor_mean: sp.Expr, barron_error: sp.Expr) -> Relations:
    """The squared bound is to that of μ/2 + y units as 1 + 2y/μ to 1, for every y ≥ 0; and is attained at y = 0."""
    y = sp.Symbol("y", nonnegative=True)
    ratio = barron_error**2 / unit_error.subs(units, floor_mean / 2 + y) ** 2
    yield same(barron_error, unit_error.subs(units, floor_mean / 2))
    yield nonnegative(ratio - 1, 2 * y / floor_mean)


def two_relu_units_make_a_ramp(ramp: sp.Expr) -> Relations:
    """0 up to 0, 1 from 1 on, and z between."""
    parts = sp.Piecewise((0, z <= 0), (z, z <= 1), (1, True))
    yield same(ramp, parts, by=lambda gap: sp.piecewise_fold(gap.rewrite(sp.Piecewise)).simplify())


barron_layer = Claim(
    label="E5.3",
    title="Barron's rate with a random number of units",
    statement=r"""
Let the real function $f(x)=\int e^{i\omega\cdot x}\hat f(\omega)\,d\omega$ have $k$ active inputs, with
$C=\int\|\omega\||\hat f(\omega)|\,d\omega<\infty$. Let the edges of a hidden layer of $n$ neurons satisfy the floor
of E1: for a share $\alpha$ of the latents, an edge to each active input has probability at least $p$. Let the readout
be dense. Then, with probability at least $1-[[failure]]$, the masked layer of sigmoidal units with biases, and an
output bias, contains an approximant of $f$ whose $L^2$ error under any given law of the inputs on the ball of radius
$r$ is at most $[[barron_error]]$. With ReLU units the error is at most $[[relu_error]]$ (nothing is claimed for ReLU
units if $\alpha np^k<4$). Full wiring is sufficient, not necessary. Other edges of a wired neuron do no harm: their
weights are set to $0$.
""",
    steps=STEPS,
    source=TEXTBOOK,
    provenance=Provenance.EXTENSION,
    quantities=(
        NEURONS.drawn_from(40, 90),
        ACTIVE.drawn_from(1, 3),
        EDGE.drawn_from(sp.Rational(3, 4), sp.Rational(19, 20)),
        FLOOR_SHARE.drawn_from(sp.Rational(1, 2), 1),
        UNITS,
        Quantity(z, "what a neuron is given, the sum over its edges and a bias", sp.S.Reals, drawn=(-1, 5)),
        Quantity(radius, "radius of the ball that holds the inputs", NON_NEGATIVE),
        Quantity(
            barron_norm,
            "Barron's norm of the function, the integral of frequency times Fourier transform",
            NON_NEGATIVE,
        ),
    ),
    hypotheses=(
        Hypothesis("the readout edges of wired neurons are present"),
        Hypothesis(
            "Barron's theorem (1993) is cited; $f$ depends on the active inputs alone",
            needed_by=("unit_error", "barron_error", "relu_error"),
        ),
        Hypothesis("for ReLU: a mean number of wired neurons that is at least four", floor_mean >= 4, ("relu_error",)),
    ),
    aids={"exact_tail": exact_tail, "steps_error": steps_error, "kinks_error": kinks_error},
    loose=(
        Loose(
            expression="failure",
            truth="exact_tail",
            at=tuple(
                {n: width, m: width, alpha: 1, p: sp.Rational(1, 2), k: inputs}
                for width, inputs in ((100, 2), (1200, 5))
            ),
            lost="in the usual bound of the lower tail (E2)",
        ),
        Loose(
            expression="barron_error",
            truth="steps_error",
            at=({**ALL_WIRED, n: sp.Integer(2), barron_norm: sp.pi * sp.Rational(3, 2)},),
            lost=rf"at most, as other functions and laws may be harder: {COSINE} four points, which two steps (sigmoidal units) approximate no better; in Barron's constant, and in half of the units",
        ),
        Loose(
            expression="relu_error",
            truth="kinks_error",
            at=({**ALL_WIRED, n: sp.Integer(4), barron_norm: sp.pi * sp.Rational(17, 2)},),
            lost=rf"at most, as other functions and laws may be harder: {COSINE} eighteen points, among which four kinks leave two triples of neighbours without a kink, on which the network is affine; in Barron's constant, in half of the units and in pairs of them",
        ),
    ),
    because={
        "failure": failure_is_the_lower_tail,
        "sigmoidal layer": errors_fall_from_half_of_the_mean_on,
        "ramp": two_relu_units_make_a_ramp,
        "ReLU layer": lambda relu_error, pairs, unit_error: same(relu_error**2, unit_error**2 * units / pairs),
    },
    wrong=lambda: {
        "relu_error: one ReLU for a sigmoid": barron_error,
        "pairs: as many pairs as neurons": sp.floor(floor_mean / 2),
        "unit_error: Barron's error for the square": unit_error**2,
        "failure: δ²μ in place of δ²μ/2": failure**2,
        "failure: of the whole layer": failure.subs(alpha, 1),
        "floor_mean: a floor under all neurons": floor_mean / alpha,
        "ramp: one ReLU": sp.Max(z, 0),
        "ramp: the sum of two": sp.Max(z, 0) + sp.Max(z - 1, 0),
        "steps_error: one step": sp.sqrt(sp.Rational(2, 3)),
        "kinks_error: three triples": kinks_error * sp.sqrt(sp.Rational(3, 2)),
    },
)
