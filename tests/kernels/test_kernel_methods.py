"""Kernels of pruning methods against brute force: enumerated masks, drawn masks, and wide pruned networks."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import sympy as sp
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import k0, k1

from sparse_limits.numerics.data import Dataset
from sparse_limits.numerics.exact.balls import number
from sparse_limits.numerics.kernels import dense_kernel, graphon_kernel, input_latent, path_densities
from sparse_limits.numerics.kernels.methods import METHODS, method_layers, quenched_kernel, row_law_kernel
from sparse_limits.numerics.masks.composition import GridGraphon, Latent
from sparse_limits.numerics.networks import ACTIVATIONS, Network, random_network, tangent_kernel
from sparse_limits.numerics.prediction import methods as pruning
from sparse_limits.numerics.prediction.first_layer.row_law import METHODS as PRUNING_METHODS
from sparse_limits.numerics.prediction.first_layer.row_law import posed
from sparse_limits.theory.kernel import equal_moduli, fixed_inputs, second_moment

PROFILE = np.linspace(0.25, 1.75, 32)
NORMALISED = ACTIVATIONS["normalised relu"]


def dense_pair(x, y, a, b, c):
    """E φφ′ + c E φ̇φ̇′ for √2 relu, from the angle between x and y."""
    if a == 0 or b == 0:
        return 0.0
    angle = np.arccos(np.clip(c / np.sqrt(a * b), -1, 1))
    return (np.sqrt(a * b) * np.sin(angle) + 2 * (np.pi - angle) * c) / np.pi


def enumerated(probabilities, x):
    """The quenched kernel of one row of probabilities on inputs x [N, d], mask by mask."""
    d = x.shape[1]
    total = np.zeros((len(x), len(x)))
    for mask in product((0, 1), repeat=d):
        S = (x * mask) @ x.T / d
        chance = np.prod(np.where(mask, probabilities, 1 - probabilities))
        for i, j in np.ndindex(total.shape):
            total[i, j] += chance * dense_pair(x[i], x[j], S[i, i], S[j, j], S[i, j])
    return total


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("density", [0.02, 0.3, 0.9])
def test_methods_keep_the_density(method, density):
    first, readout = method_layers(method, density, PROFILE)
    assert first.trained.density == pytest.approx(density, rel=1e-9)
    assert readout.trained.density == pytest.approx(1, rel=1e-9)
    assert readout.second_moment.density == pytest.approx(1, rel=1e-9)  # E a² = 1, also where it is not constant


def test_methods_select_as_they_should():
    shares = {method: method_layers(method, 0.2, PROFILE)[0].trained.column_degrees for method in METHODS}
    assert np.ptp(shares["random"]) < 1e-15
    assert np.ptp(shares["magnitude"]) < 1e-15
    assert np.all(np.diff(shares["snip"]) > 0)
    assert shares["water-filling"] == pytest.approx(0.2 * PROFILE / PROFILE.mean())
    assert shares["anti"] == pytest.approx(0.2 / PROFILE / np.mean(1 / PROFILE))
    np.testing.assert_array_equal(shares["snip"], shares["snip-unweighted"])


def test_anti_pruning_does_not_spend_its_budget_on_dead_inputs():
    shares = method_layers("anti", 0.1, np.array([0.0, 0.0, 0.05, 1.0, 2.0]))[0].trained.column_degrees
    assert shares[0] == shares[1] == shares[2] > shares[3] > shares[4]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("faint", [1e-160, 1e-300, 1e-320])
def test_inputs_that_are_almost_dead_are_dead(method, faint):
    shares, dead = (method_layers(method, 0.4, [size, 1.0])[0].trained.column_degrees for size in (faint, 0.0))
    assert shares == pytest.approx(dead, abs=1e-100)


def test_snip_keeps_inputs_of_any_scale():
    """All of the strong input are kept, and of the faint one what is left, as of one alone."""
    shares = method_layers("snip", 0.7, [1.0, 1e-30])[0].trained.column_degrees
    assert shares == pytest.approx([1.0, 0.4], rel=1e-8)
    with pytest.raises(ValueError, match=r"at most 0\.5"):
        method_layers("snip", 0.7, [1.0, 1e-160])


def test_snip_has_the_bessel_laws():
    """Shares and energies of the columns, from the density 2K₀/π of |aw| alone."""
    layers = method_layers("snip", 0.15, PROFILE)

    def share(s):
        return quad(k0, s, np.inf, epsrel=1e-12)[0] * 2 / np.pi

    tau = brentq(lambda t: np.mean([share(t / phi) for phi in PROFILE]) - 0.15, 0.1, 10, xtol=1e-13)
    energy = [quad(lambda s: s * k1(s), tau / phi, np.inf, epsrel=1e-12)[0] * 2 / np.pi for phi in PROFILE]
    assert layers[0].trained.column_degrees == pytest.approx([share(tau / phi) for phi in PROFILE], rel=1e-8)
    for found in path_densities(layers):
        assert found == pytest.approx(energy, rel=1e-8)


def test_magnitude_has_the_energy_of_the_largest_weights():
    x = np.random.default_rng(0).standard_normal((5, 32))
    q = number(second_moment.second_moment, {second_moment.density: sp.Rational(1, 5)})
    dense, pruned = dense_kernel(x), graphon_kernel(x, method_layers("magnitude", 0.2, PROFILE))
    assert pruned.nngp == pytest.approx(q * dense.nngp, rel=1e-12)
    assert pruned.ntk == pytest.approx(q * dense.nngp + 0.2 * (dense.ntk - dense.nngp), rel=1e-12)


def test_random_masks_scale_the_dense_kernel():
    x = np.random.default_rng(0).standard_normal((5, 32))
    pruned = graphon_kernel(x, method_layers("random", 0.3, PROFILE)).ntk
    assert pruned == pytest.approx(0.3 * dense_kernel(x).ntk, rel=1e-12)


def test_snip_kernel_is_that_of_many_masked_neurons():
    """d = 512 inputs, scores |a w| φ: ten networks, their spread as the error; the limit's own error is O(1/d)."""
    rng = np.random.default_rng(1)
    d, width, density = 512, 4000, 0.1
    profile = np.repeat([0.25, 0.75, 1.25, 1.75], d // 4)
    x = rng.standard_normal((6, d))
    threshold = None
    kernels = []
    for _ in range(10):
        w, a = rng.standard_normal((width, d)), rng.standard_normal(width)
        scores = np.abs(a[:, None] * w) * profile
        threshold = threshold or np.quantile(scores, 1 - density)
        network = Network((w, a[None]), activation=NORMALISED)
        kernels.append(tangent_kernel(network, x, masks=(scores > threshold,)))
    claimed = graphon_kernel(x, method_layers("snip", density, profile)).ntk
    error = np.std(kernels, axis=0) / 3
    assert np.all(np.abs(np.mean(kernels, axis=0) - claimed) < 6 * error + 1 / d)
    unweighted = graphon_kernel(x, method_layers("snip-unweighted", density, profile)).ntk
    assert np.abs(np.mean(kernels, axis=0) - unweighted).max() > 30 * error.max()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("prune", 0.1, PROFILE), "method is 'prune'"),
        (("snip", 1.0, PROFILE), "density is 1.0"),
        (("snip", True, PROFILE), "density is True"),
        (("random", 0.1, [[1.0]]), "profile is float64 of shape"),
        (("random", 0.1, []), "profile is float64 of shape"),
        (("anti", 0.1, [1.0, np.nan]), "profile is float64 of shape"),
        (("anti", 0.1, [1.0, -2.0]), "profile has the entry -2"),
        (("snip", 0.6, [1.0, 0.0]), "at most 0.5"),
        (("snip", 0.6, [0.0, 0.0]), "at most 0 "),
    ],
)
def test_methods_refuse(arguments, told):
    with pytest.raises(ValueError, match=told) as refused:
        method_layers(*arguments)
    assert "\n" not in str(refused.value)


def test_quenched_kernel_by_enumeration():
    rng = np.random.default_rng(2)
    x = rng.standard_normal((4, 5))
    rows = Latent(np.array([0.2, 0.7]), np.array([0.4, 0.6]))
    graphon = GridGraphon(rng.random((2, 5)), rows, input_latent(5))
    found = quenched_kernel(graphon, x)
    truth = sum(weight * enumerated(W, x) for weight, W in zip(rows.weights, graphon.values, strict=True))
    assert found.ntk == pytest.approx(truth, abs=1e-9)  # arccos near ±1 costs the brute force half its digits
    assert not found.standard_error.any()
    other = quenched_kernel(graphon, x[:1], x[1:]).ntk
    assert other == pytest.approx(truth[:1, 1:], abs=1e-9)


def test_quenched_kernel_from_drawn_masks():
    same, other, share = 15, 5, sp.Rational(1, 4)
    x = np.array([np.ones(20), [1.0] * same + [-1.0] * other])
    first, _ = method_layers("random", float(share), np.ones(20))
    found = quenched_kernel(first.trained, x, rows=30_000, rng=np.random.default_rng(3))
    at = {equal_moduli.agreeing: same, equal_moduli.opposed: other, fixed_inputs.share: share}
    truth = number(equal_moduli.signs_quenched, at)
    assert abs(found.ntk[0, 1] - truth) < 6 * found.standard_error[0, 1] < 0.02
    graphon = float(share) * dense_kernel(x).ntk[0, 1]
    assert abs(found.ntk[0, 1] - graphon) > 10 * found.standard_error[0, 1]


def test_quenched_kernel_draws_every_row_of_the_graphon():
    """Rows that keep half of the inputs or none: half the kernel of the former."""
    d = 16
    values = np.zeros((4, d))
    values[1::2, : d // 2] = 1
    graphon = GridGraphon(values, input_latent(4), input_latent(d))
    x = np.random.default_rng(0).standard_normal((3, d))
    found = quenched_kernel(graphon, x, rows=160, rng=np.random.default_rng(0))
    kept = np.concatenate([x[:, : d // 2], np.zeros((3, d // 2))], axis=1)
    assert found.ntk == pytest.approx(dense_kernel(kept).ntk / 2, abs=1e-12)


def test_quenched_kernel_refuses():
    x = np.ones((2, 20))
    graphon = method_layers("random", 0.5, np.ones(20))[0].trained
    with pytest.raises(ValueError, match="rng is None"):
        quenched_kernel(graphon, x)
    with pytest.raises(ValueError, match="expected the 3 inputs"):
        quenched_kernel(graphon, np.ones((2, 3)))
    with pytest.raises(ValueError, match="expected shares"):
        quenched_kernel(GridGraphon(2 * graphon.values + 0.1, graphon.rows, graphon.columns), x)


def small_data(outputs):
    rng = np.random.default_rng(5)
    x = rng.standard_normal((12, 6)) * np.linspace(0.5, 1.5, 6)
    return Dataset(x, (x[:, :1] + rng.standard_normal((12, outputs))), "drawn", "as-is")


@pytest.mark.parametrize("method", PRUNING_METHODS)
@pytest.mark.parametrize("outputs", [1, 2])
def test_row_law_kernel_is_that_of_wide_pruned_networks(method, outputs):
    """Twelve networks of 2500 units, pruned by the method itself: the difference of the means in standard errors."""
    data, width = small_data(outputs), 2500
    problem = posed(method, 0.4, width, data)
    found = row_law_kernel(problem, data.x[:5], None, 40_000, np.random.default_rng(6))
    rng = np.random.default_rng(7)
    kernels = []
    for _ in range(12):
        network = random_network((6, width, outputs), rng)
        masks = pruning.prune(method, network, data.x, -data.y, 0.4, rng=rng, first_layer=True)
        size = np.sqrt(np.mean(network.weights[1] ** 2, axis=0))
        wide = Network((network.weights[0], size[None]), activation=NORMALISED)
        kernels.append(tangent_kernel(wide, data.x[:5], masks=masks))
    error = np.sqrt(np.var(kernels, axis=0, ddof=1) / 12 + found.standard_error**2)
    assert np.abs((np.mean(kernels, axis=0) - found.ntk) / error).max() < 7
    assert found.standard_error.max() < 0.02 * found.ntk.max()


def test_row_law_kernel_of_random_masks_is_quenched():
    data = small_data(1)
    problem = posed("random", 0.4, 1000, data)
    found = row_law_kernel(problem, data.x[:4], data.x[4:7], 40_000, np.random.default_rng(8))
    first, _ = method_layers("random", 0.4, np.ones(6))
    truth = quenched_kernel(first.trained, data.x[:4], data.x[4:7]).ntk
    assert np.abs((found.ntk - truth) / found.standard_error).max() < 6


def test_row_law_kernel_of_magnitude_is_exact_on_the_diagonal():
    """E Θ(x, x) = (c + q(c)) |x|²/d at any number of inputs (K4)."""
    data = small_data(1)
    found = row_law_kernel(posed("magnitude", 0.3, 1000, data), data.x, None, 40_000, np.random.default_rng(9))
    q = number(second_moment.second_moment, {second_moment.density: sp.Rational(3, 10)})
    truth = (0.3 + q) * (data.x**2).mean(axis=1)
    assert np.abs((np.diag(found.ntk) - truth) / np.diag(found.standard_error)).max() < 6


def test_row_law_kernel_refuses():
    data = small_data(1)
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="has 3 columns"):
        row_law_kernel(posed("snip", 0.4, 100, data), np.ones((2, 3)), None, 1000, rng)
    with pytest.raises(ValueError, match="2 hidden layers"):
        row_law_kernel(posed("random", 0.4, 100, data, depth=2), data.x, None, 1000, rng)
    with pytest.raises(ValueError, match="rows is 3"):
        row_law_kernel(posed("snip", 0.4, 100, data), data.x, None, 3, rng)


def test_rows_that_add_nothing_are_one_node(monkeypatch):
    """Nodes of SNIP's kernel whose weights are all but never kept: without them all digits stay, at faint inputs too."""
    profile, x = np.geomspace(1e-3, 1.0, 20), np.vstack([np.eye(20), np.random.default_rng(5).standard_normal((9, 20))])
    layers = method_layers("snip", 0.05, profile)
    monkeypatch.setattr("sparse_limits.numerics.kernels.methods.NOTHING", 0.0)
    whole = method_layers("snip", 0.05, profile)
    alive, before = (np.count_nonzero(first.second_moment.values.any(axis=1)) for first, _ in (layers, whole))
    assert alive < before
    diagonal, expected = (graphon_kernel(x, each).ntk.diagonal() for each in (layers, whole))
    assert diagonal == pytest.approx(expected, rel=1e-12)
    assert graphon_kernel(x, layers).ntk == pytest.approx(graphon_kernel(x, whole).ntk, abs=1e-14)
