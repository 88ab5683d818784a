"""How often the noise of sparse masks passes the level of what is visible: python tests/benchmarks/bench_noise_level.py [MASKS]

MASKS homogeneous masks (default 3000) of independent entries for each shape and mean number of entries in a row. A line says
how many second singular values pass `rare_level`, a 95 % Clopper–Pearson bound for their rate, whether an exact binomial
test at 1e-3 rejects that the rate is at most one in a thousand, and how many pass the edge with the Tracy–Widom law alone.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from scipy.stats import beta, binom

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from sparse_limits.numerics.masks.sampling import sample_constant
from sparse_limits.numerics.spectra.noise_edge import RARE, edge_scale, noise_edge, rare_level
from sparse_limits.numerics.spectra.singular_values import mask_singular_values

SHAPES = ((500, 500), (400, 1600), (1000, 1000), (2000, 2000))
KEPT = (5, 10, 20, 50, 100)  # entries in a row, on average
TRACY_WIDOM = 3.2722  # which that law exceeds with probability 1e-3


def main() -> None:
    masks = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
    print(f"{'shape':>12}{'in a row':>10}{'level/edge':>12}{'pass':>6}{'of':>7}{'rate at most':>14}  rejected  without")
    for m, n in SHAPES:
        for kept in KEPT:
            rng = np.random.default_rng([m, n, kept])
            density = kept / n
            variance = density * (1 - density)
            edge, level = noise_edge(variance, m, n), rare_level(variance, m, n)
            seen = np.array([mask_singular_values(sample_constant(density, m, n, rng), 2)[1] for _ in range(masks)])
            passed = int((seen > level).sum())
            without = int((seen > edge * (1 + TRACY_WIDOM * edge_scale(m, n))).sum())
            most = beta.ppf(0.95, passed + 1, masks - passed) if passed < masks else 1.0
            rejected = "yes" if binom.sf(passed - 1, masks, RARE) < 1e-3 else "no"
            shape = f"{m} x {n}"
            print(
                f"{shape:>12}{kept:10}{level / edge:12.4f}{passed:6}{masks:7}{most:14.5f}  {rejected:8}{without:9}",
                flush=True,
            )


if __name__ == "__main__":
    main()
