"""Real representations of finite groups by exact matrices or permutations, one for each generator."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, reduce
from itertools import accumulate
from math import factorial, prod
from numbers import Rational
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import MOST_ENTRIES, InputError, checked_integer
from sparse_limits.numerics.equivariance.groups import (
    Group,
    Permutation,
    Word,
    checked_permutation,
    compose,
    cyclic,
    dihedral,
    symmetric,
)
from sparse_limits.numerics.limits import check_work
from sparse_limits.theory.equivariance.rings import N, reflecting, rings_in, rings_out, turning

Matrix = tuple[tuple[Fraction, ...], ...]  # rows
Image = Any  # a Permutation or a Matrix
CRYSTALLOGRAPHIC = {1: 2, 2: -2, 3: -1, 4: 0, 6: 1}  # 2cos(2π/n) where it is a whole number


@dataclass(frozen=True)
class Representation:
    """A representation: for each generator of the group a permutation of the coordinates, or a rational matrix.

    Permutations are sequences of whole numbers, `p[x]` where e_x goes; matrices are lists of rows, or arrays, of
    integers or fractions. Permutation matrices become permutations.

    Raises:
        InputError: unless there is one image for each generator, all of one dimension ≥ 1, invertible, exact, and
            they satisfy the relators of the group: unless this is a homomorphism.
    """

    group: Group
    images: tuple[Image, ...]

    def __post_init__(self) -> None:
        name = f"representation of {self.group.name}"
        images = [_image(image, name) for image in self.images]
        if len(images) != len(self.group.generators):
            raise InputError(f"{name}: {len(images)} images of {len(self.group.generators)} generators")
        if len({len(image) for image in images}) > 1:
            raise InputError(f"{name}: images of dimensions {', '.join(str(len(image)) for image in images)}")
        permutations = [_as_permutation(image) for image in images]
        images = permutations if all(permutations) else [_as_matrix(image) for image in images]
        object.__setattr__(self, "images", tuple(images))
        if not self.is_permutation and any(matrix.det() == 0 for matrix in self._matrices):
            raise InputError(f"{name}: a matrix is singular")
        for relator in self.group.relators:
            if not self._is_identity(relator):
                raise InputError(f"{name}: no homomorphism, the relator {relator} does not hold")

    @property
    def dimension(self) -> int:
        return len(self.images[0])

    @property
    def is_permutation(self) -> bool:
        """Whether every element permutes the coordinates."""
        return isinstance(self.images[0][0], int)

    @property
    def admits_relu(self) -> bool:
        """Whether ReLU commutes with every element: all matrices monomial with entries ≥ 0 (Q6)."""
        return self.is_permutation or all(
            sum(x != 0 for x in line) == 1 and all(x >= 0 for x in line)
            for image in self.images
            for line in (*image, *zip(*image, strict=True))
        )

    def permutation(self, word: Word) -> NDArray[np.int64]:
        """Where an element sends the coordinates. int[d]. InputError unless this is a permutation representation."""
        if not self.is_permutation:
            raise InputError(f"a representation of {self.group.name} by matrices permutes no coordinates")
        found = np.arange(self.dimension)
        for letter in reversed(self.group.checked(word)):
            found = self._arrays[letter][found]
        return found

    def matrix(self, word: Word) -> fmpq_mat:
        """The matrix of an element, exactly."""
        found = _unit(self.dimension)
        for letter in self.group.checked(word):
            found = found * self._matrices[letter]
        return found

    def character(self, word: Word) -> Fraction:
        """The trace of an element."""
        if self.is_permutation:
            return Fraction(int((self.permutation(word) == np.arange(self.dimension)).sum()))
        matrix = self.matrix(word)
        trace = sum((matrix[i, i] for i in range(self.dimension)), fmpq(0))
        return Fraction(int(trace.p), int(trace.q))

    def act(self, word: Word, x: NDArray[Any]) -> NDArray[Any]:
        """ρ(g)x along the last axis: a permutation leaves the numbers as they are, a matrix makes fractions of them."""
        x = np.asarray(x)
        if x.ndim == 0 or x.shape[-1] != self.dimension:
            raise InputError(f"an array of shape {x.shape}: expected a last axis of {self.dimension}")
        if self.is_permutation:
            moved: NDArray[Any] = np.empty_like(x)
            moved[..., self.permutation(word)] = x
            return moved
        matrix = self.matrix(word)
        exact = np.array([[Fraction(int(e.p), int(e.q)) for e in row] for row in matrix.tolist()], dtype=object)
        moved = x @ exact.T
        return moved

    def _is_identity(self, word: Word) -> bool:
        if self.is_permutation:
            return bool((self.permutation(word) == np.arange(self.dimension)).all())
        return bool(self.matrix(word) == _unit(self.dimension))

    @cached_property
    def _arrays(self) -> list[NDArray[np.int64]]:
        """The permutations by letter: the generators, then their inverses, so that ~i finds that of i."""
        found = [np.array(image) for image in self.images]
        return found + [np.argsort(p) for p in reversed(found)]

    @cached_property
    def _matrices(self) -> list[fmpq_mat]:
        """The matrices by letter, in the same order."""
        if self.is_permutation:
            found = [_permutation_matrix(p) for p in self._arrays[: len(self.images)]]
            return found + [matrix.transpose() for matrix in reversed(found)]
        found = [fmpq_mat([[fmpq(x.numerator, x.denominator) for x in row] for row in image]) for image in self.images]
        return found + [matrix.inv() if matrix.det() != 0 else matrix for matrix in reversed(found)]


def _unit(size: int) -> fmpq_mat:
    return fmpq_mat(size, size, [int(i == j) for i in range(size) for j in range(size)])


def _permutation_matrix(p: NDArray[np.int64]) -> fmpq_mat:
    matrix = fmpq_mat(len(p), len(p))
    for x, y in enumerate(p):
        matrix[int(y), x] = 1
    return matrix


def _image(given: object, name: str) -> Image:
    """A permutation or a square matrix of fractions; InputError for anything else."""
    if hasattr(given, "tolist"):  # arrays, and matrices of FLINT and SymPy
        given = given.tolist()
    if not isinstance(given, Sequence) or not len(given):
        raise InputError(f"{name}: an image is {given!r:.60}, expected a permutation or a square matrix")
    if not isinstance(given[0], Iterable):
        return checked_permutation(given, name)
    rows = tuple(tuple(_fraction(x, name) for x in row) for row in given)
    if any(len(row) != len(rows) for row in rows):
        raise InputError(f"{name}: a matrix of {len(rows)} rows is not square")
    return rows


def _fraction(x: object, name: str) -> Fraction:
    if isinstance(x, fmpq):
        return Fraction(int(x.p), int(x.q))
    if isinstance(x, Rational):
        return Fraction(int(x.numerator), int(x.denominator))
    if getattr(x, "is_Rational", False):  # of SymPy
        return Fraction(int(x.p), int(x.q))  # type: ignore[attr-defined]
    raise InputError(f"{name}: a matrix holds {x!r:.60}, expected whole numbers and fractions")


def _as_permutation(image: Image) -> Permutation | None:
    """The permutation, if the image is one or the matrix of one."""
    if isinstance(image[0], int):
        permutation: Permutation = image
        return permutation
    columns = list(zip(*image, strict=True))
    if any(sorted(line) != [0] * (len(line) - 1) + [1] for line in (*image, *columns)):
        return None
    return tuple(column.index(1) for column in columns)


def _as_matrix(image: Image) -> Matrix:
    if not isinstance(image[0], int):
        matrix: Matrix = image
        return matrix
    size = range(len(image))
    return tuple(tuple(Fraction(int(image[x] == y)) for x in size) for y in size)


# Constructions


def direct_sum(*parts: Representation) -> Representation:
    """All parts side by side. InputError unless they are of one group."""
    group = _common_group(parts)
    starts = list(accumulate((part.dimension for part in parts), initial=0))
    if all(part.is_permutation for part in parts):
        images = [
            tuple(start + x for start, part in zip(starts, parts, strict=False) for x in part.images[letter])
            for letter in range(len(group.generators))
        ]
        return Representation(group, tuple(images))
    size = starts[-1]
    matrices = []
    for letter in range(len(group.generators)):
        whole = fmpq_mat(size, size)
        for start, part in zip(starts, parts, strict=False):
            for i, row in enumerate(part.matrix((letter,)).tolist()):
                for j, entry in enumerate(row):
                    whole[start + i, start + j] = entry
        matrices.append(whole)
    return Representation(group, tuple(matrices))


def tensor_product(*parts: Representation) -> Representation:
    """The tensor product, the coordinates of the last part running fastest. InputError unless they are of one group."""
    group = _common_group(parts)
    return Representation(
        group, tuple(reduce(_kronecker, (part.images[i] for part in parts)) for i in range(len(group.generators)))
    )


def _kronecker(a: Image, b: Image) -> Image:
    if isinstance(a[0], int) and isinstance(b[0], int):
        return tuple(len(b) * x + y for x in a for y in b)
    a, b = _as_matrix(a), _as_matrix(b)
    return tuple(tuple(x * y for x in row for y in other) for row in a for other in b)


def tensor_power(rho: Representation, power: int) -> Representation:
    """ρ⊗…⊗ρ; the power 0 is the trivial representation."""
    power = checked_integer("power", power, 0, 64)
    return tensor_product(*[rho] * power) if power else trivial(rho.group)


def dual(rho: Representation) -> Representation:
    """g → ρ(g⁻¹)ᵀ, which is ρ itself where ρ is orthogonal."""
    if rho.is_permutation:
        return rho
    return Representation(rho.group, tuple(rho.matrix((~i,)).transpose() for i in range(len(rho.images))))


def inflate(rho: Representation, group: Group, letters: Mapping[int, int]) -> Representation:
    """ρ as a representation of a larger group whose generators map to those of ρ's, or to the identity.

    `letters`: generator of the larger group → generator of ρ's group; those left out act as the identity. InputError
    for numbers that are no generators, or where this is no homomorphism.
    """
    if not set(letters) <= set(range(len(group.generators))) or not set(letters.values()) <= set(
        range(len(rho.images))
    ):
        raise InputError(f"letters {dict(letters)}: expected generators of {group.name} and of {rho.group.name}")
    still = tuple(range(rho.dimension))
    images = [rho.images[letters[i]] if i in letters else still for i in range(len(group.generators))]
    return Representation(group, tuple(images))


def _common_group(parts: Sequence[Representation]) -> Group:
    groups = {part.group for part in parts}
    if len(groups) != 1:
        names = ", ".join(sorted(group.name for group in groups)) or "none"
        raise InputError(f"representations of several groups or of none: {names}; expected one group")
    return parts[0].group


# Those that every group has


def trivial(group: Group, dimension: int = 1) -> Representation:
    """Every element fixes everything."""
    size = checked_integer("dimension", dimension, 1, 10**6)
    return Representation(group, (tuple(range(size)),) * len(group.generators))


def natural(group: Group) -> Representation:
    """The points on which the group is given."""
    return Representation(group, group.generators)


def regular(group: Group) -> Representation:
    """The group acting on its own elements from the left; they are numbered as in `group.elements()`."""
    places = {element: i for i, element in enumerate(group.elements())}
    images = [tuple(places[compose(generator, element)] for element in places) for generator in group.generators]
    return Representation(group, tuple(images))


def signs(group: Group, values: Sequence[int]) -> Representation:
    """One dimension, a factor 1 or −1 for each generator."""
    return Representation(group, tuple(((value,),) for value in values))


# Irreducible ones, as far as they are rational


def cyclic_irreducibles(n: int) -> dict[str, Representation]:
    """The real irreducible representations of C_n: trivial, sign and rotations, in a basis of a lattice.

    InputError unless n is 1, 2, 3, 4 or 6: others are not rational.
    """
    group = cyclic(n)
    found = {"trivial": trivial(group)}
    if n % 2 == 0:
        found["sign"] = signs(group, (-1,))
    turns = [Representation(group, (_turn(n, k, False),)) for k in range(1, (n + 1) // 2)]
    return found | _numbered("rotation", turns)


def dihedral_irreducibles(n: int) -> dict[str, Representation]:
    """Those of D_n: A1 (trivial), A2 (−1 at reflections), B1 and B2 for even n (−1 at the turn), E: rotations.

    B1 has −1 at the generating reflection, B2 has 1. InputError unless n is 1, 2, 3, 4 or 6: others are not rational.
    """
    group = dihedral(n)
    found = {"A1": trivial(group), "A2": signs(group, (1, -1))}
    if n % 2 == 0:
        found |= {"B1": signs(group, (-1, -1)), "B2": signs(group, (-1, 1))}
    turns = [Representation(group, (_turn(n, k, True), ((0, 1), (1, 0)))) for k in range(1, (n + 1) // 2)]
    return found | _numbered("E", turns)


def ring_entries(samples: int, radii: int, reflections: bool) -> int:
    """All entries of the basis of a layer on rings of samples: elements times the square of the coordinates (Q12.2)."""
    elements = (reflecting if reflections else turning).subs({N: samples, rings_in: radii, rings_out: radii})
    return int(elements) * (samples * radii) ** 2


def _turn(n: int, k: int, reflections: bool) -> Matrix:
    """A whole matrix similar to the rotation by 2πk/n, 0 < k < n/2."""
    if n not in CRYSTALLOGRAPHIC:
        asked = f"{n}, reflections=True" if reflections else str(n)
        rings = f"architectures.rings({asked}) and " if ring_entries(n, 1, reflections) <= MOST_ENTRIES else ""
        raise InputError(
            f"rotations by 1/{n} of a turn are not rational, so that they keep no grid of the plane (Q12.1): expected 1, 2, "
            f"3, 4 or 6; {rings}fields.irreducible_fields({asked}) {'carry' if rings else 'carries'} them"
        )
    trace = CRYSTALLOGRAPHIC[n if k == 1 else 3]  # k = 2 occurs for n = 6 alone
    return ((Fraction(0), Fraction(-1)), (Fraction(1), Fraction(trace)))


def _numbered(name: str, found: Sequence[Representation]) -> dict[str, Representation]:
    return {name if len(found) == 1 else f"{name}{k}": rho for k, rho in enumerate(found, 1)}


def specht(partition: Sequence[int]) -> Representation:
    """The irreducible representation of S_n that a partition of n names, in Young's seminormal form.

    InputError unless the parts are positive whole numbers in descending order.
    """
    parts = [checked_integer("part of a partition", part, 1, 64) for part in partition]
    if not parts or sorted(parts, reverse=True) != parts:
        raise InputError(f"partition {tuple(partition)}: expected descending parts")
    n = sum(parts)
    columns = [sum(part > place for part in parts) for place in range(parts[0])]
    hooks = prod(part - j + columns[j] - i - 1 for i, part in enumerate(parts) for j in range(part))
    dimension = factorial(n) // hooks
    what = f"the representation of the partition {tuple(parts)!s:.40}"
    check_work(what, 64 * n * dimension**2, n**2 * dimension**3 // 25_000_000)  # no floats: they may overflow
    group = symmetric(n)
    tableaux = {tableau: place for place, tableau in enumerate(_standard_tableaux(tuple(parts)))}
    if group.points == 1:
        return trivial(group)
    return Representation(group, tuple(_seminormal(tableaux, i) for i in range(group.points - 1)))


def _standard_tableaux(shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Standard tableaux by the row of each number."""
    if not sum(shape):
        return [()]
    corners = [r for r in range(len(shape)) if shape[r] > (shape[r + 1] if r + 1 < len(shape) else 0)]
    smaller = [(r, (*shape[:r], shape[r] - 1, *shape[r + 1 :])) for r in corners]
    return [(*rest, r) for r, shape in smaller for rest in _standard_tableaux(shape)]


def _seminormal(tableaux: Mapping[tuple[int, ...], int], i: int) -> Matrix:
    """The transposition of i and i + 1: 1/d on the diagonal, d their axial distance; one of a pair gets 1 − 1/d²."""
    matrix = [[Fraction(0)] * len(tableaux) for _ in tableaux]
    for rows, place in tableaux.items():
        content = [rows[:k].count(rows[k]) - rows[k] for k in (i, i + 1)]
        distance = Fraction(content[1] - content[0])
        matrix[place][place] = 1 / distance
        other = tableaux.get((*rows[:i], rows[i + 1], rows[i], *rows[i + 2 :]))
        if other is not None and other != place:
            matrix[other][place] = Fraction(1) if distance > 0 else 1 - 1 / distance**2
    return tuple(map(tuple, matrix))
