"""Evidence for Q1: characters count what exact elimination solves."""

from __future__ import annotations

from collections.abc import Iterator
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
from sparse_limits.numerics.evidence import Finding, Trial, control, exact
from sparse_limits.theory.equivariance.dimensions import (
    after,
    before,
    c4_characters,
    c4_dimension,
    chi_in,
    chi_out,
    hom_dimension,
    multiplicities,
    r_in,
    r_out,
    s_in,
    s_out,
    share,
    t_in,
    t_out,
)
from sparse_limits.theory.equivariance.symbols import class_size, order
from sparse_limits.theory.formulas.valued import valued

MORE = sp.Rational(11, 10)


@exact(hom_dimension, step="equations")
@control("column by column", constraint=sp.kronecker_product(before.T, after) - sp.eye(4))
@control("without the transpose", constraint=sp.kronecker_product(after, before) - sp.eye(4))
@control("without the identity", constraint=sp.ImmutableMatrix(sp.kronecker_product(after, before.T)))
def constraint_is_the_equation(constraint: sp.ImmutableMatrix, trial: Trial) -> Iterator[Finding]:
    """The matrix times the entries of T, row by row, gives those of ρ_out(g)Tρ_in(g⁻¹) − T: all at once, with weights."""
    t = sp.Matrix(2, 2, sp.symbols("t_1:5", real=True))
    weights = sp.Matrix(1, 4, sp.symbols("s_1:5", real=True))
    expected = (after * t * before - t).reshape(4, 1)
    yield trial.same((weights * constraint * t.reshape(4, 1))[0], (weights * expected)[0], by=sp.expand)


@exact(hom_dimension, step="trace")
@control("traces added", trace=after.trace() + before.trace())
@control("the trace of the product", trace=(after * before).trace())
@control("the product of the determinants", trace=after.det() * before.det())
@control("the trace of the equations", constraint=sp.ImmutableMatrix(sp.kronecker_product(after, before.T)))
def traces_multiply(trace: sp.Expr, constraint: sp.ImmutableMatrix, trial: Trial) -> Iterator[Finding]:
    """The diagonal of the equations, of which the identity takes 4."""
    yield trial.same(trace, constraint.trace() + 4, by=sp.expand)


@exact(hom_dimension, step="share")
@control("one for each class", share=share / class_size)
@control("characters added", share=class_size * (chi_out + chi_in) / order)
@control("without the mean", share=share * order)
@control("10 % more", share=MORE * share)
@control("traces added", trace=after.trace() + before.trace())
def classes_have_their_part_of_the_mean(share: sp.Expr, trace: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The trace for matrices of these characters, as often as the class has elements, over all elements."""
    diagonals = {after[0, 0]: chi_out - after[1, 1], before[0, 0]: chi_in - before[1, 1]}
    yield trial.same(share, class_size * trace.subs(diagonals) / order)


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
@control("one for each class", share=share / class_size)
@control("characters added", share=class_size * (chi_out + chi_in) / order)
@control("without the mean", share=class_size * chi_out * chi_in)
@control("the first character squared", share=class_size * chi_in**2 / order)
@control("10 % more", share=MORE * share)
def characters_count_the_solutions(share: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The sum over classes is the dimension of the null space of the equations at the generators."""
    for each in trial.once(cases, 3 if trial.effort == "quick" else 5):
        symbols = order, class_size, chi_out, chi_in
        values = ((each.order, size, *map(sp.Rational, characters)) for size, *characters in each.classes)
        total = sp.Add(*(valued(share, dict(zip(symbols, here, strict=True))) for here in values))
        yield trial.holds(total == each.nullity, f"characters give {total}, elimination {each.nullity}")


@exact(hom_dimension)
@control("180 degrees only", quarter_turns=2)
@control("without the mean", share=share * order)
def generators_suffice(share: sp.Expr, quarter_turns: int, trial: Trial) -> Iterator[Finding]:
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
@control(
    "the rotation of dimension 1",
    c4_characters=tuple(tuple(x.subs({r_in: r_in / 2, r_out: r_out / 2}) for x in side) for side in c4_characters),
)
@control(
    "signs that do not change",
    c4_characters=tuple(tuple(x.subs({s_in: 0, s_out: 0}) for x in side) for side in c4_characters),
)
@control("before and after exchanged", c4_characters=c4_characters[::-1])
def characters_are_those_of_matrices(c4_characters: tuple[tuple[sp.Expr, ...], ...], trial: Trial) -> Iterator[Finding]:
    """Traces of the matrices of the three types, all four turns on both sides at once, with weights."""
    x, y = sp.symbols("x y", positive=True)
    sides = zip((x, y), c4_characters, (multiplicities[:3], multiplicities[3:]), strict=True)
    terms = [
        (weight**quarters * claimed, weight**quarters * turned(numbers, quarters))
        for weight, characters, numbers in sides
        for quarters, claimed in enumerate(characters)
    ]
    yield trial.same(*(sp.Add(*each) for each in zip(*terms, strict=True)), by=sp.expand)


@exact(hom_dimension, step="example")
@control(
    "signs that do not change",
    c4_characters=tuple(tuple(x.subs({s_in: 0, s_out: 0}) for x in side) for side in c4_characters),
)
@control("the rotation counted once", c4_dimension=c4_dimension - r_in * r_out)
@control("the rotation as two signs", c4_dimension=t_in * t_out + s_in * s_out + 4 * r_in * r_out)
@control("a different pairing", c4_dimension=t_in * s_out + s_in * t_out + 2 * r_in * r_out)
@control("without the mean", share=share * order)
def multiplicities_give_the_dimension(
    c4_dimension: sp.Expr, share: sp.Expr, c4_characters: tuple[tuple[sp.Expr, ...], ...], trial: Trial
) -> Iterator[Finding]:
    """The mean of the products of two characters of C4 in terms of multiplicities."""
    pairs = zip(*c4_characters, strict=True)
    terms = (valued(share, {order: 4, class_size: 1, chi_in: a, chi_out: b}) for a, b in pairs)
    yield trial.same(c4_dimension, sp.Add(*terms), by=sp.expand)


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
@control("the rotation counted once", c4_dimension=c4_dimension - r_in * r_out)
@control("products of all", c4_dimension=(t_in + s_in + r_in) * (t_out + s_out + r_out))
def random_sums_have_the_dimension(c4_dimension: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Direct sums of random multiplicities, by elimination."""
    for numbers, nullity in trial.draw(random_sums, trial.size(8)):
        claimed = c4_dimension.subs(dict(zip(multiplicities, numbers, strict=True)))
        yield trial.holds(claimed == nullity, f"{numbers}: {claimed} claimed, elimination finds {nullity}")
