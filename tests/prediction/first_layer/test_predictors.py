"""The choice of a predictor, what may be called rank one, and scores."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prediction_cases import ratio, trial
from small_data import made, wine

from sparse_limits.numerics.data import digits, symmetrised
from sparse_limits.numerics.prediction.first_layer.observation import compare, score
from sparse_limits.numerics.prediction.first_layer.prediction import (
    RANK_ONE_DISTANCE,
    certify,
    limit,
    predict,
    rank_one_distance,
    snip_densities,
    wanda_densities,
)
from sparse_limits.numerics.prediction.first_layer.row_law import METHODS, posed

# The choice of a predictor, and what may be called rank one


def test_p2_gives_way_to_the_row_law() -> None:
    data = digits()
    assert trial("snip", data, 0.3)[0].used == "row law"
    assert trial("snip", made(outputs=2), 0.3)[0].used == "row law"
    wide = predict(posed("snip", 0.1, 10**8, digits(standardise=False)), 8000, np.random.default_rng(0))
    assert wide.used == "row law"  # at this width the closure's error is far above the noise
    assert "not certified in" in wide.reason


@pytest.mark.parametrize("label", [0, 1, 2])
def test_a_constant_column_that_p2_misses_is_found(label: int) -> None:
    """Right on average, P2 is wrong by some three standard deviations of a network in the column that is constant."""
    for constant in (None, 5.0):
        prediction = predict(posed("snip", 0.1, 1024, wine(constant, label)), 20_000, np.random.default_rng(label))
        assert prediction.certificate.holds == (constant is None)
        assert prediction.used == ("P2" if constant is None else "row law")
    assert prediction.certificate.mean_distance < 0.3 * 0.045
    (off,) = prediction.certificate.columns_off
    assert off.column == 13
    assert off.distance == pytest.approx(abs(prediction.predictors["P2"] - prediction.law.densities)[13])
    assert off.distance < off.reach
    assert off.allowed < off.reach
    assert "not certified in 1 of 14 columns: column 13 lies 0.0" in prediction.reason


def test_certificates_by_hand() -> None:
    """Ten columns of density 0.2, a network of 400 rows: 3 sd are 0.06; a million fresh rows know them to 0.0013."""
    seen = np.full(10, 0.2)
    for shift, holds in ((0.0, True), (0.055, True), (0.068, False), (-0.06, False)):
        found = certify("P2", seen + shift * np.eye(10)[4], seen, 10**6, 400)
        assert found.holds == holds
        assert [each.column for each in found.columns_off] == ([] if holds else [4])
    assert len(certify("P2", seen, seen, 500, 400).columns_off) == 0
    assert len(certify("P2", seen, seen, 100, 400).columns_off) == 10


def test_columns_that_are_never_kept_are_certified() -> None:
    seen, rows, width = np.array([0.0, 0.2, 1.0]), 20_000, 1024
    assert certify("P2", seen, seen, rows, width).holds
    assert certify("P2", np.array([1e-9, 0.2, 1 - 1e-9]), seen, rows, width).holds
    assert not certify("P2", np.array([0.01, 0.2, 1.0]), seen, rows, width).holds


def test_several_outputs_have_a_closed_form() -> None:
    prediction, seen = trial("snip", digits("onehot-centred", standardise=False), 0.1, width=1024, rows=20_000)
    assert prediction.used == "P2"
    assert "S7.3" in prediction.reason
    assert prediction.densities.mean() == pytest.approx(0.1)
    assert ratio(prediction, seen, "P2") <= 2.0
    assert prediction.threshold == pytest.approx(prediction.law.threshold * np.sqrt(1024 * 64), rel=0.05)


def test_comparing_several_outputs_shows_that_lengths_are_not_enough() -> None:
    data = digits("onehot-centred", standardise=False)
    found = compare("snip", data, 0.1, 2048, 1, 5000, np.random.SeedSequence(1))
    assert found.errors["P0"] > 3 * found.floor
    assert found.errors["P2"] < 2 * found.floor


def test_wanda_on_few_inputs_needs_the_row_law() -> None:
    data = made(inputs=4)
    prediction = predict(posed("wanda", 0.25, 4096, data), 20_000, np.random.default_rng(0))
    assert prediction.used == "row law"
    assert prediction.predictors["S12"].mean() == pytest.approx(0.25)


def test_rank_one_is_claimed_only_where_it_holds() -> None:
    both = symmetrised(made())
    exact, _ = trial("snip", both)
    assert exact.rank_one
    assert exact.rank_one_distance < 1e-6
    assert trial("snip", digits("is0", standardise=False))[0].rank_one  # nearly all of Cov(g) lies along h
    assert not trial("snip", digits("ge5"))[0].rank_one
    assert not trial("snip", made(outputs=2))[0].rank_one
    assert trial("wanda", made())[0].rank_one


def test_rank_one_distance_of_simple_moments() -> None:
    moments = predict(posed("snip", 0.1, 50, made()), 500, np.random.default_rng(0)).moments
    along = replace(moments, covariance=np.outer(moments.mean, moments.mean))
    assert rank_one_distance(along) == pytest.approx(0.0, abs=1e-7)
    flat = replace(moments, mean=np.eye(12)[0], covariance=np.diag(np.eye(12)[1]))
    assert rank_one_distance(flat) == pytest.approx(np.sqrt(1 / 1.25))  # ¼ along, 1 across
    assert rank_one_distance(replace(moments, mean=np.zeros(12))) == 1.0
    assert 0 < RANK_ONE_DISTANCE < 1


@pytest.mark.parametrize("method", METHODS)
def test_the_limit_is_one_line(method: str) -> None:
    for outputs in (1, 2):
        text = limit(posed(method, 0.1, 50, made(outputs=outputs)))
        assert text.startswith("W(")
        assert "\n" not in text


# Scores


def test_score_by_hand() -> None:
    observed, predicted, law = np.array([0.1, 0.3]), np.array([0.15, 0.25]), np.array([0.2, 0.2])
    found = score(predicted, observed, law, rows=100)
    assert found.error == pytest.approx(0.05)
    assert found.ratio == pytest.approx(0.05 / np.sqrt(2 / np.pi * 0.2 * 0.8 / 100))
    assert found.explained == pytest.approx(1 - 0.005 / 0.02)
    assert found.explainable == pytest.approx(1 - 0.0032 / 0.02)


def test_score_without_variation_explains_nothing() -> None:
    flat = np.full(3, 0.1)
    assert score(flat, flat, flat, 10).explained is None


def test_closed_forms_do_not_depend_on_the_scale() -> None:
    moments = predict(posed("snip", 0.1, 50, made()), 500, np.random.default_rng(0)).moments
    tiny = replace(
        moments, mean=1e-60 * moments.mean, stein=1e-60 * moments.stein, covariance=1e-120 * moments.covariance
    )
    (p, tau), (q, small) = snip_densities(moments, 0.1), snip_densities(tiny, 0.1)
    assert q == pytest.approx(p, rel=1e-6)
    assert small == pytest.approx(1e-60 * tau, rel=1e-6)


@settings(max_examples=30)
@given(st.lists(st.floats(0.01, 100), min_size=2, max_size=8), st.floats(0.01, 0.95))
def test_wanda_densities_have_the_mean_and_the_order_of_the_norms(norms: list[float], share: float) -> None:
    profile = np.array(norms)
    densities, threshold = wanda_densities(profile, share)
    assert densities.mean() == pytest.approx(share, rel=1e-6)
    assert threshold > 0
    assert (np.diff(densities[np.argsort(profile)]) >= -1e-12).all()


def test_compare_scores_the_predictors() -> None:
    seed = np.random.SeedSequence(0)
    found = compare("snip", digits("ge5"), 0.1, 512, 2, 2000, seed)
    assert list(found.errors) == ["P0", "P1iso", "P1", "P2", "row law", "constant"]
    assert found.errors["P0"] > 3 * found.floor > 1.5 * found.errors["row law"]
    grasp = compare("grasp-magnitude", digits("ge5"), 0.1, 512, 1, 2000, seed)
    assert list(grasp.errors) == ["limit", "realised", "+ second term", "SNIP's profile"]
    assert grasp.errors["SNIP's profile"] > 2 * grasp.errors["+ second term"]
    with pytest.raises(ValueError, match="to compare"):
        compare("magnitude", digits(), 0.1, 64, 1, 1000, seed)
