"""F2.3: training on the circle, frequency by frequency, and the targets that are never learnt."""

from functools import cache

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.flow.density import slowdown
from sparse_limits.theory.flow.linear import RATE, TIME, amplitude, eigenvalue, eta, mode_loss, time
from sparse_limits.theory.flow.times import SHARE, lam, share, single_time
from sparse_limits.theory.graphon.symbols import m
from sparse_limits.theory.kernel.circle import even_limit, k, ntk_eigenvalue
from sparse_limits.theory.kernel.dual import depth
from sparse_limits.theory.kernel.homogeneous import ratio
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT_FROM_ZERO, UNIT, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, holds, same
from sparse_limits.theory.saliency.model import rho

wave_loss = sp.exp(-2 * eta * ntk_eigenvalue * time) / 4
_learnt = ntk_eigenvalue.subs((-1) ** k, 1)  # at even k and at 1; at odd k ≥ 3 the eigenvalue is 0
frequency_time = sp.log(1 / share) / (2 * eta * _learnt)
tenth_time = 9 * sp.pi**2 * sp.log(10) / (28 * eta)
growth = sp.pi**2 * sp.log(1 / share) / (4 * eta)
masked_time = frequency_time / ratio.subs(depth, 1)
square_component = 2 * sp.sqrt(2) * sp.sin(sp.pi * k / 2) / (sp.pi * k)
square_loss = (1 - 8 / sp.pi**2 * (1 - sp.exp(-eta * time))) / 2
square_plateau = 1 - 8 / sp.pi**2

STEPS = proof(
    r"""
frequencies (by K10.1): The operator of the kernel has the eigenfunctions $\cos k\theta$ and $\sin k\theta$ with eigenvalue $\lambda_k$.

population (from frequencies; cited: Picard–Lindelöf: an equation whose right side is Lipschitz, as that of a bounded operator is, has one
solution from each start): For uniform inputs let $T$ be this bounded operator. The residual follows $r'=-\eta Tr$ instead of having the
velocity $-\frac\eta m\Theta r$. Such an equation has one solution from each start. From an eigenfunction the solution is this eigenfunction
times $e^{-\eta\lambda_kt}$, as in F1.1 with $\lambda_k$ in place of $\frac\lambda m$.

wave (from population): For $k\ge1$ the mean of $\frac12\cos^2k\theta$ is $\frac14$. So from this wave as initial residual the loss is
$[[wave_loss]]$.

times (from wave): For even $k$ and for $k=1$ the share $s$ of the initial loss is left at the time $[[frequency_time]]$.

second frequency (from times): For $k=2$ and $s=\frac1{10}$ this time is $[[tenth_time]]$.

large frequencies (from times): Over even $k$ the time divided by $k^2$ tends to $[[growth]]$.

masks (by F2.1 for slowdown): In the limit of K3, the density $\rho$ in both layers multiplies times by $\rho^{-2}$.

masked (from masks, times): So the time of a masked network is $[[masked_time]]$.

components: The square wave is $1$ where $\cos\theta$ is positive, and $-1$ elsewhere. It is even, so it has no component along $\sin
k\theta$. Its component along $\sqrt2\cos k\theta$, $k\ge1$, is $[[square_component]]$. Its component along the constant is zero.

square wave (from wave, frequencies, components): The component is $0$ at even $k$. At odd $k$ its square is $\frac8{\pi^2k^2}$, and at odd
$k\ge3$ the eigenvalue is $0$. As $\lambda_1=\frac12$, the loss is $[[square_loss]]$.

what is left (from square wave): In the limit of long times the share $[[square_plateau]]$ of the loss at the start, $\frac12$, is left.
""",
    globals(),
)

theta = sp.Symbol("theta", positive=True)


even = 2 * k + 2


def along_cosine(frequency: sp.Expr) -> sp.Expr:
    """The component of the sign of cos θ along √2 cos kθ, integrated; it is even, and so twice that of θ in (0, π)."""
    half = sp.integrate(sp.cos(frequency * theta), (theta, 0, sp.pi / 2))
    rest = sp.integrate(sp.cos(frequency * theta), (theta, sp.pi / 2, sp.pi))
    return sp.sqrt(2) * (half - rest) / sp.pi


@cache
def over_odd(term: sp.Expr) -> sp.Expr:
    """The sum over k ≥ 0; of a power of 2k + 3 that of all whole numbers, less the even ones, less one."""
    number, power = term.as_independent(k)
    base, exponent = power.as_base_exp()
    if base != 2 * k + 3 or not exponent < -1:
        return sp.summation(term, (k, 0, sp.oo))
    return number * ((1 - 2**exponent) * sp.zeta(-exponent) - 1)


def waves_are_modes(wave_loss: sp.Expr) -> Relations:
    """One mode of F1.1 with λ_k for λ/m; its squared component over m is the mean square of a cosine, integrated."""
    square = sp.integrate(sp.cos((k + 1) * theta) ** 2, (theta, 0, 2 * sp.pi)) / (2 * sp.pi)
    expected = mode_loss.subs({amplitude: sp.sqrt(m * square), eigenvalue: m * ntk_eigenvalue.subs(k, k + 1)})
    yield same(wave_loss.subs(k, k + 1), expected)


def waves_reach_their_share(wave_loss: sp.Expr, frequency_time: sp.Expr) -> Relations:
    """All even frequencies from 2 on, and 1: what is left at the time; that of F1.3."""
    for frequency in (even, sp.S.One):
        at, value = frequency_time.subs(k, frequency), ntk_eigenvalue.subs(k, frequency)
        yield same(wave_loss.subs(k, frequency), share / 4, where={time: at})
        yield same(at, single_time.subs(lam, m * value))


def times_grow_with_the_square(frequency_time: sp.Expr, growth: sp.Expr) -> Relations:
    """The limit over even frequencies; by the limit of K10.1 too."""
    at = sp.cancel(frequency_time.subs(k, even) / even**2)
    yield same(growth, sp.limit(at, k, sp.oo))
    yield same(growth, sp.log(1 / share) / (2 * eta * even_limit))


def masked_networks_take_longer(frequency_time: sp.Expr, masked_time: sp.Expr) -> Relations:
    """The factor of F2.1 at one hidden layer, at all even frequencies and at 1."""
    for frequency in (even, sp.S.One):
        expected = slowdown.subs(depth, 1) * frequency_time.subs(k, frequency)
        yield same(masked_time.subs(k, frequency), expected)


def square_waves_are_integrated(square_component: sp.Expr) -> Relations:
    """Every frequency from one on; 0 at all even ones; and the mean of the wave is 0."""
    yield same(square_component.subs(k, k + 1), along_cosine(k + 1))
    yield same(square_component.subs(k, 2 * k + 2), sp.S.Zero)
    yield holds(along_cosine(sp.S.Zero) == 0, "no part is constant")


def square_waves_have_odd_frequencies(wave_loss: sp.Expr, square_component: sp.Expr, square_loss: sp.Expr) -> Relations:
    """The loss of √2 cos kθ times the squared component: k = 1, and the sum over all odd k ≥ 3, at which nothing fades."""
    odd = 2 * k + 3
    yield same(wave_loss.subs(k, odd), sp.Rational(1, 4))
    stuck = 2 * wave_loss.subs(k, odd) * sp.simplify(square_component.subs(k, odd) ** 2)
    fading = 2 * wave_loss.subs(k, 1) * square_component.subs(k, 1) ** 2
    yield same(square_loss, fading + over_odd(sp.simplify(stuck)))


circle_times = Claim(
    label="F2.3",
    title="On the circle, training time grows with the square of the frequency, and odd frequencies from three on are never learnt",
    statement=r"""
Consider one hidden ReLU layer of infinite width, inputs uniform on the unit circle, the kernel of K10.1 and its eigenvalues $\lambda_k$,
and gradient flow of the population loss $\frac12E\,r^2$ at the rate $\eta$. From the initial residual $\cos k\theta$, $k\ge1$, the loss is
$[[wave_loss]]$. For odd $k\ge3$ it does not change. For even $k$ and for $k=1$ the share $s$ of the initial loss is left at the time
$$[[frequency_time]],$$ which for $k=2$ and a tenth of the loss is $[[tenth_time]]$. Over even $k$ this time divided by $k^2$ tends to
$[[growth]]$. With both layers at density $\rho$, in the limit of K3, the time for even $k$ and for $k=1$ is $[[masked_time]]$.

**A square wave**, the sign of $\cos\theta$ as initial residual, has the loss $[[square_loss]]$: the share $[[square_plateau]]$ of the
initial loss is never learnt, however long one trains.
""",
    steps=STEPS,
    source=Source("2510.17515", "v1", "beyond the paper"),
    provenance=Provenance.EXTENSION,
    quantities=(
        RATE,
        TIME,
        Quantity(k, "frequency of a wave on the circle", COUNT_FROM_ZERO, drawn=(1, 9)),
        SHARE,
        Quantity(rho, "density, the share of weights kept, the same in both layers", UNIT),
    ),
    hypotheses=(
        Hypothesis(
            "a frequency that is learnt, one or even",
            sp.Eq(k, 1) | sp.Eq(sp.Mod(k, 2), 0),
            needed_by=("frequency_time", "masked_time"),
        ),
        Hypothesis("a wave", k >= 1, needed_by=("wave_loss", "frequency_time", "masked_time")),
        Hypothesis(
            "inputs on the circle itself, weights iid standard normal, kernels divided by $\\frac1d$ as in K10.1"
        ),
        Hypothesis(
            "for the masks, the limit of K3, as where each coordinate is given many times: with two inputs the kernel of masks is that of K7.1",
            needed_by=("masked_time",),
        ),
    ),
    uses=("F1.1",),
    because={
        "wave": waves_are_modes,
        "times": waves_reach_their_share,
        "second frequency": lambda frequency_time, tenth_time: same(
            tenth_time, frequency_time.subs({k: 2, share: sp.Rational(1, 10)})
        ),
        "large frequencies": times_grow_with_the_square,
        "masked": masked_networks_take_longer,
        "components": square_waves_are_integrated,
        "square wave": square_waves_have_odd_frequencies,
    },
    wrong=lambda: {
        "wave_loss: the exponent of the residual": wave_loss.subs(time, time / 2),
        "wave_loss: odd frequencies too": wave_loss.subs((-1) ** k, 1),
        "frequency_time: the inverse eigenvalue": frequency_time * ntk_eigenvalue**2,
        "masked_time: one layer masked": masked_time.subs(sp.Symbol("rho", positive=True), 1),
        "masked_time: three layers": masked_time * slowdown.subs(depth, 1),
        "square_component: that of a triangle": square_component / k,
        "square_loss: all of it fades": sp.exp(-eta * time) / 2,
        "square_loss: the residual's exponent": square_loss.subs(time, time / 2),
    },
)
