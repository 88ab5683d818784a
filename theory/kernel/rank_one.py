"""K8: a graphon of rank one reweights the inputs, and the tangent kernel is that of a dense network on them."""

from collections.abc import Mapping
from dataclasses import replace

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Remark, Source
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.dual import CAUCHY_SCHWARZ, DEPTH, a, b, c, cosine, dense_ntk, depth, relu, row_kernel
from sparse_limits.theory.kernel.graphon_recursion import above as next_position
from sparse_limits.theory.kernel.graphon_recursion import backward, covariance, forward, gradient, own_layer, weight
from sparse_limits.theory.kernel.symbols import COORDINATES, KERNELS
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, induction, nonnegative, same
from sparse_limits.theory.saliency.model import u, v

flow = sp.Symbol("f", positive=True)  # Π_l ∫ g_l h_{l+1}
p, q = sp.symbols("p q", nonnegative=True)  # powers of the row and column profiles
share = sp.Symbol("s", nonnegative=True)  # of the rows in the first of two blocks
blocks = sp.symbols("t_1 t_2", real=True)  # dense kernels of the inputs weighted by the densities of a block
scales = sp.symbols("sigma tau", positive=True)  # of the variances at the first and the second input
row, column, overlap = sp.symbols(
    "g h m", positive=True
)  # g_{l+1}, h_{l+1} at a position, ∫ g h of a layer and the next
below, above = sp.symbols("B A", positive=True)  # products of the overlaps of the layers below one, and above it

scaled_value = sp.sqrt(scales[0] * scales[1]) * relu.value
scaled_slope = relu.slope
passed = row * overlap * below * relu.value
sent_back = column * overlap * above * relu.slope
own_factor = overlap * below * above
kernel = flow * sp.sqrt(a * b) * dense_ntk.subs(cosine, c / sp.sqrt(a * b))
power_overlap = 1 / (p + q + 1)
power_flow = (p + q + 1) ** (-depth)
surplus = p * q
density_flow = ((p + 1) * (q + 1)) ** (-depth)
block_kernel = row_kernel
mixture = share * blocks[0] + (1 - share) * blocks[1]

STEPS = proof(
    r"""
recursion (by K2 for forward, backward, own_layer): With $W^{(l)}(u,v)=g_l(u)h_l(v)$ the recursion is $\tilde\Sigma^{(l)}(u)=g_l(u)\int
h_l\Sigma^{(l-1)}dv$, $G^{(l)}(u)=\kappa_0h_{l+1}(u)\int g_{l+1}G^{(l+1)}dw$, $\Theta^{(l)}=\int G^{(l)}\tilde\Sigma^{(l)}du$; the readout
has $g_{L+1}=1$.

scales: If the variances are multiplied by $\sigma$ and $\tau$ and the covariance by $\sqrt{\sigma\tau}$, $F$ becomes $[[scaled_value]]$,
and its slope stays as before, $[[scaled_slope]]$.

forward (from recursion, scales): If $\tilde\Sigma^{(l)}(u)$ is $g_l(u)B$ times numbers $a,b,c$, then $\tilde\Sigma^{(l+1)}$ is
$[[passed]]$, with $m=\int g_lh_{l+1}$ and the next row's $g$. This is the next covariance of the dense network, $F(a,b,c)$, times $g\,mB$.
The correlation is the same at every $u$.

below (from forward; by induction): So $\tilde\Sigma^{(l)}(u)$ is $g_l(u)B_l$ times that of the dense network at the weighted inputs, with
$B_l=\prod_{k<l}\int g_kh_{k+1}$: at $l=1$ the weighted inputs have the variances $a,b$ and the covariance $c$.

backward (from recursion, scales, below): If $G^{(l+1)}(w)$ is $h_{l+2}(w)A$ times a number, then $G^{(l)}$ is that number times
$[[sent_back]]$, with $m=\int g_{l+1}h_{l+2}$ and $h=h_{l+1}$ at the row.

above (from backward; by induction): So $G^{(l)}(u)$ is $h_{l+1}(u)A_l$ times that of the dense network, with $A_l=\prod_{l<k\le L}\int
g_kh_{k+1}$: at $l=L$ it is $h_{L+1}(u)$ times the slope.

own layer (from recursion, below, above): $\Theta^{(l)}$ is $[[own_factor]]$ times that of the dense network, with $B=B_l$, $A=A_l$ and
$m=\int g_lh_{l+1}$. This factor is the product of all $L$ overlaps, $f$, whatever $l$ is. For the readout the factor is $B_{L+1}=f$.

unit norms (from scales; by induction): Inputs divided by $\sqrt a$ and $\sqrt b$ have mean squares $1$ and the correlation $c/\sqrt{ab}$;
layer after layer the covariances of the dense network are divided by $\sqrt{ab}$, and its slopes stay the same.

dense kernel (from own layer, unit norms; by K1): At unit norms the dense kernel is $\Theta_L$ of the correlation, so the kernel is
$[[kernel]]$.

overlap of powers: $\int_0^1u^pu^q\,du=[[power_overlap]]$.

powers (from own layer, overlap of powers): So $f=[[power_flow]]$, one factor for each hidden layer.

surplus (from overlap of powers): $(p+1)(q+1)$ exceeds $p+q+1$ by $[[surplus]]$.

mean densities (from powers, surplus): So the product of the $\int g_l\int h_{l+1}$, $[[density_flow]]$, is at most $f$, and less unless
$pq=0$ or $L=0$.

one block (from recursion, unit norms): With a dense readout a row contributes $[[block_kernel]]$, at its own $a,b,c$. On block $b$ this is
the dense kernel of one hidden layer at inputs weighted by $\sqrt{W_b}$.

blocks (from one block): $\int_0^1du$ is the sum over blocks, on each of which the integrand is constant. With two blocks the integral is
$[[mixture]]$.
""",
    globals(),
)

unweighted = kernel.subs({a: 2 * a, b: 2 * b, c: c})


rows, columns, nexts = (sp.Function(name, positive=True) for name in ("g", "h", "h_next"))


dense = sp.Symbol("D", real=True)  # of the dense network


ONE_LAYER = sp.sqrt(a * b) * dense_ntk.subs(depth, 1).unrolled().subs(cosine, c / sp.sqrt(a * b))


def at_profiles(formula: sp.Expr, upper: sp.Expr, lower: sp.Expr, actual: Mapping[sp.Expr, sp.Expr]) -> sp.Expr:
    """An integral of K2 at the graphon upper(u) · lower(v), ∫ g h of the layer called m."""
    found = formula.replace(weight, lambda at, of: upper(at) * lower(of)).subs(actual)
    return found.replace(lambda part: isinstance(part, sp.Integral), taken_out)


def taken_out(integral: sp.Integral) -> sp.Expr:
    """What does not depend on the position, times the overlap of the profiles."""
    total = integral.function
    for position, *_ in integral.limits:
        outer, inner = total.as_independent(position, as_Add=False)
        total = outer * inner.subs(rows(position) * nexts(position), overlap)
    return total


def scaled(expression: sp.Expr, first: sp.Expr, second: sp.Expr) -> sp.Expr:
    """At `first` and `second` times the variances, and the geometric mean of the two times the covariance."""
    at = {a: first * a, b: second * b, c: sp.sqrt(first * second) * c}
    return valued(expression, at)


def covariances_go_forward(scaled_value: sp.Expr, passed: sp.Expr) -> Relations:
    """The integral of K2 over rows whose F is that of g B times a, b, c; profiles are open functions."""
    one = rows(v) * below
    values = valued(scaled_value, dict.fromkeys(scales, one))
    upper = sp.Function("g_next", positive=True)
    found = at_profiles(forward, upper, nexts, {covariance(v): values})
    yield same(passed, found.subs(upper(u), row))


def gradients_go_back(scaled_slope: sp.Expr, sent_back: sp.Expr) -> Relations:
    """The integral of K2 over rows of the next layer, times the slope at g B times a, b, c."""
    found = at_profiles(backward, rows, columns, {gradient(next_position): nexts(next_position) * above})
    yield same(sent_back, found.subs(columns(u), column) * scaled_slope)


def layers_have_the_product_of_all_overlaps(passed: sp.Expr, sent_back: sp.Expr, own_factor: sp.Expr) -> Relations:
    """Rows at g B, gradients at h A; one layer moved from above to below, or from below to above, changes nothing."""
    here = {gradient(u): nexts(u) * above, covariance(v): dense * below / columns(v)}
    found = own_layer.replace(weight, lambda at, of: rows(at) * columns(of)).subs(here)
    yield same(own_factor * dense, found.replace(lambda part: isinstance(part, sp.Integral), taken_out))
    other = sp.Symbol("M", positive=True)  # the overlap of the next layer
    up, down = passed / (row * relu.value), sent_back / (column * relu.slope)
    first = own_factor.subs({overlap: other, below: up}, simultaneous=True)
    second = own_factor.subs(above, down.subs(overlap, other))
    yield same(first, second)


def powers_overlap(power_overlap: sp.Expr) -> Relations:
    """The antiderivative, 0 at 0, is the overlap at 1."""
    antiderivative = power_overlap * u ** (p + q + 1)
    yield same(sp.diff(antiderivative, u), u**p * u**q, by=lambda gap: sp.simplify(sp.powsimp(gap)))


def means_multiply_layer_by_layer(power_flow: sp.Expr, surplus: sp.Expr, density_flow: sp.Expr) -> Relations:
    """Both means are integrals; their product is the power of p + q + 1 and the surplus."""
    means = sp.integrate(u**p, (u, 0, 1)) * sp.integrate(u**q, (u, 0, 1))
    yield induction(density_flow, depth, means, lambda term: means * term, start=1)
    yield same(density_flow.subs(depth, 1) * (1 / power_flow.subs(depth, 1) + surplus), sp.S.One)


def blocks_are_integrated(block_kernel: sp.Expr, mixture: sp.Expr) -> Relations:
    """Two constants over [0, s] and [s, 1]; one block at two dense kernels of the same inputs is none."""
    first, second = (
        sp.integrate(each, (u, *ends)) for each, ends in zip(blocks, ((0, share), (share, 1)), strict=True)
    )
    yield same(mixture, first + second)
    yield same(mixture.subs(dict.fromkeys(blocks, ONE_LAYER)), block_kernel, by=sp.expand)


feature_reweighting = Claim(
    label="K8",
    title="Graphons of rank one are feature reweightings",
    headline=r"If each hidden layer's graphon is a profile of rows times one of columns, the graphon kernel of K2 is a constant times the kernel of a dense network, at inputs reweighted by the first layer's columns.",
    statement=r"""
Let $W^{(l)}(u,v)=g_l(u)h_l(v)\le1$ with $g_l,h_l\ge0$ for $l\le L$, and let $W^{(L+1)}=h_{L+1}$. Then the kernel of K2 is a constant times
that of a dense network at reweighted inputs,
$$\Theta(x,x')=f\;\Theta_{dense}\bigl(\sqrt{h_1}\,x,\sqrt{h_1}\,x'\bigr),\qquad f=\prod_{l=1}^L\int_0^1g_l(u)h_{l+1}(u)\,du .$$
With $a=\frac1d\sum_jh_1(v_j)x_j^2$, $b=\frac1d\sum_jh_1(v_j)x_j'^2$, $c=\frac1d\sum_jh_1(v_j)x_jx'_j$ and $\Theta_L$ of K1 it is
$f\sqrt{ab}\;\Theta_L(c/\sqrt{ab})$. So the column profile of the first layer selects features, and all else is one constant.

**Powers.** For $g_l(u)=u^p$, $h_{l+1}(u)=u^q$ the constant is $f=[[power_flow]]$. For $p,q>0$ and $L\ge1$ this is more than the means of
the profiles would give, $[[density_flow]]$, since hubs that receive much also pass on much.

**Blocks.** With one hidden layer and a dense readout, let the rows fall into blocks with shares $s_b$ and with densities $W_b(v)$ that are
constant within a block. Then $\Theta$ is the mixture of the kernels at inputs weighted by $\sqrt{W_b}$. With two blocks it is $[[mixture]]$,
where $t_b=\Theta_{dense}(\sqrt{W_b}\,x,\sqrt{W_b}\,x')$.
""",
    steps=STEPS,
    source=Source("2510.17515", "v1", "beyond the paper"),
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(
            a, "mean square of the first input's coordinates, weighted by the column profile", POSITIVE, drawn=(1, 3)
        ),
        Quantity(
            b, "mean square of the second input's coordinates, weighted by the column profile", POSITIVE, drawn=(1, 3)
        ),
        Quantity(
            c,
            "mean product of the two inputs' coordinates, weighted by the column profile",
            sp.S.Reals,
            drawn=(sp.Rational(-9, 10), sp.Rational(9, 10)),
        ),
        Quantity(
            flow, "product over the hidden layers of the mean of row profile times next column profile", NON_NEGATIVE
        ),
        DEPTH.drawn_from(1, 3),
        Quantity(p, "power of the position that is the row profile", NON_NEGATIVE),
        Quantity(q, "power of the position that is the column profile", NON_NEGATIVE),
        Quantity(
            share,
            "share of the rows that are in the first of two blocks",
            sp.Interval(0, 1),
            drawn=(sp.Rational(1, 10), sp.Rational(9, 10)),
        ),
        Quantity(scales, "factor of the variance at one of two inputs", POSITIVE),
        Quantity(row, "row profile of a layer at a position", NON_NEGATIVE, drawn=(sp.Rational(1, 8), 1)),
        Quantity(column, "column profile of the next layer at a position", NON_NEGATIVE, drawn=(sp.Rational(1, 8), 1)),
        Quantity(overlap, "mean of a layer's row profile times the next column profile", NON_NEGATIVE),
        Quantity(below, "product of the overlaps of all hidden layers below one", NON_NEGATIVE),
        Quantity(above, "product of the overlaps of all hidden layers above one", NON_NEGATIVE),
        Quantity(blocks, "dense kernel at the inputs weighted by the densities of a block", sp.S.Reals),
    ),
    symbols={
        "W^{(l)}": "graphon of layer $l$, the last one that of the readout",
        "u, v": "positions of a unit and of one in the layer below",
        **KERNELS,
        **COORDINATES,
        "d": "number of inputs",
        "v_j": "position of input $j$",
        "W_b(v)": "density of the rows of block $b$ at an input",
        "s_b": "share of the rows that are in block $b$",
    },
    hypotheses=(
        replace(CAUCHY_SCHWARZ, words="a mean product that the two mean squares allow"),
        Hypothesis(r"ReLU $\varphi(z)=\sqrt2\max(z,0)$, no bias, masks independent of the weights, the limit of K2"),
    ),
    remarks=(
        Remark(
            "With two hidden layers the blocks mix inside $F$ and the mixture formula fails (seen in one example).",
            checked_by="blocks_mix_their_kernels",
        ),
    ),
    also=("kernel",),
    because={
        "scales": lambda scaled_value, scaled_slope: (
            same(scaled(relu.value, *scales), scaled_value),
            same(scaled(relu.slope, *scales), scaled_slope),
        ),
        "forward": covariances_go_forward,
        "backward": gradients_go_back,
        "own layer": layers_have_the_product_of_all_overlaps,
        "overlap of powers": powers_overlap,
        "powers": lambda power_overlap, power_flow: induction(
            power_flow, depth, power_overlap, lambda term: power_overlap * term, start=1
        ),
        "surplus": lambda power_overlap, surplus: (
            nonnegative((p + 1) * (q + 1) - 1 / power_overlap, p * q),
            same((p + 1) * (q + 1) - 1 / power_overlap, surplus),
        ),
        "mean densities": means_multiply_layer_by_layer,
        "one block": lambda block_kernel: same(block_kernel, ONE_LAYER, by=sp.expand),
        "blocks": blocks_are_integrated,
    },
    wrong=lambda: {
        "kernel: unweighted norms": unweighted,
        "kernel: weights squared": kernel.subs({a: a**2, b: b**2, c: c**2}),
        "kernel: covariance of the inputs": flow * c,
        "power_flow: mean densities": ((p + 1) * (q + 1)) ** (-depth),
        "power_flow: one layer more": (p + q + 1) ** (-depth - 1),
        "power_flow: one power more": power_flow / (p + q + 1),
        "mixture: equal shares": mixture.subs(share, sp.Rational(1, 2)),
        "mixture: the larger block alone": blocks[1],
        "mixture: the blocks exchanged": mixture.subs(share, 1 - share),
        "scaled_value: of degree two": scales[0] * scales[1] * relu.value,
        "scaled_value: the first input's": scales[0] * relu.value,
        "scaled_value: uncorrelated": scaled_value - sp.sqrt(a * b * scales[0] * scales[1]) / sp.pi - relu.value,
        "scaled_slope: a slope that grows": sp.sqrt(scales[0] * scales[1]) * scaled_slope,
        "passed: the row twice": row * passed,
        "passed: no overlap": passed / overlap,
        "sent_back: the row twice": column * sent_back,
        "sent_back: no slope": column * overlap * above,
        "own_factor: without its own overlap": below * above,
        "own_factor: the layers below twice": below * own_factor,
        "power_overlap: the product of the means": 1 / ((p + 1) * (q + 1)),
        "power_overlap: the value at the end": sp.S.One,
        "surplus: the sum": p + q,
        "density_flow: the flow": power_flow,
        "density_flow: of the rows": (p + 1) ** (-depth),
        "block_kernel: the readout alone": relu.value,
        "block_kernel: the gates alone": c * relu.slope,
    },
)
