"""Torch modules read as networks of the theory, their builders, and the initialisation that is found by tests."""

import doctest
import sys

import numpy as np
import pytest
from helpers import needs

from sparse_limits import predict
from sparse_limits.numerics.arguments import InputError

torch = needs("torch")
nn = torch.nn

from sparse_limits.numerics.prediction import modules  # noqa: E402
from sparse_limits.numerics.prediction.modules import chain_of  # noqa: E402
from sparse_limits.numerics.prediction.modules.building import builder  # noqa: E402
from sparse_limits.numerics.prediction.modules.initial import initialisation_of  # noqa: E402


class Plain(nn.Module):
    """A forward of functions and methods in place of modules."""

    def __init__(self, branch=False, activation=torch.relu):
        super().__init__()
        self.enter, self.middle, self.leave = nn.Linear(6, 5), nn.Linear(5, 5), nn.Linear(5, 2)
        self.branch, self.activation = branch, activation

    def forward(self, x):
        x = self.activation(self.enter(x.flatten(1)))
        h = self.activation(self.middle(x))
        return self.leave(h + x if self.branch else h)


def mlp(*between, bias=True, last=()):
    return nn.Sequential(nn.Linear(6, 5, bias=bias), *between, nn.Linear(5, 2, bias=bias), *last)


def test_the_public_names_have_examples_that_run():
    for name in modules.__all__:
        finder, runner = doctest.DocTestFinder(recurse=False), doctest.DocTestRunner()
        found = getattr(modules, name)
        for examples in finder.find(found, name, globs={name: found, "nn": nn}):
            assert runner.run(examples).failed == 0
        assert runner.tries > 0


@pytest.mark.parametrize(
    ("module", "widths", "activation", "paths"),
    [
        (mlp(nn.ReLU()), (5,), "relu", ("0", "2")),
        (mlp(nn.Dropout(0.5), nn.GELU(), nn.Identity()), (5,), "gelu", ("0", "4")),
        (mlp(), (5,), "linear", ("0", "1")),
        (mlp(nn.LeakyReLU()), (5,), "leaky", ("0", "2")),
        (nn.Sequential(nn.Flatten(), mlp(nn.Softplus())), (5,), "softplus", ("1.0", "1.2")),
        (mlp(nn.BatchNorm1d(5), nn.ReLU()), (5,), "relu", ("0", "3")),
        (Plain(), (5, 5), "relu", ("enter", "middle", "leave")),
        (Plain(activation=nn.functional.silu), (5, 5), "silu", ("enter", "middle", "leave")),
        (Plain(activation=lambda z: z.tanh()), (5, 5), "tanh", ("enter", "middle", "leave")),
    ],
)
def test_chains_are_read(module, widths, activation, paths):
    chain = chain_of(module)
    assert (chain.widths, chain.activation, tuple(layer.path for layer in chain.layers)) == (widths, activation, paths)
    assert chain.bias


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        (nn.Linear(3, 2), "one linear layer"),
        (nn.Sequential(nn.Linear(3, 2)), "1 linear layers, expected at least 2"),
        (nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8, 2)), r"0 \(Conv2d\)"),
        (mlp(nn.ReLU(), last=(nn.LogSoftmax(1),)), r"3 \(LogSoftmax\)"),
        (mlp(nn.ReLU(), last=(nn.ReLU(),)), r"3 \(relu\) stands outside"),
        (mlp(nn.ReLU(), nn.Tanh()), r"1 \(relu\), 2 \(tanh\) follow each other"),
        (mlp(nn.ReLU(), nn.BatchNorm1d(5)), r"1 \(relu\), 2 \(batch\) follow each other"),
        (mlp(nn.BatchNorm1d(5, eps=1e-3), nn.ReLU()), r"1 \(BatchNorm1d\): eps is 0.001, expected 1e-05"),
        (mlp(nn.LayerNorm(5), nn.ReLU()), r"1 \(LayerNorm\)"),
        (
            nn.Sequential(*mlp(nn.ReLU()), nn.Tanh(), nn.Linear(2, 2)),
            "relu between 0 and 2, tanh between 2 and 4, expected the same",
        ),
        (mlp(nn.LeakyReLU(0.2)), "negative_slope is 0.2, expected 0.01"),
        (mlp(nn.GELU(approximate="tanh")), "approximate is 'tanh', expected 'none'"),
        (Plain(branch=True), r"add \(add\)"),
        (Plain(activation=lambda z: nn.functional.elu(z, 2.0)), "alpha is 2.0, expected 1.0"),
        (Plain(activation=lambda z: z if z.sum() > 0 else -z), "cannot be traced"),
        (nn.Sequential(nn.Linear(3, 4, bias=False), nn.ReLU(), nn.Linear(4, 2)), "2 has biases and 0 none"),
    ],
)
def test_what_the_law_does_not_follow_is_named(module, expected):
    with pytest.raises(InputError, match=expected):
        chain_of(module)


def test_biases_in_front_of_batch_normalisation_do_not_count():
    for hidden in (True, False):
        module = nn.Sequential(nn.Linear(3, 4, bias=hidden), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 2))
        assert (chain_of(module).norm, chain_of(module).bias) == ("batch", True)
    nn.init.constant_(module[1].weight, 2.0)
    with pytest.raises(InputError, match="its weight and bias are changed"):
        chain_of(module)


class Dropping(nn.Module):
    def __init__(self, always):
        super().__init__()
        self.enter, self.leave, self.always = nn.Linear(6, 5), nn.Linear(5, 2), always

    def forward(self, x):
        h = nn.functional.relu(self.enter(x))
        return self.leave(nn.functional.dropout(h, 0.5, self.always or self.training))


def test_functional_dropout_is_followed_where_evaluation_switches_it_off():
    module = Dropping(False)
    assert chain_of(module).activation == "relu"
    assert module.training
    assert module.enter.training
    with pytest.raises(InputError, match=r"dropout \(dropout\)"):
        chain_of(Dropping(True))


def test_hooks_and_reparametrised_weights_are_refused():
    hooked = mlp(nn.ReLU())
    hooked[1].register_forward_hook(lambda part, given, output: output - 3)
    with pytest.raises(InputError, match="1 has hooks"):
        chain_of(hooked)
    normed = mlp(nn.ReLU())
    nn.utils.parametrizations.weight_norm(normed[2])
    with pytest.raises(InputError, match="2: weights are reparametrised"):
        chain_of(normed)


def test_tied_weights_and_layers_that_do_not_fit_are_refused():
    tied = nn.Sequential(nn.Linear(5, 5), nn.ReLU(), nn.Linear(5, 5), nn.ReLU(), nn.Linear(5, 2))
    tied[2].weight = tied[0].weight
    with pytest.raises(InputError, match="0: its weights are used twice"):
        chain_of(tied)
    with pytest.raises(InputError, match="2 takes 4 inputs after 5 outputs"):
        chain_of(nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Linear(4, 2)))


def test_weights_alone_of_a_known_initialisation_are_told():
    def weights_of_he():
        module = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
        for layer in (module[0], module[2]):
            nn.init.kaiming_normal_(layer.weight)
        return module

    found = built(weights_of_he)
    with pytest.raises(InputError, match="weights have the initialisation he, biases have not, expected biases of 0"):
        initialisation_of(chain_of(found[0]), found)


def test_a_layer_used_twice_is_named():
    shared = nn.Linear(5, 5)
    with pytest.raises(InputError, match="0: its weights are used twice"):
        chain_of(nn.Sequential(shared, nn.ReLU(), shared))


def he(bias=True):
    module = mlp(nn.ReLU(), bias=bias)
    for layer in (module[0], module[2]):
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        if bias:
            nn.init.zeros_(layer.bias)
    return module


def built(build, number=6):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return [build() for _ in range(number)]


@pytest.mark.parametrize(("build", "init"), [(lambda: mlp(nn.ReLU()), "torch"), (he, "he")])
def test_initialisations_are_found(build, init):
    found = built(build)
    tested = initialisation_of(chain_of(found[0]), found)
    assert tested.init == init
    assert tested.p > 1e-6


def test_an_initialisation_unlike_the_known_ones_is_refused():
    def wide():
        module = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2))
        nn.init.normal_(module[0].weight)
        return module

    found = built(wide, 2)
    with pytest.raises(InputError, match=r"0 (7|8)\.\d+, 2 0\.\d+: no initialisation known here"):
        initialisation_of(chain_of(found[0]), found)


def test_builds_that_are_not_random_are_refused():
    def fixed():
        torch.manual_seed(3)
        return mlp(nn.ReLU())

    found = built(fixed)
    with pytest.raises(InputError, match="0: two builds have the same weights"):
        initialisation_of(chain_of(found[0]), found)


def test_a_layer_that_begins_at_zero_is_no_fixed_build():
    """It has no initialisation known here, but a law of its own, by which magnitude is predicted."""

    def begun():
        module = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
        nn.init.zeros_(module[-1].weight)
        return module

    found = predict("magnitude", "digits", begun, sample=False)
    assert [layer.says for layer in found.layers] == ["limit", "limit"]
    assert found.layers[1].predicted == 0


SOURCE = """
from __future__ import annotations
from dataclasses import dataclass
from torch import nn
@dataclass
class Settings:
    width: int = 5
def build(): return nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 2))
def late():
    import neighbour
    print("building")
    return neighbour.build()
def leaving(): raise SystemExit(7)
def raising(): return {}["missing"]
def other(): return 3
"""


def test_a_builder_is_found_in_a_file_or_a_package(tmp_path, monkeypatch):
    (tmp_path / "mine.py").write_text(SOURCE, encoding="utf-8")
    assert isinstance(builder(f"{tmp_path / 'mine.py'}:build")(), nn.Module)
    monkeypatch.chdir(tmp_path)
    assert np.shape(builder("mine:build")()[0].weight.detach()) == (5, 6)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mine.py", "expected FILE.py:build"),
        ("mine.py:1", "expected FILE.py:build"),
        ("absent.py:build", "expected a file that exists"),
        ("mine.py:nothing", "there is no function nothing"),
        ("no_such_package:build", "No module named 'no_such_package'"),
    ],
)
def test_builders_that_are_not_there_are_refused(name, expected, tmp_path, monkeypatch):
    (tmp_path / "mine.py").write_text(SOURCE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=expected):
        builder(name)


def test_user_code_runs_as_python_runs_a_file(tmp_path, capsys):
    for name in ("mine.py", "neighbour.py"):
        (tmp_path / name).write_text(SOURCE, encoding="utf-8")
    path = list(sys.path)
    assert isinstance(builder(f"{tmp_path / 'mine.py'}:late")(), nn.Module)
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "building\n")
    assert sys.path == path
    with pytest.raises(InputError, match="raised SystemExit"):
        builder(f"{tmp_path / 'mine.py'}:leaving")()


@pytest.mark.parametrize("build", [lambda: None, lambda width: nn.Linear(width, 2), 3])
def test_functions_that_build_nothing_are_refused(build):
    with pytest.raises(InputError, match=r"returned NoneType|raised TypeError|model is 3"):
        builder(build)()


def test_code_that_raises_shows_its_own_traceback(tmp_path, capsys):
    (tmp_path / "mine.py").write_text(SOURCE, encoding="utf-8")
    with pytest.raises(InputError, match="raised KeyError"):
        builder(f"{tmp_path / 'mine.py'}:raising")()
    shown = capsys.readouterr().err
    assert "Traceback of your code" in shown
    assert 'return {}["missing"]' in shown
    assert "building.py" not in shown
    with pytest.raises(InputError, match="returned int, expected a torch module"):
        builder(f"{tmp_path / 'mine.py'}:other")()


def test_a_file_that_cannot_be_run_shows_its_own_traceback(tmp_path, capsys):
    (tmp_path / "mine.py").write_text("import nothing_such\n", encoding="utf-8")
    with pytest.raises(InputError, match="raised ModuleNotFoundError"):
        builder(f"{tmp_path / 'mine.py'}:build")
    assert "import nothing_such" in capsys.readouterr().err
