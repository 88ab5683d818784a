"""Evidence for Q5, besides its reasons: masks are listed; no more masks than all; networks stay equivariant."""

from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.equivariance import (
    EquivariantLayer,
    Representation,
    centred_grid,
    cyclic,
    cyclic_irreducibles,
    equivariant_basis,
    feature_field,
    forward,
    hom_dimension,
    natural,
    regular,
    symmetric,
    tensor_power,
    trivial,
)
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.theory.equivariance.coefficient_pruning import coefficient_pruning
from sparse_limits.theory.equivariance.symbols import B, X, Y
from sparse_limits.theory.formulas.valued import valued

TURN = cyclic_irreducibles(4)["rotation"]


class Listed(NamedTuple):
    """All masks of one matrix: the sizes, how many masks there are and how many keep it equivariant."""

    points_in: int
    points_out: int
    basis: int
    masks: int
    equivariant: int


def list_masks(rho_in: Representation, rho_out: Representation) -> Listed:
    """Try every mask on the entries of a map with coefficients 2, 3, …"""
    basis = np.array(equivariant_basis(rho_in, rho_out))
    weights = np.tensordot(np.arange(2, 2 + len(basis)), basis, axes=1)
    entries = weights.size
    kept = (np.arange(2**entries)[:, None] >> np.arange(entries)) & 1
    pruned = kept.reshape(-1, *weights.shape) * weights
    still = np.ones(len(pruned), dtype=bool)
    for letter in range(len(rho_in.images)):
        rows, columns = rho_out.permutation((letter,)), rho_in.permutation((letter,))
        still &= (pruned[:, rows[:, None], columns] == pruned).all(axis=(1, 2))
    return Listed(rho_in.dimension, rho_out.dimension, hom_dimension(rho_in, rho_out), len(pruned), int(still.sum()))


def listed(effort: str) -> list[Listed]:
    """S3, S2, C3, C4 and the trivial group on a few points."""
    three, two, turn = natural(symmetric(3)), natural(symmetric(2)), natural(cyclic(3))
    grid = centred_grid(TURN, 2)
    pairs = [
        (three, three),
        (two, trivial(two.group, 2)),
        (turn, turn),
        (grid, trivial(grid.group, 2)),
        (trivial(cyclic(1), 2), trivial(cyclic(1), 3)),
    ]
    if effort != "quick":
        pairs.append((grid, regular(grid.group)))
    return [list_masks(*pair) for pair in pairs]


@exact(coefficient_pruning)
def masks_are_listed(masks: sp.Expr, equivariant_masks: sp.Expr, probability: sp.Expr, trial: Trial) -> Findings:
    """Every mask of a generic map: for S3 on three points 4 of 512 keep it equivariant."""
    for each in trial.once(listed, trial.effort):
        at = {X: each.points_in, Y: each.points_out, B: each.basis}
        found = each.masks, each.equivariant, sp.Rational(each.equivariant, each.masks)
        claimed = tuple(valued(formula, at) for formula in (masks, equivariant_masks, probability))
        yield trial.holds(claimed == found, f"{each.equivariant} of {each.masks} masks, claimed {claimed}")


@enclosed(coefficient_pruning)
def no_more_masks_than_all(probability: sp.Expr, equivariant_masks: sp.Expr, masks: sp.Expr, trial: Trial) -> Findings:
    """The masks that are constant on orbits are at most all masks, and their share is at most 1."""
    yield trial.below(probability, sp.S.One)
    yield trial.below(equivariant_masks, masks)


def fields(network: str) -> list[Representation]:
    """The representations that a network runs through: turning features on a 4 × 4 grid, or matrices of five points."""
    if network == "grid":
        return [feature_field(TURN, 4, fibre) for fibre in (None, regular(TURN.group), regular(TURN.group))]
    return [tensor_power(natural(symmetric(5)), k) for k in (2, 2, 1)]


CHANNELS = (2, 3, 2)


def random_network(
    rng: np.random.Generator, network: str, pruned: str
) -> tuple[list[EquivariantLayer], NDArray[np.int64]]:
    """Two layers with whole coefficients up to 2²⁰ and a tenth of them, or of the entries, pruned; an input up to 2⁴⁰."""
    types = fields(network)
    layers = []
    for rho_in, rho_out, *channels in zip(types, types[1:], CHANNELS, CHANNELS[1:], strict=False):
        basis = np.array(equivariant_basis(rho_in, rho_out))
        coeffs = rng.integers(-(2**20), 2**20, size=(*channels, len(basis)))
        layer = EquivariantLayer(coeffs, basis)
        if pruned == "coefficients":
            layers.append(layer.prune(rng.random(coeffs.shape) < 0.9))
        else:
            kept = basis * (rng.random(basis.shape[1:]) < 0.9)
            layers.append(EquivariantLayer(coeffs, kept))
    x = rng.integers(-(2**40), 2**40, size=(CHANNELS[0], types[0].dimension))
    return layers, x


@exact(coefficient_pruning, cost=0.4)
def networks_stay_equivariant(pruned: str, trial: Trial) -> Findings:
    """f(ρ(g)x) = ρ(g)f(x) as an equality of integers at every generator: shifts and quarter turns, permutations of points."""
    for network in ("grid", "points"):
        layers, x = trial.draw(random_network, network, pruned)
        before, *_, after = fields(network)
        y = forward(layers, x)
        for letter in range(len(before.images)):
            found = forward(layers, before.act((letter,), x))
            same = (found == after.act((letter,), y)).all()
            detail = f"{network}, generator {letter}: outputs of up to {len(str(abs(y).max()))} digits"
            yield trial.holds(same, f"{detail} {'agree' if same else 'differ'}")
