"""Evidence for the activation map."""

from collections.abc import Iterator, Mapping
from itertools import combinations, permutations
from math import prod

import numpy as np
import sympy as sp

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.evidence import Findings, Refutation, Trial, exact
from sparse_limits.numerics.exact.polynomials import polynomial
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.activation_map import linear_module, path_sums, w, weight_of, y
from sparse_limits.theory.lifts.lift import Lift
from sparse_limits.theory.lifts.module import Edge, PerceptronModule, Vertex

Graph = tuple[Edge, ...]


def paths(edges: Graph, start: Vertex, end: Vertex) -> Iterator[Graph]:
    """All paths, as tuples of edges."""
    if start == end:
        yield ()
    for edge in edges:
        if edge[0] == start:
            for rest in paths(edges, edge[1], end):
                yield (edge, *rest)


def sum_over_paths(edges: Graph, weights: Mapping[Edge, sp.Expr], end: Vertex) -> sp.Expr:
    return sum((prod(weights[edge] for edge in path) for path in paths(edges, "0", end)), sp.Integer(0))


def module_on(edges: Graph) -> PerceptronModule:
    """The linear module on a graph; a graph that has none refutes what is said about its activations."""
    try:
        return linear_module(edges)
    except InputError as refusal:
        raise Refutation(f"refused: {refusal}") from None


@exact(path_sums, step="first graph")
def activations_are_the_path_sum(graph: Graph, path_sum: sp.Expr, trial: Trial) -> Findings:
    """The recursion, the inverse of 1 − W and the enumeration of paths give the polynomial."""
    module = module_on(graph)
    weights = {edge: weight_of(edge) for edge in graph}
    found = Lift.identity(module, weights).activations({"0": sp.Integer(1)})["4"]
    yield trial.same(found, path_sum, by=polynomial)
    yield trial.same(sum_over_paths(graph, weights, "4"), path_sum, by=polynomial)
    transfer = sp.eye(5) - sp.Matrix(5, 5, lambda u, v: weights.get((str(u), str(v)), 0))
    yield trial.same(transfer.inv()[0, 4], path_sum)


def topological_orders(edges: Graph) -> list[tuple[Vertex, ...]]:
    """All orders of the vertices in which edges lead forward, found among all permutations."""
    vertices = sorted({end for edge in edges for end in edge})
    places = ({v: place for place, v in enumerate(order)} for order in permutations(vertices))
    return [tuple(place) for place in places if all(place[u] < place[v] for u, v in edges)]


@exact(path_sums, step="both orders")
def both_orders_give_the_same(diamond: Graph, diamond_sum: sp.Expr, trial: Trial) -> Findings:
    """The equations taken one by one in each topological order, and by the module."""
    weights = {edge: weight_of(edge) for edge in diamond}
    orders = topological_orders(diamond)
    yield trial.holds(len(orders) == 2, f"{len(orders)} topological orders")
    for order in orders:
        values = {"0": sp.Integer(1)}
        for v in order[1:]:
            values[v] = sum(weights[edge] * values[edge[0]] for edge in diamond if edge[1] == v)
        yield trial.same(values["3"], diamond_sum, by=polynomial)
    found = Lift.identity(module_on(diamond), weights).activations({"0": sp.Integer(1)})
    yield trial.same(found["3"], diamond_sum, by=polynomial)


def random_graphs(rng: np.random.Generator, count: int) -> list[dict[Edge, int]]:
    """Integer weights on acyclic graphs of three to seven vertices, whose edges are listed in random order; and a path."""
    graphs = [{("0", "1"): 2, ("1", "2"): 3}]
    for _ in range(count):
        names = [str(v) for v in range(rng.integers(3, 8))]
        edges = [edge for edge in combinations(names, 2) if rng.random() < 0.7]
        graphs.append({edges[k]: int(rng.integers(-4, 5)) for k in rng.permutation(len(edges))})
    return graphs


@exact(path_sums, cost=0.5)
def random_graphs_sum_over_paths(edge_map: sp.Expr, trial: Trial) -> Findings:
    """Every vertex, those without edges into them and the input itself included."""
    for weights in trial.draw(random_graphs, trial.size(15)):
        module = linear_module(weights, lambda weight, value: valued(edge_map, {w: weight, y: value}))
        for v, found in Lift.identity(module, weights).activations({"0": sp.Integer(1)}).items():
            yield trial.same(found, sum_over_paths(tuple(weights), weights, v))
