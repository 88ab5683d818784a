"""Evidence for K9: the cut norm suffices for the readout kernel."""

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.numerics.masks.cut_norm import exact_cut_norm
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.dual import a, b, c, cosine, kappa_0, kappa_1, relu
from sparse_limits.theory.kernel.further.cut_norm import beta, chance, cut_norm_continuity, delta, less, more, s
from sparse_limits.theory.saliency.model import u, v

Floats = NDArray[np.float64]
half_angle = sp.Symbol("h", positive=True)
RIGHT_ANGLE, NEARLY = sp.Rational(11, 7), sp.Rational(5, 4)  # h beyond δ = 1 and δ = 9/10


@exact(cut_norm_continuity)
def constant_adds_the_largest_slopes(constant: sp.Expr, trial: Trial) -> Findings:
    """2β times the slope in the covariance at equal inputs, and β times that in each variance, largest at c = 0."""
    in_covariance = kappa_0.subs(cosine, 1)
    in_variance = sp.diff(relu.value, a).subs({c: 0, a: s, b: beta})
    yield trial.same(constant, 2 * beta * in_covariance + 2 * beta * in_variance)


def ratio_of(kernel: sp.Expr, distance: sp.Rational) -> sp.Expr:
    """|ΔK|/‖W − W′‖□ of the example, for a kernel that is a function of S_W: variances from x = x′, covariances not."""
    W, other = sp.Matrix([[1, 0]]), sp.Matrix([[1 - distance, distance]])
    halves, signs = sp.Matrix([sp.Rational(1, 2)] * 2), sp.Matrix([sp.Rational(1, 2), -sp.Rational(1, 2)])
    kernels = [kernel.subs({a: (each * halves)[0], b: (each * halves)[0], c: (each * signs)[0]}) for each in (W, other)]
    gaps = [gap / 2 for gap in W - other]
    largest = max(
        abs(sum(gap for gap, kept in zip(gaps, chosen, strict=True) if kept)) for chosen in ((1, 0), (0, 1), (1, 1))
    )
    return sp.Abs(kernels[0] - kernels[1]) / largest


@enclosed(cut_norm_continuity)
def example_has_the_ratios(readout_ratio: sp.Expr, own_layer_ratio: sp.Expr, trial: Trial) -> Findings:
    """Both kernels of the two graphons from their definition, and all cuts, at rational distances δ."""
    for distance in (sp.Rational(1, 3), sp.Rational(1, 10), sp.Rational(1, 1000)):
        for claimed, kernel in ((readout_ratio, relu.value), (own_layer_ratio, c * relu.slope)):
            yield trial.same(claimed.subs(delta, distance), ratio_of(kernel, distance), by=None)


def by_half_angle(expression: sp.Expr) -> sp.Expr:
    """At δ = sin²h, from 0 to a right angle."""
    sine, cosine = sp.Symbol("s", positive=True), sp.cos(2 * half_angle)
    angles = {sp.acos(1 - 2 * sine**2): 2 * half_angle, sp.sqrt(1 - (1 - 2 * sine**2) ** 2): sp.sin(2 * half_angle)}
    cleared = sp.expand(expression.subs(delta, sine**2).subs(angles).subs(1 - 2 * sine**2, cosine))
    return cleared.subs(sine, sp.sin(half_angle))


@enclosed(cut_norm_continuity)
def ratios_have_the_limits(
    readout_ratio: sp.Expr, limit_ratio: sp.Expr, own_layer_ratio: sp.Expr, own_layer_growth: sp.Expr, trial: Trial
) -> Findings:
    """The one is below its limit, the other within 2 above its growth, for all δ; the one within √δ, to δ = 9/10.

    By half of the angle, h, whose cosine is 1 − 2δ = cos 2h, after multiplying by δ = sin²h.
    """
    for low, high, largest, order in (
        (readout_ratio, limit_ratio, RIGHT_ANGLE, 3),
        (limit_ratio - sp.sqrt(delta), readout_ratio, NEARLY, 3),  # equal at δ = 1
        (own_layer_growth, own_layer_ratio, RIGHT_ANGLE, 2),
        (own_layer_ratio, own_layer_growth + 2, RIGHT_ANGLE, 2),
    ):
        low, high = by_half_angle(delta * low), by_half_angle(delta * high)
        yield trial.everywhere(low, high, within={half_angle: (0, largest)}, zero={half_angle: (0, order)})


def readout_kernel(W: Floats, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """K_W and the least variance of a row, for a stack of graphons W[..., n, d] on inputs x, y[..., d]."""
    variance, other, covariance = ((W @ (each / x.shape[-1])[..., None])[..., 0] for each in (x * x, y * y, x * y))
    size = np.sqrt(variance * other)
    angle = np.clip(covariance / size, -1.0, 1.0)
    return (size * numeric((cosine,), kappa_1)(angle)).mean(axis=-1), np.minimum(variance, other).min(axis=-1)


def pairs_of_graphons(rng: np.random.Generator, pairs: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Graphons W, W′ of 4 × 4 cells, W′ near W or a mask, on inputs in [−1, 1]: float[pairs, 4, 4] and [pairs, 4]."""
    W = rng.random((pairs, 4, 4))
    near = np.clip(W + rng.normal(size=W.shape) * rng.choice((0.01, 0.3), size=(pairs, 1, 1)), 0.01, 1)
    masks = (rng.random(W.shape) < W).astype(float)
    masks[..., 0] = 1  # no row keeps nothing
    other = np.where(rng.random((pairs, 1, 1)) < 0.5, near, masks)
    x, y = rng.choice((-1.0, 1.0), size=(2, pairs, 4)) * rng.uniform(0.5, 1, size=(2, pairs, 4))
    return W, other, x, y


def extreme_pairs() -> tuple[Floats, Floats, Floats, Floats]:
    """The example at three distances, as 1 × 2 cells repeated to 4 × 4."""
    distances = np.array([0.1, 0.01, 0.001])
    W = np.broadcast_to([1.0, 0.0, 1.0, 0.0], (3, 4, 4))
    x = np.ones((3, 4))
    return W, np.abs(W - distances[:, None, None]), x, np.broadcast_to([1.0, -1.0, 1.0, -1.0], (3, 4))


@exact(cut_norm_continuity)
def kernels_differ_by_no_more(constant: sp.Expr, trial: Trial) -> Findings:
    """Random graphons and masks with their exact cut norms, and the example, which comes within a fifth of the bound."""
    drawn = trial.draw(pairs_of_graphons, trial.size(2000))
    bound = numeric((beta, s), constant)
    largest = []
    for W, other, x, y in (drawn, extreme_pairs()):
        (kernel, least), (moved, its_least) = (readout_kernel(each, x, y) for each in (W, other))
        share = np.abs(kernel - moved) / exact_cut_norm(W - other) / bound(1.0, np.minimum(least, its_least))
        largest.append(float(share.max()))
    of_pairs, of_example = largest
    yield trial.holds(max(largest) <= 1, f"at most {of_pairs:.3f} of the bound, over {len(drawn[0])} pairs")
    yield trial.holds(of_example >= 0.8, f"{of_example:.3f} of the bound in the example")


def mask_distances(rng: np.random.Generator, size: int) -> Floats:
    """|M − W| of entries of masks drawn from W = (u + v)/2 at random latents. float[size]"""
    W = rng.random((size, 2)).mean(axis=1)
    distances: Floats = np.abs((rng.random(size) < W) - W)
    return distances


@statistical(cut_norm_continuity, tests=1)
def masks_stay_away_in_the_mean(l1_distance: sp.Expr, trial: Trial) -> Findings:
    """The mean of |M − W| over single entries at random latents, which is that of a mask of any size."""
    yield trial.averages(trial.draw(mask_distances, trial.size(60_000)), trial.value(l1_distance), 0.0, 1.0)


# Slopes in a variance are below


@exact(cut_norm_continuity, step="variances")
def slopes_in_a_variance_are_below(variance_slope: sp.Expr, largest_slope: sp.Expr, trial: Trial) -> Findings:
    """The squares at a = s(1 + x), b = β/(1 + y); equal at no covariance, the least a and the largest b."""
    there = {a: s * (1 + more), b: beta / (1 + less)}
    gap = beta / s * (more + less + more * less) / ((1 + more) * (1 + less)) + (c / there[a]) ** 2
    square = valued(variance_slope, there) ** 2
    yield trial.nonnegative(largest_slope**2 - square, gap / (4 * sp.pi**2))
    yield trial.same(variance_slope.subs({a: s, b: beta, c: 0}), largest_slope)
    moved = relu.value.subs(c, cosine * sp.sqrt(a * b))  # F at a cosine: ∂_a F at fixed c, by the chain rule
    slope = sp.diff(moved, a) - cosine / 2 * sp.sqrt(b / a) * kappa_0
    yield trial.same(slope, variance_slope.subs(c, cosine * sp.sqrt(a * b)), at=trial.points(a, b, cosine))


@enclosed(cut_norm_continuity)
def constant_is_least_where_all_variances_are_the_largest(constant: sp.Expr, trial: Trial) -> Findings:
    """At s = β, as for inputs of signs of which all is kept."""
    yield trial.below(constant.subs(s, beta), constant)
    yield trial.below(beta * (2 + 1 / sp.pi), constant)


@exact(cut_norm_continuity, step="a mask")
def masks_have_the_distance(entry_distance: sp.Expr, l1_distance: sp.Expr, trial: Trial) -> Findings:
    """The polynomial in u and v, integrated."""
    at = sp.expand(entry_distance.subs(chance, (u + v) / 2))
    yield trial.same(l1_distance, trial.once(sp.integrate, at, (u, 0, 1), (v, 0, 1)))
