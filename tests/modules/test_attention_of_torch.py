"""Attention of PyTorch, whose output layer is used outside its own forward."""

import numpy as np
import pytest

from numerics.data import load_data

torch = pytest.importorskip("torch")
nn = torch.nn

from numerics.modules import predict_parts  # noqa: E402
from numerics.modules.copies import scores_of_copies  # noqa: E402
from numerics.modules.pruning import module_scores  # noqa: E402

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
        "the weights of attend.out_proj are used outside their own forward: in a copy they come from one build"
        in found.notes
    )
    assert {layer.says for layer in found.layers} == {"measured"}
    assert sum(layer.predicted * layer.weights for layer in found.layers) == pytest.approx(
        found.settings.density * 144, abs=1
    )
    assert any("attend.in_proj_weight" in note for note in found.notes)
    assert [layer.name for layer in found.layers] == ["attend.out_proj", "head"]


def test_one_module_in_all_places_is_the_module():
    module = OfTorch()
    apart = scores_of_copies([module] * 3, "snip", DIGITS, loss="cross-entropy", together=["attend.out_proj"])
    for path, scores in module_scores(module, "snip", DIGITS, loss="cross-entropy").items():
        np.testing.assert_allclose(apart[path], scores, rtol=1e-9, atol=1e-14)
