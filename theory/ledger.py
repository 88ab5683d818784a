"""All claims, in reading order."""

from __future__ import annotations

from importlib import import_module

from theory.claims import Ledger

TOPICS = (
    "saliency",
    "graphon",
    "operators",
    "expressivity",
    "kernel",
    "generalisation",
    "lifts",
    "subset_sum",
    "equivariance",
    "neuron_pruning",
)


def load_ledger() -> Ledger:
    """The ledger of every topic (importing them takes a second, so it is done on demand)."""
    return Ledger({topic: vars(import_module(f"theory.{topic}")) for topic in TOPICS})
