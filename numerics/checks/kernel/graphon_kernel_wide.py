"""Evidence for K2 off the diagonal: a wide first layer, and how far from the limit its mean can be.

With two hidden layers, the mean at inputs that are not parallel need not be that of the limit at any width. A unit of the
second layer stands above n neurons of the first; its variances and its covariance are averages of n independent terms, and so
is Q, what the edges of the first layer pass on to it. Its kernel is a function of these averages, and `tolerances` bounds
this function less its tangent at the limit, for all averages. So the distance of the mean from the limit is at most a known
constant over n, and the variance has a known bound.
"""

from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.evidence import Findings, Trial, statistical
from sparse_limits.numerics.statistics.exact_tests import BLOCKS
from sparse_limits.theory.kernel.dual import cosine, kappa_0, kappa_1
from sparse_limits.theory.kernel.graphon_kernel import graphon_tangent_kernel
from sparse_limits.theory.kernel.graphon_recursion import GRAPHONS, POSITIONS, x, y
from sparse_limits.theory.saliency.model import u, v

Floats = NDArray[np.float64]
Vector = tuple[int, int]

WIDTH = 4096  # neurons of the first layer below each unit of the second
UNITS = 84  # of the second layer in a network
INPUTS: tuple[Vector, ...] = ((1, 2), (-1, 2), (2, 1))
PAIRS = ((0, 1), (0, 2), (1, 2))
SHORT = 0.3  # a unit has an ordinary first layer if neither variance falls short of its mean by more than this share
AT = np.array(POSITIONS, dtype=float)  # of the coordinates of an input

first_graphon, second_graphon = (numeric((u, v), graphon) for graphon in GRAPHONS[:2])
gates, values = numeric((cosine,), kappa_0), numeric((cosine,), kappa_1)
both_terms = kappa_1 + cosine * kappa_0  # of the readout and of the second layer, for unit variances


def _gauss(number: int) -> tuple[Floats, Floats]:
    """Nodes and weights on [0, 1]. float[number] each"""
    nodes, weights = np.polynomial.legendre.leggauss(number)
    return (nodes + 1) / 2, weights / 2


NODES, WEIGHTS = _gauss(16)


def first_covariance(positions: Floats, left: Vector, right: Vector) -> Floats:
    """Covariances of first preactivations at two inputs, by position of the neuron. The shape of `positions`"""
    return np.asarray(first_graphon(positions[..., None], AT) @ (np.array(left) * np.array(right)) / AT.size)


def first_covariances(left: Vector, right: Vector) -> list[Floats]:
    """Variances at two inputs and the covariance, at `NODES`."""
    return [first_covariance(NODES, *pair) for pair in ((left, left), (right, right), (left, right))]


class Limits(NamedTuple):
    """Of units at k positions in a network of infinite width: variances, covariance, and Q, the mean of W⁽²⁾κ₀Σ̃⁽¹⁾. float[k]"""

    first: Floats
    second: Floats
    shared: Floats
    passed: Floats

    @property
    def length(self) -> Floats:
        return np.sqrt(self.first * self.second)

    @property
    def cosine(self) -> Floats:
        return self.shared / self.length


def limits(own: Floats, left: Vector, right: Vector) -> Limits:
    """At positions `own`, float[k]."""
    mask = second_graphon(own[:, None], NODES) * WEIGHTS
    first, second, shared = first_covariances(left, right)
    lengths = np.sqrt(first * second)
    r = shared / lengths
    return Limits(mask @ first, mask @ second, mask @ (lengths * values(r)), mask @ (gates(r) * shared))


def wide_networks(rng: np.random.Generator, networks: int) -> Floats:
    """Kernels at `PAIRS` of networks with a wide first layer, averaged over their units. float[networks, pairs]

    Weights of the first layer have the factor √W⁽¹⁾, all other layers are masked, and each unit has a first layer of its own.
    Given these, a unit is a normal pair with the means of K1, and its readout weight, of mean square 1, is kept with probability
    W⁽³⁾ = u; so ∫u(…)du is the mean of half of what units at √t have, t uniform in each of equal parts of [0, 1]. From each
    unit a number is taken off whose mean is 0: how far its two variances are from their means, relatively, times the limit.
    """
    found = np.zeros((networks, len(PAIRS)))
    for part in range(UNITS):
        own = np.sqrt((part + rng.random(networks)) / UNITS)
        positions = rng.random((networks, WIDTH))
        shares = first_graphon(positions, AT[:, None, None])
        weights = np.sqrt(shares / AT.size) * rng.standard_normal(shares.shape)
        mask = rng.random(positions.shape) < second_graphon(own[:, None], positions)
        h = np.tensordot(INPUTS, weights, axes=1)
        np.multiply(np.maximum(h, 0, out=h), mask, out=h)
        variances = [2 * np.einsum("sj,sj->s", each, each) / WIDTH for each in h]
        for place, (i, j) in enumerate(PAIRS):
            at = limits(own, INPUTS[i], INPUTS[j])
            shared = 2 * np.einsum("sj,sj->s", h[i], h[j]) / WIDTH
            both = ((h[i] > 0) & (h[j] > 0)).astype(float)
            coordinates = zip(shares, INPUTS[i], INPUTS[j], strict=True)
            passed = (
                sum(s * t * np.einsum("sj,sj->s", both, share) for share, s, t in coordinates) * 2 / AT.size / WIDTH
            )
            length = np.sqrt(variances[i] * variances[j])
            r = np.clip(shared / length, -1, 1)
            known = at.length * numeric((cosine,), both_terms)(at.cosine)
            known *= (variances[i] / at.first + variances[j] / at.second) / 2 - 1
            found[:, place] += (length * values(r) + gates(r) * (shared + passed) - known) / (2 * UNITS)
    return found


class Chord(NamedTuple):
    """A function f of the cosine and its tangent at r: |f(ρ) − f(r)| ≤ steep·|ρ − r|, less the tangent bent·(ρ − r)²."""

    value: Floats
    slope: Floats
    steep: Floats
    bent: Floats


def chord(function: sp.Expr, r: Floats) -> Chord:
    """κ₀, or κ₁ + rκ₀: the two bounds are attained at ρ = ±1, for divided differences of f are means of f′ and of f″.

    For κ₀, f′ is positive and convex, and f″ = r(1 − r²)^(−3/2)/π grows. For κ₁ + rκ₀, f″ is the sum of 2(1 − r²)^(−1/2)/π and
    (1 − r²)^(−3/2)/π, positive and convex. So each divided difference from r has its largest modulus at an end.
    """
    value, slope = (numeric((cosine,), part)(r) for part in (function, sp.diff(function, cosine)))
    ends = [(end - r, float(function.subs(cosine, end)) - value) for end in (-1, 1)]
    steep = np.max([np.abs(rise / run) for run, rise in ends], axis=0)
    bent = np.max([np.abs(rise - slope * run) / run**2 for run, rise in ends], axis=0)
    return Chord(value, slope, steep, bent)


DIRECTIONS = 720  # of a neuron's weights, at which its moments are summed
RADIAL = (1, 2, 8, 48, 384)  # E R²ᵏ of two normal numbers, k = 0 … 4


class Neurons:
    """What a masked neuron of the first layer adds to the averages of units at `own`: at R² = 1, by position and direction.

    A neuron has √(2a)R cos t and √(2b)R cos(t − θ) at the two inputs, or 0, with R and t independent, t uniform.
    """

    def __init__(self, own: Floats, left: Vector, right: Vector) -> None:
        self.mask = second_graphon(own[:, None], NODES) * WEIGHTS
        turn = (np.arange(DIRECTIONS) + 0.5) * 2 * np.pi / DIRECTIONS
        first, second, shared = first_covariances(left, right)
        angle = np.arccos(shared / np.sqrt(first * second))[:, None]
        at = limits(own, left, right)
        h = np.sqrt(2 * first)[:, None] * np.maximum(np.cos(turn), 0)
        other = np.sqrt(2 * second)[:, None] * np.maximum(np.cos(turn - angle), 0)
        first_mean, second_mean, length = (each[:, None, None] for each in (at.first, at.second, at.length))
        self.alpha, self.beta, self.shared = h**2 / first_mean, other**2 / second_mean, h * other / length
        self.passed = np.broadcast_to(2 * ((h > 0) & (other > 0)) * shared[:, None], self.shared.shape)

    def mean(self, part: Floats, degree: int) -> Floats:
        """E M·part·Rᵈ at degree d = 2k; part: float[k, positions, directions]. float[k]"""
        return np.asarray(np.einsum("uv,uvt->u", self.mask, part) / DIRECTIONS * RADIAL[degree // 2])

    def norm(self, part: Floats, degree: int, p: int) -> Floats:
        """At most the Lᵖ norm, p = 2 or 4, of the distance from its mean of an average over `WIDTH` neurons.

        The fourth moment of a sum of n independent centred X is at most 3n²(E X²)² + nE X⁴, that of Y − EY at most 16E Y⁴.
        """
        variance = self.mean(part**2, 2 * degree) - self.mean(part, degree) ** 2
        if p == 2:
            return np.sqrt(variance / WIDTH)
        return np.asarray((3 * variance**2 / WIDTH**2 + 16 * self.mean(part**4, 4 * degree) / WIDTH**3) ** 0.25)


def remainder(neurons: Neurons, at: Limits, p: int) -> Floats:
    """At most the norm in L^{p/2} of a unit's kernel less its tangent at the limit, p = 2 or 4; per unit. float[k]

    Let α, β be the variances over their means, σ = (α + β)/2, g = √(αβ), c the covariance over the root of these means, ρ = c/g
    (−1 if g = 0), r the limit of c and of ρ, h = κ₁ + rκ₀, and the kernel gh(ρ) times that root, and κ₀(ρ)Q. Then
      gh(ρ) = h′(r)c + kσ + g(h(ρ) − h(r) − h′(r)(ρ − r)) − k(σ − g), k = h(r) − rh′(r), and g(ρ − r) = c − rg,
      ρ − r = (c − rσ) + r(σ − g) + (ρ − r)(1 − g), for κ₀;
    all but averages is a product of two factors that are small: σ − g = (√α − √β)²/2 ≤ |α − β|/2, and |√α − 1| ≤ |α − 1|.
    Where g ≥ 1 − SHORT, |ρ − r| ≤ |c − rg|/(1 − SHORT). Else it is at most 1 + |r|, with at most the probability `rare`: means of
    n independent X ≥ 0 are δ too small with probability at most exp(−nδ²/2E X²).
    """
    h, gate, r, passed = chord(both_terms, at.cosine), chord(kappa_0, at.cosine), np.abs(at.cosine), np.abs(at.passed)
    lengths = neurons.alpha, neurons.beta
    middle = (neurons.alpha + neurons.beta) / 2
    apart = neurons.norm(neurons.alpha - neurons.beta, 2, p) / 2
    rare = sum(np.exp(-WIDTH * SHORT**2 / 2 / neurons.mean(each**2, 4)) for each in lengths)
    roots = sum(neurons.norm(each, 2, p) for each in lengths) ** 2 / 2  # σ − g
    c = neurons.norm(neurons.shared - at.cosine[:, None, None] * middle, 2, p) + r * apart  # c − rg
    cosines = c / (1 - SHORT) + (1 + r) * rare ** (1 / p)  # ρ − r
    short = neurons.norm(middle, 2, p) + apart  # 1 − g
    total = at.length * (h.bent * c * cosines + np.abs(h.value - at.cosine * h.slope) * roots)
    total += passed * (gate.bent * cosines**2 + gate.slope * (r * roots + cosines * short))
    return np.asarray(total + gate.steep * cosines * neurons.norm(neurons.passed, 0, p))


def tolerances(left: Vector, right: Vector) -> tuple[float, float]:
    """How far the mean of `wide_networks` and of networks can be from the limit, and the variance of one of its numbers.

    Networks pass on Σ_j q_j(ω_j² − 1)/n more to the first layer, |q| ≤ 2 max|Σ̃⁽¹⁾|, if both gates are open: ω_j is a normal number
    of variance l_j in the plane of (z, z′) beside one outside, and over a wedge of opening ω the square of the former exceeds l_j
    by l_j sin(ω)/2π at most on average; the l_j add up to 2 at most. That is `left_out`.

    Less the number that is taken off, the tangent has the slopes of c − rσ and Q alone. In a part of [0, 1] the limit varies with u:
    W⁽²⁾ falls by v/2 ≤ W⁽²⁾, so variances, covariance and Q fall by at most themselves as u grows by 1, and the limit by `fall`.
    """
    nodes, weights = _gauss(16)
    own = np.sqrt(nodes)
    at, neurons = limits(own, left, right), Neurons(own, left, right)
    h, gate = chord(both_terms, at.cosine), chord(kappa_0, at.cosine)
    widest = np.abs(first_covariance(np.linspace(0, 1, 101), left, right)).max()
    left_out = 2 / (np.pi * WIDTH) * 2 * widest
    off = weights @ (remainder(neurons, at, 2) + left_out) / 2

    def column(each: Floats) -> Floats:
        return each[:, None, None]

    middle = column(at.cosine) * (neurons.alpha + neurons.beta) / 2
    tilted = column(at.length * h.slope + at.passed * gate.slope) * (neurons.shared - middle)
    gated = column(gate.value) * neurons.passed
    second = neurons.mean(tilted**2, 4) + 2 * neurons.mean(tilted * gated, 2) + neurons.mean(gated**2, 0)
    spread = np.sqrt((second - (neurons.mean(tilted, 2) + neurons.mean(gated, 0)) ** 2) / WIDTH)
    slopes = at.length * (at.cosine * h.slope + np.abs(h.value - at.cosine * h.slope))
    fall = (
        slopes + gate.slope * np.abs(at.cosine * at.passed) + gate.value * neurons.mean(np.abs(neurons.passed), 0)
    ).max()
    parts = np.diff(np.sqrt(np.arange(UNITS + 1) / UNITS))
    within = np.sqrt(weights @ (spread + remainder(neurons, at, 4)) ** 2) + fall * np.sqrt(np.mean(parts**2) / 12)
    return float(off), float(within**2 / (4 * UNITS))


@statistical(graphon_tangent_kernel, tests=3, cost=1.5)
def wide_masked_networks_approach_the_kernel(two_hidden: sp.Expr, trial: Trial) -> Findings:
    """With two hidden layers and x ≠ x′ (three pairs), the mean at width 4096 is near the limit, up to a proved bound.

    The variance has a proved bound, too.
    """
    sample = trial.draw(wide_networks, BLOCKS)
    for seen, (i, j) in zip(sample.T, PAIRS, strict=True):
        off, variance = trial.once(tolerances, INPUTS[i], INPUTS[j])
        claimed = trial.value(two_hidden, dict(zip((*x, *y), (*INPUTS[i], *INPUTS[j]), strict=True)))
        yield trial.unbounded_averages(seen, claimed, variance, off)
