"""Networks on graphs: one reads pairs of vertices of any graph, the other passes messages along the edges of one graph."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from sparse_limits.numerics.equivariance.architectures import message_passing, pairs, read_out
from sparse_limits.numerics.tickets.targets.target import (
    CONTRAST,
    Array,
    Integers,
    Target,
    Training,
    exchanges,
    falling,
    fitted,
    generator,
    with_ones,
)

VERTICES, HEARD, FEATURES = 6, 2, (6, 6)
PAIRS_TRAINED, PAIRS_TESTED = 2000, 1000
PAIRS_STEPS, PAIRS_RATE, PAIRS_BATCHES = 400, 4e-3, 20
MUTUAL = (2, 3)  # from so many mutual pairs on begins the next class

SUBSETS = tuple(combinations(range(5), 2))  # vertices of Petersen's graph, joined where they are disjoint
MESSAGES, WALK, NOISE = (8, 8), (1, 2, 3), 0.05
STARTS_TRAINED, STARTS_TESTED = 2000, 1000
STARTS_STEPS, STARTS_RATE, STARTS_BATCHES = 600, 1e-2, 8


def graphs_pairs(seed: int = 0, steps: int = PAIRS_STEPS) -> Target:
    """2-IGN (Q3): directed graphs as matrices, 6 and 6 features of each pair of vertices, and their means to 3 classes.

    The classes are graphs of 6 vertices with at most 1, with 2, and with more mutual pairs (i and j receive from each other). As every
    vertex receives from 2 others (`directed_graphs`), messages that pass from equal features stay equal: they carry no information.
    No output changes when vertices are renamed. The second input channel holds 1. 2000 graphs, drawn with the seed
    5300 + seed, train it, 1000 test it. InputError as for `digits_mlp`.
    """
    rng = generator(seed, 5300)
    graphs, mutual = directed_graphs(rng, PAIRS_TRAINED + PAIRS_TESTED)
    x, labels = with_ones(graphs.reshape(len(graphs), -1)), np.searchsorted(MUTUAL, mutual, side="right")
    samples = Training(x, labels, PAIRS_TRAINED, falling(steps, PAIRS_RATE), PAIRS_BATCHES, contrast=CONTRAST)
    renamed = exchanges(VERTICES)
    moved = (VERTICES * renamed[:, :, None] + renamed[:, None, :]).reshape(len(renamed), -1)
    return fitted("graphs-pairs", rng, read_out(pairs(VERTICES)), (2, *FEATURES, len(MUTUAL) + 1), samples, moved)


def directed_graphs(rng: np.random.Generator, count: int) -> tuple[Array, Integers]:
    """Graphs of 6 vertices, each of which receives from 2 others, any two alike: float[count, 6, 6]; and their mutual pairs."""
    rank = rng.random((count, VERTICES, VERTICES))
    rank[:, np.arange(VERTICES), np.arange(VERTICES)] = 2  # last
    graphs = (rank.argsort(axis=2).argsort(axis=2) < HEARD).astype(np.float64)
    mutual = (graphs * graphs.transpose(0, 2, 1)).sum(axis=(1, 2)) / 2
    return graphs, mutual.astype(np.int64)


def graphs_messages(seed: int = 0, steps: int = STARTS_STEPS) -> Target:
    """Message passing 2–8–8–1 on Petersen's graph, 10 vertices of 3 neighbours each: from which vertex did heat start?

    The largest of the 10 outputs, one for each vertex, is the answer. The 120 automorphisms of the graph, which two
    generate, move outputs along. The second input channel holds 1. 2000 cases (`spread_heat`), drawn with the seed
    5400 + seed, train it, 1000 test it. InputError as for `digits_mlp`.
    """
    rng = generator(seed, 5400)
    heat, starts = spread_heat(rng, STARTS_TRAINED + STARTS_TESTED)
    samples = Training(
        with_ones(heat), starts, STARTS_TRAINED, falling(steps, STARTS_RATE), STARTS_BATCHES, contrast=CONTRAST
    )
    architecture = message_passing(petersen(), depth=len(MESSAGES) + 1)
    return fitted("graphs-messages", rng, architecture, (2, *MESSAGES, 1), samples, automorphisms())


def petersen() -> Integers:
    """The adjacency matrix of Petersen's graph: pairs among five, joined where they have nothing in common."""
    return np.array([[int(not {*one} & {*other}) for other in SUBSETS] for one in SUBSETS])


def automorphisms() -> Integers:
    """Two that generate the group of order 120: what an exchange and a cycle of the five do to their pairs. int[2, 10]"""
    return np.array(
        [
            [SUBSETS.index(tuple(sorted(moved[x] for x in pair))) for pair in SUBSETS]
            for moved in ((1, 0, 2, 3, 4), (1, 2, 3, 4, 0))
        ]
    )


def spread_heat(rng: np.random.Generator, count: int) -> tuple[Array, Integers]:
    """Heat on the vertices, float[count, 10], and where it started, int[count].

    In each of 1, 2 or 3 steps every vertex hands all it has to its neighbours in equal parts; every reading has a normal
    error of deviation 0.05. After the first step the vertex where it started has none.
    """
    graph = petersen()
    walk = graph / graph.sum(axis=1)
    starts, times = rng.integers(len(graph), size=count), rng.choice(WALK, count)
    spread = np.stack([np.linalg.matrix_power(walk, time) for time in range(max(WALK) + 1)])
    return spread[times, starts] + NOISE * rng.standard_normal((count, len(graph))), starts
