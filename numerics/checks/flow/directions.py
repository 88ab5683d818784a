"""Evidence for F2.5: the kernel matrix of inputs on two axes at the kernel of K8, and its odd eigenvectors."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from numerics.evidence import Finding, Trial, control, exact
from numerics.evidence.findings import Refutation
from theory.flow.directions import (
    direction_loss,
    direction_time,
    odd_eigenvalue,
    one_layer_eigenvalue,
    slope,
    slowed_directions,
)
from theory.flow.linear import amplitude, eigenvalue, eta, mode_loss, time
from theory.flow.times import lam, single_time
from theory.formulas.iterate import Iterate
from theory.graphon.symbols import m
from theory.kernel.collapse import d
from theory.kernel.dual import a, b, c, cosine, dense_ntk, depth
from theory.kernel.rank_one import column, flow, kernel

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
PROFILE = (column, column / 2)  # at the inputs of two axes
AXES = [(axis, sign) for axis in range(2) for sign in (1, -1)]


def unrolled(formula: sp.Expr) -> sp.Expr:
    """Iterates of a number of layers, written out; a part of a layer is none."""

    def written_out(part: Iterate) -> sp.Expr:
        if not part.args[1].is_Integer:
            raise Refutation(f"a kernel of {part.args[1]} layers")
        return part.unrolled()

    return formula.replace(lambda part: isinstance(part, Iterate), written_out)


def odd_image(layers: int) -> list[sp.Expr]:
    """The kernel matrix of K8 at ±√d e_j times 1 at an input of the first axis, −1 at its opposite."""

    def entry(place: tuple[int, int], sign: int) -> sp.Expr:
        axis, here = place
        product = here * sign * column if axis == 0 else 0
        at = {a: PROFILE[axis], b: column, c: product}
        return unrolled(kernel.subs(depth, layers).subs(at, simultaneous=True))

    return [entry(place, 1) - entry(place, -1) for place in AXES]


@exact(slowed_directions, step="axes", cost=0.4)
@control("the kernel of an input with itself", odd_eigenvalue=flow * column * dense_ntk.subs(cosine, 1))
@control("the even function", odd_eigenvalue=flow * column * (dense_ntk.subs(cosine, 1) + dense_ntk.subs(cosine, -1)))
@control("the root of the density", odd_eigenvalue=odd_eigenvalue / sp.sqrt(column))
@control("10 % more", odd_eigenvalue=ELEVEN * odd_eigenvalue)
def odd_functions_of_an_axis_are_eigenvectors(odd_eigenvalue: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Two axes of two densities, one and two hidden layers: the matrix times the vector."""
    for layers in (1, 2):
        claimed = unrolled(odd_eigenvalue.subs(depth, layers))
        image = trial.once(odd_image, layers)
        cases = [(found, sign * claimed) for found, (axis, sign) in zip(image, AXES, strict=True) if axis == 0]
        yield trial.at_sizes(cases, "inputs of the axis", by=sp.simplify)
        for found in image[2:]:
            yield trial.holds(found == 0, "nothing goes to another axis")


@exact(slowed_directions, step="one hidden layer")
@control("the readout's part alone", one_layer_eigenvalue=flow * column)
@control("the root of the density", one_layer_eigenvalue=2 * flow * sp.sqrt(column))
@control("10 % less", one_layer_eigenvalue=NINE * one_layer_eigenvalue)
@control("the even function", odd_eigenvalue=flow * column * (dense_ntk.subs(cosine, 1) + 1))
def one_hidden_layer_has_twice_the_density(
    odd_eigenvalue: sp.Expr, one_layer_eigenvalue: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The iterates of K1, unrolled."""
    yield trial.same(one_layer_eigenvalue, unrolled(odd_eigenvalue.subs(depth, 1)))


@exact(slowed_directions, step="time")
@control("of the residual", direction_time=2 * direction_time)
@control("in proportion to the density", direction_time=direction_time * column**2)
@control("not times the samples", direction_time=direction_time / m)
@control("10 % more", direction_time=ELEVEN * direction_time)
@control("an eigenvalue of the readout's part", one_layer_eigenvalue=flow * column)
def directions_reach_their_share(
    one_layer_eigenvalue: sp.Expr, direction_time: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The time of F1.3 at the eigenvalue; twice that of twice the density."""
    yield trial.same(direction_time, single_time.subs(lam, one_layer_eigenvalue))
    yield trial.same(direction_time.subs(column, column / 2), 2 * direction_time)


@exact(slowed_directions, step="linear residuals")
@control("the exponent of the residual", direction_loss=direction_loss.subs(time, time / 2))
@control("without one half", direction_loss=2 * direction_loss)
@control("not over the inputs", direction_loss=direction_loss.subs(d, 1))
@control("10 % more", direction_loss=ELEVEN * direction_loss)
@control("an eigenvalue of the readout's part", one_layer_eigenvalue=flow * column)
def linear_residuals_fade_axis_by_axis(
    one_layer_eigenvalue: sp.Expr, direction_loss: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The loss of F1.1 at the component √2 β and 2d samples."""
    at = {amplitude: sp.sqrt(2) * slope, eigenvalue: one_layer_eigenvalue}
    yield trial.same(direction_loss / d, mode_loss.subs(at).subs(m, 2 * d))
    yield trial.same(direction_loss.subs(time, 0), slope**2 / 2)
    yield trial.same(sp.diff(sp.log(direction_loss), eta), -2 * flow * column * time / d)
