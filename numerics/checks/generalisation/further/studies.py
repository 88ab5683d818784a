"""Evidence for T1–T5: the handwritten digits, split at random."""

from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from itertools import product
from typing import NamedTuple

import numpy as np
import sympy as sp

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.evidence import Findings, Trial, control, empirical, exact, statistical
from sparse_limits.numerics.evidence.common import drawn_in_common
from sparse_limits.numerics.evidence.drawing import EFFORTS
from sparse_limits.numerics.kernels import gradient_descent_predict, mean_squared_error
from sparse_limits.numerics.keyed import stream_name
from sparse_limits.numerics.masks.selection import Mask
from sparse_limits.numerics.networks import Array, laziness, stable_step, train, train_linearised
from sparse_limits.numerics.studies.kernel_study import Case
from sparse_limits.numerics.studies.network_study import predictions, pruned_network
from sparse_limits.numerics.studies.tasks import Split, draw_split, task_named
from sparse_limits.theory.generalisation.further import studies as claims
from sparse_limits.theory.generalisation.further.studies import (
    Comparison,
    Nearer,
    Pruned,
    Widening,
    bound_order,
    kernel_spectra,
    merging_density,
    selection_pays,
    trained_networks,
)
from sparse_limits.theory.graphon.fixed_inputs import inputs as d
from sparse_limits.theory.graphon.symbols import n

EDGE, READOUT = (trained_networks.expressions[name] for name in ("edge_gradient", "readout_gradient"))
NEARER_GRAPHON = replace(trained_networks.expressions["nearer"], near="graphon", far="rows")
ALIKE = (replace(kernel_spectra.expressions["comparisons"][0], quantity="centred gap_ratio"),)
UPSIDE_DOWN = (Comparison(claims.NOISY, "mse", claims.anti, claims.random),)
SPLITS = 40  # all but two must go one way, or the opposite, "in at most half", is not rejected at level 1e-9
CLOSE_SPLITS = 60  # all but seven: T1 and T2 compare kernels whose errors lie closer together
TESTED = 100  # samples of each
FEW_NODES = 20  # in |a|: much less time than 60 take, whose errors and spectra are near (tests/studies)


def reversed_comparisons(comparisons: tuple[Comparison, ...]) -> tuple[Comparison, ...]:
    return tuple(replace(each, smaller=each.larger, larger=each.smaller) for each in comparisons)


@stream_name("numerics.checks.generalisation.studies.split_seeds")
def split_seeds(rng: np.random.Generator, task: str) -> tuple[int, ...]:
    """Of as many random splits as any check takes."""
    return tuple(int(seed) for seed in rng.integers(2**63, size=CLOSE_SPLITS * max(EFFORTS.values())))


@lru_cache(maxsize=2 * CLOSE_SPLITS)  # the kernels of a comparison see the same splits
def few_of_split(task: str, seed: int) -> Split:
    """A random split, some of its test samples."""
    split = draw_split(task_named(task), np.random.default_rng(seed))
    return Split(split.x, split.y, split.x_test[:TESTED].copy(), split.y_test[:TESTED].copy())


@lru_cache(maxsize=6 * CLOSE_SPLITS)  # what one claim has computed of a kernel serves the next
def case(task: str, method: str, density: Fraction, seed: int) -> Case:
    """A kernel on a random split."""
    return Case(few_of_split(task, seed), method, float(density), nodes=FEW_NODES)


def cases(task: str, method: str, density: Fraction, seeds: tuple[int, ...]) -> list[Case]:
    """A kernel on random splits."""
    return [case(task, method, density, seed) for seed in seeds]


def measured(task: str, name: str, side: Pruned, seeds: tuple[int, ...], trial: Trial) -> Array:
    """A quantity of a kernel on random splits: float[splits]."""
    found = trial.once(cases, task, side.method, side.density, seeds)
    return np.array([case.quantity(name) for case in found])


def order(comparisons: tuple[Comparison, ...], quick: int, trial: Trial) -> Findings:
    """Whether each comparison goes its way in most splits; all of a task, in all claims, share its splits."""
    splits = trial.size(quick)
    for each in comparisons:
        seeds = drawn_in_common(trial, split_seeds, each.task)[:splits]
        smaller, larger = (
            measured(each.task, each.quantity, side, seeds, trial) for side in (each.smaller, each.larger)
        )
        names = (f"{side.method} at {side.density}" for side in (each.smaller, each.larger))
        yield trial.mostly(int((smaller < larger).sum()), splits, f"{each.quantity}, {' < '.join(names)}")


@statistical(selection_pays, tests=3, cost=6)
@control("reversed", comparisons=reversed_comparisons(selection_pays.expressions["comparisons"]))
@control("whatever is selected", comparisons=UPSIDE_DOWN)
def splits_keep_the_order_of_test_errors(comparisons: tuple[Comparison, ...], trial: Trial) -> Findings:
    """In how many random splits the test error of one kernel is below that of another."""
    yield from order(comparisons, CLOSE_SPLITS, trial)


@statistical(bound_order, tests=4, cost=5)
@control("reversed", comparisons=reversed_comparisons(bound_order.expressions["comparisons"]))
@control("without useless features", comparisons=(replace(bound_order.expressions["comparisons"][0], task="3v8"),))
def splits_keep_the_order_of_bounds(comparisons: tuple[Comparison, ...], trial: Trial) -> Findings:
    """The same for the bound and the error it is to order."""
    yield from order(comparisons, CLOSE_SPLITS, trial)


@statistical(kernel_spectra, tests=3, cost=3)
@control("reversed", comparisons=reversed_comparisons(kernel_spectra.expressions["comparisons"]))
@control("alike on HKH", comparisons=ALIKE)
def splits_keep_the_order_of_gaps(comparisons: tuple[Comparison, ...], trial: Trial) -> Findings:
    """The same for λ₁/λ₂ of K and of HKH."""
    yield from order(comparisons, SPLITS, trial)


@statistical(merging_density, tests=2, cost=6)
@control("reversed", comparisons=reversed_comparisons(merging_density.expressions["comparisons"]))
@control("no gain from .2 down", comparisons=reversed_comparisons(merging_density.expressions["comparisons"][:1]))
def splits_keep_the_order_of_densities(comparisons: tuple[Comparison, ...], trial: Trial) -> Findings:
    """The same for the densities at which SNIP prunes."""
    yield from order(comparisons, SPLITS, trial)


# T3: trained networks

EARLY = (2, 5)  # steps
LEARNT = 50  # samples
EARLY_WIDTH = 512
WIDTH, STEPS, PAIRS = 128, 20, 3  # networks are averaged over
WIDEST = 1024  # of them, at any effort
NEURONS, ROWS_PER_NEURON, DESCENT = 512, 4, 40  # width; rows of the kernel; steps
DRAWN = 16  # splits averaged over: the distances are equal at 4.6 standard errors of their difference, by the spread of 64 splits


class Run(NamedTuple):
    """A network masked [n, d] and trained: inputs [m + t, d] with training samples first, and test predictions [R, t]."""

    inputs: Array
    y: Array
    weights: Array
    mask: Mask
    readout: Array
    step: float
    predictions: Array


def few_samples(rng: np.random.Generator, learnt: int, tested: int) -> Split:
    """Noisy 3v8, less some samples."""
    split = draw_split(task_named(claims.NOISY), rng)
    return Split(split.x[:learnt], split.y[:learnt], split.x_test[:tested], split.y_test[:tested])


def early_run(rng: np.random.Generator, learnt: int) -> Run:
    """Random at density 1/5, steps of a fifth of 1/λ_max."""
    split = few_samples(rng, learnt, TESTED)
    network, mask = pruned_network(split, "random", float(claims.SPARSER), EARLY_WIDTH, rng)
    step = stable_step(network, split.x, masks=[mask]) / 5
    run = train(network, split.x, split.y, step=step, steps=max(EARLY), masks=[mask], record=EARLY, x_test=split.x_test)
    weights, readout = network.weights
    inputs = np.concatenate([split.x, split.x_test])
    assert run.test_outputs is not None
    return Run(inputs, split.y[:, 0], weights, mask, readout[0], step, run.test_outputs[:, :, 0])


def gram(edge_gradient: sp.Expr, readout_gradient: sp.Expr, run: Run) -> Array:
    """Of the claimed gradients in all weights, between all inputs and training inputs: [m + t, m]."""
    (width, inputs), learnt = run.weights.shape, len(run.y)
    z = run.inputs @ (run.weights * run.mask).T / np.sqrt(inputs)
    gates = (z > 0).astype(float)
    edge = numeric((claims.a, claims.gate, claims.mask, claims.x, n, d), edge_gradient)
    top = numeric((claims.gate, claims.z, n), readout_gradient)(gates, z, width)
    kernel = top @ top[:learnt].T
    for unit in range(width):
        part = edge(run.readout[unit], gates[:, unit, None], run.mask[unit], run.inputs, width, inputs)
        kernel += part @ part[:learnt].T
    return kernel


@exact(trained_networks)
@control("gradients in pruned weights", edge_gradient=EDGE.subs(claims.mask, 1))
@control("plain ReLU", readout_gradient=READOUT / sp.sqrt(2))
@control("standard parametrisation", edge_gradient=EDGE * sp.sqrt(n * d))
def gradients_are_derivatives(
    edge_gradient: sp.Expr, readout_gradient: sp.Expr, output: sp.Expr, preactivation: sp.Expr, trial: Trial
) -> Findings:
    """∂f/∂w and ∂f/∂a of one neuron's share of the output, its gate fixed."""
    cases = product((0, 1), repeat=2)  # every mask and gate: at 0 both sides vanish, whatever is claimed
    points = trial.points(EDGE, READOUT, count=4)
    at = [{**point, claims.mask: kept, claims.gate: on} for point, (kept, on) in zip(points, cases, strict=True)]
    yield trial.same(edge_gradient, sp.diff(output.subs(claims.z, preactivation), claims.w), at=at)
    yield trial.same(readout_gradient, sp.diff(output, claims.a), at=at)


@empirical(trained_networks, cost=0.5)
@control("half the readout", readout_gradient=READOUT / 2)
def early_training_follows_the_networks_own_kernel(
    edge_gradient: sp.Expr, readout_gradient: sp.Expr, early_margin: Fraction, trial: Trial
) -> Findings:
    """Test predictions of a masked network after 2 and 5 steps, beside kernel descent."""
    run = trial.draw(early_run, min(trial.size(LEARNT), task_named(claims.NOISY).training))
    kernel, learnt = gram(edge_gradient, readout_gradient, run), len(run.y)
    for steps, found in zip(EARLY, run.predictions, strict=True):
        own = gradient_descent_predict(kernel[:learnt], kernel[learnt:], run.y, run.step, steps)
        apart = float(np.linalg.norm(found - own) / np.linalg.norm(own))
        yield trial.at_most(apart, float(early_margin), f"distance after {steps} steps")


def own_distance(rng: np.random.Generator, width: int, steps: int) -> float:
    """How far a network of density 1/5, trained on noisy 3v8, ends from descent with its own kernel."""
    split = few_samples(rng, task_named(claims.NOISY).training, TESTED)
    network, mask = pruned_network(split, "random", float(claims.SPARSER), width, rng)
    step = stable_step(network, split.x, masks=[mask])
    lazy, real = (
        each(network, split.x, split.y, step=step, steps=steps, masks=[mask], x_test=split.x_test)
        for each in (train_linearised, train)
    )
    return float(laziness(real, lazy)[-1])


@empirical(trained_networks, cost=1)
@control("no wider", widening=Widening(1))
def the_distance_falls_with_the_width(widening: Widening, width_margin: Fraction, trial: Trial) -> Findings:
    """The mean distance of a few networks after many steps, over that of narrower ones."""
    width, steps = min(trial.size(WIDTH), WIDEST), trial.size(STEPS)

    def mean(times: int, first: int) -> float:
        drawn = [trial.draw(own_distance, times * width, steps, replicate=first + k) for k in range(PAIRS)]
        return float(np.mean(drawn))

    ratio = mean(widening.times, PAIRS) / mean(1, 0)
    yield trial.at_most(ratio, float(width_margin), f"widths {width} and {widening.times * width}, ratio of distances")


def descent_errors(rng: np.random.Generator, task: str, method: str, density: Fraction, width: int) -> dict[str, float]:
    """The mean squared test error of a trained network, and of kernel descent by either family."""
    split, seed = draw_split(task_named(task), rng), np.random.SeedSequence(int(rng.integers(2**63)))
    found = predictions(split, method, float(density), width, ROWS_PER_NEURON * width, seed, DESCENT)
    return dict(zip(("network", "rows", "graphon"), (mean_squared_error(f, split.y_test) for f in found), strict=True))


@empirical(trained_networks, cost=3)
@control("the graphon kernel", nearer=NEARER_GRAPHON)
def sparse_networks_err_like_the_fixed_inputs_kernel(nearer: Nearer, trial: Trial) -> Findings:
    """The distance of networks' mean squared error from that of one kernel, over that from the other."""
    case = nearer.task, nearer.pruned.method, nearer.pruned.density, trial.size(NEURONS)
    drawn = [trial.draw(descent_errors, *case, replicate=k) for k in range(DRAWN)]
    errors = {name: np.mean([each[name] for each in drawn]) for name in drawn[0]}
    near, far = (float(abs(errors["network"] - errors[family])) for family in (nearer.near, nearer.far))
    yield trial.at_most(near / far, 1.0, f"distance from {nearer.near} over that from {nearer.far}")
