"""Evidence for the steps of O4.1, O4.2 and O4.3: heights and sums, an outlier and its way back, moments, tails and blocks."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.numerics.exact.identities import is_zero
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.symbols import m, n, variance
from sparse_limits.theory.operators.noise import (
    block_edge,
    block_eigenvalue,
    block_floor,
    column_bound,
    column_flow,
    column_height,
    column_inflow,
    column_resolvent,
    column_share,
    constant_edge,
    debiased,
    edge_bound,
    edge_spread,
    fourth_cumulant,
    largest_column,
    largest_row,
    level,
    level_square,
    noise_edge,
    outlier,
    product,
    raw,
    reach,
    row_bound,
    row_flow,
    row_height,
    row_inflow,
    row_resolvent,
    row_share,
    row_tail,
    sensitivity,
    square_variance,
    visible,
)
from sparse_limits.theory.operators.noise_finite import block_noise, entry_variance, sparse_noise, tail_exponent, turn
from sparse_limits.theory.operators.symbols import sigma
from sparse_limits.theory.saliency.blocks import block, kept

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
HALF = sp.Rational(1, 2)
_others, _pruned = sp.symbols("K P", integer=True, nonnegative=True)
ROOTS = {block: 1 + sp.Symbol("r", positive=True) ** 2, m: sp.Symbol("a", positive=True) ** 2}
ROOTS[n] = sp.Symbol("b", positive=True) ** 2
SOME_KEPT = {block: 2 + _others + _pruned, kept: 1 + _others}  # of a block, with at least one pruned


@exact(noise_edge, step="largest averages")
@control("sides exchanged", edge_bound=sp.sqrt(largest_row / n) + sp.sqrt(largest_column / m))
@control("10 % less", edge_bound=NINE * edge_bound)
@control("rows alone", edge_bound=sp.sqrt(largest_row / m))
@control("rows without flow", row_height=1 / row_resolvent)
@control("columns without flow", column_height=1 / column_resolvent)
def heights_at_the_largest_averages(
    row_height: sp.Expr, column_height: sp.Expr, edge_bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Both heights where the averages are largest, at a = √(n/C) and b = √(m/R)."""
    a, b = sp.sqrt(n / largest_column), sp.sqrt(m / largest_row)
    flows = {row_resolvent: a, row_flow: largest_row * b, column_resolvent: b, column_flow: largest_column * a}
    for height in (row_height, column_height):
        yield trial.same(height.subs(flows, simultaneous=True), edge_bound)


@exact(noise_edge, step="least sums")
@control("half the row bound", row_bound=row_bound / 2)
@control("row bound over the other side", row_bound=2 * sp.sqrt(row_share * row_inflow / m))
@control("row bound 10 % more", row_bound=ELEVEN * row_bound)
@control("half the column bound", column_bound=column_bound / 2)
@control("column bound over the other side", column_bound=2 * sp.sqrt(column_share * column_inflow / n))
@control("column bound 10 % more", column_bound=ELEVEN * column_bound)
@control("twice the resolvent", row_height=row_height + 1 / row_resolvent)
@control("twice the other resolvent", column_height=column_height + 1 / column_resolvent)
def sums_are_more_by_squares(
    row_height: sp.Expr, column_height: sp.Expr, row_bound: sp.Expr, column_bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """p/a + aQ/n less the bound is (√(p/a) − √(aQ/n))², and so for columns; at a = √(np/Q) nothing is left."""
    for height, flow, bound, resolvent, share, inflow, size in (
        (row_height, row_flow, row_bound, row_resolvent, row_share, row_inflow, n),
        (column_height, column_flow, column_bound, column_resolvent, column_share, column_inflow, m),
    ):
        total = share * height.subs(flow, 0) + resolvent * inflow / size
        square = (sp.sqrt(share / resolvent) - sp.sqrt(resolvent * inflow / size)) ** 2
        yield trial.nonnegative(total - bound, square, by=lambda gap: sp.simplify(sp.expand(gap)))
        yield trial.same(total.subs(resolvent, sp.sqrt(size * share / inflow)), bound)


@exact(noise_edge, step="constant profile")
@control("rows alone", constant_edge=sp.sqrt(variance / m))
@control("10 % more", constant_edge=ELEVEN * constant_edge)
@control("of a mean", constant_edge=2 * sp.sqrt(variance / n))
@control("bound 10 % less", edge_bound=NINE * edge_bound)
@control("half the row bound", row_bound=row_bound / 2)
@control("half the column bound", column_bound=column_bound / 2)
def both_bounds_meet_for_one_variance(
    edge_bound: sp.Expr, row_bound: sp.Expr, column_bound: sp.Expr, constant_edge: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """R = C = V from above; p = q = ½ from below."""
    yield trial.same(edge_bound.subs({largest_row: variance, largest_column: variance}), constant_edge)
    halves = {row_share: HALF, row_inflow: variance / 2, column_share: HALF, column_inflow: variance / 2}
    yield trial.same(valued(row_bound + column_bound, halves), constant_edge)


@exact(noise_edge, step="product")
@control("one side", level_square=(1 + variance * product / m) / product)
@control("one size", level_square=level_square.subs(m, n))
@control("10 % more", level_square=ELEVEN * level_square)
@control("rows without flow", row_height=1 / row_resolvent)
@control("columns without flow", column_height=1 / column_resolvent)
def heights_multiply_to_the_square(
    row_height: sp.Expr, column_height: sp.Expr, level_square: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The product of both heights, which depends on ab alone."""
    flows = {row_flow: variance * column_resolvent, column_flow: variance * row_resolvent}
    both = (row_height * column_height).subs(flows, simultaneous=True)
    yield trial.same(level_square, both.subs(row_resolvent, product / column_resolvent))


@exact(noise_edge, step="outlier")
@control("m = n form", outlier=sigma + variance / (n * sigma))
@control("one side", outlier=sp.sqrt(sigma**2 + variance / m))
@control("10 % more", outlier=ELEVEN * outlier)
@control("one side of the product", level_square=(1 + variance * product / m) / product)
def outlier_is_where_the_pole_is(level_square: sp.Expr, outlier: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Its square at w = σ⁻², and that it is positive."""
    yield trial.same(outlier**2, level_square.subs(product, sigma**-2))
    yield trial.same(outlier / sp.sqrt(level_square.subs(product, sigma**-2)), 1)


@exact(noise_edge, step="visible")
@control("visible from √V/√n on", visible=sp.sqrt(variance / n))
@control("visible 10 % later", visible=ELEVEN * visible)
@control("the square", visible=visible**2)
@control("10 % more", outlier=ELEVEN * outlier)
@control("edge of rows", constant_edge=sp.sqrt(variance / m))
def square_is_least_at_the_edge(
    outlier: sp.Expr, constant_edge: sp.Expr, visible: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The square of the outlier is more than that of the edge by a square, which is 0 just where σ is visible."""
    over = (sigma - visible**2 / sigma) ** 2
    yield trial.nonnegative(outlier**2 - constant_edge**2, over, by=lambda gap: sp.simplify(sp.expand(gap)))


@exact(noise_edge, step="way back")
@control("bias of one side removed", debiased=sp.sqrt(raw**2 - variance / m))
@control("second order only", debiased=sp.sqrt(raw**2 - variance / m - variance / n))
@control("10 % less", debiased=NINE * debiased)
@control("10 % more", outlier=ELEVEN * outlier)
@control("the square", visible=visible**2)
def way_back_solves_for_the_square(
    outlier: sp.Expr, visible: sp.Expr, debiased: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """x + v⁴/x at x = debiased² is s² less both biases, as it is at σ² for the outlier; and it is the larger root."""
    lowered = raw**2 - variance / m - variance / n
    square = debiased**2
    yield trial.same(square**2 - lowered * square + visible**4, 0, by=sp.expand)
    there = outlier**2 - variance / m - variance / n
    yield trial.same(there, sigma**2 + visible**4 / sigma**2)
    yield trial.same(
        2 * square - lowered, sp.sqrt(lowered**2 - 4 * visible**4), by=lambda gap: sp.simplify(sp.expand(gap))
    )


# Sparse masks


@exact(sparse_noise)
@control("rows without flow", row_height=1 / row_resolvent)
@control("columns without flow", column_height=1 / column_resolvent)
@control("edge of rows", constant_edge=sp.sqrt(variance / m))
@control("edge 10 % more", constant_edge=ELEVEN * constant_edge)
def optimum_has_the_heights_of_the_edge(
    row_height: sp.Expr, column_height: sp.Expr, constant_edge: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """At a = √(n/V) and b = √(m/V), with the flows of these."""
    a, b = sp.sqrt(n / variance), sp.sqrt(m / variance)
    flows = {row_resolvent: a, row_flow: variance * b, column_resolvent: b, column_flow: variance * a}
    for height in (row_height, column_height):
        yield trial.same(height.subs(flows, simultaneous=True), constant_edge)


@exact(sparse_noise, step="fourth cumulant")
@control("as of a Poisson entry", fourth_cumulant=variance)
@control("fourth moment", fourth_cumulant=variance * (1 - 3 * variance))
@control("10 % more", fourth_cumulant=ELEVEN * fourth_cumulant)
def fourth_cumulant_of_an_entry(fourth_cumulant: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The fourth moment at the smaller probability of this variance, less three squares of the variance."""
    yield trial.same(fourth_cumulant, fourth_moment() - 3 * variance**2, by=sp.expand)


def fourth_moment() -> sp.Expr:
    """E H⁴ of an entry, by its variance."""
    chance = (1 - sp.sqrt(1 - 4 * variance)) / 2
    return sp.expand(chance * (1 - chance) ** 4 + (1 - chance) * chance**4)


@exact(sparse_noise, step="squares")
@control("as of a Poisson entry's square", square_variance=variance)
@control("fourth moment", square_variance=variance * (1 - 3 * variance))
@control("10 % more", square_variance=ELEVEN * square_variance)
def variance_of_a_square(square_variance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The fourth moment less the squared variance."""
    yield trial.same(square_variance, fourth_moment() - variance**2, by=sp.expand)


@exact(sparse_noise, step="sensitivity")
@control("rows alone", sensitivity=row_share * column_resolvent / m)
@control("sides exchanged", sensitivity=row_share * column_resolvent / n + column_share * row_resolvent / m)
@control("10 % more", sensitivity=ELEVEN * sensitivity)
@control("rows without flow", row_height=1 / row_resolvent)
@control("columns without flow", column_height=1 / column_resolvent)
def mean_height_has_this_derivative(
    row_height: sp.Expr, column_height: sp.Expr, sensitivity: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Of p·height + q·height in the variance."""
    flows = {row_flow: variance * column_resolvent, column_flow: variance * row_resolvent}
    yield trial.same(
        sp.diff((row_share * row_height + column_share * column_height).subs(flows), variance), sensitivity
    )


@exact(sparse_noise, step="spread")
@control("twice the spread", edge_spread=2 * edge_spread)
@control("spread of a count", edge_spread=sp.sqrt(1 / (4 * variance * m * n)))
@control("10 % more", edge_spread=ELEVEN * edge_spread)
@control("squares as entries", square_variance=variance)
@control("edge of rows", constant_edge=sp.sqrt(variance / m))
@control("twice as sensitive", sensitivity=2 * sensitivity)
def edge_moves_with_the_mean_square(
    constant_edge: sp.Expr, square_variance: sp.Expr, sensitivity: sp.Expr, edge_spread: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The derivative at the optimum, over the edge; its square times the variance of the mean of mn squares."""
    optimum = {row_share: HALF, column_share: HALF}
    optimum |= {row_resolvent: sp.sqrt(n / variance), column_resolvent: sp.sqrt(m / variance)}
    relative = sensitivity.subs(optimum) / constant_edge
    yield trial.same(edge_spread**2, square_variance * relative**2 / (m * n))


@exact(sparse_noise, step="tail")
@control("one moment too few", row_tail=sp.exp(-n * row_flow / reach))
@control("twice the exponent", row_tail=row_tail**2)
@control("without the mean", row_tail=row_tail * sp.exp(-n * row_flow / reach))
@control("normal tail", row_tail=sp.exp(-n * row_flow / reach * (m * level / row_flow - 1) ** 2 / 2))
@control("the mean for the level", tail_exponent=tail_exponent.subs(level, row_flow / m))
@control("10 % more", tail_exponent=ELEVEN * tail_exponent)
def exponent_is_least_there(tail_exponent: sp.Expr, row_tail: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The exponent is flat at e^(θβ) = mz/B, and convex; its value there, for a row that is fed."""
    fed = sp.Symbol("B_1", positive=True)
    least = sp.log(m * level / row_flow) / reach

    def simplified(gap: sp.Expr) -> sp.Expr:
        return sp.simplify(sp.expand_log(gap.subs(row_flow, fed)))

    yield trial.same(sp.log(row_tail), tail_exponent.subs(turn, least), by=simplified)
    yield trial.same(sp.diff(tail_exponent, turn).subs(turn, least), 0, by=simplified)
    yield trial.same(sp.diff(tail_exponent, turn, 2), n * row_flow * reach * sp.exp(turn * reach))


# Blocks


@exact(block_noise, step="entry")
@control("of a Poisson entry", entry_variance=kept / block)
@control("of a fair entry", entry_variance=sp.Rational(1, 4))
@control("10 % more", entry_variance=ELEVEN * entry_variance)
def variance_of_an_entry_of_a_block(entry_variance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The probability times what it lacks of 1."""
    yield trial.same(entry_variance, kept / block * (1 - kept / block))


@exact(block_noise, step="covariance")
@control("independent entries", block_eigenvalue=entry_variance)
@control("10 % more", block_eigenvalue=ELEVEN * block_eigenvalue)
@control("the covariance", block_eigenvalue=entry_variance / (block - 1))
@control("of a Poisson entry", entry_variance=kept / block)
def covariances_make_up_for_the_variance(
    entry_variance: sp.Expr, block_eigenvalue: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """λ(1 − 1/M) is the variance, and with M − 1 times −λ/M nothing is left."""
    yield trial.same(block_eigenvalue * (1 - 1 / block), entry_variance)
    yield trial.same(entry_variance + (block - 1) * (-block_eigenvalue / block), 0)


def without_roots(gap: sp.Expr) -> sp.Expr:
    """Cancel by the roots of the sizes and of M − 1."""

    def factored(part: sp.Expr) -> sp.Expr:
        return sp.expand_power_base(sp.factor(part.base) ** part.exp)

    gap = valued(gap, ROOTS).replace(
        lambda part: part.is_Pow and part.exp.is_Rational and not part.exp.is_Integer, factored
    )
    return sp.S.Zero if is_zero(gap) else sp.cancel(sp.expand(gap))


@enclosed(block_noise, step="ends")
@control("edge of independent entries", block_edge=constant_edge.subs(variance, kept * (block - kept) / block**2))
@control("sides exchanged", block_edge=block_edge.subs({m: n, n: m}, simultaneous=True))
@control("10 % more", block_edge=ELEVEN * block_edge)
@control("floor of independent entries", block_floor=sp.Integer(0))
@control("10 % less floor", block_floor=NINE * block_floor)
@control("the edge for the floor", block_floor=block_edge)
@control("edge of rows", constant_edge=sp.sqrt(variance / m))
@control("independent entries", block_eigenvalue=entry_variance)
def ends_are_those_of_fewer_columns(
    block_eigenvalue: sp.Expr, constant_edge: sp.Expr, block_edge: sp.Expr, block_floor: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Squares of sum and difference of the roots for rows and for n′ columns, times n′/n."""
    columns = n * (1 - 1 / block)
    for end, sign in ((block_edge, 1), (block_floor, -1)):
        root = constant_edge.subs({variance: 1, n: columns}).subs(sp.sqrt(m), sign * sp.sqrt(m))
        claimed = block_eigenvalue * root**2 * columns / n
        yield trial.same(end**2, claimed, by=without_roots)
        yield trial.same(end.subs(SOME_KEPT), sp.Abs(end.subs(SOME_KEPT)))
