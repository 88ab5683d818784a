"""Q1: how many equivariant maps there are between two representations of a finite group."""

from itertools import product

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.equivariance.symbols import (
    CLASS_SIZE,
    ELEMENT,
    EQUIVARIANT,
    IDENTITY,
    ORDER,
    QUARTER_TURNS,
    REPRESENTATIONS,
    class_size,
    order,
)
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT_FROM_ZERO, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, same

chi_in, chi_out = sp.symbols("chi_in chi_out", real=True)
after = sp.ImmutableMatrix(2, 2, sp.symbols("a_11 a_12 a_21 a_22", real=True))  # ρ_out(g)
before = sp.ImmutableMatrix(2, 2, sp.symbols("b_11 b_12 b_21 b_22", real=True))  # ρ_in(g⁻¹)

t_in, s_in, r_in, t_out, s_out, r_out = multiplicities = sp.symbols(
    "t_in s_in r_in t_out s_out r_out", nonnegative=True, integer=True
)

constraint = sp.ImmutableMatrix(sp.kronecker_product(after, before.T) - sp.eye(4))
trace = after.trace() * before.trace()
share = class_size * chi_out * chi_in / order
c4_dimension = t_in * t_out + s_in * s_out + 2 * r_in * r_out
OCCURRENCES = tuple(
    Quantity(
        each, f"number of times that the {kind} representation of $C_4$ occurs {side} the map", COUNT_FROM_ZERO, (0, 5)
    )
    for each, (side, kind) in zip(
        multiplicities, product(("before", "after"), ("trivial", "sign", "rotation")), strict=True
    )
)
c4_characters = tuple(
    (t + s + 2 * r, t - s, t + s - 2 * r, t - s) for t, s, r in (multiplicities[:3], multiplicities[3:])
)

STEPS = proof(
    r"""
generators (by generators): The set of the $g$ for which $\rho_{out}(g)T=T\rho_{in}(g)$ is closed under products. If it contains generators,
it contains the whole group. So the equations for generators suffice.

equations (from generators): With the entries of $T$ in one vector, row by row, $aTb-T$ is $(a\otimes b^\top-I)T$, since the entry $(i,k)$
of $aTb$ is $\sum_{j,l}a_{ij}(b^\top)_{kl}T_{jl}$. In dimension 2 the matrix is $[[constraint]]$, and $T$ lies in its kernel for
$a=\rho_{out}(g)$, $b=\rho_{in}(g^{-1})$ iff $\rho_{out}(g)T=T\rho_{in}(g)$.

mean over the group (from equations; by translation): $P(T)=\frac1{|G|}\sum_g\rho_{out}(g)T\rho_{in}(g)^{-1}$ lies in $\mathrm{Hom}_G$,
since $\rho_{out}(h)P(T)\rho_{in}(h)^{-1}$ is the same sum. It is $T$ for $T\in\mathrm{Hom}_G$. So $P$ is its own square, and its image is
$\mathrm{Hom}_G$.

dimension (from mean over the group; by projector): $\dim\mathrm{Hom}_G$ is the trace of $P$, the mean of the traces of
$\rho_{out}(g)\otimes\rho_{in}(g^{-1})^\top$.

trace (from equations): The trace of $a\otimes b^\top$ is the product of the traces, since its diagonal holds the products $a_{ii}b_{kk}$.
In dimension 2 it is $[[trace]]$.

inverse (by invariant product): $\chi_{in}(g^{-1})=\chi_{in}(g)$: in a basis in which $\rho_{in}(g)$ is orthogonal, its inverse is its
transpose, which has the same trace.

share (from dimension, trace, inverse): So $c$ elements with the same characters contribute $[[share]]$ to the mean, with $N=|G|$. Conjugate
elements have the same characters.

characters of four turns: At the turns by 0, 90, 180 and 270 degrees the trivial representation of $C_4$ has the character 1, the sign has
the characters $\pm1$ in turn, and the rotation has $2,0,-2,0$. The two representations, which contain these $t$, $s$ and $r$ times, have
the characters $[[c4_characters]]$.

example (from share, characters of four turns): The mean of the products of these characters is $[[c4_dimension]]$. The factor 2 is the
dimension of the space of equivariant maps of the rotation to itself, which is $\mathbb C$.
""",
    globals(),
)


def constraint_is_the_equation(constraint: sp.ImmutableMatrix) -> Relations:
    """The matrix times the entries of T, row by row, gives those of ρ_out(g)Tρ_in(g⁻¹) − T: all at once, with weights."""
    t = sp.Matrix(2, 2, sp.symbols("t_1:5", real=True))
    weights = sp.Matrix(1, 4, sp.symbols("s_1:5", real=True))
    expected = (after * t * before - t).reshape(4, 1)
    yield same((weights * constraint * t.reshape(4, 1))[0], (weights * expected)[0], by=sp.expand)


def classes_have_their_part_of_the_mean(share: sp.Expr, trace: sp.Expr) -> Relations:
    """The trace for matrices of these characters, as often as the class has elements, over all elements."""
    diagonals = {after[0, 0]: chi_out - after[1, 1], before[0, 0]: chi_in - before[1, 1]}
    yield same(share, class_size * trace.subs(diagonals) / order)


def multiplicities_give_the_dimension(
    c4_dimension: sp.Expr, share: sp.Expr, c4_characters: tuple[tuple[sp.Expr, ...], ...]
) -> Relations:
    """The mean of the products of two characters of C4 in terms of multiplicities."""
    pairs = zip(*c4_characters, strict=True)
    terms = (valued(share, {order: 4, class_size: 1, chi_in: a, chi_out: b}) for a, b in pairs)
    yield same(c4_dimension, sp.Add(*terms), by=sp.expand)


hom_dimension = Claim(
    label="Q1",
    title="Dimension of the space of equivariant maps",
    headline=r"The number of free weights of a linear map that keeps a symmetry is an average over the group $G$, $$\dim\mathrm{Hom}_G=\frac1{|G|}\sum_{g\in G}\chi_{out}(g)\chi_{in}(g),$$ where a character $\chi(g)$ is the trace of the matrix of $g$.",
    statement=r"""
Let $\rho_{in},\rho_{out}$ be real representations of a finite group $G$. The *equivariant* maps are
$\mathrm{Hom}_G=\{T:\rho_{out}(g)T=T\rho_{in}(g)\text{ for all }g\}$.

*As the solutions of equations.* Write the entries of $T$ as one vector, row by row. Then
$$\mathrm{Hom}_G=\bigcap_g\ker\big(\rho_{out}(g)\otimes\rho_{in}(g^{-1})^\top-I\big),$$ where it suffices that $g$ runs through generators.
For $\rho_{out}(g)=a$ and $\rho_{in}(g^{-1})=b$ in dimension 2 the matrix is $$[[constraint]].$$ (Column by column the factors change
places.)

*Their dimension* is
$$\dim\mathrm{Hom}_G=\frac1{|G|}\sum_{g\in G}\chi_{out}(g)\chi_{in}(g)\quad\text{with the characters }\chi=\mathrm{tr}\,\rho.$$
Of this dimension, $c$ elements with the same characters, such as those of a conjugacy class, contribute $$[[share]]$$ with $N=|G|$.

*Example.* The real irreducible representations of $C_4$ are the trivial one, the sign and the rotation by $90^\circ$. If the two
representations contain these $t$, $s$ and $r$ times, each with its own index, the dimension is $[[c4_dimension]]$.
""",
    steps=STEPS,
    source=Source("2206.04270", "v2", "textbook (characters: Serre 1977); beyond the abstract"),
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(tuple(after), "entries, row by row, of the matrix of a group element after the map", sp.S.Reals),
        Quantity(tuple(before), "entries, row by row, of the matrix of its inverse before the map", sp.S.Reals),
        Quantity(chi_in, "character of the representation before the map at these elements", sp.S.Reals, drawn=(-4, 4)),
        Quantity(chi_out, "character of the representation after the map at these elements", sp.S.Reals, drawn=(-4, 4)),
        CLASS_SIZE.drawn_from(0, 12),
        ORDER.drawn_from(1, 24),
        *OCCURRENCES,
    ),
    symbols={
        "G": "finite group",
        **ELEMENT,
        **REPRESENTATIONS,
        **EQUIVARIANT,
        "T": "linear map, as a matrix",
        **IDENTITY,
        **QUARTER_TURNS,
    },
    hypotheses=(
        Hypothesis("a finite group"),
        Hypothesis("real representations of finite dimension"),
    ),
    aids={"quarter_turns": 1},
    because={
        "equations": constraint_is_the_equation,
        "trace": lambda trace, constraint: same(trace, constraint.trace() + 4, by=sp.expand),
        "share": classes_have_their_part_of_the_mean,
        "example": multiplicities_give_the_dimension,
    },
    wrong=lambda: {
        "constraint: column by column": sp.kronecker_product(before.T, after) - sp.eye(4),
        "constraint: without the transpose": sp.kronecker_product(after, before) - sp.eye(4),
        "constraint: without the identity": sp.ImmutableMatrix(sp.kronecker_product(after, before.T)),
        "trace: traces added": after.trace() + before.trace(),
        "trace: the trace of the product": (after * before).trace(),
        "trace: the product of the determinants": after.det() * before.det(),
        "share: one for each class": share / class_size,
        "share: characters added": class_size * (chi_out + chi_in) / order,
        "share: without the mean": share * order,
        "share: the first character squared": class_size * chi_in**2 / order,
        "quarter_turns: 180 degrees only": 2,
        "c4_characters: the rotation of dimension 1": tuple(
            tuple(x.subs({r_in: r_in / 2, r_out: r_out / 2}) for x in side) for side in c4_characters
        ),
        "c4_characters: signs that do not change": tuple(
            tuple(x.subs({s_in: 0, s_out: 0}) for x in side) for side in c4_characters
        ),
        "c4_characters: before and after exchanged": c4_characters[::-1],
        "c4_dimension: the rotation counted once": c4_dimension - r_in * r_out,
        "c4_dimension: the rotation as two signs": t_in * t_out + s_in * s_out + 4 * r_in * r_out,
        "c4_dimension: a different pairing": t_in * s_out + s_in * t_out + 2 * r_in * r_out,
        "c4_dimension: products of all": (t_in + s_in + r_in) * (t_out + s_out + r_out),
    },
)
