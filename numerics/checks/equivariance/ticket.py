"""Evidence for Q7.1 and Q7.2: tickets found in random networks, exactly, and where the bounds come from."""

from fractions import Fraction

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.subset_sum.halves import solves_the_equation
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
from sparse_limits.numerics.evidence import Findings, Trial, exact, statistical
from sparse_limits.numerics.subset_sum import outer_covered_set
from sparse_limits.theory.equivariance.lower_bound import n_in, n_out
from sparse_limits.theory.equivariance.symbols import B
from sparse_limits.theory.equivariance.ticket import (
    B_in,
    equivariant_ticket,
    failure,
    inputs,
    norms,
    orbits,
    points,
    ticket_without_identity,
)
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.subset_sum.potential import a, kappa
from sparse_limits.theory.subset_sum.potential import failure as one_failure
from sparse_limits.theory.subset_sum.symbols import eps, n

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
