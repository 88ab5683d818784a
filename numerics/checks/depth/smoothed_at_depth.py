"""Evidence for D6: GraSP at depth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import combinations_with_replacement, product
from typing import NamedTuple

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.numerics.evidence.sums import adds_up, same_whatever
from sparse_limits.theory.depth.smoothed_at_depth import (
    SIGNS,
    a_1,
    a_2,
    curvature,
    energy,
    fair,
    flipped_score,
    kernel,
    kernel_change,
    layer_energy,
    leading,
    moved,
    moved_mean,
    output_change,
    p,
    q_1,
    q_2,
    residual,
    samples,
    score,
    second,
    small_kernel,
    small_output,
    smoothed_at_depth,
    u,
    x,
)
from sparse_limits.theory.formulas.valued import valued

Rows = tuple[tuple[int, ...], ...]
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
@control("sum for mean over the samples", output_change=samples * output_change)
@control("mean twice", output_change=output_change / samples)
@control("not smoothed", output_change=residual(samples))
def output_changes_along_the_gradient(output_change: sp.Expr, trial: Trial) -> Iterator[Finding]:
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
@control("residual not smoothed", moved=curvature * residual(samples))
@control("sum for mean over the samples", moved=samples * moved)
@control("the loss's curvature forgotten", moved=moved / curvature)
@control("curvature squared", moved=curvature * moved)
def leading_term_is_that_of_the_moved_residual(moved: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Hg at residual zero in the second derivatives: what the loss, differentiated twice, has more than at S = 0."""

    def cases() -> Iterator[tuple[sp.Expr, sp.Expr]]:
        for widths in SHAPES:
            seen = parts(widths)
            claimed = seen.scores([of_sample(moved, seen, place) for place in range(2)])
            for w, whole, one in zip(seen.weights, seen.product, claimed, strict=True):
                yield w * (whole - whole.xreplace(AT_ZERO)), one

    yield trial.at_sizes(cases(), "weights")


@exact(smoothed_at_depth, step="sum over a layer")
@control("leading term alone", layer_sum=moved_mean)
@control("the layer's own energy left in", layer_sum=moved_mean + energy)
@control("second term alone", layer_sum=energy - layer_energy)
@control("the layer alone", layer_sum=moved_mean + layer_energy)
def scores_add_up_over_a_layer(layer_sum: sp.Expr, trial: Trial) -> Iterator[Finding]:
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
@control("neither flips", leading_sign=sp.S.One)
@control("both flip", second_sign=sp.S.NegativeOne)
@control("exchanged", leading_sign=sp.S.One, second_sign=sp.S.NegativeOne)
def readout_flips_one_term(leading_sign: sp.Expr, second_sign: sp.Expr, trial: Trial) -> Iterator[Finding]:
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
@control("the score itself", leading=score)
@control("the other network's score", second=flipped_score)
@control("neither flips", leading_sign=sp.S.One)
@control("both flip", second_sign=sp.S.NegativeOne)
def two_networks_give_both_terms(
    leading: sp.Expr, second: sp.Expr, leading_sign: sp.Expr, second_sign: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Added with and without their signs: both scores, any numbers."""
    one, other = sp.symbols("l_s e_s", real=True)
    at = {one: leading, other: second}
    yield trial.same(one + other, score, where=at)
    yield trial.same(leading_sign * one + second_sign * other, flipped_score, where=at)


def passed_forward(column: Rows) -> tuple[list[list[int]], ...]:
    """What enters and leaves layer 1, and what enters layer 2, by sample."""
    z1 = [[row[s] for row in column[:2]] for s in range(2)]
    h1 = [[max(each, 0) for each in row] for row in z1]
    return z1, h1, [[sum(w * h for w, h in zip(row, values, strict=True)) for row in column[2:4]] for values in h1]


def second_layer(column: Rows, readout: Sequence[int]) -> list[list[int]]:
    """Leading scores of W² in units of a positive number, on the samples (1, 0) and (0, 1): whole numbers, ReLU, L = 2."""
    above, residuals = column[2:4], column[4]
    z1, h1, z2 = passed_forward(column)
    flat = []
    for s in range(2):
        gates = [int(each > 0) for each in z2[s]]
        carried = [
            (z1[s][j] > 0) * sum(a * g * row[j] for a, g, row in zip(readout, gates, above, strict=True))
            for j in range(2)
        ]
        of_first = [carried[j] * (k == s) for j in range(2) for k in range(2)]
        of_second = [a * g * h for a, g in zip(readout, gates, strict=True) for h in h1[s]]
        flat.append((of_first, of_second, [max(each, 0) for each in z2[s]]))
    tangent = [
        [
            sum(p * q for one, other in zip(flat[s], flat[u], strict=True) for p, q in zip(one, other, strict=True))
            for u in range(2)
        ]
        for s in range(2)
    ]
    rates = [sum(row[u] * residuals[u] for u in range(2)) for row in tangent]
    return [[above[i][j] * sum(rates[s] * flat[s][1][2 * i + j] for s in range(2)) for j in range(2)] for i in range(2)]


def one_layer(column: Rows, readout: Sequence[int]) -> list[int]:
    """Leading scores of the first column of W¹ alone with the readout on top: L = 1, the same samples."""
    first, residuals = column[:2], column[4]
    slopes = [
        (
            [a * (row[s] > 0) * (k == s) for a, row in zip(readout, first, strict=True) for k in range(2)],
            [max(row[s], 0) for row in first],
        )
        for s in range(2)
    ]
    rates = [
        sum(
            residuals[u]
            * sum(
                p * q for one, other in zip(slopes[s], slopes[u], strict=True) for p, q in zip(one, other, strict=True)
            )
            for u in range(2)
        )
        for s in range(2)
    ]
    return [row[0] * sum(rates[s] * slopes[s][0][2 * i] for s in range(2)) for i, row in enumerate(first)]


@exact(smoothed_at_depth, step="signs of a column")
@control("fair coins at every depth", positive=fair)
@control("always one", positive=(1, 1, 1, 1))
@control("of the other sign", positive=(2, 0, 2, 0))
@control("in another order of the signs", positive=(0, 0, 2, 2))
@control("one coin", fair=(0, 0, 2, 2))
def positive_scores_of_a_column(
    positive: Sequence[int], fair: Sequence[int], column: Rows, trial: Trial
) -> Iterator[Finding]:
    """All signs of the readout: two hidden layers, and one with the same data, which has fair coins."""
    z1, _, z2 = passed_forward(column)
    yield trial.holds(0 not in {each for row in z1 + z2 for each in row}, f"{z1} and {z2} are off the kink")
    seen = [sum(row[0] > 0 for row in second_layer(column, signs)) for signs in SIGNS]
    yield trial.exhausts(zip(seen, positive, strict=True), "signs of the readout")
    alone = [sum(each > 0 for each in one_layer(column, signs)) for signs in SIGNS]
    yield trial.exhausts(zip(sorted(alone), sorted(fair), strict=True), "signs of the readout")


@exact(smoothed_at_depth, step="one sign")
@control("no cross term", small_kernel=small_kernel - x**2 * a_1 * a_2 * q_1 * q_2, kernel_change=sp.S.Zero)
@control("even in each sign, as for one layer", kernel_change=sp.S.Zero)
@control("half", kernel_change=kernel_change / 2)
@control("readout's weights not trained", small_kernel=small_kernel - p**2 * x**2 * (q_1**2 + q_2**2) / 2)
@control("not over the width", small_output=sp.sqrt(2) * small_output)
def one_sign_changes_the_kernel(
    small_output: sp.Expr, small_kernel: sp.Expr, kernel_change: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Squares of the derivatives of the output, added up; and the kernel at −a_1 less that at a_1. The forward pass gives the output."""
    hidden = [weight * p * x for weight in (q_1, q_2)]
    yield trial.same(small_output, sum(a * h for a, h in zip((a_1, a_2), hidden, strict=True)) / sp.sqrt(2))
    yield trial.same(small_kernel, sum(sp.diff(small_output, weight) ** 2 for weight in (p, q_1, q_2, a_1, a_2)))
    yield trial.same(kernel_change, small_kernel.subs(a_1, -a_1) - small_kernel)


@enclosed(smoothed_at_depth)
@control("of the other sign", output_change=-output_change)
def sums_over_the_data_have_terms(output_change: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """A sample at least: where each brings 1, their sum is positive."""
    ones = (samples * output_change).replace(sp.core.function.AppliedUndef, lambda *_: sp.S.One)
    yield trial.below(sp.S.Zero, ones, strict=True)
