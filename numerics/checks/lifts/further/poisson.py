"""Evidence for L8.2, besides its reasons: quotients have this first order; and more."""

from itertools import pairwise, product

import sympy as sp

from sparse_limits.numerics.checks.lifts.degrees import enumerated_law
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.theory.expressivity.wired_neurons import binomial_law
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.degrees import CHANCE, k, lam, n
from sparse_limits.theory.lifts.further.poisson import bound, in_gammas, poisson_distance, poisson_law

ONE = sp.Integer(1)


@exact(poisson_distance, step="first order")
def quotients_have_this_first_order(poisson_law: sp.Expr, first_order: sp.Expr, trial: Trial) -> Findings:
    """In x = 1/n: at k = 0, and what the quotient gains from k to k + 1, (1 − kx)/(1 − λx), at all k."""
    x = sp.Symbol("x", positive=True)
    gained = sp.cancel(trial.once(gained_by_one, poisson_law).subs(n, 1 / x))
    yield trial.same(first_order.subs(k, k + 1) - first_order, sp.diff(gained, x).subs(x, 0), by=sp.cancel)
    yield trial.same(gained, (1 - k * x) / (1 - lam * x), by=sp.simplify)
    start = sp.log(1 - lam * x) / x + lam  # of (1 − λ/n)^n e^λ
    yield trial.same(first_order.subs(k, 0), trial.once(sp.limit, start / x, x, 0, "+"))


def gained_by_one(poisson_law: sp.Expr) -> sp.Expr:
    """What the quotient of the laws at k + 1 is over that at k."""
    quotient = binomial_law(n, CHANCE, k) / poisson_law
    return in_gammas(quotient.subs(k, k + 1) / quotient)


@enclosed(poisson_distance, step="distance")
def distance_is_half_the_sum_of_differences(
    variation_distance: sp.Expr, poisson_law: sp.Expr, trial: Trial
) -> Findings:
    """½ Σ|P(X = i) − π_i|, where Poisson alone has mass beyond n."""
    for copies, degree in ((1, ONE / 3), (1, ONE), (2, sp.Integer(0)), (3, ONE), (5, ONE * 5), (8, ONE * 5 / 2)):
        law = enumerated_law(copies, degree / copies)
        poisson = [poisson_law.subs({lam: degree, k: count}) for count in range(copies + 1)]
        within = sum(sp.Abs(p - q) for p, q in zip(law, poisson, strict=True))
        yield trial.same(valued(variation_distance, {n: copies, lam: degree}), (within + 1 - sum(poisson)) / 2, by=None)


def stein_increment(place: int) -> sp.Expr:
    """f(j + 1) − f(j) for the solution of λ f(i + 1) − i f(i) = 1{i = j} − π_j, from its recursion in i."""
    point = poisson_law.subs(k, place)
    values = [sp.Integer(0)]
    for at in range(place + 1):
        values.append(((1 if at == place else 0) - point + at * values[at]) / lam)
    return values[place + 1] - values[place]


def choices_of_parts(distance: sp.Expr, copies: int) -> list[sp.Expr]:
    """A sum of positive parts is the largest of these: each part as it is, or left out."""
    positive = sp.Function("positive")  # part, the larger one of 0 and it
    total = distance.replace(sp.Piecewise, lambda *cases: cases[0][0])
    total = total.replace(sp.Max, lambda *either: positive(sp.Add(*either))).subs(n, copies).doit()
    parts = [(each, each.args[0]) for each in sorted(total.atoms(positive), key=sp.default_sort_key)]
    chosen = product((0, 1), repeat=len(parts))
    return [
        total.xreplace({each: bit * part for bit, (each, part) in zip(bits, parts, strict=True)}) for bits in chosen
    ]


@enclosed(poisson_distance)
def bounds_hold(
    variation_distance: sp.Expr, bound: sp.Expr, coupled_bound: sp.Expr, le_cam_bound: sp.Expr, trial: Trial
) -> Findings:
    """Stein's increments at 2, 3 and 5 are smaller; the distance is below the first bound at random sizes.

    The bounds are in order for n from 2 to 40, and the first is attained at n = 1.

    For n = 2, 3, 4 and all λ ≤ n the first is above each choice of parts, divided by λ: at 0 equal to some to second order.
    """
    for place in (2, 3, 5):
        increment, most = (sp.expand(each * sp.exp(lam)) for each in (lam * stein_increment(place), bound * n / lam))
        yield trial.everywhere(increment, most, within={lam: (0, sp.oo)}, zero={lam: (0, 1)})
    for copies in (2, 3, 4):
        for excess in trial.once(choices_of_parts, variation_distance, copies):
            sides = [sp.expand(each / lam) for each in (excess, bound.subs(n, copies))]
            order = 1 if trial.once(sp.diff, sides[1] - sides[0], lam).subs(lam, 0) else 2
            yield trial.everywhere(*sides, within={lam: (0, copies)}, zero={lam: (0, order)})
    yield trial.below(variation_distance, bound, at=trial.points(variation_distance))  # boxes: n positive parts, any n
    chance, real = sp.symbols("x nu", positive=True)  # λ/n, and n
    in_order = [
        sp.expand(each.subs(lam, n * chance) / chance).subs(n, real) for each in (bound, coupled_bound, le_cam_bound)
    ]
    for smaller, larger in pairwise(in_order):  # up to λ = n, divided by λ/n
        yield trial.everywhere(smaller, larger, within={chance: (0, 1), real: (2, 40)}, zero={chance: (0, 1)})
    for degree in (sp.Integer(0), ONE / 7, ONE):
        at = {n: sp.Integer(1), lam: degree}
        yield trial.same(valued(variation_distance, at), valued(bound, at), by=None)
        yield trial.same(valued(bound, at), valued(coupled_bound, at))


@enclosed(poisson_distance)
def distance_has_this_order(order: sp.Expr, variation_distance: sp.Expr, trial: Trial) -> Findings:
    """The positive parts of lim n(P(X = i)/π_i − 1), π-weighted; n times the distance at most 0.3 times as far from it at four times n.

    At λ = 2 the distance and its limit are 26 % of the bound, rounded.
    """
    x = sp.Symbol("x", positive=True)  # 1/n
    drift = sp.series(sp.log(1 - lam * x) / x, x, 0, 2).removeO().coeff(x, 1)  # of (1 − λ/n)^n e^λ
    slopes = [drift + count * lam - sp.binomial(count, 2) for count in range(7)]  # with (n)_i n^−i and (1 − λ/n)^−i
    for degree in (ONE / 2, ONE * 5 / 2):
        positive = (sp.Max(0, each) * poisson_law.subs(k, count) for count, each in enumerate(slopes))
        yield trial.same(order, sum(positive), by=None, at=[{lam: degree}])
    limit = order.subs(lam, 2)
    far, near = (trial.value(n * variation_distance - limit, {lam: ONE * 2, n: ONE * size}) for size in (24, 96))
    yield trial.holds(
        abs(near) <= 0.3 * abs(far), f"n times the distance is off by {far:.3g} at 24, by {near:.3g} at 96"
    )
    for share in (variation_distance / bound, order / (n * bound)):
        at = [{lam: ONE * 2, n: ONE * 200}]
        yield trial.below(sp.Rational(51, 200), share, at=at)
        yield trial.below(share, sp.Rational(53, 200), at=at)
