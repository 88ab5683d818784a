"""`prune` of the front door: of networks on arrays and of torch modules."""

import subprocess
import sys
from functools import partial

import numpy as np
import pytest
from helpers import needs

import sparse_limits as sl
from sparse_limits.numerics.data import Dataset
from sparse_limits.numerics.prediction import methods

NETWORK = sl.random_network((7, 6, 3), 0)
RNG = np.random.default_rng(1)
DATA = Dataset(RNG.standard_normal((30, 7)), np.eye(3)[RNG.integers(3, size=30)], "made", "onehot")


def test_networks_are_pruned_as_before():
    for named in ({}, {"scope": "layer"}):
        ours = sl.prune("snip", NETWORK, DATA.x, -DATA.y, 0.5, **named)
        theirs = methods.prune(method="snip", network=NETWORK, x=DATA.x, residual=-DATA.y, density=0.5, **named)
        for one, other in zip(ours, theirs, strict=True):
            assert (one == other).all()


def test_modules_are_pruned_by_their_own_scores():
    torch = needs("torch")
    from sparse_limits.numerics.prediction.modules import prune_module

    module = torch.nn.Sequential(torch.nn.Linear(7, 6), torch.nn.ReLU(), torch.nn.Linear(6, 3))
    expected = prune_module(module, "snip", 0.3, DATA, loss="mse")
    for found in (
        sl.prune(module, "snip", 0.3, DATA, loss="mse"),
        sl.prune(module=module, method="snip", density=0.3, data=DATA, loss="mse"),
    ):
        assert found.keys() == expected.keys()
        assert all(torch.equal(found[path], expected[path]) for path in found)
    for named in ({"network": module}, {}):
        places = ("snip",) if named else ("snip", module)
        with pytest.raises(sl.InputError, match=r"a torch module, expected prune\(module, method, density, data\)"):
            sl.prune(*places, **named, x=DATA.x, residual=-DATA.y, density=0.3)


def test_a_builder_and_a_module_in_place_of_each_other_are_refused(capsys):
    nn = needs("torch").nn

    def net():
        return nn.Sequential(nn.Linear(7, 6), nn.ReLU(), nn.Linear(6, 3))

    with pytest.raises(
        sl.InputError, match=r"^prune is called with net, a function, expected a torch module, as net\(\)"
    ):
        sl.prune(net, "snip", 0.3, DATA)
    for call in (partial(sl.predict, "snip"), sl.compare_methods, sl.report):
        with pytest.raises(
            sl.InputError, match=r"^network is Sequential, a module .*, expected a function that builds one"
        ):
            call(DATA, net())
    assert capsys.readouterr().err == ""


def test_networks_are_pruned_without_torch():
    code = (
        "import sys, sparse_limits as sl\n"
        "sl.prune('magnitude', sl.random_network((3, 4, 1), 0), None, None, 0.5)\n"
        "print('torch' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
