"""What Q9 says about a ticket: how far its outputs may be from the target's, and how far rounding moves it off symmetry.

Inputs are [..., in, in coordinates], and bounds [...]: one for each input.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike, NDArray

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.equivariance import EquivariantLayer, forward
from sparse_limits.numerics.equivariance.layers import rectified
from sparse_limits.numerics.exact.balls import number
from sparse_limits.numerics.tickets.search import NetworkTicket, checked_inputs
from sparse_limits.numerics.tickets.source import Floats
from sparse_limits.theory.equivariance import architectures as claim
from sparse_limits.theory.equivariance import ticket as pair
from sparse_limits.theory.equivariance.lower_bound import n_in
from sparse_limits.theory.subset_sum.solver import u
from sparse_limits.theory.subset_sum.symbols import eps as distance
from sparse_limits.theory.subset_sum.symbols import n

UNIT_ROUNDOFF = sp.Rational(1, 2**53)
MEASURED = (distance, pair.norms, pair.inputs, claim.weight, n_in)


def measures(
    layers: Sequence[EquivariantLayer], errors: Sequence[Fraction | float], x: NDArray[Any]
) -> Iterator[tuple[Any, ...]]:
    """What the bound asks of each layer, in the order of `MEASURED`: ε, Σ‖B_b‖, Σ‖h_i‖, max Σ|w|‖B_b‖, input channels.

    errors: the largest error of a coefficient in each layer. Exact for exact layers and errors. InputError where hidden values overflow.
    """
    for k, (layer, error) in enumerate(zip(layers, errors, strict=True)):
        if k:
            x = rectified(layers[k - 1].apply(x), k - 1)
        norms, weight = layer_sizes(layer)
        yield error, norms, np.abs(x).max(axis=-1).sum(axis=-1), weight, len(layer.coeffs)


def layer_sizes(layer: EquivariantLayer) -> tuple[Any, Any]:
    """Σ‖B_b‖ and max Σ|w|‖B_b‖. Exact for exact layers."""
    norms = np.abs(layer.basis).sum(axis=2).max(axis=1)
    return norms.sum(), (np.abs(layer.coeffs) * norms).sum(axis=(0, 2)).max()


def error_bound(ticket: NetworkTicket, x: ArrayLike) -> Floats:
    """An upper bound of |f(x) − g(x)| at every output, up to rounding: Q9 with the errors of the coefficients.

    InputError as for `NetworkTicket.forward`, and where hidden values of the target overflow.
    """
    step = numeric((*MEASURED, claim.before), claim.error)
    given = checked_inputs(ticket, x)
    before: NDArray[np.float64] = np.zeros(given.shape[:-2])
    for values in measures(ticket.target, [float(error) for error in ticket.coef_errors], given):
        before = step(*values, before)
    return before


def equivariance_bound(ticket: NetworkTicket, x: ArrayLike) -> Floats:
    """An upper bound of the difference between an output for a moved input and the moved output, both by `NetworkTicket.forward`.

    Up to the rounding of the bound itself, and without overflow or underflow (Q9). InputError as for `forward`.
    """
    at = {claim.L: roundings(ticket), u: UNIT_ROUNDOFF, claim.moduli_output: sp.Integer(1)}
    return number(claim.equivariance_error, at) * largest_pass(ticket, x)


def roundings(ticket: NetworkTicket) -> int:
    """Roundings that a term meets at most on its way through `NetworkTicket.forward`."""
    count = numeric((n, n_in, claim.reach), claim.roundings)
    reaches = (np.count_nonzero(layer.basis, axis=2).sum(axis=0).max() for layer in ticket.target)
    return sum(
        int(count(ticket.width, len(layer.coeffs), reach)) for layer, reach in zip(ticket.target, reaches, strict=True)
    )


def largest_pass(ticket: NetworkTicket, x: ArrayLike) -> Floats:
    """The largest output of the pass with moduli throughout, where either σ(x) or σ(−x) counts, as only one is not 0.

    InputError as for `NetworkTicket.forward`.
    """
    layers = [EquivariantLayer(ticket.moduli(k), np.abs(layer.basis)) for k, layer in enumerate(ticket.target)]
    largest: Floats = forward(layers, np.abs(checked_inputs(ticket, x))).max(axis=(-2, -1))
    return largest
