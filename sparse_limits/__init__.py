"""Sparse networks in numbers: prune, predict, fit, compare, certify, and run the checks of the theory.

    >>> import sparse_limits as sl
    >>> data = sl.load_data("digits", labels="is0")
    >>> data.x.shape
    (1797, 64)

Each name below is imported when it is first used, so that `import sparse_limits` costs nothing. Functions that are not
listed here stand in the folders: `masks`, `prediction`, `fitting`, `networks`, `kernels`, `lifts`, `spectra`,
`equivariance`, `subset_sum`, `tickets`, `neuron_pruning`, `expressivity`, `statistics`, `exact`, `evidence`, `ledger`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sparse_limits.theory.lazy import lazily

__version__ = "0.2.0"

if TYPE_CHECKING:
    from sparse_limits.numerics.data import DataSource, load_data
    from sparse_limits.numerics.exact.balls import enclose
    from sparse_limits.numerics.exact.evaluation import evaluate
    from sparse_limits.numerics.fitting.explanation import explain
    from sparse_limits.numerics.fitting.fit import fit
    from sparse_limits.numerics.fitting.layers import fit_layers
    from sparse_limits.numerics.fitting.verdict import account, verdict
    from sparse_limits.numerics.kernels import dense_kernel, graphon_kernel, ridge_predict
    from sparse_limits.numerics.ledger.mutation import mutate
    from sparse_limits.numerics.ledger.verification import verify
    from sparse_limits.numerics.limits import limit
    from sparse_limits.numerics.masks.cut_norm import cut_distance, cut_norm
    from sparse_limits.numerics.masks.files import load_mask
    from sparse_limits.numerics.masks.motifs import motif_density
    from sparse_limits.numerics.masks.sampling import sample_mask, sample_rank_one
    from sparse_limits.numerics.masks.scan import scan_mask
    from sparse_limits.numerics.masks.selection import global_mask
    from sparse_limits.numerics.masks.sorting import smoothed
    from sparse_limits.numerics.networks import random_network, stable_step, tangent_kernel, train
    from sparse_limits.numerics.prediction.architecture import FullyConnected
    from sparse_limits.numerics.prediction.methods import saliency
    from sparse_limits.numerics.prediction.modules.any_network import prune
    from sparse_limits.numerics.prediction.predict import compare_methods, predict
    from sparse_limits.numerics.prediction.pruned_first_layer.predictors import compare_predictors
    from sparse_limits.numerics.prediction.report.report import report
    from sparse_limits.numerics.prediction.settings import KernelSettings
    from sparse_limits.numerics.processes.cluster import cluster
    from sparse_limits.numerics.spectra.corrected_values import corrected_singular_values
    from sparse_limits.numerics.studies import study
    from sparse_limits.numerics.sweeps.run import sweep
    from sparse_limits.numerics.tickets import certify, find_ticket
    from sparse_limits.numerics.tickets.calls import check, ticket
    from sparse_limits.numerics.tickets.checking import check_ticket
    from sparse_limits.theory.input_error import InputError
else:
    lazily(__name__)

__all__ = [
    "DataSource",
    "FullyConnected",
    "InputError",
    "KernelSettings",
    "account",
    "certify",
    "check",
    "check_ticket",
    "cluster",
    "compare_methods",
    "compare_predictors",
    "corrected_singular_values",
    "cut_distance",
    "cut_norm",
    "dense_kernel",
    "enclose",
    "evaluate",
    "explain",
    "find_ticket",
    "fit",
    "fit_layers",
    "global_mask",
    "graphon_kernel",
    "limit",
    "load_data",
    "load_mask",
    "motif_density",
    "mutate",
    "predict",
    "prune",
    "random_network",
    "report",
    "ridge_predict",
    "saliency",
    "sample_mask",
    "sample_rank_one",
    "scan_mask",
    "smoothed",
    "stable_step",
    "study",
    "sweep",
    "tangent_kernel",
    "ticket",
    "train",
    "verdict",
    "verify",
]
