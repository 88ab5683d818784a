"""The cut norm ‖A‖□ = max over row sets S and column sets T of |Σ_{i∈S, j∈T} A_ij| / (mn), A of shape [m, n].

`cut_norm` encloses it between a cut and a certified bound, `cut_distance` does so for a mask minus a graphon;
`exact_cut_norm` enumerates small matrices, whole stacks of them; `cut_norm_witness` only finds large cuts.
"""

from sparse_limits.numerics.masks.cut_norm.bounds import CutNorm, cut_distance, cut_norm, distance_found
from sparse_limits.numerics.masks.cut_norm.enumeration import LONGEST_EXACT, exact_cut_norm
from sparse_limits.numerics.masks.cut_norm.witness import Witness, cut_norm_witness

__all__ = [
    "LONGEST_EXACT",
    "CutNorm",
    "Witness",
    "cut_distance",
    "cut_norm",
    "cut_norm_witness",
    "distance_found",
    "exact_cut_norm",
]
