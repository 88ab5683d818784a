"""Q6: which linear maps commute with ReLU, hence which representations can be hidden types."""

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.equivariance.symbols import ELEMENT, RELU
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT_FROM_ZERO, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, induction, same

n = sp.Symbol("n", nonnegative=True, integer=True)  # dimension
q = sp.Symbol("q", nonnegative=True, integer=True)  # largest modulus of an entry
a, b = sp.symbols("a b", positive=True)

u, z = sp.symbols("u z", nonnegative=True)  # two entries of a row
x = sp.Symbol("x", real=True)

probes = n**2
lost = sp.Min(u, z)
row = u * sp.Max(x, 0)
row_choices = 1 + n * q
commuting = row_choices**n
invertible = sp.factorial(n) * q**n

cycle = sp.ImmutableMatrix([[0, 0, a], [b, 0, 0], [0, 1 / (a * b), 0]])
rescaling = sp.ImmutableMatrix([1 + a + 1 / b, 1 + b + a * b, 1 + 1 / a + 1 / (a * b)])
permutation = sp.ImmutableMatrix([[0, 0, 1], [1, 0, 0], [0, 1, 0]])

STEPS = proof(
    r"""
probes: There are $[[probes]]$ vectors $e_j$ and $e_k-e_j$, $j\ne k$, the latter for each pair in either order.

one entry in a row (from probes): Let $a_j$ be the columns of $A$. The vector $x=e_j$ gives $\sigma(a_j)=a_j$, so that $A\ge0$. The vector
$x=e_k-e_j$ gives $\sigma(a_k-a_j)=a_k$. In a row with the entries $u\ge0$ in $a_k$ and $z\ge0$ in $a_j$ the two sides differ by $[[lost]]$.
So one of the two entries is 0.

one entry is enough: Conversely, a row with at most one nonzero entry $u\ge0$ maps $x$ to $ux_j$, and $\sigma(ux_j)=[[row]]$ at $x_j=x$. So
the row commutes with $\sigma$.

rows (from one entry in a row, one entry is enough): Such a row is 0, or has one of $q$ values in one of $n$ places. So there are
$[[row_choices]]$ such rows.

matrices (from rows): The $n$ rows are chosen one by one, which gives $[[commuting]]$ matrices.

invertible matrices (from one entry in a row, one entry is enough): An invertible matrix of this kind has no row and no column of zeros. So
it has $n$ nonzero entries, in different rows and columns, and all such matrices are invertible. With $n+1$ rows, the entry of the first row
has $n+1$ places and $q$ values, and deleting its row and column leaves a smaller matrix of the same kind. So there are $[[invertible]]$
invertible matrices.

fixed vector (from invertible matrices; by translation): If ReLU is equivariant, all $\rho(g)$ are non-negative monomial, and the vector
$v=\sum_g\rho(g)\mathbf 1$ is fixed and positive. With $V=\mathrm{diag}(v)$ every $V^{-1}\rho(g)V$ is a non-negative monomial matrix with
row sums 1, which is a permutation. If $\rho$ is orthogonal, the nonzero entries of $\rho(g)$ are 1 to begin with. A fixed vector and the
absence of negative entries exclude non-trivial irreducible representations and signs.

a turn: The matrix $[[cycle]]$ has order 3, since its square is its inverse.

rescaling (from fixed vector, a turn): This matrix maps $\mathbf 1$ to the vector of its row sums, and that vector to a third one. The sum
of the three vectors is $[[rescaling]]$. The matrix fixes this sum, and the diagonal matrix $V$ of its entries turns the matrix into a
permutation.
""",
    globals(),
)


def rows_are_chosen_one_by_one(commuting: sp.Expr, row_choices: sp.Expr) -> Relations:
    """As many choices for each of n rows."""
    i = sp.Symbol("i", integer=True)
    yield same(commuting, sp.Product(row_choices, (i, 1, n)).doit())


def its_square_is_its_inverse(cycle: sp.ImmutableMatrix) -> Relations:
    """All entries of both at once, with weights."""
    weights = sp.Matrix(3, 3, sp.symbols("s_1:10", positive=True))
    square, inverse = (sum(weights.multiply_elementwise(each)) for each in (cycle**2, cycle.inv()))
    yield same(square, inverse)


def one_rescaling_makes_permutations(
    cycle: sp.ImmutableMatrix, rescaling: sp.ImmutableMatrix, permutation: sp.ImmutableMatrix
) -> Relations:
    """V is the sum of the powers of the cycle on 1, which the cycle fixes; V⁻¹(cycle)V is a permutation of order 3."""
    one = sp.ones(3, 1)
    total = one + cycle * one + cycle**2 * one
    for found, expected in zip(rescaling, total, strict=True):
        yield same(found, expected)
    v = sp.diag(*rescaling)
    for found, expected in zip(cycle * v, v * permutation, strict=True):
        yield same(found, expected)
    for found, expected in zip(cycle**3, sp.eye(3), strict=True):
        yield same(found, expected)


pointwise_relu = Claim(
    label="Q6",
    title="Which representations admit pointwise ReLU",
    headline=r"ReLU on each coordinate commutes with a finite group of matrices if and only if these, after a positive rescaling, permute coordinates. This excludes signs and other non-trivial irreducible features.",
    statement=r"""
Let $\sigma(t)=\max(t,0)$ act on each coordinate, and let $A$ be a real $n\times n$ matrix. Then $\sigma(Ax)=A\sigma(x)$ for all $x$ iff
$A\ge0$ entrywise with at most one nonzero entry in each row. If the equation holds at the $[[probes]]$ vectors $e_j$ and $e_k-e_j$
($j\ne k$), it holds for all vectors. An invertible $A$ commutes with $\sigma$ iff it is a non-negative monomial matrix. Of the
$(2q+1)^{n^2}$ matrices with integer entries between $-q$ and $q$, $[[commuting]]$ commute with $\sigma$, and $[[invertible]]$ of these are
invertible.

So ReLU is equivariant on a representation $\rho$ of a finite group iff all $\rho(g)$ are non-negative monomial. In this case there is one
positive diagonal matrix $V$ for which all $V^{-1}\rho(g)V$ are permutations; if $\rho$ is orthogonal, the $\rho(g)$ themselves are
permutations. For instance, the matrix $$[[cycle]]$$ of order 3 becomes a permutation with $$V=\mathrm{diag}\,[[rescaling]].$$ This excludes
non-trivial irreducible representations and signs as hidden types.
""",
    steps=STEPS,
    source=Source(
        "2206.04270",
        "v2",
        "beyond the abstract, which names no condition on hidden types; for all continuous activations Pacini et "
        "al. (2024)",
    ),
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(n, "number of rows and of columns of the matrix", COUNT_FROM_ZERO, drawn=(0, 4)),
        Quantity(q, "largest modulus of an entry, all entries being whole numbers", COUNT_FROM_ZERO, drawn=(0, 4)),
        Quantity((u, z), "entry of a row of a matrix without negative entries", NON_NEGATIVE, drawn=(0, 4)),
        Quantity(x, "coordinate of a vector", sp.S.Reals, drawn=(-3, 3)),
        Quantity(a, "entry of the turn in the first row", POSITIVE, drawn=(sp.Rational(1, 4), 4)),
        Quantity(b, "entry of the turn in the second row", POSITIVE, drawn=(sp.Rational(1, 4), 4)),
    ),
    hypotheses=(
        Hypothesis("a real representation of a finite group"),
        Hypothesis("ReLU on each coordinate of a given basis"),
    ),
    symbols={
        **RELU,
        "t": "number",
        "A": "real matrix of $n$ rows and columns",
        "x": "vector of $n$ coordinates",
        "e_j,e_k": "unit vectors of the axes $j$ and $k$",
        **ELEMENT,
        r"\rho": r"representation of a finite group: a matrix $\rho(g)$ for each of its elements",
        "V": "diagonal matrix with positive entries",
    },
    aids={"permutation": permutation, "hidden_type": "regular"},
    because={
        "probes": lambda probes: induction(probes, n, sp.S.Zero, lambda term: term + 1 + 2 * n, by=sp.expand),
        "rows": lambda row_choices: induction(row_choices, n, sp.S.One, lambda term: term + q, by=sp.expand),
        "matrices": rows_are_chosen_one_by_one,
        "invertible matrices": lambda invertible: (
            same(invertible.subs(n, n + 1), (n + 1) * q * invertible, by=sp.gammasimp),
            induction(invertible, n, sp.S.One, lambda term: (n + 1) * q * term, by=sp.gammasimp),
        ),
        "a turn": its_square_is_its_inverse,
        "rescaling": one_rescaling_makes_permutations,
    },
    wrong=lambda: {
        "invertible: signed monomial": 2**n * invertible,
        "invertible: permutations alone": sp.factorial(n),
        "invertible: columns may repeat": (n * q) ** n,
        "commuting: a nonzero entry in each row": (n * q) ** n,
        "commuting: all that are not negative": (q + 1) ** (n**2),
        "probes: unit vectors alone": n,
        "probes: both orders of a difference as one": n * (n + 1) / 2,
        "lost: the larger one": sp.Max(u, z),
        "lost: the second one": z,
        "lost: their product": u * z,
        "row: entries of any sign": u * sp.Abs(x),
        "row: the entry itself": u * x,
        "row_choices: no row of zeros": n * q,
        "row_choices: all that are not negative": (1 + q) ** n,
        "row_choices: of either sign": 1 + 2 * n * q,
        "cycle: not of order 3": sp.ImmutableMatrix([[0, 0, a], [b, 0, 0], [0, 1, 0]]),
        "cycle: the turn back": sp.ImmutableMatrix([[0, a, 0], [0, 0, b], [1 / a, 0, 0]]),
        "cycle: of one entry less": sp.ImmutableMatrix([[0, 0, a], [b, 0, 0], [0, 0, 0]]),
        "cycle: signs": -cycle,
        "rescaling: row sums of the generator": cycle * sp.ones(3, 1),
        "rescaling: no rescaling": sp.ones(3, 1),
        "hidden_type: turns by 90 degrees": "rotation",
        "hidden_type: a sign": "sign",
        "hidden_type: the standard representation of S4": "standard of S4",
    },
)
