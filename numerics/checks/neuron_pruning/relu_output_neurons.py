"""Evidence for N5.3: the union over chains of kinks, and how many neurons it excludes behind a ReLU output."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import sympy as sp

from numerics.bridge import numeric
from numerics.checks.neuron_pruning.alignment import LESS, MORE
from numerics.checks.neuron_pruning.relu_output import random_neurons, y
from numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from theory.formulas.let import Let
from theory.formulas.level import Level
from theory.formulas.no_guarantee import no_guarantee, unconditional
from theory.neuron_pruning.alignment import N, delta, eps
from theory.neuron_pruning.relu_output import (
    best_gap,
    best_share,
    bound,
    chains,
    cluster,
    constant,
    k,
    limit,
    most_neurons,
    near_end,
    neurons,
    p,
    relu_output_bound,
    s,
    simple_constant,
    square,
    strength_density,
    x,
)

# The union over chains


@enclosed(relu_output_bound)
@control("gaps on both sides", chains=N**k * (2 * s / sp.pi) ** (k - 1))
@control("sets instead of tuples", chains=chains / sp.factorial(k))
@control("k gaps", chains=(N * s / sp.pi) ** k)
@control("10 % more", chains=MORE * chains)
@control("10 % less", chains=LESS * chains)
def chains_are_as_many(chains: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The mean number of chains exactly, by integration over the gaps: at most this, and this to leading order."""
    for size in (1, 2, 3):
        gaps = sp.symbols(f"gap_1:{size}", positive=True)
        mean = sp.ff(N, size) * (1 - sp.Add(*gaps) / sp.pi) / sp.pi ** (size - 1)
        for gap in gaps:
            mean = sp.integrate(mean, (gap, 0, s))
        claimed = chains.subs(k, size)
        yield trial.below(mean, claimed, at=[{N: 5, s: sp.Rational(1, 3)}, {N: 100, s: sp.Rational(1, 50)}])
        dense = (mean / claimed).subs(s, y / N)
        yield trial.same(sp.limit(sp.expand_func(dense), N, sp.oo), sp.Integer(1))


@exact(relu_output_bound)
@control("without the factor 1 − Ns/π", bound=N * (near_end + cluster))
@control("ends of one neuron", bound=bound - (N - 1) * near_end)
@control("10 % less", bound=LESS * bound)
@control("density of one side", strength_density=2 * strength_density)
@control("0.4 instead of 4", cluster=cluster / 10)
@control("k gaps", chains=(N * s / sp.pi) ** k)
@control("one end", near_end=near_end / 2)
def the_bound_is_a_geometric_series(
    bound: sp.Expr, near_end: sp.Expr, cluster: sp.Expr, chains: sp.Expr, strength_density: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Ends, and for each chain the mass of an interval twice as long as the cluster bound, at the peak of the density."""
    ratio = chains.subs(k, k + 1) / chains
    first = chains.subs(k, 1) * 2 * cluster * strength_density.subs(x, 0)
    series = unconditional(bound) - N * near_end
    yield trial.same(series * (1 - ratio), first, by=sp.cancel)
    beyond = bound.subs({N: 4, s: sp.pi / 4})
    yield trial.holds(beyond.has(no_guarantee), f"a series that diverges: {beyond}")


def some_chain(rng: np.random.Generator, nets: int, size: int, gap: float, error: float) -> int:
    """In how many networks a kink is near an end or some chain jumps by no more than the cluster bound."""
    found = random_neurons(rng, 3, nets, size)
    order = np.argsort(found.kinks, axis=1)
    strengths, kinks = (np.take_along_axis(part, order, axis=1) for part in found)
    jumps = strengths * np.exp(1j * kinks)
    most = float(numeric((eps, s), cluster)(error, gap))
    happens = (np.pi / 2 - np.abs(kinks) <= gap + np.arcsin(error)).any(axis=1)
    for count in range(1, size + 1):
        for chain in map(list, combinations(range(size), count)):
            close = (np.diff(kinks[:, chain], axis=1) <= gap).all(axis=1)
            happens |= close & (np.abs(jumps[:, chain].sum(axis=1)) <= most)
    return int(np.count_nonzero(happens))


@statistical(relu_output_bound, tests=2, cost=0.2)
@control("ends alone", bound=N * near_end)
@control("chains alone", bound=bound - N * near_end)
@control("half", bound=bound / 2)
def some_chain_is_no_more_frequent(bound: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The event that a ticket needs, in networks of 3 and of 5 neurons; the bound is above by less than a fifth."""
    nets = trial.size(10_000)
    for size, gap, error in (
        (3, sp.Rational(2, 25), sp.Rational(1, 1000)),
        (5, sp.Rational(1, 30), sp.Rational(1, 5000)),
    ):
        p = trial.value(bound, {N: sp.Integer(size), s: gap, eps: error})
        yield trial.counts(trial.draw(some_chain, nets, size, float(gap), float(error)), nets, p, "above")


# How many neurons


@enclosed(relu_output_bound)
@control("the larger root", neurons=sp.pi * delta / (near_end * s * neurons))
@control("without 1 − Ns/π", neurons=delta / (near_end + cluster))
@control("10 % more", neurons=MORE * neurons)
@control("half the chains", bound=bound - N * cluster / (1 - N * s / sp.pi) / 2)
def the_root_solves_the_bound(bound: sp.Expr, neurons: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """And it is the smaller one, below π/s."""
    yield trial.same(bound.subs(N, neurons), delta, by=None)
    yield trial.below(neurons, sp.pi / s, strict=True)


@enclosed(relu_output_bound)
@control("at a fixed gap", best_gap=Level(sp.Lambda(s, 1 - s)))
@control("of half the error", best_gap=best_gap.subs(eps, eps / 2))
@control("of one end", best_gap=Level(sp.Lambda(s, sp.diff(sp.log(neurons.subs(near_end, near_end / 2)), s))))
@control("without 1 − Ns/π", bound=N * (near_end + cluster))
@control("half the neurons", neurons=neurons / 2)
def the_best_gap_is_stationary(bound: sp.Expr, neurons: sp.Expr, best_gap: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The function whose zero it is, differentiated implicitly: d log N/ds where the bound is δ."""
    along = -sp.diff(bound, s) / (N * sp.diff(bound, N))
    for level in best_gap.atoms(Level):
        yield trial.same(level.function(s), along.subs(N, neurons), by=None)


@enclosed(relu_output_bound, cost=0.5)
@control("10 % wider", best_gap=MORE * best_gap)
@control("5 % narrower", best_gap=sp.Rational(19, 20) * best_gap)
@control("of half the error", best_gap=best_gap.subs(eps, eps / 2))
@control("at half the gap", most_neurons=Let(neurons, [(s, best_gap / 2)]))
@control("a thousandth more", most_neurons=sp.Rational(1001, 1000) * most_neurons)
@control("error doubled", neurons=neurons.subs(eps, 2 * eps))
def no_other_gap_excludes_more(
    neurons: sp.Expr, best_gap: sp.Expr, most_neurons: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Nearby gaps on both sides exclude fewer neurons; the best one as many as stated."""
    at = {eps: sp.Rational(1, 100), delta: sp.Rational(1, 2)}
    gap, most = (sp.Rational(trial.once(trial.value, part, at)) for part in (best_gap, most_neurons))
    for factor in (sp.Rational(24, 25), sp.Rational(999, 1000), sp.Rational(1001, 1000), sp.Rational(26, 25)):
        yield trial.below(neurons, most, at=[{**at, s: factor * gap}], strict=True)
    yield trial.below(sp.Abs(neurons / most - 1), sp.Rational(1, 10**14), at=[{**at, s: gap}])


# Small errors


@exact(relu_output_bound)
@control("without 1 − p", limit=2 * p + 4 * N**2 * eps / (sp.pi * p))
@control("one end", limit=limit - p)
@control("0.4 instead of 4", limit=2 * p + (limit - 2 * p) / 10)
@control("1 + p", bound=N * near_end + N * cluster / (1 + N * s / sp.pi))
@control("square without 1 − p", square=sp.pi / 4 * p * (delta - 2 * p))
@control("10 % more", square=MORE * square)
@control("10 % less", square=LESS * square)
def the_bound_tends_to_its_limit(bound: sp.Expr, limit: sp.Expr, square: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """At s = πp/N with N²ε fixed; the limit is δ where N²ε is the square."""
    h = sp.Symbol("h", positive=True)
    fixed = {N: 1 / h, eps: y * h**2}
    scaled = unconditional(bound).subs(s, sp.pi * p / N).subs(fixed)
    yield trial.same(sp.limit(scaled, h, 0), limit.subs(fixed), by=sp.cancel)
    yield trial.same(limit.subs(eps, square / N**2), delta, by=sp.cancel)


@enclosed(relu_output_bound)
@control("without 1 − p", best_share=delta / 4)
@control("the other root", best_share=(2 + delta + sp.sqrt(4 - 2 * delta + delta**2)) / 6)
@control("share 10 % less", best_share=LESS * best_share)
@control("ignores 1 − p", constant=delta * sp.sqrt(sp.pi / 32))
@control("10 % more", constant=MORE * constant)
@control("10 % less", constant=LESS * constant)
@control("1 + δ/4", simple_constant=delta * sp.sqrt(sp.pi * (1 + delta / 4) / 32))
@control("simple constant 10 % less", simple_constant=LESS * simple_constant)
@control("two ends", square=square.subs(delta, delta + p))
def the_constant_is_the_largest(
    square: sp.Expr, best_share: sp.Expr, constant: sp.Expr, simple_constant: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """At the stated share the square is stationary, inside and concave; at δ/4 it gives the simple constant."""
    yield trial.same(sp.diff(square, p).subs(p, best_share), 0, by=None)
    risks, start = {delta: (0, 1)}, {delta: (0, 1)}  # a range; and a simple zero at δ = 0
    yield trial.everywhere(sp.diff(square, p, 2).subs(p, best_share), sp.Integer(0), within=risks, strict=True)
    yield trial.everywhere(best_share, delta / 2, within=risks, strict=True, zero=start)
    yield trial.everywhere(sp.Integer(0), best_share, within=risks, strict=True, zero=start)
    yield trial.same(constant**2, square.subs(p, best_share), by=None)
    yield trial.same(simple_constant**2, square.subs(p, delta / 4), by=None)
    yield trial.everywhere(simple_constant, constant, strict=True)
    yield trial.everywhere(sp.Integer(0), simple_constant, within=risks, strict=True, zero=start)


@enclosed(relu_output_bound, cost=0.2)
@control("ignores 1 − p", constant=delta * sp.sqrt(sp.pi / 32))
@control("10 % less", constant=LESS * constant)
@control("exponent 1", most_neurons=most_neurons / sp.sqrt(eps))
@control("a tenth fewer", most_neurons=LESS * most_neurons)
def neurons_tend_to_the_constant(constant: sp.Expr, most_neurons: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Below it at every error, and at 10⁻¹⁰ by at most s²/6 + 2Nε/δ, less than 10⁻⁵, where s = πp/N."""
    for digits, share in ((1, sp.S.One), (5, sp.Rational(1, 10)), (10, sp.Rational(1, 2))):
        at = {eps: sp.Rational(1, 10**digits), delta: share}
        reached = sp.Rational(trial.once(trial.value, most_neurons, at)) * sp.sqrt(at[eps])
        yield trial.below(reached, constant, at=[at], strict=True)
    yield trial.below(constant * (1 - sp.Rational(1, 10**5)), reached, at=[at])
