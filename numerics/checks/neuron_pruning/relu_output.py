"""Evidence for N5: whole neurons behind a ReLU output."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from numerics.bridge import numeric
from numerics.checks.neuron_pruning.alignment import LESS, MORE
from numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from numerics.neuron_pruning.circle import exact_sup_on_circle
from theory.formulas.let import Let
from theory.formulas.level import Level
from theory.formulas.no_guarantee import no_guarantee, unconditional
from theory.neuron_pruning.alignment import N, delta, eps
from theory.neuron_pruning.relu_output import (
    attained,
    best_gap,
    best_share,
    bound,
    chains,
    cluster,
    constant,
    k,
    limit,
    most_neurons,
    near_end,
    neurons,
    p,
    piece,
    relu_output_bound,
    s,
    simple_constant,
    square,
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


# The union over chains


@enclosed(relu_output_bound)
@control("gaps on both sides", chains=N**k * (2 * s / sp.pi) ** (k - 1))
@control("sets instead of tuples", chains=chains / sp.factorial(k))
@control("k gaps", chains=(N * s / sp.pi) ** k)
@control("10 % more", chains=MORE * chains)
@control("10 % less", chains=LESS * chains)
def chains_are_as_many(chains: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The mean number of chains exactly, by integration over the gaps: at most this, and this to leading order."""
    for size in (1, 2, 3):
        gaps = sp.symbols(f"gap_1:{size}", positive=True)
        mean = sp.ff(N, size) * (1 - sp.Add(*gaps) / sp.pi) / sp.pi ** (size - 1)
        for gap in gaps:
            mean = sp.integrate(mean, (gap, 0, s))
        claimed = chains.subs(k, size)
        yield trial.below(mean, claimed, at=[{N: 5, s: sp.Rational(1, 3)}, {N: 100, s: sp.Rational(1, 50)}])
        dense = (mean / claimed).subs(s, y / N)
        yield trial.same(sp.limit(sp.expand_func(dense), N, sp.oo), sp.Integer(1))


@exact(relu_output_bound)
@control("without the factor 1 − Ns/π", bound=N * (near_end + cluster))
@control("ends of one neuron", bound=bound - (N - 1) * near_end)
@control("10 % less", bound=LESS * bound)
@control("density of one side", strength_density=2 * strength_density)
@control("0.4 instead of 4", cluster=cluster / 10)
@control("k gaps", chains=(N * s / sp.pi) ** k)
@control("one end", near_end=near_end / 2)
def the_bound_is_a_geometric_series(
    bound: sp.Expr, near_end: sp.Expr, cluster: sp.Expr, chains: sp.Expr, strength_density: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Ends, and for each chain the mass of an interval twice as long as the cluster bound, at the peak of the density."""
    ratio = chains.subs(k, k + 1) / chains
    first = chains.subs(k, 1) * 2 * cluster * strength_density.subs(x, 0)
    series = unconditional(bound) - N * near_end
    yield trial.same(series * (1 - ratio), first, by=sp.cancel)
    beyond = bound.subs({N: 4, s: sp.pi / 4})
    yield trial.holds(beyond.has(no_guarantee), f"a series that diverges: {beyond}")


def some_chain(rng: np.random.Generator, nets: int, size: int, gap: float, error: float) -> int:
    """In how many networks a kink is near an end or some chain jumps by no more than the cluster bound."""
    found = random_neurons(rng, 3, nets, size)
    order = np.argsort(found.kinks, axis=1)
    strengths, kinks = (np.take_along_axis(part, order, axis=1) for part in found)
    jumps = strengths * np.exp(1j * kinks)
    most = float(numeric((eps, s), cluster)(error, gap))
    happens = (np.pi / 2 - np.abs(kinks) <= gap + np.arcsin(error)).any(axis=1)
    for count in range(1, size + 1):
        for chain in map(list, combinations(range(size), count)):
            close = (np.diff(kinks[:, chain], axis=1) <= gap).all(axis=1)
            happens |= close & (np.abs(jumps[:, chain].sum(axis=1)) <= most)
    return int(np.count_nonzero(happens))


@statistical(relu_output_bound, tests=2, cost=0.2)
@control("ends alone", bound=N * near_end)
@control("chains alone", bound=bound - N * near_end)
@control("half", bound=bound / 2)
def some_chain_is_no_more_frequent(bound: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The event that a ticket needs, in networks of 3 and of 5 neurons; the bound is above by less than a fifth."""
    nets = trial.size(10_000)
    for size, gap, error in (
        (3, sp.Rational(2, 25), sp.Rational(1, 1000)),
        (5, sp.Rational(1, 30), sp.Rational(1, 5000)),
    ):
        p = trial.value(bound, {N: sp.Integer(size), s: gap, eps: error})
        yield trial.counts(trial.draw(some_chain, nets, size, float(gap), float(error)), nets, p, "above")


# How many neurons


@enclosed(relu_output_bound)
@control("the larger root", neurons=sp.pi * delta / (near_end * s * neurons))
@control("without 1 − Ns/π", neurons=delta / (near_end + cluster))
@control("10 % more", neurons=MORE * neurons)
@control("half the chains", bound=bound - N * cluster / (1 - N * s / sp.pi) / 2)
def the_root_solves_the_bound(bound: sp.Expr, neurons: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """And it is the smaller one, below π/s."""
    yield trial.same(bound.subs(N, neurons), delta, by=None)
    yield trial.below(neurons, sp.pi / s, strict=True)


@enclosed(relu_output_bound)
@control("at a fixed gap", best_gap=Level(sp.Lambda(s, 1 - s)))
@control("of half the error", best_gap=best_gap.subs(eps, eps / 2))
@control("of one end", best_gap=Level(sp.Lambda(s, sp.diff(sp.log(neurons.subs(near_end, near_end / 2)), s))))
@control("without 1 − Ns/π", bound=N * (near_end + cluster))
@control("half the neurons", neurons=neurons / 2)
def the_best_gap_is_stationary(bound: sp.Expr, neurons: sp.Expr, best_gap: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The function whose zero it is, differentiated implicitly: d log N/ds where the bound is δ."""
    along = -sp.diff(bound, s) / (N * sp.diff(bound, N))
    for level in best_gap.atoms(Level):
        yield trial.same(level.function(s), along.subs(N, neurons), by=None)


@enclosed(relu_output_bound, cost=0.5)
@control("10 % wider", best_gap=MORE * best_gap)
@control("5 % narrower", best_gap=sp.Rational(19, 20) * best_gap)
@control("of half the error", best_gap=best_gap.subs(eps, eps / 2))
@control("at half the gap", most_neurons=Let(neurons, [(s, best_gap / 2)]))
@control("a thousandth more", most_neurons=sp.Rational(1001, 1000) * most_neurons)
@control("error doubled", neurons=neurons.subs(eps, 2 * eps))
def no_other_gap_excludes_more(
    neurons: sp.Expr, best_gap: sp.Expr, most_neurons: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Nearby gaps on both sides exclude fewer neurons; the best one as many as stated."""
    at = {eps: sp.Rational(1, 100), delta: sp.Rational(1, 2)}
    gap, most = (sp.Rational(trial.once(trial.value, part, at)) for part in (best_gap, most_neurons))
    for factor in (sp.Rational(24, 25), sp.Rational(999, 1000), sp.Rational(1001, 1000), sp.Rational(26, 25)):
        yield trial.below(neurons, most, at=[{**at, s: factor * gap}], strict=True)
    yield trial.below(sp.Abs(neurons / most - 1), sp.Rational(1, 10**14), at=[{**at, s: gap}])


# Small errors


@exact(relu_output_bound)
@control("without 1 − p", limit=2 * p + 4 * N**2 * eps / (sp.pi * p))
@control("one end", limit=limit - p)
@control("0.4 instead of 4", limit=2 * p + (limit - 2 * p) / 10)
@control("1 + p", bound=N * near_end + N * cluster / (1 + N * s / sp.pi))
@control("square without 1 − p", square=sp.pi / 4 * p * (delta - 2 * p))
@control("10 % more", square=MORE * square)
@control("10 % less", square=LESS * square)
def the_bound_tends_to_its_limit(bound: sp.Expr, limit: sp.Expr, square: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """At s = πp/N with N²ε fixed; the limit is δ where N²ε is the square."""
    h = sp.Symbol("h", positive=True)
    fixed = {N: 1 / h, eps: y * h**2}
    scaled = unconditional(bound).subs(s, sp.pi * p / N).subs(fixed)
    yield trial.same(sp.limit(scaled, h, 0), limit.subs(fixed), by=sp.cancel)
    yield trial.same(limit.subs(eps, square / N**2), delta, by=sp.cancel)


@enclosed(relu_output_bound)
@control("without 1 − p", best_share=delta / 4)
@control("the other root", best_share=(2 + delta + sp.sqrt(4 - 2 * delta + delta**2)) / 6)
@control("share 10 % less", best_share=LESS * best_share)
@control("ignores 1 − p", constant=delta * sp.sqrt(sp.pi / 32))
@control("10 % more", constant=MORE * constant)
@control("10 % less", constant=LESS * constant)
@control("1 + δ/4", simple_constant=delta * sp.sqrt(sp.pi * (1 + delta / 4) / 32))
@control("simple constant 10 % less", simple_constant=LESS * simple_constant)
@control("two ends", square=square.subs(delta, delta + p))
def the_constant_is_the_largest(
    square: sp.Expr, best_share: sp.Expr, constant: sp.Expr, simple_constant: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """At the stated share the square is stationary, inside and concave; at δ/4 it gives the simple constant."""
    yield trial.same(sp.diff(square, p).subs(p, best_share), 0, by=None)
    risks, start = {delta: (0, 1)}, {delta: (0, 1)}  # a range; and a simple zero at δ = 0
    yield trial.everywhere(sp.diff(square, p, 2).subs(p, best_share), sp.Integer(0), within=risks, strict=True)
    yield trial.everywhere(best_share, delta / 2, within=risks, strict=True, zero=start)
    yield trial.everywhere(sp.Integer(0), best_share, within=risks, strict=True, zero=start)
    yield trial.same(constant**2, square.subs(p, best_share), by=None)
    yield trial.same(simple_constant**2, square.subs(p, delta / 4), by=None)
    yield trial.everywhere(simple_constant, constant, strict=True)
    yield trial.everywhere(sp.Integer(0), simple_constant, within=risks, strict=True, zero=start)


@enclosed(relu_output_bound, cost=0.2)
@control("ignores 1 − p", constant=delta * sp.sqrt(sp.pi / 32))
@control("10 % less", constant=LESS * constant)
@control("exponent 1", most_neurons=most_neurons / sp.sqrt(eps))
@control("a tenth fewer", most_neurons=LESS * most_neurons)
def neurons_tend_to_the_constant(constant: sp.Expr, most_neurons: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Below it at every error, and at 10⁻¹⁰ by at most s²/6 + 2Nε/δ, less than 10⁻⁵, where s = πp/N."""
    for digits, share in ((1, sp.S.One), (5, sp.Rational(1, 10)), (10, sp.Rational(1, 2))):
        at = {eps: sp.Rational(1, 10**digits), delta: share}
        reached = sp.Rational(trial.once(trial.value, most_neurons, at)) * sp.sqrt(at[eps])
        yield trial.below(reached, constant, at=[at], strict=True)
    yield trial.below(constant * (1 - sp.Rational(1, 10**5)), reached, at=[at])
