"""Trees in random sparse lifts: exact probabilities, bounds and samples (L8, L9), and the node that they need."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pytest
import sympy as sp

from sparse_limits.numerics.exact import balls
from sparse_limits.numerics.lifts.trees import (
    Lasso,
    full_lift_edges,
    graphs,
    in_degrees,
    in_neighbours,
    lasso_bound,
    lassos,
    most_walks,
    path,
    tree_like,
    tree_probability,
    tree_union_bound,
)
from sparse_limits.theory.formulas.transfer import Transfer
from sparse_limits.theory.lifts import trees as claim
from sparse_limits.theory.lifts.further.poisson import variation_distance

TRIANGLE = (("c", "a"), ("a", "r"), ("c", "r"))


# The node


def test_transfer_is_the_power_of_a_matrix():
    """Five states of a game: a step up, or with probability 1/3 down; 0 and 4 are its ends, and 4 loses all."""
    k, j = sp.symbols("k j", integer=True)
    third = sp.Rational(1, 3)
    step = sp.Piecewise((third, sp.Eq(j, k - 1)), (1 - third, sp.Eq(j, k + 1)), (0, True))
    entry = sp.Piecewise((sp.Piecewise((1, sp.Eq(j, 0)), (0, True)), sp.Eq(k, 0)), (0, sp.Eq(k, 4)), (step, True))
    matrix = sp.Matrix([[1, 0, 0, 0, 0], [third, 0, 1 - third, 0, 0], [0, third, 0, 1 - third, 0]])
    matrix = matrix.col_join(sp.Matrix([[0, 0, third, 0, 1 - third], [0, 0, 0, 0, 0]]))
    for times in range(7):
        node = Transfer(sp.Lambda((k, j), entry), 4, times, 1)
        total = sum((matrix**times).row(1))
        assert node.unrolled() == total
        assert balls.number(node) == pytest.approx(float(total), rel=1e-15)


def test_transfer_is_substituted_into_and_printed():
    k, j, x, last, times = sp.symbols("k j x n K")
    node = Transfer(sp.Lambda((k, j), x / (last + 1)), last, times, 1)
    assert node.free_symbols == {x, last, times}
    assert node.subs({x: sp.Rational(1, 2), last: 3, times: 4}).unrolled() == sp.Rational(1, 16)
    assert node.subs(x, k).free_symbols == {k, last, times}
    assert node.subs(k, x) == node
    assert balls.number(node, {x: 1, last: 5, times: 7}) == 1
    assert "Q^{K}" in sp.latex(node)
    for wrong in ({times: -1}, {times: sp.Rational(1, 2)}, {last: 0}):
        at = {x: sp.S.One, last: sp.Integer(3), times: sp.Integer(2), **wrong}
        with pytest.raises(balls.NoEnclosureError):
            balls.number(node, at)
        with pytest.raises(ValueError, match="whole numbers"):
            node.xreplace({symbol: sp.sympify(each) for symbol, each in at.items()}).unrolled()
    with pytest.raises(ValueError, match="Lambda of two states"):
        Transfer(sp.Lambda(k, k), last, times, 1)


def test_rare_states_cost_no_digits():
    """Weights below the precision are left out with a proof: few digits and many agree."""
    at = {claim.n: 40, claim.lam: sp.Rational(7, 2), claim.K: 3}
    exact = tree_probability(40, 3.5, 3)
    for count in (3, 15, 60):
        found = Fraction(balls.digits(claim.tree_probability, at, count))
        assert abs(found - exact) <= exact * Fraction(10) ** (1 - count)


# Probabilities


def by_walks(n: int, depth: int) -> list[int]:
    """The number of graphs by edges in which no two walks have a common end, walk by walk."""
    edges = full_lift_edges(path(depth), 0, n)
    counts = [0] * (len(edges) + 1)
    for choice in product((False, True), repeat=len(edges)):
        present = {edge for edge, there in zip(edges, choice, strict=True) if there}
        layer, alone = [(0, 0)], True
        while layer and alone:
            layer = [u for end in layer for u, v in present if v == end]
            alone = len(set(layer)) == len(layer)
        counts[sum(choice)] += alone
    return counts


@pytest.mark.parametrize(("n", "depth"), [(1, 3), (2, 2), (2, 3), (3, 2)])
@pytest.mark.parametrize("lam", [Fraction(1, 3), 1, 0])
def test_tree_probability_counts_all_graphs(n, depth, lam):
    p, counts = Fraction(lam) / n, by_walks(n, depth)
    total = sum(count * p**m * (1 - p) ** (len(counts) - 1 - m) for m, count in enumerate(counts))
    assert tree_probability(n, lam, depth) == total
    assert 1 - total <= tree_union_bound(n, lam, depth)


def test_tree_probability_at_known_places():
    assert tree_probability(3, 1, 2) == Fraction(484604, 531441)
    assert tree_probability(4, 1, 2) == Fraction(1018305236817, 1099511627776)
    assert tree_probability(6, 2, 2) == pytest.approx(0.5535408584220587, rel=1e-15)
    assert tree_probability(5, 1, 3) == pytest.approx(0.8755440413355879, rel=1e-15)
    for exact in (True, False):
        for n, lam in ((1, 1), (7, 0), (7, 7), (4, Fraction(1, 3))):
            assert tree_probability(n, lam, 0, exact) == pytest.approx(1, rel=1e-15)
            assert tree_probability(n, lam, 1, exact) == pytest.approx(1, rel=1e-15)
        assert tree_probability(1, 1, 9, exact) == 1
        assert tree_probability(10, 10, 2, exact) == 0
        assert tree_probability(20, 10, 2, exact) == pytest.approx(2.0602815474859e-5, rel=1e-12)


@pytest.mark.parametrize(("n", "lam", "depth"), [(12, 3, 4), (30, 2, 5), (25, Fraction(1, 2), 6), (30, 20, 2)])
def test_floats_are_the_fractions(n, lam, depth):
    assert tree_probability(n, lam, depth, exact=False) == pytest.approx(
        float(tree_probability(n, lam, depth)), abs=1e-13
    )


def test_deficits_approach_the_limit():
    for lam, depth, n in ((1, 2, 400), (2, 2, 6400), (2, 3, 12800)):
        limit = float(claim.limit.subs({claim.lam: lam, claim.K: depth}).doit())
        deficit = n * (1 - tree_probability(n, lam, depth, exact=False))
        assert 0.98 * limit < deficit < n * tree_union_bound(n, lam, depth) <= limit


def test_small_lambda_gives_the_first_lasso():
    """To leading order in λ the deficit is that of the shortest lassos: binomial(n, 2)·n pairs of two edges each."""
    lam = Fraction(1, 10**6)
    assert 1 - tree_probability(5, lam, 3) == pytest.approx(10 * 5 * (float(lam) / 5) ** 4, rel=1e-5)


# Lassos


@pytest.mark.parametrize(("edges", "root", "n"), [(TRIANGLE, "r", 2), (path(2), 0, 2)])
def test_no_tree_has_a_lasso(edges, root, n):
    places = full_lift_edges(edges, root, n)
    found = [set(each.edges) for each in lassos(places, (root, 0)) if each.shared == 0 and not each.same]
    for present, most in zip(graphs(places), most_walks(places, (root, 0), graphs(places)), strict=True):
        there = {edge for edge, yes in zip(places, present, strict=True) if yes}
        assert (most > 1) == any(lasso <= there for lasso in found)


def test_lassos_of_the_triangle():
    found = list(lassos(TRIANGLE, "r"))
    assert [each.same for each in found].count(True) == 1
    assert Lasso(("r",), (("r", "a", "c"), ("r", "c"))) in found
    assert len(found) == 2
    assert not list(lassos(TRIANGLE, "r", depth=1))
    assert lasso_bound(dict.fromkeys(TRIANGLE, 1), "r", 3) == Fraction(1, 3) + Fraction(1, 2) * Fraction(2, 3) / 3


@pytest.mark.parametrize("depth", range(5))
def test_a_path_has_the_union_bound(depth):
    for n, lam in ((1, 1), (6, 2), (9, Fraction(2, 3))):
        assert lasso_bound(dict.fromkeys(path(depth), lam), 0, n) == tree_union_bound(n, lam, depth)
    assert lasso_bound(dict.fromkeys(path(4), 1), 0, 5, depth=depth) == tree_union_bound(5, 1, depth)


def test_union_bound_may_exceed_one():
    assert tree_union_bound(6, 2, 2) == Fraction(10, 9)


# Samples


def test_in_neighbours_have_their_degrees():
    rng = np.random.default_rng(1)
    assert not in_neighbours(rng, 5, 7, 0).any()
    assert in_neighbours(rng, 5, 7, 7).all()
    for lam in (0, 2, 7):
        assert (in_degrees(rng, 50, 7, lam, "constant") == lam).all()
    columns = in_neighbours(rng, 4000, 6, 3, "constant").mean(axis=0)
    assert np.abs(columns - 0.5).max() < 6 * 0.5 / np.sqrt(4000)


def test_samples_without_choice():
    rng = np.random.default_rng(2)
    assert tree_like(rng, 20, 5, 0, 4).all()
    assert tree_like(rng, 20, 5, 5, 1).all()
    assert not tree_like(rng, 20, 5, 5, 2).any()
    assert tree_like(rng, 20, 5, 1, 4, "constant").all()
    assert not tree_like(rng, 20, 3, 2, 2, "constant").any()
    assert tree_like(rng, 0, 5, 1, 2).shape == (0,)


def test_samples_of_few_vertices_follow_the_exact_law():
    seen = tree_like(np.random.default_rng(3), 20_000, 3, 1, 2).mean()
    p = float(tree_probability(3, 1, 2))
    assert abs(seen - p) < 6 * np.sqrt(p * (1 - p) / 20_000)


# L8.2


def test_distance_is_the_largest_difference_over_events():
    for n, lam in ((1, 1), (3, 2), (4, Fraction(1, 2))):
        p = Fraction(lam) / n
        gaps = [
            float(sp.binomial(n, i) * sp.Rational(p) ** i * (1 - sp.Rational(p)) ** (n - i))
            - float(sp.exp(-sp.Rational(lam)) * sp.Rational(lam) ** i / sp.factorial(i))
            for i in range(n + 1)
        ]
        largest = max(sum(event) for size in range(n + 2) for event in combinations(gaps, size))
        found = balls.number(variation_distance, {claim.n: n, claim.lam: sp.Rational(lam)})
        assert found == pytest.approx(largest, rel=1e-12)
    assert balls.digits(variation_distance, {claim.n: 5, claim.lam: 0}, 10) == "0"


# At the door


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: tree_probability(0, 1, 2), "n is 0"),
        (lambda: tree_probability(2.5, 1, 2), r"n is 2\.5"),
        (lambda: tree_probability(3, 4, 2), "lam is 4"),
        (lambda: tree_probability(3, float("nan"), 2), "lam is nan"),
        (lambda: tree_probability(3, True, 2), "lam is True"),
        (lambda: tree_probability(3, 1, -1, exact=False), "depth is -1"),
        (lambda: tree_union_bound(3, -1, 2), "lam is -1"),
        (lambda: lasso_bound({("a", "r"): 9}, "r", 3), "degree of a → r is 9"),
        (lambda: lasso_bound({("a", "r"): 1, ("r", "a"): 1}, "r", 3), "cycle of edges"),
        (lambda: in_degrees(np.random.default_rng(), 3, 4, 5), "lam is 5"),
        (lambda: in_degrees(np.random.default_rng(), 3, 4, 1.5, "constant"), "whole number"),
        (lambda: in_degrees(np.random.default_rng(), 3, 4, 1, "other"), "sampling 'other'"),
        (lambda: graphs(path(23)), "number of edges is 23"),
    ],
)
def test_wrong_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
