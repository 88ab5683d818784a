"""Bounds of layers, widths, perceptrons with biases, sources drawn in blocks, and the door."""

import numpy as np
import pytest
from network_cases import network

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.equivariance import forward
from sparse_limits.numerics.tickets import (
    Source,
    certify,
    checked_network,
    find_ticket,
    guaranteed_width,
    multilayer_perceptron,
    rescaled,
    usual_width,
    widths,
    with_constant,
)
from sparse_limits.theory.equivariance import ticket as q7
from sparse_limits.theory.subset_sum.potential import a, kappa
from sparse_limits.theory.subset_sum.symbols import eps, n


def test_the_bound_of_a_layer_is_attained():
    """Nothing kept: the whole of every output is lost, and all entries are positive."""
    layers = multilayer_perceptron([np.full((2, 2), 0.125)])
    found = certify(find_ticket(layers, 3, 1), [[[1.0], [3.0]]])
    assert (found.ticket_outputs == 0).all()
    assert np.allclose(found.bounds, 0.5, rtol=1e-12, atol=0)
    assert (found.bounds >= 0.5).all()
    assert not found.certified.any()


@pytest.mark.parametrize("signed", [True, False])
def test_the_guaranteed_width_is_the_first_at_which_the_failures_stay_below_delta(signed):
    layers = network("ring")

    def failures(width):
        total = 0
        for k, layer in enumerate(layers):
            before, after, elements = layer.coeffs.shape
            one = q7.failure if signed and k == 0 else q7.nonnegative_failure
            numbers = {q7.n_in: before, q7.n_out: after, q7.B: elements, eps: 0.01, a: np.exp(-1), kappa: 0.5, n: width}
            total += float(one.subs(numbers))
        return total

    width = guaranteed_width(layers, 0.01, 0.05, signed)
    assert failures(width) <= 0.05 < failures(width - 1)
    assert guaranteed_width(layers, 0.2, 0.05, signed) == usual_width(layers, 1e300, 0.05, signed) == 1
    assert usual_width(layers, 0.01, 0.05, signed) < width / 4


def test_the_usual_width_is_what_it_takes(monkeypatch):
    """Of 6400 coefficients about one half of one is missed; three more if it were narrower by a quarter."""
    layers = rescaled(multilayer_perceptron([np.random.default_rng(4).normal(size=(80, 80))]))

    def missed(width):
        ticket = find_ticket(layers, width, 1e-3, signed=False)
        return int((ticket.deviations(0) > 1e-3).sum())

    width = usual_width(layers, 1e-3, 0.5, signed=False)
    monkeypatch.setattr(widths, "LARGEST", width)
    assert usual_width(layers, 1e-3, 0.5, signed=False) == width
    monkeypatch.setattr(widths, "LARGEST", width - 1)
    with pytest.raises(InputError, match=f"some width up to {width - 1} usually"):
        usual_width(layers, 1e-3, 0.5, signed=False)
    assert missed(width) <= 6
    assert missed(width * 3 // 4) > 20


def test_perceptrons_with_biases():
    rng = np.random.default_rng(6)
    weights, biases = [rng.normal(size=(3, 4)), rng.normal(size=(4, 2))], [rng.normal(size=4), rng.normal(size=2)]
    layers, x = multilayer_perceptron(weights, biases), rng.normal(size=(5, 3))
    expected = np.maximum(x @ weights[0] + biases[0], 0) @ weights[1] + biases[1]
    assert np.allclose(forward(layers, with_constant(x))[..., 0], expected)
    scaled = rescaled(layers, 0.25)
    ratio = forward(scaled, with_constant(x))[..., 0] / expected
    assert np.allclose(ratio, ratio[0, 0])
    assert ratio[0, 0] > 0
    assert [np.abs(layer.coeffs).max() for layer in scaled] == [0.25, 0.25]


def test_the_source_is_drawn_block_by_block():
    layers = network("pairs of four")
    source = Source.of(layers, 6, 9)
    (first, second), (diagonals, part_of) = source.layers(0), source.splits[0]
    projections = [np.diag(each) for each in diagonals]
    assert (sum(projections) == np.eye(16)).all()
    assert [int(np.trace(each)) for each in projections] in ([4, 12], [12, 4])
    assert all((basis @ projections[part] == basis).all() for basis, part in zip(layers[0].basis, part_of, strict=True))
    lambdas, mus = source.block(0, 0)
    assert (first.coeffs[0, 6:12, 1] == lambdas[1]).all()
    for b, part in enumerate(part_of):
        assert (second.coeffs[6 * part : 6 * part + 6, :, b] == mus[:, :, b]).all()
    entries = np.concatenate([first.coeffs.ravel(), second.coeffs.ravel()])
    assert len(set(entries)) == entries.size
    assert np.abs(entries).max() <= 1


def test_the_door():
    layers = network("perceptron")
    nan = float("nan")
    for given, expected in (
        ((layers, 8, 0), "above 0"),
        ((layers, 8, nan), "eps"),
        ((layers, 8, np.inf), "eps"),
        ((layers, 0, 0.1), "width = 0"),
        ((layers, 8.0, 0.1), "width"),
        ((layers, True, 0.1), "width"),
        ((layers, 10**12, 0.1), "would take about 473 TiB"),
        ((layers, 8, 0.1, -1), "seed is -1"),
        (((), 8, 0.1), "0 layers"),
        (((layers[0], layers[0]), 8, 0.1), "takes 3"),
        (([np.eye(2)], 8, 0.1), "EquivariantLayer"),
    ):
        with pytest.raises(ValueError, match=expected):
            find_ticket(*given)
    for width in (guaranteed_width, usual_width):
        for given, expected in (
            ((layers, 0.01, 0), "delta = 0"),
            ((layers, 0.01, nan), "delta"),
            ((layers, nan, 0.1), "eps"),
            ((rescaled(layers, 1), 0.01, 0.1), "rescale"),
            (((), 0.01, 0.1), "0 layers"),
        ):
            with pytest.raises(ValueError, match=expected):
                width(*given)
    with pytest.raises(ValueError, match="usually reaches"):
        usual_width(layers, 1e-18, 0.1)
    ticket = find_ticket(layers, 4, 0.1, signed=False)
    for x, expected in (
        ([[[1.0]] * 2], "inputs"),
        ([[[-1.0]] * 3], "below 0"),
        ([[[nan]] * 3], "nan"),
        ([[[10**400]] * 3], "beyond the largest float"),
    ):
        for use in (ticket.forward, lambda x: certify(ticket, x)):
            with pytest.raises(ValueError, match=expected):
                use(x)
    with pytest.raises(ValueError, match=r"\[m, in"):
        certify(ticket, [[1.0]] * 3)
    for given, expected in (
        (([[1.0]],), "2 dimensions"),
        (([[[nan]]],), "finite"),
        (([[[1.0]]], [[1.0], [2.0]]), "2 biases"),
        (([[[1.0, 2.0]]], [[1.0]]), "expected 2"),
        (([],), "at least one"),
    ):
        with pytest.raises(ValueError, match=expected):
            multilayer_perceptron(*given)
    for largest in (0, nan, np.inf):
        with pytest.raises(ValueError, match="largest"):
            rescaled(layers, largest)
    with pytest.raises(ValueError, match="all coefficients are 0"):
        rescaled(multilayer_perceptron([np.zeros((1, 1))]))
    assert checked_network(layers)[0].coeffs.dtype == np.float64
