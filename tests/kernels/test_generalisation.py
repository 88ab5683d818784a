"""Closed forms of the claims about generalisation, at reference values and at the ends of their ranges."""

from __future__ import annotations

import pytest
import sympy as sp

from sparse_limits.numerics.exact.balls import NoEnclosureError, digits, number
from sparse_limits.theory.expressivity.paths import rho_path
from sparse_limits.theory.generalisation.energy_bound import B_0, T, T_inv, b, i, k, q, scale_free_energy
from sparse_limits.theory.generalisation.path_bound import path_energy_bound
from sparse_limits.theory.generalisation.path_part import best_linear_constant, d, depth, linear_part_bound
from sparse_limits.theory.generalisation.scale import scale_invariance
from sparse_limits.theory.generalisation.snip_bound import beta, budget, p, snip_path_bound
from sparse_limits.theory.generalisation.water_filling import a, power_profile
from sparse_limits.theory.graphon.symbols import delta, m
from sparse_limits.theory.saliency.model import rho, tau

QUARTER = sp.Rational(1, 4)


@pytest.mark.parametrize(
    ("claim", "expression", "point", "value"),
    [
        (scale_free_energy, "rank_one_complexity", {k: 10}, "0.176197052001953125"),
        (scale_free_energy, "rank_one_complexity", {k: 100}, "0.0563485"),
        (scale_free_energy, "complexity", {B_0: 1, T: 200, m: 200}, "0.0707106781186547"),
        (best_linear_constant, "best_constant", {depth: 1}, "1"),
        (best_linear_constant, "best_constant", {depth: 2}, "0.95811306425"),
        (best_linear_constant, "best_constant", {depth: 3}, "0.91257307738677"),
        (best_linear_constant, "sphere_constant", {depth: 2, d: 3}, "1.1123495625888"),
        (best_linear_constant, "sphere_constant", {depth: 2, d: 10}, "1.0099678062573"),
        (best_linear_constant, "sphere_constant", {depth: 2, d: 64}, "0.96664813732679"),
        (best_linear_constant, "sphere_constant", {depth: 2, d: 1000}, "0.95866466975018"),
        (best_linear_constant, "sphere_constant", {depth: 3, d: 64}, "0.92666224002158"),
        (linear_part_bound, "constant", {depth: 2}, "0.75"),
        (linear_part_bound, "plain_constant", {depth: 2}, "0.1875"),
        (power_profile, "optimum", {a: 1, rho: sp.Rational(3, 10)}, "0.833333333333333"),
        (power_profile, "optimum", {a: 1, rho: sp.Rational(4, 5)}, "0.344"),
        (power_profile, "optimum", {a: 2, rho: sp.Rational(9, 10)}, "0.200010125"),
        (power_profile, "optimum", {a: 2, rho: 1}, "0.2"),
        (power_profile, "uniform", {a: 2, rho: sp.Rational(9, 10)}, "0.222222222222222"),
        (scale_invariance, "raw_growth", {depth: 1, rho: sp.Rational(1, 20)}, "20"),
        (scale_invariance, "dense_readout_growth", {depth: 1, rho: sp.Rational(1, 20)}, "4.47213595499957"),
    ],
)
def test_reference_values(claim, expression, point, value) -> None:
    assert sp.Abs(sp.Rational(digits(claim.expressions[expression], point, 30)) - sp.Rational(value)) < last_place(
        value
    )


def last_place(value: str) -> sp.Rational:
    return sp.Rational(1, 10 ** len(value.partition(".")[2]))


@pytest.mark.parametrize(
    ("density", "threshold", "snip", "path_budget", "best", "uniform"),
    [
        (
            "1/20",
            "2.803537577667676289",
            10.236086302320277,
            0.16264811787445909,
            9.6066282255170320,
            10.759423612579076,
        ),
        (
            "1/10",
            "1.9844244983782960221",
            5.6609094292770905,
            0.27723045279392250,
            5.6361052122995827,
            6.3124378377755326,
        ),
        (
            "3/10",
            "0.8641906683329421648",
            2.7612826973397678,
            0.58381780832052906,
            2.6763486446137191,
            2.9975104819673654,
        ),
        (
            "7/10",
            "0.1850679922461573679",
            1.9107342716272351,
            0.89831332368491478,
            1.8676360325325958,
            1.9480953403000132,
        ),
    ],
)
def test_snip_on_two_levels(density, threshold, snip, path_budget, best, uniform) -> None:
    claimed, levels = snip_path_bound.expressions, {p: QUARTER, beta: 2}
    cut = digits(claimed["threshold"], {**levels, rho: sp.Rational(density)}, 25)
    assert cut.startswith(threshold[:-1])
    at = {**levels, tau: sp.Rational(cut), budget: sp.Rational(str(path_budget))}
    found = [number(claimed[name], at) for name in ("snip_bound", "snip_budget", "optimum", "uniform")]
    assert found == pytest.approx([snip, path_budget, best, uniform], rel=1e-13)


def test_the_cap_binds_at_high_density() -> None:
    at = {p: QUARTER, beta: 2, budget: sp.Rational(9, 10)}
    assert snip_path_bound.expressions["strong_share"].subs(at) == 1
    uncapped = sp.Rational(5, 4) ** 2 / sp.Rational(9, 10)
    assert snip_path_bound.expressions["optimum"].subs(at) > uncapped


def test_small_weights_make_the_snip_bound_astronomical() -> None:
    at = {p: sp.Rational(1, 2), beta: sp.Rational(1, 1000), tau: 1}
    assert number(sp.log(snip_path_bound.expressions["snip_bound"]), at) > 900


def test_power_profile_merges_at_the_cap() -> None:
    optimum, below = power_profile.expressions["optimum"], power_profile.expressions["below_cap"]
    for exponent in (sp.Rational(1, 3), sp.Integer(2), sp.Integer(7)):
        at = {a: exponent, rho: 1 / (exponent + 1)}
        assert sp.simplify(optimum.subs(at) - below.subs(at)) == 0
        assert sp.limit(optimum.subs(a, exponent), rho, 1, "-") == 1 / (2 * exponent + 1)


def test_energy_is_free_of_scale_and_one_for_multiples_of_the_identity() -> None:
    energy = scale_free_energy.expressions["energy"]
    assert energy.subs({q: 5 / sp.Integer(3), T: 15, m: 5}) == 1
    assert scale_free_energy.expressions["random_label_energy"].subs({T: 15, T_inv: sp.Rational(5, 3), m: 5}) == 1


def test_peeling_costs_little() -> None:
    peeled, fixed = scale_free_energy.expressions["peeled_bound"], scale_free_energy.expressions["risk_bound"]
    at = {b: 1, T: 50, m: 1000, delta: sp.Rational(1, 100)}
    for step in (0, 5, 40):
        extra = number(peeled, {**at, i: step}) - number(fixed, {**at, B_0: 2**step})
        assert 0 < extra < 0.1


def test_no_path_no_bound_and_no_deep_spheres() -> None:
    with pytest.raises(NoEnclosureError):
        number(path_energy_bound.expressions["path_term"].subs(rho_path, 0), {})
    with pytest.raises(NoEnclosureError):
        number(best_linear_constant.expressions["sphere_constant"], {depth: 7, d: 5})
