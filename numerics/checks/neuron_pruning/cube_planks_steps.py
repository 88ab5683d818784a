"""Evidence for N3.2, step by step: planks, the mean of the ratio, and the number of neurons."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from numerics.evidence import Finding, Trial, control, exact
from theory.neuron_pruning.alignment import N, delta, eps, ratio
from theory.neuron_pruning.cube_planks import (
    cube_limit,
    cube_mean,
    cube_neurons,
    cube_planks,
    cube_success,
    cube_width,
    exponents,
    norm_transform,
    s,
    slow,
    transform,
    weight_mean,
    x,
    y,
)
from theory.neuron_pruning.kink import kink, kink_bound, radius
from theory.neuron_pruning.planks import cover_sum, d, mean

MORE, LESS = sp.Rational(11, 10), sp.Rational(9, 10)
ROOT = sp.sqrt(2 / sp.pi)  # E|w| of a standard normal weight


@exact(cube_planks, step="half-width on the cube")
@control("tangent for sine", cube_width=ratio * mean)
@control("2ε instead of 4ε", cube_width=cube_width / 2)
@control("10 % more", cube_width=MORE * cube_width)
def the_segment_is_as_long_as_the_kink_lemma_allows(cube_width: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Half of the length at which N1 bounds the error by ε, times the mean."""
    longest = sp.solve(kink_bound.subs(kink, 1) - eps, radius)[0]
    yield trial.same(cube_width, longest * mean)


@exact(cube_planks, step="success on the cube")
@control("tangent for sine", cube_success=cube_success * sp.sqrt(1 / (1 - 16 * eps**2)))
@control("one neuron less", cube_success=cube_success.subs(N, N - 1))
@control("half as wide", cube_width=cube_width / 2)
@control("planks of half the sum", cover_sum=cover_sum / 2)
def half_widths_add_up_on_the_cube(
    cube_width: sp.Expr, cover_sum: sp.Expr, cube_success: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """One neuron, and one more, over the least sum of planks that cover."""
    one = cube_width / cover_sum
    yield trial.induction(cube_success, N, one, lambda term: term + one, start=1)


@exact(cube_planks, step="neurons on the cube")
@control("ten per cent less", cube_neurons=LESS * cube_neurons)
@control("tangent for sine", cube_neurons=delta / (ratio * mean))
@control("twice the success", cube_success=2 * cube_success)
def neurons_solve_the_bound_on_the_cube(
    cube_success: sp.Expr, cube_neurons: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """What is left of δ, in units of the half-width of one neuron."""
    yield trial.same(cube_success - delta, 4 * eps * mean * (N - cube_neurons))


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
@control("its square", cube_limit=weight_mean)
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
