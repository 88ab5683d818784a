"""Evidence for gradients of lifts and of tied weights."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import sympy as sp

from numerics.evidence import Finding, Trial, control, exact
from numerics.lifts.morphisms import morphisms
from numerics.polynomials import polynomial
from theory.lifts.fibration import diamond_weights, w01, w02, x
from theory.lifts.gradients import (
    Readout,
    a,
    asymmetric,
    f,
    gradient_01,
    gradient_13,
    pushed_gradients,
    shares,
    symmetric,
)
from theory.lifts.lift import Lift
from theory.lifts.module import Edge

Gradient = Mapping[Edge, sp.Expr]


def loss(readout: Readout, weights: Mapping[Edge, Any]) -> sp.Expr:
    """½ (F − f)² with these weights, all inputs x."""
    lift = readout.lift.with_weights(weights)
    return (Readout(lift, readout.coefficients).output(dict.fromkeys(lift.inputs, x)) - f) ** 2 / 2


def gradient_at_its_weights(readout: Readout) -> Gradient:
    """The gradient of the loss, one variable for each edge, at the weights of the lift."""
    free = {edge: sp.Symbol(f"theta_{k}", real=True) for k, edge in enumerate(readout.lift.weights)}
    tied = {free[edge]: weight for edge, weight in readout.lift.weights.items()}
    total = loss(readout, free)
    return {edge: sp.diff(total, variable).xreplace(tied) for edge, variable in free.items()}


def gradient_of_the_base(readout: Readout) -> Gradient:
    """The gradient of w ↦ loss(π*w)."""
    total = loss(readout, readout.lift.pull_weights(diamond_weights))
    return {edge: sp.diff(total, weight) for edge, weight in diamond_weights.items()}


def fibre(edge: Edge) -> list[Edge]:
    return [above for above, below in asymmetric.lift.edges.items() if below == edge]


def gradient_of_the_diamond() -> tuple[Gradient, Gradient]:
    """Above the diamond, and of the diamond."""
    return gradient_at_its_weights(asymmetric), gradient_of_the_base(asymmetric)


def combined(section: Gradient) -> sp.Expr:
    """All entries as one expression, linear in as many new variables."""
    return sum((sp.Symbol(f"eta_{k}", real=True) * value for k, value in enumerate(section.values())), sp.Integer(0))


def all_equal(trial: Trial, left: Gradient, right: Gradient) -> Finding:
    """That two sections are equal where the first is given."""
    return trial.vanishes(combined({edge: left[edge] - right[edge] for edge in left}), by=polynomial)


SIZES = Counter(asymmetric.lift.edges.values())


@exact(pushed_gradients, cost=0.5)
@control("mean over the fibre", gradient_01=gradient_01 / 3, gradient_13=gradient_13 / 2)
@control("another edge", gradient_13=gradient_13.subs(w01, w02))
@control("copied to the whole fibre", shares=dict.fromkeys(shares, sp.Integer(1)))
@control(
    "tied weights stay tied", shares={e: sp.Rational(1, SIZES[below]) for e, below in asymmetric.lift.edges.items()}
)
@control("shares swapped", shares={e: share.subs(a, 1 - a) for e, share in shares.items()})
def fibre_sums_of_gradients(
    gradient_01: sp.Expr, gradient_13: sp.Expr, shares: Gradient, asymmetric: Readout, trial: Trial
) -> Iterator[Finding]:
    """Derivatives with respect to nine free weights, at tied ones, and of the loss of tied weights."""
    above, base = trial.once(gradient_of_the_diamond)
    edges = asymmetric.lift.edges
    yield all_equal(trial, {e: share * base[edges[e]] for e, share in shares.items()}, above)
    for total in asymmetric.lift.push_weights(shares).values():
        yield trial.same(total, sp.Integer(1))
    yield all_equal(trial, {("0", "1"): gradient_01, ("1", "3"): gradient_13}, base)


def orbits(readout: Readout) -> set[frozenset[Edge]]:
    """The orbits of edges under automorphisms over the base that leave the readout unchanged."""
    lift = readout.lift
    kept = [
        g
        for g in morphisms(lift, lift)
        if all(readout.coefficients[g[v]] == c for v, c in readout.coefficients.items())
    ]
    return {frozenset((g[u], g[v]) for g in kept) for u, v in lift.weights}


def without_edge(readout: Readout, edge: Edge) -> Readout:
    """The readout of the lift with an edge taken out."""
    weights = {e: w for e, w in readout.lift.weights.items() if e != edge}
    return replace(readout, lift=Lift(readout.lift.module, readout.lift.over, weights))


@exact(pushed_gradients)
@control("no symmetry", symmetric=replace(asymmetric, coefficients={"3a": sp.Rational(1, 3), "3b": sp.Rational(2, 3)}))
@control("one copy does not go on", symmetric=without_edge(symmetric, (("1", 1), ("2", 0))))
@control("one copy sees nothing", symmetric=without_edge(symmetric, (("0", 0), ("1", 1))))
def symmetry_keeps_weights_tied(symmetric: Readout, trial: Trial) -> Iterator[Finding]:
    """At tied weights the gradient is tied; its fibres are the orbits of the automorphisms that keep the loss."""
    edges = symmetric.lift.edges
    found = gradient_at_its_weights(symmetric)
    first = {below: above for above, below in reversed(list(edges.items()))}
    for above, below in edges.items():
        yield trial.same(found[above], found[first[below]], by=polynomial)
    fibres = {frozenset(e for e in edges if edges[e] == below) for below in edges.values()}
    yield trial.holds(orbits(symmetric) == fibres, "the automorphisms are transitive on every edge fibre")
