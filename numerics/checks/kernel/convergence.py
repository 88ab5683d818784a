"""Evidence for K13: the tangent kernel at every width and depth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise, product
from math import prod

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from numerics.evidence import Finding, Trial, control, empirical, enclosed, exact, statistical
from numerics.kernels.width import before_readout
from theory.claims import formulas
from theory.kernel.convergence import (
    Moments,
    N,
    Pair,
    advance,
    at_inputs,
    beta,
    bound,
    chord,
    deep_second,
    dense_second,
    depth_two,
    gate_shift,
    limit,
    mean,
    moments,
    path,
    readout,
    row_frobenius,
    row_norm,
    row_tangent,
    row_value,
    scatter,
    second_moment_of,
    step,
    tangent_convergence,
    tangent_error,
    tangent_step,
    value_error,
    value_step,
    values_of,
    width_constant,
)
from theory.kernel.dual import cosine, kappa_0, kappa_1
from theory.kernel.dual import depth as L
from theory.kernel.finite_width import n
from theory.saliency.model import rho

ELEVEN, NINE, HALF = sp.Rational(11, 10), sp.Rational(9, 10), sp.Rational(1, 2)
CHAIN = {"value_step": value_step, "tangent_step": tangent_step, "bound": bound}  # of the errors, layer by layer

Rows = tuple[tuple[int, ...], ...]
Layer = tuple[tuple[int, ...], Rows]  # values ĥ and tangents K̂ of a layer, whole numbers
Law = Mapping[Layer, Fraction]
Chances = tuple[tuple[Fraction, ...], ...]  # of each entry of a mask

WEIGHTS = {-1: Fraction(1, 6), 0: Fraction(2, 3), 1: Fraction(1, 6)}  # times √3: moments 1 and 3, as the normal's


def masked_rows(chances: Chances) -> list[tuple[Rows, Rows, Fraction]]:
    """All masks of a layer with all weights, and their probability."""
    columns = len(chances[0])
    choices = []
    for p in (p for row in chances for p in row):
        entry = [(0, 0, 1 - p), *((1, w, p * share) for w, share in WEIGHTS.items())]  # mask, weight, probability
        choices.append([each for each in entry if each[2]])
    found = []
    for drawn in product(*choices):
        rows = [drawn[start : start + columns] for start in range(0, len(drawn), columns)]
        mask = tuple(tuple(kept for kept, _, _ in row) for row in rows)
        weights = tuple(tuple(weight for _, weight, _ in row) for row in rows)
        found.append((mask, weights, prod((chance for _, _, chance in drawn), start=Fraction(1))))
    return found


def sums(layer: Layer, mask: Rows, weights: Rows) -> Layer:
    """Preactivations V ĥ and their tangents diag(M ĥ²) + V K̂ Vᵀ, in whole numbers."""
    values, tangents = layer
    sent = [[sum(v * k for v, k in zip(row, column, strict=True)) for column in tangents] for row in weights]
    kernel = [[sum(v * k for v, k in zip(row, image, strict=True)) for row in weights] for image in sent]
    for i, row in enumerate(mask):
        kernel[i][i] += sum(kept * h * h for kept, h in zip(row, values, strict=True))
    new = tuple(sum(v * h for v, h in zip(row, values, strict=True)) for row in weights)
    return new, tuple(map(tuple, kernel))


def next_law(law: Law, chances: Chances) -> Law:
    """The law of a layer with a fair coin for each gate."""
    before: dict[Layer, Fraction] = defaultdict(Fraction)
    rows = masked_rows(chances)
    for layer, weight in law.items():
        for mask, weights, chance in rows:
            before[sums(layer, mask, weights)] += weight * chance
    found: dict[Layer, Fraction] = defaultdict(Fraction)
    for (values, tangents), weight in before.items():
        for coin in product((0, 1), repeat=len(chances)):
            gated = tuple(
                tuple(g * f * k for f, k in zip(coin, row, strict=True)) for g, row in zip(coin, tangents, strict=True)
            )
            found[tuple(g * h for g, h in zip(coin, values, strict=True)), gated] += weight / 2 ** len(chances)
    return found


def enumerated(inputs: tuple[int, ...], layers: tuple[Chances, ...]) -> tuple[Fraction, Fraction]:
    """E Θ and E Θ² over all weights, masks and gates; by h hᵀ = 6^l ĥĥᵀ/(d n_1 …), K = h hᵀ/3 of the hats."""
    zeros = tuple((0,) * len(inputs) for _ in inputs)
    law: Law = {(inputs, zeros): Fraction(1)}
    for chances in layers[:-1]:
        law = next_law(law, chances)
    first = second = Fraction(0)
    rows = masked_rows(layers[-1])
    for layer, weight in law.items():
        for mask, weights, chance in rows:
            ((kernel,),) = sums(layer, mask, weights)[1]
            first += weight * chance * kernel
            second += weight * chance * kernel**2
    scale = Fraction(6 ** (len(layers) - 1), prod(len(chances[0]) for chances in layers))
    return scale * first, scale**2 * second


def constant(rows: int, columns: int, p: Fraction) -> Chances:
    return ((p,) * columns,) * rows


TINY = (  # widths d, n_1, …, n_L and the densities of the layers
    ((2, 2), (Fraction(1, 2), Fraction(1, 3))),
    ((1, 2, 1), (Fraction(1), Fraction(1, 3), Fraction(2, 3))),
    ((2, 1, 2), (Fraction(1, 3), Fraction(3, 4), Fraction(1, 2))),
    ((1, 1, 2), (Fraction(1, 2), Fraction(1, 4), Fraction(1, 3))),
    ((1, 2, 2, 1), (Fraction(1), Fraction(3, 4), Fraction(1, 3), Fraction(2, 3))),
)
INPUTS = (1, 2)


def tiny_second_moment(widths: tuple[int, ...], densities: tuple[Fraction, ...]) -> Fraction:
    """E Θ² of a tiny network in units of the squared path density, by enumeration."""
    inputs = INPUTS[: widths[0]]
    layers = tuple(
        constant(rows, columns, p) for columns, rows, p in zip(widths, (*widths[1:], 1), densities, strict=True)
    )
    _, second = enumerated(inputs, layers)
    size = Fraction(sum(x * x for x in inputs), len(inputs)) * prod(densities)
    return second / size**2


def kurtosis_of(inputs: Sequence[int]) -> sp.Rational:
    return sp.Rational(len(inputs) * sum(x**4 for x in inputs), sum(x**2 for x in inputs) ** 2)


def rational(values: Sequence[Fraction]) -> list[sp.Rational]:
    return [sp.Rational(value) for value in values]


@exact(tangent_convergence, cost=1.0)
@control("the entries of a mask as if each row had its share", step=advance(step, moments, n, N, sp.Integer(1)))
@control("gates that do not square", step=replace(step, tangents=replace(step.tangents, diagonal=readout)))
@control("no own gradients", readout=readout - 2 * (moments.mixed.traces) - moments.values.traces)
@control("dense readout", readout=readout.subs(rho, 1))
@control("10 % more", readout=ELEVEN * readout)
def second_moments_are_sums_over_tiny_networks(step: Moments, readout: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """E Θ(x, x)² over all masks, coins and weights of tiny networks; only E w² = 1 and E w⁴ = 3 matter."""
    for widths, densities in TINY:
        seen = trial.once(tiny_second_moment, widths, densities)
        kurtosis = kurtosis_of(INPUTS[: widths[0]])
        claimed = second_moment_of(step, readout, widths, rational(densities), kurtosis)
        yield trial.holds(claimed == sp.Rational(seen), f"widths {widths}: E Θ² = {seen}, claimed {claimed}")


Square = Sequence[Sequence[Fraction]]
ANY_VALUES, ANY_TANGENTS = (  # two symmetric matrices, whatever they mean
    tuple(tuple(Fraction(entry, 4) for entry in row) for row in rows)
    for rows in (((4, 1, -2), (1, 12, 3), (-2, 3, 8)), ((6, -3, 1), (-3, 2, 5), (1, 5, 20)))
)


def pair_of(X: Square, Y: Square, size: int) -> tuple[Fraction, Fraction, Fraction]:
    """tr X tr Y/n², tr XY/n² and Σ X_jj Y_jj/n of symmetric matrices cut to a size n."""
    cells = [(i, j) for i in range(size) for j in range(size)]
    traces = Fraction(sum(X[i][i] for i in range(size)) * sum(Y[i][i] for i in range(size)))
    products = Fraction(sum(X[i][j] * Y[i][j] for i, j in cells))
    diagonal = Fraction(sum(X[i][i] * Y[i][i] for i in range(size)))
    return traces / size**2, products / size**2, diagonal / size


def all_pairs(X: Square, Y: Square, size: int) -> list[Fraction]:
    return [part for first, second in ((X, X), (X, Y), (Y, Y)) for part in pair_of(first, second, size)]


def one_layer(width: int, following: int, density: Fraction) -> list[Fraction]:
    """`moments` after one layer from any two matrices, over all masks, weights and coins, in units of ρ²."""
    totals = [Fraction(0)] * 9
    for mask, weights, chance in masked_rows(constant(following, width, density)):
        X, Y = (
            [[3 * quadratic(v, A, w) / width for w in weights] for v in weights] for A in (ANY_VALUES, ANY_TANGENTS)
        )
        for i, row in enumerate(mask):
            Y[i][i] += sum(kept * ANY_VALUES[j][j] for j, kept in enumerate(row)) / Fraction(width)
        for coin in product((0, 1), repeat=following):
            parts = all_pairs(gated(coin, X), gated(coin, Y), following)
            totals = [total + chance * part for total, part in zip(totals, parts, strict=True)]
    return [total / 2**following / density**2 for total in totals]


def gated(coin: tuple[int, ...], A: Square) -> Square:
    """Entries through the gates of their rows and columns, squared √2 each."""
    return [[2 * g * f * each for f, each in zip(coin, row, strict=True)] for g, row in zip(coin, A, strict=True)]


def quadratic(v: tuple[int, ...], A: Square, w: tuple[int, ...]) -> Fraction:
    return sum((v[i] * A[i][j] * w[j] for i in range(len(v)) for j in range(len(w)) if v[i] * w[j]), Fraction(0))


@exact(tangent_convergence, cost=0.6)
@control("no kurtosis of the weights", step=advance(step, moments, n, N, sp.Integer(1)))
@control("gates that do not square", step=replace(step, tangents=replace(step.tangents, diagonal=readout)))
@control("neurons alike", step=replace(step, mixed=replace(step.mixed, traces=step.mixed.diagonal)))
def steps_are_sums_over_one_layer(step: Moments, trial: Trial) -> Iterator[Finding]:
    """One layer from two arbitrary symmetric matrices: each of the nine numbers by enumeration."""
    names = [symbol.name for symbol in formulas(moments)]
    for width, following, density in ((2, 2, Fraction(1, 3)), (3, 1, Fraction(3, 4))):
        before = Moments(
            *(Pair(*map(sp.Rational, part)) for part in batched(all_pairs(ANY_VALUES, ANY_TANGENTS, width)))
        )
        claimed = advance(step, before, sp.Integer(width), sp.Integer(following), sp.Rational(density))
        for name, value, seen in zip(
            names, formulas(claimed), trial.once(one_layer, width, following, density), strict=True
        ):
            yield trial.holds(value == sp.Rational(seen), f"{name} = {seen}, claimed {value}")


def batched(parts: Sequence[Fraction]) -> list[Sequence[Fraction]]:
    return [parts[start : start + 3] for start in (0, 3, 6)]


UNEVEN: tuple[Chances, ...] = (  # unequal probabilities, layer by layer
    ((Fraction(1, 2), Fraction(1, 3)), (Fraction(1), Fraction(1, 4))),
    ((Fraction(1, 5), Fraction(1, 2)),),
    ((Fraction(3, 4),),),
)


@exact(tangent_convergence)
@control("one layer's gradients", mean=path)
@control("the hidden layers alone", mean=L * path)
@control("10 % more", mean=ELEVEN * mean)
def mean_is_the_sum_over_paths(mean: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """E Θ(x, x) over all masks of unequal probabilities, coins and weights, beside the path density 1ᵀP…P x²/(d n_1…)."""
    for layers in (UNEVEN, (UNEVEN[0][1:], UNEVEN[2])):
        first, _ = trial.once(enumerated, INPUTS, layers)
        paths = [Fraction(x * x) for x in INPUTS]
        for chances in layers:
            paths = [Fraction(sum(p * x for p, x in zip(row, paths, strict=True))) / len(row) for row in chances]
        claimed = mean.subs({L: len(layers) - 1, path: sp.Rational(paths[0])})
        yield trial.holds(claimed == sp.Rational(first), f"E Θ = {first}, claimed {claimed}")


def recursion(depth: int, width: sp.Expr) -> sp.Expr:
    """E Θ² of dense layers of one width, in units of the squared path density."""
    return sp.factor(second_moment_of(step, readout, (1, *[width] * depth), [1] * (depth + 1)))


@exact(tangent_convergence, cost=0.8)
@control("values only", dense_second=(1 + 5 / n) ** L * (L + 1) ** 2)
@control("one eigenvalue", dense_second=dense_second.subs(1 - 1 / n, 1))
@control("10 % more", dense_second=ELEVEN * dense_second)
@control("the square of the mean forgotten", dense_variance=dense_second / (L + 1) ** 2)
def dense_networks_have_a_closed_form(
    dense_second: sp.Expr, dense_variance: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The recursion at general n for one and two hidden layers, in fractions for more; and Var = E Θ² − (L + 1)²."""
    yield trial.same((dense_variance + 1) * (L + 1) ** 2, dense_second)
    for depth in (1, 2):
        yield trial.same(dense_second.subs(L, depth), trial.once(recursion, depth, n), by=sp.cancel)
    for depth, width in ((3, 2), (5, 3), (6, 7)):
        seen = trial.once(recursion, depth, sp.Integer(width))
        claimed = dense_second.subs({L: depth, n: width})
        yield trial.holds(claimed == seen, f"depth {depth}, width {width}: {seen}, claimed {claimed}")


def first_order(depth: int) -> sp.Expr:
    """lim n Var/(E Θ)² at hidden density ρ, the first layer dense: the slope of the recursion in 1/n at 0."""
    z = sp.Symbol("z", positive=True)
    known = second_moment_of(step, readout, (1, *[n] * depth), [sp.Integer(1), *[rho] * depth])
    series = sp.cancel(known.subs(n, 1 / z))
    return sp.factor(sp.diff(series, z).subs(z, 0) / (depth + 1) ** 2)


LARGE = sp.Integer(10**9)


@exact(tangent_convergence, cost=0.8)
@control("dense", width_constant=width_constant.subs(rho, 1))
@control("each layer as the first", width_constant=3 * L / rho)
@control("10 % more", width_constant=ELEVEN * width_constant)
def wide_networks_have_their_constant(width_constant: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """n · relative variance as n → ∞: the slope of the recursion in 1/n, for one to three hidden layers."""
    for depth in (1, 2, 3):
        yield trial.same(width_constant.subs(L, depth), trial.once(first_order, depth), by=sp.cancel)


@enclosed(tangent_convergence)
@control("e^5β alone", deep_second=sp.exp(5 * beta))
@control("e^β of one layer", deep_second=deep_second.subs(beta, beta / 5))
@control("10 % less", deep_second=NINE * deep_second)
def deep_networks_stay_random(deep_second: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """E Θ²/(E Θ)² at L = βn, n = 10⁹, is within 1e-6 of the limit, from which it differs by the order 1/n."""
    gap = sp.Abs(deep_second.subs(beta, L / n) - dense_second / (L + 1) ** 2)
    deep = [{L: share * LARGE / 4, n: LARGE} for share in (1, 2, 4)]
    yield trial.below(gap, sp.Rational(1, 10**6), at=deep)


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
    return expression.subs({**values_of(known), n: 3, rho: density, value_error: 0, tangent_error: 0})


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
@control("a Lipschitz constant of the diagonal", chord=1 / (sp.pi * sp.sqrt(1 - cosine**2)))
@control("10 % more", chord=ELEVEN * chord)
@control("the first moment of the arc", gate_shift=2 * gate_shift)
@control("10 % less", gate_shift=NINE * gate_shift)
def lemmas_have_their_constants(chord: sp.Expr, gate_shift: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The chord of κ₀ from r to 1, and the correlation of open gates with the weights."""
    yield trial.same(chord * (1 - cosine), kappa_0.subs(cosine, 1) - kappa_0)
    yield trial.same(gate_shift, trial.once(gate_correlation))


s = sp.Symbol("s", real=True)  # a cosine anywhere in [−1, 1]
x, y = sp.symbols("x y", positive=True)  # √(ab) and a cosine in [0, 1)


@enclosed(tangent_convergence)
@control("the slope at r", chord=1 / (sp.pi * sp.sqrt(1 - cosine**2)))
@control("10 % less", chord=NINE * chord)
def no_chord_is_steeper(chord: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """|κ₀(s) − κ₀(r)| ≤ chord · |s − r| on a grid of 0 ≤ r < 1 and −1 ≤ s ≤ 1, near s = 1 too; and |F − κ₁(r)| ≤ |S − r| + |√(ab) − 1|."""
    gap = sp.Abs(kappa_0.subs(cosine, s) - kappa_0)
    near = [{cosine: sp.Rational(i, 8), s: 1 - sp.Rational(1, 10**j)} for i in range(8) for j in (1, 5)]
    grid = [{cosine: sp.Rational(i, 8), s: sp.Rational(2 * j + 1, 16)} for i in range(8) for j in range(-8, 8)]
    yield trial.below(gap, chord * sp.Abs(s - cosine), at=grid + near)
    value = sp.Abs(x * kappa_1.subs(cosine, s) - kappa_1)
    points = [{x: length, **each} for length in (sp.Rational(1, 9), sp.Rational(8, 9), 4) for each in grid[::5]]
    yield trial.below(value, sp.Abs(x * s - cosine) + sp.Abs(x - 1), at=points)


@enclosed(tangent_convergence, cost=0.4)
@control("without the rows' masks", value_step=value_step.subs(moments.values.diagonal, 0))
@control("norms as of one input", value_step=value_step - row_norm + row_norm / sp.sqrt(2))
@control("gates independent of the weights", tangent_step=tangent_step - gate_shift.subs(cosine, 0) * row_frobenius)
@control(
    "κ₀ at its limit", tangent_step=tangent_step - sp.Abs(limit) * (chord * row_value + (1 + chord * cosine) * row_norm)
)
@control("the last weights at their mean", bound=bound - sp.sqrt(2) * row_frobenius)
@control("10 % less", bound=NINE * bound)
@control("three layers", depth_two=depth_two + 1 / sp.sqrt(n))
@control("10 % more", depth_two=ELEVEN * depth_two)
def pieces_add_up_to_the_bound(
    value_step: sp.Expr, tangent_step: sp.Expr, bound: sp.Expr, depth_two: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Rows: exact variances over masks of a fixed layer. Steps: fluctuation, rows, norms, gates. Two layers: the chain."""
    for density in (sp.Rational(1, 3), sp.Integer(1)):
        rows = (row_value, row_tangent, row_norm, row_frobenius)
        for piece, seen in zip(rows, over_row_masks(density), strict=True):
            yield trial.vanishes(sp.expand(over_fixed_layer(piece, density) ** 2 - seen))
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
    errors = {value_error: value_step.subs(here), tangent_error: tangent_step.subs(here)}
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


masked_values = sp.sqrt(scatter * moments.values.diagonal / n)
masked_tangents = sp.sqrt(scatter * moments.tangents.diagonal / n)


def turned(expression: sp.Expr, part: sp.Expr) -> sp.Expr:
    """The expression with the sign of a part turned, wherever it stands."""
    return expression.subs(part, -part)


@enclosed(tangent_convergence, cost=0.4)
@control(
    "a row's own value less uncertain than the layer's, everywhere",
    **{name: turned(formula, masked_values) for name, formula in CHAIN.items()},
)
@control(
    "a row's own trace less uncertain than the layer's, everywhere",
    **{name: turned(formula, masked_tangents) for name, formula in CHAIN.items()},
)
@control("no masks, everywhere", **{name: formula.subs(masked_values, 0) for name, formula in CHAIN.items()})
@control("10 % less of a value", value_step=NINE * value_step)
@control("10 % more of a tangent", tangent_step=ELEVEN * tangent_step)
@control("10 % more", bound=ELEVEN * bound)
def one_layer_by_enumeration(
    value_step: sp.Expr, tangent_step: sp.Expr, bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
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


@statistical(tangent_convergence, tests=2, cost=0.6)
@control("one layer's gradients", mean=path)
@control("the hidden layers alone", mean=L * path)
@control("no second moment of its own", dense_second=(L + 1) ** 2 - dense_second)
def networks_on_the_diagonal(mean: sp.Expr, dense_second: sp.Expr, trial: Trial) -> Iterator[Finding]:
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
@control("rate 1/n", depth_two=depth_two / sp.sqrt(n))
@control("10 times more", depth_two=10 * depth_two)
def bound_is_kept_and_sharp_in_order(depth_two: sp.Expr, trial: Trial) -> Iterator[Finding]:
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
@control("rate 1/n", bound=bound / WIDE)
def kernels_are_within_the_bound(bound: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """P(|Θ_n − Θ| > 2B) ≤ ¼ (Chebyshev), dense and masked, two hidden layers of width 64."""
    target = trial.value(limits()[-1][1])
    for density in (1.0, DENSITY):
        sample = trial.draw(kernel_sample, trial.size(200), (WIDE, WIDE), float(PAIR), density)
        known = before_readout(2, float(PAIR), WIDE, density)
        size = 2 * trial.value(bound, {symbol: sp.Rational(value) for symbol, value in known.items()})
        yield trial.counts(int((np.abs(sample - target) > size).sum()), len(sample), 0.25, side="above")
