"""Q11.1: whole equivariant networks inside random ones: how wide each random layer has to be, from the target alone."""

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.equivariance import architectures, block_chances, ticket
from sparse_limits.theory.equivariance.architectures import before, weight
from sparse_limits.theory.equivariance.lower_bound import CHANNELS_AFTER, CHANNELS_BEFORE, ERROR, FAILURE, n_in, n_out
from sparse_limits.theory.equivariance.symbols import BASIS, COEFFICIENTS, IDENTITY, RELU, B
from sparse_limits.theory.equivariance.ticket import BLOCK, INPUTS, MASS, NORMS, PRODUCTS, inputs, norms
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, induction, nonnegative, same
from sparse_limits.theory.subset_sum.potential import a, kappa
from sparse_limits.theory.subset_sum.product_laws import uniform_reach
from sparse_limits.theory.subset_sum.symbols import delta, eps

depth = sp.Symbol("L", positive=True, integer=True)  # layers of the target
passed = sp.Symbol("l", nonnegative=True, integer=True)  # of them, that the input has passed
radius, gains = sp.symbols("R Omega", positive=True)
gains_before = sp.Symbol("Omega_l", nonnegative=True)  # products of ω over layers
coefficient = sp.Symbol("epsilon_ell", positive=True)  # error of the coefficients of one layer
t = sp.Symbol("t", nonnegative=True)  # the share by which a layer may err

RADIUS = Quantity(radius, "largest modulus of an input", POSITIVE, drawn=(sp.Rational(1, 2), 3))
LAYER_ERROR = Quantity(
    coefficient,
    "largest error of a coefficient of the layer",
    POSITIVE,
    drawn=(sp.Rational(1, 1000), sp.Rational(1, 10)),
)

SHARE = Quantity(
    t,
    "share of a layer's output by which its coefficients may make it err",
    NON_NEGATIVE,
    drawn=(sp.Rational(1, 100), 1),
)
feature = radius * gains_before
all_inputs = n_in * feature
own_error = weight * t / (n_in * norms)
one_layer = architectures.error.subs(eps, coefficient)
step_error = weight * (t * feature + (1 + t) * before)
network_error = feature * ((1 + t) ** passed - 1)
excess = (1 + eps / (radius * gains)) ** (1 / depth) - 1
layer_error = weight * excess / (n_in * norms)
most = 2 ** (1 / depth) - 1
failure, nonnegative_failure = (each.subs(eps, coefficient) for each in (ticket.failure, ticket.nonnegative_failure))
one_of_all = {eps: coefficient, delta: delta / depth}
first_width = ticket.size.subs(one_of_all, simultaneous=True)
later_width = first_width.subs(delta, 2 * delta)
uniform = {a: uniform_reach, kappa: sp.Rational(1, 2), coefficient: layer_error}
uniform_first_width, uniform_later_width = (valued(each, uniform) for each in (first_width, later_width))
NETWORK = {n_in: 3, n_out: 8, B: 9, depth: 3}  # three layers of convolutions with windows of nine cells
LAW = {a: sp.Rational(1, 2), kappa: sp.Rational(1, 2), coefficient: sp.Rational(1, 100)}
UNIFORM = {weight: 1, norms: 9, gains: 1, radius: 1, eps: sp.Rational(1, 10)}

STEPS = proof(
    r"""
one layer of the target (by triangle inequality): Since $\|f_o\|_\infty\le\sum_{i,b}|w_{iob}|\|B_b\|\|h_i\|_\infty$, a layer increases the
largest modulus of a channel by at most the factor $\omega=\max_o\sum_{i,b}|w_{iob}|\|B_b\|$, and ReLU does not increase it.

features (from one layer of the target): Before a layer the target's channels have moduli of at most $[[feature]]$, where $\Omega_l$ is the
product of $\omega$ over the $l$ layers before: one more layer multiplies this bound by its own factor.

inputs of a layer (from features): The sizes of the `n_in` input channels of a layer add up to $\xi\le[[all_inputs]]$.

errors allowed (a definition): Let the coefficients of each layer have errors of at most $[[own_error]]$, with one $t\ge0$ for all layers.

one layer of the ticket (by Q9 for error): If its coefficients have errors of at most $\varepsilon_\ell$ and the features before it have
errors of at most $\Delta$, the layer's output has an error of at most $[[one_layer]]$.

these errors (from inputs of a layer, errors allowed, one layer of the ticket): This bound increases in $\xi$. With these inputs and *errors
allowed* it is at most $[[step_error]]$.

layers passed (from features, these errors): So after $l\le L$ layers, whose factors $\omega$ have the product $\Omega_l$, the features have
errors of at most $[[network_error]]$: the bound is $0$ for $l=0$, and if it holds for $l$, it holds for $l+1$. There is equality if all
levels are transitive, the bases are orbit bases, all coefficients of a layer are one number $w>0$, those of the ticket are
$w+\varepsilon_\ell$, and all inputs are $R$.

share (from layers passed): After all $L$ layers, with the product $\Omega$, this bound is $\varepsilon$ if and only if $t=[[excess]]$.

error of a layer (from errors allowed, share): So the coefficients of a layer may have errors of up to $\varepsilon_\ell=[[layer_error]]$.

small enough (from error of a layer): The share $t$ increases in $\varepsilon$, and it is $[[most]]\le1$ at $\varepsilon=R\,\Omega$. Since
$|w|\le\frac a2$, $\omega$ is at most `n_in`$\cdot\beta\cdot\frac a2$. So $\varepsilon_\ell\le\frac a2$ up to this error. For larger errors
the empty network suffices.

one ticket (from small enough; by Q7.1 for failure, nonnegative_failure): For one layer, whatever the inputs, all coefficients are found
within $\varepsilon_\ell$ except with probability at most $[[failure]]$. At inputs $x\ge0$, as all layers after a ReLU have them, this
probability is at most $[[nonnegative_failure]]$.

all layers (from one ticket; by union bound): Each of the $L$ layers may fail with probability $\frac\delta L$.

first layer (from one ticket, all layers): With both signs this holds from $n=[[first_width]]$ on.

later layers (from one ticket, all layers): With one sign this holds from $n=[[later_width]]$ on.

uniform coefficients (by R5.1 for uniform_density): A product of two numbers uniform on $[-1,1]$ has the density $-\frac12\ln|s|$ up to
$|s|=1$, which is at least $\frac12$ up to $\frac1e$.

uniform widths (from error of a layer, first layer, later layers, uniform coefficients): At $a=\frac1e$, $\kappa=\frac12$ and *error of a
layer* the widths are $[[uniform_first_width]]$ and $[[uniform_later_width]]$.
""",
    globals(),
)

y = sp.Symbol("y", positive=True)


def channels_add_up(feature: sp.Expr, all_inputs: sp.Expr) -> Relations:
    """One channel more adds as much as one."""
    yield induction(all_inputs, n_in, feature, lambda term: term + feature, start=1, by=sp.expand)


def errors_grow_by_what_is_allowed(
    one_layer: sp.Expr, own_error: sp.Expr, all_inputs: sp.Expr, step_error: sp.Expr
) -> Relations:
    """What Q9 says of such errors and inputs; and that larger inputs, and larger errors before, do not lower it."""
    yield same(one_layer.subs({coefficient: own_error, inputs: all_inputs}), step_error)
    yield nonnegative(sp.diff(one_layer, inputs), coefficient * norms)
    yield nonnegative(sp.diff(step_error, before), weight * (1 + t))


def errors_are_powers(step_error: sp.Expr, network_error: sp.Expr) -> Relations:
    """None in front of the first layer, and behind one more what a layer makes of the error before."""
    yield same(network_error.subs({passed: 0, gains_before: 1}), sp.S.Zero)
    further = network_error.subs({passed: passed + 1, gains_before: weight * gains_before}, simultaneous=True)
    yield same(further, step_error.subs(before, network_error), by=lambda gap: sp.expand(sp.powsimp(gap)))


def shares_make_up_the_error(network_error: sp.Expr, excess: sp.Expr) -> Relations:
    """At this share L log(1 + t), to which the error leads, is what it is at ε; and the error grows with the share."""
    last = network_error.subs({passed: depth, gains_before: gains})
    yield same(depth * sp.log(1 + t), sp.log(1 + last / (radius * gains)), by=sp.expand_log)
    yield same(depth * sp.log(1 + excess), sp.log(1 + eps / (radius * gains)), by=sp.expand_log)
    yield nonnegative(sp.diff(last, t), depth * radius * gains * (1 + t) ** (depth - 1))


def each_layer_has_its_error(own_error: sp.Expr, excess: sp.Expr, layer_error: sp.Expr) -> Relations:
    """What is allowed, at this share."""
    yield same(layer_error, own_error.subs(t, excess))


def errors_are_at_most_those_of_empty_sums(layer_error: sp.Expr, most: sp.Expr) -> Relations:
    """With the largest weight that coefficients can have: a/2 times the share, which grows up to 2^(1/L) − 1, at most its value 1 for L = 1."""
    largest = layer_error.subs(weight, n_in * norms * a / 2)
    yield same(largest.subs(eps, radius * gains), a / 2 * most)
    growth = a * (1 + eps / (radius * gains)) ** (1 / depth) / (2 * depth * (radius * gains + eps))
    yield nonnegative(sp.diff(largest, eps), growth)
    yield same(most.subs(depth, 1), sp.S.One)
    yield nonnegative(sp.diff(most.subs(depth, 1 / y), y), sp.log(2) * 2**y)  # so that it falls in L


def uniform_widths_have_all_put_in(
    first_width: sp.Expr,
    later_width: sp.Expr,
    layer_error: sp.Expr,
    uniform_first_width: sp.Expr,
    uniform_later_width: sp.Expr,
) -> Relations:
    """The widths at a = 1/e, κ = 1/2 and the error of a layer."""
    law = {a: sp.exp(-1), kappa: sp.Rational(1, 2), coefficient: layer_error}
    yield same(uniform_first_width, first_width.subs(law))
    yield same(uniform_later_width, later_width.subs(law))


network_ticket = Claim(
    label="Q11.1",
    title="Widths at which random networks contain whole equivariant networks",
    headline=r"Fix an equivariant network with small coefficients. A random one of twice its depth and some width $O(\ln\frac1{\varepsilon\delta})$ has, with probability $1-\delta$, a mask on coefficients that is within $\varepsilon$ of it at all bounded inputs.",
    statement=r"""
**Target.** Let the target be a network of $L$ equivariant layers as in Q9: the group acts on all levels by permutations, and ReLU lies
between the layers but not after the last. Let its coefficients satisfy $|w|\le\frac a2$. For each layer let `n_in`, `n_out` be the numbers of
its input and output channels, $B$ the number of its basis elements, $\beta=\sum_b\|B_b\|$, and $\omega=\max_o\sum_{i,b}|w_{iob}|\|B_b\|>0$
its *weight* (operator norms induced by the maximum norm). Let $\Omega$ be the product of the weights of all layers. Let no input exceed $R$
in modulus. (Then no output exceeds $R\,\Omega$ in modulus, so if an error of $R\,\Omega$ is allowed, the empty network suffices, whatever the widths.)

**Source.** For each layer of the target the source has two random layers, as in Q7.1, with $n$ channels between them for each input
channel. Its coefficients have the law of Q7.1: a product of two has at least the density $\kappa$ on $[-a,a]$.

**Widths.** Let $\varepsilon>0$, and allow the coefficients of layer $\ell$ errors of up to $\varepsilon_\ell$, where
$$t=[[excess]],\qquad\varepsilon_\ell=[[layer_error]].$$ Let $$n\ge[[first_width]]$$ for the first layer of the target and
$$n\ge[[later_width]]$$ for every other layer, each with its own $\varepsilon_\ell$. Then, except with probability at most $\delta$, some mask leaves an equivariant
network that is within $\varepsilon$ of the target at *all* these inputs, in every output. If inputs are never negative, the second width
suffices for the first layer, too. For coefficients uniform on $[-1,1]$ ($a=\frac1e$, $\kappa=\frac12$) the widths are
$$[[uniform_first_width]]$$ and $$[[uniform_later_width]].$$

**The error bound is attained.** Let $\Omega_l$ be the product of the weights of the first $l\le L$ layers. Coefficients within
$\varepsilon_\ell$ cause, after these layers, an error of at most $$[[network_error]],$$ which is $\varepsilon$ after the last layer. For
orbit bases of transitive levels, and for all $L$, $R$, numbers of channels and weights, there are targets and coefficients that attain it.
So no larger $t$, the same for all layers, is admissible. This does not say that the widths cannot be smaller; Q11.2 and Q11.3 compare them.

**Dense networks** $x\mapsto W_L\sigma(\cdots\sigma(W_1x))$ are the case of one point: $B=\beta=1$, $\omega=\|W_\ell\|_{\infty\to\infty}$.

**Without the identity.** If the first basis of a pair of layers is an orbit basis that lacks $I$, then by Q7.2 $n$ channels for each input
channel and each orbit suffice, with the failure probability and the errors of Q7.1. The proof is otherwise the same.
""",
    steps=STEPS,
    source=Source(
        "2206.04270",
        "v2",
        "abstract: “one can approximate any G-equivariant network of fixed width and depth by pruning a randomly "
        "initialized overparametrized G-equivariant network to a G-equivariant subnetwork”; widths and constants are ours",
    ),
    provenance=Provenance.RECONSTRUCTED,
    quantities=(
        BLOCK.drawn_from(0, 60),
        Quantity(depth, "number of layers of the target", COUNT, drawn=(1, 6)),
        Quantity(passed, "number of layers that the input has passed, at most all", COUNT_FROM_ZERO, drawn=(0, 6)),
        CHANNELS_BEFORE.drawn_from(1, 9),
        CHANNELS_AFTER.drawn_from(1, 9),
        BASIS.drawn_from(1, 15),
        Quantity(norms, NORMS.meaning, POSITIVE, drawn=(1, 4)),
        Quantity(weight, architectures.WEIGHT, POSITIVE, drawn=(sp.Rational(1, 8), 1)),
        Quantity(
            gains,
            "product of the weights of all layers, each the largest sum, over an output channel, of moduli of coefficients "
            "times norms of basis elements",
            POSITIVE,
            drawn=(sp.Rational(1, 2), 3),
        ),
        Quantity(
            gains_before,
            "product of the weights of the layers that the input has passed",
            NON_NEGATIVE,
            drawn=(sp.Rational(1, 2), 3),
        ),
        RADIUS,
        *PRODUCTS,
        LAYER_ERROR,
        ERROR.drawn_from(sp.Rational(1, 1000), sp.Rational(1, 10)),
        FAILURE.drawn_from(sp.Rational(1, 100), sp.Rational(1, 2)),
        SHARE,
        Quantity(before, "largest error of a value in front of the next layer", NON_NEGATIVE, drawn=(0, 4)),
        INPUTS.drawn_from(0, 4),
    ),
    hypotheses=(
        Hypothesis("permutation representations"),
        Hypothesis("independent coefficients of one symmetric law, independent of the target"),
        MASS,
        Hypothesis(
            "the product of all weights, which is the only one for one layer",
            sp.Eq(gains, weight) | (depth > 1),
            needed_by=("excess", "layer_error", "uniform_first_width", "uniform_later_width"),
        ),
        Hypothesis("the first basis of each pair contains the identity, or is one of orbits with blocks as in Q7.2"),
        Hypothesis("no layer of the target is zero"),
    ),
    named={"t": excess, "q": 1 - a * kappa / 4, "p": 1 - sp.exp(-1) / 8},
    symbols={
        **COEFFICIENTS,
        **RELU,
        **IDENTITY,
        "x": "input of a dense network",
        r"W_\ell": r"matrix of its layer $\ell$",
        r"\|\cdot\|_{\infty\to\infty}": "norm of a matrix for maxima, the largest sum of moduli in a row",
    },
    uses=("Q7.2",),
    aids={"needed": block_chances.needed, "nonnegative_needed": block_chances.nonnegative_needed},
    sharp=(
        Sharp(
            expression="network_error",
            example=r"one $w>0$ for all coefficients of a layer, $w+\varepsilon_\ell$ in the ticket, all inputs $R$, orbit bases, transitive levels",
            check="the_error_is_attained",
        ),
    ),
    loose=tuple(
        Loose(
            expression=width,
            truth=truth,
            at=tuple({**NETWORK, **law, delta: chance} for chance in (sp.Rational(1, 10), sp.Rational(1, 1000))),
            lost="at most, since the number of Q11.3 for the blocks of one layer is a lower bound: in R4, as in Q7.1, and in the union bound over the layers",
            order=r"by Q11.3 in `n_in`$\cdot$`n_out`$\cdot B/\delta$, for a fixed depth",
        )
        for width, truth, law in (
            ("first_width", "needed", LAW),
            ("later_width", "nonnegative_needed", LAW),
            ("uniform_first_width", "needed", UNIFORM),
            ("uniform_later_width", "nonnegative_needed", UNIFORM),
        )
    ),
    because={
        "features": lambda feature: (
            same(feature.subs(gains_before, 1), radius),
            same(feature.subs(gains_before, weight * gains_before), weight * feature),
        ),
        "inputs of a layer": channels_add_up,
        "these errors": errors_grow_by_what_is_allowed,
        "layers passed": errors_are_powers,
        "share": shares_make_up_the_error,
        "error of a layer": each_layer_has_its_error,
        "small enough": errors_are_at_most_those_of_empty_sums,
        "uniform widths": uniform_widths_have_all_put_in,
    },
    wrong=lambda: {
        "feature: the inputs alone": radius,
        "feature: the weights alone": gains_before,
        "all_inputs: of one channel": feature,
        "all_inputs: the square": n_in**2 * feature,
        "step_error: no errors before": step_error.subs(before, 0),
        "step_error: errors before that the layer does not enlarge": weight * (t * feature + before),
        "step_error: errors of the inputs alone": weight * (t * radius + (1 + t) * before),
        "one_layer: errors of the norms alone": coefficient * norms * inputs,
        "network_error: errors that add up": feature * passed * t,
        "network_error: an exponential": feature * (sp.exp(passed * t) - 1),
        "network_error: one layer more": network_error.subs(passed, passed + 1),
        "network_error: the inputs alone": radius * ((1 + t) ** passed - 1),
        "excess: an equal part of the error": eps / (radius * gains * depth),
        "excess: without the radius": excess.subs(radius, 1),
        "excess: without the weights": excess.subs(gains, 1),
        "excess: one layer": excess.subs(depth, 1),
        "layer_error: without the norms": layer_error * norms,
        "layer_error: without the channels": layer_error * n_in,
        "layer_error: without the weight": layer_error / weight,
        "layer_error: without the weights": layer_error.subs(gains, 1),
        "most: the square of the share": most**2,
        "most: an equal part of 1": 1 / depth,
        "first_width: one layer's probability": first_width.subs(depth, 1),
        "first_width: one sign": later_width,
        "first_width: all items usable": first_width.subs(kappa, 2 * kappa),
        "failure: one output": failure.subs(n_out, 1),
        "later_width: one layer's probability": later_width.subs(depth, 1),
        "later_width: both signs": first_width,
        "later_width: all items usable": later_width.subs(kappa, 2 * kappa),
        "nonnegative_failure: one element": nonnegative_failure.subs(B, 1),
        "uniform_first_width: one sign": uniform_later_width,
        "uniform_first_width: the error of the network for that of a layer": uniform_first_width.subs(depth, 1),
        "uniform_first_width: a twentieth of the first": uniform_first_width / 20,
        "uniform_later_width: both signs": uniform_first_width,
        "uniform_later_width: a twentieth of the others": uniform_later_width / 20,
        "own_error: without the norms": own_error * norms,
        "own_error: without the channels": own_error * n_in,
    },
)
