"""The law of all layers: against closed forms, fresh rows, drawn networks, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.limits import limit
from sparse_limits.numerics.prediction.architecture import Architecture
from sparse_limits.numerics.prediction.first_layer.row_law import NotCoveredError, Problem, sample_row_law
from sparse_limits.numerics.prediction.layers import data_free, drawn
from sparse_limits.numerics.prediction.layers.latents import (
    MEMORY,
    Sizes,
    drawn_whole,
    memory,
    narrowed,
    sizes_of,
    units_of,
)
from sparse_limits.numerics.prediction.layers.law import RESOLVED, DepthLaw, expected_dead, law_of
from sparse_limits.numerics.prediction.layers.layer_law import Drawn
from sparse_limits.numerics.prediction.layers.residual import Residual
from sparse_limits.numerics.statistics.exact_tests import LEVEL, TwoCounts

RNG = np.random.default_rng


def one_sample_law(network: Architecture, networks: int, seed: int) -> DepthLaw:
    """Networks of one unit a layer on one sample: scores of a layer are independent draws."""
    x, r = np.ones((1, network.inputs)), np.ones((1, 1))
    units = units_of(network, x, Sizes(networks, (1,) * network.depth), RNG(seed))
    return law_of(units, r, RNG(seed + 1))


@pytest.mark.parametrize(
    ("width", "depth", "threshold", "shares"),
    [  # τn, and the densities of layer 1, the hidden layers and the readout: exact values of the limit (D3)
        (256, 2, 1.1357775942089239, (0.236653718352122, 0.0645305033726187, 0.434353162073777)),
        (256, 3, 0.8900741309426032, (0.270243913470509, 0.0780446935134175, 0.0780446935134175, 0.445506459017617)),
    ],
)
def test_one_sample_has_the_densities_of_the_closed_form(width, depth, threshold, shares):
    """ReLU·√2 in the source of the values: a factor 2^(L/2) of all scores."""
    networks = 120_000
    law = one_sample_law(Architecture(64, (width,) * depth, 1), networks, seed=depth)
    tau = threshold / width / 2 ** (depth / 2)
    for layer, share in zip(law.layers, shares, strict=True):
        if isinstance(layer, Drawn):
            kept = layer.scores[:, 0, 0] > tau
        else:  # with its own chance a slope is counted, which makes a binomial number of the mean chance
            kept = RNG(9).random(networks) < layer.chances(tau, np.abs(layer.slopes[:, 0, 0]).astype(float))
        count = int(kept.sum())
        assert stats.binomtest(count, networks, share).pvalue > LEVEL, layer.layer
        wrong = share * 1.1
        assert stats.binomtest(count, networks, wrong).pvalue < LEVEL, layer.layer


def test_one_hidden_layer_has_the_rows_of_the_row_law():
    """Columns of independent rows, of two engines, by Fisher's exact test at a threshold that neither chose."""
    rng = RNG(5)
    x, y = rng.standard_normal((40, 5)), rng.standard_normal((40, 2))
    network = Architecture(5, (64,), 2)
    units = units_of(network, x, Sizes(300, (64,)), RNG(1))
    whole = law_of(units, -y, RNG(2))
    scores = whole.unit * whole.first.scores.reshape(-1, 5)
    law = sample_row_law(Problem("snip", 0.2, 64, x, -y), 20_000, RNG(3))
    assert law.threshold is not None
    mine = (scores > law.threshold).sum(axis=0)
    test = TwoCounts(300 * 64, law.counted, pooled=0.5)
    assert min(test.p_value(int(a), int(b)) for a, b in zip(mine, law.counts, strict=True)) > LEVEL
    lower = (scores > law.threshold / 1.3).sum(axis=0)  # a control: another scale
    assert min(test.p_value(int(a), int(b)) for a, b in zip(lower, law.counts, strict=True)) < LEVEL


def test_networks_of_the_limit_are_as_many_and_as_wide_as_memory_allows():
    assert sizes_of(Architecture(4, (100, 50), 1), 200) == Sizes(81, (100, 50))
    assert sizes_of(Architecture(4, (5000, 50), 1), 200) == Sizes(16, (512, 50))
    wide = Architecture(4, (1024,) * 4, 1)
    assert sizes_of(wide, 4096).networks >= 8
    assert memory(wide, 4096, sizes_of(wide, 4096)) <= MEMORY < memory(wide, 4096, Sizes(8, (1024,) * 4))
    with (
        limit("4G"),
        pytest.raises(InputError, match=r"^100 hidden layers, 4 inputs and 4096 samples would take about 12"),
    ):
        sizes_of(Architecture(4, (1024,) * 100, 1), 4096)
    assert sizes_of(Architecture(4, (100,), 1), 200, units=64) == Sizes(16, (4,))


def by_hand(scores: list[np.ndarray], shapes: list[tuple[int, int]], signed: bool = False) -> DepthLaw:
    network = Architecture(shapes[0][1], tuple(rows for rows, _ in shapes[:-1]), shapes[-1][0])
    layers = tuple(
        Drawn(place + 1, shape, each.astype(np.float32))
        for place, (each, shape) in enumerate(zip(scores, shapes, strict=True))
    )
    return DepthLaw(network, layers, signed, 0.0)


def small() -> DepthLaw:
    rng = RNG(0)
    shapes = [(3, 2), (4, 3), (1, 4)]
    return by_hand([rng.random((8, *shape)) * (place + 1) for place, shape in enumerate(shapes)], shapes)


@pytest.mark.parametrize("density", [0.05, 0.3, 0.8])
def test_a_threshold_keeps_the_share_that_is_asked_for(density):
    law = small()
    threshold = law.threshold(density)
    kept = sum(layer.size * float((layer.scores > threshold).mean()) for layer in law.layers)
    assert kept / law.total == pytest.approx(density, abs=1 / 8 / 22 * 4)
    shares, errors = law.densities(density)
    assert law.sizes @ shares / law.total == pytest.approx(law.density(threshold))
    assert (errors >= 0).all()
    assert errors.any() or density < 0.1  # the largest scores are all of the readout


def test_densities_beyond_what_has_a_score_are_refused():
    shapes = [(2, 2), (1, 2)]
    law = by_hand([np.where(np.arange(32).reshape(8, 2, 2) % 2, 1.0, 0.0), np.ones((8, 1, 2))], shapes)
    with pytest.raises(NotCoveredError, match=r"density is 0.9: non-zero scores have 0.6667 of the weights"):
        law.threshold(0.9)
    signed = by_hand([RNG(0).standard_normal((8, 2, 2)), -np.ones((8, 1, 2))], shapes, signed=True)
    with pytest.raises(NotCoveredError, match="positive scores"):
        signed.threshold(0.9)


def test_the_last_path_ends_at_its_weakest_weight():
    """At the threshold there is no path, and just below it there is one."""
    law = small()
    found = law.path_ends()
    assert found is not None
    ends, own = found

    def has_path(number: int, threshold: float) -> bool:
        reach = np.ones(2, bool)
        for layer in law.layers:
            reach = ((layer.scores[number] > threshold) & reach).any(axis=1)
        return bool(reach.any())

    for number, end in enumerate(ends):
        assert not has_path(number, end)
        assert has_path(number, end * (1 - 1e-6))
    for number, (end, density) in enumerate(zip(ends, own, strict=True)):
        kept = sum((layer.scores[number] > end).sum() for layer in law.layers)
        assert kept / law.total == pytest.approx(density)
    assert DepthLaw(law.network, (Drawn(1, (9, 2), law.first.scores),), False, 0.0).path_ends() is None


def test_the_expected_number_of_dead_units_is_that_of_drawn_networks():
    """SNIP on digits-like data: counts in 60 networks of the limit's own size, within six of their standard errors."""
    rng = RNG(7)
    x, y = rng.standard_normal((60, 6)), rng.standard_normal((60, 1))
    network = Architecture(6, (48, 40), 1)
    units = units_of(network, x, sizes_of(network, 60), RNG(1))
    law = law_of(units, -y, RNG(2))
    threshold = law.threshold(0.05)
    expected = np.array(expected_dead(law, [threshold] * 3))
    counted = []
    for layer in law.layers:
        kept = np.stack(list(layer.of_networks(RNG(3)))) > threshold
        counted.append([(~kept.any(axis=2)).sum(axis=1), (~kept.any(axis=1)).sum(axis=1)])
    means, deviations = np.mean(counted, axis=2), np.std(counted, axis=2, ddof=1)
    assert (np.abs(means - expected) <= 6 * deviations / np.sqrt(law.networks) + 0.01).all()
    assert expected[1, 0] > 1  # rows of the second layer


def test_magnitude_and_synflow_have_the_densities_of_drawn_networks():
    """The network is the unit: means over 40 within six standard errors, and what is left of finite width, 1/n."""
    for method, init in (("magnitude", "torch"), ("synflow", "normal"), ("synflow", "torch")):
        network = Architecture(16, (64, 48), 3, init=init)
        law = data_free.magnitude_law(network) if method == "magnitude" else data_free.synflow_law(network, RNG(0))
        threshold = law.threshold(0.1)
        seen = []
        for seed in range(40):
            made = drawn.draw(network, RNG(seed))
            scores = drawn.scores(
                method, made, drawn.forward(made, np.ones((2, 16))), Residual("mse", np.ones((2, 3)), np.zeros((2, 3)))
            )
            cut = np.sort(np.concatenate([each.ravel() for each in scores]))[-round(0.1 * sum(network.sizes))]
            seen.append([float((each >= cut).mean()) for each in scores])
        apart = np.abs(np.mean(seen, axis=0) - law.shares(threshold))
        assert (apart <= 6 * np.std(seen, axis=0, ddof=1) / np.sqrt(40) + 1 / 48).all(), (method, init)
        assert np.ptp(law.shares(threshold)) > 0.1
        assert law.density(threshold) == pytest.approx(0.1, rel=1e-9)


@pytest.mark.parametrize(("widths", "outputs"), [((128,), 1), ((128, 64), 10), ((64, 64, 128), 2)])
def test_the_law_of_synflow_errs_as_it_says(widths, outputs, monkeypatch):
    """Standard deviations over 60 draws of the factors: their ratios to what is said are within four of their own deviations."""
    monkeypatch.setattr(data_free, "FACTORS", 2**12)
    network = Architecture(16, widths, outputs)
    laws = [data_free.synflow_law(network, RNG(seed)) for seed in range(60)]
    thresholds = [law.threshold(0.1) for law in laws]
    found = np.array([law.shares(threshold) for law, threshold in zip(laws, thresholds, strict=True)])
    said = np.mean([law.errors(threshold) for law, threshold in zip(laws, thresholds, strict=True)], axis=0)
    assert (said > 0).all()
    assert found.std(axis=0, ddof=1) / said == pytest.approx(1, abs=4 / np.sqrt(2 * 59))
    assert not data_free.magnitude_law(network).errors(1.0).any()


@pytest.mark.parametrize(("cells", "kept", "total"), [(50, 60, 10**5), (2000, 3000, 10**7), (3000, 2000, 10**7)])
def test_the_chance_that_nothing_is_kept_needs_no_sum(cells, kept, total, monkeypatch):
    exact = data_free.keeps_nothing(cells, kept, total)
    monkeypatch.setattr(data_free, "CELLS", 10)
    assert data_free.keeps_nothing(cells, kept, total) == pytest.approx(exact, rel=1e-6)
    assert data_free.keeps_nothing(2**40, 2**79, 2**80) == 0
    assert data_free.keeps_nothing(2**26, 2**27, 2**53) == pytest.approx(np.exp(-1.0), rel=1e-6)


def test_layers_of_any_width_need_no_room_of_their_size():
    """Wide as no array is: a row of 64 weights keeps none with the chance (15/16)^64."""
    network = Architecture(64, (2**40,), 1)
    rows, columns = data_free.dead_of(network, [2**42, 2**36], network.sizes)[0]
    assert rows == pytest.approx(2**40 * (15 / 16) ** 64, rel=1e-6)
    assert columns == 0


@pytest.mark.parametrize("layer", [0, 1, 2])
def test_a_layer_of_magnitudes_collapses_where_one_weight_is_expected(layer):
    network = Architecture(10, (20, 30), 2, init="torch")
    law = data_free.magnitude_law(network)
    density = law.collapse(layer)
    assert law.shares(law.threshold(density))[layer] * network.sizes[layer] == pytest.approx(1.0, rel=1e-6)


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("init", ["normal", "torch"])
def test_narrow_networks_tell_where_one_weight_is_left_of_a_layer(init, signed):
    """Beside a thousand networks drawn whole: within four standard errors, each as near as eight scores would tell it."""
    network, rng = Architecture(8, (64, 64), 1, init=init), RNG(0)
    x, y = rng.standard_normal((6, 8)), rng.standard_normal((6, 1))

    def ends(sizes, seed):
        own = RNG(seed)
        law = law_of(units_of(network, x, sizes, own), -y, own, signed=signed)
        assert (law.path_ends() is None) == (sizes.units != network.widths)
        return [law.collapse(layer) for layer in range(3)]

    whole = np.array(ends(Sizes(1024, (64, 64)), 1))
    found = np.array([ends(Sizes(8, (32, 32)), seed) for seed in range(2, 32)])
    assert (np.abs(found.mean(axis=0) - whole) < 4 * found.std(axis=0, ddof=1) / 30**0.5 + whole / 32).all()
    assert (found.std(axis=0) < whole / RESOLVED**0.5).all()


def test_further_units_have_the_law_of_the_first_layer(monkeypatch):
    """Shares above a threshold of 4000 further units beside as many networks' own, by Fisher's exact test; a control takes another residual."""
    network, rng = Architecture(5, (64, 32), 2), RNG(5)
    x, y = rng.standard_normal((40, 5)), rng.standard_normal((40, 2))
    for norm in ("none", "batch"):
        network = Architecture(5, (64, 32), 2, norm=norm)
        found = [law_of(units_of(network, x, Sizes(8, (16, 16)), RNG(1)), r, RNG(2)) for r in (-y, -y * [1, 0.2])]
        many = law_of(units_of(network, x, Sizes(250, (16, 16)), RNG(3)), -y, RNG(4))
        more = [law.more(4000, RNG(6)) for law in found]
        threshold = float(np.quantile(many.first.scores, 0.8))
        own = int((many.first.scores > threshold).any(axis=2).sum())
        test = TwoCounts(4000, 4000, pooled=0.5)
        same, other = (test.p_value(own, int((each > threshold).any(axis=1).sum())) for each in more)
        assert same > LEVEL
        assert other < LEVEL


def test_no_further_units_are_drawn_where_they_are_not_needed_or_too_much_work(monkeypatch):
    network, rng = Architecture(5, (64, 32), 1), RNG(5)
    x, y = rng.standard_normal((40, 5)), rng.standard_normal((40, 1))

    def law(networks):
        return law_of(units_of(network, x, Sizes(networks, (32, 32)), RNG(1)), -y, RNG(2))

    assert law(16).more is None
    assert law(15).more is not None
    assert law(15).collapse(0) is not None
    monkeypatch.setattr("sparse_limits.numerics.prediction.layers.law.MOST_WORK", 1e5)
    assert law(15).more is None
    assert law(2).collapse(0) is None


@pytest.mark.parametrize("scale", [1e-20, 1e15])
def test_the_scale_of_the_residual_does_not_matter(scale):
    """The residual is scaled before single precision would lose it."""
    rng = RNG(0)
    x, y = rng.standard_normal((20, 3)), rng.standard_normal((20, 1))
    found = []
    for factor in (1.0, scale):
        units = units_of(Architecture(3, (8, 8), 1), x, Sizes(64, (8, 8)), RNG(1))
        found.append(law_of(units, factor * y, RNG(2)).densities(0.2)[0])
    np.testing.assert_allclose(*found, rtol=1e-4)


def test_scores_beyond_single_precision_are_refused():
    rng = RNG(0)
    x, y = 1e32 * rng.standard_normal((20, 3)), rng.standard_normal((20, 1))
    with np.errstate(over="ignore", invalid="ignore"):
        units = units_of(Architecture(3, (8, 8), 1), x, Sizes(64, (8, 8)), RNG(1))
        with pytest.raises(NotCoveredError, match="scores of the layers are up to"):
            law_of(units, y, RNG(2))


def test_networks_narrower_than_asked_say_what_makes_them_whole():
    wide, long = Architecture(64, (1500, 1500), 1), Architecture(64, (1024,) * 4, 1)
    assert narrowed(Architecture(64, (1024, 100), 1), 200) == ""
    assert "at most 512 units of a layer, where the network has 1500: --units 12000" in narrowed(wide, 1797)
    assert sizes_of(wide, 1797, 12000).units == wide.widths
    assert narrowed(wide, 1797, 12000) == ""
    assert narrowed(wide, 200) == ""
    assert drawn_whole(wide, 200)
    assert not drawn_whole(wide, 1797)
    said = narrowed(Architecture(64, (4096, 4096), 1), 1797)
    samples = int(said.partition("at most")[2].partition("at most")[2].split()[0])
    assert said.endswith("then whole one after another")
    assert [drawn_whole(Architecture(64, (4096, 4096), 1), samples + more) for more in (0, 1)] == [True, False]
    said = narrowed(long, 4096)
    samples = int(said.partition("at most")[2].partition("at most")[2].split()[0])
    assert sizes_of(long, samples).units == long.widths
    assert sizes_of(long, samples + 1).units != long.widths
    assert said.endswith("then whole at the same --units")
    assert narrowed(long, 4096, 1024).endswith("then whole at --units 8192")
    assert narrowed(Architecture(64, (30_000,) * 2, 1), 4096).endswith("expected narrower layers")
