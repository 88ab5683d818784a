"""Evidence for Q1, besides its reasons: characters count the solutions; generators suffice; and more."""

from fractions import Fraction
from typing import NamedTuple

import numpy as np
import sympy as sp

from sparse_limits.numerics.equivariance import (
    Representation,
    centred_grid,
    cyclic,
    cyclic_irreducibles,
    dihedral_irreducibles,
    direct_sum,
    dual,
    equivariant_basis,
    feature_field,
    kernel_space,
    natural,
    permutation_group,
    regular,
    specht,
    tensor_power,
    tensor_product,
    trivial,
)
from sparse_limits.numerics.equivariance import symmetric as symmetric_group
from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.theory.equivariance.dimensions import chi_in, chi_out, hom_dimension, multiplicities
from sparse_limits.theory.equivariance.symbols import class_size, order
from sparse_limits.theory.formulas.valued import valued


class Case(NamedTuple):
    """Two representations reduced to numbers: (size of class, χ_out, χ_in) and how many solutions elimination finds."""

    order: int
    classes: tuple[tuple[int, Fraction, Fraction], ...]
    nullity: int


def case(rho_in: Representation, rho_out: Representation) -> Case:
    """The characters and the dimension of the null space."""
    classes = tuple((size, rho_out.character(g), rho_in.character(g)) for g, size in rho_in.group.classes())
    return Case(rho_in.group.order, classes, len(equivariant_basis(rho_in, rho_out, "nullspace")))


def cases(size: int) -> list[Case]:
    """Representations of cyclic, dihedral, symmetric and other groups, among them some that are not orthogonal."""
    c4, d4, c6 = cyclic_irreducibles(4), dihedral_irreducibles(4), cyclic_irreducibles(6)
    standard, sign = specht((3, 1)), specht((1, 1, 1, 1))
    points = natural(symmetric_group(4))
    affine = permutation_group([(1, 2, 3, 4, 0), (0, 2, 4, 1, 3)])  # x → x + 1 and x → 2x modulo 5
    on_c4 = [*c4.values(), regular(cyclic(4))]
    found = [case(kernel_space(c4["rotation"], size, a), b) for a in on_c4 for b in on_c4]
    found += [case(centred_grid(d4["E"], size), rho) for rho in d4.values()]
    found += [case(tensor_power(d4["E"], 2), tensor_power(d4["E"], 2)), case(c6["rotation1"], direct_sum(*c6.values()))]
    found += [
        case(tensor_product(standard, sign), tensor_power(points, 2)),
        case(dual(standard), direct_sum(standard, points)),
        case(regular(affine), natural(affine)),
        case(feature_field(c4["rotation"], 3), feature_field(c4["rotation"], 3)),
        case(trivial(symmetric_group(1), 2), trivial(symmetric_group(1), 3)),
    ]
    return found


@exact(hom_dimension, cost=0.5)
def characters_count_the_solutions(share: sp.Expr, trial: Trial) -> Findings:
    """The sum over classes is the dimension of the null space of the equations at the generators."""
    for each in trial.once(cases, 3 if trial.effort == "quick" else 5):
        symbols = order, class_size, chi_out, chi_in
        values = ((each.order, size, *map(sp.Rational, characters)) for size, *characters in each.classes)
        total = sp.Add(*(valued(share, dict(zip(symbols, here, strict=True))) for here in values))
        yield trial.holds(total == each.nullity, f"characters give {total}, elimination {each.nullity}")


@exact(hom_dimension)
def generators_suffice(share: sp.Expr, quarter_turns: int, trial: Trial) -> Findings:
    """Equations at the quarter turn alone leave what the characters of C4 count, on grids of side 3 and 4."""
    for size in (3, 4):
        rho = centred_grid(cyclic_irreducibles(4)["rotation"], size)
        imposed = Representation(cyclic(4 // quarter_turns), (tuple(rho.permutation((0,) * quarter_turns).tolist()),))
        found = len(equivariant_basis(imposed, trivial(imposed.group), "nullspace"))
        fixed = [rho.character((0,) * turns) for turns in range(4)]
        terms = (share.subs({order: 4, class_size: 1, chi_out: 1, chi_in: sp.Rational(x)}) for x in fixed)
        total = sp.Add(*terms)
        yield trial.holds(total == found, f"side {size}: characters give {total}, the equations leave {found}")


def turned(multiplicities: tuple[sp.Symbol, ...], quarters: int) -> sp.Expr:
    """The character of a sum of the types of C4 at so many quarter turns, by their matrices."""
    types = cyclic_irreducibles(4).values()
    characters = (sp.Rational(rho.character((0,) * quarters)) for rho in types)
    return sp.Add(*(number * value for number, value in zip(multiplicities, characters, strict=True)))


@exact(hom_dimension, step="characters of four turns")
def characters_are_those_of_matrices(c4_characters: tuple[tuple[sp.Expr, ...], ...], trial: Trial) -> Findings:
    """Traces of the matrices of the three types, all four turns on both sides at once, with weights."""
    x, y = sp.symbols("x y", positive=True)
    sides = zip((x, y), c4_characters, (multiplicities[:3], multiplicities[3:]), strict=True)
    terms = [
        (weight**quarters * claimed, weight**quarters * turned(numbers, quarters))
        for weight, characters, numbers in sides
        for quarters, claimed in enumerate(characters)
    ]
    yield trial.same(*(sp.Add(*each) for each in zip(*terms, strict=True)), by=sp.expand)


def random_sums(rng: np.random.Generator, count: int) -> list[tuple[tuple[int, ...], int]]:
    """Multiplicities of two random representations of C4, and the dimension of the null space."""
    types = cyclic_irreducibles(4)
    found = []
    for _ in range(count):
        numbers = rng.integers(0, 3, size=6)
        numbers[[0, 3]] += 1  # none of them empty
        parts = [rho for _ in range(2) for rho in types.values()]
        both = [[rho for rho, k in zip(parts[at], numbers[at], strict=True) for _ in range(k)] for at in SIDES]
        solutions = equivariant_basis(direct_sum(*both[0]), direct_sum(*both[1]), "nullspace")
        found.append((tuple(int(k) for k in numbers), len(solutions)))
    return found


SIDES = slice(0, 3), slice(3, 6)


@exact(hom_dimension)
def random_sums_have_the_dimension(c4_dimension: sp.Expr, trial: Trial) -> Findings:
    """Direct sums of random multiplicities, by elimination."""
    for numbers, nullity in trial.draw(random_sums, trial.size(8)):
        claimed = c4_dimension.subs(dict(zip(multiplicities, numbers, strict=True)))
        yield trial.holds(claimed == nullity, f"{numbers}: {claimed} claimed, elimination finds {nullity}")
