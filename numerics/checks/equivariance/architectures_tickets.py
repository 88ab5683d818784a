"""Evidence for Q9: tickets of seven types of networks against the bounds, their symmetry and their rounding."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.checks.equivariance.architectures import SQUARE, TURN, whole
from sparse_limits.numerics.equivariance import EquivariantLayer, Representation, forward
from sparse_limits.numerics.equivariance.architectures import (
    Architecture,
    convolution,
    deep_sets,
    message_passing,
    pairs,
    perceptron,
    relabelled,
    steerable,
)
from sparse_limits.numerics.equivariance.groups import SymmetricGroup
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.numerics.exact.balls import number
from sparse_limits.numerics.tickets import NetworkTicket, find_ticket
from sparse_limits.numerics.tickets.bounds import MEASURED, UNIT_ROUNDOFF, largest_pass, measures
from sparse_limits.numerics.tickets.bounds import roundings as rounded_at_most
from sparse_limits.theory.equivariance.architectures import (
    STAYS,
    L,
    architecture_tickets,
    bases,
    before,
    forward_error,
    moduli_output,
    reach,
)
from sparse_limits.theory.equivariance.lower_bound import n_in
from sparse_limits.theory.formulas.no_guarantee import unconditional
from sparse_limits.theory.subset_sum.solver import u
from sparse_limits.theory.subset_sum.symbols import n

# Tickets that were found


class Case(NamedTuple):
    """A type of network, its channels, and the graph it lives on, if any."""

    architecture: Architecture
    channels: tuple[int, int, int]
    graph: NDArray[np.int64] | None = None


NAMES = tuple(bases)
WIDTHS = (40, 64)


def case(name: str, side: int) -> Case:
    """Two layers; the graph has 12 vertices and three tenths of all edges."""
    drawn = np.triu(np.random.default_rng(12).random((12, 12)) < 0.3, 1)
    vertices = (drawn | drawn.T).astype(np.int64)
    make: dict[str, Callable[[], Case]] = {
        "perceptron": lambda: Case(perceptron(), (6, 8, 3)),
        "convolution": lambda: Case(convolution(side, 3), (2, 3, 2)),
        "C4": lambda: Case(steerable(TURN, side, 3), (1, 3, 2)),
        "D4": lambda: Case(steerable(SQUARE, max(3, side // 2), 3), (1, 2, 1)),
        "deep_sets": lambda: Case(deep_sets(10), (3, 6, 4)),
        "pairs": lambda: Case(pairs(5), (1, 3, 2)),
        "message_passing": lambda: Case(message_passing(vertices), (2, 5, 3), vertices),
    }
    return make[name]()


class Search(NamedTuple):
    """A ticket for random coefficients up to ½, and inputs of both signs: float[m, in, coordinates]."""

    case: Case
    ticket: NetworkTicket
    x: NDArray[np.float64]


def searched(rng: np.random.Generator, name: str, side: int, items: int, sides: str) -> Search:
    """sides: "both", or "plus" for a ticket that treats inputs as if none were negative."""
    here = case(name, side)
    layers = here.architecture.network(
        [rng.uniform(-0.5, 0.5, shape) for shape in here.architecture.shapes(here.channels)]
    )
    x = rng.uniform(-1, 1, (2, here.channels[0], here.architecture.levels[0].dimension))
    ticket = find_ticket(layers, items, Fraction(1, 10**6), int(rng.integers(2**31)), signed=sides == "both")
    return Search(here, ticket, x)


def grid(trial: Trial) -> int:
    """The side of the torus."""
    return 4 if trial.effort == "quick" else 8


@exact(architecture_tickets, cost=0.6)
def tickets_keep_the_bound(error: sp.Expr, sides: str, trial: Trial) -> Findings:
    """Outputs of target and ticket differ by no more than the bound with the errors of the coefficients, plus rounding."""
    step = numeric((*MEASURED, before), error)
    for name in NAMES:
        for items in WIDTHS[trial.effort == "quick" :]:
            _, ticket, x = trial.draw(searched, name, grid(trial), items, sides)
            signed = replace(ticket, signed=True)
            gaps = np.abs(signed.forward(x) - forward(ticket.target, x)).max(axis=(1, 2))
            bounds: NDArray[np.float64] = np.zeros(len(x))
            for values in measures(ticket.target, [float(each) for each in ticket.coef_errors], x):
                bounds = step(*values, bounds)
            detail = f"{name}, {items} items: apart by {gaps.max():.3g}, bound {np.max(bounds):.3g}"
            yield trial.holds((gaps <= bounds + rounding(signed, x)).all(), detail)


def rounding(ticket: NetworkTicket, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far the computed outputs of both networks are from the exact ones, together."""
    moduli = [EquivariantLayer(np.abs(layer.coeffs), np.abs(layer.basis)) for layer in ticket.target]
    terms = sum(len(layer.coeffs) * layer.basis.shape[2] + len(layer.basis) for layer in ticket.target)
    target: NDArray[np.float64] = stray(forward_error, terms) * forward(moduli, np.abs(x)).max(axis=(1, 2))
    return target + stray(forward_error, rounded_at_most(ticket)) * largest_pass(ticket, x)


def stray(formula: sp.Expr, terms: int) -> float:
    """The bound on rounding for outputs of size 1."""
    return number(formula, {L: terms, u: UNIT_ROUNDOFF, moduli_output: 1})


# Symmetry


def drawn_network(
    rng: np.random.Generator, name: str, pruned: str
) -> tuple[Case, list[EquivariantLayer], NDArray[np.int64]]:
    """Whole coefficients up to 2²⁰, a tenth of them, or of the basis' entries, pruned; inputs up to 2⁴⁰."""
    here = case(name, 3)
    shapes = here.architecture.shapes(here.channels)
    layers = [
        EquivariantLayer(rng.integers(-(2**20), 2**20, shape), np.array([whole(matrix) for matrix in basis]))
        for shape, basis in zip(shapes, here.architecture.bases, strict=True)
    ]
    if pruned == "coefficients":
        layers = [layer.prune(rng.random(layer.coeffs.shape) < 0.9) for layer in layers]
    else:
        layers = [replace(layer, basis=layer.basis * (rng.random(layer.basis.shape[1:]) < 0.9)) for layer in layers]
    return here, layers, rng.integers(-(2**40), 2**40, (here.channels[0], here.architecture.levels[0].dimension))


def moved(here: Case, layers: Sequence[EquivariantLayer], word: tuple[int, ...], graph: str) -> list[EquivariantLayer]:
    """The network after the group has moved the graph that it lives on, if it does."""
    if here.graph is None or graph == STAYS:
        return list(layers)
    there = message_passing(relabelled(here.graph, here.architecture.levels[0].permutation(word)))
    return [replace(layer, basis=basis) for layer, basis in zip(layers, there.bases, strict=True)]


SYMMETRIC = NAMES[1:]  # a perceptron has no coordinates to move


def generating(rho: Representation) -> list[tuple[int, ...]]:
    """Words that generate the group: a transposition and a cycle, or all generators of others."""
    letters = tuple(range(len(rho.images)))
    return [(0,), letters] if isinstance(rho.group, SymmetricGroup) else [(letter,) for letter in letters]


@exact(architecture_tickets, cost=0.6)
def pruned_networks_stay_equivariant(pruned: str, graph: str, trial: Trial) -> Findings:
    """f(ρ(g)x) = ρ(g)f(x) as an equality of whole numbers, for elements that generate the group."""
    for name in SYMMETRIC:
        here, layers, x = trial.draw(drawn_network, name, pruned)
        source, *_, target = here.architecture.levels
        y = forward(layers, x)
        for word in generating(source):
            same = (forward(moved(here, layers, word, graph), source.act(word, x)) == target.act(word, y)).all()
            yield trial.holds(same, f"{name}, {word}: exact outputs {'agree' if same else 'differ'}")


@exact(architecture_tickets, cost=0.6)
def rounding_moves_tickets_little(equivariance_error: sp.Expr, graph: str, trial: Trial) -> Findings:
    """Tickets as computed: g(ρ(g)x) and ρ(g)g(x) differ by no more than the bound, for elements that generate the group."""
    for name in SYMMETRIC:
        here, ticket, x = trial.draw(searched, name, grid(trial), max(WIDTHS), "both")
        source, *_, target = here.architecture.levels
        bound = stray(equivariance_error, rounded_at_most(ticket)) * largest_pass(ticket, x)
        y = ticket.forward(x)
        for word in generating(source):
            there = replace(ticket, target=tuple(moved(here, ticket.target, word, graph)))
            gaps = np.abs(there.forward(source.act(word, x)) - target.act(word, y)).max(axis=(1, 2))
            detail = f"{name}: moved outputs differ by {gaps.max():.3g}, bound {bound.max():.3g}"
            yield trial.holds((gaps <= bound).all(), detail)


k = sp.Symbol("k", positive=True, integer=True)


@enclosed(architecture_tickets)
def constants_come_from_products(
    forward_error: sp.Expr, equivariance_error: sp.Expr, gamma: sp.Expr, apart: sp.Expr, trial: Trial
) -> Findings:
    """One rounding errs by u; the factors of k and L roundings multiply. With roundings all up at x and all down at ρ(g)x the outputs
    differ by at most the bound, for u up to 1/2048 and L up to 1000.
    """
    one = forward_error.subs(moduli_output, 1)
    yield trial.same(forward_error.subs(L, 1), u * moduli_output)
    both, step = one.subs(L, L + k), one.subs(L, k)
    at = [{**point, k: place} for place, point in enumerate(trial.points(one), 1)]
    yield trial.same(both, one + step + one * step, by=None, at=at)
    yield trial.same(apart.subs(L, 1), equivariance_error.subs(L, 1))
    yield trial.same(1 + one - apart / moduli_output, (1 - u) ** L, by=None)  # what is left with all roundings down
    between = {L: sp.Symbol("ell", positive=True), moduli_output: 1}  # whole numbers of layers and all between
    roundoff = {u: (0, sp.Rational(1, 2048)), between[L]: (2, 1000)}
    gap = (apart - equivariance_error).subs(between)
    yield trial.everywhere(gap, sp.S.Zero, within=roundoff, zero={u: (0, 2)})
    yield trial.same((1 + gamma) * (1 - L * u), 1)
    stated = unconditional(gamma).subs(between)
    yield trial.everywhere(one.subs(between), stated, within={**roundoff, between[L]: (1, 1000)}, zero={u: (0, 2)})


@dataclass(frozen=True)
class Rounded:
    """A computed number: through how many roundings one of its terms has gone, at most."""

    times: int

    def __mul__(self, other: Rounded) -> Rounded:
        return Rounded(self.times + other.times + 1)

    def __add__(self, other: Rounded) -> Rounded:
        return Rounded(max(self.times, other.times) + 1)


def pass_counted(items: int, channels: int, entries: int) -> int:
    """Roundings of one layer of a ticket: the sums over a block, over input channels and over the basis, one by one."""
    stored = np.full(items, Rounded(0))
    blocks = [((stored * Rounded(0)) * stored).sum() for _ in range(channels)]  # μ_k·(λ_k·x_i)
    term: Rounded = (np.full(entries, np.sum(blocks)) * np.full(entries, Rounded(0))).sum()
    return term.times


@exact(architecture_tickets)
def roundings_are_counted(roundings: sp.Expr, trial: Trial) -> Findings:
    """A pass with numbers that count their roundings, each sum from left to right."""
    for items, channels, entries in ((1, 1, 1), (1, 2, 3), (5, 1, 2), (4, 3, 1), (40, 6, 25)):
        found = trial.once(pass_counted, items, channels, entries)
        claimed = roundings.subs({n: items, n_in: channels, reach: entries})
        yield trial.holds(
            claimed == found, f"block {items}, {channels} channels, {entries} entries: {found}, claimed {claimed}"
        )
