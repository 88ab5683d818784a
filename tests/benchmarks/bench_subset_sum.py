"""The nearest subset sum against its peers, in one run: python tests/benchmarks/bench_subset_sum.py [seconds]

Last, exact second moments of the number of subsets that come close.
Uniform items on [−1, 1] as doubles, the target 3/10. Every answer is evaluated anew, exactly, and compared with the
optimum, whatever its solver calls it. CP-SAT (pip install ortools) takes part if it can be imported; HiGHS is that of
SciPy, content within 1e-6 of its bound. Either may think for `seconds` (default 60), in one thread. Seconds of CPU, the
best of a few repetitions; only ratios carry over.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import sympy as sp
from flint import arb, ctx, fmpq
from timing import timed

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from sparse_limits.numerics.exact import balls
from sparse_limits.numerics.subset_sum import SubsetSumSolver
from sparse_limits.numerics.subset_sum.inexact import nearest_in_doubles
from sparse_limits.numerics.subset_sum.second_moments import second_moment
from sparse_limits.theory.subset_sum import symbols
from sparse_limits.theory.subset_sum.further.second_moment import second_moment as moment

TARGET = 0.3
Answer = tuple[np.ndarray, str]  # a mask and what its solver says of it


def exact_error(x: np.ndarray, mask: np.ndarray) -> Fraction:
    return abs(sum((Fraction(v) for v in x[mask].tolist()), Fraction(0)) - Fraction(TARGET))


def ours(x: np.ndarray) -> Answer:
    return SubsetSumSolver().solve(x, TARGET).mask, "optimal"


def numpy_sorting(x: np.ndarray) -> Answer:
    mask, reported = nearest_in_doubles(x, TARGET)
    return mask, f"{reported:.4e}"


def numpy_merging(x: np.ndarray) -> Answer:
    """Half sums kept sorted item by item: numpy's stable sort merges the two runs. Reports the error, no mask."""

    def ascending(items: np.ndarray) -> np.ndarray:
        sums = np.zeros(1)
        for item in items:
            sums = np.concatenate([sums, sums + item])
            sums.sort(kind="stable")
        return sums

    left, right = np.array_split(x, 2)
    wanted, sums = TARGET - ascending(left), ascending(right)
    place = np.searchsorted(sums, wanted)
    near = [np.abs(sums[np.clip(place + side, 0, len(sums) - 1)] - wanted).min() for side in (-1, 0)]
    return np.zeros(0, dtype=bool), f"{min(near):.4e}"


def cp_sat(limit: float) -> Callable[[np.ndarray], Answer]:
    def solve(x: np.ndarray) -> Answer:
        from ortools.sat.python import cp_model

        unit = 2.0**54  # items are multiples of 2⁻⁵², the target of 2⁻⁵⁴; CP-SAT allows sums below 2⁶²
        items = [round(v * unit) for v in x.tolist()]
        bound = sum(map(abs, items)) + round(unit)
        model = cp_model.CpModel()
        kept = [model.new_bool_var(str(i)) for i in range(len(items))]
        error = model.new_int_var(0, bound, "error")
        gap = sum(v * b for v, b in zip(items, kept, strict=True)) - round(TARGET * unit)
        model.add(error >= gap)
        model.add(error >= -gap)
        model.minimize(error)
        solver = cp_model.CpSolver()
        solver.parameters.max_time_in_seconds = limit
        solver.parameters.num_workers = 1
        status = solver.status_name(solver.solve(model))
        mask = [bool(solver.value(b)) for b in kept] if status in ("OPTIMAL", "FEASIBLE") else [False] * len(items)
        return np.array(mask), status.lower()

    return solve


def highs(limit: float) -> Callable[[np.ndarray], Answer]:
    def solve(x: np.ndarray) -> Answer:
        from scipy.optimize import Bounds, LinearConstraint, milp

        n = len(x)
        gap = np.vstack([np.append(x, -1), np.append(x, 1)])  # Σ − t ≤ z ≤ Σ + t
        found = milp(
            np.append(np.zeros(n), 1),
            constraints=LinearConstraint(gap, [-np.inf, TARGET], [TARGET, np.inf]),
            integrality=np.append(np.ones(n), 0),
            bounds=Bounds(np.zeros(n + 1), np.append(np.ones(n), np.inf)),
            options={"time_limit": limit, "mip_rel_gap": 0.0},
        )
        status = "optimal" if found.status == 0 else "time limit" if found.status == 1 else found.message
        return (np.zeros(n, dtype=bool) if found.x is None else found.x[:n] > 0.5), status

    return solve


def compare(n: int, limit: float) -> None:
    x = np.random.default_rng(n).uniform(-1, 1, n)
    solvers: dict[str, Callable[[np.ndarray], Answer]] = {
        "ours": ours,
        "numpy, sorting": numpy_sorting,
        "numpy, merging by stable sorts": numpy_merging,
        "HiGHS (scipy milp)": highs(limit),
    }
    if find_spec("ortools"):
        solvers["CP-SAT (ortools)"] = cp_sat(limit)
    print(f"n = {n}")
    least, optimum = 0.0, Fraction(0)
    for name, solve in solvers.items():
        took, (mask, says) = timed(lambda solve=solve: solve(x), enough=2.0)
        least = least or took
        line = f"  {name:34s}{took * 1e3:12.3f} ms {took / least:10.1f}×  says {says}"
        if len(mask):
            error = exact_error(x, mask)
            optimum = optimum or error
            wrong = "" if error == optimum else f", {float(error / optimum):.3g} × the optimum"
            line += f"; error {float(error):.4e}{wrong}"
        print(line, flush=True)


def growth(*sizes: int) -> None:
    """Time and memory of one target beyond what is kept in lists: 2^{n/2} of each up to 44 items, of time alone beyond."""
    script = "import resource, sys, time; import numpy as np; from sparse_limits.numerics.subset_sum import SubsetSumSolver as S; "
    script += "n = int(sys.argv[1]); x = np.random.default_rng(n).uniform(-1, 1, n); s = S(); s.solve(x[:30], 0.3); "
    script += "start = time.process_time(); error = s.solve(x, 0.3).error; took = time.process_time() - start; "
    script += "print(f'n = {n}: {took:8.2f} s, {took / 2 ** (n / 2) * 1e9:6.1f} ns for each of 2^(n/2), "
    script += "{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB, error {float(error):.2e}')"
    for n in sizes:
        root = Path(__file__).resolve().parents[2]
        subprocess.run([sys.executable, "-c", script, str(n)], check=True, cwd=root)


def tolerances(n: int, eps: float, targets: int) -> None:
    rng = np.random.default_rng(n)
    x, z = rng.uniform(-1, 1, n), rng.uniform(-0.5, 0.5, targets)
    built, prepared = timed(lambda: SubsetSumSolver().prepare(x))
    took, found = timed(lambda: prepared.within(z, eps))
    met = all(found[place].error <= eps for place in range(0, targets, max(1, targets // 1000)))
    print(
        f"n = {n}, {targets} targets within {eps}: {took / targets * 1e6:.3f} µs each after {built * 1e3:.2f} ms, "
        f"every answer checked met its tolerance: {met}"
    )


def second_moments(*sizes: int) -> None:
    """Of the number of subsets within 1/10 of 1/3: the closed form in balls, and fractions up to ten items."""
    z, eps = sp.Rational(1, 3), sp.Rational(1, 10)
    place = {symbols.z: z, symbols.eps: eps}
    for size in sizes:
        took, ball = timed(lambda size=size: balls.enclose(moment, {**place, symbols.n: size}), enough=0.0)
        line = f"second moment, n = {size}: {took:8.2f} s, {ball.real.str(12, radius=False)}"
        if size <= 10:
            took, value = timed(lambda size=size: second_moment(size, z, eps), enough=0.0)
            with ctx.workprec(400):
                agrees = ball.real.contains(arb(fmpq(value.numerator, value.denominator)))
            line += f"; in fractions {took:8.2f} s, the same number: {agrees}"
        print(line, flush=True)


def main() -> None:
    limit = float(sys.argv[1]) if sys.argv[1:] else 60.0
    for n in (20, 24, 30, 40):
        compare(n, limit)
    tolerances(30, 1e-3, 100_000)
    growth(40, 44, 46, 48, 52, 56)
    second_moments(6, 10, 14, 20)


if __name__ == "__main__":
    main()
