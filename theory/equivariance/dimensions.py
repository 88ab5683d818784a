"""Q1: how many equivariant maps there are between two representations of a finite group."""

from __future__ import annotations

from itertools import product

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.equivariance.symbols import CLASS_OF_GROUP, CLASS_SIZE, ORDER, class_size, order
from theory.quantities import COUNT_FROM_ZERO, Hypothesis, Quantity

chi_in, chi_out = sp.symbols("chi_in chi_out", real=True)
after = sp.ImmutableMatrix(2, 2, sp.symbols("a_11 a_12 a_21 a_22", real=True))  # ρ_out(g)
before = sp.ImmutableMatrix(2, 2, sp.symbols("b_11 b_12 b_21 b_22", real=True))  # ρ_in(g⁻¹)

t_in, s_in, r_in, t_out, s_out, r_out = multiplicities = sp.symbols(
    "t_in s_in r_in t_out s_out r_out", nonnegative=True, integer=True
)

constraint = sp.ImmutableMatrix(sp.kronecker_product(after, before.T) - sp.eye(4))
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

hom_dimension = Claim(
    label="Q1",
    title="Dimension of the space of equivariant maps",
    statement=r"""
Let $\rho_{in},\rho_{out}$ be real representations of a finite group $G$ and
$\mathrm{Hom}_G=\{T:\rho_{out}(g)T=T\rho_{in}(g)\text{ for all }g\}$. With the entries of $T$ in one vector, row by
row,
$$\mathrm{Hom}_G=\bigcap_g\ker\big(\rho_{out}(g)\otimes\rho_{in}(g^{-1})^\top-I\big),$$
where it suffices to let $g$ run through generators; for $\rho_{out}(g)=a$, $\rho_{in}(g^{-1})=b$ in dimension 2 the
matrix is $$[[constraint]].$$ (Column by column the factors change places.) And
$$\dim\mathrm{Hom}_G=\frac1{|G|}\sum_{g\in G}\chi_{out}(g)\chi_{in}(g)\quad\text{with the characters }\chi=\mathrm{tr}\,\rho,$$
to which a class of `class_size` conjugate elements contributes $$[[share]]$$ (`order` is $|G|$). *Example.* $C_4$ has the real irreducible
representations trivial, sign and rotation by $90^\circ$. If the two representations contain them $t$, $s$ and $r$
times, the dimension is $[[c4_dimension]]$.
""",
    proof_text=r"""
The entry $(i,k)$ of $aTb$ is $\sum_{j,l}a_{ij}b_{lk}T_{jl}$, and $a_{ij}(b^\top)_{kl}$ is the entry $((i,k),(j,l))$
of $a\otimes b^\top$. So $T$ lies in the kernel at $g$ iff $\rho_{out}(g)T\rho_{in}(g)^{-1}=T$. The $g$ for which
this holds are closed under products and, $G$ being finite, inverses; if generators are among them, all are.
$P(T)=\frac1{|G|}\sum_g\rho_{out}(g)T\rho_{in}(g)^{-1}$ maps to $\mathrm{Hom}_G$ and fixes it: it is a projector, and
its rank is its trace $\frac1{|G|}\sum_g\mathrm{tr}(\rho_{out}(g)\otimes\rho_{in}(g^{-1})^\top)
=\frac1{|G|}\sum_g\chi_{out}(g)\chi_{in}(g^{-1})$. In some basis $\rho_{in}$ is orthogonal, so that
$\chi_{in}(g^{-1})=\chi_{in}(g)$. *Example.* At the turns by $0$, $90$, $180$ and $270$ degrees the character is
$t+s+2r$, $t-s$, $t+s-2r$, $t-s$; the mean of the products is the formula. The factor 2 is the dimension of
$\mathrm{Hom}_G$ of the rotation with itself: the multiples of rotations, $\mathbb C$. ∎
""",
    source=Source("2206.04270", "textbook (characters: Serre 1977); beyond the abstract"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        Quantity(tuple(after), "entries, row by row, of the matrix of a group element after the map", sp.S.Reals),
        Quantity(tuple(before), "entries, row by row, of the matrix of its inverse before the map", sp.S.Reals),
        Quantity(chi_in, "character of the representation before the map at the class", sp.S.Reals, drawn=(-4, 4)),
        Quantity(chi_out, "character of the representation after the map at the class", sp.S.Reals, drawn=(-4, 4)),
        CLASS_SIZE.drawn_from(1, 12),
        ORDER.drawn_from(1, 24),
        *OCCURRENCES,
    ),
    hypotheses=(
        Hypothesis("a finite group"),
        Hypothesis("real representations of finite dimension"),
        CLASS_OF_GROUP,
    ),
    expressions={"constraint": constraint, "share": share, "c4_dimension": c4_dimension},
    aids={"c4_characters": c4_characters, "quarter_turns": 1},
)
