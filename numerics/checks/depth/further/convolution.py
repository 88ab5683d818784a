"""Evidence for D7: small convolutions with letters, tied dense networks in exact arithmetic, and drawn filters."""

from collections.abc import Mapping
from functools import cache
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from sympy.core.function import AppliedUndef

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.data import digits
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.numerics.evidence.sums import adds_up, grows_by, same_whatever, sloped
from sparse_limits.numerics.networks import Network, gradient
from sparse_limits.theory.depth.further.convolution import (
    OVER_POSITIONS,
    convolution_rows,
    dense,
    entry_at,
    mean_at,
    mean_gate,
    one_gate,
    other_mean_at,
    patch_size,
    pooled,
    position,
    positions,
    readout_at,
    sample_residual,
    slope_at,
)
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.saliency.model import width as n
from sparse_limits.theory.saliency.snip import a, h, w

Floats = NDArray[np.floating]
SIZES = tuple(product((1, 2), (1, 2, 3), (1, 2)))  # filters or entries, positions, power of the activation


def written(formula: sp.Expr, size: int, letters: Mapping[Any, Any]) -> sp.Expr:
    """A formula at a number of positions, its functions of a position by values: `letters[function]` is a list."""
    plain = at_size(formula, size)
    values = {each: letters[each.func][int(each.args[0]) - 1] for each in plain.atoms(AppliedUndef)}
    return plain.xreplace(values | {key: value for key, value in letters.items() if isinstance(key, sp.Symbol)})


@cache
def at_size(formula: sp.Expr, size: int) -> sp.Expr:
    return formula.subs(positions, size).doit()


def letters(name: str, *shape: int) -> sp.Matrix:
    return sp.Matrix(*shape, lambda i, j: sp.Symbol(f"{name}_{i}{j}", real=True))


class Case(NamedTuple):
    """A derivative of r f in a filter weight, the number of positions, the number of filters and of entries, the parts."""

    seen: sp.Expr
    size: int
    filters: int
    entries: int
    parts: dict[Any, Any]


def small_convolutions(everywhere: bool) -> list[Case]:
    """Pooled, or with a weight `everywhere`: φ(z) = g z^power with a letter g of its own at each position."""
    cases = []
    for sizes, count, power in SIZES:
        filters, patches = letters("w", sizes, sizes), letters("x", count, sizes)
        gates, readout = letters("g", sizes, count), letters("a", sizes, count)
        z = filters * patches.T / sp.sqrt(sizes)
        terms = [
            (readout[i, k] / sp.sqrt(sizes * count) if everywhere else readout[i, 0] / sp.sqrt(sizes) / count)
            * gates[i, k]
            * z[i, k] ** power
            for i, k in product(range(sizes), range(count))
        ]
        total = sample_residual * sum(terms)
        for i, j in product(range(sizes), repeat=2):
            parts = {
                slope_at: [power * gates[i, k] * z[i, k] ** (power - 1) for k in range(count)],
                entry_at: list(patches[:, j]),
                readout_at: list(readout[i, :]),
                a: readout[i, 0],
            }
            cases.append(Case(sp.diff(total, filters[i, j]), count, sizes, sizes, parts))
    return cases


def one_filter(everywhere: bool) -> list[Case]:
    """The same times √n, at a readout of 1 where pooled: what the mean over positions alone has."""
    return [
        case._replace(
            seen=(case.seen * sp.sqrt(case.filters * case.entries)).subs({} if everywhere else {case.parts[a]: 1})
        )
        for case in small_convolutions(everywhere)
    ]


def over_positions(readout: sp.Expr) -> sp.Expr:
    """The derivative in a weight of the sum over any number of positions of r times readout times φ(z_k), φ any function."""
    weight, phi = sp.Symbol("w_ij", real=True), sp.Function("phi", real=True)
    others = sp.Function("z_P", real=True)(position)  # what z_k owes to the other weights
    entering = others + weight * entry_at(position) / sp.sqrt(patch_size)
    total = sp.Sum(sample_residual * readout * phi(entering), OVER_POSITIONS)
    return sloped(sp.diff(total, weight), phi=slope_at(position))


share = sp.Symbol("p_D", positive=True)  # of a sample in the mean over the data


@exact(convolution_rows, step="pooled derivative", cost=0.5)
def pooled_output_has_the_derivative(pooled_part: sp.Expr, trial: Trial) -> Findings:
    """For any number of positions and any φ; and up to two filters of two entries at three, of power one and two."""
    yield same_whatever(trial, over_positions(sp.S.One) / positions, pooled_part / sp.sqrt(patch_size))
    cases = [(each.seen, written(pooled_part, each.size, each.parts)) for each in trial.once(one_filter, False)]
    yield trial.at_sizes(cases, "weights")


@exact(convolution_rows, step="dense derivative", cost=0.5)
def dense_output_has_the_derivative(dense_part: sp.Expr, trial: Trial) -> Findings:
    """The same with a weight for each position."""
    seen = over_positions(readout_at(position)) / sp.sqrt(positions)
    yield same_whatever(trial, seen, dense_part / sp.sqrt(patch_size))
    cases = [(each.seen, written(dense_part, each.size, each.parts)) for each in trial.once(one_filter, True)]
    yield trial.at_sizes(cases, "weights")


@exact(convolution_rows, step="pooled slope", cost=0.5)
def pooled_slope_is_readout_times_mean(pooled_slope: sp.Expr, pooled_part: sp.Expr, trial: Trial) -> Findings:
    """Sample by sample of the mean, with any φ and any number of positions; and every filter weight of small networks."""
    seen = a / sp.sqrt(n) * over_positions(sp.S.One) / positions
    yield adds_up(trial, pooled_slope, {pooled: share * pooled_part}, share * seen)
    cases = []
    for each in trial.once(small_convolutions, False):
        at = {n: each.filters, patch_size: each.entries, pooled: written(pooled_part, each.size, each.parts)}
        cases.append((each.seen, valued(pooled_slope, {**at, a: each.parts[a]})))
    yield trial.at_sizes(cases, "weights")


@exact(convolution_rows, step="dense slope", cost=0.5)
def dense_slope_is_the_mean(dense_slope: sp.Expr, dense_part: sp.Expr, trial: Trial) -> Findings:
    """The same with a weight for each position."""
    seen = over_positions(readout_at(position)) / sp.sqrt(n * positions)
    yield adds_up(trial, dense_slope, {dense: share * dense_part}, share * seen)
    cases = []
    for each in trial.once(small_convolutions, True):
        at = {n: each.filters, patch_size: each.entries, dense: written(dense_part, each.size, each.parts)}
        cases.append((each.seen, valued(dense_slope, at)))
    yield trial.at_sizes(cases, "weights")


@exact(convolution_rows, step="covariance")
def entries_covary_over_the_positions(dense_covariance: sp.Expr, dense_part: sp.Expr, trial: Trial) -> Findings:
    """One position more adds the product of its means, over P; and coefficients of each readout weight up to four."""
    yield grows_by(trial, positions * dense_covariance, positions, mean_at(positions) * other_mean_at(positions))
    cases = []
    for size in range(1, 5):
        readout, one, other = (sp.symbols(f"{letter}_0:{size}", real=True) for letter in ("a", "u", "t"))
        at = {readout_at: readout, slope_at: [sp.S.One] * size, sample_residual: sp.S.One}
        entries = [written(dense_part, size, {**at, entry_at: means}) for means in (one, other)]
        seen = sum(sp.diff(entries[0], weight) * sp.diff(entries[1], weight) for weight in readout)
        cases.append((seen, written(dense_covariance, size, {mean_at: one, other_mean_at: other})))
    yield trial.at_sizes(cases, "numbers of positions")


# A convolution as a fully connected network, a unit for each filter and position: the derivative in a filter weight is the
# sum of those in its copies.


class Tied(NamedTuple):
    """Where the copies of the weights are: pixel of each position and entry, int[P, d_patch], and the number of pixels."""

    pixels: NDArray[np.int64]
    inputs: int


def tied(side: int, kernel: int, stride: int) -> Tied:
    """Patches of kernel × kernel pixels of a square image."""
    starts = range(0, side - kernel + 1, stride)
    offsets = [i * side + j for i, j in product(range(kernel), repeat=2)]
    return Tied(np.array([[i * side + j + o for o in offsets] for i, j in product(starts, repeat=2)]), side * side)


def filter_slopes(place: Tied, filters: Floats, readout: Floats, x: Floats, r: Floats) -> Floats:
    """∂L/∂w[n, d_patch] of (nP)^(−1/2) Σ a_ik relu(w_i·x_k/√d_patch), readout a[n, P], by the gradient of the dense network."""
    (count, entries), size = filters.shape, len(place.pixels)
    dense_weights = np.zeros((count, size, place.inputs))
    scale = np.sqrt(place.inputs / entries)
    for k, pixels in enumerate(place.pixels):
        dense_weights[:, k, pixels] = scale * filters
    network = Network((dense_weights.reshape(count * size, -1), readout.reshape(1, -1)))
    (slopes,) = gradient(network, x, r, first_layer=True)
    copies = slopes.reshape(count, size, -1)
    found: Floats = scale * np.take_along_axis(
        copies, np.broadcast_to(place.pixels, (count, size, entries)), axis=2
    ).sum(axis=1)
    return found


def whole_convolution(rng: np.random.Generator) -> tuple[Floats, Floats, Floats, Floats]:
    """Four filters of four entries, a readout for each of four positions, four images of sixteen pixels, residuals."""
    return tuple(rng.integers(-4, 5, shape).astype(float) for shape in ((4, 4), (4, 4), (4, 16), (4, 1)))  # type: ignore[return-value]


@exact(convolution_rows, cost=0.5)
def tied_networks_have_the_slopes(pooled_part: sp.Expr, dense_part: sp.Expr, trial: Trial) -> Findings:
    """A dense network with tied weights, in exact arithmetic: both readouts, every filter weight."""
    place = tied(4, 2, 2)
    filters, readout, x, r = trial.draw(whole_convolution)
    size, scale = len(place.pixels), sp.sqrt(16)  # n d_patch
    means = np.broadcast_to(readout[:, :1] / np.sqrt(size), readout.shape)  # P^(−1) for P^(−1/2)
    for formula, weights, pool in ((pooled_part, means, True), (dense_part, readout, False)):
        slopes = filter_slopes(place, filters, weights, x, r)
        for i, j in product(range(4), repeat=2):
            claimed = sp.S.Zero
            for image, residual in zip(x, r[:, 0], strict=True):
                patches = image[place.pixels]
                gates = [int(z > 0) for z in patches @ filters[i]]
                parts = {
                    sample_residual: sp.Integer(int(residual)),
                    slope_at: list(map(sp.Integer, gates)),
                    entry_at: [sp.Integer(int(each)) for each in patches[:, j]],
                    readout_at: [sp.Integer(int(each)) for each in readout[i]],
                }
                claimed += written(formula, size, parts) * (int(readout[i, 0]) if pool else 1)
            seen = sp.Rational(float(slopes[i, j]))
            yield trial.holds(seen == claimed / len(x) / scale, f"filter {i + 1}, entry {j + 1}: {seen}")


IMAGES, NETWORKS, FILTERS, FRESH = 64, 20, 256, 10_000
PLACE = tied(8, 3, 1)
POOLED_LEVEL, DENSE_LEVEL = 0.01, 0.05  # where gates, and readouts, make the largest difference


def images() -> tuple[Floats, Floats]:
    """Digits x[64, 64] and their residuals −y[64, 1]."""
    bundle = digits("ge5", standardise=True)
    return bundle.x[:IMAGES], -bundle.y[:IMAGES]


def drawn_filters(rng: np.random.Generator, everywhere: bool) -> Floats:
    """Scores √(n d_patch)·S of the filters of some networks: float[rows, 9]."""
    x, r = images()
    found = []
    for _ in range(NETWORKS):
        size = len(PLACE.pixels)
        filters = rng.standard_normal((FILTERS, 9))
        readout = rng.standard_normal((FILTERS, size if everywhere else 1))
        weights = readout if everywhere else np.repeat(readout / np.sqrt(size), size, axis=1)
        slopes = filter_slopes(PLACE, filters, weights, x, r)
        found.append(np.abs(filters * slopes) * np.sqrt(FILTERS * 9))
    return np.concatenate(found)


def fresh_filters(rng: np.random.Generator) -> dict[sp.Symbol, Floats]:
    """Rows drawn one by one, with the means over patches, and those of the controls."""
    x, r = images()
    patches = x[:, PLACE.pixels]  # [N, P, 9]
    weighted = r[:, :, None] * patches / IMAGES
    rows = rng.standard_normal((FRESH, 9))
    readout = rng.standard_normal((FRESH, patches.shape[1]))
    size = patches.shape[1]

    def gates(seen: Floats) -> Floats:
        return (rows @ seen.T > 0).astype(float)

    at_position = np.stack([gates(patches[:, k]) @ weighted[:, k] for k in range(size)], axis=1)  # [rows, P, 9]
    return {
        a: readout[:, :1],
        w: rows,
        pooled: at_position.mean(axis=1),
        dense: (readout[:, :, None] * at_position).sum(axis=1) / np.sqrt(size),
        h: np.broadcast_to(weighted.sum(axis=0).mean(axis=0), rows.shape),
        one_gate: gates(patches[:, -1]) @ weighted.mean(axis=1),
        mean_gate: gates(patches.mean(axis=1)) @ weighted.mean(axis=1),
    }


@statistical(convolution_rows, tests=2, cost=3.0)
def drawn_filters_follow_the_law_of_rows(pooled_score: sp.Expr, dense_score: sp.Expr, trial: Trial) -> Findings:
    """Columns kept of filters on digits, by the gradient of a tied dense network, beside fresh rows, at a fixed threshold."""
    drawn = trial.draw(fresh_filters)
    for score, everywhere, level in ((pooled_score, False, POOLED_LEVEL), (dense_score, True, DENSE_LEVEL)):
        scores = trial.draw(drawn_filters, everywhere)
        fresh = np.broadcast_to(numeric(tuple(drawn), score)(*drawn.values()), drawn[w].shape)
        kept, expected = (scores > level).sum(axis=0), (fresh > level).sum(axis=0)
        yield trial.two_counts(kept, len(scores), expected, FRESH)


@enclosed(convolution_rows)
def sums_over_patches_have_terms(pooled_part: sp.Expr, trial: Trial) -> Findings:
    """A patch at least: where each brings 1 to an image of the residual 1, their sum is positive."""
    ones = (positions * pooled_part).replace(sp.core.function.AppliedUndef, lambda *_: sp.S.One)
    yield trial.below(sp.S.Zero, ones.subs(sample_residual, 1), strict=True)
