"""Evidence for L21.2, L21.3 and L22: copies of one unit on one data point, beside the bounds of their loss."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Findings, Trial, control, enclosed, exact
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.convergence import delta
from sparse_limits.theory.lifts.copies import A_1, M, gamma, inside, isolated_best_time, rho
from sparse_limits.theory.lifts.copies import Lambda as constant
from sparse_limits.theory.lifts.coverage import p_0, q
from sparse_limits.theory.lifts.further.any_data import ONE_CHILD, ONE_INPUT, TIMED, any_data
from sparse_limits.theory.lifts.further.any_data import copies_loss as input_loss
from sparse_limits.theory.lifts.further.attention_copies import MOVING, ONE_TOKEN, R_x, b_w, copied_heads, sign_length
from sparse_limits.theory.lifts.further.attention_copies import copies_loss as token_loss
from sparse_limits.theory.lifts.further.convolution_copies import ONE_WEIGHT, copied_filters, nu
from sparse_limits.theory.lifts.further.convolution_copies import copies_loss as filter_copies_loss
from sparse_limits.theory.lifts.further.copies_of_one_unit import least_time, moved
from sparse_limits.theory.lifts.linear_copies import distance_at, time_to
from sparse_limits.theory.lifts.readout import T

Place = Mapping[sp.Symbol, sp.Expr]


def misses(loss: sp.Expr, feature: sp.Expr, trial: Trial) -> Finding:
    """That it is half of the square of what the output misses, of a target that is A₁ times the unit."""
    target = A_1 * feature
    return trial.same(loss, (target - gamma * target) ** 2 / 2)


def not_yet(time: sp.Expr, copies: sp.Expr, place: Place, feature: sp.Expr, slope: sp.Expr, trial: Trial) -> Finding:
    """That so many copies have not passed the share at a place by a time: the loss, which never grows, is no less then.

    slope: what bounds the derivative of the unit on the way.
    """
    place = {**place, M: valued(copies, place)}
    copies, target = place[M], place[A_1] / place[M]
    needed = least_time(copies, valued(slope, place), valued(feature, place), target, place[gamma])
    return trial.below(valued(inside(time), place), needed, at=[{}])


def best_time(lipschitz: sp.Expr) -> sp.Expr:
    """The time of (B2) for a constant Λ."""
    return valued(isolated_best_time, {constant: lipschitz})


@exact(copied_filters)
@control("the loss falls with the share itself", copies_loss=filter_copies_loss / (1 - gamma))
@control("of a linear unit", copies_loss=filter_copies_loss * nu / sp.tanh(sp.sqrt(nu)) ** 2)
def copies_of_one_unit_are_three_numbers(copies_loss: sp.Expr, trial: Trial) -> Findings:
    """F = Maφ(θ) with a' = Eφ and θ' = Eaφ' grows at the rate EM(φ² + a²φ'²), and θ by aφ'/φ as a grows; the loss of filters."""
    readout, weight, error = sp.symbols("a w E", positive=True)
    unit = sp.tanh(weight * sp.sqrt(nu))
    slope = sp.diff(unit, weight)
    output = M * readout * unit
    grown = sp.diff(output, readout) * error * unit + sp.diff(output, weight) * error * readout * slope
    yield trial.same(grown, error * M * (unit**2 + readout**2 * slope**2))
    yield misses(copies_loss, sp.tanh(sp.sqrt(nu)), trial)


@enclosed(copied_filters)
def filters_are_no_further_at_the_time_of_the_bound(
    filter_lipschitz: sp.Expr, copies: sp.Expr, trial: Trial
) -> Findings:
    """Twelve filters of one weight on one pixel √ν, at small and at large targets: tanh'(wx)x is at most x."""
    for place in ONE_WEIGHT:
        yield not_yet(best_time(filter_lipschitz), copies, place, sp.tanh(sp.sqrt(nu)), sp.sqrt(nu), trial)


@enclosed(copied_filters)
@control("half the share", copies_loss=filter_copies_loss.subs(gamma, gamma / 2))
def linear_copies_need_the_least_time(copies_loss: sp.Expr, trial: Trial) -> Findings:
    """Where the flow has a closed form, for linear units, the least time is below its time and the distance above its own.

    There the loss at that share is that of linear units too, but for tanh in the place of 1.
    """
    one = sp.S.One
    for place in ONE_WEIGHT:
        copies, target, share = place[M], place[A_1] / place[M], place[gamma]
        goal = place[A_1]
        yield trial.below(least_time(copies, one, one, target, share), time_to(copies, goal, share * goal), at=[{}])
        yield trial.below(distance_at(copies, share * goal), moved(one, one, target, share), at=[{}])
        yield trial.same(
            valued(copies_loss, place), ((1 - share) * goal * sp.tanh(sp.Rational(1, 10))) ** 2 / 2, at=[{}]
        )


def heads_of_width_one(tokens: Sequence[sp.Expr], query: sp.Expr, key: sp.Expr, value: sp.Expr) -> list[sp.Expr]:
    """The rows of attention of width one, a number for each token."""
    rows = []
    for token in tokens:
        weights = [sp.exp(token * query * key * other) for other in tokens]
        rows.append(sum(w * other for w, other in zip(weights, tokens, strict=True)) / sum(weights) * value)
    return rows


@exact(copied_heads)
@control("the loss falls with the share itself", copies_loss=token_loss / (1 - gamma))
@control("the square of a token", copies_loss=token_loss * R_x**2)
def one_token_has_all_shares(copies_loss: sp.Expr, trial: Trial) -> Findings:
    """The head is V times the token then, whatever Q and K are."""
    query, key, value = sp.symbols("Q K V", real=True)
    (row,) = heads_of_width_one([R_x], query, key, value)
    yield trial.same(row, value * R_x)
    yield misses(copies_loss, row.subs({query: 1, key: 1, value: 1}), trial)


@enclosed(copied_heads)
def heads_are_no_further_at_the_time_of_the_bound(head_lipschitz: sp.Expr, copies: sp.Expr, trial: Trial) -> Findings:
    """Twelve heads that see one token, linear in V, at small and at large targets."""
    for place in ONE_TOKEN:
        length = valued(sign_length, place)
        yield not_yet(best_time(valued(head_lipschitz, {b_w: length})), copies, place, R_x, R_x, trial)


@enclosed(copied_heads)
def heads_have_moved_by_the_time_of_the_bound(head_lipschitz: sp.Expr, copies: sp.Expr, trial: Trial) -> Findings:
    """Twelve of them, which reach a share of the target before that time, and have moved by the radius by then: more copies are needed for less."""
    place = {**MOVING, M: valued(copies, MOVING)}
    time = valued(inside(best_time(valued(head_lipschitz, {b_w: valued(sign_length, place)}))), place)
    output = place[gamma] * place[A_1]
    reached = time_to(place[M], place[A_1], output) / place[R_x] ** 2  # tokens of length R_x are learnt so much slower
    yield trial.below(reached, time, at=[{}])
    yield trial.below(place[rho], distance_at(place[M], output) * (1 + sp.Rational(1, 10**9)), at=[{}])


@exact(copied_heads)
def two_tokens_have_the_slope(two_tokens_slope: sp.Expr, two_entries_slope: sp.Expr, trial: Trial) -> Findings:
    """The gradient of a row of the tokens ±R_x in Q, K, V, all of them b_w; and of both rows with readouts of opposite sign."""
    weights = sp.symbols("Q K V", real=True)
    rows = heads_of_width_one([R_x, -R_x], *weights)
    centre = dict.fromkeys(weights, b_w)
    square = sum(sp.diff(rows[0], each).subs(centre) ** 2 for each in weights)
    yield trial.same(two_tokens_slope**2, square, by=as_exponentials)
    both = (rows[0] - rows[1]) / sp.sqrt(2)
    square = sum(sp.diff(both, each).subs(centre) ** 2 for each in weights)
    yield trial.same(two_entries_slope**2, square, by=as_exponentials)


def as_exponentials(gap: sp.Expr) -> sp.Expr:
    """The gap as a quotient of polynomials in exponentials."""
    return sp.factor(sp.powsimp(sp.expand(sp.together(gap.rewrite(sp.exp)))))


@exact(any_data)
@control("the loss falls with the share itself", copies_loss=input_loss / (1 - gamma))
def copies_miss_so_much(copies_loss: sp.Expr, tree_copies_loss: sp.Expr, trial: Trial) -> Findings:
    """Units of one input R_x, and units of one child of the input 1."""
    yield misses(copies_loss, sp.tanh(R_x), trial)
    yield misses(tree_copies_loss, sp.tanh(sp.tanh(1)), trial)


@enclosed(any_data)
def units_are_no_further_at_the_time_of_the_bounds(
    largest_moment: sp.Expr, children_lipschitz: sp.Expr, copies: sp.Expr, trial: Trial
) -> Findings:
    """Twelve units of one input, at the time of (B2) and at one that is chosen, and of one child."""
    for place in ONE_INPUT:
        yield not_yet(best_time(sp.sqrt(largest_moment)), copies, place, sp.tanh(R_x), R_x, trial)
    for place in TIMED:
        yield not_yet(place[T], M, place, sp.tanh(R_x), R_x, trial)
    yield not_yet(best_time(children_lipschitz), M, ONE_CHILD, sp.tanh(sp.tanh(1)), children_lipschitz, trial)


def smallest_size(copies: int, chance: Fraction, allowed: Fraction) -> int:
    """How many terminals hold so many copies but for a probability that is allowed, one terminal after the other."""
    terminals, law = 0, [Fraction(1)]  # of the number of copies
    while sum(law[:copies], Fraction(0)) > allowed:
        kept, hit = ([*law, Fraction(0)], [Fraction(0), *law])
        law = [(1 - chance) * no + chance * yes for no, yes in zip(kept, hit, strict=True)]
        terminals += 1
    return terminals


def sizes_agree(claimed: sp.Expr, chance: sp.Symbol, trial: Trial) -> Findings:
    """At some numbers of copies and chances."""
    for copies, share, allowed in (
        (1, Fraction(1, 2), Fraction(1, 10)),
        (12, Fraction(1, 2), Fraction(1, 10)),
        (3, Fraction(1, 4), Fraction(1, 3)),
    ):
        at = {M: sp.Integer(copies), chance: sp.Rational(share), delta: sp.Rational(allowed)}
        seen = sp.Integer(trial.once(smallest_size, copies, share, allowed))
        yield trial.same(valued(claimed, at), seen, by=None)


@enclosed(copied_filters)
def sizes_for_copies_of_filters(least_size: sp.Expr, trial: Trial) -> Findings:
    """A filter is there with the chance of its one edge."""
    yield from sizes_agree(least_size, p_0, trial)


@enclosed(copied_heads)
def sizes_for_copies_of_heads(least_size: sp.Expr, trial: Trial) -> Findings:
    """A head that sees one token is a copy with the chance of its one edge, whatever its signs."""
    yield from sizes_agree(least_size, p_0, trial)


@enclosed(any_data)
def sizes_for_copies_of_units(least_size: sp.Expr, trial: Trial) -> Findings:
    """A unit of one input is there with the chance that is given."""
    yield from sizes_agree(least_size, q, trial)
