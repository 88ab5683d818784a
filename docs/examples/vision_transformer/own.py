"""A small vision transformer (Dosovitskiy et al. 2020, arXiv 2010.11929), written out; its head begins at 0."""

import torch
from torch import nn

WIDTH, HEADS, DEPTH, PATCH, SIDE = 64, 4, 4, 4, 32


class Block(nn.Module):
    """Attention and an MLP, each behind a normalisation and beside a residual connection."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.attention = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)
        self.up, self.down = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, h: torch.Tensor) -> torch.Tensor:
        n = self.first(h)
        h = h + self.attention(n, n, n, need_weights=False)[0]
        return h + self.down(nn.functional.gelu(self.up(self.second(h))))


class VisionTransformer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, WIDTH, PATCH, PATCH)
        self.token = nn.Parameter(torch.zeros(1, 1, WIDTH))
        self.places = nn.Parameter(0.02 * torch.randn(1, 1 + (SIDE // PATCH) ** 2, WIDTH))
        self.blocks = nn.Sequential(*(Block() for _ in range(DEPTH)))
        self.norm, self.head = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = self.patches(x).flatten(2).transpose(1, 2)
        h = torch.cat([self.token.expand(len(h), -1, -1), h], dim=1) + self.places
        return self.head(self.norm(self.blocks(h))[:, 0])


def build_zero_head() -> nn.Module:
    """The transformer as fine-tuning starts it: the new head is 0."""
    module = VisionTransformer()
    nn.init.zeros_(module.head.weight)
    nn.init.zeros_(module.head.bias)
    return module


def build() -> nn.Module:
    """The transformer with PyTorch's own initialisation of the head."""
    return VisionTransformer()


def images() -> tuple[torch.Tensor, torch.Tensor]:
    """Noise in the shape of CIFAR-10: put your own images here."""
    rng = torch.Generator().manual_seed(0)
    return torch.randn(32, 3, SIDE, SIDE, generator=rng), torch.randint(10, (32,), generator=rng)
