"""Evidence for N6.3: the rate at which N dimensions leave less of a neuron."""

import sympy as sp

from sparse_limits.numerics.checks.neuron_pruning.spectral import between, demands, ends, where
from sparse_limits.numerics.evidence import Findings, Trial, enclosed
from sparse_limits.theory.neuron_pruning import alignment
from sparse_limits.theory.neuron_pruning.alignment import N
from sparse_limits.theory.neuron_pruning.further.spectral_rate import of_degree, spectral_rate
from sparse_limits.theory.neuron_pruning.inputs import d
from sparse_limits.theory.neuron_pruning.spectral import j, m, neurons, ranks, tail

large = where((2, 10**6), (3, 10**6), (5, 10**7), (8, 10**7), (30, 10**9), second=j)


@enclosed(spectral_rate)
def rate_is_that_of_the_eigenvalues(constant: sp.Expr, exponent: sp.Expr, lower: sp.Expr, trial: Trial) -> Findings:
    """What degree 2j takes off the bound approaches its eigenvalues: relative difference at most d²/j, at five points."""
    yield trial.same(lower, constant * N**exponent)
    ends = [ranks.subs(m, half) - d for half in (j - 1, j)]
    for bound in (lower, constant * N**exponent):
        ratio = (bound.subs(N, ends[0]) - bound.subs(N, ends[1])) / of_degree
        yield trial.below(sp.Abs(ratio - 1), d**2 / j, at=large)  # boxes: differences of powers that nearly cancel


@enclosed(spectral_rate, cost=0.3)
def the_bound_holds_and_is_attained_in_the_limit(lower: sp.Expr, trial: Trial) -> Findings:
    """T_d(N) itself: within 2 % at three points, and no less at N = 1 and beyond; degree by degree at nine points with d ≥ 4."""
    several = where((3, 2000), (2, 400), (4, 3000))
    yield trial.below(lower, tail, at=several)  # boxes: a sum as long as N says; for all N: the step *bound*
    yield trial.below(tail, sp.Rational(51, 50) * lower, at=several)
    yield trial.below(lower, tail, at=ends + between + where((12, 1), (300, 10**6)))
    # for all d ≥ 4 and degrees: the step *four inputs or more*
    steps = where((4, 1), (4, 9), (5, 1), (6, 40), (9, 2), (40, 1), (40, 30), (200, 1), (200, 5000), second=j)
    yield trial.below(
        lower.subs(N, ranks.subs(m, j - 1) - d) - lower.subs(N, ranks.subs(m, j) - d), of_degree, at=steps
    )


@enclosed(spectral_rate, cost=0.3)
def the_bound_is_below_the_number_and_beyond_alignment(neurons_bound: sp.Expr, trial: Trial) -> Findings:
    """At three points it is at most the smallest number, and that below twice the bound; N2 asks for less at three points with d ≥ 3."""
    for point in demands((2, 1000, 10**6), (3, 200, 40_000), (4, 100, 10_000)):
        number = sp.Rational(trial.value(neurons, point))
        yield trial.below(neurons_bound, number, at=[point])  # boxes: a smallest number; in general: the step *neurons*
        yield trial.below(number, 2 * neurons_bound, at=[point])
    aligned = alignment.neurons.subs(alignment.delta, 1)
    yield trial.below(aligned, neurons_bound, at=demands((3, 10**6, 10**12), (4, 10**6, 10**12), (7, 10**6, 10**12)))
