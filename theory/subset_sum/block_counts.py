"""How often a block of R8 has no entry that is of use (R8, R12)."""

import sympy as sp

from sparse_limits.theory.subset_sum.symbols import delta, n

d_0, d_1 = sp.symbols("d_0 d_1", nonnegative=True, integer=True)  # inputs and outputs of the layer

weights = d_0 * d_1
unlucky = 2**-n
no_pair = sp.Rational(3, 4) ** n  # no unit of a block has two entries that are positive
no_pair_of_a_sign = 2 * no_pair - unlucky  # or none has two that are negative
scheme_success = (1 - unlucky) ** weights
scheme_units = -sp.log(1 - (1 - delta) ** (1 / weights)) / sp.log(2)
