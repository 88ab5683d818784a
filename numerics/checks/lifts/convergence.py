"""Evidence for L17: how large a random sparse lift must be to hold enough copies."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import comb, exp

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from numerics.exact import balls
from numerics.exact.rationals import rational
from numerics.lifts.students import train_students
from theory.formulas.let import Let
from theory.formulas.no_guarantee import guaranteed, no_guarantee
from theory.lifts.convergence import (
    TWO_LAYER_SIZES,
    V,
    by_moments,
    chebyshev_failure,
    chernoff_failure,
    chernoff_size,
    children,
    delta,
    efron_stein_failure,
    failure,
    gaussian_ball,
    gaussian_copy,
    mu,
    nu,
    pac_convergence,
    size,
    smallest,
    two_layer_failure,
)
from theory.lifts.copies import A_1, A_2, Lambda, M, best_time, best_value, rho_0, signs
from theory.lifts.coverage import efron_stein, inputs, omega, p_0, q, r
from theory.lifts.degrees import lam, n
from theory.lifts.tangent import L_0

ELEVEN, NINE, HALF = sp.Rational(11, 10), sp.Rational(9, 10), sp.Rational(1, 2)
Case = tuple[Fraction, int, Fraction, int]  # q, M, δ, r
CASES: tuple[Case, ...] = (
    (Fraction(1, 3), 1, Fraction(8, 27), 1),  # δ is attained
    (Fraction(1, 4), 3, Fraction(1, 20), 2),
    (Fraction(3, 10), 5, Fraction(1, 100), 3),
    (Fraction(1, 16), 2, Fraction(1, 2), 1),
    (Fraction(9, 10), 1, Fraction(1, 2), 1),
    (Fraction(9, 10), 6, Fraction(1, 2), 1),
)


def at(case: Case) -> dict[sp.Symbol, sp.Expr]:
    chance, copies, limit, units = case
    return {q: sp.Rational(chance), M: sp.Integer(copies), delta: sp.Rational(limit), r: sp.Integer(units)}


def said(trial: Trial, formula: sp.Expr, point: dict[sp.Symbol, sp.Expr]) -> float | None:
    """The value, or none where there is no guarantee."""
    try:
        return trial.value(formula, point)
    except balls.NoGuaranteeError:
        return None


def copies_law(vertices: int, chance: Fraction) -> list[Fraction]:
    """The law of the number of copies, vertex by vertex."""
    law = [Fraction(1)]
    for _ in range(vertices):
        law = [
            (law[k] if k < len(law) else 0) * (1 - chance) + (law[k - 1] * chance if k else 0)
            for k in range(len(law) + 1)
        ]
    return law


def smallest_size(case: Case) -> int:
    """By trying one size after the other."""
    chance, copies, limit, units = case
    vertices = 1
    while units * sum(comb(vertices, k) * chance**k * (1 - chance) ** (vertices - k) for k in range(copies)) > limit:
        vertices += 1
    return vertices


@exact(pac_convergence)
@control("at most M copies", failure=failure.subs(M, M + 1))
@control("one unit", failure=failure.subs(r, 1))
@control("10 % more", failure=ELEVEN * failure)
@control("some copy", failure=r * (1 - q) ** n)
def failures_are_counted(failure: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Against the law of the copies built up vertex by vertex, in fractions."""
    for vertices, copies, chance, units in (
        (6, 2, Fraction(1, 3), 1),
        (9, 4, Fraction(2, 5), 2),
        (2, 3, Fraction(1, 2), 1),
    ):
        exactly = units * sum(copies_law(vertices, chance)[:copies])
        claimed = rational(failure, at((chance, copies, Fraction(1), units)) | {n: sp.Integer(vertices)})
        yield trial.holds(claimed == sp.Rational(exactly), f"{exactly} of {vertices} vertices, claimed {claimed}")


@exact(pac_convergence)
@control("Chernoff's size", size=chernoff_size)
@control("one more", size=size + 1)
@control("at most M copies", size=size.subs(M, M + 1))
@control("one unit", size=size.subs(r, 1))
@control("δ is not attained", size=guaranteed(smallest(failure + sp.Rational(1, 10**9)), M >= 1, q > 0))
@control("0 without copies", size=size.args[0].expr)
@control("M/q vertices", chernoff_size=sp.ceiling(M / q))
@control("the second condition alone", chernoff_size=sp.ceiling(8 * sp.log(r / delta) / q))
@control("the first condition alone", chernoff_size=sp.ceiling(2 * M / q))
def sizes_are_the_smallest(size: sp.Expr, chernoff_size: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Against one size after the other, in fractions, δ attained included; Chernoff's against its two conditions."""
    for case in CASES:
        found, claimed = trial.once(smallest_size, case), said(trial, size, at(case))
        yield trial.holds(found == claimed, f"{found} vertices, claimed {claimed}")
        chance, copies, limit, units = case
        vertices = 1
        while 2 * copies > vertices * chance or units * exp(-vertices * float(chance) / 8) > limit:
            vertices += 1
        claimed = said(trial, chernoff_size, at(case))
        yield trial.holds(vertices == claimed, f"{vertices} vertices by Chernoff, claimed {claimed}")
    for nothing in (M, q):
        for each in (size, chernoff_size):
            yield trial.holds(each.subs(nothing, 0) == no_guarantee, f"{nothing} = 0: {each.subs(nothing, 0)}")


# Students of one input and one unit tanh(x): a vertex that keeps the input, with a fair sign for its weight, is a copy
SHARE = Fraction(1, 10)  # the readout of the witness, so small that one copy guarantees something


def short_layers(rng: np.random.Generator, layers: int, vertices: int, copies: int) -> int:
    """Layers with fewer than so many copies of one of two units of one input each: two inputs kept by fair coins."""
    kept = rng.random((layers, vertices, 2)) < 0.5
    alone = kept.sum(axis=2, keepdims=True) == 1
    return int(((kept & alone).sum(axis=1) < copies).any(axis=1).sum())


def students_above(rng: np.random.Generator, students: int, vertices: int, value: float, time: float) -> int:
    """Students towards SHARE·tanh(x) on x = ±1 whose loss exceeds a value at a time, by Runge–Kutta steps for the flow."""
    masks = rng.random((students, vertices, 1)) < 0.5
    weights = np.where(rng.random(masks.shape) < 0.5, 1.0, -1.0)
    sides = np.array([[1.0], [-1.0]])
    targets = float(SHARE) * np.tanh(sides[:, 0])
    found = train_students(weights, masks, sides, targets, time=time, step=0.4)
    return int((found.losses > value).sum())


@statistical(pac_convergence, tests=2, cost=0.3)
@control("one vertex more", failure=failure.subs(n, n + 1))
@control("one unit", failure=failure.subs(r, 1))
@control("fewer copies", failure=failure.subs(M, M - 1))
def students_fail_no_more_often(failure: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Layers without two copies of each of two units; and students of three vertices that are trained, at one copy.

    The latter fail where no vertex keeps the input, so that the claimed probability is attained; L16 says how low and when.
    """
    layers, vertices, copies = trial.size(80_000), 20, 2
    count = trial.draw(short_layers, layers, vertices, copies)
    chance = trial.value(failure, {n: vertices, q: sp.Rational(1, 4), M: copies, r: 2})
    yield trial.counts(count, layers, chance, "above")
    start = sp.Rational(SHARE) ** 2 * sp.tanh(1) ** 2 / 2
    witness = {A_1: sp.Rational(SHARE), A_2: sp.Rational(SHARE), Lambda: 1, L_0: start, M: 1}
    value, time = (trial.value(formula, witness) for formula in (best_value, best_time))
    students, vertices = trial.size(1500), 3
    count = trial.draw(students_above, students, vertices, value, time)
    chance = trial.value(failure, {n: vertices, q: sp.Rational(1, 2), M: 1, r: 1})
    yield trial.counts(count, students, chance, "above")


SPECIAL = {n: sp.Integer(64), q: sp.Rational(1, 2), r: sp.Integer(2)}


@enclosed(pac_convergence)
@control("exponent nq/4", chernoff_failure=chernoff_failure.subs(q, 2 * q))
@control("exponent nq/2", chernoff_failure=r * sp.exp(-n * q / 2))
@control("for any M", chernoff_failure=r * sp.exp(-n * q / 8))
@control("10 % less", chernoff_failure=NINE * chernoff_failure)
@control("10 % more failures", failure=10**6 * failure)
def chernoff_bounds_the_failure(failure: sp.Expr, chernoff_failure: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """From half the mean down, with the exponent that (1−δ)-Chernoff gives at δ = ½; beyond half the mean, no guarantee."""
    for copies in (1, 5, 16):
        bound = chernoff_failure.subs({**SPECIAL, M: copies})
        yield trial.holds(bound != no_guarantee, f"{copies} copies where 32 are expected: {bound}")
        yield trial.below(failure.subs({**SPECIAL, M: copies}), bound)
    deviation = sp.Rational(1, 2)
    exponent = n * q * deviation**2 / 2
    yield trial.same(chernoff_failure.subs({**SPECIAL, M: 1}), (r * sp.exp(-exponent)).subs(SPECIAL))
    bound = chernoff_failure.subs({**SPECIAL, M: 17})
    yield trial.holds(bound == no_guarantee, f"17 copies where 32 are expected: {bound}")


# Two hidden layers

TREE = {children: sp.Integer(2), lam: sp.Rational(2, 3), omega: sp.Rational(1, 2), q: sp.Rational(1, 2)}


def isolated_counts(rng: np.random.Generator, lifts: int, vertices: int) -> NDArray[np.int64]:
    """Isolated copies of a unit with two children of types ½ each, top weights right with probability ½: int[lifts].

    λ = 2/3. Two types that make up all children are the two values of a fair coin.
    """
    edges = rng.random((lifts, vertices, vertices)) < 2 / 3 / vertices  # [lift, root, child]
    types = rng.random((lifts, 1, vertices)) < 0.5
    alone = edges.sum(axis=1, keepdims=True) == 1
    fitting = ((edges & alone & types).sum(axis=2) == 1) & ((edges & alone & ~types).sum(axis=2) == 1)
    counts: NDArray[np.int64] = (fitting & (edges.sum(axis=2) == 2) & (rng.random((lifts, vertices)) < 0.5)).sum(axis=1)
    return counts


@statistical(pac_convergence, tests=2, cost=0.4)
@control("cells need not be isolated", two_layer_failure=two_layer_failure.subs(lam, 2 * lam))
@control("two units", two_layer_failure=2 * two_layer_failure)
@control("10 % more", two_layer_failure=ELEVEN * two_layer_failure)
@control("10 % less", two_layer_failure=NINE * two_layer_failure)
def isolated_copies_fall_short(two_layer_failure: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Fewer than M isolated copies in sampled lifts, one unit."""
    lifts, vertices = trial.size(25_000), 16
    counts = trial.draw(isolated_counts, lifts, vertices)
    for copies in (1, 2):
        chance = trial.value(two_layer_failure, {**TREE, n: vertices, M: copies, r: 1})
        yield trial.counts(int((counts < copies).sum()), lifts, chance)


@enclosed(pac_convergence)
@control("one copy more", two_layer_failure=two_layer_failure.subs(M, M + 1))
@control("one unit", two_layer_failure=two_layer_failure.subs(r, 1))
@control("10 % less", two_layer_failure=NINE * two_layer_failure)
@control("one unit by Chebyshev", chebyshev_failure=chebyshev_failure.subs(r, 1))
@control("Chebyshev from the mean", chebyshev_failure=chebyshev_failure / 4)
@control("Chebyshev for any M", chebyshev_failure=by_moments(4 * r * V / mu**2))
@control("Efron–Stein 10 % less", efron_stein_failure=NINE * efron_stein_failure)
@control("Efron–Stein for any M", efron_stein_failure=by_moments(4 * r * efron_stein / mu**2))
def tails_add_up(
    two_layer_failure: sp.Expr,
    chebyshev_failure: sp.Expr,
    efron_stein_failure: sp.Expr,
    mean: sp.Expr,
    variance: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """Σ P(M′ ≥ m) = EM′ and Σ (2m − 1)P(M′ ≥ m) = EM′², in fractions; Chebyshev at the distance ½EM′ from the mean."""
    for c, vertices in ((1, 5), (2, 8)):
        point = {
            n: sp.Integer(vertices),
            children: sp.Integer(c),
            lam: sp.Rational(3, 2),
            omega: sp.Rational(4, 5),
            q: sp.Rational(1, 3),
        }
        counts = range(1, vertices // c + 1)
        law = [1 - rational(two_layer_failure, {**point, r: sp.Integer(4), M: sp.Integer(k)}) / 4 for k in counts]
        first = rational(mean, point)
        square = rational(variance, point) + first**2
        yield trial.holds(sum(law) == first, f"tails of {vertices} vertices add up to {sum(law)}, mean {first}")
        second = sum((2 * k - 1) * tail for k, tail in enumerate(law, start=1))
        yield trial.holds(second == square, f"… and to the second moment {second}, expected {square}")
    large = {n: 1200, children: 2, lam: sp.Rational(2, 3), omega: sp.Rational(4, 5), q: sp.Rational(2, 5), r: 3}
    half = mean.subs(large) / 2
    for bound, spread in ((chebyshev_failure, variance), (efron_stein_failure, n * (1 + 3 * lam + 2 * lam**2))):
        at_half = said(trial, bound, {**large, M: sp.floor(half)})
        expected = trial.value(3 * spread / half**2, large)
        yield trial.holds(at_half is not None and abs(at_half - expected) <= 1e-12, f"{at_half}, expected {expected}")
        beyond = said(trial, bound, {**large, M: sp.floor(half) + 1})
        yield trial.holds(beyond is None, f"more than half the mean: {beyond}")


SMALL = {children: 2, lam: sp.Rational(2, 3), omega: sp.Rational(4, 5), q: sp.Rational(1, 2), r: 3, M: 1}
LIMIT = sp.Rational(3, 4)


def keeps_the_limit(failure: sp.Expr, vertices: int) -> bool:
    try:
        return bool(balls.number(failure, {**SMALL, n: vertices}) <= LIMIT)
    except balls.NoGuaranteeError:
        return False


def first_and_last(most: int) -> tuple[int, int]:
    """The first size that keeps the limit by the exact law, and the last up to `most` that does not."""
    kept = {vertices: keeps_the_limit(two_layer_failure, vertices) for vertices in range(1, most + 1)}
    return min(v for v in kept if kept[v]), max(v for v in kept if not kept[v])


@enclosed(pac_convergence, cost=0.5)
@control("one more", two_layer_size=TWO_LAYER_SIZES["exact"] + 1)
@control("one unit", two_layer_size=TWO_LAYER_SIZES["exact"].subs(r, 1))
@control("any copies, isolated or not", two_layer_size=size)
@control("Chebyshev's", two_layer_size=TWO_LAYER_SIZES["chebyshev"])
@control("one more by Chebyshev", chebyshev_size=TWO_LAYER_SIZES["chebyshev"] + 1)
@control("Efron–Stein's for Chebyshev's", chebyshev_size=TWO_LAYER_SIZES["efron_stein"])
@control("one less by Efron–Stein", efron_stein_size=TWO_LAYER_SIZES["efron_stein"] - 1)
@control("0 without copies", efron_stein_size=TWO_LAYER_SIZES["efron_stein"].args[0].expr)
def two_layer_sizes_keep_the_limit(
    two_layer_size: sp.Expr, chebyshev_size: sp.Expr, efron_stein_size: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Enough at the size and not at one less; for small lifts, against one size after the other."""
    sizes = []
    for claimed, law in (
        (two_layer_size, two_layer_failure),
        (chebyshev_size, chebyshev_failure),
        (efron_stein_size, efron_stein_failure),
    ):
        found = int(said(trial, claimed, {**SMALL, delta: LIMIT}) or 0)
        for vertices, kept in ((found, True), (found - 1, False)):
            keeps = keeps_the_limit(law, vertices)
            yield trial.holds(keeps == kept, f"{vertices} vertices {'keep' if keeps else 'do not keep'} the limit")
        for nothing in (M, q, lam, omega):
            yield trial.holds(claimed.subs(nothing, 0) == no_guarantee, f"{nothing} = 0 guarantees nothing")
        sizes.append(found)
    start = said(trial, two_layer_size, {**SMALL, lam: sp.Rational(7, 2), r: 1, delta: 1})
    yield trial.holds(start == 4, f"any size will do where λ/n ≤ 1, so 4 for λ = 7/2, claimed {start}")
    first, last = trial.once(first_and_last, 140)
    yield trial.holds(
        first == sizes[0] == last + 1, f"{first} is the first to keep the limit, all others up to {last} do not"
    )
    yield trial.holds(sizes == sorted(sizes), f"sizes {sizes} by the exact law, Chebyshev and Efron–Stein")


# Continuous weights

CENTRE = sp.sqrt(nu)


def three_dimensions(radius: sp.Expr) -> sp.Expr:
    """P(‖w‖ ≤ radius) for a normal vector of three weights about a centre, in closed form."""
    near, far = radius - CENTRE, radius + CENTRE
    normal = (sp.erf(near / sp.sqrt(2)) + sp.erf(far / sp.sqrt(2))) / 2
    return normal - (sp.exp(-(near**2) / 2) - sp.exp(-(far**2) / 2)) / (CENTRE * sp.sqrt(2 * sp.pi))


VOLUME = sp.pi ** (signs / 2) * rho_0**signs / sp.gamma(signs / 2 + 1)
BALLS = [{nu: 3, rho_0: sp.Rational(1, 10)}, {nu: sp.Rational(1, 2), rho_0: 2}, {nu: 9, rho_0: 3}]


@enclosed(pac_convergence)
@control("the volume of the ball", gaussian_ball=VOLUME)
@control("… times the density at its centre", gaussian_ball=VOLUME * sp.exp(-nu / 2) / (2 * sp.pi) ** (signs / 2))
@control("the ball about 0", gaussian_ball=gaussian_ball.subs(nu, 0))
@control("10 % more", gaussian_ball=ELEVEN * gaussian_ball)
def balls_have_the_noncentral_law(gaussian_ball: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """In one and three dimensions in closed form; in four by the mixture of central laws over a Poisson number."""
    k, j = sp.symbols("k j", integer=True, nonnegative=True)
    point = BALLS[1]
    half_square = rho_0**2 / 2
    central = 1 - sp.exp(-half_square) * sp.Sum(half_square**j / sp.factorial(j), (j, 0, k + 1))  # χ² of 4 + 2k
    mixture = sp.Sum(sp.exp(-nu / 2) * (nu / 2) ** k / sp.factorial(k) * central, (k, 0, 30))
    yield trial.same(gaussian_ball.subs({signs: 4, **point}), mixture.subs(point), by=None)
    for point in BALLS:
        radius = rho_0.subs(point)
        near, far = (radius - CENTRE.subs(point)) / sp.sqrt(2), (radius + CENTRE.subs(point)) / sp.sqrt(2)
        yield trial.same(gaussian_ball.subs({signs: 3, **point}), three_dimensions(rho_0).subs(point), by=None)
        yield trial.same(gaussian_ball.subs({signs: 1, **point}), (sp.erf(near) + sp.erf(far)) / 2, by=None)


@enclosed(pac_convergence)
@control("the volume of the ball", gaussian_ball=VOLUME)
@control("any pattern", gaussian_copy=gaussian_ball)
@control("two patterns", gaussian_copy=2 * gaussian_copy)
@control("half", gaussian_ball=gaussian_ball / 2)
def balls_are_small(gaussian_ball: sp.Expr, gaussian_copy: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The probabilities of a ball of radius 1/10 and of a copy on three of four inputs, and the sizes that follow from them."""
    at = {nu: sp.Integer(3), signs: sp.Integer(3), rho_0: sp.Rational(1, 10)}
    copy = {**at, inputs: sp.Integer(4), p_0: sp.Rational(1, 2)}
    for formula, point, digit, power in ((gaussian_ball, at, 6, 5), (gaussian_copy, copy, 4, 6)):  # 6·10⁻⁵, 4·10⁻⁶
        for sign in (-1, 1):
            end = (digit + sign * HALF) / sp.Integer(10) ** power
            yield trial.below(0, sign * (end - formula), at=[point])
    chance = sp.Rational(trial.value(gaussian_copy, copy))
    for copies, low, high in ((1, 700_000, 900_000), (10, 4 * 10**6, 5 * 10**6)):
        below = failure.subs(r, 1)
        limit = sp.Rational(1, 20)
        yield trial.below(limit, below, at=[{n: sp.Integer(low), q: chance, M: sp.Integer(copies)}], strict=True)
        yield trial.below(below, limit, at=[{n: sp.Integer(high), q: chance, M: sp.Integer(copies)}])


def near_vectors(rng: np.random.Generator, count: int) -> int:
    """Normal vectors on those inputs of four that are present, within 2 of (1, 1, 1) on the first three."""
    weights = rng.standard_normal((count, 3)) - 1.0
    present = rng.random((count, 4)) < 0.5
    pattern = present[:, :3].all(axis=1) & ~present[:, 3]
    return int(((weights**2).sum(axis=1) <= 4.0)[pattern].sum())


@statistical(pac_convergence, tests=1)
@control("the volume of the ball", gaussian_copy=p_0**signs * (1 - p_0) ** (inputs - signs) * VOLUME)
@control("any pattern", gaussian_copy=gaussian_ball)
@control("absent inputs forgotten", gaussian_copy=p_0**signs * gaussian_ball)
@control("20 % more", gaussian_copy=sp.Rational(6, 5) * gaussian_copy)
def normal_copies_are_counted(gaussian_copy: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Vertices whose pattern and weights are near those of a unit on three of four inputs."""
    count = trial.size(300_000)
    chance = trial.value(gaussian_copy, {signs: 3, inputs: 4, p_0: sp.Rational(1, 2), nu: 3, rho_0: 2})
    yield trial.counts(trial.draw(near_vectors, count), count, chance)


@exact(pac_convergence)
@control("10 % more", gaussian_copy=ELEVEN * gaussian_copy)
@control("up to sign", gaussian_copy=2 * gaussian_copy)
def patterns_add_up(gaussian_copy: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Over all patterns on four inputs with some weight, each ball replaced by all space, 1 − (1 − p₀)⁴."""
    pattern = gaussian_copy.replace(Let, lambda body, named: body.subs(named[0][0], 1))
    parts = [comb(4, k) * pattern.subs({inputs: 4, signs: k}) for k in range(1, 5)]
    yield trial.same(sum(parts), 1 - (1 - p_0) ** 4)
