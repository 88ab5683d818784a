"""Evidence for the adjunction of pullback and fibre sum."""

from typing import Any

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.numerics.exact.polynomials import polynomial
from sparse_limits.theory.lifts.bundle import Bundle, Point
from sparse_limits.theory.lifts.further.adjoint import (
    ABOVE,
    OVER,
    Section,
    Y,
    adjunction,
    fibre_sizes,
    m,
    product,
    r,
    s,
    scaled,
    t,
)


@exact(adjunction, step="adjoint")
def fibre_sums_are_adjoint(pulled: Section, pushed: Section, trial: Trial) -> Findings:
    """(b) as an identity of polynomials in all entries, the pullback being what the definition says."""
    yield trial.same(product(pulled, t), product(s, pushed), by=polynomial)
    yield trial.same(Y.inner(s, pushed), product(s, pushed), by=polynomial)
    for u, v in OVER.items():
        for found, entry in zip(pulled[u], s[v], strict=True):
            yield trial.same(found, entry)


@exact(adjunction, step="composition")
def fibre_sums_compose(pushed_twice: Section, trial: Trial) -> Findings:
    """(a): both sides are adjoint to the pullback along the composition."""
    composed: dict[Point, Point] = {x: OVER[u] for x, u in ABOVE.items()}
    yield trial.same(product({x: s[v] for x, v in composed.items()}, r), product(s, pushed_twice), by=polynomial)
    for v, value in Y.push(composed, r).items():
        for found, entry in zip(pushed_twice[v], value, strict=True):
            yield trial.same(found, entry)


@exact(adjunction, step="length")
def lengths_grow_with_the_fibres(multiplicity: sp.Expr, squared_norm: sp.Expr, trial: Trial) -> Findings:
    """(c) as an identity of polynomials, by the pullback and by the multiples of its fibre sum."""
    above: Section = {u: s[v] for u, v in OVER.items()}
    yield trial.same(product(above, above), squared_norm, by=polynomial)
    multiples = scaled(s, {v: multiplicity.subs(m, size) for v, size in fibre_sizes.items()})
    yield trial.same(product(s, multiples), squared_norm, by=polynomial)


def random_towers(
    rng: np.random.Generator, count: int
) -> list[tuple[Bundle, dict[Point, Point], dict[Point, Point], dict[Point, Any], dict[Point, Any]]]:
    """A bundle, maps π and ρ with fibres of any size, none included, and sections s of Y and r over X.

    The first π has fibres of sizes 3, 1, 0, 0, and no section has a zero, so that all sizes make a difference.
    """
    towers = []
    for k in range(count):
        bundle = Bundle({v: [(), (2,), (2, 3)][rng.integers(3)] for v in range(4)})
        targets = rng.integers(4, size=rng.integers(7)).tolist() if k else [0, 0, 0, 1]
        over: dict[Point, Point] = dict(enumerate(targets))
        above: dict[Point, Point] = {x: int(rng.integers(len(over))) for x in range(rng.integers(9))} if over else {}

        def section(of: Bundle) -> dict[Point, Any]:
            values = {point: rng.integers(1, 10, size=shape) for point, shape in of.shapes.items()}
            return {point: sp.Array(value.tolist()) if value.shape else int(value) for point, value in values.items()}

        towers.append((bundle, over, above, section(bundle), section(bundle.pullback(over).pullback(above))))
    return towers


@exact(adjunction, cost=0.5)
def random_towers_of_bundles(multiplicity: sp.Expr, trial: Trial) -> Findings:
    """(a), (b), (c) for random maps and spaces of numbers, vectors and matrices."""
    for bundle, over, above, base, top in trial.draw(random_towers, trial.size(8)):
        middle = bundle.pullback(over)
        composed: dict[Point, Point] = {x: over[u] for x, u in above.items()}
        yield trial.holds(middle.pullback(above) == bundle.pullback(composed), "pullbacks of the bundle compose")
        pulled = bundle.pull(over, base)
        yield trial.holds(middle.pull(above, pulled) == bundle.pull(composed, base), "pullbacks of sections compose")
        pushed = bundle.push(composed, top)
        yield trial.holds(bundle.push(over, middle.push(above, top)) == pushed, "fibre sums compose")
        left = bundle.pullback(composed).inner(bundle.pull(composed, base), top)
        yield trial.same(left, bundle.inner(base, pushed))
        sizes = {v: list(over.values()).count(v) for v in base}
        multiples = {v: multiplicity.subs(m, sizes[v]) * value for v, value in base.items()}
        found = bundle.push(over, pulled)
        yield trial.holds(found == multiples, "the fibre sum of a pullback is a multiple")
        yield trial.same(middle.inner(pulled, pulled), bundle.inner(base, multiples))
