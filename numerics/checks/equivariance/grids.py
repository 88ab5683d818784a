"""Evidence for Q4: maps on grids counted by orbits, by elimination and by cells that stay in place."""

from collections.abc import Callable, Mapping
from functools import cache
from itertools import product

import numpy as np
import sympy as sp
from flint import fmpz_mat
from numpy.typing import NDArray

from sparse_limits.numerics.equivariance import (
    NO_TURNS,
    Representation,
    centred_grid,
    cyclic_irreducibles,
    defect,
    dihedral_irreducibles,
    dual,
    equivariant_basis,
    feature_field,
    hom_dimension,
    kernel_space,
    orbit_labels,
    regular,
    tensor_product,
    trivial,
    within_window,
)
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.numerics.exact.sums import by_cases
from sparse_limits.theory.equivariance.dimensions import chi_in, chi_out
from sparse_limits.theory.equivariance.dimensions import share as of_a_class
from sparse_limits.theory.equivariance.grids import K, c4_kernels, grid_maps, v_1, v_2
from sparse_limits.theory.equivariance.symbols import D, class_size, order
from sparse_limits.theory.formulas.valued import valued

Table = Mapping[str, sp.Expr]

CYCLIC, DIHEDRAL = cyclic_irreducibles(4), dihedral_irreducibles(4)
TURN, SQUARE = CYCLIC["rotation"], DIHEDRAL["E"]
C4_TYPES = {**CYCLIC, "regular": regular(TURN.group)}
D4_TYPES = {**DIHEDRAL, "regular": regular(SQUARE.group)}
WORDS = {"neutral": (), "rotation": (0,), "diagonal": (1,), "axis": (0, 1)}
OTHERS = {"neutral": (1, 1), "rotation": (0, 0), "diagonal": (0, 0, 1), "axis": (1, 0)}


half, t_1, t_2 = sp.symbols("half t_1 t_2", integer=True, nonnegative=True)


def parities(side: sp.Symbol) -> Callable[[sp.Expr], sp.Expr]:
    """That an expression is 0 at odd sides from 1 and at even ones from 0."""
    return by_cases({side: 2 * half + 1}, {side: 2 * half})


SIGNS = by_cases(*({v_1: a * t_1, v_2: b * t_2} for a in (1, -1) for b in (1, -1)))


@exact(grid_maps, step="window")
def windows_hold_differences(window: sp.Expr, uncrossed: sp.Expr, trial: Trial) -> Findings:
    """A window has the offsets along a side around 0, squared; uncrossed cells are those t with 0 ≤ t, t + v < D along both sides; and the
    number of cells that cross an edge is not negative.
    """
    offsets = sp.floor(K / 2) + sp.floor((K - 1) / 2) + 1
    yield trial.same(window, offsets**2, by=parities(K))
    cells = [sp.Min(D, D - v) - sp.Max(0, -v) for v in (v_1, v_2)]
    yield trial.same(uncrossed, sp.Mul(*cells), by=SIGNS)
    crossed = (D**2 - uncrossed.subs({v_1: t_1, v_2: t_2})).subs(D, t_1 + half + 1)
    yield trial.nonnegative(crossed, (t_1 + half + 1) * t_1 + (half + 1) * t_2)


@exact(grid_maps, step="middle")
def rows_have_a_middle(middle: sp.Expr, trial: Trial) -> Findings:
    """The number of whole t with t = D − 1 − t, for odd and for even D."""
    place = (D - 1) / sp.Integer(2)
    yield trial.same(middle, sp.floor(place) - sp.ceiling(place) + 1, by=parities(D))


def solutions(word: tuple[int, ...], middle: sp.Expr) -> sp.Expr:
    """The cells of a square that an element leaves in place: D for each letter that stays free, and a middle for zeros."""
    element = SQUARE.matrix(word)
    motion = sp.Matrix(2, 2, [sp.Rational(int(x.p), int(x.q)) for row in element.tolist() for x in row])
    kernel = (motion - sp.eye(2)).nullspace()
    zero = any(all(vector[i] == 0 for vector in kernel) for i in range(2))
    return D ** len(kernel) * (middle if zero else 1)


ELEMENTS: dict[str, list[tuple[int, ...]]] = {
    "neutral": [()],
    "rotation": [(0,), (0, 0), (0, 0, 0)],
    "axis": [(0, 1), (1, 0)],
    "diagonal": [(1,), (0, 0, 1)],
}


@exact(grid_maps, step="fixed cells")
def cells_solve_equations(fixed_cells: Table, middle: sp.Expr, trial: Trial) -> Findings:
    """The fixed cells of each of the eight elements A are counted by the kernel of A − I."""
    for kind, words in ELEMENTS.items():
        for word in words:
            yield trial.same(fixed_cells[kind], solutions(word, middle), by=parities(D))


def fixed(size: int) -> list[dict[str, int]]:
    """The cells of a square that an element of each kind leaves in place, for two elements of each."""
    grid = centred_grid(SQUARE, size)
    return [{kind: int(grid.character(word)) for kind, word in words.items()} for words in (WORDS, OTHERS)]


@exact(grid_maps, step="fixed cells")
def cells_stay_in_place(fixed_cells: Table, trial: Trial) -> Findings:
    """The fixed cells of squares of side 1 to 9 are counted."""
    for size in range(1, 10):
        found = trial.once(fixed, size)
        claimed = {name: valued(formula, {D: size}) for name, formula in fixed_cells.items()}
        yield trial.holds(found == [claimed, claimed], f"side {size}: {found}, claimed {claimed}")


@cache
def maps_between(group: str) -> dict[str, Representation]:
    """The representations on the linear maps from each type to each other."""
    types = C4_TYPES if group == "C4" else D4_TYPES
    pairs = product(types.items(), repeat=2)
    return {f"{a}_{b}": tensor_product(dual(source), target) for (a, source), (b, target) in pairs}


def dimensions(size: int, group: str, method: str) -> dict[str, int]:
    """Kernels on a square from each type to each other, by characters of matrices or by elimination."""
    plane, types = (TURN, C4_TYPES) if group == "C4" else (SQUARE, D4_TYPES)
    grid = centred_grid(plane, size)
    if method == "characters":
        return {pair: hom_dimension(grid, maps) for pair, maps in maps_between(group).items()}
    found = {}
    for (a, source), (b, target) in product(types.items(), repeat=2):
        if source.dimension * target.dimension <= 16:
            found[f"{a}_{b}"] = len(equivariant_basis(tensor_product(grid, source), target, "nullspace"))
    return found


def mean(group: str, pair: str, elements: Mapping[str, list[tuple[int, ...]]], fixed_cells: Table) -> sp.Expr:
    """The mean of Q1 over all elements for a pair of types."""
    types = C4_TYPES if group == "C4" else D4_TYPES
    there, back = (types[name] for name in pair.split("_"))
    size = sum(map(len, elements.values()))
    terms = (
        valued(of_a_class, {order: size, class_size: 1, chi_in: fixed_cells[kind] * a, chi_out: b})
        for kind, words in elements.items()
        for a, b in ((sp.Rational(there.character(word)), sp.Rational(back.character(word))) for word in words)
    )
    return sp.Add(*terms)


def means(entries: Table, elements: Mapping[str, list[tuple[int, ...]]], fixed_cells: Table, trial: Trial) -> Findings:
    """For each pair of types the mean of Q1 over all elements, with the characters of their matrices."""
    group = "C4" if set(entries) == set(c4_kernels) else "D4"
    for pair, formula in entries.items():
        yield trial.same(formula, trial.once(mean, group, pair, elements, fixed_cells), by=sp.expand)


TURNS = {kind: ELEMENTS[kind] for kind in ("neutral", "rotation")}


@exact(grid_maps, step="kernels for turns", cost=0.4)
def turns_have_the_mean(c4_kernels: Table, fixed_cells: Table, trial: Trial) -> Findings:
    """Four elements, with the characters of their matrices."""
    yield from means(c4_kernels, TURNS, fixed_cells, trial)


@exact(grid_maps, step="kernels for turns and reflections", cost=0.8)
def turns_and_reflections_have_the_mean(d4_kernels: Table, fixed_cells: Table, trial: Trial) -> Findings:
    """Eight elements, with the characters of their matrices."""
    yield from means(d4_kernels, ELEMENTS, fixed_cells, trial)


@exact(grid_maps, cost=0.8)
def kernels_are_counted(c4_kernels: Table, d4_kernels: Table, trial: Trial) -> Findings:
    """Every pair of types in both directions: characters of the matrices for sides to 6, elimination on small squares."""
    for group, claimed in (("C4", c4_kernels), ("D4", d4_kernels)):
        for size, method in (*((size, "characters") for size in range(1, 7)), *((s, "elimination") for s in (2, 3))):
            found = trial.once(dimensions, size, group, method)
            for pair, formula in claimed.items():
                there, back = pair.split("_")
                for name in sorted({pair, f"{back}_{there}"} & found.keys()):
                    number = valued(formula, {D: size})
                    detail = f"{group}, side {size}, {name}: {method} give {found[name]}, claimed {number}"
                    yield trial.holds(number == found[name], detail)


@exact(grid_maps, step="orbits of turns")
def turns_leave_a_quarter(c4_orbits: sp.Expr, c4_kernels: Table, trial: Trial) -> Findings:
    """The table's formula, for odd and for even sides."""
    yield trial.same(c4_orbits, c4_kernels["trivial_trivial"], by=parities(D))


@exact(grid_maps, step="orbits of turns and reflections")
def reflections_leave_a_triangle(d4_orbits: sp.Expr, d4_kernels: Table, trial: Trial) -> Findings:
    """The table's formula, for odd and for even sides."""
    yield trial.same(d4_orbits, d4_kernels["A1_A1"], by=parities(D))


@exact(grid_maps)
def orbits_of_cells_are_counted(
    c4_orbits: sp.Expr, d4_orbits: sp.Expr, c4_kernels: Table, d4_kernels: Table, trial: Trial
) -> Findings:
    """Orbits on squares of side 1 to 9, and the tables' formulas with the parity put in."""
    for formula, entry, plane in (
        (c4_orbits, c4_kernels["trivial_trivial"], TURN),
        (d4_orbits, d4_kernels["A1_A1"], SQUARE),
    ):
        for size in range(1, 10):
            grid = centred_grid(plane, size)
            found = int(orbit_labels(grid, trivial(grid.group)).max()) + 1
            values = valued(formula, {D: size}), entry.subs(D, size)
            yield trial.holds(values == (found, found), f"side {size}: {found} orbits, claimed {values}")


@exact(grid_maps)
def shifts_leave_convolutions(translations: sp.Expr, window: sp.Expr, trial: Trial) -> Findings:
    """Orbits of pairs of cells under shifts, and those that a window holds, counted in two ways for odd windows."""
    for size in range(1, 6):
        field = feature_field(NO_TURNS, size)
        labels = orbit_labels(field, field)
        found, claimed = int(labels.max()) + 1, translations.subs(D, size)
        yield trial.holds(claimed == found, f"side {size}: {found} orbits, claimed {claimed}")
        from_origin = labels[:, 0].reshape(size, size)
        for side in range(1, size + 1):
            found, claimed = len(np.unique(from_origin[:side, :side])), window.subs(K, side)
            yield trial.holds(claimed == found, f"window {side} of {size}: {found} orbits, claimed {claimed}")
            if side % 2:
                found = len(within_window(equivariant_basis(field, field), size, side))
                yield trial.holds(claimed == found, f"centred window {side} of {size}: {found}, claimed {claimed}")


def convolution(size: int, kernel: Mapping[tuple[int, int], int], padding: str) -> NDArray[np.int64]:
    """The matrix of a convolution on the cells of a grid that wraps around, or has zeros beyond its edge."""
    matrix = np.zeros((size,) * 4, dtype=np.int64)
    for x, y, (v, value) in product(range(size), range(size), kernel.items()):
        there = x + v[0], y + v[1]
        if padding == "wrap" or all(0 <= each < size for each in there):
            matrix[there[0] % size, there[1] % size, x, y] += value
    return matrix.reshape(size**2, size**2)


CELLS = [(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1)]


def random_kernel(rng: np.random.Generator) -> dict[tuple[int, int], int]:
    """Whole values other than 0 on a 3 × 3 window."""
    values = rng.integers(1, 100, size=9) * rng.choice((-1, 1), size=9)
    return dict(zip(CELLS, values.tolist(), strict=True))


@exact(grid_maps)
def convolutions_need_to_wrap(padding: str, trial: Trial) -> Findings:
    """On a grid that wraps around, a generic kernel commutes with the shifts; padded with zeros, a kernel of a single cell does so only for
    the centre.
    """
    kernel = trial.draw(random_kernel)
    for size in (3, 5):
        field = feature_field(NO_TURNS, size)
        gap = defect(convolution(size, kernel, padding), field, field)
        yield trial.holds(gap == 0, f"side {size}: a generic 3 × 3 kernel misses by {gap}")
        for cell in kernel:
            gap = defect(convolution(size, {cell: 1}, "zeros"), field, field)
            yield trial.holds((gap == 0) == (cell == (0, 0)), f"side {size}: zeros and the cell {cell} miss by {gap}")


def candidates_measured(rng: np.random.Generator, kind: str, size: int, name: str) -> tuple[int, int, bool]:
    """Orbit matrices, or as many random whole ones: how many there are, how many independent, whether all equivariant."""
    source, target = kernel_space(TURN, size, C4_TYPES[name]), C4_TYPES[name]
    matrices = equivariant_basis(source, target)
    if kind == "random":
        matrices = [rng.integers(-5, 6, size=matrix.shape) for matrix in matrices]
    rank = fmpz_mat([[int(x) for x in matrix.flat] for matrix in matrices]).rank()
    return len(matrices), rank, all(defect(matrix, source, target) == 0 for matrix in matrices)


@exact(grid_maps, cost=0.3)
def bases_have_the_rank(c4_kernels: Table, candidates: str, trial: Trial) -> Findings:
    """Orbit matrices are equivariant, and their number and their rank are as claimed: 3, 36; 7, 100."""
    for size, name in product((3, 5), ("trivial", "regular")):
        count, rank, equivariant = trial.draw(candidates_measured, candidates, size, name)
        claimed = c4_kernels[f"{name}_{name}"].subs(D, size)
        yield trial.holds(equivariant, f"side {size}, {name}: {'all' if equivariant else 'not all'} equivariant")
        detail = f"side {size}, {name}: {count} of rank {rank}, claimed {claimed}"
        yield trial.holds(rank == claimed == count, detail)


# The smallest counterexample


@exact(grid_maps)
def a_small_square_has_centre_edges_and_corners(c4_orbits: sp.Expr, three_by_three: sp.Expr, trial: Trial) -> Findings:
    """The number of orbits of a square's cells under quarter turns about the centre."""
    size = int(three_by_three)
    cells = set(product(range(size), repeat=2))
    orbits = set()
    for row, column in cells:
        turned = [(row, column)]
        for _ in range(3):
            turned.append((turned[-1][1], size - 1 - turned[-1][0]))
        orbits.add(frozenset(turned))
    yield trial.same(c4_orbits.subs(D, three_by_three), len(orbits))


# Where windows, and offsets between cells, end


@enclosed(grid_maps)
def windows_and_pairs_fit(translations: sp.Expr, window: sp.Expr, uncrossed: sp.Expr, trial: Trial) -> Findings:
    """A window holds at most all differences; some of the pairs of an orbit do not cross an edge."""
    yield trial.below(window, translations, needed="window")
    yield trial.below(sp.S.Zero, uncrossed, strict=True, needed="uncrossed")
