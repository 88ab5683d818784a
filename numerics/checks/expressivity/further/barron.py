"""Evidence for E5.3, besides its reasons: enough pairs are wired."""

from itertools import product

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed
from sparse_limits.theory.expressivity.further.barron import barron_layer, floor_mean
from sparse_limits.theory.expressivity.symbols import alpha, k, n, p, units
from sparse_limits.theory.formulas.valued import valued


@enclosed(barron_layer)
def enough_pairs_are_wired(relu_error: sp.Expr, pairs: sp.Expr, unit_error: sp.Expr, trial: Trial) -> Findings:
    """Pairs of the least number of neurons from half of the mean on; where that is even, all of them; bound over error."""
    ratio = relu_error / unit_error
    for width, inputs, part in product((32, 33, 47, 48, 64), (1, 2), (sp.Rational(1, 2), sp.Rational(3, 4))):
        at = {n: sp.Integer(width), p: sp.Rational(1, 2), k: sp.Integer(inputs), alpha: part}
        wired = sp.ceiling(floor_mean.subs(at) / 2)
        found = valued(ratio, {**at, units: wired // 2})
        least, even = wired // 2 - pairs.subs(at), floor_mean.subs(at) % 4 == 0
        yield trial.holds(found == 1 if even else found >= 1, f"{wired} wired neurons: bound over error {found}")
        yield trial.holds(least == 0 if even else least >= 0, f"{wired} wired neurons: {pairs.subs(at)} pairs")
