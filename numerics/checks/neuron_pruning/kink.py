"""Evidence for N1, besides its reasons: no affine function does better."""

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.neuron_pruning.kink import errors, kink, kink_lemma, offset, radius, slope, x


def rational_instances(rng: np.random.Generator, count: int) -> list[dict[str, tuple[int, int]]]:
    """Kinks of both signs, radii, and small and large changes of an affine function, as fractions."""
    return [
        {
            "h": (int(rng.choice([-1, 1]) * rng.integers(1, 64)), 16),
            "r": (int(rng.integers(1, 64)), 16),
            "slope": (int(rng.integers(-24, 25)), 2 ** int(rng.integers(2, 12))),
            "offset": (int(rng.integers(-24, 25)), 2 ** int(rng.integers(2, 12))),
        }
        for _ in range(count)
    ]


@exact(kink_lemma)
def no_affine_function_does_better(
    kink_function: sp.Expr, bound: sp.Expr, best_affine: sp.Expr, trial: Trial
) -> Findings:
    """On instances in exact arithmetic: the error of the best g is the bound, and that of any other affine g at least the bound."""
    symbols = {str(s): s for s in (kink, radius, slope, offset)}
    for instance in trial.draw(rational_instances, trial.size(20)):
        at = {symbols[name]: sp.Rational(*value) for name, value in instance.items()}
        limit = valued(bound, at)
        best, other = (
            max(abs(valued(error, at)) for error in errors(kink_function, best_affine + change))
            for change in (0, slope * x + offset)
        )
        yield trial.holds(best == limit, f"sup|F−g| = {best} for the best g, bound {limit}")
        yield trial.holds(other >= limit, f"sup|F−g| = {other} for another g, bound {limit}")
