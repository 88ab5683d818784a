"""The fitted factorised model: its likelihood by enumeration, its gradient, and families recovered from their masks."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from sparse_limits.numerics.fitting import factor_model
from sparse_limits.numerics.fitting.factor_model import (
    COARSE,
    FAMILIES,
    _likelihoods,
    _link,
    count,
    factors,
    fit_families,
    fit_half_normal_rows,
    like_degrees,
    part,
    posterior,
)
from sparse_limits.numerics.masks.factorised import factorised_top_k

DRAWS = {
    "half-normal": lambda rng, shape: np.abs(rng.standard_normal(shape)),
    "exponential": lambda rng, shape: rng.standard_exponential(shape),
    "lognormal": lambda rng, shape: np.exp(rng.standard_normal(shape)),
    "Fréchet": lambda rng, shape: 1 / rng.standard_exponential(shape),
    "Pareto": lambda rng, shape: 1 / (1 - rng.random(shape)),
}


def mask_of(family: str, m: int, n: int, density: float = 0.15, spread: float = 0.7, seed: int = 0) -> csr_array:
    rng = np.random.default_rng(seed)
    row, column = np.exp(spread * rng.standard_normal(m)), np.exp(spread * rng.standard_normal(n))
    return factorised_top_k(row, column, DRAWS[family], round(density * m * n), rng)


def fitted(mask: csr_array, rows: bool = True, columns: bool = True):
    data = count(mask, rows, columns, COARSE.groups)
    return data, fit_families(data)


def test_all_families_are_tried() -> None:
    assert FAMILIES.keys() == DRAWS.keys()


@pytest.mark.parametrize("family", DRAWS)
def test_links_are_survival_functions_of_the_noise(family: str) -> None:
    noise = DRAWS[family](np.random.default_rng(0), 200_000)
    value, slope = _link(family)
    for eta in (-0.7, 0.4):
        assert (noise > np.exp(-eta)).mean() == pytest.approx(float(value(np.float64(eta))), abs=0.006)
        step = (value(np.float64(eta + 1e-5)) - value(np.float64(eta - 1e-5))) / 2e-5
        assert float(slope(np.float64(eta))) == pytest.approx(float(step), rel=1e-6, abs=1e-9)


def test_the_likelihood_of_a_row_is_that_of_its_entries() -> None:
    atoms, weights, effects = np.array([-1.0, 0.5]), np.array([0.3, 0.7]), np.array([0.2, -0.8])
    counts, sizes = np.array([[2.0, 1.0], [0.0, 0.0]]), np.array([3.0, 2.0])
    each, after, _ = _likelihoods("lognormal", atoms, np.log(weights), effects, counts, sizes)
    p = 1e-7 + (1 - 2e-7) * _link("lognormal")[0](atoms[:, None] + effects)
    joint = weights * np.prod(p ** counts[:, None] * (1 - p) ** (sizes - counts[:, None]), axis=2)
    assert each == pytest.approx(np.log(joint.sum(axis=1)), rel=1e-12)
    assert after == pytest.approx(joint / joint.sum(axis=1, keepdims=True), rel=1e-10)


@pytest.mark.parametrize("family", DRAWS)
def test_the_gradient(family: str) -> None:
    atoms, effects, log_weights = np.array([-1.0, 0.3]), np.array([-0.9, -1.2, -0.4]), np.log([0.4, 0.6])
    counts, sizes = np.array([[1.0, 0.0, 2.0], [0.0, 1.0, 1.0]]), np.array([2.0, 1.0, 4.0])

    def total(rows, columns) -> float:
        return float(_likelihoods(family, rows, log_weights, columns, counts, sizes)[0].sum())

    slope = _likelihoods(family, atoms, log_weights, effects, counts, sizes)[2]
    h = 1e-6
    for at in range(2):
        step = h * np.eye(2)[at]
        assert slope.sum(axis=1)[at] == pytest.approx(
            (total(atoms + step, effects) - total(atoms - step, effects)) / 2 / h, rel=1e-5, abs=1e-7
        )
    for at in range(3):
        step = h * np.eye(3)[at]
        assert slope.sum(axis=0)[at] == pytest.approx(
            (total(atoms, effects + step) - total(atoms, effects - step)) / 2 / h, rel=1e-5, abs=1e-7
        )


@pytest.mark.parametrize("family", DRAWS)
def test_the_family_of_a_mask_is_recovered(family: str) -> None:
    _, found = fitted(mask_of(family, 500, 150, density=0.3))
    assert found[0].family == family


@pytest.mark.parametrize("shape", [(400, 60), (60, 400)])
def test_the_fit_has_the_densities_of_the_mask(shape: tuple[int, int]) -> None:
    mask = mask_of("lognormal", *shape)
    data, found = fitted(mask)
    assert data.transposed == (shape[1] > 4 * shape[0])
    left, right = factors(found[0], data)
    graphon = left @ right
    assert graphon.shape == shape
    assert 0 < graphon.min() < graphon.max() < 1
    assert graphon.mean() == pytest.approx(mask.nnz / graphon.size, rel=0.01)
    for side in (0, 1):
        seen = mask.mean(axis=side)
        assert np.abs(graphon.mean(axis=side) - seen).mean() < 0.15 * seen.std()


def test_an_even_side_has_one_effect_and_families_do_not_differ() -> None:
    mask = mask_of("exponential", 200, 50)
    _, found = fitted(mask, rows=True, columns=False)
    assert len(found) == 1
    assert found[0].effects.size == 1
    _, found = fitted(mask, rows=False, columns=True)
    assert found[0].atoms.size == 1
    assert found[0].table[0] == pytest.approx(mask.mean(axis=0), abs=1e-3)
    _, found = fitted(mask, rows=False, columns=False)
    assert found[0].table == pytest.approx(mask.nnz / 10_000, rel=1e-3)


def test_half_normal_rows_are_told_from_others() -> None:
    rng = np.random.default_rng(5)
    gains = []
    for rows in (np.abs(rng.standard_normal(1500)), np.exp(rng.standard_normal(1500))):
        mask = factorised_top_k(rows, np.exp(0.6 * rng.standard_normal(48)), DRAWS["half-normal"], 7200, rng)
        data, found = fitted(mask)
        free = next(each for each in found if each.family == "half-normal")
        rival = fit_half_normal_rows(data)
        gains.append(free.log_likelihood - rival.log_likelihood)
    assert gains[0] < 15 < 60 < gains[1]


def test_columns_of_like_degree_share_a_group() -> None:
    counts = np.random.default_rng(6).integers(0, 500, 1000)
    groups = like_degrees(counts, 500, 64)
    assert np.unique(groups).size <= 64
    order = np.argsort(counts, kind="stable")
    assert (np.diff(groups[order]) >= 0).all()
    assert (like_degrees(counts[:30], 500, 64) == np.arange(30)).all()
    assert (like_degrees(np.full(9, 3), 5, 1) == 0).all()
    assert np.unique(like_degrees(counts[:200] % 7, 500, 64)).size == 7  # equal counts, one group


def test_posteriors_put_rows_where_their_degrees_are() -> None:
    mask = mask_of("half-normal", 300, 80)
    data, found = fitted(mask)
    after = posterior(found[0], data)
    assert after.sum(axis=1) == pytest.approx(np.ones(300))
    assert np.corrcoef(after @ found[0].atoms, np.sqrt(mask.sum(axis=1)))[0, 1] > 0.9


def test_a_part_keeps_the_extreme_degrees(monkeypatch: pytest.MonkeyPatch) -> None:
    data = count(mask_of("half-normal", 300, 80), True, True, COARSE.groups)
    assert part(data) is data.counts
    monkeypatch.setattr(factor_model, "UNITS", 50)
    monkeypatch.setattr(factor_model, "MOST_READ", 1)
    read, degrees = part(data), data.counts.sum(axis=1)
    assert len(read) == 50
    assert (read.sum(axis=1).min(), read.sum(axis=1).max()) == (degrees.min(), degrees.max())
    assert np.median(read.sum(axis=1)) == pytest.approx(np.median(degrees), abs=1)
