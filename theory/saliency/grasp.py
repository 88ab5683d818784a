"""S8: GraSP is SNIP with the residual smoothed by the neural tangent kernel."""

from dataclasses import replace
from functools import cache

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Remark, Source
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, same
from sparse_limits.theory.saliency.model import DIMENSION, FINITE_SQUARES, WIDTH, dimension, width
from sparse_limits.theory.saliency.snip import FIXED_RESIDUAL, GATED_MEAN, LENGTH, READOUT, a, norm, w
from sparse_limits.theory.saliency.snip import g as plain
from sparse_limits.theory.saliency.symbols import (
    HALF_LOSS,
    INPUT_WEIGHT,
    LIMIT_KERNEL,
    OVER_DATA,
    REALISED_KERNEL,
    RELU,
)

theta = sp.Symbol("theta", positive=True)  # angle between two inputs, in (0, π)
other_norm = sp.Symbol("R_2", positive=True)  # ‖x′‖
smoothed, activation = sp.symbols("G E", real=True)

kappa_0 = (sp.pi - theta) / (2 * sp.pi)
kappa_1 = (sp.sin(theta) + (sp.pi - theta) * sp.cos(theta)) / (2 * sp.pi)

plane_square = sp.Integer(2)  # E of the squared length of a standard normal vector of the plane
mixed = plain / sp.sqrt(width * dimension)  # E_D[r ∂²f/∂a_i ∂w_ij]
readout_slope = activation / sp.sqrt(width)  # ∂L/∂a_i
smoothed_slope = a * smoothed / sp.sqrt(width * dimension)  # (Jᵀ Θ̂r) at w_ij
tangent_kernel = norm * other_norm / dimension * (sp.cos(theta) * kappa_0 + kappa_1)
hessian_gradient = (a * smoothed + activation * plain / sp.sqrt(width)) / sp.sqrt(width * dimension)

STEPS = proof(
    r"""
gradient (by chain rule): Let $J$ be the derivatives of $f$ with respect to the parameters at each input, and write $J^\top r=E_D[r\nabla
f]$. Then square loss has $\nabla L=J^\top r$.

Hessian (from gradient; by chain rule): On finitely many data, off the kinks, the derivative of this gradient is
$H=J^\top J+E_D[r\nabla^2f]$. So $H\nabla L=J^\top\hat\Theta r+E_D[r\nabla^2f]\nabla L$ with $\hat\Theta=JJ^\top$.

one unit (from gradient): In the parameters of one unit, off its kinks, $E_D[rf]$ is $n^{-1/2}a_i$ times $E=E_D[r\,\sigma(z_i)]$, which is
linear in $w_{ij}$ with slope $g/\sqrt d$. So $\partial L/\partial a_i=[[readout_slope]]$. Of the second derivatives that involve $w_{ij}$
only the one that also involves $a_i$ is not zero: $[[mixed]]$.

smoothed term (from Hessian): Likewise the entry of $J^\top\hat\Theta r$ at $w_{ij}$ is $[[smoothed_slope]]$, with $\hat\Theta r$ in place
of $r$.

Hessian times gradient (from Hessian, one unit, smoothed term): Together this gives $(H\nabla L)_{w_{ij}}=[[hessian_gradient]]$, where the
term in $E$ is smaller by the factor $n^{-1/2}$.

kernel of a unit (from Hessian; by chain rule): $\hat\Theta(x,x')$ is the mean over the units of $a_i^2\frac{x\cdot
x'}d1\{z_i>0\}1\{z_i'>0\}+\sigma(z_i)\sigma(z_i')$, which are the products of their derivatives with respect to $w_i$ and $a_i$.

many units (from kernel of a unit; by large numbers): The units are iid, and $a_i$ is independent of $w_i$ with $Ea_i^2=1$. So as
$n\to\infty$ this mean tends to $\frac{x\cdot x'}d$ times the probability that both gates are open, plus $E[\sigma(z)\sigma(z')]$.

plane (from many units; by rotation): In the plane of $x$ and $x'$, $w$ has a uniform direction and an independent length. Both gates are
open if this direction is within a right angle of both inputs, that is, on a sector.

share of the sector (from plane): The sector has the share $\kappa_0=[[kappa_0]]$ of all directions.

squared length (from plane): The squared length of $w$ in the plane has the mean $[[plane_square]]$.

mean over the sector (from plane, squared length): For unit vectors the product of the two projections is the squared length times
$\cos\alpha\cos(\alpha-\theta)$, where $\alpha$ is the angle between $w$ and $x$. Its mean over all directions, counted as $0$ outside the
sector, gives $\kappa_1=[[kappa_1]]$.

tangent kernel (from many units, share of the sector, mean over the sector): With $x\cdot x'=RR_2\cos\theta$, $\Theta=[[tangent_kernel]]$.
It depends on the inputs alone. So if $r$ is a fixed function of the data, so is $\Theta r$, as S3–S6 require of a residual.
""",
    globals(),
)

angle = sp.Symbol("alpha", real=True)


SECTOR = (angle, theta - sp.pi / 2, sp.pi / 2)  # directions of w that open both gates


@cache
def mean_over_directions(integrand: sp.Expr) -> sp.Expr:
    """The mean over all directions of what is 0 outside the sector."""
    return sp.integrate(integrand, SECTOR) / (2 * sp.pi)


def of_one_unit(mean: sp.Expr, rest: sp.Expr) -> sp.Expr:
    """E_D[r f] as far as one readout weight and one weight move it, off the kinks: E_D[r σ(z)] is linear in the weight."""
    return a * (w * mean + rest) / sp.sqrt(dimension) / sp.sqrt(width)


@cache
def small_network() -> list[tuple[sp.Expr, dict[sp.Symbol, sp.Expr]]]:
    """The entries of H·g for the first layer of three units, two inputs and three samples, and what they are at."""
    third = sp.Rational(1, 3)
    weights, readout = sp.Matrix([[2, -1], [-third, 1], [1, third]]), sp.Matrix([third, -2, 5])
    data, labels = sp.Matrix([[1, 1], [-1, 2], [2, -third]]), sp.Matrix([1, -2, third])
    rows, inputs, size = weights.rows, weights.cols, data.rows
    w_, a_ = sp.Matrix(rows, inputs, sp.symbols("w:6", real=True)), sp.Matrix(sp.symbols("a:3", real=True))
    parameters, at, scale = [*w_, *a_], [*weights, *readout], sp.Symbol("scale")  # 1/√(nd), put in at the end
    products = weights * data.T
    gates = [[int(bool(products[i, k] > 0)) for i in range(rows)] for k in range(size)]
    outputs = [
        sp.Poly(scale * sum(gates[k][i] * a_[i] * (w_[i, :] * data[k, :].T)[0] for i in range(rows)), *parameters)
        for k in range(size)
    ]
    loss = sum((output - label) ** 2 for output, label in zip(outputs, labels, strict=True)) * sp.Rational(1, 2 * size)
    slopes = [loss.diff(each) for each in parameters]
    gradient = sp.Matrix([slope(*at) for slope in slopes])
    hessian = sp.Matrix([[slope.diff(each)(*at) for each in parameters] for slope in slopes])

    jacobian = sp.Matrix([[output.diff(each)(*at) for each in parameters] for output in outputs])
    residual = sp.Matrix([output(*at) for output in outputs]) - labels
    smooth = jacobian * jacobian.T * residual / size
    product, smooth, residual = (
        each.subs(scale, 1 / sp.sqrt(rows * inputs)) for each in (hessian * gradient, smooth, residual)
    )
    entries = []
    for i in range(rows):
        active = sum(residual[k] * gates[k][i] * products[i, k] / sp.sqrt(inputs) for k in range(size)) / size
        for j in range(inputs):
            means = [sum(r[k] * data[k, j] * gates[k][i] for k in range(size)) / size for r in (smooth, residual)]
            point = {
                a: readout[i],
                smoothed: means[0],
                plain: means[1],
                activation: active,
                width: rows,
                dimension: inputs,
            }
            entries.append((product[i * inputs + j], point))
    return entries


def tangent_kernel_is_the_mean_of_a_unit(tangent_kernel: sp.Expr, kappa_0: sp.Expr, kappa_1: sp.Expr) -> Relations:
    """The mean over a and w of a² (x·x′/d) 1{z > 0}1{z′ > 0} + σ(z)σ(z′), z = w·x/√d, integrated over the plane."""
    gates = mean_over_directions(sp.S.One)
    outputs = 2 * mean_over_directions(sp.cos(angle) * sp.cos(angle - theta))
    inner = norm * other_norm * sp.cos(theta)
    yield same(tangent_kernel, inner / dimension * gates + norm * other_norm / dimension * outputs)
    yield same(tangent_kernel, inner / dimension * kappa_0 + norm * other_norm / dimension * kappa_1)


def one_unit_is_bilinear(mixed: sp.Expr, readout_slope: sp.Expr) -> Relations:
    """The derivatives of E_D[r f] by a_i and w_ij, E for what the readout multiplies; the second by w_ij twice is 0."""
    rest = sp.sqrt(dimension) * activation - w * plain
    local = of_one_unit(plain, sp.Symbol("rest", real=True))
    yield same(mixed, sp.diff(local, a, w))
    yield same(sp.diff(local, w, 2), 0)
    yield same(readout_slope, sp.diff(of_one_unit(plain, rest), a))


def hessian_adds_what_the_readout_couples(
    hessian_gradient: sp.Expr, smoothed_slope: sp.Expr, mixed: sp.Expr, readout_slope: sp.Expr
) -> Relations:
    """The smoothed term, and the one second derivative times the derivative by the readout; their ratio is of order n^(−½)."""
    yield same(hessian_gradient, smoothed_slope + mixed * readout_slope)
    ratio = sp.sqrt(width) * mixed * readout_slope / smoothed_slope
    yield same(sp.diff(ratio, width), 0)


def hessian_times_gradient_of_a_small_network(hessian_gradient: sp.Expr) -> Relations:
    """Three units, two inputs, three samples: H and g differentiated by SymPy at a rational point, all parameters."""
    for entry, point in small_network():
        yield same(entry, valued(hessian_gradient, point))


smoothed_snip = Claim(
    label="S8",
    title="GraSP is SNIP with the residual smoothed by the tangent kernel",
    headline=r"For square loss and one hidden ReLU layer of width $n$, all of it trained, GraSP's scores are those of SNIP with the residual smoothed by the tangent kernel, plus a term smaller by a factor of order $n^{-1/2}$.",
    statement=r"""
**Any network.** Let the data be finitely many. Let $J$ be the derivatives of the output $f$ by the parameters, with $J^\top r=E_D[r\nabla
f]$. For square loss $L$ and off every kink, the gradient is $\nabla L=J^\top r$. Its product with the Hessian $H$, by which GraSP scores
weights, is
$$H\nabla L=J^\top\hat\Theta r+E_D[r\nabla^2f]\nabla L,\qquad(\hat\Theta r)(x)=E_{D'}[\hat\Theta(x,x')r(x')].$$

**One hidden ReLU layer** with all parameters trained, again for square loss on finitely many data. Let $z_i=w_i\cdot x/\sqrt d$, and let $E=E_D[r\,\sigma(z_i)]$. Let
$g=E_D[r\,x_j1\{z_i>0\}]$, and $G=E_D[(\hat\Theta r)\,x_j1\{z_i>0\}]$ with the smoothed residual. For almost all parameters
$$(H\nabla L)_{w_{ij}}=[[hessian_gradient]].$$
So the GraSP saliency $w\odot H\nabla L$ is that of SNIP with $\hat\Theta r$ in place of $r$, plus a term whose ratio to it is
$n^{-1/2}Eg/(aG)$.

**Many neurons.** Let the weights of such a network be independent standard normal, and the data finitely or infinitely
many. As $n\to\infty$, almost surely
for each pair of inputs,
$$\hat\Theta\to\Theta=[[tangent_kernel]],\qquad\kappa_0=[[kappa_0]],\qquad\kappa_1=[[kappa_1]].$$
Here $R,R_2$ are the lengths of $x,x'$, and $\theta$ is the angle between them (any number if one input is $0$, as $\Theta$ is $0$ there).
If $r$ is a fixed function of the data (initial output subtracted), so is $\Theta r$, and the claims S3–S6 hold with $\Theta r$ in place of
$r$.
""",
    steps=STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract (which calls GraSP heterogeneous)"),
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(theta, "angle between two inputs, in radians", sp.Interval(0, sp.pi), drawn=(sp.Rational(1, 10), 3)),
        replace(LENGTH, within=NON_NEGATIVE),
        Quantity(other_norm, "Euclidean length of another input", NON_NEGATIVE),
        WIDTH,
        DIMENSION,
        READOUT,
        Quantity(
            smoothed,
            "mean over the data of smoothed residual times input where the neuron is active, $0$ where it is not",
            sp.S.Reals,
        ),
        Quantity(activation, "mean over the data of residual times activation of a neuron", sp.S.Reals),
        GATED_MEAN,
    ),
    hypotheses=(
        Hypothesis("square loss"),
        Hypothesis("one hidden ReLU layer"),
        Hypothesis(
            r"for the Hessian: finitely many data, and the point is off every kink", needed_by=("hessian_gradient",)
        ),
        Hypothesis(
            r"for the limit $\Theta$ and S3–S6: independent standard normal weights",
            needed_by=("kappa_0", "kappa_1", "tangent_kernel"),
        ),
        FINITE_SQUARES,
        Hypothesis(
            "for S3–S6: " + FIXED_RESIDUAL + r", and $\Theta r$, the limit, in place of the realised $\hat\Theta r$"
        ),
    ),
    remarks=(
        Remark(
            r"Measured on digits: the column densities of GraSP are those of SNIP rows with the realised $\hat\Theta r$, within "
            r"$1.5$ noise floors (S6) of the difference of the two samples, of $2048$ and $4096$ rows.",
            checked_by="grasp_keeps_what_smoothed_snip_keeps",
        ),
    ),
    named={r"\kappa_0": kappa_0, r"\kappa_1": kappa_1},
    symbols={
        "f": "output of the network",
        **HALF_LOSS,
        "J": r"derivatives of the output by the parameters, at each input; $J^\top r=E_D[r\nabla f]$",
        "H": "matrix of the second derivatives of the loss by the parameters",
        **OVER_DATA,
        r"E_{D'}": "the same mean over a second sample, of input $x'$",
        **REALISED_KERNEL,
        **LIMIT_KERNEL,
        **INPUT_WEIGHT,
        "z_i": r"pre-activation of neuron $i$",
        **RELU,
    },
    uses=("S3", "S6"),
    because={
        "share of the sector": lambda kappa_0: same(kappa_0, sp.integrate(sp.S.One, SECTOR) / (2 * sp.pi)),
        "squared length": lambda plane_square: same(
            plane_square, sp.integrate(norm**3 * sp.exp(-(norm**2) / 2), (norm, 0, sp.oo))
        ),
        "mean over the sector": lambda kappa_1, plane_square: same(
            kappa_1, plane_square * mean_over_directions(sp.cos(angle) * sp.cos(angle - theta))
        ),
        "tangent kernel": tangent_kernel_is_the_mean_of_a_unit,
        "one unit": one_unit_is_bilinear,
        "smoothed term": lambda smoothed_slope: same(
            smoothed_slope, sp.diff(of_one_unit(smoothed, sp.Symbol("rest", real=True)), w)
        ),
        "Hessian times gradient": (hessian_adds_what_the_readout_couples, hessian_times_gradient_of_a_small_network),
    },
    wrong=lambda: {
        "kappa_0: angle itself": theta / (2 * sp.pi),
        "kappa_0: of the half plane": sp.Rational(1, 2),
        "kappa_1: sine lost": (sp.pi - theta) * sp.cos(theta) / (2 * sp.pi),
        "kappa_1: cosine lost": kappa_1 / sp.cos(theta),
        "tangent_kernel: κ₁ forgotten": norm * other_norm / dimension * sp.cos(theta) * kappa_0,
        "tangent_kernel: cosine forgotten": norm * other_norm / dimension * (kappa_0 + kappa_1),
        "tangent_kernel: not divided by d": norm * other_norm * (sp.cos(theta) * kappa_0 + kappa_1),
        "mixed: readout weight on it": a * mixed,
        "mixed: not divided by √n": sp.sqrt(width) * mixed,
        "readout_slope: divided by √d once more": readout_slope / sp.sqrt(dimension),
        "readout_slope: not divided by √n, by the readout": activation,
        "smoothed_slope: readout weight forgotten": smoothed / sp.sqrt(width * dimension),
        "smoothed_slope: the residual not smoothed": a * plain / sp.sqrt(width * dimension),
        "smoothed_slope: not divided by √n": a * smoothed / sp.sqrt(dimension),
        "hessian_gradient: Gauss–Newton term alone": a * smoothed / sp.sqrt(width * dimension),
        "hessian_gradient: second term as large": (a * smoothed + activation * plain) / sp.sqrt(width * dimension),
        "hessian_gradient: second term alone": activation * plain / (width * sp.sqrt(dimension)),
        "hessian_gradient: readout weight on both": a
        * (smoothed + activation * plain / sp.sqrt(width))
        / sp.sqrt(width * dimension),
        "hessian_gradient: SNIP's profile: the residual not smoothed": a * plain / sp.sqrt(width * dimension),
    },
)
