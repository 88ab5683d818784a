"""Evidence for K2: the graphon tangent kernel, and networks whose kernels it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike, NDArray

from numerics.bridge import numeric
from numerics.evidence import Finding, Trial, control, empirical, enclosed, exact, statistical
from numerics.kernels import LayerGraphons, input_latent
from numerics.kernels import graphon_kernel as kernel_on_grid
from numerics.masks.composition import GridGraphon, Latent, point_latent
from theory.kernel.dual import a, b, c, linear, relu
from theory.kernel.dual_activations import squares
from theory.kernel.graphon_kernel import (
    GRAPHONS,
    POSITIONS,
    Recursion,
    above,
    backward,
    covariance,
    densely_trained,
    forward,
    gap,
    gate,
    gradient,
    graphon_kernel,
    graphon_tangent_kernel,
    inner_slope,
    inner_value,
    masked,
    one_hidden,
    own_layer,
    tangent,
    tangent_step,
    two_hidden,
    weight,
    x,
    y,
)
from theory.saliency.model import u, v

Floats = NDArray[np.float64]
ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)

DENSE_READOUT = (GRAPHONS[0], sp.Integer(1))
trained_too_one = graphon_kernel(densely_trained(*DENSE_READOUT), POSITIONS, x, y)
trained_too_two = graphon_kernel(densely_trained(*GRAPHONS), POSITIONS, x, y)
MEANS = (sp.Rational(1, 2), sp.Rational(7, 8), sp.Rational(1, 2))
homogenised_one = graphon_kernel(masked(MEANS[0], sp.Integer(1)), POSITIONS, x, y)
homogenised_two = graphon_kernel(masked(*MEANS), POSITIONS, x, y)


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
@control("pruned weights trained too", own_layer=sp.Integral(gradient(u) * covariance(v), (v, 0, 1), (u, 0, 1)))
@control("nothing pruned on the way forward", forward=sp.Integral(covariance(v), (v, 0, 1)))
@control("nothing pruned on the way back", backward=sp.Integral(gradient(above), (above, 0, 1)))
@control("own layer twice", own_layer=2 * own_layer)
@control("10 % more", forward=ELEVEN * forward)
@control("10 % less", backward=NINE * backward)
def linear_networks_sum_over_paths(
    forward: sp.Expr, backward: sp.Expr, own_layer: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Without gates the kernel is a sum over paths, as often as there are layers: each leaves out one weight."""
    for graphons in (DENSE_READOUT, GRAPHONS):
        recursion = Recursion(forward, backward, own_layer)
        kernel = graphon_kernel(masked(*graphons), POSITIONS, x, y, activation=linear, recursion=recursion)
        for term in kernel.terms:
            yield trial.same(written_out(term), trial.once(path_sum, graphons), by=sp.expand)


def written_out(expression: sp.Expr) -> sp.Expr:
    """The names of a `Let` replaced by what they stand for."""
    body, named = expression.args
    for name, value in reversed(named.args):
        body = body.subs(name, value)
    return body


THREE = (*GRAPHONS[:2], (1 + u * v) / 2, GRAPHONS[2])  # graphons of three hidden layers


def open_profile(name: str, layer: int) -> sp.Expr:
    """A function of a position, known up to a factor."""
    return sp.Symbol(f"{name}_{layer}") * (2 + (-1) ** layer * v)


def applied(formula: sp.Expr, graphon: sp.Expr, functions: dict[sp.Basic, sp.Expr]) -> sp.Expr:
    """A formula of the recursion at a graphon and given functions, expressions in `v`, integrated."""
    found = formula.replace(weight, lambda row, column: graphon.subs({u: row, v: column}, simultaneous=True))
    for function, value in functions.items():
        found = found.replace(function, lambda place, value=value: value.subs(v, place))
    return sp.expand(found.replace(sp.Integral, integrated))


def integrated(polynomial: sp.Expr, *limits: sp.Tuple) -> sp.Expr:
    """A polynomial integrated over [0, 1] in each of the variables."""
    for variable, *_ in limits:
        polynomial = sp.Poly(polynomial, variable).integrate().eval(1)
    return polynomial


@exact(graphon_tangent_kernel, cost=0.6)
@control("pruned weights trained too", own_layer=sp.Integral(gradient(u) * covariance(v), (v, 0, 1), (u, 0, 1)))
@control("nothing pruned on the way back", backward=sp.Integral(gradient(above), (above, 0, 1)))
@control("a layer's own gradients forgotten", tangent_step=sp.Integral(weight(u, v) * gate(v) * tangent(v), (v, 0, 1)))
@control("gates always open", tangent_step=sp.Integral(weight(u, v) * (covariance(v) + tangent(v)), (v, 0, 1)))
@control("own gradients not masked", tangent_step=tangent_step.replace(weight, lambda row, column: sp.S.One))
@control("10 % more", tangent_step=ELEVEN * tangent_step)
@control("10 % less of a layer", own_layer=NINE * own_layer)
def one_pass_forward_is_the_sum_over_layers(
    tangent_step: sp.Expr, backward: sp.Expr, own_layer: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """One to three hidden layers, the Σ and κ₀ of each left open up to a factor: the forward pass is Σ_l ∫∫ G W Σ."""
    for graphons in (DENSE_READOUT, GRAPHONS, THREE):
        values, gates = ([open_profile(name, layer) for layer in range(len(graphons))] for name in ("sigma", "kappa"))
        passed, back, total = sp.S.Zero, sp.S.One, sp.S.Zero
        for graphon, value, opened in zip(graphons, values, gates, strict=True):
            step = applied(tangent_step, graphon, {covariance: value, gate: opened, tangent: passed})
            passed = step.subs(u, v)
        for layer in reversed(range(len(graphons))):
            total += applied(own_layer, graphons[layer], {covariance: values[layer], gradient: back})
            back = sp.expand(gates[layer] * applied(backward, graphons[layer], {gradient: back}).subs(u, v))
        yield trial.same(passed, total, by=sp.expand)


@enclosed(graphon_tangent_kernel)
@control("10 % more", two_hidden_terms=tuple(ELEVEN * term for term in two_hidden.terms), one_hidden=sp.Integer(0))
@control("signs lost", two_hidden=graphon_kernel(masked(*GRAPHONS), POSITIONS, [each**2 for each in x], y).total)
@control("first layer as if dense", one_hidden_terms=trained_too_one.terms)
def parallel_inputs_sum_over_paths(
    one_hidden: sp.Expr,
    two_hidden: sp.Expr,
    one_hidden_terms: tuple[sp.Expr, ...],
    two_hidden_terms: tuple[sp.Expr, ...],
    trial: Trial,
) -> Iterator[Finding]:
    """The gates of x and λx agree: each layer contributes the sum over paths, as in a linear network; none at −x."""
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


@exact(graphon_tangent_kernel)
@control("gates always open", coincidence=sp.Integer(3))
@control("as if not shared", coincidence=sp.Integer(1))
@control("10 % less", coincidence=NINE * 6)
def shared_neurons_count_six_times(coincidence: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """E φ(z)⁴ at a unit variance (K1), and E φ̇⁴ E w⁴."""
    yield trial.same(coincidence, squares.subs({a: 1, b: 1, c: 1}))
    yield trial.same(coincidence, sp.sqrt(2) ** 4 / 2 * sp.factorial2(3))


@enclosed(graphon_tangent_kernel)
@control("the angle for its supplement", inner_slope=1 - inner_slope)
@control("sine forgotten", inner_value=inner_value - sp.sqrt(gap) / sp.pi)
def the_form_for_integration_is_the_dual(inner_value: sp.Expr, inner_slope: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """π − θ by an arctangent, in place of the arccosine that is not analytic at ±1."""
    for inner, dual in ((inner_value, relu.value), (inner_slope, relu.slope)):
        yield trial.same(inner.subs(gap, a * b - c**2), dual, by=None, at=DUAL_POINTS)


DUAL_POINTS = [{a: 2, b: 3, c: sp.Rational(step, 10)} for step in (-24, -3, 11, 24)]

NODES = 20
PAIRS = ((3, 1, 1, 4),)


def on_a_grid(graphons: Sequence[sp.Expr]) -> list[Floats]:
    """The contribution of each layer at `PAIRS`, from graphons at Gauss–Legendre positions. [layer][pair]"""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    hidden = [Latent((nodes + 1) / 2, weights / 2) for _ in graphons[:-1]]
    latents = [replace(input_latent(2), positions=np.array(POSITIONS, dtype=float)), *hidden, point_latent()]
    layers = []
    for graphon, columns, rows in zip(graphons, latents, latents[1:], strict=False):
        values = numeric((u, v), graphon)(rows.positions[:, None], columns.positions)
        shape = (rows.positions.size, columns.positions.size)
        layers.append(GridGraphon(np.broadcast_to(values, shape).astype(float), rows, columns))
    pairs = np.array(PAIRS, dtype=float)
    contributions = []
    for chosen in range(len(layers)):
        trained = [
            layer if at == chosen else GridGraphon(0 * layer.values, layer.rows, layer.columns)
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
    """The recursion on Gauss–Legendre positions, whose error falls geometrically for these analytic integrands."""
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


def layer_kernels(left: ArrayLike, right: ArrayLike, weights: Sequence[Floats], trained: Sequence[ArrayLike]) -> Floats:
    """What each layer's weights contribute to the tangent kernels of `nets` ReLU networks at two inputs, float[nets, L+1].

    weights: float[nets, rows, columns] of each layer, factors for pruning or density included; `trained`: the squares of
    these factors, as far as they are also factors of the gradient (the mask; 1 if pruned weights are trained).
    """
    sides = []
    for start in (left, right):
        h = np.broadcast_to(np.asarray(start, float), (len(weights[0]), weights[0].shape[2]))
        entering, gates = [h], []
        for w in weights[:-1]:
            z = np.einsum("sij,sj->si", w, entering[-1]) / np.sqrt(w.shape[2])
            gates.append(np.sqrt(2) * (z > 0))
            entering.append(gates[-1] * z)
        leaving = [np.ones((len(h), 1))]
        for w, opened in zip(reversed(weights[1:]), reversed(gates), strict=True):
            leaving.append(opened * np.einsum("sij,si->sj", w, leaving[-1]) / np.sqrt(w.shape[2]))
        sides.append((entering, leaving[::-1]))
    (entering, leaving), (entering_2, leaving_2) = sides
    found = [
        np.einsum("si,sij,sj->s", g * g2, np.broadcast_to(own, w.shape), h * h2, optimize=True) / w.shape[2]
        for w, own, h, h2, g, g2 in zip(weights, trained, entering, entering_2, leaving, leaving_2, strict=True)
    ]
    return np.stack(found, axis=1)


PAIR = dict(zip((*x, *y), (1, 2, -1, 2), strict=True))
LEFT, RIGHT = np.array([1.0, 2.0]), np.array([-1.0, 2.0])


def neurons(rng: np.random.Generator, size: int) -> Floats:
    """Networks of one hidden neuron at a uniform position, their first weights times √W. float[size, 2]"""
    position = rng.random((size, 1, 1))
    share = numeric((u, v), GRAPHONS[0])(position, np.array(POSITIONS, dtype=float))
    first = np.sqrt(share) * rng.standard_normal((size, 1, 2))
    return layer_kernels(LEFT, RIGHT, [first, rng.standard_normal((size, 1, 1))], [share, np.ones((1, 1, 1))])


def product_of_variances() -> sp.Expr:
    """∫ab for the first layer, at `PAIR`."""
    variances = [
        sum(GRAPHONS[0].subs(v, at) * each**2 for at, each in zip(POSITIONS, side, strict=True)) / 2 for side in (x, y)
    ]
    return sp.integrate(sp.expand(sp.prod(variances).subs(PAIR)), (u, 0, 1))


@statistical(graphon_tangent_kernel, tests=2, cost=0.5)
@control("pruned weights trained too", one_hidden_terms=trained_too_one.terms)
@control("mean densities", one_hidden_terms=homogenised_one.terms)
@control("half as much again", one_hidden_terms=tuple(sp.Rational(3, 2) * term for term in one_hidden.terms))
def one_hidden_layer_has_the_mean(one_hidden_terms: tuple[sp.Expr, ...], trial: Trial) -> Iterator[Finding]:
    """Networks of any width are averages of such neurons, whose mean is exact.

    Both parts have a second moment of at most 6∫ab: E φ²φ′² ≤ 6ab, and E α⁴ E φ̇²φ̇′² c² ≤ 3·2·c² ≤ 6ab.
    """
    sample = trial.draw(neurons, trial.size(300_000))
    bound = 6 * float(trial.once(product_of_variances))
    for seen, claimed in zip(sample.T, one_hidden_terms, strict=True):
        yield trial.unbounded_averages(seen, trial.value(claimed, PAIR), bound)


WIDTH = 8
HIDDEN = 0.5 + np.repeat([-1, 1], WIDTH // 2) / np.sqrt(12)  # two Gauss nodes: means of cubics are those over [0, 1]


def keep_probabilities(graphons: Sequence[sp.Expr], hidden: Floats, inputs: Floats) -> list[Floats]:
    """P(M = 1) in each layer, for neurons at positions `hidden` in every hidden layer. [rows, columns] each"""
    places = [inputs, *[hidden] * (len(graphons) - 1), np.zeros(1)]
    return [
        np.broadcast_to(numeric((u, v), graphon)(rows[:, None], columns), (rows.size, columns.size)).astype(float)
        for graphon, rows, columns in zip(graphons, places[1:], places[:-1], strict=True)
    ]


def masked_networks(
    rng: np.random.Generator, nets: int, probabilities: Sequence[Floats]
) -> tuple[list[Floats], list[Floats]]:
    """Weights of networks with independent masks, and the masks. float[nets, rows, columns] each"""
    masks = [(rng.random((nets, *p.shape)) < p).astype(float) for p in probabilities]
    return [mask * rng.standard_normal(mask.shape) for mask in masks], masks


def diagonal_kernels(rng: np.random.Generator, nets: int) -> Floats:
    """The layers' contributions at x = x′ in masked networks of width 8 with two hidden layers. float[nets, 3]"""
    probabilities = keep_probabilities(GRAPHONS, HIDDEN, np.array(POSITIONS, dtype=float))
    weights, masks = masked_networks(rng, nets, probabilities)
    return layer_kernels(LEFT, LEFT, weights, masks)


def mean_over_pairs_of_paths(probabilities: Sequence[Floats], inputs: Floats, coincidence: float) -> float:
    """E Θ⁽ˡ⁾(x, x)² of masked networks, for each layer l: both paths kept, shared neurons counted `coincidence` times."""
    moments = np.multiply.outer(inputs**2, inputs**2)
    for p in probabilities:
        shared = np.diag((p * (1 - p)) @ np.diag(moments))  # an edge on both paths is kept with probability p, not p²
        moments = (p @ moments @ p.T + shared) / p.shape[1] ** 2
        moments[np.diag_indices_from(moments)] *= coincidence
    return float(moments[0, 0]) / coincidence


@statistical(graphon_tangent_kernel, tests=3, cost=0.5)
@control("pruned weights trained too", two_hidden_terms=trained_too_two.terms)
@control("twice the last layer", two_hidden_terms=(*two_hidden.terms[:2], 2 * two_hidden.terms[2]))
@control("a dense readout", two_hidden_terms=graphon_kernel(masked(*GRAPHONS[:2], sp.S.One), POSITIONS, x, y).terms)
def masked_networks_have_the_mean_on_the_diagonal(
    two_hidden_terms: tuple[sp.Expr, ...], trial: Trial
) -> Iterator[Finding]:
    """Width 8, d = 2, Bernoulli masks: at x = x′ the limit is the mean at every width, and the variance is known.

    Four neurons of each layer stand at each of two Gauss nodes, which average the kernel's quadratics exactly.
    """
    sample = trial.draw(diagonal_kernels, trial.size(20_000))
    probabilities = keep_probabilities(GRAPHONS, HIDDEN, np.array(POSITIONS, dtype=float))
    second_moment = mean_over_pairs_of_paths(probabilities, LEFT, 6.0)
    variance = second_moment - trial.value(trial.once(path_sum, GRAPHONS), {**PAIR, y[0]: 1}) ** 2
    for seen, claimed in zip(sample.T, two_hidden_terms, strict=True):
        yield trial.unbounded_averages(seen, trial.value(claimed, {**PAIR, y[0]: 1}), variance)


CHUNK = 40  # wide networks held at a time


def wide_kernels(rng: np.random.Generator, nets: int, width: int, copies: int) -> Floats:
    """The same for x ≠ x′, in networks that see each input many times. float[nets, 3]"""
    positions = np.repeat(np.array(POSITIONS, dtype=float), copies)
    hidden = (np.arange(width) + 0.5) / width
    probabilities = keep_probabilities(GRAPHONS, hidden, positions)
    left, right = np.repeat(LEFT, copies), np.repeat(RIGHT, copies)
    return np.concatenate(
        [layer_kernels(left, right, *masked_networks(rng, CHUNK, probabilities)) for _ in range(nets // CHUNK)]
    )


@empirical(graphon_tangent_kernel, cost=1.0)
@control("pruned weights trained too", two_hidden=trained_too_two.total)
@control("mean densities", two_hidden=homogenised_two.total)
def wide_masked_networks_approach_the_kernel(two_hidden: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Two hidden layers, x ≠ x′: a limit only, here at width 48 with 24 copies of each input, to 15 %.

    The distance of the mean is of order 1/width + 1/copies; the average of so many networks is off by some 2 %.
    """
    seen = trial.draw(wide_kernels, trial.size(640), 48, 24).sum(axis=1).mean()
    claimed = trial.value(two_hidden, PAIR)
    yield trial.at_most(abs(seen / claimed - 1), 0.15, f"relative distance of a mean of {seen:.4f} from {claimed:.4f}")


# The smallest counterexample: one neuron a layer


def chain_contributions(weights: Sequence[sp.Expr], kept: Sequence[int]) -> list[sp.Expr]:
    """What each weight contributes to Θ(1, 1) in a network of one neuron a layer: the square of its derivative.

    A weight has one only if every weight is kept and every hidden neuron is on; φ(z) = √2 max(z, 0).
    """
    *hidden, _ = weights
    if not all(kept) or min(hidden) <= 0:
        return [sp.S.Zero] * len(weights)
    through = 2 ** len(hidden) * sp.prod(sp.sympify(w) ** 2 for w in weights)
    return [through / own**2 for own in weights]


@exact(graphon_tangent_kernel)
@control("pruned weights trained too", own_layer=sp.Integral(gradient(u) * covariance(v), (v, 0, 1), (u, 0, 1)))
@control("the graphon twice", own_layer=own_layer.replace(weight, lambda row, column: weight(row, column) ** 2))
def one_edge_is_trained_where_it_is_kept(own_layer: sp.Expr, one_edge: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One input, one neuron, readout ±1: the mean over the edge's sign, and over whether it is kept."""
    found = [sum(chain_contributions((sign, 1), (kept, 1))[0] for sign in (1, -1)) / 2 for kept in (0, 1)]
    claimed = own_layer.replace(weight, lambda row, column: one_edge)
    claimed = claimed.replace(gradient, lambda at: sp.S.One).replace(covariance, lambda at: sp.S.One).doit()
    yield trial.same(claimed, (1 - one_edge) * found[0] + one_edge * found[1])
