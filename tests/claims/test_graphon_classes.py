"""Step graphons, distances of products, classes of heterogeneity, Pareto graphons."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from sparse_limits.numerics.checks.graphon.chi_statistic import mean_chi
from sparse_limits.numerics.checks.graphon.discretisation import distance
from sparse_limits.numerics.exact import balls
from sparse_limits.numerics.exact.evaluation import value_of
from sparse_limits.numerics.exact.parsed_values import parse
from sparse_limits.theory.graphon.chi_statistic import expected_chi
from sparse_limits.theory.graphon.discretisation import lipschitz_error, midpoint_supremum, slope
from sparse_limits.theory.graphon.further import pareto, step
from sparse_limits.theory.graphon.further.hidden_halves import hidden_error, hidden_mean, hidden_variance, misplaced
from sparse_limits.theory.graphon.symbols import m, n
from sparse_limits.theory.graphon.taxonomy import CLASSES, METHODS, Heterogeneity, classify, heterogeneity
from sparse_limits.theory.saliency.model import SaliencyModel, snip_model, tau, u, v
from sparse_limits.theory.tails import exponential, half_normal

STEP_SYMBOLS = (*step.row_weights, *step.column_weights, *step.blocks)


def test_reference_values_of_a_step_graphon() -> None:
    at = dict(zip(STEP_SYMBOLS, map(sp.Rational, ["1/4", "3/4", "1/3", "2/3", ".9", ".3", ".2", ".05"]), strict=True))
    assert (step.trace.subs(at), step.determinant.subs(at)) == (sp.Rational(3, 32), sp.Rational(3, 320000))
    assert balls.digits(step.sigma_1, at, 20) == "0.30602270031023702603"
    assert balls.digits(step.sigma_2, at, 20) == "0.010005343313992539340"


@given(st.integers(1, 8), st.integers(1, 8), st.lists(st.integers(0, 9), min_size=4, max_size=4))
def test_two_by_two_steps_are_those_of_their_cells(rows: int, columns: int, values: list[int]) -> None:
    cells = np.repeat(np.repeat(np.reshape(values, (2, 2)), [rows, 9 - rows], 0), [columns, 9 - columns], 1) / 9
    sizes = (rows, 9 - rows, columns, 9 - columns)
    words = [f"{symbol}={value}/9" for symbol, value in zip(STEP_SYMBOLS, (*sizes, *values), strict=True)]
    if any(values):
        found = [
            float(value_of(formula, parse(formula.free_symbols, words)[0], 15))
            for formula in (step.sigma_1, step.sigma_2)
        ]
        assert found == pytest.approx(np.linalg.svd(cells, compute_uv=False)[:2] / 9, abs=1e-12)
    alpha, beta = ([sp.Rational(part, 9) for part in pair] for pair in (sizes[:2], sizes[2:]))
    matrix = step.weighted_matrix(alpha, beta, sp.Matrix(2, 2, values) / 9)
    norm = sp.sqrt(sum(value**2 for value in matrix))
    assert float(norm) == pytest.approx(np.sqrt((cells**2).mean()))


@pytest.mark.parametrize("half", [1, 2, 5, 30])
def test_hidden_rows_are_hypergeometric(half: int) -> None:
    size = 2 * half
    law = [sp.binomial(half, k) ** 2 / sp.binomial(size, half) for k in range(half + 1)]
    errors = [hidden_error.subs({n: size, misplaced: k}) for k in range(half + 1)]
    mean = sum(map(sp.Mul, law, errors))
    assert mean == hidden_mean
    assert sum(weight * (e - mean) ** 2 for weight, e in zip(law, errors, strict=True)) == (
        hidden_variance.subs(n, size)
    )


def test_distance_of_a_product_from_its_values() -> None:
    """W = xy at the midpoints of 10 × 10 cells and, as an average, at their lower ends, from a fine grid."""
    fine = np.arange(1, 401) / 400 - 1 / 800
    product = np.outer(fine, fine)
    middle = (np.arange(10) + 0.5) / 10
    close = np.abs(product - np.kron(np.outer(middle, middle), np.ones((40, 40)))).mean()
    assert close == pytest.approx(0.0185, abs=5e-5)
    assert close <= balls.number(lipschitz_error, {slope: 1, m: 10, n: 10})
    points = np.arange(401)
    levels = np.outer(points, points)  # of 400² xy, a staircase on a fine grid
    assert float(distance(levels, 10, 10)) == pytest.approx(close, abs=3e-3)
    assert float(distance(levels, 10, 10, "lower end")) == pytest.approx(0.0475, abs=3e-3)


@given(st.integers(1, 6), st.integers(1, 6))
def test_the_worst_kernel_for_midpoints_is_zero_at_all_of_them(rows: int, columns: int) -> None:
    x, y = np.arange(4 * rows + 1) / (4 * rows), np.arange(4 * columns + 1) / (4 * columns)
    rim = np.logical_or.outer(x > 1 - 0.5 / rows, y > 1 - 0.5 / columns).astype(np.int64)
    assert distance(rim, rows, columns) == midpoint_supremum.subs({m: rows, n: columns})


def test_chi_of_a_single_row_is_its_only_value() -> None:
    assert mean_chi(1, 4, 2) == 4 == expected_chi.subs({m: 1, n: 4})


def test_classes_of_the_methods() -> None:
    assert {name: classify(model) for name, model in METHODS.items()} == CLASSES
    assert [kind for kind in Heterogeneity if kind not in CLASSES.values()] == []


@pytest.mark.parametrize(
    ("row", "column", "expected"),
    [
        (3, 5, Heterogeneity.HOMOGENEOUS),
        (u + 1, 5, Heterogeneity.ROW),
        (3, sp.exp(v), Heterogeneity.COLUMN),
        (u + 1, sp.exp(v), Heterogeneity.BOTH),
    ],
)
def test_classify_sees_the_profiles(row: sp.Expr, column: sp.Expr, expected: Heterogeneity) -> None:
    assert classify(SaliencyModel(sp.sympify(row), sp.sympify(column), exponential)) is expected


def test_row_wise_thresholds_erase_the_rows() -> None:
    assert classify(snip_model, tau * snip_model.row) is Heterogeneity.COLUMN
    assert classify(replace(snip_model, noise=half_normal), tau) is Heterogeneity.BOTH


def test_heterogeneity_of_both_axes() -> None:
    assert [heterogeneity(a, b).value for a in (False, True) for b in (False, True)] == [
        "homogeneous",
        "column",
        "row",
        "row and column",
    ]


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("linear_threshold rho=.3", "4.260064336151291994"),
        ("linear_threshold rho=.6", "2.907734154646222914"),
        ("linear_threshold rho=49/144", "4.000000000000000000"),
        ("linear_density tau=4", "0.3402777777777777778"),
        ("largest_singular_value rho=.3 A=7/3 B=7/3 A_2=31/5 B_2=31/5", "0.3416326530612244898"),
        ("kernel tau=3 f=1 phi=2 alpha=1/2", "0.8164965809277260327"),
        ("kernel tau=2 f=1 phi=2 alpha=1/2", "1"),
    ],
)
def test_reference_values_of_the_pareto_graphon(words: str, value: str) -> None:
    name, *values = words.split()
    formula = pareto.pareto_graphon.expressions[name]
    assert value_of(formula, parse(formula.free_symbols, values)[0], 19) == value


@given(st.fractions(Fraction(1, 2), 6))
def test_density_of_the_pareto_example_is_an_average(cut: Fraction) -> None:
    middle = 1 + (np.arange(400) + 0.5) / 400
    average = np.minimum(1, (np.outer(middle, middle) / float(cut)) ** 2).mean()
    assert balls.number(pareto.linear_density, {tau: sp.Rational(cut)}) == pytest.approx(average, abs=2e-5)


@given(
    st.lists(st.integers(1, 3), min_size=2, max_size=4),
    st.lists(st.integers(1, 3), min_size=2, max_size=4),
    st.integers(1, 10),
)
def test_pareto_graphons_have_rank_one_as_stated(row: list[int], column: list[int], cut: int) -> None:
    """Profiles of a few values, α = 1: rank one without saturation, with a constant profile, or if all is saturated."""
    values = [[min(sp.S.One, sp.Rational(a * b, cut)) for b in column] for a in row]
    peak, least = max(row) * max(column), min(row) * min(column)
    stated = peak <= cut or len(set(row)) == 1 or len(set(column)) == 1 or least >= cut
    assert (sp.Matrix(values).rank() == 1) == stated
