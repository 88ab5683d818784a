"""SymPy expressions evaluated in ball arithmetic: every number comes with a proof of how wrong it can be.

`enclose` returns a complex ball that contains the value; `digits` prints correct digits; `number` is the nearest
float. Where the proof leans on an assumption that was not checked, the number is *vouched*: `vouched` says for what, and
`collecting` gathers it from all that is computed meanwhile. That may be the tail of an improper integral (it is
bounded from the structure of the integrand, `sparse_limits.numerics.exact.balls.tails`, and taken to be log-concave where that fails), or
what the classes `Level`, `Smallest`, `BracketedSum` and `Transfer` ask of whoever writes them.
"""

from sparse_limits.numerics.exact.balls import functions, integrals, levels, pieces, repeated, three_normals  # noqa: F401  each adds its rules
from sparse_limits.numerics.exact.balls.core import NoEnclosureError, NoGuaranteeError, evaluate
from sparse_limits.numerics.exact.balls.enclosures import enclose, with_exact_steps
from sparse_limits.numerics.exact.balls.presentation import digits, number, vouched
from sparse_limits.numerics.exact.balls.symbols import free_symbols
from sparse_limits.numerics.exact.balls.vouching import collecting, vouch

__all__ = [
    "NoEnclosureError",
    "NoGuaranteeError",
    "collecting",
    "digits",
    "enclose",
    "evaluate",
    "free_symbols",
    "number",
    "vouch",
    "vouched",
    "with_exact_steps",
]
