"""Inequalities on boxes beside other provers: python tests/benchmarks/bench_boxes.py [SECONDS]

The reference walks the expression and its SymPy derivatives with `sparse_limits.numerics.exact.balls` on every cell: natural extension and
mean value form, bisecting the letter that contributes most. It is given SECONDS (default 60) for an inequality. codac is
asked to pave where the opposite holds (`sivia`), which it proves to be nowhere; it has neither erfc nor Bessel functions.
Beside these stand the seconds of two prototypes, measured once, on another machine: they tell orders of magnitude. Their
Mills' ratio and their tail inequality in ab are not recorded word for word: other cells than the reference's say that they
were written in another way.

Ours are CPU seconds with preparation, the least of six runs, each cold of answers: what `prove` keeps is forgotten before
it. What evaluates expressions at points in balls stays prepared from the first run on, which is distinguished as well.
"""

from __future__ import annotations

import sys
from pathlib import Path
from time import process_time

import sympy as sp
from flint import acb, arb, ctx, fmpq

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from timing import timed

from sparse_limits.numerics.exact import balls
from sparse_limits.numerics.exact.boxes import Outcome, prove, search

try:
    import codac
except ImportError:
    codac = None

R = sp.Rational
a, b, t = sp.symbols("a b t", positive=True)
c = sp.Symbol("c", real=True)
KAPPA = (sp.sqrt(1 - c**2) + (sp.pi - sp.acos(c)) * c) / sp.pi
MILLS = sp.sqrt(sp.pi / 2) * sp.erfc(t / sp.sqrt(2)) * sp.exp(t**2 / 2)
INEQUALITIES = {
    "c < kappa_1(c)": (c, KAPPA, {c: (R(-1, 2), R(9, 10))}),
    "Mills' ratio < 1/t": (MILLS, 1 / t, {t: (R(1, 10), 6)}),
    "K_0 < its leading term": (sp.besselk(0, t), sp.sqrt(sp.pi / (2 * t)) * sp.exp(-t), {t: (R(1, 10), 8)}),
    "ab/(1 + ab) < log(1 + ab)": (a * b / (1 + a * b), sp.log(1 + a * b), {a: (R(1, 10), 4), b: (R(1, 10), 4)}),
    "erfc(ab) < exp(-(ab)^2)": (sp.erfc(a * b), sp.exp(-((a * b) ** 2)), {a: (R(1, 10), 2), b: (R(1, 10), 2)}),
}
GORDON = 2 / sp.sqrt(sp.pi) * sp.exp(-((a * b) ** 2)) / (a * b + sp.sqrt((a * b) ** 2 + 2))
INEQUALITIES["its lower bound < erfc(ab)"] = (GORDON, sp.erfc(a * b), {a: (R(1, 10), 2), b: (R(1, 10), 2)})
PROTOTYPES = {  # seconds of the first, which is the reference on slower balls, and of the second
    "c < kappa_1(c)": (0.2, 0.003),
    "Mills' ratio < 1/t": (0.2, 0.013),
    "K_0 < its leading term": (2.7, 0.03),
    "ab/(1 + ab) < log(1 + ab)": (0.5, 0.010),
    "erfc(ab) < exp(-(ab)^2)": (31, 0.21),
    "its lower bound < erfc(ab)": (31, 0.21),
}
LEAST = 1e-9  # side of a cell that codac does not halve any more
Cell = tuple[tuple[fmpq, fmpq], ...]


def reference(low: sp.Expr, high: sp.Expr, within: dict, seconds: float) -> tuple[int, bool]:
    """How many cells the straightforward prover takes, and whether it ends."""
    gap, letters = high - low, list(within)
    slopes = [sp.diff(gap, letter) for letter in letters]

    def value(expression: sp.Expr, at: list[arb]) -> arb:
        return balls.evaluate(expression, dict(zip(letters, map(acb, at), strict=True))).real

    def exact(number: object) -> fmpq:
        return fmpq(int(sp.Rational(number).p), int(sp.Rational(number).q))

    waiting: list[Cell] = [tuple((exact(x), exact(y)) for x, y in within.values())]
    cells, start = 0, process_time()
    while waiting:
        if process_time() - start > seconds:
            return cells, False
        cell = waiting.pop()
        cells += 1
        middle = [(x + y) / 2 for x, y in cell]
        half = [arb((y - x) / 2) for x, y in cell]
        box = [arb(m, h) for m, h in zip(middle, half, strict=True)]
        if value(gap, box) > 0:
            continue
        spread = [abs(value(slope, box)) * h for slope, h in zip(slopes, half, strict=True)]
        at_middle = value(gap, list(map(arb, middle)))
        assert not at_middle < 0
        if at_middle - sum(spread) > 0:
            continue
        known = [float(each.upper()) if each.is_finite() else float("inf") for each in spread]
        place = max(range(len(cell)), key=lambda x: (known[x], cell[x][1] - cell[x][0]))
        (x, y), m = cell[place], middle[place]
        waiting += [(*cell[:place], part, *cell[place + 1 :]) for part in ((m, y), (x, m))]
    return cells, True


def cold(low: sp.Expr, high: sp.Expr, within: dict) -> Outcome:
    """The answer, found anew."""
    search._answered.cache_clear()
    return prove(low, high, within=within, strict=True)


def paved(name: str) -> int | None:
    """How many cells codac takes, preparation included; None for what it has no functions for."""
    if name == "c < kappa_1(c)":
        x, box, pi = codac.VectorVar(1), [(-0.5, 0.9)], codac.Interval.pi()
        gap = (codac.sqrt(1 - codac.sqr(x[0])) + (pi - codac.acos(x[0])) * x[0]) / pi - x[0]
    elif name == "ab/(1 + ab) < log(1 + ab)":
        x, box = codac.VectorVar(2), [(0.1, 4)] * 2
        gap = codac.log(1 + x[0] * x[1]) - x[0] * x[1] / (1 + x[0] * x[1])
    else:
        return None
    wider = codac.IntervalVector([[codac.prev_float(low), codac.next_float(high)] for low, high in box])
    paving = codac.sivia(wider, codac.AnalyticFunction([x], gap), codac.Interval(-codac.oo, 0), LEAST)
    assert all(cell.is_empty() for cell in paving.boxes(codac.PavingInOut.outer))
    return len(paving.boxes(codac.PavingInOut.outer_complem))


def main() -> None:
    allowed = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    if codac is None:
        print("codac is not installed: pip install -e '.[bench]'")
    print(
        f"{'':28}{'cells':>6}{'seconds':>9}{'(first)':>9}{'reference: cells':>18}{'seconds':>9}{'ratio':>7}"
        f"{'prototypes: ratios':>20}{'codac: cells':>14}{'seconds':>9}{'ratio':>7}"
    )
    for name, (low, high, within) in INEQUALITIES.items():
        first, _ = timed(lambda q=(low, high, within): cold(*q), runs=1)  # type: ignore[misc]
        ours, outcome = timed(lambda q=(low, high, within): cold(*q))  # type: ignore[misc]
        assert outcome.verdict == "proved", outcome
        with ctx.workprec(64):
            theirs, (cells, ends) = timed(lambda q=(low, high, within): reference(*q, allowed), enough=0)  # type: ignore[misc]
        line = f"{name:28}{outcome.cells:6}{ours:9.4f}{first:9.4f}{cells:18}{theirs:9.3f}{theirs / ours:6.3g}{'×' if ends else '+'}"
        line += f"{' and '.join(f'{each / ours:.3g}×' for each in PROTOTYPES[name]):>20}"
        if codac is not None:
            took, leaves = timed(lambda name=name: paved(name))  # type: ignore[misc]
            line += f"{'no functions':>14}" if leaves is None else f"{leaves:14}{took:9.5f}{took / ours:6.2g}×"
        print(line, flush=True)


if __name__ == "__main__":
    main()
