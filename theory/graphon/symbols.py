"""The symbols that the claims about masks and graphons share."""

from dataclasses import replace

import sympy as sp

from sparse_limits.theory.quantities import CLOSED_UNIT, COUNT, NO_BOUND, NON_NEGATIVE, UNIT, Quantity

m, n = sp.symbols("m n", integer=True, positive=True)  # rows and columns of a mask
delta = sp.Symbol("delta", positive=True)  # probability that a bound fails
s = sp.Symbol("s", positive=True)  # a deviation
p = sp.Symbol("p", positive=True)  # probability of an entry
variance = sp.Symbol("V", positive=True)  # mean of P(1 − P) over the entries

UP_TO_ONE = sp.Interval.Lopen(0, 1)  # a share, probability or density of letters that are positive

ROWS = Quantity(m, "number of rows of the mask", COUNT, drawn=(3, 60))
COLUMNS = Quantity(n, "number of columns of the mask", COUNT, drawn=(3, 60))
FAILURE = Quantity(
    delta,
    "probability of failure that is allowed",
    UNIT,
    drawn=(sp.Rational(1, 100), sp.Rational(1, 2)),
    convention=NO_BOUND,
)
ANY_FAILURE = replace(
    FAILURE, within=UP_TO_ONE, convention=""
)  # of bounds that are true where nothing is asked of them
DEVIATION = Quantity(s, "deviation whose probability is bounded", NON_NEGATIVE)
ENTRY = Quantity(p, "probability of an entry of the mask", CLOSED_UNIT, drawn=(sp.Rational(1, 20), sp.Rational(19, 20)))
VARIANCE = Quantity(
    variance,
    "average over the entries of the variance of an entry, its probability times that of its absence",
    sp.Interval(0, sp.Rational(1, 4)),
    drawn=(sp.Rational(1, 50), sp.Rational(1, 4)),
)

SIZES = {m: (3, 60), n: (3, 60)}
SHARES = {delta: (sp.Rational(1, 100), sp.Rational(1, 2)), p: (sp.Rational(1, 20), sp.Rational(19, 20))}

CUT = {
    r"\|\cdot\|_\square": "cut norm, the largest modulus of a sum over some rows and some columns, divided by the number of entries; of a kernel, the largest modulus of an integral over some rows and some columns"
}
RECTANGLE = {"S, T": "set of rows, and set of columns"}
