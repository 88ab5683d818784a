"""How far a pruned network strays, coordinate by coordinate: what certificates add up (R11, Q10)."""

import sympy as sp

w, d = sp.symbols("w d", real=True)  # an entry of the target's matrix, and its error in the pruned network
h, e = sp.symbols("h e", nonnegative=True)  # the target's value in front of the entry, at least 0, and its error
top, other = sp.symbols("y_1 y_2", real=True)  # two of the target's outputs, the first one the largest
top_error, other_error = sp.symbols("e_1 e_2", nonnegative=True)

error = sp.Abs(w + d) * e + sp.Abs(d) * h  # to be added up over all entries that an output reads
margin = top - other - (top_error + other_error)  # above 0 for all others: the pruned network's choice is the target's

argument = sp.Symbol("z", real=True)  # of ReLU
activation = sp.Max(argument, 0)
shift = sp.Symbol("u", real=True)  # how far the pruned network's value in front of the entry is from the target's
change = (w + d) * shift + d * h  # of the product of entry and value
