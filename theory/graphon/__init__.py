"""Limits of masks: how close, in which sense, and of which shape."""

from theory.graphon.concentration import cut_norm_rate
from theory.graphon.limit import mask_limit
from theory.graphon.rate import optimal_rate
from theory.graphon.selection import selection_identity
from theory.graphon.taxonomy import graphon_taxonomy

__all__ = ["cut_norm_rate", "graphon_taxonomy", "mask_limit", "optimal_rate", "selection_identity"]
