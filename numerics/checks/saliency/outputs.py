"""Evidence for S7.1 and S7.2, besides their reasons: columns of symmetric digits are binomial; and more."""

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.data import Dataset, digits, symmetrised
from sparse_limits.numerics.evidence import Findings, Trial, statistical
from sparse_limits.numerics.networks import random_network
from sparse_limits.numerics.prediction.methods import saliency
from sparse_limits.theory.saliency.model import tau
from sparse_limits.theory.saliency.outputs import column, columns_that_disagree, inner_product_graphon
from sparse_limits.theory.saliency.snip import theta

Floats = NDArray[np.floating]


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
def columns_of_symmetric_digits_are_binomial(column_density: sp.Expr, trial: Trial) -> Findings:
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
def columns_of_digits_disagree_about_rows(reversed_pairs: sp.Expr, trial: Trial) -> Findings:
    """Among independent pairs of rows of a network of three outputs, two columns order |⟨a, g⟩| differently as often as stated."""
    rows = trial.size(2 * ROWS)
    _, factors = trial.draw(pruned_rows, rows)
    means = trial.once(column_means, trial.once(three_classes))
    first = factors[::2] > factors[1::2]
    counts = [int((first[:, j] != first[:, k]).sum()) for j, k in COLUMN_PAIRS]
    nulls = [trial.value(reversed_pairs, {theta: angle(means[j], means[k])}) for j, k in COLUMN_PAIRS]
    yield trial.counts_each(counts, rows // 2, nulls)
