"""Coverage: exact laws of copies against brute force, sampled lifts against plain loops (L11.1, L11.2)."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import comb, perm

import numpy as np
import pytest
import sympy as sp

from sparse_limits.numerics.exact.evaluation import fraction, value_of
from sparse_limits.numerics.exact.parsed_values import parse
from sparse_limits.numerics.lifts.coverage import (
    Edges,
    copies_in_lifts,
    coverage_probability,
    expected_copies,
    isolated_below,
    isolated_moment,
    isolated_variance,
    random_edges,
    sign_weights,
    vertex_types,
)
from sparse_limits.theory.lifts import copies_in_one_layer, isolated_cells

HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)


def covered_one_by_one(n, qs, m):
    """The same probability, one vertex after the other: the counts of each type, up to m."""
    states = {(0,) * len(qs): Fraction(1)}
    for _ in range(n):
        after: dict[tuple[int, ...], Fraction] = {}
        for counts, mass in states.items():
            for kind, q in enumerate([*qs, 1 - sum(qs)]):
                new = tuple(min(m, c + (place == kind)) for place, c in enumerate(counts))
                after[new] = after.get(new, Fraction(0)) + mass * q
        states = after
    return states.get((m,) * len(qs), Fraction(0))


@pytest.mark.parametrize("n", [1, 5, 11])
@pytest.mark.parametrize("m", [0, 1, 2, 4])
@pytest.mark.parametrize("qs", [["1/3"], ["1/4", "1/4"], ["1/2", "1/3", "1/6"], ["1/5", "0"], ["1"], ["1/10"] * 4])
def test_coverage_is_that_of_vertices_one_by_one(n, m, qs):
    chances = list(map(Fraction, qs))
    assert coverage_probability(n, chances, m) == covered_one_by_one(n, chances, m)


def test_coverage_at_the_sizes_of_the_table():
    both = coverage_probability(8, [Fraction(1, 64)] * 2)
    assert both == Fraction(1751760880255, 140737488355328) == 1 - 2 * Fraction(63, 64) ** 8 + Fraction(62, 64) ** 8
    tail = coverage_probability(3109, [Fraction(1, 64)], 36)
    assert tail == 1 - sum(comb(3109, k) * 63 ** (3109 - k) for k in range(36)) / Fraction(64**3109)
    assert coverage_probability(64, [sp.Rational(1, 64), 1 / 64]) == coverage_probability(64, [Fraction(1, 64)] * 2)


@pytest.mark.parametrize(
    ("n", "qs", "m", "message"),
    [
        (0, [HALF], 1, "n is 0"),
        (3.0, [HALF], 1, "n is 3.0"),
        (3, [HALF], -1, "m is -1"),
        (3, [], 1, "0 probabilities"),
        (3, [HALF, Fraction(2, 3)], 1, "of sum 1.16667"),
        (3, [float("nan")], 1, "is nan"),
        (3, [True], 1, "is True"),
        (3, ["1/2"], 1, "is '1/2'"),
        (30, [Fraction(1, 2**k) for k in range(1, 20)], 1, "sums of subsets"),
    ],
)
def test_coverage_refuses(n, qs, m, message):
    with pytest.raises(ValueError, match=message) as error:
        coverage_probability(n, qs, m)
    assert "\n" not in str(error.value)


def every_count(n, p, qs, omega):
    """The joint law of M and M', by all edges and types, root by root."""
    r, law = len(qs), {}
    for edges in product((0, 1), repeat=n * n):
        rows = [edges[root * n : (root + 1) * n] for root in range(n)]
        mass = p ** sum(edges) * (1 - p) ** (n * n - sum(edges))
        for kinds in product(range(r + 1), repeat=n):
            share = mass
            for kind in kinds:
                share *= [*qs, 1 - sum(qs)][kind]
            cells = []
            for row in rows:
                children = [v for v in range(n) if row[v]]
                if sorted(kinds[v] for v in children) == list(range(r)):
                    cells.append(all(sum(other[v] for other in rows) == 1 for v in children))
            for kept in product((0, 1), repeat=len(cells)):
                chance = share * omega ** sum(kept) * (1 - omega) ** (len(cells) - sum(kept))
                key = sum(kept), sum(k for k, isolated in zip(kept, cells, strict=True) if isolated)
                law[key] = law.get(key, Fraction(0)) + chance
    return law


@pytest.mark.parametrize(
    ("n", "lam", "qs", "omega"),
    [
        (3, 1, [QUARTER, QUARTER], Fraction(1)),
        (3, Fraction(3, 2), [Fraction(1, 3)], Fraction(2, 3)),
        (2, 1, [QUARTER, Fraction(1, 3)], HALF),
        (2, 2, [HALF], Fraction(1)),
        (1, 1, [HALF], HALF),
        (2, 1, [Fraction(1, 5)] * 3, HALF),
        (2, 0, [HALF], Fraction(1)),
    ],
)
def test_two_layer_laws_are_those_of_all_lifts(n, lam, qs, omega):
    law = every_count(n, Fraction(lam) / n, qs, omega)
    arguments = (n, lam, qs, omega)
    mean = [sum(mass * counts[which] for counts, mass in law.items()) for which in (0, 1)]
    assert [expected_copies(*arguments, isolated=isolated) for isolated in (False, True)] == mean
    for order in range(n + 2):
        assert isolated_moment(*arguments, order) == sum(mass * perm(x, order) for (_, x), mass in law.items())
    assert isolated_variance(*arguments) == sum(mass * (x - mean[1]) ** 2 for (_, x), mass in law.items())
    for m in range(n + 2):
        below = sum((mass for (_, x), mass in law.items() if x < m), Fraction(0))
        assert isolated_below(*arguments, m) == pytest.approx(float(below), abs=1e-15)


def test_tail_of_a_wide_lift_is_that_of_its_fractions():
    n, lam, qs = 60, Fraction(2, 3), [QUARTER, QUARTER]
    for m in (1, 2, 4):
        terms = (
            (-1) ** (k - m) * comb(k - 1, m - 1) * isolated_moment(n, lam, qs, 1, k) / Fraction(sp.factorial(k))
            for k in range(m, n // 2 + 1)
        )
        assert isolated_below(n, lam, qs, 1, m) == pytest.approx(float(1 - sum(terms)), rel=1e-15)
    assert isolated_below(400, lam, qs, 1, 1) == pytest.approx(0.21999168279703964, rel=1e-15)
    assert isolated_below(30186, lam, qs, HALF, 43) <= 0.025 < isolated_below(30185, lam, qs, HALF, 43)


def test_two_layers_refuse():
    for arguments in ((3, 4, [HALF], 1), (3, -1, [HALF], 1), (3, 1, [], 1), (3, 1, [HALF], 2), (0, 0, [HALF], 1)):
        with pytest.raises(ValueError, match="expected"):
            expected_copies(*arguments)


def test_types_are_rows_of_weights():
    weights = np.array([[[1, 0], [-1, 0], [0, 0]], [[1, 1], [0, 1], [0, -1]]])
    assert vertex_types(weights, [[[1, 0], [-1, 0]], [0, 1]]).tolist() == [[0, 0, -1], [-1, 1, -1]]
    with pytest.raises(ValueError, match="shares vertices"):
        vertex_types(weights, [[1, 0], [[1, 0]]])
    with pytest.raises(ValueError, match="rows of 2 weights"):
        vertex_types(weights, [[1, 0, 0]])


def test_sampled_edges_are_distinct_and_as_frequent_as_claimed():
    edges = random_edges(np.random.default_rng(1), 200, 20, 2.0)
    assert (edges.roots // 20 == edges.children // 20).all()  # within a lift
    assert len(set(zip(*edges, strict=True))) == len(edges.roots)
    assert abs(len(edges.roots) - 8000) < 6 * np.sqrt(8000)
    for lam, count in ((0, 0), (5, 75)):
        assert len(random_edges(np.random.default_rng(1), 3, 5, lam).roots) == count
    weights = sign_weights(np.random.default_rng(1), 4, 5, 6, 1.0)
    assert weights.shape == (4, 5, 6)
    assert set(weights.ravel().tolist()) == {-1, 1}
    with pytest.raises(ValueError, match="lam is 6"):
        random_edges(np.random.default_rng(1), 3, 5, 6)


@pytest.mark.parametrize("lam", [1e-14, 1e-17, 1e-300, 5e-324])
def test_edges_that_are_hardly_likely_are_none(lam):
    """Gaps between them, which are beyond the machine's integers, do not come round to negative places."""
    assert not random_edges(np.random.default_rng(0), 2, 1000, lam).roots.size


def test_edges_of_the_widest_lifts():
    edges = random_edges(np.random.default_rng(0), 1, 2**30, 1e-5)
    for ends in edges:
        assert ((ends >= 0) & (ends < 2**30)).all()
    assert abs(edges.roots.size - 2**30 * 1e-5) < 6 * np.sqrt(2**30 * 1e-5)
    assert random_edges(np.random.default_rng(0), 1, 2**30, 1e-12).roots.size == 0
    with pytest.raises(ValueError, match=r"2305843009213693952 places for edges, expected at most 2\*\*60"):
        random_edges(np.random.default_rng(0), 2, 2**30, 1e-5)


def test_copies_are_those_of_a_plain_loop():
    rng = np.random.default_rng(2)
    lifts, n = 60, 30
    kinds = rng.integers(-1, 3, (lifts, n))  # type 2 is no child of the witness
    edges = random_edges(rng, lifts, n, Fraction(2, 3))
    allowed = rng.random(len(edges.roots)) < 0.8
    found = copies_in_lifts(kinds, edges, 2, allowed)
    pairs = list(zip(edges.roots.tolist(), edges.children.tolist(), allowed.tolist(), strict=True))
    outs = [child for _, child, _ in pairs]
    for lift in range(lifts):
        cells = []
        for root in range(lift * n, (lift + 1) * n):
            mine = [(child, right) for start, child, right in pairs if start == root]
            if sorted(kinds.flat[child] for child, _ in mine) == [0, 1] and all(right for _, right in mine):
                cells.append(all(outs.count(child) == 1 for child, _ in mine))
        assert (found.all[lift], found.isolated[lift]) == (len(cells), sum(cells))
    assert found.all.sum() > found.isolated.sum() > 0
    none = copies_in_lifts(kinds, Edges(edges.roots[:0], edges.children[:0]), 2)
    assert not none.all.any()
    with pytest.raises(ValueError, match="types of shape"):
        copies_in_lifts(kinds, edges, 2, allowed[1:])


@pytest.mark.parametrize(
    ("name", "point", "value"),
    [
        ("expected_copies", "n=3 lambda=3 r=3 q=1/4 omega=1", "9/32"),
        ("expected_copies", "n=3 lambda=3 r=4 q=1/4 omega=1", "0"),
        ("isolated_mean", "n=3 lambda=1 r=2 q=1/4 omega=1", "4/243"),
        ("isolated_mean", "n=3 lambda=3 r=2 q=1/4 omega=1", "0"),
        ("isolated_mean", "n=1 lambda=1 r=1 q=1 omega=1/3", "1/3"),
        ("factorial_moment", "n=4 lambda=2 r=2 q=1/4 omega=1 k=2", "9/524288"),
        ("isolated_variance", "n=3 lambda=1 r=2 q=1/4 omega=1", "956/59049"),
        ("isolated_at_least", "n=3 lambda=0 r=2 q=1/4 omega=1 m=1", "0"),
        ("isolated_at_least", "n=3 lambda=0 r=2 q=1/4 omega=1 m=0", "1"),
        ("both_covered", "n=8 q_1=1/64 q_2=1/64 m=1", "1751760880255/140737488355328"),
        ("both_covered", "n=8 q_1=1/3 q_2=2/3 m=5", "0"),
        ("both_covered", "n=8 q_1=1 q_2=0 m=1", "0"),
        ("both_covered", "n=8 q_1=1/3 q_2=0 m=0", "1"),
        ("all_covered", "n=2 q=1/4 r=4", "0"),
        ("all_covered", "n=4 q=1/4 r=4", "3/32"),
        ("binomial_below", "n=10 q=1 m=10", "0"),
        ("binomial_below", "n=10 q=1 m=11", "1"),
        ("binomial_below", "n=10 q=0 m=1", "1"),
        ("some_copy", "n=3 lambda=3 q_1=1/3 q_2=2/3 omega=1", "0"),
        ("some_copy", "n=3 lambda=0 q_1=1/3 q_2=2/3 omega=1", "0"),
        ("some_copy", "n=2 lambda=2 q_1=1/3 q_2=2/3 omega=1", "4/9"),
        ("type_probability", "p_0=0 d=3 s=0 omega=1/2", "1/2"),
    ],
)
def test_formulas_hold_at_their_ends(name, point, value):
    formulas = {**copies_in_one_layer.expressions, **isolated_cells.expressions}
    formula, assignments = formulas[name], point.split()
    assert fraction(formula, parse(formula.free_symbols, assignments)[0]) == value
    shown = value_of(formula, parse(formula.free_symbols, assignments)[0], 20)
    assert (
        shown == value
        if value == "no guarantee"
        else sp.Float(shown, 25) == pytest.approx(sp.Rational(value), rel=1e-19)
    )
