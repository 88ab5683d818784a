"""G9: step graphons and their singular values."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.saliency.model import ANY_THRESHOLD, SaliencyModel, tau, u, v
from sparse_limits.theory.tails import half_normal, t

row_weight, column_weight = sp.symbols("alpha beta", positive=True)  # lengths of a row and a column block
block = sp.Symbol("P", nonnegative=True)  # value of the graphon on it
row_profile, column_profile = sp.symbols("f phi", positive=True)  # of the saliency in the block

row_weights = sp.symbols("alpha_1 alpha_2", positive=True)
column_weights = sp.symbols("beta_1 beta_2", positive=True)
blocks = sp.Matrix(2, 2, sp.symbols("P_11 P_12 P_21 P_22", nonnegative=True)).as_immutable()

LENGTHS = (sp.Rational(1, 10), 1)  # where those of blocks are drawn

row_unit, column_unit = 1 / sp.sqrt(row_weight), 1 / sp.sqrt(column_weight)
entry = sp.sqrt(row_weight * column_weight) * block
trace = sum(row_weights[a] * column_weights[b] * blocks[a, b] ** 2 for a in range(2) for b in range(2))
determinant = sp.prod([*row_weights, *column_weights]) * blocks.det() ** 2
discriminant = trace**2 - 4 * determinant
sigma_1 = sp.sqrt((trace + sp.sqrt(trace**2 - 4 * determinant)) / 2)
sigma_2 = sp.sqrt(determinant) / sigma_1  # not the difference, which would cancel where the rank is nearly one
saliency_block = half_normal.survival.subs(t, tau / (row_profile * column_profile))


def weighted_matrix(
    rows: Sequence[sp.Expr], columns: Sequence[sp.Expr], values: sp.MatrixBase, weighted: sp.Expr = entry
) -> sp.MatrixBase:
    """The k × l matrix whose singular values are those of the step graphon, from its weights and its k × l values."""
    return sp.Matrix(
        len(rows),
        len(columns),
        lambda a, b: valued(weighted, {row_weight: rows[a], column_weight: columns[b], block: values[a, b]}),
    )


def two_valued(first: sp.Expr, second: sp.Expr, share: sp.Expr, position: sp.Symbol) -> sp.Expr:
    """The profile that is `first` on [0, share) and `second` beyond."""
    return sp.Piecewise((first, position < share), (second, True))


def two_valued_model(row: tuple[sp.Expr, sp.Expr], column: tuple[sp.Expr, sp.Expr]) -> SaliencyModel:
    """Half-normal noise between profiles of two values each, on the shares α₁ and β₁."""
    return SaliencyModel(two_valued(*row, row_weights[0], u), two_valued(*column, column_weights[0], v), half_normal)


STEPS = proof(
    r"""
unit functions: Let $e_a$ be $[[row_unit]]$ on the $a$-th row block, $\alpha=\alpha_a$, and $g_b$ be $[[column_unit]]$ on the $b$-th column
block, $\beta=\beta_b$, both $0$ elsewhere: they have the norm $1$, and different ones do not overlap.

no other directions (from unit functions; by additivity): $(T_Wg)(u)=\sum_bP_{ab}\int_{B_b}g$ for $u$ in the $a$-th row block: $T_Wg$ is a
sum of the $e_a$, and $0$ for $g$ orthogonal to the $g_b$.

entry (from unit functions, no other directions): So the non-zero singular values are those of the matrix of $\langle e_a,T_Wg_b\rangle$,
which is $[[entry]]$: the integral of $P$ over both blocks, times both unit functions.

trace (from entry): For two blocks each the trace of $BB^\top$, $B$ the matrix of *entry*, is $[[trace]]$.

determinant (from entry): Its determinant is $[[determinant]]$.

discriminant (from trace, determinant): $z^2-z\operatorname{tr}BB^\top+\det BB^\top$ has the discriminant $[[discriminant]]$. It is the
square of the difference of the diagonal entries of $BB^\top$ and four times that of the other one, hence not negative.

larger singular value (from discriminant): The larger root is the square of $\sigma_1=[[sigma_1]]$.

smaller singular value (from larger singular value): The roots have the product *determinant*, so that $\sigma_2=[[sigma_2]]$ if
$\sigma_1>0$.

graphon (by S1 for one threshold): A factorised saliency has the graphon $W=\bar F(\tau/f\varphi)$, which depends on the values of $f$ and
$\varphi$ only.

block of a saliency (from graphon): Where $f=f_a$ and $\varphi=\varphi_b$, half-normal noise has $P_{ab}=[[saliency_block]]$.
""",
    globals(),
)

step_spectrum = Claim(
    label="G9",
    title="Singular values of a step graphon",
    statement=r"""
Let $W=P_{ab}$ on the product of the $a$-th of $k$ row blocks, of length $\alpha_a>0$, and the $b$-th of $l$ column
blocks, of length $\beta_b>0$ (those of a graphon add up to $1$ on either side, and need not here). The non-zero singular values of $T_W$ are those of the $k\times l$ matrix with entries
$[[entry]]$ ($\alpha=\alpha_a$, $\beta=\beta_b$, $P=P_{ab}$). For two blocks each, of which one may have the length $0$, $\sigma_1^2+\sigma_2^2=[[trace]]$,
$\sigma_1^2\sigma_2^2=[[determinant]]$, hence $\sigma_1=[[sigma_1]]$ and $\sigma_2=\sqrt{[[determinant]]}/\sigma_1$.
A factorised saliency whose profiles take finitely many values $f_a$, $\varphi_b$ has such a graphon; for half-normal
noise $P_{ab}=[[saliency_block]]$ at $f=f_a$, $\phi=\varphi_b$.
""",
    steps=STEPS,
    source=Source(
        "2602.06675",
        "textbook (step functions and kernel operators: Lovász 2012, sections 7.1 and 7.5); beyond the abstract",
    ),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        Quantity(row_weight, "length of a row block", POSITIVE, drawn=LENGTHS),
        Quantity(column_weight, "length of a column block", POSITIVE, drawn=LENGTHS),
        Quantity(
            block,
            "value of the graphon on the product of a row block and a column block",
            sp.Interval(0, 1),
            drawn=(0, 1),
        ),
        Quantity(row_weights, "length of one of two row blocks", NON_NEGATIVE, drawn=LENGTHS),
        Quantity(column_weights, "length of one of two column blocks", NON_NEGATIVE, drawn=LENGTHS),
        Quantity(
            tuple(blocks),
            "value of the graphon on the product of one of two row blocks and one of two column blocks",
            sp.Interval(0, 1),
            drawn=(0, 1),
        ),
        Quantity(row_profile, "value of the row profile on a row block", POSITIVE, drawn=(sp.Rational(1, 2), 2)),
        Quantity(
            column_profile, "value of the column profile on a column block", POSITIVE, drawn=(sp.Rational(1, 2), 2)
        ),
        ANY_THRESHOLD,
    ),
    hypotheses=(
        Hypothesis("finitely many blocks"),
        Hypothesis("a graphon that does not vanish", trace > 0, ("sigma_2",)),
    ),
    uses=("S1",),
    also=("sigma_2",),
)
