"""Evidence for L17.1: how many vertices of one hidden layer hold enough copies."""

from fractions import Fraction
from math import comb, exp

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.numerics.exact import balls
from sparse_limits.numerics.exact.rationals import rational
from sparse_limits.numerics.lifts.students import train_students
from sparse_limits.theory.formulas.no_guarantee import no_guarantee
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.convergence import delta, one_layer_convergence
from sparse_limits.theory.lifts.copies import A_1, A_2, Lambda, M, best_time, best_value
from sparse_limits.theory.lifts.coverage import q, r
from sparse_limits.theory.lifts.degrees import n
from sparse_limits.theory.lifts.tangent import L_0

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


@exact(one_layer_convergence)
def failures_are_counted(failure: sp.Expr, trial: Trial) -> Findings:
    """The failure probability is the one by the law of the copies, built up vertex by vertex in fractions."""
    for vertices, copies, chance, units in (
        (6, 2, Fraction(1, 3), 1),
        (9, 4, Fraction(2, 5), 2),
        (2, 3, Fraction(1, 2), 1),
    ):
        exactly = units * sum(copies_law(vertices, chance)[:copies])
        claimed = rational(failure, at((chance, copies, Fraction(1), units)) | {n: sp.Integer(vertices)})
        yield trial.holds(claimed == sp.Rational(exactly), f"{exactly} of {vertices} vertices, claimed {claimed}")


@exact(one_layer_convergence)
def sizes_are_the_smallest(size: sp.Expr, chernoff_size: sp.Expr, trial: Trial) -> Findings:
    """The size is the smallest one, found by trying one after the other in fractions, also where δ is attained; Chernoff's is the smallest
    that meets its two conditions. For M = 0 or q = 0 there is no guarantee.
    """
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


@statistical(one_layer_convergence, tests=2, cost=0.3)
def students_fail_no_more_often(failure: sp.Expr, trial: Trial) -> Findings:
    """Layers without two copies of each of two units, and trained students of three vertices where one copy is needed, are no more frequent
    than claimed.

    A student fails where no vertex keeps the input, so that the claimed probability is attained; L16.1 and L16.2 give the loss and the
    time.
    """
    layers, vertices, copies = trial.size(160_000), 20, 2
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


@enclosed(one_layer_convergence)
def chernoff_bounds_the_failure(failure: sp.Expr, chernoff_failure: sp.Expr, trial: Trial) -> Findings:
    """Where 32 copies are expected, the bound holds for 1, 5 and 16 copies, with the exponent of the lower tail at the deviation ½; for 17
    copies, more than half the mean, there is no guarantee.
    """
    for copies in (1, 5, 16):
        bound = valued(chernoff_failure, {**SPECIAL, M: copies})
        yield trial.holds(bound != no_guarantee, f"{copies} copies where 32 are expected: {bound}")
        yield trial.below(valued(failure, {**SPECIAL, M: copies}), bound, at=[{}])
    deviation = sp.Rational(1, 2)
    exponent = n * q * deviation**2 / 2
    yield trial.same(valued(chernoff_failure, {**SPECIAL, M: 1}), valued(r * sp.exp(-exponent), SPECIAL))
    bound = chernoff_failure.subs({**SPECIAL, M: 17})
    yield trial.holds(bound == no_guarantee, f"17 copies where 32 are expected: {bound}")
