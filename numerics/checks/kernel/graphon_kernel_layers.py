"""Evidence for K2, step by step: what an edge adds, and what the layers add, for any number of either."""

from __future__ import annotations

import math
from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.checks.kernel.graphon_kernel import THREE, open_profile
from sparse_limits.numerics.evidence import Finding, Trial, exact
from sparse_limits.numerics.evidence.sums import same_whatever, sloped
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.graphon_kernel import (
    DENSE_READOUT,
    GRAPHONS,
    above,
    applied,
    covariance,
    gate,
    gradient,
    graphon_tangent_kernel,
    kept,
    strength,
    tangent,
)
from sparse_limits.theory.saliency.model import u, v


def under_integrals(formula: sp.Expr) -> sp.Expr:
    """The integrand of a formula over positions in [0, 1], with u for that of the upper layer.

    If integrals agree for all functions, so do their integrands.
    """
    return sp.expand(formula.replace(sp.Integral, lambda inside, *_: inside).subs(above, u))


@exact(graphon_tangent_kernel, step="sum over layers", cost=0.6)
def one_pass_forward_is_the_sum_over_layers(
    tangent_step: sp.Expr, backward: sp.Expr, own_layer: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """One pass forward adds up what all layers contribute, for W, Σ, κ₀ and Θ left open, and for one to three hidden layers.

    ∫ G Θ is what the edges of a layer add by themselves, and ∫ κ₀ (∫ G W) Θ of the layer below, which is 0 at the inputs.
    In the networks of one to three hidden layers, Σ and κ₀ are known up to a factor.
    """
    onward = gate(v) * backward.subs(u, v) * tangent(v)
    collected = under_integrals(gradient(u) * tangent_step)
    yield same_whatever(trial, collected, under_integrals(own_layer) + under_integrals(onward))
    nothing = collected.replace(tangent, lambda place: sp.S.Zero)
    yield same_whatever(trial, nothing, under_integrals(own_layer))
    cases = []
    for graphons in (DENSE_READOUT, GRAPHONS, THREE):
        values, gates = ([open_profile(name, layer) for layer in range(len(graphons))] for name in ("sigma", "kappa"))
        passed, back, total = sp.S.Zero, sp.S.One, sp.S.Zero
        for graphon, value, opened in zip(graphons, values, gates, strict=True):
            step = applied(tangent_step, graphon, {covariance: value, gate: opened, tangent: passed})
            passed = step.subs(u, v)
        for layer in reversed(range(len(graphons))):
            total += applied(own_layer, graphons[layer], {covariance: values[layer], gradient: back})
            back = sp.expand(gates[layer] * applied(backward, graphons[layer], {gradient: back}).subs(u, v))
        cases.append((passed, total))
    yield trial.at_sizes(cases, "depths")


MASKS = ((1, 1), (1, 0), (0, 1))  # of the two edges into a neuron


def small_network() -> Iterator[tuple[sp.Expr, list[dict[sp.Basic, sp.Expr]]]]:
    """For each mask, the product of a neuron's gradients at two inputs, by differentiation, and the values below its two edges.

    One input coordinate, two neurons below of activation z + z³, all weights letters.
    """
    places = sp.symbols("t_1 t_2")  # the two values of the input
    weights, below = sp.symbols("w_1 w_2"), sp.symbols("a_1 a_2")
    z = sp.Symbol("z")
    activation = z + z**3
    for masks in MASKS:
        rows = [
            sum(m * w * activation.subs(z, w_0 * at) for m, w, w_0 in zip(masks, weights, below, strict=True))
            for at in places
        ]
        product_of_gradients = sum(sp.diff(rows[0], w) * sp.diff(rows[1], w) for w in (*weights, *below))
        edges: list[dict[sp.Basic, sp.Expr]] = []
        for m, w, w_0 in zip(masks, weights, below, strict=True):
            inner = [w_0 * at for at in places]
            values, slopes = ([each.subs(z, at) for at in inner] for each in (activation, activation.diff(z)))
            found = {covariance: sp.prod(values), gate: sp.prod(slopes), tangent: sp.prod(places)}
            edges.append({kept: sp.Integer(m), strength: w, **found})
        yield product_of_gradients, edges


@exact(graphon_tangent_kernel, step="edge")
def edges_add_up_to_the_product_of_gradients(edge: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The stated terms of all edges add up to the product of a neuron's gradients, for any number of weights below and any activation.

    This is by induction, one weight more below an edge; small networks are added, for all masks of two edges.
    Sums over the weights below: `met` is the product of the gradients of the neuron below, `across` those of it and of what
    the other edges bring, which vanish, `apart` what those add. With no weights below, the weight of the edge itself adds its own term.
    """
    at, two = sp.Symbol("theta", real=True), (1, 2)  # one weight more; inputs
    inner = [sp.Function(f"t_{place}")(at, v) for place in two]  # what the neuron below receives
    sent = [sp.Function(f"h_{place}")(each) for place, each in zip(two, inner, strict=True)]
    rows = [sp.Function(f"r_{place}")(at) + kept * strength * each for place, each in zip(two, sent, strict=True)]
    rests, slopes, changes = (sp.symbols(f"{name}_1 {name}_2", real=True) for name in "rgt")  # derivatives of r, h, t
    known = {
        f"{name}_{place}": letters[place - 1]
        for name, letters in zip("rht", (rests, slopes, changes), strict=True)
        for place in two
    }
    met, apart, *across = sp.symbols("K R C_1 C_2", real=True)
    own = once_kept(math.prod(sp.diff(row, strength) for row in rows))
    added = once_kept(math.prod(sloped(sp.diff(row, at), **known) for row in rows))
    total = filled_in(edge, {covariance: math.prod(sent), gate: math.prod(slopes), tangent: met})
    total += apart + kept * strength * sum(slope * each for slope, each in zip(slopes, across, strict=True))
    more = {met: math.prod(changes), apart: math.prod(rests)}
    more |= {each: change * rest for each, change, rest in zip(across, changes, reversed(rests), strict=True)}
    further = valued(total, {each: each + term for each, term in more.items()})
    yield same_whatever(trial, further, total + added)
    yield same_whatever(trial, total.subs(dict.fromkeys(more, sp.S.Zero)), own)
    cases = ((sum(filled_in(edge, each) for each in edges), seen) for seen, edges in small_network())
    yield trial.at_sizes(cases, "masks")


def once_kept(formula: sp.Expr) -> sp.Expr:
    """The formula with M for M², as M is 0 or 1."""
    return sp.expand(formula).xreplace({kept**2: kept})


def filled_in(expression: sp.Expr, found: dict[sp.Basic, sp.Expr]) -> sp.Expr:
    """An expression with values for some letters and open functions."""
    for each, value in found.items():
        open_function = not isinstance(each, sp.Symbol)
        expression = (
            expression.replace(each, lambda at, value=value: value) if open_function else expression.subs(each, value)
        )
    return expression
