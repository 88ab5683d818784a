"""A fully connected network with residual blocks, h + b(relu(a(h)))."""

import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(width, inner), nn.Linear(inner, width)

    def forward(self, h: torch.Tensor) -> torch.Tensor:
        return h + self.b(torch.relu(self.a(h)))


def build() -> nn.Module:
    return nn.Sequential(
        nn.Linear(64, 96), Block(96, 128), Block(96, 128), Block(96, 128), nn.ReLU(), nn.Linear(96, 10)
    )
