"""Evidence for O2.1 and O6, besides their reasons: spectra move by the norm of a difference; and more."""

from collections.abc import Iterable
from fractions import Fraction
from itertools import product
from typing import NamedTuple

import numpy as np
import sympy as sp
from flint import arb, fmpz_mat
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.numerics.exact import balls
from sparse_limits.numerics.masks.cut_norm import exact_cut_norm
from sparse_limits.numerics.masks.motifs import motif_density
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.operators.motifs import cycle
from sparse_limits.theory.operators.norms import degree_continuity, norm_chain
from sparse_limits.theory.operators.symbols import cut

Integers = NDArray[np.int64]

CONSTANT = np.array([[1]])
CHECKERED = np.array([[1, -1], [-1, 1]])


def cut_norm(matrix: Integers, scale: int = 1) -> Fraction:
    """The cut norm of matrix / scale, exactly."""
    return Fraction(round(float(exact_cut_norm(matrix)) * matrix.size), matrix.size * scale)


def singular_values(matrix: Integers) -> list[arb]:
    """Of the operator of the step kernel, the largest first, as balls: roots of a characteristic polynomial."""
    small = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T
    gram = fmpz_mat((small @ small.T).tolist())
    squares = [root.real for root, count in gram.charpoly().complex_roots() for _ in range(count)]
    return sorted((abs(square).sqrt() / arb(matrix.size).sqrt() for square in squares), key=float, reverse=True)


class Norms(NamedTuple):
    """Norms of a matrix with entries in [−1, 1] as a kernel."""

    cut: Fraction
    infinity_one: Fraction
    operator: arb
    four_cycle: Fraction


def norms(matrix: Integers, scale: int = 1) -> Norms:
    """Of matrix / scale, exactly."""
    signs = np.array(list(product((1, -1), repeat=matrix.shape[0])))
    infinity_one = Fraction(int(np.abs(signs @ matrix).sum(axis=1).max()), matrix.size * scale)
    four_cycle = Fraction(motif_density(matrix, cycle(4))) / scale**4
    return Norms(cut_norm(matrix, scale), infinity_one, singular_values(matrix)[0] / scale, four_cycle)


def sample_norms(rng: np.random.Generator, count: int, side: int) -> list[Norms]:
    """The extremal kernels, one in seven of all 2×3 kernels of entries −1, 0, 1, and random ones with few and with many zeros."""
    small = [np.reshape(entries, (2, 3)) for entries in product((-1, 0, 1), repeat=6) if any(entries)]
    shapes = rng.integers(2, side + 1, size=(count, 2))
    large = [
        rng.choice([-1, 0, 1], size=shape, p=law) for shape in shapes for law in ((0.1, 0.8, 0.1), (0.4, 0.2, 0.4))
    ]
    return [norms(each) for each in [CONSTANT, CHECKERED, *small[::7], *large] if each.any()]


def at(bound: sp.Expr, value: Fraction) -> arb:
    """A bound at a value of the cut norm, as a ball."""
    return balls.enclose(bound, {cut: sp.Rational(value)}).real


def exceeded(low: arb, high: arb) -> bool:
    """Whether low > high, which is attained in places: balls that overlap are taken to be equal."""
    return bool(low > high)


@exact(norm_chain)
def spectra_move_by_the_norm_of_a_difference(
    infinity_one_bound: sp.Expr, spectrum_bound: sp.Expr, trial: Trial
) -> Findings:
    """The bound of the spectrum is the root of the ∞→1 bound times 1, the most that an entry 0 or 1 differs from a value in [0, 1] by.

    It tends to 0 with the cut norm.
    """
    largest = max(abs(entry - value) for entry in (0, 1) for value in (0, 1))
    yield trial.same(spectrum_bound, sp.sqrt(infinity_one_bound * largest))
    yield trial.same(sp.limit(spectrum_bound, cut, 0), 0)


@exact(norm_chain)
def bounds_are_attained(
    operator_least: sp.Expr,
    infinity_one_bound: sp.Expr,
    four_cycle_least: sp.Expr,
    four_cycle_bound: sp.Expr,
    trial: Trial,
) -> Findings:
    """Constant kernels attain the lower bounds; the checkered kernel attains the upper ones of the ∞→1 norm and of the 4-cycles."""
    checkered = trial.once(norms, CHECKERED)
    attained = [
        (checkered, infinity_one_bound, checkered.infinity_one),
        (checkered, four_cycle_bound, checkered.four_cycle),
    ]
    for scale in (1, 3):
        constant = trial.once(norms, CONSTANT, scale)
        attained += [(constant, operator_least, Fraction(1, scale)), (constant, four_cycle_least, constant.four_cycle)]
    for kernel, bound, value in attained:
        claimed = bound.subs(cut, sp.Rational(kernel.cut))
        yield trial.holds(claimed == sp.Rational(value), f"attained {value}, claimed {claimed}")


def on_a_square(block: Integers, side: int) -> Integers:
    """A kernel of side² steps that is `block` on a square of rows and columns, and 0 elsewhere."""
    kernel = np.zeros((side, side), dtype=np.int64)
    kernel[: len(block), : len(block)] = block
    return kernel


@enclosed(norm_chain)
def squares_have_large_norms(operator_bound: sp.Expr, example_move: sp.Expr, trial: Trial) -> Findings:
    """On all rows and columns, and on a half or a quarter of both, two formulas are exact.

    They are the norm of the checkered kernel, and how far the spectrum moves from ½ to the diagonal blocks.
    """
    blocks, constant = CHECKERED + 1, np.ones((2, 2), dtype=np.int64)
    for side in (2, 4, 8):
        checkered, mask, graphon = (on_a_square(each, side) for each in (CHECKERED, blocks, constant))
        norm = singular_values(checkered)[0]
        move = max((abs(a - b) / 2 for a, b in zip(*map(singular_values, (mask, graphon)), strict=True)), key=float)
        for claimed, distance, seen in (
            (operator_bound, cut_norm(checkered), norm),
            (example_move, cut_norm(mask - graphon, 2), move),
        ):
            ball = at(claimed, distance)
            yield trial.holds(seen.overlaps(ball), f"moved {float(seen):.4g}, claimed {float(ball):.4g} at {distance}")


@enclosed(norm_chain, cost=0.5)
def norms_keep_their_bounds(
    operator_least: sp.Expr,
    operator_bound: sp.Expr,
    infinity_one_bound: sp.Expr,
    four_cycle_least: sp.Expr,
    four_cycle_bound: sp.Expr,
    trial: Trial,
) -> Findings:
    """The exact norms of extremal and random kernels keep their bounds; the printed ratios show how sharp each bound is."""
    sample = trial.draw(sample_norms, trial.size(15), 7)
    below = (("‖T‖", operator_least, "operator"), ("t(C₄)", four_cycle_least, "four_cycle"))
    above = (
        ("‖T‖", operator_bound, "operator"),
        ("∞→1", infinity_one_bound, "infinity_one"),
        ("t(C₄)", four_cycle_bound, "four_cycle"),
    )
    for name, bound, norm in below:
        pairs = [(at(bound, each.cut), as_ball(getattr(each, norm))) for each in sample]
        yield trial.holds(not any(exceeded(low, high) for low, high in pairs), f"{name} at least: {ratios(pairs)}")
    for name, bound, norm in above:
        pairs = [(as_ball(getattr(each, norm)), at(bound, each.cut)) for each in sample]
        yield trial.holds(not any(exceeded(low, high) for low, high in pairs), f"{name} at most: {ratios(pairs)}")


@enclosed(norm_chain)
def squared_norms_keep_below_the_form(largest_entry: sp.Expr, trial: Trial) -> Findings:
    """‖T‖² is at most ‖W‖_{∞→1} sup|W| in small kernels with entries of modulus at most 1; the cut norm does not enter."""
    highest = at(largest_entry, Fraction(1))
    sample = trial.draw(sample_norms, trial.size(15), 7)
    pairs = [(each.operator**2, as_ball(each.infinity_one) * highest) for each in sample]
    yield trial.holds(not any(exceeded(low, high) for low, high in pairs), ratios(pairs))


def as_ball(value: Fraction | arb) -> arb:
    return value if isinstance(value, arb) else arb(value.numerator) / value.denominator


def ratios(pairs: Iterable[tuple[arb, arb]]) -> str:
    quotients = [float(low / high) for low, high in pairs]
    return f"ratio to the bound between {min(quotients):.3f} and {max(quotients):.3f} in {len(quotients)} kernels"


def sampled_spectra(rng: np.random.Generator, count: int, side: int) -> list[tuple[Fraction, list[arb], list[arb]]]:
    """Cut norm of M − W, spectra of M and W, for masks M of probabilities W in tenths, constant along some pairs."""
    spectra = []
    for _ in range(count):
        rows, columns = rng.integers(1, 10, size=(2, side))
        kernel = np.outer(rows, columns) // 10 + 1
        mask = 10 * (rng.integers(0, 10, size=kernel.shape) < kernel)
        of_mask, of_kernel = ([sigma / 10 for sigma in singular_values(each)] for each in (mask, kernel))
        spectra.append((cut_norm(mask - kernel, 10), of_mask, of_kernel))
    return spectra


@enclosed(norm_chain)
def singular_values_move_less_than_the_bound(spectrum_bound: sp.Expr, trial: Trial) -> Findings:
    """Singular values of masks sampled from kernels differ from those of the kernels by at most the bound at the cut distance (Weyl)."""
    pairs = [
        (max((abs(a - b) for a, b in zip(of_mask, of_kernel, strict=True)), key=float), at(spectrum_bound, distance))
        for distance, of_mask, of_kernel in trial.draw(sampled_spectra, trial.size(10), 8)
    ]
    yield trial.holds(not any(exceeded(low, high) for low, high in pairs), ratios(pairs))


def differences(rng: np.random.Generator, count: int) -> list[tuple[Integers, Fraction]]:
    """Differences of two masks, and of a mask and a constant tenth (times ten), with their cut norms."""
    shapes = rng.integers(2, 10, size=(count, 2))
    masks = [rng.integers(0, 2, size=(2, *shape)) for shape in shapes]
    found = [each for pair in masks for each in (pair[0] - pair[1], 10 * pair[0] - 1)]
    return [(each, cut_norm(each)) for each in found]


@exact(degree_continuity)
def degrees_are_attained(degree_bound: sp.Expr, density_bound: sp.Expr, both_bound: sp.Expr, trial: Trial) -> Findings:
    """A difference of ±ε on halves of the rows, or of the columns, attains the bound of the degrees, a constant one that of the density.

    Both attain the bound of the sum.
    """
    for scale in (1, 10):
        halves, constant = np.array([[1], [-1]]), np.array([[1, 1]])
        for bound, difference, axis in (
            (degree_bound, halves, 1),
            (degree_bound, halves.T, 0),
            (density_bound, constant, None),
        ):
            moved = Fraction(int(np.abs(difference.sum(axis=axis)).sum()), difference.size * scale)
            claimed = bound.subs(cut, sp.Rational(cut_norm(difference, scale)))
            yield trial.holds(claimed == sp.Rational(moved), f"moved by {moved}, claimed {claimed}")
        for difference, axis in ((halves, 1), (halves.T, 0), (constant, 1), (constant, 0)):
            degrees = difference.sum(axis=axis)
            moved = Fraction(int(np.abs(degrees).sum() + abs(degrees.sum())), difference.size * scale)
            claimed = both_bound.subs(cut, sp.Rational(cut_norm(difference, scale)))
            yield trial.holds(claimed == sp.Rational(moved), f"both moved by {moved}, claimed {claimed}")


@exact(degree_continuity)
def degrees_move_by_two_cuts(
    degree_bound: sp.Expr, density_bound: sp.Expr, both_bound: sp.Expr, trial: Trial
) -> Findings:
    """‖d_U − d_W‖₁ is the sum of two cuts; the changes of degrees, density and both keep their bounds, for random masks in integers."""
    for difference, distance in trial.draw(differences, trial.size(60)):
        degrees = difference.sum(axis=1)
        cuts = [abs(int(difference[side].sum())) for side in (degrees > 0, degrees <= 0)]
        moved, density = Fraction(sum(cuts), difference.size), Fraction(abs(int(degrees.sum())), difference.size)
        yield trial.holds(sum(cuts) == np.abs(degrees).sum(), "two cuts add up to the distance of the degrees")
        for what, value, bound in (
            ("degrees", moved, degree_bound),
            ("density", density, density_bound),
            ("both", moved + density, both_bound),
        ):
            claimed = valued(bound, {cut: sp.Rational(distance)})
            yield trial.holds(value <= claimed, f"{what} moved by {value}, claimed at most {claimed}")


# Complex functions of modulus 1 attain their factor beside signs

SIGNS = np.array([[1, 1], [1, -1]])


@exact(norm_chain)
def complex_form_attains_its_factor(complex_factor: sp.Expr, trial: Trial) -> Findings:
    """For the matrix of signs, f = (1, i) with the best g has the factor times the largest form over all signs.

    The best g has the conjugate phases of 1 + i and 1 − i.
    """
    matrix = sp.Matrix(SIGNS.tolist())
    sums = (sp.Matrix([[1, sp.I]]) * matrix).tolist()[0]
    planar = sum(sp.Abs(each) for each in sums)
    real = max(sum(map(abs, sp.Matrix([f]) * matrix)) for f in product((1, -1), repeat=2))
    yield trial.holds(sp.simplify(planar - complex_factor * real) == 0, f"attained {planar / real}")
