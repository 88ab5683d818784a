"""Small networks of the kinds that people prune, each with what enters it: layers, sizes and connections as in the large ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import nn
from torch.nn import functional

CLASSES, SAMPLES, TOKENS = 5, 12, 13


def _conv(inputs: int, outputs: int, size: int = 3, stride: int = 1, groups: int = 1) -> nn.Sequential:
    conv = nn.Conv2d(inputs, outputs, size, stride, size // 2, groups=groups, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs), nn.ReLU())


def _head(channels: int) -> nn.Sequential:
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, CLASSES))


class Sum(nn.Module):
    """A branch beside a shortcut."""

    def __init__(self, branch: nn.Module, shortcut: nn.Module | None = None) -> None:
        super().__init__()
        self.branch, self.shortcut = branch, shortcut or nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.shortcut(x) + self.branch(x)


class Side(nn.Module):
    """Branches side by side, their channels one after the other."""

    def __init__(self, *branches: nn.Module) -> None:
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat([branch(x) for branch in self.branches], dim=1)


class Gate(nn.Module):
    """Squeeze and excitation: channels times what their means say."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.down, self.up = nn.Linear(channels, 4), nn.Linear(4, channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        said = torch.sigmoid(self.up(torch.relu(self.down(x.mean(dim=(2, 3))))))
        return x * said[:, :, None, None]


class UNet(nn.Module):
    """Down and up again by a transposed convolution, beside a copy of what went down."""

    def __init__(self) -> None:
        super().__init__()
        self.enter, self.down = _conv(3, 6), _conv(6, 8, stride=2)
        self.up, self.leave, self.head = nn.ConvTranspose2d(8, 6, 2, 2), _conv(12, 6), _head(6)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        kept = self.enter(x)
        return self.head(self.leave(torch.cat([kept, self.up(self.down(kept))], dim=1)))


class Attention(nn.Module):
    """Self-attention made of linear layers."""

    def __init__(self, width: int, causal: bool) -> None:
        super().__init__()
        self.read, self.write, self.causal = nn.Linear(width, 3 * width), nn.Linear(width, width), causal

    def forward(self, h: torch.Tensor) -> torch.Tensor:
        heads = (*h.shape[:2], 2, h.shape[2] // 2)
        q, k, v = (each.reshape(heads).transpose(1, 2) for each in self.read(h).chunk(3, dim=2))
        mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=self.causal)
        return self.write(mixed.transpose(1, 2).reshape(h.shape))


def _block(width: int, causal: bool) -> nn.Sequential:
    mixing = nn.Sequential(nn.LayerNorm(width), Attention(width, causal))
    mlp = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))
    return nn.Sequential(Sum(mixing), Sum(mlp))


class VisionTransformer(nn.Module):
    """Patches by a convolution, a token for the class, places that are learnt."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, 8, 4, 4)
        self.token, self.places = nn.Parameter(torch.randn(1, 1, 8)), nn.Parameter(torch.randn(1, 5, 8))
        self.blocks, self.head = nn.Sequential(_block(8, False), _block(8, False)), nn.Linear(8, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        patches = self.patches(x).flatten(2).transpose(1, 2)
        h = torch.cat([self.token.expand(len(x), -1, -1), patches], dim=1) + self.places
        return self.head(self.blocks(h)[:, 0])


class Language(nn.Module):
    """Whole numbers in, the next one out; the head may have the weights of the table."""

    def __init__(self, tied: bool) -> None:
        super().__init__()
        self.table, self.blocks = nn.Embedding(TOKENS, 8), nn.Sequential(_block(8, True), _block(8, True))
        self.head = nn.Linear(8, TOKENS, bias=False)
        if tied:
            self.head.weight = self.table.weight

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.head(self.blocks(self.table(tokens)))[:, -1, :CLASSES]


class Recurrent(nn.Module):
    def __init__(self, kind: type[nn.RNNBase]) -> None:
        super().__init__()
        self.table, self.head = nn.Embedding(TOKENS, 8), nn.Linear(6, CLASSES)
        self.read = kind(8, 6, num_layers=2, batch_first=True)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.head(self.read(self.table(tokens))[0][:, -1])


class Experts(nn.Module):
    """A mixture of experts, each weighed by a gate."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = nn.Linear(10, 3)
        self.experts = nn.ModuleList(
            nn.Sequential(nn.Linear(10, 8), nn.ReLU(), nn.Linear(8, CLASSES)) for _ in range(3)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        shares = self.gate(x).softmax(dim=1)
        return sum(share[:, None] * expert(x) for share, expert in zip(shares.T, self.experts, strict=True))


class Graph(nn.Module):
    """Graph convolutions over a ring of six."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second, self.head = nn.Linear(4, 8), nn.Linear(8, 8), nn.Linear(8, CLASSES)
        ring = torch.eye(6)
        self.register_buffer("steps", (ring + ring.roll(1, 0) + ring.roll(-1, 0)) / 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = torch.relu(self.steps @ self.first(x))
        return self.head(torch.relu(self.steps @ self.second(h)).mean(dim=1))


class Mixer(nn.Module):
    """Layers over places, and over channels."""

    def __init__(self) -> None:
        super().__init__()
        self.places, self.channels, self.head = nn.Linear(6, 6), nn.Linear(4, 4), nn.Linear(4, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = x + functional.gelu(self.places(x.transpose(1, 2))).transpose(1, 2)
        return self.head((h + functional.gelu(self.channels(h))).mean(dim=1))


class Case(NamedTuple):
    """build: the network. data: what enters it. include: of `prune`. positive: whether SynFlow is defined here."""

    build: Callable[[], nn.Module]
    data: torch.Tensor
    include: tuple[Any, ...] = ()
    positive: bool = True


_numbers = torch.Generator().manual_seed(5)
IMAGES = torch.randn(SAMPLES, 3, 8, 8, generator=_numbers)
SERIES = torch.randn(SAMPLES, 2, 16, generator=_numbers)
FEATURES = torch.randn(SAMPLES, 10, generator=_numbers)
NODES = torch.randn(SAMPLES, 6, 4, generator=_numbers)
TEXTS = torch.randint(TOKENS, (SAMPLES, 7), generator=_numbers)
TARGETS = torch.randint(CLASSES, (SAMPLES,), generator=_numbers)

S = nn.Sequential
ARCHITECTURES: dict[str, Case] = {
    "perceptron": Case(
        lambda: S(nn.Linear(10, 24), nn.ReLU(), nn.Linear(24, 16), nn.Tanh(), nn.Linear(16, CLASSES)), FEATURES
    ),
    "perceptron with batch normalisation": Case(
        lambda: S(nn.Linear(10, 24), nn.BatchNorm1d(24), nn.ReLU(), nn.Dropout(0.5), nn.Linear(24, CLASSES)), FEATURES
    ),
    "LeNet": Case(
        lambda: S(
            nn.Conv2d(3, 6, 3),
            nn.Tanh(),
            nn.AvgPool2d(2),
            nn.Flatten(),
            nn.Linear(54, 20),
            nn.Tanh(),
            nn.Linear(20, CLASSES),
        ),
        IMAGES,
    ),
    "VGG": Case(
        lambda: S(
            _conv(3, 6),
            _conv(6, 6),
            nn.MaxPool2d(2),
            _conv(6, 8),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(32, CLASSES),
        ),
        IMAGES,
    ),
    "ResNet, basic blocks": Case(
        lambda: S(
            _conv(3, 6),
            Sum(S(_conv(6, 6), nn.Conv2d(6, 6, 3, padding=1))),
            Sum(S(_conv(6, 8, stride=2), _conv(8, 8)), nn.Conv2d(6, 8, 1, 2)),
            _head(8),
        ),
        IMAGES,
    ),
    "ResNet, bottlenecks": Case(
        lambda: S(_conv(3, 8), Sum(S(_conv(8, 4, 1), _conv(4, 4), nn.Conv2d(4, 8, 1))), _head(8)), IMAGES
    ),
    "ResNeXt, groups": Case(lambda: S(_conv(3, 8), Sum(S(_conv(8, 8, 1), _conv(8, 8, groups=4))), _head(8)), IMAGES),
    "MobileNet, depthwise": Case(lambda: S(_conv(3, 6), _conv(6, 6, groups=6), _conv(6, 10, 1), _head(10)), IMAGES),
    "DenseNet": Case(
        lambda: S(_conv(3, 6), Side(nn.Identity(), _conv(6, 4)), Side(nn.Identity(), _conv(10, 4)), _head(14)), IMAGES
    ),
    "Inception": Case(lambda: S(Side(_conv(3, 4, 1), _conv(3, 4), _conv(3, 2, 5)), _head(10)), IMAGES),
    "squeeze and excitation": Case(lambda: S(_conv(3, 8), Gate(8), _conv(8, 8), _head(8)), IMAGES),
    "U-Net": Case(UNet, IMAGES, include=(nn.ConvTranspose2d,)),
    "WaveNet": Case(
        lambda: S(
            nn.Conv1d(2, 6, 3),
            nn.ReLU(),
            nn.Conv1d(6, 6, 3, dilation=2),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(60, CLASSES),
        ),
        SERIES,
    ),
    "vision transformer": Case(VisionTransformer, IMAGES, include=("places",), positive=False),
    "language model": Case(lambda: Language(tied=False), TEXTS, include=(nn.Embedding,), positive=False),
    "language model with a tied head": Case(lambda: Language(tied=True), TEXTS, positive=False),
    "LSTM": Case(lambda: Recurrent(nn.LSTM), TEXTS, include=(nn.LSTM, nn.Embedding), positive=False),
    "GRU": Case(lambda: Recurrent(nn.GRU), TEXTS, include=("read",), positive=False),
    "mixture of experts": Case(Experts, FEATURES),
    "graph convolutions": Case(Graph, NODES),
    "MLP-Mixer": Case(Mixer, NODES),
}
