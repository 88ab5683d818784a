"""ResNet-20 for images of 32 × 32 pixels (He et al. 2016, arXiv 1512.03385), written out."""

import torch
from torch import nn
from torch.nn import functional


class Block(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.second = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.norms = nn.ModuleList(nn.BatchNorm2d(outputs) for _ in range(2))
        self.shortcut = nn.Conv2d(inputs, outputs, 1, stride, bias=False) if stride > 1 else nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = functional.relu(self.norms[0](self.first(x)))
        return functional.relu(self.norms[1](self.second(h)) + self.shortcut(x))


def build() -> nn.Module:
    layers: list[nn.Module] = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()]
    for inputs, outputs in ((16, 16), (16, 32), (32, 64)):
        layers += [
            Block(inputs if k == 0 else outputs, outputs, 2 if k == 0 and inputs < outputs else 1) for k in range(3)
        ]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


def images() -> tuple[torch.Tensor, torch.Tensor]:
    """Noise in the shape of CIFAR-10: put your own images here."""
    rng = torch.Generator().manual_seed(0)
    return torch.randn(32, 3, 32, 32, generator=rng), torch.randint(10, (32,), generator=rng)
