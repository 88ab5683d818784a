"""Evidence for L20: the law of random sparse lifts, of full lifts pruned at random, and of what the sampler draws."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations, product
from math import prod

import numpy as np
import sympy as sp

from sparse_limits.numerics.checks.lifts.degrees import value
from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from sparse_limits.numerics.lifts.sampling import random_sparse_lift
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.coverage import m, omega
from sparse_limits.theory.lifts.degrees import lam, n
from sparse_limits.theory.lifts.lift import Lift, full_lift
from sparse_limits.theory.lifts.module import Edge
from sparse_limits.theory.lifts.perceptrons import multilayer_perceptron, n_1
from sparse_limits.theory.lifts.random_lifts import (
    EDGES,
    N_e,
    chance,
    edges_law,
    edges_variance,
    graph_probability,
    joint_law,
    mean_edges,
    p,
    pairs,
    part_degree,
    pruned_degree,
    random_sparse_lifts,
    skip_law,
    two_law,
)

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
FIRST = sp.Integer(2)
WEIGHTS = {FIRST: omega, sp.Integer(-3): 1 - omega}  # two weights with their probabilities
SIZES = ((1, 1), (2, 1), (1, 3))
MODULE = multilayer_perceptron(1, sp.Function("phi"), sp.Function("phi"))


def pruned_full_lifts(sources: int, targets: int, kept: sp.Expr) -> list[tuple[Lift, sp.Expr]]:
    """What is left of a full lift with random weights when each is kept with a probability: outcomes, with theirs."""
    laws: dict[tuple[tuple[Edge, sp.Expr], ...], sp.Expr] = {}
    full = full_lift(MODULE, {0: sources, 1: targets}, lambda u, v: 1)
    for drawn in product(WEIGHTS, repeat=len(full.weights)):
        for mask in product((False, True), repeat=len(full.weights)):
            left = tuple(each for each, stays in zip(zip(full.weights, drawn, strict=True), mask, strict=True) if stays)
            probability = prod(WEIGHTS[weight] for weight in drawn)
            probability *= prod(kept if stays else 1 - kept for stays in mask)
            laws[left] = laws.get(left, sp.Integer(0)) + probability
    return [(Lift(MODULE, full.over, dict(left)), probability) for left, probability in laws.items()]


@exact(random_sparse_lifts, step="pruned full lift", cost=0.5)
@control("the graph alone", joint_law=graph_probability)
@control("weights of all pairs", joint_law=joint_law * omega ** (pairs - N_e))
@control("masks that look at the weights", joint_law=joint_law.subs(lam, lam * omega))
@control("10 % more", joint_law=ELEVEN * joint_law)
@control("10 % more of a graph", graph_probability=ELEVEN * graph_probability)
def pruned_full_lifts_have_this_law(graph_probability: sp.Expr, joint_law: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """All masks and all weights, of two values, of full lifts: the joint law of what is left, for all λ.

    Each outcome is a lift, or `Lift` would refuse it, and computes what the full lift with weights of 0 does.
    """
    for sources, targets in SIZES:
        at = {n: sources, n_1: targets}
        inputs = {(0, i): sp.Symbol(f"x_{i}") for i in range(sources)}
        full = full_lift(MODULE, {0: sources, 1: targets}, lambda u, v: sp.Integer(0))
        graphs: dict[frozenset[Edge], sp.Expr] = {}
        for lift, probability in pruned_full_lifts(sources, targets, lam / sources):
            edges = frozenset(lift.weights)
            graphs[edges] = graphs.get(edges, sp.Integer(0)) + probability
            if set(lift.weights.values()) <= {FIRST}:
                claimed = valued(value(joint_law), {**at, N_e: len(edges)})
                yield trial.same(claimed, probability, by=sp.expand)
            masked = full.with_weights({**full.weights, **lift.weights})
            same = lift.activations(inputs) == masked.activations(inputs)
            yield trial.holds(same, f"{lift} computes what the full lift with masked weights does")
        for edges, probability in graphs.items():
            yield trial.same(value(graph_probability).subs({**at, N_e: len(edges)}), probability, by=sp.expand)


@exact(random_sparse_lifts, step="pruned full lift")
@control("the graph alone", joint_law=graph_probability)
@control("weights of all pairs", joint_law=joint_law * omega ** (pairs - N_e))
@control("10 % more", joint_law=ELEVEN * joint_law)
@control("10 % more of a graph", graph_probability=ELEVEN * graph_probability)
def each_edge_has_a_weight(graph_probability: sp.Expr, joint_law: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One factor for each edge that is there."""
    yield trial.same(
        value(joint_law), value(graph_probability) * omega**N_e, by=lambda gap: sp.simplify(sp.powsimp(gap))
    )


@exact(random_sparse_lifts, step="one graph")
@control("edges alone", graph_probability=graph_probability / (1 - lam / n) ** (pairs - N_e))
@control("10 % more", graph_probability=ELEVEN * graph_probability)
@control("λ over the copies of the target", graph_probability=graph_probability.subs(n, n_1))
@control("λ edges in all", chance=chance / n_1)
@control("a pair of copies of one vertex", pairs=n**2)
def one_edge_more_changes_a_factor(
    pairs: sp.Expr, chance: sp.Expr, graph_probability: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """A pair that becomes an edge, in place of one that is none; without edges there are as many factors as pairs."""
    graph, edge = value(graph_probability), value(chance)
    yield trial.same(graph.subs(N_e, N_e + 1) * (1 - edge), graph * edge, by=lambda gap: sp.simplify(sp.powsimp(gap)))
    yield trial.same(graph.subs(N_e, 0), (1 - edge) ** pairs)


@exact(random_sparse_lifts, step="permuted copies")
@control("skips between copies of one number", two_law=skip_law)
@control("any number of edges from two copies", two_law=value(two_law))
@control("one edge into each copy of the target", two_law=((EDGES[0] - EDGES[2]) * (EDGES[1] - EDGES[3])) ** 2 / 4)
@control("10 % more", two_law=ELEVEN * two_law)
@control("10 % more of a graph", graph_probability=ELEVEN * graph_probability)
@control("sampled edges in place of skips", skip_law=two_law)
@control("all skips at once", skip_law=EDGES[0] * EDGES[3])
def permutations_of_fibres_keep_the_law(
    graph_probability: sp.Expr, two_law: sp.Expr, skip_law: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The law of *one graph*, edges and λ free; all 16 graphs on two copies and two, and all permutations of either fibre."""
    sampled_edges = value(two_law)
    edges = sum(EDGES)
    yield trial.same(sampled_edges, value(graph_probability), where={n: 2, n_1: 2, N_e: edges}, by=sp.powsimp)
    yield trial.holds(two_law.subs(lam, 3) is sp.nan, "no law where each edge would have the probability 3/2")
    laws = {
        graph: sp.expand(valued(sampled_edges, dict(zip(EDGES, graph, strict=True))))
        for graph in product((0, 1), repeat=4)
    }
    for graph, law in laws.items():
        here = dict(zip(EDGES, graph, strict=True))
        claimed = valued(value(graph_probability), {n: 2, n_1: 2, N_e: sum(graph)})
        yield trial.same(law, claimed, by=sp.expand)
        skips = int(np.array_equal(np.reshape(graph, (2, 2)), np.eye(2)))
        yield trial.holds(valued(value(skip_law), here) == skips, f"{graph} has the probability {skips} for skips")
        for sources, targets in product(permutations(range(2)), repeat=2):
            moved = tuple(graph[2 * i + j] for i in sources for j in targets)
            there = dict(zip(EDGES, moved, strict=True))
            yield trial.same(law, laws[moved], by=sp.expand)
            if sources == targets:
                kept = valued(value(skip_law), here) == valued(value(skip_law), there)
                yield trial.holds(kept, f"{graph}: skips after {sources} on both fibres")
            elif skips:
                lost = value(skip_law).subs(there) == 0
                yield trial.holds(lost, f"{graph}: no skips after {sources} and {targets}")


@exact(random_sparse_lifts, step="permuted copies")
@control("sampled edges in place of skips", skip_law=two_law)
@control("all skips at once", skip_law=EDGES[0] * EDGES[3])
def skips_are_the_edges_of_one_graph(skip_law: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The polynomial in the edges that is 1 at that graph and 0 at all others."""
    skips_alone = sp.prod(e if kept else 1 - e for e, kept in zip(EDGES, (1, 0, 0, 1), strict=True))
    yield trial.same(value(skip_law), skips_alone, by=sp.expand)


@exact(random_sparse_lifts, step="number of edges")
@control("one graph", edges_law=graph_probability)
@control("sets of ordered pairs", edges_law=edges_law * sp.factorial(N_e))
@control("10 % more", edges_law=ELEVEN * edges_law)
@control("10 % more of a graph", graph_probability=ELEVEN * graph_probability)
def sets_of_pairs_are_counted(graph_probability: sp.Expr, edges_law: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """As many graphs as sets of so many pairs."""
    yield trial.same(value(edges_law), sp.binomial(n * n_1, N_e) * value(graph_probability))


@exact(random_sparse_lifts, step="all vertices")
@control("λ in all", mean_edges=lam)
@control("λ from each copy of the source", mean_edges=n * lam)
@control("10 % more", mean_edges=ELEVEN * mean_edges)
@control("Poisson", edges_variance=n_1 * lam)
@control("of one vertex", edges_variance=edges_variance / n_1)
@control("as many edges into each vertex", edges_variance=sp.Integer(0))
@control("Poisson at one vertex", variance=lam)
def vertices_add_up(variance: sp.Expr, mean_edges: sp.Expr, edges_variance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One copy of the target more adds the mean and the variance of one; the moments of a binomial law of all pairs."""
    one_more = {n_1: n_1 + 1}
    yield trial.same(mean_edges.subs(one_more) - mean_edges, lam)
    yield trial.same(value(edges_variance).subs(one_more) - value(edges_variance), value(variance), by=sp.expand)
    yield trial.same(mean_edges, n * n_1 * lam / n)
    yield trial.same(value(edges_variance), n * n_1 * (lam / n) * (1 - lam / n), by=sp.expand)


@exact(random_sparse_lifts)
@control("λ in all", mean_edges=lam)
@control("λ from each copy of the source", mean_edges=n * lam)
@control("Poisson", edges_variance=n_1 * lam)
@control("one graph", edges_law=graph_probability)
def edges_of_all_graphs(
    edges_law: sp.Expr, mean_edges: sp.Expr, edges_variance: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The law of their number from all sets of pairs, its mean and its variance, for all λ."""
    for sources, targets in ((2, 3), (3, 1), (1, 3)):
        at = {n: sources, n_1: targets}
        law = [sp.Integer(0)] * (sources * targets + 1)
        for mask in product((0, 1), repeat=sources * targets):
            law[sum(mask)] += (lam / sources) ** sum(mask) * (1 - lam / sources) ** (len(mask) - sum(mask))
        for count, probability in enumerate(law):
            yield trial.same(valued(value(edges_law), {**at, N_e: count}), probability, by=sp.expand)
        mean = sum(count * probability for count, probability in enumerate(law))
        yield trial.same(mean_edges.subs(at), mean, by=sp.expand)
        spread = sum(count**2 * probability for count, probability in enumerate(law)) - mean**2
        yield trial.same(value(edges_variance).subs(at), spread, by=sp.expand)


@exact(random_sparse_lifts, step="pruned again")
@control("not pruned", pruned_degree=lam)
@control("what is pruned", pruned_degree=(1 - p) * lam)
@control("10 % more", pruned_degree=ELEVEN * pruned_degree)
def what_is_no_edge_never_was_or_is_pruned(pruned_degree: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """A pair is an edge of the degree claimed, or was none, or was one and is pruned: one of the three."""
    yield trial.same(pruned_degree / n + (1 - lam / n) + (1 - p) * lam / n, 1, by=sp.expand)


@exact(random_sparse_lifts, step="part")
@control("of the whole", part_degree=lam)
@control("the other way round", part_degree=lam * n / m)
@control("10 % more", part_degree=ELEVEN * part_degree)
@control("λ edges in all", chance=chance / n_1)
def parts_keep_chances(chance: sp.Expr, part_degree: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The degree of the part over its copies is the chance in the whole."""
    yield trial.same(part_degree, m * value(chance))


@enclosed(random_sparse_lifts)
@control("the other way round", part_degree=lam * n / m)
@control("twice the whole", part_degree=2 * lam)
def parts_have_no_more_edges_than_the_whole(part_degree: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Into a vertex lead no more edges from a part of the copies than from all of them."""
    yield trial.below(part_degree, lam, needed="part_degree")


@enclosed(random_sparse_lifts)
@control("edges alone", graph_probability=graph_probability / (1 - lam / n) ** (pairs - N_e))
@control("sets counted from one graph", edges_law=value(graph_probability) / 2)
def one_graph_is_one_of_those_with_so_many_edges(
    graph_probability: sp.Expr, edges_law: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The chance of a graph is no more than that of its number of edges, of which no graph has more than there are pairs."""
    yield trial.below(value(graph_probability), value(edges_law), needed="graph_probability")


SOURCES, TARGETS, SAMPLED_DEGREE = 2, 2, sp.Rational(2, 3)


def drawn_graphs(rng: np.random.Generator, lifts: int) -> list[int]:
    """How often each graph on two copies of a source and two of a target is drawn; the target's are pairs of rows."""
    degree = {(0, 1): float(SAMPLED_DEGREE)}
    drawn = random_sparse_lift(
        multilayer_perceptron(1, sp.tanh, sp.tanh), {0: SOURCES, 1: TARGETS * lifts}, degree, rng
    )
    cells = drawn.patterns[0, 1].toarray().reshape(lifts, SOURCES * TARGETS)
    numbers = cells @ (1 << np.arange(SOURCES * TARGETS))
    counts: list[int] = np.bincount(numbers, minlength=2 ** (SOURCES * TARGETS)).tolist()
    return counts


@statistical(random_sparse_lifts, tests=1)
@control("edges alone", graph_probability=graph_probability / (1 - lam / n) ** (pairs - N_e))
@control(
    "λ over all copies of the source and one more", graph_probability=graph_probability.subs(lam, lam * n / (n + 1))
)
@control("one of all sets of so many", graph_probability=edges_law / sp.binomial(pairs, 2))
@control("10 % more", graph_probability=ELEVEN * graph_probability)
def the_sampler_draws_this_law(graph_probability: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Each of the 16 graphs on two copies of a source and two of a target, as often as claimed."""
    lifts = trial.size(100_000)
    at = {n: SOURCES, n_1: TARGETS, lam: SAMPLED_DEGREE}
    chances = [trial.value(graph_probability, {**at, N_e: number.bit_count()}) for number in range(16)]
    yield trial.counts_each(trial.draw(drawn_graphs, lifts), lifts, chances)
