"""The study of lifts: its draws, its numbers, its sentences, its picture, and what is refused."""

import json
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from json_cases import wrong

from sparse_limits.numerics.cli import main
from sparse_limits.numerics.lifts.students import covered
from sparse_limits.numerics.studies import run_study
from sparse_limits.numerics.studies.lift_sentences import sentences
from sparse_limits.numerics.studies.lifts import (
    DENSE,
    NO_X1,
    PAIRS,
    Outcome,
    Settings,
    cover_chance,
    draw_students,
    fall_p_value,
    floors,
    measure,
    needed,
    pieces,
    sparse,
    summarise,
    threshold,
)

SMALL = Settings(sizes=(5, 2), density=(Fraction(1, 2), Fraction(1, 3)), seeds=6, time=5.0, seed=3)
HALF = sparse(Fraction(1, 2))


def test_streams_of_students_are_their_own():
    drawn = {n: draw_students(HALF, n, range(40), 0) for n in (4, 8)}
    few = draw_students(HALF, 4, range(20, 30), 0)
    assert np.array_equal(few.masks, drawn[4].masks[20:30])
    assert np.array_equal(few.weights, drawn[4].weights[20:30])
    nested = (drawn[8].masks[:, :4] == drawn[4].masks).all(axis=(1, 2))
    assert not nested.any()
    other = draw_students(HALF, 4, range(40), 1)
    assert not (other.masks == drawn[4].masks).all(axis=(1, 2)).any()
    assert len(np.unique(drawn[4].weights)) == drawn[4].weights.size


def test_kinds_of_students_see_what_they_should():
    masks = {kind: draw_students(kind, 16, range(20), 0).masks for kind in (HALF, DENSE, PAIRS, NO_X1)}
    assert masks[DENSE].all()
    assert np.all(masks[PAIRS].sum(axis=2) == 2)
    assert not masks[NO_X1][:, :, 0].any()
    assert 0.4 < masks[HALF].mean() < 0.6
    assert not covered(masks[PAIRS], needed()).any()
    assert floors(masks[DENSE]).max() == 0
    assert sorted(map(sorted, needed())) == [[1, 2, 3], [3, 4, 5]]


def test_the_ceiling_is_exact():
    assert cover_chance(SMALL, HALF, 8) == 1 - 2 * Fraction(7, 8) ** 8 + Fraction(25, 32) ** 8
    assert [cover_chance(SMALL, kind, 8) for kind in (DENSE, PAIRS, NO_X1)] == [1, 0, 0]


def test_batches_are_all_students_once():
    settings = Settings(sizes=(64, 3), seeds=150)
    seen = [(b.kind, b.n, s) for b in pieces(settings) for s in b.students]
    assert len(seen) == len(set(seen)) == 150 * len(settings.groups())
    assert settings.control_size == 3


def test_the_fall_of_a_share_by_enumeration():
    # 3 of 4 and 1 of 4: of the 70 ways to place 4 successes, those with 3 or 4 among the first four
    assert fall_p_value(3, 4, 1, 4) == pytest.approx((16 + 1) / 70)
    assert fall_p_value(0, 5, 3, 7) == pytest.approx(1)


@pytest.fixture(scope="module")
def outcomes():
    return run_study("lifts", SMALL)[0]


def test_the_study_is_that_of_its_batches(outcomes):
    apart = [each for batch in pieces(SMALL) for each in measure(batch)]
    assert sorted(outcomes) == sorted(apart)
    assert [(each.kind, each.n) for each in outcomes[::6]] == SMALL.groups()


def test_no_loss_is_below_its_floor_and_success_needs_cover(outcomes):
    for each in outcomes:
        assert each.loss >= each.floor - 1e-12
        assert each.covered or each.loss > threshold()


def test_the_summary_counts_what_happened(outcomes):
    summary = summarise(SMALL, outcomes)
    json.dumps(summary, allow_nan=False)
    for row in summary["rows"]:
        mine = [each for each in outcomes if (each.kind, each.n) == (row["kind"], row["n"])]
        assert row["students"] == len(mine) == 6
        assert row["success"]["count"] == sum(each.loss <= threshold() for each in mine)
        assert row["covered"]["count"] == sum(each.covered for each in mine)
        assert row["success"]["low"] <= row["success"]["share"] <= row["success"]["high"]
        assert Fraction(row["coverage"]) == cover_chance(SMALL, row["kind"], row["n"])
        assert row["evaluations"] == sum(each.evaluations for each in mine)
        assert row["success_without_cover"] == 0
    assert len(summary["trends"]) == 3


def test_exact_ceilings_may_be_long():
    settings = Settings(sizes=(256,), density=(Fraction(617, 5000),), seeds=1)
    outcomes = [Outcome(kind, n, 0, 1.0, 0.0, False, 1, 1, 5) for kind, n in settings.groups()]
    coverage = summarise(settings, outcomes)["rows"][0]["coverage"]
    assert len(coverage) > 4300


def test_sentences_say_what_the_numbers_say(outcomes):
    summary = summarise(SMALL, outcomes)
    text = " ".join(summary["sentences"])
    assert "no advantage of it is claimed" in text
    assert "T = 5" in text
    assert "equal T is not equal time" in text
    fallen = [{"kind": HALF, "fewer": 4, "more": 8, "fall_p": 1e-6}]
    assert "success fell from one size" in " ".join(sentences(5.0, summary["rows"], fallen))
    odd = [row | {"coverage_p": 1e-9} for row in summary["rows"]]
    assert "do not agree" in " ".join(sentences(5.0, odd, summary["trends"]))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"sizes": ()}, "sizes is empty"),
        ({"sizes": (4, 4)}, "distinct"),
        ({"sizes": (0,)}, "size is 0"),
        ({"sizes": (1000,)}, "size is 1000"),
        ({"density": (Fraction(1),)}, "density is 1"),
        ({"density": (Fraction(0),)}, "density is 0"),
        ({"seeds": 0}, "seeds is 0"),
        ({"time": 0.0}, "time is 0.0"),
        ({"time": float("nan")}, "time is nan"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_settings_are_checked_at_the_door(change, why):
    with pytest.raises(ValueError, match=why):
        replace(SMALL, **change)


def test_the_command_prints_tables_sentences_and_a_picture(tmp_path, capsys):
    picture, numbers = tmp_path / "lifts.svg", tmp_path / "lifts.json"
    asked = ["--sizes", "2", "3", "--density", "0.5", "--seeds", "4", "--time", "2", "--jobs", "1", "--seed", "7"]
    assert main(["study", "lifts", *asked, "--plot", str(picture), "--json", str(numbers)]) == 0
    assert wrong("study lifts --json", json.loads(numbers.read_text("utf-8"))) == []
    printed = capsys.readouterr().out
    assert "P_cov" in printed
    assert "Proved (L18)" in printed
    assert picture.read_text("utf-8").startswith("<?xml")
    summary = json.loads(numbers.read_text("utf-8"))
    assert summary["densities"] == ["1/2"]
    assert summary["seed"] == 7
    assert len(summary["outcomes"]) == 4 * len(summary["rows"]) == 4 * 6


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--density", "x"], "density is 'x'"),
        (["--density", "1/0"], "density is '1/0'"),
        (["--density", "3/2"], "density is 3/2"),
        (["--density", "nan"], "density is 'nan'"),
        (["--density", "1e-400"], "density is '1e-400'"),
        (["--density", "1e-100000000"], "density is '1e-100000000'"),
        (["--density", "0." + "1" * 5000], "expected a number such as"),
        (["--sizes", "0"], "size is 0"),
        (["--time", "-1"], "time is -1.0"),
        (["--seeds", "0"], "seeds is 0"),
        (["--jobs", "0"], "jobs is 0"),
        (["--seed", "-1"], "seed is -1"),
        (["--plot", "x.gif"], "suffix"),
        (["--json", "nowhere/x.json"], "does not exist"),
    ],
)
def test_a_bad_call_is_refused_in_one_line(arguments, why, capsys):
    assert main(["study", "lifts", *arguments]) == 2
    said = capsys.readouterr().err.strip()
    assert why in said
    assert "\n" not in said
