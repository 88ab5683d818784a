"""O3: independent entries lift a singular value by a second-order bias."""

from functools import cache
from itertools import product

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.symbols import UP_TO_ONE, m, n
from sparse_limits.theory.operators.symbols import POSITIONS, sigma
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NOTHING_BEYOND, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, at_sizes, same
from sparse_limits.theory.saliency.model import ANY_DENSITY, COLUMNS, ROWS, rho
from sparse_limits.theory.saliency.symbols import KEPT_ENTRIES, MEAN, WHOLE_MASK

row_noise, column_noise, joint_noise = sp.symbols("V_a V_b V_ab", positive=True)  # ∬V a², ∬V b², ∬V a²b²
along = sp.Symbol("h", real=True)  # ⟨a, Hb⟩ over √(mn)
left, right = sp.symbols("p q", nonnegative=True)  # ‖Hᵀa‖², ‖Hb‖², each over mn
other = sp.Symbol("sigma_l", positive=True)  # another singular value
onto, back = sp.symbols("x y", real=True)  # ⟨a_k, Hb_l⟩ and ⟨a_l, Hb_k⟩, over √(mn)

UP_TO_A_QUARTER = sp.Interval(0, sp.Rational(1, 4))  # V = P(1 − P) is no larger
QUARTER = (0, sp.Rational(1, 4))
TWO_SIDED = sp.Interval(-1, 1)

beside = right - along**2
expansion = sigma**2 + 2 * sigma * along + left + right - along**2
cross_term = (other**2 * (onto**2 + back**2) + 2 * sigma * other * onto * back) / (sigma**2 - other**2)
left_mean = row_noise / m
right_mean = column_noise / n
square_mean = sigma**2 + row_noise / m + column_noise / n
value_sd = sp.sqrt(joint_noise / (m * n))
cross_mean = 1 / (2 * m * n)
random_value = rho + (1 - rho) / 2 * (1 / m + 1 / n)
random_sd = sp.sqrt(rho * (1 - rho) / (m * n))

STEPS = proof(
    r"""
square (by O1 for scale): $\sigma_k(M)/\sqrt{mn}$ is a singular value of $\sum_l\sigma_la_lb_l^\top+X$ with $X=H/\sqrt{mn}$. Its square is
an eigenvalue of $\sum_l\sigma_l^2a_la_l^\top+E_1+XX^\top$ with $E_1=\sum_l\sigma_l(a_lb_l^\top X^\top+Xb_la_l^\top)$.

second order (from square; cited: Kato, Perturbation Theory for Linear Operators, II.2: a simple eigenvalue of a symmetric matrix is
analytic, with this second-order term): While $\|X\|$ is small compared with the gap, the eigenvalue is $\sigma_k^2+\langle
a_k,(E_1+XX^\top)a_k\rangle+\sum_{l\ne k}\langle a_l,E_1a_k\rangle^2/(\sigma_k^2-\sigma_l^2)$ up to $O(\|X\|^3)$, where $l$ runs over a
basis, with $\sigma_l=0$ outside the range of $P$.

one other vector (from second order): With $h_{kl}=\langle a_k,Xb_l\rangle$, $\langle a_l,E_1a_k\rangle=\sigma_lh_{kl}+\sigma_kh_{lk}$. The
square of this divided by $\sigma_k^2-\sigma_l^2$ is the sum of $h_{lk}^2$ and, with $\sigma=\sigma_k$, $x=h_{kl}$, $y=h_{lk}$, of
$[[cross_term]]$, which is $0$ where $\sigma_l=0$.

all other vectors (from one other vector; by Parseval): Over all $l\ne k$ the $h_{lk}^2=\langle a_l,Xb_k\rangle^2$ add up to
$\|Xb_k\|^2-h_{kk}^2$, that is $[[beside]]$.

expansion (from second order, all other vectors): As $\langle a_k,E_1a_k\rangle=2\sigma h$ and $\langle a_k,XX^\top a_k\rangle=p$, the
square is, to second order, the sum of $[[expansion]]$ and the cross terms.

means (at some sizes: matrices are multiplied out entry by entry, which needs their sizes; entries are free): Different entries of $H$ are
independent, with mean $0$. So $Eh=0$, $Ep=[[left_mean]]$, $Eq=[[right_mean]]$, and $h$ has the standard deviation $[[value_sd]]$.

squares of the cross terms (from means): As $V\le\frac14$ and $\sum_l\sigma_l^2=\|P\|^2_{HS}/mn\le1$,
$E\sum_l\sigma_l^2(h_{kl}^2+h_{lk}^2)\le[[cross_mean]]$.

cross terms (from one other vector, squares of the cross terms; by Cauchy–Schwarz):
$\sum_l\sigma_l|h_{kl}h_{lk}|\le\big(\sum_l\sigma_l^2h_{kl}^2\big)^{1/2}\|Xb_k\|$, which by Markov's inequality is
$O_P(n^{-1})\,O_P(n^{-1/2})$. With the denominators away from $0$, all cross terms together are $O_P(n^{-3/2})$.

norm of the noise (from second order; cited: Vershynin, High-Dimensional Probability, theorem 4.4.5: independent centred entries of modulus
at most 1 have ‖H‖ ≤ C(√m + √n + t) but for probability 2 exp(−t²)): $\|X\|=O_P(n^{-1/2})$, so that the error of the second order is
$O_P(n^{-3/2})$.

fluctuations (from means; by Markov): $p$ and $q$ are sums of $n$ and of $m$ independent terms whose variances, as $\sup|a|$ and $\sup|b|$
stay fixed, are $O(n^{-4})$. So they are within $O_P(n^{-3/2})$ of their means, and $h^2$ is equally close to $0$.

normal limit (from means; cited: Lindeberg: sums of independent centred variables are normal in the limit if the largest modulus is small
beside the standard deviation of the sum): $h$ is a sum of $mn$ independent terms of modulus $O(1/mn)$. Divided by its standard deviation,
it is normal in the limit where $mnV_{ab}\to\infty$; where this product stays bounded, $h=O_P(n^{-2})$ belongs to the remainder.

bias (from expansion, means, cross terms, norm of the noise, fluctuations, normal limit): So the square is the sum of $[[square_mean]]$,
$2\sigma h$ and $O_P(n^{-3/2})$.

random mask (from bias): For constant $P=\rho$, $a=b=1$ and $\sigma=\rho$, and all three averages are $\rho(1-\rho)$. The root is
$[[random_value]]$ to first order in $\frac1m$ and $\frac1n$. Its standard deviation is $[[random_sd]]$, that of $2\sigma h$ divided by
$2\sigma$; with exactly $\rho mn$ entries $\langle1,H1\rangle=0$.
""",
    globals(),
)


def mean_of_square(terms: dict[tuple[int, int], sp.Expr]) -> sp.Expr:
    """The mean of the square of a sum of independent centred entries, each times a coefficient, of variances V_ij."""
    return sum(coefficient**2 * VARIANCES[cell] for cell, coefficient in terms.items())


VARIANCES = {(i, j): sp.Symbol(f"V_{i}{j}", positive=True) for i, j in product(range(3), repeat=2)}


@cache
def means_at(rows: int, columns: int) -> tuple[dict[sp.Symbol, sp.Expr], dict[str, sp.Expr]]:
    """V_a, V_b, V_ab of any variances and vectors, and the means of p, q and h² as sums over entries."""
    a, b = sp.symbols(f"a:{rows}", positive=True), sp.symbols(f"b:{columns}", positive=True)
    cells, size = list(product(range(rows), range(columns))), rows * columns
    row_square, column_square = ([len(each) * entry**2 for entry in each] for each in (a, b))  # functions of norm 1
    averages = {
        row_noise: sum(VARIANCES[i, j] * row_square[i] for i, j in cells) / size,
        column_noise: sum(VARIANCES[i, j] * column_square[j] for i, j in cells) / size,
        joint_noise: sum(VARIANCES[i, j] * row_square[i] * column_square[j] for i, j in cells) / size,
    }
    means = {
        "left_mean": sum(mean_of_square({(i, j): a[i] for i in range(rows)}) for j in range(columns)) / size,
        "right_mean": sum(mean_of_square({(i, j): b[j] for j in range(columns)}) for i in range(rows)) / size,
        "value_sd": mean_of_square({(i, j): a[i] * b[j] for i, j in cells}) / size,
    }
    return {m: sp.Integer(rows), n: sp.Integer(columns), **averages}, means


def expansion_adds_up(expansion: sp.Expr, beside: sp.Expr) -> Relations:
    """⟨a, (P + X)(P + X)ᵀa⟩ = |σb + Xᵀa|² by its product with b and its part beside b, and the other vectors."""
    part = left - along**2  # of the square of Xᵀa, beside b
    yield same(expansion, (sigma + along) ** 2 + part + beside, by=sp.expand)


def root_of_the_constant_case(
    square_mean: sp.Expr, value_sd: sp.Expr, random_value: sp.Expr, random_sd: sp.Expr
) -> Relations:
    """The square is ρ² and 2ρ times the bias of the value, at V = ρ(1 − ρ); and 2ρ times its spread."""
    constant = {sigma: rho, **dict.fromkeys((row_noise, column_noise, joint_noise), rho * (1 - rho))}
    yield same(valued(square_mean, constant), rho**2 + 2 * rho * (random_value - rho))
    yield same(2 * sigma * value_sd.subs(joint_noise, rho * (1 - rho)), 2 * sigma * random_sd)


def entries_of_any_variances(left_mean: sp.Expr, right_mean: sp.Expr, value_sd: sp.Expr) -> Relations:
    """E p, E q and E h² entry by entry, variances and vectors free, beside the averages of V as functions of u and v."""
    claims = {"left_mean": left_mean, "right_mean": right_mean, "value_sd": value_sd**2}
    found = [means_at(*shape) for shape in ((2, 3), (3, 2))]
    for name, claimed in claims.items():
        yield at_sizes(((valued(claimed, at), means[name]) for at, means in found), "shapes")


def cross_terms_have_two_squares(cross_mean: sp.Expr, value_sd: sp.Expr) -> Relations:
    """Both means of squares, where V = p(1 − p) is largest."""
    p = sp.Symbol("p", real=True)
    (best,) = sp.solve(sp.diff(p * (1 - p), p), p)
    yield same(cross_mean, 2 * value_sd.subs(joint_noise, best * (1 - best)) ** 2)


second_order_bias = Claim(
    label="O3",
    title="Noise lifts a singular value by a second-order bias",
    headline=r"In units of $\sqrt{mn}$, noise lifts the square $\sigma^2$ of an isolated singular value of a large mask's means to $$[[square_mean]],$$ up to an asymptotically normal fluctuation; $V_a$, $V_b$ are variances weighted by squared singular functions.",
    statement=r"""
**Setting.** Let $M=P+H$ be a mask of independent entries with means $P$ and variances $V=P(1-P)$, and let
$\sigma=\sigma_k(P)/\sqrt{mn}$ be a singular value of $P$ in units of $\sqrt{mn}$. Read its singular vectors as step functions, $a(u)$ on the
rows and $b(v)$ on the columns, with $\int a^2=\int b^2=1$. Weighted by their squares, the variance has the averages $V_a=\iint Va^2$,
$V_b=\iint Vb^2$ and $V_{ab}=\iint Va^2b^2$.

**The lift.** Let $m\asymp n\to\infty$, that is, with bounded $\frac mn$ and $\frac nm$, while $\sigma$, its distance from the other singular values and $\sup|a|,\sup|b|$
stay fixed. Then
$$\frac{\sigma_k(M)^2}{mn}=[[square_mean]]+2\sigma\,[[value_sd]]\,\mathcal N+O_P(n^{-3/2}),$$
where $\mathcal N$ is asymptotically standard normal.

**Where the terms come from.** First let $P=\sigma\sqrt{mn}\,ab^\top$ have rank one, with $a,b$ as vectors of length $1$. To second order in
$H$ the square $\sigma_k(M)^2/mn$ is then $[[expansion]]$, where $h=\frac{\langle a,Hb\rangle}{\sqrt{mn}}$,
$p=\frac{\|H^\top a\|^2}{mn}$ and $q=\frac{\|Hb\|^2}{mn}$. Exactly, $Eh=0$, $(Eh^2)^{1/2}=[[value_sd]]$, $Ep=[[left_mean]]$ and
$Eq=[[right_mean]]$. For $P$ of any rank, each other singular value $\sigma_l>0$ of $P/\sqrt{mn}$, with singular vectors $a_l,b_l$, adds
$[[cross_term]]$ with $x=\frac{\langle a,Hb_l\rangle}{\sqrt{mn}}$ and $y=\frac{\langle a_l,Hb\rangle}{\sqrt{mn}}$. All these terms together
are $O_P(n^{-3/2})$.

**Random masks.** For constant $P=\rho$, $\sigma_1(M)/\sqrt{mn}$ is $[[random_value]]$ with standard deviation $[[random_sd]]$, up to
$O_P(n^{-3/2})$. If exactly $K=\rho mn$ entries of such a mask are kept, $h=0$: there is no fluctuation of first order.

**From $P$ to a graphon.** The lift is relative to $P$. Passing from $P$ to its graphon adds the discretisation error (O5).
""",
    steps=STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    quantities=(
        ROWS.drawn_from(2, 60),
        COLUMNS.drawn_from(2, 60),
        Quantity(
            sigma,
            "singular value of the expected mask, divided by the square root of its number of entries",
            UP_TO_ONE,
            drawn=(sp.Rational(1, 2), sp.Rational(4, 5)),
        ),
        Quantity(
            other,
            "another singular value of the expected mask, divided likewise",
            UP_TO_ONE,
            drawn=(sp.Rational(1, 8), sp.Rational(1, 2)),
        ),
        Quantity(
            row_noise, "variance of the entries, averaged with the squared left function", UP_TO_A_QUARTER, QUARTER
        ),
        Quantity(
            column_noise, "variance of the entries, averaged with the squared right function", UP_TO_A_QUARTER, QUARTER
        ),
        Quantity(
            joint_noise,
            "variance of the entries, averaged with the squares of both functions",
            UP_TO_A_QUARTER,
            QUARTER,
        ),
        Quantity(
            along,
            "product of the noise with both singular vectors, divided by the square root of the number of entries",
            TWO_SIDED,
            drawn=(-1, 1),
        ),
        Quantity(
            (left, right),
            "squared length of the noise times the left or the right singular vector, divided by the number of entries",
            sp.Interval(0, 1),
            drawn=(0, 1),
        ),
        Quantity(
            (onto, back),
            "product of the noise with one singular vector of each of the two values, divided by the square root of the "
            "number of entries",
            TWO_SIDED,
            drawn=(-1, 1),
        ),
        ANY_DENSITY.drawn_from(sp.Rational(1, 20), sp.Rational(19, 20)),
    ),
    hypotheses=(
        Hypothesis(
            "independent entries (a fixed threshold); for exactly K entries only the last sentence on random masks"
        ),
        Hypothesis(
            r"$\sigma$ simple, its gap and the sup-norms of $a,b$ fixed as $m\asymp n\to\infty$; the remainder has no "
            "constant"
        ),
        Hypothesis("the singular value is simple", sp.Ne(sigma, other)),
        Hypothesis(
            "the product is no longer than the noise times the left vector", along**2 <= left, convention=NOTHING_BEYOND
        ),
        Hypothesis(
            "the product is no longer than the noise times the right vector",
            along**2 <= right,
            convention=NOTHING_BEYOND,
        ),
        Hypothesis("one probability for all entries", needed_by=("random_value", "random_sd")),
    ),
    symbols={
        **WHOLE_MASK,
        "P": "matrix of the means of the entries",
        "H": "noise, the mask less the means",
        "V": "variances of the entries, a function of row and column",
        r"\sigma_k(\cdot)": "singular value of a matrix, $k$-th in falling order",
        "a, b": r"unit singular functions of $P$ for $\sigma$, on the rows and on the columns",
        "a_l, b_l": r"the same for $\sigma_l$",
        **POSITIONS,
        r"\mathcal N": "random number, asymptotically standard normal",
        r"O_P(\cdot)": "term whose quotient by the argument is bounded in probability",
        **MEAN,
        **KEPT_ENTRIES,
    },
    because={
        "one other vector": lambda cross_term: same(
            back**2 + cross_term, (other * onto + sigma * back) ** 2 / (sigma**2 - other**2), by=sp.cancel
        ),
        "expansion": expansion_adds_up,
        "bias": lambda square_mean, expansion, left_mean, right_mean: same(
            square_mean, expansion.subs({along: 0, left: left_mean, right: right_mean})
        ),
        "random mask": root_of_the_constant_case,
        "means": entries_of_any_variances,
        "squares of the cross terms": cross_terms_have_two_squares,
    },
    wrong=lambda: {
        "expansion: first order": sigma**2 + 2 * sigma * along,
        "expansion: left vector only": expansion - right,
        "expansion: right vector only": expansion - left,
        "expansion: the square counted twice": expansion + along**2,
        "cross_term: without the mixed product": other**2 * (onto**2 + back**2) / (sigma**2 - other**2),
        "cross_term: the whole of the second order": (other * onto + sigma * back) ** 2 / (sigma**2 - other**2),
        "beside: all vectors": right,
        "square_mean: sides exchanged": sigma**2 + row_noise / n + column_noise / m,
        "square_mean: left alone": sigma**2 + row_noise / m,
        "square_mean: sides exchanged at 2/m": sigma**2 + 2 * row_noise / m,
        "square_mean: no bias": sigma**2,
        "square_mean: columns only": sigma**2 + column_noise / n,
        "square_mean: both over n": sigma**2 + (row_noise + column_noise) / n,
        "square_mean: both over √(mn)": sigma**2 + (row_noise + column_noise) / sp.sqrt(m * n),
        "random_value: no bias": rho,
        "random_value: rows only": rho + (1 - rho) / m,
        "random_value: twice the bias": rho + (1 - rho) * (1 / m + 1 / n),
        "random_value: bias ρ(1 − ρ)/n": rho + rho * (1 - rho) / n,
        "random_sd: spread of the square": 2 * rho * random_sd,
        "left_mean: of the other side": row_noise / n,
        "right_mean: of the other side, right": column_noise / m,
        "value_sd: spread over one side": sp.sqrt(joint_noise) / n,
        "cross_mean: over one side": 1 / (2 * n),
    },
)
