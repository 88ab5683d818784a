"""Evidence for Q7.1 and Q7.2: tickets found in random networks, exactly, and where the bounds come from."""

from fractions import Fraction

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.subset_sum.digits import by_moduli
from sparse_limits.numerics.checks.subset_sum.halves import (
    error_of_a_half,
    holds_a_multiple_of_a_half,
    makes_the_product,
    solves_the_equation,
    uniform_products,
)
from sparse_limits.numerics.checks.subset_sum.two_layers_steps import logarithm as of_plain_layers
from sparse_limits.numerics.equivariance import (
    EquivariantLayer,
    Representation,
    Ticket,
    centred_grid,
    cyclic,
    cyclic_irreducibles,
    equivariant_basis,
    find_ticket,
    forward,
    hom_dimension,
    natural,
    orbit_labels,
    regular,
    symmetric,
    tensor_power,
    trivial,
)
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.numerics.exact.logarithms import with_positive
from sparse_limits.numerics.subset_sum import outer_covered_set
from sparse_limits.theory.equivariance.lower_bound import n_in, n_out
from sparse_limits.theory.equivariance.symbols import B
from sparse_limits.theory.equivariance.ticket import (
    B_in,
    equivariant_ticket,
    failure,
    halves,
    inputs,
    norms,
    orbits,
    points,
    ticket_without_identity,
    unit,
)
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.subset_sum.layer_error import w
from sparse_limits.theory.subset_sum.potential import a, kappa
from sparse_limits.theory.subset_sum.potential import failure as one_failure
from sparse_limits.theory.subset_sum.symbols import delta, eps, n
from sparse_limits.theory.subset_sum.two_layers import x

sizes_solve_the_equation = solves_the_equation(equivariant_ticket, failure)


def targets(name: str) -> tuple[Representation, Representation]:
    """Points to points, pairs of points to points, and turning pixels to features."""
    three, turn = natural(symmetric(3)), cyclic_irreducibles(4)["rotation"]
    return {
        "points": (three, three),
        "pairs": (tensor_power(three, 2), three),
        "pixels": (centred_grid(turn, 3), regular(turn.group)),
        "a ring": (natural(cyclic(4)), natural(cyclic(4))),
    }[name]


NAMES = ("points", "pairs", "pixels", "a ring")
ITEMS, UNIT = 40, 2**10  # channels in a block; coefficients of the source are whole numbers up to UNIT
NEAR = UNIT**2 // 200  # how near coefficients shall come
CHANNELS = (2, 1)


def blocks(rho: Representation) -> int:
    """The orbits of the coordinates."""
    return int(orbit_labels(rho, trivial(rho.group)).max()) + 1


def searched(rng: np.random.Generator, name: str, signed: bool) -> tuple[EquivariantLayer, Ticket, NDArray[np.int64]]:
    """A random target with whole coefficients from NEAR to UNIT²/2, a ticket in a random source, and random inputs.

    The source's channels have each pair of signs equally often, so that no group lacks items of the sign that it needs.
    """
    before, after = targets(name)
    first, second = (np.array(equivariant_basis(before, rho)) for rho in (before, after))
    middle = CHANNELS[0] * blocks(before) * ITEMS
    coefficients = rng.choice([-1, 1], (*CHANNELS, len(second))) * rng.integers(NEAR + 1, UNIT**2 // 2, len(second))
    target = EquivariantLayer(coefficients, second)
    before_signs, after_signs = np.resize([1, 1, -1, -1], (middle, 1)), np.resize([1, -1], (middle, 1, 1))
    source = (
        EquivariantLayer(before_signs * rng.integers(1, UNIT + 1, (CHANNELS[0], middle, len(first))), first),
        EquivariantLayer(after_signs * rng.integers(1, UNIT + 1, (middle, CHANNELS[1], len(second))), second),
    )
    x = rng.integers(-9, 10, size=(4, CHANNELS[0], before.dimension))
    return target, find_ticket(target, source, NEAR, signed), x


def weigh(layer: EquivariantLayer, x: NDArray[np.int64]) -> dict[sp.Symbol, int]:
    """Σ‖B_b‖ and Σ‖x_i‖."""
    return {norms: int(np.abs(layer.basis).sum(axis=2).max(axis=1).sum()), inputs: int(np.abs(x).max(axis=-1).sum())}


def kept_sums(found: Ticket) -> int:
    """How many groups of second coefficients a ticket keeps: by input, sign, output and basis element."""
    first, second = found.layers
    groups = set()
    for channel, output, element in np.argwhere(second.coeffs != 0):
        (place,) = np.argwhere(first.coeffs[:, channel])  # a channel keeps one coefficient of one input
        groups.add((int(place[0]), bool(first.coeffs[place[0], channel, place[1]] > 0), int(output), int(element)))
    return len(groups)


@exact(equivariant_ticket, cost=0.4)
def every_sum_of_a_ticket_may_fail(failure: sp.Expr, nonnegative_failure: sp.Expr, trial: Trial) -> Findings:
    """The bound counts as many subset sums as tickets that were found keep groups of coefficients, each by R4 with half of the density."""
    one = one_failure.subs(kappa, kappa / 2)
    for name in NAMES:
        for signed, bound in ((True, failure), (False, nonnegative_failure)):
            target, found, _ = trial.draw(searched, name, signed)
            here = {n_in: CHANNELS[0], n_out: CHANNELS[1], B: len(target.basis)}
            yield trial.same(valued(bound, here), kept_sums(found) * one)


# Random layers whose products are uniform on [−1, 1]: the density is 1/2 exactly, a = 1


def uniform_factors(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Of either sign, of which two have a uniform product: −log|x| is Gamma(½)."""
    return rng.choice([-1.0, 1.0], shape) * np.exp(-rng.gamma(0.5, size=shape))


def missed_layers(rng: np.random.Generator, name: str, signed: bool, width: int, near: float, draws: int) -> int:
    """How many random sources have no ticket within `near` for coefficients of ±1/2 or somewhat less."""
    before, after = targets(name)
    first, second = (np.array(equivariant_basis(before, rho)) for rho in (before, after))
    middle, missed = CHANNELS[0] * blocks(before) * width, 0
    for _ in range(draws):
        wanted = rng.choice([-1, 1], (*CHANNELS, len(second))) * rng.uniform(0.4, 0.5, (*CHANNELS, len(second)))
        source = (
            EquivariantLayer(uniform_factors(rng, (CHANNELS[0], middle, len(first))), first),
            EquivariantLayer(uniform_factors(rng, (middle, CHANNELS[1], len(second))), second),
        )
        missed += find_ticket(EquivariantLayer(wanted, second), source, near, signed).coef_error > near
    return missed


def odds_of_a_block(rng: np.random.Generator, width: int, near: float, chains: int) -> int:
    """How many chains of items of one sign have odds of being uncovered, over those at the start, above a uniform number."""
    lambdas, mus = (uniform_factors(rng, (chains, width)) for _ in range(2))
    items = np.where(lambdas > 0, mus * np.abs(lambdas), 0.0)
    shares = np.array([outer_covered_set(x, near, (-0.5, 0.5)).measure for x in items])
    odds = np.maximum(0.0, 1 - shares) / shares / (1 / near - 1)
    return int(np.count_nonzero(rng.random(chains) < odds))


@statistical(equivariant_ticket, tests=3, cost=0.4)
def random_layers_fail_at_most_as_often(failure: sp.Expr, nonnegative_failure: sp.Expr, trial: Trial) -> Findings:
    """Random sources searched for tickets fail at most as often as the bounds, which say little there; so their rate is tested closely:

    in the mean, an item of a block shrinks the odds of a point being uncovered by at most the factor of the bound.
    """
    law = {a: 1, kappa: sp.Rational(1, 2)}
    near = sp.Rational(1, 10**5)
    here = {**law, n_in: CHANNELS[0], n_out: CHANNELS[1], B: 2, n: 28, eps: near}
    for bound, signed, quick in ((failure, True, 28), (nonnegative_failure, False, 24)):
        draws = trial.size(quick)
        missed = trial.draw(missed_layers, "points", signed, 28, float(near), draws)
        yield trial.counts(missed, draws, min(1.0, trial.value(bound.subs(here))), "above")
    chains = trial.size(4000)
    count = trial.draw(odds_of_a_block, 1, 0.01, chains)
    shrinks = (failure.subs(n, n + 1) / failure).subs({**law, n: 1, n_in: 1, n_out: 1, B: 1, eps: 1})
    yield trial.counts(count, chains, min(1.0, trial.value(shrinks)), "above")


@exact(equivariant_ticket, cost=0.5)
def tickets_are_found(error: sp.Expr, signed: bool, trial: Trial) -> Findings:
    """Outputs of target and ticket in whole numbers: they are apart by at most the bound, and those of the ticket are equivariant."""
    for name in NAMES:
        for replicate in range(trial.size(1)):
            target, found, x = trial.draw(searched, name, signed, replicate=replicate)
            before, after = targets(name)
            for each in x:
                gap = np.abs(np.maximum(target.apply(each), 0) - np.maximum(forward(found.layers, each), 0)).max()
                bound = valued(error, {**weigh(target, each), eps: found.coef_error})
                yield trial.holds(gap <= bound, f"{name}: apart by {float(gap):.3g}, bound {float(bound):.3g}")
            yield trial.holds(symmetric_outputs(found, before, after, x[0]), f"{name}: g(ρ(g)x) = ρ(g)g(x)")


def symmetric_outputs(found: Ticket, before: Representation, after: Representation, x: NDArray[np.int64]) -> bool:
    y = forward(found.layers, x)
    letters = range(len(before.images))
    return all((forward(found.layers, before.act((i,), x)) == after.act((i,), y)).all() for i in letters)


@exact(equivariant_ticket)
def the_error_is_attained(error: sp.Expr, trial: Trial) -> Findings:
    """An empty ticket for coefficients ε at inputs 1 and 3, and the engine's certificate of a ticket that was found."""
    for name in ("points", "pixels", "a ring"):
        basis = np.array(equivariant_basis(*targets(name)))
        near = Fraction(1, 7)
        layer = EquivariantLayer(np.full((2, 1, len(basis)), near, dtype=object), basis)
        x = np.stack([np.ones(basis.shape[2], np.int64), 3 * np.ones(basis.shape[2], np.int64)])
        found, claimed = layer.apply(x).max(), error.subs({**weigh(layer, x), eps: near})
        yield trial.holds(found == claimed, f"{name}: an error of {found}, claimed {claimed}")
        target, ticket, more = trial.draw(searched, name, True)
        bound, claimed = ticket.certified_bound(more[0]), error.subs({**weigh(target, more[0]), eps: ticket.coef_error})
        yield trial.holds(bound == claimed, f"{name}: certified {bound}, claimed {claimed}")


def projected(name: str) -> tuple[int, int, int]:
    """Diagonal orbits, products B_bQ_q that are B_b, and products that are neither 0 nor B_b."""
    before, after = orbit_types()[name]
    parts = [matrix for matrix in equivariant_basis(before, before) if np.diagonal(matrix).any()]
    products = [(basis @ part, basis) for basis in equivariant_basis(before, after) for part in parts]
    same = [bool((product == basis).all()) for product, basis in products]
    other = [bool(product.any()) and not alike for (product, _), alike in zip(products, same, strict=True)]
    return len(parts), sum(same), sum(other)


def orbit_types() -> dict[str, tuple[Representation, Representation]]:
    four = natural(symmetric(4))
    pairs = tensor_power(four, 2)
    return {"pairs of four": (pairs, pairs), "pairs to points": (pairs, four), "pixels": targets("pixels")}


@exact(ticket_without_identity)
def diagonal_orbits_split_the_basis(channels: sp.Expr, trial: Trial) -> Findings:
    """B_bQ_q is 0 or B_b, and B_b once for each b: all 30 products for pairs of four points. The claimed number of channels is searched."""
    for name, (before, after) in trial.once(orbit_types).items():
        parts, same, other = trial.once(projected, name)
        detail = f"{name}: {parts} diagonal orbits, B_bQ_q = B_b for {same} products, neither for {other}"
        yield trial.holds(other == 0 and same == hom_dimension(before, after), detail)
    for name in NAMES:
        before, _ = targets(name)
        _, found, _ = trial.draw(searched, name, True)
        used = found.layers[0].coeffs.shape[1]
        here = {n: ITEMS, n_in: CHANNELS[0], orbits: blocks(before), B_in: hom_dimension(before, before)}
        yield trial.holds(channels.subs(here) == used, f"{name}: {used} channels, claimed {channels.subs(here)}")


def left(count: int, elements: tuple[str, ...]) -> sp.Rational:
    """The squared relative error of I by Σ_q T_qQ_q, T_q equivariant, with some of J/m and (I − J/m)/2: normal equations."""
    unit, mean = sp.eye(count), sp.ones(count, count) / count
    basis = {"mean": mean, "rest": (unit - mean) / 2}
    spanned = [matrix * basis[element] for element in elements for matrix in (mean, unit - mean)]
    columns = sp.Matrix.hstack(*(matrix.reshape(count**2, 1) for matrix in spanned if any(matrix)))
    wanted = unit.reshape(count**2, 1)
    best = (columns.T * columns).LUsolve(columns.T * wanted)
    rest = wanted - columns * best
    return (rest.T * rest)[0] / count


@exact(ticket_without_identity)
def one_element_loses_the_mean(lost: sp.Expr, trial: Trial) -> Findings:
    """Least squares in fractions: with one element 1/√m of the identity's norm is out of reach, with both elements nothing."""
    for count in (3, 4, 5, 6):
        found, claimed = sp.sqrt(trial.once(left, count, ("rest",))), lost.subs(points, count)
        yield trial.holds(claimed == found, f"{count} points: {found} is lost, claimed {claimed}")
        yield trial.holds(trial.once(left, count, ("mean", "rest")) == 0, "with both elements nothing is lost")


@exact(ticket_without_identity)
def an_element_that_loses_what_two_points_share(
    lost: sp.Expr, second_element: sp.ImmutableMatrix, trial: Trial
) -> Findings:
    """Q is the projection on differences and takes (1, 1) to 0; so the best TQ leaves I − Q of the identity, all of the mean."""
    size = second_element.rows
    rest = sp.eye(size) - second_element
    yield trial.holds(second_element**2 == second_element, "a projection")
    yield trial.holds(second_element * sp.ones(size, 1) == sp.zeros(size, 1), "equal values go to 0")
    yield trial.same(lost.subs(points, size), sp.sqrt((rest.T * rest).trace() / size))


# How often no channel has both entries of the sign that some coefficient needs, for comparison with bounds

SIZES = ((1, 1, 1, 1), (4, 1, 1, 1), (2, 2, 1, 1), (2, 1, 2, 2), (3, 1, 2, 1))  # channels of a block, and of the layer


def share_missed(channels: int, blocks: int, coefficients: int, signed: bool) -> sp.Rational:
    """The share, of all signs of both layers, with which some coefficient has no channel where both are positive.

    signed: or none where both are negative. blocks of channels have coefficients of their own.
    """
    first, second = channels * blocks, channels * blocks * coefficients
    bits = np.arange(2 ** (first + second))[:, None] >> np.arange(first + second) & 1
    before, after = bits[:, :first, None], bits[:, first:].reshape(len(bits), first, -1)
    found = np.ones(len(bits), dtype=bool)
    for sign in (1, 0) if signed else (1,):
        usable = ((before == sign) & (after == sign)).reshape(len(bits), blocks, channels, -1)
        found &= usable.any(axis=2).reshape(len(bits), -1).all(axis=1)
    return sp.Rational(int(np.count_nonzero(~found)), len(bits))


@exact(equivariant_ticket)
def coefficients_without_a_pair_are_counted(no_pair: sp.Expr, no_pair_of_a_sign: sp.Expr, trial: Trial) -> Findings:
    """All fair signs of both random layers; all coefficients of a block share the signs of the first layer."""
    for sizes in SIZES:
        channels, before, after, elements = sizes
        here = dict(zip((n, n_in, n_out, B), sizes, strict=True))
        for chance, signed in ((no_pair, False), (no_pair_of_a_sign, True)):
            found = trial.once(share_missed, channels, before, after * elements, signed)
            yield trial.same(chance.subs(here).doit(), found)


@exact(ticket_without_identity)
def blocks_have_signs_of_their_own(no_pair_in_a_block: sp.Expr, trial: Trial) -> Findings:
    """All signs, for one, two and three blocks of one input channel, and for two blocks of each of two."""
    for channels, before, blocks in ((4, 1, 1), (3, 1, 2), (2, 1, 3), (2, 2, 2)):
        found = trial.once(share_missed, channels, before * blocks, 1, True)
        here = {n: channels, n_in: before, n_out: 1, B: 1, B_in: blocks}
        yield trial.same(no_pair_in_a_block.subs(here).doit(), found)


# From one coefficient to all sums, their sizes, and what one element loses

y, z, u, v = sp.symbols("y z u v", positive=True)


units_hold_a_multiple_of_a_half = holds_a_multiple_of_a_half(equivariant_ticket, unit)
halves_make_the_product = makes_the_product(equivariant_ticket, unit, halves)


def logarithm(gap: sp.Expr) -> sp.Expr:
    return of_plain_layers(with_positive(gap, B, n_in, n_out))


@exact(equivariant_ticket, step="number of sums")
def failures_add_up(target_failure: sp.Expr, failure: sp.Expr, nonnegative_failure: sp.Expr, trial: Trial) -> Findings:
    """R4 with half the density, once for each subset sum: of one sign, or of both."""
    yield trial.same(target_failure, one_failure.subs(kappa, kappa / 2))
    yield trial.same(nonnegative_failure, n_in * n_out * B * target_failure)
    yield trial.same(failure, 2 * n_in * n_out * B * target_failure)


@exact(equivariant_ticket, step="size")
def failure_at_the_size_is_the_one_allowed(
    failure: sp.Expr, contraction: sp.Expr, size: sp.Expr, trial: Trial
) -> Findings:
    """The bound is δ times the factor for each channel beyond the size; the factor falls from 1 with the mass."""
    yield trial.same(failure.subs(n, n + 1) / failure, contraction, by=sp.powsimp)
    yield trial.same(sp.log(failure), sp.log(delta) + (n - size) * sp.log(1 - a * kappa / 4), by=logarithm)
    yield trial.nonnegative(1 - contraction, a * kappa / 4)


@exact(equivariant_ticket, step="uniform size")
def products_of_uniform_coefficients_have_size_and_density(
    size: sp.Expr, uniform_size: sp.Expr, trial: Trial
) -> Findings:
    """The size at 1/e and the density of R5.1 there, ½; the density falls up to there."""
    yield from uniform_products(size, uniform_size, logarithm, trial)


@exact(equivariant_ticket, step="one coordinate")
def one_half_errs(halves: sp.Expr, input_error: sp.Expr, trial: Trial) -> Findings:
    """The bound is at least the error, and its opposite, that errors ε(u − v)/(u + v) and ε(y − z)/(y + z) of the two coefficients make; it
    is w·x at w = ε for |x|.
    """
    yield from error_of_a_half(input_error, trial)
    both = valued(halves, {w: eps, x: y}), -valued(halves, {w: eps, x: -y})
    for side, value in zip((1, -1), both, strict=True):
        yield trial.same(input_error.subs(x, side * y), value, by=by_moduli)


@exact(equivariant_ticket, step="error")
def errors_add_up_element_by_element(input_error: sp.Expr, error: sp.Expr, trial: Trial) -> Findings:
    """The error is 0 without elements or inputs; an element of norm u adds its part, and so does a channel of size v."""
    one = input_error.subs(x, v)  # of a coordinate of modulus v
    yield trial.same(error.subs(norms, 0), 0)
    yield trial.same(error.subs(inputs, 0), 0)
    element = error.subs(norms, norms + u) - error
    yield trial.same(element.subs(inputs, inputs + v) - element, u * one, by=sp.expand)
    yield trial.same(error, eps * norms * inputs, by=sp.expand)


@enclosed(ticket_without_identity)
def one_element_keeps_something(lost: sp.Expr, trial: Trial) -> Findings:
    """One element loses less than all of the identity; for one point, where the second element is 0, it would lose all."""
    yield trial.below(lost, sp.S.One, strict=True)


@enclosed(ticket_without_identity)
def a_channel_lowers_the_failure_by_its_mass(general_failure: sp.Expr, trial: Trial) -> Findings:
    """The first channel lowers the bound by at most an eighth: half of a half of the mass of a product on the interval, half of which is
    usable.
    """
    one = general_failure.subs({n_in: 1, n_out: 1, B: 1, B_in: 1})
    yield trial.below(sp.Rational(7, 8) * one.subs(n, 0), one.subs(n, 1))
