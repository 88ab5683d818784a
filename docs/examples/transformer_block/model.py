"""One transformer block that reads the eight rows of an 8 × 8 image of a digit."""

import torch
from torch import nn


class Block(nn.Module):
    """Attention and an MLP, each behind a normalisation and beside a residual connection."""

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        self.norm_attention, self.norm_mlp = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query, self.key, self.value, self.mix = (nn.Linear(width, width) for _ in range(4))
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, h: torch.Tensor) -> torch.Tensor:
        n = self.norm_attention(h)
        shares = torch.softmax(self.query(n) @ self.key(n).transpose(1, 2) / h.shape[2] ** 0.5, dim=2)
        h = h + self.mix(shares @ self.value(n))
        return h + self.down(nn.functional.gelu(self.up(self.norm_mlp(h))))


class Reader(nn.Module):
    """Rows of the image in, ten classes out."""

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        self.enter, self.block, self.head = nn.Linear(8, width), Block(width), nn.Linear(width, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.block(self.enter(x.reshape(-1, 8, 8))).mean(dim=1))


def build() -> nn.Module:
    return Reader()
