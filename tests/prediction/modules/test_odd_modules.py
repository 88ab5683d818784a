"""Modules that are easily misread: what a prediction says of them, or by which path and reason it refuses them."""

import re
from itertools import combinations

import numpy as np
import pytest
from helpers import needs
from questions import predict_layers, predict_module, predict_parts
from rich.console import Console

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.data import load_data
from sparse_limits.numerics.prediction.layers.data_free import keeps_nothing
from sparse_limits.numerics.printing.plain_text import short_names
from sparse_limits.numerics.printing.tables import Table, print_facts, print_table

torch = needs("torch")
nn = torch.nn

from sparse_limits.numerics.prediction.modules import chain_of, prune_module  # noqa: E402
from sparse_limits.numerics.prediction.modules.initial import MOST_TESTED, some_of  # noqa: E402
from sparse_limits.numerics.prediction.modules.reading import NotFollowedError, outside_of  # noqa: E402

DIGITS = load_data("digits", labels="onehot")


class Net(nn.Module):
    """Three layers with a ReLU behind the first two; parts of it are made odd below."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = nn.Linear(64, 32), nn.Linear(32, 32), nn.Linear(32, 10)

    def forward(self, x):
        return self.c(torch.relu(self.b(torch.relu(self.a(x)))))


class Stated(Net):
    """Activations in place, as statements."""

    def __init__(self):
        super().__init__()
        self.r = nn.ReLU(inplace=True)

    def forward(self, x):
        h = self.a(x)
        self.r(h)
        h = self.b(h)
        h.relu_()
        return self.c(h)


class Aside(Net):
    """A layer whose output is not used."""

    def forward(self, x):
        h = torch.relu(self.a(x))
        self.b(h)
        return self.c(h)


class Idle(Net):
    """A layer that is not called."""

    def forward(self, x):
        return self.c(torch.relu(self.a(x)))


class Cut(Net):
    """A layer through which no signal comes back."""

    def forward(self, x):
        with torch.no_grad():
            h = torch.relu(self.a(x))
        return self.c(torch.relu(self.b(h)))


class Exiting(Net):
    def forward(self, x):
        raise SystemExit(3)


class Named(Net):
    """Inputs of layers by their name, an activation that the law does not have."""

    def forward(self, x):
        return self.c(input=torch.tanh(self.b(input=self.a(input=x))) ** 2)


class Drawing(Net):
    def forward(self, x):
        return self.c(nn.functional.dropout(torch.relu(self.b(torch.relu(self.a(x)))), 0.5))


class Indexed(Net):
    def __init__(self):
        super().__init__()
        self.i = nn.Parameter(torch.arange(3), requires_grad=False)

    def forward(self, x):
        return super().forward(x) ** 3


class Dark(Net):
    def __init__(self):
        super().__init__()
        nn.init.zeros_(self.c.weight)

    def forward(self, x):
        return super().forward(x) ** 3


def lazy():
    return nn.Sequential(nn.Unflatten(1, (1, 8, 8)), nn.LazyConv2d(4, 3), nn.Flatten(), nn.Linear(144, 10))


def holed():
    module = Net()
    with torch.no_grad():
        module.b.weight[0, 0] = torch.nan
    return module


def told(build, method="snip", **asked):
    return predict_parts(build, method, DIGITS, samples=60, **asked)


def test_entries_that_are_tested_come_from_all_rows_and_modules():
    places = some_of(np.arange(5.0 * MOST_TESTED))
    assert len(set(places)) == MOST_TESTED
    assert np.histogram(places, 64, (0, 5 * MOST_TESTED))[0] == pytest.approx(MOST_TESTED / 64, abs=2)
    assert np.bincount(places.astype(int) % 5).min() > MOST_TESTED / 6
    assert (some_of(np.arange(9.0)) == np.arange(9)).all()


def packed():
    """Two laws in one weight, the second behind the first 2^18 entries."""
    module = nn.Sequential(nn.Linear(64, 8192), nn.ReLU(), nn.Linear(8192, 10))
    with torch.no_grad():
        module[0].weight[4096:] *= 4
    return module


def test_a_second_law_far_behind_in_a_weight_is_found():
    with pytest.raises(NotFollowedError, match="no initialisation known here"):
        predict_module(packed, "magnitude", DIGITS, samples=60, sample=False)
    with pytest.raises(InputError, match="magnitude is not predicted"):
        told(packed, "magnitude", sample=False)


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        (Stated(), r"r \(ReLU\): its output is not used"),
        (Aside(), r"b \(Linear\): its output is not used"),
        (Idle(), r"b \(Linear\) is not called"),
    ],
)
def test_a_chain_has_no_part_aside(module, expected):
    with pytest.raises(NotFollowedError, match=expected):
        chain_of(module)


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (Aside, "b does not reach the output"),
        (Cut, "a does not reach the output"),
        (Exiting, r"inputs of shape \(2, 64\): raised SystemExit"),
        (Dark, r"all scores are 0 \(so are all weights of c\), expected"),
        (lazy, r"1 \(LazyConv2d\): weight has no shape"),
        (holed, "b: weight has entries that are not finite"),
    ],
)
def test_what_no_copy_can_predict_is_refused_by_its_path(build, expected):
    with pytest.raises(InputError, match=expected):
        told(build, sample=False, copies=2)


def test_the_law_asks_whether_signals_come_back():
    assert chain_of(Cut()).activation == "relu"  # a trace does not show it
    with pytest.raises(InputError, match="a does not reach the output"):
        predict_module(Cut, "snip", DIGITS, samples=60, sample=False)


@pytest.mark.parametrize("build", [Named, Indexed])
@pytest.mark.parametrize("method", ["snip", "wanda"])
def test_named_inputs_and_whole_numbers_are_followed(build, method):
    found = told(build, method, copies=4)
    assert [layer.name for layer in found.layers] == ["a", "b", "c"]
    assert all(layer.predicted > 0 for layer in found.layers)


def test_an_error_of_a_forward_is_told_for_inputs_of_both_shapes():
    class Broken(Net):
        def forward(self, x):
            raise KeyError("first" if x.ndim == 2 else "second")

    with pytest.raises(InputError, match=r"\(1797, 64\): 'first'; .*\(1797, 1, 8, 8\): 'second'"):
        prune_module(Broken(), "snip", 0.5, DIGITS)


def test_a_forward_that_draws_draws_the_same_for_the_same_seed():
    one, two, other = (told(Drawing, copies=2, networks=2, seed=seed) for seed in (1, 1, 2))
    assert [layer.predicted for layer in one.layers] == [layer.predicted for layer in two.layers]
    assert [layer.observed for layer in one.layers] == [layer.observed for layer in two.layers]
    assert [layer.observed for layer in one.layers] != [layer.observed for layer in other.layers]
    module, before = Drawing(), torch.random.get_rng_state()
    masks = [prune_module(module, "snip", 0.3, DIGITS)["a"] for _ in range(2)]
    assert torch.equal(*masks)
    assert torch.equal(before, torch.random.get_rng_state())


def squared():
    return nn.Sequential(nn.Linear(64, 3), nn.Tanh(), nn.Linear(3, 3), nn.ReLU(), nn.Linear(3, 10))


def test_random_keeps_a_whole_number_of_weights(law_answers):
    total = 64 * 3 + 9 + 30
    kept = round(0.01 * total)
    parts = told(squared, "random", density=0.01, sample=False)
    assert {layer.predicted for layer in parts.layers} == {kept / total}
    law = predict_layers("random", DIGITS, widths=(3, 3), density=0.01, sample=False)
    assert {layer.predicted for layer in law.layers} == {kept / total}
    for layer, other in zip(parts.layers, law.layers, strict=True):
        assert layer.dead_rows == pytest.approx(other.dead_rows, rel=1e-12)
        assert layer.dead_rows == pytest.approx(layer.shape[0] * keeps_nothing(layer.shape[1], kept, total))
    each = predict_layers("snip", DIGITS, widths=(3, 3), density=0.1, scope="layer", sample=False, samples=30, units=64)
    assert [layer.predicted for layer in each.layers] == [19 / 192, 1 / 9, 3 / 30]


@pytest.mark.parametrize(("cells", "kept", "total"), [(2, 2, 5), (3, 1, 4), (1, 3, 6), (3, 3, 5), (2, 4, 6)])
def test_the_chance_that_cells_keep_nothing_is_that_of_all_choices(cells, kept, total):
    choices = list(combinations(range(total), kept))
    none = sum(min(choice) >= cells for choice in choices)
    assert keeps_nothing(cells, kept, total) == pytest.approx(none / len(choices), rel=1e-12)


def test_what_the_test_of_copies_can_tell_is_told():
    few = told(squared, networks=1)
    assert any("1 pruned module cannot be distinguished from copies at the level 0.01" in note for note in few.notes)
    assert not any("not told" in note for note in few.notes)
    assert any("not distinguished from copies" in note for note in told(squared, networks=4).notes)
    for asked, why in (
        ({"sample": False}, "no module was pruned"),
        ({"scope": "layer"}, "each layer keeps what is asked"),
    ):
        assert f"the independence was not tested: {why}" in told(squared, **asked).notes


def test_rows_that_wanda_empties_are_remarked():
    expected = "Wanda keeps 0 weights of each row of 2, 4: the density times a row's weights rounds to 0"
    assert expected in told(squared, "wanda", density=0.1).notes
    assert not any("keeps 0" in note for note in told(squared, "wanda", density=0.4).notes)


def test_independence_of_weights_is_said_to_be_assumed():
    assert any("independent weights (assumed)" in note for note in told(squared, "magnitude").notes)
    found = predict_module(Net, "magnitude", DIGITS, samples=60, sample=False)
    assert "that weights are independent is assumed" in found.notes[0]


LONG = [f"encoder.layers_of_the_transformer.{n}.intermediate.dense_{m}" for n in (0, 1) for m in ("first", "second")]


def test_long_paths_are_told_apart_in_tables():
    assert short_names([*LONG, "encoder.out", "o"]) == [
        *(f"…{n}.intermediate.dense_{m}" for n in (0, 1) for m in ("first", "second")),
        "encoder.out",
        "o",
    ]
    assert short_names(["a_name_that_is_long.a", "another_that_is_long.a.a", ""])[2] == "(itself)"
    assert len(set(short_names(["a_name_that_is_long.a", "b.a_name_that_is_long.a"]))) == 2


def test_a_narrow_terminal_cuts_no_name(capsys):
    console = Console(width=30)
    print_table(console, Table(("layer", "kept"), [(name, "0.1234") for name in LONG], "lr"))
    shown = capsys.readouterr().out
    assert re.findall(r"layer:\s+(\S+)", shown) == LONG  # whole, each on one line
    print_facts(console, [("note", LONG[0])])
    assert "".join(capsys.readouterr().out.split()) == "note" + LONG[0]


class Scaled(nn.Module):
    """A part of the user's own."""

    def forward(self, x):
        return x / x.norm()


class Untraced(nn.Module):
    """A forward that depends on values, around parts that the law knows and others."""

    def __init__(self):
        super().__init__()
        self.front = nn.Sequential(nn.Unflatten(1, (1, 8, 8)), nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten())
        self.encoder = nn.TransformerEncoderLayer(72, 2, 8, batch_first=True)
        self.scaled, self.head = Scaled(), nn.Linear(72, 10)

    def forward(self, x):
        h = self.encoder(self.scaled(self.front(x))[:, None])[:, 0]
        return self.head(h if h.sum() > 0 else -h)


def test_parts_of_a_module_that_cannot_be_traced_are_named():
    assert outside_of(Untraced()) == ("front.1 (Conv2d)", "encoder (TransformerEncoderLayer)", "scaled (Scaled)")


class Pair(Net):
    """Two outputs."""

    def forward(self, x):
        return super().forward(x), x


class Whole(nn.Module):
    """Inputs that are whole numbers."""

    def __init__(self):
        super().__init__()
        self.table, self.head = nn.Embedding(17, 2), nn.Linear(128, 10)

    def forward(self, x):
        return self.head(self.table(x).flatten(1))


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (Pair, "returns tuple, expected one tensor, as from a module around it"),
        (Whole, "inputs are doubles: a forward that needs another type converts them"),
    ],
)
def test_outputs_and_inputs_of_another_kind_say_what_to_do(build, said):
    with pytest.raises(InputError, match=said):
        predict_parts(build, "snip", DIGITS, samples=20)


@pytest.mark.parametrize(
    ("last", "call", "remarked"),
    [
        (nn.Softmax(dim=1), {"method": "snip"}, True),
        (nn.LogSoftmax(dim=1), {"method": "snip"}, False),  # cross-entropy is the same behind it
        (nn.Sigmoid(), {"method": "snip"}, False),
        (nn.Softmax(dim=1), {"method": "snip", "loss": "mse"}, False),
        (nn.Softmax(dim=1), {"method": "wanda"}, False),
    ],
)
def test_a_softmax_that_is_taken_twice_is_remarked(last, call, remarked):
    def build():
        return nn.Sequential(nn.Linear(64, 12), nn.ReLU(), nn.Linear(12, 10), last)

    found = predict_parts(build, data=DIGITS, samples=20, networks=1, copies=2, **call)
    assert any("softmax once more" in note for note in found.notes) == remarked
