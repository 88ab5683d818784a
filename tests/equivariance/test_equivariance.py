"""Equivariant maps: bases and dimensions against brute force, layers in exact arithmetic, refusals."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations_with_replacement, permutations, product
from math import factorial

import numpy as np
import pytest
import sympy as sp

from sparse_limits.numerics.equivariance import (
    NO_TURNS,
    EquivariantLayer,
    Group,
    Representation,
    centred_grid,
    cyclic,
    cyclic_irreducibles,
    defect,
    dihedral,
    dihedral_irreducibles,
    direct_sum,
    dual,
    equivariant_basis,
    feature_field,
    forward,
    hom_dimension,
    inflate,
    kernel_space,
    natural,
    orbit_labels,
    permutation_group,
    regular,
    signs,
    specht,
    symmetric,
    tensor_power,
    tensor_product,
    torus_group,
    trivial,
    within_window,
)
from sparse_limits.numerics.equivariance.groups import partitions
from sparse_limits.numerics.exact.evaluation import find_formula, value_of
from sparse_limits.numerics.exact.parsed_values import parse
from sparse_limits.theory.equivariance import grid_maps, truncated_bell

C4, D4 = cyclic_irreducibles(4), dihedral_irreducibles(4)
TURN, SQUARE = C4["rotation"], D4["E"]


def floats(rho: Representation, word: tuple[int, ...]) -> np.ndarray:
    return np.array([[float(Fraction(int(x.p), int(x.q))) for x in row] for row in rho.matrix(word).tolist()])


def averaged_rank(rho_in: Representation, rho_out: Representation) -> int:
    """The rank of the mean of ρ_out(g) ⊗ ρ_in(g⁻¹)ᵀ over all listed elements, in floating point."""
    words = list(rho_in.group.elements().values())
    mean = sum(np.kron(floats(rho_out, g), np.linalg.inv(floats(rho_in, g)).T) for g in words) / len(words)
    return int(np.linalg.matrix_rank(mean, tol=1e-8))


def spanned(matrices) -> int:
    return int(np.linalg.matrix_rank(np.array([np.ravel(m) for m in matrices], dtype=float)))


def random_group(seed: int) -> Group:
    """Two random permutations of five points."""
    rng = np.random.default_rng(seed)
    return permutation_group([rng.permutation(5).tolist() for _ in range(2)])


REPRESENTATIONS = {
    "C4": (direct_sum(*C4.values()), kernel_space(TURN, 2, TURN)),
    "D4": (tensor_power(SQUARE, 2), direct_sum(D4["A2"], D4["B1"], SQUARE, natural(dihedral(4)))),
    "C6": (direct_sum(*cyclic_irreducibles(6).values()), regular(cyclic(6))),
    "S4": (specht((2, 1, 1)), tensor_product(specht((3, 1)), specht((2, 2)))),
    "not orthogonal": (dual(specht((3, 1))), direct_sum(specht((3, 1)), natural(symmetric(4)))),
    "torus": (feature_field(TURN, 2), feature_field(TURN, 2, TURN)),
    **{f"random {s}": (natural(random_group(s)), tensor_power(natural(random_group(s)), 2)) for s in range(3)},
}


@pytest.mark.parametrize("name", REPRESENTATIONS)
def test_characters_elimination_and_averages_agree(name):
    rho_in, rho_out = REPRESENTATIONS[name]
    basis = equivariant_basis(rho_in, rho_out, "nullspace")
    assert len(basis) == spanned(basis) == hom_dimension(rho_in, rho_out) == averaged_rank(rho_in, rho_out)
    for matrix in basis:
        assert matrix.dtype.kind == "i"
        assert defect(matrix, rho_in, rho_out) == 0
    if rho_in.is_permutation and rho_out.is_permutation:
        orbits = equivariant_basis(rho_in, rho_out)
        assert spanned([*orbits, *basis]) == len(orbits) == len(basis)
        assert (sum(orbits) == 1).all()


@pytest.mark.parametrize("name", REPRESENTATIONS)
def test_representations_multiply(name):
    rho = REPRESENTATIONS[name][1]
    words = list(rho.group.elements().values())
    rng = np.random.default_rng(0)
    for i, j in rng.integers(0, len(words), size=(5, 2)):
        g, h = words[i], words[j]
        assert np.allclose(floats(rho, g) @ floats(rho, h), floats(rho, (*g, *h)))
        assert np.allclose(floats(rho, tuple(~x for x in reversed(g))), np.linalg.inv(floats(rho, g)))
        assert rho.character(g) == pytest.approx(np.trace(floats(rho, g)))
        x = rng.integers(-9, 9, size=(2, rho.dimension))
        assert np.allclose(rho.act(g, x).astype(float), x @ floats(rho, g).T)


def test_orbit_labels_by_hand():
    labels = orbit_labels(natural(symmetric(3)), natural(symmetric(3)))
    assert labels.tolist() == [[0, 1, 1], [1, 0, 1], [1, 1, 0]]
    shift = orbit_labels(natural(cyclic(3)), natural(cyclic(3)))
    assert shift.tolist() == [[0, 1, 2], [2, 0, 1], [1, 2, 0]]


def test_kernels_of_c4_as_tabulated():
    types = {**C4, "regular": regular(TURN.group)}
    for size, expected in ((3, "3 2 4 9 3 10 18 36"), (5, "7 6 12 25 7 26 50 100")):
        pairs = "trivial trivial,trivial sign,trivial rotation,trivial regular,sign sign,rotation rotation"
        found = []
        for pair in (pairs + ",rotation regular,regular regular").split(","):
            source, target = (types[name] for name in pair.split())
            found.append(hom_dimension(kernel_space(TURN, size, source), target))
            formula = find_formula(grid_maps, "c4_kernels." + pair.replace(" ", "_"))
            assert formula.subs(sp.Symbol("D", nonnegative=True, integer=True), size) == found[-1]
        assert found == [int(x) for x in expected.split()]


@pytest.mark.parametrize("size", range(1, 8))
def test_orbits_of_squares_one_by_one(size):
    """Cells moved by maps written down here."""
    turns = [lambda x, y: (size - 1 - y, x)]
    for moves, name in ((turns, "c4_orbits"), ([*turns, lambda x, y: (y, x)], "d4_orbits")):
        cells, orbits = set(product(range(size), repeat=2)), 0
        while cells:
            orbits, queue = orbits + 1, [cells.pop()]
            while queue:
                here = queue.pop()
                found = {move(*here) for move in moves} & cells
                cells -= found
                queue += found
        formula = find_formula(grid_maps, name)
        assert value_of(formula, parse(formula.free_symbols, [f"D={size}"])[0], 15) == str(orbits)


def bell_triangle(elements: int) -> int:
    row = [1]
    for _ in range(elements):
        following = [row[-1]]
        for entry in row:
            following.append(following[-1] + entry)
        row = following
    return row[0]


def restricted_partitions(elements: int, blocks: int) -> int:
    """By S(K, j) = jS(K − 1, j) + S(K − 1, j − 1)."""
    stirling = [1] + [0] * elements
    for _ in range(elements):
        stirling = [0] + [j * stirling[j] + stirling[j - 1] for j in range(1, elements + 1)]
    return sum(stirling[: blocks + 1])


@pytest.mark.parametrize(
    ("points", "before", "after"), [(1, 1, 0), (2, 3, 4), (3, 2, 2), (4, 5, 6), (12, 3, 3), (30, 0, 0)]
)
def test_truncated_bell_numbers(points, before, after):
    def value(name: str) -> int:
        given = [f"n={points}", f"k={before}", f"m={after}"][name == "bell" :]
        return int(
            float(
                value_of(
                    truncated_bell.expressions[name], parse(truncated_bell.expressions[name].free_symbols, given)[0], 25
                )
            )
        )

    expected = restricted_partitions(before + after, points)
    assert value("dimension") == value("fixed_points") == expected
    assert value("bell") == bell_triangle(before + after) == expected + value("deficit")
    assert (expected == value("bell")) == (points >= before + after)


def test_dimensions_of_tensors_of_larger_groups():
    for points in (3, 4, 8):
        rho = tensor_power(natural(symmetric(points)), 2)
        assert len(equivariant_basis(rho, rho)) == hom_dimension(rho, rho) == restricted_partitions(4, points)
    assert hom_dimension(natural(symmetric(20)), natural(symmetric(20))) == 2
    hundred = natural(symmetric(100))
    assert len(equivariant_basis(hundred, hundred)) == 2


@pytest.mark.parametrize("points", [1, 2, 3, 4, 5])
def test_specht_modules_are_the_irreducible_ones(points):
    modules = [specht(shape) for shape in partitions(points)]
    assert sum(rho.dimension**2 for rho in modules) == factorial(points) == symmetric(points).order
    for (i, a), (j, b) in product(enumerate(modules), repeat=2):
        assert hom_dimension(a, b) == (i == j)


def test_classes_of_the_symmetric_group():
    group = symmetric(5)
    listed: dict[int, int] = {}
    for p in permutations(range(5)):
        fixed = sum(x == y for x, y in enumerate(p))
        listed[fixed] = listed.get(fixed, 0) + 1
    found: dict[int, int] = {}
    for word, size in group.classes():
        fixed = sum(x == y for x, y in enumerate(group.permutation(word)))
        found[fixed] = found.get(fixed, 0) + size
    assert found == listed


@pytest.mark.parametrize("n", [1, 2, 3, 4, 6])
def test_irreducible_representations_are_complete(n):
    for types, group in ((cyclic_irreducibles(n), cyclic(n)), (dihedral_irreducibles(n), dihedral(n))):
        norms = {name: hom_dimension(rho, rho) for name, rho in types.items()}
        assert sum(rho.dimension**2 // norms[name] for name, rho in types.items()) == group.order
        assert all(hom_dimension(types[a], types[b]) == 0 for a, b in combinations_with_replacement(types, 2) if a != b)


def test_orders_of_groups():
    assert [group.order for group in (cyclic(5), dihedral(1), dihedral(2), dihedral(5), symmetric(6))] == [
        5,
        2,
        4,
        10,
        720,
    ]
    assert torus_group(SQUARE, 3).order == 72
    assert torus_group(TURN, 1).order == 4
    assert torus_group(NO_TURNS, 4).order == 16


def test_convolutions_on_the_torus():
    planes = ((NO_TURNS, 1, 9), (TURN, 4, 36), (SQUARE, 8, 72))
    for plane, order, expected in planes:
        fibre = regular(plane.group)
        field = feature_field(plane, 5, fibre)
        basis = within_window(equivariant_basis(field, field), 5, 3, order, order)
        assert len(basis) == expected == hom_dimension(kernel_space(plane, 3, fibre), fibre)


def test_matrices_become_permutations_and_relu_is_told():
    swap = Representation(cyclic(2), ([[0, 1], [1, 0]],))
    assert swap == Representation(cyclic(2), ((1, 0),))
    assert swap.is_permutation
    rescaled = Representation(cyclic(2), ([[0, Fraction(1, 3)], [3, 0]],))
    assert rescaled.admits_relu
    assert not rescaled.is_permutation
    assert not TURN.admits_relu
    assert not signs(cyclic(2), (-1,)).admits_relu


# Layers


@pytest.fixture
def layer() -> EquivariantLayer:
    field = feature_field(TURN, 3)
    basis = np.array(equivariant_basis(field, field))
    coeffs = np.random.default_rng(1).integers(-9, 10, size=(2, 3, len(basis)))
    return EquivariantLayer(coeffs, basis)


def test_apply_is_the_sum_of_the_definition(layer):
    x = np.random.default_rng(2).integers(-9, 10, size=(4, 2, 9))
    y = layer.apply(x)
    assert y.shape == (4, 3, 9)
    for o in range(3):
        terms = (
            layer.coeffs[i, o, b] * (x[:, i] @ layer.basis[b].T) for i in range(2) for b in range(len(layer.basis))
        )
        assert (y[:, o] == sum(terms)).all()
    assert np.allclose(layer.apply(x / 7.0), y.astype(float) / 7.0)
    assert layer.apply(x / 7.0).dtype == np.float64


def test_whole_numbers_do_not_overflow(layer):
    x = np.full((2, 9), 2**62, dtype=np.int64)
    assert (layer.apply(x) == 2**62 * layer.apply(np.ones((2, 9), dtype=int))).all()
    third = np.array([[Fraction(1, 3)] * 9] * 2)
    assert (3 * layer.apply(third) == layer.apply(np.ones((2, 9), dtype=bool))).all()


def test_pruned_networks_commute_with_shifts_and_turns(layer):
    rng, field = np.random.default_rng(3), feature_field(TURN, 3)
    layers = [layer, EquivariantLayer(rng.integers(-9, 10, size=(3, 1, len(layer.basis))), layer.basis)]
    layers = [each.prune(rng.random(each.coeffs.shape) < 0.5) for each in layers]
    assert any((each.coeffs == 0).any() for each in layers)
    x = rng.integers(-(10**12), 10**12, size=(2, 9))
    for word in field.group.elements().values():
        assert (forward(layers, field.act(word, x)) == field.act(word, forward(layers, x))).all()


def test_integers_of_numpy_among_fractions_do_not_overflow():
    big = np.int64(2**40)
    coeffs = np.array([[[big, Fraction(1, 3)]]], dtype=object)
    found = EquivariantLayer(coeffs, np.array([[[1]], [[3]]])).apply([[2**40]])
    assert found.tolist() == [[2**80 + 2**40]]


def test_pruning_leaves_the_layer_as_it_was(layer):
    before = layer.coeffs.copy()
    assert (layer.prune(np.zeros(before.shape, int)).coeffs == 0).all()
    assert (layer.prune(np.ones(before.shape, bool)).coeffs == before).all()
    assert (layer.coeffs == before).all()


# Refusals

TWO, THREE = cyclic(2), cyclic(3)
UNIT = np.eye(2, dtype=int)[None]
REFUSED = {
    "not a permutation": (lambda: permutation_group([(0, 0, 1)]), "in some order"),
    "no points": (lambda: permutation_group([()]), "in some order"),
    "floats as points": (lambda: permutation_group([(0.0, 1.0)]), "in some order"),
    "no generators": (lambda: Group("empty", (), ()), "expected generators"),
    "different points": (lambda: permutation_group([(0, 1), (0, 1, 2)]), "same number of points"),
    "a relator that fails": (lambda: Group("C3", ((1, 2, 0),), ((0, 0),)), "does not hold"),
    "no order": (lambda: cyclic(0), "order of a cyclic group"),
    "half an order": (lambda: symmetric(2.5), "degree of a symmetric group"),
    "too many elements": (lambda: permutation_group(symmetric(9).generators), "too many"),
    "no homomorphism": (lambda: Representation(THREE, ((1, 0),)), "no homomorphism"),
    "no homomorphism by matrices": (lambda: Representation(THREE, ([[2]],)), "no homomorphism"),
    "one generator missing": (lambda: Representation(dihedral(4), ((0, 1),)), "1 images of 2 generators"),
    "no images": (lambda: Representation(TWO, ()), "0 images of 1"),
    "two dimensions": (lambda: Representation(dihedral(1), ((0,), (0, 1))), "dimensions 1, 2"),
    "singular": (lambda: Representation(TWO, ([[1, 0], [0, 0]],)), "singular"),
    "not square": (lambda: Representation(TWO, ([[1, 0]],)), "not square"),
    "floats in a matrix": (lambda: Representation(TWO, ([[-1.0]],)), "whole numbers and fractions"),
    "dimension 0": (lambda: Representation(TWO, (np.zeros((0, 0), int),)), "expected a permutation or a square matrix"),
    "a number as image": (lambda: Representation(TWO, (1,)), "expected a permutation or a square matrix"),
    "two groups": (lambda: equivariant_basis(trivial(TWO), trivial(THREE)), "expected one group"),
    "two groups in a sum": (lambda: direct_sum(trivial(TWO), trivial(THREE)), "expected one group"),
    "an empty sum": (lambda: direct_sum(), "expected one group"),
    "dimension of two groups": (lambda: hom_dimension(trivial(TWO), trivial(THREE)), "expected one group"),
    "orbits of signs": (lambda: equivariant_basis(signs(TWO, (-1,)), trivial(TWO)), "does not permute"),
    "a method": (lambda: equivariant_basis(trivial(TWO), trivial(TWO), "guess"), "'orbit' or 'nullspace'"),
    "too many unknowns": (
        lambda: equivariant_basis(trivial(TWO, 100), trivial(TWO, 100), "nullspace"),
        "at most 4096",
    ),
    "a letter": (lambda: TURN.character((1,)), "no letter"),
    "points of a rotation": (lambda: TURN.permutation(()), "permutes no coordinates"),
    "rotation by 1/5": (lambda: cyclic_irreducibles(5), "not rational"),
    "a partition upside down": (lambda: specht((1, 2)), "descending"),
    "a large partition": (lambda: specht((8, 8)), r"partition \(8, 8\) would take about"),
    "a vast partition": (lambda: specht((64,) * 30), "would take about more than"),
    "too many points": (lambda: symmetric(10_000), "permutations of 10000 points would take about"),
    "an empty partition": (lambda: specht(()), "descending"),
    "a power": (lambda: tensor_power(TURN, -1), "power"),
    "a letter to inflate": (lambda: inflate(TURN, cyclic(4), {0: 1}), "letters"),
    "a skew square": (lambda: centred_grid(cyclic_irreducibles(3)["rotation"], 3), "does not keep the square"),
    "a plane of dimension 1": (lambda: torus_group(C4["sign"], 3), "whole 2 × 2"),
    "a grid without cells": (lambda: feature_field(TURN, 0), "size"),
    "a fibre of another group": (lambda: feature_field(TURN, 2, SQUARE), "fibre"),
    "an even window": (lambda: within_window([], 4, 2), "odd"),
    "a defect of floats": (lambda: defect([[0.5]], trivial(TWO), trivial(TWO)), "whole numbers"),
    "a defect of a shape": (lambda: defect([[1, 2]], trivial(TWO), trivial(TWO)), "whole numbers"),
    "coefficients of another basis": (lambda: EquivariantLayer(np.ones((1, 1, 2)), UNIT), r"\[in, out, b\]"),
    "coefficients without channels": (lambda: EquivariantLayer(np.ones(1), UNIT), r"\[in, out, b\]"),
    "no coefficients": (lambda: EquivariantLayer(np.ones((0, 1, 1)), UNIT), "got none"),
    "nan": (lambda: EquivariantLayer(np.full((1, 1, 1), np.nan), UNIT), "nan or infinite"),
    "complex": (lambda: EquivariantLayer(np.full((1, 1, 1), 1j), UNIT), "expected whole numbers"),
    "text": (lambda: EquivariantLayer(np.full((1, 1, 1), None), UNIT), "expected whole numbers"),
    "inputs of a shape": (lambda: EquivariantLayer(np.ones((1, 1, 1)), UNIT).apply(np.ones((2, 2))), "inputs"),
    "inputs without channels": (lambda: EquivariantLayer(np.ones((1, 1, 1)), UNIT).apply(np.ones(2)), "inputs"),
    "infinite inputs": (lambda: EquivariantLayer(np.ones((1, 1, 1)), UNIT).apply([[np.inf, 0]]), "infinite"),
    "numbers beyond floats": (
        lambda: EquivariantLayer(np.full((1, 1, 1), np.longdouble("1e400")), UNIT),
        "coeffs: holds (numbers beyond the largest float|nan or infinite)",
    ),
    "whole inputs beyond floats": (
        lambda: EquivariantLayer(np.ones((1, 1, 1)), UNIT / 2).apply([[10**400, 0]]),
        "exact numbers beside floats: holds numbers beyond",
    ),
    "a mask of halves": (lambda: EquivariantLayer(np.ones((1, 1, 1)), UNIT).prune([[[0.5]]]), "0 and 1"),
    "a mask of twos": (lambda: EquivariantLayer(np.ones((1, 1, 1)), UNIT).prune([[[2]]]), "0 and 1"),
    "a mask on entries": (lambda: EquivariantLayer(np.ones((1, 1, 1)), UNIT).prune(np.ones((2, 2), int)), "0 and 1"),
    "no layers": (lambda: forward([], [[1]]), "no layers"),
    "a vector that does not fit": (lambda: TURN.act((), np.ones(3)), "last axis"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(name):
    attempt, message = REFUSED[name]
    with pytest.raises(ValueError, match=message) as caught:
        attempt()
    assert "\n" not in str(caught.value)
