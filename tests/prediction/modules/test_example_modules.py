"""The modules of docs/examples: what is said of each layer, and that it holds in pruned modules."""

from pathlib import Path

import numpy as np
import pytest
from helpers import needs
from questions import predict_module, predict_parts

from sparse_limits.numerics.data import load_data

needs("torch")

from sparse_limits.numerics.masks.selection import n_of_m_mask  # noqa: E402
from sparse_limits.numerics.prediction.architecture import UNIFORM  # noqa: E402
from sparse_limits.numerics.prediction.modules import prune_module  # noqa: E402
from sparse_limits.numerics.prediction.modules.building import builder  # noqa: E402
from sparse_limits.numerics.prediction.modules.reading import NotFollowedError  # noqa: E402
from sparse_limits.numerics.prediction.modules.weights import WeightLaw, magnitude_densities  # noqa: E402

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
DIGITS = load_data("digits", labels="onehot")
SAYS = {"random": "theorem", "wanda": "theorem", "magnitude": "limit", "snip": "measured", "grasp": "measured"}
LAYERS = {
    "small_cnn": ("0", "3", "7", "9"),
    "residual_mlp": ("0", "1.a", "1.b", "2.a", "2.b", "3.a", "3.b", "5"),
    "transformer_block": (
        "enter",
        *(f"block.{name}" for name in ("query", "key", "value", "mix", "up", "down")),
        "head",
    ),
}


def model(name):
    return f"{EXAMPLES / name / 'model.py'}:build"


@pytest.mark.parametrize("method", SAYS)
@pytest.mark.parametrize("name", LAYERS)
def test_lines_of_modules_outside_the_law(name, method):
    with pytest.raises(NotFollowedError):
        predict_module(model(name), method, DIGITS, samples=50)
    found = predict_parts(model(name), method, DIGITS, samples=150, networks=8, seed=2)
    assert tuple(layer.name for layer in found.layers) == LAYERS[name]
    assert found.outside
    assert {layer.says for layer in found.layers} == {SAYS[method]}
    for layer in found.layers:
        if method == "grasp":
            assert layer.predicted is None
            assert layer.observed is not None
            continue
        noise = np.hypot(layer.error or 0.0, layer.sd / np.sqrt(8))
        assert abs(layer.predicted - layer.observed) <= 6 * noise + 2 / layer.weights
    assert not any("does not hold" in note for note in found.notes)


def test_batch_normalisation_is_followed_by_the_law():
    found = predict_module(model("batch_norm_mlp"), "snip", DIGITS, samples=150, units=2048, networks=8)
    assert [layer.name for layer in found.layers] == ["1", "5", "8"]
    assert found.says == "measured"  # not proved through batch normalisation
    for layer in found.layers:
        assert abs(layer.predicted - layer.observed) < 6 * np.hypot(layer.error, layer.sd / np.sqrt(8)) + 0.01
    assert predict_module(model("batch_norm_mlp"), "magnitude", DIGITS, samples=50, sample=False).says == "limit"
    assert (
        predict_module(model("batch_norm_mlp"), "snip", DIGITS, scope="layer", samples=50, sample=False, units=256).says
        == "theorem"
    )


def test_masks_of_the_transformer_block_are_what_they_are_called():
    module = builder(model("transformer_block"))()
    magnitude, wanda = (prune_module(module, method, 0.5, DIGITS) for method in ("magnitude", "wanda"))
    assert sum(int(mask.sum()) for mask in magnitude.values()) == sum(mask.numel() for mask in magnitude.values()) // 2
    fans = {path: mask.shape[1] for path, mask in magnitude.items()}
    laws = [WeightLaw("torch's", UNIFORM, 1 / np.sqrt(3 * fan), 1.0) for fan in fans.values()]
    sizes = [mask.numel() for mask in magnitude.values()]
    # Dvoretzky, Kiefer, Wolfowitz and Massart: so far is a share of n weights above any threshold from its law, but for 1e-9
    within, whole = (np.sqrt(np.log(2e9) / (2 * number)) for number in (magnitude["block.down"].numel(), sum(sizes)))
    low, high = (magnitude_densities(laws, sizes, 0.5 + off)[list(fans).index("block.down")] for off in (-whole, whole))
    share = float(magnitude["block.down"].double().mean())
    assert low - within <= share <= high + within < 0.5  # fan-in 128: smaller weights
    for path, mask in wanda.items():
        assert (mask.sum(dim=1) == mask.shape[1] // 2).all()
        sizes = np.asarray(module.get_submodule(path).weight.detach().abs())
        two = n_of_m_mask(sizes, 2, 4).reshape(len(sizes), -1, 4)
        assert (two.sum(axis=2) == 2).all()
