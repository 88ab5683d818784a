"""Attention of PyTorch, whose output layer is used outside its own forward."""

import numpy as np
import pytest
from helpers import needs
from questions import predict_parts

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.data import Dataset, load_data

torch = needs("torch")
nn = torch.nn

from torch.nn.functional import cross_entropy  # noqa: E402

from sparse_limits.numerics.prediction.modules import prune_module  # noqa: E402
from sparse_limits.numerics.prediction.modules.copies import scores_of_copies  # noqa: E402
from sparse_limits.numerics.prediction.modules.saliencies import module_scores, second_term  # noqa: E402

DIGITS = load_data("digits", labels="onehot")


class OfTorch(nn.Module):
    """Attention whose output layer's own forward is not called."""

    def __init__(self):
        super().__init__()
        self.attend, self.head = nn.MultiheadAttention(8, 2, batch_first=True), nn.Linear(8, 10)

    def forward(self, x):
        h = x.reshape(-1, 8, 8)
        return self.head(self.attend(h, h, h)[0].mean(1))


def test_attention_of_torch_is_predicted_in_one_piece_and_its_own_parameter_told():
    found = predict_parts(OfTorch, "snip", DIGITS, samples=60, networks=2)
    assert (
        "the weights of attend.out_proj may be used outside the forward of their layer: in a copy they come from one build"
        in found.notes
    )
    assert {layer.says for layer in found.layers} == {"measured"}
    assert sum(layer.predicted * layer.weights for layer in found.layers) == pytest.approx(
        found.settings.density * 144, abs=1
    )
    assert any("attend.in_proj_weight" in note for note in found.notes)
    assert [layer.name for layer in found.layers] == ["attend.out_proj", "head"]


def test_a_pruned_output_layer_is_trained():
    """Attention reads the weight of its output layer without calling the layer: each call has to prune it anew."""
    torch.manual_seed(0)
    module, x, y = OfTorch(), torch.randn(20, 64), torch.randint(10, (20,))
    masks = prune_module(module, "magnitude", 0.3, exclude="head")
    assert list(masks) == ["attend.out_proj"]
    layer = masks.apply(module).attend.out_proj
    before, optimizer = layer.weight.detach().clone(), torch.optim.SGD(module.parameters(), 0.1)
    for _ in range(2):
        optimizer.zero_grad()
        cross_entropy(module(x), y).backward()
        optimizer.step()
    module(x)
    assert torch.equal(layer.weight, layer.weight_orig * masks["attend.out_proj"])
    assert (layer.weight != before)[masks["attend.out_proj"]].all()


class ByHand(nn.Module):
    """The same attention of one input or two, by linear layers whose forwards are called."""

    def __init__(self, whole):
        super().__init__()
        self.parts = nn.ModuleList(nn.Linear(8, 8) for _ in range(3))
        self.out, self.head = nn.Linear(8, 8), nn.Linear(8, 10)
        with torch.no_grad():
            for number, part in enumerate(self.parts):
                part.weight.copy_(whole.attend.in_proj_weight[8 * number : 8 * number + 8])
                part.bias.copy_(whole.attend.in_proj_bias[8 * number : 8 * number + 8])
        self.out.load_state_dict(whole.attend.out_proj.state_dict())
        self.head.load_state_dict(whole.head.state_dict())

    def forward(self, x):
        h = x.reshape(-1, 8, 8)
        query, key, value = (part(h).reshape(-1, 8, 2, 4).transpose(1, 2) for part in self.parts)
        shares = torch.softmax(query @ key.transpose(2, 3) / 2, dim=3)
        return self.head(self.out((shares @ value).transpose(1, 2).reshape(-1, 8, 8)).mean(1))


def test_wanda_sees_what_enters_the_output_layer_of_attention():
    whole = OfTorch()
    scores = module_scores(whole, "wanda", DIGITS, loss="mse")
    by_hand = module_scores(ByHand(whole), "wanda", DIGITS, loss="mse")
    np.testing.assert_allclose(scores["attend.out_proj"], by_hand["out"], rtol=1e-9)
    np.testing.assert_allclose(scores["head"], by_hand["head"], rtol=1e-9)
    found = predict_parts(OfTorch, "wanda", DIGITS, samples=60, networks=2)
    assert {layer.says for layer in found.layers} == {"theorem"}
    assert all(layer.predicted == pytest.approx(layer.observed) for layer in found.layers)


class Own(nn.MultiheadAttention):
    """Attention with a forward of its own, which gives out something else."""

    def forward(self, query, key, value):
        return (query, super().forward(query, key, value)[0])


def test_attention_with_a_forward_of_its_own_is_refused_by_wanda():
    class Module(OfTorch):
        def __init__(self):
            super().__init__()
            self.attend = Own(8, 2, batch_first=True)

    with pytest.raises(InputError, match=r"attend\.out_proj does not reach the output through its own forward"):
        predict_parts(Module, "wanda", DIGITS, samples=60, networks=2)


def test_one_module_in_all_places_is_the_module():
    module = OfTorch()
    apart = scores_of_copies([module] * 2, "snip", DIGITS, loss="cross-entropy", together=["attend.out_proj"])
    for path, scores in module_scores(module, "snip", DIGITS, loss="cross-entropy").items():
        np.testing.assert_allclose(apart[path], scores, rtol=1e-9, atol=1e-14)


class Encoder(nn.Module):
    """A layer of a transformer as PyTorch has it, whose attention is one fused kernel."""

    def __init__(self):
        super().__init__()
        layer = nn.TransformerEncoderLayer(8, 2, 16, activation="gelu", batch_first=True)
        self.enter, self.layer, self.head = nn.Linear(8, 8), layer, nn.Linear(8, 10)

    def forward(self, x):
        return self.head(self.layer(self.enter(x.view(-1, 8, 8))).mean(1))


def test_grasp_differentiates_fused_attention_twice():
    """Hg is the difference of two gradients along g, by PyTorch's own kernels."""
    torch.manual_seed(0)
    module = Encoder().double().eval()
    data = Dataset(DIGITS.x[:40], DIGITS.y[:40], "made", "onehot")
    weights = {path: module.get_submodule(path).weight for path in module_scores(module, "magnitude", data, loss="mse")}
    x, classes = torch.from_numpy(data.x), torch.from_numpy(data.y.argmax(axis=1))

    def slopes():
        return torch.autograd.grad(cross_entropy(module(x), classes), list(weights.values()))

    def moved(along, step):
        with torch.no_grad():
            for weight, slope in zip(weights.values(), along, strict=True):
                weight.add_(step * slope)

    found, along, step = module_scores(module, "grasp", data, loss="cross-entropy"), slopes(), 1e-4
    moved(along, step)
    ahead = slopes()
    moved(along, -2 * step)
    behind = slopes()
    moved(along, step)
    for (path, weight), a, b in zip(weights.items(), ahead, behind, strict=True):
        expected = np.asarray((weight * (a - b) / (2 * step)).detach())
        assert found[path] == pytest.approx(expected, rel=1e-5, abs=1e-6 * np.abs(expected).max())
    assert second_term(module, data, "cross-entropy") > 0
    masks = prune_module(module, "grasp-magnitude", 0.1, data)
    assert sum(int(mask.sum()) for mask in masks.values()) == round(0.1 * sum(w.numel() for w in weights.values()))
    forecast = predict_parts(Encoder, "grasp", data, networks=1)
    assert all(layer.observed is not None for layer in forecast.layers)
