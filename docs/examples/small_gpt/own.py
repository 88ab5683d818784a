"""A small language model: whole numbers go in, and its head has the weights of its table of tokens."""

from collections.abc import Iterator

import torch
from torch import nn
from torch.nn import functional

TOKENS, PLACES, WIDTH, HEADS = 64, 24, 64, 4
BATCHES, SEQUENCES = 4, 16


class Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.read, self.write = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)

    def forward(self, h: torch.Tensor) -> torch.Tensor:
        heads = (*h.shape[:2], HEADS, WIDTH // HEADS)
        q, k, v = (each.reshape(heads).transpose(1, 2) for each in self.read(h).chunk(3, dim=2))
        mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.write(mixed.transpose(1, 2).reshape(h.shape))


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.attention = Attention()
        self.up, self.down = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, h: torch.Tensor) -> torch.Tensor:
        h = h + self.attention(self.first(h))
        return h + self.down(functional.gelu(self.up(self.second(h))))


class Language(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.table, self.places = nn.Embedding(TOKENS, WIDTH), nn.Embedding(PLACES, WIDTH)
        self.blocks = nn.Sequential(Block(), Block())
        self.head = nn.Linear(WIDTH, TOKENS, bias=False)
        self.head.weight = self.table.weight

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        places = torch.arange(tokens.shape[1])
        return self.head(self.blocks(self.table(tokens) + self.places(places)))


def build() -> nn.Module:
    return Language()


def texts() -> Iterator[torch.Tensor]:
    """Sequences in which each token follows the one before it at a step of 1 to 3."""
    rng = torch.Generator().manual_seed(0)
    for _ in range(BATCHES):
        steps = torch.randint(1, 4, (SEQUENCES, PLACES), generator=rng)
        yield steps.cumsum(dim=1) % TOKENS


def next_token(module: nn.Module, batch: torch.Tensor) -> torch.Tensor:
    return functional.cross_entropy(module(batch[:, :-1]).flatten(0, 1), batch[:, 1:].flatten())
