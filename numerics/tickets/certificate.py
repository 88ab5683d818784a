"""How far a ticket can be from its target at given inputs, rounding included, and where both must agree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.door import door
from sparse_limits.numerics.equivariance import EquivariantLayer
from sparse_limits.numerics.equivariance.layers import rectified
from sparse_limits.numerics.tickets.search import NetworkTicket, checked_inputs
from sparse_limits.numerics.tickets.source import Floats
from sparse_limits.theory.subset_sum import layer_error as theory

UNIT_ROUNDOFF = 2.0**-53
TINY = 2.0**-800  # rounded once, and times a kept product, which is at least 2⁻¹⁰⁴, it is still far above an underflow


@dataclass(frozen=True, eq=False)
class Certificate:
    """Outputs of a target and of its ticket at m inputs, and what is certain about them.

    bounds: no output of the target and of the ticket differ by more, neither in exact arithmetic nor as computed here;
    target_outputs, ticket_outputs: as computed, all float[m, out, out coordinates]; agree: whether the same output is the
    largest, bool[m], never where an output overflows; certified: whether the bounds prove that it is, in exact arithmetic
    as well, bool[m]. A single output is the largest. A bound is infinite where it, or an output, overflows.
    """

    bounds: Floats
    target_outputs: Floats
    ticket_outputs: Floats
    agree: NDArray[np.bool_]
    certified: NDArray[np.bool_]


@door
@np.errstate(over="ignore", invalid="ignore")
def certify(ticket: NetworkTicket, x: ArrayLike) -> Certificate:
    """Bound the distance between the outputs of a ticket and of its target at given inputs, rounding included.

    The error passes through the layers coefficient by coefficient (`sparse_limits.theory.subset_sum.layer_error`, times the moduli of
    the basis elements). A result of N roundings deviates by at most γ_N = N·2⁻⁵³/(1 − N·2⁻⁵³) times the result of the
    same pass with the moduli of all numbers. One such pass of the target and one of the ticket therefore bound all
    rounding.

    Parameters
    ----------
    ticket : ticket of a network, as `find_ticket` returns it
    x : inputs, float[m, in, coordinates], of the first layer; none below 0 for a ticket that is not signed

    Returns
    -------
    Certificate, with the `bounds`, `target_outputs` and `ticket_outputs`, each float[m, out, out coordinates]; `agree`,
    bool[m], whether the same output is the largest, which is never so where an output overflows; and `certified`,
    bool[m], whether the bounds prove it. A bound is infinite where the bound or an output overflows, and nothing is
    certified there.

    Raises
    ------
    InputError : for inputs of another shape, inputs that are not finite real numbers, negative inputs of a ticket that
        is not signed, and inputs at which hidden values of the target overflow

    References
    ----------
    Claims R8, Q7.1; Higham, Accuracy and Stability of Numerical Algorithms, chapter 3 (γ_N).

    Examples
    --------
    >>> import numpy as np
    >>> from sparse_limits.numerics.tickets import find_ticket, multilayer_perceptron
    >>> target = multilayer_perceptron([np.array([[0.1], [-0.05]])])
    >>> found = certify(find_ticket(target, width=40, eps=1e-3), np.array([[[1.0], [2.0]]]))
    >>> bool(abs(found.target_outputs - found.ticket_outputs).max() <= found.bounds.max() < 0.004)
    True
    """
    inputs = checked_inputs(ticket, x)
    if inputs.ndim != 3:
        raise InputError(f"inputs {list(inputs.shape)}: expected [m, in, coordinates]")
    share = _rounding(ticket)
    exact = target = pruned = np.abs(inputs)  # moduli of the target's values, and both passes with moduli
    h, error = inputs, np.zeros(inputs.shape)
    for k, layer in enumerate(ticket.target):
        error = _next_error(ticket, k, error, exact)
        target, pruned = _raised(layer, layer.coeffs, target), _raised(layer, ticket.moduli(k), pruned)
        h = layer.apply(h if k == 0 else rectified(h, k - 1))
        exact = np.maximum(h, 0) + 2 * share * target
    found = ticket.forward(inputs)
    bounds = _finite_or_infinite((1 + 4 * share) * (error + 2 * share * (target + pruned)))
    bounds[~(np.isfinite(h) & np.isfinite(found))] = np.inf
    return Certificate(bounds, h, found, agreeing(h, found), _separated(h, bounds))


@np.errstate(over="ignore", invalid="ignore")
def bounds_up_to(ticket: NetworkTicket, moduli: ArrayLike) -> Floats:
    """An upper bound of the difference between target and ticket, as in `certify`, at every input with at most these moduli.

    Affine in the moduli, so that the largest bound at the corners of a polytope holds everywhere in it.
    moduli: float[m, in, coordinates]; the bounds are float[m, out, out coordinates].

    Raises:
        InputError: for another shape, negative moduli, or what is no finite real number.
    """
    inputs = checked_inputs(ticket, moduli)
    if inputs.ndim != 3 or (inputs < 0).any():
        raise InputError(f"moduli {list(inputs.shape)}: expected [m, in, coordinates], none of them negative")
    share = _rounding(ticket)
    target = pruned = inputs
    error = np.zeros(inputs.shape)
    for k, layer in enumerate(ticket.target):
        error = _next_error(ticket, k, error, (1 + 2 * share) * target)
        target, pruned = _raised(layer, layer.coeffs, target), _raised(layer, ticket.moduli(k), pruned)
    return _finite_or_infinite((1 + 4 * share) * (error + 2 * share * (target + pruned)))


def rounding(ticket: NetworkTicket, inputs: Floats) -> Floats:
    """How much larger the bounds of `certify` are, at most, than the same bounds without an allowance for rounding.

    With γ the share that `certify` allows for, and A the pass with moduli |w| + |ticket|, of L layers: the errors are at
    most L·A, of which 4γ is added; the outputs' rounding adds 2γA, and that of the values in front 2γA for each layer.
    inputs: float[m, in, coordinates]; returns float[m, out, out coordinates].
    """
    most = np.abs(inputs)
    for k, layer in enumerate(ticket.target):
        most = _raised(layer, np.abs(layer.coeffs) + ticket.moduli(k), most)
    return 2 * _rounding(ticket) * (3 * len(ticket.target) + 2) * most


def _rounding(ticket: NetworkTicket) -> float:
    """γ_N for all roundings on the way to an output: in the target, in the ticket, and in passes with moduli."""
    count = 0
    for layer, split in zip(ticket.target, ticket.source.splits, strict=True):
        elements, _, coordinates = layer.basis.shape
        channels = len(layer.coeffs)
        count += max(
            elements + channels * coordinates, channels + elements * coordinates
        )  # the target, in either order
        count += 1 + ticket.width + channels * len(split.diagonals) + elements * coordinates  # the ticket's `forward`
        count += 10  # coefficients and their errors as doubles, and sums of two bounds
    return count * UNIT_ROUNDOFF / (1 - count * UNIT_ROUNDOFF)


def _next_error(ticket: NetworkTicket, k: int, error: Floats, values: Floats) -> Floats:
    """The formula is linear in errors and values before an entry: by 1 and 0, and by 0 and 1, it tells what each is worth."""
    formula = numeric((theory.w, theory.d, theory.h, theory.e), theory.error)
    layer, effective = ticket.target[k], np.maximum(*map(np.abs, ticket.effective(k)))
    of_error, of_values = formula(effective, 0.0, 0.0, 1.0), formula(layer.coeffs, ticket.deviations(k), 1.0, 0.0)
    both = layer.apply_moduli(of_error, error, TINY), layer.apply_moduli(of_values, values, TINY)
    return np.add(*both, dtype=np.float64)


def _raised(layer: EquivariantLayer, coeffs: NDArray[np.float64], x: Floats) -> Floats:
    """The pass with moduli, raised by what outweighs underflow.

    Of features, of entries of the whole matrix or of sums over channels before an entry of the basis, and of outputs.
    """
    raised: Floats = layer.apply_moduli(coeffs, x + TINY, TINY) + TINY * (1 + x.sum(axis=(1, 2), keepdims=True))
    return raised


def _finite_or_infinite(bounds: Floats) -> Floats:
    """Overflow times 0 says nothing."""
    return np.where(np.isnan(bounds), np.inf, bounds)


def largest_outputs(outputs: Floats) -> NDArray[np.intp]:
    """The place of the largest output of each sample; −1 where one overflowed, as then none is known to be the largest."""
    flat = outputs.reshape(len(outputs), -1)
    return np.where(np.isfinite(flat).all(axis=1), flat.argmax(axis=1), -1)


def agreeing(outputs: Floats, others: Floats) -> NDArray[np.bool_]:
    """Whether the same output is the largest in both; never where one overflowed. bool[m]"""
    top = largest_outputs(outputs)
    return np.asarray((top == largest_outputs(others)) & (top >= 0))


def _separated(outputs: Floats, bounds: Floats) -> NDArray[np.bool_]:
    """Whether no other output can reach the largest one, and no bound is infinite."""
    values, errors = (each.reshape(len(each), -1) for each in (outputs, bounds))
    top = values.argmax(axis=1)[:, None]
    first, its_error = (np.take_along_axis(each, top, axis=1) for each in (values, errors))
    margin = numeric((theory.top, theory.other, theory.top_error, theory.other_error), theory.margin)
    reached = ~(margin(first, values, its_error, errors) > 0)  # nan where bounds overflow
    np.put_along_axis(reached, top, False, axis=1)
    return np.asarray(~reached.any(axis=1) & np.isfinite(errors).all(axis=1))
