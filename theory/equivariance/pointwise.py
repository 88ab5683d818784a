"""Q6: which linear maps commute with ReLU, hence which representations can be hidden types."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.quantities import COUNT, COUNT_FROM_ZERO, POSITIVE, Hypothesis, Quantity

n = sp.Symbol("n", positive=True, integer=True)  # dimension
q = sp.Symbol("q", nonnegative=True, integer=True)  # largest modulus of an entry
a, b = sp.symbols("a b", positive=True)

probes = n**2
commuting = (1 + n * q) ** n
invertible = sp.factorial(n) * q**n

cycle = sp.ImmutableMatrix([[0, 0, a], [b, 0, 0], [0, 1 / (a * b), 0]])
rescaling = sp.ImmutableMatrix([1 + a + 1 / b, 1 + b + a * b, 1 + 1 / a + 1 / (a * b)])
permutation = sp.ImmutableMatrix([[0, 0, 1], [1, 0, 0], [0, 1, 0]])

pointwise_relu = Claim(
    label="Q6",
    title="Which representations admit pointwise ReLU",
    statement=r"""
Let $\sigma(t)=\max(t,0)$ act on each coordinate, $A$ real $n\times n$. $\sigma(Ax)=A\sigma(x)$ for all $x$ iff $A\ge0$ has at most one nonzero entry in
each row; if it holds at the $[[probes]]$ vectors $e_j$ and $e_k-e_j$ ($j\ne k$), it holds for all. An invertible
$A$ commutes with $\sigma$ iff it is a non-negative monomial matrix. Of the $(2q+1)^{n^2}$ matrices of whole entries
between $-q$ and $q$, $[[commuting]]$ commute with $\sigma$, of which $[[invertible]]$ are invertible.

So ReLU is equivariant on a representation $\rho$ of a finite group iff all $\rho(g)$ are non-negative monomial, and
then there is one positive diagonal matrix $V$ for which all $V^{-1}\rho(g)V$ are permutations; if $\rho$ is orthogonal,
the $\rho(g)$ are permutations. For instance the turn
$$[[cycle]]$$ of order 3 becomes a permutation by $$V=\mathrm{diag}\,[[rescaling]].$$ Non-trivial irreducible
representations and signs are excluded as hidden types.
""",
    proof_text=r"""
Let $a_j$ be the columns of $A$. $x=e_j$ gives $\sigma(a_j)=a_j$: $A\ge0$. $x=e_k-e_j$ gives $\sigma(a_k-a_j)=a_k$, which in
a row with $a_{ik}>0$ says $a_{ij}=0$. So no row has two nonzero entries. If that holds, a row takes $x$ to $a\,x_j$ with $a\ge0$,
and $\sigma(ax_j)=a\sigma(x_j)$. If $A$ is invertible, no row and no column is 0: $n$ nonzero entries in different rows and columns. A row is 0
or has one of $q$ values in one of $n$ places; monomial matrices have a permutation and $n$ values.
For a finite group of such matrices let $v=\sum_g\rho(g)\mathbf 1$, which is positive and fixed, $V=\mathrm{diag}(v)$. Every
$V^{-1}\rho(g)V$ is non-negative monomial with $V^{-1}\rho(g)v=\mathbf 1$, row sums 1: a permutation. An orthogonal
non-negative monomial matrix has entries 1. A permutation representation fixes $\mathbf 1$: in dimension above 1 it is not irreducible, in dimension 1 it is trivial. ∎
""",
    source=Source(
        "2206.04270",
        "beyond the abstract, which names no condition on hidden types; for all continuous activations Pacini et "
        "al. (2024)",
    ),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        Quantity(n, "number of rows and of columns of the matrix", COUNT, drawn=(1, 4)),
        Quantity(q, "largest modulus of an entry, all entries being whole numbers", COUNT_FROM_ZERO, drawn=(0, 4)),
        Quantity(a, "entry of the turn in the first row", POSITIVE, drawn=(sp.Rational(1, 4), 4)),
        Quantity(b, "entry of the turn in the second row", POSITIVE, drawn=(sp.Rational(1, 4), 4)),
    ),
    hypotheses=(
        Hypothesis("a real representation of a finite group"),
        Hypothesis("ReLU on each coordinate of a given basis"),
    ),
    expressions={
        "probes": probes,
        "commuting": commuting,
        "invertible": invertible,
        "cycle": cycle,
        "rescaling": rescaling,
    },
    aids={"permutation": permutation, "hidden_type": "regular"},
)
