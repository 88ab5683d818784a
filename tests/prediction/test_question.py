"""A question: what is not said is the default of its theory, and what its theory does not read is refused, whatever its value."""

from __future__ import annotations

import numpy as np
import pytest

import sparse_limits as sl
from sparse_limits.numerics.prediction.question import question
from sparse_limits.numerics.prediction.settings import KernelSettings, Settings

FIRST = {"scope": "first"}


def asked(network=(8,), **named):
    return question("snip", "digits", network, **{"scope": "global", "samples": 50, "seed": 0} | named)


def test_what_is_not_said_is_the_default_of_the_theory():
    layers, first, module = asked().settings, asked(**FIRST).settings, asked("m.py:build").settings
    assert (layers.loss, layers.residual, layers.networks) == ("mse", "target", 4)
    assert (first.loss, first.residual, first.networks) == ("mse", "target", 1)
    assert (module.loss, module.residual, module.networks) == ("cross-entropy", "averaged", 4)
    assert asked("m.py:build", loss="mse", residual="target").settings.loss == "mse"
    assert (layers.units, layers.drawn_units) == (None, 8192)


def test_numbers_of_numpy_are_numbers():
    """Settings have plain ones, as JSON and keys of results need them."""
    layers = {"density": 0.25, "networks": 3, "units": 512, "sample": False, "curve": (0.5,)}
    given = {
        "density": np.float32(0.25),
        "networks": np.int64(3),
        "units": np.int64(512),
        "sample": np.False_,
        "curve": (np.float64(0.5),),
    }
    settings = asked(**given).settings
    assert settings == asked(**layers).settings
    assert {name: type(getattr(settings, name)) for name in layers} == {
        name: type(value) for name, value in layers.items()
    }
    first = asked(**FIRST, density=np.float32(0.25), fresh_rows=np.int64(500)).settings
    assert (type(first.density), type(first.fresh_rows)) == (float, int)
    rounds = question(
        "synflow-iterative", "digits", [8], scope="global", samples=50, seed=0, rounds=np.int64(5)
    ).settings
    assert type(rounds.rounds) is int


def test_a_single_precision_density_has_the_threshold_of_a_float():
    found = [
        sl.predict("synflow", sl.load_data("digits", labels="is0"), [64], scope="first", density=density, sample=False)
        for density in (np.float32(0.25), 0.25)
    ]
    assert found[0].first.cases[0].prediction.threshold == found[1].first.cases[0].prediction.threshold


@pytest.mark.parametrize("make", [np.random.SeedSequence, np.random.default_rng])
def test_methods_are_compared_on_one_batch(make):
    found = sl.compare_methods("digits", [32], samples=50, units=64, seed=make(3))
    assert len(found.results) > 2
    assert all((each.data.x == found.results[0].data.x).all() for each in found.results)


def test_a_sequence_of_seeds_is_left_as_it_was():
    seed = np.random.SeedSequence(3)
    one, other = (
        sl.predict("snip", "digits", [32], samples=50, units=64, sample=False, seed=seed).layers for _ in range(2)
    )
    assert one == other
    assert seed.n_children_spawned == 0


def test_a_network_is_described_in_one_of_three_ways():
    described = sl.FullyConnected((8, 4), activation="tanh")
    assert asked(described).network is described
    assert asked([8, 4]).network == sl.FullyConnected((8, 4))

    def build():
        raise AssertionError("a question builds nothing")

    assert asked(build).network is build


@pytest.mark.parametrize(
    ("network", "named", "said"),
    [
        ("m.py:build", FIRST, "scope is 'first', expected global or layer with a module"),
        ((8, 4), FIRST, "widths are 8, 4, expected the same of all hidden layers with scope first"),
        (sl.FullyConnected((8,), "tanh"), FIRST, "activation is 'tanh', expected 'relu' with scope first"),
        (sl.FullyConnected((8,), init="he"), FIRST, "init is 'he', expected 'normal' with scope first"),
        (sl.FullyConnected((8,), bias=True), FIRST, "bias is True, expected False with scope first"),
        (sl.FullyConnected((8,), norm="batch"), FIRST, "norm is 'batch', expected 'none' with scope first"),
        ((8,), {**FIRST, "loss": "mse"}, "loss is given, expected scope global or layer with it, not first"),
        ((8,), {**FIRST, "units": 8192}, "units is given"),
        ((8,), {**FIRST, "curve": (0.1,)}, "curve is given"),
        ((8,), {**FIRST, "rounds": 1}, "rounds is given"),
        ((8,), {**FIRST, "residual": "averaged"}, "residual is 'averaged', expected target or output"),
        ((8,), {"fresh_rows": 20_000}, "fresh_rows is given, expected scope first with it, not 'global'"),
        ((8,), {"kernel": KernelSettings(), "scope": "layer"}, "kernel is given, expected scope first with it"),
        ((8,), {"scope": "row"}, "scope is 'row', expected one of first, global, layer"),
        (8, {}, "widths is 8, expected one for each hidden layer"),
        ((), {}, r"widths is \(\), expected one for each hidden layer"),
        ((8, 0), {}, "widths is 8, 0, expected integers from 1"),
    ],
)
def test_what_a_theory_does_not_read_is_refused(network, named, said):
    with pytest.raises(sl.InputError, match=f"^{said}"):
        asked(network, **named)


@pytest.mark.parametrize(("network", "scope"), [((8,), "first"), ("m.py:build", "global")])
def test_results_are_kept_of_what_is_known_to_be_the_same(tmp_path, network, scope):
    with pytest.raises(sl.InputError, match=r"^keep is given, expected none with"):
        sl.predict("snip", "digits", network, scope=scope, keep=tmp_path)
    assert not [*tmp_path.iterdir()]


def test_methods_and_reports_are_of_all_layers():
    for ask in (sl.compare_methods, sl.report):
        with pytest.raises(sl.InputError, match=r"^scope is 'first', expected global or layer"):
            ask("digits", (8,), scope="first")


def test_another_method_is_the_same_question():
    one = asked()
    other = one.of("wanda")
    assert other.settings == Settings(method="wanda")
    assert (other.data, other.network, other.samples, other.seed) == (one.data, one.network, one.samples, one.seed)
