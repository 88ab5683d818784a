"""Modules as people have them: compiled, with one layer, with tensors of their own; what is said of each."""

import pytest
from helpers import needs
from questions import predict_parts

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.data import load_data

torch = needs("torch")
nn = torch.nn

from sparse_limits.numerics.prediction.modules import chain_of, prune_module  # noqa: E402
from sparse_limits.numerics.prediction.modules.reading import NotFollowedError  # noqa: E402

DIGITS = load_data("digits", labels="onehot")


class Net(nn.Module):
    """Two layers."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(64, 16), nn.Linear(16, 10)

    def forward(self, x):
        return self.b(torch.relu(self.a(x)))


class Compiled(nn.Module):
    """What torch.compile returns, which compiles at its first call."""

    def __init__(self):
        super().__init__()
        self._orig_mod = Net()

    def forward(self, x):
        return self._orig_mod(x)


@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
@pytest.mark.parametrize(
    ("module", "expected"),
    [
        (
            lambda: nn.Sequential(Compiled(), nn.ReLU()),
            r"0 is compiled by torch\.compile, expected it as it was before",
        ),
        (lambda: torch.jit.script(Net()), r"the module is compiled by torch\.jit, expected it as it was before"),
        (
            lambda: nn.Sequential(torch.jit.trace(nn.Linear(64, 9), torch.zeros(2, 64)), nn.Linear(9, 10)),
            r"0 is compiled by torch\.jit",
        ),
    ],
)
def test_compiled_modules_are_refused_as_such(module, expected):
    with pytest.raises(InputError, match=expected):
        chain_of(module())
    with pytest.raises(InputError, match=expected):
        prune_module(module(), "magnitude", 0.5, DIGITS)


@pytest.mark.parametrize("method", ["snip", "synflow"])
def test_a_single_layer_keeps_what_is_asked(method):
    found = predict_parts(lambda: nn.Sequential(nn.Linear(64, 10), nn.Tanh()), method, DIGITS, samples=60, copies=4)
    (layer,) = found.layers
    assert (layer.says, layer.predicted, layer.observed, layer.p) == ("theorem", 0.1, 0.1, None)
    assert layer.collapse == 1 / 640
    assert "the independence was not tested: each layer keeps what is asked" in found.notes


def test_of_what_torch_says_of_a_trace_the_first_sentence_is_told():
    class Looped(Net):
        def forward(self, x):
            return super().forward(torch.stack(list(x)))

    with pytest.raises(NotFollowedError, match=r"torch\.fx \(Proxy object cannot be iterated\), expected"):
        chain_of(Looped())


class Beginning(nn.Module):
    """A recurrent layer that begins with zeros of its own."""

    def __init__(self):
        super().__init__()
        self.cells, self.head = nn.GRU(8, 4, batch_first=True), nn.Linear(4, 10)

    def forward(self, x):
        return self.head(self.cells(x.view(-1, 8, 8), torch.zeros(1, len(x), 4))[0][:, -1])


def test_tensors_that_a_forward_makes_are_doubles():
    before = torch.get_default_dtype()
    (mask,) = prune_module(Beginning(), "snip", 0.5, DIGITS).values()
    assert mask.sum() == 20
    assert torch.get_default_dtype() == before


class Holding(Net):
    """A tensor of its own that is no buffer."""

    def __init__(self):
        super().__init__()
        self.turn = torch.eye(64)

    def forward(self, x):
        return super().forward(x @ self.turn)


def test_a_tensor_that_is_no_buffer_is_told_to_be_one():
    with pytest.raises(InputError, match="tensors that the module holds are buffers"):
        prune_module(Holding(), "snip", 0.5, DIGITS)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
def test_a_module_that_is_made_on_a_gpu_is_pruned_as_one_that_is_not():
    """The weights are other ones, of the GPU's generator; what is expected of them is the same."""
    found = [predict_parts(build, "snip", DIGITS, density=0.1) for build in (Net, lambda: Net().cuda())]
    here, there = ([layer.kept for layer in each.layers] for each in found)
    assert there == here
