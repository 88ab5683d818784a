"""B3 and B8: path densities bound the energy of the labels, of linear ones and of any."""

from functools import cache

import sympy as sp

from sparse_limits.theory.bounds import Sharp
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.expressivity.paths import ANNOUNCED, PATHS, rho_path
from sparse_limits.theory.generalisation.path_part import LAYERS, VARIANCE, S, constant, layer_constant
from sparse_limits.theory.generalisation.symbols import LINEAR_AND_REST, LINEAR_TARGET
from sparse_limits.theory.graphon.fixed_inputs import INPUTS
from sparse_limits.theory.graphon.fixed_inputs import inputs as d
from sparse_limits.theory.kernel.dual import a, b, c, cosine, depth, kappa_0, kappa_1, relu
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT_FROM_ZERO, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, at_sizes, induction, nonnegative, same, vanishes

beta = sp.Symbol("beta", real=True)  # weight of one feature in the target
projection = sp.Symbol("y", real=True)  # of the labels on an eigenvector of B
eigenvalue = sp.Symbol("b", nonnegative=True)  # its eigenvalue
mu = sp.Symbol("mu", nonnegative=True)  # the smallest eigenvalue of K − B
kernel_eigenvalue = sp.Symbol("k", positive=True)
direction = sp.Symbol("u", real=True)  # component of a vector on an eigenvector
reading = sp.Symbol("w", real=True)  # of a feature: the component of Xᵀu

FEATURE = Quantity(beta, "coefficient of a feature in the target", sp.S.Reals)

energy = projection**2 / kernel_eigenvalue
feature_part = 2 * reading * beta - constant * rho_path / d * reading**2
path_term = d * beta**2 / (constant * rho_path)
linear_constant = depth + 1
linear_term = d * beta**2 / (linear_constant * rho_path)

ENERGY_STEPS = proof(
    r"""
dual form: Along an eigenvector of $K$, with eigenvalue $k>0$ and the component $y$ of the labels, $2uy-ku^2\le[[energy]]$ for every $u$, with
equality at $u=\frac yk$. Summed over the eigenvectors, $y^\top K^{-1}y$ is the largest value of $2u^\top y-u^\top Ku$, and so is $y^\top K^+y$
for $y$ in the range of a singular $K$.

kernel (by B2.1): $u^\top Ku\ge\frac{c_L}d\,u^\top X\operatorname{diag}(\rho_{path})X^\top u$ with $c_L=(L+1)2^{-L}$. Subtracting a smaller form
makes the largest value larger.

features (from dual form, kernel): Here $y=X\beta$ enters. With $w=X^\top u$ the remaining form, $2u^\top X\beta-\frac{c_L}du^\top
X\operatorname{diag}(\rho_{path})X^\top u$, is a sum over the features, each of which adds $[[feature_part]]$. A feature with $\beta=0$ adds at
most $0$.

path term (from features): For $\rho_{path}>0$ this part is at most $[[path_term]]$, whatever $w$ is. Without a path, $\rho_{path}=0$, and for
$\beta\ne0$ the part has no bound.

linear networks: In a linear network no gate halves anything: the product of the weights along a path has, for each of the $L+1$ weights,
the same mean square of its derivative. So $K=\frac{c_L}dX\operatorname{diag}(\rho_{path})X^\top$ exactly, with $c_L=[[linear_constant]]$.

all readings (from dual form, features, linear networks; by full rank): If $X$ has full column rank, $w=X^\top u$ takes every value, so the
features attain their largest values simultaneously. (Those that do not matter and have no path can be left out of $X$.)

linear term (from features, linear networks, all readings): With this constant in *features* the largest value for a feature with a path is
$[[linear_term]]$, attained where the derivative in $w$ is $0$.
""",
    globals(),
)


@cache
def normal_square() -> sp.Expr:
    z = sp.Symbol("z", real=True)
    return sp.integrate(z**2 * sp.exp(-(z**2) / 2), (z, -sp.oo, sp.oo)) / sp.sqrt(2 * sp.pi)


@cache
def derivatives_squared(layers: int) -> sp.Expr:
    """The mean of the sum of squares of the derivatives of a product of x and standard normal weights, one a layer."""
    x = sp.Symbol("x", real=True)
    weights = sp.symbols(f"w_:{layers}", real=True)
    path = x * sp.prod(weights)
    return sum(sp.diff(path, w) ** 2 for w in weights).subs(dict.fromkeys(weights, 1))


def energy_is_the_largest_value(energy: sp.Expr) -> Relations:
    """A square times k separates 2uy − ku² from it; it is attained where that square is 0."""
    u, k = direction, kernel_eigenvalue
    yield nonnegative(energy - (2 * u * projection - k * u**2), k * (u - projection / k) ** 2, by=sp.expand)


def square_is_completed(feature_part: sp.Expr, path_term: sp.Expr) -> Relations:
    """What separates the part of a feature from the term is a multiple of a square, which is 0 for some w."""
    weight = constant * rho_path / d
    yield nonnegative(path_term - feature_part, weight * (reading - beta / weight) ** 2, by=sp.factor)


def every_weight_of_a_path_adds_the_same(linear_constant: sp.Expr) -> Relations:
    """One weight without hidden layers; one more multiplies what there is by its mean square, and adds that of the others."""
    x = sp.Symbol("x", real=True)
    square = normal_square()
    yield induction(linear_constant, depth, square, lambda term: term * square + square ** (depth + 1), start=0)
    yield at_sizes(
        ((linear_constant.subs(depth, L) * x**2, derivatives_squared(L + 1)) for L in (0, 1, 2, 3)),
        "depths",
    )


def derivative_vanishes_at_the_largest_value(
    feature_part: sp.Expr, linear_constant: sp.Expr, linear_term: sp.Expr
) -> Relations:
    """The part of a feature with the constant of linear networks, where its derivative in w is 0; it is concave."""
    first, second = (sp.expand(feature_part).coeff(reading, power) for power in (1, 2))
    part = first * reading + second * linear_constant / constant * reading**2
    place = -part.diff(reading).subs(reading, 0) / part.diff(reading, 2)
    yield same(part.subs(reading, place), linear_term)
    yield nonnegative(-part.diff(reading, 2), 2 * linear_constant * rho_path / d)


path_energy_bound = Claim(
    label="B3",
    title="Path densities bound the energy of a linear target",
    headline=r"If the labels are linear in the features, $y=X\beta$, and the kernel matrix is as in B2.1, $y^\top K^{-1}y$ is at most a sum over the features with $\beta_j\ne0$. A feature of coefficient $\beta$ and path density $\rho_{path}$ contributes $$[[path_term]].$$",
    statement=r"""
**Setting.** The rows of $X$ are the samples. Its $d$ columns are the *features*: column $j$ has the values at input $j$ of the network. The labels
are linear in the features, $y=X\beta$: feature $j$ has the coefficient $\beta_j$. Let the kernel matrix $K$ of the sample satisfy
$$K\succeq\frac{c_L}dX\operatorname{diag}(\rho_{path})X^\top,\qquad c_L=(L+1)2^{-L}.$$
That is, no eigenvalue of the left side less the right side is negative. The diagonal matrix has on its diagonal the *path densities* of the
features, for each feature the share of the paths from its input to the output that are kept.

B2.1 shows this inequality for the tangent kernel of infinitely wide networks with $L$ hidden layers, the activation $\sqrt2\max(z,0)$ and masks
that do not depend on the weights' values, if all preactivations have positive variance.

**The bound.** Let $K$ be invertible. Then the *energy* of the labels, $y^\top K^{-1}y$, is at most a sum over the features with
$\beta_j\ne0$. Such a feature, of coefficient $\beta$ and path density $\rho_{path}$, adds
$$[[path_term]].$$
If one of these features has no path, that is, $\rho_{path}=0$, the sum is $\infty$.

**Linear networks.** Let the network be infinitely wide with masks as above, but let its activation be the identity. Then its tangent kernel has
the matrix $K=\frac{c_L}dX\operatorname{diag}(\rho_{path})X^\top$ with $c_L=[[linear_constant]]$, which need not be invertible. Suppose that the
columns of $X$ are linearly independent, and that each feature with $\beta_j\ne0$ has a path. Then the sum of $[[linear_term]]$ over these features *equals* $y^\top K^+y$, with the pseudo-inverse $K^+$ of $K$.
""",
    steps=ENERGY_STEPS,
    source=ANNOUNCED,
    provenance=Provenance.RECONSTRUCTED,
    quantities=(
        FEATURE,
        PATHS.drawn_from(sp.Rational(1, 20), 1),
        INPUTS.drawn_from(1, 9),
        LAYERS,
        Quantity(projection, "component of the labels along an eigenvector of the kernel matrix", sp.S.Reals),
        Quantity(kernel_eigenvalue, "eigenvalue of the kernel matrix at that eigenvector", POSITIVE),
        Quantity(direction, "component of any vector along that eigenvector", sp.S.Reals),
        Quantity(reading, "scalar product of any vector with a feature, over the samples", sp.S.Reals),
    ),
    symbols=LINEAR_TARGET,
    hypotheses=(
        Hypothesis("the hypotheses of B2.1, masks independent of the weight values"),
        Hypothesis("an invertible kernel matrix, where its inverse stands"),
        Hypothesis(r"$y=X\beta$"),
    ),
    sharp=(
        Sharp(
            expression="path_term",
            example="the inputs $x$ and $-x$ of one feature, with one hidden layer",
            check="antipodal_inputs_attain_the_path_bound",
        ),
    ),
    because={
        "dual form": energy_is_the_largest_value,
        "path term": square_is_completed,
        "linear networks": every_weight_of_a_path_adds_the_same,
        "linear term": derivative_vanishes_at_the_largest_value,
    },
    wrong=lambda: {
        "linear_term: density upstairs": d * beta**2 * rho_path / linear_constant,
        "linear_term: without the dimension": linear_term / d,
        "linear_term: the constant of gates": path_term,
        "linear_constant: the halvings of gates": constant,
        "linear_constant: hidden layers alone": depth,
        "linear_constant: two a layer": 2 * depth,
        "path_term: density upstairs": d * beta**2 * rho_path / constant,
        "path_term: the constant of linear networks": linear_term,
        "path_term: plain ReLU": path_term * 2**depth,
        "path_term: without the dimension": path_term / d,
        "energy: the eigenvalue upstairs": projection**2 * kernel_eigenvalue,
        "feature_part: the target once": feature_part - reading * beta,
        "feature_part: without the dimension": feature_part.subs(d, 1),
        "feature_part: the constant of linear networks": feature_part * linear_constant / constant,
    },
)

degree = sp.Symbol("i", integer=True, nonnegative=True)  # half of the power of the cosine

residual_term = projection**2 / (eigenvalue + mu)
antipodal_kernel = 2 * S
antipodal_part = S
antipodal_energy = 2 / antipodal_kernel
mean_rest = antipodal_kernel - antipodal_part
mean_bound = 2 / (2 * antipodal_part + mean_rest)
even_rest = (2 * cosine * sp.asin(cosine) + sp.sqrt(1 - cosine**2)) / sp.pi
even_coefficient = sp.binomial(2 * degree, degree) * (2 * degree + 1) / (sp.pi * 4**degree * (2 * degree - 1) ** 2)

RESIDUAL_STEPS = proof(
    r"""
linear part (by B2.1): $K\succeq B=\frac wdX\operatorname{diag}(\sum_l\rho^{(l)})X^\top$ with $w=[[weight]]$.

floor (from linear part; by Rayleigh): $K-B\succeq\mu I$, so that $u^\top Ku\ge u^\top(B+\mu I)u$ for every $u$, and $\mu\ge0$.

dual form (from floor; by B3 for dual form): $y^\top K^{-1}y$ is the largest value of $2u^\top y-u^\top Ku$, by the dual form in the proof of
B3, and hence at most the largest value of $2u^\top y-u^\top(B+\mu I)u$.

eigenvectors (from dual form): Along an eigenvector of $B$ this is $2uy-(b+\mu)u^2\le[[residual_term]]$, with equality at $u=\frac y{b+\mu}$; if
$b+\mu=0$ and $y\ne0$ it has no bound.

antipodal kernel: For $\{x,-x\}$, $L=1$ and $S=S_W(x,x)$ the kernel is $[[antipodal_kernel]]$ on the diagonal and $0$ off it: at the
correlation $-1$ no gate is open at both inputs.

antipodal part (from linear part): There $B$ has the entries $\pm[[antipodal_part]]$: there are two terms, each with the weight $w=\frac12$, and
the sign is minus where the inputs differ.

antipodal energy (from antipodal kernel): The labels $(1,\pm1)$ have $y^\top K^{-1}y=[[antipodal_energy]]$.

mean of the rest (from antipodal kernel, antipodal part, eigenvectors): All entries of $K-B$ are $[[mean_rest]]$. So its eigenvalues are $0$, at
$(1,-1)$, and twice this entry, at $(1,1)$. There $B$ has the eigenvalue $0$, and $\mu=0$ gives no bound for $(1,1)$. The mean diagonal of the
rest is $[[mean_rest]]$.

mean for the floor (from antipodal part, antipodal energy, mean of the rest, eigenvectors): At $(1,-1)$, with the mean in place of $\mu$,
*eigenvectors* at $b=2S$ and the squared component $2$ gives $[[mean_bound]]$, which is less than the true value.

even rest: For homogeneous masks of positive density that do not depend on the weights, and $L=1$, $K-B$ is, up to a positive factor,
$|x||x'|$ times $[[even_rest]]$ at the cosine $r$ of the inputs.
This is even in $r$, so parallel inputs have proportional rows, and $\mu=0$.

distinct lines (from even rest; by powers of lines): If the coefficients at all even powers are positive, $v^\top(K-B)v=0$ makes
$\sum_jv_j|x_j|\,\hat x_j^{\otimes2i}$ vanish for all $i$, $\hat x=x/|x|$. For inputs on distinct lines these tensors are linearly independent
at large $i$. So $v=0$, and $\mu>0$.

even powers (from even rest, distinct lines): The coefficients are positive: at $r^{2i}$ the coefficient is $[[even_coefficient]]>0$, for every
$i\ge0$.
""",
    globals(),
    weight=layer_constant,
)


def arcsines(gap: sp.Expr) -> sp.Expr:
    return sp.expand(gap.rewrite(sp.asin))


def residual_is_the_largest_value(residual_term: sp.Expr) -> Relations:
    """What 2uy − (b + μ)u² lacks, times b + μ > 0, is a square."""
    u, weight = direction, eigenvalue + mu
    lacking = residual_term - (2 * u * projection - weight * u**2)
    yield nonnegative(weight * lacking, (weight * u - projection) ** 2)


def duals_at_opposite_inputs(antipodal_kernel: sp.Expr) -> Relations:
    """Value and slope of the ReLU's dual at variances S: with the covariance S, and 0 with −S."""
    equal, opposite = (
        (relu.value + c * relu.slope).subs({c: sign * S}).subs({a: S, b: S}) for sign in (sp.S.One, -sp.S.One)
    )
    yield same(antipodal_kernel, equal)
    yield vanishes(opposite)


def two_terms_of_one_weight(antipodal_part: sp.Expr, weight: sp.Expr) -> Relations:
    """The weight for each of two terms; and what is linear in the covariance, of the dual and of the gate's half."""
    kernel = relu.value + c * relu.slope
    yield same(antipodal_part, 2 * weight.subs(depth, 1) * S)
    yield same(antipodal_part, S * kernel.diff(c).subs(c, 0).subs({a: S, b: S}))


def antipodal_labels(antipodal_kernel: sp.Expr, antipodal_energy: sp.Expr) -> Relations:
    """yᵀK⁻¹y at (1, 1) and (1, −1), from the equations Ku = y."""
    for sign in (1, -1):
        labels = sp.Matrix([1, sign])
        solved = (antipodal_kernel * sp.eye(2)).LUsolve(labels)
        yield same(antipodal_energy, (labels.T * solved)[0])


def rest_has_equal_entries(antipodal_kernel: sp.Expr, antipodal_part: sp.Expr, mean_rest: sp.Expr) -> Relations:
    """K − B times (1, 1) and (1, −1): twice the entry, and 0; B times (1, 1) is 0."""
    B = antipodal_part * sp.Matrix([[1, -1], [-1, 1]])
    rest = antipodal_kernel * sp.eye(2) - B
    both, differ = sp.Matrix([1, 1]), sp.Matrix([1, -1])
    for value in rest * both:
        yield same(value, 2 * mean_rest)
    yield same(rest.trace() / 2, mean_rest)
    for value in (*(rest * differ), *(B * both)):
        yield vanishes(value)


def mean_is_no_floor(
    antipodal_part: sp.Expr, mean_rest: sp.Expr, residual_term: sp.Expr, antipodal_energy: sp.Expr, mean_bound: sp.Expr
) -> Relations:
    """The equations (B + tI)u = y at (1, −1), the same along the eigenvector, and what the truth exceeds it by."""
    labels = sp.Matrix([1, -1])
    matrix = antipodal_part * sp.Matrix([[1, -1], [-1, 1]]) + mean_rest * sp.eye(2)
    yield same(mean_bound, (labels.T * matrix.LUsolve(labels))[0])
    at = {projection: sp.sqrt(2), eigenvalue: 2 * antipodal_part, mu: mean_rest}
    yield same(mean_bound, residual_term.subs(at))
    yield nonnegative(antipodal_energy - mean_bound, 1 / (3 * S))


def second_derivative_is_a_binomial_series(even_rest: sp.Expr, even_coefficient: sp.Expr) -> Relations:
    """The second derivative is (3 − 2r²)(1 − r²)^(−3/2)/π, whose power has a binomial series; value and derivative at 0."""
    i = degree
    yield same(even_rest.diff(cosine, 2), (3 - 2 * cosine**2) * (1 - cosine**2) ** sp.Rational(-3, 2) / sp.pi)

    def term(power: sp.Expr) -> sp.Expr:  # of (1 − r²)^(−3/2)
        return sp.binomial(2 * power, power) * (2 * power + 1) / sp.Integer(4) ** power

    yield induction(term(i), i, sp.S.One, lambda before: before * (i + sp.Rational(3, 2)) / (i + 1), by=sp.combsimp)
    second = (2 * i + 4) * (2 * i + 3) * even_coefficient.subs(i, i + 2)
    yield same(second, (3 * term(i + 1) - 2 * term(i)) / sp.pi, by=sp.combsimp)
    yield same(2 * even_coefficient.subs(i, 1), 3 * term(sp.S.Zero) / sp.pi)
    yield same(even_rest.subs(cosine, 0), even_coefficient.subs(i, 0))
    yield vanishes(even_rest.diff(cosine).subs(cosine, 0))
    central = sp.factorial(2 * i) / (sp.factorial(i) ** 2 * sp.Integer(4) ** i)
    least = (2 * i + 1) * central / (sp.pi * (2 * i - 1) ** 2)
    yield nonnegative(even_coefficient, least, by=sp.combsimp, strict=True)


path_residual_bound = Claim(
    label="B8",
    title="A path bound for every target, finite if the kernel minus its linear part is positive definite",
    headline=r"Let $B$ be the linear part of the kernel matrix $K$ (B2.1), and $\mu$ the least eigenvalue of $K-B$. Then $y^\top K^{-1}y\le y^\top(B+\mu I)^{-1}y$ for all labels $y$. The mean eigenvalue in place of $\mu$ gives no bound.",
    statement=r"""
**The bound.** Let $B=\frac{w}dX\operatorname{diag}(\sum_l\rho^{(l)})X^\top$, $w=[[weight]]$, be the linear part of $K$ (B2.1), and
$\mu=\lambda_{\min}(K-B)\ge0$. Then
$$y^\top K^{-1}y\le y^\top(B+\mu I)^{-1}y\qquad\text{for every }y.$$
The right side is the sum of $[[residual_term]]$ over the eigenvectors of $B$, where $b$ is the eigenvalue and $y$ the component of the labels.

**Where it is finite.** If $\mu=0$ and $y$ is not in the range of $B$, the bound is $+\infty$. For $\{x,-x\}$ with one hidden layer, $K=2SI$ and $\mu=0$, and at
$y=(1,1)$ the true value is $[[antipodal_energy]]$. With one hidden layer, homogeneous masks of positive density that do not depend on the weights, and inputs that are not $0$,
$\mu>0$ if and only if no two inputs are parallel. The reason is that the entries of $K-B$ are, up to positive factors, one even function of the cosine of two inputs, with the coefficients
$[[even_coefficient]]>0$ at its powers $2i$.

**The mean is not enough.** With $\operatorname{tr}(K-B)/m$ in place of $\mu$ the inequality fails: for $\{x,-x\}$ and $y=(1,-1)$ the right side is $[[mean_bound]]$, while the
true value is again $[[antipodal_energy]]$.
""",
    steps=RESIDUAL_STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    quantities=(
        LAYERS,
        Quantity(projection, "component of the labels along an eigenvector of the linear part", sp.S.Reals),
        Quantity(eigenvalue, "eigenvalue of the linear part at that eigenvector", NON_NEGATIVE),
        Quantity(mu, "smallest eigenvalue of the kernel matrix less its linear part", NON_NEGATIVE),
        VARIANCE,
        Quantity(direction, "component of any vector along that eigenvector", sp.S.Reals),
        Quantity(cosine, "cosine of the angle between two inputs", sp.Interval(-1, 1)),
        Quantity(degree, "half of an even power of that cosine", COUNT_FROM_ZERO, drawn=(0, 9)),
    ),
    symbols=LINEAR_AND_REST,
    hypotheses=(
        Hypothesis("the hypotheses of B2.1"),
        Hypothesis("an invertible kernel matrix, where its inverse stands"),
        Hypothesis("the linear part or the rest is not zero", eigenvalue + mu > 0, ("residual_term",)),
    ),
    aids={"floor": "smallest eigenvalue"},
    sharp=(
        Sharp(
            expression="residual_term",
            example=r"the inputs $x$ and $-x$ with one hidden layer and the labels $(1,-1)$, where $\mu=0$",
            check="residual_bound_inverts_the_sum",
        ),
    ),
    because={
        "eigenvectors": residual_is_the_largest_value,
        "antipodal kernel": duals_at_opposite_inputs,
        "antipodal part": two_terms_of_one_weight,
        "antipodal energy": antipodal_labels,
        "mean of the rest": rest_has_equal_entries,
        "mean for the floor": mean_is_no_floor,
        "even rest": lambda even_rest: (
            same(even_rest, cosine * kappa_0 + kappa_1 - cosine, by=arcsines),
            same(even_rest.subs(cosine, -cosine), even_rest),
        ),
        "even powers": second_derivative_is_a_binomial_series,
    },
    wrong=lambda: {
        "residual_term: without μ": projection**2 / eigenvalue,
        "residual_term: the norm of the labels": projection**2 / mu,
        "floor: the mean eigenvalue for the smallest": "mean eigenvalue",
        "even_rest: the kernel itself": even_rest + cosine,
        "even_rest: half of the angle": even_rest - cosine * sp.asin(cosine) / sp.pi,
        "even_coefficient: one root less": even_coefficient * (2 * degree - 1),
        "even_coefficient: of the arc sine alone": even_coefficient * 2 / (2 * degree + 1),
    },
)
