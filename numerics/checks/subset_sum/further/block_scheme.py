"""Evidence for R12, besides its reasons: exponential is replaced; drawn sources are no luckier; and more."""

from itertools import product

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, exact, statistical
from sparse_limits.numerics.exact.logarithms import with_positive
from sparse_limits.theory.subset_sum.block_counts import weights
from sparse_limits.theory.subset_sum.further.block_scheme import block_scheme
from sparse_limits.theory.subset_sum.symbols import delta, n
from sparse_limits.theory.subset_sum.two_layers import d_0, d_1


@exact(block_scheme, step="fewer")
def exponential_is_replaced(scheme_units: sp.Expr, least_units: sp.Expr, trial: Trial) -> Findings:
    """1 − 2^(−n) is e^(−y) at the one, by its logarithm, and 2^(−n) is y at the other."""
    y = -sp.log(1 - delta) / weights
    yield trial.same(2**-least_units, y)
    yield trial.same(sp.log(1 - 2**-scheme_units), -y, by=in_kept)


def in_kept(expression: sp.Expr) -> sp.Expr:
    """Zero, where it is, in terms of the probability of success, logarithms of its powers taken apart."""
    kept = sp.Symbol("kept", positive=True)
    return sp.simplify(sp.expand_log(sp.simplify(with_positive(expression, d_0, d_1).subs(delta, 1 - kept))))


def lucky_sources(rng: np.random.Generator, sources: int, inputs: int, outputs: int, units: int) -> int:
    """Sources in which each weight has an entry of B that is positive, at an entry of A that is positive."""
    usable = rng.uniform(-1, 1, (sources, inputs, 1, units)) > 0
    positive = rng.uniform(-1, 1, (sources, inputs, outputs, units)) > 0
    helped = (usable & positive).any(axis=-1).reshape(sources, inputs * outputs)
    return int(helped.all(axis=1).sum())


@statistical(block_scheme, tests=3)
def drawn_sources_are_no_luckier(scheme_success: sp.Expr, trial: Trial) -> Findings:
    """Uniform entries: a usable entry for each weight is needed, and not yet enough."""
    sources = trial.size(20_000)
    for inputs, outputs, units in ((1, 8, 5), (2, 2, 3), (2, 6, 8)):
        bound = trial.value(scheme_success, {d_0: inputs, d_1: outputs, n: units})
        yield trial.counts(trial.draw(lucky_sources, sources, inputs, outputs, units), sources, bound, "above")


@exact(block_scheme)
def units_need_two_positive_entries(one_output: sp.Expr, trial: Trial) -> Findings:
    """All fair signs of both entries of up to three units for each of up to two inputs."""
    signs = list(product(range(2), repeat=2))
    for units, inputs in product((1, 2, 3), (1, 2)):
        blocks = list(product(product(signs, repeat=units), repeat=inputs))
        served = sum(all(any(map(all, block)) for block in each) for each in blocks)
        yield trial.same(one_output.subs({n: units, d_0: inputs}), sp.Rational(served, len(blocks)))
