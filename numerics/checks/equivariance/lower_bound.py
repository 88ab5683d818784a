"""Evidence for Q8: the coefficients that one function serves, measured exactly, and all masks of small sources."""

from fractions import Fraction
from itertools import product
from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.subset_sum.volume_shares import measures
from sparse_limits.numerics.equivariance import (
    EquivariantLayer,
    Representation,
    centred_grid,
    cyclic,
    cyclic_irreducibles,
    equivariant_basis,
    forward,
    hom_dimension,
    kernel_space,
    natural,
    orbit_labels,
    regular,
    symmetric,
    tensor_power,
    trivial,
)
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.numerics.exact.logarithms import split_logarithms
from sparse_limits.numerics.exact.sums import by_cases
from sparse_limits.numerics.keyed import stream_name
from sparse_limits.numerics.subset_sum.volumes import identity, relu, served_weights
from sparse_limits.theory.equivariance.lower_bound import n_in, n_out, pruning_lower_bound, s, y_1
from sparse_limits.theory.equivariance.symbols import B, X, Y, order
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.subset_sum.potential import a, failure, kappa
from sparse_limits.theory.subset_sum.symbols import delta, eps, n
from sparse_limits.theory.subset_sum.volume import Theta, c, p, q

ACTIVATIONS = {"ReLU": relu, "linear": identity}


def steps(near: Fraction) -> list[tuple[Fraction, Fraction]]:
    """Outputs at two probes, from −3ε/2 to 5ε/2."""
    values = [near * k / 2 for k in (-3, -2, -1, 0, 1, 2, 3, 5)]
    return list(product(values, values))


def served(activation: str, near: Fraction, reach: Fraction) -> list[Fraction]:
    """The measures of the weights that outputs at two probes serve, step by step."""
    return [served_weights(ACTIVATIONS[activation], outputs, near, reach).measure for outputs in steps(near)]


@exact(pruning_lower_bound)
def one_function_serves_its_share(
    measure: sp.Expr, relu_share: sp.Expr, linear_share: sp.Expr, trial: Trial
) -> Findings:
    """The set of weights cut into pieces: its measure for all pairs of outputs, and the largest against the shares."""
    width = Fraction(1, 7)
    pairs = steps(width)
    by_formula, by_pieces = trial.once(measures, measure, pairs, width), trial.once(served, "ReLU", width, 99 * width)
    for (up, down), claimed, found in zip(pairs, by_formula, by_pieces, strict=True):
        yield trial.holds(claimed == found, f"ε = {width}, outputs {up}, {down}: {found}, claimed {claimed}")
    for near, size, reach in ((1, 1, 20), (1, 3, 20), (2, 5, 8), (3, 4, 30), (3, 4, 7), (1, 1, 2)):
        for activation, share in (("ReLU", relu_share), ("linear", linear_share)):
            at = Fraction(near), Fraction(reach, size)
            largest = max(trial.once(served, activation, *at)) / (2 * at[1])
            claimed = valued(share, {eps: near, s: size, c: reach})
            yield trial.holds(claimed == largest, f"{activation}: {largest} of a coefficient, claimed {claimed}")


@stream_name("numerics.checks.equivariance.lower_bound.Case")
class Case(NamedTuple):
    """Targets between two representations: the channels, the divisor of the elements and ε, in units of c over `cells`."""

    pair: str
    channels: tuple[int, int]
    cells: int
    divisor: int
    near: int


def pairs() -> dict[str, tuple[Representation, Representation]]:
    two, ring, turn = natural(symmetric(2)), natural(cyclic(3)), cyclic_irreducibles(4)["rotation"]
    return {
        "one number": (trivial(cyclic(1)), trivial(cyclic(1))),
        "two points": (two, two),
        "a ring": (ring, ring),
        "2 × 2 pixels to a feature": (centred_grid(turn, 2), regular(turn.group)),
        "a sum of points": (two, trivial(two.group)),
    }


def probing(source: Representation, channels: int) -> NDArray[np.int64]:
    """±e_x in every single channel. int[probes, channels, coordinates]"""
    units = np.eye(channels * source.dimension, dtype=np.int64)
    return np.concatenate([units, -units]).reshape(-1, channels, source.dimension)


def outputs(case: Case, values: NDArray[np.int64]) -> NDArray[np.int64]:
    """What every layer with coefficients from `values` says at the probes, times the divisor. [layers, probes, out, Y]"""
    source, target = pairs()[case.pair]
    basis = np.array(equivariant_basis(source, target))
    before, after = case.channels
    choices = np.array(list(product(values, repeat=before * after * len(basis))))
    coefficients = choices.reshape(-1, before, after, len(basis)).transpose(1, 0, 2, 3)
    layer = EquivariantLayer(coefficients.reshape(before, -1, len(basis)), basis)
    found = layer.apply(probing(source, before)).astype(np.int64)
    return found.reshape(len(found), len(choices), after, -1).transpose(1, 0, 2, 3)


def all_targets(case: Case, activation: str) -> NDArray[np.int64]:
    """All targets whose coefficients are midpoints of equal cells of [−c, c], c = cells."""
    found = outputs(case, np.arange(1 - case.cells, case.cells, 2))
    return np.maximum(found, 0) if activation == "ReLU" else found


def share_served(case: Case, activation: str, functions: NDArray[np.int64]) -> Fraction:
    """The share of the targets for which one of the functions, which are given times the divisor, is within ε."""
    targets = all_targets(case, activation)
    near = np.zeros(len(targets), bool)
    for function in functions:
        near |= (np.abs(targets - function) <= case.divisor * case.near).all(axis=(1, 2, 3))
    return Fraction(int(near.sum()), len(targets))


CASES = (
    Case("two points", (1, 2), 6, 1, 2),
    Case("a ring", (1, 1), 8, 2, 1),
    Case("2 × 2 pixels to a feature", (1, 1), 6, 1, 2),
    Case("a sum of points", (2, 1), 24, 3, 2),
    Case("a sum of points", (1, 1), 4, 3, 2),
)


def constants(case: Case, activation: str) -> Fraction:
    """The share that the constant output ε at all probes serves (ReLU), or the output 0 (linear)."""
    return share_served(case, activation, np.array([case.divisor * case.near * (activation == "ReLU")]))


def doubling(case: Case, items: int) -> Fraction:
    """The share that all masks serve of copies of a layer whose coefficients are 2εs times powers of two, the last negative."""
    powers = [2**k for k in range(items - 1)] + [-(2 ** (items - 1))]
    sums = [sum(part) for part in product(*((0, 2 * case.divisor * case.near * power) for power in powers))]
    return share_served(case, "linear", outputs(case, np.array(sums)))


def setting(case: Case, masked: int = 0) -> dict[sp.Symbol, int]:
    """A case in the symbols of the claim, with the dimension by characters."""
    source, target = pairs()[case.pair]
    sizes = {X: source.dimension, Y: target.dimension, B: hom_dimension(source, target)}
    inside = {n_in: case.channels[0], n_out: case.channels[1], c: case.cells, s: case.divisor, eps: case.near}
    return {**sizes, **inside, Theta: masked}


@exact(pruning_lower_bound, cost=0.3)
def the_bounds_are_attained(relu_success: sp.Expr, linear_success: sp.Expr, trial: Trial) -> Findings:
    """All targets on a grid of coefficients: what a constant serves, and all masks of doubling copies, exactly as claimed."""
    for case, items in ((Case("one number", (1, 1), 64, 1, 2), 4), (Case("two points", (1, 1), 24, 2, 2), 1),
                        (Case("two points", (1, 1), 32, 1, 4), 2), (Case("a sum of points", (1, 2), 12, 1, 2), 1)):  # fmt: skip
        coefficients = case.channels[0] * case.channels[1] * hom_dimension(*pairs()[case.pair])
        claimed = valued(linear_success, setting(case, items * coefficients))
        found = trial.once(doubling, case, items)
        yield trial.holds(claimed == found, f"{case.pair}: {items} items serve {found}, claimed {claimed}")
    for case in CASES:
        at = setting(case)
        for activation, success in (("ReLU", relu_success), ("linear", linear_success)):
            found, claimed = trial.once(constants, case, activation), valued(success, at)
            detail = f"{case.pair}, {activation}: a constant serves {found}, claimed {claimed}"
            yield trial.holds(claimed == found, detail)


def random_source(rng: np.random.Generator, case: Case, width: int) -> tuple[int, Fraction]:
    """The parameters of a random equivariant network of two layers and the share of ReLU targets that its masks serve."""
    source, target = pairs()[case.pair]
    layers = []
    for rho, channels in ((source, (case.channels[0], width)), (target, (width, case.channels[1]))):
        basis = np.array(equivariant_basis(source, rho))
        coefficients = rng.integers(-3, 4, size=(*channels, len(basis)))
        layers.append(EquivariantLayer(coefficients, basis))
    sizes = [layer.coeffs.size for layer in layers]
    probes = probing(source, case.channels[0])
    found = set()
    for bits in product((0, 1), repeat=sum(sizes)):
        masks = np.split(np.array(bits), [sizes[0]])
        pruned = [layer.prune(mask.reshape(layer.coeffs.shape)) for layer, mask in zip(layers, masks, strict=True)]
        found.add(tuple(np.maximum(forward(pruned, probes), 0).flat))
    functions = np.array(sorted(found), dtype=np.int64).reshape(-1, len(probes), case.channels[1], target.dimension)
    return sum(sizes), share_served(case, "ReLU", case.divisor * functions)


@exact(pruning_lower_bound, cost=0.5)
def random_sources_keep_the_bound(relu_success: sp.Expr, trial: Trial) -> Findings:
    """All masks of random networks of two layers against all targets on a grid."""
    cases = ((Case("one number", (1, 1), 64, 1, 1), 2), (Case("two points", (1, 1), 16, 1, 1), 1),
             (Case("one number", (1, 1), 16, 1, 1), 3))  # fmt: skip
    for case, width in cases:
        for replicate in range(trial.size(2)):
            masked, found = trial.draw(random_source, case, width, replicate=replicate)
            claimed = valued(relu_success, setting(case, masked))
            yield trial.holds(found <= claimed, f"{case.pair}: {masked} parameters serve {found}, bound {claimed}")


ONE, MANY = {n_in: 1, n_out: 1}, {n_in: 2, n_out: 3}
BITS = (  # channels, sizes, s, −log₂ of the share, −log₂(1 − δ)
    (ONE, {B: 2, X: 5, Y: 2}, 3, 4, 1),
    (MANY, {B: 2, X: 3, Y: 4}, 2, 3, 5),
    (ONE, {B: 1, X: 1, Y: 2}, 2, -2, 1),
    (ONE, {B: 1, X: 2, Y: 2}, 1, 1, 3),
    (ONE, {B: 1, X: 2, Y: 3}, 1, 1, 1),
)


@enclosed(pruning_lower_bound)
def parameters_solve_the_equation(
    relu_parameters: sp.Expr, linear_parameters: sp.Expr, relu_success: sp.Expr, linear_success: sp.Expr, trial: Trial
) -> Findings:
    """The least whole number of parameters at which the bound on the probability allows 1 − δ, where all are powers of two."""
    for success, needed, factor in ((relu_success, relu_parameters, 2), (linear_success, linear_parameters, 1)):
        for channels, basis, size, bits, lost in BITS:
            inside = {**channels, **basis, s: size, c: 3, delta: 1 - sp.Rational(1, 2**lost)}
            inside[eps] = sp.Rational(3, factor * size) / sp.Integer(2) ** bits
            exact_value = channels[n_in] * channels[n_out] * basis[B] * bits - lost
            yield trial.same(valued(needed, inside), exact_value, by=None, at=[{}])
            least = max(0, exact_value)
            reached = valued(success, {**inside, Theta: least})
            yield trial.holds(
                reached >= 1 - inside[delta], f"{least} parameters: {reached}, wanted {1 - inside[delta]}"
            )
            if least:
                before = valued(success, {**inside, Theta: least - 1})
                yield trial.holds(before < 1 - inside[delta], f"one less: {before}")


DEEP_SETS = {X: 100, Y: 100, B: 2, n_in: 1, n_out: 1, s: 1, eps: sp.Rational(1, 2**11), delta: sp.Rational(1, 2)}


@enclosed(pruning_lower_bound)
def tickets_that_exist_are_allowed(relu_parameters: sp.Expr, linear_parameters: sp.Expr, trial: Trial) -> Findings:
    """DeepSets on 100 points: R4 covers all four subset sums of products of uniform numbers, thinned, with 341 channels."""
    reach = sp.exp(-1)
    items = {a: reach, kappa: sp.Rational(1, 4), eps: DEEP_SETS[eps]}  # the density ½ ln(1/|z|) ≥ ½, right signs only
    channels, coefficients = sp.Integer(341), 4  # 2 of each layer for each channel
    yield trial.below(4 * failure.subs({**items, n: channels}), DEEP_SETS[delta], at=[{}])
    for needed in (relu_parameters, linear_parameters):
        yield trial.below(valued(needed, {**DEEP_SETS, c: reach / 2}), coefficients * channels, at=[{}])


@exact(pruning_lower_bound)
def symmetry_saves(saving: sp.Expr, free_saving: sp.Expr, trial: Trial) -> Findings:
    """Entries over orbits for C4 on 5 × 5 kernels (400 to 100), pairs of ten points (10 000 to 15), and smaller actions."""
    for name, (rho_in, rho_out) in trial.once(actions).items():
        sizes = {X: rho_in.dimension, Y: rho_out.dimension, B: hom_dimension(rho_in, rho_out)}
        orbits = np.bincount(orbit_labels(rho_in, rho_out).ravel())
        found, claimed = Fraction(int(orbits.sum()), len(orbits)), saving.subs(sizes)
        group = rho_in.group.order
        yield trial.holds(claimed == found, f"{name}: {orbits.sum()} entries, {len(orbits)} orbits, claimed {claimed}")
        yield trial.holds(found <= group, f"{name}: a saving of {found} by {group} elements")
        if orbits.min() == group:
            claimed = free_saving.subs(order, group)
            yield trial.holds(claimed == found, f"{name}: free, a saving of {found}, claimed {claimed}")


@enclosed(pruning_lower_bound)
def savings_are_at_least_one(saving: sp.Expr, free_saving: sp.Expr, trial: Trial) -> Findings:
    """Both savings are at least 1: there are no more orbits than entries, and a group has an element."""
    yield trial.below(sp.S.One, saving)
    yield trial.below(sp.S.One, free_saving)


def actions() -> dict[str, tuple[Representation, Representation]]:
    turn, ten = cyclic_irreducibles(4)["rotation"], tensor_power(natural(symmetric(10)), 2)
    return {
        "C4 on 5 × 5 kernels": (kernel_space(turn, 5, regular(turn.group)), regular(turn.group)),
        "pairs of ten points": (ten, ten),
        "pixels": (centred_grid(turn, 4), centred_grid(turn, 3)),
        "a ring of six": (natural(cyclic(6)), natural(cyclic(6))),
        "six points": (natural(symmetric(6)), natural(symmetric(6))),
    }


# Both outputs ask for the same; masks are enough at the bound


@exact(pruning_lower_bound, step="one linear entry")
def both_outputs_ask_for_the_same(interval: sp.Expr, trial: Trial) -> Findings:
    """The overlap of [p − ε, p + ε] and [−q − ε, −q + ε], from its lower to its upper end, is the interval less |p + q|."""
    overlap = sp.Min(p + eps, -q + eps) - sp.Max(p - eps, -q - eps)
    yield trial.same(interval - sp.Abs(p + q), overlap, by=by_cases({p: y_1 - q}, {p: -y_1 - q}))


@exact(pruning_lower_bound, step="parameters")
def masks_are_enough_at_the_bound(
    relu_parameters: sp.Expr,
    linear_parameters: sp.Expr,
    relu_fraction: sp.Expr,
    linear_fraction: sp.Expr,
    weights: sp.Expr,
    trial: Trial,
) -> Findings:
    """The logarithm of the bound on the probability, with the fractions, is that of 1 − δ at so many parameters."""
    for needed, fraction in ((relu_parameters, relu_fraction), (linear_parameters, linear_fraction)):
        bound = needed * sp.log(2) + weights * sp.log(fraction)
        yield trial.same(bound, sp.log(1 - delta), by=lambda gap: split_logarithms(gap, 1 - delta))
