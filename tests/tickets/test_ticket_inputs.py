"""Inputs of tickets: those at which something overflows, the constant alone, and what is refused."""

import numpy as np
import pytest

import sparse_limits as sl
from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.equivariance import EquivariantLayer, forward
from sparse_limits.numerics.equivariance import find_ticket as find_layer_ticket
from sparse_limits.numerics.tickets import certify, find_ticket, multilayer_perceptron, rescaled, with_constant
from sparse_limits.numerics.tickets.bounds import equivariance_bound, error_bound
from sparse_limits.numerics.tickets.certificate import bounds_up_to
from sparse_limits.numerics.tickets.files import save_ticket

LARGE = 1.7e308
COLUMN = multilayer_perceptron([np.array([[0.1], [-0.05]])])
UNIT = np.ones((1, 1, 1))
INFINITE = "holds (numbers beyond the largest float|nan or infinite)"  # the latter where long doubles are doubles


@pytest.fixture
def folder(tmp_path):
    """A target of one layer, one of two, and finite inputs at which sums of 40 overflow."""
    first = np.array([[0.5, 1.0, -1.0]] * 40)
    np.savez(tmp_path / "one.npz", weights_1=first)
    np.savez(tmp_path / "two.npz", weights_1=first, weights_2=np.eye(3))
    np.savez(tmp_path / "x.npz", x=np.full((3, 40), LARGE), y=np.zeros(3))
    return tmp_path


def test_samples_whose_outputs_overflow_do_not_agree(folder):
    """A ticket that keeps nothing puts out zeros, whose first is their largest; so would be that of [∞, ∞, −∞]."""
    files = {"data": f"{folder}/x.npz"}
    found = sl.ticket(f"{folder}/one.npz", epsilon=0.2, output=f"{folder}/ticket.npz", **files)
    assert found.ticket.kept == 0
    samples = found.summary["samples"]
    assert (samples["agree"], samples["certified"], samples["right_target"], samples["right_ticket"]) == (0, 0, 0, 3)
    checked = sl.check(f"{folder}/ticket.npz", target=f"{folder}/one.npz", agreement=1, **files)
    assert not checked.holds
    assert checked.summary["samples"]["agree"] == 0


def test_nothing_is_certified_where_a_single_output_overflows():
    ticket = find_ticket(rescaled(multilayer_perceptron([np.ones((40, 1))])), 20, 1e-3)
    found = certify(ticket, np.stack([np.full((40, 1), LARGE), np.ones((40, 1))]))
    assert found.agree.tolist() == found.certified.tolist() == [False, True]
    assert np.isinf(found.bounds[0]).all()


def test_hidden_values_that_overflow_are_named(folder):
    target = rescaled(multilayer_perceptron([np.ones((40, 2)), np.eye(2)]))
    x, ticket = np.full((1, 40, 1), LARGE), find_ticket(target, 20, 1e-3)
    attempts = [
        lambda: sl.ticket(f"{folder}/two.npz", epsilon=1e-3, data=f"{folder}/x.npz"),
        lambda: forward(target, x),
        lambda: forward(target, -x),  # of −∞ ReLU would make 0
        lambda: certify(ticket, x),
        lambda: error_bound(ticket, x),
    ]
    for attempt in attempts:
        with np.errstate(over="ignore"), pytest.raises(InputError, match="layer 0: its outputs overflow, expected"):
            attempt()


def test_bounds_are_infinite_where_only_the_pass_with_moduli_overflows():
    target = rescaled(multilayer_perceptron([np.array([[1.0, 0.5], [-1.0, -0.5]] * 20), np.eye(2)]))
    x, ticket = np.full((1, 40, 1), LARGE), find_ticket(target, 20, 1e-3)
    found = certify(ticket, x)
    assert np.isfinite(found.target_outputs).all()
    assert np.isinf(found.bounds).all()
    assert not found.certified.any()
    assert np.isinf(bounds_up_to(ticket, x)).all()


def test_a_target_whose_only_input_is_the_constant(tmp_path):
    ticket = find_ticket(multilayer_perceptron([np.array([[0.1, 0.02]])]), 40, 1e-3)
    save_ticket(tmp_path / "constant.npz", ticket, 0.01, constant_input=True)
    found = sl.ticket(f"{tmp_path}/constant.npz", epsilon=1e-3)
    expected = bounds_up_to(found.ticket, np.ones((1, 1, 1))).max()
    assert found.summary["bound_on_ball"] == expected


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.ma.array(np.ones((1, 2, 1)), mask=[[[False], [True]]]), "inputs has masked entries"),
        ([[[1.0], [2.0, 3.0]]], "inputs is ragged"),
        ([[[np.longdouble("1e400")], [1]]], INFINITE),
        ([[[10**400], [1]]], "inputs: holds numbers beyond the largest float, expected smaller"),
    ],
)
def test_inputs_are_checked_before_they_become_arrays(x, message):
    ticket = find_ticket(COLUMN, 20, 1e-3)
    for asked in (certify, bounds_up_to, error_bound, equivariance_bound, type(ticket).forward):
        with pytest.raises(InputError, match=message):
            asked(ticket, x)
    with pytest.raises(InputError, match=message):
        with_constant(x)


def test_a_bound_for_one_layer_checks_its_inputs():
    layer = EquivariantLayer(np.ones((1, 4, 1)), UNIT), EquivariantLayer(np.ones((4, 1, 1)), UNIT)
    ticket = find_layer_ticket(EquivariantLayer(UNIT, UNIT), layer, 0.1)
    with pytest.raises(InputError, match="masked"):
        ticket.certified_bound(np.ma.array([[1.0]], mask=[[True]]))
    with pytest.raises(InputError, match="ragged"):
        ticket.certified_bound([[1.0], [1.0, 2.0]])


@pytest.mark.parametrize(
    "attempt",
    [
        lambda: multilayer_perceptron([np.array([[np.longdouble("1e400")]])]),
        lambda: rescaled([EquivariantLayer([[[10**400]]], [[[1]]])]),
    ],
)
def test_weights_beyond_all_floats_are_refused(attempt):
    with pytest.raises(InputError, match=INFINITE):
        attempt()
