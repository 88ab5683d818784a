"""Students trained in a batch: each as if alone, its gradient that of its loss, its bound never crossed."""

import numpy as np
import pytest

from sparse_limits.numerics.lifts.flow import gradient_flow
from sparse_limits.numerics.lifts.students import covered, train_students
from sparse_limits.numerics.lifts.walsh import cube, walsh_transform
from sparse_limits.numerics.studies.lifts import floors, population

POINTS = cube(4)
TARGET = np.tanh(POINTS[:, :3].sum(axis=1)) + POINTS[:, 2] * POINTS[:, 3]


def students(seed, count=3, n=5, d=4):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((count, n, d)), rng.random((count, n, d)) < 0.6


def loss(weights, readouts, inputs, targets):
    return np.mean((np.tanh(inputs @ weights.T) @ readouts - targets) ** 2) / 2


def objective(mask, inputs, targets):
    """The loss of one student and its gradient by central differences in every kept weight and readout."""
    n, d = mask.shape

    def value(theta):
        return loss(theta[: n * d].reshape(n, d) * mask, theta[n * d :], inputs, targets)

    def both(theta):
        steps = 1e-5 * np.eye(len(theta))
        return value(theta), np.array([(value(theta + e) - value(theta - e)) / 2e-5 for e in steps])

    return both


def test_a_batch_is_the_flow_of_each_student_alone():
    weights, masks = students(0, n=3)
    found = train_students(weights, masks, POINTS, TARGET, time=4.0, step=0.05)
    for s, (own, mask) in enumerate(zip(weights, masks, strict=True)):
        start = np.concatenate([(own * mask).ravel(), np.zeros(3)])
        alone = gradient_flow(objective(mask, POINTS, TARGET), start, 4.0, rtol=1e-8, atol=1e-10)
        assert found.losses[s] == pytest.approx(alone.losses[-1], abs=1e-6)
        assert found.weights[s].ravel() == pytest.approx(alone.theta[:12], abs=1e-4)
        assert found.readouts[s] == pytest.approx(alone.theta[12:], abs=1e-4)


def test_losses_are_those_of_the_students_returned():
    weights, masks = students(1)
    found = train_students(weights, masks, POINTS, TARGET, time=3.0, step=0.1)
    ends = [loss(w, a, POINTS, TARGET) for w, a in zip(found.weights, found.readouts, strict=True)]
    assert found.losses == pytest.approx(ends)
    assert found.first_losses == pytest.approx([np.mean(TARGET**2) / 2] * 3)
    assert np.all(found.weights[~masks] == 0)
    assert found.steps.tolist() == [30] * 3
    assert found.evaluations.tolist() == [121] * 3


def test_a_student_does_not_depend_on_the_others():
    weights, masks = students(2, count=4)
    together = train_students(weights, masks, POINTS, TARGET, time=5.0, step=0.1)
    apart = [train_students(weights[s : s + 1], masks[s : s + 1], POINTS, TARGET, time=5.0, step=0.1) for s in range(4)]
    assert together.losses == pytest.approx([each.losses[0] for each in apart], rel=1e-9)


def test_steps_that_are_too_long_are_halved_where_they_are():
    weights, masks = students(3, count=6, n=40)
    found = train_students(weights, masks, POINTS, TARGET, time=6.0, step=0.6)
    fine = train_students(weights, masks, POINTS, TARGET, time=6.0, step=0.01)
    assert found.losses == pytest.approx(fine.losses, abs=1e-3)
    assert found.steps.max() > 10
    assert np.all(found.evaluations >= 4 * found.steps + 1)
    assert np.all(found.losses <= found.first_losses)


def test_odd_students_need_half_of_the_cube():
    inputs, targets = population()
    whole = np.concatenate([inputs, -inputs])
    assert len(np.unique(whole, axis=0)) == len(whole) == 64
    values = np.tanh(whole[:, :3].sum(1)) - np.tanh(whole[:, 2] + whole[:, 3] - whole[:, 4])
    assert np.concatenate([targets, -targets]) == pytest.approx(values)
    weights, masks = students(4, d=6)
    half, all_points = (
        train_students(weights, masks, x, y, time=5.0, step=0.1) for x, y in ((inputs, targets), (whole, values))
    )
    assert half.losses == pytest.approx(all_points.losses)


def test_no_student_ends_below_the_bound_of_its_masks():
    weights, masks = students(5, count=30, n=4, d=6)
    inputs, targets = population()
    found = train_students(weights, masks, inputs, targets, time=20.0, step=0.3)
    points = cube(6)
    coefficients = walsh_transform(np.tanh(points[:, :3].sum(1)) - np.tanh(points[:, 2] + points[:, 3] - points[:, 4]))
    for end, floor, mask in zip(found.losses, floors(masks), masks, strict=True):
        seen = {sum(2**i for i in np.flatnonzero(row)) for row in mask}
        outside = [c for place, c in enumerate(coefficients) if not any(place & unit == place for unit in seen)]
        assert floor == pytest.approx(sum(c**2 for c in outside) / 2)
        assert end >= floor - 1e-12


def test_cover_is_that_of_sets():
    _, masks = students(6, count=50, n=2, d=5)
    supports = [{1, 2}, {4}, {2, 5}]
    expected = [
        all(any(s <= {i + 1 for i in np.flatnonzero(unit)} for unit in mask) for s in supports) for mask in masks
    ]
    assert covered(masks, supports).tolist() == expected
    assert covered(masks, []).all()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"weights": np.ones((2, 3))}, "shapes"),
        ({"masks": np.ones((1, 2, 4))}, "bools"),
        ({"inputs": np.ones((8, 3))}, "shapes"),
        ({"targets": np.ones(7)}, "shapes"),
        ({"targets": np.full(8, np.nan)}, "nan"),
        ({"time": 0.0}, "time is 0.0"),
        ({"step": float("inf")}, "step is inf"),
    ],
)
def test_arguments_are_checked_at_the_door(change, why):
    right = {
        "weights": np.ones((1, 2, 4)),
        "masks": np.ones((1, 2, 4), dtype=bool),
        "inputs": np.ones((8, 4)),
        "targets": np.ones(8),
        "time": 1.0,
        "step": 0.1,
    }
    with pytest.raises(ValueError, match=why) as refused:
        train_students(**(right | change))
    assert "\n" not in str(refused.value)
