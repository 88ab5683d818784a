"""Lifts as modules of torch: the same numbers and gradients, states that come back, refusals. Needs torch."""

from copy import deepcopy

import numpy as np
import pytest
import sympy as sp
from helpers import needs

torch = needs("torch")

from test_array_lift_input import two  # noqa: E402
from test_array_lifts import MIXED, SIZES  # noqa: E402

from sparse_limits.numerics.lifts import to_torch  # noqa: E402
from sparse_limits.numerics.lifts.arrays import full_lift  # noqa: E402
from sparse_limits.numerics.lifts.forward import forward  # noqa: E402
from sparse_limits.numerics.lifts.functions import exp, relu, softmax, tanh  # noqa: E402
from sparse_limits.numerics.lifts.gradients import objective  # noqa: E402
from sparse_limits.numerics.lifts.sampling import random_sparse_lift, random_weights  # noqa: E402
from sparse_limits.numerics.lifts.torch_module import from_torch, torch_function  # noqa: E402
from sparse_limits.theory.lifts.attention import attention_block  # noqa: E402
from sparse_limits.theory.lifts.maps import PRODUCT, Pointwise, Skip, z  # noqa: E402
from sparse_limits.theory.lifts.perceptrons import multilayer_perceptron  # noqa: E402


def drawn(sparse, rng):
    """A lift with all kinds of maps, weights, inputs and a readout."""
    degree = {edge: 2.0 for edge in MIXED.maps if edge != ("c", "o")}
    lift = random_sparse_lift(MIXED, SIZES, degree, rng, exclude=[("c", "o")]) if sparse else full_lift(MIXED, SIZES)
    x = {v: rng.standard_normal((4, *lift.activation_shape(v))) for v in MIXED.inputs}
    return lift, random_weights(lift, rng), x, rng.standard_normal((2, lift.features))


@pytest.mark.parametrize("sparse", [False, True])
def test_values_and_gradients_are_those_of_arrays(sparse):
    rng = np.random.default_rng(0)
    lift, weights, x, readout = drawn(sparse, rng)
    tensors = [torch.from_numpy(x[v]) for v in MIXED.inputs]
    wanted = forward(lift, weights, x)
    for v, found in zip(MIXED.terminals, to_torch(lift, weights)(*tensors), strict=True):
        assert found.detach().numpy() == pytest.approx(wanted[v], rel=1e-12, abs=1e-12)
    target = rng.standard_normal((4, 2))
    loss = objective(lift, weights, x, target, readout)
    model = to_torch(lift, weights, readout)
    ((model(*tensors) - torch.from_numpy(target)) ** 2).sum().div(8).backward()
    slopes = [parameter.grad.numpy().ravel() for parameter in (*model.values, model.readout) if parameter.numel()]
    assert np.concatenate(slopes) == pytest.approx(loss(loss.start)[1], rel=1e-11, abs=1e-11)


@pytest.mark.parametrize("sparse", [False, True])
def test_states_and_weights_come_back(sparse):
    rng = np.random.default_rng(1)
    lift, weights, x, readout = drawn(sparse, rng)
    model = to_torch(lift, weights, readout)
    found, a = from_torch(model)
    assert a.tolist() == readout.tolist()
    assert all((found[edge] == weights[edge]).all() for edge in weights)
    other = to_torch(lift, random_weights(lift, rng), np.zeros_like(readout))
    other.load_state_dict(model.state_dict())
    tensors = [torch.from_numpy(x[v]) for v in MIXED.inputs]
    for each in (other, deepcopy(model)):
        assert (each(*tensors) == model(*tensors)).all()
    single = to_torch(lift, {edge: w.astype(np.float32) for edge, w in weights.items()})
    assert single(*(tensor.float() for tensor in tensors))[0].dtype == torch.float32


def test_without_an_edge_the_dtype_is_that_of_what_is_given():
    lift = random_sparse_lift(two(PRODUCT), {"a": 2, "b": 3}, {("a", "b"): 0}, np.random.default_rng(0))
    weights, x = random_weights(lift, np.random.default_rng(0)), torch.ones(4, 2, dtype=float)
    assert to_torch(lift, weights)(x).dtype == torch.float64
    assert to_torch(lift, weights, np.full(3, 0.1)).readout.tolist() == [0.1] * 3
    skips = to_torch(full_lift(two(Skip()), {"a": 2, "b": 3}), {}, np.full(3, 0.1))
    assert skips(x)[0].item() == pytest.approx(0.6, rel=1e-12)


def test_training_in_torch_lowers_the_loss_that_arrays_see():
    rng, path = np.random.default_rng(2), multilayer_perceptron(2, sp.tanh)
    lift = random_sparse_lift(path, {0: 3, 1: 30, 2: 10}, dict.fromkeys(path.maps, 3.0), rng)
    weights, x = random_weights(lift, rng), rng.standard_normal((20, 3))
    target = np.tanh(x[:, 0] - x[:, 1])
    model = to_torch(lift, weights, np.zeros(10))
    for _ in range(50):
        model.zero_grad()
        ((model(torch.from_numpy(x)) - torch.from_numpy(target)) ** 2).mean().backward()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter -= 0.02 * parameter.grad
    before, after = (objective(lift, w, {0: x}, target, a) for w, a in ((weights, None), from_torch(model)))
    assert after(after.start)[0] < 0.5 * before(before.start)[0]


@pytest.mark.parametrize(
    "expression",
    [
        sp.Max(z, 0),
        sp.sqrt(2) * sp.Max(z, -z / 10),
        z * sp.erf(z / sp.sqrt(2)) / 2,
        sp.Min(1, z**2),
        sp.log(1 + sp.exp(z)),
        sp.Piecewise((z, z > 0), (sp.exp(z) - 1, True)),
        sp.Integer(2),
        sp.cos(sp.pi * z),
    ],
)
def test_functions_of_torch_are_those_of_sympy(expression):
    points = np.linspace(-1.9, 2.3, 7)
    found = np.broadcast_to(torch_function(expression)(torch.from_numpy(points)), points.shape)
    assert found == pytest.approx([float(expression.subs(z, point)) for point in points], rel=1e-14)


def test_relu_is_the_larger_of_a_number_and_0():
    x = np.array([-np.inf, -1.0, 0.0, 2.0, np.inf, np.nan])
    for found in (relu(x), relu(torch.from_numpy(x)).numpy()):
        np.testing.assert_array_equal(found, [0, 0, 0, 2, np.inf, np.nan])
        assert not np.signbit(found[1])
    assert relu(-1.0) == 0


def test_maps_written_with_operators_run_in_both():
    spaces = {"activations": {"a": (5, 3), "b": (5, 3)}, "preactivations": {("a", "b"): (5, 3)}}
    module = two(lambda w, y: w[..., None, None] * y, lambda z: softmax(tanh(z) @ relu(z).mT) @ exp(z), **spaces)
    rng = np.random.default_rng(0)
    for lift in (
        full_lift(module, {"a": 2, "b": 3}),
        random_sparse_lift(module, {"a": 2, "b": 3}, {("a", "b"): 1}, rng),
        full_lift(attention_block(5, 3), {"x": 2, "a": 3, "o": 2}, diagonal=[("x", "o")]),
    ):
        (source,), (end,) = lift.module.inputs, lift.module.terminals
        weights, x = random_weights(lift, rng), rng.standard_normal((4, *lift.activation_shape(source)))
        found = to_torch(lift, weights)(torch.from_numpy(x)).detach().numpy()
        assert found == pytest.approx(forward(lift, weights, {source: x})[end], rel=1e-12, abs=1e-12)


def test_what_torch_cannot_do_is_refused():
    lift = full_lift(two(PRODUCT, Pointwise(lambda z: sp.besselj(0, z))), {"a": 1, "b": 1})
    weights = {("a", "b"): [[1.0]]}
    with pytest.raises(ValueError, match=r"vertex b: torch has nothing for besselj\(0, z\)"):
        to_torch(lift, weights)
    with pytest.raises(ValueError, match="edge a → b: its map fails on arrays"):
        to_torch(full_lift(two(lambda w, y: np.tanh(w * y).copy()), {"a": 1, "b": 1}), weights)
    lift = full_lift(two(PRODUCT), {"a": 1, "b": 1})
    with pytest.raises(ValueError, match=r"readout have shape \[2\], expected \[1\]"):
        to_torch(lift, weights, np.ones(2))
    model = to_torch(lift, weights)
    with pytest.raises(ValueError, match="2 tensors, expected one for each"):
        model(torch.ones(1, 1), torch.ones(1, 1))
    with pytest.raises(ValueError, match=r"inputs of a have shape \[1, 2\], expected \[1, 1\]"):
        model(torch.ones(1, 2))
