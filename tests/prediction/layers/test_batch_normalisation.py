"""Batch normalisation: derivatives against autograd, the law against drawn networks, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from helpers import needs
from questions import predict_layers

import sparse_limits as sl
from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.cli import main
from sparse_limits.numerics.data import Dataset, batch
from sparse_limits.numerics.masks.selection import global_masks
from sparse_limits.numerics.prediction.architecture import Architecture, normalise, through_norm
from sparse_limits.numerics.prediction.layers import drawn, latents
from sparse_limits.numerics.prediction.layers.covariances import smoothed
from sparse_limits.numerics.prediction.layers.latents import sizes_of, units_of
from sparse_limits.numerics.prediction.layers.law import law_of
from sparse_limits.numerics.prediction.layers.residual import Residual
from sparse_limits.numerics.prediction.settings import METHODS, methods_through

RNG = np.random.default_rng
SIZES = {"widths": (24, 16), "samples": 60, "units": 256, "networks": 2, "seed": 3}


@pytest.mark.parametrize("activation", ["relu", "tanh", "gelu"])
@pytest.mark.parametrize("widths", [(6,), (6, 5, 4)])
def test_gradients_are_those_of_autograd(widths, activation):
    """PyTorch's own layer, as it begins, in training mode, on weights of order 1/√inputs and biases."""
    torch = needs("torch")
    network = Architecture(3, widths, 2, activation, "torch", True, "batch")
    made = drawn.draw(network, RNG(0))
    x, y = RNG(1).standard_normal((9, 3)), np.eye(2)[RNG(2).integers(0, 2, 9)]
    act = {"relu": torch.relu, "tanh": torch.tanh, "gelu": torch.nn.functional.gelu}[activation]
    leaves = [torch.from_numpy(w / np.sqrt(w.shape[1])).requires_grad_() for w in made.weights]
    h = torch.from_numpy(x)
    for layer, (weight, bias) in enumerate(zip(leaves, made.biases, strict=True)):
        h = h @ weight.T + torch.from_numpy(bias)
        if layer < len(widths):
            h = act(torch.nn.BatchNorm1d(len(bias), dtype=torch.float64).train()(h))
    loss = torch.nn.functional.cross_entropy(h, torch.from_numpy(y))
    seen = drawn.forward(made, x)
    np.testing.assert_allclose(seen.output, h.detach().numpy(), rtol=1e-10, atol=1e-12)
    residual = Residual("cross-entropy", seen.output, y)
    theirs = [
        (leaf * slope).detach().numpy() for leaf, slope in zip(leaves, torch.autograd.grad(loss, leaves), strict=True)
    ]
    for mine, expected in zip(drawn.scores("snip", made, seen, residual), theirs, strict=True):
        np.testing.assert_allclose(mine, np.abs(expected), rtol=1e-9, atol=1e-12)


def test_a_signal_goes_back_as_a_difference_quotient_says():
    z, signal = RNG(0).standard_normal((2, 7)), RNG(1).standard_normal((2, 7))
    normalised = z.copy()
    roots = normalise(normalised)
    np.testing.assert_allclose(normalised.mean(axis=1), 0, atol=1e-12)
    back = through_norm(signal.copy(), normalised, roots)
    for place in range(7):
        ahead, behind = (z + sign * 1e-6 * np.eye(7)[place] for sign in (1, -1))
        normalise(ahead)
        normalise(behind)
        np.testing.assert_allclose(back[:, place], (signal * (ahead - behind)).sum(axis=1) / 2e-6, rtol=1e-6, atol=1e-8)


def test_biases_of_hidden_layers_do_nothing():
    """The other way round the very same network without normalisation has other scores."""
    x, y = RNG(0).standard_normal((12, 4)), RNG(1).standard_normal((12, 1))
    for norm, same in (("batch", True), ("none", False)):
        made = drawn.draw(Architecture(4, (6, 5), 1, "tanh", bias=True, norm=norm), RNG(2))
        without = drawn.DrawnNetwork(made.network, made.weights, (*(0 * b for b in made.biases[:-1]), made.biases[-1]))
        scores = [
            drawn.scores("snip", each, drawn.forward(each, x), Residual("mse", np.zeros((12, 1)), y))[0]
            for each in (made, without)
        ]
        assert np.allclose(*scores, rtol=1e-9) == same


def layers_kept(norm: str, options: dict[str, Any], density: float) -> tuple[np.ndarray, np.ndarray]:
    """Densities of layers, and their errors, by the law on 200 digits of ten classes."""
    digits = batch(sl.load_data("digits", labels="onehot"), 200, RNG(0))
    network = Architecture(64, options["widths"], 10, options["activation"], options["init"], True, norm)
    residual = Residual(options["loss"], np.zeros_like(digits.y), digits.y)
    units = units_of(network, digits.x, sizes_of(network, 200, 4096), RNG(1))
    return law_of(units, residual.values, RNG(2)).densities(density)


def layers_seen(options: dict[str, Any], density: float, networks: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean densities of layers of normalised networks on the same data, and their standard errors."""
    digits = batch(sl.load_data("digits", labels="onehot"), 200, RNG(0))
    network = Architecture(64, options["widths"], 10, options["activation"], options["init"], True, "batch")
    residual = Residual(options["loss"], np.zeros_like(digits.y), digits.y)
    seen = []
    for seed in range(networks):
        made = drawn.draw(network, RNG(100 + seed))
        scores = drawn.scores("snip", made, drawn.forward(made, digits.x), residual)
        seen.append([mask.mean() for mask in global_masks(list(scores), density)])
    return np.mean(seen, axis=0), np.std(seen, axis=0, ddof=1) / np.sqrt(networks)


@pytest.mark.parametrize(
    ("options", "density"),
    [
        ({"widths": (128,), "activation": "relu", "init": "torch", "loss": "cross-entropy"}, 0.1),
        ({"widths": (128, 128), "activation": "relu", "init": "torch", "loss": "cross-entropy"}, 0.1),
        ({"widths": (96, 128, 96), "activation": "tanh", "init": "he", "loss": "mse"}, 0.05),
    ],
)
def test_snip_keeps_of_normalised_layers_what_is_predicted(options, density):
    """Six standard errors of 20 networks and of the law, and 1/n of finite width, as without normalisation."""
    said, error = layers_kept("batch", options, density)
    seen, spread = layers_seen(options, density, 20)
    assert (np.abs(said - seen) < 6 * np.hypot(error, spread) + 1 / min(options["widths"])).all()


def test_the_laws_of_plain_networks_and_of_signals_not_projected_would_miss(monkeypatch):
    """Controls of the test above, by its own measure: no normalisation; a way back that is divided by s and not projected."""
    options = {"widths": (128, 128, 128), "activation": "relu", "init": "torch", "loss": "cross-entropy"}
    seen, spread = layers_seen(options, 0.02, 20)

    def misses(norm: str) -> bool:
        said, error = layers_kept(norm, options, 0.02)
        return bool((np.abs(said - seen) > 6 * np.hypot(error, spread) + 1 / 128).any())

    assert not misses("batch")
    assert misses("none")

    def scaled_only(signal: np.ndarray, normalised: np.ndarray, roots: np.ndarray) -> None:
        signal /= roots[:, None]

    monkeypatch.setattr(latents, "through_norm", scaled_only)
    assert misses("batch")


def test_the_output_has_the_covariance_of_drawn_networks():
    """f₀ of 400 networks of one output and no bias: each mean of squares within six standard errors and 10 % of finite width."""
    x = RNG(0).standard_normal((12, 4))
    network = Architecture(4, (64, 64), 1, norm="batch")
    units = units_of(network, x, sizes_of(network, 12), RNG(1), output=True)
    assert units.output is not None
    outputs = np.array([drawn.forward(drawn.draw(network, RNG(seed)), x).output[:, 0] for seed in range(400)])
    squares = outputs**2
    allowed = 6 * squares.std(axis=0, ddof=1) / 20 + 0.1 * np.diagonal(units.output)
    assert (np.abs(squares.mean(axis=0) - np.diagonal(units.output)) < allowed).all()


@pytest.mark.parametrize("residual", ["target", "output", "averaged"])
def test_the_command_has_the_numbers_of_the_function(capsys, residual):
    found = predict_layers("snip", **SIZES, norm="batch", residual=residual)
    words = ["--widths", "24", "16", "--samples", "60", "--units", "256", "--networks", "2", "--seed", "3"]
    assert (
        main(
            ["predict", "layers", "--method", "snip", *words, "--norm", "batch", "--residual", residual, "--json", "-"]
        )
        == 0
    )
    said = json.loads(capsys.readouterr().out)
    assert said["norm"] == "batch"
    assert [layer["predicted"] for layer in said["layers"]] == [layer.predicted for layer in found.layers]
    assert [note for note in said["notes"] if "(D2)" in note or "S6" in note] == [
        note
        for note in said["notes"]
        if note.startswith("measured, not proved: the law of wide layers (D2) with batch")
    ]


def test_methods_that_read_no_data_do_not_see_it(capsys):
    """SynFlow and magnitude of the same seed have the same numbers; all methods side by side are those but GraSP."""
    for method in ("magnitude", "synflow", "random"):
        plain, normalised = (predict_layers(method, **SIZES, norm=norm) for norm in ("none", "batch"))
        assert plain.layers == normalised.layers
        assert any("evaluation mode" in note for note in normalised.notes) == (method == "synflow")
    assert methods_through("batch") == ("snip", "random", "magnitude", "synflow", "wanda")
    assert methods_through("none") == METHODS
    words = ["--widths", "24", "16", "--samples", "60", "--units", "256", "--norm", "batch"]
    assert main(["predict", "methods", *words]) == 0
    out = capsys.readouterr().out
    assert "batch normalisation" in " ".join(out.split())
    assert "grasp" not in out


def test_what_is_not_known_is_refused(capsys):
    with pytest.raises(InputError, match="norm is 'layer', expected one of none, batch"):
        Architecture(3, (4,), 1, norm="layer")
    network = Architecture(3, (4,), 1, norm="batch")
    x = RNG(0).standard_normal((5, 3))
    with pytest.raises(InputError, match=r"norm is 'batch': the tangent kernel is not known"):
        smoothed(network, x, x[:, :1], RNG(0))
    made = drawn.draw(network, RNG(0))
    with pytest.raises(InputError, match=r"norm is 'batch': GraSP's curvature is not known"):
        drawn.scores("grasp", made, drawn.forward(made, x), Residual("mse", x[:, :1], x[:, 1:2]))
    alike = Dataset(np.ones((5, 3)), np.arange(5.0)[:, None], "made", "as-is")
    with pytest.raises(InputError, match="made: x is the same on all samples, expected other data"):
        predict_layers("snip", alike, widths=(4,), norm="batch")
    assert main(["predict", "layers", "--method", "grasp", "--widths", "8", "--norm", "batch"]) == 2
    assert "norm is 'batch': GraSP is not known through it here, expected none" in capsys.readouterr().err
