"""K6: the tangent kernel of one hidden layer at every width: its mean and its variance, exactly."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.kernel.dual import (
    CAUCHY_SCHWARZ,
    COSINE,
    DENSITY,
    J_2,
    PREACTIVATIONS,
    a,
    b,
    c,
    cosine,
    kappa_1,
    relu,
    row_kernel,
)
from sparse_limits.theory.kernel.symbols import ACTIVATION, COORDINATES, WIDE_KERNEL
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import CLOSED_UNIT, COUNT, NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, same, vanishes
from sparse_limits.theory.saliency.model import rho
from sparse_limits.theory.saliency.symbols import MASK, MEAN

n = sp.Symbol("n", integer=True, positive=True)  # the width
q = sp.Symbol("q", positive=True)  # mean square of the inputs, Σ x_j²/d
k = sp.Symbol("k", positive=True)  # Σ x_j⁴/d²
first_length, second_length = sp.symbols("A B", positive=True)  # √a and √b
theta = sp.Symbol("theta", positive=True)  # the angle of the two inputs, in (0, π)
wave = sp.Symbol("u", real=True)  # twice the direction of the weights less θ
radial, readout = sp.symbols(
    "R alpha", positive=True
)  # length of the weights in the plane of the inputs, readout weight

WIDTH = Quantity(n, "width, the number of neurons of a hidden layer", COUNT)

neuron = first_length * second_length * (radial**2 * (sp.cos(theta) + sp.cos(wave)) + 2 * readout**2 * sp.cos(theta))
radial_square, radial_fourth = sp.Integer(2), sp.Integer(8)
readout_fourth = sp.Integer(3)
arc_length = (sp.pi - theta) / (2 * sp.pi)
arc_cosine = sp.sin(theta) / (2 * sp.pi)
arc_square = (sp.pi - theta - sp.sin(theta) * sp.cos(theta)) / (4 * sp.pi)

fourth = 2 * J_2 / sp.pi


def at_covariance(function: sp.Expr) -> sp.Expr:
    """A function of the cosine at variances a, b and covariance c."""
    return function.subs(cosine, c / sp.sqrt(a * b))


mean = row_kernel
second_moment = a * b * at_covariance(fourth) + 4 * c * relu.value + 6 * c**2 * relu.slope
variance = second_moment - mean**2
deviation = sp.sqrt(variance / n)

equal_mean, equal_second = 2 * a, 16 * a**2
row_norm = rho * q
row_square = rho**2 * q**2 + rho * (1 - rho) * k
diagonal_mean = 2 * rho * q
diagonal_variance = 16 * (rho**2 * q**2 + rho * (1 - rho) * k) - 4 * rho**2 * q**2

STEPS = proof(
    r"""
gradients (by chain rule): The gradients in the readout weight $\alpha$ and in the kept weights of neuron $i$ give
$\Theta_n=\frac1n\sum_iX_i$ with $X=\varphi(z)\varphi(z')+\alpha^2\dot\varphi(z)\dot\varphi(z')\,c$.

plane (by rotation): $(z,z')$ is normal with variances $a=A^2$, $b=B^2$ and covariance $c=AB\cos\theta$. So $z=AR\cos t$ and
$z'=BR\cos(t-\theta)$, where $R$ is the length of a standard normal vector in the plane and $t$ its direction; they are independent, and $t$
is uniform.

arc (from gradients, plane): Both gates are open for $|u|<\pi-\theta$, where $u=2t-\theta$, and there $X=[[neuron]]$; elsewhere $X=0$.

lengths (from plane): $E R^2=[[radial_square]]$ and $E R^4=[[radial_fourth]]$, as $R$ has the density $Re^{-R^2/2}$.

readout: $E\alpha^2=1$ and $E\alpha^4=[[readout_fourth]]$; $\alpha$ is independent of $R$ and $t$.

averages (from arc): Over all directions, $1$, $\cos u$ and $\cos^2u$ on the arc have the means $[[arc_length]]$, $[[arc_cosine]]$ and
$[[arc_square]]$.

mean (from arc, lengths, readout, averages): So $E X=[[mean]]$.

squares (from arc, lengths, averages): The part without $\alpha$ has the mean square $ab\,f(r)$ with $f=[[fourth]]$.

second moment (from arc, lengths, readout, averages, squares): $E X^2=[[second_moment]]$: squares, twice the product, and $c^2\alpha^4$
where both gates are open.

variance (from mean, second moment): $\operatorname{Var}X=E X^2-(E X)^2=[[variance]]$.

independent neurons (from gradients; by independence): The $X_i$ are functions of disjoint sets of weights.

average (from variance, independent neurons): So the variance of $\Theta_n$ is $\frac1n$ times the variance of $X$, and its root is
$[[deviation]]$.

masks (from independent neurons; by tower): A mask replaces $(a,b,c)$ by those of its row. If the rows are iid, so are the $X_i$, and
$\operatorname{Var}X=E_ME[X^2\mid M]-(E_ME[X\mid M])^2$.

equal inputs (from mean, second moment): At $x=x'$ the moments are $[[equal_mean]]$ and $[[equal_second]]$.

row: $a=\frac1d\sum_jM_jx_j^2$ has the mean $[[row_norm]]$ and the mean square $[[row_square]]$, as follows by adding one coordinate after
another.

diagonal (from masks, equal inputs, row): So on the diagonal the mean is $[[diagonal_mean]]$ and $n$ times the variance is
$[[diagonal_variance]]$.
""",
    globals(),
)

no_cross_term = second_moment - 4 * c * relu.value


readout_of_moment_one = second_moment - 4 * c**2 * relu.slope


def mean_over(polynomial: sp.Expr, moments: Mapping[sp.Expr, tuple[sp.Expr, ...]]) -> sp.Expr:
    """The mean of a polynomial in independent variables, term by term: of xⁱ it is moments[x][i]."""
    total = sp.Poly(sp.expand(polynomial), *moments)
    terms = (
        factor * sp.prod([moments[x][i] for x, i in zip(moments, powers, strict=True)])
        for powers, factor in total.terms()
    )
    return sp.Add(*terms)


def products_to_sums(gap: sp.Expr) -> sp.Expr:
    """Products of cosines as sums of cosines."""
    return sp.expand(sp.fu(sp.expand(gap)))


@cache
def mean_power(power: int) -> sp.Expr:
    return sp.integrate(sp.cos(wave) ** power, (wave, theta - sp.pi, sp.pi - theta)) / (4 * sp.pi)


@cache
def mean_product() -> sp.Expr:
    t = sp.Symbol("t", real=True)
    return sp.integrate(2 * sp.cos(t) * sp.cos(t - theta), (t, theta - sp.pi / 2, sp.pi / 2)) / (2 * sp.pi)


def neurons_are_waves_on_the_arc(neuron: sp.Expr) -> Relations:
    """φφ′ and φ̇φ̇′c at t = (u + θ)/2; both cosines are positive inside the arc and one is 0 at either end."""
    direction = (wave + theta) / 2
    covariance = first_length * second_length * sp.cos(theta)
    values = 2 * first_length * second_length * radial**2 * sp.cos(direction) * sp.cos(direction - theta)
    yield same(neuron, values + 2 * readout**2 * covariance, by=products_to_sums)
    ends = sp.cos(direction).subs(wave, sp.pi - theta), sp.cos(direction - theta).subs(wave, theta - sp.pi)
    for end in ends:
        yield vanishes(end)


def lengths_have_their_moments(radial_square: sp.Expr, radial_fourth: sp.Expr) -> Relations:
    """Integrals of R³ and R⁵ times e^{−R²/2}."""
    for claimed, power in ((radial_square, 2), (radial_fourth, 4)):
        density = radial * sp.exp(-(radial**2) / 2)
        yield same(claimed, sp.integrate(radial**power * density, (radial, 0, sp.oo)))


def readouts_have_their_moments(readout_fourth: sp.Expr) -> Relations:
    """Integrals over the normal law."""
    density = sp.exp(-(readout**2) / 2) * sp.sqrt(2 / sp.pi)
    yield same(readout_fourth, sp.integrate(readout**4 * density, (readout, 0, sp.oo)))
    yield same(1, sp.integrate(readout**2 * density, (readout, 0, sp.oo)))


def waves_are_integrated_over_the_arc(
    neuron: sp.Expr, arc_length: sp.Expr, arc_cosine: sp.Expr, arc_square: sp.Expr
) -> Relations:
    """Over |u| < π − θ with dt = du/2; a neuron without α has R² times the mean of 2 cos t cos(t − θ)."""
    for power, claimed in enumerate((arc_length, arc_cosine, arc_square)):
        yield same(claimed, mean_power(power))
    plain = neuron.subs({readout: 0, radial: 1, first_length: 1, second_length: 1})
    yield same(mean_over(plain, {sp.cos(wave): (arc_length, arc_cosine)}), mean_product())


def squares_are_those_of_the_arc(
    neuron: sp.Expr,
    radial_fourth: sp.Expr,
    arc_length: sp.Expr,
    arc_cosine: sp.Expr,
    arc_square: sp.Expr,
    fourth: sp.Expr,
) -> Relations:
    """The square of the neuron without α, for inputs of length 1."""
    plain = neuron.subs({readout: 0, first_length: 1, second_length: 1})
    moments = {radial: (1, 0, 0, 0, radial_fourth), sp.cos(wave): (arc_length, arc_cosine, arc_square)}
    found = mean_over(plain**2, moments).subs(theta, sp.acos(cosine))
    yield same(fourth, found, by=sp.expand)


def equal_inputs_have_simple_moments(
    mean: sp.Expr, second_moment: sp.Expr, equal_mean: sp.Expr, equal_second: sp.Expr
) -> Relations:
    """Both moments at b = c = a."""
    for claimed, known in ((equal_mean, mean), (equal_second, second_moment)):
        yield same(claimed, known.subs({b: a, c: a}))


def rows_grow_coordinate_by_coordinate(row_norm: sp.Expr, row_square: sp.Expr) -> Relations:
    """One more coordinate of square s, over d, kept with probability ρ: q gains s and k gains s²; without any both are 0."""
    s = sp.Symbol("s", positive=True)
    more = {q: q + s, k: k + s**2}
    for claimed, gain in ((row_norm, rho * s), (row_square, rho * (2 * s * row_norm + s**2))):
        yield same(claimed.subs(more, simultaneous=True), claimed + gain)
        yield vanishes(claimed.subs({q: 0, k: 0}))


def diagonals_are_means_over_masks(
    equal_mean: sp.Expr,
    equal_second: sp.Expr,
    row_norm: sp.Expr,
    row_square: sp.Expr,
    diagonal_mean: sp.Expr,
    diagonal_variance: sp.Expr,
) -> Relations:
    """Polynomials in a, term by term over the masks of a row."""
    powers = {a: (1, row_norm, row_square)}
    yield same(diagonal_mean, mean_over(equal_mean, powers))
    yield same(diagonal_variance, mean_over(equal_second, powers) - diagonal_mean**2)


finite_width_moments = Claim(
    label="K6",
    title="Mean and variance of the tangent kernel at every width, one hidden layer",
    headline=r"With one hidden ReLU layer and masks independent of the weights, the tangent kernel's mean and variance are known at every width $n$. Without masks the mean is the limit, and the variance falls as $1/n$.",
    statement=r"""
Consider one hidden layer of $n$ neurons, $\varphi(z)=\sqrt2\max(z,0)$, with weights iid $N(0,1)$, a dense readout and no bias. Masks are
independent of the weights, and only kept edges are trained.

**A dense first layer.** Let $a=\frac{|x|^2}d$, $b=\frac{|x'|^2}d$ and $c=\frac{x\cdot x'}d$. At every width
$$E\,\Theta_n(x,x')=\mu(a,b,c)=[[mean]],$$ $$n\operatorname{Var}\Theta_n(x,x')=s(a,b,c)-\mu^2,$$
which `variance` writes out. Here $s$ is the second moment of one neuron, $$s=[[second_moment]].$$ It rests on
$E\varphi(z)^2\varphi(z')^2=ab\,f(r)$ with $f=[[fourth]]$. So the root mean square distance from the limit is exactly
$\sqrt{(s-\mu^2)/n}$ (`deviation`).

**Masks.** Let $(a_i,b_i,c_i)=\frac1d\sum_jM_{ij}(x_j^2,x_j'^2,x_jx_j')$ for row $i$, and let $\mu=s=0$ if $a_ib_i=0$. Given the masks,
$\Theta_n$ is an average over independent neurons. It has mean $\frac1n\sum_i\mu(a_i,b_i,c_i)$ and variance
$\frac1{n^2}\sum_i(s-\mu^2)(a_i,b_i,c_i)$. If the rows are iid, then $E\,\Theta_n=E_M\mu$ and
$n\operatorname{Var}\Theta_n=E_Ms-(E_M\mu)^2$. On the diagonal, for entries kept independently with probability $\rho$, with
$q=\frac1d\sum_jx_j^2$ and $k=\frac1{d^2}\sum_jx_j^4$,
$$E\,\Theta_n(x,x)=[[diagonal_mean]],\qquad n\operatorname{Var}\Theta_n(x,x)=[[diagonal_variance]].$$
""",
    steps=STEPS,
    source=Source(
        "2510.17515",
        "v1",
        "beyond section 8: “the inherent gap between its infinite-width theoretical predictions and "
        "the practical realities of finite-width networks”",
    ),
    provenance=Provenance.EXTENSION,
    quantities=(
        *PREACTIVATIONS,
        COSINE,
        replace(DENSITY, within=CLOSED_UNIT, drawn=(sp.Rational(1, 10), sp.Rational(9, 10))),
        WIDTH.drawn_from(2, 50),
        Quantity(q, "mean square of the coordinates of the input", NON_NEGATIVE),
        Quantity(k, "sum of the fourth powers of the input's coordinates over their squared number", NON_NEGATIVE),
        Quantity(
            (first_length, second_length),
            "standard deviation of the preactivation at one of the two inputs",
            NON_NEGATIVE,
            drawn=(1, 2),
        ),
        Quantity(theta, "angle of the two inputs", sp.Interval(0, sp.pi), drawn=(sp.Rational(1, 8), 3)),
        Quantity(wave, "twice the direction of a neuron's weights, from the middle of the arc", sp.S.Reals),
        Quantity(radial, "length of a neuron's weights in the plane of the inputs", NON_NEGATIVE),
        Quantity(readout, "modulus of the readout weight of a neuron", NON_NEGATIVE),
    ),
    named={"r": c / sp.sqrt(a * b)},
    symbols={
        **ACTIVATION,
        "N(0,1)": "normal law of mean $0$ and variance $1$",
        **COORDINATES,
        "d": "number of inputs",
        **WIDE_KERNEL,
        **MEAN,
        r"\mu": r"mean of what a neuron adds to $n\Theta_n$, by the variances and the covariance of its preactivations",
        "s": "second moment of the same",
        "f(r)": r"mean of $\varphi(z)^2\varphi(z')^2$ for preactivations of variance $1$ and correlation $r$",
        **MASK,
        "a_i, b_i, c_i": "variances and covariance of the preactivations of neuron $i$, given the mask",
        "E_M": "mean over the masks",
    },
    hypotheses=(
        CAUCHY_SCHWARZ,
        Hypothesis("masks independent of the weights; the readout dense"),
    ),
    also=("variance", "deviation"),
    because={
        "arc": neurons_are_waves_on_the_arc,
        "lengths": lengths_have_their_moments,
        "readout": readouts_have_their_moments,
        "averages": waves_are_integrated_over_the_arc,
        "squares": squares_are_those_of_the_arc,
        "variance": lambda mean, second_moment, variance: same(variance + mean**2, second_moment),
        "equal inputs": equal_inputs_have_simple_moments,
        "row": rows_grow_coordinate_by_coordinate,
        "diagonal": diagonals_are_means_over_masks,
    },
    wrong=lambda: {
        "mean: the readout term alone": relu.value,
        "mean: without the gates' share": relu.value + c,
        "mean: the graphon's rows": mean.subs(
            {a: a * sp.Rational(1, 2), b: b * sp.Rational(1, 2), c: c * sp.Rational(1, 2)}
        )
        / sp.Rational(1, 2) ** 2,
        "second_moment: no cross term": no_cross_term,
        "second_moment: E α⁴ = 1": readout_of_moment_one,
        "variance: the second moment": second_moment,
        "variance: E α⁴ = 1": readout_of_moment_one - mean**2,
        "variance: no cross term": no_cross_term - mean**2,
        "variance: the mean's square twice": variance - mean**2,
        "deviation: without the square's mean": sp.sqrt(second_moment / n),
        "deviation: rate 1/n": sp.sqrt(variance) / n,
        "fourth: the square of κ₁": 6 * kappa_1**2,
        "fourth: no sine": fourth - 6 * cosine * sp.sqrt(1 - cosine**2) / sp.pi,
        "diagonal_variance: masks averaged first": 12 * rho**2 * q**2,
        "diagonal_variance: the mean of conditional variances": 12 * (rho**2 * q**2 + rho * (1 - rho) * k),
        "diagonal_mean: density squared": 2 * rho**2 * q,
        "neuron: the readout alone": neuron.subs(readout, 0),
        "neuron: gates not squared": neuron.subs(readout, readout / sp.sqrt(2)),
        "arc_length: an arc of the other gates": theta / (2 * sp.pi),
        "arc_length: half the plane": sp.Rational(1, 2),
        "arc_length: all directions": sp.S.One,
        "arc_cosine: the cosine of the angle": sp.cos(theta) / (2 * sp.pi),
        "arc_square: half of the arc": arc_length / 2,
        "arc_square: the square of the mean": arc_cosine**2,
        "row_norm: density squared": rho**2 * q,
        "row_norm: dense": q,
        "row_square: the square of the mean": rho**2 * q**2,
        "row_square: the variance": rho * (1 - rho) * k,
    },
)
