"""How each engine's time grows with its size: python tests/benchmarks/bench_growth.py [ENGINE …]

Seconds of CPU at a few sizes, the best of a few repetitions each, the exponent that fits the last three (least squares on
logarithms), and what a thousand times the last size would take by it. Hold BLAS to one thread (OPENBLAS_NUM_THREADS=1).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import sympy as sp
from timing import seconds

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import sparse_limits as sl
from sparse_limits.numerics.kernels import LayerGraphons, input_latent
from sparse_limits.numerics.lifts import forward, random_sparse_lift, random_weights
from sparse_limits.numerics.masks.composition import GridGraphon, Latent, point_latent
from sparse_limits.numerics.masks.sampling import sample_rank_one
from sparse_limits.numerics.spectra.noise_edge import noise_edge
from sparse_limits.numerics.subset_sum import SubsetSumSolver
from sparse_limits.numerics.tickets import multilayer_perceptron as perceptron
from sparse_limits.theory.lifts.perceptrons import multilayer_perceptron

Call = Callable[[], object]
DIRECTION = np.linspace(0.3, 1.7, 4)


def draws(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).standard_normal(shape)


def rank_one(n: int, kept: float) -> Any:
    u = np.interp(np.linspace(0, 1, n), np.linspace(0, 1, 4), DIRECTION) * (kept / n**2) ** 0.5
    return sample_rank_one(u, u, rng=0)


def mask_of(kept: int) -> Call:
    return lambda: rank_one(round((100 * kept) ** 0.5), kept)


def scan_of(kept: int) -> Call:
    mask = rank_one(round((100 * kept) ** 0.5), kept)
    return lambda: sl.scan_mask(mask)


def fit_of(n: int) -> Call:
    mask = rank_one(n, 0.1 * n**2)
    return lambda: sl.fit(mask)


def cut_of(n: int) -> Call:
    noise = (draws(n, n) > 0) - 0.5
    return lambda: sl.cut_norm(noise)


def sparse_cut_of(n: int) -> Call:
    mask = rank_one(n, 0.01 * n**2)
    return lambda: sl.cut_distance(mask, 0.01)


def values_of(kept: int) -> Call:
    mask = rank_one(round((100 * kept) ** 0.5), kept)
    return lambda: sl.corrected_singular_values(mask, 4)


def top_of(n: int) -> Call:
    scores = abs(draws(n, n))
    return lambda: sl.global_mask(scores, 0.1)


def dense_of(inputs: int) -> Call:
    x = draws(inputs, 64)
    return lambda: sl.dense_kernel(x, depth=3)


def tangent_of(width: int) -> Call:
    network, x = sl.random_network((64, width, width, 1), 0), draws(100, 64)
    masks = [abs(draws(*weights.shape)) > 1.28 for weights in network.weights]  # a fifth is kept
    return lambda: sl.tangent_kernel(network, x, masks=masks)


def graphon_of(inputs: int, nodes: int = 64) -> Call:
    """Two hidden layers on Gauss–Legendre nodes."""
    at, weights = np.polynomial.legendre.leggauss(nodes)
    hidden = Latent((at + 1) / 2, weights / 2)
    sides = (input_latent(64), hidden, hidden, point_latent())
    kept = [
        GridGraphon(0.1 + 0.8 / (1 + above.positions[:, None] + below.positions), above, below)
        for below, above in pairwise(sides)
    ]
    layers, x = [LayerGraphons(each, each) for each in kept], draws(inputs, 64)
    return lambda: sl.graphon_kernel(x, layers)


def train_of(width: int) -> Call:
    network, x = sl.random_network((64, width, width, 1), 0), draws(100, 64)
    masks = [abs(draws(*weights.shape)) > 1.28 for weights in network.weights]
    return lambda: sl.train(network, x, x[:, 0], step=0.1, steps=20, masks=masks)


def lift_of(width: int) -> Call:
    """A random lift with 30 maps into each copy of a unit."""
    rng, module = np.random.default_rng(0), multilayer_perceptron(3, sp.tanh)
    lift = random_sparse_lift(module, dict.fromkeys(range(4), width), dict.fromkeys(module.maps, 30), rng)
    weights, x = random_weights(lift, rng), draws(200, width)
    return lambda: forward(lift, weights, {0: x})


def subset_of(items: int) -> Call:
    x = np.random.default_rng(items).uniform(-1, 1, items)
    return lambda: SubsetSumSolver().solve(x, 0.3)


def law_of(units: int) -> Call:
    return lambda: sl.predict("snip", "digits", (64, 64), density=0.1, samples=100, units=units, networks=1)


def drawn_of(width: int) -> Call:
    return lambda: sl.predict("magnitude", "digits", (width, width), density=0.1, samples=100, units=64, networks=4)


def edge_of(cells: int) -> Call:
    """Row factors times column factors, as the noise of a rank-one mask has them."""
    at = np.linspace(0.1, 1, cells)
    return lambda: noise_edge(at[:, None] * at, 10**5)


def prune_of(width: int) -> Call:
    """Needs torch: SNIP's passes over 256 samples, the masks and their report."""
    from torch import nn, tensor

    sides = (64, width, width, 10)
    layers = [part for above, below in pairwise(sides) for part in (nn.Linear(above, below), nn.ReLU())]
    model, labels = nn.Sequential(*layers[:-1]), np.arange(256) % 10
    data = (tensor(draws(256, 64), dtype=next(model.parameters()).dtype), tensor(labels))
    return lambda: sl.prune(model, "snip", density=0.1, data=data, loss="cross-entropy")


def ticket_of(side: int) -> Call:
    """A subset sum of 20 numbers for each coefficient of one dense layer between two others."""
    target = perceptron([draws(8, side) / 40, draws(side, side) / 40, draws(side, 1) / 40])
    return lambda: sl.find_ticket(target, width=20, eps=1e-3)


ENGINES: dict[str, tuple[str, Callable[[int], Call], Sequence[int]]] = {
    "sampling": ("kept weights of a mask at 1 %", mask_of, (10**5, 10**6, 10**7)),
    "scan": ("kept weights of a mask at 1 %", scan_of, (3 * 10**5, 10**6, 3 * 10**6)),
    "fit": ("side of a square mask at 10 %", fit_of, (500, 1000, 2000)),
    "cut_norm": ("side of a square matrix", cut_of, (250, 500, 1000, 2000)),
    "sparse_cut": ("side of a mask at 1 %, never expanded", sparse_cut_of, (5000, 7000, 10000)),
    "singular_values": ("kept weights of a mask at 1 %, four values", values_of, (10**5, 3 * 10**5, 10**6)),
    "top_k": ("side of a square mask, from its scores", top_of, (500, 1000, 2000)),
    "graphon_kernel": ("inputs, 64 nodes, 2 hidden layers", graphon_of, (125, 250, 500)),
    "dense_kernel": ("inputs, 3 hidden layers", dense_of, (1000, 2000, 4000)),
    "tangent_kernel": ("width of 2 hidden layers, 100 inputs", tangent_of, (256, 512, 1024)),
    "train": ("width of 2 hidden layers, 20 steps on 100 inputs, a fifth kept", train_of, (256, 512, 1024)),
    "lift": ("copies of each unit, degree 30, 200 inputs, forward", lift_of, (500, 1000, 2000)),
    "subset_sum": ("items; the exponent is of 2^n", subset_of, (36, 40, 44)),
    "law": ("units of the law, 100 samples, beside one small network", law_of, (1024, 2048, 4096)),
    "noise_edge": ("side of a profile of variances", edge_of, (500, 1000, 2000)),
    "prune": ("width of 2 hidden layers, 256 samples, SNIP (torch)", prune_of, (256, 512, 1024)),
    "ticket": ("width of 2 hidden layers of the target", ticket_of, (128, 256, 512)),
    "networks": ("width of 2 hidden layers, 4 networks", drawn_of, (256, 512, 1024)),
}


def measure(name: str) -> None:
    what, call_of, sizes = ENGINES[name]
    call_of(sizes[0])()  # compiles what is to be compiled
    took = [seconds(call_of(size)) for size in sizes]
    logs = np.asarray(sizes) * np.log(2) if name == "subset_sum" else np.log(sizes)
    exponent = np.polyfit(logs[-3:], np.log(took[-3:]), 1)[0]
    larger = "" if name == "subset_sum" else f"; a thousand times: {took[-1] * 1000**exponent / 3600:.3g} h"
    steps = ", ".join(f"{size:g}: {time:.3g} s" for size, time in zip(sizes, took, strict=True))
    print(f"{name} ({what}): {steps}; exponent {exponent:.2f}{larger}", flush=True)


if __name__ == "__main__":
    for chosen in sys.argv[1:] or ENGINES:
        measure(chosen)
