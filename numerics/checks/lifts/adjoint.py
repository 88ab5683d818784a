"""Evidence for the adjunction of pullback and fibre sum."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, exact
from sparse_limits.numerics.exact.polynomials import polynomial
from sparse_limits.theory.lifts.adjoint import ABOVE, OVER, Section, Y, adjunction, fibre_sizes, m, r, s, t
from sparse_limits.theory.lifts.bundle import Bundle, Point


def product(left: Section, right: Section) -> sp.Expr:
    """⟨·, ·⟩ from the definition."""
    return sum(a * b for point in left for a, b in zip(left[point], right[point], strict=True))


def scaled(section: Section, factors: Mapping[Any, sp.Expr]) -> Section:
    return {point: tuple(factors[point] * entry for entry in value) for point, value in section.items()}


PUSHED, PULLED = adjunction.expressions["pushed"], adjunction.expressions["pulled"]
INVERSE_SIZES = {v: sp.Rational(1, size) for v, size in fibre_sizes.items()}


@exact(adjunction, step="adjoint")
@control("mean over the fibre", pushed=scaled(PUSHED, INVERSE_SIZES))
@control("one term of each fibre", pushed={0: t[0], 1: t[3], 2: t[5]})
@control("isometric", pulled=scaled(PULLED, {u: 1 / sp.sqrt(fibre_sizes[v]) for u, v in OVER.items()}))
@control("of another point", pulled={**PULLED, 2: s[0][::-1]})
def fibre_sums_are_adjoint(pulled: Section, pushed: Section, trial: Trial) -> Iterator[Finding]:
    """(b) as an identity of polynomials in all entries, the pullback being what the definition says."""
    yield trial.same(product(pulled, t), product(s, pushed), by=polynomial)
    yield trial.same(Y.inner(s, pushed), product(s, pushed), by=polynomial)
    for u, v in OVER.items():
        for found, entry in zip(pulled[u], s[v], strict=True):
            yield trial.same(found, entry)


def mean_of_means() -> Section:
    """π_!ρ_!r with means over fibres that are not empty."""
    means = {u: [above for above, below in ABOVE.items() if below == u] for u in OVER}
    inner = {
        u: [sum(r[x][k] for x in means[u]) / max(len(means[u]), 1) for k in range(len(t[u]))] for u in OVER
    }  # fmt: skip
    return {
        v: tuple(sum(inner[u][k] for u in OVER if OVER[u] == v) / fibre_sizes[v] for k in range(len(s[v]))) for v in s
    }


@exact(adjunction, step="composition")
@control("mean of means", pushed_twice=mean_of_means())
@control("a fibre left out", pushed_twice={**adjunction.expressions["pushed_twice"], 0: r[0]})
def fibre_sums_compose(pushed_twice: Section, trial: Trial) -> Iterator[Finding]:
    """(a): both sides are adjoint to the pullback along the composition."""
    composed: dict[Point, Point] = {x: OVER[u] for x, u in ABOVE.items()}
    yield trial.same(product({x: s[v] for x, v in composed.items()}, r), product(s, pushed_twice), by=polynomial)
    for v, value in Y.push(composed, r).items():
        for found, entry in zip(pushed_twice[v], value, strict=True):
            yield trial.same(found, entry)


@exact(adjunction, step="multiplicity")
@control("isometry", multiplicity=sp.Integer(1))
@control("square of the size", multiplicity=m**2)
@control("at least one", multiplicity=sp.Max(m, 1))
def every_point_of_a_fibre_adds_the_same(multiplicity: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The sum over an empty fibre, and with one more point above."""
    value = s[0][0]
    yield trial.induction(multiplicity * value, m, sp.S.Zero, lambda term: term + value)


@exact(adjunction, step="length")
@control("isometry", squared_norm=product(s, s))
@control("squares of the sizes", squared_norm=product(scaled(s, fibre_sizes), scaled(s, fibre_sizes)))
@control("means over the fibres", multiplicity=sp.Integer(1))
def lengths_grow_with_the_fibres(multiplicity: sp.Expr, squared_norm: sp.Expr, trial: Trial) -> Iterator[Finding]:
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
@control("isometry", multiplicity=sp.Integer(1))
@control("square of the size", multiplicity=m**2)
@control("at least one", multiplicity=sp.Max(m, 1))
def random_towers_of_bundles(multiplicity: sp.Expr, trial: Trial) -> Iterator[Finding]:
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
