"""Evidence for L20, besides its reasons: pruned full lifts have this law; and more."""

from itertools import permutations, product
from math import prod

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.numerics.lifts.sampling import random_sparse_lift
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.coverage import omega
from sparse_limits.theory.lifts.degrees import lam, n, value
from sparse_limits.theory.lifts.lift import Lift, full_lift
from sparse_limits.theory.lifts.module import Edge
from sparse_limits.theory.lifts.perceptrons import multilayer_perceptron, n_1
from sparse_limits.theory.lifts.random_lifts import EDGES, N_e, random_sparse_lifts

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
def pruned_full_lifts_have_this_law(graph_probability: sp.Expr, joint_law: sp.Expr, trial: Trial) -> Findings:
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


@exact(random_sparse_lifts, step="permuted copies")
def permutations_of_fibres_keep_the_law(
    graph_probability: sp.Expr, two_law: sp.Expr, skip_law: sp.Expr, trial: Trial
) -> Findings:
    """The law is that of *one graph*, edges and λ free, and the same after all permutations of either fibre, for all 16 graphs on two
    copies and two; skips stay when both fibres are permuted alike.
    """
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


@exact(random_sparse_lifts)
def edges_of_all_graphs(edges_law: sp.Expr, mean_edges: sp.Expr, edges_variance: sp.Expr, trial: Trial) -> Findings:
    """The law of the number of edges, its mean and its variance, from all sets of pairs, for all λ."""
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


@enclosed(random_sparse_lifts)
def parts_have_no_more_edges_than_the_whole(part_degree: sp.Expr, trial: Trial) -> Findings:
    """The mean number of edges into a vertex is no larger from a part of the copies than from all of them."""
    yield trial.below(part_degree, lam, needed="part_degree")


@enclosed(random_sparse_lifts)
def one_graph_is_one_of_those_with_so_many_edges(
    graph_probability: sp.Expr, edges_law: sp.Expr, trial: Trial
) -> Findings:
    """The probability of a graph is at most that of its number of edges."""
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
def the_sampler_draws_this_law(graph_probability: sp.Expr, trial: Trial) -> Findings:
    """Each of the 16 graphs on two copies of a source and two of a target, as often as claimed."""
    lifts = trial.size(100_000)
    at = {n: SOURCES, n_1: TARGETS, lam: SAMPLED_DEGREE}
    chances = [trial.value(graph_probability, {**at, N_e: number.bit_count()}) for number in range(16)]
    yield trial.counts_each(trial.draw(drawn_graphs, lifts), lifts, chances)
