"""Trained networks to be found again in random ones, one for each architecture, by their names."""

from collections.abc import Callable

from sparse_limits.numerics.tickets.targets.digits import digits_cnn, digits_mlp
from sparse_limits.numerics.tickets.targets.graphs import graphs_messages, graphs_pairs
from sparse_limits.numerics.tickets.targets.point_sets import pointset_deepsets
from sparse_limits.numerics.tickets.targets.rings import rings_c8, rings_d8
from sparse_limits.numerics.tickets.targets.shapes import shapes_steerable
from sparse_limits.numerics.tickets.targets.target import Target

TARGETS: dict[str, Callable[[int], Target]] = {
    "digits-mlp": digits_mlp,
    "digits-cnn": digits_cnn,
    "shapes-steerable": shapes_steerable,
    "rings-c8": rings_c8,
    "rings-d8": rings_d8,
    "graphs-pairs": graphs_pairs,
    "graphs-messages": graphs_messages,
    "pointset-deepsets": pointset_deepsets,
}

__all__ = [
    "TARGETS",
    "Target",
    "digits_cnn",
    "digits_mlp",
    "graphs_messages",
    "graphs_pairs",
    "pointset_deepsets",
    "rings_c8",
    "rings_d8",
    "shapes_steerable",
]
