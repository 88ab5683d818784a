"""Evidence for N9.1, step by step: points that planks miss, and how two of them depend on each other."""

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.numerics.exact.identities import simplified
from sparse_limits.theory.formulas.valued import put_in, valued
from sparse_limits.theory.neuron_pruning.alignment import N, ratio
from sparse_limits.theory.neuron_pruning.covering import b, ball_covering, g, level, rho, share, theta, v, x, y
from sparse_limits.theory.neuron_pruning.inputs import d

half = sp.Symbol("half", positive=True)  # cos θ/2


def by_half_angle(gap: sp.Expr) -> sp.Expr:
    """The gap in the tangent of half of θ, where exponents are sums of its powers."""
    tangent = sp.Symbol("tangent", positive=True)
    square = 1 + tangent**2
    halves = {sp.cos(theta / 2): 1 / sp.sqrt(square), sp.sin(theta / 2): tangent / sp.sqrt(square)}
    whole = {sp.cos(theta): (1 - tangent**2) / square, sp.sin(theta): 2 * tangent / square}
    gap = gap.xreplace({**halves, **whole})
    return simplified(gap.replace(sp.exp, lambda each: sp.exp(sp.expand(sp.cancel(each)))))


def by_roots(gap: sp.Expr) -> sp.Expr:
    """The gap in half angles, with a letter for what makes 1 − 2ρ² and 1 − ρ² quotients, over one denominator in each root.

    Cosines in roots are sines.
    """
    letter, sine = sp.symbols("letter sine", positive=True)
    halves = {sp.sin(theta / 2): sine, sp.cos(theta / 2): half, rho: 1 / sp.sqrt(2 + letter**2)}

    def factored(power: sp.Expr) -> sp.Expr:
        over = sp.fraction(sp.factor(power.base))
        top, bottom = (sp.factor(sp.expand(sp.expand(each).subs(half**2, 1 - sine**2))) for each in over)
        return top**power.exp / bottom**power.exp

    gap = gap.subs(halves)
    for _ in range(2):
        gap = sp.simplify(sp.expand(gap.replace(lambda each: each.is_Pow and not each.exp.is_integer, factored)))
    return gap


def in_powers(gap: sp.Expr) -> sp.Expr:
    """Zero, where it is, of exponentials of multiples of a logarithm."""
    return sp.simplify(sp.powsimp(sp.expand(gap.replace(sp.exp, lambda each: sp.exp(sp.factor(each))))))


@exact(ball_covering, step="rate")
def two_points_depend_by_the_normal_density(rate: sp.Expr, trial: Trial) -> Findings:
    """The rate is by the normal density of a pair with covariance cos θ, whose derivative is −sin θ; that density satisfies Price's
    equation.

    The sign for θ < π/2: at cos θ = 1/(1 + y), and where the second exponential is the first over 1 + z.
    """
    c = sp.Symbol("c", real=True)
    exponent = -(x**2 + y**2 - 2 * c * x * y) / (2 * (1 - c**2)) - sp.log(2 * sp.pi * sp.sqrt(1 - c**2))
    mixed = sp.diff(exponent, x) * sp.diff(exponent, y) + sp.diff(exponent, x, y)
    yield trial.same(sp.diff(exponent, c), mixed)  # both over the density, so that no number overflows near c = 1
    density = sp.exp(exponent)
    alike, apart = (density.subs({x: level, y: sign * level}) for sign in (1, -1))
    spread = 2 * (alike - apart) * sp.sqrt(1 - c**2)
    yield trial.same(rate, spread.subs(c, sp.cos(theta)), by=by_half_angle)
    more, times = sp.symbols("y z", positive=True)
    place = sp.sqrt(sp.log(1 + times) * more * (2 + more) / (2 * (1 + more)))
    at = {level: place, theta: sp.acos(1 / (1 + more))}
    yield trial.nonnegative(rate, times * (1 + times) ** (-1 - more / 2) / sp.pi, where=at, by=in_powers, strict=True)


@enclosed(ball_covering, step="not too small")
def few_points_are_missed_no_more_than_by_the_mean(missed: sp.Expr, least_missed: sp.Expr, trial: Trial) -> Findings:
    """The bound is e^(−t²/2) times e^(−t E|w|), with E|w| an integral; it is at most the probability up to t = 8, and has the same slope at
    0.
    """
    weight = sp.integrate(2 * g * sp.exp(-(g**2) / 2) / sp.sqrt(2 * sp.pi), (g, 0, sp.oo))
    yield trial.same(sp.log(least_missed), -(level**2) / 2 - level * weight, by=sp.expand_log)
    yield trial.everywhere(least_missed, missed, within={level: (0, 8)}, zero={level: (0, 2)})
    yield trial.same(sp.diff(least_missed / missed, level).subs(level, 0), sp.S.Zero)


@exact(ball_covering, step="widths")
def the_rate_over_the_square_has_normal_parts(
    rate: sp.Expr, least_missed: sp.Expr, tilt: sp.Expr, wide: sp.Expr, narrow: sp.Expr, trial: Trial
) -> Findings:
    """The rate over the square of the bound, times e^(−g²/2), is the difference of the two normal parts over π, for all g."""
    ours = (rate / least_missed**2).subs(level, rho * g) * sp.exp(-(g**2) / 2)
    wider, narrower = (sp.exp(-(g**2) / (2 * each**2) + tilt * g) for each in (wide, narrow))
    yield trial.same(ours, (wider - narrower) / sp.pi, by=by_half_angle)


@enclosed(ball_covering, step="steepness")
def the_steepness_is_a_slope(
    tilted: sp.Expr, tilt: sp.Expr, widest: sp.Expr, steepness: sp.Expr, trial: Trial
) -> Findings:
    """The steepness is the slope in v² at the widest v. The slope of v(e^(cv) − 1) in v² does not fall in v, so this function is convex in
    v².
    """
    square = sp.Symbol("square", positive=True)
    growing, in_width = sp.diff((tilted - v).subs(v, sp.sqrt(square)), square), sp.diff(tilted - v, v) / (2 * v)
    yield trial.same(growing, in_width.subs(v, sp.sqrt(square)))
    yield trial.same(steepness, valued(in_width, {v: widest, b: tilt}))
    c = sp.Symbol("c", positive=True)
    twice = sp.diff(sp.diff(v * (sp.exp(c * v) - 1), v) / v, v)
    u = sp.Symbol("u", nonnegative=True)
    growth = sp.exp(u) * (u**2 + u - 1) + 1
    yield trial.same(twice, growth.subs(u, c * v) / v**2)
    yield trial.same(sp.diff(growth, u), sp.exp(u) * u * (u + 3))
    yield trial.same(growth.subs(u, 0), sp.S.Zero)


@enclosed(ball_covering, step="lengths")
def widths_have_this_integral(wide: sp.Expr, narrow: sp.Expr, arcs: sp.Expr, trial: Trial) -> Findings:
    """Minus the derivative of the integral in the angle is the difference of the widths, and at a right angle the integral is 0."""
    yield trial.same(-sp.diff(arcs, theta), wide - narrow, by=by_roots)
    yield trial.same(arcs.subs(theta, sp.pi / 2), sp.S.Zero)


def by_square_roots(gap: sp.Expr) -> sp.Expr:
    """The gap in letters that make both roots those of squares: sin θ is the half of x − y/x, and ρ² = 1/(2 + u), y as that wants it."""
    x, u = sp.symbols("x u", positive=True)
    y = 4 * (1 + u) / u**2
    gap = gap.subs({rho: 1 / sp.sqrt(2 + u), sp.sin(theta): (x - y / x) / 2}, simultaneous=True)
    return sp.simplify(gap.replace(lambda each: each.is_Pow, lambda each: sp.factor(each.base) ** each.exp))


@enclosed(ball_covering, step="one arc")
def two_arcs_are_one(arcs: sp.Expr, sine: sp.Expr, right_sine: sp.Expr, lengths: sp.Expr, trial: Trial) -> Findings:
    """The sum of two arcsines, each at most a right angle, is a right angle less one arcsine, by the cosine of the sum; this turns the
    integral into the lengths.
    """
    near, far = share * sp.sin(theta / 2), share * sp.cos(theta / 2)
    under = 1 - share**2 + (share**2 * sp.sin(theta) / 2) ** 2
    yield trial.same((1 - near**2) * (1 - far**2), under, by=by_half_angle)
    yield trial.same(near * far, share**2 * sp.sin(theta) / 2, by=by_half_angle)
    yield trial.same(sine, sp.sqrt(under) - share**2 * sp.sin(theta) / 2, by=by_square_roots)
    yield trial.same(right_sine, 1 - share**2)
    sums = {
        sp.asin(near): sp.pi / 2 - sp.asin(sine) - sp.asin(far),
        sp.asin(share / sp.sqrt(2)): (sp.pi / 2 - sp.asin(right_sine)) / 2,
    }
    yield trial.same(arcs.subs(sums), lengths, by=sp.expand)
    yield trial.same(arcs, lengths, by=None)


@enclosed(ball_covering, step="squares")
def squares_have_this_integral(wide: sp.Expr, narrow: sp.Expr, squares: sp.Expr, trial: Trial) -> Findings:
    """Minus the derivative of the integral in the angle is the difference of the squared widths, and at a right angle the integral is 0."""
    falling = sp.diff(squares, theta)
    yield trial.same(-falling, wide**2 - narrow**2, by=by_half_angle)
    yield trial.same(squares.subs(theta, sp.pi / 2), sp.S.Zero)


def by_recurrence(gap: sp.Expr) -> sp.Expr:
    """Γ(x + 1) = x Γ(x)."""
    return sp.simplify(sp.expand_func(gap))


@exact(ball_covering, step="angle")
def powers_of_the_sine_are_a_density(angle_density: sp.Expr, trial: Trial) -> Findings:
    """The density's total is 1 for d = 3 and 4, and the same for d and d + 2, as the derivative of sin^(d−2)θ cos θ integrates to 0."""
    ends = sp.sin(theta) ** (d - 2) * sp.cos(theta)
    power = sp.sin(theta) ** (d - 3)
    change = (d - 2) * power - (d - 1) * power * sp.sin(theta) ** 2
    yield trial.same(
        sp.diff(ends, theta) / power, change / power, by=lambda gap: sp.trigsimp(sp.powsimp(sp.expand(gap)))
    )
    yield trial.same(
        (angle_density.subs(d, d + 2) * (d - 2)) / (angle_density * (d - 1)), sp.sin(theta) ** 2, by=by_recurrence
    )
    for first in (3, 4):
        yield trial.same(sp.integrate(angle_density.subs(d, first), (theta, 0, sp.pi / 2)), sp.S.One)


@exact(ball_covering, step="second moment")
def the_mean_is_over_the_angle(
    angle_density: sp.Expr, one_neuron: sp.Expr, second_moment: sp.Expr, trial: Trial
) -> Findings:
    """The integrand from 0 to a right angle, by induction: one neuron, and one more."""
    one_neuron = put_in(one_neuron).subs(rho, ratio)
    second_moment = put_in(second_moment)
    (integral,) = second_moment.atoms(sp.Integral)
    ((variable, low, high),) = integral.limits
    yield trial.holds((low, high) == (0, sp.pi / 2), f"from {low} to {high}")
    inside = second_moment.xreplace({integral: integral.function.subs(variable, theta)})
    first = angle_density * one_neuron
    letter = sp.Dummy(positive=True)
    yield trial.induction(
        inside,
        N,
        first,
        lambda term: term * one_neuron,
        start=1,
        by=lambda gap: sp.powsimp(gap.xreplace({one_neuron: letter})),
    )
