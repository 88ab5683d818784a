"""Certified cut norms against the peer, in one run: python tests/benchmarks/bench_cut_norm.py [n ...]

Sampling noise M − ρ, ρ = 0.1, at n = 1000 and 2000, where `cutnorm` (pip install cutnorm==0.1.10) takes part if it can
be imported; then other shapes, a larger dense matrix and a sparse mask of 20 000 × 20 000. Seconds of CPU, the best of
a few repetitions; only ratios carry over to other machines. Hold BLAS to one thread (OPENBLAS_NUM_THREADS=1).
"""

from __future__ import annotations

import resource
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from timing import seconds, timed

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from sparse_limits.numerics.masks.cut_norm import cut_distance, cut_norm, cut_norm_witness, exact_cut_norm
from sparse_limits.numerics.masks.sampling import sample_constant, sample_rank_one


def report(task: str, took: float, result: Any) -> None:
    ratio = result.upper / result.lower
    print(f"{task:44s}{took:9.3f} s  [{result.lower:.7f}, {result.upper:.7f}]  upper/lower {ratio:.4f}", flush=True)


def noise(m: int, n: int, density: float = 0.1, seed: int = 0) -> np.ndarray:
    return (np.random.default_rng(seed).random((m, n)) < density) - density


def against_peer(n: int) -> None:
    A = noise(n, n)
    took, ours = timed(lambda: cut_norm(A))
    report(f"n = {n}", took, ours)
    if find_spec("cutnorm"):
        from cutnorm import compute_cutnorm

        np.random.seed(0)  # noqa: NPY002  (the peer draws from numpy's global state)
        peer, (value, relaxed, _) = timed(lambda: compute_cutnorm(A, np.zeros_like(A)))
        print(
            f"{'  peer: cutnorm, no certificate':44s}{peer:9.3f} s  {peer / took:.2f}× ours; its cut is "
            f"{value / ours.lower:.4f} of our lower, its relaxation {relaxed / ours.upper:.5f} of our upper",
            flush=True,
        )


def main() -> None:
    for n in [int(argument) for argument in sys.argv[1:]] or [1000, 2000]:
        against_peer(n)
    for m, n, density in ((200, 200, 0.1), (500, 500, 0.5), (500, 500, 0.02), (200, 2000, 0.1), (22, 22, 0.3)):
        A = noise(m, n, density)
        report(f"{m} × {n}, ρ = {density}", *timed(lambda A=A: cut_norm(A)))
    for shape in ((64, 10, 10), (2000, 10, 10)):
        stack = (np.random.default_rng(0).random(shape) < 0.1) - 0.1
        print(f"{f'exact_cut_norm, a stack {shape}':44s}{seconds(lambda stack=stack: exact_cut_norm(stack)):9.3f} s")
    large = noise(4096, 4096)
    report("4096 × 4096", *timed(lambda: cut_norm(large)))
    took, witness = timed(lambda: cut_norm_witness(large, np.random.default_rng(0)))
    print(f"{'  cut_norm_witness, 16 starts':44s}{took:9.3f} s   {witness.value:.7f}")
    n, rng = 20_000, np.random.default_rng(0)
    mask = sample_constant(0.01, n, n, rng)
    report("20 000 × 20 000, 1 %, constant", *timed(lambda: cut_distance(mask, 0.01)))
    u = 0.5 + np.arange(n) / n
    mask = sample_rank_one(0.01 * u, u, rng)
    factors = 0.01 * u[:, None], u[None]
    report("20 000 × 20 000, 1 %, rank one", *timed(lambda: cut_distance(mask, factors)))
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GB")


if __name__ == "__main__":
    main()
