"""The one result of all layers: order, and what takes the place of what is not predicted."""

from __future__ import annotations

import numpy as np

from sparse_limits.numerics.data import Dataset
from sparse_limits.numerics.prediction.report.text import _method
from sparse_limits.numerics.prediction.result import LayerResult, Result
from sparse_limits.numerics.prediction.settings import Settings

DATA = Dataset(np.eye(3), np.ones((3, 1)), "made", "as-is")
LAYERS = tuple(
    LayerResult(number, name, "Linear", shape, "measured", **known)
    for number, name, shape, known in (
        (1, "first", (4, 3), {"predicted": 0.5, "error": 0.1, "observed": 0.4, "seen_dead_rows": 1.0}),
        (2, "last", (1, 2), {"observed": 0.25, "sd": 0.1, "seen_dead_columns": 1.0}),
        (3, "middle", (2, 4), {"predicted": 0.5, "dead_rows": 0.5, "seen_dead_rows": 1.0}),
    )
)
FOUND = Result(
    Settings(method="snip"),
    DATA,
    3,
    LAYERS,
    (),
    None,
    reads=0,
    gives=1,
    curve=np.array([[0.1, 0.2, 0.3]]),
    model="own",
)


def test_layers_are_put_in_the_order_of_names() -> None:
    moved = FOUND.in_order(["last", "middle", "first"])
    assert [(each.layer, each.name) for each in moved.layers] == [(1, "last"), (2, "middle"), (3, "first")]
    assert (moved.reads, moved.gives) == (2, 0)
    np.testing.assert_array_equal(moved.curve, [[0.2, 0.3, 0.1]])
    for names in ([], ["first", "last"], ["first", "last", "other"]):
        assert FOUND.in_order(names) is FOUND


def test_what_is_not_predicted_is_counted() -> None:
    first, last, middle = FOUND.counted.layers
    assert (first.predicted, first.error, first.observed) == (0.5, 0.1, 0.4)
    assert (first.dead_rows, first.seen_dead_rows) == (1.0, None)
    assert (last.predicted, last.error, last.observed, last.sd, last.dead_columns) == (0.25, 0.0, None, 0.1, 1.0)
    assert (middle.dead_rows, middle.seen_dead_rows) == (0.5, 1.0)
    assert [each.kept for each in LAYERS] == [6.0, 0.5, 4.0]
    assert LayerResult(1, None, None, (2, 3, 3), "limit").kept is None


def test_a_report_has_the_places_of_the_layers_that_read_and_give() -> None:
    method = _method(FOUND, seed=3)
    assert (method["reads"], method["gives"], method["followed"]) == (0, 1, False)
    assert method["layers"]["widths"] is None
