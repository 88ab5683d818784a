"""Evidence for R9: the weights that one function serves, by their sign and measured exactly."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import product

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.numerics.exact.identities import simplified
from sparse_limits.numerics.subset_sum.volumes import identity, relu, served_weights
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.subset_sum.symbols import eps
from sparse_limits.theory.subset_sum.volume import c, p, q, volume_bound

KINDS = {"linear": (identity, 0), "relu": (relu, 0), "large": (relu, 2)}  # the target's σ, the least weight over ε


def steps(near: Fraction) -> list[tuple[Fraction, Fraction]]:
    """Outputs at two probes, from −3ε/2 to 3ε."""
    values = [near * k / 2 for k in (-3, -2, -1, 0, 2, 3, 6)]
    return list(product(values, values))


def served_measure(outputs: tuple[Fraction, Fraction], near: Fraction) -> Fraction:
    """The measure of all weights that outputs at the two probes serve."""
    return served_weights(relu, outputs, near, 99 * near).measure


def largest_share(kind: str, near: Fraction, reach: Fraction) -> Fraction:
    """The largest share of the weights that outputs at the two probes serve."""
    sigma, least = KINDS[kind][0], KINDS[kind][1] * near
    lengths = (served_weights(sigma, at, near, reach, least).measure for at in steps(near))
    return max(lengths) / (2 * (reach - least))


@exact(volume_bound, step="linear share")
def an_interval_of_the_linear_weights(interval: sp.Expr, linear_share: sp.Expr, trial: Trial) -> Findings:
    """The linear share is what an interval about 0 covers of one of length 2c, whether it is shorter or not."""
    x = sp.Symbol("x", positive=True)
    yield trial.same(linear_share.subs(eps, c + x), sp.S.One, by=lengths(0))
    yield trial.same(linear_share, sp.Min(interval, 2 * c) / (2 * c), by=lengths(0))


# They stand for maxima and minima, whose parts SymPy compares whenever they are put together
LARGEST, LEAST = (sp.Function(name, real=True) for name in ("largest", "least"))


def compared(term: sp.Expr) -> sp.Expr:
    """The same, with relations, moduli, minima and maxima of two settled where the signs of a factored difference do."""

    def relation(each: sp.Basic) -> sp.Basic:
        return each.func(sp.factor(each.lhs - each.rhs), 0)

    def extreme(each: sp.Basic) -> sp.Basic:
        first, second = each.args
        largest = isinstance(each, (sp.Max, LARGEST))
        gap = sp.factor(first - second)
        if gap.is_nonnegative or gap.is_nonpositive:
            return first if bool(gap.is_nonnegative) == largest else second
        return sp.Max(first, second) if largest else sp.Min(first, second)

    term = term.replace(lambda each: isinstance(each, sp.Abs), lambda each: sp.Abs(sp.factor(each.args[0])))
    extremes = sp.Max, sp.Min, LARGEST, LEAST
    term = term.replace(lambda each: isinstance(each, extremes) and len(each.args) == 2, extreme)
    return term.replace(lambda each: isinstance(each, sp.core.relational.Relational), relation)


def first_left(gap: sp.Expr, cases: Iterator[dict[sp.Symbol, sp.Expr]]) -> sp.Expr:
    """What is left of it in the first case in which it does not reduce to 0; 0 if there is none."""
    gap = gap.replace(sp.Max, LARGEST).replace(sp.Min, LEAST)
    left = (simplified(compared(valued(gap, case))) for case in cases)
    return next((each for each in left if each != 0), sp.S.Zero)


def lengths(least: int) -> Callable[[sp.Expr], sp.Expr]:
    """The reduction for all c beyond a multiple of ε: at 1, 2, 3 and 4 of them, between and above."""
    x, y = sp.symbols("x y", positive=True)
    between = [k + r for k in range(least, 4) for r in (0, y / (x + y))]
    ratios = [*between[1:], sp.Integer(4), 4 + x]  # c over ε
    return lambda gap: first_left(gap, ({c: ratio * eps} for ratio in ratios))


def by_places(gap: sp.Expr) -> sp.Expr:
    """Reduced wherever p and q are: below −ε, at it, between, at ε and above."""
    places = []
    for x, y in (sp.symbols("x y", positive=True), sp.symbols("u v", positive=True)):
        places.append((-eps - x, -eps, eps * (x - y) / (x + y), eps, eps + x))
    return first_left(gap, ({p: first, q: second} for first, second in product(*places)))


def positive_length(output: sp.Expr, other: sp.Expr) -> sp.Expr:
    """The length of the positive numbers within ε of an output, if the other is within ε of 0."""
    length = sp.Max(output + eps, 0) - sp.Max(output - eps, 0)
    return sp.Piecewise((length, sp.And(other <= eps, other >= -eps)), (0, True))


@exact(volume_bound, step="measure")
def weights_serve_by_their_sign(measure: sp.Expr, trial: Trial) -> Findings:
    """The measure adds up the positive weights, whose other output is 0, and the negative ones, wherever the two outputs are."""
    yield trial.same(measure, positive_length(p, q) + positive_length(q, p), by=by_places)


@exact(volume_bound, step="ReLU share")
def most_weights_are_served_about_zero(measure: sp.Expr, relu_share: sp.Expr, trial: Trial) -> Findings:
    """The ReLU share is the measure at p = q = ε over 2c, and at most 1; 4ε less the measure, piece by piece, is not negative."""
    x = sp.Symbol("x", positive=True)
    yield trial.same(relu_share.subs(eps, c + x), sp.S.One, by=lengths(0))
    yield trial.same(relu_share, sp.Min(measure.subs({p: eps, q: eps}), 2 * c) / (2 * c), by=lengths(0))
    outside = sp.Or(p < -eps, q < -eps, sp.And(p > eps, q > eps))
    spare = sp.Piecewise(
        (4 * eps, outside), (2 * eps, sp.Or(p > eps, q > eps)), (sp.Abs(eps - p) + sp.Abs(eps - q), True)
    )
    yield trial.nonnegative(4 * eps - measure, spare, by=by_places)


@exact(volume_bound, step="large share")
def large_weights_are_served_on_one_side(measure: sp.Expr, large_share: sp.Expr, trial: Trial) -> Findings:
    """The share is the measure at p = 3ε, q = 0 over the length beyond 2ε; nowhere is the measure larger, unless both outputs are small:
    then p + ε ≤ 2ε.
    """
    x, y = sp.symbols("x y", positive=True)
    length = 2 * (c - 2 * eps)
    near = large_share.subs(c, 2 * eps + eps * y / (x + y))
    yield trial.same(near, sp.S.One, by=lambda gap: sp.simplify(compared(gap)))
    yield trial.same(large_share, sp.Min(measure.subs({p: 3 * eps, q: 0}) / length, 1), by=lengths(2))
    small = sp.And(p <= eps, q <= eps)
    empty = sp.Or(p < -eps, q < -eps, sp.And(p > eps, q > eps))
    beyond = sp.Piecewise((0, small), (measure, True))
    spare = sp.Piecewise((2 * eps, sp.Or(empty, small)), (0, True))
    yield trial.nonnegative(2 * eps - beyond, spare, by=by_places)
    yield trial.nonnegative(2 * eps - (eps * (x - y) / (x + y) + eps), 2 * eps * y / (x + y))


def measures(measure: sp.Expr, outputs: list[tuple[Fraction, Fraction]], near: Fraction) -> list[sp.Expr]:
    """What a formula gives for each pair of outputs at the two probes."""
    return [valued(measure, {p: up, q: down, eps: near}) for up, down in outputs]


@exact(volume_bound)
def one_function_serves_its_share(
    measure: sp.Expr, relu_share: sp.Expr, linear_share: sp.Expr, large_share: sp.Expr, trial: Trial
) -> Findings:
    """The set of weights cut into pieces: its measure for all pairs of outputs, and the largest against the shares."""
    near = Fraction(1, 7)
    pairs = steps(near)
    for (up, down), claimed in zip(pairs, trial.once(measures, measure, pairs, near), strict=True):
        found = trial.once(served_measure, (up, down), near)
        yield trial.holds(claimed == found, f"ε = {near}, outputs {up}, {down}: {found}, claimed {claimed}")
    shares = {"linear": linear_share, "relu": relu_share, "large": large_share}
    for ratio in (20, Fraction(9, 2), Fraction(7, 3), 4, Fraction(3, 4)):
        for kind, share in shares.items():
            if kind == "large" and ratio < 4:
                continue
            found = trial.once(largest_share, kind, near, ratio * near)
            claimed = valued(share, {eps: near, c: ratio * near})
            yield trial.holds(claimed == found, f"{kind}: {found} of a weight, claimed {claimed}")
