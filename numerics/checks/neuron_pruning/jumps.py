"""Evidence for N5.1: strengths at kinks from errors at nodes, the matrix between them, and its minors."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.checks.neuron_pruning.alignment import LESS, MORE
from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.numerics.neuron_pruning.circle import exact_sup_on_circle
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.neuron_pruning.alignment import eps
from sparse_limits.theory.neuron_pruning.jumps import (
    after,
    ahead,
    arc,
    c,
    distance,
    fits,
    g,
    h,
    here,
    j,
    jump,
    k,
    kernel_minor,
    kink,
    kink_jumps,
    minor,
    most_pairs,
    pairs,
    phi,
    piece,
    rise,
    sines,
    strength_density,
    t,
    transform,
    volume,
)

Floats = NDArray[np.floating]
x = sp.Symbol("x_a", positive=True)


@exact(kink_jumps, step="characteristic function")
@control("of a normal strength", transform=sp.exp(-(t**2) / 2))
@control("half the variance", transform=1 / (1 + t**2 / 2))
@control("10 % more", transform=MORE * transform)
def mean_over_the_length(transform: sp.Expr, trial: Trial) -> Iterator[Finding]:
    yield trial.same(transform, sp.integrate(x * sp.exp(-(x**2) * (1 + t**2) / 2), (x, 0, sp.oo)))


@exact(kink_jumps, step="strengths")
@control("both sides of one half", strength_density=2 * strength_density)
@control("twice the rate", strength_density=sp.exp(-2 * sp.Abs(c)))
@control("10 % less", strength_density=LESS * strength_density)
@control("half the variance", transform=1 / (1 + t**2 / 2))
def density_has_this_transform(transform: sp.Expr, strength_density: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Twice the integral of cos(tx) over x > 0, by its antiderivative; the density is even."""
    half = strength_density.subs(c, x)
    yield trial.same(strength_density, strength_density.subs(c, 0) * sp.exp(-sp.Abs(c)))
    primitive = half * (t * sp.sin(t * x) - sp.cos(t * x))
    yield trial.same(sp.diff(primitive, x), half * sp.cos(t * x) / transform)
    yield trial.same(-2 * primitive.subs(x, 0), 1)


@exact(kink_jumps, step="arc")
@control("arccosine of 2ε", arc=sp.acos(2 * eps))
@control("to first order", arc=sp.pi / 2 - eps)
@control("10 % less", arc=LESS * arc)
def target_is_the_error_at_the_end(arc: sp.Expr, trial: Trial) -> Iterator[Finding]:
    yield trial.same(sp.cos(arc), eps)
    yield trial.same(arc, sp.acos(eps), by=lambda gap: gap.rewrite(sp.asin))


@exact(kink_jumps, step="pieces")
@control("linear", piece=here + (after - here) * (phi - kink) / g)
@control("ends exchanged", piece=piece.subs({here: after, after: here}, simultaneous=True))
@control("10 % more", piece=MORE * piece)
def pieces_have_their_ends(piece: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """A combination of cosine and sine, which takes both values."""
    yield trial.same(sp.diff(piece, phi, 2), -piece)
    yield trial.same(piece.subs(phi, kink), here)
    yield trial.same(piece.subs(phi, kink + g), after)


@exact(kink_jumps, step="jumps")
@control("of chords", jump=(after - here) / sp.sin(g) + (ahead - here) / sp.sin(h))
@control("of the gap after alone", jump=(after - here * sp.cos(g)) / sp.sin(g))
@control("10 % more", jump=MORE * jump)
@control("linear", piece=here + (after - here) * (phi - kink) / g)
def jumps_are_differences_of_slopes(piece: sp.Expr, jump: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The slope after the node less that before it."""
    slope = sp.diff(piece, phi)
    before = valued(slope, {here: ahead, after: here, g: h, kink: kink - h})
    yield trial.same(jump, slope.subs(phi, kink) - before.subs(phi, kink))


@exact(kink_jumps, step="kernel")
@control("cosine", kernel_minor=sp.cos(distance))
@control("the distance", kernel_minor=distance)
@control("10 % more", kernel_minor=MORE * kernel_minor)
@control("of chords", jump=(after - here) / sp.sin(g) + (ahead - here) / sp.sin(h))
def sinusoids_have_no_jumps(jump: sp.Expr, kernel_minor: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """At all places; the minor of two nodes."""
    nodes = {here: kink, after: kink + g, ahead: kink - h}
    for wave in (sp.cos, sp.sin):
        at = {error: wave(place) for error, place in nodes.items()}
        yield trial.vanishes(valued(jump, at), by=lambda gap: sp.simplify(sp.expand_trig(gap)))
    rows = [[sp.cos(place), sp.sin(place)] for place in (kink, kink + distance)]
    yield trial.same(kernel_minor, sp.Matrix(rows).det())


def matrix(jump: sp.Expr, gaps: tuple[sp.Symbol, ...]) -> sp.Matrix:
    """J for these gaps, one more than kinks."""
    rows = len(gaps) - 1
    J = sp.zeros(rows, rows + 2)
    for row in range(rows):
        at = valued(jump, {h: gaps[row], g: gaps[row + 1]})
        for column, error in ((row, ahead), (row + 1, here), (row + 2, after)):
            J[row, column] = sp.diff(at, error)
    return J


@exact(kink_jumps, step="minors", cost=0.5)
@control("cosine", kernel_minor=sp.cos(distance))
@control("without the last gap", minor=minor * sp.sin(distance))
@control("of the distance", minor=distance / sines)
@control("10 % more", minor=MORE * minor)
@control("of chords", jump=(after - here) / sp.sin(g) + (ahead - here) / sp.sin(h))
def minors_are_sines_of_distances(
    jump: sp.Expr, kernel_minor: sp.Expr, minor: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The multiple, and the diagonal; minors up to signs for one and for two kinks, in tangents of half gaps."""
    yield trial.same(minor, kernel_minor / sines)
    yield trial.same(sp.diff(jump, ahead), 1 / sp.sin(h))
    cases = []
    for kinks in (1, 2):
        gaps = sp.symbols(f"gap_:{kinks + 1}", positive=True)
        J = matrix(jump, gaps)
        tangents = dict(zip(gaps, sp.symbols(f"tan_:{kinks + 1}", positive=True), strict=True))

        def rational(formula: sp.Expr, tangents: dict[sp.Symbol, sp.Symbol] = tangents) -> sp.Expr:
            wave = {sp.sin(each): 2 * v / (1 + v**2) for each, v in tangents.items()}
            wave |= {sp.cos(each): (1 - v**2) / (1 + v**2) for each, v in tangents.items()}
            return sp.expand_trig(formula).xreplace(wave)

        for a, b in combinations(range(kinks + 2), 2):
            kept = [column for column in range(kinks + 2) if column not in (a, b)]
            product = sp.prod(sp.sin(each) for each in gaps)
            claimed = valued(minor, {distance: sum(gaps[a:b]), sines: product})
            cases.append((rational(J[:, kept].det()) ** 2, rational(claimed) ** 2))
    yield trial.at_sizes(cases, "minors", by=sp.cancel)


@exact(kink_jumps, step="fits")
@control("density 1", fits=volume)
@control("of k nodes", fits=eps**k * sp.binomial(k, 2) / sines)
@control("10 % more", fits=MORE * fits)
@control("both sides of one half", strength_density=2 * strength_density)
@control("half the errors", volume=volume / 2**k)
def volume_times_the_largest_density(
    strength_density: sp.Expr, volume: sp.Expr, fits: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """One factor for each strength."""
    yield trial.same(fits, volume * strength_density.subs(c, 0) ** k)
    one = sp.binomial(k + 3, 2) / sp.binomial(k + 2, 2)
    yield trial.same(fits.subs(k, k + 1), fits * eps * one, by=lambda gap: sp.simplify(sp.expand_func(gap)))


@exact(kink_jumps, step="two clusters")
@control("one cluster", pairs=sp.binomial(k + 2, 2))
@control("without the new nodes", pairs=sp.binomial(j + 1, 2) * sp.binomial(k - j + 1, 2))
@control("10 % more", pairs=MORE * pairs)
@control("density 1", fits=2**k * fits / 2)
def bounds_of_two_clusters_multiply(fits: sp.Expr, pairs: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Of j and of k − j kinks, Π the product of both products."""
    first = valued(fits, {k: j, sines: x})
    second = valued(fits, {k: k - j, sines: sines / x})
    yield trial.same(eps**k * pairs / sines, first * second)
    yield trial.same(fits.subs(sines, 1) / eps**k, pairs.subs(j, 0))


@exact(kink_jumps, step="most pairs")
@control("the other way", rise=1 / rise)
@control("without the new nodes", rise=(j + 2) * (k - j - 1) / ((j + 1) * (k - j + 1)))
@control("10 % more", rise=MORE * rise)
@control("one cluster", most_pairs=sp.binomial(k + 2, 2))
@control("a third", most_pairs=pairs.subs(j, sp.floor(k / 3)))
@control("10 % less", most_pairs=LESS * most_pairs)
@control("without the new nodes of pairs", pairs=sp.binomial(j + 1, 2) * sp.binomial(k - j + 1, 2))
def pairs_are_most_in_the_middle(pairs: sp.Expr, rise: sp.Expr, most_pairs: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The quotient, and what its numerator is more than its denominator; the middle for even k and for odd k."""
    yield trial.same(pairs.subs(j, j + 1), pairs * rise, by=lambda gap: sp.cancel(sp.expand_func(gap)))
    yield trial.same(rise, 1 + 2 * (k - 2 * j - 1) / ((j + 1) * (k - j + 2)), by=sp.cancel)
    more = sp.Symbol("more", integer=True, nonnegative=True)
    excess = 2 * (1 + more) / ((j + 1) * (j + 4 + more))
    yield trial.nonnegative(rise - 1, excess, where={k: 2 * j + 2 + more}, by=sp.cancel, strict=True)
    for odd in (0, 1):
        yield trial.same(valued(most_pairs, {k: 2 * k + odd}), valued(pairs, {k: 2 * k + odd, j: k}))
    yield trial.same(most_pairs, pairs.subs(j, sp.floor(k / 2)))


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


def misfits(rng: np.random.Generator, number: int, size: int) -> list[tuple[float, Floats, Floats, Floats]]:
    """For good subsets of random networks: the error, kinks in order, their strengths and directions.

    As many networks as give the number of subsets with a kink within half a radian, or more.
    """
    masks = (np.arange(2**size)[:, None] >> np.arange(size) & 1).astype(bool)
    rows: list[tuple[float, Floats, Floats, Floats]] = []
    while sum(bool(np.any(np.abs(kinks) < 0.5)) for _, kinks, _, _ in rows) < number:
        found = random_neurons(rng, 2, size)
        theta = found.kinks + rng.choice([-1, 1], size) * np.pi / 2
        errors = exact_sup_on_circle(masks * found.strengths, theta, 0.0, relu_out=True)
        for place in np.flatnonzero(errors < 0.6):
            order = np.flatnonzero(masks[place])[np.argsort(found.kinks[masks[place]])]
            rows.append((float(errors[place]), found.kinks[order], found.strengths[order], theta[order]))
    return rows


@enclosed(kink_jumps, cost=0.3)
@control("of chords", jump=(after - here) / sp.sin(g) + (ahead - here) / sp.sin(h))
@control("of the gap after alone", jump=(after - here * sp.cos(g)) / sp.sin(g))
@control("10 % more", jump=MORE * jump)
@control("the half circle", arc=sp.pi / 2)
def good_subsets_lie_in_the_zonotope(jump: sp.Expr, arc: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """All subsets of random networks with an error below 3/5: within the arc no node errs by more, and the errors give the strengths up to 10⁻⁶."""
    strength, half = numeric((here, after, ahead, g, h), jump), numeric((eps,), arc)
    worst, most, seen = 0.0, 0.0, 0
    for error, kinks, strengths, theta in trial.draw(misfits, trial.size(9), 8):
        end = float(half(error))
        inside = np.abs(kinks) < end
        nodes = np.concatenate([[-end], kinks[inside], [end]])
        e = np.maximum(np.cos(nodes[:, None] - theta), 0) @ strengths - np.cos(nodes)
        worst = max(worst, float(np.abs(e).max() / error))
        gaps = np.diff(nodes)
        if inside.any() and gaps.min() > 1e-3:
            claimed = strength(e[1:-1], e[2:], e[:-2], gaps[1:], gaps[:-1])
            most, seen = max(most, float(np.abs(claimed - strengths[inside]).max())), seen + int(inside.sum())
    yield trial.holds(worst <= 1 + 1e-9, f"errors at nodes are at most {worst:.6f} of the error")
    yield trial.holds(seen and most <= 1e-6, f"{seen} strengths differ by at most {most:.1e} from those of the errors")


@enclosed(kink_jumps)
@control("the other way", jump=-jump)
def a_higher_end_bends_more(jump: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """By an error more at the next node, and at the node before."""
    for end in (after, ahead):
        yield trial.below(sp.S.Zero, sp.diff(jump, end), strict=True)
