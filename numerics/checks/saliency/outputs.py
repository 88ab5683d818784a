"""Evidence for S7: the inner-product graphon of SNIP with several outputs, and its closed form on general data."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from numerics.data import Dataset, digits, symmetrised
from numerics.evidence import Finding, Trial, control, empirical, enclosed, exact, statistical
from numerics.exact.logarithms import split_logarithms
from numerics.masks.selection import global_mask
from numerics.networks import random_network
from numerics.pruning.methods import saliency
from numerics.pruning.moments import OutputMoments, noise_floor, output_densities, output_moments, threshold_for
from theory.saliency.model import tau
from theory.saliency.outputs import (
    beta_k,
    beta_l,
    column,
    gradient,
    inner_product_graphon,
    inversion,
    joint,
    mode_exponent,
    norm,
    omega,
    other,
    overlap,
    profile,
    readout,
    variance,
)
from theory.saliency.snip import beta, cosine, covariance_kernel, h, spread, stein_kernel, theta, w, zeta
from theory.saliency.snip import norm as length
from theory.tails import half_normal, product_survival

Floats = NDArray[np.floating]
TENTH = sp.Rational(11, 10)
claimed = inner_product_graphon.expressions

sum_of_means = sp.Abs(sum(column)) / 2  # the announced profile |E[r x_j]|, summed over outputs
sum_of_moduli = sum(map(sp.Abs, column)) / 2
single = {column[1]: 0, column[2]: 0}


def network_scores(weights: sp.Matrix, readouts: sp.Matrix, data: sp.Matrix, residuals: sp.Matrix) -> sp.Matrix:
    """√(nd)·|w ∂E⟨r, f⟩/∂w| of f(x) = n^(−1/2) Σ a σ(w·x/√d) ∈ R³, differentiated by SymPy at a rational point."""
    symbols = sp.Matrix(weights.rows, weights.cols, sp.symbols(f"w:{len(weights)}", real=True))
    units = (data * symbols.T).applyfunc(lambda z: sp.Max(0, z))
    loss = (residuals.T * units * readouts).trace() / data.rows
    at = dict(zip(symbols, weights, strict=True))
    return sp.Matrix(*weights.shape, lambda i, j: sp.Abs(weights[i, j] * sp.diff(loss, symbols[i, j]).subs(at)))


@exact(inner_product_graphon)
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
        yield trial.same(scores[i, j], score.subs({**point, **dict(zip(column, means[j, :], strict=True))}))


@exact(inner_product_graphon)
@control("one output for all", kernel=half_normal.at(tau / sum_of_means))
@control("length in place of the inner product", kernel=half_normal.at(tau / profile))
@control("half a score", score=sp.Abs(w) * overlap / 4)
def kernel_is_the_law_of_the_weight(kernel: sp.Expr, score: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Given a, a score |w| c exceeds τ with the probability of a half-normal |w| > τ/c."""
    yield trial.same(kernel, half_normal.at(tau / score.subs(w, 1)))


def characteristic_function(scale: sp.Expr) -> sp.Expr:
    """E e^{iω·scale·z} of a standard normal z, integrated by SymPy; the law is even."""
    z = sp.Symbol("z", real=True)
    half = sp.integrate(sp.cos(omega * scale * z) * sp.exp(-(z**2) / 2), (z, 0, sp.oo))
    return sp.sqrt(2 / sp.pi) * half


@exact(inner_product_graphon)
@control("sum of the means", profile=sum_of_means)
@control("sum of the moduli", profile=sum_of_moduli)
@control("largest output", profile=sp.Max(*map(sp.Abs, column)) / 2)
@control("10 % more", profile=TENTH * profile)
@control("sum of the means in H", column_density=product_survival(tau / sum_of_means))
@control("factor one half dropped in H", column_density=product_survival(tau / (2 * profile)))
@control("noise of one factor", conditional_density=sp.erfc(tau / (sp.Abs(w) * norm(gradient))))
@control("length squared", conditional_density=half_normal.at(tau / (sp.Abs(w) * gradient.dot(gradient))))
def inner_products_are_normal(
    profile: sp.Expr, column_density: sp.Expr, conditional_density: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """½⟨a, h⟩ has the characteristic function of `profile` times a normal: so H, and given g the tail of |⟨a, g⟩|."""
    z = sp.Symbol("s", positive=True)
    one = trial.once(characteristic_function, z)
    independent = sp.prod(one.subs(z, entry / 2) for entry in column)
    yield trial.same(independent, one.subs(z, profile))
    yield trial.same(column_density, product_survival(tau / profile), by=lambda gap: gap)
    deviation = 2 * profile.subs(dict(zip(column, gradient, strict=True)))
    yield trial.same(conditional_density, half_normal.at(tau / (sp.Abs(w) * deviation)))


@exact(inner_product_graphon)
@control("the other column itself", witness=sp.ImmutableMatrix(other))
@control("not orthogonal", witness=sp.ImmutableMatrix(column.dot(column) * other + column.dot(other) * column))
@control("the column itself", witness=sp.ImmutableMatrix(column))
@control("outputs summed", score=sp.Abs(w * sum(readout) * sum(column)) / 2)
@control("readout weights forgotten", score=sp.Abs(w) * profile)
def columns_that_are_not_parallel_disagree(witness: sp.Matrix, score: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """A row that one column never keeps has score ∝ Σ (h_i k_l − h_l k_i)² in the other; parallel columns agree."""
    exchange = dict(zip([*column, *other], [*other, *column], strict=True))
    in_column = score.subs(w, 1)
    in_other = in_column.subs(dict(zip(column, other, strict=True)))
    row, opposite = witness, witness.subs(exchange, simultaneous=True)
    minors = sum((column[i] * other[j] - column[j] * other[i]) ** 2 for i, j in combinations(range(3), 2))
    for seen, missed, at in ((in_other, in_column, row), (in_column, in_other, opposite)):
        here = dict(zip(readout, at, strict=True))
        yield trial.same(missed.subs(here) ** 2, 0, by=sp.expand)
        yield trial.same(seen.subs(here) ** 2, minors**2 / 4, by=sp.expand)
    factor = sp.Symbol("c", real=True)
    parallel = in_column.subs({entry: factor * entry for entry in column}, simultaneous=True)
    yield trial.same(parallel**2, factor**2 * in_column**2, by=sp.expand)


@exact(inner_product_graphon)
@control("one pair of signs", reversed_pairs=theta / sp.pi)
@control("either pair", reversed_pairs=1 - (1 - theta / sp.pi) ** 2)
@control("orthogonal columns", reversed_pairs=sp.Rational(1, 2))
def orders_are_reversed_by_one_pair_of_signs(reversed_pairs: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """⟨u, h⟩, ⟨u, k⟩ differ in sign on two sectors of angle θ; of u and v exactly one has to."""
    angle = sp.Symbol("alpha", real=True)
    differ = 2 * sp.integrate(1 / (2 * sp.pi), (angle, sp.pi / 2, sp.pi / 2 + theta))
    share = {True: differ, False: 1 - differ}
    reversing = sum(share[u] * share[v] for u, v in product((True, False), repeat=2) if u != v)
    yield trial.same(reversed_pairs, reversing)


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


@statistical(inner_product_graphon, tests=1, cost=0.4)
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


INPUTS = (sp.Matrix([2, 0]), sp.Matrix([3, 4]))  # at an angle of cosine 3/5
RESIDUALS = (sp.Matrix([1, 2]), sp.Matrix([-1, 1]))


def pulls(axis: int, output: int) -> list[sp.Expr]:
    """What each input adds to g of this column and output when its gate is open."""
    return [r[output] * x[axis] / 2 for x, r in zip(INPUTS, RESIDUALS, strict=True)]


def sector_mean(axis: int, power: int, gates: set[int]) -> sp.Expr:
    """E[w_axis^power 1{w·x > 0 for the inputs of these gates}], w normal in the plane: an integral over a sector."""
    alpha = sp.Symbol("alpha", real=True)
    normals = [sp.atan2(INPUTS[gate][1], INPUTS[gate][0]) for gate in gates]
    coordinate = (sp.cos(alpha), sp.sin(alpha))[axis]
    mean_length = (sp.Integer(1), sp.sqrt(sp.pi / 2))[power]
    sector = (alpha, max(normals) - sp.pi / 2, min(normals) + sp.pi / 2)
    return mean_length * sp.integrate(coordinate**power, sector) / (2 * sp.pi)


def covariance_over_sectors(axis: int, k: int, other: int) -> sp.Expr:
    """Cov(g_k − β_k w, g_l − β_l w) of two outputs, w and g of the column `axis`, β = E[w g]."""
    one, two = pulls(axis, k), pulls(axis, other)
    together = sum(one[s] * two[t] * sector_mean(axis, 0, {s, t}) for s, t in product(range(2), repeat=2))
    means = [sum(pull) / 2 for pull in (one, two)]
    steins = [sum(pull[s] * sector_mean(axis, 1, {s}) for s in range(2)) for pull in (one, two)]
    return together - means[0] * means[1] - 2 * steins[0] * steins[1] + steins[0] * steins[1]


def stated_moments(axis: int, k: int, other: int) -> dict[sp.Symbol, sp.Expr]:
    """V_kl, β_k and β_l by the kernels of S3."""
    one, two = pulls(axis, k), pulls(axis, other)
    cosines = [[x.dot(y) / sp.sqrt(x.dot(x) * y.dot(y)) for y in INPUTS] for x in INPUTS]
    kernels = [stein_kernel.subs(length, sp.sqrt(x.dot(x))) * x[axis] for x in INPUTS]
    pairs = product(range(2), repeat=2)
    return {
        joint: sum(one[s] * two[t] * covariance_kernel.subs(cosine, cosines[s][t]) for s, t in pairs),
        beta_k: sum(a * b for a, b in zip(one, kernels, strict=True)),
        beta_l: sum(a * b for a, b in zip(two, kernels, strict=True)),
    }


@enclosed(inner_product_graphon)
@control("covariance kept whole", unexplained=joint)
@control("twice the self-terms", unexplained=joint - 2 * beta_k * beta_l)
@control("one self-term alone", unexplained=joint - beta_k**2)
@control("added", unexplained=joint + beta_k * beta_l)
def two_inputs_in_the_plane(unexplained: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """On two inputs with two outputs the covariance of g − βw is a sum over sectors of w, and a positive matrix."""
    for axis in range(2):
        pairs = list(product(range(2), repeat=2))
        entries = sp.Matrix(2, 2, [unexplained.subs(trial.once(stated_moments, axis, *pair)) for pair in pairs])
        for pair in pairs:
            yield trial.same(entries[pair], trial.once(covariance_over_sectors, axis, *pair), by=None)
        yield trial.below(0, entries[0, 0], at=[{}])
        yield trial.below(0, entries.det(), at=[{}])


@exact(inner_product_graphon)
@control("self-term forgotten", mode_exponent=mode_exponent.subs(beta, 0))
@control("fluctuation forgotten", mode_exponent=mode_exponent.subs(variance, 0))
@control("factor one half dropped", mode_exponent=mode_exponent.subs(h, 2 * h))
@control("determinant forgotten", mode_exponent=mode_exponent + sp.log(1 + variance * omega**2) / 2)
def modes_have_this_transform(mode_exponent: sp.Expr, closure: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """E e^{−ω²g²/2} over ζ in the closure of S5 with s² = V: the square is completed, the rest is a Gaussian integral."""
    shift = sp.Symbol("m", real=True)
    exponent = sp.expand(-(omega**2) * closure.subs(spread, sp.sqrt(variance)) ** 2 / 2 - zeta**2 / 2)
    square, linear, constant = (exponent.coeff(zeta, power) for power in (2, 1, 0))
    gauss = sp.integrate(sp.exp(-(zeta**2) * sp.Symbol("q", positive=True)), (zeta, -sp.oo, sp.oo)) / sp.sqrt(2 * sp.pi)
    width = gauss.subs(sp.Symbol("q", positive=True), -square)
    top = sp.solve(sp.diff(square * shift**2 + linear * shift, shift), shift)[0]
    highest = (square * shift**2 + linear * shift).subs(shift, top)
    yield trial.same(mode_exponent, sp.log(width) + highest + constant, by=reduce)


def reduce(expression: sp.Expr) -> sp.Expr:
    """Simplify a formula in logarithms."""
    return split_logarithms(sp.simplify(expression))


@exact(inner_product_graphon)
@control("half of it", inversion=inversion / 2)
@control("cosine", inversion=2 * sp.cos(omega * tau / sp.Abs(w)) / sp.pi)
@control("weight forgotten", inversion=2 * sp.sin(omega * tau) / (sp.pi * omega))
@control("noise of one factor", conditional_density=sp.erfc(tau / (sp.Abs(w) * norm(gradient))))
def inversion_gives_the_conditional_density(
    inversion: sp.Expr, conditional_density: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """1 − ∫ inversion · e^{−ω²‖g‖²/2} dω is the probability given w and g: equal derivatives in τ, and 1 at τ = 0."""
    size, rate = sp.symbols("G b", positive=True)
    given = conditional_density.subs({gradient[1]: 0, gradient[2]: 0}).subs(gradient[0], size).subs(w, zeta)
    slope = sp.diff(inversion, tau).subs(w, zeta)
    integrated = sp.integrate(sp.cos(rate * omega) * sp.exp(-(omega**2) * size**2 / 2), (omega, 0, sp.oo))
    ratio = sp.simplify(slope / sp.cos(omega * tau / sp.Abs(zeta)))
    yield trial.vanishes(sp.diff(ratio, omega))
    yield trial.same(-sp.diff(given, tau), ratio * integrated.subs(rate, tau / sp.Abs(zeta)))
    yield trial.same(given.subs(tau, 0), 1)
    yield trial.same(inversion.subs(tau, 0), 0)


MEANS = ((2.0, -1.0, 0.5), (0.0, 0.4, 0.0), (1.0, 1.0, 1.0))  # h, three columns of three outputs
STEINS = ((0.3, 0.4, 0.0), (-0.2, 0.8, 0.1), (1.0, -0.5, -0.5))  # β
ROOTS = (((0.6, 0, 0), (0.5, 0.2, 0), (0, 0.1, 0.3)), ((1, 0, 0), (0.9, 0, 0), (0, 0, 0)), ((0.2, 0, 0),) * 3)  # √C
CUTS = (0.6, 0.5, 0.9)  # τ


def closure_moments() -> OutputMoments:
    """The moments of the closures above."""
    stein, roots = np.array(STEINS), np.array(ROOTS, dtype=float)
    covariance = roots @ np.swapaxes(roots, 1, 2) + stein[:, :, None] * stein[:, None, :]
    return OutputMoments(np.zeros(3), np.array(MEANS), stein, covariance)


def closure_counts(rng: np.random.Generator, size: int) -> NDArray[np.int64]:
    """How often |w||⟨a, h/2 + βw + √C ζ⟩| exceeds τ, for each of the closures."""
    counts = []
    for mean, stein, root, cut in zip(MEANS, STEINS, ROOTS, CUTS, strict=True):
        weight, (a, z) = rng.standard_normal(size), rng.standard_normal((2, 3, size))
        g = np.array(mean)[:, None] / 2 + np.outer(stein, weight) + np.array(root) @ z
        counts.append((np.abs(weight * (a * g).sum(axis=0)) > cut).sum())
    return np.array(counts)


@statistical(inner_product_graphon, tests=1, cost=0.5)
@control("self-term forgotten", mode_exponent=mode_exponent.subs(beta, 0))
@control("fluctuation forgotten", mode_exponent=mode_exponent.subs(variance, 0))
@control("factor one half dropped", mode_exponent=mode_exponent.subs(h, 2 * h))
@control("fluctuation 20 % less", mode_exponent=mode_exponent.subs(variance, 4 * variance / 5))
def closure_keeps_binomial_counts(mode_exponent: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Sampled saliencies of the closure exceed τ as often as its inverted characteristic function says."""
    size, moments = trial.size(400_000), trial.once(closure_moments)
    nulls = [output_densities(moments, mode_exponent)(cut)[j] for j, cut in enumerate(CUTS)]
    yield trial.counts_each(trial.draw(closure_counts, size), size, nulls)


WIDTH = 2048
SETTINGS = (("onehot-centred", False), ("onehot", True))  # labels, and whether pixels are standardised


def digit_columns(rng: np.random.Generator, labelling: str, standardise: bool) -> NDArray[np.int64]:
    """Column counts of SNIP on digits with ten outputs at density 0.1 and n = 2048, initial output subtracted."""
    data = digits(labelling, standardise)
    (scores,) = saliency("snip", random_network((64, WIDTH, 10), rng), data.x, -data.y, first_layer=True)
    counts: NDArray[np.int64] = global_mask(scores, 0.1).sum(axis=0)
    return counts


def digit_moments(labelling: str, standardise: bool) -> OutputMoments:
    """In units of the longest h_j."""
    data = digits(labelling, standardise)
    unit = np.linalg.norm(data.x.T @ data.y, axis=1).max() / len(data.x)
    return output_moments(data.x, -data.y / unit)


@empirical(inner_product_graphon, cost=1.0)
@control("profile ‖h‖ alone", mode_exponent=mode_exponent.subs({beta: 0, variance: 0}))
@control("fluctuation forgotten", mode_exponent=mode_exponent.subs(variance, 0))
def closed_form_on_digits(mode_exponent: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """P2 with ten outputs is within two noise floors of the columns SNIP keeps of digits (ρ = 0.1, n = 2048)."""
    for labelling, standardise in SETTINGS:
        observed = trial.draw(digit_columns, labelling, standardise) / WIDTH
        densities = output_densities(trial.once(digit_moments, labelling, standardise), mode_exponent)
        error = float(np.abs(densities(threshold_for(densities, 0.1)) - observed).mean())
        floors = error / noise_floor(observed, WIDTH)
        yield trial.at_most(floors, 2.0, f"error in noise floors, {labelling}{'' if standardise else ' raw'}")
