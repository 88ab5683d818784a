"""S11: SynFlow factorises exactly, at every depth."""

from functools import cache

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, same
from sparse_limits.theory.saliency.model import DENSITY, THRESHOLD, WIDTH, rho, tau, width
from sparse_limits.theory.saliency.model import width as n
from sparse_limits.theory.saliency.symbols import COLUMN_FACTOR, ROW_FACTOR
from sparse_limits.theory.tails import half_normal, normal_density, product_survival, t

row = sp.Symbol("a", positive=True)  # modulus of a readout weight


def positive_matrix(name: str, rows: int, columns: int) -> sp.ImmutableMatrix:
    """A matrix of positive symbols name_11, name_12, ...: the moduli of the weights of a layer."""
    return sp.ImmutableMatrix(rows, columns, lambda i, j: sp.Symbol(f"{name}_{i + 1}{j + 1}", positive=True))


layers = (positive_matrix("u", 2, 3), positive_matrix("v", 2, 2), positive_matrix("w", 1, 2))  # 3 → 2 → 2 → 1
first, middle, last = layers
flow = (last * middle * first * sp.ones(3, 1))[0]

row_profile, column_profile = (last * sp.eye(2)).T, first * sp.ones(3, 1)
row_kernel = sp.erfc(tau / (sp.sqrt(2) * row))
column_density = product_survival(tau)

above = sp.Symbol("c", nonnegative=True)  # coefficient of variation of the profile one layer nearer to the outputs
modulus_variation = sp.pi / 2 - 1
next_variation = modulus_variation * (1 + above**2) / width
coefficient_of_variation = sp.sqrt(modulus_variation / width)
response = t * sp.sqrt(2 / sp.pi) * sp.exp(-(t**2) / 2)
variance_inflation = 1 + response**2 * modulus_variation / (rho * (1 - rho))

STEPS = proof(
    r"""
paths: $R$ is the sum over all paths from an input to an output of the products of the moduli along them. With three inputs, two layers of
two neurons and one output it is $[[flow]]$.

middle layer (by associativity): For every $l$ and all widths $R=f^\top|W_l|\varphi$, with $f$ and $\varphi$ as stated.

profiles (from paths, middle layer): So $R$ is linear in each $|w_{ij}|$ with slope $f_i\varphi_j$, and $\sum_{ij}f_i|w_{ij}|\varphi_j=R$.
In the network above, $f=[[row_profile]]$ and $\varphi=[[column_profile]]$ in the layer between the two of neurons.

row of one hidden layer (from middle layer): With one hidden layer and a scalar output, $\varphi=1$ and $f=a$, the modulus of the neuron's readout
weight. The row keeps a weight where $|w|>\tau/a$. This has probability $[[row_kernel]]$, which is $1$ at $\tau=0$.

product (from row of one hidden layer; by S4 for noise_density): Over the rows $a\,|w|$ is the modulus of a product of two normals, whose
density S4 gives.

columns of one hidden layer (from product): So every column has the density $[[column_density]]$, which decreases from $1$ at $\tau=0$ at
the rate of that density of S4.

one modulus: The variance of the modulus of a standard normal is $[[modulus_variation]]$ times its squared mean.

one layer down (from middle layer, one modulus): Let all widths be $n$, and let the profile $g$ above have the coefficient of variation $c$
over its $n$ neurons. Given $g$, the $f_i=\sum_k|w_{ki}|g_k$ are iid sums of independent terms, with squared coefficient of variation
$[[next_variation]]$.

many neurons (from one layer down; by weak law): Divided by their mean given $g$, the $f_i$ have fourth moments of at most
$E|w|^4/(E|w|)^4$, by the triangle inequality in $L^4$. So over $n$ neurons the mean and the mean square of these quotients tend in
probability to those given $g$, and so does their coefficient of variation. The same holds for $\varphi$, which is obtained in the same way
by applying $|W_{l-1}|\cdots|W_1|$ to ones.

coefficient of variation (from many neurons): If the layer above consists of $n$ outputs, $g=1$ and $c=0$, and the coefficient becomes
$[[coefficient_of_variation]]$. Then $c\to0$, so that the coefficient is the same asymptotically after any number of layers. Below a scalar
output, $g=a$ with $1+c^2\to\frac\pi2$: two layers are needed. ($f=1$ in the last layer and $\varphi=1$ in the first.)

homogeneous (from coefficient of variation; by Markov): The share of neurons whose $f_i$ differs from the mean by more than $\varepsilon$,
relative to the mean, is at most the squared coefficient of variation divided by $\varepsilon^2$, which tends to $0$; likewise for
$\varphi$. So $W=\bar F(\tau/f\varphi)$ tends to one number for almost all positions, and this number is $\rho$.

response (from homogeneous): A relative change $\varepsilon$ of $f_i$ changes the density of its row by $[[response]]\,\varepsilon$ to first
order.

row density (from homogeneous, response; by total variance): Given the profiles, the $n$ entries of a row are independent, with means near
$\rho$. So the conditional variance of their density is $\rho(1-\rho)/n$, and the conditional mean varies as $f_i$ does.

inflation (from one modulus, coefficient of variation, response, row density): Together this gives $[[variance_inflation]]$ times the
binomial variance, to first order in $1/n$, in each layer except the last, where $f=1$.
""",
    globals(),
)


@cache
def squared_variation() -> sp.Expr:
    """The squared coefficient of variation of one half-normal, its moments integrated by SymPy."""
    mean, square = (sp.integrate(t**k * half_normal.density, (t, 0, sp.oo)) for k in (1, 2))
    return square / mean**2 - 1


COLUMN = sp.Symbol("varphi", positive=True)


def flow_is_the_sum_over_paths(middle: sp.Matrix, flow: sp.Expr) -> Relations:
    """R is the sum over the twelve paths 3 → 2 → 2 → 1 of the products of their weights."""
    paths = [last[0, i] * middle[i, j] * first[j, k] for i in range(2) for j in range(2) for k in range(3)]
    yield same(flow, sum(paths), by=sp.expand)


def row_keeps_with_the_density_of_a_weight(row_kernel: sp.Expr) -> Relations:
    """−d/dτ is the half-normal density at τ/a, over a; and all is kept at τ = 0."""
    yield same(-sp.diff(row_kernel, tau), 2 * normal_density(tau / row) / row)
    yield same(row_kernel.subs(tau, 0), 1)


def sums_vary_with_the_profile_above(modulus_variation: sp.Expr, next_variation: sp.Expr) -> Relations:
    """Variance over squared mean of Σ|w_k|g_k, with Σg = nm and Σg² = nm²(1 + c²), and m₁ the mean of a modulus."""
    mean, modulus = sp.symbols("m m_1", positive=True)
    total, squares = n * mean, n * mean**2 * (1 + above**2)
    yield same(next_variation, modulus_variation * modulus**2 * squares / (modulus * total) ** 2)


def variation_settles_after_one_layer(coefficient_of_variation: sp.Expr, next_variation: sp.Expr) -> Relations:
    """The step from c = 0; and from any c the second step, over the first from 0, tends to 1 as n → ∞."""
    settled = coefficient_of_variation**2
    yield same(settled, next_variation.subs(above, 0))
    yield same(sp.limit(next_variation.subs(above, sp.sqrt(next_variation)) / settled, n, sp.oo), 1)


def density_responds_to_the_row_factor(response: sp.Expr) -> Relations:
    """The derivative of F̄(t e^−s) in s at 0."""
    shift = sp.Symbol("shift", real=True)  # of log f
    yield same(response, sp.diff(half_normal.at(t * sp.exp(-shift)), shift).subs(shift, 0))


def inflation_is_the_first_order_response(
    variance_inflation: sp.Expr, response: sp.Expr, coefficient_of_variation: sp.Expr
) -> Relations:
    """The binomial variance and (response × coefficient of variation)², over the binomial variance."""
    binomial = rho * (1 - rho) / n
    yield same(variance_inflation, (binomial + (response * coefficient_of_variation) ** 2) / binomial)


synflow_factorises = Claim(
    label="S11",
    title="SynFlow factorises exactly at every depth",
    headline=r"SynFlow scores a weight by exactly its modulus times a row factor and a column factor. All layers have the same sum of scores. If all widths, outputs too, are $n\to\infty$, the graphon of one round tends to $\rho$.",
    statement=r"""
**Scores.** Let $R=\mathbf1^\top|W_L|\cdots|W_1|\mathbf1$, the sum over all paths from an input to an output of the products of the moduli
of their weights. SynFlow's score of a weight of layer $l$ is
$$S^{(l)}_{ij}=|w^{(l)}_{ij}|\,\partial R/\partial|w^{(l)}_{ij}|=f_i|w_{ij}|\varphi_j.$$
The row factor $f=|W_{l+1}|^\top\cdots|W_L|^\top\mathbf1$ comes from the layers above, and the column factor
$\varphi=|W_{l-1}|\cdots|W_1|\mathbf1$ from the layers below. In every layer the scores add up to $\sum_{ij}S^{(l)}_{ij}=R$.

**One round.** All densities here are those of one round: the scores are computed before any weight is removed. If they are computed again
after each removal, neurons may lose all their weights (H6.1).

**(a) One hidden layer and a scalar output.** For the weights of the hidden neurons $\varphi\equiv1$ and $f=a$, where $a$ is the
modulus of the neuron's readout weight. So every column has the density $[[column_density]]$, in which no data enter. The row of this neuron
has the density $[[row_kernel]]$.

**(b) Wide layers.** Let all widths, inputs and outputs included, be $n$, and let $n\to\infty$. The *coefficient of variation* of $f$ is
the standard deviation of one $f_i$, given the layers above it, divided by its mean; likewise for $\varphi$, given the layers below. One layer below the outputs $f$
has the coefficient of variation $[[coefficient_of_variation]]$, as $\varphi$ has one layer above the inputs. Asymptotically it is the same
after any number of layers. So the graphon tends to $\rho$.

*Rows.* If all entries were kept independently with one probability, the density of a row would have the binomial variance. In every layer
except the last, where $f=1$, it has in the limit $[[variance_inflation]]$ times this variance, with $\rho=\operatorname{erfc}(t/\sqrt2)$.
So the mask is homogeneous in cut norm, but not down to the noise.
""",
    steps=STEPS,
    source=Source(
        "2602.06675",
        "v1",
        "beyond the abstract, which does not name SynFlow; that every layer has the same sum of scores is Tanaka "
        "et al. (2020)",
    ),
    provenance=Provenance.EXTENSION,
    quantities=(
        THRESHOLD,
        DENSITY.drawn_from(sp.Rational(1, 100), sp.Rational(9, 10)),
        WIDTH,
        Quantity(above, "coefficient of variation of the profile of the layer above", NON_NEGATIVE),
        Quantity(row, "modulus of the weight with which a neuron enters the output", POSITIVE),
        Quantity(t, "threshold in standard deviations of the weights, that of the density", POSITIVE),
        Quantity(
            tuple(first), "modulus of a weight of the first layer, from three inputs to two neurons", NON_NEGATIVE
        ),
        Quantity(tuple(middle), "modulus of a weight of the second layer, from two neurons to two", NON_NEGATIVE),
        Quantity(tuple(last), "modulus of a weight of the last layer, from two neurons to one output", NON_NEGATIVE),
    ),
    hypotheses=(
        Hypothesis("weights are independent standard normal"),
        Hypothesis("one round: the scores are those of the dense network"),
        Hypothesis(
            "for (b): all widths, inputs and outputs included, are $n$",
            needed_by=("next_variation", "coefficient_of_variation", "variance_inflation"),
        ),
        Hypothesis(
            r"the threshold is that of the density, $\rho=\operatorname{erfc}(t/\sqrt2)$",
            needed_by=("variance_inflation",),
        ),
    ),
    symbols={
        "R": "sum over all paths from an input to an output of the products of the moduli of their weights",
        "L": "number of layers of weights",
        "|W_l|": "matrix of the moduli of the weights of layer $l$",
        "w^{(l)}_{ij}": "weight in row $i$ and column $j$ of layer $l$",
        "S^{(l)}_{ij}": "score of this weight",
        **ROW_FACTOR,
        **COLUMN_FACTOR,
        "K_0, K_1": "modified Bessel functions of the second kind",
        r"{}_1F_2": "generalised hypergeometric function",
    },
    also=("row_profile", "column_profile"),
    aids={"middle": middle},
    because={
        "paths": flow_is_the_sum_over_paths,
        "row of one hidden layer": row_keeps_with_the_density_of_a_weight,
        "one modulus": lambda modulus_variation: same(modulus_variation, squared_variation()),
        "one layer down": sums_vary_with_the_profile_above,
        "coefficient of variation": variation_settles_after_one_layer,
        "response": density_responds_to_the_row_factor,
        "inflation": inflation_is_the_first_order_response,
    },
    wrong=lambda: {
        "row_profile: rows without the layers above": sp.ones(2, 1),
        "column_profile: columns without the layers below": sp.ones(2, 1),
        "flow: first layer alone": sum(first),
        "flow: a path of two layers added": flow + first[0, 0] * last[0, 0],
        "row_kernel: rows homogeneous": product_survival(tau),
        "row_kernel: readout weight squared": sp.erfc(tau / (sp.sqrt(2) * row**2)),
        "column_density: SynFlow selects features": product_survival(tau / row),
        "column_density: rows all alike": half_normal.at(tau),
        "column_density: SynFlow selects features: SNIP's columns": product_survival(tau / COLUMN),
        "next_variation: a constant profile above": modulus_variation / n,
        "next_variation: a sum for a mean": n * next_variation,
        "next_variation: c for c²": modulus_variation * (1 + above) / n,
        "coefficient_of_variation: variance": (sp.pi / 2 - 1) / n,
        "response: of the threshold": response / t,
        "variance_inflation: binomial rows": sp.Integer(1),
        "variance_inflation: density for twice the density": (3 + variance_inflation) / 4,
        "variance_inflation: less than binomial": 2 - variance_inflation,
    },
)
