"""Evidence for N5.2, besides its reasons: largest strength of one kink; one kink by its primitive; and more."""

import numpy as np
import sympy as sp

from sparse_limits.numerics.checks.neuron_pruning.chances import checks_from_the_other_side
from sparse_limits.numerics.checks.neuron_pruning.jumps import random_neurons
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.numerics.exact.identities import simplified
from sparse_limits.theory.neuron_pruning.alignment import N, delta, eps
from sparse_limits.theory.neuron_pruning.jump_bound import A, R, T, by_clusters, excess, farthest, jump_bound, s, v
from sparse_limits.theory.neuron_pruning.jumps import after, ahead, g, h, here, k

x = sp.Symbol("x", positive=True)


def in_halves(gap: sp.Expr) -> sp.Expr:
    """A rational function of the tangents of half of both gaps."""
    first, second = sp.symbols("tan_g tan_h", positive=True)
    waves: dict[sp.Expr, sp.Expr] = {}
    for place, half in ((g, first), (h, second)):
        square = half**2
        waves |= {
            sp.sin(place): 2 * half / (1 + square),
            sp.cos(place): (1 - square) / (1 + square),
            sp.tan(place / 2): half,
        }
    return sp.cancel(gap.subs(waves))


def in_sines(gap: sp.Expr) -> sp.Expr:
    """Cotangents over a common denominator."""
    return sp.simplify(sp.expand_trig(gap).rewrite(sp.cos))


def in_tangents(gap: sp.Expr) -> sp.Expr:
    """Zero, where it is, of twice an arc tangent."""
    return sp.simplify(sp.expand_trig(gap))


@exact(jump_bound, step="one kink inside")
def largest_strength_of_one_kink(jump: sp.Expr, length: sp.Expr, largest: sp.Expr, trial: Trial) -> Findings:
    """With errors of both signs the strength is ε times the sum of the cotangents of half of both gaps, and falls with the gaps; the
    largest one has the larger gap at its least, half of the arc.

    The signs in the tangents a and b of half of the gaps, ab < 1.
    """
    strength = jump.subs({after: eps, ahead: eps, here: -eps})
    yield trial.same(strength, eps / sp.tan(g / 2) + eps / sp.tan(h / 2), by=in_halves)
    yield trial.same(largest, strength.subs(h, length / 2), by=in_halves)
    yield trial.same(sp.diff(jump, after), 1 / sp.sin(g))
    yield trial.same(sp.diff(jump, here), -sp.sin(g + h) / (sp.sin(g) * sp.sin(h)), by=in_sines)
    a, b, y = sp.symbols("a b y", positive=True)
    falling = -sp.diff(strength, h)
    yield trial.nonnegative(falling, eps * (1 + b**2) / (2 * b**2), where={h: 2 * sp.atan(b)}, strict=True)
    below = {g: 2 * sp.atan(a), h: 2 * sp.atan(1 / (a * (1 + y)))}
    least = (a**2 * (1 + y) + 1) * y / (2 * a * (1 + y))
    yield trial.nonnegative(-sp.diff(jump, here), least, where=below, by=in_tangents, strict=True)


def with_a_letter(gap: sp.Expr) -> sp.Expr:
    """For the excess of 1/ε, so that the logarithms of its square add up."""
    short = sp.expand_trig(gap.subs(excess, sp.Symbol("y", real=True)))
    return simplified(sp.expand_log(short.replace(sp.log, lambda inside: sp.log(sp.factor(inside)))))


@enclosed(jump_bound, step="near the ends", cost=0.3)
def one_kink_by_its_primitive(
    length: sp.Expr, largest: sp.Expr, sure: sp.Expr, primitive: sp.Expr, one_kink: sp.Expr, trial: Trial
) -> Findings:
    """The largest strength is 1 at the sure gap; one kink is the sure part plus the integral from there to the middle of the arc, by its
    primitive. In the middle the largest strength is below 1.
    """
    yield trial.same(sure, 2 * sp.atan(eps / (1 - eps * farthest)))
    yield trial.same(largest.subs(g, sure), 1)
    yield trial.same(sp.diff(primitive, g), largest, by=in_halves)
    rest = primitive.subs(g, length / 2) - primitive.subs(g, sure)
    yield trial.same(one_kink, 2 * N / sp.pi * (sure + rest), by=with_a_letter)
    yield trial.everywhere(
        largest.subs(sp.tan(g / 2), 1 / farthest), sp.S.One, within={eps: (0, sp.Rational(1, 3))}, strict=True
    )


def off_the_arc(rng: np.random.Generator, d: int, nets: int, size: int, error: float) -> int:
    """In how many networks some neuron has its kink off the arc, seen in a plane, with a strength of either sign."""
    found = random_neurons(rng, d, nets, size)
    return int(np.count_nonzero((np.abs(found.kinks) >= np.arccos(error)).any(axis=1)))


@statistical(jump_bound, tests=2)
def kinks_are_off_the_arc_as_often(outside: sp.Expr, trial: Trial) -> Findings:
    """In 2 and in 5 dimensions, in planes that are drawn."""
    nets = trial.size(30_000)
    for d, size, error in ((2, 2, sp.Rational(3, 10)), (5, 4, sp.Rational(1, 5))):
        probability = trial.value(outside, {N: sp.Integer(size), eps: error})
        yield trial.counts(trial.draw(off_the_arc, d, nets, size, float(error)), nets, probability)


@enclosed(jump_bound)
def values_of_an_independent_computation(
    outside: sp.Expr, one_kink: sp.Expr, term: sp.Expr, bound: sp.Expr, trial: Trial
) -> Findings:
    """The parts at ε = 10⁻⁶ and 1 − s = 0.075, for 300 and for 1000 neurons; and the whole bound for 300."""
    at = {N: sp.Integer(300), eps: sp.Rational(1, 10**6), s: sp.Rational(37, 40)}
    for low, high in ((sp.Rational(6814, 10**6), bound), (bound, sp.Rational(6815, 10**6))):
        yield trial.below(low, high, at=[at])
    for neurons, off, one, more in (
        (300, "0.00019096775583938", "0.0058267263513164", "0.00079689"),
        (1000, "0.00063641737550909", "0.0194224211710549", "0.00919329"),
    ):
        at = {N: sp.Integer(neurons), eps: sp.Rational(1, 10**6), s: sp.Rational(37, 40)}
        for part, known, digits in ((outside, off, 12), (one_kink, one, 12)):
            yield trial.below(sp.Abs(part / sp.Rational(known) - 1), sp.Rational(1, 10**digits), at=[at])
        several = sum(trial.value(term, {**at, k: sp.Integer(number)}) for number in range(2, 25))
        yield trial.holds(
            abs(several / float(more) - 1) < 1e-5, f"terms from 2 to 24 kinks: {several:.6g}, known {more}"
        )


# A bound without a sum, the number of neurons at which it is δ, and small errors

m = sp.Symbol("m", integer=True, nonnegative=True)
w = sp.Symbol("w", positive=True)

one_neuron_near_the_target_is_enough, most_networks_of_so_many_hold_a_ticket = checks_from_the_other_side(jump_bound)


@exact(jump_bound, step="quotients", cost=0.4)
def terms_change_by_this_factor(
    sets: sp.Expr, by_gaps: sp.Expr, simplex: sp.Expr, quotient: sp.Expr, trial: Trial
) -> Findings:
    """For even and for odd k: sets, strengths that fit to the power s, and gaps."""
    more_pairs = 1 + 2 / (sp.floor(k / 2) + 1)
    choices, gaps = (trial.once(sp.combsimp, each.subs(k, k + 1) / each) for each in (sets, simplex))
    yield trial.same(quotient, choices * (sp.pi * eps / 2 * more_pairs) ** s * gaps, by=gathered)
    for odd in (0, 1):
        at = {k: 2 * m + odd}
        fit = (by_gaps.subs(k, k + 1) / by_gaps).subs(at)
        yield trial.same(fit, sp.pi * eps / 2 * more_pairs.subs(at), by=gathered)


def gathered(gap: sp.Expr) -> sp.Expr:
    """With powers and Γ functions put together."""
    return sp.simplify(sp.powsimp(sp.combsimp(sp.expand_power_base(gap, force=False))))


@exact(jump_bound, step="geometric series", cost=0.3)
def terms_are_below_a_geometric_series(
    term: sp.Expr, quotient: sp.Expr, pair: sp.Expr, ratio: sp.Expr, several: sp.Expr, trial: Trial
) -> Findings:
    """The first term and factor; with N = m + 2 neurons and NR = N/(N + v) the series is below its bound by the stated gap."""
    yield trial.same(term.subs(k, 2), N * (N - 1) * pair, by=gathered)
    yield trial.same(quotient.subs(k, 2), (N - 2) * ratio, by=gathered)
    yield trial.same(several, N**2 * T / (1 - N * R))
    rate = 1 / (m + 2 + v)
    series = (m + 2) * (m + 1) * T / (1 - m * rate)
    spare = (m + 2) * T * (1 + (m + 2) * rate) * (m + 2 + v) ** 2 / (v * (2 + v))
    yield trial.nonnegative(several.subs({N: m + 2, R: rate}) - series, spare, by=sp.cancel)


def with_squares(gap: sp.Expr) -> sp.Expr:
    """Zero, where it is, roots of squares being taken."""
    return sp.cancel(
        gap.replace(
            lambda each: each.is_Pow and each.exp == sp.Rational(1, 2), lambda each: sp.sqrt(sp.factor(each.base))
        )
    )


@exact(jump_bound, step="root")
def the_bound_is_delta_at_its_root(several: sp.Expr, root: sp.Expr, trial: Trial) -> Findings:
    """At the root the bound is δ, with a letter for the square root: both factors add up to it, over δ.

    The bound grows with N, at NR = 1/(1 + y), and both factors are positive: the square root is that of (u + w)², for A − δR = u − w and δT
    = uw.
    """
    yield trial.same(2 / root - R - A / delta, sp.sqrt((A - delta * R) ** 2 + 4 * delta * T) / delta, by=sp.cancel)
    square = sp.Symbol("q", positive=True)
    pairs = (square**2 - (A - delta * R) ** 2) / (4 * delta)
    reached = (A * N + several).subs(N, root)
    yield trial.same(reached.subs(T, pairs), delta, by=sp.cancel)
    product_of_factors = (1 / N - R) * (delta / N - A) - T
    yield trial.same((delta - A * N - several) * (1 - N * R), N**2 * product_of_factors, by=sp.cancel)
    y, u, w = sp.symbols("y u w", positive=True)
    growth, below = sp.diff(A * N + several, N), {R: 1 / (N * (1 + y))}
    yield trial.nonnegative(growth, A + N * T * (1 + y) * (1 + 2 * y) / y**2, where=below, by=sp.cancel, strict=True)
    chance = sp.Symbol("delta", positive=True)
    at = {T: u * w / chance, A: chance * R + u - w, delta: chance}
    yield trial.nonnegative(1 / root - R, u / chance, where=at, by=with_squares, strict=True)
    yield trial.nonnegative(delta / root - A, w, where=at, by=with_squares, strict=True)


@exact(jump_bound, step="small errors", cost=0.5)
def limits_at_the_slow_power(
    share: sp.Expr,
    pair: sp.Expr,
    ratio: sp.Expr,
    slow: sp.Expr,
    limit_share: sp.Expr,
    limit_pair: sp.Expr,
    limit_ratio: sp.Expr,
    trial: Trial,
) -> Findings:
    """At ε = exp(−1/w), w → 0: Γ(jw) = Γ(jw + 1)/jw, and the arc tends to π. The logarithm is 2L plus a part that stays bounded."""
    yield trial.same(slow, 1 + 1 / sp.log(eps), by=sp.expand_log)
    many, bounded = sp.symbols("L ell_0", real=True)
    parts = sp.expand((share / eps).subs(sp.log(1 + excess**2), 2 * many + bounded))
    yield trial.same(limit_share, parts.coeff(many))
    yield trial.same(sp.limit(eps**2 * (1 + excess**2), eps, 0), 1)
    rest = sp.limit(parts.subs({many: 0, bounded: 0}), eps, 0)
    yield trial.holds(rest.is_finite, f"the rest tends to {rest}")
    small = sp.exp(-1 / w)
    power = sp.expand_log(slow.subs(eps, small), force=False)
    arc = sp.Symbol("ell", positive=True)
    for formula, exponent, claimed in ((pair, 2, limit_pair), (ratio, 1, limit_ratio)):
        at = formula.subs(sp.pi - 2 * sp.asin(eps), arc).subs(s, power)
        tends = trial.once(scaled_down, at, exponent)
        yield trial.same(claimed, tends.subs({w: 0, arc: sp.pi}))


def scaled_down(formula: sp.Expr, exponent: int) -> sp.Expr:
    """A formula over a power of ε/w, at ε = exp(−1/w), so that w may be 0."""
    shifted = formula.replace(sp.gamma, lambda z: sp.gamma(sp.expand(z) + 1) / sp.expand(z))
    scaled = sp.powsimp(sp.expand_power_base(shifted) / (eps / w) ** exponent).subs(eps, sp.exp(-1 / w))
    return sp.powsimp(sp.expand(sp.powdenest(scaled)))


MOST_BY_CLUSTERS = sp.Rational(147, 1000)  # times ε^(−1/2), for an even chance


@enclosed(jump_bound, cost=0.3)
def clusters_exclude_fewer_neurons(neurons: sp.Expr, slow: sp.Expr, trial: Trial) -> Findings:
    """For an even chance N5.2 asks for more neurons than clusters do, at all errors from 10⁻⁸ to 1/100; at 10⁻⁶ for more than 38 times as
    many.

    With gaps of a share p of π/N, and sin x ≤ x, clusters bound the probability by ½ only up to N²ε = π/4 p(1 − p)(½ − 2p): the other terms
    of their bound are an arcsine and 1/sin x − 1/x, times what is not negative.
    """
    share = sp.Symbol("p", positive=True)  # the gap as a share of the mean gap
    chance = by_clusters(sp.pi * share / N)
    below = 2 * share + 4 * N**2 * eps / (sp.pi * share * (1 - share))
    gap = sp.pi * share / N
    besides = 2 * N * sp.asin(eps) / sp.pi + 4 * N * eps / (1 - share) * (1 / sp.sin(gap) - 1 / gap)
    yield trial.same(chance - below, besides, by=sp.expand)
    yield trial.everywhere(sp.sin(v), v, within={v: (0, 3)}, zero={v: (0, 3)})
    square = sp.pi / 4 * share * (1 - share) * (sp.Rational(1, 2) - 2 * share)
    yield trial.everywhere(square, MOST_BY_CLUSTERS**2, within={share: (0, sp.Rational(1, 4))}, strict=True)
    even = neurons.subs({s: slow, delta: sp.Rational(1, 2)})
    errors = {eps: (sp.Rational(1, 10**8), sp.Rational(1, 100))}
    yield trial.everywhere(MOST_BY_CLUSTERS / sp.sqrt(eps), even, within=errors, strict=True)
    million = {eps: sp.Rational(1, 10**6)}
    for low, high in ((sp.Integer(38 * 147), even), (even, sp.Integer(5679))):
        yield trial.below(low, high, at=[million])


@enclosed(jump_bound)
def jumps_and_integrals_have_their_signs(jump: sp.Expr, simplex: sp.Expr, trial: Trial) -> Findings:
    """The jump strictly grows with the error at either end of a gap, and the integral of a power is positive."""
    for end in (after, ahead):
        yield trial.below(sp.S.Zero, sp.diff(jump, end), strict=True)
    yield trial.below(sp.S.Zero, simplex, strict=True)
