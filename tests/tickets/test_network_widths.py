"""Widths for whole networks: reference values, other scales, coefficients that err by what is allowed, and the door."""

from __future__ import annotations

import json
from math import e, log2

import numpy as np
import pytest

from sparse_limits.numerics.cli import main
from sparse_limits.numerics.equivariance import EquivariantLayer, cyclic, equivariant_basis, forward, natural
from sparse_limits.numerics.tickets import find_ticket, multilayer_perceptron, network_widths, rescaled
from sparse_limits.numerics.tickets.calls import ticket as ticket_of
from sparse_limits.numerics.tickets.networks import scale_of
from sparse_limits.numerics.tickets.widths import NOTHING, candidates_per_parameter

DENSE = multilayer_perceptron([np.full((4, 8), 1 / 8), np.full((8, 3), 7 / 80)])  # weights 1/2 and 7/10


@pytest.mark.parametrize(
    ("error", "errors", "widths"),
    [
        (0.1, (0.01673667737846, 0.011715674164922), [298, 293]),
        (0.01, None, [394, 388]),
        (1e-6, None, [785, 779]),
    ],
)
def test_reference_values(error, errors, widths):
    found = network_widths(DENSE, error, 0.1)
    assert [each.width for each in found] == widths
    if errors:
        assert [each.coefficient_error for each in found] == pytest.approx(errors, rel=1e-12)


def test_inputs_that_are_not_negative_ask_for_fewer_channels():
    first, later = network_widths(DENSE, 0.1, 0.1, signed=False)
    assert first.width < network_widths(DENSE, 0.1, 0.1)[0].width
    assert later == network_widths(DENSE, 0.1, 0.1)[1]


def test_a_larger_radius_asks_for_what_a_smaller_error_does():
    assert network_widths(DENSE, 0.1, 0.1, radius=2) == network_widths(DENSE, 0.05, 0.1)


def test_beyond_the_empty_network_nothing_is_needed():
    assert [each.width for each in network_widths(DENSE, 0.36, 0.1)] == [1, 1]
    assert {each.coefficient_error for each in network_widths(DENSE, 1e9, 0.1)} == {NOTHING}
    ticket = find_ticket(DENSE, 1, NOTHING)
    assert ticket.kept == 0
    below = network_widths(DENSE, 0.349, 0.1)
    assert all(each.coefficient_error < 0.184 and each.width > 1 for each in below)


@pytest.mark.parametrize("exponent", [-15, -25.25, -28, -200])
def test_small_errors_keep_their_digits(exponent):
    """There ε_ℓ is nearly its derivative at 0 times ε: weight/(2 · 0.35 · n_in)."""
    error = 10.0**exponent
    found = [each.coefficient_error for each in network_widths(DENSE, error, 0.1)]
    assert found == pytest.approx([error / 5.6, error / 8], rel=1e-14)


@pytest.mark.parametrize("layer", [DENSE[0], DENSE[1]])
@pytest.mark.parametrize("error", [1e-6, 0.01])
def test_widths_stand_beside_what_any_source_needs(layer, error):
    """For one layer Q11.1 asks for the channels of Q11.2; masks are counted here by hand."""
    ((coefficient_error, width),) = network_widths([layer], error, 0.1)
    before, after, _ = layer.coeffs.shape
    needed = before * after * log2(1 / (4 * e * coefficient_error)) + log2(0.9)
    (found,) = candidates_per_parameter([layer], [coefficient_error], 0.1)
    assert found == pytest.approx(width * before * (1 + after) / needed, rel=1 / width)


def test_where_counting_asks_for_nothing_there_is_no_ratio():
    """Errors of half the largest coefficient; elements of a basis that overlap."""
    assert candidates_per_parameter(DENSE, [0.1, NOTHING], 0.1) == [None, None]
    both = EquivariantLayer(np.full((2, 2, 2), 0.1), np.array([np.eye(3), np.ones((3, 3))]))
    apart = EquivariantLayer(both.coeffs, np.array([np.eye(3), np.ones((3, 3)) - np.eye(3)]))
    overlapping, alone = candidates_per_parameter([both, apart], [1e-3, 1e-3], 0.1)
    assert overlapping is None
    assert alone > 1


def ring() -> tuple[EquivariantLayer, ...]:
    level, rng = natural(cyclic(4)), np.random.default_rng(3)
    basis = np.array(equivariant_basis(level, level))
    return rescaled(
        [EquivariantLayer(rng.normal(size=(*ends, len(basis))), basis) for ends in ((2, 3), (3, 2), (2, 1))]
    )


@pytest.mark.parametrize("layers", [DENSE, ring()], ids=["dense", "ring"])
def test_errors_that_are_allowed_keep_the_outputs(layers):
    """Whatever the signs of the errors; and tickets that come as near."""
    rng, error = np.random.default_rng(5), 0.05
    found = network_widths(layers, error, 0.1, radius=2)
    x = rng.uniform(-2, 2, (20, len(layers[0].coeffs), layers[0].basis.shape[2]))
    for _ in range(5):
        moved = [
            EquivariantLayer(
                layer.coeffs + rng.choice([-1, 1], layer.coeffs.shape) * each.coefficient_error, layer.basis
            )
            for layer, each in zip(layers, found, strict=True)
        ]
        assert np.abs(forward(moved, x) - forward(layers, x)).max() <= error
    near, width = min(each.coefficient_error for each in found), max(each.width for each in found)
    ticket = find_ticket(layers, width, near, seed=1)
    assert max(ticket.coef_errors) <= near
    assert np.abs(ticket.forward(x) - forward(layers, x)).max() <= error


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((DENSE, 0, 0.1), "error = 0: expected a positive number"),
        ((DENSE, float("nan"), 0.1), "error"),
        ((DENSE, 0.1, 0.1, 0), "radius = 0: expected a positive number"),
        ((DENSE, 0.1, 1), "delta = 1"),
        ((rescaled(DENSE, 1), 0.1, 0.1), "rescale"),
        (((), 0.1, 0.1), "0 layers"),
        ((multilayer_perceptron([[[0.0]]]), 0.1, 0.1), "layer 0: a layer of zeros"),
    ],
)
def test_the_door(given, words):
    with pytest.raises(ValueError, match=words):
        network_widths(*given)


def test_the_scale_of_a_network():
    loud = multilayer_perceptron([[[3.0]], [[0.5]]])
    x = np.ones((1, 1, 1))
    assert float(scale_of(loud)) * forward(loud, x) == pytest.approx(forward(rescaled(loud), x), rel=1e-14)


def call(capsys, *words: object) -> tuple[int, str, str]:
    status = main(["ticket", *map(str, words)])
    return (status, *capsys.readouterr())


def test_the_command_keeps_outputs_in_the_units_of_the_target(capsys, tmp_path):
    """The target ten times as large, with an error ten times as large, is the same question."""
    found = []
    for times in (1, 10):
        target = tmp_path / f"net{times}.npz"
        np.savez(target, weights_1=DENSE[0].coeffs[..., 0], weights_2=times * DENSE[1].coeffs[..., 0])
        words = ("--target", target, "--output-error", 0.1 * times, "--delta", 0.1, "--json", "-")
        status, out, _ = call(capsys, *words)
        assert status == 0
        found.append(json.loads(out)["width"]["network"])
    assert found[0]["guaranteed"] == found[1]["guaranteed"] == [282, 261]  # fewer than at the target's own scale
    assert found[0]["coefficient_errors"] == pytest.approx(found[1]["coefficient_errors"], rel=1e-12)


def test_the_command_says_what_is_guaranteed(capsys, tmp_path):
    target = tmp_path / "net.npz"
    np.savez(target, weights_1=DENSE[0].coeffs[..., 0], weights_2=DENSE[1].coeffs[..., 0])
    status, out, _ = call(capsys, "--target", target, "--output-error", 0.1, "--radius", 2, "--width-factor", "1/4")
    assert status == 0
    assert "for all inputs up to 2" in " ".join(out.split())
    assert "(Q11.1)" in out
    ratios = json.loads(call(capsys, "--target", target, "--output-error", 0.1, "--radius", 2, "--json", "-")[1])
    shown = ", ".join(f"{each:.3g}" for each in ratios["width"]["network"]["candidates_per_parameter"])
    assert f"that any source needs, layer by layer: {shown} (Q11.2)" in " ".join(out.split())
    for words, said in (
        (("--epsilon", 0.1, "--output-error", 0.1), "both given"),
        (("--radius", 2), "only beside --output-error"),
        (("--output-error", 0), "--output-error is 0"),
        (("--output-error", 0.1, "--radius", "inf"), "--radius is inf"),
    ):
        status, out, err = call(capsys, "--target", target, *words)
        assert (status, out) == (2, "")
        assert said in err


def test_the_empty_network_may_do(capsys, tmp_path):
    """From R·gains = 1.02 on nothing is guaranteed of coefficients, and nothing is kept."""
    target = tmp_path / "net.npz"
    np.savez(target, weights_1=np.array([[1, 0], [0, 0.01]]), weights_2=np.array([[1], [0.02]]))
    status, out, _ = call(capsys, "--target", target, "--output-error", 3)
    assert status == 0
    said = " ".join(out.split())
    assert "the empty network suffices" in said
    assert "1 channel for each input channel of a layer, and nothing need be kept" in said
    assert "guaranteed" not in said
    _, out, _ = call(capsys, "--target", target, "--output-error", 3, "--json", "-")
    summary = json.loads(out)
    assert summary["width"]["network"]["empty"]
    assert summary["width"]["network"]["candidates_per_parameter"] == [None, None]
    assert (summary["width"]["guaranteed"], summary["ticket"]["kept"]) == (1, 0)
    np.savez(target, weights_1=np.array([[1e300], [1e-300]]))
    _, out, _ = call(capsys, "--target", target, "--output-error", 1e301, "--json", "-")
    assert json.loads(out)["width"]["guaranteed"] == 1


def test_units_and_samples_beyond_the_radius(capsys, tmp_path):
    """The scale turns errors here into those of the target as given; the width is none that a layer finds too small."""
    target, data = tmp_path / "net.npz", tmp_path / "samples.npz"
    matrices = [layer.coeffs[..., 0] for layer in DENSE]
    np.savez(target, weights_1=matrices[0], weights_2=3 * matrices[1])
    x = np.full((5, 4), 0.5)
    x[:2, 1] = -1.5
    np.savez(data, x=x)
    words = ("--target", target, "--data", data, "--output-error", 0.1, "--delta", 0.1)
    status, out, _ = call(capsys, *words)
    said = " ".join(out.split())
    assert status == 0
    assert "2 of 5 samples have an input beyond 1" in said
    _, out, _ = call(capsys, *words, "--json", "-")
    summary = json.loads(out)
    network = summary["width"]["network"]
    assert network["samples_beyond_radius"] == 2
    given = multilayer_perceptron([matrices[0], 3 * matrices[1]])
    outputs = np.abs(forward(given, x[..., None])).max()
    assert network["scale"] * outputs == pytest.approx(summary["samples"]["largest_output"], rel=1e-12)
    assert f"{network['scale']:.4g} times those of the target as given" in said
    assert summary["width"]["guaranteed"] >= max(network["guaranteed"])


def test_what_cannot_be_searched_for_is_refused(capsys, tmp_path):
    target = tmp_path / "net.npz"
    np.savez(target, weights_1=DENSE[0].coeffs[..., 0], weights_2=DENSE[1].coeffs[..., 0])
    status, _, err = call(capsys, "--target", target, "--output-error", 0.1, "--radius", 1e305)
    assert status == 2
    assert "0.1 at radius 1e+305 asks for coefficients within" in err
    with pytest.raises(ValueError, match="radius is given, expected only beside"):
        ticket_of(str(target), radius=5)
    np.savez(target, weights_1=np.array([[1e300]]), weights_2=np.array([[1e300]]))
    status, _, err = call(capsys, "--target", target, "--output-error", 0.1)
    assert status == 2
    assert "whose scale" in err


def test_biases_are_inputs_of_one(capsys, tmp_path):
    """A channel that carries them holds 1, so that no smaller radius counts."""
    target = tmp_path / "net.npz"
    np.savez(target, weights_1=np.ones((2, 2)), biases_1=np.ones(2), weights_2=np.ones((2, 1)), biases_2=np.ones(1))
    words = ("--target", target, "--output-error", 0.5, "--radius", 0.25, "--width-factor", "1/8", "--json", "-")
    _, out, _ = call(capsys, *words)
    assert json.loads(out)["width"]["network"]["radius"] == 1
