"""Evidence for K13.3 and K13.2: the distance to the limit, its lemmas and its steps from layer to layer, and sampled networks."""

from dataclasses import replace
from itertools import pairwise, product
from math import prod

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Findings, Trial, control, empirical, enclosed, exact, statistical
from sparse_limits.numerics.kernels.width import before_readout
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.convergence import (
    Moments,
    N,
    Pair,
    advance,
    at_inputs,
    bound,
    chord,
    gate_shift,
    limit,
    moments,
    path,
    row_frobenius,
    row_norm,
    row_tangent,
    row_value,
    step,
    tangent_error,
    tangent_step,
    value_error,
    value_step,
    values_of,
)
from sparse_limits.theory.kernel.dual import cosine, kappa_0, kappa_1
from sparse_limits.theory.kernel.dual import depth as L
from sparse_limits.theory.kernel.finite_width import n
from sparse_limits.theory.kernel.further.deep import tangent_fluctuations
from sparse_limits.theory.kernel.further.off_diagonal import tangent_convergence
from sparse_limits.theory.saliency.model import rho

HALF = sp.Rational(1, 2)
CHAIN = {"value_step": value_step, "tangent_step": tangent_step, "bound": bound}  # of the errors, layer by layer


def over_fixed_layer(expression: sp.Expr, density: sp.Rational) -> sp.Expr:
    """A formula in the moments of one fixed layer: values and a symmetric tangent matrix of width 3."""
    values, K = sp.Matrix(FIXED_VALUES), sp.Matrix(FIXED_TANGENTS)
    norm = sum(x**2 for x in values) / 3
    fourths = sum(x**4 for x in values) / 3
    known = at_inputs(fourths)
    tangents = replace(
        known.tangents,
        product=(K * K).trace() / 9,
        diagonal=sum(K[j, j] ** 2 for j in range(3)) / sp.Integer(3),
    )
    known = Moments(replace(known.values, traces=norm**2), known.mixed, tangents)
    return valued(expression, {**values_of(known), n: 3, rho: density, value_error: 0, tangent_error: 0})


FIXED_VALUES = (1, sp.Rational(1, 2), sp.sqrt(sp.Rational(7, 4)))  # of mean square 1
FIXED_TANGENTS = ((2, 1, -1), (1, 1, HALF), (-1, HALF, 3))


def over_row_masks(density: sp.Rational) -> tuple[sp.Expr, sp.Expr, sp.Expr, sp.Expr]:
    """Over all masks of a row: variances of its norm and of its trace, twice that of the norm, and E‖MKM‖²/(nρ)²."""
    values, K = sp.Matrix(FIXED_VALUES), sp.Matrix(FIXED_TANGENTS)
    norm = trace = frobenius = sp.Integer(0)
    for mask in product((0, 1), repeat=3):
        chance = prod((density if bit else 1 - density for bit in mask), start=sp.Integer(1))
        M = sp.diag(*mask) / (3 * density)
        norm += chance * ((values.T * M * values)[0] - 1) ** 2
        trace += chance * ((M * K).trace() - K.trace() / 3) ** 2
        frobenius += chance * (sp.diag(*mask) * K * sp.diag(*mask) * K).trace() / (3 * density) ** 2
    return norm, trace, 2 * norm, frobenius


def gate_correlation() -> sp.Expr:
    """‖E φ′φ′(ww⊤ − I)‖_F in the plane of the two inputs: w = R(cos t, sin t), E R² = 2, open gates −π + θ < t < … ."""
    t, theta = sp.Symbol("t", real=True), sp.Symbol("theta", positive=True)
    low, high = theta - sp.pi / 2, sp.pi / 2
    # 2 · E over t of (2 cos² − 1, 2 cos sin; ·, 2 sin² − 1) = (cos 2t, sin 2t; sin 2t, −cos 2t)
    waves = (sp.integrate(wave, (t, low, high)) / sp.pi for wave in (sp.cos(2 * t), sp.sin(2 * t)))
    squared = sp.simplify(2 * sum(wave**2 for wave in waves))
    return sp.sqrt(sp.simplify(sp.expand_trig(squared.subs(theta, sp.acos(cosine)))))


@exact(tangent_convergence)
def lemmas_have_their_constants(chord: sp.Expr, gate_shift: sp.Expr, trial: Trial) -> Findings:
    """The chord of κ₀ from r to 1, and the correlation of open gates with the weights."""
    yield trial.same(chord * (1 - cosine), kappa_0.subs(cosine, 1) - kappa_0)
    yield trial.same(gate_shift, trial.once(gate_correlation))


s = sp.Symbol("s", real=True)  # a cosine anywhere in [−1, 1]
x = sp.Symbol("x", positive=True)  # √(ab)


@enclosed(tangent_convergence)
def no_chord_is_steeper(chord: sp.Expr, trial: Trial) -> Findings:
    """|κ₀(s) − κ₀(r)| ≤ chord · |s − r| on a grid of 0 ≤ r < 1 and −1 ≤ s ≤ 1, near s = 1 too; and |F − κ₁(r)| ≤ |S − r| + |√(ab) − 1|."""
    gap = sp.Abs(kappa_0.subs(cosine, s) - kappa_0)
    near = [{cosine: sp.Rational(i, 8), s: 1 - sp.Rational(1, 10**j)} for i in range(8) for j in (1, 5)]
    grid = [{cosine: sp.Rational(i, 8), s: sp.Rational(2 * j + 1, 16)} for i in range(8) for j in range(-8, 8)]
    yield trial.below(gap, chord * sp.Abs(s - cosine), at=grid + near)  # boxes: equal along s = r and at s = 1
    value = sp.Abs(x * kappa_1.subs(cosine, s) - kappa_1)
    points = [{x: length, **each} for length in (sp.Rational(1, 9), sp.Rational(8, 9), 4) for each in grid[::5]]
    yield trial.below(value, sp.Abs(x * s - cosine) + sp.Abs(x - 1), at=points)  # boxes: equal at s = r, x = 1


@enclosed(tangent_convergence, cost=0.4)
def pieces_add_up_to_the_bound(
    value_step: sp.Expr, tangent_step: sp.Expr, bound: sp.Expr, depth_two: sp.Expr, trial: Trial
) -> Findings:
    """Rows: exact variances over masks of a fixed layer. Steps: fluctuation, rows, norms, gates. Two layers: the chain."""
    for density in (sp.Rational(1, 3), sp.Integer(1)):
        rows = (row_value, row_tangent, row_norm, row_frobenius)
        for piece, seen in zip(rows, trial.once(over_row_masks, density), strict=True):
            yield trial.vanishes(sp.expand(trial.once(over_fixed_layer, piece, density) ** 2 - seen))
    yield trial.same(value_step, sp.sqrt(step.values.diagonal / N) + row_value + row_norm)
    steepest = gate_shift.subs(cosine, 0)  # its largest value
    moved = chord * row_value + (1 + chord * cosine) * row_norm
    pieces = (
        sp.sqrt(step.tangents.diagonal / N) + steepest * row_frobenius + row_value + row_tangent + sp.Abs(limit) * moved
    )
    yield trial.same(tangent_step, pieces)
    yield trial.same(bound, row_value + row_tangent + sp.sqrt(2 * row_frobenius**2), by=None)
    first = {value_error: sp.sqrt(6 / n), tangent_error: sp.sqrt(2 / n), N: n, rho: sp.Integer(1)}
    known = advance(step, at_inputs(1), n, n, sp.Integer(1))
    here = {**values_of(known), **first}
    errors = {value_error: valued(value_step, here), tangent_error: valued(tangent_step, here)}
    last = {**values_of(advance(step, known, n, n, sp.Integer(1))), **errors, rho: sp.Integer(1)}
    yield trial.same(depth_two, bound.xreplace(last), by=None)


def layer_moments() -> Moments:
    """The nine moments of the fixed layer, from its values and its tangent matrix."""
    values, K = sp.Matrix(FIXED_VALUES), sp.Matrix(FIXED_TANGENTS)
    H = values * values.T
    pairs = []
    for X, Y in ((H, H), (H, K), (K, K)):
        diagonal = sum(X[j, j] * Y[j, j] for j in range(3)) / sp.Integer(3)
        pairs.append(Pair(X.trace() * Y.trace() / 9, (X * Y).trace() / 9, diagonal))
    return Moments(*pairs)


def by_enumeration(
    density: sp.Rational, N: int, e: sp.Expr, f: sp.Expr, T: sp.Expr, r: sp.Expr
) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
    """The steps of the errors e and f, and the bound, over all masks of a row of the fixed layer; N rows come next.

    Given a mask the row's weights are normal: E(v·h)⁴ = 3|Mh|⁴, E(v⊤Kv)² = (tr MK)² + 2‖MKM‖², with gates squared 2.
    """
    values, K = sp.Matrix(FIXED_VALUES), sp.Matrix(FIXED_TANGENTS)
    means = dict.fromkeys(("S", "τ", "‖·‖", "h⁴", "k²"), sp.Integer(0))
    for mask in product((0, 1), repeat=3):
        chance = prod((density if bit else 1 - density for bit in mask), start=sp.Integer(1))
        M = sp.diag(*mask)
        size, trace = ((values.T * M * values)[0] / (3 * density), (M * K).trace() / (3 * density))
        square = (M * K * M * K).trace() / (3 * density) ** 2
        means["S"] += chance * (size - 1) ** 2
        means["τ"] += chance * (trace - K.trace() / 3) ** 2
        means["‖·‖"] += chance * square
        means["h⁴"] += chance * 2 * 3 * size**2
        means["k²"] += chance * 2 * (size**2 + 2 * size * trace + trace**2 + 2 * square)
    own_value, own_tangent, norms = e + sp.sqrt(means["S"]), f + sp.sqrt(means["τ"]), sp.sqrt(2 * means["S"])
    frobenius = sp.sqrt(means["‖·‖"])
    slope = sp.acos(r) / sp.pi / (1 - r)  # (κ₀(1) − κ₀(r))/(1 − r)
    value = sp.sqrt(means["h⁴"] / N) + own_value + norms
    tangent = sp.sqrt(means["k²"] / N) + sp.sqrt(2) / sp.pi * frobenius + own_value + own_tangent
    tangent += sp.Abs(T) * (slope * own_value + (1 + slope * r) * norms)
    return value, tangent, own_value + own_tangent + sp.sqrt(2) * frobenius


def turned(expression: sp.Expr, part: sp.Expr) -> sp.Expr:
    """The expression with the sign of the root of a part turned, wherever it stands."""
    return expression.xreplace({sp.sqrt(part): -sp.sqrt(part)})


@enclosed(tangent_convergence, cost=0.4)
@control(
    "a row's own value less uncertain than the layer's, everywhere",
    **{name: turned(formula, moments.values.diagonal) for name, formula in CHAIN.items()},
)
@control(
    "a row's own trace less uncertain than the layer's, everywhere",
    **{name: turned(formula, moments.tangents.diagonal) for name, formula in CHAIN.items()},
)
@control(
    "no masks, everywhere", **{name: valued(formula, {moments.values.diagonal: 0}) for name, formula in CHAIN.items()}
)
def one_layer_by_enumeration(value_step: sp.Expr, tangent_step: sp.Expr, bound: sp.Expr, trial: Trial) -> Findings:
    """Errors of a row add to those of its layer, from the masks of a row alone: none of the claim's pieces enters."""
    e, f, r = sp.Rational(1, 3), sp.Rational(2, 7), sp.Rational(3, 5)
    for density, T in ((sp.Rational(1, 3), sp.Rational(-3, 2)), (sp.Rational(4, 5), sp.Integer(2))):
        here = {**values_of(trial.once(layer_moments)), n: 3, N: 4, rho: density}
        here |= {value_error: e, tangent_error: f, limit: T, cosine: r}
        seen = trial.once(by_enumeration, density, 4, e, f, T, r)
        for claimed, expected in zip((value_step, tangent_step, bound), seen, strict=True):
            yield trial.same(claimed.xreplace(here), expected, by=None)


DENSITY = 0.3


def kernel_sample(
    rng: np.random.Generator, networks: int, widths: tuple[int, ...], r: float, density: float, gates: str = "relu"
) -> NDArray[np.floating]:
    """Θ_n(x, x′)/ρ^L of networks on two inputs of length √2 and cosine r, from their gradients. float[networks]

    The first layer is dense. With gates="coins" every gate is a fair coin, the same for both inputs.
    """
    inputs = np.sqrt(2) * np.array([[1.0, 0.0], [r, np.sqrt(1 - r * r)]])
    entering = [np.broadcast_to(inputs, (networks, 2, 2))]
    opened, weights, masks = [], [], []
    for layer, (columns, rows) in enumerate(pairwise((2, *widths, 1))):
        share = density if layer else 1.0
        masks.append(rng.random((networks, rows, columns)) < share)
        weights.append(masks[-1] * rng.standard_normal((networks, rows, columns)) / np.sqrt(columns * share))
        if layer < len(widths):
            z = entering[-1] @ weights[-1].transpose(0, 2, 1)
            coins = rng.integers(0, 2, size=(networks, 1, rows)).repeat(2, axis=1) if gates == "coins" else z > 0
            opened.append(np.sqrt(2) * coins)
            entering.append(opened[-1] * z)
    delta, total = np.ones((networks, 2, 1)), np.zeros(networks)
    for layer in reversed(range(len(weights))):
        share = (density if layer else 1.0) * weights[layer].shape[2]
        own = (masks[layer] @ (entering[layer][:, 0] * entering[layer][:, 1])[:, :, None])[:, :, 0] / share
        total += (delta[:, 0] * delta[:, 1] * own).sum(axis=1)
        if layer:
            delta = (delta @ weights[layer]) * opened[layer - 1]
    return total


@statistical(tangent_fluctuations, tests=2, cost=0.6)
def networks_on_the_diagonal(mean: sp.Expr, dense_second: sp.Expr, trial: Trial) -> Findings:
    """The mean of Θ(x, x) of dense ReLU networks with two hidden layers of width 12; masked ones have the law with coins."""
    size, here = trial.size(25_000), {L: 2, n: 12, path: 1}
    sample = trial.draw(kernel_sample, size, (12, 12), 1.0, 1.0)
    claimed = trial.value(mean, here)
    spread = trial.value(dense_second, here) - claimed**2
    yield trial.holds(spread > 0, f"variance {spread:.4g}")
    yield trial.unbounded_averages(sample, claimed, spread)
    relu, coins = (trial.draw(kernel_sample, size, (12, 12), 1.0, 0.5, gates) for gates in ("relu", "coins"))
    counts = [[int((each > level).sum()) for level in (0.5, 2.0, 5.0)] for each in (relu, coins)]
    yield trial.two_counts(counts[0], size, counts[1], size)


WIDE, PAIR = 64, sp.Rational(1, 2)


def limits() -> list[tuple[sp.Expr, sp.Expr]]:
    """The cosine and the dense kernel of infinite width after one and two hidden layers, from the inputs' cosine."""
    found = [(PAIR, PAIR)]
    for _ in range(2):
        r, kernel = found[-1]
        value, slope = kappa_1.subs(cosine, r), kappa_0.subs(cosine, r)
        found.append((value, value + slope * kernel))
    return found[1:]


@empirical(tangent_convergence, cost=0.6)
def bound_is_kept_and_sharp_in_order(depth_two: sp.Expr, trial: Trial) -> Findings:
    """Root mean square of Θ_n − Θ at the cosine ½, two hidden layers of widths 16 and 64: between B/12 and B."""
    (r, kernel), (_, limiting) = limits()
    target = trial.value(limiting)
    for width in (16, WIDE):
        gap = trial.draw(kernel_sample, trial.size(200), (width, width), float(PAIR), 1.0) - target
        seen = float(np.sqrt((gap**2).mean()))
        claimed = trial.value(depth_two.subs(limit, kernel).subs(cosine, r), {n: width})
        yield trial.at_most(seen / claimed, 1.0, f"root mean square {seen:.4g} at width {width}, over the bound")
        yield trial.at_most(claimed / seen, 12.0, f"bound {claimed:.4g} over it")


@statistical(tangent_convergence, tests=2, cost=0.6)
def kernels_are_within_the_bound(bound: sp.Expr, trial: Trial) -> Findings:
    """P(|Θ_n − Θ| > 2B) ≤ ¼ (Chebyshev), dense and masked, two hidden layers of width 64."""
    target = trial.value(limits()[-1][1])
    for density in (1.0, DENSITY):
        sample = trial.draw(kernel_sample, trial.size(200), (WIDE, WIDE), float(PAIR), density)
        known = before_readout(2, float(PAIR), WIDE, density)
        size = 2 * trial.value(bound, {symbol: sp.Rational(value) for symbol, value in known.items()})
        yield trial.counts(int((np.abs(sample - target) > size).sum()), len(sample), 0.25, side="above")
