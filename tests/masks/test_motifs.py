"""Motif densities against their definition, against each other, and at sizes where numbers overflow."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array, csr_array, csr_matrix

from sparse_limits.numerics.masks import motifs
from sparse_limits.numerics.masks.motifs import graphon_motif_density, motif_density, rank_one_motif_density
from sparse_limits.theory.operators.motifs import MOTIFS, Motif, complete, cycle, expected_density, path, star

BOW_TIE = Motif(((0, 0), (0, 1), (1, 0), (1, 1), (0, 2), (0, 3), (2, 2), (2, 3)))  # two four-cycles at a row
FAR_CYCLE = Motif(((0, 0), (1, 0), (1, 1), (2, 1), (2, 2), (1, 2)))  # at the end of a path
THETA = Motif(((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (2, 2), (2, 3), (1, 3)))
APART = Motif(((0, 0), (1, 1), (1, 2)))
NAMED = {
    **MOTIFS,
    "bow tie": BOW_TIE,
    "far cycle": FAR_CYCLE,
    "theta": THETA,
    "apart": APART,
    "P5 from a column": path(5, "column"),
    "star at a column": star(3, "column"),
    "K32": complete(3, 2),
}


def by_definition(matrix: np.ndarray, motif: Motif) -> Fraction:
    """The mean over all maps of the vertices, in Python integers."""
    rows, columns = (sorted({edge[side] for edge in motif.edges}) for side in (0, 1))
    total = 0
    for x in product(range(matrix.shape[0]), repeat=len(rows)):
        for y in product(range(matrix.shape[1]), repeat=len(columns)):
            total += math.prod(int(matrix[x[rows.index(i)], y[columns.index(j)]]) for i, j in motif.edges)
    return Fraction(total, matrix.shape[0] ** len(rows) * matrix.shape[1] ** len(columns))


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize("shape", [(2, 3), (3, 2), (1, 4)])
def test_definition(name: str, shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(len(name))
    motif = NAMED[name]
    for matrix in (rng.random(shape) < 0.6, rng.integers(-3, 4, shape)):
        expected = by_definition(matrix, motif)
        assert motif_density(matrix, motif) == expected
        assert motif_density(matrix.astype(float), motif) == pytest.approx(float(expected), abs=1e-12)
        assert graphon_motif_density(motif, matrix) == expected


@given(st.integers(0, 2**32 - 1), st.sampled_from(sorted(NAMED)))
@settings(max_examples=40)
def test_sparse_and_dense_give_the_same_integer(seed: int, name: str) -> None:
    rng = np.random.default_rng(seed)
    m, n = (int(size) for size in rng.integers(1, 60, size=2))
    mask = rng.random((m, n)) < 0.05
    expected = motif_density(csr_array(mask), NAMED[name])
    assert expected == motif_density(mask, NAMED[name]) == motif_density(mask.T, NAMED[name].transposed)
    assert isinstance(expected, Fraction)


@pytest.mark.parametrize("name", NAMED)
def test_blocks_add_up(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mask = np.random.default_rng(1).random((40, 30)) < 0.3
    sparse = csr_array(np.random.default_rng(2).random((40, 30)) < 0.02)
    whole = [motif_density(each, NAMED[name]) for each in (mask, sparse)]
    monkeypatch.setattr(motifs, "_BLOCK", 200)
    assert [motif_density(each, NAMED[name]) for each in (mask, sparse)] == whole


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize("sparse", [False, True])
def test_numbers_beyond_the_machine(name: str, sparse: bool) -> None:
    """Large entries, of both signs, are counted modulo primes."""
    rng = np.random.default_rng(3)
    matrix, motif = rng.integers(-(10**12), 10**12, (3, 4)), NAMED[name]
    expected = graphon_motif_density(motif, matrix)
    if sparse:
        shrink = Fraction(3, 63) ** len(motif.row_degrees) * Fraction(4, 64) ** len(motif.column_degrees)
        assert motif_density(csr_array(np.pad(matrix, ((0, 60), (0, 60)))), motif) == expected * shrink
    else:
        assert motif_density(matrix, motif) == expected


def test_long_paths_through_full_matrices() -> None:
    assert motif_density(np.ones((50, 70), dtype=bool), path(40)) == 1
    assert motif_density(2 * np.ones((50, 70), dtype=int), cycle(30)) == 2**30


@pytest.mark.parametrize("half", [2, 3, 4, 5])
def test_cycles_are_power_sums_of_singular_values(half: int) -> None:
    matrix = np.random.default_rng(half).random((30, 50))
    sigma = np.linalg.svd(matrix, compute_uv=False) / np.sqrt(matrix.size)
    assert motif_density(matrix, cycle(2 * half)) == pytest.approx(float((sigma ** (2 * half)).sum()), rel=1e-12)


@pytest.mark.parametrize("power", [1, 2, 3, 5])
def test_complete_bipartite_graphs_are_moments_of_codegrees(power: int) -> None:
    mask = np.random.default_rng(power).random((25, 40)) < 0.3
    codegrees = mask.astype(int) @ mask.T
    expected = Fraction(int((codegrees**power).sum()), 25**2 * 40**power)
    assert motif_density(mask, complete(2, power)) == expected


def test_stars_are_moments_of_degrees() -> None:
    mask = np.random.default_rng(0).random((200, 300)) < 0.01
    degrees = mask.sum(axis=1).tolist()
    assert motif_density(mask, star(4)) == Fraction(sum(d**4 for d in degrees), 200 * 300**4)


def test_large_sparse_mask() -> None:
    """A mask of 20 000² cells whose rows are copies of a few: exact without a dense matrix."""
    rng = np.random.default_rng(0)
    pattern = csr_array(rng.random((20, 20)) < 0.2)
    rows = rng.integers(20, size=20_000)
    columns = np.sort(rng.choice(20_000, size=20, replace=False))
    chosen = pattern[rows].tocoo()
    mask = csr_array((chosen.data, (chosen.row, columns[chosen.col])), shape=(20_000, 20_000))
    weights = [Fraction(int(count), 20_000) for count in np.bincount(rows, minlength=20)]
    for name in ("P3", "P5", "S3"):
        small = graphon_motif_density(MOTIFS[name], pattern.toarray(), weights, [Fraction(1, 20)] * 20)
        shrink = Fraction(20, 20_000) ** len(MOTIFS[name].column_degrees)
        assert motif_density(mask, MOTIFS[name]) == small * shrink


def test_steps_are_weighted_by_their_widths() -> None:
    """A step graphon and its blow-up to a matrix of equal cells."""
    values = np.array([[Fraction(9, 10), Fraction(3, 10)], [Fraction(1, 5), Fraction(1, 20)]])
    rows, columns = [Fraction(1, 4), Fraction(3, 4)], [Fraction(1, 3), Fraction(2, 3)]
    cells = (20 * values[[0, 1, 1, 1]][:, [0, 1, 1]]).astype(int)
    for motif in NAMED.values():
        expected = motif_density(cells, motif) / 20 ** len(motif.edges)
        assert graphon_motif_density(motif, values, rows, columns) == expected
        floats = graphon_motif_density(motif, values.astype(float), rows, columns)
        assert isinstance(floats, float)
        assert floats == pytest.approx(float(expected))


def test_symbolic_graphons() -> None:
    f, g, a = sp.symbols("f g a")
    value = graphon_motif_density(cycle(4), [[f], [g]], [a, 1 - a])
    assert sp.expand(value - (a * f**2 + (1 - a) * g**2) ** 2) == 0
    assert sp.simplify(graphon_motif_density(MOTIFS["edge"], [[0.5], [1.0]], [a, 1 - a]) - (1 - a / 2)) == 0


@pytest.mark.parametrize("name", NAMED)
def test_rank_one_graphons_need_moments_alone(name: str) -> None:
    f, g = [Fraction(1, 3), Fraction(1, 2), Fraction(1)], [Fraction(1, 5), Fraction(4, 5)]
    values = [[x * y for y in g] for x in f]
    moments = [lambda k, v=v: sum(x**k for x in v) / len(v) for v in (f, g)]
    assert rank_one_motif_density(NAMED[name], *moments) == graphon_motif_density(NAMED[name], values)


def test_rank_one_of_powers() -> None:
    """W = uv: ∫u^k = 1/(k + 1)."""
    density = rank_one_motif_density(MOTIFS["K23"], *[lambda k: Fraction(1, k + 1)] * 2)
    assert density == Fraction(1, 4) ** 2 * Fraction(1, 3) ** 3


def test_quadrature_of_a_kernel() -> None:
    """t(C₄) of (u + v)/2, a polynomial, by Gauss–Legendre."""
    x, weights = np.polynomial.legendre.leggauss(6)
    x, weights = (x + 1) / 2, weights / 2
    u, v, s, t = sp.symbols("u v s t")
    kernel = [(p + q) / sp.Integer(2) for p in (u, s) for q in (v, t)]
    expected = sp.integrate(sp.expand(sp.Mul(*kernel)), *((z, 0, 1) for z in (u, v, s, t)))
    value = graphon_motif_density(cycle(4), (x[:, None] + x) / 2, weights, weights)
    assert value == pytest.approx(float(expected), rel=1e-13)


@pytest.mark.parametrize("name", ["edge", "P3", "P4", "S3", "C4", "K23", "apart"])
@pytest.mark.parametrize("shape", [(2, 2), (2, 3), (1, 3)])
def test_expected_density_by_enumeration(name: str, shape: tuple[int, int]) -> None:
    m, n = shape
    rho = sp.Symbol("rho")
    totals = [Fraction(0)] * (m * n + 1)
    for entries in product((0, 1), repeat=m * n):
        totals[sum(entries)] += motif_density(np.reshape(entries, shape), NAMED[name])
    mean = sum(sp.Rational(t) * rho**k * (1 - rho) ** (m * n - k) for k, t in enumerate(totals))
    claimed = expected_density(NAMED[name], sp.Integer(m), sp.Integer(n), lambda r: rho**r)
    assert sp.expand(claimed - mean) == 0


def test_reference_values() -> None:
    rows, columns = sp.Integer(2), sp.Integer(3)
    subset = expected_density(cycle(4), rows, columns, lambda r: sp.ff(3, r) / sp.ff(6, r))
    assert float(subset) == pytest.approx(0.18333, abs=5e-6)
    large = expected_density(cycle(4), sp.Integer(32), sp.Integer(48), lambda r: sp.Rational(1, 5) ** r)
    assert float(large) == pytest.approx(0.0036791667, abs=5e-11)


def test_motifs_have_the_edges_of_their_names() -> None:
    assert {name: len(motif.edges) for name, motif in MOTIFS.items()} == {
        "edge": 1,
        "P3": 2,
        "P4": 3,
        "P5": 4,
        "S3": 3,
        "C4": 4,
        "C6": 6,
        "C8": 8,
        "K23": 6,
    }
    assert (path(5).row_degrees, path(5).column_degrees) == ((1, 2, 1), (2, 2))
    assert (path(5, "column").row_degrees, star(3).row_degrees) == ((2, 2), (3,))
    assert complete(2, 3).transposed.row_degrees == (2, 2, 2)


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (np.ones(3), "shape"),
        (np.ones((0, 3)), "shape"),
        (np.array([["a"]]), "expected a non-empty real matrix"),
        (np.array([[1j]]), "complex128"),
        (np.array([[np.nan, 1.0]]), "NaN or infinity"),
        (csr_array(np.array([[np.inf, 1.0]])), "NaN or infinity"),
        (np.array([[2**63]], dtype=np.uint64), "expected integers below"),
        ([[1], [1, 0]], "mask is ragged, expected"),
        (np.ma.masked_array([[1, 0]], mask=[[1, 0]]), "mask has masked entries, expected"),
    ],
)
def test_bad_masks(mask: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        motif_density(mask, MOTIFS["edge"])


@pytest.mark.parametrize("form", [np.array, csr_array])
def test_entries_of_any_size(form) -> None:
    """A density that overflows is refused, not infinite with a warning."""
    signs = np.array([[1.0, -1.0], [1.0, 1.0]])
    apart = Motif(((0, 0), (1, 1)))  # its density is the square of the mean entry
    assert motif_density(form(1e150 * signs), apart) == pytest.approx(0.25e300)
    for motif in (cycle(4), apart):
        with pytest.raises(ValueError, match=r"the density is 0\.\d+ · 2\*\*\d+, expected"):
            motif_density(form(1e308 * signs), motif)
    with pytest.raises(ValueError, match="the density is"):
        graphon_motif_density(cycle(4), 1e308 * signs)


def test_sparse_formats_and_duplicates() -> None:
    doubled = coo_array((np.ones(3, dtype=int), ([0, 0, 1], [1, 1, 0])), shape=(2, 2))
    assert motif_density(doubled, MOTIFS["edge"]) == Fraction(3, 4)
    assert motif_density(csr_matrix(np.eye(3, dtype=bool)), MOTIFS["C4"]) == Fraction(3, 81)


@pytest.mark.parametrize("motif", ["C4", None, ((0, 0),)])
def test_what_is_no_motif_is_refused(motif) -> None:
    for density in (lambda: motif_density([[1]], motif), lambda: graphon_motif_density(motif, [[1]])):
        with pytest.raises(ValueError, match=r"motif is .*, expected a Motif"):
            density()


def test_larger_treewidth_is_refused() -> None:
    with pytest.raises(ValueError, match="treewidth above 2"):
        motif_density(np.ones((3, 3), dtype=bool), complete(3, 3))


def test_edges_may_be_lists() -> None:
    motif = Motif([[0, 0], (0, 1)])
    assert motif == Motif(((0, 0), (0, 1)))
    assert motif_density([[1, 0]], motif) == Fraction(1, 4)
    with pytest.raises(ValueError, match="named once"):
        Motif([[0, 0], (0, 0)])


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Motif(()), "at least one"),
        (lambda: Motif(((0, 0), (0, 0))), "named once"),
        (lambda: Motif(((0, -1),)), "integers from 0 on"),
        (lambda: cycle(5), "even"),
        (lambda: cycle(2), "from 4 on"),
        (lambda: path(1), "from 2 on"),
        (lambda: star(0), "from 1 on"),
        (lambda: path(3, "left"), "'row' or 'column'"),
    ],
)
def test_bad_motifs(build, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([[0.5]], [0.5, 0.5]), "row_weights have shape"),
        (([[0.5, 0.5]], [1.0], [0.5, 0.6]), "column_weights add up"),
        (([[0.5], [0.5]], [1.5, -0.5]), "none negative"),
        (([0.5],), "expected 2 dimensions"),
        (([[np.nan]],), "NaN"),
        (([["a", Fraction(1)]],), "expected"),
        (([[Fraction(1), math.nan]],), "values contain NaN"),
        (([[Fraction(1), sp.oo]],), "values contain NaN or infinity"),
        (([[Fraction(1), 1j]],), "no real number"),
        (([[1], [1, 0]],), "values is ragged, expected"),
    ],
)
def test_bad_graphons(arguments: tuple, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        graphon_motif_density(MOTIFS["edge"], *arguments)
