"""`copies`: none is made unless it is asked for, and of what there are some."""

import pytest
from helpers import needs
from questions import predict_parts

from sparse_limits import predict
from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.data import load_data

torch = needs("torch")
nn = torch.nn

DIGITS = load_data("digits", labels="onehot")


def convolutional():
    first = nn.Unflatten(1, (1, 8, 8)), nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)
    return nn.Sequential(*first, nn.Flatten(), nn.Linear(256, 10))


def told(build, method, **asked):
    return predict_parts(build, method, DIGITS, samples=100, **asked)


@pytest.mark.parametrize("method", ["snip", "synflow"])
def test_no_copy_is_made_unless_it_is_asked_for(method):
    """What pruned modules keep is the answer, from the very modules that are pruned; copies set a prediction beside the same numbers."""
    built = []

    def build():
        built.append(convolutional())
        return built[-1]

    seen = told(build, method, copies=None)
    assert len(built) == 4
    assert {(layer.predicted, layer.p) for layer in seen.layers} == {(None, None)}
    assert "predict layers --copies 16 predicts by independent copies" in seen.notes[0]
    both = told(build, method, copies=2)
    assert len(built) == 4 + 4 + 2 * 2
    assert [layer.observed for layer in both.layers] == [layer.observed for layer in seen.layers]
    assert None not in [layer.predicted for layer in both.layers]
    with pytest.raises(InputError, match="expected a sample, or copies"):
        told(build, method, copies=None, sample=False)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"copies": 1}, "copies is 1, expected an integer from 2 to 1000"),
        ({"copies": 4, "method": "grasp"}, "copies is 4 with the method grasp, expected snip or synflow with it"),
        ({"copies": 4, "network": [64, 32]}, "copies is 4 with widths, expected a module with it"),
    ],
)
def test_copies_are_refused_where_there_are_none(asked, message):
    with pytest.raises(InputError, match=message):
        predict(**{"method": "snip", "data": DIGITS, "network": convolutional} | asked)


def test_copies_of_a_module_that_the_law_follows_are_made_on_request():
    def chain():
        return nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))

    by_law, by_copies = (predict("snip", DIGITS, chain, samples=60, copies=copies) for copies in (None, 4))
    assert by_law.network is not None
    assert by_copies.network is None
    assert "independent copies" in by_copies.notes[1]
