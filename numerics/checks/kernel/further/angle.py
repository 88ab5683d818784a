"""Evidence for K12: angles in floating point."""

from itertools import product

import numpy as np
import sympy as sp
from flint import arb, ctx
from numpy.typing import NDArray

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.evidence import Findings, Trial, control, empirical, enclosed, exact
from sparse_limits.theory.kernel.dual import cosine, kappa_0
from sparse_limits.theory.kernel.further.angle import arc_cosine_numerics, difference, eta, kahan_angle, theta, total, u

NINE = sp.Rational(9, 10)
ROUNDOFF = sp.Rational(1, 2**53)

LENGTHS = {difference: 2 * sp.sin(theta / 2), total: 2 * sp.cos(theta / 2)}
half_sine = 2 * sp.asin(difference / 2)


@enclosed(arc_cosine_numerics)
def lengths_give_the_angle(kahan_angle: sp.Expr, trial: Trial) -> Findings:
    """‖x̂ ∓ x̂′‖ are 2 sin θ/2, 2 cos θ/2, exactly; the formula inverts them, to 30 digits."""
    x, y = sp.Matrix([1, 0]), sp.Matrix([sp.cos(theta), sp.sin(theta)])
    for vector, length in ((x - y, LENGTHS[difference]), (x + y, LENGTHS[total])):
        yield trial.same(sum(entry**2 for entry in vector), length**2)
    yield trial.same(kahan_angle.subs(LENGTHS), theta, by=None)


@exact(arc_cosine_numerics)
def sensitivities_are_derivatives(
    arccos_sensitivity: sp.Expr, kahan_sensitivity: sp.Expr, kahan_bound: sp.Expr, trial: Trial
) -> Findings:
    """dθ/dr, and dθ/d ln t with p replaced by tp; the bound is the largest |ln t|, at lengths off by ±η."""
    yield trial.same(-arccos_sensitivity, sp.diff(sp.acos(cosine), cosine).subs(cosine, sp.cos(theta)), by=positive)
    yield trial.same(kahan_sensitivity, trial.once(relative_slope, kahan_angle))
    yield trial.same(sp.exp(kahan_bound) * (1 - eta), 1 + eta)


def relative_slope(formula: sp.Expr) -> sp.Expr:
    """Its derivative in the logarithm of the first length, at both lengths of an angle."""
    t = sp.Symbol("t", positive=True)
    slope = sp.diff(formula.subs(difference, t * difference), t).subs(t, 1)
    return sp.simplify(slope.subs(LENGTHS))


def positive(expression: sp.Expr) -> sp.Expr:
    """Simplify where sin θ > 0."""
    return sp.simplify(expression.subs(sp.sqrt(1 - sp.cos(theta) ** 2), sp.sin(theta)))


@enclosed(arc_cosine_numerics)
def resolution_and_bound(resolution: sp.Expr, gate_resolution: sp.Expr, kahan_bound: sp.Expr, trial: Trial) -> Findings:
    """cos(resolution) = 1 − u, κ₀ there; √(2u) below it; and at θ = π/2 lengths off by ±η come within η² of the bound."""
    yield trial.same(sp.cos(resolution), 1 - u, by=None)
    yield trial.same(kappa_0.subs(cosine, 1 - u), 1 - gate_resolution, by=None)
    off = kahan_angle.subs({difference: (1 + eta), total: (1 - eta)}) - sp.pi / 2
    angle = resolution.subs(u, 1 - sp.cos(theta)).subs(sp.acos(sp.cos(theta)), theta)
    third = {theta: (0, sp.Rational(22, 21))}  # u to 1/2; √(2u) is 2 sin θ/2
    yield trial.everywhere(2 * sp.sin(theta / 2), angle, within=third, zero={theta: (0, 3)})
    yield trial.everywhere(off, kahan_bound, within={eta: (0, NINE)}, zero={eta: (0, 2)})
    yield trial.everywhere(kahan_bound - off, eta**2, within={eta: (0, sp.S.Half)}, zero={eta: (0, 1)})


@enclosed(arc_cosine_numerics)
def resolutions_tend_to_the_least(resolution: sp.Expr, least_resolution: sp.Expr, trial: Trial) -> Findings:
    """At u = 2 sin² h, for all u up to 1/2; and it exceeds the least at most by the share u/6, which is nothing as u → 0."""
    h, sine = sp.symbols("h s", positive=True)
    least = least_resolution.subs(u, 2 * sine**2).subs(sine, sp.sin(h))
    angle = resolution.subs(u, 1 - sp.cos(2 * h)).subs(sp.acos(sp.cos(2 * h)), 2 * h)
    up_to_half = {h: (0, sp.Rational(11, 21))}  # beyond π/6
    yield trial.everywhere(least, angle, within=up_to_half, zero={h: (0, 3)})
    yield trial.everywhere(angle, least * (1 + sp.sin(h) ** 2 / 3), within=up_to_half, zero={h: (0, 3)})


def integer_pairs(rng: np.random.Generator, pairs: int) -> tuple[NDArray[np.int64], NDArray[np.floating]]:
    """Pairs of vectors of 8 whole numbers and their exact angles: one in three is far apart, the others are at about 1e-2 to 1e-10. [2, pairs, 8]"""
    x = rng.integers(-1000, 1000, (pairs, 8)) * 10 ** rng.integers(0, 9, (pairs, 1))
    y = x + rng.integers(-10, 11, (pairs, 8))
    y[::3] = rng.integers(-1000, 1000, y[::3].shape)
    angles = np.empty(pairs)
    with ctx.workprec(100):
        for place, (first, second) in enumerate(zip(x.astype(object), y.astype(object), strict=True)):
            a, b, c = (int(v @ w) for v, w in ((first, first), (second, second), (first, second)))
            angles[place] = float(arb.atan2(arb(a * b - c * c).sqrt(), arb(c)))
    return np.stack([x, y]), angles


def unit(x: NDArray[np.floating]) -> NDArray[np.floating]:
    scaled: NDArray[np.floating] = x / np.linalg.norm(x, axis=-1, keepdims=True)
    return scaled


@empirical(arc_cosine_numerics)
def small_angles_keep_their_digits(kahan_angle: sp.Expr, trial: Trial) -> Findings:
    """Double precision beside exact angles of whole vectors, small and large: off by at most 16 u, the rounding of the unit vectors.

    Each unit vector is off by some 4u at most (norm, division, eight entries), the lengths likewise.
    """
    vectors, angles = trial.draw(integer_pairs, trial.size(100))
    x, y = unit(vectors.astype(float))
    formula = numeric((difference, total), kahan_angle)
    with np.errstate(invalid="ignore"):
        seen = formula(np.linalg.norm(x - y, axis=1), np.linalg.norm(x + y, axis=1))
    worst = float(np.nan_to_num(np.abs(seen - angles), nan=np.pi).max())
    yield trial.at_most(worst / float(ROUNDOFF), 16.0, "worst error in units of u")


def collapsed_kernel(formula: sp.Expr, x: NDArray[np.floating]) -> NDArray[np.floating]:
    """The kernel matrix of one input left (K11.1), its angles by a formula of the two lengths. float[m, m]"""
    sign = np.sign(x)
    lengths = np.abs(sign[:, None] - sign), np.abs(sign[:, None] + sign)
    with np.errstate(divide="ignore"):
        angles = np.broadcast_to(numeric((difference, total), formula)(*lengths), (len(x), len(x)))
    return on_angles(angles, np.cos(angles), np.abs(np.outer(x, x)))


def cosine_kernel(x: NDArray[np.floating]) -> NDArray[np.floating]:
    """The same by the cosine c/√(ab) in floating point, clipped."""
    a = x**2
    r = np.clip(np.outer(x, x) / np.sqrt(np.outer(a, a)), -1, 1)
    return on_angles(np.arccos(r), r, np.sqrt(np.outer(a, a)))


def on_angles(
    angles: NDArray[np.floating], r: NDArray[np.floating], scale: NDArray[np.floating]
) -> NDArray[np.floating]:
    slope = 1 - angles / np.pi
    value: NDArray[np.floating] = np.sin(angles) / np.pi + slope * r
    return scale * (value + r * slope)


def inputs_left(rng: np.random.Generator, samples: int) -> NDArray[np.floating]:
    return rng.standard_normal(samples)


def rank_beyond(kernel: NDArray[np.floating], tolerance: float) -> int:
    """How many eigenvalues exceed the tolerance times the largest, beyond two."""
    values = np.abs(np.linalg.eigvalsh(kernel))
    return int((values > tolerance * values.max()).sum()) - 2


@empirical(arc_cosine_numerics)
@control("the angle of the sine", kahan_angle=sp.pi / 2 - half_sine)
def collapsed_kernels_keep_their_rank(kahan_angle: sp.Expr, resolution: sp.Expr, trial: Trial) -> Findings:
    """300 samples of one input: rank 2 at 1e-14 from the lengths; from the clipped cosine more at 1e-10, off by the resolution."""
    x = trial.draw(inputs_left, 300)
    by_lengths, by_cosine = collapsed_kernel(kahan_angle, x), cosine_kernel(x)
    yield trial.at_most(rank_beyond(by_lengths, 1e-14), 0, "eigenvalues beyond two, from the lengths")
    yield trial.at_most(1, rank_beyond(by_cosine, 1e-10), "one, beside those beyond two from the cosine")
    entries = np.abs(np.outer(x, x))
    off_lengths, off_cosine = (
        float((np.abs(kernel - 2 * np.maximum(np.outer(x, x), 0)) / entries).max())
        for kernel in (by_lengths, by_cosine)
    )
    yield trial.at_most(
        off_lengths / float(ROUNDOFF), 16.0, "largest error of an entry from the lengths, in units of u"
    )
    claimed = trial.value(resolution.subs(u, ROUNDOFF)) / np.pi
    yield trial.at_most(claimed / 2, off_cosine, "half the resolution over π, beside the largest error from the cosine")
    yield trial.at_most(off_cosine, 8 * claimed, "largest error of an entry from the cosine")


# Arcsines are steeper; opposite errors are worst


@enclosed(arc_cosine_numerics, step="excess")
def arcsines_are_steeper(half_sine: sp.Expr, excess: sp.Expr, trial: Trial) -> Findings:
    """The derivative at the half sine; and the excess is nowhere negative."""
    w = sp.Symbol("w", positive=True)
    square = sp.diff(2 * sp.asin(w), w) ** 2
    yield trial.same(square.subs(w, half_sine), 4 * (1 + excess))
    yield trial.everywhere(0, excess, within={u: (0, sp.Rational(1, 2))})


@enclosed(arc_cosine_numerics, step="largest factor")
def opposite_errors_are_worst(factor: sp.Expr, trial: Trial) -> Findings:
    """The ratio and its inverse at the four corners: one is the factor, none is above it."""
    yield trial.same(factor * (1 - eta), 1 + eta)
    for first, second in product((-eta, eta), repeat=2):
        ratio = (1 + first) / (1 + second)
        for each in (ratio, 1 / ratio):
            yield trial.everywhere(each, factor, within={eta: (0, NINE)}, zero={eta: (0, 1)})
