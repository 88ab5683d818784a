"""Saliency: what each pruning method keeps, and the limit of its masks."""

from theory.saliency.grasp import smoothed_snip
from theory.saliency.snip import gradient_moments, product_graphon, row_law, stein_model
from theory.saliency.synflow import synflow_factorises
from theory.saliency.threshold import constant_graphon, stable_threshold
from theory.saliency.wanda import row_thresholds

__all__ = [
    "constant_graphon",
    "gradient_moments",
    "product_graphon",
    "row_law",
    "row_thresholds",
    "smoothed_snip",
    "stable_threshold",
    "stein_model",
    "synflow_factorises",
]
