"""Evidence for F2.2, besides its reasons: exchanged units change no output; rows reversed alone overlap less."""

from collections.abc import Callable

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.theory.flow.further.relabelling import columns, moved_along, relabelled_units, rows
from sparse_limits.theory.kernel.rank_one import p, q
from sparse_limits.theory.saliency.model import u

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
def exchanged_units_change_no_output(
    moved_rows: sp.ImmutableMatrix, moved_columns: sp.ImmutableMatrix, trial: Trial
) -> Findings:
    """Each hidden layer of networks of up to three: weights and masks free, an activation left open; and unmasked, of tanh."""
    for depth in range(1, DEEPEST + 1):
        weights, masks = free_layers("w", depth), free_layers("m", depth)
        dense = [sp.ImmutableMatrix(sp.ones(*each.shape)) for each in masks]
        for hidden in range(depth):
            moved = [exchanged(each, hidden, moved_rows, moved_columns) for each in (weights, masks)]
            yield trial.at_sizes([(output(moved[0], dense, sp.tanh), output(weights, dense, sp.tanh))], "networks")
            same = output(moved[0], moved[1], any_activation) == output(weights, masks, any_activation)
            yield trial.holds(same, f"hidden layer {hidden + 1} of {depth}, any activation")


@exact(relabelled_units)
def rows_reversed_alone_overlap_less(torn_overlap: sp.Expr, trial: Trial) -> Findings:
    """Half powers of both; powers of rows up to the fourth, expanded and integrated term by term, that of columns free. Rows of the power one or two
    overlap less than if both are reversed; by nothing where the power of the columns is 0.
    """
    half = sp.Rational(1, 2)
    semicircle = trial.once(sp.integrate, sp.sqrt(u - u**2), (u, 0, 1))
    yield trial.same(torn_overlap.subs({p: half, q: half}), semicircle)
    cases = []
    for power in range(5):
        terms = (sp.binomial(power, i) * (-1) ** i / (q + i + 1) for i in range(power + 1))
        cases.append((sp.gammasimp(torn_overlap.subs(p, power)), sum(terms)))
    yield trial.at_sizes(cases, "powers of rows", by=sp.simplify)
    for power in (1, 2):
        less = (moved_along - torn_overlap).subs(p, power)
        yield trial.nonnegative(less, q / ((q + 1) * (q + 2)), by=sp.gammasimp)
