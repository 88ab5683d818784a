"""Evidence for L8.2: how far binomial degrees are from the Poisson law."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, product

import sympy as sp

from sparse_limits.numerics.checks.lifts.degrees import enumerated_law
from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.theory.expressivity.wired_neurons import binomial_law
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.degrees import k, lam, n
from sparse_limits.theory.lifts.poisson import (
    F,
    beyond,
    bound,
    coupled_bound,
    edge_distance,
    edge_term,
    first_order,
    i,
    j,
    jump,
    l,
    largest_jump,
    last_below,
    le_cam_bound,
    lower_ratio,
    lower_term,
    order,
    poisson_distance,
    poisson_law,
    u,
    up_to,
    upper_ratio,
    v,
    variation_distance,
)

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
ONE = sp.Integer(1)
CHANCE = lam / n


def in_gammas(gap: sp.Expr) -> sp.Expr:
    """A gap of factorials and powers, its powers joined first."""
    return sp.simplify(sp.gammasimp(sp.powsimp(gap)))


@exact(poisson_distance, step="one edge")
@control("the mean for the edge", edge_term=CHANCE * (v - u))
@control("as if X were independent of the edge", edge_term=CHANCE * (1 - CHANCE) * (v - u))
@control("the sum", edge_term=CHANCE**2 * (v + u))
@control("10 % more", edge_term=ELEVEN * edge_term)
def edges_are_exchanged(edge_term: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """f(X + 1) is f(X_s + 2) with the edge and f(X_s + 1) without; the edge times f(X) is f(X_s + 1) with it."""
    yield trial.same(edge_term, CHANCE * (CHANCE * v + (1 - CHANCE) * u) - CHANCE * u, by=sp.expand)


@exact(poisson_distance, step="one point")
@control("the sign", up_to=-up_to)
@control("without the place", up_to=i * up_to)
@control("10 % less", up_to=NINE * up_to)
@control("all of the mass", beyond=beyond / (1 - F))
@control("10 % more", beyond=ELEVEN * beyond)
@control("another law", poisson_law=poisson_law * (k + 1))
def stein_equation_is_solved(poisson_law: sp.Expr, up_to: sp.Expr, beyond: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """With F(i) = F(i − 1) + π_i: at i < j, at i > j, from j to j + 1, and at 0, where F is π_0."""
    point, here = poisson_law.subs(k, j), poisson_law.subs(k, i)
    more = {i: i + 1, F: F + here}
    yield trial.same(lam * valued(up_to, more) - i * up_to, -point, by=in_gammas)
    yield trial.same(lam * beyond.subs(more, simultaneous=True) - i * beyond, -point, by=in_gammas)
    yield trial.same((lam * beyond.subs(more, simultaneous=True) - i * up_to).subs(i, j), 1 - point, by=in_gammas)
    yield trial.same(lam * up_to.subs({i: 1, F: poisson_law.subs(k, 0)}), -point, by=in_gammas)


@exact(poisson_distance, step="neighbours")
@control("they stay the same", lower_ratio=sp.S.One)
@control("one term on", lower_ratio=lower_ratio.subs(l, l + 1))
@control("10 % more", lower_ratio=ELEVEN * lower_ratio)
@control("the lower ones", upper_ratio=lower_ratio)
@control("one term back", upper_ratio=i / (i + l))
@control("10 % less", upper_ratio=NINE * upper_ratio)
@control("another law", poisson_law=poisson_law * (k + 1))
def terms_have_these_ratios(
    poisson_law: sp.Expr, lower_ratio: sp.Expr, upper_ratio: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Of neighbouring places; below the place the first exceeds 1, the second does not."""
    for ratio, place in ((lower_ratio, i - 1 - l), (upper_ratio, i + l)):
        term = poisson_law.subs(k, place) / (i * poisson_law.subs(k, i))
        yield trial.same(term.subs(i, i + 1) / term, ratio, by=in_gammas)
    yield trial.nonnegative(lower_ratio.subs(i, l + i) - 1, l / i, by=sp.cancel)
    yield trial.nonnegative(1 - upper_ratio, (l + 1) / (i + l + 1), by=sp.cancel)


@exact(poisson_distance, step="jump")
@control("without what is below", jump=(1 - F - poisson_law.subs(k, j)) / lam)
@control("with the point", jump=jump + poisson_law.subs(k, j) / lam)
@control("10 % more", jump=ELEVEN * jump)
@control("the sign", up_to=-up_to)
@control("all of the mass", beyond=beyond / (1 - F))
@control("another mean", poisson_law=poisson_law / lam)
def jumps_are_differences(
    poisson_law: sp.Expr, up_to: sp.Expr, beyond: sp.Expr, jump: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The solution at j + 1 less that at j; it is not negative, by the probability of what is above j."""
    after = valued(beyond, {i: j + 1, F: F + valued(poisson_law, {k: j})})
    yield trial.same(jump, after - up_to.subs(i, j), by=in_gammas)
    above, some = sp.Symbol("above", nonnegative=True), sp.Symbol("some", positive=True)
    least = jump.subs(lam, some).subs(valued(poisson_law, {k: j, lam: some}), 1 - F - above)
    yield trial.nonnegative(least, F / j + above / some)


@exact(poisson_distance, step="sum below")
@control("without the place", lower_term=lower_term / j)
@control("without the mean", lower_term=lam * lower_term)
@control("10 % more", lower_term=ELEVEN * lower_term)
@control("another law", poisson_law=poisson_law * (k + 1))
def terms_below_have_the_next_ones(poisson_law: sp.Expr, lower_term: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The recursion of the law; times 1/j each is i/j, at most 1, times its successor over λ."""
    yield trial.same(lower_term, poisson_law.subs(k, j - 1), by=in_gammas)
    yield trial.same(poisson_law.subs(k, 0), sp.exp(-lam))


@exact(poisson_distance, step="largest jump")
@control("without what is left out", largest_jump=1 / lam)
@control("10 % less", largest_jump=NINE * largest_jump)
@control("10 % more", largest_jump=ELEVEN * largest_jump)
@control("without what is below", jump=(1 - F - poisson_law.subs(k, j)) / lam)
@control("without the mean", lower_term=lam * lower_term)
@control("another law", poisson_law=poisson_law * (k + 1))
def jumps_are_bounded(
    poisson_law: sp.Expr, jump: sp.Expr, lower_term: sp.Expr, largest_jump: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """It lacks what *sum below* says is not negative: nothing for j = 1, where F is π_0."""
    point = poisson_law.subs(k, j)
    below = (F + point - sp.exp(-lam)) / lam - F / j
    yield trial.same(largest_jump - jump, below, by=sp.expand)
    yield trial.same(jump.subs({F: lower_term, j: 1}), largest_jump, by=sp.expand)


@exact(poisson_distance, step="Barbour–Hall")
@control("without Stein's factor: λ/n", bound=lam / n)
@control("the coupling's", bound=coupled_bound)
@control("bound 10 % more", bound=ELEVEN * bound)
@control("bound 10 % less", bound=NINE * bound)
@control("the mean for the edge", edge_term=CHANCE * (v - u))
@control("without what is left out", largest_jump=1 / lam)
def all_edges_have_the_largest_jump(
    edge_term: sp.Expr, largest_jump: sp.Expr, bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """n edges, each with the largest difference of neighbours."""
    yield trial.same(bound, n * edge_term.subs(v, u + largest_jump), by=sp.expand)


@exact(poisson_distance, step="pair")
@control("two events", edge_distance=2 * edge_distance)
@control("Le Cam's", edge_distance=CHANCE**2)
@control("10 % more", edge_distance=ELEVEN * edge_distance)
@control("another law", poisson_law=poisson_law * (k + 1))
def one_edge_is_nearly_poisson(poisson_law: sp.Expr, edge_distance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """p less the Poisson probability of 1."""
    yield trial.same(edge_distance, CHANCE - poisson_law.subs(k, 1).subs(lam, CHANCE), by=sp.expand)


@exact(poisson_distance, step="coupling")
@control("one edge", coupled_bound=edge_distance)
@control("coupling 10 % more", coupled_bound=ELEVEN * coupled_bound)
@control("Barbour and Hall's", coupled_bound=bound)
@control("two events", edge_distance=2 * edge_distance)
@control("bound twice", bound=2 * bound)
def pairs_add_up(bound: sp.Expr, edge_distance: sp.Expr, coupled_bound: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """n pairs; both bounds are multiples of λ/n, by 1 − qⁿ and n(1 − q) at q = e^(−λ/n)."""
    q = sp.exp(-lam / n)
    yield trial.same(coupled_bound, n * edge_distance, by=sp.expand)
    yield trial.same(coupled_bound - bound, CHANCE * (n * (1 - q) - (1 - q**n)), by=sp.expand)


@exact(poisson_distance, step="Le Cam")
@control("Le Cam's with its usual 2", le_cam_bound=2 * le_cam_bound)
@control("Le Cam's 10 % less", le_cam_bound=NINE * le_cam_bound)
@control("of one edge", le_cam_bound=CHANCE**2)
@control("one edge", coupled_bound=edge_distance)
def le_cam_bounds_the_coupling(coupled_bound: sp.Expr, le_cam_bound: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """They differ by λ(x − 1 + e⁻ˣ), x = λ/n."""
    yield trial.same(le_cam_bound - coupled_bound, lam * (CHANCE - 1 + sp.exp(-CHANCE)), by=sp.expand)


@exact(poisson_distance, step="first order")
@control("the square alone", first_order=-((k - lam) ** 2) / 2)
@control("not halved", first_order=2 * first_order)
@control("10 % more", first_order=ELEVEN * first_order)
@control("another law", poisson_law=poisson_law * (k + 1))
def quotients_have_this_first_order(poisson_law: sp.Expr, first_order: sp.Expr, trial: Trial) -> Iterator[Finding]:
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


@exact(poisson_distance, step="order")
@control("without a half", order=2 * order)
@control("the bound's", order=lam * (1 - sp.exp(-lam)))
@control("10 % more", order=ELEVEN * order)
@control("10 % less", order=NINE * order)
@control("not halved", first_order=2 * first_order)
@control("another law", poisson_law=poisson_law * (k + 1))
def order_has_the_positive_parts(
    poisson_law: sp.Expr, first_order: sp.Expr, order: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Term by term, up to the larger root, and not one term more; the smaller one is not negative."""
    positive = sp.Sum(sp.Max(0, first_order) * poisson_law, (k, 1, last_below))
    yield trial.same(order, positive, by=of_sums)
    larger, smaller = (lam + sp.Rational(1, 2) + sign * sp.sqrt(4 * lam + 1) / 2 for sign in (1, -1))
    yield trial.same(2 * first_order, -(k - larger) * (k - smaller), by=sp.expand)
    yield trial.same(first_order.subs(k, 0), -(lam**2) / 2)


def of_sums(gap: sp.Expr) -> sp.Expr:
    """A gap of sums over one range, as the gap of their terms, maxima with 0 without rational factors."""
    ranges = {each.limits for each in gap.atoms(sp.Sum)}
    if len(ranges) != 1:
        return gap
    terms = gap.replace(sp.Sum, lambda function, *_: function)
    return sp.simplify(terms.replace(sp.Max, primitive))


def primitive(zero: sp.Expr, part: sp.Expr) -> sp.Expr:
    """A maximum with 0, a positive rational factor before it."""
    factor, rest = sp.expand(zero + part).as_content_primitive()
    return factor * sp.Max(0, rest)


@enclosed(poisson_distance, step="distance")
@control("twice, the sum of both excesses", variation_distance=2 * variation_distance)
@control("10 % more", variation_distance=ELEVEN * variation_distance)
@control("the bound", variation_distance=bound)
@control("another law", poisson_law=poisson_law * (k + 1))
def distance_is_half_the_sum_of_differences(
    variation_distance: sp.Expr, poisson_law: sp.Expr, trial: Trial
) -> Iterator[Finding]:
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
@control("without Stein's factor: 1/n", bound=1 / n)
@control("exponent of λ halved", bound=(1 - sp.exp(-lam / 2)) * lam / n)
@control("10 % less", bound=NINE * bound)
@control("the coupling of one edge", coupled_bound=coupled_bound / n)
@control("Le Cam's halved", le_cam_bound=le_cam_bound / 2)
@control("distance twice", variation_distance=2 * variation_distance)
def bounds_hold(
    variation_distance: sp.Expr, bound: sp.Expr, coupled_bound: sp.Expr, le_cam_bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
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
@control("without a half", order=2 * order)
@control("the bound's", order=lam * (1 - sp.exp(-lam)))
@control("10 % more", order=ELEVEN * order)
@control("10 % less", order=NINE * order)
@control("distance 10 % more", variation_distance=ELEVEN * variation_distance)
def distance_has_this_order(order: sp.Expr, variation_distance: sp.Expr, trial: Trial) -> Iterator[Finding]:
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
