"""Lifted perceptron modules on arrays: random sparse lifts, what they contain, their gradient flow and its bounds."""

from typing import Any

from numerics.lifts.arrays import ArrayLift, full_lift
from numerics.lifts.copy_bounds import CopyBound, pac_size, two_layer_pac_size
from numerics.lifts.coverage import coverage_probability, expected_copies
from numerics.lifts.exact import from_exact, to_exact
from numerics.lifts.flow import Trajectory, gradient_flow
from numerics.lifts.forward import activations, forward
from numerics.lifts.gradients import Objective, objective
from numerics.lifts.morphisms import Copy, count_morphisms, expected_morphisms, find_copies, morphisms
from numerics.lifts.sampling import random_sparse_lift, random_weights
from numerics.lifts.tangent_bounds import ReadoutBound, TangentBound, confining_radius, tangent_radius
from numerics.lifts.trees import lasso_bound, tree_probability, tree_union_bound
from numerics.lifts.walsh import support_coverage, walsh_lower_bound

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
        from numerics.lifts import torch_module

        return getattr(torch_module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
