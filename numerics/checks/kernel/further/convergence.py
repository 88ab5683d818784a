"""Evidence for K13.1 and K13.2: the moments of the tangent kernel at every width and depth."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import prod

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.theory.claims import formulas
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.convergence import (
    Moments,
    Pair,
    advance,
    beta,
    dense_second,
    moments,
    path,
    readout,
    second_moment_of,
    step,
)
from sparse_limits.theory.kernel.dual import depth as L
from sparse_limits.theory.kernel.finite_width import n
from sparse_limits.theory.kernel.further.deep import tangent_fluctuations
from sparse_limits.theory.kernel.further.diagonal import tangent_moments
from sparse_limits.theory.saliency.model import rho

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


@exact(tangent_moments, cost=1.0)
def second_moments_are_sums_over_tiny_networks(step: Moments, readout: sp.Expr, trial: Trial) -> Findings:
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


@exact(tangent_moments, cost=0.6)
def steps_are_sums_over_one_layer(step: Moments, trial: Trial) -> Findings:
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


@exact(tangent_moments)
def mean_is_the_sum_over_paths(mean: sp.Expr, trial: Trial) -> Findings:
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


@exact(tangent_fluctuations, cost=0.8)
def dense_networks_have_a_closed_form(dense_second: sp.Expr, dense_variance: sp.Expr, trial: Trial) -> Findings:
    """The recursion at general n for one and two hidden layers, in fractions for more; and Var = E Θ² − (L + 1)²."""
    yield trial.same((dense_variance + 1) * (L + 1) ** 2, dense_second)
    for depth in (1, 2):
        yield trial.same(dense_second.subs(L, depth), trial.once(recursion, depth, n), by=sp.cancel)
    for depth, width in ((3, 2), (5, 3), (6, 7)):
        seen = trial.once(recursion, depth, sp.Integer(width))
        claimed = valued(dense_second, {L: depth, n: width})
        yield trial.holds(claimed == seen, f"depth {depth}, width {width}: {seen}, claimed {claimed}")


def first_order(depth: int) -> sp.Expr:
    """lim n Var/(E Θ)² at hidden density ρ, the first layer dense: the slope of the recursion in 1/n at 0."""
    z = sp.Symbol("z", positive=True)
    known = second_moment_of(step, readout, (1, *[n] * depth), [sp.Integer(1), *[rho] * depth])
    series = sp.expand(known.subs(n, 1 / z))  # a polynomial
    return sp.factor(sp.diff(series, z).subs(z, 0) / (depth + 1) ** 2)


LARGE = sp.Integer(10**9)


@exact(tangent_fluctuations, cost=0.8)
def wide_networks_have_their_constant(width_constant: sp.Expr, trial: Trial) -> Findings:
    """n · relative variance as n → ∞: the slope of the recursion in 1/n, for one to three hidden layers."""
    for depth in (1, 2, 3):
        yield trial.same(width_constant.subs(L, depth), trial.once(first_order, depth), by=sp.cancel)


@enclosed(tangent_fluctuations)
def deep_networks_stay_random(deep_second: sp.Expr, trial: Trial) -> Findings:
    """E Θ²/(E Θ)² at L = βn, n = 10⁹, is within 1e-6 of the limit, from which it differs by the order 1/n."""
    gap = sp.Abs(deep_second.subs(beta, L / n) - dense_second / (L + 1) ** 2)
    deep = [{L: share * LARGE / 4, n: LARGE} for share in (1, 2, 4)]
    yield trial.below(gap, sp.Rational(1, 10**6), at=deep)  # boxes: powers of 10⁹ cancel
