"""Evidence for L19: students drawn as the study draws them, trained, and held against their bounds."""

from fractions import Fraction

import numpy as np
import sympy as sp

from sparse_limits.numerics.checks.lifts.walsh import TRIPLES, coefficients, on_the_cube, same_as_chain
from sparse_limits.numerics.evidence import Findings, Trial, control, empirical, exact, statistical
from sparse_limits.numerics.exact.balls import number
from sparse_limits.numerics.lifts.students import Bools, Floats, covered, train_students
from sparse_limits.numerics.studies.lifts import PAIRS, draw_students, population, sparse
from sparse_limits.theory.lifts import walsh
from sparse_limits.theory.lifts.coverage import p_0
from sparse_limits.theory.lifts.degrees import n
from sparse_limits.theory.lifts.training import INPUTS, TIME, Growth, step, training_success

HALF = sparse(Fraction(1, 2))
COVERAGE = training_success.expressions["coverage"]


@exact(training_success)
def success_is_a_hundredth_of_the_loss_and_needs_both_triples(
    threshold: sp.Expr, target: sp.Expr, trial: Trial
) -> Findings:
    """The loss of the zero network by enumeration, and which coefficients cost more than the threshold."""
    values = on_the_cube(target, walsh.cube)
    yield trial.same(200 * len(values) * threshold, sum(value**2 for value in values.values()), by=sp.expand)
    costs = {chosen: number(value**2 / 2) for chosen, value in coefficients(values).items() if value != 0}
    needed = {chosen for chosen, cost in costs.items() if cost > number(threshold)}
    yield trial.holds(
        needed == {(1,), (2,), (4,), (5,), *TRIPLES}, "the coefficients that cost more than the threshold"
    )


@exact(training_success)
@control("no shared input", coverage=COVERAGE.subs(p_0**5, p_0**6))
def masks_cover_both_triples_as_claimed(coverage: sp.Expr, trial: Trial) -> Findings:
    """The claimed coverage is compared with masks added one unit after the other, in exact arithmetic."""
    yield from same_as_chain(coverage, TRIPLES, trial)


def study_masks(rng: np.random.Generator, units: int, students: int) -> Bools:
    """Masks as the study draws them."""
    return draw_students(HALF, units, range(students), int(rng.integers(2**63))).masks


SIZES = (8, 16, 32)


@statistical(training_success, tests=2)
@control("every input kept", coverage=COVERAGE.subs(p_0, 1))
def masks_of_the_study_cover_as_often(coverage: sp.Expr, parameters: sp.Expr, trial: Trial) -> Findings:
    """How many students are covered, and how many weights are kept, at three sizes whose masks are not nested."""
    students = trial.size(300)
    masks = [trial.draw(study_masks, units, students) for units in SIZES]
    at = [{n: units, p_0: sp.Rational(1, 2)} for units in SIZES]
    counts = [int(covered(each, TRIPLES).sum()) for each in masks]
    yield trial.counts_each(counts, students, [trial.value(coverage, point) for point in at])
    kept = [int(each.sum()) for each in masks]
    shares = [(trial.value(parameters, point) / units - 1) / INPUTS for point, units in zip(at, SIZES, strict=True)]
    yield trial.counts_each(kept, [each.size for each in masks], shares)


def trained(rng: np.random.Generator, kind: str, units: int, students: int) -> tuple[Bools, Floats]:
    """Masks and final losses of students; kind: of the study, "without x_1", or "one triple": 123 and pairs of inputs."""
    seed = int(rng.integers(2**63))
    masks, weights = draw_students(PAIRS if kind == "one triple" else kind, units, range(students), seed)
    if kind == "one triple":
        masks[:, ::2, :] = np.arange(INPUTS) < 3
    elif kind == "without x_1":
        masks = np.ones_like(masks)
        masks[..., 0] = False
    length = number(step, {n: units})
    return masks, train_students(weights, masks, *population(), time=float(TIME), step=length).losses


WORK = 1920  # hidden units to train of each size, so many that the opposite order is refuted at almost every seed


@statistical(training_success, tests=1, cost=3)
def success_needs_cover_and_grows(growth: Growth, threshold: sp.Expr, trial: Trial) -> Findings:
    """No student without cover succeeds, and larger students succeed more often than smaller ones."""
    counts = []
    for units in (growth.fewer, growth.more):
        masks, losses = trial.draw(trained, HALF, units, trial.size(WORK // units))
        success = losses <= trial.value(threshold)
        yield trial.holds(not (success & ~covered(masks, TRIPLES)).any(), "successes have cover")
        counts.append((int(success.sum()), len(success)))
    (fewer, few), (more, many) = counts
    yield trial.more_often(fewer, few, more, many, "successes")


UNITS, STUDENTS = 16, 16
CONTROLS = {"one_missing": "one triple", "both_missing": PAIRS, "without_x_1": "without x_1"}


@empirical(training_success, cost=0.4)
def handicapped_students_reach_their_bounds(
    one_missing: sp.Expr, both_missing: sp.Expr, without_x_1: sp.Expr, margin: sp.Expr, trial: Trial
) -> Findings:
    """No final loss is below its bound, up to rounding, and the least is within the margin of it."""
    bounds = {"one_missing": one_missing, "both_missing": both_missing, "without_x_1": without_x_1}
    for name, kind in CONTROLS.items():
        _, losses = trial.draw(trained, kind, UNITS, trial.size(STUDENTS))
        excess = float(losses.min()) - trial.value(bounds[name])
        yield trial.at_most(-excess, 1e-12, f"{kind}: how far below its bound")
        yield trial.at_most(excess, float(margin), f"{kind}: how far above")
