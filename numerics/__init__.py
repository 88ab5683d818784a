"""Sparse networks in numbers: prune, predict, fit, compare, certify, and run the checks of the theory.

    >>> import numerics as sl
    >>> data = sl.load_data("digits", labels="is0")
    >>> data.x.shape
    (1797, 64)

Each name below is imported when it is first used, so that `import numerics` costs nothing. Functions that are not
listed here stand in the folders: `masks`, `prediction`, `fitting`, `networks`, `kernels`, `lifts`, `spectra`,
`equivariance`, `subset_sum`, `tickets`, `neuron_pruning`, `expressivity`, `statistics`, `exact`, `evidence`, `ledger`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from theory.lazy import lazily

if TYPE_CHECKING:
    from numerics.data import DataSource, load_data
    from numerics.exact.balls import enclose
    from numerics.exact.evaluation import evaluate
    from numerics.fitting.explanation import explain
    from numerics.fitting.fit import fit
    from numerics.fitting.layers import fit_layers
    from numerics.fitting.verdict import account, verdict
    from numerics.kernels import dense_kernel, graphon_kernel, ridge_predict
    from numerics.ledger.mutation import mutate
    from numerics.ledger.verification import verify
    from numerics.limits import limit
    from numerics.masks.cut_norm import cut_distance, cut_norm
    from numerics.masks.files import load_mask
    from numerics.masks.motifs import motif_density
    from numerics.masks.sampling import sample_mask, sample_rank_one
    from numerics.masks.selection import global_mask
    from numerics.masks.sorting import smoothed
    from numerics.networks import random_network, stable_step, tangent_kernel, train
    from numerics.prediction.architecture import FullyConnected
    from numerics.prediction.methods import saliency
    from numerics.prediction.modules.any_network import prune
    from numerics.prediction.predict import compare_methods, predict
    from numerics.prediction.pruned_first_layer.predictors import compare_predictors
    from numerics.prediction.report.report import report
    from numerics.prediction.settings import KernelSettings
    from numerics.spectra.corrected_values import corrected_singular_values
    from numerics.studies import study
    from numerics.tickets import certify, find_ticket
    from numerics.tickets.calls import check, ticket
    from numerics.tickets.checking import check_ticket
    from theory.input_error import InputError
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
    "smoothed",
    "stable_step",
    "study",
    "tangent_kernel",
    "ticket",
    "train",
    "verdict",
    "verify",
]
