"""Inverted residuals with depthwise convolutions and ReLU6, as in MobileNetV2 (Sandler et al. 2018, arXiv 1801.04381)."""

import torch
from torch import nn


def conv(inputs: int, outputs: int, size: int, stride: int = 1, groups: int = 1) -> list[nn.Module]:
    layer = nn.Conv2d(inputs, outputs, size, stride, size // 2, groups=groups, bias=False)
    return [layer, nn.BatchNorm2d(outputs)]


class Inverted(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        wide = 6 * inputs
        self.same = stride == 1 and inputs == outputs
        self.layers = nn.Sequential(
            *conv(inputs, wide, 1), nn.ReLU6(), *conv(wide, wide, 3, stride, wide), nn.ReLU6(), *conv(wide, outputs, 1)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.layers(x) if self.same else self.layers(x)


def build() -> nn.Module:
    blocks = [Inverted(16, 16, 1), Inverted(16, 24, 2), Inverted(24, 24, 1), Inverted(24, 32, 2), Inverted(32, 32, 1)]
    return nn.Sequential(*conv(3, 16, 3), nn.ReLU6(), *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 10))


def images() -> tuple[torch.Tensor, torch.Tensor]:
    """Noise in the shape of CIFAR-10: put your own images here."""
    rng = torch.Generator().manual_seed(0)
    return torch.randn(32, 3, 32, 32, generator=rng), torch.randint(10, (32,), generator=rng)
