"""Masks beside those of the methods' authors, whose code is written here anew: Tanaka et al. 2020 (Pruners/pruners.py of
ganguli-lab/Synaptic-Flow, which also has SNIP and GraSP) and Sun et al. 2023 (Wanda).

The same weights are kept to the last one, but for three things that are theirs by definition: their thresholds drop
floor((1 − density) of all) weights, SynFlow sees the moduli of biases, and GraSP's outputs are divided by a temperature of 200.
"""

from copy import deepcopy
from itertools import pairwise

import numpy as np
import pytest
from helpers import needs

from sparse_limits import load_data
from sparse_limits.numerics.data import Dataset

torch = needs("torch")
nn = torch.nn

from torch.func import functional_call  # noqa: E402

from sparse_limits.numerics.prediction.modules import prune_module  # noqa: E402

DIGITS = load_data("digits", labels="onehot")
DATA = Dataset(DIGITS.x[:120], DIGITS.y[:120], DIGITS.name, DIGITS.labelling, DIGITS.about)
INPUTS, CLASSES = torch.tensor(DATA.x).double(), torch.tensor(DATA.y.argmax(axis=1))
LOSS = nn.CrossEntropyLoss()


def perceptron():
    layers = [nn.Linear(columns, rows) for columns, rows in pairwise((64, 48, 32, 10))]
    return nn.Sequential(layers[0], nn.ReLU(), layers[1], nn.ReLU(), layers[2])


def normalised():
    return nn.Sequential(nn.Linear(64, 48), nn.BatchNorm1d(48), nn.ReLU(), nn.Linear(48, 10))


def convolution():
    front = nn.Unflatten(1, (1, 8, 8)), nn.Conv2d(1, 6, 3), nn.ReLU(), nn.MaxPool2d(2)
    return nn.Sequential(*front, nn.Flatten(), nn.Linear(54, 10))


MODULES = {each.__name__: each for each in (perceptron, normalised, convolution)}


def weights_of(module):
    kinds = nn.Linear, nn.Conv2d
    return {path: part.weight for path, part in module.named_modules() if isinstance(part, kinds)}


def snip(module, temperature):
    """The moduli of the slopes in masks of ones."""
    weights = {f"{path}.weight": weight.detach() for path, weight in weights_of(module).items()}
    masks = {name: torch.ones_like(weight, requires_grad=True) for name, weight in weights.items()}
    masked = {name: weight * masks[name] for name, weight in weights.items()}
    LOSS(functional_call(module, masked, (INPUTS,)), CLASSES).backward()
    return [mask.grad.abs() for mask in masks.values()]


def grasp(module, temperature):
    """The slope of the squared gradient, half of which is not followed, times the weight."""
    weights = [*weights_of(module).values()]
    stopped = torch.autograd.grad(LOSS(module(INPUTS) / temperature, CLASSES), weights)
    followed = torch.autograd.grad(LOSS(module(INPUTS) / temperature, CLASSES), weights, create_graph=True)
    sum((a * b).sum() for a, b in zip(stopped, followed, strict=True)).backward()
    return [weight.grad * weight.detach() for weight in weights]


def synflow(module, temperature):
    """Slope times weight of the sum of outputs at ones, all that a state dictionary holds by its modulus."""
    with torch.no_grad():
        for value in module.state_dict().values():
            value.abs_()
    module.eval()(torch.ones(1, 64, dtype=torch.float64)).sum().backward()
    return [(weight.grad * weight.detach()).abs() for weight in weights_of(module).values()]


def magnitude(module, temperature):
    return [weight.detach().abs() for weight in weights_of(module).values()]


def theirs(module, scored, density, temperature=1):
    """Their mask, and theirs with as many weights kept as here: all together, true where a weight is kept."""
    copy = deepcopy(module).double().train(isinstance(module[1], nn.BatchNorm1d))
    scores = torch.cat([score.ravel() for score in scored(copy, temperature)])
    ordered = scores.sort().values
    own = scores > ordered[int((1 - density) * scores.numel()) - 1]
    return own, scores > ordered[scores.numel() - round(density * scores.numel()) - 1]


def ours(module, method, density):
    return torch.cat([mask.ravel() for mask in prune_module(module, method, density, DATA).values()])


@pytest.mark.parametrize("density", [0.5, 0.1, 0.02])
@pytest.mark.parametrize("scored", [magnitude, snip, grasp, synflow], ids=lambda scored: scored.__name__)
@pytest.mark.parametrize("build", MODULES)
def test_the_same_weights_are_kept(build, scored, density):
    torch.manual_seed(4)
    module = MODULES[build]()
    with torch.no_grad():
        for part in module:
            if scored is synflow and getattr(part, "bias", None) is not None:
                part.bias.zero_()
    kept = ours(module, scored.__name__, density)
    own, as_many = theirs(module, scored, density)
    assert torch.equal(kept, as_many)
    assert int((own ^ kept).sum()) == int(own.sum() - kept.sum()) in (0, 1)  # what rounding keeps besides


def test_biases_and_temperatures_make_other_masks():
    torch.manual_seed(5)
    module = perceptron()
    assert not torch.equal(ours(module, "synflow", 0.5), theirs(module, synflow, 0.5)[1])
    assert not torch.equal(ours(module, "grasp", 0.5), theirs(module, grasp, 0.5, temperature=200)[1])


@pytest.mark.parametrize("density", [0.5, 0.25])
def test_wanda_keeps_the_same_weights_of_each_row(density):
    """Sun et al.: |W| times the root of the mean square of each input; of each row the smallest are dropped."""
    torch.manual_seed(6)
    module = perceptron()
    masks = prune_module(module, "wanda", density, DATA)
    entering = INPUTS
    for path, part in deepcopy(module).double().named_children():
        if path in masks:
            metric = part.weight.detach().abs() * entering.square().mean(dim=0).sqrt()
            dropped = metric.sort(dim=1, stable=True).indices[:, : int(metric.shape[1] * (1 - density))]
            expected = torch.ones_like(metric, dtype=torch.bool).scatter(1, dropped, False)
            alive = np.asarray(metric > 0)
            assert (np.asarray(masks[path] == expected) | ~alive).all()
        entering = part(entering).detach()
