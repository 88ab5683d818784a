"""Evidence for G10.2: averages of a hook beside a graphon that is 1 on it and a small number elsewhere."""

import numpy as np
import sympy as sp

from sparse_limits.numerics.checks.graphon.further.sorted_averages import block_averages
from sparse_limits.numerics.checks.graphon.further.sorting import cut_norm, mean_modulus
from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.further.sorted_averages import (
    blocks,
    constant,
    hook_cut_error,
    hook_mean_error,
    sorted_averages,
)
from sparse_limits.theory.graphon.further.sorting import cut_error
from sparse_limits.theory.graphon.symbols import n


@exact(sorted_averages)
def hooks_are_averaged(hook_cut_error: sp.Expr, hook_mean_error: sp.Expr, trial: Trial) -> Findings:
    """Hooks of half blocks, two, four and eight on a side, in sixty-fourths: they are sorted, with ties of equal lines.

    A mask with more rows and columns for each half block has the same averages.
    """
    for count, floor in ((2, 8), (4, 8), (8, 1)):
        last = np.arange(2 * count) == 2 * count - 1
        hook = (last[:, None] | last[None, :]).astype(np.int64)
        graphon = np.where(hook, 64, floor)
        error = block_averages(hook, count) * 16 - graphon
        at = {blocks: sp.Integer(count), cut_error: cut_norm(64 * hook - graphon, 64)}
        for claimed, seen in ((hook_cut_error, cut_norm(error, 64)), (hook_mean_error, mean_modulus(error, 64))):
            yield trial.holds(valued(claimed, at) == seen, f"{seen}, claimed {valued(claimed, at)}")


@exact(sorted_averages)
def errors_of_hooks_by_their_size(hook_rate_error: sp.Expr, hook_cube_root_error: sp.Expr, trial: Trial) -> Findings:
    """√n blocks, and the cube root of n."""
    count, scaled = sp.Symbol("q", positive=True), {cut_error: constant / n}
    yield trial.same(
        valued(hook_rate_error, {n: count**2}), valued(hook_cut_error, {blocks: count, cut_error: constant / count})
    )
    yield trial.same(
        valued(hook_cube_root_error, {n: count**6}),
        valued(hook_mean_error, {blocks: count**2, cut_error: scaled[cut_error].subs(n, count**3)}),
    )
