"""Evidence for N5.2: a bound without a sum, the number of neurons at which it is δ, and small errors."""

import sympy as sp

from sparse_limits.numerics.checks.neuron_pruning.chances import checks_from_the_other_side
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.theory.neuron_pruning.alignment import N, delta, eps
from sparse_limits.theory.neuron_pruning.jump_bound import A, R, T, by_clusters, excess, jump_bound, s, v
from sparse_limits.theory.neuron_pruning.jumps import after, ahead, k

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
