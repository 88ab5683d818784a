"""Evidence for F1.4: four initial functions averaged, centred kernels by their matrices, and series in the time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.theory.flow.linear import (
    amplitude,
    eigenvalue,
    eta,
    mode_loss,
    own,
    pair_residuals,
    residuals,
    shared,
    time,
)
from sparse_limits.theory.flow.start import (
    centred_output_loss,
    drift,
    forgotten_at,
    forgotten_bound,
    initial_part,
    kernel_plateau,
    label,
    mean_mode_loss,
    mean_residual,
    pair_kernel_loss,
    pair_output_loss,
    random_start,
    subtraction_gap,
    variance,
)
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.symbols import m

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
SIGNS = (1, 1), (1, -1)  # eigenvectors of two samples, times √2
after = sp.Symbol("t", positive=True)


@exact(random_start, step="mean loss")
@control("without the initial function", mean_mode_loss=centred_output_loss)
@control("without the labels", mean_mode_loss=initial_part)
@control("their difference", mean_mode_loss=mean_mode_loss.subs(variance, -variance))
@control("the exponent of the residual", mean_mode_loss=mean_mode_loss.subs(time, time / 2))
@control("10 % more", mean_mode_loss=ELEVEN * mean_mode_loss)
def squares_have_their_mean(mean_mode_loss: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The loss of F1.1 at z − y, z of mean 0 and mean square v; and over four initial functions of two samples."""
    z = sp.Symbol("z", real=True)
    total = sp.expand(mode_loss.subs(amplitude, z - label))
    yield trial.same(mean_mode_loss, total.subs(z**2, variance).subs(z, 0))
    factors = sp.ImmutableMatrix(2, 2, sp.symbols("A_1:5", real=True))
    labels = sp.ImmutableMatrix(sp.symbols("y_1:3", real=True))
    covariance = factors * factors.T
    seen = sp.S.Zero
    for coins in product((1, -1), repeat=2):
        start = factors * sp.ImmutableMatrix(coins) - labels
        later = pair_residuals.subs(dict(zip(residuals, start, strict=True)), simultaneous=True)
        seen += later.dot(later) / 4 / 4
    claimed = sp.S.Zero
    for signs, value in zip(SIGNS, (own + shared, own - shared), strict=True):
        vector = sp.ImmutableMatrix(signs) / sp.sqrt(2)
        here = {m: 2, eigenvalue: value, label: vector.dot(labels), variance: vector.dot(covariance * vector)}
        claimed += valued(mean_mode_loss, here)
    yield trial.at_sizes([(claimed, seen)], "samples")


@exact(random_start, step="centred output")
@control("with the initial function", centred_output_loss=mean_mode_loss)
@control("the sum over the samples", centred_output_loss=m * centred_output_loss)
@control("10 % less", centred_output_loss=NINE * centred_output_loss)
@control("a mean without one half", mean_mode_loss=2 * mean_mode_loss)
def centred_outputs_start_at_zero(
    mean_mode_loss: sp.Expr, centred_output_loss: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The mean at the variance 0; the loss of F1.1 at minus the labels."""
    yield trial.same(centred_output_loss, mean_mode_loss.subs(variance, 0))
    yield trial.same(centred_output_loss, mode_loss.subs(amplitude, -label))


@exact(random_start, step="initial part")
@control("its standard deviation", initial_part=initial_part / sp.sqrt(variance))
@control("the sum over the samples", initial_part=m * initial_part)
@control("10 % more", initial_part=ELEVEN * initial_part)
@control("a mean without one half", mean_mode_loss=2 * mean_mode_loss)
@control("a centred output 10 % less", centred_output_loss=NINE * centred_output_loss)
def the_rest_is_of_the_initial_function(
    mean_mode_loss: sp.Expr, centred_output_loss: sp.Expr, initial_part: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The difference of both."""
    yield trial.same(initial_part, mean_mode_loss - centred_output_loss)


@exact(random_start, step="most remembered")
@control("not times the samples", forgotten_at=forgotten_at / m)
@control("of the residual", forgotten_at=2 * forgotten_at)
@control("10 % more", forgotten_at=ELEVEN * forgotten_at)
@control("an initial part of the residual", initial_part=initial_part.subs(time, time / 2))
def one_eigenvalue_is_remembered_most(initial_part: sp.Expr, forgotten_at: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The slope in the eigenvalue is 0 there; at x times it the part is x e⁻ˣ over a constant, that at x = 1 times e."""
    slope = sp.diff(initial_part.subs(variance, eigenvalue), eigenvalue)
    yield trial.same(slope, sp.S.Zero, where={eigenvalue: forgotten_at})
    x = sp.Symbol("x", positive=True)
    at = initial_part.subs(variance, eigenvalue).subs(time, after)
    top = forgotten_at.subs(time, after)
    quotient = at.subs(eigenvalue, x * top) / at.subs(eigenvalue, top)
    yield trial.same(quotient, x * sp.exp(1 - x))


@exact(random_start, step="forgotten")
@control("of the residual", forgotten_bound=2 * forgotten_bound)
@control("without the exponential", forgotten_bound=1 / (4 * eta * time))
@control("10 % less", forgotten_bound=NINE * forgotten_bound)
@control("remembered most without the samples", forgotten_at=forgotten_at / m)
@control("an initial part without one half", initial_part=2 * initial_part)
def the_largest_part_is_the_bound(
    initial_part: sp.Expr, forgotten_at: sp.Expr, forgotten_bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The part at the eigenvalue that is remembered most."""
    yield trial.same(initial_part, forgotten_bound, where=dict.fromkeys((variance, eigenvalue), forgotten_at))


@enclosed(random_start)
@control("half", forgotten_bound=forgotten_bound / 2)
@control("faster than the time", forgotten_bound=forgotten_bound / (1 + time))
def initial_functions_are_forgotten(forgotten_bound: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """At all eigenvalues: the part over the bound is at most 1, and 1 at that which is remembered most."""
    x = sp.Symbol("x", positive=True)  # an eigenvalue over that one
    part = initial_part.subs(variance, eigenvalue).subs(eigenvalue, x * forgotten_at)
    share = sp.simplify((part / forgotten_bound).subs(time, after))
    times = {after: (0, 10)} if share.has(after) else {}  # it cancels, in the claim
    yield trial.everywhere(share, sp.S.One, within={x: (0, sp.oo), **times}, zero={x: (1, 2)})


@exact(random_start, step="constant function")
@control("the mean itself", kernel_plateau=mean_residual / 2)
@control("over the samples", kernel_plateau=kernel_plateau / m)
@control("without one half", kernel_plateau=mean_residual**2)
@control("10 % more", kernel_plateau=ELEVEN * kernel_plateau)
def constants_are_never_learnt(kernel_plateau: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The loss of F1.1 at the eigenvalue 0 and the component √m μ; HΘH takes the constant function to 0."""
    yield trial.same(kernel_plateau, mode_loss.subs({eigenvalue: 0, amplitude: sp.sqrt(m) * mean_residual}))
    kernel, centring = free_kernel(), centring_of(3)
    for each in centring * kernel * centring * sp.ones(3, 1):
        yield trial.holds(sp.expand(each) == 0, "the constant function goes to 0")


def free_kernel() -> sp.Matrix:
    """A symmetric matrix on three samples, all entries free."""
    letters = sp.symbols("k_1:7", real=True)
    return sp.Matrix(3, 3, lambda i, j: letters[int(i) + int(j) + bool(i and j)])


def centring_of(count: int) -> sp.Matrix:
    return sp.eye(count) - sp.ones(count, count) / count


@exact(random_start, step="two samples, output")
@control("the exponent of the residual", pair_output_loss=pair_output_loss.subs(time, time / 2))
@control("without one half", pair_output_loss=2 * pair_output_loss)
@control("each by itself", pair_output_loss=pair_output_loss.subs(shared, 0))
@control("10 % more", pair_output_loss=ELEVEN * pair_output_loss)
@control("eigenvalues exchanged", pair_output_loss=pair_output_loss.subs(shared, -shared))
def two_samples_have_the_loss_of_their_residuals(pair_output_loss: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Half of the mean square of the residuals of F1.1."""
    yield trial.same(pair_output_loss, pair_residuals.dot(pair_residuals) / 4, by=sp.expand)


@exact(random_start, step="two samples, kernel")
@control("the other meaning", pair_kernel_loss=pair_output_loss)
@control("the mean left out", pair_kernel_loss=pair_kernel_loss - (residuals[0] + residuals[1]) ** 2 / 8)
@control("at half of the speed", pair_kernel_loss=pair_kernel_loss.subs(time, time / 2))
@control("10 % more", pair_kernel_loss=ELEVEN * pair_kernel_loss)
@control("output without one half", pair_output_loss=2 * pair_output_loss)
@control("plateau without one half", kernel_plateau=mean_residual**2)
def two_samples_have_the_loss_of_the_centred_kernel(
    pair_output_loss: sp.Expr, kernel_plateau: sp.Expr, pair_kernel_loss: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The loss at the entries of HΘH; at opposite residuals that of Θ, at equal ones what is never learnt."""
    kernel = centring_of(2) * sp.Matrix([[own, shared], [shared, own]]) * centring_of(2)
    here = {own: kernel[0, 0], shared: kernel[0, 1]}
    yield trial.same(pair_kernel_loss, valued(pair_output_loss, here), by=sp.expand)
    opposite = {residuals[1]: -residuals[0]}
    yield trial.same(pair_kernel_loss.subs(opposite), pair_output_loss.subs(opposite))
    mean = (residuals[0] + residuals[1]) / 2
    yield trial.same(
        pair_kernel_loss.subs(residuals[1], residuals[0]),
        kernel_plateau.subs(mean_residual, mean).subs(residuals[1], residuals[0]),
    )


@exact(random_start, step="second order")
@control("none", subtraction_gap=sp.S.Zero)
@control("half", subtraction_gap=subtraction_gap / 2)
@control("the sum over the samples", subtraction_gap=m * subtraction_gap)
@control("of the mean residual's rate", subtraction_gap=subtraction_gap / drift)
@control("10 % more", subtraction_gap=ELEVEN * subtraction_gap)
def centred_kernels_differ_at_second_order(subtraction_gap: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The square of the time in F1.1, at what centring takes from a sum of squares; three samples, all free but the mean."""
    squares = sp.Symbol("S", positive=True)  # of the m entries of Θr, whose sum is mg
    lost = sp.expand(squares - (squares - 2 * drift * (m * drift) + m * drift**2))
    second = sp.diff(mode_loss, time, 2).subs(time, 0) / 2 / (eigenvalue * amplitude) ** 2
    yield trial.same(subtraction_gap, second * lost * time**2)
    kernel, centring = free_kernel(), centring_of(3)
    first, second = sp.symbols("r_1 r_2", real=True)
    start = sp.Matrix([first, second, -first - second])
    mean = sum(kernel * start) / 3
    centred = centring * kernel * centring
    for order in (0, 1, 2):
        coefficient = (-2 * eta / 3) ** order / (6 * sp.factorial(order))
        gap = coefficient * (start.T * (kernel**order - centred**order) * start)[0]
        claimed = subtraction_gap.subs({m: 3, drift: mean}).coeff(time, order) if order else sp.S.Zero
        if order == 2:
            yield trial.at_sizes([(claimed, gap)], "samples")
        else:
            yield trial.holds(sp.expand(gap - claimed) == 0, f"the same at order {order}")
