"""K7.1: with a fixed number of inputs the kernel is that of the masks, not of the graphon they are drawn from."""

from dataclasses import replace
from itertools import product

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.kernel.dual import (
    CAUCHY_SCHWARZ,
    COSINE,
    COVARIANCE,
    FIRST_VARIANCE,
    SECOND_VARIANCE,
    a,
    b,
    c,
    cosine,
    relu,
    row_kernel,
)
from sparse_limits.theory.kernel.symbols import DUAL, KAPPA_0, ROW, TWO_INPUTS
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import CLOSED_UNIT, COUNT, NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, same

share = sp.Symbol("p", positive=True)  # value of the graphon at an input, at most 1
first, second = sp.symbols("x y", real=True)  # an input's values in x and x′
inputs = sp.Symbol("d", integer=True, positive=True)
multiple = sp.Symbol("lambda", positive=True)  # x′ = λx

parallel = 2 * multiple * a

determinant = a * b - c**2
bend = 3 * a * b - 2 * c**2
hessian = sp.ImmutableMatrix(
    [
        [(2 * c**2 * bend - a**2 * b**2) / (4 * a**2), a * b / 4, -c * bend / (2 * a)],
        [a * b / 4, (2 * c**2 * bend - a**2 * b**2) / (4 * b**2), -c * bend / (2 * b)],
        [-c * bend / (2 * a), -c * bend / (2 * b), bend],
    ]
) / (sp.pi * determinant ** sp.Rational(3, 2))
products = sp.Matrix([first**2, second**2, first * second])  # ξ
covariance = share * (1 - share) / inputs**2 * (products * products.T).as_immutable()  # of what an input adds to S_M
across = first * second / sp.sqrt(a * b) - cosine * (first**2 / a + second**2 / b) / 2
along = first**2 / a - second**2 / b
gap = (
    share
    * (1 - share)
    * sp.sqrt(a * b)
    * ((3 - 2 * cosine**2) * across**2 - (1 - cosine**2) * (1 - 2 * cosine**2) * along**2 / 4)
    / (2 * sp.pi * inputs**2 * (1 - cosine**2) ** sp.Rational(3, 2))
)

SHARE = Quantity(
    share,
    "value of the graphon at an input, the probability that its edge is kept",
    sp.Interval.Lopen(0, 1),
    drawn=(sp.Rational(1, 20), sp.Rational(19, 20)),
)
INPUTS = Quantity(inputs, "number of inputs", COUNT)

STEPS = proof(
    r"""
wide networks (by large numbers): Neurons are iid, and what one adds to the tangent kernel has a mean, since the moments of a normal law are
finite. As $n\to\infty$ the kernel tends to that mean, $E[\varphi\varphi'+\alpha^2\dot\varphi\dot\varphi'\frac1d\sum_jM_jx_jx_j']$, where
the readout weight $\alpha$ is independent and $E\alpha^2=1$.

given a row (from wide networks; by K1): Given $M$ the preactivations are normal with covariance $S_M$, and K1 gives the mean of either
product, $F$ and its slope $\partial_cF=\kappa_0$.

row kernel (from given a row): At $S_M=(a,b,c)$ the mean is $F+c\,\partial_cF$, that is, $[[row_kernel]]$; a row that keeps none of an input
adds $0$.

parallel inputs (from row kernel): For $x'=\lambda x$ the row kernel at $(a,\lambda^2a,\lambda a)$ is $[[parallel]]$ if $\lambda>0$, and $0$
otherwise. So it is linear in $S_M$, and its mean over masks is its value at the mean.

near the mean (from row kernel; by Hoeffding): For bounded inputs, $S_M$ leaves a ball around $S_W$ with a probability exponentially small
in $d$, as each of its coordinates is a mean of independent bounded numbers. As $F_\Theta$ is bounded for bounded inputs, its contribution
to the mean there is exponentially small, too.

expansion (from near the mean; by Taylor): The $S_W$ with $a,b\ge s$, $c^2\le(1-\varepsilon)ab$ and entries up to $\beta^2$ are a compact
set inside $c^2<ab$, where $F_\Theta$ is analytic. So balls of one radius around them have a common bound on the derivatives of order four.
In such a ball the Taylor polynomial of order three has an error of $O(|S_M-S_W|^4)$.

moments (from expansion; by product): $S_M-S_W$ is $\frac1d$ times a sum of $d$ independent bounded vectors of mean $0$. So its covariance
is the sum of theirs. Its third moments are $d^{-3}$ times $d$ bounded terms, and its fourth moments are $d^{-4}$ times at most $3d^2$
bounded terms. All are $O(d^{-2})$, while the mean of the linear term is $0$.

covariance of an input (from moments): Input $j$ adds $\frac1dM_j\xi_j$ to $S_M$, whose covariance is $[[covariance]]$, by the two values of
$M_j$.

Hessian (from row kernel): The second derivatives of the *row kernel* with respect to $a$, $b$, $c$ are $[[hessian]]$.

gap (from covariance of an input, Hessian): Half the trace of this *Hessian* times the *covariance of an input* is, with $c=r\sqrt{ab}$,
$[[gap]]$.
""",
    globals(),
    row_kernel=row_kernel,
)


def by_factors(expression: sp.Expr) -> sp.Expr:
    """Zero, where it is, once the squares are pulled out of the roots."""
    roots = expression.replace(
        lambda part: part.is_Pow and part.exp.is_Rational and part.exp.q == 2,
        lambda part: sp.factor(part.base) ** part.exp,
    )
    return sp.factor(roots)


def row_kernel_is_value_and_slope(row_kernel: sp.Expr) -> Relations:
    """The row kernel from the dual activation; linear for equal inputs."""
    yield same(row_kernel, relu.value + c * sp.diff(relu.value, c), by=by_factors)
    yield same(row_kernel.subs({b: a, c: a}), 2 * a)


def parallel_inputs_are_linear(row_kernel: sp.Expr, parallel: sp.Expr) -> Relations:
    """The row kernel at x′ = λx and x′ = −λx, λ > 0."""
    along, against = (row_kernel.subs({b: multiple**2 * a, c: sign * multiple * a}) for sign in (1, -1))
    yield same(along, parallel)
    yield same(against, sp.S.Zero)


def hessian_is_that_of_the_row_kernel(row_kernel: sp.Expr, hessian: sp.Matrix) -> Relations:
    """The second derivatives of the row kernel; and the same on both sides of the diagonal."""
    variables = (a, b, c)
    for i, j in product(range(3), repeat=2):
        curvature = sp.diff(row_kernel, variables[i], variables[j], simplify=False) if i <= j else hessian[j, i]
        yield same(hessian[i, j], curvature, by=by_factors)


def covariance_has_two_masks(covariance: sp.Matrix, products: sp.Matrix) -> Relations:
    """The mean square over the two values of a mask, less the square of the mean, in any direction; and its symmetry."""
    mean, square = sp.zeros(3, 1), sp.zeros(3, 3)
    for mask, chance in ((0, 1 - share), (1, share)):
        added = mask * products / inputs
        mean, square = mean + chance * added, square + chance * added * added.T
    direction = sp.Matrix(sp.symbols("v_1:4", real=True))
    claimed, found = (direction.dot(each * direction) for each in (covariance, square - mean * mean.T))
    yield same(claimed, found)
    for entry, mirrored in zip(covariance, covariance.T, strict=True):
        yield same(entry, mirrored)


def gap_is_half_the_trace(gap: sp.Expr, hessian: sp.Matrix, covariance: sp.Matrix) -> Relations:
    """½ tr(H C) of one input."""
    trace = (hessian * covariance).trace() / 2
    yield same(gap, trace.subs(c, cosine * sp.sqrt(a * b)), by=by_factors)


kernel_of_masks = Claim(
    label="K7.1",
    title="With a fixed number of inputs the limit kernel is a mean over masks",
    headline=r"With a fixed number of inputs, the tangent kernel of a wide hidden layer tends to the mean of the row kernel over masks. In general that is not the graphon kernel, taken at the mean mask.",
    statement=r"""
Consider one hidden layer with a dense readout. Let the rows of the mask be independent of each other and of the weights, and of one law,
with entries $M_j\sim\mathrm{Bernoulli}(W_j)$ (if $W$ depends on a position $u$ of the row, let $u$ be drawn afresh for each row). Let $\xi_j=(x_j^2,x_j'^2,x_jx_j')$, $S_M=\frac1d\sum_jM_j\xi_j$ and $S_W=ES_M$. The *row kernel* is
$F_\Theta=F+c\,\kappa_0$ of K1, that is,
$$F_\Theta(a,b,c)=[[row_kernel]]$$
(and $0$ where $a$ or $b$ is $0$). As $n\to\infty$ at fixed $d$, the tangent kernel tends to the *quenched* kernel
$$E_MF_\Theta(S_M),\quad\text{not to the graphon kernel }F_\Theta(S_W)$$
of K2 (averaged over $u$, if $W$ depends on it). The two are equal where $x'$ is a multiple $\lambda x$: for $\lambda>0$ the row kernel at
$(a,\lambda^2a,\lambda a)$ is $[[parallel]]$, and for $\lambda\le0$ it is $0$.

**Their gap.** Let the entries of a row be independent, $|x_j|,|x_j'|\le\beta$, and at $S_W=(a,b,c)$ let $a,b\ge s>0$ and
$c^2\le(1-\varepsilon)ab$. Then as $d\to\infty$
$$E_MF_\Theta(S_M)-F_\Theta(S_W)=\tfrac12\mathrm{tr}(HC)+O(d^{-2}),$$
with the covariance $C$ of $S_M$ and the Hessian of $F_\Theta$,
$$H=[[hessian]].$$
Input $j$ adds to the leading term, with $p=W_j$, $(x,y)=(x_j,x_j')$ and $r=c/\sqrt{ab}$,
$$[[gap]].$$
""",
    steps=STEPS,
    source=Source("2510.17515", "v1", "beyond section 4.2: “converge layer-wisely to deterministic graphons”"),
    provenance=Provenance.EXTENSION,
    quantities=(
        FIRST_VARIANCE.drawn_from(2, 3),
        SECOND_VARIANCE.drawn_from(2, 3),
        COVARIANCE.drawn_from(sp.Rational(-3, 2), sp.Rational(3, 2)),
        COSINE,
        replace(SHARE, within=CLOSED_UNIT),
        Quantity(first, "coordinate of the first input", sp.S.Reals),
        Quantity(second, "coordinate of the second input, at the same place", sp.S.Reals),
        Quantity(multiple, "factor of two parallel inputs, the second over the first", NON_NEGATIVE),
        INPUTS,
    ),
    named={"D": determinant, "g": bend},
    symbols={
        "n": "width of the hidden layer",
        **TWO_INPUTS,
        "M_j": "entry $j$ of a row of the mask: $1$ if the edge to input $j$ is kept, else $0$",
        **ROW,
        r"\xi_j": "squares and product of the coordinates $j$ of the two inputs",
        "S_W": "mean of $S_M$ over the masks",
        **DUAL,
        **KAPPA_0,
        "u": "position of a neuron",
        r"\beta": "bound on the moduli of the coordinates",
        "s": "positive lower bound on the variances",
        r"\varepsilon": "least distance of the squared correlation from $1$",
        "C": "covariance matrix of $S_M$",
        "H": r"Hessian of $F_\Theta$",
    },
    hypotheses=(
        CAUCHY_SCHWARZ,
        Hypothesis("masks independent of the weights, one hidden ReLU layer with dense readout"),
        Hypothesis("for the Hessian, a covariance that does not degenerate", c**2 < a * b, needed_by=("hessian",)),
        Hypothesis(
            "for the gap, inputs that are not parallel",
            sp.And(cosine > -1, cosine < 1),
            needed_by=("gap",),
        ),
        Hypothesis("for the gap, bounded inputs"),
    ),
    uses=("K2",),
    aids={
        "products": products,
    },
    because={
        "row kernel": row_kernel_is_value_and_slope,
        "parallel inputs": parallel_inputs_are_linear,
        "Hessian": hessian_is_that_of_the_row_kernel,
        "covariance of an input": covariance_has_two_masks,
        "gap": gap_is_half_the_trace,
    },
    wrong=lambda: {
        "row_kernel: readout alone": relu.value,
        "row_kernel: first layer alone": c * relu.slope,
        "parallel: in the second variance": 2 * multiple**2 * a,
        "hessian: Hessian of the readout": sp.hessian(relu.value, (a, b, c)),
        "hessian: Hessian without its denominator": hessian * sp.sqrt(a * b - c**2),
        "covariance: second moment for variance": covariance / (1 - share),
        "covariance: a sum for a mean": covariance * inputs,
        "gap: second moment for variance": gap / (1 - share),
        "gap: covariance of the mean alone": gap / share,
    },
)
