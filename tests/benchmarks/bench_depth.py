"""The law of all layers against drawing and pruning networks, in one run: python tests/benchmarks/bench_depth.py [WIDTH [SAMPLES …]]

Seconds of CPU; only ratios carry over to other machines. The peer draws one network in torch (float32), scores every
layer by autograd and keeps the largest tenth by `kthvalue`. A network of this width has densities of layers that spread by
`sd`; the law has the error `±`: as many networks would have to be drawn for the same error as the square of the ratio, which
is rough where few networks give the spread. Both are run once before they are timed, at a smaller width. The floor is what the
law's way to compute takes at least, whatever else is saved: its normal numbers, and its products at the rate of a large one.
Hold BLAS to one thread (OPENBLAS_NUM_THREADS=1).
"""

from __future__ import annotations

import sys
import time
from itertools import pairwise
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from sparse_limits.numerics.data import load_data
from sparse_limits.numerics.prediction.architecture import Architecture
from sparse_limits.numerics.prediction.layers.latents import sizes_of, units_of
from sparse_limits.numerics.prediction.layers.law import law_of

DENSITY, NETWORKS, REPEATS, WARM = 0.1, 8, 3, 128
SAMPLES = 128, 400, 1797


def batch(samples: int) -> tuple[np.ndarray, np.ndarray]:
    """Some of the digits, and their targets."""
    data = load_data("digits")
    chosen = np.random.default_rng(0).permutation(len(data.x))[:samples]
    return data.x[chosen], data.y[chosen]


def law(width: int, depth: int, samples: int) -> tuple[float, np.ndarray, np.ndarray]:
    (x, y), started = batch(samples), time.process_time()
    network, rng = Architecture(64, (width,) * depth, 1), np.random.default_rng(0)
    units = units_of(network, x, sizes_of(network, len(x)), rng)
    densities, errors = law_of(units, -y, rng).densities(DENSITY)
    return time.process_time() - started, densities, errors


def floor(width: int, depth: int, samples: int) -> tuple[float, float]:
    """Seconds for the law's normal numbers alone, and for its products of matrices at the rate of one of 2048 × 2048, in single precision.

    Every hidden layer but the first draws preactivations, every one but the last signals: a normal vector of all samples a unit,
    times a triangular root. Slopes are products of both over the samples; the first layer's inputs are multiplied twice.
    """
    sizes = sizes_of(Architecture(64, (width,) * depth, 1), samples)
    units, vectors = sizes.networks * sizes.units[0], 2 * (depth - 1)
    square = np.ones((2048, 2048), np.float32)
    rng, normals, rates = np.random.default_rng(0), [], []
    for _ in range(REPEATS):
        started = time.process_time()
        rng.standard_normal((units, samples), np.float32)
        drew = time.process_time()
        square @ square
        normals.append(drew - started)
        rates.append(2 * len(square) ** 3 / (time.process_time() - drew))
    operations = units * samples * (vectors * samples + 2 * (depth - 1) * sizes.units[0] + 4 * 64)
    return vectors * min(normals), operations / max(rates)


def drawn(width: int, depth: int, samples: int, seed: int) -> tuple[float, np.ndarray]:
    import torch

    torch.manual_seed(seed)
    torch.set_num_threads(1)
    (inputs, y), started = batch(samples), time.process_time()
    x, r = torch.tensor(inputs, dtype=torch.float32), torch.tensor(-y, dtype=torch.float32)
    sizes = (64, *(width,) * depth, 1)
    weights = [torch.randn(rows, columns, requires_grad=True) for columns, rows in pairwise(sizes)]
    h = x
    for place, weight in enumerate(weights):
        h = h @ weight.T / weight.shape[1] ** 0.5
        h = torch.relu(h) if place < depth else h
    (h * r).sum().backward()
    scores = [(weight * weight.grad).abs().detach() for weight in weights]
    whole = torch.cat([score.flatten() for score in scores])
    cut = whole.kthvalue(len(whole) - round(DENSITY * len(whole))).values
    return time.process_time() - started, np.array([float((score > cut).float().mean()) for score in scores])


def compare(width: int, depth: int, samples: int) -> None:
    law(WARM, depth, samples), drawn(WARM, depth, samples, 0)
    runs = [law(width, depth, samples) for _ in range(REPEATS)]
    took, (_, densities, errors) = float(np.median([seconds for seconds, *_ in runs])), runs[0]
    found = [drawn(width, depth, samples, seed) for seed in range(NETWORKS)]
    each, seen = float(np.median([seconds for seconds, _ in found])), np.array([shares for _, shares in found])
    spread = seen.std(axis=0, ddof=1)
    needed = (spread / np.maximum(errors, 1e-12)) ** 2
    print(f"{depth} hidden layers of {width}, {samples} samples: law {took:.2f} s, a network {each:.2f} s")
    print("  law      ", *(f"{value:.4f} ± {error:.5f}" for value, error in zip(densities, errors, strict=True)))
    print("  networks ", *(f"{m:.4f} sd {sd:.5f}" for m, sd in zip(seen.mean(axis=0), spread, strict=True)))
    print("  networks of the same error", *(f"{value:.1f}" for value in needed))
    print(f"  as fast as one network {each / took:.1f}, as networks of the same error", end=" ")
    print(*(f"{value * each / took:.1f}" for value in needed), flush=True)
    normals, products = floor(width, depth, samples)
    print(
        f"  floor: normal numbers {normals:.3f} s, products {products:.3f} s; as networks of the same error at most",
        end=" ",
    )
    print(*(f"{value * each / (normals + products):.1f}" for value in needed), flush=True)


def main() -> None:
    width, *samples = [int(word) for word in sys.argv[1:]] or [4096]
    for size in samples or SAMPLES:
        for depth in (2, 3):
            compare(width, depth, size)


if __name__ == "__main__":
    main()
