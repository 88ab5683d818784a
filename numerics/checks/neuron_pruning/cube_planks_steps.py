"""Evidence for N3.2, step by step: planks, the mean of the ratio, and the number of neurons."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.neuron_pruning.alignment import N, delta, eps, ratio
from sparse_limits.theory.neuron_pruning.cube_planks import (
    bend,
    corner,
    cube_error,
    cube_limit,
    cube_mean,
    cube_number,
    cube_planks,
    cube_ratio,
    cube_sum,
    cube_width,
    exponents,
    far,
    mean,
    norm_transform,
    s,
    slow,
    total,
    transform,
    weight_mean,
    weights,
    x,
    y,
)
from sparse_limits.theory.neuron_pruning.inputs import d
from sparse_limits.theory.neuron_pruning.planks import cover_sum, r

MORE, LESS = sp.Rational(11, 10), sp.Rational(9, 10)
ROOT = sp.sqrt(2 / sp.pi)  # E|w| of a standard normal weight


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


def in_both_cases(left: sp.Expr, right: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """That both sides are equal, whatever r and ε are; and at a point of each case, lest all random ones lie in one."""
    yield trial.same(left, right, by=by_cases)
    yield trial.same(left, right, at=BOTH, by=None)


@enclosed(cube_planks, step="cone")
@control("corners of the cube", corner=(sp.S.One, sp.S.One))
@control("as far as r", corner=(r, sp.S.One))
@control("as far as 1", corner=(sp.S.One, 1 / r))
@control("half as far", corner=(corner[0] / 2, corner[1] / 2))
def the_corner_is_on_the_cone_and_the_cube(corner: tuple[sp.Expr, sp.Expr], trial: Trial) -> Iterator[Finding]:
    """p = rq; the larger one of p and q is 1, and the smaller one no larger."""
    along, across = corner
    yield trial.same(along, r * across, by=sp.cancel)
    yield from in_both_cases(sp.Max(along, across), sp.S.One, trial)


@enclosed(cube_planks, step="bend")
@control("second difference", weights=(1, -2, 1))
@control("one of two ends", weights=(weights[0], weights[1], 0))
@control("half", bend=bend / 2)
@control("of the whole ratio", bend=r)
@control("corners of the cube", corner=(sp.S.One, sp.S.One))
@control("as far as r", corner=(r, sp.S.One))
def what_is_linear_drops_out(
    corner: tuple[sp.Expr, sp.Expr], weights: tuple[sp.Expr, ...], bend: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The weighted sum of errors at three points, A and B free."""
    along, across = corner
    errors = (sp.Max(p, 0) - A * p - B * q for p, q in ((-along, across), (sp.S.Zero, sp.S.One), (along, across)))
    yield from in_both_cases(
        sp.Add(*(weight * each for weight, each in zip(weights, errors, strict=True))), bend, trial
    )


@enclosed(cube_planks, step="three errors")
@control("of a second difference", total=sp.Integer(4))
@control("signed", total=2 - 2 / far)
@control("10 % less", total=LESS * total)
@control("second difference", weights=(1, -2, 1))
def moduli_of_the_weights_add_up(weights: tuple[sp.Expr, ...], total: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """A far point makes no minus."""
    yield from in_both_cases(total, sp.Add(*map(sp.Abs, weights)), trial)


@enclosed(cube_planks, step="error on the cube")
@control("N1 alone", cube_error=r / 4)
@control("far points alone", cube_error=r / (2 * (r + 1)))
@control("10 % less", cube_error=LESS * cube_error)
@control("twice that", cube_error=2 * cube_error)
@control("of the whole ratio", bend=r)
@control("of a second difference", total=sp.Integer(4))
def the_error_on_the_cube_is_a_quotient(
    bend: sp.Expr, total: sp.Expr, cube_error: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Times the sum of the moduli."""
    yield from in_both_cases(cube_error * total, bend, trial)


@enclosed(cube_planks, step="ratio on the cube", cost=0.5)
@control("4ε beyond 1/4, wasteful", cube_ratio=4 * eps)
@control("far points below 1/4", cube_ratio=2 * eps / (1 - 2 * eps))
@control("the smaller one", cube_ratio=sp.Min(4 * eps, 2 * eps / (1 - 2 * eps)))
@control("of the ball", cube_ratio=ratio)
@control("2ε instead of 4ε", cube_ratio=cube_ratio / 2)
@control("far points alone", cube_error=r / (2 * (r + 1)))
@control("N1 alone", cube_error=r / 4)
def the_error_at_this_ratio_is_the_one_allowed(
    cube_error: sp.Expr, cube_ratio: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The error there, below 1/4 and beyond; and how it grows, below a ratio of 1 and beyond."""
    yield from in_both_cases(cube_error.subs(r, cube_ratio), eps, trial)
    for place in CASES[r]:
        slope = sp.factor(sp.diff(decided(cube_error.subs(r, place)), y) / sp.diff(place, y))
        yield trial.nonnegative(slope, slope)


@enclosed(cube_planks, step="half-width on the cube")
@control("of the ball", cube_width=ratio * mean)
@control("2ε instead of 4ε", cube_width=cube_width / 2)
@control("10 % more", cube_width=MORE * cube_width)
@control("4ε beyond 1/4, wasteful", cube_ratio=4 * eps)
def the_half_width_is_proportional_to_the_mean(
    cube_ratio: sp.Expr, cube_width: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Of the ratio, by the linearity of the mean."""
    yield from in_both_cases(cube_width, cube_ratio * mean, trial)


@enclosed(cube_planks, step="success on the cube")
@control("of the ball", cube_sum=N * ratio * mean)
@control("4ε beyond 1/4, wasteful", cube_sum=4 * N * eps * mean)
@control("one neuron less", cube_sum=cube_sum.subs(N, N - 1))
@control("half as wide", cube_width=cube_width / 2)
@control("planks of half the sum", cover_sum=cover_sum / 2)
def half_widths_add_up_on_the_cube(
    cube_width: sp.Expr, cover_sum: sp.Expr, cube_sum: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """One neuron, and one more, over the least sum of planks that cover."""
    one = cube_width / cover_sum
    yield trial.induction(cube_sum, N, one, lambda term: term + one, start=1, by=sp.expand)
    yield from in_both_cases(cube_sum, N * one, trial)


@enclosed(cube_planks, step="neurons on the cube")
@control("ten per cent less", cube_number=LESS * cube_number)
@control("of the ball", cube_number=delta / (ratio * mean))
@control("4ε beyond 1/4, wasteful", cube_number=delta / (4 * eps * mean))
@control("twice the success", cube_sum=2 * cube_sum)
def neurons_solve_the_bound_on_the_cube(cube_sum: sp.Expr, cube_number: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """What is left of δ, in units of the half-width of one neuron; that of one neuron more, at ε = 1/(2 + 2y)."""
    yield from in_both_cases(cube_sum - delta, cube_ratio * mean * (N - cube_number), trial)
    some = sp.Symbol("some", positive=True)
    width = mean * sp.Max(2 / (1 + some), 1 / some)
    yield trial.nonnegative(sp.diff(cube_sum, N), width, where={eps: 1 / (2 + 2 * some)}, strict=True)


@exact(cube_planks, step="transform")
@control("two-sided", transform=sp.exp(s**2 / 2))
@control("no scaling of the argument", transform=sp.exp(s**2 / 2) * sp.erfc(s))
@control("10 % more", transform=MORE * transform)
def one_weight_has_this_transform(transform: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """E e^(−s|w|) is 1 at s = 0 and, by parts, has the derivative s·E e^(−s|w|) − E|w|."""
    yield trial.same(sp.diff(transform, s), s * transform - ROOT)
    yield trial.same(transform.subs(s, 0), sp.Integer(1))


@exact(cube_planks, step="substitution")
@control("without the root", slow=slow**2)
@control("first term alone", slow=slow.subs(y, 0))
@control("half the argument", slow=slow.subs(y, y / 2))
def the_exponent_is_the_new_variable(slow: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """v solves y = v + v²/(2s²), has this slope in y, and is 0 at 0."""
    v = s**2 * (1 / slow - 1)
    yield trial.same(v + v**2 / (2 * s**2), y)
    yield trial.same(sp.diff(v, y), slow)
    yield trial.same(v.subs(y, 0), sp.S.Zero)


@exact(cube_planks, step="independent weights")
@control("power d", norm_transform=norm_transform.subs(d, d + 1))
@control("sum of the transforms", norm_transform=(d - 1) * transform)
@control("two-sided", transform=sp.exp(s**2 / 2))
def transforms_multiply(transform: sp.Expr, norm_transform: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One other weight for d = 2, and one more for d + 1."""
    yield trial.induction(norm_transform, d, transform, lambda term: term * transform, start=2)


@exact(cube_planks, step="one weight")
@control("of both signs", weight_mean=sp.S.Zero)
@control("its square", weight_mean=sp.S.One)
@control("10 % more", weight_mean=MORE * weight_mean)
def a_normal_weight_has_this_modulus(weight_mean: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Twice the integral of u times the normal density over u > 0."""
    yield trial.same(weight_mean, sp.integrate(2 * y * sp.exp(-(y**2) / 2) / sp.sqrt(2 * sp.pi), (y, 0, sp.oo)))


def without_series(gap: sp.Expr) -> sp.Expr:
    """The gap with √(πz) e^z erfc √z for the series of −1/z (DLMF 13.6.8 and 13.6.21)."""

    def closed(each: sp.Expr) -> sp.Expr:
        z = sp.simplify(-1 / each.args[2])
        return sp.sqrt(sp.pi * z) * sp.exp(z) * sp.erfc(sp.sqrt(z))

    return sp.simplify(gap.replace(lambda each: isinstance(each, sp.hyper), closed))


@exact(cube_planks, step="mean on the cube", cost=0.4)
@control("power d", cube_mean=cube_mean.subs(d, d + 1))
@control("10 % more", cube_mean=MORE * cube_mean)
@control("10 % less", cube_mean=LESS * cube_mean)
@control("without the change of variable", cube_mean=cube_mean.replace(sp.exp(x), sp.exp(x / 2)))
@control("no scaling of the argument", norm_transform=(sp.exp(s**2 / 2) * sp.erfc(s)) ** (d - 1))
@control("its square", weight_mean=sp.S.One)
def both_parts_have_the_transform_of_the_norm(
    norm_transform: sp.Expr, weight_mean: sp.Expr, cube_mean: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Whatever d is: what is integrated from 0 to 1, and beyond 1 with ds = e^x dx; and the mean modulus before both."""
    parts = sorted(cube_mean.atoms(sp.Integral), key=lambda each: str(each.limits))
    ends = {(part.limits[0][1], part.limits[0][2]) for part in parts}
    yield trial.holds(ends == {(0, 1), (0, sp.oo)}, f"integrals from and to {ends}")
    for part in parts:
        ((variable, _, high),) = part.limits
        density = part.function.subs(variable, s) if high == 1 else part.function.subs(variable, sp.log(s)) / s
        yield trial.same(density, norm_transform, by=without_series)
    outside = cube_mean.xreplace(dict.fromkeys(parts, norm_transform))
    yield trial.same(outside, len(parts) * weight_mean * norm_transform)


@exact(cube_planks, step="limit")
@control("half of it", cube_limit=cube_limit / 2)
@control("over the mean square", cube_limit=weight_mean)
@control("10 % more", cube_limit=MORE * cube_limit)
@control("twice the argument", transform=transform.subs(s, 2 * s))
@control("weights of one", weight_mean=sp.S.One)
def the_limit_is_an_exponential(
    transform: sp.Expr, weight_mean: sp.Expr, cube_limit: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The transform starts with the slope −E|w|, so that its n-th power at y/n tends to the exponential; its integral."""
    yield trial.same(-sp.diff(transform, s).subs(s, 0), weight_mean)
    yield trial.same(cube_limit, weight_mean * sp.integrate(sp.exp(-ROOT * y), (y, 0, sp.oo)))


@exact(cube_planks)
@control("a density that is not changed", exponents=(-sp.exp(2 * x) / 2, exponents[1]))
@control("of one normal weight", exponents=(exponents[0], -(x**2) / 2))
def logarithms_have_log_concave_densities(exponents: tuple[sp.Expr, ...], trial: Trial) -> Iterator[Finding]:
    """The logarithms of e^x times the densities of |w| and E at e^x, but for constants; their curvatures are negative."""
    laws = (sp.sqrt(2 / sp.pi) * sp.exp(-(s**2) / 2), sp.exp(-s))
    for exponent, law in zip(exponents, laws, strict=True):
        changed = sp.expand_log(sp.log(law.subs(s, sp.exp(x)) * sp.exp(x)), force=False)
        yield trial.same(sp.diff(exponent, x), sp.diff(changed, x))
        curvature = -sp.diff(exponent, x, 2)
        yield trial.nonnegative(curvature, curvature)
