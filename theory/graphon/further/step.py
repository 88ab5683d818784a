"""G9: step graphons and their singular values."""

from collections.abc import Sequence

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, nonnegative, same
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
unit functions: Let $e_a$ be $[[row_unit]]$ on the $a$-th row block, with $\alpha=\alpha_a$, and let $g_b$ be $[[column_unit]]$ on the
$b$-th column block, with $\beta=\beta_b$; both are $0$ elsewhere. They have the norm $1$, and different ones do not overlap.

no other directions (from unit functions; by additivity): For $u$ in the $a$-th row block $(T_Wg)(u)=\sum_bP_{ab}\int_{B_b}g$. So $T_Wg$ is
a linear combination of the $e_a$, and it is $0$ for $g$ orthogonal to the $g_b$.

entry (from unit functions, no other directions): So the non-zero singular values are those of the matrix of $\langle e_a,T_Wg_b\rangle$,
which is $[[entry]]$: the integral of $P$ over both blocks, times both unit functions.

trace (from entry): For two blocks each the trace of $BB^\top$, $B$ the matrix of *entry*, is $[[trace]]$.

determinant (from entry): Its determinant is $[[determinant]]$.

discriminant (from trace, determinant): $z^2-z\operatorname{tr}BB^\top+\det BB^\top$ has the discriminant $[[discriminant]]$. It is the
square of the difference of the diagonal entries of $BB^\top$ plus four times the square of the other entry, hence not negative.

larger singular value (from discriminant): The larger root is the square of $\sigma_1=[[sigma_1]]$.

smaller singular value (from larger singular value): The product of the roots is *determinant*, so that $\sigma_2=[[sigma_2]]$ if
$\sigma_1>0$.

graphon (by S1 for one threshold): A factorised saliency has the graphon $W=\bar F(\tau/f\varphi)$, which depends only on the values of $f$
and $\varphi$.

block of a saliency (from graphon): Where $f=f_a$ and $\varphi=\varphi_b$, half-normal noise has $P_{ab}=[[saliency_block]]$.
""",
    globals(),
)

ROW, COLUMN = (sp.Rational(2, 5), sp.Rational(6, 5)), (sp.Rational(1, 2), sp.Integer(2))  # profiles of two values


PLACES = (sp.Rational(1, 7), sp.Rational(5, 7))  # positions within the first and within the second block


SHARES = {row_weights[0]: sp.Rational(1, 4), column_weights[0]: sp.Rational(1, 3)}


def unit_functions_have_norm_one(row_unit: sp.Expr, column_unit: sp.Expr) -> Relations:
    """The integral of the square over a part of the block is the share of the block."""
    place, part = sp.symbols("x y", positive=True)
    for unit, weight in ((row_unit, row_weight), (column_unit, column_weight)):
        yield same(sp.integrate(unit**2, (place, 0, part)), part / weight)


def entry_is_an_integral_over_a_block(row_unit: sp.Expr, column_unit: sp.Expr, entry: sp.Expr) -> Relations:
    """⟨e, T g⟩: both unit functions and the value, integrated over a row block and a column block."""
    u_, v_ = sp.symbols("x y", positive=True)
    inner = sp.integrate(block * column_unit, (v_, 0, column_weight))
    yield same(entry, sp.integrate(row_unit * inner, (u_, 0, row_weight)))


def trace_of_two_by_two_blocks(entry: sp.Expr, trace: sp.Expr) -> Relations:
    """The trace of BBᵀ for symbolic blocks; and ∬W, which the matrix gives with the roots of the lengths."""
    matrix = weighted_matrix(row_weights, column_weights, blocks, entry)
    mean = sum(sp.sqrt(row_weights[a] * column_weights[b]) * matrix[a, b] for a in range(2) for b in range(2))
    whole = sum(row_weights[a] * column_weights[b] * blocks[a, b] for a in range(2) for b in range(2))
    yield same((matrix * matrix.T).trace(), trace, by=sp.expand)
    yield same(mean, whole, by=sp.expand)


def determinant_of_two_by_two_blocks(entry: sp.Expr, determinant: sp.Expr) -> Relations:
    """The determinant of BBᵀ for symbolic blocks."""
    matrix = weighted_matrix(row_weights, column_weights, blocks, entry)
    yield same((matrix * matrix.T).det(), determinant, by=sp.expand)


def discriminant_is_a_sum_of_squares(
    entry: sp.Expr, trace: sp.Expr, determinant: sp.Expr, discriminant: sp.Expr
) -> Relations:
    """(A − D)² + 4C² for BBᵀ = (A C; C D); and (A + D)² less four determinants."""
    matrix = weighted_matrix(row_weights, column_weights, blocks, entry)
    gram = matrix * matrix.T
    squares = (gram[0, 0] - gram[1, 1]) ** 2 + 4 * gram[0, 1] ** 2
    yield nonnegative(discriminant, squares, by=sp.expand)
    yield same(discriminant, trace**2 - 4 * determinant, by=sp.expand)


def smaller_root_of_the_polynomial(
    trace: sp.Expr, determinant: sp.Expr, sigma_1: sp.Expr, sigma_2: sp.Expr
) -> Relations:
    """The products of the roots, and of their squares; the sum of their squares."""
    yield same(sigma_1**2 * sigma_2**2, determinant, by=sp.expand)
    yield same(sigma_1 * sigma_2, sp.sqrt(determinant), by=sp.expand)
    yield same(sigma_1**2 * (trace - sigma_1**2), determinant, by=sp.expand)


def two_valued_profiles_make_blocks(saliency_block: sp.Expr) -> Relations:
    """The graphon of a saliency with profiles of two values, at a point of the first block; and of each for some values."""
    free = two_valued_model((row_profile, 2 * row_profile), (column_profile, 3 * column_profile)).kernel().subs(SHARES)
    yield same(free.subs({u: PLACES[0], v: PLACES[0]}), saliency_block)
    kernel = two_valued_model(ROW, COLUMN).kernel().subs(SHARES)
    for a, place in enumerate(PLACES):
        for b, other in enumerate(PLACES):
            claimed = saliency_block.subs({row_profile: ROW[a], column_profile: COLUMN[b]})
            yield same(kernel.subs({u: place, v: other}), claimed)


step_spectrum = Claim(
    label="G9",
    title="Singular values of a step graphon",
    statement=r"""
Let $W=P_{ab}$ on the product of the $a$-th of $k$ row blocks, of length $\alpha_a>0$, and the $b$-th of $l$ column blocks, of length
$\beta_b>0$ (for a graphon the lengths add up to $1$ on either side; here they need not). The non-zero singular values of $T_W$ are those
of the $k\times l$ matrix with entries $[[entry]]$ ($\alpha=\alpha_a$, $\beta=\beta_b$, $P=P_{ab}$). For two blocks on each side, of
which one on each side may have length $0$, $\sigma_1^2+\sigma_2^2=[[trace]]$ and $\sigma_1^2\sigma_2^2=[[determinant]]$, hence
$\sigma_1=[[sigma_1]]$ and $\sigma_2=\sqrt{[[determinant]]}/\sigma_1$ if $\sigma_1>0$. A factorised saliency whose profiles take finitely
many values $f_a$, $\varphi_b$ has such a graphon; for half-normal noise $P_{ab}=[[saliency_block]]$ at $f=f_a$, $\phi=\varphi_b$.
""",
    steps=STEPS,
    source=Source(
        "2602.06675",
        "v1",
        "textbook (step functions and kernel operators: Lovász 2012, sections 7.1 and 7.5); beyond the abstract",
    ),
    provenance=Provenance.EXTENSION,
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
    also=("sigma_2",),
    because={
        "unit functions": unit_functions_have_norm_one,
        "entry": entry_is_an_integral_over_a_block,
        "trace": trace_of_two_by_two_blocks,
        "determinant": determinant_of_two_by_two_blocks,
        "discriminant": discriminant_is_a_sum_of_squares,
        "larger singular value": lambda trace, determinant, discriminant, sigma_1: (
            same(2 * sigma_1**2, trace + sp.sqrt(discriminant), by=sp.expand),
            same(sigma_1**4 + determinant, trace * sigma_1**2, by=sp.expand),
        ),
        "smaller singular value": smaller_root_of_the_polynomial,
        "block of a saliency": two_valued_profiles_make_blocks,
    },
    wrong=lambda: {
        "entry: as if all weights were 1/2": block / 2,
        "entry: weights without the root": row_weight * column_weight * block,
        "entry: rows alone weighted": sp.sqrt(row_weight) * block,
        "row_unit: the integral is one": 1 / row_weight,
        "row_unit: of the columns": column_unit,
        "column_unit: not normalised": sp.S.One,
        "trace: sum of the values": sum(blocks),
        "trace: without the rows' weights": sum(column_weights[b] * blocks[a, b] ** 2 for a in (0, 1) for b in (0, 1)),
        "determinant: determinant of the values": blocks.det() ** 2,
        "determinant: determinant with a plus": determinant.subs(blocks[0, 1], -blocks[0, 1]),
        "determinant: not squared": sp.sqrt(determinant),
        "discriminant: without the factor": trace**2 - determinant,
        "discriminant: with a plus": trace**2 + 4 * determinant,
        "sigma_1: the other root": sigma_2,
        "sigma_1: without the root": sigma_1**2,
        "sigma_2: the trace less σ₁": sp.sqrt(trace) - sigma_1,
        "saliency_block: the row alone": saliency_block.subs(column_profile, 1),
        "saliency_block: profiles added": saliency_block.subs(row_profile, row_profile + column_profile - 1),
        "saliency_block: exponential noise": sp.exp(-tau / (row_profile * column_profile)),
    },
)
