"""Counts of what masks can represent, against loops over their edges; laws against enumeration."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise, product
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array, csc_array, csr_array

from sparse_limits.numerics.expressivity.counts import (
    even_split,
    fully_wired,
    isolated_inputs,
    product_network,
    relay_split,
    relayed,
    representable,
)
from sparse_limits.numerics.expressivity.laws import CountLaw, homogeneous_isolation, isolation, relay_law, wired_law
from sparse_limits.numerics.limits import limit
from sparse_limits.numerics.masks.composition import GridGraphon, Latent, path_density, point_latent

seeds = st.integers(0, 2**32 - 1)
KINDS = (np.asarray, np.float32, np.uint8, csr_array, csc_array, coo_array)


def random_masks(rng: np.random.Generator, *widths: int) -> list[np.ndarray]:
    density = rng.uniform(0.1, 0.9)
    return [rng.random((rows, columns)) < density for columns, rows in pairwise(widths)]


@given(seeds)
def test_counts_against_loops(seed):
    rng = np.random.default_rng(seed)
    widths = rng.integers(1, 7, size=rng.integers(3, 6))
    masks = random_masks(rng, *widths)
    given_masks = [KINDS[rng.integers(len(KINDS))](mask) for mask in masks]
    inputs = rng.permutation(widths[0])[: rng.integers(1, widths[0] + 1)]
    wired = [i for i, row in enumerate(masks[0]) if all(row[j] for j in inputs)]
    isolated = [j for j, share in enumerate(path_density(masks).inputs) if not share]
    assert fully_wired(given_masks[0], inputs).tolist() == wired
    assert isolated_inputs(given_masks).tolist() == isolated
    found = representable(given_masks, inputs)
    assert found.wired.tolist() == wired
    assert found.isolated.tolist() == [j for j in isolated if j in inputs]
    assert (found.relayed is None) == (len(masks) == 2)


@given(seeds)
def test_relays_against_loops(seed):
    rng = np.random.default_rng(seed)
    d, m, n = rng.integers(1, 7, size=3)
    first, second = random_masks(rng, d, m, n)
    inputs = rng.permutation(d)[: rng.integers(1, d + 1)]
    split = rng.integers(-1, len(inputs), size=m)
    expected = [
        row
        for row in range(n)
        if all(
            any(split[i] == place and first[i, j] and second[row, i] for i in range(m))
            for place, j in enumerate(inputs)
        )
    ]
    assert relayed(first, second, inputs, split).tolist() == expected
    assert relayed(csr_array(first), csc_array(second), inputs, split).tolist() == expected


@given(seeds)
def test_split_serves_as_many_as_can_be(seed):
    rng = np.random.default_rng(seed)
    m, k = rng.integers(1, 6), rng.integers(1, 4)
    (mask,) = random_masks(rng, k, m)
    split = relay_split(mask, np.arange(k))
    assert all(place == -1 if not row.any() else row[place] for row, place in zip(mask, split, strict=True))

    def served(places: np.ndarray) -> int:
        return sum(min(m // k, int((places == j).sum())) for j in range(k))

    choices = [[-1, *np.flatnonzero(row)] for row in mask]
    assert served(split) == max(served(np.array(places)) for places in product(*choices))


def test_a_split_that_sees_the_mask_reaches_more():
    rng = np.random.default_rng(0)
    even = adapted = 0
    for _ in range(40):
        first, second = rng.random((256, 16)) < 0.3, rng.random((64, 256)) < 0.3
        even += relayed(first, second, range(16), even_split(256, 16)).size
        adapted += relayed(first, second, range(16)).size
    law = relay_law(256, 64, 16, Fraction(3, 10))
    assert abs(even / (40 * 64) - law.mean) < 6 * np.sqrt(law.variance / 40)
    chosen = (1 - 0.7**16) ** 16  # every input finds 16 relays in such masks
    assert adapted / (40 * 64) == pytest.approx(chosen, abs=0.02)


def test_even_split():
    assert even_split(7, 3).tolist() == [0, 0, 1, 1, 2, 2, -1]
    assert even_split(2, 3).tolist() == [-1, -1]


@pytest.mark.parametrize("count", [1, 2, 5, 10])
def test_product_network(count):
    units = product_network(count)
    assert len(units) == 2 * count
    grid = np.linspace(-1, 1, 401)
    x, y = np.meshgrid(grid, grid)
    network = sum(
        float(readout) * np.maximum(weights[0] * x + weights[1] * y + float(bias), 0)
        for weights, bias, readout in units
    )
    assert np.abs(network - x * y).max() == pytest.approx(1 / count**2, abs=1e-12)


@given(st.integers(1, 40), st.fractions(0, 1, max_denominator=10), st.floats(1e-6, 0.5))
def test_laws_of_counts(trials, chance, miss):
    law = CountLaw(trials, float(chance))
    masses = [comb(trials, j) * chance**j * (1 - chance) ** (trials - j) for j in range(trials + 1)]
    for count in (0, 1, trials // 2, trials, trials + 1):
        assert law.at_least(count) == pytest.approx(float(sum(masses[count:], Fraction(0))), rel=1e-9, abs=1e-15)
    assert law.mean == pytest.approx(float(sum(j * mass for j, mass in enumerate(masses))))
    low, high = law.interval(miss)
    assert float(sum(masses[:low], Fraction(0))) <= miss / 2 + 1e-12
    assert float(sum(masses[high + 1 :], Fraction(0))) <= miss / 2 + 1e-12
    assert 0 <= low <= high <= trials


def test_laws_of_exact_and_narrow_numbers():
    law = CountLaw(np.int64(10), Fraction(1, 2))
    assert law.at_least(3) == CountLaw(10, 0.5).at_least(3)
    assert law.interval() == CountLaw(10, 0.5).interval()
    assert relay_law(8, 8, 2, np.float32(0.5)) == relay_law(8, 8, 2, Fraction(1, 2))


def exact_relays(m: int, n: int, k: int, p: Fraction) -> tuple[float, float]:
    """Mean and variance of the share with relays of all inputs, in fractions."""
    alone, both = 1 - (1 - p * p) ** (m // k), (1 - p + p * (1 - p) ** 2) ** (m // k)
    mean, pair = alone**k, (2 * alone - 1 + both) ** k
    return float(mean), float((mean + (n - 1) * pair) / n - mean**2)


@pytest.mark.parametrize(("m", "n", "k"), [(8, 5, 2), (60, 7, 3), (3, 2, 4)])
@pytest.mark.parametrize("density", [1e-14, 1e-60, 0.3, 1 - 1e-12, 1.0])
def test_relays_of_densities_near_the_ends(m, n, k, density):
    """Where means or variances are far below the rounding of numbers near 1."""
    assert tuple(relay_law(m, n, k, density)) == exact_relays(m, n, k, Fraction(density))


def test_relays_of_the_widest_layers():
    law = relay_law(2**31 - 2, 5, 2, 1e-20)
    assert law.mean == pytest.approx(((2**30 - 1) * 1e-40) ** 2, rel=1e-14)
    assert relay_law(2**31 - 1, 5, 5, 0.9) == (1, 0)  # the variance is below all floats
    assert relay_law(2**31 - 1, 5, 2, 1e-200) == (0, 0)  # so are both


def test_both_ends_of_an_interval_are_as_rarely_missed():
    low, high = CountLaw(1000, 0.5).interval(1e-40)
    assert low + high == 1000
    assert 0 < CountLaw(1000, 0.5).at_least(high + 1) <= 0.5e-40


def step_graphon(values: list[list[float]]) -> GridGraphon:
    rows, columns = np.shape(values)
    latents = [Latent((np.arange(size) + 0.5) / size, np.full(size, 1 / size)) for size in (rows, columns)]
    return GridGraphon(np.array(values), *latents)


def test_laws_of_graphons():
    graphon = step_graphon([[0.5, 0.5, 0.5], [0.1, 0.2, 0.3]])
    assert wired_law(graphon, [0, 2], 100).mean == pytest.approx(100 * (0.25 + 0.03) / 2)
    readout = GridGraphon(np.array([[1.0, 0.5]]), point_latent(), graphon.rows)
    shares = [(0.5 + 0.05) / 2, (0.5 + 0.1) / 2, (0.5 + 0.15) / 2]
    assert isolation([graphon, readout], 7) == pytest.approx([(1 - share) ** 7 for share in shares])


@settings(max_examples=20)
@given(st.lists(st.integers(1, 2), min_size=1, max_size=3), st.data())
def test_isolation_in_all_masks(widths, data):
    densities = [data.draw(st.fractions(0, 1, max_denominator=5)) for _ in range(len(widths) + 1)]
    shapes = list(zip([*widths, 1], [1, *widths], strict=True))
    total = Fraction(0)
    for code in range(2 ** sum(rows * columns for rows, columns in shapes)):
        weight, masks, rest = Fraction(1), [], code
        for (rows, columns), density in zip(shapes, densities, strict=True):
            bits = rest >> np.arange(rows * columns) & 1
            rest >>= rows * columns
            weight *= density ** int(bits.sum()) * (1 - density) ** int((1 - bits).sum())
            masks.append(bits.reshape(rows, columns))
        if weight and isolated_inputs(masks).size:
            total += weight
    assert homogeneous_isolation(widths, densities) == pytest.approx(float(total), abs=1e-12)


def test_isolation_of_wide_layers():
    assert homogeneous_isolation((20, 20), (0.1, 0.1, 0.3)) == pytest.approx(0.40453917358662941, rel=1e-13)
    assert homogeneous_isolation((50,), (0.2, 0.5)) == pytest.approx(0.9**50, rel=1e-12)
    assert homogeneous_isolation((3, 4, 5), (1, 1, 1, 1)) == 0
    assert homogeneous_isolation((3, 4, 5), (0.5, 0.5, 0, 0.5)) == 1


MASK = np.ones((3, 2), dtype=bool)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: fully_wired(np.array([[0, 2]]), [0]), "mask holds 2"),
        (lambda: fully_wired(np.array([[0.0, np.nan]]), [0]), "mask holds nan"),
        (lambda: fully_wired(coo_array(([1, 1], ([0, 0], [0, 0])), shape=(1, 2)), [0]), "mask holds 2"),
        (lambda: fully_wired(np.zeros((0, 2)), [0]), "mask is float64 of shape"),
        (lambda: fully_wired(MASK, [2]), "inputs are"),
        (lambda: fully_wired(MASK, [0, 0]), "inputs are"),
        (lambda: fully_wired(MASK, [True]), "inputs is bool"),
        (lambda: fully_wired(MASK, []), "inputs is"),
        (lambda: isolated_inputs([]), "layers is a list"),
        (lambda: isolated_inputs(csr_array(MASK)), "layers is a csr_array"),
        (lambda: isolated_inputs([MASK, MASK]), "layer 1 has 2 columns, expected 3"),
        (lambda: representable([MASK]), "layers has 1 mask"),
        (lambda: relayed(MASK, MASK.T, [0, 1], [0, 1]), "split is int64 of shape"),
        (lambda: relayed(MASK, MASK.T, [0, 1], [0, 1, 2]), "split holds places"),
        (lambda: even_split(3, 0), "inputs is 0"),
        (lambda: product_network(0), "count is 0"),
        (lambda: CountLaw(0, 0.5), "trials is 0"),
        (lambda: CountLaw(3, 1.5), "chance is 1.5"),
        (lambda: CountLaw(3, float("nan")), "chance is nan"),
        (lambda: CountLaw(3, 0.5).at_least(-1), "count is -1"),
        (lambda: CountLaw(3, 0.5).interval(0), "miss is 0"),
        (lambda: relay_law(4, 4, 2, 0), "density is 0"),
        (lambda: wired_law(step_graphon([[2.0]]), [0], 3), "expected probabilities"),
        (lambda: isolation([step_graphon([[0.5]])], 3), "expected one hidden layer"),
        (lambda: homogeneous_isolation((3,), (0.5,)), "one density more"),
        (lambda: homogeneous_isolation((3,), (0.5, -1)), "density 1 is -1"),
        (
            lambda: limit("1G")(homogeneous_isolation)((2**16, 2**16), (0.5,) * 3),
            "chain of widths 65536, 65536 would take about 160",
        ),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
