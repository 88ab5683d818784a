"""Pruning at initialisation: scores against their definitions, masks with exact counts, SynFlow's guarantees."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from sparse_limits.numerics.data import digits, symmetrised
from sparse_limits.numerics.masks.selection import kept_count
from sparse_limits.numerics.networks import (
    Network,
    activations,
    forward,
    gradient,
    hessian_gradient_product,
    masked,
    random_network,
    tangent_residual,
)
from sparse_limits.numerics.prediction.methods import METHODS, SCOPES, prune, residual, saliency

shapes = st.lists(st.integers(1, 6), min_size=2, max_size=5)
seeds = st.integers(0, 2**32 - 1)


def problem(widths, seed, samples=20):
    rng = np.random.default_rng(seed)
    network = random_network(widths, rng)
    return network, rng.standard_normal((samples, widths[0])), rng.standard_normal((samples, widths[-1]))


def flow(network):
    """R = 1ᵀ|W_L| ⋯ |W_1|1."""
    through = np.ones(network.widths[0])
    for weight in network.weights:
        through = np.abs(weight) @ through
    return through.sum()


def flow_without(network, layer, entry):
    """R with one weight removed. R is affine in each |w|, so a weight's score is what R loses."""
    weights = [weight.copy() for weight in network.weights]
    weights[layer][entry] = 0
    return flow(Network(tuple(weights)))


# scores


@pytest.mark.parametrize("subtracted", [False, True])
def test_snip_decomposes_as_in_s3(subtracted):
    """S3: |w_ij ∂L/∂w_ij| = (nd)^{−1/2} |a_i| |w_ij| |E_D[r x_j 1{w_i·x>0}]|."""
    network, x, y = problem((5, 7, 1), 0)
    r = residual(network, x, y, subtract_output=subtracted)
    w, a = network.weights
    (scores,) = saliency("snip", network, x, r, first_layer=True)
    for i, j in itertools.product(range(7), range(5)):
        g = np.mean(r[:, 0] * x[:, j] * (x @ w[i] > 0))
        expected = abs(a[0, i]) * abs(w[i, j]) * abs(g) / np.sqrt(7 * 5)
        assert scores[i, j] == pytest.approx(expected, rel=1e-12, abs=1e-15)


def test_snip_factorises_on_symmetric_data():
    """S3: with the law of (x, r) equal to that of (−x, −r), E_D[r x_j 1{w·x>0}] = h_j/2 for every w."""
    data = symmetrised(digits("ge5"))
    network = random_network((64, 128, 1), np.random.default_rng(1))
    r = residual(network, data.x, data.y, subtract_output=True)
    h = np.mean(r * data.x, axis=0)
    live = h != 0
    (scores,) = saliency("snip", network, data.x, r, first_layer=True)
    w, a = network.weights
    factorised = np.abs(a.T) * np.abs(w) * np.abs(h) / 2 / np.sqrt(128 * 64)
    np.testing.assert_allclose(scores[:, live], factorised[:, live], rtol=1e-11)
    plain = digits("ge5")
    (control,) = saliency("snip", network, plain.x, -plain.y, first_layer=True)
    assert np.abs(control[:, live] / factorised[:, live] - 1).max() > 0.1  # needs the symmetry


def test_grasp_is_snip_with_the_smoothed_residual_and_a_second_term():
    """S8: (Hg)_{w_ij} = (nd)^{−1/2} (a_i E[(Θ̂r) x_j 1] + n^{−1/2} E[rσ(z_i)] E[r x_j 1]), z = w·x/√d."""
    d, n = 6, 9
    network, x, y = problem((d, n, 1), 2)
    w, a = network.weights
    for r in (residual(network, x, y, subtract_output=flag) for flag in (False, True)):
        z = x @ w.T / np.sqrt(d)
        gates = z > 0
        smoothed = tangent_residual(network, x, r)
        first = a.T * (gates.T @ (smoothed * x)) / len(x)
        second = np.mean(r * np.maximum(z, 0), axis=0)[:, None] * (gates.T @ (r * x)) / len(x) / np.sqrt(n)
        product = hessian_gradient_product(network, x, r, first_layer=True)[0]
        np.testing.assert_allclose(product, (first + second) / np.sqrt(n * d), rtol=1e-10, atol=1e-14)
        (grasp,) = saliency("grasp", network, x, r, first_layer=True)
        np.testing.assert_allclose(grasp, w * product, rtol=1e-12)
        (snip,) = saliency("snip", network, x, smoothed, first_layer=True)
        np.testing.assert_allclose(np.abs(grasp - w * second / np.sqrt(n * d)), snip, rtol=1e-9, atol=1e-13)


def test_second_term_of_grasp_vanishes_with_the_width():
    """S8: smaller by n^{−1/2}. From n to 64n its squared share times n stays (by 1, the rate being right), or
    grows or falls 64-fold (rates n⁰ and n^{−1}): the bounds are halfway."""
    shares = []
    for n in (64, 4096):
        network, x, y = problem((8, n, 1), 3)
        (grasp,) = saliency("grasp", network, x, -y, first_layer=True)
        leading = network.weights[0] * gradient(network, x, tangent_residual(network, x, -y))[0]
        shares.append(n * np.sum((grasp - leading) ** 2) / np.sum(leading**2))
    assert 1 / 8 < shares[1] / shares[0] < 8


def test_sign_of_grasp():
    """Shrinking weight k by a share ε changes ‖g‖² by −2ε(θ⊙Hg)_k: what is kept carries the gradient flow."""
    network, x, y = problem((3, 4, 2), 4)

    def flow_of_gradient(layer, entry, share):
        weights = [weight.copy() for weight in network.weights]
        weights[layer][entry] *= 1 - share
        moved = Network(tuple(weights))
        return sum(np.sum(g**2) for g in gradient(moved, x, forward(moved, x) - y))

    share = 1e-4  # third-order terms are of size share², rounding of size eps/share
    scores = saliency("grasp", network, x, residual(network, x, y, subtract_output=False))
    largest = max(np.abs(score).max() for score in scores)
    for layer, score in enumerate(scores):
        for entry in np.ndindex(score.shape):
            change = flow_of_gradient(layer, entry, share) - flow_of_gradient(layer, entry, -share)
            assert change / (2 * share) == pytest.approx(-2 * score[entry], abs=1e-5 * largest)


def test_signed_and_unsigned_grasp_keep_different_weights():
    network, x, y = problem((6, 10, 1), 5)
    scores = saliency("grasp", network, x, -y)
    unsigned = saliency("grasp-magnitude", network, x, -y)
    assert all(np.array_equal(np.abs(s), u) for s, u in zip(scores, unsigned, strict=True))
    masks = prune("grasp", network, x, -y, 0.5)
    kept = np.concatenate([s[m] for s, m in zip(scores, masks, strict=True)])
    gone = np.concatenate([s[~m] for s, m in zip(scores, masks, strict=True)])
    assert kept.min() > gone.max()
    assert np.abs(kept).min() < np.abs(gone).max()


@settings(max_examples=40)
@given(shapes, seeds)
def test_synflow_is_what_the_flow_loses_and_is_conserved(widths, seed):
    """S11: S = |w| ∂R/∂|w|, and each layer's scores add up to R."""
    network = problem(widths, seed)[0]
    total = flow(network)
    for layer, scores in enumerate(saliency("synflow", network)):
        assert scores.sum() == pytest.approx(total, rel=1e-12)
        for entry in np.ndindex(scores.shape):
            lost = total - flow_without(network, layer, entry)
            assert scores[entry] == pytest.approx(lost, rel=1e-9, abs=1e-12 * total)


def test_synflow_factorises_at_every_depth():
    """S11: S = diag(f)|W|diag(φ); one hidden layer: f = |a|, φ = 1."""
    w1, w2, w3 = random_network((3, 4, 5, 2), np.random.default_rng(6)).weights
    scores = saliency("synflow", Network((w1, w2, w3)))
    ones = np.ones
    np.testing.assert_allclose(scores[0], np.diag(np.abs(w2).T @ np.abs(w3).T @ ones(2)) @ np.abs(w1))
    middle = np.diag(np.abs(w3).T @ ones(2)) @ np.abs(w2) @ np.diag(np.abs(w1) @ ones(3))
    np.testing.assert_allclose(scores[1], middle)
    np.testing.assert_allclose(scores[2], np.abs(w3) @ np.diag(np.abs(w2) @ np.abs(w1) @ ones(3)))
    shallow = Network((w1, np.ones((1, 4)) * [1, -2, 3, -4]))
    np.testing.assert_allclose(saliency("synflow", shallow)[0], np.diag([1, 2, 3, 4]) @ np.abs(w1))


def test_wanda_weighs_by_what_enters_the_layer():
    network, x, _ = problem((4, 6, 5, 2), 7)
    scores = saliency("wanda", network, x)
    for score, weight, entering in zip(scores, network.weights, activations(network, x), strict=True):
        np.testing.assert_allclose(score, np.abs(weight) * np.sqrt((entering**2).sum(axis=0)), rtol=1e-13)
    np.testing.assert_array_equal(saliency("wanda", network, x, first_layer=True)[0], scores[0])


def test_random_and_magnitude():
    network = problem((4, 6, 2), 8)[0]
    for score, weight in zip(saliency("magnitude", network), network.weights, strict=True):
        np.testing.assert_array_equal(score, np.abs(weight))
    first, again, other = (saliency("random", network, rng=np.random.default_rng(s)) for s in (1, 1, 2))
    assert all(map(np.array_equal, first, again))
    assert not np.array_equal(first[0], other[0])


@pytest.mark.parametrize("method", [m for m in METHODS if m != "synflow-iterative"])
def test_first_layer_alone_is_the_first_of_all(method):
    network, x, y = problem((4, 6, 5, 2), 9)
    alone, everything = (
        saliency(method, network, x, -y, np.random.default_rng(0), first_layer=flag) for flag in (True, False)
    )
    assert [score.shape for score in everything] == [weight.shape for weight in network.weights]
    assert len(alone) == 1
    np.testing.assert_array_equal(alone[0], everything[0])


@pytest.mark.parametrize("subtracted", [False, True])
def test_residual(subtracted):
    network, x, y = problem((4, 6, 2), 10)
    expected = -y if subtracted else forward(network, x) - y
    np.testing.assert_array_equal(residual(network, x, y, subtract_output=subtracted), expected)


# masks


def awkward():
    """Single precision, a constant column, a repeated column and two dead units: many scores are 0 or tie."""
    rng = np.random.default_rng(11)
    x = rng.random((30, 10)).astype(np.float32)
    x[:, 3] = 0
    x[:, 5] = x[:, 4]
    w = rng.standard_normal((8, 10)).astype(np.float32)
    w[1] = w[6] = -np.abs(w[1])
    w[:, 5] = w[:, 4]
    network = Network((w, *(u.astype(np.float32) for u in random_network((8, 7, 2), rng).weights)))
    return network, x, rng.standard_normal((30, 2)).astype(np.float32)


@pytest.mark.parametrize("first_layer", [False, True])
@pytest.mark.parametrize("density", [0.07, 0.3, 0.5, 0.93])
@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("method", METHODS)
def test_counts_are_exact(method, scope, density, first_layer):
    network, x, r = awkward()
    rng = np.random.default_rng(0)
    masks = prune(method, network, x, r, density, scope=scope, rng=rng, first_layer=first_layer, ties="index")
    weights = network.weights[:1] if first_layer else network.weights
    assert [mask.shape for mask in masks] == [weight.shape for weight in weights]
    assert {mask.dtype for mask in masks} == {np.dtype(bool)}
    if scope == "layers":
        assert sum(map(np.sum, masks)) == kept_count(density, sum(weight.size for weight in weights))
    for mask in masks:
        if scope == "layer":
            assert mask.sum() == kept_count(density, mask.size)
        if scope == "row":
            assert set(mask.sum(axis=1)) == {kept_count(density, mask.shape[1])}


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("method", ["snip", "grasp", "wanda", "synflow", "magnitude"])
def test_kept_scores_are_the_largest(method, scope):
    network, x, r = awkward()
    scores = saliency(method, network, x, r)
    masks = prune(method, network, x, r, 0.3, scope=scope, ties="index")
    pairs = list(zip(scores, masks, strict=True))
    if scope == "layers":
        pairs = [tuple(np.concatenate([each.ravel() for each in side]) for side in zip(*pairs, strict=True))]
    if scope == "row":
        pairs = [row for score, mask in pairs for row in zip(score, mask, strict=True)]
    for score, mask in pairs:
        assert score[mask].min(initial=np.inf) >= score[~mask].max(initial=-np.inf)


@pytest.mark.parametrize("method", METHODS)
def test_the_scope_of_each_paper(method):
    network, x, y = problem((6, 8, 3), 12)

    def masks(scope):
        return prune(method, network, x, -y, 0.4, scope=scope, rng=np.random.default_rng(3))

    own = "row" if method == "wanda" else "layers"
    assert all(map(np.array_equal, masks(None), masks(own)))


def test_row_thresholds_erase_the_row_factor():
    """S12: row-wise masks do not change when rows are scaled, here by |a_i| in the first layer of synflow."""
    network = problem((12, 9, 1), 13)[0]
    row, magnitude = (
        prune(method, network, None, None, 0.25, scope="row", first_layer=True)[0]
        for method in ("synflow", "magnitude")
    )
    np.testing.assert_array_equal(row, magnitude)


# iterative SynFlow


@settings(max_examples=60)
@given(shapes, seeds, st.floats(0.1, 0.9), st.integers(5, 50))
@example([5, 6, 6, 1, 2], 1, 0.140625, 20)
def test_iterative_synflow_keeps_a_path_when_rounds_are_gentle(widths, seed, density, rounds):
    """Also where a round leaves fewer positive scores than the next one keeps, and so chooses among zeros."""
    network = problem(widths, seed)[0]
    size, layers = sum(weight.size for weight in network.weights), len(network.weights)
    counts = [size, *(kept_count(density ** (k / rounds), size) for k in range(1, rounds + 1))]
    assume(all((before - after) * layers < after for before, after in itertools.pairwise(counts)))
    masks = prune("synflow-iterative", network, None, None, density, rounds=rounds, ties="index")
    assert sum(map(np.sum, masks)) == counts[-1]
    assert flow(masked(network, masks)) > 0


def test_iterative_synflow_avoids_the_collapse_of_others():
    """A layer of small weights: magnitude removes it whole, 100 rounds of SynFlow keep a path."""
    network = problem((20, 30, 30, 2), 14)[0]
    thin = Network((network.weights[0], network.weights[1] / 1000, network.weights[2]))
    assert not prune("magnitude", thin, None, None, 0.05)[1].any()
    masks = prune("synflow-iterative", thin, None, None, 0.05)
    assert all(mask.any() for mask in masks)
    assert flow(masked(thin, masks)) > 0


def test_one_round_is_one_shot():
    network = problem((5, 6, 4, 1), 15)[0]
    once = prune("synflow-iterative", network, None, None, 0.2, rounds=1)
    assert all(map(np.array_equal, once, prune("synflow", network, None, None, 0.2)))


@settings(max_examples=20)
@given(shapes, seeds, st.sampled_from(SCOPES))
def test_iterative_masks_are_nested(widths, seed, scope):
    """The rounds towards .3 and towards .09 = .3² share their first half."""
    network = problem(widths, seed)[0]
    sizes = {"layers": [sum(weight.size for weight in network.weights)]}
    sizes["layer"] = [weight.size for weight in network.weights]
    sizes["row"] = [weight.shape[1] for weight in network.weights]
    halfway = {k: [kept_count(0.3 ** (k / 5), size) for size in sizes[scope]] for k in range(1, 6)}
    assume(halfway == {k: [kept_count(0.09 ** (k / 10), size) for size in sizes[scope]] for k in range(1, 6)})
    early = prune("synflow-iterative", network, None, None, 0.3, rounds=5, scope=scope, ties="index")
    late = prune("synflow-iterative", network, None, None, 0.09, rounds=10, scope=scope, ties="index")
    assert all((before >= after).all() for before, after in zip(early, late, strict=True))


def test_rounds_matter():
    network = problem((30, 40, 40, 2), 16)[0]
    once = prune("synflow", network, None, None, 0.02)
    rounds = prune("synflow-iterative", network, None, None, 0.02)
    assert not all(map(np.array_equal, once, rounds))


# bad input


@pytest.mark.parametrize("density", [0, 1, -0.5, 1.5, np.nan, np.inf])
@pytest.mark.parametrize("method", METHODS)
def test_density_is_checked(method, density):
    network, x, y = problem((4, 5, 1), 17)
    with pytest.raises(ValueError, match=r"density is .*, expected a number strictly"):
        prune(method, network, x, -y, density, rng=np.random.default_rng(0))


def test_names_are_checked_and_the_known_ones_listed():
    network, x, y = problem((4, 5, 1), 18)
    for call in (saliency, lambda *a: prune(*a, 0.5)):
        with pytest.raises(ValueError, match=r"method is 'snap', expected one of random, .*, wanda$"):
            call("snap", network, x, -y)
    with pytest.raises(ValueError, match=r"scope is 'column', expected one of layers, layer, row$"):
        prune("snip", network, x, -y, 0.5, scope="column")
    with pytest.raises(ValueError, match="synflow-iterative scores anew in each round"):
        saliency("synflow-iterative", network)


@pytest.mark.parametrize("rounds", [0, -1, 2.5])
def test_rounds_are_checked(rounds):
    network = problem((4, 5, 1), 19)[0]
    with pytest.raises(ValueError, match=r"rounds is .*, expected a positive whole number"):
        prune("synflow-iterative", network, None, None, 0.5, rounds=rounds)


@pytest.mark.parametrize("rounds", [0, 2, 2.5, 100])
def test_rounds_of_a_method_that_prunes_once_are_refused(rounds):
    network, x, y = problem((4, 5, 1), 19)
    with pytest.raises(ValueError, match=rf"^rounds is {rounds}, expected none with snip: it prunes once"):
        prune("snip", network, x, -y, 0.5, rounds=rounds)


@pytest.mark.parametrize(
    "named", ["random rng", "snip x", "snip residual", "grasp residual", "grasp-magnitude x", "wanda x"]
)
def test_missing_arguments_are_named(named):
    method, missing = named.split()
    network, x, y = problem((4, 5, 1), 20)
    arguments = {"x": x, "residual": -y, "rng": np.random.default_rng(0), missing: None}
    with pytest.raises(ValueError, match=f"^{missing} is missing, expected because {method} scores"):
        saliency(method, network, **arguments)


@pytest.mark.parametrize("first_layer", [False, True])
@pytest.mark.parametrize("method", ["snip", "grasp", "grasp-magnitude", "wanda"])
def test_data_are_checked(method, first_layer):
    network, x, y = problem((4, 5, 1), 21)
    for bad in (x[:, :1], x[0], x[:0], x * np.nan):
        with pytest.raises(ValueError, match=r"^x (has shape|holds nan)"):
            saliency(method, network, bad, -y, first_layer=first_layer)
    if method != "wanda":
        for bad in (y[:3], y[:, 0], y * np.inf):
            with pytest.raises(ValueError, match=r"^residual (has shape|holds nan)"):
                saliency(method, network, x, bad, first_layer=first_layer)


@pytest.mark.parametrize("subtracted", [False, True])
def test_targets_are_checked(subtracted):
    network, x, y = problem((4, 5, 2), 22)
    for bad in (y[:3], y[:, :1], y[:, 0], y * np.nan):
        with pytest.raises(ValueError, match=r"^y (has shape|holds nan)"):
            residual(network, x, bad, subtract_output=subtracted)
    with pytest.raises(ValueError, match=r"^x has shape"):
        residual(network, x[:, :2], y, subtract_output=subtracted)
