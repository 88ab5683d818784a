"""K13.3: how far the tangent kernel of a finite network is from its limit off the diagonal, at most."""

from dataclasses import replace

import sympy as sp

from sparse_limits.theory.bounds import Loose
from sparse_limits.theory.claims import Claim, Provenance, Remark, Source
from sparse_limits.theory.kernel import convergence
from sparse_limits.theory.kernel.convergence import (
    OF_BOTH,
    OF_TANGENTS,
    OF_VALUES,
    N,
    advance,
    at_inputs,
    bound,
    chord,
    depth_two,
    gate_shift,
    kept,
    limit,
    moments,
    row_frobenius,
    row_norm,
    row_value,
    scatter,
    sent,
    step,
    tangent_error,
    tangent_step,
    value_error,
    value_step,
    values_of,
)
from sparse_limits.theory.kernel.dual import COSINE, DENSITY, a, b, c, cosine, kappa_0, kappa_1
from sparse_limits.theory.kernel.finite_width import WIDTH, deviation, fourth, n
from sparse_limits.theory.kernel.further.width_one import (
    kernel_distance,
    next_cosine,
    one_neuron,
    tangents_distance,
    values_distance,
)
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, holds, nonnegative, same, vanishes
from sparse_limits.theory.saliency.model import rho

mask_variance = scatter * moments.values.diagonal / n
curvature = cosine / (sp.pi * sp.sqrt(1 - cosine**2) ** 3)
cusp = 2 / sp.pi**2
steepest_shift = sp.sqrt(2) / sp.pi
first_value, first_tangent = sp.sqrt(6 / n), sp.sqrt(2 / n)
value_deviation = sp.sqrt((fourth - kappa_1**2) / n)  # of the mean of φφ′ over n neurons at inputs of mean square 1
tangent_deviation = sp.Abs(cosine) * sp.sqrt((2 * kappa_0 - kappa_0**2) / n)  # of the mean of φ̇φ̇′, times the cosine


def one_layer(width: int, r: sp.Expr) -> dict[sp.Symbol, sp.Expr]:
    """A dense network of one hidden layer, at inputs of mean square 1 and the cosine r."""
    size = sp.Integer(width)
    errors = {value_error: first_value.subs(n, size), tangent_error: first_tangent.subs(n, size)}
    known = values_of(advance(step, at_inputs(1), sp.S.One, size, sp.S.One))
    used = {letter: value for letter, value in known.items() if bound.has(letter)}
    return {c: r, n: size, a: sp.S.One, b: sp.S.One, rho: sp.S.One, **errors, **used}


COSINES = sp.S.Zero, sp.Rational(1, 2)
FROM_ONE_NEURON = tuple(one_neuron(r, 64) for r in COSINES)
ONE_NEURON_EACH = tuple(
    {letter: value for letter, value in one_neuron(r).items() if letter in {c, cosine, limit, n}} for r in COSINES
)
PAIR_OF_LAYERS = (
    "dense layers, the first of one neuron, whose second moments have a closed form, at inputs of the cosine $c$"
)

STEPS = proof(
    r"""
rows (by independence): Write $\|\cdot\|$ for the root mean square, $S=\frac1nh\cdot h'$, $\tau=\frac1n\operatorname{tr}K(x,x')$ in units of
their path density, $e=\|S-r\|$, $f=\|\tau-(T-r)\|$. Given a layer, the rows of the next are iid.

mask of a row: The difference of $\frac1{n\rho}\sum_jM_jy_j$ and $\frac1n\sum_jy_j$ has the variance $[[mask_variance]]$, where
$h_d=\frac1n\sum_jy_j^2$.

diagonal moments (by Cauchy–Schwarz): Moments at $x,x'$ are at most the moments on the diagonal. This holds for $(h_jh'_j)^2$, for
$K_{jj}^2$ and, for the Frobenius norm, by $\|JJ'^\top\|_F^2\le\|J^\top J\|_F\|J'^\top J'\|_F$.

products of a row (from rows, mask of a row, diagonal moments; by triangle inequality): So, in root mean square, a row's own $S_i$ is within
$[[row_value]]$ of $r$, and its $\tau_i$ is within $[[row_tangent]]$ of $T-r$.

second moments (by K13.1 for kept_values): The squared norms $a^2$, $b^2$ of a masked row, divided by $n\rho$, have the mean $1$ and the
mean square $o(h)$.

norms of a row (from second moments): $|ab-1|\le\max(|a^2-1|,|b^2-1|)$, whose mean square is at most the sum of both mean squares:
$\|ab-1\|\le[[row_norm]]$.

tangents of a row (from diagonal moments): For the part of $K$ that a mask $M$ leaves, the root mean square of $\|MKM\|_F/(n\rho)$ is at
most $[[row_frobenius]]$.

curvature: $\kappa_0''=[[curvature]]$, which is nonnegative on $[0,1)$, and $\kappa_0-\frac12$ is odd.

steepest chord (from curvature; by chords): From $r\in[0,1)$ to $1$, $\kappa_0$ has the chord $g=[[chord]]$, and no chord from $r$ is
steeper: within $[0,1]$ by convexity. A chord from $r$ to a point below $0$ has an average of two slopes, on either side of $0$, which are at
most that of the chord from $0$ to $1$, and so at most $g$.

cusp (from steepest chord): As $r\to1$, $(1-r)g^2\to[[cusp]]$.

error of the gates (from products of a row, norms of a row, steepest chord): Let $s=S_i/(ab)$. Then $\Delta=\kappa_0(s)-\kappa_0(r)$ equals
$ab\,\Delta+(1-ab)\Delta$, and $|\Delta|\le1$. So its modulus is at most $g|S_i-r|+gr|ab-1|+|ab-1|$, and $\|\Delta\|\le[[gate_error]]$.

gates and weights (from rows): In the plane of the masked $h$, $h'$, $E\,\dot\varphi\dot\varphi'(ww^\top-I)$ is traceless and has the
Frobenius norm $[[gate_shift]]$.

largest shift (from gates and weights): This norm is at most $[[steepest_shift]]$.

dual activations (by K1): Given the layer, the means of $\varphi\varphi'$ and $\dot\varphi\dot\varphi'$ are $ab\,\kappa_1(s)$ and
$\kappa_0(s)$; $0\le\kappa_1'=\kappa_0\le1$.

values (from rows, diagonal moments, products of a row, norms of a row, dual activations): With a slope $g'\in[0,1]$ of $\kappa_1$,
$ab\,\kappa_1(s)$ is $\kappa_1(r)+(ab-1)(\kappa_1(r)-g'r)+g'(S_i-r)$, and $0\le\kappa_1(r)-g'r\le1$. The mean over $N$ rows, each with a
mean square of at most the next $h_d$, adds its fluctuation. This gives $[[value_step]]$.

tangents (from rows, diagonal moments, products of a row, tangents of a row, error of the gates, largest shift, dual activations): The
conditional mean of $\dot\varphi\dot\varphi'(S_i+\frac1nv^\top Kv)$ is $\kappa_0(s)(S_i+\tau_i)$ plus a term from the correlation of gates
and weights. It differs from $\kappa_0(r)T$ by $\kappa_0(s)(S_i+\tau_i-T)+T\Delta$ plus the same term. With the fluctuation of $N$ rows this
gives $[[tangent_step]]$.

first layer (from rows, diagonal moments): The first layer is dense and its rows are exact: only the fluctuation is left,
$e=[[first_value]]$ and $f=[[first_tangent]]$.

all layers (from first layer, values, tangents; by induction): So the errors of the last hidden layer follow; $r_1=\kappa_1(r_0)\ge0$.

readout (from products of a row, tangents of a row, all layers): Given all else, $\frac1nv^\top Kv$ has a variance of at most
$\frac2{n^2}\|MKM\|_F^2$, and $S+\tau$ has the error of one row. So $B=[[bound]]$.

two layers (from first layer, values, tangents, readout): For dense layers and $L=2$ this bound is $[[depth_two]]$.
""",
    vars(convergence) | globals(),
)

h, k = moments.values, moments.tangents


entry, column = sp.symbols(
    "Y Y_column", positive=True
)  # one more number, or entry on the diagonal, and its column squared


def masked_means_vary_number_by_number(mask_variance: sp.Expr) -> Relations:
    """One more number Y, kept with probability ρ: the variance of MY/(nρ); none without numbers."""
    one = (rho * entry**2 - (rho * entry) ** 2) / (n * rho) ** 2
    more = mask_variance.subs(h.diagonal, h.diagonal + entry**2 / n)
    yield same(more, mask_variance + one)
    yield vanishes(mask_variance.subs(h.diagonal, 0))


def rows_add_their_masks(mask_variance: sp.Expr, row_value: sp.Expr, row_tangent: sp.Expr) -> Relations:
    """The error of the layer, and the root of the variance of its values or of its tangents."""
    root = sp.sqrt(mask_variance)
    yield same(row_value, value_error + root)
    yield same(row_tangent, tangent_error + root.subs(h.diagonal, k.diagonal))


def norms_have_their_variances(row_norm: sp.Expr) -> Relations:
    """Twice E (a² − 1)² with E a² = 1, of a mean square o(h)."""
    square, mean = sp.symbols("a_4 a_2")
    one = sp.expand((mean - 1) ** 2).subs(mean**2, square).subs(mean, 1)
    yield same(row_norm**2, 2 * one.subs(square, kept(h)))
    yield holds(row_norm.subs({h.traces: 2, h.diagonal: 1, n: 1, rho: 1}) > 0, "a positive root")


def chords_grow_like_a_root(chord: sp.Expr, cusp: sp.Expr) -> Relations:
    """At r = cos θ the limit as θ → 0."""
    theta = sp.Symbol("theta", positive=True)
    square = (chord**2 * (1 - cosine)).subs(sp.acos(cosine), theta).subs(cosine, sp.cos(theta))
    yield same(cusp, sp.limit(square, theta, 0))


def values_err_by_three_pieces(row_value: sp.Expr, row_norm: sp.Expr, value_step: sp.Expr) -> Relations:
    """x κ₁(s) with a slope between s and r: identity; then fluctuation, error of the row and of its lengths."""
    x, s, slope, value = sp.symbols("x s g kappa", real=True)
    found = x * (value + slope * (s - cosine)) - value
    yield same(value_step, sp.sqrt(step.values.diagonal / N) + row_value + row_norm)
    yield same(found, (x - 1) * (value - slope * cosine) + slope * (x * s - cosine))
    yield same(kappa_1.subs(cosine, 1), 1)


def first_layers_fluctuate(first_value: sp.Expr, first_tangent: sp.Expr) -> Relations:
    """The diagonals after a dense layer, from inputs of any width and kurtosis, over n."""
    kurtosis, width = sp.Symbol("kurtosis", positive=True), sp.Symbol("d", integer=True, positive=True)
    found = advance(step, at_inputs(kurtosis), width, n, sp.Integer(1))
    yield same(first_value, sp.sqrt(found.values.diagonal / n))
    yield same(first_tangent, sp.sqrt(found.tangents.diagonal / n))


def readouts_add_their_weights(
    row_value: sp.Expr, row_tangent: sp.Expr, row_frobenius: sp.Expr, bound: sp.Expr
) -> Relations:
    """Both errors of a row, and the root of 2‖MKM‖²: what a dense form has beside the square of its trace."""
    spread = (sent(k) - k.traces).subs(rho, 1)
    yield same(spread, 2 * row_frobenius.subs(rho, 1) ** 2)
    yield same(bound, row_value + row_tangent + sp.sqrt(spread / k.product) * row_frobenius)


tangent_convergence = Claim(
    label="K13.3",
    title="The tangent kernel off the diagonal: an error bound at every width and depth",
    statement=r"""
In the setting of K13.1, let $|x|^2=|x'|^2=d$, let the first layer be dense and all others masked at density
$\rho$, let $\Theta=\Theta_L$ be the dense kernel of infinite width, and let $r_l$ and $T_l$ be the limits of the cosine and of the
kernel after $l$ layers. Then $E(\rho^{-L}\Theta_n-\Theta)^2\le B^2$ with $B=[[bound]]$, where the errors of the values and of the tangents
obey
$$e\leftarrow[[value_step]],$$ $$f\leftarrow[[tangent_step]]$$
with $r=r_l$, $T=T_l$ from $l=1$ on, and $e=[[first_value]]$, $f=[[first_tangent]]$ after the first layer. Here
$[[chord]]$ is the slope of the steepest chord of $\kappa_0$ from $r$, and $[[gate_shift]]$, at most $\sqrt2/\pi$, measures the correlation
of gates and weights. For fixed $L$, $\rho$ and a fixed cosine below $1$ the errors and the bound are of order $n^{-1/2}$. For dense layers
and two hidden layers, $B=[[depth_two]]$ with $r=r_1$, $T=T_1$. As the cosine tends to 1, $1-r$ times
the square of that slope tends to $[[cusp]]$, so $B$ grows without limit for $L\ge2$.
""",
    steps=STEPS,
    source=Source("2510.17515", "v1", "beyond the paper"),
    provenance=Provenance.EXTENSION,
    quantities=(
        WIDTH.drawn_from(2, 40),
        Quantity(N, "width of the next layer", COUNT, drawn=(2, 40)),
        DENSITY.drawn_from(sp.Rational(1, 5), sp.Rational(9, 10)),
        COSINE.drawn_from(sp.Rational(1, 20), sp.Rational(19, 20)),
        Quantity(limit, "tangent kernel of infinite width, of the layers so far", sp.S.Reals, drawn=(-3, 3)),
        Quantity(
            value_error,
            "root mean square distance from the limit of the mean product of a layer's values at both inputs",
            NON_NEGATIVE,
            drawn=(sp.Rational(1, 8), 3),
        ),
        Quantity(
            tangent_error,
            "root mean square distance from the limit of the mean product of a layer's gradients at both inputs",
            NON_NEGATIVE,
            drawn=(sp.Rational(1, 8), 3),
        ),
        replace(OF_VALUES[0], within=sp.Interval(1, sp.oo)),  # a mean square, in units of the squared mean
        *OF_VALUES[1:],
        *OF_BOTH,
        *OF_TANGENTS,
    ),
    hypotheses=(
        Hypothesis("masks independent of the weights, with independent entries"),
        Hypothesis(
            "a cosine after a hidden layer that is not 1",
            sp.And(cosine >= 0, cosine < 1),
            needed_by=("chord", "tangent_step", "depth_two"),
        ),
        Hypothesis("inputs of one norm, the first layer dense, equal widths, one density"),
    ),
    remarks=(
        Remark(
            "Measured at the cosine ½, two hidden layers of widths 16 and 64: the root mean square distance lies between "
            "$B/12$ and $B$.",
            checked_by="bound_is_kept_and_sharp_in_order",
        ),
    ),
    aids={
        "deviation": deviation,
        "value_deviation": value_deviation,
        "tangent_deviation": tangent_deviation,
        "values_distance": values_distance,
        "tangents_distance": tangents_distance,
        "kernel_distance": kernel_distance,
    },
    loose=(
        *(
            Loose(
                expression=f"first_{name}",
                truth=f"{name}_deviation",
                at=tuple({cosine: r, n: 64} for r in (sp.Rational(1, 10), sp.Rational(9, 10))),
                lost="by taking the mean square on the diagonal instead of that off it, and by not subtracting the square of the mean",
                order=f"the deviation is exactly of the order $n^{{-1/2}}$ at every fixed cosine other than {zeros}, where it vanishes",
            )
            for name, zeros in (("value", "$-1$"), ("tangent", "$0$ and $-1$"))
        ),
        Loose(
            expression="bound",
            truth="deviation",
            at=tuple(one_layer(64, r) for r in (sp.Rational(1, 10), sp.Rational(9, 10))),
            lost="by taking moments on the diagonal instead of those off it, and in the triangle inequality, which adds the roots of three variances",
            order="for one hidden layer, as the deviation is exactly of the order $n^{-1/2}$ at every fixed cosine above $-1$ (K6)",
        ),
        *(
            Loose(
                expression=expression,
                truth=truth,
                at=at,
                lost=rf"at most, as other widths may come nearer: {PAIR_OF_LAYERS}; by taking moments on the diagonal instead of those off it, and in the triangle inequality, which adds the roots of the parts of a variance",
            )
            for expression, truth, at in (
                ("value_step", "values_distance", FROM_ONE_NEURON),
                ("tangent_step", "tangents_distance", FROM_ONE_NEURON),
                ("depth_two", "kernel_distance", ONE_NEURON_EACH),
            )
        ),
    ),
    because={
        "mask of a row": masked_means_vary_number_by_number,
        "products of a row": rows_add_their_masks,
        "norms of a row": norms_have_their_variances,
        "steepest chord": lambda chord: (
            same(chord * (1 - cosine), kappa_0.subs(cosine, 1) - kappa_0),
            same(chord.subs(cosine, 0), sp.Rational(1, 2)),
        ),
        "cusp": chords_grow_like_a_root,
        "largest shift": lambda gate_shift, steepest_shift: (
            nonnegative(steepest_shift**2 - gate_shift**2, 2 * cosine**2 / sp.pi**2),
            same(steepest_shift, gate_shift.subs(cosine, 0)),
        ),
        "values": values_err_by_three_pieces,
        "first layer": first_layers_fluctuate,
        "readout": readouts_add_their_weights,
    },
    wrong=lambda: {
        "chord: a Lipschitz constant of the diagonal": 1 / (sp.pi * sp.sqrt(1 - cosine**2)),
        "chord: from −1": kappa_0 / (1 + cosine),
        "value_step: without the rows' masks": value_step.subs(moments.values.diagonal, 0),
        "value_step: norms as of one input": value_step - row_norm + row_norm / sp.sqrt(2),
        "value_step: no fluctuation": row_value + row_norm,
        "value_step: one layer alone": value_error,
        "tangent_step: gates independent of the weights": tangent_step - gate_shift.subs(cosine, 0) * row_frobenius,
        "tangent_step: κ₀ at its limit": tangent_step
        - sp.Abs(limit) * (chord * row_value + (1 + chord * cosine) * row_norm),
        "tangent_step: tangents stay": tangent_error,
        "bound: the last weights at their mean": bound - sp.sqrt(2) * row_frobenius,
        "bound: a fluctuation of one form": bound + row_frobenius,
        "depth_two: 1/√n more": depth_two + 1 / sp.sqrt(n),
        "depth_two: rate 1/n": depth_two / sp.sqrt(n),
        "depth_two: κ₀ at its limit": depth_two.subs(limit, 0),
        "mask_variance: of one number": mask_variance * n,
        "mask_variance: not in units of the density": rho**2 * mask_variance,
        "row_value: the layer's": value_error,
        "row_value: twice the mask": 2 * row_value - value_error,
        "row_tangent: the layer's tangent": tangent_error,
        "row_tangent: that of values": row_value,
        "row_norm: the mean square": sp.sqrt(2 * kept(h)),
        "row_frobenius: dense": sp.sqrt(k.product),
        "row_frobenius: a form": sp.sqrt(sent(k)),
        "curvature: the slope": sp.diff(kappa_0, cosine),
        "gate_error: lengths exact": chord * row_value,
        "gate_error: lengths once": chord * row_value + row_norm,
        "value_deviation: the mean square": first_value * value_deviation,
        "tangent_deviation: without the mean": sp.Abs(cosine) * sp.sqrt(2 * kappa_0 / n),
        "tangent_deviation: without the cosine": tangent_deviation / sp.Abs(cosine),
        "tangent_deviation: negative at obtuse angles": cosine * sp.sqrt((2 * kappa_0 - kappa_0**2) / n),
        "values_distance: another limit": values_distance.subs(next_cosine, 1),
        "values_distance: rows that share their weights": values_distance.subs(N, 1),
        "tangents_distance: without the weights": tangents_distance.subs(c, 0),
        "kernel_distance: kernel, 10 % more": sp.Rational(11, 10) * kernel_distance,
    },
)
