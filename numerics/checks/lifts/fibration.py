"""Evidence for lifts of perceptron modules."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Finding, Findings, Trial, exact
from sparse_limits.numerics.evidence.sums import interpreted
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.fibration import (
    base_weight,
    diamond_weights,
    fibration_lemma,
    fibre_size,
    rest,
    w01,
    w02,
    w13,
    w23,
    without_edge,
    x,
)
from sparse_limits.theory.lifts.lift import Lift
from sparse_limits.theory.lifts.module import Edge, PerceptronModule, Vertex


def all_free(trial: Trial, found: Sequence[sp.Expr], expected: Sequence[sp.Expr]) -> Finding:
    """That as many pairs are equal for every function in them: one identity, linear in as many new letters."""
    letters = sp.symbols(f"eta_:{len(expected)}", real=True)
    sides = (sp.Add(*map(sp.Mul, letters, each)) for each in (found, expected))
    left, right = interpreted(sp.Tuple(*sides))
    gaps = [sp.expand(one - other) for one, other in zip(found, expected, strict=True)]
    return trial.same(left, right, by=lambda _: next((gap for gap in gaps if gap != 0), sp.S.Zero))


def pulls_back(lift: Lift, trial: Trial) -> Findings:
    """That y_G(v) = y_B(π v) on the diamond.

    Equality is proved in the free algebra, that is for all maps of the module; a difference is shown by a definite
    module at a rational point.
    """
    base = Lift.identity(lift.module, diamond_weights).activations({"0": x})
    found = lift.activations(lift.pull_inputs({"0": x}))
    for vertex in sorted(found, key=lift.order.index, reverse=True):
        sides = sp.Tuple(found[vertex], base[lift.over[vertex]])
        difference = sp.expand(sides[0] - sides[1])
        yield trial.same(*interpreted(sides), by=lambda _, free=difference: free)


def unknown(name: str) -> Callable[[Any, Any], Any]:
    """An edge map M(w, y)."""
    function: Callable[[Any, Any], Any] = sp.Function(name, real=True)
    return function


def multiple(name: str) -> Callable[[Any, Any], Any]:
    """An edge map w·m(y)."""
    return lambda w, y: w * sp.Function(name, real=True)(y)


def written_out(edge_map: Callable[[str], Callable[[Any, Any], Any]]) -> sp.Expr:
    """The activation of the diamond at 3, from the definition."""
    m01, m02, m13, m23 = (edge_map(f"M_{u}{v}") for u, v in diamond_weights)
    s1, s2, s3 = (sp.Function(f"sigma_{v}", real=True) for v in "123")
    return s3(m13(w13, s1(m01(w01, x))), m23(w23, s2(m02(w02, x))))


@exact(fibration_lemma, step="one term")
def activations_pull_back_along_an_in_fibration(fibration: Lift, trial: Trial) -> Findings:
    """(a) for all maps M and σ at once."""
    yield from pulls_back(fibration, trial)
    found = fibration.activations({"0": x})["3a"]
    yield trial.holds(found == written_out(unknown), f"the activation at 3a is {found}")
    yield trial.holds(fibration.is_in_fibration(), "each edge of the base lifts uniquely")
    needed = not any(without_edge(fibration, edge).is_in_fibration() for edge in fibration.weights)
    yield trial.holds(needed, "no edge of the lift can be left out")
    pulled = fibration.pull_weights(diamond_weights)
    yield trial.holds(dict(fibration.weights) == pulled, "the weights are those of the base")


@exact(fibration_lemma, step="split weight")
def activations_pull_back_when_fibre_sums_agree(split: Lift, trial: Trial) -> Findings:
    """(b) for all maps w·m(y) and all σ at once, with one weight split between two edges in all ways."""
    yield from pulls_back(split, trial)
    found = split.activations({"0": x})["3b"]
    yield trial.holds(found == written_out(multiple), f"the activation at 3b is {found}")
    yield trial.holds(not split.is_in_fibration(), "two edges lie above 1 → 3 at 3a, so (a) does not apply")


@exact(fibration_lemma, step="in-fibrations compose")
def in_fibrations_compose(fibration: Lift, cover: Lift, trial: Trial) -> Findings:
    """(c) at a two-sheeted cover of the in-fibration: the composition is one, with the same activations."""
    composed = fibration.compose(cover)
    yield from pulls_back(composed, trial)
    upper = cover.activations(composed.pull_inputs({"0": x}))
    same = upper == composed.activations(composed.pull_inputs({"0": x}))
    yield trial.holds(same, "the activations are those of the upper lift of G taken as a module")
    ends = {vertex for vertex, below in fibration.over.items() if below == "3"}
    yield trial.holds(set(cover.module.terminals) == ends, "the terminals of G lie over that of the base")
    for lift in (cover, composed):
        yield trial.holds(lift.is_in_fibration(), "each edge below lifts uniquely")
    for edge, weight in cover.weights.items():
        yield trial.same(weight, fibration.weights[cover.below(edge)])
        yield trial.same(weight, diamond_weights[composed.below(edge)])


# Random lifts in exact arithmetic


@dataclass(frozen=True)
class Plan:
    """A random lift whose last weight over each base edge is still open.

    `fibres`: (vertex, base vertex below its in-neighbours) → in-neighbours, and the weights of all but the last.
    """

    over: Mapping[Vertex, Vertex]
    fibres: Mapping[tuple[Vertex, Vertex], tuple[tuple[Vertex, ...], tuple[int, ...]]]


BASE_INPUTS = ("0", "1")
BASE_EDGES = (("0", "2"), ("1", "2"), ("0", "3"), ("2", "3"), ("1", "4"), ("2", "4"), ("3", "4"))


def random_plan(rng: np.random.Generator, edges: tuple[Edge, ...], widest: int, idle: frozenset[Edge]) -> Plan:
    """One to three copies of each vertex; above each edge into a copy one to `widest` edges, perhaps none if it is idle."""
    vertices = sorted({end for edge in edges for end in edge})
    copies = {v: [f"{v}{letter}" for letter in "abc"[: rng.integers(1, 4)]] for v in vertices}
    fibres = {}
    for u, v in edges:
        for copy in copies[v]:
            size = int(rng.integers(0 if (u, v) in idle else 1, min(widest, len(copies[u])) + 1))
            chosen = tuple(copies[u][int(k)] for k in rng.permutation(len(copies[u]))[:size])
            fibres[copy, u] = chosen, tuple(int(w) for w in rng.integers(-4, 5, size=max(size - 1, 0)))
    return Plan({copy: v for v in vertices for copy in copies[v]}, fibres)


def random_towers(rng: np.random.Generator, count: int, widest: int) -> list[tuple[dict[Edge, int], Plan, Plan]]:
    """Base weights (one of them 0 where fibres may be empty), a lift of the base and a lift of that lift."""
    towers = []
    for _ in range(count):
        weights = {edge: int(rng.integers(1, 5)) * int(rng.choice([-1, 1])) for edge in BASE_EDGES}
        idle = frozenset({BASE_EDGES[int(rng.integers(len(BASE_EDGES)))]} if widest > 1 else ())
        lower = random_plan(rng, BASE_EDGES, widest, idle)
        edges = tuple((u, v) for (v, _), (sources, _) in lower.fibres.items() for u in sources)
        weights.update(dict.fromkeys(idle, 0))
        towers.append((weights, lower, _upper(rng, lower, edges, widest)))
    return towers


def _upper(rng: np.random.Generator, lower: Plan, edges: tuple[Edge, ...], widest: int) -> Plan:
    """A lift of the lower graph, vertices without edges included."""
    plan = random_plan(rng, edges, widest, frozenset())
    bare = {f"{v}a": v for v in lower.over if v not in plan.over.values()}
    return Plan({**plan.over, **bare}, plan.fibres)


def completed(
    plan: Plan, module: PerceptronModule, weights: Mapping[Edge, sp.Expr], completing_weight: sp.Expr
) -> Lift:
    """The lift of a plan, the open weights given by the formula under test."""
    found: dict[Edge, sp.Expr] = {}
    for (v, below), (sources, given) in plan.fibres.items():
        if not sources:
            continue
        at = {base_weight: weights[below, plan.over[v]], rest: sp.Integer(sum(given)), fibre_size: len(sources)}
        found.update({(u, v): sp.Integer(w) for u, w in zip(sources, given, strict=False)})
        found[sources[-1], v] = valued(completing_weight, at)
    return Lift(module, plan.over, found)


def sample_module(edge_map: Callable[[Any, Any], sp.Array]) -> PerceptronModule:
    """Definite vertex maps that distinguish pairs, on a base with two inputs and edges that skip."""

    def sigma(number: int) -> Callable[..., sp.Expr]:
        return lambda *z: sum((i + 1) * (s[0] + 3 * s[1]) for i, s in enumerate(z)) ** 2 - number * z[0][0]

    return PerceptronModule(
        inputs=BASE_INPUTS,
        terminals=("4",),
        maps=dict.fromkeys(BASE_EDGES, edge_map),
        sigma={v: sigma(int(v)) for v in "234"},
        preactivations=dict.fromkeys(BASE_EDGES, (2,)),
    )


@exact(fibration_lemma, cost=1)
def random_lifts_and_their_lifts_pull_back(completing_weight: sp.Expr, trial: Trial) -> Findings:
    """(b) and (c) with several inputs, empty fibres and lifts of lifts; (a) where each fibre has one edge."""
    maps = (lambda w, y: sp.Array([w * (y + 1), w * y**2]), lambda w, y: sp.Array([w**2 * y - 1, w * y**2]))
    for widest, edge_map in zip((3, 1), maps, strict=True):
        module, inputs = sample_module(edge_map), {"0": sp.Rational(1, 2), "1": sp.Rational(-2, 3)}
        for weights, plan, upper_plan in trial.draw(random_towers, trial.size(12), widest):
            lower = completed(plan, module, weights, completing_weight)
            upper = completed(upper_plan, lower.as_module(), lower.weights, completing_weight)
            base = Lift.identity(module, weights).activations(inputs)
            below = lower.activations(lower.pull_inputs(inputs))
            composed = lower.compose(upper)
            above = composed.activations(composed.pull_inputs(inputs))
            over = {**lower.over, **composed.over}
            for vertex, found in {**below, **above}.items():
                yield trial.same(found, base[over[vertex]], by=sp.expand)
            alone = upper.activations(upper.pull_inputs(lower.pull_inputs(inputs)))
            yield trial.holds(alone == above, "the lift of the lift alone has the activations of the composition")
