"""Lifted perceptron modules on arrays: random sparse lifts, what they contain, their gradient flow and its bounds."""

from typing import Any

from sparse_limits.numerics.lifts.arrays import ArrayLift, full_lift
from sparse_limits.numerics.lifts.copy_bounds import CopyBound, pac_size, two_layer_pac_size
from sparse_limits.numerics.lifts.coverage import coverage_probability, expected_copies
from sparse_limits.numerics.lifts.exact import from_exact, to_exact
from sparse_limits.numerics.lifts.flow import Trajectory, gradient_flow
from sparse_limits.numerics.lifts.forward import activations, forward
from sparse_limits.numerics.lifts.gradients import Objective, objective
from sparse_limits.numerics.lifts.morphisms import Copy, count_morphisms, expected_morphisms, find_copies, morphisms
from sparse_limits.numerics.lifts.sampling import random_sparse_lift, random_weights
from sparse_limits.numerics.lifts.tangent_bounds import ReadoutBound, TangentBound, confining_radius, tangent_radius
from sparse_limits.numerics.lifts.trees import lasso_bound, tree_probability, tree_union_bound
from sparse_limits.numerics.lifts.walsh import support_coverage, walsh_lower_bound

__all__ = [
    "ArrayLift",
    "Copy",
    "CopyBound",
    "Objective",
    "ReadoutBound",
    "TangentBound",
    "Trajectory",
    "activations",
    "confining_radius",
    "count_morphisms",
    "coverage_probability",
    "expected_copies",
    "expected_morphisms",
    "find_copies",
    "forward",
    "from_exact",
    "from_torch",
    "full_lift",
    "gradient_flow",
    "lasso_bound",
    "morphisms",
    "objective",
    "pac_size",
    "random_sparse_lift",
    "random_weights",
    "support_coverage",
    "tangent_radius",
    "to_exact",
    "to_torch",
    "tree_probability",
    "tree_union_bound",
    "two_layer_pac_size",
    "walsh_lower_bound",
]


def __getattr__(name: str) -> Any:
    if name in {"from_torch", "to_torch"}:  # torch is optional, and takes seconds to import
        from sparse_limits.numerics.lifts import torch_module

        return getattr(torch_module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
