"""Random sparse lifts and random weights (D8)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import isnan
from numbers import Real

import numpy as np

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.lifts.arrays import ArrayLift, diagonal_pattern, positive_copies, real_array
from sparse_limits.numerics.lifts.contraction import Array
from sparse_limits.numerics.masks.sampling import sample_constant
from sparse_limits.theory.lifts.bundle import Shape, check_section
from sparse_limits.theory.lifts.maps import Skip
from sparse_limits.theory.lifts.module import Edge, PerceptronModule, Vertex, arrow

Law = Callable[[np.random.Generator, Shape], Array]


def random_sparse_lift(
    module: PerceptronModule,
    copies: Mapping[Vertex, int],
    degree: Mapping[Edge, float],
    rng: np.random.Generator,
    exclude: Iterable[Edge] = (),
) -> ArrayLift:
    """A random lift: each edge above (u, v) is there with probability min(1, λ/copies of u), independently (D8).

    degree: λ ≥ 0 for each edge of the base that is not in `exclude`; ∞ keeps all. Edges in `exclude` are not sampled: a
    skip joins copies one to one, any other map has all its edges. Takes time proportional to the number of edges;
    draws in the order of `module.maps`.

    Raises:
        InputError: naming an edge without a degree or with a wrong one, and as for `ArrayLift`.
    """
    excluded = set(exclude)
    check_section(dict.fromkeys([*degree, *excluded]), module.maps, "degree and exclude", arrow)
    copies = positive_copies(module, copies)
    patterns = {}
    for edge, found in module.maps.items():
        if edge in excluded and edge in degree:
            raise InputError(
                f"edge {arrow(edge)} is excluded, but has degree {degree[edge]}: expected one or the other"
            )
        if edge not in excluded:
            wanted = degree[edge]
            if isinstance(wanted, bool) or not isinstance(wanted, Real) or isnan(wanted) or wanted < 0:
                raise InputError(f"degree of {arrow(edge)} is {wanted!r}, expected a number from 0")
            sources, targets = copies[edge[0]], copies[edge[1]]
            patterns[edge] = sample_constant(min(1.0, float(wanted) / sources), targets, sources, rng)
        elif isinstance(found, Skip):
            patterns[edge] = diagonal_pattern(edge, copies)
    return ArrayLift(module, copies, patterns)


def random_weights(
    lift: ArrayLift, rng: np.random.Generator, law: Law = np.random.Generator.standard_normal
) -> dict[Edge, Array]:
    """Independent weights for all edges, base edge after base edge: `law(rng, shape)` gives an array of that shape.

    InputError naming the base edge for which it gives another shape or numbers that are not finite.
    """
    return {
        edge: real_array(f"weights of {arrow(edge)}", law(rng, shape := lift.weight_shape(edge)), shape)
        for edge in lift.module.maps
    }
