"""Certified bounds of the cut norm and of the cut distance: proofs, scales, rounding, refusals."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
import scipy.sparse as sp
from cut_cases import REALS, SIDES, brute_force
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sparse_limits.numerics.masks.cut_norm import bounds, cut_distance, cut_norm, distance_found, exact_cut_norm
from sparse_limits.numerics.masks.cut_norm.certificate import norm_by_cholesky, norm_by_probes, weight
from sparse_limits.numerics.masks.cut_norm.effort import COARSE, FOUND, FULL
from sparse_limits.numerics.masks.cut_norm.linear import of_matrix
from sparse_limits.numerics.masks.cut_norm.rounding import above, below, exact_sum, sums_exactly


def all_cuts(A):
    """max |sᵀAt| over all 0/1 vectors, without rounding for small integers."""
    m, n = A.shape
    s, t = (np.array(list(product((0, 1), repeat=side))) for side in (m, n))
    return int(np.abs(s @ A @ t.T).max())


@pytest.fixture(params=["enumerated", "relaxed", "products"])
def way(request, monkeypatch):
    """The three ways to a bound, each forced upon small matrices."""
    if request.param != "enumerated":
        monkeypatch.setattr(bounds, "LONGEST_EXACT", 0)
    if request.param == "products":
        monkeypatch.setattr(bounds, "_DENSE", 0)
    return request.param


def given_as(way, A):
    return sp.csr_array(A) if way == "products" else A


def integer_matrices(rng, count):
    """Plain, sparse with empty rows and columns, of one sign, of rank one, of blocks, of signs, centred, a signed mask
    against its mean."""
    for at in range(count):
        m, n = rng.integers(1, 7, 2)
        A = rng.integers(-9, 10, (m, n))
        yield [
            lambda A: A,
            lambda A: A * (rng.random(A.shape) < 0.3),
            lambda A: -abs(A),
            lambda A: np.outer(A[:, 0], A[0]),
            lambda A: np.kron(A[:3, :3], np.ones((2, 2), int)),
            np.sign,
            lambda A: A.shape[0] * A - A.sum(axis=0),
            lambda A: 10 * (A > 5) - 10 * (A < -5) - 1,
        ][at % 8](A)


def test_bounds_enclose_the_cut_norm_of_many_integer_matrices(way):
    for A in integer_matrices(np.random.default_rng(35), {"enumerated": 1200, "relaxed": 600, "products": 100}[way]):
        exact = Fraction(all_cuts(A), A.size)
        lower, upper, rows, columns, failure = cut_norm(given_as(way, A))
        assert Fraction(lower) <= exact <= Fraction(upper)
        attained = Fraction(abs(int(A[np.ix_(rows, columns)].sum())), A.size)
        assert lower == below(attained)
        assert failure <= (1e-9 if way == "products" else 0)
        if way == "enumerated":
            assert attained == exact
            assert upper == above(exact)
        assert upper <= float(exact) * 1.4143  # √2 is reached by signs 3 × 4; Grothendieck's constant bounds it


@settings(max_examples=200)
@given(SIDES.flatmap(lambda shape: arrays(np.float64, shape, elements=REALS)), st.booleans())
def test_bounds_enclose_the_cut_norm_of_reals(A, relaxed):
    with pytest.MonkeyPatch.context() as patch:
        if relaxed:
            patch.setattr(bounds, "LONGEST_EXACT", 0)
        lower, upper, rows, columns, _ = cut_norm(A)
    exact = brute_force(A)
    assert Fraction(lower) <= exact <= Fraction(upper)
    cut = abs(sum(map(Fraction, A[np.ix_(rows, columns)].ravel().tolist()), Fraction(0))) / A.size
    assert lower <= cut <= upper
    if not relaxed:
        assert upper - lower <= 1e-12 * np.abs(A).mean()


@pytest.mark.parametrize(("m", "n"), [(22, 22), (22, 40), (300, 9)])
def test_enumeration_closes_the_gap(m, n):
    A = np.random.default_rng(36).standard_normal((m, n))
    lower, upper, *_ = cut_norm(A)
    assert lower <= upper <= lower * (1 + 1e-11)
    assert lower * (1 - 1e-12) <= exact_cut_norm(A) <= upper


@pytest.mark.parametrize("n", [200, 350, 500])
@pytest.mark.parametrize("density", [0.02, 0.1, 0.5])
def test_the_gap_on_sampling_noise(n, density):
    rng = np.random.default_rng(37)
    P = 2 * density * rng.random((n, 1)) * np.ones(n)
    lower, upper, *_ = cut_distance(rng.random((n, n)) < P, P)
    assert lower <= upper <= 1.16 * lower


@pytest.mark.parametrize(
    "A",
    [
        np.full((70, 90), -0.3),
        np.kron([[1, -1], [-1, 1]], np.ones((50, 60))),
        np.kron(np.random.default_rng(38).standard_normal((6, 7)), np.ones((40, 30))),
        np.outer(np.random.default_rng(39).standard_normal(60), np.random.default_rng(40).standard_normal(80)),
        np.random.default_rng(41).standard_normal((1, 500)),
        np.random.default_rng(42).standard_normal((500, 1)),
        np.eye(120),
        np.eye(120) - 1 / 120,
        np.diag(np.random.default_rng(43).standard_normal(100)),
    ],
    ids=["constant", "checkerboard", "blocks", "rank one", "row", "column", "identity", "derangements", "diagonal"],
)
def test_bounds_meet_on_structured_matrices(A):
    for B in (A, A.T, -A):
        lower, upper, *_ = cut_norm(B)
        assert 0 < lower <= upper <= lower * (1 + 2e-5)


def test_zero_rows_and_columns_only_rescale():
    rng = np.random.default_rng(44)
    A = rng.standard_normal((60, 50))
    B = np.zeros((130, 90))
    B[np.ix_(rng.permutation(130)[:60], rng.permutation(90)[:50])] = A
    small, large = cut_norm(A), cut_norm(B)
    assert large.lower * B.size <= small.upper * A.size
    assert small.lower * A.size <= large.upper * B.size <= 1.01 * small.upper * A.size


@pytest.mark.parametrize("shape", [(7, 8), (40, 50)])
def test_scales_do_not_matter(shape):
    A = np.random.default_rng(45).standard_normal(shape)
    A /= np.abs(A).max()
    lower, upper, rows, columns, _ = cut_norm(A)
    for exponent in (-900, -80, 80, 1000):
        scaled = cut_norm(np.ldexp(A, exponent))
        assert scaled[:2] == (np.ldexp(lower, exponent), np.ldexp(upper, exponent))
        assert (scaled.rows == rows).all()
        assert (scaled.columns == columns).all()
    huge = cut_norm(np.ldexp(np.sign(A), 1023))  # its sum overflows
    assert 0 < huge.lower <= huge.upper < np.inf
    tiny = cut_norm(5e-324 * np.sign(A))
    assert tiny[:2] == (0, 5e-324)


def test_bounds_at_the_ends_of_the_floats(way):
    largest = np.finfo(float).max
    if way != "products":  # which balances the factors: these overflow
        lower, upper, *_ = cut_distance([[0.0]], ([[largest]], [[1.0]]))  # the product counts as rounded
        assert 0 < lower <= largest <= upper == np.inf
    lower, upper, *_ = cut_distance(given_as(way, np.zeros((2, 2))), ([[1e-300], [1e-300]], [[1e-300, 1e-300]]))
    assert lower == 0 < upper < 1e-320  # 10⁻⁶⁰⁰ is no float, but above 0


def test_entries_of_every_size():
    rng = np.random.default_rng(46)
    for _ in range(50):
        A = rng.standard_normal((4, 5)) * 10.0 ** rng.integers(-320, 300, (4, 5))
        lower, upper, *_ = cut_norm(A)
        exact = brute_force(A)
        assert lower <= exact <= upper <= lower * (1 + 1e-12)
    A = rng.standard_normal((60, 70)) * np.exp(30 * rng.standard_normal((60, 1)))
    assert 0 < cut_norm(A).lower <= cut_norm(A).upper < np.abs(A).mean()


def test_zero_has_bounds_zero(way):
    lower, upper, rows, columns, failure = cut_norm(given_as(way, np.zeros((30, 40))))
    assert (str(lower), str(upper), failure) == ("0.0", "0.0", 0)
    assert not rows.any()
    assert not columns.any()


@pytest.mark.parametrize("A", [np.random.default_rng(47).standard_normal((90, 80))], ids=["noise"])
def test_the_seed_determines_the_result(way, A):
    first, again, other = (cut_norm(given_as(way, A), seed=seed) for seed in (1, 1, 2))
    assert first[:2] == again[:2]
    assert (first.rows == again.rows).all()
    assert (first.columns == again.columns).all()
    assert max(first.lower, other.lower) <= min(first.upper, other.upper)


@pytest.mark.parametrize("dtype", [bool, np.int8, np.uint16, np.int64, np.float16, np.float32, np.float64])
def test_every_real_type_is_taken_exactly(dtype):
    A = np.array([[1, 0, 1], [0, 1, 1]], dtype)
    for taken in (A, sp.coo_array(A)) if dtype != np.float16 else (A,):
        assert cut_norm(taken)[:2] == (below(Fraction(4, 6)), above(Fraction(4, 6)))


def test_large_integers():
    assert cut_norm([[2**60, -3]]).lower == 2.0**59
    assert cut_norm([[-(2**63)]])[:2] == (2.0**63, 2.0**63)
    with pytest.raises(ValueError, match=r"^A contains 9007199254740993, expected [^\n]*$"):
        cut_norm([[2**53 + 1, 0]])


def test_a_sparse_matrix_with_repeated_and_stored_zero_entries():
    A = sp.coo_array(([1.0, 2.0, -3.0, 0.0], ([0, 0, 1, 1], [0, 0, 1, 0])), shape=(3, 4))
    assert cut_norm(A)[:2] == cut_norm(A.toarray())[:2] == (0.25, 0.25)


@pytest.mark.parametrize("values", [[True, True, True], np.array([100, 100, 1], np.int8), [1, 2, 3]], ids=str)
def test_repeated_entries_add_up_as_in_scipy(values):
    A = sp.csr_array((np.array(values), [0, 0, 1], [0, 2, 3]), shape=(2, 2))
    assert cut_norm(A)[:2] == cut_norm(A.tocoo())[:2] == cut_norm(A.toarray())[:2]
    assert A.nnz == 3  # what came in is left as it was
    overflowing = sp.csr_array(([1e308, 1e308], [0, 0], [0, 2]), shape=(1, 1))
    with pytest.raises(ValueError, match=r"^A contains NaN or infinity, expected"):
        cut_norm(overflowing)


def test_a_graphon_may_be_a_number_a_matrix_or_factors(way):
    rng = np.random.default_rng(48)
    left, right = rng.integers(0, 3, (9, 2)) / 8, rng.integers(0, 3, (2, 7)) / 8
    mask = rng.random((9, 7)) < 0.4
    for graphon in (0.25, 0.1, (left, right), (left / 3, right), left @ right):
        exact = exact_distance(mask, graphon)
        for taken in (mask, mask.astype(int), sp.csc_array(mask)):
            lower, upper, *_ = cut_distance(taken, graphon)
            assert Fraction(lower) <= exact <= Fraction(upper)
            assert upper <= (1 + 1e-12 if way == "enumerated" else 1.3) * lower


def exact_distance(mask, graphon):
    """By the subsets of the columns alone: the rows of one sign are the best."""
    m, n = mask.shape
    if isinstance(graphon, tuple):
        left, right = ([[Fraction(x) for x in row] for row in factor.tolist()] for factor in graphon)
        P = [[sum(x * r[j] for x, r in zip(row, right, strict=True)) for j in range(n)] for row in left]
    else:
        P = [[Fraction(x) for x in row] for row in np.broadcast_to(graphon, (m, n)).tolist()]
    A = [[int(mask[i, j]) - P[i][j] for j in range(n)] for i in range(m)]
    best = Fraction(0)
    for columns in product((0, 1), repeat=n):
        sums = [sum((x for x, t in zip(row, columns, strict=True) if t), Fraction(0)) for row in A]
        best = max(best, sum(x for x in sums if x > 0), -sum(x for x in sums if x < 0))
    return best / (m * n)


@pytest.mark.parametrize("shape", [(400, 300), (300, 400)])
def test_products_agree_with_dense_matrices(monkeypatch, shape):
    rng = np.random.default_rng(49)
    left, right = 0.1 + 0.2 * rng.random((shape[0], 2)), rng.random((2, shape[1]))
    mask = sp.csr_array(rng.random(shape) < left @ right)
    graphons = 0.2, (left, right), (mask.sum(axis=1)[:, None] / mask.sum(), mask.sum(axis=0)[None])
    dense = [cut_distance(mask, graphon) for graphon in graphons]
    monkeypatch.setattr(bounds, "_DENSE", 0)
    for expanded, graphon in zip(dense, graphons, strict=True):
        products = cut_distance(mask, graphon)
        assert 0 < products.failure <= 1e-9
        assert products.lower == pytest.approx(expanded.lower, rel=0.06)  # two searches
        assert products.upper == pytest.approx(expanded.upper, rel=0.015)


def test_a_mask_that_is_its_graphon(way):
    rows, columns = np.random.default_rng(50).random((2, 60)) < 0.4
    lower, upper, *_ = cut_distance(given_as(way, np.outer(rows, columns)), (rows[:, None], columns[None]))
    assert lower == 0
    assert upper <= 1e-9


@given(arrays(np.float64, st.integers(0, 40), elements=st.floats(-1e30, 1e30)))
def test_sums_are_exact(x):
    assert exact_sum(x) == sum(map(Fraction, x.tolist()), Fraction(0))


def test_long_sums_are_exact():
    x = np.random.default_rng(51).standard_normal(200_001) * 10.0 ** np.arange(-20, 21).repeat(4879)[:200_001]
    assert float(exact_sum(x)) == pytest.approx(float(np.sum(x.astype(np.longdouble))), rel=1e-15)
    assert exact_sum(np.concatenate([x, -x])) == 0
    assert not sums_exactly(x)
    assert sums_exactly(np.random.default_rng(51).integers(-1000, 1000, 200_001) / 1024)


@given(st.fractions(max_denominator=10**9))
def test_rounding_has_its_direction(x):
    assert Fraction(below(x)) <= x <= Fraction(above(x))
    assert above(x) <= np.nextafter(below(x), np.inf)


def bordered(A):
    rows = np.column_stack([A, A.sum(axis=1)])
    return np.vstack([rows, rows.sum(axis=0)])


@pytest.mark.parametrize("entries", [2**24, 0])
def test_a_distance_that_is_only_found_is_the_lower_bound(monkeypatch, entries):
    monkeypatch.setattr(bounds, "_DENSE", entries)  # 0: sparse masks are never expanded
    rng = np.random.default_rng(55)
    mask = sp.csr_array(rng.random((60, 50)) < 0.3)
    for graphon in (0.3, (rng.random((60, 2)), rng.random((2, 50)) / 2)):
        whole = cut_distance(mask, graphon, seed=3)
        assert 0 < distance_found(mask, graphon, seed=3) == whole.lower
        without = bounds._distance(mask, graphon, 3, FOUND)
        assert whole.upper < without.upper  # no certificate, and still a bound


@pytest.mark.parametrize("shape", [(1, 1), (2, 9), (30, 20), (250, 260)])
def test_the_norm_by_cholesky_is_above_and_close(shape):
    rng = np.random.default_rng(52)
    for _ in range(5):
        A = rng.choice([-3.0, -1.0, 2.0], shape)
        row, column = 2.0 ** rng.integers(-2, 3, shape[0] + 1), 2.0 ** rng.integers(-2, 3, shape[1] + 1)
        true = np.linalg.norm(bordered(A) * np.outer(row, column), 2)
        assert true * (1 - 1e-13) <= norm_by_cholesky(A, row, column) <= true * (1 + 1e-4) + 1e-99
    assert weight(np.array([0.5, 0.5]), np.array([0.25])) >= np.sqrt(8 * 16)


def test_the_norm_by_probes_is_above_and_close():
    rng = np.random.default_rng(53)
    for size in (3, 30, 300):
        for _ in range(20):
            C = rng.standard_normal((size, size))
            C /= np.linalg.norm(C, 2)
            linear, majorant = of_matrix(C), of_matrix(np.abs(C))
            for effort, most in ((FULL, 1.01), (COARSE, 1.05)):
                found, failure = norm_by_probes(
                    linear, majorant, size + 2, rng, effort.probes, effort.degree, effort.failure
                )
                assert failure == effort.failure <= 2.0**-10
                assert 1 - 1e-13 <= found <= most


def test_few_probes_fail_as_rarely_as_they_say():
    """One step with two probes: the bound rests on their two lengths alone, and is too small as often as these are."""
    C, failed, often = np.diag([1.0, *[0.0] * 9]), 0, 0.2
    for seed in range(2000):
        found = norm_by_probes(of_matrix(C), of_matrix(C), 12, np.random.default_rng(seed), 2, 1, often)
        failed += found.bound < 1
    assert failed <= 2000 * often  # the chance of less is a bound, which drops an exponential
    assert failed > 2000 * often / 4


def test_probes_notice_a_norm_that_was_underestimated(monkeypatch):
    """The bound does not rest on the estimate it starts from."""
    from sparse_limits.numerics.masks.cut_norm import certificate

    C = np.diag(np.linspace(0.1, 1, 200))
    for guess in (1e-99, 1e-6, 0.5, 0.99, 1.0, 1.5, 1e3):
        monkeypatch.setattr(certificate, "_largest_square", lambda c, guess=guess: guess)
        for probes, degree, failure in ((16, 64, 2.0**-34), (2, 32, 2.0**-10)):
            rng = np.random.default_rng(54)
            assert norm_by_probes(of_matrix(C), of_matrix(C), 202, rng, probes, degree, failure).bound >= 1
        monkeypatch.setattr(certificate, "_largest_eigenvalue", lambda G, guess=guess: guess)
        assert (
            norm_by_cholesky(np.diag([3.0]), np.ones(2), np.ones(2)) >= 6
        )  # the bordered matrix is 3·[[1, 1], [1, 1]]


@pytest.mark.parametrize(
    "A", [[[1.0, np.nan]], [[-np.inf, 1.0]], [[1.0], [2.0, 3.0]], np.empty((0, 3)), np.empty((3, 0)), [1.0, 2.0], 1.0, [["a"]], [[1j]], None,
          np.ones((2, 2, 2)), sp.csr_array((3, 0)), sp.csr_array([[np.inf, 0]]), sp.coo_array([1.0])],
    ids=str,
)  # fmt: skip
def test_bad_matrices_have_no_bounds(A):
    with pytest.raises(ValueError, match=r"^A [^\n]*expected[^\n]*$"):
        cut_norm(A)
    with pytest.raises(ValueError, match=r"^mask [^\n]*expected[^\n]*$"):
        cut_distance(A, 0.5)


@pytest.mark.parametrize(
    "graphon",
    [np.nan, None, "a", 1j, np.ones(3), np.ones((3, 2)), (np.ones((2, 1)),), (np.ones((2, 1)), np.ones((2, 3))),
     (np.ones((3, 1)), np.ones((1, 3))), (np.full((2, 1), np.inf), np.ones((1, 3))), (1, 2),
     [[1.0], [1.0, 2.0]]],
    ids=str,
)  # fmt: skip
def test_bad_graphons_are_refused(graphon):
    for mask in (np.ones((2, 3)), sp.csr_array(np.ones((2, 3)))):
        with pytest.raises(ValueError, match=r"^(graphon|left factor|right factor) [^\n]*expected[^\n]*$"):
            cut_distance(mask, graphon)


@pytest.mark.parametrize("seed", [-1, 0.5, True, None])
def test_bad_seeds_are_refused(seed):
    with pytest.raises(ValueError, match=r"^seed is [^\n]*expected"):
        cut_norm([[1.0]], seed=seed)
