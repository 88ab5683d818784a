"""Tangent kernels and training of masked networks against torch, in one run: python tests/benchmarks/bench_networks.py

Seconds of CPU, the best of a few repetitions; only ratios carry over to other machines. Hold BLAS to one thread
(OPENBLAS_NUM_THREADS=1). The peer for the kernel is the Jacobian contraction of torch.func's own tutorial, which
needs 2 GB at the default size; for training it is autograd with masked weights.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from timing import timed

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from sparse_limits.numerics.networks import Network, masked, random_network, stable_step, tangent_kernel, train

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)

Tensors = tuple[torch.Tensor, ...]


def line(task: str, name: str, took: float, ours: float = np.nan) -> None:
    print(f"{task:44s}{name:26s}{took:10.4f} s" + (f"{took / ours:9.1f}×" if ours == ours else ""), flush=True)


def output(weights: Tensors, x: torch.Tensor) -> torch.Tensor:
    for layer, weight in enumerate(weights):
        x = (torch.relu(x) if layer else x) @ weight.T / weight.shape[1] ** 0.5
    return x.squeeze(-1)


def contracted(weights: Tensors, masks: Tensors, x: torch.Tensor) -> torch.Tensor:
    """The masked tangent kernel: Jacobians of all samples by torch.func, pruned columns set to zero, contracted."""
    jacobians = torch.func.vmap(torch.func.jacrev(output), (None, 0))(weights, x)
    kept = [(jacobian * mask).flatten(1) for jacobian, mask in zip(jacobians, masks, strict=True)]
    return sum(jacobian @ jacobian.T for jacobian in kept)


def pruned_network(widths: Sequence[int], density: float) -> tuple[Network, list[np.ndarray], np.ndarray]:
    """All layers but the last masked."""
    rng = np.random.default_rng(0)
    network = random_network(widths, rng)
    masks = [rng.random(weight.shape) < density for weight in network.weights[:-1]]
    masks.append(np.ones(network.weights[-1].shape, bool))
    return masked(network, masks), masks, rng.standard_normal((200, widths[0]))


def tensors(arrays: Sequence[np.ndarray]) -> Tensors:
    return tuple(map(torch.from_numpy, arrays))


def kernel(widths: Sequence[int], density: float) -> None:
    network, masks, x = pruned_network(widths, density)
    task = f"kernel {'-'.join(map(str, widths))}, N=200, ρ={density:g}"
    took, ours = timed(lambda: tangent_kernel(network, x, masks=masks))
    line(task, "tangent_kernel", took)
    peer, theirs = timed(lambda: contracted(tensors(network.weights), tensors(masks), torch.from_numpy(x)))
    np.testing.assert_allclose(ours, theirs.numpy(), rtol=0, atol=1e-11 * np.abs(ours).max())
    line(task, "  peer: torch.func", peer, took)


def descended(weights: Tensors, masks: Tensors, x: torch.Tensor, y: torch.Tensor, step: float, steps: int) -> Tensors:
    leaves = tuple(weight.clone().requires_grad_() for weight in weights)
    start = output(leaves, x).detach()
    for _ in range(steps):
        loss = ((output(leaves, x) - start - y) ** 2).mean() / 2
        slopes = torch.autograd.grad(loss, leaves)
        with torch.no_grad():
            for weight, slope, mask in zip(leaves, slopes, masks, strict=True):
                weight -= step * slope * mask
    return leaves


def training(widths: Sequence[int], density: float, steps: int = 40) -> None:
    network, masks, x = pruned_network(widths, density)
    x, y = x[:150], np.sign(x[:150, 0])
    step = stable_step(network, x, masks=masks)
    task = f"{steps} steps {'-'.join(map(str, widths))}, m=150, ρ={density:g}"
    took, ours = timed(lambda: train(network, x, y, step=step, steps=steps, masks=masks))
    line(task, "train", took)
    bools = tensors(masks)
    data = torch.from_numpy(x), torch.from_numpy(y)
    peer, theirs = timed(lambda: descended(tensors(network.weights), bools, *data, step, steps))
    for ours_l, theirs_l in zip(ours.network.weights, theirs, strict=True):
        np.testing.assert_allclose(ours_l, theirs_l.detach().numpy(), rtol=0, atol=1e-9)
    line(task, "  peer: torch.autograd", peer, took)


def main() -> None:
    for density in (0.01, 0.05, 0.2, 0.5, 0.8, 1.0):
        kernel((256, 1024, 1024, 1), density)
    for density in (0.05, 0.2):
        kernel((1024, 1024, 1), density)
    for density in (0.05, 0.2, 0.6):
        training((256, 1024, 1), density)
        training((256, 4096, 1), density)


if __name__ == "__main__":
    main()
