"""Tickets for one neuron, by neurons and by weights, and the study that sets them side by side."""

import json
from dataclasses import replace
from itertools import product
from math import inf, log

import numpy as np
import pytest
from json_cases import wrong

from sparse_limits.numerics.cli import main
from sparse_limits.numerics.neuron_pruning import exact_sup_on_circle, tickets
from sparse_limits.numerics.neuron_pruning.tickets import (
    certificate,
    linear_weight_ticket,
    neuron_ticket,
    plane_error,
    polar,
    weight_certificates,
    weight_ticket,
)
from sparse_limits.numerics.studies import gap_figure
from sparse_limits.numerics.studies.gap import (
    CURVES,
    NEURONS_LINEAR,
    NEURONS_RELU,
    TARGET,
    WEIGHTS_LINEAR,
    WEIGHTS_RELU,
    Outcome,
    Settings,
    crossing,
    draw_network,
    half_of,
    least_size,
    measure,
    pieces,
    slope,
    sufficient_size,
    summarise,
)

SMALL = Settings(epsilon=(0.05, 0.2, 1e-3), networks=9, least=0.05, seed=3)


def network(seed, size, inputs=2):
    return draw_network(seed, 0, size, inputs)


@pytest.mark.parametrize("relu_out", [False, True])
def test_no_smaller_network_holds_a_ticket_of_near_neurons(relu_out):
    for seed in range(6):
        c, theta = polar(*network(seed, 60))
        ticket = neuron_ticket(c, theta, 0.2, 0.3, relu_out)
        if ticket is None:
            continue
        assert exact_sup_on_circle(c * ticket.mask, theta, 0.3, relu_out) == pytest.approx(ticket.error)
        assert ticket.error <= 0.2
        near = np.flatnonzero(np.abs(np.angle(np.exp(1j * (theta - 0.3)))) <= 1.2)
        before = near[near < ticket.neurons - 1][:10]
        masks = np.array(list(product((0, 1), repeat=before.size)))
        assert np.all(exact_sup_on_circle(masks * c[before], theta[before], 0.3, relu_out) > 0.2)


def test_no_subset_of_neurons_is_overlooked():
    """Behind a ReLU a sum may be as negative as it likes where the target is 0: what each of 2^7 subsets errs by decides."""
    found, masks = 0, np.array([(1, *rest) for rest in product((0, 1), repeat=7)])
    for seed in range(200):
        rng = np.random.default_rng(seed)
        pool = tickets.Polar(rng.normal(size=8), rng.uniform(-1.5, 1.5, size=8))
        least = exact_sup_on_circle(masks * pool.c, pool.theta, 0.0, True).min()
        best = tickets._best_with_first(pool, 0.3, True)
        assert (best is not None) == (least <= 0.3)
        if best is not None:
            found += 1
            assert best[1] == pytest.approx(least)
    assert found > 20


def test_a_ticket_of_neurons_is_one_behind_a_relu():
    for seed in range(8):
        c, theta = polar(*network(seed, 400))
        linear, behind = (neuron_ticket(c, theta, 0.1, 0.0, relu_out) for relu_out in (False, True))
        assert behind is None or linear is None or behind.neurons <= linear.neurons


def test_a_ticket_of_weights_is_what_its_mask_makes():
    for inputs in (1, 2, 5):
        weights, outputs = network(inputs, 16 * inputs, inputs)
        target = np.linspace(-0.7, 0.5, inputs)
        ticket = weight_ticket(weights, outputs, target)
        kept = ticket.weights != 0
        assert np.all(ticket.weights[kept] == weights[kept])
        assert np.all(np.argwhere(kept)[:, 1] == np.flatnonzero(kept.any(axis=1)) % inputs)
        assert ticket.kept == 2 * kept.sum()
        x = np.random.default_rng(0).standard_normal((200, inputs))
        expected = x @ target + np.maximum(x, 0) @ ticket.plus + np.maximum(-x, 0) @ ticket.minus
        assert ticket.output(x, relu_out=False) == pytest.approx(expected, abs=1e-9)
        gap = np.abs(ticket.output(x) - np.maximum(x @ target, 0)) / np.linalg.norm(x, axis=1)
        assert gap.max() <= ticket.certificate + 1e-12


def test_every_side_has_its_nearest_subset():
    weights, outputs = network(2, 16)
    ticket = weight_ticket(weights, outputs, TARGET)
    for i, sign, error in [(0, 1, ticket.plus[0]), (1, -1, ticket.minus[1])]:
        items = [a * abs(w) for w, a in zip(weights[i::2, i], outputs[i::2], strict=True) if sign * w > 0]
        sums = np.array(list(product((0, 1), repeat=len(items)))) @ items
        assert abs(error) == pytest.approx(np.abs(sums - sign * TARGET[i]).min())


def test_the_certificate_is_the_largest_value():
    rng = np.random.default_rng(1)
    x = rng.standard_normal((200_000, 2))
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    for plus, minus in rng.uniform(-1, 1, (6, 2, 2)):
        largest = np.abs(np.maximum(x, 0) @ plus + np.maximum(-x, 0) @ minus).max()
        assert largest <= certificate(plus, minus) <= largest + 1e-4
    assert certificate([3, 0, 0], [0, 0, -4]) == 4
    assert certificate([3, 0, 0], [0, 0, 4]) == 5


def test_certificates_grow_into_those_of_whole_networks():
    weights, outputs = network(4, 70)
    grown = list(weight_certificates(weights, outputs, TARGET))
    assert grown == pytest.approx([weight_ticket(weights[:n], outputs[:n], TARGET).certificate for n in range(1, 71)])


def test_tickets_of_weights_for_a_linear_output():
    for seed in range(5):
        weights, outputs = network(seed, 600)
        ticket = linear_weight_ticket(weights, outputs, TARGET, 0.05)
        kept = ticket.weights != 0
        assert np.all(ticket.weights[kept] == weights[: ticket.neurons][kept])
        assert plane_error(ticket.weights, ticket.outputs, TARGET) == pytest.approx(ticket.error)
        assert ticket.error <= 0.05
        whole = weights[: ticket.neurons][kept.all(axis=1)]
        angles = np.arctan2(np.abs(whole @ [1, -1]), np.abs(whole @ [1, 1]))
        assert angles.min() <= 2 * np.arctan(2 * ticket.error)  # N4: a whole pair near the axis of the target


def test_without_the_relu_the_error_is_about_one():
    ticket = weight_ticket(*network(0, 96), TARGET)
    assert plane_error(ticket.weights, ticket.outputs, TARGET, relu_out=True) <= ticket.certificate < 1e-3
    assert plane_error(ticket.weights, ticket.outputs, TARGET) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (lambda: neuron_ticket([1.0], [0.0, 1.0], 0.1), "equal rows"),
        (lambda: neuron_ticket([1.0], [np.nan], 0.1), "finite"),
        (lambda: neuron_ticket([1.0], [0.0], 0.0), "eps = 0.0"),
        (lambda: neuron_ticket([1.0], [0.0], 0.1, relu_out=1), "relu_out is 1, expected True or False"),
        (lambda: linear_weight_ticket(np.ones((3, 2)), np.ones(3), TARGET, 1.5), "eps = 1.5"),
        (lambda: linear_weight_ticket([[0.0, 1.0]], [1.0], [3.0, 0.0], 0.01), "length 1"),
        (lambda: linear_weight_ticket(np.ones((3, 3)), np.ones(3), np.ones(3), 0.1), "3 inputs"),
        (lambda: polar(np.ones((3, 3)), np.ones(3)), "expected 2"),
        (lambda: polar(np.ones((3, 2)), np.ones(4)), r"\[N, d\] and \[N\]"),
        (lambda: weight_ticket(np.ones((3, 2)), np.ones(3), [1.0]), "expected 2 finite"),
        (lambda: weight_ticket(np.full((3, 2), inf), np.ones(3), TARGET), "not finite"),
        (lambda: plane_error(np.ones((3, 2)), np.ones(3), [1.0, 1.0]), "length 1"),
        (lambda: certificate([1.0], [np.nan]), "finite"),
        (lambda: certificate([1.0, 2.0], [1.0]), "errors is ragged"),
        (lambda: polar([[1.0, 2.0], [1.0]], [1.0, 2.0]), "weights is ragged"),
    ],
)
def test_engines_refuse_at_the_door(call, why):
    with pytest.raises(ValueError, match=why):
        call()


# The study


def test_networks_grow_and_streams_are_their_own():
    small, large = draw_network(0, 5, 10), draw_network(0, 5, 500)
    assert np.array_equal(large[0][:10], small[0])
    assert np.array_equal(large[1][:10], small[1])
    assert not np.array_equal(draw_network(0, 6, 10)[0], small[0])
    assert not np.array_equal(draw_network(1, 5, 10)[0], small[0])


def test_proved_sizes():
    assert [least_size(NEURONS_LINEAR, eps) for eps in (0.3, 0.2, 0.01)] == [1, 2, 27]
    assert [least_size(WEIGHTS_LINEAR, eps) for eps in (0.21, 0.2, 0.01)] == [1, 2, 27]  # at 0.21 N4 says nothing
    assert [least_size(NEURONS_RELU, eps) for eps in (0.4, 0.2, 0.01, 1e-6, 1e-7)] == [1, 1, 3, 5679, 48444]
    assert crossing() == 1e-6
    assert least_size(NEURONS_RELU, 1e-5) < sufficient_size(1e-5)


def test_half_of_the_networks_hold_a_ticket_at_the_size_that_is_said():
    for sizes in ([3.0], [5.0, 3.0], [4.0, np.inf], [9.0, 1.0, 4.0], [4.0, 3.0, np.inf, np.inf]):
        half = half_of(np.array(sizes))
        assert half in sizes
        assert 2 * sum(size <= half for size in sizes) >= len(sizes) > 2 * sum(size < half for size in sizes)


def test_the_slope_of_a_power_is_its_exponent():
    sizes = np.arange(1.0, 102.0)
    value, (low, high) = slope(sizes, 100 * sizes, (0.1, 0.001))
    assert value == pytest.approx(-1)
    assert low <= value <= high
    assert high - low == pytest.approx(
        2 * log(80 / 22) / log(100)
    )  # 22nd and 80th of 101: 2·P(Bin(101, ½) < 22) < 1e-8
    assert slope(sizes[:9], sizes[:9], (0.1, 0.001))[1] == (-inf, inf)


@pytest.fixture(scope="module")
def outcomes():
    return [each for work in pieces(SMALL) for each in measure(work)]


def test_the_summary_counts_what_happened(outcomes):
    summary = summarise(SMALL, outcomes)
    json.dumps(summary, allow_nan=False)
    assert len(summary["outcomes"]) == len(outcomes) == 9 * (3 * 2 + 3)
    for row in summary["rows"]:
        mine = [each.neurons for each in outcomes if (each.curve, each.eps) == (row["curve"], row["eps"])]
        assert row["networks"] == len(mine) == row["found"] == 9
        assert row["median"] == np.median(mine)
        assert row["low"] == 1  # nine networks bound no median at level 1e-8
        assert row["high"] is None
    by_curve = {
        curve: [each.neurons for each in outcomes if (each.curve, each.eps) == (curve, 0.05)] for curve in CURVES
    }
    assert all(w <= n for w, n in zip(by_curve[WEIGHTS_LINEAR], by_curve[NEURONS_LINEAR], strict=True))
    assert 0.7 < summary["without_relu"]["least"] < 1 < summary["without_relu"]["largest"] < 1.3
    text = " ".join(summary["sentences"])
    assert "too few networks for a slope" in text
    assert "the exponential gap is a theorem" in text
    assert "with a linear output it is false" in text


def test_sentences_say_what_the_numbers_say():
    settings = Settings(epsilon=(0.2, 0.02, 1e-6), networks=61, least=0.02)
    steep = {0.2: 40, 0.02: 500, 1e-6: 110}
    flat = {0.2: 40, 0.02: 50, 1e-6: 110}
    found = [
        Outcome(curve, eps, net, (flat if curve == WEIGHTS_RELU else steep)[eps] + net % 3, 1.0)
        for curve in CURVES
        for eps in settings.errors(curve)
        for net in range(61)
    ]
    text = " ".join(summarise(settings, found)["sentences"])
    assert "from ε = 1e-06 on whole neurons provably take more (5679)" in text
    assert text.count("meets") == 4
    turned = [each._replace(neurons=flat[each.eps]) for each in found]
    assert " ".join(summarise(settings, turned)["sentences"]).count("misses") == 3
    open_above = [each._replace(neurons=inf) if each.eps == 0.2 and each.network > 35 else each for each in found]
    assert " ".join(summarise(settings, open_above)["sentences"]).count("too few networks for a slope") == 4
    none = [each._replace(neurons=inf, linear_error=np.nan) for each in found]
    json.dumps(summarise(settings, none), allow_nan=False)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"epsilon": ()}, "epsilon is empty"),
        ({"epsilon": (0.1, 0.1)}, "distinct"),
        ({"epsilon": (0.5,)}, "epsilon is 0.5"),
        ({"epsilon": (1e-12,)}, "epsilon is 1e-12"),
        ({"epsilon": (float("nan"),)}, "epsilon is nan"),
        ({"least": 0.0}, "least is 0.0"),
        ({"networks": 0}, "networks is 0"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_settings_are_checked_at_the_door(change, why):
    with pytest.raises(ValueError, match=why):
        replace(SMALL, **change)


def test_the_command_prints_tables_sentences_and_a_picture(tmp_path, capsys):
    picture, numbers = tmp_path / "gap.svg", tmp_path / "gap.json"
    asked = ["--epsilon", "0.1", "0.2", "--networks", "5", "--jobs", "1", "--seed", "7"]
    parts = [each for work in pieces(Settings(epsilon=(0.1, 0.2), networks=5, seed=7)) for each in measure(work)]
    assert main(["study", "gap", *asked, "--plot", str(picture), "--json", str(numbers)]) == 0
    assert wrong("study gap --json", json.loads(numbers.read_text("utf-8"))) == []
    printed = capsys.readouterr().out
    assert "Linear output" in printed
    assert "Output ReLU" in printed
    assert "powers of a logarithm alone" in " ".join(printed.split())
    assert picture.read_text("utf-8").startswith("<?xml")
    summary = json.loads(numbers.read_text("utf-8"))
    assert summary["epsilons"] == [0.2, 0.1]
    assert summary["seed"] == 7
    seen = {(each["curve"], each["eps"], each["network"]): each["neurons"] for each in summary["outcomes"]}
    assert seen == {each[:3]: each.neurons for each in parts}


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--epsilon", "0.5"], "epsilon is 0.5"),
        (["--epsilon", "-1"], "epsilon is -1.0"),
        (["--least", "1"], "least is 1.0"),
        (["--networks", "0"], "networks is 0"),
        (["--jobs", "0"], "jobs is 0"),
        (["--seed", "-1"], "seed is -1"),
        (["--plot", "x.gif"], "suffix"),
    ],
)
def test_a_bad_call_is_refused_in_one_line(arguments, why, capsys):
    assert main(["study", "gap", *arguments]) == 2
    said = capsys.readouterr().err.strip()
    assert why in said
    assert "\n" not in said


def test_an_interval_without_an_upper_end_is_drawn_as_one(outcomes):
    from matplotlib.figure import Figure

    axis = Figure().subplots()
    gap_figure._found(axis, summarise(SMALL, outcomes), WEIGHTS_LINEAR, "black", "weights")
    closed, arrows = axis.containers[1], axis.containers[0]
    assert arrows.has_yerr
    assert len(arrows.lines[1]) > 0  # an arrow in place of a cap
    (bars,) = closed.lines[2]
    assert all(
        segment[1][1] <= middle
        for segment, middle in zip(bars.get_segments(), closed.lines[0].get_ydata(), strict=True)
    )
