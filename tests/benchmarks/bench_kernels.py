"""Kernels against their peers, in one run: python tests/benchmarks/bench_kernels.py [PYTHON_WITH_NEURAL_TANGENTS]

Seconds of CPU, the least of a few runs; only ratios carry over to other machines. neural-tangents takes part if a
Python that can import it is named (tests/peers/neural_tangents_peer.py says how to make one). Hold BLAS to one thread
(OPENBLAS_NUM_THREADS=1).
"""

from __future__ import annotations

import json
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
from timing import seconds

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from sparse_limits.numerics.kernels import LayerGraphons, activation, dense_kernel, graphon_kernel, input_latent
from sparse_limits.numerics.masks.composition import GridGraphon, Latent, point_latent


def line(task: str, name: str, took: float, ours: float = np.nan, memory: float = np.nan) -> None:
    ratio = f"{took / ours:9.2f}×" if ours == ours else ""
    print(f"{task:42s}{name:34s}{took:10.4f} s {ratio}" + (f"{memory:9.3f} GB" if memory == memory else ""), flush=True)


def peak(run: Callable[[], object]) -> float:
    tracemalloc.start()
    run()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most / 1e9


def dense(peer: str | None, n: int = 2000, d: int = 64, depth: int = 3) -> None:
    task, x = f"dense, N={n}, d={d}, {depth} hidden layers", np.random.default_rng(0).standard_normal((n, d))
    took = {name: seconds(lambda name=name: dense_kernel(x, depth=depth, activation=name)) for name in ("relu", "erf")}
    line(task, "relu", took["relu"], memory=peak(lambda: dense_kernel(x, depth=depth)))
    line(task, "erf", took["erf"])
    tanh = activation("tanh")
    line(task, "tanh, by its Hermite series", seconds(lambda: dense_kernel(x, depth=depth, activation=tanh)))
    if peer:
        script = Path(__file__).resolve().parents[1] / "peers" / "neural_tangents_peer.py"
        arguments = [peer, str(script), str(n), str(d), str(depth)]
        found = json.loads(subprocess.run(arguments, capture_output=True, check=True, text=True).stdout)
        for kinds, value in found.items():
            line(task, f"  peer: neural-tangents, {kinds}", value, took["relu"])


def near_parallel(n: int = 2000, d: int = 64) -> None:
    """Inputs that are 3 % off one direction, and one with both signs, beside random ones."""
    rng = np.random.default_rng(0)
    direction, apart = rng.standard_normal(d), rng.standard_normal((n, d))
    near = direction + 0.03 * np.linalg.norm(direction) / np.sqrt(d) * apart
    for depth in (1, 3):
        task = f"dense, N={n}, d={d}, {depth} hidden layers"
        took = seconds(lambda depth=depth: dense_kernel(apart, depth=depth))
        for name, x in (("nearly parallel", near), ("or opposite", near * rng.choice([-1, 1], (n, 1)))):
            line(task, name, seconds(lambda depth=depth, x=x: dense_kernel(x, depth=depth)), took)


def network(nodes: int, d: int, hidden: int, masks_see_weights: bool) -> list[LayerGraphons]:
    """Smooth graphons on Gauss–Legendre nodes; W is Q unless masks see the weights."""
    x, weights = np.polynomial.legendre.leggauss(nodes)
    below, layers = input_latent(d), []
    for place in range(hidden + 1):
        above = Latent((x + 1) / 2, weights / 2) if place < hidden else point_latent()
        kept = GridGraphon(0.1 + 0.8 / (1 + above.positions[:, None] + place * below.positions), above, below)
        layers.append(LayerGraphons(kept, GridGraphon(kept.values**0.7, above, below) if masks_see_weights else kept))
        below = above
    return layers


def backward(
    contract: Callable[[np.ndarray, np.ndarray], np.ndarray], x: np.ndarray, layers: list[LayerGraphons]
) -> np.ndarray:
    """The recursion as it is written, for all pairs at once: forward for Σ, backward for G."""
    sigmas, tildes, slopes = [x.T[:, :, None] * x.T[:, None]], [], []
    for _, second_moment in layers:
        tilde = contract(second_moment.values * second_moment.columns.weights, sigmas[-1])
        deviation = np.sqrt(np.diagonal(tilde, axis1=1, axis2=2))
        root = deviation[:, :, None] * deviation[:, None]
        cosine = np.clip(tilde / root, -1, 1)
        supplement = np.pi - np.arccos(cosine)
        sigmas.append(root * (np.sqrt(1 - cosine**2) + supplement * cosine) / np.pi)
        slopes.append(supplement / np.pi)
        tildes.append(tilde)
    gradient, theta = np.ones((1, len(x), len(x))), 0.0
    for place in range(len(layers) - 1, -1, -1):
        trained, second_moment = layers[place]
        same = trained is second_moment
        own = tildes[place] if same else contract(trained.values * trained.columns.weights, sigmas[place])
        theta = theta + contract(trained.rows.weights[None], gradient * own)[0]
        if place:
            gradient = slopes[place - 1] * contract((second_moment.values * trained.rows.weights[:, None]).T, gradient)
    return theta


def graphon(hidden: int, masks_see_weights: bool, n: int = 500, d: int = 64, nodes: int = 64) -> None:
    task = f"graphon, N={n}, {nodes} nodes, {hidden} hidden, {'W≠Q' if masks_see_weights else 'W=Q'}"
    x, layers = np.random.default_rng(0).standard_normal((n, d)), network(nodes, d, hidden, masks_see_weights)
    took = seconds(lambda: graphon_kernel(x, layers))
    line(task, "ours", took, memory=peak(lambda: graphon_kernel(x, layers)))
    ours = graphon_kernel(x, layers).ntk
    for name, contract in {
        "tensordot": lambda a, b: np.tensordot(a, b, 1),
        "einsum": lambda a, b: np.einsum("uv,vij->uij", a, b),
    }.items():
        run = lambda contract=contract: backward(contract, x, layers)  # noqa: E731
        line(task, f"  peer: {name}", seconds(run), took, peak(run))
        off = ~np.eye(n, dtype=bool)  # on the diagonal the peer loses half its digits
        assert np.abs(run() - ours)[off].max() < 1e-12


def main() -> None:
    dense(sys.argv[1] if len(sys.argv) > 1 else None)
    near_parallel()
    for hidden, masks_see_weights in ((2, False), (2, True), (3, False), (3, True)):
        graphon(hidden, masks_see_weights)


if __name__ == "__main__":
    main()
