"""Expressivity: closed forms at reference values and at the ends, against rational sums written another way."""

from __future__ import annotations

from fractions import Fraction
from math import comb, prod

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from sparse_limits.numerics.exact import balls
from sparse_limits.theory.ledger import claims_of, load_ledger
from sparse_limits.theory.selection import whole

widths = st.integers(1, 30)
active = st.integers(1, 4)
chances = st.fractions(min_value=Fraction(1, 20), max_value=1, max_denominator=20)


def digits(label: str, name: str, count: int = 18, **values: object) -> str:
    """As `sparse-limits evaluate` prints it."""
    formula = load_ledger()[label].claim.expressions[name]
    symbols = {str(symbol): symbol for symbol in formula.free_symbols}
    return balls.digits(formula, {symbols[key]: sp.Rational(value) for key, value in values.items()}, count)


def close(label: str, name: str, expected: Fraction | float, **values: object) -> bool:
    return float(digits(label, name, 15, **values)) == pytest.approx(float(expected), rel=1e-13, abs=1e-300)


def law(trials: int, chance: Fraction) -> list[Fraction]:
    return [comb(trials, j) * chance**j * (1 - chance) ** (trials - j) for j in range(trials + 1)]


def test_the_topic_is_whole():
    assert {whole(claim.label) for claim in claims_of("expressivity").values()} == {
        f"E{number}" for number in range(1, 13)
    }


@pytest.mark.parametrize(
    ("at", "tail", "kl", "usual"),
    [
        ((1200, "1/2", 5), "2.7135381557257685e-4", "2.72879930932e-3", "9.2096816039681394e-3"),
        ((600, "3/10", 3), "1.8517460982627666e-2", "7.87527616812973e-2", "1.3199384318783021e-1"),
        ((400, "1/2", 4), "2.4855828019957201e-3", "1.75672907369804e-2", "4.39369336234074173e-2"),
    ],
)
def test_lower_tail_at_reference_values(at, tail, kl, usual):
    values = dict(zip("mpk", at, strict=True))
    names = {"exact_tail": tail, "kl_bound": kl, "usual_bound": usual}
    for name, expected in names.items():
        assert float(digits("E2", name, **values)) == pytest.approx(float(expected), rel=1e-10)


@settings(max_examples=30)
@given(widths, chances, active)
def test_lower_tail_is_a_strict_rational_sum(m, p, k):
    q = p**k
    expected = sum((mass for j, mass in enumerate(law(m, q)) if 2 * j < m * q), Fraction(0))
    assert close("E2", "exact_tail", expected, m=m, p=p, k=k)
    bounds = [float(digits("E2", name, m=m, p=p, k=k)) for name in ("kl_bound", "poisson_bound", "usual_bound")]
    assert float(expected) <= bounds[0] * (1 + 1e-12) <= bounds[1] * (1 + 2e-12) <= bounds[2] * (1 + 3e-12)
    assert float(digits("E2", "lower_bound", m=m, p=p, k=k)) <= float(expected) * (1 + 1e-12)


def test_half_of_the_mean_may_be_a_whole_number_at_any_density():
    expected = sum(law(1000, Fraction(3, 10))[:150], Fraction(0))  # no ball tells 1000 · 0.3 / 2 from 150
    assert digits("E2", "exact_tail", 20, m=1000, p="3/10", k=1) == "7.4117868798743648847e-29"
    assert float(expected) == pytest.approx(7.4117868798743648847e-29, rel=1e-12)


def test_ends_of_the_lower_tail():
    assert digits("E2", "exact_tail", m=7, p=1, k=3) == digits("E2", "kl_bound", m=7, p=1, k=3) == "0"
    assert digits("E2", "exact_tail", m=1, p="1/2", k=1) == "0.500000000000000000"


@settings(max_examples=20)
@given(widths, chances, st.integers(0, 32))
def test_counts_and_tails(n, t, j):
    masses = law(n, t)
    if j <= n:
        assert close("E1", "count_law", masses[j], n=n, t=t, j=j)
    assert close("E1", "tail_law", sum(masses[j:], Fraction(0)), n=n, t=t, j=j)


def test_hubs_at_reference_values():
    assert [2000 * float(digits("E3", "hub_share", w="9/10", k=k)) for k in (3, 5, 8)] == pytest.approx(
        [364.50, 196.83, 95.66], abs=5e-3
    )
    assert 2000 * float(digits("E3", "density_product", w="9/10", k=8)) == pytest.approx(3.363, abs=5e-4)


def test_threshold_at_reference_values():
    found = [float(digits("E4", "some_wired", m=1024, p="1/2", k=k)) for k in (8, 10, 12, 14)]
    assert found == pytest.approx([0.98183, 0.63230, 0.22122, 0.06059], abs=5e-6)
    assert digits("E4", "threshold", m=1024, p="1/2") == "10.0000000000000000"
    assert digits("E4", "some_wired", m=1, p="2/3", k=1) == "0.666666666666666667"


@settings(max_examples=20)
@given(widths, chances, active)
def test_random_numbers_of_units(n, p, k):
    masses = law(n, p**k)
    some = 1 - masses[0]
    inverse = sum(mass / j for j, mass in enumerate(masses) if j) / some
    assert close("E5.2", "mean_inverse", inverse, n=n, p=p, k=k)
    assert close("E5.2", "mse", k * (1 - 1 / np.pi) * float(inverse), n=n, p=p, k=k)
    m_2, m_4 = 1 - 1 / np.pi, 6 - 10 / np.pi - 3 / np.pi**2
    fourth = sum(float(mass) * (m_4 + 3 * (j - 1) * m_2**2) / j**3 for j, mass in enumerate(masses) if j) / float(some)
    assert float(digits("E5.2", "fourth_moment", n=n, p=p, k=k)) == pytest.approx(k * (k + 2) * fourth, rel=1e-10)


def test_units_at_reference_values():
    assert digits("E5.2", "mean_inverse", n=48, p="1/2", k=3) == "0.202388325462832105"
    assert digits("E5.2", "mse", n=48, p="1/2", k=3) == "0.413898361859490103"
    assert digits("E5.2", "mse", n=240, p="1/2", k=3) == "0.0702949067738026141"
    assert digits("E5.2", "mse", n=24, p="1/2", k=2) == "0.268475078675414809"
    assert digits("E5.2", "variance_bound", 7, n=48, p="1/2", k=3) == "1.405745"
    assert digits("E5.2", "mean_inverse", 3, n=5, p=1, k=2) == "0.200"


def test_product_network_at_reference_values():
    found = [float(digits("E6.2", "product_success", n=n, p="1/2", M=10)) for n in (64, 80, 100, 120)]
    assert found == pytest.approx([0.156057, 0.542836, 0.900470, 0.989249], abs=5e-7)
    assert digits("E6.1", "success", n=64, alpha=1, p="1/2", k=1, N=20)[:8] == "0.999218"
    assert digits("E6.2", "product_success", n=3, p=1, M=2) == "0"
    assert digits("E6.2", "product_success", 3, n=4, p=1, M=2) == "1.00"


@settings(max_examples=15)
@given(st.integers(1, 12), chances, active, st.fractions(min_value=Fraction(1, 10**6), max_value=Fraction(1, 2)))
def test_width_is_sufficient(count, p, k, delta):
    alpha = Fraction(2, 3)
    width = int(np.ceil(float(digits("E6.1", "sufficient_width", alpha=alpha, p=p, k=k, N=count, delta=delta))))
    if width < 3000:
        assert float(digits("E6.1", "success", alpha=alpha, p=p, k=k, N=count, n=width)) >= 1 - delta


def test_floors_at_reference_values():
    claim = load_ledger()["E7"].claim
    at = dict.fromkeys(sp.symbols("a b", real=True), 1)
    found = {name: floor.subs(at) for name, floor in claim.expressions["floors"].items()}
    fractions = {"1": "1/36", "3": "4/45", "13": "7/60", "12": "7/144", "123": "99/720"}
    assert found == {name: sp.Rational(value) for name, value in fractions.items()}


def test_relays_at_reference_values():
    assert float(digits("E8", "relayed", m=1024, k=32, p="3/10")) == pytest.approx(0.201007, abs=5e-7)
    assert float(digits("E8", "relayed", m=256, k=32, p="1/2")) == pytest.approx(0.034199, abs=5e-7)
    variance = digits("E8", "variance", m=1024, k=32, p="3/10", n_2=64)
    assert float(variance) == pytest.approx(0.00623, abs=5e-6)
    assert digits("E8", "relayed", m=3, k=5, p="1/2") == "0"


@settings(max_examples=30)
@given(widths, active, chances)
def test_relays_are_averages_over_their_number(m, k, p):
    masses = law(m // k, p)
    one = sum((mass * (1 - (1 - p) ** relays) for relays, mass in enumerate(masses)), Fraction(0)) ** k
    both = sum((mass * (1 - (1 - p) ** relays) ** 2 for relays, mass in enumerate(masses)), Fraction(0)) ** k
    assert close("E8", "relayed", one, m=m, k=k, p=p)
    assert close("E8", "both_relayed", both, m=m, k=k, p=p)
    expected = float((one - one**2 + 4 * (both - one**2)) / 5)
    assert float(digits("E8", "variance", m=m, k=k, p=p, n_2=5)) == pytest.approx(expected, rel=1e-9, abs=1e-30)


def test_paths_at_reference_values():
    assert digits("E9", "example_density", v="4/5") == "0.111111111111111111"
    assert digits("E9", "example_marginals", 3, v="4/5") == "0.150"
    assert digits("E10", "no_path", 9, n=40, rho_path="1/20") == "0.128512157"
    at = {"n_1": 20, "n_2": 20, "p_1": "1/10", "p_2": "1/10", "p_3": "3/10"}
    assert digits("E10", "two_layers", 19, **at) == "0.4045391735866294145"
    assert digits("E10", "independent_paths", 5, **at) == "0.30065"


@settings(max_examples=30)
@given(widths, widths, st.tuples(chances, chances, chances))
def test_isolation_summed_over_the_second_layer(n_1, n_2, densities):
    """The other way round: s neurons of the second layer have an output edge, and must miss every reached neuron."""
    below, between, above = densities
    terms = (mass * (1 - below * (1 - (1 - between) ** s)) ** n_1 for s, mass in enumerate(law(n_2, above)))
    expected = sum(terms, Fraction(0))
    values = {"n_1": n_1, "n_2": n_2, "p_1": below, "p_2": between, "p_3": above}
    assert float(digits("E10", "two_layers", **values)) == pytest.approx(float(expected), rel=1e-12, abs=1e-300)
    assert float(expected) >= float(1 - prod(densities)) ** (n_1 * n_2) * (1 - 1e-9)
