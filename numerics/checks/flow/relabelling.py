"""Evidence for F2.2: gradients of a unit, integrals of reversed profiles, and the weights of exchanged inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, exact
from sparse_limits.theory.flow.relabelling import (
    columns,
    gates,
    input_change,
    moved_along,
    moved_columns,
    moved_rows,
    outputs,
    product,
    profile,
    readout,
    relabelled_units,
    rows,
    sample,
    torn_overlap,
    unit,
)
from sparse_limits.theory.kernel.rank_one import p, power_overlap, q
from sparse_limits.theory.saliency.model import u

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)


Layers = list[sp.ImmutableMatrix]
DEEPEST = 3  # hidden layers
any_activation = sp.Function("phi")


def free_layers(letter: str, depth: int) -> Layers:
    """Matrices of two inputs, of that many hidden layers of two units, and of one output, all entries free."""
    shapes = [(2, 2)] * depth + [(1, 2)]
    return [
        sp.ImmutableMatrix(*shape, sp.symbols(f"{letter}_{at}_1:{shape[0] * 2 + 1}", real=True))
        for at, shape in enumerate(shapes)
    ]


def output(weights: Layers, masks: Layers, activation: Callable[[sp.Expr], sp.Expr]) -> sp.Expr:
    """Of the masked network, at an input whose two coordinates are free."""
    seen = sp.ImmutableMatrix(sp.symbols("x_1 x_2", real=True))
    for at, (weight, mask) in enumerate(zip(weights, masks, strict=True)):
        entering = seen if at == 0 else seen.applyfunc(activation)
        seen = sp.hadamard_product(weight, mask).doit().as_explicit() * entering
    return seen[0]


def exchanged(layers: Layers, hidden: int, entering: sp.ImmutableMatrix, leaving: sp.ImmutableMatrix) -> Layers:
    """The matrices with both units of a hidden layer exchanged as is claimed of two rows and of two columns."""
    above = layers[hidden + 1]
    into, out = layers[hidden], sp.ImmutableMatrix([*above.tolist(), *above.tolist()][:2])
    at = dict(zip(rows, into, strict=True)) | dict(zip(columns, out, strict=True))
    moved = [each.xreplace(at) for each in (entering, leaving)]
    return [*layers[:hidden], moved[0], sp.ImmutableMatrix(moved[1][: above.rows, :]), *layers[hidden + 2 :]]


@exact(relabelled_units, step="exchange", cost=0.5)
@control("rows alone", moved_columns=columns)
@control("columns alone", moved_rows=rows)
@control("columns of the units taken as rows", moved_rows=(rows * sp.Matrix([[0, 1], [1, 0]])).as_immutable())
@control("rows of the next mask", moved_columns=(sp.Matrix([[0, 1], [1, 0]]) * columns).as_immutable())
@control("transposed", moved_rows=moved_rows.T)
@control("one entry left behind", moved_columns=sp.ImmutableMatrix([moved_columns.row(0), columns.row(1)]))
def exchanged_units_change_no_output(
    moved_rows: sp.ImmutableMatrix,
    moved_columns: sp.ImmutableMatrix,
    trial: Trial,
) -> Iterator[Finding]:
    """Each hidden layer of networks of up to three: weights and masks free, an activation left open; and unmasked, of tanh."""
    for depth in range(1, DEEPEST + 1):
        weights, masks = free_layers("w", depth), free_layers("m", depth)
        dense = [sp.ImmutableMatrix(sp.ones(*each.shape)) for each in masks]
        for hidden in range(depth):
            moved = [exchanged(each, hidden, moved_rows, moved_columns) for each in (weights, masks)]
            yield trial.at_sizes([(output(moved[0], dense, sp.tanh), output(weights, dense, sp.tanh))], "networks")
            same = output(moved[0], moved[1], any_activation) == output(weights, masks, any_activation)
            yield trial.holds(same, f"hidden layer {hidden + 1} of {depth}, any activation")


@exact(relabelled_units, step="one unit")
@control("the readout alone", unit=outputs[0] * outputs[1])
@control("the readout's weight once", unit=unit.subs(readout**2, readout))
@control("the mask left out of the gradients", unit=unit.subs(product, 1))
@control("10 % more", unit=ELEVEN * unit)
def units_add_what_their_edges_move(unit: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Gradients in the readout and one edge of a free product, edges adding up; and two inputs, masks 0 or 1, all else free."""
    x, width, more = sp.Symbol("x", positive=True), sp.Symbol("d", positive=True), sp.Symbol("e", real=True)
    weight, begun = sp.symbols("w v", real=True)
    along = []
    for at, value, slope in zip((x, product * width / x), outputs, gates, strict=True):
        out = readout * (value + slope * (weight - begun) * at / sp.sqrt(width))
        along.append([sp.diff(out, letter).subs(weight, begun) for letter in (readout, weight)])
    yield trial.same(unit, sum(map(sp.Mul, *along)), by=sp.expand)
    added = unit.subs(product, more) - unit.subs(product, 0)
    yield trial.same(unit.subs(product, product + more), unit + added, by=sp.expand)
    weights, start = sp.symbols("w_1 w_2", real=True), sp.symbols("v_1 v_2", real=True)
    samples = sp.symbols("x_1 x_2", real=True), sp.symbols("y_1 y_2", real=True)
    cases = []
    for kept in ((1, 1), (1, 0), (0, 1)):
        gradients = []
        for at, value, slope in zip(samples, outputs, gates, strict=True):
            moved = sum(k * (w - v) * x for k, w, v, x in zip(kept, weights, start, at, strict=True)) / sp.sqrt(2)
            output = readout * (value + slope * moved)
            there = dict(zip(weights, start, strict=True))
            gradients.append([sp.diff(output, letter).subs(there) for letter in (readout, *weights)])
        seen = sum(one * other for one, other in zip(*gradients, strict=True))
        own = sum(k * x * y for k, x, y in zip(kept, *samples, strict=True)) / 2
        cases.append((unit.subs(product, own), seen))
    yield trial.at_sizes(cases, "masks of a row")


@exact(relabelled_units, step="reversed together")
@control("the product of the means", moved_along=1 / ((p + 1) * (q + 1)))
@control("reversed alone", moved_along=torn_overlap)
@control("10 % more", moved_along=ELEVEN * moved_along)
def reversed_units_overlap_as_before(moved_along: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """An antiderivative of the product of both reversed profiles, 0 at u = 1 and minus the overlap at 0; and as before."""
    antiderivative = -moved_along * (1 - u) ** (p + q + 1)
    reversed_profiles = (1 - u) ** p * (1 - u) ** q
    yield trial.same(sp.diff(antiderivative, u), reversed_profiles, by=lambda gap: sp.simplify(sp.powsimp(gap)))
    yield trial.same(antiderivative.subs(u, 1) - antiderivative.subs(u, 0), moved_along)
    yield trial.same(moved_along, power_overlap)


@exact(relabelled_units)
@control("reversed together", torn_overlap=power_overlap)
@control("a power too many", torn_overlap=torn_overlap.subs(p, p + 1))
@control("of the means", torn_overlap=1 / ((p + 1) * (q + 1)))
@control("10 % less", torn_overlap=NINE * torn_overlap)
def rows_reversed_alone_overlap_less(torn_overlap: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Half powers of both; powers of rows up to the fourth, expanded and integrated term by term, that of columns free."""
    half = sp.Rational(1, 2)
    semicircle = trial.once(sp.integrate, sp.sqrt(u - u**2), (u, 0, 1))
    yield trial.same(torn_overlap.subs({p: half, q: half}), semicircle)
    cases = []
    for power in range(5):
        terms = (sp.binomial(power, i) * (-1) ** i / (q + i + 1) for i in range(power + 1))
        cases.append((sp.gammasimp(torn_overlap.subs(p, power)), sum(terms)))
    yield trial.at_sizes(cases, "powers of rows", by=sp.simplify)


@exact(relabelled_units, step="inputs")
@control("none", input_change=sp.S.Zero)
@control("not over the inputs", input_change=2 * input_change)
@control("the other way", input_change=-input_change)
@control("10 % more", input_change=ELEVEN * input_change)
def exchanged_columns_weigh_other_inputs(input_change: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Mean squares weighted by the profile before and after the exchange; with the inputs exchanged too, no change."""

    def weighted(columns: tuple[sp.Symbol, ...], inputs: tuple[sp.Symbol, ...]) -> sp.Expr:
        return sum(h * x**2 for h, x in zip(columns, inputs, strict=True)) / 2

    before = weighted(profile, sample)
    yield trial.same(input_change, weighted(profile[::-1], sample) - before, by=sp.expand)
    yield trial.same(weighted(profile[::-1], sample[::-1]), before)
