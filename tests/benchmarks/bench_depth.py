"""The law of all layers against drawing and pruning networks, in one run: python tests/benchmarks/bench_depth.py [WIDTH]

Seconds of CPU; only ratios carry over to other machines. The peer draws one network in torch (float32), scores every
layer by autograd and keeps the largest tenth by `kthvalue`. A network of this width has densities of layers that spread by
`sd`; the law has the error `±`: as many networks would have to be drawn for the same error as the square of the ratio.
Hold BLAS to one thread (OPENBLAS_NUM_THREADS=1).
"""

from __future__ import annotations

import sys
import time
from itertools import pairwise
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from numerics.data import load_data
from numerics.depth.architecture import Architecture
from numerics.depth.latents import sizes_of, units_of
from numerics.depth.law import law_of

DENSITY, NETWORKS = 0.1, 3


def law(width: int, depth: int) -> tuple[float, np.ndarray, np.ndarray]:
    data, started = load_data("digits"), time.process_time()
    network, rng = Architecture(64, (width,) * depth, 1), np.random.default_rng(0)
    units = units_of(network, data.x, sizes_of(network, len(data.x)), rng)
    densities, errors = law_of(units, -data.y, rng).densities(DENSITY)
    return time.process_time() - started, densities, errors


def drawn(width: int, depth: int, seed: int) -> tuple[float, np.ndarray]:
    import torch

    torch.manual_seed(seed)
    torch.set_num_threads(1)
    data, started = load_data("digits"), time.process_time()
    x, r = torch.tensor(data.x, dtype=torch.float32), torch.tensor(-data.y, dtype=torch.float32)
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


def main() -> None:
    width = int(sys.argv[1]) if len(sys.argv) > 1 else 4096
    for depth in (2, 3):
        took, densities, errors = law(width, depth)
        found = [drawn(width, depth, seed) for seed in range(NETWORKS)]
        each, seen = float(np.mean([seconds for seconds, _ in found])), np.array([shares for _, shares in found])
        spread = seen.std(axis=0, ddof=1)
        needed = (spread / np.maximum(errors, 1e-12)) ** 2
        print(f"{depth} hidden layers of {width}: law {took:.1f} s, a network {each:.1f} s, ratio {each / took:.1f}")
        print("  law      ", *(f"{value:.4f} ± {error:.4f}" for value, error in zip(densities, errors, strict=True)))
        print("  networks ", *(f"{m:.4f} sd {sd:.4f}" for m, sd in zip(seen.mean(axis=0), spread, strict=True)))
        print("  networks of the same error", *(f"{value:.1f}" for value in needed), flush=True)


if __name__ == "__main__":
    main()
