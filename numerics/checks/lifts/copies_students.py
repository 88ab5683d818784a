"""Evidence for L16.1–L16.3: how many copies random students hold, and the loss along their flows."""

from itertools import product
from math import inf, sqrt
from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from scipy import sparse

from sparse_limits.numerics.evidence import Findings, Trial, empirical, exact, statistical
from sparse_limits.numerics.lifts.copies import count_copies, count_isolated_trees, tanh_student
from sparse_limits.numerics.lifts.flow import Trajectory, gradient_flow
from sparse_limits.numerics.lifts.gradients import objective
from sparse_limits.theory.formulas.no_guarantee import no_guarantee
from sparse_limits.theory.lifts.copies import (
    A_1,
    A_2,
    EXACT_COPIES,
    Lambda,
    M,
    approximation_loss,
    copy_bounds,
    rho,
    signs,
)
from sparse_limits.theory.lifts.coverage import inputs, p_0, r
from sparse_limits.theory.lifts.further.copy_examples import copied_units, tree_lipschitz
from sparse_limits.theory.lifts.isolated_copies import isolated_copy_bounds
from sparse_limits.theory.lifts.readout import T
from sparse_limits.theory.lifts.tangent import L_0

Floats = NDArray[np.float64]

UNITS = np.array([[1.0, 1.0, 1.0, 0.0], [0.0, 1.0, -1.0, 1.0]])
CUBE = np.array(list(product((-1.0, 1.0), repeat=4)))


def one_layer_student(rng: np.random.Generator, n: int) -> tuple[NDArray[np.bool_], Floats]:
    """Edges with probability ½, fair signs: masks bool[n, 4] and weights float[n, 4], absent ones 0."""
    present = rng.random((n, 4)) < 0.5
    return present, np.where(rng.random((n, 4)) < 0.5, 1.0, -1.0) * present


@statistical(copied_units, tests=2)
def copies_are_binomial(sign_copy: sp.Expr, trial: Trial) -> Findings:
    """Copies of units on three inputs of four, and on one, among independent vertices."""
    vertices = trial.size(300_000)
    counts = count_copies(trial.draw(one_layer_student, vertices)[1], np.vstack([UNITS[0], [0.0, 0.0, 1.0, 0.0]]))
    for count, number in zip(counts, (3, 1), strict=True):
        chance = trial.value(sign_copy, {p_0: sp.Rational(1, 2), inputs: 4, signs: number})
        yield trial.counts(int(count), vertices, chance)


@exact(copied_units)
def copies_enumerated(sign_copy: sp.Expr, trial: Trial) -> Findings:
    """All weights in {−1, 0, 1}³ with their probabilities as polynomials in p₀."""
    rows = np.array(list(product((-1.0, 0.0, 1.0), repeat=3)))
    for unit in ([1.0, 0.0, 0.0], [1.0, -1.0, 0.0], [1.0, -1.0, 1.0]):
        number = int(np.count_nonzero(unit))
        found = [row for row in rows if count_copies(row[None], np.array([unit]))[0]]
        total = sum(
            ((p_0 / 2) ** np.count_nonzero(row) * (1 - p_0) ** np.sum(row == 0) for row in found), sp.Integer(0)
        )
        yield trial.same(sign_copy.subs({inputs: 3, signs: number}), total)


HALVINGS = 12  # of the last time, at which a flow is looked at
ROUNDED = 1 + sp.Rational(1, 10**9)


class Followed(NamedTuple):
    """A student's flow, its copies of each unit of the witness (the fewest), and the loss at the start, rounded up."""

    trajectory: Trajectory
    copies: int
    start: sp.Rational


def follow(weights: Floats, targets: Floats, last: float) -> Followed:
    """The flow of a student towards Σ targets_j tanh(unit_j·x), all inputs equally likely."""
    units = UNITS[: len(targets)]
    target = np.tanh(CUBE @ units.T) @ targets
    loss = objective(*tanh_student(weights), {0: CUBE}, target)
    times = [last / 2.0**k for k in range(HALVINGS, -1, -1)]
    trajectory = gradient_flow(loss, loss.start, last, times=times, positions=True, rtol=1e-5)
    start = sp.Rational(float(target @ target) / len(target) / 2) * ROUNDED
    return Followed(trajectory, int(count_copies(weights, units).min()), start)


def random_student(rng: np.random.Generator, n: int) -> Followed:
    """The flow of a random student up to the time at which (B1) is best for n copies or fewer."""
    return follow(one_layer_student(rng, n)[1], np.ones(2), 0.86)


def copies_alone(copies: int, target: float) -> Followed:
    """The flow of a student that consists of copies of one unit, for some ten times its own time scale."""
    return follow(np.tile(UNITS[:1], (copies, 1)), np.array([target]), 10.0 / copies)


@empirical(copy_bounds, cost=0.6)
def students_keep_the_bound(bound: sp.Expr, moved_cells: sp.Expr, trial: Trial) -> Findings:
    """A random student and copies alone: the loss is at most the bound at the least ρ that a time allows, and the number of cells that move
    at most the claimed one.

    Cells are counted for copies alone, which all move by the same distance. Runge–Kutta steps stand for the flow.
    """
    n, several = min(trial.size(1024), 4096), max(1, trial.size(1) // 4)
    students = [
        *((2, 1.0, trial.draw(random_student, n, replicate=k)) for k in range(several)),
        (1, 1.0, trial.once(copies_alone, 256, 1.0)),
        (1, 256.0, trial.once(copies_alone, 64, 256.0)),  # the readout grows to 4, so the cells move further
    ]
    for units, target, (trajectory, copies, start) in students:
        point = {A_1: units * sp.Rational(target), A_2: sp.sqrt(units) * sp.Rational(target), Lambda: 1, L_0: start}
        point |= {**EXACT_COPIES, M: copies}
        if not copies:
            yield trial.holds(bound.subs(point) == no_guarantee, "no copies, no guarantee")
            continue
        losses, moves = [], []
        assert trajectory.positions is not None
        for time, loss, theta in zip(trajectory.times, trajectory.losses, trajectory.positions, strict=True):
            if not time:
                continue
            least = sp.Rational(sp.sqrt(2 * time * start / copies)) * ROUNDED
            here = {**point, T: sp.Rational(time), rho: least}
            losses.append(loss / trial.value(bound, here))
            if units == 1:
                weights = theta[:-copies].reshape(copies, 3)
                distances = np.linalg.norm(weights - UNITS[0, :3], axis=1)
                here[rho] = sp.Rational(float(distances.min()))
                moves.append(copies / trial.value(moved_cells, here))
        yield trial.at_most(max(losses), 1.0, f"loss beside its bound, {copies} copies")
        if moves:
            yield trial.at_most(max(moves), 1.0, f"cells moved beside those allowed, {copies} copies")


MIXED, OTHERS = 16, 100  # copies of each unit, and other vertices


def mixed_student(rng: np.random.Generator, copies: int, others: int) -> Followed:
    """The flow of a student of so many copies of each unit and other vertices, 2·copies + others in all."""
    return follow(np.vstack([np.tile(UNITS, (copies, 1)), one_layer_student(rng, others)[1]]), np.ones(2), 0.86)


def least_radius(time: float, copies: int, total: float, share: float) -> float:
    """The least ρ for which (B2) allows a time, for exact copies and Λ = 1; infinite where no ρ does."""
    moving, growing = 16 * share**4 * time / copies**2, 8 * (total * share * time) ** 2 / copies
    return sqrt(moving / (copies / 2 - growing)) if growing < copies / 2 else inf


@empirical(isolated_copy_bounds, cost=0.5)
def isolated_students_keep_the_second_bound(
    isolated_bound: sp.Expr, squared_readout: sp.Expr, trial: Trial
) -> Findings:
    """(B2) along flows of one hidden layer, of a student with random vertices and of copies alone: the loss is at most the bound at the
    least ρ that a time allows.

    While the loss is at least the approximation loss, the squared readout and the integrated loss (by lower sums) keep the bounds of the
    proof. How far cells move is not tested.
    """
    students = [
        (2, 1, trial.draw(mixed_student, MIXED, OTHERS)),
        (1, 1, trial.once(copies_alone, 64, 1.0)),
        (1, 256, trial.once(copies_alone, 64, 256.0)),
    ]
    for units, target, (trajectory, copies, start) in students:
        norms = {A_1: units * sp.Integer(target), A_2: sp.sqrt(units) * target}
        point = {**norms, **EXACT_COPIES, Lambda: 1, L_0: start, M: copies}
        witness = trial.value(squared_readout, point)
        outputs = len(trajectory.theta) - (2 * MIXED + OTHERS if units > 1 else copies)  # readouts follow the weights
        integrals = np.append(0.0, np.cumsum(np.diff(trajectory.times) * trajectory.losses[1:]))
        losses, followed = [], []
        assert trajectory.positions is not None
        for place in range(1, len(trajectory.times), 2):
            time = float(trajectory.times[place])
            radius = least_radius(time, copies, units * target, sqrt(units) * target)
            if radius == inf:
                continue
            here = {**point, T: sp.Rational(time), rho: sp.Rational(radius) * ROUNDED}
            losses.append(trajectory.losses[place] / trial.value(isolated_bound, here))
            error = trial.value(approximation_loss, here)
            if trajectory.losses[place] >= error:  # while it is, the proof says this
                followed.append((trajectory.positions[place, outputs:] ** 2).sum() / (4 * witness))
                followed.append(integrals[place] / (error * time + witness / 2))
        yield trial.at_most(max(losses), 1.0, f"loss beside its bound at {len(losses)} times, {copies} copies")
        yield trial.at_most(max(followed, default=0.0), 1.0, f"readout and integral beside theirs, {copies} copies")


TREES = np.array([[1.0, 1.0], [1.0, -1.0]])  # tanh(tanh x₁ ± tanh x₂), by the weights of the upper layer
SQUARE = np.array(list(product((-1.0, 1.0), repeat=2)))
TREE_TARGETS = np.array([1.0, -0.5])
TREE_RADII = [sp.Rational(k, 100) for k in (5, 8, 11, 15, 20)]


def random_lift(rng: np.random.Generator, n: int) -> tuple[Floats, sparse.csr_array]:
    """Two hidden layers of n with fair signs: inputs with probability ½, λ = 2/3. float[n, 2] and float[n, n] sparse."""
    first = np.where(rng.random((n, 2)) < 0.5, 1.0, -1.0) * (rng.random((n, 2)) < 0.5)
    degrees = rng.binomial(n, 2 / 3 / n, size=n)
    children = np.concatenate([np.sort(rng.choice(n, degree, replace=False)) for degree in degrees])
    signs_above = np.where(rng.random(len(children)) < 0.5, 1.0, -1.0)
    return first, sparse.csr_array((signs_above, children, np.concatenate([[0], np.cumsum(degrees)])), shape=(n, n))


def trees_alone(rng: np.random.Generator, copies: int) -> tuple[Floats, sparse.csr_array]:
    """So many isolated copies of each unit, some with the signs of a child or of a root turned, and nothing else."""
    roots = 2 * copies
    lower = np.where(rng.random((roots, 2)) < 0.5, 1.0, -1.0)
    upper = np.repeat(TREES, copies, axis=0) * lower * np.where(rng.random((roots, 1)) < 0.5, 1.0, -1.0)
    first = np.zeros((2 * roots, 2))
    first[0::2, 0], first[1::2, 1] = lower[:, 0], lower[:, 1]
    starts = np.arange(0, 2 * roots + 1, 2)
    return first, sparse.csr_array((upper.ravel(), np.arange(2 * roots), starts), shape=(roots, 2 * roots))


def follow_trees(rng: np.random.Generator, kind: str, n: int) -> Followed:
    """The flow of a lift of two hidden layers towards Σ targets_j unit_j, recorded at the longest times of the radii."""
    first, second = random_lift(rng, n) if kind == "random" else trees_alone(rng, n)
    copies = int(count_isolated_trees(first, second, TREES).min())
    target = np.tanh(np.tanh(SQUARE) @ TREES.T) @ TREE_TARGETS
    start = sp.Rational(float(target @ target) / len(target) / 2) * ROUNDED
    times = [float(max(copies, 1) * radius**2 / (2 * start)) for radius in TREE_RADII]
    loss = objective(*tanh_student(first, second), {0: SQUARE}, target)
    return Followed(gradient_flow(loss, loss.start, times[-1], times=times), copies, start)


@empirical(copy_bounds, cost=0.6)
def trees_keep_the_bound(bound: sp.Expr, trial: Trial) -> Findings:
    """Two hidden layers: isolated copies alone and, beyond effort quick, among the vertices of a random lift.

    The Lipschitz constant grows with ρ. For 32 copies alone the bound is below the loss at the start; for four it is above, and without
    copies there is none.
    """
    lifts = [("alone", 4), ("alone", 32)] + ([("random", trial.size(500))] if trial.effort != "quick" else [])
    for kind, n in lifts:
        trajectory, copies, start = trial.draw(follow_trees, kind, n)
        point = {M: copies, L_0: start, A_1: sp.Rational(3, 2), A_2: sp.sqrt(5) / 2, **EXACT_COPIES}
        if not copies:
            yield trial.holds(bound.subs(point) == no_guarantee, "no copies, no guarantee")
            continue
        limits = []
        for radius in TREE_RADII:
            longest = copies * radius**2 / (2 * start)
            constant = tree_lipschitz.subs({r: 2, rho: radius})
            limits.append(trial.value(bound, {**point, rho: radius, T: longest, Lambda: constant}))
        beside = min(limits) / float(start)
        said = f"{copies} copies, bounds from {beside:.2g} of the start on"
        if kind == "alone":
            yield trial.holds((beside < 1) == (n == 32), f"below the start for 32 copies, above it for four: {said}")
        yield trial.at_most(float(np.max(trajectory.losses[1:] / limits)), 1.0, f"loss beside its bound, {said}")
