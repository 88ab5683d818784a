"""Evidence for S7.1 and S7.2: the inner-product graphon of SNIP with several outputs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.saliency.snip_product import by_struve
from sparse_limits.numerics.data import Dataset, digits, symmetrised
from sparse_limits.numerics.evidence import Finding, Trial, control, exact, statistical
from sparse_limits.numerics.networks import random_network
from sparse_limits.numerics.prediction.methods import saliency
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.saliency.model import tau
from sparse_limits.theory.saliency.outputs import (
    any_score,
    column,
    columns_that_disagree,
    factor,
    gradient,
    inner_product_graphon,
    norm,
    omega,
    opposite_signs,
    other,
    overlap,
    parallel_score,
    profile,
    readout,
    score,
)
from sparse_limits.theory.saliency.snip import (
    product_density,
    theta,
    w,
)
from sparse_limits.theory.tails import half_normal, product_survival, t

Floats = NDArray[np.floating]
TENTH = sp.Rational(11, 10)
claimed = {**inner_product_graphon.expressions, **columns_that_disagree.expressions}

sum_of_means = sp.Abs(sum(column)) / 2  # the announced profile |E[r x_j]|, summed over outputs
sum_of_moduli = sum(map(sp.Abs, column)) / 2
single = {column[1]: 0, column[2]: 0}


def network_scores(weights: sp.Matrix, readouts: sp.Matrix, data: sp.Matrix, residuals: sp.Matrix) -> sp.Matrix:
    """√(nd)·|w ∂E⟨r, f⟩/∂w| of f(x) = n^(−1/2) Σ a σ(w·x/√d) ∈ R³, differentiated by SymPy at a rational point."""
    symbols = sp.Matrix(weights.rows, weights.cols, sp.symbols(f"w:{len(weights)}", real=True))
    units = (data * symbols.T).applyfunc(lambda z: sp.Max(0, z))
    loss = (residuals.T * units * readouts).trace() / data.rows
    at = dict(zip(symbols, weights, strict=True))
    return sp.Matrix(*weights.shape, lambda i, j: sp.Abs(weights[i, j] * valued(sp.diff(loss, symbols[i, j]), at)))


@exact(inner_product_graphon, step="any data")
@control("readout weights forgotten", any_score=sp.Abs(w) * norm(gradient))
@control("outputs one by one", any_score=sp.Abs(w) * sum(sp.Abs(a * g) for a, g in zip(readout, gradient, strict=True)))
@control("factor one half", any_score=any_score / 2)
def one_input_has_the_score(any_score: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """|w ∂/∂w| of the sum of residual times output for one input, 1 at this weight, whose residual is g and gate is open."""
    rest = sp.Symbol("z", real=True)  # of w · x
    outputs = [a * (w * 1 + rest) for a in readout]
    loss = sum(g * output for g, output in zip(gradient, outputs, strict=True))
    yield trial.same(any_score, sp.Abs(w * sp.diff(loss, w)))


@exact(inner_product_graphon, step="score")
@control("the whole mean", score=sp.Abs(w) * overlap)
@control("outputs summed", score=sp.Abs(w * sum(readout) * sum(column)) / 2)
@control("readout weights forgotten in all", any_score=sp.Abs(w) * norm(gradient))
def score_has_half_the_means(score: sp.Expr, any_score: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """x and −x of residuals r and −r have rx = h twice, and one open gate of the two: the score of any data at that g."""
    pairs = [(entry, (-1) * (-entry)) for entry in column]  # r x at x and at −x, for one weight and one output
    halves = [(at * 1 + opposite * 0) / 2 for at, opposite in pairs]
    yield trial.same(score, any_score.subs(dict(zip(gradient, halves, strict=True))))


@exact(inner_product_graphon, step="score")
@control("factor one half dropped", score=sp.Abs(w) * overlap)
@control("readout weights forgotten", score=sp.Abs(w) * profile)
@control("outputs summed", score=sp.Abs(w * sum(readout) * sum(column)) / 2)
@control("outputs one by one", score=sp.Abs(w) * sum(sp.Abs(a * b) for a, b in zip(readout, column, strict=True)) / 2)
def score_of_a_small_network(score: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """On symmetric data it is √(nd) times SNIP's saliency of a network of three outputs, differentiated by SymPy."""
    third = sp.Rational(1, 3)
    weights, readouts = sp.Matrix([[2, -1], [-third, 1]]), sp.Matrix([[third, -2, 1], [5, 1, -third]])
    half, labels = sp.Matrix([[1, 1], [-1, 3], [2, -third]]), sp.Matrix([[1, -third, 2], [0, 1, -1], [third, 2, 1]])
    data, residuals = half.col_join(-half), labels.col_join(-labels)
    scores, means = network_scores(weights, readouts, data, residuals), data.T * residuals / data.rows
    for i, j in product(range(2), repeat=2):
        point = {w: weights[i, j], **dict(zip(readout, readouts[i, :], strict=True))}
        yield trial.same(scores[i, j], valued(score, {**point, **dict(zip(column, means[j, :], strict=True))}))


@exact(inner_product_graphon, step="kernel")
@control("one output for all", kernel=half_normal.at(tau / sum_of_means))
@control("length in place of the inner product", kernel=half_normal.at(tau / profile))
@control("half a score", score=sp.Abs(w) * overlap / 4)
def kernel_is_the_law_of_the_weight(kernel: sp.Expr, score: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Given a, a score |w| c exceeds τ with the probability of a half-normal |w| > τ/c, which grows with c."""
    yield trial.same(kernel, half_normal.at(tau / score.subs(w, 1)))
    inner = sp.Symbol("c", positive=True)
    growth = 2 * sp.sqrt(2) * tau * sp.exp(-2 * tau**2 / inner**2) / (sp.sqrt(sp.pi) * inner**2)
    yield trial.nonnegative(sp.diff(kernel.subs(overlap, inner), inner), growth, strict=True)


def characteristic_function(scale: sp.Expr) -> sp.Expr:
    """E e^{iω·scale·z} of a standard normal z, integrated by SymPy; the law is even."""
    z = sp.Symbol("z", real=True)
    half = sp.integrate(sp.cos(omega * scale * z) * sp.exp(-(z**2) / 2), (z, 0, sp.oo))
    return sp.sqrt(2 / sp.pi) * half


@exact(inner_product_graphon, step="profile")
@control("sum of the means", profile=sum_of_means)
@control("sum of the moduli", profile=sum_of_moduli)
@control("largest output", profile=sp.Max(*map(sp.Abs, column)) / 2)
@control("10 % more", profile=TENTH * profile)
def inner_products_are_normal(profile: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """½⟨a, h⟩ has the characteristic function of `profile` times a normal."""
    z = sp.Symbol("s", positive=True)
    one = trial.once(characteristic_function, z)
    independent = sp.prod(one.subs(z, entry / 2) for entry in column)
    yield trial.same(independent, one.subs(z, profile))


@exact(inner_product_graphon, step="column density")
@control("sum of the means in H", column_density=product_survival(tau / sum_of_means))
@control("factor one half dropped in H", column_density=product_survival(tau / (2 * profile)))
@control("one normal", column_density=half_normal.at(tau / profile))
@control("profile 10 % more", profile=TENTH * profile)
def column_density_falls_with_that_of_the_product(
    column_density: sp.Expr, profile: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """−d/dτ is the density of S4 at τ over the profile; and almost all is kept near τ = 0."""
    density = product_density.subs(t, tau / profile) / profile
    yield trial.same(-sp.diff(column_density, tau), density, by=by_struve)
    yield trial.same(sp.limit(column_density.subs({**single, column[0]: 1}), tau, 0), 1)


@exact(columns_that_disagree, step="two orders")
@control("the other column itself", witness=sp.ImmutableMatrix(other))
@control("not orthogonal", witness=sp.ImmutableMatrix(column.dot(column) * other + column.dot(other) * column))
@control("the column itself", witness=sp.ImmutableMatrix(column))
@control("outputs summed", score=sp.Abs(w * sum(readout) * sum(column)) / 2)
@control("readout weights forgotten", score=sp.Abs(w) * profile)
def columns_that_are_not_parallel_disagree(witness: sp.Matrix, score: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """A row that one column never keeps has score ∝ Σ (h_i k_l − h_l k_i)² in the other."""
    exchange = dict(zip([*column, *other], [*other, *column], strict=True))
    in_column = score.subs(w, 1)
    in_other = valued(in_column, dict(zip(column, other, strict=True)))
    row, opposite = witness, witness.subs(exchange, simultaneous=True)
    minors = sum((column[i] * other[j] - column[j] * other[i]) ** 2 for i, j in combinations(range(3), 2))
    for seen, missed, at in ((in_other, in_column, row), (in_column, in_other, opposite)):
        here = dict(zip(readout, at, strict=True))
        yield trial.same(missed.subs(here) ** 2, 0, by=sp.expand)
        yield trial.same(seen.subs(here) ** 2, minors**2 / 4, by=sp.expand)


@exact(columns_that_disagree, step="parallel columns")
@control("with its sign", parallel_score=factor * score)
@control("squared", parallel_score=factor**2 * score)
@control("an eleventh less", parallel_score=parallel_score / TENTH)
@control("with an offset", score=score + 1)
def parallel_columns_have_one_row_factor(parallel_score: sp.Expr, score: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The score at c h, which is a modulus."""
    scaled = valued(score, {entry: factor * entry for entry in column})
    yield trial.same(parallel_score, scaled)
    yield trial.nonnegative(parallel_score, sp.Abs(factor * w * readout.dot(column)) / 2)


@exact(columns_that_disagree, step="opposite signs")
@control("one sector", opposite_signs=opposite_signs / 2)
@control("the other sectors", opposite_signs=1 - opposite_signs)
@control("10 % more", opposite_signs=TENTH * opposite_signs)
def signs_differ_in_two_sectors(opposite_signs: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """With h at the angle 0 and k at θ, cos α and cos(α − θ) have one sign but from −π/2 to θ − π/2, and opposite."""
    angle = sp.Symbol("alpha", real=True)
    sector = sp.integrate(1 / (2 * sp.pi), (angle, -sp.pi / 2, theta - sp.pi / 2))
    yield trial.same(opposite_signs, 2 * sector)
    for direction, differ in (
        (-sp.pi / 2 + theta / 3, True),
        (theta / 2, False),
        (theta - sp.pi / 2 - sp.pi / 100, True),
    ):
        for turned in (direction, direction + sp.pi):
            signs = (sp.cos(turned) * sp.cos(turned - theta)).subs(theta, sp.pi / 4)
            yield trial.holds((signs < 0) == differ, f"the signs {'differ' if differ else 'agree'} at {turned}")


@exact(columns_that_disagree, step="reversed pairs")
@control("one pair of signs", reversed_pairs=theta / sp.pi)
@control("either pair", reversed_pairs=1 - (1 - theta / sp.pi) ** 2)
@control("orthogonal columns", reversed_pairs=sp.Rational(1, 2))
@control("one sector", opposite_signs=opposite_signs / 2)
def orders_are_reversed_by_one_pair_of_signs(
    reversed_pairs: sp.Expr, opposite_signs: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """⟨a, h⟩² − ⟨a′, h⟩² = ⟨u, h⟩⟨v, h⟩; of u and v exactly one has to have ⟨·, h⟩ and ⟨·, k⟩ of opposite signs."""
    share = {True: opposite_signs, False: 1 - opposite_signs}
    reversing = sum(share[u] * share[v] for u, v in product((True, False), repeat=2) if u != v)
    yield trial.same(reversed_pairs, reversing)
    second = sp.Matrix(sp.symbols("b_1:4", real=True))
    squares = readout.dot(column) ** 2 - second.dot(column) ** 2
    yield trial.same(squares, (readout - second).dot(column) * (readout + second).dot(column), by=sp.expand)


ROWS, SAMPLES, CLASSES = 16_384, 50, 3
LEVEL = sp.Rational(3, 25)


def three_classes() -> Dataset:
    """Raw digits 0–3, 4–6 and 7–9 with their mirror images: x[100, 64], one-hot y[100, 3]."""
    values = np.argmax(digits("onehot", standardise=False).y[:SAMPLES], axis=1)
    pixels = np.rint(16 * digits("onehot", standardise=False).x[:SAMPLES])
    labels = np.eye(CLASSES)[np.digitize(values, (4, 7))]
    return symmetrised(Dataset(pixels / 16, labels, "digits", "three classes"))


def column_means(data: Dataset) -> list[list[sp.Rational]]:
    """h_j = E[r x_j] for r = −y, exactly: pixels are sixteenths."""
    sums = np.rint(-16 * (data.x.T @ data.y)).astype(int)
    return [[sp.Rational(int(entry), 16 * len(data.x)) for entry in row] for row in sums]


def pruned_rows(rng: np.random.Generator, rows: int) -> tuple[NDArray[np.int64], Floats]:
    """Column counts of √(nd)·S > LEVEL, and |⟨a, g⟩| = √(nd)·S/|w| [rows, 64], of a network on three classes."""
    data = three_classes()
    network = random_network((data.x.shape[1], rows, CLASSES), rng)
    (scores,) = saliency("snip", network, data.x, -data.y, first_layer=True)
    scores = scores * np.sqrt(rows * data.x.shape[1])
    return (scores > float(LEVEL)).sum(axis=0), scores / np.abs(network.weights[0])


COLUMNS = (3, 10, 13, 20, 28, 36, 42, 53, 60)  # pixels in all parts of the picture


@statistical(inner_product_graphon, tests=1, cost=0.4)
@control("sum of the means", column_density=product_survival(tau / sum_of_means))
@control("sum of the moduli", column_density=product_survival(tau / sum_of_moduli))
@control("first output alone", column_density=product_survival(tau / profile.subs(single)))
@control("row factor forgotten", column_density=half_normal.at(tau / profile))
@control("20 % wider", column_density=product_survival(tau / (sp.Rational(6, 5) * profile)))
def columns_of_symmetric_digits_are_binomial(column_density: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """A network of three outputs on symmetrised digits keeps Bin(n, H(τ/φ_j)) weights of column j."""
    rows = trial.size(ROWS)
    counts, _ = trial.draw(pruned_rows, rows)
    means = trial.once(column_means, trial.once(three_classes))
    points = [{tau: LEVEL, **dict(zip(column, means[j], strict=True))} for j in COLUMNS]
    yield trial.counts_each(counts[list(COLUMNS)], rows, [trial.value(column_density, at) for at in points])


def angle(one: list[sp.Rational], two: list[sp.Rational]) -> sp.Expr:
    first, second = sp.Matrix(one), sp.Matrix(two)
    return sp.acos(first.dot(second) / sp.sqrt(first.dot(first) * second.dot(second)))


COLUMN_PAIRS = ((10, 13), (20, 36), (21, 42), (26, 28))  # pixels inside the picture


@statistical(columns_that_disagree, tests=1, cost=0.4)
@control("a factorised saliency", reversed_pairs=sp.Integer(0))
@control("one pair of signs", reversed_pairs=theta / sp.pi)
@control("20 % more", reversed_pairs=sp.Rational(6, 5) * claimed["reversed_pairs"])
def columns_of_digits_disagree_about_rows(reversed_pairs: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Among independent pairs of rows of that network, two columns order |⟨a, g⟩| differently as often as stated."""
    rows = trial.size(2 * ROWS)
    _, factors = trial.draw(pruned_rows, rows)
    means = trial.once(column_means, trial.once(three_classes))
    first = factors[::2] > factors[1::2]
    counts = [int((first[:, j] != first[:, k]).sum()) for j, k in COLUMN_PAIRS]
    nulls = [trial.value(reversed_pairs, {theta: angle(means[j], means[k])}) for j, k in COLUMN_PAIRS]
    yield trial.counts_each(counts, rows // 2, nulls)
