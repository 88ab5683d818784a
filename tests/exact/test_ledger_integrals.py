"""Every integral of the ledger in balls, beside mpmath."""

from __future__ import annotations

import pytest
import sympy as sp
from enclosure_cases import R, by_mpmath, holds, renamed
from flint import acb, ctx

from sparse_limits.numerics.checks import checks_of
from sparse_limits.numerics.evidence.trial import Trial
from sparse_limits.numerics.exact import balls
from sparse_limits.numerics.exact.balls import core, enclosures, integrals, symbols
from sparse_limits.theory.claims import formulas
from sparse_limits.theory.ledger import load_ledger

# Every integral of the ledger


INTEGRATING = {  # the checks in which integrals are enclosed
    "S4": ("both_forms_of_the_column_density_agree", "rows_average_to_the_column_density"),
    "S9": ("eigenvalues_are_funk_hecke_integrals",),
    "S15": (
        "ratio_of_snip_is_that_of_the_integrals",
        "exact_ratios_are_those_of_the_tails",
        "ratios_lie_between_their_bounds",
    ),
    "S16.3": ("column_density_is_that_of_struve_functions",),
    "G5": (
        "distances_average_to_the_limit",
        "row_kernel_averages_to_the_density",
        "limit_splits_into_moments",
        "second_moment_by_the_logarithm",
    ),
    "G8": ("squares_of_the_coefficients_exhaust_the_moments",),
    "O1": ("rows_of_snip_have_their_value", "rows_of_snip_lie_strictly_between"),
    "O7.3": (
        "paths_are_kept_as_often",
        "labellings_order_the_path_density",
        "both_layers_are_kept_at_one_readout",
        "largest_readouts_have_the_first_kernel",
    ),
    "K1": ("polar_coordinates_give_the_same",),
    "K2": ("parallel_inputs_sum_over_paths", "one_hidden_layer_has_the_mean"),
    "K3": ("the_graphon_kernel_has_the_constants",),
    "K5": ("laws_are_means_over_rows", "tails_are_attained", "share_and_energy_fall_together"),
    "K8": ("the_graphon_kernel_is_a_dense_one",),
    "K11.2": ("eigenvalues_are_funk_hecke_integrals",),
    "B6": (
        "threshold_keeps_the_density",
        "energy_lies_below_its_bound",
        "snip_beside_the_optimum",
        "weak_features_lose_their_paths",
    ),
    "R5.1": ("sums_are_normal_of_random_variance", "distributions_integrate_the_densities"),
    "R7": ("the_rate_is_that_of_a_normal_law",),
    "R10": ("one_candidate_serves_by_its_density",),
    "N3.1": ("the_angle_has_a_power_of_the_cosine_as_density", "bounded_ratios_stay_below_on_the_ball"),
    "N3.2": ("cube_mean_is_the_integral", "bounded_ratios_stay_below_on_the_cube"),
    "N4.1": ("density_falls_up_to_the_reach", "twice_as_many_sums_as_inputs"),
    "N6.1": ("eigenvalues_are_funk_hecke_integrals",),
    "L17.3": ("balls_have_the_noncentral_law",),
    "H2": ("mean_degrees_are_densities", "both_parts_are_equal", "residuals_in_other_units_make_no_difference"),
    "H6.1": ("shares_at_the_critical_threshold",),
    "H8": ("thresholds_keep_the_density", "products_have_these_tails"),
}


@pytest.fixture(scope="module")
def met():
    """Every integral enclosed in those checks, once: with the values of its symbols, its ball, and what is vouched."""
    found: dict[tuple[sp.Expr, bool], tuple[dict, acb, set[str]]] = {}
    enclosures._enclose.cache_clear()  # numbers that another test has had are not computed again
    rule = core.RULES[sp.Integral]

    def recording(expression, values, analytic):
        with balls.collecting() as notes:
            ball = rule(expression, values, analytic)
        if not analytic and ball.is_finite() and ctx.prec <= 130:
            found.setdefault((expression, False), (dict(values), ball, notes))
        return ball

    core.RULES[sp.Integral] = recording
    core.reading_of.cache_clear()
    ledger = load_ledger()
    try:
        for label, names in INTEGRATING.items():
            entry = ledger[label]
            for check in checks_of(entry.topic):
                if check.claim is entry.claim and check.name in names:
                    with ctx.workprec(53):
                        list(check.findings(Trial(check.claim, check.name)))
    finally:
        core.RULES[sp.Integral] = rule
        core.reading_of.cache_clear()
    return {expression: what for (expression, _), what in found.items()}


def test_no_integral_of_the_ledger_is_vouched(met):
    assert len(met) > 60
    assert sum(sp.oo in limits or -sp.oo in limits for e in met for limits in e.limits) > 25
    assert {str(expression): notes for expression, (_, _, notes) in met.items() if notes} == {}


def test_every_integral_of_the_ledger_holds_the_value_of_mpmath(met):
    compared = 0
    for expression, (values, ball, _) in met.items():
        if len(expression.limits) > 1 or expression.function.has(sp.Integral):
            continue
        (variable, low, high), *_ = expression.limits
        point = {s: sp.Float(z.real.mid().str(40, radius=False), 40) for s, z in values.items() if z.imag == 0}
        integrand, *ends = (part.xreplace(point) for part in (expression.function, low, high))
        if integrand.free_symbols - {variable} or integrand.atoms(sp.core.function.AppliedUndef):
            continue
        value = by_mpmath(integrand, variable, split(*ends), 16)
        if value is None:
            continue
        compared += 1
        assert holds(ball, value, 1e-8), (expression, ball, value)
    assert compared >= 0.8 * len(met)


def test_every_integral_of_the_ledger_is_the_same_in_other_letters(met):
    """Whichever of its letters may be called like one that is free in it, is; the others get a new name."""
    for expression, (values, ball, _) in met.items():
        letters = sorted(expression.free_symbols, key=str)
        other = renamed(expression, [*letters, *sp.symbols("p q r")], lambda allowed: allowed[0])
        with ctx.workprec(53):
            again = core.evaluate(other, values)
        assert other != expression
        assert again.overlaps(ball), (expression, other)


def test_no_formula_of_the_ledger_binds_a_letter_that_is_free_in_it_too():
    """Then nothing can be caught while a formula is written, and no reader can take one for the other."""
    for entry in load_ledger():
        for formula in (f for side in (entry.claim.expressions, entry.claim.aids) for f in formulas(side)):
            assert symbols.bound_symbols(formula).isdisjoint(symbols.free_symbols(formula)), (entry.label, formula)


def split(low: sp.Expr, high: sp.Expr) -> list[sp.Expr]:
    """Ends with some points between."""
    if low is -sp.oo and high is sp.oo:
        return [low, *map(sp.Integer, (-2, -1, 0, 1, 2)), high]
    return [low, *(low + step for step in (R(1, 2), 1, 2)), high] if high is sp.oo else [low, (low + high) / 2, high]


def test_every_claim_with_an_improper_integral_is_among_them():
    """In its expressions, its aids, or those of a claim that it shares them with."""
    improper = set()
    for entry in load_ledger():
        for formula in (f for side in (entry.claim.expressions, entry.claim.aids) for f in formulas(side)):
            if any(sp.oo in limits or -sp.oo in limits for e in formula.atoms(sp.Integral) for limits in e.limits):
                improper.add(entry.label)
    assert improper <= INTEGRATING.keys()


def test_the_evaluator_is_left_as_it_was():
    assert core.RULES[sp.Integral] is integrals._integral
