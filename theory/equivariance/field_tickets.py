"""Q12.4: networks of irreducible fields with norm non-linearities inside random ones."""

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.equivariance import network_widths
from sparse_limits.theory.equivariance import ticket as relu
from sparse_limits.theory.equivariance.architectures import before, weight
from sparse_limits.theory.equivariance.lower_bound import CHANNELS_AFTER, CHANNELS_BEFORE, ERROR, FAILURE, n_in, n_out
from sparse_limits.theory.equivariance.network_widths import LAYER_ERROR, SHARE, coefficient, depth, passed, radius
from sparse_limits.theory.equivariance.network_widths import gains as weights
from sparse_limits.theory.equivariance.network_widths import gains_before as weights_before
from sparse_limits.theory.equivariance.network_widths import most as largest_share
from sparse_limits.theory.equivariance.network_widths import t as share
from sparse_limits.theory.equivariance.symbols import BASIS, FIELDS, B
from sparse_limits.theory.equivariance.ticket import BLOCK, MASS, PRODUCTS, inputs, norms
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, induction, same, vanishes
from sparse_limits.theory.subset_sum import block_counts
from sparse_limits.theory.subset_sum.potential import a, kappa, law_size
from sparse_limits.theory.subset_sum.potential import failure as one_failure
from sparse_limits.theory.subset_sum.product_laws import uniform_reach
from sparse_limits.theory.subset_sum.symbols import delta, eps, n
from sparse_limits.theory.subset_sum.two_layers import UNIFORM_PRODUCTS

hull = sp.Symbol("nu", positive=True)  # the largest norm of Σ_b δ_b B_b with |δ_b| ≤ 1
strength = sp.Symbol("gamma", positive=True)  # max_o Σ_i ‖Σ_b w_iob B_b‖
strengths = sp.Symbol("Gamma", positive=True)  # product of it over layers
strengths_before = sp.Symbol("Gamma_l", nonnegative=True)  # over those passed
lam, mu = sp.symbols("lambda mu", real=True)  # coefficients of the two random layers
EUCLIDEAN = {norms: hull, weight: strength, weights: strengths, weights_before: strengths_before}

item = lam * mu
failure = n_in * n_out * B * one_failure
size = law_size.subs(delta, delta / (n_in * n_out * B))
own_error = eps * hull * inputs
gain = strength + n_in * eps * hull
error = own_error + gain * before
feature, all_inputs, allowed, step_error, network_error, excess, layer_error = (
    each.subs(EUCLIDEAN)
    for each in (
        network_widths.feature,
        network_widths.all_inputs,
        network_widths.own_error,
        network_widths.step_error,
        network_widths.network_error,
        network_widths.excess,
        network_widths.layer_error,
    )
)
width = size.subs({eps: coefficient, delta: delta / depth}, simultaneous=True)
largest_error, largest_strength, empty_error = radius * strengths, n_in * hull * a / 2, a / 2
uniform_width = valued(width, {a: uniform_reach, kappa: sp.Rational(1, 2), coefficient: layer_error})

layer = {block_counts.d_0: n_in, block_counts.d_1: n_out * B}
one_sign = 1 - block_counts.scheme_success.subs(layer)  # of all items of some coefficient
needed = block_counts.scheme_units.subs(layer)
needed_in_all = needed.subs(n_in, n_in * depth)  # layers, of one size
COEFFICIENTS = {n_in: 3, n_out: 4, B: 2, **UNIFORM_PRODUCTS}
THREE_LAYERS = {
    **{n_in: 3, n_out: 4, B: 2, depth: 3, radius: 1, eps: sp.Rational(1, 10)},
    **{hull: sp.sqrt(2), strength: sp.Rational(1, 2), strengths: sp.Rational(1, 8)},
}
BY_SIGNS = "at most, as the true value lies in between (a coefficient of more than $\\varepsilon$ is missed if all its items have the other sign)"
ONE_LAYER, ALL_LAYERS = "`n_in`$\\cdot$`n_out`$\\cdot B/\\delta$", "$L\\cdot$`n_in`$\\cdot$`n_out`$\\cdot B/\\delta$"

STEPS = proof(
    r"""
items: Split the channels between the layers into one block of $n$ channels for each input channel $i$, and keep in block $i$ only the coefficients $\lambda$ of $I$
from channel $i$. There is no non-linearity between the layers. So a coefficient $\mu$ of $B_b$ contributes $[[item]]$ times $B_bx_i$, whatever the signs.

non-linearity (by Q12.3 for slope): $\eta_\theta$ commutes with orthogonal maps and increases no distance.

equivariance (from items, non-linearity; by composition): So what is kept commutes with $G$.

one target (from items; by R4): For a coefficient $w_{iob}$ the items of block $i$ and output $o$ are independent products, all of them usable. By R4 the probability
that no subset sum comes within $\varepsilon$ of the coefficient is at most $[[one_failure]]$. For $\varepsilon\ge\frac a2$ the empty sum suffices.

union (from one target; by union bound): The probability that some coefficient is missed is at most the sum of these probabilities, whatever $\lambda$ the
coefficients share.

failure (from union, equivariance): There is one coefficient for each input channel, output channel and basis element. So the sum of the probabilities is
$[[failure]]$.

size (from failure): This bound decreases in $n$, and it is $\delta$ at $n=[[size]]$.

own errors (from non-linearity; by triangle inequality): Errors $\delta_{iob}$ of up to $\varepsilon$ change $f_o(x)$ by at most
$\sum_i\|\sum_b\delta_{iob}B_b\||x_i|\le[[own_error]]$, where $\nu$ is the largest norm of $\sum_b\delta_bB_b$ for $|\delta_b|\le1$ and $\xi=\sum_i|x_i|$. After
$\eta_\theta$ the change is no larger.

gain (from own errors): The ticket's layer has $\max_o\sum_i\|\sum_b(w_{iob}+\delta_{iob})B_b\|\le[[gain]]$ with the strength $\gamma$ of the target's layer, since
each of the `n_in` channels adds at most $\varepsilon\nu$.

error (from own errors, gain): So if the features before the layer have errors of at most $\Delta$, its outputs have errors of at most $[[error]]$.

features (from non-linearity): As $\eta_\theta(0)=0$, a layer makes no channel longer than $\gamma=\max_o\sum_i\|\sum_bw_{iob}B_b\|$ times the longest channel before
it. So the target's channels have lengths of at most $[[feature]]$, where $\Gamma_l$ is the product of $\gamma$ over the $l$ layers before.

inputs of a layer (from features): The lengths of the `n_in` input channels of a layer add up to $\xi\le[[all_inputs]]$.

errors allowed (a definition): Let the coefficients of each layer have errors of at most $[[allowed]]$, with one $t\ge0$ for all layers.

these errors (from error, inputs of a layer, errors allowed): The bound of *error* increases in $\xi$. With these inputs and *errors allowed* it is at most
$[[step_error]]$.

layers passed (from features, these errors): So after $l\le L$ layers, whose strengths $\gamma$ have the product $\Gamma_l$, the features have errors of at most
$[[network_error]]$: the bound is $0$ for $l=0$, and if it holds for $l$, it holds for $l+1$. There is equality if all thresholds are $0$, all coefficients of a
layer are one number $w>0$, those of the ticket are $w+\varepsilon_\ell$, all inputs are one vector of length $R$, and $\sum_bB_b$ multiplies all lengths by $\nu$.

share (from layers passed): After all $L$ layers, with the product $\Gamma$, this bound is $\varepsilon$ if and only if $t=[[excess]]$.

error of a layer (from errors allowed, share): So the coefficients of a layer may have errors of up to $\varepsilon_\ell=[[layer_error]]$.

small enough (from error of a layer): The share $t$ increases in $\varepsilon$, and it is $[[most]]\le1$ at $\varepsilon=[[largest_error]]$. Since $|w|\le\frac a2$,
$\gamma$ is at most $[[largest_strength]]$. So $\varepsilon_\ell\le[[empty_error]]$ up to this error. For larger errors the empty network suffices.

all layers (from failure, small enough; by union bound): Each of the $L$ layers may fail with probability $\frac\delta L$.

width (from size, all layers): With errors of up to $\varepsilon_\ell$ this holds from $n=[[width]]$ on.

uniform coefficients (by R5.1 for uniform_density): A product of two numbers uniform on $[-1,1]$ has the density $-\frac12\ln|s|$ up to $|s|=1$, which is at least
$\frac12$ up to $\frac1e$.

uniform width (from error of a layer, width, uniform coefficients): At $a=\frac1e$, $\kappa=\frac12$ and *error of a layer* this width is $[[uniform_width]]$.
""",
    globals(),
    most=largest_share,
)

s_1, s_2 = sp.symbols("s_1 s_2", positive=True)


def linear_layers_multiply(item: sp.Expr) -> Relations:
    """μB after λI, for any B and any vector of the plane, whatever the signs."""
    x = sp.Matrix(sp.symbols("x_1 x_2", real=True))
    element = sp.Matrix(2, 2, sp.symbols("a_11 a_12 a_21 a_22", real=True))
    gap = mu * element * (lam * sp.eye(2) * x) - item * (element * x)
    yield vanishes(s_1 * gap[0] + s_2 * gap[1], by=sp.expand)


def strengths_add_up(own_error: sp.Expr, gain: sp.Expr) -> Relations:
    """Without channels the strength of the target, and for each channel more what its errors make of a vector of length 1."""
    one = own_error.subs(inputs, 1)
    yield induction(gain, n_in, strength, lambda term: term + one, by=sp.expand)


def both_errors_add_up(error: sp.Expr, own_error: sp.Expr, gain: sp.Expr) -> Relations:
    """Its own, and that of the features before times the gain: so much, if maps only multiply, all alike, and errors add to all."""
    yield same(error, own_error + gain * before, by=sp.expand)
    near = n_in * (strength / n_in + eps * hull) * (inputs / n_in + before)
    yield same(near - strength * inputs / n_in, error)


def errors_are_powers(feature: sp.Expr, step_error: sp.Expr, network_error: sp.Expr) -> Relations:
    """None in front of the first layer; behind one more what a layer makes of the error before; a multiple of the features."""
    yield same(network_error.subs({passed: 0, strengths_before: 1}), sp.S.Zero)
    yield same(network_error.subs(passed, 1), feature * share)
    further = network_error.subs({passed: passed + 1, strengths_before: strength * strengths_before}, simultaneous=True)
    yield same(further, step_error.subs(before, network_error), by=lambda gap: sp.expand(sp.powsimp(gap)))


def each_layer_has_its_error(allowed: sp.Expr, excess: sp.Expr, layer_error: sp.Expr) -> Relations:
    """What is allowed, at this share."""
    yield same(layer_error, allowed.subs(share, excess))


field_ticket = Claim(
    label="Q12.4",
    title="Tickets for networks of irreducible fields",
    headline=r"Vector features with norm non-linearities (Q12.3) have tickets too. In a layer a mask brings all coefficients within $\varepsilon$, with probability at least $1-\delta$, if for each input channel there are $$n\ge[[size]]$$ hidden ones.",
    statement=r"""
**Target.** Let a finite group $G$ act orthogonally on $V$, and let $B_1=I,\dots,B_B$ be a basis of the linear maps of $V$ to itself that commute with this action. Let
the target have $L$ layers $h_\ell=\eta(\sum_{i,b}w_{iob}B_bh_{\ell-1,i})$ with coefficients $|w|\le\frac a2$ and norm non-linearities $\eta=\eta_\theta$ (Q12.3), one
threshold $\theta\ge0$ for each output channel. Let $\nu$ be the largest norm of $\sum_b\delta_bB_b$ with $|\delta_b|\le1$, and
$\gamma=\max_o\sum_i\|\sum_bw_{iob}B_b\|>0$ the *strength* of a layer (Euclidean norms).

**Source.** For each layer of the target the source has two random linear layers with this basis and *nothing between them*, followed by the target's $\eta$. Between the
two layers lie $n$ channels for each of the `n_in` input channels. All coefficients of the source are independent and have one symmetric law for which a product of two
has at least the density $\kappa$ on $[-a,a]$.

(i) **One layer.** Except with probability at most $$[[failure]]$$ some mask leaves a layer whose coefficients have errors of at most $\varepsilon$. This layer commutes
with $G$. If the inputs have errors of at most $\Delta$ in each channel, the outputs have errors of at most $$[[error]]$$ for *all* inputs, where $\xi=\sum_i|x_i|$ for
the inputs of the target. The failure probability is at most $\delta$ if $n\ge[[size]]$.

(ii) **Networks.** Let no channel of the input be longer than $R$, let $\Gamma$ be the product of the strengths of all layers, let $\varepsilon>0$, and
allow the coefficients of layer $\ell$ errors of up to $\varepsilon_\ell$, where $$t=[[excess]],\qquad\varepsilon_\ell=[[layer_error]].$$ Let each layer have $$n\ge[[width]]$$ with its own $\varepsilon_\ell$. Then, except with probability at most
$\delta$, some mask leaves a network that commutes with $G$ and whose output vectors, at all these inputs, are within $\varepsilon$ of those of the target. For
coefficients uniform on $[-1,1]$ ($a=\frac1e$, $\kappa=\frac12$) the condition is $$n\ge[[uniform_width]].$$

**The error bound is attained.** Let $\Gamma_l$ be the product of the strengths of the first $l\le L$ layers. Coefficients within $\varepsilon_\ell$ cause, after these
layers, an error of at most $$[[network_error]].$$ For $V$ of Q12.3 and all $L$, $R$ and numbers of channels there are targets and coefficients that attain it.

**Fields of the plane.** $C_N$ at a frequency $0<k<\frac N2$ has $B=2$ and $\nu=\sqrt2$, and $D_N$ has $B=\nu=1$ (Q12.3).
""",
    steps=STEPS,
    source=Source(
        "2206.04270",
        "v2",
        "abstract: “one can approximate any G-equivariant network of fixed width and depth by pruning a randomly "
        "initialized overparametrized G-equivariant network to a G-equivariant subnetwork”; the non-linearity, widths and "
        "constants are ours",
    ),
    provenance=Provenance.EXTENSION,
    quantities=(
        BLOCK.drawn_from(0, 60),
        Quantity(depth, "number of layers of the target", COUNT, drawn=(1, 6)),
        Quantity(passed, "number of layers that the input has passed, at most all", COUNT_FROM_ZERO, drawn=(0, 6)),
        CHANNELS_BEFORE.drawn_from(1, 9),
        CHANNELS_AFTER.drawn_from(1, 9),
        BASIS.drawn_from(1, 4),
        Quantity(
            hull,
            "largest norm of a combination of the basis elements with coefficients up to 1",
            POSITIVE,
            drawn=(1, 2),
        ),
        Quantity(
            strength,
            "largest sum, over an output channel, of the norms of the maps from the channels before",
            POSITIVE,
            drawn=(sp.Rational(1, 8), 1),
        ),
        Quantity(strengths, "product of the strengths of all layers", POSITIVE, drawn=(sp.Rational(1, 2), 3)),
        Quantity(
            strengths_before,
            "product of the strengths of the layers that the input has passed",
            NON_NEGATIVE,
            drawn=(sp.Rational(1, 2), 3),
        ),
        Quantity(radius, "largest length of a channel of the input", POSITIVE, drawn=(sp.Rational(1, 2), 3)),
        *PRODUCTS,
        LAYER_ERROR,
        ERROR.drawn_from(sp.Rational(1, 1000), sp.Rational(1, 10)),
        FAILURE.drawn_from(sp.Rational(1, 100), sp.Rational(1, 2)),
        SHARE,
        Quantity(
            before,
            "largest error of a value in front of the next layer, the length of that of a channel",
            NON_NEGATIVE,
            drawn=(0, 4),
        ),
        Quantity(
            inputs, "sum of the sizes of the channels before the layer, each its length", NON_NEGATIVE, drawn=(0, 4)
        ),
        Quantity((lam, mu), "coefficient of a random layer", sp.S.Reals, drawn=(-1, 1)),
    ),
    hypotheses=(
        Hypothesis("orthogonal representations, Euclidean lengths"),
        Hypothesis("independent coefficients of one symmetric law, independent of the target"),
        Hypothesis("the source has the thresholds of the target"),
        MASS,
        Hypothesis(
            "the product of all strengths, which is the only one for one layer",
            sp.Eq(strengths, strength) | (depth > 1),
            needed_by=("excess", "layer_error", "uniform_width"),
        ),
        Hypothesis("no layer of the target is zero"),
    ),
    symbols=FIELDS,
    sharp=(
        Sharp(
            expression="network_error",
            example=r"thresholds $0$, one $w>0$ for all coefficients of a layer, $w+\varepsilon_\ell$ in the ticket, all inputs one vector of length $R$",
            check="the_error_is_attained",
        ),
    ),
    aids={"one_sign": one_sign, "needed": needed, "needed_in_all": needed_in_all},
    loose=(
        Loose(
            expression="failure",
            truth="one_sign",
            at=tuple({**COEFFICIENTS, eps: sp.Rational(1, 4), n: channels} for channels in (40, 80)),
            lost=f"{BY_SIGNS}: in R4's proof, whose factor for each channel is $\\frac34$ here, while the factor of such samples is $\\frac12$, and in its $2\\varepsilon^{{-2}}$",
            exponent="both are exponential in $n$ to leading order, so that the quotient of the logarithms tends to that of $\\ln2$ and $-\\ln(1-\\frac{a\\kappa}2)$",
        ),
        *(
            Loose(
                expression=number,
                truth=truth,
                at=tuple({**place, delta: chance} for chance in (sp.Rational(1, 10), sp.Rational(1, 1000))),
                lost=f"{BY_SIGNS}: in R4's proof, which follows the measure that is covered, and in $\\varepsilon$, on which signs do not depend",
                order=f"in {counted}: both are affine in its logarithm to leading order",
            )
            for number, truth, place, counted in (
                ("size", "needed", {**COEFFICIENTS, eps: sp.Rational(1, 100)}, ONE_LAYER),
                ("width", "needed_in_all", {**COEFFICIENTS, depth: 3, coefficient: sp.Rational(1, 100)}, ALL_LAYERS),
                ("uniform_width", "needed_in_all", THREE_LAYERS, ALL_LAYERS),
            )
        ),
    ),
    because={
        "items": linear_layers_multiply,
        "failure": lambda failure, one_failure: (
            same(failure, n_in * n_out * B * one_failure),
            same(failure.subs(kappa, kappa / 2), relu.nonnegative_failure),
        ),
        "gain": strengths_add_up,
        "error": both_errors_add_up,
        "features": lambda feature: (
            same(feature.subs(strengths_before, 1), radius),
            same(feature.subs(strengths_before, strength * strengths_before), strength * feature),
        ),
        "inputs of a layer": network_widths.channels_add_up,
        "layers passed": errors_are_powers,
        "error of a layer": each_layer_has_its_error,
    },
    wrong=lambda: {
        "item: the modulus of the first": sp.Abs(lam) * mu,
        "item: ReLU between": mu * sp.Max(lam, 0),
        "item: the sum": lam + mu,
        "failure: one output": failure.subs(n_out, 1),
        "failure: one element": failure.subs(B, 1),
        "failure: half of the items usable": failure.subs(kappa, kappa / 2),
        "one_failure: of half the items": one_failure.subs(kappa, kappa / 2),
        "size: one element": size.subs(B, 1),
        "size: half of the items usable": size.subs(kappa, kappa / 2),
        "size: the error itself": size.subs(eps, sp.sqrt(eps)),
        "gain: the strength of the target": strength,
        "gain: one channel before": strength + eps * hull,
        "error: no error from before": own_error,
        "error: errors add up": own_error + before,
        "error: half of its own error": own_error / 2,
        "error: without the inputs": error.subs(inputs, 0),
        "feature: the inputs alone": radius,
        "feature: the strengths alone": strengths_before,
        "all_inputs: of one channel": feature,
        "all_inputs: the square": n_in**2 * feature,
        "step_error: no errors before": step_error.subs(before, 0),
        "step_error: errors before that the layer does not enlarge": strength * (share * feature + before),
        "network_error: errors that add up": feature * passed * share,
        "network_error: one layer more": network_error.subs(passed, passed + 1),
        "network_error: an exponential": feature * (sp.exp(passed * share) - 1),
        "network_error: the inputs alone": radius * ((1 + share) ** passed - 1),
        "excess: an equal part of the error": eps / (radius * strengths * depth),
        "excess: without the radius": excess.subs(radius, 1),
        "excess: without the strengths": excess.subs(strengths, 1),
        "excess: one layer": excess.subs(depth, 1),
        "layer_error: norms added up": layer_error * hull / 2,
        "layer_error: without the channels": layer_error * n_in,
        "layer_error: without the strength": layer_error / strength,
        "layer_error: without the hull": layer_error * hull,
        "layer_error: a billionth of the error": layer_error / 10**9,
        "layer_error: without the strengths": layer_error.subs(strengths, 1),
        "most: the square of the share": largest_share**2,
        "most: an equal part of 1": 1 / depth,
        "largest_error: without the radius": strengths,
        "largest_strength: one channel before": hull * a / 2,
        "width: one layer's probability": width.subs(depth, 1),
        "width: half of the items usable": width.subs(kappa, kappa / 2),
        "uniform_width: the error of the network for that of a layer": uniform_width.subs(depth, 1),
        "allowed: without the hull": allowed * hull,
        "allowed: without the channels": allowed * n_in,
        "one_sign: one output": one_sign.subs(n_out, 1),
        "one_sign: one element": one_sign.subs(B, 1),
        "one_sign: one channel before": one_sign.subs(n_in, 1),
        "one_sign: half of the items usable": one_sign.subs(n, n / 2),
        "needed_in_all: of one layer": needed,
        "needed: of one coefficient": -sp.log(delta) / sp.log(2),
    },
)
