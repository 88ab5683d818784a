"""Evidence for L9: trees in all small lifts, in samples, and the lassos that spoil them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations, product

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.numerics.exact.exact_values import written_out
from sparse_limits.numerics.lifts.trees import (
    Edge,
    Lasso,
    Sampling,
    full_lift_edges,
    graphs,
    lassos,
    most_walks,
    path,
    tree_like,
)
from sparse_limits.theory.expressivity.wired_neurons import binomial_law
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.degrees import k, lam, n
from sparse_limits.theory.lifts.trees import K, c, local_trees, w

HALF = sp.Rational(1, 2)
SKIP = (("c", "a"), ("a", "r"), ("c", "r"))  # two walks of different lengths
CROSSED = (*path(3), (3, 1), (2, 0))  # base vertices inside two different branches


def value(expression: sp.Expr, at: Mapping[sp.Symbol, int | sp.Rational]) -> sp.Expr:
    """The exact number, powers of matrices and sums written out."""
    return written_out(expression, {symbol: sp.sympify(x) for symbol, x in at.items()})


def tree_counts(edges: Sequence[Edge], root: object, copies: int) -> list[int]:
    """The number of graphs above the base with 0, 1, 2, … edges in which no vertex is reached twice."""
    places = full_lift_edges(edges, root, copies)
    present = graphs(places)
    trees = most_walks(places, (root, 0), present) <= 1
    counts: list[int] = np.bincount(present[trees].sum(axis=1), minlength=len(places) + 1).tolist()
    return counts


def probability(counts: Sequence[int], chance: sp.Rational) -> sp.Rational:
    """That of a graph with edges of one probability, from the numbers of graphs with 0, 1, 2, … edges."""
    total = len(counts) - 1
    return sum(count * chance**edges * (1 - chance) ** (total - edges) for edges, count in enumerate(counts))


@exact(local_trees, cost=0.4)
def trees_are_counted_in_all_graphs(tree_probability: sp.Expr, trial: Trial) -> Findings:
    """All graphs of a path's lift: polynomials in λ, equal at more points than their degree, λ = 0 and λ = n included."""
    for copies, layers in ((4, 1), (2, 4), (1, 3), (2, 3), (3, 2), (3, 0)):
        counts = trial.once(tree_counts, path(layers), 0, copies)
        for step in range(len(counts)):
            chance = sp.Rational(step, max(len(counts) - 1, 1))
            at = {n: copies, K: layers, lam: chance * copies}
            yield trial.same(value(tree_probability, at), probability(counts, chance))


def collision_free(copies: int, reached: int) -> list[int]:
    """How many bipartite graphs from n vertices to k give none of the n two children, by the number of edges."""
    pairs = list(product(range(copies), range(reached)))
    children = graphs(pairs).reshape(-1, copies, reached).sum(axis=2)
    counts: list[int] = np.bincount(children.sum(axis=1)[(children <= 1).all(axis=1)], minlength=copies + 1).tolist()
    return counts


@exact(local_trees)
def layers_are_counted_in_all_graphs(no_collision: sp.Expr, parent_share: sp.Expr, trial: Trial) -> Findings:
    """One layer reached from k vertices: all bipartite graphs without a collision, in which as many vertices are reached as there are
    edges.
    """
    for copies, reached in ((4, 1), (3, 2), (2, 3), (4, 3), (3, 4), (1, 3)):
        counts = trial.once(collision_free, copies, reached)
        for chance in (sp.Rational(0), sp.Rational(1, 5), sp.Rational(2, 3)):
            at = {n: copies, k: reached, lam: chance * copies}
            law = [
                count * chance**edges * (1 - chance) ** (copies * reached - edges) for edges, count in enumerate(counts)
            ]
            yield trial.same(valued(no_collision, at), sum(law))
            share = valued(parent_share, at)
            for edges, each in enumerate(law):
                yield trial.same(binomial_law(copies, share, edges) * sum(law), each)


def lifted(edges: Sequence[Edge], root: object, copies: int) -> list[Lasso]:
    """The lassos with disjoint branches in the full lift."""
    found = lassos(full_lift_edges(edges, root, copies), (root, 0))
    return [each for each in found if each.shared == 0 and not each.same]


def expected(lasso: sp.Expr, each: Lasso, degrees: dict[Edge, sp.Rational], copies: int) -> sp.Expr:
    """The expected number of lifts of a lasso of the base."""
    weight = sp.prod(degrees[edge] for edge in each.edges)
    return valued(lasso, {w: weight, c: each.shared, n: copies}) / (2 if each.same else 1)


@exact(local_trees, cost=0.3)
def lassos_are_counted_in_full_lifts(lasso: sp.Expr, union_bound: sp.Expr, trial: Trial) -> Findings:
    """The lassos of the full lift, one by one, each with its probability; every base edge has a λ of its own."""
    for edges, root, copies in ((SKIP, "r", 2), (SKIP, "r", 3), (CROSSED, 0, 2), (path(3), 0, 2), (path(3), 0, 3)):
        degrees = {edge: sp.Rational(i + 2, i + 3) for i, edge in enumerate(edges)}
        seen = trial.once(lifted, edges, root, copies)
        number = sum(sp.prod(degrees[u[0], v[0]] / copies for u, v in each.edges) for each in seen)
        yield trial.same(sum(expected(lasso, each, degrees, copies) for each in lassos(edges, root)), number)
    for layers, copies in ((2, 2), (2, 3), (3, 2), (3, 3), (4, 2), (1, 3), (4, 1)):
        sizes = Counter(len(each.edges) for each in trial.once(lifted, path(layers), 0, copies))
        for degree in (HALF, sp.Integer(1)):
            number = sum(count * (degree / copies) ** size for size, count in sizes.items())
            yield trial.same(value(union_bound, {n: copies, K: layers, lam: degree}), number)


def unions(edges: Sequence[Edge], root: object, copies: int) -> Counter[int]:
    """The numbers of edges of the unions of two lassos in the full lift."""
    found = [frozenset(each.edges) for each in lifted(edges, root, copies)]
    return Counter(len(first | second) for first, second in combinations(found, 2))


@exact(local_trees, cost=0.3)
def lassos_bound_what_is_no_tree(lasso: sp.Expr, trial: Trial) -> Findings:
    """All graphs above two bases with walks of different lengths: between two bounds (Bonferroni), the upper one claimed.

    Lassos whose branches have equal lengths do not suffice.
    """
    for edges, root, copies in ((SKIP, "r", 2), (SKIP, "r", 3), (CROSSED, 0, 2)):
        counts = trial.once(tree_counts, edges, root, copies)
        pairs = trial.once(unions, edges, root, copies)
        for degree in (sp.Rational(1, 20), HALF, sp.Integer(1)):
            chance, degrees = degree / copies, dict.fromkeys(edges, degree)
            failure = 1 - probability(counts, chance)
            terms = {each: expected(lasso, each, degrees, copies) for each in lassos(edges, root)}
            bound, twice = sum(terms.values()), sum(count * chance**size for size, count in pairs.items())
            seen = f"no tree with probability {float(failure):.6g}, bound {float(bound):.6g}"
            yield trial.holds(bound - twice <= failure <= bound, seen)
            if degree < HALF:
                alike = sum(x for each, x in terms.items() if len(set(map(len, each.branches))) == 1)
                yield trial.holds(alike < failure, f"equal lengths alone give {float(alike):.6g}: {seen}")


@exact(local_trees)
def limit_counts_pairs_in_a_branching_process(
    limit: sp.Expr, no_collision: sp.Expr, parent_share: sp.Expr, trial: Trial
) -> Findings:
    """A second way to the limit: frontiers become generations Z of Poisson offspring, and each pair collides with probability λ²/n.

    A layer reached from k vertices has a collision with probability binomial(k, 2)λ²/n and kλ vertices, to leading order in λ, which is
    that in 1/n: both are functions of λ/n, the former with exponent n. So n(1 − P) → λ² Σ E binomial(Z_i, 2), and E Z(Z − 1) = λ²(E Z(Z −
    1) + E Z) of the generation before.
    """
    meetings = trial.once(sp.diff, n * (1 - no_collision), lam, 2).subs(lam, 0) / 2
    yield trial.same(meetings, k * (k - 1) / 2)
    yield trial.same(sp.diff(n * parent_share, lam).subs(lam, 0), k)
    mean, pairs, total = sp.Integer(1), sp.Integer(0), sp.Integer(0)  # E Z, E Z(Z − 1) and the sum of the latter
    for layers in range(5):
        for degree in range(2 * layers + 1):  # more points than the degree
            yield trial.same(value(limit, {K: layers, lam: degree}), (lam**2 * total / 2).subs(lam, degree))
        total += pairs
        mean, pairs = lam * mean, lam**2 * (pairs + mean)


@enclosed(local_trees, cost=0.5)
def bounds_hold_and_become_sharp(
    tree_probability: sp.Expr, union_bound: sp.Expr, limit: sp.Expr, trial: Trial
) -> Findings:
    """1 − P ≤ U at random sizes, and U ≤ limit/n for two to four layers.

    At n = 40 the distance of n(1 − P), a power series in 1/n, from its limit is 0.4 to 0.6 times that at n = 20.
    """
    for at in (*trial.points(tree_probability), {n: 12, lam: sp.Rational(1, 8), K: 3}):
        yield trial.below(1 - tree_probability, union_bound, at=[at])  # boxes: layer by layer, no formula
    more = sp.Symbol("q", integer=True, nonnegative=True)  # copies beyond the first
    for layers in (2, 3, 4):
        left = [
            lam ** (2 * a + s) * sum((more / (1 + more)) ** i for i in range(a - 1))
            for a in range(2, layers + 1)
            for s in range(layers - a + 1)
        ]
        gap = value(limit, {K: layers}) / n - value(union_bound, {K: layers})
        yield trial.nonnegative(gap.subs(n, 1 + more), sum(left) / (2 * (1 + more) ** 2), by=sp.cancel)
    for layers in (2, 3):
        far, near = (
            trial.value(limit - n * (1 - tree_probability), {n: copies, lam: HALF, K: layers}) for copies in (20, 40)
        )
        seen = f"K = {layers}: {far:.4g} to go at n = 20, {near:.4g} at n = 40"
        yield trial.holds(0 < 0.4 * far < near < 0.6 * far, seen)


def trees_seen(rng: np.random.Generator, lifts: int, copies: int, degree: int, layers: int, sampling: Sampling) -> int:
    """The number of lifts in which no vertex is reached twice."""
    return int(tree_like(rng, lifts, copies, degree, layers, sampling).sum())


@statistical(local_trees, tests=2, cost=0.6)
def sampled_lifts_are_trees(tree_probability: sp.Expr, sampling: Sampling, trial: Trial) -> Findings:
    """How often no vertex is reached twice from one vertex of a sampled lift, at (n, λ, K) = (50, 2, 2) and (100, 2, 3)."""
    for copies, layers, quick in ((50, 2, 16_000), (100, 3, 2_000)):
        lifts = trial.size(quick)
        seen = trial.draw(trees_seen, lifts, copies, 2, layers, sampling)
        claimed = trial.value(tree_probability, {n: copies, lam: 2, K: layers})
        yield trial.counts(seen, lifts, claimed, observed=sampling != "independent")
