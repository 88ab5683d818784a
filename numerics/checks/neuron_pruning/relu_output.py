"""Evidence for N5.3: strengths, kinks and their clusters in networks behind a ReLU output."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from numerics.bridge import numeric
from numerics.checks.neuron_pruning.alignment import LESS, MORE
from numerics.evidence import Finding, Trial, control, enclosed, statistical
from numerics.neuron_pruning.circle import exact_sup_on_circle
from theory.neuron_pruning.alignment import eps
from theory.neuron_pruning.relu_output import (
    attained,
    cluster,
    near_end,
    piece,
    relu_output_bound,
    s,
    strength_density,
    x,
)

Floats = NDArray[np.floating]
y = sp.Symbol("y", positive=True)

# Strengths and kinks


@enclosed(relu_output_bound)
@control("both sides of one half", strength_density=2 * strength_density)
@control("normal", strength_density=sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi))
@control("twice the rate", strength_density=sp.exp(-2 * sp.Abs(x)))
@control("10 % less", strength_density=LESS * strength_density)
def strengths_are_normal_given_the_length(strength_density: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The density φ(y/R)/R of αR averaged over the length R of a normal vector of the plane, R² = y·exp(2·scale)."""
    scale = sp.Symbol("scale", real=True)
    integral = sp.Integral(sp.cosh(scale) * sp.exp(-y * sp.cosh(2 * scale)), (scale, 0, sp.oo))
    mixture = sp.sqrt(2 * y / sp.pi) * integral
    for sign in (1, -1):
        yield trial.same(strength_density.subs(x, sign * y), mixture, by=None)


class Neurons(NamedTuple):
    """Neurons in a plane that contains w*: strengths float[...], and their kinks in (−π/2, π/2], measured from w*."""

    strengths: Floats
    kinks: Floats


def random_neurons(rng: np.random.Generator, d: int, *shape: int) -> Neurons:
    """Normal weights of d inputs, seen in a random plane."""
    target, other = np.linalg.qr(rng.standard_normal((d, 2)))[0].T
    w = rng.standard_normal((*shape, d))
    along, across = w @ target, w @ other
    kinks = np.pi / 2 - (-np.arctan2(across, along)) % np.pi
    return Neurons(rng.standard_normal(shape) * np.hypot(along, across), kinks)


def weak_near_the_end(rng: np.random.Generator, d: int, size: int, gap: float, error: float) -> int:
    """How many neurons have a strength of at most 1 and a kink within gap + arcsin(error) of ±π/2."""
    found = random_neurons(rng, d, size)
    near = np.pi / 2 - np.abs(found.kinks) <= gap + np.arcsin(error)
    return int(np.count_nonzero(near & (np.abs(found.strengths) <= 1)))


@statistical(relu_output_bound, tests=2, cost=0.2)
@control("one end", near_end=near_end / 2)
@control("gap alone", near_end=2 * s / sp.pi)
@control("twice the error", near_end=near_end.subs(eps, 2 * eps))
@control("10 % less", near_end=LESS * near_end)
@control("10 % more", near_end=MORE * near_end)
@control("normal", strength_density=sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi))
@control("density 10 % more", strength_density=MORE * strength_density)
def kinks_near_the_ends_are_as_frequent(
    near_end: sp.Expr, strength_density: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Whatever the strengths, in 2 and in 5 dimensions."""
    size = trial.size(60_000)
    weak = sp.Integral(2 * strength_density.subs(x, y), (y, 0, 1))
    for d, gap, error in ((2, sp.Rational(3, 5), sp.Rational(3, 10)), (5, sp.Rational(1, 5), sp.Rational(1, 10))):
        probability = trial.value(near_end * weak, {s: gap, eps: error})
        yield trial.counts(trial.draw(weak_near_the_end, d, size, float(gap), float(error)), size, probability)


# Linear pieces and clusters


@enclosed(relu_output_bound)
@control("cosine", piece=eps / sp.cos(s / 2))
@control("the weaker form", piece=2 * eps / sp.sin(s))
@control("piece 10 % less", piece=LESS * piece)
@control("0.4 instead of 4", cluster=cluster / 10)
@control("one piece", cluster=cluster / 2)
@control("10 % less", cluster=LESS * cluster)
@control("ten per cent more", cluster=MORE * cluster)
@control("sine", attained=2 * eps / sp.sin(s / 2))
@control("one side of the kink", attained=attained / 2)
@control("10 % more", attained=MORE * attained)
def pieces_differ_by_so_much(piece: sp.Expr, cluster: sp.Expr, attained: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The functional with the values ε, −ε at unit vectors at the angle s; twice its norm over cos(s/2); and the jump of the
    slope between such pieces, which as s → 0 is all of it."""
    v = sp.Matrix([[1, 0], [sp.cos(s), sp.sin(s)]]).inv() * sp.Matrix([eps, -eps])
    yield trial.same(v.dot(v), piece**2, by=None)
    yield trial.same(cluster, 2 * piece / sp.cos(s / 2), by=None)
    yield trial.same(attained, 2 * sp.diff(eps * sp.sin(x) / sp.sin(s / 2), x).subs(x, s / 2), by=None)
    yield trial.same(sp.limit(cluster / attained, s, 0), sp.Integer(1))


class Clusters(NamedTuple):
    """Clusters of kept kinks: the error of their network, the gap by which they are apart, and ‖Σ c_i ν_i‖. float[...] each."""

    error: Floats
    gap: Floats
    norm: Floats


def clusters_of(
    found: Neurons, errors: Floats, masks: NDArray[np.bool_], gap: float
) -> list[tuple[float, float, float]]:
    """All clusters, far enough from the ends, of networks that keep masks bool[m, n] and have errors float[m]."""
    rows = []
    for error, mask in zip(errors, masks, strict=True):
        order = np.flatnonzero(mask)[np.argsort(found.kinks[mask])]
        kinks = found.kinks[order]
        jumps = np.cumsum(found.strengths[order] * np.exp(1j * kinks))  # the normals, turned by a right angle
        last = np.flatnonzero(np.append(np.diff(kinks) > gap, True))
        first = np.append(0, last[:-1] + 1)
        inside = np.maximum(-kinks[first], kinks[last]) + gap <= np.pi / 2 - np.arcsin(error)
        sums = np.diff(jumps[last], prepend=0)
        rows += [(error, gap, norm) for norm in np.abs(sums[inside])]
    return rows


GAPS = (0.05, 0.15, 0.4)


def clusters_of_all_subsets(rng: np.random.Generator, nets: int, size: int) -> Clusters:
    """Of all subsets of random networks that have an error below 1/2."""
    masks = (np.arange(2**size)[:, None] >> np.arange(size) & 1).astype(bool)
    rows = []
    for _ in range(nets):
        found = random_neurons(rng, 2, size)
        sides = rng.choice([-1, 1], size)  # a kink belongs to a neuron and to its opposite
        errors = exact_sup_on_circle(masks * found.strengths, found.kinks + sides * np.pi / 2, 0.0, relu_out=True)
        good = errors < 0.5
        for gap in GAPS:
            rows += clusters_of(found, errors[good], masks[good], gap)
    return Clusters(*np.array(rows).reshape(-1, 3).T)


def zigzag_clusters(rng: np.random.Generator, nets: int, m: int, error: float, shaken: float) -> Clusters:
    """Of zigzags with 2m kinks and about this error: pairs of opposite neurons, moved at random by this share of a gap."""
    gap, rows = np.pi / (2 * m), []
    middles = gap * np.arange(1 - m, m + 1)
    for _ in range(nets):
        kinks = np.concatenate([middles, middles]) + shaken * gap * rng.uniform(-1, 1, 4 * m)
        strengths = np.tile((-1.0) ** np.arange(2 * m), 2) * error / np.tan(gap / 2)
        strengths *= 1 + shaken * rng.uniform(-1, 1, 4 * m)
        theta = kinks + np.pi / 2 * np.repeat([1, -1], 2 * m)
        outputs, directions = np.append(strengths, [1, -1]), np.append(theta, [0, np.pi])
        found = Neurons(strengths, kinks)
        errors = exact_sup_on_circle(outputs[None], directions, 0.0, relu_out=True)
        rows += clusters_of(found, errors, np.ones((1, 4 * m), dtype=bool), gap * (1 - 2 * shaken) * (1 - 1e-12))
    return Clusters(*np.array(rows).reshape(-1, 3).T)


@enclosed(relu_output_bound, cost=0.4)
@control("0.4 instead of 4", cluster=cluster / 10)
@control("half", cluster=cluster / 2)
@control("10 % less", cluster=LESS * cluster)
@control("without the gap", cluster=4 * eps)
def no_cluster_jumps_more(cluster: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Clusters of all subsets of random networks and of shaken zigzags, each at its own error; zigzags come within 1 %."""
    cases = {
        "all subsets": trial.draw(clusters_of_all_subsets, trial.size(12), 9),
        "zigzags": trial.draw(zigzag_clusters, 1, 10, 0.1, 0.0),
        "shaken zigzags": trial.draw(zigzag_clusters, trial.size(10), 10, 0.1, 0.02),
    }
    for name, found in cases.items():
        claimed = np.broadcast_to(numeric((eps, s), cluster)(found.error, found.gap), found.norm.shape)
        largest = float((found.norm / claimed).max())
        yield trial.holds(largest <= 1 + 1e-9, f"{name}: {largest:.4f} of the bound in {found.norm.size} clusters")


class Task(NamedTuple):
    """A network of the plane, and the least error of its subsets behind a ReLU."""

    neurons: Neurons
    error: float


def best_subsets(rng: np.random.Generator, nets: int, planted: bool) -> list[Task]:
    """All 2⁸ subsets of small networks, kinks well inside: random ones, or with a ticket planted and then shaken.

    Planted: opposite neurons at the kinks ±3/5, whose sum is linear, ⟨w*, x⟩; they are turned and rescaled a little.
    """
    masks, tasks = (np.arange(256)[:, None] >> np.arange(8) & 1).astype(bool), []
    for _ in range(nets):
        kinks, sides = rng.uniform(-0.65, 0.65, 8), rng.choice([-1, 1], 8)
        strengths = rng.choice([-1, 1], 8) * rng.uniform(0.5, 2, 8)
        if planted:
            shaken = 10.0 ** rng.uniform(-4, -1.5)
            kinks[:4] = np.array([0.6, 0.6, -0.6, -0.6]) + shaken * rng.uniform(-1, 1, 4)
            sides[:4] = -1, 1, 1, -1
            strengths[:4] = np.array([1, -1, 1, -1]) / (2 * np.sin(0.6)) * (1 + shaken * rng.uniform(-1, 1, 4))
        errors = exact_sup_on_circle(masks * strengths, kinks + sides * np.pi / 2, 0.0, relu_out=True)
        tasks.append(Task(Neurons(strengths, kinks), float(errors[1:].min())))
    return tasks


def least_jump(found: Neurons, gap: float) -> float:
    """The least ‖Σ c_i ν_i‖ of all chains, kinks in order with gaps of at most `gap`."""
    order = np.argsort(found.kinks)
    kinks, jumps = found.kinks[order], (found.strengths * np.exp(1j * found.kinks))[order]
    places = range(len(kinks))
    chains = (list(chain) for count in range(1, len(kinks) + 1) for chain in combinations(places, count))
    return min(float(abs(jumps[chain].sum())) for chain in chains if (np.diff(kinks[chain]) <= gap).all())


@enclosed(relu_output_bound, cost=0.4)
@control("0.2 instead of 4", cluster=cluster / 20)
@control("proportional to the gap", cluster=eps * sp.sin(s) / 4)
@control("of the error squared", cluster=4 * eps**2 / sp.sin(s))
def networks_with_good_subsets_have_a_chain(cluster: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """All subsets of small networks without a kink near the ends: wherever some subset is good, some chain jumps little."""
    cases = {
        "random": (trial.draw(best_subsets, trial.size(12), False)),
        "planted": trial.draw(best_subsets, trial.size(20), True),
    }
    bounded = numeric((eps, s), cluster)
    for name, tasks in cases.items():
        ratios = []
        for gap in (0.2, 0.85):
            for found, error in tasks:
                if error < 1 and gap + np.arcsin(error) <= np.pi / 2 - np.abs(found.kinks).max():
                    ratios.append(least_jump(found, gap) / float(bounded(error, gap)))
        largest = max(ratios, default=0.0)
        yield trial.holds(
            largest <= 1 + 1e-9, f"{name}: the least jump of {len(ratios)} networks is {largest:.3f} of the bound"
        )
