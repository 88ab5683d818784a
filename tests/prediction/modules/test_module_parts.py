"""Modules with parts that the law does not follow: what is named, what is predicted by what, and that it holds."""

import json
import random
from dataclasses import replace

import numpy as np
import pytest
from helpers import needs
from questions import predict_module, predict_parts

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.cli import main
from sparse_limits.numerics.data import Dataset, batch, load_data
from sparse_limits.numerics.limits import limit
from sparse_limits.numerics.prediction.settings import Settings

torch = needs("torch")
nn = torch.nn

from sparse_limits.numerics.prediction.layers.mask_statistics import mask_statistics  # noqa: E402
from sparse_limits.numerics.prediction.modules import mask_statistics as kept_module  # noqa: E402
from sparse_limits.numerics.prediction.modules.building import seeded  # noqa: E402
from sparse_limits.numerics.prediction.modules.copies import scores_of_copies  # noqa: E402
from sparse_limits.numerics.prediction.modules.parts import LEVEL  # noqa: E402
from sparse_limits.numerics.prediction.modules.reading import NotFollowedError, chain_of, outside_of  # noqa: E402
from sparse_limits.numerics.prediction.modules.saliencies import module_scores  # noqa: E402

DIGITS = load_data("digits", labels="onehot")


def convolutional():
    first = nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)
    second = nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)
    return nn.Sequential(*first, *second, nn.Flatten(), nn.Linear(128, 10))


class Block(nn.Module):
    def __init__(self, width=64, inner=96):
        super().__init__()
        self.a, self.b = nn.Linear(width, inner), nn.Linear(inner, width)

    def forward(self, h):
        return h + self.b(torch.relu(self.a(h)))


def residual():
    return nn.Sequential(nn.Linear(64, 64), Block(), Block(), nn.ReLU(), nn.Linear(64, 10))


class Attending(nn.Module):
    """One transformer block on the eight rows of an image."""

    def __init__(self, width=32):
        super().__init__()
        self.embed, self.head = nn.Linear(8, width), nn.Linear(width, 10)
        self.query, self.key, self.value, self.mix = (nn.Linear(width, width) for _ in range(4))
        self.first, self.second = nn.LayerNorm(width), nn.LayerNorm(width)
        self.up, self.down = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)

    def forward(self, x):
        h = self.embed(x.reshape(-1, 8, 8))
        n = self.first(h)
        seen = torch.softmax(self.query(n) @ self.key(n).transpose(1, 2) / h.shape[2] ** 0.5, 2)
        h = h + self.mix(seen @ self.value(n))
        h = h + self.down(nn.functional.gelu(self.up(self.second(h))))
        return self.head(h.mean(1))


def mixed():
    """Initialisations and activations that differ between layers."""
    module = nn.Sequential(nn.Linear(64, 96), nn.Tanh(), nn.Linear(96, 96), nn.ReLU(), nn.Linear(96, 10))
    nn.init.kaiming_normal_(module[0].weight)
    nn.init.xavier_normal_(module[2].weight)
    nn.init.normal_(module[4].weight, std=0.02)
    return module


class Looped(nn.Module):
    """A layer that is called three times."""

    def __init__(self):
        super().__init__()
        self.enter, self.again, self.leave = nn.Linear(64, 32), nn.Linear(32, 32), nn.Linear(32, 10)

    def forward(self, x):
        h = torch.relu(self.enter(x))
        for _ in range(3):
            h = torch.relu(self.again(h))
        return self.leave(h)


class Reused(nn.Module):
    """Weights that come back transposed, as those of a decoder that is tied to its encoder."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(64, 32, bias=False), nn.Linear(64, 10)

    def forward(self, x):
        return self.b(nn.functional.linear(self.a(x), self.a.weight.t()))


def told(build, method, **asked):
    return predict_parts(build, method, DIGITS, samples=100, **asked)


@pytest.mark.parametrize(
    ("build", "outside"),
    [
        (convolutional, ("0 (Conv2d)", "2 (MaxPool2d)", "3 (Conv2d)", "5 (MaxPool2d)")),
        (residual, ("add in 1 (Block)", "add in 2 (Block)")),
        (mixed, ()),
        (lambda: nn.Sequential(nn.Linear(64, 9), nn.ReLU(), nn.Linear(9, 10)), ()),
    ],
)
def test_parts_outside_are_named_by_path(build, outside):
    assert outside_of(build()) == outside


def test_a_transformer_block_is_named_part_by_part():
    named = outside_of(Attending())
    assert named == ("first (LayerNorm)", "matmul", "truediv", "softmax", "add", "second (LayerNorm)", "mean")
    assert "0 (LayerNorm)" in outside_of(nn.Sequential(nn.LayerNorm(6), nn.Linear(6, 2)))


@pytest.mark.parametrize("build", [convolutional, residual, Attending, mixed, Looped])
@pytest.mark.parametrize("method", ["snip", "synflow"])
def test_copies_keep_what_pruned_modules_keep(build, method):
    """Sixteen copies and eight modules are not distinguished at a level that one in ten thousand runs would miss."""
    if build is Attending and method == "synflow":
        with pytest.raises(InputError, match="first: SynFlow is not defined here"):
            told(build, method)
        return
    found = told(build, method, networks=8)
    assert {layer.says for layer in found.layers} == {"measured"}
    assert "not distinguished from copies" in found.notes[2]
    for layer in found.layers:
        assert (
            abs(layer.predicted - layer.observed)
            <= 6 * np.hypot(layer.error, layer.sd / np.sqrt(8)) + 2 / layer.weights
        )


def test_modules_whose_weights_come_back_transposed_are_told_from_copies():
    found = told(Reused, "snip", networks=12)
    assert "they are distinguished from independent copies, which had predicted what is kept" in found.notes[0]
    assert found.withdrawn in found.notes[0]
    assert {(layer.says, layer.predicted) for layer in found.layers} == {("measured", None)}
    assert all(layer.p is not None and layer.collapse is not None for layer in found.layers)
    assert found.columns is None


@pytest.mark.parametrize("build", [convolutional, residual, Attending, mixed])
def test_magnitude_needs_the_laws_of_weights_alone(build):
    found = told(build, "magnitude", networks=8)
    assert {layer.says for layer in found.layers} == {"limit"}
    for layer in found.layers:
        assert abs(layer.predicted - layer.observed) < 6 * layer.sd / np.sqrt(8) + 2 / np.sqrt(layer.weights) / 8


def test_rows_and_columns_that_keep_nothing_are_predicted():
    for build, method in ((convolutional, "magnitude"), (convolutional, "random"), (residual, "snip")):
        for layer in told(build, method, density=0.03, networks=16).layers:
            for expected, seen, lines in (
                (layer.dead_rows, layer.seen_dead_rows, layer.shape[0]),
                (layer.dead_columns, layer.seen_dead_columns, layer.shape[1]),
            ):
                assert abs(expected - seen) < 6 * np.sqrt(lines) / 2 / np.sqrt(16) + 0.5


def test_laws_of_weights_are_told_layer_by_layer():
    (note,) = (note for note in told(mixed, "magnitude").notes if note.startswith("limit"))
    assert "0: He's normal" in note
    assert "2: Glorot's normal" in note
    assert "4: normal of deviation 0.02" in note


def test_weights_of_no_known_law_are_measured_alone():
    def odd():
        module = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
        with torch.no_grad():
            module[0].weight.pow_(3)
        return module

    found = told(odd, "magnitude")
    assert [(layer.says, layer.predicted) for layer in found.layers] == [("measured", None)] * 2
    assert found.layers[1].observed > 0
    assert "0 follow no law known here" in found.notes[0]
    with pytest.raises(InputError, match="expected a sample"):
        told(odd, "magnitude", sample=False)


@pytest.mark.parametrize("build", [convolutional, residual])
def test_what_holds_by_definition_is_a_theorem(build):
    wanda, chance = told(build, "wanda"), told(build, "random")
    for layer in wanda.layers:
        assert (layer.says, layer.sd) == ("theorem", 0.0)
        assert layer.predicted == pytest.approx(layer.observed, abs=1e-12)
    each = told(build, "grasp", scope="layer")
    assert all(layer.says == "theorem" and layer.predicted == pytest.approx(layer.observed) for layer in each.layers)
    total = sum(layer.weights for layer in chance.layers)
    assert {(layer.predicted, layer.says) for layer in chance.layers} == {(round(0.1 * total) / total, "theorem")}
    for layer in chance.layers:  # four hypergeometric counts
        assert abs(layer.observed - 0.1) < 6 * np.sqrt(0.09 / 4 / layer.weights)


def test_a_threshold_for_each_layer_leaves_nothing_to_test():
    found = told(residual, "snip", scope="layer")
    assert {(layer.says, layer.p) for layer in found.layers} == {("theorem", None)}
    assert found.notes[0].startswith("theorem: each layer keeps what is asked")


def test_grasp_is_measured_alone():
    found = told(residual, "grasp")
    assert {(layer.says, layer.predicted) for layer in found.layers} == {("measured", None)}
    assert all(layer.observed > 0 for layer in found.layers)
    with pytest.raises(InputError, match="grasp is not predicted for this module"):
        told(residual, "grasp", sample=False)


@pytest.mark.parametrize("scope", ["global", "layer"])
def test_inputs_are_followed_where_a_layer_reads_them(scope):
    """The shares of inputs are exchangeable between modules and copies at the level 1e-3; with inputs reversed they are not."""
    settings = Settings(method="snip", scope=scope, loss="cross-entropy", residual="averaged")
    few = batch(DIGITS, 100, np.random.default_rng(0))
    streams = iter(np.random.SeedSequence(5).spawn(8 + 2 * 16))

    def columns(scores):
        kept, _ = mask_statistics(scores, settings, "0")
        return replace(kept, densities=kept.columns)

    modules = [
        columns(module_scores(seeded(residual, next(streams)), "snip", few, loss="cross-entropy")) for _ in range(8)
    ]
    pairs = ([seeded(residual, next(streams)) for _ in range(2)] for _ in range(16))
    copies = [columns(scores_of_copies(each, "snip", few, loss="cross-entropy")) for each in pairs]
    assert kept_module.tested_apart(modules, copies, np.random.default_rng(1))[1] > LEVEL
    wrong = [replace(each, densities=each.densities[::-1]) for each in copies]
    assert kept_module.tested_apart(modules, wrong, np.random.default_rng(1))[1] < LEVEL


def test_columns_are_those_of_a_linear_layer_that_reads_the_data():
    found = told(residual, "snip")
    assert found.columns.shape == (64,)
    np.testing.assert_allclose(found.columns.mean(), found.layers[0].predicted)
    np.testing.assert_allclose(found.observed_columns.mean(), found.layers[0].observed)
    assert told(convolutional, "snip").columns is None
    assert set(told(residual, "random").columns) == {told(residual, "random").layers[0].predicted}


def test_curves_ends_and_silent_inputs_are_those_of_the_masks():
    """At another density a layer's share along the curve is that of a call at this density; where a layer ends, it keeps one weight."""
    found = told(residual, "snip", curve=(0.3, 0.02))
    for density, row in zip((0.3, 0.02), found.curve, strict=True):
        assert [layer.predicted for layer in told(residual, "snip", density=density).layers] == pytest.approx(row)
    last = found.layers[2]
    end = told(residual, "snip", density=last.collapse).layers[2]
    assert round(end.predicted * end.weights * 16) == 16
    assert np.all((found.lost >= 0) & (found.lost <= 1))
    few = told(residual, "snip", density=0.001)
    assert few.lost.sum() > found.lost.sum()
    columns = few.observed_columns == 0  # in no module has such an input a weight
    assert np.all(few.lost[columns] == 1)


def test_copies_with_one_module_in_all_places_are_the_module():
    """What is taken apart is only whose weights stand where: put together again it is SNIP, and SynFlow."""
    for build in (convolutional, residual, Attending):
        module = build()
        for method in ("snip", "synflow") if build is not Attending else ("snip",):
            few = Dataset(DIGITS.x[:30], DIGITS.y[:30], "few", "onehot", DIGITS.about)
            apart = scores_of_copies([module] * 2, method, few, loss="cross-entropy")
            whole = module_scores(module, method, few, loss="cross-entropy")
            for path, scores in whole.items():
                assert apart[path] == pytest.approx(scores, rel=1e-9, abs=1e-14)


def test_builds_that_draw_elsewhere_are_seeded_and_generators_left_alone():
    def drawing():
        module = nn.Linear(3, 2)
        with torch.no_grad():
            module.weight[0] = torch.from_numpy(np.random.standard_normal(3))  # noqa: NPY002
            module.weight[1] = random.random()
        return module

    before = random.getstate(), np.random.get_state()[1].copy()  # noqa: NPY002
    one, two, other = (seeded(drawing, np.random.SeedSequence(seed)) for seed in (1, 1, 2))
    assert torch.equal(one.weight, two.weight)
    assert not (one.weight == other.weight).any()
    assert random.getstate() == before[0]
    assert (np.random.get_state()[1] == before[1]).all()  # noqa: NPY002


def test_what_is_outside_the_law_is_refused_by_the_law():
    def normed():
        return nn.Sequential(nn.Linear(64, 9), nn.BatchNorm1d(9), nn.ReLU(), nn.Linear(9, 10))

    with pytest.raises(NotFollowedError, match=r"1 \(BatchNorm1d\): no law of GraSP is known here"):
        predict_module(normed, "grasp", samples=50)
    with pytest.raises(NotFollowedError):
        chain_of(residual())
    assert told(normed, "grasp").reason == ""


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"residual": "output"}, "residual is 'output', expected averaged or target"),
        ({"copies": 1}, "copies is 1"),
        ({"density": 2.0}, "density is 2.0"),
        ({"build": lambda: nn.Sequential(nn.Linear(63, 10))}, "does not take inputs of shape"),
        ({"build": lambda: nn.Sequential(nn.Linear(64, random.randint(11, 999999)))}, "two builds have different"),
    ],
)
def test_bad_calls_are_refused(asked, expected):
    build = asked.pop("build", residual)
    with pytest.raises(InputError, match=expected):
        told(build, "snip", **asked)


def test_fixed_builds_and_too_many_samples_are_refused():
    def fixed():
        torch.manual_seed(3)
        return residual()

    with pytest.raises(InputError, match="0: two builds have the same weights"):
        told(fixed, "snip")

    def large():
        return nn.Sequential(nn.Conv2d(1, 2048, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2048, 10))

    with limit("4G"), pytest.raises(InputError, match=r"^1797 samples would take about .* GiB, .* or fewer samples$"):
        predict_parts(large, "snip", DIGITS)


MODEL = """from torch import nn
def build(): return nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(288, 10))
"""


def command(tmp_path, question, *options):
    (tmp_path / "model.py").write_text(MODEL, "utf-8")
    return main(["predict", question, "--model", f"{tmp_path / 'model.py'}:build", "--samples", "60", *options])


def test_the_command_goes_on_where_the_law_does_not(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    assert command(tmp_path, "layers", "--method", "snip", "--json", "-") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["outside"] == ["0 (Conv2d)"]
    assert [(layer["name"], layer["says"], layer["shape"]) for layer in report["layers"]] == [
        ("0", "measured", [8, 1, 3, 3]),
        ("3", "measured", [10, 288]),
    ]
    assert [tuple(layer[key] for key in ("layer", "inputs", "outputs", "weights")) for layer in report["layers"]] == [
        (1, 9, 8, 72),
        (2, 288, 10, 2880),
    ]
    assert report["collapse"] == [
        {"layer": number, "density": layer["collapse"]} for number, layer in enumerate(report["layers"], start=1)
    ]
    assert all(0 < each["density"] < 1 for each in report["collapse"])
    assert command(tmp_path, "layers", "--method", "snip") == 0
    shown = capsys.readouterr().out
    assert "outside  0 (Conv2d)" in shown
    assert "observed in 4 modules" in shown
    assert command(tmp_path, "methods", "--json", str(tmp_path / "all.json")) == 0
    shown = capsys.readouterr().out
    assert "measured, in 4 modules pruned here: snip, grasp, grasp-magnitude, synflow" in shown
    methods = json.loads((tmp_path / "all.json").read_text(encoding="utf-8"))["methods"]
    assert [(each["method"], each["layers"][0]["says"]) for each in methods] == [
        ("snip", "measured"),
        ("grasp", "measured"),
        ("grasp-magnitude", "measured"),
        ("random", "theorem"),
        ("magnitude", "limit"),
        ("synflow", "measured"),
        ("wanda", "theorem"),
    ]


def test_many_parts_outside_are_counted(tmp_path, capsys):
    model = """
from torch import nn
def build():
    return nn.Sequential(*(nn.LayerNorm(64) for _ in range(15)), nn.Linear(64, 10))
"""
    (tmp_path / "deep.py").write_text(model, encoding="utf-8")
    options = ["--method", "random", "--model", f"{tmp_path / 'deep.py'}:build", "--samples", "60"]
    assert main(["predict", "layers", *options]) == 0
    shown = capsys.readouterr().out
    assert "11 (LayerNorm); and 3 more" in " ".join(shown.split())
    assert "12 (LayerNorm)" not in shown


def test_a_module_outside_the_law_has_a_picture(tmp_path):
    assert command(tmp_path, "layers", "--method", "snip", "--networks", "2", "--plot", str(tmp_path / "a.png")) == 0
    assert (tmp_path / "a.png").stat().st_size > 5000
