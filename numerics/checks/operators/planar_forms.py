"""Evidence for O2.2: a series of two waves, and complex forms of small matrices."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Finding, Trial, control, empirical, enclosed, exact
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.operators import norms
from sparse_limits.theory.operators.norms import infinity_one_bound, largest_entry, norm_chain
from sparse_limits.theory.operators.planar_forms import (
    alpha,
    beta,
    coefficient,
    first_coefficient,
    inner_wave,
    middle_wave,
    n,
    odd,
    odd_sum,
    planar_entry,
    planar_factor,
    planar_forms,
    planar_operator_bound,
    sign,
    squarefree_sum,
    x,
)
from sparse_limits.theory.operators.symbols import cut

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
QUARTER = sp.pi / 4
phi = sp.Symbol("varphi", real=True)


@exact(planar_forms, step="angles")
@control("a product of cosines", planar_entry=sp.cos(alpha) * sp.cos(beta))
@control("the sum of the angles", planar_entry=sp.cos(alpha + beta))
@control("the imaginary part", planar_entry=sp.sin(alpha - beta))
@control("10 % more", planar_entry=ELEVEN * planar_entry)
def real_part_is_a_cosine(planar_entry: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Of e^(iα)e^(−iβ), and the scalar product of two unit vectors of the plane."""
    yield trial.same(planar_entry, sp.re(sp.expand_complex(sp.exp(sp.I * alpha) * sp.exp(-sp.I * beta))))
    vectors = [sp.Matrix([sp.cos(angle), sp.sin(angle)]) for angle in (alpha, beta)]
    yield trial.same(planar_entry, vectors[0].dot(vectors[1]))


@exact(planar_forms, step="two waves")
@control("two square waves", inner_wave=middle_wave)
@control("10 % more within", inner_wave=ELEVEN * inner_wave)
@control("twice the curvature", inner_wave=inner_wave - 4 * x**2 / sp.pi**2)
@control("another slope", middle_wave=1 - 3 * x / sp.pi)
@control("10 % more between", middle_wave=ELEVEN * middle_wave)
def mean_product_of_two_waves(inner_wave: sp.Expr, middle_wave: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """1/π times the integral of R from x − π/2 to x + π/2, where S is 1: R falls, is flat and falls, or is flat, falls and is flat."""
    falling = 2 - 4 * phi / sp.pi
    within = (
        sp.integrate(falling.subs(phi, -phi), (phi, x - 2 * QUARTER, -QUARTER))
        + sp.integrate(1, (phi, -QUARTER, QUARTER))
        + sp.integrate(falling, (phi, QUARTER, x + 2 * QUARTER))
    )
    between = (
        sp.integrate(1, (phi, x - 2 * QUARTER, QUARTER))
        + sp.integrate(falling, (phi, QUARTER, 3 * QUARTER))
        + sp.integrate(-1, (phi, 3 * QUARTER, x + 2 * QUARTER))
    )
    yield trial.same(inner_wave, within / sp.pi, by=sp.expand)
    yield trial.same(middle_wave, between / sp.pi, by=sp.expand)


@exact(planar_forms, step="coefficients", cost=0.6)
@control("of two square waves", coefficient=8 / (sp.pi * odd) ** 2)
@control("the square for the cube", coefficient=coefficient * odd)
@control("10 % more", coefficient=ELEVEN * coefficient)
@control("the first twice", first_coefficient=2 * first_coefficient)
@control("twice the curvature", inner_wave=inner_wave - 4 * x**2 / sp.pi**2)
@control("another slope", middle_wave=1 - 3 * x / sp.pi)
def coefficients_are_integrals(
    inner_wave: sp.Expr, middle_wave: sp.Expr, coefficient: sp.Expr, first_coefficient: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """2/π times the integral from 0 to π of the wave and a cosine, twice that to π/2, for every odd frequency."""
    q = sp.Symbol("q", positive=True)
    integral = sum(
        antiderivative(wave, q).subs(x, high) - antiderivative(wave, q).subs(x, low)
        for wave, low, high in ((inner_wave, 0, QUARTER), (middle_wave, QUARTER, 2 * QUARTER))
    )
    yield trial.same(4 * integral.subs(q, odd) / sp.pi, coefficient)
    yield trial.same(coefficient.subs(n, 1), first_coefficient)


def antiderivative(wave: sp.Expr, q: sp.Symbol) -> sp.Expr:
    """Of a polynomial of degree 2 times cos(qx), by parts."""
    return wave * sp.sin(q * x) / q + wave.diff(x) * sp.cos(q * x) / q**2 - wave.diff(x, 2) * sp.sin(q * x) / q**3


@exact(planar_forms, step="signs of frequencies")
@control("alternating", sign=sp.cos(sp.pi * (n - 1)))
@control("all ones", sign=sp.S.One)
@control("the sine itself", sign=sign / sp.sqrt(2))
@control("of two square waves", coefficient=8 / (sp.pi * odd) ** 2)
@control("the first twice", first_coefficient=2 * first_coefficient)
def signs_multiply(coefficient: sp.Expr, first_coefficient: sp.Expr, sign: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The sign and the cube in each coefficient; periods of four odd numbers, in which all products are tried."""
    yield trial.same(coefficient, first_coefficient * sign / odd**3)
    yield trial.same(sign.subs(n, n + 4), sign)
    for first, second in product(range(1, 5), repeat=2):
        both = ((2 * first - 1) * (2 * second - 1) + 1) // 2
        yield trial.same(sign.subs(n, first) * sign.subs(n, second), sign.subs(n, both))


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
@control("all whole numbers", squarefree_sum=sp.zeta(3))
@control("with the signs of Möbius", squarefree_sum=1 / sp.zeta(3))
@control("10 % more", squarefree_sum=ELEVEN * squarefree_sum)
@control("even ones with the odd", odd_sum=squarefree_sum)
@control("odd ones of all", odd_sum=sp.Rational(7, 8) * squarefree_sum)
def sums_lie_between_their_parts(squarefree_sum: sp.Expr, odd_sum: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Both sums up to 1000, rounded down, and the rest, less than 1/(2·1000²) and the rounding."""
    most = 1000
    rest = sp.Rational(1, 2 * most**2) + sp.Rational(1, 10**10)
    for part, whole in zip(trial.once(partial_sums, most), (squarefree_sum, odd_sum), strict=True):
        yield trial.below(part, whole, at=[{}])
        yield trial.below(whole, part + rest, at=[{}])


@exact(planar_forms, step="odd square-free numbers")
@control("even ones with the odd", odd_sum=squarefree_sum)
@control("half of them", odd_sum=squarefree_sum / 2)
@control("10 % more", odd_sum=ELEVEN * odd_sum)
@control("all whole numbers", squarefree_sum=sp.zeta(3))
def odd_ones_and_their_doubles(squarefree_sum: sp.Expr, odd_sum: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The odd ones, and an eighth of them for their doubles."""
    yield trial.same(odd_sum + odd_sum / 2**3, squarefree_sum)


@exact(planar_forms, step="factor")
@control("two square waves", planar_factor=sp.Rational(3, 2))
@control("the best one", planar_factor=sp.sqrt(2))
@control("10 % more", planar_factor=ELEVEN * planar_factor)
@control("the first twice", first_coefficient=2 * first_coefficient)
@control("even ones with the odd", odd_sum=squarefree_sum)
def weights_add_up(
    first_coefficient: sp.Expr, odd_sum: sp.Expr, planar_factor: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """s₁ times the factor is the sum of the moduli of the weights over s₁."""
    yield trial.same(planar_factor * first_coefficient, odd_sum)


@enclosed(planar_forms)
@control("two square waves", planar_factor=sp.Rational(3, 2))
@control("the factor of two real forms", planar_factor=sp.Integer(2))
@control("below the best one", planar_factor=sp.Rational(7, 5))
def factor_is_close_to_the_best(planar_factor: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Between √2 and 1.02 times √2."""
    yield trial.below(sp.sqrt(2), planar_factor, at=[{}])
    yield trial.below(planar_factor, sp.Rational(102, 100) * sp.sqrt(2), at=[{}])


MOST = 199  # the largest frequency of a partial sum


def mobius_terms(most: int) -> list[tuple[int, int]]:
    """Odd square-free numbers with their values of the Möbius function."""
    return [(k, int(sp.functions.combinatorial.numbers.mobius(k))) for k in range(1, most + 1, 2) if mobius_of(k)]


def mobius_of(k: int) -> int:
    return int(sp.functions.combinatorial.numbers.mobius(k))


@enclosed(planar_forms, cost=0.6)
@control("without the signs", sign=sp.S.One)
@control("the first twice", first_coefficient=first_coefficient * 2)
@control("twice the curvature", inner_wave=inner_wave - 4 * x**2 / sp.pi**2)
@control("another slope", middle_wave=1 - 3 * x / sp.pi)
def waves_add_up_to_a_cosine(
    inner_wave: sp.Expr, middle_wave: sp.Expr, first_coefficient: sp.Expr, sign: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The series up to frequency 199 at some angles; the rest is at most 1/(2·199²s₁)."""
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


@exact(planar_forms, step="operator norm")
@control("real functions", planar_operator_bound=sp.sqrt(infinity_one_bound))
@control("10 % more", planar_operator_bound=ELEVEN * planar_operator_bound)
@control("10 % less", planar_operator_bound=NINE * planar_operator_bound)
@control("wasteful: two real forms", planar_factor=sp.Integer(2))
@control("two pairs of indicators", infinity_one_bound=2 * cut)
@control("entries up to 2", largest_entry=2 * largest_entry)
def norm_is_a_geometric_mean(
    planar_factor: sp.Expr,
    infinity_one_bound: sp.Expr,
    largest_entry: sp.Expr,
    planar_operator_bound: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """Of both norms, the first of which is the factor times that over real functions; what O2.1 gives of these."""
    yield trial.same(planar_operator_bound**2, planar_factor * infinity_one_bound * largest_entry)
    yield trial.same(infinity_one_bound, norms.infinity_one_bound)
    yield trial.same(largest_entry, norms.largest_entry)
    yield trial.holds(bool(planar_operator_bound.subs(cut, 1) > 0), "a norm is not negative")


SIGNS = np.array([[1, 1], [1, -1]])
ROOTS = np.exp(2j * np.pi * np.arange(8) / 8)


def form_ratios(matrices: list[NDArray[np.int64]]) -> list[float]:
    """The largest form over eighth roots of unity and any complex numbers of modulus 1, over that of signs."""
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
@control("real functions", planar_factor=sp.S.One)
@control("below the best one", planar_factor=sp.Rational(7, 5))
@control("the square", planar_factor=sp.sqrt(planar_factor))
def small_forms_keep_to_the_factor(planar_factor: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The largest ratio in some small matrices, one of them with the ratio √2."""
    yield trial.at_most(max(trial.draw(drawn_forms, trial.size(6))), trial.value(planar_factor), "ratio of the forms")


@exact(norm_chain)
@control("no complex functions", complex_factor=sp.S.One)
@control("two real forms", complex_factor=sp.Integer(2))
@control("10 % more", complex_factor=ELEVEN * norms.complex_factor)
def complex_form_attains_its_factor(complex_factor: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """f = (1, i) and g the conjugate phases of 1 + i and 1 − i, beside all signs."""
    matrix = sp.Matrix(SIGNS.tolist())
    sums = (sp.Matrix([[1, sp.I]]) * matrix).tolist()[0]
    planar = sum(sp.Abs(each) for each in sums)
    real = max(sum(map(abs, sp.Matrix([f]) * matrix)) for f in product((1, -1), repeat=2))
    yield trial.holds(sp.simplify(planar - complex_factor * real) == 0, f"attained {planar / real}")
