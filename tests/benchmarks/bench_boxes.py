"""Inequalities on boxes beside the straightforward prover: python tests/benchmarks/bench_boxes.py [SECONDS]

The reference walks the expression and its SymPy derivatives with `numerics.exact.balls` on every cell: natural extension and
mean value form, bisecting the letter that contributes most. It is given SECONDS (default 60) for an inequality. A line has
cells and CPU seconds of both, preparation included, and how many times faster `numerics.exact.boxes` is.
"""

from __future__ import annotations

import sys
from pathlib import Path
from time import process_time

import sympy as sp
from flint import acb, arb, ctx, fmpq

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from timing import timed

from numerics.exact import balls
from numerics.exact.boxes import prove

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


def main() -> None:
    allowed = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    print(f"{'':28}{'boxes: cells':>14}{'seconds':>9}{'reference: cells':>19}{'seconds':>9}{'faster':>9}")
    for name, (low, high, within) in INEQUALITIES.items():
        ours, outcome = timed(lambda low=low, high=high, within=within: prove(low, high, within=within, strict=True))  # type: ignore[misc]
        assert outcome.verdict == "proved", outcome
        with ctx.workprec(64):
            theirs, (cells, ends) = timed(lambda q=(low, high, within): reference(*q, allowed), enough=0)  # type: ignore[misc]
        more = "" if ends else " or more"
        print(f"{name:28}{outcome.cells:14}{ours:9.3f}{cells:19}{theirs:9.2f}{theirs / ours:9.0f}{more}", flush=True)


if __name__ == "__main__":
    main()
