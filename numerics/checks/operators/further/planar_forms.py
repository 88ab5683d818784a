"""Evidence for O2.2, besides its reasons: sums lie between their parts; factor is close to the best; and more."""

from itertools import product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.operators.norms import SIGNS
from sparse_limits.numerics.evidence import Findings, Trial, empirical, enclosed
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.operators.further.planar_forms import n, planar_forms, x


def partial_sums(most: int) -> tuple[sp.Rational, sp.Rational]:
    """Σk⁻³ over the square-free numbers up to a size, and over the odd ones among them, each rounded down to 14 decimals."""
    small = [0, 0]
    scale = 10**14
    for k in range(1, most + 1):
        if all(k % (d * d) for d in range(2, int(k**0.5) + 1)):
            small[0] += scale // k**3
            small[1] += scale // k**3 if k % 2 else 0
    return sp.Rational(small[0], scale), sp.Rational(small[1], scale)


@enclosed(planar_forms)
def sums_lie_between_their_parts(squarefree_sum: sp.Expr, odd_sum: sp.Expr, trial: Trial) -> Findings:
    """Each sum is at least its part up to 1000, rounded down, and exceeds this part by at most 1/(2·1000²) and the rounding."""
    most = 1000
    rest = sp.Rational(1, 2 * most**2) + sp.Rational(1, 10**10)
    for part, whole in zip(trial.once(partial_sums, most), (squarefree_sum, odd_sum), strict=True):
        yield trial.below(part, whole, at=[{}])
        yield trial.below(whole, part + rest, at=[{}])


@enclosed(planar_forms)
def factor_is_close_to_the_best(planar_factor: sp.Expr, trial: Trial) -> Findings:
    """The factor lies between √2 and 1.02 times √2."""
    yield trial.below(sp.sqrt(2), planar_factor, at=[{}])
    yield trial.below(planar_factor, sp.Rational(102, 100) * sp.sqrt(2), at=[{}])


MOST = 199  # the largest frequency of a partial sum


def mobius_terms(most: int) -> list[tuple[int, int]]:
    """Odd square-free numbers with their values of the Möbius function."""
    return [(k, int(sp.functions.combinatorial.numbers.mobius(k))) for k in range(1, most + 1, 2) if mobius_of(k)]


def mobius_of(k: int) -> int:
    return int(sp.functions.combinatorial.numbers.mobius(k))


@enclosed(planar_forms, cost=0.6)
def waves_add_up_to_a_cosine(
    inner_wave: sp.Expr, middle_wave: sp.Expr, first_coefficient: sp.Expr, sign: sp.Expr, trial: Trial
) -> Findings:
    """At three angles the series up to frequency 199 differs from the cosine by at most 1/(2·199²s₁)."""
    for turns in (sp.Rational(1, 29), sp.Rational(1, 7), sp.Rational(2, 5)):
        total = sp.S.Zero
        for k, value in trial.once(mobius_terms, MOST):
            reduced, flips = folded(k * turns)
            wave = inner_wave if reduced <= sp.Rational(1, 4) else middle_wave
            term = wave.subs(x, sp.pi * reduced)
            total += value * valued(sign, {n: (k + 1) // 2}) * flips * term / sp.Integer(k) ** 3
        off = sp.Abs(sp.cos(sp.pi * turns) - total / first_coefficient)
        yield trial.below(off, 1 / (2 * MOST**2 * first_coefficient), at=[{}])


def folded(turns: sp.Rational) -> tuple[sp.Rational, int]:
    """An angle over π moved to [0, 1/2], and the sign that the wave takes on by it: even, and s(x + π) = −s(x)."""
    whole = sp.floor(turns)
    rest, flips = turns - whole, (-1) ** int(whole)
    return (1 - rest, -flips) if rest > sp.Rational(1, 2) else (rest, flips)


ROOTS = np.exp(2j * np.pi * np.arange(8) / 8)


def form_ratios(matrices: list[NDArray[np.int64]]) -> list[float]:
    """The largest form with eighth roots of unity for f and complex numbers of modulus 1 for g, over the largest form with signs."""
    ratios = []
    for matrix in matrices:
        planar = max(np.abs(np.array(f) @ matrix).sum() for f in product(ROOTS, repeat=len(matrix)))
        real = max(np.abs(np.array(f) @ matrix).sum() for f in product((1, -1), repeat=len(matrix)))
        ratios.append(float(planar / real))
    return ratios


def drawn_forms(rng: np.random.Generator, count: int) -> list[float]:
    """Of the matrix of signs, and of drawn ones of three or four rows."""
    drawn = [rng.integers(-2, 3, size=(rows, 5)) for rows in (3, 4) for _ in range(count)]
    return form_ratios([SIGNS, *(each for each in drawn if each.any())])


@empirical(planar_forms)
def small_forms_keep_to_the_factor(planar_factor: sp.Expr, trial: Trial) -> Findings:
    """The largest form over eighth roots of unity is at most the factor times that over signs, in some small matrices.

    One of the matrices has the ratio √2.
    """
    yield trial.at_most(max(trial.draw(drawn_forms, trial.size(6))), trial.value(planar_factor), "ratio of the forms")
