"""What the pages on the hypothesis measure at finite widths, beside the formulas that they print."""

import numpy as np
import pytest
import sympy as sp
from scipy.integrate import quad
from scipy.special import erfc, ndtri
from test_hypothesis_tables import printed

from sparse_limits.numerics.exact.balls import number
from sparse_limits.theory.hypothesis import critical_density
from sparse_limits.theory.hypothesis.critical_density import kappa, m, q, rho_c, s_2, t, v

FIRST = (2 / np.pi / np.e) ** 0.5  # of normal weights at t = 1: the mean modulus that is left, and its density there
CRITICAL = erfc(0.5**0.5)
VARIANCE = (CRITICAL + FIRST) / FIRST**2 - 1


def test_noise_is_what_slopes_leave_out_of_the_distance(capsys):
    rows, _ = printed("hypothesis.md", "with noise", capsys)
    assert [row[0] for row in rows] == [100, 200, 400]
    heights = np.exp(-(ndtri(np.arange(1, 20) / 20) ** 2) / 2) / np.sqrt(2 * np.pi)
    spread = np.mean((20 * np.diff([0, *heights, 0])) ** 2)
    for width, own, limit, with_noise, _ in rows:
        slopes = 2 * spread * (width**-0.5 - 800**-0.5) ** 2
        noise = 19**2 * (width**-2 + 800**-2) / 20
        assert limit == pytest.approx((0.16 * slopes) ** 0.5, abs=1e-4)
        assert with_noise == pytest.approx((0.16 * (slopes + noise)) ** 0.5, abs=1e-4)
        assert own == pytest.approx(with_noise, rel=0.08)


def test_empty_neurons_are_nearer_to_the_formula_than_to_the_limit(capsys):
    rows, names = printed("hypothesis_signals.md", "formula  limit", capsys)
    assert [row[0] for row in rows] == [400] * 4 + [1600] * 4
    for n, _, empty, formula, limit in rows:
        assert abs(empty - formula) < min(abs(empty - limit), n**-0.5)
    excess = {n: np.mean([empty - limit for width, _, empty, _, limit in rows if width == n]) for n in (400, 1600)}
    assert 1 < excess[400] / excess[1600] < 2  # n^(-1/4) has the root of 2, n^(-1/2) has 2
    for kept in (0.4, 0.202):
        assert_neurons_keep(kept, *names["transition"](1600, kept))
    for kept in (0.1, 0.2):
        beyond = names["transition"](10**6, kept)[1] - (1 - kept / CRITICAL)
        assert 10**1.5 * beyond == pytest.approx(limit_of_the_excess(kept), rel=0.1)


@pytest.mark.parametrize("kept", [0.05, 0.2, 0.31])
def test_the_excess_has_the_mean_root_of_a_normal_number(kept):
    at = {t: 1, m: FIRST, q: FIRST, kappa: 2, s_2: CRITICAL + FIRST, rho_c: CRITICAL, v: -ndtri(kept / CRITICAL)}
    exact = {letter: sp.Rational(float(value)) for letter, value in at.items()}
    assert number(critical_density.expressions["excess"], exact) == pytest.approx(limit_of_the_excess(kept))


def limit_of_the_excess(kept):
    """Of empty neurons over the limit, times the fourth root of the width, at a density below the critical one."""
    least = -ndtri(kept / CRITICAL)
    root = quad(lambda z: np.sqrt(z - least) * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi), least, 12)[0]
    return FIRST / CRITICAL * (VARIANCE / 2) ** 0.25 * root


def assert_neurons_keep(kept, u, empty):
    """Drawn z: this share of them is below u, and the others keep this density, with normal weights and n = 1600."""
    z = np.random.default_rng(0).normal(0, (VARIANCE / 3200) ** 0.5, 10_000)
    cuts = np.linspace(1e-6, 1, 100_001)
    lacking = (cuts**2 - 1) / 2 - np.log(cuts)  # of ln t e(t) to its largest value
    left = erfc(np.interp(z[z > u] - u, lacking[::-1], cuts[::-1]) / 2**0.5)
    assert (z < u).mean() == pytest.approx(empty, abs=0.02)
    assert left.sum() / len(z) == pytest.approx(kept, abs=0.01)
