"""The laws of weights that modules built afresh agree with: one for all layers where there is one."""

from __future__ import annotations

from functools import partial

import pytest

torch = pytest.importorskip("torch")
nn = torch.nn

from numerics.modules.weights import weight_laws  # noqa: E402


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
