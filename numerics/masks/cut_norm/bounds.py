"""Two-sided bounds of the cut norm, for any real matrix and for a mask minus a graphon."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from sparse_limits.numerics.arguments import InputError, Seed, checked_array, seed_number
from sparse_limits.numerics.door import door
from sparse_limits.numerics.masks.cut_norm.certificate import Likely, norm_by_cholesky, norm_by_probes, weight
from sparse_limits.numerics.masks.cut_norm.effort import COARSE, FOUND, FULL, Effort
from sparse_limits.numerics.masks.cut_norm.enumeration import LONGEST_EXACT, largest_cut
from sparse_limits.numerics.masks.cut_norm.factors import larger_part, scaled_factors, shortened, sum_over
from sparse_limits.numerics.masks.cut_norm.linear import Linear, bordered, of_difference, of_matrix, operations, scaled
from sparse_limits.numerics.masks.cut_norm.matrices import (
    checked,
    exact_floats,
    merged,
    repeats,
    scaled_by_power_of_two,
)
from sparse_limits.numerics.masks.cut_norm.relaxation import relax
from sparse_limits.numerics.masks.cut_norm.rounding import UNIT, above, below, exact_sum, gamma, mean, sums_exactly
from sparse_limits.numerics.masks.cut_norm.search import evolved, for_search, polished, signs
from sparse_limits.numerics.masks.cut_norm.zeros_and_ones import Products, products, twice

Floats = NDArray[np.float64]
Graphon = float | ArrayLike | tuple[ArrayLike, ArrayLike]

_ENUMERATED = 2**32  # numbers an enumeration may pass through: some seconds
_DENSE = 2**24  # entries up to which a sparse matrix is expanded
_SPARSE = 3  # a search has products with a sparse mask where one entry in so many is kept at most,
_MANY = 2**20  # of so many at least
_IN_CACHE = 2**15  # entries of a few rows


class CutNorm(NamedTuple):
    """lower ≤ ‖A‖□ ≤ upper, and a cut that attains `lower`.

    rows [m] and columns [n] are masks with |Σ A over rows × columns| / (mn) ≥ lower, which is that mean rounded down.
    upper is rigorous, rounding included. Where it comes from random products, `failure` bounds the probability over
    these draws (the matrix being chosen without knowledge of them) that it is wrong; otherwise failure is 0.
    """

    lower: float
    upper: float
    rows: NDArray[np.bool_]
    columns: NDArray[np.bool_]
    failure: float = 0.0


class Found(NamedTuple):
    """A bound of max |Σ over rows × columns|, None if no certificate is asked for, and a large cut."""

    ceiling: Fraction | None
    rows: NDArray[np.bool_]
    columns: NDArray[np.bool_]


@door
def cut_norm(A: Any, *, seed: Seed = 0) -> CutNorm:
    """Bound the cut norm ‖A‖□ of a matrix from both sides, and find a cut that attains the lower bound.

    The cut norm is the maximum of |Σ A over rows S × columns T| / (mn) over all sets S and T. The two bounds are equal,
    up to rounding, if no two entries of A differ in sign, or if min(m, n) ≤ 22 and 2^min(m, n)·max(m, n) ≤ 2³², where
    equal rows and equal columns count once. Otherwise the upper bound comes from a semidefinite relaxation, whose
    optimum is at most 1.783 times the cut norm. The upper bound is typically 1.09 to 1.16 times the lower bound for
    sampling noise M − P, and 1.27 times the lower bound where the row and column sums vanish. Stronger relaxations
    (sums of squares of low degree) are not expected to give much tighter bounds of noise: for symmetric Gaussian matrices
    they are proved to certify nothing below the spectral bound. Sparse matrices of more than 2²⁴ entries are never
    expanded and never enumerated; their upper bound fails with probability at most 2⁻³⁴.

    Parameters
    ----------
    A : real matrix, [m, n], an array or a scipy.sparse matrix
    seed : whole number ≥ 0, SeedSequence or Generator; the same seed gives the same result on the same machine

    Returns
    -------
    CutNorm, with the bounds `lower` and `upper`, the masks `rows` [m] and `columns` [n] of the cut that attains
    `lower`, and `failure`, a bound on the probability that `upper` is wrong (0 where `upper` is certain).

    Raises
    ------
    InputError : unless A is a non-empty, finite, real matrix whose entries float64 holds exactly, and for another seed.

    References
    ----------
    Alon and Naor, Approximating the Cut-Norm via Grothendieck's Inequality (the relaxation); Kunisky and Bandeira,
    arXiv 1907.11686, and Ghosh et al., arXiv 2009.01874 (stronger relaxations).

    Examples
    --------
    >>> import numpy as np
    >>> noise = np.array([[1.0, -1.0], [-1.0, 1.0]])
    >>> found = cut_norm(noise)
    >>> found.lower, found.upper
    (0.25, 0.25)
    """
    values: Any = _sparse(A, "A") if sp.issparse(A) else _matrix(A, "A")
    if not _is_large(values):
        return _of_matrix(_dense(values), Fraction(0), _rng(seed))
    m, n = values.shape
    return _of_products(values, np.zeros((m, 0)), np.zeros((0, n)), _rng(seed))


@door
def cut_distance(mask: Any, graphon: Graphon, *, seed: Seed = 0, coarse: bool = False) -> CutNorm:
    """Bound the cut norm ‖mask − P‖□ of a mask minus a graphon P from both sides, and find a large cut.

    Rows and columns stay in their order. `cut_norm` describes how close the two bounds are. A sparse mask of more than
    2²⁴ entries is compared with a number or with factors in memory proportional to its non-zeros and the factors;
    `failure` is then at most 2⁻³⁴. For rank-one and step graphons, a small k suffices; the product left @ right is
    taken exactly, without rounding.

    Parameters
    ----------
    mask : mask, [m, n], an array or a scipy.sparse matrix; any real entries
    graphon : a number (constant P), an array P [m, n], or a tuple of factors (left [m, k], right [k, n]) with P = left @ right
    seed : whole number ≥ 0, SeedSequence or Generator; the same seed gives the same result on the same machine
    coarse : True seeks looser bounds of a sparse mask of more than 2²⁴ entries, in a third to a tenth of the time (measured); `failure` is then at most 2⁻¹⁰

    Returns
    -------
    CutNorm, with the bounds `lower` and `upper`, the masks `rows` [m] and `columns` [n] of the cut that attains
    `lower`, and `failure`, a bound on the probability that `upper` is wrong (0 where `upper` is certain).

    Raises
    ------
    InputError : if a matrix is empty, not real, not finite or not exact in float64, if the shapes differ, if mask − P
        overflows, or for another seed.

    References
    ----------
    Claim G1.1 (the distance of a sampled mask from its graphon); Alon and Naor, Approximating the Cut-Norm via
    Grothendieck's Inequality (the relaxation).

    Examples
    --------
    >>> import numpy as np
    >>> chessboard = np.indices((4, 4)).sum(axis=0) % 2
    >>> cut_distance(chessboard, 0.5).lower  # from the constant graphon of its density
    0.125
    """
    return _distance(mask, graphon, seed, COARSE if coarse else FULL)


def distance_found(mask: Any, graphon: Graphon, *, seed: Seed = 0) -> float:
    """`lower` of `cut_distance`, in less time: no upper bound is sought."""
    return _distance(mask, graphon, seed, FOUND).lower


def _distance(mask: Any, graphon: Graphon, seed: Seed, effort: Effort) -> CutNorm:
    rng = _rng(seed)
    values: Any = _sparse(mask, "mask") if sp.issparse(mask) else _matrix(mask, "mask")
    m, n = values.shape
    if isinstance(graphon, tuple):
        if len(graphon) != 2:
            raise InputError(f"graphon has {len(graphon)} factors, expected left [m, k] and right [k, n]")
        left, right = _matrix(graphon[0], "left factor"), _matrix(graphon[1], "right factor")
        if left.shape[0] != m or right.shape[1] != n or left.shape[1] != right.shape[0]:
            raise InputError(f"graphon has factors {left.shape} and {right.shape}, expected [{m}, k] and [k, {n}]")
        return _of_difference(values, left, right, rng, effort)
    given = checked_array("graphon", graphon)
    if given.ndim == 0:
        constant = _matrix(given.reshape(1, 1), "graphon")
        left, right = np.ones((m, 1)), np.repeat(constant, n, axis=1)
        return _of_difference(values, left, right, rng, effort, constant)
    P = _matrix(given, "graphon")
    if P.shape != (m, n):
        raise InputError(f"graphon has shape {P.shape}, expected {(m, n)}")
    return _of_two(_dense(values), P, rng, effort)


def _rng(seed: Seed) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64DXSM(seed_number(seed)))


def _matrix(A: Any, name: str) -> Floats:
    array = checked_array(name, A)
    if array.ndim != 2 or array.size == 0:
        raise InputError(f"{name} is {array.dtype} of shape {array.shape}, expected a non-empty real matrix")
    return checked(exact_floats(array, name), name)


def _sparse(A: Any, name: str) -> Any:
    if A.ndim != 2 or 0 in A.shape:
        raise InputError(f"{name} is {A.dtype} of shape {A.shape}, expected a non-empty real matrix")
    csr = sp.csr_array(A)
    if not csr.has_canonical_format or not csr.data.all():
        csr = csr.copy()
        csr.sum_duplicates()  # in their own type, as scipy.sparse itself does
        csr.eliminate_zeros()
    floats = checked(exact_floats(csr.data, name), name)
    return sp.csr_array((floats, csr.indices, csr.indptr), shape=csr.shape)


def _is_large(values: Any) -> bool:
    return isinstance(values, sp.csr_array) and values.shape[0] * values.shape[1] > _DENSE


def _dense(values: Any) -> Floats:
    return values.toarray() if isinstance(values, sp.csr_array) else values


def _of_two(
    mask: Floats,
    P: Floats,
    rng: np.random.Generator,
    effort: Effort,
    error: Fraction = Fraction(0),
    searched: Products | None = None,
) -> CutNorm:
    """Of mask − P, where P [m, n] or [1, 1] errs by at most `error` in the sum over any set of entries."""
    A, P = np.empty_like(mask), np.broadcast_to(P, mask.shape)
    step = max(1, _IN_CACHE // mask.shape[1])
    for rows in (slice(top, top + step) for top in range(0, len(mask), step)):
        A[rows], rounding = _difference(mask[rows], P[rows])
        error += exact_sum(np.abs(rounding))
    return _of_matrix(A, error, rng, effort, searched)


def _difference(mask: Floats, P: Floats) -> tuple[Floats, Floats]:
    """mask − P as rounded, and what rounding took from it."""
    with np.errstate(over="ignore", invalid="ignore"):
        A = mask - P
        back = A - mask
        rounding = (mask - (A - back)) - (P + back)  # exactly mask − P − A (Knuth, Møller)
    if not (np.isfinite(A).all() and np.isfinite(rounding).all()):
        raise InputError("mask − graphon overflows, expected values of moderate size")
    return A, rounding


def _of_difference(
    mask: Any, left: Floats, right: Floats, rng: np.random.Generator, effort: Effort, constant: Floats | None = None
) -> CutNorm:
    """Of mask − left @ right. constant [1, 1]: the entries of left @ right if they are all this one."""
    if _is_large(mask):
        return _of_products(mask, left, right, rng, effort)
    (m, k), n = left.shape, right.shape[1]
    searched = _searched(mask, left, right)
    if searched is not None and not effort.certified and min(m, n) > LONGEST_EXACT and not repeats(mask, left, right):
        return _of_products(mask, left, right, rng, effort, searched)
    if constant is not None:
        return _of_two(_dense(mask), constant, rng, effort, searched=searched)
    with np.errstate(over="ignore", invalid="ignore"):
        P, terms = left @ right, np.abs(left).sum(axis=0) * np.abs(right).sum(axis=1)
    size = sum(map(Fraction, checked(terms, "left @ right").tolist()), Fraction(0))
    error = size * Fraction(gamma(m + k + n + 4)) + m * k * n * Fraction(2) ** -1074  # rounding and underflow
    return _of_two(_dense(mask), P, rng, effort, error, searched)


def _searched(mask: Any, left: Floats, right: Floats) -> Products | None:
    """Products with the bordered mask − left @ right for a search, where a sparse mask makes them faster than those with a dense matrix."""
    if not isinstance(mask, sp.csr_array) or not _SPARSE * mask.nnz <= mask.shape[0] * mask.shape[1] >= _MANY:
        return None
    mask, left, right, *_ = scaled_factors(mask, left, right)
    return products(mask, *shortened(left, right))


def _of_matrix(
    A: Floats, slack: Fraction, rng: np.random.Generator, effort: Effort = FULL, searched: Products | None = None
) -> CutNorm:
    """Of a matrix whose sum over any set of entries is meant to be up to `slack` away from that of A.

    searched: A up to rounding, bordered, as products that the search is to use.
    """
    m, n = A.shape
    if not A.any():
        return CutNorm(0.0, above(slack / (m * n)), np.zeros(m, bool), np.zeros(n, bool))
    values, exponent, lost = scaled_by_power_of_two(A)
    slack = slack / Fraction(2) ** exponent + lost
    if values.min() >= 0 or values.max() <= 0:
        rows, columns = np.any(values, axis=1), np.any(values, axis=0)
        least = attained = abs(exact_sum(values))
    else:
        few = merged(values)
        short, long = sorted(few.values.shape)
        within = short <= LONGEST_EXACT and long << short <= _ENUMERATED
        if few.values.shape != A.shape:
            searched = None
        found = _enumerated(few.values) if within else _relaxed(few.values, searched, rng, effort)
        ceiling, rows, columns = found
        rows, columns = rows[few.row], columns[few.column]
        attained = abs(exact_sum(values[np.ix_(rows, columns)]))
        magnitude = float(np.abs(values).sum())
        if ceiling is not None and not sums_exactly(
            values
        ):  # the rounding of merged rows and columns, and of the enumeration
            ceiling += Fraction(gamma(4 * (m + n) + 32) * magnitude)
        one_sign = (magnitude + abs(float(values.sum()))) / 2  # the larger of the positive and the negative part
        largest_part = Fraction(one_sign + 2 * gamma(m * n) * magnitude)
        least = largest_part if ceiling is None else min(ceiling, largest_part)
    return CutNorm(
        mean(attained - slack, exponent, m * n, below), mean(least + slack, exponent, m * n, above), rows, columns
    )


def _enumerated(values: Floats) -> Found:
    value, rows, columns = largest_cut(values)
    return Found(Fraction(value), rows, columns)


def _relaxed(values: Floats, searched: Products | None, rng: np.random.Generator, effort: Effort) -> Found:
    single = for_search(values) if searched is None else np.empty(0, np.float32)
    row, column, across = _solved(searched or twice(bordered(of_matrix(single))), single.dtype, rng)
    cut = polished(of_matrix(values), across)
    if not effort.certified:
        return Found(None, *cut)
    ceiling = norm_by_cholesky(values, row, column) * weight(row, column) / 4
    return Found(Fraction(ceiling * (1 + 4 * UNIT)), *cut)


def _of_products(
    mask: sp.csr_array,
    left: Floats,
    right: Floats,
    rng: np.random.Generator,
    effort: Effort = FULL,
    searched: Products | None = None,
) -> CutNorm:
    """Of mask − left @ right, never expanded. searched: as in `_of_matrix`."""
    m, n = mask.shape
    mask, left, right, exponent, lost = scaled_factors(mask, left, right)
    if not mask.nnz and not (left.any(axis=0) & right.any(axis=1)).any():
        return CutNorm(0.0, mean(lost, exponent, m * n, above), np.zeros(m, bool), np.zeros(n, bool))
    single = searched or twice(
        bordered(of_difference(mask.astype(np.float32), left.astype(np.float32), right.astype(np.float32)))
    )
    row, column, across = _solved(single, np.dtype(np.float32), rng, effort)
    del single  # of a large mask the memory is needed below
    for side in (row, column):
        side[-1] = min(side[-1], np.median(side))  # else the rounding of sums that vanish is blown up
    a = of_difference(mask, left, right)
    rows, columns = polished(a, across)
    attained, ceiling = abs(sum_over(mask, left, right, rows, columns)), larger_part(mask, left, right)
    failure = 0.0
    if effort.certified:
        norm = _norm(a, mask, left, right, row, column, rng, effort)
        bound = Fraction(norm.bound * weight(row, column) / 4 * (1 + 4 * UNIT))
        if bound < ceiling:
            ceiling, failure = bound, norm.failure
    return CutNorm(
        mean(attained - lost, exponent, m * n, below),
        mean(ceiling + lost, exponent, m * n, above),
        rows,
        columns,
        failure,
    )


def _norm(
    a: Linear,
    mask: sp.csr_array,
    left: Floats,
    right: Floats,
    row: Floats,
    column: Floats,
    rng: np.random.Generator,
    effort: Effort,
) -> Likely:
    """A likely bound of the norm of diag(row) B diag(column), B the bordered mask − left @ right."""
    above_all = of_difference(_without_signs(mask), -abs(left), abs(right))
    c, majorant = (scaled(bordered(each), row, column) for each in (a, above_all))
    if mask.shape[1] > mask.shape[0]:
        c, majorant = c.transposed, majorant.transposed
    terms = operations(mask, left.shape[1])
    return norm_by_probes(c, majorant, terms, rng, effort.probes, effort.degree, effort.failure)


def _without_signs(mask: sp.csr_array) -> sp.csr_array:
    """The absolute values, in no memory of their own if that is what is stored."""
    return abs(mask) if mask.data.min(initial=0) < 0 else mask


def _solved(
    b: Products, precision: np.dtype, rng: np.random.Generator, effort: Effort = FULL
) -> tuple[Floats, Floats, Floats]:
    """Scalings of the rows [m] and columns [n] of B from its relaxation, and signs [n] of a large cut."""
    (m, n), (early, late) = b.numbers.shape, (1e-5, 2e-7) if precision == np.float32 else (1e-12, 1e-12)
    rank = min(_rank(m + n, effort.rank), m, n)
    tolerance = late if effort.certified else early
    relaxation = relax(b.numbers, _normal(rng, (n, rank), precision), tolerance, effort.steps, early)
    half = effort.starts // 2
    rounded = relaxation.vectors @ _normal(rng, (rank, half), precision)
    across = np.concatenate([rounded, _normal(rng, (n, half), precision)], axis=1)
    return relaxation.row**-0.5, relaxation.column**-0.5, evolved(b.signs, signs(across), rng, effort.generations)


def _rank(size: int, largest: int) -> int:
    """√(2·size) suffices for the relaxation to have no spurious optimum (Pataki); in large ones a third of it does."""
    return int(min(max(np.sqrt(size) / 2, min(np.sqrt(2 * size), 16)), largest)) + 1


def _normal(rng: np.random.Generator, shape: tuple[int, int], precision: np.dtype) -> NDArray[np.floating]:
    return rng.standard_normal(shape).astype(precision)
