"""Evidence for gradients of lifts and of tied weights."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Finding, Findings, Trial, control, exact
from sparse_limits.numerics.exact.polynomials import polynomial
from sparse_limits.numerics.lifts.morphisms import morphisms
from sparse_limits.theory.lifts.fibration import diamond_weights, x
from sparse_limits.theory.lifts.further.gradients import (
    Readout,
    asymmetric,
    cubic_module,
    f,
    gradient_01,
    gradient_13,
    pushed_gradients,
)
from sparse_limits.theory.lifts.lift import Lift
from sparse_limits.theory.lifts.module import Edge

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


def combined(section: Gradient, edges: Gradient) -> sp.Expr:
    """The entries at the edges of a section as one expression, linear in as many new variables."""
    return sum((sp.Symbol(f"eta_{k}", real=True) * section[edge] for k, edge in enumerate(edges)), sp.Integer(0))


def all_equal(trial: Trial, left: Gradient, right: Gradient) -> Finding:
    """That two sections are equal where the first is given."""
    return trial.same(combined(left, left), combined(right, left), by=polynomial)


@exact(pushed_gradients, step="gradient of the base", cost=0.5)
@control("mean over the fibre", gradient_01=gradient_01 / 3, gradient_13=gradient_13 / 2)
def losses_of_tied_weights_have_this_gradient(gradient_01: sp.Expr, gradient_13: sp.Expr, trial: Trial) -> Findings:
    """Derivatives of the loss of tied weights."""
    _, base = trial.once(gradient_of_the_diamond)
    yield all_equal(trial, {("0", "1"): gradient_01}, base)
    yield all_equal(trial, {("1", "3"): gradient_13}, base)


@exact(pushed_gradients, step="shares", cost=0.5)
def fibre_sums_of_gradients(
    gradient_01: sp.Expr, gradient_13: sp.Expr, shares: Gradient, asymmetric: Readout, trial: Trial
) -> Findings:
    """Derivatives with respect to nine free weights, at tied ones: the shares of those of the base, and their fibre sums."""
    above, base = trial.once(gradient_of_the_diamond)
    edges = asymmetric.lift.edges
    yield all_equal(trial, {e: share * base[edges[e]] for e, share in shares.items()}, above)
    for total in asymmetric.lift.push_weights(shares).values():
        yield trial.same(total, sp.Integer(1))
    sums = asymmetric.lift.push_weights(above)
    yield all_equal(trial, {("0", "1"): gradient_01, ("1", "3"): gradient_13}, sums)


def orbits(readout: Readout) -> set[frozenset[Edge]]:
    """The orbits of edges under automorphisms over the base that leave the readout unchanged."""
    lift = readout.lift
    kept = [
        g
        for g in morphisms(lift, lift)
        if all(readout.coefficients[g[v]] == c for v, c in readout.coefficients.items())
    ]
    return {frozenset((g[u], g[v]) for g in kept) for u, v in lift.weights}


@exact(pushed_gradients, step="full lift")
def symmetry_keeps_weights_tied(symmetric: Readout, trial: Trial) -> Findings:
    """At tied weights the gradient is tied; its fibres are the orbits of the automorphisms that keep the loss."""
    edges = symmetric.lift.edges
    found = gradient_at_its_weights(symmetric)
    first = {below: above for above, below in reversed(list(edges.items()))}
    for above, below in edges.items():
        yield trial.same(found[above], found[first[below]], by=polynomial)
    fibres = {frozenset(e for e in edges if edges[e] == below) for below in edges.values()}
    yield trial.holds(orbits(symmetric) == fibres, "the automorphisms are transitive on every edge fibre")


# Random graphs

VERTICES = "01234"


def random_base(rng: np.random.Generator) -> list[Edge]:
    """The edges of a random DAG on 0, …, 4: each vertex but 0 has one or more in-neighbours, and 3 is one of 4."""
    edges = []
    for place, v in enumerate(VERTICES[1:], start=1):
        heard = rng.random(place) < 0.5
        heard[place - 1] |= v == VERTICES[-1] or not heard.any()
        edges += [(u, v) for u, present in zip(VERTICES, heard, strict=False) if present]
    return edges


def copies_of(rng: np.random.Generator, most: int) -> dict[str, int]:
    """One input vertex and a random number of copies of the others, of the last at least two."""
    return {v: 1 if v == "0" else int(rng.integers(2 if v == VERTICES[-1] else 1, most + 1)) for v in VERTICES}


def lifted(edges: list[Edge], above: set[Edge], copies: Mapping[str, int]) -> Lift:
    """The lift of cubic units with these edges ((u, i), (v, j)); its weights say nothing yet."""
    over = {(v, i): v for v, count in copies.items() for i in range(count)}
    return Lift(cubic_module(tuple(edges)), over, dict.fromkeys(sorted(above), sp.Integer(0)))


def any_lift(rng: np.random.Generator) -> Lift:
    """A random lift of a random DAG: two edges of three that might be there."""
    edges, copies = random_base(rng), copies_of(rng, 3)
    pairs = (((u, i), (v, j)) for u, v in edges for i in range(copies[u]) for j in range(copies[v]))
    return lifted(edges, {pair for pair in pairs if rng.random() < 2 / 3}, copies)


def symmetric_lift(rng: np.random.Generator, kind: str) -> Lift:
    """A lift of a random DAG with a group that is transitive on every edge fibre.

    "full": all edges above, permuted with the copies; "cyclic": three sheets, turned together, one shift for each edge.
    """
    edges = random_base(rng)
    copies = copies_of(rng, 3) if kind == "full" else {v: 1 if v == "0" else 3 for v in VERTICES}
    above: set[Edge] = set()
    for u, v in edges:
        turn = int(rng.integers(3))
        for i in range(copies[u]):
            for j in range(copies[v]):
                if kind == "full" or u == "0" or (j - i) % 3 == turn:
                    above.add(((u, i), (v, j)))
    return lifted(edges, above, copies)


def weights_of_the_base(rng: np.random.Generator, lift: Lift) -> dict[Edge, Fraction]:
    return {edge: Fraction(int(rng.integers(1, 6)) * int(rng.choice([-1, 1])), 4) for edge in lift.module.maps}


@dataclass(frozen=True)
class Dual:
    """A number and its derivative by t."""

    value: Fraction
    slope: Fraction

    def __add__(self, other: Any) -> Dual:
        other = _dual(other)
        return Dual(self.value + other.value, self.slope + other.slope)

    def __mul__(self, other: Any) -> Dual:
        other = _dual(other)
        return Dual(self.value * other.value, self.value * other.slope + self.slope * other.value)

    def __pow__(self, power: int) -> Dual:
        return Dual(self.value**power, power * self.value ** (power - 1) * self.slope)

    __radd__, __rmul__ = __add__, __mul__


def _dual(number: Any) -> Dual:
    if isinstance(number, Dual):
        return number
    return Dual(Fraction(number) if isinstance(number, Fraction) else Fraction(int(number)), Fraction(0))


def derivative(readout: Readout, weights: Mapping[Edge, Fraction], edges: set[Edge]) -> Fraction:
    """d/dt of the loss ½(F − 1/3)² at the input 1 with t added to the weights of some edges, at t = 0."""
    moved = {edge: Dual(weight, Fraction(edge in edges)) for edge, weight in weights.items()}
    above = Readout(readout.lift.with_weights(moved), readout.coefficients)
    output = _dual(
        above.output({("0", 0): Dual(Fraction(1), Fraction(0))})
    )  # a number where no edge ends in the readout
    slope: Fraction = (output.value - Fraction(1, 3)) * output.slope
    return slope


class Gradients(NamedTuple):
    """Of a loss at tied weights by the weight of each edge above, and of the loss of tied weights."""

    lift: Lift
    above: dict[Edge, Fraction]
    base: dict[Edge, Fraction]


def gradients_of(rng: np.random.Generator, kind: str, readout: str) -> Gradients:
    """Of a random lift; the readout is 1/2 at all copies of the terminal, or different at each."""
    lift = any_lift(rng) if kind == "any" else symmetric_lift(rng, kind)
    ends = [v for v, below in lift.over.items() if below == VERTICES[-1]]
    equal = readout == "equal on copies"
    found = Readout(lift, {v: Fraction(1 if equal else place, 2) for place, v in enumerate(ends, 1)})
    tied = lift.pull_weights(weights_of_the_base(rng, lift))
    above = {edge: derivative(found, tied, {edge}) for edge in lift.weights}
    fibres: dict[Edge, set[Edge]] = {edge: set() for edge in lift.module.maps}
    for edge, below in lift.edges.items():
        fibres[below].add(edge)
    return Gradients(lift, above, {below: derivative(found, tied, fibre) for below, fibre in fibres.items()})


GRAPHS = ("any", "any", "any", "full", "cyclic")


@exact(pushed_gradients, cost=0.5)
def gradients_of_random_lifts_push_forward(descent: str, trial: Trial) -> Findings:
    """Cubic units on random DAGs and random lifts of them, in fractions: the gradient of tied weights, edge by edge."""
    for place, kind in enumerate(GRAPHS):
        lift, above, base = trial.draw(gradients_of, kind, "different", replicate=place)
        sums, sizes = lift.push_weights(above), Counter(lift.edges.values())
        for edge, total in sums.items():
            parts = [above[e] for e, below in lift.edges.items() if below == edge]
            claimed = {
                "fibre sum": [total],
                "fibre mean": [total / max(sizes[edge], 1)],
                "each of the fibre": parts,
            }[descent]
            agree = all(value == base[edge] for value in claimed)
            yield trial.holds(
                agree, f"{len(above)} edges above {len(base)}: the gradient of {edge[0]}{edge[1]} is the {descent}"
            )


@exact(pushed_gradients, cost=0.3)
def symmetric_random_lifts_have_tied_gradients(readout: str, trial: Trial) -> Findings:
    """Full lifts and cyclic covers of random DAGs: at tied weights all edges of a fibre have one derivative."""
    for place, kind in enumerate(("full", "full", "cyclic", "cyclic")):
        lift, above, _ = trial.draw(gradients_of, kind, readout, replicate=place)
        values: dict[Edge, set[Fraction]] = {}
        for edge, below in lift.edges.items():
            values.setdefault(below, set()).add(above[edge])
        yield trial.holds(
            all(len(each) == 1 for each in values.values()),
            f"{kind} lift: {len(above)} derivatives, {len(values)} fibres",
        )
