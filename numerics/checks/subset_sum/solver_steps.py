"""Evidence for R6, step by step: counts of sums, and errors of sums."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.theory.subset_sum.solver import (
    A_1,
    A_2,
    A,
    exact_solver,
    example_gap,
    example_target,
    float_gap,
    h,
    half_sums,
    m,
    m_1,
    m_2,
    operations,
    rounding,
    run,
    s,
    summation_error,
    u,
    writes,
)
from sparse_limits.theory.subset_sum.symbols import n, z

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)


@exact(exact_solver, step="half sums")
@control("one list of all sums", half_sums=2**n)
@control("halves of equal size", half_sums=2 * 2 ** (n / 2))
@control("one half", half_sums=half_sums / 2)
def two_items_more_double_both_lists(half_sums: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """No item and one, and two more, one in each half."""
    yield trial.same(half_sums.subs(n, n + 2), 2 * half_sums)
    for size, sums in ((0, 1 + 1), (1, 1 + 2)):
        yield trial.same(half_sums.subs(n, size), sp.Integer(sums))


@exact(exact_solver, step="merging")
@control("the last list alone", writes=2**h)
@control("one item less", writes=writes.subs(h, h - 1))
@control("two more", writes=writes + 2)
def every_item_writes_a_list_twice_as_long(writes: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """None for no items; the next list has twice the sums of the last one."""
    yield trial.induction(writes, h, sp.S.Zero, lambda term: term + 2 * 2**h)


@exact(exact_solver, step="run")
@control("all sums", run=half_sums)
@control("one list", run=half_sums / 2 - 1)
@control("10 % less", run=NINE * run)
def the_run_leaves_all_sums_but_one(run: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Lists of one and one sum, and of one and two, and lists twice as long: as many steps for the one sum left."""
    yield trial.same(run.subs(n, n + 2) + 1, 2 * (run + 1))
    for size, steps in ((0, 1 + 1 - 1), (1, 1 + 2 - 1)):
        yield trial.same(run.subs(n, size), sp.Integer(steps))


@exact(exact_solver, step="operations")
@control("sorted by comparisons", operations=half_sums * sp.log(half_sums, 2))
@control("only the run", operations=half_sums - 1)
@control("10 % less", operations=NINE * operations)
@control("10 % more", operations=ELEVEN * operations)
@control("one list", half_sums=half_sums / 2)
@control("two more writes", writes=writes + 2)
@control("a run through one list", run=half_sums / 2)
def both_halves_and_the_run_add_up(
    half_sums: sp.Expr, writes: sp.Expr, run: sp.Expr, operations: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The writes for either half, and the run; the writes are twice the sums, less 4."""
    halves = [writes.subs(h, part(n / 2)) for part in (sp.floor, sp.ceiling)]
    yield trial.same(operations, sum(halves) + run)
    yield trial.same(sum(halves), 2 * half_sums - 4)


@exact(exact_solver, step="one addition")
@control("of the first part", rounding=u * m_2 * A_1)
@control("each part its own", rounding=u * (m_1 * A_1 + m_2 * A_2))
@control("10 % less", rounding=NINE * rounding)
@control("an error of one rounding less", summation_error=(m - 2) * u * A)
def one_rounding_keeps_below_its_share(rounding: sp.Expr, summation_error: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """What the share leaves of the smaller part, for A₂ ≤ uA₁, and of u times both with their errors, for A₂ ≥ uA₁ ≥ u²A₂."""
    parts = [summation_error.subs({m: count, A: size}) for count, size in ((m_1, A_1), (m_2, A_2))]
    by_part = rounding - (A_2 + parts[1])
    yield trial.same(by_part, (u * A_1 - A_2) + (m_2 - 1) * u * (A_1 - A_2) + m_1 * u * A_2, by=sp.expand)
    by_sum = rounding - u * (A_1 + A_2 + sum(parts))
    yield trial.same(by_sum, u * ((m_2 - 1) * (A_1 - u * A_2) + (m_1 - 1) * (A_2 - u * A_1)), by=sp.expand)


@enclosed(exact_solver)
@control("of the first part", rounding=u * m_2 * A_1)
@control("each part its own", rounding=u * (m_1 - 1) * A_1)
@control("one rounding less", summation_error=(m - 2) * u * A)
def errors_are_those_of_some_numbers(rounding: sp.Expr, summation_error: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """A sum of numbers errs by 0 at least, and a rounding may be u times the moduli that were added."""
    yield trial.below(sp.S.Zero, summation_error)
    yield trial.below(u * (A_1 + A_2), rounding)


@exact(exact_solver, step="all additions")
@control("one rounding more", summation_error=m * u * A)
@control("independent of the number", summation_error=u * A)
@control("10 % more", summation_error=ELEVEN * summation_error)
@control("10 % less", summation_error=NINE * summation_error)
@control("of the first part", rounding=u * m_2 * A_1)
def errors_of_parts_add_up(rounding: sp.Expr, summation_error: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Induction over the tree of additions: one more 0, no error of one number, both errors and the rounding of their sum."""
    parts = [summation_error.subs({m: count, A: size}) for count, size in ((m_1, A_1), (m_2, A_2))]
    one = rounding.subs({m_1: m, A_1: A, m_2: 1, A_2: 0})
    yield trial.same(summation_error.subs(m, m + 1), summation_error + one, by=sp.expand)
    yield trial.same(summation_error.subs(m, 1), 0)
    both = summation_error.subs({m: m_1 + m_2, A: A_1 + A_2}, simultaneous=True)
    yield trial.same(both, sum(parts) + rounding, by=sp.expand)


@exact(exact_solver, step="gap")
@control("one of two evaluations", float_gap=float_gap / 2)
@control("forgets the target among the numbers", float_gap=float_gap * (n - 1) / n)
@control("10 % less, gap", float_gap=NINE * float_gap)
@control("10 % more, gap", float_gap=ELEVEN * float_gap)
@control("independent of the number", summation_error=u * A)
def two_evaluations_may_be_off(summation_error: sp.Expr, float_gap: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The items and the target are n + 1 numbers, for the subset found and for the best one."""
    evaluation = summation_error.subs({m: n + 1, A: sp.Abs(z) + s}, simultaneous=True)
    yield trial.same(float_gap, 2 * evaluation, by=sp.expand)


@exact(exact_solver, step="example")
@control("one half", example_target=1 + (n / 2 - 1) * u)
@control("every item small", example_target=2 + n * u)
@control("the large items alone", example_target=sp.Integer(2))
def all_items_hit_the_target(example_target: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Two items more are two small ones; two items are large. For odd h it is 2 and a multiple of 4u, as numbers from 2 to 4 are."""
    yield trial.same(example_target.subs(n, n + 2), example_target + 2 * u)
    yield trial.same(example_target.subs(n, 2), sp.Integer(2))
    k = sp.Symbol("k", positive=True, integer=True)
    yield trial.holds(((example_target.subs(n, 2 * (2 * k + 1)) - 2) / (4 * u)).expand() == k, "on the grid from 2 on")


@enclosed(exact_solver)
@control("a half more", example_gap=example_gap + u)
def the_example_is_on_the_grid(example_gap: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The target, from 2 on, is a floating-point number: the gap is a multiple of 4u."""
    multiple = sp.cancel(example_gap / (4 * u))
    yield trial.below(multiple, sp.floor(multiple), needed="example_gap")


@exact(exact_solver, step="gap of the example")
@control("every item swallowed", example_gap=n * u)
@control("one half only", example_gap=example_gap / 2)
@control("10 % more", example_gap=ELEVEN * example_gap)
@control("a half more", example_target=example_target + u)
@control("one of two evaluations", float_gap=float_gap / 2)
def the_small_items_are_missing(
    example_target: sp.Expr, float_gap: sp.Expr, example_gap: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The target less two; its limit over the bound with moduli that add up to twice the target, as u → 0 and n → ∞."""
    yield trial.same(example_gap, example_target - 2)
    bound = float_gap.subs({z: 0, s: 2 * example_target})
    yield trial.same(sp.limit(sp.limit(sp.cancel(example_gap / bound), u, 0), n, sp.oo), sp.Rational(1, 8))
