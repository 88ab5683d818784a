"""Evidence for R6: the nearest subset sum, exactly and in floating point."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.numerics.subset_sum.exact_numbers import Number, exact_number
from sparse_limits.numerics.subset_sum.half_sums import enclose, merge_half_sums
from sparse_limits.numerics.subset_sum.inexact import greedy_subset, nearest_in_doubles
from sparse_limits.numerics.subset_sum.moments import rational
from sparse_limits.numerics.subset_sum.solver import SubsetSumSolver
from sparse_limits.theory.subset_sum.solver import A_1, A_2, A, exact_solver, m, s, u
from sparse_limits.theory.subset_sum.symbols import n, z

ROUNDOFF = Fraction(1, 2**53)

Answer: TypeAlias = tuple[NDArray[np.bool_], Number]  # a subset and the error that the solver reports


class Instance(NamedTuple):
    """Items and a target."""

    x: Sequence[Number]
    z: Number

    def sums(self) -> list[Fraction]:
        """The sums of all subsets, one item after the other."""
        found = [Fraction(0)]
        for item in self.x:
            found += [total + exact_number("x", item) for total in found]
        return found

    def optimum(self) -> Fraction:
        target = exact_number("z", self.z)
        return min(abs(total - target) for total in self.sums())

    def error(self, mask: NDArray[np.bool_]) -> Fraction:
        kept = (exact_number("x", item) for item, keep in zip(self.x, mask, strict=True) if keep)
        return abs(sum(kept, Fraction(0)) - exact_number("z", self.z))


# The optimum


def exactly(instance: Instance) -> Answer:
    found = SubsetSumSolver().solve(instance.x, instance.z)
    return found.mask, found.error


def in_doubles(instance: Instance) -> Answer:
    return nearest_in_doubles(np.array(instance.x, dtype=float), float(instance.z))


def reporting_doubles(instance: Instance) -> Answer:
    """The exact subset with the error that doubles make of it."""
    mask = exactly(instance)[0]
    return mask, abs(float(np.array(instance.x, dtype=float)[mask].sum()) - float(instance.z))


def greedily(instance: Instance) -> Answer:
    return greedy_subset(np.array(instance.x, dtype=float), float(instance.z))


METHODS: dict[str, Callable[[Instance], Answer]] = {
    "exact": exactly,
    "doubles": in_doubles,
    "errors in doubles": reporting_doubles,
    "greedy": greedily,
}


def instances(rng: np.random.Generator, draws: int) -> list[Instance]:
    """Small problems: floats, integers and fractions, many ties, many scales, targets out of reach."""
    found = []
    for _ in range(draws):
        size = int(rng.integers(1, 9))
        denominators = rng.integers(1, 60, size)
        scales = 10.0 ** rng.integers(-25, 25, size)
        found += [
            Instance(rng.uniform(-1, 1, size).tolist(), float(rng.uniform(-1, 1))),
            Instance(rng.integers(-4, 5, size).tolist(), Fraction(int(rng.integers(-20, 20)), 3)),
            Instance(
                [Fraction(int(v), int(w)) for v, w in zip(rng.integers(-60, 60, size), denominators, strict=True)], 1
            ),
            Instance((rng.standard_normal(size) * scales).tolist(), float(rng.standard_normal())),
            Instance([0.1] * size, 0.35),
            Instance(rng.standard_normal(size).tolist(), float(rng.choice([-1e9, 1e300]))),
        ]
    return found


@exact(exact_solver, cost=0.4)
def no_subset_is_nearer(method: str, trial: Trial) -> Findings:
    """All 2ⁿ sums in fractions have no smaller distance, and the error reported is that of the subset."""
    for instance in trial.draw(instances, trial.size(20)):
        mask, reported = METHODS[method](instance)
        error, optimum = instance.error(mask), trial.once(_optimum, instance)
        where = f"{len(instance.x)} items"
        yield trial.holds(error == optimum, f"{where}: error {float(error):.3g}, optimum {float(optimum):.3g}")
        yield trial.holds(exact_number("error", reported) == error, f"{where}: the error reported is the true one")


def _optimum(instance: Instance) -> Fraction:
    return instance.optimum()


SIZE = 14


def errors_and_optima(
    rng: np.random.Generator, draws: int, method: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Errors of a method, and the optima of other draws of 14 uniform items, by enumeration. float[draws] each"""
    errors, optima = np.empty(draws), np.empty(draws)
    for each in range(draws):
        x, other = rng.uniform(-1, 1, (2, SIZE))
        errors[each] = METHODS[method](Instance(x.tolist(), 0.3))[1]
        sums = np.array(0.0)
        for item in other:
            sums = np.add.outer(sums, (0.0, item)).ravel()
        optima[each] = np.abs(sums - 0.3).min()
    return errors, optima


@statistical(exact_solver, tests=1)
def errors_are_those_of_an_optimum(method: str, trial: Trial) -> Findings:
    """The error exceeds ten times the optimum of an independent draw in at most half of the draws, as an optimal error has the same law."""
    errors, optima = trial.draw(errors_and_optima, trial.size(200), method)
    count = int((errors > 10 * optima).sum())
    yield trial.counts(count, len(errors), 0.5, side="above", observed=True)


# The work


class Tally(list[int]):
    """A list that counts how often it is read and written."""

    reads = writes = 0

    def __getitem__(self, place: Any) -> Any:
        self.reads += 1
        return super().__getitem__(place)

    def __setitem__(self, place: Any, value: Any) -> None:
        self.writes += 1
        super().__setitem__(place, value)


def work(items: Sequence[int], target: int) -> tuple[int, int]:
    """The engine's own loops on lists that count: how many half sums, and how many sums are written or compared."""
    half = len(items) // 2
    lists, writes = [], 0
    for part in (items[:half], items[half:]):
        buffers = [Tally([0] * 2 ** len(part)) for _ in range(2)]
        lists.append(merge_half_sums(part, *buffers, *([0] * 2 ** len(part) for _ in range(2)))[0])
        writes += sum(buffer.writes for buffer in buffers)
    left, right = (Tally(sums) for sums in lists)
    enclose(left, right, [target], np.empty((1, 4), dtype=int))
    return len(left) + len(right), writes + left.reads


def problems(rng: np.random.Generator, size: int) -> list[tuple[list[int], int]]:
    """A problem that makes the solver run through both lists, and random ones."""
    half = size // 2
    worst = [-1] * half + [half + 1] * (size - half)
    random = [(rng.integers(-1000, 1000, size).tolist(), int(rng.integers(-1000, 1000))) for _ in range(5)]
    return [(worst, 0), *random]


@exact(exact_solver)
def work_is_counted(half_sums: sp.Expr, operations: sp.Expr, trial: Trial) -> Findings:
    """The loops of the engine, run on lists that count: the bound is kept, and attained by one input of each size."""
    for size in range(9):
        sums, most = half_sums.subs(n, size), operations.subs(n, size)
        for place, (items, target) in enumerate(trial.draw(problems, size)):
            stored, done = work(items, target)
            yield trial.holds(stored == sums, f"{size} items: {stored} half sums, claimed {sums}")
            kept = done == most if place == 0 else done <= most
            yield trial.holds(kept, f"{size} items: {done} sums written or compared, claimed {most}")


# Rounding


def added(numbers: Sequence[float], rng: np.random.Generator | None) -> float:
    """The sum in doubles, from left to right or, with a generator, in random order and pairing."""
    rest = list(numbers)
    while len(rest) > 1:
        first, second = (0, 1) if rng is None else rng.choice(len(rest), 2, replace=False)
        total = rest[first] + rest[second]
        rest = [total, *(value for place, value in enumerate(rest) if place not in (first, second))]
    return rest[0]


def rounded_sums(rng: np.random.Generator, draws: int) -> list[tuple[list[float], float]]:
    """Numbers and their sum in doubles: one that swallows all others in turn, and random ones that cancel."""
    swallowed = [1.0, *[float(ROUNDOFF)] * 19]
    found = [(swallowed, added(swallowed, None))]
    for _ in range(draws):
        numbers = (rng.standard_normal(12) * 10.0 ** rng.integers(-12, 1, 12)).tolist()
        found.append((numbers, added(numbers, rng)))
    return found


@exact(exact_solver)
def rounded_sums_keep_the_bound(summation_error: sp.Expr, trial: Trial) -> Findings:
    """Sums in doubles against sums in fractions, random ones and 1 + u + … + u, which rounds to 1: the error is at most the bound."""
    for numbers, total in trial.draw(rounded_sums, trial.size(30)):
        terms = [Fraction(value) for value in numbers]
        size = sum(map(abs, terms))
        bound = rational(summation_error, {m: len(terms), A: size, u: ROUNDOFF})
        error = abs(Fraction(total) - sum(terms))
        yield trial.holds(
            error <= bound, f"error {float(error):.3g} of a sum of {len(terms)}, bound {float(bound):.3g}"
        )


def swallowing(half: int) -> Instance:
    """Either half is 1 and small items that vanish beside it, yet together reach the target."""
    small = float(ROUNDOFF)
    return Instance([1.0, *[small] * (half - 1)] * 2, 2 + 2 * (half - 1) * small)


def cancelling(rng: np.random.Generator, draws: int) -> list[Instance]:
    """Items of modulus 1 or near the roundoff, and targets near it or near an integer."""
    found = []
    for _ in range(draws):
        size = int(rng.integers(2, 9))
        sizes = rng.choice([1.0, float(ROUNDOFF), 0.75 * float(ROUNDOFF)], size)
        target = float(rng.integers(-1, 2) + rng.integers(-6, 7) * float(ROUNDOFF))
        found.append(Instance((sizes * rng.choice([-1, 1], size)).tolist(), target))
    return found


@exact(exact_solver, cost=0.4)
def doubles_are_within_the_bound(float_gap: sp.Expr, example_gap: sp.Expr, trial: Trial) -> Findings:
    """Meet in the middle in doubles against all subsets in fractions; the example of the statement has the claimed gap, up to 22 items."""

    def compare(instance: Instance, optimum: Fraction) -> tuple[Fraction, Fraction]:
        gap = instance.error(in_doubles(instance)[0]) - optimum
        size = sum(abs(exact_number("x", item)) for item in instance.x)
        at = {n: len(instance.x), u: ROUNDOFF, z: exact_number("z", instance.z), s: size}
        return gap, rational(float_gap, at)

    small = float(ROUNDOFF)
    hidden = Instance([3e-17, 1e-17, -7e-17], 1.0)  # all items vanish beside the target
    vanishing = Instance([1 + 2 * small, -1.0, small / 2], small)  # the target vanishes beside the items
    for instance in (hidden, vanishing, *trial.draw(cancelling, trial.size(60))):
        gap, bound = compare(instance, trial.once(_optimum, instance))
        yield trial.holds(gap <= bound, f"gap {float(gap):.3g} of {len(instance.x)} items, bound {float(bound):.3g}")
    for half in (3, 5, 11):
        instance = swallowing(half)
        assert instance.error(np.ones(2 * half, dtype=bool)) == 0
        gap, bound = compare(instance, Fraction(0))
        yield trial.holds(gap <= bound, f"gap {float(gap):.3g}, bound {float(bound):.3g}")
        claimed = example_gap.subs({n: 2 * half, u: sp.Rational(ROUNDOFF)})
        yield trial.holds(sp.Rational(gap) == claimed, f"gap {float(gap):.3g} of the example, claimed {claimed}")


# Errors are those of some numbers; the example is on the grid


@enclosed(exact_solver)
def errors_are_those_of_some_numbers(rounding: sp.Expr, summation_error: sp.Expr, trial: Trial) -> Findings:
    """The bound on the error of a sum is not negative, and that on a rounding at least u times the sum of the moduli that were added."""
    yield trial.below(sp.S.Zero, summation_error)
    yield trial.below(u * (A_1 + A_2), rounding)


@enclosed(exact_solver)
def the_example_is_on_the_grid(example_gap: sp.Expr, trial: Trial) -> Findings:
    """The target, from 2 on and below 4, is a floating-point number, so that the gap is a multiple of 4u."""
    multiple = sp.cancel(example_gap / (4 * u))
    yield trial.below(multiple, sp.floor(multiple), needed="example_gap")
    yield trial.below(2 + example_gap, sp.Integer(4), strict=True, needed="example_gap")
