"""Evidence for N3.2, step by step: planks, the mean of the ratio, and the number of neurons."""

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.neuron_pruning.alignment import N, delta, eps
from sparse_limits.theory.neuron_pruning.cube_planks import cube_planks, cube_ratio, mean, s, x, y
from sparse_limits.theory.neuron_pruning.planks import r

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
