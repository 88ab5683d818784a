"""Claims on kernels of masked networks: the numbers of their formulas against other ways to compute them."""

from __future__ import annotations

from itertools import product

import mpmath
import numpy as np
import pytest
import sympy as sp
from scipy.integrate import quad
from scipy.stats import norm

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.exact.balls import digits, number
from sparse_limits.theory.kernel import equal_moduli, fixed_inputs, second_moment, snip_kernel
from sparse_limits.theory.kernel.dual import a, b, c, cosine
from sparse_limits.theory.kernel.further import cut_norm


@pytest.mark.parametrize("share", [1e-12, 0.05, 0.2, 0.5, 0.999999])
def test_energy_of_the_largest_weights_is_a_tail_integral(share):
    level = norm.isf(share / 2)
    energy = 2 * quad(lambda w: w * w * norm.pdf(w), level, np.inf, epsabs=0, epsrel=1e-11)[0]
    at = {second_moment.density: sp.Rational(share)}
    assert number(second_moment.second_moment, at) == pytest.approx(energy, rel=1e-9)
    assert number(second_moment.threshold, at) == pytest.approx(level, rel=1e-9)


def test_energy_at_the_ends():
    assert digits(second_moment.second_moment, {second_moment.density: 1}, 20) == "1.0000000000000000000"
    assert number(second_moment.slope, {second_moment.density: 1}) == 0
    tiny = sp.Rational(1, 10**2000)
    amplification = sp.Rational(digits(second_moment.second_moment, {second_moment.density: tiny}, 30)) / tiny
    squared = sp.Rational(digits(second_moment.slope, {second_moment.density: tiny}, 30))
    assert 1 + squared < amplification < 2 + squared


@pytest.mark.parametrize(
    ("place", "value"),
    [("0.05", "0.27910046378359743380"), ("0.2", "0.64982032407708882980"), ("0.5", "0.92867408225574059840")],
)
def test_energy_has_the_recorded_digits(place, value):
    assert digits(second_moment.second_moment, {second_moment.density: sp.Rational(place)}, 20) == value


def test_kernel_of_two_inputs_with_weight_dependent_masks():
    """W = (u + v)/2 at v = 1/4, 3/4, kept by modulus, x = (1, 2), x' = (2, −1): the two terms, by quadrature in u."""
    q = numeric((second_moment.density,), second_moment.second_moment)
    neuron = numeric((second_moment.own, a, b, c), second_moment.row_kernel)

    def at(u, own):
        W = (u + np.array([0.25, 0.75])) / 2
        Q = q(W)
        return neuron(own * (W @ [2, -2]) / 2, Q @ [1, 4] / 2, Q @ [4, 1] / 2, Q @ [2, -2] / 2)

    whole, readout = (quad(at, 0, 1, args=(own,), epsrel=1e-12)[0] for own in (1.0, 0.0))
    assert whole == pytest.approx(0.5163496717245266537448, rel=1e-11)
    assert readout == pytest.approx(0.6358753896817782027336, rel=1e-11)


@pytest.mark.parametrize("s", ["1e-30", "1e-6", "1/2", "1", "4", "20"])
def test_bessel_laws_agree_with_struve_functions(s):
    mpmath.mp.dps = 60
    x = mpmath.mpf(sp.Rational(s).p) / sp.Rational(s).q
    bracket = mpmath.besselk(0, x) * mpmath.struvel(-1, x) + mpmath.besselk(1, x) * mpmath.struvel(0, x)
    r = 1 - x * bracket
    at = {snip_kernel.s: sp.Rational(s)}
    assert digits(snip_kernel.r, at, 25) == digits(sp.Rational(str(r)), {}, 25)
    R_2 = r + 2 / mpmath.pi * x * mpmath.besselk(0, x)
    assert digits(snip_kernel.R_2, at, 25) == digits(sp.Rational(str(R_2)), {}, 25)


@pytest.mark.parametrize("s", [0.01, 0.5, 3.0, 12.0])
def test_energy_is_a_mean_over_readout_weights(s):
    def mean(f):
        return quad(lambda y: 2 * norm.pdf(np.exp(y)) * np.exp(y) * f(np.exp(y)), -30, 4, epsabs=0, limit=400)[0]

    first_layer = mean(lambda size: size**2 * 2 * norm.sf(s / size))
    readout = mean(lambda size: 2 * (norm.sf(s / size) + s / size * norm.pdf(s / size)))
    claimed = number(snip_kernel.R_2, {snip_kernel.s: sp.Rational(s)})
    assert first_layer == pytest.approx(claimed, rel=1e-7)
    assert readout == pytest.approx(claimed, rel=1e-7)


def test_energy_falls_off_as_its_tail_at_huge_thresholds():
    ratio = digits(snip_kernel.R_2 / snip_kernel.energy_tail, {snip_kernel.s: 10**9}, 25)
    assert abs(sp.Rational(ratio) - 1 - sp.Rational(7, 8 * 10**9)) < sp.Rational(1, 10**16)


def row_kernel(S):
    angular = numeric((cosine,), equal_moduli.signs_kernel / fixed_inputs.share)
    size = np.sqrt(S[0] * S[1])
    return float(size * angular(np.clip(S[2] / size, -1, 1))) if size > 0 else 0.0


def quenched(x, y, W):
    """The mean over all masks of a row."""
    products = np.array([x * x, y * y, x * y]) / len(x)
    return sum(
        np.prod(np.where(mask, W, 1 - W)) * row_kernel(products @ mask) for mask in product((0, 1), repeat=len(x))
    )


@pytest.mark.parametrize(("same", "other", "share"), [(1, 1, 0.5), (1, 0, 0.25), (5, 3, 0.75), (2, 6, 0.0625)])
def test_quenched_kernel_of_signs_by_enumeration(same, other, share):
    signs = np.array([1.0] * same + [-1.0] * other)
    at = {equal_moduli.agreeing: same, equal_moduli.opposed: other, fixed_inputs.share: sp.Rational(share)}
    claimed = number(equal_moduli.signs_quenched, at)
    assert quenched(np.ones(len(signs)), signs, np.full(len(signs), share)) == pytest.approx(claimed, rel=1e-12)


def test_gap_corrects_the_graphon_kernel():
    rng = np.random.default_rng(3)
    x, y, W = rng.uniform(0.5, 1, 14), rng.uniform(-1, 1, 14), rng.uniform(0.5, 0.9, 14)
    S = np.array([x * x, y * y, x * y]) @ W / 14
    names = (fixed_inputs.first, fixed_inputs.second, fixed_inputs.share, a, b, cosine, fixed_inputs.inputs)
    gap = numeric(names, fixed_inputs.gap)(x, y, W, S[0], S[1], S[2] / np.sqrt(S[0] * S[1]), 14).sum()
    truth = quenched(x, y, W)
    assert abs(truth - row_kernel(S) - gap) < 0.2 * abs(truth - row_kernel(S))


def test_gap_is_no_more_than_half_the_curvature():
    """ξᵀHξ in closed form equals the quadratic form of numerical second differences."""
    at, step = np.array([1.3, 0.8, 0.4]), 1e-3
    xi = np.array([0.81, 0.25, 0.45])
    second = (row_kernel(at + step * xi) - 2 * row_kernel(at) + row_kernel(at - step * xi)) / step**2
    point = {
        a: at[0],
        b: at[1],
        cosine: at[2] / np.sqrt(at[0] * at[1]),
        fixed_inputs.first: 0.9,
        fixed_inputs.second: 0.5,
        fixed_inputs.share: 0.5,
        fixed_inputs.inputs: 1,
    }
    assert float(fixed_inputs.gap.subs(point)) == pytest.approx(second / 8, rel=1e-4)


def test_cut_norm_ratios_have_the_recorded_values():
    for distance, value in (("0.1", 1.7288028), ("0.01", 1.9150322), ("0.001", 1.9731551)):
        assert number(cut_norm.readout_ratio, {cut_norm.delta: sp.Rational(distance)}) == pytest.approx(value, abs=5e-8)
    assert number(cut_norm.constant, {cut_norm.beta: 1, cut_norm.s: sp.Rational(1, 2)}) > 2
