"""neural-tangents beside us: its values, kept in neural_tangents.json, and its speed.

It needs an older JAX than current numpy allows, hence an environment of its own (Python 3.10):

    pip install neural-tangents==0.6.5 jax==0.4.23 jaxlib==0.4.23 'numpy<2' 'scipy<1.13'
    python tests/peers/neural_tangents_peer.py                 writes neural_tangents.json
    python tests/peers/neural_tangents_peer.py 2000 64 3       seconds of CPU for N inputs of dimension d, L hidden layers

Fully connected, NTK parametrisation, no bias, float64. Its relu is max(z, 0): the √2 is in the weights behind it.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from pathlib import Path
from time import process_time

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["JAX_ENABLE_X64"] = "1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import jax
import neural_tangents
import numpy as np
from neural_tangents import stax

ACTIVATIONS = {"relu": (stax.Relu, 2**0.5), "erf": (stax.Erf, 1.0)}
DEPTHS = (1, 2, 3, 4)


def kernel(activation: str, depth: int):
    nonlinearity, behind = ACTIVATIONS[activation]
    layers = [stax.Dense(1, W_std=1.0, b_std=0.0, parameterization="ntk")]
    for _ in range(depth):
        layers += [nonlinearity(), stax.Dense(1, W_std=behind, b_std=0.0, parameterization="ntk")]
    return stax.serial(*layers)[2]


def vectors() -> dict:
    """Inputs no two of which are nearly parallel, where neural-tangents itself loses digits."""
    x = np.round(np.random.default_rng(20).standard_normal((6, 7)), 3) * np.array([1, 1, 0.1, 3, 1, 1])[:, None]
    values: dict = {}
    for name in ACTIVATIONS:
        for depth in DEPTHS:
            found = kernel(name, depth)(x, x[::-1], ("nngp", "ntk"))
            values[f"{name} {depth}"] = {"nngp": found.nngp.tolist(), "ntk": found.ntk.tolist()}
    versions = {package.__name__: package.__version__ for package in (neural_tangents, jax, np)}
    return {"versions": {"python": platform.python_version(), **versions}, "x": x.tolist(), "x2": "x reversed"} | values


def seconds(n: int, d: int, depth: int) -> dict[str, float]:
    x = np.random.default_rng(0).standard_normal((n, d))
    times = {}
    for kinds in ("ntk", ("nngp", "ntk")):
        run = jax.jit(lambda x, kinds=kinds: kernel("relu", depth)(x, None, kinds))
        jax.block_until_ready(run(x))  # compiles
        tries = []
        for _ in range(6):
            start = process_time()
            jax.block_until_ready(run(x))
            tries.append(process_time() - start)
        times[str(kinds)] = min(tries)
    return times


if __name__ == "__main__":
    if len(sys.argv) == 4:
        print(json.dumps(seconds(*map(int, sys.argv[1:]))))
    else:
        Path(__file__).with_name("neural_tangents.json").write_text(json.dumps(vectors(), indent=1) + "\n")
