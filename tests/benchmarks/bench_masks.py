"""Masks against their peers, in one run: python tests/benchmarks/bench_masks.py [SIZE:DENSITY ...]

Seconds of CPU, the best of a few repetitions; only ratios carry over to other machines. The default sizes need 15 GB
for the peer that forms all scores. igraph and graspologic take part if they can be imported. Hold BLAS to one thread
(OPENBLAS_NUM_THREADS=1).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array, vstack
from scipy.special import erfc, erfcinv
from timing import seconds

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from sparse_limits.numerics.masks.factorised import Noise, factorised_top_k, tail_top_k
from sparse_limits.numerics.masks.sampling import (
    sample_constant,
    sample_factorised,
    sample_mask,
    sample_rank_one,
    sample_step,
)
from sparse_limits.numerics.masks.selection import kept_count, n_of_m_mask, row_mask, top_k_mask

NOISES = {
    "half-normal": Noise(
        lambda rng, shape: np.abs(rng.standard_normal(shape)),
        lambda t: erfc(t / np.sqrt(2)),
        lambda p: np.sqrt(2) * erfcinv(p),
    ),
    "exponential": Noise(
        lambda rng, shape: rng.standard_exponential(shape), lambda t: np.exp(-t), lambda p: -np.log(p)
    ),
}


def line(task: str, name: str, took: float, unit: float = np.nan, ours: float = np.nan) -> None:
    per = f"{took / unit * 1e9:8.1f} ns" if unit == unit else " " * 11
    print(f"{task:34s}{name:34s}{took:10.4f} s {per}" + (f"{took / ours:9.2f}×" if ours == ours else ""), flush=True)


def dense(weight: Callable[[slice], np.ndarray], n: int, rng: np.random.Generator) -> csr_array:
    """Independent entries in numpy, by blocks of rows that stay in cache."""
    step = max(1, 2**16 // n)
    blocks = (weight(slice(top, min(n, top + step))) for top in range(0, n, step))
    return vstack([csr_array(rng.random(block.shape) < block) for block in blocks])


def sampling(n: int, density: float) -> None:
    task, rng, unit = f"sample n={n:.0e} ρ={density:g}", np.random.default_rng(0), density * n * n
    u = (np.arange(n) + 0.5) / n
    shuffled = rng.permutation(u)
    steps, half = np.array([[0.4, 0.8], [0.8, 2.0]]) * density, [n // 2, n - n // 2]
    tau = np.sqrt(2) * erfcinv(density)
    tail = lambda x: erfc(tau / np.sqrt(2) / np.maximum(x, 1e-9))  # noqa: E731
    ours = {
        "constant": lambda: sample_constant(density, n, n, rng),
        "step 2×2": lambda: sample_step(steps, half, half, rng),
        "rank one": lambda: sample_rank_one(4 * density * u, u, rng),
        "rank one, shuffled": lambda: sample_rank_one(4 * density * shuffled, shuffled, rng),
        "half-normal tail of f·φ": lambda: sample_factorised(tail, 0.5 + u, 0.5 + shuffled, rng),
        "any kernel, row maxima": lambda: sample_mask(lambda a, b: 4 * density * a * b, u, u, rng, 4 * density * u),
        "any kernel, no bound": lambda: sample_mask(lambda a, b: 4 * density * a * b, u, u, rng),
    }
    took = {name: seconds(run) for name, run in ours.items()}
    for name, run in ours.items():
        line(task, name, took[name], run().nnz)
    base = took["rank one"]
    line(
        task,
        "  peer: numpy, rank one",
        seconds(lambda: dense(lambda s: 4 * density * np.outer(u[s], u), n, rng)),
        unit,
        base,
    )
    if find_spec("igraph"):
        import igraph

        igraph.set_random_number_generator(None)  # its own generator: Python's is slower
        took_peer = seconds(lambda: igraph.Graph.SBM(steps.tolist(), half, directed=True, allowed_edge_types="loops"))
        line(task, "  peer: igraph SBM, step 2×2", took_peer, unit, took["step 2×2"])
    if find_spec("graspologic") and n <= 10_000:
        from graspologic.simulations import sample_edges

        weight = 4 * density * np.outer(u, u)
        took_peer = seconds(lambda: sample_edges(weight, directed=True, loops=True))
        line(task, "  peer: graspologic, rank one", took_peer, unit, base)


def top_k(n: int, density: float) -> None:
    task, k, rng = f"top-k n={n:.0e} ρ={density:g}", kept_count(density, n * n), np.random.default_rng(0)
    row, column = np.sqrt(2) * erfcinv(1 - (np.arange(n) + 0.5) / n), 0.5 + rng.random(n)

    def materialised(noise: Noise) -> np.ndarray:
        scores = noise.draw(rng, (n, n))
        scores *= column
        scores *= row[:, None]
        return scores >= np.partition(scores, n * n - k, axis=None)[n * n - k]

    for name, noise in NOISES.items():

        def drawing(noise: Noise = noise) -> None:
            step = max(1, 2**16 // n)
            for top in range(0, n, step):
                noise.draw(rng, (min(step, n - top), n))

        draw = seconds(drawing)
        same = seconds(lambda noise=noise: factorised_top_k(row, column, noise.draw, k, rng))
        law = seconds(lambda noise=noise: tail_top_k(row, column, noise, k, rng))
        line(task, f"{name}: same draws", same)
        line(task, f"{name}: same law", law, k)
        line(task, "  drawing alone : same draws", draw, ours=same)
        peer = seconds(lambda noise=noise: materialised(noise))
        line(task, "  peer: np.partition : same draws", peer, ours=same)
        line(task, "  peer: np.partition : same law", peer, ours=law)


def selection(n: int = 2000) -> None:
    task, scores = f"masks of {n}×{n} given scores", np.random.default_rng(0).random((n, n))
    for name, run in {
        "top 10 %": lambda: top_k_mask(scores, n * n // 10),
        "top 10 % of each row": lambda: row_mask(scores, 0.1),
        "2:4": lambda: n_of_m_mask(scores, 2, 4),
    }.items():
        line(task, name, seconds(run), n * n)
    at = n * n - n * n // 10
    line(task, "  np.partition alone", seconds(lambda: np.partition(scores, at, axis=None)), n * n)
    line(task, "  np.sort alone", seconds(lambda: np.sort(scores, axis=None)), n * n)


def main() -> None:
    sizes = [argument.split(":") for argument in sys.argv[1:]] or [("10000", "0.01"), ("30000", "0.001")]
    for n, density in sizes:
        sampling(int(n), float(density))
    for n, density in sizes:
        top_k(int(n), float(density))
    selection()


if __name__ == "__main__":
    main()
