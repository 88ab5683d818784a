"""S7.1 and S7.2: SNIP with several outputs is an inner-product graphon, and seldom factorises."""

from functools import cache
from itertools import combinations, product

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, holds, nonnegative, same
from sparse_limits.theory.saliency.model import FINITE_SQUARES, THRESHOLD, tau
from sparse_limits.theory.saliency.snip import NORMAL_WEIGHTS, RESIDUAL_IS_FIXED, WEIGHT, product_density, theta, w
from sparse_limits.theory.saliency.symbols import (
    COLUMN_FACTOR,
    INPUT_WEIGHT,
    LAYER_SIZES,
    NOISE,
    OPEN_MEAN,
    OVER_DATA,
    PRODUCT_TAIL,
    ROW_FACTOR,
    SCORE,
    WHOLE_MEAN,
)
from sparse_limits.theory.tails import by_struve, half_normal, product_survival, t

readout = sp.Matrix(sp.symbols("a_1:4", real=True))  # a: a row's readout weights, here for three outputs
column = sp.Matrix(sp.symbols("h_1:4", real=True))  # h_j = E_D[x_j r]; fewer outputs: zeros
other = sp.Matrix(sp.symbols("k_1:4", real=True))  # h_k of another column
gradient = sp.Matrix(sp.symbols("g_1:4", real=True))  # g_j = E_D[r x_j 1{w·x > 0}]
omega = sp.Symbol("omega", positive=True)  # a frequency

factor = sp.Symbol("c", real=True)  # of one column's means over another's


def norm(vector: sp.Matrix) -> sp.Expr:
    """The Euclidean length."""
    return sp.sqrt(vector.dot(vector))


any_score = sp.Abs(w) * sp.Abs(readout.dot(gradient))
overlap = sp.Abs(readout.dot(column))
score = sp.Abs(w) * overlap / 2
parallel_score = sp.Abs(factor) * score
profile = norm(column) / 2
column_density = product_survival(tau / profile)
kernel = sp.erfc(sp.sqrt(2) * tau / overlap)
witness = sp.ImmutableMatrix(column.dot(column) * other - column.dot(other) * column)
opposite_signs = theta / sp.pi
reversed_pairs = 2 * theta / sp.pi * (1 - theta / sp.pi)

READOUT = Quantity(tuple(readout), "weight with which a neuron enters one of three outputs", sp.S.Reals)
MEANS = Quantity(tuple(column), "mean over the data of residual times input, for one of three outputs", sp.S.Reals)
GRADIENT = Quantity(
    tuple(gradient),
    "the same mean over the data for which a neuron is active, all others counted as $0$",
    sp.S.Reals,
)
SQUARE_LOSS = Hypothesis("square loss")
SYMMETRIC = Hypothesis(r"$(x,r)$ and $(-x,-r)$ have one law")

OUTPUTS = {
    "q": "number of outputs",
    "a_i": "weights with which neuron $i$ enters the outputs, a vector of $q$ numbers",
    **OVER_DATA,
}
OF_A_WEIGHT = {**SCORE, **INPUT_WEIGHT, **OPEN_MEAN, **LAYER_SIZES}
ON_ROW_LATENTS = {"W": "graphon, the chance that a weight of input $j$ is kept in a row of readout weights $a$"}

GRAPHON_STEPS = proof(
    r"""
any data: For almost all $w$, as in S3,
$\partial L/\partial w_{ij}=\frac1{\sqrt{nd}}E_D\big[\sum_kr_ka_{ik}\,x_j1\{w_i\cdot x>0\}\big]$. So
$\sqrt{nd}\,S_{ij}=|w_{ij}\langle a_i,g_{ij}\rangle|$, that is $[[any_score]]$.

symmetric data (by S3): On symmetric data $E_D[r_kx_j1\{w\cdot x>0\}]=\frac12E_D[r_kx_j]$ for almost all $w$, for each output $k$.

score (from any data, symmetric data): So $g_{ij}=\frac12h_j$ there, and $\sqrt{nd}\,S_{ij}=[[score]]$.

kernel (from score): Given $a$, the normal weight has $|w|$ above $\tau$ divided by the rest of the score with probability
$W(a,j)=[[kernel]]$, which increases strictly with $|\langle a,h_j\rangle|$.

profile (from score): $\frac12\langle a,h_j\rangle$ is a sum of independent centred normal variables. Their characteristic functions
multiply to that of a normal variable of standard deviation $[[profile]]$.

product of two normals (by S4 for column_density): The modulus of a product of two standard normal variables exceeds $t$ with probability
$H(t)$.

column density (from profile, product of two normals): Hence column $j$ has the density $[[column_density]]$.
""",
    globals(),
)

sum_of_means = sp.Abs(sum(column)) / 2  # the announced profile |E[r x_j]|, summed over outputs


sum_of_moduli = sum(map(sp.Abs, column)) / 2


single = {column[1]: 0, column[2]: 0}


def network_scores(weights: sp.Matrix, readouts: sp.Matrix, data: sp.Matrix, residuals: sp.Matrix) -> sp.Matrix:
    """√(nd)·|w ∂E⟨r, f⟩/∂w| of f(x) = n^(−1/2) Σ a σ(w·x/√d) ∈ R³, differentiated by SymPy at a rational point."""
    symbols = sp.Matrix(weights.rows, weights.cols, sp.symbols(f"w:{len(weights)}", real=True))
    units = (data * symbols.T).applyfunc(lambda z: sp.Max(0, z))
    loss = (residuals.T * units * readouts).trace() / data.rows
    at = dict(zip(symbols, weights, strict=True))
    return sp.Matrix(*weights.shape, lambda i, j: sp.Abs(weights[i, j] * valued(sp.diff(loss, symbols[i, j]), at)))


@cache
def characteristic_function(scale: sp.Expr) -> sp.Expr:
    """E e^{iω·scale·z} of a standard normal z, integrated by SymPy; the law is even."""
    z = sp.Symbol("z", real=True)
    half = sp.integrate(sp.cos(omega * scale * z) * sp.exp(-(z**2) / 2), (z, 0, sp.oo))
    return sp.sqrt(2 / sp.pi) * half


def one_input_has_the_score(any_score: sp.Expr) -> Relations:
    """|w ∂/∂w| of the sum of residual times output for one input, 1 at this weight, whose residual is g and gate is open."""
    rest = sp.Symbol("z", real=True)  # of w · x
    outputs = [a * (w * 1 + rest) for a in readout]
    loss = sum(g * output for g, output in zip(gradient, outputs, strict=True))
    yield same(any_score, sp.Abs(w * sp.diff(loss, w)))


def score_has_half_the_means(score: sp.Expr, any_score: sp.Expr) -> Relations:
    """x and −x of residuals r and −r have rx = h twice, and one open gate of the two: the score of any data at that g."""
    pairs = [(entry, (-1) * (-entry)) for entry in column]  # r x at x and at −x, for one weight and one output
    halves = [(at * 1 + opposite * 0) / 2 for at, opposite in pairs]
    yield same(score, any_score.subs(dict(zip(gradient, halves, strict=True))))


def score_of_a_small_network(score: sp.Expr) -> Relations:
    """On symmetric data it is √(nd) times SNIP's saliency of a network of three outputs, differentiated by SymPy."""
    third = sp.Rational(1, 3)
    weights, readouts = sp.Matrix([[2, -1], [-third, 1]]), sp.Matrix([[third, -2, 1], [5, 1, -third]])
    half, labels = sp.Matrix([[1, 1], [-1, 3], [2, -third]]), sp.Matrix([[1, -third, 2], [0, 1, -1], [third, 2, 1]])
    data, residuals = half.col_join(-half), labels.col_join(-labels)
    scores, means = network_scores(weights, readouts, data, residuals), data.T * residuals / data.rows
    for i, j in product(range(2), repeat=2):
        point = {w: weights[i, j], **dict(zip(readout, readouts[i, :], strict=True))}
        yield same(scores[i, j], valued(score, {**point, **dict(zip(column, means[j, :], strict=True))}))


def kernel_is_the_law_of_the_weight(kernel: sp.Expr, score: sp.Expr) -> Relations:
    """Given a, a score |w| c exceeds τ with the probability of a half-normal |w| > τ/c, which grows with c."""
    yield same(kernel, half_normal.at(tau / score.subs(w, 1)))
    inner = sp.Symbol("c", positive=True)
    growth = 2 * sp.sqrt(2) * tau * sp.exp(-2 * tau**2 / inner**2) / (sp.sqrt(sp.pi) * inner**2)
    yield nonnegative(sp.diff(kernel.subs(overlap, inner), inner), growth, strict=True)


def inner_products_are_normal(profile: sp.Expr) -> Relations:
    """½⟨a, h⟩ has the characteristic function of `profile` times a normal."""
    z = sp.Symbol("s", positive=True)
    one = characteristic_function(z)
    independent = sp.prod(one.subs(z, entry / 2) for entry in column)
    yield same(independent, one.subs(z, profile))


def column_density_falls_with_that_of_the_product(column_density: sp.Expr, profile: sp.Expr) -> Relations:
    """−d/dτ is the density of S4 at τ over the profile; and almost all is kept near τ = 0."""
    density = product_density.subs(t, tau / profile) / profile
    yield same(-sp.diff(column_density, tau), density, by=by_struve)
    yield same(sp.limit(column_density.subs({**single, column[0]: 1}), tau, 0), 1)


inner_product_graphon = Claim(
    label="S7.1",
    title="With several outputs SNIP is an inner-product graphon",
    headline=r"Under its assumptions and for symmetric data, SNIP with several outputs has scores in proportion to $|w_{ij}|\,|\langle a_i,h_j\rangle|$. The column densities are those of a factorised score with the profile $\frac12|h_j|$.",
    statement=r"""
Let the loss be the square loss, with $q$ outputs, readout weights $a_i\in\mathbb R^q$ and a residual $r\in\mathbb R^q$ fixed by the data
(formulas are shown for $q=3$). On all data $\sqrt{nd}\,S_{ij}=|w_{ij}||\langle a_i,g_{ij}\rangle|$ with
$g_{ij}=E_D[r\,x_j1\{w_i\cdot x>0\}]\in\mathbb R^q$. On symmetric data (S3) $\sqrt{nd}\,S_{ij}=[[score]]$ with $h_j=E_D[rx_j]$. The graphon
has row latents $a\in\mathbb R^q$ and is $W(a,j)=[[kernel]]$. Its column densities are $H(\tau/\varphi_j)$ with $H$ of S4, as for a rank-one
score with the profile $\varphi_j=[[profile]]$.
""",
    steps=GRAPHON_STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    quantities=(
        THRESHOLD,
        WEIGHT,
        READOUT,
        MEANS,
        GRADIENT,
    ),
    hypotheses=(
        NORMAL_WEIGHTS,
        SQUARE_LOSS,
        RESIDUAL_IS_FIXED,
        FINITE_SQUARES,
        Hypothesis(
            r"symmetric data: $(x,r)$ and $(-x,-r)$ have one law", needed_by=("score", "kernel", "column_density")
        ),
        Hypothesis(
            "the readout weights are not orthogonal to the means of the column",
            sp.Ne(readout.dot(column), 0),
            needed_by=("kernel",),
        ),
        Hypothesis(
            "the means of the column are not all zero", sp.Ne(column.dot(column), 0), needed_by=("column_density",)
        ),
    ),
    symbols={**OUTPUTS, **OF_A_WEIGHT, **ON_ROW_LATENTS, **COLUMN_FACTOR, **PRODUCT_TAIL},
    also=("column_density",),
    because={
        "any data": one_input_has_the_score,
        "score": (score_has_half_the_means, score_of_a_small_network),
        "kernel": kernel_is_the_law_of_the_weight,
        "profile": inner_products_are_normal,
        "column density": column_density_falls_with_that_of_the_product,
    },
    wrong=lambda: {
        "any_score: readout weights forgotten": sp.Abs(w) * norm(gradient),
        "any_score: outputs one by one": sp.Abs(w) * sum(sp.Abs(a * g) for a, g in zip(readout, gradient, strict=True)),
        "score: outputs summed": sp.Abs(w * sum(readout) * sum(column)) / 2,
        "score: readout weights forgotten": sp.Abs(w) * profile,
        "score: outputs one by one": sp.Abs(w) * sum(sp.Abs(a * b) for a, b in zip(readout, column, strict=True)) / 2,
        "kernel: one output for all": half_normal.at(tau / sum_of_means),
        "kernel: length in place of the inner product": half_normal.at(tau / profile),
        "profile: sum of the means": sum_of_means,
        "profile: sum of the moduli": sum_of_moduli,
        "profile: largest output": sp.Max(*map(sp.Abs, column)) / 2,
        "column_density: sum of the means in H": product_survival(tau / sum_of_means),
        "column_density: factor one half dropped in H": product_survival(tau / (2 * profile)),
        "column_density: one normal": half_normal.at(tau / profile),
        "column_density: sum of the moduli": product_survival(tau / sum_of_moduli),
        "column_density: first output alone": product_survival(tau / profile.subs(single)),
        "column_density: 20 % wider": product_survival(tau / (sp.Rational(6, 5) * profile)),
    },
)

ORDER_STEPS = proof(
    r"""
inner products (by S7.1 for score, kernel): On symmetric data $\sqrt{nd}\,S_{ij}=[[score]]$, and the weight of a row $a$ in the column of
$h$ is kept with a probability that increases strictly with $|\langle a,h\rangle|$.

parallel columns (from inner products): A column with the means $c\,h$ has the score $[[parallel_score]]$. So if all non-zero $h_j$ are
multiples $c_je$ of one unit vector, the saliency factorises: $f=|\langle a,e\rangle|$, $\varphi_j=\frac12|c_j|$.

one order (by monotonicity): A factorised saliency has $W(a,j)=P(|\xi|>\tau/f(a)\varphi_j)$, which is non-decreasing in $f(a)$, whatever the
law of $\xi$. So no two columns order two rows differently.

two orders (from inner products, parallel columns, one order): If $h$ and $k$ are not parallel, the row $a=[[witness]]$ has $\langle
a,h\rangle=0$ and $\langle a,k\rangle=\sum_{i<l}(h_ik_l-h_lk_i)^2>0$; with $h$ and $k$ exchanged it is the other way round. So the two
columns order these two rows differently and, by continuity, also all rows near them, which have positive probability. Hence $W$ is not that
of a factorised saliency.

sum and difference (from inner products; by normal vector): For independent rows $a,a'$ the vectors $u=a-a'$ and $v=a+a'$ are independent
and normal. As $\langle a,h\rangle^2-\langle a',h\rangle^2=\langle u,h\rangle\langle v,h\rangle$, column $h$ ranks $a$ above $a'$ where both
factors have the same sign.

direction (from sum and difference; by rotation): In the plane of $h$ and $k$ the direction of $u$ is uniform, and so is that of $v$.

opposite signs (from direction): $\langle u,h\rangle$ and $\langle u,k\rangle$ differ in sign for directions in two sectors of the angle
$\theta$ between $h$ and $k$. This has probability $[[opposite_signs]]$.

reversed pairs (from one order, opposite signs): The columns order $a$ and $a'$ differently where the signs differ for exactly one of $u$
and $v$. This has probability $[[reversed_pairs]]$. A factorised saliency orders no pair differently.
""",
    globals(),
)


def columns_that_are_not_parallel_disagree(witness: sp.Matrix, score: sp.Expr) -> Relations:
    """A row that one column never keeps has score ∝ Σ (h_i k_l − h_l k_i)² in the other."""
    exchange = dict(zip([*column, *other], [*other, *column], strict=True))
    in_column = score.subs(w, 1)
    in_other = valued(in_column, dict(zip(column, other, strict=True)))
    row, opposite = witness, witness.subs(exchange, simultaneous=True)
    minors = sum((column[i] * other[j] - column[j] * other[i]) ** 2 for i, j in combinations(range(3), 2))
    for seen, missed, at in ((in_other, in_column, row), (in_column, in_other, opposite)):
        here = dict(zip(readout, at, strict=True))
        yield same(missed.subs(here) ** 2, 0, by=sp.expand)
        yield same(seen.subs(here) ** 2, minors**2 / 4, by=sp.expand)


def parallel_columns_have_one_row_factor(parallel_score: sp.Expr, score: sp.Expr) -> Relations:
    """The score at c h, which is a modulus."""
    scaled = valued(score, {entry: factor * entry for entry in column})
    yield same(parallel_score, scaled)
    yield nonnegative(parallel_score, sp.Abs(factor * w * readout.dot(column)) / 2)


def signs_differ_in_two_sectors(opposite_signs: sp.Expr) -> Relations:
    """With h at the angle 0 and k at θ, cos α and cos(α − θ) have one sign but from −π/2 to θ − π/2, and opposite."""
    angle = sp.Symbol("alpha", real=True)
    sector = sp.integrate(1 / (2 * sp.pi), (angle, -sp.pi / 2, theta - sp.pi / 2))
    yield same(opposite_signs, 2 * sector)
    for direction, differ in (
        (-sp.pi / 2 + theta / 3, True),
        (theta / 2, False),
        (theta - sp.pi / 2 - sp.pi / 100, True),
    ):
        for turned in (direction, direction + sp.pi):
            signs = (sp.cos(turned) * sp.cos(turned - theta)).subs(theta, sp.pi / 4)
            yield holds((signs < 0) == differ, f"the signs {'differ' if differ else 'agree'} at {turned}")


def orders_are_reversed_by_one_pair_of_signs(reversed_pairs: sp.Expr, opposite_signs: sp.Expr) -> Relations:
    """⟨a, h⟩² − ⟨a′, h⟩² = ⟨u, h⟩⟨v, h⟩; of u and v exactly one has to have ⟨·, h⟩ and ⟨·, k⟩ of opposite signs."""
    share = {True: opposite_signs, False: 1 - opposite_signs}
    reversing = sum(share[u] * share[v] for u, v in product((True, False), repeat=2) if u != v)
    yield same(reversed_pairs, reversing)
    second = sp.Matrix(sp.symbols("b_1:4", real=True))
    squares = readout.dot(column) ** 2 - second.dot(column) ** 2
    yield same(squares, (readout - second).dot(column) * (readout + second).dot(column), by=sp.expand)


columns_that_disagree = Claim(
    label="S7.2",
    title="With several outputs SNIP factorises only if its columns are parallel",
    headline=r"Under its assumptions, SNIP with several outputs has a factorised score's graphon only if all non-zero $h_j$ are parallel. Columns whose $h_j$ form an angle $\theta$ order two random rows differently with probability $$[[reversed_pairs]].$$",
    statement=r"""
Take square loss, $q$ outputs, readout weights $a_i\in\mathbb R^q$ and a residual $r\in\mathbb R^q$ fixed by the data (formulas for $q=3$).
On symmetric data let $h_j=E_D[rx_j]\in\mathbb R^q$ and let $W$ be the graphon of S7.1, which depends on the row latent $a\in\mathbb R^q$
through $|\langle a,h_j\rangle|$. $W$ is the graphon of a factorised saliency $f(a)\varphi_j|\xi|$, for some law of the noise $\xi$, iff
all non-zero $h_j$ are parallel. Two columns at angle $\theta$ order a random pair of rows differently with probability
$[[reversed_pairs]]$; those of a factorised saliency never.
""",
    steps=ORDER_STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    quantities=(
        WEIGHT,
        READOUT,
        MEANS,
        Quantity(tuple(other), "the same mean of another column", sp.S.Reals),
        Quantity(
            theta,
            "angle between the means of two columns, in radians",
            sp.Interval(0, sp.pi),
            drawn=(sp.Rational(1, 4), sp.Rational(11, 4)),
        ),
        Quantity(factor, "multiple of the means of one column that those of another are", sp.S.Reals),
    ),
    hypotheses=(
        NORMAL_WEIGHTS,
        SQUARE_LOSS,
        RESIDUAL_IS_FIXED,
        FINITE_SQUARES,
        SYMMETRIC,
    ),
    symbols={**OUTPUTS, **WHOLE_MEAN, **ON_ROW_LATENTS, **ROW_FACTOR, **COLUMN_FACTOR, **NOISE},
    also=("witness",),
    because={
        "two orders": columns_that_are_not_parallel_disagree,
        "parallel columns": parallel_columns_have_one_row_factor,
        "opposite signs": signs_differ_in_two_sectors,
        "reversed pairs": orders_are_reversed_by_one_pair_of_signs,
    },
    wrong=lambda: {
        "witness: the other column itself": sp.ImmutableMatrix(other),
        "witness: not orthogonal": sp.ImmutableMatrix(column.dot(column) * other + column.dot(other) * column),
        "witness: the column itself": sp.ImmutableMatrix(column),
        "score: outputs summed": sp.Abs(w * sum(readout) * sum(column)) / 2,
        "score: readout weights forgotten": sp.Abs(w) * profile,
        "score: with an offset": score + 1,
        "parallel_score: with its sign": factor * score,
        "parallel_score: squared": factor**2 * score,
        "opposite_signs: the other sectors": 1 - opposite_signs,
        "reversed_pairs: one pair of signs": theta / sp.pi,
        "reversed_pairs: either pair": 1 - (1 - theta / sp.pi) ** 2,
        "reversed_pairs: orthogonal columns": sp.Rational(1, 2),
    },
)
