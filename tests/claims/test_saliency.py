"""Reference values of the saliency claims, computed elsewhere, and the numeric predictors built on them."""

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from sparse_limits.numerics.exact.balls import digits, number
from sparse_limits.theory.formulas.level import Level, level
from sparse_limits.theory.ledger import load_ledger
from sparse_limits.theory.saliency import (
    constant_graphon,
    product_graphon,
    smoothed_snip,
    stable_threshold,
    stein_model,
    synflow_factorises,
    tail_selectivity,
    two_layer_densities,
)
from sparse_limits.theory.saliency.layers import first_scale, second_scale, share, twofold_rho_2
from sparse_limits.theory.saliency.model import SaliencyModel, phi, rho, snip_model, tau, u, v
from sparse_limits.theory.saliency.snip_closed_form import kappa
from sparse_limits.theory.saliency.tail_selectivity import phi_1, phi_2
from sparse_limits.theory.saliency.threshold import s
from sparse_limits.theory.selection import whole
from sparse_limits.theory.tails import (
    alpha,
    exponential,
    frechet,
    half_normal,
    pareto,
    product_normal,
    product_survival,
    t,
)

TENTH = sp.Rational(1, 10)


@pytest.mark.parametrize(
    ("claim", "expression", "point", "value"),
    [
        (stable_threshold, "density", {tau: sp.Rational(1, 2)}, "0.326643862324553017730401565334"),
        (stable_threshold, "threshold", {rho: sp.Rational(1, 5)}, "0.80274896491532242246"),
        (stable_threshold, "threshold", {rho: sp.Rational(1, 50)}, "2.4919236671625392572"),
        (constant_graphon, "threshold", {rho: sp.Rational(1, 20), s: 1}, "1.9599639845400542"),
        (constant_graphon, "threshold", {rho: TENTH, s: 1}, "1.6448536269514727"),
        (constant_graphon, "threshold", {rho: sp.Rational(1, 5), s: 1}, "1.2815515655446005"),
        (product_graphon, "column_density", {tau: 1, phi: 1}, "0.20899366300465232743657502729634500900870242"),
        (product_graphon, "integral_form", {tau: 1, phi: 1}, "0.20899366300465232743657502729634500900870242"),
        (product_graphon, "flat_threshold", {rho: TENTH}, "1.5951037007203893837"),
        (product_graphon, "flat_threshold", {rho: sp.Rational(3, 10)}, "0.72463649777597434242"),
        (stein_model, "flip", {kappa: sp.Rational(1, 64)}, "0.0563432964759992490665284380792"),
        (stein_model, "flip_bound", {kappa: sp.Rational(1, 64)}, "0.0625"),
    ],
)
def test_reference_values(claim, expression, point, value) -> None:
    claimed = digits(claim.expressions[expression], point, len(value) - 1)
    assert claimed[:-1].startswith(value[: len(claimed) - 2])


@pytest.mark.parametrize(
    ("density", "value"), [("1/20", 0.27910046378360), ("1/10", 0.43928606427878), ("1/5", 0.64982032407709)]
)
def test_second_moment_of_kept_weights(density: str, value: float) -> None:
    at = constant_graphon.expressions["threshold"].subs({rho: sp.Rational(density), s: 1})
    assert number(constant_graphon.expressions["second_moment"].subs({s: 1, t: at})) == pytest.approx(value, abs=1e-14)


def test_two_valued_profile_of_the_product_graphon() -> None:
    density = product_survival(t / 2) / 4 + product_survival(2 * t) * sp.Rational(3, 4)
    threshold = level(density, t, TENTH)
    assert digits(threshold, {}, 20) == "1.3589369653344860175"
    for profile, value in ((2, "0.31893654663741098252"), (sp.Rational(1, 2), "0.027021151120863005825")):
        assert (
            digits(product_graphon.expressions["column_density"].subs({tau: threshold, phi: profile}), {}, 20) == value
        )


def test_the_model_is_a_value_with_one_field_to_replace() -> None:
    model = SaliencyModel(row=sp.Integer(1), column=v, noise=exponential)
    assert model.kernel() == sp.exp(-tau / v)
    assert snip_model.kernel().free_symbols == {tau, u, v}


@pytest.mark.parametrize("noise", [half_normal, exponential, frechet, product_normal])
def test_survival_and_density_of_a_noise_agree(noise) -> None:
    point = {symbol: sp.Rational(3, 2) for symbol in noise.survival.free_symbols}
    step = sp.Rational(1, 10**12)
    difference = (noise.at(t - step) - noise.at(t + step)) / (2 * step)
    assert number(noise.density, point) == pytest.approx(number(difference, point), rel=1e-9)


def test_pareto_noise_starts_at_one() -> None:
    assert number(pareto.at(sp.Rational(1, 2)), {alpha: 2}) == 1


def test_a_level_differentiates_implicitly() -> None:
    threshold = level(sp.exp(-t), t, rho)
    assert isinstance(threshold, Level)
    assert number(sp.diff(threshold, rho), {rho: TENTH}) == pytest.approx(-10)
    assert threshold.free_symbols == {rho}
    assert "0" in sp.latex(threshold)
    with pytest.raises(ValueError, match="Lambda"):
        Level(t)


def test_a_level_is_found_next_to_the_end_of_its_bracket() -> None:
    """The root lies 4·10⁻⁵ above 81/128, a point of the bisection, where a Newton step leaves the bracket."""
    assert digits(level(sp.expint(2, t), t, sp.Rational(5219, 19940)), {}, 20) == "0.63285447533441310280"


def test_row_variance_of_deep_synflow() -> None:
    at = constant_graphon.expressions["threshold"].subs({rho: TENTH, s: 1})
    inflation = synflow_factorises.expressions["variance_inflation"].subs(t, at)
    assert number(inflation, {rho: TENTH}) == pytest.approx(1.730, abs=5e-4)


@pytest.mark.parametrize("label", ["S11", "G6.1"])
def test_what_is_said_of_synflow_says_in_how_many_rounds(label: str) -> None:
    statement = " ".join(load_ledger()[label].claim.statement.split())
    assert "one round" in statement
    assert "(H6.1)" in statement  # what more rounds may do


def test_tangent_kernel_on_the_diagonal_is_the_squared_length_over_d() -> None:
    kernel = smoothed_snip.expressions["tangent_kernel"]
    theta = next(symbol for symbol in kernel.free_symbols if symbol.name == "theta")
    others = {symbol: sp.Integer(2) for symbol in kernel.free_symbols - {theta}}
    assert kernel.subs(theta, 0).subs(others) == 2  # R²/d (1/2 + 1/2)


@pytest.mark.parametrize(
    ("name", "point", "value"),
    [
        ("snip_ratio", (2, 1, 10), "200.34676584990426127"),
        ("snip_ratio", (2, 1, 20), "30336.488052832058351"),
        ("gaussian_ratio", (2, 1, 5), "21662.763909046795450"),
        ("snip_asymptotic", (2, 1, 20), "31150.126658162732998"),
    ],
)
def test_reference_values_of_column_ratios(name: str, point: tuple[int, int, int], value: str) -> None:
    at = dict(zip((phi_1, phi_2, tau), point, strict=True))
    assert digits(tail_selectivity.expressions[name], at, 20) == value


@pytest.mark.parametrize("cut", ["1/1000000", "1/10", "3", "40"])
def test_column_ratios_of_snip_at_any_threshold(cut: str) -> None:
    """Beside the closed form of H; where the threshold is huge, beside the bounds."""
    here, huge = sp.Rational(cut), 10**6
    formula = tail_selectivity.expressions["snip_ratio"]
    expected = product_survival(here / 3) / product_survival(here)
    assert digits(formula, {phi_1: 3, phi_2: 1, tau: here}, 20) == digits(expected, {}, 20)
    quotient = formula / tail_selectivity.expressions["snip_asymptotic"]
    assert number(quotient, {phi_1: 3, phi_2: 1, tau: huge}) == pytest.approx(1, abs=3e-6)


@given(st.fractions(Fraction(1, 1000), Fraction(999, 1000)), st.fractions(Fraction(1, 20), Fraction(19, 20)))
def test_layers_share_a_threshold(kept: Fraction, first: Fraction) -> None:
    """Bisection in floats on the mean density of two layers of scales 1 and 2."""
    low, high = 0.0, 60.0
    while high - low > 1e-13:
        middle = (low + high) / 2
        mean = float(first) * np.exp(-middle) + (1 - float(first)) * np.exp(-middle / 2)
        low, high = (middle, high) if mean > float(kept) else (low, middle)
    at = {rho: sp.Rational(kept), share: sp.Rational(first), first_scale: 1, second_scale: 2}
    assert number(two_layer_densities.expressions["threshold"], at) == pytest.approx(low, abs=1e-11)
    weighted = number(twofold_rho_2, {rho: at[rho], share: at[share]})
    assert weighted == pytest.approx(np.exp(-low / 2), rel=1e-9)


def test_the_topic_is_whole() -> None:
    labels = list(dict.fromkeys(whole(entry.label) for entry in load_ledger().select(["saliency"])))
    assert labels == [f"S{k}" for k in range(1, 17)]
