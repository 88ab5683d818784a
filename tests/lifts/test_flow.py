"""Gradient flow: known solutions, the energy identity, what is refused."""

import numpy as np
import pytest

from sparse_limits.numerics.lifts.flow import gradient_flow, steps_within

RATES = np.array([0.5, 2.0, 9.0])
START = np.array([1.0, -2.0, 0.5])
METHODS = [{"method": "rk45"}, {"method": "dop853"}, {"method": "rk4", "step": 0.01}]


def quadratic(theta):
    """½Σ r_i θ_i², whose flow is θ_i e^(−r_i t)."""
    return float(RATES @ theta**2) / 2, RATES * theta


@pytest.mark.parametrize("how", METHODS)
@pytest.mark.parametrize("times", [None, (0.3, 0.31, 2.0)])
def test_the_flow_of_a_quadratic_is_its_solution(how, times):
    found = gradient_flow(quadratic, START, 3.0, times=times, positions=True, **how)
    if times is not None:
        assert found.times.tolist() == [0.0, 0.3, 0.31, 2.0, 3.0]
    exact = START * np.exp(-np.outer(found.times, RATES))
    assert np.abs(found.positions - exact).max() < 2e-5
    assert found.losses == pytest.approx(RATES @ (exact**2).T / 2, abs=2e-5)
    assert np.abs(found.energy_defects).max() < 2e-5
    assert found.displacements == pytest.approx(np.linalg.norm(exact - START, axis=1), abs=2e-5)
    assert np.all(found.lengths >= found.displacements - 2e-5)
    assert np.all(found.lengths**2 <= found.times * found.energies + 1e-9)  # Cauchy–Schwarz
    assert found.theta.tolist() == found.positions[-1].tolist()


def test_the_length_of_a_straight_path_is_its_displacement():
    found = gradient_flow(lambda theta: (2 * theta @ theta, 4 * theta), START, 5.0, rtol=1e-9, atol=1e-12)
    assert found.lengths == pytest.approx(found.displacements, abs=1e-7)
    assert found.lengths[-1] == pytest.approx(np.linalg.norm(START), abs=1e-7)


def test_evaluations_are_counted_and_none_is_wasted():
    calls = []

    def counted(theta):
        calls.append(theta)
        return quadratic(theta)

    fixed = gradient_flow(counted, START, 1.0, method="rk4", step=0.1, times=[0.2])
    assert fixed.evaluations == len(calls) == 10 * 4 + 1
    assert len(np.unique(calls, axis=0)) == len(calls)
    assert gradient_flow(quadratic, START, 1.0).evaluations < 400
    assert steps_within(0.3, 0.1) == 3
    assert steps_within(100, 1.5 / 4.4) == 294


def test_the_order_of_the_fixed_step_is_four():
    exact = START * np.exp(-RATES)
    errors = [
        np.abs(gradient_flow(quadratic, START, 1.0, method="rk4", step=h).theta - exact).max() for h in (0.1, 0.05)
    ]
    assert 12 < errors[0] / errors[1] < 30


def test_a_flow_that_stands_still_stands_still():
    found = gradient_flow(lambda theta: (1.0, 0 * theta), [0.0, 3.0], 2.0)
    assert found.theta.tolist() == [0.0, 3.0]
    assert found.energies[-1] == found.lengths[-1] == 0


def test_long_after_convergence_noise_is_no_rise():
    rates = np.geomspace(1e-3, 300, 40)
    found = gradient_flow(lambda theta: (float(rates @ theta**2) / 2, rates * theta), np.ones(40), 60.0)
    assert found.losses[-1] < 0.05 * found.losses[0]


@pytest.mark.parametrize("least", [-1.0, -0.5, -1e6, 0.0])
@pytest.mark.parametrize("start", [0.0, 1.0])
def test_losses_may_be_negative(least, start):
    """Such as energies; at 0 the loss stands still."""
    found = gradient_flow(lambda theta: (float(theta @ theta) / 2 + least, theta), [start], 30.0)
    assert found.losses[-1] == pytest.approx(least)


def test_a_step_too_long_is_refused_with_its_time():
    with pytest.raises(ValueError, match=r"the loss rises by .* at t = 0.5"):
        gradient_flow(quadratic, START, 5.0, method="rk4", step=0.5)


@pytest.mark.parametrize("how", METHODS)
def test_a_gradient_of_another_loss_is_refused(how):
    with pytest.raises(ValueError, match="the loss rises"):
        gradient_flow(lambda theta: (quadratic(theta)[0], -RATES * theta), START, 1.0, **how)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_losses_and_gradients_that_are_no_numbers_are_refused(bad):
    with pytest.raises(ValueError, match="the loss is") as refused:
        gradient_flow(lambda theta: (bad, theta), START, 1.0)
    assert "\n" not in str(refused.value)
    with pytest.raises(ValueError, match="the gradient holds"):
        gradient_flow(lambda theta: (1.0, theta * bad), START, 1.0)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"theta": []}, "shape"),
        ({"theta": [[1.0]]}, "shape"),
        ({"theta": [np.nan]}, "nan"),
        ({"theta": "ab"}, "theta"),
        ({"T": 0}, "T is 0"),
        ({"T": float("inf")}, "T is inf"),
        ({"T": True}, "T is True"),
        ({"method": "euler"}, "method is 'euler'"),
        ({"method": "rk4"}, "step is None"),
        ({"step": 0.1}, "step is 0.1"),
        ({"method": "rk4", "step": -1.0}, "step is -1.0"),
        ({"method": "rk4", "step": 1e-12}, "at most"),
        ({"rtol": 0}, "rtol is 0"),
        ({"atol": float("nan")}, "atol is nan"),
        ({"times": [2.0]}, "times"),
        ({"times": [0.5, 0.5]}, "times"),
        ({"times": [float("nan")]}, "times"),
    ],
)
def test_arguments_are_checked_at_the_door(arguments, why):
    with pytest.raises(ValueError, match=why) as refused:
        gradient_flow(quadratic, **({"theta": START, "T": 1.0} | arguments))
    assert "\n" not in str(refused.value)


def test_a_gradient_of_another_shape_is_refused():
    with pytest.raises(ValueError, match="shape"):
        gradient_flow(lambda theta: (1.0, theta[:2]), START, 1.0)
