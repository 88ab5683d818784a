"""Spectra against their peers, in one run: python tests/benchmarks/bench_spectra.py [SIDE:NONZEROS ...]

First the accuracy of quadratures for the graphon of SNIP (S4, both profiles half-normal, density 1/10) and for the probit
graphon (G8), by nodes; then seconds of CPU for the leading singular values of random sparse masks, and for the noise
edge. Only ratios carry over to other machines. Hold BLAS to one thread (OPENBLAS_NUM_THREADS=1).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.linalg import svds
from scipy.special import ndtri
from sklearn.utils.extmath import randomized_svd
from timing import timed

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.masks.sampling import sample_constant
from sparse_limits.numerics.spectra.noise_edge import noise_edge_bounds
from sparse_limits.numerics.spectra.singular_values import (
    Quadrature,
    graphon_singular_values,
    half_normal,
    latent_form,
    mask_singular_values,
    model_threshold,
    normal,
    uniform,
)
from sparse_limits.theory.graphon import lognormal
from sparse_limits.theory.saliency.model import SaliencyModel, half_normal_quantile, rho, u, v
from sparse_limits.theory.tails import half_normal as half_normal_noise

COUNT = 4
TARGET = 1e-12
SNIP = SaliencyModel(half_normal_quantile, half_normal_quantile.subs(u, v), half_normal_noise)
SCALES = {lognormal.row_scale: 0.8, lognormal.column_scale: 0.6, lognormal.noise_scale: 1, rho: 0.2}
PROBIT = numeric((lognormal.x, lognormal.y), lognormal.kernel.subs(SCALES))


def legendre_in_u(inverse: Callable) -> Callable[[int], Quadrature]:
    """Gauss–Legendre nodes of the quantile coordinate."""
    return lambda count: Quadrature(inverse(uniform(count).nodes), uniform(count).weights)


def midpoints_in_u(inverse: Callable) -> Callable[[int], Quadrature]:
    """A uniform grid of the quantile coordinate."""
    return lambda count: Quadrature(inverse((np.arange(count) + 0.5) / count), np.full(count, 1 / count))


def accuracy() -> None:
    snip, _, _ = latent_form(SNIP)
    cutoff = model_threshold(SNIP, 0.1)
    families = {
        "SNIP": (
            lambda x, y: snip(x, y, cutoff),
            half_normal,
            "trapezoid in log |a|",
            numeric((u,), half_normal_quantile),
        ),
        "probit": (PROBIT, normal, "Gauss–Hermite", ndtri),
    }
    print(f"{'graphon':10s}{'rule':30s}{'nodes':>7s}   error of {COUNT} values")
    for name, (kernel, law, title, inverse) in families.items():
        truth = graphon_singular_values(kernel, law, law, COUNT, nodes=160)
        rules = ((title, law, (16, 32, 48, 64)), ("Gauss–Legendre in u", legendre_in_u(inverse), (64, 256, 1024)))
        for rule, each, counts in (*rules, ("uniform grid in u", midpoints_in_u(inverse), (64, 512, 2048))):
            for nodes in counts:
                error = np.abs(graphon_singular_values(kernel, each, each, COUNT, nodes=nodes) - truth).max()
                print(f"{name:10s}{rule:30s}{nodes:7d}   {error:.1e}", flush=True)
        needed = next(q for q in range(4, 161) if _error(kernel, law, q, truth) < TARGET)
        print(f"{name:10s}{title:30s}{needed:7d}   first below {TARGET:g}", flush=True)


def _error(kernel: Callable, law: Callable[[int], Quadrature], nodes: int, truth: np.ndarray) -> float:
    return float(np.abs(graphon_singular_values(kernel, law, law, COUNT, nodes=nodes) - truth).max())


def masks(side: int, kept: int) -> None:
    rng = np.random.default_rng(0)
    mask = sample_constant(kept / side**2, side, side, rng)
    floats = csr_array(mask, dtype=float)
    tasks = {
        "mask_singular_values": lambda: mask_singular_values(mask, COUNT),
        "  peer: svds, values alone": lambda: svds(floats, k=COUNT, return_singular_vectors=False)[::-1] / side,
        "  peer: svds, triplets": lambda: svds(floats, k=COUNT)[1][::-1] / side,
        "  peer: randomized_svd": lambda: randomized_svd(floats, COUNT, random_state=0)[1] / side,
    }
    best, values = dict.fromkeys(tasks, np.inf), {}
    for _ in range(3):  # in turn, so that a busy machine treats them alike
        for name, task in tasks.items():
            start = process_time()
            values[name] = task()
            best[name] = min(best[name], process_time() - start)
    ours = best["mask_singular_values"]
    for name, took in best.items():
        error = np.abs(values[name] - values["mask_singular_values"]).max() / values["mask_singular_values"][0]
        print(
            f"{side}², {mask.nnz:.0e}  {name:30s}{took:9.3f} s{took / ours:8.2f}×   differs by {error:.0e} σ₁",
            flush=True,
        )


def edges() -> None:
    for cells in (32, 256):
        x = ndtri((np.arange(cells) + 0.5) / cells)
        P = PROBIT(x[:, None], x)
        took, edge = timed(lambda P=P: noise_edge_bounds(P * (1 - P), 1024))
        print(f"noise edge, {cells}² cells, [{edge.low:.12f}, {edge.high:.12f}]  {took:9.4f} s", flush=True)


def main() -> None:
    sizes = [argument.split(":") for argument in sys.argv[1:]] or [("4000", "4e5"), ("20000", "4e6")]
    accuracy()
    edges()
    for side, kept in sizes:
        masks(int(side), int(float(kept)))


if __name__ == "__main__":
    main()
