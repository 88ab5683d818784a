"""Finite groups as plain data: generators that permute points, and the relations that present the group.

An element is a word, read as a product: the letter i stands for the generator i, the letter ~i for its inverse.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import factorial, prod
from operator import index

from sparse_limits.numerics.arguments import InputError, checked_integer
from sparse_limits.numerics.limits import check_work

Word = tuple[int, ...]
Permutation = tuple[int, ...]  # p[x] is where the point x goes

MOST_ELEMENTS = 20_000  # that are listed
MOST_POINTS = 10_000


def compose(p: Permutation, q: Permutation) -> Permutation:
    """First q, then p."""
    return tuple(p[x] for x in q)


def inverse(p: Permutation) -> Permutation:
    """The permutation that undoes p."""
    back = [0] * len(p)
    for x, y in enumerate(p):
        back[y] = x
    return tuple(back)


def checked_permutation(given: Sequence[int], what: str) -> Permutation:
    """The permutation as a tuple of Python integers; InputError if it is none."""
    try:
        found = tuple(index(x) for x in given)
    except TypeError:
        raise InputError(f"{what}: expected the whole numbers 0, 1, … in some order, got {given!r:.60}") from None
    if not found or sorted(found) != list(range(len(found))):
        raise InputError(f"{what}: expected the whole numbers 0, 1, … in some order, got {given!r:.60}")
    return found


@dataclass(frozen=True)
class Group:
    """A finite group: generators that act faithfully on points, and relators that present it.

    Whoever gives the relators vouches that they imply all others; that they hold is checked.

    Raises:
        InputError: for no generators, generators that are no permutations of the same points, and a relator that
            does not hold.
    """

    name: str
    generators: tuple[Permutation, ...]
    relators: tuple[Word, ...]

    def __post_init__(self) -> None:
        generators = tuple(checked_permutation(p, f"{self.name}: a generator") for p in self.generators)
        object.__setattr__(self, "generators", generators)
        if not generators or len({len(p) for p in generators}) > 1:
            raise InputError(f"{self.name}: expected generators, all on the same number of points")
        self._check_relators()

    def _check_relators(self) -> None:
        for relator in self.relators:
            if self.permutation(relator) != self.permutation(()):
                raise InputError(f"{self.name}: the relator {relator} does not hold")

    @property
    def points(self) -> int:
        return len(self.generators[0])

    @property
    def order(self) -> int:
        return sum(size for _, size in self.classes())

    def permutation(self, word: Word) -> Permutation:
        """How the element permutes the points. InputError for a letter that is none."""
        found = tuple(range(self.points))
        for letter in reversed(self.checked(word)):
            found = compose(self.generators[letter] if letter >= 0 else inverse(self.generators[~letter]), found)
        return found

    def checked(self, word: Word) -> Word:
        """The word; InputError where a letter stands for no generator."""
        for letter in word:
            if not -len(self.generators) <= letter < len(self.generators):
                raise InputError(f"{self.name}: {letter} is no letter of {len(self.generators)} generators")
        return word

    def elements(self) -> dict[Permutation, Word]:
        """A shortest word for each element. InputError beyond 20 000 elements."""
        return closure(self.generators)

    def classes(self) -> Iterator[tuple[Word, int]]:
        """Words and how many elements are conjugate to each of them, each class named once or element by element."""
        for word in self.elements().values():
            yield word, 1


class SymmetricGroup(Group):
    """All permutations of n points, whose classes are known without listing the elements.

    Made by `symmetric` alone: its n²/2 relators are Coxeter's, and are not checked.
    """

    def _check_relators(self) -> None:
        """To check them would take n³ steps."""

    @property
    def order(self) -> int:
        return factorial(self.points)

    def classes(self) -> Iterator[tuple[Word, int]]:
        """One word for each cycle type."""
        for lengths in partitions(self.points):
            starts = [sum(lengths[:place]) for place in range(len(lengths))]
            word = tuple(
                i for start, length in zip(starts, lengths, strict=True) for i in range(start, start + length - 1)
            )
            centraliser = prod(length**count * factorial(count) for length, count in Counter(lengths).items())
            yield word, self.order // centraliser


def closure(generators: Sequence[Permutation]) -> dict[Permutation, Word]:
    """A shortest word for each element of the group that permutations generate, the identity first.

    InputError beyond 20 000 elements.
    """
    words: dict[Permutation, Word] = {tuple(range(len(generators[0]))): ()}
    queue = list(words)
    for element in queue:
        for letter, generator in enumerate(generators):
            found = compose(generator, element)
            if found not in words:
                words[found] = (letter, *words[element])
                queue.append(found)
        if len(queue) > MOST_ELEMENTS:
            raise InputError(f"a group of more than {MOST_ELEMENTS} elements: too many to list")
    return words


def partitions(total: int, largest: int | None = None) -> Iterator[tuple[int, ...]]:
    """The partitions of a whole number ≥ 0, parts descending, none above `largest`."""
    if total == 0:
        yield ()
    for first in range(min(total, largest or total), 0, -1):
        for rest in partitions(total - first, first):
            yield (first, *rest)


def inverse_word(word: Word) -> Word:
    """The word of the inverse element."""
    return tuple(~letter for letter in reversed(word))


def power(letter: int, exponent: int) -> Word:
    """A generator to a power, negative ones included."""
    return (letter if exponent >= 0 else ~letter,) * abs(exponent)


def permutation_group(generators: Sequence[Sequence[int]], name: str = "permutation group") -> Group:
    """The group that permutations of the same points generate, presented by its Cayley graph.

    InputError for what are no permutations of the same points, and beyond 20 000 elements.
    """
    checked = tuple(checked_permutation(p, f"{name}: a generator") for p in generators)
    free = Group(name, checked, ())
    words = free.elements()
    relators = []
    for element, word in words.items():
        for letter, generator in enumerate(checked):
            there = words[compose(generator, element)]
            if there != (letter, *word):
                relators.append((letter, *word, *inverse_word(there)))
    return Group(name, checked, tuple(relators))


def cyclic(n: int) -> Group:
    """C_n, generated by one turn of n points."""
    n = checked_integer("order of a cyclic group", n, 1, MOST_POINTS)
    return Group(f"C{n}", (tuple((x + 1) % n for x in range(n)),), (power(0, n),))


def dihedral(n: int) -> Group:
    """D_n of order 2n: a turn r and a reflection s of the directed edges of the n-gon."""
    n = checked_integer("degree of a dihedral group", n, 1, MOST_POINTS)
    turn = tuple((x + 1) % n + n * side for side in (0, 1) for x in range(n))
    flip = tuple(-x % n + n * (1 - side) for side in (0, 1) for x in range(n))
    return Group(f"D{n}", (turn, flip), (power(0, n), (1, 1), (1, 0, 1, 0)))


def symmetric(n: int) -> Group:
    """S_n, generated by the transpositions of neighbours (for n = 1 by the identity), with Coxeter's relations."""
    n = checked_integer("degree of a symmetric group", n, 1, MOST_POINTS)
    check_work(f"all permutations of {n} points", 130 * n**2, 25e-6 * n**2)  # a representation checks n²/2 relators
    swaps = [(*range(i), i + 1, i, *range(i + 2, n)) for i in range(n - 1)]
    relators: list[Word] = [(i, i) for i in range(n - 1)]
    relators += [(i, i + 1) * 3 for i in range(n - 2)]
    relators += [(i, j) * 2 for i in range(n - 1) for j in range(i + 2, n - 1)]
    return SymmetricGroup(f"S{n}", tuple(swaps) or ((0,),), tuple(relators) or ((0,),))
