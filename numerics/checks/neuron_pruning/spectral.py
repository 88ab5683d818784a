"""Evidence for N6.1 and N6.2: the spectrum of a neuron of random direction, its tail, and what neurons leave of it."""

from itertools import combinations_with_replacement

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.checks.kernel.sphere import THETA, harmonic
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.numerics.exact.rationals import rational
from sparse_limits.numerics.neuron_pruning.spectral import mean_squared_distance
from sparse_limits.theory.formulas.let import opened
from sparse_limits.theory.formulas.no_guarantee import no_guarantee, unconditional
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel import circle, sphere
from sparse_limits.theory.kernel.dual import cosine
from sparse_limits.theory.neuron_pruning.alignment import N, eps
from sparse_limits.theory.neuron_pruning.inputs import d
from sparse_limits.theory.neuron_pruning.spectral import (
    T,
    allowed,
    coefficient,
    delta,
    j,
    k,
    kernel,
    m,
    multiplicity,
    neuron_spectrum,
    ranks,
    solved,
    spectral_bound,
    tail,
    total,
)

KERNEL = numeric((cosine,), kernel.subs(d, 2))
HALF = sp.Rational(1, 2)


def where(*pairs: tuple[int, int], second: sp.Symbol = N) -> list[dict[sp.Symbol, sp.Expr]]:
    """Points (d, N), or (d, another whole number)."""
    return [{d: sp.Integer(size), second: sp.Integer(number)} for size, number in pairs]


# The spectrum


def on_half_sphere(dimension: int, degree: int) -> sp.Expr:
    """The mean over the sphere of σ(cos θ) times the zonal harmonic."""
    weight = sp.sin(THETA) ** (dimension - 2)
    wave = harmonic(dimension, degree).subs(cosine, sp.cos(THETA))
    integral = sp.Integral(sp.expand(sp.cos(THETA) * wave * weight), (THETA, 0, sp.pi / 2))
    return integral / sp.integrate(weight, (THETA, 0, sp.pi))


@enclosed(neuron_spectrum, cost=0.3)
def eigenvalues_are_funk_hecke_integrals(coefficient: sp.Expr, trial: Trial) -> Findings:
    """Integrals against zonal harmonics; the value kernel of K10.1 and the tangent kernel of K11.2 contain their squares."""
    for dimension, degree in ((2, 0), (2, 4), (3, 1), (3, 5), (4, 3), (4, 6), (7, 2)):
        claimed = coefficient.subs({d: dimension, k: degree})
        yield trial.same(claimed, trial.once(on_half_sphere, dimension, degree), by=None, at=[{}])
    for degree in range(6):
        planar = 4 * coefficient.subs({d: 2, k: degree}) ** 2
        yield trial.same(planar, circle.value_eigenvalue.subs(circle.k, degree), by=None, at=[{}])
        tangent = sphere.sphere_eigenvalue.subs({sphere.k: 5, sphere.ell: degree})
        share = 2 * (degree * (degree + 3) + 6)
        yield trial.same(share * coefficient.subs({d: 5, k: degree}) ** 2, tangent, by=None, at=[{}])


def series(dimension: int, last: int) -> sp.Expr:
    """The sum of eigenvalues times zonal harmonics, up to a degree."""
    terms = (
        (multiplicity * coefficient**2).subs({d: dimension, k: i}) * harmonic(dimension, i) for i in range(last + 1)
    )
    return sp.expand(sp.Add(*terms))


@enclosed(neuron_spectrum)
def kernel_is_the_sum_of_its_harmonics(kernel: sp.Expr, trial: Trial) -> Findings:
    """In five dimensions the kernel differs from its sum up to degree 8 by at most the eigenvalues beyond, as no zonal harmonic exceeds 1.

    At all angles h up to a right one and π − h, where acos and a root of the cosine have derivatives.
    """
    rest = trial.once(left_over, 5, int(ranks.subs({d: 5, m: 4})))
    gap = kernel.subs(d, 5) - trial.once(series, 5, 8)
    h = sp.Symbol("h", positive=True)
    for turned, sign in ((h, 1), (sp.pi - h, -1)):
        here = gap.subs({sp.acos(cosine): turned, sp.sqrt(1 - cosine**2): sp.sin(h)}).subs(cosine, sign * sp.cos(h))
        for each in (here, -here):
            yield trial.everywhere(each, rest, within={h: (0, sp.Rational(11, 7))}, zero={h: (0, 2)})


def monomials(variables: int, degree: int) -> int:
    return sum(1 for _ in combinations_with_replacement(range(variables), degree))


@exact(spectral_bound)
def harmonics_are_counted_by_monomials(multiplicity: sp.Expr, ranks: sp.Expr, trial: Trial) -> Findings:
    """Degree k has the monomials of degree k less those of degree k − 2; the eigenvalues of degrees 0, 1, 2, 4, …, 2m."""
    for dimension in (2, 3, 5):
        for degree in range(6):
            below = monomials(dimension, degree - 2) if degree > 1 else 0
            claimed, seen = multiplicity.subs({d: dimension, k: degree}), monomials(dimension, degree) - below
            yield trial.holds(claimed == seen, f"{seen} harmonics of degree {degree}, claimed {claimed}")
        for half in range(4):
            claimed, seen = ranks.subs({d: dimension, m: half}), dimension + monomials(dimension, 2 * half)
            yield trial.holds(claimed == seen, f"{seen} eigenvalues up to degree {2 * half}, claimed {claimed}")


@exact(neuron_spectrum)
def eigenvalues_add_up_by_dougall(
    coefficient: sp.Expr, multiplicity: sp.Expr, kernel: sp.Expr, total: sp.Expr, trial: Trial
) -> Findings:
    """The even degrees make a very well poised ₅F₄(1), with a closed form in all d; the kernel at 1 is half of E t²."""
    a, b, c = (d - 2) / 2, -HALF, (d - 1) / 2
    term = (a + j) * (1 + a / 2 + j) * (c + j) / ((1 + j) * (a / 2 + j) * (1 + a - c + j))
    number = multiplicity.subs(k, 2 * j)
    yield trial.same(number.subs(j, j + 1), term * number, by=sp.gammasimp)
    yield trial.same(multiplicity.subs(k, 2), sp.cancel(term.subs(j, 0)) * multiplicity.subs(k, 0), by=sp.gammasimp)
    dougall = (sp.gamma(1 + a - b) ** 2 * sp.gamma(1 + a - c) * sp.gamma(1 + a - 2 * b - c)) / (
        sp.gamma(1 + a) * sp.gamma(1 + a - 2 * b) * sp.gamma(1 + a - b - c) ** 2
    )
    even = coefficient.subs(k, 0) ** 2 * dougall
    yield trial.same(even + multiplicity.subs(k, 1) * coefficient.subs(k, 1) ** 2, total, by=sp.gammasimp)
    yield trial.same(kernel.subs(cosine, 1), total)


# The tail


def left_over(dimension: int, count: int) -> sp.Expr:
    """1/(2d) less the `count` largest eigenvalues, sorted by size."""
    degrees = range(14)
    spectrum = [
        (valued(coefficient, {d: dimension, k: i}) ** 2, valued(multiplicity, {d: dimension, k: i})) for i in degrees
    ]
    left = sp.Rational(1, 2 * dimension)
    for value, number in sorted(spectrum, key=lambda pair: float(pair[0]), reverse=True):
        left -= min(count, int(number)) * value
        count -= min(count, int(number))
    return left


ends = where((2, 1), (2, 3), (2, 5), (3, 4), (3, 9), (4, 5), (5, 21))
between = where((2, 2), (2, 4), (2, 12), (3, 2), (3, 10), (3, 50), (4, 12), (5, 30), (7, 100))


@enclosed(spectral_bound, cost=0.3)
def tail_is_the_total_without_the_largest(tail: sp.Expr, trial: Trial) -> Findings:
    """The total less the N largest eigenvalues, of degrees up to 13 sorted by size, at the ends of degrees and between; for odd d in
    fractions.
    """
    for point in ends + between:
        yield trial.same(tail, trial.once(left_over, int(point[d]), int(point[N])), by=None, at=[point])
    for point in where((3, 9), (5, 30)):
        found, claimed = trial.once(left_over, int(point[d]), int(point[N])), rational(tail, point)
        yield trial.holds(claimed == found, f"{found} is left, claimed {claimed}")


def left_by_random_neurons(rng: np.random.Generator, dimension: int, count: int, nets: int) -> sp.Rational:
    """The least mean squared distance, from below, of random targets to the spans of random neurons."""
    return least(rng.standard_normal((nets, count, dimension)))


def left_by_polygon(count: int) -> sp.Rational:
    angles = 2 * np.pi * np.arange(count) / count
    return least(np.stack([np.cos(angles), np.sin(angles)], axis=1)[None])


def least(networks: NDArray[np.floating]) -> sp.Rational:
    """The least lower end of the balls for networks float[networks, N, d]."""
    bounds = [mean_squared_distance(w, accuracy=1e-6).lower().fmpq() for w in networks]
    smallest = min(bounds)
    return sp.Rational(int(smallest.p), int(smallest.q))


@enclosed(spectral_bound, cost=0.4)
def no_neurons_leave_less(tail: sp.Expr, trial: Trial) -> Findings:
    """Random neurons and polygons leave at least the tail: the mean over all targets, 1/(2d) − tr G⁻¹H, as a ball."""
    for count in (3, 5, 9):
        (point,) = where((2, count))
        yield trial.below(sp.Integer(0), tail, at=[point], strict=True)
        yield trial.below(tail, trial.once(left_by_polygon, count), at=[point])
    for dimension, count in ((2, 5), (3, 9), (5, 16)):
        seen = trial.draw(left_by_random_neurons, dimension, count, trial.size(2))
        yield trial.below(tail, seen, at=where((dimension, count)))


@enclosed(spectral_bound)
def the_letter_stands_for_the_tail(success: sp.Expr, trial: Trial) -> Findings:
    """The probability of success is the formula of the step, with a letter for what is left; and that at the sum without the largest
    eigenvalues, sorted by size.
    """
    yield trial.holds(opened(success) != no_guarantee, "a bound")
    somewhere = {d: sp.Integer(2), eps: sp.Rational(1, 9), T: sp.Rational(1, 7)}
    yield trial.same(opened(success), solved, by=None, at=[somewhere])
    for point in ends[1:] + between[:6]:
        left = trial.once(left_over, int(point[d]), int(point[N]))
        at = {**point, eps: sp.Rational(1, 9)}
        yield trial.same(success, solved.subs(T, left), by=None, at=[at])


# What it asks for


def demands(*triples: tuple[int, int, int]) -> list[dict[sp.Symbol, sp.Expr]]:
    """Points (d, 1/ε, 1/δ)."""
    return [{d: sp.Integer(n), eps: sp.Rational(1, q), delta: sp.Rational(1, r)} for n, q, r in triples]


@enclosed(spectral_bound, cost=0.3)
def smallest_number_is_the_smallest(neurons: sp.Expr, trial: Trial) -> Findings:
    """At this number the tail is small enough; with one neuron fewer it is not."""
    for point in demands((2, 40, 2000), (3, 20, 500), (5, 10, 200)):
        at = [{d: point[d], N: sp.Rational(trial.value(neurons, point))}]
        yield trial.below(tail, allowed.subs(point), at=at)
        yield trial.below(allowed.subs(point), tail.subs(N, N - 1), at=at, strict=True)


RIDGE = (
    1e-9  # added to the squared lengths of neurons: it can only make what they leave larger, and solves are accurate
)


def misses(rng: np.random.Generator, size: int, draws: int, error: float) -> int:
    """How often drawn neurons of two inputs leave more than `error` of the target, in mean square on the circle."""
    angles = rng.uniform(-np.pi, np.pi, (draws, size))
    gram = KERNEL(np.cos(angles[:, :, None] - angles[:, None, :])) + RIDGE * np.eye(size)
    against = KERNEL(np.cos(angles))
    explained = np.einsum("ni,ni->n", against, np.linalg.solve(gram, against[..., None])[..., 0])
    return int(np.count_nonzero(1 / 4 - explained > error**2))


@statistical(spectral_bound, tests=2, cost=0.2)
def drawn_neurons_are_enough(seen_success: sp.Expr, seen: sp.Expr, trial: Trial) -> Findings:
    """For an error of 1/10 and two inputs, ten neurons fail in at most one draw of 20, and four in at most five draws of eight."""
    draws, error = trial.size(4000), 0.1
    for size, failing in ((int(seen), HALF / 10), (4, 1 - seen_success)):
        count = trial.draw(misses, size, draws, error)
        yield trial.counts(count, draws, float(failing), "above", observed=True)


@enclosed(spectral_bound)
def less_than_all_is_left(tail: sp.Expr, allowed: sp.Expr, solved: sp.Expr, trial: Trial) -> Findings:
    """The tail is at most the total less the first eigenvalue; what is allowed is below the total; and no probability is negative."""
    yield trial.below(tail, total - sp.gammasimp(coefficient.subs(k, 0)) ** 2)
    yield trial.below(allowed, total, strict=True, needed="success")
    yield trial.below(sp.S.Zero, solved, needed="solved")


@enclosed(spectral_bound)
def success_is_that_of_the_tail(success: sp.Expr, trial: Trial) -> Findings:
    """The probability of success is the one for the tail at N, at two points."""
    for count in (1, 4):
        at = {d: sp.Integer(2), N: sp.Integer(count), eps: sp.Rational(1, 10)}
        claimed = valued(spectral_bound.expressions["tail"], at)
        here = valued(unconditional(success), at)
        yield trial.same(here * (1 - 4 * at[eps] ** 2), 1 - 4 * claimed, by=None, at=[{}])
