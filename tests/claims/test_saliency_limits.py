"""S9, S10 and S13: values computed elsewhere, and independent ways to the same numbers."""

from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from sparse_limits.numerics.exact.balls import digits, number
from sparse_limits.numerics.masks.selection import n_of_m_mask
from sparse_limits.theory.saliency import block_sparsity, mean_amplification, signed_scores
from sparse_limits.theory.saliency.amplification import b, omega
from sparse_limits.theory.saliency.blocks import block, kept, kept_probability, profile
from sparse_limits.theory.saliency.model import dimension as d
from sparse_limits.theory.saliency.model import phi, rho
from sparse_limits.theory.saliency.signed import signed_kernel, signed_threshold, tau
from sparse_limits.theory.saliency.snip import residual_mean as c
from sparse_limits.theory.tails import alpha, frechet, half_normal, product_normal, product_survival, t

TENTH = sp.Rational(1, 10)
HALF = sp.Rational(1, 2)


@pytest.mark.parametrize(
    ("inputs", "mean", "ratio"),
    [
        (32, "0.166712759926824065", "10.6696166353167401"),
        (64, "0.162909459177542248", "20.8524107747254078"),
    ],
)
def test_eigenvalues_on_the_sphere(inputs: int, mean: str, ratio: str) -> None:
    claimed = mean_amplification.expressions
    assert digits(claimed["lambda_0"], {d: inputs}, len(mean) - 2) == mean
    assert digits(claimed["amplification"], {d: inputs}, len(ratio) - 1) == ratio


def test_one_input_is_not_amplified() -> None:
    claimed = mean_amplification.expressions
    assert [claimed[name].subs(d, 1) for name in ("lambda_0", "lambda_1")] == [HALF, HALF]
    # x = ±1 with the residual (c + b x)/2, and the one with x = sign(w) open
    for sign in (1, -1):
        assert sp.expand(claimed["gradient"].subs({d: 1, omega: sign}) - sign * (c + b * sign) / 4) == 0


@given(st.integers(1, 10**9))
def test_amplification_lies_within_its_bounds(inputs: int) -> None:
    claimed = mean_amplification.expressions
    low, ratio, high = (number(claimed[name], {d: inputs}) for name in ("lower", "amplification", "upper"))
    assert low <= ratio <= high <= low * 2 * inputs / (2 * inputs - 1) * (1 + 1e-12)


@pytest.mark.parametrize(
    ("density", "threshold", "columns"),
    [
        (TENTH, ".77514509769025418651", (".24166881186430120567", ".052777062711899598108")),
        (sp.Rational(7, 10), "-.16386699856512210059", (".59441021353413236618", ".73519659548862254461")),
    ],
)
def test_signed_scores_of_two_columns(density: sp.Rational, threshold: str, columns: tuple[str, str]) -> None:
    mixture = product_survival(t / 2) / 4 + product_survival(2 * t) * sp.Rational(3, 4)
    at = signed_threshold(mixture).subs(rho, density)
    assert digits(at, {}, 20).replace("0.", ".") == threshold
    for value, column in zip(columns, (2, HALF), strict=True):
        assert digits(signed_kernel(product_normal).subs({tau: at, phi: column}), {}, 20).replace("0.", ".") == value


@pytest.mark.parametrize("modulus", [half_normal, product_normal, frechet])
def test_signed_kernels_fall_from_one_to_zero_through_one_half(modulus) -> None:
    kernel = signed_kernel(modulus)
    at = [number(kernel, {tau: sp.Rational(k, 2), phi: 1, alpha: 2}) for k in (-12, -2, 0, 2, 12)]
    assert at == sorted(at, reverse=True)
    assert at[2] == 0.5
    assert at[0] + at[-1] == pytest.approx(1)


def test_half_normal_signed_scores_are_normal() -> None:
    for threshold in (-2, sp.Rational(-1, 3), 0, 1):
        value = number(signed_scores.expressions["kernels"]["normal"], {tau: threshold, phi: 3})
        assert value == pytest.approx(number(sp.erfc(tau / (3 * sp.sqrt(2))) / 2, {tau: threshold}))


@given(st.lists(st.integers(1, 30), min_size=2, max_size=5), st.integers(1, 5))
def test_kept_probabilities_from_all_orders(strengths: list[int], places: int) -> None:
    """The law of Plackett and Luce, order by order."""
    places = min(places, len(strengths))
    seen = Fraction(0)
    for order in permutations(range(len(strengths))):
        if 0 in order[:places]:
            mass, left = Fraction(1), sum(strengths)
            for k in order:
                mass *= Fraction(strengths[k], left)
                left -= strengths[k]
            seen += mass
    first, *others = map(sp.Integer, strengths)
    assert kept_probability(first, others, places) == sp.Rational(seen)


def test_reference_values_of_blocks() -> None:
    claimed = block_sparsity.expressions
    assert digits(claimed["pair"], {profile[0]: 2, profile[1]: 1}, 20) == "0.70483276469913345165"
    values = (".23452380952381", ".44126984126984", ".60833333333333", ".71587301587302")
    for k, value in enumerate(values, start=1):
        column = [k, *(other for other in range(1, 5) if other != k)]
        at = {**dict(zip(profile, column, strict=True)), alpha: 1}
        assert number(claimed["two_of_four"], at) == pytest.approx(float(value), abs=1e-14)
    assert claimed["density"].subs({kept: 2, block: 4}) == HALF


def test_ranks_in_a_block_do_not_see_the_row_factor() -> None:
    rng = np.random.default_rng(0)
    scores, factors = rng.random((20, 12)), 2.0 ** rng.integers(-5, 6, (20, 1))
    assert np.array_equal(n_of_m_mask(scores, 3, 4), n_of_m_mask(factors * scores, 3, 4))
