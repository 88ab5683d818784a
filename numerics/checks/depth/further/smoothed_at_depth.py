"""Evidence for D6: GraSP at depth."""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import combinations_with_replacement, product
from typing import NamedTuple

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, control, enclosed, exact
from sparse_limits.numerics.evidence.sums import adds_up, same_whatever
from sparse_limits.theory.depth.further.smoothed_at_depth import (
    a_1,
    a_2,
    curvature,
    energy,
    flipped_score,
    kernel,
    layer_energy,
    leading,
    moved_mean,
    p,
    q_1,
    q_2,
    residual,
    samples,
    score,
    second,
    small_kernel,
    smoothed_at_depth,
    u,
    x,
)
from sparse_limits.theory.formulas.valued import valued

SHAPES = ((1, 2, 1), (2, 1, 1), (1, 2, 2, 1))  # inputs, hidden widths, one output
INPUTS = ((1, 2), (-2, 1))
R, S = sp.symbols("r_1:3", real=True), sp.symbols("S_1:3", real=True)
AT_ZERO = dict.fromkeys(S, sp.S.Zero)


class Parts(NamedTuple):
    """A network on two samples at fixed gates, its weights, residuals and their derivatives S letters."""

    weights: tuple[sp.Symbol, ...]
    layers: tuple[int, ...]  # of each weight, from 1
    outputs: tuple[sp.Expr, ...]
    slopes: tuple[tuple[sp.Expr, ...], ...]  # J by sample and weight
    gradient: tuple[sp.Expr, ...]
    product: tuple[sp.Expr, ...]  # Hg, the loss differentiated twice

    def flip(self) -> dict[sp.Symbol, sp.Expr]:
        """a → −a in the readout."""
        top = max(self.layers)
        return {w: -w for w, layer in zip(self.weights, self.layers, strict=True) if layer == top}

    def tangent(self, one: int, other: int) -> sp.Expr:
        return sum(left * right for left, right in zip(self.slopes[one], self.slopes[other], strict=True))

    def at(self, place: int) -> dict[sp.Basic, sp.Expr]:
        """What the letters of the rate are at a sample."""
        return {kernel(u + 1): self.tangent(place, u) for u in range(2)} | {residual(u + 1): R[u] for u in range(2)}

    def scores(self, moves: Sequence[sp.Expr]) -> list[sp.Expr]:
        """Weight times E_D of a residual and the slope: SNIP's with its sign."""
        return [
            w * sum(move * self.slopes[place][i] for place, move in enumerate(moves)) / 2
            for i, w in enumerate(self.weights)
        ]


@cache
def parts(widths: tuple[int, ...]) -> Parts:
    """The last unit of each hidden layer is closed on the second sample if the layer has two."""
    letters, layers = [], []
    h = [[sp.Integer(each) for each in row[: widths[0]]] for row in INPUTS]
    for layer, (rows, columns) in enumerate(zip(widths[1:], widths, strict=False), start=1):
        matrix = sp.Matrix(rows, columns, lambda i, j, layer=layer: sp.Symbol(f"W{layer}_{i}{j}", real=True))
        letters += list(matrix)
        layers += [layer] * len(matrix)
        z = [list(matrix * sp.Matrix(each) / sp.sqrt(columns)) for each in h]
        if rows > 1:
            z[1][-1] = sp.Integer(0)
        h = z
    f = [sp.expand(each[0]) for each in h]
    slopes = [tuple(sp.diff(each, w) for w in letters) for each in f]
    gradient = [sum(r * row[i] for r, row in zip(R, slopes, strict=True)) / 2 for i in range(len(letters))]
    start = sp.symbols("c_1:3", real=True)
    loss = sum(r * each + curved * (each - c) ** 2 / 2 for r, each, curved, c in zip(R, f, S, start, strict=True)) / 2
    here = dict(zip(start, f, strict=True))
    second = {
        frozenset(pair): sp.diff(loss, *pair, simplify=False).xreplace(here)
        for pair in combinations_with_replacement(letters, 2)
    }
    whole = [
        sp.expand(sum(second[frozenset((v, w))] * g for w, g in zip(letters, gradient, strict=True))) for v in letters
    ]
    return Parts(tuple(letters), tuple(layers), tuple(f), tuple(slopes), tuple(gradient), tuple(whole))


def of_sample(formula: sp.Expr, seen: Parts, place: int) -> sp.Expr:
    """A formula of the rate, at two samples."""
    return sp.expand(formula.subs(samples, 2).doit().subs(seen.at(place)).subs(curvature, S[place]))


@exact(smoothed_at_depth, step="rate")
def output_changes_along_the_gradient(output_change: sp.Expr, trial: Trial) -> Findings:
    """One weight more adds its slope at x times its entry of g, to any number; and networks of up to two hidden layers."""
    slope, at_sample = (
        sp.Symbol("j_w", real=True),
        sp.Function("j_u", real=True),
    )  # of one more weight, at x and at samples
    entry = sp.Sum(residual(u) * at_sample(u), (u, 1, samples)) / samples
    further = output_change.replace(kernel, lambda place: kernel(place) + slope * at_sample(place))
    yield same_whatever(trial, further, output_change + slope * entry)
    yield same_whatever(trial, output_change.replace(kernel, lambda place: sp.S.Zero), sp.S.Zero)

    def cases() -> Iterator[tuple[sp.Expr, sp.Expr]]:
        for widths in SHAPES:
            seen = parts(widths)
            for place in range(2):
                along = sum(j * g for j, g in zip(seen.slopes[place], seen.gradient, strict=True))
                yield along, of_sample(output_change, seen, place)

    yield trial.at_sizes(cases(), "samples")


@exact(smoothed_at_depth)
def leading_term_is_that_of_the_moved_residual(moved: sp.Expr, trial: Trial) -> Findings:
    """Hg at residual zero in the second derivatives: what the loss, differentiated twice, has more than at S = 0."""

    def cases() -> Iterator[tuple[sp.Expr, sp.Expr]]:
        for widths in SHAPES:
            seen = parts(widths)
            claimed = seen.scores([of_sample(moved, seen, place) for place in range(2)])
            for w, whole, one in zip(seen.weights, seen.product, claimed, strict=True):
                yield w * (whole - whole.xreplace(AT_ZERO)), one

    yield trial.at_sizes(cases(), "weights")


@exact(smoothed_at_depth, step="sum over a layer")
def scores_add_up_over_a_layer(layer_sum: sp.Expr, trial: Trial) -> Findings:
    """Any number of weights and samples, Σ w∂ of a layer the derivative in its scale; and small networks, each layer.

    What is linear in the scale: F as a function of a weight of another layer, an output, and the slope in an own weight not.
    """
    scale, other, own, change, part = sp.symbols("lambda_l v_o g_w fdot_x p_D", real=True)
    slope = sp.diff(scale * sp.Function("F_v", real=True)(other), other)
    of_another = (sp.diff(slope, scale) * slope).subs(scale, 1)
    rest = dict.fromkeys((moved_mean, energy, layer_energy), sp.S.Zero)
    yield adds_up(trial, layer_sum, {**rest, energy: slope.subs(scale, 1) ** 2}, of_another)
    yield adds_up(trial, layer_sum, {**rest, energy: own**2, layer_energy: own**2}, sp.diff(own, scale) * own)
    output = scale * sp.Symbol("f_x", real=True)
    term = part * S[0] * change * sp.diff(output, scale)
    yield adds_up(trial, layer_sum, {**rest, moved_mean: part * S[0] * change * output.subs(scale, 1)}, term)

    def cases() -> Iterator[tuple[sp.Expr, sp.Expr]]:
        for widths in SHAPES:
            seen = parts(widths)
            changes = [sum(j * g for j, g in zip(row, seen.gradient, strict=True)) for row in seen.slopes]
            mean = sum(s * change * f for s, change, f in zip(S, changes, seen.outputs, strict=True)) / 2
            for layer in range(1, len(widths)):
                inside = [i for i, each in enumerate(seen.layers) if each == layer]
                at = {
                    moved_mean: mean,
                    energy: sum(g**2 for g in seen.gradient),
                    layer_energy: sum(seen.gradient[i] ** 2 for i in inside),
                }
                yield sum(seen.weights[i] * seen.product[i] for i in inside), layer_sum.subs(at, simultaneous=True)

    yield trial.at_sizes(cases(), "layers")


below, below_too, top, others = sp.symbols("v_1 v_2 a_w sigma_a", real=True)  # weights, and a scale of the rest of a
two_outputs = [
    top * sp.Function(f"h_{name}", real=True)(below, below_too)
    + others * sp.Function(f"f_{name}", real=True)(below, below_too)
    for name in "xu"
]
FLIPPED = {top: -top, others: -others}


@exact(smoothed_at_depth, step="the readout flipped")
@control("exchanged", leading_sign=sp.S.One, second_sign=sp.S.NegativeOne)
def readout_flips_one_term(leading_sign: sp.Expr, second_sign: sp.Expr, trial: Trial) -> Findings:
    """Both terms of one weight by way of another, each below the readout or in it, any functions; and small networks.

    There the second term is what is left at S = 0.
    """
    for weight, other in product((below, top), (below_too, top)):
        first, beside = (sp.diff(each, other) for each in two_outputs)
        lead = weight * first * beside * sp.diff(two_outputs[0], weight)
        yield same_whatever(trial, valued(lead, FLIPPED), leading_sign * lead)
        rest = weight * sp.diff(two_outputs[0], weight, other) * beside
        yield same_whatever(trial, rest.subs(FLIPPED, simultaneous=True), second_sign * rest)

    def cases() -> Iterator[tuple[sp.Expr, sp.Expr]]:
        for widths in SHAPES:
            seen = parts(widths)
            for w, whole in zip(seen.weights, seen.product, strict=True):
                rest = w * whole.xreplace(AT_ZERO)
                first = w * whole - rest
                yield first.xreplace(seen.flip()), leading_sign * first
                yield rest.xreplace(seen.flip()), second_sign * rest

    yield trial.at_sizes(cases(), "terms")


@exact(smoothed_at_depth, step="two networks")
@control("exchanged", leading=second, second=leading)
@control("not halved", leading=2 * leading, second=2 * second)
def two_networks_give_both_terms(
    leading: sp.Expr, second: sp.Expr, leading_sign: sp.Expr, second_sign: sp.Expr, trial: Trial
) -> Findings:
    """Added with and without their signs: both scores, any numbers."""
    one, other = sp.symbols("l_s e_s", real=True)
    at = {one: leading, other: second}
    yield trial.same(one + other, score, where=at)
    yield trial.same(leading_sign * one + second_sign * other, flipped_score, where=at)


@exact(smoothed_at_depth, step="one sign")
@control("no cross term", small_kernel=small_kernel - x**2 * a_1 * a_2 * q_1 * q_2, kernel_change=sp.S.Zero)
def one_sign_changes_the_kernel(
    small_output: sp.Expr, small_kernel: sp.Expr, kernel_change: sp.Expr, trial: Trial
) -> Findings:
    """Squares of the derivatives of the output, added up; and the kernel at −a_1 less that at a_1. The forward pass gives the output."""
    hidden = [weight * p * x for weight in (q_1, q_2)]
    yield trial.same(small_output, sum(a * h for a, h in zip((a_1, a_2), hidden, strict=True)) / sp.sqrt(2))
    yield trial.same(small_kernel, sum(sp.diff(small_output, weight) ** 2 for weight in (p, q_1, q_2, a_1, a_2)))
    yield trial.same(kernel_change, small_kernel.subs(a_1, -a_1) - small_kernel)


@enclosed(smoothed_at_depth)
def sums_over_the_data_have_terms(output_change: sp.Expr, trial: Trial) -> Findings:
    """A sample at least: where each brings 1, their sum is positive."""
    ones = (samples * output_change).replace(sp.core.function.AppliedUndef, lambda *_: sp.S.One)
    yield trial.below(sp.S.Zero, ones, strict=True)
