"""The share of a layer above a threshold, told by its slopes or by drawn scores, and the error of shares of all layers."""

from __future__ import annotations

import numpy as np
import pytest

from sparse_limits.numerics.prediction.architecture import NORMAL, UNIFORM, Architecture, Law
from sparse_limits.numerics.prediction.layers import law
from sparse_limits.numerics.prediction.layers.latents import Sizes, units_of
from sparse_limits.numerics.prediction.layers.law import NEAR, DepthLaw, expected_dead, law_of
from sparse_limits.numerics.prediction.layers.layer_law import CUT, OCTAVES, Drawn, Sloped, in_blocks

RNG = np.random.default_rng


def sloped(slopes: np.ndarray, weights: Law = NORMAL, *, signed: bool = False) -> Sloped:
    return Sloped(2, slopes.shape[1:], slopes.astype(np.float32), 0.5, weights.tail, weights.draw, signed)


def products(networks: int = 20) -> np.ndarray:
    rng = RNG(0)
    slopes = rng.standard_normal((networks, 30, 1)) * rng.standard_normal((networks, 1, 40))
    slopes[:, rng.random(30) < 0.3] = 0
    return slopes


@pytest.mark.parametrize("weights", [NORMAL, UNIFORM])
@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("threshold", [1e-12, 0.01, 0.3, 1.0, 3.0])
def test_a_share_is_the_mean_chance_of_the_slopes(weights, signed, threshold):
    """A bin's middle is within 1/512 of its slopes, so that the share lies between those of thresholds so much smaller and larger."""
    layer = sloped(products(), weights, signed=signed)

    def chance(at: float) -> np.ndarray:
        with np.errstate(divide="ignore"):
            return weights.tail(at / (0.5 * np.abs(layer.slopes).astype(float))) / (2 if signed else 1)

    low, high = (chance(threshold * factor).mean() for factor in (513 / 512, 511 / 512))
    assert low <= layer.share(threshold) <= high
    blocks = [chance(threshold)[block].mean() for block in in_blocks(np.arange(20))]
    np.testing.assert_allclose(layer.shares(threshold), blocks, rtol=0.02)
    if threshold >= 0.3:  # a control: one bit more of a slope left out
        assert not low * (1 + 1 / 64) <= layer.share(threshold)


def test_bins_are_as_fine_as_the_docstring_says():
    """256 from one power of 2 to the next; slopes beyond 40 powers of 2 count as 0."""
    assert 2 ** (23 - CUT) == 256
    slopes = np.array([1.0, 2.0**-39, 2.0**-41, 0.0]).reshape(1, 2, 2)
    assert sloped(slopes).share(1e-300) == 0.5
    assert sloped(slopes[:, :1]).share(1e-300) == 1.0
    assert OCTAVES == 40


def test_equal_slopes_tell_a_share_as_well_as_their_number():
    layer = sloped(np.where(np.arange(400).reshape(1, 20, 20) < 100, 1.0, 0.0))
    assert layer.told(0.7) == pytest.approx(100)
    assert layer.told(1e9) == 0
    unequal = sloped(products())
    assert 1 < unequal.told(3.0) < np.count_nonzero(unequal.slopes) / 3


def test_drawn_scores_have_the_share_that_slopes_tell():
    """Twenty networks' scores, kept at a threshold: within five standard errors that their number gives."""
    for signed in (False, True):
        layer = sloped(np.abs(products(200)), signed=signed)
        scores = np.stack(list(layer.of_networks(RNG(1))))
        assert (scores >= 0).all() != signed
        share = layer.share(0.3)
        assert abs((scores > 0.3).mean() - share) < 5 * np.sqrt(share / scores.size)


def test_the_readout_keeps_the_weights_that_slopes_below_contain():
    network, rng = Architecture(3, (16, 16), 1), RNG(0)
    x, y = rng.standard_normal((10, 3)), rng.standard_normal((10, 1))
    found = law_of(units_of(network, x, Sizes(8, (16, 16)), RNG(1)), y, RNG(2))
    readout, hidden = found.layers[2], found.layers[1]
    assert isinstance(readout, Sloped)
    assert isinstance(hidden, Sloped)
    assert readout.weights is not None
    assert hidden.weights is None
    for drawn, weights, slopes in zip(readout.of_networks(RNG(3)), readout.weights, readout.slopes, strict=True):
        np.testing.assert_allclose(drawn, readout.deviation * np.abs(weights * slopes), rtol=1e-6)
    below = np.abs(hidden.slopes).max(axis=2)  # of one output: slopes grow with the weight above
    assert np.corrcoef(below.ravel(), np.abs(readout.weights[:, 0]).ravel())[0, 1] > 0.3


def solved_again(whole: DepthLaw, density: float) -> np.ndarray:
    """The jackknife with a threshold that is solved for anew without each block."""
    numbers, left = np.arange(whole.networks), []
    for block in in_blocks(numbers):
        others = np.setdiff1d(numbers, block)
        layers = [
            Drawn(each.layer, each.shape, each.scores[others])
            if isinstance(each, Drawn)
            else Sloped(each.layer, each.shape, each.slopes[others], each.deviation, each.tail, each.draw, each.signed)
            for each in whole.layers
        ]
        rest = DepthLaw(whole.network, tuple(layers), whole.signed, whole.jitter)
        left.append(rest.shares(rest.threshold(density)))
    return np.sqrt((len(left) - 1) * np.var(left, axis=0))


@pytest.mark.parametrize("density", [0.3, 0.02])
def test_errors_are_those_of_thresholds_solved_for_anew(density):
    """To the order of what a slope over an interval of `NEAR` leaves out."""
    network, rng = Architecture(6, (48, 40), 2), RNG(0)
    x, y = rng.standard_normal((30, 6)), rng.standard_normal((30, 2))
    found = law_of(units_of(network, x, Sizes(24, (48, 40)), RNG(1)), y, RNG(2))
    np.testing.assert_allclose(found.densities(density)[1], solved_again(found, density), rtol=2 * NEAR)


def test_errors_are_the_spread_of_laws_drawn_anew():
    """Of forty laws: the mean square error beside the variance, within a factor that a chi-square of 39 allows."""
    network, rng = Architecture(6, (48, 40), 2), RNG(0)
    x, y = rng.standard_normal((30, 6)), rng.standard_normal((30, 2))
    found = np.array(
        [
            law_of(units_of(network, x, Sizes(16, (48, 40)), RNG(seed)), y, RNG(seed + 1000)).densities(0.05)
            for seed in range(40)
        ]
    )
    ratios = (found[:, 1] ** 2).mean(axis=0) / found[:, 0].var(axis=0, ddof=1)
    assert (ratios > 0.45).all()
    assert (ratios < 2.3).all()


def test_halves_tell_what_the_mean_of_few_weights_errs_by():
    """Weights of two kinds at random: of 16 a row keeps none with the 16th power of the mean chance; six standard errors."""
    missed = RNG(0).choice(np.log([0.99, 0.8]), p=[0.8, 0.2], size=(200_000, 16))
    exact = (0.8 * 0.99 + 0.2 * 0.8) ** 16
    half = missed[:, :8]
    single, halves = (np.exp(16 * np.stack(part).mean(axis=2)) for part in ([half], [half[:, :4], half[:, 4:]]))
    allowed = 6 * (single.std() + halves.std()) / np.sqrt(len(missed))
    assert abs(law._empty(missed, 16) - exact) < allowed
    assert abs(law._empty(half, 16) - exact) < allowed
    plain, straight = (
        single.mean(),
        2 * single.mean() - halves.mean(),
    )  # controls: no halves, and as if no weight were drawn
    assert plain - exact > allowed
    assert exact - straight > allowed


def test_narrow_networks_tell_of_dead_rows_what_whole_ones_do(monkeypatch):
    """Twenty narrow laws, within five standard errors; the control takes the mean of a fourth of the weights for all, and says too many."""
    network, rng = Architecture(6, (64, 64), 1), RNG(0)
    x, y = rng.standard_normal((20, 6)), rng.standard_normal((20, 1))

    def dead(sizes: Sizes, seed: int) -> np.ndarray:
        found = law_of(units_of(network, x, sizes, RNG(seed)), -y, RNG(seed + 1))
        return np.array(expected_dead(found, [found.threshold(0.05)] * 3)[1])

    whole = dead(Sizes(800, (64, 64)), 1)

    def apart() -> np.ndarray:
        narrow = np.array([dead(Sizes(16, (16, 16)), seed) for seed in range(2, 22)])
        return (narrow.mean(axis=0) - whole) / (narrow.std(axis=0, ddof=1) / np.sqrt(20))

    assert (np.abs(apart()) < 5).all()
    monkeypatch.setattr(law, "_empty", lambda missed, length: float(np.exp(missed.mean(axis=1) * length).mean()))
    assert (apart() > 5).any()
