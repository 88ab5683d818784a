"""The probabilities of Q11.3 that the blocks of a ticket hold all coefficients, beside which Q7.1 and Q11.1 are measured."""

import sympy as sp

from sparse_limits.theory.equivariance.lower_bound import n_in, n_out
from sparse_limits.theory.equivariance.symbols import B
from sparse_limits.theory.formulas.let import Let
from sparse_limits.theory.formulas.smallest import Smallest
from sparse_limits.theory.subset_sum.symbols import delta, n

usable = sp.Symbol("m", nonnegative=True, integer=True)  # channels whose first coefficient has the right sign
missed = sp.Symbol("F", nonnegative=True)

coefficients = n_in * n_out * B
hit = 1 - 2**-usable
pair = (1 - 2 ** (-n / 2)) ** 2
success = (1 - 2 ** (-n / 2)) ** (2 * coefficients)
nonnegative_success = (1 - sp.Integer(2) ** -n) ** coefficients
needed = 2 * sp.log(2 * coefficients / -sp.log(1 - delta)) / sp.log(2)
nonnegative_needed = sp.log(coefficients / -sp.log(1 - delta)) / sp.log(2)


def of_two_values(chance: sp.Expr) -> sp.Expr:
    """Where coefficients have one modulus and products just the targets', and m of n channels the sign that is wanted."""
    signs = sp.binomial(n, usable) / sp.Integer(2) ** n
    return sp.Sum(signs * chance ** (n_out * B), (usable, 0, n)) ** n_in


two_values = of_two_values(hit * hit.subs(usable, n - usable))
two_values_nonnegative = of_two_values(hit)


def least(chance: sp.Expr) -> sp.Expr:
    """The smallest number of channels at which that fails with probability at most δ."""
    return Smallest(sp.Lambda(n, Let(missed, [(missed, 1 - chance)])), delta, 1)


two_values_needed, two_values_nonnegative_needed = least(two_values), least(two_values_nonnegative)
