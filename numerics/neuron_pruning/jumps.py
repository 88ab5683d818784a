"""An upper bound on the probability of a ticket of whole neurons with an output ReLU (N5.2)."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp

from sparse_limits.numerics.arguments import InputError, checked_integer
from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.exact.balls import enclose
from sparse_limits.numerics.subset_sum.exact_numbers import exact_number
from sparse_limits.theory.neuron_pruning.alignment import N
from sparse_limits.theory.neuron_pruning.alignment import eps as error
from sparse_limits.theory.neuron_pruning.jump_bound import largest_error, one_kink, outside, pair, quotient, s
from sparse_limits.theory.neuron_pruning.jumps import k

MOST = 10**15  # neurons: a double counts them exactly
KINKS = 100  # numbers of kinks that are summed over one by one; those beyond in a geometric series
POWERS = (0.05, 0.99)  # between which the best one is looked for: every power in (0, 1) makes a bound


def ticket_chance(neurons: int, eps: float) -> float:
    """An upper bound on the probability that some of so many neurons are within eps of the target, with an output ReLU.

    N5.2 at the best power that a search finds, for two and more kinks in doubles; 1 where it bounds nothing, as beyond an
    error of 1/3.

    Raises:
        InputError: unless there are neurons, and for an error that is not positive.

    Examples:
        >>> 0.02 < ticket_chance(1000, 1e-6) < 0.03
        True
    """
    neurons = checked_integer("neurons", neurons, 1, MOST)
    if not eps > 0:
        raise InputError(f"eps is {eps}, expected a positive number")
    if eps > largest_error:
        return 1.0
    at = {N: neurons, error: exact_number("eps", eps)}  # doubles would lose tiny errors beside 1
    few = float(enclose(outside + one_kink, at, nonzero=True).real.upper())
    if neurons == 1:
        return min(1.0, few)
    power = minimize_scalar(lambda power: _several(neurons, eps, power)[0], bounds=POWERS, method="bounded").x
    summed, beyond = _several(neurons, eps, float(power))
    return float(min(1.0, few + np.exp(min(summed, 0.0)) + beyond))


def _several(neurons: int, eps: float, power: float) -> tuple[float, float]:
    """The logarithm of the sum over tickets with 2 to 100 kinks in the arc, and a bound on what is beyond."""
    kinks = np.arange(2.0, min(neurons, KINKS))
    factors = np.broadcast_to(numeric((N, k, error, s), quotient)(neurons, kinks, eps, power), kinks.shape)
    with np.errstate(divide="ignore"):  # terms of tiny errors may be 0
        first = np.log(neurons * (neurons - 1) * numeric((error, s), pair)(eps, power))
        terms = first + np.append(0.0, np.cumsum(np.log(factors)))
    summed = float(logsumexp(terms))
    if neurons <= KINKS:
        return summed, 0.0
    last = float(factors[-1])  # factors fall
    return summed, float(np.exp(min(terms[-1], 0.0))) * last / (1 - last) if last < 1 else 1.0
