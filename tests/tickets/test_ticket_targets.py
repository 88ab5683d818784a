"""Training against differences and torch, and the targets on digits in rows and on sets of points."""

from __future__ import annotations

import numpy as np
import pytest
from helpers import needs

from sparse_limits.numerics.equivariance import EquivariantLayer, cyclic, equivariant_basis, forward, natural, trivial
from sparse_limits.numerics.tickets.networks import REACH, multilayer_perceptron
from sparse_limits.numerics.tickets.targets import digits_mlp, pointset_deepsets
from sparse_limits.numerics.tickets.targets.point_sets import point_sets
from sparse_limits.numerics.tickets.training import loss_and_gradients, random_layers, train

MEAN = np.full((3, 3), 1 / 3)
RING = natural(cyclic(4))
NETWORKS = {
    "perceptron": ((5, 4, 3), [np.ones((1, 1, 1))] * 2),
    "sets": ((2, 3, 3, 4), [np.stack([np.eye(3), MEAN])] * 2 + [MEAN[None, :1]]),
    "ring": (
        (2, 3, 2),
        [np.array(equivariant_basis(RING, RING)), np.array(equivariant_basis(RING, trivial(RING.group, 3)))],
    ),
    "repeated rows": ((2, 2), [np.array([[[1.0, 2.0], [3.0, 4.0], [1.0, 2.0]], [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]])]),
}


@pytest.fixture(params=NETWORKS)
def example(request):
    rng = np.random.default_rng(7)
    channels, bases = NETWORKS[request.param]
    layers = random_layers(rng, channels, bases)
    x = rng.standard_normal((11, channels[0], bases[0].shape[2]))
    return layers, x, rng.integers(channels[-1] * bases[-1].shape[1], size=11)


def cross_entropy(layers, x, labels):
    """Straight from the definition, with the layers' own forward pass."""
    logits = forward(layers, x).reshape(len(x), -1)
    return -np.mean(np.log(np.exp(logits)[np.arange(len(x)), labels] / np.exp(logits).sum(axis=1)))


def test_loss_and_gradients_are_those_of_the_forward_pass(example):
    layers, x, labels = example
    loss, gradients = loss_and_gradients(layers, x, labels)
    assert loss == pytest.approx(cross_entropy(layers, x, labels), rel=1e-13)
    step = 1e-6
    for at, layer in enumerate(layers):
        for place in np.ndindex(layer.coeffs.shape):
            moved = []
            for sign in (1, -1):
                coeffs = layer.coeffs.copy()
                coeffs[place] += sign * step
                others = [*layers[:at], EquivariantLayer(coeffs, layer.basis), *layers[at + 1 :]]
                moved.append(cross_entropy(others, x, labels))
            assert gradients[at][place] == pytest.approx((moved[0] - moved[1]) / (2 * step), abs=1e-8)


@pytest.mark.parametrize("batches", [1, 4])
def test_training_is_that_of_torch(example, batches):
    torch = needs("torch")
    layers, x, labels = example
    rates = np.array([0.03, 0.02, 0.01, 0.04, 0.02])
    coeffs = [torch.tensor(layer.coeffs, requires_grad=True) for layer in layers]
    adam = torch.optim.Adam(coeffs, weight_decay=0.01)
    for k, rate in enumerate(rates):
        seen = slice(k % batches, None, batches)
        h = torch.tensor(x[seen])
        for at, (each, layer) in enumerate(zip(coeffs, layers, strict=True)):
            h = torch.einsum("iob,bqp,nip->noq", each, torch.tensor(layer.basis.astype(float)), h.relu() if at else h)
        adam.param_groups[0]["lr"] = rate
        adam.zero_grad()
        torch.nn.functional.cross_entropy(h.flatten(1), torch.tensor(labels[seen])).backward()
        adam.step()
    for layer, each in zip(train(layers, x, labels, rates, 0.01, batches), coeffs, strict=True):
        assert np.allclose(layer.coeffs, each.detach().numpy(), rtol=0, atol=1e-9)


def test_training_lowers_the_loss_and_leaves_its_arguments(example):
    layers, x, labels = example
    before, start = [layer.coeffs.copy() for layer in layers], cross_entropy(layers, x, labels)
    trained = train(layers, x, labels, np.full(50, 0.05))
    assert cross_entropy(trained, x, labels) < start - 0.1
    assert all((layer.coeffs == old).all() for layer, old in zip(layers, before, strict=True))
    assert all((a.coeffs == b.coeffs).all() for a, b in zip(train(layers, x, labels, []), layers, strict=True))


@pytest.mark.parametrize(
    "change",
    [
        {"x": np.ones((3, 3, 1))},
        {"x": np.ones((3, 2))},
        {"x": np.full((3, 2, 1), np.nan)},
        {"x": np.ones((0, 2, 1)), "labels": np.zeros(0, int)},
        {"labels": [0, 1]},
        {"labels": [0, 1, 2]},
        {"labels": [0, 1, -1]},
        {"labels": [0.0, 1.0, 1.0]},
        {"rates": [-0.1]},
        {"rates": [np.inf]},
        {"decay": -1.0},
        {"batches": 0},
        {"batches": 4},
        {"layers": []},
    ],
)
def test_training_refuses(change):
    given = {
        "layers": multilayer_perceptron([np.ones((2, 2))]),
        "x": np.ones((3, 2, 1)),
        "labels": [0, 1, 1],
        "rates": [0.1],
    }
    train(**given)
    with pytest.raises(ValueError, match="expected") as caught:
        train(**{**given, **change})
    assert "\n" not in str(caught.value)


def test_random_layers_refuse_bases_that_do_not_fit():
    with pytest.raises(ValueError, match="expected one more"):
        random_layers(np.random.default_rng(0), (2, 3), [])


@pytest.fixture(scope="module")
def targets():
    return {"digits": digits_mlp(1), "sets": pointset_deepsets(1)}


@pytest.mark.parametrize(("name", "coefficients", "samples"), [("digits", 1800, 500), ("sets", 408, 1000)])
def test_targets_are_good_classifiers_at_the_scale_of_the_guarantee(targets, name, coefficients, samples):
    target = targets[name]
    assert sum(layer.coeffs.size for layer in target.layers) == coefficients
    assert all(np.abs(layer.coeffs).max() == REACH for layer in target.layers)
    assert len(target.x_test) == len(target.labels_test) == samples
    assert target.signed == (target.x_test.min() < 0)
    assert target.accuracy > 0.94
    shuffled = np.random.default_rng(0).permutation(target.labels_test)
    assert np.mean(shuffled == target.labels_test) < 0.4


def test_point_sets_may_be_reordered(targets):
    target = targets["sets"]
    outputs = forward(target.layers, target.x_test)
    for before, _, _, after in zip(*target.symmetry, strict=True):
        assert sorted(before) == list(range(16))
        moved = forward(target.layers, target.x_test[:, :, before])
        assert np.allclose(moved, outputs[:, :, after], rtol=0, atol=1e-12)
    assert targets["digits"].symmetry is None


def test_shapes_have_their_radii():
    x, shape = point_sets(np.random.default_rng(0), 4000)
    assert (x[:, 2] == 1).all()
    square = (x[:, :2] ** 2).sum(axis=1)
    blur = 2 * 0.1**2
    for kind, mean in enumerate((1, 1.25**2 + 2 * 0.2**2, 3**2 / 12, 1 / 2)):
        assert square[shape == kind].mean() == pytest.approx(mean + blur, rel=0.03)
    assert np.abs(x[:, :2].mean(axis=(0, 2))).max() < 0.03


def test_seeds_decide():
    first, again, other = (digits_mlp(seed, steps=3) for seed in (0, 0, 1))
    assert (first.layers[0].coeffs == again.layers[0].coeffs).all()
    assert (first.x_test == again.x_test).all()
    assert not (first.x_test == other.x_test).all()
    for wrong in (-1, 0.5):
        with pytest.raises(ValueError, match="seed"):
            pointset_deepsets(wrong)
    with pytest.raises(ValueError, match="steps"):
        digits_mlp(0, -1)
