"""Evidence for K2: the recursion of the graphon tangent kernel, on paper and on a grid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.evidence import Finding, Trial, control, empirical, enclosed, exact
from sparse_limits.numerics.kernels import LayerGraphons, input_latent
from sparse_limits.numerics.kernels import graphon_kernel as kernel_on_grid
from sparse_limits.numerics.masks.composition import GridGraphon, Latent, point_latent
from sparse_limits.theory.formulas.let import Let
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.dual import a, b, c, linear, relu
from sparse_limits.theory.kernel.dual_activations import squares
from sparse_limits.theory.kernel.graphon_kernel import (
    DENSE_READOUT,
    GRAPHONS,
    POSITIONS,
    Recursion,
    above,
    applied,
    covariance,
    gap,
    gate,
    graphon_kernel,
    graphon_tangent_kernel,
    homogenised_one,
    homogenised_two,
    integrated,
    masked,
    mean_of_an_edge,
    one_hidden,
    open_graphon,
    tangent,
    trained_too_one,
    trained_too_two,
    two_hidden,
    x,
    y,
)
from sparse_limits.theory.saliency.model import u, v

Floats = NDArray[np.float64]
ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)


def path_sum(graphons: Sequence[sp.Expr]) -> sp.Expr:
    """The mean of x_j x′_j W … W over all paths, written out for one or two hidden layers."""
    first, *rest = graphons
    inputs = sum(first.subs(v, at) * p * q for at, p, q in zip(POSITIONS, x, y, strict=True)) / len(POSITIONS)
    if len(rest) == 1:
        return sp.integrate(sp.expand(rest[0].subs(v, u) * inputs), (u, 0, 1))
    second, readout = rest
    paths = readout.subs(v, above) * second.subs({u: above, v: u}, simultaneous=True) * inputs
    return sp.integrate(sp.expand(paths), (u, 0, 1), (above, 0, 1))


@exact(graphon_tangent_kernel, cost=0.5)
def linear_networks_sum_over_paths(
    forward: sp.Expr, backward: sp.Expr, own_layer: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Without gates each layer contributes the same sum over paths, as each leaves out one weight of the path."""
    for graphons in (DENSE_READOUT, GRAPHONS):
        recursion = Recursion(forward, backward, own_layer)
        kernel = graphon_kernel(masked(*graphons), POSITIONS, x, y, activation=linear, recursion=recursion)
        for term in kernel.terms:
            yield trial.same(written_out(term), trial.once(path_sum, graphons), by=sp.expand)


def written_out(expression: sp.Expr) -> sp.Expr:
    """The names of a `Let` replaced by what they stand for."""

    def filled(body: sp.Expr, named: sp.Tuple) -> sp.Expr:
        known: dict[sp.Basic, sp.Basic] = {}
        for name, value in named.args:  # each in terms of those before
            known[name] = value.xreplace(known)
        return body.xreplace(known)

    return expression.replace(Let, filled)


THREE = (*GRAPHONS[:2], (1 + u * v) / 2, GRAPHONS[2])  # graphons of three hidden layers


def open_profile(name: str, layer: int) -> sp.Expr:
    """A function of a position, known up to a factor."""
    return sp.Symbol(f"{name}_{layer}") * (2 + (-1) ** layer * v)


@exact(graphon_tangent_kernel, step="tangent step")
def tangent_step_is_the_mean_of_an_edge(edge: sp.Expr, tangent_step: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The tangent step is the mean of an edge over mask and weight, integrated over the layer below.

    The functions of that layer are lines with free coefficients.
    """
    lines = {
        function: sum(sp.Symbol(f"{function}_{power}") * v**power for power in range(2))
        for function in (covariance, gate, tangent)
    }
    mean = mean_of_an_edge(edge.subs({function(v): line for function, line in lines.items()}))
    found = applied(tangent_step, open_graphon(), lines)
    yield trial.same(found, integrated(sp.expand(mean), sp.Tuple(v, 0, 1)), by=sp.expand)


def generic_integrand(total: sp.Expr) -> sp.Expr:
    """A sum of multiples of integrals over [0, 1] as one integrand in u, at inputs that are not parallel."""
    return written_out(total).replace(sp.Integral, lambda inner, limits: inner.args[-1][0].subs(v, u))


def roots_expanded(expression: sp.Expr) -> sp.Expr:
    """Zero, where it is, once the polynomials under roots and in arctangents are multiplied out."""
    roots = expression.replace(
        lambda part: part.is_Pow and part.exp.is_Rational and part.exp.q == 2,
        lambda part: sp.expand(part.base) ** part.exp,
    )
    return sp.expand(roots.replace(sp.atan, lambda inner: sp.atan(sp.expand(inner))))


@exact(graphon_tangent_kernel, step="example with one hidden layer")
def one_hidden_layer_is_written_out(
    one_hidden: sp.Expr,
    one_hidden_terms: tuple[sp.Expr, ...],
    inner_value: sp.Expr,
    inner_slope: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """Both integrands are those of the recursion with the covariances of a row written out, at inputs that are not parallel."""
    rows = ((x, x), (y, y), (x, y))
    sums = (
        sum(GRAPHONS[0].subs(v, at) * p * q for at, p, q in zip(POSITIONS, left, right, strict=True)) / len(POSITIONS)
        for left, right in rows
    )
    first, second, shared = sums
    at = {gap: first * second - shared**2, c: shared}
    expected = [shared * valued(inner_slope, at), valued(inner_value, at)]
    yield trial.same(generic_integrand(one_hidden), sp.Add(*expected), by=roots_expanded)
    for term, integrand in zip(one_hidden_terms, expected, strict=True):
        yield trial.same(generic_integrand(term), integrand, by=roots_expanded)


@enclosed(graphon_tangent_kernel, step="example with two hidden layers")
@control(
    "two layers 10 % more, one forgotten",
    two_hidden_terms=tuple(ELEVEN * term for term in two_hidden.terms),
    one_hidden=sp.Integer(0),
)
def parallel_inputs_sum_over_paths(
    one_hidden: sp.Expr,
    two_hidden: sp.Expr,
    one_hidden_terms: tuple[sp.Expr, ...],
    two_hidden_terms: tuple[sp.Expr, ...],
    trial: Trial,
) -> Iterator[Finding]:
    """The gates of x and λx agree, so each layer contributes the sum over paths, as in a linear network.

    At x and −x the kernel of one hidden layer is 0.
    """
    at = dict(zip((*x, *y), map(sp.Rational, ("1", "2/3", "2", "4/3")), strict=True))
    for graphons, total, terms in (
        (DENSE_READOUT, one_hidden, one_hidden_terms),
        (GRAPHONS, two_hidden, two_hidden_terms),
    ):
        paths = trial.once(path_sum, graphons)
        yield trial.same(total, len(terms) * paths, by=None, at=[at])
        for term in terms:
            yield trial.same(term, paths, by=None, at=[at])
    opposite = {**at, y[0]: -2, y[1]: sp.Rational(-4, 3)}
    yield trial.same(one_hidden, 0, by=None, at=[opposite])


@exact(graphon_tangent_kernel, step="shared neurons")
def shared_neurons_count_six_times(coincidence: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """A shared neuron counts as E φ̇⁴ over a fair gate times E z⁴, an integral; this is also E φ(z)⁴ at a unit variance (K1)."""
    z = sp.Symbol("z", real=True)
    fourth = trial.once(sp.integrate, z**4 * sp.exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi), (z, -sp.oo, sp.oo))
    yield trial.same(coincidence, sum(gate**4 for gate in (0, sp.sqrt(2))) / 2 * fourth)
    yield trial.same(coincidence, squares.subs({a: 1, b: 1, c: 1}))


@enclosed(graphon_tangent_kernel)
def the_form_for_integration_is_the_dual(inner_value: sp.Expr, inner_slope: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The form for integration is the dual: π − θ is an arctangent, in place of the arccosine, which is not analytic at ±1."""
    for inner, dual in ((inner_value, relu.value), (inner_slope, relu.slope)):
        yield trial.same(inner.subs(gap, a * b - c**2), dual, by=None, at=DUAL_POINTS)


DUAL_POINTS = [{a: 2, b: 3, c: sp.Rational(step, 10)} for step in (-24, -3, 11, 24)]

NODES = 20
PAIRS = ((3, 1, 1, 4),)


def on_a_grid(
    graphons: Sequence[sp.Expr], at_pairs: Sequence[Sequence[int]] = PAIRS, all_trained: bool = False
) -> list[Floats]:
    """The contribution of each layer at pairs of inputs, from graphons at Gauss–Legendre positions. [layer][pair]

    all_trained: weights have the graphons as variances, and no mask (H5).
    """
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    hidden = [Latent((nodes + 1) / 2, weights / 2) for _ in graphons[:-1]]
    latents = [replace(input_latent(2), positions=np.array(POSITIONS, dtype=float)), *hidden, point_latent()]
    layers = []
    for graphon, columns, rows in zip(graphons, latents, latents[1:], strict=False):
        values = numeric((u, v), graphon)(rows.positions[:, None], columns.positions)
        shape = (rows.positions.size, columns.positions.size)
        layers.append(GridGraphon(np.broadcast_to(values, shape).astype(float), rows, columns))
    pairs = np.array(at_pairs, dtype=float)
    contributions = []
    for chosen in range(len(layers)):
        trained = [
            GridGraphon((at == chosen) * (layer.values**0 if all_trained else layer.values), layer.rows, layer.columns)
            for at, layer in enumerate(layers)
        ]
        split = [LayerGraphons(own, layer) for own, layer in zip(trained, layers, strict=True)]
        contributions.append(np.diag(kernel_on_grid(pairs[:, :2], split, pairs[:, 2:]).ntk))
    return contributions


@empirical(graphon_tangent_kernel, cost=1.0)
@control("pruned weights trained too", one_hidden=trained_too_one.total, two_hidden_terms=trained_too_two.terms)
@control("mean densities", one_hidden_terms=homogenised_one.terms, two_hidden=homogenised_two.total)
@control("10 % more", one_hidden=ELEVEN * one_hidden.total, two_hidden=ELEVEN * two_hidden.total)
def a_grid_of_positions_gives_the_same(
    one_hidden: sp.Expr,
    two_hidden: sp.Expr,
    one_hidden_terms: tuple[sp.Expr, ...],
    two_hidden_terms: tuple[sp.Expr, ...],
    trial: Trial,
) -> Iterator[Finding]:
    """The recursion on Gauss–Legendre positions gives the same kernels up to 10⁻⁹.

    Its error falls geometrically for these analytic integrands.
    """
    for graphons, total, terms in (
        (DENSE_READOUT, one_hidden, one_hidden_terms),
        (GRAPHONS, two_hidden, two_hidden_terms),
    ):
        grid = trial.once(on_a_grid, graphons)
        for pair, values in enumerate(PAIRS):
            at = dict(zip((*x, *y), values, strict=True))
            for seen, claimed in zip((sum(grid, np.zeros(len(PAIRS))), *grid), (total, *terms), strict=True):
                gap = abs(float(seen[pair]) - trial.value(claimed, at))
                yield trial.at_most(gap, 1e-9, f"distance at x, x′ = {values}")
