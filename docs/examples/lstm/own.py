"""A recurrent network that reads sequences of tokens and names their class."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

TOKENS, LENGTH, CLASSES = 50, 12, 4


class Reader(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(TOKENS, 32)
        self.read = nn.LSTM(32, 64, num_layers=2, batch_first=True)
        self.head = nn.Linear(64, CLASSES)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.head(self.read(self.table(tokens))[0][:, -1])


def build() -> nn.Module:
    return Reader()


def loader() -> DataLoader:
    """The class of a sequence is the quarter of the table that its last token is from."""
    rng = torch.Generator().manual_seed(0)
    tokens = torch.randint(TOKENS, (256, LENGTH), generator=rng)
    return DataLoader(TensorDataset(tokens, tokens[:, -1] * CLASSES // TOKENS), batch_size=64)
