"""Evidence for the steps of K8, besides their reasons: values of inputs of any length are positive."""

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed
from sparse_limits.theory.kernel.rank_one import feature_reweighting


@enclosed(feature_reweighting)
def values_of_inputs_of_any_length_are_positive(scaled_value: sp.Expr, trial: Trial) -> Findings:
    """The value is positive, as the gates of two inputs that are neither 0 nor opposite can be open together."""
    yield trial.below(0, scaled_value, strict=True)
