"""`predict_model`, `predict_module` and `predict_parts` take what `predict_layers` takes, by the same words and with the same defaults."""

import inspect

import pytest
from helpers import needs

needs("torch")

from numerics import predict_layers, predict_model  # noqa: E402
from numerics.prediction.modules import predict_module, predict_parts  # noqa: E402

OTHERWISE = {"loss", "residual"}  # modules are classifiers, pruned at their own outputs
OF_A_NETWORK = {
    "widths",
    "activation",
    "init",
    "bias",
    "norm",
    "keep",
}  # which a module says itself, or code that may read anything
OF_THE_LAW = {"units"}  # which copies do not have, and which are refused where there is no law


@pytest.mark.parametrize(
    ("function", "own", "without"),
    [
        (predict_module, {"build"}, OF_A_NETWORK),
        (predict_model, {"model"}, OF_A_NETWORK),
        (predict_parts, {"build", "copies"}, OF_A_NETWORK | OF_THE_LAW),
    ],
)
def test_the_words_are_those_of_layers(function, own, without):
    asked, layers = (inspect.signature(each).parameters for each in (function, predict_layers))
    assert set(asked) - set(layers) == own
    assert set(layers) - set(asked) == without
    for name in set(layers) & set(asked) - OTHERWISE - {"progress"} - (
        OF_THE_LAW if function is predict_model else set()
    ):
        assert (asked[name].default, asked[name].annotation) == (layers[name].default, layers[name].annotation), name
