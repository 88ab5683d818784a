"""Morphisms of lifts: against all maps, all graphs and matrices; copies of units."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, permutations, product

import numpy as np
import pytest
import sympy as sp

from sparse_limits.numerics.lifts.morphisms import count_morphisms, expected_morphisms, find_copies, morphisms
from sparse_limits.theory.lifts import PRODUCT, SUM, Lift, PerceptronModule, Pointwise, full_lift
from sparse_limits.theory.lifts.unfolding import diamond_graph, tree_graph

EDGES = (("0", "1"), ("0", "2"), ("1", "2"), ("2", "3"), ("1", "3"))
BASE = PerceptronModule(("0",), ("3",), dict.fromkeys(EDGES, PRODUCT), dict.fromkeys("123", SUM))


def random_lift(rng, inputs, copies, p, module=BASE):
    """A lift with inputs 0a, 0b, … and so many copies of the other vertices, edges with probability p."""
    fibres = {v: [f"{v}{'abcdefgh'[k]}" for k in range(inputs if v in module.inputs else copies)] for v in module.order}
    edges = [(u, v) for a, b in module.maps for u in fibres[a] for v in fibres[b] if rng.random() < p]
    return Lift(module, {u: v for v, fibre in fibres.items() for u in fibre}, dict.fromkeys(edges, 1))


def all_maps(H, G):
    """The injective maps of vertices over B that fix inputs, and those that send edges to edges."""
    own = [v for v in H.over if v not in H.inputs]
    for images in permutations([v for v in G.over if v not in G.inputs], len(own)):
        image = {**{v: v for v in H.inputs}, **dict(zip(own, images, strict=True))}
        if all(G.over[image[v]] == H.over[v] for v in own):
            yield image, all((image[u], image[v]) in G.weights for u, v in H.weights)


@pytest.mark.parametrize("seed", range(12))
def test_morphisms_are_those_found_among_all_maps(seed):
    rng = np.random.default_rng(seed)
    H, G = random_lift(rng, 1, 1 + seed % 2, 0.6), random_lift(rng, 2, 2, 0.8)
    if seed % 3 == 0:  # leave out a fibre
        H = Lift(
            BASE, {v: b for v, b in H.over.items() if b != "2"}, {e: 1 for e in H.weights if "2" not in "".join(e)}
        )
    expected = [image for image, fits in all_maps(H, G) if fits]
    found = list(morphisms(H, G))
    assert count_morphisms(H, G) == len(found) == len(expected)
    assert all(image in expected for image in found)


def test_expected_numbers_are_means_over_all_graphs():
    """Exactly, with probabilities of their own for the edges of the base."""
    base = PerceptronModule(
        ("0",), ("2",), dict.fromkeys((("0", "1"), ("1", "2"), ("0", "2")), PRODUCT), {"1": SUM, "2": SUM}
    )
    p = {("0", "1"): Fraction(1, 3), ("1", "2"): Fraction(2, 5), ("0", "2"): Fraction(1, 2)}
    H = Lift(base, {"0a": "0", "1a": "1", "1b": "1", "2a": "2"}, {("0a", "1a"): 1, ("1a", "2a"): 1, ("1b", "2a"): 1})
    over = {"0a": "0", "1a": "1", "1b": "1", "2a": "2", "2b": "2"}
    pairs = [(u, v) for u in over for v in over if (over[u], over[v]) in p]
    mean = Fraction(0)
    for kept in product((False, True), repeat=len(pairs)):
        chance = Fraction(1)
        for (u, v), there in zip(pairs, kept, strict=True):
            chance *= p[over[u], over[v]] if there else 1 - p[over[u], over[v]]
        G = Lift(base, over, {pair: 1 for pair, there in zip(pairs, kept, strict=True) if there})
        mean += chance * count_morphisms(H, G)
    assert expected_morphisms(H, {"1": 2, "2": 2}, p) == mean
    assert expected_morphisms(H, {"1": np.int64(1), "2": 2}, p) == 0


def test_trees_and_diamonds():
    width = dict.fromkeys("123", 3)
    assert expected_morphisms(tree_graph, width, 0.5) == Fraction(27, 4)
    assert expected_morphisms(diamond_graph, width, 0.5) == Fraction(27, 8)
    numbers = [expected_morphisms(diamond_graph, dict.fromkeys("123", n), Fraction(2, n)) for n in (30, 120)]
    assert numbers[1] / numbers[0] == Fraction(119, 120) / Fraction(29, 30)
    full = full_lift(tree_graph.module, dict.fromkeys("123", 4), lambda u, v: 1)
    assert (
        count_morphisms(tree_graph, full) == expected_morphisms(tree_graph, dict.fromkeys("123", 4), 1) == 4 * 12 * 12
    )


@pytest.mark.parametrize("n", [30, 120])
def test_counts_in_wide_graphs_are_those_of_matrices(n):
    rng = np.random.default_rng(n)
    first, second = (rng.random((n, n)) < 2 / n for _ in range(2))
    weights = {
        ((a, i), (b, j)): 1
        for a, b, mask in (("1", "2", first), ("2", "3", second))
        for i, j in np.argwhere(mask).tolist()
    }
    G = Lift(tree_graph.module, {(b, i): b for b in "123" for i in range(n)}, weights)
    shared = first.T.astype(int) @ first
    parents = second.astype(int) @ second.T
    np.fill_diagonal(parents, 0)  # the children differ
    degrees = first.sum(axis=0)
    assert count_morphisms(diamond_graph, G) == (parents * shared).sum()
    assert count_morphisms(tree_graph, G) == (parents * (np.outer(degrees, degrees) - shared)).sum()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (({"1": 3, "2": 3}, 0.5), "copies of 3: no size"),
        (({"1": 3, "2": 3, "3": -1}, 0.5), "copies of 3 is -1"),
        (({"1": 3, "2": 3, "3": 1.5}, 0.5), "copies of 3 is 1.5"),
        ((dict.fromkeys("123", 3), 1.5), "p is 1.5, expected a probability"),
        ((dict.fromkeys("123", 3), float("nan")), "p is nan, expected a probability"),
        ((dict.fromkeys("123", 3), {("1", "2"): 0.5}), "p: no probability for the edges above 2 → 3"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        expected_morphisms(tree_graph, *arguments)


def test_graphs_over_different_bases_are_refused():
    lift = Lift(BASE, {"0a": "0"}, {})
    with pytest.raises(ValueError, match="lifts of one module"):
        count_morphisms(tree_graph, lift)
    with pytest.raises(ValueError, match="input vertex 0b"):
        count_morphisms(Lift(BASE, {"0b": "0"}, {}), lift)


# Copies

LAYER = PerceptronModule(("x",), ("y",), {("x", "y"): PRODUCT}, {"y": Pointwise(sp.tanh)})
DEEP = PerceptronModule(
    ("0",), ("2",), {("0", "1"): PRODUCT, ("1", "2"): PRODUCT}, {"1": Pointwise(sp.tanh), "2": Pointwise(sp.tanh)}
)


def test_copies_in_one_layer_are_neurons_with_the_weights():
    rng = np.random.default_rng(7)
    mask, signs = rng.random((300, 3)) < 0.5, rng.choice([-1, 1], size=(300, 3))
    over = {("x", i): "x" for i in range(3)} | {("y", j): "y" for j in range(300)}
    weights = {(("x", i), ("y", j)): int(signs[j, i]) for j, i in zip(*np.nonzero(mask), strict=True)}
    unit = Lift(LAYER, {("x", 0): "x", ("x", 2): "x", "u": "y"}, {(("x", 0), "u"): 1, (("x", 2), "u"): -1})
    shape = (mask == [True, False, True]).all(axis=1)
    plus = shape & (signs[:, [0, 2]] == [1, -1]).all(axis=1)
    minus = shape & (signs[:, [0, 2]] == [-1, 1]).all(axis=1)
    lift = Lift(LAYER, over, weights)
    found = find_copies(lift, unit)
    assert [copy.vertex for copy in found] == [("y", j) for j in np.flatnonzero(plus)]
    assert all(copy.isolated and copy.distance == 0 and copy.sign == 1 for copy in found)
    signed = find_copies(lift, unit, up_to_sign=True)
    assert {(copy.vertex[1], copy.sign) for copy in signed} == {(j, 1) for j in np.flatnonzero(plus)} | {
        (j, -1) for j in np.flatnonzero(minus)
    }
    near = find_copies(lift, unit, 2)
    assert len(near) == (shape & ((signs[:, [0, 2]] == [1, -1]).sum(axis=1) >= 1)).sum() > len(found)
    assert {copy.distance for copy in near} == {0, 2}


def deep(edges, inputs="ab"):
    """A lift of 0 → 1 → 2; vertices are named after the one below."""
    vertices = {end for edge in edges for end in edge} | {f"0{c}" for c in inputs}
    return Lift(DEEP, {v: v[0] for v in sorted(vertices)}, edges)


UNIT = deep({("0a", "1a"): 1, ("0b", "1b"): 1, ("1a", "2a"): 1, ("1b", "2a"): -2})


def test_copies_in_two_layers_are_matched_by_their_inputs():
    copy = {("0b", "1p"): 1, ("0a", "1q"): 1, ("1p", "2x"): -2, ("1q", "2x"): 1}
    assert [c[:4] for c in find_copies(deep(copy), UNIT)] == [("2x", 0, 1, True)]
    assert find_copies(deep({**copy, ("1p", "2x"): 1, ("1q", "2x"): -2}), UNIT) == ()
    assert find_copies(deep({**copy, ("0a", "1p"): 0}), UNIT) == ()
    opposite = deep({**copy, ("1p", "2x"): 2, ("1q", "2x"): -1})
    assert find_copies(opposite, UNIT) == ()
    assert [c.sign for c in find_copies(opposite, UNIT, up_to_sign=True)] == [-1]
    shared = deep({**copy, ("1p", "2z"): 3})
    assert [(c.vertex, c.isolated) for c in find_copies(shared, UNIT)] == [("2x", False)]
    moved = deep({**copy, ("1p", "2x"): sp.Rational(-3, 2)})
    assert find_copies(moved, UNIT, Fraction(1, 3)) == ()
    assert find_copies(moved, UNIT, Fraction(1, 2))[0].distance == 0.5


def test_the_nearest_of_several_isomorphisms_counts():
    unit = deep({("0a", "1a"): 1, ("0a", "1b"): 2, ("1a", "2a"): 1, ("1b", "2a"): 1})
    turned = deep({("0a", "1a"): 2, ("0a", "1b"): 1, ("1a", "2a"): 1, ("1b", "2a"): 1})
    assert [c.distance for c in find_copies(turned, unit)] == [0]


def test_copies_that_are_isolated_do_not_meet():
    rng = np.random.default_rng(3)
    edges = {}
    for j, i in combinations(range(40), 2):
        if rng.random() < 0.03:
            edges[f"1{i}", f"2{j}"] = 1
    edges |= {("0a", f"1{i}"): 1 for i in range(40)}
    lift = deep(edges)
    unit = deep({("0a", "1a"): 1, ("1a", "2a"): 1}, "a")
    cells = [set(lift.closure(c.vertex).over) - {"0a"} for c in find_copies(lift, unit) if c.isolated]
    assert cells
    assert not any(a & b for a, b in combinations(cells, 2))


def test_units_that_are_none_are_refused():
    with pytest.raises(ValueError, match="rho_0 is -1"):
        find_copies(UNIT, UNIT, -1)
    with pytest.raises(ValueError, match="the unit has 2 vertices that end it"):
        find_copies(UNIT, deep({("0a", "1a"): 1, ("0a", "1b"): 1}, "a"))
    with pytest.raises(ValueError, match="the unit ends over 1"):
        find_copies(UNIT, deep({("0a", "1a"): 1}, "a"))
    with pytest.raises(ValueError, match="input vertex 0c"):
        find_copies(UNIT, deep({("0c", "1a"): 1, ("1a", "2a"): 1}, "c"))
