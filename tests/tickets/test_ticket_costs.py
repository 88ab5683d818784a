"""Estimates of work: no less memory than is traced, and files that would take too much are refused before they do."""

from __future__ import annotations

import json
import tracemalloc
from dataclasses import asdict
from itertools import pairwise

import numpy as np
import pytest

from sparse_limits.numerics.equivariance import EquivariantLayer
from sparse_limits.numerics.limits import SECOND, Limit, Work, read_limit
from sparse_limits.numerics.tickets import certify, find_ticket, multilayer_perceptron, rescaled
from sparse_limits.numerics.tickets.bounds import equivariance_bound
from sparse_limits.numerics.tickets.checking import check_ticket
from sparse_limits.numerics.tickets.costs import (
    LayerShape,
    evaluating,
    reading,
    rebuilding,
    samples_in,
    searching,
    shapes_of,
    touched_for,
)
from sparse_limits.numerics.tickets.files import load_ticket
from sparse_limits.numerics.tickets.limits import USUAL
from sparse_limits.numerics.tickets.statement import DIGESTS, FORMAT, Statement
from sparse_limits.numerics.tickets.target_files import load_target

GIB, MINUTE = 2**30, 60 * SECOND


def stated(width, depth, **other) -> np.ndarray:
    """A statement that nothing has been computed for."""
    said = Statement(
        **{"format": FORMAT, "name": "", "seed": 0, "width": width, "eps": 0.1, "delta": 0.1, "activation": "relu"},
        **{"constant_input": False, "signed": True, "guaranteed_width": 1, "coef_errors": ("0",) * depth},
        **{"within_eps": True, "kept": 0, "candidates": 0, "total": 0, "digests": dict.fromkeys(DIGESTS, "")},
        versions={},
    )
    return np.frombuffer(json.dumps(asdict(said) | other).encode(), np.uint8)


def written(path, width, *layers, generators=None, size=0.1, kept=False):
    """A ticket's file that keeps nothing, or all: layers of the given coefficients [in, out, b] and basis [b, out, in]."""
    arrays = {"statement": stated(width, len(layers))}
    for k, (coefficients, basis) in enumerate(layers, 1):
        arrays |= {f"coefficients_{k}": np.full(coefficients, size), f"basis_{k}": np.ones(basis)}
        arrays[f"masks_{k}"] = np.packbits(np.full(int(np.prod(coefficients)) * width, kept))
    if generators is not None:
        arrays["permutations_0"] = np.broadcast_to(np.arange(basis[2]), (generators, basis[2]))
    np.savez_compressed(path / "ticket.npz", **arrays)
    return path / "ticket.npz"


def peak(work) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def shape_of(coefficients, basis) -> LayerShape:
    return LayerShape(*coefficients, *basis[1:])


ONE = (1, 1, 1)


@pytest.mark.parametrize(
    ("width", "layers", "generators", "size"),
    [
        (400_000, [(ONE, ONE)], None, 0.1),
        (1000, [((3, 200, 1), ONE)], None, 0.1),
        (300, [((1, 40, 20), (20, 1, 1))], None, 0.1),
        (1, [((150, 150, 1), ONE)], None, 0.1),
        (1, [((60, 60, 1), ONE)], None, 1e300),
        (1, [((60, 60, 1), ONE)], None, 5e-324),
        (3, [((1, 1, 3), (3, 300, 300))], None, 0.1),
        (1, [((1, 1, 1), (1, 1, 20_000))], None, 0.1),
        (1, [((1, 1, 100), (100, 1, 200))], None, 0.1),
        (2, [(ONE, ONE)] * 50, None, 0.1),
        (1, [(ONE, (1, 1, 7))], 40_000, 0.1),
    ],
)
def test_memory_of_a_check_is_bounded(tmp_path, width, layers, generators, size):
    """By an estimate that is not absurd where all is kept."""
    check_ticket(written(tmp_path, 1, (ONE, ONE)))  # whatever is imported
    file = written(tmp_path, width, *layers, generators=generators, size=size, kept=True)
    shapes = [shape_of(*layer) for layer in layers]
    estimate = reading(shapes, generators or 0).then(rebuilding(shapes, width))
    found = peak(lambda: check_ticket(file))
    assert found <= estimate.memory <= 8 * found + 2**22


def test_memory_of_a_search_and_a_comparison_is_bounded():
    layers = rescaled(
        multilayer_perceptron([np.random.default_rng(0).normal(size=size) for size in ((12, 60), (60, 5))])
    )
    find_ticket(layers, 20, 0.1)
    shapes = shapes_of(layers)
    found = peak(lambda: find_ticket(layers, 900, 0.01))
    assert found <= searching(shapes, 900, 0.01, True).memory <= 20 * found + 2**22
    ticket, x = find_ticket(layers, 300, 0.01), np.random.default_rng(1).normal(size=(3000, 12, 1))
    certify(ticket, x[:2])
    found = peak(lambda: certify(ticket, x))
    assert found <= rebuilding(shapes, 300).then(evaluating(shapes, 300, 3000)).memory <= 20 * found


@pytest.mark.parametrize("share", [1, 0.01])
def test_memory_of_a_large_basis_of_two_parts_is_bounded(share):
    """Channels first: a certificate, and what rounding may do to symmetry, each with copies of the basis."""
    rng = np.random.default_rng(0)
    basis = rng.uniform(0.5, 1, (4, 540, 540)) * (rng.random((4, 540, 540)) < share)
    basis[::2, :, 270:] = basis[1::2, :, :270] = 0
    layers = [EquivariantLayer(rng.uniform(-0.1, 0.1, (4, 4, 4)), basis)]
    (shape,) = shapes_of(layers)
    assert not shape.whole
    assert shape.parts == 2
    ticket, x = find_ticket(layers, 30, 0.1), rng.random((1, 4, 540))
    found = peak(lambda: (certify(ticket, x), equivariance_bound(ticket, x)))
    assert found <= evaluating([shape], 30, 1).memory <= 8 * found


def test_entries_that_are_applied_alone_cost_less_time():
    shape = LayerShape(52, 52, 36, 144, 144)
    few, many = shape._replace(nonzero=5184), shape._replace(nonzero=746_496)
    assert many.products == shape.products
    channels_first = 52 * 52 * 36 * 144
    assert few.products - channels_first < (many.products - channels_first) / 10


@pytest.mark.parametrize(
    ("width", "layers", "generators", "too_much"),
    [
        (2**28, [(ONE, ONE)], None, "memory"),
        (2**20, [((1, 2, 2), (2, 1, 1))] * 60, None, "memory"),
        (1, [((400_000, 1, 1), ONE)], None, "time"),  # blocks
        (1, [((1, 3_000_000, 1), ONE)], None, "memory"),  # exact sums
        (1, [((1, 1, 800_000), (800_000, 1, 1))], None, "memory"),
        (1, [((1, 1, 1), (1, 5000, 5000))], None, "memory"),  # copies of a basis
        (1, [(ONE, ONE)], 3_000_000, "time"),
        (1, [(ONE, (1, 1, 60))], 400_000, "memory"),
    ],
)
def test_small_files_of_much_work_are_refused(tmp_path, width, layers, generators, too_much):
    file = written(tmp_path, width, *layers, generators=generators)
    assert file.stat().st_size < 2**21
    work = [None]

    def refused():
        with pytest.raises(
            ValueError, match=r"checking it would take about .* expected at most 1 GiB and 1 min"
        ) as caught:
            load_ticket(file)
        work[0] = str(caught.value)

    assert peak(refused) < 2**22
    assert "\n" not in work[0]
    shapes = [shape_of(*layer) for layer in layers]
    estimate = reading(shapes, generators or 0).then(rebuilding(shapes, width))
    assert (estimate.memory > GIB) if too_much == "memory" else (estimate.time > MINUTE)
    with pytest.raises(ValueError, match="checking it would take"):
        load_ticket(file, Limit(estimate.memory, estimate.time - 1))
    with pytest.raises(ValueError, match="checking it would take"):
        load_ticket(file, Limit(estimate.memory - 1, estimate.time))


def test_a_width_without_masks_is_refused_by_its_masks(tmp_path):
    """A statement alone makes no room: the file must hold the bits."""
    file = written(tmp_path, 8, (ONE, ONE))
    with np.load(file) as held:
        arrays = dict(held)
    for width in (10**9, 2**127):
        np.savez(file, **(arrays | {"statement": stated(width, 1)}))
        with pytest.raises(ValueError, match="expected a byte for 8 of"):
            load_ticket(file)


@pytest.mark.parametrize(
    "arrays",
    [
        {"coefficients_1": np.ones((1, 1, 800_000)), "basis_1": np.ones((800_000, 1, 1))},
        {"coefficients_1": np.ones(ONE), "basis_1": np.ones((1, 5000, 5000))},
        {
            "coefficients_1": np.ones(ONE),
            "basis_1": np.ones((1, 1, 1)),
            "permutations_0": np.zeros((800_000, 1), int),
        },
        {"weights_1": np.ones((7000, 7000), np.uint8)},
    ],
)
def test_targets_of_much_work_are_refused(tmp_path, arrays):
    np.savez_compressed(tmp_path / "t.npz", **arrays)

    def refused():
        with pytest.raises(ValueError, match="this network would take about"):
            load_target(tmp_path / "t.npz", Limit(2**28, 10 * SECOND))

    assert peak(refused) < 2**22


def test_a_search_is_estimated_by_what_it_searches():
    shapes = [LayerShape(65, 24, 1, 1, 1), LayerShape(24, 10, 1, 1, 1)]
    times = [searching(shapes, 817, eps, False).time for eps in (1e-2, 1e-6, 1e-9, 1e-12, 5e-324)]
    assert times == sorted(times)
    assert times[1] < 3 * SECOND  # two for compiling, and a tenth of one as measured
    assert 20 * SECOND < times[-1] < 600 * SECOND  # all windows for each coefficient
    assert searching(shapes, 817, 1e-6, True).time > times[1]
    assert searching(shapes, 10**30, 1e-6, True).time > 10**30
    with pytest.raises(ValueError, match=r"width 40000: the search would take about .* \(`limit`\)"):
        find_ticket(rescaled(multilayer_perceptron([np.ones((2, 2))])), 40_000, 0.1, limit=Limit(2**20))


STEERABLE = ((9, 144, 36, 1296), (36, 144, 144, 5184), (1, 1, 144, 144))  # p4 on 6 × 6 cells: rows, columns, not 0
CONVOLUTIONS = ((9, 64, 64, 576), (9, 64, 64, 576), (1, 1, 64, 64))
PERCEPTRON = ((1, 1, 1, 1),) * 2


@pytest.mark.parametrize(
    ("channels", "bases", "width", "samples", "generators", "measured"),
    [
        ((2, 13, 13, 4), STEERABLE, 844, 100, 3, 2.4),
        ((2, 26, 26, 4), STEERABLE, 873, 100, 3, 4.9),
        ((2, 52, 52, 4), STEERABLE, 902, 100, 3, 19.8),
        ((2, 16, 32, 10), CONVOLUTIONS, 839, 500, 3, 3.7),
        ((200, 200, 10), PERCEPTRON, 884, 500, 0, 1.8),
    ],
)
def test_estimates_of_time_are_within_twice_what_was_measured(channels, bases, width, samples, generators, measured):
    """Seconds of CPU of a search at 1e-6 and its comparison, compiling apart; all within what is allowed unasked."""
    shapes = [
        LayerShape(before, after, elements, rows, columns, nonzero, 1)
        for (before, after), (elements, rows, columns, nonzero) in zip(pairwise(channels), bases, strict=True)
    ]
    passes = 2 + generators if generators else 1
    comparison = evaluating(shapes, width, samples, passes, touched_for(1e-6, len(shapes), False))
    work = searching(shapes, width, 1e-6, False).then(comparison)
    assert measured / 2 < work.time / SECOND - 2 < 2 * measured
    USUAL.check("this ticket", work)


def test_what_a_ticket_usually_touches():
    """A third more channels than items, both signs in the first layer; all where windows are searched."""
    assert touched_for(1e-6, 3, False) == [28, 28, 28]
    assert touched_for(1e-6, 3, True) == [56, 28, 28]
    assert touched_for(1e-12, 3, True) is None
    layers = rescaled(
        multilayer_perceptron([np.random.default_rng(0).normal(size=size) for size in ((6, 40), (40, 5))])
    )
    for signed in (False, True):
        masks = find_ticket(layers, 600, 1e-6, signed=signed).masks
        for mask, usual in zip(masks, touched_for(1e-6, 2, signed), strict=True):
            assert usual / 2 < np.mean(mask.any(axis=(2, 3)).sum(axis=1)) < 1.2 * usual


def test_samples_take_room():
    assert samples_in(10**9).memory > GIB
    shapes = shapes_of([EquivariantLayer(np.ones((3, 3, 1)), np.ones(ONE))])
    assert evaluating(shapes, 10, 10**6).memory < GIB < evaluating(shapes, 10, 10**6).memory * 10
    assert evaluating(shapes, 10, 10**12).time > MINUTE


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("4GiB", Limit(4 * GIB, MINUTE)),
        ("10min", Limit(GIB, 10 * MINUTE)),
        ("4GiB,10min", Limit(4 * GIB, 10 * MINUTE)),
        ("90s, 512MiB", Limit(GIB // 2, 90 * SECOND)),
        ("1.5TiB,0.5h", Limit(1536 * GIB, 30 * MINUTE)),
    ],
)
def test_limits_are_read(text, limit):
    assert read_limit(text, USUAL) == limit


@pytest.mark.parametrize(
    "text", ["", "4", "4GB", "-1GiB", "1GiB,2GiB", "1s,1min", "0s", "1e9GiB", "infmin", "1GiB 1s", "٣GiB"]
)
def test_what_is_no_limit(text):
    with pytest.raises(ValueError, match=r"^limit is [^\n]*, expected"):
        read_limit(text, USUAL)


def test_amounts_are_readable():
    assert str(USUAL) == "1 GiB and 1 min"
    assert str(Work(5_500_000_000, 65 * SECOND)) == "5.12 GiB and 1.08 min"
    assert str(Work(1, 1)) == "0.1 MiB and 0.1 s"
    assert str(Work(10**400, 10**400)) == "more than 10^6 TiB and more than 10^6 h"
    assert str(Limit(2**32, None)) == "4 GiB"
