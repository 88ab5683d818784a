"""How far random targets lie from the span of given neurons on average: a ball, no sample (N6.1, N6.2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
from flint import acb, arb, arb_mat, ctx
from numpy.typing import ArrayLike

from sparse_limits.numerics.arguments import InputError, checked_array
from sparse_limits.numerics.exact import balls
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.dual import cosine
from sparse_limits.theory.neuron_pruning.inputs import d
from sparse_limits.theory.neuron_pruning.spectral import coefficient, k, kernel, multiplicity, total

PRECISION = 192  # bits, and two more for each degree of a harmonic


def mean_squared_distance(neurons: ArrayLike, accuracy: float = 1e-9) -> arb:
    """The mean of dist(σ(⟨w*, x⟩), span{σ(⟨w_i, x⟩)})² over uniform unit vectors w*, in mean square on the sphere.

    neurons: float[N, d], d ≥ 2, taken as the exact numbers they are; only their directions matter. The ball has a radius
    of about `accuracy`: with G the neurons' kernel matrix and H that of the squared kernel the mean is 1/(2d) − tr G⁻¹H,
    and degrees beyond k add to the trace at most N times the largest eigenvalue among them.

    Raises:
        InputError: unless the neurons are finite, not zero, and linearly independent as functions, and 0 < accuracy.
    """
    w = checked_array("neurons", neurons)
    if w.ndim != 2 or len(w) < 1 or w.shape[1] < 2 or w.dtype.kind not in "iuf" or not np.isfinite(w).all():
        raise InputError(f"neurons are {w.dtype} of shape {w.shape}, expected finite numbers [N, d] with N ≥ 1, d ≥ 2")
    if not w.any(axis=1).all():
        raise InputError("a neuron is 0, expected vectors that have a direction")
    if not accuracy > 0:
        raise InputError(f"accuracy {accuracy}: expected a positive number")
    count, dimension = w.shape
    degree = _last_degree(dimension, accuracy / count)
    with ctx.workprec(PRECISION + 2 * degree):
        cosines = _cosines(w.tolist())
        pairs = [cosines[a][b] for a in range(count) for b in range(a)]
        own = balls.evaluate(total, {d: acb(dimension)}).real
        G = _symmetric(own, [_kernel(dimension, c) for c in pairs], count)
        H = _symmetric(_squared(dimension, degree, arb(1)), [_squared(dimension, degree, c) for c in pairs], count)
        try:
            explained = G.solve(H)
        except ZeroDivisionError as error:
            raise InputError("the neurons are linearly dependent, expected independent ones") from error
        trace = sum((explained[a, a] for a in range(count)), arb(0))
        rest = count * _eigenvalue(dimension, degree + 2)
        return own - trace - rest * arb(0.5, 0.5)


def _last_degree(dimension: int, largest: float) -> int:
    """The first even degree, at least 2, beyond which no eigenvalue exceeds `largest`."""
    degree = 2
    while not bool(_eigenvalue(dimension, degree + 2) < largest):
        degree += 2
    return degree


def _cosines(vectors: list[list[float]]) -> list[list[arb]]:
    rows = [[arb(x) for x in vector] for vector in vectors]
    lengths = [_dot(row, row).sqrt() for row in rows]
    return [
        [_dot(a, b) / (p * q) for b, q in zip(rows, lengths, strict=True)] for a, p in zip(rows, lengths, strict=True)
    ]


def _dot(a: Sequence[arb], b: Sequence[arb]) -> arb:
    return sum((x * y for x, y in zip(a, b, strict=True)), arb(0))


def _symmetric(diagonal: arb, below: list[arb], size: int) -> arb_mat:
    """The symmetric matrix with this diagonal and these entries below it, row by row."""
    matrix = arb_mat(size, size, [diagonal] * size**2)
    places = ((a, b) for a in range(size) for b in range(a))
    for (a, b), value in zip(places, below, strict=True):
        matrix[a, b] = matrix[b, a] = value
    return matrix


def _kernel(dimension: int, c: arb) -> arb:
    return balls.evaluate(kernel, {d: acb(dimension), cosine: acb(c)}).real


def _squared(dimension: int, degree: int, c: arb) -> arb:
    """Σ λ⁴ · multiplicity · P(c) over the degrees up to `degree`."""
    weights = (_eigenvalue(dimension, i) ** 2 * _multiplicity(dimension, i) for i in range(degree + 1))
    return sum((x * p for x, p in zip(weights, _zonal(dimension, c), strict=False)), arb(0))


def _zonal(dimension: int, c: arb) -> Iterator[arb]:
    """The zonal harmonics of S^(dimension−1), 1 at cosine 1, at the cosine c, degree by degree."""
    before, now, i = arb(1), c, 1
    yield before
    while True:
        yield now
        before, now = now, ((2 * i + dimension - 2) * c * now - i * before) / (i + dimension - 2)
        i += 1


@lru_cache(maxsize=4096)
def _eigenvalue(dimension: int, degree: int) -> arb:
    value = valued(coefficient, {d: dimension, k: degree}) ** 2
    return balls.enclose(value, digits=200).real


@lru_cache(maxsize=4096)
def _multiplicity(dimension: int, degree: int) -> int:
    return int(multiplicity.subs({d: dimension, k: degree}))
