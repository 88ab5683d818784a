"""Evidence for unfoldings and for expected numbers of morphisms."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from itertools import permutations, product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.lifts.fibration import random_plan
from sparse_limits.numerics.evidence import Findings, Trial, control, enclosed, exact
from sparse_limits.numerics.evidence.sums import interpreted
from sparse_limits.numerics.exact.polynomials import polynomial
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.coverage import p_0
from sparse_limits.theory.lifts.degrees import lam, n
from sparse_limits.theory.lifts.lift import Lift
from sparse_limits.theory.lifts.maps import PRODUCT, SUM
from sparse_limits.theory.lifts.module import Edge, PerceptronModule, Vertex
from sparse_limits.theory.lifts.unfolding import (
    E_0,
    END,
    E,
    V,
    components,
    cycles,
    expected_morphisms,
    free_module,
    h_1,
    h_2,
    h_3,
    p,
    skipping,
    tree_witnesses,
    unfolded_module,
    x,
)


def is_tree(lift: Lift, root: Vertex) -> bool:
    """Whether one edge leads out of every vertex but inputs and the root, none out of the root, and all end there."""
    onward = {u: [v for w, v in lift.weights if w == u] for u in lift.over if u not in lift.inputs}
    return not onward[root] and all(len(ends) == 1 for u, ends in onward.items() if u != root)


@exact(unfolded_module, step="example")
def the_unfolding_is_a_tree_that_computes_the_same(unfolding: Lift, trial: Trial) -> Findings:
    """On a base with edges that skip, for all maps M and σ at once."""
    found = unfolding.activations({("0",): x})[END]
    wanted = skipping.activations({"0": x})["4"]
    yield trial.same(interpreted(found), interpreted(wanted), by=lambda _: found - wanted)
    yield trial.holds(unfolding.is_in_fibration(), "each edge of the base lifts uniquely")
    yield trial.holds(is_tree(unfolding, END), "a tree but for its inputs")
    yield trial.holds(len(unfolding.inputs) == 1, "the input is shared")


def random_lifts(rng: np.random.Generator, count: int) -> list[tuple[Lift, dict[str, sp.Symbol]]]:
    """Lifts, with several edges above one, of random bases with edges that skip; inputs for them."""
    lifts = []
    for _ in range(count):
        names = [str(v) for v in range(rng.integers(3, 6))]
        edges = tuple((u, v) for j, v in enumerate(names) for u in names[:j] if v not in "01" and rng.random() < 0.8)
        module = free_module(edges or (("0", "2"),), ("0", "1"))
        plan = random_plan(rng, tuple(module.maps), 3, frozenset(list(module.maps)[:2]))
        weights = {(u, v): sp.Symbol(f"w_{u}_{v}") for (v, _), (sources, _) in plan.fibres.items() for u in sources}
        lift = Lift(module, plan.over, weights)
        lifts.append((lift, {v: sp.Symbol(f"x_{v}") for v in lift.inputs}))
    return lifts


def cycle_space(lift: Lift) -> tuple[int, int, int]:
    """V, E and the rank of the incidence matrix of the vertices that are no inputs."""
    own = [v for v in lift.over if v not in lift.inputs]
    inner = [edge for edge in lift.weights if edge[0] not in lift.inputs]
    incidence = sp.zeros(len(own), len(inner))
    for k, (u, v) in enumerate(inner):
        incidence[own.index(u), k], incidence[own.index(v), k] = -1, 1
    return len(own), len(inner), incidence.rank()


@exact(tree_witnesses, cost=0.5)
def unfoldings_of_random_lifts(growth: sp.Expr, diamond_graph: Lift, trial: Trial) -> Findings:
    """Every vertex of a lift and its tree have the same activation; V − E by the ranks of incidence matrices."""
    beside = replace(diamond_graph, over={**diamond_graph.over, "3b": "3"})  # two components
    vertices, edges, _ = cycle_space(beside)
    yield trial.same(growth.subs({components: 2, cycles: 1}), sp.Integer(vertices - edges))
    for lift, inputs in trial.draw(random_lifts, trial.size(6)):
        found = lift.activations(inputs)
        vertices, edges, rank = cycle_space(lift)
        at = {components: vertices - rank, cycles: edges - rank}
        yield trial.same(growth.subs(at), sp.Integer(vertices - edges))
        for v in lift.over:
            if v in lift.inputs:
                continue
            unfolded = lift.unfold(v)
            yield trial.holds(unfolded.is_in_fibration() and is_tree(unfolded, (v,)), f"a tree over {v}")
            vertices, edges, _ = cycle_space(unfolded)
            yield trial.same(growth.subs({components: 1, cycles: 0}), sp.Integer(vertices - edges))
            alone = unfolded.activations({walk: inputs[walk[0]] for walk in unfolded.inputs})
            yield trial.holds(alone[v,] == found[v], f"the activation at {v}")


# All graphs of a small width


def potential_edges(H: Lift, width: int) -> dict[tuple[Edge, Vertex, Vertex], int]:
    """A bit for each edge that a random lift may have: (edge of the base, source, target), inputs first."""
    inputs = {b: [v for v in H.inputs if H.over[v] == b] for b in H.module.inputs}
    edges = sorted(H.module.maps, key=lambda edge: edge[0] not in inputs)
    every = [(e, u, v) for e in edges for u in inputs.get(e[0], range(width)) for v in range(width)]
    return {edge: bit for bit, edge in enumerate(every)}


def census(H: Lift, width: int) -> sp.Expr:
    """The mean number of injective morphisms into a random lift, by counting them in all graphs of this width."""
    bits = potential_edges(H, width)
    graphs = np.arange(2 ** len(bits), dtype=np.int32)
    counts = np.zeros(len(graphs), dtype=np.int64)
    fibres = [[v for v, below in H.over.items() if below == b] for b in H.module.order if b not in H.module.inputs]
    for images in product(*(permutations(range(width), len(fibre)) for fibre in fibres)):
        image = {v: v for v in H.inputs} | {
            v: place
            for fibre, places in zip(fibres, images, strict=True)
            for v, place in zip(fibre, places, strict=True)
        }
        mask = sum(1 << bits[H.below((u, v)), image[u], image[v]] for u, v in H.weights)
        counts += (graphs & mask) == mask
    return mean_over_graphs(counts, graphs, sum(edge[0] in H.module.inputs for edge, _, _ in bits), len(bits))


def mean_over_graphs(counts: NDArray[np.int64], graphs: NDArray[np.int32], from_inputs: int, every: int) -> sp.Expr:
    """Σ count · P(graph), the first bits with probability p_0 and the others with p. counts, graphs: int[2^every]."""
    sizes = [np.zeros(len(graphs), dtype=np.int64), np.zeros(len(graphs), dtype=np.int64)]
    for bit in range(every):
        sizes[bit >= from_inputs] += graphs >> bit & 1
    inner = every - from_inputs
    totals = np.bincount(sizes[0] * (inner + 1) + sizes[1], weights=counts, minlength=(from_inputs + 1) * (inner + 1))
    return sum(
        int(totals[i * (inner + 1) + j]) * p_0**i * (1 - p_0) ** (from_inputs - i) * p**j * (1 - p) ** (inner - j)
        for i in range(from_inputs + 1)
        for j in range(inner + 1)
    )


@exact(tree_witnesses, cost=0.6)
@control("maps that need not be injective", tree=n**5 * p**4, diamond=n**4 * p**4)
def all_graphs_of_a_small_width(
    tree: sp.Expr, diamond: sp.Expr, tree_graph: Lift, diamond_graph: Lift, trial: Trial
) -> Findings:
    """Polynomials in p: all 2², 2⁸ and 2¹⁸ graphs with one, two and three vertices a layer."""
    for width in (1, 2, 3):
        yield trial.same(tree.subs(n, width), trial.once(census, tree_graph, width), by=polynomial)
        yield trial.same(diamond.subs(n, width), trial.once(census, diamond_graph, width), by=polynomial)
    general = {E_0: 0, E: 4, h_2: 2, h_3: 1}
    yield trial.same(tree, expected_morphisms.subs({**general, h_1: 2}), by=polynomial)
    yield trial.same(diamond, expected_morphisms.subs({**general, h_1: 1}), by=polynomial)


BASES = {  # with edges from inputs and edges that skip; the width makes them small enough
    2: (("0", "1"), ("0", "2"), ("1", "2"), ("2", "3"), ("1", "3")),
    3: (("0", "1"), ("1", "2")),
}


def random_witnesses(rng: np.random.Generator, count: int) -> list[tuple[int, Lift]]:
    """A width, and a random graph over its base; the first has all vertices and edges."""
    found = []
    for k in range(count):
        width = 2 + k % 2
        vertices = sorted({end for edge in BASES[width] for end in edge})
        module = PerceptronModule(
            ("0",), (vertices[-1],), dict.fromkeys(BASES[width], PRODUCT), dict.fromkeys(vertices[1:], SUM)
        )
        sizes = {v: int(rng.integers(0 if v == "3" else 1, width + 1)) if k else width for v in vertices}
        copies = {v: [f"{v}{c}" for c in "abc"[:size]] for v, size in sizes.items()}
        copies["0"] = ["0a"]
        edges = [(u, v) for a, b in BASES[width] for u in copies[a] for v in copies[b] if k == 0 or rng.random() < 0.6]
        over = {v: below for below, fibre in copies.items() for v in fibre}
        found.append((width, Lift(module, over, dict.fromkeys(edges, 1))))
    return found


def numbers(H: Lift) -> Mapping[sp.Symbol, int]:
    """h_b, E and E_0."""
    fibres = Counter(H.over.values())
    inputs = sum(u in H.inputs for u, _ in H.weights)
    sizes = {symbol: fibres[b] for symbol, b in zip((h_1, h_2, h_3), "123", strict=True)}
    return {**sizes, E_0: inputs, E: len(H.weights) - inputs}


@exact(tree_witnesses, cost=0.5)
def random_witnesses_in_all_graphs(expected_morphisms: sp.Expr, trial: Trial) -> Findings:
    """Polynomials in p and p_0, with inputs and edges that skip a layer."""
    for width, H in trial.draw(random_witnesses, trial.size(8)):
        found = trial.once(census, H, width)
        claimed = valued(expected_morphisms, {n: width, **numbers(H)})
        yield trial.same(claimed, found, by=polynomial, at=trial.points(claimed - found, count=2))


@enclosed(tree_witnesses)
def the_leading_term(
    leading: sp.Expr, expected_morphisms: sp.Expr, tree_graph: Lift, diamond_graph: Lift, trial: Trial
) -> Findings:
    """The ratio lies between 1 and 1 − Σh(h − 1) / (2n), as the product of all (n)_h / n^h does: for all n where no (n)_h is 0.

    Degrees and chances of inputs cancel.
    """
    ratio = expected_morphisms.subs(p, lam / n) / leading
    drawn = [H for _, H in trial.draw(random_witnesses, 4)]
    part = sp.Symbol("x", positive=True)  # 1/n
    for H in (tree_graph, diamond_graph, *drawn):
        at = {**numbers(H), V: sum(below not in H.module.inputs for below in H.over.values())}
        fibres = [at[h] for h in (h_1, h_2, h_3)]
        share = sp.expand(valued(sp.expand_func(valued(ratio, at)), {n: 1 / part}))
        lost = sp.Rational(sum(size * (size - 1) for size in fibres), 2) * part
        wide = {part: (0, sp.Rational(1, max(fibres))), lam: (sp.Rational(1, 3), 3), p_0: (sp.Rational(1, 5), 1)}
        yield trial.everywhere(share, sp.S.One, within=wide, zero={part: (0, 1)})
        yield trial.everywhere(1 - lost, share, within=wide, zero={part: (0, 2)})
