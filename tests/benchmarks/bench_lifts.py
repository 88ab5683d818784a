"""Lifts on arrays against the networks engine and torch, in one run: python tests/benchmarks/bench_lifts.py

Seconds of CPU, the best of a few repetitions; only ratios carry over to other machines. Hold BLAS to one thread
(OPENBLAS_NUM_THREADS=1). torch runs the same lift by `to_torch`, its peer for a dense MLP is torch.nn.functional.linear.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import sympy as sp
from timing import timed

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from sparse_limits.numerics.lifts import ArrayLift, forward, full_lift, objective, random_sparse_lift, random_weights
from sparse_limits.numerics.networks import Network, gradient
from sparse_limits.numerics.networks import forward as network_output
from sparse_limits.theory.lifts.convolution import cyclic_convolution
from sparse_limits.theory.lifts.maps import SUM, Pointwise, relu
from sparse_limits.theory.lifts.module import PerceptronModule
from sparse_limits.theory.lifts.perceptrons import multilayer_perceptron

try:
    import torch

    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
except ImportError:
    torch = None

WIDTH = 1000


def line(task: str, name: str, took: float, base: float) -> None:
    print(f"{task:44s}{name:26s}{took * 1e3:10.2f} ms{took / base:9.2f}×", flush=True)


def against_networks(samples: int) -> None:
    """An MLP 1000-1000-1000-1000: the networks engine is the measure."""
    rng = np.random.default_rng(0)
    module, copies = multilayer_perceptron(3, relu), dict.fromkeys(range(4), WIDTH)
    lift = full_lift(module, copies)
    layers = [rng.standard_normal((WIDTH, WIDTH)) for _ in range(3)]
    weights = {edge: w / np.sqrt(WIDTH) for edge, w in zip(module.maps, layers, strict=True)}
    x, target = rng.standard_normal((samples, WIDTH)), rng.standard_normal(samples)
    network, task = Network(tuple(layers)), f"forward {WIDTH}×4, N={samples}"
    base, wanted = timed(lambda: network_output(network, x))
    line(task, "networks", base, base)
    took, found = timed(lambda: forward(lift, weights, {0: x})[3])
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-12 * np.abs(wanted).max())
    line(task, "lift", took, base)
    if torch:
        tensors = [torch.from_numpy(w) for w in weights.values()]

        def peer() -> torch.Tensor:
            y = torch.from_numpy(x)
            for w in tensors[:-1]:
                y = torch.relu(torch.nn.functional.linear(y, w))
            return torch.nn.functional.linear(y, tensors[-1])

        with torch.no_grad():
            line(task, "  peer: torch", timed(peer)[0], base)
    residual, task = rng.standard_normal((samples, WIDTH)), f"gradient {WIDTH}×4, N={samples}"
    base = timed(lambda: gradient(network, x, residual))[0]
    line(task, "networks", base, base)
    loss = objective(lift, weights, {0: x}, target, rng.standard_normal(WIDTH))
    line(task, "lift", timed(lambda: loss(loss.start))[0], base)


def against_dense(degree: float, samples: int = 200) -> None:
    """A random sparse lift, as it is and filled up with zeros."""
    rng = np.random.default_rng(0)
    module, copies = multilayer_perceptron(3, sp.tanh), dict.fromkeys(range(4), WIDTH)
    lift = random_sparse_lift(module, copies, dict.fromkeys(module.maps, degree), rng)
    weights = random_weights(lift, rng)
    filled = {edge: np.zeros((WIDTH, WIDTH)) for edge in module.maps}
    for edge, w in weights.items():
        filled[edge][lift.ends(edge)] = w
    dense, x, target = full_lift(module, copies), rng.standard_normal((samples, WIDTH)), rng.standard_normal(samples)
    compared(f"{WIDTH}×4, λ={degree:g}, N={samples}", lift, weights, dense, filled, x, target)


def against_convolution(degree: float, samples: int = 50, pixels: int = 64) -> None:
    """The same for cyclic convolutions of 3 taps over 100 channels."""
    rng = np.random.default_rng(0)
    maps = dict.fromkeys([(0, 1), (1, 2)], cyclic_convolution(pixels, 3, relu).maps["x", "y"])
    module = PerceptronModule(
        (0,), (2,), maps, {1: Pointwise(relu), 2: SUM}, {0: (pixels,)}, {}, dict.fromkeys(maps, (3,))
    )
    copies = dict.fromkeys(range(3), 100)
    lift = random_sparse_lift(module, copies, dict.fromkeys(maps, degree), rng)
    weights, filled = random_weights(lift, rng), {edge: np.zeros((100, 100, 3)) for edge in maps}
    for edge, w in weights.items():
        filled[edge][lift.ends(edge)] = w
    x, target = rng.standard_normal((samples, 100, pixels)), rng.standard_normal(samples)
    compared(f"convolution, λ={degree:g}", lift, weights, full_lift(module, copies), filled, x, target)


def compared(task, lift: ArrayLift, weights, dense: ArrayLift, filled, x, target) -> None:
    output = dense.module.terminals[0]
    base, wanted = timed(lambda: forward(dense, filled, {0: x})[output])
    line(f"forward {task}", "dense lift", base, base)
    took, found = timed(lambda: forward(lift, weights, {0: x})[output])
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-11 * np.abs(wanted).max())
    line(f"forward {task}", "sparse lift", took, base)
    readout = np.random.default_rng(1).standard_normal(lift.features)
    losses = [objective(each, w, {0: x}, target, readout) for each, w in ((dense, filled), (lift, weights))]
    base = timed(lambda: losses[0](losses[0].start))[0]
    line(f"gradient {task}", "dense lift", base, base)
    line(f"gradient {task}", "sparse lift", timed(lambda: losses[1](losses[1].start))[0], base)
    if torch:
        from sparse_limits.numerics.lifts import to_torch

        model, tensor, aim = to_torch(lift, weights, readout), torch.from_numpy(x), torch.from_numpy(target)

        def peer() -> None:
            model.zero_grad()
            ((model(tensor) - aim) ** 2).mean().div(2).backward()

        line(f"gradient {task}", "  peer: to_torch, sparse", timed(peer)[0], base)


def main() -> None:
    for samples in (1, 20, 200):
        against_networks(samples)
    for degree in (3, 30, 300):
        against_dense(degree)
    for degree in (3, 30):
        against_convolution(degree)


if __name__ == "__main__":
    main()
