"""The laws of weights that modules built afresh agree with: one for all layers where there is one."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
from helpers import needs
from scipy import stats

from sparse_limits.numerics.data import Dataset, load_data
from sparse_limits.numerics.prediction.architecture import NORMAL, UNIFORM

torch = needs("torch")
nn = torch.nn

from sparse_limits.numerics.prediction.modules import prune_module  # noqa: E402
from sparse_limits.numerics.prediction.modules.saliencies import module_scores  # noqa: E402
from sparse_limits.numerics.prediction.modules.weights import scale_free_p, weight_laws  # noqa: E402

DIGITS = load_data("digits", labels="onehot")


def built(initialise):
    torch.manual_seed(0)
    builds = []
    for _ in range(4):
        layers = {"a": nn.Conv2d(1, 16, 3), "b": nn.Conv2d(16, 32, 3), "c": nn.Linear(512, 64), "d": nn.Linear(64, 10)}
        for layer in layers.values():
            initialise(layer.weight)
        builds.append(layers)
    return builds


@pytest.mark.parametrize(
    ("initialise", "name"),
    [
        (lambda weight: None, "torch's, uniform on ±1/√inputs"),
        (nn.init.xavier_uniform_, "Glorot's uniform"),
        (nn.init.xavier_normal_, "Glorot's normal"),
        (nn.init.kaiming_uniform_, "He's uniform"),
        (partial(nn.init.kaiming_normal_, mode="fan_out"), "He's normal by outputs"),
    ],
)
def test_layers_of_few_weights_have_the_law_of_the_others(initialise, name):
    """A convolution of 144 weights agrees with other laws too, at the level at which laws are refused."""
    assert {law.name for law in weight_laws(built(initialise)).values()} == {name}


def test_layers_of_different_laws_have_each_its_own():
    def initialise(weight):
        if weight.ndim == 4:
            nn.init.kaiming_normal_(weight, mode="fan_out")

    names = [law.name for law in weight_laws(built(initialise)).values()]
    assert names == ["He's normal by outputs"] * 2 + ["torch's, uniform on ±1/√inputs"] * 2


def test_a_deviation_of_no_library_is_that_of_the_entries():
    found = weight_laws(built(partial(nn.init.uniform_, a=-0.1, b=0.1)))
    assert {law.name.split(" of ")[0] for law in found.values()} == {"uniform"}
    assert all(law.deviation == pytest.approx(0.1 / 3**0.5, rel=0.1) for law in found.values())


def test_a_layer_of_zeros_has_no_say_in_the_law_of_the_others():
    def initialise(weight):
        if len(weight) == 10:
            nn.init.zeros_(weight)

    names = [law.name for law in weight_laws(built(initialise)).values()]
    assert names == ["torch's, uniform on ±1/√inputs"] * 3 + ["0"]


def test_the_law_of_weights_of_an_unknown_deviation_has_exact_p_values():
    """Of 2000 tests at level ½ the true law fails half (binomial law, 1e-9); with the entries' own deviation it fails too seldom."""
    rng = np.random.default_rng(7)
    own = 0
    for law, draw in ((NORMAL, rng.standard_normal), (UNIFORM, lambda size: rng.uniform(-1, 1, size))):
        drawn = [draw(100) for _ in range(2000)]
        failed = sum(scale_free_p(each, law) < 0.5 for each in drawn)
        assert stats.binomtest(failed, 2000, 0.5).pvalue > 1e-9
        reaches = [np.sqrt(3 * (each**2).mean()) for each in drawn]
    for each, reach in zip(drawn, reaches, strict=True):  # the uniform ones
        own += stats.kstest(each, stats.uniform(-reach, 2 * reach).cdf).pvalue < 0.5
    assert stats.binomtest(own, 2000, 0.5).pvalue < 1e-9


def test_mixtures_of_deviations_and_other_tails_are_no_known_law():
    rng = np.random.default_rng(3)
    rows = rng.standard_normal((300, 200)) * np.repeat([0.5, 1.5], 150)[:, None]  # each row is normal, the layer is not
    for weights in (rows, rng.standard_t(4, (300, 200)), np.sign(rows)):
        layers = [{"0": SimpleNamespace(weight=torch.tensor(weights))}]
        assert weight_laws(layers) == {"0": None}
    layers = [{"0": SimpleNamespace(weight=torch.tensor(0.3 * rng.standard_normal((300, 200))))}]
    assert weight_laws(layers)["0"].law is NORMAL


def test_wanda_reads_a_convolution_as_a_linear_layer_on_its_patches():
    module = nn.Sequential(nn.Conv2d(1, 3, 3, stride=2, padding=1), nn.Flatten(), nn.Linear(48, 10)).double()
    images = torch.from_numpy(DIGITS.x[:20]).reshape(20, 1, 8, 8)
    patches = nn.functional.unfold(images, 3, padding=1, stride=2)  # [N, 9, places]
    norms = patches.square().sum(dim=(0, 2)).sqrt().reshape(1, 1, 3, 3)
    few = Dataset(DIGITS.x[:20], DIGITS.y[:20], "few", "onehot", DIGITS.about)
    scores = module_scores(module, "wanda", few, loss="mse")["0"]
    assert scores == pytest.approx(np.asarray((module[0].weight.abs() * norms).detach()), rel=1e-12)
    masks = prune_module(module, "wanda", 1 / 3, few)
    assert masks["0"].flatten(1).sum(dim=1).tolist() == [3, 3, 3]
