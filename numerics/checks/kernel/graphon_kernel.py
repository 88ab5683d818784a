"""Evidence for K2: the recursion of the graphon tangent kernel, on paper and on a grid, and what edges and layers add."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike, NDArray

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.evidence import Findings, Trial, empirical, enclosed, exact, statistical
from sparse_limits.numerics.evidence.sums import same_whatever, sloped
from sparse_limits.numerics.kernels import LayerGraphons, input_latent
from sparse_limits.numerics.kernels import graphon_kernel as kernel_on_grid
from sparse_limits.numerics.masks.composition import GridGraphon, Latent, point_latent
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.dual import a, b, c, linear, relu
from sparse_limits.theory.kernel.graphon_kernel import DENSE_READOUT, graphon_tangent_kernel, of_a_row, written_out
from sparse_limits.theory.kernel.graphon_recursion import (
    GRAPHONS,
    POSITIONS,
    Recursion,
    above,
    covariance,
    gap,
    gate,
    gradient,
    graphon_kernel,
    kept,
    masked,
    strength,
    tangent,
    weight,
    x,
    y,
)
from sparse_limits.theory.saliency.model import u, v

Floats = NDArray[np.float64]


def path_sum(graphons: Sequence[sp.Expr]) -> sp.Expr:
    """The mean of x_j x′_j W … W over all paths, written out for one or two hidden layers."""
    first, *rest = graphons
    inputs = of_a_row(first, x, y)
    if len(rest) == 1:
        return sp.integrate(sp.expand(rest[0].subs(v, u) * inputs), (u, 0, 1))
    second, readout = rest
    paths = readout.subs(v, above) * second.subs({u: above, v: u}, simultaneous=True) * inputs
    return sp.integrate(sp.expand(paths), (u, 0, 1), (above, 0, 1))


@exact(graphon_tangent_kernel, cost=0.5)
def linear_networks_sum_over_paths(forward: sp.Expr, backward: sp.Expr, own_layer: sp.Expr, trial: Trial) -> Findings:
    """Without gates each layer contributes the same sum over paths, as each leaves out one weight of the path."""
    for graphons in (DENSE_READOUT, GRAPHONS):
        recursion = Recursion(forward, backward, own_layer)
        kernel = graphon_kernel(masked(*graphons), POSITIONS, x, y, activation=linear, recursion=recursion)
        for term in kernel.terms:
            yield trial.same(written_out(term), trial.once(path_sum, graphons), by=sp.expand)


@enclosed(graphon_tangent_kernel, step="example with two hidden layers")
def parallel_inputs_sum_over_paths(
    one_hidden: sp.Expr,
    two_hidden: sp.Expr,
    one_hidden_terms: tuple[sp.Expr, ...],
    two_hidden_terms: tuple[sp.Expr, ...],
    trial: Trial,
) -> Findings:
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


@enclosed(graphon_tangent_kernel)
def the_form_for_integration_is_the_dual(inner_value: sp.Expr, inner_slope: sp.Expr, trial: Trial) -> Findings:
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
def a_grid_of_positions_gives_the_same(
    one_hidden: sp.Expr,
    two_hidden: sp.Expr,
    one_hidden_terms: tuple[sp.Expr, ...],
    two_hidden_terms: tuple[sp.Expr, ...],
    trial: Trial,
) -> Findings:
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


# Edges and layers, for any number of either


def under_integrals(formula: sp.Expr) -> sp.Expr:
    """The integrand of a formula over positions in [0, 1], with u for that of the upper layer.

    If integrals agree for all functions, so do their integrands.
    """
    return sp.expand(formula.replace(sp.Integral, lambda inside, *_: inside).subs(above, u))


@exact(graphon_tangent_kernel, step="sum over layers", cost=0.6)
def one_pass_forward_is_the_sum_over_layers(
    tangent_step: sp.Expr, backward: sp.Expr, own_layer: sp.Expr, trial: Trial
) -> Findings:
    """One pass forward adds up what all layers contribute, for W, Σ, κ₀ and Θ left open.

    ∫ G Θ is what the edges of a layer add by themselves, and ∫ κ₀ (∫ G W) Θ of the layer below, which is 0 at the inputs.
    """
    onward = gate(v) * backward.subs(u, v) * tangent(v)
    collected = under_integrals(gradient(u) * tangent_step)
    yield same_whatever(trial, collected, under_integrals(own_layer) + under_integrals(onward))
    nothing = collected.replace(tangent, lambda place: sp.S.Zero)
    yield same_whatever(trial, nothing, under_integrals(own_layer))


def once_kept(formula: sp.Expr) -> sp.Expr:
    """The formula with M for M², as M is 0 or 1."""
    return sp.expand(formula).xreplace({kept**2: kept})


def small_networks(edge: sp.Expr) -> Iterator[tuple[sp.Expr, sp.Expr]]:
    """For each mask of two edges, what they add, and the product of a neuron's gradients at two inputs, by differentiation.

    One input coordinate, two neurons below of activation z + z³, all weights letters.
    """
    inputs, weights, below = (sp.symbols(f"{letter}_1 {letter}_2") for letter in "twa")
    for masks in ((1, 1), (1, 0), (0, 1)):
        rows, edges = [sp.S.Zero, sp.S.Zero], sp.S.Zero
        for m, w, first in zip(masks, weights, below, strict=True):
            entering = [first * each for each in inputs]
            values = [z + z**3 for z in entering]
            rows = [row + m * w * value for row, value in zip(rows, values, strict=True)]
            slopes = {gate(v): sp.prod(1 + 3 * z**2 for z in entering), tangent(v): sp.prod(inputs)}
            edges += edge.subs({kept: m, strength: w, covariance(v): sp.prod(values), **slopes})
        yield edges, sum(sp.prod(sp.diff(row, w) for row in rows) for w in (*weights, *below))


@exact(graphon_tangent_kernel, step="edge")
def edges_add_up_to_the_product_of_gradients(edge: sp.Expr, trial: Trial) -> Findings:
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
    total = edge.subs({covariance(v): math.prod(sent), gate(v): math.prod(slopes), tangent(v): met})
    total += apart + kept * strength * sum(slope * each for slope, each in zip(slopes, across, strict=True))
    more = {met: math.prod(changes), apart: math.prod(rests)}
    more |= {each: change * rest for each, change, rest in zip(across, changes, reversed(rests), strict=True)}
    further = valued(total, {each: each + term for each, term in more.items()})
    yield same_whatever(trial, further, total + added)
    yield same_whatever(trial, total.subs(dict.fromkeys(more, sp.S.Zero)), own)
    yield trial.at_sizes(small_networks(edge), "masks")


# Networks whose tangent kernels it is, one by one and on average


def layer_kernels(left: ArrayLike, right: ArrayLike, weights: Sequence[Floats], trained: Sequence[ArrayLike]) -> Floats:
    """What each layer's weights contribute to the tangent kernels of `nets` ReLU networks at two inputs, float[nets, L+1].

    weights: float[nets, rows, columns] of each layer, factors for pruning or density included; `trained`: the squares of
    these factors, as far as they are also factors of the gradient (the mask; 1 if pruned weights are trained).
    """
    sides = []
    for start in (left,) if right is left else (left, right):
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
    (entering, leaving), (entering_2, leaving_2) = sides[0], sides[-1]
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
    variances = [of_a_row(GRAPHONS[0], side, side) for side in (x, y)]
    return sp.integrate(sp.expand(sp.prod(variances).subs(PAIR)), (u, 0, 1))


@statistical(graphon_tangent_kernel, tests=2, cost=0.5)
def one_hidden_layer_has_the_mean(one_hidden_terms: tuple[sp.Expr, ...], trial: Trial) -> Findings:
    """Networks of one hidden neuron have the stated mean in both layers; networks of any width are averages of such neurons.

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
def masked_networks_have_the_mean_on_the_diagonal(two_hidden_terms: tuple[sp.Expr, ...], trial: Trial) -> Findings:
    """Networks of width 8, d = 2, with Bernoulli masks: at x = x′ the limit is the mean at every width, and the variance is known.

    Four neurons of each layer stand at each of two Gauss nodes, which average the kernel's quadratics exactly.
    """
    sample = trial.draw(diagonal_kernels, trial.size(20_000))
    probabilities = keep_probabilities(GRAPHONS, HIDDEN, np.array(POSITIONS, dtype=float))
    second_moment = mean_over_pairs_of_paths(probabilities, LEFT, 6.0)
    variance = second_moment - trial.value(trial.once(path_sum, GRAPHONS), {**PAIR, y[0]: 1}) ** 2
    for seen, claimed in zip(sample.T, two_hidden_terms, strict=True):
        yield trial.unbounded_averages(seen, trial.value(claimed, {**PAIR, y[0]: 1}), variance)


# The smallest counterexample: one neuron a layer


def chain_contributions(weights: Sequence[sp.Expr], kept: Sequence[int]) -> list[sp.Expr]:
    """What each weight contributes to Θ(1, 1) in a network of one neuron a layer: the square of its derivative.

    It is not 0 only if every weight is kept and every hidden neuron is on; φ(z) = √2 max(z, 0).
    """
    *hidden, _ = weights
    if not all(kept) or min(hidden) <= 0:
        return [sp.S.Zero] * len(weights)
    through = 2 ** len(hidden) * sp.prod(sp.sympify(w) ** 2 for w in weights)
    return [through / own**2 for own in weights]


@exact(graphon_tangent_kernel)
def one_edge_is_trained_where_it_is_kept(own_layer: sp.Expr, one_edge: sp.Expr, trial: Trial) -> Findings:
    """With one input, one neuron and readout 1, the layer contributes the mean over the edge's sign, and over whether it is kept."""
    found = [sum(chain_contributions((sign, 1), (kept, 1))[0] for sign in (1, -1)) / 2 for kept in (0, 1)]
    claimed = own_layer.replace(weight, lambda row, column: one_edge)
    claimed = claimed.replace(gradient, lambda at: sp.S.One).replace(covariance, lambda at: sp.S.One).doit()
    yield trial.same(claimed, (1 - one_edge) * found[0] + one_edge * found[1])
