"""What `sl.report` advises: each rule beyond its threshold and not before, and what it is said of."""

from __future__ import annotations

import copy
import re

import numpy as np
import pytest
from question_cases import advice_on, advised
from questions import report

from sparse_limits.numerics.data import Dataset
from sparse_limits.numerics.prediction.report import advice


def test_advice_follows_from_the_numbers(made):
    numbers, _ = made
    ended = {
        method["method"]
        for method in numbers["methods"]
        if any(layer["predicted"] * layer["weights"] < 1 for layer in method["layers"]["layers"])
    }
    told = advised(numbers, "less than 1 weight")
    assert {each["text"].split()[4] for each in told} == ended
    lost = {
        method["method"]
        for method in numbers["methods"]
        if method["method"] not in ended
        and any(
            chance >= advice.LOST
            for column, chance in enumerate(method["lost"])
            if column not in numbers["constant_inputs"]
        )
    }
    named = " ".join(each["text"] for each in advised(numbers, "an input that varies"))
    assert all(re.search(rf"by [\w, -]*\b{method}\b", named) for method in lost)
    assert bool(advised(numbers, "is 0 on all samples of the data")) == bool(numbers["zero_inputs"])


def test_a_layer_that_ends_is_told_and_said_of_no_other():
    data = Dataset(
        np.random.default_rng(0).standard_normal((60, 6)),
        np.sign(np.random.default_rng(1).standard_normal((60, 1))),
        "made",
        "",
    )
    sparse = report(data, widths=(32,), methods=("wanda", "random"), density=0.05, learning=False).summary
    assert "wanda" in advised(sparse, "less than 1 weight")[0]["text"]
    assert "density above 1/12" in advised(sparse, "less than 1 weight")[0]["text"]
    dense = report(data, widths=(32,), methods=("wanda", "random"), density=0.6, learning=False).summary
    assert not advised(dense, "less than 1 weight")
    assert (
        advised(dense, "none of the rules")[0]["text"] == "No rule here speaks against wanda and random at density 0.6."
    )


def test_each_rule_speaks_beyond_its_threshold_and_not_before(made):
    """Random pruning of the page, whose numbers are moved across one threshold after the other."""
    calm = copy.deepcopy(next(each for each in made[0]["methods"] if each["method"] == "random"))
    layers, calm["lost"] = calm["layers"]["layers"], [0.0] * 64
    for layer in layers:
        layer |= {"dead_rows": 0.0, "observed": layer["predicted"]}
    for end in calm["layers"]["collapse"]:
        end["density"] = 0.001
    calm["layers"]["paths"]["share"] = 1.0
    assert advice_on(calm) == "none of the rules above advises against the method"

    def moved(place: str, number: int, key: str, value: float) -> str:
        method = copy.deepcopy(calm)
        method["layers"][place][number][key] = value
        return advice_on(method)

    assert "2 times that at which" in moved("collapse", 1, "density", 0.051)
    assert "2 times that at which" not in moved("collapse", 1, "density", 0.049)
    units = layers[0]["outputs"]
    assert "hidden layer's units" not in moved("layers", 0, "dead_rows", 0.26 * units)  # of random pruning: at random
    calm["method"] = "magnitude"
    assert "hidden layer's units" in moved("layers", 0, "dead_rows", 0.26 * units)
    assert "hidden layer's units" not in moved("layers", 0, "dead_rows", 0.24 * units)
    assert "1 or more outputs" in moved("layers", -1, "dead_rows", 1.1)
    assert "1 or more outputs" not in moved("layers", -1, "dead_rows", 0.9)
    weights = layers[1]["weights"]
    assert "less than 1 weight" in moved("layers", 1, "predicted", 0.9 / weights)
    assert "less than 1 weight" not in moved("layers", 1, "predicted", 1.1 / weights)
    for share, told in ((0.75, True), (1.0, False)):
        method = copy.deepcopy(calm)
        method["layers"]["paths"]["share"] = share
        assert ("no path of kept weights" in advice_on(method)) == told
    for chance, told in ((0.51, True), (0.49, False)):
        method = copy.deepcopy(calm)
        method["lost"][5] = chance
        assert ("an input that varies" in advice_on(method)) == told


def test_what_is_withdrawn_is_told_of_each_such_method_alone(made):
    numbers, _ = made
    lines = advised(numbers, "networks pruned here contradict the prediction")
    withdrawn = [each for each in numbers["methods"] if each["layers"]["withdrawn"]]
    assert [each["method"] for each in withdrawn] == ["grasp", "grasp-magnitude"]
    (why,) = {each["layers"]["withdrawn"] for each in withdrawn}
    (line,) = lines
    assert line["text"] == f"For grasp and grasp-magnitude, trust what the 4 networks pruned here keep: {why}."
    assert (line["kind"], line["by"]) == ("measured", "")
    assert all(layer["observed"] is None for method in withdrawn for layer in method["layers"]["layers"])


def test_constant_inputs_are_those_of_all_samples():
    """Column 1 is not 0 on one of many samples, which a batch may leave out; column 2 is 1 on all, column 3 is 0."""
    rng = np.random.default_rng(5)
    x = rng.standard_normal((400, 4))
    x[:, 1], x[:, 2], x[:, 3] = 0, 1, 0
    x[7, 1] = 2.0
    data = Dataset(x, np.sign(x[:, :1]), "made", "")
    found = report(data, widths=(16,), methods=("snip", "random"), samples=20, units=256, learning=False)
    assert not found.results[0].data.x[:, 1].any()
    numbers = found.summary
    assert numbers["constant_inputs"] == [2, 3]
    assert numbers["zero_inputs"] == [3]
    (line,) = advised(numbers, "is 0 on all samples of the data")
    assert line["text"].startswith("Leave input 3 out of the data: it is constant")
    assert "on all 400 samples" in line["text"]
    assert "(2 of them constant)" in numbers["answer"][1]["text"]
    assert "input 1 " in advised(numbers, "an input that varies")[0]["text"]


def test_what_is_expected_is_told_as_expected(made):
    numbers, _ = made
    layers, inputs = (line["text"] for line in numbers["answer"][:2])
    assert "is expected to keep at least one weight in every layer" in layers
    assert "none" not in inputs
    assert "fewer than 0.5" in inputs
    lost = {
        column
        for method in numbers["methods"]
        for column, chance in enumerate(method["lost"])
        if chance >= 0.5 and column not in numbers["constant_inputs"]
    }
    assert f"{len(lost)} inputs that vary are each lost by some method with probability 0.5 or more" in inputs
    calm = report(widths=(64,), methods=("random",), samples=30, learning=False).summary
    assert "every method is expected to lose fewer than 0.5 of the 64 inputs" in calm["answer"][1]["text"]
    assert all("lose" in line["text"] for line in advised(numbers, "an input that varies"))


def test_a_threshold_for_each_layer_is_advised_where_it_helps(made):
    method = copy.deepcopy(next(each for each in made[0]["methods"] if each["method"] == "random"))
    layers = method["layers"]["layers"]
    layers[1]["predicted"] = 0.5 / layers[1]["weights"]

    def told(name: str, density: float) -> bool:
        method["method"] = method["layers"]["method"] = name
        method["layers"]["density"] = density
        (line,) = [each for each in advice.advice_of([method], [], [], [], density) if "less than 1" in each["rule"]]
        return "--scope layer" in line["text"]

    fewest = min(layer["weights"] for layer in layers)
    assert told("magnitude", 1.01 / fewest)
    assert not told("magnitude", 0.99 / fewest)
    assert not told("random", 1.01 / fewest)


def test_wanda_keeps_a_weight_above_half_of_one():
    """Counts are rounded, a half to 0 (S12)."""
    data = Dataset(np.random.default_rng(0).standard_normal((60, 6)), np.ones((60, 1)), "made", "")
    at, above = (
        report(data, widths=(6,), methods=("wanda",), density=density, networks=1, learning=False).summary
        for density in (1 / 12, 1.01 / 12)
    )
    assert "density above 1/12" in advised(at, "less than 1 weight")[0]["text"]
    assert not advised(above, "less than 1 weight")


def fitted(mse: float, error: float | None = None, low: float = 0.0, high: float = 1.0) -> dict:
    return {"mse": mse, "error": error, "error_interval": None if error is None else [low, high]}


@pytest.mark.parametrize(
    ("pruned", "dense", "constant", "rule"),
    [
        (fitted(1.2), fitted(1.1), fitted(1.0), "after pruning and before"),
        (fitted(1.2), fitted(0.5), fitted(1.0), "is no better on held-out"),
        (fitted(1, 0.6, 0.4, 0.8), fitted(1, 0.5, 0.3, 0.7), fitted(1, 0.5, 0.3, 0.7), "after pruning and before"),
        (fitted(1, 0.5, 0.2, 0.8), fitted(1, 0.2, 0.1, 0.3), fitted(1, 0.5, 0.4, 0.6), "does not lie above"),
    ],
)
def test_pruning_is_blamed_only_for_what_was_learnt_before(made, pruned, dense, constant, rule):
    kernel = {"test_samples": 9, "regression": {"pruned": pruned, "dense": dense, "constant": constant}}
    learnt = {"method": "random", "density": 0.1, "kernel": kernel}
    told = advice_on(made[0]["methods"][3], (learnt,))
    assert rule in told
    assert ("is no better on held-out" in told) == (rule == "is no better on held-out")
