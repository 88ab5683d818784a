"""Evidence for N3.2: planks of the cube, and the dimension factor."""

from fractions import Fraction
from itertools import product

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from scipy.optimize import linprog

from sparse_limits.numerics.checks.neuron_pruning.planks import Planks, dot, random_planks, sums_beside_a_bound, thinned
from sparse_limits.numerics.checks.neuron_pruning.zones import (
    check_of_the_covered,
    check_of_the_lesser,
    check_of_the_mean,
)
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.neuron_pruning.alignment import N, delta, eps
from sparse_limits.theory.neuron_pruning.cube_covering import near_count, thin, two_zones
from sparse_limits.theory.neuron_pruning.cube_planks import cube_mean, cube_planks, cube_ratio, mean, s, transform, x, y
from sparse_limits.theory.neuron_pruning.inputs import d
from sparse_limits.theory.neuron_pruning.planks import ball_mean, r

ROOT = sp.sqrt(2 / sp.pi)  # E|w| of a standard normal weight


def transforms(rng: np.random.Generator, size: int, draws: int) -> NDArray[np.floating]:
    """exp(−‖u‖_1) for Gaussian vectors."""
    values: NDArray[np.floating] = np.exp(-np.abs(rng.standard_normal((draws, size))).sum(axis=1))
    return values


@enclosed(cube_planks, step="series")
def both_forms_of_the_transform_agree(transform: sp.Expr, large: sp.Expr, trial: Trial) -> Findings:
    """The transform, a product 0 · ∞ in the limit, and its form without that product agree near 0 and where doubles give up."""
    points = [{s: sp.Rational(at)} for at in ("1/50", "1/3", "1", "7/2", "20", "60")]
    yield trial.same(transform, large, at=points, by=None)


@enclosed(cube_planks, cost=1)
def cube_mean_is_the_integral(cube_mean: sp.Expr, trial: Trial) -> Findings:
    """At 20 inputs the mean lies between the integral over s ≤ 3 and this plus a bound on the rest, and below the ball's mean; times d − 1
    it is no larger at 40 inputs than at 20.
    """
    at = [{d: sp.Integer(20)}]
    part = ROOT * sp.Integral(transform ** (d - 1), (s, 0, 3))
    rest = ROOT**d * sp.Integer(3) ** (2 - d) / (d - 2)
    yield trial.below(part, cube_mean, at=at)  # boxes: the mean is an integral
    yield trial.below(cube_mean, part + rest, at=at)
    yield trial.below(cube_mean, ball_mean, at=at)  # for all d: no sum of moduli is below the length
    yield trial.below(39 * cube_mean.subs(d, 40), 19 * cube_mean.subs(d, 20), at=[{}])  # for all d: the step *scaling*


def point_of_the_cube(planks: Planks, total: Fraction) -> bool:
    """Whether linear programs, one for each choice of sides, find a point of the cube outside of all planks: in fractions."""
    vectors = [[Fraction(x) for x in u.tolist()] for u in planks.u]
    heights = [total * share * sum(map(abs, u), Fraction(0)) for share, u in zip(planks.shares, vectors, strict=True)]
    m = planks.u.shape[1]
    for signs in product((1, -1), repeat=len(heights) - 1):
        sides = np.array([1, *signs])[:, None] * planks.u  # the last variable is the distance from all planks
        found = linprog(
            np.append(np.zeros(m), -1.0),
            A_ub=np.column_stack([-sides, np.ones(len(sides))]),
            b_ub=[-float(h) for h in heights],
            bounds=[(-1, 1)] * m + [(None, 1)],
        )
        if found.x is None:
            continue
        x = [min(max(Fraction(value), Fraction(-1)), Fraction(1)) for value in found.x[:m].tolist()]
        if all(abs(dot(u, x)) > h for u, h in zip(vectors, heights, strict=True)):
            return True
    return False


@statistical(cube_planks, tests=2)
def random_vectors_have_this_transform(transform: sp.Expr, trial: Trial) -> Findings:
    """E exp(−‖u‖_1) is a power of the transform at 1, in two and in five dimensions."""
    for size in (2, 5):
        sample = trial.draw(transforms, size, trial.size(20_000))
        yield trial.averages(sample, trial.value(transform**size, {s: sp.Integer(1)}), 0, 1)


CUBES = ((2, 1), (2, 3), (3, 4), (4, 4))


@exact(cube_planks, cost=0.3)
def planks_with_a_smaller_sum_do_not_cover_the_cube(cover_sum: sp.Expr, trial: Trial) -> Findings:
    """Random planks whose half-widths add up to a millionth less than the sum: linear programs find a point outside of all, verified in
    fractions. One plank with the whole sum covers.
    """
    total = Fraction(int(cover_sum.p), int(cover_sum.q))
    yield trial.holds(total >= 1, f"one plank of the half-width {total} covers")
    below = total * (1 - Fraction(1, 10**6))
    for planks in trial.draw(random_planks, CUBES):
        found = point_of_the_cube(planks, below)
        yield trial.holds(
            found, f"{len(planks.shares)} planks of the sum {float(below):.7g} leave out a point of the cube"
        )


@statistical(cube_planks, tests=2, cost=0.2)
def sums_of_random_planks_reach_one_on_the_cube(cube_success: sp.Expr, trial: Trial) -> Findings:
    """The event that a ticket needs, in networks of 100 neurons."""
    yield from sums_beside_a_bound(cube_success, cube_mean, cube_ratio, 100, 1, trial)


@statistical(cube_planks, tests=1)
def bounded_ratios_stay_below_on_the_cube(cube_mean: sp.Expr, trial: Trial) -> Findings:
    """The mean of min(ratio, 1) is at most the claimed one; the ratios themselves may have no variance."""
    draws = trial.size(20_000)
    p = trial.value(cube_mean, {d: sp.Integer(20)})
    yield trial.counts(trial.draw(thinned, 20, 1, draws), draws, p, "above")


# On the square no subset does better, and few neurons do as well

Neuron = tuple[Fraction, Fraction, Fraction]  # both weights and the output


def error_on_the_square(neurons: list[Neuron]) -> Fraction:
    """sup |σ(x) − Σ outputs·σ(⟨neuron, (x, y)⟩)| over the square: at corners or where its sides cross a kink."""
    kinks = [(-v, u) for u, v, _ in neurons] + [(Fraction(0), Fraction(1))]
    rays = kinks + [(-p, -q) for p, q in kinks] + [(Fraction(p), Fraction(q)) for p in (1, -1) for q in (1, -1)]
    errors = []
    for p, q in rays:
        size = max(abs(p), abs(q))
        values = [c * max(u * p + v * q, Fraction(0)) for u, v, c in neurons]
        errors.append(abs(max(p, Fraction(0)) - sum(values, Fraction(0))) / size)
    return max(errors)


def best_on_the_square(least: Fraction) -> list[Neuron]:
    """Neurons with this least ratio of the second to the first weight, and an error that none with this ratio goes below."""
    share = Fraction(1, 4) if least < 1 else 1 / (4 * (least + 1))
    outputs = {1: share + Fraction(1, 4), -1: share - Fraction(1, 4)}
    sides = [(Fraction(sign), turn * least, outputs[sign]) for sign in (1, -1) for turn in (1, -1) if outputs[sign]]
    return sides + [(Fraction(0), Fraction(turn), -least / 4) for turn in (1, -1) if least < 1]


def least_on_the_square(rng: np.random.Generator, nets: int, size: int) -> list[tuple[Fraction, Fraction]]:
    """For random neurons with whole weights: the least ratio of a second to a first weight that is kept, and the least error of
    the subsets that have it."""
    found: list[tuple[Fraction, Fraction]] = []
    for _ in range(nets):
        drawn = zip(rng.integers(-9, 10, (size, 2)) | 1, rng.integers(-2, 5, size), strict=True)
        neurons = [(Fraction(int(u)), Fraction(int(v)), Fraction(int(c), 20)) for (u, v), c in drawn]
        least: dict[Fraction, Fraction] = {}
        for kept in product((False, True), repeat=size):
            chosen = [neuron for neuron, keep in zip(neurons, kept, strict=True) if keep]
            if chosen:
                ratio = min(abs(v / u) for u, v, _ in chosen)
                error = error_on_the_square(chosen)
                least[ratio] = min(least.get(ratio, error), error)
        found += least.items()
    return found


@enclosed(cube_planks, cost=0.3)
def no_network_on_the_square_does_better(cube_error: sp.Expr, trial: Trial) -> Findings:
    """No subset of networks of two inputs has an error below the bound, in fractions; for some ratios, a few neurons have the bound as
    their error.
    """
    ratios = [Fraction(p, q) for p, q in ((1, 5), (1, 2), (1, 1), (2, 1), (4, 1))]
    cases = [(least, error_on_the_square(best_on_the_square(least))) for least in ratios]
    for least, error in cases:
        yield trial.same(cube_error, sp.Rational(error), at=[{r: sp.Rational(least)}], by=None)
    for least, error in trial.draw(least_on_the_square, trial.size(4), 5):
        yield trial.below(cube_error, sp.Rational(error), at=[{r: sp.Rational(least)}])


@enclosed(cube_planks)
def some_neuron_on_the_square_has_this_ratio(cube_ratio: sp.Expr, trial: Trial) -> Findings:
    """The few neurons for each ratio have just this ratio at their error, in fractions."""
    for p, q in ((1, 5), (1, 2), (1, 1), (2, 1), (4, 1)):
        ratio = sp.Rational(p, q)
        error = sp.Rational(error_on_the_square(best_on_the_square(Fraction(p, q))))
        yield trial.same(cube_ratio, ratio, by=None, at=[{eps: error}])


the_lesser_number_fills_one_zone = check_of_the_lesser(cube_planks, two_zones, near_count, thin)
two_moments_bound_what_is_covered = check_of_the_covered(cube_planks, two_zones, thin)
the_letter_stands_for_the_mean = check_of_the_mean(cube_planks, "cube", mean)


# Planks, the mean of the ratio, and the number of neurons

A, B = sp.symbols("A B", real=True)  # of any function that is linear in a plane
CASES = {
    r: (1 + y, 1 / (1 + y)),
    eps: ((1 + y) / (4 + 2 * y), 1 / (4 + 4 * y)),
}  # r from 1, ε from 1/4 upwards; and down


LARGEST = sp.Function("largest")  # stands for a maximum, whose parts SymPy compares whenever it is put together


def decided(expression: sp.Expr) -> sp.Expr:
    """The expression with the largest of some parts where signs decide which one it is."""

    def largest(*parts: sp.Expr) -> sp.Expr:
        above = (each for each in parts if all(sp.factor(each - other).is_nonnegative for other in parts))
        found = next(above, None)
        return sp.Max(*parts) if found is None else found

    return sp.factor(expression.replace(sp.Max, largest).replace(LARGEST, largest))


def by_cases(expression: sp.Expr) -> sp.Expr:
    """Zero, where it is in both cases of r and of ε."""
    found = [expression.replace(sp.Max, LARGEST)]
    for letter in expression.free_symbols & set(CASES):
        found = [valued(each, {letter: place}) for each in found for place in CASES[letter]]
    return sp.Add(*(decided(each) ** 2 for each in found))


REST = {A: 2, B: 3, N: 5, mean: sp.Rational(1, 3), delta: sp.Rational(1, 2)}
BOTH = [{r: sp.Rational(1, 2), eps: sp.Rational(1, 10), **REST}, {r: sp.Integer(3), eps: sp.Rational(2, 5), **REST}]


def in_both_cases(left: sp.Expr, right: sp.Expr, trial: Trial) -> Findings:
    """That both sides are equal, whatever r and ε are; and at a point of each case, lest all random ones lie in one."""
    yield trial.same(left, right, by=by_cases)
    yield trial.same(left, right, at=BOTH, by=None)


@enclosed(cube_planks, step="cone")
def the_corner_is_on_the_cone_and_the_cube(corner: tuple[sp.Expr, sp.Expr], trial: Trial) -> Findings:
    """p = rq; the larger one of p and q is 1, and the smaller one no larger."""
    along, across = corner
    yield trial.same(along, r * across, by=sp.cancel)
    yield from in_both_cases(sp.Max(along, across), sp.S.One, trial)


@enclosed(cube_planks, step="bend")
def what_is_linear_drops_out(
    corner: tuple[sp.Expr, sp.Expr], weights: tuple[sp.Expr, ...], bend: sp.Expr, trial: Trial
) -> Findings:
    """The weighted sum of errors at three points, A and B free."""
    along, across = corner
    errors = (sp.Max(p, 0) - A * p - B * q for p, q in ((-along, across), (sp.S.Zero, sp.S.One), (along, across)))
    yield from in_both_cases(
        sp.Add(*(weight * each for weight, each in zip(weights, errors, strict=True))), bend, trial
    )


@enclosed(cube_planks, step="three errors")
def moduli_of_the_weights_add_up(weights: tuple[sp.Expr, ...], total: sp.Expr, trial: Trial) -> Findings:
    """The total is the sum of the moduli of the weights."""
    yield from in_both_cases(total, sp.Add(*map(sp.Abs, weights)), trial)


@enclosed(cube_planks, step="error on the cube")
def the_error_on_the_cube_is_a_quotient(bend: sp.Expr, total: sp.Expr, cube_error: sp.Expr, trial: Trial) -> Findings:
    """The error times the sum of the moduli is the bend."""
    yield from in_both_cases(cube_error * total, bend, trial)


@enclosed(cube_planks, step="ratio on the cube", cost=0.5)
def the_error_at_this_ratio_is_the_one_allowed(cube_error: sp.Expr, cube_ratio: sp.Expr, trial: Trial) -> Findings:
    """The error at this ratio is ε, below 1/4 and beyond; and the error does not fall with the ratio, below a ratio of 1 and beyond."""
    yield from in_both_cases(cube_error.subs(r, cube_ratio), eps, trial)
    for place in CASES[r]:
        slope = sp.factor(sp.diff(decided(cube_error.subs(r, place)), y) / sp.diff(place, y))
        yield trial.nonnegative(slope, slope)


@enclosed(cube_planks, step="half-width on the cube")
def the_half_width_is_proportional_to_the_mean(cube_ratio: sp.Expr, cube_width: sp.Expr, trial: Trial) -> Findings:
    """The half-width is the factor times the mean of the ratio, by the linearity of the mean."""
    yield from in_both_cases(cube_width, cube_ratio * mean, trial)


@enclosed(cube_planks, step="success on the cube")
def half_widths_add_up_on_the_cube(
    cube_width: sp.Expr, cover_sum: sp.Expr, cube_sum: sp.Expr, trial: Trial
) -> Findings:
    """By induction, one neuron and one more: the half-widths over the least sum of planks that cover."""
    one = cube_width / cover_sum
    yield trial.induction(cube_sum, N, one, lambda term: term + one, start=1, by=sp.expand)
    yield from in_both_cases(cube_sum, N * one, trial)


@enclosed(cube_planks, step="neurons on the cube")
def neurons_solve_the_bound_on_the_cube(cube_sum: sp.Expr, cube_number: sp.Expr, trial: Trial) -> Findings:
    """The sum less δ is the half-width of one neuron times N less the claimed number; the sum grows with N, at ε = 1/(2 + 2y)."""
    yield from in_both_cases(cube_sum - delta, cube_ratio * mean * (N - cube_number), trial)
    some = sp.Symbol("some", positive=True)
    width = mean * sp.Max(2 / (1 + some), 1 / some)
    yield trial.nonnegative(sp.diff(cube_sum, N), width, where={eps: 1 / (2 + 2 * some)}, strict=True)


@exact(cube_planks)
def logarithms_have_log_concave_densities(exponents: tuple[sp.Expr, ...], trial: Trial) -> Findings:
    """The logarithms of e^x times the densities of |w| and E at e^x, but for constants; their curvatures are negative."""
    laws = (sp.sqrt(2 / sp.pi) * sp.exp(-(s**2) / 2), sp.exp(-s))
    for exponent, law in zip(exponents, laws, strict=True):
        changed = sp.expand_log(sp.log(law.subs(s, sp.exp(x)) * sp.exp(x)), force=False)
        yield trial.same(sp.diff(exponent, x), sp.diff(changed, x))
        curvature = -sp.diff(exponent, x, 2)
        yield trial.nonnegative(curvature, curvature)
