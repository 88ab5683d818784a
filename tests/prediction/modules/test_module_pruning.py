"""Scores and masks of torch modules beside those of drawn networks, and the prediction for a module of one's own."""

import json

import numpy as np
import pytest
from helpers import needs
from questions import predict_module

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.cli import main
from sparse_limits.numerics.data import Dataset, load_data

torch = needs("torch")
nn = torch.nn

from torch.nn.utils.prune import custom_from_mask  # noqa: E402

from sparse_limits.numerics.prediction.architecture import Architecture  # noqa: E402
from sparse_limits.numerics.prediction.layers import drawn  # noqa: E402
from sparse_limits.numerics.prediction.layers.residual import Residual  # noqa: E402
from sparse_limits.numerics.prediction.modules import prune_module  # noqa: E402
from sparse_limits.numerics.prediction.modules.saliencies import module_scores, residual_of, second_term  # noqa: E402

RNG = np.random.default_rng(1)
X, CLASSES = RNG.standard_normal((30, 7)), RNG.integers(3, size=30)
DATA = Dataset(X, np.eye(3)[CLASSES], "made", "onehot")
ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU}


def same(activation="relu", bias=True):
    """A drawn network and the module that is the same function."""
    made = drawn.draw(Architecture(7, (6, 5), 3, activation, "torch", bias), np.random.default_rng(2))
    layers = [nn.Linear(columns, rows, bias=bias) for rows, columns in made.network.shapes]
    with torch.no_grad():
        for layer, weight, offset in zip(layers, made.weights, made.biases, strict=True):
            layer.double().weight.copy_(torch.from_numpy(weight / np.sqrt(weight.shape[1])))
            if bias:
                layer.bias.copy_(torch.from_numpy(offset))
    between = ACTIVATIONS[activation]
    return made, nn.Sequential(layers[0], between(), nn.Dropout(0.5), layers[1], between(), layers[2])


METHODS = ("snip", "grasp", "grasp-magnitude", "magnitude", "synflow")
CASES = [
    (method, loss, activation)
    for method in METHODS
    for loss in ("mse", "cross-entropy")
    for activation in ACTIVATIONS
    if method != "synflow" or activation == "relu"
]


@pytest.mark.parametrize(("method", "loss", "activation"), CASES)
def test_scores_are_those_of_drawn_networks(method, loss, activation):
    """By autograd and by hand, up to the one factor that a method's scores have in common."""
    made, module = same(activation)
    seen = drawn.forward(made, X)
    ours = np.concatenate([s.ravel() for s in drawn.scores(method, made, seen, Residual(loss, seen.output, DATA.y))])
    theirs = np.concatenate([s.ravel() for s in module_scores(module, method, DATA, loss=loss).values()])
    exact = activation == "relu" or not method.startswith("grasp")  # else φ″ is a difference quotient in ours
    factor = theirs[np.abs(ours).argmax()] / ours[np.abs(ours).argmax()]
    assert factor > 0
    assert np.abs(theirs - factor * ours).max() <= (1e-12 if exact else 1e-6) * np.abs(theirs).max()


def test_wanda_reads_the_norms_of_what_enters():
    made, module = same()
    entering = drawn.forward(made, X).entering
    for score, weight, values in zip(
        module_scores(module, "wanda", DATA, loss="mse").values(), made.weights, entering, strict=True
    ):
        expected = np.abs(weight) / np.sqrt(weight.shape[1]) * np.linalg.norm(values, axis=0)
        assert score == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("loss", ["mse", "cross-entropy"])
def test_residual_and_second_term_are_those_of_drawn_networks(loss):
    made, module = same()
    seen = drawn.forward(made, X)
    residual = Residual(loss, seen.output, DATA.y)
    assert residual_of(module, DATA, loss).values == pytest.approx(residual.values, abs=1e-12)
    assert second_term(module, DATA, loss) == pytest.approx(drawn.second_term(made, seen, residual), rel=1e-9)


def test_masks_keep_the_density_and_leave_the_module_alone():
    _, module = same()
    before = {name: value.clone() for name, value in module.state_dict().items()}
    masks = prune_module(module, "snip", 0.25, DATA)
    assert [tuple(mask.shape) for mask in masks.values()] == [(6, 7), (5, 6), (3, 5)]
    assert sum(int(mask.sum()) for mask in masks.values()) == round(0.25 * (42 + 30 + 15))
    assert all(torch.equal(value, before[name]) for name, value in module.state_dict().items())
    assert module.training
    by_rows = prune_module(module, "wanda", 0.5, DATA)
    assert [set(mask.sum(dim=1).tolist()) for mask in by_rows.values()] == [{4}, {3}, {2}]
    each = prune_module(module, "magnitude", 0.5, DATA, scope="layer")
    assert [int(mask.sum()) for mask in each.values()] == [21, 15, 8]


def test_masks_that_are_taken_out_and_put_back_keep_their_names(tmp_path):
    masks = prune_module(nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 8)), "magnitude", 0.3)
    whole = dict(masks)
    masks["0"] = masks.pop("0")
    masks.save(tmp_path / "masks.npz")
    with np.load(tmp_path / "masks.npz") as saved:
        assert all(np.array_equal(saved[f"{path}.weight"], mask) for path, mask in whole.items())
    del masks["2"]
    masks.save(tmp_path / "masks.npz")
    with np.load(tmp_path / "masks.npz") as saved:
        assert saved.files == ["0.weight"]
    assert (masks.compared, masks.kept) == (64, int(whole["0"].sum()))
    assert masks.density == pytest.approx(float(whole["0"].double().mean()))
    masks["1"] = whole["2"]
    with pytest.raises(InputError, match=r"^there is a mask of '1', expected those of 0, 2$"):
        masks.save(tmp_path / "masks.npz")


class Remembering(nn.Module):
    """It keeps what a forward gave, as mixtures of experts do with their auxiliary loss."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.kept = nn.Linear(6, 8), nn.Linear(8, 3), []

    def forward(self, x):
        self.hidden = torch.relu(self.a(x))
        self.kept.append({"loss": self.hidden.sum()})
        return self.b(self.hidden)


@pytest.mark.parametrize("asked", [{"method": "magnitude"}, {"method": "snip"}, {"method": "grasp", "rounds": 2}])
def test_tensors_of_an_earlier_forward_do_not_matter(asked):
    module, x, y = Remembering(), torch.randn(20, 6), torch.randint(3, (20,))
    before = prune_module(module, density=0.3, data=(x, y), **asked)
    module(x)
    after = prune_module(module, density=0.3, data=(x, y), **asked)
    assert all(torch.equal(after[path], mask) for path, mask in before.items())
    assert len(module.kept) == 1
    assert module.hidden.requires_grad


class Reader(nn.LSTM):
    """A recurrent layer that notes whether cuDNN was on."""

    def forward(self, x):
        type(self).seen.append(torch.backends.cudnn.enabled)
        return super().forward(x)


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.read, self.head = Reader(4, 8, batch_first=True), nn.Linear(8, 3)

    def forward(self, x):
        return self.head(self.read(x)[0][:, -1])


@pytest.mark.parametrize("method", ["snip", "grasp"])
def test_recurrent_layers_are_differentiated_without_cudnn(method):
    """Its kernels have no slopes in evaluation mode, and no second derivative."""
    Reader.seen = []
    module, x, y = Recurrent(), torch.randn(20, 5, 4), torch.randint(3, (20,))
    masks = prune_module(module, method, 0.3, (x, y), include=nn.LSTM, rounds=2)
    assert len(masks) == 3
    assert Reader.seen
    assert not any(Reader.seen)
    module(x)
    assert Reader.seen[-1] == torch.backends.cudnn.enabled
    if torch.cuda.is_available():
        there = prune_module(module, method, 0.3, (x, y), include=nn.LSTM, rounds=2, device="cuda")
        assert all(torch.equal(there[path].cpu(), mask) for path, mask in masks.items())


def test_convolutions_are_pruned_with_the_rest():
    module = nn.Sequential(
        nn.Unflatten(1, (1, 7)), nn.Conv1d(1, 4, 3), nn.BatchNorm1d(4), nn.ReLU(), nn.Flatten(), nn.Linear(20, 3)
    )
    masks = prune_module(module, "snip", 0.5, DATA)
    assert {path: tuple(mask.shape) for path, mask in masks.items()} == {"1": (4, 1, 3), "5": (3, 20)}


def test_synflow_reads_batch_normalisation_in_evaluation_mode():
    plain, normed = (
        nn.Sequential(nn.Linear(7, 6), *norm, nn.ReLU(), nn.Linear(6, 3)) for norm in ((), (nn.BatchNorm1d(6),))
    )
    for target, source in ((0, 0), (3, 2)):
        normed[target].load_state_dict(plain[source].state_dict())
    ours, theirs = (module_scores(module, "synflow", DATA, loss="mse") for module in (plain, normed))
    for a, b in zip(ours.values(), theirs.values(), strict=True):
        assert b == pytest.approx(a / np.sqrt(1 + 1e-5), rel=1e-12)
    layered = nn.Sequential(nn.Linear(7, 6), nn.LayerNorm(6), nn.Linear(6, 3))
    with pytest.raises(InputError, match="1: SynFlow is not defined here with this normalisation"):
        prune_module(layered, "synflow", 0.5, DATA)


def test_frozen_layers_are_pruned_and_dropout_of_functions_is_off():
    class Dropping(nn.Module):
        def __init__(self):
            super().__init__()
            self.enter, self.leave = nn.Linear(7, 6), nn.Linear(6, 3)

        def forward(self, x):
            return self.leave(nn.functional.dropout(torch.relu(self.enter(x)), 0.5, self.training))

    module = Dropping()
    one, two = (prune_module(module, "snip", 0.3, DATA) for _ in range(2))
    assert all(torch.equal(one[path], two[path]) for path in one)
    module.requires_grad_(False)
    frozen = prune_module(module, "snip", 0.3, DATA)
    assert all(torch.equal(one[path], frozen[path]) for path in one)
    assert not module.enter.weight.requires_grad


def test_images_are_given_as_such_to_modules_that_take_them():
    module = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 10))
    masks = prune_module(module, "synflow", 0.5, load_data("digits", labels="onehot"))
    assert {path: tuple(mask.shape) for path, mask in masks.items()} == {"0": (4, 1, 3, 3), "3": (10, 144)}


def zeroed():
    module = nn.Linear(7, 3)
    nn.init.zeros_(module.weight)
    return module


class Unused(nn.Module):
    def __init__(self):
        super().__init__()
        self.used, self.other = nn.Linear(7, 3), nn.Linear(7, 3)

    def forward(self, x):
        return self.used(x)


@pytest.mark.parametrize(
    ("module", "asked", "expected"),
    [
        (Unused(), {"method": "synflow"}, "other does not reach the output"),
        (Unused(), {"method": "wanda"}, "other does not reach the output"),
        (3, {}, "the module is 3"),
        (nn.Linear(7, 3), {"data": "digits"}, "data is str, expected a Dataset"),
        (nn.LSTM(7, 3), {}, r"no nn\.Linear and no nn\.Conv1d to nn\.Conv3d"),
        (custom_from_mask(nn.Linear(7, 3), "weight", torch.ones(3, 7)), {}, "the module has hooks"),
        (nn.Linear(7, 1), {"data": Dataset(X, X[:, :1], "made", "as-is")}, "targets are as-is, expected onehot"),
        (
            nn.Linear(7, 2),
            {"data": Dataset(X, X[:, :2], "made", "as-is")},
            "; as sequences: prune with --loss FILE.py:loss",
        ),
        (zeroed(), {}, "all scores are 0"),
        (nn.Sequential(nn.Linear(8, 3)), {}, r"does not take inputs of shape \(30, 7\)"),
        (nn.Sequential(nn.Linear(7, 4)), {}, r"outputs of shape \(30, 4\), expected \(30, 3\)"),
        (nn.ReLU(), {}, r"no nn\.Linear and no nn\.Conv1d to nn\.Conv3d"),
        (Unused(), {}, "other does not reach the output"),
        (nn.Linear(7, 3), {"method": "best"}, "method is 'best'"),
        (nn.Linear(7, 3), {"density": 1.0}, "density is 1.0"),
        (nn.Linear(7, 3), {"loss": "hinge"}, "loss is 'hinge'"),
        (nn.Linear(7, 3), {"scope": "first"}, "scope is 'first'"),
    ],
)
def test_what_cannot_be_pruned_is_refused(module, asked, expected):
    with pytest.raises(InputError, match=expected):
        prune_module(module, **({"method": "snip", "density": 0.5, "data": DATA} | asked))


def build():
    return nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 96), nn.ReLU(), nn.Linear(96, 10))


def normed():
    hidden = [(nn.Linear(inputs, units), nn.BatchNorm1d(units), nn.ReLU()) for inputs, units in ((64, 128), (128, 96))]
    return nn.Sequential(*hidden[0], *hidden[1], nn.Linear(96, 10))


@pytest.mark.parametrize(
    ("build", "method"),
    [(build, "snip"), (build, "magnitude"), (build, "synflow"), (normed, "snip"), (normed, "synflow")],
)
def test_the_law_is_that_of_modules(build, method):
    """Layers lie within five standard deviations of the mean of eight modules, and of the law's own error."""
    found = predict_module(build, method, samples=200, units=4096, networks=8, seed=1)
    assert [layer.name for layer in found.layers] == (
        ["0", "2", "4"] if found.network.norm == "none" else ["0", "3", "6"]
    )
    for layer in found.layers:
        reach = 5 * np.hypot(layer.error, layer.sd / np.sqrt(8)) + (0.02 if method == "snip" else 1 / layer.weights)
        assert abs(layer.predicted - layer.observed) < reach
    assert found.model == build.__name__
    assert "the initialisation, torch, was found" in found.notes[0]


def test_the_same_seed_builds_the_same_modules_and_leaves_torch_alone():
    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    one, two = (predict_module(build, "magnitude", samples=50, networks=2) for _ in range(2))
    assert [layer.observed for layer in one.layers] == [layer.observed for layer in two.layers]
    assert torch.equal(before, torch.random.get_rng_state())


MODEL = """
import numpy as np
from torch import nn
def build(): return nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
def narrow(): return nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 10))
def changing():
    width = 3 + np.random.randint(9999)
    return nn.Sequential(nn.Linear(64, width), nn.ReLU(), nn.Linear(width, 10))
"""


def test_synflow_is_predicted_where_activations_pass_positive_numbers_on():
    with pytest.raises(InputError, match="activation is tanh, expected one of relu, leaky, abs, linear with synflow"):
        predict_module(lambda: nn.Sequential(nn.Linear(64, 9), nn.Tanh(), nn.Linear(9, 10)), "synflow", samples=50)


def command(tmp_path, name, *options):
    (tmp_path / "model.py").write_text(MODEL, encoding="utf-8")
    return main(
        [
            "predict",
            "layers",
            "--method",
            "snip",
            "--model",
            f"{tmp_path / 'model.py'}:{name}",
            "--samples",
            "60",
            *options,
        ]
    )


def test_the_command_reports_layers_by_their_paths(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    assert command(tmp_path, "build", "--units", "512", "--networks", "2", "--json", "-") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["model"].endswith("model.py:build")
    assert [layer["name"] for layer in report["layers"]] == ["0", "2"]
    assert report["networks"] == 2
    assert command(tmp_path, "build", "--units", "512", "--networks", "2") == 0
    shown = capsys.readouterr().out
    assert "model.py:build" in shown
    assert "Densities of layers, observed in 2 networks" in shown


@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        ("narrow", (), "the module takes 8 inputs to 10 outputs, expected 64 to 10"),
        ("changing", ("--no-sample",), "two builds have different layers"),
        ("build", ("--widths", "3"), "--widths and --model: both are given, expected one of them"),
        ("build", ("--init", "he"), "--init is given, expected none with --model"),
        ("build", ("--scope", "first"), "--scope is 'first', expected global or layer"),
        ("nothing", (), "there is no function nothing"),
    ],
)
def test_the_command_refuses_in_one_line(tmp_path, capsys, name, options, expected):
    assert command(tmp_path, name, *options) == 2
    said = capsys.readouterr().err
    assert expected in said
    assert said.count("\n") == 1
