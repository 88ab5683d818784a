"""Evidence for H5: the recursion on a grid of positions, and networks whose weights have a graphon as their variance."""

from collections.abc import Sequence

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.kernel.graphon_kernel import (
    HIDDEN,
    LEFT,
    PAIR,
    keep_probabilities,
    layer_kernels,
    on_a_grid,
    path_sum,
)
from sparse_limits.numerics.evidence import Findings, Trial, empirical, enclosed, statistical
from sparse_limits.theory.hypothesis.variances import graphon_as_variance
from sparse_limits.theory.kernel.graphon_kernel import coincidence
from sparse_limits.theory.kernel.graphon_recursion import GRAPHONS, POSITIONS, x, y

Floats = NDArray[np.float64]
PAIRS = ((3, 1, 1, 4), (1, 2, 2, 4), (1, 2, -1, -2))  # also of one direction, and of opposite ones
COINCIDENCE = float(coincidence)  # for every hidden neuron that two paths share (K2)


@enclosed(graphon_as_variance, step="example")
def parallel_inputs_sum_over_paths(example: sp.Expr, example_terms: tuple[sp.Expr, ...], trial: Trial) -> Findings:
    """The gates of x and 2x agree: each layer adds the sum over paths of a linear network, its own weights counted as 1."""
    at = dict(zip((*x, *y), map(sp.Rational, ("1", "2/3", "2", "4/3")), strict=True))
    paths = [
        trial.once(path_sum, (*GRAPHONS[:place], sp.S.One, *GRAPHONS[place + 1 :])) for place in range(len(GRAPHONS))
    ]
    yield trial.same(example, sp.Add(*paths), by=None, at=[at])
    for term, sum_ in zip(example_terms, paths, strict=True):
        yield trial.same(term, sum_, by=None, at=[at])


@empirical(graphon_as_variance, cost=1.0)
def a_grid_of_positions_gives_the_same(example: sp.Expr, example_terms: tuple[sp.Expr, ...], trial: Trial) -> Findings:
    """The recursion on Gauss–Legendre positions, whose error falls geometrically for these analytic integrands."""
    grid = trial.once(on_a_grid, GRAPHONS, PAIRS, True)
    for pair, values in enumerate(PAIRS):
        at = dict(zip((*x, *y), values, strict=True))
        for seen, claimed in zip((sum(grid, np.zeros(len(PAIRS))), *grid), (example, *example_terms), strict=True):
            gap = abs(float(seen[pair]) - trial.value(claimed, at))
            yield trial.at_most(gap, 1e-9, f"distance at x, x′ = {values}")


def variances_of_networks() -> list[Floats]:
    """The variances of networks of width 8 with two hidden layers, whose positions are two Gauss nodes. [rows, columns] each"""
    return keep_probabilities(GRAPHONS, HIDDEN, np.array(POSITIONS, dtype=float))


def diagonal_kernels(rng: np.random.Generator, nets: int) -> Floats:
    """The layers' parts at x = x′. float[nets, 3]"""
    weights = [np.sqrt(each) * rng.standard_normal((nets, *each.shape)) for each in variances_of_networks()]
    return layer_kernels(LEFT, LEFT, weights, [np.ones((1, 1, 1))] * len(weights))


def second_moments() -> list[float]:
    """E Θ⁽ˡ⁾(x, x)² for each layer l: below it and above it pairs of paths, neurons that both share counted six times."""
    variances = variances_of_networks()

    def passed(moments: Floats, steps: Sequence[Floats], columns: Sequence[int]) -> Floats:
        for step, size in zip(steps, columns, strict=True):
            moments = step @ moments @ step.T / size**2
            moments[np.diag_indices_from(moments)] *= COINCIDENCE
        return moments

    sizes = [each.shape[1] for each in variances]
    found = []
    for layer in range(len(variances)):
        below = passed(np.multiply.outer(LEFT**2, LEFT**2), variances[:layer], sizes[:layer])
        above = passed(np.ones((1, 1)), [each.T for each in variances[:layer:-1]], sizes[:layer:-1])
        found.append(float(above.sum() * below.sum()) / sizes[layer] ** 2)
    return found


@statistical(graphon_as_variance, tests=3, cost=0.5)
def networks_have_the_mean_on_the_diagonal(example_terms: tuple[sp.Expr, ...], trial: Trial) -> Findings:
    """Width 8, d = 2: at x = x′ the limit is the mean at every width, as gates may be replaced by fair coins (K2), and the variance is
    known.

    Four neurons of each layer stand at each of two Gauss nodes, which average the kernel's quadratics exactly.
    """
    sample = trial.draw(diagonal_kernels, trial.size(20_000))
    at = {**PAIR, y[0]: 1}
    for seen, claimed, moment in zip(sample.T, example_terms, trial.once(second_moments), strict=True):
        mean = trial.value(claimed, at)
        yield trial.unbounded_averages(seen, mean, moment - mean**2)
