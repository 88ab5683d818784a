"""A U-Net: down by strides, up again by a transposed convolution, beside a copy of what went down."""

import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset


class UNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.enter = nn.Conv2d(1, 16, 3, padding=1)
        self.down = nn.Conv2d(16, 32, 3, stride=2, padding=1)
        self.bottom = nn.Conv2d(32, 32, 3, padding=1)
        self.up = nn.ConvTranspose2d(32, 16, 2, stride=2)
        self.leave = nn.Conv2d(32, 1, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        kept = functional.relu(self.enter(x))
        h = functional.relu(self.bottom(functional.relu(self.down(kept))))
        return self.leave(torch.cat([kept, functional.relu(self.up(h))], dim=1))


def build() -> nn.Module:
    return UNet()


def loader() -> DataLoader:
    """Noisy squares, and where they are."""
    rng = torch.Generator().manual_seed(0)
    squares = torch.zeros(128, 1, 16, 16)
    for image in squares:
        row, column = torch.randint(10, (2,), generator=rng)
        image[:, row : row + 5, column : column + 5] = 1
    noisy = squares + 0.5 * torch.randn(squares.shape, generator=rng)
    return DataLoader(TensorDataset(noisy, squares), batch_size=32)


def pixels(module: nn.Module, batch: list[torch.Tensor]) -> torch.Tensor:
    noisy, squares = batch
    return functional.binary_cross_entropy_with_logits(module(noisy), squares)
