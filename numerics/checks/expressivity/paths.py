"""Evidence for E9 and E10: paths in all small masks and latents, and in drawn ones."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from math import prod

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.expressivity.wired_neurons import exact_fraction, mask_chance
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.numerics.exact.exact_values import written_out
from sparse_limits.theory.expressivity.paths import (
    W_1,
    W_2,
    W_3,
    Layers,
    degree,
    densities,
    isolated_input,
    n_1,
    n_2,
    p_1,
    p_2,
    p_3,
    path_share,
    reached,
    rho_path,
    with_layers,
)
from sparse_limits.theory.expressivity.symbols import n
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.saliency.model import v

HALF = sp.Rational(1, 2)


KERNELS: Layers = {
    W_1: lambda row, place: row * place + sp.Rational(1, 5),
    W_2: lambda row, place: 1 - row**2 * place,
    W_3: lambda row: (row + HALF) / 2,
}
CELLS = (Fraction(1, 4), Fraction(3, 4))  # latents, each for half of the neurons
INPUT = sp.Rational(2, 5)


def over_cells(integrand: sp.Expr, *limits: sp.Tuple) -> sp.Expr:
    """The integral, if the integrand is constant on both halves of [0, 1]: the mean over the two latents."""
    for variable, _, _ in limits:
        integrand = sum(integrand.subs(variable, sp.Rational(cell)) for cell in CELLS) / 2
    return integrand


def edge_chances(
    first: tuple[Fraction, ...], second: tuple[Fraction, ...]
) -> tuple[list[Fraction], list[list[Fraction]], list[Fraction]]:
    """The kernels at the latents of both hidden layers: input to first, first to second, second to output."""

    def at(function: sp.Function, *places: object) -> Fraction:
        return exact_fraction(sp.sympify(KERNELS[function](*map(sp.sympify, places))))

    return (
        [at(W_1, sp.Rational(a), INPUT) for a in first],
        [[at(W_2, sp.Rational(b), sp.Rational(a)) for a in first] for b in second],
        [at(W_3, sp.Rational(b)) for b in second],
    )


def masks_of_two_layers(
    below: list[Fraction], between: list[list[Fraction]], above: list[Fraction]
) -> Iterator[tuple[Fraction, int]]:
    """The probability of every mask with these edge chances, and its number of paths."""
    chances = [*below, *(q for row in between for q in row), *above]
    for mask in product((0, 1), repeat=len(chances)):
        first, rest = mask[: len(below)], mask[len(below) :]
        rows = [rest[i * len(below) : (i + 1) * len(below)] for i in range(len(above))]
        last = rest[len(above) * len(below) :]
        yield (
            mask_chance(chances, mask),
            sum(out * sum(a * b for a, b in zip(row, first, strict=True)) for row, out in zip(rows, last, strict=True)),
        )


def mean_of_paths(widths: tuple[int, int]) -> Fraction:
    """E[# paths], over all latents and masks."""
    total = Fraction(0)
    for first in product(CELLS, repeat=widths[0]):
        for second in product(CELLS, repeat=widths[1]):
            masks = masks_of_two_layers(*edge_chances(first, second))
            total += sum((weight * paths for weight, paths in masks), Fraction(0))
    mean: Fraction = total / 2 ** sum(widths)
    return mean


@exact(path_share, cost=0.5)
def paths_of_all_masks(path_density: sp.Expr, expected_paths: sp.Expr, trial: Trial) -> Findings:
    """The mean number of paths over all masks, and over two values of each latent, in rationals, for one or two neurons in each layer."""
    share = with_layers(path_density, KERNELS).subs(v, INPUT).replace(sp.Integral, over_cells)
    for widths in ((1, 1), (2, 1), (1, 2), (2, 2)):
        seen = trial.once(mean_of_paths, widths)
        claimed = expected_paths.subs({rho_path: share, n_1: widths[0], n_2: widths[1]})
        yield trial.same(claimed, sp.Rational(seen), by=None)


def shares_of_paths(rng: np.random.Generator, masks: int, width: int) -> NDArray[np.float64]:
    """The share of the paths of an input at v = 4/5 that masks of the example keep. float[masks]"""
    first, second = rng.random((2, masks, width))
    below = rng.random((masks, width)) < 0.8 * first
    above = rng.random((masks, width)) < second
    between = rng.random((masks, width, width), dtype=np.float32) < 1 - second[:, :, None] * first[:, None, :]
    shares: NDArray[np.float64] = (
        np.einsum("ki,kij,kj->k", above, between, below, dtype=float, optimize=True) / width**2
    )
    return shares


@statistical(path_share, tests=1, cost=0.5)
def drawn_masks_keep_the_share(example_density: sp.Expr, trial: Trial) -> Findings:
    """Drawn masks of the example, 16 neurons in each layer and drawn latents, keep the stated share of the paths on average."""
    shares = trial.draw(shares_of_paths, trial.size(8_000), 16)
    yield trial.averages(shares, trial.value(example_density, {v: sp.Rational(4, 5)}), 0.0, 1.0)


def no_path_by_enumeration(chances: tuple[Fraction, ...], widths: tuple[int, int]) -> Fraction:
    """P(no path) of homogeneous layers with these densities, over all masks."""
    first, second = widths
    layers = [chances[0]] * first, [[chances[1]] * first] * second, [chances[2]] * second
    return sum((weight for weight, paths in masks_of_two_layers(*layers) if not paths), Fraction(0))


@exact(isolated_input, cost=0.4)
def isolation_in_all_masks(two_layers: sp.Expr, independent_paths: sp.Expr, trial: Trial) -> Findings:
    """P(no path) by enumeration of all masks of up to eight edges, in rationals, densities of 1 included.

    The formula for independent paths is the n₁n₂-th power of P(no path) for a single path.
    """
    for widths in ((1, 1), (2, 1), (1, 2), (2, 2)):
        for chances in ("1/3 1/2 3/4", "4/5 1/7 1/2", "1 1/2 1", "1/2 1 1/3"):
            given = tuple(map(Fraction, chances.split()))
            at = dict(zip((n_1, n_2, *densities), map(sp.Rational, (*widths, *given)), strict=True))
            seen = trial.once(no_path_by_enumeration, given, widths)
            yield trial.same(written_out(two_layers, at), sp.Rational(seen), by=None)
            single = trial.once(no_path_by_enumeration, given, (1, 1))
            yield trial.same(
                written_out(independent_paths, at), sp.Rational(single) ** (widths[0] * widths[1]), by=None
            )


@enclosed(isolated_input)
def shared_edges_help_isolation(two_layers: sp.Expr, independent_paths: sp.Expr, trial: Trial) -> Findings:
    """P(no path) is never below that of independent paths, and equal to it for a single path.

    The finding prints their ratio for twenty neurons in each layer.
    """
    wide = trial.points(sp.Mul(n_1, n_2, *densities))
    wide = [{**point, n_1: point[n_1] + 1, n_2: point[n_2] + 2} for point in wide]  # a single path is equal
    yield trial.below(independent_paths, two_layers, at=wide)  # boxes: three letters in a sum, too many cells
    one = {n_1: 1, n_2: 1}
    yield trial.same(two_layers.subs(one).doit(), independent_paths.subs(one), by=sp.expand)
    at = {n_1: 20, n_2: 20, p_1: sp.Rational(1, 10), p_2: sp.Rational(1, 10), p_3: sp.Rational(3, 10)}
    ratio = trial.value(two_layers / independent_paths, at)
    yield trial.holds(ratio >= 1, f"20 neurons, densities .1, .1, .3: {ratio:.4g} times the bound")


def isolated_by_enumeration(neurons: int) -> tuple[Fraction, Fraction]:
    """P(no path), P(no edge) of one hidden layer with the kernels uv, 1 − u at latents ¼ or ¾, v = 2/5."""
    outcomes = []
    for latent in CELLS:
        chances = latent * exact_fraction(INPUT), 1 - latent
        for edges in product((0, 1), repeat=2):
            outcomes.append((mask_chance(chances, edges) / 2, edges))
    lost = bare = Fraction(0)
    for layer in product(outcomes, repeat=neurons):
        weight = prod((w for w, _ in layer), start=Fraction(1))
        lost += weight * (not any(all(edges) for _, edges in layer))
        bare += weight * (not any(edges[0] for _, edges in layer))
    return lost, bare


@exact(isolated_input)
def isolation_in_one_layer(no_path: sp.Expr, no_edge: sp.Expr, trial: Trial) -> Findings:
    """P(no path) and P(no edge) over all masks of up to three neurons and two values of each latent, in rationals.

    The formulas are taken at r and ρ, the means over the two latents.
    """
    places = [sp.Rational(cell) for cell in CELLS]
    column = sum(cell * INPUT for cell in places) / 2
    share = sum(cell * INPUT * (1 - cell) for cell in places) / 2
    for neurons in (1, 2, 3):
        lost, bare = trial.once(isolated_by_enumeration, neurons)
        at = {n: neurons, rho_path: share, degree: column}
        yield trial.same(no_path.subs(at), sp.Rational(lost), by=None)
        yield trial.same(no_edge.subs(at), sp.Rational(bare), by=None)


def isolated_by_latents(widths: tuple[int, int]) -> Fraction:
    """P(no path) of two hidden layers, over all masks and two values of each latent."""
    lost = Fraction(0)
    for first, second in product(product(CELLS, repeat=widths[0]), product(CELLS, repeat=widths[1])):
        masks = masks_of_two_layers(*edge_chances(first, second))
        lost += sum((weight for weight, paths in masks if not paths), Fraction(0))
    mean: Fraction = lost / 2 ** sum(widths)
    return mean


@exact(isolated_input, cost=0.5)
def paths_of_two_layers_over_latents(no_path: sp.Expr, trial: Trial) -> Findings:
    """P(no path) of two layers over all masks and two values of each latent, in rationals.

    It is what the formula says, n the number of paths, if there is a single one, and more if there are several.
    """
    share = with_layers(path_share.expressions["path_density"], KERNELS).subs(v, INPUT).replace(sp.Integral, over_cells)
    column = sum(KERNELS[W_1](sp.Rational(cell), INPUT) for cell in CELLS) / 2
    for widths in ((1, 1), (2, 1), (1, 2), (2, 2)):
        seen = sp.Rational(trial.once(isolated_by_latents, widths))
        apart = no_path.subs({n: prod(widths), rho_path: share, degree: column})
        if widths == (1, 1):
            yield trial.same(apart, seen, by=None)
        else:
            yield trial.holds(apart < seen, f"{prod(widths)} paths: {float(apart):.4g} < {float(seen):.4g}")


def isolated_masks(rng: np.random.Generator, masks: int) -> int:
    """Masks of 40 neurons with the kernels uv at v = 3/10 and 1 − u, in which no path leaves the input."""
    latents = rng.random((masks, 40), dtype=np.float32)
    below, above = rng.random((2, masks, 40), dtype=np.float32)
    return int((~((below < np.float32(0.3) * latents) & (above < 1 - latents)).any(axis=1)).sum())


def isolated_two_layer_masks(rng: np.random.Generator, masks: int) -> int:
    """Masks of two layers of 20 neurons, densities 1/10, 1/10, 3/10, in which no path leaves the input."""
    below = rng.integers(0, 10, size=(masks, 1, 20), dtype=np.uint8) == 0
    between = rng.integers(0, 10, size=(masks, 20, 20), dtype=np.uint8) == 0
    above = rng.integers(0, 10, size=(masks, 20), dtype=np.uint8) < 3
    return int((~((between & below).any(axis=2) & above).any(axis=1)).sum())


@statistical(isolated_input, tests=2, cost=0.8)
def drawn_inputs_are_isolated(no_path: sp.Expr, two_layers: sp.Expr, trial: Trial) -> Findings:
    """Drawn masks isolate the input as often as stated: one layer of 40 neurons with drawn latents, and two homogeneous layers of 20."""
    masks = trial.size(120_000)
    yield trial.counts(
        trial.draw(isolated_masks, masks), masks, trial.value(no_path, {n: 40, rho_path: sp.Rational(1, 20)})
    )
    at = {n_1: 20, n_2: 20, p_1: sp.Rational(1, 10), p_2: sp.Rational(1, 10), p_3: sp.Rational(3, 10)}
    masks = trial.size(30_000)
    yield trial.counts(trial.draw(isolated_two_layer_masks, masks), masks, trial.value(two_layers, at))


# Two layers over all sets reached; paths are broken one by one


@exact(isolated_input, step="two layers")
def two_layers_over_all_sets_reached(two_layers: sp.Expr, reach_law: sp.Expr, lost: sp.Expr, trial: Trial) -> Findings:
    """The formula is a mean over all sets of reached neurons in a first layer of one to three neurons, and over their number.

    The width of the second layer is left free.
    """
    cases = []
    for width in range(1, 4):
        sets = [sum(each) for each in product((0, 1), repeat=width)]
        total = sum(p_1**each * (1 - p_1) ** (width - each) * lost.subs(reached, each) for each in sets)
        numbers = sum(valued(reach_law * lost, {n_1: width, reached: number}) for number in range(width + 1))
        cases += [(written_out(two_layers, {n_1: sp.Integer(width)}), total), (numbers, total)]
    yield trial.at_sizes(cases, "widths")


@exact(isolated_input, step="paths apart")
def paths_are_broken_one_by_one(two_layers: sp.Expr, independent_paths: sp.Expr, trial: Trial) -> Findings:
    """One more neuron in the first or the second layer multiplies the formula for independent paths by the factor of its paths.

    At the widths (1, 1), (2, 1) and (1, 2), the formula for two layers exceeds that for independent paths by a known polynomial, or is
    equal to it: at (2, 1) two paths share the readout edge, at (1, 2) the first edge.
    """
    apart = 1 - p_1 * p_2 * p_3
    single = independent_paths.subs(n_1, 1)
    yield trial.induction(independent_paths, n_1, single, lambda term: single * term, start=1, by=sp.powsimp)
    yield trial.induction(single, n_2, apart, lambda term: apart * term, start=1, by=sp.powsimp)
    gap = two_layers - independent_paths
    shared = {(1, 1): sp.S.Zero, (2, 1): p_3 * (1 - p_3) * (p_1 * p_2) ** 2, (1, 2): p_1 * (1 - p_1) * (p_2 * p_3) ** 2}
    for (first, second), excess in shared.items():
        yield trial.same(written_out(gap, {n_1: sp.Integer(first), n_2: sp.Integer(second)}), excess, by=sp.expand)
