"""Sparse networks in numbers: prune, predict, fit, compare, certify, and run the checks of the theory.

    >>> import numerics as sl
    >>> data = sl.load_data("digits", labels="is0")
    >>> data.x.shape
    (1797, 64)

Each name below is imported when it is first used, so that `import numerics` costs nothing. Functions that are not
listed here stand in the folders: `masks`, `pruning`, `forecast`, `fitting`, `networks`, `kernels`, `lifts`, `spectra`,
`equivariance`, `subset_sum`, `tickets`, `neuron_pruning`, `expressivity`, `statistics`, `exact`, `evidence`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numerics.data import load_data
    from numerics.evidence.mutation import mutate
    from numerics.evidence.verification import verify
    from numerics.exact.balls import enclose
    from numerics.exact.evaluation import evaluate
    from numerics.fitting.explanation import explain
    from numerics.fitting.fit import fit
    from numerics.fitting.verdict import account, verdict
    from numerics.forecast.compare import compare
    from numerics.forecast.predict import predict
    from numerics.kernels import dense_kernel, graphon_kernel, ridge_predict
    from numerics.masks.cut_norm import cut_distance, cut_norm
    from numerics.masks.files import load_mask
    from numerics.masks.motifs import motif_density
    from numerics.masks.sampling import sample_mask, sample_rank_one
    from numerics.masks.selection import global_mask
    from numerics.masks.sorting import smoothed
    from numerics.networks import random_network, stable_step, tangent_kernel, train
    from numerics.pruning.methods import prune, saliency
    from numerics.spectra.noise_edge import corrected_singular_values
    from numerics.studies import study
    from numerics.tickets import certify, find_ticket
    from numerics.tickets.calls import check, ticket
    from numerics.tickets.checking import check_ticket
    from theory.input_error import InputError

_HOMES = {
    "InputError": "theory.input_error",
    "account": "numerics.fitting.verdict",
    "certify": "numerics.tickets",
    "check": "numerics.tickets.calls",
    "check_ticket": "numerics.tickets.checking",
    "compare": "numerics.forecast.compare",
    "corrected_singular_values": "numerics.spectra.noise_edge",
    "cut_distance": "numerics.masks.cut_norm",
    "cut_norm": "numerics.masks.cut_norm",
    "dense_kernel": "numerics.kernels",
    "enclose": "numerics.exact.balls",
    "evaluate": "numerics.exact.evaluation",
    "explain": "numerics.fitting.explanation",
    "find_ticket": "numerics.tickets",
    "fit": "numerics.fitting.fit",
    "global_mask": "numerics.masks.selection",
    "graphon_kernel": "numerics.kernels",
    "load_data": "numerics.data",
    "load_mask": "numerics.masks.files",
    "motif_density": "numerics.masks.motifs",
    "mutate": "numerics.evidence.mutation",
    "predict": "numerics.forecast.predict",
    "prune": "numerics.pruning.methods",
    "random_network": "numerics.networks",
    "ridge_predict": "numerics.kernels",
    "saliency": "numerics.pruning.methods",
    "sample_mask": "numerics.masks.sampling",
    "sample_rank_one": "numerics.masks.sampling",
    "smoothed": "numerics.masks.sorting",
    "stable_step": "numerics.networks",
    "study": "numerics.studies",
    "tangent_kernel": "numerics.networks",
    "ticket": "numerics.tickets.calls",
    "train": "numerics.networks",
    "verdict": "numerics.fitting.verdict",
    "verify": "numerics.evidence.verification",
}

__all__ = [
    "InputError",
    "account",
    "certify",
    "check",
    "check_ticket",
    "compare",
    "corrected_singular_values",
    "cut_distance",
    "cut_norm",
    "dense_kernel",
    "enclose",
    "evaluate",
    "explain",
    "find_ticket",
    "fit",
    "global_mask",
    "graphon_kernel",
    "load_data",
    "load_mask",
    "motif_density",
    "mutate",
    "predict",
    "prune",
    "random_network",
    "ridge_predict",
    "saliency",
    "sample_mask",
    "sample_rank_one",
    "smoothed",
    "stable_step",
    "study",
    "tangent_kernel",
    "ticket",
    "train",
    "verdict",
    "verify",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
